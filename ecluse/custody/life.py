"""Which step may follow in the life of a centre or a line, who may record it, in which state is it on a day?

And which host licence of an order stands.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from ecluse.custody.terms import HostLicence, HostLicenceWithdrawn, LifeEvent, LifeState


class Subject(enum.Enum):
    """Whose life is it?"""

    CENTRE = "centre"
    LINE = "line"


class Teller(enum.Enum):
    """Who records a step: the home state, or the host state on whose soil the place stands?"""

    HOME = "home"
    HOST = "host"


S = LifeState
STEPS: Mapping[Subject, Mapping[LifeState | None, frozenset[LifeState]]] = {
    # Announced, agreed with the host, accredited, open; suspended and open or accredited again; closed for good.
    Subject.CENTRE: {
        None: frozenset({S.ANNOUNCED}),
        S.ANNOUNCED: frozenset({S.AGREED, S.CLOSED}),
        S.AGREED: frozenset({S.ACCREDITED, S.CLOSED}),
        S.ACCREDITED: frozenset({S.OPEN, S.SUSPENDED, S.CLOSED}),
        S.OPEN: frozenset({S.SUSPENDED, S.CLOSED}),
        S.SUSPENDED: frozenset({S.ACCREDITED, S.OPEN, S.CLOSED}),
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


# Home announces a centre and opens it, its host agrees to it and accredits it; every other step is either's.
TELLERS: Mapping[tuple[Subject, LifeState], Teller] = {
    (Subject.CENTRE, S.ANNOUNCED): Teller.HOME,
    (Subject.CENTRE, S.AGREED): Teller.HOST,
    (Subject.CENTRE, S.ACCREDITED): Teller.HOST,
    (Subject.CENTRE, S.OPEN): Teller.HOME,
}
INTERRUPTED = frozenset({S.SUSPENDED, S.STOPPED})


def kind_of(subject: str) -> Subject:
    """Whose life is that of this id?"""
    return Subject.CENTRE if subject.startswith("centre:") else Subject.LINE


def next_steps(subject: str, events: Iterable[LifeEvent], on: date) -> tuple[LifeState, ...]:
    """Which steps may follow on this day, in the order of a life?"""
    state = state_on(events, on)
    return tuple(step for step in LifeState if may_follow(kind_of(subject), state, step))


def teller_of(owner: str, host: str) -> Teller:
    """For whom does the authority speak that recorded a step, at a place on this host's soil?"""
    return Teller.HOST if owner == f"authority:{host.lower()}" else Teller.HOME


def may_record(subject: str, host: str, events: Iterable[LifeEvent], step: LifeEvent) -> bool:
    """May the authority that records this step record it, after these? Only who interrupted a place lets it go on.

    Goods stand under the law of the soil they lie on (mechanism.md R24): the host's suspension is lifted by itself
    alone, and home's by home. What never was open the home state opens, once the host accredits it again.
    """
    lived = in_order(events)
    was_open = any(event.state is S.OPEN for event in lived)
    return _is_its_own(kind_of(subject), host, lived[-1] if lived else None, step, was_open=was_open)


def _is_its_own(kind: Subject, host: str, before: LifeEvent | None, step: LifeEvent, *, was_open: bool) -> bool:
    by = teller_of(step.owner, host)
    is_reopened = step.state is S.OPEN and was_open
    if not is_reopened and TELLERS.get((kind, step.state), by) is not by:
        return False
    if before is None or before.state not in INTERRUPTED or step.state is S.CLOSED:
        return True
    return teller_of(before.owner, host) is by


def out_of_turn(subject: str, host: str, events: Iterable[LifeEvent]) -> Iterator[LifeEvent]:
    """Which steps may not follow those before, or were recorded by who may not?

    The first is what is known when a life begins to be kept.
    """
    kind, was_open = kind_of(subject), False
    for before, step in pairwise(in_order(events)):
        was_open |= before.state is S.OPEN
        may = may_follow(kind, before.state, step.state)
        if not may or not _is_its_own(kind, host, before, step, was_open=was_open):
            yield step


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
