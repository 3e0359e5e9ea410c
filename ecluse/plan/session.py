"""What if? A question stays in the solver's hands, and a changed one is answered from where the last answer stands.

Every change is handled alike: the changed question is written anew, which takes hundredths of a second, and only what
differs is told to the solver. Where figures moved to other rows, as with a payment lag, the whole matrix is handed
over again together with the place of the last answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecluse.plan.blocks import Ints, Program
from ecluse.plan.changes import ABROAD, Change, changed
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.scaled import Floats, Scaled
from ecluse.plan.solve import Options, Outcome, Solved, Solver, weighted

__all__ = ["Answer", "Session", "no_better"]

FEW = 4_000  # coefficients that are told one by one; past that the matrix is handed over whole
MANY = 3_000  # costs or places of coefficients that moved: as many steps as from nothing, and slower ones
NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what the solver says of it, by weights and in floats: without exports, and with them.

    `plan` is None where the baseline is no optimum.
    """

    question: Mapping[str, Any]
    baseline: Outcome
    plan: Outcome | None


class Session:
    """A question held ready for what-ifs; each is asked of the question as it was opened."""

    def __init__(self, question: Mapping[str, Any], options: Options | None = None) -> None:
        self.question, self.options = question, options or Options()
        self._baseline, self._plan = Held(self.options), Held(self.options)
        self.opened = self._answer(question)

    def what_if(self, changes: Iterable[Change]) -> Answer:
        """What is the answer with these changes, alone or together?"""
        asked = list(changes)
        known = self.opened.baseline if all(change.kind in ABROAD for change in asked) else None
        return self._answer(changed(self.question, asked), known)

    def _answer(self, question: Mapping[str, Any], known: Outcome | None = None) -> Answer:
        """`known`: the baseline, where nothing of it was changed."""
        base = known or self._baseline.solve(baseline(question))
        if not isinstance(base, Solved):
            return Answer(question, base, None)
        return Answer(question, base, self._plan.solve(with_exports(question, no_better(base))))


def no_better(base: Solved) -> dict[str, Ints]:
    """Which backlog and purchases in whole units are no better than these in floats? The floats still keep to them."""
    unmet, given = (_of_needs(base, name) for name in "ub")
    bought = np.floor(np.cumsum(given, axis=1) + NEAR)
    return {"u": np.ceil(unmet - NEAR).astype(np.int64), "b": np.diff(bought, axis=1, prepend=0).astype(np.int64)}


def _of_needs(base: Solved, name: str) -> Floats:
    block = base.program.columns.blocks[name]
    return base.vector[block.start : block.start + block.size].reshape(-1, max(1, block.months))


class Held:
    """A program in the solver's hands, and one after it that is much like it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.solver: Solver | None = None
        self.outcome: Outcome | None = None

    def solve(self, program: Program) -> Outcome:
        """What is the best by weights? Warm where the program is like the one before."""
        self.outcome = self._solved(program)
        return self.outcome

    def _solved(self, program: Program) -> Outcome:
        before = self.solver
        if before is None or before.place is None or not _alike(before.program, program):
            self.solver = Solver(program, self.options)
            return self.solver.solve(by_weights=True)
        if isinstance(self.outcome, Solved) and _same(before.program, program):
            return self.outcome
        scaled = Scaled(program, like=before.scaled)
        if _moved(before.program, program) > MANY:  # the last answer is no nearer than nothing
            self.solver = Solver(program, self.options)
            return self.solver.solve(by_weights=True)
        # Where only prices move, the last answer is still nearly feasible, and the primal method is at home.
        onward = np.array_equal(before.program.rhs, program.rhs) and scaled.same_pattern(before.scaled)
        if not (scaled.same_pattern(before.scaled) and _told(before, scaled)):
            before.engine.reload(scaled)
        before.program, before.scaled, before.engine.scaled = program, scaled, scaled
        return before.again(weighted(program), onward=onward)


def _moved(one: Program, other: Program) -> int:
    """How many costs are different, or stand at other coefficients?"""
    costs = sum(int((a.costs != b.costs).sum()) for a, b in zip(one.stages, other.stages, strict=True))
    if len(one.indices) == len(other.indices) and np.array_equal(one.starts, other.starts):
        return costs
    return max(costs, int(np.abs(np.diff(one.starts) - np.diff(other.starts)).sum()))


def _same(one: Program, other: Program) -> bool:
    """Is nothing changed at all?"""
    pairs: list[tuple[Any, Any]] = [(one.rhs, other.rhs), (one.indices, other.indices), (one.factors, other.factors)]
    pairs += [(a.costs, b.costs) for a, b in zip(one.stages, other.stages, strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


def _alike(one: Program, other: Program) -> bool:
    same = one.shape == other.shape and [f.name for f in one.families] == [f.name for f in other.families]
    blocks = [(b.name, b.size) for b in one.columns.blocks.values()]
    return same and blocks == [(b.name, b.size) for b in other.columns.blocks.values()]


def _told(before: Solver, scaled: Scaled) -> bool:
    """Could the differences be told one by one? Only the rows' limits, the columns' bounds and a few coefficients."""
    differs = np.flatnonzero(scaled.values != before.scaled.values)
    if len(differs) > FEW:
        return False
    rows = np.searchsorted(scaled.starts, differs, side="right") - 1
    engine = before.engine
    for row, column, value in zip(rows, scaled.indices[differs], scaled.values[differs], strict=True):
        engine.highs.changeCoeff(int(row), int(column), float(value))
    engine.tell_limits(scaled)
    return True
