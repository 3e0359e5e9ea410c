"""Gate 4, custody: where is every unit now, and who answers for it? One door, two stages: release and delivery."""

from __future__ import annotations

from datetime import date

from ecluse.base.days import Month
from ecluse.base.law import Law
from ecluse.base.verdict import Held, Passed, held
from ecluse.custody.ranges import count
from ecluse.custody.rules import RULES, rules_for
from ecluse.custody.rules_delivery import account, delivered_on
from ecluse.custody.rules_release import RULES_OF_DEPARTURE
from ecluse.custody.terms import CustodyClaim, CustodyFinding, CustodyStage
from ecluse.custody.witnessed import Departure, DepartureFinding
from ecluse.surplus.terms import GoodsKind

TABLES: tuple[str, ...] = ("custody/causes", "custody/home", "custody/levels", "custody/tolerances")
DEPARTURE_TABLES: tuple[str, ...] = ("custody/witness",)
__all__ = [
    "DEPARTURE_TABLES", "RULES", "RULES_OF_DEPARTURE", "TABLES", "CustodyClaim", "CustodyFinding", "CustodyStage",
    "Departure", "judge", "judge_departure",
]  # fmt: skip


def judge(claim: CustodyClaim, *, on: date, law: Law) -> Passed[CustodyFinding] | Held:
    """May these units leave now (release), or has their chain closed (delivery)?"""
    grounds = held(ground for rule in rules_for(claim) for ground in rule(claim, on, law))
    return grounds or Passed(_finding(claim, on))


def judge_departure(claim: Departure, *, on: date, law: Law) -> Passed[DepartureFinding] | Held:
    """May released goods leave a centre abroad with their carrier?"""
    grounds = held(ground for rule in RULES_OF_DEPARTURE for ground in rule(claim, on, law))
    override = claim.override.id if claim.override is not None and not claim.is_witnessed else None
    return grounds or Passed(DepartureFinding(claim.tranche, claim.host, claim.size_witnessed, override))


def _finding(claim: CustodyClaim, on: date) -> CustodyFinding:
    if claim.stage is CustodyStage.RELEASE:
        return CustodyFinding(claim.tranche, claim.stage, claim.units, 0, 0, 0, None, Month.of(on))
    if claim.finding.kind in {GoodsKind.SERVICE, GoodsKind.TECHNOLOGY}:
        day = claim.verification.on if claim.verification else on
        return CustodyFinding(claim.tranche, claim.stage, claim.units, claim.units, 0, 0, day, Month.of(day))
    found, day = account(claim), delivered_on(claim) or on
    return CustodyFinding(
        claim.tranche, claim.stage, claim.units, count(found.delivered), count(found.returned), found.units_lost,
        delivered_on(claim), Month.of(day),
    )  # fmt: skip
