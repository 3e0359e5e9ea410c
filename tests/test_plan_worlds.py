"""Is the plan as good as the best of all whole plans, counted one by one, within what rounding is stated to cost?"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import plan_enumerated_exports
import pytest
from plan_enumerated import best_baseline, small_world
from plan_worlds import world

from ecluse.plan import checker
from ecluse.plan.checker import Question
from ecluse.plan.infeasible import conflicts, groups_of, has_answer, only
from ecluse.plan.model import with_exports
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.proof import stage_values
from ecluse.plan.solve import Solved, solve

WORLDS = 120
PARTS = 4
EACH = [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))]


@pytest.mark.parametrize("part", EACH)
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


EXPORT_WORLDS = 80


@pytest.mark.parametrize("part", EACH)
def test_the_best_of_all_export_plans_lies_between_plan_and_bound(part: int) -> None:
    """Every plan with exports beside the baseline that was published, counted one by one.

    Above it: the plan in whole units, by no more than the allowance. Below it: what the solver reaches in fractions.
    The plan that the solver sought in whole units is the best one itself, receipts too.
    """
    seen = sold = 0
    for seed in range(part, EXPORT_WORLDS, PARTS):
        question = plan_enumerated_exports.small_world(seed)
        plan, exact = solve_question(question), solve_question(question, integer=True)
        if isinstance(plan, NoPlan) or isinstance(exact, NoPlan):
            assert isinstance(plan, NoPlan), seed
            assert isinstance(exact, NoPlan), seed
            continue
        seen += 1
        base, beside = plan["baseline"]["values"], exact["baseline"]["values"]
        best = plan_enumerated_exports.best_plan(question, base)
        assert stages_of(exact) == plan_enumerated_exports.best_plan(question, beside), seed
        reached = stages_of(plan)
        assert best <= reached, seed
        outcome = solve(with_exports(question, base))
        assert isinstance(outcome, Solved), seed
        assert outcome.reached["class/1"] <= best[0] + 1e-6, seed
        for value, lowest, cost in zip(reached, best, plan["proof"]["allowance"], strict=False):
            assert value - lowest <= cost, seed
        sold += best[-1] < 0
    assert seen > EXPORT_WORLDS // PARTS // 2
    assert sold > seen // 4


def stages_of(plan: dict[str, Any]) -> tuple[int, ...]:
    """What a plan with exports comes to, and its receipts, paid by the last month or later."""
    question, values = plan["question"], plan["plan"]["values"]
    gross = Question(question).gross
    net = sum(
        units * (gross[j][t] - sale["cost"])
        for j, sale in enumerate(question["sales"])
        for t, units in enumerate(values["g"][j])
    )
    return (*stage_values(question, values), -net)


# ------------------------------------------------------------------ no harm, in as many worlds as there is time for

QUICK_WORLDS = 12


@pytest.mark.parametrize("rule", ["N1", "N2", "N3"])
def test_no_harm_holds_exactly_and_orders_are_met_or_the_demand_that_forbids_it_is_named(rule: str) -> None:
    """The short form of five hundred worlds (test_plan_rounding.py), and what stands in the way of a plan."""
    solved = named = 0
    for seed in range(QUICK_WORLDS):
        question = world(seed, rule=rule, tight=seed % 3 == 0, units=(5, 40, 200)[seed % 3])
        if seed % 4 == 3:  # nobody can make that
            question["orders"] = [{"id": "much", "product": "p0", "units": [10**7, 0, 0], "home": True}]
        found = solve_question(question)
        if isinstance(found, NoPlan):
            for conflict in conflicts(question):
                named += 1
                every = list(groups_of(conflict.question))
                freed = [
                    only(conflict.question, [each for each in every if each != group]) for group in conflict.groups
                ]
                assert any(map(has_answer, freed)), (seed, conflict.groups)
            continue
        solved += 1
        base, plan = found["baseline"]["values"], found["plan"]["values"]
        for n in range(len(question["needs"])):
            assert all(now <= before for now, before in zip(plan["u"][n], base["u"][n], strict=True)), seed
            if rule == "N2":
                pairs = zip(accumulate(plan["b"][n]), accumulate(base["b"][n]), strict=True)
                assert all(now >= before for now, before in pairs), seed
        for p, product in enumerate(question["products"]):
            reserve = zip(plan["s"][p], product["reserve"], strict=True)
            assert all(stock >= least for stock, least in reserve), seed
    assert solved > QUICK_WORLDS // 2
    assert named
