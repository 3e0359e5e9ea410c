"""Which orders are there, and how did one live? The list, and one order from top to bottom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import has_words, say
from ecluse.custody.terms import Centre, Line
from ecluse.licence.routes import due_on
from ecluse.licence.terms import Application
from ecluse.office.actions.cases import OFFICE_ROLES, holder_of, touches
from ecluse.office.actions.hearings import last_finding, tranches_of
from ecluse.office.desk.licence import asked
from ecluse.office.desk.registry import About, Desk, all_actions, offered
from ecluse.office.facts.licence import licence_claim
from ecluse.office.models import Involvement, OrderRow, Tranche
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.registers import Order
from ecluse.office.views.action import desk_of
from ecluse.office.views.cells import Tag, standing_tag
from ecluse.office.views.life import moments_of
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.page import language_of, page
from ecluse.order import Gate, Hearing, Standing
from ecluse.parties.terms import PartiesFinding

RIVER = tuple(gate for gate in Gate if gate is not Gate.CERTIFICATE)


@never_cache
@require_safe
@needs_person
def orders_page(request: HttpRequest) -> HttpResponseBase:
    """Which orders may this person see, where do they stand?"""
    return listing_response(request, orders_listing(request))


def orders_listing(request: HttpRequest) -> Listing:
    """How is the list of orders shown to this person? A party sees those it has a part in."""
    mandate = request.mandate  # type: ignore[attr-defined]
    rows = OrderRow.objects.all()
    if mandate.role not in OFFICE_ROLES:
        session = desk_of(request).session  # type: ignore[union-attr]
        mine = [order for order in _candidates(mandate.body) if touches(session, mandate, order)]
        rows = rows.filter(order__in=mine)
    lang = language_of(request)
    return Listing(
        name="orders", title="orders.title", lead="orders.lead", rows=rows,
        columns=(
            Column("order", "orders.order", lambda row: row.order, sort="order"),
            Column("exporter", "orders.exporter", lambda row: row.exporter, sort="exporter"),
            Column("filed_on", "orders.filed_on", lambda row: row.filed_on, sort="filed_on"),
            Column("gate", "orders.gate", lambda row: say(f"gate.{row.gate}", lang), sort="gate"),
            Column("standing", "orders.standing", lambda row: standing_tag(row.standing), sort="standing"),
        ),
        filters=(
            Filter("order", "orders.order", None, lambda found, text: found.filter(order__contains=text)),
            Filter("exporter", "orders.exporter", None, lambda found, text: found.filter(exporter__contains=text)),
            Filter("standing", "orders.standing", [(one.value, f"standing.{one.value}") for one in Standing],
                   lambda found, text: found.filter(standing=text)),
            Filter("gate", "orders.gate", [(gate.value, f"gate.{gate.value}") for gate in RIVER],
                   lambda found, text: found.filter(gate=text)),
            Filter("since", "orders.since", None,
                   lambda found, text: found.filter(filed_on__gte=date.fromisoformat(text)), kind="date"),
        ),
        order="-filed_on", row_link=lambda row: f"/orders/{row.order}/", row_key="order",
    )  # fmt: skip


def _candidates(body: str) -> list[str]:
    """Which orders may touch this body? Those it plays a part in; for a maker, operator or state all are looked at."""
    named = list(Involvement.objects.filter(party=body).values_list("order", flat=True))
    is_named_elsewhere = body.startswith("authority:") or not named
    return list(OrderRow.objects.values_list("order", flat=True)) if is_named_elsewhere else named


@never_cache
@require_safe
@needs_person
@records_read("order", "order")
def order_page(request: HttpRequest, order: str) -> HttpResponse:
    """How did this order live, where does it stand, who has it, what may this person do now?"""
    desk = desk_of(request)
    row = OrderRow.objects.filter(order=order).first()
    if desk is None or row is None or not touches(desk.session, desk.mandate, order):
        raise Http404
    found, lang = desk.order(order), language_of(request)
    tranches = [one for one in tranches_of(desk.session, order) if not one.is_split]
    moments = moments_of(desk.session, found, [t.tranche for t in tranches_of(desk.session, order)], lang)
    return page(request, "office/order.html", {
        "row": row, "order": found, "facts": _facts(desk, found), "river": river_of(desk, order, tranches, lang),
        "tranches": tranches, "moments": moments, "offers": offers_of(desk, order, tranches, lang),
        "holders": holders_of(desk, row, found, tranches), "due": _due(desk, found, row),
        "done": _done(request, lang),
    })  # fmt: skip


def _done(request: HttpRequest, lang: str) -> str:
    """Which action has just been taken here?"""
    name = request.GET.get("done", "")
    key = f"desk.{name}.title"
    return say(key, lang) if name in all_actions() and has_words(key, lang) else ""


def _facts(desk: Desk, order: Order) -> list[tuple[str, Any]]:
    application = desk.session.newest(order.id, Application)
    others = [(f"desk.field.{role}", party) for role, party in order.roles() if role != "exporter"]
    facts: list[tuple[str, Any]] = [("orders.exporter", order.exporter), *others]
    facts += [("desk.field.destination", order.destination)]
    facts += [("desk.field.model", order.model), ("desk.field.units", order.units)]
    if application:
        facts.append(("desk.field.unit_price", application.unit_price))
        facts += [
            (f"desk.field.{name}", f"desk.choice.{getattr(application, name).value}") for name in ("permit", "route")
        ]
    for name in ("certificate", "statement", "line", "centre"):
        facts.append((f"desk.field.{name}", getattr(order, name)))
    return [*facts, ("desk.field.deliver_in", order.deliver_in)]


def river_of(desk: Desk, order: str, tranches: list[Tranche], lang: str) -> list[dict[str, Any]]:
    """What did each gate say last of each tranche? Its verdict, day, grounds with remedies."""
    names = dict.fromkeys([f"{order}/0", *(tranche.tranche for tranche in tranches)])
    heard = [hearing for name in names for hearing in desk.session.of(name, Hearing)]
    return [_gate(gate, heard, lang) for gate in RIVER]


def _gate(gate: Gate, heard: list[Hearing], lang: str) -> dict[str, Any]:
    last = {hearing.tranche: hearing for hearing in heard if hearing.gate is gate}
    grounds = [(hearing, ground) for hearing in last.values() for ground in hearing.grounds]
    is_held = bool(grounds)
    colour, mark = ("danger", "×") if is_held else ("success", "✓") if last else ("neutral", "…")
    words = "orders.held" if is_held else "orders.passed" if last else "orders.not_heard"
    return {
        "name": f"gate.{gate.value}", "question": f"gate.{gate.value}.question", "tag": Tag(words, colour, mark),
        "day": max((hearing.on for hearing in last.values()), default=None),
        "grounds": [
            {
                "code": ground.code, "provision": ground.provision, "tranche": hearing.tranche, "on": hearing.on,
                "sentence": say(f"{ground.code}.sentence", lang, **ground.facts_by_name()),
                "remedy": say(f"{ground.code}.remedy", lang, **ground.facts_by_name()),
            }
            for hearing, ground in grounds
        ],
    }  # fmt: skip


def offers_of(desk: Desk, order: str, tranches: list[Tranche], lang: str) -> list[tuple[str, str, str]]:
    """What may this person do about this order now? Title, address, tranche."""
    found = [(action, order, "") for action in offered(desk, About.ORDER, order)]
    for tranche in tranches:
        named = tranche.tranche if len(tranches) > 1 else ""
        found += [(action, tranche.tranche, named) for action in offered(desk, About.TRANCHE, tranche.tranche)]
    return [(say(f"desk.{a.name}.title", lang), f"/do/{a.name}/{subject}/", named) for a, subject, named in found]


def holders_of(desk: Desk, row: OrderRow, order: Order, tranches: list[Tranche]) -> list[str]:
    """Who has it now: whose word is waited for, or who holds the goods?"""
    if row.standing != Standing.OPEN.value:
        return []
    passed = last_finding(desk.session, f"{order.id}/0", Gate.PARTIES, PartiesFinding)
    if row.gate == Gate.PARTIES.value and passed:
        from ecluse.licence.terms import Opinion

        spoken = {opinion.authority for opinion in desk.session.of(order.id, Opinion)}
        return [authority for authority in asked(desk, order.id) if authority not in spoken] or ["authority:ssecu"]
    if row.gate in (Gate.LICENCE.value, Gate.CUSTODY.value):
        return sorted({holder_of(desk.session, order, tranche.tranche) for tranche in tranches})
    return [order.exporter]


def _due(desk: Desk, order: Order, row: OrderRow) -> date | None:
    """By which day is the licence to be decided? None once it is, or before the parties gate passed."""
    passed = last_finding(desk.session, f"{order.id}/0", Gate.PARTIES, PartiesFinding)
    if row.standing != Standing.OPEN.value or passed is None or row.gate != Gate.PARTIES.value:
        return None
    claim = licence_claim(desk.session, order, f"{order.id}/0", *passed, desk.on)
    return due_on(claim, desk.on, desk.session.law)


def place_known(desk: Desk, order: Order) -> tuple[Line | None, Centre | None]:
    """From which line and centre do the goods come?"""
    line = desk.session.newest(order.line, Line) if order.line else None
    return line, desk.session.newest(order.centre, Centre) if order.centre else None


PATHS = [
    path("orders/", orders_page, name="orders"),
    path("orders/<path:order>/", order_page, name="order"),
]
