"""What is jointly surplus in a world: S2 beside the provisional home plan, S3 beside the proven baseline?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ecluse.edge.plan import Question, question_of
from ecluse.edge.world.read import World
from ecluse.plan.joint import Series, Witness, joint
from ecluse.surplus.look_ahead import surplus_by_month
from ecluse.surplus.terms import ModelFlow

Home = Mapping[str, Sequence[int]]  # deliveries at home by model, a figure a month
JOINT, FUNDED, BASELINE, BOUND = "S2", "S3", "baseline", "-bound"


def has_plan(world: World) -> bool:
    """Does this world say which lines are shared? Without that nothing joint can be computed."""
    return bool(world.plants)


def rows(
    world: World, flows: Mapping[str, Sequence[ModelFlow]], on_unmet: Callable[[str, Sequence[str]], None] | None = None
) -> Iterator[dict[str, Any]]:
    """S2 and S3 by model and month, cumulated, and the joint total of each class.

    Beside each total, as a rule of its own (`S3-bound`), what no schedule can pass; and of the baseline behind S3,
    stage by stage, what it comes to (`baseline/class/1`) and below what none can come (`baseline-bound/class/1`).
    `flows`: what S1 looks at, by model. `on_unmet` is told the rule, and the models whose orders or reserve no schedule
    fills, of which nothing is surplus. Raises BadInputError when the planning tables cannot be planned with.
    """
    from ecluse.plan.surplus_bound import most_by_class, proven_baseline

    question = question_of(world)
    proven = proven_baseline(question)
    base, stages = proven if proven is not None else (None, ())
    homes = ((JOINT, _provisional(flows), None), (FUNDED, *_funded(question, base)))
    for rule, home, made in homes:
        witness = None if home is None else _witness(question, flows, home, made)
        if witness is not None and witness.unmet and on_unmet is not None:
            on_unmet(rule, witness.unmet)
        yield from _told(question, rule, witness)
        if witness is not None and home is not None:
            most = most_by_class(question, *_taken(question, flows, home), witness.unmet)
            yield from (_of_class(class_, f"{rule}{BOUND}", units) for class_, units in most.items())
    for stage in stages:
        yield _of_class(None, f"{BASELINE}/{stage.stage}", stage.value)
        yield _of_class(None, f"{BASELINE}{BOUND}/{stage.stage}", stage.bound)


def _provisional(flows: Mapping[str, Sequence[ModelFlow]]) -> Home:
    return {model: [flow.units_home for flow in own] for model, own in flows.items()}


def _funded(question: Question, base: Mapping[str, Series] | None) -> tuple[Home | None, Series | None]:
    """What does home get of each model in the baseline, and what is made for it?"""
    if base is None:
        return None, None
    return dict(zip((record["id"] for record in question["products"]), base["h"], strict=True)), base["x"]


def _of_class(class_: str | None, rule: str, units: int | None) -> dict[str, Any]:
    return {"class": class_, "model": None, "period": None, "rule": rule, "units": units}


def provisional(question: Question, flows: Mapping[str, Sequence[ModelFlow]]) -> Witness:
    """What is jointly surplus beside funded orders and the provisional home plan (S2)?"""
    return _witness(question, flows, _provisional(flows))


def funded(question: Question, flows: Mapping[str, Sequence[ModelFlow]]) -> Witness | None:
    """What is jointly surplus beside funded orders and what the budget buys in the proven baseline (S3)?

    None where no baseline fills the funded orders: then nothing of the kind is known.
    """
    home, made = _funded(question, baseline_of(question))
    return None if home is None else _witness(question, flows, home, made)


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
    home: Home,
    made: Series | None = None,
) -> Witness:
    return joint(question, *_taken(question, flows, home), made)


def _taken(question: Question, flows: Mapping[str, Sequence[ModelFlow]], home: Home) -> tuple[Series, Series]:
    """What do orders and home take by month, and what does each model's own look-ahead leave?"""
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
    return taken, ceiling


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
