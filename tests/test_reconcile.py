"""Are another state's exits and imports held against our handovers row by row, and is each kind of difference found?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from carried import close_month
from pages3_office import Office, carry_small, entered

from ecluse.base.errors import BadInputError
from ecluse.edge.reconcile import Kind, Movement, Outcome, compare, totals
from ecluse.edge.reconcile_file import read_movements

FILES = Path(__file__).parent / "reconcile"
DAYS = 5
O = Outcome  # noqa: E741 - read as a table
OURS = [
    Movement("UA/2026/0001", "LV", date(2026, 3, 1), 40, "manifest:1"),
    Movement("UA/2026/0001", "LV", date(2026, 4, 2), 25, "manifest:2"),
    Movement("UA/2026/0002", "LV", date(2026, 3, 13), 12, "manifest:3"),
    Movement("UA/2026/0003", "LT", date(2026, 3, 22), 300, "manifest:4"),
    Movement("UA/2026/0004", "FI", date(2026, 3, 22), 9, "manifest:5"),
    Movement("UA/2026/0005", "LV", date(2026, 9, 1), 9, "manifest:6"),
]
FORGOTTEN = Movement("UA/2026/0006", "LT", date(2026, 3, 25), 50, "manifest:7")


def outcomes(name: str, ours: list[Movement]) -> dict[Outcome, tuple[int, int]]:
    theirs, _ = read_movements(FILES / name)
    return {outcome: counted for outcome, counted in totals(compare(theirs, ours, DAYS)).items() if counted[0]}


def test_a_clean_file_agrees_row_by_row() -> None:
    # What went to a state that does not report, and what came after its last day, is not held against the file.
    assert outcomes("clean.csv", OURS) == {O.MATCHED: (4, 377)}


def test_each_difference_of_a_dirty_file_is_found() -> None:
    assert outcomes("dirty.csv", [*OURS, FORGOTTEN]) == {
        O.UNITS_DIFFER: (1, 24), O.DAYS_DIFFER: (1, 12), O.THEIRS_ALONE: (1, 7), O.TWICE: (1, 300),
        O.OURS_ALONE: (1, 50), O.MATCHED: (2, 340),
    }  # fmt: skip


def test_a_difference_names_the_row_and_our_record() -> None:
    theirs, _ = read_movements(FILES / "dirty.csv")
    told = [one.form() for one in compare(theirs, OURS, DAYS) if one.outcome is O.UNITS_DIFFER]
    assert told == [{
        "outcome": "units_differ",
        "theirs": {"licence": "UA/2026/0001", "state": "LV", "on": "2026-04-02", "units": 24, "at": "dirty.csv:3"},
        "ours": {"licence": "UA/2026/0001", "state": "LV", "on": "2026-04-02", "units": 25, "at": "manifest:2"},
    }]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "outcome"), [(5, O.MATCHED), (-5, O.MATCHED), (6, O.DAYS_DIFFER), (-6, O.DAYS_DIFFER)]
)
def test_days_agree_up_to_the_tolerance(days: int, outcome: Outcome) -> None:
    theirs = [Movement("L", "LV", date(2026, 3, 1), 4, "f:2")]
    ours = [Movement("L", "LV", date(2026, 3, 1) + timedelta(days), 4, "m:1")]
    assert [one.outcome for one in compare(theirs, ours, DAYS)] == [outcome]


def test_two_deliveries_alike_are_two_and_not_one_told_twice() -> None:
    theirs = [Movement("L", "LV", date(2026, 3, 1), 4, f"f:{row}") for row in (2, 3)]
    ours = [Movement("L", "LV", date(2026, 3, 1), 4, f"m:{row}") for row in (1, 2)]
    assert [one.outcome for one in compare(theirs, ours, DAYS)] == [O.MATCHED, O.MATCHED]


def test_the_order_of_the_rows_changes_no_total() -> None:
    theirs, _ = read_movements(FILES / "dirty.csv")
    told = {tuple(totals(compare(list(rows), OURS, DAYS)).items()) for rows in permutations(theirs)}
    assert len(told) == 1


def test_every_row_of_theirs_comes_out_once() -> None:
    theirs, _ = read_movements(FILES / "dirty.csv")
    assert sorted(one.theirs.said_by for one in compare(theirs, OURS, DAYS) if one.theirs) == [
        f"dirty.csv:{row}" for row in range(2, 8)
    ]


# ------------------------------------------------------------------ bad files


HEAD = "licence,state,day,units\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(HEAD + "L,Latvia,2026-03-01,4\n", "row 2, column state", id="a state by its name"),
        pytest.param(HEAD + "L,LV,01.03.2026,4\n", "row 2, column day", id="a day written otherwise"),
        pytest.param(HEAD + "L,LV,2026-02-30,4\n", "row 2, column day", id="a day that is none"),
        pytest.param(HEAD + "L,LV,2026-03-01,4\nL,LV,2026-03-01,-4\n", "row 3, column units", id="fewer than none"),
        pytest.param(HEAD + "L,LV,2026-03-01,4.5\n", "row 2, column units", id="half a unit"),
        pytest.param(HEAD + "L,LV,2026-03-01,0\n", "row 2, column units", id="no unit"),
        pytest.param(HEAD + "L,LV,2026-03-01," + "9" * 40 + "\n", "row 2, column units", id="forty digits"),
        pytest.param(HEAD + ",LV,2026-03-01,4\n", "row 2, column licence", id="no licence"),
        pytest.param(HEAD + "L\u0007,LV,2026-03-01,4\n", "", id="a control character"),
        pytest.param("licence,state,units\nL,LV,4\n", "add day", id="a column is missing"),
        pytest.param(HEAD, "", id="no row"),
        pytest.param("", "", id="an empty file"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "exits.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        read_movements(path)
    assert "exits.csv" in str(refused.value)
    assert place in str(refused.value)


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "exits.csv"
    path.write_text(HEAD + ",Latvia,never,none\n", encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        read_movements(path)
    assert [fault.column for fault in refused.value.faults] == ["licence", "state", "day", "units"]


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="name another file"):
        read_movements(tmp_path / "nothing.csv")


# ------------------------------------------------------------------ against an office


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return carry_small(tmp_path_factory.mktemp("reconcile"))


@pytest.fixture
def office(small: Office) -> Iterator[None]:
    from django.db import transaction

    with entered(small), transaction.atomic():
        yield
        transaction.set_rollback(True)


def table(rows: list[Movement]) -> str:
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    written.writerow(["licence", "state", "day", "units"])
    written.writerows([one.licence, one.state, one.on.isoformat(), one.units] for one in rows)
    return text.getvalue()


def reconciled(path: Path, kind: Kind, capsys: Any, monkeypatch: Any, *, keep: bool = False) -> tuple[int, Any]:
    from ecluse.office.commands import trace

    monkeypatch.setattr(trace, "open_office", lambda db: None)
    status = trace.reconcile(str(path), kind.value, "", keep, True)
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.db
@pytest.mark.parametrize("kind", list(Kind))
def test_what_the_office_itself_has_on_record_agrees_and_a_change_does_not(
    office: None, kind: Kind, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    from ecluse.office.trace.movements import movements

    path, ours = tmp_path / "theirs.csv", sorted(movements(kind), key=lambda one: one.said_by)
    assert len(ours) > 10
    path.write_text(table(ours))
    status, told = reconciled(path, kind, capsys, monkeypatch)
    assert (status, told["differences"]) == (0, [])
    assert told["totals"]["matched"]["rows"] == len(ours)
    path.write_text(table([Movement(ours[0].licence, ours[0].state, ours[0].on, ours[0].units + 1, ""), *ours[1:]]))
    status, told = reconciled(path, kind, capsys, monkeypatch)
    assert status == 1
    assert [one["outcome"] for one in told["differences"]] == ["units_differ"]


@pytest.mark.db
def test_what_is_kept_is_published_by_totals_alone(
    office: None, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:  # fmt: skip
    from ecluse.edge.law import newest_law
    from ecluse.office.publish.reading import Reading
    from ecluse.office.trace.figures import tracing
    from ecluse.office.trace.movements import movements

    path, ours = tmp_path / "theirs.csv", list(movements(Kind.IMPORT_REPORTS))
    path.write_text(table(ours[1:]))
    reconciled(path, Kind.IMPORT_REPORTS, capsys, monkeypatch, keep=True)
    close_month()
    (told,) = tracing(Reading(newest_law()), 1000)["reconciliations"]
    assert told["kind"] == "import-reports"
    assert told["rows"]["matched"] == len(ours) - 1
    assert told["commitment"]
    text = json.dumps(told)
    assert not [one for one in ours if one.licence in text or f'"{one.state}"' in text]


@pytest.mark.parametrize("kind", ["", "exits", "customs_exits"])
def test_an_unknown_kind_of_register_is_refused(kind: str, tmp_path: Path) -> None:
    from ecluse.office.commands.trace import reconcile

    with pytest.raises(BadInputError, match="customs-exits or import-reports"):
        reconcile(str(tmp_path / "x.csv"), kind, "", False, False)
