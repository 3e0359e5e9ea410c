"""P5: was every number born in a committed block, did it end once, and was it packed once?"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from ecluse.custody.blocks import account_of, units_by_end
from ecluse.custody.ranges import Ranges, count, difference, normal, overlap
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import Fate, Line, Marking, SerialBlock, SerialRange
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.registers import Packing, Unpacking
from ecluse.order import Gate


def blocks(reading: Reading) -> dict[str, SerialBlock]:
    """Which blocks were committed?"""
    found = reading.kept("blocks")
    if found is None:
        found = reading.keep("blocks", {row.value.id: row.value for row in reading.of(SerialBlock)})
    return dict(found)


def serials_of(reading: Reading, run: SerialRange) -> str:
    """How is this run of numbers written on the units? The first, and the last if it is another."""
    block = blocks(reading).get(run.block)
    if block is None:
        return f"{run.block} {run.first}-{run.last}"
    try:
        first, last = serial_text(block.prefix, run.first), serial_text(block.prefix, run.last)
    except ValueError:
        return f"{block.prefix} {run.first}-{run.last}"
    return first if run.first == run.last else f"{first} - {last}"


def blocks_are_accounted_for(reading: Reading, tally: Tally) -> None:
    """Did every number of every block end once, by its own line, after the block was committed?"""
    committed = {row.value.id: row for row in reading.of(SerialBlock)}
    markings: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(Marking):
        markings[row.value.block].append(row)

    def check(id: str) -> None:
        row, own = committed.get(id), markings.get(id, [])
        if row is None:
            tally.broken("marked_without_block", id, own[0].on, rests=[id], serials=_run(reading, own[0].value.range))
            return
        block: SerialBlock = row.value
        tally.count("blocks")
        maker = _maker(reading, block.line)
        if not reading.is_signed(row, maker):
            tally.broken("block_unsigned", id, row.on, rests=[id, block.line], maker=maker)
        account = account_of(block, [m.value for m in own])
        for end, units in units_by_end(account).items():
            tally.count(f"numbers_{end}", units)
        for key, numbers in (("number_ended_twice", account.disputed), ("number_outside_block", account.foreign)):
            for run in numbers:
                tally.broken(key, serials_of(reading, run), own[-1].on, rests=[id], block=id, units=run.units())
        for marking in own:
            _marking(reading, tally, row, marking, maker)

    tally.each(sorted(set(committed) | set(markings)), check, str)


def _run(reading: Reading, run: SerialRange) -> str:
    return serials_of(reading, run)


def _marking(reading: Reading, tally: Tally, block: Filed, row: Filed, maker: str) -> None:
    marking: Marking = row.value
    tally.count("markings")
    is_before = row.index < block.index if row.log == block.log else row.on < block.on
    name = serials_of(reading, marking.range)
    if is_before or marking.on < block.value.committed_on:
        tally.broken("marked_before_block", name, row.on, rests=[marking.block], block=marking.block)
    if (marking.line, marking.model) != (block.value.line, block.value.model):
        tally.broken("marked_elsewhere", name, row.on, rests=[marking.block], line=marking.line)
    if not reading.is_signed(row, maker):
        tally.broken("marking_unsigned", name, row.on, rests=[marking.block], maker=maker)


def _maker(reading: Reading, line: str) -> str:
    found = reading.newest(line, Line)
    return found.maker if found else ""


def blocks_do_not_overlap(reading: Reading, tally: Tally) -> None:
    """Is no serial number in two blocks?"""
    by_prefix: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(SerialBlock):
        by_prefix[row.value.prefix.replace("-", "")].append(row)
    for rows in by_prefix.values():
        rows.sort(key=lambda row: (row.value.first, row.value.id))
        for before, row in pairwise(rows):
            if row.value.first < before.value.first + before.value.count:
                shared = serials_of(reading, SerialRange(row.value.id, row.value.first, row.value.first))
                tally.broken(
                    "number_in_two_blocks", shared, row.on, rests=[row.value.id, before.value.id], block=row.value.id,
                    other=before.value.id,
                )  # fmt: skip


def packed(reading: Reading) -> dict[str, Ranges]:
    """Which numbers were packed for each tranche?"""
    found = reading.kept("packed")
    if found is None:
        runs: dict[str, list[SerialRange]] = defaultdict(list)
        for row in reading.of(Packing):
            if row.subject == row.value.tranche:
                runs[row.value.tranche].append(SerialRange(row.value.block, row.value.first, row.value.last))
        found = reading.keep("packed", {tranche: normal(own) for tranche, own in runs.items()})
    return dict(found)


def packed_numbers_were_made(reading: Reading, tally: Tally) -> None:
    """Was every packed number made, and is every packing on record with its tranche and with its block alike?"""
    made: dict[str, list[SerialRange]] = defaultdict(list)
    for row in reading.of(Marking):
        if row.value.fate is Fate.MADE:
            made[row.value.block].append(row.value.range)
    copies: dict[tuple[str, str], list[SerialRange]] = defaultdict(list)
    for row in reading.of(Packing):
        if row.subject == row.value.block:
            copies[row.value.tranche, row.value.block].append(
                SerialRange(row.value.block, row.value.first, row.value.last)
            )
    days = {row.value.tranche: row.on for row in reading.of(Packing)}

    def check(item: tuple[str, Ranges]) -> None:
        tranche, runs = item
        tally.count("tranches_packed")
        is_held = reading.is_held(tranche, Gate.CUSTODY)
        for block in dict.fromkeys(run.block for run in runs):
            own = [run for run in runs if run.block == block]
            rests = [block, tranche, order_of(tranche)]
            for run in difference(own, made.get(block, ())):
                tally.broken_unless(
                    is_held, "packed_unmade", serials_of(reading, run), days[tranche], rests=rests, tranche=tranche,
                    units=run.units(),
                )  # fmt: skip
            if normal(copies.get((tranche, block), ())) != normal(own):
                tally.broken("packing_differs", tranche, days[tranche], rests=rests, block=block)

    tally.each(sorted(packed(reading).items()), check, lambda item: item[0])


def numbers_are_packed_once(reading: Reading, tally: Tally) -> None:
    """Is no number packed for two tranches, unless the first gave it back?"""
    files: dict[str, list[Filed]] = defaultdict(list)
    for cls in (Packing, Unpacking):
        for row in reading.of(cls):
            if row.subject == row.value.block:
                files[row.value.block].append(row)
    shared: list[SerialRange] = reading.keep("shared_runs", [])

    def check(item: tuple[str, list[Filed]]) -> None:
        block, rows = item
        holders: list[tuple[str, Ranges]] = []
        for row in sorted(rows, key=lambda row: row.turn):
            run = (SerialRange(block, row.value.first, row.value.last),)
            if isinstance(row.value, Unpacking):
                holders = [(who, difference(own, run) if who == row.value.tranche else own) for who, own in holders]
                continue
            for who, own in holders:
                for twice in overlap(own, run) if who != row.value.tranche else ():
                    _twice(reading, tally, row, twice, who)
                    shared.append(twice)
            holders.append((row.value.tranche, run))
        tally.count("numbers_packed", count(run for _, own in holders for run in own))

    tally.each(sorted(files.items()), check, lambda item: item[0])


def _twice(reading: Reading, tally: Tally, row: Filed, run: SerialRange, other: str) -> None:
    tranche = row.value.tranche
    is_held = reading.is_held(tranche, Gate.CUSTODY) or reading.is_held(other, Gate.CUSTODY)
    tally.broken_unless(
        is_held, "packed_twice", serials_of(reading, run), row.on, rests=[run.block, tranche, other, order_of(tranche)],
        tranche=tranche, other=other, units=run.units(),
    )  # fmt: skip
