"""What do a world's tables give under every surplus rule? Arithmetic only, no database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.edge import surplus_joint
from ecluse.edge.world.read import World
from ecluse.plan.quota import quotas
from ecluse.surplus import table
from ecluse.surplus.figures import result_under
from ecluse.surplus.home_plan import provisional
from ecluse.surplus.look_ahead import class_by_month, surplus_by_month
from ecluse.surplus.restated import counts_standing, limits_standing, needs_standing
from ecluse.surplus.terms import (
    AbsorptionLimit,
    ClassYear,
    FundedOrder,
    Funder,
    ModelFlow,
    MonthUnits,
    StatedNeed,
    StockCount,
    SurplusPolicy,
    SurplusRule,
)


def surplus_rows(world: World) -> Iterator[dict[str, Any]]:
    """Every rule's figure by class for the year, then by model and month the S1 look-ahead and the quota it leaves.

    A world that says which lines are shared gives the joint figures too, S2 and S3.
    """
    yield from single_rows(world)
    if surplus_joint.has_plan(world):
        yield from surplus_joint.rows(world, {model: flows for model, flows, _ in look_aheads(world)})


def single_rows(world: World) -> Iterator[dict[str, Any]]:
    """What do the rules, S1 and the quotas give, each class and model looked at alone? No solver is asked."""
    policy = world.surplus_policies[-1]
    bound = SurplusPolicy(
        policy.policy, policy.owner, SurplusRule(policy.rule), policy.ratio_numerator, policy.ratio_denominator,
        policy.valid_from, policy.valid_until,
    )  # fmt: skip
    classes = list(dict.fromkeys(row.class_ for row in world.needs))
    years = [class_year(world, class_) for class_ in classes]
    yield from table.rows(years, bound)
    by_class: dict[str, dict[str, tuple[MonthUnits, ...]]] = {class_: {} for class_ in classes}
    flows: dict[str, list[ModelFlow]] = {}
    for model, model_flows, months in look_aheads(world):
        class_ = world.index["models"][model].class_
        by_class.setdefault(class_, {})[model] = months
        flows[class_] = _added(flows.get(class_), model_flows)
        yield from table.model_rows(class_, model, months)
    for year in years:
        given = result_under(bound.rule, year, bound)
        if given is None or year.class_ not in flows:
            continue
        for quota in quotas(year.class_, class_by_month(given, flows[year.class_]), by_class[year.class_]):
            row = {"class": quota.class_, "model": quota.model, "period": str(quota.month)}
            yield {**row, "rule": "quota", "units": quota.units}


def capacity_beside(world: World) -> Iterator[tuple[str, int, int | None]]:
    """What was attested of each class, and beside it what its makers demonstrated? None where a month is unknown."""
    for class_ in dict.fromkeys(row.class_ for row in world.needs):
        own = [row for row in world.capacity if row.class_ == class_]
        shown = [units for row in own for units in row.demonstrated_units]
        known = [units for units in shown if units is not None]
        yield class_, sum(_sum(row.capacity_units) for row in own), sum(known) if len(known) == len(shown) else None


def _added(total: list[ModelFlow] | None, flows: list[ModelFlow]) -> list[ModelFlow]:
    """The flows of a class: its models' flows, month by month."""
    if total is None:
        return list(flows)
    return [
        ModelFlow(
            one.month,
            one.units_capacity + other.units_capacity,
            one.units_funded + other.units_funded,
            one.units_home + other.units_home,
        )
        for one, other in zip(total, flows, strict=True)
    ]


def class_year(world: World, class_: str) -> ClassYear:
    """What are the figures of a class? What no table states is None."""
    first, last = world.months[0], world.months[-1]
    capacity = [r.capacity_units for r in world.capacity if r.class_ == class_]
    needs = [need for need in _needs(world) if need.class_ == class_]
    limits = limits_standing(
        AbsorptionLimit(r.absorption, r.owner, r.class_, r.units, r.first_month, r.last_month, r.stated_on)
        for r in world.absorption if r.class_ == class_
    )  # fmt: skip
    limited = {month for r in limits for month in r.first_month.until(r.last_month)}
    judged = [
        r.units for r in world.judged_surplus if (r.class_, r.first_month, r.last_month) == (class_, first, last)
    ]  # fmt: skip
    return ClassYear(
        class_, first, last, sum(map(_sum, capacity)) if capacity else None, *_funded(world, class_),
        _stock(world, class_), sum(point.units for need in needs for point in need.needed) if needs else None,
        sum(r.units for r in limits) if limited >= set(world.months) else None, judged[-1] if judged else None,
    )  # fmt: skip


def _funded(world: World, class_: str) -> tuple[int | None, int | None]:
    """Home and partner funded units: unknown where no order stands in the table, or others than the register holds."""
    orders = [r for r in world.funded_orders if r.class_ == class_]
    home, partner = (sum(_sum(r.due_units) for r in orders if r.funder == each) for each in ("home", "partner"))
    stated = [r for r in world.orders_statements if r.class_ == class_]
    register = {(r.orders, r.units_home, r.units_partner) for r in stated}
    is_known = register == {(len(orders), home, partner)} if stated else bool(orders)
    return (home, partner) if is_known else (None, None)


def _stock(world: World, class_: str) -> int | None:
    """Unknown unless every model that is made has been counted."""
    counts = {model: units for (of_class, model), units in _counted(world).items() if of_class == class_}
    made = {r.model for r in world.capacity if r.class_ == class_}
    return sum(counts.values()) if counts and made <= set(counts) else None


def _sum(units: tuple[int | None, ...]) -> int:
    return sum(count for count in units if count is not None)


def look_aheads(world: World) -> Iterator[tuple[str, list[ModelFlow], tuple[MonthUnits, ...]]]:
    """Each model's flows, and how many of its units could leave by each month without taking what a later one needs?"""
    bought = _bought(world)
    class_capacity: dict[tuple[str, Month], int] = {}
    for row in world.capacity:
        for month, units in zip(world.months, row.capacity_units, strict=True):
            class_capacity[row.class_, month] = class_capacity.get((row.class_, month), 0) + (units or 0)
    funded: dict[str, list[int]] = {}
    for order in world.funded_orders:
        sums = funded.setdefault(order.model, [0] * len(world.months))
        for place, units in enumerate(order.due_units):
            sums[place] += units or 0
    stock = {model: units for (_, model), units in _counted(world).items()}
    reserve = {r.model: r.units for r in world.reserves}
    for row in world.capacity:
        flows = []
        for place, month in enumerate(world.months):
            own, whole = row.capacity_units[place] or 0, class_capacity[row.class_, month]
            home = -(-bought.get((row.class_, month), 0) * own // whole) if whole else 0
            flows.append(ModelFlow(month, own, funded.get(row.model, [0] * len(world.months))[place], home))
        yield row.model, flows, surplus_by_month(stock.get(row.model, 0), reserve.get(row.model, 0), flows)


def _bought(world: World) -> dict[tuple[str, Month], int]:
    classes = {row.class_ for row in world.needs}
    orders = [
        FundedOrder(
            r.funded_order, r.owner, Funder(r.funder), r.model, r.class_, _series(world, r.due_units), r.ordered_on
        )
        for r in world.funded_orders if r.class_ in classes
    ]  # fmt: skip
    plan = provisional(
        orders,
        _needs(world),
        months=list(world.months),
        budget={r.month: Money(r.budget_minor_uah, "UAH") for r in world.budgets},
        prices={r.class_: Money(r.home_price_minor_uah, "UAH") for r in world.classes if r.home_price_minor_uah},
    )
    return {(class_, p.month): p.units for class_ in classes for p in plan.bought_by_month(class_)}


def _needs(world: World) -> tuple[StatedNeed, ...]:
    """What is needed, a need that was restated counted once."""
    return needs_standing(
        StatedNeed(r.need, r.owner, r.class_, r.priority, _series(world, r.needed_units), r.stated_on)
        for r in world.needs
    )


def _counted(world: World) -> dict[tuple[str, str], int]:
    """How many units of each class and model lay in stock when the year opened, by each owner's last count?"""
    counts = [StockCount(r.stock, r.owner, r.model, r.class_, r.units, r.counted_on) for r in world.stock]
    found: dict[tuple[str, str], int] = {}
    for count in counts_standing(counts, world.months[0]):
        found[count.class_, count.model] = found.get((count.class_, count.model), 0) + count.units
    return found


def _series(world: World, units: tuple[int | None, ...]) -> tuple[MonthUnits, ...]:
    return tuple(MonthUnits(m, n) for m, n in zip(world.months, units, strict=True) if n is not None)
