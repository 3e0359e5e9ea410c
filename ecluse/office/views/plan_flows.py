"""Where do units and money flow under the plan? From lines to home and abroad; from receipts to need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.office.planning import amounts
from ecluse.office.planning.adopted import Filed
from ecluse.office.planning.amounts import Flow
from ecluse.office.views.charts import Chart
from ecluse.office.views.named import models_named
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_frame import class_asked, classes_of, no_plan, plan_in_force, reads_plan, short, tabs
from ecluse.office.views.public_words import state_name

MOST_LINES, MOST_MODELS, MOST_STATES = 8, 8, 8
MOST_PAYERS = 12
THOUSAND = 100_000  # minor units in a thousand of the home currency
Named = Callable[[str, str], str]


@never_cache
@require_safe
@reads_plan
def flows_page(request: HttpRequest) -> HttpResponse:
    """Where do the units of a class, or of one model, come from and go; where does the money?"""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None:
        return no_plan(request)
    classes = classes_of(filed, lang)
    pool_of = {product["id"]: product["pool"] for product in filed.question["products"]}
    model = request.GET.get("model", "")
    if model and model not in pool_of:
        raise Http404
    class_ = pool_of[model] if model else class_asked(request, classes, "interceptor")
    names = models_named(pool_of, lang)
    models = [model] if model else [one for one, pool in pool_of.items() if pool == class_]
    return page(request, "office/plan_flows.html", {
        **tabs(request), "filed": filed, "classes": classes, "class_here": class_, "model": model,
        "class_said": class_word(class_, lang),
        "models": [(one, names.get(one, one)) for one, pool in pool_of.items() if pool == class_],
        "units": units_chart(filed, models, names.get(model, model) if model else class_word(class_, lang), lang),
        "money": money_chart(filed, lang),
    })  # fmt: skip


def units_chart(filed: Filed, models: Sequence[str], name: str, lang: str) -> Chart:
    """How do units flow from line to model to home, reserve and abroad? The largest by name, the others together."""
    flows = amounts.unit_flows(filed.document, models)
    for kind, most in (("line", MOST_LINES), ("model", MOST_MODELS), ("destination", MOST_STATES)):
        flows = amounts.gathered(flows, kind, most)
    return _chart(
        "units", say("planpages.flows.units", lang, name=name), flows, lambda kind, id: _called(kind, id, lang)
    )


def money_chart(filed: Filed, lang: str) -> Chart:
    """How does money flow, in thousands of the home currency, from payers to what it buys?"""
    question = filed.question
    pool = {need["id"]: (need["pool"], need["priority"]) for need in question["needs"]}

    def called(kind: str, id: str) -> str:
        if kind == "need" and id:
            class_, priority = pool[id]
            return say("planpages.need", lang, name=class_word(class_, lang), priority=priority)
        return _called(kind, id, lang)

    flows = amounts.gathered(amounts.money_flows(filed.document), "destination", MOST_PAYERS)
    flows = [Flow(f.from_kind, f.from_id, f.to_kind, f.to_id, f.number // THOUSAND) for f in flows]
    return _chart("money", say("planpages.flows.money", lang, currency=question["currency"]), flows, called)


def _chart(id: str, title: str, flows: Sequence[Flow], called: Named) -> Chart:
    pairs = [(called(f.from_kind, f.from_id), called(f.to_kind, f.to_id), f.number) for f in flows if f.number]
    return Chart(id, "sankey", title, flows=pairs)


def _called(kind: str, id: str, lang: str) -> str:
    """What is the end of a flow called? What stands for all others of its kind has words of its own."""
    if kind == "destination":
        return state_name(id, lang) if id else say("planpages.flow.other_states", lang)
    if id:
        return short(id) if kind == "model" else say("planpages.flow.line", lang, name=short(id))
    others: dict[str, Any] = {"line": "other_lines", "model": "other_models"}
    return say(f"planpages.flow.{others.get(kind, kind)}", lang)


PATHS = [path("plan/flows/", flows_page, name="plan_flows")]
