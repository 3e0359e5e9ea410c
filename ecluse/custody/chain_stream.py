"""Where do millions of chains break? The rules of `chain.breaks`, in one pass over handovers by block and time.

Only the block that is passing is held, so that memory does not grow with the number of handovers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ecluse.custody.chain import Break, BreakKind, _how, _Runs
from ecluse.custody.ranges import difference, normal
from ecluse.custody.terms import SerialRange

Runs = tuple[tuple[int, int], ...]


class Handed(NamedTuple):
    """What a chain needs to know of one handover within one block. Instants are text as records have it.

    `taken` is what the receiver signed for, or all of it while it is under way; `leads` is the run with which the
    paper begins, in that run's block alone. Rows sort as they are to be read.
    """

    block: str
    sent_at: str
    tranche: str
    sequence: int
    manifest: str
    received_at: str | None
    from_custodian: str
    to_custodian: str
    runs: Runs
    taken: Runs
    leads: Runs

    @property
    def id(self) -> str:
        """Under which id is the paper filed?"""
        return self.manifest


def handed(form: dict[str, Any]) -> Iterator[Handed]:
    """What does this handover, in the form in which it is sealed (`manifest/1`), tell of each block?"""
    ranges = [SerialRange(**run) for run in form["ranges"]]
    received = form.get("received_at")
    moved = ranges
    if received is not None and (form["short"] or form["rejected"]):
        moved = list(difference(ranges, [SerialRange(**run) for run in (*form["short"], *form["rejected"])]))
    for block in dict.fromkeys(run.block for run in ranges):
        yield Handed(
            block, form["sent_at"], form["tranche"], form["sequence"], form["id"], received, form["from_custodian"],
            form["to_custodian"], _runs(ranges, block), _runs(moved, block), _runs(ranges[:1], block),
        )  # fmt: skip


def _runs(ranges: list[SerialRange], block: str) -> Runs:
    if len(ranges) == 1:
        return ((ranges[0].first, ranges[0].last),) if ranges[0].block == block else ()
    return tuple((run.first, run.last) for run in normal(ranges) if run.block == block)


def stream_breaks(rows: Iterable[Handed]) -> Iterator[Break]:
    """Where do these handovers, ordered by block, then by time, leave a gap or an overlap of custodians?"""
    block, held = "", _Runs()
    for row in rows:
        if row.block != block:
            block, held = row.block, _Runs()
        if row.leads and row.received_at is not None and row.received_at < row.sent_at:
            yield Break(BreakKind.OVERLAP, row.manifest, row.manifest, SerialRange(block, *row.leads[0]))
        for first, last in row.runs:
            for low, high, previous in held.covered(first, last):
                kind = _how(previous, row)  # type: ignore[arg-type]
                if kind:
                    yield Break(kind, row.manifest, previous.id, SerialRange(block, low, high))
        for first, last in row.taken:
            held.put(first, last, row)  # type: ignore[arg-type]
