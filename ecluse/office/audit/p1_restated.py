"""P1: which counts, needs and limits were their owners' last word? Told by the audit's own rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.office.audit.brought import brought
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.opening.records import SignatureBrought
from ecluse.surplus.terms import AbsorptionLimit, CapacityAttestation, StatedNeed, StockCount

# Which records of a class about a subject were on file?
Rows = Callable[[str, type[Any]], Sequence[Filed]]


def _is_outdone(mine: tuple[date, int], others: Iterable[tuple[date, int]]) -> bool:
    """Did another of the same kin come after this one, by its day and then by its place in the file?"""
    return any(other > mine for other in others)


def last_needs(needs: Sequence[StatedNeed]) -> list[StatedNeed]:
    """What was stated last of each owner's class, priority and month? Months spoken of anew are cut away."""
    said: dict[tuple[str, str, int, Month], list[tuple[date, int]]] = {}
    for place, need in enumerate(needs):
        for month in {point.month for point in need.needed}:
            said.setdefault((need.owner, need.class_, need.priority, month), []).append((need.stated_on, place))
    found = []
    for place, need in enumerate(needs):
        kin = (need.owner, need.class_, need.priority)
        left = [p for p in need.needed if not _is_outdone((need.stated_on, place), said[*kin, p.month])]
        if len(left) == len(need.needed):
            found.append(need)
        elif left:
            found.append(replace(need, needed=tuple(left)))
    return found


def last_counts(counts: Sequence[StockCount], first: Month) -> list[StockCount]:
    """Which counts stand for the year that opens in this month? Each owner's last of the opening, else its last."""
    by_kin: dict[tuple[str, str], list[tuple[bool, date, int]]] = {}
    for place, one in enumerate(counts):
        rank = (_is_of_opening(one, first), one.counted_on, place)
        by_kin.setdefault((one.owner, one.model), []).append(rank)
    last = {max(ranks)[2] for ranks in by_kin.values()}
    return [one for place, one in enumerate(counts) if place in last]


def _is_of_opening(count: StockCount, first: Month) -> bool:
    """Was it counted in the first month, or in the month just before it?"""
    month = Month.of(count.counted_on)
    return month == first or month.next() == first


def last_limits(limits: Sequence[AbsorptionLimit]) -> list[AbsorptionLimit]:
    """Which limits did nobody set anew for the same class and months?"""
    by_kin: dict[tuple[Any, ...], list[tuple[date, int]]] = {}
    for place, one in enumerate(limits):
        by_kin.setdefault((one.owner, one.class_, one.first_month, one.last_month), []).append((one.stated_on, place))
    last = {max(kin)[1] for kin in by_kin.values()}
    return [one for place, one in enumerate(limits) if place in last]


def is_signed_by_day(reading: Reading, row: Filed, owner: str, on: date) -> bool:
    """Had this owner's signature of this record come in by the end of this day?"""
    carried_in = [late.on for late in brought(reading).get(row.digest, ()) if late.value.owner == owner]
    return reading.signs_kept(row.digest, owner) and (not carried_in or min(carried_in) <= on)


def signed_attestations(reading: Reading, rows: Rows, model: str) -> list[CapacityAttestation]:
    """Which questionnaires of a model bore their maker's signature by then? One brought in later counts later."""
    found = []
    stood: set[str] | None = None
    for row in rows(model, CapacityAttestation):
        maker = row.value.maker
        if not reading.signs_kept(row.digest, maker):
            continue
        carried_in = [late.rid for late in brought(reading).get(row.digest, ()) if late.value.owner == maker]
        if carried_in and stood is None:
            stood = {late.rid for late in rows(model, SignatureBrought)}
        if not carried_in or (stood and stood.intersection(carried_in)):
            found.append(row.value)
    return found
