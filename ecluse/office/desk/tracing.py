"""Which actions move a trace request on, from the day it is received until it is answered, closed or refused?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from ecluse.base.errors import BadInputError
from ecluse.base.sealed import VERSIONS
from ecluse.custody.tracing.states import state_of
from ecluse.custody.tracing.terms import (
    Circumstance,
    Handling,
    IntendedUse,
    MarkRead,
    RefusalGround,
    TraceCandidates,
    TraceConfirmation,
    TraceRequest,
    TraceState,
    TraceStep,
    Urgency,
)
from ecluse.office.actions import tracing as act
from ecluse.office.actions.cases import HOME_SERVICE, OFFICE_ROLES
from ecluse.office.actions.permissions import REPRESENTS
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.models import Record
from ecluse.office.trace.on_record import index_on_record
from ecluse.office.trace.package import package_of

LONG, CHOICE = {"long": True}, {"choice": True}
S = TraceState
AUDITORS = frozenset({"controller", "auditor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveTrace:
    """Who asks about which item, how it is marked, where and how it was found, and for what the answer will be used."""

    requester: str
    requester_state: str
    contact_point: str
    reference: str
    serial_read: str
    manufacturer: str | None = None
    manufacture_state: str | None = None
    type_or_model: str | None = None
    calibre: str | None = None
    marks: tuple[str, ...] = ()
    import_state: str | None = None
    import_year: int | None = None
    recovered_state: str
    recovered_place: str | None = None
    recovered_on: date
    circumstance: Circumstance
    circumstances: str = field(metadata=LONG)
    intended_use: IntendedUse
    urgency: Urgency
    handling: Handling
    handling_note: str | None = None


def receive(desk: Desk, subject: str, form: ReceiveTrace) -> Done:
    """Take a trace request in: from now its clocks run."""
    request = TraceRequest(
        _next_id(desk), form.requester, form.requester_state.upper(), form.contact_point, form.reference,
        form.serial_read, form.manufacturer or "", _state(form.manufacture_state), form.type_or_model or "",
        form.calibre or "", tuple(_mark(line) for line in form.marks), _state(form.import_state), form.import_year,
        form.recovered_state.upper(), form.recovered_place or "", form.recovered_on, form.circumstance,
        form.circumstances, form.intended_use, form.urgency, form.handling, form.handling_note or "", desk.at,
    )  # fmt: skip
    if desk.mandate.role in REPRESENTS and form.requester != desk.body:
        raise FormError([Fault("requester", "form.fault.not_offered", form.requester[:80])])
    try:
        act.receive(desk.session, request, hand(desk))
    except BadInputError as error:
        found = [Fault(str(one.column), "tracing.fault", one.found) for one in error.faults]
        raise FormError(found) from None
    return Done(request.id)


def _state(code: str | None) -> str | None:
    return code.upper() if code else None


def _mark(line: str) -> MarkRead:
    """`place: text`, and after a bar the digest of the photograph."""
    told, _, photo = line.partition("|")
    place, _, text = told.partition(":")
    return MarkRead(place.strip(), text.strip(), photo.strip().lower() or None)


def _next_id(desk: Desk) -> str:
    head = f"trace:{desk.on.year}-"
    number = 1 + Record.objects.filter(v=VERSIONS[TraceRequest], rid__startswith=head).count()
    return f"{head}{number:05d}"


def hand(desk: Desk) -> act.Hand:
    """Who acts here: the officer in person, or the body whose representative speaks?"""
    return act.Hand(desk.actor, desk.on, desk.at)


@dataclass(frozen=True, slots=True)
class MoveTrace:
    """What is to be noted with this step?"""

    note: str | None = field(default=None, metadata=LONG)


@dataclass(frozen=True, slots=True)
class ProposeCandidates:
    """Which reading is searched for?"""

    serial_read: str


@dataclass(frozen=True, slots=True)
class ConfirmCandidate:
    """Which number is it, and by what else is that known?"""

    serial: str = field(metadata=CHOICE)
    reason: str = field(metadata=LONG)


@dataclass(frozen=True, slots=True)
class RefuseTrace:
    """On which ground, and why, is the request not answered?"""

    ground: RefusalGround
    reason: str = field(metadata=LONG)


def acknowledge(desk: Desk, subject: str, form: MoveTrace) -> Done:
    """Tell whoever asked that the request has come in."""
    act.acknowledge(desk.session, subject, hand(desk), form.note or "")
    return Done(subject)


def take(desk: Desk, subject: str, form: MoveTrace) -> Done:
    """Take the request into work."""
    act.take(desk.session, subject, hand(desk), form.note or "")
    return Done(subject)


def propose(desk: Desk, subject: str, form: ProposeCandidates) -> Done:
    """Search for what was read, and put on record which numbers it might mean."""
    found = index_on_record().candidates(form.serial_read)
    act.propose(desk.session, subject, form.serial_read, found, hand(desk))
    return Done(subject)


def confirm(desk: Desk, subject: str, form: ConfirmCandidate) -> Done:
    """Confirm in person that the item is the unit with this number."""
    act.confirm(desk.session, subject, form.serial, form.reason, hand(desk))
    return Done(subject)


def answer(desk: Desk, subject: str, form: MoveTrace) -> Done:
    """Answer with the package of the unit that was confirmed, or that none is known."""
    found = package_of(desk.session, _request(desk, subject), desk.at)
    act.answer(desk.session, subject, found.content(), (found.told, sorted(found.withheld)), hand(desk))
    return Done(subject)


def close(desk: Desk, subject: str, form: MoveTrace) -> Done:
    """Close an answered request."""
    act.close(desk.session, subject, hand(desk), form.note or "")
    return Done(subject)


def refuse(desk: Desk, subject: str, form: RefuseTrace) -> Done:
    """Refuse the request, with a ground and a reason."""
    act.refuse(desk.session, subject, form.ground, form.reason, hand(desk))
    return Done(subject)


def _request(desk: Desk, subject: str) -> TraceRequest:
    found = desk.session.newest(subject, TraceRequest)
    if found is None:
        raise KeyError(subject)
    return found


def sees(desk: Desk, request: TraceRequest) -> bool:
    """Is this person shown the request? Who asked; the home service, who audits; the rest where handling lets."""
    if request.requester == desk.body:
        return True
    is_open = request.handling is Handling.OFFICES
    is_for = is_open or desk.body == HOME_SERVICE or desk.mandate.role in AUDITORS
    return desk.mandate.role in OFFICE_ROLES and is_for


def stands_at(*states: TraceState) -> Callable[[Desk, str], bool]:
    """Is the request in one of these states?"""
    return lambda desk, subject: state_of(desk.session.of(subject, TraceStep)) in states


def ranked(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which candidates are on record, from the last search?"""
    searched = desk.session.newest(subject, TraceCandidates)
    return [(one.serial, f"{one.serial} ({one.score} ‰)") for one in searched.ranked] if searched else []


def can_confirm(desk: Desk, subject: str) -> bool:
    """Is the request in work, with candidates of which none is confirmed?"""
    is_open = desk.session.newest(subject, TraceConfirmation) is None
    return is_open and bool(ranked(desk, subject)) and stands_at(S.IN_WORK)(desk, subject)


def can_answer(desk: Desk, subject: str) -> bool:
    """Is the request in work, and was it searched for?"""
    return stands_at(S.IN_WORK)(desk, subject) and desk.session.newest(subject, TraceCandidates) is not None


ACTIONS = (
    Action("tracing.receive", About.OFFICE, ReceiveTrace, receive,
           given=lambda desk, subject: {"requester": desk.body} if desk.mandate.role in REPRESENTS else {}),
    Action("tracing.acknowledge", About.TRACE, MoveTrace, acknowledge, stands_at(S.RECEIVED)),
    Action("tracing.take", About.TRACE, MoveTrace, take, stands_at(S.ACKNOWLEDGED)),
    Action("tracing.propose", About.TRACE, ProposeCandidates, propose, stands_at(S.IN_WORK),
           given=lambda desk, subject: {"serial_read": _request(desk, subject).serial_read}),
    Action("tracing.confirm", About.TRACE, ConfirmCandidate, confirm, can_confirm, choices={"serial": ranked}),
    Action("tracing.answer", About.TRACE, MoveTrace, answer, can_answer),
    Action("tracing.close", About.TRACE, MoveTrace, close, stands_at(S.ANSWERED)),
    Action("tracing.refuse", About.TRACE, RefuseTrace, refuse, stands_at(S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK)),
)  # fmt: skip
