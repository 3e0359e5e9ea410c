"""Does the example of the repository, carried by the main job, give what the project says that it gives?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from carried import carry_example, demonstration_in

pytestmark = [pytest.mark.db, pytest.mark.slow]
STANDINGS = ("passed", "held_refused", "held_referred", "open")
GATES = {"surplus", "parties", "licence", "custody", "proceeds"}
MAY_WAIT, MAY_BE_UNMODELLED = {"P6", "P8"}, {"T7", "T8", "T15"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    """Where the example was carried, the line that the main job ended with, and what that line says."""
    path = tmp_path_factory.mktemp("example") / "office.sqlite3"
    told = demonstration_in(path)
    assert told["status"] == 0, told["told"][-4000:]
    return path, told["line"], json.loads(told["line"])


def test_orders_and_units_are_as_many_as_promised(office: tuple[Path, str, dict[str, Any]]) -> None:
    given = office[2]
    assert given["world"] == "ua-2026"
    assert given["orders"] >= 2_000
    assert given["orders"] == sum(given[name] for name in STANDINGS)
    assert given["passed"] >= 600
    assert given["units_marked"] >= 50_000


def test_nothing_is_broken_missed_or_wrongly_held(office: tuple[Path, str, dict[str, Any]]) -> None:
    given = office[2]
    assert set(given["promises"].values()) <= {"kept", "kept (vacuous)", "not_yet_checked"}
    assert {name for name, status in given["promises"].items() if status == "not_yet_checked"} <= MAY_WAIT
    assert set(given["threats"].values()) <= {"caught", "not_modelled"}
    assert {name for name, verdict in given["threats"].items() if verdict == "not_modelled"} <= MAY_BE_UNMODELLED
    assert given["false_alarms"] == 0


def test_every_gate_holds_orders_on_several_grounds(office: tuple[Path, str, dict[str, Any]]) -> None:
    held = office[2]["codes_by_gate"]
    assert set(held) >= GATES
    for gate in GATES:
        assert held[gate]["orders"] >= 50, gate
        assert held[gate]["codes"] >= 5, gate


def test_a_second_run_audits_afresh_and_says_the_same(office: tuple[Path, str, dict[str, Any]]) -> None:
    path, line, _ = office
    before = records(path)
    again = carry_example(path)
    assert (again["status"], again["line"]) == (0, line), again["told"][-4000:]
    assert records(path) == before


def records(path: Path) -> tuple[int, int]:
    """How many records and log entries are there?"""
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = ("office_record", "office_logentry")
        first, second = (connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
    return first, second
