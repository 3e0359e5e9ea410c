"""Who is this party: its seat, owners, screenings, end-use statements and orders, and what may be done about it?"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import has_words, say
from ecluse.office.actions.cases import state_of
from ecluse.office.desk.registry import About, Desk, all_actions, offered
from ecluse.office.models import Involvement, OrderRow
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.named import named
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import is_home, own_orders, records
from ecluse.parties.terms import EndUseStatement, ExporterStatus, Ownership, Party, Screening

MOST_ORDERS, MOST_STATEMENTS = 40, 40


@never_cache
@require_safe
@needs_person
@records_read("party", "party")
def party_page(request: HttpRequest, party: str) -> HttpResponse:
    """What is on file about this party? Shown to home officers, to itself, its state, and those who trade with it."""
    desk, lang = _desk(request), language_of(request)
    found = desk.session.newest(party, Party)
    orders = _orders(desk, party) if found else []
    if found is None or not (is_home(desk) or orders or _is_own(desk, found)):
        raise Http404
    return page(request, "office/party.html", {
        "party": found, "facts": _facts(desk, found, lang), "owners": _owners(desk, party, lang),
        "screening": desk.session.newest(party, Screening), "orders": orders,
        "statements": desk.session.of(party, EndUseStatement)[-MOST_STATEMENTS:][::-1],
        "offers": [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{party}/")
                   for action in offered(desk, About.PARTY, party)],
        "done": _done(request, lang),
    })  # fmt: skip


def _desk(request: HttpRequest) -> Desk:
    from ecluse.office.desk.today import open_session

    mandate = request.mandate  # type: ignore[attr-defined]
    return Desk(open_session(mandate), mandate, request.on)  # type: ignore[attr-defined]


def _done(request: HttpRequest, lang: str) -> str:
    name = request.GET.get("done", "")
    key = f"desk.{name}.title"
    return say(key, lang) if name in all_actions() and has_words(key, lang) else ""


def _is_own(desk: Desk, party: Party) -> bool:
    """Does the reader speak for this party, or for the state where it has its seat?"""
    is_of_state = desk.mandate.role == "authority" and state_of(desk.session, desk.body) == party.state
    return desk.body == party.id or is_of_state


def _orders(desk: Desk, party: str) -> list[OrderRow]:
    """In which orders that the reader may see has it a part? The newest first."""
    rows = OrderRow.objects.filter(order__in=Involvement.objects.filter(party=party).values("order"))
    if not is_home(desk):
        rows = rows.filter(order__in=list(own_orders(desk)))
    return list(rows.order_by("-filed_on", "order")[:MOST_ORDERS])


def _facts(desk: Desk, party: Party, lang: str) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("browse.party.state", state_name(party.state, lang)), ("browse.party.registered", party.registered_on),
    ]  # fmt: skip
    if party.names_other:
        facts.append(("browse.party.other_names", "; ".join(party.names_other)))
    facts += [("browse.party.identifier", identifier) for identifier in party.identifiers]
    status = desk.session.newest(party.id, ExporterStatus)
    return [*facts, ("browse.party.exporter_until", status.registered_until)] if status else facts


def _owners(desk: Desk, party: str, lang: str) -> list[tuple[Any, Ownership]]:
    """Who owns it today, with what share?"""
    held = [one.value for one in records(Ownership) if one.value.owned == party]
    now = [one for one in held if one.since <= desk.on and (one.until is None or desk.on <= one.until)]
    names = named([one.owner for one in now], lang)
    return [(names[one.owner], one) for one in now]


PATHS = [path("parties/<path:party>/", party_page, name="party")]
