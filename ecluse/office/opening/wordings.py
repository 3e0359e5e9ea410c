"""May a record stand beside an older one of its id? Where the newest wording counts, and never backwards in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ecluse.base.signing import Key
from ecluse.office.registers import HomePrice, Officer
from ecluse.parties.terms import ExporterStatus, Party

# Of these the newest record counts, so that a changed row is a new record beside the old one: `party:x@2`.
REVISED = (Party, ExporterStatus, HomePrice)


def may_stand_beside(record: object, own: Sequence[object], on: date) -> bool:
    """May this new wording be filed today beside what is on record under its id, oldest first?

    A mandate or key may get another last day while it is in force, from today on. An officer may get other mandates;
    the same one again only after it ended.
    """
    if isinstance(record, Officer):
        return _officer_may([one for one in own if isinstance(one, Officer)], record, on)
    if isinstance(record, Key):
        last = own[-1]
        is_ended = isinstance(last, Key) and replace(last, valid_until=record.valid_until) == record
        return is_ended and _reaches(last.valid_until, on) and _reaches(record.valid_until, on)  # type: ignore[attr-defined]
    return isinstance(record, REVISED)


def _officer_may(own: Sequence[Officer], record: Officer, on: date) -> bool:
    same = [one for one in own if (one.authority, one.role) == (record.authority, record.role)]
    worded = [one for one in same if one.valid_from == record.valid_from]
    if worded:
        last = worded[-1]
        is_reworded = replace(last, valid_until=record.valid_until, name=record.name) == record
        return is_reworded and _reaches(last.valid_until, on) and _reaches(record.valid_until, on)
    newest = {one.valid_from: one for one in same}
    return all(one.valid_until is not None and one.valid_until < record.valid_from for one in newest.values())


def _reaches(until: date | None, on: date) -> bool:
    return until is None or on <= until
