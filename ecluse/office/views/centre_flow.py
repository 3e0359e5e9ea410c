"""Which consignments go by a centre, in which state is each, who has it, and what is late? Asked anew at every look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from ecluse.custody.chain import Break, breaks, by_sequence, by_time
from ecluse.custody.rules_chain import BACKWARD
from ecluse.custody.terms import Centre, Manifest, Step
from ecluse.licence.life import state_on as licence_state_on
from ecluse.licence.terms import Licence, LicenceEvent, LicenceState
from ecluse.office.actions.cases import holder_of
from ecluse.office.desk.custody import waiting_paper
from ecluse.office.desk.follow import moving
from ecluse.office.desk.host_licence import lacking
from ecluse.office.desk.papers import records_of
from ecluse.office.desk.registry import Desk
from ecluse.office.facts.custody import deliver_by, packed_ranges
from ecluse.office.models import Tranche
from ecluse.office.on_file import newest, records
from ecluse.office.registers import Order, Release, Unpacking
from ecluse.office.views.things import fill, fill_rows
from ecluse.order import HELD, Gate, Standing

# What one side signed the other signs within two days. The term is ours, until a host agreement says another.
TO_SIGN = timedelta(hours=48)
RESERVED, PACKED, MOVING, HERE, SUSPENDED, RECALLED = STATES = (
    "reserved", "packed", "moving", "here", "suspended", "recalled",
)  # fmt: skip
STOPPED = frozenset({LicenceState.SUSPENDED, LicenceState.REVOKED})


@dataclass(frozen=True, slots=True)
class Flow:
    """One consignment by this centre: its state, its holder, the paper that waits, when it is due."""

    order: Order
    tranche: str
    units: int
    state: str
    holder: str
    paper: Manifest | None
    waits_for: str
    released_on: date | None
    due: date
    has_host_licence: bool
    manifests: tuple[Manifest, ...]

    def is_unsigned(self, at: datetime) -> bool:
        """Did the other side leave a handover unsigned beyond its term?"""
        return self.paper is not None and at - self.paper.sent_at > TO_SIGN

    def is_late(self, on: date) -> bool:
        """Is it still on its way or here though it was due at the end user?"""
        return self.state in (MOVING, HERE) and self.due < on


def flows_of(desk: Desk, centre: Centre) -> list[Flow]:
    """Which consignments are reserved for, on their way to, at, or on their way from this centre?"""
    return flows_by_centre(desk, [centre])[centre.id]


def flows_by_centre(desk: Desk, centres: Sequence[Centre]) -> dict[str, list[Flow]]:
    """The same of several centres at once, which would else be asked for one after the other."""
    session, by_id = desk.session, {centre.id: centre for centre in centres}
    filed = {id: order for id, order in newest(records(Order)).items() if order.centre in by_id}
    # What the gate of proceeds heard has come to its end: most of a year's consignments, of which nothing is read.
    live = Tranche.objects.filter(order__in=list(filed), is_split=False).exclude(gate=Gate.PROCEEDS.value)
    rows = list(live.order_by("tranche"))
    tranches = [row.tranche for row in rows]
    orders = {id: filed[id] for id in dict.fromkeys(row.order for row in rows)}
    # What is looked up one by one below is read at once: each order's whole, line, end user, and its host's word.
    named = ((one.line, one.end_user, f"{one.id}/0", f"host:{one.id}") for one in orders.values())
    fill(session, [*orders, *tranches, *chain.from_iterable(named)])
    fill_rows(session, Tranche, tranches)
    found: dict[str, list[Flow]] = {id: [] for id in by_id}
    for row in rows:
        centre = by_id[orders[row.order].centre or ""]
        flow = _flow(desk, centre, orders[row.order], row)
        if flow is not None:
            found[centre.id].append(flow)
    return found


def _flow(desk: Desk, centre: Centre, order: Order, row: Tranche) -> Flow | None:
    session, tranche = desk.session, row.tranche
    manifests = by_sequence(session.of(tranche, Manifest))
    paper = waiting_paper(desk, tranche)
    held_out = next((one for one in records_of(paper) if isinstance(one, Manifest)), None) if paper else None
    holder = holder_of(session, order, tranche)
    state = _state(desk, centre, order, row, manifests, held_out)
    if not state:
        return None
    released = session.newest(tranche, Release)
    return Flow(
        order, tranche, row.units, state, holder, held_out, paper.waits_for if paper else "",
        released.on if released else None, deliver_by(session, order, tranche),
        not lacking(desk, order), manifests,
    )  # fmt: skip


def _state(
    desk: Desk, centre: Centre, order: Order, row: Tranche, manifests: tuple[Manifest, ...], paper: Manifest | None
) -> str:
    """In which one state is it? What came to its end, and what no licence covers yet, is in none."""
    last, packed = (manifests[-1] if manifests else None), bool(packed_ranges(desk.session, row.tranche))
    if last is not None and last.step is Step.RECALL:
        return RECALLED
    if last is not None and (last.step is Step.DELIVERY or last.step in BACKWARD):
        return ""
    if not packed and not manifests and desk.session.of(row.tranche, Unpacking):
        return RECALLED
    if not packed and moving(desk, row.tranche) is None:
        return ""
    if is_stopped(desk, order, row):
        return SUSPENDED
    if paper is not None or (last is not None and last.to_custodian != centre.operator):
        return MOVING
    return HERE if last is not None else PACKED if packed else RESERVED


def is_stopped(desk: Desk, order: Order, row: Tranche) -> bool:
    """May nothing of it move: a gate holds it, or its licence is suspended or revoked?"""
    licence = desk.session.newest(order.id, Licence)
    state = licence_state_on(licence, desk.session.of(order.id, LicenceEvent), desk.on) if licence else None
    return Standing(row.standing) in HELD or state in STOPPED


def breaks_of(manifests: Iterable[Manifest]) -> tuple[Break, ...]:
    """Where did nobody answer for units that came by here, or two at once?"""
    return breaks(by_time(manifests))
