"""What do proofs in the closed envelope cost, beside the raw multiplications of the group in the same run?

python benchmarks/bench_envelope.py [--proofs 1024] [--db sqlite:////path/to/a/copy.sqlite3]

CPU milliseconds of one core. Every row is what was run, at the size it names; nothing is extrapolated. The table goes
to benchmarks/results/envelope.md.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "envelope.md"
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bucket_sum import add_ready, coordinates, point_of  # noqa: E402
from envelope_year import year  # noqa: E402
from nacl import bindings  # noqa: E402

from ecluse.base import curve  # noqa: E402
from ecluse.base.commitments import Opening, commit  # noqa: E402
from ecluse.base.envelope import Form, equations, prove, verify, verify_all  # noqa: E402
from ecluse.base.group import BASE, ORDER, SECOND, Point, decode, mul, sum_of  # noqa: E402
from ecluse.base.statement import InRange, Statement, Sum  # noqa: E402

CHANCE = random.Random(1)


def cpu(work: Callable[[], Any], times: int = 1) -> float:
    """How many CPU milliseconds does this take, each time?"""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) * 1000 / times


def figures_in_range(bits: int, values: int, index: int) -> tuple[Statement, dict[str, Opening]]:
    openings = {f"v{at}": Opening(CHANCE.randrange(2**bits), CHANCE.randrange(ORDER)) for at in range(values)}
    return Statement(
        "in range", "bench", "home/2026", index, tuple((name, commit(one)) for name, one in openings.items()),
        in_range=tuple(InRange(Sum(((name, 1),)), bits) for name in openings),
    ), openings  # fmt: skip


def relation(index: int) -> tuple[Statement, dict[str, Opening]]:
    left, right = CHANCE.randrange(2**40), CHANCE.randrange(2**40)
    openings = {
        name: Opening(value, CHANCE.randrange(ORDER))
        for name, value in (("due", left + right), ("paid", left), ("overdue", right))
    }
    points = tuple((name, commit(one)) for name, one in openings.items())
    return Statement(
        "due = paid + overdue", "bench", "home/2026", index, points,
        zero=(Sum((("due", 1), ("paid", -1), ("overdue", -1))),),
    ), openings  # fmt: skip


def primitives() -> tuple[list[str], float]:
    point, other = mul(CHANCE.randrange(ORDER), BASE), mul(CHANCE.randrange(ORDER), BASE)
    added = bindings.crypto_core_ed25519_add
    scalar, ready = CHANCE.randrange(ORDER), coordinates([other.raw])[0]
    start = curve.extended(curve.x_of(*curve.y_and_sign(point.raw)) or 0, curve.y_and_sign(point.raw)[0])
    multiplication = cpu(lambda: mul(scalar, point), 2000)
    rows = [
        ("libsodium: multiple of a point", multiplication),
        ("libsodium: multiple of the base point", cpu(lambda: mul(scalar, BASE), 2000)),
        ("libsodium: addition of encoded points", cpu(lambda: added(point.raw, other.raw), 5000)),
        ("libsodium: check of a point on entry", cpu(lambda: decode(point.raw), 2000)),
        ("whole numbers: addition, coordinates kept", cpu(lambda: add_ready(start, ready), 20_000)),
        ("whole numbers: x of a point by a square root", cpu(lambda: curve.x_of(*curve.y_and_sign(point.raw)), 1000)),
        ("whole numbers: x by an addition and a shared inversion", per_point(500)),
    ]  # fmt: skip
    return [f"| {name} | {took * 1000:,.1f} | {took / multiplication:.2f} |" for name, took in rows], multiplication


def per_point(count: int) -> float:
    raws = [point.raw for point in chain(count)]
    return cpu(lambda: coordinates(raws)) / count


def chain(count: int) -> list[Point]:
    return [mul(CHANCE.randrange(1, ORDER), BASE) for _ in range(count)]


def sums() -> list[str]:
    """What costs a term of a sum of multiples, singly in libsodium and by buckets?"""
    rows = []
    for count in (10, 100, 300, 1000, 3000, 10_000):
        terms = [(CHANCE.randrange(ORDER), point) for point in chain(count)]
        assert count > 1000 or point_of(terms) == sum_of(terms)
        short = [(scalar >> 125, point) for scalar, point in terms]
        singly = cpu(lambda terms=terms: sum_of(terms)) / count if count <= 3000 else None
        buckets = cpu(lambda terms=terms: point_of(terms)) / count
        weighed = cpu(lambda short=short: point_of(short)) / count
        said = f"{singly * 1000:,.0f}" if singly else "not run"
        rows.append(f"| {count:,} | {said} | {buckets * 1000:,.0f} | {weighed * 1000:,.0f} |")
    return rows


def proofs(multiplication: float) -> list[str]:
    """What costs a proof, made, verified alone, and verified among 128?"""
    rows = []
    shapes: list[tuple[str, Form, int, int]] = [
        (f"{bits} bits, {'bit by bit' if form is Form.BITS else 'vectors'}, {values} at once", form, bits, values)
        for form, bits, values in (
            (Form.BITS, 24, 1), (Form.BITS, 48, 1), (Form.VECTORS, 14, 1), (Form.VECTORS, 24, 1),
            (Form.VECTORS, 48, 1), (Form.VECTORS, 24, 12), (Form.VECTORS, 48, 12),
        )
    ]  # fmt: skip
    for name, form, bits, values in shapes:
        made = [figures_in_range(bits, values, index) for index in range(128 // values)]
        rows.append(proof_row(name, made, form, values, multiplication))
    rows.append(
        proof_row("linear relation", [relation(index) for index in range(128)], Form.VECTORS, 1, multiplication)
    )
    return rows


def proof_row(
    name: str, made: list[tuple[Statement, dict[str, Opening]]], form: Form, values: int, multiplication: float
) -> str:
    pairs: list[tuple[Statement, bytes]] = []

    def make() -> None:
        for statement, openings in made:
            fresh = hashlib.sha256(statement.index.to_bytes(8, "big")).digest()
            pairs.append((statement, prove(statement, openings, fresh, form)))

    proving = cpu(make) / len(made) / values
    alone = cpu(lambda: verify(*pairs[0]), 3) / values
    among = cpu(lambda: verify_all(pairs)) / len(pairs) / values
    points = sum(len(one) for _, one in equations(*pairs[0])) / values
    return (
        f"| {name} | {proving:.2f} | {proving / multiplication:,.0f} | {alone:.2f} | {among:.2f} | "
        f"{among / multiplication:,.1f} | {points:,.0f} | {len(pairs[0][1]) / values:,.0f} |"
    )


def whole(count: int) -> list[str]:
    """What cost so many proofs of 48 bits, from the first made to the last verified?"""
    made = [figures_in_range(48, 1, index) for index in range(count)]
    pairs: list[tuple[Statement, bytes]] = []
    proving = cpu(lambda: pairs.extend((s, prove(s, o, s.index.to_bytes(32, "big"))) for s, o in made))
    verifying = cpu(lambda: verify_all(pairs))
    size = sum(len(proof) for _, proof in pairs)
    return [f"| {count:,} | {proving / 1000:.1f} | {verifying / 1000:.1f} | {size / 1e6:.1f} |"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proofs", type=int, default=1024)
    parser.add_argument("--db", default="", help="a carried year's database, a copy: its missing proofs are made in it")
    asked = parser.parse_args()
    count = asked.proofs
    assert mul(2, SECOND) == sum_of([(1, SECOND), (1, SECOND)])
    commit(Opening(1, 1))
    basic, multiplication = primitives()
    lines = [
        "# The closed envelope", "",
        "CPU time of one core of 2, shared with other work; `python benchmarks/bench_envelope.py`.", "",
        "## The group", "", "| what | µs | multiples |", "| --- | --- | --- |", *basic, "",
        "## A term of a sum of multiples, µs", "",
        "| terms | singly in libsodium | by buckets | by buckets, scalars of 128 bits |",
        "| --- | --- | --- | --- |", *sums(), "",
        "## A figure in its range", "",
        "For one figure. Terms: multiples of points in its equations, what verifying would cost singly.", "",
        "| proof | make ms | in multiples | verify alone ms | among about 128, ms | in multiples | terms | bytes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |", *proofs(multiplication), "",
        "## Many", "", "| proofs of 48 bits | made, s | verified at once, s | MB |", "| --- | --- | --- | --- |",
        *whole(count), "", "## Certificates, titles, a year", "", *year(asked.db, multiplication),
    ]  # fmt: skip
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
