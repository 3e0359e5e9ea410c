"""How is a plan in whole units written out, every column that follows from the others worked out exactly?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ecluse.plan.blocks import LESS, MORE, Ints
from ecluse.plan.checker import PlanError, Question, Values
from ecluse.plan.figures import SAFE, Figures
from ecluse.plan.leaving import Leaving
from ecluse.plan.making import apart, host_part
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.settling import idle_money, other_uses
from ecluse.plan.sharing import Shares

Whole = dict[str, list[list[int]]]
WHOLE = 10_000


def supplied(figures: Figures, made: Ints, home: Ints, shares: Shares, sold: Ints | None = None) -> Whole:
    """Which whole numbers have the columns of output, stock, home deliveries, need and budget?"""
    host = host_part(figures, made)
    stock = np.zeros_like(figures.due)
    np.add.at(stock, figures.made_of, made - host)
    stock += -figures.due - home
    if sold is not None:
        np.subtract.at(stock, _product_of(figures), sold)
    stock = np.cumsum(stock, axis=1) + figures.stock[:, None]
    return {
        "x": made.tolist(),
        "v": [months if bp else [] for months, bp in zip(host.tolist(), figures.host, strict=True)],
        "s": stock.tolist(),
        "h": home.tolist(),
        "w": shares.credit.tolist(),
        "o": shares.given["o"].tolist(),
        "b": shares.given["b"].tolist(),
        "u": shares.unmet.tolist(),
        "c": [[int(money) for money in shares.budget]],
        "f": gaps(figures, shares.unmet),
    }


def _product_of(figures: Figures) -> Ints:
    return figures.of("sales", "products")


def gaps(figures: Figures, unmet: Ints) -> list[list[int]]:
    """What is the widest gap of each class at the end, in hundredths of a percent of the need, rounded up?"""
    found = [[0] for _ in figures.classes]
    for n, k in enumerate(figures.class_of.tolist()):
        if total := int(figures.need[n].sum()):
            found[k][0] = max(found[k][0], -(-WHOLE * int(unmet[n, -1]) // total))
    return found


def with_sales(question: Mapping[str, Any], made: Ints, home: Ints, shares: Shares, leaving: Leaving) -> Whole:
    """Which whole numbers have the columns of the plan with exports: home's, and those of exports and their money?"""
    figures, share, grace = shares.figures, question["share_bp"], question["grace_months"]
    found, received = supplied(figures, made, home, shares, leaving.sold), leaving.receipts()
    uses = other_uses(shares, received, share)
    found |= {
        "g": leaving.sold.tolist(),
        "e": leaving.sent.tolist(),
        "r": _only(shares.given["r"], figures.urgent),
        "y": _only(shares.given["y"], figures.abroad),
        "q": [list(received)],
        "F": [[int(fund) - used for fund, used in zip(shares.fund, uses, strict=True)]],
        "Z": [uses],
        "I": [[idle_money(shares, received, share, t, t + grace) for t in range(max(0, len(received) - grace))]],
        "a": exportable(figures, made, figures.units(found["s"]), leaving.sold),
    }
    bought = np.cumsum(shares.given["b"], axis=1)
    if question["rule"] == "N2":
        found["B"] = bought.tolist()
    if question["rule"] == "N3":
        found["k"] = (np.cumsum(figures.need - shares.given["o"], axis=1) - bought).tolist()
    return found


def exportable(figures: Figures, made: Ints, stock: Ints, sold: Ints) -> list[list[int]]:
    """How much of the stock of each product may leave, for the lines it came from? Empty where all or none may."""
    gone, products = np.zeros_like(stock), _product_of(figures)
    np.add.at(gone, products, sold)
    asked = np.isin(np.arange(len(stock)), products) & np.isin(np.arange(len(stock)), figures.made_of[figures.stays])
    return _only(apart(figures, made, stock, gone), asked)


def _only(values: Ints, asked: Any) -> list[list[int]]:
    return [months if wanted else [] for months, wanted in zip(values.tolist(), asked, strict=True)]


class Verified(Whole):
    """Values of which every row of a question holds, and the ledger that says so: it is not added up a second time."""

    def __init__(self, values: Whole, question: Mapping[str, Any], base: Values | None) -> None:
        super().__init__(values)
        self.question, self.base, self.ledger = question, base, _added_up(question, values, base)


def ledger(question: Mapping[str, Any], values: Values, base: Values | None) -> list[list[int]]:
    """What are slack and weight of every row, in the checker's order? Raises PlanError at a row that does not hold."""
    if isinstance(values, Verified) and values.question is question and values.base is base:
        return list(values.ledger)
    return _added_up(question, values, base)


def _added_up(question: Mapping[str, Any], values: Values, base: Values | None) -> list[list[int]]:
    """Slack and weight by whole arrays where the figures allow it; what stands in a file is checked term by term."""
    program = baseline(question) if base is None else with_exports(question, base)
    vector = program.columns.join(values)
    sizes = replace(program, factors=np.abs(program.factors))
    if vector.dtype.kind != "i" or sizes.activity(np.abs(vector.astype(np.float64))).max(initial=0) > SAFE:
        return _term_by_term(question, values, base)
    weights, slack = sizes.activity(np.ones_like(vector)), program.rhs - program.activity(vector)
    if not question["grace_months"]:  # then two terms of these rows are of one column, and stand in the program as one
        weights[program.rows_of("spend")] += 2 * question["share_bp"]
    if (below := np.flatnonzero(vector < 0)).size:
        raise PlanError(f"{'/'.join(map(str, program.columns.column(int(below[0]))))}: below nought")
    wrong = np.flatnonzero(((program.sense != MORE) & (slack < 0)) | ((program.sense != LESS) & (slack > 0)))
    if len(wrong):
        raise PlanError(f"{program.row_name(int(wrong[0]))}: does not hold, {slack[wrong[0]]} away")
    found: list[list[int]] = np.stack([slack, weights, np.zeros_like(slack)], axis=1).tolist()
    return found


def _term_by_term(question: Mapping[str, Any], values: Values, base: Values | None) -> list[list[int]]:
    """The same in whole numbers of any size."""
    found = []
    for name, terms, sense, rhs in Question(question, base).rows(exports=base is not None):
        slack, weight = rhs, 0
        for factor, (block, i, t) in terms:
            slack, weight = slack - factor * values[block][i][t], weight + abs(factor)
        if slack and (sense == "=" or (slack < 0) == (sense == "<")):
            raise PlanError(f"{name}: does not hold, {slack} away")
        found.append([slack, weight, 0])
    return found


def verified(question: Mapping[str, Any], values: Whole, base: Values | None) -> Whole:
    """Does every row of this plan hold? Raises PlanError at the first that does not."""
    return Verified(values, question, base)
