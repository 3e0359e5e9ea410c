"""P8, openings: did so many hosts hand in the very share that was laid for them, by the last day, for every key due?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.errors import EvidenceError
from ecluse.custody.openings import (
    HandedShare,
    OpeningDone,
    OpeningKey,
    missed_by,
    restored,
    share_handed,
    standing_keys,
)
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally


def shares_are_those_laid(reading: Reading, tally: Tally) -> None:
    """Is each share that was handed in the one that was laid for its host, and not before its day?"""
    keys = {row.value.id: row.value for row in reading.of(OpeningKey)}

    def check(row: Filed) -> None:
        handed: HandedShare = row.value
        key: OpeningKey | None = keys.get(handed.key)
        tally.count("shares_handed_in")
        if key is None or handed.on < key.opens_on:
            tally.broken("share_early", handed.key, row.on, host=handed.host)
            return
        try:
            share_handed(key, handed)
        except EvidenceError:
            tally.broken("share_wrong", handed.key, row.on, host=handed.host)
        if not reading.is_signed(row, handed.host):
            tally.count("shares_unsigned")  # it proves itself; who handed it in does not

    tally.each(reading.of(HandedShare), check, lambda row: row.rid)


def openings_are_done(reading: Reading, tally: Tally) -> None:
    """Was every key that is due opened by its last day? A missed opening breaks the promise on the day after."""
    on = last_day(reading)
    standing = standing_keys(row.value for row in reading.of(OpeningKey))
    done = {row.value.key: row.value for row in reading.of(OpeningDone)}
    bound = reading.kept("keys_bound") or ()  # a key of a period without a commitment opens nothing
    due = [key for key in standing.values() if key.opens_on <= on and key.name in bound]
    tally.count("keys_due", len(due))
    for key in due:
        handed = {row.value.host: row.value for row in _handed(reading, key)}
        day, late = missed_by(key, {host: one.on for host, one in handed.items()}, on)
        if day is not None:
            tally.broken("opening_missed", key.id, day, hosts=", ".join(late), handed=len(handed), needed=key.threshold)
        elif key.due_on < on:
            tally.count("shares_late", len(late))
        if len(handed) >= key.threshold:
            tally.count("keys_opened")
            _check_done(tally, key, list(handed.values()), done.get(key.id))
    tally.has_nothing_to_keep = not due


def _handed(reading: Reading, key: OpeningKey) -> Iterator[Filed]:
    return (row for row in reading.of(HandedShare) if row.value.key == key.id)


def _check_done(tally: Tally, key: OpeningKey, handed: list[HandedShare], done: OpeningDone | None) -> None:
    """What the shares restore is what was told to everybody."""
    try:
        secret = restored(key, handed)
    except EvidenceError:
        return  # the wrong share is named by itself
    if done is None or done.key_hex != secret.hex():
        tally.broken("opening_untold", key.id, max(one.on for one in handed))


def last_day(reading: Reading) -> date:
    """Until which day does the record reach? A demonstration's calendar may have been turned beyond its year."""
    return max((row.on for row in reading.rows), default=reading.today())
