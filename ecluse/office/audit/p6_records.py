"""P6, first part: is every record as it was written, and does its commitment stand in the log?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime

from ecluse.base.proof import SALT_BYTES, commit, leaf_hash
from ecluse.base.source import SeededSource
from ecluse.office.audit.reading import Filed, Logged, Reading, order_of
from ecluse.office.audit.report import Tally

# A seeded source has a clock; salts do not ask it.
_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)


def records_are_as_written(reading: Reading, tally: Tally) -> None:
    """Do every record's bytes hash to its digest, and do they spell a value of the version its column names?"""
    tally.count("records", len(reading.rows))
    for row in reading.rows:
        if row.fault:
            tally.broken(row.fault, row.rid, row.on, log=row.log, index=row.index)
            taint(reading, row)


def commitments_are_answered(reading: Reading, tally: Tally) -> None:
    """Is every commitment in the log opened by a record, and does every record's commitment stand there?"""
    at: dict[tuple[str, int], list[Filed]] = defaultdict(list)
    for row in reading.rows:
        at[row.place].append(row)
    salts = _Salts(reading)
    for entry in reading.entries:
        rows = at.pop((entry.log, entry.index), [])
        if entry.form is None or type(entry.form.get("sd")) is not list:
            continue
        left = Counter(str(commitment) for commitment in entry.form["sd"])
        tally.count("commitments", sum(left.values()))
        unopened = []
        for row in rows:
            opened = salts.opening(row, left)
            left[opened] -= 1 if opened else 0
            unopened += [] if opened else [row]
        unanswered = sum(number for number in left.values() if number > 0)
        for row in unopened:
            is_foreign = salts.is_foreign(row, unanswered < len(unopened))
            if is_foreign and not row.fault and not _is_altered(entry):
                tally.broken("record_not_committed", row.rid, row.on, log=row.log, index=row.index)
                taint(reading, row)
        if unanswered > len(unopened):
            _missing(reading, tally, entry, rows, unanswered - len(unopened))
    for rows in at.values():
        for row in rows:
            tally.broken("record_not_in_log", row.rid, row.on, log=row.log, index=row.index)
            taint(reading, row)
    reading.keep("openings", salts.states)
    # The salt of a record that is gone still stands under its digest.
    if any(finding.key.startswith("record_") for finding in tally.findings):
        reading.tainted.update(salts.orphans)


def _is_altered(entry: Logged) -> bool:
    return leaf_hash(entry.body).hex() != entry.leaf_hex


def _missing(reading: Reading, tally: Tally, entry: Logged, rows: list[Filed], number: int) -> None:
    """Commitments that no record opens: records were deleted. Whom they were about the entry's tag tells."""
    subjects: dict[str, str] = reading.kept("subject_of_tag") or {}
    about = subjects.get(str((entry.form or {}).get("tag")), "")
    day = rows[0].on if rows else _day_near(reading, entry)
    tally.broken("record_deleted", about or entry.id, day, log=entry.log, index=entry.index, records=number)
    reading.tainted.update({about, f"{entry.log}/{entry.index:08d}", order_of(about)} - {""})
    for row in rows:
        taint(reading, row)


def _day_near(reading: Reading, entry: Logged) -> date | None:
    """An entry whose records are gone was written on the day of the entry before it, or soon after."""
    days = reading.kept("days_by_log")
    if days is None:
        days = defaultdict(dict)
        for row in reading.rows:
            days[row.log][row.index] = row.on
        reading.keep("days_by_log", days)
    own: dict[int, date] = days.get(entry.log, {})
    return next((own[index] for index in range(entry.index - 1, -1, -1) if index in own), None)


class _Salts:
    """Which salt opens which record, and why one does not."""

    def __init__(self, reading: Reading) -> None:
        self.salts = reading.salts
        self.states: dict[str, tuple[str, Filed]] = {}
        known = {row.digest for row in reading.rows}
        tags = set(reading.kept("tag_names") or ())
        self.orphans = [digest for digest in reading.salts if digest not in known and digest not in tags]
        seed = reading.settings.get("seed", "")
        self.seeded = SeededSource(seed, _NOON) if seed and reading.is_demonstration() else None

    def opening(self, row: Filed, left: Counter[str]) -> str:
        """Which commitment of its entry does this record open? None, when neither salt on file nor seed opens one."""
        salt = salt_of(self.salts.get(row.digest))
        opened = commit(salt, row.body).hex() if salt is not None else ""
        if opened and left[opened] > 0:
            self.states[row.rid] = ("open", row)
            return opened
        seeded = self.seeded.salt(row.rid, "record") if self.seeded else None
        if seeded is not None and left[commit(seeded, row.body).hex()] > 0:
            self.states[row.rid] = ("salt_altered" if row.digest in self.salts else "salt_missing", row)
            return commit(seeded, row.body).hex()
        return ""

    def is_foreign(self, row: Filed, are_too_many: bool) -> bool:
        """Was this record never committed here, or is only its salt gone? Without a seed the entry's count decides."""
        if self.seeded is None and row.digest not in self.salts and not self.orphans and not are_too_many:
            self.states[row.rid] = ("salt_missing", row)
            return False
        return True


def salt_of(stored: str | None) -> bytes | None:
    """Which 32 bytes are stored here? None when it is no salt."""
    try:
        salt = bytes.fromhex(stored or "")
    except ValueError:
        return None
    return salt if len(salt) == SALT_BYTES else None


def taint(reading: Reading, row: Filed) -> None:
    """What rests on this record can no longer be told: its subject, its order, and whom its bytes name."""
    names = {row.rid, row.subject, row.order, row.digest, f"{row.log}/{row.index:08d}", main_subject(reading, row)}
    try:
        form = json.loads(row.body)
    except (ValueError, RecursionError):
        form = None
    if type(form) is dict:
        told = {text for text in form.values() if type(text) is str and ":" in text}
        names |= {text for text in told if text.split(":")[0] not in WIDE}
        if not row.order and type(form.get("class")) is str:
            names.add(f"class:{form['class']}")
    names |= {order_of(name) for name in names if name.startswith("order:") and "/" in name}
    reading.tainted.update(names - {""})


# One damaged record of an office or a firm does not put in doubt all that it ever did.
WIDE = frozenset({"authority", "officer", "party", "clock", "key"})


def main_subject(reading: Reading, row: Filed) -> str:
    """About whom was the deed that wrote this record? The tag of its entry tells."""
    tags: dict[tuple[str, int], str] | None = reading.kept("tag_of_place")
    if tags is None:
        told = {(e.log, e.index): str(e.form.get("tag")) for e in reading.entries if e.form}
        tags = reading.keep("tag_of_place", told)
    subjects: dict[str, str] = reading.kept("subject_of_tag") or {}
    return subjects.get(tags.get(row.place, ""), "")
