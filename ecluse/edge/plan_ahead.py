"""How does a plan go on: an urgent order for home comes in, or its first months stand and the rest is made again?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.base.errors import BadInputError
from ecluse.base.words import say as word
from ecluse.edge.commands import out
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.edge.plan import question_at, sound_plan, write_plan
from ecluse.edge.plan_report import differences, figures, totals
from ecluse.edge.plan_stop import ends_when_stopped, stoppable
from ecluse.edge.plan_tables import ROWS_SHOWN, columns, figure_table

if TYPE_CHECKING:
    from ecluse.plan.paper import NoPlan
    from ecluse.plan.surge import Shrunk, Surge

YES, NO = 0, 1
MOST_UNITS = 10**12
FIGURE_COLUMNS = ("class", "model", "month", "figure", "before", "after")
Document = Mapping[str, Any]


@ends_when_stopped
def surge(
    file: str, class_: str, units: int, first: str, last: str, frozen: int, certificates: str, result: str,
    as_json: bool,
) -> int:  # fmt: skip
    """What does an urgent home order do to a plan: the new plan, certificates that shrink, units that stay? 0: told.

    1: there is no plan with it, or not all of it can be made by the end.
    """
    from ecluse.edge.plan_certificates import certificates_in, promised
    from ecluse.edge.plan_commands import no_plan
    from ecluse.plan.surge import carried, shrink, standing, with_order

    lang, plan = person_language(), sound_plan(Path(file))
    question = plan["question"]
    due = _due(question, class_, units, first, last)
    _standing(question, frozen)
    held = certificates_in(Path(certificates), question) if certificates else promised(plan)
    open_ = standing(question, plan["baseline"]["values"], frozen)
    asked = stoppable(lambda: with_order(question, "urgent", class_, due, open_))
    found = stoppable(lambda: _solved(asked.question, plan, frozen, lang))
    if "why" in found:
        return no_plan(found["why"], asked.question, lang, as_json)
    shrunk = stoppable(lambda: shrink(held, carried(asked.question, found["plan"]["values"], held), question["months"]))
    if result:
        write_plan(Path(result), found)
    form = _surge_form(plan, found, asked, shrunk, class_, due)
    if as_json:
        out(form)
    else:
        _tell_surge(form, len(held), lang)
    if result:
        tell(word("plan.solve.written", lang, path=result))
    return NO if asked.units_missing else YES


def _due(question: Mapping[str, Any], class_: str, units: int, first: str, last: str) -> list[int]:
    """How many units fall due by month: in equal parts from the first month to the last, the earlier ones first?"""
    months, pools = list(question["months"]), [pool["id"] for pool in question["pools"]]
    if class_ not in pools:
        raise BadInputError.one("--class", "a class of the plan", class_, f"name one: {', '.join(pools)}")
    if not 0 < units <= MOST_UNITS:
        raise BadInputError.one("--units", f"1 to {MOST_UNITS}", str(units), "name the units that are urgent")
    first, last = first or months[0], last or months[-1]
    for option, month in (("--from", first), ("--by", last)):
        if month not in months:
            expected = f"a month from {months[0]} to {months[-1]}"
            raise BadInputError.one(option, expected, month, "name a month of the plan")
    if first > last:
        raise BadInputError.one("--by", f"a month from {first} on", last, "swap --from and --by")
    inside = [t for t, month in enumerate(months) if first <= month <= last]
    each, more = divmod(units, len(inside))
    return [(each + (inside.index(t) < more)) if t in inside else 0 for t in range(len(months))]


def _standing(question: Mapping[str, Any], frozen: int) -> None:
    """Raises BadInputError where so many first months do not stand, or leave none to plan."""
    most = len(question["months"]) - 1
    if not 0 <= frozen <= most:
        raise BadInputError.one("--frozen", f"0 to {most} months", str(frozen), "leave a month to plan")


def _solved(question: Mapping[str, Any], last: Document, frozen: int, lang: str) -> dict[str, Any]:
    """The plan of this question, of equal ones the nearest to the last; or under `why` why there is none."""
    from ecluse.edge.plan_commands import Progress
    from ecluse.plan.checker import PlanError
    from ecluse.plan.paper import NoPlan, solve_question
    from ecluse.plan.rolling import rolled
    from ecluse.plan.solve import Options

    options = Options(progress=Progress(lang))
    try:
        found = rolled(question, last, frozen, options) if frozen else solve_question(
            question, options=options, near=last,
            log_baseline=lambda digest: tell(word("plan.solve.baseline", lang, digest=digest)),
        )  # fmt: skip
    except PlanError as error:
        found = NoPlan("plan", "not whole", (str(error),))
    return {"why": found} if isinstance(found, NoPlan) else found


def _surge_form(
    plan: Document, found: Document, asked: Surge, shrunk: Sequence[Shrunk], class_: str, due: Sequence[int]
) -> dict[str, Any]:
    months = plan["question"]["months"]
    return {
        "outcome": "short" if asked.units_missing else "met",
        "order": {
            "class": class_, "units": sum(due),
            "due": {month: units for month, units in zip(months, due, strict=True) if units},
            "by_model": {model: sum(units) for model, units in asked.by_model.items()},
            "units_missing": asked.units_missing, "units_late": asked.units_late,
        },
        "rule": found["question"]["rule"],
        "digests": {"before": dict(plan["digests"]), "after": dict(found["digests"])},
        "certificates": [asdict(one) for one in shrunk],
        "models": _models(plan, found),
        "units_stay": _stay(plan, found),
        "totals": list(_changes(plan, found)),
    }  # fmt: skip


def _stay(plan: Document, found: Document) -> list[dict[str, Any]]:
    """Which units were to leave and leave no more, by model, destination and month?"""
    question = plan["question"]
    return [
        {"model": sale["product"], "destination": sale["destination"], "sale": sale["id"], "month": month}
        | {"units_before": before, "units_after": after}
        for sale, *leaves in zip(
            question["sales"], plan["plan"]["values"]["g"], found["plan"]["values"]["g"], strict=True
        )
        for month, before, after in zip(question["months"], *leaves, strict=True)
        if after < before
    ]


def _models(plan: Document, found: Document) -> list[dict[str, Any]]:
    """Of which models does another number leave than before?"""
    units: dict[str, list[int]] = {}
    pairs = zip(plan["plan"]["values"]["g"], found["plan"]["values"]["g"], strict=True)
    for sale, leaves in zip(plan["question"]["sales"], pairs, strict=True):
        own = units.setdefault(sale["product"], [0, 0])
        for place, months in enumerate(leaves):
            own[place] += sum(months)
    return [
        {"model": model, "units_before": before, "units_after": after}
        for model, (before, after) in units.items()
        if before != after
    ]


def _changes(plan: Document, found: Document) -> Any:
    before, after = (totals(figures(each["question"], each["plan"]["values"])) for each in (plan, found))
    return (row for row in differences(before, after) if row["model"] is None)


def _tell_surge(form: Mapping[str, Any], held: int, lang: str) -> None:
    order = form["order"]
    facts = {"units": order["units"], "name": order["class"]}
    print(word("planask.surge.order", lang, models=len(order["by_model"]), **facts))
    if order["units_missing"]:
        print(word("planask.surge.missing", lang, units=order["units_missing"]))
    if order["units_late"] > order["units_missing"]:
        print(word("planask.surge.late", lang, units=order["units_late"]))
    shrunk, stay = form["certificates"], form["units_stay"]
    less = sum(one["units_before"] - one["units_after"] for one in shrunk)
    print(word("planask.surge.certificates", lang, count=len(shrunk), held=held, units=less))
    names = ("certificate", "units_before", "units_after", "units_recalled", "units_beyond")
    if shrunk:
        rows = [[one[name] for name in names] for one in shrunk[:ROWS_SHOWN]]
        columns([word(f"planask.surge.{name}", lang) for name in names], rows, lang)
    _more(len(shrunk), lang)
    models = form["models"]
    total = [sum(one[name] for one in models) for name in ("units_before", "units_after")]
    moved = sum(one["units_before"] - one["units_after"] for one in stay)
    print(word("planask.surge.stay", lang, units=total[0] - total[1], moved=moved, count=len(stay)))
    own = ("model", "units_before", "units_after")
    if models:
        most = sorted(models, key=lambda one: one["units_after"] - one["units_before"])[:ROWS_SHOWN]
        columns([word(f"planask.surge.{name}", lang) for name in own], [[o[n] for n in own] for o in most], lang)
    _more(len(models), lang)
    figure_table([tuple(row[name] for name in FIGURE_COLUMNS) for row in form["totals"]], lang)


def _more(count: int, lang: str) -> None:
    if count > ROWS_SHOWN:
        print(word("plan.whatif.more", lang, count=count - ROWS_SHOWN))


# ---------------------------------------------------------------- the months roll on


@ends_when_stopped
def roll(
    file: str, frozen: int, world: str, changes: Sequence[str], result: str, seconds: int, as_json: bool
) -> int:  # fmt: skip
    """Which plan is made when the first months of the last one stand? 0: written; 1: there is none."""
    from ecluse.edge.plan_commands import Progress, no_plan
    from ecluse.edge.plan_whatif import changes_of
    from ecluse.plan.changes import changed
    from ecluse.plan.rolling import rolled
    from ecluse.plan.solve import Options

    lang, last = person_language(), sound_plan(Path(file))
    months = last["question"]["months"]
    _standing(last["question"], frozen)
    question = question_at(Path(world), rule=last["question"]["rule"]) if world else last["question"]
    if changes:
        question = changed(question, changes_of(question, changes))
    options = Options(seconds=seconds or None, progress=Progress(lang))
    try:
        found: dict[str, Any] | NoPlan = stoppable(lambda: rolled(question, last, frozen, options))
    except ValueError as error:
        remedy = "name the world that the plan was made of, or solve anew"
        raise BadInputError.one(world or file, "the makes, sales and months of the plan", str(error), remedy) from None
    if not isinstance(found, dict):
        return no_plan(found, question, lang, as_json)
    write_plan(Path(result), found)
    rows = list(_changes(last, found))
    if as_json:
        out({"outcome": "solved", "frozen": list(months[:frozen]), "previous": dict(last["digests"])}
            | {"digests": dict(found["digests"]), "totals": rows})  # fmt: skip
    else:
        print(
            word("planask.roll.frozen", lang, months=", ".join(months[:frozen]) or "–", digest=last["digests"]["plan"])
        )
        figure_table([tuple(row[name] for name in FIGURE_COLUMNS) for row in rows], lang)
    tell(word("plan.solve.written", lang, path=result))
    return YES
