"""Can the hosts open what is due without the office? Shares are tried, keys restored, hidden disclosures opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.canon import parse
from ecluse.base.errors import EvidenceError
from ecluse.base.proof import opens
from ecluse.base.sealed import decode
from ecluse.custody.disclosures import Disclosures
from ecluse.custody.openings import (
    HandedShare,
    OpeningKey,
    Period,
    each_fault,
    file_of,
    kind_of,
    missed_by,
    period_of,
    restored,
    standing_keys,
)
from ecluse.edge.public_audit_folder import Folder
from ecluse.edge.public_audit_law import PublishedLaw
from ecluse.edge.public_audit_logs import Logs, Place
from ecluse.edge.public_audit_openings import OpenedRecord, Openings, of_version
from ecluse.edge.public_audit_points import Point, broken, cannot, checked, waits

KEYS, SHARES = "opening_key/1", "opening_share/1"


def check_keys(
    folder: Folder, logs: Logs, law: PublishedLaw, records: list[OpenedRecord], schedule: Openings
) -> Iterator[Point]:
    """Is all that opens later hidden under a logged key, and does every key that is due open what it hides? (P8)"""
    keys = standing_keys(values_of(records, KEYS, OpeningKey))
    handed = values_of(records, SHARES, HandedShare)
    if not keys:
        yield cannot("P8", "split")
        return
    wanted = _wanted(folder, law, schedule)
    yield from _hidden(folder, wanted, keys)
    opened = lines = 0
    for key in (key for key in keys.values() if wanted[key.name]):
        own = [one for one in handed if one.key == key.id]
        yield from _day(folder, key, own)
        if key.opens_on <= folder.as_of and len(own) >= key.threshold:
            try:
                secret = restored(key, own)
            except EvidenceError:
                continue  # the wrong share is named by itself
            found = list(hidden_under(folder, logs, law, key, secret))
            yield from (point for point in found if isinstance(point, Point))
            opened, lines = opened + 1, lines + sum(isinstance(point, Hidden) for point in found)
    yield checked("P8", "keys", keys=len(keys), opened=opened, n=lines)


def values_of(records: list[OpenedRecord], version: str, cls: type[Any]) -> list[Any]:
    """Which values do the opened records of this version hold, in the order of the log? Decoded strictly."""
    found = sorted(of_version(records, version), key=lambda record: (record.place.log, record.place.index))
    return [decode(cls, {name: value for name, value in one.form.items() if name != "v"}) for one in found]


def _wanted(folder: Folder, law: PublishedLaw, schedule: Openings) -> Counter[str]:
    """How many commitments does each key open, by the schedule?"""
    rows = {row["kind"]: row for row in law.rows("office/opening", folder.as_of)}
    wanted: Counter[str] = Counter()
    for item in schedule.kinds:
        period = _period(rows.get(item["kind"]), item)
        if period is not None:
            wanted[period.name] += item["commitments"]
    return wanted


def _hidden(folder: Folder, wanted: Counter[str], keys: dict[str, OpeningKey]) -> Iterator[Point]:
    """As many lines under each key as there are commitments of its period, and no commitment without a key."""
    for name in sorted(wanted.keys() - keys.keys()):
        yield broken("P8", "key_missing", "openings.json", name=name, n=wanted[name])
    for name in sorted(keys):
        where = file_of(name)
        lines = sum(1 for _ in folder.lines(where)) if where in folder.present else 0
        if lines != wanted[name]:
            yield broken("P8", "hidden_differs", where, lines=lines, made=wanted[name])


def _period(row: Any, item: dict[str, Any]) -> Period | None:
    if row is None:
        return None  # named as a kind that the law has not
    return period_of(row, date(item["year"], 3 * item.get("quarter", 4), 1))


def _day(folder: Folder, key: OpeningKey, handed: list[HandedShare]) -> Iterator[Point]:
    """Early, wrong or missing shares; the days that are still to come."""
    as_of = folder.as_of
    for host, fault in each_fault(key, handed):
        yield broken("P8", "share_wrong", key.id, host=host, fault=fault)
    for one in handed:
        if one.on < key.opens_on:
            yield broken("P8", "share_early", key.id, host=one.host, day=str(one.on))
    day, late = missed_by(key, {one.host: one.on for one in handed}, as_of)
    if day is not None:
        yield broken("P8", "key_missed", key.id, day=str(day), hosts=", ".join(late), needed=key.threshold)
    elif key.opens_on <= as_of and len(handed) < key.threshold:
        yield waits("P8", "shares", key.due_on)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was hidden, now open: where its commitment stands, the salt and the record's bytes."""

    place: Place
    salt: bytes
    body: bytes


def hidden_under(
    folder: Folder, logs: Logs, law: PublishedLaw, key: OpeningKey, secret: bytes
) -> Iterator[Point | Hidden]:
    """What does every line under this key hide? A record that the log commits to and the law opens then, or a point."""
    where, hides = file_of(key.name), Disclosures(secret)
    lines = {form["at"]: form["sealed"] for form in map(parse, folder.lines(where))} if where in folder.present else {}
    rows = list(law.rows("office/opening", folder.as_of))
    for place in _places(logs):
        sealed = lines.pop(hides.locator(place.commitment), None)
        if sealed is None:
            continue
        try:
            salt, body = hides.open(place.commitment, sealed)
            form = parse(body)
            row = kind_of(rows, form["v"], str(form.get("subject", form.get("id", ""))))
            fits = row is not None and _is_of(period_of(row, _day_in(key, form)), key)
        except (EvidenceError, KeyError, TypeError, ValueError):
            yield broken("P8", "hidden_unreadable", f"{where} {place}")
            continue
        if fits and opens(bytes.fromhex(place.commitment), salt, body):
            yield Hidden(place, salt, body)
        else:
            yield broken("P8", "hidden_differs_from_log", f"{where} {place}")
    if lines:
        yield broken("P8", "hidden_of_nothing", where, n=len(lines))


def _places(logs: Logs) -> Iterator[Place]:
    for log, entries in logs.entries.items():
        for index, entry in enumerate(entries):
            for commitment in entry["sd"]:
                yield Place(log, index, commitment)


def _day_in(key: OpeningKey, form: dict[str, Any]) -> date:
    """The day of what opens by quarters stands in the record; of all else only the year counts."""
    return date.fromisoformat(form["on"]) if "on" in form else key.first_day


def _is_of(period: Period | None, key: OpeningKey) -> bool:
    return period is not None and period.name == key.name
