"""What opens when? Every kind of record with its day, how many commitments are due, and the records opened so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.law import Row
from ecluse.edge.public_audit_openings import AT_ONCE, kind_of, opens_on
from ecluse.office.publish.reading import Reading


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows of `office/opening` in force, and the kind of every record."""

    rows: tuple[Row, ...]

    @classmethod
    def of(cls, reading: Reading) -> Schedule:
        """Which rows are in force on the day of publication?"""
        return cls(tuple(reading.law["office/opening"].in_force(reading.as_of)))

    def row_of(self, version: str, subject: str) -> Row:
        """By which row does this record open? Raises ValueError for a record that no row names."""
        found = kind_of(self.rows, version, subject)
        if found is None:
            raise ValueError(f"office/opening has no row for {version}")
        return found

    def is_open(self, version: str, subject: str, on: date, as_of: date) -> bool:
        """May this record be shown on that day?"""
        row = self.row_of(version, subject)
        return row["opens"] == AT_ONCE or opens_on(row, on.year) <= as_of


def openings(reading: Reading, schedule: Schedule, done: Counter[tuple[str, int]]) -> dict[str, Any]:
    """How many commitments of each kind and year are there, when do they open, how many are due and how many done?"""
    made: Counter[tuple[str, int]] = Counter()
    for version, subject, on in reading.outline:
        made[schedule.row_of(version, subject)["kind"], on.year] += 1
    rows = {row["kind"]: row for row in schedule.rows}
    found = []
    for (kind, year), count in sorted(made.items()):
        row = rows[kind]
        is_at_once = row["opens"] == AT_ONCE
        opens = {} if is_at_once else {"opens_on": opens_on(row, year).isoformat()}
        is_due = is_at_once or opens_on(row, year) <= reading.as_of
        found.append({
            "kind": kind, "year": year, "opens": row["opens"], **opens, "provision": row["provision"],
            "commitments": count, "due": count if is_due else 0, "done": done[kind, year],
        })  # fmt: skip
    return {"kinds": found, "commitments": len(reading.outline)}


def opened(reading: Reading, schedule: Schedule) -> Iterator[tuple[str, int, bytes]]:
    """Which records are open on the day of publication? Kind, year and one canonical line each, salt and body in it."""
    wanted = sorted({
        version
        for version, subject, on in reading.outline
        if schedule.is_open(version, subject, on, reading.as_of)
    })  # fmt: skip
    for version in wanted:
        for record in reading.each(version):
            if not schedule.is_open(record.v, record.subject, record.on, reading.as_of):
                continue
            kind = schedule.row_of(record.v, record.subject)["kind"]
            line: dict[str, Any] = {"kind": kind, "salt": record.salt_hex, "body": record.body.decode()}
            yield kind, record.on.year, canonical({**line, **record.place()})
