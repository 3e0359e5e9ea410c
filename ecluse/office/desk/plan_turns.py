"""Whose turn is it with an urgent order for home? Until it is through, somebody's home page says what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from ecluse.office.actions import plan as act
from ecluse.office.actions import plan_surge
from ecluse.office.desk.plan_surge import RECALL, waits_of
from ecluse.office.desk.registry import Desk, all_actions, may
from ecluse.office.facts.plan_surge import Waits, committed_by, urgent_orders
from ecluse.office.facts.sides import is_low
from ecluse.plan.terms import UrgentOrder

OFFICE = "office"
NEXT: Mapping[Waits, str] = {
    Waits.PLACE: plan_surge.PLACE, Waits.COMMIT: act.COMMIT, Waits.ADOPT: act.ADOPT, Waits.STATE: plan_surge.STATE,
    Waits.TAKE: plan_surge.TAKE, Waits.HEAR: plan_surge.TAKE, Waits.RECALL: RECALL,
}  # fmt: skip
ROLES = frozenset({"planner", "author"})


def surge_turns(desk: Desk) -> list[tuple[str, UrgentOrder]]:
    """Which action is this person's to take now, for which urgent order?"""
    placed = urgent_orders() if desk.mandate.role in ROLES else []
    if not placed or is_low(desk.session):
        return []
    found = []
    for urgent in placed:
        name = NEXT.get(waits_of(desk, urgent))
        if name and _is_theirs(desk, name, urgent) and may(desk, all_actions()[name], OFFICE):
            found.append((name, urgent))
    return found


def _is_theirs(desk: Desk, name: str, urgent: UrgentOrder) -> bool:
    """Who ordered does not place; who committed to the baseline does not adopt."""
    if name == act.ADOPT:
        return desk.body not in committed_by(urgent)
    return name not in (plan_surge.PLACE, act.COMMIT) or desk.body != urgent.owner
