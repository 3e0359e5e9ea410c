"""Who takes part? Registered parties, and one of them: screened against which lists, owned by whom, in which orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import say
from ecluse.office.actions.cases import state_of
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.models import Involvement, OrderRow
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.registers import Order
from ecluse.office.views.cells import Tag, standing_tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import source_said
from ecluse.office.views.page import language_of, page
from ecluse.office.views.places import share
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import Kept, desk_at, done_here, is_home, newest, own_orders, records
from ecluse.parties.terms import (
    Clearance,
    EndUseStatement,
    ExporterStatus,
    ListVersion,
    Ownership,
    Party,
    PartyKind,
    Screening,
)

MOST_ORDERS = 100
MOST_SCREENINGS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One registered party: its name, kind, state, the last screening's day and hits, and those nobody cleared."""

    pk: str
    name: str
    names: str
    kind: str
    state: str
    registered_on: date
    screened_on: date | None
    hits: int
    uncleared: int


# ------------------------------------------------------------------ the list


@never_cache
@require_safe
@needs_person
def parties_page(request: HttpRequest) -> HttpResponseBase:
    """Which parties may this person see? Home roles all; a state those seated there; a party itself."""
    return listing_response(request, parties_listing(request))


def parties_listing(request: HttpRequest) -> Listing:
    """How are parties shown to this person? Screenings are the home state's own work."""
    desk, lang = desk_at(request), language_of(request)
    if desk is None:
        raise PermissionDenied
    rows = party_rows(desk)
    screened = (
        Column("screened", "pages2.parties.screened_on", lambda row: row.screened_on, sort="screened_on"),
        Column("hits", "pages2.parties.hits", hits_tag, sort="hits"),
    )  # fmt: skip
    return Listing(
        name="parties", title="pages2.parties.title", lead="pages2.parties.lead", rows=rows,
        columns=(
            Column("party", "pages2.parties.party", lambda row: row.pk, sort="pk"),
            Column("name", "pages2.parties.name", lambda row: row.name, sort="name"),
            Column("kind", "pages2.parties.kind", lambda row: say(f"pages2.party_kind.{row.kind}", lang), sort="kind"),
            Column("state", "pages2.parties.state", lambda row: state_name(row.state, lang), sort="state"),
            Column("registered", "pages2.parties.registered_on", lambda row: row.registered_on, sort="registered_on"),
            *(screened if is_home(desk) else ()),
        ),
        filters=_filters(desk, rows, lang), order="party", row_link=lambda row: f"/parties/{row.pk}/",
    )  # fmt: skip


def _filters(desk: Desk, rows: Iterable[Row], lang: str) -> tuple[Filter, ...]:
    states = sorted({row.state for row in rows})
    found = (
        Filter("q", "pages2.parties.search", None, lambda rows, text: [
            row for row in rows if text.casefold() in f"{row.pk} {row.name} {row.names}".casefold()]),
        Filter("kind", "pages2.parties.kind", [(kind.value, f"pages2.party_kind.{kind.value}") for kind in PartyKind],
               lambda rows, text: [row for row in rows if row.kind == text]),
        Filter("state", "pages2.parties.state", [(state, state_name(state, lang)) for state in states],
               lambda rows, text: [row for row in rows if row.state == text]),
    )  # fmt: skip
    hits = Filter("hits", "pages2.parties.hits", [("open", "pages2.parties.uncleared"), ("any", "pages2.parties.hit")],
                  lambda rows, text: [row for row in rows if (row.uncleared if text == "open" else row.hits)],
                  )  # fmt: skip
    return (*found, hits) if is_home(desk) else found


def hits_tag(row: Row) -> Tag | None:
    """How did the last screening of this party end?"""
    if row.screened_on is None:
        return None
    if row.uncleared:
        return Tag("pages2.parties.uncleared", "danger", "!")
    return Tag("pages2.parties.cleared", "info", "✓") if row.hits else Tag("pages2.parties.clean", "success", "✓")


def may_see(desk: Desk, party: Party) -> bool:
    """May this person see this party? A party itself; a state those that have their seat there."""
    if is_home(desk) or desk.body == party.id:
        return True
    return desk.body.startswith("authority:") and state_of(desk.session, desk.body) == party.state


def party_rows(desk: Desk) -> list[Row]:
    """Which parties may this person see, with how they were screened last where it is theirs to know?"""
    where = {"subject": desk.body} if desk.body.startswith("party:") and not is_home(desk) else {}
    parties = newest(records(Party, **where))
    screened = newest(records(Screening)) if is_home(desk) else {}
    cleared: dict[str, set[str]] = {}
    for one in records(Clearance) if is_home(desk) else ():
        cleared.setdefault(one.subject, set()).add(one.value.entry)
    return [
        _row(party, screened.get(id), cleared.get(id, set())) for id, party in parties.items() if may_see(desk, party)
    ]


def _row(party: Party, last: Screening | None, cleared: set[str]) -> Row:
    hits = last.hits if last else ()
    return Row(
        party.id, party.name, " ".join(party.names_other), party.kind.value, party.state, party.registered_on,
        last.on if last else None, len(hits), sum(hit.entry not in cleared for hit in hits),
    )  # fmt: skip


# ------------------------------------------------------------------ one party


@never_cache
@require_safe
@needs_person
@records_read("party", "party")
def party_page(request: HttpRequest, party: str) -> HttpResponse:
    """Who is this, who owns it, how was it screened, where does it take part, what may this person do about it?"""
    desk, lang = desk_at(request), language_of(request)
    found = desk.session.newest(party, Party) if desk else None
    if desk is None or found is None or not may_see(desk, found):
        raise Http404
    orders = _orders_of(desk, party)
    return page(request, "office/party_file.html", {
        "party": found, "kind": f"pages2.party_kind.{found.kind.value}", "facts": _facts(desk, found, lang),
        "done": done_here(request, lang),
        "owners": _owners(desk, party, lang), "orders": [_order(order, row, party, lang) for order, row in orders],
        "statements": _statements(desk, orders, found), "offers": _offers(desk, party, lang),
        **(_screened(desk, party) if is_home(desk) else {}),
    })  # fmt: skip


def _facts(desk: Desk, found: Party, lang: str) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("pages2.parties.names_other", " · ".join(found.names_other)),
        ("pages2.parties.state", state_name(found.state, lang)),
        ("pages2.parties.identifiers", " · ".join(found.identifiers)),
        ("pages2.parties.registered_on", found.registered_on),
    ]  # fmt: skip
    status = desk.session.newest(found.id, ExporterStatus)
    if status:
        facts += [("pages2.parties.registered_until", status.registered_until),
                  ("pages2.parties.authority_until", status.authority_until),
                  ("pages2.parties.defence_city", status.defence_city)]  # fmt: skip
    return facts


def _owners(desk: Desk, party: str, lang: str) -> list[dict[str, Any]]:
    ties = desk.session.of(party, Ownership)
    names = names_of([tie.owner for tie in ties], lang)
    return [
        {"owner": tie.owner, "name": names[tie.owner], "least": share(tie.share_min_bp),
         "most": share(tie.share_max_bp), "controls": tie.controls, "since": tie.since, "until": tie.until,
         "source": source_said(tie.source), "is_linked": is_home(desk)}
        for tie in ties
    ]  # fmt: skip


def _screened(desk: Desk, party: str) -> dict[str, Any]:
    """Against which list versions was it screened, what was found, who cleared what? For home roles."""
    screenings = desk.session.of(party, Screening)[-MOST_SCREENINGS:]
    clearances = desk.session.of(party, Clearance)
    lists = {one.value.id: one.value for one in records(ListVersion)}
    return {
        "shows_screenings": True, "clearances": list(reversed(clearances)),
        "screenings": [
            {"screening": one, "lists": [lists.get(id, id) for id in one.list_versions],
             "hits": [(hit, next((c for c in clearances if c.entry == hit.entry), None)) for hit in one.hits]}
            for one in reversed(screenings)
        ],
    }  # fmt: skip


def _orders_of(desk: Desk, party: str) -> list[tuple[Order, OrderRow]]:
    """In which orders does it play a part, the newest first? Of these, those that are this person's to see."""
    involved = OrderRow.objects.filter(order__in=_involved(party)).order_by("-filed_on", "-order")
    mine = None if is_home(desk) else own_orders(desk)
    rows = [row for row in involved if mine is None or row.order in mine][:MOST_ORDERS]
    found = newest(records(Order, subject__in=[row.order for row in rows]))
    return [(found[row.order], row) for row in rows if row.order in found]


def _involved(party: str) -> Any:
    return Involvement.objects.filter(party=party).values("order")


def _order(order: Order, row: OrderRow, party: str, lang: str) -> dict[str, Any]:
    roles = [say(f"desk.field.{role}" if role != "exporter" else "orders.exporter", lang)
             for role, who in order.roles() if who == party]  # fmt: skip
    return {
        "order": order.id, "roles": ", ".join(roles) or say("pages2.parties.as_owner", lang), "filed_on": row.filed_on,
        "gate": f"gate.{row.gate}", "tag": standing_tag(row.standing),
    }  # fmt: skip


def _statements(desk: Desk, orders: Iterable[tuple[Order, OrderRow]], party: Party) -> list[EndUseStatement]:
    """Which end-use statements were made for it? One who only trades with it sees those that their own orders cite."""
    found: list[Kept] = [one for one in records(EndUseStatement) if one.value.end_user == party.id]
    is_of_state = desk.mandate.role == "authority" and state_of(desk.session, desk.body) == party.state
    if not (is_home(desk) or desk.body == party.id or is_of_state):
        cited = {order.statement for order, _ in orders}
        found = [one for one in found if one.value.id in cited]
    return sorted((one.value for one in found), key=lambda one: (one.issued_on, one.id), reverse=True)


def _offers(desk: Desk, party: str, lang: str) -> list[tuple[str, str]]:
    return [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{party}/")
            for action in offered(desk, About.PARTY, party)]  # fmt: skip


PATHS = [
    path("parties/", parties_page, name="parties"),
    path("parties/<path:party>/", party_page, name="party"),
]
