"""Do windows of months give a plan that the checker accepts, a bound that is true, and both near the whole?"""

from __future__ import annotations

import numpy as np
import pytest
from plan_worlds import RULES, Question, Size, world

from ecluse.plan import checker
from ecluse.plan.checker import PlanError
from ecluse.plan.coarse import in_steps
from ecluse.plan.engine import Options, Progress
from ecluse.plan.holding import held_plan
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.pieces import Cut, spans_of
from ecluse.plan.proof import stage_values
from ecluse.plan.rounding import whole_baseline
from ecluse.plan.scaled import Scaled
from ecluse.plan.solve import Solved, solve, weighted
from ecluse.plan.windows import Baseline, Windows, fitting, needed, solve_by_windows
from ecluse.plan.written import verified

MIDDLE = Size(14, 9, 3, 4, sales=2.5, routes=2.0)
SHORT = Windows(4, 2)


def test_only_what_is_too_large_for_one_piece_needs_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    question = world(1, MIDDLE)
    assert needed(question) is None
    monkeypatch.setattr(fitting, "__defaults__", (len(baseline(question).factors) // 2,))
    found = needed(question)
    assert found is not None
    assert found.each + found.over == len(question["months"]) // 2


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("tight", [False, True], ids=["ample", "tight"])
def test_a_plan_by_windows_holds_and_no_class_is_below_its_bound(rule: str, seed: int, tight: bool) -> None:
    question = world(seed, MIDDLE, rule=rule, tight=tight)
    found = solve_by_windows(question, windows=SHORT)
    if isinstance(found, NoPlan):
        assert found.why == "infeasible", found.rows
        assert isinstance(solve_question(question, by_weights=True), NoPlan)
        return
    for _, value, bound in checker.judged(found):
        assert bound <= value


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_no_plan_that_the_whole_allows_lies_below_the_bound_of_the_windows(seed: int) -> None:
    """The bound speaks of baselines whose earlier classes do no worse: so does the best by stages."""
    question = world(seed, MIDDLE, tight=True)
    found = solve_by_windows(question, windows=SHORT)
    if isinstance(found, NoPlan):
        pytest.skip("infeasible")
    best = solve(baseline(question))
    assert isinstance(best, Solved)
    judged = checker.judged(found)
    for (stage, value, bound), before in zip(judged, [None, *judged], strict=False):
        if before is None or best.reached[before[0]] <= before[1]:
            assert bound <= best.reached[stage] + 1e-3 * max(1.0, abs(best.reached[stage])), stage
        assert bound <= value


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_windows_come_near_to_the_whole(seed: int) -> None:
    program = baseline(world(seed, MIDDLE))
    stage = weighted(program)
    best = solve(program, by_weights=True)
    assert isinstance(best, Solved)
    most = float(stage.costs @ best.vector[stage.columns])
    found = Baseline(world(seed, MIDDLE), program, Options(), Windows(6, 3), 3)
    value = float(stage.costs @ found.figures[stage.columns])
    bound = found.cut.bound(found.costs, found.rows) / found.scale
    assert most * (1 - 1e-6) - 1 <= value <= most * 1.1 + 1
    assert bound <= most * (1 + 1e-6) + 1
    assert bound >= 0.8 * most - 1


def test_one_window_over_all_is_the_whole() -> None:
    question = world(2, MIDDLE)
    assert fitting(baseline(question)) == Windows(9, 0)
    found = solve_by_windows(question)
    assert not isinstance(found, NoPlan)
    whole = solve_question(question, by_weights=True)
    assert not isinstance(whole, NoPlan)
    bounds = [[bound for _, _, bound in checker.judged(each)] for each in (found, whole)]
    for name, here, there in zip(checker.Question(question).stages(), *bounds, strict=True):
        if name[0].startswith("class/"):
            assert here == pytest.approx(there, rel=0.02, abs=50)


def test_a_large_program_is_cut_into_windows_that_fit() -> None:
    program = baseline(world(1, MIDDLE))
    each = fitting(program, len(program.factors) // 2)
    assert each == Windows(3, 1)
    assert spans_of(9, each.each, each.over) == [(0, 4), (3, 7), (6, 9)]


@pytest.mark.parametrize("spans", [[(0, 9)], [(0, 6), (4, 9)], [(0, 3), (2, 5), (4, 7), (6, 9)]], ids=str)
def test_multipliers_from_the_last_window_to_the_first_leave_no_reduced_cost_of_the_wrong_sign(
    spans: list[tuple[int, int]],
) -> None:
    program = baseline(world(3, MIDDLE))
    scaled = Scaled(program)
    cut = Cut(scaled, Options())
    costs, _ = scaled.costs(weighted(program))
    settled = cut.forward(spans, costs, np.zeros(len(scaled.kept)))
    rows = cut.backward(spans, costs, settled)
    reduced = cut.reduced(costs, rows)
    assert reduced[np.isinf(scaled.bounds.upper)].min() > -1e-5
    assert cut.bound(costs, np.zeros_like(rows)) <= cut.bound(costs, rows) <= costs @ settled + 1e-3


def test_what_is_held_for_home_is_the_baselines_own() -> None:
    question = world(1, MIDDLE)
    found = solve_by_windows(question, windows=SHORT)
    assert not isinstance(found, NoPlan)
    base, plan = (found[part]["values"] for part in ("baseline", "plan"))
    assert (plan["o"], plan["b"]) == (base["o"], base["b"])
    assert sum(map(sum, plan["g"])) > 0


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_a_held_plan_is_whole_whatever_the_solver_said(seed: int) -> None:
    question = world(seed, MIDDLE)
    answer = solve(baseline(question), by_weights=True)
    assert isinstance(answer, Solved)
    base = whole_baseline(question, answer.values)
    columns = with_exports(question, base).columns
    for said in (np.zeros(columns.count), np.random.default_rng(seed).uniform(0, 9, columns.count)):
        plan = verified(question, held_plan(question, base, columns.split(said)), base)
        assert stage_values(question, plan)[:-1] <= stage_values(question, base)[:-1]


@pytest.mark.parametrize("seed", [5, 10, 17, 22, 34])
def test_what_home_gives_back_leaves_only_from_lines_that_may_export(seed: int) -> None:
    question = world(seed, Size(8, 6, 2, 3, sales=2.0, routes=1.5), tight=bool(seed % 2))
    answer = solve(baseline(question), by_weights=True)
    assert isinstance(answer, Solved)
    base = whole_baseline(question, answer.values)
    offered = solve(with_exports(question, base), by_weights=True)
    assert isinstance(offered, Solved)
    plan = verified(question, held_plan(question, base, offered.values), base)
    assert min(units for months in plan["a"] for units in months) >= 0


@pytest.mark.parametrize("seed", [5, 10])
def test_a_column_below_nought_is_no_plan(seed: int) -> None:
    question = world(seed, Size(8, 6, 2, 3, sales=2.0, routes=1.5), tight=bool(seed % 2))
    answer = solve(baseline(question), by_weights=True)
    assert isinstance(answer, Solved)
    values = dict(whole_baseline(question, answer.values))
    values["s"] = [[-1, *months[1:]] for months in values["s"]]
    with pytest.raises(PlanError, match="s/0/0: below nought"):
        verified(question, values, None)


def test_seen_in_steps_nothing_is_lost() -> None:
    question = world(1, MIDDLE)
    far = in_steps(question, 4)
    assert len(far["months"]) == 3
    assert sum(far["budget"]) == sum(question["budget"])
    for name, field in (("lines", "hours"), ("orders", "units"), ("needs", "units")):
        assert [sum(each[field]) for each in far[name]] == [sum(each[field]) for each in question[name]]
    assert far["products"][0]["reserve"][-1] == question["products"][0]["reserve"][-1]


def test_a_question_that_nothing_fills_says_so() -> None:
    question = world(1, MIDDLE)
    orders = [each | {"units": [units + 10**6 for units in each["units"]]} for each in question["orders"]]
    found = solve_by_windows(question | {"orders": orders}, windows=SHORT)
    assert isinstance(found, NoPlan)
    assert (found.part, found.why) == ("baseline", "infeasible")


def test_the_baseline_is_told_before_exports_are_thought_of_and_a_run_can_be_stopped() -> None:
    question: Question = world(1, MIDDLE)
    told: list[str] = []

    def stop(progress: Progress) -> bool:
        told.append(progress.stage)
        return len(told) > 2

    found = solve_by_windows(question, windows=SHORT, options=Options(progress=stop), log_baseline=told.append)
    assert isinstance(found, NoPlan)
    assert found.why == "stopped"
    digests: list[str] = []
    made = solve_by_windows(question, windows=SHORT, log_baseline=digests.append)
    assert not isinstance(made, NoPlan)
    assert digests == [made["digests"]["baseline"]]
