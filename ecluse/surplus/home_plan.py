"""What would the home army be delivered if nothing left? A provisional plan, until a proven baseline stands.

First the funded orders as they fall due, then stated need by priority, as far as the budget not yet bound goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.surplus.look_ahead import check_months_follow
from ecluse.surplus.terms import FundedOrder, MonthUnits, StatedNeed

BASIS = "provisional"


class PriceUnknownError(ValueError):
    """A need is to be bought whose price nobody stated: what the budget buys is unknown from there on."""


@dataclass(frozen=True, slots=True)
class HomeDelivery:
    """One class's month of the plan: units of funded orders, units of need the budget buys beyond them."""

    class_: str
    month: Month
    units_funded: int
    units_bought: int


@dataclass(frozen=True, slots=True)
class HomePlan:
    """Planned home deliveries, on which basis, and the money left unspent at the end."""

    basis: str
    deliveries: tuple[HomeDelivery, ...]
    unspent: Money

    def units_by_month(self, class_: str) -> tuple[MonthUnits, ...]:
        """How many units of this class go to the home army month by month?"""
        own = (delivery for delivery in self.deliveries if delivery.class_ == class_)
        return tuple(MonthUnits(delivery.month, delivery.units_funded + delivery.units_bought) for delivery in own)

    def bought_by_month(self, class_: str) -> tuple[MonthUnits, ...]:
        """How many of them does the free budget buy, beyond funded orders?"""
        own = (delivery for delivery in self.deliveries if delivery.class_ == class_)
        return tuple(MonthUnits(delivery.month, delivery.units_bought) for delivery in own)


def provisional(
    orders: Iterable[FundedOrder],
    needs: Iterable[StatedNeed],
    *,
    budget: Mapping[Month, Money],
    prices: Mapping[str, Money],
    months: Sequence[Month],
) -> HomePlan:
    """What does the home army get month by month, funded orders first, then need by priority within the budget?

    `budget` is the money of each month that no order binds yet; what is not spent is carried to the next month.
    Raises ValueError for months that do not follow one another and money of unlike currencies, PriceUnknownError for a
    need to be bought that has no price.
    """
    check_months_follow(months)
    orders, needs = tuple(orders), tuple(needs)
    funded = _by_class_and_month((order.class_, order.due) for order in orders)
    classes = sorted({order.class_ for order in orders} | {need.class_ for need in needs})
    purse, deliveries = _Purse(budget, prices), []
    backlog: dict[tuple[int, str], int] = {}
    credit: dict[str, int] = dict.fromkeys(classes, 0)
    for month in months:
        purse.open(month)
        for class_ in classes:
            credit[class_] += funded.get((class_, month), 0)
        _need_arises(backlog, needs, month)
        bought = dict.fromkeys(classes, 0)
        for key in sorted(backlog):
            served = min(backlog[key], credit[key[1]])
            credit[key[1]] -= served
            units = purse.buy(key[1], backlog[key] - served)
            bought[key[1]] += units
            backlog[key] -= served + units
        deliveries += [HomeDelivery(each, month, funded.get((each, month), 0), bought[each]) for each in classes]
    return HomePlan(BASIS, tuple(deliveries), purse.unspent())


def _need_arises(backlog: dict[tuple[int, str], int], needs: Iterable[StatedNeed], month: Month) -> None:
    for need in needs:
        key = (need.priority, need.class_)
        backlog[key] = backlog.get(key, 0) + sum(point.units for point in need.needed if point.month == month)


def _by_class_and_month(series: Iterable[tuple[str, tuple[MonthUnits, ...]]]) -> dict[tuple[str, Month], int]:
    total: dict[tuple[str, Month], int] = {}
    for class_, points in series:
        for point in points:
            total[class_, point.month] = total.get((class_, point.month), 0) + point.units
    return total


class _Purse:
    """The free budget as it is opened month by month and spent; one currency, whole minor units."""

    def __init__(self, budget: Mapping[Month, Money], prices: Mapping[str, Money]) -> None:
        currencies = {money.currency for money in (*budget.values(), *prices.values())}
        if len(currencies) != 1:
            raise ValueError(f"budget and prices are in one currency, found {sorted(currencies)}")
        (self._currency,) = currencies
        self._budget, self._prices, self._minor = budget, prices, 0

    def open(self, month: Month) -> None:
        if month in self._budget:
            self._minor += self._budget[month].minor

    def buy(self, class_: str, units_wanted: int) -> int:
        """How many whole units does the money buy? Rounded down; the rest of the money stays."""
        if units_wanted <= 0:
            return 0
        if class_ not in self._prices or self._prices[class_].minor < 1:
            raise PriceUnknownError(f"no price for {class_}")
        price = self._prices[class_].minor
        units = min(units_wanted, self._minor // price)
        self._minor -= units * price
        return units

    def unspent(self) -> Money:
        return Money(self._minor, self._currency)
