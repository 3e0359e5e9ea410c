"""What did the year give? The one JSON object with which the main job ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ecluse.edge.world.read import World
from ecluse.office.audit.report import Report
from ecluse.office.rates import THREATS, Held, Rate, caught_by_threat, grounds_heard

# Figures that the audit rebuilt, in the order in which they are printed; one that it could not rebuild is null.
FIGURES = (
    "orders", "passed", "held_refused", "held_referred", "open", "certificates", "licences", "units_marked",
    "units_delivered", "units_verified", "verified_per_mille", "post_checks", "units_unaccounted",
    "need_unmet", "receipts_minor", "reinvested_minor", "overdue_minor", "displaced_budget_minor", "log_entries",
    "log_root",
)  # fmt: skip


def summary(world: World, report: Report, answers: Path | None) -> dict[str, Any]:
    """What did the year give? Figures and promises from the audit, threats from the answer key, when there is one."""
    held = list(grounds_heard())
    rates = caught_by_threat(answers, held) if answers else {}
    return {
        "world": world.name,
        **{name: report.summary.get(name) for name in FIGURES},
        "promises": report.statuses(),
        "threats": {threat: rates.get(threat, Rate(threat, 0, 0, 0, 0)).verdict() for threat in THREATS},
        "false_alarms": sum(rate.false_alarms for rate in rates.values()),
        "held_by_gate": report.summary.get("held_by_gate"),
        "codes_by_gate": codes_by_gate(held),
    }


def codes_by_gate(held: Iterable[Held]) -> dict[str, dict[str, int]]:
    """How many orders did each gate hold at one time or another, and on how many different codes?"""
    orders: dict[str, set[str]] = defaultdict(set)
    codes: dict[str, set[str]] = defaultdict(set)
    for hearing in held:
        orders[hearing.gate].add(hearing.order)
        codes[hearing.gate].update(hearing.codes)
    return {gate: {"orders": len(orders[gate]), "codes": len(codes[gate])} for gate in sorted(orders)}
