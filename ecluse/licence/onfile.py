"""What stands on a file on the day it is judged: which decision, opinions, lists, conditions and consents count?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.signing import is_signed_by
from ecluse.licence.dated import is_home_body, owner_named
from ecluse.licence.officers import AUTHOR, COUNTERSIGNER, Side
from ecluse.licence.terms import (
    Condition,
    CriticalGoods,
    LicenceClaim,
    Opinion,
    PartnerList,
    PermitKind,
    ProposedDecision,
)
from ecluse.surplus.terms import GoodsKind

TECHNOLOGY_PERMITS = (PermitKind.TECHNOLOGY, PermitKind.LICENSED_PRODUCTION)


def decision_made(claim: LicenceClaim, on: date) -> ProposedDecision | None:
    """Which decision on this very application has been made by this day?"""
    decision = claim.decision
    if decision is None or decision.application != claim.application.id or decision.on > on:
        return None
    return decision


def countersigned(claim: LicenceClaim, on: date) -> tuple[str, date] | None:
    """Who stands behind the decision as its second officer, and on which day must he hold that office?

    The officer whom it names, on the day of the decision; or the deputy who signed while he was away, on that day.
    """
    decision = decision_made(claim, on)
    if decision is None:
        return None
    absence = claim.stand_in
    if absence is None or absence.officer != decision.countersigner:
        return decision.countersigner, decision.on
    days = [made.on for made in claim.decision_signatures if absence.first_day <= made.on <= min(absence.last_day, on)]
    signed = [
        day for day in days
        if is_signed_by(absence.deputy, decision, [m for m in claim.decision_signatures if m.on == day], claim.keys)
    ]  # fmt: skip
    return (absence.deputy, min(signed)) if signed else (decision.countersigner, decision.on)


def day_decided(claim: LicenceClaim, on: date) -> date:
    """On which day does the file's clock stop for good? On the day of the decision, else it still runs."""
    decision = decision_made(claim, on)
    return decision.on if decision else on


def opinions_given(claim: LicenceClaim) -> tuple[Opinion, ...]:
    """Which opinions are on this application? None is dropped for being late: a late veto is a veto."""
    return tuple(opinion for opinion in claim.opinions if opinion.application == claim.application.id)


def conditions_set(claim: LicenceClaim) -> tuple[Condition, ...]:
    """Which conditions are set on this application?"""
    return tuple(condition for condition in claim.conditions if condition.application == claim.application.id)


def is_lifted(condition: Condition, on: date) -> bool:
    """Has somebody lifted this condition by this day? By whom is another question."""
    return condition.lifted_by is not None and condition.lifted_on is not None and condition.lifted_on <= on


def critical_list(claim: LicenceClaim, on: date, law: Law) -> CriticalGoods | None:
    """Which list of critical goods is in force on this day, kept by the body that the law names for it?"""
    listed = claim.critical_goods
    if listed is None or listed.owner != owner_named("critical_goods_owner", on, law):
        return None
    return listed if _is_in_force(listed.valid_from, listed.valid_until, on) else None


def partner_list(claim: LicenceClaim, on: date, law: Law) -> PartnerList | None:
    """Which list of partner states is in force on this day, kept by the body that the law names for it?"""
    listed = claim.partner_list
    if listed is None or listed.owner != owner_named("partner_list_owner", on, law):
        return None
    return listed if _is_in_force(listed.valid_from, listed.valid_until, on) else None


def has_consent(claim: LicenceClaim, state: str, on: date, law: Law) -> bool:
    """Did a home body consent in writing, by this day, that goods of this order go on to this state?"""
    consent, order = claim.re_export_consent, claim.application.order
    if consent is None or (consent.order, consent.state) != (order, state):
        return False
    return consent.on <= on and is_home_body(consent.owner, on, law)


def consents_missing(claim: LicenceClaim) -> tuple[str, ...]:
    """Which origin states' consents are not on file? `US` is met by any consent of that state, `US:17` by that one."""
    if claim.origin is None:
        return ()
    held = claim.origin.consents_held
    return tuple(
        needed
        for needed in claim.origin.consents_needed
        if not any(item == needed or item.startswith(f"{needed}:") for item in held)
    )


def carries_technology(claim: LicenceClaim) -> bool:
    """Does this application pass on know-how: a technology package, or a permit to use one?"""
    return claim.application.kind is GoodsKind.TECHNOLOGY or claim.application.permit in TECHNOLOGY_PERMITS


def parties_of(claim: LicenceClaim) -> tuple[str, ...]:
    """In which parties may an officer on this file hold no interest?"""
    application = claim.application
    return tuple(dict.fromkeys((application.exporter, application.buyer, claim.parties.end_user)))


def voices(claim: LicenceClaim, on: date) -> Iterator[tuple[str, str]]:
    """Which officer speaks or signs on this file, and for which authority? (officer, authority), opinions first."""
    yield from ((opinion.officer, opinion.authority) for opinion in opinions_given(claim))
    decision, second = decision_made(claim, on), countersigned(claim, on)
    if decision is not None and second is not None:
        yield decision.author, decision.author_authority
        yield second[0], decision.countersigner_authority


def offices_claimed(claim: LicenceClaim, on: date) -> Iterator[tuple[Side, date]]:
    """Which office does everybody claim who signs the decision, and on which day?"""
    decision, second = decision_made(claim, on), countersigned(claim, on)
    if decision is not None and second is not None:
        yield Side(decision.author, AUTHOR, decision.author_authority), decision.on
        yield Side(second[0], COUNTERSIGNER, decision.countersigner_authority), second[1]


def _is_in_force(valid_from: date, valid_until: date | None, on: date) -> bool:
    return valid_from <= on and (valid_until is None or on <= valid_until)
