"""How does an office come back from its backup? Into an empty place only, checked before and after, or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.office.backup import (
    CHUNK,
    DATABASE,
    MANIFEST,
    MANIFEST_BYTES_LIMIT,
    VERSION,
    Manifest,
    facts_of_postgresql,
    facts_of_sqlite,
    kind_of,
    postgresql,
    refused,
    run_program,
)

TABLES = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
BESIDE = ("", "-wal", "-shm", "-journal")


def restore(archive: Path, database: dict[str, Any], known_migrations: set[str]) -> Manifest:
    """What was restored? `known_migrations` are those of this installation, as `app.name`.

    Raises BadInputError where the place is not empty or the archive is of the other kind of database; EvidenceError for
    an archive that is cut short, altered, or of a newer release. Then nothing is left behind.
    """
    _check_empty(database)
    folder = Path(database["NAME"]).parent if kind_of(database) == "sqlite" else None
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as scratch:
        copy = Path(scratch).joinpath(DATABASE)
        manifest = unpack(archive, copy)
        if manifest.kind != kind_of(database):
            raise refused("kind", manifest.kind)
        newer = sorted(set(manifest.migrations) - known_migrations)
        if newer:
            raise EvidenceError(say("keep.backup.newer", person_language(), migration=newer[0]))
        if manifest.kind == "sqlite":
            _check_same(manifest, facts_of_sqlite(copy))
            os.chmod(copy, 0o600)
            copy.replace(database["NAME"])
        else:
            _restore_postgresql(manifest, copy, database)
    return manifest


def unpack(archive: Path, copy: Path) -> Manifest:
    """What does the archive say it holds, its database now lying in `copy` and being what was said?"""
    try:
        with gzip.open(archive) as raw, tarfile.open(fileobj=raw, mode="r:") as opened:
            manifest = _manifest(archive, opened)
            member = opened.next()
            source = opened.extractfile(member) if member is not None else None
            if member is None or source is None or member.name != DATABASE or member.size != manifest.size:
                raise EvidenceError(_damaged(archive))
            found = hashlib.sha256()
            with copy.open("wb") as written:
                while chunk := source.read(CHUNK):
                    found.update(chunk)
                    written.write(chunk)
                written.flush()
                os.fsync(written.fileno())
            # The end is read too: a cut or altered tail fails gzip's own checksum.
            is_last = opened.next() is None
            while raw.read(CHUNK):
                pass
            if not is_last or found.hexdigest() != manifest.sha256:
                raise EvidenceError(_damaged(archive))
            return manifest
    except FileNotFoundError:
        raise refused("archive", str(archive)) from None
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise EvidenceError(f"{_damaged(archive)} ({error})") from None


def _manifest(archive: Path, opened: tarfile.TarFile) -> Manifest:
    member = opened.next()
    source = opened.extractfile(member) if member is not None else None
    if member is None or source is None or member.name != MANIFEST or member.size > MANIFEST_BYTES_LIMIT:
        raise EvidenceError(_damaged(archive))
    try:
        form = json.loads(source.read())
        manifest = Manifest(**{**form, "migrations": tuple(form["migrations"])})
    except (ValueError, TypeError, KeyError):
        raise EvidenceError(_damaged(archive)) from None
    if manifest.v != VERSION:
        raise EvidenceError(say("keep.backup.newer", person_language(), migration=str(manifest.v)[:40]))
    return manifest


def _damaged(archive: Path) -> str:
    return f"{archive.name}: {say('keep.backup.damaged', person_language())}"


def _check_empty(database: dict[str, Any]) -> None:
    if kind_of(database) == "sqlite":
        for suffix in BESIDE:
            if Path(database["NAME"] + suffix).exists():
                raise refused("place", database["NAME"] + suffix)
        return
    with postgresql(database) as opened:
        count = opened.execute(TABLES).fetchone()[0]
    if count:
        raise refused("place", f"{database['NAME']}: {count}")


def _check_same(manifest: Manifest, facts: tuple[str, list[str]]) -> None:
    root, migrations = facts
    if (root, tuple(migrations)) != (manifest.log_root, manifest.migrations):
        raise EvidenceError(
            say("keep.backup.other_root", person_language(), said=manifest.log_root[:16], found=root[:16])
        )


def _restore_postgresql(manifest: Manifest, copy: Path, database: dict[str, Any]) -> None:
    """One transaction brings it back; where it is not what was said, the place is empty again."""
    run_program("pg_restore", database, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                str(copy))  # fmt: skip
    with postgresql(database) as opened:
        facts = facts_of_postgresql(opened)
    try:
        _check_same(manifest, facts)
    except EvidenceError:
        with postgresql(database) as opened:
            opened.execute("DROP SCHEMA public CASCADE")
            opened.execute("CREATE SCHEMA public")
        raise
