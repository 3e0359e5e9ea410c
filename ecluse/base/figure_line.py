"""What does one line of the closed envelope say? A kind, public marks, a point for each figure, and its place in a log.

`figures.py` makes such lines inside; whoever has the public folder reads them here, and trusts none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.errors import EvidenceError
from ecluse.base.figures import MOST_FIGURES, figures_hash
from ecluse.base.group import Point, decode

FIELDS = frozenset({"kind", "scope", "figures", "on", "log", "index", "at"})
MOST_MARKS = 480
MOST_TEXT = 200
POINTS_KEPT = 65536
HEX_POINT = re.compile(r"[0-9a-f]{64}")
# As ids and logs are spelled everywhere: nothing that could steer a terminal or be taken for another text.
TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/@-]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One record's figures as committed: whose and of what (marks), point by point, and where they stand."""

    kind: str
    scope: Mapping[str, str]
    points: tuple[tuple[str, Point], ...]
    on: date
    log: str
    index: int
    at: int

    def mark(self, name: str) -> str:
        """What does this mark say? Raises EvidenceError where the line has none of that name."""
        if name not in self.scope:
            raise EvidenceError(f"{self}: a {self.kind} without the mark {name}")
        return self.scope[name]

    def point(self, name: str) -> Point:
        """Which point commits to this figure? Raises EvidenceError where the line has none of that name."""
        for found, point in self.points:
            if found == name:
                return point
        raise EvidenceError(f"{self}: a {self.kind} without the figure {name}")

    def place(self) -> tuple[str, int, int]:
        """Where does it stand: log, entry, place in the entry's list?"""
        return self.log, self.index, self.at

    def body(self) -> bytes:
        """Which canonical bytes are hashed into the log's entry?"""
        return canonical(hashed_form(self))

    def hash(self) -> str:
        """Which hash must stand at its place in the log's entry?"""
        return figures_hash(self.body())

    def __str__(self) -> str:
        return f"{self.log}#{self.index}.{self.at}"


def hashed_form(line: Line) -> dict[str, Any]:
    """Which JSON value is hashed: the line without its place?"""
    points = [[name, point.raw.hex()] for name, point in line.points]
    return {"kind": line.kind, "scope": dict(line.scope), "figures": points, "on": line.on.isoformat()}


def form_of(line: Line) -> dict[str, Any]:
    """Which JSON value is published?"""
    return {**hashed_form(line), "log": line.log, "index": line.index, "at": line.at}


def read_line(form: Any) -> Line:
    """Which line does this JSON value from outside spell? Raises EvidenceError; every point is checked."""
    if not isinstance(form, dict) or form.keys() != FIELDS:
        raise EvidenceError(f"expected a line with the fields {', '.join(sorted(FIELDS))}")
    kind, log = _text(form["kind"], "kind"), _text(form["log"], "log")
    index, at = _count(form["index"], "index"), _count(form["at"], "at")
    scope, figures = form["scope"], form["figures"]
    if not isinstance(scope, dict) or len(scope) > MOST_MARKS:
        raise EvidenceError(f"expected at most {MOST_MARKS} marks by name in scope")
    if not isinstance(figures, list) or not 1 <= len(figures) <= MOST_FIGURES:
        raise EvidenceError(f"expected 1 to {MOST_FIGURES} figures")
    points = tuple(_figure(one) for one in figures)
    if len({name for name, _ in points}) != len(points):
        raise EvidenceError("a figure stands twice")
    marks = {_text(name, "mark"): _text(text, f"mark {name}") for name, text in scope.items()}
    return Line(kind, marks, points, _day(form["on"]), log, index, at)


def _figure(value: Any) -> tuple[str, Point]:
    if not isinstance(value, list) or len(value) != 2:
        raise EvidenceError("a figure is a name and a point")
    name = _text(value[0], "figure")
    if not isinstance(value[1], str) or not HEX_POINT.fullmatch(value[1]):
        raise EvidenceError(f"figure {name}: a point is spelled in 64 small hexadecimal digits")
    try:
        return name, _decoded(value[1])
    except EvidenceError as error:
        raise EvidenceError(f"figure {name}: {error}") from None


@lru_cache(maxsize=POINTS_KEPT)
def _decoded(spelled: str) -> Point:
    """A point that was looked at once need not be looked at again by the same process."""
    return decode(bytes.fromhex(spelled))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT or not TEXT.fullmatch(value):
        raise EvidenceError(f"{name} is not a text of 1 to {MOST_TEXT} plain letters")
    return value


def _count(value: Any, name: str) -> int:
    if type(value) is not int or value < 0:
        raise EvidenceError(f"{name} is not a whole number from 0")
    return value


def _day(value: Any) -> date:
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise EvidenceError("on is not a day") from None
    if found.isoformat() != value:
        raise EvidenceError("on is not a day spelled YYYY-MM-DD")
    return found
