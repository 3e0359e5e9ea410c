"""Does an office come back whole from its backup, on both databases, and does a spoilt archive leave nothing behind?"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from carried import SEED, SMALL, carry_into, log_root, office_on, settle_sqlite, sqlite_url, year_in

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.office import backup
from ecluse.site.database import from_url

if TYPE_CHECKING:
    from conftest import Cluster

ROOT = Path(__file__).resolve().parent.parent
TAMPERED = "0" * 64
pytestmark = [pytest.mark.db, pytest.mark.slow]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ecluse", *map(str, arguments)], cwd=ROOT, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small carried office with a document in it."""
    path = year_in(tmp_path_factory.mktemp("office"))[1]
    with office_on(sqlite_url(path)):
        from ecluse.office.models import Document

        Document.objects.create(digest="d" * 64, media_type="application/pdf", size=4, content=b"%PDF")
    settle_sqlite(path)
    return path


@pytest.fixture(scope="module")
def archive(office: Path) -> Path:
    """Its backup, made by the command."""
    made = office.with_name("office.backup")
    done = run("backup", made, "--db", sqlite_url(office), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sha256"] == backup.file_digest(made)
    assert made.stat().st_mode & 0o077 == 0
    return made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder to restore into."""
    (tmp_path / "restored").mkdir()
    return tmp_path / "restored" / "office.sqlite3"


def nothing_left(place: Path) -> bool:
    return not list(place.parent.iterdir())


def restored(archive: Path, place: Path) -> Any:
    from ecluse.office.actions.restore import restore

    return restore(archive, from_url(sqlite_url(place)), known())


def known() -> set[str]:
    from carried import set_up

    set_up()
    from django.db.migrations.loader import MigrationLoader

    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


# ------------------------------------------------------------------ the drill


@pytest.mark.slow
def test_the_drill(office: Path, archive: Path, place: Path) -> None:
    with office_on(sqlite_url(office)):
        before = log_root()
    gone = office.with_name("wiped.sqlite3")
    shutil.copyfile(office, gone)
    gone.unlink()
    done = run("restore", archive, "--db", sqlite_url(place), LC_ALL="fr_FR.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "ecluse audit" in done.stderr
    assert "Restauré" in done.stderr
    with office_on(sqlite_url(place)):
        from ecluse.office.models import Document

        assert log_root() == before
        assert bytes(Document.objects.get(digest="d" * 64).content) == b"%PDF"
    audited = run("audit", "--db", sqlite_url(place), "--json")
    assert audited.returncode == 0, audited.stdout[-3000:] + audited.stderr[-2000:]
    report = json.loads(audited.stdout)
    assert "broken" not in {promise["status"] for promise in report["promises"].values()}
    assert report["summary"]["log_root"] == before


def test_the_manifest_tells_what_the_archive_holds(office: Path, archive: Path) -> None:
    with tarfile.open(archive) as opened:
        form = json.loads(opened.extractfile("manifest.json").read())  # type: ignore[union-attr]
        assert opened.getnames() == ["manifest.json", "database"]
    with office_on(sqlite_url(office)):
        assert form["log_root"] == log_root()
    assert form["kind"] == "sqlite"
    assert "office.0002_sealed" in form["migrations"]
    assert form["size"] > 0


def test_a_backup_is_whole_while_others_write(office: Path, tmp_path: Path) -> None:
    copy = tmp_path / "busy.sqlite3"
    shutil.copyfile(office, copy)
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        with sqlite3.connect(copy, timeout=30) as writer:
            writer.execute("PRAGMA journal_mode=WAL")
            number = 0
            while not stop.is_set():
                number += 1
                writer.execute("INSERT INTO office_setting (key, value) VALUES (?, ?)", (f"busy-{number}", "x" * 500))
                writer.commit()
                wrote.set()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        assert wrote.wait(30)
        began = time.monotonic()
        made = backup.back_up(tmp_path / "busy.backup", from_url(sqlite_url(copy)))
    finally:
        stop.set()
        writing.join()
    # It does not begin anew with every write of others: this office of some megabytes is copied in seconds.
    assert time.monotonic() - began < 60
    place = tmp_path / "again.sqlite3"
    assert restored(tmp_path / "busy.backup", place).log_root == made.log_root
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


# ------------------------------------------------------------------ what is refused


def test_a_backup_is_never_written_over_another(office: Path, archive: Path) -> None:
    before = archive.read_bytes()
    done = run("backup", archive, "--db", sqlite_url(office), LC_ALL="uk_UA.UTF-8")
    assert done.returncode == 2
    assert "старої копії не перезаписують" in done.stderr
    assert archive.read_bytes() == before


def test_an_absent_database_makes_no_archive(tmp_path: Path) -> None:
    done = run("backup", tmp_path / "a.backup", "--db", sqlite_url(tmp_path / "none.sqlite3"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_no_office_makes_no_archive(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "other.sqlite3").execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(EvidenceError):
        backup.back_up(tmp_path / "a.backup", from_url(sqlite_url(tmp_path / "other.sqlite3")))
    assert [path.name for path in tmp_path.iterdir()] == ["other.sqlite3"]


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
def test_nothing_is_restored_over_another_office(archive: Path, place: Path, suffix: str) -> None:
    taken = place.with_name(place.name + suffix)
    taken.write_bytes(b"somebody's")
    with pytest.raises(BadInputError, match="nothing is restored over"):
        restored(archive, place)
    assert [path.name for path in place.parent.iterdir()] == [taken.name]
    assert taken.read_bytes() == b"somebody's"


def rewritten(archive: Path, change: Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]], to: Path) -> Path:
    """The same archive, well formed, with manifest or database changed by somebody who knows the format."""
    with tarfile.open(archive) as opened:
        form = json.loads(opened.extractfile("manifest.json").read())  # type: ignore[union-attr]
        database = opened.extractfile("database").read()  # type: ignore[union-attr]
    form, database = change(form, database)
    with tarfile.open(to, "w:gz", compresslevel=1) as written:
        for name, body in (("manifest.json", json.dumps(form).encode()), ("database", database)):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            written.addfile(member, io.BytesIO(body))
    return to


def flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


SPOILT: dict[str, Callable[[Path, Path], Path]] = {
    "empty": lambda archive, to: put(to, b""),
    "no archive": lambda archive, to: put(to, b"rubbish" * 1000),
    "cut to half": lambda archive, to: put(to, archive.read_bytes()[: archive.stat().st_size // 2]),
    "last byte missing": lambda archive, to: put(to, archive.read_bytes()[:-1]),
    "a bit flipped in the middle": lambda archive, to: put(
        to, flipped(archive.read_bytes(), archive.stat().st_size // 2)
    ),
    "cut within, then packed again": lambda archive, to: put(
        to, gzip.compress(gzip.decompress(archive.read_bytes())[:-20_000], 1)
    ),
    "another size": lambda archive, to: rewritten(archive, lambda f, d: ({**f, "size": f["size"] + 1}, d), to),
    "a byte of the database changed": lambda archive, to: rewritten(
        archive, lambda f, d: (f, flipped(d, len(d) // 2)), to
    ),
    "another log root": lambda archive, to: rewritten(archive, lambda f, d: ({**f, "log_root": TAMPERED}, d), to),
    "a migration left out": lambda archive, to: rewritten(
        archive, lambda f, d: ({**f, "migrations": f["migrations"][:-1]}, d), to
    ),
    "a newer release's": lambda archive, to: rewritten(
        archive, lambda f, d: ({**f, "migrations": [*f["migrations"], "office.9999_later"]}, d), to
    ),
    "a field more": lambda archive, to: rewritten(archive, lambda f, d: ({**f, "note": 1}, d), to),
    "another version": lambda archive, to: rewritten(archive, lambda f, d: ({**f, "v": "backup/2"}, d), to),
}


def put(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_archive_is_refused_and_leaves_nothing(name: str, archive: Path, place: Path, tmp_path: Path) -> None:
    spoilt = SPOILT[name](archive, tmp_path / "spoilt.backup")
    with pytest.raises(EvidenceError):
        restored(spoilt, place)
    assert nothing_left(place)


def test_a_refusal_by_the_command_leaves_nothing(place: Path, tmp_path: Path) -> None:
    spoilt = put(tmp_path / "spoilt.backup", b"rubbish")
    done = run("restore", spoilt, "--db", sqlite_url(place))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert nothing_left(place)


def test_an_absent_archive_is_named(place: Path) -> None:
    with pytest.raises(BadInputError, match="ecluse backup"):
        restored(place.with_name("none.backup"), place)


def test_an_archive_of_the_other_kind_is_refused(archive: Path, place: Path, tmp_path: Path) -> None:
    other = rewritten(archive, lambda f, d: ({**f, "kind": "postgresql"}, d), tmp_path / "pg.backup")
    with pytest.raises(BadInputError, match="sqlite:///"):
        restored(other, place)
    assert nothing_left(place)


# ------------------------------------------------------------------ PostgreSQL


@pytest.fixture(scope="module")
def postgres_office(office: Path, postgres_cluster: Cluster) -> str:
    """The same office on PostgreSQL, and two empty databases beside it."""
    import psycopg

    with psycopg.connect(postgres_cluster.url, autocommit=True) as connection:
        for name in ("keep_office", "keep_empty", "keep_other"):
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url = postgres_cluster.named("keep_office")
    carry_into(office.parent / f"world-{SEED}-{SMALL}-1", url)
    return url


@pytest.mark.slow
@pytest.mark.postgres
def test_the_drill_on_postgresql(postgres_office: str, postgres_cluster: Cluster, tmp_path: Path) -> None:
    made = tmp_path / "pg.backup"
    done = run("backup", made, "--db", postgres_office)
    assert done.returncode == 0, done.stderr
    with office_on(postgres_office):
        before = log_root()
    empty = postgres_cluster.named("keep_empty")
    altered = rewritten(made, lambda f, d: ({**f, "log_root": TAMPERED}, d), tmp_path / "altered.backup")
    refused = run("restore", altered, "--db", empty)
    assert refused.returncode == 2, refused.stdout
    assert "nothing was restored" in refused.stderr
    broken = rewritten(made, lambda f, d: (f, flipped(d, len(d) // 2)), tmp_path / "broken.backup")
    assert run("restore", broken, "--db", empty).returncode == 2
    done = run("restore", made, "--db", empty)
    assert done.returncode == 0, done.stderr
    with office_on(empty):
        assert log_root() == before
    audited = run("audit", "--db", empty, "--json")
    assert audited.returncode == 0, audited.stdout[-3000:]
    again = run("restore", made, "--db", empty)
    assert again.returncode == 2
    assert "nothing is restored over another" in again.stderr


@pytest.mark.postgres
def test_a_missing_program_is_named(postgres_office: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> Path:
        raise backup.refused("program", name)

    monkeypatch.setattr(backup, "program", none)
    with pytest.raises(BadInputError, match="postgresql-client"):
        backup.back_up(tmp_path / "a.backup", from_url(postgres_office))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="check address"):
        backup.back_up(tmp_path / "a.backup", from_url("postgresql://u:p@127.0.0.1:1/none"))
