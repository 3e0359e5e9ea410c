"""How fast do entries become durable: given as bytes, and as deeds of the office with all that a deed adds?

The append alone is `ecluse.office.models.log_tail.append`, by whose statements every deed's entries come: rows, the
tree's edge and the head in one transaction of `synchronous=FULL`. Beside it the fsyncs of the same run, and plain
sqlite3 that puts the same bytes into one table and one head; the three take turns, so that what else the machine does
meanwhile falls on all. A slow disk is a connection whose `commit` returns no sooner than 3.7 ms after it was called;
the syncs of SQLite's checkpoints stay as fast as the disk is.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

SYNC_SECONDS, AT_ONCE, BODY, TURNS = 3.0, 256, 500, 20
Kind = type[sqlite3.Connection]
Step = Callable[[int, list[bytes]], None]
SLOW_MS = 3.7  # an fsync on a disk without a write cache takes so long
LOG = "home/2026"
PLAIN = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE entry (id TEXT PRIMARY KEY, log TEXT NOT NULL, log_index INTEGER NOT NULL, body BLOB NOT NULL,
  leaf_hex TEXT NOT NULL, UNIQUE (log, log_index));
CREATE TABLE head (log TEXT PRIMARY KEY, size INTEGER NOT NULL, edge_hex TEXT NOT NULL);
"""


class Slow(sqlite3.Connection):
    """A connection to a disk whose fsync takes 3.7 ms."""

    def commit(self) -> None:
        """Make it last, and return no sooner than such a disk would."""
        until = time.perf_counter() + SLOW_MS / 1000
        super().commit()
        time.sleep(max(0.0, until - time.perf_counter()))


class Taken:
    """Seconds of each step, wall clock, and the CPU of all together."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu = 0.0

    def step(self, work: Callable[[], Any]) -> None:
        began, cpu = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - began)
        self.cpu += time.process_time() - cpu


def fsyncs(folder: Path, seconds: float = SYNC_SECONDS) -> float:
    """How many times a second does this disk make 4 KiB last?"""
    count, began = 0, time.perf_counter()
    with (folder / "fsync").open("wb") as file:
        while time.perf_counter() - began < seconds:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            count += 1
    return count / (time.perf_counter() - began)


def appends(deeds: int, folder: Path) -> Iterator[str]:
    """Entries given as bytes, then deeds, each beside its limits of the same run."""
    bound, singles, batches = 1000 / SLOW_MS, max(200, deeds), max(20, deeds // 10)
    yield "## Appending for good"
    yield ""
    yield "| what | a second | p50 ms | p99 ms | CPU µs each | of fsyncs a second | budget | met |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for each, times in ((1, singles), (AT_ONCE, batches)):
        rate, ours, beside = in_turns(folder, each, times)
        entries = "1 entry" if each == 1 else f"{each} entries"
        budget = min(0.8 * rate, 4_000) if each == 1 else min(100 * rate, 40_000)
        yield f"| fsync of 4 KiB in turn with the next two, f | {rate:,.0f} | | | | 1.0 | | |"
        yield row(f"plain sqlite3, {entries} a transaction", beside, each, rate)
        yield row(f"append, {entries} a transaction", ours, each, rate, budget)
    for each, times, budget in ((1, singles // 5, 0.8 * bound), (AT_ONCE, batches // 2, 100 * bound)):
        _, ours, beside = in_turns(folder, each, times, Slow)
        entries = "1 entry" if each == 1 else f"{each} entries"
        yield row(f"plain sqlite3, {entries}, commit {SLOW_MS} ms", beside, each, bound)
        yield row(f"append, {entries}, commit {SLOW_MS} ms", ours, each, bound, budget)
    rate = fsyncs(folder)
    yield f"| fsync of 4 KiB, f | {rate:,.0f} | | | | 1.0 | | |"
    yield row("one deed a transaction", alone(folder, deeds), 1, rate)
    yield row(f"{AT_ONCE} deeds a transaction, head signed", together(folder, batches // 2), AT_ONCE, rate)
    yield row(f"{AT_ONCE} records in one deed", at_once(folder, batches), AT_ONCE, rate)
    yield row(f"one deed a transaction, commit {SLOW_MS} ms", alone(folder, deeds // 5, Slow), 1, bound)
    yield ""
    yield (
        "The budget is the append's. A deed adds to it what only the office has: permission, the heads it read, "
        "sealing, salts, commitments, caches."
    )
    yield ""


def row(what: str, took: Taken, each: int, rate: float, budget: float = 0.0) -> str:
    """One line of the table."""
    found, ordered = each * len(took.wall) / sum(took.wall), sorted(took.wall)
    middle, late = statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000
    cpu = took.cpu / len(took.wall) / each * 1e6
    told = f"| {what} | {found:,.0f} | {middle:.2f} | {late:.2f} | {cpu:,.1f} | {found / rate:.2f} |"
    return f"{told} {budget:,.0f} | {'yes' if found >= budget else 'no'} |" if budget else f"{told} | |"


def bodies(first: int, count: int) -> list[bytes]:
    """So many entries of 500 bytes that differ."""
    return [b"%016d" % at + b"x" * (BODY - 16) for at in range(first, first + count)]


def in_turns(folder: Path, each: int, times: int, kind: Kind = sqlite3.Connection) -> tuple[float, Taken, Taken]:
    """Fsyncs a second, the office's append and plain sqlite3, in turns of a twentieth."""
    rates, ours, beside = list[float](), Taken(), Taken()
    with plain_step(folder, each, kind) as plain_one, given_step(folder, each, kind) as given_one:
        for at in range(times):
            if at % max(1, times // TURNS) == 0:
                rates.append(fsyncs(folder, SYNC_SECONDS / TURNS))
                for taken, step in ((beside, plain_one), (ours, given_one)):
                    for n in range(at, min(times, at + max(1, times // TURNS))):
                        now = bodies(n * each, each)
                        taken.step(lambda step=step, n=n, now=now: step(n * each, now))
    return statistics.mean(rates), ours, beside


def plain(folder: Path, each: int, times: int) -> Taken:
    """Plain sqlite3 alone."""
    taken = Taken()
    with plain_step(folder, each, sqlite3.Connection) as step:
        for n in range(times):
            now = bodies(n * each, each)
            taken.step(lambda n=n, now=now: step(n * each, now))
    return taken


@contextmanager
def plain_step(folder: Path, each: int, kind: Kind) -> Iterator[Step]:
    """The same bytes by sqlite3 alone: what is the most that this database gives?"""
    edge = "0" * 640
    with closing(
        sqlite3.connect(folder / f"plain-{each}-{kind.__name__}.sqlite3", factory=kind, isolation_level=None)
    ) as db:
        db.executescript(PLAIN)

        def step(at: int, given: list[bytes]) -> None:
            db.execute("BEGIN IMMEDIATE")
            rows = [(f"{LOG}/{n:08d}", LOG, n, body, "0" * 64) for n, body in enumerate(given, at)]
            db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("INSERT OR REPLACE INTO head VALUES (?, ?, ?)", (LOG, at + each, edge))
            db.commit()

        yield step


@contextmanager
def given_step(folder: Path, each: int, kind: Kind) -> Iterator[Step]:
    """Entries given as bytes, appended to a log of the office."""
    with office(folder, f"given-{each}", kind):
        from django.db import transaction

        from ecluse.office.models.log_tail import append

        def step(_: int, given: list[bytes]) -> None:
            with transaction.atomic():
                append(LOG, given)

        yield step


@contextmanager
def office(folder: Path, name: str, kind: Kind = sqlite3.Connection) -> Iterator[None]:
    """An empty office of its own, what it writes kept for good."""
    from carried import office_on, sqlite_url

    with office_on(sqlite_url(folder / f"{name}-{kind.__name__}.sqlite3")):
        from django.db import connection

        connection.close()
        connection.settings_dict["OPTIONS"]["factory"] = kind
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2, "synchronous is not FULL"
        yield


def alone(folder: Path, deeds: int, kind: Kind = sqlite3.Connection) -> Taken:
    """Each of these deeds, a transaction of its own each."""
    took = Taken()
    with office(folder, "alone", kind):
        from ecluse.office.desk.today import open_session

        for at in range(deeds):
            took.step(lambda at=at: register(open_session(), at))
    return took


def together(folder: Path, times: int) -> Taken:
    """Each transaction of 256 deeds with a signed head."""
    took = Taken()
    with office(folder, "together"):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from django.db import transaction

        from ecluse.base.source import ServiceSource
        from ecluse.office.actions.checkpoint import head_note
        from ecluse.office.actions.deed import flush
        from ecluse.office.desk.today import law
        from ecluse.office.session import Session

        session, key = Session(ServiceSource(), law(), exclusive=True), Ed25519PrivateKey.generate()

        def step(at: int) -> None:
            with transaction.atomic():
                for n in range(AT_ONCE):
                    register(session, at * AT_ONCE + n)
                log, (size, edge) = next(iter(session.logs.items()))
                head_note(log, size, edge.root(), key)
                flush(session)

        for at in range(times):
            took.step(lambda at=at: step(at))
    return took


def at_once(folder: Path, times: int) -> Taken:
    """Each deed of 256 records: as a manifest of so many units is taken in."""
    took = Taken()
    with office(folder, "at-once"):
        from datetime import date

        from ecluse.office.actions.deed import Deed
        from ecluse.office.desk.today import open_session
        from ecluse.office.registers import Officer

        on = date(2026, 1, 2)

        def step(at: int) -> None:
            subject = f"register:bench-{at}"
            with Deed(open_session(), "office.register", actor="clock:office", on=on, subject=subject) as deed:
                for n in range(AT_ONCE):
                    person = f"officer:bench-{at}-{n}"
                    deed.seal(Officer(person, "authority:bench", "planner", person, on, None))

        for at in range(times):
            took.step(lambda at=at: step(at))
    return took


def register(session: Any, at: int) -> None:
    """One deed: a record of the kind that the office writes, sealed, committed to, logged."""
    from datetime import date

    from ecluse.office.actions.deed import Deed
    from ecluse.office.registers import Officer

    person, on = f"officer:bench-{at}", date(2026, 1, 2)
    with Deed(session, "office.register", actor="clock:office", on=on, subject=f"register:{person}") as deed:
        deed.seal(Officer(person, "authority:bench", "planner", person, on, None), person)
