"""Is what the solver finds the optimum, stage after stage, and do its multipliers prove it on the checker's rows?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
from plan_worlds import RULES, TINY, Question, Size, world

from ecluse.plan import blocks
from ecluse.plan.blocks import EQUAL, LESS, MORE, Program, Stage
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.scaled import Scaled
from ecluse.plan.solve import Infeasible, Options, Progress, Solved, Solver, Stopped, solve, stage_duals, weighted

MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)
SHIFT = 60


def ask(seed: int, size: Size = MIDDLE, **other: Any) -> Question:
    return world(seed, size, **other)


def whole_base(values: dict[str, Any]) -> dict[str, Any]:
    """A baseline in whole units that is no better than this one in floats."""
    bought = np.floor(np.cumsum(np.array(values["b"]), axis=1) + 1e-6)
    return {
        "u": np.ceil(np.array(values["u"]) - 1e-6).astype(np.int64).tolist(),
        "b": np.diff(bought, axis=1, prepend=0).astype(np.int64).tolist(),
    }


def by_scipy(program: Program, caps: list[int] | None = None) -> tuple[str, list[float]]:
    """The same stages by another hand-over: unscaled, no bounds but zero, from nothing each time; held at `caps`."""
    matrix = scipy.sparse.csr_array((program.factors.astype(float), program.indices, program.starts), program.shape)
    sign = np.where(program.sense == MORE, -1.0, 1.0)
    less, equal = program.sense != EQUAL, program.sense == EQUAL
    flipped = scipy.sparse.diags_array(sign) @ matrix
    above, limits = flipped.tocsr()[less], (sign * program.rhs)[less]
    found = []
    for stage in program.stages:
        costs = np.zeros(program.shape[1])
        np.add.at(costs, stage.columns, stage.costs)
        told = scipy.optimize.linprog(costs, above, limits, matrix[equal], program.rhs[equal], method="highs")
        if told.status == 2:
            return "infeasible", []
        found.append(float(told.fun))
        above = scipy.sparse.vstack([above, scipy.sparse.csr_array(costs[None, :])])
        held = told.fun + max(1e-8, 1e-9 * abs(told.fun)) if caps is None else caps[len(found) - 1]
        limits = np.append(limits, held)
    return "optimal", found


def tops(question: Question, program: Program) -> list[int]:
    """What can no column exceed? The budget for money, everything asked for or made for units."""
    units = sum(sum(need["units"]) for need in question["needs"]) + sum(p["stock"] for p in question["products"])
    units += sum(sum(line["hours"]) for line in question["lines"]) + sum(sum(o["units"]) for o in question["orders"])
    found = [units + 10_000] * program.shape[1]
    money = program.columns.blocks["c"]
    found[money.start : money.start + money.size] = [sum(question["budget"])] * money.size
    return found


def proven(
    program: Program, stage: Stage, multipliers: np.ndarray, caps: list[tuple[Stage, int]], most: list[int]
) -> int:
    """Below what does exact arithmetic hold this stage, every column being at most so much?"""
    exact = [round(float(y) * 2**SHIFT) for y in multipliers]
    senses = [*program.sense.tolist(), *([LESS] * (len(exact) - program.shape[0]))]
    exact = [0 if (y > 0 and s == LESS) or (y < 0 and s == MORE) else y for y, s in zip(exact, senses, strict=True)]
    reduced = [0] * program.shape[1]
    for column, cost in zip(stage.columns.tolist(), stage.costs.tolist(), strict=True):
        reduced[column] += cost << SHIFT
    total = sum(y * right for y, right in zip(exact, program.rhs.tolist(), strict=False))
    for row in range(program.shape[0]):
        for k in range(program.starts[row], program.starts[row + 1]) if exact[row] else ():
            reduced[program.indices[k]] -= int(program.factors[k]) * exact[row]
    for y, (cap, limit) in zip(exact[program.shape[0] :], caps, strict=False):
        total += y * limit
        for column, cost in zip(cap.columns.tolist(), cap.costs.tolist(), strict=True):
            reduced[column] -= cost * y
    return -(-(total + sum(top * d for top, d in zip(most, reduced, strict=True) if d < 0)) >> SHIFT)


@pytest.mark.parametrize("seed", range(8))
def test_stages_reach_what_another_hand_over_reaches(seed: int) -> None:
    program = baseline(ask(seed, tight=bool(seed % 2)))
    outcome, (status, expected) = solve(program), by_scipy(program)
    assert isinstance(outcome, Solved) == (status == "optimal")
    if isinstance(outcome, Solved):
        assert list(outcome.reached.values()) == pytest.approx(expected, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("rule", RULES)
def test_stages_with_exports_reach_what_another_hand_over_reaches(rule: str) -> None:
    question = ask(3, rule=rule)
    base = solve(baseline(question))
    assert isinstance(base, Solved)
    program = with_exports(question, whole_base(base.values))
    outcome, (status, expected) = solve(program), by_scipy(program)
    assert status == "optimal"
    assert isinstance(outcome, Solved)
    assert list(outcome.reached.values()) == pytest.approx(expected, rel=1e-5, abs=1e-2)
    assert outcome.reached["receipts"] < 0, "nothing is exported"


@pytest.mark.parametrize("solver", ["simplex", "interior"])
@pytest.mark.parametrize("seed", range(4))
def test_rows_hold_in_whole_figures(seed: int, solver: str) -> None:
    program = baseline(ask(seed, tight=bool(seed % 2)))
    outcome = solve(program, Options(solver=solver), by_weights=True)
    if not isinstance(outcome, Solved):
        assert by_scipy(program)[0] == "infeasible"
        return
    off = program.activity(outcome.vector) - program.rhs
    off = np.where(program.sense == LESS, np.maximum(off, 0), np.where(program.sense == MORE, np.minimum(off, 0), off))
    weight = np.add.reduceat(np.abs(program.factors), program.starts[:-1])
    assert np.abs(off / weight).max() < 1e-3
    assert outcome.vector.min() >= 0


@pytest.mark.parametrize("seed", range(6))
def test_multipliers_prove_every_stage_with_the_caps_it_was_given(seed: int) -> None:
    question = ask(seed, tight=bool(seed % 2))
    program = baseline(question)
    solver, most = Solver(program), tops(question, program)
    outcome = solver.solve()
    if not isinstance(outcome, Solved):
        assert by_scipy(program)[0] == "infeasible"
        return
    caps = [int(np.ceil(value)) + 2 for value in outcome.reached.values()]
    held = list(zip(program.stages, caps, strict=True))
    _, expected = by_scipy(program, caps)
    for vectors in (solver.duals(program.stages, caps), stage_duals(program, caps)):
        for k, (stage, multipliers) in enumerate(zip(program.stages, vectors, strict=True)):
            assert len(multipliers) == program.shape[0] + len(program.stages) - 1
            assert not multipliers[program.shape[0] + k :].any(), "a cap of a later stage"
            least = proven(program, stage, multipliers, held, most)
            assert expected[k] - 1e-5 * abs(expected[k]) - 1 <= least <= expected[k] + 1e-6 * abs(expected[k]) + 1


def test_a_stage_held_at_nothing_needs_no_multiplier() -> None:
    program = baseline(ask(3))
    solver = Solver(program)
    assert isinstance(solver.solve(), Solved)
    vectors = solver.duals(program.stages, [0] * len(program.stages))
    assert not any(vector.any() for vector in vectors)


def test_a_row_that_became_a_bound_has_a_multiplier() -> None:
    question = ask(2, rule="N1")
    base = solve(baseline(question))
    assert isinstance(base, Solved)
    program = with_exports(question, whole_base(base.values))
    solver = Solver(program)
    assert isinstance(solver.solve(), Solved)
    vectors = solver.duals(program.stages, [int(v) + 1 for v in solver.reached(solver.place * 0 + 1).values()])
    single = np.flatnonzero(np.diff(program.starts) == 1)
    assert any(vector[single].any() for vector in vectors)


def test_the_scale_is_powers_of_two_and_brings_figures_near_one() -> None:
    question = ask(1, money=10_000_000)
    scaled = Scaled(with_exports(question, None))
    for scale in (scaled.row_scale, scaled.column_scale):
        assert (np.exp2(np.round(np.log2(scale))) == scale).all()
    sizes = np.abs(scaled.values)
    assert sizes.min() > 1e-3
    assert sizes.max() < 1e4
    for stage in (*scaled.program.stages, weighted(scaled.program)):
        costs, _ = scaled.costs(stage)
        assert np.abs(costs[costs != 0]).min() >= 1e-3


def test_the_weights_put_the_classes_before_one_another() -> None:
    program = with_exports(ask(1), None)
    stage = weighted(program)
    costs = dict(zip(stage.columns.tolist(), stage.costs.tolist(), strict=True))
    first, second = (program.stages[k] for k in (0, 1))
    ratio = costs[int(first.columns[0])] * int(second.costs[0]), costs[int(second.columns[0])] * int(first.costs[0])
    assert ratio[0] == 10 * ratio[1]


def test_orders_beyond_all_capacity_are_infeasible_and_the_rows_are_named() -> None:
    question = ask(1)
    question["orders"].append({"id": "o-last", "product": "p0", "units": [10**7] * 5, "home": True})
    outcome = solve(baseline(question))
    assert isinstance(outcome, Infeasible)
    families = {name.split("/")[0] for name in outcome.rows}
    assert "stock" in families
    assert families <= {"stock", "hours", "reserve", "ramp", "host"}
    pressure = outcome.program.pressure(outcome.multipliers)
    assert pressure.max() < 1e-6, "the sum of the rows leaves no room"
    assert outcome.multipliers @ outcome.program.rhs > 0


def test_a_budget_below_nothing_is_infeasible() -> None:
    question = ask(1) | {"budget": [-5] * 5}
    assert isinstance(solve(baseline(question)), Infeasible)


def test_two_bounds_of_one_column_that_contradict_are_named() -> None:
    question = ask(1, rule="N2")
    base = solve(baseline(question))
    assert isinstance(base, Solved)
    wanted = whole_base(base.values)
    wanted["u"][0][0] = -1
    outcome = solve(with_exports(question, wanted))
    assert isinstance(outcome, Infeasible)
    assert outcome.rows == [f"harm/{question['needs'][0]['id']}/2026-01"]


def test_progress_is_told_and_true_from_it_cancels() -> None:
    heard: list[Progress] = []

    def cancel(progress: Progress) -> bool:
        heard.append(progress)
        return True

    outcome = solve(baseline(ask(1, Size(60, 8, 3, 4, 2.0))), Options(progress=cancel))
    assert isinstance(outcome, Stopped)
    assert outcome.why == "cancelled"
    assert outcome.vector is None
    assert outcome.bound >= 0
    assert heard[0].stage == "weighted"


def test_no_time_at_all_is_stopped_not_an_error() -> None:
    outcome = solve(baseline(ask(1)), Options(seconds=0))
    assert isinstance(outcome, Stopped)
    assert (outcome.why, outcome.stage) == ("time", "weighted")


def test_of_equal_plans_the_nearest_to_the_last_is_chosen() -> None:
    question = ask(3)
    base = solve(baseline(question))
    assert isinstance(base, Solved)
    program = with_exports(question, whole_base(base.values))
    alone = solve(program)
    assert isinstance(alone, Solved)
    last = {block: [[round(units) for units in months] for months in alone.values[block]] for block in "xg"}
    last["x"] = [[units + 3 * (t % 2) for t, units in enumerate(months)] for months in last["x"]]
    near = Solver(program).solve(near=last)
    assert isinstance(near, Solved)
    assert list(near.reached.values()) == pytest.approx(list(alone.reached.values()), rel=1e-6, abs=1e-3)
    far = [sum(abs(np.array(plan.values[b]) - np.array(last[b])).sum() for b in "xg") for plan in (near, alone)]
    assert far[0] < far[1]
    for name, value in near.reached.items():
        assert Solver(program).reached(near.vector)[name] == pytest.approx(value, rel=1e-5, abs=1e-2)


def test_frozen_months_stay_as_they_were() -> None:
    question = ask(3)
    base = solve(baseline(question))
    assert isinstance(base, Solved)
    program = with_exports(question, whole_base(base.values))
    before = solve(program, by_weights=True)
    assert isinstance(before, Solved)
    richer = question | {"budget": [money * 2 for money in question["budget"]]}
    solver = Solver(with_exports(richer, whole_base(base.values)))
    solver.freeze(before.values, 2)
    after = solver.solve(by_weights=True)
    assert isinstance(after, Solved)
    for block in "xg":
        one, two = (np.array(plan.values[block]) for plan in (before, after))
        assert one[:, :2] == pytest.approx(two[:, :2], abs=1e-4)
    assert any(np.abs(np.array(before.values[b]) - np.array(after.values[b]))[:, 2:].max() > 1 for b in "xb")


def test_weights_stay_whole_where_figures_are_huge() -> None:
    question = ask(1, money=10**10)
    for need in question["needs"]:
        need["value"] *= 10**9
    stage = weighted(with_exports(question, None))
    assert stage.costs.dtype == np.int64
    assert stage.costs.max() < 2**62
    assert stage.costs[stage.costs > 0].min() > 0


def test_the_smallest_world_solves_under_every_rule() -> None:
    for rule in RULES:
        question = world(1, TINY, rule=rule)
        base = solve(baseline(question))
        assert isinstance(base, Solved)
        assert isinstance(solve(with_exports(question, whole_base(base.values))), Solved)
    assert blocks.SENSES[LESS] == "<"
