"""On which facts may released goods leave a centre abroad: the release in the log, and what its host's witness saw?"""

from __future__ import annotations

from datetime import date

from ecluse.base.sealed import seal
from ecluse.base.signing import Key
from ecluse.custody.measures import home_state
from ecluse.custody.terms import Centre
from ecluse.custody.witnessed import Departure, WitnessCall, WitnessedHead, WitnessOverride, heads_of, witness_of
from ecluse.office.registers import Order, Release
from ecluse.office.session import Session


def departure_of(session: Session, order: str, tranche: str, *, log: str, on: date) -> Departure:
    """What is known of this tranche's departure on this day? `log` is the order's, without the year."""
    host = witnessing_host(session, order, on)
    released = session.newest(tranche, Release) if host else None
    place = session.where(seal(released).digest) if released else None
    log = place.log if place else f"{log}/{on.year}"
    newest = session.newest(heads_of(host, log), WitnessedHead) if host else None  # a head holds all before it
    override = session.newest(tranche, WitnessOverride) if host else None
    signers = [override.officer, override.countersigner] if override else []
    return Departure(
        tranche, host, log, place.index if place else None,
        (newest,) if newest is not None else (),
        session.newest(tranche, WitnessCall) if host else None, override,
        session.signatures(seal(override).digest) if override else (), tuple(session.keys(signers)),
    )  # fmt: skip


def witnessing_host(session: Session, order: str, on: date) -> str | None:
    """Which host state's witness must see this order's releases? That of its centre, where the centre is abroad."""
    filed = session.newest(order, Order)
    centre = session.newest(filed.centre, Centre) if filed and filed.centre else None
    return centre.host if centre and centre.host != home_state(session.law, on) else None


def witness_keys(session: Session, host: str) -> tuple[Key, ...]:
    """Which keys did this host state register for its witness?"""
    return tuple(session.keys([witness_of(host)]))
