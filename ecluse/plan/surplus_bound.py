"""Above which number of units can no schedule let a class leave, whatever was found; and how good is the baseline?

Multipliers come from a solver in floats; what they prove is added up in whole numbers (weak duality), so that a wrong
one can only make the bound wider. A host's part is taken in fractions, which lets no less leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse

from ecluse.plan.checker import WHOLE, Question
from ecluse.plan.joint import Floor, Series, Shop
from ecluse.plan.model import baseline
from ecluse.plan.paper import baseline_part
from ecluse.plan.proof import stage_values, whole_multipliers
from ecluse.plan.rounding import whole_baseline
from ecluse.plan.solve import Solved, Solver
from ecluse.plan.terms import StageValue
from ecluse.plan.written import Whole

SHIFT = 40  # multipliers are whole numbers over this power of two
Row = tuple[dict[int, int], int]  # factors by column; the sum of their columns is no more than this


def most_by_class(
    question: Mapping[str, Any], taken: Series, ceiling: Series, unmet: Sequence[str] = ()
) -> dict[str, int]:
    """More than how many units of each class can no schedule let leave by the last month beside what is taken?

    `taken`, `ceiling` and `unmet` as for `joint`: of products whose orders are not met nothing is surplus.
    """
    floor, found = Floor(question, taken, ceiling), {pool["id"]: 0 for pool in question["pools"]}
    for shop in floor.shops():
        if question["products"][shop.products[0]]["id"] in unmet:
            continue
        pools = {question["products"][product]["pool"] for product in shop.products}
        for pool in pools:
            found[pool] += _Shop(floor, shop, pool).bound()
    return found


class _Shop:
    """The linear program of one shop: what is made by month, and what has left in the end."""

    def __init__(self, floor: Floor, shop: Shop, pool: str) -> None:
        self.floor, self.shop, months = floor, shop, len(floor.months)
        self.made = {make: range(k * months, (k + 1) * months) for k, make in enumerate(shop.makes)}
        first = len(shop.makes) * months
        self.left = {product: first + k for k, product in enumerate(shop.products)}
        self.most = [0] * (first + len(shop.products))
        self.worth = [0] * len(self.most)
        self.rows: list[Row] = []
        for make in shop.makes:
            self._make(make)
        for line in shop.lines:
            own = [make for make in shop.makes if floor.line_of[make] == line]
            for t, hours in enumerate(floor.q["lines"][line]["hours"]):
                self.rows.append(({self.made[make][t]: floor.q["makes"][make]["hours"] for make in own}, hours))
        for product in shop.products:
            self.worth[self.left[product]] = int(floor.q["products"][product]["pool"] == pool)
            self._product(product)

    def _make(self, make: int) -> None:
        record, own = self.floor.q["makes"][make], self.made[make]
        hours = self.floor.q["lines"][self.floor.line_of[make]]["hours"]
        for t, column in enumerate(own):
            self.most[column] = hours[t] // record["hours"]
            if record["ramp"] is not None:
                step = {column: 1} | ({own[t - 1]: -1} if t else {})
                self.rows.append((step, record["ramp"] + (0 if t else record["before"])))

    def _product(self, product: int) -> None:
        """Orders, home and reserve by month; in the end what left too, and no more than lines that may export made."""
        floor, record, taken = self.floor, self.floor.q["products"][product], 0
        makes, leaves = floor.makes_of(product), self.left[product]
        free = [make for make in makes if floor.may_leave(make)]
        self.most[leaves] = max(0, floor.ceiling[product][-1])
        for t, reserve in enumerate(record["reserve"]):
            taken += floor.taken[product][t]
            ends = {leaves: WHOLE} if t == len(floor.months) - 1 else {}
            self.rows.append((self._less_kept(makes, t) | ends, WHOLE * (record["stock"] - reserve - taken)))
        if len(free) < len(makes):
            kept = self._less_kept(free, len(floor.months) - 1)
            self.rows.append((kept | {leaves: WHOLE}, WHOLE * record["stock"]))

    def _less_kept(self, makes: Sequence[int], until: int) -> dict[int, int]:
        return {
            self.made[make][t]: -(WHOLE - min(WHOLE, self.floor.host_bp(make)))
            for make in makes
            for t in range(until + 1)
        }

    def bound(self) -> int:
        """What can no schedule pass? Exact: what a solver says decides only how near it comes."""
        ys = [round(y * 2**SHIFT) if y > 0 else 0 for y in self._multipliers()]
        total, reduced = 0, [worth << SHIFT for worth in self.worth]
        for y, (terms, right) in zip(ys, self.rows, strict=True):
            total += y * right
            for column, factor in terms.items() if y else ():
                reduced[column] -= y * factor
        total += sum(cost * most for cost, most in zip(reduced, self.most, strict=True) if cost > 0)
        return max(0, Fraction(total, 2**SHIFT).__floor__())

    def _multipliers(self) -> Sequence[float]:
        """Zeros, which bound too, where the solver found no optimum."""
        at = [(row, column, factor) for row, (terms, _) in enumerate(self.rows) for column, factor in terms.items()]
        rows, columns, factors = zip(*at, strict=True)
        shape = (len(self.rows), len(self.most))
        matrix = scipy.sparse.csr_array((np.array(factors, dtype=np.float64), (rows, columns)), shape=shape)
        costs, right = -np.array(self.worth, dtype=np.float64), np.array([r for _, r in self.rows], dtype=np.float64)
        ends = [(0, most) for most in self.most]
        found = scipy.optimize.linprog(costs, A_ub=matrix, b_ub=right, bounds=ends, method="highs")
        if found.status != 0:
            return [0.0] * len(self.rows)
        return [float(-y) for y in found.ineqlin.marginals]


# ---------------------------------------------------------------- the baseline behind S3


def proven_baseline(question: Mapping[str, Any]) -> tuple[Whole, tuple[StageValue, ...]] | None:
    """What is the best home supply without any export in whole units, and below what can no baseline come?

    None where no baseline fills orders and reserve.
    """
    program = baseline(question)
    solver = Solver(program)
    outcome = solver.solve()
    if not isinstance(outcome, Solved):
        return None
    base = whole_baseline(question, outcome.values)
    values = stage_values(question, base)
    proof = whole_multipliers(program, solver.duals(program.stages, values))
    asked = Question(question)
    stages = asked.stages()
    caps = [
        (f"cap/{name}", [(cost, at) for at, cost in costs.items()], "<", value)
        for (name, costs), value in zip(stages[:-1], values, strict=False)
    ]
    by_row = list(zip(*proof["multipliers"], strict=True))
    least = asked.check(baseline_part(question, base, proof), caps, by_row, proof["shift"])
    found = zip((name for name, _ in stages), values, least, strict=True)
    return base, tuple(StageValue(*stage) for stage in found)
