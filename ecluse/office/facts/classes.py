"""What do the registers say of a class and its models: figures of the year, flows by month, home deliveries?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import seal
from ecluse.base.signing import is_signed_by
from ecluse.office.registers import AidReceived, Budget, HomeDelivery, Model
from ecluse.office.session import Session
from ecluse.surplus.home_plan import HomePlan, provisional
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    ClassYear,
    FundedOrder,
    Funder,
    HomeProgress,
    ModelFlow,
    MonthUnits,
    Reserve,
    StatedNeed,
    StockCount,
)


def models_of(session: Session, class_: str) -> list[Model]:
    """Which models does the class hold?"""
    return session.of(f"class:{class_}", Model)


def year_of(session: Session) -> tuple[Month, Month]:
    """Which months does the current planning year span? Those of the signed budgets."""
    months = [budget.month for budget in session.of("budget", Budget)]
    return min(months), max(months)


def class_year(session: Session, class_: str) -> ClassYear:
    """What are the class's figures for the year? A figure that nobody stated is None."""
    first, last = year_of(session)
    models = models_of(session, class_)
    capacity = [a for m in models for a in session.of(m.id, CapacityAttestation)]
    funded = [o for m in models for o in session.of(m.id, FundedOrder)]
    stock = [s for m in models for s in session.of(m.id, StockCount)]
    needs = session.of(f"class:{class_}", StatedNeed)
    limits = session.of(f"class:{class_}", AbsorptionLimit)
    return ClassYear(
        class_, first, last,
        _total(a.capacity for a in capacity) if capacity else None,
        _total(o.due for o in funded if o.funder is Funder.HOME),
        _total(o.due for o in funded if o.funder is Funder.PARTNER),
        sum(s.units for s in stock) if stock else None,
        _total(n.needed for n in needs) if needs else None,
        sum(limit.units for limit in limits) if limits else None,
        None,
    )  # fmt: skip


def _total(schedules: Iterable[tuple[MonthUnits, ...]]) -> int:
    return sum(point.units for schedule in schedules for point in schedule)


def inputs_unsigned(session: Session, class_: str) -> int:
    """How many figures of the class lack their owner's signature?"""
    models = models_of(session, class_)
    owned = [record for m in models for cls in (FundedOrder, StockCount, Reserve) for record in session.of(m.id, cls)]
    owned += [record for cls in (StatedNeed, AbsorptionLimit) for record in session.of(f"class:{class_}", cls)]
    return sum(not is_signed_by(r.owner, r, session.signatures(seal(r).digest), session.keys([r.owner])) for r in owned)


def home_plan(session: Session, classes: Iterable[str], prices: dict[str, Money]) -> HomePlan:
    """What would the home army get without any export: funded orders, then need by priority within budget?"""
    first, last = year_of(session)
    names = list(classes)
    orders = [o for c in names for m in models_of(session, c) for o in session.of(m.id, FundedOrder)]
    needs = [need for c in names for need in session.of(f"class:{c}", StatedNeed)]
    budget = {b.month: b.money for b in session.of("budget", Budget)}
    return provisional(orders, needs, budget=budget, prices=prices, months=list(first.until(last)))


def class_flows(session: Session, class_: str, plan: HomePlan) -> tuple[ModelFlow, ...]:
    """What does the class's capacity add and home take, month by month?"""
    first, last = year_of(session)
    bought = {point.month: point.units for point in plan.bought_by_month(class_)}
    models = models_of(session, class_)
    capacity = _by_month(a.capacity for m in models for a in session.of(m.id, CapacityAttestation))
    funded = _by_month(o.due for m in models for o in session.of(m.id, FundedOrder))
    return tuple(
        ModelFlow(month, capacity.get(month, 0), funded.get(month, 0), bought.get(month, 0))
        for month in first.until(last)
    )


def model_flows(session: Session, model: Model, flows: tuple[ModelFlow, ...]) -> tuple[ModelFlow, ...]:
    """What does one model's capacity add and home take? Home purchases of the class fall on models by capacity,
    rounded up, so that no model is left free by rounding."""
    capacity = _by_month(a.capacity for a in session.of(model.id, CapacityAttestation))
    funded = _by_month(o.due for o in session.of(model.id, FundedOrder))
    return tuple(
        ModelFlow(
            flow.month, capacity.get(flow.month, 0), funded.get(flow.month, 0),
            -(-flow.units_home * capacity.get(flow.month, 0) // flow.units_capacity) if flow.units_capacity else 0,
        )
        for flow in flows
    )  # fmt: skip


def _by_month(schedules: Iterable[tuple[MonthUnits, ...]]) -> dict[Month, int]:
    total: dict[Month, int] = {}
    for schedule in schedules:
        for point in schedule:
            total[point.month] = total.get(point.month, 0) + point.units
    return total


def home_progress(session: Session, class_: str, on: date) -> HomeProgress | None:
    """Planned and accepted deliveries of the class, cumulated over the months whose acceptance acts are in.

    Before the first month of the year has ended nothing is due. A class without any funded order owes the home army
    nothing. Otherwise a missing act is unknown.
    """
    acts = [act for act in session.of(f"home:{class_}", HomeDelivery) if act.accepted_on <= on]
    if acts:
        last = max(act.month for act in acts)
        return HomeProgress(
            class_, last, sum(act.units_planned for act in acts), sum(act.units_accepted for act in acts)
        )
    first, _ = year_of(session)
    is_owed = any(session.of(model.id, FundedOrder) for model in models_of(session, class_))
    if not is_owed:
        return HomeProgress(class_, Month.of(on), 0, 0)
    return HomeProgress(class_, first, 0, 0) if Month.of(on) <= first.next() else None


def aid_received(session: Session, class_: str) -> int:
    """How many units of the class did partners give?"""
    return sum(aid.units for aid in session.of(f"class:{class_}", AidReceived))
