"""Who turns the page of a demonstration's calendar? Whoever asks; the day is on record."""

from __future__ import annotations

from datetime import date

from ecluse.base.errors import ForbiddenError
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.openings import note_late
from ecluse.office.registers_people import DayTurned
from ecluse.office.session import Session


def turn_day(session: Session, on: date) -> None:
    """From now on it is this day. Raises ForbiddenError where time is not ours to turn."""
    if not session.source.is_seeded:
        raise ForbiddenError("in service the day comes by itself")
    with Deed(session, "office.turn_day", actor="clock:office", on=on, subject="register:calendar") as deed:
        deed.seal(DayTurned(f"day:{on}", on))
    note_late(session, on)  # in service `ecluse openings late` does this every day
