"""Which things on file may a form name? Parties, models, certificates, lines, centres; looked up, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from ecluse.base.sealed import VERSIONS, unseal
from ecluse.licence.officers import in_office, newest_wordings
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.models import Record
from ecluse.office.on_file import records
from ecluse.office.registers import Model, Officer
from ecluse.office.session import Session
from ecluse.parties.terms import Party

T = TypeVar("T")
SUGGESTIONS = 20


def model_on_file(model: str) -> Model | None:
    """Which catalogue entry has this id?"""
    row = Record.objects.filter(v=VERSIONS[Model], rid=model).values_list("body", flat=True).first()
    return unseal(bytes(row)) if row is not None else None


def on_file(cls: type[T]) -> list[T]:
    """Which records of this class are on file?"""
    return [one.value for one in sorted(records(cls), key=lambda one: one.rid)]


def classes_on_file() -> list[tuple[str, str]]:
    """Which classes of goods are catalogued? Pairs of id and label; a page says the label in the reader's words."""
    return [(class_, class_) for class_ in sorted({model.class_ for model in on_file(Model)})]


def mandates_on_file() -> tuple[Officer, ...]:
    """Which mandates stand in the register, each as it was worded last?"""
    return newest_wordings(one.value for one in records(Officer))


def choices_of(
    cls: type[T], label: Callable[[Any], str], keep: Callable[[Any], bool] = lambda record: True
) -> list[tuple[str, str]]:
    """Which records of this class may be chosen? Pairs of id and label."""
    return [(str(record.id), label(record)) for record in on_file(cls) if keep(record)]


def officers(authority_not: str, role: str, on: date, person_not: str) -> list[tuple[str, str]]:
    """Which officers in this role, of another authority and another person, are in office on this day?"""
    found = []
    for officer in mandates_on_file():
        is_there = officer.valid_from <= on and (officer.valid_until is None or on <= officer.valid_until)
        if is_there and officer.role == role and officer.authority != authority_not and officer.id != person_not:
            found.append((officer.id, f"{officer.name} ({officer.authority.split(':')[1]})"))
    return found


def authority_of(session: Session, officer: str, role: str, on: date) -> str:
    """For which authority does this officer act in this role? Raises FormError where there is none."""
    for mandate in in_office(session.of(officer, Officer), officer, on):
        if mandate.role == role:
            return mandate.authority
    raise FormError([Fault("countersigner", "form.fault.not_on_file", officer)])


def need_party(session: Session, field: str, party: str | None) -> None:
    """Is this party registered? Raises FormError where it is not; an unnamed one is nobody."""
    if party and session.newest(party, Party) is None:
        raise FormError([Fault(field, "form.fault.not_on_file", party)])


def party_names(query: str, limit: int = SUGGESTIONS) -> list[tuple[str, str]]:
    """Which parties have this text in their id? Pairs of id and name."""
    rows = Record.objects.filter(v=VERSIONS[Party], rid__icontains=query[:80]).order_by("rid")[:limit]
    return [(row.rid, unseal(bytes(row.body)).name) for row in rows]
