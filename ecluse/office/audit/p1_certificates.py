"""P1: was every certificate earned, and do the certificates of a class stay within what it had in every month?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ecluse.base.claim import read_claim
from ecluse.base.days import Month
from ecluse.base.sealed import encode
from ecluse.office.audit.brought import came_later
from ecluse.office.audit.p1_attested import said_last, units_of_span
from ecluse.office.audit.p1_home_plan import bought_on_file, flows_on_file, plan_subjects, share_of_model
from ecluse.office.audit.p1_restated import Rows, last_counts, last_limits, last_needs, signed_attestations
from ecluse.office.audit.p2_home import Orders, orders_on_file
from ecluse.office.audit.reading import Filed, Reading, in_force
from ecluse.office.audit.report import Tally
from ecluse.office.audit.sides import carried
from ecluse.office.registers import AidReceived, Budget, ClassShare, HomePrice, Model
from ecluse.order import Gate, Hearing
from ecluse.surplus.figures import need_unmet, result_under, results
from ecluse.surplus.look_ahead import class_by_month, units_left_by_month
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    Certificate,
    CertificateClaim,
    ClassYear,
    FundedOrder,
    Funder,
    JudgedSurplus,
    ModelFlow,
    MonthUnits,
    OrdersStatement,
    Reserve,
    StatedNeed,
    StockCount,
    SurplusPolicy,
)


def certificates_are_earned(reading: Reading, tally: Tally) -> None:
    """Does every certificate say what its own hearing found, and did that hearing hear what the registers say?"""

    def check(row: Filed) -> None:
        certificate: Certificate = row.value
        tally.count("certificates")
        if row.digest in carried(reading):
            # Its hearing is on the high side, where it is checked; here its signature is.
            tally.count("certificates_carried")
            if not reading.is_signed(row, certificate.owner):
                tally.broken("certificate_unsigned", certificate.id, row.on, owner=certificate.owner)
            return
        hearing = reading.by_digest.get(certificate.hearing)
        if hearing is None or not isinstance(hearing.value, Hearing) or not _is_of(hearing.value, certificate):
            tally.broken("certificate_without_hearing", certificate.id, row.on, rests=[certificate.hearing])
            return
        if not reading.is_signed(row, certificate.owner):
            tally.broken("certificate_unsigned", certificate.id, row.on, owner=certificate.owner)
        claim = read_claim(CertificateClaim, hearing.value.claim, reading.resolve)
        for name, stated, rebuilt in _figures(reading, certificate, claim, hearing):
            if stated != rebuilt:
                tally.broken(
                    "certificate_differs", certificate.id, row.on,
                    rests=[f"class:{certificate.class_}", certificate.model, *plan_subjects(reading)], figure=name,
                    stated=_text(stated), rebuilt=_text(rebuilt),
                )  # fmt: skip
        shares = [s.value for s in reading.about(f"certificates:{certificate.class_}", ClassShare)]
        own = [s for s in shares if s.certificate == certificate.id]
        wanted = (certificate.model, certificate.first_month, certificate.units_certified)
        if [(s.model, s.first_month, s.units) for s in own] != [wanted]:
            tally.broken(
                "share_differs", certificate.id, row.on, rests=[f"certificates:{certificate.class_}"],
                units=certificate.units_certified, units_shared=sum(s.units for s in own),
            )  # fmt: skip

    tally.each(reading.of(Certificate), check, lambda row: row.rid)


def _is_of(hearing: Hearing, certificate: Certificate) -> bool:
    return hearing.gate is Gate.CERTIFICATE and hearing.finding is not None and hearing.tranche == certificate.id


def _figures(
    reading: Reading, certificate: Certificate, claim: CertificateClaim, hearing: Filed
) -> Iterable[tuple[str, Any, Any]]:
    """Which figures stand in the certificate or its claim, and what do the registers give for each?"""
    finding, class_ = hearing.value.finding, certificate.class_
    year = class_year(reading, class_, hearing)
    policy = in_force(reading.known("policy:surplus", SurplusPolicy, hearing), hearing.on)
    shares = reading.known(f"certificates:{class_}", ClassShare, hearing)
    yield "units_certified", certificate.units_certified, finding["units"]
    yield "rule", certificate.rule.value, finding["rule"]
    yield "policy", certificate.policy, policy.id if policy else ""
    yield "class_year", claim.class_year, year
    yield "results", certificate.results, results(year, policy) if policy else ()
    yield "units_need_unmet", certificate.units_need_unmet, need_unmet(year)
    aid = sum(aid.units for aid in reading.known(f"class:{class_}", AidReceived, hearing))
    yield "units_aid_received", certificate.units_aid_received, aid
    yield "units_certified_before", claim.units_certified_before, sum(s.units for s in shares)
    before = sum(s.units for s in shares if s.model == certificate.model)
    yield "units_model_certified_before", claim.units_model_certified_before, before
    yield "class_units_by_month", certificate.class_units_by_month, claim.class_units_left_by_month
    yield "inputs_unsigned", claim.inputs_unsigned, inputs_unsigned(reading, class_, hearing)
    rows = _rows_at(reading, hearing)
    flows = class_flows(reading, class_, hearing) or ()
    yield "flows", claim.flows, tuple(share_of_model(reading, rows, certificate.model, flows))


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_text(item) for item in value)[:300]
    return str(encode(value) if hasattr(value, "__dataclass_fields__") else value)[:300]


def models_of(reading: Reading, class_: str) -> list[str]:
    """Which models does the class hold?"""
    return [row.value.id for row in reading.about(f"class:{class_}", Model)]


def class_year(reading: Reading, class_: str, hearing: Filed | None = None) -> ClassYear:
    """What are the class's figures for the year, by the registers as they stood at a hearing (now, when none)?"""
    rows = _rows_at(reading, hearing)

    def known(subject: str, cls: type[Any]) -> list[Any]:
        return [row.value for row in rows(subject, cls)]

    models = models_of(reading, class_)
    months = [budget.month for budget in known("budget", Budget)]
    capacity = [a for m in models for a in signed_attestations(reading, rows, m)]
    funded = orders_on_file(rows, class_)
    made = [m for m in models if known(m, CapacityAttestation) or known(m, StockCount)]
    counts = {m: last_counts(known(m, StockCount), min(months)) for m in made}
    needs = last_needs(known(f"class:{class_}", StatedNeed))
    limits = last_limits(known(f"class:{class_}", AbsorptionLimit))
    return ClassYear(
        class_, min(months), max(months),
        units_of_span(said_last(capacity, lambda one: one.capacity), min(months), max(months)) if capacity else None,
        _funded(funded, Funder.HOME), _funded(funded, Funder.PARTNER),
        sum(s.units for found in counts.values() for s in found) if counts and all(counts.values()) else None,
        _sum(n.needed for n in needs) if needs else None,
        sum(limit.units for limit in limits) if months and _are_covered(months, limits) else None,
        _judged(known(f"class:{class_}", JudgedSurplus), min(months), max(months)),
    )  # fmt: skip


def _funded(orders: Orders | None, funder: Funder) -> int | None:
    return None if orders is None else _sum(o.due for o in orders.signed if o.funder is funder)


def _are_covered(months: list[Month], limits: list[AbsorptionLimit]) -> bool:
    """Does a limit speak of every month of the year?"""
    year = min(months).until(max(months))
    return all(any(limit.first_month <= month <= limit.last_month for limit in limits) for month in year)


def _judged(judged: list[JudgedSurplus], first: Month, last: Month) -> int | None:
    """What did the commission last judge of exactly this year?"""
    of_year = [j.units for j in judged if j.first_month == first and j.last_month == last]
    return of_year[-1] if of_year else None


def inputs_unsigned(reading: Reading, class_: str, hearing: Filed) -> int:
    """How many figures of the class lack their owner's signature?"""
    of_models: tuple[type[Any], ...] = (FundedOrder, StockCount, Reserve)
    subjects = [(model, cls) for model in models_of(reading, class_) for cls in of_models]
    of_class: tuple[type[Any], ...] = (StatedNeed, AbsorptionLimit, OrdersStatement, JudgedSurplus, HomePrice)
    subjects += [(f"class:{class_}", cls) for cls in of_class]
    rows, found = _rows_at(reading, hearing), 0
    opening = min(row.value.month for row in rows("budget", Budget))
    for subject, cls in subjects:
        for row in _speaking(rows(subject, cls), cls, opening):
            is_signed = reading.signs_kept(row.digest, row.value.owner)
            found += not is_signed or came_later(reading, row.digest, row.value.owner, hearing)
    return found


def _speaking(rows: Sequence[Filed], cls: type[Any], opening: Month) -> list[Filed]:
    """Which of these does their owner still stand by? What was restated needs no signature any more."""
    values = [row.value for row in rows]
    if cls is StatedNeed:
        last = {need.id for need in last_needs(values)}
    elif cls is StockCount:
        last = {count.id for count in last_counts(values, opening)}
    elif cls is AbsorptionLimit:
        last = {limit.id for limit in last_limits(values)}
    else:
        return list(rows)
    return [row for row in rows if row.value.id in last]


def _sum(schedules: Iterable[tuple[MonthUnits, ...]]) -> int:
    return sum(point.units for schedule in schedules for point in schedule)


def class_months_are_kept(reading: Reading, tally: Tally) -> None:
    """In every month, do a class's certificates together stay within what the bound rule gave it by that month?

    Where a price is unknown on which the home plan turns, the class has nothing to give.
    """
    for row in reading.of(ClassShare):
        tally.count("class_shares")
        share: ClassShare = row.value
        certificate = reading.newest(share.certificate, Certificate)
        if certificate is None:
            tally.broken("share_without_certificate", share.certificate, row.on, rests=[row.subject], units=share.units)
            continue
        rests = [row.subject, f"class:{share.class_}", *plan_subjects(reading)]
        ceiling = _ceiling(reading, share.class_, row)
        earlier = reading.known(row.subject, ClassShare, row)
        left = units_left_by_month(ceiling, [(s.first_month, s.units) for s in earlier if s.id != share.id])
        by_month = {point.month: point.units for point in left}
        for point in certificate.class_units_by_month:
            if point.units > by_month.get(point.month, 0):
                tally.broken(
                    "class_month_exceeded", certificate.id, row.on, rests=rests,
                    month=str(point.month), units_stated=point.units, units_left=by_month.get(point.month, 0),
                )  # fmt: skip
                break
        tightest = min((p.units for p in left if p.month >= share.first_month), default=0)
        if share.units > tightest:
            tally.broken(
                "class_exceeded", certificate.id, row.on, rests=rests,
                units=share.units, units_left=tightest,
            )  # fmt: skip


def _ceiling(reading: Reading, class_: str, row: Filed) -> tuple[MonthUnits, ...]:
    year = class_year(reading, class_, row)
    policy = in_force(reading.known("policy:surplus", SurplusPolicy, row), row.on)
    given = result_under(policy.rule, year, policy) if policy else None
    return class_by_month(given or 0, class_flows(reading, class_, row) or ())


def class_flows(reading: Reading, class_: str, hearing: Filed) -> list[ModelFlow] | None:
    """What did the class's capacity add and home take in each month? None where what home buys was unknown."""
    rows, year = _rows_at(reading, hearing), class_year(reading, class_, hearing)
    return flows_on_file(reading, rows, class_, bought_on_file(reading, rows), year.first_month.until(year.last_month))


def _rows_at(reading: Reading, hearing: Filed | None) -> Rows:
    """Which records of a class about a subject stood at a hearing (now, when none)?"""

    def rows(subject: str, cls: type[Any]) -> list[Filed]:
        found = reading.about(subject, cls)
        return found[: reading.window(found, hearing).most] if hearing else found

    return rows
