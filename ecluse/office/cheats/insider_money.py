"""Which frauds does an insider commit with the money and with chance itself?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.money import Money
from ecluse.base.source import SeededSource
from ecluse.edge.law import newest_law
from ecluse.office.actions import proceeds
from ecluse.office.actions.deed import Deed
from ecluse.office.cheats.hands import Insider, Kinds, Named
from ecluse.office.models import Entry, Posting
from ecluse.office.registers import Officer, Order
from ecluse.office.session import Session
from ecluse.order import Gate
from ecluse.proceeds.terms import Allocation, Contribution, JournalEntry, PeriodClose, Shortage
from ecluse.proceeds.terms import Posting as Posted

KINDS = Kinds(as_administrator=False)


@KINDS.breaks("P4")
def spender_closes(hand: Insider) -> Named:
    """The books of a month are closed once more, by the officer who spent."""
    first = hand.any(PeriodClose)
    close = replace(
        first, id=f"{first.id}/again", controller=first.spender,
        controller_authority=first.spender_authority or first.controller_authority, on=hand.today,
    )  # fmt: skip
    proceeds.close_period(hand.session, close)
    return Named(close.id, str(hand.today))


@KINDS.breaks("P7")
def named_the_same_day(hand: Insider) -> Named:
    """Money is set aside for a shortage that was named on the very day."""
    paid = _paid(hand)
    order = hand.session.newest(paid.tranche.rsplit("/", 1)[0], Order)
    assert order is not None
    first = hand.any(Shortage)
    fresh = replace(first, id=f"{first.id}-today", named_on=hand.today)
    proceeds.name_shortage(hand.session, fresh, hand.today, signature=hand.sign(fresh.owner, fresh))
    allocation = Allocation(
        f"allocation:{paid.tranche}/again", paid.tranche, fresh.id, Money(1, paid.money.currency), hand.today
    )
    spender = hand.any(Officer, lambda found: found.role == "spender" and _acts(hand, found))
    proceeds.allocate(hand.session, order, allocation, officer=spender.id)
    return Named(allocation.id, str(hand.today))


def _acts(hand: Insider, officer: Officer) -> bool:
    return officer.valid_from <= hand.today and (officer.valid_until is None or hand.today <= officer.valid_until)


def _paid(hand: Insider) -> Contribution:
    """Which contribution belongs to a tranche whose money passed?"""
    return hand.any(Contribution, lambda found: hand.passed(found.tranche, Gate.PROCEEDS))


@KINDS.breaks("P7")
def contribution_kept(hand: Insider) -> Named:
    """A contribution is booked as paid, into the exporter's own account."""
    first = _paid(hand)
    again = replace(first, id=f"{first.id}/again", on=hand.today)
    order = hand.session.newest(first.tranche.rsplit("/", 1)[0], Order)
    assert order is not None
    postings = (
        Posted(f"cash:{order.exporter}", again.money), Posted(f"contribution-due:{order.exporter}", -again.money)
    )  # fmt: skip
    _book(hand, again, postings, order)
    return Named(again.id, str(hand.today))


def _book(hand: Insider, contribution: Contribution, postings: tuple[Posted, ...], order: Order) -> None:
    entry = JournalEntry(f"entry:{contribution.id}", contribution.tranche, contribution.id, postings, contribution.on)
    with Deed(
        hand.session, "proceeds.contribute", actor=order.exporter, on=contribution.on, subject=contribution.tranche,
        order=order.id,
    ) as deed:  # fmt: skip
        deed.seal(contribution)
        deed.seal(entry)
        deed.add(
            Posting(
                id=f"{entry.id}/{number}", entry_id=entry.id, account=posted.account, currency=posted.money.currency,
                minor=posted.money.minor,
            )
            for number, posted in enumerate(postings, 1)
        )  # fmt: skip
        deed.add([Entry(rid=entry.id, tranche=contribution.tranche, on=entry.on)])


@dataclass(frozen=True, slots=True)
class _WornSource:
    """Chance that gives every record the same salt; all else is as it was."""

    source: SeededSource
    worn: bytes

    @property
    def is_seeded(self) -> bool:
        """It is as foreseeable as the source beneath it."""
        return True

    def salt(self, record_id: str, field: str) -> bytes:
        """The same salt for every record."""
        return self.worn if field == "record" else self.source.salt(record_id, field)

    def now(self) -> datetime:
        """The time of the source beneath it."""
        return self.source.now()

    def private_key(self, owner: str) -> Ed25519PrivateKey:
        """The keys of the source beneath it."""
        return self.source.private_key(owner)


@KINDS.breaks("P8")
def salt_used_twice(hand: Insider) -> Named:
    """Two records are committed to under one salt, so that a stranger can see whether they are alike."""
    first = hand.any(Shortage)
    worn = _WornSource(hand.source, hand.source.salt("worn", "record"))
    for name in ("a", "b"):
        shortage = replace(first, id=f"{first.id}-{name}", named_on=hand.today)
        signature = hand.sign(shortage.owner, shortage)
        proceeds.name_shortage(Session(worn, newest_law()), shortage, hand.today, signature=signature)
    return Named(f"{first.id}-a", str(hand.today))
