"""What is the best plan in whole units, when the solver itself is asked for whole numbers?

Slow, and for small questions; the rows are those of the plan, the stages the same. Its answer is worked out again in
whole numbers and checked like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

from ecluse.plan.blocks import Program
from ecluse.plan.delivering import RoundingError
from ecluse.plan.scaled import MONEY, Floats, Scaled

HALF = 0.5  # a held stage of whole costs and units is met or missed by one
BY_ROWS = 2


class WholeSolver:
    """Stage after stage in whole units."""

    def __init__(self, program: Program, seconds: float | None = None) -> None:
        self.program, self.scaled = program, Scaled(program)
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.silent()
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        if seconds:
            self.highs.setOptionValue("time_limit", float(seconds))
        whole = np.ones(program.columns.count, dtype=np.int32)
        for name in [*MONEY, "I"]:
            if name in program.columns.blocks:
                block = program.columns.blocks[name]
                whole[block.start : block.start + block.size] = 0
        self.whole = whole

    def solve(self) -> Floats:
        """Which columns are best, stage after stage? Raises RoundingError when no plan in whole units was found."""
        every = np.arange(self.program.columns.count, dtype=np.int32)
        self._load()
        found: Floats | None = None
        for stage in self.program.stages:
            costs = np.zeros(len(every))
            np.add.at(costs, stage.columns, stage.costs)
            own = costs * self.scaled.column_scale
            self.highs.changeColsCost(len(every), every, own)
            self.highs.run()
            status = self.highs.getModelStatus()
            if len(self.scaled.impossible) or status != highspy.HighsModelStatus.kOptimal:
                raise RoundingError(f"{stage.name}: {self.highs.modelStatusToString(status)}")
            found = self.scaled.figures(np.array(self.highs.getSolution().col_value))
            at = np.flatnonzero(own).astype(np.int32)
            self.highs.addRow(-np.inf, float(costs @ np.round(found)) + HALF, len(at), at, own[at])
        assert found is not None, "a program has at least one stage"
        return found

    def _load(self) -> None:
        """Hand the program over as its bounds stand now: a caller may have narrowed them."""
        scaled, bounds, (low, high) = self.scaled, self.scaled.bounds, self.scaled.row_limits
        count = len(self.whole)
        self.highs.passModel(
            count, len(scaled.kept), len(scaled.values), BY_ROWS, 1, 0.0, np.zeros(count), bounds.lower,
            bounds.upper, low, high, scaled.starts.astype(np.int32), scaled.indices, scaled.values, self.whole,
        )  # fmt: skip


def whole_columns(program: Program, seconds: float | None = None) -> Mapping[str, list[list[Any]]]:
    """What is best in whole units, by block, place and month? Money as the solver left it, to be worked out again."""
    return program.columns.split(WholeSolver(program, seconds).solve())
