"""P9 at the licence gate: what did the registers hold of an application, its opinions, conditions and officers?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from ecluse.base.days import Stop
from ecluse.base.money import Rate
from ecluse.edge.law import newest_law
from ecluse.licence.aggregate import Sale, aggregate
from ecluse.licence.band import PeerPrice, price_band
from ecluse.licence.dated import term
from ecluse.licence.officers import Absence
from ecluse.licence.routes import value_floor
from ecluse.licence.terms import (
    Aggregate,
    Application,
    ClockStop,
    Condition,
    CriticalGoods,
    Interest,
    Licence,
    MarketingAuthorisation,
    Opinion,
    OriginDeclaration,
    PartnerList,
    PriceBand,
    ProposedDecision,
    QueuePlace,
    ReExportConsent,
)
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.p9_parties import owners_above
from ecluse.office.audit.reading import Filed
from ecluse.office.registers import DealSeen, Officer, QueueLeft, QueueNumber
from ecluse.order import Gate
from ecluse.parties.terms import ExporterStatus
from ecluse.proceeds.terms import RateOfDay

CONTROLLING_BP = 5000


def _application(known: Known) -> Filed | None:
    return known.newest(known.order.id, Application)


def _decision(known: Known) -> Filed | None:
    return known.newest(known.order.id, ProposedDecision)


def officers_of(known: Known) -> list[str]:
    """Which officers spoke in this file: for an authority, as author, as countersigner? By name."""
    named = {opinion.officer for opinion in known.of(known.order.id, Opinion)}
    decision = known.once(_decision)
    if decision is not None:
        named |= {decision.value.author, decision.value.countersigner}
    absence = known.once(_stand_in)
    if absence is not None:
        named.add(absence.value.deputy)
    return sorted(named)


def _stand_in(known: Known) -> Filed | None:
    """During which absence of the countersigner named did his deputy sign, he himself not?"""
    decision = known.once(_decision)
    if decision is None:
        return None
    forms = known.signatures(decision, known.claim.get("decision_signatures"))
    keys, made = known.reading.keys, [form for form in forms if form["key"] in known.reading.keys]
    days = {(keys[form["key"]].owner, date.fromisoformat(form["on"])) for form in made}
    named = decision.value.countersigner
    if any(owner == named for owner, _ in days):
        return None
    for row in known.rows(named, Absence):
        away: Absence = row.value
        if any(owner == away.deputy and away.first_day <= day <= away.last_day for owner, day in days):
            return row
    return None


def _of_officers(known: Known, cls: type[Any]) -> list[Filed]:
    return [row for officer in known.once(officers_of) for row in known.rows(officer, cls)]


def _marketing(known: Known) -> Filed | None:
    """The authorisation in force on the day of the offer, else the newest for this class and state."""
    application = known.once(_application)
    if application is None:
        return None
    offered = application.value.offered_on
    wanted = (application.value.class_, known.order.destination)
    held = known.rows(application.value.exporter, MarketingAuthorisation)
    found = [row for row in held if (row.value.class_, row.value.state) == wanted]
    covering = [row for row in found if row.value.valid_from <= offered <= row.value.valid_until]
    best = covering or found
    return best[-1] if best else None


def _conditions(known: Known) -> list[Filed]:
    """Each condition in its last state, in the order in which they were set."""
    newest: dict[str, Filed] = {}
    for row in known.rows(known.order.id, Condition):
        newest[row.value.id] = row
    return list(newest.values())


def _consent(known: Known) -> Filed | None:
    application = known.once(_application)
    third = application.value.third_state if application else None
    held = known.rows(known.order.id, ReExportConsent)
    return next((row for row in held if row.value.state == third), None)


def _clock_stops(known: Known) -> list[Stop]:
    """When did the clock of the file stand still, by the last word of each stop?"""
    last: dict[str, ClockStop] = {}
    for stop in known.of(known.order.id, ClockStop):
        last[stop.id] = stop
    return [Stop(stop.since, stop.until, stop.reason) for stop in last.values()]


def _queue(known: Known) -> QueuePlace | None:
    """The place committed when the file came in, and how many older ready files of the route still waited."""
    committed = known.newest(known.order.id, QueueNumber)
    if committed is None:
        return None
    queue, number = f"queue:{committed.value.route}", committed.value.number
    left = {record.application for record in known.of(queue, QueueLeft)}
    older = [found for found in known.of(queue, QueueNumber) if found.number < number and found.application not in left]
    return QueuePlace(number, len(older))


def _group(known: Known) -> str:
    """Who stands at the top of the exporter's ownership? Up the ties of at least half."""
    _, ties = owners_above(known, [known.order.exporter])
    top = known.order.exporter
    for _ in ties:
        above = [tie.value.owner for tie in ties if tie.value.owned == top and tie.value.share_min_bp >= CONTROLLING_BP]
        if not above:
            break
        top = min(above)
    return top


def _aggregate(known: Known) -> Aggregate | None:
    """What did the same owners ask to sell to the same end use in the window?"""
    application, group = known.once(_application), _group(known)
    deals = known.of(f"owners:{group}", DealSeen)
    own = next((deal for deal in deals if deal.order == known.order.id), None)
    if own is None or application is None:
        return None
    on, law = application.value.filed_on, newest_law()
    others = [_sale(deal, group) for deal in deals if deal is not own and deal.on <= own.on]
    window = term("splitting_window_days", on, law)
    return aggregate(_sale(own, group), others, window_days=window, floor=value_floor(on, law))


def _sale(deal: DealSeen, group: str) -> Sale:
    return Sale(deal.on, group, deal.buyer, deal.end_user, deal.class_, deal.value_uah)


def _price_band(known: Known) -> PriceBand | None:
    """Between which prices did others ask to sell this model?"""
    application = known.once(_application)
    if application is None:
        return None
    asked: Application = application.value
    seen = known.of(f"prices:{asked.model}", DealSeen)
    return price_band(
        [PeerPrice(deal.on, deal.exporter, deal.model, deal.unit_price) for deal in seen],
        model=asked.model, exporter=asked.exporter, currency=asked.unit_price.currency, on=known.on, law=newest_law(),
    )  # fmt: skip


def rate_row(known: Known, currency: str, on: date) -> Filed | None:
    """Which official rate of this currency to the hryvnia was on record for this day?"""
    rid = f"rate:{currency}-UAH-{on}"
    return next((row for row in known.rows(f"rate:{currency}-UAH", RateOfDay) if row.value.id == rid), None)


def _official_rate(known: Known) -> Rate | None:
    application = known.once(_application)
    if application is None:
        return None
    row = rate_row(known, application.value.unit_price.currency, application.value.filed_on)
    if row is None:
        return None
    found: RateOfDay = row.value
    return Rate(found.base, found.quote, found.numerator, found.denominator, found.on, found.source)


def _defence_city(known: Known) -> bool:
    status = known.newest(known.order.exporter, ExporterStatus)
    return bool(status and status.value.defence_city)


def _licensed_before(known: Known) -> int:
    """How many units of this order were licensed under other tranches?"""
    return sum(licence.units for licence in known.of(known.order.id, Licence) if licence.tranche != known.tranche)


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "tranche": lambda known: known.tranche,
        "parties": lambda known: known.finding(Gate.PARTIES),
        "parties_hearing": lambda known: known.hearing_of(Gate.PARTIES),
        "application": _application,
        "marketing": _marketing,
        "partner_list": lambda known: known.in_force("policy:partners", PartnerList),
        "critical_goods": lambda known: known.in_force("policy:critical", CriticalGoods),
        "defence_city": _defence_city,
        "opinions": lambda known: known.rows(known.order.id, Opinion),
        "interests": lambda known: _of_officers(known, Interest),
        "conditions": _conditions,
        "origin": lambda known: known.newest(known.order.model, OriginDeclaration),
        "re_export_consent": _consent,
        "decision": _decision,
        "decision_signatures": lambda known: known.signatures(
            known.once(_decision), known.claim.get("decision_signatures")
        ),
        "clock_stops": _clock_stops,
        "queue": _queue,
        "aggregate": _aggregate,
        "price_band": _price_band,
        "units_licensed_before": _licensed_before,
        "officers": lambda known: _of_officers(known, Officer),
        "official_rate": _official_rate,
        "keys": lambda known: known.keys(*known.once(officers_of)),
        "stand_in": _stand_in,
    }
)
