"""What was attested last of a maker's model, month by month? A later questionnaire takes an earlier one's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ecluse.base.days import Month
from ecluse.surplus.terms import CapacityAttestation, ModelCapacity

# Whose capacity of which model in which month.
Slot = tuple[str, str, Month]
Spoken = Mapping[Slot, tuple[CapacityAttestation, int]]


def capacity_words(attestations: Iterable[CapacityAttestation]) -> Spoken:
    """Which attestation speaks of each month's capacity, and what does it say?

    The one made last counts, of those of one day the one filed last. The earlier one stays on record, and goes on
    counting for the months of which the later one says nothing.
    """
    words: dict[Slot, tuple[CapacityAttestation, int]] = {}
    for given in _in_order(attestations):
        words |= {(given.maker, given.model, point.month): (given, point.units) for point in given.capacity}
    return words


def demonstrated_words(attestations: Iterable[CapacityAttestation]) -> Spoken:
    """Which attestation speaks of each month's demonstrated output, and what does it say?"""
    words: dict[Slot, tuple[CapacityAttestation, int]] = {}
    for given in _in_order(attestations):
        words |= {(given.maker, given.model, point.month): (given, point.units) for point in given.demonstrated}
    return words


def _in_order(attestations: Iterable[CapacityAttestation]) -> list[CapacityAttestation]:
    """By the day on which they were made; they come in the order in which they were filed."""
    return sorted(attestations, key=lambda given: given.attested_on)


def by_month(words: Spoken) -> dict[Month, int]:
    """How many units in each month, over makers and models?"""
    total: dict[Month, int] = {}
    for (_, _, month), (_, units) in words.items():
        total[month] = total.get(month, 0) + units
    return total


def units_within(words: Spoken, first: Month, last: Month) -> int:
    """How many units in these months together?"""
    return sum(units for (_, _, month), (_, units) in words.items() if first <= month <= last)


def cited(attestations: Iterable[CapacityAttestation], on: date) -> tuple[CapacityAttestation, ...]:
    """On which attestations does a certificate rest on this day, in the order in which they were filed?

    On those that still speak of a month; not on one that has expired and speaks of months gone by alone: nobody can
    renew those.
    """
    own, this_month = list(attestations), Month.of(on)
    last: dict[str, Month] = {}
    for (_, _, month), (given, _) in capacity_words(own).items():
        last[given.id] = max(month, last.get(given.id, month))
    return tuple(
        given for given in own
        if given.id in last and (on <= given.valid_until or this_month <= last[given.id])
    )  # fmt: skip


def capacity_between(
    attestations: Iterable[CapacityAttestation], first: Month, last: Month, on: date
) -> ModelCapacity | None:
    """What was attested and demonstrated in these months, and until when does the attestation of what is to come hold?

    None where nothing was ever attested: unknown is not zero.
    """
    own = list(attestations)
    if not own:
        return None
    words = capacity_words(own)
    return ModelCapacity(
        units_within(words, first, last), units_within(demonstrated_words(own), first, last),
        min(given.valid_until for given in _speaking(own, words, first, last, on)),
    )  # fmt: skip


def _speaking(
    own: list[CapacityAttestation], words: Spoken, first: Month, last: Month, on: date
) -> list[CapacityAttestation]:
    """Which speak of the months of this span that are still to come; else of any in it; else all there are?"""
    within = {month: [given for (_, _, m), (given, _) in words.items() if m == month] for month in first.until(last)}
    coming = [given for month, found in within.items() if month >= Month.of(on) for given in found]
    return coming or [given for found in within.values() for given in found] or own
