"""Which schedule lets most leave when products share lines? What is owed first, in whole units; HiGHS fills the rest.

What it finds is no evidence until `joint.check_witness` has added it up. The search ends after so many steps and nodes,
never after so many seconds, so that every machine finds the same. Where it ends early, what is owed alone is made, and
no product leaves more than stands there; `surplus_bound` says how much more could at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import highspy
import numpy as np

from ecluse.plan.joint import WHOLE, Floor, Series, Shop

STEPS, NODES = 200_000, 1_000  # of the simplex method; of a search in whole units
TOLERANCE = 1e-9
NEAR = 1e-6
Terms = list[tuple[int, float]]
Made = dict[int, list[int]]


def together(floor: Floor, shop: Shop, known: Series | None) -> Made | None:
    """What is made where and when so that most can leave? None where nothing was found that fills what is taken."""
    owed = next((made for made in _tries(floor, shop, known) if fills(floor, shop, made)), None)
    wanted = None if owed is None else Schedule(floor, shop, owed).best()
    return owed if owed is None or wanted is None else _whole(floor, shop, owed, wanted)


def _tries(floor: Floor, shop: Shop, known: Series | None) -> Iterator[Made]:
    """Schedules that may fill what is taken: as late as can be, as it falls due, one known, one searched."""
    yield latest(floor, shop)
    yield as_due(floor, shop)
    if known is not None:
        yield {make: list(known[make]) for make in shop.makes}
    found = Schedule(floor, shop, {make: [0] * len(floor.months) for make in shop.makes}, is_whole=True).any()
    if found is not None:
        yield found


def fills(floor: Floor, shop: Shop, made: Made) -> bool:
    """Does this schedule keep to hours and ramps, and fill what is taken of every product?"""
    for line in shop.lines:
        own = [make for make in shop.makes if floor.line_of[make] == line]
        for t, hours in enumerate(floor.q["lines"][line]["hours"]):
            if sum(made[make][t] * floor.q["makes"][make]["hours"] for make in own) > hours:
                return False
    for make in shop.makes:
        record, before = floor.q["makes"][make], floor.q["makes"][make]["before"]
        for units in made[make]:
            if record["ramp"] is not None and units > before + record["ramp"]:
                return False
            before = units
    every = floor.nothing("makes")
    hosts = floor.nothing("makes")
    for make in shop.makes:
        every[make], hosts[make] = made[make], floor.hosts_part(make, made[make])
    return all(floor.is_met(product, every, hosts) for product in shop.products)


def latest(floor: Floor, shop: Shop) -> Made:
    """What is taken, made as late as it can be: hours stay free early. Lines with a host's share are left out."""
    made = {make: [0] * len(floor.months) for make in shop.makes}
    left = {line: list(floor.q["lines"][line]["hours"]) for line in shop.lines}
    owed = {product: _owed(floor, product) for product in shop.products}
    waiting = dict.fromkeys(shop.products, 0)
    for t in reversed(range(len(floor.months))):
        for product in shop.products:
            waiting[product] += owed[product][t]
        # What takes most hours goes first: small units fill the rest of a month better.
        for make in sorted(
            _unhosted(floor, shop), key=lambda make: (floor.may_leave(make), -_hours(floor, make), make)
        ):
            line, product = floor.line_of[make], floor.product_of[make]
            units = min(waiting[product], left[line][t] // _hours(floor, make))
            made[make][t] = units
            left[line][t] -= units * _hours(floor, make)
            waiting[product] -= units
    return made


def _owed(floor: Floor, product: int) -> list[int]:
    """How many more units must have been made by the end of each month than by the end of the one before?"""
    record, taken, owed, found = floor.q["products"][product], 0, 0, []
    for t, reserve in enumerate(record["reserve"]):
        taken += floor.taken[product][t]
        now = max(owed, taken + reserve - record["stock"])
        found.append(now - owed)
        owed = now
    return found


def as_due(floor: Floor, shop: Shop) -> Made:
    """What is taken, made in the month in which it is taken, on the first line that bears no host's share."""
    made = {make: [0] * len(floor.months) for make in shop.makes}
    for make in reversed(_unhosted(floor, shop)):
        made[make] = list(floor.taken[floor.product_of[make]])
        for other in _unhosted(floor, shop):
            if other != make and floor.product_of[other] == floor.product_of[make]:
                made[other] = [0] * len(floor.months)
    return made


def _unhosted(floor: Floor, shop: Shop) -> list[int]:
    return [make for make in shop.makes if not floor.host_bp(make)]


def _hours(floor: Floor, make: int) -> int:
    return int(floor.q["makes"][make]["hours"])


# ---------------------------------------------------------------- filling the rest


def _whole(floor: Floor, shop: Shop, owed: Made, wanted: dict[int, list[float]]) -> Made:
    """Rounded down, which keeps hours and ramps; then what was cut off is made as soon as a month has room for it."""
    made = {
        make: [base + int(more - base + NEAR) for base, more in zip(owed[make], wanted[make], strict=True)]
        for make in shop.makes
    }
    if not fills(floor, shop, made):
        return owed
    for line in shop.lines:
        own = [make for make in shop.makes if floor.line_of[make] == line]
        lost = dict.fromkeys(own, 0.0)
        for t, hours in enumerate(floor.q["lines"][line]["hours"]):
            room = hours - sum(made[make][t] * _hours(floor, make) for make in own)
            for make in own:
                lost[make] += wanted[make][t] - made[make][t]
            for make in sorted(own, key=lambda make: -lost[make]):
                if lost[make] > NEAR and room >= _hours(floor, make) and _may_rise(floor, make, made[make], t):
                    made[make][t] += 1
                    lost[make] -= 1
                    room -= _hours(floor, make)
    return made


def _may_rise(floor: Floor, make: int, units: Sequence[int], t: int) -> bool:
    record = floor.q["makes"][make]
    before = units[t - 1] if t else record["before"]
    return record["ramp"] is None or units[t] < before + record["ramp"]


class Schedule:
    """The rows of planning.md 1.3 (1) to (3) for the products of one shop, above what is owed, for HiGHS."""

    def __init__(self, floor: Floor, shop: Shop, owed: Made, *, is_whole: bool = False) -> None:
        self.floor, self.shop, self.owed, self.count = floor, shop, owed, 0
        solver: Any = highspy.Highs
        self.highs = solver()
        for name, value in (
            ("output_flag", False), ("threads", 1),
            ("simplex_iteration_limit", STEPS), ("mip_max_nodes", NODES), ("mip_max_leaves", NODES),
            ("mip_feasibility_tolerance", TOLERANCE), ("primal_feasibility_tolerance", TOLERANCE),
        ):  # fmt: skip
            self.highs.setOptionValue(name, value)
        self.months = range(len(floor.months))
        self.made = {make: [self._column(owed[make][t], is_whole) for t in self.months] for make in shop.makes}
        hosted = [make for make in shop.makes if floor.host_bp(make)]
        self.hosts = {make: [self._column(0, is_whole) for _ in self.months] for make in hosted}
        self.left = {product: [self._column(0, is_whole) for _ in self.months] for product in shop.products}
        self._lines()
        for product in shop.products:
            self._product(product)

    def any(self) -> Made | None:
        """Any schedule that fills what is taken."""
        values = self._most([])
        if values is None:
            return None
        return {make: [round(values[column]) for column in months] for make, months in self.made.items()}

    def best(self) -> dict[int, list[float]] | None:
        """The schedule under which most leaves, then evenly, then early: units made, in parts of a unit."""
        everything = [(column, 1.0) for own in self.left.values() for column in own]
        values = self._most(everything)
        if values is None:
            return None
        values = self._evenly(everything, sum(values[column] for column, _ in everything)) or values
        for own in self.left.values():
            units = sum(values[column] for column in own)
            self._row(units - NEAR, highspy.kHighsInf, [(column, 1.0) for column in own])
        early = [(column, float(len(self.months) - t)) for own in self.left.values() for t, column in enumerate(own)]
        values = self._most(early) or values
        return {make: [values[column] for column in months] for make, months in self.made.items()}

    def _evenly(self, everything: Terms, total: float) -> list[float] | None:
        """The same total, the smallest share of a product's own ceiling as large as can be."""
        tops = {product: self.floor.ceiling[product][-1] for product in self.left if self.floor.ceiling[product][-1]}
        if len(tops) < 2:
            return None
        self._row(total - NEAR, highspy.kHighsInf, everything)
        share = self._column(0, False, 1.0)
        for product, top in tops.items():
            self._row(0, highspy.kHighsInf, [*((column, 1.0) for column in self.left[product]), (share, -float(top))])
        return self._most([(share, 1.0)])

    # ------------------------------------------------------------ rows

    def _lines(self) -> None:
        floor, endless = self.floor, highspy.kHighsInf
        for line in self.shop.lines:
            own = [make for make in self.shop.makes if floor.line_of[make] == line]
            for t in self.months:
                terms = [(self.made[make][t], float(_hours(floor, make))) for make in own]
                self._row(-endless, floor.q["lines"][line]["hours"][t], terms)
        for make in self.shop.makes:
            record = floor.q["makes"][make]
            for t in self.months:
                if record["ramp"] is not None:
                    step = [(self.made[make][t], 1.0)] + ([(self.made[make][t - 1], -1.0)] if t else [])
                    self._row(-endless, record["ramp"] + (0 if t else record["before"]), step)
                if make in self.hosts:
                    share = [(self.hosts[make][t], float(WHOLE)), (self.made[make][t], -float(floor.host_bp(make)))]
                    self._row(0, endless, share)

    def _product(self, product: int) -> None:
        """Stock never below reserve, nothing above the ceiling; what serves at home is kept apart."""
        floor, endless, record = self.floor, highspy.kHighsInf, self.floor.q["products"][product]
        own = floor.makes_of(product)
        free = [make for make in own if floor.may_leave(make)]
        stock, into, gone, apart = record["stock"], [], [], []  # type: int, Terms, Terms, Terms
        for t in self.months:
            leaves = (self.left[product][t], 1.0)
            into, gone, stock = into + self._kept(own, t), [*gone, leaves], stock - floor.taken[product][t]
            held = [*into, *((column, -1.0) for column, _ in gone)]
            self._row(record["reserve"][t] - stock, endless, held)
            self._row(-endless, floor.ceiling[product][t], gone)
            if len(free) < len(own):
                now = self._column(0, False)
                terms = [(now, -1.0), *apart, *self._kept(free, t), (leaves[0], -1.0)]
                self._row(0 if t else -record["stock"], endless, terms)
                self._row(-stock, endless, [*held, (now, -1.0)])
                apart = [(now, 1.0)]

    def _kept(self, makes: Sequence[int], t: int) -> Terms:
        hosts = [(self.hosts[make][t], -1.0) for make in makes if make in self.hosts]
        return [*((self.made[make][t], 1.0) for make in makes), *hosts]

    # ------------------------------------------------------------ HiGHS

    def _column(self, least: int, is_whole: bool, top: float = highspy.kHighsInf) -> int:
        self.highs.addVar(float(least), top)
        if is_whole:
            self.highs.changeColIntegrality(self.count, highspy.HighsVarType.kInteger)
        self.count += 1
        return self.count - 1

    def _row(self, low: float, high: float, terms: Terms) -> None:
        merged: dict[int, float] = {}
        for column, factor in terms:
            merged[column] = merged.get(column, 0) + factor
        columns, factors = np.array(list(merged), dtype=np.int32), np.array([*merged.values()], dtype=np.float64)
        self.highs.addRow(float(low), float(high), len(merged), columns, factors)

    def _most(self, terms: Terms) -> list[float] | None:
        """Which values make this most? None when nothing fits, or nothing was found within the limits."""
        costs = np.zeros(self.count)
        for column, factor in terms:
            costs[column] -= factor
        self.highs.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), costs)
        self.highs.run()
        if self.highs.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return None
        return list(self.highs.getSolution().col_value)
