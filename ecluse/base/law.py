"""Which law was in force, and can it be named by its bytes? Dated tables, content-addressed, never deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from ecluse.base.errors import UnknownLawError

Row = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """One decision table as data: its name, the digest of its bytes, its rows as text."""

    name: str
    digest: str
    rows: tuple[Row, ...]

    def in_force(self, on: date) -> Iterator[Row]:
        """Which rows are in force on this day? Columns `valid_from` and `valid_until` (inclusive, may be empty)."""
        day = on.isoformat()
        for row in self.rows:
            if row.get("valid_from", "") <= day and (not row.get("valid_until") or day <= row["valid_until"]):
                yield row


@dataclass(frozen=True)
class Law:
    """All tables that a judgement reads, each by name. A value: gates are handed it, they never load it."""

    tables: Mapping[str, Table]

    def __getitem__(self, name: str) -> Table:
        try:
            return self.tables[name]
        except KeyError:
            raise UnknownLawError(f"no table named {name}") from None

    def digests(self, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Which version of each named table is this?"""
        return tuple((name, self[name].digest) for name in names)

    def only(self, names: tuple[str, ...]) -> Law:
        """What does a gate see that declares these tables? Reading another is an error, not a habit."""
        return Law(MappingProxyType({name: self[name] for name in names}))
