"""Which quotas does the simple rule propose? What the class has left, shared among its models by what each has free.

Until the plan is solved, this rule stands in: it never proposes more of a model than its look-ahead
(S1, planning.md 1.5) leaves, nor more of a class than the bound surplus rule gives by that month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ecluse.plan.terms import Quota
from ecluse.surplus.terms import MonthUnits


def quotas(
    class_: str, class_months: Sequence[MonthUnits], model_months: Mapping[str, Sequence[MonthUnits]]
) -> Iterator[Quota]:
    """How many units of each model may be certified by the end of each month?

    `class_months`: units of the class under the bound rule by month, cumulated. `model_months`: for each model its S1
    units by month, the same months in the same order. Raises ValueError when the months differ.

    >>> from ecluse.base.days import Month
    >>> may = [MonthUnits(Month(2026, 5), 10)]
    >>> [q.units for q in quotas("fpv", may, {"a": [MonthUnits(Month(2026, 5), 30)], "b": may})]
    [8, 2]
    """
    for place, point in enumerate(class_months):
        free = {}
        for model in sorted(model_months):
            own = model_months[model][place] if place < len(model_months[model]) else None
            if own is None or own.month != point.month:
                raise ValueError(f"{model} has no look-ahead for {point.month}")
            free[model] = max(0, own.units)
        for model, units in shared(max(0, point.units), free).items():
            yield Quota(class_, model, point.month, units)


def shared(units: int, free: Mapping[str, int]) -> dict[str, int]:
    """How are so many units shared in proportion to what is free, in whole units, nobody above his own?

    The largest remainders are rounded up, ties by name; what is more than is free stays at home.
    """
    whole = sum(free.values())
    if whole <= units:
        return dict(free)
    shares = {model: units * own // whole for model, own in free.items()}
    by_remainder = sorted(free, key=lambda model: (-(units * free[model] % whole), model))
    for model in by_remainder[: units - sum(shares.values())]:
        shares[model] += 1
    return shares
