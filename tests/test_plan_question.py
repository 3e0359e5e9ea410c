"""Does a world ask the planner what its tables say, and is every missing or impossible figure named at its cell?"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ecluse.base.errors import BadInputError
from ecluse.edge.plan import question_at, question_of
from ecluse.edge.plan_cells import Cells
from ecluse.edge.plan_home import attested
from ecluse.edge.world.check import check_world
from ecluse.edge.world.generate import generate
from ecluse.edge.world.generate_industry import FIGURES
from ecluse.edge.world.read import World, read_world
from ecluse.edge.world.schema_plan import NAMES
from ecluse.edge.world.workbook import open_world, write_workbook
from ecluse.plan.checker import Question

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "ua-2026"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "world"
    generate(11, size=50, cheats=1, out=folder, answers=folder.with_name("answers.csv"))
    return folder


@pytest.fixture(scope="module")
def world(small: Path) -> World:
    return read_world(small)


@pytest.fixture(scope="module")
def question(world: World) -> dict[str, Any]:
    return question_of(world)


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "world"))


def changed(folder: Path, table: str, change: Callable[[list[list[str]]], Any]) -> None:
    path = folder / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    change(rows)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def cell(row: int, heading: str, text: str) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(heading)] = text

    return change


def without(row: int) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        del rows[row - 1]

    return change


# ---------------------------------------------------------------- what is asked


def test_the_checker_reads_the_question_and_writes_its_rows(question: dict[str, Any]) -> None:
    rows = list(Question(question).rows(exports=False))
    names = {name.partition("/")[0] for name, *_ in rows}
    assert names >= {"stock", "reserve", "hours", "ramp", "host", "pool", "credit", "need", "fair", "budget"}


def test_ids_are_cited_as_they_stand(question: dict[str, Any]) -> None:
    ids = {name: {record["id"] for record in question[name]} for name in ("products", "lines", "pools", "centres")}
    ids["sales"], ids["destinations"] = (
        {record["id"] for record in question[name]} for name in ("sales", "destinations")
    )
    assert {make["line"] for make in question["makes"]} == ids["lines"]
    assert {make["product"] for make in question["makes"]} == ids["products"]
    assert {need["pool"] for need in question["needs"]} <= ids["pools"]
    assert {sale["product"] for sale in question["sales"]} <= ids["products"]
    assert {sale["destination"] for sale in question["sales"]} == ids["destinations"]
    assert {route["sale"] for route in question["routes"]} == ids["sales"]
    assert {route["centre"] for route in question["routes"]} <= ids["centres"]


@pytest.mark.parametrize("figures", FIGURES, ids=lambda figures: figures.name)
@pytest.mark.parametrize("which", ["example", "small"])
def test_by_class_what_is_attested_for_the_plan_is_the_worked_table(figures: Any, which: str, small: Path) -> None:
    world = read_world(EXAMPLE if which == "example" else small)
    class_of = {row.model: row.class_ for row in world.models}
    given = attested(Cells(world), world.first_day)
    assert sum(sum(units) for model, units in given.items() if class_of[model] == figures.name) == figures.capacity


def test_no_plant_has_more_hours_than_attested_capacity_fills(world: World, question: dict[str, Any]) -> None:
    capacity = {row.model: row.capacity_units for row in world.capacity}
    filled: dict[str, list[int]] = {}
    for row in world.plant_models:
        hours = filled.setdefault(row.plant, [0] * 12)
        for t, units in enumerate(capacity[row.model]):
            hours[t] += (units or 0) * row.attested_share_bp // 10_000 * row.unit_hours_thousandths
    for line in question["lines"]:
        assert all(own <= most for own, most in zip(line["hours"], filled[line["id"]], strict=True))


@pytest.mark.slow
def test_a_plant_that_declares_more_hours_than_attested_gets_no_more(folder: Path, question: dict[str, Any]) -> None:
    changed(folder, "plants", cell(2, "hours_thousandths_2026_03", str(10**12)))
    again = question_of(read_world(folder))
    (before,) = (line for line in question["lines"] if line["id"] == read_world(folder).plants[0].plant)
    (after,) = (line for line in again["lines"] if line["id"] == before["id"])
    assert before["hours"][2] <= after["hours"][2] < 10**12


def test_urgent_is_what_a_shortage_named_by_that_day_says(world: World) -> None:
    by_day = {
        day: {need["id"] for need in question_of(world, on=day)["needs"] if need["urgent"]}
        for day in (world.first_day, date(2026, 2, 28))
    }
    assert by_day[world.first_day] >= {"need:interceptor-1", "need:long-range-1"}
    assert by_day[date(2026, 2, 28)] - by_day[world.first_day] >= {"need:interceptor-2", "need:fpv-3"}


def test_only_a_supplier_abroad_gives_a_price_abroad(world: World, question: dict[str, Any]) -> None:
    abroad = {row.class_ for row in world.suppliers if row.destination == "import"}
    for need in question["needs"]:
        assert (need["price_abroad"] is not None) <= (need["urgent"] and need["pool"] in abroad)
    assert any(need["price_abroad"] for need in question["needs"])


def test_a_line_that_serves_at_home_or_shares_with_its_host_is_asked_so(world: World, question: dict[str, Any]) -> None:
    rule = {row.line: row for row in world.line_rules}
    on = {row.plant: rule[row.line] for row in world.plant_models if row.line in rule}
    for line in question["lines"]:
        if line["id"] in on:
            assert line["may_export"] == (on[line["id"]].rule != "all_home")
            assert line["host_bp"] == on[line["id"]].host_share_bp
    assert not all(line["may_export"] for line in question["lines"])
    assert any(line["host_bp"] for line in question["lines"])


def test_no_sale_without_a_ceiling_or_the_mark(question: dict[str, Any]) -> None:
    assert all((sale["licence"] is None) == sale["hypothetical"] for sale in question["sales"])
    assert any(sale["hypothetical"] for sale in question["sales"])


def test_the_signed_rule_binds_unless_another_is_named(world: World) -> None:
    asked = [question_of(world)["rule"], question_of(world, rule="N1")["rule"]]
    assert asked == ["N2", "N1"]
    with pytest.raises(BadInputError, match="N9"):
        question_of(world, rule="N9")


def test_a_workbook_asks_the_same_question(small: Path, tmp_path: Path, question: dict[str, Any]) -> None:
    write_workbook(small, tmp_path / "world.xlsx")
    assert question_of(open_world(tmp_path / "world.xlsx")) == question


# ---------------------------------------------------------------- what cannot be asked


FAULTS = [
    pytest.param("capacity", cell(2, "capacity_units_2026_05", ""), "capacity.csv", 2, "capacity_units_2026_05",
                 id="capacity unknown in a month"),
    pytest.param("capacity", cell(3, "valid_until", "2025-12-31"), "capacity.csv", 3, "valid_until",
                 id="an attestation that lapsed before the plan"),
    pytest.param("plants", cell(2, "hours_thousandths_2026_02", ""), "plants.csv", 2, "hours_thousandths_2026_02",
                 id="hours unknown in a month"),
    pytest.param("funded_orders", cell(2, "due_units_2026_12", ""), "funded_orders.csv", 2, "due_units_2026_12",
                 id="an order of unknown size"),
    pytest.param("needs", cell(2, "needed_units_2026_01", ""), "needs.csv", 2, "needed_units_2026_01",
                 id="a need of unknown size"),
    pytest.param("needs", cell(4, "needed_units_2026_01", str(10**12)), "needs.csv", 4, "needed_units_2026_01",
                 id="a need of 10^12"),
    pytest.param("stock", without(2), "stock.csv", None, "model", id="a stock that nobody counted"),
    pytest.param("reserves", without(2), "reserves.csv", None, "model", id="a reserve that nobody set"),
    pytest.param("budgets", without(5), "budgets.csv", None, "month", id="a month without budget"),
    pytest.param("planning_rates", without(2), "planning_rates.csv", None, "month", id="a month without a rate"),
    pytest.param("need_weights", without(2), "needs.csv", 2, "class", id="a class that nobody weighed"),
    pytest.param("value_ceilings", without(2), "value_ceilings.csv", None, "state", id="a state without a ceiling"),
    pytest.param("centre_throughput", without(2), "centre_routes.csv", None, "centre", id="a centre of unknown size"),
    pytest.param("plan_policies", cell(2, "valid_until", "2026-01-01"), None, None, None, id="a policy of one day"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "change", "file", "row", "column"), FAULTS)
def test_what_is_unknown_or_impossible_is_named_at_its_cell(
    folder: Path, table: str, change: Any, file: str | None, row: int | None, column: str | None
) -> None:
    changed(folder, table, change)
    if file is None:
        assert question_of(read_world(folder), on=date(2026, 1, 1))["rule"] == "N2"
        with pytest.raises(BadInputError, match="plan_policies"):
            question_of(read_world(folder), on=date(2026, 1, 2))
        return
    with pytest.raises(BadInputError) as error:
        question_of(read_world(folder))
    places = [(fault.file, fault.row, fault.column) for fault in error.value.faults]
    assert any(place[0] == file and row in (None, place[1]) and place[2] == column for place in places), places
    assert len(places) < 40


def test_every_unknown_figure_is_named_not_the_first_alone(folder: Path) -> None:
    changed(folder, "capacity", cell(2, "capacity_units_2026_05", ""))
    changed(folder, "plants", cell(3, "hours_thousandths_2026_02", ""))
    changed(folder, "budgets", without(5))
    with pytest.raises(BadInputError) as error:
        question_of(read_world(folder))
    assert {fault.file for fault in error.value.faults} == {"capacity.csv", "plants.csv", "budgets.csv"}


def test_a_need_without_an_owner_is_named_before_anything_is_asked(folder: Path) -> None:
    changed(folder, "needs", cell(3, "owner", ""))
    with pytest.raises(BadInputError, match=r"needs.csv, row 3, column owner"):
        question_at(folder)


def test_days_that_go_round_in_a_circle_are_named(folder: Path) -> None:
    changed(folder, "licence_ceilings", cell(2, "last_month", "2025-12"))
    changed(folder, "plan_policies", cell(2, "valid_until", "2025-12-01"))
    with pytest.raises(BadInputError) as error:
        question_at(folder)
    assert {(fault.file, fault.column) for fault in error.value.faults} == {
        ("licence_ceilings.csv", "last_month"), ("plan_policies.csv", "valid_until"),
    }  # fmt: skip


def test_an_old_world_without_a_planners_tables_is_read_and_cannot_be_planned(folder: Path) -> None:
    for name in NAMES:
        (folder / f"{name}.csv").unlink()
    assert check_world(folder) == []
    with pytest.raises(BadInputError, match=r"plants\.csv: expected the tables of a planner"):
        question_of(read_world(folder))


def test_some_of_a_planners_tables_are_not_enough(folder: Path) -> None:
    (folder / "centre_routes.csv").unlink()
    (fault,) = check_world(folder)
    assert (fault.file, fault.found) == ("centre_routes.csv", "none")


def test_the_other_tables_of_the_example_do_not_know_of_the_planners(tmp_path: Path) -> None:
    """Only the planner's tables cite the planner's tables: they were added beside a world that stood."""
    from ecluse.edge.world.schema import TABLES

    citing = {table.name for table in TABLES for column in table.columns if set(column.refs) & set(NAMES)}
    assert citing <= set(NAMES)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in NAMES)
