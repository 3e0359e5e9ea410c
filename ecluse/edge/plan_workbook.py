"""How do a planner's tables go into a workbook and come back? What changed is told before anything is taken.

Formulas, merged cells and words among numbers are named at the address of their cell, and then nothing is taken.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.world import check
from ecluse.edge.world.check_rules import Found
from ecluse.edge.world.check_sheet import Gathered, Rows, Sheet, gather_folder, sheet_name, sheet_of
from ecluse.edge.world.read import World
from ecluse.edge.world.schema import BY_NAME, TABLES, Table
from ecluse.edge.world.schema_plan import NAMES
from ecluse.edge.world.workbook import gather_workbook, is_workbook, open_world, write_sheets

# What a planner edits: the planning tables, and the figures of need, money, orders, capacity and stock.
EDITED = (*NAMES, "needs", "budgets", "funded_orders", "capacity", "stock", "reserves")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the workbook says otherwise: a changed cell, or with no column a row that came or went."""

    table: str
    row: str
    column: str | None
    before: str | None
    after: str | None


def write_tables(world: Path, out: Path) -> list[str]:
    """Which tables were written into this workbook, a sheet each? Whole or not at all."""
    faults: list[Fault] = []
    gathered = _gathered(world, faults)
    held = {f"{name}.csv": gathered.files[f"{name}.csv"] for name in EDITED if f"{name}.csv" in gathered.files}
    if not held:
        faults.append(Fault(str(world), None, None, "tables of a planner", "none", "name a world that has them"))
    if faults:
        raise BadInputError(faults)
    write_sheets(held, out, title=world.stem)
    return [file.removesuffix(".csv") for file in held]


def differences(world: Path, book: Path) -> list[Difference]:
    """What does the workbook say otherwise than the world? Raises BadInputError with every wrong cell at its address.

    A dry run: nothing is written anywhere.
    """
    return _differences(world, book)[0]


def take_tables(world: Path, book: Path, out: Path) -> list[Difference]:
    """Write the world with the workbook's tables into a new folder; what was different? Whole or not at all."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInputError.one(str(out), "an empty or absent folder", "something there", "name another")
    found, tables = _differences(world, book)
    with tempfile.TemporaryDirectory(prefix="ecluse-tables-") as work:
        made = Path(work, "world")
        _copy(world, made)
        for name, rows in tables.items():
            (made / f"{name}.csv").write_bytes(_spelled(rows))
        faults = check.check_world(made)
        if faults:
            raise BadInputError(faults)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, out, dirs_exist_ok=True)
    return found


def _copy(world: Path, made: Path) -> None:
    if not is_workbook(world):
        shutil.copytree(world, made)
        return
    faults: list[Fault] = []
    for file, rows in _gathered(world, faults).files.items():
        (made / file).parent.mkdir(parents=True, exist_ok=True)
        (made / file).write_bytes(_spelled(rows))
    if faults:
        raise BadInputError(faults)


def _differences(world: Path, book: Path) -> tuple[list[Difference], dict[str, Rows]]:
    faults: list[Fault] = []
    gathered, brought = _gathered(world, faults), _brought(book, faults)
    months = tuple(str(month) for month in _opened(world, faults).months)
    sheets: dict[str, Sheet | None] = {}
    for table in TABLES:
        source = brought if table.file in brought.files else gathered
        sheets[table.name] = sheet_of(source, table, months, faults)
    found = Found({name: sheet for name, sheet in sheets.items() if sheet is not None}, gathered)
    if not faults:
        faults += [fault for rule in check.RULES for fault in rule(found)]
    if faults:
        raise BadInputError(faults)
    told: list[Difference] = []
    tables: dict[str, Rows] = {}
    for file, rows in brought.files.items():
        table = BY_NAME[file.removesuffix(".csv")]
        tables[table.name] = rows
        told += _between(table, gathered.files.get(file, rows[:1]), rows)
    return told, tables


def _opened(world: Path, faults: list[Fault]) -> World:
    if faults:
        raise BadInputError(faults)
    return open_world(world)


def _gathered(world: Path, faults: list[Fault]) -> Gathered:
    if is_workbook(world):
        return gather_workbook(world, faults)
    if not world.is_dir():
        raise BadInputError.one(str(world), "a folder or XLSX with the tables of a world", "no such folder", "name one")
    return gather_folder(world, faults)


def _brought(book: Path, faults: list[Fault]) -> Gathered:
    if not is_workbook(book):
        raise BadInputError.one(str(book), "an XLSX workbook", "another kind of file", "save it as XLSX")
    brought = gather_workbook(book, faults)
    for file in brought.files:
        if file.removesuffix(".csv") not in EDITED:
            remedy = "remove the sheet, or name it as one of them"
            faults.append(Fault(sheet_name(file, file), None, None, f"one of {', '.join(EDITED)}", "another", remedy))
    if not brought.files:
        faults.append(
            Fault(str(book), None, None, "at least one sheet of a planner", "none", "see ecluse plan workbook")
        )
    return brought


def _between(table: Table, before: Rows, after: Rows) -> Iterator[Difference]:
    """Which rows came, went or changed, known by their key?"""
    old, new = _by_key(table, before), _by_key(table, after)
    for key in [*old, *(key for key in new if key not in old)]:
        row = " ".join(key)
        if key not in new:
            yield Difference(table.name, row, None, row, None)
        elif key not in old:
            yield Difference(table.name, row, None, None, row)
        else:
            for column, cell in new[key].items():
                if old[key].get(column, "") != cell:
                    yield Difference(table.name, row, column, old[key].get(column, ""), cell)


def _by_key(table: Table, rows: Rows) -> dict[tuple[str, ...], dict[str, str]]:
    (_, header), *rest = rows
    cells = [dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=False)) for _, row in rest]
    return {tuple(row[name] for name in table.key): row for row in cells}


def _spelled(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(cells for _, cells in rows)
    return text.getvalue().encode()
