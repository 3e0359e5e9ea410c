"""Are programs that others wrote, in fixed or free form and with every kind of bound, read and proven as they meant?"""

from __future__ import annotations

import copy
import random
from fractions import Fraction
from pathlib import Path

import highspy
import pytest

from ecluse.plan import mps
from ecluse.plan.mps import Linear, MpsError
from ecluse.plan.prove import gap, prove

HEAD = """NAME odd
ROWS
 N  cost
 L  most
 G  least
 E  same
 N  spare
COLUMNS
    x         cost      1.0            most      1.0
    x         least     2.0
    y         cost      -2.5           most      1.0
    y         same      1.0            spare     3.0
    z         cost      0.5            same      -1.0
RHS
    RHS       most      4.0            least     1.0
    RHS       same      0.5            cost      -7.25
"""
RANGES = """RANGES
    RNG       most      2.5            same      -0.25
    RNG       least     3.0
"""


def read(text: str) -> Linear:
    return mps.read(text.splitlines())


def ends_of(*bounds: str) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    linear = read(HEAD + "BOUNDS\n" + "\n".join(f" {bound}" for bound in bounds) + "\nENDATA\n")
    return dict(zip(linear.columns, linear.column_ends, strict=True))


@pytest.mark.parametrize(
    ("bounds", "ends"),
    [
        pytest.param(["UP BND x 4"], (0, 4), id="an upper bound"),
        pytest.param(["UP BND x 0"], (0, 0), id="an upper bound of nought"),
        pytest.param(["MI BND x", "UP BND x -3"], (None, -3), id="below nought, without end below"),
        pytest.param(["LO BND x -5", "UP BND x -3"], (-5, -3), id="below nought, between ends"),
        pytest.param(["FX BND x -2.5"], (Fraction(-5, 2), Fraction(-5, 2)), id="fixed"),
        pytest.param(["FR BND x"], (None, None), id="free"),
        pytest.param(["MI BND x"], (None, None), id="without end below"),
        pytest.param(["PL BND x"], (0, None), id="without end above"),
        pytest.param(["LO BND x 2", "PL BND x"], (2, None), id="from two up"),
        pytest.param(["BV BND x"], (0, 1), id="yes or no"),
        pytest.param(["BV BND x 1"], (0, 1), id="yes or no, with a figure"),
        pytest.param(["LI BND x 1", "UI BND x 6"], (1, 6), id="whole"),
        pytest.param(["UP x 4"], (0, 4), id="without the set's name"),
        pytest.param(["FR x"], (None, None), id="free, without the set's name"),
        pytest.param(["UP BND x 1e30"], (0, None), id="what solvers take for no bound"),
        pytest.param(["LO BND x -Inf", "UP BND x 3"], (None, 3), id="a word for no bound"),
    ],
)
def test_every_kind_of_bound_is_read(bounds: list[str], ends: tuple[int | None, int | None]) -> None:
    assert ends_of(*bounds)["x"] == ends
    assert ends_of(*bounds)["y"] == (0, None)


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param(["UP BND x -3"], id="below nought and no lower bound"),
        pytest.param(["UP BND x 3", "UP BND x 4"], id="two on one side"),
        pytest.param(["FX BND x 3", "UP BND x 4"], id="fixed and then not"),
        pytest.param(["UP ONE x 3", "UP TWO y 4"], id="two sets"),
        pytest.param(["UP BND nobody 3"], id="a column that is not there"),
        pytest.param(["UP BND x"], id="no figure"),
        pytest.param(["UP BND x three"], id="a word for a figure"),
        pytest.param(["UP BND x -1e30"], id="without end on the wrong side"),
        pytest.param(["SC BND x 3"], id="semi-continuous"),
        pytest.param(["FR x y"], id="of one column or of another"),
        pytest.param(["BV"], id="nothing"),
    ],
)
def test_bounds_that_read_two_ways_are_refused(bounds: list[str]) -> None:
    with pytest.raises(MpsError, match=r"^line \d+: "):
        ends_of(*bounds)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("same      0.5  ", "same      1e30 ", id="a right-hand side without end"),
        pytest.param("RHS       same", "RHS2      same", id="two vectors of right-hand sides"),
        pytest.param("RNG       least", "RNG2      least", id="two vectors of ranges"),
        pytest.param("x         least     2.0", "x         cost      2.0", id="a cost told twice"),
        pytest.param("NAME odd", "NAME odd\nOBJSENSE\n    SMALLEST", id="a sense that is none"),
        pytest.param("COLUMNS", "COLUMNS\n    M  'MARKER'  'SOSORG'", id="a marker of another kind"),
        pytest.param("COLUMNS", "COLUMNS\n    M  'MARKER'  'INTORG'", id="whole, without bounds"),
        pytest.param(" E  same", " E  the same", id="a name with a blank"),
        pytest.param("RNG       most", "RNG       cost", id="a range of the objective"),
        pytest.param(" L  most", " X  most", id="a row of no kind"),
    ],
)  # fmt: skip
def test_what_programs_read_differently_is_refused_at_its_line(old: str, new: str) -> None:
    text = HEAD + RANGES + "ENDATA\n"
    assert text.replace(old, new) != text
    with pytest.raises(MpsError, match=r"^line \d+: "):
        read(text.replace(old, new))
    read(text)


def test_the_objectives_right_hand_side_is_taken_off_and_free_rows_bind_nothing() -> None:
    linear = read(HEAD + RANGES + "ENDATA\n")
    assert linear.constant == Fraction("7.25")
    assert linear.rows == ["most", "least", "same"]
    assert linear.row_ends == [
        (Fraction(3, 2), Fraction(4)), (Fraction(1), Fraction(4)), (Fraction(1, 4), Fraction(1, 2)),
    ]  # fmt: skip


def test_fixed_and_free_form_say_the_same() -> None:
    fixed = HEAD + RANGES + "BOUNDS\n UP BND       x         4.0\n MI BND       z\nENDATA\n"
    free = "\n".join(" ".join(line.split()) if line[0] != " " else " " + " ".join(line.split())
                     for line in fixed.splitlines())  # fmt: skip
    one, other = read(fixed), read(free)
    assert (one.row_ends, one.column_ends, one.costs, one.coefficients) == (
        other.row_ends, other.column_ends, other.costs, other.coefficients,
    )  # fmt: skip


# ------------------------------------------------------------------ against another reader, at random

KINDS = ("none", "UP", "LO", "FX", "FR", "MI", "MIUP", "PL", "BOTH")


def drawn(seed: int) -> str:
    """A program with a plan: rows of every kind around a point, ranges, and bounds of every kind."""
    draw = random.Random(f"mps/{seed}")
    columns, rows = draw.randint(2, 6), draw.randint(1, 5)
    point = [Fraction(draw.randint(-12, 12), 4) for _ in range(columns)]
    lines = ["NAME drawn", "OBJSENSE", f"    {draw.choice(['MIN', 'MAX'])}", "ROWS", " N obj"]
    factors = [[Fraction(draw.randint(-8, 8), 2) for _ in range(columns)] for _ in range(rows)]
    kinds = [draw.choice("LGE") for _ in range(rows)]
    lines += [f" {kind} r{i}" for i, kind in enumerate(kinds)] + [" N idle", "COLUMNS"]
    for j in range(columns):
        lines.append(f" c{j} obj {float(Fraction(draw.randint(-8, 8), 2))} idle 1")
        lines += [f" c{j} r{i} {float(factors[i][j])}" for i in range(rows) if factors[i][j]]
    lines += ["RHS", f" RHS obj {float(Fraction(draw.randint(-8, 8), 4))}"]
    sums = [sum(f * v for f, v in zip(row, point, strict=True)) for row in factors]
    slack = {"L": 1, "G": -1, "E": 0}
    right = [total + slack[kind] * Fraction(draw.randint(0, 8), 4) for total, kind in zip(sums, kinds, strict=True)]
    lines += [f" RHS r{i} {float(value)}" for i, value in enumerate(right)]
    lines.append("RANGES")
    lines += [f" RNG r{i} {draw.choice([-1, 1]) * draw.randint(3, 9)}" for i in range(rows) if draw.random() < 0.3]
    lines.append("BOUNDS")
    for j, value in enumerate(point):
        kind = draw.choice(KINDS) if value >= 0 else draw.choice(["FX", "FR", "MI", "MIUP", "LO", "BOTH"])
        low, high = (float(value + way * Fraction(draw.randint(0, 6), 2)) for way in (-1, 1))
        lines += {
            "none": [], "UP": [f" UP BND c{j} {max(high, 0)}"], "LO": [f" LO BND c{j} {low}"],
            "FX": [f" FX BND c{j} {float(value)}"], "FR": [f" FR BND c{j}"], "MI": [f" MI BND c{j}"],
            "MIUP": [f" MI BND c{j}", f" UP BND c{j} {high}"], "PL": [f" PL BND c{j}"],
            "BOTH": [f" LO BND c{j} {low}", f" UP BND c{j} {high}"],
        }[kind]  # fmt: skip
    return "\n".join([*lines, "ENDATA", ""])


def other_reader(text: str, folder: Path) -> highspy.Highs:
    (folder / "drawn.mps").write_text(text, encoding="utf-8")
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(folder / "drawn.mps")) == highspy.HighsStatus.kOk
    return highs


def floats(ends: list[tuple[Fraction | None, Fraction | None]]) -> list[tuple[float, float]]:
    return [
        (float("-inf") if low is None else float(low), float("inf") if high is None else float(high))
        for low, high in ends
    ]


@pytest.mark.parametrize("part", range(4))
def test_another_reader_reads_the_same_and_finds_the_proven_optimum(part: int, tmp_path: Path) -> None:
    proven = 0
    for seed in range(part, 120, 4):
        text = drawn(seed)
        linear, highs = read(text), other_reader(text, tmp_path)
        lp = highs.getLp()
        assert floats(linear.column_ends) == list(zip(lp.col_lower_, lp.col_upper_, strict=True)), seed
        assert floats(linear.row_ends) == list(zip(lp.row_lower_, lp.row_upper_, strict=True)), seed
        assert [float(cost) for cost in linear.costs] == list(lp.col_cost_), seed
        assert float(linear.constant) == lp.offset_, seed
        assert linear.maximise == (lp.sense_ == highspy.ObjSense.kMaximize), seed
        found = gap(linear, prove(linear))
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            assert found.is_proven, (seed, found)
            assert float(found.value or 0) == pytest.approx(highs.getObjectiveValue(), abs=1e-6), seed
            proven += 1
        else:
            assert not found.is_proven, seed
    assert proven > 6


@pytest.mark.parametrize("part", range(4))
def test_no_corrupted_proof_is_accepted_falsely(part: int) -> None:
    """Whatever still counts as proven has the true optimum; a plan is never told better than the bound."""
    touched = 0
    for seed in range(part, 60, 4):
        linear = read(drawn(seed))
        honest = prove(linear)
        truth = gap(linear, honest)
        if not truth.is_proven:
            continue
        draw = random.Random(f"corrupt/{seed}")
        for _ in range(40):
            proof = copy.deepcopy(honest)
            for _ in range(draw.randint(1, 3)):
                part_of, names = draw.choice([("columns", linear.columns), ("rows", linear.rows)])
                name = draw.choice(names)
                old = Fraction(proof[part_of].get(name, 0))
                proof[part_of][name] = str(draw.choice([
                    old + Fraction(1, 10**draw.randint(1, 40)), -old, old * 2, Fraction(0), old - 1,
                    Fraction(draw.randint(-40, 40), draw.randint(1, 9)),
                ]))  # fmt: skip
            found = gap(linear, proof)
            touched += 1
            assert not found.is_proven or found.value == truth.value, (seed, proof)
            if found.bound is not None and truth.value is not None:
                better = found.bound < truth.value if linear.maximise else found.bound > truth.value
                assert not better, (seed, proof)
            if found.value is not None and truth.value is not None:
                better = found.value > truth.value if linear.maximise else found.value < truth.value
                assert not better, (seed, proof)
    assert touched > 100
