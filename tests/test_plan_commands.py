"""Do the commands of the plan answer yes, no or cannot judge, and say why in words and not in stack traces?"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ecluse.edge.world.generate import generate
from ecluse.edge.world.schema_plan import NAMES

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
YES, NO, UNABLE, STOPPED = 0, 1, 2, 130


def ecluse(*arguments: object, lang: str = "en") -> subprocess.CompletedProcess[str]:
    spoken = {"LANGUAGE": "", "LC_ALL": f"{lang}_XX.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "ecluse", "plan", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True,
        timeout=500, check=False, env={**os.environ, "PYTHONPATH": str(ROOT), **spoken},
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "world"
    generate(11, size=50, cheats=1, out=folder, answers=folder.with_name("answers.csv"))
    return folder


@pytest.fixture(scope="module")
def solved(world: Path) -> tuple[Path, dict[str, Any], str]:
    """The plan file, what the command printed as JSON, and what it said to a person."""
    plan = world.with_name("plan.json")
    done = ecluse("solve", world, "--out", plan, "--json")
    assert done.returncode == YES, done.stderr[-3000:]
    return plan, json.loads(done.stdout), done.stderr


def changed(world: Path, folder: Path, table: str, row: int, heading: str, text: str) -> Path:
    copied = Path(shutil.copytree(world, folder))
    path = copied / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    rows[row - 1][rows[0].index(heading)] = text
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    return copied


def units(told: dict[str, Any], figure: str, class_: str | None = None) -> int:
    rows = [row for row in told["totals"] if row["figure"] == figure and class_ in (None, row["class"])]
    return sum(row["units"] for row in rows)


# ---------------------------------------------------------------- solve and check


def test_a_plan_is_made_under_the_signed_rule_and_something_leaves(solved: tuple[Path, dict[str, Any], str]) -> None:
    _, told, said = solved
    assert told["outcome"] == "solved"
    assert told["rule"] == "N2"
    assert units(told, "exported") > 0
    assert told["displaced_budget_minor"] <= 0
    assert "Anybody can check it" in said


def test_the_baselines_digest_is_told_before_the_plan_is_begun(solved: tuple[Path, dict[str, Any], str]) -> None:
    path, _, said = solved
    digest = json.loads(path.read_text(encoding="utf-8"))["digests"]["baseline"]
    before, found, after = said.partition(digest)
    assert found == digest
    assert "iterations" in before
    assert "iterations" in after


def test_the_plan_that_was_made_holds(solved: tuple[Path, dict[str, Any], str]) -> None:
    done = ecluse("check", solved[0])
    assert done.returncode == YES
    assert "gap" in done.stdout
    told = json.loads(ecluse("check", solved[0], "--json").stdout)
    assert told["holds"] is True


def test_a_changed_plan_does_not_hold(solved: tuple[Path, dict[str, Any], str], tmp_path: Path) -> None:
    plan = json.loads(solved[0].read_text(encoding="utf-8"))
    plan["plan"]["values"]["x"][0][0] += 1
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    done = ecluse("check", tmp_path / "plan.json", "--json")
    assert done.returncode == NO
    assert json.loads(done.stdout)["holds"] is False


def test_a_plan_by_windows_holds_too(world: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    done = ecluse("solve", world, "--out", plan, "--windows", "5+2", "--json")
    assert done.returncode == YES, done.stderr[-3000:]
    assert units(json.loads(done.stdout), "exported") > 0
    assert "5 months are settled at a time, 2 more" in done.stderr
    assert ecluse("check", plan).returncode == YES


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--windows", "0"), "expected MONTHS or MONTHS+AHEAD"),
        (("--windows", "6-3"), "expected MONTHS or MONTHS+AHEAD"),
        (("--windows", "6+3", "--integer"), "no --integer beside it"),
        (("--windows", "6+3", "--weighted"), "no --weighted beside it"),
    ],
)
def test_windows_that_are_none_are_refused(world: Path, tmp_path: Path, asked: tuple[str, ...], said: str) -> None:
    done = ecluse("solve", world, "--out", tmp_path / "plan.json", *asked)
    assert done.returncode == UNABLE
    assert said in done.stderr
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize("held", [b"", b"[]", b"{", b"\xff\xfe", None])
@pytest.mark.parametrize("command", [("check",), ("whatif", "--set", "budget=+5%")])
def test_what_is_no_plan_is_not_judged_to_hold(tmp_path: Path, held: bytes | None, command: tuple[str, ...]) -> None:
    path = tmp_path / "plan.json"
    if held is not None:
        path.write_bytes(held)
    done = ecluse(command[0], path, *command[1:])
    assert done.returncode in ((UNABLE,) if command[0] == "whatif" else (NO, UNABLE))
    assert "Traceback" not in done.stderr


def test_rule_one_shows_what_budget_it_displaces(world: Path, tmp_path: Path) -> None:
    done = ecluse("solve", world, "--out", tmp_path / "n1.json", "--rule", "N1", "--weighted", "--json")
    assert done.returncode == YES, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["rule"] == "N1"
    assert isinstance(told["displaced_budget_minor"], int)


def test_a_person_reads_a_table_in_each_language(world: Path, tmp_path: Path) -> None:
    for lang, word in (("en", "exported"), ("uk", "вивезено"), ("fr", "exporté")):
        done = ecluse("solve", world, "--out", tmp_path / "plan.json", "--weighted", lang=lang)
        assert done.returncode == YES
        assert word in done.stdout


def test_orders_that_no_line_can_fill_leave_no_plan_and_no_file(world: Path, tmp_path: Path) -> None:
    folder = changed(world, tmp_path / "world", "funded_orders", 2, "due_units_2026_02", "900000000")
    done = ecluse("solve", folder, "--out", tmp_path / "plan.json", "--json")
    assert done.returncode == NO
    told = json.loads(done.stdout)
    assert told["outcome"] == "infeasible"
    assert any(row.startswith("stock/") for row in told["rows"])
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize(
    ("table", "heading", "text", "place"),
    [
        ("capacity", "capacity_units_2026_05", "", "capacity.csv, row 3, column capacity_units_2026_05"),
        ("needs", "owner", "", "needs.csv, row 3, column owner"),
        ("needs", "needed_units_2026_05", "1000000000000", "needs.csv, row 3, column needed_units_2026_05"),
        ("planning_rates", "month", "2027-01", "planning_rates.csv, column month"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(
    world: Path, tmp_path: Path, table: str, heading: str, text: str, place: str
) -> None:
    folder = changed(world, tmp_path / "world", table, 3, heading, text)
    done = ecluse("solve", folder, "--out", tmp_path / "plan.json")
    assert done.returncode == UNABLE
    assert place in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "plan.json").exists()


def test_a_world_without_a_planners_tables_cannot_be_planned(world: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(world, tmp_path / "world")
    for name in NAMES:
        (folder / f"{name}.csv").unlink()
    done = ecluse("solve", folder, "--out", tmp_path / "plan.json")
    assert done.returncode == UNABLE
    assert "plants.csv" in done.stderr


# ---------------------------------------------------------------- stopped by a person


@pytest.mark.parametrize(
    ("flags", "heard"),
    [
        pytest.param(["--rule", "N2"], "iterations", id="while fractions are sought"),
        pytest.param(["--integer"], "in whole units", id="while whole units are sought"),
    ],
)
def test_a_person_stops_a_running_solve_within_two_seconds(tmp_path: Path, flags: list[str], heard: str) -> None:
    """A real SIGINT, as from Ctrl-C, once the solver said something: 130, and nothing half-kept."""
    run = subprocess.Popen(
        [sys.executable, "-m", "ecluse", "plan", "solve", "examples/ua-2026", "--out", tmp_path / "plan.json", *flags],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"LC_ALL": "en_XX.UTF-8"},
    )  # fmt: skip
    assert run.stderr is not None
    said = ""
    while heard not in said:
        line = run.stderr.readline()
        assert line, said
        said += line
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    _, rest = run.communicate(timeout=30)
    seconds = time.monotonic() - began
    assert run.returncode == STOPPED, said + rest
    assert "Stopped" in rest
    assert "Traceback" not in rest
    assert not list(tmp_path.iterdir())
    assert seconds < 2


def test_whole_units_are_sought_no_longer_than_is_said_and_what_is_not_known_is_told(
    world: Path, tmp_path: Path
) -> None:
    done = ecluse("solve", world, "--out", tmp_path / "plan.json", "--integer", "--seconds", 5)
    assert done.returncode == YES, done.stderr[-2000:]
    told = [line for line in done.stderr.splitlines() if "in whole units" in line]
    assert len(told) == 9  # three classes and fairness, twice, and receipts
    assert all(
        "nothing better" in line or "gap" in line or "no bound is known" in line for line in told
    ), told  # fmt: skip
    assert ecluse("check", tmp_path / "plan.json").returncode == YES


# ---------------------------------------------------------------- what if


def test_a_larger_budget_buys_more(solved: tuple[Path, dict[str, Any], str]) -> None:
    done = ecluse("whatif", solved[0], "--set", "budget=+50%", "--json")
    assert done.returncode == YES, done.stderr[-3000:]
    told = json.loads(done.stdout)
    bought = [row for row in told["totals"] if row["figure"] == "bought"]
    assert sum(row["after"] - row["before"] for row in bought) > 0
    assert {"class", "model", "month", "figure", "before", "after"} == set(told["rows"][0])


def test_a_closed_destination_sells_less_and_several_changes_go_together(
    solved: tuple[Path, dict[str, Any], str],
) -> None:
    plan = json.loads(solved[0].read_text(encoding="utf-8"))
    state = max(
        (place["id"] for place in plan["question"]["destinations"]),
        key=lambda name: sum(
            sum(plan["plan"]["values"]["g"][j])
            for j, sale in enumerate(plan["question"]["sales"]) if sale["destination"] == name
        ),
    )  # fmt: skip
    done = ecluse("whatif", solved[0], "--set", f"destination:{state}=closed", "--set", "lag=+1", "--json")
    told = json.loads(done.stdout)
    assert told["changes"] == [f"destination:{state}=closed", "lag=+1"]
    receipts = next(row for row in told["totals"] if row["figure"] == "receipts")
    assert receipts["after"] < receipts["before"]


def test_a_line_may_be_called_without_the_word_before_its_name(solved: tuple[Path, dict[str, Any], str]) -> None:
    one, other = (
        ecluse("whatif", solved[0], "--set", f"line:{name}.2026-05=0", "--json") for name in ("fpv-01", "plant:fpv-01")
    )
    assert one.returncode == other.returncode == YES
    assert json.loads(one.stdout)["totals"] == json.loads(other.stdout)["totals"] != []


def test_a_person_reads_both_figures_side_by_side(solved: tuple[Path, dict[str, Any], str]) -> None:
    done = ecluse("whatif", solved[0], "--set", "budget=+50%", lang="uk")
    assert done.returncode == YES
    assert "було" in done.stdout
    assert "стало" in done.stdout


def test_where_nothing_is_feasible_the_answer_is_no_with_the_rows_at_odds(
    solved: tuple[Path, dict[str, Any], str],
) -> None:
    done = ecluse("whatif", solved[0], "--set", "line=0", "--json")
    assert done.returncode == NO
    told = json.loads(done.stdout)
    assert (told["outcome"], told["which"]) == ("infeasible", "after")
    assert told["rows"]


@pytest.mark.parametrize(
    "change",
    ["budget", "budget=", "budget=1.5", "weather=+5%", "line:nowhere=0", "line:fpv-01.2031-05=0", "rate:ZZZ=+5%", "=5"],
)
def test_a_change_that_means_nothing_is_named(solved: tuple[Path, dict[str, Any], str], change: str) -> None:
    done = ecluse("whatif", solved[0], "--set", change)
    assert done.returncode == UNABLE
    assert "--set" in done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- plan beside actual


def test_what_home_accepted_stands_beside_the_plan(solved: tuple[Path, dict[str, Any], str], world: Path) -> None:
    done = ecluse("against", solved[0], world, "--json")
    told = json.loads(done.stdout)
    plan = json.loads(solved[0].read_text(encoding="utf-8"))
    assert done.returncode == (NO if told["behind"] else YES)
    with (world / "home_deliveries.csv").open(encoding="utf-8", newline="") as table:
        accepted = {(row["class"], row["month"]): row["units_accepted"] for row in csv.DictReader(table)}
    assert told["home"]
    for row in told["home"]:
        assert str(row["units_actual"]) == accepted[row["class"], row["month"]]
    months, last = plan["question"]["months"], {row["class"]: row for row in told["home"]}
    assert {row["month"] for row in told["home"]} <= set(months)
    for class_, row in last.items():
        own = [each for each in told["home"] if each["class"] == class_]
        assert row["behind"] == sum(each["units_planned"] - each["units_actual"] for each in own)
        assert told["behind"].get(class_, 0) == max(0, row["behind"])
    assert {"maker", "claims", "claims_contradicted", "units_claimed", "units_contradicted"} == set(told["makers"][0])
    early = json.loads(ecluse("against", solved[0], world, "--until", months[1], "--json").stdout)
    assert {row["month"] for row in early["home"]} <= set(months[:2])


def test_a_maker_that_fell_short_of_what_it_claimed_is_named(
    solved: tuple[Path, dict[str, Any], str], world: Path, tmp_path: Path
) -> None:
    """It demonstrates nothing for half a year: what was due from it was claimed as surplus."""
    with (world / "certificates.csv").open(encoding="utf-8", newline="") as table:
        claims = list(csv.DictReader(table))
    claim = next(row for row in claims if row["first_month"] <= "2026-03")
    with (world / "capacity.csv").open(encoding="utf-8", newline="") as table:
        own = [row["model"] for row in csv.DictReader(table)].index(claim["model"]) + 2
    folder = world
    for month in range(1, 13):
        name = f"demonstrated_units_2026_{month:02}"
        folder = changed(folder, tmp_path / f"world{month}", "capacity", own, name, "0")
    before, after = (
        json.loads(ecluse("against", solved[0], where, "--json").stdout)["makers"] for where in (world, folder)
    )
    now = {record["maker"]: record for record in after}[claim["maker"]]
    then = {record["maker"]: record for record in before}[claim["maker"]]
    assert now["units_contradicted"] > then["units_contradicted"]
    assert now["claims"] == then["claims"]


def test_a_month_or_a_file_that_is_not_there_is_named(solved: tuple[Path, dict[str, Any], str], world: Path) -> None:
    done = ecluse("against", solved[0], world, "--until", "2031-01")
    assert done.returncode == UNABLE
    assert "--until" in done.stderr
    for command in (("explain", "nowhere.json", "m"), ("tornado", "nowhere.json"), ("rules", "nowhere.json")):
        done = ecluse(*command)
        assert done.returncode == UNABLE, command
        assert "nowhere.json" in done.stderr
        assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- prove

PROGRAM = """NAME small
ROWS
 N cost
 G need
 L room
COLUMNS
 x cost 1 need 1
 x room 1
 y cost 2 need 3
RHS
 rhs need 7 room 10
ENDATA
"""


def test_an_optimum_is_proven_in_exact_fractions(tmp_path: Path) -> None:
    (tmp_path / "small.mps").write_text(PROGRAM, encoding="utf-8")
    done = ecluse("prove", tmp_path / "small.mps", "--out", tmp_path / "proof.json", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == YES
    assert (told["proven"], told["value"], told["bound"], told["gap"]) == (True, "14/3", "14/3", "0")
    assert (tmp_path / "proof.json").exists()


@pytest.mark.parametrize(
    ("held", "status"),
    [
        pytest.param(PROGRAM.replace("cost 2", "cost -2").replace(" x room 1\n", ""), NO, id="without a least value"),
        pytest.param(PROGRAM.replace("need 7 room", "need 7\n rhs need 8 room"), UNABLE, id="reads in two ways"),
        pytest.param('{"format": "' + "x" * 5_000 + '"}', UNABLE, id="no program"),
    ],
)
def test_what_is_not_proven_is_not_said_to_be(tmp_path: Path, held: str, status: int) -> None:
    (tmp_path / "odd.mps").write_text(held, encoding="utf-8")
    done = ecluse("prove", tmp_path / "odd.mps", "--out", tmp_path / "proof.json")
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 3_000
    assert not (tmp_path / "proof.json").exists()


# ---------------------------------------------------------------- workbooks


def test_a_workbook_goes_out_comes_back_changed_and_the_changed_world_is_planned(world: Path, tmp_path: Path) -> None:
    folder = changed(world, tmp_path / "other", "budgets", 2, "budget_minor_uah", "7000000000")
    assert ecluse("workbook", folder, tmp_path / "plan.xlsx").returncode == YES
    dry = ecluse("take", world, tmp_path / "plan.xlsx", "--json")
    assert dry.returncode == YES
    (told,) = (json.loads(line) for line in dry.stdout.splitlines())
    assert (told["table"], told["row"], told["before"], told["after"]) == (
        "budgets", "2026-01", "5000000000", "7000000000",
    )  # fmt: skip
    done = ecluse("take", world, tmp_path / "plan.xlsx", "--out", tmp_path / "new")
    assert done.returncode == YES
    plan = tmp_path / "plan.json"
    assert ecluse("solve", tmp_path / "new", "--out", plan, "--weighted").returncode == YES
    assert json.loads(plan.read_text(encoding="utf-8"))["question"]["budget"][0] == 7_000_000_000
