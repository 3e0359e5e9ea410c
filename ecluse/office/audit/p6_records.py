"""P6, first part: is every record as it was written, and does its commitment stand in the log?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from ecluse.base.proof import SALT_BYTES, commit
from ecluse.base.source import SeededSource
from ecluse.licence.terms import Condition
from ecluse.office.audit.reading import Filed, Logged, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.registers import ClassShare, Order, Packing, Release, Unpacking
from ecluse.order import Hearing
from ecluse.proceeds.terms import Contribution, Receipt, Sale, TitleTransfer
from ecluse.surplus.terms import Certificate, Draw, Withdrawal

# What a column must say, where the value itself tells.
SUBJECTS: Mapping[type, Callable[[Any], tuple[str, ...]]] = {
    Hearing: lambda v: (v.tranche,),
    Draw: lambda v: (v.certificate,),
    Certificate: lambda v: (v.id,),
    Withdrawal: lambda v: (v.certificate,),
    ClassShare: lambda v: (f"certificates:{v.class_}",),
    Order: lambda v: (v.id,),
    Packing: lambda v: (v.tranche, v.block),
    Unpacking: lambda v: (v.tranche, v.block),
    Release: lambda v: (v.tranche, v.line, f"host:{v.order}"),
    Sale: lambda v: (v.tranche,),
    TitleTransfer: lambda v: (v.tranche,),
    Receipt: lambda v: (v.tranche,),
    Contribution: lambda v: (v.tranche,),
}
DAYS: Mapping[type, Callable[[Any], date]] = {
    Hearing: lambda v: v.on,
    Draw: lambda v: v.on,
    Certificate: lambda v: v.issued_on,
    Withdrawal: lambda v: v.on,
    Order: lambda v: v.filed_on,
    Release: lambda v: v.on,
    TitleTransfer: lambda v: v.on,
    Receipt: lambda v: v.on,
    Contribution: lambda v: v.on,
}


def records_are_as_written(reading: Reading, tally: Tally) -> None:
    """Do every record's bytes hash to its digest, and do they spell a value of the version its column names?"""
    tally.count("records", len(reading.rows))
    for row in reading.rows:
        if row.fault:
            tally.broken(row.fault, row.rid, row.on, log=row.log, index=row.index)
            taint(reading, row)


def columns_are_projections(reading: Reading, tally: Tally) -> None:
    """Does every column beside the bytes say what the bytes say?"""

    def check(row: Filed) -> None:
        value = row.value
        wanted_rid = {value.id, f"{value.id}/lifted"} if isinstance(value, Condition) else {getattr(value, "id", row.rid)}
        told: list[tuple[str, str, set[str]]] = [("rid", row.rid, wanted_rid)]
        if type(value) in SUBJECTS:
            told.append(("subject", row.subject, set(SUBJECTS[type(value)](value))))
        if type(value) in DAYS:
            told.append(("on", row.on.isoformat(), {DAYS[type(value)](value).isoformat()}))
        order = getattr(value, "order", None)
        if type(order) is str and row.order:
            told.append(("order", row.order, {order}))
        for column, stored, wanted in told:
            if stored not in wanted:
                tally.broken(
                    "column_differs", row.rid, row.on, column=column, stored=stored, written=sorted(wanted)[0]
                )
                taint(reading, row)

    tally.each((row for row in reading.rows if not row.fault), check, lambda row: row.rid)


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
        unopened = 0
        for row in rows:
            state, opened = salts.opening(row, left)
            left[opened] -= 1 if opened else 0
            unopened += not opened
            if state == "record_not_committed" and not row.fault and not _is_altered(entry):
                tally.broken(state, row.rid, row.on, log=row.log, index=row.index)
                taint(reading, row)
        unanswered = sum(number for number in left.values() if number > 0)
        if unanswered > unopened:
            _missing(reading, tally, entry, rows, unanswered - unopened)
    for rows in at.values():
        for row in rows:
            tally.broken("record_not_in_log", row.rid, row.on, log=row.log, index=row.index)
            taint(reading, row)
    reading.keep("openings", salts.states)


def _is_altered(entry: Logged) -> bool:
    from ecluse.base.proof import leaf_hash

    return leaf_hash(entry.body).hex() != entry.leaf_hex


def _missing(reading: Reading, tally: Tally, entry: Logged, rows: list[Filed], number: int) -> None:
    """Commitments that no record opens: records were deleted. Whom they were about the entry's tag tells."""
    subjects: dict[str, str] = reading.kept("subject_of_tag") or {}
    about = subjects.get(str((entry.form or {}).get("tag")), "")
    day = rows[0].on if rows else _day_near(reading, entry)
    tally.broken("record_deleted", about or entry.id, day, log=entry.log, index=entry.index, records=number)
    reading.tainted.update({about, entry.id, order_of(about)} - {""})
    for row in rows:
        taint(reading, row)


def _day_near(reading: Reading, entry: Logged) -> date | None:
    days = [row.on for row in reading.rows if row.log == entry.log and row.index < entry.index]
    return max(days, default=None)


class _Salts:
    """Which salt opens which record, and why one does not."""

    def __init__(self, reading: Reading) -> None:
        self.salts, self.states = reading.salts, {}
        known = {row.digest for row in reading.rows}
        tags = {digest for digest in reading.kept("tag_names") or ()}
        self.orphans = [digest for digest in reading.salts if digest not in known and digest not in tags]
        seed = reading.settings.get("seed", "")
        self.seeded = SeededSource(seed, _NOON) if seed and reading.is_demonstration() else None

    def opening(self, row: Filed, left: Counter[str]) -> tuple[str, str]:
        """How does this record open, and which commitment of its entry does it open?"""
        salt = salt_of(self.salts.get(row.digest))
        state, opened = "open", ""
        if salt is not None:
            opened = commit(salt, row.body).hex()
        if not opened or left[opened] <= 0:
            opened = ""
            state = "record_not_committed"
            seeded = self.seeded.salt(row.rid, "record") if self.seeded else None
            if seeded is not None and left[commit(seeded, row.body).hex()] > 0:
                opened = commit(seeded, row.body).hex()
                state = "salt_altered" if row.digest in self.salts else "salt_missing"
            elif row.digest not in self.salts and not self.orphans:
                state = "salt_missing"
        if not row.fault:
            self.states[row.rid] = (state, row)
        return state, opened


def salt_of(stored: str | None) -> bytes | None:
    """Which 32 bytes are stored here? None when it is no salt."""
    try:
        salt = bytes.fromhex(stored or "")
    except ValueError:
        return None
    return salt if len(salt) == SALT_BYTES else None


def taint(reading: Reading, row: Filed) -> None:
    """What rests on this record can no longer be told: its subject, its order, and whom its bytes name."""
    names = {row.rid, row.subject, row.order, row.digest}
    try:
        form = json.loads(row.body)
    except (ValueError, RecursionError):
        form = None
    if type(form) is dict:
        told = {text for text in form.values() if type(text) is str and ":" in text}
        names |= {text for text in told if text.split(":")[0] not in WIDE}
    names |= {order_of(name) for name in names if name.startswith("order:") and "/" in name}
    reading.tainted.update(names - {""})


# One damaged record of an office or a firm does not put in doubt all that it ever did.
WIDE = frozenset({"authority", "officer", "party", "clock", "key"})


def _noon() -> Any:
    from datetime import UTC, datetime

    return datetime(2000, 1, 1, 12, tzinfo=UTC)


_NOON = _noon()
