"""Is the plan as good as the best of all whole plans, counted one by one, within what rounding is stated to cost?"""

from __future__ import annotations

import pytest
from plan_enumerated import best_baseline, small_world

from ecluse.plan import checker
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.proof import stage_values

WORLDS = 120
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_the_best_of_all_whole_plans_lies_between_plan_and_bound(part: int) -> None:
    seen = 0
    for seed in range(part, WORLDS, PARTS):
        question = small_world(seed)
        best = best_baseline(question)
        plan, exact = solve_question(question), solve_question(question, integer=True)
        if best is None:
            assert isinstance(plan, NoPlan), seed
            assert isinstance(exact, NoPlan), seed
            continue
        assert not isinstance(plan, NoPlan), seed
        assert not isinstance(exact, NoPlan), seed
        seen += 1
        reached = tuple(stage_values(question, plan["baseline"]["values"]))
        assert tuple(stage_values(question, exact["baseline"]["values"])) == best, seed
        assert best <= reached, seed
        bounds = [int(line.split("below ")[1].split(",")[0]) for line in checker.check(plan)[2:]]
        assert bounds[0] <= best[0], seed  # later bounds hold the stages before at what was reached, not at the best
        exact_bounds = [int(line.split("below ")[1].split(",")[0]) for line in checker.check(exact)[2:]]
        assert all(low <= value for low, value in zip(exact_bounds, best, strict=True)), seed
        for value, low, lowest, cost in zip(reached, bounds, best, plan["proof"]["allowance"], strict=True):
            assert value - low <= cost, seed
            assert value - lowest <= cost, seed
    assert seen > WORLDS // PARTS // 2
