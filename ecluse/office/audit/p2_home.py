"""P2: what was the home army owed of a class by a day, and what had it accepted? Acts and signed orders read again.

A month without its acceptance act is unknown, and so is a class whose register of funded orders nobody stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from ecluse.base.days import Month
from ecluse.office.audit.reading import Filed, law_rows
from ecluse.office.registers import Budget, HomeDelivery, Model
from ecluse.surplus.terms import FundedOrder, Funder, HomeProgress, OrdersStatement

# Which records of a class about a subject were on file?
Rows = Callable[[str, type[Any]], Sequence[Filed]]
SUMS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Orders:
    """The funded orders of a class, known by their digests."""

    digests: tuple[str, ...]
    signed: tuple[FundedOrder, ...] = field(compare=False)


def home_on(rows: Rows, class_: str, on: date) -> HomeProgress | None:
    """How far had home deliveries of the class come by this day? None where an act or the orders are not on file."""
    orders, months_of_year = orders_on_file(rows, class_), [row.value.month for row in rows("budget", Budget)]
    if orders is None or not months_of_year:
        return None
    first = min(months_of_year)
    every: list[HomeDelivery] = [row.value for row in rows(f"home:{class_}", HomeDelivery)]
    acts = [act for act in every if act.accepted_on <= on and act.month >= first]
    if not (orders.signed or acts):
        return HomeProgress(class_, Month.of(on), 0, 0)
    months = {act.month for act in acts}
    last = max(months | {due_by(on)})
    if any(month not in months for month in first.until(last)):
        return None
    due = _due_until(orders, first, last)
    planned, accepted = sum(act.units_planned for act in acts), sum(act.units_accepted for act in acts)
    return HomeProgress(class_, last, due if due > planned else planned, accepted)


def due_by(on: date) -> Month:
    """Which is the last month whose acceptance act must be in on this day?"""
    rows = [row for row in law_rows("custody/tolerances", on) if row["subject"] == "home_progress_months"]
    number = on.year * 12 + on.month - 1 - min(int(row["value"]) for row in rows)
    return Month(number // 12, number % 12 + 1)


@lru_cache(maxsize=SUMS_KEPT)
def _due_until(orders: Orders, first: Month, last: Month) -> int:
    return sum(p.units for order in orders.signed for p in order.due if first <= p.month <= last)


def orders_on_file(rows: Rows, class_: str) -> Orders | None:
    """Which funded orders were on file? None where they are not what the register's owner stated, or all is silent."""
    models = [row.value.id for row in rows(f"class:{class_}", Model)]
    filed = [row for model in models for row in rows(model, FundedOrder)]
    found = Orders(tuple(row.digest for row in filed), tuple(row.value for row in filed))
    statements = rows(f"class:{class_}", OrdersStatement)
    if not statements:
        return found if filed else None
    stated: OrdersStatement = statements[-1].value
    home, partner, count = _summed(found, stated.as_of)
    return found if (count, home, partner) == (stated.orders, stated.units_home, stated.units_partner) else None


@lru_cache(maxsize=SUMS_KEPT)
def _summed(orders: Orders, as_of: date) -> tuple[int, int, int]:
    """Units that the state funds, units that partners fund, and the number of orders, signed by this day."""
    units, count = {Funder.HOME: 0, Funder.PARTNER: 0}, 0
    for order in orders.signed:
        if order.ordered_on <= as_of:
            units[order.funder] += sum(p.units for p in order.due)
            count += 1
    return units[Funder.HOME], units[Funder.PARTNER], count
