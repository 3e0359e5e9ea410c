"""Does a generated world hold what it promises: the worked table, every cheat beside its twin, the same bytes again?"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from ecluse.base.errors import BadInputError
from ecluse.edge.law import newest_law
from ecluse.edge.world.check import check_world
from ecluse.edge.world.generate import CHEATS, generate
from ecluse.edge.world.generate_industry import FIGURES
from ecluse.edge.world.generate_units import UNIT_CLASSES
from ecluse.edge.world.read import World, file_digests, read_world
from ecluse.edge.world.schema import TABLES
from ecluse.surplus.figures import result_under
from ecluse.surplus.terms import ClassYear, SurplusPolicy, SurplusRule

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "ua-2026"
GATES = ("surplus", "parties", "licence", "custody", "proceeds")
NOT_MODELLED = {"T7", "T8", "T15"}
# The worked table: capacity, home, partner, stock, need, absorption (synthetic, units of one year).
WORKED = {
    "fpv": (10_000_000, 6_000_000, 1_000_000, 500_000, 9_000_000, 8_500_000),
    "interceptor": (365_000, 200_000, 50_000, 20_000, 730_000, 300_000),
    "long_range": (40_000, 20_000, 10_000, 5_000, 45_000, 45_000),
    "naval_drone": (900, 300, 0, 150, 400, 400),
    "ground_robot": (40_000, 20_000, 5_000, 5_000, 50_000, 30_000),
    "ew_set": (120_000, 50_000, 10_000, 25_000, 80_000, 90_000),
    "howitzer": (480, 200, 100, 200, 600, 420),
}


def answers_of(world: Path) -> list[dict[str, str]]:
    with world.with_name(f"{world.name}.answers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make(folder: Path, *, seed: int = 11, size: int = 50, cheats: int = 1) -> Path:
    world = folder / "world"
    generate(seed, size=size, cheats=cheats, out=world, answers=folder / "world.answers.csv")
    return world


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def example() -> World:
    return read_world(EXAMPLE)


def class_sums(world: World, class_: str) -> tuple[int, ...]:
    def total(rows: object) -> int:
        return sum(units or 0 for row in rows for units in row)  # type: ignore[attr-defined]

    return (
        total(row.capacity_units for row in world.capacity if row.class_ == class_),
        total(row.due_units for row in world.funded_orders if row.class_ == class_ and row.funder == "home"),
        total(row.due_units for row in world.funded_orders if row.class_ == class_ and row.funder == "partner"),
        sum(row.units for row in world.stock if row.class_ == class_),
        total(row.needed_units for row in world.needs if row.class_ == class_),
        sum(row.units for row in world.absorption if row.class_ == class_),
    )


# ---------------------------------------------------------------- the tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_row_carries_its_tables_columns(table: object) -> None:
    assert [field.name for field in fields(table.row)] == [column.field for column in table.columns]  # type: ignore[attr-defined]


@pytest.mark.parametrize("class_", WORKED)
@pytest.mark.parametrize("which", ["example", "small"])
def test_class_sums_are_the_worked_table(class_: str, which: str, small: Path, example: World) -> None:
    world = example if which == "example" else read_world(small)
    assert class_sums(world, class_) == WORKED[class_]


def test_every_table_of_the_small_world_has_rows(small: Path) -> None:
    world = read_world(small)
    assert [table.name for table in TABLES if not getattr(world, table.name)] == []


def test_the_small_world_has_no_faults(small: Path) -> None:
    assert check_world(small) == []


def test_the_example_has_no_faults() -> None:
    assert check_world(EXAMPLE) == []


def test_the_reference_page_names_every_column() -> None:
    page = (ROOT / "docs/reference/world.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", page, flags=re.DOTALL | re.MULTILINE))
    for table in TABLES:
        columns = re.findall(r"^\| `(\w+)`", sections[table.name], flags=re.MULTILINE)
        assert columns == [column.name for column in table.columns if column.name != "source"], table.name


# ---------------------------------------------------------------- the same bytes again


def test_the_example_is_what_its_seed_gives(tmp_path: Path) -> None:
    generate(2026, out=tmp_path / "ua-2026", answers=tmp_path / "ua-2026.answers.csv")
    assert file_digests(tmp_path / "ua-2026") == file_digests(EXAMPLE)
    assert answers_of(tmp_path / "ua-2026") == answers_of(EXAMPLE)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_order_of_sets_leaves_no_trace(hash_seed: str, small: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from ecluse.edge.world.generate import generate; "
        f"generate(11, size=50, cheats=1, out=Path({str(tmp_path)!r}) / 'w', answers=Path({str(tmp_path)!r}) / 'a.csv')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed})
    assert file_digests(tmp_path / "w") == file_digests(small)


def test_another_seed_is_another_world(small: Path, tmp_path: Path) -> None:
    assert read_world(make(tmp_path, seed=12)).digest != read_world(small).digest


@pytest.mark.parametrize(("size", "cheats"), [(0, 1), (1001, 1), (50, 11), (50, -1)])
def test_a_size_without_room_is_refused(size: int, cheats: int, tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        make(tmp_path, size=size, cheats=cheats)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_world_without_cheats_has_an_empty_answer_key(seed: int, tmp_path: Path) -> None:
    assert answers_of(make(tmp_path, seed=seed, cheats=0)) == []


# ---------------------------------------------------------------- cheats and twins


def test_each_gate_has_enough_attempts_on_enough_codes() -> None:
    variants = Counter(row["kind"] for row in answers_of(EXAMPLE) if row["role"] == "cheat")
    for gate in GATES:
        kinds = {kind: cheat for kind, cheat in CHEATS.items() if cheat.gate == gate}
        assert sum(variants[kind] for kind in kinds) >= 50
        assert len({cheat.expected_code for cheat in kinds.values()}) >= 8


def test_every_threat_that_is_modelled_has_an_attempt() -> None:
    assert {cheat.threat for cheat in CHEATS.values()} == {f"T{number}" for number in range(1, 17)} - NOT_MODELLED


@pytest.mark.parametrize("gate", GATES)
def test_expected_codes_are_published(gate: str) -> None:
    path = ROOT / f"ecluse/tables/codes/{gate}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        published = {row["code"] for row in csv.DictReader(file)}
    assert {cheat.expected_code for cheat in CHEATS.values() if cheat.gate == gate} <= published


@pytest.mark.parametrize("which", ["example", "small"])
def test_every_cheat_has_its_twin(which: str, small: Path) -> None:
    path = EXAMPLE if which == "example" else small
    rows = answers_of(path)
    orders = set(read_world(path).index["orders"])
    cheats = {row["order"]: row for row in rows if row["role"] == "cheat"}
    twins = {row["twin_of"]: row for row in rows if row["role"] == "twin"}
    assert {row["order"] for row in rows} <= orders
    assert len(rows) == len({row["order"] for row in rows}) == 2 * len(cheats)
    assert {row["kind"] for row in rows} == set(CHEATS)
    for order, cheat in cheats.items():
        assert (twins[order]["kind"], twins[order]["expected_code"]) == (cheat["kind"], "")
        assert cheat["expected_code"] == CHEATS[cheat["kind"]].expected_code


@pytest.mark.slow
def test_no_file_of_the_world_tells_which_is_which() -> None:
    kinds = {kind for kind in CHEATS if "_" in kind}
    for path in sorted(EXAMPLE.rglob("*.csv")):
        text = path.read_text(encoding="utf-8")
        told = [kind for kind in sorted(kinds) if re.search(rf"\b{kind}\b", text)]
        assert not told
        assert ":new-" not in text


# ---------------------------------------------------------------- enough of everything, and no more than there is


def test_the_example_has_the_size_asked_for(example: World) -> None:
    assert len(example.orders) == 2_076
    january = [example.index["models"][order.model].kind for order in example.orders if order.filed_on.month == 1]
    openings = [kind for kind in january if kind in {"part", "service", "technology"}]
    # Forty openings as the first real ones were; beside them a few attempts and their twins begin in January as well.
    assert len(openings) >= 40
    assert set(openings) == {"part", "service", "technology"}
    assert len(january) - len(openings) <= 5
    assert len(example.exporters) == 60
    assert sum(row.party.startswith("party:maker-") for row in example.parties) == 450
    assert sum(line.host != "UA" for line in example.lines) == 7
    assert len(example.centres) == 10
    units = [order.units for order in example.orders if order.line]
    # Only the rest of a deal that stays under the floor is smaller.
    assert max(units) <= 150
    assert sum(count < 5 for count in units) < len(units) // 100


def test_sixty_thousand_units_are_traced_one_by_one(example: World) -> None:
    block = example.index["blocks"]
    made = Counter()
    for row in example.markings:
        if row.fate == "made":
            made[example.index["models"][block[row.block].model].class_] += row.last - row.first + 1
    assert sum(made[class_] for class_ in UNIT_CLASSES) >= 60_000
    assert sum(row.last - row.first + 1 for row in example.markings) <= 90_000


@pytest.mark.parametrize("figures", FIGURES, ids=lambda figures: figures.name)
def test_honest_certificates_stay_within_the_class(figures: object, example: World) -> None:
    name, capacity = figures.name, figures.capacity  # type: ignore[attr-defined]
    first, last = example.months[0], example.months[-1]
    year = ClassYear(name, first, last, capacity, figures.home, figures.partner, None, None, None, None)  # type: ignore[attr-defined]
    row = example.surplus_policies[0]
    policy = SurplusPolicy(row.policy, row.owner, SurplusRule(row.rule), 1, 2, row.valid_from, row.valid_until)
    surplus = result_under(policy.rule, year, policy)
    assert surplus is not None
    asked = [
        row.units_asked for row in example.certificates if example.index["models"][row.model].class_ == name
    ]  # fmt: skip
    assert sum(units for units in asked if units <= surplus) <= surplus


def test_no_cheat_bears_a_real_name(example: World) -> None:
    """Only claims are public; every party is invented."""
    for table in TABLES:
        sources = {row.source for row in getattr(example, table.name)}
        assert table.name == "claims" or sources <= {"synthetic"}


def test_claims_stand_in_three_languages(example: World) -> None:
    assert [claim.claim for claim in example.claims] == sorted(
        [f"A{number}" for number in range(1, 14)] + [f"B{number}" for number in range(1, 13)]
    )
    assert all(len({claim.text_uk, claim.text_en, claim.text_fr}) == 3 for claim in example.claims)


def test_destinations_of_honest_orders_are_open(example: World) -> None:
    embargoed = {
        row["state"]
        for row in newest_law()["parties/embargoes"].in_force(example.first_day)
        if row["confirmed"] == "yes"
    }
    tiered = {row.state for row in example.buyer_tiers}
    cheats = {row["order"] for row in answers_of(EXAMPLE) if row["role"] == "cheat"}
    assert not embargoed & tiered
    assert {order.destination for order in example.orders if order.order not in cheats} <= tiered


# ---------------------------------------------------------------- reading


def test_a_bad_cell_is_named_by_file_row_and_column(small: Path, tmp_path: Path) -> None:
    world = make(tmp_path, cheats=0)
    path = world / "orders.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    cells = lines[3].split(",")
    cells[lines[0].split(",").index("units")] = "12.5"
    lines[3] = ",".join(cells)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInputError) as error:
        read_world(world)
    fault = error.value.faults[0]
    assert (fault.file, fault.row, fault.column, fault.found) == ("orders.csv", 4, "units", "'12.5'")


def test_a_world_is_read_in_a_moment(example: World) -> None:
    assert example.index["orders"]["order:0001"].order == "order:0001"
    assert sum(len(conduct) for conduct in example.conduct_of.values()) == len(example.conduct)
    assert set(example.lists) == {"lists/synthetic-v1.csv", "lists/synthetic-v2.csv"}
