"""What is the best plan in whole units, when the solver itself is asked for whole numbers?

Slow, and for small questions; the rows are those of the plan, the stages the same. Where time runs out the best plan so
far is taken, and what the solver knows of a better one is told beside it. Its answer is worked out again in whole
numbers and checked like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from ecluse.plan.blocks import Program
from ecluse.plan.delivering import RoundingError
from ecluse.plan.scaled import MONEY, Floats, Scaled

HALF = 0.5  # a held stage of whole costs and units is met or missed by one
BY_ROWS = 2
NEAR = 1e-9  # relative: what floats cannot tell apart
SMALL = 1e-6  # of a unit
OPTIMAL = highspy.HighsModelStatus.kOptimal


@dataclass(frozen=True, slots=True)
class WholeStage:
    """What a stage comes to in whole units, and below what the solver, in floats, knows of no plan.

    `bound` is None where nothing is known: time ran out before the stage was begun.
    """

    name: str
    value: int
    bound: int | None

    @property
    def is_best(self) -> bool:
        """Is nothing better possible, as far as the solver can tell?"""
        return self.bound is not None and self.value <= self.bound


Told = Callable[[WholeStage], None]


class WholeSolver:
    """Stage after stage in whole units."""

    def __init__(
        self, program: Program, seconds: float | None = None, told: Told | None = None, start: Any = None
    ) -> None:
        """`start`: a plan in whole units by block, place and month, to begin from."""
        self.program, self.scaled, self.told = program, Scaled(program), told
        self.start = None if start is None else program.columns.join(start).astype(np.float64)
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.silent()
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        if seconds:
            self.highs.setOptionValue("time_limit", float(seconds))  # for all stages together
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
        found, is_late = self.start, False
        for stage in self.program.stages:
            costs = np.zeros(len(every))
            np.add.at(costs, stage.columns, stage.costs)
            own, bound = costs * self.scaled.column_scale, None
            if not is_late:
                self.highs.changeColsCost(len(every), every, own)
                self._begin_from(found)
                self.highs.run()
                status, info = self.highs.getModelStatus(), self.highs.getInfo()
                is_late = status == highspy.HighsModelStatus.kTimeLimit
                if info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible):
                    found = self.scaled.figures(np.array(self.highs.getSolution().col_value))
                if len(self.scaled.impossible) or found is None or not (is_late or status == OPTIMAL):
                    raise RoundingError(f"{stage.name}: {self.highs.modelStatusToString(status)}")
                bound = None if np.isinf(info.mip_dual_bound) else info.mip_dual_bound
            assert found is not None, "without a plan an error was raised"
            value = float(costs @ np.round(found))
            self._tell(stage.name, value, bound)
            at = np.flatnonzero(own).astype(np.int32)
            self.highs.addRow(-np.inf, value + HALF, len(at), at, own[at])
        assert found is not None, "a program has at least one stage"
        return found

    def _begin_from(self, found: Floats | None) -> None:
        """What was found before is a plan at this stage too."""
        if found is not None:
            self.highs.setSolution(len(found), np.arange(len(found), dtype=np.int32), found / self.scaled.column_scale)

    def _tell(self, name: str, value: float, bound: float | None) -> None:
        """Costs are whole: a bound in floats is rounded up, but for what floats cannot tell apart."""
        if self.told is not None:
            whole = None if bound is None else int(np.ceil(bound - NEAR * max(1.0, abs(bound))))
            self.told(WholeStage(name, round(value), whole))

    def _load(self) -> None:
        """Hand the program over as its bounds stand now: a caller may have narrowed them.

        Bounds of whole columns are whole: with those in fractions the solver's presolve has lost optima.
        """
        scaled, bounds, (low, high) = self.scaled, self.scaled.bounds, self.scaled.row_limits
        count, units = len(self.whole), self.whole.astype(bool)
        least = np.where(units, np.ceil(bounds.lower - SMALL), bounds.lower)
        most = np.where(units, np.floor(bounds.upper + SMALL), bounds.upper)
        self.highs.passModel(
            count, len(scaled.kept), len(scaled.values), BY_ROWS, 1, 0.0, np.zeros(count), least, most, low, high,
            scaled.starts.astype(np.int32), scaled.indices, scaled.values, self.whole,
        )  # fmt: skip


def whole_columns(
    program: Program, seconds: float | None = None, told: Told | None = None, start: Any = None
) -> Mapping[str, Any]:
    """What is best in whole units, by block, place and month? Money as the solver left it, to be worked out again."""
    return program.columns.split(WholeSolver(program, seconds, told, start).solve())
