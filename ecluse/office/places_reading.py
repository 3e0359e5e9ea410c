"""Where did every unit lie at the end of a day, and who answered for it? Replayed from sealed records, run by run.

The units' cache knows today alone, and only what is traced one by one; here every marked number is followed: made,
packed, handed over, lost, unpacked, by the days that the records state. What was replayed is kept as the logs stand.
"""

from __future__ import annotations

import sys
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q

from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.chain import taken_over
from ecluse.custody.terms import Centre, Fate, Line, Loss, Manifest, Marking, SerialBlock, SerialRange, Step
from ecluse.office.models import LogEntry, LogHead, Record
from ecluse.office.on_file import newest, records
from ecluse.office.registers import Model, Packing, Unpacking
from ecluse.office.session_kept import database
from ecluse.office.values_kept import Store

LINE, CENTRE, STORE, CARRIER, BUYER, LOST = KINDS = ("line", "centre", "store", "carrier", "buyer", "lost")
MOVED = (Marking, Packing, Manifest, Loss, Unpacking)
IN_BLOCK = "/in-block"
# On one day a unit is made, packed, handed over, lost, unpacked, in this order.
MADE, PACKED, HANDED, GONE, FREED = range(5)
MOST_MOVES, MOST_RUNS_KEPT, MOST_DATABASES = 400_000, 60_000, 4


class TooManyMovesError(ValueError):
    """There are more movements on record than one process follows."""


class Move(NamedTuple):
    """One run of numbers in one event; `order` sorts the events of a day."""

    on: date
    phase: int
    order: int
    run: SerialRange
    tranche: str
    step: str
    custodian: str
    state: str


class Where(NamedTuple):
    """What is known of a number: who has it, where, since which step, packed for which tranche?"""

    custodian: str
    state: str
    step: str
    life: str
    tranche: str
    since: date


@dataclass(frozen=True, slots=True)
class Held:
    """One run of units that lie together: kind of place, state, centre or line, custodian, and how they came there."""

    run: SerialRange
    kind: str
    state: str
    place: str
    custodian: str
    class_: str
    model: str
    life: str
    tranche: str
    line: str
    is_for_home: bool
    since: date

    @property
    def units(self) -> int:
        """How many units are they?"""
        return self.run.units()

    @property
    def pk(self) -> str:
        """By what is the run told from every other?"""
        return f"{self.run.block} {self.run.first:012}"


# ------------------------------------------------------------------ what was moved


@dataclass(slots=True)
class Followed:
    """The movements of one database as its logs stood at these sizes; `leaves` are the last entries of then."""

    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    leaves: dict[str, str] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)


_FOLLOWED: dict[str, Followed] = {}
# What each day came to, by the runs it has.
_DAYS: Store[tuple[Held, ...]] = Store(MOST_RUNS_KEPT)
_LOCK = threading.Lock()


def held_on(on: date) -> tuple[Held, ...]:
    """Where did every unit lie at the end of this day? Raises TooManyMovesError beyond what one process follows."""
    with _LOCK:
        followed = _up_to_date()
        slot = (database(), tuple(sorted(followed.heads.items())), on)
        found = _DAYS.get(slot)
        if found is None:
            found = tuple(_told(_replayed(move for move in followed.moves if move.on <= on)))
            _DAYS.put(slot, found, len(found) + 1)
        return found


def _up_to_date() -> Followed:
    """What moved, with what the logs gained since it was read; read anew where this is not the log that was read."""
    before = _FOLLOWED.pop(database(), Followed())
    heads = {log: (size, edge) for log, size, edge in LogHead.objects.values_list("log", "size", "edge_hex")}
    if heads != before.heads:
        before = _grown(before, heads)
    while len(_FOLLOWED) >= MOST_DATABASES:
        _FOLLOWED.pop(next(iter(_FOLLOWED)))
    _FOLLOWED[database()] = before
    return before


def _grown(before: Followed, heads: dict[str, tuple[int, str]]) -> Followed:
    asked = Q(pk__in=[])
    for log, (size, _) in heads.items():
        asked |= Q(log=log, index__in=[at - 1 for at in (size, before.heads.get(log, (0, ""))[0]) if at])
    rows = LogEntry.objects.filter(asked).values_list("log", "index", "leaf_hex")
    leaves = {(log, index): leaf for log, index, leaf in rows}
    is_same = all(
        heads.get(log, (0, ""))[0] >= size and (not size or leaves.get((log, size - 1)) == before.leaves.get(log))
        for log, (size, _) in before.heads.items()
    )
    moves = list(before.moves) if is_same else []
    beyond = Q(pk__in=[])
    for log, (size, _) in heads.items():
        known = before.heads.get(log, (0, ""))[0] if is_same else 0
        if known < size:
            beyond |= Q(log=log, index__gte=known, index__lt=size)
    moves += _moves(beyond)
    if len(moves) > MOST_MOVES:
        raise TooManyMovesError(f"{len(moves)} movements; one process follows {MOST_MOVES}")
    moves.sort(key=lambda move: move[:3])
    return Followed(heads, {log: leaves.get((log, size - 1), "") for log, (size, _) in heads.items()}, moves)


def _moves(asked: Q) -> Iterator[Move]:
    """Which movements tell these records? A packing's twin in its block's file tells nothing more."""
    wanted = [VERSIONS[cls] for cls in MOVED]
    rows = Record.objects.filter(asked, v__in=wanted).exclude(rid__endswith=IN_BLOCK).order_by("log", "index")
    for body in rows.values_list("body", flat=True).iterator(chunk_size=2_000):
        for move in _moves_of(unseal(bytes(body))):
            yield Move(*move[:4], *map(sys.intern, move[4:]))


def _moves_of(told: Any) -> Iterator[Move]:
    if isinstance(told, Marking):
        if told.fate is Fate.MADE:
            yield Move(told.on, MADE, 0, told.range, "", "", "", "")
    elif isinstance(told, Packing):
        run = SerialRange(told.block, told.first, told.last)
        yield Move(told.on, PACKED, 0, run, told.tranche, "", "", "")
    elif isinstance(told, Unpacking):
        run = SerialRange(told.block, told.first, told.last)
        yield Move(told.on, FREED, 0, run, told.tranche, "", "", "")
    elif isinstance(told, Loss):
        for run in told.ranges:
            yield Move(told.on, GONE, 0, run, told.tranche, "", told.custodian, "")
    elif isinstance(told, Manifest) and told.received_at:
        for run in taken_over(told):
            yield Move(told.received_at.date(), HANDED, told.sequence, run, told.tranche, told.step.value,
                       told.to_custodian, told.place_state)  # fmt: skip


# ------------------------------------------------------------------ replayed


class Runs:
    """The numbers of one block: runs that share one fate, in their order, none touching another's numbers."""

    __slots__ = ("at", "firsts")

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.at: list[tuple[int, Where]] = []

    def born(self, first: int, last: int, where: Where) -> None:
        """Numbers come to be that were not there; those already there stay as they are."""
        for start, end in self._gaps(first, last):
            place = bisect_right(self.firsts, start)
            self.firsts.insert(place, start)
            self.at.insert(place, (end, where))

    def _gaps(self, first: int, last: int) -> list[tuple[int, int]]:
        found, start = [], first
        for begin, (end, _) in self.between(first, last):
            if begin > start:
                found.append((start, begin - 1))
            start = max(start, end + 1)
        return [*found, (start, last)] if start <= last else found

    def between(self, first: int, last: int) -> list[tuple[int, tuple[int, Where]]]:
        """Which runs have numbers from here to there?"""
        start, stop = max(0, bisect_right(self.firsts, first) - 1), bisect_right(self.firsts, last)
        found = zip(self.firsts[start:stop], self.at[start:stop], strict=True)
        return [(begin, told) for begin, told in found if told[0] >= first]

    def change(self, first: int, last: int, *, of: tuple[str, ...] = (), **changed: Any) -> None:
        """These numbers are now so, of these tranches alone where they are named; runs are cut where a part changed."""
        for begin, (end, where) in self.between(first, last):
            if of and where.tranche not in of:
                continue
            cut = [(begin, first - 1, where), (max(begin, first), min(end, last), where._replace(**changed)),
                   (last + 1, end, where)]  # fmt: skip
            kept = [(start, stop, told) for start, stop, told in cut if start <= stop]
            place = bisect_right(self.firsts, begin) - 1
            self.firsts[place : place + 1] = [start for start, _, _ in kept]
            self.at[place : place + 1] = [(stop, told) for _, stop, told in kept]


def _replayed(moves: Iterable[Move]) -> dict[str, Runs]:
    """By block: which numbers are where, once all this happened?"""
    blocks, lines = newest(records(SerialBlock)), newest(records(Line))
    found: dict[str, Runs] = {}
    for move in moves:
        block = blocks.get(move.run.block)
        if block is None:
            continue
        runs, first, last = found.setdefault(block.id, Runs()), move.run.first, move.run.last
        if move.phase == MADE:
            line = lines.get(block.line)
            maker, host = (line.maker, line.host) if line else ("", "")
            runs.born(first, last, Where(maker, host, "", "at_line", "", move.on))
        elif move.phase == HANDED:
            runs.change(first, last, custodian=move.custodian, state=move.state,
                        step=move.step, life=move.step, tranche=move.tranche, since=move.on)  # fmt: skip
        else:
            runs.change(first, last, **_changed(move))
    return found


def _changed(move: Move) -> dict[str, Any]:
    """What changes a step that hands nothing over?"""
    if move.phase == PACKED:
        # Numbers that another tranche claims as well stay where they are: they may be in a buyer's hands.
        return {"of": ("", move.tranche), "life": "packed", "tranche": move.tranche, "since": move.on}
    if move.phase == FREED:
        return {"of": (move.tranche,), "life": "recalled", "tranche": "", "since": move.on}
    return {"life": "lost", "since": move.on}


def _told(found: Mapping[str, Runs]) -> Iterator[Held]:
    """Every run with the kind of its place, the centre or line it lies at, its class, and whether it is home's own."""
    blocks, lines = newest(records(SerialBlock)), newest(records(Line))
    models = newest(records(Model))
    centres: dict[tuple[str, str], str] = {(one.operator, one.host): one.id for one in newest(records(Centre)).values()}
    for id in sorted(found):
        block, runs = blocks[id], found[id]
        line, model = lines.get(block.line), models.get(block.model)
        maker = line.maker if line else ""
        class_ = model.class_ if model else line.class_ if line else ""
        for first, (last, where) in zip(runs.firsts, runs.at, strict=True):
            centre = centres.get((where.custodian, where.state), "")
            kind = _kind(where, maker, centre)
            place = centre if kind == CENTRE else block.line if kind == LINE else ""
            yield Held(
                SerialRange(id, first, last), kind, where.state, place, where.custodian, class_, block.model,
                where.life, where.tranche, block.line, block.funded_for_home, where.since,
            )  # fmt: skip


def _kind(where: Where, maker: str, centre: str) -> str:
    """At which kind of place does it lie? By the last handover: packing moves nothing, and what is lost is nowhere."""
    if where.life == "lost":
        return LOST
    if not where.step:
        return LINE
    if where.step == Step.DELIVERY.value:
        return BUYER
    if centre and where.step != Step.RELEASE.value:
        return CENTRE
    if where.step in (Step.RELEASE.value, Step.DISPATCH.value):
        return CARRIER
    return STORE
