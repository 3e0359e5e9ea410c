"""For whom does a person speak today? Mandates are sealed records; a deputy holds those of whom he stands in for."""

from __future__ import annotations

from datetime import date

from ecluse.base.sealed import VERSIONS
from ecluse.licence.officers import in_office
from ecluse.office.registers import Officer
from ecluse.office.registers_people import Absence
from ecluse.office.session import Mandate, Session

# What stands in the id of an office that somebody holds only while another is away.
STANDS_IN = "/stands-in/"


def mandates_of(session: Session, person: str, on: date) -> list[Mandate]:
    """Which mandates does this person hold on this day? His own first, then those he stands in for."""
    own = [] if is_absent(session, person, on) else _own(session, person, on)
    found = list(own)
    for absence in session.of(f"deputy:{person}", Absence):
        if absence.first_day <= on <= absence.last_day and absence.deputy == person:
            found += [
                Mandate(person, m.body, m.role, absence.first_day, absence.last_day, absence.officer)
                for m in _own(session, absence.officer, on)
            ]
    return found


def is_absent(session: Session, person: str, on: date) -> bool:
    """Is this person away on this day?"""
    return any(absence.first_day <= on <= absence.last_day for absence in session.of(person, Absence))


def own_offices(session: Session, person: str) -> list[Officer]:
    """Which offices does this person hold in his own right? Not those that he holds while another is away."""
    version = VERSIONS[Officer]
    return [one.value for one in session.file(person).records if one.v == version and STANDS_IN not in one.rid]


def _own(session: Session, person: str, on: date) -> list[Mandate]:
    return [
        Mandate(person, officer.authority, officer.role, officer.valid_from, officer.valid_until)
        for officer in in_office(own_offices(session, person), person, on)
    ]
