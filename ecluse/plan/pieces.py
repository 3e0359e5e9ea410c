"""What is the best of some months of a program, what lies before them settled and what comes after them priced?

A program is cut by months. A column belongs to its month, a row to the last month of its columns, so that no row
stands before a column of its own. Forward, piece after piece, that gives a plan; backward, each piece priced with the
multipliers of those after it, it gives multipliers of the whole that leave no reduced cost of the wrong sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from ecluse.plan.blocks import Ints, Program
from ecluse.plan.engine import Options, Piece, Status, solve_piece
from ecluse.plan.scaled import Floats, Scaled

Flags = npt.NDArray[np.bool_]
Span = tuple[int, int]  # from this month on, before that one
AT_THE_END = "f"  # the widest gaps are columns of the last month
IDLE = "I"  # what lies idle is a column of the month when the grace ends
TAKEN = ("centre", "after", "licence", "window", "value")  # ceilings: a piece has what those before it did not take
HELD, FOLLOWS = "ob", "uBk"  # what home gets without proceeds, and what follows from it


class NoPiece(Exception):
    """Of these months the solver found nothing."""

    def __init__(self, span: Span, status: Status) -> None:
        self.span, self.status = span, status
        super().__init__(f"months {span[0] + 1} to {span[1]}: {status.value}")


class Cut:
    """A program that is solved some months at a time."""

    def __init__(self, scaled: Scaled, options: Options, base: Mapping[str, Any] | None = None) -> None:
        """`base`: hold what home gets at this baseline's, and leave each piece's end no poorer than the baseline is."""
        self.scaled, self.options, self.program = scaled, options, scaled.program
        self.seconds_run = 0.0  # as the solver told
        self.months = len(self.program.months)
        shape = (len(scaled.kept), self.program.columns.count)
        self.matrix = scipy.sparse.csr_array((scaled.values, scaled.indices, scaled.starts), shape=shape)
        self.month = _month_of_columns(self.program)
        self.closes = _last_month(self.matrix, self.month)
        self.taken = _ceilings(self.program, scaled)
        self.low, self.high = scaled.row_limits
        self.lower, self.upper = scaled.bounds.lower.copy(), scaled.bounds.upper.copy()
        self.floor = np.full(shape[1], -np.inf) if base is None else self._hold(base)

    def whole(self, costs: Floats) -> tuple[Floats, Floats]:
        """Which columns are best over all months, and which multipliers have the rows?"""
        every, all_rows = np.ones(len(self.month), dtype=bool), np.ones(len(self.closes), dtype=bool)
        return self._solve((0, self.months), all_rows, every, costs, np.zeros(len(self.month)), floored=False)

    def keep_budget(self, least: Floats) -> None:
        """Let each piece leave at least so much budget at its end."""
        own = self.program.columns.blocks["c"]
        self.floor[own.start : own.start + own.size] = least

    def bound(self, costs: Floats, multipliers: Floats) -> float:
        """Below what can no plan come, by these multipliers? In floats; the checker says it exactly."""
        reduced = costs - self._pressure(multipliers, np.ones(len(self.closes), dtype=bool))
        right = np.where(multipliers > 0, self.low, self.high)
        ends = np.where(reduced > 0, self.lower, self.upper)
        at, over = multipliers != 0, np.isfinite(ends)
        return float(multipliers[at] @ right[at] + reduced[over] @ ends[over])

    def forward(self, spans: Sequence[Span], costs: Floats, after: Floats) -> Floats:
        """Which plan do these pieces make, one after the other? Each settles the months before the next begins.

        `after`: multipliers of the rows, by which each piece prices what it leaves to those after it.
        """
        found = np.zeros(len(self.month))
        for place, (first, end) in enumerate(spans):
            until = spans[place + 1][0] if place + 1 < len(spans) else self.months
            rows = (self.closes >= first) & (self.taken | (self.closes < end))
            columns = (self.month >= first) & (self.month < end)
            priced = costs - self._pressure(after, ~self.taken & (self.closes >= end))
            values, _ = self._solve((first, end), rows, columns, priced, found, floored=end < self.months)
            kept = columns & (self.month < until)
            found[kept] = values[kept[columns]]
        return found

    def backward(self, spans: Sequence[Span], costs: Floats, settled: Floats) -> Floats:
        """Which multipliers of all rows do these pieces make, from the last to the first?

        Where pieces overlap, the earlier one finds the multipliers anew together with its own: they fit each other.
        """
        found = np.zeros(len(self.closes))
        for first, end in reversed(spans):
            rows, columns = (self.closes >= first) & (self.closes < end), (self.month >= first) & (self.month < end)
            priced = costs - self._pressure(found, self.closes >= end)
            before = np.where(self.month < first, settled, 0.0)
            found[rows] = self._solve((first, end), rows, columns, priced, before, floored=False)[1]
        return found

    def reduced(self, costs: Floats, multipliers: Floats) -> Floats:
        """What do these multipliers leave of the costs?"""
        return costs - self._pressure(multipliers, np.ones(len(self.closes), dtype=bool))

    def _pressure(self, multipliers: Floats, rows: Flags) -> Floats:
        return np.asarray(self.matrix.T @ np.where(rows, multipliers, 0.0))

    def _solve(
        self, span: Span, rows: Flags, columns: Flags, costs: Floats, before: Floats, *, floored: bool
    ) -> tuple[Floats, Floats]:
        part, at = self.matrix[np.flatnonzero(rows)], np.flatnonzero(columns)
        given, own = part @ before, part[:, at]
        own.sort_indices()
        lower, upper = self.lower[at], self.upper[at]
        if floored:
            lower = np.where(self.month[at] == span[1] - 1, np.maximum(lower, self.floor[at]), lower)
        piece = Piece(
            costs[at], lower, upper, self.low[rows] - given, self.high[rows] - given, own.indptr, own.indices, own.data
        )
        options = self.options
        if options.seconds is not None:
            options = replace(options, seconds=max(0, round(options.seconds - self.seconds_run)))
        months = self.program.months
        status, values, multipliers, seconds = solve_piece(piece, options, f"{months[span[0]]}..{months[span[1] - 1]}")
        self.seconds_run += seconds
        if status is not Status.OPTIMAL:
            raise NoPiece(span, status)
        return np.clip(values, lower, np.maximum(lower, upper)), multipliers

    def _hold(self, base: Mapping[str, Any]) -> Floats:
        """Hold the baseline's purchases and credit; and what must be there at the end of a piece to go on as it does?

        Stock, output from which the next month's can be reached, and as much unmet need as later deliveries serve.
        What the rule of no harm asks follows.
        """
        blocks, scale = self.program.columns.blocks, self.scaled.column_scale
        for name in HELD:
            at = slice(blocks[name].start, blocks[name].start + blocks[name].size)
            self.lower[at] = self.upper[at] = np.array(base[name], dtype=np.float64).reshape(-1) / scale[at]
        for name in FOLLOWS:
            if name in blocks:
                at = slice(blocks[name].start, blocks[name].start + blocks[name].size)
                self.lower[at], self.upper[at] = 0.0, np.inf
        rises = [np.inf if make["ramp"] is None else float(make["ramp"]) for make in self.program.lists["makes"]]
        output, unmet = (np.array(base[name], dtype=np.float64).reshape(-1, self.months) for name in "xu")
        needed = np.full(output.shape, -np.inf)
        needed[:, :-1] = output[:, 1:] - np.array(rises)[:, None]
        later = np.minimum.accumulate(unmet[:, ::-1], axis=1)[:, ::-1]
        floor = np.full(self.program.columns.count, -np.inf)
        for name, least in (("s", np.array(base["s"], dtype=np.float64)), ("x", needed), ("u", unmet - later)):
            floor[blocks[name].start : blocks[name].start + blocks[name].size] = least.reshape(-1)
        return floor


def _month_of_columns(program: Program) -> Ints:
    found = np.zeros(program.columns.count, dtype=np.int64)
    last = len(program.months) - 1
    for name, block in program.columns.blocks.items():
        months = np.arange(block.size) % max(1, block.months)
        if name == AT_THE_END:
            months = np.full(block.size, last)
        if name == IDLE:
            months += last + 1 - block.months
        found[block.start : block.start + block.size] = months
    return found


def _last_month(matrix: scipy.sparse.csr_array, month: Ints) -> Ints:
    starts = np.asarray(matrix.indptr[:-1], dtype=np.int64)
    return np.asarray(np.maximum.reduceat(month[matrix.indices], starts)) if len(starts) else starts


def _ceilings(program: Program, scaled: Scaled) -> Flags:
    codes = [code for code, family in enumerate(program.families) if family.name in TAKEN]
    return np.isin(program.family[scaled.kept], codes)


def need_prices(program: Program, scaled: Scaled, costs: Floats) -> Floats:
    """What is a unit worth to each need in each month if it stays unmet to the end? First multipliers of the rows."""
    families = [code for code, family in enumerate(program.families) if family.name == "need"]
    rows = np.flatnonzero(np.isin(program.family[scaled.kept], families))
    at = scaled.kept[rows]
    place, month = (np.asarray(own[at], dtype=np.int64) for own in (program.place, program.month))
    column = program.columns.blocks["u"].at(place, month)
    found = np.zeros(len(scaled.kept))
    found[rows] = costs[column] / scaled.row_scale[rows] * (len(program.months) - program.month[at])
    return found


def spans_of(months: int, each: int, over: int) -> list[Span]:
    """Which spans of so many months cover all, each looking so many months further?

    >>> spans_of(12, 5, 2)
    [(0, 7), (5, 12)]
    """
    spans: list[Span] = []
    while not spans or spans[-1][1] < months:
        first = len(spans) * each
        spans.append((first, min(months, first + each + over)))
    return spans
