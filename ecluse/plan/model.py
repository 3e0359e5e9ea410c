"""Which linear program does a question ask: the baseline without exports, and the plan with them?

The rows are those of `checker.Question.rows`, in its order, written by whole arrays; tests hold the two together.
docs/reference/plan.md says them in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ecluse.plan import model_exports
from ecluse.plan.blocks import EQUAL, LESS, MORE, Ints, Program
from ecluse.plan.draft import WHOLE, Draft
from ecluse.plan.figures import Figures, Markets

Base = Mapping[str, Any]


def baseline(question: Mapping[str, Any]) -> Program:
    """Which program finds the best home supply without any export?"""
    return _written(Draft(Figures(question), None), None)


def with_exports(question: Mapping[str, Any], base: Base | None) -> Program:
    """Which program finds the best plan with exports that harms nothing of this baseline?"""
    figures = Figures(question)
    return _written(Draft(figures, Markets(figures)), base)


def _written(draft: Draft, base: Base | None) -> Program:
    for part in (_products, _lines, _makes, _pools, _needs, _budget):
        part(draft)
    if draft.markets is not None:
        model_exports.write(draft, draft.markets, base)
    return draft.program()


def _products(draft: Draft) -> None:
    """Stock and reserve; and where a line must serve at home, what of the stock may leave."""
    own, writer, months = draft.figures, draft.writer, draft.months
    origin = draft.origin
    each = 2 + 2 * origin
    at = draft.rows_of_each(each * len(months)) + months * each[:, None]
    every = np.arange(len(origin))[:, None]
    opening = np.where(months == 0, own.stock[:, None], 0)
    stock = writer.rows("stock", at, EQUAL, opening - own.due, records="products", places=every, months=months)
    draft.step(stock, "s", every, "products")
    draft.step(stock, "h", every, "products", over=False)
    draft.production(stock, own.made_of, np.arange(len(own.made_of)))
    draft.sold(stock, every=None)
    reserve = writer.rows("reserve", at + 1, MORE, own.reserve, records="products", places=every, months=months)
    draft.step(reserve, "s", every, "products", over=False)
    if origin.any():
        _origin(draft, (at + 2)[origin], opening[origin])


def _origin(draft: Draft, at: Ints, opening: Ints) -> None:
    """What lines bound to serve at home make never leaves: what may leave is a part of the stock, kept apart."""
    own, origin, writer = draft.figures, draft.origin, draft.writer
    bound, among = np.flatnonzero(origin)[:, None], np.cumsum(origin) - 1  # among: which of the bound ones is each
    rows = writer.rows("origin", at, LESS, opening, records="products", places=bound, months=draft.months)
    draft.step(rows, "a", bound, "products")
    draft.production(rows, among[own.made_of], np.flatnonzero(origin[own.made_of] & ~own.stays))
    draft.sold(rows, every=(origin, among))
    apart = writer.rows("apart", at + 1, LESS, 0, records="products", places=bound, months=draft.months)
    draft.step(apart, "a", bound, "products", over=False)
    draft.step(apart, "s", bound, "products", sign=-1, over=False)


def _lines(draft: Draft) -> None:
    own, every = draft.figures, np.arange(len(draft.figures.hours))[:, None]
    at = draft.writer.take(own.hours.size) + every * len(draft.months) + draft.months
    draft.writer.rows("hours", at, LESS, own.hours, records="lines", places=every, months=draft.months)
    makes = np.arange(len(own.made_on))[:, None]
    draft.terms(at[own.made_on], "x", makes, own.make_hours[:, None], "makes")


def _makes(draft: Draft) -> None:
    own, months, writer = draft.figures, draft.months, draft.writer
    ramped, hosted = own.ramps, own.host != 0
    each = ramped.astype(np.int64) + hosted
    at = draft.rows_of_each(each * len(months)) + months * each[:, None]
    makes = np.flatnonzero(ramped)[:, None]
    limit = own.ramp[makes] + np.where(months == 0, own.before[makes], 0)
    rows = writer.rows("ramp", at[ramped], LESS, limit, records="makes", places=makes, months=months)
    draft.step(rows, "x", makes, "makes")
    makes = np.flatnonzero(hosted)[:, None]
    rows = (at + ramped[:, None])[hosted]
    writer.rows("host", rows, MORE, 0, records="makes", places=makes, months=months)
    draft.terms(rows, "v", makes, WHOLE, "lines", own.made_on[makes])
    draft.terms(rows, "x", makes, -own.host[makes], "lines", own.made_on[makes])


def _pools(draft: Draft) -> None:
    own, months, writer = draft.figures, draft.months, draft.writer
    every = np.arange(len(own.price))[:, None]
    at = writer.take(2 * len(own.price) * len(months)) + (every * len(months) + months) * 2
    writer.rows("pool", at, EQUAL, 0, records="pools", places=every, months=months)
    draft.terms(at[own.kind], "h", np.arange(len(own.kind))[:, None], 1, "products")
    for block, needs in (("b", draft.every_need), ("r", draft.paid))[: 1 + bool(draft.markets)]:
        draft.terms(at[own.pool[needs]], block, needs[:, None], -1, "needs")
    credit = writer.rows("credit", at + 1, EQUAL, own.credit, records="pools", places=every, months=months)
    draft.step(credit, "w", every, "pools")
    draft.terms(credit[own.pool], "o", draft.every_need[:, None], 1, "needs")


def _needs(draft: Draft) -> None:
    own, months, writer = draft.figures, draft.months, draft.writer
    every, long = draft.every_need[:, None], len(months) + 1
    at = writer.take(len(own.pool) * long) + every * long + months
    writer.rows("need", at, EQUAL, own.need, records="needs", places=every, months=months)
    draft.step(at, "u", every, "needs")
    served = (("o", draft.every_need), ("b", draft.every_need), ("r", draft.paid), ("y", draft.abroad))
    for block, needs in served if draft.markets else served[:2]:
        draft.terms(at[needs], block, needs[:, None], 1, "needs")
    fair = writer.rows("fair", at[:, -1] + 1, MORE, 0, records="needs", places=draft.every_need)
    gap = draft.block("f").at(own.class_of, 0)
    writer.terms(fair, gap, own.need.sum(axis=1), source="needs", places=draft.every_need)
    left = draft.block("u").at(draft.every_need, len(months) - 1)
    writer.terms(fair, left, -WHOLE, source="needs", places=draft.every_need)


def _budget(draft: Draft) -> None:
    own, months, writer = draft.figures, draft.months, draft.writer
    at: Ints = writer.take(len(months)) + months
    writer.rows("budget", at, EQUAL, own.budget, months=months)
    draft.step(at[None, :], "c", np.zeros((1, 1), dtype=np.int64), "question")
    draft.terms(at[None, :], "b", draft.every_need[:, None], own.price[own.pool][:, None], "pools", own.pool[:, None])
