"""Do a planner's tables go into a workbook and come back the same, each wrong cell named at its address?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from world_damage import small_world

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.plan_workbook import EDITED, Difference, differences, take_tables, write_tables
from ecluse.edge.world.check import check_world
from ecluse.edge.world.check_sheet import Rows
from ecluse.edge.world.read import file_digests, read_world
from ecluse.edge.world.schema import BY_NAME
from ecluse.edge.world.schema_plan import NAMES
from ecluse.edge.world.workbook import gather_workbook, write_workbook

Change = Callable[[Any, dict[str, list[list[str]]]], None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_world(tmp_path_factory.mktemp("planner") / "world")


@pytest.fixture
def book(world: Path, tmp_path: Path) -> Path:
    write_tables(world, tmp_path / "plan.xlsx")
    return tmp_path / "plan.xlsx"


def sheets_of(book: Path) -> dict[str, list[list[str]]]:
    faults: list[Fault] = []
    found: dict[str, Rows] = gather_workbook(book, faults).files
    assert not faults
    return {file.removesuffix(".csv"): [list(cells) for _, cells in rows] for file, rows in found.items()}


def rewritten(book: Path, change: Change) -> Path:
    """The same workbook as a planner might save it: numbers as numbers, and whatever `change` writes besides."""
    sheets = sheets_of(book)
    out = book.with_name("edited.xlsx")
    with xlsxwriter.Workbook(str(out)) as written:
        for name, rows in sheets.items():
            sheet = written.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write_number(at, place, int(cell)) if cell.isdigit() else sheet.write_string(at, place, cell)
        change(written, sheets)
    return out


def put(table: str, row: int, heading: str, value: Any, *, formula: bool = False) -> Change:
    def change(written: Any, sheets: dict[str, list[list[str]]]) -> None:
        sheet, place = written.get_worksheet_by_name(table), sheets[table][0].index(heading)
        write = sheet.write_formula if formula else sheet.write_string if value == "" else sheet.write
        write(row - 1, place, value)

    return change


def test_every_table_of_a_planner_has_its_sheet(book: Path) -> None:
    assert set(sheets_of(book)) == set(EDITED) >= set(NAMES)


def test_what_was_written_and_read_back_differs_in_nothing(world: Path, book: Path, tmp_path: Path) -> None:
    assert differences(world, book) == []
    assert take_tables(world, book, tmp_path / "again") == []
    assert file_digests(tmp_path / "again") == file_digests(world)


def test_a_workbook_that_a_planner_saved_anew_differs_in_nothing(world: Path, book: Path) -> None:
    assert differences(world, rewritten(book, lambda *_: None)) == []


def test_a_changed_cell_is_told_and_a_dry_run_writes_nothing(world: Path, book: Path, tmp_path: Path) -> None:
    before = file_digests(world)
    edited = rewritten(book, put("market_demand", 2, "demand_units_2026_07", 75))
    assert differences(world, edited) == [Difference("market_demand", "demand:1", "demand_units_2026_07", "60", "75")]
    assert file_digests(world) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edited.xlsx", "plan.xlsx"]


def test_what_is_taken_stands_in_a_new_world_that_has_no_faults(world: Path, book: Path, tmp_path: Path) -> None:
    before = file_digests(world)
    edited = rewritten(book, put("market_demand", 2, "demand_units_2026_07", 75))
    take_tables(world, edited, tmp_path / "new")
    assert check_world(tmp_path / "new") == []
    assert read_world(tmp_path / "new").market_demand[0].demand_units[6] == 75
    assert file_digests(world) == before


def test_rows_that_came_and_went_are_told(world: Path, book: Path) -> None:
    def change(written: Any, sheets: dict[str, list[list[str]]]) -> None:
        rows = sheets["value_ceilings"]
        for place, cell in enumerate(["DE", *rows[1][1:]]):
            written.get_worksheet_by_name("value_ceilings").write(1, place, cell)

    found = differences(world, rewritten(book, change))
    assert found == [
        Difference("value_ceilings", "PL", None, "PL", None), Difference("value_ceilings", "DE", None, None, "DE"),
    ]  # fmt: skip


def test_a_world_in_a_workbook_takes_tables_too(world: Path, book: Path, tmp_path: Path) -> None:
    write_workbook(world, tmp_path / "world.xlsx")
    assert take_tables(tmp_path / "world.xlsx", book, tmp_path / "again") == []
    assert file_digests(tmp_path / "again") == file_digests(world)


def merged(written: Any, sheets: dict[str, list[list[str]]]) -> None:
    written.get_worksheet_by_name("plants").merge_range("A2:A3", "plant:fpv-1")


def stray(written: Any, sheets: dict[str, list[list[str]]]) -> None:
    written.add_worksheet("orders").write(0, 0, "order")


WRONG = [
    pytest.param(put("market_demand", 2, "unit_price_minor", "=1+1", formula=True), "sheet market_demand",
                 "unit_price_minor at E2", "a formula", id="a formula"),
    pytest.param(merged, "sheet plants", "plant at A2", "merged cells A2:A3", id="merged cells"),
    pytest.param(put("needs", 3, "needed_units_2026_03", "two"), "sheet needs", "needed_units_2026_03 at H3", "'two'",
                 id="a word among numbers"),
    pytest.param(put("needs", 3, "needed_units_2026_03", "2 000"), "sheet needs", "needed_units_2026_03 at H3",
                 "'2 000'", id="a number with a separator"),
    pytest.param(put("plants", 2, "hours_thousandths_2026_01", 1.5), "sheet plants", "hours_thousandths_2026_01 at E2",
                 "'1.5'", id="a part of a thousandth"),
    pytest.param(put("needs", 2, "needed_units_2026_12", 10**12), "sheet needs", "needed_units_2026_12 at Q2",
                 str(10**12), id="a quantity of 10^12"),
    pytest.param(put("needs", 2, "owner", ""), "sheet needs", "owner at B2", "an empty cell", id="an ownerless need"),
    pytest.param(put("plant_models", 2, "plant", "plant:nowhere"), "sheet plant_models", "plant at A2",
                 "unknown plant:nowhere", id="a plant nobody knows"),
    pytest.param(put("licence_ceilings", 2, "last_month", "2026-01"), "sheet licence_ceilings", "last_month at G2",
                 "2026-01", id="a ceiling that ends before it begins"),
    pytest.param(stray, "sheet orders", None, "another", id="a sheet that is not a planner's"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sheet", "column", "found"), WRONG)
def test_a_wrong_cell_is_named_at_its_address_and_nothing_is_taken(
    world: Path, book: Path, tmp_path: Path, change: Change, sheet: str, column: str | None, found: str
) -> None:
    edited = rewritten(book, change)
    with pytest.raises(BadInputError) as error:
        take_tables(world, edited, tmp_path / "new")
    places = [(fault.file, fault.column, fault.found) for fault in error.value.faults]
    assert (sheet, column, found) in places
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_not_written_over(world: Path, book: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "kept.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(BadInputError, match="an empty or absent folder"):
        take_tables(world, book, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["kept.txt"]


def test_a_file_that_is_no_workbook_is_refused(world: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(b"PK no archive")
    for file in (tmp_path / "plan.xlsx", tmp_path / "plan.csv", tmp_path / "absent.xlsx"):
        with pytest.raises(BadInputError, match="workbook"):
            differences(world, file)


def test_edited_tables_are_tables_of_a_world() -> None:
    assert all(name in BY_NAME for name in EDITED)
