"""How fast are entries appended for good, and a log proven, verified and replayed, beside what bounds each of them?

python benchmarks/bench_log.py [--entries 10000000] [--parts append,log] [--deeds 2000]

Beside each figure stands its limit of the same run: fsyncs a second of this disk, SHA-256 in C (`openssl speed`), the
same folder replayed by Go's x/mod. Appends are deeds of the office on a database of its own: sealed record, salted
commitment, log entry, tree and heads in one transaction, `synchronous=FULL`; 256 at once with a signed checkpoint. The
log has entries of 500 bytes, the size of ours. Tables go to benchmarks/results/log.md. The folder of ten million
entries takes 5.4 GB under --folder, and goes at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "log.md"
FOREIGN = ROOT / "tests" / "foreign" / "check.go"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
ENTRY_BYTES, NODE_BYTES = 500, 65
SYNC_SECONDS, PROOFS, COLD_PROOFS, AT_ONCE = 3.0, 20_000, 500, 256
ORIGIN = "bench.example/log/2026"
SLOW_MS = 3.7  # an fsync on a disk without a write cache takes so long


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def fsyncs(folder: Path) -> float:
    """How many times a second does this disk make 4 KiB last?"""
    count, began = 0, time.perf_counter()
    with (folder / "fsync").open("wb") as file:
        while time.perf_counter() - began < SYNC_SECONDS:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            count += 1
    return count / (time.perf_counter() - began)


def in_c(size: int) -> float:
    """How many messages of this size does SHA-256 in C hash a second, on one core?"""
    told = subprocess.run(
        ["openssl", "speed", "-evp", "sha256", "-bytes", str(size), "-seconds", "2"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rate = re.search(r"(?im)^sha256\s+([0-9.]+)k", told)
    assert rate, told
    return float(rate[1]) * 1000 / size


# ------------------------------------------------------------------ appending


def appends(deeds: int) -> Iterator[str]:
    """Deeds of the office, one a transaction and 256 a transaction, beside the fsyncs of the same run."""
    folder = Path(tempfile.mkdtemp(prefix="ecluse-bench-"))
    try:
        yield "## Appending for good"
        yield ""
        yield "| what | a second | p50 ms | p99 ms | of fsyncs a second | budget | met |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        rate = fsyncs(folder)
        yield f"| fsync of 4 KiB | {rate:,.0f} | | | 1.0 | | |"
        single = alone(folder, deeds)
        yield appended("one deed a transaction", single, 1, min(0.8 * rate, 4_000), rate)
        many = together(folder, max(2, deeds * 10 // AT_ONCE))
        yield appended(f"{AT_ONCE} deeds a transaction, head signed", many, AT_ONCE, min(100 * rate, 40_000), rate)
        whole = at_once(folder, max(2, deeds * 10 // AT_ONCE))
        yield appended(f"{AT_ONCE} records in one deed", whole, AT_ONCE, min(100 * rate, 40_000), rate)
        slow = alone(folder, max(50, deeds // 10), sleep=SLOW_MS / 1000)
        bound = 1000 / SLOW_MS
        yield appended(f"one deed a transaction, each {SLOW_MS} ms later", slow, 1, 0.8 * bound, bound)
        yield ""
    finally:
        shutil.rmtree(folder)


def appended(what: str, took: list[float], each: int, budget: float, rate: float) -> str:
    found = each * len(took) / sum(took)
    ordered = sorted(took)
    middle, late = statistics.median(took) * 1000, ordered[int(len(ordered) * 0.99)] * 1000
    met = "yes" if found >= budget else "no"
    return f"| {what} | {found:,.0f} | {middle:.2f} | {late:.2f} | {found / rate:.2f} | {budget:,.0f} | {met} |"


def alone(folder: Path, deeds: int, sleep: float = 0.0) -> list[float]:
    """Seconds of each of these deeds, a transaction of its own each; `sleep` stands for a slower disk."""
    from carried import office_on, sqlite_url

    took = []
    with office_on(sqlite_url(folder / f"alone-{sleep}.sqlite3")):
        from ecluse.office.desk.today import open_session

        begin()
        for at in range(deeds):
            began = time.perf_counter()
            register(open_session(), at)
            if sleep:
                time.sleep(sleep)
            took.append(time.perf_counter() - began)
    return took


def together(folder: Path, times: int) -> list[float]:
    """Seconds of each transaction of 256 deeds with a signed head."""
    from carried import office_on, sqlite_url
    from django.db import transaction

    took = []
    with office_on(sqlite_url(folder / "together.sqlite3")):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from ecluse.base.source import ServiceSource
        from ecluse.office.actions.checkpoint import head_note
        from ecluse.office.actions.deed import flush
        from ecluse.office.desk.today import law
        from ecluse.office.session import Session

        begin()
        source = ServiceSource()
        key = Ed25519PrivateKey.generate()
        session = Session(source, law(), exclusive=True)
        for at in range(times):
            began = time.perf_counter()
            with transaction.atomic():
                for n in range(AT_ONCE):
                    register(session, at * AT_ONCE + n)
                log, (size, edge) = next(iter(session.logs.items()))
                head_note(log, size, edge.root(), key)
                flush(session)
            took.append(time.perf_counter() - began)
    return took


def at_once(folder: Path, times: int) -> list[float]:
    """Seconds of each deed of 256 records: as a manifest of so many units is taken in."""
    from datetime import date

    from carried import office_on, sqlite_url

    took, on = [], date(2026, 1, 2)
    with office_on(sqlite_url(folder / "at-once.sqlite3")):
        from ecluse.office.actions.deed import Deed
        from ecluse.office.desk.today import open_session
        from ecluse.office.registers import Officer

        begin()
        for at in range(times):
            began, subject = time.perf_counter(), f"register:bench-{at}"
            with Deed(open_session(), "office.register", actor="clock:office", on=on, subject=subject) as deed:
                for n in range(AT_ONCE):
                    person = f"officer:bench-{at}-{n}"
                    deed.seal(Officer(person, "authority:bench", "planner", person, on, None))
            took.append(time.perf_counter() - began)
    return took


def begin() -> None:
    """What SQLite keeps is kept for good."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2, "synchronous is not FULL"


def register(session: Any, at: int) -> None:
    """One deed: a record of the kind that the office writes, sealed, committed to, logged."""
    from datetime import date

    from ecluse.office.actions.deed import Deed
    from ecluse.office.registers import Officer

    person, on = f"officer:bench-{at}", date(2026, 1, 2)
    with Deed(session, "office.register", actor="clock:office", on=on, subject=f"register:{person}") as deed:
        deed.seal(Officer(person, "authority:bench", "planner", person, on, None), person)


# ------------------------------------------------------------------ a log of millions


def entries_of(first: int, last: int) -> list[bytes]:
    """Entries of 500 bytes that differ, made again whenever they are asked for."""
    fill = random.Random(1).randbytes(ENTRY_BYTES // 2 - 8).hex().encode()
    return [b"%016d" % at + fill[: ENTRY_BYTES - 16] for at in range(first, last)]


def log_of(size: int, folder: Path) -> Iterator[str]:
    """A log of this many entries written as tiles, replayed, proven, verified, and opened again."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ecluse.base.note import checkpoint_text, sign_note
    from ecluse.base.proof import Edge, Levels, leaf_hash, verify_inclusion
    from ecluse.custody.log.note_keys import public_key
    from ecluse.edge.log.folder import LogFolder
    from ecluse.edge.log.verify import verify_log

    leaf_c, node_c = in_c(ENTRY_BYTES + 1), in_c(NODE_BYTES)
    floor = 1 / (1 / leaf_c + 1 / node_c)
    yield f"## A log of {size:,} entries of {ENTRY_BYTES} bytes"
    yield ""
    yield f"SHA-256 in C, one core: {leaf_c:,.0f} leaves or {node_c:,.0f} nodes a second, {floor:,.0f} entries."
    yield ""
    yield "| what | found | limit of the same run | budget | met |"
    yield "| --- | --- | --- | --- | --- |"
    key = Ed25519PrivateKey.generate()
    log, tree = LogFolder(folder / "log"), Levels()

    def write() -> None:
        for first in range(0, size, 1 << 16):
            last = min(size, first + (1 << 16))
            for entry in entries_of(first, last):
                tree.append(leaf_hash(entry))
            log.grow(tree, last, entries_of)
        log.publish(sign_note(checkpoint_text(ORIGIN, size, tree.root(size)), ORIGIN, key))

    took, _ = seconds(write)
    yield row("written as tiles, each file synced and read back, entries a second", size / took, f"{floor:,.0f}")
    disk = sum(path.stat().st_size for path in (folder / "log").rglob("*") if path.is_file())
    yield row("bytes an entry on disk", disk / size, f"{ENTRY_BYTES + 2 + 32.1:,.1f}")
    scale = size / 10_000_000
    for processes in (1, 2):
        took, _ = seconds(lambda n=processes: verify_log(folder / "log", n))
        budget = 20 * scale if processes == 1 else 0.0
        yield row(f"replayed whole, {processes} process, s", took, f"{size / floor / processes:.1f}", budget)
    if program := go_program(folder):
        command = [*program, str(folder / "log"), str(public_key(ORIGIN, key, is_cosigner=False))]
        took, _ = seconds(lambda: subprocess.run(command, capture_output=True, check=True))
        yield row("replayed whole by Go x/mod, s", took, "")
    chance = random.Random(2)
    places = [chance.randrange(size) for _ in range(PROOFS)]
    for warm, read, count in (("tiles, cold", log.tree(size), COLD_PROOFS), ("in memory", tree, PROOFS)):
        took, proofs = seconds(lambda r=read, n=count: [r.inclusion_proof(at, size) for at in places[:n]])
        yield row(f"inclusion proofs a second, {warm}", count / took, "", 0.0 if "cold" in warm else -10_000)
    near = [at % (1 << 17) for at in places]
    tiles = log.tree(size)
    for at in near[:COLD_PROOFS]:
        tiles.inclusion_proof(at, size)
    took, _ = seconds(lambda: [tiles.inclusion_proof(at, size) for at in near])
    yield row("inclusion proofs a second, tiles, warm", PROOFS / took, "", -10_000)
    root = tree.root(size)
    leaves = [tree.leaf(at) for at in places]
    took, held = seconds(lambda: sum(
        verify_inclusion(leaf, at, size, proof, root) for leaf, at, proof in zip(leaves, places, proofs, strict=True)
    ))  # fmt: skip
    assert held == PROOFS
    yield row("proofs verified a second", PROOFS / took, f"{node_c / max(1, len(proofs[0])):,.0f}", -50_000)
    edge = Edge(size, tuple(tree.subtree(*span) for span in spans(size)))
    stored = edge.to_hex()

    def opened() -> Edge:
        again = LogFolder(folder / "log")
        head, kept = again.head(), Edge.from_hex(size, stored)
        assert head
        assert kept.root() == head.root == again.tree(size).root()
        return kept.append(leaf_hash(b"one more"))

    took, _ = seconds(opened)
    yield row("opened again, edge and tiles compared with the head, one entry appended, s", took, "", 2.0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield row("peak memory of this process, MB", peak, "")
    yield ""


def spans(size: int) -> Iterator[tuple[int, int]]:
    """Which full subtrees stand at the right edge of a tree of this size, the largest first?"""
    first = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield first, first + (1 << level)
            first += 1 << level


def row(what: str, found: float, limit: str, budget: float = 0.0) -> str:
    """One line; a budget below zero is at least so much, above zero at most."""
    shown = f"{found:,.0f}" if found >= 100 else f"{found:.3g}"
    if not budget:
        return f"| {what} | {shown} | {limit} | | |"
    met = found >= -budget if budget < 0 else found <= budget
    return (
        f"| {what} | {shown} | {limit} | {'≥' if budget < 0 else '≤'} {abs(budget):,.3g} | {'yes' if met else 'no'} |"
    )


def go_program(folder: Path) -> list[str]:
    """The foreign verifier, built from Debian's packages; nothing where they are absent."""
    if not shutil.which("go"):
        return []
    setting = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": str(folder / "cache")}
    built = subprocess.run(
        ["go", "build", "-o", str(folder / "check"), str(FOREIGN)],
        env={**os.environ, **setting}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [str(folder / "check")] if built.returncode == 0 else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--deeds", type=int, default=2_000)
    parser.add_argument("--parts", default="append,log")
    parser.add_argument("--folder", default=None, help="where the log lies while it is measured")
    asked = parser.parse_args()
    lines = ["# Logs", "", f"{os.cpu_count()} cores; wall clock; `python benchmarks/bench_log.py`.", ""]
    folder = Path(tempfile.mkdtemp(prefix="ecluse-bench-log-", dir=asked.folder))
    parts = {"append": lambda: appends(asked.deeds), "log": lambda: log_of(asked.entries, folder)}
    try:
        for name in asked.parts.split(","):
            for line in parts[name]():
                print(line, flush=True)
                lines.append(line)
    finally:
        shutil.rmtree(folder)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
