"""P2: does a plan's question ask what the registers say? Capacity, orders, stock, reserves, needs, prices, budget.

What no register holds (hours a unit, market demand, planning rates) cannot be compared: P2 says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.office.audit.p1_attested import said_last
from ecluse.office.audit.p1_restated import is_signed_by_day, last_counts, last_needs
from ecluse.office.audit.reading import Reading
from ecluse.office.registers import Budget, HomePrice
from ecluse.surplus.terms import CapacityAttestation, FundedOrder, MonthUnits, Reserve, StatedNeed, StockCount

# The finding's key, the subject on whose file the figure stands, what was asked, what is on register.
Difference = tuple[str, str, str, str]
NONE = "-"


def differences(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[Difference]:
    """Which figures of this question differ from the registers as they stood on this day?"""
    yield from _products(reading, question, on)
    yield from _orders(reading, question, on)
    yield from _needs(reading, question, on)
    yield from _money(reading, question, on)
    yield from _capacity(reading, question, on)


def _newest(reading: Reading, cls: type[Any], on: date) -> dict[str, Any]:
    """The records of this class that were on file by the day, each in its newest wording."""
    return {row.value.id: row.value for row in reading.of(cls) if row.on <= on}


def _last(records: dict[str, Any], key: str, day: str) -> dict[str, Any]:
    """Which record of each model or class was stated last?"""
    found: dict[str, Any] = {}
    for record in records.values():
        known = found.get(getattr(record, key))
        if known is None or getattr(known, day) <= getattr(record, day):
            found[getattr(record, key)] = record
    return found


def _products(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[Difference]:
    stock = _stock(reading, question, on)
    reserves = _last(_newest(reading, Reserve, on), "model", "set_on")
    for product in question["products"]:
        model = product["id"]
        counted = str(stock[model]) if model in stock else NONE
        if counted != str(product["stock"]):
            yield "plan_stock_differs", model, str(product["stock"]), counted
        held = str(reserves[model].units) if model in reserves else NONE
        for units in sorted(set(product["reserve"])):
            if held != str(units):
                yield "plan_reserve_differs", model, str(units), held


def _stock(reading: Reading, question: Mapping[str, Any], on: date) -> Counter[str]:
    """What lay in stock of each model when the question's months open, by each owner's last count?"""
    first, found = Month.parse(min(question["months"])), Counter[str]()
    for count in last_counts(list(_newest(reading, StockCount, on).values()), first):
        found[count.model] += count.units
    return found


def _by_month(units: tuple[MonthUnits, ...], months: list[str]) -> list[int]:
    found = {str(point.month): point.units for point in units}
    return [found.get(month, 0) for month in months]


def _orders(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[Difference]:
    months = question["months"]
    asked = {order["id"]: (order["product"], order["units"], order["home"]) for order in question["orders"]}
    filed = _newest(reading, FundedOrder, on).values()
    kept = {order.id: (order.model, _by_month(order.due, months), True) for order in filed}
    for id in sorted(asked.keys() | kept.keys()):
        if id not in asked and not any(kept[id][1]):
            continue  # nothing of it is due in these months
        if asked.get(id) != kept.get(id):
            yield "plan_order_differs", id, _units(asked.get(id)), _units(kept.get(id))


def _needs(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[Difference]:
    months = question["months"]
    asked = {need["id"]: ((need["pool"], need["priority"]), need["units"]) for need in question["needs"]}
    filed = last_needs(list(_newest(reading, StatedNeed, on).values()))
    kept = {need.id: ((need.class_, need.priority), _by_month(need.needed, months)) for need in filed}
    for id in sorted(asked.keys() | kept.keys()):
        if id not in asked and not any(kept[id][1]):
            continue
        if asked.get(id) != kept.get(id):
            yield "plan_need_differs", id, _units(asked.get(id)), _units(kept.get(id))


def _units(found: tuple[Any, ...] | None) -> str:
    return NONE if found is None else " ".join(str(units) for units in found[1])


def _money(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[Difference]:
    budgets = {str(one.month): one.money for one in _newest(reading, Budget, on).values()}
    for month, minor in zip(question["months"], question["budget"], strict=True):
        money = budgets.get(month)
        kept = f"{money.minor} {money.currency}" if money else NONE
        if kept != f"{minor} {question['currency']}":
            yield "plan_budget_differs", f"budget:{month}", f"{minor} {question['currency']}", kept
    prices = _last(_newest(reading, HomePrice, on), "class_", "stated_on")
    for pool in question["pools"]:
        price = prices[pool["id"]].money if pool["id"] in prices else None
        kept = f"{price.minor} {price.currency}" if price else NONE
        if kept != f"{pool['price']} {question['currency']}":
            yield "plan_price_differs", f"class:{pool['id']}", f"{pool['price']} {question['currency']}", kept


def _capacity(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[Difference]:
    """No model with attested capacity is left out, and no line works longer than what is attested would take it.

    Of months gone by the most that was ever attested counts, of those to come the last word, also where it ran out:
    `lapsed` says which.
    """
    signed, today = _attested(reading, on), Month.of(on)
    ever, units = _ever(signed), dict[str, Counter[str]]()
    for slot, word in said_last(signed, lambda one: one.capacity).items():
        if str(slot[2]) in question["months"]:
            most = ever[slot] if slot[2] < today else word.units
            units.setdefault(slot[1], Counter())[str(slot[2])] += most
    planned = {product["id"] for product in question["products"]}
    for model in sorted(units.keys() - planned):
        yield "plan_model_left_out", model, NONE, str(sum(units[model].values()))
    for line in question["lines"]:
        makes = [make for make in question["makes"] if make["line"] == line["id"]]
        for month, hours in zip(question["months"], line["hours"], strict=True):
            most = sum(units.get(make["product"], Counter())[month] * make["hours"] for make in makes)
            if hours > most:
                yield "plan_capacity_beyond", f"{line['id']}/{month}", str(hours), str(most)


def _attested(reading: Reading, on: date) -> list[CapacityAttestation]:
    """Which signed questionnaires had been made and filed by the day?"""
    rows = [row for row in reading.of(CapacityAttestation) if is_signed_by_day(reading, row, row.value.maker, on)]
    return [row.value for row in rows if row.on <= on and row.value.attested_on <= on]


def _ever(signed: list[CapacityAttestation]) -> dict[tuple[str, str, Month], int]:
    """The most that was ever attested of each maker's model and month."""
    found: dict[tuple[str, str, Month], int] = {}
    for one in signed:
        for point in one.capacity:
            slot = (one.maker, one.model, point.month)
            found[slot] = max(point.units, found.get(slot, 0))
    return found


def lapsed(reading: Reading, question: Mapping[str, Any], on: date) -> Iterator[tuple[str, date]]:
    """On whose questionnaires, run out by the day, does the question rest for months to come? Model and last day."""
    planned, first = {product["id"] for product in question["products"]}, Month.of(on)
    last = Month.parse(max(question["months"]))
    words = said_last(_attested(reading, on), lambda one: one.capacity)
    found = {
        (model, word.by.valid_until) for (_, model, month), word in words.items()
        if model in planned and first <= month <= last and word.by.valid_until < on
    }  # fmt: skip
    yield from sorted(found)
