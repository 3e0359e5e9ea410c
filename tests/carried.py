"""Which offices do the year-long tests work on? Small worlds carried once, copied for whoever wants to spoil one."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SMALL = 50  # thousandths of the full world
SMALLEST = 20
SEED = 7
# Where this run of the tests keeps what is made once for all its workers; the folder goes with the run.
KEPT = "ECLUSE_TEST_KEPT"


def small_world(folder: Path, *, seed: int = SEED, size: int = SMALL, cheats: int = 1) -> Path:
    """Where does this generated world stand? Its answer key stands beside it."""
    from ecluse.edge.world.generate import generate

    world = folder / f"world-{seed}-{size}-{cheats}"
    generate(seed, size=size, cheats=cheats, out=world, answers=folder / f"{world.name}.answers.csv")
    return world


def planned_world(folder: Path, *, seed: int = SEED) -> Path:
    """The same with its plan solved beside the tables, so that the carried year commits to it and adopts it."""
    from ecluse.edge.plan import question_at, write_plan
    from ecluse.plan.paper import NoPlan, solve_question

    world = small_world(folder, seed=seed)
    found = solve_question(question_at(world))
    assert not isinstance(found, NoPlan), found
    write_plan(world / "plan.json", found)
    return world


@lru_cache(maxsize=1)
def set_up() -> None:
    """Django is told of the office, once a process; databases are named later."""
    os.environ.setdefault("ECLUSE_DATABASE", "sqlite:///:memory:")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.site.settings")
    import django

    django.setup()


@contextlib.contextmanager
def office_on(url: str) -> Iterator[None]:
    """Within this block the office's models speak to this database, its tables made."""
    set_up()
    from django.db import connections

    from ecluse.site.database import from_url

    _lay_tables(url)
    before = connections.settings
    connections.close_all()
    with contextlib.suppress(AttributeError):
        del connections["default"]
    connections.settings = connections.configure_settings({"default": from_url(url)})
    try:
        _migrate()
        yield
    finally:
        connections["default"].close()
        del connections["default"]
        connections.settings = before


def _lay_tables(url: str) -> None:
    """Where no SQLite file is yet, put one whose tables are made: migrating takes a second, once a run."""
    path = Path(url.removeprefix("sqlite:///"))
    if KEPT in os.environ and url.startswith("sqlite:////") and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        copy_sqlite(kept("tables", _make_tables) / "office.sqlite3", path)


def _make_tables(place: Path) -> None:
    path = place / "office.sqlite3"
    path.touch()
    with office_on(sqlite_url(path)):
        pass
    settle_sqlite(path)


def _migrate() -> None:
    """Make the tables, unless every migration of the office is on record: asking Django takes half a second."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    names = {path.stem for path in (ROOT / "ecluse" / "office" / "migrations").glob("[0-9]*.py")}
    if {("office", name) for name in names} - set(MigrationRecorder(connection).applied_migrations()):
        call_command("migrate", verbosity=0)


def carry_into(world: Path, url: str) -> None:
    """Carry this world's year into an empty database."""
    with office_on(url):
        from ecluse.edge.world.read import read_world
        from ecluse.office.carry.year import carry

        carry(read_world(world))


# ------------------------------------------------------------------ made once a run, copied by each


def kept(name: str, make: Callable[[Path], object]) -> Path:
    """In which folder does this lie, made once a run by whichever worker asks first? Nobody writes there."""
    folder = Path(os.environ[KEPT]) / name
    with (folder.with_name(f"{name}.lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_name(f"{name}.making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


def year_in(
    folder: Path, name: str = "office.sqlite3", *, seed: int = SEED, size: int = SMALL, cheats: int = 1
) -> tuple[Path, Path]:
    """A small world and the office that carried its year, each one's own in this folder; the carrying is done once."""

    def make(place: Path) -> None:
        _carry(small_world(place, seed=seed, size=size, cheats=cheats), place)

    return _copied(kept(f"year-{seed}-{size}-{cheats}", make), folder, name)


def planned_year_in(folder: Path, name: str = "office.sqlite3") -> tuple[Path, Path]:
    """The same of the world whose plan lies beside its tables."""
    return _copied(kept("planned", lambda place: _carry(planned_world(place), place)), folder, name)


def proven_year_in(folder: Path, name: str = "office.sqlite3") -> tuple[Path, Path]:
    """The smallest world's year whose closed envelope is proven, so that whoever publishes it proves nothing again."""

    def make(place: Path) -> None:
        _carry(small_world(place, size=SMALLEST, cheats=0), place)
        with office_on(sqlite_url(place / "office.sqlite3")):
            from ecluse.office.commands.envelope import proven

            proven()
        settle_sqlite(place / "office.sqlite3")

    return _copied(kept(f"proven-{SEED}-{SMALLEST}", make), folder, name)


def demonstration_in(path: Path) -> dict[str, Any]:
    """The office that the main job makes of the example, as a file of one's own; and what the command told."""
    place = kept("demonstration", _carry_example)
    copy_sqlite(place / "office.sqlite3", path)
    found: dict[str, Any] = json.loads((place / "told.json").read_text(encoding="utf-8"))
    return found


def _carry_example(place: Path) -> None:
    (place / "told.json").write_text(json.dumps(carry_example(place / "office.sqlite3")), encoding="utf-8")
    settle_sqlite(place / "office.sqlite3")


def carry_example(path: Path) -> dict[str, Any]:
    """Exit status, last line of standard output and everything told of `ecluse demo` on the example."""
    with python(
        "-m", "ecluse", "demo", "--world", ROOT / "examples" / "ua-2026", "--db", sqlite_url(path), ECLUSE_LANG="en"
    ) as command:
        said, told = command.communicate(timeout=900)
    return {"status": command.returncode, "line": (said.splitlines() or [""])[-1], "told": told}


def _carry(world: Path, place: Path) -> None:
    carry_into(world, sqlite_url(place / "office.sqlite3"))
    settle_sqlite(place / "office.sqlite3")


def _copied(place: Path, folder: Path, name: str) -> tuple[Path, Path]:
    for path in place.glob("world-*"):
        copy = shutil.copytree if path.is_dir() else shutil.copyfile
        copy(path, folder / path.name)
    copy_sqlite(place / "office.sqlite3", folder / name)
    return next(path for path in folder.glob("world-*") if path.is_dir()), folder / name


def sqlite_url(path: Path) -> str:
    """By which address does the office open this file?"""
    return f"sqlite:///{path}"


def copy_sqlite(template: Path, to: Path) -> str:
    """The same office in a file of its own; gives its address."""
    for suffix in ("-wal", "-shm"):
        to.with_name(to.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(template, to)
    return sqlite_url(to)


def settle_sqlite(path: Path) -> None:
    """Everything into the one file, so that it can be copied."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextlib.contextmanager
def copy_postgres(maintenance: str, template: str, name: str) -> Iterator[str]:
    """The same office in a database of its own on this server; gives its address."""
    import psycopg

    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        try:
            yield urlsplit(maintenance)._replace(path="/" + name).geturl()
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def python(*arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
    """A Python of its own, in the checkout, whose output is read line by line."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def log_root() -> str:
    """What is the tree root over all logs of this office by name, each with its size and root?"""
    from ecluse.base.canon import canonical
    from ecluse.base.proof import Edge, root_of
    from ecluse.office.models import LogHead

    heads: list[Any] = list(LogHead.objects.order_by("log"))
    leaves = [
        canonical({"log": h.log, "root": Edge.from_hex(h.size, h.edge_hex).root().hex(), "size": h.size}) for h in heads
    ]
    return root_of(sorted(leaves)).hex()


def close_month() -> date:
    """In the office that is open this month ends, or the next where this one did: only what came before is shown."""
    from ecluse.base.days import Month
    from ecluse.custody.log.outer import OuterPeriod
    from ecluse.office.actions.checkpoint import sign_heads
    from ecluse.office.desk.today import open_session, today

    session, month = open_session(), Month.of(today())
    closed = session.newest(f"outer:{month.year}", OuterPeriod)
    on = (month.next() if closed is not None and closed.on >= month.last_day() else month).last_day()
    sign_heads(session, on)
    return on
