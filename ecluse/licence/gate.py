"""Who said yes, on what terms? The one door of the licence gate."""

from __future__ import annotations

from datetime import date

from ecluse.base.errors import EvidenceError
from ecluse.base.law import Law
from ecluse.base.verdict import Held, Passed, held
from ecluse.licence.clock import add_months
from ecluse.licence.dated import term
from ecluse.licence.rules import RULES, RULES_FOR_ALL_GOODS, RULES_UNDER_GENERAL_PERMIT, Rule
from ecluse.licence.terms import GoodsList, LicenceClaim, LicenceFinding, Outcome, PermitKind

__all__ = ["RULES", "RULES_FOR_ALL_GOODS", "TABLES", "LicenceClaim", "LicenceFinding", "judge"]

TABLES: tuple[str, ...] = (
    "licence/authorities", "licence/general_permits", "licence/routes", "licence/terms", "licence/working_days",
)  # fmt: skip
# What does an instrument give that is no licence of its own?
GIVES = {PermitKind.GENERAL: Outcome.REGISTERED, PermitKind.CONCLUSION: Outcome.CONCLUDED}


def judge(claim: LicenceClaim, *, on: date, law: Law) -> Passed[LicenceFinding] | Held:
    """May a licence be issued for this tranche on this day, or is none required?

    Raises EvidenceError for a claim whose counts are no counts, ValueError for values stated in the wrong currency.
    """
    _check_counts(claim)
    grounds = held(ground for rule in rules_for(claim) for ground in rule(claim, on, law))
    return grounds or Passed(_licensed(claim, on, law))


def rules_for(claim: LicenceClaim) -> tuple[Rule, ...]:
    """Which rules does this file meet: as goods that need no licence, under a general permit, or by itself?"""
    if claim.application.goods_list is GoodsList.UNCONTROLLED:
        return RULES_FOR_ALL_GOODS
    return RULES_UNDER_GENERAL_PERMIT if claim.application.permit is PermitKind.GENERAL else RULES


def _licensed(claim: LicenceClaim, on: date, law: Law) -> LicenceFinding:
    asked = claim.application
    is_free = asked.goods_list is GoodsList.UNCONTROLLED
    return LicenceFinding(
        claim.tranche,
        Outcome.NO_LICENCE_REQUIRED if is_free else GIVES.get(asked.permit, Outcome.GRANT),
        asked.route,
        asked.permit,
        asked.model,
        asked.kind,
        asked.units,
        asked.unit_price.times(asked.units),
        claim.parties.end_user,
        claim.parties.destination,
        asked.return_by,
        add_months(on, term("open_permit_months" if asked.permit is PermitKind.OPEN else "licence_months", on, law)),
    )


def _check_counts(claim: LicenceClaim) -> None:
    asked, summed, band, place = claim.application, claim.aggregate, claim.price_band, claim.queue
    counts = {
        "units": asked.units - 1,
        "unit_price": asked.unit_price.minor,
        "price_uah": asked.price_uah.minor,
        "units_licensed_before": claim.units_licensed_before,
        "aggregate.applications": summed.applications - 1 if summed else 0,
        "aggregate.value_uah": summed.value_uah.minor if summed else 0,
        "price_band.peers": band.peers if band else 0,
        "queue.older_waiting": place.older_waiting if place else 0,
    }
    wrong = sorted(name for name, count in counts.items() if count < 0)
    if wrong:
        raise EvidenceError(f"application {asked.id}: {wrong[0]} is no count")
