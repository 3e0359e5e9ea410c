"""How does one check of a bundle end, and which keys of a policy signed a note in it?"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, NamedTuple

from ecluse.base.canon import SAFE_INTEGER
from ecluse.base.errors import EvidenceError
from ecluse.base.note import split_note
from ecluse.custody.log.note_keys import NoteKey, opened
from ecluse.custody.log.policy import Policy

Facts = dict[str, Any]


class State(enum.StrEnum):
    """How did one check end? What is only told, or was not checked, decides nothing."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not_checked"
    TOLD = "told"


class Check(NamedTuple):
    """One line of the answer: what was checked, how it ended, the reason's code or the facts."""

    name: str
    state: State
    facts: Facts


def signers(note: str, keys: Iterable[NoteKey]) -> tuple[dict[NoteKey, int | None], bool]:
    """Which of these keys signed the note, and when; is any signature of theirs false?"""
    named = {(line.name, line.key_id) for line in split_note(note)[1]}
    by: dict[NoteKey, int | None] = {}
    for key in keys:
        if (key.name, key.id) in named:
            try:
                by |= opened(note, [key]).by
            except EvidenceError:
                return by, True
    return by, False


def witnesses_of(note: str, rules: Policy) -> tuple[dict[str, int | str | None], bool]:
    """Which witnesses of this policy signed the note, each at which second; is any signature of theirs false?"""
    signed, false = signers(note, rules.witnesses.values())
    seen = {name: number(at) for name, key in rules.witnesses.items() if (at := signed.get(key)) is not None}
    return dict(sorted(seen.items())), false


def number(value: int | None) -> int | str | None:
    """How does a whole number stand in canonical records? Beyond 2^53 - 1 in decimals."""
    return value if value is None or value <= SAFE_INTEGER else str(value)
