"""Which actions has a person about a host state's witness? Bring in what it saw, call it, override it by two."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from ecluse.base.errors import EvidenceError
from ecluse.custody.log.note_keys import cosign
from ecluse.custody.measures import witness_minutes
from ecluse.custody.terms import Manifest, Step
from ecluse.custody.witnessed import Departure, WitnessOverride, witness_of
from ecluse.office.actions import witness as act
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.papers import hold_out, signed_by_both, waiting
from ecluse.office.desk.refs import authority_of, officers
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.facts.departure import departure_of
from ecluse.office.registers_people import PaperOffered

LONG, CHOICE = {"long": True}, {"choice": True}
PROPOSED = "custody.propose_override"


@dataclass(frozen=True, slots=True)
class WitnessHead:
    """Which head did the witness cosign? Left empty in a demonstration, its simulated witness sees the log now."""

    note: str = field(default="", metadata=LONG)


def witness_head(desk: Desk, subject: str, form: WitnessHead) -> Done:
    """Bring in the head of the centre's log that this state's witness saw."""
    waits = departing(desk, subject)
    if not form.note.strip() and not desk.session.source.is_seeded:
        raise FormError([Fault("note", "form.fault.missing")])
    note = form.note.replace("\r\n", "\n").strip() + "\n" if form.note.strip() else _simulated(desk, waits)
    try:
        act.witness_head(desk.session, waits.host or "", waits.log, note, desk.on, actor=desk.body)
    except EvidenceError as error:
        raise FormError([Fault("note", "form.fault.witness_note", str(error))]) from None
    return Done(subject)


def _simulated(desk: Desk, waits: Departure) -> str:
    """What a demonstration's witness of this host says of the log as it stands."""
    session, name = desk.session, witness_of(waits.host or "")
    note = act.head_to_witness(session, waits.log, act.tree_of(session, waits.log))
    text = note.partition("\n\n")[0] + "\n"
    return note + cosign(text, name.replace(":", "/"), session.source.private_key(name), int(desk.at.timestamp()))


def departing(desk: Desk, subject: str) -> Departure:
    """What is known of this tranche's departure today?"""
    order = desk.order_of(subject)
    return departure_of(desk.session, order.id, subject, log=desk.log_of(order), on=desk.on)


def is_to_witness(desk: Desk, subject: str) -> bool:
    """Did units leave, or are they to leave, from this authority's soil unseen by its witness?"""
    waits = departing(desk, subject)
    is_own = waits.host is not None and desk.body == f"authority:{waits.host.lower()}"
    return is_own and waits.index is not None and not waits.is_witnessed


def is_unseen(desk: Desk, subject: str) -> bool:
    """Does a release wait at a centre abroad for its host's witness, which nobody overrode?"""
    has_left = any(made.step is Step.RELEASE for made in desk.session.of(subject, Manifest))
    if has_left:
        return False
    waits = departing(desk, subject)
    return waits.host is not None and waits.index is not None and not waits.is_witnessed and waits.override is None


@dataclass(frozen=True, slots=True)
class CallWitness:
    """Was the witness asked, and is it silent?"""

    silent: bool


def call_witness(desk: Desk, subject: str, form: CallWitness) -> Done:
    """Put on record that the host's witness was asked and does not answer: its clock runs from now."""
    if not form.silent:
        raise FormError([Fault("silent", "form.fault.missing")])
    order = desk.order_of(subject)
    act.call_witness(desk.session, order.id, subject, desk.at, log=desk.log_of(order), actor=desk.person)
    return Done(subject)


def is_to_call(desk: Desk, subject: str) -> bool:
    """Was something released abroad that its host's witness has not seen, and was it not called?"""
    return is_unseen(desk, subject) and departing(desk, subject).call is None


@dataclass(frozen=True, slots=True)
class ProposeOverride:
    """Why may the goods leave unseen, and which officer of another authority is to agree?"""

    reason: str = field(metadata=LONG)
    countersigner: str = field(metadata=CHOICE)


def propose_override(desk: Desk, subject: str, form: ProposeOverride) -> Done:
    """Sign an override of the silent witness and hold it out to an officer of another authority."""
    order, waits = desk.order_of(subject), departing(desk, subject)
    assert waits.call is not None  # the action is offered after the call
    override = WitnessOverride(
        f"witness-override:{subject}", waits.host or "", subject, waits.call.id, desk.person, desk.body,
        form.countersigner, authority_of(desk.session, form.countersigner, "countersigner", desk.on), form.reason,
        desk.at,
    )  # fmt: skip
    hold_out(
        desk, PROPOSED, subject, [override], signer=desk.person, waits_for=form.countersigner, order=order.id,
        log=desk.log_of(order),
    )  # fmt: skip
    return Done(subject)


def _countersigners(desk: Desk, subject: str) -> list[tuple[str, str]]:
    return officers(desk.body, "countersigner", desk.on, desk.person)


def is_to_override(desk: Desk, subject: str) -> bool:
    """Did the called witness's clock run out, with no override made or held out?"""
    waits = departing(desk, subject)
    if waits.call is None or waits.is_witnessed or waits.override is not None or waiting(desk, PROPOSED, subject):
        return False
    return desk.at - waits.call.at >= timedelta(minutes=witness_minutes(desk.session.law, desk.on, waits.host or ""))


@dataclass(frozen=True, slots=True)
class AgreeToOverride:
    """Has the second officer read why?"""

    read: bool


def agree_to_override(desk: Desk, subject: str, form: AgreeToOverride) -> Done:
    """Sign second: the goods may leave unseen by the witness, and the override counts in the year's share."""
    paper = waiting(desk, PROPOSED, subject)
    if paper is None or not is_second(desk, paper) or not form.read:
        raise FormError([Fault("read", "form.fault.read_first")])
    order, stays = desk.order_of(subject), None
    for override, signatures in signed_by_both(desk, paper, desk.person):
        stays = act.override_witness(
            desk.session, order.id, override, signatures, desk.on, log=desk.log_of(order), actor=desk.person
        )
    return Done(subject, stays)


def is_second(desk: Desk, paper: PaperOffered) -> bool:
    """Is this the very officer to whom the override was held out? Nobody stands in for him."""
    return paper.waits_for == desk.person and paper.by != desk.person


def override_waits(desk: Desk, subject: str) -> bool:
    """Does an override wait for this very person's hand?"""
    paper = waiting(desk, PROPOSED, subject)
    return paper is not None and is_second(desk, paper)


ACTIONS = (
    Action("custody.witness_head", About.TRANCHE, WitnessHead, witness_head, is_to_witness),
    Action("custody.call_witness", About.TRANCHE, CallWitness, call_witness, is_to_call),
    Action(PROPOSED, About.TRANCHE, ProposeOverride, propose_override, is_to_override,
           choices={"countersigner": _countersigners}),
    Action("custody.override_witness", About.TRANCHE, AgreeToOverride, agree_to_override, override_waits),
)  # fmt: skip
