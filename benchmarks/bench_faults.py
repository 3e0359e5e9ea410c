"""Which promise breaks when any system call of append, publish or witness fails, and how soon is an office back?

python benchmarks/bench_faults.py [--parts restart,seeds,grid] [--seeds 10000] [--scene NAME]

`grid`: each system call on the files of each scene of `tests/faults`, under each fault that can meet it. `seeds`: the
simulation of one log, five witnesses and three mirrors, so many seeds. `restart`: the first deed that a new process has
acknowledged, in an office with few and with a million entries. The tables go to benchmarks/results/faults.md; a part
that was not asked for stays as it was there. What failed is printed with the words that run it again. Status 1 then.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "faults.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
TOLD_EVERY_SECONDS, RESTARTS, RESTART_SECONDS, SHOWN = 10, 5, 2, 20
SIZES, ENTRY_BYTES, ROWS_AT_ONCE = (1_000, 1_000_000), 500, 10_000
HEADS = {"restart": "## Restart", "seeds": "## Simulation", "grid": "## System calls"}


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def paced(what: str) -> Callable[[int, int], None]:
    """Says now and then how far it is."""
    said = [time.monotonic()]

    def told(done: int, of: int) -> None:
        if time.monotonic() - said[0] >= TOLD_EVERY_SECONDS:
            said[0] = time.monotonic()
            tell(f"{what}: {done:,} of {of:,}")

    return told


# ------------------------------------------------------------------ the grid


def grid(names: list[str], failed: list[str]) -> Iterator[str]:
    """Every cell of every scene; what is known after each scene is written, so that a run that is stopped tells it."""
    from faults.grid import Grid

    folder = Path(tempfile.mkdtemp(prefix="ecluse-faults-"))
    try:
        began, whole = time.monotonic(), Grid(folder, names or None)
        rows: dict[str, list[dict[str, Any]]] = {}
        cells, told, done, lines = list(whole.cells()), paced("system calls"), 0, list[str]()
        for scene in whole.scenes:
            rows[scene] = []
            for cell in (cell for cell in cells if cell.scene == scene):
                row = whole.strike(cell)
                rows[scene].append(row)
                if row["broken"]:
                    failed.append(f"tests/faults/grid.py --cell '{row['cell']}': {row['broken']}")
                    tell(failed[-1])
                done += 1
                told(done, len(cells))
            lines = [f"{done:,} of {len(cells):,} faults, {time.monotonic() - began:,.0f} s.", ""]
            lines += [*tables({name: whole.calls[name] for name in rows}, rows), "", *TOLD_OF_THE_GRID]
            write(kept() | {"grid": lines})
        yield from lines
    finally:
        shutil.rmtree(folder)


def tables(calls: dict[str, list[Any]], rows: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """What came of the faults of each scene, and which system calls it makes."""
    yield "| scene | system calls | faults | answered | as if nothing | killed | started again | broken |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, found in rows.items():
        ends = Counter(row["end"] for row in found)
        yield (
            f"| {name} | {len(calls[name])} | {len(found):,} | {ends['answered']:,} | {ends['as if nothing']:,} "
            f"| {ends['killed']:,} | {count_of(found, 'stuck')} | {count_of(found, 'broken')} |"
        )
    yield from ("", "| system call | " + " | ".join(rows) + " |", "| --- |" + " --- |" * len(rows))
    counts = {name: Counter(call.name for call in made) for name, made in calls.items()}
    for call in sorted(set().union(*counts.values())):
        yield f"| {call} | " + " | ".join(str(counts[name][call] or "") for name in rows) + " |"


TOLD_OF_THE_GRID = """\
Faults: `EIO`; `ENOSPC` where a call may find no space; half a write, told so; half a write, then killed; killed before
the call; the power cut before it, when only what was synced remains, every other time with a part of the rest. After an
error and after half a write the disk is judged twice: as it stands, and after a power cut.
*As if nothing*: no step failed. *Started again*: later steps failed too, until the process was started anew: SQLite
that may not open its file for writing opens it for reading and stays so, and a lock not given back stays held.
Such a process says so at each write, and acknowledges nothing.""".splitlines()


def count_of(rows: list[dict[str, Any]], what: str) -> int:
    return sum(bool(row[what]) for row in rows)


# ------------------------------------------------------------------ the simulation


def seeds(count: int, failed: list[str]) -> Iterator[str]:
    """So many seeds of the simulated world."""
    from simulated_log import MIRRORS, WITNESSES, run

    began, cpu, told, seen = time.monotonic(), time.process_time(), paced("seeds"), Counter[str]()
    broken = []
    for seed in range(count):
        try:
            world = run(seed)
        except AssertionError as error:
            broken.append(seed)
            failed.append(f"seed {seed}: {error}")
            tell(failed[-1])
            continue
        seen["cheats"] += world.cheats
        seen["evidence"] += any(disk.forks for disk in world.disks)
        seen["steps"] += world.steps
        seen["cosignatures"] += sum(len(disk.signed) for disk in world.disks)
        told(seed, count)
    took, on_cpu = time.monotonic() - began, time.process_time() - cpu
    yield f"One log, {WITNESSES} witnesses, {MIRRORS} mirrors; seeds 0 to {count - 1:,}; every third log cheats."
    yield from ("", "| what | found |", "| --- | --- |", f"| seeds | {count:,} |")
    yield f"| seeds that break a promise | {', '.join(map(str, broken[:SHOWN])) or 'none'} |"
    for name in ("steps", "cosignatures", "cheats", "evidence"):
        yield f"| {NAMED[name]} | {seen[name]:,} |"
    yield f"| seconds a seed, CPU | {on_cpu / count:.4f} |"
    yield f"| seconds in all, CPU; wall | {on_cpu:,.0f}; {took:,.0f} |"


NAMED = {
    "steps": "steps, every promise checked after each", "cosignatures": "cosignatures given",
    "cheats": "logs that cheat", "evidence": "of them, proven by what a witness holds",
}  # fmt: skip


# ------------------------------------------------------------------ coming back

FIRST_DEED = """
import os, sys, time
began = time.monotonic()
sys.path[:0] = {path!r}
os.environ["ECLUSE_DATABASE"] = sys.argv[1]
from carried import office_on, set_up
set_up()
started = time.monotonic()
with office_on(sys.argv[1]):
    from faults.office_scenes import register, sign
    opened = time.monotonic()
    register(int(sys.argv[2]))
    size, root = sign()
    print(started - began, opened - started, time.monotonic() - opened, size, time.process_time())
"""


def restart() -> Iterator[str]:
    """A new process on an office with so many entries: when is its first deed acknowledged, its head signed?"""
    yield "| entries | program started, s | database, s | deed, signed head, s | witness, s | CPU in all, s | met |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for size in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="ecluse-restart-"))
        try:
            tell(f"restart: an office of {size:,} entries")
            url = office_of(folder, size)
            code = FIRST_DEED.format(path=[str(ROOT / "tests"), str(ROOT)])
            runs = []
            for at in range(RESTARTS):
                done = subprocess.run(
                    [sys.executable, "-c", code, url, str(at + 1)], capture_output=True, text=True, check=True
                )
                runs.append([*map(float, done.stdout.split())])
                assert runs[-1][3] == size + at + 1
            worst = [max(run[at] for run in runs) for at in (0, 1, 2, 4)]
            witness = witness_of(folder, size)
            met = "yes" if max(sum(worst[:3]), witness) <= RESTART_SECONDS else "no"
            found = [f"{took:.3f}" for took in (*worst[:3], witness, worst[3])]
            yield f"| {size:,} | {' | '.join(found)} | {met} |"
        finally:
            shutil.rmtree(folder)
    yield from (
        "",
        f"The slowest of {RESTARTS}, on the clock, against {RESTART_SECONDS} s; load {os.getloadavg()[0]:.1f}.",
        *TOLD_OF_RESTARTS,
    )


TOLD_OF_RESTARTS = """\
What is read at the start is the log's head and the right edge of its tree, some log2(n) hashes: it does not grow with
the log. A witness reads one row a log. Not a restart, and growing with the log: `ecluse log write` and
`ecluse log recover` hash all entries anew before anything is signed, and a mirror those that it holds, at the speed of
a replay (log.md).""".splitlines()


def office_of(folder: Path, size: int) -> str:
    """An office whose home log has this many entries; the first ones are its own."""
    from carried import office_on, settle_sqlite, sqlite_url
    from faults.office_scenes import LOG, found

    from ecluse.base.proof import Edge, leaf_hash

    path = folder / "office.sqlite3"
    found(sqlite_url(path))
    settle_sqlite(path)
    with closing(sqlite3.connect(path)) as office:
        first, edge_hex = office.execute("SELECT size, edge_hex FROM office_loghead WHERE log = ?", (LOG,)).fetchone()
        edge = Edge.from_hex(first, edge_hex)
        office.execute("PRAGMA synchronous=OFF")
        for start in range(first, size, ROWS_AT_ONCE):
            rows = []
            for at in range(start, min(size, start + ROWS_AT_ONCE)):
                body = b"%016d" % at + b"x" * (ENTRY_BYTES - 16)
                leaf = leaf_hash(body)
                edge = edge.append(leaf)
                rows.append((f"{LOG}/{at:08d}", LOG, at, body, leaf.hex()))
            names = "id, log, log_index, body, leaf_hex"
            office.executemany(f"INSERT INTO office_logentry ({names}) VALUES (?, ?, ?, ?, ?)", rows)
        office.execute("UPDATE office_loghead SET size = ?, edge_hex = ? WHERE log = ?", (size, edge.to_hex(), LOG))
        office.commit()
    settle_sqlite(path)
    with office_on(sqlite_url(path)):
        pass
    return sqlite_url(path)


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


# ------------------------------------------------------------------ all


def kept() -> dict[str, list[str]]:
    """What the file says of each part as it stands."""
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else ""
    found = {}
    for part, head in HEADS.items():
        if match := re.search(rf"(?ms)^{re.escape(head)}\n(.*?)(?=^## |\Z)", text):
            found[part] = match[1].strip().splitlines()
    return found


def write(found: dict[str, list[str]]) -> None:
    lines = ["# Faults", "", f"{os.cpu_count()} cores; `python benchmarks/bench_faults.py`.", ""]
    for part, head in HEADS.items():
        if part in found:
            lines += [head, "", *found[part], ""]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def main() -> int:
    from faults.tracer import RefusedError

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="restart,seeds,grid")
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--scene", action="append", default=[])
    asked, failed = parser.parse_args(), list[str]()
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "restart": restart,
        "seeds": lambda: seeds(asked.seeds, failed),
        "grid": lambda: grid(asked.scene, failed),
    }
    for part in asked.parts.split(","):
        try:
            lines = list(parts[part]())
        except RefusedError as error:
            tell(f"{part}: not run: {error}")
            continue
        print("\n".join(lines), flush=True)
        write(kept() | {part: lines})
    for line in failed:
        tell(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
