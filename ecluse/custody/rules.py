"""On which grounds is a tranche held at its release or at its delivery? All rules, the gravest first; order is law.

Birth and line stand in `rules_birth`, centre, home army and permits in `rules_release`, handovers in `rules_chain`,
arrival in `rules_delivery`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Ground
from ecluse.custody.rules_birth import RULES as RULES_OF_BIRTH
from ecluse.custody.rules_chain import RULES_OF_CHAIN, handover_is_signed_by_both, release_is_signed_by_both
from ecluse.custody.rules_delivery import RULES_OF_DELIVERY
from ecluse.custody.rules_release import (
    RULES_OF_PERMIT,
    RULES_OF_PLACE,
    host_licence_is_in_force,
    host_licence_is_present,
    host_licence_is_signed,
    licence_is_for_this_order,
    licence_is_in_force,
)
from ecluse.custody.terms import CustodyClaim, CustodyStage
from ecluse.surplus.terms import GoodsKind

Rule = Callable[[CustodyClaim, date, Law], Iterator[Ground]]

AT_RELEASE: tuple[Rule, ...] = (
    *RULES_OF_BIRTH,
    *RULES_OF_PLACE,
    *RULES_OF_PERMIT,
    release_is_signed_by_both,
    *RULES_OF_CHAIN,
)
AT_DELIVERY: tuple[Rule, ...] = (handover_is_signed_by_both, *RULES_OF_CHAIN, *RULES_OF_DELIVERY)
# A service or a technology package has no units to hand over; what is left is who allowed it.
WITHOUT_UNITS: tuple[Rule, ...] = (
    licence_is_in_force,
    licence_is_for_this_order,
    host_licence_is_present,
    host_licence_is_signed,
    host_licence_is_in_force,
)
RULES: tuple[Rule, ...] = (*AT_RELEASE, handover_is_signed_by_both, *RULES_OF_DELIVERY)


def rules_for(claim: CustodyClaim) -> tuple[Rule, ...]:
    """Which rules does this claim meet, by its stage and kind of goods?"""
    if claim.finding.kind in {GoodsKind.SERVICE, GoodsKind.TECHNOLOGY}:
        return WITHOUT_UNITS
    return AT_RELEASE if claim.stage is CustodyStage.RELEASE else AT_DELIVERY
