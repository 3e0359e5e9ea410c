"""Who held a unit at an instant, who answered for it, and where does a chain of handovers break?

A receiver is custodian from the instant he signs; until then the sender is. What he refused (short, rejected) never
leaves the sender. Handovers are followed run by run, so a run that splits or comes back keeps one chain.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ecluse.custody.ranges import Ranges, difference, normal, union
from ecluse.custody.terms import Manifest, SerialRange


@dataclass(frozen=True, slots=True)
class Tenure:
    """One custodian's time with a unit and the authority that answered meanwhile; None is open at that end."""

    custodian: str
    authority: str
    place_state: str
    since: datetime | None
    until: datetime | None
    manifest: str | None


class BreakKind(enum.Enum):
    """How does a chain break? Nobody answered (gap), or two did (overlap)."""

    GAP = "gap"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Break:
    """Where does a chain break: between which two handovers, on which numbers?"""

    kind: BreakKind
    manifest: str
    previous: str
    range: SerialRange


def taken_over(manifest: Manifest) -> Ranges:
    """Which numbers did the receiver sign for? None of them until he has signed."""
    if manifest.received_at is None:
        return ()
    return difference(manifest.ranges, (*manifest.short, *manifest.rejected))


def by_sequence(manifests: Iterable[Manifest]) -> tuple[Manifest, ...]:
    """In which order did one tranche's handovers happen, by the custodians' own count?"""
    return tuple(sorted(manifests, key=lambda m: (m.sequence, m.sent_at, m.id)))


def by_time(manifests: Iterable[Manifest]) -> tuple[Manifest, ...]:
    """In which order were handovers of many tranches sent?"""
    return tuple(sorted(manifests, key=lambda m: (m.sent_at, m.tranche, m.sequence, m.id)))


def holdings(manifests: Iterable[Manifest], origin: str, ranges: Iterable[SerialRange]) -> dict[str, Ranges]:
    """Who holds which numbers after these handovers, when `origin` held all of them before?"""
    held = {origin: normal(ranges)}
    for manifest in manifests:
        hand_over(held, manifest)
    return held


def hand_over(held: dict[str, Ranges], manifest: Manifest) -> None:
    """Moves what the receiver signed for from whoever held it to him."""
    moved = taken_over(manifest)
    if not moved:
        return
    for custodian, ranges in tuple(held.items()):
        held[custodian] = difference(ranges, moved)
    held[manifest.to_custodian] = union(held.get(manifest.to_custodian, ()), moved)


def breaks(manifests: Iterable[Manifest]) -> tuple[Break, ...]:
    """Where do these handovers leave a gap or an overlap of custodians? In the order in which they are given.

    Each block keeps its runs by last handover; a handover replaces the runs it covers and adds at most two, so the
    whole costs O(n log n).
    """
    found: list[Break] = []
    blocks: dict[str, _Runs] = {}
    for manifest in manifests:
        if manifest.received_at is not None and manifest.received_at < manifest.sent_at:
            run = manifest.ranges[0] if manifest.ranges else SerialRange("", 0, 0)
            found.append(Break(BreakKind.OVERLAP, manifest.id, manifest.id, run))
        for run in normal(manifest.ranges):
            for first, last, previous in blocks.setdefault(run.block, _Runs()).covered(run.first, run.last):
                kind = _how(previous, manifest)
                if kind:
                    found.append(Break(kind, manifest.id, previous.id, SerialRange(run.block, first, last)))
        # A handover still under way holds its run too: handing it on before it was signed for is a gap.
        moved = taken_over(manifest) if manifest.received_at is not None else normal(manifest.ranges)
        for run in moved:
            blocks[run.block].put(run.first, run.last, manifest)
    return tuple(found)


def _how(previous: Manifest, manifest: Manifest) -> BreakKind | None:
    if previous.received_at is None or previous.to_custodian != manifest.from_custodian:
        return BreakKind.GAP
    return BreakKind.OVERLAP if manifest.sent_at < previous.received_at else None


class _Runs:
    """The numbers of one block as disjoint runs, each with the handover that touched it last."""

    __slots__ = ("firsts", "held")

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.held: list[tuple[int, Manifest]] = []

    def _span(self, first: int, last: int) -> tuple[int, int]:
        start = bisect_right(self.firsts, first) - 1
        if start < 0 or self.held[start][0] < first:
            start += 1
        return start, bisect_right(self.firsts, last)

    def covered(self, first: int, last: int) -> Iterator[tuple[int, int, Manifest]]:
        start, end = self._span(first, last)
        for at in range(start, end):
            until, manifest = self.held[at]
            yield max(first, self.firsts[at]), min(last, until), manifest

    def put(self, first: int, last: int, manifest: Manifest) -> None:
        start, end = self._span(first, last)
        firsts, held = [first], [(last, manifest)]
        if start < end and self.firsts[start] < first:
            firsts.insert(0, self.firsts[start])
            held.insert(0, (first - 1, self.held[start][1]))
        if start < end and self.held[end - 1][0] > last:
            firsts.append(last + 1)
            held.append(self.held[end - 1])
        self.firsts[start:end] = firsts
        self.held[start:end] = held


class Chains:
    """The handovers of many tranches, sorted once, so that one unit's story is found quickly."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        entries: dict[str, list[tuple[int, int, int]]] = {}
        self._manifests = by_time(manifests)
        for at, manifest in enumerate(self._manifests):
            for run in normal(manifest.ranges):
                entries.setdefault(run.block, []).append((run.first, run.last, at))
        self._entries = {block: sorted(rows) for block, rows in entries.items()}
        self._reach = {block: _reach(rows) for block, rows in self._entries.items()}

    def handovers(self, block: str, number: int) -> tuple[Manifest, ...]:
        """Which handovers name this number, oldest first?"""
        rows, reach = self._entries.get(block, []), self._reach.get(block, [])
        at = bisect_right(rows, number, key=lambda row: row[0]) - 1
        found = []
        while at >= 0 and reach[at] >= number:
            if rows[at][0] <= number <= rows[at][1]:
                found.append(rows[at][2])
            at -= 1
        return tuple(self._manifests[index] for index in sorted(found))

    def tenures(self, block: str, number: int, maker: str, authority: str, state: str) -> tuple[Tenure, ...]:
        """Who held this number, from the maker (who answers to `authority` in `state`) to whoever holds it last?"""
        out = [Tenure(maker, authority, state, None, None, None)]
        for manifest in self.handovers(block, number):
            if not any(run.block == block and run.first <= number <= run.last for run in taken_over(manifest)):
                continue
            last, since = out[-1], manifest.received_at
            out[-1] = Tenure(last.custodian, last.authority, last.place_state, last.since, since, last.manifest)
            to = manifest.to_custodian
            out.append(Tenure(to, manifest.authority, manifest.place_state, since, None, manifest.id))
        return tuple(out)

    def holder_at(self, block: str, number: int, at: datetime, *, maker: str, authority: str, state: str) -> Tenure:
        """Who was custodian of this number at this instant, and which authority answered for it?"""
        story = self.tenures(block, number, maker, authority, state)
        return next(tenure for tenure in reversed(story) if tenure.since is None or tenure.since <= at)


def _reach(rows: list[tuple[int, int, int]]) -> list[int]:
    """How far does any run up to here reach? Lets a search stop early."""
    reach: list[int] = []
    for _, last, _ in rows:
        reach.append(max(last, reach[-1]) if reach else last)
    return reach
