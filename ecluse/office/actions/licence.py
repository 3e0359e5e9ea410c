"""What may be done at the licence gate? File, opine, set and lift conditions, decide, issue, change a licence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ecluse.base.errors import ForbiddenError
from ecluse.base.sealed import seal
from ecluse.base.signing import Signature, is_signed_by
from ecluse.base.verdict import Held, Passed
from ecluse.licence.dated import general_permit
from ecluse.licence.life import may_follow, needs_two, state_after, why_not_by_these
from ecluse.licence.officers import AUTHOR, COUNTERSIGNER, Officer, Side, why_not_two
from ecluse.licence.routes import effective
from ecluse.licence.terms import (
    Application,
    Condition,
    GeneralUse,
    Licence,
    LicenceEvent,
    LicenceFinding,
    LicenceState,
    Opinion,
    Outcome,
    PermitKind,
    ProposedDecision,
)
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.actions.parties import involve
from ecluse.office.actions.surplus import move_draw
from ecluse.office.facts.licence import licence_claim, owner_group
from ecluse.office.facts.second import check_hand, is_signed_second
from ecluse.office.facts.surplus import contract_of, own_draw
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
        for kind, subject in (
            ("deal", f"owners:{group}"), ("price", f"prices:{order.model}"), ("contract", contract_of(order))
        ):  # fmt: skip
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


def propose(session: Session, order: str, decision: ProposedDecision, signature: Signature) -> None:
    """An officer proposes a decision; nothing is decided before another of another authority countersigns.

    Raises ForbiddenError unless these are two officers in office, of two authorities, as the paper says.
    """
    check_two(session, decision)
    with Deed(session, "licence.propose", actor=decision.author, on=decision.on, subject=order, order=order) as deed:
        deed.seal(decision, signatures=[signature])


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
    """Two officers decide; the gate is heard on it; if it passes the licence is issued in the same deed.

    Raises ForbiddenError, and writes nothing, unless these are two officers in office, of two authorities, as the
    paper says; `hear_attempt` keeps such a paper as evidence.
    """
    if decision is not None:
        check_two(session, decision)
        check_second(session, decision, actor, on)
        _put_on_file(session, order.id, decision, signatures, actor, on)
    return _hear(session, order, tranche, parties, on, trigger)


def hear_attempt(
    session: Session,
    order: Order,
    tranche: str,
    parties: tuple[PartiesFinding, str],
    decision: ProposedDecision,
    signatures: Sequence[Signature],
    on: date,
) -> Held:
    """A paper came in that not two officers signed: it is kept as evidence beside the hearing that holds the file.

    Raises ForbiddenError for a paper by two officers, which `decide` takes, and where the gate would pass it.
    """
    if not why_not_theirs(session, decision):
        raise ForbiddenError(f"{decision.id} is by two officers: it is decided on, not an attempt")
    _put_on_file(session, order.id, decision, signatures, decision.author, on)
    verdict = _hear(session, order, tranche, parties, on, Trigger.FIRST, may_issue=False)
    assert isinstance(verdict, Held)
    return verdict


def check_two(session: Session, decision: ProposedDecision) -> None:
    """Are author and countersigner two officers in office, of two authorities? Raises ForbiddenError when not."""
    why = why_not_theirs(session, decision)
    if why:
        raise ForbiddenError(f"{decision.id}: {why}")


def check_second(session: Session, decision: ProposedDecision, actor: str, on: date) -> None:
    """Is it the countersigner named who signs, or one who stands in for him today? Raises ForbiddenError when not."""
    check_hand(session, decision.id, *_sides(decision), actor, on)


def why_not_theirs(session: Session, decision: ProposedDecision) -> str:
    """Why may these two not decide together, by the register of officers? Empty when they may."""
    return why_not_two(offices_of(session, decision.author, decision.countersigner), *_sides(decision), decision.on)


def _sides(decision: ProposedDecision) -> tuple[Side, Side]:
    return (
        Side(decision.author, AUTHOR, decision.author_authority),
        Side(decision.countersigner, COUNTERSIGNER, decision.countersigner_authority),
    )


def offices_of(session: Session, *officers: str | None) -> tuple[Officer, ...]:
    """Which offices does the register hold for these persons?"""
    named = dict.fromkeys(officer for officer in officers if officer)
    return tuple(office for officer in named for office in session.of(officer, Officer))


def _put_on_file(
    session: Session, order: str, decision: ProposedDecision, signatures: Sequence[Signature], actor: str, on: date
) -> None:
    """The decision goes on file with its signatures; one proposed before is only countersigned."""
    action = "licence.change" if actor.startswith("clock:") else "licence.decide"
    with Deed(session, action, actor=actor, on=on, subject=order, order=order) as deed:
        known = session.digest_of(order, decision.id)
        if known is None:
            deed.seal(decision, signatures=signatures)
        elif known == seal(decision).digest:
            deed.sign(decision, signatures)
        else:
            raise ForbiddenError(f"{decision.id} is on file and says something else")


def _hear(
    session: Session,
    order: Order,
    tranche: str,
    parties: tuple[PartiesFinding, str],
    on: date,
    trigger: Trigger,
    *,
    may_issue: bool = True,
) -> Passed[LicenceFinding] | Held:
    claim = licence_claim(session, order, tranche, *parties, on)
    with Deed(session, "licence.change", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        verdict = hear_gate(deed, Gate.LICENCE, claim, tranche=tranche, on=on, previous=parties[1], trigger=trigger)
        if isinstance(verdict, Passed) and not may_issue:
            raise ForbiddenError(f"{tranche}: what not two officers signed cannot pass")
        queue = f"queue:{claim.application.route.value}"
        if session.digest_of(queue, f"left:{order.id}") is None:
            deed.seal(QueueLeft(f"left:{order.id}", claim.application.id, on), queue)
        if isinstance(verdict, Passed) and verdict.finding.outcome is Outcome.GRANT:
            _issue(deed, order, tranche, verdict.finding, on)
        elif isinstance(verdict, Passed):
            _pass_without_licence(deed, order, tranche, verdict.finding, on)
    return verdict


def _issue(deed: Deed, order: Order, tranche: str, finding: LicenceFinding, on: date) -> None:
    licence = Licence(
        f"licence:{order.id}", f"UA/{on.year}/{order.id.split(':')[1]}", f"application:{order.id}", order.id, tranche,
        order.exporter, finding.end_user, finding.destination, finding.model, finding.permit, finding.route,
        finding.units, finding.value, order.certificate, finding.return_by, deed.hearing, on, finding.valid_until,
    )  # fmt: skip
    deed.seal(licence, order.id)
    if order.certificate and finding.permit is PermitKind.OPEN:
        # An open permit holds nothing: each consignment draws for itself when it is called off.
        if own_draw(deed.session, order.certificate, tranche):
            move_draw(deed, order.certificate, tranche, order.units, DrawState.RELEASED)
    elif order.certificate:
        move_draw(deed, order.certificate, tranche, order.units, DrawState.COMMITTED)
    line = LicenceLine(
        licence=licence.id, order=order.id, state=LicenceState.ISSUED.value, units=licence.units, units_released=0
    )
    deed.put(line, order.id)


def _pass_without_licence(deed: Deed, order: Order, tranche: str, finding: LicenceFinding, on: date) -> None:
    """No licence is needed, or a general permit's use is registered; a conclusion lets no goods go and holds none."""
    if finding.outcome is Outcome.REGISTERED:
        permit = general_permit(order.class_, finding.destination, on, deed.session.law)
        assert permit is not None
        use = GeneralUse(
            f"general-use:{order.id}", order.id, permit, order.exporter, finding.end_user, finding.model, finding.units,
            finding.value, on,
        )  # fmt: skip
        deed.seal(use, order.id)
    if order.certificate and finding.outcome is not Outcome.CONCLUDED:
        move_draw(deed, order.certificate, tranche, order.units, DrawState.COMMITTED)
    elif order.certificate and own_draw(deed.session, order.certificate, tranche):
        move_draw(deed, order.certificate, tranche, order.units, DrawState.RELEASED)


def change_licence(
    session: Session, order: str, event: LicenceEvent, signatures: Sequence[Signature] = (), *, actor: str = "",
    on: date | None = None,
) -> None:  # fmt: skip
    """Suspend, reinstate, amend, revoke, surrender, exhaust or expire a licence.

    It goes on file on the day of its last signature, `on`: the event's own day is that of the first.

    Raises ForbiddenError, and writes nothing, for a step that may not follow, that too few officers stand behind, or
    that one of two did not sign.
    """
    day, actor = on or event.on, actor or event.officer
    with Deed(session, "licence.change", actor=actor, on=day, subject=order, order=order) as deed:
        check_step(session, order, event, signatures)
        if needs_two(event.state):
            check_hand(session, event.id, Side(event.officer, AUTHOR), Side(event.countersigner or "", COUNTERSIGNER),
                       actor, day)  # fmt: skip
        deed.seal(event, signatures=signatures)
        line = session.row(LicenceLine, event.licence, order)
        if line is not None:
            line.state = event.state.value
            deed.put(line, order)


def check_step(session: Session, order: str, event: LicenceEvent, signatures: Sequence[Signature]) -> None:
    """May this step be taken on this licence, by these officers, with these signatures? Raises ForbiddenError."""
    licence = next((found for found in session.of(order, Licence) if found.id == event.licence), None)
    if licence is None or event.on < licence.issued_on:
        raise ForbiddenError(f"{event.licence} is not issued by {event.on}")
    events = session.of(order, LicenceEvent)
    officers = offices_of(session, *(name for each in (*events, event) for name in (each.officer, each.countersigner)))
    state = state_after(licence, events, officers)
    if not may_follow(state, event.state):
        raise ForbiddenError(f"{licence.id} is {state.value}: {event.state.value} may not follow")
    why = why_not_by_these(event, officers)
    if why:
        raise ForbiddenError(f"{event.id}: {why}")
    if not needs_two(event.state):
        return
    if not is_signed_by(event.officer, event, signatures, session.keys([event.officer])):
        raise ForbiddenError(f"{event.id} is not signed by {event.officer}")
    if not is_signed_second(session, event, event.countersigner or "", signatures):
        raise ForbiddenError(f"{event.id} is not signed by {event.countersigner}")
