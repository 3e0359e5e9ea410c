"""Which promise breaks when any system call of append, publish or witness fails, and how soon is an office back?

python benchmarks/bench_faults.py [--parts restart,seeds,grid] [--seeds 10000] [--scene NAME] [--sizes 1000,1000000]

`grid`: each system call on the files of each scene of `tests/faults`, under each fault that can meet it. `seeds`: the
simulation of one log, five witnesses and three mirrors, so many seeds. `restart` (`restart.py`): the first deed that a
new process has acknowledged after a writer was killed, in offices with few, with a million and with ten million entries
(--sizes); the largest takes 9 GB under --folder while it is measured. The tables go to benchmarks/results/faults.md; a
part that was not asked for stays as it was there. What failed is printed with the words that run it again. Status 1
then.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "faults.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT), str(ROOT / "benchmarks")]
TOLD_EVERY_SECONDS, SHOWN = 10, 20
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
    from restart import SIZES, restart

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="restart,seeds,grid")
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--scene", action="append", default=[])
    parser.add_argument("--sizes", default=SIZES, help="entries of the offices that come back")
    parser.add_argument("--folder", default=None, help="where those offices lie while they are measured")
    asked, failed = parser.parse_args(), list[str]()
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "restart": lambda: restart([int(size) for size in asked.sizes.split(",")], asked.folder, tell),
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
