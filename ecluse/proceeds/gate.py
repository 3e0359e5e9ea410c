"""What did the money buy? One door: `judge`, and the claim it takes."""

from __future__ import annotations

from datetime import date

from ecluse.base.law import Law
from ecluse.base.money import Money
from ecluse.base.verdict import Held, Passed, held
from ecluse.proceeds.contribution import results
from ecluse.proceeds.reckoning import (
    contract_currency,
    money_of,
    nothing_sold,
    own,
    sale_of,
    title_of,
    total_exact,
    total_received,
)
from ecluse.proceeds.rules import RULES
from ecluse.proceeds.terms import ContributionRule, ProceedsClaim, ProceedsFinding

__all__ = ["TABLES", "ProceedsClaim", "ProceedsFinding", "judge"]

TABLES: tuple[str, ...] = ("proceeds/terms",)


def judge(claim: ProceedsClaim, *, on: date, law: Law) -> Passed[ProceedsFinding] | Held:
    """Did the money of this tranche come home, and did it buy a named need?"""
    grounds = held(ground for rule in RULES for ground in rule(claim, on, law))
    return grounds or Passed(_finding(claim, on))


def _finding(claim: ProceedsClaim, on: date) -> ProceedsFinding:
    if nothing_sold(claim):
        return _nothing_owed(claim)
    assert claim.policy is not None, "rules hold a sold tranche without a policy"
    variants = results(sale_of(claim), title_of(claim, on), own(claim.receipts, claim, on), claim.policy, claim.rate)
    due = next(variant.due for variant in variants if variant.rule is claim.policy.rule)
    paid = total_exact(own(claim.contributions, claim, on), claim, on)
    allocated = total_exact(own(claim.allocations, claim, on), claim, on)
    assert due is not None, "rules hold a due that is unknown"
    assert paid is not None, "rules hold a contribution that no rate converts"
    assert allocated is not None, "rules hold an allocation that no rate converts"
    return ProceedsFinding(
        tranche=claim.tranche,
        received=total_received(claim, on),
        due=due,
        paid=money_of(paid, due.currency),
        allocated=money_of(allocated, due.currency),
        rule=claim.policy.rule,
        results=variants,
        units_delivered=claim.custody.units_delivered,
        vacuous=due.minor == 0,
    )


def _nothing_owed(claim: ProceedsClaim) -> ProceedsFinding:
    """No unit was sold, so nothing is owed under any rule: a promise kept only because nothing was owed says so."""
    zero = Money(0, contract_currency(claim))
    return ProceedsFinding(
        tranche=claim.tranche,
        received=zero,
        due=zero,
        paid=zero,
        allocated=zero,
        rule=ContributionRule.NONE,
        results=results(None, None, (), claim.policy, None),
        units_delivered=0,
        vacuous=True,
    )
