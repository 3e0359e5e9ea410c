"""Why may so many units of a model leave, and no more? And what would each no-harm rule allow, and cost at home?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ecluse.base.money import Money
from ecluse.base.words import say
from ecluse.office.planning import amounts, asking, runs
from ecluse.office.planning.adopted import Filed
from ecluse.office.planning.asking import SolverAwayError
from ecluse.office.planning.runs import RULES
from ecluse.office.views.named import models_named
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_frame import may_ask, month_names, no_plan, plan_in_force, reads_plan, short, tabs
from ecluse.office.views.public_words import state_name

DEFAULT_RULE, WEAKER = "N2", "N1"


@never_cache
@require_safe
@reads_plan
def why_page(request: HttpRequest) -> HttpResponse:
    """Why does the plan let so many units of this model leave in this month?"""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None or filed.plan is None:
        return no_plan(request)
    models = [product["id"] for product in filed.question["products"]]
    exported = {id: one.exported for id, one in amounts.by_model(filed.document).items()}
    model = request.GET.get("model") or max(models, key=lambda id: exported[id])
    month = request.GET.get("month") or _busiest(filed, model)
    if model not in models or month not in filed.question["months"]:
        raise Http404
    is_asked, names = bool(request.GET.get("model")), models_named(models, lang)
    if not is_asked:
        asking.warm(filed.plan.document, filed.document)
    answer = _reasons(filed, model, month, lang) if is_asked else None
    return page(request, "office/plan_why.html", {
        **tabs(request), "filed": filed, "model": model, "month": month, "answer": answer,
        "models": [(id, names.get(id, id), exported[id]) for id in models], "model_said": names.get(model, model),
        "months": list(zip(filed.question["months"], month_names(filed, lang), strict=True)),
        "month_said": dict(zip(filed.question["months"], month_names(filed, lang), strict=True))[month],
    })  # fmt: skip


def _busiest(filed: Filed, model: str) -> str:
    """In which month do most units of a model leave? The first where none does."""
    months = dict.fromkeys(filed.question["months"], 0)
    for place, sale in enumerate(filed.question["sales"]):
        if sale["product"] == model:
            for month, units in zip(months, filed.document["plan"]["values"]["g"][place], strict=True):
                months[month] += units
    return max(months, key=lambda month: months[month])


def _reasons(filed: Filed, model: str, month: str, lang: str) -> dict[str, Any]:
    assert filed.plan is not None
    names = models_named([model], lang) | {
        place["id"]: state_name(place["id"], lang) for place in filed.question["destinations"]
    }
    names |= {centre["id"]: short(centre["id"]) for centre in filed.question["centres"]}
    names |= {
        sale["id"]: f"{names.get(model, model)} → {names[sale['destination']]}"
        for sale in filed.question["sales"]
        if sale["product"] == model
    }
    question = {"ask": "why", "model": model, "month": month, "lang": lang, "names": names}
    try:
        found = asking.ask(filed.plan.document, filed.document, question)
    except SolverAwayError:
        return {"outcome": "away", "said": []}
    is_told = found["outcome"] == "told"
    return {"outcome": "told" if is_told else "stopped", "said": list(dict.fromkeys(found.get("said", [])))}


# ------------------------------------------------------------------ the no-harm rules


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reads_plan
def rules_page(request: HttpRequest) -> HttpResponse:
    """What would N1, N2 and N3 allow beside the same baseline? Reckoned when a planner asks, then kept."""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None or filed.plan is None:
        return no_plan(request)
    trouble = ""
    if request.method == "POST" and may_ask(request):
        try:
            runs.start(RULES, {
                "run": uuid.uuid4().hex, "person": request.mandate.person, "at": timezone.now().isoformat(),  # type: ignore[attr-defined]
                "plan": filed.plan.document, "near": filed.document,
            })  # fmt: skip
            return HttpResponseRedirect("/plan/rules/")
        except SolverAwayError:
            trouble = say("planpages.answer.away", lang)
    run, found = runs.last_run(RULES), _found(filed)
    response = page(request, "office/plan_rules.html", {
        **tabs(request), "filed": filed, "trouble": trouble, "is_running": run is not None and run.is_running,
        "is_failed": found is None and run is not None and not run.is_running and run.state != "solved",
        **(_compared(found, lang) if found is not None else {"found": None}),
        "signed": say(f"planpages.rule.{filed.kept.rule}", lang),
    })  # fmt: skip
    if run is not None and run.is_running:
        response["Refresh"] = "2"
    return response


def _found(filed: Filed) -> Mapping[str, Any] | None:
    """What was reckoned last, if it speaks of this plan?"""
    content = runs.outcome(RULES)
    assert filed.plan is not None
    found: Mapping[str, Any] | None = None if content is None else json.loads(content)
    return found if found is not None and found["plan"] == filed.plan.document else None


def _compared(found: Mapping[str, Any], lang: str) -> dict[str, Any]:
    currency = found["currency"]
    classes = list(found["unmet_baseline"])

    def money(minor: int) -> Money:
        return Money(minor, currency)

    columns = [
        {
            "rule": one["rule"], "said": say(f"planpages.rule.{one['rule']}", lang), "units": one["units_exported"],
            "receipts": money(one["receipts_minor"]), "after": money(one["receipts_after_minor"]),
            "displaced": money(one["displaced_minor"]), "replaced": money(one["replaced_minor"]),
            "bought": sum(one["bought_from_proceeds"].values()), "unmet": one["units_unmet"],
            "better": one["cells_better"],
        }
        for one in found["rules"]
    ]  # fmt: skip
    by_class = [
        (class_word(name, lang), found["unmet_baseline"][name],
         [(one["exports"].get(name, 0), one["unmet"].get(name, 0)) for one in found["rules"]])
        for name in classes
    ]  # fmt: skip
    return {"found": found, "columns": columns, "by_class": by_class, "sentences": _sentences(found, money, lang)}


def _sentences(found: Mapping[str, Any], money: Any, lang: str) -> list[str]:
    """What leaves under N2; what N1 would add and cost at home; or why nothing can leave."""
    by_rule = {one["rule"]: one for one in found["rules"]}
    units, added = by_rule[DEFAULT_RULE]["units_exported"], found["added"]
    if found["why_none"]:
        reason = say(f"plan.solve.{found['why_none']}", lang)
        return [say("plan.solve.none", lang, rule=DEFAULT_RULE, reason=reason)]
    receipts = money(by_rule[DEFAULT_RULE]["receipts_minor"])
    told = [say("planpages.rules.exports", lang, units=units, money=receipts)]
    if added["is_nothing"]:
        return [*told, say("planpages.rules.nothing", lang)]
    more = sum(added["unmet"].values())
    told.append(say("planpages.rules.adds", lang, units=added["units_exported"], money=money(added["receipts_minor"])))
    told.append(say("planpages.rules.costs", lang, units=more, displaced=money(max(0, added["displaced_minor"])),
                    replaced=money(max(0, added["replaced_minor"]))))  # fmt: skip
    return told


PATHS = [
    path("plan/why/", why_page, name="plan_why"),
    path("plan/rules/", rules_page, name="plan_rules"),
]
