"""Is a program in an MPS file read digit for digit, and ours written so that other programs read the same?"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import highspy
import numpy as np
import pulp
import pytest
from plan_worlds import Size, world

from ecluse.plan.model import baseline, with_exports
from ecluse.plan.mps import MpsError, read, written
from ecluse.plan.session import no_better
from ecluse.plan.solve import Solved, solve, weighted

MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)
SMALL = """* a comment
NAME small
ROWS
 N cost
 L most
 G least
 E same
 N free
COLUMNS
 x cost 1.1 most 1
 x least 3
 MARKER 'MARKER' 'INTORG'
 y cost -2.5e-1 most 1D1
 y same .5 free 7
 MARKER 'MARKER' 'INTEND'
 z cost 0 same -1
RHS
 RHS most 4 least 1
 RHS same 0.1 cost -12
RANGES
 RNG most 2.5 same -1
BOUNDS
 UP BND x 4.25
 MI BND z
 UP BND z 1e30
 BV BND y
ENDATA
"""


def test_every_figure_is_the_fraction_it_spells() -> None:
    linear = read(SMALL.splitlines())
    assert (linear.name, linear.objective, linear.maximise) == ("small", "cost", False)
    assert linear.constant == 12
    assert linear.rows == ["most", "least", "same"]
    assert linear.row_ends == [(Fraction(3, 2), 4), (1, None), (Fraction(-9, 10), Fraction(1, 10))]
    assert linear.columns == ["x", "y", "z"]
    assert linear.column_ends == [(0, Fraction(17, 4)), (0, 1), (None, None)]
    assert linear.costs == [Fraction(11, 10), Fraction(-1, 4), 0]
    assert linear.coefficients == [{0: 1, 1: 3}, {0: 10, 2: Fraction(1, 2)}, {2: -1}]
    assert linear.whole == [False, True, False]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param(lambda s: s.replace("1.1", "1.1.1"), 10, id="no figure"),
        pytest.param(lambda s: s.replace("1.1", "nan"), 10, id="not a number"),
        pytest.param(lambda s: s.replace("1.1", "1e999999"), 10, id="an endless exponent"),
        pytest.param(lambda s: s.replace(" x least 3", " x most 3"), 11, id="a row named twice"),
        pytest.param(lambda s: s.replace(" x least 3", " x nowhere 3"), 11, id="a row that is not"),
        pytest.param(lambda s: s.replace("UP BND x 4.25", "UP BND x -1"), 27, id="a bound that reads two ways"),
        pytest.param(lambda s: s.replace("UP BND x 4.25", "SC BND x 4"), 23, id="semi-continuous"),
        pytest.param(lambda s: s.replace("UP BND x 4.25", "LO BND x 1e30"), 23, id="a lower bound without end"),
        pytest.param(lambda s: s.replace(" L most", " L cost"), 5, id="a row twice"),
        pytest.param(lambda s: s.replace("RANGES", "SOS"), 20, id="a section of another kind"),
        pytest.param(lambda s: s.replace("RHS most 4", "RHS most 4 most 5"), 18, id="two right-hand sides"),
        pytest.param(lambda s: s.replace("ENDATA\n", ""), 0, id="no end"),
        pytest.param(lambda s: s.replace(" z cost 0 same -1", " x same 1"), 16, id="a column that comes back"),
    ],
)
def test_what_reads_two_ways_or_not_at_all_is_refused_at_its_line(change: Callable[[str], str], line: int) -> None:
    text = change(SMALL)
    assert text != SMALL
    with pytest.raises(MpsError, match=f"^line {line}:"):
        read(text.splitlines())


@pytest.mark.parametrize("seed", [1, 3])
def test_ours_is_read_back_exactly(seed: int) -> None:
    program = with_exports(world(seed, MIDDLE), None)
    stage = weighted(program)
    linear = read(written(program, stage))
    assert linear.rows == program.row_names()
    assert linear.columns == program.column_names()
    for row, (low, high) in enumerate(linear.row_ends):
        right = int(program.rhs[row])
        assert (low, high) == {0: (right, right), -1: (None, right), 1: (right, None)}[int(program.sense[row])]
        among = slice(program.starts[row], program.starts[row + 1])
        for column, factor in zip(program.indices[among], program.factors[among], strict=True):
            assert linear.coefficients[column][row] == factor
    assert sum(len(each) for each in linear.coefficients) == len(program.factors)
    assert [linear.costs[column] for column in stage.columns] == stage.costs.tolist()


def test_another_program_reads_ours_and_finds_the_same_optimum(tmp_path: Path) -> None:
    program = baseline(world(3, MIDDLE))
    outcome = solve(program)
    assert isinstance(outcome, Solved)
    stage = program.stages[0]
    (tmp_path / "plan.mps").write_text("\n".join(written(program, stage)) + "\n", encoding="utf-8")
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(tmp_path / "plan.mps")) == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getObjectiveValue() == pytest.approx(outcome.reached[stage.name], rel=1e-6, abs=1e-3)
    assert (highs.getNumRow(), highs.getNumCol(), highs.getNumNz()) == (*program.shape, len(program.factors))


def test_names_with_blanks_are_numbered() -> None:
    question = world(1)
    question["products"][0]["id"] = "a b"
    for records in ("makes", "orders", "sales"):
        for each in question[records]:
            each["product"] = "a b" if each["product"] == "p0" else each["product"]
    program = baseline(question)
    assert read(written(program, program.stages[0])).rows[:2] == ["R0", "R1"]


def test_what_pulp_wrote_is_read(tmp_path: Path) -> None:
    problem = pulp.LpProblem("theirs", pulp.LpMaximize)
    x, y = problem.add_variable("x", 0, 4), problem.add_variable("y", None, 3)
    problem += 3 * x + 2 * y
    problem += x + y <= 5, "both"
    problem += x - y >= -2, "apart"
    problem.writeMPS(str(tmp_path / "theirs.mps"))
    linear = read((tmp_path / "theirs.mps").read_text(encoding="utf-8").splitlines())
    assert set(linear.rows) == {"both", "apart"}
    assert dict(zip(linear.columns, linear.column_ends, strict=True)) == {"x": (0, 4), "y": (None, 3)}
    assert [abs(cost) for cost in linear.costs] == [3, 2]


def test_a_baseline_in_floats_keeps_to_the_whole_one_that_is_no_better() -> None:
    outcome = solve(baseline(world(3, MIDDLE)))
    assert isinstance(outcome, Solved)
    whole = no_better(outcome)
    assert (np.array(whole["u"]) >= np.array(outcome.values["u"]) - 1e-5).all()
    bought = np.cumsum(np.array(outcome.values["b"]), axis=1)
    assert (np.cumsum(np.array(whole["b"]), axis=1) <= bought + 1e-5).all()
