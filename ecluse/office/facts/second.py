"""Whose hand is a paper's second? The officer's whom it names; while he is away his deputy's, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ecluse.base.errors import ForbiddenError
from ecluse.base.signing import Signature, is_signed_by
from ecluse.licence.officers import AUTHOR, COUNTERSIGNER, Absence, Officer, Side, holds, in_office
from ecluse.office.session import Mandate, Session


def is_second(mandate: Mandate, author: str, named: str, authority: str | None = None) -> bool:
    """Is this person the one named, or his deputy under that very mandate? Never who proposed it.

    `authority` is the one for which the paper says that he signs; None where it says none.
    """
    if mandate.person in (author, named):
        return mandate.person != author
    is_his = (mandate.acting_for, mandate.role) == (named, COUNTERSIGNER)
    return is_his and authority in (None, mandate.body)


def check_hand(session: Session, paper: str, author: Side, named: Side, actor: str, on: date) -> None:
    """May this person sign second today? Raises ForbiddenError when not.

    A deputy is never the author, holds the office of the one named on this day, and none of the author's authority.
    """
    mandate = session.mandate
    if mandate is None or actor == named.officer:
        return  # a carried year signs for both sides at once; whoever judges reads the signatures
    if actor != mandate.person or not is_second(mandate, author.officer, named.officer, named.authority):
        raise ForbiddenError(f"{paper} waits for {named.officer}, not for {actor}")
    offices = in_office(session.of(actor, Officer), actor, on)
    theirs = {office.authority for office in offices} & _bodies(session, author, on)
    is_in_office = holds(offices, Side(actor, COUNTERSIGNER, mandate.body), on)
    has_it = holds(session.of(named.officer, Officer), Side(named.officer, COUNTERSIGNER, mandate.body), on)
    if theirs or not is_in_office or not has_it:
        raise ForbiddenError(f"{paper}: {actor} cannot stand in for {named.officer}")


def signed_meanwhile(session: Session, record: Any, named: str, made: Sequence[Signature]) -> Absence | None:
    """During which absence of the one named did his deputy sign? None where the named one signed himself."""
    if is_signed_by(named, record, made, session.keys([named])):
        return None
    for absence in session.of(named, Absence) if made else ():
        then = [signature for signature in made if absence.first_day <= signature.on <= absence.last_day]
        if is_signed_by(absence.deputy, record, then, session.keys([absence.deputy])):
            return absence
    return None


def is_signed_second(session: Session, record: Any, named: str, made: Sequence[Signature]) -> bool:
    """Does the second signature stand under this record: of the one named, or of his deputy while he was away?"""
    own = is_signed_by(named, record, made, session.keys([named]))
    return own or signed_meanwhile(session, record, named, made) is not None


def _bodies(session: Session, author: Side, on: date) -> set[str]:
    """For which authorities does the author speak: the one that the paper states, else those of his office?"""
    if author.authority is not None:
        return {author.authority}
    offices = in_office(session.of(author.officer, Officer), author.officer, on)
    return {office.authority for office in offices if office.role == AUTHOR}
