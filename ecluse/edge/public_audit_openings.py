"""Did every record open that had to, and does each opened record hash to the commitment in the log?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.canon import parse
from ecluse.base.errors import EvidenceError
from ecluse.base.law import Row
from ecluse.base.proof import opens
from ecluse.custody.openings import AFTER_QUARTER, AT_ONCE, kind_of, opens_on, quarter_of
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_law import PublishedLaw
from ecluse.edge.public_audit_logs import Logs, Place
from ecluse.edge.public_audit_points import Point, broken, cannot, checked, waits


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """One opened record whose salt and body open its commitment, and where that stands."""

    kind: str
    form: dict[str, Any]
    place: Place
    salt: bytes = b""


def read_opened(folder: Folder, logs: Logs) -> tuple[list[OpenedRecord], list[Point]]:
    """Which records are open, and which lines do not open the commitment that they name?"""
    found: list[OpenedRecord] = []
    points: list[Point] = []
    for number, line in enumerate(folder.lines("opened.jsonl"), 1):
        where = f"opened.jsonl:{number}"
        try:
            form = parse(line)
            place = Place.of(form)
            body = form["body"].encode()
            salt = bytes.fromhex(form["salt"])
            is_open = opens(bytes.fromhex(place.commitment), salt, body)
            record = OpenedRecord(form["kind"], parse(body), place, salt)
        except (EvidenceError, KeyError, TypeError, ValueError, AttributeError):
            points.append(broken("P8", "opened_unreadable", where))
            continue
        fault = logs.fault_of(place) if is_open else "opened_differs"
        if fault:
            points.append(broken("P8", fault, f"{where} {place}"))
        else:
            found.append(record)
    seen = Counter(record.place for record in found)
    points += [broken("P8", "listed_twice", f"opened.jsonl {place}") for place, count in seen.items() if count > 1]
    return found, points


def of_version(records: Iterable[OpenedRecord], version: str) -> list[OpenedRecord]:
    """Which opened records are of this version?"""
    return [record for record in records if record.form.get("v") == version]


@dataclass(frozen=True, slots=True)
class Openings:
    """The published schedule, by kind and year."""

    kinds: list[dict[str, Any]]

    def until(self, *kinds: str) -> date | None:
        """On which day are the newest records of all these kinds open? None when nothing is left to wait for."""
        days = [
            date.fromisoformat(item["opens_on"])
            for item in self.kinds
            if item["kind"] in kinds and item["done"] < item["commitments"]
        ]
        return max(days, default=None)

    def count(self, kind: str) -> int:
        """How many commitments of this kind were made?"""
        return sum(item["commitments"] for item in self.kinds if item["kind"] == kind)

    def wait(self, promise: str, key: str, *kinds: str) -> Iterator[Point]:
        """What does this point wait for?"""
        day = self.until(*kinds)
        yield waits(promise, key, day) if day else cannot(promise, f"{key}_open")


def check_openings(
    folder: Folder, logs: Logs, law: PublishedLaw, records: list[OpenedRecord], schedule: Openings
) -> Iterator[Point]:
    """Is every commitment of every year scheduled by the law, and is what is due open? (P8)"""
    where, as_of = "openings.json", folder.as_of
    rows = {row["kind"]: row for row in law.rows("office/opening", as_of)}
    made: Counter[str] = Counter()
    done = Counter(_slot(record, rows.get(record.kind)) for record in records)
    due_all = done_all = 0
    for item in schedule.kinds:
        row, quarter = rows.get(item["kind"]), item.get("quarter", 0)
        if row is None:
            yield broken("P8", "kind_unscheduled", where, kind=item["kind"])
            continue
        made[str(item["year"])] += item["commitments"]
        day = None if row["opens"] == AT_ONCE else opens_on(row, item["year"], *([quarter] if quarter else []))
        is_moved = item.get("opens_on") != (day.isoformat() if day else None) or item["provision"] != row["provision"]
        if is_moved or (row["opens"] == AFTER_QUARTER) != bool(quarter):
            yield broken("P8", "opening_moved", where, kind=item["kind"])
        due = item["commitments"] if day is None or day <= as_of else 0
        shown = done.pop((item["kind"], str(item["year"]), quarter), 0)
        if item["due"] != due or item["done"] != shown or shown < due:
            yield broken("P8", "opening_missed", where, kind=item["kind"], due=due, done=shown)
        due_all, done_all = due_all + due, done_all + shown
    if done:
        yield broken("P8", "opened_unscheduled", where)
    if dict(made) != logs.commitments():
        yield broken("P8", "commitments_differ", where)
    yield from _kinds_fit(rows.values(), records)
    yield checked("P8", "schedule", n=sum(made.values()), kinds=len(rows))
    yield checked("P8", "openings", done=done_all, due=due_all)
    day = min((date.fromisoformat(i["opens_on"]) for i in schedule.kinds if i["due"] < i["commitments"]), default=None)
    if day is not None:
        yield waits("P8", "next", day)


def _slot(record: OpenedRecord, row: Row | None) -> tuple[str, str, int]:
    """Where does an opened record count? The log tells its year; of what opens by quarters its own day the quarter."""
    by_quarter = row is not None and row["opens"] == AFTER_QUARTER
    quarter = quarter_of(date.fromisoformat(record.form["on"])) if by_quarter else 0
    return record.kind, record.place.log.rsplit("/", 1)[-1], quarter


def _kinds_fit(rows: Iterable[Row], records: Iterable[OpenedRecord]) -> Iterator[Point]:
    """An opened record counts only for the kind that the law puts it in."""
    rows = list(rows)
    for record in records:
        subject = record.form.get("subject", record.form.get("id", ""))
        row = kind_of(rows, str(record.form.get("v")), str(subject))
        if row is None or record.kind != row["kind"]:
            yield broken("P8", "opened_as_another_kind", f"opened.jsonl {record.place}", kind=record.kind)
