"""How are thousands of statements proven, on every core? In processes that know neither office nor log."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from ecluse.base.commitments import Opening
from ecluse.base.envelope import prove
from ecluse.base.statement import Statement

# A process is not started for less, and takes so many at once.
FEW, AT_ONCE = 32, 8


@dataclass(frozen=True, slots=True)
class Task:
    """One statement to be shown, what opens its commitments, and fresh bytes for this proof alone."""

    statement: Statement
    openings: Mapping[str, Opening]
    fresh: bytes


def prove_many(tasks: Sequence[Task], processes: int = 0) -> Iterator[bytes | None]:
    """Which bytes show each statement, in this order? None for one that is not true of what opens it.

    >>> list(prove_many([]))
    []
    """
    count = processes or len(os.sched_getaffinity(0))
    if count == 1 or len(tasks) < FEW:
        yield from map(_proven, tasks)
        return
    with ProcessPoolExecutor(count) as pool:
        yield from pool.map(_proven, tasks, chunksize=AT_ONCE)


def _proven(task: Task) -> bytes | None:
    try:
        return prove(task.statement, task.openings, task.fresh)
    except ValueError:
        return None
