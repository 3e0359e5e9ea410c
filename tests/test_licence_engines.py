"""Do routes, clocks, lives, sums, bands and appeals of the licence gate answer as the law says?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from cases_licence import BASE, DEAL, DECISION, FLOOR, KOPIYKA, TREATY, WARTIME, decided, filed
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.days import Stop, WorkingDays, days_run
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law, Table
from ecluse.base.money import Money
from ecluse.edge.law import TABLES as FOLDER
from ecluse.edge.law import read_table
from ecluse.licence import appeal, band, clock, life, routes
from ecluse.licence.aggregate import Sale, aggregate, owner_groups
from ecluse.licence.band import PeerPrice, percentile
from ecluse.licence.gate import TABLES
from ecluse.licence.routes import RouteFacts
from ecluse.licence.terms import (
    Appeal,
    GoodsList,
    Interest,
    Licence,
    LicenceClaim,
    LicenceEvent,
    LicenceState,
    PermitKind,
    PriceBand,
    Route,
)
from ecluse.surplus.terms import GoodsKind

LAW = Law({name: read_table(name, FOLDER / f"{name}.csv") for name in TABLES})
ON = date(2026, 4, 20)
DAY = timedelta(1)
ARTICLE = RouteFacts(GoodsList.MILITARY, GoodsKind.ARTICLE, FLOOR, True, True, True)

# ------------------------------------------------------------------ routes


CHOICES = [
    pytest.param(ARTICLE, Route.C, id="a resident and a treaty state: the shortest clock"),
    pytest.param(replace(ARTICLE, defence_city=False), Route.D, id="no resident: the deal"),
    pytest.param(replace(ARTICLE, is_treaty_state=None), Route.D, id="a treaty nobody knows of opens nothing"),
    pytest.param(replace(ARTICLE, defence_city=False, price_uah=FLOOR - KOPIYKA), Route.B, id="under the floor"),
    pytest.param(replace(ARTICLE, defence_city=False, is_deal_state=False), Route.B, id="no deal: the wartime test"),
    pytest.param(
        replace(ARTICLE, kind=GoodsKind.PART, is_treaty_state=False, is_deal_state=False),
        Route.A,
        id="a part: the base",
    ),
    pytest.param(
        replace(ARTICLE, goods_list=GoodsList.DUAL_USE, is_treaty_state=False), Route.A, id="dual-use goods: the base"
    ),
]


@pytest.mark.parametrize(("facts", "route"), CHOICES)
def test_the_route_is_chosen_from_the_facts(facts: RouteFacts, route: Route) -> None:
    assert routes.choose(facts, LAW, ON) is route


CLOCKS = [
    pytest.param(Route.A, GoodsList.MILITARY, 45, id="A, military goods"),
    pytest.param(Route.A, GoodsList.DUAL_USE, 30, id="A, dual-use goods"),
    pytest.param(Route.B, GoodsList.MILITARY, 90, id="B"),
    pytest.param(Route.C, GoodsList.MILITARY, 15, id="C"),
    pytest.param(Route.D, GoodsList.MILITARY, 30, id="D"),
]


@pytest.mark.parametrize(("route", "goods", "days"), CLOCKS)
def test_each_route_has_its_clock(route: Route, goods: GoodsList, days: int) -> None:
    terms = routes.effective(route, goods, LAW, ON)
    assert terms is not None
    assert (terms.clock_days, terms.counts, terms.starts_on) == (days, "calendar", "complete")


def test_a_route_lies_over_the_base_route() -> None:
    base = routes.effective(Route.A, GoodsList.MILITARY, LAW, ON)
    treaty = routes.effective(Route.C, GoodsList.MILITARY, LAW, ON)
    wartime = routes.effective(Route.B, GoodsList.MILITARY, LAW, ON)
    assert base
    assert treaty
    assert wartime
    assert (treaty.opinions_required, treaty.competent) == (base.opinions_required, base.competent)
    assert treaty.residents_only
    assert not base.residents_only
    assert len(wartime.opinions_required) == 8
    assert wartime.competent == ("authority:commission",)


def test_a_route_opens_on_its_day_of_force() -> None:
    assert routes.effective(Route.C, GoodsList.MILITARY, LAW, date(2026, 1, 6)) is None
    assert routes.effective(Route.C, GoodsList.MILITARY, LAW, date(2026, 1, 7)) is not None
    with pytest.raises(UnknownLawError):
        routes.effective(Route.A, GoodsList.MILITARY, LAW, date(2002, 12, 31))


def test_unknown_facts_leave_a_route_neither_open_nor_closed() -> None:
    terms = routes.effective(Route.D, GoodsList.MILITARY, LAW, ON)
    assert terms
    assert routes.is_open(terms, ARTICLE) is True
    assert routes.is_open(terms, replace(ARTICLE, is_deal_state=None)) is None
    assert routes.is_open(terms, replace(ARTICLE, is_deal_state=None, price_uah=KOPIYKA)) is False


@pytest.mark.parametrize(
    ("claim", "days"),
    [
        pytest.param(TREATY, 15, id="route C"),
        pytest.param(DEAL, 30, id="route D"),
        pytest.param(WARTIME, 90, id="route B"),
    ],
)
def test_a_decision_is_due_when_the_clock_runs_out(claim: LicenceClaim, days: int) -> None:
    assert claim.application.complete_on is not None
    assert routes.due_on(claim, ON, LAW) == claim.application.complete_on + timedelta(days)


def test_a_stop_moves_the_day_due_and_an_open_stop_holds_it() -> None:
    stopped = replace(BASE, clock_stops=(Stop(date(2026, 3, 10), date(2026, 3, 20), "Question to the exporter"),))
    assert routes.due_on(stopped, ON, LAW) == date(2026, 3, 4) + timedelta(55)
    standing = replace(BASE, clock_stops=(Stop(date(2026, 3, 10), None, "Question to the exporter"),))
    assert routes.due_on(standing, ON, LAW) is None
    assert routes.due_on(filed(BASE, complete_on=None), ON, LAW) is None


def test_a_row_may_count_working_days_from_filing() -> None:
    first, *rest = LAW["licence/routes"].rows
    table = Table("licence/routes", "0" * 64, ({**first, "counts": "working", "starts_on": "filed"}, *rest))
    law = Law({**LAW.tables, "licence/routes": table})
    # 45 working days from Monday 2 March are nine whole weeks.
    assert routes.due_on(BASE, ON, law) == date(2026, 3, 2) + timedelta(63)


# ------------------------------------------------------------------ clocks


def test_an_authority_without_a_calendar_cannot_count_working_days() -> None:
    assert clock.working_days("authority:ssecu", ON, LAW).weekend == (5, 6)
    with pytest.raises(UnknownLawError):
        clock.working_days("authority:dk", ON, LAW)


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
stops = st.lists(
    st.tuples(days, st.integers(0, 40)).map(lambda item: Stop(item[0], item[0] + timedelta(item[1]), "")), max_size=3
).map(tuple)
calendars = st.sampled_from([None, WorkingDays("authority:ssecu", (5, 6), (date(2026, 8, 24),), "")])


@given(days, st.integers(0, 120), stops, calendars)
def test_the_day_due_is_the_first_on_which_the_whole_clock_has_run(
    start: date, length: int, stood: tuple[Stop, ...], working: WorkingDays | None
) -> None:
    due = clock.day_due(start, length, stood, working)
    assert due is not None
    assert days_run(start, due, stood, working) == length
    assert due == start or days_run(start, due - DAY, stood, working) == length - 1


@given(days, st.integers(0, 60))
def test_months_are_added_one_by_one_or_all_at_once(day: date, months: int) -> None:
    later = clock.add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + DAY).day == 1


# ------------------------------------------------------------------ lives

LICENCE = Licence(
    "licence:0001", "UA/2026/0001", "application:0001", "order:0001", "tranche:0001-1", "party:maker-001",
    "party:user-dk", "DK", "model:ew-set-07", PermitKind.ONE_OFF, Route.A, 30, Money.of("180000", "EUR"),
    "certificate:1", None, "0" * 64, ON, date(2027, 4, 20),
)  # fmt: skip


def step(state: LicenceState, after: int, countersigner: str | None = "officer:mod-1") -> LicenceEvent:
    return LicenceEvent(
        f"event:{after}-{state.value}", LICENCE.id, state, "officer:ssecu-1", countersigner, "", ON + timedelta(after)
    )


def test_a_suspension_holds_until_two_officers_reinstate() -> None:
    suspended, alone = step(LicenceState.SUSPENDED, 3, None), step(LicenceState.REINSTATED, 5, None)
    both = step(LicenceState.REINSTATED, 7)
    events = (both, alone, suspended)
    assert life.is_in_force(LICENCE, events, ON + 2 * DAY)
    assert not life.is_in_force(LICENCE, events, ON + 6 * DAY)
    assert life.is_in_force(LICENCE, events, ON + 7 * DAY)
    assert list(life.faults(LICENCE, events)) == [alone]


def test_two_officers_are_two() -> None:
    assert not life.has_its_officers(step(LicenceState.REVOKED, 1, "officer:ssecu-1"))
    assert life.has_its_officers(step(LicenceState.REVOKED, 1))
    assert life.has_its_officers(step(LicenceState.SUSPENDED, 1, None))


def test_a_term_ends_by_itself_and_an_end_is_an_end() -> None:
    assert life.state_on(LICENCE, (), LICENCE.valid_until) is LicenceState.ISSUED
    assert life.state_on(LICENCE, (), LICENCE.valid_until + DAY) is LicenceState.EXPIRED
    revoked = (step(LicenceState.REVOKED, 4), step(LicenceState.REINSTATED, 9))
    assert life.state_on(LICENCE, revoked, LICENCE.valid_until + DAY) is LicenceState.REVOKED
    assert not life.is_in_force(LICENCE, (), ON - DAY)


@given(st.lists(st.sampled_from(list(LicenceState)), max_size=8))
def test_a_life_is_sound_only_when_each_step_may_follow(states: list[LicenceState]) -> None:
    events = [step(state, place) for place, state in enumerate(states)]
    sound = all(life.may_follow(before, after) for before, after in pairwise([LicenceState.ISSUED, *states]))
    assert (not list(life.faults(LICENCE, events))) == sound
    if sound and states:
        assert life.state_on(LICENCE, events, ON + timedelta(len(states))) is states[-1]


@given(st.lists(st.sampled_from(list(LicenceState)), max_size=8))
def test_goods_leave_under_no_licence_that_ended(states: list[LicenceState]) -> None:
    events = [step(state, place) for place, state in enumerate(states)]
    unlawful = list(life.faults(LICENCE, events))
    if any(not life.STEPS[event.state] for event in events if event not in unlawful):
        assert not life.is_in_force(LICENCE, events, ON + timedelta(len(states)))


# ------------------------------------------------------------------ sums


def sale(after: int, hryvnias: int, *, group: str = "group:1", end_use: str = "party:user-dk") -> Sale:
    return Sale(ON + timedelta(after), group, "party:buyer-dk", end_use, "ew_set", Money(hryvnias * 100, "UAH"))


def test_the_window_counts_the_same_deal_only() -> None:
    others = [
        sale(-365, 1), sale(-364, 10), sale(0, 100), sale(1, 1_000), sale(-1, 10_000, group="group:2"),
        sale(-1, 100_000, end_use="party:user-no"), sale(-2, 15_000_000),
    ]  # fmt: skip
    summed = aggregate(sale(0, 5), others, window_days=365, floor=FLOOR)
    assert summed.value_uah == Money(115_00, "UAH")
    assert (summed.applications, summed.window_days) == (3, 365)


@given(st.lists(st.tuples(st.integers(-400, 5), st.integers(0, 10**6)), max_size=20), st.integers(1, 400))
def test_a_longer_window_never_sums_to_less(sales: list[tuple[int, int]], window: int) -> None:
    others = [sale(after, value) for after, value in sales]
    shorter = aggregate(sale(0, 7), others, window_days=window)
    longer = aggregate(sale(0, 7), others, window_days=window + 30)
    assert shorter.value_uah <= longer.value_uah
    assert shorter.applications <= longer.applications


def test_owners_of_owners_make_one_group() -> None:
    ties = [("person:1", "party:b"), ("party:b", "party:c"), ("person:2", "party:d"), ("person:1", "party:a")]
    groups = owner_groups(ties)
    assert {groups[party] for party in ("party:a", "party:b", "party:c", "person:1")} == {"party:a"}
    assert groups["party:d"] == "party:d"


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12))
def test_groups_do_not_depend_on_the_order_of_ties(ties: list[tuple[int, int]]) -> None:
    named = [(f"party:{owner}", f"party:{owned}") for owner, owned in ties]
    groups = owner_groups(named)
    assert groups == owner_groups(reversed(named))
    assert all(groups[owner] == groups[owned] for owner, owned in named)


# ------------------------------------------------------------------ bands


def peer(cents: int, after: int = -1, exporter: str = "party:maker-002", model: str = "model:1") -> PeerPrice:
    return PeerPrice(ON + timedelta(after), exporter, model, Money(cents, "EUR"))


def band_of(prices: list[PeerPrice]) -> PriceBand | None:
    return band.price_band(prices, model="model:1", exporter="party:maker-001", currency="EUR", on=ON, law=LAW)


def test_five_peers_make_a_band_and_four_do_not() -> None:
    prices = [peer(cents) for cents in (100, 110, 120, 130, 140)]
    found = band_of(prices)
    assert found is not None
    assert (found.low.minor, found.high.minor, found.peers) == (75, 175, 5)
    assert band_of(prices[1:]) is None


def test_own_old_and_foreign_prices_are_no_peers() -> None:
    four = [peer(cents) for cents in (100, 110, 120, 130)]
    assert band_of([*four, peer(140, exporter="party:maker-001")]) is None
    assert band_of([*four, peer(140, after=-365)]) is None
    assert band_of([*four, peer(140, after=1)]) is None
    assert band_of([*four, peer(140, model="model:2")]) is None
    assert band_of([*four, PeerPrice(ON, "party:maker-002", "model:1", Money(140, "USD"))]) is None
    assert band_of([*four, peer(140, after=-364)]) is not None


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40).map(sorted), st.integers(0, 100))
def test_a_percentile_is_one_of_the_values_with_its_share_below(values: list[int], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile([], 50)


# ------------------------------------------------------------------ appeals

REFUSED = decided(BASE, grant=False)
FILED = Appeal("appeal:0001", BASE.application.id, DECISION.on + timedelta(30), None, None, None)
HEARD = replace(FILED, decided_on=DECISION.on + timedelta(60), upheld=True, officer="officer:ssecu-7")


def test_an_appeal_is_filed_within_its_term() -> None:
    assert appeal.last_day(DECISION.on, LAW) == DECISION.on + timedelta(30)
    assert appeal.is_sound(FILED, REFUSED, LAW)
    assert not appeal.is_sound(replace(FILED, filed_on=DECISION.on + timedelta(31)), REFUSED, LAW)
    assert not appeal.is_sound(replace(FILED, filed_on=DECISION.on - DAY), REFUSED, LAW)
    assert not appeal.is_sound(FILED, BASE, LAW)


@pytest.mark.parametrize("officer", ["officer:ssecu-1", "officer:mod-9", "officer:sbu-1"])
def test_who_took_part_in_the_refusal_does_not_hear_the_appeal(officer: str) -> None:
    assert appeal.is_sound(HEARD, REFUSED, LAW)
    assert not appeal.is_sound(replace(HEARD, officer=officer), REFUSED, LAW)


def test_an_interest_keeps_an_officer_from_hearing_an_appeal() -> None:
    interest = Interest("interest:9", "officer:ssecu-7", BASE.application.buyer, ON)
    assert appeal.may_hear("officer:ssecu-7", REFUSED)
    assert not appeal.may_hear("officer:ssecu-7", REFUSED, [interest])
    assert not appeal.is_sound(replace(HEARD, upheld=None), REFUSED, LAW)
