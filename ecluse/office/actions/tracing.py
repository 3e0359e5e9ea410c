"""What happens to a trace request? Received, acknowledged, taken, searched, confirmed, answered, closed, or refused.

A program ranks the numbers that a reading might mean; that the item is one of them, a named officer says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError, ForbiddenError
from ecluse.custody.tracing.checks import faults_of
from ecluse.custody.tracing.likeness import Candidate
from ecluse.custody.tracing.states import check_step, state_of
from ecluse.custody.tracing.terms import (
    Outcome,
    RankedSerial,
    RefusalGround,
    TraceAnswer,
    TraceCandidates,
    TraceConfirmation,
    TraceRequest,
    TraceState,
    TraceStep,
)
from ecluse.office.actions.cases import state_of as state_of_body
from ecluse.office.actions.deed import Deed
from ecluse.office.models import Document
from ecluse.office.session import Session

PACKAGE_MEDIA = "application/json"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, on which legal day, at which instant?"""

    actor: str
    on: date
    at: datetime


def receive(session: Session, request: TraceRequest, hand: Hand) -> TraceRequest:
    """Take a request in: a body's own, or one that came by letter and is entered by the service.

    Raises BadInputError with every fault, ForbiddenError where one body asks in another's name.
    """
    faults = faults_of(request, hand.on)
    if faults:
        raise BadInputError(faults)
    if hand.actor.startswith("authority:") and hand.actor != request.requester:
        raise ForbiddenError(f"{hand.actor} may not ask in the name of {request.requester}")
    if hand.actor.startswith("authority:") and state_of_body(session, hand.actor) != request.requester_state:
        raise ForbiddenError(f"{hand.actor} does not ask for {request.requester_state}")
    step = TraceStep(f"{request.id}/1", request.id, TraceState.RECEIVED, hand.actor, hand.at, None, "")
    with Deed(session, "tracing.receive", actor=hand.actor, on=hand.on, subject=request.id) as deed:
        check_step(session.of(request.id, TraceStep), step)
        deed.seal(request)
        deed.seal(step)
    return request


def acknowledge(session: Session, request: str, hand: Hand, reason: str = "") -> TraceStep:
    """Tell whoever asked that the request has come in."""
    return _move(session, "tracing.acknowledge", request, TraceState.ACKNOWLEDGED, hand, reason=reason)


def take(session: Session, request: str, hand: Hand, reason: str = "") -> TraceStep:
    """An officer takes the request into work."""
    return _move(session, "tracing.take", request, TraceState.IN_WORK, hand, reason=reason)


def close(session: Session, request: str, hand: Hand, reason: str = "") -> TraceStep:
    """Nothing more is to be done about an answered request; what became of the item may be said."""
    return _move(session, "tracing.close", request, TraceState.CLOSED, hand, reason=reason)


def refuse(session: Session, request: str, ground: RefusalGround, reason: str, hand: Hand) -> TraceStep:
    """Refuse to answer, on one of the grounds and with a reason."""
    return _move(session, "tracing.refuse", request, TraceState.REFUSED, hand, ground=ground, reason=reason)


def propose(
    session: Session, request: str, reading: str, found: Sequence[Candidate], hand: Hand
) -> TraceCandidates:  # fmt: skip
    """Put on record which numbers the reading might mean, as the program ranked them. Only while it is in work."""
    _in_work(session, request)
    number = 1 + len(session.of(request, TraceCandidates))
    ranked = tuple(RankedSerial(one.serial, one.score, tuple(slip.value for slip in one.slips)) for one in found)
    record = TraceCandidates(f"{request}/candidates/{number}", request, reading, ranked, hand.at)
    with Deed(session, "tracing.propose", actor=hand.actor, on=hand.on, subject=request) as deed:
        deed.seal(record)
    return record


def confirm(session: Session, request: str, serial: str, reason: str, hand: Hand) -> TraceConfirmation:
    """A named officer holds that the item is this unit, and says by what else. Raises ForbiddenError.

    Only a number that stands among the candidates last put on record; confirmed once.
    """
    _in_work(session, request)
    searched = session.newest(request, TraceCandidates)
    chosen = next((one for one in searched.ranked if one.serial == serial), None) if searched else None
    if chosen is None:
        raise ForbiddenError(f"{request}: {serial} is not among the candidates on record")
    if not hand.actor.startswith("officer:") or not reason.strip():
        raise ForbiddenError(f"{request}: a named officer confirms, and says why")
    number = 1 + len(session.of(request, TraceConfirmation))
    record = TraceConfirmation(
        f"{request}/confirmed/{number}", request, serial, chosen.score, hand.actor, reason, hand.at
    )
    with Deed(session, "tracing.confirm", actor=hand.actor, on=hand.on, subject=request) as deed:
        deed.seal(record)
    return record


def answer(
    session: Session, request: str, package: bytes, told: tuple[Sequence[str], Sequence[str]], hand: Hand
) -> TraceAnswer:
    """Answer with this package: the unit confirmed, or that none is known. Raises ForbiddenError unsearched."""
    _in_work(session, request)
    if session.newest(request, TraceCandidates) is None:
        raise ForbiddenError(f"{request}: nothing was searched, so nothing can be answered")
    confirmed = session.newest(request, TraceConfirmation)
    named = digest(package)
    record = TraceAnswer(
        f"{request}/answer", request, Outcome.TRACED if confirmed else Outcome.UNKNOWN,
        confirmed.serial if confirmed else None, named, tuple(told[0]), tuple(told[1]), hand.at,
    )  # fmt: skip
    step = _step(session, request, TraceState.ANSWERED, hand)
    place = f"document:{named}"
    is_new = session.row(Document, named, place) is None
    with Deed(session, "tracing.answer", actor=hand.actor, on=hand.on, subject=request) as deed:
        deed.seal(record)
        deed.seal(step)
        if is_new:
            deed.put(Document(digest=named, media_type=PACKAGE_MEDIA, size=len(package), content=package), place)
    return record


def _move(
    session: Session, action: str, request: str, state: TraceState, hand: Hand, *, ground: RefusalGround | None = None,
    reason: str = "",
) -> TraceStep:  # fmt: skip
    step = _step(session, request, state, hand, ground=ground, reason=reason)
    with Deed(session, action, actor=hand.actor, on=hand.on, subject=request) as deed:
        deed.seal(step)
    return step


def _step(
    session: Session, request: str, state: TraceState, hand: Hand, *, ground: RefusalGround | None = None,
    reason: str = "",
) -> TraceStep:  # fmt: skip
    steps = session.of(request, TraceStep)
    step = TraceStep(f"{request}/{len(steps) + 1}", request, state, hand.actor, hand.at, ground, reason)
    check_step(steps, step)
    return step


def _in_work(session: Session, request: str) -> None:
    state = state_of(session.of(request, TraceStep))
    if state is not TraceState.IN_WORK:
        raise ForbiddenError(f"{request} is not in work but {state.value if state else 'not on file'}")
