"""Which procedure does a file follow, what does that procedure ask for, and is it open on the file's facts?

Routes B, C and D lie over route A: what their row leaves empty is as on A for the same list of goods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Stop, WorkingDays, days_run
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law, Row
from ecluse.base.money import Money
from ecluse.licence.clock import day_due, working_days
from ecluse.licence.onfile import partner_list
from ecluse.licence.terms import GoodsList, LicenceClaim, PartnerList, Route
from ecluse.surplus.terms import GoodsKind

ANY_OTHER = "other"  # countersigning: any home body but the author's own
KEYS = ("route", "goods_list", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class RouteTerms:
    """What one route asks for on one day, for one list of goods: its row laid over that of route A."""

    route: Route
    goods_list: GoodsList
    clock_days: int
    counts: str
    starts_on: str
    floor: Money | None
    competent: tuple[str, ...]
    countersigning: tuple[str, ...]
    opinions_required: tuple[str, ...]
    quorum: int
    goods_admitted: tuple[str, ...]
    kinds_admitted: tuple[str, ...]
    state_list: str
    residents_only: bool
    carries_technology: bool
    precedence: int
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """The facts by which a route is chosen; None is unknown."""

    goods_list: GoodsList
    kind: GoodsKind
    price_uah: Money
    defence_city: bool
    is_treaty_state: bool | None
    is_deal_state: bool | None


def facts_of(claim: LicenceClaim, on: date, law: Law) -> RouteFacts:
    """Which facts of this file choose its route?"""
    application, state, listed = claim.application, claim.parties.destination, partner_list(claim, on, law)
    return RouteFacts(
        application.goods_list,
        application.kind,
        application.price_uah,
        claim.defence_city,
        _is_listed(state, listed, "treaty"),
        _is_listed(state, listed, "deal"),
    )


def effective(route: Route, goods_list: GoodsList, law: Law, on: date) -> RouteTerms | None:
    """What does this route ask for on this day? None when it is not in force; route A always must be.

    Raises UnknownLawError when the law holds no route A for this list on this day.
    """
    cells = _cells(Route.A, goods_list, law, on)
    if cells is None:
        raise UnknownLawError(f"licence/routes has no route A for {goods_list.value} goods on {on.isoformat()}")
    if route is not Route.A:
        over = _cells(route, goods_list, law, on)
        if over is None:
            return None
        cells = {**cells, **{name: cell for name, cell in over.items() if cell}}
    return _terms(route, goods_list, cells)


def terms_of(claim: LicenceClaim, on: date, law: Law) -> RouteTerms:
    """By which terms is this file worked? Those of the route asked for, or of route A where that is not in force."""
    asked = claim.application
    found = effective(asked.route, asked.goods_list, law, on) or effective(Route.A, asked.goods_list, law, on)
    assert found is not None  # route A is in force or UnknownLawError was raised
    return found


def is_open(terms: RouteTerms, facts: RouteFacts) -> bool | None:
    """Is this route open on these facts? None where a fact that decides it is unknown; one fact against closes it."""
    tests = (
        facts.goods_list.value in terms.goods_admitted,
        facts.kind.value in terms.kinds_admitted,
        facts.defence_city or not terms.residents_only,
        terms.floor is None or in_hryvnias(facts.price_uah) >= in_hryvnias(terms.floor),
        {"treaty": facts.is_treaty_state, "deal": facts.is_deal_state}.get(terms.state_list, True),
    )
    if False in tests:
        return False
    return None if None in tests else True


def choose(facts: RouteFacts, law: Law, on: date) -> Route:
    """Which route do these facts open? The first by precedence that is surely open; route A always is."""
    found = (effective(route, facts.goods_list, law, on) for route in Route if route is not Route.A)
    for terms in sorted((terms for terms in found if terms), key=lambda terms: terms.precedence):
        if is_open(terms, facts):
            return terms.route
    return Route.A


def value_floor(on: date, law: Law) -> Money | None:
    """From which value on does the procedure for larger transfers apply? The lowest floor of any route in force."""
    floors = [int(row["floor_minor_uah"]) for row in law["licence/routes"].in_force(on) if row["floor_minor_uah"]]
    return Money(min(floors), "UAH") if floors else None


def in_hryvnias(money: Money) -> int:
    """How many minor units of the hryvnia is this? Raises ValueError for another currency: values are stated in it."""
    if money.currency != "UAH":
        raise ValueError(f"a value for the floor is stated in UAH, not {money.currency}")
    return money.minor


def clock_days_run(claim: LicenceClaim, terms: RouteTerms, until: date, law: Law) -> int | None:
    """How many days has the file's clock run? None while the file is not complete: the clock has not begun."""
    start = clock_start(claim, terms)
    return None if start is None else days_run(start, until, claim.clock_stops, calendar_of(terms, until, law))


def due_on(claim: LicenceClaim, on: date, law: Law) -> date | None:
    """By which day is a decision due? None while the file is not complete, or while its clock stands still."""
    terms = terms_of(claim, on, law)
    start = clock_start(claim, terms)
    if start is None:
        return None
    stops: tuple[Stop, ...] = claim.clock_stops
    return day_due(start, terms.clock_days, stops, calendar_of(terms, on, law))


def clock_start(claim: LicenceClaim, terms: RouteTerms) -> date | None:
    """On which day does the clock start: when the file is complete, or when it is filed, as the row says?"""
    return claim.application.filed_on if terms.starts_on == "filed" else claim.application.complete_on


def calendar_of(terms: RouteTerms, on: date, law: Law) -> WorkingDays | None:
    """By which calendar does the route count? None counts calendar days; else the competent authority's own."""
    return working_days(terms.competent[0], on, law) if terms.counts == "working" else None


def _is_listed(state: str, listed: PartnerList | None, kind: str) -> bool | None:
    if listed is None:
        return None
    return state in (listed.treaty_states if kind == "treaty" else listed.deal_states)


def _cells(route: Route, goods_list: GoodsList, law: Law, on: date) -> dict[str, str] | None:
    rows = [
        row
        for row in law["licence/routes"].in_force(on)
        if row["route"] == route.value and row["goods_list"] in ("", goods_list.value)
    ]
    if not rows:
        return None
    youngest: Row = max(rows, key=lambda row: row["valid_from"])
    return {name: cell for name, cell in youngest.items() if name not in KEYS}


def _terms(route: Route, goods_list: GoodsList, cells: Mapping[str, str]) -> RouteTerms:
    floor = cells["floor_minor_uah"]
    return RouteTerms(
        route,
        goods_list,
        clock_days=int(cells["clock_days"]),
        counts=cells["counts"],
        starts_on=cells["starts_on"],
        floor=Money(int(floor), "UAH") if floor else None,
        competent=_listed(cells["competent"]),
        countersigning=_listed(cells["countersigning"]),
        opinions_required=_listed(cells["opinions_required"]),
        quorum=int(cells["quorum"]),
        goods_admitted=_listed(cells["goods_admitted"]),
        kinds_admitted=_listed(cells["kinds_admitted"]),
        state_list=cells["state_list"],
        residents_only=cells["residents_only"] == "yes",
        carries_technology=cells["carries_technology"] == "yes",
        precedence=int(cells["precedence"]),
        assumed=_listed(cells["assumed"]),
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(item for item in cell.split(";") if item)
