"""What may be done at the proceeds gate? Pass title, receive, contribute, allocate, purchase, accept, close, hear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecluse.base.errors import ForbiddenError
from ecluse.base.money import Money
from ecluse.base.signing import Signature, is_signed_by
from ecluse.base.verdict import Held, Passed
from ecluse.custody.terms import CustodyFinding
from ecluse.licence.terms import LicenceFinding
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.facts.proceeds import proceeds_claim
from ecluse.office.models import Entry, Posting
from ecluse.office.registers import AllocationNote, Order
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger
from ecluse.proceeds import ledger
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    JournalEntry,
    PeriodClose,
    ProceedsFinding,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)


def _post(deed: Deed, entries: Iterable[JournalEntry], subject: str = "") -> None:
    """Seal double entries and project them: postings first, the entry's row last, where the database checks the sum."""
    for entry in entries:
        deed.seal(entry, subject)
        deed.add(
            Posting(
                id=f"{entry.id}/{number}",
                entry_id=entry.id,
                account=posting.account,
                currency=posting.money.currency,
                minor=posting.money.minor,
            )
            for number, posting in enumerate(entry.postings, 1)
        )
        deed.add([Entry(rid=entry.id, tranche=entry.tranche or "", on=entry.on)])


def transfer_title(
    session: Session, order: Order, sale: Sale, title: TitleTransfer, due: Money | None, actor: str = ""
) -> None:
    """Title passes to the buyer: the sale is recognised, and so is the contribution due under the bound rule."""
    with Deed(
        session,
        "proceeds.transfer_title",
        actor=actor or order.exporter,
        on=title.on,
        subject=title.tranche,
        order=order.id,
    ) as deed:
        deed.seal(sale)
        deed.seal(title)
        entries = [ledger.title_transferred(f"entry:{title.id}", sale, title)]
        if due is not None and due.minor:
            entries.append(ledger.contribution_fell_due(f"entry:{title.id}/due", sale, title, due))
        _post(deed, entries)


def receive(session: Session, order: Order, sale: Sale, receipt: Receipt) -> None:
    """Money came home for a tranche."""
    with Deed(
        session, "proceeds.receive", actor=receipt.bank, on=receipt.on, subject=receipt.tranche, order=order.id
    ) as deed:
        deed.seal(receipt)
        _post(deed, [ledger.money_received(f"entry:{receipt.id}", sale, receipt)])


def contribute(session: Session, order: Order, sale: Sale, contribution: Contribution, settles: Money) -> None:
    """A contribution was paid into the fund."""
    with Deed(
        session,
        "proceeds.contribute",
        actor=contribution.payer,
        on=contribution.on,
        subject=contribution.tranche,
        order=order.id,
    ) as deed:
        deed.seal(contribution)
        _post(deed, [ledger.contribution_paid(f"entry:{contribution.id}", sale, contribution, settles)])


def name_shortage(session: Session, shortage: Shortage, on: date, *, signature: Signature) -> None:
    """The general staff names a shortage, under its signature; it stands in the log from this day.

    Raises ForbiddenError for a shortage that its owner did not sign.
    """
    if not is_signed_by(shortage.owner, shortage, [signature], session.keys([shortage.owner])):
        raise ForbiddenError(f"{shortage.id} is not signed by {shortage.owner}")
    with Deed(session, "proceeds.name_shortage", actor=shortage.owner, on=on, subject=shortage.id) as deed:
        deed.seal(shortage, signatures=[signature])


def allocate(session: Session, order: Order, allocation: Allocation, *, officer: str) -> None:
    """Part of a contribution is set aside for a named shortage."""
    with Deed(
        session, "proceeds.allocate", actor=officer, on=allocation.on, subject=allocation.tranche, order=order.id
    ) as deed:
        deed.seal(allocation, allocation.shortage)
        note = AllocationNote(f"note:{allocation.id}", allocation.tranche, allocation.shortage, allocation.id)
        deed.seal(note)
        _post(deed, [ledger.money_allocated(f"entry:{allocation.id}", allocation)])


def purchase(session: Session, bought: Purchase, *, officer: str) -> None:
    """A purchase is made for a named shortage out of what was allocated to it."""
    with Deed(session, "proceeds.purchase", actor=officer, on=bought.on, subject=bought.shortage) as deed:
        deed.seal(bought)
        _post(deed, [ledger.purchase_made(f"entry:{bought.id}", bought)])


def accept(session: Session, bought: Purchase, delivery: PurchaseDelivery, units_before: int) -> None:
    """The army accepted units of a purchase."""
    with Deed(session, "proceeds.accept", actor=delivery.accepted_by, on=delivery.on, subject=bought.shortage) as deed:
        deed.seal(delivery)
        _post(deed, [ledger.purchase_delivered(f"entry:{delivery.id}", bought, delivery, units_before)])


def close_period(session: Session, close: PeriodClose) -> None:
    """The books of a month are closed by a controller."""
    with Deed(session, "proceeds.close", actor=close.controller, on=close.on, subject="books") as deed:
        deed.seal(close)


def hear_proceeds(
    session: Session,
    order: Order,
    licensed: LicenceFinding,
    custody: tuple[CustodyFinding, str],
    on: date,
    trigger: Trigger = Trigger.FIRST,
) -> Passed[ProceedsFinding] | Held:
    """Did the money come home and buy a named need?"""
    claim = proceeds_claim(session, order, licensed, *custody, on)
    tranche = claim.tranche
    with Deed(session, "proceeds.hear", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        return hear_gate(deed, Gate.PROCEEDS, claim, tranche=tranche, on=on, previous=custody[1], trigger=trigger)
