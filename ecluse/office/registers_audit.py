"""Which noun tells what an audit found? Of each promise what was said, and how much was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.sealed import sealed


@dataclass(frozen=True, slots=True)
class PromiseAudited:
    """One promise: its status, and how many of what was counted, in the order of their names."""

    promise: str
    status: str
    counts: tuple[tuple[str, int], ...]


@sealed("audit_report/1")
@dataclass(frozen=True, slots=True)
class AuditReport:
    """What one audit said of every promise, over the logs as they stood; `report` is the digest of all its findings."""

    id: str
    on: date
    engine: str
    log_root: str
    promises: tuple[PromiseAudited, ...]
    findings_broken: int
    findings_held: int
    findings_resting: int
    report: str
