"""How fast are entries appended for good, and a log proven, verified and replayed, beside what bounds each of them?

python benchmarks/bench_log.py [--entries 10000000] [--parts append,log] [--deeds 2000]

Beside each figure stands its limit of the same run: fsyncs a second of this disk, SHA-256 in C (`openssl speed`), the
same folder replayed by Go's x/mod, and for appends plain sqlite3 with the same bytes (`log_appends.py`). The log has
entries of 500 bytes, the size of ours. Tables go to benchmarks/results/log.md. The folder of ten million entries takes
5.4 GB under --folder, and goes at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import shutil
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
sys.path[:0] = [str(ROOT / "tests"), str(ROOT), str(ROOT / "benchmarks")]
ENTRY_BYTES, NODE_BYTES = 500, 65
PROOFS, COLD_PROOFS = 20_000, 500
ORIGIN = "bench.example/log/2026"


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def in_c(size: int) -> float:
    """How many messages of this size does SHA-256 in C hash a second, on one core?"""
    told = subprocess.run(
        ["openssl", "speed", "-evp", "sha256", "-bytes", str(size), "-seconds", "2"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rate = re.search(r"(?im)^sha256\s+([0-9.]+)k", told)
    assert rate, told
    return float(rate[1]) * 1000 / size


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
            log.publish(sign_note(checkpoint_text(ORIGIN, last, tree.root(last)), ORIGIN, key))

    cpu = time.process_time()
    took, _ = seconds(write)
    yield row("written as tiles, each file synced and read back, entries a second", size / took, f"{floor:,.0f}")
    yield row("the same, of a second of CPU", size / (time.process_time() - cpu), "")
    disk = sum(path.stat().st_size for path in (folder / "log").rglob("*") if path.is_file())
    yield row("bytes an entry on disk", disk / size, f"{ENTRY_BYTES + 2 + 32.1:,.1f}")
    scale = size / 10_000_000
    for processes in (1, 2):
        cpu = time.process_time()
        took, _ = seconds(lambda n=processes: verify_log(folder / "log", n))
        budget = 20 * scale if processes == 1 else 0.0
        yield row(f"replayed whole, {processes} process, s", took, f"{size / floor / processes:.1f}", budget)
        if processes == 1:
            yield row("the same, CPU seconds", time.process_time() - cpu, "")
    if program := go_program(folder):
        command = [*program, str(folder / "log"), str(public_key(ORIGIN, key, is_cosigner=False))]
        took, _ = seconds(lambda: subprocess.run(command, capture_output=True, check=True))
        yield row("replayed whole by Go x/mod, s", took, "")
    chance = random.Random(2)
    places = [chance.randrange(size) for _ in range(PROOFS)]
    for warm, read, count in (
        ("tiles, cold, each in a tile of its own", log.tree(size), COLD_PROOFS),
        ("in memory", tree, PROOFS),
    ):
        took, proofs = seconds(lambda r=read, n=count: [r.inclusion_proof(at, size) for at in places[:n]])
        yield row(f"inclusion proofs a second, {warm}", count / took, "", -10_000)
    sorted_places, whole = sorted(places), log.tree(size)
    took, _ = seconds(lambda: [whole.inclusion_proof(at, size) for at in sorted_places])
    yield row(f"inclusion proofs a second, tiles, cold, {PROOFS:,} in the log's order", PROOFS / took, "", -10_000)
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
    from log_appends import appends

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--deeds", type=int, default=2_000)
    parser.add_argument("--parts", default="append,log")
    parser.add_argument("--folder", default=None, help="where the log lies while it is measured")
    asked = parser.parse_args()
    lines = [
        "# Logs",
        "",
        f"{os.cpu_count()} cores, wall clock, `python benchmarks/bench_log.py`. Load before: {os.getloadavg()[1]:.1f}.",
        "",
    ]
    folder = Path(tempfile.mkdtemp(prefix="ecluse-bench-log-", dir=asked.folder))
    parts = {"append": lambda: appends(asked.deeds, folder), "log": lambda: log_of(asked.entries, folder)}
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
