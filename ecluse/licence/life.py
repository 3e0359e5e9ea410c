"""Where is a licence in its life, which step may follow, and which steps need two officers?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

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


def in_order(licence: Licence, events: Iterable[LicenceEvent]) -> tuple[LicenceEvent, ...]:
    """Which steps were taken on this licence, in the order of their days? Steps of one day keep their order."""
    return tuple(sorted((event for event in events if event.licence == licence.id), key=lambda event: event.on))


def faults(licence: Licence, events: Iterable[LicenceEvent]) -> Iterator[LicenceEvent]:
    """Which steps could not lawfully be taken: out of order, before issue, or by too few officers?"""
    state = LicenceState.ISSUED
    for event in in_order(licence, events):
        if event.on < licence.issued_on or not may_follow(state, event.state) or not has_its_officers(event):
            yield event
        else:
            state = event.state


def state_on(licence: Licence, events: Iterable[LicenceEvent], on: date) -> LicenceState:
    """In which state is the licence on this day? Steps that were not lawful change nothing; its term ends by itself."""
    past = [event for event in in_order(licence, events) if event.on <= on]
    unlawful = set(faults(licence, past))
    state = next((event.state for event in reversed(past) if event not in unlawful), LicenceState.ISSUED)
    return LicenceState.EXPIRED if STEPS[state] and on > licence.valid_until else state


def is_in_force(licence: Licence, events: Iterable[LicenceEvent], on: date) -> bool:
    """May goods leave under this licence on this day?"""
    return licence.issued_on <= on and state_on(licence, events, on) in IN_FORCE
