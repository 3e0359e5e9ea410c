"""What lies with one host state: its centres and lines, consignments, releases its witness has not seen, overrides?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from ecluse.base.sealed import VERSIONS
from ecluse.custody.measures import home_state, witness_minutes, witness_terms
from ecluse.custody.terms import Centre, HostLicence, Line, Manifest, Step
from ecluse.custody.witnessed import WitnessedHead, WitnessOverride, heads_of
from ecluse.office.desk.follow import moving
from ecluse.office.desk.host_licence import lacking
from ecluse.office.desk.registry import Desk
from ecluse.office.facts.custody import deliver_by
from ecluse.office.facts.departure import departure_of
from ecluse.office.models import LogHead, Record, Tranche
from ecluse.office.on_file import newest, records, records_of
from ecluse.office.registers import Case, Order, Release
from ecluse.office.views.centre_flow import Flow
from ecluse.office.views.things import authority_of, fill, fill_rows, is_home
from ecluse.order import Gate

BP = 10_000
MINUTE = timedelta(minutes=1)
ORDERS = "order:"
MOST_TRANCHES = 400


@dataclass(frozen=True, slots=True)
class Hosted:
    """One host state with the centres and lines on its soil."""

    state: str
    centres: tuple[Centre, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A release that waits for the host's witness: when it was called, how many minutes it is waited for."""

    flow: Flow
    centre: str
    released_on: date
    called_at: datetime | None
    minutes: int

    def minutes_waited(self, at: datetime) -> int | None:
        """For how long has the called witness been silent? None before it was called."""
        return (at - self.called_at) // MINUTE if self.called_at else None

    def has_run_out(self, at: datetime) -> bool:
        """May two officers override it now?"""
        waited = self.minutes_waited(at)
        return waited is not None and waited >= self.minutes


@dataclass(frozen=True, slots=True)
class Unlicensed:
    """A consignment that is to leave this state without its licence, or with one that does not reach so far."""

    order: Order
    tranche: str
    units: int
    place: str
    due: date
    licence: HostLicence | None
    reason: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the host's witness saw of one centre's log of this year."""

    centre: str
    size: int
    head: WitnessedHead | None
    waits: int


@dataclass(frozen=True, slots=True)
class Overridden:
    """How many releases of the year left the centres here, how many of them unseen, and where is the limit?"""

    overrides: tuple[WitnessOverride, ...]
    releases: int
    limit_bp: int
    free: int

    @property
    def share_bp(self) -> int:
        """Which share, in hundredths of a percent, rounded up?"""
        return -(-len(self.overrides) * BP // self.releases) if self.releases else 0

    @property
    def is_over(self) -> bool:
        """Is it beyond the limit, and beyond what is free?"""
        return len(self.overrides) > self.free and self.share_bp > self.limit_bp


def hosts_for(desk: Desk) -> list[Hosted]:
    """Whose desks may this person look at? The host state's own people at theirs; home roles at each."""
    home = home_state(desk.session.law, desk.on)
    places = newest(records_of((Centre, Line))).values()
    centres = [place for place in places if isinstance(place, Centre)]
    lines = [place for place in places if isinstance(place, Line)]
    states = sorted({place.host for place in places} - {home})
    return [
        Hosted(state, _here(centres, state), _here(lines, state))
        for state in states if is_home(desk) or authority_of(state) == desk.body
    ]  # fmt: skip


def _here(places: Iterable[Any], state: str) -> tuple[Any, ...]:
    return tuple(sorted((place for place in places if place.host == state), key=lambda place: str(place.id)))


def unseen(desk: Desk, flows: dict[str, list[Flow]]) -> list[Unseen]:
    """Which releases has the host's witness not seen? Those for which it was called stand first."""
    found = []
    for centre, going in flows.items():
        for flow in going:
            if flow.released_on is None or any(one.step is Step.RELEASE for one in flow.manifests):
                continue
            waits = departure_of(desk.session, flow.order.id, flow.tranche, log=desk.log_of(flow.order), on=desk.on)
            if waits.host and waits.index is not None and not waits.is_witnessed and waits.override is None:
                called = waits.call.at if waits.call else None
                minutes = witness_minutes(desk.session.law, desk.on, waits.host)
                found.append(Unseen(flow, centre, flow.released_on, called, minutes))
    return sorted(found, key=lambda one: (one.called_at is None, one.called_at or desk.at, one.flow.tranche))


def unlicensed(desk: Desk, host: Hosted, flows: dict[str, list[Flow]], orders: Mapping[str, Order]) -> list[Unlicensed]:
    """What may not leave for want of this state's own licence: none given, run out, too small? Soonest due first."""
    found = []
    for flow in chain.from_iterable(flows.values()):
        if not any(one.step is Step.RELEASE for one in flow.manifests):
            found += _lacking(desk, flow.order, flow.tranche, flow.units, flow.order.centre or "", flow.due)
    for row, order in _straight_from_lines(desk, host, orders):
        due = deliver_by(desk.session, order, row.tranche)
        found += _lacking(desk, order, row.tranche, row.units, order.line or "", due)
    return sorted(found, key=lambda one: (one.due, one.tranche))


def _straight_from_lines(desk: Desk, host: Hosted, filed: Mapping[str, Order]) -> list[tuple[Tranche, Order]]:
    """Which licensed consignments leave lines here by no centre, and have not left?"""
    lines = {line.id for line in host.lines}
    orders = {id: one for id, one in filed.items() if one.line in lines and not one.centre}
    if not orders:
        return []
    gates = (Gate.LICENCE.value, Gate.CUSTODY.value)
    asked = Tranche.objects.filter(order__in=list(orders), is_split=False, gate__in=gates)
    rows = list(asked.order_by("tranche")[:MOST_TRANCHES])
    names = {row.order for row in rows}
    fill(desk.session, [*names, *(row.tranche for row in rows), *(f"{id}/0" for id in names),
                        *(f"host:{id}" for id in names), *lines])  # fmt: skip
    fill_rows(desk.session, Tranche, [row.tranche for row in rows])
    return [
        (row, orders[row.order]) for row in rows
        if moving(desk, row.tranche) is not None and not desk.session.of(row.tranche, Manifest)
    ]  # fmt: skip


def _lacking(desk: Desk, order: Order, tranche: str, units: int, place: str, due: date) -> Iterator[Unlicensed]:
    session = desk.session
    licence = session.newest(f"host:{order.id}", HostLicence)
    before = sum(one.units for one in session.of(f"host:{order.id}", Release) if one.tranche != tranche)
    reason = lacking(desk, order, 0 if session.of(tranche, Release) else before + units)
    if reason:
        yield Unlicensed(order, tranche, units, place, due, licence, reason)


def overridden(desk: Desk, host: Hosted) -> Overridden:
    """How many releases of this year left unseen here, of how many?"""
    terms = witness_terms(desk.session.law, desk.on, host.state)
    told = [one.value for one in records(WitnessOverride)]
    made = tuple(one for one in told if one.host == host.state and one.at.year == desk.on.year)
    logs = [f"{centre.id.replace(':', '-')}/{desk.on.year}" for centre in host.centres]
    # A release is on file with its line and its host's licence as well: only its own consignment's is counted.
    left = Record.objects.filter(log__in=logs, v=VERSIONS[Release], subject__startswith=ORDERS).count() if logs else 0
    limit, free = min(row["override_share_bp"] for row in terms), min(row["overrides_free"] for row in terms)
    return Overridden(tuple(sorted(made, key=lambda one: one.at, reverse=True)), left, limit, free)


def seen(desk: Desk, host: Hosted, waits: Iterable[Unseen]) -> list[Seen]:
    """What did the witness see last of each centre's log of this year, and how many calls does it owe an answer?"""
    logs = {centre.id: f"{centre.id.replace(':', '-')}/{desk.on.year}" for centre in host.centres}
    sizes = dict(LogHead.objects.filter(log__in=logs.values()).values_list("log", "size"))
    called = [one.centre for one in waits if one.called_at]
    fill(desk.session, [heads_of(host.state, log) for log in logs.values()])
    found = []
    for centre, log in logs.items():
        heads = desk.session.of(heads_of(host.state, log), WitnessedHead)
        newest_head = max(heads, key=lambda head: head.size, default=None)
        found.append(Seen(centre, sizes.get(log, 0), newest_head, called.count(centre)))
    return found


def cases(host: Hosted, orders: Mapping[str, Order]) -> list[Case]:
    """Which cases were opened over goods that went by its centres or came from its lines? The newest first."""
    centres, lines = {one.id for one in host.centres}, {one.id for one in host.lines}
    told = [one.value for one in records(Case)]
    here = [one for one in told if one.order in orders and _is_of(orders[one.order], centres, lines)]
    return sorted(here, key=lambda one: (one.opened_on, one.tranche), reverse=True)


def _is_of(order: Order, centres: set[str], lines: set[str]) -> bool:
    return order.centre in centres or (order.line in lines)
