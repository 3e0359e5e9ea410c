"""Which actions has a person at the custody gate? Split, pack, release, hand over by two, verify, report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ecluse.base.verdict import Held
from ecluse.custody.ranges import difference, normal
from ecluse.custody.terms import (
    Centre,
    CustodyFinding,
    DeliveryVerification,
    Fate,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
    Step,
)
from ecluse.office.actions import custody as act
from ecluse.office.actions.cases import authority_in, bodies_of, holder_of
from ecluse.office.actions.hearings import last_finding
from ecluse.office.actions.split import near_equal, split
from ecluse.office.desk.follow import moving
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.papers import hold_out, signed_by_both, waiting
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.desk.stops import chains_again
from ecluse.office.facts.custody import packed_ranges, taken_in, verification_of
from ecluse.office.registers import Order, Packing, Release
from ecluse.office.registers_people import PaperOffered
from ecluse.order import Gate

LONG, CHOICE = {"long": True}, {"choice": True}
MOST_PARTS = 12


def host_of(desk: Desk, order: Order) -> str:
    """From which state do the goods leave: the centre's, else the line's? Empty when neither is named."""
    centre = desk.session.newest(order.centre, Centre) if order.centre else None
    line = desk.session.newest(order.line, Line) if order.line else None
    place = centre or line
    return place.host if place else ""


@dataclass(frozen=True, slots=True)
class Pack:
    """Which numbers are packed? Left empty, the first free ones of the line."""

    ranges: tuple[SerialRange, ...] = ()


def pack(desk: Desk, subject: str, form: Pack) -> Done:
    """Pack marked numbers for a tranche."""
    going = moving(desk, subject)
    if going is None:
        raise FormError([Fault("ranges", "form.fault.not_licensed", subject)])
    ranges = form.ranges or tuple(_free(desk, going.order, going.units))
    if sum(run.units() for run in ranges) != going.units:
        raise FormError([Fault("ranges", "form.fault.units_differ", str(going.units))])
    act.pack(desk.session, going.order.id, subject, ranges, maker=desk.body, on=desk.on, log=desk.log_of(going.order))
    return Done(subject)


def _free(desk: Desk, order: Order, units: int) -> Iterable[SerialRange]:
    """Which made and unpacked numbers of the order's line come first?"""
    from ecluse.office.desk.refs import on_file

    blocks = [b for b in on_file(SerialBlock) if b.line == order.line and b.model == order.model]
    for block in sorted((b for b in blocks if not b.funded_for_home), key=lambda b: b.id):
        made = [m.range for m in desk.session.of(block.id, Marking) if m.fate is Fate.MADE]
        for run in difference(normal(made), taken_in(desk.session, block.id)):
            count = min(units, run.units())
            if count:
                yield SerialRange(run.block, run.first, run.first + count - 1)
            units -= count


def is_to_pack(desk: Desk, subject: str) -> bool:
    """Is the tranche licensed, open and not packed, and is the person its maker's?"""
    is_maker = holder_of(desk.session, desk.order_of(subject), subject) == desk.body
    return is_maker and desk.is_open(subject) and moving(desk, subject) is not None and not _is_packed(desk, subject)


def _is_packed(desk: Desk, subject: str) -> bool:
    return bool(desk.session.of(subject, Packing))


@dataclass(frozen=True, slots=True)
class AskRelease:
    """Asks that the units may leave."""

    ready: bool


def ask_release(desk: Desk, subject: str, form: AskRelease) -> Done:
    """Ask the custody gate whether the units may leave now."""
    going = moving(desk, subject)
    if going is None or not form.ready:
        raise FormError([Fault("ready", "form.fault.not_licensed", subject)])
    return Done(subject, act.release(desk.session, going, desk.on, log=desk.log_of(going.order)))


def is_to_release(desk: Desk, subject: str) -> bool:
    """Are the units packed, held by this body, and not released?"""
    is_here = holder_of(desk.session, desk.order_of(subject), subject) == desk.body
    return is_here and desk.is_open(subject) and _is_packed(desk, subject) and not desk.session.of(subject, Release)


@dataclass(frozen=True, slots=True)
class Offer:
    """Which handover's paper does one side draw up and sign?"""

    step: Step
    to_custodian: str
    place_state: str
    short: tuple[SerialRange, ...] = ()
    rejected: tuple[SerialRange, ...] = ()


def offer(desk: Desk, subject: str, form: Offer) -> Done:
    """Draw up a handover of everything that one holds of a tranche, sign it, and hold it out to the other side."""
    order, sequence = desk.order_of(subject), desk.sequence(subject)
    if form.to_custodian not in bodies_of(desk.session, order):
        raise FormError([Fault("to_custodian", "form.fault.not_of_order", form.to_custodian)])
    held = held_of(desk, subject)
    state = form.place_state.upper()
    manifest = Manifest(
        f"manifest:{subject}/{sequence}", subject, sequence, form.step, desk.body, form.to_custodian, state,
        authority_in(desk.session, state), held, sum(run.units() for run in held), form.short, form.rejected,
        desk.at, desk.at,
    )  # fmt: skip
    as_sent = replace(manifest, short=(), rejected=(), received_at=None)
    hold_out(
        desk, "custody.offer", subject, [manifest], signer=desk.body, waits_for=form.to_custodian, order=order.id,
        log=desk.log_of(order), as_sent=[as_sent],
    )  # fmt: skip
    return Done(subject)


def held_of(desk: Desk, subject: str) -> tuple[SerialRange, ...]:
    """Which numbers of the tranche does its holder have: those signed for last, without what was lost?"""
    manifests = desk.session.of(subject, Manifest)
    last = manifests[-1] if manifests else None
    got = difference(last.ranges, (*last.short, *last.rejected)) if last else packed_ranges(desk.session, subject)
    lost = [run for loss in desk.session.of(subject, Loss) for run in loss.ranges]
    return tuple(difference(got, lost))


def holds_units(desk: Desk, subject: str) -> bool:
    """Does this body hold the tranche's units, with no paper of its own waiting?"""
    is_here = holder_of(desk.session, desk.order_of(subject), subject) == desk.body
    return is_here and _is_packed(desk, subject) and waiting_paper(desk, subject) is None


def waiting_paper(desk: Desk, subject: str) -> PaperOffered | None:
    """Which handover's paper waits for its second signature?"""
    return waiting(desk, "custody.offer", subject)


@dataclass(frozen=True, slots=True)
class SignFor:
    """Does the receiver sign for what the paper names?"""

    received: bool


def sign_for(desk: Desk, subject: str, form: SignFor) -> Done:
    """Sign for a handover held out by the other side: from now on one answers for the units."""
    paper = waiting_paper(desk, subject)
    if paper is None or paper.waits_for != desk.body or not form.received:
        raise FormError([Fault("received", "form.fault.no_paper", subject)])
    order, stays = desk.order_of(subject), None
    for manifest, signatures in signed_by_both(desk, paper, desk.body):
        stays = act.hand_over(
            desk.session, order.id, manifest, signatures, end_user=order.end_user, log=desk.log_of(order),
            actor=desk.body,
        )  # fmt: skip
    return Done(subject, stays)


def is_receiver(desk: Desk, subject: str) -> bool:
    """Does a paper wait for this body's signature?"""
    paper = waiting_paper(desk, subject)
    return paper is not None and paper.waits_for == desk.body


@dataclass(frozen=True, slots=True)
class ReportLoss:
    """Which units were lost, from which cause?"""

    ranges: tuple[SerialRange, ...]
    cause: str = field(metadata=CHOICE)


def report_loss(desk: Desk, subject: str, form: ReportLoss) -> Done:
    """Report units of one's custody as lost."""
    order = desk.order_of(subject)
    number = 1 + len(desk.session.of(subject, Loss))
    loss = Loss(
        f"loss:{subject}/{number}", subject, form.ranges, sum(run.units() for run in form.ranges), desk.body,
        form.cause, desk.on,
    )  # fmt: skip
    act.report_loss(desk.session, order.id, loss, log=desk.log_of(order))
    return Done(subject)


def causes(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which causes of loss does the table name on this day?"""
    return [(row["cause"], row["cause"]) for row in desk.session.law["custody/causes"].in_force(desk.on)]


@dataclass(frozen=True, slots=True)
class VerifyDelivery:
    """How many units does the end user's state certify?"""

    units: int


def verify_delivery(desk: Desk, subject: str, form: VerifyDelivery) -> Done:
    """Certify what arrived, in the name of the end user's state; the office then looks whether the chain is closed."""
    from ecluse.office.desk.proceeds import close_chain

    order = desk.order_of(subject)
    made = [m for m in desk.session.of(subject, Manifest) if m.step is Step.DELIVERY]
    ranges = difference(made[-1].ranges, (*made[-1].short, *made[-1].rejected)) if made else ()
    record = DeliveryVerification(
        f"verification:{subject}", subject, order.end_user, desk.body, tuple(ranges), form.units, desk.on
    )
    signatures = [desk.sign(desk.body, record)]
    act.verify_delivery(desk.session, order.id, record, signatures, log=desk.log_of(order))
    return Done(subject, close_chain(desk, subject))


def is_to_verify(desk: Desk, subject: str) -> bool:
    """Did the units arrive in this authority's state, and is nothing certified?"""
    order = desk.order_of(subject)
    delivered = any(m.step is Step.DELIVERY for m in desk.session.of(subject, Manifest))
    is_here = f"authority:{order.destination.lower()}" == desk.body
    return is_here and delivered and verification_of(desk.session, order.end_user, subject) is None


@dataclass(frozen=True, slots=True)
class ReportSighting:
    """Which number was seen in which state?"""

    block: str
    number: int
    state: str


def report_sighting(desk: Desk, subject: str, form: ReportSighting) -> Done:
    """Report where a unit was seen; the chain is looked at again."""
    from ecluse.office.desk.proceeds import close_chain

    order, count = desk.order_of(subject), len(desk.session.of(subject, Sighting)) + 1
    run = SerialRange(form.block, form.number, form.number)
    record = Sighting(f"sighting:{subject}/{count}", run, form.state.upper(), desk.body, desk.on)
    act.report_sighting(desk.session, order.id, subject, record)
    seen = close_chain(desk, subject) if verification_of(desk.session, order.end_user, subject) else None
    return Done(subject, seen if isinstance(seen, Held) else None)


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """Into how many consignments?"""

    parts: int


def split_order(desk: Desk, subject: str, form: SplitOrder) -> Done:
    """Split a licensed order into near-equal consignments; each child's draw is heard."""
    order = desk.order(subject)
    if not 2 <= form.parts <= min(MOST_PARTS, order.units):
        raise FormError([Fault("parts", "form.fault.range", str(form.parts))])
    split(desk.session, order, near_equal(order.units, form.parts), desk.on)
    return Done(subject)


def is_to_split(desk: Desk, subject: str) -> bool:
    """Is the order licensed, whole and not packed, and is the person its exporter's?"""
    whole = f"{subject}/0"
    is_own = desk.order(subject).exporter == desk.body
    return is_own and desk.is_open(whole) and moving(desk, whole) is not None and not _is_packed(desk, whole)


def is_closed(desk: Desk, subject: str) -> bool:
    """Did the custody gate find the tranche's chain closed?"""
    found = last_finding(desk.session, subject, Gate.CUSTODY, CustodyFinding)
    return found is not None and found[0].delivered_on is not None


ACTIONS = (
    Action("custody.split", About.ORDER, SplitOrder, split_order, is_to_split, permit="licence.file"),
    Action("custody.pack", About.TRANCHE, Pack, pack, is_to_pack),
    Action("custody.ask_release", About.TRANCHE, AskRelease, ask_release, is_to_release, permit="custody.pack"),
    Action("custody.offer", About.TRANCHE, Offer, offer, holds_units),
    Action("custody.hand_over", About.TRANCHE, SignFor, sign_for, is_receiver),
    Action("custody.report_loss", About.TRANCHE, ReportLoss, report_loss, holds_units, choices={"cause": causes}),
    Action("custody.verify_delivery", About.TRANCHE, VerifyDelivery, verify_delivery, is_to_verify,
           given=lambda desk, subject: {"units": desk.tranche(subject).units}),
    Action("custody.report_sighting", About.TRANCHE, ReportSighting, report_sighting, preview=chains_again),
)  # fmt: skip
