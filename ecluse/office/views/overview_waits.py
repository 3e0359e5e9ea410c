"""Where does the stream choke? How many wait before each gate, how long, how many beyond the gate's own clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median_low

from ecluse.base.law import Law
from ecluse.custody.measures import measure
from ecluse.custody.terms import CustodyStage
from ecluse.licence.routes import effective
from ecluse.licence.terms import Application, GoodsList
from ecluse.office.facts.parties import in_force
from ecluse.office.flow import RIVER
from ecluse.office.models import Record, Tranche
from ecluse.office.views.things import newest, records
from ecluse.order import Gate, Hearing, Standing
from ecluse.proceeds.terms import ContributionPolicy
from ecluse.surplus.dated import term

MOST_WAITING = 5_000
NEXT = {Gate.SURPLUS: Gate.PARTIES, Gate.PARTIES: Gate.LICENCE, Gate.LICENCE: Gate.CUSTODY}


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits before one gate: how many tranches, days of the oldest and the middle one, how many over the clock.

    `clock` is the longest term in days that runs at the gate; None where the law sets none.
    """

    gate: Gate
    waiting: int
    referred: int
    oldest: int | None
    middle: int | None
    clock: int | None
    beyond: int

    @property
    def in_time(self) -> int:
        """How many wait within the clock?"""
        return self.waiting - self.beyond


@dataclass(frozen=True, slots=True)
class One:
    """One tranche that waits: its order, before which gate, since when, and whether a person must decide."""

    order: str
    gate: Gate
    since: date
    is_referred: bool


def read_waits(on: date, law: Law) -> list[Waits]:
    """How many wait before each of the five gates on this day, and how long?"""
    at_gate: dict[Gate, int | None] = {gate: _clock(gate, on, law) for gate in RIVER}
    waiting = _clocked(at_gate, on, law)
    return [_of_gate(gate, [one for one in waiting if one[0].gate is gate], at_gate[gate], on) for gate in RIVER]


def orders_waiting(on: date, law: Law) -> dict[str, set[str]]:
    """Which orders are behind each figure? Under the gate's name; with `.referred` or `.beyond`, those alone."""
    found: dict[str, set[str]] = {}
    for one, clock in _clocked({gate: _clock(gate, on, law) for gate in RIVER}, on, law):
        kinds = ("", *([".referred"] if one.is_referred else []), *([".beyond"] if _is_beyond(one, clock, on) else []))
        for kind in kinds:
            found.setdefault(f"{one.gate.value}{kind}", set()).add(one.order)
    return found


def _clocked(at_gate: Mapping[Gate, int | None], on: date, law: Law) -> list[tuple[One, int | None]]:
    """Everything that waits, each with the term in days that runs for it."""
    waiting = list(_waiting())
    asked = newest(records(Application, order__in={one.order for one in waiting if one.gate is Gate.LICENCE}))
    clocks = {order: _route_clock(application, on, law) for order, application in asked.items()}
    return [(one, clocks.get(one.order, at_gate[one.gate])) for one in waiting]


def _is_beyond(one: One, clock: int | None, on: date) -> bool:
    return clock is not None and (on - one.since).days > clock


def choke(waits: Iterable[Waits]) -> Waits | None:
    """At which gate does it choke? Where most are beyond the clock; None where nothing is."""
    worst = max(waits, key=lambda gate: (gate.beyond, gate.waiting), default=None)
    return worst if worst and worst.beyond else None


def _waiting() -> Iterable[One]:
    standings = (Standing.OPEN.value, Standing.HELD_REFERRED.value)
    rows = list(
        Tranche.objects.filter(standing__in=standings, is_split=False)
        .order_by("tranche").values_list("order", "gate", "standing", "hearing")[:MOST_WAITING]
    )  # fmt: skip
    since = dict(Record.objects.filter(rid__in={row[3] for row in rows}).values_list("rid", "on"))
    opened = [row[3] for row in rows if row[1] == Gate.CUSTODY.value and row[2] == Standing.OPEN.value]
    delivered = {one.rid for one in records(Hearing, rid__in=opened) if _is_delivered(one.value)}
    for order, heard, standing, hearing in rows:
        if hearing in since:
            is_referred = standing == Standing.HELD_REFERRED.value
            gate = Gate(heard) if is_referred else _next(Gate(heard), hearing in delivered)
            yield One(order, gate, since[hearing], is_referred)


def _is_delivered(hearing: Hearing) -> bool:
    return bool(hearing.finding) and hearing.finding.get("stage") == CustodyStage.DELIVERY.value  # type: ignore[union-attr]


def _next(heard: Gate, is_delivered: bool) -> Gate:
    """Before which gate does it wait that passed this one? What was released waits for its delivery, then its money."""
    if heard is Gate.CUSTODY:
        return Gate.PROCEEDS if is_delivered else Gate.CUSTODY
    return NEXT.get(heard, heard)


def _of_gate(gate: Gate, waiting: list[tuple[One, int | None]], clock: int | None, on: date) -> Waits:
    days = sorted((on - one.since).days for one, _ in waiting)
    beyond = sum(_is_beyond(one, own, on) for one, own in waiting)
    return Waits(
        gate, len(waiting), sum(one.is_referred for one, _ in waiting), days[-1] if days else None,
        median_low(days) if days else None, max((own for _, own in waiting if own is not None), default=clock), beyond,
    )  # fmt: skip


def _route_clock(application: Application, on: date, law: Law) -> int | None:
    if application.goods_list is GoodsList.UNCONTROLLED:
        return None
    terms = effective(application.route, application.goods_list, law, on)
    return terms.clock_days if terms else None


def _clock(gate: Gate, on: date, law: Law) -> int | None:
    """Which term in days runs at this gate? Before the parties are heard the reservation's; the licence's by route."""
    if gate in (Gate.SURPLUS, Gate.PARTIES):
        return term("reservation_days", on, law)
    if gate is Gate.CUSTODY:
        return measure(law, on, "verification_days")
    policy = in_force([one.value for one in records(ContributionPolicy)], on) if gate is Gate.PROCEEDS else None
    return policy.days_to_receive if policy else None
