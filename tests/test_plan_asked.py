"""Do the questions to a plan that was made answer as promised, in three languages, to people and to programs?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plan_worlds import Size, world

from ecluse.base.errors import BadInputError
from ecluse.edge import plan_ahead, plan_asked
from ecluse.plan import checker
from ecluse.plan.paper import NoPlan, solve_question

YES, NO = 0, 1
MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)
Document = dict[str, Any]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def document() -> Document:
    made = solve_question(world(5, MIDDLE))
    assert not isinstance(made, NoPlan)
    return made


@pytest.fixture(scope="module")
def plan(document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command's status, what it printed and what it told, in a language."""

    def run(command: Callable[..., int], *, lang: str = "en", **given: Any) -> tuple[int, str, str]:
        monkeypatch.setenv("LC_ALL", f"{lang}_XX.UTF-8")
        status = command(**given)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def explain(plan: Path, models: list[str], as_json: bool = False, month: str = "", centres: Any = ()) -> dict[str, Any]:
    return {"file": str(plan), "models": models, "month": month, "centres": list(centres), "as_json": as_json}


# ---------------------------------------------------------------- why


def test_sentences_are_told_with_their_facts(plan: Path, document: Document, asked: Run) -> None:
    models = [product["id"] for product in document["question"]["products"][:6]]
    status, out, _ = asked(plan_asked.explain, **explain(plan, models, as_json=True))
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == YES
    assert {"model", "month", "centre", "reason", "facts", "sentence"} == set(rows[0])
    assert {"held", "stops_demand"} <= {row["reason"] for row in rows}
    held = next(row for row in rows if row["reason"] == "held")
    assert held["facts"]["peak"] in document["question"]["months"]
    assert held["facts"]["peak"] > held["month"]
    assert type(held["facts"]["units"]) is int


def test_a_closed_centre_tells_its_price_in_minor_units(plan: Path, asked: Run) -> None:
    status, out, _ = asked(plan_asked.explain, **explain(plan, [], as_json=True, centres=["h0"]))
    (row,) = (json.loads(line) for line in out.splitlines())
    assert status == YES
    assert row["centre"] == "h0"
    assert set(row["facts"]["money"]) == {"minor", "currency"}


@pytest.mark.parametrize(("lang", "begins"), [("en", "In "), ("uk", "У "), ("fr", "En ")])
def test_people_read_why_in_their_language(plan: Path, document: Document, asked: Run, lang: str, begins: str) -> None:
    models = [product["id"] for product in document["question"]["products"][:2]]
    _, out, _ = asked(plan_asked.explain, lang=lang, **explain(plan, models))
    assert any(line.startswith(begins) for line in out.splitlines()), out[:300]
    assert "{" not in out


@pytest.mark.parametrize(
    ("given", "named"),
    [
        pytest.param({"models": []}, "MODEL", id="nothing is named"),
        pytest.param({"models": ["p99"]}, "MODEL", id="a model that is not planned"),
        pytest.param({"models": ["p0"], "month": "2031-01"}, "--month", id="a month that is not planned"),
        pytest.param({"models": [], "centres": ["h9"]}, "--centre", id="a centre that is not there"),
    ],
)
def test_what_is_not_in_the_plan_is_named(plan: Path, asked: Run, given: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInputError, match=f"^{named}: expected"):
        asked(plan_asked.explain, **explain(plan, **given))


def test_a_plan_that_does_not_hold_is_not_explained(document: Document, tmp_path: Path, asked: Run) -> None:
    forged = json.loads(json.dumps(document))
    forged["plan"]["values"]["x"][0][0] += 1
    forged |= checker.kept(forged)
    (tmp_path / "plan.json").write_text(json.dumps(forged), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"found (hours|stock|ramp|host)/"):
        asked(plan_asked.explain, **explain(tmp_path / "plan.json", ["p0"]))


# ---------------------------------------------------------------- which figures matter most


def test_bars_are_told_largest_first(plan: Path, asked: Run) -> None:
    status, out, _ = asked(plan_asked.tornado, file=str(plan), percent=10, by_need=False, as_json=True)
    told = json.loads(out)
    changes = [bar["receipts_change_minor"] for bar in told["bars"]]
    assert status == YES
    assert changes == sorted(changes, reverse=True)
    assert changes[0] > 0
    assert set(told["now"]) == {"receipts_minor", "unmet_worth"}
    _, out, _ = asked(plan_asked.tornado, file=str(plan), percent=10, by_need=True, as_json=True)
    needs = [bar["unmet_worth_change"] for bar in json.loads(out)["bars"]]
    assert needs == sorted(needs, reverse=True)


@pytest.mark.parametrize("percent", [0, -5, 101])
def test_a_percentage_that_is_none_is_refused(plan: Path, asked: Run, percent: int) -> None:
    with pytest.raises(BadInputError, match=r"^--percent"):
        asked(plan_asked.tornado, file=str(plan), percent=percent, by_need=False, as_json=True)


@pytest.mark.parametrize(("lang", "word"), [("en", "exchange rates"), ("uk", "курси валют"), ("fr", "taux de change")])
def test_people_read_a_tornado_in_their_language(plan: Path, asked: Run, lang: str, word: str) -> None:
    _, out, _ = asked(plan_asked.tornado, lang=lang, file=str(plan), percent=10, by_need=False, as_json=False)
    assert word in out


# ---------------------------------------------------------------- an urgent order


def surge(plan: Path, out: Path | str = "", as_json: bool = True, **given: Any) -> dict[str, Any]:
    asked = {"class_": "c0", "units": 30, "first": "2026-03", "last": "2026-04", "frozen": 0, "certificates": ""}
    return {"file": str(plan), "result": str(out), "as_json": as_json, **asked, **given}


def test_an_urgent_order_makes_a_plan_that_holds_and_tells_what_stays(
    plan: Path, document: Document, tmp_path: Path, asked: Run
) -> None:
    status, out, _ = asked(plan_ahead.surge, **surge(plan, tmp_path / "new.json"))
    told, new = json.loads(out), json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))
    assert status == YES
    assert checker.check(new)
    assert told["order"]["due"] == {"2026-03": 15, "2026-04": 15}
    assert sum(told["order"]["by_model"].values()) == 30
    assert told["digests"]["before"] == document["digests"]
    assert told["digests"]["after"] == new["digests"]
    cells = {(sale["id"], month): (document["plan"]["values"]["g"][j][t], new["plan"]["values"]["g"][j][t])
             for j, sale in enumerate(document["question"]["sales"])
             for t, month in enumerate(document["question"]["months"])}  # fmt: skip
    stay = {(cell["sale"], cell["month"]): (cell["units_before"], cell["units_after"]) for cell in told["units_stay"]}
    assert stay == {key: pair for key, pair in cells.items() if pair[1] < pair[0]}
    ordered = [order for order in new["question"]["orders"] if order["id"].startswith("urgent/")]
    assert sum(sum(order["units"]) for order in ordered) == 30


def test_certificates_of_a_table_shrink_by_its_own_figures(
    plan: Path, document: Document, tmp_path: Path, asked: Run
) -> None:
    """Ten times more than could ever leave was certified: what may leave after the order is what stays certified."""
    rows = ["certificate,model,first_month,last_month,units_certified,units_committed,units_used"]
    rows += [f"k/{p['id']},{p['id']},2026-01,2026-05,1000000,500,0" for p in document["question"]["products"]]
    (tmp_path / "k.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    _, out, _ = asked(plan_ahead.surge, **surge(plan, certificates=str(tmp_path / "k.csv")))
    shrunk = {one["model"]: one for one in json.loads(out)["certificates"]}
    assert len(shrunk) == len(document["question"]["products"])
    for one in shrunk.values():
        assert one["units_before"] == 1_000_000
        assert one["units_recalled"] == max(0, 500 - one["units_after"])


def test_months_before_the_order_came_in_stand(plan: Path, document: Document, tmp_path: Path, asked: Run) -> None:
    status, _, _ = asked(plan_ahead.surge, **surge(plan, tmp_path / "new.json", units=3, last="2026-05", frozen=1))
    assert status == YES
    new = json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))
    for block in "xg":
        for before, after in zip(document["plan"]["values"][block], new["plan"]["values"][block], strict=True):
            assert before[0] == after[0]


def test_more_than_can_be_made_is_told_and_the_answer_is_no(plan: Path, asked: Run) -> None:
    status, out, _ = asked(plan_ahead.surge, **surge(plan, units=10**9))
    told = json.loads(out)
    assert status == NO
    assert told["outcome"] == "short"
    assert told["order"]["units_missing"] == 10**9 - sum(told["order"]["by_model"].values())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"class_": "c9"}, "--class"), ({"units": 0}, "--units"), ({"first": "2026-13"}, "--from"),
        ({"frozen": 5}, "--frozen"), ({"last": "2031-01"}, "--by"), ({"first": "2026-04", "last": "2026-03"}, "--by"),
    ],
)  # fmt: skip
def test_an_order_that_means_nothing_is_named(plan: Path, asked: Run, given: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInputError, match=f"^{named}: expected"):
        asked(plan_ahead.surge, **surge(plan, **given))


HEAD = "certificate,model,first_month,last_month,units_certified,units_committed,units_used\n"


@pytest.mark.parametrize(
    ("table", "place"),
    [
        pytest.param("certificate,model\nk,p0\n", "row 1: expected", id="other headings"),
        pytest.param(f"{HEAD}k,p0,2026-01,2026-05,,0,0\n", "row 2, column units_certified", id="unknown is not zero"),
        pytest.param(f"{HEAD}k,p0,2026-01,2026-05,5,6,0\n", "row 2, column units_committed", id="more than certified"),
        pytest.param(f"{HEAD}k,p99,2026-01,2026-05,5,0,0\n", "row 2, column model", id="an unknown model"),
        pytest.param(f"{HEAD}k,p0,2026-1,2026-05,5,0,0\n", "row 2, column first_month", id="no month"),
        pytest.param(f"{HEAD}k,p0,2026-05,2026-01,5,0,0\n", "row 2, column last_month", id="months the other way"),
        pytest.param(f"{HEAD}k,p0,2026-01,2026-05,5\n", "row 2: expected 7 cells", id="cells are missing"),
        pytest.param(
            f"{HEAD}k,p0,2026-01,2026-05,5,0,0\nk,p0,2026-01,2026-05,5,0,0\n", "row 3, column certificate", id="twice"
        ),
    ],
)
def test_a_wrong_cell_of_a_table_is_named(plan: Path, tmp_path: Path, asked: Run, table: str, place: str) -> None:
    (tmp_path / "k.csv").write_text(table, encoding="utf-8")
    with pytest.raises(BadInputError, match=rf"^k\.csv, {place}"):
        asked(plan_ahead.surge, **surge(plan, certificates=str(tmp_path / "k.csv")))


@pytest.mark.parametrize("lang", ["en", "uk", "fr"])
def test_people_read_of_an_urgent_order_in_their_language(plan: Path, asked: Run, lang: str) -> None:
    status, out, _ = asked(plan_ahead.surge, lang=lang, **surge(plan, as_json=False))
    assert status == YES
    assert {"en": "Urgent", "uk": "Терміново", "fr": "Urgent"}[lang] in out
    assert "planask" not in out


# ---------------------------------------------------------------- the months roll on


def test_the_months_that_stand_stay_and_the_plan_before_is_named(
    plan: Path, document: Document, tmp_path: Path, asked: Run
) -> None:
    given = {"file": str(plan), "world": "", "seconds": 0, "result": str(tmp_path / "new.json"), "as_json": True}
    status, out, _ = asked(plan_ahead.roll, frozen=2, changes=["rate=-20%"], **given)
    told, new = json.loads(out), json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))
    assert status == YES
    assert told["frozen"] == ["2026-01", "2026-02"]
    assert told["previous"] == document["digests"]
    assert checker.check(new)
    for block in "xg":
        for before, after in zip(document["plan"]["values"][block], new["plan"]["values"][block], strict=True):
            assert before[:2] == after[:2]


def test_where_the_months_that_stand_leave_no_plan_nothing_is_written(plan: Path, tmp_path: Path, asked: Run) -> None:
    given = {"file": str(plan), "world": "", "seconds": 0, "result": str(tmp_path / "new.json"), "as_json": True}
    status, out, _ = asked(plan_ahead.roll, frozen=2, changes=["line=0"], **given)
    assert status == NO
    assert json.loads(out)["outcome"] == "infeasible"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("frozen", [-1, 5])
def test_months_that_are_not_there_do_not_stand(plan: Path, tmp_path: Path, asked: Run, frozen: int) -> None:
    given = {"file": str(plan), "world": "", "seconds": 0, "result": str(tmp_path / "new.json"), "as_json": True}
    with pytest.raises(BadInputError, match=r"^--frozen"):
        asked(plan_ahead.roll, frozen=frozen, changes=[], **given)
