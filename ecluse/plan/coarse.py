"""What is a month's end worth, and how much budget should be left of it, when one looks at the whole horizon from afar?

The question is asked again in steps of several months, without ramps. Its multipliers, stretched over the months, price
what a window leaves to those after it; they need not be right, only near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecluse.plan.blocks import LESS, MORE, Program
from ecluse.plan.engine import Options
from ecluse.plan.model import baseline
from ecluse.plan.pieces import Cut, NoPiece, need_prices
from ecluse.plan.scaled import Floats, Scaled
from ecluse.plan.solve import weighted

KEPT = 0.999  # of the budget that is left seen from afar so much is left at least
AT_LEAST = 0.5  # of what a unit would be worth to a need that stays unmet to the end: no need is left for later lightly
LESS_THAN_TWO = 2


@dataclass(frozen=True, slots=True)
class Outlook:
    """Multipliers of the rows, and the budget left at the end of each month at least, in the solver's scale."""

    prices: Floats
    budget: Floats


def outlook(question: Mapping[str, Any], scaled: Scaled, step: int, options: Options) -> Outlook:
    """What does the question look like in steps of so many months?"""
    program = scaled.program
    costs, scale = scaled.costs(weighted(program))
    floor = need_prices(program, scaled, costs)
    months = len(program.months)
    nothing = Outlook(floor, np.zeros(months))
    if -(-months // step) < LESS_THAN_TWO:
        return nothing
    far = baseline(in_steps(question, step))
    seen = Scaled(far)
    cut = Cut(seen, options)
    aims, own = seen.costs(weighted(far))
    try:
        columns, rows = cut.whole(aims)
    except NoPiece:  # from afar nothing is feasible; near by something may be
        return nothing
    multipliers = np.zeros(far.shape[0])
    multipliers[seen.kept] = rows * seen.row_scale / own
    prices = _stretched(multipliers, far, program, step)[scaled.kept] * scale / scaled.row_scale
    least = floor * AT_LEAST
    return Outlook(
        np.where(least > 0, np.maximum(least, prices), prices),
        _budget(question, scaled, seen.figures(columns), far, step),
    )


def in_steps(question: Mapping[str, Any], step: int) -> dict[str, Any]:
    """Which question is it in steps of so many months: sums of what is done, reserve at the end, no ramps?"""
    firsts = range(0, len(question["months"]), step)

    def summed(figures: Sequence[int]) -> list[int]:
        return [sum(figures[first : first + step]) for first in firsts]

    def last(figures: Sequence[int]) -> list[int]:
        return [figures[first : first + step][-1] for first in firsts]

    found = {
        **question,
        "months": question["months"][: len(firsts)],
        "budget": summed(question["budget"]),
        "products": [record | {"reserve": last(record["reserve"])} for record in question["products"]],
        "lines": [record | {"hours": summed(record["hours"])} for record in question["lines"]],
        "makes": [record | {"ramp": None} for record in question["makes"]],
    }
    for name in ("orders", "needs"):
        found[name] = [record | {"units": summed(record["units"])} for record in question[name]]
    return found


def _stretched(multipliers: Floats, far: Program, near: Program, step: int) -> Floats:
    """Which multipliers of the rows month by month lie on the lines through those in the middle of each step?

    A step counts what is unmet once, its months each: so each is worth as many times more.
    """
    months, steps = len(near.months), len(far.months)
    middle = np.minimum((np.arange(steps) + 0.5) * step - 0.5, months - 1.0)
    t = np.arange(months)
    at = np.clip(np.searchsorted(middle, t, side="right") - 1, 0, steps - LESS_THAN_TWO)
    part = (t - middle[at]) / (middle[at + 1] - middle[at])
    found = np.zeros(near.shape[0])
    for family in near.families:
        rows, seen = near.rows_of(family.name), far.rows_of(family.name)
        if family.monthly and len(seen) and len(rows) * steps == len(seen) * months:
            by_step = multipliers[seen].reshape(-1, steps) * step
            found[rows] = (by_step[:, at] * (1 - part) + by_step[:, at + 1] * part).reshape(-1)
    found[((near.sense == LESS) & (found > 0)) | ((near.sense == MORE) & (found < 0))] = 0.0
    return found


def _budget(question: Mapping[str, Any], scaled: Scaled, figures: Floats, far: Program, step: int) -> Floats:
    """How much budget is left at the end of each month, if each step spends evenly?"""
    months = len(question["months"])
    ends = np.minimum(np.arange(1, len(far.months) + 1) * step, months)
    have = np.cumsum(np.array(question["budget"], dtype=np.float64))
    own = far.columns.blocks["c"]
    spent = have[ends - 1] - figures[own.start : own.start + own.size]
    over = np.interp(np.arange(1, months + 1), np.append(0, ends), np.append(0, spent))
    money = scaled.column_scale[scaled.program.columns.blocks["c"].start]
    return np.asarray(np.maximum(0.0, have - over) * KEPT / money)
