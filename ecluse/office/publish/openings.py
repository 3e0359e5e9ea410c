"""What opens when? Every kind of record with its day, how many commitments are due, and the records opened so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.law import Row
from ecluse.custody.openings import AFTER_QUARTER, AT_ONCE, Period, kind_of, opens_on, period_of, quarter_of
from ecluse.office.publish.reading import Placed, Reading

# A kind of record with its year, and the quarter of those that open by quarters; 0 for all others.
Slot = tuple[str, int, int]


class Schedule:
    """The rows of `office/opening` in force, and the kind of every record."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        # Asked for every record: a version that one row names whole is looked up, the others are searched for.
        named = Counter(version for row in self.rows for version in row["records"].split(";"))
        self._alone = {
            version: row for row in self.rows if not row["subject_prefix"]
            for version in row["records"].split(";") if named[version] == 1
        }  # fmt: skip

    @classmethod
    def of(cls, reading: Reading) -> Schedule:
        """Which rows are in force on the day of publication?"""
        return cls(reading.law["office/opening"].in_force(reading.as_of))

    def row_of(self, version: str, subject: str) -> Row:
        """By which row does this record open? Raises ValueError for a record that no row names."""
        found = self._alone.get(version) or kind_of(self.rows, version, subject)
        if found is None:
            raise ValueError(f"office/opening has no row for {version}")
        return found

    def slot_of(self, version: str, subject: str, on: date) -> Slot:
        """Among which is this record counted?"""
        row = self.row_of(version, subject)
        return row["kind"], on.year, quarter_of(on) if row["opens"] == AFTER_QUARTER else 0

    def period_of(self, record: Placed) -> Period | None:
        """In which period does this record stand, and so under which key? None for one that opens at once."""
        return period_of(self.row_of(record.v, record.subject), record.on)

    def is_open(self, version: str, subject: str, on: date, as_of: date) -> bool:
        """May this record be shown on that day?"""
        period = period_of(self.row_of(version, subject), on)
        return period is None or period.opens_on <= as_of


def openings(reading: Reading, schedule: Schedule, done: Counter[Slot]) -> dict[str, Any]:
    """How many commitments of each kind and period are there, when do they open, how many are due and how many done?"""
    made: Counter[Slot] = Counter(schedule.slot_of(*record) for record in reading.outline)
    rows = {row["kind"]: row for row in schedule.rows}
    found = []
    for (kind, year, quarter), count in sorted(made.items()):
        row = rows[kind]
        day = None if row["opens"] == AT_ONCE else opens_on(row, year, *([quarter] if quarter else []))
        found.append({
            "kind": kind, "year": year, **({"quarter": quarter} if quarter else {}), "opens": row["opens"],
            **({"opens_on": day.isoformat()} if day else {}), "provision": row["provision"], "commitments": count,
            "due": count if day is None or day <= reading.as_of else 0, "done": done[kind, year, quarter],
        })  # fmt: skip
    return {"kinds": found, "commitments": len(reading.outline)}


def opened(reading: Reading, schedule: Schedule) -> Iterator[tuple[Slot, bytes]]:
    """Which records are open on the day of publication? Where each counts, and a canonical line with salt and body."""
    wanted = sorted({
        version
        for version, subject, on in reading.outline
        if schedule.is_open(version, subject, on, reading.as_of)
    })  # fmt: skip
    for version in wanted:
        for record in reading.each(version):
            if not schedule.is_open(record.v, record.subject, record.on, reading.as_of):
                continue
            slot = schedule.slot_of(record.v, record.subject, record.on)
            line: dict[str, Any] = {"kind": slot[0], "salt": record.salt_hex, "body": record.body.decode()}
            yield slot, canonical({**line, **record.place()})
