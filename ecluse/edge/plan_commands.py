"""What do the commands of the plan do: solve, check, what if, prove, and a planner's workbook?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.base.words import say as word
from ecluse.edge.commands import out
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.edge.plan_stop import ends_when_stopped, stoppable
from ecluse.edge.plan_tables import ROWS_SHOWN, figure_table, tell_rows

YES, NO = 0, 1
WINDOWS, MOST_MONTHS = re.compile(r"([0-9]{1,3})(?:\+([0-9]{1,3}))?"), 600


@ends_when_stopped
def solve(
    world: str, file: str, rule: str, integer: bool, weighted: bool, windows: str, seconds: int, as_json: bool
) -> int:
    """Which plan does this world allow? Written with its proof, or not at all. 0: written; 1: there is none."""
    from ecluse.edge.plan import question_at, write_plan
    from ecluse.plan.checker import PlanError
    from ecluse.plan.paper import NoPlan, solve_question
    from ecluse.plan.solve import Options
    from ecluse.plan.windows import needed, solve_by_windows

    lang, path = person_language(), Path(file)
    asked = _windows(windows, integer=integer, weighted=weighted)
    question = question_at(Path(world), rule=rule)
    sizes = {name: len(question[name]) for name in ("products", "months", "sales")}
    tell(word("plan.solve.asks", lang, world=world, rule=question["rule"], **sizes))
    given: dict[str, Any] = {
        "options": Options(seconds=seconds or None, progress=Progress(lang)),
        "log_baseline": lambda digest: tell(word("plan.solve.baseline", lang, digest=digest)),
    }
    try:
        if cut := asked or (None if integer or weighted else needed(question)):
            tell(word("plan.solve.windows", lang, each=cut.each, over=cut.over))
            given["options"] = replace(given["options"], solver="interior")
            plan = stoppable(lambda: solve_by_windows(question, windows=asked, **given))
        else:
            given |= {"by_weights": weighted, "integer": integer, "whole_told": partial(_tell_whole, lang)}
            plan = stoppable(lambda: solve_question(question, **given))
    except PlanError as error:
        plan = NoPlan("plan", "not whole", (str(error),))
    if isinstance(plan, NoPlan):
        return no_plan(plan, question, lang, as_json)
    write_plan(path, plan)
    tell_plan(plan, lang, as_json)
    tell(word("plan.solve.written", lang, path=file))
    return YES


def _windows(told: str, *, integer: bool, weighted: bool) -> Any:
    """Which windows does a person ask for, if any? Raises BadInputError for what is none, or does not go with it."""
    from ecluse.plan.windows import Windows

    if not told:
        return None
    found = WINDOWS.fullmatch(told)
    if found is None or not 0 < int(found[1]) <= MOST_MONTHS or int(found[2] or 0) > MOST_MONTHS:
        raise BadInputError.one("--windows", "MONTHS or MONTHS+AHEAD, as 9+3", told, "leave it out to have them chosen")
    if integer or weighted:
        other = "--integer" if integer else "--weighted"
        raise BadInputError.one("--windows", f"no {other} beside it", told, "windows go by weights and round")
    return Windows(int(found[1]), int(found[2] or 0))


def no_plan(found: Any, question: Mapping[str, Any], lang: str, as_json: bool) -> int:
    """Says why there is no plan, and which rows are at odds. 1: infeasible or not whole; 2: stopped before the end."""
    names = {"infeasible": "plan.solve.infeasible", "stopped": "plan.solve.stopped"}
    reason = found.rows[-1] if found.rows else found.part
    tell(word(names[found.why], lang) if found.why in names else word("plan.solve.unsound", lang, reason=reason))
    form = {"outcome": found.why, "part": found.part, "rows": list(found.rows)}
    if found.why == "infeasible":
        from ecluse.edge.plan_why import as_form, contradictions, lines

        told, more = contradictions(question)
        for line in lines(told, more, lang):
            tell(line)
        form["contradictions"] = as_form(told)
    else:
        tell_rows(found.rows, lang)
    if as_json:
        out(form)
    return 2 if found.why == "stopped" else NO


def _tell_whole(lang: str, stage: Any) -> None:
    """What did the solver find in whole units, and what does it know of anything better?"""
    if stage.is_best:
        tell(word("planask.whole.best", lang, stage=stage.name, value=stage.value))
    elif stage.bound is None:
        tell(word("planask.whole.late", lang, stage=stage.name, value=stage.value))
    else:
        gap = stage.value - stage.bound
        tell(word("planask.whole.found", lang, stage=stage.name, value=stage.value, bound=stage.bound, gap=gap))


class Progress:
    """Told by the solver how far it is; a stage's iterations are said now and then."""

    def __init__(self, lang: str) -> None:
        self.lang, self.stage, self.said = lang, "", 0

    def __call__(self, progress: Any) -> bool:
        if progress.stage != self.stage or progress.iterations >= 2 * max(1, self.said):
            self.stage, self.said = progress.stage, progress.iterations
            tell(word("plan.solve.stage", self.lang, stage=progress.stage, iterations=progress.iterations))
        return False


def tell_plan(plan: dict[str, Any], lang: str, as_json: bool) -> None:
    """What does the plan come to, how near is the baseline to the best, and why if nothing can leave?"""
    from ecluse.base.money import Money
    from ecluse.edge.plan_report import as_rows, displaced_minor, figures, totals
    from ecluse.plan import checker

    question, told = plan["question"], checker.check(plan)
    base, values = plan["baseline"]["values"], plan["plan"]["values"]
    found = totals(figures(question, values))
    by_class = {key: units for key, units in found.items() if key[1] is None}
    displaced = displaced_minor(question, base, values)
    if as_json:
        form = {"outcome": "solved", "rule": question["rule"], "checked": told, "digests": plan["digests"]}
        out({**form, "displaced_budget_minor": displaced, "totals": as_rows(by_class)})
        return
    for line in told:
        print(line)
    without = totals(figures(question, base))
    figure_table([(*key, without.get(key, 0), units) for key, units in by_class.items()], lang)
    if displaced > 0:
        print(word("plan.solve.displaced", lang, money=Money(displaced, question["currency"])))
    if not any(units for (*_, name), units in by_class.items() if name == "exported"):
        reason = word("plan.solve.no_room" if question["sales"] else "plan.solve.no_sales", lang)
        print(word("plan.solve.none", lang, rule=question["rule"], reason=reason))


# ---------------------------------------------------------------- check, what if, prove


@ends_when_stopped
def check(file: str, as_json: bool) -> int:
    """Does this plan hold? Plain additions, no solver. 0: it holds; 1: the first row that does not is named."""
    from ecluse.plan import checker

    if not as_json:
        return checker.main(file)
    import contextlib
    import io

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = checker.main(file)
    out({"holds": status == YES, "told": said.getvalue().splitlines()})
    return status


@ends_when_stopped
def whatif(file: str, changes: Sequence[str], as_json: bool) -> int:
    """What becomes different with these changes? 0: told; 1: there is no plan with them."""
    from ecluse.edge.plan import read_plan
    from ecluse.edge.plan_whatif import changes_of, side_by_side
    from ecluse.plan.session import Session

    lang, question = person_language(), read_plan(Path(file))["question"]
    try:
        meant = changes_of(question, changes)
        found = stoppable(lambda: side_by_side(Session(question), meant))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadInputError.one(file, "the question of a plan", repr(error), "see `ecluse plan check`") from None
    if as_json:
        out({"changes": list(changes), **found})
    if found["outcome"] != "optimal":
        is_before, is_stopped = found["which"] == "before", found["outcome"] == "stopped"
        key = "plan.whatif.before_infeasible" if is_before else "plan.whatif.infeasible"
        tell(word("plan.solve.stopped" if is_stopped else key, lang))
        tell_rows(found["rows"], lang)
        return NO
    if not as_json:
        _tell_differences(found, changes, lang)
    return YES


def _tell_differences(found: dict[str, Any], changes: Sequence[str], lang: str) -> None:
    names = ("class", "model", "month", "figure", "before", "after")
    print(word("plan.whatif.asks", lang, changes=", ".join(changes)))
    if not found["totals"]:
        print(word("plan.whatif.nothing", lang))
        return
    by_class = [row for row in found["totals"] if row["model"] is None]
    by_model = [row for row in found["totals"] if row["model"] is not None]
    by_month = [row for row in found["rows"] if row["model"] is None and row["class"] is not None]
    for rows in (by_class, by_model, by_month):
        if rows:
            figure_table([tuple(row[name] for name in names) for row in rows[:ROWS_SHOWN]], lang)
        if len(rows) > ROWS_SHOWN:
            print(word("plan.whatif.more", lang, count=len(rows) - ROWS_SHOWN))
    tell(word("plan.whatif.unrounded", lang))


@ends_when_stopped
def prove(file: str, proof: str, seconds: int, as_json: bool) -> int:
    """Is the optimum of the linear program in this MPS file proven exactly? 1: only bounded, or not at all."""
    from ecluse.edge.plan import write_plan
    from ecluse.edge.plan_programs import read_program
    from ecluse.plan.prove import gap
    from ecluse.plan.prove import prove as proven

    lang, program = person_language(), read_program(Path(file))
    found = stoppable(lambda: proven(program, seconds or None))
    told = gap(program, found)
    value, bound = told.value, told.bound
    form = {
        "proven": told.is_proven,
        "value": None if value is None else str(value),
        "bound": None if bound is None else str(bound),
        "gap": None if value is None or bound is None else str(abs(value - bound)),
        "faults": list(told.faults),
    }
    if as_json:
        out(form)
    elif form["gap"] is not None:
        key = "plan.prove.proven" if told.is_proven else "plan.prove.bounded"
        print(word(key, lang, **{name: form[name] for name in ("value", "bound", "gap")}))
    if form["gap"] is None:
        tell(word("plan.prove.unproven", lang, count=len(told.faults)))
        tell_rows(told.faults, lang)
        return NO
    write_plan(Path(proof), found)
    tell(word("plan.prove.written", lang, path=proof))
    return YES if told.is_proven else NO


# ---------------------------------------------------------------- workbooks


def workbook(world: str, file: str, as_json: bool) -> int:
    """Write a planner's tables of a world as a workbook, a sheet each."""
    from ecluse.edge.plan_workbook import write_tables

    names = write_tables(Path(world), Path(file))
    tell(word("plan.workbook.written", person_language(), path=file, count=len(names)))
    if as_json:
        out({"workbook": file, "tables": names})
    return YES


def take(world: str, file: str, folder: str, as_json: bool) -> int:
    """What does this workbook say otherwise than the world? Without a folder that is all; with one it is written."""
    from ecluse.edge.plan_workbook import differences, take_tables

    lang = person_language()
    found = take_tables(Path(world), Path(file), Path(folder)) if folder else differences(Path(world), Path(file))
    for difference in found:
        if as_json:
            print(json.dumps(asdict(difference), ensure_ascii=False))
            continue
        facts = {"table": difference.table, "row": difference.row}
        if difference.column is None:
            print(word("plan.take.added" if difference.before is None else "plan.take.removed", lang, **facts))
        else:
            empty = word("plan.take.empty", lang)
            cells = {"before": difference.before or empty, "after": difference.after or empty}
            print(word("plan.take.cell", lang, column=difference.column, **facts, **cells))
    if not found:
        tell(word("plan.take.same", lang))
    told = {"path": folder} if folder else {}
    tell(word("plan.take.written" if folder else "plan.take.dry", lang, count=len(found), **told))
    return YES
