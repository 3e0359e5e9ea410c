"""P2: what was the home army owed of a class by a day, and what had it accepted? Acts and signed orders read again.

A month without its acceptance act is unknown, and so is a class whose register of funded orders nobody stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.office.audit.reading import law_rows
from ecluse.office.registers import Budget, HomeDelivery, Model
from ecluse.surplus.terms import FundedOrder, Funder, HomeProgress, OrdersStatement

# Which values of a class of records about a subject were on file?
Of = Callable[[str, type[Any]], Sequence[Any]]


def home_on(of: Of, class_: str, on: date) -> HomeProgress | None:
    """How far had home deliveries of the class come by this day? None where an act or the orders are not on file."""
    orders, months_of_year = orders_on_file(of, class_), [budget.month for budget in of("budget", Budget)]
    if orders is None or not months_of_year:
        return None
    first = min(months_of_year)
    acts = [act for act in of(f"home:{class_}", HomeDelivery) if act.accepted_on <= on and act.month >= first]
    if not (orders or acts):
        return HomeProgress(class_, Month.of(on), 0, 0)
    months = {act.month for act in acts}
    last = max(months | {due_by(on)})
    if any(month not in months for month in first.until(last)):
        return None
    bound = [order for order in orders if order.ordered_on <= on]
    due = sum(p.units for order in bound for p in order.due if first <= p.month <= last)
    planned, accepted = sum(act.units_planned for act in acts), sum(act.units_accepted for act in acts)
    return HomeProgress(class_, last, due if due > planned else planned, accepted)


def due_by(on: date) -> Month:
    """Which is the last month whose acceptance act must be in on this day?"""
    rows = [row for row in law_rows("custody/tolerances", on) if row["subject"] == "home_progress_months"]
    number = on.year * 12 + on.month - 1 - min(int(row["value"]) for row in rows)
    return Month(number // 12, number % 12 + 1)


def orders_on_file(of: Of, class_: str) -> list[FundedOrder] | None:
    """Which funded orders were on file? None where they are not what the register's owner stated, or all is silent."""
    found: list[FundedOrder] = [order for model in of(f"class:{class_}", Model) for order in of(model.id, FundedOrder)]
    statements = of(f"class:{class_}", OrdersStatement)
    if not statements:
        return found if found else None
    last = statements[-1]
    by_then = [order for order in found if order.ordered_on <= last.as_of]
    units = {funder: sum(p.units for o in by_then for p in o.due if o.funder is funder) for funder in Funder}
    if len(by_then) != last.orders or units != {Funder.HOME: last.units_home, Funder.PARTNER: last.units_partner}:
        return None
    return found
