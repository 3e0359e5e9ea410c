"""Which actions has a person in the office at large? In a demonstration, to turn the page of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ecluse.office.actions.calendar import turn_day
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.desk.today import is_demonstration

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class TurnDay:
    """By how many days is the calendar turned?"""

    days: int


def turn(desk: Desk, subject: str, form: TurnDay) -> Done:
    """Turn the demonstration's calendar; in service the day comes by itself."""
    if not 1 <= form.days <= MOST_DAYS:
        raise FormError([Fault("days", "form.fault.range", str(form.days))])
    turn_day(desk.session, desk.on + timedelta(form.days))
    return Done("office")


ACTIONS = (
    Action("office.turn_day", About.OFFICE, TurnDay, turn, lambda desk, subject: is_demonstration()),
)  # fmt: skip
