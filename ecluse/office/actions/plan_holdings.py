"""What is outstanding on certificates: undrawn, reserved, licensed, packed, moving? And where are the units?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from ecluse.custody.recall import Reach
from ecluse.custody.terms import Manifest
from ecluse.office.actions.cases import HOME_SERVICE, holder_of, state_of
from ecluse.office.actions.reopen import reach_of
from ecluse.office.facts.custody import packed_ranges
from ecluse.office.models import CertificateBalance, Tranche
from ecluse.office.on_file import records
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.office.session_kept import load_files
from ecluse.plan.taking import Hold, Outstanding
from ecluse.plan.terms import StoppedTranche
from ecluse.surplus.terms import Certificate, Draw, DrawState, Withdrawal

HELD = (DrawState.RESERVED, DrawState.COMMITTED, DrawState.USED)


def outstanding(session: Session, on: date, models: Collection[str]) -> list[Outstanding]:
    """What may still be delivered abroad of these models under the certificates in force?

    A withdrawn certificate carries nothing new; what had been drawn on it is still counted.
    """
    certificates = [one.value for one in records(Certificate) if one.value.model in models]
    in_force = sorted((one for one in certificates if on <= one.valid_until), key=lambda one: one.id)
    read_ahead(session, [one.id for one in in_force])
    return [one for one in (_of(session, certificate) for certificate in in_force) if one.units]


def read_ahead(session: Session, certificates: Collection[str]) -> None:
    """Read at once what will be asked of these certificates: their balances, what drew on them, who receives it."""
    _fill(session, certificates)
    rows = CertificateBalance.objects.filter(certificate__in=certificates)
    session.rows.update({(CertificateBalance, row.certificate): row for row in rows})
    tranches = {draw.tranche for one in certificates for draw in session.of(one, Draw) if draw.state in HELD}
    orders = {tranche.rsplit("/", 1)[0] for tranche in tranches}
    _fill(session, tranches | orders)
    filed = [session.newest(order, Order) for order in orders]
    _fill(session, {order.end_user for order in filed if order})
    found = {row.tranche: row for row in Tranche.objects.filter(tranche__in=tranches)}
    session.rows.update({(Tranche, tranche): found.get(tranche) for tranche in tranches})


def _fill(session: Session, subjects: Collection[str]) -> None:
    session.files.update(load_files(session, sorted(set(subjects) - session.files.keys())))


def _of(session: Session, certificate: Certificate) -> Outstanding:
    row = session.row(CertificateBalance, certificate.id, certificate.id)
    drawn = units_drawn(row) if row else certificate.units_certified
    free = 0 if session.newest(certificate.id, Withdrawal) else certificate.units_certified - drawn
    return Outstanding(certificate.id, certificate.model, certificate.issued_on, free, holds_of(session, certificate))


def units_drawn(row: CertificateBalance) -> int:
    """How many units of a certificate are drawn, in whatever state?"""
    return row.units_reserved + row.units_committed + row.units_used


def holds_of(session: Session, certificate: Certificate) -> tuple[Hold, ...]:
    """Which tranches hold units of this certificate that are not delivered?"""
    last = {draw.tranche: draw for draw in session.of(certificate.id, Draw)}
    holds = (_hold(session, draw) for draw in last.values() if draw.state in HELD)
    return tuple(hold for hold in holds if hold)


def _hold(session: Session, draw: Draw) -> Hold | None:
    """How far has this draw gone? None for what home drew, and for what the end user has."""
    order = session.newest(draw.tranche.rsplit("/", 1)[0], Order)
    reach = reach_of(session, order, draw.tranche) if order else Reach.DELIVERED
    is_used = draw.state is DrawState.USED
    if reach is Reach.DELIVERED or (is_used and reach is not Reach.MOVING):
        return None
    return Hold(draw.tranche, draw.units, reach, is_used or draw.state is DrawState.COMMITTED, draw.on)


def named(session: Session, certificate: str, hold: Hold) -> StoppedTranche:
    """Which units does this tranche hold: who has them, in which state, under which numbers?"""
    order = session.newest(hold.tranche.rsplit("/", 1)[0], Order)
    assert order is not None
    manifests = session.of(hold.tranche, Manifest)
    state = manifests[-1].place_state if manifests else state_of(session, HOME_SERVICE)
    return StoppedTranche(
        certificate, hold.tranche, hold.units, hold.reach, hold.is_licensed,
        holder_of(session, order, hold.tranche), state, packed_ranges(session, hold.tranche),
    )  # fmt: skip
