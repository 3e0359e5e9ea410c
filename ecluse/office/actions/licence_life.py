"""How does a licence live on after issue? Amended by two officers, used up, run out; an open one is called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ecluse.base.errors import ForbiddenError
from ecluse.base.signing import Signature
from ecluse.base.verdict import Held, Passed
from ecluse.licence.life import is_in_force, may_follow, state_after
from ecluse.licence.terms import Application, Licence, LicenceEvent, LicenceState, PermitKind
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.licence import change_licence
from ecluse.office.actions.reopen import Followed, Reheard, hear_again, reopen_licence
from ecluse.office.actions.surplus import hear_surplus, move_draw
from ecluse.office.models import LicenceLine, Tranche
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger
from ecluse.surplus.terms import DrawState, GoodsKind, SurplusFinding

OFFICE = "clock:office"


def amend(
    session: Session, order: Order, event: LicenceEvent, signatures: Sequence[Signature], on: date, *, actor: str = ""
) -> Reheard:
    """Two officers amend a licence: what does the licence gate say of it then? Held, it stops as any reopened file."""
    if event.state is not LicenceState.AMENDED:
        raise ForbiddenError(f"{event.id} is no amendment")
    change_licence(session, order.id, event, signatures, actor=actor, on=on)
    return hear_again(session, order, f"{order.id}/0", Gate.LICENCE, Trigger.AMENDMENT, on)


def exhaust(session: Session, order: str, on: date) -> bool:
    """Has the last unit left under this licence? Then it is used up, and that is on record.

    Services and technology do not leave by units: their licence runs to its term.
    """
    line, asked = session.row(LicenceLine, f"licence:{order}", order), session.newest(order, Application)
    if asked is None or asked.kind in (GoodsKind.SERVICE, GoodsKind.TECHNOLOGY):
        return False
    if line is None or line.units_released < line.units or not _may(session, order, LicenceState.EXHAUSTED):
        return False
    _by_clock(session, order, LicenceState.EXHAUSTED, "the last unit left", on)
    return True


def expire(session: Session, order: Order, on: date) -> list[Followed]:
    """Has the licence's term run out? Then it is expired, and what it no longer covers stops. What followed?"""
    licence = session.newest(order.id, Licence)
    if licence is None or on <= licence.valid_until or not _may(session, order.id, LicenceState.EXPIRED):
        return []
    _by_clock(session, order.id, LicenceState.EXPIRED, "its term ran out", on)
    return reopen_licence(session, order, on, Trigger.CLOCK)


def call_off(session: Session, order: Order, tranche: str, on: date) -> Passed[SurplusFinding] | Held:
    """May this consignment of an open permit go? The surplus gate is heard on it; what passes is drawn, and no more.

    Raises ForbiddenError without an open permit in force, and for what is no consignment of the order.
    """
    row = session.row(Tranche, tranche, tranche)
    if row is None or row.order != order.id or row.is_split:
        raise ForbiddenError(f"{tranche} is no consignment of {order.id}")
    licence = session.newest(order.id, Licence)
    if licence is None or licence.permit is not PermitKind.OPEN:
        raise ForbiddenError(f"{order.id} has no open permit")
    if not is_in_force(licence, session.of(order.id, LicenceEvent), on):
        raise ForbiddenError(f"{licence.id} is not in force on {on}")
    verdict = hear_surplus(session, order, tranche, row.units, on, Trigger.SPLIT)
    if isinstance(verdict, Passed) and order.certificate:
        with Deed(session, "surplus.draw", actor=OFFICE, on=on, subject=tranche, order=order.id) as deed:
            move_draw(deed, order.certificate, tranche, row.units, DrawState.COMMITTED)
    return verdict


def _may(session: Session, order: str, step: LicenceState) -> bool:
    licence = session.newest(order, Licence)
    return licence is not None and may_follow(state_after(licence, session.of(order, LicenceEvent)), step)


def _by_clock(session: Session, order: str, state: LicenceState, reason: str, on: date) -> None:
    event = LicenceEvent(
        f"licence-event:{order}/{state.value}-{on}", f"licence:{order}", state, OFFICE, None, reason, on
    )
    change_licence(session, order, event)
