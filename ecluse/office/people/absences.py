"""Who is away, and who could stand in? Read from what is on record about the officers of a body."""

from __future__ import annotations

from datetime import date

from ecluse.base.sealed import unseal
from ecluse.office.models import Record
from ecluse.office.people.demo_roles import officers
from ecluse.office.registers_people import Absence


def absences_of(officer: str, on: date) -> list[Absence]:
    """When is this officer away, from today on?"""
    rows = Record.objects.filter(subject=officer, v="absence/1").order_by("turn").values_list("body", flat=True)
    found: list[Absence] = [unseal(bytes(body)) for body in rows]
    return [absence for absence in found if absence.last_day >= on]


def colleagues_of(officer: str, bodies: set[str], on: date) -> list[tuple[str, str]]:
    """Who else speaks for these bodies today? Pairs of id and name."""
    return [(one.id, one.name) for one in officers(on) if one.authority in bodies and one.id != officer]
