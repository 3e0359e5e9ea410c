"""Whose case is it? Home authorities see all of theirs; a firm its own orders; a host state what touches its soil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecluse.custody.terms import Centre, Line, Manifest
from ecluse.office.registers import Authority, Order

if TYPE_CHECKING:
    from ecluse.office.session import Mandate, Session

HOME_SERVICE = "authority:ssecu"
# Roles that work on every order of the home state.
OFFICE_ROLES = frozenset({
    "planner", "author", "countersigner", "opinion", "clearance", "spender", "controller", "auditor",
})  # fmt: skip


def touches(session: Session, mandate: Mandate, order: str, sealed: Any = ()) -> bool:
    """Is this order a case of the body for which this person speaks? `sealed` may hold the order being filed."""
    if mandate.role in OFFICE_ROLES:
        return True
    found = next((value for _, value, _, _ in sealed if isinstance(value, Order) and value.id == order), None)
    found = found or session.newest(order, Order)
    return found is not None and mandate.body in bodies_of(session, found)


def bodies_of(session: Session, order: Order) -> set[str]:
    """Which parties and states have a part in this order?"""
    line = session.newest(order.line, Line) if order.line else None
    centre = session.newest(order.centre, Centre) if order.centre else None
    bodies = {party for _, party in order.roles()} | {f"authority:{order.destination.lower()}"}
    bodies |= {line.maker, f"authority:{line.host.lower()}"} if line else set()
    bodies |= {centre.operator, f"authority:{centre.host.lower()}"} if centre else set()
    return bodies


def holder_of(session: Session, order: Order, tranche: str) -> str:
    """Who has the units of this tranche now? The last who signed for them, else the maker, else the exporter."""
    manifests = session.of(tranche, Manifest)
    if manifests:
        return manifests[-1].to_custodian
    line = session.newest(order.line, Line) if order.line else None
    return line.maker if line else order.exporter


def state_of(session: Session, authority: str) -> str:
    """For which state does this authority speak? Empty when it is not registered."""
    found = session.newest(authority, Authority)
    return found.state if found else ""


def authority_in(session: Session, state: str) -> str:
    """Who is responsible for goods on this state's soil? At home the export-control service."""
    home = state_of(session, HOME_SERVICE)
    return HOME_SERVICE if state in (home, "") else f"authority:{state.lower()}"
