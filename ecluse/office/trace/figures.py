"""How many units were traced in the wild for every ten thousand exported, and how many were unknown?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ecluse.base.sealed import VERSIONS
from ecluse.custody.tracing.terms import (
    Outcome,
    Reconciliation,
    TraceAnswer,
    TraceRequest,
    TraceState,
    TraceStep,
)
from ecluse.office.models import Record
from ecluse.office.on_file import records
from ecluse.office.publish.reading import Reading, publication_term
from ecluse.office.registers import Packing, Release
from ecluse.office.session_kept import database

PER = 10_000
COUNTS = ("requests", "traced", "unknown", "refused", "open")


def figures() -> dict[str, int]:
    """How does this office stand today? Exported are the units, traced by number, of all that was released."""
    rows = Record.objects.filter(v=VERSIONS[Release]).count()
    return counted(
        (one.value for one in records(TraceRequest)), (one.value for one in records(TraceAnswer)),
        (one.value for one in records(TraceStep)), _exported(database(), rows),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _exported(name: str, releases: int) -> int:
    """How many units, traced by number, were released? It stands while there are as many releases: packed is before."""
    released = {one.value.tranche for one in records(Release) if one.subject == one.value.tranche}
    packed = (one.value for one in records(Packing) if one.subject == one.value.tranche)
    return sum(one.last - one.first + 1 for one in packed if one.tranche in released)


def counted(
    requests: Iterable[TraceRequest], answers: Iterable[TraceAnswer], steps: Iterable[TraceStep], exported: int
) -> dict[str, int]:
    """How many requests, units traced (each once), readings unknown, refusals? The rate only where something left.

    Whole units per ten thousand, rounded up: a traced unit never disappears from the figure.
    """
    asked, told = len(list(requests)), list(answers)
    units = {answer.serial for answer in told if answer.outcome is Outcome.TRACED}
    refused = sum(step.state is TraceState.REFUSED for step in steps)
    found = {
        "requests": asked, "traced": len(units), "unknown": sum(a.outcome is Outcome.UNKNOWN for a in told),
        "refused": refused, "open": asked - len(told) - refused, "exported": exported,
    }  # fmt: skip
    return {**found, "traced_per_10000_exported": -(-len(units) * PER // exported)} if exported else found


def tracing(reading: Reading, released: int) -> dict[str, Any]:
    """What is published of traces and of comparisons with other states' registers?"""
    minimum = publication_term(reading.law, "minimum_count", reading.as_of)
    found = counted(
        reading.values(TraceRequest), reading.values(TraceAnswer), reading.values(TraceStep), released
    )  # fmt: skip
    compared = [{**one.place(), **_compared(one.value, minimum)} for one in reading.placed(Reconciliation)]
    return {**published_form(found, minimum), "reconciliations": compared}


def _compared(one: Reconciliation, minimum: int) -> dict[str, Any]:
    """How many rows agreed, and how many did not? Never of which state, firm or order, nor of how many units."""
    rows = {counted.outcome: counted.rows for counted in one.counted if not 0 < counted.rows < minimum}
    withheld = sorted(counted.outcome for counted in one.counted if counted.outcome not in rows)
    return {"kind": one.kind, "day": one.on.isoformat(), "rows": rows, "withheld": withheld}


def published_form(found: dict[str, int], minimum: int) -> dict[str, Any]:
    """What of this is published? A count above nothing and below the least that points at no case is withheld."""
    hidden = {name for name in COUNTS if 0 < found[name] < minimum}
    if "traced" in hidden:
        hidden.add("traced_per_10000_exported")
    told = {name: count for name, count in found.items() if name not in hidden | {"exported"}}
    return {**told, "per": PER, "withheld": sorted(hidden & found.keys())}
