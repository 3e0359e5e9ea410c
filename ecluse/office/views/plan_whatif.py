"""What if something were otherwise? A planner's changes, and the answer of the solver beside the adopted plan's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ecluse.base.days import Month
from ecluse.base.words import POINTS, say, spell
from ecluse.office.planning import asked, asking
from ecluse.office.planning.adopted import Filed
from ecluse.office.planning.asking import SolverAwayError
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_frame import asks_solver, month_names, no_plan, plan_in_force, short, tabs
from ecluse.office.views.plan_sides import MOST_SHOWN, by_model, by_month, figures_of, sides
from ecluse.office.views.public_words import state_name
from ecluse.plan.changes import Change, spelled

# What planners ask most often, one touch away.
QUICK = ("budget=+5%", "budget=-10%", "rate=-10%", "lag=+1", "share=50%", "line=90%", "need=+10%", "destination=50%")
MOST_ROWS = 40
MILLISECONDS = 1_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@asks_solver
def what_if_page(request: HttpRequest) -> HttpResponse:
    """Which changes are asked about, and what is the answer? The solver is warmed while the page is read."""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None or filed.plan is None:
        return no_plan(request)
    if request.method != "POST":
        asking.warm(filed.plan.document, filed.document)
    texts, fault = _wish(request, filed)
    answer = _answer(filed, texts, lang) if texts and fault is None else None
    context = {
        **tabs(request), "filed": filed, "groups": _groups(filed, lang), "changes": changes_said(filed, texts, lang),
        "fault": fault, "answer": answer, "typed": request.POST, "quick": changes_said(filed, list(QUICK), lang),
        "months": list(zip(filed.question["months"], month_names(filed, lang), strict=True)),
        "is_part": (is_part := request.headers.get("HX-Request") == "true"),
    }  # fmt: skip
    return page(request, "office/plan_whatif_part.html" if is_part else "office/plan_whatif.html", context)


def _wish(request: HttpRequest, filed: Filed) -> tuple[list[str], tuple[str, str] | None]:
    """Which changes does the form hold now, and what is wrong with the one just typed?"""
    sent = request.POST
    texts = [text for text in sent.getlist("set") if text]
    if "drop" in sent:
        texts = [text for place, text in enumerate(texts) if str(place) != sent["drop"]]
    if "clear" in sent:
        return [], None
    typed = []
    if "quick" in sent:
        typed = [sent["quick"]]
    elif sent.get("value", "").strip() and "drop" not in sent:
        what = (sent.get(name, "") for name in ("what", "first", "last", "value"))
        typed = [asked.composed(*what)]
    try:
        asked.read(filed.question, [*texts, *typed])
    except asked.AskedError as error:
        return _readable(filed, texts), (error.key, error.found)
    return [*texts, *typed], None


def _readable(filed: Filed, texts: list[str]) -> list[str]:
    """The changes from before, without those that nobody could have put there by this page."""
    try:
        asked.read(filed.question, texts)
    except asked.AskedError:
        return []
    return texts


# ------------------------------------------------------------------ the answer


def _answer(filed: Filed, texts: list[str], lang: str) -> dict[str, Any]:
    """What does the solver say, in figures side by side; or why does it say nothing?"""
    assert filed.plan is not None
    try:
        found = asking.ask(filed.plan.document, filed.document, {"ask": "what_if", "changes": texts})
    except SolverAwayError:
        return {"outcome": "away"}
    outcome = found["outcome"]
    if outcome != "optimal":
        rows = found.get("rows", [])
        known = outcome if outcome in ("infeasible", "stopped") else "bad"
        return {"outcome": known, "rows": rows[:MOST_ROWS], "more": max(0, len(rows) - MOST_ROWS)}
    rows, milliseconds = found["rows"], found["milliseconds"]
    models, months = by_model(rows, lang), by_month(rows, lang)
    both = sides(filed.question, figures_of(found["before"]), figures_of(found["after"]), lang)
    return {
        "outcome": "optimal", "classes_differ": sum(any(one.sign for one in pairs) for _, pairs in both["by_class"]),
        **both, "seconds": seconds_said(milliseconds, lang), "is_same": not rows,
        "models": models[:MOST_SHOWN], "models_more": max(0, len(models) - MOST_SHOWN),
        "months": months[:MOST_SHOWN], "months_more": max(0, len(months) - MOST_SHOWN),
    }  # fmt: skip


def seconds_said(milliseconds: int, lang: str) -> str:
    """How are so many thousandths of a second written, to the hundredth?"""
    whole, part = divmod(milliseconds, MILLISECONDS)
    return f"{spell(whole, lang)}{POINTS[lang]}{part // 10:02}"


# ------------------------------------------------------------------ words


def _groups(filed: Filed, lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may change, in groups of one kind, as people call it?"""
    found: dict[str, list[tuple[str, str]]] = {}
    for choice in asked.choices(filed.question):
        said = record_said(filed.question, choice.kind, choice.record, lang)
        found.setdefault(choice.kind, []).append((choice.value, said))
    return [(say(f"planpages.group.{kind}", lang), own) for kind, own in found.items()]


def record_said(question: Mapping[str, Any], kind: str, record: str, lang: str) -> str:
    """What is it called that changes?"""
    if not record:
        return say(f"planpages.all.{kind}", lang)
    if kind == "destination":
        return state_name(record, lang)
    if kind == "need":
        need = next((one for one in question["needs"] if one["id"] == record), None)
        if need is not None:
            return say("planpages.need", lang, name=class_word(need["pool"], lang), priority=need["priority"])
    return short(record) if kind != "rate" else record


def changes_said(filed: Filed | None, texts: list[str], lang: str) -> list[tuple[str, str]]:
    """How are these changes spelled, and how told to a person?"""
    return [(text, text if filed is None else change_said(filed.question, spelled(text), lang)) for text in texts]


def change_said(question: Mapping[str, Any], change: Change, lang: str) -> str:
    """How is this change told to a person?"""
    kind = say(f"planpages.group.{change.kind}", lang)
    record = record_said(question, change.kind, change.record, lang) if change.record else ""
    months = [spell(Month.parse(month), lang) for month in (change.first, change.last) if month]
    amount = _amount(change, {"-": "−", "+": "+"}.get(change.sign, ""), lang)
    return " · ".join(part for part in (kind, record, " – ".join(months), amount) if part)


def _amount(change: Change, sign: str, lang: str) -> str:
    if change.share and not sign:
        return say("planpages.to_percent", lang, percent=change.amount)
    if change.share:
        return sign + say("planpages.percent", lang, percent=change.amount)
    if not sign and change.amount == 0:
        return say("planpages.to_nothing", lang)
    return f"{sign}{spell(change.amount, lang)}" if sign else say("planpages.to_figure", lang, figure=change.amount)


PATHS = [path("plan/what-if/", what_if_page, name="plan_what_if")]
