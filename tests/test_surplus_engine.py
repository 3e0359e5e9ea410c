"""Do the surplus engines give the worked figures, look ahead, and never draw below zero?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from cases_surplus import POLICY
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.surplus.balance import Account, balance, expiry
from ecluse.surplus.figures import need_unmet, result_under, results
from ecluse.surplus.home_plan import provisional
from ecluse.surplus.look_ahead import (
    availability_by_month,
    class_by_month,
    surplus_by_month,
    units_left_by_month,
)
from ecluse.surplus.table import model_rows, rows
from ecluse.surplus.terms import (
    ClassYear,
    Draw,
    DrawState,
    FundedOrder,
    Funder,
    ModelFlow,
    MonthUnits,
    StatedNeed,
    SurplusRule,
)

MONTHS = tuple(Month(2026, 1).until(Month(2026, 12)))

# capacity, home funded, partner funded, stock, need, absorption; then SR-0, SR-0b, SR-1 to SR-4; then need unmet
WORKED = {
    "fpv": (
        (10_000_000, 6_000_000, 1_000_000, 500_000, 9_000_000, 8_500_000),
        (0, 1_000_000, 3_000_000, 0, 1_500_000, 3_000_000),
        1_500_000,
    ),
    "interceptor": ((365_000, 200_000, 50_000, 20_000, 730_000, 300_000), (0, 0, 115_000, 0, 65_000, 100_000), 460_000),
    "long_range": ((40_000, 20_000, 10_000, 5_000, 45_000, 45_000), (0, 0, 10_000, 0, 0, 10_000), 10_000),
    "naval_drone": ((900, 300, 0, 150, 400, 400), (0, 500, 600, 600, 500, 150), 0),
    "ground_robot": ((40_000, 20_000, 5_000, 5_000, 50_000, 30_000), (0, 0, 15_000, 0, 10_000, 10_000), 20_000),
    "ew_set": ((120_000, 50_000, 10_000, 25_000, 80_000, 90_000), (0, 40_000, 60_000, 60_000, 30_000, 25_000), 0),
    "howitzer": ((480, 200, 100, 200, 600, 420), (0, 0, 180, 0, 60, 100), 100),
}
RULES_WORKED = list(SurplusRule)[:6]


def class_year(class_: str, judged: int | None = None) -> ClassYear:
    return ClassYear(class_, MONTHS[0], MONTHS[-1], *WORKED[class_][0], judged)


@pytest.mark.parametrize("class_", WORKED)
@pytest.mark.parametrize("rule", RULES_WORKED, ids=lambda rule: rule.value)
def test_worked_table_cell_by_cell(class_: str, rule: SurplusRule) -> None:
    given_units = {result.rule: result.units for result in results(class_year(class_), POLICY)}
    assert given_units[rule] == WORKED[class_][1][RULES_WORKED.index(rule)]


@pytest.mark.parametrize("class_", WORKED)
def test_need_unmet_is_what_stock_and_funded_orders_leave(class_: str) -> None:
    assert need_unmet(class_year(class_)) == WORKED[class_][2]


@pytest.mark.parametrize(
    ("judged", "units"),
    [
        pytest.param(None, None, id="no judgement is unknown, not zero"),
        pytest.param(0, 0, id="the commission judges that nothing may leave"),
        pytest.param(114_999, 114_999, id="a judgement under SR-1 stands"),
        pytest.param(115_001, 115_000, id="a judgement over SR-1 is capped by it"),
        pytest.param(-1, 0, id="a judgement below zero gives nothing"),
    ],
)
def test_commission_judgement(judged: int | None, units: int | None) -> None:
    assert result_under(SurplusRule.SR_5, class_year("interceptor", judged), POLICY) == units


@pytest.mark.parametrize(
    ("figure", "unknown"),
    [
        ("units_capacity", set(SurplusRule)),
        ("units_need", {SurplusRule.SR_0, SurplusRule.SR_0B, SurplusRule.SR_2}),
        ("units_stock", {SurplusRule.SR_2}),
        ("units_absorption", {SurplusRule.SR_3}),
        ("units_judged", {SurplusRule.SR_5}),
        ("units_partner_funded", set(SurplusRule) - {SurplusRule.SR_0B, SurplusRule.SR_3}),
    ],
)
def test_an_unknown_figure_makes_unknown_what_needs_it_and_nothing_else(figure: str, unknown: set[SurplusRule]) -> None:
    year = replace(class_year("interceptor", 1), **{figure: None})
    assert {result.rule for result in results(year, POLICY) if result.units is None} == unknown


def test_no_shortage_and_the_critics_rule_open_where_need_is_met() -> None:
    year = replace(class_year("ew_set"), units_need=60_000)
    assert result_under(SurplusRule.SR_0, year, POLICY) == 60_000
    assert result_under(SurplusRule.SR_0, replace(year, units_need=60_001), POLICY) == 0
    assert result_under(SurplusRule.SR_2, replace(year, units_need=85_000), POLICY) == 60_000
    assert result_under(SurplusRule.SR_2, replace(year, units_need=85_001), POLICY) == 0


def test_a_ratio_gives_whole_units_rounded_down() -> None:
    year = replace(class_year("howitzer"), units_home_funded=7)
    assert result_under(SurplusRule.SR_4, year, POLICY) == 3


def test_a_ratio_to_nothing_is_an_accident() -> None:
    with pytest.raises(ValueError):
        results(class_year("fpv"), replace(POLICY, ratio_denominator=0))


FIGURE = st.integers(0, 10**8)


@given(st.tuples(FIGURE, FIGURE, FIGURE, FIGURE, FIGURE, FIGURE, FIGURE), FIGURE)
def test_less_capacity_or_more_need_never_gives_more_surplus(figures: tuple[int, ...], change: int) -> None:
    year = ClassYear("fpv", MONTHS[0], MONTHS[-1], *figures)
    poorer = replace(year, units_capacity=max(0, figures[0] - change))
    needier = replace(year, units_need=figures[4] + change)
    for rule in SurplusRule:
        before = result_under(rule, year, POLICY)
        assert before is not None
        assert before >= 0
        for worse in (poorer, needier):
            after = result_under(rule, worse, POLICY)
            assert after is not None
            assert after <= before


# ------------------------------------------------------------------ look-ahead


def flows(*triples: tuple[int, int, int]) -> tuple[ModelFlow, ...]:
    return tuple(ModelFlow(month, *triple) for month, triple in zip(MONTHS, triples, strict=False))


def units(points: tuple[MonthUnits, ...]) -> list[int]:
    return [point.units for point in points]


def test_units_needed_for_a_later_peak_do_not_look_free_today() -> None:
    year = flows((100, 20, 0), (100, 20, 0), (100, 220, 10), (100, 20, 0))
    assert units(availability_by_month(50, 30, year)) == [100, 180, 50, 130]
    assert units(surplus_by_month(50, 30, year)) == [50, 50, 50, 130]


def test_a_broken_promise_leaves_no_surplus_before_it() -> None:
    assert units(surplus_by_month(0, 0, flows((90, 0, 0), (0, 100, 0), (50, 0, 0)))) == [0, 0, 40]


def test_months_must_follow_one_another() -> None:
    year = flows((1, 0, 0), (1, 0, 0), (1, 0, 0))
    with pytest.raises(ValueError):
        surplus_by_month(0, 0, (year[0], year[2]))
    with pytest.raises(ValueError):
        surplus_by_month(0, 0, (year[0], year[0]))


def test_no_flows_give_no_months() -> None:
    assert surplus_by_month(10, 0, ()) == ()
    assert class_by_month(10, ()) == ()


def test_the_class_figure_is_spread_over_the_year() -> None:
    year = flows(*[(100, 30, 10)] * 12)
    assert units(class_by_month(600, year)) == [50 * number for number in range(1, 13)]
    assert units(class_by_month(900, year)) == [60 * number for number in range(1, 13)]


SERIES = st.lists(st.tuples(FIGURE, FIGURE, FIGURE), min_size=1, max_size=12)


@given(SERIES, FIGURE, FIGURE)
def test_surplus_never_falls_and_never_takes_from_a_later_month(
    series: list[tuple[int, int, int]], stock: int, reserve: int
) -> None:
    free = units(surplus_by_month(stock, reserve, flows(*series)))
    assert free == sorted(free)
    available = units(availability_by_month(stock, reserve, flows(*series)))
    for index, found in enumerate(free):
        assert found == max(0, min(available[index:]))


@given(SERIES, FIGURE)
def test_the_class_months_never_exceed_what_attested_capacity_leaves(
    series: list[tuple[int, int, int]], yearly: int
) -> None:
    spread = units(class_by_month(yearly, flows(*series)))
    left = 0
    for point, (capacity, funded, home) in zip(spread, series, strict=True):
        left += capacity - funded - home
        assert 0 <= point <= max(0, left)
        assert point <= yearly
    assert spread == sorted(spread)


def test_what_earlier_certificates_hold_is_not_left() -> None:
    year = class_by_month(600, flows(*[(100, 30, 10)] * 12))
    left = units_left_by_month(year, [(Month(2026, 3), 120)])
    assert units(left) == [30, 30, 30, 80, 130, 180, 230, 280, 330, 380, 430, 480]


# ------------------------------------------------------------------ the provisional home plan


def order(class_: str, *due: int) -> FundedOrder:
    points = tuple(MonthUnits(month, count) for month, count in zip(MONTHS, due, strict=False))
    return FundedOrder(f"FO-{class_}", "ministry", Funder.HOME, f"{class_}-1", class_, points, date(2025, 12, 1))


def need(class_: str, priority: int, *needed: int) -> StatedNeed:
    points = tuple(MonthUnits(month, count) for month, count in zip(MONTHS, needed, strict=False))
    return StatedNeed(f"SN-{class_}-{priority}", "general-staff", class_, priority, points, date(2025, 12, 1))


def hryvnias(*amounts: int) -> dict[Month, Money]:
    return {month: Money(amount, "UAH") for month, amount in zip(MONTHS, amounts, strict=False)}


def planned(*, orders: list[FundedOrder], needs: list[StatedNeed], budget: dict[Month, Money]) -> Any:
    prices = {"fpv": Money(10, "UAH"), "interceptor": Money(100, "UAH")}
    return provisional(orders, needs, budget=budget, prices=prices, months=MONTHS[:3])


def test_a_plan_serves_funded_orders_then_need_by_priority_within_the_budget() -> None:
    plan = planned(
        orders=[order("fpv", 5, 5, 5)],
        needs=[need("fpv", 2, 20, 0, 0), need("interceptor", 1, 3, 0, 0)],
        budget=hryvnias(250, 100, 95),
    )
    assert plan.basis == "provisional"
    # 250 buys two of three interceptors and 5 fpv; February the third interceptor; March what fpv need is left.
    assert units(plan.bought_by_month("interceptor")) == [2, 1, 0]
    assert units(plan.bought_by_month("fpv")) == [5, 0, 0]
    assert units(plan.units_by_month("fpv")) == [10, 5, 5]
    assert plan.unspent == Money(95, "UAH")


def test_money_left_is_carried_and_funded_units_beyond_need_serve_later_need() -> None:
    plan = planned(orders=[order("fpv", 8, 0, 0)], needs=[need("fpv", 1, 0, 10, 4)], budget=hryvnias(30, 0, 10))
    assert units(plan.bought_by_month("fpv")) == [0, 2, 2]
    assert plan.unspent == Money(0, "UAH")


def test_a_need_without_a_price_is_an_accident() -> None:
    with pytest.raises(ValueError):
        planned(orders=[], needs=[need("howitzer", 1, 1)], budget=hryvnias(10))


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3), st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_a_plan_never_spends_more_than_the_budget_nor_buys_beyond_need(budget: list[int], needed: list[int]) -> None:
    plan = planned(orders=[order("fpv", 5, 5, 5)], needs=[need("fpv", 1, *needed)], budget=hryvnias(*budget))
    bought = units(plan.bought_by_month("fpv"))
    assert plan.unspent.minor + 10 * sum(bought) == sum(budget)
    assert plan.unspent.minor >= 0
    assert sum(bought) <= sum(needed)


# ------------------------------------------------------------------ the balance

DAY = date(2026, 3, 2)


def draw(number: int, state: DrawState, count: int, on: date = DAY, tranche: str = "T-1") -> Draw:
    last = expiry(on, 90) if state is DrawState.RESERVED else None
    return Draw(f"D-{number}", "C-1", tranche, count, state, on, last)


def steps(*moves: tuple[DrawState, int]) -> Iterator[Draw]:
    for number, (state, count) in enumerate(moves):
        yield draw(number, state, count)


def test_a_draw_is_reserved_committed_used_and_returned() -> None:
    moves = ((DrawState.RESERVED, 60), (DrawState.COMMITTED, 60), (DrawState.USED, 40), (DrawState.RETURNED, 10))
    found = balance("C-1", 100, steps(*moves), on=DAY)
    assert (found.units_reserved, found.units_committed, found.units_used, found.units_free()) == (0, 20, 30, 50)


def test_released_units_are_free_again_reserved_ones_first() -> None:
    moves = ((DrawState.RESERVED, 60), (DrawState.COMMITTED, 20), (DrawState.RELEASED, 50))
    found = balance("C-1", 100, steps(*moves), on=DAY)
    assert (found.units_reserved, found.units_committed, found.units_free()) == (0, 10, 90)


@pytest.mark.parametrize(
    ("days", "free"),
    [pytest.param(90, 40, id="the last day still counts"), pytest.param(91, 100, id="the day after it has lapsed")],
)
def test_a_reservation_lapses_after_ninety_days(days: int, free: int) -> None:
    found = balance("C-1", 100, steps((DrawState.RESERVED, 60)), on=DAY + timedelta(days))
    assert found.units_free() == free


def test_a_lapsed_reservation_cannot_be_committed_but_made_again() -> None:
    reserved, day = draw(1, DrawState.RESERVED, 60), DAY + timedelta(91)
    with pytest.raises(ValueError):
        balance("C-1", 100, [reserved, draw(2, DrawState.COMMITTED, 60, day)], on=day)
    again = [reserved, draw(2, DrawState.RESERVED, 100, day)]
    assert balance("C-1", 100, again, on=day).units_free() == 0


def test_a_tranche_heard_again_is_left_out_of_its_own_balance() -> None:
    taken = [draw(1, DrawState.RESERVED, 60), draw(2, DrawState.RESERVED, 30, tranche="T-2")]
    assert balance("C-1", 100, taken, on=DAY, without="T-1").units_free() == 70


def test_draws_of_later_days_are_not_yet() -> None:
    later = draw(1, DrawState.RESERVED, 60, DAY + timedelta(1))
    assert balance("C-1", 100, [later], on=DAY).units_free() == 100


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param([draw(1, DrawState.RESERVED, 101)], id="more than is certified"),
        pytest.param(
            [draw(1, DrawState.RESERVED, 60), draw(2, DrawState.RESERVED, 41, tranche="T-2")], id="than is free"
        ),
        pytest.param([draw(1, DrawState.COMMITTED, 1)], id="commit without a reservation"),
        pytest.param([draw(1, DrawState.RESERVED, 5), draw(2, DrawState.USED, 5)], id="use without a commitment"),
        pytest.param([draw(1, DrawState.RESERVED, 5), draw(2, DrawState.RELEASED, 6)], id="release more than is held"),
        pytest.param([draw(1, DrawState.RESERVED, 5), draw(2, DrawState.RETURNED, 1)], id="return what was not used"),
        pytest.param([draw(1, DrawState.RESERVED, 5), draw(2, DrawState.RESERVED, 5)], id="reserve twice"),
        pytest.param([draw(1, DrawState.RESERVED, 5), draw(1, DrawState.COMMITTED, 5)], id="one draw twice"),
        pytest.param([draw(1, DrawState.RESERVED, 0)], id="no units"),
        pytest.param([draw(1, DrawState.RESERVED, -5)], id="fewer than no units"),
        pytest.param([replace(draw(1, DrawState.RESERVED, 5), certificate="C-2")], id="another certificate"),
        pytest.param([replace(draw(1, DrawState.RESERVED, 5), expires_on=None)], id="a reservation without a last day"),
        pytest.param(
            [draw(1, DrawState.RESERVED, 5), draw(2, DrawState.COMMITTED, 5, DAY - timedelta(1))], id="back in time"
        ),
    ],
)
def test_an_illegal_step_is_an_accident(taken: list[Draw]) -> None:
    with pytest.raises(ValueError):
        balance("C-1", 100, taken, on=DAY)


def test_an_illegal_step_changes_nothing() -> None:
    account = Account("C-1", 100)
    account.take(draw(1, DrawState.RESERVED, 60))
    with pytest.raises(ValueError):
        account.take(draw(2, DrawState.RESERVED, 60, tranche="T-2"))
    account.take(draw(2, DrawState.RESERVED, 40, tranche="T-2"))
    assert account.units_free(DAY) == 0


MOVE = st.tuples(
    st.sampled_from(list(DrawState)), st.integers(-2, 60), st.sampled_from(["T-1", "T-2", "T-3"]), st.integers(0, 60)
)


@settings(max_examples=300)
@given(st.lists(MOVE, max_size=40), st.integers(0, 120))
def test_no_sequence_brings_the_balance_below_zero_and_sums_hold(
    moves: list[tuple[DrawState, int, str, int]], certified: int
) -> None:
    account, taken, on = Account("C-1", certified), [], DAY
    for number, (state, count, tranche, days) in enumerate(moves):
        on += timedelta(days)
        step = draw(number, state, count, on, tranche)
        try:
            account.take(step)
        except ValueError:
            continue
        taken.append(step)
        found = balance("C-1", certified, taken, on=on)
        parts = (found.units_reserved, found.units_committed, found.units_used)
        assert found.units_free() == account.units_free(on) >= 0
        assert min(parts) >= 0
        assert sum(parts) + found.units_free() == certified
        assert found.units_used == flow_of(taken, DrawState.USED) - flow_of(taken, DrawState.RETURNED)


def flow_of(taken: list[Draw], state: DrawState) -> int:
    return sum(step.units for step in taken if step.state is state)


# ------------------------------------------------------------------ the lines of `ecluse surplus`


def test_the_lines_of_the_surplus_command() -> None:
    lines = list(rows([class_year(class_) for class_ in WORKED], POLICY))
    assert len(lines) == len(WORKED) * len(SurplusRule)
    assert lines[2] == {"class": "fpv", "model": None, "period": None, "rule": "SR-1", "units": 3_000_000}
    assert lines[6] == {"class": "fpv", "model": None, "period": None, "rule": "SR-5", "units": None}
    assert list(model_rows("fpv", "FPV-01", [MonthUnits(MONTHS[0], 7)])) == [
        {"class": "fpv", "model": "FPV-01", "period": "2026-01", "rule": "S1", "units": 7}
    ]
