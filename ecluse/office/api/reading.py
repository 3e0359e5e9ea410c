"""What may a program look at? Orders with their tranches and documents, certificates, notices; each look is noted."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query

from ecluse.base.sealed import seal
from ecluse.office.actions.cases import OFFICE_ROLES, holder_of, touches
from ecluse.office.actions.documents import attachments_of
from ecluse.office.actions.hearings import tranches_of
from ecluse.office.api.answers import (
    CertificateOut,
    CertificatesOut,
    DocumentOut,
    LifeOut,
    NoticesOut,
    OrdersOut,
    TrancheOut,
)
from ecluse.office.api.office import LISTED, MOST_PAGE, NAMED, PAGE, api, bearer_at, desk_at
from ecluse.office.api.problems import ProblemError, grounds_out, language_of_call, problem
from ecluse.office.api.schemas import LONGEST_ID, PLAIN_ID
from ecluse.office.desk.registry import About, Desk, offered
from ecluse.office.models import CertificateBalance, OrderRow, Tranche
from ecluse.office.people.letters import sentence_of
from ecluse.office.people.reads import note_read
from ecluse.office.registers import Order
from ecluse.office.views.things import fill, is_home, own_orders, records
from ecluse.order import Hearing
from ecluse.surplus.terms import Certificate, Withdrawal

After = Annotated[str, Query(max_length=LONGEST_ID, pattern=r"^[A-Za-z0-9:._/-]*$", description="the id to go on from")]
Limit = Annotated[int, Query(ge=1, le=MOST_PAGE)]
Named = Annotated[str, Path(min_length=1, max_length=LONGEST_ID, pattern=PLAIN_ID)]
LAST_NUMBER = 2**53 - 1


@api.get("/orders", response={200: OrdersOut, **LISTED}, operation_id="orders")
def orders(request: HttpRequest, after: After = "", limit: Limit = PAGE) -> dict[str, Any]:
    """One page of orders by id; a party's program sees its own body's alone."""
    desk = desk_at(request)
    rows = OrderRow.objects.filter(order__gt=after).order_by("order")
    if desk.mandate.role not in OFFICE_ROLES:
        own = sorted(order for order in own_orders(desk) if order > after)
        rows = rows.filter(order__in=own[: limit + 1])
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return {"orders": [_order(row) for row in shown], "next": shown[-1].order if len(found) > limit else None}


def _order(row: OrderRow) -> dict[str, Any]:
    return {"order": row.order, "exporter": row.exporter, "filed_on": row.filed_on, "standing": row.standing,
            "gate": row.gate}  # fmt: skip


# Before the order itself, whose id may hold a stroke too.
@api.get("/orders/{path:order}/tranches", response={200: list[TrancheOut], **NAMED}, operation_id="tranches")
def tranches(request: HttpRequest, order: Named) -> list[dict[str, Any]]:
    """Each part of the order that passes the gates by itself, and what the token's person may do about it now."""
    desk, found = _seen(request, order)
    rows = tranches_of(desk.session, order)
    note_read(request, "api.tranches", order)
    return [_tranche(desk, found, row) for row in rows]


def _tranche(desk: Desk, order: Order, row: Tranche) -> dict[str, Any]:
    return {
        "tranche": row.tranche, "parent": row.parent, "units": row.units, "is_split": row.is_split, "gate": row.gate,
        "standing": row.standing, "holder": holder_of(desk.session, order, row.tranche),
        "actions": sorted(action.name for action in offered(desk, About.TRANCHE, row.tranche)),
    }  # fmt: skip


@api.get("/orders/{path:order}/documents", response={200: list[DocumentOut], **NAMED}, operation_id="order_documents")
def order_documents(request: HttpRequest, order: Named) -> list[Any]:
    """Which documents lie beside the order, oldest first."""
    desk, _ = _seen(request, order)
    note_read(request, "api.documents", order)
    return attachments_of(desk.session, order)


@api.get("/orders/{path:order}", response={200: LifeOut, **NAMED}, operation_id="order")
def order(request: HttpRequest, order: Named) -> dict[str, Any]:
    """Every hearing with its grounds, and what this token's person may do now."""
    desk, _ = _seen(request, order)
    row = OrderRow.objects.get(order=order)
    names = [tranche.tranche for tranche in tranches_of(desk.session, order)]
    fill(desk.session, names)
    heard = [h for name in names for h in desk.session.of(name, Hearing)]
    lang = language_of_call(request)
    open_to = {a.name for a in offered(desk, About.ORDER, order)}
    open_to |= {a.name for name in names for a in offered(desk, About.TRANCHE, name)}
    note_read(request, "api.order", order)
    return {"order": _order(row), "hearings": [_hearing(h, lang) for h in heard], "actions": sorted(open_to)}


def _hearing(hearing: Hearing, lang: str) -> dict[str, Any]:
    return {
        "id": hearing.id, "tranche": hearing.tranche, "gate": hearing.gate.value, "on": hearing.on,
        "trigger": hearing.trigger.value, "verdict": "held" if hearing.finding is None else "passed",
        "grounds": grounds_out(hearing.grounds, lang), "digest": seal(hearing).digest,
    }  # fmt: skip


def _seen(request: HttpRequest, order: str) -> tuple[Desk, Order]:
    """Which order is it? One that is another's is told of as one that is not there."""
    desk = desk_at(request)
    found = desk.session.newest(order, Order)
    if found is None or not OrderRow.objects.filter(order=order).exists():
        raise ProblemError(problem(request, 404))
    if not touches(desk.session, desk.mandate, order):
        raise ProblemError(problem(request, 404))
    return desk, found


@api.get("/certificates", response={200: CertificatesOut, **LISTED}, operation_id="certificates")
def certificates(request: HttpRequest, after: After = "", limit: Limit = PAGE) -> dict[str, Any]:
    """One page of surplus certificates by id; a maker's program sees its own."""
    desk = desk_at(request)
    found = {one.value.id: one.value for one in records(Certificate) if _reads(desk, one.value)}
    ids = sorted(id for id in found if id > after)
    shown = ids[:limit]
    fill(desk.session, shown)
    rows = [_certificate(desk, found[id]) for id in shown]
    return {"certificates": rows, "next": shown[-1] if len(ids) > limit else None}


@api.get("/certificates/{path:certificate}", response={200: CertificateOut, **NAMED}, operation_id="certificate")
def certificate(request: HttpRequest, certificate: Named) -> dict[str, Any]:
    """One certificate with its balance."""
    desk = desk_at(request)
    found = desk.session.newest(certificate, Certificate)
    if found is None or not _reads(desk, found):
        raise ProblemError(problem(request, 404))
    note_read(request, "api.certificate", certificate)
    return _certificate(desk, found)


def _reads(desk: Desk, certificate: Certificate) -> bool:
    """May this person read of this certificate? As on the pages: who works for the home state, and its maker."""
    return is_home(desk) or certificate.maker == desk.body


def _certificate(desk: Desk, found: Certificate) -> dict[str, Any]:
    row = desk.session.row(CertificateBalance, found.id, found.id)
    assert row is not None
    withdrawn, is_secret = desk.session.newest(found.id, Withdrawal), not is_home(desk)
    return {
        "certificate": found.id, "model": found.model, "class_": found.class_, "maker": found.maker,
        "first_month": str(found.first_month), "last_month": str(found.last_month), "rule": found.rule.value,
        "units_certified": row.units_certified, "units_reserved": row.units_reserved,
        "units_committed": row.units_committed, "units_used": row.units_used,
        "units_left": row.units_certified - row.units_reserved - row.units_committed - row.units_used,
        "issued_on": found.issued_on, "valid_until": found.valid_until,
        "withdrawn_on": withdrawn.on if withdrawn else None,
        "results": None if is_secret else [{"rule": r.rule.value, "units": r.units} for r in found.results],
        "units_need_unmet": None if is_secret else found.units_need_unmet,
    }  # fmt: skip


@api.get("/notices", response={200: NoticesOut, **LISTED}, operation_id="notices")
def notices(
    request: HttpRequest, before: Annotated[int, Query(ge=1, le=LAST_NUMBER)] = LAST_NUMBER, limit: Limit = PAGE
) -> dict[str, Any]:
    """One page of what the token's person should know, newest first. Reading them here does not mark them read."""
    account, lang = bearer_at(request).account, language_of_call(request)
    found = list(account.notices.filter(pk__lt=before).order_by("-pk")[: limit + 1])
    shown = found[:limit]
    rows = [
        {"id": row.pk, "at": row.at, "is_read": row.read_at is not None, "sentence": sentence_of(row, lang),
         "link": row.link}
        for row in shown
    ]  # fmt: skip
    return {"notices": rows, "next": shown[-1].pk if len(found) > limit else None}
