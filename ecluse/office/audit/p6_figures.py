"""P6, third part: do the points in the log commit to the very figures that the records state?"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import lru_cache

from ecluse.base.canon import digest
from ecluse.base.figures import LABEL_KEY, figures_hash, spelled
from ecluse.base.proof import commit
from ecluse.edge.carried_figures import CARRIERS, figures_of
from ecluse.office.audit.p6_records import salt_of
from ecluse.office.audit.reading import Filed, Logged, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.models import FiguresLine

# A point is dear to make, and the same figures, salt and key give the same: a second audit in one process rests on it.
LINES_KEPT = 32_768
_rebuilt = lru_cache(maxsize=LINES_KEPT)(spelled)
Kept = dict[tuple[str, int, int], tuple[str, bytes]]


def figures_are_those_of_records(reading: Reading, tally: Tally) -> None:
    """Is every point in the log rebuilt from its record and the record's salt, and every kept line with it?

    Where an entry's records or salts are damaged that is named by itself, and nothing can be rebuilt.
    """
    key, kept, at = salt_of(reading.salts.get(digest(LABEL_KEY.encode()))), _kept(), _carriers(reading)
    since: tuple[date, str, int] | None = None
    for entry in sorted((one for one in reading.entries if (one.log, one.index) in at), key=lambda one: _when(one, at)):
        named, rows = _named(entry), at[entry.log, entry.index]
        if since is None and not named:
            continue  # written before this office committed to figures
        since = since or _when(entry, at)
        if key is None:
            tally.broken("figures_key_missing", LABEL_KEY, rows[0].on)
            return
        _check_entry(reading, tally, entry, named, key, kept)


def _when(entry: Logged, at: dict[tuple[str, int], list[Filed]]) -> tuple[date, str, int]:
    return at[entry.log, entry.index][0].on, entry.log, entry.index


def _carriers(reading: Reading) -> dict[tuple[str, int], list[Filed]]:
    found: dict[tuple[str, int], list[Filed]] = defaultdict(list)
    for row in reading.rows:
        if row.v in CARRIERS:
            found[row.place].append(row)
    return found


def _kept() -> Kept:
    rows = FiguresLine.objects.values_list("log", "index", "at", "hash", "body")
    return {(log, index, at): (found, bytes(body)) for log, index, at, found, body in rows.iterator()}


def _named(entry: Logged) -> list[str]:
    found = (entry.form or {}).get("figures", [])
    return [str(one) for one in found] if type(found) is list else ["?"]


def _check_entry(reading: Reading, tally: Tally, entry: Logged, named: list[str], key: bytes, kept: Kept) -> None:
    rows = _in_order(reading, entry)
    if rows is None:
        return
    carried = [(row, figures) for row in rows if row.v in CARRIERS and (figures := figures_of(row.value))]
    if len(carried) != len(named):
        subject = carried[0][0].rid if carried else entry.id
        tally.broken("figures_differ", subject, rows[0].on, log=entry.log, index=entry.index)
        return
    for at, (row, figures) in enumerate(carried):
        salt = salt_of(reading.salts.get(row.digest))
        assert salt is not None  # it opened the record
        body = _rebuilt(figures, salt, key)
        tally.count("figures", len(figures.values))
        if figures_hash(body) != named[at]:
            tally.broken("figures_differ", row.rid, row.on, log=entry.log, index=entry.index)
        elif kept.get((entry.log, entry.index, at)) != (named[at], body):
            tally.broken("figures_line_differs", row.rid, row.on, log=entry.log, index=entry.index)


def _in_order(reading: Reading, entry: Logged) -> list[Filed] | None:
    """Which records does the entry commit to, in its order? None where one of them does not open its commitment."""
    by_place: dict[tuple[str, int], list[Filed]] | None = reading.kept("rows_by_place")
    if by_place is None:
        by_place = defaultdict(list)
        for row in reading.rows:
            by_place[row.place].append(row)
        reading.keep("rows_by_place", by_place)
    rows, commitments = by_place[entry.log, entry.index], (entry.form or {}).get("sd")
    states = reading.kept("openings") or {}
    if type(commitments) is not list or len(rows) != len(commitments):
        return None
    if any(row.fault or states.get(row.rid, ("",))[0] != "open" for row in rows):
        return None
    place = {commit(bytes.fromhex(reading.salts[row.digest]), row.body).hex(): row for row in rows}
    return [place[one] for one in commitments]
