"""What are the nouns of the cases beside a licence? Clocks that stand still, applications to offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import sealed


@sealed("clock_stop/1")
@dataclass(frozen=True, slots=True)
class ClockStop:
    """An authority stopped the clock of a file from this day, for a reason; `until` (exclusive) says when it ran on."""

    id: str
    application: str
    authority: str
    officer: str
    since: date
    until: date | None
    reason: str


@sealed("marketing_application/1")
@dataclass(frozen=True, slots=True)
class MarketingApplication:
    """An exporter asks to offer a class of goods to a state; two officers decide it before anything is offered."""

    id: str
    exporter: str
    class_: str
    state: str
    filed_on: date
