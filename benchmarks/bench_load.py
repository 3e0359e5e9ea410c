"""How does an office hold two million units that change hands ten million times: how fast loaded, traced, scanned?

python benchmarks/bench_load.py [--events 10000000] [--crate 50] [--signed] [--folder DIR] [--minutes 25]

The world is that of `load_world.py`: units marked one by one and handed over in crates. Every handover of a crate is a
sealed record with its salt, its commitment in the log, its tranche's head and its units moved, through the office's
bulk door (`load_bulk.py`), 256 to a deed, each deed a transaction of its own. That door asks no gate.
With `--signed` both sides sign each paper with keys that the office has on file, and a trace checks them; without it no
signature is made, kept or checked. Gaps and overlaps are planted, and the scan must find all and no others. A table is
added to benchmarks/results/load.md.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "load.md"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT), str(ROOT / "benchmarks")]
SEED, TRACED, TRACE_MS = 11, 1_000, 200
YEARLY = 50_000_000  # ten million units, five handovers each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--crate", type=int, default=50, help="units in a crate: one paper")
    parser.add_argument("--signed", action="store_true", help="both sides sign every paper")
    parser.add_argument("--folder", default=None, help="where the office lies while it is measured")
    parser.add_argument("--minutes", type=float, default=0, help="begin no order after so long, and go on with those")
    asked = parser.parse_args()
    if not RESULTS.exists():
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text("# An office under load\n", encoding="utf-8")
    folder = Path(tempfile.mkdtemp(prefix="ecluse-bench-load-", dir=asked.folder))
    try:
        for line in measured(asked, folder):
            print(line, flush=True)
            with RESULTS.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    finally:
        shutil.rmtree(folder)


def measured(asked: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Load, trace, scan; one table."""
    from carried import office_on, sqlite_url
    from load_world import AT_ONCE, STEPS, Load
    from log_appends import fsyncs, plain

    rate, alone = fsyncs(folder), plain(folder, AT_ONCE, 200)
    beside = AT_ONCE * len(alone.wall) / sum(alone.wall)
    with office_on(sqlite_url(folder / "office.sqlite3")):
        from django.db import connection
        from load_bulk import make_room

        make_room()
        load = Load(max(1, asked.events // STEPS // AT_ONCE // asked.crate), crate=asked.crate, signed=asked.signed)
        began, cpu = time.perf_counter(), time.process_time()
        for done in load.run(asked.minutes * 60):
            passed = time.perf_counter() - began
            print(f"{done:,} events, {passed:,.0f} s, {done / passed:,.0f}/s", file=sys.stderr, flush=True)
        took, spent = time.perf_counter() - began, time.process_time() - cpu
        yield ""
        told = f"{load.papers:,} papers {'signed by both' if asked.signed else 'unsigned'}"
        yield f"## {load.units:,} units, {load.events:,} events, {told}"
        yield ""
        yield f"{os.cpu_count()} cores shared with other work, load {os.getloadavg()[2]:.1f} over a quarter hour."
        yield f"Asked for: {asked.events:,} events, one each time a unit changes hands; {asked.crate} units in a crate"
        yield f"and so on a paper{stopped(asked, load)}."
        yield f"{AT_ONCE} papers to a deed, each deed a transaction, `synchronous=FULL`."
        yield "No gate was asked. " + (
            "Both sides signed each paper." if asked.signed else "No signature was made, kept or checked."
        )
        yield ""
        yield "| what | found |"
        yield "| --- | --- |"
        yield f"| fsyncs a second | {rate:,.0f} |"
        yield f"| rows a second of plain sqlite3, {AT_ONCE} a transaction | {beside:,.0f} |"
        yield f"| loaded: s wall, s CPU | {took:,.0f}, {spent:,.0f} |"
        rates = "; ".join(f"{count / took:,.0f}" for count in (load.events, load.papers, load.records))
        yield f"| events a second; papers; sealed records | {rates} |"
        yield f"| sealed records a second, of plain sqlite3's rows | {load.records / took / beside:.3f} |"
        yield f"| CPU µs a sealed record | {spent / load.records * 1e6:,.0f} |"
        yield f"| events a second over the last tenth | {load.last_tenth():,.0f} |"
        yield f"| peak memory while loading, MB | {peak():,.0f} |"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        disk = (folder / "office.sqlite3").stat().st_size
        yield f"| disk, GB; bytes a paper | {disk / 1e9:.2f}; {disk / load.papers:,.0f} |"
        yield from traced(load)
        yield from scanned(load, folder)
        yield f"| peak memory in all, MB | {peak():,.0f} |"
        events = YEARLY / 365
        yield (
            f"| 10 million units a year, each handed over {STEPS} times, {events:,.0f} events a day, at the rate of the"
            f" last tenth: s a day | {events / load.last_tenth():,.1f} |"
        )


def stopped(asked: argparse.Namespace, load: object) -> str:
    """Was it stopped by the clock?"""
    return f"; no order begun after {asked.minutes:g} min" if getattr(load, "is_stopped", False) else ""


def peak() -> float:
    """How much memory had this process at most, in MB?"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def traced(load: object) -> Iterator[str]:
    """One serial after the other, anywhere among those loaded."""
    from load_world import Load

    from ecluse.office.trace.unit import trace_unit

    assert isinstance(load, Load)
    chance, took, cpu = random.Random(SEED), list[float](), list[float]()
    serials = [load.serial(chance.randrange(load.units)) for _ in range(TRACED)]
    began = time.perf_counter()
    trace_unit(serials[0])
    first = time.perf_counter() - began
    for serial in serials:
        began, spent = time.perf_counter(), time.process_time()
        found = trace_unit(serial)
        took.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
        assert found["known"], found
        assert sum(event["kind"] == "handed_over" for event in found["events"]) == 5, found
    took.sort()
    cpu.sort()
    late = took[int(len(took) * 0.99)] * 1000
    yield f"| the first trace of a process, s | {first:.2f} |"
    yield (
        f"| trace of one serial, {TRACED:,} at random: p50, p99, most, ms"
        f" | {statistics.median(took) * 1000:.1f}, {late:.1f}, {took[-1] * 1000:.1f} |"
    )
    yield f"| the same, CPU: p50, p99, ms | {statistics.median(cpu) * 1000:.1f}, {cpu[int(TRACED * 0.99)] * 1000:.1f} |"
    yield f"| p99 ≤ {TRACE_MS} ms | {'yes' if late <= TRACE_MS else 'no'} |"


def scanned(load: object, folder: Path) -> Iterator[str]:
    """Gaps and overlaps over everything, held against those planted."""
    from load_world import Load

    from ecluse.office.trace.breaks import breaks_on_record

    assert isinstance(load, Load)
    free = shutil.disk_usage(folder).free
    least, seen = [free], 0

    def tell(_: int) -> None:
        nonlocal seen
        seen += 1
        if seen % 50 == 0:
            least[0] = min(least[0], shutil.disk_usage(folder).free)

    began, cpu = time.perf_counter(), time.process_time()
    found = {(one.manifest, one.kind.value) for one in breaks_on_record(folder, tell)}
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    missed, false = load.planted - found, found - load.planted
    yield f"| gaps and overlaps over all: s wall, s CPU | {took:,.1f}, {spent:,.1f} |"
    yield f"| papers scanned a second | {load.papers / took:,.0f} |"
    yield f"| planted, missed, found that were not planted | {len(load.planted)}, {len(missed)}, {len(false)} |"
    yield f"| scratch on disk, GB (by what was free meanwhile) | {(free - least[0]) / 1e9:.2f} |"


if __name__ == "__main__":
    main()
