"""Who may do what? Checked where the record is written: the role, the body spoken for, whose case it is.

Three questions are asked of every deed: does the actor hold a role that the action names; does a person who acts hold a
mandate for that actor; and does nothing in the deed speak in another body's name or about a case foreign to it?
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from ecluse.base.errors import ForbiddenError
from ecluse.custody.openings import HandedShare, SealingKey
from ecluse.custody.terms import DeliveryVerification, HostLicence, HostLicenceWithdrawn, Loss, Sighting
from ecluse.custody.terms_after import DeliveryStatement
from ecluse.licence.officers import in_office
from ecluse.licence.terms import Opinion
from ecluse.office.actions.cases import HOME_SERVICE, touches
from ecluse.office.registers import Authority, Officer
from ecluse.parties.terms import Clearance, Party
from ecluse.plan.terms import UrgentOrder
from ecluse.proceeds.terms import Contribution, PurchaseDelivery, Receipt, Shortage
from ecluse.surplus.terms import Withdrawal

if TYPE_CHECKING:
    from ecluse.office.actions.deed import Deed
    from ecluse.office.session import Session

# Roles: officers' roles; `party` is any registered party (an exporter, a maker, a carrier, a bank, the operator of a
# centre), `authority` an authority speaking by its own key, `clock` the office acting because a day came. A machine may
# stop or route; it never grants.
ACTIONS: dict[str, frozenset[str]] = {
    "office.found": frozenset({"clock"}),
    "office.register": frozenset({"clock"}),
    "office.propose_import": frozenset({"author", "planner"}),
    "office.accept_import": frozenset({"author", "planner", "countersigner"}),
    "office.decline_import": frozenset({"author", "planner", "countersigner"}),
    # A demonstration's calendar is turned by whoever looks; in service nobody's deed can.
    "office.turn_day": frozenset({
        "clock", "planner", "author", "countersigner", "opinion", "clearance", "spender", "controller", "auditor",
        "party", "authority",
    }),
    # Whoever holds a mandate may be away; whose absence one declares is checked where the absence is written.
    "office.declare_absence": frozenset({
        "planner", "author", "countersigner", "opinion", "clearance", "spender", "controller", "auditor", "party",
        "authority",
    }),
    # Whoever has a part in an order may lay a document beside it.
    "office.attach": frozenset({
        "planner", "author", "countersigner", "opinion", "clearance", "spender", "controller", "party", "authority",
    }),
    # A signature made away from the office proves itself; whoever speaks for a body carries that body's alone.
    "office.bring_signatures": frozenset({
        "planner", "author", "countersigner", "opinion", "clearance", "spender", "controller", "party", "authority",
    }),
    # A period of the outer log closes because its day came.
    "office.commit_heads": frozenset({"clock"}),
    "openings.register_key": frozenset({"authority"}),
    "openings.propose_keys": frozenset({"author", "planner"}),
    "openings.accept_keys": frozenset({"author", "planner", "countersigner", "controller"}),
    "openings.hand_in": frozenset({"authority"}),
    "openings.restore_key": frozenset({"author", "planner", "countersigner", "controller"}),
    "openings.note_late": frozenset({"clock"}),
    "surplus.certify": frozenset({"planner"}),
    "surplus.withdraw": frozenset({"planner"}),
    "surplus.hear": frozenset({"clock"}),
    "surplus.draw": frozenset({"clock"}),
    "surplus.accept_home_delivery": frozenset({"planner", "authority"}),
    # Whoever stated a figure signs it as the log commits to it: makers, ministry, general staff, holders of stock.
    "surplus.sign_figures": frozenset({"planner", "party", "authority"}),
    "parties.hear": frozenset({"clock"}),
    "parties.sweep": frozenset({"clock"}),
    "parties.clear": frozenset({"clearance"}),
    "parties.state_end_use": frozenset({"authority"}),
    "licence.file": frozenset({"party"}),
    "licence.authorise_marketing": frozenset({"author", "countersigner"}),
    "licence.apply_to_offer": frozenset({"party"}),
    "licence.stop_clock": frozenset({"opinion", "author"}),
    "licence.appeal": frozenset({"party"}),
    "licence.decide_appeal": frozenset({"author"}),
    "licence.give_opinion": frozenset({"opinion", "author", "countersigner"}),
    "licence.set_condition": frozenset({"opinion", "author"}),
    "licence.lift_condition": frozenset({"opinion", "author"}),
    "licence.propose": frozenset({"author"}),
    "licence.decide": frozenset({"author", "countersigner"}),
    "licence.change": frozenset({"author", "countersigner", "clock"}),
    # Which step is whose, home's officers' or the host's, is checked where the step is written.
    "custody.enter_life": frozenset({"clock", "author", "planner", "authority"}),
    "custody.commit_block": frozenset({"party"}),
    "custody.mark": frozenset({"party"}),
    "custody.pack": frozenset({"party"}),
    "custody.offer": frozenset({"party"}),
    "custody.license_host": frozenset({"authority"}),
    "custody.withdraw_host_licence": frozenset({"authority"}),
    "custody.release": frozenset({"clock"}),
    "custody.hand_over": frozenset({"party"}),
    # A cosigned head proves itself; the host's own people bring it in, or the office fetches it.
    "custody.witness_head": frozenset({"authority", "clock"}),
    "custody.call_witness": frozenset({"author"}),
    "custody.propose_override": frozenset({"author"}),
    "custody.override_witness": frozenset({"countersigner"}),
    "custody.recall": frozenset({"clock"}),
    "custody.report_loss": frozenset({"party"}),
    "custody.verify_delivery": frozenset({"authority"}),
    "custody.report_sighting": frozenset({"authority", "party"}),
    "custody.close": frozenset({"clock"}),
    # After delivery: a recipient states what it holds; officers fix, commit, bring in, visit; the clock draws and
    # responds; only a person suspends or closes.
    "custody.state_held": frozenset({"party"}),
    "custody.fix_round": frozenset({"author"}),
    "custody.commit_list": frozenset({"author"}),
    "custody.bring_value": frozenset({"author"}),
    "custody.draw_check": frozenset({"clock"}),
    "custody.record_visit": frozenset({"author", "opinion"}),
    "custody.note_overdue": frozenset({"clock"}),
    "custody.look_overdue": frozenset({"author", "controller"}),
    "custody.decide_matter": frozenset({"author"}),
    "custody.close_case": frozenset({"author"}),
    "proceeds.transfer_title": frozenset({"party", "clock"}),
    "proceeds.receive": frozenset({"party"}),
    "proceeds.contribute": frozenset({"party"}),
    "proceeds.name_shortage": frozenset({"authority"}),
    "proceeds.allocate": frozenset({"spender"}),
    "proceeds.purchase": frozenset({"spender"}),
    "proceeds.accept": frozenset({"authority"}),
    "proceeds.close": frozenset({"spender", "controller"}),
    "proceeds.hear": frozenset({"clock"}),
    # A state asks for itself; what came by letter the home service enters. The rest is that service's own work.
    "tracing.receive": frozenset({"author", "opinion", "authority"}),
    "tracing.acknowledge": frozenset({"author", "opinion"}),
    "tracing.take": frozenset({"author", "opinion"}),
    "tracing.propose": frozenset({"author", "opinion"}),
    "tracing.confirm": frozenset({"author", "opinion"}),
    "tracing.answer": frozenset({"author", "opinion"}),
    "tracing.close": frozenset({"author", "opinion"}),
    "tracing.refuse": frozenset({"author", "opinion"}),
    "tracing.reconcile": frozenset({"clock"}),
    "audits.keep": frozenset({"clock", "auditor", "controller"}),
    "plan.commit_baseline": frozenset({"planner"}),
    "plan.adopt": frozenset({"planner"}),
    "plan.order_urgently": frozenset({"planner"}),
    "plan.place_order": frozenset({"planner"}),
    "plan.state_surplus": frozenset({"planner"}),
    "plan.take_units": frozenset({"planner"}),
    "plan.recall": frozenset({"author"}),
    "sides.export": frozenset({"clock"}),
    "sides.import": frozenset({"clock"}),
}  # fmt: skip

# Which roles speak in a body's own name, and not in the person's?
REPRESENTS = frozenset({"party", "authority"})

# Which actions are one body's alone, whatever role another's people hold?
STAFF = "authority:general-staff"
ONLY = {"proceeds.accept": STAFF, "proceeds.name_shortage": STAFF, "surplus.accept_home_delivery": STAFF,
        "plan.order_urgently": STAFF, "plan.recall": HOME_SERVICE,
        **{f"tracing.{step}": HOME_SERVICE for step in
           ("acknowledge", "take", "propose", "confirm", "answer", "close", "refuse")}}  # fmt: skip

# In whose name does a record speak? A person may seal it only for that body.
SPEAKERS: dict[type, Callable[[Any], str]] = {
    Opinion: lambda record: str(record.authority),
    Withdrawal: lambda record: str(record.owner),
    Clearance: lambda record: str(record.authority),
    UrgentOrder: lambda record: str(record.owner),
    HostLicence: lambda record: str(record.owner),
    HostLicenceWithdrawn: lambda record: str(record.owner),
    Loss: lambda record: str(record.custodian),
    DeliveryVerification: lambda record: str(record.owner),
    Sighting: lambda record: str(record.reporter),
    DeliveryStatement: lambda record: str(record.end_user),
    Receipt: lambda record: str(record.bank),
    Contribution: lambda record: str(record.payer),
    SealingKey: lambda record: str(record.owner),
    HandedShare: lambda record: str(record.host),
    Shortage: lambda record: str(record.owner),
    PurchaseDelivery: lambda record: str(record.accepted_by),
}


def check_permission(deed: Deed) -> None:
    """May this actor take this action on this day? Raises ForbiddenError with the reason."""
    session, action, actor, on = deed.session, deed.action, deed.actor, deed.on
    if action not in ACTIONS:
        raise ForbiddenError(f"{action} is not a registered action")
    if not _has_role(session, actor, ACTIONS[action], on):
        raise ForbiddenError(f"{actor} may not do {action} on {on}")
    if actor.startswith("clock:"):
        return
    if session.mandate is not None:
        _check_person(deed)
    elif not session.source.is_seeded:
        raise ForbiddenError(f"{action} needs a person: {actor} names no one who is signed in")


def _has_role(session: Session, actor: str, roles: frozenset[str], on: date) -> bool:
    kind = actor.split(":", 1)[0]
    if kind == "officer":
        return any(office.role in roles for office in in_office(session.of(actor, Officer), actor, on))
    # A carried year checks its registers when they are read; in service nobody unregistered speaks.
    return kind in roles and (kind == "clock" or session.exclusive or is_registered(session, actor))


def is_registered(session: Session, body: str) -> bool:
    """Is this party or authority in the registers?"""
    register = {"party": Party, "authority": Authority}.get(body.split(":", 1)[0])
    return register is not None and session.newest(body, register) is not None


def _check_person(deed: Deed) -> None:
    """A person acts as himself in his role, or as the body for which he speaks, and in nobody else's name."""
    session, mandate = deed.session, deed.session.mandate
    assert mandate is not None
    if deed.actor not in (mandate.person, mandate.body):
        raise ForbiddenError(f"{mandate.person} speaks for {mandate.body}, not for {deed.actor}")
    if deed.actor == mandate.body and mandate.role not in REPRESENTS:
        raise ForbiddenError(f"{mandate.person} is {mandate.role} of {mandate.body} and does not sign in its name")
    if deed.actor == mandate.person and mandate.role not in ACTIONS[deed.action]:
        raise ForbiddenError(f"{mandate.person} holds the role {mandate.role}, which may not do {deed.action}")
    if ONLY.get(deed.action, mandate.body) != mandate.body:
        raise ForbiddenError(f"{deed.action} is for {ONLY[deed.action]}, not for {mandate.body}")
    if not holds(session, mandate, deed.on):
        raise ForbiddenError(f"{mandate.person} does not speak for {mandate.body} on {deed.on}")
    for _, value, _, _ in deed.sealed:
        speaker = SPEAKERS.get(type(value))
        if speaker is not None and speaker(value) != mandate.body:
            raise ForbiddenError(f"{mandate.person} speaks for {mandate.body}, not for {speaker(value)}")
    if deed.order and not touches(session, mandate, deed.order, deed.sealed):
        raise ForbiddenError(f"{deed.order} is not a case of {mandate.body}")


def holds(session: Session, mandate: Any, on: date) -> bool:
    """Is this mandate on record for this person and this day, his own or one that he stands in for?"""
    from ecluse.office.desk.person import mandates_of

    return mandate in mandates_of(session, mandate.person, on)
