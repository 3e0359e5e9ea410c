"""Which stock counts, needs and limits stand, once the one who stated them has stated them anew?

A figure restated by the same owner for the same thing and period takes the earlier one's place: of two the one made
later, of one day's the one filed later. The earlier stays on record, and speaks on where the later one says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ecluse.base.days import Month
from ecluse.surplus.terms import AbsorptionLimit, MonthUnits, StatedNeed, StockCount


def needs_spoken(needs: Iterable[StatedNeed]) -> list[tuple[StatedNeed, tuple[MonthUnits, ...]]]:
    """Of which months does each stated need still speak? One that was restated for every month of it is left out."""
    given = list(needs)
    spoken: dict[tuple[str, str, int, Month], int] = {}
    for place in sorted(range(len(given)), key=lambda place: given[place].stated_on):
        need = given[place]
        spoken |= {(need.owner, need.class_, need.priority, point.month): place for point in need.needed}
    found = []
    for place, need in enumerate(given):
        points = tuple(p for p in need.needed if spoken[need.owner, need.class_, need.priority, p.month] == place)
        if points or not need.needed:
            found.append((need, points))
    return found


def needs_standing(needs: Iterable[StatedNeed]) -> tuple[StatedNeed, ...]:
    """What is needed, each statement cut to the months of which it still speaks?"""
    spoken = needs_spoken(needs)
    return tuple(need if points == need.needed else replace(need, needed=points) for need, points in spoken)


def counts_standing(counts: Iterable[StockCount], opening: Month) -> tuple[StockCount, ...]:
    """Which count of each owner's model opens the year? The last of those that do; where none does, the last of all.

    A count opens the year when it was made in the year's first month or the one before. A count of a later day is of
    another period: it holds what the year has made since.
    """
    found: dict[tuple[str, str], StockCount] = {}
    order = list(counts)
    for count in sorted(order, key=lambda count: (_opens(count, opening), count.counted_on)):
        found[count.owner, count.model] = count
    standing = {id(count) for count in found.values()}
    return tuple(count for count in order if id(count) in standing)


def limits_standing(limits: Iterable[AbsorptionLimit]) -> tuple[AbsorptionLimit, ...]:
    """Which limit does each owner set for a class and period? The last."""
    found: dict[tuple[str, str, Month, Month], AbsorptionLimit] = {}
    order = list(limits)
    for limit in sorted(order, key=lambda limit: limit.stated_on):
        found[limit.owner, limit.class_, limit.first_month, limit.last_month] = limit
    standing = {id(limit) for limit in found.values()}
    return tuple(limit for limit in order if id(limit) in standing)


def _opens(count: StockCount, opening: Month) -> bool:
    counted = Month.of(count.counted_on)
    return opening in (counted, counted.next())
