"""P1: what would the home army buy beyond its funded orders? Its plan reckoned again from the registers."""

from __future__ import annotations

from collections.abc import Iterable

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.office.audit.p1_attested import said_last
from ecluse.office.audit.p1_restated import Rows, last_needs, signed_attestations
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.registers import Budget, HomePrice, Model
from ecluse.surplus.home_plan import PriceUnknownError, provisional
from ecluse.surplus.terms import FundedOrder, ModelFlow, MonthUnits, StatedNeed

# Units bought by class and month; None where a price on which they turn is unknown.
Bought = dict[tuple[str, Month], int] | None


def classes_needed(reading: Reading) -> list[str]:
    """Which classes does the home army need anything of? By the subjects of their files."""
    found: list[str] | None = reading.kept("classes_needed")
    if found is None:
        found = reading.keep("classes_needed", sorted({row.subject for row in reading.of(StatedNeed)}))
    return found


def plan_subjects(reading: Reading) -> list[str]:
    """On whose files does the plan rest? Where one is damaged, so is whatever is reckoned from it."""
    found: list[str] | None = reading.kept("plan_subjects")
    if found is None:
        classes = classes_needed(reading)
        models = [row.value.id for subject in classes for row in reading.about(subject, Model)]
        found = reading.keep("plan_subjects", [*classes, *models, "budget"])
    return found


def bought_on_file(reading: Reading, rows: Rows) -> Bought:
    """What did these files let the home army buy beyond its funded orders? Reckoned once for the same records."""
    needed = {subject: rows(subject, StatedNeed) for subject in classes_needed(reading)}
    subjects = [subject for subject, found in needed.items() if found]
    models = [row.value.id for subject in subjects for row in rows(subject, Model)]
    orders = [row for model in models for row in rows(model, FundedOrder)]
    priced = [row for subject in subjects for row in rows(subject, HomePrice)]
    needs, budgets = [row for found in needed.values() for row in found], list(rows("budget", Budget))
    memo: dict[tuple[str, ...], Bought] | None = reading.kept("home_plans")
    if memo is None:
        memo = reading.keep("home_plans", {})
    key = tuple(row.digest for part in (orders, needs, budgets, priced) for row in part)
    if key not in memo:
        memo[key] = _reckoned(orders, needs, budgets, priced)
    return memo[key]


def _reckoned(orders: list[Filed], needs: list[Filed], budgets: list[Filed], priced: list[Filed]) -> Bought:
    budget: dict[Month, Money] = {row.value.month: row.value.money for row in budgets}
    if not budget:
        return None
    currencies = {money.currency for money in budget.values()}
    last: dict[str, HomePrice] = {}
    for row in priced:
        price: HomePrice = row.value
        if price.class_ not in last or last[price.class_].stated_on <= price.stated_on:
            last[price.class_] = price
    prices = {class_: price.money for class_, price in last.items() if price.money.currency in currencies}
    months = list(min(budget).until(max(budget)))
    try:
        plan = provisional(
            [row.value for row in orders], last_needs([row.value for row in needs]), budget=budget, prices=prices,
            months=months,
        )  # fmt: skip
    except PriceUnknownError:
        return None
    return {(point.class_, point.month): point.units_bought for point in plan.deliveries}


def flows_on_file(
    reading: Reading, rows: Rows, class_: str, bought: Bought, months: Iterable[Month]
) -> list[ModelFlow] | None:
    """What did the class's capacity add and home take in each month? None where what home buys is unknown."""
    if bought is None:
        return None
    models = [row.value.id for row in rows(f"class:{class_}", Model)]
    capacity, funded = _attested(reading, rows, models), _due(rows, models)
    return [
        ModelFlow(month, capacity.get(month, 0), funded.get(month, 0), bought.get((class_, month), 0))
        for month in months
    ]


def share_of_model(reading: Reading, rows: Rows, model: str, flows: Iterable[ModelFlow]) -> list[ModelFlow]:
    """What falls on one model? Its own capacity and orders, and of home purchases its share by capacity, rounded up."""
    capacity, funded = _attested(reading, rows, [model]), _due(rows, [model])
    found = []
    for flow in flows:
        own = capacity.get(flow.month, 0)
        bought, rest = divmod(flow.units_home * own, flow.units_capacity) if flow.units_capacity else (0, 0)
        found.append(ModelFlow(flow.month, own, funded.get(flow.month, 0), bought + (rest > 0)))
    return found


def _attested(reading: Reading, rows: Rows, models: list[str]) -> dict[Month, int]:
    given = [one for model in models for one in signed_attestations(reading, rows, model)]
    total: dict[Month, int] = {}
    for (_, _, month), spoken in said_last(given, lambda one: one.capacity).items():
        total[month] = total.get(month, 0) + spoken.units
    return total


def _due(rows: Rows, models: list[str]) -> dict[Month, int]:
    return _by_month(row.value.due for model in models for row in rows(model, FundedOrder))


def _by_month(schedules: Iterable[tuple[MonthUnits, ...]]) -> dict[Month, int]:
    total: dict[Month, int] = {}
    for schedule in schedules:
        for point in schedule:
            total[point.month] = total.get(point.month, 0) + point.units
    return total
