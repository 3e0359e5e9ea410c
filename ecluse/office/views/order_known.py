"""How was an order known on a day? Which day is asked for, and the desk from which the office then saw it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from ecluse.office.desk.registry import Desk
from ecluse.office.past import PastSession
from ecluse.office.views.things import day_asked


def past_day(request: HttpRequest, on: date) -> date | None:
    """As known on which day gone by? None for today. Raises ValueError for what is no day, or is still to come."""
    asked = day_asked(request)
    if asked is not None and asked > on:
        raise ValueError(f"{asked} lies after {on}")
    return asked if asked != on else None


def past_desk(desk: Desk, day: date) -> Desk:
    """How did this desk look at the end of that day? Nothing can be signed or written from it."""
    return Desk(PastSession(desk.session.source, desk.session.law, day), desk.mandate, day)
