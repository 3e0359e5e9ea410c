"""How soon is an office back after its writer was killed, however long its log: the first deed, the first page?

A writer does one deed after the other and tells each that is acknowledged; in the midst of one it is killed (SIGKILL).
A new process then opens the same database, does a deed, signs a head, and looks whether anything acknowledged is gone.
Beside it `ecluse serve` is started and killed too; its first page is asked for until it comes.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZES = "1000,1000000,10000000"
RESTARTS, RESTART_SECONDS, ENTRY_BYTES, ROWS_AT_ONCE = 5, 2, 500, 10_000
DEEDS, LONGEST_SECONDS = 20, 60

START = """
import os, sys, time
began = time.monotonic()
sys.path[:0] = {path!r}
os.environ["ECLUSE_DATABASE"] = sys.argv[1]
import gc
gc.disable()
from carried import office_on, set_up
set_up()
gc.enable()
started = time.monotonic()
with office_on(sys.argv[1]):
    from faults.office_scenes import register, sign
    opened, number = time.monotonic(), int(sys.argv[2])
"""
FIRST_DEED = f"""{START}
    register(number)
    size, root = sign()
    print(started - began, opened - started, time.monotonic() - opened, size, time.process_time())
"""
WRITER = f"""{START}
    while True:
        register(number)
        print(number, flush=True)
        number += 1
"""


def restart(sizes: list[int], where: str | None, tell: Callable[[str], None]) -> Iterator[str]:
    """A killed writer, a new process on its office of so many entries: when is its first deed acknowledged?"""
    yield (
        "| entries | deeds acknowledged, lost | program started, s | database, s | deed, signed head, s | witness, s "
        "| in all, s | of the smallest | CPU in all, s | first page, s | met |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    smallest = 0.0
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="ecluse-restart-", dir=where))
        try:
            tell(f"restart: an office of {size:,} entries")
            url = office_of(folder, size)
            tell("restart: the writer is killed, and the office comes back")
            line, whole = comes_back(url, folder, size, smallest)
            smallest = smallest or whole
            yield line
        finally:
            shutil.rmtree(folder)
    yield from (
        "",
        f"The slowest of {RESTARTS}, on the clock, against {RESTART_SECONDS} s; load {os.getloadavg()[0]:.1f}.",
        *TOLD_OF_RESTARTS,
    )


TOLD_OF_RESTARTS = """\
Before each restart a writer did deeds and was killed in the midst of one. What is read at the start is the log's head
and the right edge of its tree, some log2(n) hashes, and what SQLite had not yet carried over from its journal: neither
grows with the log. A witness reads one row a log. *First page* is `ecluse serve`, killed and started again, until its
sign-in page is there, the slower of 2; registers are read and the API is made after that. Not a restart, and growing
with the log: `ecluse log write` and `ecluse log recover` hash all entries anew before anything is signed, and a mirror
those that it holds, at the speed of a replay (log.md).""".splitlines()


def comes_back(url: str, folder: Path, size: int, smallest: float) -> tuple[str, float]:
    """One line of the table, and its seconds in all."""
    runs, pages, told, lost, number = [], [], 0, 0, 1
    for _ in range(RESTARTS):
        last = killed_writer(url, number)
        told, kept = told + last - number + 1, stored(url)
        lost += last - number + 1 - len([one for one in kept if number <= one <= last])
        number = max(kept) + 1
        runs.append([*map(float, run(FIRST_DEED, url, number).stdout.split())])
        number += 1
    check(url, number, int(runs[-1][3]))
    for _ in range(2):
        pages.append(first_page(url))
    worst = [max(one[at] for one in runs) for at in (0, 1, 2)]
    witness = witness_of(folder, size)
    whole = max(sum(one[:3]) for one in runs)
    met = "yes" if max(whole, witness, *pages) <= RESTART_SECONDS and not lost else "no"
    ratio = f"{whole / smallest:.2f}" if smallest else "1"
    found = [f"{took:.3f}" for took in (*worst, witness, whole)]
    cpu = max(one[4] for one in runs)
    line = f"| {size:,} | {told}, {lost} | {' | '.join(found)} | {ratio} | {cpu:.3f} | {max(pages):.2f} | {met} |"
    return line, whole


def run(code: str, url: str, number: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", spelled(code), url, str(number)]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def spelled(code: str) -> str:
    return code.format(path=[str(ROOT / "tests"), str(ROOT)])


def killed_writer(url: str, first: int) -> int:
    """Which was the last deed that a writer told as acknowledged, before it was killed in the midst of the next?"""
    with subprocess.Popen(
        [sys.executable, "-c", spelled(WRITER), url, str(first)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(DEEDS)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().splitlines()]
    return said[-1]


def stored(url: str) -> list[int]:
    """Which deeds of writers are on record? Read beside the office, by SQLite alone."""
    with closing(sqlite3.connect(path_of(url))) as office:
        rows = office.execute("SELECT rid FROM office_record WHERE rid LIKE 'officer:fault-%'").fetchall()
    return sorted(int(row[0].rsplit("-", 1)[1]) for row in rows)


def check(url: str, number: int, size: int) -> None:
    """No index is missing at the end of the log, and the head is as long as the log: nothing forked."""
    from faults.office_scenes import LOG

    with closing(sqlite3.connect(path_of(url))) as office:
        head = office.execute("SELECT size FROM office_loghead WHERE log = ?", (LOG,)).fetchone()[0]
        count, last = office.execute(
            "SELECT count(*), max(log_index) FROM office_logentry WHERE log = ? AND log_index >= ?",
            (LOG, size - 3 * number),
        ).fetchone()
    assert (head, last) == (size, size - 1)
    assert count == min(size, 3 * number)


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def first_page(url: str) -> float:
    """In how many seconds is the first page of `ecluse serve` there? It is killed when it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "ecluse", "serve", "--db", url, "--port", str(port)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True, cwd=ROOT,
    ) as office:  # fmt: skip
        try:
            while not answers(f"http://127.0.0.1:{port}/sign-in/"):
                assert time.monotonic() - began < LONGEST_SECONDS, "no page came"
                time.sleep(0.01)
            return time.monotonic() - began
        finally:
            os.killpg(office.pid, signal.SIGKILL)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=LONGEST_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def office_of(folder: Path, size: int) -> str:
    """An office whose home log has this many entries; the first ones are its own."""
    from carried import office_on, settle_sqlite, sqlite_url
    from faults.office_scenes import LOG, found

    path = folder / "office.sqlite3"
    found(sqlite_url(path))
    settle_sqlite(path)
    with closing(sqlite3.connect(path)) as office:
        # Laid down in one piece and synced at the end: what is measured begins after.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
            office.execute(f"PRAGMA {pragma}")
        fill(office, LOG, size)
        office.execute("PRAGMA journal_mode = WAL")
    settle_sqlite(path)
    os.sync()
    with office_on(sqlite_url(path)):
        pass
    return sqlite_url(path)


def fill(office: Any, log: str, size: int) -> None:
    """So many entries of 500 bytes that differ, and the head that they give."""
    from ecluse.base.proof import Edge, leaf_hash

    first, edge_hex = office.execute("SELECT size, edge_hex FROM office_loghead WHERE log = ?", (log,)).fetchone()
    edge, names = Edge.from_hex(first, edge_hex), "id, log, log_index, body, leaf_hex"
    for start in range(first, size, ROWS_AT_ONCE):
        rows, leaves = [], []
        for at in range(start, min(size, start + ROWS_AT_ONCE)):
            body = b"%016d" % at + b"x" * (ENTRY_BYTES - 16)
            leaves.append(leaf_hash(body))
            rows.append((f"{log}/{at:08d}", log, at, body, leaves[-1].hex()))
        office.executemany(f"INSERT INTO office_logentry ({names}) VALUES (?, ?, ?, ?, ?)", rows)
        edge = edge.extend(leaves)
    office.execute("UPDATE office_loghead SET size = ?, edge_hex = ? WHERE log = ?", (size, edge.to_hex(), log))
    office.commit()


def witness_of(folder: Path, size: int) -> float:
    """In how many seconds does a witness that saw so many entries answer from a memory just opened?"""
    from faults.scenes import KEY, LOG, NAME, ORIGIN, WITNESS

    from ecluse.base.note import checkpoint_text, sign_note
    from ecluse.custody.log.witness import request_for
    from ecluse.edge.log.witness_memory import WitnessMemory
    from ecluse.edge.log.witness_serve import Witness

    WitnessMemory.make(folder / "w" / "memory.sqlite3").trust(KEY)
    body = bytes(request_for(0, (), sign_note(checkpoint_text(ORIGIN, size, b"\x05" * 32), ORIGIN, LOG)))
    began = time.monotonic()
    status, _, _ = Witness(NAME, [WITNESS], WitnessMemory(folder / "w" / "memory.sqlite3")).answer(body)
    assert status == 200
    return time.monotonic() - began
