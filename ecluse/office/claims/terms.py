"""What are the nouns of the register of claims? A claim, its measure, the status that was measured; shared readings."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ecluse.base.money import Money
from ecluse.custody.terms import Centre, LifeEvent, LifeState, Line
from ecluse.edge.world.read import World
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.registers import LineOutput, Model, Order, Release

DRONES = ("fpv", "interceptor", "long_range", "naval_drone")


@dataclass(frozen=True, slots=True)
class Worded:
    """How many of something that has a name in each language: the name's key, the number."""

    key: str
    number: int


Fact = str | int | date | Money | Worded | None | tuple["Fact", ...]


class Status(enum.Enum):
    """What do the records say of a claim?"""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    OPEN = "open"
    NOT_TESTABLE = "not_testable_here"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim to be measured: which, when it was said, and the records and world to measure it on."""

    id: str
    said_on: date
    reading: Reading
    world: World


@dataclass(frozen=True, slots=True)
class Measured:
    """The status of a claim and the figures it was computed from, by the names its sentences use."""

    status: Status
    figures: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a claim is measured, and on which tables of the world the figures rest in the end."""

    of: Callable[[Claim], Measured]
    tables: tuple[str, ...]


def status_of(*, supported: bool, contradicted: bool) -> Status:
    """Which status follows? What is neither is open."""
    if supported:
        return Status.SUPPORTED
    return Status.CONTRADICTED if contradicted else Status.OPEN


def centres(reading: Reading) -> list[Centre]:
    """Which export centres were announced, in the order of their ids?"""
    return sorted((row.value for row in reading.of(Centre)), key=lambda centre: centre.id)


def lines(reading: Reading) -> list[Line]:
    """Which lines are registered, in the order of their ids?"""
    return sorted((row.value for row in reading.of(Line)), key=lambda line: line.id)


def life(reading: Reading, subject: str) -> list[LifeEvent]:
    """Which steps did this centre or line take, oldest first?"""
    return sorted((row.value for row in reading.about(subject, LifeEvent)), key=lambda event: event.on)


def reached(reading: Reading, subject: str, state: LifeState) -> date | None:
    """Since when is, or was, it in this state? None when it never was."""
    return next((event.on for event in life(reading, subject) if event.state is state), None)


def output(reading: Reading, line: str, until: date | None = None) -> int:
    """How many units did the line make, by this day?"""
    made = [row.value for row in reading.about(line, LineOutput)]
    return sum(entry.units for entry in made if until is None or entry.on <= until)


def orders(reading: Reading) -> dict[str, Order]:
    """Which orders are on file?"""
    return {id: row.value for id, row in reading.orders().items()}


def released(reading: Reading) -> list[Filed]:
    """Which releases are on record, one a tranche?"""
    return [row for row in reading.of(Release) if row.subject == row.value.tranche]


def models(reading: Reading) -> dict[str, Model]:
    """Which models are catalogued?"""
    return {row.value.id: row.value for row in reading.of(Model)}


def counted(names: Iterable[str]) -> tuple[str, ...]:
    """How many times does each name stand here? The most frequent first.

    >>> counted(["LT", "DE", "LT"])
    ('LT 2', 'DE 1')
    """
    counts = Counter(names)
    return tuple(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def percent(part: int, whole: int) -> int | None:
    """How many hundredths of the whole is this part? Rounded down; unknown when there is no whole."""
    return part * 100 // whole if whole else None
