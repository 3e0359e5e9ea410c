"""What does a plan come to, by class, model and month; and what is different in another? Figures, no words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecluse.plan.displaced import Values, displaced_minor

__all__ = ["AT_THE_END", "Figures", "as_rows", "differences", "displaced_minor", "figures", "totals"]

Key = tuple[str | None, str | None, str | None, str]  # class, model, month, figure
Figures = dict[Key, int]

# Of a class and month: what is needed, still unmet at its end, bought by budget and from proceeds, at home and abroad.
BY_NEED = (("unmet", "u"), ("bought", "b"), ("proceeds_home", "r"), ("proceeds_abroad", "y"))
# What is told of a whole period is the sum of its months, but for these: there it is what stands at the end.
AT_THE_END = ("unmet", "fund", "receipts", "other_uses", "budget_left")


def figures(question: Mapping[str, Any], values: Values) -> Figures:
    """What does a plan come to, by class, model and month? Units of goods, minor units of the home currency.

    Answers in fractions of a unit are rounded to the nearest.
    """
    found: dict[Key, Any] = {}
    pool_of = {record["id"]: record["pool"] for record in question["products"]}
    months = question["months"]

    def add(key: Key, units: Any) -> None:
        found[key] = found.get(key, 0) + units

    for n, need in enumerate(question["needs"]):
        for t, month in enumerate(months):
            add((need["pool"], None, month, "needed"), need["units"][t])
            for name, block in BY_NEED:
                if block in values and values[block][n]:
                    add((need["pool"], None, month, name), values[block][n][t])
    for records, name, block in (("makes", "made", "x"), ("sales", "exported", "g")):
        for place, record in enumerate(question[records]):
            for t, month in enumerate(months):
                units = values[block][place][t] if block in values else 0
                add((pool_of[record["product"]], record["product"], month, name), units)
                add((pool_of[record["product"]], None, month, name), units)
    for t, month in enumerate(months):
        for name, block in (("budget_left", "c"), ("receipts", "q"), ("fund", "F"), ("other_uses", "Z")):
            if block in values:
                add((None, None, month, name), values[block][0][t])
    return {key: round(units) for key, units in found.items()}


def totals(found: Figures) -> Figures:
    """What do the months come to together? Backlog and money as they stand at the end."""
    last = max(month for *_, month, _ in found if month is not None)
    summed: Figures = {}
    for (class_, model, month, name), units in found.items():
        if name not in AT_THE_END:
            summed[class_, model, None, name] = summed.get((class_, model, None, name), 0) + units
        elif month == last:
            summed[class_, model, None, name] = units
    return summed


def differences(before: Figures, after: Figures) -> Iterator[dict[str, Any]]:
    """Which figures are others in the second plan? One row a class, model and month, both figures beside each other."""
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key, 0), after.get(key, 0)
        if one != other:
            class_, model, month, name = key
            yield {"class": class_, "model": model, "month": month, "figure": name, "before": one, "after": other}


def as_rows(found: Figures) -> list[dict[str, Any]]:
    """How are figures told one by one?"""
    return [
        {"class": class_, "model": model, "month": month, "figure": name, "units": units}
        for (class_, model, month, name), units in found.items()
    ]
