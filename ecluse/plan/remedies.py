"""What would let contradicting demands be met: the smallest whole change of one kind, and of which records?

Later orders are tried month by month; fewer units, less reserve, more hours or a steeper ramp are sought in whole
numbers at once. Each is verified by asking the question again with exactly that change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from ecluse.plan.checker import Question
from ecluse.plan.infeasible import SECONDS, Conflict, has_answer, has_whole_answer

OWED = frozenset("xsv")  # columns of what is owed: made, in stock, the host's part
ELASTIC = ("hours", "fewer", "reserve", "ramp")
NEAR = 1e-6
BY_ROWS = 2
TRIES = 3
Place = tuple[int, int]  # of a record in its list, and of a month


@dataclass(frozen=True, slots=True)
class Change:
    """By how much is one record changed, in which month (None: in all)? Units, thousandths of an hour, or months."""

    record: str
    month: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes of one kind that suffice, with the changed question; `least`: the solver says that no less would do.

    `hours` more, orders `fewer`, `reserve` less, `ramp` steeper, or an order that may `slip`; then `beyond` says how
    many of its units fall due after the last month.
    """

    kind: str
    changes: tuple[Change, ...]
    total: int
    is_least: bool
    question: Mapping[str, Any]
    beyond: int = 0


def remedies(conflict: Conflict) -> Iterator[Remedy]:
    """What would each suffice alone?"""
    yield from _slips(conflict)
    for kind in ELASTIC:
        remedy = _elastic(conflict.question, kind)
        if remedy is not None:
            yield remedy


# ---------------------------------------------------------------- later orders


def _slips(conflict: Conflict) -> Iterator[Remedy]:
    """By how many months must one order of the contradiction slip, or where one is not enough, all of them?"""
    named = [group.record for group in conflict.groups if group.kind == "order"]
    alone = [found for order in named if (found := _slip(conflict.question, [order])) is not None]
    yield from alone
    if not alone and len(named) > 1 and (together := _slip(conflict.question, named)) is not None:
        yield together


def _slip(question: Mapping[str, Any], orders: Sequence[str]) -> Remedy | None:
    last = len(question["months"]) - 1  # past it nothing would be left to meet
    if last < 1 or not has_answer(later(question, orders, last)):
        return None
    for months in range(1, last + 1):
        asked = later(question, orders, months)
        if has_answer(asked) and has_whole_answer(asked):
            changes = tuple(Change(order, None, months) for order in orders)
            beyond = _due(question, orders) - _due(asked, orders)
            return Remedy("slip", changes, months, True, asked, beyond)
    return None


def later(question: Mapping[str, Any], orders: Sequence[str], months: int) -> dict[str, Any]:
    """Which question is asked when these orders fall due so many months later?"""
    size = len(question["months"])
    return {
        **question,
        "orders": [
            {**order, "units": ([0] * months + order["units"])[:size]} if order["id"] in orders else order
            for order in question["orders"]
        ],
    }


def _due(question: Mapping[str, Any], orders: Sequence[str]) -> int:
    return sum(sum(order["units"]) for order in question["orders"] if order["id"] in orders)


# ---------------------------------------------------------------- whole numbers at once


def _elastic(question: Mapping[str, Any], kind: str) -> Remedy | None:
    found = _least(question, kind)
    if found is None:
        return None
    amounts, is_least = found
    for more in range(TRIES):
        asked = relaxed(question, kind, {at: amount + more for at, amount in amounts.items()})
        if has_whole_answer(asked):
            changes = tuple(_change(question, kind, at, amount + more) for at, amount in amounts.items())
            return Remedy(kind, changes, sum(change.amount for change in changes), is_least and not more, asked)
    return None


def relaxed(question: Mapping[str, Any], kind: str, amounts: Mapping[Place, int]) -> dict[str, Any]:
    """Which question is asked when records of one kind give way by so much? Never below zero."""
    months = range(len(question["months"]))
    every: Any = lambda place: [amounts.get((place, t), 0) for t in months]  # noqa: E731

    def less(figures: Sequence[int], by: Sequence[int]) -> list[int]:
        return [max(0, figure - amount) for figure, amount in zip(figures, by, strict=True)]

    def changed(place: int, record: Mapping[str, Any]) -> dict[str, Any]:
        if kind == "hours":
            return {**record, "hours": [h + more for h, more in zip(record["hours"], every(place), strict=True)]}
        if kind == "fewer":
            return {**record, "units": less(record["units"], every(place))}
        amount = amounts.get((place, 0), 0)
        if kind == "reserve":
            return {**record, "reserve": less(record["reserve"], [amount for _ in months])}
        return {**record, "ramp": None if record["ramp"] is None else record["ramp"] + amount}

    name = _records(kind)
    return {**question, name: [changed(place, record) for place, record in enumerate(question[name])]}


def _records(kind: str) -> str:
    return {"hours": "lines", "fewer": "orders", "reserve": "products", "ramp": "makes"}[kind]


def _change(question: Mapping[str, Any], kind: str, at: Place, amount: int) -> Change:
    month = question["months"][at[1]] if kind in ("hours", "fewer") else None
    return Change(question[_records(kind)][at[0]]["id"], month, amount)


def _least(question: Mapping[str, Any], kind: str) -> tuple[dict[Place, int], bool] | None:
    """Which amounts of one kind add up to the least that suffices? And does the solver call them the least?"""
    columns: dict[Any, int] = {}
    rows: list[tuple[list[tuple[int, int]], str, int]] = []
    gives: dict[Place, int] = {}
    asked, most = Question(question), {}
    for name, terms, sense, right in asked.rows(exports=False):
        family = name.partition("/")[0]
        own = [(factor, columns.setdefault(at, len(columns))) for factor, at in terms if at[0] in OWED]
        if family not in ("stock", "reserve", "hours", "ramp", "host") or not (own or right):
            continue
        for place, factor, limit in _give(question, asked, kind, family, terms):
            at = gives.setdefault(place, columns.setdefault(("give", *place), len(columns)))
            most[at] = limit
            own.append((factor, at))
        rows.append((own, sense, right))
    if not gives:
        return None
    upper = np.array([most.get(column, math.inf) for column in range(len(columns))])
    costs = np.zeros(len(columns))
    costs[list(gives.values())] = 1
    found = _cheapest(costs, upper, rows)
    if found is None:
        return None
    whole, is_least = found
    amounts = {place: math.ceil(whole[column] - NEAR) for place, column in gives.items()}
    return {place: amount for place, amount in amounts.items() if amount}, is_least


def _cheapest(
    costs: Any, upper: Any, rows: Sequence[tuple[list[tuple[int, int]], str, int]]
) -> tuple[Any, bool] | None:
    """Which whole columns obey these rows at the least cost, and is it proven? None where time ran out first."""
    terms = [term for own, _, _ in rows for term in own]
    low = [-math.inf if sense == "<" else right for _, sense, right in rows]
    high = [math.inf if sense == ">" else right for _, sense, right in rows]
    starts = np.cumsum([0, *(len(own) for own, _, _ in rows)])
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("time_limit", float(SECONDS))
    highs.passModel(
        len(costs), len(rows), len(terms), BY_ROWS, 1, 0.0, costs, np.zeros(len(costs)), upper,
        np.array(low, dtype=float), np.array(high, dtype=float), starts.astype(np.int32),
        np.array([column for _, column in terms], dtype=np.int32),
        np.array([factor for factor, _ in terms], dtype=float), np.ones(len(costs), dtype=np.int32),
    )  # fmt: skip
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(highs.getSolution().col_value), highs.getModelStatus() == highspy.HighsModelStatus.kOptimal


def _give(
    question: Mapping[str, Any], asked: Question, kind: str, family: str, terms: Sequence[Any]
) -> Iterator[tuple[Place, int, Any]]:
    """Which records of the kind can give way in a row: place, factor, and at most how much?"""
    if not terms or family != {"fewer": "stock"}.get(kind, kind):
        return
    _, place, t = terms[0][1]  # of stock, reserve and ramp the first column is the record's own
    if kind == "hours":
        yield (asked.of("makes", "lines")[place], t), -1, math.inf
    elif kind == "reserve":
        yield (place, 0), 1, max(question["products"][place]["reserve"])
    elif kind == "ramp":
        yield (place, 0), -1, math.inf
    else:
        for at, product in enumerate(asked.of("orders", "products")):
            if product == place and question["orders"][at]["units"][t]:
                yield (at, t), -1, question["orders"][at]["units"][t]
