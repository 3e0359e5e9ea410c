"""Who speaks for a body today, in these roles? Those whose mandate is in force, and deputies of those who are away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ecluse.licence.officers import Officer
from ecluse.office.actions.permissions import REPRESENTS
from ecluse.office.desk.refs import mandates_on_file, on_file
from ecluse.office.registers_people import Absence


@dataclass(frozen=True, slots=True)
class Speakers:
    """The mandates in force on one day, and who stands in for whom: read once, asked of many bodies."""

    officers: tuple[Officer, ...]
    deputies: dict[str, str]

    def of(self, body: str, roles: frozenset[str] | None = None) -> set[str]:
        """Which officers speak for this body, in one of these roles where any are named?"""
        may = _in_roles(body, roles)
        held = {officer.id for officer in self.officers if officer.authority == body and may(officer.role)}
        return {self.deputies.get(officer, officer) for officer in held}

    def in_role(self, role: str) -> set[str]:
        """Which officers hold this role, for whichever body?"""
        held = {officer.id for officer in self.officers if officer.role == role}
        return {self.deputies.get(officer, officer) for officer in held}


def speakers_on(on: date) -> Speakers:
    """Who holds which mandate on this day?"""
    officers = tuple(
        officer for officer in mandates_on_file()
        if officer.valid_from <= on and (officer.valid_until is None or on <= officer.valid_until)
    )  # fmt: skip
    away = [absence for absence in on_file(Absence) if absence.first_day <= on <= absence.last_day]
    return Speakers(officers, {absence.officer: absence.deputy for absence in away})


def _in_roles(body: str, roles: frozenset[str] | None) -> Callable[[str], bool]:
    """In which roles may somebody act for this body? A representative acts as the kind of body that it is."""
    kind = body.partition(":")[0]
    if roles is None:
        return lambda role: True
    return lambda role: role in roles or (role in REPRESENTS and kind in roles)
