"""Where is a licence in its life, which step may follow, and which steps need two officers?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from ecluse.licence.officers import AUTHOR, COUNTERSIGNER, Officer, Side, holds, why_not_two
from ecluse.licence.terms import Licence, LicenceEvent, LicenceState

OPEN_STEPS = frozenset({
    LicenceState.SUSPENDED,
    LicenceState.AMENDED,
    LicenceState.REVOKED,
    LicenceState.SURRENDERED,
    LicenceState.EXHAUSTED,
    LicenceState.EXPIRED,
})  # fmt: skip
END: frozenset[LicenceState] = frozenset()

# After an end there is no step: who wants more asks for a new licence.
STEPS: Mapping[LicenceState, frozenset[LicenceState]] = MappingProxyType({
    LicenceState.ISSUED: OPEN_STEPS,
    LicenceState.REINSTATED: OPEN_STEPS,
    LicenceState.AMENDED: OPEN_STEPS,
    LicenceState.SUSPENDED: frozenset({
        LicenceState.REINSTATED,
        LicenceState.REVOKED,
        LicenceState.SURRENDERED,
        LicenceState.EXPIRED,
    }),
    LicenceState.REVOKED: END,
    LicenceState.SURRENDERED: END,
    LicenceState.EXHAUSTED: END,
    LicenceState.EXPIRED: END,
})  # fmt: skip

# To suspend is urgent and takes away nothing for good: one officer may. To grant or to refuse takes two.
TWO_OFFICERS = frozenset({
    LicenceState.ISSUED,
    LicenceState.REINSTATED,
    LicenceState.AMENDED,
    LicenceState.REVOKED,
})  # fmt: skip

# What the office does because a day came, or because nothing is left to go.
CLOCK = "clock:"
BY_CLOCK = frozenset({LicenceState.SUSPENDED, LicenceState.EXHAUSTED, LicenceState.EXPIRED})

IN_FORCE = frozenset({LicenceState.ISSUED, LicenceState.REINSTATED, LicenceState.AMENDED})


def may_follow(before: LicenceState, after: LicenceState) -> bool:
    """May this step be taken from that state?

    >>> may_follow(LicenceState.SUSPENDED, LicenceState.REINSTATED)
    True
    """
    return after in STEPS[before]


def needs_two(step: LicenceState) -> bool:
    """Does this step need two officers?"""
    return step in TWO_OFFICERS


def has_its_officers(event: LicenceEvent) -> bool:
    """Do as many different officers stand behind this step as it needs?"""
    return not needs_two(event.state) or event.countersigner not in (None, "", event.officer)


def why_not_by_these(event: LicenceEvent, officers: Iterable[Officer]) -> str:
    """Why may those who stand behind this step not take it? Empty when they may. The clock takes no step for two."""
    known = tuple(officers)
    if needs_two(event.state):
        return why_not_two(known, Side(event.officer, AUTHOR), Side(event.countersigner or "", COUNTERSIGNER), event.on)
    if event.officer.startswith(CLOCK):
        return "" if event.state in BY_CLOCK else f"{event.officer} may not take the step {event.state.value}"
    if event.state is LicenceState.SURRENDERED and not event.officer.startswith("officer:"):
        return ""  # its holder gives it up: permission is asked where it is written
    is_theirs = holds(known, Side(event.officer, AUTHOR), event.on)
    return "" if is_theirs else f"{event.officer} is no {AUTHOR} on {event.on}"


def in_order(licence: Licence, events: Iterable[LicenceEvent]) -> tuple[LicenceEvent, ...]:
    """Which steps were taken on this licence, in the order of their days? Steps of one day keep their order."""
    return tuple(sorted((event for event in events if event.licence == licence.id), key=lambda event: event.on))


def faults(
    licence: Licence, events: Iterable[LicenceEvent], officers: Iterable[Officer] | None = None
) -> Iterator[LicenceEvent]:
    """Which steps could not lawfully be taken: out of order, before issue, or by too few officers?

    With `officers`, those registered, a step must be by officers in office on its day, where two are needed of two
    authorities; without them only the persons that the step names are counted.
    """
    known = None if officers is None else tuple(officers)
    state = LicenceState.ISSUED
    for event in in_order(licence, events):
        is_theirs = has_its_officers(event) if known is None else not why_not_by_these(event, known)
        if event.on < licence.issued_on or not may_follow(state, event.state) or not is_theirs:
            yield event
        else:
            state = event.state


def state_after(
    licence: Licence, events: Iterable[LicenceEvent], officers: Iterable[Officer] | None = None
) -> LicenceState:
    """In which state did the lawful steps leave the licence? Its term is another question: see `state_on`."""
    steps = in_order(licence, events)
    unlawful = set(faults(licence, steps, officers))
    return next((event.state for event in reversed(steps) if event not in unlawful), LicenceState.ISSUED)


def state_on(licence: Licence, events: Iterable[LicenceEvent], on: date) -> LicenceState:
    """In which state is the licence on this day? Steps that were not lawful change nothing; its term ends by itself."""
    state = state_after(licence, [event for event in in_order(licence, events) if event.on <= on])
    return LicenceState.EXPIRED if STEPS[state] and on > licence.valid_until else state


def is_in_force(licence: Licence, events: Iterable[LicenceEvent], on: date) -> bool:
    """May goods leave under this licence on this day?"""
    return licence.issued_on <= on and state_on(licence, events, on) in IN_FORCE
