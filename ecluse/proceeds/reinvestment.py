"""Did the money come back? Received, due, paid, allocated, spent, delivered; what is overdue, idle or displaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ecluse.base.money import Money, Rounding, divide
from ecluse.base.signing import Key, Signature, is_signed_by
from ecluse.proceeds.contribution import DUE_ROUNDING, whole
from ecluse.proceeds.reckoning import (
    amount_exact,
    contract_currency,
    contribute_by,
    draw_down,
    due_of,
    money_of,
    nothing_sold,
    own,
    receive_by,
    sale_of,
    title_of,
    total_exact,
    total_received,
    units_accepted,
)
from ecluse.proceeds.terms import BudgetFigure, ProceedsClaim, Purchase, PurchaseDelivery


@dataclass(frozen=True, slots=True)
class Overdue:
    """Who owes what since when: a buyer the price, or an exporter the contribution."""

    debtor: str
    tranche: str
    money: Money
    since: date


@dataclass(frozen=True, slots=True)
class TrancheMoney:
    """One tranche's money by a day, in the contract's currency. None is unknown, never zero."""

    tranche: str
    received: Money
    due: Money | None
    paid: Money | None
    allocated: Money | None
    spent: Money | None
    delivered: Money | None
    overdue: tuple[Overdue, ...]


@dataclass(frozen=True, slots=True)
class Reinvestment:
    """All tranches of one currency by a day. A sum in which a part is unknown is unknown.

    `idle` was paid and is not spent. `is_vacuous` says that nothing was owed, so that nothing could be broken.
    """

    currency: str
    received: Money
    due: Money | None
    paid: Money | None
    allocated: Money | None
    spent: Money | None
    delivered: Money | None
    idle: Money | None
    overdue: tuple[Overdue, ...]
    reinvested_per_mille: int | None
    is_vacuous: bool


def money_of_tranche(claim: ProceedsClaim, on: date) -> TrancheMoney:
    """Where does this tranche's money stand by this day?"""
    currency = contract_currency(claim)
    paid = total_exact(own(claim.contributions, claim, on), claim, on)
    allocated = total_exact(own(claim.allocations, claim, on), claim, on)
    spent, delivered = _spent_and_delivered(claim, on)
    return TrancheMoney(
        tranche=claim.tranche,
        received=total_received(claim, on),
        due=Money(0, currency) if nothing_sold(claim) else due_of(claim, on),
        paid=None if paid is None else money_of(paid, currency),
        allocated=None if allocated is None else money_of(allocated, currency),
        spent=spent,
        delivered=delivered,
        overdue=tuple(_overdue(claim, on)),
    )


def _spent_and_delivered(claim: ProceedsClaim, on: date) -> tuple[Money | None, Money | None]:
    """What did purchases draw on this tranche's own allocations, and which part of it did the army accept?"""
    currency = contract_currency(claim)
    allocations = tuple({a.id: a for a in claim.allocations if a.on <= on}.values())
    purchases = {p.id: p for p in claim.purchases if p.on <= on}
    amounts = [allocation.money for allocation in allocations] + [p.money for p in purchases.values()]
    if any(amount_exact(money, claim, on) is None for money in amounts):
        return None, None
    units = units_accepted(claim, on)
    mine = {allocation.id for allocation in own(claim.allocations, claim, on)}
    spent = delivered = Fraction(0)
    for (bought, cited), drawn in draw_down(allocations, tuple(purchases.values()), claim, on).draws.items():
        if cited in mine:
            purchase = purchases[bought]
            spent += drawn
            if purchase.units > 0:
                delivered += drawn * Fraction(min(units.get(bought, 0), purchase.units), purchase.units)
    return money_of(spent, currency), money_of(delivered, currency)


def _overdue(claim: ProceedsClaim, on: date) -> Iterator[Overdue]:
    """Which terms have ended with money still owed? What is due stays due, in the debtor's name."""
    sale, title, policy = sale_of(claim), title_of(claim, on), claim.policy
    if sale is None or title is None or policy is None:
        return
    received, receive_last = total_received(claim, on), receive_by(title, policy)
    unpaid = title.invoice.minor - received.minor
    if received.currency == title.invoice.currency and unpaid > 0 and on > receive_last:
        yield Overdue(sale.buyer, claim.tranche, Money(unpaid, received.currency), receive_last)
    due = due_of(claim, on)
    paid = total_exact(own(claim.contributions, claim, on), claim, on)
    pay_last = contribute_by(claim, title, policy, on)
    if due is not None and paid is not None and paid < due.minor and on > pay_last:
        owed = whole(due.minor - paid, due.currency, DUE_ROUNDING)
        yield Overdue(sale.exporter, claim.tranche, owed, pay_last)


def reinvestment(claims: Iterable[ProceedsClaim], on: date) -> tuple[Reinvestment, ...]:
    """Did the money of these tranches come back by this day? One answer for each currency of contract."""
    by_currency: dict[str, list[TrancheMoney]] = {}
    for claim in claims:
        by_currency.setdefault(contract_currency(claim), []).append(money_of_tranche(claim, on))
    return tuple(_summed(currency, by_currency[currency]) for currency in sorted(by_currency))


def _summed(currency: str, tranches: list[TrancheMoney]) -> Reinvestment:
    received = Money(sum(tranche.received.minor for tranche in tranches), currency)
    due = _sum(currency, [tranche.due for tranche in tranches])
    paid = _sum(currency, [tranche.paid for tranche in tranches])
    spent = _sum(currency, [tranche.spent for tranche in tranches])
    return Reinvestment(
        currency=currency,
        received=received,
        due=due,
        paid=paid,
        allocated=_sum(currency, [tranche.allocated for tranche in tranches]),
        spent=spent,
        delivered=_sum(currency, [tranche.delivered for tranche in tranches]),
        idle=None if paid is None or spent is None else paid - spent,
        overdue=tuple(late for tranche in tranches for late in tranche.overdue),
        reinvested_per_mille=reinvested_per_mille(spent, received),
        is_vacuous=due is not None and due.minor == 0,
    )


def _sum(currency: str, parts: list[Money | None]) -> Money | None:
    known = [part.minor for part in parts if part is not None]
    return Money(sum(known), currency) if len(known) == len(parts) else None


def reinvested_per_mille(spent: Money | None, received: Money) -> int | None:
    """How much of a thousand received was spent on named shortages? Rounded down; None where nothing can be said."""
    if spent is None or received.minor <= 0 or spent.currency != received.currency:
        return None
    return divide(1000 * spent.minor, received.minor, Rounding.DOWN)


def spent_on(purchases: Iterable[Purchase]) -> dict[str, int]:
    """What did these purchases cost, by currency, in minor units?"""
    spent: Counter[str] = Counter()
    for purchase in purchases:
        spent[purchase.money.currency] += purchase.money.minor
    return dict(spent)


def worth_accepted(purchases: Iterable[Purchase], deliveries: Iterable[PurchaseDelivery]) -> dict[str, int]:
    """What are the units worth that the army accepted, by currency, in minor units?

    Of each purchase the accepted share of its price, rounded down, as `ledger.purchase_delivered` posts it.
    """
    accepted: Counter[str] = Counter()
    for delivery in deliveries:
        accepted[delivery.purchase] += delivery.units
    worth: Counter[str] = Counter()
    for purchase in purchases:
        if purchase.units > 0:
            units = min(accepted[purchase.id], purchase.units)
            worth[purchase.money.currency] += purchase.money.share(units, purchase.units, Rounding.DOWN).minor
    return dict(worth)


@dataclass(frozen=True, slots=True)
class SignedBudget:
    """A budget figure with the signatures under it."""

    figure: BudgetFigure
    signatures: tuple[Signature, ...]


def displaced_budget(
    spent_by_class: Mapping[str, Money], budgets: tuple[SignedBudget, ...], keys: tuple[Key, ...]
) -> Money | None:
    """How much of what proceeds bought only replaced budget that was taken away?

    By class, the lesser of the budget's cut and what was spent from proceeds: money replaced is not money added
    (planning.md 1.6). None while a class has no signed figure in the currency that was spent.
    """
    currencies = {money.currency for money in spent_by_class.values()}
    if len(currencies) != 1:
        return None
    currency, total = currencies.pop(), 0
    for class_, spent in spent_by_class.items():
        figures = [
            signed.figure
            for signed in budgets
            if signed.figure.class_ == class_
            and {signed.figure.money_before.currency, signed.figure.money_after.currency} == {currency}
            and is_signed_by(signed.figure.owner, signed.figure, signed.signatures, keys)
        ]
        if not figures:
            return None
        cut = sum(max(0, figure.money_before.minor - figure.money_after.minor) for figure in figures)
        total += min(cut, max(0, spent.minor))
    return Money(total, currency)
