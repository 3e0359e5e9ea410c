"""Is the optimum of a linear program proven, exactly, by figures that anyone may add up again?

A solver in floats says which rows and columns bind; from that alone both the plan and its multipliers are worked out
again as fractions. Whatever it said, `gap` then counts exactly and knows no tolerance: a plan that misses a row by a
hair is no plan, and a column without an end whose reduced cost is not nought leaves no bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
import scipy.sparse

from ecluse.plan.fractions_solved import Vector, solved_exactly
from ecluse.plan.mps import End, Linear

FORMAT = "ecluse-proof/1"
Side = highspy.HighsBasisStatus
INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Gap:
    """What a proof comes to: the plan's value, the bound that no plan passes, and what is wrong with either."""

    value: Fraction | None
    bound: Fraction | None
    faults: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Is the plan exactly as good as the bound?"""
        return self.value is not None and self.value == self.bound


def prove(program: Linear, seconds: float | None = None) -> dict[str, Any]:
    """Which proof do a plan and multipliers make? Columns and rows as fractions, those that are nought left out.

    Both may be missing where the solver found no optimum; `gap` says what that is worth.
    """
    told = _told(program, seconds)
    plan, multipliers = (None, None) if told is None else _worked_out(program, told.columns_at, told.rows_at)
    if told is not None:
        plan, multipliers = plan or told.plan, multipliers or told.multipliers
    return {
        "format": FORMAT,
        "columns": _spelled(program.columns, plan),
        "rows": _spelled(program.rows, multipliers),
    }


def _spelled(names: Sequence[str], figures: Sequence[Fraction] | None) -> dict[str, str] | None:
    if figures is None:
        return None
    return {name: str(figure) for name, figure in zip(names, figures, strict=True) if figure}


def gap(program: Linear, proof: Mapping[str, Any]) -> Gap:
    """What does this proof come to, counted exactly? Raises ValueError for one that is not spelled as fractions."""
    if proof.get("format") != FORMAT:
        raise ValueError(f"format: expected {FORMAT}, found {proof.get('format')}")
    faults: list[str] = []
    plan, multipliers = (_read(proof, *of) for of in (("columns", program.columns), ("rows", program.rows)))
    value = None if plan is None else _value(program, plan, faults)
    bound = None if multipliers is None else _bound(program, multipliers, faults)
    faults += ["no plan is given"] * (plan is None) + ["no multipliers are given"] * (multipliers is None)
    if value is not None and bound is not None and (bound < value if program.maximise else value < bound):
        raise AssertionError("a plan better than its bound: the arithmetic of this module is wrong")
    return Gap(value, bound, tuple(faults))


def _read(proof: Mapping[str, Any], part: str, names: Sequence[str]) -> list[Fraction] | None:
    figures = proof.get(part)
    if figures is None:
        return None
    if not isinstance(figures, dict) or not figures.keys() <= set(names):
        raise ValueError(f"{part}: names that the program does not have")
    if not all(isinstance(figure, str) and "." not in figure for figure in figures.values()):
        raise ValueError(f"{part}: expected fractions as text, such as 7/3")
    return [Fraction(figures.get(name, 0)) for name in names]


def _value(program: Linear, plan: Sequence[Fraction], faults: list[str]) -> Fraction | None:
    """What is this plan worth, if it is one?"""
    sums = [Fraction(0)] * len(program.rows)
    for figure, column in zip(plan, program.coefficients, strict=True):
        for row, factor in column.items() if figure else ():
            sums[row] += factor * figure
    known = len(faults)
    for names, figures, ends in (
        (program.rows, sums, program.row_ends),
        (program.columns, plan, program.column_ends),
    ):
        for name, figure, (low, high) in zip(names, figures, ends, strict=True):
            if (low is not None and figure < low) or (high is not None and figure > high):
                faults.append(f"{name}: {figure} lies outside its ends")
    for name, figure, whole in zip(program.columns, plan, program.whole, strict=True):
        if whole and figure.denominator != 1:
            faults.append(f"{name}: {figure} is not whole")
    worth = sum((cost * figure for cost, figure in zip(program.costs, plan, strict=True)), program.constant)
    return worth if len(faults) == known else None


def _bound(program: Linear, given: Sequence[Fraction], faults: list[str]) -> Fraction | None:
    """What can no plan pass, by weak duality? None where a column or row without an end would have to have one."""
    sign = -1 if program.maximise else 1
    total, known = sign * program.constant, len(faults)
    reduced = [sign * cost for cost in program.costs]
    for row, y in enumerate(given):
        part = _least(sign * y, program.row_ends[row])
        if part is None:
            faults.append(f"{program.rows[row]}: a multiplier of the wrong sign")
        total += part or 0
    for at, column in enumerate(program.coefficients):
        for row, factor in column.items():
            reduced[at] -= sign * given[row] * factor
        part = _least(reduced[at], program.column_ends[at])
        if part is None:
            faults.append(f"{program.columns[at]}: reduced cost {reduced[at]} and no end on that side: no bound")
        total += part or 0
    return sign * total if len(faults) == known else None


def _least(cost: Fraction, ends: tuple[End, End]) -> Fraction | None:
    """What is the least that this cost can come to between these ends?"""
    if not cost:
        return Fraction(0)
    end = ends[0] if cost > 0 else ends[1]
    return None if end is None else cost * end


@dataclass(frozen=True, slots=True)
class _Told:
    """What a solver said of an optimum: figures in floats, and where columns and rows rest."""

    plan: Vector
    multipliers: Vector
    columns_at: Sequence[Any]
    rows_at: Sequence[Any]


def _told(program: Linear, seconds: float | None) -> _Told | None:
    """What does the solver say? None where it found no optimum."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    if seconds:
        highs.setOptionValue("time_limit", float(seconds))
    matrix = scipy.sparse.csc_array(_matrix(program))
    low, high = _floats(program.column_ends)
    below, above = _floats(program.row_ends)
    sign = -1.0 if program.maximise else 1.0
    highs.passModel(
        len(program.columns), len(program.rows), matrix.nnz, 1, 1, 0.0,
        np.array([sign * float(cost) for cost in program.costs]), low, high, below, above,
        matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
        np.zeros(len(program.columns), dtype=np.int32),
    )  # fmt: skip
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    basis, found = highs.getBasis(), highs.getSolution()
    plan = [Fraction(figure) for figure in found.col_value]
    multipliers = [int(sign) * Fraction(figure) for figure in found.row_dual]
    return _Told(plan, multipliers, basis.col_status if basis.valid else (), basis.row_status if basis.valid else ())


def _matrix(program: Linear) -> Any:
    rows = [row for column in program.coefficients for row in column]
    columns = [at for at, column in enumerate(program.coefficients) for _ in column]
    factors = [float(factor) for column in program.coefficients for factor in column.values()]
    return scipy.sparse.coo_array((factors, (rows, columns)), shape=(len(program.rows), len(program.columns)))


def _floats(ends: Sequence[tuple[End, End]]) -> tuple[Any, Any]:
    low = np.array([-INFINITE if end is None else float(end) for end, _ in ends])
    return low, np.array([INFINITE if end is None else float(end) for _, end in ends])


def _worked_out(program: Linear, columns: Sequence[Any], rows: Sequence[Any]) -> tuple[Vector | None, Vector | None]:
    """Which plan and multipliers stand at this corner, exactly? A row's own column is its sum, taken off."""
    if len(columns) != len(program.columns) or len(rows) != len(program.rows):
        return None, None
    resting = [_resting(state, ends) for state, ends in zip(columns, program.column_ends, strict=True)]
    sums = [_resting(state, ends) for state, ends in zip(rows, program.row_ends, strict=True)]
    right = [figure or Fraction(0) for figure in sums]
    for figure, column in zip(resting, program.coefficients, strict=True):
        for row, factor in column.items() if figure else ():
            right[row] -= factor * (figure or 0)
    basic = [at for at, figure in enumerate(resting) if figure is None]
    own = [row for row, figure in enumerate(sums) if figure is None]
    matrix = [program.coefficients[at] for at in basic] + [{row: Fraction(-1)} for row in own]
    if len(matrix) != len(program.rows):
        return None, None
    costs = [program.costs[at] for at in basic] + [Fraction(0)] * len(own)
    found, multipliers = solved_exactly(matrix, right), solved_exactly(matrix, costs, across=True)
    if found is None:
        return None, multipliers
    plan = [Fraction(0) if figure is None else figure for figure in resting]
    for at, figure in zip(basic, found, strict=False):
        plan[at] = figure
    return plan, multipliers


def _resting(state: Any, ends: tuple[End, End]) -> Fraction | None:
    """At which end does this column or row rest? None for one that moves."""
    if state == Side.kBasic:
        return None
    first, other = ends if state == Side.kLower else (ends[1], ends[0])
    return first if first is not None else other if other is not None else Fraction(0)
