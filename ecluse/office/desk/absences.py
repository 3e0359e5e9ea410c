"""Who is away, and who stands in? A person says so for himself, or for a colleague whose work he answers for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ecluse.office.actions.absences import LONGEST_DAYS, absence_of, answers_for_others, declare_absence
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.refs import mandates_on_file
from ecluse.office.desk.registry import About, Action, Desk, Done

CHOICE = {"choice": True}


@dataclass(frozen=True, slots=True)
class DeclareAbsence:
    """Who is away from when to when, and who stands in?"""

    officer: str = field(metadata=CHOICE)
    first_day: date = field()
    last_day: date = field()
    deputy: str = field(metadata=CHOICE)


def declare(desk: Desk, subject: str, form: DeclareAbsence) -> Done:
    """Put an absence on record: from its first day to its last the deputy holds the mandates, under his own name."""
    length = (form.last_day - form.first_day).days + 1
    if not 1 <= length <= LONGEST_DAYS or form.last_day < desk.on:
        raise FormError([Fault("last_day", "form.fault.range", str(form.last_day))])
    if form.deputy in (form.officer, desk.person):
        raise FormError([Fault("deputy", "form.fault.not_offered", form.deputy)])
    absence = absence_of(form.officer, form.first_day, form.last_day, form.deputy)
    if desk.session.digest_of(form.officer, absence.id):
        raise FormError([Fault("first_day", "notices.fault.declared", str(form.first_day))])
    declare_absence(desk.session, absence, desk.mandate, desk.on)
    return Done("office")


def officers(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Whose absence may this person declare? His own first; a head's colleagues after."""
    named = colleagues(desk, subject)
    own = [pair for pair in named if pair[0] == desk.person]
    return named if answers_for_others(desk.mandate) else own


def colleagues(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Who speaks for this body today in his own right? Oneself first."""
    found = {
        one.id: one.name for one in mandates_on_file()
        if one.authority == desk.body and one.valid_from <= desk.on
        and (one.valid_until is None or desk.on <= one.valid_until)
    }  # fmt: skip
    ordered = sorted(found, key=lambda officer: (officer != desk.person, officer))
    return [(officer, found[officer] if found[officer] == officer else f"{found[officer]} ({officer})")
            for officer in ordered]  # fmt: skip


def is_own_mandate(desk: Desk, subject: str) -> bool:
    """Does the person act in his own right, and is there anybody who could stand in?"""
    return not desk.mandate.acting_for and len(colleagues(desk, subject)) > 1


ACTIONS = (
    Action("office.declare_absence", About.OFFICE, DeclareAbsence, declare, is_own_mandate,
           choices={"officer": officers, "deputy": colleagues},
           given=lambda desk, subject: {"officer": desk.person, "first_day": desk.on}),
)  # fmt: skip
