"""What is late for this person? Terms that ran out: the licence's clock, deliveries to certify, money to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from ecluse.base.days import Stop
from ecluse.base.verdict import Ground
from ecluse.base.words import say
from ecluse.custody.measures import measure
from ecluse.custody.terms import DeliveryVerification
from ecluse.licence.clock import day_due
from ecluse.licence.routes import calendar_of, effective
from ecluse.licence.terms import Application, GoodsList
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.desk.registry import Desk
from ecluse.office.facts.licence import clock_stops
from ecluse.office.facts.parties import in_force
from ecluse.office.models import Tranche
from ecluse.office.registers import DeliveryMade, Order
from ecluse.office.views.things import authority_of, fill, newest, records, records_of
from ecluse.order import Gate, Hearing, Standing
from ecluse.proceeds.terms import ContributionPolicy, Receipt, TitleTransfer

MOST_TRANCHES = 2_000
MOST_HEARINGS = 300
POLICY = "policy:contribution"
# Grounds that say a term ran out, and the fact that names its last day.
TERMS: Mapping[str, str] = {
    "proceeds.receipt_is_home": "receive_by",
    "proceeds.contribution_is_paid": "pay_by",
    "proceeds.contribution_is_in_full": "pay_by",
    "proceeds.allocation_is_made": "",
    "proceeds.purchase_is_made": "buy_by",
    "proceeds.purchase_is_delivered": "deliver_by",
    "custody.receipt_is_in_time": "due_on",
    "custody.delivery_is_verified": "due_on",
    "custody.temporary_export_is_returned": "return_by",
}


@dataclass(frozen=True, slots=True)
class Late:
    """One term that ran out: of which order and tranche, what was due, on which day, how many days ago."""

    order: str
    tranche: str
    sentence: str
    due: date
    days: int


def late_of(desk: Desk, mine: Mapping[str, Order] | None, lang: str) -> list[Late]:
    """What is late in this person's cases, the longest overdue first? `mine` is None for who sees every order."""
    rows = [row for row in _rows() if mine is None or row.order in mine]
    orders = mine if mine is not None else newest(records(Order, subject__in={row.order for row in rows}))
    found = [*_decisions(desk, rows, orders, lang), *_open(desk, rows, orders, lang), *_held(desk, rows, lang)]
    if desk.mandate.role not in OFFICE_ROLES and desk.body.startswith("authority:"):
        found = [late for late in found if authority_of(orders[late.order].destination) == desk.body]
    return sorted(set(found), key=lambda late: (late.due, late.tranche))


def _rows() -> list[Tranche]:
    """Which tranches could be late: open ones, and those held where money or goods were already on their way?"""
    moving = (Gate.CUSTODY.value, Gate.PROCEEDS.value)
    held = (Standing.HELD_REFERRED.value, Standing.HELD_REFUSED.value)
    wanted = Q(standing=Standing.OPEN.value) | Q(standing__in=held, gate__in=moving)
    return list(Tranche.objects.filter(wanted, is_split=False).order_by("tranche")[:MOST_TRANCHES])


def _late(desk: Desk, row: Tranche, sentence: str, due: date) -> Late:
    return Late(row.order, row.tranche, sentence, due, (desk.on - due).days)


def _decisions(desk: Desk, rows: list[Tranche], orders: Mapping[str, Order], lang: str) -> Iterator[Late]:
    """Which decisions is the licence gate overdue with?"""
    waiting = [row for row in rows if row.gate == Gate.PARTIES.value and row.standing == Standing.OPEN.value]
    fill(desk.session, [POLICY, *(row.order for row in waiting)])
    for row in waiting:
        due = decision_due(desk, row.order)
        if due is not None and due < desk.on:
            yield _late(desk, row, say("pages2.late.decision", lang, due=due), due)


def decision_due(desk: Desk, order: str) -> date | None:
    """By which day is this order's licence to be decided? None before its file is complete, or while its clock stops.

    It is `routes.due_on`, asked of the application alone: no other fact moves the day.
    """
    application, law = desk.session.newest(order, Application), desk.session.law
    if application is None or application.goods_list is GoodsList.UNCONTROLLED:
        return None
    terms = effective(application.route, application.goods_list, law, desk.on)
    if terms is None:
        return None
    start = application.filed_on if terms.starts_on == "filed" else application.complete_on
    stops: tuple[Stop, ...] = clock_stops(desk.session, order)
    return day_due(start, terms.clock_days, stops, calendar_of(terms, desk.on, law)) if start else None


def _open(desk: Desk, rows: list[Tranche], orders: Mapping[str, Order], lang: str) -> Iterator[Late]:
    """Which deliveries were never certified, which invoices not paid, where nobody asked the gate yet?"""
    moving = [row for row in rows if row.gate == Gate.CUSTODY.value and row.standing == Standing.OPEN.value]
    users = {orders[row.order].end_user for row in moving if row.order in orders}
    told = [one.value for one in records_of((DeliveryMade, DeliveryVerification), subject__in=users)]
    made = {one.tranche: one.on for one in told if isinstance(one, DeliveryMade)}
    verified = {one.tranche for one in told if isinstance(one, DeliveryVerification)}
    term = timedelta(measure(desk.session.law, desk.on, "verification_days"))
    for row in moving:
        delivered = made.get(row.tranche)
        if delivered and row.tranche not in verified and delivered + term < desk.on:
            yield _late(desk, row, say("pages2.late.verification", lang, delivered=delivered), delivered + term)
    yield from _unpaid(desk, moving, lang)


def _unpaid(desk: Desk, moving: list[Tranche], lang: str) -> Iterator[Late]:
    policy = in_force(desk.session.of(POLICY, ContributionPolicy), desk.on)
    if policy is None:
        return
    names = [row.tranche for row in moving]
    told = records_of((TitleTransfer, Receipt), subject__in=names)
    titles = newest(one for one in told if isinstance(one.value, TitleTransfer))
    paid: dict[str, int] = {}
    for one in told:
        if isinstance(one.value, Receipt):
            paid[one.subject] = paid.get(one.subject, 0) + one.value.money.minor
    for row in moving:
        title = titles.get(row.tranche)
        due = title.on + timedelta(policy.days_to_receive) if title else None
        if title and due and due < desk.on and paid.get(row.tranche, 0) < title.invoice.minor:
            yield _late(desk, row, say("pages2.late.receipt", lang, invoice=title.invoice, due=due), due)


def _held(desk: Desk, rows: list[Tranche], lang: str) -> Iterator[Late]:
    """Which gates hold a tranche because a term ran out?"""
    held = {row.hearing: row for row in rows if row.standing != Standing.OPEN.value}
    for one in records(Hearing, rid__in=sorted(held)[:MOST_HEARINGS]):
        for ground in one.value.grounds:
            if ground.code in TERMS:
                facts = ground.facts_by_name()
                due = _last_day(ground, facts) or one.on
                yield _late(desk, held[one.rid], say(f"{ground.code}.sentence", lang, **facts), due)


def _last_day(ground: Ground, facts: Mapping[str, Any]) -> date | None:
    named = facts.get(TERMS[ground.code])
    return named if isinstance(named, date) else None
