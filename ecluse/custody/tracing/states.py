"""Which step may follow in the life of a trace request, and by when must the next one come?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ecluse.base.errors import ForbiddenError, UnknownLawError
from ecluse.base.law import Law
from ecluse.custody.tracing.terms import TraceRequest, TraceState, TraceStep, Urgency

TABLE = "custody/tracing"
S = TraceState
STEPS: Mapping[TraceState | None, frozenset[TraceState]] = {
    None: frozenset({S.RECEIVED}),
    S.RECEIVED: frozenset({S.ACKNOWLEDGED, S.REFUSED}),
    S.ACKNOWLEDGED: frozenset({S.IN_WORK, S.REFUSED}),
    S.IN_WORK: frozenset({S.ANSWERED, S.REFUSED}),
    S.ANSWERED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.REFUSED: frozenset(),
}
OPEN = frozenset({S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK})


def may_follow(state: TraceState | None, following: TraceState) -> bool:
    """May this state follow that one (None before the first)?

    >>> may_follow(TraceState.RECEIVED, TraceState.ANSWERED)
    False
    """
    return following in STEPS[state]


def state_of(steps: Sequence[TraceStep]) -> TraceState | None:
    """How far is a request with these steps, oldest first?"""
    return steps[-1].state if steps else None


def check_step(steps: Sequence[TraceStep], step: TraceStep) -> None:
    """May this step be taken after those? Raises ForbiddenError and says which may.

    A refusal names its ground and its reason; no other step has a ground; no step comes before the one it follows.
    """
    state = state_of(steps)
    if not may_follow(state, step.state):
        allowed = ", ".join(sorted(one.value for one in STEPS[state])) or "nothing"
        before = state.value if state else "nothing"
        raise ForbiddenError(f"{step.request}: {step.state.value} after {before}; what may follow is {allowed}")
    is_refusal = step.state is S.REFUSED
    if is_refusal is (step.ground is None) or (is_refusal and not step.reason.strip()):
        raise ForbiddenError(f"{step.request}: a refusal, and only a refusal, has a ground and a reason")
    if steps and step.at < steps[-1].at:
        raise ForbiddenError(f"{step.request}: {step.at.isoformat()} lies before its last step")


def due_at(request: TraceRequest, steps: Sequence[TraceStep], law: Law) -> datetime | None:
    """By when must the next step come? None once the request is answered or refused.

    First it is acknowledged, then answered; both clocks run from the hour in which the request came in.
    """
    state = state_of(steps)
    if state not in OPEN:
        return None
    clock = "acknowledge_hours" if state is S.RECEIVED else "answer_hours"
    return request.received_at + timedelta(hours=term(law, request.received_at, clock, request.urgency.value))


def answered_late(request: TraceRequest, steps: Iterable[TraceStep], law: Law) -> bool:
    """Was the answer or refusal given after its hour?"""
    limit = timedelta(hours=term(law, request.received_at, "answer_hours", request.urgency.value))
    ends = [step.at for step in steps if step.state in (S.ANSWERED, S.REFUSED)]
    return bool(ends) and ends[0] > request.received_at + limit


def term(law: Law, at: datetime, subject: str, level: str = "") -> int:
    """Which number does the dated table give? Raises UnknownLawError where it gives none."""
    for row in law[TABLE].in_force(at.astimezone(UTC).date()):
        if (row["subject"], row["level"]) == (subject, level):
            return int(row["value"])
    raise UnknownLawError(f"{TABLE} has no {subject} {level or 'at all'} on {at.date()}")


def is_urgent(request: TraceRequest) -> bool:
    """Does the short clock run?"""
    return request.urgency is Urgency.URGENT
