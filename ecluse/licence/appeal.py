"""May a refusal still be appealed, and which officers may hear the appeal?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecluse.base.days import add_days
from ecluse.base.law import Law
from ecluse.licence.dated import term
from ecluse.licence.terms import Appeal, Interest, LicenceClaim


def last_day(refused_on: date, law: Law) -> date:
    """By which day must an appeal against this refusal be filed?"""
    return add_days(refused_on, term("appeal_days", refused_on, law))


def is_in_time(appeal: Appeal, refused_on: date, law: Law) -> bool:
    """Was the appeal filed after the refusal and within its term?"""
    return refused_on <= appeal.filed_on <= last_day(refused_on, law)


def took_part(claim: LicenceClaim) -> frozenset[str]:
    """Which officers spoke or signed on the file that was refused?"""
    officers = {opinion.officer for opinion in claim.opinions if opinion.application == claim.application.id}
    if claim.decision is not None:
        officers |= {claim.decision.author, claim.decision.countersigner}
    if claim.stand_in is not None:
        officers.add(claim.stand_in.deputy)
    return frozenset(officers)


def may_hear(officer: str, claim: LicenceClaim, interests: Iterable[Interest] = ()) -> bool:
    """May this officer hear the appeal? Only one who took no part in the refusal and has no interest in a party."""
    parties = {claim.application.exporter, claim.application.buyer, claim.parties.end_user}
    declared = {interest.party for interest in (*claim.interests, *interests) if interest.officer == officer}
    return officer not in took_part(claim) and parties.isdisjoint(declared)


def is_sound(appeal: Appeal, claim: LicenceClaim, law: Law) -> bool:
    """Is this appeal against this refusal, in time, and heard, if it is decided, by an officer who may hear it?"""
    refusal = claim.decision
    if refusal is None or refusal.grant or appeal.application != claim.application.id:
        return False
    if not is_in_time(appeal, refusal.on, law):
        return False
    if appeal.decided_on is None:
        return appeal.upheld is None
    is_answered = appeal.upheld is not None and appeal.decided_on >= appeal.filed_on
    return is_answered and appeal.officer is not None and may_hear(appeal.officer, claim)
