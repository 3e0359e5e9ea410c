"""Which tranches stop for an urgent order, what is planned again, and does the whole of it go in minutes?"""

from __future__ import annotations

import copy
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import surge_steps as steps
from carried import ROOT, copy_sqlite, kept, office_on, set_up, sqlite_url
from hypothesis import given
from hypothesis import strategies as some

from ecluse.custody.recall import Reach
from ecluse.plan.checker import PlanError
from ecluse.plan.taking import Hold, Outstanding, shrink, units_by_model
from ecluse.plan.urgent import asked_again, beside, carried, read_form, surplus_form

set_up()
DAY = date(2026, 7, 3)
EXAMPLE = ROOT / "examples" / "ua-2026"
GONE = 6


# ------------------------------------------------------------------ which tranches stop


def held(name: str, free: int, *holds: Hold, issued: date = DAY, model: str = "m") -> Outstanding:
    return Outstanding(name, model, issued, free, holds)


def hold(name: str, units: int, reach: Reach = Reach.RESERVED, *, licensed: bool = False, day: int = 1) -> Hold:
    return Hold(name, units, reach, licensed, date(2026, 6, day))


MIXED = held(
    "C-1", 5, hold("reserved", 10), hold("licensed", 10, licensed=True),
    hold("packed", 10, Reach.PACKED, licensed=True), hold("moving", 10, Reach.MOVING, licensed=True),
)  # fmt: skip


@pytest.mark.parametrize(
    ("carried_units", "free", "stopped"),
    [
        pytest.param(45, 0, [], id="all is carried"),
        pytest.param(44, 1, [], id="one unit less: an undrawn one"),
        pytest.param(40, 5, [], id="all undrawn ones"),
        pytest.param(39, 5, ["reserved"], id="one more: the reserved tranche, whole"),
        pytest.param(29, 5, ["reserved", "licensed"], id="then the licensed one"),
        pytest.param(19, 5, ["reserved", "licensed", "packed"], id="then the packed one"),
        pytest.param(0, 5, ["reserved", "licensed", "packed", "moving"], id="nothing is carried"),
    ],
)
def test_what_has_gone_least_far_stops_first(carried_units: int, free: int, stopped: list[str]) -> None:
    found = shrink([MIXED], {"m": carried_units})
    assert [(one.units_free, [hold.tranche for hold in one.stopped]) for one in found] == (
        [(free, stopped)] if free or stopped else []
    )
    assert sum(one.units for one in found) == free + 10 * len([name for name in stopped if name != "moving"])


def test_of_those_equally_far_the_latest_stop_first_and_other_models_are_untouched() -> None:
    one = held("C-1", 3, hold("first", 4, day=1), hold("last", 4, day=3), issued=date(2026, 1, 1))
    two = held("C-2", 3, hold("middle", 4, day=2), issued=date(2026, 2, 1))
    other = held("C-3", 100, model="n")
    found = {name.certificate: name for name in shrink([one, two, other], {"m": 14, "n": 100})}
    assert [(name, each.units_free) for name, each in found.items()] == [("C-1", 1), ("C-2", 3)]
    found = {name.certificate: name for name in shrink([one, two, other], {"m": 7, "n": 100})}
    assert [hold.tranche for each in found.values() for hold in each.stopped] == ["last", "middle"]


HOLDS = some.lists(
    some.builds(
        Hold, some.uuids().map(str), some.integers(1, 50), some.sampled_from(list(Reach)[:3]), some.booleans(),
        some.dates(date(2026, 1, 1), DAY),
    ),
    max_size=8,
)  # fmt: skip


@given(some.integers(0, 60), HOLDS, some.integers(0, 300))
def test_no_more_stays_than_is_carried_and_not_a_tranche_too_many_stops(
    free: int, holds: list[Hold], most: int
) -> None:
    one = held("C-1", free, *holds)
    found = shrink([one], {"m": most})
    left = one.units - sum(each.units_free + sum(hold.units for hold in each.stopped) for each in found)
    assert left <= most
    stopped = [hold for each in found for hold in each.stopped]
    if stopped:
        assert found[0].units_free == free
        assert left + max(hold.units for hold in stopped) > most
    assert units_by_model([one]) == {"m": one.units}


# ------------------------------------------------------------------ which question is asked again


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads((EXAMPLE / "plan.json").read_bytes())


def wanted(units: int) -> list[int]:
    return [0] * GONE + [units] * 3 + [0] * 3


def test_an_order_is_shared_among_models_in_months_to_come(document: Any) -> None:
    found = asked_again(document, steps.URGENT, "interceptor", wanted(6_667), GONE)
    assert (found.units_missing, found.units_late) == (0, 0)
    sums = [sum(units[t] for units in found.by_model.values()) for t in range(12)]
    assert sums == wanted(6_667)
    placed = [order for order in found.question["orders"] if order["id"].startswith(f"{steps.URGENT}/")]
    assert {order["product"] for order in placed} == set(found.by_model)
    assert set(found.by_model) <= beside(document["question"], "interceptor")
    assert all(sale["demand"][:GONE] == [0] * GONE for sale in found.question["sales"])


def test_what_cannot_be_made_in_its_month_is_late_and_what_cannot_be_made_at_all_is_missing(document: Any) -> None:
    late = asked_again(document, steps.URGENT, "interceptor", [0] * GONE + [20_000] + [0] * 5, GONE)
    assert late.units_late > 0
    assert late.units_missing == 0
    sums = [sum(units[t] for units in late.by_model.values()) for t in range(12)]
    assert (sum(sums), 20_000 - sums[GONE]) == (20_000, late.units_late)
    never = asked_again(document, steps.URGENT, "interceptor", [0] * GONE + [10**6] + [0] * 5, GONE)
    assert never.units_missing == 10**6 - sum(sum(units) for units in never.by_model.values()) > 0


def test_no_line_has_more_hours_than_it_worked_in_months_gone_or_than_are_attested_now(document: Any) -> None:
    line = document["question"]["lines"][0]["id"]
    found = asked_again(document, steps.URGENT, "interceptor", wanted(10), GONE, {line: [7] * 12})
    before = {each["id"]: each["hours"] for each in document["question"]["lines"]}
    for each in found.question["lines"]:
        assert all(now <= then for now, then in zip(each["hours"], before[each["id"]], strict=True))
        if each["id"] != line:
            assert each["hours"][GONE:] == before[each["id"]][GONE:]
    assert found.question["lines"][0]["hours"][GONE:] == [min(7, most) for most in before[line][GONE:]]


@pytest.mark.parametrize(
    ("class_", "units"),
    [
        pytest.param("no_such_class", wanted(1), id="a class the plan does not know"),
        pytest.param("interceptor", [1] + [0] * 11, id="a month that is gone"),
        pytest.param("interceptor", [0] * 11, id="a month too few"),
        pytest.param("interceptor", [0] * 11 + [-1], id="less than nothing"),
    ],
)
def test_an_order_the_plan_cannot_hold_is_refused(document: Any, class_: str, units: list[int]) -> None:
    with pytest.raises(PlanError):
        asked_again(document, steps.URGENT, class_, units, GONE)


@pytest.fixture(scope="module")
def form(document: Any) -> Any:
    asked = dict.fromkeys(sorted(beside(document["question"], "interceptor")), 100)
    return json.loads(surplus_form(document, "digest", steps.URGENT, asked, GONE))


def test_what_may_leave_is_added_up_from_the_schedule_and_never_more_than_is_outstanding(
    document: Any, form: Any
) -> None:
    found = carried(document, form)
    assert (found.document, found.urgent_order, found.first_month) == ("digest", steps.URGENT, "2026-07")
    assert set(found.units) == set(form["outstanding"])
    assert 0 < max(found.units.values()) <= 100


def more(form: Any, name: str) -> Any:
    spoilt = copy.deepcopy(form)
    place = next(place for place, units in enumerate(spoilt["left"]) if units[GONE])
    if name == "left":
        spoilt["left"][place][GONE] += 1
    elif name == "made":
        make = next(place for place, units in enumerate(spoilt["made"]) if units[-1])
        spoilt["made"][make][-1] += 10**6
    elif name == "outstanding":
        spoilt["outstanding"] = dict.fromkeys(spoilt["outstanding"], -1)
    elif name == "month":
        spoilt["first_month"] = "2027-01"
    elif name == "past":
        spoilt["left"][place][0] += 1
    else:
        del spoilt[name]
    return spoilt


@pytest.mark.parametrize("name", ["left", "made", "outstanding", "month", "past", "hosts", "unmet", "urgent_order"])
def test_a_schedule_that_does_not_hold_is_refused(document: Any, form: Any, name: str) -> None:
    with pytest.raises(PlanError):
        carried(document, more(form, name))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "ecluse-plan/1"}', b"[" * 100_000, b"\xff"])
def test_what_is_no_schedule_is_refused_and_never_crashes(content: bytes) -> None:
    with pytest.raises(PlanError):
        read_form(content)


# ------------------------------------------------------------------ the whole of it, on the demonstration world

MINUTES = 10 * 60


def _half_a_year(place: Path) -> None:
    steps.carried_until(EXAMPLE, place / "office.sqlite3", date(2026, 7, 1))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_twenty_thousand_interceptors_on_the_demonstration_world_within_minutes(tmp_path: Path) -> None:
    office = tmp_path / "office.sqlite3"
    copy_sqlite(kept("surge-half", _half_a_year) / "office.sqlite3", office)
    began = time.monotonic()
    with office_on(sqlite_url(office)):
        steps.order("interceptor", 20_000, "2026-07", "2026-09")
    planned = steps.solved(office, tmp_path)
    assert (planned["missing"], planned["late"]) == (0, 0)
    with office_on(sqlite_url(office)):
        steps.adopt(tmp_path / "plan.json")
    carried_units = steps.solved(office, tmp_path)
    with office_on(sqlite_url(office)):
        steps.state(tmp_path / "surplus.json")
        told = steps.would("plan.take_units", steps.planner(steps.MOD))
        steps.take()
        steps.recall()
        (surge,) = steps.surges()
        left = steps.waits()
    seconds = time.monotonic() - began
    shown = {reach.value: sum(one.units for one in surge.stopped if one.reach is reach) for reach in Reach}
    print(f"surge: {seconds:.0f} s; outstanding {carried_units['units_outstanding']}; {told}; stopped {shown}")
    assert seconds < MINUTES
    assert min(told.values()) > 0
    assert sum(one.units for one in surge.taken) > 0
    assert shown["packed"] > 0
    assert shown["moving"] > 0
    assert left == "return"
    audit = steps.audit_command(office)
    assert audit.returncode == 0, audit.stdout[-2_000:]
