"""Does an urgent order for home find who makes it, shrink what was promised, and name what is recalled first?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from test_plan_infeasible import MONTHS, bench

from ecluse.custody.recall import Reach, Recallable
from ecluse.edge.plan import question_at
from ecluse.plan import checker
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.surge import InForce, Shrunk, ceilings, recalled, shrink, with_order

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "ua-2026"
ASKED, MINUTES = 20_000, 5
MAY_LEAVE = {"A": [0, 20, 50, 50]}


def in_force(name: str, certified: int, committed: int = 0, used: int = 0, last: str = MONTHS[3]) -> InForce:
    return InForce(name, "A", MONTHS[0], last, certified, committed, used)


def test_the_order_is_split_over_models_that_can_make_it_together() -> None:
    found = with_order(bench(due=[30, 0, 0, 0]), "surge", "k", [0, 170, 0, 0])
    assert found.units_missing == 0
    assert sum(sum(units) for units in found.by_model.values()) == 170
    assert not isinstance(solve_question(found.question), NoPlan)


def test_one_unit_more_than_can_be_made_is_late_or_missing() -> None:
    found = with_order(bench(due=[30, 0, 0, 0]), "surge", "k", [0, 171, 0, 0])
    assert (found.units_late, found.units_missing) == (1, 0)
    found = with_order(bench(due=[30, 0, 0, 0]), "surge", "k", [0, 0, 0, 371])
    assert (found.units_late, found.units_missing) == (1, 1)


def test_what_may_leave_is_less_by_the_order() -> None:
    question = bench(due=[30, 0, 0, 0])
    after = ceilings(with_order(question, "surge", "k", [0, 0, 0, 100]).question)
    assert sum(units[-1] for units in ceilings(question).values()) == 370
    assert sum(units[-1] for units in after.values()) == 270


@pytest.mark.parametrize(
    ("certificates", "expected"),
    [
        pytest.param([in_force("c1", 30), in_force("c2", 20)], [], id="all may leave"),
        pytest.param([in_force("c1", 30), in_force("c2", 21)], [("c2", 20, 0, 0)], id="one too many"),
        pytest.param([in_force("c1", 30), in_force("c2", 40, 35)], [("c2", 20, 15, 0)], id="committed are recalled"),
        pytest.param([in_force("c1", 30, last=MONTHS[1])], [("c1", 20, 0, 0)], id="by its own last month"),
        pytest.param([in_force("c1", 60), in_force("c2", 10, 10, 10)], [("c1", 40, 0, 0)], id="gone counts first"),
        pytest.param([in_force("c1", 60, 60, 60)], [], id="all gone: nothing left to shrink"),
        pytest.param([in_force("c1", 70, 60, 60)], [("c1", 60, 0, 10)], id="gone beyond what may leave"),
    ],
)
def test_certificates_shrink(certificates: list[InForce], expected: list[tuple[str, int, int, int]]) -> None:
    found = shrink(certificates, MAY_LEAVE, MONTHS)
    assert [(one.certificate, one.units_after, one.units_recalled, one.units_beyond) for one in found] == expected


def test_what_has_gone_least_far_is_recalled_first() -> None:
    tranches = [
        Recallable("t1", Reach.MOVING, 10),
        Recallable("t2", Reach.PACKED, 10),
        Recallable("t3", Reach.RESERVED, 10),
    ]
    shrunk = [Shrunk("c1", "A", 50, 30, 15, 0)]
    assert [order.tranche for order in recalled(shrunk, {"c1": tranches})["c1"]] == ["t3", "t2"]


@pytest.mark.slow
def test_twenty_thousand_interceptors_in_the_demonstration_world() -> None:
    question, began = question_at(EXAMPLE), time.monotonic()
    found = with_order(question, "surge", "interceptor", [0, 0, 0, 0, ASKED // 2, ASKED // 2, *[0] * 6])
    assert (found.units_missing, found.units_late) == (0, 0)
    before, after = ceilings(question), ceilings(found.question)
    models = [p["id"] for p in question["products"] if p["pool"] == "interceptor"]
    months = question["months"]
    held = [
        InForce(f"c/{m}", m, months[0], months[-1], before[m][-1], before[m][-1], 0) for m in models if before[m][-1]
    ]
    shrunk = shrink(held, after, months)
    assert sum(one.units_before - one.units_after for one in shrunk) >= ASKED
    assert all(one.model in found.by_model for one in shrunk)
    plan = solve_question(found.question)
    assert not isinstance(plan, NoPlan)
    checker.check(plan)
    seconds = time.monotonic() - began
    print(f"surge: {len(shrunk)} certificates shrink, {seconds:.1f} s")
    assert seconds < MINUTES * 60
