"""Which whole-number arrays hold a question's figures?

Read once from the question's lists; a figure that is no whole number, or past 64 bits, is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecluse.plan.blocks import Ints

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
SAFE = 2**62  # a product of two figures stays below


def whole(figures: Any, place: str, shape: tuple[int, ...]) -> Ints:
    """Which array do these figures make? Raises ValueError for anything but whole numbers of this shape."""
    try:
        found = np.asarray(figures)
    except (OverflowError, ValueError) as error:
        raise ValueError(f"question/{place}: expected whole numbers, one a month; found {error}") from error
    if found.size == 0 and 0 in shape:
        return np.zeros(shape, dtype=np.int64)
    if found.dtype.kind != "i" or found.shape != shape:
        raise ValueError(
            f"question/{place}: expected whole numbers in shape {shape}, found {found.dtype} {found.shape}"
        )
    return found.astype(np.int64, copy=False)


class Figures:
    """A question's figures as arrays, by list; `of` arrays say at which place the record named by another stands."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.q, self.months = question, len(question["months"])
        self.made_of, self.made_on = self.of("makes", "products"), self.of("makes", "lines")
        self.kind, self.pool = self.of("products", "pools"), self.of("needs", "pools")
        self.stock, self.reserve = self.plain("products", "stock"), self.monthly("products", "reserve")
        self.hours = self.monthly("lines", "hours")
        self.make_hours, self.before = self.plain("makes", "hours"), self.plain("makes", "before")
        self.host = self.plain("lines", "host_bp")[self.made_on]
        self.stays = ~np.array([bool(line["may_export"]) for line in question["lines"]], dtype=bool)[self.made_on]
        self.ramps, self.ramp = self.optional("makes", "ramp")
        self.price = self.plain("pools", "price")
        self.need, self.value = self.monthly("needs", "units"), self.plain("needs", "value")
        self.urgent = np.array([bool(need["urgent"]) for need in question["needs"]], dtype=bool)
        known, self.price_abroad = self.optional("needs", "price_abroad")
        self.abroad = known & self.urgent
        priorities = [need["priority"] for need in question["needs"]]
        self.classes = sorted(set(priorities))
        self.class_of = np.array([self.classes.index(priority) for priority in priorities], dtype=np.int64)
        self.budget = whole(question["budget"], "budget", (self.months,))
        self.due, self.credit = self._orders()

    def units(self, values: Any) -> Ints:
        """A block of a plan, in whole numbers: one row a record, one column a month."""
        return np.array(values, dtype=np.int64).reshape(len(values), self.months)

    def fractions(self, values: Any) -> Floats:
        """The same as a solver said it."""
        return np.array(values, dtype=np.float64).reshape(len(values), self.months)

    def of(self, inner: str, outer: str) -> Ints:
        """At which place of `outer` stands what each record of `inner` names?"""
        at = {record["id"]: place for place, record in enumerate(self.q[outer])}
        if len(at) != len(self.q[outer]):
            raise ValueError(f"question/{outer}: an id stands twice")
        name = outer[:-1]
        return np.array([at[record[name]] for record in self.q[inner]], dtype=np.int64)

    def plain(self, records: str, name: str) -> Ints:
        """One figure a record."""
        found = self.q[records]
        return whole([record[name] for record in found], f"{records}/{name}", (len(found),))

    def monthly(self, records: str, name: str) -> Ints:
        """One figure a record and month."""
        found = self.q[records]
        return whole([record[name] for record in found], f"{records}/{name}", (len(found), self.months))

    def optional(self, records: str, name: str) -> tuple[Flags, Ints]:
        """Which records have the figure, and what is it where they do?"""
        found: Sequence[Any] = [record[name] for record in self.q[records]]
        known = np.array([figure is not None for figure in found], dtype=bool)
        filled = [0 if figure is None else figure for figure in found]
        return known, whole(filled, f"{records}/{name}", (len(filled),))

    def _orders(self) -> tuple[Ints, Ints]:
        """Units due of each product by month, and those of them that serve a pool's stated need."""
        products, units = self.of("orders", "products"), self.monthly("orders", "units")
        home = np.array([bool(order["home"]) for order in self.q["orders"]], dtype=bool)
        due = np.zeros((len(self.q["products"]), self.months), dtype=np.int64)
        credit = np.zeros((len(self.q["pools"]), self.months), dtype=np.int64)
        np.add.at(due, products, units)
        np.add.at(credit, self.kind[products[home]], units[home])
        return due, credit


class Markets:
    """The figures of sales, routes, centres, licences, destinations and rates."""

    def __init__(self, figures: Figures) -> None:
        q, months = figures.q, list(figures.q["months"])
        for sale in q["sales"]:
            if sale["licence"] is None and not sale["hypothetical"]:
                raise ValueError(f"route/{sale['id']}: neither a licence nor the mark hypothetical")
        self.product, self.place = figures.of("sales", "products"), figures.of("sales", "destinations")
        self.demand, self.lag = figures.monthly("sales", "demand"), figures.plain("sales", "lag")
        self.volume = figures.plain("products", "volume")[self.product]
        self.sale, self.centre = figures.of("routes", "sales"), figures.of("routes", "centres")
        self.transit = figures.plain("routes", "transit")
        self.throughput = figures.monthly("centres", "throughput")
        self.most, self.ceiling = figures.plain("licences", "units"), figures.plain("destinations", "value")
        at = {licence["id"]: place for place, licence in enumerate(q["licences"])}
        named = [-1 if sale["licence"] is None else at[sale["licence"]] for sale in q["sales"]]
        self.licence = np.array(named, dtype=np.int64)
        first, last = (np.array([each[end] for each in q["licences"]], dtype=np.str_) for end in ("first", "last"))
        self.inside = (first[:, None] <= np.array(months)) & (np.array(months) <= last[:, None])
        self.gross = self._gross(figures)
        self.net = self.gross - figures.plain("sales", "cost")[:, None]  # what a unit brings home

    def _gross(self, figures: Figures) -> Ints:
        """What does a unit of each sale, leaving in each month, cost its buyer? Rounded down, as the checker does."""
        q = figures.q
        codes = list(q["rates"])
        pairs = [q["rates"][code] for code in codes]
        rates = whole(pairs, "rates", (len(codes), figures.months, 2))
        at = {code: place for place, code in enumerate(codes)}
        by = np.array([at[sale["currency"]] for sale in q["sales"]], dtype=np.int64)
        price = figures.plain("sales", "price")
        if (rates[..., 1] <= 0).any():
            raise ValueError("question/rates: a rate's denominator is not above zero")
        large = len(price) and rates.size and int(np.abs(price).max()) * int(np.abs(rates[..., 0]).max()) >= SAFE
        kind: Any = object if large else np.int64  # whole numbers of any size where 64 bits do not hold them
        gross = price.astype(kind)[:, None] * rates[by, :, 0].astype(kind) // rates[by, :, 1].astype(kind)
        if large and any(abs(figure) >= SAFE for figure in gross.reshape(-1).tolist()):
            raise ValueError("question/sales: a unit costs more than 64 bits hold")
        return np.asarray(gross, dtype=np.int64)
