"""How does a world stand in one XLSX workbook? A sheet for each table, nothing in it but text and whole numbers.

A folder written out and read back has the same files, byte for byte, so that its digest is the same.
"""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.world.check_cells import is_whole
from ecluse.edge.world.check_sheet import Gathered, Rows, address, gather_folder, sheet_name
from ecluse.edge.world.read import World, read_world
from ecluse.edge.world.schema import TABLES, Kind, Table
from ecluse.edge.world.workbook_xml import marks_of, open_archive

SHEET_NAME_LIMIT = 31
SHEET_CELLS_LIMIT = 20_000_000
CELL_TEXT_LIMIT = 32_767
# Beyond fifteen digits a workbook rounds; such a figure is written as text.
EXACT_LIMIT = 10**15
# Spreadsheets take a cell that begins so for a formula once it is edited; the prefix keeps it text.
FORMULA_SIGNS = ("=", "+", "-", "@")
LIST_SHEET = "list "
CREATED = datetime(2026, 1, 1)
COUNTED = (Kind.WHOLE, Kind.BP, Kind.PRIORITY, Kind.MONTHS)


def is_workbook(path: Path) -> bool:
    """Is this a workbook, by its name?"""
    return path.suffix.lower() == ".xlsx"


def open_world(path: Path) -> World:
    """What does this folder or XLSX say? Raises BadInputError that names file or sheet, row and column."""
    if not is_workbook(path):
        return read_world(path)
    with tempfile.TemporaryDirectory(prefix="ecluse-world-") as unpacked:
        for name, held in read_workbook(path).items():
            file = Path(unpacked, name)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(held)
        try:
            return read_world(Path(unpacked))
        except BadInputError as error:
            raise BadInputError(_on_sheet(fault) for fault in error.faults) from None


def _on_sheet(fault: Fault) -> Fault:
    place = sheet_name(fault.file, fault.file) if fault.file.endswith(".csv") else fault.file
    return Fault(place, fault.row, fault.column, fault.expected, fault.found, fault.remedy)


def read_workbook(path: Path) -> dict[str, bytes]:
    """Which files stand in this workbook, in the canonical spelling of CSV? Raises BadInputError."""
    faults: list[Fault] = []
    gathered = gather_workbook(path, faults)
    if faults:
        raise BadInputError(faults)
    return {name: _spelled(rows) for name, rows in gathered.files.items()}


def _spelled(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(cells for _, cells in rows)
    return text.getvalue().encode()


# ------------------------------------------------------------------ reading


def gather_workbook(path: Path, faults: list[Fault]) -> Gathered:
    """Which rows stand on the sheets of this workbook? Formulas, errors and merged cells become faults."""
    from python_calamine import CalamineError, load_workbook

    files: dict[str, Rows] = {}
    with open_archive(path) as archive:
        marks = marks_of(archive, str(path), SHEET_CELLS_LIMIT)
    try:
        with load_workbook(str(path)) as book:
            for title in book.sheet_names:
                values = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
                files[_file_of(title)] = rows = _rows(values)
                faults += _marked(sheet_name(_file_of(title), title), rows, marks.get(title, []))
    except CalamineError as error:
        raise BadInputError.one(str(path), "an XLSX workbook", str(error), "save it again as XLSX") from None
    return Gathered(files, frozenset(), is_workbook=True)


def _file_of(title: str) -> str:
    if title.startswith(LIST_SHEET):
        return f"lists/{title.removeprefix(LIST_SHEET)}.csv"
    return f"{title}.csv"


def _rows(values: list[list[Any]]) -> Rows:
    """Which cells stand in each row, as text, without the empty rows and columns at the end?"""
    spelled = [[_text(value) for value in row] for row in values]
    while spelled and not any(spelled[-1]):
        spelled.pop()
    width = max((len(row) for row in spelled), default=0)
    while width and not any(row[width - 1] for row in spelled):
        width -= 1
    return [(number, row[:width]) for number, row in enumerate(spelled, 1)]


def _text(value: Any) -> str:
    """How is the value of a workbook cell spelled in CSV? A whole number without a point, a day as YYYY-MM-DD."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    is_exact = abs(value) <= EXACT_LIMIT and value == int(value) if isinstance(value, int | float) else False
    return str(int(value)) if is_exact else str(value)


def _marked(place: str, rows: Rows, marks: list[tuple[int, int, str, str]]) -> list[Fault]:
    """What is reported of cells that hold more than a value?"""
    header = rows[0][1] if rows else []
    found = []
    for row, column, what, remedy in marks:
        spot = address(column, row)
        named = f"{header[column]} at {spot}" if column < len(header) and header[column] else spot
        found.append(Fault(place, row, named, "a value in a cell of its own", what, remedy))
    return found


# ------------------------------------------------------------------ writing


def write_workbook(folder: Path, out: Path) -> None:
    """Which workbook holds this world? Written whole or not at all; the same folder gives the same bytes."""
    faults: list[Fault] = []
    gathered = gather_folder(folder, faults)
    faults += _unfit(gathered)
    if faults:
        raise BadInputError(faults)
    files = [*(table.file for table in TABLES if table.file in gathered.files), *_list_files(gathered)]
    write_sheets({file: gathered.files[file] for file in files}, out, title=folder.name)


def write_sheets(files: dict[str, Rows], out: Path, *, title: str) -> None:
    """Write these files of a world as sheets, in this order. Whole or not at all; the same rows give the same bytes."""
    from xlsxwriter import Workbook

    held = io.BytesIO()
    book = Workbook(held, {"in_memory": True})
    book.set_properties({"title": title, "created": CREATED})
    bold, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
    known = {table.file: table for table in TABLES}
    for file, rows in files.items():
        sheet = book.add_worksheet(_title(file))
        sheet.freeze_panes(1, 0)
        _fill(sheet, rows, _counted(known.get(file), rows), bold, quoted)
    book.close()
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(held.getvalue())
    part.replace(out)


def _title(file: str) -> str:
    return sheet_name(file, file).removeprefix("sheet ")


def _list_files(gathered: Gathered) -> list[str]:
    return sorted(file for file in gathered.files if file.startswith("lists/"))


def _unfit(gathered: Gathered) -> list[Fault]:
    """What stands in the folder that no sheet can hold?"""
    known = {table.file for table in TABLES}
    faults = []
    if known.isdisjoint(gathered.files):
        faults.append(Fault("world.csv", None, None, "a table of the world", "no such file", "name a world's folder"))
    for file, rows in gathered.files.items():
        title = _title(file)
        if file not in known and not file.startswith("lists/"):
            faults.append(Fault(file, None, None, "a table or a list", "an unknown file", "move it out of the folder"))
        elif len(title) > SHEET_NAME_LIMIT or any(sign in title for sign in "[]:*?/\\'"):
            expected = f"a name of at most {SHEET_NAME_LIMIT - len(LIST_SHEET)} plain characters"
            faults.append(Fault(file, None, None, expected, file, "rename the list's file"))
        for number, cells in rows:
            if any(len(cell) > CELL_TEXT_LIMIT for cell in cells):
                expected = f"at most {CELL_TEXT_LIMIT} characters a cell"
                faults.append(Fault(file, number, None, expected, "more", "shorten the cell"))
    return faults


def _counted(table: Table | None, rows: Rows) -> frozenset[int]:
    """In which places of this table's rows do numbers stand?"""
    if table is None or not rows:
        return frozenset()
    whole = {column.name for column in table.columns if column.kind in COUNTED}
    monthly = tuple(f"{column.name}_" for column in table.columns if column.kind is Kind.MONTHS)
    header = enumerate(rows[0][1])
    return frozenset(place for place, name in header if name in whole or (monthly and name.startswith(monthly)))


def _fill(sheet: Any, rows: Rows, counted: frozenset[int], bold: Any, quoted: Any) -> None:
    for at, (number, cells) in enumerate(rows):
        for place, cell in enumerate(cells):
            if not cell:
                continue
            is_number = at > 0 and place in counted and is_whole(cell)
            if is_number and str(int(cell)) == cell and int(cell) < EXACT_LIMIT:
                sheet.write_number(at, place, int(cell))
            else:
                looks = bold if number == 1 else quoted if cell.startswith(FORMULA_SIGNS) else None
                sheet.write_string(at, place, cell, looks)
