"""Does a question without a plan name demands that truly contradict one another, and changes that truly suffice?"""

from __future__ import annotations

from typing import Any

import pytest
from plan_worlds import Size, world

from ecluse.edge.plan_why import contradictions, lines
from ecluse.plan.changes import changed, spelled
from ecluse.plan.infeasible import Group, conflicts, has_answer, only
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.remedies import Remedy, remedies

Question = dict[str, Any]
MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]


def bench(*, due: list[int], reserve: int = 0, stock: int = 0, ramp: int | None = None) -> Question:
    """One line of 100 hours a month, products A and B of an hour each, an order for A."""
    need = {"id": "n", "pool": "k", "priority": 1, "value": 1, "units": [0] * 4, "urgent": False, "price_abroad": None}
    return {
        "currency": "UAH", "months": MONTHS, "rule": "N2", "share_bp": 7_000, "grace_months": 1, "rates": {},
        "budget": [0] * 4, "pools": [{"id": "k", "price": 100}], "needs": [need], "centres": [], "licences": [],
        "destinations": [], "sales": [], "routes": [],
        "products": [
            {"id": name, "pool": "k", "stock": stock, "reserve": [held] * 4, "volume": 1}
            for name, held in (("A", reserve), ("B", 0))
        ],
        "lines": [{"id": "L", "hours": [100_000] * 4, "host_bp": 0, "may_export": True}],
        "makes": [
            {"id": f"make {name}", "line": "L", "product": name, "hours": 1_000, "ramp": ramp, "before": 0}
            for name in "AB"
        ],
        "orders": [{"id": "order 17", "product": "A", "units": due, "home": True}],
    }  # fmt: skip


def ways(question: Question) -> dict[str, Remedy]:
    (conflict,) = conflicts(question)
    return {remedy.kind: remedy for remedy in remedies(conflict)}


def test_what_can_be_met_contradicts_nothing() -> None:
    assert conflicts(bench(due=[100, 100, 100, 100])) == []
    assert len(conflicts(bench(due=[100, 101, 100, 100]))) == 1


def test_an_order_too_large_is_named_with_the_hours_it_lacks() -> None:
    (conflict,) = conflicts(bench(due=[0, 300, 0, 0]))
    hours = [Group("hours", "L", month) for month in MONTHS[:2]]
    assert set(conflict.groups) == {Group("order", "order 17"), *hours}


def test_the_smallest_changes_are_found_in_whole_numbers() -> None:
    found = ways(bench(due=[0, 300, 0, 0]))
    assert found["slip"].changes[0].amount == 1
    assert found["slip"].beyond == 0
    assert (found["hours"].total, found["fewer"].total) == (100_000, 100)
    assert "reserve" not in found
    assert "ramp" not in found


def test_an_order_that_would_leave_the_plan_says_how_many_units() -> None:
    assert ways(bench(due=[150, 0, 0, 100]))["slip"].beyond == 100


def test_a_reserve_is_named_and_lowered_by_no_more_than_it_takes() -> None:
    question = bench(due=[90, 0, 0, 0], reserve=30)
    (conflict,) = conflicts(question)
    assert Group("reserve", "A") in conflict.groups
    assert ways(question)["reserve"].total == 20


def test_a_ramp_is_named_and_made_steeper_by_no_more_than_it_takes() -> None:
    question = bench(due=[50, 0, 0, 0], ramp=40)
    (conflict,) = conflicts(question)
    assert set(conflict.groups) == {Group("order", "order 17"), Group("ramp", "make A")}
    assert ways(question)["ramp"].total == 10


@pytest.mark.parametrize("seed", range(12))
def test_each_set_is_irreducible_and_each_remedy_suffices(seed: int) -> None:
    question = changed(world(seed, Size(6, 4, 2, 2, sales=1.5), tight=True), [spelled("order=+250%")])
    found = conflicts(question)
    made = solve_question(question)
    assert bool(found) == (isinstance(made, NoPlan) and made.why == "infeasible")
    for conflict in found:
        assert not has_answer(only(conflict.question, conflict.groups))
        for group in conflict.groups:
            assert has_answer(only(conflict.question, [other for other in conflict.groups if other != group]))
        for remedy in remedies(conflict):
            assert remedy.total > 0
            assert not isinstance(solve_question(remedy.question), NoPlan), remedy


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_it_is_told_in_three_languages(lang: str) -> None:
    told = list(lines(*contradictions(bench(due=[0, 300, 0, 0])), lang))
    assert any("order 17" in line for line in told)
    assert any("100" in line for line in told)
