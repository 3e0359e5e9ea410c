"""The plan with exports once more, in linopy, from the words of docs/reference/plan.md, sharing nothing with ours.

`Words` reads a question into plain arrays; `twin` says the rows as formulas over whole variables. The rows carry the
same names as the checker's, so that a test can hold row against row. It stands beside ours in the benchmark too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

WHOLE = 10_000
Base = Mapping[str, Sequence[Sequence[int]]]


class Words:
    """A question's tables, each record numbered in its list."""

    def __init__(self, question: Mapping[str, Any], base: Base | None) -> None:
        self.question, self.base = question, base
        self.month = pd.RangeIndex(len(question["months"]), name="month")
        self.tables = {
            name: pd.DataFrame(question[name] or None) for name in question if isinstance(question[name], list)
        }
        self.size = {name: len(question[name]) for name in self.tables}

    def index(self, records: str) -> pd.RangeIndex:
        return pd.RangeIndex(self.size[records], name=records)

    def link(self, inner: str, outer: str, key: str) -> np.ndarray:
        """Which record of `outer` does each of `inner` name?"""
        numbers = {record["id"]: number for number, record in enumerate(self.question[outer])}
        return np.array([numbers.get(record[key], -1) for record in self.question[inner]], dtype=np.int64)

    def field(self, records: str, name: str) -> np.ndarray:
        return np.array([record[name] or 0 for record in self.question[records]], dtype=np.int64)

    def by_month(self, records: str, name: str) -> np.ndarray:
        rows = [record[name] for record in self.question[records]]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(self.month))

    def buyers_price(self) -> np.ndarray:
        sales, rates = self.question["sales"], self.question["rates"]
        gross = [[sale["price"] * rate // over for rate, over in rates[sale["currency"]]] for sale in sales]
        return np.array(gross, dtype=np.int64).reshape(len(sales), len(self.month))


class Twin:
    """A linopy model being written."""

    def __init__(self, words: Words) -> None:
        linopy.options["semantics"] = "v1"
        self.words, self.month = words, words.month
        self.model = linopy.Model(sparse=True)

    def columns(self, name: str, records: str, chosen: np.ndarray | None = None, months: int | None = None) -> Any:
        """Variables from zero up, one for each chosen record and month; None where no record is chosen."""
        places = np.arange(self.words.size.get(records, 1)) if chosen is None else np.flatnonzero(chosen)
        if not len(places) or months == 0:
            return None
        month = self.month if months is None else pd.RangeIndex(months, name="month")
        return 1 * self.model.add_variables(lower=0, coords=[pd.Index(places, name=records), month], name=name)

    def total(self, part: Any, owner: np.ndarray, records: str, where: np.ndarray | None = None) -> Any:
        """The sum of a part over the records that each record of `records` owns; zero where it owns none.

        Only owners in `where` are spoken of, where that is given.
        """
        if part is None:
            return 0
        (own,) = [dim for dim in part.coord_dims if dim != "month"]
        places = part.indexes[own].to_numpy()
        kept = np.isin(owner[places], where) if where is not None else owner[places] >= 0
        if not kept.any():
            return 0
        part = part.isel({own: np.flatnonzero(kept)}) if not kept.all() else part
        by = xr.DataArray(owner[places[kept]], dims=own, coords={own: places[kept]}, name=records)
        every = np.arange(self.words.size[records]) if where is None else where
        found = part.groupby(by).sum()
        return found if found.indexes[records].equals(pd.Index(every)) else found.reindex({records: every}).fillna(0)

    def rise(self, part: Any) -> Any:
        """What a month adds to a running sum."""
        return part - part.shift(month=1).fillna(0)

    def table(self, figures: Any, records: str, places: Any = None, month: Any = None) -> xr.DataArray:
        """Figures by record and month as a labelled array."""
        month = self.month if month is None else month
        places = np.arange(self.words.size[records]) if places is None else places
        wide = np.broadcast_to(figures, (len(places), len(month)))
        return xr.DataArray(wide, dims=(records, "month"), coords={records: places, "month": month})

    def column(self, figures: np.ndarray, records: str, places: Any = None) -> xr.DataArray:
        """Figures by record alone."""
        places = np.arange(len(figures)) if places is None else places
        return xr.DataArray(figures[places], dims=records, coords={records: places})

    def row(self, name: str, left: Any, sign: str, right: Any) -> None:
        self.model.add_constraints(left, sign, right, name=name)


def twin(words: Words) -> linopy.Model:
    """The linopy model of a plan with exports."""
    t = Twin(words)
    size, field, by_month = words.size, words.field, words.by_month
    make_line, make_product = words.link("makes", "lines", "line"), words.link("makes", "products", "product")
    kind, pool = words.link("products", "pools", "pool"), words.link("needs", "pools", "pool")
    sold_of = words.link("sales", "products", "product")
    host = field("lines", "host_bp")[make_line]
    stays = np.array([not line["may_export"] for line in words.question["lines"]], dtype=bool)[make_line]
    urgent = np.array([need["urgent"] for need in words.question["needs"]], dtype=bool)
    abroad = urgent & np.array([need["price_abroad"] is not None for need in words.question["needs"]], dtype=bool)
    part = {
        "x": t.columns("x", "makes"), "v": t.columns("v", "makes", host > 0), "s": t.columns("s", "products"),
        "h": t.columns("h", "products"), "w": t.columns("w", "pools"), "u": t.columns("u", "needs"),
        "o": t.columns("o", "needs"), "b": t.columns("b", "needs"), "g": t.columns("g", "sales"),
        "e": t.columns("e", "routes"), "r": t.columns("r", "needs", urgent), "y": t.columns("y", "needs", abroad),
        "c": t.columns("c", "budget_of"), "q": t.columns("q", "money"), "F": t.columns("F", "money"),
        "Z": t.columns("Z", "money"),
    }  # fmt: skip
    # What is made, less the host's part, goes into stock; orders due, home deliveries and sales leave it.
    due = np.zeros((size["products"], len(t.month)), dtype=np.int64)
    np.add.at(due, words.link("orders", "products", "product"), by_month("orders", "units"))
    opening = np.zeros_like(due)
    opening[:, 0] = field("products", "stock")
    into = t.total(part["x"], make_product, "products") - t.total(part["v"], make_product, "products")
    leaves = t.total(part["g"], sold_of, "products")
    t.row("stock", t.rise(part["s"]) + part["h"] - into + leaves, "=", t.table(opening - due, "products"))
    t.row("reserve", part["s"], ">=", t.table(by_month("products", "reserve"), "products"))
    bound = np.intersect1d(make_product[stays], sold_of)
    if len(bound):
        away = np.isin(np.arange(size["products"]), bound)
        part["a"] = t.columns("a", "products", away)
        may = np.where(stays, -1, make_product)
        into = t.total(part["x"], may, "products", bound) - t.total(part["v"], may, "products", bound)
        leaves = t.total(part["g"], sold_of, "products", bound)
        t.row("origin", t.rise(part["a"]) - into + leaves, "<=", t.table(opening[bound], "products", bound))
        t.row("apart", part["a"] - part["s"].sel(products=bound), "<=", 0)
    _lines(t, part, make_line, host)
    _home(t, part, kind, pool, urgent)
    _market(t, part)
    _proceeds(t, part, pool)
    _no_harm(t, part)
    return t.model


def _lines(t: Twin, part: dict[str, Any], make_line: np.ndarray, host: np.ndarray) -> None:
    words, field = t.words, t.words.field
    spent = part["x"] * t.column(field("makes", "hours"), "makes")
    t.row("hours", t.total(spent, make_line, "lines"), "<=", t.table(words.by_month("lines", "hours"), "lines"))
    ramped = np.flatnonzero([make["ramp"] is not None for make in words.question["makes"]])
    if len(ramped):
        limit = np.repeat(field("makes", "ramp")[ramped][:, None], len(t.month), axis=1)
        limit[:, 0] += field("makes", "before")[ramped]
        t.row("ramp", t.rise(part["x"].sel(makes=ramped)), "<=", t.table(limit, "makes", ramped))
    hosted = np.flatnonzero(host > 0)
    if len(hosted):
        owed = part["x"].sel(makes=hosted) * t.column(host, "makes", hosted)
        t.row("host", part["v"] * WHOLE - owed, ">=", 0)


def _home(t: Twin, part: dict[str, Any], kind: np.ndarray, pool: np.ndarray, urgent: np.ndarray) -> None:
    words, question = t.words, t.words.question
    paid = t.total(part["b"], pool, "pools") + t.total(part["r"], pool, "pools")
    t.row("pool", t.total(part["h"], kind, "pools") - paid, "=", 0)
    credit = np.zeros((words.size["pools"], len(t.month)), dtype=np.int64)
    for order, product in zip(question["orders"], words.link("orders", "products", "product"), strict=True):
        credit[kind[product]] += np.array(order["units"]) * order["home"]
    t.row("credit", t.rise(part["w"]) + t.total(part["o"], pool, "pools"), "=", t.table(credit, "pools"))
    units = words.by_month("needs", "units")
    left = t.rise(part["u"]) + part["o"] + part["b"]
    for name in "ry":
        if part[name] is not None:
            left = left + part[name].reindex(needs=np.arange(words.size["needs"])).fillna(0)
    t.row("need", left, "=", t.table(units, "needs"))
    classes = sorted({need["priority"] for need in question["needs"]})
    f = 1 * t.model.add_variables(lower=0, coords=[pd.RangeIndex(len(classes), name="priority")], name="f")
    of = xr.DataArray([classes.index(need["priority"]) for need in question["needs"]], dims="needs")
    gap = f.sel(priority=of.assign_coords(needs=np.arange(len(of)))).drop_vars("priority")
    last = part["u"].sel(month=len(t.month) - 1).drop_vars("month")
    t.row("fair", gap * t.column(units.sum(axis=1), "needs") - last * WHOLE, ">=", 0)
    prices = t.column(words.field("pools", "price")[pool], "needs")
    spent = (part["b"] * prices).sum("needs")
    t.row("budget", t.rise(part["c"]).sum("budget_of") + spent, "=", xr.DataArray(question["budget"], dims="month"))


def _market(t: Twin, part: dict[str, Any]) -> None:
    words, question, months = t.words, t.words.question, len(t.month)
    sale_of, centre_of = words.link("routes", "sales", "sale"), words.link("routes", "centres", "centre")
    t.row("demand", part["g"], "<=", t.table(words.by_month("sales", "demand"), "sales"))
    t.row("route", part["g"] - t.total(part["e"], sale_of, "sales"), "=", 0)
    volume = words.field("products", "volume")[words.link("sales", "products", "product")][sale_of]
    transit = np.minimum(words.field("routes", "transit"), months)
    through = words.by_month("centres", "throughput")
    passing, after = 0, 0
    for late in sorted(set(transit.tolist())):
        own = np.flatnonzero(transit == late)
        load = part["e"].sel(routes=own) * t.column(volume, "routes", own)
        if late < months:
            passing = passing + t.total(load.shift(month=late).fillna(0) if late else load, centre_of, "centres")
        if late:
            at_end = load.isel(month=slice(months - late, months)).sum("month")
            by = xr.DataArray(centre_of[own], dims="routes", coords={"routes": own}, name="centres")
            after = after + at_end.groupby(by).sum().reindex(centres=np.arange(len(through))).fillna(0)
    t.row("centre", passing, "<=", t.table(through, "centres"))
    longest = np.array([max(transit[centre_of == c], default=0) for c in range(len(through))])
    if not isinstance(after, int):
        t.row("after", after, "<=", t.column(through[:, -1] * longest, "centres"))
    licence = words.link("sales", "licences", "licence")
    names = np.array(question["months"])
    first, last = (np.array([each[end] for each in question["licences"]]) for end in ("first", "last"))
    held = np.flatnonzero(licence >= 0)
    if len(held):
        inside = (first[licence[held], None] <= names) & (names <= last[licence[held], None])
        for name, mask, limit in (("licence", inside, words.field("licences", "units")), ("window", ~inside, None)):
            counted = (part["g"].sel(sales=held) * t.table(mask.astype(int), "sales", held)).sum("month")
            by = xr.DataArray(licence[held], dims="sales", coords={"sales": held}, name="licences")
            every = counted.groupby(by).sum().reindex(licences=np.arange(words.size["licences"])).fillna(0)
            t.row(name, every, "<=", 0 if limit is None else t.column(limit, "licences"))
    place = words.link("sales", "destinations", "destination")
    worth = t.total(part["g"] * t.table(words.buyers_price(), "sales"), place, "destinations").sum("month")
    t.row("value", worth, "<=", t.column(words.field("destinations", "value"), "destinations"))


def _proceeds(t: Twin, part: dict[str, Any], pool: np.ndarray) -> None:
    words, question, months = t.words, t.words.question, len(t.month)
    net, lag = words.buyers_price() - words.field("sales", "cost")[:, None], words.field("sales", "lag")
    received, last = 0, months - 1
    for late in sorted(set(lag.tolist())):
        if late < months:
            own = np.flatnonzero(lag == late)
            worth = (part["g"].sel(sales=own) * t.table(net[own], "sales", own)).sum("sales")
            received = received + (worth.shift(month=late).fillna(0) if late else worth)
    alone = {name: part[name].sum("money") for name in "qFZ"}
    t.row("receipts", t.rise(alone["q"]) - received, "=", 0)
    spent = 0
    prices = {"r": words.field("pools", "price")[pool], "y": words.field("needs", "price_abroad")}
    for name in "ry":
        if part[name] is not None:
            needs = part[name].indexes["needs"].to_numpy()
            spent = spent + (part[name] * t.column(prices[name], "needs", needs)).sum("needs")
    t.row("fund", t.rise(alone["F"]) + t.rise(alone["Z"]) - t.rise(alone["q"]) + spent, "=", 0)
    t.row("uses", t.rise(alone["Z"]), ">=", 0)
    share, grace = question["share_bp"], question["grace_months"]
    t.row("other", alone["Z"] * WHOLE + alone["q"] * (share - WHOLE), "<=", 0)
    if grace <= last:
        idle = t.columns("I", "money", months=months - grace).sum("money")
        later = {name: alone[name].shift(month=-grace) if grace else alone[name] for name in "qFZ"}
        now = slice(0, months - grace)
        urgent = (later["q"] - later["Z"] - later["F"]) * WHOLE
        t.row("spend", urgent.isel(month=now) - (alone["q"] * share).isel(month=now) + idle, ">=", 0)


def _no_harm(t: Twin, part: dict[str, Any]) -> None:
    words, rule = t.words, t.words.question["rule"]
    if words.base is None or rule == "N0":
        return
    floor = t.table(np.array(words.base["u"]), "needs")
    t.row("harm", part["u"], "<=", floor)
    if rule == "N2":
        bought = t.columns("B", "needs")
        t.row("bought", t.rise(bought) - part["b"], "=", 0)
        t.row("additive", bought, ">=", t.table(np.cumsum(np.array(words.base["b"]), axis=1), "needs"))
    if rule == "N3":
        unpaid = t.columns("k", "needs")
        units = t.table(words.by_month("needs", "units"), "needs")
        t.row("unpaid", t.rise(unpaid) + part["o"] + part["b"], "=", units)
        t.row("default", unpaid, "<=", floor)
