"""Who stands in for whom? An absence is put on record with its days and its deputy, who acts under his own name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ecluse.base.errors import BadInputError, ForbiddenError
from ecluse.licence.officers import in_office, newest_wordings
from ecluse.office.actions.deed import Deed
from ecluse.office.desk.person import STANDS_IN, is_absent, mandates_of, own_offices
from ecluse.office.registers import Officer
from ecluse.office.registers_people import Absence
from ecluse.office.session import Mandate, Session

LONGEST_DAYS = 366
# Who may send somebody else on leave: those who answer for the work of their body.
HEADS = ("author", "planner", "controller")


def declare_absence(session: Session, absence: Absence, by: Mandate, on: date) -> Absence:
    """Who put this absence on record? The officer himself, or one who answers for the same body.

    Raises BadInputError for days or a deputy that will not do, ForbiddenError for another's absence.
    """
    bodies = {mandate.body for mandate in mandates_of(session, absence.officer, on) if not mandate.acting_for}
    if by.person != absence.officer and not (by.body in bodies and answers_for_others(by)):
        raise ForbiddenError(f"{by.person} may not declare an absence of {absence.officer}")
    _check_days(absence, on)
    _check_deputy(session, absence, bodies)
    if by.person == absence.deputy:
        raise ForbiddenError(f"{by.person} may not give himself the mandates of {absence.officer}")
    copy = Absence(f"{absence.id}/deputy", absence.officer, absence.first_day, absence.last_day, absence.deputy)
    with Deed(session, "office.declare_absence", actor=by.person, on=on, subject=absence.officer) as deed:
        deed.seal(absence)
        # A second record under the deputy: what he may do is read from what is on record about him.
        deed.seal(copy, f"deputy:{absence.deputy}")
        for number, office in enumerate(offices_meanwhile(session, absence), start=1):
            # On the register of officers, where gates and audit look, for the days of the absence.
            deed.seal(office, office.id, rid=f"{office.id}{STANDS_IN}{absence.officer}/{absence.first_day}/{number}")
    return absence


def answers_for_others(mandate: Mandate) -> bool:
    """May this mandate's person send colleagues of the same body on leave? Not while only standing in."""
    return mandate.role in HEADS and not mandate.acting_for


def offices_meanwhile(session: Session, absence: Absence) -> Iterator[Officer]:
    """Which offices does the deputy hold for these days, that he does not hold already? Each no longer than its own."""
    held = own_offices(session, absence.deputy)
    names = [office.name for office in held if office.id == absence.deputy]
    taken = {(office.authority, office.role, office.valid_from) for office in session.of(absence.deputy, Officer)}
    for office in newest_wordings(own_offices(session, absence.officer)):
        first = max(absence.first_day, office.valid_from)
        last = min(absence.last_day, office.valid_until or absence.last_day)
        one = replace(office, id=absence.deputy, name=names[-1], valid_from=first, valid_until=last)
        days = {other for other in (first, last) for mine in in_office(held, absence.deputy, other)
                if (mine.authority, mine.role) == (one.authority, one.role)}  # fmt: skip
        if first <= last and days != {first, last} and (one.authority, one.role, first) not in taken:
            yield one


def absence_of(officer: str, first_day: date, last_day: date, deputy: str) -> Absence:
    """Which record is this absence? One an officer and first day."""
    return Absence(f"absence:{officer}/{first_day}", officer, first_day, last_day, deputy)


def _check_days(absence: Absence, on: date) -> None:
    length = (absence.last_day - absence.first_day).days + 1
    if not 1 <= length <= LONGEST_DAYS:
        raise BadInputError.one(
            "absence", f"1 to {LONGEST_DAYS} days", str(length), "end it after it begins, and within a year"
        )
    if absence.last_day < on:
        raise BadInputError.one("absence", f"a last day from {on} on", str(absence.last_day), "the past stands")


def _check_deputy(session: Session, absence: Absence, bodies: set[str]) -> None:
    deputy = absence.deputy
    held = mandates_of(session, deputy, absence.first_day)
    if deputy == absence.officer or not any(mandate.body in bodies and not mandate.acting_for for mandate in held):
        raise BadInputError.one("absence", "a deputy of the same body", deputy, "name a colleague who is in office")
    if is_absent(session, deputy, absence.first_day) or is_absent(session, deputy, absence.last_day):
        raise BadInputError.one("absence", "a deputy who is there", deputy, "name a colleague who is not away")
