"""Where does any chain of custody in this office break? Every handover on record, sorted, judged in one pass.

The records are read in the order in which they stand on disk, each held against its digest; what a chain needs of them
is sorted by block and time in a scratch file beside, which goes at the end. Memory is that of one block.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from django.db import connection

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import VERSIONS
from ecluse.custody.chain import Break
from ecluse.custody.chain_stream import Handed, handed, stream_breaks
from ecluse.custody.terms import Manifest

ROWS_AT_ONCE = 5_000
# The sign before `v` keeps SQLite from its index on versions: rows are read as they lie, not one by one from all over.
EVERY = "SELECT rid, subject, body, digest FROM office_record WHERE {v} = %s"
SCRATCH = """PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;
CREATE TABLE handed (block TEXT, sent_at TEXT, tranche TEXT, sequence INTEGER, manifest TEXT, received_at TEXT,
  giver TEXT, taker TEXT, runs TEXT, taken TEXT, leads TEXT);"""
IN_ORDER = "SELECT * FROM handed ORDER BY block, sent_at, tranche, sequence, manifest"
Told = Callable[[int], None]


def breaks_on_record(folder: Path | None = None, tell: Told | None = None) -> Iterator[Break]:
    """Which gaps and overlaps of custodians do the sealed handovers show? By block, then by time.

    `folder` has room for the scratch file; `tell` hears how many handovers were read. Raises EvidenceError for a record
    that was altered.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ecluse-breaks-", dir=folder) as place,
        closing(sqlite3.connect(Path(place) / "handed.sqlite3", isolation_level=None)) as scratch,
    ):
        scratch.executescript(SCRATCH)
        for rows in _handed(tell):
            scratch.execute("BEGIN")
            scratch.executemany(f"INSERT INTO handed VALUES ({', '.join('?' * 11)})", rows)
            scratch.execute("COMMIT")
        yield from stream_breaks(map(_row, scratch.execute(IN_ORDER)))


def _handed(tell: Told | None) -> Iterator[list[tuple[object, ...]]]:
    """What the handovers on record tell of each block, as rows of the scratch table."""
    seen = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(EVERY.format(v="+v" if connection.vendor == "sqlite" else "v"), [VERSIONS[Manifest]])
        while found := cursor.fetchmany(ROWS_AT_ONCE):
            rows = list[tuple[object, ...]]()
            for rid, subject, raw, known in found:
                body = bytes(raw)
                if digest(body) != known:
                    raise EvidenceError(f"{rid} was altered after it was sealed: run ecluse audit")
                form = json.loads(body)
                if subject == form["tranche"]:  # twins under other subjects tell the same handover
                    rows += [(*one[:8], *map(_text, one[8:])) for one in handed(form)]
            yield rows
            seen += len(found)
            if tell:
                tell(seen)


def _text(runs: tuple[tuple[int, int], ...]) -> str:
    return ",".join(f"{first}-{last}" for first, last in runs)


def _row(row: tuple[str, str, str, int, str, str | None, str, str, str, str, str]) -> Handed:
    return Handed(*row[:8], _read(row[8]), _read(row[9]), _read(row[10]))


def _read(text: str) -> tuple[tuple[int, int], ...]:
    if "," not in text:
        first, mark, last = text.partition("-")
        return ((int(first), int(last)),) if mark else ()
    return tuple((int(first), int(last)) for first, _, last in (run.partition("-") for run in text.split(",")))
