"""Which terms of law does the surplus gate find in force on a day?"""

from __future__ import annotations

from datetime import date

from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law
from ecluse.surplus.terms import GoodsKind


def term(name: str, on: date, law: Law) -> int:
    """Which whole number does the law set under this name on this day? The youngest row in force counts.

    Raises UnknownLawError when no row is in force: a term that nobody set cannot be judged by.
    """
    rows = [row for row in law["surplus/terms"].in_force(on) if row["name"] == name]
    if not rows:
        raise UnknownLawError(f"surplus/terms has no row `{name}` in force on {on.isoformat()}")
    return int(max(rows, key=lambda row: row["valid_from"])["value"])


def needs_certificate(kind: GoodsKind, on: date, law: Law) -> bool:
    """Do goods of this kind need a surplus certificate on this day? Yes, unless a row in force says they do not."""
    rows = [row for row in law["surplus/kinds"].in_force(on) if row["kind"] == kind.value]
    return not rows or max(rows, key=lambda row: row["valid_from"])["needs_certificate"] != "no"
