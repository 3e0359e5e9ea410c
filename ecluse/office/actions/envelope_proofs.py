"""Which proofs of the closed envelope are not made yet? Makes them on every core, and keeps each as it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from django.db import transaction

from ecluse.base.canon import digest
from ecluse.base.commitments import Opening
from ecluse.base.source import Source
from ecluse.base.statement import Statement, spelled
from ecluse.edge.prove_many import Task, prove_many
from ecluse.office.models import EnvelopeProof
from ecluse.office.models.rows import insert

# So many are made, and kept, before anybody is told: what is stopped goes on from there.
AT_ONCE = 200
ASKED_AT_ONCE = 500
Progress = Callable[[int, int], None]
Wanted = Sequence[tuple[Statement, Mapping[str, Opening]]]


def prove_missing(
    wanted: Wanted, source: Source, progress: Progress = lambda done, all_: None, processes: int = 0
) -> int:
    """How many proofs were made now? One that is kept is not made again; what is not true is left out.

    `progress` is told how many of those that were missing are done, and how many there are. `processes` work at once,
    one a core for 0.
    """
    by_digest = {statement_digest(statement): (statement, openings) for statement, openings in wanted}
    missing = sorted(by_digest.keys() - kept_of(by_digest))
    tasks = [Task(*by_digest[name], source.salt(f"envelope-proof:{name}", "fresh")) for name in missing]
    rows, made, done = _rows(missing, prove_many(tasks, processes), tasks), 0, 0
    while part := list(islice(rows, AT_ONCE)):
        shown = [row for row in part if row is not None]
        with transaction.atomic():
            again = kept_of(row[0] for row in shown)
            insert(EnvelopeProof, [row for row in shown if row[0] not in again])
        made, done = made + len(shown), done + len(part)
        progress(done, len(tasks))
    return made


def statement_digest(statement: Statement) -> str:
    """Under which digest is a statement's proof kept?"""
    return digest(spelled(statement))


def kept_of(names: Iterable[str]) -> set[str]:
    """Of which of these statements is a proof kept?"""
    found, asked = set(), iter(names)
    while part := list(islice(asked, ASKED_AT_ONCE)):
        rows = EnvelopeProof.objects.filter(statement_digest__in=part)
        found |= set(rows.values_list("statement_digest", flat=True))
    return found


def _rows(
    names: Sequence[str], proofs: Iterable[bytes | None], tasks: Sequence[Task]
) -> Iterator[tuple[str, bytes, bytes] | None]:
    """A row of the table for each statement that is true: its columns in their order."""
    for name, task, proof in zip(names, tasks, proofs, strict=True):
        yield (name, spelled(task.statement), proof) if proof is not None else None
