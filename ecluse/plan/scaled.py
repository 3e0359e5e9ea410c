"""How is a program handed to a solver in floats, and what do the solver's answers mean for the checker's rows?

Rows with one column become bounds, so that the solver sees fewer rows; what a bound is worth goes back to the row that
set it. Rows and columns are scaled by powers of two, which changes no digit: units stay units, money is counted in
about the price of one thing, and every row is brought near one. Tolerances of solvers are absolute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ecluse.plan.blocks import EQUAL, LESS, MORE, NOTHING, Block, Program, Stage

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
MONEY = frozenset("cqFZ")
IDLE = "I"  # money times ten thousand
WHOLE_BITS = 13
SMALLEST_COST = 1e-3
TOGETHER = 2**18  # coefficients that are scaled at once: few enough to stay near the processor


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which floats lies each column, and which row of the program says so (NOTHING: none, zero from below)?"""

    lower: Floats
    upper: Floats
    lower_row: npt.NDArray[np.int32]
    upper_row: npt.NDArray[np.int32]


class Scaled:
    """A program as a solver sees it."""

    def __init__(self, program: Program, *, like: Scaled | None = None) -> None:
        """`like`: keep the scales of another program with the same columns, and rows where the same are seen."""
        self.program = program
        self.column_scale: Floats = _column_scale(program) if like is None else like.column_scale
        length = np.diff(program.starts)
        self.single, self.kept = np.flatnonzero(length == 1), np.flatnonzero(length > 1)
        self.impossible = _impossible(program, np.flatnonzero(length == 0))
        self.starts = np.concatenate([[0], np.cumsum(length[self.kept])])
        self.indices, self.values = np.empty(self.starts[-1], dtype=np.int32), np.empty(self.starts[-1])
        same = like is not None and np.array_equal(self.kept, like.kept)
        self.row_scale: Floats = like.row_scale if like is not None and same else np.empty(len(self.kept))
        self._scale(length, is_known=same)

    def _scale(self, length: Rows, *, is_known: bool) -> None:
        """Write indices and values, and what rows are scaled by unless that is known; so many rows at once."""
        whole, done = self.program, 0
        for first, last in pairwise(_shares(whole.starts)):
            among, many = slice(whole.starts[first], whole.starts[last]), length[first:last] > 1
            mask = np.repeat(many, length[first:last])
            indices = whole.indices[among][mask]
            rows = slice(done, done := done + int(many.sum()))
            values, starts = whole.factors[among][mask] * self.column_scale[indices], self.starts[rows]
            if not is_known:
                self.row_scale[rows] = _row_scale(values, starts - self.starts[rows.start])
            values *= np.repeat(self.row_scale[rows], length[first:last][many])
            placed = slice(self.starts[rows.start], self.starts[rows.stop])
            self.indices[placed], self.values[placed] = indices, values

    def same_pattern(self, other: Scaled) -> bool:
        """Do both have their coefficients at the same rows and columns?"""
        return (
            np.array_equal(self.kept, other.kept)
            and np.array_equal(self.indices, other.indices)
            and np.array_equal(self.starts, other.starts)
        )

    @property
    def row_limits(self) -> tuple[Floats, Floats]:
        """Between which floats lies each row that the solver sees?"""
        sense = self.program.sense[self.kept]
        right = self.program.rhs[self.kept] * self.row_scale
        return np.where(sense == LESS, -np.inf, right), np.where(sense == MORE, np.inf, right)

    @cached_property
    def bounds(self) -> Bounds:
        """Which bounds do the rows with one column set? In the solver's scale."""
        program, rows = self.program, self.single
        column, factor = program.indices[program.starts[rows]], program.factors[program.starts[rows]]
        sense = program.sense[rows] * np.sign(factor)
        limit = program.rhs[rows] / (factor * self.column_scale[column])
        count = program.columns.count
        lower, upper = np.zeros(count), np.full(count, np.inf)
        lower_row, upper_row = np.full((2, count), NOTHING, dtype=np.int32)
        below, above = sense != LESS, sense != MORE
        np.maximum.at(lower, column[below], limit[below])
        np.minimum.at(upper, column[above], limit[above])
        for part, bound, of in ((below, lower, lower_row), (above, upper, upper_row)):
            binding = part & (limit == bound[column])
            of[column[binding]] = rows[binding]
        return Bounds(lower, upper, lower_row, upper_row)

    def costs(self, stage: Stage) -> tuple[Floats, float]:
        """Which costs has each column at a stage, and by how much are they scaled? The smallest is not tiny."""
        found = np.zeros(self.program.columns.count)
        np.add.at(found, stage.columns, stage.costs)
        found *= self.column_scale
        sizes = np.abs(found[found != 0])
        if not len(sizes):
            return found, 1.0
        scale = float(2.0 ** np.ceil(np.log2(max(1 / np.median(sizes), SMALLEST_COST / sizes.min()))))
        return found * scale, scale

    def multipliers(self, row_duals: Floats, reduced: Floats, cost_scale: float) -> Floats:
        """Which multiplier has every row of the program, those that became bounds too? For costs as they were."""
        program, bounds = self.program, self.bounds
        found = np.zeros(program.shape[0])
        found[self.kept] = row_duals * self.row_scale / cost_scale
        worth = reduced / (self.column_scale * cost_scale)
        for rows, chosen in ((bounds.lower_row, worth > 0), (bounds.upper_row, worth < 0)):
            columns = np.flatnonzero(chosen & (rows != NOTHING))
            at = rows[columns]
            found[at] = worth[columns] / program.factors[program.starts[at]]
        return found

    def contradictions(self) -> Rows | None:
        """Which rows cannot hold whatever the columns are: without columns, or bounds of one column? None: no such."""
        bounds = self.bounds
        crossed = np.flatnonzero(bounds.lower > bounds.upper)[:1]
        if not len(self.impossible) and not len(crossed):
            return None
        return np.concatenate([self.impossible, bounds.lower_row[crossed], bounds.upper_row[crossed]])

    def figures(self, solution: Floats) -> Floats:
        """What are the columns in whole units and minor units of money?"""
        return solution * self.column_scale


def _column_scale(program: Program) -> Floats:
    """In powers of two of what is each column counted? Money in about the price of one thing, the rest singly."""
    found = np.ones(program.columns.count)
    prices = [abs(pool["price"]) for pool in program.lists["pools"] if pool["price"]]
    money = round(float(np.log2(np.array(prices, dtype=np.float64)).mean())) if prices else 0
    for name, block in program.columns.blocks.items():
        if name in MONEY or name == IDLE:
            found[_within(block)] = 2.0 ** (money + (WHOLE_BITS if name == IDLE else 0))
    return found


def _within(block: Block) -> slice:
    return slice(block.start, block.start + block.size)


def _shares(starts: Rows) -> list[int]:
    """At which rows do shares of about so many coefficients begin and end?"""
    within = np.searchsorted(starts, np.arange(0, starts[-1], TOGETHER), side="right") - 1
    return [*np.unique(within).tolist(), len(starts) - 1]


def _row_scale(values: Floats, starts: Rows) -> Floats:
    """Which powers of two bring rows that begin at these places near one? Most stand there already."""
    found = np.ones(len(starts))
    if not len(starts):
        return found
    sizes = np.abs(values)
    least, most = np.minimum.reduceat(sizes, starts), np.maximum.reduceat(sizes, starts)
    far = np.flatnonzero((least != 1) | (most != 1))
    found[far] = 2.0 ** -np.round((np.log2(least[far]) + np.log2(most[far])) / 2)
    return found


def _impossible(program: Program, empty: Rows) -> Rows:
    """Which rows without any column do not hold?"""
    right, sense = program.rhs[empty], program.sense[empty]
    wrong = ((sense == LESS) & (right < 0)) | ((sense == MORE) & (right > 0)) | ((sense == EQUAL) & (right != 0))
    return np.asarray(empty[wrong])
