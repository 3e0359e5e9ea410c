"""What stands on file for a tranche by a day: its sale, title, money, and the days on which its terms end?

What proves that something was done is counted narrowly: records of this tranche, each id once, dated by the day. What
proves that something was overdone is counted widely, by the rules themselves: every record handed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeVar

from ecluse.base.days import DAYS_COUNTED_LIMIT
from ecluse.base.errors import UnknownLawError
from ecluse.base.law import Law
from ecluse.base.money import Money
from ecluse.custody.terms import CustodyStage
from ecluse.proceeds.contribution import PAID_ROUNDING, due_under, exact, rate_day, whole
from ecluse.proceeds.terms import Allocation, ContributionPolicy, ProceedsClaim, Purchase, Sale, TitleTransfer


class MoneyRecord(Protocol):
    """A receipt, a contribution or an allocation: money of a tranche on a day."""

    @property
    def id(self) -> str: ...
    @property
    def tranche(self) -> str: ...
    @property
    def money(self) -> Money: ...
    @property
    def on(self) -> date: ...


Record = TypeVar("Record", bound=MoneyRecord)


def own(records: tuple[Record, ...], claim: ProceedsClaim, on: date) -> tuple[Record, ...]:
    """Which of these records are of this tranche and dated by this day, each id once?"""
    found = {record.id: record for record in records if record.tranche == claim.tranche and record.on <= on}
    return tuple(found.values())


def sale_of(claim: ProceedsClaim) -> Sale | None:
    """Which contract stands behind the tranche? One of another tranche is none."""
    return claim.sale if claim.sale and claim.sale.tranche == claim.tranche else None


def title_of(claim: ProceedsClaim, on: date) -> TitleTransfer | None:
    """Which title transfer has happened by this day? One of another tranche, or of a later day, is none."""
    title = claim.title
    return title if title and title.tranche == claim.tranche and title.on <= on else None


def contract_currency(claim: ProceedsClaim) -> str:
    """In which currency is everything of this tranche counted? The contract's; the licence's while there is none."""
    sale = sale_of(claim)
    return sale.unit_price.currency if sale else claim.value_licensed.currency


def nothing_sold(claim: ProceedsClaim) -> bool:
    """Was nothing sold? Nothing delivered, no title, no money; and no contract, or a chain closed without delivery.

    Temporary exports and tranches that came back whole end here: nothing is owed, and the finding says so.
    """
    moved = claim.receipts or claim.contributions or claim.allocations or claim.purchases
    if moved or claim.title or claim.custody.units_delivered or claim.custody.tranche != claim.tranche:
        return False
    return claim.sale is None or claim.custody.stage is CustodyStage.DELIVERY


def amount_exact(money: Money, claim: ProceedsClaim, on: date) -> Fraction | None:
    """What is this amount worth in the contract's currency, at the rate of the day? None is unknown."""
    day = rate_day(title_of(claim, on), own(claim.receipts, claim, on))
    return exact(money, contract_currency(claim), claim.rate, day)


def total_exact(records: Iterable[MoneyRecord], claim: ProceedsClaim, on: date) -> Fraction | None:
    """What are these records worth together, exactly? None when one of them cannot be converted."""
    total = Fraction(0)
    for record in records:
        worth = amount_exact(record.money, claim, on)
        if worth is None:
            return None
        total += worth
    return total


def total_gross(records: Iterable[MoneyRecord], claim: ProceedsClaim, on: date) -> Fraction:
    """What are these records worth at the least, leaving out what lowers the sum or cannot be converted?"""
    worths = (amount_exact(record.money, claim, on) for record in records)
    return sum((worth for worth in worths if worth is not None and worth > 0), Fraction(0))


def money_of(amount: Fraction, currency: str) -> Money:
    """Which whole amount do we state for this exact one? Rounded down, once."""
    return whole(amount, currency, PAID_ROUNDING)


def total_received(claim: ProceedsClaim, on: date) -> Money:
    """How much money arrived in the contract's currency by this day?"""
    currency = contract_currency(claim)
    arrived = (receipt.money for receipt in own(claim.receipts, claim, on))
    return Money(sum(money.minor for money in arrived if money.currency == currency), currency)


def due_of(claim: ProceedsClaim, on: date) -> Money | None:
    """What is due under the policy that the claim names? None is unknown."""
    if claim.policy is None:
        return None
    receipts = own(claim.receipts, claim, on)
    return due_under(claim.policy.rule, sale_of(claim), title_of(claim, on), receipts, claim.policy, claim.rate)


# ------------------------------------------------------------------ terms in days


def after(start: date, days: int) -> date:
    """On which day does a term of so many days end? A term beyond ten years ends after ten."""
    return start + timedelta(max(0, min(days, DAYS_COUNTED_LIMIT)))


def receive_by(title: TitleTransfer, policy: ContributionPolicy) -> date:
    """By which day must the money be home? The term runs from title transfer."""
    return after(title.on, policy.days_to_receive)


def contribute_by(claim: ProceedsClaim, title: TitleTransfer, policy: ContributionPolicy, on: date) -> date:
    """By which day must the contribution be paid? The term runs from the last receipt of a full price.

    It starts at the latest when the money must be home: holding back the last cent does not stop the clock.
    """
    latest = receive_by(title, policy)
    received = total_received(claim, on)
    if received.currency == title.invoice.currency and received.minor >= title.invoice.minor:
        latest = min(latest, max([title.on, *(receipt.on for receipt in own(claim.receipts, claim, on))]))
    return after(latest, policy.days_to_contribute)


def term_in_days(name: str, law: Law, on: date) -> int:
    """How many days does the law set under this name on this day? Before its first row, what that row sets.

    Raises UnknownLawError when no row sets it.
    """
    table = law["proceeds/terms"]
    for row in table.in_force(on):
        if row["name"] == name:
            return int(row["value"])
    first = min((row for row in table.rows if row["name"] == name), key=lambda row: row["valid_from"], default=None)
    if first is None or first["valid_from"] <= on.isoformat():
        raise UnknownLawError(f"proceeds/terms sets no {name} on {on.isoformat()}")
    return int(first["value"])


# ------------------------------------------------------------------ what purchases leave of allocations


class Drawn(NamedTuple):
    """What is left of each allocation, what each purchase lacks, and how much each purchase drew on each allocation."""

    left: dict[str, Fraction]
    lacks: dict[str, Fraction]
    draws: dict[tuple[str, str], Fraction]


def draw_down(
    allocations: tuple[Allocation, ...], purchases: tuple[Purchase, ...], claim: ProceedsClaim, on: date
) -> Drawn:
    """What do these purchases draw on these allocations?

    Purchases draw by day, then by id, each on the allocations it cites in the order in which it cites them. What
    cannot be converted is left out: the rate of the day is then referred.
    """
    worths = ((allocation.id, amount_exact(allocation.money, claim, on)) for allocation in allocations)
    left = {id: max(worth, Fraction(0)) for id, worth in worths if worth is not None}
    lacks: dict[str, Fraction] = {}
    draws: dict[tuple[str, str], Fraction] = {}
    for purchase in sorted(purchases, key=lambda purchase: (purchase.on, purchase.id)):
        wanted = amount_exact(purchase.money, claim, on)
        if wanted is None:
            continue
        for cited in purchase.allocations:
            drawn = max(Fraction(0), min(left.get(cited, Fraction(0)), wanted))
            if drawn:
                left[cited] -= drawn
                wanted -= drawn
                draws[purchase.id, cited] = draws.get((purchase.id, cited), Fraction(0)) + drawn
        if wanted > 0:
            lacks[purchase.id] = lacks.get(purchase.id, Fraction(0)) + wanted
    return Drawn(left, lacks, draws)


def units_accepted(claim: ProceedsClaim, on: date) -> dict[str, int]:
    """How many units of each purchase did the army accept by this day? Each delivery once, none below zero."""
    found: dict[str, int] = {}
    for delivery in {delivery.id: delivery for delivery in claim.deliveries if delivery.on <= on}.values():
        found[delivery.purchase] = found.get(delivery.purchase, 0) + max(0, delivery.units)
    return found
