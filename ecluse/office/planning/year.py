"""Which plan answers a year's question? A process of its own solves it, tells stage by stage how far it is, and ends.

The question comes on standard input, what is told goes to a file of the private folder, and so does the plan's
document, whole or not at all. It knows no Django, no database and no key; a signal ends it at once.

    python -m ecluse.office.planning.year FOLDER < QUESTION
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.edge.plan import question_at
from ecluse.edge.plan_why import contradictions
from ecluse.edge.plan_why import lines as told_lines
from ecluse.office.planning.telling import Record, Telling, written
from ecluse.plan import checker
from ecluse.plan.blocks import Program
from ecluse.plan.changes import changed, spelled
from ecluse.plan.checker import PlanError
from ecluse.plan.model import baseline, with_exports
from ecluse.plan.paper import NoPlan, baseline_part, digest, made, plan_document
from ecluse.plan.proof import allowance, stage_values, whole_multipliers
from ecluse.plan.solve import Options, Solver

STATE, DOCUMENT = "year.json", "year.document.json"
READ, PROVE, ROUND, CHECK = ("question", "read"), ("proof", "prove"), ("whole", "round"), ("check", "add")
MOST_ROWS = 60
LANGUAGES = ("uk", "en", "fr")


def solve(folder: Path, asked: Record) -> str:
    """Solve what is asked, telling how far it is. How did it end?"""
    question, near = asked.pop("question", None), asked.pop("near", None)
    telling = Telling(folder / STATE, asked)
    try:
        telling.expect(READ[0], READ[1:])
        telling.begin(*READ)
        question = _question(asked, question)
        found = _plan(question, telling, near if _is_alike(near, question) else None)
        if isinstance(found, NoPlan):
            telling.end("none", why=found.why, rows=list(found.rows[:MOST_ROWS]), told=_told(found, question))
        else:
            written(folder / DOCUMENT, json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
            units = sum(sum(months) for months in found["plan"]["values"]["g"])
            telling.end("solved", digests=found["digests"], solved_rule=question["rule"], units_exported=units)
    except (BadInputError, PlanError, KeyError, ValueError) as error:
        telling.end("bad", found=str(error)[:2_000])
    return str(telling.state["state"])


def _question(asked: Record, question: Any) -> Any:
    """The question that was sent, or that of a world's tables; with the changes asked for, under the rule asked for."""
    found = question if question is not None else question_at(Path(asked["world"]))
    found = changed(found, [spelled(text) for text in asked.get("changes", ())])
    return {**found, "rule": asked["rule"]} if asked.get("rule") else found


def _is_alike(near: Any, question: Mapping[str, Any]) -> bool:
    """Has the last plan the same lists? Else nothing of it can be kept near."""
    if near is None:
        return False
    one, other = (
        [[r["id"] for r in asked[name]] for name in ("makes", "sales")] for asked in (near["question"], question)
    )
    return one == other and near["question"]["months"] == question["months"]


def _plan(question: Mapping[str, Any], telling: Telling, near: Any) -> Record | NoPlan:
    """Baseline first, made whole, proven and known by its digest; only then the plan with exports."""
    checker.shaped(question, "question")
    program = baseline(question)
    names = [stage.name for stage in program.stages]
    _expect(telling, names, is_near=near is not None)
    solver = Solver(program, Options(progress=telling.hearing("baseline")))
    base = made("baseline", solver.solve(), question, None)
    if isinstance(base, NoPlan):
        return base
    values = stage_values(question, base)
    telling.figures("baseline", "value", dict(zip(names, values, strict=False)))
    telling.begin(*PROVE)
    proof = whole_multipliers(program, solver.duals(program.stages, values))
    proof["allowance"] = allowance(question)
    telling.state["baseline"] = digest(baseline_part(question, base, proof))
    offered = with_exports(question, base)
    telling.begin("plan", "weighted")
    last = None if near is None else near["plan"]["values"]
    outcome = Solver(offered, Options(progress=telling.hearing("plan"))).solve(near=last)
    telling.begin(*ROUND)
    plan = made("plan", outcome, question, base)
    if isinstance(plan, NoPlan):
        return plan
    telling.figures("plan", "value", _values(offered, plan))
    telling.begin(*CHECK)
    document = plan_document(question, base, plan, proof)
    telling.figures("baseline", "bound", {name: bound for name, _, bound in checker.judged(document)})
    return document


def _expect(telling: Telling, names: list[str], *, is_near: bool) -> None:
    telling.expect("baseline", ["weighted", *names])
    telling.expect(PROVE[0], PROVE[1:])
    telling.expect("plan", ["weighted", *names, "receipts", *(["nearness"] if is_near else [])])
    for part, *stages in (ROUND, CHECK):
        telling.expect(part, stages)
    telling.begin("baseline", "weighted")


def _values(program: Program, plan: Mapping[str, Any]) -> dict[str, int]:
    """What does each stage of the plan in whole units come to? Receipts count from nought up."""
    vector = program.columns.join(dict(plan))
    return {stage.name: abs(int(stage.costs @ vector[stage.columns])) for stage in program.stages}


def _told(found: NoPlan, question: Mapping[str, Any]) -> dict[str, list[str]]:
    """Why is there no plan, in words of three languages?"""
    if found.why != "infeasible":
        return {}
    told, more = contradictions(question)
    return {lang: list(told_lines(told, more, lang)) for lang in LANGUAGES}


if __name__ == "__main__":
    raise SystemExit(0 if solve(Path(sys.argv[1]), json.load(sys.stdin)) == "solved" else 1)
