"""Which legal day, which month, and how many days are left on a clock?"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import spell_as

DAYS_COUNTED_LIMIT = 3660


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month, the period in which surplus, need and output are counted.

    >>> Month.of(date(2026, 5, 17)).next()
    Month(year=2026, number=6)
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12 or not 1900 <= self.year <= 2999:
            raise ValueError(f"not a month: {self.year}-{self.number}")

    @classmethod
    def of(cls, day: date) -> Month:
        """In which month does this day lie?"""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Which month does `YYYY-MM` name? Raises ValueError."""
        if not re.fullmatch(r"\d{4}-\d{2}", text):
            raise ValueError(f"not a month as YYYY-MM: {text}")
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def next(self) -> Month:
        """Which month follows?"""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def first_day(self) -> date:
        """On which day does it begin?"""
        return date(self.year, self.number, 1)

    def last_day(self) -> date:
        """On which day does it end?"""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def until(self, last: Month) -> Iterator[Month]:
        """Which months run from this one to the last, both included?"""
        month = self
        while month <= last:
            yield month
            month = month.next()


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days does an authority work? Its weekend (Monday is 0) and its holidays, with their source."""

    authority: str
    weekend: tuple[int, ...]
    holidays: tuple[date, ...]
    source: str

    def works_on(self, day: date) -> bool:
        """Does the authority work on this day?"""
        return day.weekday() not in self.weekend and day not in self.holidays


def add_days(start: date, days: int, working: WorkingDays | None = None) -> date:
    """On which day does a clock of so many days end? Calendar days unless a working calendar is given.

    The day of the start is day zero. Raises ValueError beyond ten years.
    """
    if not 0 <= days <= DAYS_COUNTED_LIMIT:
        raise ValueError(f"a clock of {days} days")
    if working is None:
        return start + timedelta(days)
    day, left = start, days
    for _ in range(DAYS_COUNTED_LIMIT):
        if left == 0:
            return day
        day += timedelta(1)
        left -= working.works_on(day)
    raise ValueError("the authority never works")


@dataclass(frozen=True, slots=True)
class Stop:
    """A clock stood still from one day to another (exclusive), for a stated reason; None while it still stands."""

    since: date
    until: date | None
    reason: str


def days_run(start: date, on: date, stops: tuple[Stop, ...] = (), working: WorkingDays | None = None) -> int:
    """How many days has the clock run by this day, stops left out?"""
    count, day = 0, start
    while day < on:
        day += timedelta(1)
        stopped = any(stop.since < day and (stop.until is None or day <= stop.until) for stop in stops)
        if not stopped and (working is None or working.works_on(day)):
            count += 1
    return count


def _decode(form: Any) -> Month:
    try:
        return Month.parse(form)
    except (TypeError, ValueError):
        raise EvidenceError(f"expected a month, found {form!r}") from None


spell_as(Month, str, _decode)
