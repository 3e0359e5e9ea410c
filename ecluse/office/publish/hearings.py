"""What did the gates answer, as far as a stranger may know? Counts by gate, verdict and code, and the law they cite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.canon import parse
from ecluse.base.verdict import Force
from ecluse.edge.explain import published_codes
from ecluse.office.publish.reading import Placed, Reading
from ecluse.order import Gate

VERDICTS = ("passed", "refused", "referred")


@dataclass(frozen=True, slots=True)
class Heard:
    """One hearing without its facts; `asks` is what the custody gate was asked: release or delivery."""

    order: str
    tranche: str
    gate: Gate
    on: date
    verdict: str
    codes: tuple[str, ...]
    law: tuple[tuple[str, str], ...]
    engine: str
    finding: Mapping[str, Any] | None
    asks: str
    digest: str
    place: dict[str, Any]


def heard(reading: Reading) -> list[Heard]:
    """Which hearings are on record, in the order of the logs?"""
    return [_heard(placed) for placed in reading.each("hearing/1")]


def _heard(placed: Placed) -> Heard:
    form = parse(placed.body)
    grounds, finding = form["grounds"], form.get("finding")
    is_refused = any(ground["force"] == Force.REFUSE.value for ground in grounds)
    verdict = "passed" if finding is not None else "refused" if is_refused else "referred"
    law = tuple((name, digest) for name, digest in form["law"])
    # Only what the story of a sale needs is kept whole: the last gate's passes.
    keeps = finding is not None and form["gate"] == Gate.PROCEEDS.value
    return Heard(
        form["order"], form["tranche"], Gate(form["gate"]), placed.on, verdict,
        tuple(dict.fromkeys(ground["code"] for ground in grounds)), law, form["engine"],
        finding if keeps else None, str(form["claim"].get("stage", "")), placed.digest,
        placed.place() if verdict == "passed" else {},
    )  # fmt: skip


def counts(hearings: Iterable[Heard], minimum: int) -> dict[str, Any]:
    """How often did each gate pass, refuse and refer, and how often did each code hold? No count below the minimum.

    A count below the minimum, zero included, is left out and its name listed; no total is given from which it followed.
    """
    by_verdict: Counter[tuple[str, str]] = Counter()
    by_code: Counter[str] = Counter()
    for item in hearings:
        by_verdict[item.gate.value, item.verdict] += 1
        by_code.update(item.codes)
    gates: dict[str, Any] = {}
    for gate in Gate:
        found = {verdict: by_verdict[gate.value, verdict] for verdict in VERDICTS}
        gates[gate.value] = _without_few(found, minimum)
    return {"minimum_count": minimum, "gates": gates, "codes": _without_few(
        {code: by_code[code] for code in published_codes()}, minimum
    )}  # fmt: skip


def _without_few(found: Mapping[str, int], minimum: int) -> dict[str, Any]:
    enough = {name: count for name, count in found.items() if count >= minimum}
    return {"counts": enough, "fewer_than_minimum": sorted(found.keys() - enough.keys())}


def law_used(hearings: Iterable[Heard]) -> dict[str, Any]:
    """Which table versions do hearings cite, and which engines judged?"""
    tables: dict[str, set[str]] = {}
    engines = set()
    for item in hearings:
        engines.add(item.engine)
        for name, digest in item.law:
            tables.setdefault(name, set()).add(digest)
    return {"tables": {name: sorted(tables[name]) for name in sorted(tables)}, "engines": sorted(engines)}
