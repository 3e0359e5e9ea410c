"""What may anybody be told of one serial number? How it ended, licensed or not, lost or not, and proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import commit
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.chain import taken_over
from ecluse.custody.serials import is_in_block, parse
from ecluse.custody.terms import Fate, Loss, Manifest, Marking, SerialBlock, SerialRange
from ecluse.office.models import Record, Salt
from ecluse.office.publish.published import Included, Published, included
from ecluse.office.registers import Packing, Release, Unpacking
from ecluse.office.trace.opening import opening_run

LONGEST = 40
# What is not told of any unit, whoever asks here; it opens on its own day.
WITHHELD = ("model", "line", "custodian", "place", "order")


@dataclass(frozen=True, slots=True)
class Told:
    """Of a unit that was made: did it leave under a licence, was it reported lost, which state answered for it last?

    The state is told of units that left alone: where the home army keeps its own is nobody's to know.
    """

    licensed: bool
    reported_lost: bool
    last_state: str = ""

    def form(self) -> dict[str, Any]:
        """How does it stand in a file that a program reads?"""
        found: dict[str, Any] = {"licensed": self.licensed, "reported_lost": self.reported_lost}
        return {**found, **({"last_custodian_state": self.last_state} if self.last_state else {}),
                "withheld": list(WITHHELD)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The answer: misread, unknown, open, made, void, unused or opening; where block and marking stand in the logs.

    `opening`: stated to have been abroad before the office began, and proven by nobody; `block` is where that stands.

    Of a unit that was made also whether it left under a licence, was reported lost, and in which state it was last;
    never model, line, custodian, place or order: those open on their own days.
    """

    serial: str
    answer: str
    block: Included | None = None
    marking: Included | None = None
    told: Told | None = None
    release: Included | None = None

    def form(self, said: Published) -> dict[str, Any]:
        """How does the answer stand in a file that a program reads?"""
        found: dict[str, Any] = {"serial": self.serial, "answer": self.answer, "log_root": said.log_root}
        parts = {"block": self.block, "marking": self.marking, "release": self.release}
        found |= {"told": self.told.form()} if self.told else {}
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
            told, release = _told(block.subject, number, said) if marking.fate is Fate.MADE else (None, None)
            return Inquiry(serial, marking.fate.value, where, _place(row, said), told, release)
    return Inquiry(serial, "open", where)


def _told(block: str, number: int, said: Published) -> tuple[Told, Included | None]:
    """What became of this unit, as far as the publication reaches?

    The proof of its release is shown from the home log alone: the name of another log would tell the centre.
    """
    released, place, lost = None, "", False
    for tranche in _tranches(block, number, said):
        here = _rows(Release, said, subject=tranche)
        released = here[-1] if here else released
        for row in _rows(Manifest, said, subject=tranche):
            manifest: Manifest = unseal(bytes(row.body))
            if here and _holds(taken_over(manifest), block, number):
                place = manifest.place_state
        losses = (unseal(bytes(row.body)) for row in _rows(Loss, said, subject=tranche))
        lost = lost or any(_holds(loss.ranges, block, number) for loss in losses)
    is_shown = released is not None and released.log.startswith("home/")
    proof = _place(released, said) if released is not None and is_shown else None
    return Told(released is not None, lost, place if released is not None else ""), proof


def _tranches(block: str, number: int, said: Published) -> list[str]:
    """Which tranches took this number, and did not give it back unsold? The oldest first."""
    found: dict[str, None] = {}
    for row in _rows(Packing, said, subject=block):
        packing: Packing = unseal(bytes(row.body))
        if packing.first <= number <= packing.last:
            found[packing.tranche] = None
    for row in _rows(Unpacking, said, subject=block):
        freed: Unpacking = unseal(bytes(row.body))
        if freed.first <= number <= freed.last and not _rows(Release, said, subject=freed.tranche):
            found.pop(freed.tranche, None)
    return list(found)


def _holds(ranges: Iterable[SerialRange], block: str, number: int) -> bool:
    return any(run.block == block and run.first <= number <= run.last for run in ranges)


def _rows(cls: type[Any], said: Published, **of: str) -> list[Record]:
    """Which records of this class stand within the published logs?"""
    rows = Record.objects.filter(v=VERSIONS[cls], **of).order_by("subject", "turn")
    return [row for row in rows if row.index < said.sizes.get(row.log, 0)]


def _place(row: Record, said: Published) -> Included:
    salt = Salt.objects.get(digest=row.digest).salt_hex
    return included(said, row.log, row.index, commit(bytes.fromhex(salt), bytes(row.body)).hex())
