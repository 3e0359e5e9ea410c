"""How hard do the lines work under the plan? Their hours by month, the fullest first, for one class at a time."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.office.planning.adopted import Filed
from ecluse.office.planning.amounts import LineHours, line_hours
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_charts import Heat, Row
from ecluse.office.views.plan_frame import (
    class_asked,
    classes_of,
    month_names,
    no_plan,
    plan_in_force,
    reads_plan,
    short,
    tabs,
)

MOST_LINES = 60
BP, FULL = 100, 9_900  # hundredths of a percent in one; from so many on a month is full
THOUSANDTHS = 1_000


@never_cache
@require_safe
@reads_plan
def lines_page(request: HttpRequest) -> HttpResponse:
    """Which lines are full in which months, and where are hours left?"""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None:
        return no_plan(request)
    classes = classes_of(filed, lang)
    class_ = class_asked(request, classes, "interceptor")
    found = lines_of(filed, class_)
    return page(request, "office/plan_lines.html", {
        **tabs(request), "filed": filed, "classes": classes, "class_here": class_,
        "class_said": class_word(class_, lang), "heat": heat(filed, found, lang), "lines": len(found),
        "left_out": max(0, len(found) - MOST_LINES), "shades": range(11),
        "figures": [
            (sum(sum(line.hours) for line in found) // THOUSANDTHS, "planpages.lines.hours"),
            (sum(sum(line.used) for line in found) // THOUSANDTHS, "planpages.lines.used"),
            (sum(_full_months(line) for line in found), "planpages.lines.full"),
        ],
    })  # fmt: skip


def lines_of(filed: Filed, class_: str) -> list[LineHours]:
    """Which lines make something of this class, the fullest first?"""
    pool_of = {product["id"]: product["pool"] for product in filed.question["products"]}
    found = [line for line in line_hours(filed.document) if any(pool_of[model] == class_ for model in line.models)]
    return sorted(found, key=lambda line: (-(line.share_all_bp or 0), line.line))


def heat(filed: Filed, lines: list[LineHours], lang: str) -> Heat:
    """Which field shows each line's share of hours worked in each month?"""
    columns = [name.split()[0] for name in month_names(filed, lang)]
    rows = [
        Row(short(line.line), f"/plan/?{urlencode({'model': line.models[0]})}", [
            None if (share := line.share_bp(at)) is None else share // BP for at in range(len(columns))
        ])
        for line in lines[:MOST_LINES]
    ]  # fmt: skip
    return Heat("hours", "planpages.lines.heat", columns, rows)


def _full_months(line: LineHours) -> int:
    return sum(1 for at in range(len(line.hours)) if (line.share_bp(at) or 0) >= FULL)


PATHS = [path("plan/lines/", lines_page, name="plan_lines")]
