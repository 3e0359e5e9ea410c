"""What do the books say: the trial, who owes what, contributions, the fund, its shortages, every posting?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.money import Money
from ecluse.base.words import say
from ecluse.office.actions.cases import state_of
from ecluse.office.books_reading import AccountSum, Owed, account_sums, by_kind, owed, postings, trial
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.models import Entry
from ecluse.office.people.bodies import names_of
from ecluse.office.people.doors import needs_person
from ecluse.office.views.action import desk_of
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.named import named
from ecluse.office.views.page import language_of, page
from ecluse.office.views.shortages import PATHS as SHORTAGE_PATHS
from ecluse.office.views.things import is_home, own_orders, records
from ecluse.proceeds.terms import PeriodClose

SHOWN_OWED = 50
CURRENCIES = ("EUR", "GBP", "UAH", "USD")


def readable(request: HttpRequest) -> tuple[Desk, Any]:
    """Who reads, and which postings? All for those who work on every order; a party's own orders alone; else none."""
    desk = desk_of(request)
    assert desk is not None  # who is signed in and has a mandate; the door asked
    if is_home(desk) or _is_of_home(desk):
        return desk, postings(None)
    if not desk.body.startswith("party:"):
        raise PermissionDenied
    return desk, postings(own_orders(desk))


def _is_of_home(desk: Desk) -> bool:
    """Does the person speak for an authority of the home state, as who receives the purchases does?"""
    state = state_of(desk.session, desk.body)
    return bool(state) and state == state_of(desk.session, "authority:ssecu")


@never_cache
@require_safe
@needs_person
def books_page(request: HttpRequest) -> HttpResponse:
    """Do the books balance, who owes what since when, what did the fund do with its money?"""
    desk, rows = readable(request)
    lang, sums = language_of(request), account_sums(rows)
    debts = owed(rows, request.on)  # type: ignore[attr-defined]
    names = names_of({one.debtor for one in debts[:SHOWN_OWED]} | {one.name for one in sums if one.name}, lang)
    totals = trial(sums)
    is_all = is_home(desk) or _is_of_home(desk)
    return page(request, "office/books.html", {
        "is_all": is_all, "totals": totals, "is_sound": all(one.balance.minor == 0 for one in totals),
        "entries": Entry.objects.count() if is_all else rows.values("entry").distinct().count(),
        "kinds": [(f"pages3.account.{one.kind.replace(':', '.')}", one) for one in by_kind(sums)],
        "late": _sum_by_currency(one for one in debts if one.days_late),
        "debts": [_debt(one, names) for one in debts[:SHOWN_OWED]], "more": max(0, len(debts) - SHOWN_OWED),
        "contributions": _contributions(sums, names), "fund": _fund(sums),
        "closes": _closes(lang) if is_all else [], "opens": is_home(desk),
        "offers": offers(desk, About.OFFICE, "office", lang),
    })  # fmt: skip


def offers(desk: Desk, about: About, subject: str, lang: str) -> list[tuple[str, str]]:
    """Which of the money's actions may this person take here now? Title and address."""
    found = offered(desk, about, subject, "proceeds.")
    return [(say(f"desk.{action.name}.title", lang), f"/do/{action.name}/{subject}/") for action in found]


def _closes(lang: str) -> list[dict[str, Any]]:
    """Which months were closed, by whom together, the newest last? Persons and bodies by their names."""
    found = sorted(records(PeriodClose), key=lambda one: one.value.month)
    parts = ("spender", "spender_authority", "controller", "controller_authority")
    names = named((getattr(one.value, part) for one in found for part in parts), lang)
    said = {id: one.name for id, one in names.items()}
    return [
        {"month": one.value.month, "on": one.value.on, "digest": one.digest,
         **{part: said.get(getattr(one.value, part) or "", "") for part in parts}}
        for one in found
    ]  # fmt: skip


def _debt(one: Owed, names: dict[str, str]) -> dict[str, Any]:
    late = Tag("pages3.books.late", "danger", "!") if one.days_late else None
    return {
        "debtor": names.get(one.debtor, one.debtor), "id": one.debtor, "kind": f"pages3.account.{one.kind}",
        "tranche": Link(one.tranche, f"/orders/{one.tranche.rpartition('/')[0]}/"), "money": one.money,
        "since": one.since, "pay_by": one.pay_by, "days": one.days_late, "late": late,
    }  # fmt: skip


def _sum_by_currency(debts: Iterable[Owed]) -> list[Money]:
    found: dict[str, int] = {}
    for one in debts:
        found[one.currency] = found.get(one.currency, 0) + one.minor
    return [Money(minor, currency) for currency, minor in sorted(found.items())]


def _contributions(sums: list[AccountSum], names: dict[str, str]) -> list[tuple[str, str, AccountSum]]:
    """What fell due from each exporter, what was paid, what is left? The most left first."""
    due = [one for one in sums if one.kind == "contribution-due"]
    due.sort(key=lambda one: (-one.balance.minor, one.name))
    return [(names.get(one.name, one.name), one.name, one) for one in due]


def _fund(sums: list[AccountSum]) -> list[dict[str, Any]]:
    """In each currency: paid in, set aside, spent, delivered, and what lies idle?"""
    found = []
    kinds = {(one.kind, one.debits.currency): one for one in by_kind(sums)}
    for currency in sorted({currency for kind, currency in kinds if kind.startswith("fund:")}):
        nothing = AccountSum("", Money(0, currency), Money(0, currency))
        cash, allocated, spent, delivered = (
            kinds.get((f"fund:{kind}", currency), nothing) for kind in ("cash", "allocated", "spent", "delivered")
        )
        found.append({
            "currency": currency,
            "figures": [("cash", cash.debits), ("allocated", allocated.credits), ("spent", spent.credits),
                        ("delivered", delivered.debits), ("cash", cash.balance)],
        })  # fmt: skip
    return found


# ------------------------------------------------------------------ every posting


@never_cache
@require_safe
@needs_person
def entries_page(request: HttpRequest) -> HttpResponseBase:
    """Which postings were made, on which account, for which tranche?"""
    _, rows = readable(request)
    return listing_response(request, entries_listing(rows), "office/entries.html")


def entries_listing(rows: Any) -> Listing:
    """How are postings listed? The newest day first."""
    return Listing(
        name="postings", title="pages3.entries.title", lead="pages3.entries.lead",
        rows=rows.select_related("entry"),
        columns=(
            Column("entry", "pages3.entries.entry", lambda row: row.entry_id, sort="entry_id"),
            Column("on", "pages3.day", lambda row: row.entry.on, sort="entry__on"),
            Column("account", "pages3.entries.account", lambda row: row.account, sort="account"),
            Column("debit", "pages3.debit", lambda row: _side(row, 1), numeric=True),
            Column("credit", "pages3.credit", lambda row: _side(row, -1), numeric=True),
            Column("tranche", "orders.tranche", _tranche, sort="entry__tranche"),
        ),
        filters=(
            Filter("account", "pages3.entries.account", None, lambda found, text: found.filter(account__contains=text)),
            Filter("tranche", "orders.tranche", None, lambda found, text: found.filter(entry__tranche__contains=text)),
            Filter("currency", "pages3.currency", [(one, one) for one in CURRENCIES],
                   lambda found, text: found.filter(currency=text)),
            Filter("since", "pages3.since", None, lambda found, text: found.filter(entry__on__gte=text), kind="date"),
        ),
        order="-on",
    )  # fmt: skip


def _side(row: Any, side: int) -> Money | None:
    return Money(abs(row.minor), row.currency) if row.minor * side > 0 else None


def _tranche(row: Any) -> Link | None:
    tranche = row.entry.tranche
    return Link(tranche, f"/orders/{tranche.rpartition('/')[0]}/") if tranche else None


PATHS = [
    path("books/", books_page, name="books"),
    path("books/entries/", entries_page, name="entries"),
    *SHORTAGE_PATHS,
]
