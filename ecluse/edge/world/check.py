"""Can this folder or workbook be carried as a world? Every error by file or sheet, row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ecluse.base.days import Month
from ecluse.base.errors import BadInputError, Fault
from ecluse.base.places import STATES
from ecluse.edge.world import check_links, check_plan, check_rules
from ecluse.edge.world.check_cells import found_in, is_whole
from ecluse.edge.world.check_plan_file import check_plan_file
from ecluse.edge.world.check_rules import Found
from ecluse.edge.world.check_sheet import SEE, Gathered, Sheet, gather_folder, sheet_of
from ecluse.edge.world.read import PLAN_FILE, ROWS_LIMIT, read_world
from ecluse.edge.world.schema import TABLES
from ecluse.edge.world.workbook import gather_workbook, is_workbook, open_world

PERIOD_MONTHS_LIMIT = 60
RULES = (*check_rules.RULES, *check_links.RULES, *check_plan.RULES)


def check_world(path: Path) -> list[Fault]:
    """Which faults does the world in this folder or XLSX have? None: it can be read and carried.

    Table by table, row by row; a fault in one cell hides no other. Nothing is written or changed.
    """
    faults: list[Fault] = []
    try:
        gathered = _gather(path, faults)
    except BadInputError as error:
        return list(error.faults)
    if not any(table.file in gathered.files for table in TABLES):
        return [*faults, Fault(str(path), None, None, "the tables of a world", "none of them", SEE)]
    faults += _unknown_files(gathered)
    months = _months(gathered, faults)
    sheets = {table.name: sheet_of(gathered, table, months, faults) for table in TABLES}
    found = Found({name: sheet for name, sheet in sheets.items() if sheet is not None}, gathered)
    faults += _wrong_settings(found.sheets.get("world"))
    for rule in RULES:
        faults += rule(found)
    return _sorted(faults, gathered) if faults else _unreadable(path) or check_plan_file(path)


def _gather(path: Path, faults: list[Fault]) -> Gathered:
    if is_workbook(path):
        return gather_workbook(path, faults)
    if not path.is_dir():
        raise BadInputError.one(str(path), "a folder or XLSX with the tables of a world", "no such folder", "name one")
    return gather_folder(path, faults)


def _unreadable(path: Path) -> list[Fault]:
    """What does the reader itself find? Nothing, when the checker is as strict as the reader."""
    try:
        open_world(path) if is_workbook(path) else read_world(path)
    except BadInputError as error:
        return list(error.faults)
    return []


def _unknown_files(gathered: Gathered) -> Iterator[Fault]:
    known = {table.file for table in TABLES}
    for file in gathered.files:
        if file not in known and not file.startswith("lists/") and file != PLAN_FILE:
            what, place = ("sheet", "workbook") if gathered.is_workbook else ("file", "folder")
            remedy = f"name it as a table, or move it out of the {place}"
            yield Fault(gathered.place(file), None, None, f"a {what} of a world", f"an unknown {what}", remedy)


# ------------------------------------------------------------------ world.csv


@dataclass(frozen=True, slots=True)
class _Setting:
    number: int
    value: str


def _settings(gathered: Gathered) -> dict[str, _Setting]:
    (header, *rows) = gathered.files.get("world.csv") or [(1, [])]
    if not {"key", "value"} <= set(header[1]):
        return {}
    key, value = header[1].index("key"), header[1].index("value")
    whole = [(number, cells) for number, cells in rows if len(cells) == len(header[1])]
    return {cells[key]: _Setting(number, cells[value]) for number, cells in reversed(whole)}


def _months(gathered: Gathered, faults: list[Fault]) -> tuple[str, ...] | None:
    """Which months has the world? None when it does not say."""
    settings = _settings(gathered)
    try:
        first, last = (date.fromisoformat(settings[key].value) for key in ("first_day", "last_day"))
    except (KeyError, ValueError):
        return None
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if last >= first and count <= PERIOD_MONTHS_LIMIT:
        return tuple(str(month) for month in Month.of(first).until(Month.of(last)))
    expected = f"a day after first_day ({first}), within {PERIOD_MONTHS_LIMIT} months"
    row = settings["last_day"].number
    faults.append(Fault(gathered.place("world.csv"), row, "value", expected, str(last), "mend first_day or last_day"))
    return None


def _wrong_settings(sheet: Sheet | None) -> Iterator[Fault]:
    """Which settings are missing or unreadable?"""
    if sheet is None or not sheet.has("key", "value"):
        return
    cells = zip(sheet.texts("key"), sheet.texts("value"), strict=True)
    said = {key: (at, value) for at, (key, value) in enumerate(cells)}
    for key, (expected, fits) in _SETTINGS.items():
        if key not in said:
            yield Fault(sheet.place, None, "key", f"a row for {key}: {expected}", "none", "add the row")
        elif said[key][1] and not fits(said[key][1]):
            at, value = said[key]
            yield sheet.fault(at, "value", f"{expected} for {key}", found_in(value), "mend the cell")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_Fits = tuple[str, Callable[[str], bool]]
_DAY: _Fits = ("a day as YYYY-MM-DD", _is_day)
_SETTINGS: dict[str, _Fits] = {
    "name": ("the world's name", bool), "seed": ("a whole number from 0 up", is_whole), "first_day": _DAY,
    "last_day": _DAY, "home": ("a state as ISO 3166 alpha-2", STATES.__contains__),
}  # fmt: skip


# ------------------------------------------------------------------ order


def _sorted(faults: list[Fault], gathered: Gathered) -> list[Fault]:
    """In which order are faults told? By table as the schema has them, then by row; one cell as the rules found it."""
    tables = {gathered.place(table.file): number for number, table in enumerate(TABLES)}
    last = len(tables)
    return sorted(faults, key=lambda fault: (tables.get(fault.file, last), fault.file, _row(fault)))


def _row(fault: Fault) -> int:
    """After which row is it told? What concerns the whole file comes first, a whole column last."""
    return fault.row or (ROWS_LIMIT + 1 if fault.column else 0)
