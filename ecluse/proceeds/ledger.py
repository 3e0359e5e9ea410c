"""Where does every cent of a tranche stand? Pure builders of double entries, their balance and their trial.

The credit side says what fund money is for (contributed, allocated to a shortage, spent on it), the debit side where
it is: with the exporter (contribution-due), in the fund (fund:cash), with a supplier, delivered to the army. Both sides
are equal in every currency, so what is due is delivered, or it is overdue by name. Entries are only added: a correction
is a new entry that names the old one in `subject`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ecluse.base.law import Table
from ecluse.base.money import Money, Rounding
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    JournalEntry,
    Posting,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    TitleTransfer,
)

Balance = dict[tuple[str, str], int]

FUND_CASH = "fund:cash"
FUND_CONTRIBUTED = "fund:contributed"


def title_transferred(id: str, sale: Sale, title: TitleTransfer) -> JournalEntry:
    """What does title transfer post? The buyer owes the invoice; the exporter has sold."""
    return _entry(
        id,
        title.tranche,
        title.id,
        title.on,
        _moved(f"receivable:{sale.buyer}", f"sales:{sale.exporter}", title.invoice),
    )


def money_received(id: str, sale: Sale, receipt: Receipt) -> JournalEntry:
    """What does a receipt post? The bank holds the money; the buyer owes so much less."""
    return _entry(
        id, receipt.tranche, receipt.id, receipt.on,
        _moved(f"cash:{receipt.bank}", f"receivable:{sale.buyer}", receipt.money),
    )  # fmt: skip


def contribution_fell_due(id: str, sale: Sale, title: TitleTransfer, due: Money) -> JournalEntry:
    """What does a contribution due post? The exporter owes it to the fund from title transfer."""
    return _entry(
        id, title.tranche, title.id, title.on, _moved(f"contribution-due:{sale.exporter}", FUND_CONTRIBUTED, due)
    )


def contribution_paid(id: str, sale: Sale, contribution: Contribution, settles: Money) -> JournalEntry:
    """What does a paid contribution post? The fund holds the money; the exporter owes so much less.

    `settles` is what it is worth in the contract's currency. In another currency the fund's claim changes currency
    with it, so that every currency still sums to zero.
    """
    due = f"contribution-due:{sale.exporter}"
    if contribution.money.currency == settles.currency:
        if contribution.money != settles:
            raise ValueError("a contribution in the contract's currency settles what it is")
        postings = _moved(FUND_CASH, due, settles)
    else:
        postings = (
            *_moved(FUND_CASH, FUND_CONTRIBUTED, contribution.money),
            *_moved(FUND_CONTRIBUTED, due, settles),
        )
    return _entry(id, contribution.tranche, contribution.id, contribution.on, postings)


def money_allocated(id: str, allocation: Allocation) -> JournalEntry:
    """What does an allocation post? Contributed money is set aside for a named shortage."""
    set_aside = f"fund:allocated:{allocation.shortage}"
    return _entry(
        id, allocation.tranche, allocation.id, allocation.on, _moved(FUND_CONTRIBUTED, set_aside, allocation.money)
    )


def purchase_made(id: str, purchase: Purchase, tranche: str | None = None) -> JournalEntry:
    """What does a purchase post? The supplier holds the money and owes the units; what was set aside is spent.

    `tranche` is None where a purchase pools the allocations of several.
    """
    set_aside, spent = f"fund:allocated:{purchase.shortage}", f"fund:spent:{purchase.shortage}"
    paid = _moved(f"supplier:{purchase.supplier}", FUND_CASH, purchase.money)
    return _entry(id, tranche, purchase.id, purchase.on, (*paid, *_moved(set_aside, spent, purchase.money)))


def purchase_delivered(
    id: str, purchase: Purchase, delivery: PurchaseDelivery, units_before: int, tranche: str | None = None
) -> JournalEntry:
    """What does an accepted delivery post? The supplier owes so much less; the shortage is filled by so much.

    The value of the units is the difference of two cumulative shares, so that parts sum to the purchase exactly.
    """
    if delivery.units < 0 or units_before < 0 or units_before + delivery.units > purchase.units:
        raise ValueError("a delivery lies within its purchase")
    before, after = (
        purchase.money.share(units, purchase.units, Rounding.DOWN)
        for units in (units_before, units_before + delivery.units)
    )
    return _entry(
        id, tranche, delivery.id, delivery.on,
        _moved(f"fund:delivered:{purchase.shortage}", f"supplier:{purchase.supplier}", after - before),
    )  # fmt: skip


def written_off(id: str, entry: JournalEntry, buyer: str, money: Money, on: date) -> JournalEntry:
    """What does it post that a buyer will not pay? A new entry that names the one by which the debt arose."""
    return _entry(id, entry.tranche, entry.id, on, _moved(f"written-off:{buyer}", f"receivable:{buyer}", money))


def reversal(id: str, entry: JournalEntry, on: date) -> JournalEntry:
    """Which new entry takes this one back? The same postings with the other sign; it names the old one."""
    return _entry(id, entry.tranche, entry.id, on, tuple(Posting(p.account, -p.money) for p in entry.postings))


def _moved(debit: str, credit: str, money: Money) -> tuple[Posting, ...]:
    return Posting(debit, money), Posting(credit, -money)


def _entry(id: str, tranche: str | None, subject: str, on: date, postings: tuple[Posting, ...]) -> JournalEntry:
    entry = JournalEntry(id, tranche, subject, postings, on)
    assert is_balanced(entry), "a builder posts both sides"
    return entry


# ------------------------------------------------------------------ reading the books


def balance(entries: Iterable[JournalEntry]) -> Balance:
    """What stands on each account in each currency, in minor units? Debits above zero, credits below."""
    found: Balance = {}
    for entry in entries:
        for posting in entry.postings:
            key = (posting.account, posting.money.currency)
            found[key] = found.get(key, 0) + posting.money.minor
    return dict(sorted(found.items()))


def trial(entries: Iterable[JournalEntry]) -> tuple[Money, ...]:
    """What do all postings sum to in each currency that was posted? Zeros, when the books balance."""
    sums: dict[str, int] = {}
    for (_, currency), minor in balance(entries).items():
        sums[currency] = sums.get(currency, 0) + minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def is_balanced(entry: JournalEntry) -> bool:
    """Does this entry sum to zero in every currency?"""
    return all(money.minor == 0 for money in trial([entry]))


def of_kind(books: Balance, account: str) -> dict[str, int]:
    """What stands on an account of the chart and all accounts under it, by currency?"""
    found: dict[str, int] = {}
    for (name, currency), minor in books.items():
        if name == account or name.startswith(account + ":"):
            found[currency] = found.get(currency, 0) + minor
    return found


def chart_row(account: str, chart: Table) -> dict[str, str] | None:
    """Which row of the chart (proceeds/accounts) does this account stand under? The longest that fits; None if none."""
    fitting = [
        row
        for row in chart.rows
        if (account.startswith(row["account"] + ":") if row["named_by"] else account == row["account"])
    ]
    return dict(max(fitting, key=lambda row: len(row["account"]))) if fitting else None


def faults(entries: Iterable[JournalEntry], chart: Table) -> Iterator[str]:
    """What is wrong with the books? Entries out of balance, accounts off the chart, ids that stand twice."""
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            yield f"{entry.id}: the entry stands twice"
        seen.add(entry.id)
        for money in trial([entry]):
            if money.minor:
                yield f"{entry.id}: out of balance by {money.minor} {money.currency} in minor units"
        for posting in entry.postings:
            if chart_row(posting.account, chart) is None:
                yield f"{entry.id}: account {posting.account} is not in the chart"
