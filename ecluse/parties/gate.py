"""Gate 2: who is the order for, and who else touches it? `judge` answers on the facts of a claim, a day and the law."""

from __future__ import annotations

from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Held, Passed, held
from ecluse.parties.facts import in_role, lists_on
from ecluse.parties.rules import RULES
from ecluse.parties.terms import PartiesClaim, PartiesFinding, Role

__all__ = ["TABLES", "PartiesClaim", "PartiesFinding", "judge"]

TABLES: tuple[str, ...] = ("parties/clauses", "parties/embargoes", "parties/states", "parties/terms")


def judge(claim: PartiesClaim, *, on: date, law: Law) -> Passed[PartiesFinding] | Held:
    """Is everyone who touches this tranche known and clear, and is its end use vouched for?"""
    found = held(ground for rule in RULES for ground in rule(claim, on, law))
    if found:
        return found
    assert claim.end_use is not None
    return Passed(
        PartiesFinding(
            tranche=claim.tranche,
            exporter=in_role(claim, Role.EXPORTER)[0],
            buyer=in_role(claim, Role.BUYER)[0],
            end_user=in_role(claim, Role.END_USER)[0],
            destination=claim.destination,
            end_use_statement=claim.end_use.id,
            list_versions=lists_on(claim, on),
            units=claim.surplus.units,
            model=claim.surplus.model,
        )
    )
