"""Which step may follow in the life of a centre or a line, in which state is it on a day, which host licence stands?"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ecluse.custody.terms import HostLicence, HostLicenceWithdrawn, LifeEvent, LifeState


class Subject(enum.Enum):
    """Whose life is it?"""

    CENTRE = "centre"
    LINE = "line"


S = LifeState
STEPS: Mapping[Subject, Mapping[LifeState | None, frozenset[LifeState]]] = {
    # Announced, agreed with the host, accredited, open; suspended and open again; closed for good.
    Subject.CENTRE: {
        None: frozenset({S.ANNOUNCED}),
        S.ANNOUNCED: frozenset({S.AGREED, S.CLOSED}),
        S.AGREED: frozenset({S.ACCREDITED, S.CLOSED}),
        S.ACCREDITED: frozenset({S.OPEN, S.SUSPENDED, S.CLOSED}),
        S.OPEN: frozenset({S.SUSPENDED, S.CLOSED}),
        S.SUSPENDED: frozenset({S.OPEN, S.CLOSED}),
        S.CLOSED: frozenset(),
    },
    # Planned, first article, series, stopped; a stopped line proves itself again by a first article.
    Subject.LINE: {
        None: frozenset({S.PLANNED}),
        S.PLANNED: frozenset({S.FIRST_ARTICLE, S.STOPPED}),
        S.FIRST_ARTICLE: frozenset({S.SERIES, S.STOPPED}),
        S.SERIES: frozenset({S.STOPPED}),
        S.STOPPED: frozenset({S.FIRST_ARTICLE}),
    },
}


def kind_of(subject: str) -> Subject:
    """Whose life is that of this id?"""
    return Subject.CENTRE if subject.startswith("centre:") else Subject.LINE


def next_steps(subject: str, events: Iterable[LifeEvent], on: date) -> tuple[LifeState, ...]:
    """Which steps may follow on this day, in the order of a life?"""
    state = state_on(events, on)
    return tuple(step for step in LifeState if may_follow(kind_of(subject), state, step))


def may_follow(subject: Subject, state: LifeState | None, following: LifeState) -> bool:
    """May this state follow that one (None before the first)?

    >>> may_follow(Subject.CENTRE, LifeState.ANNOUNCED, LifeState.OPEN)
    False
    """
    return following in STEPS[subject].get(state, frozenset())


def in_order(events: Iterable[LifeEvent]) -> tuple[LifeEvent, ...]:
    """In which order did these steps happen? Steps of one day stay in the order given, as the register kept them."""
    return tuple(sorted(events, key=lambda event: event.on))


def state_on(events: Iterable[LifeEvent], on: date) -> LifeState | None:
    """In which state is it on this day? None before its first step."""
    past = [event for event in in_order(events) if event.on <= on]
    return past[-1].state if past else None


def host_licence_standing(
    licences: Sequence[HostLicence], withdrawn: Iterable[HostLicenceWithdrawn]
) -> HostLicence | None:
    """Which of an order's host licences stands? The newest one, unless its host took it back."""
    last = licences[-1] if licences else None
    return None if last is None or any(one.licence == last.id for one in withdrawn) else last
