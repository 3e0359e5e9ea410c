"""What is jointly surplus in a world: S2 beside the provisional home plan, S3 beside the proven baseline?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ecluse.edge.plan import Question, question_of
from ecluse.edge.world.read import World
from ecluse.plan.joint import Series, Witness, joint
from ecluse.surplus.look_ahead import surplus_by_month
from ecluse.surplus.terms import ModelFlow

JOINT, FUNDED = "S2", "S3"


def has_plan(world: World) -> bool:
    """Does this world say which lines are shared? Without that nothing joint can be computed."""
    return bool(world.plants)


def rows(
    world: World, flows: Mapping[str, Sequence[ModelFlow]], on_unmet: Callable[[str, Sequence[str]], None] | None = None
) -> Iterator[dict[str, Any]]:
    """S2 and S3 by model and month, cumulated, and the joint total of each class.

    `flows`: what S1 looks at, by model. `on_unmet` is told the rule, and the models whose orders or reserve no schedule
    fills, of which nothing is surplus. Raises BadInputError when the planning tables cannot be planned with.
    """
    question = question_of(world)
    for rule, witness in ((JOINT, provisional(question, flows)), (FUNDED, funded(question, flows))):
        if witness is not None and witness.unmet and on_unmet is not None:
            on_unmet(rule, witness.unmet)
        yield from _told(question, rule, witness)


def provisional(question: Question, flows: Mapping[str, Sequence[ModelFlow]]) -> Witness:
    """What is jointly surplus beside funded orders and the provisional home plan (S2)?"""
    return _witness(question, flows, {model: [flow.units_home for flow in own] for model, own in flows.items()})


def funded(question: Question, flows: Mapping[str, Sequence[ModelFlow]]) -> Witness | None:
    """What is jointly surplus beside funded orders and what the budget buys in the proven baseline (S3)?

    None where no baseline fills the funded orders: then nothing of the kind is known.
    """
    base = baseline_of(question)
    if base is None:
        return None
    ids = [record["id"] for record in question["products"]]
    return _witness(question, flows, dict(zip(ids, base["h"], strict=True)), base["x"])


def baseline_of(question: Question) -> dict[str, Series] | None:
    """What is the best home supply without any export, in whole units that the checker has added up?"""
    from ecluse.plan.model import baseline
    from ecluse.plan.rounding import whole_baseline
    from ecluse.plan.solve import Solved, solve

    outcome = solve(baseline(question))
    return whole_baseline(question, outcome.values) if isinstance(outcome, Solved) else None


def _witness(
    question: Question,
    flows: Mapping[str, Sequence[ModelFlow]],
    home: Mapping[str, Sequence[int]],
    made: Series | None = None,
) -> Witness:
    taken: Series = []
    ceiling: Series = []
    for record in question["products"]:
        model = record["id"]
        own = [
            ModelFlow(flow.month, flow.units_capacity, flow.units_funded, units)
            for flow, units in zip(flows[model], home[model], strict=True)
        ]
        taken.append([flow.units_funded + flow.units_home for flow in own])
        alone = surplus_by_month(record["stock"], record["reserve"][0], own)
        ceiling.append([point.units for point in alone])
    return joint(question, taken, ceiling, made)


def _told(question: Question, rule: str, witness: Witness | None) -> Iterator[dict[str, Any]]:
    """The rows of a rule; without a witness its figures are unknown, class by class."""
    if witness is None:
        yield from (
            {"class": pool["id"], "model": None, "period": None, "rule": rule, "units": None}
            for pool in question["pools"]
        )
        return
    totals: dict[str, int] = {}
    for place, record in enumerate(question["products"]):
        by_month = witness.by_month(place)
        totals[record["pool"]] = totals.get(record["pool"], 0) + by_month[-1]
        for month, units in zip(question["months"], by_month, strict=True):
            yield {"class": record["pool"], "model": record["id"], "period": month, "rule": rule, "units": units}
    for class_, units in totals.items():
        yield {"class": class_, "model": None, "period": None, "rule": rule, "units": units}
