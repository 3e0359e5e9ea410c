"""Which papers wait for a second signature? Signed by one side, taken when the other signs the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecluse.base.sealed import seal, unseal
from ecluse.base.signing import Signature
from ecluse.office.actions.papers import offer_paper
from ecluse.office.desk.registry import Desk
from ecluse.office.opening.unsigned import brought_for
from ecluse.office.registers_people import PaperOffered


def hold_out(
    desk: Desk, action: str, subject: str, records: Sequence[Any], *, signer: str, waits_for: str, order: str = "",
    log: str = "home",
) -> None:  # fmt: skip
    """Sign these records and hold them out to another; `action` is the one under which the first side may."""
    number = 1 + len(desk.session.of(subject, PaperOffered))
    texts = tuple(seal(record).body.decode() for record in records)
    signatures = tuple(desk.sign(signer, record) for record in records)
    paper = PaperOffered(f"paper:{subject}/{number}", action, texts, signatures, signer, waits_for, desk.on)
    offer_paper(desk.session, paper, subject, order=order, log=log)


def waiting(desk: Desk, action: str, subject: str) -> PaperOffered | None:
    """Which paper of this action about this subject waits? The newest, unless its records are on file."""
    papers = [paper for paper in desk.session.of(subject, PaperOffered) if paper.action == action]
    if not papers or all(desk.session.digest_of(subject, record.id) for record in records_of(papers[-1])):
        return None
    return papers[-1]


def records_of(paper: PaperOffered) -> list[Any]:
    """Which records does this paper hold?"""
    return [unseal(text.encode()) for text in paper.papers]


def signed_by_both(desk: Desk, paper: PaperOffered, signer: str) -> list[tuple[Any, list[Signature]]]:
    """Each record of the paper with the first side's signature and this one's: brought in, else made here."""
    pairs = zip(records_of(paper), paper.signatures, strict=True)
    return [(record, [first, _second(desk, paper, record, signer)]) for record, first in pairs]


def _second(desk: Desk, paper: PaperOffered, record: Any, signer: str) -> Signature:
    subject = paper.id.removeprefix("paper:").rpartition("/")[0]
    brought = brought_for(desk.session, subject, seal(record).digest, signer)
    if brought is None:
        return desk.sign(signer, record)
    return Signature(brought.key, brought.signed_on, brought.value_hex)
