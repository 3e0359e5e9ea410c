"""What is free in each month once every later month is looked at? S1 of planning.md 1.5, recomputed by spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ecluse.base.days import Month
from ecluse.surplus.terms import ModelFlow, MonthUnits


def availability_by_month(units_stock: int, units_reserve: int, flows: Sequence[ModelFlow]) -> tuple[MonthUnits, ...]:
    """What is cumulatively available by the end of each month? It may lie below zero: then a promise is broken.

    Stock, plus capacity, less funded orders and home deliveries, all cumulated, less the reserve.

    Raises ValueError when the months do not follow one another.
    """
    check_months_follow(flow.month for flow in flows)
    available, found = units_stock - units_reserve, []
    for flow in flows:
        available += flow.units_capacity - flow.units_funded - flow.units_home
        found.append(MonthUnits(flow.month, available))
    return tuple(found)


def surplus_by_month(units_stock: int, units_reserve: int, flows: Sequence[ModelFlow]) -> tuple[MonthUnits, ...]:
    """How many units could leave by each month without taking what a later month needs?

    >>> may, june = Month(2026, 5), Month(2026, 6)
    >>> [m.units for m in surplus_by_month(0, 0, [ModelFlow(may, 90, 50, 0), ModelFlow(june, 30, 60, 0)])]
    [10, 10]
    """
    lowest, found = None, []
    for point in reversed(availability_by_month(units_stock, units_reserve, flows)):
        lowest = point.units if lowest is None else min(lowest, point.units)
        found.append(MonthUnits(point.month, max(0, lowest)))
    return tuple(reversed(found))


def class_by_month(units_under_rule: int, flows: Sequence[ModelFlow]) -> tuple[MonthUnits, ...]:
    """How much of the bound rule's figure for the period may have left by the end of each month?

    The figure is spread as the attested capacity runs up, rounded down, and never exceeds what attested capacity leaves
    after funded orders and home deliveries in that month or any later one. Stock is not counted: it is no capacity.
    """
    ceilings = surplus_by_month(0, 0, flows)
    whole = sum(flow.units_capacity for flow in flows)
    run_up, found = 0, []
    for flow, ceiling in zip(flows, ceilings, strict=True):
        run_up += flow.units_capacity
        share = max(0, units_under_rule) * run_up // whole if whole else 0
        found.append(MonthUnits(flow.month, min(share, ceiling.units)))
    return tuple(found)


def units_left_by_month(
    class_months: Iterable[MonthUnits], certified: Iterable[tuple[Month, int]]
) -> tuple[MonthUnits, ...]:
    """What is left of the class by each month after earlier certificates, each counted from its first month on?

    The minimum over later months is taken again: what a later certificate holds is not free today either.
    """
    taken = tuple(certified)
    lowest, found = None, []
    for point in sorted(class_months, key=lambda point: point.month, reverse=True):
        left = point.units - sum(units for month, units in taken if month <= point.month)
        lowest = left if lowest is None else min(lowest, left)
        found.append(MonthUnits(point.month, max(0, lowest)))
    return tuple(reversed(found))


def bounded_flows(
    flows: Iterable[ModelFlow], attested: Mapping[Month, int], funded: Mapping[Month, int]
) -> tuple[ModelFlow, ...]:
    """Which flows follow from what was signed? Capacity no higher than attested, orders no lower than signed."""
    return tuple(
        ModelFlow(
            flow.month,
            min(flow.units_capacity, attested.get(flow.month, 0)),
            max(flow.units_funded, funded.get(flow.month, 0)),
            flow.units_home,
        )
        for flow in flows
    )


def check_months_follow(months: Iterable[Month]) -> None:
    """Does each month follow the one before? Raises ValueError when one is missing, doubled or out of order."""
    before: Month | None = None
    for month in months:
        if before is not None and month != before.next():
            raise ValueError(f"{month} does not follow {before}")
        before = month


def sum_by_month(*series: Iterable[MonthUnits]) -> dict[Month, int]:
    """What do these series come to in each month?"""
    total: dict[Month, int] = {}
    for points in series:
        for point in points:
            total[point.month] = total.get(point.month, 0) + point.units
    return total
