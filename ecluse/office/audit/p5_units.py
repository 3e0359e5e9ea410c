"""P5: does the stored row of every unit say what blocks, markings, packings, handovers and losses say?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db import models
from django.db.models.functions import Cast

from ecluse.base.errors import EvidenceError
from ecluse.custody.chain import taken_over
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Line, Loss, Manifest, Marking, SerialBlock, SerialRange
from ecluse.office.audit.opening import opening_rows
from ecluse.office.audit.p5_blocks import blocks
from ecluse.office.audit.reading import Filed, Reading, day_of, law_rows
from ecluse.office.audit.report import Tally
from ecluse.office.models import Unit
from ecluse.office.registers import Model, Packing, Unpacking

COLUMNS = ("serial", "block", "number", "model", "fate", "custodian", "authority", "state", "tranche", "day")
# Where two tranches claim one number, who wrote last cannot be told from the records of each; what is said elsewhere.
UNSURE_WHERE_SHARED = frozenset({"state", "tranche", "day"})


class Place(NamedTuple):
    """Where a unit is: whose it is, who answers for it, in which state, for which tranche, since when."""

    custodian: str
    authority: str
    state: str
    tranche: str
    on: date


class Move(NamedTuple):
    """One thing that happened to a run of numbers, with the place among all that happened."""

    order: tuple[date, int, str, int]
    run: SerialRange
    row: Filed


def units_are_rebuilt(reading: Reading, tally: Tally) -> None:
    """Does every unit that is traced one by one stand where the records put it?"""
    wanted = _wanted(reading) | dict(opening_rows(reading))
    runs: list[SerialRange] = reading.kept("shared_runs") or []
    shared = {(run.block, number) for run in runs for number in range(run.first, run.last + 1)}
    rows = Unit.objects.annotate(day=Cast("on", models.TextField())).order_by("serial").values_list(*COLUMNS)
    for row in rows.iterator(chunk_size=5000):
        tally.count("units")
        stored = (*row[:9], day_of(row[9]))
        rebuilt = wanted.pop((row[1], row[2]), None)
        if stored != rebuilt:
            _differs(tally, stored, rebuilt, is_shared=(row[1], row[2]) in shared)
    for (block, _), rebuilt in sorted(wanted.items()):
        tally.broken("unit_row_missing", str(rebuilt[0]), _day(rebuilt), rests=[block], block=block)


def _day(row: tuple[object, ...]) -> date | None:
    return row[9] if isinstance(row[9], date) else None


def _differs(tally: Tally, stored: tuple[object, ...], rebuilt: tuple[object, ...] | None, *, is_shared: bool) -> None:
    if rebuilt is None:
        tally.broken("unit_row_unknown", str(stored[0]), _day(stored), rests=[str(stored[1])], block=str(stored[1]))
        return
    for name, had, has in zip(COLUMNS, stored, rebuilt, strict=True):
        if had != has and not (is_shared and name in UNSURE_WHERE_SHARED):
            tally.broken(
                "unit_row_differs", str(rebuilt[0]), _day(rebuilt), rests=[str(rebuilt[1]), str(rebuilt[8])],
                column=name, stored=str(had), rebuilt=str(has),
            )  # fmt: skip
            return


def _wanted(reading: Reading) -> dict[tuple[str, int], tuple[object, ...]]:
    """Which row should every number have that was marked in a class traced one by one?"""
    moves = _moves(reading)
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for id, block in blocks(reading).items():
        places: dict[int, Place] = {}
        fates: dict[int, str] = {}
        for move in moves.get(id, ()):
            value = move.row.value
            if isinstance(value, Marking):
                if _is_traced(reading, block, move.row.on):
                    born = _born(reading, block, value.on)
                    for number in range(move.run.first, move.run.last + 1):
                        places[number], fates[number] = born, value.fate.value
                continue
            for number in range(move.run.first, move.run.last + 1):
                if number in places:
                    places[number] = _moved(places[number], value)
        for number, place in places.items():
            serial = serial_text(block.prefix, number)
            found[id, number] = (
                serial, id, number, block.model, fates[number], place.custodian, place.authority, place.state,
                place.tranche, place.on,
            )  # fmt: skip
    return found


def _moved(place: Place, value: object) -> Place:
    if isinstance(value, Packing) and place.tranche not in ("", value.tranche):
        return place  # packed for another: where it is, it stays
    if isinstance(value, Packing):
        return place._replace(tranche=value.tranche, state="packed", on=value.on)
    if isinstance(value, Unpacking) and place.tranche != value.tranche:
        return place
    if isinstance(value, Unpacking):
        return place._replace(tranche="", state="recalled", on=value.on)
    if isinstance(value, Loss):
        return place._replace(state="lost", on=value.on)
    assert isinstance(value, Manifest)
    assert value.received_at is not None
    return place._replace(
        custodian=value.to_custodian, authority=value.authority, state=value.step.value, on=value.received_at.date()
    )


def _moves(reading: Reading) -> dict[str, list[Move]]:
    """What happened to the numbers of each block, in the order in which it happened?"""
    found: dict[str, list[Move]] = defaultdict(list)
    for row in reading.of(Marking):
        found[row.value.block].append(Move((date.min, 0, "", row.turn), row.value.range, row))
    for move in _tranche_moves(reading):
        found[move.run.block].append(move)
    for moves in found.values():
        moves.sort(key=lambda move: move.order)
    return found


def _tranche_moves(reading: Reading) -> Iterator[Move]:
    """A tranche's own records keep their count; between tranches, and against their blocks, the day decides."""
    latest: dict[str, date] = defaultdict(lambda: date.min)
    own = [row for cls in (Packing, Manifest, Loss) for row in reading.of(cls) if row.subject == row.value.tranche]
    for row in sorted(own, key=lambda row: (row.subject, row.turn)):
        value = row.value
        day = value.sent_at.date() if isinstance(value, Manifest) else value.on
        latest[row.subject] = max(day, latest[row.subject])
        place = (latest[row.subject], 1, row.subject, row.turn)
        if isinstance(value, Packing):
            yield Move(place, SerialRange(value.block, value.first, value.last), row)
        elif isinstance(value, Loss) or value.received_at is not None:
            for run in value.ranges if isinstance(value, Loss) else taken_over(value):
                yield Move(place, run, row)
    for row in reading.of(Unpacking):
        run = SerialRange(row.value.block, row.value.first, row.value.last)
        yield Move((row.value.on, 2, row.value.tranche, row.turn), run, row)


def _is_traced(reading: Reading, block: SerialBlock, on: date) -> bool:
    """Is the class of this block's model traced one by one on this day? A class without a row is."""
    classes: dict[str, str] = reading.kept("class_of_model") or {}
    if not classes:
        classes = reading.keep("class_of_model", {row.value.id: row.value.class_ for row in reading.of(Model)})
    levels = [row["level"] for row in law_rows("custody/levels", on) if row["class"] == classes.get(block.model)]
    return not levels or levels[-1] == "unit"


def _born(reading: Reading, block: SerialBlock, on: date) -> Place:
    line = reading.newest(block.line, Line)
    if line is None:
        raise EvidenceError(f"{block.line} is not registered")
    home = next((row["state"] for row in law_rows("custody/home", on)), "")
    authority = "authority:ssecu" if line.host == home else f"authority:{line.host.lower()}"
    return Place(line.maker, authority, "at_line", "", on)
