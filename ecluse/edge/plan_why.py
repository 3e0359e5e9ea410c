"""How is it told that a question has no plan: demands that contradict one another, and what would let them be met?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ecluse.base.days import Month
from ecluse.base.words import say
from ecluse.plan.infeasible import Conflict, Group, conflicts
from ecluse.plan.remedies import Remedy, remedies

TOLD = 3  # contradictions that are told in full
NAMED = 4  # records that a remedy names
THOUSANDTHS = 1000
Told = list[tuple[Conflict, tuple[Remedy, ...]]]


def contradictions(question: Mapping[str, Any]) -> tuple[Told, int]:
    """Which contradictions has a question, the first ones with their remedies, and how many more?"""
    found = conflicts(question)
    return [(conflict, tuple(remedies(conflict))) for conflict in found[:TOLD]], max(0, len(found) - TOLD)


def lines(told: Told, more: int, lang: str) -> Iterator[str]:
    """How are they told to a person?"""
    for conflict, ways in told:
        yield say("planwhy.conflict", lang)
        yield from (f"  {_group(group, lang)}" for group in conflict.groups)
        if ways:
            yield say("planwhy.remedy", lang)
        yield from (f"  {_remedy(way, lang)}" for way in ways)
    if more:
        yield say("planwhy.conflicts_more", lang, count=more)


def as_form(told: Told) -> list[dict[str, Any]]:
    """How are they told to a program?"""
    return [
        {
            "groups": [asdict(group) for group in conflict.groups],
            "remedies": [
                {"kind": way.kind, "total": way.total, "is_least": way.is_least, "units_beyond": way.beyond}
                | {"changes": [asdict(change) for change in way.changes]}
                for way in ways
            ],
        }
        for conflict, ways in told
    ]


def _group(group: Group, lang: str) -> str:
    month = {} if group.month is None else {"month": Month.parse(group.month)}
    return say(f"planwhy.group_{group.kind}", lang, record=group.record, **month)


def _remedy(way: Remedy, lang: str) -> str:
    total = -(-way.total // THOUSANDTHS) if way.kind == "hours" else way.total
    facts = {"records": _named([change.record for change in way.changes]), "total": total}
    if way.kind == "slip" and way.beyond:
        return say("planwhy.remedy_slip_beyond", lang, beyond=way.beyond, **facts)
    return say(f"planwhy.remedy_{way.kind}", lang, **facts)


def _named(records: Sequence[str]) -> str:
    once = list(dict.fromkeys(records))
    return ", ".join([*once[:NAMED], *["…"][: len(once) > NAMED]])
