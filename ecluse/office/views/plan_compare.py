"""How do two plans differ? Any two of those on file, without exports or with them, and the one that was solved last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.edge.plan_report import Figures, differences, figures, totals
from ecluse.office.planning import runs
from ecluse.office.planning.adopted import filed_plan, filed_plans
from ecluse.office.planning.runs import YEAR
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_frame import (
    class_asked,
    may_ask,
    no_plan,
    plan_in_force,
    reads_plan,
    tabs,
)
from ecluse.office.views.plan_sides import by_model, by_month, receipts_chart, sides

WITHOUT = "/without"
SOLVED = "solved"
MOST_SHOWN = 200


@never_cache
@require_safe
@reads_plan
def compare_page(request: HttpRequest) -> HttpResponse:
    """Which two plans, and what is different by class, model and month?"""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None:
        return no_plan(request)
    choices = _choices(request, lang)
    one = _asked(request, "one", choices, f"{filed.id}{WITHOUT}")
    other = _asked(request, "other", choices, filed.id)
    (question, before), (_, after) = _figures(one), _figures(other)
    rows = list(differences(before, after))
    classes = [("", say("planpages.every_class", lang)),
               *((pool["id"], class_word(pool["id"], lang)) for pool in question["pools"])]  # fmt: skip
    class_ = class_asked(request, classes)
    shown = [row for row in rows if not class_ or row["class"] == class_]
    models, months = by_model(shown, lang), by_month(shown, lang)
    return page(request, "office/plan_compare.html", {
        **tabs(request), "choices": choices, "one": one, "other": other, "classes": classes, "class_here": class_,
        "chart": receipts_chart(question, before, after, lang), "is_same": not rows, "open": bool(class_),
        "answer": {
            **sides(question, totals(before), totals(after), lang),
            "models": models[:MOST_SHOWN], "models_more": max(0, len(models) - MOST_SHOWN),
            "months": months[:MOST_SHOWN], "months_more": max(0, len(months) - MOST_SHOWN),
        },
    })  # fmt: skip


def _choices(request: HttpRequest, lang: str) -> list[tuple[str, str]]:
    """Which plans may be put side by side? Each with its exports and without them; a planner's last solved one."""
    found = []
    for one in filed_plans():
        key = "planpages.compare.adopted" if one.is_adopted else "planpages.compare.committed"
        facts = {"id": one.id, "day": one.on}
        found.append((one.id, say(key, lang, **facts)))
        found.append((f"{one.id}{WITHOUT}", say("planpages.compare.without", lang, **facts)))
    last = runs.last_run(YEAR) if may_ask(request) else None
    if last is not None and last.state == "solved":
        found.append((SOLVED, say("planpages.compare.solved", lang)))
        found.append((f"{SOLVED}{WITHOUT}", say("planpages.compare.solved_without", lang)))
    return found


def _asked(request: HttpRequest, name: str, choices: list[tuple[str, str]], default: str) -> str:
    asked = request.GET.get(name) or default
    if asked not in dict(choices):
        raise Http404
    return asked


def _figures(asked: str) -> tuple[Mapping[str, Any], Figures]:
    """Of which question, and what does the plan come to month by month?"""
    id, part = (asked.removesuffix(WITHOUT), "baseline") if asked.endswith(WITHOUT) else (asked, "plan")
    document = _document(id)
    question: Mapping[str, Any] = document["question"]
    return question, figures(question, document[part]["values"])


def _document(id: str) -> Mapping[str, Any]:
    if id == SOLVED:
        content = runs.outcome(YEAR)
        if content is None:
            raise Http404
        found: Mapping[str, Any] = json.loads(content)
        return found
    filed = filed_plan(id)
    if filed is None:
        raise Http404
    return filed.document


PATHS = [path("plan/compare/", compare_page, name="plan_compare")]
