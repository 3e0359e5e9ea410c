"""How much of the home budget does a plan with exports take away from need, in all and need by need?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Values = Mapping[str, Sequence[Sequence[Any]]]


def displaced_minor(question: Mapping[str, Any], base: Values, values: Values) -> int:
    """How much less of the budget does the plan spend on need than the baseline, in minor units? Shown under N1."""
    return sum(_less(question, base, values))


def replaced_minor(question: Mapping[str, Any], base: Values, values: Values) -> int:
    """How much did the baseline buy of single needs that this plan no longer buys them, whoever gets it instead?"""
    return sum(money for money in _less(question, base, values) if money > 0)


def _less(question: Mapping[str, Any], base: Values, values: Values) -> list[int]:
    price = {record["id"]: record["price"] for record in question["pools"]}
    return [
        price[need["pool"]] * (round(sum(base["b"][n])) - round(sum(values["b"][n])))
        for n, need in enumerate(question["needs"])
    ]
