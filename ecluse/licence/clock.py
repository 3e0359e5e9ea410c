"""How long has an authority left for a file, in calendar days or in its own working days?"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from ecluse.base.days import DAYS_COUNTED_LIMIT, Stop, WorkingDays, days_run
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law


def working_days(authority: str, on: date, law: Law) -> WorkingDays:
    """On which days does this authority work? Raises UnknownLawError when the law holds no calendar for it."""
    rows = [row for row in law["licence/working_days"].in_force(on) if row["authority"] == authority]
    if not rows:
        raise UnknownLawError(f"licence/working_days has no calendar for {authority} on {on.isoformat()}")
    row = max(rows, key=lambda found: found["valid_from"])
    weekend = tuple(int(day) for day in row["weekend"].split(";") if day)
    holidays = tuple(date.fromisoformat(day) for day in row["holidays"].split(";") if day)
    return WorkingDays(authority, weekend, holidays, row["source"])


def day_due(start: date, days: int, stops: tuple[Stop, ...] = (), working: WorkingDays | None = None) -> date | None:
    """On which day does a clock of so many days run out, stops left out? None while a stop without an end holds it.

    >>> day_due(date(2026, 3, 2), 15)
    datetime.date(2026, 3, 17)
    """
    day, run = start, 0
    for _ in range(DAYS_COUNTED_LIMIT):
        if run >= days:
            return day
        if any(stop.until is None and stop.since <= day for stop in stops):
            return None
        day += timedelta(1)
        run += days_run(day - timedelta(1), day, stops, working)
    raise ValueError(f"a clock of {days} days does not run out in ten years")


def add_months(day: date, months: int) -> date:
    """On which day have so many months passed? The last day of a shorter month stands for one it has not.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
