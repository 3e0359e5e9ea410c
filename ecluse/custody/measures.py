"""What do the law tables of custody say on a day: home state, terms in days, tolerances?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law
from ecluse.base.signing import Signature
from ecluse.custody.terms import Level


def measure(law: Law, on: date, subject: str, level: Level | None = None) -> int:
    """Which whole number does the law set for this subject, strictest row first? Raises UnknownLawError for none."""
    wanted = level.value if level else ""
    rows = [
        int(row["value"])
        for row in law["custody/tolerances"].in_force(on)
        if row["subject"] == subject and row["level"] == wanted
    ]
    if not rows:
        raise UnknownLawError(f"custody/tolerances sets no {subject} {wanted} on {on.isoformat()}".replace("  ", " "))
    return min(rows)


def witness_terms(law: Law, on: date, host: str) -> list[dict[str, int]]:
    """Which terms does the agreement with this host state set for its witness, and those that hold for every host?

    Raises UnknownLawError for none.
    """
    rows = [row for row in law["custody/witness"].in_force(on) if row["host"] in ("", host)]
    if not rows:
        raise UnknownLawError(f"custody/witness sets no terms for {host} on {on.isoformat()}")
    names = ("wait_minutes", "override_share_bp", "overrides_free")
    return [{name: int(row[name]) for name in names} for row in rows]


def witness_minutes(law: Law, on: date, host: str) -> int:
    """How many minutes is a silent witness of this host state waited for, by the strictest row?"""
    return max(row["wait_minutes"] for row in witness_terms(law, on, host))


def home_state(law: Law, on: date) -> str:
    """Which state is home? Raises UnknownLawError when the table names none on this day."""
    states = [row["state"] for row in law["custody/home"].in_force(on)]
    if len(states) != 1:
        raise UnknownLawError(f"custody/home names {len(states)} home states on {on.isoformat()}")
    return states[0]


def causes(law: Law, on: date) -> frozenset[str]:
    """Which causes of loss are accepted?"""
    return frozenset(row["cause"] for row in law["custody/causes"].in_force(on))


def signatures_by(signatures: Iterable[Signature], on: date) -> tuple[Signature, ...]:
    """Which signatures had been made by this day? One dated ahead proves nothing yet."""
    return tuple(signature for signature in signatures if signature.on <= on)
