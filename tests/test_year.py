"""Does a carried year catch every hidden attempt, let every honest twin pass, and end the same anywhere?"""

from __future__ import annotations

import csv
import importlib
import json
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from carried import ROOT, carry_into, log_root, office_on, python, small_world, sqlite_url
from years import SEEDS, VARIANTS, Year, in_groups, what_became_of

from ecluse.base.errors import SHOWN_FAULTS, BadInputError
from ecluse.edge.world.generate import CHEATS
from ecluse.edge.world.read import read_world
from ecluse.order import RIVER

pytestmark = pytest.mark.db
GATES = [gate.value for gate in RIVER]
NOT_MODELLED = {"T7", "T8", "T15"}
KEYS = [
    "world", "orders", "passed", "held_refused", "held_referred", "open", "certificates", "licences", "units_marked",
    "units_delivered", "units_verified", "verified_per_mille", "post_checks", "units_unaccounted", "need_unmet",
    "receipts_minor", "reinvested_minor", "overdue_minor",
    "displaced_budget_minor", "log_entries", "log_root", "promises", "threats", "false_alarms", "held_by_gate",
    "codes_by_gate",
]  # fmt: skip
BAD_ROWS = 100_000
BAD_ROW, BAD_CELLS = "2026-13-01,EUR,UAH,-1,1.5,synthetic\n", 3
COMMAND_SECONDS = 120


# ------------------------------------------------------------------ ten variants of each attempt


@pytest.fixture(scope="module", params=in_groups("year"))
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp(f"year-{request.param}")
    made = Year(small_world(folder, seed=request.param, cheats=VARIANTS), sqlite_url(folder / "office.sqlite3"))
    carry_into(made.world, made.url)
    return made


@pytest.mark.slow
def test_every_attempt_is_held_on_the_ground_that_names_it(year: Year) -> None:
    cheats = [found for found in what_became_of(year) if found.answer.role == "cheat"]
    assert [found for found in cheats if not found.is_caught()] == []
    assert Counter(found.answer.kind for found in cheats) == dict.fromkeys(CHEATS, VARIANTS)


@pytest.mark.slow
def test_every_honest_twin_passes(year: Year) -> None:
    twins = [found for found in what_became_of(year) if found.answer.role == "twin"]
    assert [found for found in twins if found.is_false_alarm()] == []
    assert Counter(found.answer.kind for found in twins) == dict.fromkeys(CHEATS, VARIANTS)


@pytest.mark.slow
def test_rates_by_threat_are_whole(year: Year) -> None:
    with office_on(year.url):
        from ecluse.office.rates import THREATS, caught_by_threat, rates_form, rates_text

        rates = caught_by_threat(year.answers)
        table = rates_text(rates, "en").splitlines()
    assert list(rates) == list(THREATS)
    assert {threat for threat, rate in rates.items() if rate.verdict() != "caught"} == NOT_MODELLED
    assert {rate.verdict() for threat, rate in rates.items() if threat in NOT_MODELLED} == {"not_modelled"}
    assert sum(rate.cheats for rate in rates.values()) == len(CHEATS) * VARIANTS
    assert {rate.false_alarms for rate in rates.values()} == {0}
    assert len(table) == len(THREATS) + 2
    assert json.loads(json.dumps(rates_form(rates)))["T1"]["verdict"] == "caught"


@pytest.mark.slow
def test_an_attempt_is_missed_unless_held_on_its_own_ground(year: Year, tmp_path: Path) -> None:
    """The key is what is compared: name another code, or an order that passed, and the threat is missed."""
    rows = read_answers(year.answers)
    cheat = next(row for row in rows if (row["role"], row["threat"]) == ("cheat", "T3"))
    twin = next(row for row in rows if (row["role"], row["threat"]) == ("twin", "T4"))
    cheat["expected_code"] = "surplus.home_army_first"
    twin["order"] = next(row["order"] for row in rows if (row["role"], row["threat"]) == ("cheat", "T1"))
    key = tmp_path / "key.csv"
    with key.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with office_on(year.url):
        from ecluse.office.rates import caught_by_threat

        rates = caught_by_threat(key)
    assert {threat for threat, rate in rates.items() if rate.verdict() == "missed"} == {"T3"}
    assert {threat for threat, rate in rates.items() if rate.false_alarms} == {"T4"}


@pytest.mark.slow
def test_each_gate_holds_on_many_codes(year: Year) -> None:
    with office_on(year.url):
        from ecluse.office.rates import grounds_heard
        from ecluse.office.summary import codes_by_gate

        found = codes_by_gate(grounds_heard())
    assert sorted(found) == sorted(GATES)
    assert all(gate["orders"] >= 50 and gate["codes"] >= 5 for gate in found.values()), found


def test_variants_differ_in_firm_day_or_quantity(tmp_path: Path) -> None:
    seen: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for seed in SEEDS:
        world = small_world(tmp_path, seed=seed, cheats=VARIANTS)
        index = read_world(world).index
        for row in read_answers(world.with_name(f"{world.name}.answers.csv")):
            order = index["orders"][row["order"]]
            if row["role"] == "cheat":
                firms = [index["parties"][party].name for party in (order.exporter, order.buyer)]
                seen[row["kind"]].append((*firms, order.filed_on, order.units))
    assert set(seen) == set(CHEATS)
    assert {kind for kind, found in seen.items() if len(set(found)) < 2 * VARIANTS} == set()


def read_answers(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------ the main job from the command line


@dataclass(frozen=True)
class Ran:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    def last_line(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


def ecluse(*arguments: str | Path) -> Ran:
    done = python("-m", "ecluse", *arguments)
    out, err = done.communicate(timeout=COMMAND_SECONDS)
    return Ran(done.returncode, out, err)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Year, Ran]:
    """A small world, and what `ecluse demo` said when it carried it into an empty database."""
    folder = tmp_path_factory.mktemp("small-year")
    made = Year(small_world(folder), sqlite_url(folder / "office.sqlite3"))
    return made, ecluse("demo", "--world", made.world, "--db", made.url)


group = pytest.mark.xdist_group("year-small")


@group
@pytest.mark.slow
def test_the_last_line_is_the_whole_summary(small: tuple[Year, Ran]) -> None:
    made, ran = small
    assert ran.status == 0, ran.err
    said = ran.last_line()
    assert list(said) == KEYS
    assert said["orders"] == len(read_world(made.world).orders)
    assert said["orders"] == sum(said[name] for name in ("passed", "held_refused", "held_referred", "open"))
    assert said["held_refused"] + said["held_referred"] == sum(said["held_by_gate"].values())
    assert set(said["threats"].items()) == {
        (f"T{n}", "not_modelled" if f"T{n}" in NOT_MODELLED else "caught") for n in range(1, 17)
    }
    assert said["false_alarms"] == 0
    assert [promise for promise, status in said["promises"].items() if status == "broken"] == []
    waits = {promise for promise, status in said["promises"].items() if status == "not_yet_checked"}
    assert waits <= {"P2", "P6", "P8"}
    assert "Traceback" not in ran.err


@group
@pytest.mark.slow
def test_units_unaccounted_are_exactly_the_planted_losses(small: tuple[Year, Ran]) -> None:
    made, ran = small
    planted = [
        int(row["variant"].partition(":")[2].split()[0])
        for row in read_answers(made.answers)
        if (row["kind"], row["role"]) == ("loss_unreported", "cheat")
    ]
    assert ran.last_line()["units_unaccounted"] == sum(planted) > 0


@group
@pytest.mark.slow
def test_the_root_in_the_summary_is_the_offices_own(small: tuple[Year, Ran]) -> None:
    made, ran = small
    with office_on(made.url):
        from ecluse.office.models import LogEntry

        assert ran.last_line()["log_root"] == log_root()
        assert ran.last_line()["log_entries"] == LogEntry.objects.count()


@group
@pytest.mark.slow
def test_a_second_carrying_does_nothing_and_prints_the_same(small: tuple[Year, Ran]) -> None:
    made, ran = small
    before = records_of(made.url)
    again = ecluse("demo", "--world", made.world, "--db", made.url)
    assert (again.status, again.out) == (0, ran.out)
    assert "carried to" not in again.err
    assert records_of(made.url) == before


def records_of(url: str) -> list[tuple[str, ...]]:
    with office_on(url):
        from ecluse.office.models import LogEntry, Record

        entries = LogEntry.objects.order_by("id").values_list("id", "leaf_hex")
        return [*Record.objects.order_by("rid").values_list("rid", "digest"), *entries]


@group
@pytest.mark.slow
@pytest.mark.postgres
def test_postgresql_ends_with_the_same_root(small: tuple[Year, Ran], postgres_database: str) -> None:
    made, ran = small
    carry_into(made.world, postgres_database)
    with office_on(postgres_database):
        assert log_root() == ran.last_line()["log_root"]


@group
@pytest.mark.slow
def test_another_world_is_refused(small: tuple[Year, Ran], tmp_path: Path) -> None:
    made, _ = small
    before = records_of(made.url)
    other = ecluse("demo", "--world", small_world(tmp_path, seed=8), "--db", made.url)
    assert (other.status, other.out) == (2, "")
    assert "database" in other.err
    assert "Traceback" not in other.err
    assert records_of(made.url) == before


# ------------------------------------------------------------------ every code fires


@pytest.mark.parametrize("gate", GATES)
def test_every_published_code_fires_in_a_named_case(gate: str) -> None:
    with (ROOT / "ecluse" / "tables" / "codes" / f"{gate}.csv").open(encoding="utf-8", newline="") as file:
        published = {row["code"] for row in csv.DictReader(file)}
    assert published == set(importlib.import_module(f"cases_{gate}").CASES)


# ------------------------------------------------------------------ bad worlds


def no_folder(world: Path) -> None:
    shutil.rmtree(world)


def missing_file(world: Path) -> None:
    (world / "orders.csv").unlink()


def missing_heading(world: Path) -> None:
    change(world / "orders.csv", "units", "pieces")


def many_bad_rows(world: Path) -> None:
    with (world / "rates.csv").open("a", encoding="utf-8") as file:
        file.write(BAD_ROW * BAD_ROWS)


def not_text(world: Path) -> None:
    (world / "orders.csv").write_bytes(b"\xff\xfe\x00")


def no_such_day(world: Path) -> None:
    change(world / "world.csv", "2026-12-31", "2026-02-30")


def list_outside(world: Path) -> None:
    change(world / "list_versions.csv", "lists/", "../lists/")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_world(tmp_path_factory.mktemp("sound"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "named"),
    [
        pytest.param(no_folder, "world", id="no such folder"),
        pytest.param(missing_file, "orders.csv", id="a table is missing"),
        pytest.param(missing_heading, "orders.csv", id="a heading is missing"),
        pytest.param(many_bad_rows, "rates.csv", id="a hundred thousand bad rows"),
        pytest.param(not_text, "orders.csv", id="a table is not text"),
        pytest.param(no_such_day, "world.csv", id="the year ends on no day"),
        pytest.param(list_outside, "list_versions.csv", id="a list outside the world"),
    ],
)
def test_a_bad_world_is_named_and_nothing_is_loaded(damage: Any, named: str, template: Path, tmp_path: Path) -> None:
    world = Path(shutil.copytree(template, tmp_path / "world"))
    damage(world)
    url = sqlite_url(tmp_path / "office.sqlite3")
    ran = ecluse("demo", "--world", world, "--db", url)
    assert (ran.status, ran.out) == (2, "")
    assert named in ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) <= SHOWN_FAULTS + 1
    if damage is many_bad_rows:
        assert f"{BAD_CELLS * BAD_ROWS - SHOWN_FAULTS} more faults" in ran.err
    assert records_of(url) == []


@pytest.mark.slow
def test_an_answer_key_that_is_none_is_named(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.csv"
    path.write_text("order,threat\norder:1,T1\n", encoding="utf-8")
    with office_on(sqlite_url(tmp_path / "office.sqlite3")):
        from ecluse.office.rates import caught_by_threat

        for bad in (path, tmp_path / "none.csv"):
            with pytest.raises(BadInputError, match="generate the world again"):
                caught_by_threat(bad)
