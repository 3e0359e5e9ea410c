"""Who holds which office on a day, and do the two behind a decision stand there as two?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import sealed

AUTHOR, COUNTERSIGNER = "author", "countersigner"


@sealed("officer/1")
@dataclass(frozen=True, slots=True)
class Officer:
    """A named officer of one authority in one role, from one day to another."""

    id: str
    authority: str
    role: str
    name: str
    valid_from: date
    valid_until: date | None


@sealed("absence/1")
@dataclass(frozen=True, slots=True)
class Absence:
    """An officer is away from one day to another; the deputy holds his mandates meanwhile, under the deputy's own name.

    Filed about the officer, and a copy about `deputy:<person>`.
    """

    id: str
    officer: str
    first_day: date
    last_day: date
    deputy: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a decision: who acts, in which role, for which authority; None where the paper states none."""

    officer: str
    role: str
    authority: str | None = None


def newest_wordings(officers: Iterable[Officer]) -> tuple[Officer, ...]:
    """How do these mandates stand now? Of one that was worded anew, such as to end it, the newest wording counts.

    One mandate is a person's, for one authority, in one role, from one day.
    """
    found = {(office.id, office.authority, office.role, office.valid_from): office for office in officers}
    return tuple(found.values())


def in_office(officers: Iterable[Officer], name: str, on: date) -> tuple[Officer, ...]:
    """Which offices does this person hold on this day? None at all for a stranger."""
    return tuple(
        found
        for found in newest_wordings(officers)
        if found.id == name and found.valid_from <= on and (found.valid_until is None or on <= found.valid_until)
    )


def holds(officers: Iterable[Officer], side: Side, on: date) -> bool:
    """Does this person hold on this day the office that the paper states?"""
    return any(
        office.role == side.role and side.authority in (None, office.authority)
        for office in in_office(officers, side.officer, on)
    )


def are_of_two_bodies(officers: Iterable[Officer], first: str, second: str, on: date) -> bool:
    """Do these persons, as they are registered, speak for two authorities? A stranger speaks for none."""
    known = tuple(officers)
    bodies = {office.authority for office in in_office(known, first, on)}
    others = {office.authority for office in in_office(known, second, on)}
    return any(body != other for body in bodies for other in others)


def why_not_two(officers: Iterable[Officer], author: Side, countersigner: Side, on: date) -> str:
    """Why may these two not act together on this day? Empty when they may: in office, two persons, two authorities."""
    known = tuple(officers)
    for side in (author, countersigner):
        if not holds(known, side, on):
            return f"{side.officer} is no {side.role} of {side.authority or 'any authority'} on {on}"
    if author.officer == countersigner.officer:
        return f"{author.officer} cannot act as two"
    if not are_of_two_bodies(known, author.officer, countersigner.officer, on) or (
        author.authority is not None and author.authority == countersigner.authority
    ):
        return f"{author.officer} and {countersigner.officer} are of one authority"
    return ""
