"""What does a document of EPCIS 2.0 hold? Events of five kinds; what we have no name for is kept as it came."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

# A time as RFC 3339 spells it; kept as it was written, so that nothing is lost when it is written again.
TimeText = str
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
Members = Mapping[str, Any]


class EventKind(enum.Enum):
    """Which of the five kinds of event is it?"""

    OBJECT = "ObjectEvent"
    AGGREGATION = "AggregationEvent"
    TRANSACTION = "TransactionEvent"
    TRANSFORMATION = "TransformationEvent"
    ASSOCIATION = "AssociationEvent"


class Action(enum.Enum):
    """How does an event stand in the life of what it names: begins, goes on, or ends?"""

    ADD = "ADD"
    OBSERVE = "OBSERVE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of a class of goods that is not told apart one by one; no unit of measure means pieces."""

    epc_class: str
    quantity: int | Decimal | None = None
    uom: str | None = None


@dataclass(frozen=True, slots=True)
class BizTransaction:
    """A business transaction that an event belongs to: an order, a licence, a despatch advice."""

    id: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a transfer: its owner, who holds it, or the place."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where was it read, or where is it afterwards?"""

    id: str
    extra: Members = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorDeclaration:
    """An earlier event was wrong: since when that is said, why, and which events stand instead of it."""

    declared: TimeText
    reason: str | None = None
    corrective: tuple[str, ...] | None = None
    extra: Members = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Persistent:
    """Dispositions that hold until they are taken away."""

    begun: tuple[str, ...] | None = None
    ended: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: what, when, where, why, how. None is a member that is absent; an empty one is there and empty.

    `epcs` and `quantities` are the objects: the children of an aggregation or association, the outputs of a
    transformation. `extra` holds every member in another's namespace, as it came.
    """

    kind: EventKind
    time: TimeText
    offset: str
    id: str | None = None
    recorded: TimeText | None = None
    action: Action | None = None
    parent: str | None = None
    epcs: tuple[str, ...] | None = None
    quantities: tuple[Quantity, ...] | None = None
    inputs: tuple[str, ...] | None = None
    input_quantities: tuple[Quantity, ...] | None = None
    transformation: str | None = None
    biz_step: str | None = None
    disposition: str | None = None
    persistent: Persistent | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    transactions: tuple[BizTransaction, ...] | None = None
    sources: tuple[Side, ...] | None = None
    destinations: tuple[Side, ...] | None = None
    sensors: tuple[Members, ...] | None = None
    ilmd: Members | None = None
    certifications: tuple[str, ...] | str | None = None
    error: ErrorDeclaration | None = None
    context: Any = None
    extra: Members = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """At which instant did it happen?"""
        return instant(self.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of events. `extra` holds its other members, `body_extra` those beside the list of events."""

    created: TimeText
    events: tuple[Event, ...]
    context: Any
    version: str = "2.0"
    extra: Members = field(default_factory=dict)
    body_extra: Members = field(default_factory=dict)


def instant(text: TimeText) -> datetime:
    """Which instant does this text name? Raises ValueError where it names none, or leaves its zone open.

    >>> instant("2026-04-02T12:00:00.5+03:00").isoformat()
    '2026-04-02T12:00:00.500000+03:00'
    """
    if not INSTANT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper())
