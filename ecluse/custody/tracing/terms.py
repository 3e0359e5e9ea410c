"""What does a trace request say, and what becomes of it? Fields of the ITI, of iARMS and of eTrace, in one record.

Nothing here confirms a unit by itself: candidates are ranked by a program, one of them is confirmed by an officer.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from ecluse.base.sealed import sealed


class Urgency(enum.Enum):
    """How soon is an answer needed?"""

    URGENT = "urgent"
    ROUTINE = "routine"


class Circumstance(enum.Enum):
    """How did the unit come into the hands of whoever asks?"""

    CRIME = "crime"
    CONFLICT = "conflict"
    BORDER = "border"
    HANDED_IN = "handed_in"
    FOUND = "found"
    INSPECTION = "inspection"


class IntendedUse(enum.Enum):
    """For what will the answer be used?"""

    INVESTIGATION = "investigation"
    COURT = "court"
    SANCTIONS_MONITORING = "sanctions_monitoring"
    STATISTICS = "statistics"
    RETURN = "return_of_goods"


class Handling(enum.Enum):
    """To whom may the request be shown, by the wish of whoever asks?"""

    OFFICES = "offices"
    POLICE = "police"
    NAMED_PERSONS = "named_persons"


class TraceState(enum.Enum):
    """How far is a request?"""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    CLOSED = "closed"
    REFUSED = "refused"


class RefusalGround(enum.Enum):
    """Why is a request not answered?"""

    NOT_ENTITLED = "not_entitled"
    NO_READABLE_MARK = "no_readable_mark"
    USE_NOT_STATED = "use_not_stated"
    ASKED_BEFORE = "asked_before"
    NATIONAL_SECURITY = "national_security"


class Outcome(enum.Enum):
    """What did the search find? Unknown is never clear: it is counted as unknown."""

    TRACED = "traced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MarkRead:
    """One mark as it was read: where on the item, what it says, the digest of its photograph."""

    place: str
    text: str
    photo: str | None


@sealed("trace_request/1")
@dataclass(frozen=True, slots=True)
class TraceRequest:
    """A state asks where a unit came from: what it is, how it is marked, where and how it was found, for what use."""

    id: str
    requester: str
    requester_state: str
    contact_point: str
    reference: str
    serial_read: str
    manufacturer: str
    manufacture_state: str | None
    type_or_model: str
    calibre: str
    marks: tuple[MarkRead, ...]
    import_state: str | None
    import_year: int | None
    recovered_state: str
    recovered_place: str
    recovered_on: date
    circumstance: Circumstance
    circumstances: str
    intended_use: IntendedUse
    urgency: Urgency
    handling: Handling
    handling_note: str
    received_at: datetime


@sealed("trace_step/1")
@dataclass(frozen=True, slots=True)
class TraceStep:
    """A request moves on: to which state, when, by which officer or body; a refusal has its ground and its reason."""

    id: str
    request: str
    state: TraceState
    by: str
    at: datetime
    ground: RefusalGround | None
    reason: str


@dataclass(frozen=True, slots=True)
class RankedSerial:
    """A number that the reading might mean: how near of a thousand, and by which slips."""

    serial: str
    score: int
    slips: tuple[str, ...]


@sealed("trace_candidates/1")
@dataclass(frozen=True, slots=True)
class TraceCandidates:
    """Which numbers a reading might mean, ranked by the program; none of them is confirmed by it."""

    id: str
    request: str
    reading: str
    ranked: tuple[RankedSerial, ...]
    at: datetime


@sealed("trace_confirmation/1")
@dataclass(frozen=True, slots=True)
class TraceConfirmation:
    """A named officer holds that the item is the unit with this number, and says by which further mark."""

    id: str
    request: str
    serial: str
    score: int
    officer: str
    reason: str
    at: datetime


@sealed("trace_answer/1")
@dataclass(frozen=True, slots=True)
class TraceAnswer:
    """What was answered: the outcome, the unit if any, the digest of the package, what it holds and withholds."""

    id: str
    request: str
    outcome: Outcome
    serial: str | None
    package: str
    disclosed: tuple[str, ...]
    withheld: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class RowsCounted:
    """How many rows of a comparison came out so, and of how many units they speak?"""

    outcome: str
    rows: int
    units: int


@sealed("reconciliation/1")
@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Another state's register was compared with our handovers: which file, for which days, and with what outcome."""

    id: str
    kind: str
    file: str
    first: date
    last: date
    counted: tuple[RowsCounted, ...]
    on: date
