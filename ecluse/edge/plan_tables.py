"""How are figures of a plan shown to a person at a terminal: as columns under headings, and rows of names?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ecluse.base.words import say as word
from ecluse.base.words import spell
from ecluse.edge.commands import say as tell

ROWS_SHOWN = 40
KEYS = ("class", "model", "month", "figure")


def figure_table(rows: Iterable[Sequence[Any]], lang: str) -> None:
    """Class, model, month, figure, before, after: as columns for a person."""

    def shown(text: str | None) -> str:
        return text if text is not None else word("plan.table.all", lang)

    rows = sorted(rows, key=lambda row: tuple((text is None, text or "") for text in row[:3]))
    head = [word(f"plan.table.{name}", lang) for name in (*KEYS, "before", "after")]
    cells = [
        [shown(class_), shown(model), shown(month), word(f"plan.figure.{name}", lang), one, two]
        for class_, model, month, name, one, two in rows
    ]
    columns(head, cells, lang)


def columns(head: Sequence[str], rows: Iterable[Sequence[Any]], lang: str) -> None:
    """Text to the left, numbers to the right, an empty place where nothing is known."""
    rows = list(rows)
    cells = [["" if value is None else spell(value, lang) for value in row] for row in rows]
    widths = [max(len(row[place]) for row in [list(head), *cells]) for place in range(len(head))]
    right = [bool(rows) and not any(isinstance(row[place], str) for row in rows) for place in range(len(head))]
    for row in [list(head), *cells]:
        told = (text.rjust(w) if r else text.ljust(w) for text, w, r in zip(row, widths, right, strict=True))
        print("  ".join(told).rstrip())


def tell_rows(rows: Sequence[str], lang: str) -> None:
    """Names of rows, the first of them, the rest counted: said, not printed."""
    for row in rows[:ROWS_SHOWN]:
        tell(f"  {row}")
    if len(rows) > ROWS_SHOWN:
        tell(word("plan.whatif.more", lang, count=len(rows) - ROWS_SHOWN))
