"""At which hour do the simulated parties act?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def at_noon(day: date, hour: int = 12) -> datetime:
    """At which UTC instant of the day do the simulated parties act?"""
    return datetime.combine(day, time(hour), UTC)
