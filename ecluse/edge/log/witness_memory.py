"""What has this witness seen of each log? One small file, of which no step is half kept and none goes back.

To read what was seen, judge the request and keep the new head is one transaction, synced before anything is signed. A
witness that lost this file must retire its key: it could no longer know what it had signed.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import Checkpoint
from ecluse.custody.log.note_keys import KeyKind, NoteKey, read_key
from ecluse.custody.log.witness import Asked, Refused, Seen, judge, origin_of

TABLES = """
CREATE TABLE log (origin TEXT NOT NULL, vkey TEXT NOT NULL, PRIMARY KEY (origin, vkey)) STRICT;
CREATE TABLE seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) STRICT;
CREATE TABLE fork (origin TEXT NOT NULL, seen TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (origin, told)) STRICT;
CREATE TRIGGER seen_grows BEFORE UPDATE ON seen WHEN NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'a witness does not go back'); END;
CREATE TRIGGER seen_stays BEFORE DELETE ON seen BEGIN SELECT RAISE(ABORT, 'a witness does not forget'); END;
CREATE TRIGGER fork_stays BEFORE DELETE ON fork BEGIN SELECT RAISE(ABORT, 'evidence is kept'); END;
"""
WAIT_SECONDS = 10


class Fork(NamedTuple):
    """Two checkpoints of one size, both signed by the log, that cannot both be: a portable proof."""

    origin: str
    seen: str
    told: str


class WitnessMemory:
    """The file of one witness."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise BadInputError.one(str(path), "a witness's memory", "no file", "make one: ecluse witness init")
        self.path, self._uri = path, f"{path.resolve().as_uri()}?mode=rw"

    @classmethod
    def make(cls, path: Path) -> WitnessMemory:
        """Begin a memory that has seen nothing: whole, or not there. Raises BadInputError where one is already."""
        beside = path.with_name(f".{path.name}.new")
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f"{beside.name}*"):  # of a beginning that was cut short; it has seen nothing
            left.unlink()
        try:
            if path.exists():
                raise FileExistsError
            with contextlib.closing(sqlite3.connect(beside)) as memory:
                memory.execute("PRAGMA synchronous=FULL")
                memory.executescript(f"BEGIN; {TABLES} COMMIT; PRAGMA journal_mode=WAL;")
            os.link(beside, path)  # never in the place of another
        except FileExistsError:
            remedy = "retire that witness, or keep it"
            raise BadInputError.one(str(path), "no file yet", "a witness's memory", remedy) from None
        beside.unlink()
        _settle(path)
        return cls(path)

    def trust(self, key: NoteKey) -> None:
        """Watch this log: checkpoints that it signs under its own name are judged from now on. Raises EvidenceError."""
        if key.kind is not KeyKind.LOG_ED25519:
            raise EvidenceError(f"{key.name} is not the key of a log")
        _settle(self.path)  # nothing is ever signed on a memory that may still vanish
        with self._step() as memory:
            memory.execute("INSERT OR IGNORE INTO log VALUES (?, ?)", (key.name, str(key)))

    def logs(self) -> dict[str, list[NoteKey]]:
        """Which logs are watched, by origin, and by which keys?"""
        found: dict[str, list[NoteKey]] = {}
        with self._step() as memory:
            for origin, vkey in memory.execute("SELECT origin, vkey FROM log ORDER BY origin, vkey"):
                found.setdefault(origin, []).append(read_key(vkey))
        return found

    def seen(self, origin: str) -> Seen:
        """What has been seen of this log?"""
        with self._step() as memory:
            return _seen(memory, origin)

    def forks(self) -> list[Fork]:
        """Which logs told two stories, and with which words?"""
        with self._step() as memory:
            return [Fork(*row) for row in memory.execute("SELECT origin, seen, told FROM fork ORDER BY origin, told")]

    def add(self, asked: Asked) -> Checkpoint | Refused:
        """Is this checkpoint the next that was seen? Kept before it is answered; what proves a fork is kept as well."""
        origin = origin_of(asked)
        with self._step() as memory:
            rows = memory.execute("SELECT vkey FROM log WHERE origin = ? ORDER BY vkey", (origin,))
            before = _seen(memory, origin)
            found = judge(asked, [read_key(vkey) for (vkey,) in rows], before)
            if isinstance(found, Checkpoint):
                memory.execute(
                    "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE"
                    " SET size = excluded.size, root = excluded.root, note = excluded.note",
                    (origin, found.size, found.root, asked.note),
                )
            elif found.is_fork:
                memory.execute("INSERT OR IGNORE INTO fork VALUES (?, ?, ?)", (origin, before.note, asked.note))
        return found

    @contextlib.contextmanager
    def _step(self) -> Iterator[sqlite3.Connection]:
        opened = sqlite3.connect(self._uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
        with contextlib.closing(opened) as memory:
            memory.execute("PRAGMA synchronous=FULL")
            memory.execute("BEGIN IMMEDIATE")
            try:
                yield memory
            except BaseException:
                memory.execute("ROLLBACK")
                raise
            memory.execute("COMMIT")


def _settle(path: Path) -> None:
    """Make the name of this file last, and that of its folder."""
    for folder in (path.parent, path.parent.resolve().parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _seen(memory: sqlite3.Connection, origin: str) -> Seen:
    row = memory.execute("SELECT size, root, note FROM seen WHERE origin = ?", (origin,)).fetchone()
    return Seen(*row) if row else Seen()
