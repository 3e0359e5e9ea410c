"""P1: which questionnaire was each month's last word on capacity? Told by the audit's own rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.surplus.terms import CapacityAttestation, ModelCapacity, MonthUnits


@dataclass(frozen=True, slots=True)
class Word:
    """What was said last of one month: how many units, by which attestation, as which of those filed."""

    units: int
    by: CapacityAttestation
    place: int


Figures = Callable[[CapacityAttestation], tuple[MonthUnits, ...]]


def said_last(given: Iterable[CapacityAttestation], figures: Figures) -> dict[tuple[str, str, Month], Word]:
    """What was said last of each maker's model and month? Of two the later made, of one day's the later filed."""
    found: dict[tuple[str, str, Month], Word] = {}
    for place, one in enumerate(given):
        for point in figures(one):
            slot = (one.maker, one.model, point.month)
            before = found.get(slot)
            if before is None or before.by.attested_on <= one.attested_on:
                found[slot] = Word(point.units, one, place)
    return found


def units_of_span(words: dict[tuple[str, str, Month], Word], first: Month, last: Month) -> int:
    """How many units in these months together?"""
    return sum(word.units for (_, _, month), word in words.items() if first <= month <= last)


def places_cited(given: list[CapacityAttestation], on: date) -> list[int]:
    """Which of these, by place, does a certificate rest on? Who speaks of a month, unless expired and of the past."""
    months: dict[int, list[Month]] = {}
    for (_, _, month), word in said_last(given, lambda one: one.capacity).items():
        months.setdefault(word.place, []).append(month)
    gone = {place for place, own in months.items() if given[place].valid_until < on and max(own) < Month.of(on)}
    return sorted(set(months) - gone)


def capacity_of_span(given: list[CapacityAttestation], first: Month, last: Month, on: date) -> ModelCapacity | None:
    """What was attested and demonstrated in these months, and until when does the word on those to come hold?"""
    if not given:
        return None
    words = said_last(given, lambda one: one.capacity)
    shown = said_last(given, lambda one: one.demonstrated)
    within = [(month, word.by.valid_until) for (_, _, month), word in words.items() if first <= month <= last]
    coming = [until for month, until in within if month >= Month.of(on)]
    until = min(coming or [until for _, until in within] or [one.valid_until for one in given])
    return ModelCapacity(units_of_span(words, first, last), units_of_span(shown, first, last), until)
