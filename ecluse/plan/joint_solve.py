"""Which schedule lets most leave when products share lines? Searched by HiGHS in whole numbers, shop by shop.

What it finds is no evidence until `joint.check_witness` has added it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

from ecluse.plan.joint import WHOLE, Floor, Shop, Witness

SECONDS_LIMIT = 20.0
TOLERANCE = 1e-9
Terms = list[tuple[int, float]]


class Search:
    """A small program in whole numbers: columns, rows, and one objective after another."""

    def __init__(self) -> None:
        self.highs = highspy.Highs()
        for name, value in (
            ("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0),
            ("mip_feasibility_tolerance", TOLERANCE), ("primal_feasibility_tolerance", TOLERANCE),
            ("time_limit", SECONDS_LIMIT),
        ):  # fmt: skip
            self.highs.setOptionValue(name, value)
        self.count = 0

    def column(self, top: float, *, is_whole: bool = True) -> int:
        """Which column is new, from 0 to this?"""
        self.highs.addVar(0.0, top)
        if is_whole:
            self.highs.changeColIntegrality(self.count, highspy.HighsVarType.kInteger)
        self.count += 1
        return self.count - 1

    def row(self, low: float, high: float, terms: Terms) -> None:
        """These terms lie between low and high."""
        merged: dict[int, float] = {}
        for column, factor in terms:
            merged[column] = merged.get(column, 0) + factor
        self.highs.addRow(low, high, len(merged), np.array(list(merged), dtype=np.int32), np.array([*merged.values()]))

    def most(self, terms: Terms) -> list[float] | None:
        """Which values make this most? None when nothing fits."""
        costs = np.zeros(self.count)
        for column, factor in terms:
            costs[column] -= factor
        self.highs.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), costs)
        self.highs.run()
        found = self.highs.getSolution()
        is_held = self.highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return list(found.col_value) if is_held else None


class Schedule:
    """The rows of planning.md 1.3 (1) to (3) for the products of one shop, as columns of a search."""

    def __init__(self, floor: Floor, shop: Shop) -> None:
        self.floor, self.shop, self.search = floor, shop, Search()
        self.months = range(len(floor.months))
        infinite = highspy.kHighsInf
        self.made = {make: [self.search.column(infinite) for _ in self.months] for make in shop.makes}
        hosted = [make for make in shop.makes if floor.host_bp(make)]
        self.hosts = {make: [self.search.column(infinite) for _ in self.months] for make in hosted}
        self.left = {product: [self.search.column(infinite) for _ in self.months] for product in shop.products}
        self._lines()
        for product in shop.products:
            self._product(product)

    def _lines(self) -> None:
        floor, endless = self.floor, highspy.kHighsInf
        for line in self.shop.lines:
            own = [make for make in self.shop.makes if floor.line_of[make] == line]
            for t in self.months:
                terms = [(self.made[make][t], float(floor.q["makes"][make]["hours"])) for make in own]
                self.search.row(-endless, floor.q["lines"][line]["hours"][t], terms)
        for make in self.shop.makes:
            record = floor.q["makes"][make]
            for t in self.months:
                if record["ramp"] is not None:
                    step = [(self.made[make][t], 1.0)] + ([(self.made[make][t - 1], -1.0)] if t else [])
                    self.search.row(-endless, record["ramp"] + (0 if t else record["before"]), step)
                if make in self.hosts:
                    share = [(self.hosts[make][t], float(WHOLE)), (self.made[make][t], -float(floor.host_bp(make)))]
                    self.search.row(0, endless, share)
                    self.search.row(-endless, 0, [(self.hosts[make][t], 1.0), (self.made[make][t], -1.0)])

    def _product(self, product: int) -> None:
        floor, endless = self.floor, highspy.kHighsInf
        own = [make for make in self.shop.makes if floor.product_of[make] == product]
        free = [make for make in own if floor.may_leave(make)]
        stock = floor.opening(product)
        into: Terms = []
        gone: Terms = []
        apart: int | None = None
        for t in self.months:
            kept = self._kept(own, t)
            into, gone = into + kept, [*gone, (self.left[product][t], 1.0)]
            stock -= floor.taken[product][t]
            held = [*into, *((column, -1.0) for column, _ in gone)]
            self.search.row(floor.reserve(product, t) - stock, endless, held)
            self.search.row(-endless, floor.ceiling[product][t], gone)
            if len(free) < len(own):
                now = self.search.column(endless)
                before = [(apart, 1.0)] if apart is not None else []
                terms = [(now, -1.0), *before, *self._kept(free, t), (self.left[product][t], -1.0)]
                self.search.row(0 if t else -floor.opening(product), endless, terms)
                self.search.row(-stock, endless, [*held, (now, -1.0)])
                apart = now

    def _kept(self, makes: Sequence[int], t: int) -> Terms:
        hosts = [(self.hosts[make][t], -1.0) for make in makes if make in self.hosts]
        return [*((self.made[make][t], 1.0) for make in makes), *hosts]


def together(floor: Floor, shop: Shop, witness: Witness) -> bool:
    """Write the best schedule of these products into the witness. Is everything that is taken at home met?"""
    schedule = Schedule(floor, shop)
    search, everything = schedule.search, [(c, 1.0) for own in schedule.left.values() for c in own]
    values = search.most(everything)
    if values is None:
        return False
    values = _fairly(schedule, values, everything) or values
    early = [(c, float(len(floor.months) - t)) for own in schedule.left.values() for t, c in enumerate(own)]
    for own in schedule.left.values():
        units = sum(round(values[column]) for column in own)
        search.row(units, units, [(column, 1.0) for column in own])
    _write(schedule, search.most(early) or values, witness)
    return True


def _fairly(schedule: Schedule, values: list[float], everything: Terms) -> list[float] | None:
    """The same total, the smallest share of a product's own ceiling as large as can be."""
    tops = {product: schedule.floor.ceiling[product][-1] for product in schedule.left}
    asking = [product for product, top in tops.items() if top]
    if len(asking) < 2:
        return None
    total = sum(round(values[column]) for column, _ in everything)
    schedule.search.row(total, total, everything)
    share = schedule.search.column(1.0, is_whole=False)
    for product in asking:
        terms = [(column, 1.0) for column in schedule.left[product]]
        schedule.search.row(0, highspy.kHighsInf, [*terms, (share, -float(tops[product]))])
    return schedule.search.most([(share, 1.0)])


def _write(schedule: Schedule, values: list[Any], witness: Witness) -> None:
    for series, columns in (
        (witness.left, schedule.left), (witness.made, schedule.made), (witness.hosts, schedule.hosts)
    ):  # fmt: skip
        for place, months in columns.items():
            series[place] = [round(values[column]) for column in months]
