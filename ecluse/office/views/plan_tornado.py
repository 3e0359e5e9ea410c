"""Which figures does the plan hang on most: each made smaller and larger alone, and what becomes of money and need?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ecluse.base.money import Money
from ecluse.base.words import say
from ecluse.office.planning import runs
from ecluse.office.planning.adopted import Filed
from ecluse.office.planning.asking import SolverAwayError
from ecluse.office.planning.runs import TORNADO
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_frame import asks_solver, no_plan, plan_in_force, tabs
from ecluse.office.views.plan_swings import Swing, Swings

PERCENTS = (5, 10, 20, 50)
USUAL = 10
MAJOR = 100  # minor units in one of the currency
ENDS = ("less", "more")
POWERS, ENOUGH = (6, 3), 100  # in millions from a hundred millions on


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@asks_solver
def tornado_page(request: HttpRequest) -> HttpResponse:
    """By how much shall each figure be changed, how far is that, and what came of it last?"""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None or filed.plan is None:
        return no_plan(request)
    trouble = ""
    if request.method == "POST":
        try:
            runs.start(TORNADO, {
                "run": uuid.uuid4().hex, "person": request.mandate.person, "at": timezone.now().isoformat(),  # type: ignore[attr-defined]
                "plan": filed.plan.document, "near": filed.document, "percent": _percent(request),
            })  # fmt: skip
            return HttpResponseRedirect("/plan/tornado/")
        except SolverAwayError:
            trouble = say("planpages.answer.away", lang)
    run, found = runs.last_run(TORNADO), _found(filed)
    is_running = run is not None and run.is_running
    response = page(request, "office/plan_tornado.html", {
        **tabs(request), "filed": filed, "percents": PERCENTS, "trouble": trouble, "is_running": is_running,
        "percent": USUAL if found is None else found["percent"], "answer": found and _shown(found, filed, lang),
        "is_failed": found is None and run is not None and not is_running and run.state != "solved",
    })  # fmt: skip
    if is_running:
        response["Refresh"] = "2"
    return response


def _percent(request: HttpRequest) -> int:
    sent = request.POST.get("percent", "")
    return int(sent) if sent in map(str, PERCENTS) else USUAL


def _found(filed: Filed) -> Mapping[str, Any] | None:
    """What was found last, if it speaks of this plan?"""
    content = runs.outcome(TORNADO)
    assert filed.plan is not None
    found: Mapping[str, Any] | None = None if content is None else json.loads(content)
    return found if found is not None and found["plan"] == filed.plan.document else None


def _shown(found: Mapping[str, Any], filed: Filed, lang: str) -> dict[str, Any]:
    currency, now, bars = filed.question["currency"], found["now"], found["bars"]
    return {
        "receipts": Money(now["receipts_minor"], currency), "unmet": now["unmet_value"],
        "rows": [_row(bar, now, currency) for bar in bars],
        "charts": [
            _chart("receipts_minor", bars, now, lang, each=MAJOR, unit=currency),
            _chart("unmet_value", bars, now, lang),
        ],
    }  # fmt: skip


def _row(bar: Mapping[str, Any], now: Mapping[str, int], currency: str) -> dict[str, Any]:
    """What changes when this figure is smaller, and when it is larger? None where there is no plan then."""
    ends = [bar["less"], bar["more"]]
    return {
        "kind": f"planask.kind.{bar['kind']}",
        "receipts": [end and Money(end["receipts_minor"] - now["receipts_minor"], currency) for end in ends],
        "unmet": [None if end is None else end["unmet_value"] - now["unmet_value"] for end in ends],
    }


def _chart(
    name: str, bars: Sequence[Mapping[str, Any]], now: Mapping[str, int], lang: str, each: int = 1, unit: str = ""
) -> Swings:
    """Which bars move this figure, the longest first? Large figures are drawn in thousands or millions."""
    most = max((abs(bar[end][name] - now[name]) // each for bar in bars for end in ENDS if bar[end]), default=0)
    power = next((power for power in POWERS if most >= ENOUGH * 10**power), 0)
    found = [
        Swing(f"planask.kind.{bar['kind']}", *(_step(bar[end], now, name, each * 10**power) for end in ENDS))
        for bar in bars
    ]
    scale = f" ({say(f'planpages.tornado.power.{power}', lang)})" if power else ""
    return Swings(
        f"tornado-{name.partition('_')[0]}", say(f"planpages.tornado.{name}", lang, unit=unit) + scale,
        sorted(found, key=lambda swing: -swing.most),
    )  # fmt: skip


def _step(end: Mapping[str, int] | None, now: Mapping[str, int], name: str, each: int) -> int | None:
    """By how much is it more than now, in whole units of so many, toward nought?"""
    if end is None:
        return None
    step = end[name] - now[name]
    return step // each if step >= 0 else -(-step // each)


PATHS = [path("plan/tornado/", tornado_page, name="plan_tornado")]
