"""What may be done at the parties gate? Sweep list versions, clear a hit, hear a tranche."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ecluse.base.signing import Signature
from ecluse.base.verdict import Held, Passed
from ecluse.edge.lists_kept import keep
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.facts.parties import owners_above, parties_claim
from ecluse.office.models import Document, Involvement
from ecluse.office.registers import Order, StatementUse
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger
from ecluse.parties.screen import Index
from ecluse.parties.sweep import sweep_parties
from ecluse.parties.terms import Clearance, EndUseStatement, ListVersion, PartiesFinding, Party
from ecluse.surplus.terms import SurplusFinding


def bring_in_lists(session: Session, versions: Sequence[ListVersion], bodies: Iterable[bytes], on: date) -> None:
    """These list versions are in force from this day; their files are kept, so that each screening can be replayed."""
    with Deed(session, "parties.sweep", actor="clock:office", on=on, subject="lists") as deed:
        for version in versions:
            deed.seal(version)
        for kept in keep(bodies):
            deed.put(Document(**kept._asdict()))


def sweep(session: Session, parties: Sequence[str], index: Index, on: date) -> list[str]:
    """Screen every live party against the lists in force; which have hits? One sweep, clean screens kept too."""
    live = [party for name in sorted(parties) for party in [session.newest(name, Party)] if party]
    swept = sweep_parties(f"sweep:{on}", live, index, on)
    with Deed(session, "parties.sweep", actor="clock:office", on=on, subject="sweeps") as deed:
        for screening in swept.screenings:
            deed.seal(screening, screening.party)
        deed.seal(swept.sweep)
    return [screening.party for screening in swept.hits]


def clear(session: Session, clearance: Clearance, party: str) -> None:
    """A named officer found that a hit is another person."""
    with Deed(session, "parties.clear", actor=clearance.officer, on=clearance.on, subject=party) as deed:
        deed.seal(clearance)


def hear_parties(
    session: Session,
    order: Order,
    tranche: str,
    surplus: tuple[SurplusFinding, str],
    on: date,
    trigger: Trigger = Trigger.FIRST,
) -> Passed[PartiesFinding] | Held:
    """Is everyone who touches this tranche known and clear? If so its units count against the end-use statement."""
    claim = parties_claim(session, order, tranche, *surplus, on)
    with Deed(session, "parties.hear", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        verdict = hear_gate(deed, Gate.PARTIES, claim, tranche=tranche, on=on, previous=surplus[1], trigger=trigger)
        if isinstance(verdict, Passed) and order.statement:
            rid = f"use:{order.id}"
            if session.digest_of(order.statement, rid) is None:
                deed.seal(StatementUse(rid, order.statement, order.id, order.units, on), order.statement)
    return verdict


def involve(deed: Deed, order: Order) -> None:
    """Which orders does each party touch? Kept for the sweeps: the order's parties and their owners."""
    names, _ = owners_above(deed.session, [party for _, party in order.roles()])
    for party in names:
        deed.put(Involvement(id=f"{party}|{order.id}", party=party, order=order.id), f"involvement:{party}")


def state_end_use(session: Session, statement: EndUseStatement, *, authority: str, signature: Signature) -> None:
    """The end user's state issues an end-use statement under its own key."""
    on = statement.issued_on
    with Deed(session, "parties.state_end_use", actor=authority, on=on, subject=statement.id) as deed:
        deed.seal(statement, signatures=[signature])
