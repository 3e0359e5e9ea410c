"""An urgent order for home comes in during the year: what is asked of the plan again, and what do certificates carry?

Months gone by stand: the idle hours of a line are not worked afterwards, and nothing is sold in them. What may still
leave is shown by a schedule of making beside every promise to home, which whoever holds it adds up again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecluse.plan.checker import PlanError
from ecluse.plan.joint import Floor, Series, Witness, WitnessError, check_witness, joint
from ecluse.plan.quota import shared

FORMAT = "ecluse-surplus/1"
NO_LIMIT = 2**40
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """The question with the order in it, shared among models; units nobody can make, and the most that is late."""

    question: dict[str, Any]
    by_model: Mapping[str, tuple[int, ...]]
    units_missing: int
    units_late: int


def asked_again(
    document: Document, name: str, class_: str, wanted: Sequence[int], gone: int,
    hours: Mapping[str, Sequence[int]] | None = None,
) -> Placed:  # fmt: skip
    """Which question is asked when so many units of a class are wanted, month by month, after so many months?

    The order is shared in proportion to what each model has to spare beside orders and reserve; what cannot be made
    by its month is due later. `hours`: by line and month the most that is attested today. Raises PlanError for a
    class, or months, that the plan does not know.
    """
    question, months = settled(document, gone, hours or {}), len(document["question"]["months"])
    places = [place for place, product in enumerate(question["products"]) if product["pool"] == class_]
    if not places or len(wanted) != months or min(wanted) < 0 or any(wanted[:gone]):
        raise PlanError(f"question/orders/{name}: expected a class of the plan, and units in months to come")
    past = [[*units[:gone], *[0] * (months - gone)] for units in document["baseline"]["values"]["h"]]
    ceiling = [[0] * gone + [NO_LIMIT] * (months - gone) for _ in question["products"]]
    witness = joint(question, _sum(_due(question), past), ceiling, document["baseline"]["values"]["x"])
    given, late, owed = _shares(witness.left, places, wanted)
    by_model = {question["products"][place]["id"]: tuple(units) for place, units in given.items() if any(units)}
    orders = [
        {"id": f"{name}/{model}", "product": model, "units": list(units), "home": True}
        for model, units in by_model.items()
    ]
    return Placed({**question, "orders": [*question["orders"], *orders]}, by_model, owed, late)


def settled(document: Document, gone: int, hours: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Which question remains when so many months are gone? Their hours are those that the baseline worked.

    In months to come no line has more hours than these, where it is named.
    """
    question, made = document["question"], document["baseline"]["values"]["x"]
    worked: dict[str, list[int]] = {line["id"]: [0] * len(question["months"]) for line in question["lines"]}
    for make, units in zip(question["makes"], made, strict=True):
        for t, count in enumerate(units):
            worked[make["line"]][t] += count * make["hours"]
    lines = []
    for line in question["lines"]:
        most = [*worked[line["id"]][:gone], *hours.get(line["id"], line["hours"])[gone:]]
        lines.append({**line, "hours": [min(pair) for pair in zip(line["hours"], most, strict=True)]})
    sales = [{**sale, "demand": [0] * gone + sale["demand"][gone:]} for sale in question["sales"]]
    return {**question, "lines": lines, "sales": sales}


def _shares(left: Series, places: Sequence[int], wanted: Sequence[int]) -> tuple[dict[int, list[int]], int, int]:
    """Units by product and month; the most that was due and not yet there; what never comes."""
    given = {place: [0] * len(wanted) for place in places}
    spare, owed, late = dict.fromkeys(places, 0), 0, 0
    for t, units in enumerate(wanted):
        owed += units
        for place in places:
            spare[place] += left[place][t]
        taken = shared(owed, {str(place): count for place, count in spare.items()})
        for place in places:
            count = taken[str(place)]
            given[place][t] += count
            spare[place] -= count
            owed -= count
        late = max(late, owed)
    return given, late, owed


# ---------------------------------------------------------------- what may still leave


def surplus_form(document: Document, named: str, order: str, outstanding: Mapping[str, int], gone: int) -> bytes:
    """Which file shows what of so many units of each model may still leave beside this plan's baseline?

    `named` is the digest of the plan's document, `order` the urgent order. As much as possible leaves at once.
    """
    question = document["question"]
    ceiling = _ceiling(question, outstanding, gone)
    taken = _sum(_due(question), document["baseline"]["values"]["h"])
    found = joint(question, taken, ceiling, document["baseline"]["values"]["x"])
    form = {
        "format": FORMAT, "document": named, "urgent_order": order, "first_month": question["months"][gone],
        "outstanding": dict(sorted(outstanding.items())), "left": found.left, "made": found.made, "hosts": found.hosts,
        "unmet": list(found.unmet),
    }  # fmt: skip
    return json.dumps(form, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Carried:
    """What a file of surplus says, added up: beside which document, for which order, units of each model from when."""

    document: str
    urgent_order: str
    first_month: str
    units: Mapping[str, int]


def read_form(content: bytes) -> dict[str, Any]:
    """Which record is this file? Raises PlanError for what is none."""
    try:
        form = json.loads(content)
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict) or form.get("format") != FORMAT:
        raise PlanError(f"format: expected {FORMAT}")
    return form


def carried(document: Document, form: Mapping[str, Any]) -> Carried:
    """How many units of each model may leave at once, so that every later promise to home is kept?

    Plain additions of the schedule in the file beside orders and what the baseline buys. Raises PlanError.
    """
    try:
        question, outstanding = document["question"], form["outstanding"]
        gone = question["months"].index(form["first_month"])
        if any(type(units) is not int or units < 0 for units in outstanding.values()):
            raise PlanError("outstanding: expected whole numbers from 0 up")
        shown = Witness(form["left"], form["made"], form["hosts"], tuple(form["unmet"]))
        taken = _sum(_due(question), document["baseline"]["values"]["h"])
        check_witness(question, taken, _ceiling(question, outstanding, gone), shown)
        places = {product["id"]: place for place, product in enumerate(question["products"])}
        units = {model: shown.left[places[model]][gone] if model in places else 0 for model in sorted(outstanding)}
        return Carried(str(form["document"]), str(form["urgent_order"]), form["first_month"], units)
    except WitnessError as error:
        raise PlanError(str(error)) from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise PlanError(f"surplus: a record or number is missing or of another kind: {error!r}"[:300]) from None


def beside(question: Mapping[str, Any], class_: str) -> set[str]:
    """Which models does an order for this class touch: its own, and those that share lines with them?"""
    nothing: Series = [[0] * len(question["months"]) for _ in question["products"]]
    found: set[str] = set()
    for shop in Floor(question, nothing, nothing).shops():
        records = [question["products"][place] for place in shop.products]
        if any(record["pool"] == class_ for record in records):
            found |= {record["id"] for record in records}
    return found


def _due(question: Mapping[str, Any]) -> Series:
    """What orders take, by product and month?"""
    found = {product["id"]: [0] * len(question["months"]) for product in question["products"]}
    for order in question["orders"]:
        own = found[order["product"]]
        for t, units in enumerate(order["units"]):
            own[t] += units
    return list(found.values())


def _sum(one: Series, other: Series) -> Series:
    return [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(one, other, strict=True)]


def _ceiling(question: Mapping[str, Any], outstanding: Mapping[str, int], gone: int) -> Series:
    months = len(question["months"])
    return [[0] * gone + [outstanding.get(p["id"], 0)] * (months - gone) for p in question["products"]]
