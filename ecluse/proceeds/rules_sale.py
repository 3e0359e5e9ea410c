"""On which grounds is a tranche held over its sale: title, invoice, receipts, currency and rate?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.money import Money, Rounding
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.proceeds.contribution import rate_day
from ecluse.proceeds.reckoning import (
    amount_exact,
    contract_currency,
    due_of,
    nothing_sold,
    own,
    receive_by,
    sale_of,
    title_of,
    total_received,
)
from ecluse.proceeds.terms import ProceedsClaim, Sale, TitleTransfer


def title_has_passed(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """Receipts are recognised from title transfer under a known contract, never before (SDAF practice, R32)."""
    if nothing_sold(claim):
        return
    sale, title = sale_of(claim), title_of(claim, on)
    early = sum(title is None or receipt.on < title.on for receipt in claim.receipts)
    if sale is None or title is None or early:
        yield refer(
            "proceeds.title_has_passed", "ecluse/title-recognition",
            units_delivered=claim.custody.units_delivered,
            contracts=int(sale is not None), titles=int(title is not None), receipts_early=early,
        )  # fmt: skip


def invoice_matches_licence(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The invoice is unit price times units, and not above the licensed value of as many units (R33)."""
    sale, title = sale_of(claim), title_of(claim, on)
    if sale is None or title is None:
        return
    priced, licensed = sale.unit_price.times(title.units), _value_licensed(claim, title.units)
    above = licensed.currency == title.invoice.currency and title.invoice.minor > licensed.minor
    if title.invoice != priced or above:
        yield refuse(
            "proceeds.invoice_matches_licence", "ecluse/invoice-of-licence",
            invoice=title.invoice, price_of_units=priced, value_licensed=licensed, units=title.units,
        )  # fmt: skip


def _value_licensed(claim: ProceedsClaim, units: int) -> Money:
    """Which part of the licensed value belongs to so many units? Never more than the whole."""
    if claim.units_licensed <= 0:
        return Money(0, claim.value_licensed.currency)
    return min(claim.value_licensed, claim.value_licensed.share(units, claim.units_licensed, Rounding.DOWN))


def invoice_covers_delivery(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """Title passes for exactly the units of this tranche that were delivered (R32)."""
    title = title_of(claim, on)
    units_titled = title.units if title else 0
    is_other = claim.custody.tranche != claim.tranche
    if is_other or (title and units_titled != claim.custody.units_delivered):
        yield refer(
            "proceeds.invoice_covers_delivery", "ecluse/invoice-of-delivery",
            units_titled=units_titled, units_delivered=claim.custody.units_delivered,
            tranche=claim.tranche, tranche_delivered=claim.custody.tranche,
        )  # fmt: skip


def currency_is_of_the_contract(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """Licence, invoice and receipts are in the currency of the contract (R32)."""
    sale = sale_of(claim)
    if sale is None or nothing_sold(claim):
        return
    amounts = [(claim.order, claim.value_licensed), *((receipt.id, receipt.money) for receipt in claim.receipts)]
    if claim.title:
        amounts.append((claim.title.id, claim.title.invoice))
    for record, money in amounts:
        if money.currency != sale.unit_price.currency:
            yield refuse(
                "proceeds.currency_is_of_the_contract", "ecluse/contract-currency",
                record=record, money=money, currency_contract=sale.unit_price.currency,
            )  # fmt: skip


def receipt_is_home(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The whole invoice is received within the policy's term after title transfer (R34)."""
    title, policy = title_of(claim, on), claim.policy
    if title is None or policy is None or on <= receive_by(title, policy):
        return
    received = total_received(claim, on)
    if received.minor < title.invoice.minor:
        yield refuse(
            "proceeds.receipt_is_home", "contribution-policy/receipt-term",
            received=received, invoice=title.invoice, receive_by=receive_by(title, policy),
        )  # fmt: skip


def receipt_is_not_over(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more is received than was invoiced: a surplus payment has no sale behind it (R33)."""
    title = title_of(claim, on)
    if title is None:
        return
    arrived = [receipt.money for receipt in claim.receipts if receipt.money.currency == title.invoice.currency]
    received = Money(sum(max(0, money.minor) for money in arrived), title.invoice.currency)
    if received.minor > title.invoice.minor:
        yield refer(
            "proceeds.receipt_is_not_over", "ecluse/receipt-of-invoice", received=received, invoice=title.invoice
        )


def payer_is_the_buyer(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The buyer of the contract pays, not a third party (R33)."""
    sale = sale_of(claim)
    if sale is None:
        return
    for receipt in claim.receipts:
        if receipt.payer != sale.buyer:
            yield refer(
                "proceeds.payer_is_the_buyer", "ecluse/one-payer",
                receipt=receipt.id, payer=receipt.payer, buyer=sale.buyer,
            )  # fmt: skip


def rate_is_of_the_day(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """What is not in the contract's currency is converted at the official rate of the day of receipt (R32)."""
    sale, title = sale_of(claim), title_of(claim, on)
    if sale is None or title is None:
        return
    day = rate_day(title, own(claim.receipts, claim, on))
    assert day is not None
    for currency in _currencies_unconverted(claim, sale, title, on):
        yield refer(
            "proceeds.rate_is_of_the_day", "ecluse/rate-of-day",
            currency=currency, currency_contract=contract_currency(claim), rate_day=day,
        )  # fmt: skip


def _currencies_unconverted(claim: ProceedsClaim, sale: Sale, title: TitleTransfer, on: date) -> list[str]:
    moved = [contribution.money for contribution in claim.contributions]
    moved += [allocation.money for allocation in claim.allocations]
    moved += [purchase.money for purchase in claim.purchases]
    if due_of(claim, on) is None and claim.policy and title.invoice.currency == sale.unit_price.currency:
        # Only the profit and the order ratio need these two figures; another rule is due without them.
        moved += [sale.unit_cost, sale.home_order_value]
    unknown = {money.currency for money in moved if amount_exact(money, claim, on) is None}
    return sorted(unknown)
