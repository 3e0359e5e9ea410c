"""What is written in the plan file: question, baseline, plan, proof, and what lets a stranger check them?

The baseline is solved, made whole and known by its digest before anything is asked about exports.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ecluse.plan import checker
from ecluse.plan.checker import FORMAT, PlanError, Question
from ecluse.plan.integer import Told as WholeTold
from ecluse.plan.integer import whole_columns
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.proof import allowance, stage_values, whole_multipliers
from ecluse.plan.rounding import RoundingError, again, whole_baseline, whole_plan
from ecluse.plan.solve import Infeasible, Options, Outcome, Solved, Solver
from ecluse.plan.written import Whole, ledger

Told = Callable[[str], None]
WHOLE_SECONDS = 120  # so long may the solver seek whole units for each part when it is asked to; a person may say else
SECONDS = 60.0  # where rounding found nothing, so long may the solver look for whole units itself


@dataclass(frozen=True, slots=True)
class NoPlan:
    """No plan was made: of which part, why (`infeasible`, `stopped`, `not whole`), and which rows say so."""

    part: str
    why: str
    rows: tuple[str, ...] = ()
    outcome: Outcome | None = None


def plan_document(question: Mapping[str, Any], base: Whole, plan: Whole, proof: Mapping[str, Any]) -> dict[str, Any]:
    """Which file do these parts make? Raises PlanError when the checker would refuse it."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "question": dict(question),
        "baseline": baseline_part(question, base, proof),
        "plan": {"values": plan, "ledger": ledger(question, plan, base)},
        "proof": dict(proof),
    }
    document |= checker.kept(document)
    document["plan"]["ledger"] += marks(document["sums"])
    document["digests"]["plan"] = digest(document["plan"])
    checker.check(document)
    return document


def marks(sums: Mapping[str, int]) -> list[list[int]]:
    """With which entries does the ledger of a plan end: the sum of each record of the question, and of the allowance?

    So that no record can be another, whatever is summed up anew, unless the ledger is too.
    """
    return [[own, 0, 0] for at, own in sums.items() if at[:9] in ("question/", "proof/all")]


def baseline_part(question: Mapping[str, Any], base: Whole, proof: Mapping[str, Any]) -> dict[str, Any]:
    """What stands of the baseline in the file: values, and a ledger with every row's multipliers added up?"""
    by_row = [sum(row) for row in zip(*proof["multipliers"], strict=True)]
    caps = [[0, sum(map(abs, costs.values())), 0] for _, costs in Question(question).stages()[:-1]]
    rows = [*ledger(question, base, None), *caps]
    entries = [[slack, weight, own] for (slack, weight, _), own in zip(rows, by_row, strict=True)]
    return {"values": base, "ledger": entries}


def digest(part: Any) -> str:
    """Under which digest is a part of the plan known?"""
    return hashlib.sha256(checker.spelled(part).encode()).hexdigest()


def with_digests(document: Mapping[str, Any]) -> dict[str, Any]:
    """Which file is it once its digests are made anew?"""
    return {**document, "digests": checker.kept(document)["digests"]}


def solve_question(
    question: Mapping[str, Any], *, options: Options | None = None, by_weights: bool = False, integer: bool = False,
    log_baseline: Told | None = None, near: Mapping[str, Any] | None = None, whole_told: WholeTold | None = None,
) -> dict[str, Any] | NoPlan:  # fmt: skip
    """Which plan answers this question? The plan file, or why there is none.

    `log_baseline` is told the baseline's digest before the export plan is begun. `near`: the last published plan; of
    plans that are equal at every stage the one that changes its output and sales least is taken. `integer`: the solver
    seeks whole units, `whole_told` hears what each stage came to. Raises PlanError for a question that is not one.
    """
    checker.shaped(question, "question")
    program = baseline(question)
    solver = Solver(program, options)
    seconds = WHOLE_SECONDS if options is None or options.seconds is None else options.seconds
    whole: Any = {"integer": integer, "seconds": seconds, "told": whole_told}
    base = made("baseline", solver.solve(by_weights=by_weights), question, None, **whole)
    if isinstance(base, NoPlan):
        return base
    proof = whole_multipliers(program, solver.duals(program.stages, stage_values(question, base)))
    proof["allowance"] = allowance(question)
    if log_baseline:
        log_baseline(digest(baseline_part(question, base, proof)))
    offered = with_exports(question, base)
    last = None if near is None else near["plan"]["values"]
    outcome = Solver(offered, options).solve(by_weights=by_weights, near=last)
    plan = made("plan", outcome, question, base, **whole)
    return plan if isinstance(plan, NoPlan) else plan_document(question, base, plan, proof)


def made(
    part: str,
    outcome: Outcome,
    question: Mapping[str, Any],
    base: Whole | None,
    integer: bool = False,
    seconds: float | None = None,
    told: WholeTold | None = None,
) -> Whole | NoPlan:
    """Which part of the plan in whole units do a solver's findings make?"""
    if isinstance(outcome, Infeasible):
        return NoPlan(part, "infeasible", tuple(outcome.rows), outcome)
    if not isinstance(outcome, Solved):
        return NoPlan(part, "stopped", (outcome.stage,), outcome)
    rounded, why = None, ""
    try:
        said = outcome.values
        rounded = whole_baseline(question, said) if base is None else whole_plan(question, base, said)
    except (RoundingError, PlanError) as error:
        why = str(error)
    if rounded is not None and not integer:
        return rounded
    try:
        limit = seconds if integer else SECONDS
        return again(question, whole_columns(outcome.program, limit, told, rounded), base)
    except (RoundingError, PlanError) as error:
        return rounded or NoPlan(part, "not whole", tuple(filter(None, (why, str(error)))))
