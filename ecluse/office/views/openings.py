"""What did this office take over when it began? Licences, units abroad, receivables: stated on paper, not proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.sealed import VERSIONS
from ecluse.base.words import say
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.desk.registry import Desk
from ecluse.office.models import Record
from ecluse.office.opening.records import OpeningLicence, OpeningReceipt, OpeningReceivable, OpeningUnits
from ecluse.office.people.doors import needs_person
from ecluse.office.people.reads import records_read
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import named
from ecluse.office.views.page import language_of
from ecluse.office.views.things import desk_at, is_home, records_of

KINDS: Mapping[type, str] = MappingProxyType({
    OpeningLicence: "licence", OpeningUnits: "units", OpeningReceivable: "receivable", OpeningReceipt: "receipt",
})  # fmt: skip
GRADE = Tag("openings.grade", "warning", "?")


@dataclass(frozen=True, slots=True)
class Taken:
    """One balance taken over: what it is, its number, whose it is and who answers for it, how much, of which day."""

    pk: str
    kind: str
    number: str
    what: str
    whose: str
    authority: str
    amount: Any
    as_of: date
    until: date | None
    document: str


def _licence(one: OpeningLicence) -> Taken:
    return Taken(one.id, "licence", one.number, one.model, one.holder, one.issued_by, one.units_left, one.as_of,
                 one.valid_until, one.document)  # fmt: skip


def _units(one: OpeningUnits) -> Taken:
    run = one.serial(one.first) if one.first == one.last else f"{one.serial(one.first)} – {one.serial(one.last)}"
    return Taken(one.id, "units", run, one.model, one.custodian, one.authority, one.last - one.first + 1, one.as_of,
                 None, one.document)  # fmt: skip


def _receivable(one: OpeningReceivable) -> Taken:
    return Taken(one.id, "receivable", one.number, "", one.debtor, one.creditor, one.money, one.as_of, one.due_on,
                 one.document)  # fmt: skip


def _receipt(one: OpeningReceipt) -> Taken:
    return Taken(one.id, "receipt", one.number, "", one.payer or "", one.bank, one.money, one.on, None, one.document)


ROWS: Mapping[type, Callable[[Any], Taken]] = MappingProxyType({
    OpeningLicence: _licence, OpeningUnits: _units, OpeningReceivable: _receivable, OpeningReceipt: _receipt,
})  # fmt: skip


def openings_of(desk: Desk) -> list[Taken]:
    """Which balances may this person see? Who works on every order sees all, others those that name their body."""
    found = [ROWS[type(one.value)](one.value) for one in records_of(tuple(KINDS))]
    return found if is_home(desk) else [one for one in found if desk.body in (one.whose, one.authority)]


def openings_count(desk: Desk | None) -> int:
    """How many balances taken over may this person see? Counted without being read where all may be seen."""
    if desk is None:
        return 0
    if desk.mandate.role in OFFICE_ROLES:
        return Record.objects.filter(v__in=[VERSIONS[cls] for cls in KINDS]).count()
    return len(openings_of(desk))


@never_cache
@require_safe
@needs_person
@records_read("openings", "kind")
def openings_page(request: HttpRequest) -> HttpResponseBase:
    """Which balances were taken over, on which papers do they rest, and how far is each unproven?"""
    desk, lang = desk_at(request), language_of(request)
    assert desk is not None, "nobody comes here without a mandate"
    rows = openings_of(desk)
    listing = Listing(
        name="openings", title="openings.title", lead="openings.lead", rows=rows, columns=_columns(rows, desk, lang),
        filters=(
            Filter("kind", "openings.kind", [(kind, say(f"openings.kind.{kind}", lang)) for kind in KINDS.values()],
                   lambda found, text: [row for row in found if row.kind == text]),
            Filter("number", "openings.number", None,
                   lambda found, text: [row for row in found if text.casefold() in row.number.casefold()]),
        ),
        order="kind", hidden=("authority", "until", "document"),
    )  # fmt: skip
    return listing_response(request, listing)


def _columns(rows: Iterable[Taken], desk: Desk, lang: str) -> tuple[Column, ...]:
    names = named({body for row in rows for body in (row.whose, row.authority, row.what) if body}, lang)

    def name(body: str) -> str:
        return names[body].name if body else ""

    def number(row: Taken) -> Any:
        return Link(row.number, f"/records/?subject={row.pk}") if is_home(desk) else row.number

    return (
        Column("number", "openings.number", number, sort="number"),
        Column("kind", "openings.kind", lambda row: say(f"openings.kind.{row.kind}", lang), sort="kind"),
        Column("grade", "openings.graded", lambda row: GRADE),
        Column("amount", "openings.amount", lambda row: row.amount, numeric=True),
        Column("what", "openings.what", lambda row: name(row.what), sort="what"),
        Column("whose", "openings.whose", lambda row: name(row.whose), sort="whose"),
        Column("authority", "openings.authority", lambda row: name(row.authority), sort="authority"),
        Column("as_of", "openings.as_of", lambda row: row.as_of, sort="as_of"),
        Column("until", "openings.until", lambda row: row.until),
        Column("document", "openings.document", lambda row: row.document),
    )  # fmt: skip


PATHS = [path("openings/", openings_page, name="openings")]
