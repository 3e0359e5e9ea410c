"""Which papers wait for a second signature? Signed by one side, taken when the other signs the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecluse.base.sealed import VERSIONS, seal, unseal
from ecluse.base.signing import Signature
from ecluse.office.actions.papers import offer_paper
from ecluse.office.desk.registry import Desk
from ecluse.office.facts.second import is_second
from ecluse.office.models import Record
from ecluse.office.opening.unsigned import PAPERS_LOOKED_AT, brought_for
from ecluse.office.registers_people import PaperOffered

MOST_WAITING = 100


def hold_out(
    desk: Desk, action: str, subject: str, records: Sequence[Any], *, signer: str, waits_for: str, order: str = "",
    log: str = "home", as_sent: Sequence[Any] = (),
) -> None:  # fmt: skip
    """Sign these records and hold them out to another; `action` is the one under which the first side may.

    What was sent is signed as such too (`as_sent`), so that a receiver may sign for less.
    """
    number = 1 + len(desk.session.of(subject, PaperOffered))
    texts = tuple(seal(record).body.decode() for record in records)
    signatures = tuple(desk.sign(signer, record) for record in (*records, *as_sent))
    paper = PaperOffered(f"paper:{subject}/{number}", action, texts, signatures, signer, waits_for, desk.on)
    offer_paper(desk.session, paper, subject, order=order, log=log)


def sent_by(paper: PaperOffered) -> Signature | None:
    """Which signature did the sender make under what he sent, whatever arrives? None on papers of before."""
    extra = paper.signatures[len(paper.papers) :]
    return extra[0] if extra else None


def waiting(desk: Desk, action: str, subject: str) -> PaperOffered | None:
    """Which paper of this action about this subject waits? The newest, unless its records are on file."""
    papers = [paper for paper in desk.session.of(subject, PaperOffered) if paper.action == action]
    if not papers or all(desk.session.digest_of(subject, record.id) for record in records_of(papers[-1])):
        return None
    return papers[-1]


def is_mine(desk: Desk, paper: PaperOffered) -> bool:
    """Does this paper of two officers wait for this person's hand: he is named, or stands in for who is?"""
    return is_second(desk.mandate, paper.by, paper.waits_for)


def papers_for(desk: Desk, officer: str, action: str) -> list[str]:
    """About which subjects do papers of this action wait for this officer's hand? At most so many, the oldest first."""
    rows = Record.objects.filter(v=VERSIONS[PaperOffered], action=action).order_by("on", "rid")
    found = {row.subject: unseal(bytes(row.body)) for row in rows[:PAPERS_LOOKED_AT]}
    named = [subject for subject, paper in found.items() if paper.waits_for == officer]
    return [subject for subject in named[:MOST_WAITING] if waiting(desk, action, subject) is not None]


def records_of(paper: PaperOffered) -> list[Any]:
    """Which records does this paper hold?"""
    return [unseal(text.encode()) for text in paper.papers]


def signed_by_both(desk: Desk, paper: PaperOffered, signer: str) -> list[tuple[Any, list[Signature]]]:
    """Each record of the paper with the first side's signature and this one's: brought in, else made here."""
    pairs = zip(records_of(paper), paper.signatures, strict=False)  # what follows is signed as sent
    return [(record, [first, _second(desk, paper, record, signer)]) for record, first in pairs]


def _second(desk: Desk, paper: PaperOffered, record: Any, signer: str) -> Signature:
    subject = paper.id.removeprefix("paper:").rpartition("/")[0]
    brought = brought_for(desk.session, subject, seal(record).digest, signer)
    if brought is None:
        return desk.sign(signer, record)
    return Signature(brought.key, brought.signed_on, brought.value_hex)
