"""Do sensitivities agree with asking anew, do frozen months stay, and is plan beside actual added up rightly?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plan_worlds import Size, world

from ecluse.edge.plan import question_at
from ecluse.plan import checker
from ecluse.plan.against import Claimed, Record, Short, against, records
from ecluse.plan.changes import changed, spelled
from ecluse.plan.paper import NoPlan, solve_question
from ecluse.plan.rolling import rolled, thawed
from ecluse.plan.session import Session
from ecluse.plan.tornado import level, tornado

MIDDLE = Size(14, 5, 3, 4, sales=2.5, routes=2.0)
ROOT = Path(__file__).resolve().parent.parent
Document = dict[str, Any]


@pytest.fixture(scope="module")
def published() -> Document:
    made = solve_question(world(5, MIDDLE))
    assert not isinstance(made, NoPlan)
    return made


@pytest.fixture(scope="module")
def demonstration() -> Document:
    made = solve_question(question_at(ROOT / "examples" / "ua-2026"))
    assert not isinstance(made, NoPlan)
    return made


def test_each_bar_is_what_the_changed_question_answers() -> None:
    session = Session(world(5, MIDDLE))
    found = tornado(session, 10)
    assert {bar.kind for bar in found.bars} >= {"budget", "rate", "lag", "share", "line", "sale"}
    for kind, text in (("rate", "rate=+10%"), ("budget", "budget=+10%"), ("line", "line=+10%")):
        bar = next(bar for bar in found.bars if bar.kind == kind)
        cold = level(Session(changed(session.question, [spelled(text)])).opened)
        assert bar.more is not None
        assert cold is not None
        assert bar.more.receipts_minor == pytest.approx(cold.receipts_minor, rel=1e-3)


def test_bars_are_sorted_by_their_effect() -> None:
    found = tornado(Session(world(5, MIDDLE)))
    receipts = [bar.on_receipts(found.now) for bar in found.by_receipts()]
    needs = [bar.on_need(found.now) for bar in found.by_need()]
    assert receipts == sorted(receipts, reverse=True)
    assert needs == sorted(needs, reverse=True)
    assert receipts[0] > 0


@pytest.mark.parametrize("text", ["rate=-20%", "budget=-10%", "sale=+30%"])
def test_frozen_months_stay_as_published(published: Document, text: str) -> None:
    question = changed(published["question"], [spelled(text)])
    again = rolled(question, published, 2)
    assert not isinstance(again, NoPlan), again.rows
    assert thawed(question, again["plan"]["values"], published["plan"]["values"], 2) == []
    checker.check(again)


def test_sales_that_stand_though_home_could_now_pay_for_the_units_are_told(published: Document) -> None:
    question = changed(published["question"], [spelled("need=+30%")])
    again = rolled(question, published, 2)
    assert isinstance(again, NoPlan)
    assert (again.part, again.why) == ("plan", "infeasible")
    assert not isinstance(rolled(question, published, 0), NoPlan)


@pytest.mark.parametrize("seed", [6, 7, 8, 9])
def test_what_stands_leaves_no_room_or_a_plan_is_found(seed: int) -> None:
    made = solve_question(world(seed, MIDDLE))
    assert not isinstance(made, NoPlan)
    for text in ("budget=-10%", "rate=-20%", "line=-5%"):
        question = changed(made["question"], [spelled(text)])
        again = rolled(question, made, 2)
        if isinstance(again, NoPlan):
            assert again.why == "infeasible", again.rows
        else:
            assert thawed(question, again["plan"]["values"], made["plan"]["values"], 2) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", ["rate=-5%", "need=+5%", "budget=+5%"])
def test_the_demonstration_world_rolls_on(demonstration: Document, text: str) -> None:
    question = changed(demonstration["question"], [spelled(text)])
    for months in (1, 3):
        again = rolled(question, demonstration, months)
        assert not isinstance(again, NoPlan), again.rows
        assert thawed(question, again["plan"]["values"], demonstration["plan"]["values"], months) == []


def test_a_month_that_changed_is_named(published: Document) -> None:
    values = published["plan"]["values"]
    other = {**values, "x": [[units + 1 for units in months] for months in values["x"]]}
    first = published["question"]["makes"][0]["id"]
    assert f"x/{first}/2026-01" in thawed(published["question"], other, values, 1)


def test_another_question_is_not_rolled_on(published: Document) -> None:
    question = {**published["question"], "makes": published["question"]["makes"][1:]}
    with pytest.raises(ValueError, match="makes"):
        rolled(question, published, 1)


def test_what_is_behind_adds_up_and_unknown_months_are_left_out(published: Document) -> None:
    months = published["question"]["months"]
    rows = list(against(published, {("c0", months[0]): 0, ("c0", months[2]): 0}))
    assert [row.month for row in rows] == [months[0], months[2]]
    assert rows[1].behind == rows[0].units_planned + rows[1].units_planned


def test_a_short_unit_contradicts_one_claimed_unit_only() -> None:
    claims = [Claimed("m1", "k", "2026-01", "2026-06", 50), Claimed("m1", "k", "2026-03", "2026-06", 50)]
    claims.append(Claimed("m2", "k", "2026-01", "2026-02", 10))
    shorts = [Short("m1", "k", "2026-02", 60), Short("m1", "k", "2026-04", 20), Short("m2", "k", "2026-03", 9)]
    assert records(claims, shorts) == [Record("m1", 2, 2, 100, 70), Record("m2", 1, 0, 10, 0)]
