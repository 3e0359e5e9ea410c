"""What did a stranger find? Points: checked, waits until a day, cannot be checked from here, or broken."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ecluse.base.words import say, spell

PROMISES = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9")
SHOWN_BREAKS = 50
TEXT_LIMIT = 300


class Status(enum.Enum):
    """What can be said of one point, or of a promise?"""

    BROKEN = "broken"
    CHECKED = "checked"
    WAITS = "waits"
    CANNOT = "cannot_be_checked_from_here"


@dataclass(frozen=True, slots=True)
class Point:
    """One question put to the folder. `where` names the file and place of a break, `until` the day one waits for."""

    promise: str
    key: str
    status: Status
    facts: tuple[tuple[str, Any], ...] = ()
    where: str = ""
    until: date | None = None

    def sentence(self, lang: str) -> str:
        """What does a person read?"""
        facts = dict(self.facts)
        if self.status is Status.BROKEN:
            return say(f"public.broken.{self.key}", lang, where=self.where, **facts)
        if self.until is not None:
            facts["until"] = self.until
        return say(f"public.{self.promise}.{self.key}", lang, **facts)

    def form(self) -> dict[str, Any]:
        """What does another program read?"""
        form: dict[str, Any] = {"point": self.key, "status": self.status.value, **dict(self.facts)}
        if self.where:
            form["where"] = self.where
        if self.until is not None:
            form["until"] = self.until.isoformat()
        return form


def checked(promise: str, key: str, **facts: Any) -> Point:
    """What point says that this was checked and holds?"""
    return Point(promise, key, Status.CHECKED, tuple(facts.items()))


def waits(promise: str, key: str, until: date) -> Point:
    """What point says that this can be checked from that day on?"""
    return Point(promise, key, Status.WAITS, until=until)


def cannot(promise: str, key: str, **facts: Any) -> Point:
    """What point says that nothing in the folder can show this?"""
    return Point(promise, key, Status.CANNOT, tuple(facts.items()))


def broken(promise: str, key: str, where: str, **facts: Any) -> Point:
    """What point says that this does not hold, and where?"""
    told = tuple((name, fact if type(fact) is int else _printable(str(fact))) for name, fact in facts.items())
    return Point(promise, key, Status.BROKEN, told, _printable(where))


def _printable(text: str) -> str:
    """Names and values of a folder that nobody vouches for must not steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:TEXT_LIMIT]


@dataclass(frozen=True, slots=True)
class PublicReport:
    """Everything found in one folder: its day, its root over all logs, the key it must be compared with, the points."""

    as_of: str
    log_root: str
    verifier_key: str
    points: tuple[Point, ...] = field(default_factory=tuple)

    def of(self, promise: str) -> list[Point]:
        """What was found of this promise?"""
        return [point for point in self.points if point.promise == promise]

    def status(self, promise: str) -> tuple[Status, date | None]:
        """What can be said of the promise as a whole, and until which day does something wait at least?

        Broken before all; checked if anything of it was; else what it waits for.
        """
        points = self.of(promise)
        found = {point.status for point in points}
        days = [point.until for point in points if point.until is not None]
        until = min(days, default=None)
        for status in (Status.BROKEN, Status.CHECKED, Status.WAITS):
            if status in found:
                return status, until
        return Status.CANNOT, None

    def breaks(self) -> list[Point]:
        """What is broken?"""
        return [point for point in self.points if point.status is Status.BROKEN]

    def is_sound(self) -> bool:
        """Is nothing broken?"""
        return not self.breaks()

    def form(self) -> dict[str, Any]:
        """What does another program read?"""
        promises = {}
        for promise in PROMISES:
            status, until = self.status(promise)
            form: dict[str, Any] = {"status": status.value}
            if until is not None:
                form["until"] = until.isoformat()
            promises[promise] = {**form, "points": [point.form() for point in self.of(promise)]}
        broken_at = [{"promise": point.promise, **point.form()} for point in self.breaks()]
        head = {"as_of": self.as_of, "log_root": self.log_root, "verifier_key": self.verifier_key}
        return {**head, "sound": self.is_sound(), "promises": promises, "broken": broken_at}

    def text(self, lang: str) -> str:
        """What does a person read?"""
        lines = [say("public.head", lang, day=date.fromisoformat(self.as_of), log_root=self.log_root)]
        lines.append(say("public.compare_key", lang, signer_key=self.verifier_key))
        for promise in PROMISES:
            lines.append(f"{promise}  {self._status_line(promise, lang)}")
            lines += [f"    {line}" for line in _shortened(self.of(promise), lang)]
        return "\n".join(lines)

    def _status_line(self, promise: str, lang: str) -> str:
        status, until = self.status(promise)
        word = say(f"public.status.{status.value}", lang, **({"until": until} if status is Status.WAITS else {}))
        if status is Status.CHECKED and until is not None:
            word = say("public.status.checked_until", lang, until=spell(until, lang))
        return f"{word}: {say(f'public.{promise}.promise', lang)}"


def _shortened(points: Iterable[Point], lang: str) -> list[str]:
    """The sentences of these points, breaks first; after the first fifty breaks the rest are counted."""
    ordered = sorted(points, key=lambda point: list(Status).index(point.status))
    breaks = [point for point in ordered if point.status is Status.BROKEN]
    lines = [point.sentence(lang) for point in breaks[:SHOWN_BREAKS]]
    if len(breaks) > SHOWN_BREAKS:
        lines.append(say("public.more_broken", lang, n=len(breaks) - SHOWN_BREAKS))
    return lines + [point.sentence(lang) for point in ordered if point.status is not Status.BROKEN]
