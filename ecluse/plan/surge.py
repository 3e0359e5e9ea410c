"""An urgent order for home comes in: which models serve it, which certificates shrink, and what is recalled first?

Pure answers for the office to act on: it asks for a new plan, then shrinks, then recalls. Units are whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecluse.custody.recall import Recallable, RecallOrder, recall
from ecluse.plan.figures import Figures
from ecluse.plan.joint import Floor, Series, Witness, joint

Units = Sequence[int]


@dataclass(frozen=True, slots=True)
class InForce:
    """A certificate in force: units certified, of them committed to licences, of them already gone."""

    id: str
    model: str
    first_month: str
    last_month: str
    units_certified: int
    units_committed: int
    units_used: int


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A certificate that may carry fewer units than it does; of those taken away, how many are to be recalled.

    `units_beyond`: units gone already, which no recall by certificate brings back.
    """

    certificate: str
    model: str
    units_before: int
    units_after: int
    units_recalled: int
    units_beyond: int


@dataclass(frozen=True, slots=True)
class Surge:
    """The question with the order in it, split over models, and units of the order that nobody can make.

    `units_late`: the most that is due and not yet delivered at any month's end.
    """

    question: dict[str, Any]
    by_model: Mapping[str, tuple[int, ...]]
    units_missing: int
    units_late: int


def with_order(
    question: Mapping[str, Any], name: str, class_: str, units: Units, made: Mapping[str, Any] | None = None
) -> Surge:
    """Which question is asked with so many units of a class due by month, and which models deliver them?

    Those models that could let units leave together without touching orders or reserve: a schedule shows it. `made`:
    the question as it can still be met, where first months stand (`standing`).
    """
    if len(units) != len(question["months"]) or min(units) < 0 or class_ not in [p["id"] for p in question["pools"]]:
        raise ValueError("expected a class of the plan, and units from 0 up, one a month")
    witness = room(question if made is None else made)
    places = [place for place, product in enumerate(question["products"]) if product["pool"] == class_]
    given: dict[str, list[int]] = {question["products"][place]["id"]: [0] * len(units) for place in places}
    spare, owed, late = dict.fromkeys(places, 0), 0, 0
    for t, due in enumerate(units):
        owed += due
        for place in places:
            spare[place] += witness.left[place][t]
        for place in sorted(places, key=lambda at: (-spare[at], at)):
            taken = min(owed, spare[place])
            given[question["products"][place]["id"]][t] += taken
            spare[place] -= taken
            owed -= taken
        late = max(late, owed)
    orders = [
        {"id": f"{name}/{model}", "product": model, "units": own, "home": True}
        for model, own in given.items()
        if any(own)
    ]
    found = {**question, "orders": [*question["orders"], *orders]}
    return Surge(found, {model: tuple(own) for model, own in given.items() if any(own)}, owed, late)


def standing(question: Mapping[str, Any], values: Mapping[str, Any], months: int) -> dict[str, Any]:
    """Which question lets its first months make no more than was made: lines have the hours that were worked there?"""
    worked = {line["id"]: [0] * months for line in question["lines"]}
    for make, made in zip(question["makes"], values["x"], strict=True):
        for t in range(months):
            worked[make["line"]][t] += make["hours"] * made[t]
    lines = [{**line, "hours": worked[line["id"]] + list(line["hours"][months:])} for line in question["lines"]]
    return {**question, "lines": lines}


def room(question: Mapping[str, Any]) -> Witness:
    """How many units of each model could leave beside all orders and reserves, all models together?"""
    taken = Figures(question).due.tolist()
    ceiling = [[2**40] * len(question["months"]) for _ in question["products"]]
    return joint(question, taken, ceiling)


def ceilings(question: Mapping[str, Any]) -> dict[str, list[int]]:
    """How many units of each model may have left by the end of each month, once everything owed is met?"""
    witness = room(question)
    return {product["id"]: witness.by_month(place) for place, product in enumerate(question["products"])}


def carried(
    question: Mapping[str, Any], values: Mapping[str, Any], certificates: Iterable[InForce]
) -> dict[str, list[int]]:
    """How many certified units of each model may have left by the end of each month beside what a plan gives home?

    Orders, and what the plan delivers at home, come first; of what is then left nothing is spent on units that no
    certificate names, and a unit leaves no earlier than its certificate begins. A schedule shows that all of it fits.
    """
    ids = [product["id"] for product in question["products"]]
    promised = {model: [0] * len(question["months"]) for model in ids}
    for certificate in certificates:
        for t, month in enumerate(question["months"]):
            if month >= certificate.first_month and certificate.model in promised:
                promised[certificate.model][t] += certificate.units_certified
    taken = (Figures(question).due + np.array(values["h"], dtype=np.int64)).tolist()
    ceiling = [promised[model] for model in ids]
    witness = joint(question, taken, ceiling, [list(made) for made in values["x"]])
    planned = _planned(question, values, ceiling)
    found: dict[str, list[int]] = {}
    for shop in Floor(question, taken, ceiling).shops():
        searched = {place: witness.by_month(place) for place in shop.products}
        own = {place: planned[place] for place in shop.products}
        best = max((searched, own), key=lambda left: sum(months[-1] for months in left.values()))
        found |= {ids[place]: months for place, months in best.items()}
    return found


def _planned(question: Mapping[str, Any], values: Mapping[str, Any], ceiling: Series) -> Series:
    """What leaves of each product by the end of each month in the plan itself, no more than certified?"""
    leaves = np.zeros((len(ceiling), len(question["months"])), dtype=np.int64)
    places = {product["id"]: place for place, product in enumerate(question["products"])}
    for sale, units in zip(question["sales"], values["g"], strict=True):
        leaves[places[sale["product"]]] += np.array(units, dtype=np.int64)
    found: Series = np.minimum(np.cumsum(leaves, axis=1), ceiling).tolist()
    return found


def shrink(certificates: Iterable[InForce], may_leave: Mapping[str, Units], months: Sequence[str]) -> list[Shrunk]:
    """Which certificates shrink, by how much, so that no more of a model is promised than may leave by the last month?

    The oldest keep theirs, the last in order give first; units gone already are counted before all others.
    """
    by_model: dict[str, list[InForce]] = {}
    for certificate in certificates:
        by_model.setdefault(certificate.model, []).append(certificate)
    found: list[Shrunk] = []
    for model, own in sorted(by_model.items()):
        gone = sum(certificate.units_used for certificate in own)
        kept = 0
        for number, certificate in enumerate(own):
            most = _by(may_leave.get(model, [0] * len(months)), certificate.last_month, months)
            later_gone = gone - sum(one.units_used for one in own[: number + 1])
            after = max(certificate.units_used, min(certificate.units_certified, most - kept - later_gone))
            kept += after
            if after < certificate.units_certified:
                recalled = max(0, certificate.units_committed - after)
                beyond = max(0, kept + later_gone - most) if after == certificate.units_used else 0
                found.append(Shrunk(certificate.id, model, certificate.units_certified, after, recalled, beyond))
    return found


def _by(units: Units, month: str, months: Sequence[str]) -> int:
    """How many by the end of this month: before the first none, after the last as many as then?"""
    inside = [count for count, own in zip(units, months, strict=True) if own <= month]
    return inside[-1] if inside else 0


def recalled(
    shrunk: Iterable[Shrunk], tranches: Mapping[str, Sequence[Recallable]]
) -> dict[str, tuple[RecallOrder, ...]]:
    """Which tranches of each shrunk certificate come back? Least far gone first: reserved, packed, moving."""
    return {
        one.certificate: recall(tranches.get(one.certificate, ()), one.units_recalled)
        for one in shrunk
        if one.units_recalled
    }
