"""What was known about a subject on a day? Its records that had been filed by then, as they were written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.office.models import Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """One record as it stood on file: who filed it by which action on which day, where its commitment stands."""

    rid: str
    v: str
    digest: str
    value: Any
    on: date
    actor: str
    action: str
    log: str
    index: int


@dataclass(frozen=True, slots=True)
class KnownFile:
    """Everything that was on file about a subject on a day, in the order in which it was written."""

    subject: str
    day: date
    records: tuple[Known, ...]

    def of(self, cls: type[T]) -> list[T]:
        """Which records of this class were known, oldest first?"""
        return [known.value for known in self.records if known.v == VERSIONS[cls]]

    def newest(self, cls: type[T]) -> T | None:
        """Which was the newest of this class by then?"""
        found = self.of(cls)
        return found[-1] if found else None


def as_known_on(subject: str, day: date) -> KnownFile:
    """What was on file about this subject at the end of this day? A record counts from the day it was filed.

    Raises EvidenceError when a record's bytes are no longer those that were sealed.
    """
    found = []
    for row in Record.objects.filter(subject=subject, on__lte=day).order_by("turn"):
        body = row.body.encode() if isinstance(row.body, str) else bytes(row.body)
        if digest(body) != row.digest:
            raise EvidenceError(f"{row.rid} is not as it was sealed; run: ecluse audit")
        found.append(Known(row.rid, row.v, row.digest, unseal(body), row.on, row.actor, row.action, row.log, row.index))
    return KnownFile(subject, day, tuple(found))


def days_known(subject: str) -> list[date]:
    """On which days did what is known about this subject change? A page offers these to look back to."""
    return sorted(set(Record.objects.filter(subject=subject).values_list("on", flat=True)))
