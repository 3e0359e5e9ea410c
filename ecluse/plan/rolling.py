"""How is the plan made again when its first months stand already? Output and sales of those months stay as published.

The horizon rolls on: what was ordered and shipped is history, the rest is planned anew, near to what was published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ecluse.plan.blocks import Program
from ecluse.plan.checker import PlanError, Question
from ecluse.plan.holding import HELD, held_plan
from ecluse.plan.integer import WholeSolver
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.paper import NoPlan, plan_document
from ecluse.plan.proof import stage_values, whole_multipliers
from ecluse.plan.rounding import RoundingError, again, whole_baseline, whole_plan
from ecluse.plan.solve import Infeasible, Options, Outcome, Solved, Solver, weighted
from ecluse.plan.written import Whole, verified

Document = Mapping[str, Any]
SECONDS = 30  # so long may whole units be sought
FROZEN = {"x": "makes", "g": "sales"}  # columns that stay, and the records they belong to


def rolled(
    question: Mapping[str, Any], last: Document, months: int, options: Options | None = None
) -> dict[str, Any] | NoPlan:
    """Which plan answers this question when the first months of the last published plan stand?

    The question may say other figures, not other makes, sales or months. Raises ValueError when it does.
    """
    _same_records(question, last["question"], months)
    program = baseline(question)
    solver = Solver(program, options)
    base = _made("baseline", question, solver, last["baseline"]["values"], months, None)
    if isinstance(base, NoPlan):
        return base
    # The proof is of the best baseline, frozen months or not: what they cost shows as a gap.
    free = Solver(program, options)
    free.solve()
    proof = whole_multipliers(program, free.duals(program.stages, stage_values(question, base)))
    offered = Solver(with_exports(question, base), options)
    plan = _made("plan", question, offered, last["plan"]["values"], months, base)
    return plan if isinstance(plan, NoPlan) else plan_document(question, base, plan, proof)


def _made(
    part: str, question: Mapping[str, Any], solver: Solver, published: Whole, months: int, base: Whole | None
) -> Whole | NoPlan:
    solver.freeze(published, months)
    outcome: Outcome = solver.solve(near=published)
    if isinstance(outcome, Infeasible):
        return NoPlan(part, "infeasible", tuple(outcome.rows), outcome)
    if not isinstance(outcome, Solved):
        return NoPlan(part, "stopped", (outcome.stage,), outcome)
    faults: list[str] = []
    said, tight = _as_published(outcome.values, published, months), tightened(question, published, months)
    ways: tuple[Callable[[], Whole], ...] = (
        lambda: _whole(tight, base, said),
        lambda: _whole(tight, base, _sold_first(said, months)),
        lambda: _held(question, solver, published, months, base),
        lambda: again(question, published, base),  # the published plan itself, worked out anew
        lambda: again(question, _searched(solver.program, published, months), base),
    )
    for way in ways:
        try:
            made = way()
        except (RoundingError, PlanError) as error:
            faults.append(str(error))
            continue
        if not (broken := thawed(question, made, published, months)):
            return made
        faults += broken
    return NoPlan(part, "not whole", tuple(faults))


def _held(question: Mapping[str, Any], solver: Solver, published: Whole, months: int, base: Whole | None) -> Whole:
    """Where rounding moves what stands: which plan leaves home all that it gets in the baseline, and what stands?"""
    if base is None:
        raise RoundingError("there is no baseline to hold to")
    held = Solver(solver.program, solver.options)
    held.freeze(published, months)
    held.hold(base, HELD)
    outcome = held.solve(near=published)
    if not isinstance(outcome, Solved):
        raise RoundingError("what stands leaves no room for all that home gets in the baseline")
    said = _as_published(outcome.values, published, months)
    return verified(question, held_plan(tightened(question, published, months), base, said, months), base)


def _searched(program: Program, published: Whole, months: int) -> Mapping[str, Any]:
    """Where rounding moves what stands: which whole units does the solver find itself, by weights?"""
    solver = WholeSolver(replace(program, stages=(weighted(program),)), SECONDS)
    bounds = solver.scaled.bounds
    for block in FROZEN:
        if block in program.columns.blocks and published.get(block):
            own = np.asarray(published[block])[:, :months]
            at = program.columns.blocks[block].at(np.arange(len(own))[:, None], np.arange(months)).reshape(-1)
            bounds.lower[at] = bounds.upper[at] = own.reshape(-1) / solver.scaled.column_scale[at]
    return program.columns.split(solver.solve())


def _whole(question: Mapping[str, Any], base: Whole | None, said: Mapping[str, Any]) -> Whole:
    return whole_baseline(question, said) if base is None else whole_plan(question, base, said)


def tightened(question: Mapping[str, Any], published: Whole, months: int) -> dict[str, Any]:
    """Which question lets no more leave in its first months than was published? So that rounding adds nothing."""
    if "g" not in published:
        return dict(question)
    sold = zip(question["sales"], published["g"], strict=True)
    sales = [{**sale, "demand": units[:months] + sale["demand"][months:]} for sale, units in sold]
    return {**question, "sales": sales}


def _as_published(said: Mapping[str, Any], published: Whole, months: int) -> dict[str, Any]:
    """In the first months by the published routes: the solver may have split them in fractions."""
    found = dict(said)
    for block in ("x", "e"):
        if block in said and len(said[block]) == len(published.get(block, ())):
            pairs = zip(published[block], said[block], strict=True)
            found[block] = [before[:months] + list(after[months:]) for before, after in pairs]
    return found


def _sold_first(said: Mapping[str, Any], months: int) -> dict[str, Any]:
    """What stands leaves before anything else may; what is sold later then takes what is left."""
    routes = [units[:months] + [0] * (len(units) - months) for units in said.get("e", ())]
    return {**said, "e": routes}


def thawed(question: Mapping[str, Any], values: Whole, published: Whole, months: int) -> Sequence[str]:
    """Which outputs and sales of the first months differ from what was published?"""
    return [
        f"{block}/{record['id']}/{question['months'][t]}"
        for block, records in FROZEN.items()
        if block in values and block in published
        for place, record in enumerate(question[records])
        for t in range(months)
        if values[block][place][t] != published[block][place][t]
    ]


def _same_records(question: Mapping[str, Any], before: Mapping[str, Any], months: int) -> None:
    if question["months"] != before["months"] or not 0 <= months <= len(question["months"]):
        raise ValueError("the months are not those of the last plan, or fewer than stay")
    for records in FROZEN.values():
        if [each["id"] for each in question[records]] != [each["id"] for each in before[records]]:
            raise ValueError(f"{records}: not those of the last plan")
    Question(question)
