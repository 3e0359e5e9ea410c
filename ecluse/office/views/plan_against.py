"""What became of the plan? Deliveries accepted at home beside it, and makers' claims of surplus beside shortage."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.days import Month
from ecluse.base.words import spell
from ecluse.office.desk.today import today
from ecluse.office.facts.plan_against import plan_against
from ecluse.office.people.bodies import names_of
from ecluse.office.views.charts import Chart, Series
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_frame import class_asked, no_plan, reads_plan, tabs

MOST_MAKERS = 60


@never_cache
@require_safe
@reads_plan
def against_page(request: HttpRequest) -> HttpResponse:
    """How did the plan's deliveries home, and the makers' claims of surplus, turn out by today?"""
    lang, on = language_of(request), getattr(request, "on", None) or today()
    found = plan_against(on)
    if found is None:
        return no_plan(request)
    names = names_of({one.maker for one in found.makers}, lang)
    ids = list(dict.fromkeys(one.class_ for one in found.beside))
    classes = [(id, class_word(id, lang)) for id in ids]
    class_ = class_asked(request, classes)
    rows = [one for one in found.beside if one.class_ == class_]
    return page(request, "office/plan_against.html", {
        **tabs(request), "on": on, "classes": classes, "class_here": class_,
        "rows": [(spell(Month.parse(one.month), lang), one,
                  f"/records/?{urlencode({'subject': f'home:{one.class_}'})}") for one in rows],
        "chart": _chart(rows, lang) if rows else None,
        "makers": [(names.get(one.maker, one.maker), f"/parties/{one.maker}/", one)
                   for one in found.makers[:MOST_MAKERS]],
        "more": max(0, len(found.makers) - MOST_MAKERS),
    })  # fmt: skip


def _chart(rows: list[Any], lang: str) -> Chart:
    months = [spell(Month.parse(one.month), lang) for one in rows]
    planned = Series("planpages.against.planned", [one.units_planned for one in rows])
    actual = Series("planpages.against.accepted", [one.units_actual for one in rows])
    return Chart("against", "line", "planpages.against.chart", months, (planned, actual))


PATHS = [path("plan/against/", against_page, name="plan_against")]
