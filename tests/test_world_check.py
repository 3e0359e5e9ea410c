"""Is every error of a world named at its file, row and column, and does a workbook hold the same world as a folder?"""

from __future__ import annotations

import shutil
import time
import zipfile
from pathlib import Path

import pytest
import world_damage
import xlsxwriter
from world_damage import ALSO, DAMAGES, IN_CELLS, Place, read, small_world, write

from ecluse.base.errors import SHOWN_FAULTS, BadInputError, Fault
from ecluse.edge.world.check import check_world
from ecluse.edge.world.generate import generate
from ecluse.edge.world.read import read_world
from ecluse.edge.world.workbook import open_world, read_workbook, write_workbook

SECONDS_FOR_100_000_ROWS = 30


def places(faults: list[Fault]) -> set[Place]:
    return {(fault.file, fault.row, fault.column) for fault in faults}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_world(tmp_path_factory.mktemp("whole") / "world")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "world"))


def test_a_whole_world_has_no_faults_and_is_read(whole: Path) -> None:
    assert check_world(whole) == []
    assert read_world(whole).name == "small"


def test_at_least_twenty_kinds_of_damage_are_known() -> None:
    assert len(DAMAGES) >= 50


@pytest.mark.parametrize("kind", DAMAGES)
def test_each_damage_alone_is_named_exactly(folder: Path, kind: str) -> None:
    expected = {*DAMAGES[kind](folder), *ALSO.get(kind, ())}
    assert places(check_world(folder)) == expected


def test_all_damages_on_one_copy_are_each_named_and_nothing_else(folder: Path) -> None:
    expected = {place for kind, damage in DAMAGES.items() for place in (*damage(folder), *ALSO.get(kind, ()))}
    faults = check_world(folder)
    assert places(faults) == expected
    report = BadInputError(faults).report().splitlines()
    assert len(report) == SHOWN_FAULTS + 1
    assert report[-1] == f"... and {len(faults) - SHOWN_FAULTS} more faults"


# A workbook spells control characters by escapes of its own.
@pytest.mark.parametrize("kind", sorted(set(IN_CELLS) - {"a control character"}))
def test_each_damage_in_a_workbook_is_named_by_sheet_and_cell(folder: Path, tmp_path: Path, kind: str) -> None:
    expected = {*IN_CELLS[kind](folder), *ALSO.get(kind, ())}
    write_workbook(folder, tmp_path / "world.xlsx")
    found = {(place, row, (column or "").partition(" at ")[0] or None) for place, row, column in
             places(check_world(tmp_path / "world.xlsx"))}  # fmt: skip
    assert found == {(f"sheet {file.removesuffix('.csv')}", row, column) for file, row, column in expected}


def test_a_fault_of_a_workbook_bears_the_address_of_its_cell(folder: Path, tmp_path: Path) -> None:
    world_damage.cell("orders", 2, "units", "-50")(folder)
    write_workbook(folder, tmp_path / "world.xlsx")
    (fault,) = check_world(tmp_path / "world.xlsx")
    assert str(fault).startswith(
        "sheet orders, row 2, column units at L2: expected a whole number from 0 up; found '-50'"
    )


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("a quantity that is negative", "nothing here is ever negative"),
        ("a quantity in fractions", "nothing is counted in fractions"),
        ("a quantity with separators", "without separators"),
        ("a quantity with its unit beside it", "the unit stands in the heading"),
        ("a column in another unit", "convert the figures"),
        ("a line of an unknown maker", "add its row"),
    ],
)
def test_a_fault_says_how_it_is_mended(folder: Path, kind: str, remedy: str) -> None:
    DAMAGES[kind](folder)
    (fault,) = check_world(folder)
    assert remedy in fault.remedy


@pytest.mark.slow
def test_a_hundred_thousand_bad_rows_are_all_counted_within_bounds(folder: Path) -> None:
    rows = read(folder, "orders")
    at = {name: place for place, name in enumerate(rows[0])}
    bad = []
    for number in range(100_000):
        row = list(rows[1])
        row[at["order"]], row[at["units"]] = f"order:bad-{number}", f"-{number}"
        row[at["end_user"]] = f"party:nobody-{number}"
        bad.append(row)
    write(folder, "orders", rows + bad)
    began = time.monotonic()
    faults = check_world(folder)
    assert time.monotonic() - began < SECONDS_FOR_100_000_ROWS
    assert len(faults) == 200_000
    report = BadInputError(faults).report().splitlines()
    assert len(report) == SHOWN_FAULTS + 1
    assert report[0].startswith("orders.csv, row 10, column ")
    assert report[-1] == "... and 199950 more faults"


@pytest.mark.parametrize("gone", ["announced", "agreed", "accredited"])
def test_a_life_that_skips_a_step_is_told_at_its_row(folder: Path, gone: str) -> None:
    rows = [row for row in read(folder, "lives") if row[1] != gone]
    write(folder, "lives", rows)
    faults = check_world(folder)
    if gone == "announced":  # what comes first is what is known when the world begins
        assert not faults
        return
    (fault,) = faults
    after = {"agreed": "announced: agreed or closed", "accredited": "agreed: accredited or closed"}[gone]
    assert str(fault).startswith(f"lives.csv, row {fault.row}, column state: expected after {after}")
    assert rows[(fault.row or 0) - 1][1] == fault.found


@pytest.mark.parametrize(("by", "is_wrong"), [("authority:lt", False), ("authority:mod", True)])
def test_a_centre_that_another_state_lets_go_on_than_suspended_it_is_told_at_its_row(
    folder: Path, by: str, is_wrong: bool
) -> None:
    rows = read(folder, "lives")
    rows += [["centre:lt-1", state, owner, "2026-02-17", "synthetic"]
             for state, owner in (("suspended", "authority:lt"), ("open", by))]  # fmt: skip
    write(folder, "lives", rows)
    expected = [(f"lives.csv, row {len(rows)}", "the authority whose step open is after suspended", by)]
    found = [(f"{fault.file}, row {fault.row}", fault.expected, fault.found) for fault in check_world(folder)]
    assert found == (expected if is_wrong else [])


def test_quotes_left_open_in_many_rows_harm_no_other_row(folder: Path) -> None:
    path = folder / "rates.csv"
    path.write_text(path.read_text(encoding="utf-8") + '"2026-01-03,EUR\n' * 20_000, encoding="utf-8")
    assert len(check_world(folder)) == 20_000


@pytest.mark.slow
def test_many_owners_and_runs_stay_within_bounds(folder: Path) -> None:
    stakes, runs = read(folder, "ownerships"), read(folder, "markings")
    stakes += [[f"ownership:x-{n}", "party:person-001", "party:bank-001", "1", "1", "no", "2024-01-01", "", "synthetic"]
               for n in range(30_000)]  # fmt: skip
    runs += [["block:fpv-1-2", str(600 + n % 300), "900", "made", "2026-02-01", "synthetic"] for n in range(30_000)]
    write(folder, "ownerships", stakes)
    write(folder, "markings", runs)
    began = time.monotonic()
    faults = check_world(folder)
    assert time.monotonic() - began < SECONDS_FOR_100_000_ROWS
    assert ("ownerships.csv", 10_006, "share_min_bp") in places(faults)


@pytest.mark.parametrize("seed", [3, 2026])
def test_a_generated_world_has_no_faults_in_a_folder_or_in_a_workbook(tmp_path: Path, seed: int) -> None:
    generate(seed, size=50, cheats=1, out=tmp_path / "world", answers=tmp_path / "world.answers.csv")
    assert check_world(tmp_path / "world") == []
    write_workbook(tmp_path / "world", tmp_path / "world.xlsx")
    assert check_world(tmp_path / "world.xlsx") == []
    assert open_world(tmp_path / "world.xlsx").digest == read_world(tmp_path / "world").digest


@pytest.mark.slow
def test_the_demonstration_world_has_no_faults(repository: Path) -> None:
    world = repository / "examples" / "ua-2026"
    if not world.is_dir():
        pytest.skip("there is no demonstration world yet; make it with `ecluse world generate`")
    assert check_world(world) == []


# ------------------------------------------------------------------ folders and files


@pytest.mark.parametrize(
    ("name", "found"), [("nowhere", "no such folder"), ("nowhere.xlsx", "no such file"), ("empty", "none of them")]
)
def test_what_is_no_world_is_said_plainly(tmp_path: Path, name: str, found: str) -> None:
    (tmp_path / "empty").mkdir()
    (fault,) = check_world(tmp_path / name)
    assert fault.found == found


def test_tables_with_headings_alone_make_an_empty_world(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        write(folder, path.stem, read(folder, path.stem)[:1])
    named = {fault.file for fault in check_world(folder) if fault.found == "none" and fault.row is None}
    assert named == {f"{name}.csv" for name in ("world", "authorities", "officers", "classes", "models", "parties")}


@pytest.mark.parametrize("held", [b"", b"\n", b"\xff\xfeo\x00", b"order;units\n", b"\x00\x01\x02"])
def test_a_file_of_another_kind_is_named(folder: Path, held: bytes) -> None:
    (folder / "aid.csv").write_bytes(held)
    assert {fault.file for fault in check_world(folder)} == {"aid.csv"}


def test_a_byte_order_mark_is_named_and_the_rest_is_read(folder: Path) -> None:
    path = folder / "aid.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert places(check_world(folder)) == {("aid.csv", 1, None)}


def test_a_list_outside_the_world_is_no_list(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text("entry,name,kind,identifiers\n", encoding="utf-8")
    world_damage.cell("list_versions", 2, "file", "../elsewhere.csv")(folder)
    assert places(check_world(folder)) == {("list_versions.csv", 2, "file")}


def test_a_period_that_ends_before_it_begins_is_named(folder: Path) -> None:
    world_damage.cell("world", 5, "value", "2025-12-31")(folder)
    assert places(check_world(folder)) == {("world.csv", 5, "value")}


# ------------------------------------------------------------------ workbooks


def test_a_workbook_holds_the_same_world_as_its_folder(whole: Path, tmp_path: Path) -> None:
    write_workbook(whole, tmp_path / "world.xlsx")
    assert check_world(tmp_path / "world.xlsx") == []
    given, carried = read_world(whole), open_world(tmp_path / "world.xlsx")
    assert carried.digest == given.digest
    assert carried.files == given.files
    assert carried.orders == given.orders
    held = read_workbook(tmp_path / "world.xlsx")
    assert held == {path.relative_to(whole).as_posix(): path.read_bytes() for path in whole.rglob("*.csv")}


def test_the_same_folder_makes_the_same_workbook(whole: Path, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(whole, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_folder_is_opened_as_it_is_read(whole: Path) -> None:
    assert open_world(whole).digest == read_world(whole).digest


def test_text_that_looks_like_a_formula_stays_text(folder: Path, tmp_path: Path) -> None:
    world_damage.cell("claims", 2, "text_en", "=HYPERLINK(A1)")(folder)
    world_damage.cell("claims", 3, "text_en", "_x0041_ & <b> 'quoted'")(folder)
    write_workbook(folder, tmp_path / "world.xlsx")
    with zipfile.ZipFile(tmp_path / "world.xlsx") as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist())
    assert check_world(tmp_path / "world.xlsx") == []
    assert open_world(tmp_path / "world.xlsx").digest == read_world(folder).digest


def _rewritten(folder: Path, out: Path, change: str) -> Path:
    """A workbook of this folder as a hand in a spreadsheet may leave it."""
    book = xlsxwriter.Workbook(str(out))
    for path in sorted(folder.rglob("*.csv")):
        title = path.stem if path.parent == folder else f"list {path.stem}"
        sheet = book.add_worksheet(title)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            for place, text in enumerate(line.split(",") if '"' not in line else ["SYN-0001", "Torrix", "firm"]):
                if text:
                    sheet.write_string(number, place, text)
        if title == "aid":
            day = book.add_format({"num_format": "dd.mm.yyyy"})
            if change == "formula":
                sheet.write_formula("B2", "=6+6", None, 12)
            elif change == "merged":
                sheet.merge_range("E2:F3", "synthetic")
            elif change == "error":
                sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
            elif change == "number":
                sheet.write_number("B2", 12)
                sheet.write_datetime("D2", world_damage.DAY, day)
            elif change == "fraction":
                sheet.write_number("B2", 12.5)
            elif change == "far":
                sheet.write_string("XFD1048576", "x")
            elif change == "stray":
                sheet.write_string("H1", "note to self")
    book.close()
    return out


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param("formula", ("sheet aid", 2, "units at B2"), id="a formula"),
        pytest.param("error", ("sheet aid", 2, "units at B2"), id="an error"),
        pytest.param("merged", ("sheet aid", 2, "source at E2"), id="merged cells"),
        pytest.param("fraction", ("sheet aid", 2, "units at B2"), id="a fraction"),
        pytest.param("far", ("sheet aid", None, None), id="a cell far out"),
        pytest.param("stray", ("sheet aid", 1, "note to self"), id="a stray note"),
    ],
)
def test_what_a_spreadsheet_adds_is_named_at_its_address(
    whole: Path, tmp_path: Path, change: str, named: Place
) -> None:
    assert named in places(check_world(_rewritten(whole, tmp_path / "world.xlsx", change)))


def test_numbers_and_days_of_a_spreadsheet_are_spelled_as_in_csv(whole: Path, tmp_path: Path) -> None:
    book = _rewritten(whole, tmp_path / "world.xlsx", "number")
    assert check_world(book) == []
    assert read_workbook(book)["aid.csv"] == (whole / "aid.csv").read_bytes()


@pytest.mark.parametrize("share", [0, 10, 50, 90, 99])
def test_a_workbook_cut_short_is_said_plainly(whole: Path, tmp_path: Path, share: int) -> None:
    write_workbook(whole, tmp_path / "whole.xlsx")
    held = (tmp_path / "whole.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(held[: len(held) * share // 100])
    (fault,) = check_world(tmp_path / "cut.xlsx")
    assert fault.expected == "an XLSX workbook"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'<c r="A2"', b'<c r="ZZZ9999999"', id="a cell beyond every sheet"),
        pytest.param(b'<c r="A2"', b"<c  r = 'aaa$88888888'", id="the same spelled otherwise"),
        pytest.param(b'<row r="2"', b'<row r="888888888888"', id="a row beyond every sheet"),
        pytest.param(b'<c r="A2"', b'<c r="A2"r="ZZZ9999999"', id="an attribute twice"),
        pytest.param(b"<worksheet", b"<!DOCTYPE x []><worksheet", id="definitions of its own"),
        pytest.param(b'encoding="UTF-8"', b'encoding="UTF-9"', id="an unknown encoding"),
    ],
)
def test_a_workbook_made_to_exhaust_its_reader_is_refused(whole: Path, tmp_path: Path, old: bytes, new: bytes) -> None:
    write_workbook(whole, tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as given, zipfile.ZipFile(tmp_path / "made.xlsx", "w") as made:
        for name in given.namelist():
            held = given.read(name)
            made.writestr(name, held.replace(old, new, 1) if name == "xl/worksheets/sheet1.xml" else held)
    faults = check_world(tmp_path / "made.xlsx")
    assert faults == [] if b"UTF-9" in new else len(faults) == 1


def test_an_archive_that_is_no_workbook_is_said_plainly(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "world.xlsx", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    (fault,) = check_world(tmp_path / "world.xlsx")
    assert fault.expected == "an XLSX workbook"


def test_a_folder_that_no_workbook_can_hold_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    world_damage.stranger(folder)
    with pytest.raises(BadInputError) as raised:
        write_workbook(folder, tmp_path / "world.xlsx")
    assert [fault.file for fault in raised.value.faults] == ["order.csv"]
    assert not (tmp_path / "world.xlsx").exists()
