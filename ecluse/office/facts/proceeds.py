"""On which facts is a tranche's money judged?"""

from __future__ import annotations

from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import seal
from ecluse.custody.terms import CustodyFinding
from ecluse.licence.terms import LicenceFinding
from ecluse.office.facts.licence import rate_of
from ecluse.office.facts.parties import in_force
from ecluse.office.models import Record
from ecluse.office.registers import AllocationNote, Order
from ecluse.office.session import Session
from ecluse.proceeds.ledger import trial
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    ContributionPolicy,
    Entered,
    JournalEntry,
    PeriodClose,
    ProceedsClaim,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)


def proceeds_claim(
    session: Session, order: Order, licensed: LicenceFinding, custody: CustodyFinding, hearing: str, on: date
) -> ProceedsClaim:
    """What is known of this tranche's sale, receipts, contribution and what they bought?"""
    tranche = custody.tranche
    title = session.newest(tranche, TitleTransfer)
    policy = policy_for(session, title.on if title else on)
    noted = dict.fromkeys(note.shortage for note in session.of(tranche, AllocationNote))
    own = tuple(a for shortage in noted for a in session.of(shortage, Allocation) if a.tranche == tranche)
    purchases = tuple(p for shortage in _shortages(own) for p in session.of(shortage, Purchase) if _cites(p, own))
    cited = {id for p in purchases for id in p.allocations} | {a.id for a in own}
    allocations = tuple(a for s in _shortages(own) for a in session.of(s, Allocation) if a.id in cited)
    shortages = tuple(s for name in _shortages(own) for s in session.of(name, Shortage))
    bought = {p.id for p in purchases}
    contributions = tuple(session.of(tranche, Contribution))
    return ProceedsClaim(
        tranche, order.id, custody, hearing, session.newest(tranche, Sale), licensed.value, licensed.units, title,
        tuple(session.of(tranche, Receipt)),
        rate_of(session, licensed.value.currency, title.on) if title else None,
        policy, session.signatures(seal(policy).digest) if policy else (), contributions, allocations, shortages,
        tuple(Entered(shortage.id, _entered_on(session, shortage, on)) for shortage in shortages),
        purchases, tuple(d for s in shortages for d in session.of(s.id, PurchaseDelivery) if d.purchase in bought),
        _close(session, contributions), balances(session, tranche),
        session.keys([policy.owner]) if policy else (),
    )  # fmt: skip


def policy_for(session: Session, day: date) -> ContributionPolicy | None:
    """Which contribution policy binds on the day of title transfer?"""
    found: ContributionPolicy | None = in_force(session.of("policy:contribution", ContributionPolicy), day)
    return found


def _shortages(allocations: tuple[Allocation, ...]) -> list[str]:
    return list(dict.fromkeys(a.shortage for a in allocations))


def _cites(purchase: Purchase, own: tuple[Allocation, ...]) -> bool:
    return any(a.id in purchase.allocations for a in own)


def _entered_on(session: Session, shortage: Shortage, on: date) -> date:
    """On which day did the shortage enter the log? What is not in the database yet is entered on this very day."""
    found = Record.objects.filter(digest=seal(shortage).digest).values_list("on", flat=True).first()
    return found or on


def _close(session: Session, contributions: tuple[Contribution, ...]) -> PeriodClose | None:
    """Which close covers the month in which the contribution came in?"""
    if not contributions:
        return None
    month = Month.of(contributions[-1].on)
    return next((c for c in session.of("books", PeriodClose) if c.month == month), None)


def balances(session: Session, tranche: str) -> tuple[Money, ...]:
    """What do the tranche's postings sum to, currency by currency? Zero, or the books are wrong."""
    return trial(session.of(tranche, JournalEntry))
