"""What may anybody be told of one serial number? Whether a line committed it, how it ended, and what shows both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import commit
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.serials import is_in_block, parse
from ecluse.custody.terms import Marking, SerialBlock
from ecluse.office.models import Record, Salt
from ecluse.office.publish.published import Included, Published, included
from ecluse.office.trace.opening import opening_run

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The answer: misread, unknown, open, made, void, unused or opening; where block and marking stand in the logs.

    `opening`: stated to have been abroad before the office began, and proven by nobody; `block` is where that stands.

    Never model, line, custodian, place or order: those open on their own days.
    """

    serial: str
    answer: str
    block: Included | None = None
    marking: Included | None = None

    def form(self, said: Published) -> dict[str, Any]:
        """How does the answer stand in a file that a program reads?"""
        found = {"serial": self.serial, "answer": self.answer, "log_root": said.log_root}
        parts = {"block": self.block, "marking": self.marking}
        return {**found, **{name: part.form() for name, part in parts.items() if part}}


def inquire(text: str, said: Published) -> Inquiry:
    """What is to be said of this number, as far as this publication reaches?"""
    serial = text.strip().upper()[:LONGEST]
    stated = _taken_over(serial, said)
    if stated is not None:
        return Inquiry(serial, "opening", stated)
    try:
        read = parse(serial)
    except EvidenceError:
        return Inquiry(serial, "misread")
    for row in _rows(SerialBlock, said):
        block: SerialBlock = unseal(bytes(row.body))
        if is_in_block(read, block):
            return _marked(serial, read.number, row, said)
    return Inquiry(serial, "unknown")


def _taken_over(serial: str, said: Published) -> Included | None:
    found = opening_run(serial)
    is_published = found is not None and found[0].index < said.sizes.get(found[0].log, 0)
    return _place(found[0], said) if found is not None and is_published else None


def _marked(serial: str, number: int, block: Record, said: Published) -> Inquiry:
    where = _place(block, said)
    for row in _rows(Marking, said, subject=block.subject):
        marking: Marking = unseal(bytes(row.body))
        if marking.range.first <= number <= marking.range.last:
            return Inquiry(serial, marking.fate.value, where, _place(row, said))
    return Inquiry(serial, "open", where)


def _rows(cls: type[Any], said: Published, **of: str) -> list[Record]:
    """Which records of this class stand within the published logs?"""
    rows = Record.objects.filter(v=VERSIONS[cls], **of).order_by("subject", "turn")
    return [row for row in rows if row.index < said.sizes.get(row.log, 0)]


def _place(row: Record, said: Published) -> Included:
    salt = Salt.objects.get(digest=row.digest).salt_hex
    return included(said, row.log, row.index, commit(bytes.fromhex(salt), bytes(row.body)).hex())
