"""Which linear program stands in an MPS file, digit for digit, and how is one of ours written as one?

Figures are read as the fractions they spell, never as floats. What two programs would read differently is refused.
A bound of 10^20 or more is no bound, as solvers have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from ecluse.plan.blocks import EQUAL, LESS, Program, Stage

INFINITE = 10**20
NUMBER = re.compile(r"[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([EeDd][+-]?\d{1,3})?")
ENDLESS = re.compile(r"[+-]?(inf|infinity)", re.IGNORECASE)
KINDS = {LESS: "L", EQUAL: "E"}
SENSES = ("MIN", "MAX", "MINIMIZE", "MAXIMIZE")
MARKERS = {"'INTORG'": True, "'INTEND'": False}
End = Fraction | None  # none: without end on this side


class MpsError(ValueError):
    """The file is no linear program that reads one way only; the message begins with the line."""


@dataclass(slots=True)
class Linear:
    """A linear program in fractions: rows and columns between their ends, coefficients by column."""

    name: str = ""
    maximise: bool = False
    constant: Fraction = Fraction(0)
    objective: str | None = None
    rows: list[str] = field(default_factory=list)
    row_ends: list[tuple[End, End]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    column_ends: list[tuple[End, End]] = field(default_factory=list)
    costs: list[Fraction] = field(default_factory=list)
    coefficients: list[dict[int, Fraction]] = field(default_factory=list)  # by column: row, factor
    whole: list[bool] = field(default_factory=list)  # must this column be a whole number?


def written(program: Program, stage: Stage) -> Iterator[str]:
    """How is a program written in free MPS, with the costs of a stage? Line by line, every figure whole."""
    rows, columns = _plain(program.row_names(), "R"), _plain(program.column_names(), "C")
    yield "NAME ecluse"
    yield "ROWS"
    yield f" N {stage.name.replace('/', '_')}"
    for name, sense in zip(rows, program.sense.tolist(), strict=True):
        yield f" {KINDS.get(sense, 'G')} {name}"
    yield "COLUMNS"
    costs: dict[int, int] = {}
    for column, cost in zip(stage.columns.tolist(), stage.costs.tolist(), strict=True):
        costs[column] = costs.get(column, 0) + cost
    at = np.repeat(np.arange(len(rows)), np.diff(program.starts))
    order = np.argsort(program.indices, kind="stable")
    begins = np.searchsorted(program.indices[order], np.arange(len(columns) + 1)).tolist()
    row_of, factors = at[order].tolist(), program.factors[order].tolist()
    for column, name in enumerate(columns):
        yield f" {name} {stage.name.replace('/', '_')} {costs.get(column, 0)}"
        for k in range(begins[column], begins[column + 1]):
            yield f" {name} {rows[row_of[k]]} {factors[k]}"
    yield "RHS"
    for name, right in zip(rows, program.rhs.tolist(), strict=True):
        if right:
            yield f" RHS {name} {right}"
    yield "ENDATA"


def _plain(names: list[str], letter: str) -> list[str]:
    """Names without blanks, each once; where the program's own will not do, numbers."""
    if len(set(names)) == len(names) and not any(re.search(r"\s", name) or not name.isprintable() for name in names):
        return names
    return [f"{letter}{number}" for number in range(len(names))]


def read(lines: Iterable[str]) -> Linear:
    """Which program stands in these lines? Raises MpsError at the first that is not understood one way only."""
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("*"):
            continue
        try:
            if reading.take(line.split(), heading=not line[0].isspace()):
                return reading.done()
        except (KeyError, IndexError, ValueError) as error:
            raise MpsError(f"line {number}: {error}") from error
    raise MpsError("line 0: expected ENDATA, found the end of the file")


class _Reading:
    def __init__(self) -> None:
        self.linear, self.section, self.integer = Linear(), "", False
        self.kind: dict[str, str] = {}
        self.row_at: dict[str, int] = {}
        self.column_at: dict[str, int] = {}
        self.right: dict[str, Fraction] = {}
        self.ranges: dict[str, Fraction] = {}
        self.lower: dict[int, End] = {}
        self.upper: dict[int, End] = {}
        self.priced: set[int] = set()  # columns whose cost is told
        self.sets: dict[str, str] = {}  # which vector of right-hand sides, ranges, bounds is read

    def take(self, words: list[str], *, heading: bool) -> bool:
        """Is this line the end? Otherwise it is taken in."""
        if heading or (self.section == "OBJSENSE" and words[0].upper() not in SENSES):
            return self._head(words)
        parts = {
            "ROWS": self._row, "COLUMNS": self._column, "RHS": self._right, "RANGES": self._range,
            "BOUNDS": self._bound, "OBJSENSE": self._sense,
        }  # fmt: skip
        if self.section not in parts:
            raise ValueError(f"a line outside ROWS, COLUMNS, RHS, RANGES and BOUNDS: {' '.join(words)[:40]}")
        parts[self.section](words)
        return False

    def _head(self, words: list[str]) -> bool:
        self.section = words[0].upper()
        if self.section == "ENDATA":
            return True
        if self.section == "NAME":
            self.linear.name = words[1] if len(words) > 1 else ""
        elif self.section == "OBJSENSE" and len(words) > 1:
            self._sense(words[1:])
        elif self.section not in {"OBJSENSE", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS"}:
            raise ValueError(f"section {self.section} is not of a linear program")
        return False

    def _sense(self, words: list[str]) -> None:
        if words[0].upper() not in SENSES or len(words) > 1:
            raise ValueError(f"expected {', '.join(SENSES)}, found {' '.join(words)[:60]}")
        self.linear.maximise = words[0].upper().startswith("MAX")

    def _row(self, words: list[str]) -> None:
        kind, name = words[0].upper(), words[1]
        if kind not in {"N", "L", "G", "E"} or name in self.kind or len(words) > 2:
            raise ValueError(f"expected a new row N, L, G or E, found {' '.join(words)[:60]}")
        self.kind[name] = kind
        if kind != "N":
            self.row_at[name] = len(self.linear.rows)
            self.linear.rows.append(name)
        elif self.linear.objective is None:
            self.linear.objective = name

    def _column(self, words: list[str]) -> None:
        if len(words) == 3 and words[1] == "'MARKER'":
            if words[2] not in MARKERS:
                raise ValueError(f"marker {words[2][:40]} is not of a linear program")
            self.integer = MARKERS[words[2]]
            return
        linear, name = self.linear, words[0]
        if name not in self.column_at:
            self.column_at[name] = len(linear.columns)
            linear.columns.append(name)
            linear.coefficients.append({})
            linear.costs.append(Fraction(0))
            linear.whole.append(self.integer)
        at = self.column_at[name]
        if at != len(linear.columns) - 1:
            raise ValueError(f"column {name} comes back after others")
        for row, figure in _pairs(words[1:]):
            self._coefficient(at, row, figure)

    def _coefficient(self, at: int, row: str, figure: Fraction) -> None:
        linear = self.linear
        if self.kind[row] == "N":
            if row == linear.objective:
                if at in self.priced:
                    raise ValueError(f"column {linear.columns[at]} names row {row} twice")
                self.priced.add(at)
                linear.costs[at] = figure
            return
        if self.row_at[row] in linear.coefficients[at]:
            raise ValueError(f"column {linear.columns[at]} names row {row} twice")
        linear.coefficients[at][self.row_at[row]] = figure

    def _right(self, words: list[str]) -> None:
        for row, figure in self._of_one_set(words):
            if row in self.right or row not in self.kind:
                raise ValueError(f"row {row} has two right-hand sides, or is no row")
            self.right[row] = figure

    def _of_one_set(self, words: list[str]) -> Iterator[tuple[str, Fraction]]:
        """A file may hold several vectors, of which programs read the first alone: only one is understood."""
        self._one_set(words[0] if len(words) % 2 else "")
        for row, figure in _pairs(words[len(words) % 2 :]):
            if abs(figure) >= INFINITE and self.kind.get(row) != "N":
                raise ValueError(f"row {row}: a figure of 10^20 or more reads two ways")
            yield row, figure

    def _one_set(self, name: str) -> None:
        if self.sets.setdefault(self.section, name) != name:
            raise ValueError(
                f"{self.section} of {name[:40]} after those of {self.sets[self.section][:40]}: one set only"
            )

    def _range(self, words: list[str]) -> None:
        for row, figure in self._of_one_set(words):
            if row in self.ranges or self.kind[row] == "N":
                raise ValueError(f"row {row} has two ranges, or is free")
            self.ranges[row] = figure

    def _bound(self, words: list[str]) -> None:
        kind = words[0].upper()
        bare = kind in {"FR", "MI", "PL", "BV"}
        if kind not in {"UP", "LO", "FX", "LI", "UI"} and not bare:
            raise ValueError(f"bound {kind} is not of a linear program")
        name = self._bound_of(words, bare=bare)
        at, end = self.column_at[name], None if bare else _end(words[-1], kind)
        low: dict[str, End] = {"BV": Fraction(0), "FR": None, "MI": None} | dict.fromkeys(("LO", "LI", "FX"), end)
        high: dict[str, End] = {"BV": Fraction(1), "FR": None, "PL": None} | dict.fromkeys(("UP", "UI", "FX"), end)
        for ends, told in ((self.lower, low), (self.upper, high)):
            if kind in told and ends.setdefault(at, told[kind]) != told[kind]:
                raise ValueError(f"column {name} has two bounds on one side")
        self.linear.whole[at] |= kind in {"BV", "LI", "UI"}

    def _bound_of(self, words: list[str], *, bare: bool) -> str:
        """Which column is bounded? A set's name may stand before it, and behind it a figure that is not needed."""
        if not 3 - bare <= len(words) <= 4:
            raise ValueError(f"expected a kind, a set, a column and a figure, found {' '.join(words)[:60]}")
        told = [word for word in words[1:] if word in self.column_at]
        place = len(words) - 2
        if bare and len(words) < 4:
            if len(words) == 3 and len(told) == 2:
                raise ValueError(f"a bound of {words[1]} or of {words[2]}: reads two ways")
            place = words.index(told[0], 1) if told else 1
        self._one_set(words[1] if place == 2 else "")
        if words[place] not in self.column_at:
            raise ValueError(f"{words[place][:40]} is no column")
        return words[place]

    def done(self) -> Linear:
        """The program, all lines read."""
        linear = self.linear
        linear.constant = -self.right.get(linear.objective or "", Fraction(0))
        linear.row_ends = [self._ends(name) for name in linear.rows]
        for at, name in enumerate(linear.columns):
            upper = self.upper.get(at)
            if upper is not None and upper < 0 and at not in self.lower:
                raise ValueError(f"column {name}: an upper bound below zero and no lower bound reads two ways; say MI")
            if at not in self.upper and linear.whole[at] and at not in self.lower:
                raise ValueError(
                    f"column {name}: whole and without bounds, 0 to 1 or without end, reads two ways; say PL"
                )
            linear.column_ends.append((self.lower.get(at, Fraction(0)), upper))
        return linear

    def _ends(self, name: str) -> tuple[End, End]:
        right, width = self.right.get(name, Fraction(0)), self.ranges.get(name)
        kind = self.kind[name]
        if width is None:
            return (None if kind == "L" else right, None if kind == "G" else right)
        if kind == "L" or (kind == "E" and width < 0):
            return right - abs(width), right
        return right, right + abs(width)


def _pairs(words: list[str]) -> Iterator[tuple[str, Fraction]]:
    if not words or len(words) % 2:
        raise ValueError(f"expected names and figures in pairs, found {' '.join(words)[:60]}")
    for place in range(0, len(words), 2):
        yield words[place], _figure(words[place + 1])


def _figure(word: str) -> Fraction:
    if NUMBER.fullmatch(word) is None:
        raise ValueError(f"expected a figure, found {word[:40]}")
    return Fraction(word.replace("D", "E").replace("d", "e"))


def _end(word: str, kind: str) -> End:
    endless = ENDLESS.fullmatch(word)
    figure = Fraction(0) if endless else _figure(word)
    if endless is None and abs(figure) < INFINITE:
        return figure
    below = word.startswith("-")
    if kind == "FX" or below != (kind in {"LO", "LI"}):
        raise ValueError(f"a bound {kind} without end on the wrong side: {word[:40]}")
    return None
