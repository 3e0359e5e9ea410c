"""Which terms and which bodies does the licence gate find in the law in force on a day?"""

from __future__ import annotations

from datetime import date

from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law, Row


def term(name: str, on: date, law: Law) -> int:
    """Which whole number does the law set under this name on this day? The youngest row in force counts.

    Raises UnknownLawError when no row is in force: a term that nobody set cannot be judged by.
    """
    return int(_row(name, on, law)["value"])


def owner_named(name: str, on: date, law: Law) -> str:
    """Which authority does the law name for this task on this day? Raises UnknownLawError when none is named."""
    return _row(name, on, law)["value"]


def is_home_body(authority: str, on: date, law: Law) -> bool:
    """Is this one of the exporting state's bodies that speak in licensing?"""
    return any(row["authority"] == authority for row in law["licence/authorities"].in_force(on))


def is_collegial(authority: str, on: date, law: Law) -> bool:
    """Does this body decide as a college, so that a dissent has been heard when it decides?"""
    rows = [row for row in law["licence/authorities"].in_force(on) if row["authority"] == authority]
    return bool(rows) and max(rows, key=lambda row: row["valid_from"])["collegial"] == "yes"


def general_permit(class_: str, state: str, on: date, law: Law) -> str | None:
    """Which general permit in force covers goods of this class to this state? None: each deal needs its own."""
    return next(
        (
            row["permit"]
            for row in law["licence/general_permits"].in_force(on)
            if row["class"] == class_ and state in row["states"].split(";")
        ),
        None,
    )


def _row(name: str, on: date, law: Law) -> Row:
    rows = [row for row in law["licence/terms"].in_force(on) if row["name"] == name]
    if not rows:
        raise UnknownLawError(f"licence/terms has no row `{name}` in force on {on.isoformat()}")
    return max(rows, key=lambda row: row["valid_from"])
