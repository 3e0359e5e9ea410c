"""How is a table of a desk shown: its heads, at most so many rows, how many more, and what is said when it is empty?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ecluse.base.words import say
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.views.cells import Link

MOST_ROWS = 50
# Which heads stand above figures, which are set flush to the right?
NUMBERS = frozenset({
    "units", "hours", "size", "seen", "behind", "made", "void", "unused", "open", "missing", "count", "free", "packed",
    "days", "total", "released_units",
})  # fmt: skip
# What stands in each cell, whether it is a figure, and the head above it: on a narrow screen it stands beside.
Cells = list[tuple[Any, bool, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name on the page, title, heads, rows, how many rows are not shown, and its words when empty."""

    name: str
    title: str
    heads: list[tuple[str, bool]]
    rows: list[Cells]
    more: int
    empty: str
    lead: Any = None


def table_of(
    name: str, room: str, heads: Sequence[str], rows: list[list[Any]], *, lead: Any = None, most: int = MOST_ROWS
) -> Table:
    """The table of this name, its words in this room of the catalogues: title, heads, and what is said of no rows."""
    numeric = [head.rpartition(".")[2] in NUMBERS for head in heads]
    keys = [head if "." in head else f"{room}.head.{head}" for head in heads]
    shown = [list(zip(row, numeric, keys, strict=True)) for row in rows[:most]]
    named = list(zip(keys, numeric, strict=True))
    return Table(name, f"{room}.{name}", named, shown, max(0, len(rows) - most), f"{room}.{name}.none", lead)


def actions(
    desk: Desk, about: About, subject: str, lang: str, room: str = "", only: Collection[str] = ()
) -> list[Link]:
    """What may this person do about it now, each leading to its form? Of these alone where some are named."""
    return [
        Link(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{subject}/")
        for action in offered(desk, about, subject, room) if not only or action.name in only
    ]  # fmt: skip
