"""Which rows of a world contradict themselves or repeat one another? One rule, one function, over whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.base.errors import Fault
from ecluse.edge.world.check_sheet import Gathered, Sheet
from ecluse.edge.world.schema import Kind

CONSIGNMENTS_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """One row of a sheet, at its place from 0, of which faults are reported."""

    sheet: Sheet
    at: int

    def fault(self, heading: str, expected: str, found: str, remedy: str) -> Fault:
        """What is reported of this row's cell under this heading?"""
        return self.sheet.fault(self.at, heading, expected, found, remedy)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found: the tables that could be read, by name, and the files they came from."""

    sheets: dict[str, Sheet]
    gathered: Gathered

    def rows(self, table: str, *headings: str) -> Iterator[tuple[Spot, tuple[Any, ...]]]:
        """What do the rows of a table say under these headings? None for what cannot be read; no row if one lacks."""
        sheet = self.sheets.get(table)
        if sheet is not None and sheet.has(*headings):
            for at, said in enumerate(zip(*(sheet.values(heading) for heading in headings), strict=True)):
                yield Spot(sheet, at), said

    def has_ids(self, table: str) -> bool:
        """Can it be told which ids this table has?"""
        sheet = self.sheets.get(table)
        return sheet is not None and sheet.has(sheet.table.key[0])

    def ids(self, table: str) -> set[str]:
        """Which ids has this table, also in rows that are wrong otherwise?"""
        sheet = self.sheets[table]
        return set(sheet.texts(sheet.table.key[0]))

    def by_id(self, table: str, key: str, value: str) -> dict[str, Any]:
        """What does this table say under one heading, by its ids? The first row of an id counts."""
        found: dict[str, Any] = {}
        for _, (name, said) in self.rows(table, key, value):
            if name is not None:
                found.setdefault(name, said)
        return found


Rule = Callable[[Found], Iterator[Fault]]

# A world without a row in one of these cannot be carried.
NEVER_EMPTY = ("world", "authorities", "officers", "classes", "models", "parties")


def tables_have_rows(found: Found) -> Iterator[Fault]:
    """Which tables that no world can do without hold nothing?"""
    for name in NEVER_EMPTY:
        sheet = found.sheets.get(name)
        if sheet is not None and not sheet.rows:
            yield Fault(sheet.place, None, None, "at least one row", "none", f"add the {name} of the world")


def ids_are_unique(found: Found) -> Iterator[Fault]:
    """Which rows say again what an earlier row has said?"""
    for sheet in found.sheets.values():
        key = sheet.table.key
        if not sheet.has(*key):
            continue
        seen: dict[tuple[str, ...], int] = {}
        for at, cells in enumerate(zip(*(sheet.texts(heading) for heading in key), strict=True)):
            number = seen.setdefault(cells, sheet.rows[at][0])
            if number != sheet.rows[at][0] and all(cells):
                what = f"{', '.join(cells)}, as in row {number}"
                yield sheet.fault(at, key[-1], f"each {' and '.join(key)} once", what, "remove or rename one")


def references_are_known(found: Found) -> Iterator[Fault]:
    """Which cells cite an id that no row bears?"""
    for sheet in found.sheets.values():
        for column, heading, _ in sheet.columns:
            if column.kind is not Kind.REF or not all(found.has_ids(name) for name in column.refs):
                continue
            known = set().union(*(found.ids(name) for name in column.refs))
            for at, cited in enumerate(sheet.values(heading)):
                if cited is not None and cited not in known:
                    expected = f"an id of {' or '.join(column.refs)}"
                    yield sheet.fault(at, heading, expected, f"unknown {cited}", "add its row, or cite another")


def columns_are_in_order(found: Found) -> Iterator[Fault]:
    """In which rows does something end before it begins?"""
    for name, sheet in found.sheets.items():
        for first, last in sheet.table.in_order:
            for spot, (low, high) in found.rows(name, first, last):
                if low is not None and high is not None and high < low:
                    yield spot.fault(last, f"{first} ({low}) or later", str(high), f"mend {first} or {last}")


def days_fit_their_months(found: Found) -> Iterator[Fault]:
    """Which certificates are asked after their first month, which months accepted or closed before they began?"""
    for spot, (on, of) in found.rows("certificates", "asked_on", "first_month"):
        if isinstance(on, date) and isinstance(of, Month) and on > of.last_day():
            expected = f"a day before the end of first_month ({of})"
            yield spot.fault("asked_on", expected, str(on), "mend asked_on or first_month")
    for table, day in (("home_deliveries", "accepted_on"), ("period_closes", "on")):
        for spot, (on, of) in found.rows(table, day, "month"):
            if isinstance(on, date) and isinstance(of, Month) and on < of.first_day():
                yield spot.fault(day, f"a day from {of} on, its month", str(on), f"mend {day} or month")


# Nothing comes of none of these.
ABOVE_ZERO = (
    ("orders", "units"), ("orders", "unit_price_minor"), ("orders", "consignments"), ("statements", "units"),
    ("certificates", "units_asked"), ("blocks", "count"), ("rates", "numerator"), ("rates", "denominator"),
    ("surplus_policies", "ratio_denominator"), ("shortages", "units"), ("suppliers", "unit_price_minor"),
)  # fmt: skip


def amounts_are_above_zero(found: Found) -> Iterator[Fault]:
    """Which amounts are zero where only something counts?"""
    for table, heading in ABOVE_ZERO:
        for spot, (amount,) in found.rows(table, heading):
            if amount == 0:
                yield spot.fault(heading, "a number from 1 up", "0", "write the amount, or leave the row out")


def consignments_have_units(found: Found) -> Iterator[Fault]:
    """Which orders are split into more consignments than they may be, or than they have units?"""
    for spot, (units, parts) in found.rows("orders", "units", "consignments"):
        if units and parts and parts > min(units, CONSIGNMENTS_LIMIT):
            expected = f"at most {min(units, CONSIGNMENTS_LIMIT)}"
            yield spot.fault("consignments", expected, str(parts), "write fewer consignments")


def currencies_differ(found: Found) -> Iterator[Fault]:
    """Which rates turn a currency into itself?"""
    for spot, (base, quote) in found.rows("rates", "base", "quote"):
        if base is not None and base == quote:
            yield spot.fault("quote", f"another currency than {base}", quote, "mend the pair")


RULES: tuple[Rule, ...] = (
    tables_have_rows, ids_are_unique, references_are_known, columns_are_in_order, days_fit_their_months,
    amounts_are_above_zero, consignments_have_units, currencies_differ,
)  # fmt: skip
