"""What does every row of a table say, and what is wrong with it? Headings by the map, cells read, ids checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ecluse.base.days import Month
from ecluse.base.law import Law
from ecluse.edge.imports.cells import CellError, cell_reader, read_amount, read_serials
from ecluse.edge.imports.kinds import AMOUNT, HEX, MONTHS, PLAIN, SERIAL, UNITS, Heading, ImportKind
from ecluse.edge.imports.mapping import Map, month_heading
from ecluse.edge.imports.problems import ImportRefusedError, Problem
from ecluse.edge.imports.sheet import Sheet
from ecluse.edge.imports.units import CountError, Counting

MONTHS_LIMIT = 60


class Registers(Protocol):
    """What is on record already, as far as a row may cite it?"""

    def has(self, register: str, id: str) -> bool:
        """Does this register hold this id?"""
        ...

    def class_of(self, model: str) -> str | None:
        """Of which class is this model?"""
        ...


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was understood: its number in the file and its values by the names of our fields."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A whole table as it was understood: the months that its headings name, its rows."""

    months: tuple[Month, ...]
    rows: tuple[ReadRow, ...]


@dataclass(slots=True)
class _Places:
    """Where does each of our columns stand: at which place of a row, or as which constant?"""

    places: dict[str, int]
    months: dict[str, dict[Month, int]]
    header: tuple[str, ...]


def read_table(
    kind: ImportKind, sheet: Sheet, how: Map, law: Law, registers: Registers, today: date, problems: list[Problem]
) -> ReadTable:
    """What do the sound rows of this table say? What is wrong with the others is added to the problems.

    Raises ImportRefusedError when the headings do not tell what stands beneath them.
    """
    problems += sheet.problems
    places = _find(kind, sheet, how, problems)
    if places is None:
        raise ImportRefusedError(problems)
    reader = _Reader(kind, sheet, how, Counting(law, how), registers, today, places, problems)
    rows = tuple(reader.row(number, cells) for number, cells in sheet.rows)
    reader.check_whole(rows)
    bad = {problem.row for problem in problems}
    months = sorted({month for found in places.months.values() for month in found})
    sound = tuple(row for row in rows if row.number not in bad)
    return ReadTable(tuple(months[0].until(months[-1])) if months else (), sound)


# ------------------------------------------------------------------ headings


def _find(kind: ImportKind, sheet: Sheet, how: Map, problems: list[Problem]) -> _Places | None:
    """Which of their headings is which of our columns? Nothing that stands in the file is left unnamed."""
    named = [name.casefold() for name in sheet.header]
    before, left = len(problems), dict(enumerate(sheet.header))
    found = _Places({}, {}, sheet.header)
    known = {heading.name for heading in kind.headings}
    for ours in [*how.columns, *how.months, *how.constants, *how.values]:
        if ours not in known:
            problems.append(_heading_problem(sheet, "map_column", ours, columns=", ".join(sorted(known))))
    for heading in kind.headings:
        if heading.measure == MONTHS:
            _find_months(heading, how, found, left)
            if heading.column.required and not found.months[heading.name]:
                asked = how.months.get(heading.name, f"{heading.name}_YYYY_MM")
                problems.append(_heading_problem(sheet, "heading_missing", ", ".join(sheet.header), heading=asked))
            continue
        theirs = how.columns.get(heading.name, heading.name)
        places = [place for place, name in enumerate(named) if name == theirs.casefold()]
        if len(places) > 1:
            problems.append(_heading_problem(sheet, "heading_twice", theirs))
        elif places:
            found.places[heading.name] = places[0]
            left.pop(places[0], None)
        elif heading.name in how.columns or (heading.column.required and heading.name not in how.constants):
            problems.append(_heading_problem(sheet, "heading_missing", ", ".join(sheet.header), heading=theirs))
    ignored = {name.casefold() for name in how.ignore}
    problems += [
        _heading_problem(sheet, "heading_unknown", name)
        for name in left.values() if name and name.casefold() not in ignored
    ]  # fmt: skip
    return found if len(problems) == before else None


def _find_months(heading: Heading, how: Map, found: _Places, left: dict[int, str]) -> None:
    pattern = month_heading(how.months.get(heading.name, f"{heading.name}_{{YYYY}}_{{MM}}"))
    own = found.months[heading.name] = {}
    for place, name in list(left.items()):
        match = pattern.fullmatch(name)
        if match and 1 <= int(match["month"]) <= 12 and 1900 <= int(match["year"]) <= 2999:
            month = Month(int(match["year"]), int(match["month"]))
            if month not in own and len(own) < MONTHS_LIMIT:
                own[month] = place
                left.pop(place)


def _heading_problem(sheet: Sheet, key: str, found: str, **facts: str) -> Problem:
    return Problem(sheet.file, sheet.header_row, None, key, found, tuple(sorted(facts.items())))


# ------------------------------------------------------------------ rows


class _Reader:
    """Reads the rows of one table and writes down what is wrong with them."""

    def __init__(
        self, kind: ImportKind, sheet: Sheet, how: Map, counting: Counting, registers: Registers, today: date,
        places: _Places, problems: list[Problem],
    ) -> None:  # fmt: skip
        self.kind, self.sheet, self.how, self.counting = kind, sheet, how, counting
        self.registers, self.today, self.places, self.problems = registers, today, places, problems
        self.bad: set[str] = set()
        self.readers: dict[str, Callable[[str], Any]] = {
            heading.name: cell_reader(heading.column, how) for heading in kind.headings if heading.measure == PLAIN
        }

    def wrong(self, number: int, name: str, key: str, found: str, **facts: Any) -> None:
        """Write down that this cell is wrong, under the heading that its owner gave it."""
        self.bad.add(name)
        place = self.places.places.get(name)
        column = self.places.header[place] if place is not None else name
        self.problems.append(Problem(self.sheet.file, number, column, key, found, tuple(sorted(facts.items()))))

    def row(self, number: int, cells: list[str]) -> ReadRow:
        """What does this row say? What cannot be read is None there."""
        values: dict[str, Any] = {}
        self.bad = set()
        for heading in self.kind.headings:
            if heading.measure == PLAIN:
                values[heading.column.field] = self._plain(number, heading, self.text(heading.name, cells))
        self._class(values)
        for heading in self.kind.headings:
            self._measured(number, heading, cells, values)
        self._days(number, values)
        if not self.bad:
            self._named(number, values)
        return ReadRow(number, values)

    def text(self, name: str, cells: list[str]) -> str:
        """What stands in this column of the row: the cell, else the constant, in our own words?"""
        place = self.places.places.get(name)
        text = cells[place] if place is not None else ""
        text = text or self.how.constants.get(name, "")
        return self.how.values.get(name, {}).get(text, text)

    def _plain(self, number: int, heading: Heading, text: str) -> Any:
        try:
            value = self.readers[heading.name](text)
        except CellError as error:
            self.wrong(number, heading.name, error.key, text, **error.facts)
            return None
        refs = heading.column.refs
        if value and refs and not any(self.registers.has(register, value) for register in refs):
            self.wrong(number, heading.name, "on_record", text, registers=", ".join(refs))
        return value

    def _class(self, values: dict[str, Any]) -> None:
        """The class of a model is the catalogue's; what a file says of it is checked against that."""
        if "model" in values and self.kind.name != "models" and values["model"]:
            values.setdefault("class_", None)
            values["class_"] = values["class_"] or self.registers.class_of(values["model"])

    def _measured(self, number: int, heading: Heading, cells: list[str], values: dict[str, Any]) -> None:
        text = self.text(heading.name, cells)
        name = heading.column.field
        if heading.measure == MONTHS:
            values[name] = self._by_month(number, heading, cells, values)
        elif heading.measure == PLAIN:
            return
        elif not text:
            if heading.column.required:
                self.wrong(number, heading.name, "required", "")
            values[name] = None
        elif heading.measure == UNITS:
            values[name] = self._counted(number, heading.name, text, values, heading.name)
        elif heading.measure == HEX:
            values[name] = text.lower()
            if not re.fullmatch(r"[0-9a-f]{64}", text.lower()):
                self.wrong(number, heading.name, "hex", text)
        elif heading.measure == AMOUNT:
            values[name] = self._amount(number, heading.name, text, values.get("currency"))
        elif heading.measure == SERIAL:
            values[name] = text.upper()

    def _by_month(self, number: int, heading: Heading, cells: list[str], values: dict[str, Any]) -> dict[Month, int]:
        found = {}
        for month, place in sorted(self.places.months[heading.name].items()):
            if cells[place]:
                units = self._counted(number, heading.name, cells[place], values, self.places.header[place])
                if units is not None:
                    found[month] = units
        if not found and heading.column.required and not self.bad:
            self.wrong(number, heading.name, "required", "")
        return found

    def _counted(self, number: int, name: str, text: str, values: dict[str, Any], shown: str) -> int | None:
        if self.bad & {"model", "class", "unit", self.kind.dated_by}:
            return None
        on = values.get(self.kind.dated_by) or self.today
        of = tuple(name for name in (values.get("model"), values.get("class_")) if name)
        try:
            return self.counting.whole(text, values.get("unit") or "", of=of, on=on)
        except CountError as error:
            facts = tuple(sorted(error.facts.items()))
            self.wrong(number, name, error.key, text, **dict(facts))
            last = self.problems.pop()
            column = shown if name in self.places.months else last.column
            self.problems.append(Problem(last.file, last.row, column, last.key, last.found, last.facts))
            return None

    def _amount(self, number: int, name: str, text: str, currency: str | None) -> Any:
        if currency is None:
            return None
        try:
            money = read_amount(text, currency, self.how.decimal)
        except CellError as error:
            self.wrong(number, name, error.key, text, **error.facts)
            return None
        if money.minor < 0 or (money.minor == 0 and self.kind.name in ("bank", "receivables", "home_prices")):
            self.wrong(number, name, "amount_above_zero", text)
        return money

    def _named(self, number: int, values: dict[str, Any]) -> None:
        """Names a row that came without an id, and checks what lies between its columns."""
        kind = self.kind
        if kind.id_field and kind.id_of is not None and not values.get(kind.id_field):
            values[kind.id_field] = kind.id_of(values)
            if not values[kind.id_field]:
                self.wrong(number, kind.id_field, "required", "")
        self._between(number, values)

    def _days(self, number: int, values: dict[str, Any]) -> None:
        """Do the days of this row stand in order, whatever else is wrong with it?"""
        for first, last in self.kind.in_order:
            if values.get(first) is not None and values.get(last) is not None and values[first] > values[last]:
                self.wrong(number, last, "in_order", str(values[last]), first=first, value=str(values[first]))
        # What is stated of a day that is still to come was not stated; a questionnaire counts from the day it was made.
        stated = {"home_prices": "stated_on", "capacity": "attested_on"}.get(self.kind.name, "as_of")
        if values.get(stated) is not None and values[stated] > self.today:
            self.wrong(number, stated, "not_yet", str(values[stated]), today=self.today)

    def _between(self, number: int, values: dict[str, Any]) -> None:
        if self.kind.name == "licences" and values["units_left"] > values["units"]:
            self.wrong(number, "units_left", "units_left", str(values["units_left"]), units=values["units"])
        if "model" in values and self.kind.name != "models":
            ours = self.registers.class_of(values["model"])
            if values["class_"] != ours and self.kind.heading("class"):
                self.wrong(number, "class", "class_of_model", str(values["class_"]), goods_class=ours or "?")
        if self.kind.name == "crates":
            self._serials(number, values)

    def _serials(self, number: int, values: dict[str, Any]) -> None:
        try:
            prefix, first, last, digits = read_serials(values["first_serial"], values["last_serial"])
        except CellError as error:
            self.wrong(number, "last_serial", error.key, f"{values['first_serial']} {values['last_serial']}")
            return
        values |= {"prefix": prefix, "first": first, "last": last, "digits": digits}
        if values["units"] is not None and values["units"] != last - first + 1:
            self.wrong(number, "units", "serials_count", str(values["units"]), units=last - first + 1)

    # -------------------------------------------------------------- the whole table

    def check_whole(self, rows: tuple[ReadRow, ...]) -> None:
        """Does any row stand twice, or claim serial numbers that another row has?"""
        bad = {problem.row for problem in self.problems}
        sound = [row for row in rows if row.number not in bad]
        seen: dict[tuple[str, ...], int] = {}
        for row in sound:
            fields = [("class_" if name == "class" else name) for name in self.kind.key]
            key = tuple(str(row.values.get(name)) for name in fields)
            if key in seen:
                self.wrong(row.number, self.kind.key[0], "row_twice", " ".join(key), row=str(seen[key]))
            seen.setdefault(key, row.number)
        if self.kind.name == "crates":
            for row, other in _overlaps(sound):
                found = f"{row.values['first_serial']} {row.values['last_serial']}"
                self.wrong(row.number, "first_serial", "serials_overlap", found, row=str(other.number))


def _overlaps(rows: list[ReadRow]) -> Iterator[tuple[ReadRow, ReadRow]]:
    placed = sorted(
        (row for row in rows if "prefix" in row.values),
        key=lambda row: (row.values["prefix"], row.values["digits"], row.values["first"], row.number),
    )
    furthest: ReadRow | None = None
    for row in placed:
        same = furthest is not None and all(row.values[k] == furthest.values[k] for k in ("prefix", "digits"))
        if furthest is not None and same and row.values["first"] <= furthest.values["last"]:
            yield row, furthest
        if furthest is None or not same or row.values["last"] > furthest.values["last"]:
            furthest = row
