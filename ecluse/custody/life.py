"""Which step may follow in the life of a centre or a line, who may record it, in which state is it on a day?

And which host licence of an order stands.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

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
    lived, by, kind = in_order(events), teller_of(step.owner, host), kind_of(subject)
    reopened = step.state is S.OPEN and any(event.state is S.OPEN for event in lived)
    if not reopened and TELLERS.get((kind, step.state), by) is not by:
        return False
    interrupted = bool(lived) and lived[-1].state in INTERRUPTED and step.state is not S.CLOSED
    return not interrupted or teller_of(lived[-1].owner, host) is by


def out_of_turn(subject: str, host: str, events: Iterable[LifeEvent]) -> tuple[LifeEvent, ...]:
    """Which steps may not follow those before, or were recorded by who may not?

    The first is what is known when a life begins to be kept.
    """
    lived = in_order(events)
    return tuple(
        step for place, step in enumerate(lived) if place
        and not (may_follow(kind_of(subject), lived[place - 1].state, step.state)
                 and may_record(subject, host, lived[:place], step))
    )  # fmt: skip


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
