"""Which rows does a plan with exports add: routes and ceilings, money that comes and is spent, and no harm?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ecluse.plan.blocks import EQUAL, LESS, MORE, Ints
from ecluse.plan.draft import WHOLE, Draft
from ecluse.plan.figures import Markets

ALONE = np.zeros((1, 1), dtype=np.int64)  # the place of a column that stands alone in its block


def write(draft: Draft, markets: Markets, base: Mapping[str, Any] | None) -> None:
    """Write the rows of exports, in the checker's order."""
    _sales(draft, markets)
    _centres(draft, markets)
    _ceilings(draft, markets)
    _money(draft, markets)
    if base is not None and draft.figures.q["rule"] != "N0":
        _no_harm(draft, base)


def _sales(draft: Draft, markets: Markets) -> None:
    months, writer = draft.months, draft.writer
    every = np.arange(len(markets.product))[:, None]
    at = writer.take(2 * markets.demand.size) + (every * len(months) + months) * 2
    writer.rows("demand", at, LESS, markets.demand, records="sales", places=every, months=months)
    draft.terms(at, "g", every, 1, "sales")
    route = writer.rows("route", at + 1, EQUAL, 0, records="sales", places=every, months=months)
    draft.terms(route, "g", every, 1, "sales")
    draft.terms(route[markets.sale], "e", np.arange(len(markets.sale))[:, None], -1, "routes")


def _centres(draft: Draft, markets: Markets) -> None:
    """A unit passes its centre some months after it left; what is under way at the end passes in the row `after`."""
    months, writer, every = draft.months, draft.writer, np.arange(len(markets.throughput))[:, None]
    long = len(months) + 1
    at = writer.take(len(every) * long) + every * long + np.arange(long)
    writer.rows("centre", at[:, :-1], LESS, markets.throughput, records="centres", places=every, months=months)
    late = np.minimum(markets.transit, len(months))
    longest = np.zeros(len(every), dtype=np.int64)
    np.maximum.at(longest, markets.centre, late)
    limit = markets.throughput[:, -1] * longest
    writer.rows("after", at[:, -1], LESS, limit, records="centres", places=every[:, 0])
    passes = np.minimum(months + late[:, None], len(months))
    sale, routes = markets.sale[:, None], np.arange(len(late))[:, None]
    rows = at[markets.centre[:, None], passes]
    draft.terms(rows, "e", routes, markets.volume[sale], "products", markets.product[sale])


def _ceilings(draft: Draft, markets: Markets) -> None:
    writer, g = draft.writer, draft.block("g")
    every = np.arange(len(markets.most))
    at = writer.take(2 * len(every)) + every * 2
    writer.rows("licence", at, LESS, markets.most, records="licences", places=every)
    writer.rows("window", at + 1, LESS, 0, records="licences", places=every)
    licensed = np.flatnonzero(markets.licence >= 0)
    inside = markets.inside[markets.licence[licensed]]
    rows = np.where(inside, 0, 1) + at[markets.licence[licensed]][:, None]
    writer.terms(rows, g.at(licensed[:, None], draft.months), 1, source="sales", places=licensed[:, None])
    every = np.arange(len(markets.ceiling))
    at = writer.take(len(every)) + every
    writer.rows("value", at, LESS, markets.ceiling, records="destinations", places=every)
    draft.terms(at[markets.place][:, None], "g", np.arange(len(markets.place))[:, None], markets.gross, "sales")


def _money(draft: Draft, markets: Markets) -> None:
    own, months, writer = draft.figures, draft.months, draft.writer
    share, grace = int(own.q["share_bp"]), int(own.q["grace_months"])
    held = max(0, len(months) - grace)  # months whose receipts must be spent within the horizon
    at = (writer.take(4 * len(months) + held) + months * 4 + np.minimum(months, held))[None, :]
    receipts = writer.rows("receipts", at, EQUAL, 0, months=months)
    draft.step(receipts, "q", ALONE, "question")
    sales, t = np.nonzero(months >= markets.lag[:, None])
    sold = t - markets.lag[sales]
    writer.terms(
        receipts[0, t], draft.block("g").at(sales, sold), -markets.net[sales, sold], source="sales", places=sales
    )
    fund = writer.rows("fund", at + 1, EQUAL, 0, months=months)
    for block, sign in (("F", 1), ("Z", 1), ("q", -1)):
        draft.step(fund, block, ALONE, "question", sign=sign)
    pools = own.pool[draft.paid][:, None]
    draft.terms(fund, "r", draft.paid[:, None], own.price[pools], "pools", pools)
    draft.terms(fund, "y", draft.abroad[:, None], own.price_abroad[draft.abroad][:, None], "needs")
    draft.step(writer.rows("uses", at + 2, MORE, 0, months=months), "Z", ALONE, "question")
    other = writer.rows("other", at + 3, LESS, 0, months=months)
    draft.terms(other, "Z", ALONE, WHOLE, "question")
    draft.terms(other, "q", ALONE, share - WHOLE, "question")
    _spend(draft, at[0, :held] + 4, share, grace)


def _spend(draft: Draft, at: Ints, share: int, grace: int) -> None:
    """The share of what was received is spent within the grace, unless no urgent need is left."""
    writer, now = draft.writer, np.arange(len(at))
    writer.rows("spend", at, MORE, 0, months=now)
    received = draft.block("q")
    writer.terms(at, received.at(0, now + grace), WHOLE - (0 if grace else share), source="question")
    if grace:
        writer.terms(at, received.at(0, now), -share, source="question")
    for block in "ZF":
        writer.terms(at, draft.block(block).at(0, now + grace), -WHOLE, source="question")
    writer.terms(at, draft.block("I").at(0, now), 1, source="question")


def _no_harm(draft: Draft, base: Mapping[str, Any]) -> None:
    own, months, writer, rule = draft.figures, draft.months, draft.writer, draft.figures.q["rule"]
    needs = draft.every_need
    shape, long = own.need.shape, {"N2": 3, "N3": 3}.get(rule, 1)
    floor = np.asarray(base["u"], dtype=np.int64).reshape(shape)
    at = writer.take(long * floor.size) + (needs[:, None] * len(months) + months) * long
    placed: Any = {"records": "needs", "places": needs[:, None], "months": months}
    draft.terms(writer.rows("harm", at, LESS, floor, **placed), "u", needs[:, None], 1, "needs")
    if rule == "N2":
        writer.columns.add("B", np.ones(len(needs), dtype=bool), len(months))
        rows = writer.rows("bought", at + 1, EQUAL, 0, **placed)
        draft.step(rows, "B", needs[:, None], "needs")
        draft.terms(rows, "b", needs[:, None], -1, "needs")
        bought = np.cumsum(np.asarray(base["b"], dtype=np.int64).reshape(shape), axis=1)
        draft.terms(writer.rows("additive", at + 2, MORE, bought, **placed), "B", needs[:, None], 1, "needs")
    if rule == "N3":
        writer.columns.add("k", np.ones(len(needs), dtype=bool), len(months))
        rows = writer.rows("unpaid", at + 1, EQUAL, own.need, **placed)
        draft.step(rows, "k", needs[:, None], "needs")
        for block in "ob":
            draft.terms(rows, block, needs[:, None], 1, "needs")
        draft.terms(writer.rows("default", at + 2, LESS, floor, **placed), "k", needs[:, None], 1, "needs")
