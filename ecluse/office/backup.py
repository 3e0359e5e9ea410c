"""What is a backup of an office? One archive: the whole database, and a manifest by which a restore knows it is whole.

The archive is `tar` under `gzip` with two members: `manifest.json` (kind of database, size, SHA-256, tree root over all
logs, migrations) and `database`. SQLite is copied by its own online backup while others write; PostgreSQL by pg_dump on
one snapshot, on which the root is read too. Documents are in the database; keys are not, and are kept apart on purpose.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.proof import Edge, root_of
from ecluse.base.words import say
from ecluse.edge.language import person_language

VERSION = "backup/1"
MANIFEST, DATABASE = "manifest.json", "database"
CHUNK = 1 << 20
MANIFEST_BYTES_LIMIT = 1_000_000
ENTRIES = 'SELECT log, log_index, leaf_hex FROM office_logentry ORDER BY log, log_index'  # fmt: skip
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
PROGRAM_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Manifest:
    """What does an archive hold?"""

    v: str
    kind: str
    size: int
    sha256: str
    log_root: str
    migrations: tuple[str, ...]


def back_up(target: Path, database: dict[str, Any]) -> Manifest:
    """What does the new archive hold? `database` is Django's setting of the office's database.

    Raises BadInputError where the archive exists, the database does not, or a program is missing. Half an archive is
    never left behind.
    """
    if target.exists():
        raise refused("target", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as scratch:
        copy = Path(scratch) / DATABASE
        kind = kind_of(database)
        root, migrations = (_copy_sqlite if kind == "sqlite" else _copy_postgresql)(database, copy)
        manifest = Manifest(VERSION, kind, copy.stat().st_size, file_digest(copy), root, tuple(migrations))
        try:
            _pack(partial, manifest, copy)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return manifest


def kind_of(database: dict[str, Any]) -> str:
    """Which of the two databases is this?"""
    return "sqlite" if database["ENGINE"].endswith("sqlite3") else "postgresql"


def _pack(partial: Path, manifest: Manifest, copy: Path) -> None:
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            body = json.dumps(asdict(manifest), sort_keys=True, indent=1).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size, head.mode = len(body), 0o600
            archive.addfile(head, io.BytesIO(body))
            whole = tarfile.TarInfo(DATABASE)
            whole.size, whole.mode = copy.stat().st_size, 0o600
            with copy.open("rb") as source:
                archive.addfile(whole, source)
        file.flush()
        os.fsync(file.fileno())


def file_digest(path: Path) -> str:
    """What is the SHA-256 of this file?"""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def root_over(entries: Iterable[tuple[str, int, str]]) -> str:
    """What is the tree root over all logs by name, each with its size and root? From the entries' own hashes."""
    edges: dict[str, Edge] = {}
    for log, _, leaf_hex in entries:
        edges[log] = edges.get(log, Edge.empty()).append(bytes.fromhex(leaf_hex))
    leaves = [canonical({"log": log, "root": edge.root().hex(), "size": edge.size}) for log, edge in edges.items()]
    return root_of(sorted(leaves)).hex()


# ------------------------------------------------------------------ SQLite


def _copy_sqlite(database: dict[str, Any], copy: Path) -> tuple[str, list[str]]:
    path = Path(database["NAME"])
    if not path.is_file():
        raise refused("source", str(path))
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(copy)) as written:
        source.backup(written)  # in one step, on one snapshot: between steps whoever writes would make it begin anew
        written.execute("PRAGMA journal_mode=DELETE")
    return facts_of_sqlite(copy)


def facts_of_sqlite(path: Path) -> tuple[str, list[str]]:
    """Which log root and which migrations does this file hold? Raises EvidenceError for a file that is not whole."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as opened:
            if opened.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise EvidenceError(say("keep.backup.damaged", person_language()))
            root = root_over(opened.execute(ENTRIES))
            return root, [f"{app}.{name}" for app, name in opened.execute(MIGRATIONS)]
    except (sqlite3.DatabaseError, ValueError) as error:
        raise EvidenceError(f"{say('keep.backup.damaged', person_language())} ({error})") from None


# ------------------------------------------------------------------ PostgreSQL


def _copy_postgresql(database: dict[str, Any], copy: Path) -> tuple[str, list[str]]:
    with postgresql(database) as opened:
        opened.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = opened.execute("SELECT pg_export_snapshot()").fetchone()[0]
        facts = facts_of_postgresql(opened)
        run_program("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                    f"--file={copy}")  # fmt: skip
    return facts


@contextlib.contextmanager
def postgresql(database: dict[str, Any]) -> Iterator[Any]:
    """A connection to this database. Raises BadInputError when it cannot be reached."""
    try:
        import psycopg

        opened = psycopg.connect(
            dbname=database["NAME"], user=database["USER"] or None, password=database["PASSWORD"] or None,
            host=database["HOST"] or None, port=database["PORT"] or None, connect_timeout=10,
        )  # fmt: skip
    except ImportError:
        raise refused("program", "psycopg") from None
    except psycopg.Error as error:
        raise refused("reach", str(error).strip().splitlines()[0][:200]) from None
    with opened:
        yield opened


def facts_of_postgresql(opened: Any) -> tuple[str, list[str]]:
    """Which log root and which migrations does this database hold?"""
    import psycopg

    try:
        root = root_over(opened.execute(ENTRIES).fetchall())
        return root, [f"{app}.{name}" for app, name in opened.execute(MIGRATIONS).fetchall()]
    except psycopg.errors.UndefinedTable as error:
        raise refused("source", str(error).splitlines()[0]) from None


def program(name: str) -> Path:
    """Where is the newest pg_dump or pg_restore? Debian keeps them off the path. Raises BadInputError."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parent.parent.name) if path.parent.parent.name.isdigit() else 0,
    )
    on_path = shutil.which(name)
    if not found and not on_path:
        raise refused("program", name)
    return found[-1] if found else Path(str(on_path))


def run_program(name: str, database: dict[str, Any], *arguments: str) -> None:
    """Run pg_dump or pg_restore on this database. Raises BadInputError with what it said."""
    places = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    asked = {variable: str(database[field]) for variable, field in places.items() if database[field]}
    done = subprocess.run(
        [program(name), f"--dbname={database['NAME']}", *arguments], env={**os.environ, **asked},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise refused("program", f"{name}: {done.stderr.strip()[-300:]}")


def refused(name: str, found: str) -> BadInputError:
    """What is said when a backup or a restore cannot begin?"""
    lang = person_language()
    return BadInputError.one(
        "backup", say(f"keep.backup.{name}.expected", lang), found, say(f"keep.backup.{name}.remedy", lang)
    )  # fmt: skip
