"""What may be done at the custody gate? Commit blocks, mark, pack, release, hand over, lose, verify, close, recall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ecluse.base.days import Month
from ecluse.base.errors import ForbiddenError
from ecluse.base.signing import Signature
from ecluse.base.verdict import Held, Passed
from ecluse.custody.chain import by_sequence, taken_over
from ecluse.custody.life import Teller, may_record, next_steps, state_on, teller_of
from ecluse.custody.ranges import difference, union
from ecluse.custody.rules_chain import BACKWARD
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import (
    Capture,
    Centre,
    CustodyFinding,
    CustodyStage,
    DeliveryVerification,
    Fate,
    HostLicence,
    Level,
    LifeEvent,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Side,
    Sighting,
    Step,
)
from ecluse.custody.terms_after import ArrivalReport, Cause
from ecluse.office.actions.cases import HOME_SERVICE, authority_in, state_of
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.departure import hear_departure
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.actions.permissions import REPRESENTS
from ecluse.office.actions.surplus import give_back, move_draw
from ecluse.office.facts.after import answered, arrival_report
from ecluse.office.facts.custody import Moving, custody_claim, packed_ranges, taken_in
from ecluse.office.facts.surplus import own_draw
from ecluse.office.models import LicenceLine, Tranche, Unit
from ecluse.office.registers import Case, DeliveryMade, LineOutput, Order, Packing, Release, Unpacking
from ecluse.office.session import Session
from ecluse.order import HELD, Gate, Standing, Trigger
from ecluse.surplus.terms import DrawState


def enter_life(session: Session, event: LifeEvent, on: date, *, actor: str = "clock:office") -> None:
    """A centre or a line takes the next step of its life. Raises ForbiddenError for a step that may not follow.

    Or for one that this authority may not record. The first that a table brings is what is known when a life begins to
    be kept; persons begin at the beginning.
    """
    lived = session.of(event.subject, LifeEvent)
    state = state_on(lived, event.on)
    if state or session.mandate:
        if event.state not in next_steps(event.subject, lived, event.on):
            was = state.value if state else "not on record"
            raise ForbiddenError(f"{event.subject} is {was}: {event.state.value} may not follow")
        is_own = session.mandate is None or session.mandate.body == event.owner
        if not is_own or not may_tell(session, event, lived):
            raise ForbiddenError(f"{event.owner} may not record that {event.subject} is {event.state.value}")
    with Deed(session, "custody.enter_life", actor=actor, on=on, subject=event.subject) as deed:
        deed.seal(event)


def may_tell(session: Session, event: LifeEvent, lived: Sequence[LifeEvent]) -> bool:
    """May this step be recorded by its owner: the host of the soil, or an officer of a home authority?"""
    place = session.newest(event.subject, Centre) or session.newest(event.subject, Line)
    if place is None or not may_record(event.subject, place.host, lived, event):
        return False
    if teller_of(event.owner, place.host) is Teller.HOST:
        return True
    is_officer = session.mandate is None or session.mandate.role not in REPRESENTS
    return is_officer and authority_in(session, state_of(session, event.owner)) == HOME_SERVICE


def commit_block(session: Session, block: SerialBlock, on: date, *, maker: str, signature: Signature) -> None:
    """A line commits a run of serial numbers before it makes any of them."""
    with Deed(session, "custody.commit_block", actor=maker, on=on, subject=block.id) as deed:
        deed.seal(block, signatures=[signature])


def mark(
    session: Session,
    block: SerialBlock,
    marking: Marking,
    on: date,
    *,
    maker: str,
    authority: str,
    level: Level,
    signature: Signature,
) -> None:
    """The line marks numbers of its block as made, void or unused; units traced one by one are born here."""
    with Deed(session, "custody.mark", actor=maker, on=on, subject=block.id) as deed:
        deed.seal(marking, signatures=[signature])
        if marking.fate is Fate.MADE:
            month = Month.of(marking.on)
            made = marking.range.units()
            deed.seal(LineOutput(f"output:{marking.id}", block.line, month, made, marking.on), block.line)
        if level is Level.UNIT:
            deed.add(_units(block, marking, maker, authority))


def _units(block: SerialBlock, marking: Marking, maker: str, authority: str) -> Iterable[Unit]:
    for number in range(marking.range.first, marking.range.last + 1):
        yield Unit(
            serial=serial_text(block.prefix, number),
            block=block.id,
            number=number,
            model=block.model,
            fate=marking.fate.value,
            custodian=maker,
            authority=authority,
            state="at_line",
            tranche="",
            on=marking.on,
        )


def license_by_host(session: Session, licence: HostLicence, *, signature: Signature) -> None:
    """The host state grants its own licence for goods to leave it."""
    with Deed(
        session,
        "custody.license_host",
        actor=licence.owner,
        on=licence.valid_from,
        subject=f"host:{licence.order}",
        order=licence.order,
    ) as deed:
        deed.seal(licence, signatures=[signature])


def pack(
    session: Session, order: str, tranche: str, ranges: Sequence[SerialRange], *, maker: str, on: date, log: str
) -> None:
    """A maker says which numbers it packed for a tranche. The release gate says whether it may.

    Numbers that are packed for another tranche stay where they are: they may long be in a buyer's hands.
    """
    with Deed(session, "custody.pack", actor=maker, on=on, subject=tranche, order=order, log=log) as deed:
        for number, run in enumerate(ranges, len(session.of(tranche, Packing)) + 1):
            packing = Packing(f"packing:{tranche}/{number}", tranche, run.block, run.first, run.last, on)
            deed.seal(packing)
            twin = Packing(f"packing:{tranche}/{number}/in-block", tranche, run.block, run.first, run.last, on)
            deed.seal(twin, run.block)
            for own in not_of_others(session, run, tranche):
                session.move_units(own, tranche=tranche, state="packed", on=on)


def not_of_others(session: Session, run: SerialRange, tranche: str) -> tuple[SerialRange, ...]:
    """Which of these numbers are packed for no other tranche?"""
    return difference([run], taken_in(session, run.block, without=tranche))


def release(
    session: Session, moving: Moving, on: date, *, log: str, trigger: Trigger = Trigger.FIRST
) -> Passed[CustodyFinding] | Held:
    """May these units leave now? If so the draw is used and the release is on record."""
    claim = custody_claim(session, moving, CustodyStage.RELEASE, on)
    order, tranche = moving.order, moving.tranche
    with Deed(
        session, "custody.release", actor="clock:office", on=on, subject=tranche, order=order.id, log=log
    ) as deed:
        verdict = hear_gate(deed, Gate.CUSTODY, claim, tranche=tranche, on=on, previous=moving.hearing, trigger=trigger)
        if isinstance(verdict, Passed):
            line = order.line or ""
            made = Release(f"release:{tranche}", order.id, tranche, line, moving.units, deed.hearing, on)
            deed.seal(made)
            for subject in (line, f"host:{order.id}"):
                if subject:
                    copy = Release(
                        f"release:{tranche}/{subject}", order.id, tranche, line, moving.units, deed.hearing, on
                    )
                    deed.seal(copy, subject)
            if order.certificate and own_draw(session, order.certificate, tranche):
                move_draw(deed, order.certificate, tranche, moving.units, DrawState.USED)
            row = session.row(LicenceLine, f"licence:{order.id}", order.id)
            if row is not None:
                row.units_released += moving.units
                deed.put(row, order.id)
    return verdict


def hand_over(
    session: Session,
    order: str,
    manifest: Manifest,
    signatures: Sequence[Signature],
    *,
    end_user: str,
    log: str,
    actor: str = "",
    report: ArrivalReport | None = None,
) -> Held | None:
    """One handover, signed by each side; an arrival at the end user starts the clock of its verification.

    What did not arrive as the paper says is on record beside it, with a case: the count that was signed for stands.

    What was released at a centre abroad leaves once its host's witness saw that; else the grounds, and nothing moves.
    Either way that judgement is a hearing on record.
    """
    on = (manifest.received_at or manifest.sent_at).date()
    report = report or arrival_report(manifest)
    with Deed(
        session,
        "custody.hand_over",
        actor=actor or manifest.from_custodian,
        on=on,
        subject=manifest.tranche,
        order=order,
        log=log,
    ) as deed:
        verdict = hear_departure(deed, manifest, on)
        if isinstance(verdict, Held):
            return verdict
        deed.seal(manifest, signatures=signatures)
        if report is not None:
            deed.seal(report)
        if manifest.step is Step.DELIVERY and manifest.received_at:
            made = DeliveryMade(f"delivery:{manifest.id}", manifest.tranche, end_user, manifest.units, on)
            deed.seal(made, end_user)
        taken = difference(manifest.ranges, (*manifest.short, *manifest.rejected))
        for run in taken if manifest.received_at else ():
            session.move_units(
                run, custodian=manifest.to_custodian, authority=manifest.authority, state=manifest.step.value, on=on
            )
    if manifest.step in BACKWARD and manifest.received_at:
        _came_back(session, order, manifest, on, log=log)
    row, filed = session.row(Tranche, manifest.tranche, manifest.tranche), session.newest(order, Order)
    if manifest.step is Step.DELIVERY and row and filed and Standing(row.standing) in HELD:
        open_case(session, filed, row.tranche, Gate(row.gate), "delivered while held", on)
    if report is not None and filed:
        open_case(session, filed, manifest.tranche, Gate.CUSTODY, f"not as the manifest says: {manifest.id}", on)
    return None


def _came_back(session: Session, order_id: str, manifest: Manifest, on: date, *, log: str) -> None:
    """Once everything of a tranche is with its maker again its draw is free; recalled numbers may be packed anew."""
    tranche, order = manifest.tranche, session.newest(order_id, Order)
    manifests = by_sequence(session.of(tranche, Manifest))
    ranges = packed_ranges(session, tranche)
    back = union(*(taken_over(made) for made in manifests if made.step in BACKWARD))
    is_whole = manifest.to_custodian == manifests[0].from_custodian and not difference(ranges, back)
    if order is None or not is_whole:
        return
    if manifest.step is Step.RECALL:
        take_back(session, order_id, tranche, ranges, on, log=log)
    draw = own_draw(session, order.certificate, tranche) if order.certificate else None
    if draw is not None and draw.state is DrawState.USED:
        give_back(session, order, tranche, on, state=DrawState.RETURNED, action="surplus.draw")


def keep_capture(session: Session, order: str, capture: Capture, *, log: str) -> None:
    """How this side took the handover down, beside what it signed: permitted to whoever may sign that side."""
    action = "custody.hand_over" if capture.side is Side.TAKER else "custody.offer"
    with Deed(
        session, action, actor=capture.custodian, on=capture.on, subject=capture.tranche, order=order, log=log
    ) as deed:
        deed.seal(capture)


def report_loss(session: Session, order: str, loss: Loss, *, log: str) -> None:
    """A custodian reports units lost."""
    with Deed(
        session, "custody.report_loss", actor=loss.custodian, on=loss.on, subject=loss.tranche, order=order, log=log
    ) as deed:
        deed.seal(loss)
        for run in loss.ranges:
            session.move_units(run, state="lost", on=loss.on)


def verify_delivery(
    session: Session, order: str, verification: DeliveryVerification, signatures: Sequence[Signature], *, log: str
) -> None:
    """The end user's state certifies what arrived."""
    with Deed(
        session,
        "custody.verify_delivery",
        actor=verification.owner,
        on=verification.on,
        subject=verification.end_user,
        order=order,
        log=log,
    ) as deed:
        deed.seal(verification, signatures=signatures)
        about = (Cause.VERIFICATION, verification.tranche)
        for ended in answered(session, verification.end_user, *about, verification.on):
            deed.seal(ended)


def report_sighting(session: Session, order: str, tranche: str, sighting: Sighting) -> None:
    """A serial was seen somewhere; the report is filed with the tranche it belongs to."""
    with Deed(
        session, "custody.report_sighting", actor=sighting.reporter, on=sighting.on, subject=tranche, order=order
    ) as deed:
        deed.seal(sighting)


def close_chain(
    session: Session, moving: Moving, on: date, *, log: str, trigger: Trigger | None = None
) -> Passed[CustodyFinding] | Held:
    """Is the chain of this tranche closed: delivered, returned, or lost for a stated cause?"""
    trigger = trigger or why_closed(session, moving.tranche)
    claim = custody_claim(session, moving, CustodyStage.DELIVERY, on)
    with Deed(
        session, "custody.close", actor="clock:office", on=on, subject=moving.tranche, order=moving.order.id, log=log
    ) as deed:
        return hear_gate(
            deed, Gate.CUSTODY, claim, tranche=moving.tranche, on=on, previous=moving.hearing, trigger=trigger
        )


def why_closed(session: Session, tranche: str) -> Trigger:
    """Why is the chain looked at: goods came back, fewer were taken than were sent, or it simply reached its end?"""
    manifests = session.of(tranche, Manifest)
    if any(manifest.step is Step.RETURN for manifest in manifests):
        return Trigger.RETURN
    is_less = any(manifest.short or manifest.rejected for manifest in manifests)
    return Trigger.TOLERANCE if is_less else Trigger.FIRST


def take_back(session: Session, order: str, tranche: str, ranges: Sequence[SerialRange], on: date, *, log: str) -> None:
    """Packed numbers are free again: recalled before they left, or returned."""
    first = len(session.of(tranche, Unpacking)) + 1
    with Deed(session, "custody.recall", actor="clock:office", on=on, subject=tranche, order=order, log=log) as deed:
        for number, run in enumerate(ranges, first):
            freed = Unpacking(f"unpacking:{tranche}/{number}", tranche, run.block, run.first, run.last, on)
            deed.seal(freed)
            twin = Unpacking(f"unpacking:{tranche}/{number}/in-block", tranche, run.block, run.first, run.last, on)
            deed.seal(twin, run.block)
            for own in not_of_others(session, run, tranche):
                session.move_units(own, tranche="", state="recalled", on=on)


def open_case(session: Session, order: Order, tranche: str, gate: Gate, reason: str, on: date) -> Case:
    """A gate is held again over goods that the end user has: a person looks into it, on record."""
    number = len(session.of(tranche, Case)) + 1
    case = Case(f"case:{tranche}/{number}", order.id, tranche, gate.value, reason, on)
    with Deed(
        session, "custody.recall", actor="clock:office", on=on, subject=tranche, order=order.id, log=log_of(order)
    ) as deed:
        deed.seal(case)
    return case


def log_of(order: Order) -> str:
    """In which log are this order's movements kept? Its centre's, else the home log."""
    return order.centre.replace("centre:", "centre-") if order.centre else "home"
