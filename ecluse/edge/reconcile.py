"""Do another state's exits or imports agree with our handovers? Matched, alone on one side, or differing, by row."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


class Kind(enum.Enum):
    """Whose register is compared: the customs that goods leave by, or the buyer's state that takes them in?"""

    CUSTOMS_EXITS = "customs-exits"
    IMPORT_REPORTS = "import-reports"


class Outcome(enum.Enum):
    """How does one row come out? In the order in which rows are told."""

    UNITS_DIFFER = "units_differ"
    DAYS_DIFFER = "days_differ"
    THEIRS_ALONE = "theirs_alone"
    TWICE = "twice"
    OURS_ALONE = "ours_alone"
    MATCHED = "matched"


@dataclass(frozen=True, slots=True)
class Movement:
    """Goods crossed a border: under which licence, of which state, when, how many; what says so."""

    licence: str
    state: str
    on: date
    units: int
    said_by: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One movement of theirs with ours, either of which may be missing, and how they agree."""

    outcome: Outcome
    theirs: Movement | None
    ours: Movement | None

    def units(self) -> int:
        """Of how many units does it speak? Theirs, or ours where they say nothing."""
        said = self.theirs or self.ours
        assert said is not None
        return said.units

    def form(self) -> dict[str, Any]:
        """How does it stand in a file that a program reads?"""
        parts = (("theirs", self.theirs), ("ours", self.ours))
        return {"outcome": self.outcome.value, **{name: _form(one) for name, one in parts if one}}


def _form(one: Movement) -> dict[str, Any]:
    return {"licence": one.licence, "state": one.state, "on": one.on.isoformat(), "units": one.units, "at": one.said_by}


def compare(theirs: Sequence[Movement], ours: Iterable[Movement], days: int) -> list[Compared]:
    """How does each movement come out? Those of one licence and state are paired: the same units first, then by day.

    Ours count only for the states that report, from their first day to their last, `days` before and after included.
    """
    found: list[Compared] = []
    left = _reported(theirs, ours, timedelta(days))
    rows: list[Movement] = []
    seen: set[tuple[str, str, date, int]] = set()
    for one in theirs:
        slot = (one.licence, one.state, one.on, one.units)
        if slot in seen and sum(_key(other) == _key(one) for other in left) < sum(_key(o) == _key(one) for o in theirs):
            found.append(Compared(Outcome.TWICE, one, None))
            continue
        seen.add(slot)
        rows.append(one)
    for is_exact in (True, False):
        rows = [one for one in rows if not _paired(one, left, days, found, is_exact=is_exact)]
    found += [Compared(Outcome.THEIRS_ALONE, one, None) for one in rows]
    found += [Compared(Outcome.OURS_ALONE, None, one) for one in left]
    order = list(Outcome)
    return sorted(found, key=lambda one: (order.index(one.outcome), _place(one)))


def _key(one: Movement) -> tuple[str, str]:
    return one.licence, one.state


def _place(one: Compared) -> tuple[str, date, str]:
    said = one.theirs or one.ours
    assert said is not None
    return said.state, said.on, said.said_by


def _reported(theirs: Sequence[Movement], ours: Iterable[Movement], slack: timedelta) -> list[Movement]:
    states = {one.state for one in theirs}
    first = min((one.on for one in theirs), default=date.max)
    last = max((one.on for one in theirs), default=date.min)
    named = {_key(one) for one in theirs}
    return sorted(
        (one for one in ours if one.state in states
         and (_key(one) in named or (last >= first and first - slack <= one.on <= last + slack))),
        key=lambda one: (one.on, one.said_by),
    )  # fmt: skip


def _paired(one: Movement, left: list[Movement], days: int, found: list[Compared], *, is_exact: bool) -> bool:
    """Is there one of ours for it? The nearest in days; in the first round only one with the same units."""
    like = [other for other in left if _key(other) == _key(one) and (not is_exact or other.units == one.units)]
    if not like:
        return False
    other = min(like, key=lambda ours: (abs((ours.on - one.on).days), ours.on, ours.said_by))
    left.remove(other)
    is_near = abs((other.on - one.on).days) <= days
    outcome = Outcome.UNITS_DIFFER if other.units != one.units else Outcome.DAYS_DIFFER
    found.append(Compared(Outcome.MATCHED if is_near and other.units == one.units else outcome, one, other))
    return True


def totals(found: Iterable[Compared]) -> dict[Outcome, tuple[int, int]]:
    """How many rows came out how, of how many units?"""
    rows, units = Counter[Outcome](), Counter[Outcome]()
    for one in found:
        rows[one.outcome] += 1
        units[one.outcome] += one.units()
    return {outcome: (rows[outcome], units[outcome]) for outcome in Outcome}
