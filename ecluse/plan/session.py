"""What if? A question stays in the solver's hands, and a changed one is answered from where its answer stands.

Every change is handled alike: the changed question is written anew, which takes hundredths of a second, and only what
differs is told to the solver. Where figures moved to other rows, as with a payment lag, the whole matrix is handed
over again together with the place of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecluse.plan.blocks import Ints, Program
from ecluse.plan.changes import ABROAD, Change, changed
from ecluse.plan.engine import Place
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.scaled import Floats, Scaled
from ecluse.plan.solve import Options, Outcome, Solved, Solver, weighted

__all__ = ["Answer", "Session", "no_better"]

FEW = 4_000  # coefficients that are told one by one; past that the matrix is handed over whole
MANY = 300  # where more than one coefficient of so many moved, it takes as many steps as from nothing
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
    """A program in the solver's hands, and others much like it: each is solved from where the first one ended.

    So that an answer does not depend on what was asked before.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.first: First | None = None

    def solve(self, program: Program) -> Outcome:
        """What is the best by weights? Warm where the program is like the first one."""
        first = self.first
        if first is None:
            solver = Solver(program, self.options)
            outcome = solver.solve(by_weights=True)
            if isinstance(outcome, Solved):
                self.first = First(program, solver.scaled, solver, outcome, solver.engine.place())
            return outcome
        if not _alike(first.program, program) or _moved(first.program, program) > len(program.indices) // MANY:
            return Solver(program, self.options).solve(by_weights=True)  # its answer is no nearer than nothing
        if _same(first.program, program):
            return first.outcome
        return first.again(program)


@dataclass(frozen=True, slots=True)
class First:
    """The program that was solved first, its answer, and where its run ended; the solver goes on to others."""

    program: Program
    scaled: Scaled
    solver: Solver
    outcome: Solved
    place: Place

    def again(self, program: Program) -> Outcome:
        """What is the best of a program that is much like this one?"""
        solver, scaled = self.solver, Scaled(program, like=self.scaled)
        if not (scaled.same_pattern(solver.scaled) and _told(solver, scaled)):
            solver.engine.reload(scaled)
        solver.program, solver.scaled, solver.engine.scaled = program, scaled, scaled
        same = scaled.same_pattern(self.scaled)
        # A market that is closed moves many bounds and nothing else: many steps through places that are alike.
        perturbed = same and _only_bounds_moved(self.scaled, scaled)
        return solver.near(self.place, weighted(program), perturbed=perturbed)


def _moved(one: Program, other: Program) -> int:
    """How many coefficients stand at other places?"""
    if len(one.indices) == len(other.indices) and np.array_equal(one.starts, other.starts):
        return 0
    return int(np.abs(np.diff(one.starts) - np.diff(other.starts)).sum())


def _same(one: Program, other: Program) -> bool:
    """Is nothing changed at all?"""
    pairs: list[tuple[Any, Any]] = [(one.rhs, other.rhs), (one.indices, other.indices), (one.factors, other.factors)]
    pairs += [(a.costs, b.costs) for a, b in zip(one.stages, other.stages, strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


def _alike(one: Program, other: Program) -> bool:
    same = one.shape == other.shape and [f.name for f in one.families] == [f.name for f in other.families]
    blocks = [(b.name, b.size) for b in one.columns.blocks.values()]
    return same and blocks == [(b.name, b.size) for b in other.columns.blocks.values()]


def _only_bounds_moved(one: Scaled, other: Scaled) -> bool:
    """Are the coefficients and limits of all rows with more than one column as they were?"""
    rows = zip(one.row_limits, other.row_limits, strict=True)
    return np.array_equal(one.values, other.values) and all(np.array_equal(a, b) for a, b in rows)


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
