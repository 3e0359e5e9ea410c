"""What is the best a program allows: stage after stage, or by weights at once; and what shows that nothing is better?

The stages are found from a place near to the answer: first all of them together by weights, then each in its turn with
those before it held. docs/decisions/0005-the-plan.md has the measurements behind that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ecluse.plan.blocks import NOTHING, Ints, Program, Stage
from ecluse.plan.engine import Engine, Options, Place, Progress, Status
from ecluse.plan.scaled import Floats, Scaled

__all__ = ["Infeasible", "Options", "Outcome", "Progress", "Solved", "Solver", "Stopped", "solve", "stage_duals"]

WEIGHTED = "weighted"
CHANGES_COUNT = "xg"  # what is made and what is sold: changing these costs people something
RATIO = 10  # in the weighted mode a class weighs ten times the next
SAFE = 2**62
LEAST = 100  # and the last of them a hundred times what comes after the classes
SLACK, SLACK_LEAST = 1e-9, 1e-6  # by how much a held stage may give way: relative, and at least, in the solver's units


Values = Mapping[str, Sequence[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Solved:
    """An optimum in floats: columns by block, place and month, and what each stage reached."""

    program: Program
    vector: Floats
    reached: dict[str, float]

    @property
    def values(self) -> dict[str, list[list[Any]]]:
        return self.program.columns.split(self.vector)


@dataclass(frozen=True, slots=True)
class Infeasible:
    """Nothing is feasible: multipliers of the rows whose sum shows it (all zero where the solver gave none)."""

    program: Program
    multipliers: Floats

    @property
    def rows(self) -> list[str]:
        """Which rows contradict one another?"""
        return [self.program.row_name(int(row)) for row in np.flatnonzero(self.multipliers)]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Stopped before the optimum: why, at which stage, what the stages before reached, the best known of this one.

    `bound` is below every plan's value at this stage; `vector` is the last stage's plan, None when none was found.
    """

    program: Program
    why: str
    stage: str
    reached: dict[str, float]
    bound: float
    vector: Floats | None


Outcome = Solved | Infeasible | Stopped


def weighted(program: Program, ratio: int = RATIO) -> Stage:
    """Which single costs put the classes before one another by weights, and what follows them far behind?

    Whole numbers, so that a bound on them is exact too.
    """
    classes = [stage for stage in program.stages if stage.name.startswith("class/") and len(stage.costs)]
    after = [stage for stage in program.stages if stage.name == "receipts" and len(stage.costs)]
    if not classes and not after:
        return Stage(WEIGHTED, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    steps = [ratio ** (len(classes) - 1 - k) for k in range(len(classes))]
    size, last = (max([1, *(int(np.median(np.abs(s.costs))) for s in part)]) for part in (after, classes[-1:]))
    most = max([1, *(int(stage.costs.max()) * step for stage, step in zip(classes, steps, strict=True))])
    unit = max(1, min(LEAST * size // last, SAFE // most))
    parts = [stage.costs * (unit * step) for stage, step in zip(classes, steps, strict=True)]
    chosen = [*classes, *after]
    return Stage(
        WEIGHTED,
        np.concatenate([stage.columns for stage in chosen]),
        np.concatenate([*parts, *(stage.costs for stage in after)]),
    )


class Solver:
    """A program being solved; what one question found out serves the next."""

    def __init__(self, program: Program, options: Options | None = None) -> None:
        self.program, self.scaled = program, Scaled(program)
        self.options = options or Options()
        self.engine = Engine(self.scaled, self.options)
        self.place: Floats | None = None

    def freeze(self, last: Values, months: int) -> None:
        """Hold output and sales of the first months at what another plan said; to be told before `solve`."""
        columns, aims = self._of_plan(last, months)
        self.engine.fix(columns, aims)

    def hold(self, last: Values, blocks: str) -> None:
        """Hold these columns at what another plan said, in all months; to be told before `solve`."""
        for name in blocks:
            block = self.program.columns.blocks[name]
            columns = np.arange(block.start, block.start + block.size)
            aims = np.asarray(last[name], dtype=np.float64).reshape(-1)
            self.engine.fix(columns, aims / self.scaled.column_scale[columns])

    def solve(self, *, by_weights: bool = False, near: Values | None = None) -> Outcome:
        """What is the best plan, stage after stage or by weights at once?

        `near`: of equal plans the one whose output and sales change least against this one, the last published.
        """
        if (rows := self.scaled.contradictions()) is not None:
            return Infeasible(self.program, self._marked(rows))
        together = weighted(self.program)
        reached: dict[str, float] = {}
        outcome = self._reach(together, reached, onward=False)
        if outcome is not None or by_weights:
            return outcome or Solved(self.program, self._vector(), self.reached(self._vector()))
        for stage in self.program.stages:
            outcome = self._reach(stage, reached, onward=True)
            if outcome is not None:
                return outcome
            self._hold(stage, reached[stage.name])
        if near is not None:
            self._settle(near)
        return Solved(self.program, self._vector(), _of_stages(reached))

    def _settle(self, last: Values) -> None:
        """Of equal plans the nearest; where the solver does not find it, the one that was there stays."""
        columns, aims = self._of_plan(last, len(self.program.months))
        assert self.place is not None
        self.engine.aim(np.zeros(len(self.place)))
        self.engine.keep_near(columns, aims, self.place[columns])
        if self.engine.run(stage="nearness", onward=True) is Status.OPTIMAL:
            self.place = self.engine.columns

    def _of_plan(self, last: Values, months: int) -> tuple[Ints, Floats]:
        """Which columns of output and sales are there in the first months, and what did another plan say of them?"""
        columns, aims = [], []
        for name in CHANGES_COUNT:
            if name in self.program.columns.blocks and name in last:
                block, said = self.program.columns.blocks[name], np.asarray(last[name], dtype=np.float64)
                each = np.arange(min(len(said), len(block.slots)))[:, None]
                columns.append(block.at(each, np.arange(months)).reshape(-1))
                aims.append(said[: len(each), :months].reshape(-1))
        at = np.concatenate(columns)
        return at, np.concatenate(aims) / self.scaled.column_scale[at]

    def near(self, place: Place, stage: Stage, *, perturbed: bool) -> Outcome:
        """What is the best by these costs, from where a run on a program much like this one ended?"""
        if (rows := self.scaled.contradictions()) is not None:
            return Infeasible(self.program, self._marked(rows))
        run = partial(self.engine.run_near, place, perturbed=perturbed)
        outcome = self._reach(stage, {}, onward=False, run=run)
        return outcome or Solved(self.program, self._vector(), self.reached(self._vector()))

    def duals(self, stages: Sequence[Stage], caps: Sequence[int]) -> list[Floats]:
        """Which multipliers bound each stage from below while those before it are held at these whole values?

        One vector a stage: one figure a row of the program, then one a cap: all stages but the last. Onward from
        where the last run ended.
        """
        self.engine.lift()
        scales = [self.scaled.costs(stage) for stage in stages]
        found = []
        for k, (costs, scale) in enumerate(scales):
            if caps[k] == 0 and not (costs < 0).any():
                rows, held = np.zeros(self.program.shape[0]), np.zeros(k)  # nothing below zero: no multiplier is needed
            else:
                rows, held = self._duals(stages[k].name, costs, scale, [before for _, before in scales[:k]])
            found.append(np.concatenate([rows, held, np.zeros(max(0, len(stages) - 1 - k))]))
            self.engine.cap(costs, float(caps[k]) * scale)
        self.engine.lift()
        return found

    def _duals(self, name: str, costs: Floats, scale: float, before: Sequence[float]) -> tuple[Floats, Floats]:
        self.engine.aim(costs)
        if self.engine.run(stage=name, onward=self.place is not None, limited=False) is not Status.OPTIMAL:
            self.engine.run_again(limited=False)
        return self.engine.multipliers(scale, before)

    def reached(self, vector: Floats) -> dict[str, float]:
        """What does each stage come to in this plan?"""
        return {stage.name: float(stage.costs @ vector[stage.columns]) for stage in self.program.stages}

    def _reach(
        self, stage: Stage, reached: dict[str, float], *, onward: bool, run: Callable[..., Status] | None = None
    ) -> Outcome | None:
        costs, scale = self.scaled.costs(stage)
        self.engine.aim(costs)
        status = run(stage=stage.name) if run else self.engine.run(stage=stage.name, onward=onward)
        if status is Status.LOST:
            status = self.engine.run_again()
        if status is Status.OPTIMAL:
            self.place = self.engine.columns
            reached[stage.name] = float(costs @ self.place) / scale
            return None
        if status is Status.INFEASIBLE:
            self.engine.run_again()
            return Infeasible(self.program, self.engine.ray())
        bound = self._trivial(costs) / scale
        vector = None if self.place is None else self._vector()
        return Stopped(self.program, status.value, stage.name, _of_stages(reached), bound, vector)

    def _trivial(self, costs: Floats) -> float:
        """Below what can these costs never come, by the columns' own bounds?"""
        bounds = self.scaled.bounds
        ends = np.where(costs > 0, bounds.lower, bounds.upper)
        return float((costs[costs != 0] * ends[costs != 0]).sum())

    def _hold(self, stage: Stage, value: float) -> None:
        costs, scale = self.scaled.costs(stage)
        self.engine.cap(costs, value * scale + max(SLACK * abs(value * scale), SLACK_LEAST))

    def _vector(self) -> Floats:
        assert self.place is not None, "nothing was solved yet"
        return np.maximum(self.scaled.figures(self.place), 0.0)

    def _marked(self, rows: Any) -> Floats:
        found = np.zeros(self.program.shape[0])
        found[rows[rows != NOTHING]] = 1.0
        return found


def _of_stages(reached: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in reached.items() if name != WEIGHTED}


def solve(program: Program, options: Options | None = None, *, by_weights: bool = False) -> Outcome:
    """What is the best plan that a program allows?"""
    return Solver(program, options).solve(by_weights=by_weights)


def stage_duals(program: Program, caps: Sequence[int], options: Options | None = None) -> list[Floats]:
    """Which multipliers prove each stage of a program, those before it held at these whole values? From nothing."""
    solver = Solver(program, options)
    solver.solve(by_weights=True)
    return solver.duals(program.stages, caps)
