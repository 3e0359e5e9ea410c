"""Which plan answers a question too large to solve whole, and below what can no baseline of it come?

Overlapping windows of months, one after the other, give the baseline by weights; windows from the last to the first
give its multipliers. The plan with exports holds all that home gets in the baseline and is found by windows too. What
comes out is a plan file like any other: whole units, exact rows, bounds that the checker works out itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ecluse.plan import checker
from ecluse.plan.blocks import Program, Stage
from ecluse.plan.checker import PlanError
from ecluse.plan.coarse import outlook
from ecluse.plan.engine import Options, Status
from ecluse.plan.holding import held_plan
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.paper import NoPlan, Told, baseline_part, digest, plan_document
from ecluse.plan.pieces import Cut, NoPiece, Span, need_prices, spans_of
from ecluse.plan.proof import allowance, stage_values, whole_multipliers
from ecluse.plan.rounding import RoundingError, whole_baseline
from ecluse.plan.scaled import Floats, Scaled
from ecluse.plan.solve import RATIO, weighted
from ecluse.plan.written import Whole

PIECE = 1_100_000  # coefficients that one window of the baseline may have: about a minute for an interior point
HEAVIER = 3  # a plan with exports has about so many coefficients for one of the baseline
CLOSE = 0.01  # a gap between plan and bound that is narrow enough
ROUNDS, MANY = 3, 4_000_000  # of a baseline with more coefficients there is time for one round
AT_ONCE = 2  # classes that are bounded at once
NOUGHT = 1e-4  # a class of whose need no more than this share is unmet is met: it is bounded by nought


@dataclass(frozen=True, slots=True)
class Windows:
    """How many months does a window settle, and how many more does it look at?"""

    each: int
    over: int

    def spans(self, months: int) -> list[Span]:
        return spans_of(months, self.each, self.over)

    def longer(self) -> Windows:
        """Twice the outlook: for where a window left the next one nothing."""
        return replace(self, over=max(1, 2 * self.over))


def fitting(program: Program, most: int = PIECE) -> Windows:
    """Which windows keep the coefficients of each within bounds? A quarter of what is solved is looked at ahead.

    One window over all where the whole fits.
    """
    months = len(program.months)
    long = max(2, most * months // max(1, len(program.factors)))
    if long >= months:
        return Windows(months, 0)
    over = max(1, long // 4)
    return Windows(long - over, over)


def needed(question: Mapping[str, Any]) -> Windows | None:
    """Is this question too large to be solved in one piece, and by which windows is it solved then?

    Raises PlanError for a question that is not one.
    """
    checker.shaped(question, "question")
    found = fitting(baseline(question))
    return found if found.each < len(question["months"]) else None


def solve_by_windows(
    question: Mapping[str, Any], *, options: Options | None = None, windows: Windows | None = None,
    rounds: int | None = None, log_baseline: Told | None = None,
) -> dict[str, Any] | NoPlan:  # fmt: skip
    """Which plan answers this question, by windows? The plan file, or why there is none.

    `log_baseline` is told the baseline's digest before the plan with exports is begun. `windows`: those of the
    baseline; by default as many months as the solver has room for. `rounds`: so often it is sought at most.
    """
    checker.shaped(question, "question")
    program = baseline(question)
    chosen, options = windows or fitting(program), options or Options(solver="interior")
    rounds = rounds or (ROUNDS if len(program.factors) <= MANY else 1)
    part = "baseline"
    try:
        found = Baseline(question, program, options, chosen, rounds)
        base = whole_baseline(question, program.columns.split(found.figures))
        proof = whole_multipliers(program, found.vectors(stage_values(question, base)))
        proof["allowance"] = allowance(question)
        if log_baseline:
            log_baseline(digest(baseline_part(question, base, proof)))
        part = "plan"
        plan = _plan(question, base, options, windows)
        return plan_document(question, base, plan, proof)
    except NoPiece as error:
        return NoPlan(part, "infeasible" if error.status is Status.INFEASIBLE else "stopped", (str(error),))
    except (RoundingError, PlanError) as error:
        return NoPlan(part, "not whole", (str(error),))


class Baseline:
    """The best supply of home by weights, window after window, and what bounds it.

    Where plan and bound lie apart, windows are solved again with the multipliers found as prices, and the best is kept.
    """

    def __init__(
        self, question: Mapping[str, Any], program: Program, options: Options, windows: Windows, rounds: int
    ) -> None:
        self.program, self.scaled = program, Scaled(program)
        months = len(program.months)
        if self.scaled.contradictions() is not None:
            raise NoPiece((0, months), Status.INFEASIBLE)
        self.cut, self.windows = Cut(self.scaled, options), windows
        self.costs, self.scale = self.scaled.costs(weighted(program))
        self.rows: Floats | None = None
        if windows.each >= months:
            self.settled, self.rows = self.cut.whole(self.costs)
        else:
            seen = outlook(question, self.scaled, -(-months // (windows.each + windows.over)), options)
            self.cut.keep_budget(seen.budget)
            self._better(seen.prices, rounds)
        self.figures: Floats = np.maximum(self.scaled.figures(self.settled), 0.0)

    def _better(self, prices: Floats, rounds: int) -> None:
        """Round after round while the gap is wide: the best plan of all, and the best multipliers."""
        months, value, bound = len(self.program.months), np.inf, -np.inf
        for _ in range(rounds):
            self.windows, settled = patient(
                self.windows, months, partial(self.cut.forward, costs=self.costs, after=prices)
            )
            if (reached := float(self.costs @ settled)) < value:
                value, self.settled = reached, settled
            if rounds == 1:  # the bound is found with those of the other classes
                return
            prices = self.cut.backward(self.windows.spans(months), self.costs, settled)
            if (below := self.cut.bound(self.costs, prices)) > bound:
                bound, self.rows = below, prices
            if value - bound <= CLOSE * abs(value):
                return

    def vectors(self, caps: Sequence[int]) -> list[Floats]:
        """Which multipliers bound each stage, those before it held at these values? One vector a stage.

        A class is bounded together with those before it, by weights: what they weigh is the multiplier of their caps.
        Fairness is not sought by weights, and has no bound but nought.
        """
        stages, rows = self.program.stages, self.program.shape[0]
        found = [np.zeros(rows + len(stages) - 1) for _ in stages]
        classes = [k for k, stage in enumerate(stages) if stage.name.startswith("class/") and len(stage.costs)]
        opened = [k for k in classes if self._is_open(stages[k], caps[k])]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for k, bounding in zip(opened, pool.map(lambda k: self._bounding(k, classes), opened), strict=True):
                found[k][:rows] = bounding
                for j in classes[: classes.index(k)]:
                    found[k][rows + j] = -(float(RATIO) ** (classes.index(k) - classes.index(j)))
        return found

    def _is_open(self, stage: Stage, reached: int) -> bool:
        """Is more unmet of this class than a trace of what would be if nothing were delivered?"""
        own, program = self.program.columns.blocks["u"], self.program
        need = np.array([need["units"] for need in program.lists["needs"]], dtype=np.float64)
        wanted = np.cumsum(need.reshape(-1, len(program.months)), axis=1).reshape(-1)
        return reached > NOUGHT * float(stage.costs @ wanted[stage.columns - own.start])

    def _bounding(self, k: int, classes: Sequence[int]) -> Floats:
        stages, power = self.program.stages, {j: classes.index(k) - classes.index(j) for j in classes if j <= k}
        if k == classes[-1] and self.rows is not None:  # the weights of all classes: known already
            unit = float(weighted(self.program).costs[-1]) / float(stages[k].costs[-1])
            return self.scaled.multipliers(self.rows, self.cut.reduced(self.costs, self.rows), self.scale * unit)
        costs = np.concatenate([stages[j].costs * RATIO**steps for j, steps in power.items()])
        own = Stage(stages[k].name, np.concatenate([stages[j].columns for j in power]), costs)
        scaled, scale = self.scaled.costs(own)
        rows = self.cut.backward(self.windows.spans(len(self.program.months)), scaled, self.settled)
        return self.scaled.multipliers(rows, self.cut.reduced(scaled, rows), scale)


def patient(windows: Windows, months: int, work: Callable[[Sequence[Span]], Floats]) -> tuple[Windows, Floats]:
    """What does this work find with these windows, or with longer ones where one of them finds nothing feasible?"""
    while True:
        spans = windows.spans(months)
        try:
            return windows, work(spans)
        except NoPiece as error:
            if error.status is not Status.INFEASIBLE or len(spans) == 1:
                raise
            windows = windows.longer()


def _plan(question: Mapping[str, Any], base: Whole, options: Options, windows: Windows | None) -> Whole:
    """Which plan with exports, home held at the baseline's?"""
    program = with_exports(question, base)
    scaled = Scaled(program)
    costs, _ = scaled.costs(weighted(program))
    cut, prices = Cut(scaled, options, base), need_prices(program, scaled, costs)
    chosen = windows or fitting(program, HEAVIER * PIECE)
    _, settled = patient(chosen, len(program.months), partial(cut.forward, costs=costs, after=prices))
    return held_plan(question, base, program.columns.split(np.maximum(scaled.figures(settled), 0.0)))
