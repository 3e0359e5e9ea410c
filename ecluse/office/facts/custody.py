"""On which facts are units released, or is their chain closed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ecluse.base.sealed import seal
from ecluse.custody.life import host_licence_standing, state_on
from ecluse.custody.measures import measure
from ecluse.custody.ranges import count, difference, overlap
from ecluse.custody.terms import (
    Centre,
    CustodyClaim,
    CustodyStage,
    DeliveryVerification,
    HostLicence,
    HostLicenceWithdrawn,
    Level,
    LicenceStanding,
    LifeEvent,
    Line,
    LineRule,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
    SignedManifest,
)
from ecluse.licence.life import state_on as licence_state_on
from ecluse.licence.terms import Licence, LicenceEvent, LicenceFinding
from ecluse.office.facts.classes import home_progress
from ecluse.office.facts.parties import in_force
from ecluse.office.models import LicenceLine
from ecluse.office.registers import DeliveryMade, LineOutput, Order, Packing, Release, Unpacking
from ecluse.office.session import Session
from ecluse.surplus.terms import MonthUnits

DAYS_TO_DELIVER = 60


@dataclass(frozen=True, slots=True)
class Moving:
    """A tranche on its way: its order, the licence gate's finding and the hearing that gave it."""

    order: Order
    tranche: str
    units: int
    finding: LicenceFinding
    hearing: str


def custody_claim(session: Session, moving: Moving, stage: CustodyStage, on: date) -> CustodyClaim:
    """What is known of these units, of where they stand and of where they go?"""
    order, tranche = moving.order, moving.tranche
    licence = session.newest(order.id, Licence)
    line = session.newest(order.line, Line) if order.line else None
    centre = session.newest(order.centre, Centre) if order.centre else None
    host_licence = host_licence_of(session, order.id)
    ranges = packed_ranges(session, tranche)
    blocks = blocks_of(session, ranges)
    manifests = tuple(session.of(tranche, Manifest))
    verification = verification_of(session, order.end_user, tranche)
    return CustodyClaim(
        tranche, order.id, stage, moving.finding, moving.hearing, licence,
        licence_standing(session, licence, tranche, on), level_of(session, order.class_, on), moving.units, ranges,
        blocks, tuple(m for block in blocks for m in session.of(block.id, Marking)),
        packed_for_others(session, tranche, ranges),
        line, state_on(session.of(line.id, LifeEvent), on) if line else None,
        in_force(session.of(line.id, LineRule), on) if line else None, line_output(session, order.line, on),
        released_from(session, order.line, tranche),
        centre, state_on(session.of(centre.id, LifeEvent), on) if centre else None,
        home_progress(session, order.class_, on),
        host_licence, session.signatures(seal(host_licence).digest) if host_licence else (),
        sum(r.units for r in session.of(f"host:{order.id}", Release) if r.tranche != tranche),
        manifests, tuple(SignedManifest(m.id, session.signatures(seal(m).digest)) for m in manifests),
        tuple(session.of(tranche, Loss)), verification,
        session.signatures(seal(verification).digest) if verification else (),
        tuple(session.of(tranche, Sighting)), order.end_user, order.destination, deliver_by(session, order, tranche),
        session.keys(_signers(order, manifests, host_licence)),
    )  # fmt: skip


def _signers(order: Order, manifests: tuple[Manifest, ...], host: HostLicence | None) -> list[str]:
    owners = [custodian for m in manifests for custodian in (m.from_custodian, m.to_custodian)]
    owners.append(f"authority:{order.destination.lower()}")
    return owners + ([f"authority:{host.host.lower()}"] if host else [])


def host_licence_of(session: Session, order: str) -> HostLicence | None:
    """Which host licence of this order stands? None where none was given, or the host took it back."""
    subject = f"host:{order}"
    return host_licence_standing(session.of(subject, HostLicence), session.of(subject, HostLicenceWithdrawn))


def licence_standing(session: Session, licence: Licence | None, tranche: str, on: date) -> LicenceStanding | None:
    """In which state is the licence, and how many units left under it by other tranches?"""
    if licence is None:
        return None
    line = session.row(LicenceLine, licence.id, licence.order)
    events = session.of(licence.order, LicenceEvent)
    own = sum(r.units for r in session.of(tranche, Release))
    return LicenceStanding(licence_state_on(licence, events, on), (line.units_released if line else 0) - own)


def level_of(session: Session, class_: str, on: date) -> Level:
    """How finely is this class traced on this day? A class without a row, unit by unit."""
    rows = [row["level"] for row in session.law["custody/levels"].in_force(on) if row["class"] == class_]
    return Level(rows[-1]) if rows else Level.UNIT


def packed_ranges(session: Session, tranche: str) -> tuple[SerialRange, ...]:
    """Which numbers are packed for this tranche? What was taken back before it left is not; what left stays its own."""
    packed: list[SerialRange] = []
    for record in session.file(tranche).records:
        if isinstance(record.value, Packing):
            packed.append(SerialRange(record.value.block, record.value.first, record.value.last))
        elif isinstance(record.value, Unpacking):
            packed = list(difference(packed, [SerialRange(record.value.block, record.value.first, record.value.last)]))
        elif isinstance(record.value, Release):
            break
    return tuple(packed)


def blocks_of(session: Session, ranges: tuple[SerialRange, ...]) -> tuple[SerialBlock, ...]:
    """In which committed blocks do these numbers lie?"""
    names = dict.fromkeys(run.block for run in ranges)
    return tuple(block for name in names for block in [session.newest(name, SerialBlock)] if block)


def packed_for_others(session: Session, tranche: str, ranges: tuple[SerialRange, ...]) -> int:
    """How many of these numbers are packed for another tranche and were not given back?"""
    found = 0
    for name in dict.fromkeys(run.block for run in ranges):
        mine = [run for run in ranges if run.block == name]
        found += count(overlap(mine, taken_in(session, name, without=tranche)))
    return found


def taken_in(session: Session, block: str, without: str = "") -> tuple[SerialRange, ...]:
    """Which numbers of this block are packed, for whichever tranche but the one named?"""
    packings = [p for p in session.of(block, Packing) if p.tranche != without]
    if not session.of(block, Unpacking):
        return tuple(SerialRange(block, p.first, p.last) for p in packings)
    held: dict[str, tuple[SerialRange, ...]] = {}
    for record in session.file(block).records:
        if isinstance(record.value, Packing | Unpacking):
            run = SerialRange(block, record.value.first, record.value.last)
            own = held.get(record.value.tranche, ())
            held[record.value.tranche] = (*own, run) if isinstance(record.value, Packing) else difference(own, [run])
    return tuple(run for tranche, runs in held.items() if tranche != without for run in runs)


def line_output(session: Session, line: str | None, on: date) -> tuple[MonthUnits, ...]:
    """What did the line make, month by month, up to this day?"""
    if line is None:
        return ()
    return tuple(MonthUnits(o.month, o.units) for o in session.of(line, LineOutput) if o.on <= on)


def released_from(session: Session, line: str | None, tranche: str) -> int:
    """How many of the line's units did other tranches take?"""
    return sum(r.units for r in session.of(line, Release) if r.tranche != tranche) if line else 0


def deliver_by(session: Session, order: Order, tranche: str) -> date:
    """By which day is delivery due? So many days after release; before it, after the month agreed."""
    released = session.newest(tranche, Release)
    return (released.on if released else order.deliver_in.last_day()) + timedelta(DAYS_TO_DELIVER)


def verification_of(session: Session, end_user: str, tranche: str) -> DeliveryVerification | None:
    """Which verification speaks of this tranche?"""
    return next((v for v in session.of(end_user, DeliveryVerification) if v.tranche == tranche), None)


def deliveries_unverified(session: Session, end_user: str, on: date) -> int:
    """How many deliveries to this end user lack their verification after the term?"""
    term = timedelta(measure(session.law, on, "verification_days"))
    verified = {v.tranche for v in session.of(end_user, DeliveryVerification)}
    return sum(m.on + term < on and m.tranche not in verified for m in session.of(end_user, DeliveryMade))
