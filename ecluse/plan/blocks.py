"""Which rows, columns and coefficients has a linear program, and from which record came each of them?

Columns stand in named blocks of places and months; a place may be absent. Rows stand in families at positions that the
model chooses, so their order can be the checker's. Everything is whole numbers in numpy arrays, nothing is written
coefficient by coefficient, and names are made when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

Ints = npt.NDArray[np.int64]
Places = Ints | int
LESS, EQUAL, MORE = -1, 0, 1
SENSES = {LESS: "<", EQUAL: "=", MORE: ">"}
NO_MONTH, NOTHING, NO_SENSE = -1, -1, 2


@dataclass(frozen=True, slots=True)
class Block:
    """A named block of columns: one for each present place and month."""

    name: str
    start: int
    months: int
    slots: Ints  # by place: which of the present ones it is, or NOTHING

    @property
    def size(self) -> int:
        return int((self.slots >= 0).sum()) * self.months

    def at(self, places: Places, months: Places) -> Ints:
        """Which columns are these places' in these months? Broadcast against each other, all present."""
        return np.asarray(self.start + self.slots[places] * self.months + months, dtype=np.int64)


class Columns:
    """The columns of a program, block after block."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self.count = 0

    def add(self, name: str, present: npt.NDArray[np.bool_], months: int) -> Block:
        """Where do the columns of a new block stand?"""
        slots = np.where(present, np.cumsum(present) - 1, NOTHING)
        block = self.blocks[name] = Block(name, self.count, months, slots)
        self.count += block.size
        return block

    def column(self, index: int) -> tuple[str, int, int]:
        """Which block, place and month is this column?"""
        block = next(b for b in self.blocks.values() if b.start <= index < b.start + b.size)
        slot, month = divmod(index - block.start, block.months)
        return block.name, int(np.flatnonzero(block.slots == slot)[0]), month

    def split(self, vector: npt.NDArray[Any]) -> dict[str, list[list[Any]]]:
        """How does a vector over all columns read by block, place and month? Absent places are empty."""
        found = {}
        for name, block in self.blocks.items():
            rows = vector[block.start : block.start + block.size].reshape(-1, max(1, block.months)).tolist()
            found[name] = [rows[slot] if slot >= 0 and rows else [] for slot in block.slots.tolist()]
        return found

    def join(self, values: Mapping[str, Any]) -> npt.NDArray[Any]:
        """Which vector over all columns do values by block, place and month make?"""
        flat = [value for name in self.blocks for months in values[name] for value in months]
        return np.asarray(flat)


@dataclass(frozen=True, slots=True)
class Family:
    """Rows of one kind: one for each record of a list, or each month, or both."""

    name: str
    records: str  # the list whose records the rows speak of; empty when a row is of a month alone
    monthly: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """What is made least next: whole costs on some columns."""

    name: str
    columns: Ints
    costs: Ints


@dataclass(frozen=True, slots=True)
class Part:
    """Coefficients that were written together, spread to one shape; what repeats stands in memory once."""

    rows: Ints
    columns: Ints
    factors: Ints
    places: Ints  # of the records in the list that they came from
    source: int  # which list

    @property
    def size(self) -> int:
        return self.rows.size


@dataclass(frozen=True)
class Written:
    """Coefficients as they were written, part by part; put together when somebody asks where one came from."""

    parts: tuple[Part, ...]
    rows: int

    @cached_property
    def source(self) -> npt.NDArray[np.int8]:
        """From which list came each, in the order in which they were written?"""
        return np.repeat(np.array([part.source for part in self.parts], dtype=np.int8), [p.size for p in self.parts])

    @cached_property
    def place(self) -> npt.NDArray[np.int32]:
        """From which record of that list?"""
        return _joined([part.places for part in self.parts], np.int32)

    @cached_property
    def order(self) -> npt.NDArray[np.int32]:
        """Which of all written stands at each place of the matrix?"""
        at = _joined([part.rows for part in self.parts], np.int32)
        return np.asarray(_by_rows(at, np.arange(len(at), dtype=np.int32), np.zeros(len(at), np.int8), self.rows)[1])


@dataclass(frozen=True)
class Named:
    """Of which family, record and month is each row? Put together when somebody asks."""

    count: int
    families: tuple[tuple[Ints, Places, Places], ...]  # one after the other: positions, places, months

    @cached_property
    def family(self) -> npt.NDArray[np.int8]:
        """Which family has each row?"""
        return self._spread(range(len(self.families)), NOTHING, np.int8)

    @cached_property
    def place(self) -> npt.NDArray[np.int32]:
        """Which place in its family's list has the record of each row?"""
        return self._spread([places for _, places, _ in self.families], NOTHING, np.int32)

    @cached_property
    def month(self) -> npt.NDArray[np.int16]:
        """Which month has each row? NO_MONTH for none."""
        return self._spread([months for _, _, months in self.families], NO_MONTH, np.int16)

    def _spread(self, values: Iterable[Places], none: int, kind: type[Any]) -> npt.NDArray[Any]:
        """What has each row, of these values family by family?"""
        found = np.full(self.count, none, dtype=kind)
        for (at, _, _), value in zip(self.families, values, strict=True):
            found[at] = value
        return found


@dataclass(frozen=True, slots=True)
class Program:
    """A linear program in whole numbers, its rows in the checker's order."""

    columns: Columns
    families: tuple[Family, ...]
    named: Named = field(repr=False)
    sense: npt.NDArray[np.int8]  # by row
    rhs: Ints
    starts: Ints  # the matrix by rows
    indices: npt.NDArray[np.int32]
    factors: Ints
    sources: tuple[str, ...]
    written: Written = field(repr=False)  # where each coefficient came from
    stages: tuple[Stage, ...]
    lists: dict[str, Sequence[Any]] = field(repr=False)  # the question's records, for names
    months: Sequence[str] = field(repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rhs), self.columns.count

    @property
    def family(self) -> npt.NDArray[np.int8]:
        return self.named.family

    @property
    def place(self) -> npt.NDArray[np.int32]:
        return self.named.place

    @property
    def month(self) -> npt.NDArray[np.int16]:
        return self.named.month

    def row_name(self, row: int) -> str:
        """What is this row called, as the checker calls it?"""
        family, month = self.families[self.family[row]], int(self.month[row])
        parts = [family.name]
        if family.records:
            parts.append(self.lists[family.records][self.place[row]]["id"])
        return "/".join(parts if month == NO_MONTH else [*parts, self.months[month]])

    def row_names(self) -> list[str]:
        """What are all rows called, in order?"""
        ids = {name: [record["id"] for record in records] for name, records in self.lists.items()}
        found = []
        triples = zip(self.family.tolist(), self.place.tolist(), self.month.tolist(), strict=True)
        for family, place, month in triples:
            kind = self.families[family]
            record = f"/{ids[kind.records][place]}" if kind.records else ""
            found.append(f"{kind.name}{record}" + ("" if month == NO_MONTH else f"/{self.months[month]}"))
        return found

    def column_names(self) -> list[str]:
        """What are all columns called, in order: block, place, month?"""
        found = []
        for name, block in self.columns.blocks.items():
            present = np.flatnonzero(block.slots >= 0).tolist()
            found += [f"{name}/{place}/{t}" for place in present for t in range(block.months)]
        return found

    def came_from(self, row: int, column: int) -> tuple[str, int]:
        """From which record came this coefficient: the question's list, and the place in it?"""
        among = slice(int(self.starts[row]), int(self.starts[row + 1]))
        at = self.written.order[among.start + int(np.flatnonzero(self.indices[among] == column)[0])]
        return self.sources[self.written.source[at]], int(self.written.place[at])

    def rows_of(self, family: str) -> npt.NDArray[np.intp]:
        """Which rows are of this family?"""
        codes = [code for code, kind in enumerate(self.families) if kind.name == family]
        return np.flatnonzero(np.isin(self.family, codes))

    def pressure(self, multipliers: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What do rows with these multipliers add up to at each column?"""
        matrix = scipy.sparse.csr_array((self.factors, self.indices, self.starts), shape=self.shape)
        return np.asarray(matrix.T @ multipliers)

    def activity(self, vector: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What does each row add up to for these columns?"""
        matrix = scipy.sparse.csr_array((self.factors, self.indices, self.starts), shape=self.shape)
        return np.asarray(matrix @ vector)


class Writer:
    """Rows and coefficients while a model is being written."""

    def __init__(self) -> None:
        self.columns = Columns()
        self.count = 0
        self.families: list[Family] = []
        self.sources: list[str] = []
        self._rows: list[tuple[Ints, Places, Places, int, Places]] = []
        self._parts: list[Part] = []

    def take(self, rows: int) -> int:
        """From which position on stand so many new rows?"""
        self.count += rows
        return self.count - rows

    def rows(
        self, name: str, at: Ints, sense: int, rhs: Places, *, records: str = "", places: Places = NOTHING,
        months: Places = NO_MONTH,
    ) -> Ints:  # fmt: skip
        """At which positions stand the rows of a new family? Right-hand sides, places and months broadcast."""
        monthly = not (isinstance(months, int) and months == NO_MONTH)
        self.families.append(Family(name, records, monthly))
        self._rows.append((at, places, months, sense, rhs))
        return at

    def terms(self, rows: Ints, columns: Ints, factors: Places, *, source: str, places: Places = NOTHING) -> None:
        """Write coefficients: rows, columns, factors and places broadcast against each other; zeros are left out."""
        shape = np.broadcast_shapes(rows.shape, columns.shape, np.shape(factors))
        if source not in self.sources:
            self.sources.append(source)
        spread = [np.broadcast_to(part, shape) for part in (rows, columns, factors, places)]
        if not np.all(factors):
            kept = spread[2] != 0
            spread = [part[kept] for part in spread]
        at, over, each, of = spread
        self._parts.append(Part(at, over, each, of, self.sources.index(source)))

    def program(self, stages: Sequence[Stage], lists: dict[str, Sequence[Any]], months: Sequence[str]) -> Program:
        """Which program was written? The coefficients are sorted by rows; within a row they stand as written."""
        sense, rhs = self._by_row()
        starts, indices, factors = _by_rows(
            _joined([part.rows for part in self._parts], np.int32),
            _joined([part.columns for part in self._parts], np.int32),
            _joined([part.factors for part in self._parts], np.int64), self.count,
        )  # fmt: skip
        named = Named(self.count, tuple((at, places, months) for at, places, months, _, _ in self._rows))
        return Program(
            self.columns, tuple(self.families), named, sense, rhs, starts.astype(np.int64), indices, factors,
            tuple(self.sources), Written(tuple(self._parts), self.count), tuple(stages), lists, months,
        )  # fmt: skip

    def _by_row(self) -> tuple[npt.NDArray[np.int8], Ints]:
        sense, rhs = np.full(self.count, NO_SENSE, dtype=np.int8), np.zeros(self.count, dtype=np.int64)
        for at, _, _, kind, right in self._rows:
            sense[at], rhs[at] = kind, right
        assert (sense != NO_SENSE).all(), "a row belongs to no family"
        return sense, rhs


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[Any]) -> npt.NDArray[Any]:
    """All parts one after the other, of this kind."""
    found, at = np.empty(sum(part.size for part in parts), dtype=kind), 0
    for part in parts:
        found[at : at + part.size].reshape(part.shape)[...] = part
        at += part.size
    return found


def _by_rows(
    rows: npt.NDArray[np.int32], columns: npt.NDArray[np.int32], values: npt.NDArray[Any], count: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[Any]]:
    """Where does each of so many rows begin, and which columns and values stand in it, in the order given?"""
    highest = int(columns.max()) + 1 if len(columns) else 0
    matrix = scipy.sparse.coo_array((values, (rows, columns)), shape=(count, highest))
    matrix.has_canonical_format = True  # no place is written twice; else each row would be sorted and summed
    found = matrix.tocsr()
    return found.indptr, found.indices, found.data
