"""P6, outer log: does each entry hide the head that its log had, is none left out, does nothing else stand there?"""

from __future__ import annotations

from datetime import date

from ecluse.base.errors import EvidenceError
from ecluse.custody.log.outer import Beacon, OuterEntry, OuterPeriod, faults, hidden, is_outer, read_entry
from ecluse.office.audit.p6_log import is_of_outer, logs_of, trees_of
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally


def outer_entries_are_in_order(reading: Reading, tally: Tally) -> None:
    """Is each entry of the outer log readable, each beacon true to its signature, each log there in each period?"""
    for log, entries in sorted(logs_of(reading).items()):
        if not is_outer(log):
            continue
        own: list[tuple[int, OuterEntry]] = []
        for entry in filter(is_of_outer, entries):
            try:
                read = read_entry(entry.body, log)
            except EvidenceError:
                tally.broken("outer_unreadable", entry.id, None, log=log, index=entry.index)
                continue
            if isinstance(read, OuterEntry):
                own.append((entry.index, read))
            elif not read.is_true:
                tally.broken("beacon_false", entry.id, read.on, log=log, index=entry.index)
            tally.count("beacons" if isinstance(read, Beacon) else "outer_entries")
        for at, key in faults(entry for _, entry in own):
            tally.broken(key, f"{log}/{own[at][0]:08d}", own[at][1].on, log=log, index=own[at][0])


def outer_heads_are_those_of_the_logs(reading: Reading, tally: Tally) -> None:
    """Does each period's record say what its entries hide, and did each log have that root at that size?"""
    periods = {row.on: row for row in reading.of(OuterPeriod)}
    trees, stood = trees_of(reading), dict[str, int]()
    entries = _by_period(reading)
    for on, row in sorted(periods.items()):
        found = entries.pop(on, {})
        for head in row.value.heads:
            tree = trees.get(head.log)
            is_known = tree is not None and stood.get(head.log, 0) <= head.size <= tree.size
            if tree is None or not is_known or tree.root(head.size).hex() != head.root_hex:
                tally.broken("outer_head_differs", row.rid, on, log=head.log, size=head.size)
            stood[head.log] = max(head.size, stood.get(head.log, 0))
        expected = {head.log: _hidden(row, head.log) for head in row.value.heads}
        if found != expected and row.rid not in reading.tainted:
            tally.broken("outer_entry_differs", row.rid, on, entries=len(found), heads=len(expected))
    for on in sorted(entries):
        tally.broken("outer_period_missing", f"outer:{on}", on, entries=len(entries[on]))


def _by_period(reading: Reading) -> dict[date, dict[str, str]]:
    """What does the outer log hide of each log, by the period's day?"""
    found: dict[date, dict[str, str]] = {}
    for log, entries in logs_of(reading).items():
        for entry in filter(is_of_outer, entries) if is_outer(log) else ():
            try:
                read = read_entry(entry.body, log)
            except EvidenceError:
                continue
            if isinstance(read, OuterEntry):
                found.setdefault(read.on, {})[read.of] = read.commitment
    return found


def _hidden(row: Filed, log: str) -> str:
    head = row.value.head_of(log)
    try:
        return hidden(bytes.fromhex(head.salt_hex), head.text())
    except ValueError:
        return ""
