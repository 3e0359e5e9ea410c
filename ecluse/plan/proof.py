"""Which whole multipliers show that no baseline could be much better?

A solver's dual values in fractions become whole numbers over a power of two. Any multipliers of the right sign bound
the baseline from below, exactly, so what a solver or this rounding got wrong can widen the printed gap and do no harm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ecluse.plan.blocks import LESS, MORE, Program
from ecluse.plan.checker import WHOLE, Column, Question, Values

Multipliers = list[list[int]]
GUARD = 32  # bits kept below the largest coefficient
MOST_SHIFT = 256  # the checker takes no more


def stage_values(question: Mapping[str, Any], values: Values) -> list[int]:
    """What does a baseline come to at each stage: unmet need by class, then the widest gaps?"""
    return [worth(costs, values) for _, costs in Question(question).stages()]


def worth(costs: Mapping[Column, int], values: Values) -> int:
    """What do these costs add up to?"""
    return sum(cost * values[block][i][t] for (block, i, t), cost in costs.items())


def whole_multipliers(program: Program, vectors: Sequence[Any]) -> dict[str, Any]:
    """Which whole multipliers stand for these dual values, one vector a stage: rows, then caps of the stages before?

    Those of the wrong sign become nought. The shift leaves room below the largest coefficient, usually a price.
    """
    most = int(np.abs(program.factors).max(initial=1))
    shift = min(MOST_SHIFT, GUARD + most.bit_length())
    return {"shift": shift, "multipliers": [_whole(program, vector, k, shift) for k, vector in enumerate(vectors)]}


def _whole(program: Program, vector: Any, stage: int, shift: int) -> list[int]:
    rows = len(program.rhs)
    found = np.where(np.isfinite(vector), vector, 0.0)
    own = found[:rows]
    own[((program.sense == LESS) & (own > 0)) | ((program.sense == MORE) & (own < 0))] = 0.0
    caps = found[rows:]
    caps[caps > 0] = 0.0
    caps[stage:] = 0.0
    return [round(math.ldexp(figure, shift)) if figure else 0 for figure in found.tolist()]


def allowance(question: Mapping[str, Any]) -> list[int]:
    """By how much may rounding to whole units leave each stage above the best, as stated beside the proof?

    Hours of a month that make no whole unit are lost, and a unit may come a month late: so up to one lot a make of its
    pool, and one more, for every month so far, and never more than was needed. Fairness: the same, as a share of need.
    """
    asked, months = Question(question), len(question["months"])
    makes = [0] * len(question["pools"])
    pools = asked.of("products", "pools")
    for product in asked.of("makes", "products"):
        makes[pools[product]] += 1
    found, widest = dict.fromkeys(asked.classes, 0), dict.fromkeys(asked.classes, 0)
    for need, pool in zip(question["needs"], asked.of("needs", "pools"), strict=True):
        lots, wanted = 1 + makes[pool], 0
        for t in range(months):
            wanted += need["units"][t]
            found[need["priority"]] += need["value"] * min(wanted, lots * (t + 1))
        if wanted:
            gap = -(-WHOLE * min(wanted, lots * months) // wanted)
            widest[need["priority"]] = max(widest[need["priority"]], gap)
    return [*found.values(), sum(widest.values())]
