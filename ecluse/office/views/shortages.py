"""Which shortages did the general staff name, and what was set aside, bought and delivered for each?"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.words import has_words, say
from ecluse.office.actions.cases import state_of
from ecluse.office.books_reading import ShortageRow, account_sums, shortage_rows
from ecluse.office.desk.registry import About, Desk, all_actions, offered
from ecluse.office.models import Posting
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.action import desk_of
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.overview import class_word
from ecluse.office.views.page import language_of, page
from ecluse.office.views.things import is_home, records
from ecluse.office.views.timeline import Moment
from ecluse.proceeds.terms import Allocation, Purchase, PurchaseDelivery, Shortage

SHOWN_ALLOCATIONS = 100
SHORTAGE_ACCOUNTS = ("fund:allocated:", "fund:spent:", "fund:delivered:")


def reader(request: HttpRequest) -> Desk:
    """Who may read of shortages? Those who work on every order, and the authorities of the home state."""
    desk = desk_of(request)
    assert desk is not None  # the door asked
    state = state_of(desk.session, desk.body)
    if not is_home(desk) and (not state or state != state_of(desk.session, "authority:ssecu")):
        raise PermissionDenied
    return desk


@never_cache
@require_safe
@needs_person
def shortages_page(request: HttpRequest) -> HttpResponseBase:
    """Which shortages are there, and how far is each filled?"""
    reader(request)
    lang = language_of(request)
    rows = shortage_rows(_sums(""), records(Shortage), records(Purchase), records(PurchaseDelivery))
    classes = sorted({row.class_ for row in rows})
    listing = Listing(
        name="shortages", title="pages3.shortages.title", lead="pages3.shortages.lead", rows=rows,
        columns=(
            Column("shortage", "pages3.shortages.shortage", lambda row: row.pk, sort="pk"),
            Column("class", "pages3.class", lambda row: class_word(row.class_, lang), sort="class_"),
            Column("priority", "pages3.shortages.priority", lambda row: row.priority, sort="priority", numeric=True),
            Column("named_on", "pages3.shortages.named_on", lambda row: row.named_on, sort="named_on"),
            Column("units", "pages3.shortages.units", lambda row: row.units, sort="units", numeric=True),
            Column("bought", "pages3.shortages.bought", lambda row: row.units_bought, sort="units_bought",
                   numeric=True),
            Column("accepted", "pages3.shortages.accepted", lambda row: row.units_accepted, sort="units_accepted",
                   numeric=True),
            Column("allocated", "pages3.total.allocated", lambda row: row.of("allocated"), numeric=True),
            Column("spent", "pages3.total.spent", lambda row: row.of("spent"), numeric=True),
            Column("delivered", "pages3.total.delivered", lambda row: row.of("delivered"), numeric=True),
        ),
        filters=(
            Filter("class", "pages3.class", [(one, class_word(one, lang)) for one in classes],
                   lambda found, text: [row for row in found if row.class_ == text]),
        ),
        order="priority", row_link=lambda row: f"/books/shortages/{row.pk}/", hidden=("named_on", "spent", "delivered"),
    )  # fmt: skip
    return listing_response(request, listing, "office/entries.html")


def _sums(shortage: str) -> list[Any]:
    rows = Posting.objects.none()
    for head in SHORTAGE_ACCOUNTS:
        rows = rows | Posting.objects.filter(**{"account" if shortage else "account__startswith": head + shortage})
    return account_sums(rows)


@never_cache
@require_safe
@needs_person
@records_read("shortage", "shortage")
def shortage_page(request: HttpRequest, shortage: str) -> HttpResponse:
    """What was set aside for this shortage, bought and accepted, and what may this person do now?"""
    desk, lang = reader(request), language_of(request)
    named = desk.session.newest(shortage, Shortage)
    if named is None:
        raise Http404
    allocations = desk.session.of(shortage, Allocation)
    purchases = records(Purchase, subject=shortage)
    deliveries = records(PurchaseDelivery, subject=shortage)
    row = shortage_rows(_sums(shortage), records(Shortage, subject=shortage), purchases, deliveries)[0]
    cited = {id for one in purchases for id in one.value.allocations}
    newest = sorted(allocations, key=lambda one: (one.on, one.id), reverse=True)
    suppliers = names_of({one.value.supplier for one in purchases} | {named.owner}, lang)
    return page(request, "office/shortage.html", {
        "shortage": named, "row": row, "owner": suppliers.get(named.owner, named.owner),
        "figures": _figures(row), "done": _done(request, lang), "offers": _offers(desk, shortage, lang),
        "purchases": [_purchase(one.value, deliveries, suppliers, request.on) for one in purchases],  # type: ignore[attr-defined]
        "allocations": [
            (one, Link(one.tranche, f"/orders/{one.tranche.rpartition('/')[0]}/"), one.id in cited)
            for one in newest[:SHOWN_ALLOCATIONS]
        ],
        "count": len(allocations), "more": max(0, len(allocations) - SHOWN_ALLOCATIONS),
        "moments": [
            Moment(one.value.on, say("pages3.shortages.accepted_units", lang, units=one.value.units),
                   one.value.purchase, Tag("pages3.shortages.accepted", "success", "✓"))
            for one in sorted(deliveries, key=lambda one: one.value.on, reverse=True)
        ],
    })  # fmt: skip


def _figures(row: ShortageRow) -> list[tuple[Any, str]]:
    units = [(row.units, "pages3.shortages.units"), (row.units_bought, "pages3.shortages.bought"),
             (row.units_accepted, "pages3.shortages.accepted")]  # fmt: skip
    return [*units, *((amount, f"pages3.total.{kind}") for kind, amount in row.money)]


def _purchase(bought: Purchase, deliveries: list[Any], names: dict[str, str], on: Any) -> dict[str, Any]:
    accepted = sum(one.value.units for one in deliveries if one.value.purchase == bought.id)
    is_late = accepted < bought.units and on > bought.deliver_by
    return {
        "id": bought.id, "on": bought.on, "supplier": names.get(bought.supplier, bought.supplier),
        "destination": f"desk.choice.{bought.destination.value}", "units": bought.units, "accepted": accepted,
        "money": bought.money, "deliver_by": bought.deliver_by, "allocations": len(bought.allocations),
        "late": Tag("pages3.books.late", "danger", "!") if is_late else None,
    }  # fmt: skip


def _offers(desk: Desk, shortage: str, lang: str) -> list[tuple[str, str]]:
    found = offered(desk, About.SHORTAGE, shortage)
    return [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{shortage}/") for action in found]


def _done(request: HttpRequest, lang: str) -> str:
    """Which action has just been taken here?"""
    name = request.GET.get("done", "")
    key = f"desk.{name}.title"
    return say(key, lang) if name in all_actions() and has_words(key, lang) else ""


PATHS = [
    path("books/shortages/", shortages_page, name="shortages"),
    path("books/shortages/<path:shortage>/", shortage_page, name="shortage"),
]
