"""What does one cell of somebody's table hold? Days, amounts and words as people write them, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from ecluse.base.ids import kind_of
from ecluse.base.money import EXPONENTS, Money
from ecluse.edge.imports.mapping import Map
from ecluse.edge.world.check_cells import CONTROL, reader_of
from ecluse.edge.world.schema import Column, Kind

YES = frozenset({"yes", "так", "oui", "true", "1"})
NO = frozenset({"no", "ні", "non", "false", "0"})
ORDERS = {"DD.MM.YYYY": (".", "dmy"), "DD/MM/YYYY": ("/", "dmy"), "MM/DD/YYYY": ("/", "mdy")}
AMOUNT_LETTERS_LIMIT = 60
AMOUNT = re.compile(r"-?[0-9][0-9 ]*(?:[.,][0-9]+)*")
SERIAL = re.compile(r"(?P<prefix>[A-Z0-9][A-Z0-9./-]*?)(?P<number>[0-9]{1,12})")
KEYS = {
    Kind.ID: "id", Kind.REF: "id", Kind.TEXT: "text", Kind.TEXTS: "texts", Kind.DAY: "day", Kind.MONTH: "month",
    Kind.WHOLE: "whole", Kind.BP: "bp", Kind.PRIORITY: "priority", Kind.BOOL: "yes_no", Kind.ENUM: "one_of",
    Kind.ENUMS: "some_of", Kind.STATE: "state", Kind.STATES: "states", Kind.CURRENCY: "currency",
}  # fmt: skip


class CellError(ValueError):
    """A cell that cannot be read: which key of the catalogue says what was expected, with which facts."""

    def __init__(self, key: str, **facts: Any) -> None:
        self.key, self.facts = key, facts
        super().__init__(key)


def cell_reader(column: Column, how: Map) -> Callable[[str], Any]:
    """How is a cell of this column read? The reader raises CellError."""
    look = reader_of(column)
    before = _before(column, how)
    facts = {"values": ", ".join(column.values)} if column.values else {}

    def read(text: str) -> Any:
        if CONTROL.search(text):
            raise CellError("control")
        spelled = before(text)
        if column.kind in (Kind.ID, Kind.REF) and spelled and not _is_id(spelled):
            raise CellError("id", **facts)
        value, problem = look(spelled)
        if problem is not None:
            raise CellError(KEYS[column.kind] if text else "required", **facts if text else {})
        if value is None and column.kind in (Kind.TEXTS, Kind.STATES, Kind.ENUMS):
            return ()
        return value

    return read


def _is_id(text: str) -> bool:
    """Names of classes have no kind in front; every other id has."""
    if ":" not in text:
        return re.fullmatch(r"[a-z][a-z0-9_]*", text) is not None
    try:
        kind_of(text)
    except ValueError:
        return False
    return True


def _before(column: Column, how: Map) -> Callable[[str], str]:
    """What is done to a cell before it is read as our own tables are?"""
    if column.kind is Kind.DAY:
        return lambda text: _day(text, how.day)
    if column.kind in (Kind.WHOLE, Kind.BP, Kind.PRIORITY):
        return _grouped
    if column.kind is Kind.BOOL:
        return lambda text: "yes" if text.casefold() in YES else "no" if text.casefold() in NO else text
    if column.kind in (Kind.STATE, Kind.STATES, Kind.CURRENCY):
        return lambda text: re.sub(r"\s*;\s*", ";", text.upper())
    if column.kind in (Kind.TEXTS, Kind.ENUMS):
        return lambda text: re.sub(r"\s*;\s*", ";", text)
    return lambda text: text


def _grouped(text: str) -> str:
    """Blanks that group digits are taken out: `1 200` is 1200."""
    return text.replace(" ", "") if re.fullmatch(r"[0-9]{1,3}( [0-9]{3})+", text) else text


def _day(text: str, spelled: str) -> str:
    """Days with points are day first everywhere; with slashes only a map can tell."""
    text = text.removesuffix(" р.").removesuffix(" г.")
    for name, (mark, order) in ORDERS.items():
        parts = text.split(mark)
        if len(parts) != 3 or (mark == "/" and spelled != name):
            continue
        day, month, year = parts if order == "dmy" else (parts[1], parts[0], parts[2])
        if re.fullmatch(r"[0-9]{1,2} [0-9]{1,2} [0-9]{4}", f"{day} {month} {year}"):
            return f"{year}-{month:0>2}-{day:0>2}"
    return text


def read_amount(text: str, currency: str, decimal: str) -> Money:
    """Which amount is this? Blanks group; the last of two different marks divides; a lone mark before three digits
    may be either, so a map has to say. Raises CellError.

    >>> read_amount("1 250 000,50", "EUR", "")
    Money(minor=125000050, currency='EUR')
    """
    if len(text) > AMOUNT_LETTERS_LIMIT or not AMOUNT.fullmatch(text):
        raise CellError("amount")
    plain = text.replace(" ", "")
    marks = [sign for sign in plain if sign in ",."]
    if not marks:
        point = ""
    elif decimal:
        point = decimal if decimal in marks else ""
    elif len(set(marks)) == 2:
        point = marks[-1]
    elif len(marks) > 1:
        point = ""
    elif len(plain) - plain.index(marks[0]) == 4:
        raise CellError("ambiguous")
    else:
        point = marks[0]
    whole, _, part = plain.rpartition(point) if point else (plain, "", "")
    groups = re.split(r"[.,]", whole.lstrip("-"))
    if len(part) > EXPONENTS[currency] or (len(groups) > 1 and any(len(group) != 3 for group in groups[1:])):
        raise CellError("amount")
    sign = "-" if whole.startswith("-") else ""
    return Money.of(sign + "".join(groups) + (f".{part}" if part else ""), currency)


def read_serials(first: str, last: str) -> tuple[str, int, int, int]:
    """Which run of serial numbers is this? The prefix, the first and last number, how many digits a number has.

    >>> read_serials("KB-000417", "KB-000420")
    ('KB-', 417, 420, 6)
    """
    begin, end = SERIAL.fullmatch(first), SERIAL.fullmatch(last)
    if begin is None or end is None:
        raise CellError("serial")
    if begin["prefix"] != end["prefix"] or len(begin["number"]) != len(end["number"]):
        raise CellError("serials_alike")
    if int(begin["number"]) > int(end["number"]):
        raise CellError("serials_order")
    return begin["prefix"], int(begin["number"]), int(end["number"]), len(begin["number"])


def is_day_after(day: date, on: date) -> bool:
    """Has this day not come yet?"""
    return day > on
