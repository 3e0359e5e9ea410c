"""What is claimed of figures that nobody may see? Sums of commitments that are a number, one of several, or in a range.

A statement is public and whole: its name (which rule), its context (whose books, which period), the log and the index
under which it stands, every commitment by name, and every claim. Its canonical bytes open the transcript of its proof,
so that a proof serves no other statement, context, log or index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.errors import EvidenceError
from ecluse.base.group import BASE, ORDER, Point, decode

VERSION = "envelope_statement/1"
NUMBER_BITS = 48
MOST_COMMITMENTS = 512
MOST_CLAIMS = 256
MOST_TERMS = 512
MOST_BRANCHES = 8
MOST_BITS = 48
MOST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of public multiples of named commitments, less a public number."""

    terms: tuple[tuple[str, int], ...]
    less: int = 0


@dataclass(frozen=True, slots=True)
class InRange:
    """The sum lies between 0 and 2^bits - 1."""

    sum: Sum
    bits: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What is claimed: `known` are opened by whoever proves, `zero` sums are 0, of each `one_of` at least one sum is 0,
    `in_range` sums are in their ranges."""

    name: str
    context: str
    log: str
    index: int
    commitments: tuple[tuple[str, Point], ...]
    known: tuple[str, ...] = ()
    zero: tuple[Sum, ...] = ()
    one_of: tuple[tuple[Sum, ...], ...] = ()
    in_range: tuple[InRange, ...] = ()

    def __post_init__(self) -> None:
        check(self)

    def points(self) -> dict[str, Point]:
        """Which point has each name?"""
        return dict(self.commitments)


def spelled(statement: Statement) -> bytes:
    """Which canonical bytes open the transcript?"""
    return canonical(as_json(statement))


def as_json(statement: Statement) -> dict[str, Any]:
    """Which JSON value is the statement published as?"""
    return {
        "v": VERSION, "name": statement.name, "context": statement.context,
        "log": statement.log, "index": statement.index,
        "commitments": [[name, point.raw.hex()] for name, point in statement.commitments],
        "known": list(statement.known),
        "zero": [_sum_json(one) for one in statement.zero],
        "one_of": [[_sum_json(one) for one in branches] for branches in statement.one_of],
        "in_range": [{"bits": one.bits, **_sum_json(one.sum)} for one in statement.in_range],
    }  # fmt: skip


def read(value: Any) -> Statement:
    """Which statement does this JSON value from outside spell? Raises EvidenceError; every point is checked."""
    try:
        if set(value) != FIELDS or value["v"] != VERSION:
            raise EvidenceError(f"statement: expected {VERSION} with the fields {', '.join(sorted(FIELDS))}")
        if len(value["commitments"]) > MOST_COMMITMENTS:
            raise EvidenceError(f"statement: more than {MOST_COMMITMENTS} commitments")
        found = Statement(
            name=_typed(value["name"], str), context=_typed(value["context"], str),
            log=_typed(value["log"], str), index=_typed(value["index"], int),
            commitments=tuple((_typed(name, str), _point(name, raw)) for name, raw in value["commitments"]),
            known=tuple(_typed(name, str) for name in value["known"]),
            zero=tuple(_sum_read(one) for one in value["zero"]),
            one_of=tuple(tuple(_sum_read(one) for one in branches) for branches in value["one_of"]),
            in_range=tuple(InRange(_sum_read(one, "bits"), _typed(one["bits"], int)) for one in value["in_range"]),
        )  # fmt: skip
        spelled(found)
    except (TypeError, KeyError, ValueError) as error:
        raise EvidenceError(f"statement: {error}") from None
    return found


FIELDS = {"v", "name", "context", "log", "index", "commitments", "known", "zero", "one_of", "in_range"}


def terms_of(one: Sum, points: Mapping[str, Point]) -> list[tuple[int, Point]]:
    """Which multiples of points is this sum's commitment? The public number is a multiple of the base point."""
    return [*((coefficient, points[name]) for name, coefficient in one.terms), (-one.less % ORDER, BASE)]


def check(statement: Statement) -> None:
    """Is the statement whole and within its limits? Raises ValueError naming what is not."""
    if not 0 <= statement.index < 2**NUMBER_BITS:
        raise ValueError(f"an index has {NUMBER_BITS} bits: {statement.index}")
    if any(len(text) > MOST_TEXT for text in (statement.name, statement.context, statement.log)):
        raise ValueError(f"name, context and log have at most {MOST_TEXT} letters")
    names = [name for name, _ in statement.commitments]
    if len(set(names)) != len(names) or len(names) > MOST_COMMITMENTS:
        raise ValueError(f"commitments have one name each and are at most {MOST_COMMITMENTS}")
    claims = len(statement.known) + len(statement.zero) + len(statement.one_of) + len(statement.in_range)
    if not 1 <= claims <= MOST_CLAIMS:
        raise ValueError(f"a statement claims 1 to {MOST_CLAIMS} things, this one {claims}")
    if any(not 2 <= len(branches) <= MOST_BRANCHES for branches in statement.one_of):
        raise ValueError(f"a choice is between 2 to {MOST_BRANCHES}")
    if any(not 1 <= one.bits <= MOST_BITS for one in statement.in_range):
        raise ValueError(f"a range has 1 to {MOST_BITS} bits")
    if unnamed := set(statement.known) - set(names):
        raise ValueError(f"nothing is committed under {sorted(unnamed)}")
    for one in every_sum(statement):
        _check_sum(one, set(names))


def every_sum(statement: Statement) -> Iterable[Sum]:
    """Which sums does the statement speak of?"""
    yield from statement.zero
    for branches in statement.one_of:
        yield from branches
    yield from (one.sum for one in statement.in_range)


def _check_sum(one: Sum, names: set[str]) -> None:
    used = [name for name, _ in one.terms]
    if not 1 <= len(used) <= MOST_TERMS or len(set(used)) != len(used):
        raise ValueError(f"a sum has 1 to {MOST_TERMS} terms, each commitment once")
    if unnamed := set(used) - names:
        raise ValueError(f"nothing is committed under {sorted(unnamed)}")
    if any(not 1 <= abs(coefficient) < 2**NUMBER_BITS for _, coefficient in one.terms):
        raise ValueError(f"a coefficient is not zero and has at most {NUMBER_BITS} bits")
    if abs(one.less) >= 2**NUMBER_BITS:
        raise ValueError(f"a public number has at most {NUMBER_BITS} bits")


def _sum_json(one: Sum) -> dict[str, Any]:
    return {"less": one.less, "terms": [[name, coefficient] for name, coefficient in one.terms]}


def _sum_read(value: Any, *more: str) -> Sum:
    if set(value) != {"less", "terms", *more}:
        raise EvidenceError("statement: a sum has `terms` and `less`")
    terms = tuple((_typed(name, str), _typed(coefficient, int)) for name, coefficient in value["terms"])
    return Sum(terms, _typed(value["less"], int))


def _point(name: str, raw: Any) -> Point:
    text = _typed(raw, str)
    if not re.fullmatch("(?:[0-9a-f]{2})*", text):
        raise EvidenceError(f"commitment {name}: a point is spelled in small hexadecimal")
    return decode(bytes.fromhex(text), f"commitment {name}")


def _typed(value: Any, kind: type[Any]) -> Any:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value
