"""What is the best plan in whole units, when the solver itself is asked for whole numbers?

Slow, and for small questions; the rows are those of the plan, the stages the same. Its answer is worked out again in
whole numbers and checked like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse

from ecluse.plan.blocks import Program
from ecluse.plan.delivering import RoundingError
from ecluse.plan.scaled import MONEY, Floats, Scaled

HALF = 0.5  # a held stage of whole costs and units is met or missed by one


class WholeSolver:
    """Stage after stage in whole units."""

    def __init__(self, program: Program, seconds: float | None = None) -> None:
        self.program, self.scaled, self.seconds = program, Scaled(program), seconds
        scaled, (low, high) = self.scaled, self.scaled.row_limits
        shape = (len(scaled.kept), program.columns.count)
        matrix = scipy.sparse.csr_array((scaled.values, scaled.indices, scaled.starts), shape=shape)
        self.rows: list[Any] = [scipy.optimize.LinearConstraint(matrix, low, high)] if shape[0] else []
        self.whole = np.ones(program.columns.count)
        for name in [*MONEY, "I"]:
            if name in program.columns.blocks:
                block = program.columns.blocks[name]
                self.whole[block.start : block.start + block.size] = 0

    def solve(self) -> Floats:
        """Which columns are best, stage after stage? Raises RoundingError when no plan in whole units exists."""
        bounds = scipy.optimize.Bounds(self.scaled.bounds.lower, self.scaled.bounds.upper)
        options = {"mip_rel_gap": 0.0} | ({"time_limit": self.seconds} if self.seconds else {})
        vector: Floats | None = None
        for stage in self.program.stages:
            costs = np.zeros(self.program.columns.count)
            np.add.at(costs, stage.columns, stage.costs)
            found = scipy.optimize.milp(
                costs * self.scaled.column_scale, integrality=self.whole, bounds=bounds, constraints=self.rows,
                options=options,
            )  # fmt: skip
            if found.status != 0 or found.x is None:
                raise RoundingError(f"{stage.name}: {found.message}")
            vector = found.x
            most = float(costs @ np.round(self.scaled.figures(vector))) + HALF
            own = scipy.sparse.csr_array(costs[None, :] * self.scaled.column_scale)
            self.rows.append(scipy.optimize.LinearConstraint(own, -np.inf, most))
        assert vector is not None, "a program has at least one stage"
        return self.scaled.figures(vector)


def whole_columns(program: Program, seconds: float | None = None) -> Mapping[str, list[list[Any]]]:
    """What is best in whole units, by block, place and month? Money as the solver left it, to be worked out again."""
    return program.columns.split(WholeSolver(program, seconds).solve())
