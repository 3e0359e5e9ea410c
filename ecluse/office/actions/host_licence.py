"""What follows when a host state takes its licence back, or grants another after the first no longer carried?"""

from __future__ import annotations

from ecluse.base.signing import Signature
from ecluse.custody.terms import HostLicence, HostLicenceWithdrawn, Manifest, Step
from ecluse.licence.life import is_in_force
from ecluse.licence.terms import Licence, LicenceEvent
from ecluse.office.actions.custody import license_by_host
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import tranches_of
from ecluse.office.actions.reopen import Followed, hear_again, is_moving, reopen_licence
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger


def grant(session: Session, order: Order, licence: HostLicence, *, signature: Signature) -> list[Followed]:
    """A host licence comes on record; what the custody gate held for want of one is heard again. What followed?"""
    license_by_host(session, licence, signature=signature)
    home = session.newest(order.id, Licence)
    if home is None or not is_in_force(home, session.of(order.id, LicenceEvent), licence.valid_from):
        return []  # suspended meanwhile at home: two officers reinstate it, and that hears what is held
    return reopen_licence(session, order, licence.valid_from)


def withdraw(
    session: Session, order: Order, withdrawn: HostLicenceWithdrawn, *, signature: Signature
) -> list[Followed]:
    """The host took its licence back: what was released and stands on its soil is heard again. What followed?

    What is not released needs no hearing: the release gate asks for the licence itself. What left the host's soil
    left lawfully.
    """
    with Deed(
        session, "custody.withdraw_host_licence", actor=withdrawn.owner, on=withdrawn.on, subject=f"host:{order.id}",
        order=order.id,
    ) as deed:  # fmt: skip
        deed.seal(withdrawn, signatures=[signature])
    found: list[Followed] = []
    for name in on_soil(session, order):
        found += hear_again(session, order, name, Gate.CUSTODY, Trigger.LICENCE_CHANGE, withdrawn.on).followed
    return found


def on_soil(session: Session, order: Order) -> list[str]:
    """Which consignments were released and have not yet left their last controlled place with a carrier?"""
    names = [row.tranche for row in tranches_of(session, order.id) if not row.is_split]
    return [name for name in names if is_moving(session, order, name) and not _has_left(session, order, name)]


def _has_left(session: Session, order: Order, tranche: str) -> bool:
    """By a centre goods leave with the handover of that name; straight from a line, with their first."""
    made = session.of(tranche, Manifest)
    return any(one.step is Step.RELEASE for one in made) if order.centre else bool(made)
