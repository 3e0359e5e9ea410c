"""On which grounds is a surplus certificate not issued? The gravest rule first: order is law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from ecluse.base.days import Month
from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.surplus.dated import term
from ecluse.surplus.figures import FUNDED, figures_missing, need_unmet, result_under
from ecluse.surplus.look_ahead import bounded_flows, check_months_follow, sum_by_month, surplus_by_month
from ecluse.surplus.terms import CapacityAttestation, CertificateClaim, ModelFlow, SurplusPolicy

CertificateRule = Callable[[CertificateClaim, date, Law], Iterator[Ground]]


def inputs_are_signed(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every figure bears its owner's signature, every attestation its maker's (mechanism.md R1, R2; 4 T1)."""
    unsigned = claim.inputs_unsigned + sum(not attestation_is_signed(claim, given) for given in claim.attestations)
    if unsigned > 0:
        yield refuse(
            "surplus.inputs_are_signed", "ecluse/signed-inputs",
            certificate=claim.certificate, inputs_unsigned=unsigned,
        )  # fmt: skip


def policy_is_signed(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """A surplus policy is in force on the day, signed by the authority that owns it (mechanism.md R3)."""
    if not policy_binds(claim, on):
        yield refuse(
            "surplus.policy_is_signed", "surplus-policy/bound-rule",
            certificate=claim.certificate, on=on,
        )  # fmt: skip


def attestation_is_current(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """The maker's attestation of the model is in force on the day, and so is every other one cited (R1)."""
    if not attestations_of_model(claim) or not all(is_current(given, on) for given in claim.attestations):
        yield refuse(
            "surplus.attestation_is_current", "ecluse/attested-capacity",
            maker=claim.maker, model=claim.model, on=on,
        )  # fmt: skip


def certificate_within_rule(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more is certified than the bound rule gives for the class, earlier certificates counted (R3, R4)."""
    if claim.policy is None:
        return
    given = result_under(claim.policy.rule, claim.class_year, claim.policy)
    if given is not None and claim.units_asked > given - claim.units_certified_before:
        yield refuse(
            "surplus.certificate_within_rule", "surplus-policy/bound-rule",
            goods_class=claim.class_year.class_, rule=claim.policy.rule.value, units_asked=claim.units_asked,
            units_surplus=given, units_certified_before=claim.units_certified_before,
        )  # fmt: skip


def certificate_within_class_month(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """In no month of the span is more certified than the class has left by that month (planning.md 1.5)."""
    left = class_left_in_span(claim)
    if not left:
        return
    tightest = min(left, key=lambda month: (left[month], month))
    if claim.units_asked > left[tightest]:
        yield refuse(
            "surplus.certificate_within_class_month", "ecluse/class-month",
            goods_class=claim.class_year.class_, units_asked=claim.units_asked,
            units_left=left[tightest], month=str(tightest),
        )  # fmt: skip


def certificate_within_look_ahead(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more is certified of the model than is free when every later month is looked at (planning.md 1.5, S1)."""
    if claim.stock is None or claim.reserve is None or not flows_are_whole(claim):
        return
    free = {p.month: p.units for p in surplus_by_month(claim.stock.units, claim.reserve.units, signed_flows(claim))}
    units_free = max(0, free[claim.first_month] - (claim.units_model_certified_before or 0))
    if claim.units_asked > units_free:
        yield refuse(
            "surplus.certificate_within_look_ahead", "ecluse/look-ahead",
            model=claim.model, units_asked=claim.units_asked, units_free=units_free, month=str(claim.first_month),
        )  # fmt: skip


def figures_are_known(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """Every figure that the bound rule and the look-ahead need is known; unknown is never zero (mechanism.md R2)."""
    missing = missing_figures(claim)
    if missing:
        yield refer(
            "surplus.figures_are_known", "ecluse/figures-known",
            goods_class=claim.class_year.class_, model=claim.model, figures=", ".join(missing),
        )  # fmt: skip


def demonstrated_supports_attested(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """The highest month attested exceeds the highest demonstrated by no more than the tolerance (planning.md 1.5)."""
    tolerance = term("capacity_tolerance_percent", on, law)
    for given in claim.attestations:
        attested = max((point.units for point in given.capacity), default=0)
        shown = max((point.units for point in given.demonstrated), default=0)
        if attested * 100 > shown * (100 + tolerance):
            yield refer(
                "surplus.demonstrated_supports_attested", "ecluse/attested-capacity",
                maker=given.maker, model=given.model, units_attested=attested, units_demonstrated=shown,
                tolerance_percent=tolerance,
            )  # fmt: skip


def need_is_shown(claim: CertificateClaim, on: date, law: Law) -> Iterator[Ground]:
    """The need still unmet is shown beside the surplus, no lower than the class figures give (4 T1; claims.md B5)."""
    given, least = claim.units_need_unmet, need_unmet(claim.class_year)
    if given is None or (least is not None and given < least):
        yield refer(
            "surplus.need_is_shown", "surplus-policy/need-shown",
            certificate=claim.certificate, goods_class=claim.class_year.class_,
        )  # fmt: skip


CERTIFICATE_RULES: tuple[CertificateRule, ...] = (
    inputs_are_signed,
    policy_is_signed,
    attestation_is_current,
    certificate_within_rule,
    certificate_within_class_month,
    certificate_within_look_ahead,
    figures_are_known,
    demonstrated_supports_attested,
    need_is_shown,
)


def attestation_is_signed(claim: CertificateClaim, given: CapacityAttestation) -> bool:
    """Did the maker sign this attestation?"""
    return is_signed_by(given.maker, given, claim.attestation_signatures, claim.keys)


def attestations_of_model(claim: CertificateClaim) -> tuple[CapacityAttestation, ...]:
    """Which attestations speak of the model that the certificate is asked for, by its own maker and in its class?"""
    asked = (claim.model, claim.maker, claim.class_year.class_)
    return tuple(given for given in claim.attestations if (given.model, given.maker, given.class_) == asked)


def is_current(given: CapacityAttestation, on: date) -> bool:
    """Is the attestation in force on this day?"""
    return given.attested_on <= on <= given.valid_until


def policy_binds(claim: CertificateClaim, on: date) -> bool:
    """Is there a policy, in force on the day, with its owner's signature?"""
    policy: SurplusPolicy | None = claim.policy
    if policy is None or on < policy.valid_from or (policy.valid_until is not None and on > policy.valid_until):
        return False
    return is_signed_by(policy.owner, policy, claim.policy_signatures, claim.keys)


def class_left_in_span(claim: CertificateClaim) -> dict[Month, int]:
    """What has the class left by each month of the span? The lowest figure given; months without one are absent."""
    left: dict[Month, int] = {}
    for point in claim.class_units_left_by_month:
        if claim.first_month <= point.month <= claim.last_month:
            left[point.month] = min(point.units, left.get(point.month, point.units))
    return left


def signed_flows(claim: CertificateClaim) -> tuple[ModelFlow, ...]:
    """Which flows of the model follow from the attestations and orders that were signed?"""
    attested = sum_by_month(*(given.capacity for given in attestations_of_model(claim)))
    funded = sum_by_month(*(order.due for order in claim.funded_orders if order.model == claim.model))
    return bounded_flows(claim.flows, attested, funded)


def flows_are_whole(claim: CertificateClaim) -> bool:
    """Do the model's flows run month by month from the stock count to the end of the class's period?

    A shorter look-ahead would hide a later peak, a later start would hide what is already promised.
    """
    if not claim.flows or claim.stock is None:
        return False
    try:
        check_months_follow(flow.month for flow in claim.flows)
    except ValueError:
        return False
    counted = Month.of(claim.stock.counted_on)
    first, last = claim.flows[0].month, claim.flows[-1].month
    return first in (counted, counted.next()) and first <= claim.first_month <= claim.class_year.last_month <= last


def missing_figures(claim: CertificateClaim) -> tuple[str, ...]:
    """Which figures are unknown, by the names the claim gives them?"""
    year = claim.class_year
    span_is_known = year.first_month <= claim.first_month <= claim.last_month <= year.last_month
    months_left = class_left_in_span(claim)
    checks = {
        "period": span_is_known,
        "stock": claim.stock is not None and claim.stock.model == claim.model,
        "reserve": claim.reserve is not None and claim.reserve.model == claim.model,
        "flows": flows_are_whole(claim),
        "class_units_left_by_month": all(month in months_left for month in claim.first_month.until(claim.last_month)),
        "units_model_certified_before": claim.units_model_certified_before is not None,
    }
    of_rule = figures_missing(claim.policy.rule, year) if claim.policy else ()
    # Under whichever rule, the flows of the look-ahead rest on the funded orders: none on file is not none.
    of_flows = tuple(name for name in FUNDED if getattr(year, name) is None)
    return tuple(dict.fromkeys((*of_rule, *of_flows, *(name for name, is_known in checks.items() if not is_known))))
