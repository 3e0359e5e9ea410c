"""What stands in a table of a world, cell by cell, when nothing about it may be trusted yet?"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.world.check_cells import found_in, reader_of
from ecluse.edge.world.read import ROWS_LIMIT, TABLE_BYTES_LIMIT
from ecluse.edge.world.schema import Column, Kind, Table

SEE = "see docs/reference/world.md"
FOLDER_FILES_LIMIT = 1_000
# So many unreadable cells of one table are told one by one; further ones are counted by column.
FAULTS_TOLD_LIMIT = 200_000
BYTE_ORDER_MARK = "\ufeff"
# Words of a heading that name a unit: two headings that differ in these alone count the same thing otherwise.
UNIT_WORDS = frozenset((
    "units", "pieces", "pcs", "crates", "lots", "boxes", "kilograms", "kg", "grams", "g", "tonnes", "tons", "t",
    "litres", "millilitres", "metres", "quantity", "amount", "number", "thousand", "thousands", "k", "million",
    "millions", "minor", "major", "cents", "kopecks", "uah", "eur", "usd", "gbp", "bp", "percent", "pct", "permille",
    "fraction", "days", "weeks", "months", "hours", "years",
))  # fmt: skip

Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The raw rows of each file of a world by its name, with their numbers; whether sheets of a workbook held them.

    `others` are files that are no tables: their names alone.
    """

    files: dict[str, Rows]
    others: frozenset[str]
    is_workbook: bool

    def place(self, file: str) -> str:
        """Where does a person look: in which file, or on which sheet?"""
        return sheet_name(file, f"sheet {file}") if self.is_workbook else file


def sheet_name(file: str, absent: str) -> str:
    """On which sheet of a workbook does this file stand, as a report names it?"""
    stem = file.removesuffix(".csv")
    if stem.startswith("lists/"):
        return f"sheet list {stem.removeprefix('lists/')}"
    return f"sheet {stem}" if "/" not in stem else absent


def gather_folder(folder: Path, faults: list[Fault]) -> Gathered:
    """Which rows stand in the files of this folder? Every line alone: a quote left open harms no other line."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(paths) > FOLDER_FILES_LIMIT:
        raise BadInputError.one(str(folder), f"at most {FOLDER_FILES_LIMIT} files", str(len(paths)), "name the world")
    files, others = {}, set()
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".csv":
            files[name] = _csv_rows(path, name, faults)
        else:
            others.add(name)
    return Gathered(files, frozenset(others), is_workbook=False)


def _csv_rows(path: Path, name: str, faults: list[Fault]) -> Rows:
    if path.stat().st_size > TABLE_BYTES_LIMIT:
        faults.append(Fault(name, None, None, f"at most {TABLE_BYTES_LIMIT} bytes", "more", "split the world"))
        return []
    held = path.read_bytes()
    if held.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.append(Fault(name, None, None, "UTF-8 text", "UTF-16", "save it as UTF-8"))
        return []
    text = held.decode("utf-8", errors="replace")
    if text.startswith(BYTE_ORDER_MARK):
        remedy = "save it as UTF-8 without byte order mark"
        faults.append(Fault(name, 1, None, "UTF-8 text", "a byte order mark", remedy))
    lines = text.removeprefix(BYTE_ORDER_MARK).split("\n")
    if lines[-1] == "":
        lines.pop()
    if len(lines) > ROWS_LIMIT:
        faults.append(Fault(name, None, None, f"at most {ROWS_LIMIT} rows", str(len(lines)), "split the world"))
        return []
    found: Rows = []
    for number, line in enumerate(lines, 1):
        cells = _line_cells(line.removesuffix("\r"), name, number, faults)
        if cells is not None:
            found.append((number, cells))
    return found


def _line_cells(line: str, name: str, number: int, faults: list[Fault]) -> list[str] | None:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        remedy = "close the quotes; a cell holds no line break"
        faults.append(Fault(name, number, None, "a row of cells, quoted as CSV", str(error), remedy))
        return None


@dataclass(slots=True)
class Sheet:
    """One table as it was found: its headings that are known, its rows of the right width, values read once."""

    table: Table
    place: str
    is_workbook: bool
    header: list[str]
    rows: Rows
    columns: tuple[tuple[Column, str, int], ...]
    _values: dict[str, list[Any]] = field(default_factory=dict)

    def has(self, *headings: str) -> bool:
        """Are all these headings there?"""
        return all(heading in self.header for heading in headings)

    def texts(self, heading: str) -> list[str]:
        """What stands under this heading, row by row?"""
        place = self.header.index(heading)
        return [cells[place] for _, cells in self.rows]

    def values(self, heading: str) -> list[Any]:
        """What is read under this heading, row by row? None where nothing can be read, or the heading is missing."""
        return self._values.get(heading) or [None] * len(self.rows)

    def read(self) -> Iterator[tuple[int, int, str, str, str]]:
        """Which cells cannot be read? Their row and column, the heading, what was expected, the remedy."""
        for column, heading, place in self.columns:
            look, values = reader_of(column), []
            for at, (_, cells) in enumerate(self.rows):
                value, problem = look(cells[place])
                values.append(value)
                if problem is not None:
                    yield at, place, heading, *problem
            self._values[heading] = values

    def fault(self, at: int, heading: str, expected: str, found: str, remedy: str) -> Fault:
        """What is reported of the cell of the row at this place (from 0) under this heading?"""
        number = self.rows[at][0]
        return Fault(self.place, number, self.spot(number, heading), expected, found, remedy)

    def spot(self, number: int, heading: str) -> str:
        """How is the column named in a report? In a workbook with the cell's address."""
        return f"{heading} at {address(self.header.index(heading), number)}" if self.is_workbook else heading


def address(column: int, row: int) -> str:
    """What is the address of a workbook cell? Its column counts from 0.

    >>> address(27, 5)
    'AB5'
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def sheet_of(gathered: Gathered, table: Table, months: tuple[str, ...] | None, faults: list[Fault]) -> Sheet | None:
    """What stands in this table? Every wrong heading, width and cell becomes a fault; None when there is no header.

    None without a fault when the table is optional and absent.
    """
    place, found = gathered.place(table.file), gathered.files.get(table.file)
    if found is None and table.optional:
        return None
    if found is None:
        what = "no such sheet" if gathered.is_workbook else "no such file"
        faults.append(Fault(place, None, None, "a table of the world", what, "add it, at least its headings"))
        return None
    if not found or not any(found[0][1]):
        expected = f"the headings {','.join(table.headings(months or ('YYYY-MM',)))}"
        faults.append(Fault(place, 1, None, expected, "nothing", f"add the headings; {SEE}"))
        return None
    header = found[0][1]
    if len(header) == 1 and re.search("[;\t]", header[0]):
        faults.append(Fault(place, 1, None, "cells separated by commas", "another separator", "save it as plain CSV"))
        return None
    spelled = months if months is not None else _months_of(header)
    columns = _columns(table, header, spelled, place, faults)
    sheet = Sheet(table, place, gathered.is_workbook, header, [], columns)
    _keep_whole_rows(sheet, found[1:], faults)
    _check_cells(sheet, faults)
    return sheet


def _months_of(header: list[str]) -> tuple[str, ...]:
    """Which months do the headings name, when the world does not say which it has?"""
    found = {match[1].replace("_", "-") for name in header if (match := re.search(r"_(\d{4}_\d{2})$", name))}
    return tuple(sorted(found))


def _columns(
    table: Table, header: list[str], months: tuple[str, ...], place: str, faults: list[Fault]
) -> tuple[tuple[Column, str, int], ...]:
    wanted = [(column, name) for column in table.columns for name in column.headings(months)]
    names = {name for _, name in wanted}
    missing = {name: column for column, name in wanted if name not in header}
    unknown = [name for name in header if name not in names]
    for name in list(unknown):
        meant = next((other for other, column in missing.items() if _differs_in_unit(name, other, column)), None)
        if meant:
            remedy = "convert the figures and name the column by the unit expected"
            faults.append(Fault(place, 1, name, f"the heading {meant}", f"{name!r}, another unit", remedy))
            unknown.remove(name)
            del missing[meant]
    faults += [Fault(place, 1, name, "this heading", "none", f"add the column; {SEE}") for name in missing]
    faults += [_unknown_heading(place, name, table, list(missing)) for name in unknown]
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1 and name in names]
    faults += [Fault(place, 1, name, "each heading once", "it twice", "remove one of the columns") for name in twice]
    return tuple((column, name, header.index(name)) for column, name in wanted if name in header)


def _unknown_heading(place: str, name: str, table: Table, missing: list[str]) -> Fault:
    near = difflib.get_close_matches(name, missing, 1)
    remedy = f"name it {near[0]}" if near else f"remove the column; {SEE}"
    return Fault(place, 1, name or None, f"a heading of {table.name}", found_in(name), remedy)


def _differs_in_unit(name: str, meant: str, column: Column) -> bool:
    counted = column.kind in (Kind.WHOLE, Kind.BP, Kind.MONTHS)
    return counted and bool(name) and name != meant and _stem(name) == _stem(meant)


def _stem(name: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[_\s]+", name.lower()) if word not in UNIT_WORDS)


def _keep_whole_rows(sheet: Sheet, found: Rows, faults: list[Fault]) -> None:
    width = len(sheet.header)
    for number, cells in found:
        if not any(cells):
            faults.append(Fault(sheet.place, number, None, "a row of the table", "an empty row", "remove it"))
        elif len(cells) != width:
            expected, remedy = f"{width} cells", "add the missing cells, or quote a cell that holds a comma"
            faults.append(Fault(sheet.place, number, None, expected, str(len(cells)), remedy))
        else:
            sheet.rows.append((number, cells))


def _check_cells(sheet: Sheet, faults: list[Fault]) -> None:
    rest: dict[str, Fault] = {}
    for count, (at, place, heading, expected, remedy) in enumerate(sorted(sheet.read())):
        if count < FAULTS_TOLD_LIMIT:
            faults.append(sheet.fault(at, heading, expected, found_in(sheet.rows[at][1][place]), remedy))
            continue
        if heading not in rest:
            more = f"another cell beyond the first {FAULTS_TOLD_LIMIT} faults of the table"
            rest[heading] = Fault(sheet.place, None, heading, expected, more, "mend those first")
        faults.append(rest[heading])
