"""What does the adopted plan say? Who adopted it on which proof, and how capacity becomes what may leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.days import Month
from ecluse.base.words import say, spell
from ecluse.office.models import CertificateBalance
from ecluse.office.people.bodies import name_of
from ecluse.office.planning import amounts
from ecluse.office.planning.adopted import Filed, content_of
from ecluse.office.planning.amounts import Amounts
from ecluse.office.planning.capacity import capacity_of_models
from ecluse.office.views.cells import Link, Said
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import models_named, officers_named
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.plan_charts import Part, Step, Waterfall
from ecluse.office.views.plan_frame import (
    class_asked,
    classes_of,
    month_names,
    no_plan,
    plan_in_force,
    reads_plan,
    tabs,
)

COLUMNS = ("capacity", "stock", "orders", "reserve", "home", "surplus", "leaves", "licensed", "shipped")
STAGES = ("class", "fairness", "receipts", "weighted", "nearness")


@dataclass(frozen=True, slots=True)
class Supply:
    """Units of a class or model over the plan's months: attested capacity (None where somebody's is unknown), the
    plan's own figures, and the registers' licensed and shipped."""

    capacity: int | None
    planned: Amounts
    licensed: int
    shipped: int

    def __add__(self, other: Supply) -> Supply:
        is_known = self.capacity is not None and other.capacity is not None
        return Supply(
            (self.capacity or 0) + (other.capacity or 0) if is_known else None, self.planned + other.planned,
            self.licensed + other.licensed, self.shipped + other.shipped,
        )  # fmt: skip

    @property
    def surplus(self) -> int | None:
        """What do orders, reserve and home leave of capacity and stock? On paper: shared hours may be counted twice."""
        planned = self.planned
        if self.capacity is None:
            return None
        return max(0, self.capacity + planned.stock - planned.orders - planned.reserve - planned.home)

    def units(self) -> dict[str, int | None]:
        """Which figure stands in which column?"""
        planned = self.planned
        return dict(zip(COLUMNS, (
            self.capacity, planned.stock, planned.orders, planned.reserve, planned.home, self.surplus, planned.exported,
            self.licensed, self.shipped,
        ), strict=True))  # fmt: skip


def supplies(filed: Filed) -> dict[str, Supply]:
    """What does each model of the plan come to, with what the registers say of it?"""
    capacity = capacity_of_models(filed.kept.first_month, filed.kept.last_month)
    rows = CertificateBalance.objects.values_list("model").annotate(
        licensed=Sum(F("units_committed") + F("units_used")), shipped=Sum("units_used")
    )
    drawn = {model: (licensed, shipped) for model, licensed, shipped in rows}
    # What no line makes has no capacity to attest; of what is made nobody's word is unknown, which is not nothing.
    unmade = dict.fromkeys(_models(filed), 0) | {make["product"]: None for make in filed.question["makes"]}
    return {
        model: Supply(capacity.get(model, unmade[model]), planned, *drawn.get(model, (0, 0)))
        for model, planned in amounts.by_model(filed.document).items()
    }


def _models(filed: Filed) -> list[str]:
    return [product["id"] for product in filed.question["products"]]


@never_cache
@require_safe
@reads_plan
def plan_page(request: HttpRequest) -> HttpResponse:
    """Which plan is in force, what proves it, and what becomes of capacity: in all, in one class, for one model?"""
    filed, lang = plan_in_force(request), language_of(request)
    if filed is None:
        return no_plan(request)
    found, classes = supplies(filed), classes_of(filed, lang)
    pool_of = {product["id"]: product["pool"] for product in filed.question["products"]}
    model = request.GET.get("model", "")
    if model and model not in found:
        raise Http404
    names = models_named(found, lang)
    leaving = max(classes, key=lambda one: _of_class(found, pool_of, one[0]).planned.exported)[0]
    class_ = pool_of[model] if model else class_asked(request, classes, leaving)
    shown = found[model] if model else _of_class(found, pool_of, class_)
    return page(request, "office/plan.html", {
        **tabs(request), "filed": filed, "facts": _facts(filed, lang), "stages": _stages(filed, lang),
        "columns": [f"planpages.of.{name}" for name in COLUMNS],
        "classes": [(name, said, name == class_, _cells(_of_class(found, pool_of, name), "class", name))
                    for name, said in classes],
        "models": [(one, names.get(one, one), one == model, _cells(found[one], "model", one))
                   for one in found if pool_of[one] == class_],
        "class_said": class_word(class_, lang), "model": model, "model_said": names.get(model, model),
        "waterfall": waterfall(shown, "model" if model else "class", model or class_,
                               names.get(model, model) if model else class_word(class_, lang), lang),
        "unmet": _unmet(filed, lang), "beyond": _beyond(found, pool_of, classes),
    })  # fmt: skip


def _of_class(found: Mapping[str, Supply], pool_of: Mapping[str, str], class_: str) -> Supply:
    return sum((one for model, one in found.items() if pool_of[model] == class_), Supply(0, Amounts(), 0, 0))


def _beyond(found: Mapping[str, Supply], pool_of: Mapping[str, str], classes: list[tuple[str, str]]) -> str:
    """Of which classes is more licensed than the plan lets leave?"""
    sums = [(said, _of_class(found, pool_of, name)) for name, said in classes]
    return ", ".join(said for said, supply in sums if supply.licensed > supply.planned.exported)


def _facts(filed: Filed, lang: str) -> list[tuple[str, Any]]:
    plan, baseline, kept = filed.plan, filed.baseline, filed.kept
    assert plan is not None
    people = officers_named([plan.adopter, baseline.author])
    return [
        ("planpages.fact.plan", Link(plan.id, f"/records/?{urlencode({'record': plan.id})}")),
        ("planpages.fact.months", f"{spell(kept.first_month, lang)} – {spell(kept.last_month, lang)}"),
        ("planpages.fact.rule", say(f"planpages.rule.{kept.rule}", lang)),
        ("planpages.fact.committed", say("planpages.fact.by", lang, day=baseline.on,
                                         person=people.get(baseline.author, baseline.author),
                                         authority=name_of(baseline.authority, lang))),
        ("planpages.fact.adopted", say("planpages.fact.by", lang, day=plan.on,
                                       person=people.get(plan.adopter, plan.adopter),
                                       authority=name_of(plan.authority, lang))),
        ("planpages.fact.leaves", plan.units_exported),
        ("planpages.fact.document", plan.document),
    ]  # fmt: skip


def _stages(filed: Filed, lang: str) -> list[dict[str, Any]]:
    """What does the baseline reach, and how near is that to the best there can be?"""
    return [
        {"name": stage_word(one.stage, lang), "value": one.value, "bound": one.bound, "gap": one.value - one.bound}
        for one in filed.baseline.stages
    ]


def stage_word(stage: str, lang: str) -> str:
    """What is this stage of solving called?"""
    kind, _, priority = stage.partition("/")
    if kind not in STAGES:
        return stage
    return say(f"planpages.stage.{kind}", lang, **({"priority": priority} if priority else {}))


# ------------------------------------------------------------------ the waterfall


def waterfall(supply: Supply, about: str, id: str, name: str, lang: str) -> Waterfall:
    """How does what could be made become what has left? Each bar opens the records behind it.

    Where the capacity is unknown its bar is as long as what the plan makes, and says so.
    """
    units, planned, places = supply.units(), supply.planned, _places(about, id)
    top = planned.stock + (planned.made - planned.host if supply.capacity is None else supply.capacity)
    after_orders = top - planned.orders
    after_reserve = after_orders - planned.reserve
    after_home = after_reserve - planned.home
    spans: tuple[tuple[str, int, int, Part], ...] = (
        ("stock", 0, planned.stock, "stands"), ("capacity", planned.stock, top, "stands"),
        ("orders", top, after_orders, "taken"), ("reserve", after_orders, after_reserve, "taken"),
        ("home", after_reserve, after_home, "taken"), ("surplus", 0, units["surplus"] or 0, "left"),
        ("leaves", 0, planned.exported, "left"), ("licensed", 0, supply.licensed, "register"),
        ("shipped", 0, supply.shipped, "register"),
    )  # fmt: skip
    steps = [
        Step(f"planpages.of.{key}", units[key], max(0, start), max(0, end), part, places[key])
        for key, start, end, part in spans
    ]
    return Waterfall("waterfall", say("planpages.waterfall", lang, name=name), steps)


def _places(about: str, id: str) -> dict[str, str]:
    """Where are the records behind each figure of a class or model?"""
    own = urlencode({about: id})
    certified = f"/surplus/{id}/" if about == "model" else f"/surplus/?{own}"
    planned = {name: f"/plan/figures/?{own}&kind={kind}" for name, kind in (
        ("orders", "orders"), ("reserve", "reserve"), ("home", "home"), ("leaves", "exported"))}  # fmt: skip
    return {
        **planned, "capacity": f"/plan/capacity/?{own}", "stock": f"/plan/figures/?{own}&kind=stock",
        "surplus": certified, "licensed": certified, "shipped": certified,
    }  # fmt: skip


def _cells(supply: Supply, about: str, id: str) -> list[Any]:
    places = _places(about, id)
    return [
        Said("pages2.unknown") if units is None else Link(units, places[name]) if units else units
        for name, units in supply.units().items()
    ]


def _unmet(filed: Filed, lang: str) -> list[tuple[str, int, int]]:
    """Which need stays unmet at the end, without exports and with them?"""
    without, with_them = (amounts.unmet_by_month(filed.document, part) for part in ("baseline", "plan"))
    return [(class_word(class_, lang), months[-1], with_them[class_][-1]) for class_, months in without.items()]


# ------------------------------------------------------------------ the plan's own figures


@never_cache
@require_safe
@reads_plan
def figures_page(request: HttpRequest) -> HttpResponseBase:
    """What does the plan say of each model in each month?"""
    filed = plan_in_force(request)
    if filed is None:
        return no_plan(request)
    return listing_response(
        request, figures_listing(filed, language_of(request)), "office/plan_list.html", **tabs(request)
    )


def figures_listing(filed: Filed, lang: str) -> Listing:
    """How are the plan's figures listed? By model and month, each model with a way to its records."""
    rows = amounts.month_figures(filed.document)
    months = list(zip(filed.question["months"], month_names(filed, lang), strict=True))
    names = models_named(_models(filed), lang)
    return Listing(
        name="plan-figures", title="planpages.figures.title", lead="planpages.figures.lead", rows=rows,
        columns=(
            Column("model", "pages2.surplus.model", 
                   lambda row: Link(names.get(row.model, row.model), records_of_model(row.model)), "model"),
            Column("class", "pages2.surplus.class", lambda row: class_word(row.class_, lang), "class_"),
            Column("month", "planpages.month", lambda row: spell(Month.parse(row.month), lang), "month"),
            Column("kind", "planpages.figure", lambda row: say(f"planpages.kind.{row.kind}", lang), "kind"),
            Column("units", "planpages.units", lambda row: row.units, "units", True),
        ),
        filters=(
            _equal("class", "pages2.surplus.class", "class_", classes_of(filed, lang)),
            Filter("model", "pages2.surplus.model", None, lambda found, text: [
                row for row in found if text.casefold() in f"{row.model} {names.get(row.model, '')}".casefold()]),
            _equal("month", "planpages.month", "month", months),
            _equal("kind", "planpages.figure", "kind", [(one, f"planpages.kind.{one}") for one in amounts.KINDS]),
        ),
        order="model",
    )  # fmt: skip


def records_of_model(model: str) -> str:
    """Where are all records about this model: its attestation, orders, stock, reserve?"""
    return f"/records/?{urlencode({'subject': model})}"


def _equal(key: str, label: str, attribute: str, choices: list[tuple[str, str]]) -> Filter:
    return Filter(key, label, choices, lambda rows, text: [row for row in rows if getattr(row, attribute) == text])


@never_cache
@require_safe
@reads_plan
def document_page(request: HttpRequest) -> HttpResponse:
    """The plan's document, byte for byte: whoever has it can check it with plain additions."""
    filed = plan_in_force(request)
    content = content_of(filed.plan.document) if filed is not None and filed.plan is not None else None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="plan.json"'
    return response


PATHS = [
    path("plan/", plan_page, name="plan"),
    path("plan/figures/", figures_page, name="plan_figures"),
    path("plan/document/", document_page, name="plan_document"),
]
