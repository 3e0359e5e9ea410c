"""Does every proof count exactly, widen when it is touched, and never accept what is not so?"""

from __future__ import annotations

import copy
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plan_worlds import Size, world

from ecluse.plan import checker, mps
from ecluse.plan.checker import PlanError, Question
from ecluse.plan.fractions_solved import solved_exactly
from ecluse.plan.model import baseline
from ecluse.plan.mps import Linear
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.proof import stage_values, whole_multipliers
from ecluse.plan.prove import gap, prove
from ecluse.plan.rounding import whole_baseline
from ecluse.plan.solve import Solved, Solver

SMALL = Size(20, 6, 3, 4, 2, 2)


@pytest.mark.parametrize("seed", [1, 4, 9, 12, 23])
def test_the_bound_comes_as_near_as_the_program_without_rounding(seed: int) -> None:
    """The first stage's bound against the solver's own value of it: 1e-8, and rounding up to a whole figure."""
    question = world(seed, SMALL, tight=True)
    program = baseline(question)
    solver = Solver(program)
    outcome = solver.solve()
    assert isinstance(outcome, Solved)
    first = outcome.reached["class/1"]
    assert first > 10
    base = whole_baseline(question, outcome.values)
    proof = whole_multipliers(program, solver.duals(program.stages, stage_values(question, base)))
    assert first * (1 - 1e-8) <= bounds_of(question, base, proof)[0] <= first * (1 + 1e-8) + 1


def bounds_of(question: dict[str, Any], base: Any, proof: dict[str, Any]) -> list[int]:
    from test_plan_checker import without_exports

    from ecluse.plan.paper import plan_document

    blank = {"question": question, "plan": {"values": {"a": _origins(question)}}}
    plan = without_exports(blank, base)
    plan["a"] = _all_there(question, plan)
    document = plan_document(question, base, plan, proof)
    return [int(line.split("below ")[1].split(",")[0]) for line in checker.check(document)[2:]]


def _origins(question: dict[str, Any]) -> list[bool]:
    names = [name for name, *_ in Question(question).rows(exports=True)]
    return [f"origin/{product['id']}/{question['months'][0]}" in names for product in question["products"]]


def _all_there(question: dict[str, Any], plan: Any) -> list[list[int]]:
    return [[0] * len(question["months"]) if held else [] for held in _origins(question)]


def sound() -> dict[str, Any]:
    plan = solve_question(world(0))
    assert not isinstance(plan, NoPlan)
    return plan


def remade(plan: dict[str, Any]) -> dict[str, Any]:
    """Ledger, sums and digests made anew, as a forger would."""
    sums = [sum(row) for row in zip(*plan["proof"]["multipliers"], strict=True)]
    for entry, total in zip(plan["baseline"]["ledger"], sums, strict=False):
        entry[2] = total
    return plan | checker.kept(plan)


def gaps(plan: dict[str, Any]) -> list[int]:
    return [int(line.rpartition(" ")[2]) for line in checker.check(plan)[2:]]


def test_multipliers_changed_by_a_forger_can_only_widen_the_gap() -> None:
    plan, draw = sound(), np.random.default_rng(1)
    before = [
        sum(cost * plan["baseline"]["values"][b][i][t] for (b, i, t), cost in costs.items())
        for _, costs in Question(plan["question"]).stages()
    ]
    rows = list(Question(plan["question"]).rows(exports=False))
    for _ in range(60):
        forged = copy.deepcopy(plan)
        stage, row = int(draw.integers(len(before))), int(draw.integers(len(rows)))
        push = int(draw.integers(1, 2**60))
        sense = rows[row][2]
        forged["proof"]["multipliers"][stage][row] += -push if sense == "<" else push
        if not _right(forged["proof"]["multipliers"][stage][row], sense):
            continue
        told = gaps(remade(forged))
        assert all(value >= 0 for value in told)


def _right(y: int, sense: str) -> bool:
    return sense == "=" or (y <= 0 if sense == "<" else y >= 0)


def test_a_multiplier_of_the_wrong_sign_or_of_a_later_stage_is_refused() -> None:
    plan = sound()
    rows = list(Question(plan["question"]).rows(exports=False))
    for sense, y in (("<", 1), (">", -1)):
        forged = copy.deepcopy(plan)
        row = next(place for place, (_, _, own, _) in enumerate(rows) if own == sense)
        forged["proof"]["multipliers"][0][row] = y
        with pytest.raises(PlanError, match=f"^{rows[row][0]}: a multiplier of the wrong sign"):
            checker.check(remade(forged))
    forged = copy.deepcopy(plan)
    forged["proof"]["multipliers"][0][len(rows)] = -(2**40)  # the first stage's own cap would prove anything
    with pytest.raises(PlanError, match=r"^cap/class/1: .*a later stage"):
        checker.check(remade(forged))


@pytest.mark.parametrize("extra", [1, 5, 96])
def test_multipliers_of_rows_that_are_not_there_are_refused(extra: int) -> None:
    """Else a cap could pass for one of a stage before."""
    plan = sound()
    for vector in plan["proof"]["multipliers"]:
        vector.extend([0] * extra)
    plan["proof"]["multipliers"][0][len(list(Question(plan["question"]).rows(exports=False)))] = -(2**40)
    plan["baseline"]["ledger"] += [[0, 0, 0]] * extra
    with pytest.raises(PlanError):
        checker.check(remade(plan))


def test_a_shift_of_any_size_bounds_from_below() -> None:
    plan = sound()
    honest = gaps(plan)
    for shift in (0, 1, 20, plan["proof"]["shift"] + 1, 256, 10**9):
        forged = copy.deepcopy(plan)
        forged["proof"]["shift"] = shift
        told = gaps(remade(forged))
        assert all(now >= before for now, before in zip(told, honest, strict=True)) or shift < plan["proof"]["shift"]
        assert all(value >= 0 for value in told)


def test_no_multipliers_prove_nothing_and_say_so() -> None:
    plan = sound()
    plan["proof"]["multipliers"] = [[0] * len(vector) for vector in plan["proof"]["multipliers"]]
    values = [int(line.split(": ")[1].split(",")[0]) for line in checker.check(remade(plan))[2:]]
    assert gaps(remade(plan)) == values


# ------------------------------------------------------------------ any linear program


def linear(text: str) -> Linear:
    return mps.read(text.splitlines())


THIRDS = """NAME thirds
ROWS
 N cost
 L hours
 L steel
COLUMNS
 x cost -1 hours 3
 x steel 1
 y cost -1 hours 1
 y steel 3
RHS
 RHS hours 1 steel 1
ENDATA"""
RANGED = """NAME ranged
OBJSENSE
    MAX
ROWS
 N gain
 G need
 E sum
COLUMNS
 x gain 2.5 need 1
 x sum 1
 y gain -1 need -1
 y sum 1
RHS
 RHS need 0.1 sum 1.7
 RHS gain -4
RANGES
 RNG need 0.3
BOUNDS
 FR BND x
 MI BND y
 UP BND y 9
ENDATA"""


def test_a_fraction_is_proven_to_the_letter() -> None:
    program = linear(THIRDS)
    found = gap(program, prove(program))
    assert found.is_proven
    assert found.value == Fraction(-1, 2)


def test_ranges_free_columns_and_a_maximum() -> None:
    program = linear(RANGED)
    found = gap(program, prove(program))
    assert found.is_proven, found
    assert found.value == Fraction("2.5") * Fraction("1.05") - Fraction("0.65") + 4


@pytest.mark.parametrize("figure", ["1/3", "1/4", "333333333333/1000000000000"])
def test_a_plan_that_misses_by_a_hair_is_no_plan(figure: str) -> None:
    program = linear(THIRDS)
    proof = prove(program)
    hair = Fraction(1, 10**30)
    proof["columns"]["x"] = str(Fraction(proof["columns"]["x"]) + hair)
    found = gap(program, proof)
    assert not found.is_proven
    assert found.value is None
    assert "hours" in found.faults[0]
    proof["columns"] = {"x": figure, "y": "0"}
    assert not gap(program, proof).is_proven


def test_no_bound_where_a_column_without_end_pays_for_itself() -> None:
    program = linear(RANGED)
    proof = prove(program)
    proof["rows"]["sum"] = str(Fraction(proof["rows"]["sum"]) + Fraction(1, 10**40))
    found = gap(program, proof)
    assert found.bound is None
    assert not found.is_proven
    assert any("no bound" in fault for fault in found.faults)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(THIRDS.replace(" L hours", " G hours").replace(" L steel", " G steel"), id="unbounded"),
        pytest.param(THIRDS.replace("RHS hours 1", "RHS hours -1"), id="infeasible"),
    ],
)
def test_without_an_optimum_nothing_is_proven(text: str) -> None:
    program = linear(text)
    found = gap(program, prove(program))
    assert not found.is_proven
    assert found.faults


def test_whole_columns_are_not_passed_over() -> None:
    text = THIRDS.replace("COLUMNS\n", "COLUMNS\n MARKER 'MARKER' 'INTORG'\n").replace(
        "RHS\n RHS", " MARKER 'MARKER' 'INTEND'\nRHS\n RHS"
    )
    text = text.replace("ENDATA", "BOUNDS\n PL BND x\n PL BND y\nENDATA")
    found = gap(linear(text), prove(linear(text)))
    assert not found.is_proven
    assert found.bound == Fraction(-1, 2)
    assert any("is not whole" in fault for fault in found.faults)


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"format": "ecluse-proof/1", "columns": {"z": "1"}, "rows": {}},
        {"format": "ecluse-proof/1", "columns": {"x": 0.5}, "rows": {}},
        {"format": "ecluse-proof/1", "columns": {"x": "0.5"}, "rows": {}},
        {"format": "ecluse-proof/1", "columns": {"x": "1/0"}, "rows": {}},
        {"format": "ecluse-proof/1", "columns": [], "rows": {}},
    ],
)
def test_what_is_not_spelled_as_a_proof_is_refused(proof: dict[str, Any]) -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        gap(linear(THIRDS), proof)


def test_no_random_proof_is_accepted_falsely() -> None:
    """Proofs touched at random: whatever still counts as proven has the true optimum."""
    program, draw = linear(THIRDS), np.random.default_rng(2)
    honest = prove(program)
    for _ in range(300):
        proof = copy.deepcopy(honest)
        part = ("columns", "rows")[int(draw.integers(2))]
        name = str(draw.choice(program.columns if part == "columns" else program.rows))
        proof[part][name] = str(Fraction(int(draw.integers(-40, 40)), int(draw.integers(1, 40))))
        found = gap(program, proof)
        assert not found.is_proven or found.value == Fraction(-1, 2)
        assert found.bound is None or found.bound <= Fraction(-1, 2)


def test_our_own_programs_are_proven() -> None:
    program = baseline(world(3, SMALL))
    for stage in program.stages:
        read = mps.read(mps.written(program, stage))
        found = gap(read, prove(read))
        assert found.is_proven, (stage.name, found.faults[:3])


def test_a_program_that_pulp_wrote_is_proven(tmp_path: Path) -> None:
    pulp = pytest.importorskip("pulp")
    model = pulp.LpProblem("diet", pulp.LpMinimize)
    foods = {name: pulp.LpVariable(name, 0, 7) for name in ("bread", "milk", "beans", "kale")}
    model += pulp.lpSum(price * food for price, food in zip((0.35, 0.23, 0.17, 0.41), foods.values(), strict=True))
    for need, parts in ((11.3, (1.1, 2.3, 0.7, 3.1)), (7.7, (0.3, 0.9, 2.1, 1.3)), (5.1, (0.7, 0.1, 1.9, 0.3))):
        model += pulp.lpSum(part * food for part, food in zip(parts, foods.values(), strict=True)) >= need
    model.writeMPS(str(tmp_path / "diet.mps"))
    program = mps.read((tmp_path / "diet.mps").read_text(encoding="utf-8").splitlines())
    found = gap(program, prove(program))
    assert found.is_proven, found
    assert found.value is not None
    assert found.value.denominator > 1


def test_a_program_that_linopy_wrote_is_proven(tmp_path: Path) -> None:
    linopy = pytest.importorskip("linopy")
    pandas = pytest.importorskip("pandas")
    places = pandas.RangeIndex(6, name="place")
    model = linopy.Model()
    sent = model.add_variables(lower=0, upper=[3, 5, 2, 4, 6, 1], coords=[places], name="sent")
    kept = model.add_variables(coords=[places], name="kept")
    model.add_constraints(sent + 0.3 * kept >= np.arange(6) / 7, name="need")
    model.add_constraints(kept <= 2.25, name="room")
    model.add_objective((sent * [1.5, 0.7, 2.1, 0.9, 1.1, 3.3]).sum() + 0.25 * kept.sum())
    model.to_file(tmp_path / "places.mps")
    program = mps.read((tmp_path / "places.mps").read_text(encoding="utf-8").splitlines())
    assert gap(program, prove(program)).is_proven


def test_fractions_that_floats_cannot_tell_apart_are_solved() -> None:
    near = Fraction(1, 10**12)
    columns = [{0: Fraction(1), 1: Fraction(1)}, {0: Fraction(1), 1: 1 + near}]
    found = solved_exactly(columns, [Fraction(2), 2 + 3 * near])
    assert found in ([Fraction(-1), Fraction(3)], None)
    assert solved_exactly([{0: Fraction(1)}, {0: Fraction(2)}], [Fraction(1), Fraction(1)]) is None
