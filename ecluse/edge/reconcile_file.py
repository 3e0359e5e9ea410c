"""Which movements stand in this table of another state? Every fault by file, row and column; all rows, or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.imports.mapping import Map
from ecluse.edge.imports.sheet import FILE_BYTES_LIMIT, Sheet, read_sheet
from ecluse.edge.reconcile import Movement

COLUMNS = ("licence", "state", "day", "units")
UNITS_LIMIT = 10_000_000
LICENCE_LIMIT = 60
STATE = re.compile(r"[A-Z]{2}")


def read_movements(path: Path) -> tuple[list[Movement], str]:
    """Which movements does this file hold, and what is its digest? Raises BadInputError with every fault."""
    try:
        size = path.stat().st_size
        body = path.read_bytes() if size <= FILE_BYTES_LIMIT else b""
    except OSError as error:
        raise BadInputError.one(
            str(path), "a table that can be read", error.strerror or "", "name another file"
        ) from None
    if size > FILE_BYTES_LIMIT:
        raise BadInputError.one(str(path), f"at most {FILE_BYTES_LIMIT} bytes", str(size), "send one year at a time")
    sheet = read_sheet(path.name, body, Map())
    missing = [name for name in COLUMNS if name not in sheet.header]
    if missing:
        said = ", ".join(sheet.header)[:200]
        raise BadInputError.one(path.name, f"the columns {', '.join(COLUMNS)}", said, f"add {', '.join(missing)}")
    faults = [problem.fault() for problem in sheet.problems]
    found = [_movement(sheet, number, cells, faults) for number, cells in sheet.rows]
    if faults:
        raise BadInputError(faults)
    return [one for one in found if one is not None], sheet.digest


def _movement(sheet: Sheet, row: int, cells: list[str], faults: list[Fault]) -> Movement | None:
    values = dict(zip(sheet.header, cells, strict=True))
    before = len(faults)

    def cell(name: str, expected: str, remedy: str, read: Callable[[str], object]) -> object:
        try:
            return read(values[name])
        except ValueError:
            faults.append(Fault(sheet.file, row, name, expected, repr(values[name][:60]), remedy))
            return None

    licence = cell(
        "licence", f"a licence number of 1 to {LICENCE_LIMIT} characters", "take it from the declaration", _licence
    )
    state = cell("state", "two capital letters (ISO 3166)", "such as PL", _state)
    day = cell("day", "a day as YYYY-MM-DD", "such as 2026-05-31", date.fromisoformat)
    units = cell("units", f"a whole number from 1 to {UNITS_LIMIT}", "count pieces", _units)
    if len(faults) > before:
        return None
    assert isinstance(licence, str)
    assert isinstance(state, str)
    assert isinstance(day, date)
    assert isinstance(units, int)
    return Movement(licence, state, day, units, f"{sheet.file}:{row}")


def _licence(text: str) -> str:
    if not 0 < len(text) <= LICENCE_LIMIT or not text.isprintable():
        raise ValueError
    return text


def _state(text: str) -> str:
    if not STATE.fullmatch(text):
        raise ValueError
    return text


def _units(text: str) -> int:
    plain = text.replace(" ", "")
    if not plain.isascii() or not plain.isdigit() or not 1 <= int(plain[:12]) <= UNITS_LIMIT or len(plain) > 12:
        raise ValueError
    return int(plain)
