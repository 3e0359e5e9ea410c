"""On which facts is a licence decided?"""

from __future__ import annotations

from datetime import date

from ecluse.base.days import Stop
from ecluse.base.money import Money, Rate, Rounding
from ecluse.base.sealed import seal
from ecluse.licence.aggregate import Sale, aggregate
from ecluse.licence.band import PeerPrice, price_band
from ecluse.licence.dated import term
from ecluse.licence.officers import Absence, Officer
from ecluse.licence.routes import value_floor
from ecluse.licence.terms import (
    Aggregate,
    Application,
    ClockStop,
    Condition,
    CriticalGoods,
    Interest,
    Licence,
    LicenceClaim,
    MarketingAuthorisation,
    Opinion,
    OriginDeclaration,
    PartnerList,
    PriceBand,
    ProposedDecision,
    QueuePlace,
    ReExportConsent,
)
from ecluse.office.facts.parties import in_force, owners_above
from ecluse.office.facts.second import signed_meanwhile
from ecluse.office.registers import DealSeen, Order, QueueLeft, QueueNumber
from ecluse.office.session import Session
from ecluse.parties.terms import ExporterStatus, PartiesFinding
from ecluse.proceeds.terms import RateOfDay

CONTROLLING_BP = 5000


def licence_claim(
    session: Session, order: Order, tranche: str, parties: PartiesFinding, hearing: str, on: date
) -> LicenceClaim:
    """What is known of this application on the day it is decided?"""
    application = session.newest(order.id, Application)
    assert application is not None
    opinions = tuple(session.of(order.id, Opinion))
    decision = session.newest(order.id, ProposedDecision)
    officers = {opinion.officer for opinion in opinions}
    absence = stand_in(session, decision) if decision else None
    officers |= {decision.author, decision.countersigner} if decision else set()
    officers |= {absence.deputy} if absence else set()
    offices = tuple(office for officer in sorted(officers) for office in session.of(officer, Officer))
    status = session.newest(order.exporter, ExporterStatus)
    return LicenceClaim(
        tranche, parties, hearing, application, marketing(session, application),
        in_force(session.of("policy:partners", PartnerList), on),
        in_force(session.of("policy:critical", CriticalGoods), on),
        bool(status and status.defence_city), opinions,
        tuple(i for officer in sorted(officers) for i in session.of(officer, Interest)),
        tuple({c.id: c for c in session.of(order.id, Condition)}.values()),
        session.newest(order.model, OriginDeclaration),
        next((c for c in session.of(order.id, ReExportConsent) if c.state == application.third_state), None),
        decision, session.signatures(seal(decision).digest) if decision else (),
        clock_stops(session, order.id), queue_place(session, application), aggregated(session, order, application),
        peers(session, application, on), units_licensed(session, order.id, tranche),
        offices, official_rate(session, application.unit_price.currency, application.filed_on), session.keys(officers),
        absence,
    )  # fmt: skip


def stand_in(session: Session, decision: ProposedDecision) -> Absence | None:
    """During which absence of the countersigner named did his deputy sign? None where the named one signed himself."""
    return signed_meanwhile(session, decision, decision.countersigner, session.signatures(seal(decision).digest))


def marketing(session: Session, application: Application) -> MarketingAuthorisation | None:
    """Under which authorisation was this offer made? The one in force on its day, else the newest of its kind."""
    wanted = (application.class_, session.newest(application.order, Order).destination)  # type: ignore[union-attr]
    found = [
        a for a in session.of(application.exporter, MarketingAuthorisation) if (a.class_, a.state) == wanted
    ]  # fmt: skip
    covering = [a for a in found if a.valid_from <= application.offered_on <= a.valid_until]
    best = covering or found
    return best[-1] if best else None


def clock_stops(session: Session, order: str) -> tuple[Stop, ...]:
    """When did the clock of this file stand still, and why? Each stop in its last state."""
    stops = {stop.id: stop for stop in session.of(order, ClockStop)}
    return tuple(Stop(stop.since, stop.until, stop.reason) for stop in stops.values())


def queue_place(session: Session, application: Application) -> QueuePlace | None:
    """Which place was committed for this file, and how many older files of its route wait though ready to decide?"""
    committed = session.newest(application.order, QueueNumber)
    if committed is None:
        return None
    queue = f"queue:{committed.route}"
    left = {record.application for record in session.of(queue, QueueLeft)}
    older = [n for n in session.of(queue, QueueNumber) if n.number < committed.number and n.application not in left]
    return QueuePlace(committed.number, len(older))


def owner_group(session: Session, exporter: str) -> str:
    """Who stands at the top of an exporter's ownership? Up the ties of at least half; the exporter itself if none."""
    _, ties = owners_above(session, [exporter])
    top = exporter
    for _ in range(len(ties)):
        above = [tie.owner for tie in ties if tie.owned == top and tie.share_min_bp >= CONTROLLING_BP]
        if not above:
            break
        top = min(above)
    return top


def aggregated(session: Session, order: Order, application: Application) -> Aggregate | None:
    """What did the same owners ask to sell to the same end use in the window?"""
    group = owner_group(session, order.exporter)
    deals = session.of(f"owners:{group}", DealSeen)
    own = next((deal for deal in deals if deal.order == order.id), None)
    if own is None:
        return None
    others = [_sale(deal, group) for deal in deals if deal is not own and deal.on <= own.on]
    law, on = session.law, application.filed_on
    return aggregate(
        _sale(own, group), others,
        window_days=term("splitting_window_days", on, law), floor=value_floor(on, law),
    )  # fmt: skip


def _sale(deal: DealSeen, group: str) -> Sale:
    return Sale(deal.on, group, deal.buyer, deal.end_user, deal.class_, deal.value_uah)


def peers(session: Session, application: Application, on: date) -> PriceBand | None:
    """Between which prices did others ask to sell this model?"""
    deals = session.of(f"prices:{application.model}", DealSeen)
    prices = [PeerPrice(deal.on, deal.exporter, deal.model, deal.unit_price) for deal in deals]
    return price_band(
        prices, model=application.model, exporter=application.exporter, currency=application.unit_price.currency,
        on=on, law=session.law,
    )  # fmt: skip


def units_licensed(session: Session, order: str, tranche: str) -> int:
    """How many units of this order are licensed under other tranches?"""
    return sum(licence.units for licence in session.of(order, Licence) if licence.tranche != tranche)


def official_rate(session: Session, currency: str, on: date) -> Rate | None:
    """At which official rate is this currency turned into hryvnias on this day? None for hryvnias, or without one."""
    found = rate_of(session, currency, on)
    if found is None:
        return None
    return Rate(found.base, found.quote, found.numerator, found.denominator, found.on, found.source)


def in_hryvnias_on(session: Session, money: Money, on: date) -> Money | None:
    """What is this amount in hryvnias at the official rate of the day? None where the day has no rate."""
    if money.currency == "UAH":
        return money
    rate = official_rate(session, money.currency, on)
    return rate.convert(money, Rounding.HALF_UP) if rate else None


def rate_of(session: Session, currency: str, on: date) -> RateOfDay | None:
    """What is the official rate of this currency to the hryvnia on this day?"""
    rid = f"rate:{currency}-UAH-{on}"
    return next((rate for rate in session.of(f"rate:{currency}-UAH", RateOfDay) if rate.id == rid), None)
