"""What is due after delivery, and which response is due to what is not done? Statements, ladder, standing response."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law, Row
from ecluse.custody.ranges import normal
from ecluse.custody.terms import SerialRange
from ecluse.custody.terms_after import AfterResponse, Cause, Rung

TABLES: tuple[str, ...] = ("custody/after", "custody/beacons", "custody/ladder")
ENDED = frozenset({Rung.ANSWERED, Rung.CLOSED})
# While one of these stands nothing new is licensed to the end user unless a person decides.
GRAVE = (Rung.CASE, Rung.SUSPENSION, Rung.REFERRED)
MONTHS_IN_QUARTER, DECEMBER = 3, 12


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that an end user owes since a day, or that was found there; `tranche` is what it touches."""

    end_user: str
    cause: Cause
    about: str
    tranche: str
    since: date


@dataclass(frozen=True, slots=True)
class Due:
    """A rung of the ladder whose day has come; only a person may take one that is not the clock's."""

    rung: Rung
    on: date
    is_clocks: bool


def after(law: Law, on: date, subject: str) -> int:
    """Which whole number does the law set for this subject, strictest row first? Raises UnknownLawError for none."""
    rows = [int(row["value"]) for row in law["custody/after"].in_force(on) if row["subject"] == subject]
    if not rows:
        raise UnknownLawError(f"custody/after sets no {subject} on {on.isoformat()}")
    return max(rows) if subject == "confidence_bp" else min(rows)


def beacon_named(law: Law, on: date, name: str) -> Row:
    """Which beacon has this name on this day? Raises UnknownLawError for none."""
    for row in law["custody/beacons"].in_force(on):
        if row["beacon"] == name:
            return row
    raise UnknownLawError(f"custody/beacons names no {name} on {on.isoformat()}")


def beacon_for(law: Law, on: date, *, is_demonstration: bool) -> Row:
    """By which beacon are checks drawn: the public one, or the one that a demonstration makes for itself?"""
    wanted = "demonstration" if is_demonstration else "public"
    rows = [row for row in law["custody/beacons"].in_force(on) if row["kind"] == wanted]
    if not rows:
        raise UnknownLawError(f"custody/beacons names no {wanted} beacon on {on.isoformat()}")
    return rows[0]


# ------------------------------------------------------------------ statements


def quarters_due(law: Law, first: date, on: date) -> Iterator[tuple[date, date, date]]:
    """For which quarters is a statement due by the end of this day, since goods came on `first`? Days from, to, due.

    No quarter that had ended before the rule came into force.
    """
    start = first.replace(month=first.month - (first.month - 1) % MONTHS_IN_QUARTER, day=1)
    while True:
        after_last = _three_months_on(start)
        last = after_last - timedelta(1)
        if last >= on:
            return
        if any(row["subject"] == "statement_days" for row in law["custody/after"].in_force(last)):
            yield start, last, last + timedelta(after(law, last, "statement_days"))
        start = after_last


def quarter_of(day: date) -> tuple[date, date]:
    """Which quarter holds this day? Its first and last day.

    >>> [str(one) for one in quarter_of(date(2026, 5, 17))]
    ['2026-04-01', '2026-06-30']
    """
    start = day.replace(month=day.month - (day.month - 1) % MONTHS_IN_QUARTER, day=1)
    return start, _three_months_on(start) - timedelta(1)


def _three_months_on(start: date) -> date:
    is_last = start.month + MONTHS_IN_QUARTER > DECEMBER
    return date(start.year + 1, 1, 1) if is_last else start.replace(month=start.month + MONTHS_IN_QUARTER)


def statement_id(end_user: str, last_day: date) -> str:
    """Under which id is the statement of this end user for this quarter filed?

    >>> statement_id("party:a", date(2026, 6, 30))
    'statement-held:party:a/2026-06-30'
    """
    return f"statement-held:{end_user}/{last_day}"


def held_digest(ranges: Iterable[SerialRange]) -> str:
    """Which digest stands for this set of numbers? That of its runs in order, each number once."""
    return digest(canonical([[run.block, run.first, run.last] for run in normal(ranges)]))


# ------------------------------------------------------------------ the ladder


def ladder(law: Law, on: date, cause: Cause) -> list[tuple[Rung, int, bool]]:
    """Which rungs has the ladder for this cause: after how many days each, and does the clock take it?"""
    rows = [row for row in law["custody/ladder"].in_force(on) if row["cause"] == cause.value]
    return [(Rung(row["rung"]), int(row["after_days"]), row["by"] == "clock") for row in rows]


def due_rungs(matter: Matter, taken: Iterable[Rung], law: Law, on: date) -> list[Due]:
    """Which responses to this matter are due by this day and were not taken? In the order of the ladder."""
    done = set(taken)
    if done & ENDED:
        return []
    days = [(rung, matter.since + timedelta(after_days), is_clocks)
            for rung, after_days, is_clocks in ladder(law, on, matter.cause)]  # fmt: skip
    return [Due(rung, day, is_clocks) for rung, day, is_clocks in days if day <= on and rung not in done]


def next_day(matter: Matter, taken: Iterable[Rung], law: Law, on: date) -> date | None:
    """On which day after this one does the clock take its next rung? None when it takes no more."""
    done = set(taken)
    days = [matter.since + timedelta(after_days) for rung, after_days, is_clocks in ladder(law, on, matter.cause)
            if is_clocks and rung not in done]  # fmt: skip
    return None if done & ENDED else min((day for day in days if day > on), default=None)


def rungs_taken(responses: Iterable[AfterResponse], about: str) -> list[Rung]:
    """Which rungs were taken in this matter?"""
    return [one.rung for one in responses if one.about == about]


def standing_response(responses: Iterable[AfterResponse]) -> Rung | None:
    """Which grave response stands against an end user: a case, a suspension, referral? None when none does."""
    by_matter: dict[str, set[Rung]] = {}
    for one in responses:
        by_matter.setdefault(one.about, set()).add(one.rung)
    standing = {rung for rungs in by_matter.values() if not rungs & ENDED for rung in rungs}
    return next((rung for rung in GRAVE if rung in standing), None)


def is_answered_by_clock(taken: Iterable[Rung]) -> bool:
    """May what was owed simply be made good? Not once a person suspended or a case was opened: those a person ends."""
    done = set(taken)
    return bool(done) and not done & (ENDED | {Rung.SUSPENSION, Rung.CASE})
