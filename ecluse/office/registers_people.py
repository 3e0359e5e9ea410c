"""Which nouns tell of people at work? Who acted, who is away, which papers one side signed, which day was turned to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ecluse.base.sealed import sealed
from ecluse.base.signing import Signature
from ecluse.licence.officers import Absence as Absence  # noqa: PLC0414 - the licence gate's claim cites absences


@sealed("acted_by/1")
@dataclass(frozen=True, slots=True)
class ActedBy:
    """A person took an action at an instant, for a body, by a mandate; `acting_for` is whom a deputy stands in for."""

    id: str
    action: str
    subject: str
    person: str
    body: str
    role: str
    acting_for: str | None
    at: datetime


@sealed("paper_offered/1")
@dataclass(frozen=True, slots=True)
class PaperOffered:
    """One side drew up papers and signed each; they move nothing until the other side signs the same bytes.

    `papers` are the records' canonical texts, `signatures` the first side's, one a paper; `waits_for` is the other.
    """

    id: str
    action: str
    papers: tuple[str, ...]
    signatures: tuple[Signature, ...]
    by: str
    waits_for: str
    on: date


@sealed("attachment/1")
@dataclass(frozen=True, slots=True)
class Attachment:
    """A document belongs to an order: its digest, what kind of file it is, its size in bytes and its name.

    Filed about the order, and a copy about `document:<digest>`.
    """

    id: str
    subject: str
    digest: str
    media_type: str
    size: int
    name: str
    on: date


@sealed("day_turned/1")
@dataclass(frozen=True, slots=True)
class DayTurned:
    """Demonstration only: somebody turned the page of the calendar to this day."""

    id: str
    on: date
