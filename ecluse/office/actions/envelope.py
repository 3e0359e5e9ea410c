"""How do owners sign their figures as the log commits to them, so that nobody else's can be put in their place?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ecluse.base.figures import MOST_SIGNED, FiguresSigned, label
from ecluse.base.sealed import VERSIONS, unseal_as
from ecluse.base.signing import Signature, is_digest_signed_by
from ecluse.office.actions.deed import Deed, label_key
from ecluse.office.models import FiguresLine, Record
from ecluse.office.session import Session

Sign = Callable[[str, Any, date], Signature]


def sign_figures(session: Session, owner: str, *, actor: str, on: date, sign: Sign) -> list[FiguresSigned]:
    """Which signatures did this owner put under its figures? One for each thousand that it had not signed yet.

    It signs what it gave itself: figures of records that bear its own signature.
    """
    waiting, made = figures_to_sign(session, owner), []
    while waiting:
        part, waiting = waiting[:MOST_SIGNED], waiting[MOST_SIGNED:]
        with Deed(session, "surplus.sign_figures", actor=actor, on=on, subject=subject_of(owner)) as deed:
            mark = label(label_key(session), owner)
            number = 1 + len(session.of(subject_of(owner), FiguresSigned))
            record = FiguresSigned(f"figures-signed:{mark}/{number}", mark, tuple(part), on)
            deed.seal(record, signatures=[sign(owner, record, on)])
            made.append(record)
    return made


def owners_waiting(session: Session, owners: Iterable[str]) -> list[str]:
    """Which of these owners have committed figures on file that they have not signed as committed?"""
    waiting = dict(FiguresLine.objects.exclude(owner="").values_list("hash", "owner"))
    for body in Record.objects.filter(v=VERSIONS[FiguresSigned]).values_list("body", flat=True):
        for found in unseal_as(FiguresSigned, bytes(body)).figures:
            waiting.pop(found, None)
    labels = set(waiting.values())
    return [owner for owner in owners if labels and label(label_key(session), owner) in labels]


def subject_of(owner: str) -> str:
    """Under which subject are an owner's signatures of its figures filed?"""
    return f"figures:{owner}"


def figures_to_sign(session: Session, owner: str) -> list[str]:
    """Which committed figures of this owner's own signed records has it not signed as committed? By their hashes."""
    return [found for _, found in waiting_to_sign(session, owner)]


def waiting_to_sign(session: Session, owner: str) -> list[tuple[str, str]]:
    """Which of this owner's own signed records carry figures that it has not signed? Digests, and hashes of lines."""
    signed = {one for record in session.of(subject_of(owner), FiguresSigned) for one in record.figures}
    rows = FiguresLine.objects.filter(owner=label(label_key(session), owner)).order_by("log", "index", "at")
    waiting = [(record, found) for record, found in rows.values_list("record", "hash") if found not in signed]
    keys = session.keys([owner])
    session.know_signatures(record for record, _ in waiting)
    return [one for one in waiting if is_digest_signed_by(owner, one[0], session.signatures(one[0]), keys)]
