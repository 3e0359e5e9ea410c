"""What do the registers say of a class and its models: figures of the year, flows by month, home deliveries?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from ecluse.base.days import Month
from ecluse.base.sealed import VERSIONS, seal
from ecluse.base.signing import is_digest_signed_by
from ecluse.custody.measures import measure
from ecluse.office.facts import sides
from ecluse.office.facts.capacity import by_month, capacity_words, units_within
from ecluse.office.registers import AidReceived, Budget, HomeDelivery, HomePrice, Model
from ecluse.office.session import Filed, Session
from ecluse.surplus.home_plan import HomePlan, PriceUnknownError, provisional
from ecluse.surplus.restated import counts_standing, limits_standing, needs_spoken, needs_standing
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    ClassYear,
    FundedOrder,
    Funder,
    HomeProgress,
    JudgedSurplus,
    ModelFlow,
    MonthUnits,
    OrdersStatement,
    Reserve,
    StatedNeed,
    StockCount,
)

# So many registers of orders are kept summed: one for each class, and a few of its earlier states.
REGISTERS_KEPT = 64
STATED_OF_CLASS = (OrdersStatement, JudgedSurplus, HomePrice)


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
    capacity = attested(session, models)
    funded = funded_orders(session, class_)
    needs = needs_standing(session.of(f"class:{class_}", StatedNeed))
    limits = limits_standing(session.of(f"class:{class_}", AbsorptionLimit))
    return ClassYear(
        class_, first, last,
        units_within(capacity_words(capacity), first, last) if capacity else None,
        None if funded is None else _total(o.due for o in funded.orders if o.funder is Funder.HOME),
        None if funded is None else _total(o.due for o in funded.orders if o.funder is Funder.PARTNER),
        _stock(session, models, first),
        _total(n.needed for n in needs) if needs else None,
        sum(limit.units for limit in limits) if _span(limits) >= set(first.until(last)) else None,
        _judged(session, class_, first, last),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnFile:
    """A class's funded orders as they are on file: the same digests, the same orders."""

    digests: tuple[str, ...]
    orders: tuple[FundedOrder, ...] = field(compare=False)


def funded_orders(session: Session, class_: str) -> OnFile | None:
    """Which funded orders does the home army have in this class? None where that is not known.

    Known when what is on file is what the owner stated of its register; without a statement, when anything is on file.
    """
    files = [session.file(model.id) for model in models_of(session, class_)]
    filed = [record for file in files for record in file.records if record.v == VERSIONS[FundedOrder]]
    on_file = OnFile(tuple(record.digest for record in filed), tuple(record.value for record in filed))
    stated = session.newest(f"class:{class_}", OrdersStatement)
    if stated is None:
        return on_file if filed else None
    is_whole = _register(on_file, stated.as_of) == (stated.orders, stated.units_home, stated.units_partner)
    return on_file if is_whole else None


@lru_cache(maxsize=REGISTERS_KEPT)
def _register(on_file: OnFile, as_of: date) -> tuple[int, int, int]:
    """How many orders were signed by this day, for how many units that the state funds, and that partners do?"""
    counted = [order for order in on_file.orders if order.ordered_on <= as_of]
    home, partner = (_total(o.due for o in counted if o.funder is funder) for funder in (Funder.HOME, Funder.PARTNER))
    return len(counted), home, partner


@lru_cache(maxsize=REGISTERS_KEPT)
def _due(on_file: OnFile) -> dict[Month, int]:
    return _by_month(order.due for order in on_file.orders)


def attested(session: Session, models: Iterable[Model]) -> list[CapacityAttestation]:
    """Which questionnaires of these models count? Those that their makers signed.

    One that waits for its signature counts from the day on which it comes in, and not before.
    """
    return attested_of(session, *(model.id for model in models))


def attested_of(session: Session, *models: str) -> list[CapacityAttestation]:
    """Which signed questionnaires are there of the models with these ids?"""
    version = VERSIONS[CapacityAttestation]
    filed = [record for model in models for record in session.file(model).records if record.v == version]
    session.know_signatures(record.digest for record in filed)
    return [
        record.value for record in filed
        if is_digest_signed_by(
            record.value.maker, record.digest, session.signatures(record.digest), session.keys([record.value.maker])
        )
    ]  # fmt: skip


def opening_counts(session: Session, model: str) -> tuple[StockCount, ...]:
    """Which counts of a model open the year, one of each who counted?"""
    return counts_standing(session.of(model, StockCount), year_of(session)[0])


def _stock(session: Session, models: list[Model], opening: Month) -> int | None:
    """The class's stock is known once every model that is made has been counted."""
    counted = {m.id: counts_standing(session.of(m.id, StockCount), opening) for m in models}
    is_whole = all(counted[m.id] for m in models if session.of(m.id, CapacityAttestation))
    counts = [count.units for found in counted.values() for count in found]
    return sum(counts) if counts and is_whole else None


def _span(limits: Iterable[AbsorptionLimit]) -> set[Month]:
    return {month for limit in limits for month in limit.first_month.until(limit.last_month)}


def _judged(session: Session, class_: str, first: Month, last: Month) -> int | None:
    """The commission's newest judgement of this very period."""
    judged = session.of(f"class:{class_}", JudgedSurplus)
    return next((j.units for j in reversed(judged) if (j.first_month, j.last_month) == (first, last)), None)


def _total(schedules: Iterable[tuple[MonthUnits, ...]]) -> int:
    return sum(point.units for schedule in schedules for point in schedule)


def inputs_unsigned(session: Session, class_: str) -> int:
    """How many figures of the class lack their owner's signature? One that was restated speaks no more."""
    of_models, of_class = (FundedOrder, StockCount, Reserve), (*STATED_OF_CLASS, StatedNeed, AbsorptionLimit)
    subjects = [(model.id, of_models) for model in models_of(session, class_)] + [(f"class:{class_}", of_class)]
    opening = year_of(session)[0]
    owned: list[tuple[str, str]] = []
    for subject, classes in subjects:
        records = session.file(subject).records
        filed = [[r for r in records if r.v == VERSIONS[cls]] for cls in classes]
        owned += [(r.digest, r.value.owner) for part in filed for r in _speaking(part, opening)]
    session.know_signatures(digest for digest, _ in owned)
    return sum(
        not is_digest_signed_by(owner, digest, session.signatures(digest), session.keys([owner]))
        for digest, owner in owned
    )


def _speaking(filed: list[Filed], opening: Month) -> list[Filed]:
    """Which of these records of one class still speak? Counts, needs and limits that were restated do not."""
    values = [record.value for record in filed]
    if values and isinstance(values[0], StatedNeed):
        speaking = {need.id for need, _ in needs_spoken(values)}
    elif values and isinstance(values[0], StockCount):
        speaking = {count.id for count in counts_standing(values, opening)}
    elif values and isinstance(values[0], AbsorptionLimit):
        speaking = {limit.id for limit in limits_standing(values)}
    else:
        return filed
    return [record for record in filed if record.value.id in speaking]


def home_prices(session: Session, classes: Iterable[str]) -> dict[str, HomePrice]:
    """What does the home army pay for a unit of each class, as stated last? A class without a statement is absent."""
    found = {}
    for class_ in classes:
        stated = sorted(session.of(f"class:{class_}", HomePrice), key=lambda price: price.stated_on)
        if stated:
            found[class_] = stated[-1]
    return found


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """On which records does a home plan rest? The same digests, the same plan."""

    digests: tuple[str, ...]
    orders: tuple[FundedOrder, ...] = field(compare=False)
    needs: tuple[StatedNeed, ...] = field(compare=False)
    budgets: tuple[Budget, ...] = field(compare=False)
    prices: tuple[HomePrice, ...] = field(compare=False)


def home_plan(session: Session, classes: Iterable[str]) -> HomePlan | None:
    """What would the home army get without any export: funded orders, then need by priority within budget?

    None where a price that the plan turns on was not stated in the budget's currency: unknown is never zero.
    """
    names = sorted(set(classes))
    of_classes = [(f"class:{c}", StatedNeed) for c in names]
    of_models = [(model.id, FundedOrder) for c in names for model in models_of(session, c)]
    filed = [
        [r for subject, cls in part for r in session.file(subject).records if r.v == VERSIONS[cls]]
        for part in (of_models, of_classes, [("budget", Budget)])
    ]
    prices = tuple(home_prices(session, names).values())
    digests = [record.digest for part in filed for record in part] + [seal(price).digest for price in prices]
    orders, needs, budgets = (tuple(record.value for record in part) for part in filed)
    return _plan(PlanInputs(tuple(digests), orders, needs, budgets, prices))


@lru_cache(maxsize=REGISTERS_KEPT)
def _plan(inputs: PlanInputs) -> HomePlan | None:
    budget = {b.month: b.money for b in inputs.budgets}
    currencies = {money.currency for money in budget.values()}
    prices = {price.class_: price.money for price in inputs.prices if price.money.currency in currencies}
    months = list(min(budget).until(max(budget)))
    try:
        return provisional(inputs.orders, needs_standing(inputs.needs), budget=budget, prices=prices, months=months)
    except PriceUnknownError:
        return None


def class_flows(session: Session, class_: str, plan: HomePlan) -> tuple[ModelFlow, ...]:
    """What does the class's capacity add and home take, month by month?"""
    first, last = year_of(session)
    bought = {point.month: point.units for point in plan.bought_by_month(class_)}
    models = models_of(session, class_)
    capacity = by_month(capacity_words(attested(session, models)))
    funded = _by_month(o.due for m in models for o in session.of(m.id, FundedOrder))
    return tuple(
        ModelFlow(month, capacity.get(month, 0), funded.get(month, 0), bought.get(month, 0))
        for month in first.until(last)
    )


def model_flows(session: Session, model: Model, flows: tuple[ModelFlow, ...]) -> tuple[ModelFlow, ...]:
    """What does one model's capacity add and home take? Home purchases of the class fall on models by capacity,
    rounded up, so that no model is left free by rounding."""
    capacity = by_month(capacity_words(attested(session, [model])))
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
    """Planned and accepted deliveries of the class, cumulated from the year's first month to the last one in.

    None unless every month up to that one has its acceptance act: a missing act is unknown. What acts leave out of the
    plan, signed orders put back. A class whose register of orders is known to be empty owes the home army nothing; one
    whose register is unknown owes nobody knows what. The low side has no acts and infers nothing: it takes the high
    side's signed word.
    """
    if sides.is_low(session):
        return sides.home_stated(session, class_, on)
    orders = funded_orders(session, class_)
    if orders is None or not session.of("budget", Budget):
        return None
    first, _ = year_of(session)
    acts = [a for a in session.of(f"home:{class_}", HomeDelivery) if a.accepted_on <= on and a.month >= first]
    if not orders.orders and not acts:
        return HomeProgress(class_, Month.of(on), 0, 0)
    last = max([_last_due(session, on), *(act.month for act in acts)])
    if not {act.month for act in acts} >= set(first.until(last)):
        return None
    ordered = sum(units for month, units in _due(orders).items() if first <= month <= last)
    planned = max(ordered, sum(act.units_planned for act in acts))
    return HomeProgress(class_, last, planned, sum(act.units_accepted for act in acts))


def _last_due(session: Session, on: date) -> Month:
    """Of which month must the acceptance act be in by now?"""
    month = Month.of(on)
    for _ in range(measure(session.law, on, "home_progress_months")):
        month = Month.of(month.first_day() - timedelta(1))
    return month


def aid_received(session: Session, class_: str) -> int:
    """How many units of the class did partners give?"""
    return sum(aid.units for aid in session.of(f"class:{class_}", AidReceived))
