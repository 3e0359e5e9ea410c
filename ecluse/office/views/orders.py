"""Which orders are there, and how did one live? The list, and one order from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
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
from ecluse.office.actions.cases import touches
from ecluse.office.actions.documents import attachments_of
from ecluse.office.actions.hearings import last_finding, tranches_of
from ecluse.office.desk.next_step import Step, next_steps
from ecluse.office.desk.registry import About, Desk, all_actions, offered
from ecluse.office.desk.today import law
from ecluse.office.facts.licence import licence_claim
from ecluse.office.flow import EXITS, RIVER
from ecluse.office.models import OrderRow, Tranche
from ecluse.office.past import standing_of
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.registers import Order
from ecluse.office.views.action import desk_of, said_ground
from ecluse.office.views.cells import Tag, standing_tag
from ecluse.office.views.errors import refuse_page
from ecluse.office.views.life import moments_of
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import Named, address_of, named
from ecluse.office.views.order_known import past_day, past_desk
from ecluse.office.views.overview_waits import orders_waiting
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import is_home, own_orders
from ecluse.order import Gate, Hearing, Standing
from ecluse.parties.terms import PartiesFinding


@never_cache
@require_safe
@needs_person
def orders_page(request: HttpRequest) -> HttpResponseBase:
    """Which orders may this person see, where do they stand?"""
    return listing_response(request, orders_listing(request))


def orders_listing(request: HttpRequest) -> Listing:
    """How is the list of orders shown to this person? A party sees those it has a part in."""
    desk, lang = desk_of(request), language_of(request)
    rows = OrderRow.objects.all()
    if desk is not None and not is_home(desk):
        rows = rows.filter(order__in=list(own_orders(desk)))
    names = names_of(OrderRow.objects.values_list("exporter", flat=True).distinct(), lang)
    return Listing(
        name="orders", title="orders.title", lead="orders.lead", rows=rows,
        columns=(
            Column("order", "orders.order", lambda row: row.order, sort="order"),
            Column("exporter", "orders.exporter", lambda row: names.get(row.exporter, row.exporter), sort="exporter"),
            Column("filed_on", "orders.filed_on", lambda row: row.filed_on, sort="filed_on"),
            Column("gate", "orders.gate", lambda row: say(f"gate.{row.gate}", lang), sort="gate"),
            Column("standing", "orders.standing", lambda row: standing_tag(row.standing), sort="standing"),
        ),
        filters=(
            Filter("order", "orders.order", None, lambda found, text: found.filter(order__contains=text)),
            Filter("exporter", "orders.exporter", None,
                   lambda found, text: found.filter(exporter__in=_called(names, text))),
            Filter("standing", "orders.standing", [(one.value, f"standing.{one.value}") for one in Standing],
                   lambda found, text: found.filter(standing=text)),
            Filter("gate", "orders.gate", [(gate.value, f"gate.{gate.value}") for gate in RIVER],
                   lambda found, text: found.filter(gate=text)),
            Filter("came", "page.came", [(gate.value, f"gate.{gate.value}") for gate in RIVER], came_to),
            Filter("before", "pages2.orders.before", _waits(lang), lambda found, text: found.filter(
                order__in=orders_waiting(request.on, law()).get(text, ()))),  # type: ignore[attr-defined]
            Filter("since", "orders.since", None,
                   lambda found, text: found.filter(filed_on__gte=date.fromisoformat(text)), kind="date"),
        ),
        order="-filed_on", row_link=lambda row: f"/orders/{row.order}/", row_key="order",
    )  # fmt: skip


def came_to(found: Any, gate: str) -> Any:
    """Which orders came to this gate? All that did not stop at one before it."""
    before = [one.value for one in RIVER[: RIVER.index(Gate(gate))]]
    return found.exclude(gate__in=before, standing__in=[standing.value for standing in EXITS])


def _waits(lang: str) -> list[tuple[str, str]]:
    """Before which gates can an order wait, and how? Each figure of the overview opens to one of these."""
    return [
        (f"{gate.value}{end}", " · ".join(say(key, lang) for key in (f"gate.{gate.value}", *keys)))
        for gate in RIVER
        for end, keys in (("", ()), (".referred", ("pages2.orders.how.referred",)),
                          (".beyond", ("pages2.orders.how.beyond",)))
    ]  # fmt: skip


def _called(names: Mapping[str, str], text: str) -> list[str]:
    """Which exporters have this text in their name or id?"""
    wanted = text.casefold()
    return [party for party, name in names.items() if wanted in f"{party} {name}".casefold()]


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
    try:
        day = past_day(request, desk.on)
    except ValueError as error:
        return refuse_page(request, "notices.known.bad_day", error, day=desk.on)
    if day is not None:
        return _as_known(request, desk, order, day)
    found, lang = desk.order(order), language_of(request)
    tranches = [one for one in tranches_of(desk.session, order) if not one.is_split]
    moments = moments_of(desk.session, found, [t.tranche for t in tranches_of(desk.session, order)], lang)
    steps = next_steps(desk, row, found, tranches)
    names = named([found.exporter, found.end_user, found.model, *(one for step in steps for one in step.whose)], lang)
    return page(request, "office/order.html", {
        "row": row, "order": found, "facts": _facts(desk, found, lang), "river": river_of(desk, order, tranches, lang),
        "tranches": tranches, "moments": moments, "offers": offers_of(desk, order, tranches, steps, lang),
        "exporter": names[found.exporter], "end_user": names[found.end_user], "model": names[found.model],
        "state": state_name(found.destination, lang), "due": _due(desk, found, row), "done": _done(request, lang),
        "is_held": request.GET.get("held") == "yes", "today": desk.on,
        "documents": len(attachments_of(desk.session, order)), "is_home": is_home(desk),
        "steps": [
            (say(f"desk.{step.action}.title", lang), [names[one] for one in step.whose],
             elsewhere(step.subject, order, is_alone=len(tranches) == 1))
            for step in steps
        ],
    })  # fmt: skip


def _as_known(request: HttpRequest, desk: Desk, order: str, day: date) -> HttpResponse:
    """How did this order stand at the end of a day gone by? Facts, river and life as on file then; nothing to do."""
    past, lang = past_desk(desk, day), language_of(request)
    found = past.session.newest(order, Order)
    if found is None:
        return refuse_page(request, "notices.known.nothing", LookupError(order), status=404, day=day)
    every = tranches_of(past.session, order)
    tranches = [one for one in every if not one.is_split]
    names = named([found.exporter, found.end_user, found.model], lang)
    row = OrderRow(order=order, exporter=found.exporter, filed_on=found.filed_on,
                   standing=standing_of(tranches).value)  # fmt: skip
    return page(request, "office/order.html", {
        "row": row, "order": found, "facts": _facts(past, found, lang), "river": river_of(past, order, tranches, lang),
        "tranches": tranches, "moments": moments_of(past.session, found, [], lang, until=day),
        "exporter": names[found.exporter], "end_user": names[found.end_user], "model": names[found.model],
        "state": state_name(found.destination, lang), "known_on": day, "today": desk.on,
    })  # fmt: skip


def _done(request: HttpRequest, lang: str) -> str:
    """Which action has just been taken here?"""
    name = request.GET.get("done", "")
    key = f"desk.{name}.title"
    return say(key, lang) if name in all_actions() and has_words(key, lang) else ""


def _facts(desk: Desk, order: Order, lang: str) -> list[tuple[str, Any]]:
    """What was filed: label and value? Whoever has a name is shown by it, with a way to its page."""
    application = desk.session.newest(order.id, Application)
    papers = [(f"desk.field.{name}", getattr(order, name)) for name in ("certificate", "statement", "line", "centre")]
    roles = [("orders.exporter" if role == "exporter" else f"desk.field.{role}", party)
             for role, party in order.roles()]  # fmt: skip
    names = named([order.model, *(thing for _, thing in (*roles, *papers))], lang)
    facts: list[tuple[str, Any]] = [(label, names[party]) for label, party in roles if party]
    states = [order.destination, *order.transit]
    labels = ["desk.field.destination", *("desk.field.transit" for _ in order.transit)]
    facts += [(label, state_name(state, lang)) for label, state in zip(labels, states, strict=True)]
    facts += [("desk.field.model", names[order.model]), ("desk.field.units", order.units)]
    if application:
        facts.append(("desk.field.unit_price", application.unit_price))
        facts += [
            (f"desk.field.{name}", say(f"desk.choice.{getattr(application, name).value}", lang))
            for name in ("permit", "route")
        ]
    facts += [(label, names[thing]) for label, thing in papers if thing]
    return [*facts, ("desk.field.deliver_in", order.deliver_in), ("desk.field.contract_on", order.contract_on)]


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
            {**said_ground(ground, lang), "tranche": hearing.tranche, "on": hearing.on}
            for hearing, ground in grounds
        ],
    }  # fmt: skip


def elsewhere(subject: str, order: str, *, is_alone: bool) -> Named | None:
    """What is a step about, where that is neither the order itself nor its only tranche?"""
    if subject == order or (is_alone and subject.startswith("order:")):
        return None
    return Named(subject, subject, "" if subject.startswith("order:") else address_of(subject))


def offers_of(
    desk: Desk, order: str, tranches: list[Tranche], steps: list[Step], lang: str
) -> list[tuple[str, str, str, bool]]:
    """What may this person do about this order now? Title, address, tranche, and whether it is what comes next."""
    found = [(action, order, "") for action in offered(desk, About.ORDER, order)]
    for tranche in tranches:
        named = tranche.tranche if len(tranches) > 1 else ""
        found += [(action, tranche.tranche, named) for action in offered(desk, About.TRANCHE, tranche.tranche)]
    awaited = {(step.action, step.subject) for step in steps}
    offers = [
        (say(f"desk.{a.name}.title", lang), f"/do/{a.name}/{subject}/", named, (a.name, subject) in awaited)
        for a, subject, named in found
    ]  # fmt: skip
    return sorted(offers, key=lambda offer: not offer[3])


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
