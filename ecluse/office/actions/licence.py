"""What may be done at the licence gate? File, opine, set and lift conditions, decide, issue, change a licence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ecluse.base.signing import Signature
from ecluse.base.verdict import Held, Passed
from ecluse.licence.routes import effective
from ecluse.licence.terms import (
    Application,
    Condition,
    Licence,
    LicenceEvent,
    LicenceFinding,
    LicenceState,
    Opinion,
    Outcome,
    ProposedDecision,
)
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.actions.parties import involve
from ecluse.office.actions.surplus import move_draw
from ecluse.office.facts.licence import licence_claim, owner_group
from ecluse.office.models import LicenceLine, OrderRow
from ecluse.office.registers import DealSeen, Order, QueueLeft, QueueNumber
from ecluse.office.session import Session
from ecluse.order import Gate, Standing, Trigger
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import DrawState


def file_application(
    session: Session, order: Order, application: Application, *, committed_number: int, signature: Signature
) -> None:
    """An exporter files: the order, its application, its place in the queue, and what the splitting test will see."""
    on = order.filed_on
    with Deed(session, "licence.file", actor=order.exporter, on=on, subject=order.id, order=order.id) as deed:
        deed.seal(order, signatures=[signature])
        deed.seal(application)
        route = application.route.value
        deed.seal(QueueNumber(f"queue-number:{order.id}", application.id, route, committed_number, on))
        group = owner_group(session, order.exporter)
        for kind, subject in (("deal", f"owners:{group}"), ("price", f"prices:{order.model}")):
            seen = DealSeen(
                f"{kind}:{order.id}", order.id, order.exporter, group, order.buyer, order.end_user, order.class_,
                order.model, order.units, application.unit_price, application.price_uah, order.contract_on, on,
            )  # fmt: skip
            deed.seal(seen, subject)
        deed.put(
            OrderRow(
                order=order.id, exporter=order.exporter, filed_on=on, standing=Standing.OPEN.value,
                gate=Gate.SURPLUS.value,
            ),
            order.id,
        )  # fmt: skip
        involve(deed, order)


def give_opinion(session: Session, order: str, opinion: Opinion) -> None:
    """One authority speaks, by one officer. With the last opinion that the route asks for, the file joins its queue."""
    with Deed(
        session, "licence.give_opinion", actor=opinion.officer, on=opinion.on, subject=order, order=order
    ) as deed:
        deed.seal(opinion)
        application, number = session.newest(order, Application), session.newest(order, QueueNumber)
        terms = effective(application.route, application.goods_list, session.law, opinion.on) if application else None
        spoken = {given.authority for given in session.of(order, Opinion)} | {opinion.authority}
        if terms and number and application and application.complete_on and set(terms.opinions_required) <= spoken:
            rid, queue = f"queue-place:{order}", f"queue:{number.route}"
            if session.digest_of(queue, rid) is None:
                deed.seal(replace(number, id=rid), queue)


def set_condition(session: Session, order: str, condition: Condition, *, officer: str) -> None:
    """An authority sets a condition on an application."""
    with Deed(session, "licence.set_condition", actor=officer, on=condition.set_on, subject=order, order=order) as deed:
        deed.seal(condition)


def lift_condition(session: Session, order: str, lifted: Condition, *, officer: str, on: date) -> None:
    """An authority lifts a condition: a new record of the same condition, naming who lifted it."""
    with Deed(session, "licence.lift_condition", actor=officer, on=on, subject=order, order=order) as deed:
        deed.seal(lifted, rid=f"{lifted.id}/lifted")


def decide(
    session: Session,
    order: Order,
    tranche: str,
    parties: tuple[PartiesFinding, str],
    decision: ProposedDecision | None,
    signatures: Sequence[Signature],
    on: date,
    *,
    actor: str,
    trigger: Trigger = Trigger.FIRST,
) -> Passed[LicenceFinding] | Held:
    """Two officers propose a decision; the gate is heard on it; if it passes the licence is issued in the same deed."""
    if decision is not None:
        with Deed(session, "licence.decide", actor=actor, on=on, subject=order.id, order=order.id) as deed:
            deed.seal(decision, signatures=signatures)
    claim = licence_claim(session, order, tranche, *parties, on)
    with Deed(session, "licence.change", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        verdict = hear_gate(deed, Gate.LICENCE, claim, tranche=tranche, on=on, previous=parties[1], trigger=trigger)
        queue = f"queue:{claim.application.route.value}"
        if session.digest_of(queue, f"left:{order.id}") is None:
            deed.seal(QueueLeft(f"left:{order.id}", claim.application.id, on), queue)
        if isinstance(verdict, Passed) and verdict.finding.outcome is Outcome.GRANT:
            _issue(deed, order, tranche, verdict.finding, on)
        elif isinstance(verdict, Passed) and order.certificate:
            move_draw(deed, order.certificate, tranche, order.units, DrawState.COMMITTED)
    return verdict


def _issue(deed: Deed, order: Order, tranche: str, finding: LicenceFinding, on: date) -> None:
    licence = Licence(
        f"licence:{order.id}", f"UA/{on.year}/{order.id.split(':')[1]}", f"application:{order.id}", order.id, tranche,
        order.exporter, finding.end_user, finding.destination, finding.model, finding.permit, finding.route,
        finding.units, finding.value, order.certificate, finding.return_by, deed.hearing, on, finding.valid_until,
    )  # fmt: skip
    deed.seal(licence, order.id)
    if order.certificate:
        move_draw(deed, order.certificate, tranche, order.units, DrawState.COMMITTED)
    line = LicenceLine(
        licence=licence.id, order=order.id, state=LicenceState.ISSUED.value, units=licence.units, units_released=0
    )
    deed.put(line, order.id)


def change_licence(session: Session, order: str, event: LicenceEvent) -> None:
    """Suspend, reinstate, amend, revoke, surrender, exhaust or expire a licence."""
    with Deed(session, "licence.change", actor=event.officer, on=event.on, subject=order, order=order) as deed:
        deed.seal(event)
        line = session.row(LicenceLine, event.licence, order)
        if line is not None:
            line.state = event.state.value
            deed.put(line, order)
