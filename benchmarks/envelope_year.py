"""What do the statements of a carried year cost, kind by kind, and the year as a whole?

Called by bench_envelope.py. Without a database a small world is made and carried in a folder of its own; its proofs are
then all made and all verified here. With one (`--db`, a copy) proofs that it keeps are not made again, but up to
SAMPLE of each kind are, to be timed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ecluse.base.commitments import Opening
from ecluse.base.envelope import equations, prove, verify_all
from ecluse.base.statement import Statement

ROOT = Path(__file__).resolve().parent.parent
SAMPLE, TERMS_SAMPLE, SEED, SIZE = 40, 500, 7, 50
Task = tuple[Statement, Mapping[str, Opening]]
# By the first words of a statement's name.
KINDS = (
    ("certificate ", "certificate: rule and look-ahead"), ("licence ", "licence"), ("draw ", "step of a draw"),
    ("contribution of ", "title: price, due, paid, owed"), ("allocations of ", "tranche: paid, set aside"),
    ("allocation ", "allocation: what is drawn on it"), ("purchase ", "purchase"), ("fund ", "month of the fund"),
    ("totals ", "totals of a currency"), ("", "owner's figures in range"),
)  # fmt: skip


def year(db: str, multiplication: float) -> list[str]:
    """Which rows tell what a year costs? The database that is named, or a small world's."""
    with carried(db) as (said, url):
        return [said, "", *measured(url, multiplication)]


@contextmanager
def carried(db: str) -> Iterator[tuple[str, str]]:
    """Which year is it, and in which database?"""
    if db:
        yield "The year in the database that was named.", db
        return
    with tempfile.TemporaryDirectory(prefix="ecluse-bench-") as folder:
        world, url = f"{folder}/world", f"sqlite:///{folder}/office.sqlite3"
        said = f"The year of a generated world, `ecluse world generate --seed {SEED} --size {SIZE}`, carried for this."
        command("world", "generate", "--seed", str(SEED), "--size", str(SIZE), "--out", world)
        command("demo", "--world", world, "--db", url)
        yield said, url


def command(*arguments: str) -> None:
    """Run a command of ours to its end."""
    subprocess.run([sys.executable, "-m", "ecluse", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def measured(url: str, multiplication: float) -> list[str]:
    """What costs each kind of statement, made one by one on one core and verified among its like?"""
    from ecluse.office.commands.year import open_office

    open_office(url)
    from ecluse.edge.law import newest_law
    from ecluse.office.actions.envelope_proofs import prove_missing, statement_digest
    from ecluse.office.models import EnvelopeProof
    from ecluse.office.publish.envelope_work import work_of
    from ecluse.office.publish.folder import source_of
    from ecluse.office.publish.hearings import heard
    from ecluse.office.publish.proceeds import money_told
    from ecluse.office.publish.reading import Reading

    reading = Reading(newest_law())
    began = cpu()
    tasks: list[Task] = work_of(reading, money_told(reading, heard(reading))).tasks
    building = cpu() - began
    began = cpu()
    made = prove_missing(tasks, source_of(reading))
    making = cpu() - began
    kept = dict(EnvelopeProof.objects.values_list("statement_digest", "proof"))
    proven = [(one, bytes(kept[statement_digest(one)])) for one, _ in tasks]
    began = cpu()
    verify_all(proven)
    verifying = cpu() - began
    rows = [row(name, part, dict(proven_by_name(proven)), multiplication) for name, part in by_kind(tasks)]
    bits = sum(claim.bits for one, _ in tasks for claim in one.in_range)
    ranges = sum(len(one.in_range) for one, _ in tasks)
    size = sum(len(proof) for _, proof in proven) / 1e6
    sample = proven[:: max(1, len(proven) // TERMS_SAMPLE)]
    terms = sum(len(equation) for pair in sample for _, equation in equations(*pair)) / len(sample)
    return [
        "| statement | of these | ranges | bits | make ms | in multiples | verify ms | in multiples | bytes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |", *rows, "",
        "The whole year. Terms are multiples of points in the equations of a statement, on average; taken singly, they",
        "would cost so many milliseconds.", "",
        "| statements | ranges | bits | gathered, s | made now | in CPU s | verified, CPU s | MB | terms | singly ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        f"| {len(tasks):,} | {ranges:,} | {bits:,} | {building:.1f} | {made:,} | {making:.1f} | {verifying:.1f} | "
        f"{size:.1f} | {terms:.0f} | {terms * multiplication:.0f} |",
    ]  # fmt: skip


def proven_by_name(proven: list[tuple[Statement, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Which proof has each statement, by the digest of what it says?"""
    return ((f"{one.name} {one.log} {one.index}", proof) for one, proof in proven)


def by_kind(tasks: list[Task]) -> Iterator[tuple[str, list[Task]]]:
    """Which statements are of which kind?"""
    found: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        found[next(told for begin, told in KINDS if task[0].name.startswith(begin))].append(task)
    return ((told, found[told]) for _, told in KINDS if found[told])


def row(told: str, tasks: list[Task], proofs: Mapping[str, bytes], multiplication: float) -> str:
    """What costs one statement of a kind?"""
    sample = tasks[:: max(1, len(tasks) // SAMPLE)][:SAMPLE]
    began = cpu()
    for number, (one, openings) in enumerate(sample):
        prove(one, openings, number.to_bytes(32, "big"))
    making = (cpu() - began) * 1000 / len(sample)
    pairs = [(one, proofs[f"{one.name} {one.log} {one.index}"]) for one, _ in tasks]
    began = cpu()
    verify_all(pairs)
    verifying = (cpu() - began) * 1000 / len(pairs)
    ranges = sum(len(one.in_range) for one, _ in tasks) / len(tasks)
    bits = sum(claim.bits for one, _ in tasks for claim in one.in_range) / len(tasks)
    size = sum(len(proof) for _, proof in pairs) / len(pairs)
    return (
        f"| {told} | {len(tasks):,} | {ranges:.1f} | {bits:.0f} | {making:.1f} | {making / multiplication:,.0f} | "
        f"{verifying:.2f} | {verifying / multiplication:,.1f} | {size:,.0f} |"
    )


def cpu() -> float:
    """How many CPU seconds did this program and what it started take so far?"""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
