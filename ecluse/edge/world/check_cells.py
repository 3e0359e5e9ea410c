"""What does one cell of a world hold, and if it cannot be read, what was expected and how is it mended?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.base.ids import LENGTH_LIMIT, kind_of
from ecluse.base.money import EXPONENTS
from ecluse.base.places import check_state
from ecluse.edge.world.schema import Column, Kind

TEXT_LIMIT = 4000
SHOWN_CHARACTERS = 60
DIGITS_LIMIT = 18
KNOWN_LIMIT = 20_000
BASIS_POINTS = 10_000

# Controls, line and paragraph separators, and the marks that turn a line of text around so that it reads otherwise.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

# What a decoder puts where bytes are no UTF-8.
BROKEN = "\ufffd"

# What is read, or None; then what was expected and the remedy when it could not be read, or None.
Reading = tuple[Any, tuple[str, str] | None]


class _Bad(ValueError):
    """A cell that cannot be read, with a remedy of its own."""


def reader_of(column: Column) -> Callable[[str], Reading]:
    """How is a cell of this column read? The same text is read once, so that many equal cells cost little.

    >>> from ecluse.edge.world.schema import Column, Kind
    >>> reader_of(Column("units", Kind.WHOLE, required=True))("700")
    (700, None)
    """
    read, expected = _READERS[column.kind](column)
    limit = TEXT_LIMIT if column.kind in (Kind.TEXT, Kind.TEXTS) else LENGTH_LIMIT
    must = column.required and column.kind is not Kind.MONTHS
    known: dict[str, Reading] = {"": (None, (expected, "fill the cell") if must else None)}

    def look(text: str) -> Reading:
        found = known.get(text)
        if found is None:
            found = _read(text, read, expected, limit)
            if len(known) < KNOWN_LIMIT:
                known[text] = found
        return found

    return look


def found_in(text: str) -> str:
    """How is a cell shown in a report? Quoted, controls made visible, cut when it is long."""
    if not text:
        return "an empty cell"
    return repr(text) if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]!r}... ({len(text)} characters)"


def wrong_text(text: str) -> str | None:
    """What is wrong with this text, whatever it stands for? None: nothing."""
    if BROKEN in text or CONTROL.search(text):
        return found_in(text)
    return found_in(text) if len(text) > TEXT_LIMIT else None


def _read(text: str, read: Callable[[str], Any], expected: str, limit: int) -> Reading:
    if BROKEN in text:
        return None, ("UTF-8 text", "save the table as UTF-8 and type the broken letters again")
    if CONTROL.search(text):
        return None, ("text without control characters", "remove them and type the cell again")
    if len(text) > limit:
        return None, (f"at most {limit} characters", "shorten the cell")
    try:
        return read(text), None
    except _Bad as bad:
        return None, (expected, str(bad))
    except (ValueError, KeyError):
        return None, (expected, "mend the cell")


def is_whole(text: str) -> bool:
    """Is this a number from 0 up, in plain digits?"""
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_LIMIT


def _whole(text: str) -> int:
    if is_whole(text):
        return int(text)
    if re.fullmatch(r"[-\u2212(]\s*[\d.,\s]+\)?", text):
        raise _Bad("nothing here is ever negative; write the figure or leave the row out")
    if re.fullmatch(r"\d{1,3}([.,'\s_\u00a0\u202f]\d{3})+", text):
        raise _Bad("write the digits without separators, and whole units only")
    if re.fullmatch(r"\d*[.,]\d+", text):
        raise _Bad("write whole units; nothing is counted in fractions")
    if re.match(r"\d", text) and not text.isdigit():
        raise _Bad("write digits alone; the unit stands in the heading")
    raise _Bad("write a number in digits, shorter than 19")


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = _whole(text)
        if not low <= number <= high:
            raise _Bad(f"write a number from {low} to {high}")
        return number

    return read


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise _Bad("write year, month and day with hyphens, as 2026-05-17")
    return day


def _id(text: str) -> str:
    if text != text.strip() or any(sign in text for sign in " ;,\"'"):
        raise _Bad("write it without spaces, commas, semicolons or quotes")
    if ":" in text:
        kind_of(text)
    return text


def _text(text: str) -> str:
    if text != text.strip():
        raise _Bad("remove the blanks before or after it")
    return text


def _texts(text: str) -> tuple[str, ...]:
    return _each(_text)(text)


def _each(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def parts(text: str) -> tuple[str, ...]:
        found = tuple(text.split(";"))
        if "" in found:
            raise _Bad("remove the semicolon with nothing beside it")
        return tuple(read(part) for part in found)

    return parts


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    known = {value: value for value in values}

    def read(text: str) -> str:
        near = text.strip().lower()
        if text not in known and near in known:
            raise _Bad(f"write {near}")
        return known[text]

    return read


_Reader = tuple[Callable[[str], Any], str]
_WHOLE: _Reader = (_whole, "a whole number from 0 up")
_READERS: dict[Kind, Callable[[Column], _Reader]] = {
    Kind.ID: lambda _: (_id, "an id, as kind:lower-case-name"),
    Kind.REF: lambda column: (_id, f"an id of {' or '.join(column.refs)}"),
    Kind.TEXT: lambda _: (_text, "a text"),
    Kind.TEXTS: lambda _: (_texts, "texts joined by ;"),
    Kind.DAY: lambda _: (_day, "a day as YYYY-MM-DD"),
    Kind.MONTH: lambda _: (Month.parse, "a month as YYYY-MM"),
    Kind.WHOLE: lambda _: _WHOLE,
    Kind.MONTHS: lambda _: _WHOLE,
    Kind.BP: lambda _: (_between(0, BASIS_POINTS), "hundredths of a percent from 0 to 10000"),
    Kind.PRIORITY: lambda _: (_between(1, 9), "a priority from 1 (most urgent) to 9"),
    Kind.BOOL: lambda _: ({"yes": True, "no": False}.__getitem__, "yes or no"),
    Kind.ENUM: lambda column: (_one_of(column.values), f"one of {', '.join(column.values)}"),
    Kind.ENUMS: lambda column: (_each(_one_of(column.values)), f"some of {', '.join(column.values)}, joined by ;"),
    Kind.STATE: lambda _: (check_state, "a state as ISO 3166 alpha-2"),
    Kind.STATES: lambda _: (_each(check_state), "states as ISO 3166 alpha-2, joined by ;"),
    Kind.CURRENCY: lambda _: (_one_of(tuple(EXPONENTS)), f"one of {', '.join(EXPONENTS)}"),
}
