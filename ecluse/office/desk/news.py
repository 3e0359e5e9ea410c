"""What do new records mean to people who did not write them? Each kind that matters, told to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecluse.base.sealed import encode
from ecluse.base.verdict import Force, Ground
from ecluse.custody.terms import Sighting
from ecluse.custody.terms_after import AfterResponse
from ecluse.licence.terms import Appeal, ClockStop, Licence, LicenceEvent
from ecluse.office.actions.cases import HOME_SERVICE, bodies_of
from ecluse.office.actions.licence_cases import may_hear
from ecluse.office.actions.permissions import ACTIONS
from ecluse.office.desk.licence import asked, proposals_waiting
from ecluse.office.desk.papers import papers_for
from ecluse.office.desk.registry import Desk
from ecluse.office.models import OrderRow
from ecluse.office.people.speakers import Speakers
from ecluse.office.registers import Order
from ecluse.office.registers_people import Absence, PaperOffered
from ecluse.order import Gate, Hearing, Standing
from ecluse.proceeds.terms import Purchase
from ecluse.surplus.terms import Draw, Withdrawal

STAFF = "authority:general-staff"
MOST_NAMED = 5
Written = tuple[Any, str, str]


@dataclass(frozen=True, slots=True)
class News:
    """One thing to be told: to an officer, or to those who speak for a body in these roles; a sentence, a page."""

    whom: str
    key: str
    facts: dict[str, Any] = field(hash=False)
    link: str
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one action put on file, and the desk at which the office looks at it afterwards."""

    desk: Desk
    written: Sequence[Written]
    speakers: Speakers

    def stopped(self) -> dict[tuple[str, Gate], Ground]:
        """Which orders does which gate hold by the last word of this action, on which first ground?"""
        last = {
            (one.tranche, one.gate): one for one, _, _ in self.written
            if isinstance(one, Hearing) and one.gate is not Gate.CERTIFICATE
        }  # fmt: skip
        return {(one.order, one.gate): one.grounds[0] for one in last.values() if one.grounds}

    def suspended(self) -> set[str]:
        """Which orders' licences did the office suspend of itself?"""
        return {order for one, _, order in self.written if isinstance(one, LicenceEvent) and _is_clock(one)}


def news_of(batch: Batch) -> Iterator[News]:
    """What is there to tell of this action, and to whom?"""
    yield from _held(batch)
    for value, subject, order in batch.written:
        told = TOLD.get(type(value))
        if told is not None:
            yield from told(batch, value, subject, order)


def page_of(order: str) -> str:
    """Where is this order shown?"""
    return f"/orders/{order}/"


def _held(batch: Batch) -> Iterator[News]:
    """An order held: its exporter is told by which gate and why."""
    suspended = batch.suspended()
    for (order, gate), ground in batch.stopped().items():
        key = "notices.stopped" if order in suspended else "notices.held"
        if gate is Gate.LICENCE and ground.force is Force.REFUSE:
            key = "notices.refused"
        gate_said = {"say": f"gate.{gate.value}"}
        yield from _to_exporter(batch, order, key, gate=gate_said, ground=encode(ground))


def _to_exporter(batch: Batch, order: str, key: str, **facts: Any) -> Iterator[News]:
    found = batch.desk.session.newest(order, Order)
    if found is not None:
        yield News(found.exporter, key, {"order": order, **facts}, page_of(order))


def _licence(batch: Batch, value: Licence, subject: str, order: str) -> Iterator[News]:
    yield from _to_exporter(batch, value.order, "notices.licence_issued", number=value.number)


def _licence_event(batch: Batch, value: LicenceEvent, subject: str, order: str) -> Iterator[News]:
    """What the office suspends because a gate holds the order is told with the ground."""
    if not (_is_clock(value) and any(held == order for held, _ in batch.stopped())):
        state = {"say": f"desk.choice.{value.state.value}"}
        yield from _to_exporter(batch, order or subject, "notices.licence_changed", state=state)


def _is_clock(event: LicenceEvent) -> bool:
    return event.officer.startswith("clock:")


def _sighting(batch: Batch, value: Sighting, subject: str, order: str) -> Iterator[News]:
    """A unit was seen: the authorities with a part in the order, and those that were asked about it."""
    found = batch.desk.session.newest(order, Order)
    if found is None:
        return
    concerned = {body for body in bodies_of(batch.desk.session, found) if body.startswith("authority:")}
    facts = {"order": order, "number": f"{value.range.block} {value.range.first}", "state": {"state": value.state}}
    for body in sorted({HOME_SERVICE, *concerned, *asked(batch.desk, order)}):
        yield News(body, "notices.sighting", facts, page_of(order))


def _withdrawal(batch: Batch, value: Withdrawal, certificate: str, order: str) -> Iterator[News]:
    """A certificate was withdrawn: each exporter learns which of its orders drew on it and are not through."""
    tranches = {draw.tranche for draw in batch.desk.session.of(certificate, Draw)}
    orders = {tranche.rsplit("/", 1)[0] for tranche in tranches}
    rows = OrderRow.objects.filter(order__in=sorted(orders)).exclude(standing=Standing.PASSED.value)
    touched: dict[str, list[str]] = {}
    for exporter, found in rows.order_by("order").values_list("exporter", "order"):
        touched.setdefault(exporter, []).append(found)
    for exporter, found in touched.items():
        named = ", ".join(found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")
        link = page_of(found[0]) if len(found) == 1 else "/orders/"
        yield News(exporter, "notices.certificate_withdrawn", {"certificate": certificate, "orders": named}, link)


def _paper(batch: Batch, value: PaperOffered, subject: str, order: str) -> Iterator[News]:
    """A paper waits for an officer's second signature; what waits for a body is an order's next step."""
    if value.waits_for.startswith("officer:"):
        yield _second_waits(value.waits_for, subject)


def _second_waits(officer: str, subject: str) -> News:
    is_order = subject.startswith("order:")
    key = "notices.change_waits" if is_order else "notices.offer_waits"
    return News(officer, key, {"subject": subject}, page_of(subject) if is_order else f"/cases/{subject}/")


def _question(batch: Batch, value: ClockStop, subject: str, order: str) -> Iterator[News]:
    if value.until is None:
        yield from _to_exporter(batch, order or subject, "notices.asked")


def _appeal(batch: Batch, value: Appeal, subject: str, order: str) -> Iterator[News]:
    """An appeal was filed: those who may hear it. Decided: the exporter."""
    found = batch.desk.session.newest(order or subject, Order)
    if value.decided_on is not None:
        yield from _to_exporter(batch, order or subject, "notices.appeal_decided")
    elif found is not None:
        for role in sorted(ACTIONS["licence.decide_appeal"]):
            for officer in sorted(batch.speakers.in_role(role)):
                if may_hear(batch.desk.session, found, officer, batch.desk.on):
                    yield News(officer, "notices.appeal", {"order": found.id}, page_of(found.id))


def _absence(batch: Batch, value: Absence, subject: str, order: str) -> Iterator[News]:
    """Somebody goes away: the deputy learns from when to when, and today which decisions wait for his hand."""
    if subject != value.officer:
        return  # the copy under the deputy says the same
    facts = {"officer": value.officer, "first_day": str(value.first_day), "last_day": str(value.last_day)}
    yield News(value.deputy, "notices.stands_in", facts, "/settings/")
    if value.first_day <= batch.desk.on <= value.last_day:
        for waits in proposals_waiting(batch.desk, value.officer):
            yield News(value.deputy, "notices.waits_for_absent", {"order": waits, **facts}, page_of(waits))
        for paper in papers_for(batch.desk, value.officer, "licence.propose"):
            yield _second_waits(value.deputy, paper)


def _purchase(batch: Batch, value: Purchase, subject: str, order: str) -> Iterator[News]:
    facts = {"subject": subject, "what": {"say": "desk.proceeds.accept.title"}}
    link = f"/books/shortages/{value.shortage}/"
    yield News(STAFF, "notices.turn", facts, link, ACTIONS["proceeds.accept"])


def _response(batch: Batch, value: AfterResponse, end_user: str, order: str) -> Iterator[News]:
    """An end user is told what it owes and what was done about it, until the matter is over."""
    facts = {
        "what": {"say": f"after.cause.{value.cause.value}"}, "rung": {"say": f"after.rung.{value.rung.value}"},
        "about": value.about,
    }  # fmt: skip
    yield News(end_user, "after.notice", facts, f"/parties/{end_user}/")


TOLD: Mapping[type, Callable[[Batch, Any, str, str], Iterator[News]]] = {
    Licence: _licence, LicenceEvent: _licence_event, Sighting: _sighting, Withdrawal: _withdrawal,
    AfterResponse: _response,
    PaperOffered: _paper, Absence: _absence, ClockStop: _question, Appeal: _appeal, Purchase: _purchase,
}  # fmt: skip
