"""Which changes may a planner ask about, how are they spelled from a form, and what is wrong with one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecluse.plan.changes import SINGLE, Change, changed, spelled

MOST_CHANGES = 20
# What may change, and in which list of the question its records are. None: it changes as a whole.
KINDS: Mapping[str, str | None] = {
    "budget": None, "rate": "rates", "lag": None, "share": None, "destination": "destinations", "centre": "centres",
    "need": "needs", "order": None, "reserve": None, "sale": None, "grace": None, "line": "lines",
}  # fmt: skip
WITHOUT_MONTHS = ("lag", *SINGLE)
CLOSED = "closed"


class AskedError(ValueError):
    """A change that cannot be asked about: the key of its fault, and what was found."""

    def __init__(self, key: str, found: str) -> None:
        self.key, self.found = f"planpages.fault.{key}", found
        super().__init__(f"{key}: {found}")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may change: `kind` or `kind:id`, its kind, its record."""

    value: str
    kind: str
    record: str


def choices(question: Mapping[str, Any]) -> list[Choice]:
    """What may change in this question, by kind and record?"""
    found = []
    for kind, records in KINDS.items():
        found.append(Choice(kind, kind, ""))
        if records is not None:
            found += [Choice(f"{kind}:{id}", kind, id) for id in _ids(question, records)]
    return found


def _ids(question: Mapping[str, Any], records: str) -> list[str]:
    own = question[records]
    return sorted(own) if isinstance(own, dict) else [record["id"] for record in own]


def composed(what: str, first: str, last: str, value: str) -> str:
    """How is this change spelled?

    >>> composed("line:plant:l1", "2026-05", "2026-07", "50 %"), composed("centre:dk-4", "", "", "closed")
    ('line:plant:l1.2026-05..2026-07=50%', 'centre:dk-4=0')
    """
    plain = "".join(value.split()).replace("−", "-").replace("–", "-")
    plain = "0" if plain.casefold() == CLOSED else plain
    months = f".{first or last}" if first or last else ""
    if first and last and first != last:
        months = f".{first}..{last}"
    return f"{what}{months}={plain}"


def read(question: Mapping[str, Any], texts: Sequence[str]) -> list[Change]:
    """Which changes are spelled so? Raises AskedError for the first that cannot be asked about."""
    if len(texts) > MOST_CHANGES:
        raise AskedError("many", str(len(texts)))
    return [_read(question, text) for text in texts]


def _read(question: Mapping[str, Any], text: str) -> Change:
    try:
        change = spelled(text)
    except ValueError:
        raise AskedError("unread", text) from None
    if change.kind not in KINDS:
        raise AskedError("unread", text)
    if change.first is not None:
        _check_months(question, change, text)
    try:
        changed(question, [change])
    except (ValueError, KeyError):
        raise AskedError("no_record", change.record or text) from None
    return change


def _check_months(question: Mapping[str, Any], change: Change, text: str) -> None:
    if change.kind in WITHOUT_MONTHS:
        raise AskedError("no_months", text)
    if change.last is not None and change.last < (change.first or ""):
        raise AskedError("backwards", text)
    if not any(change.within(month) for month in question["months"]):
        raise AskedError("no_month", text)
