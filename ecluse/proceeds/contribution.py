"""What is due to the fund for a tranche, under each contribution rule? Exact fractions, rounded once, up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from ecluse.base.money import EXPONENTS, Money, Rounding, divide
from ecluse.proceeds.terms import (
    ContributionPolicy,
    ContributionResult,
    ContributionRule,
    RateOfDay,
    Receipt,
    Sale,
    TitleTransfer,
)

BASIS_POINTS = 10_000

# A share of a minor unit is due as a whole one: splitting a sale into many tranches then never lowers what is due.
DUE_ROUNDING = Rounding.UP
# What was paid is never counted higher than it was worth.
PAID_ROUNDING = Rounding.DOWN

Formula = Callable[[Sale, TitleTransfer, ContributionPolicy, RateOfDay | None, date], Fraction | None]


def results(
    sale: Sale | None,
    title: TitleTransfer | None,
    receipts: tuple[Receipt, ...],
    policy: ContributionPolicy | None,
    rate: RateOfDay | None,
) -> tuple[ContributionResult, ...]:
    """What does every contribution rule give for this sale, in the currency of the contract?

    None where a figure that the rule needs is unknown: no contract, no title, no policy, or an amount in another
    currency without the rate of the day (mechanism.md 1.4 and 5; R33).
    """
    return tuple(
        ContributionResult(rule, due_under(rule, sale, title, receipts, policy, rate)) for rule in ContributionRule
    )


def due_under(
    rule: ContributionRule,
    sale: Sale | None,
    title: TitleTransfer | None,
    receipts: tuple[Receipt, ...],
    policy: ContributionPolicy | None,
    rate: RateOfDay | None,
) -> Money | None:
    """What does this one rule give?"""
    if sale is None:
        return None
    if rule is ContributionRule.NONE:
        return Money(0, sale.unit_price.currency)
    if title is None or policy is None or title.invoice.currency != sale.unit_price.currency:
        return None
    day = rate_day(title, receipts)
    assert day is not None
    share = FORMULAS[rule](sale, title, policy, rate, day)
    return None if share is None else whole(max(share, Fraction(0)), sale.unit_price.currency, DUE_ROUNDING)


def ad_valorem(
    sale: Sale, title: TitleTransfer, policy: ContributionPolicy, rate: RateOfDay | None, day: date
) -> Fraction | None:
    """What is a levy on the invoice? Its rate in hundredths of a percent (2025 model: 20 %)."""
    return Fraction(title.invoice.minor * policy.ad_valorem_bp, BASIS_POINTS)


def profit_share(
    sale: Sale, title: TitleTransfer, policy: ContributionPolicy, rate: RateOfDay | None, day: date
) -> Fraction | None:
    """What is the share of the profit, price less attested cost? A loss owes nothing; an unknown cost is unknown."""
    cost = exact(sale.unit_cost, sale.unit_price.currency, rate, day)
    if cost is None:
        return None
    return (sale.unit_price.minor - cost) * title.units * Fraction(policy.profit_share_bp, BASIS_POINTS)


def order_ratio(
    sale: Sale, title: TitleTransfer, policy: ContributionPolicy, rate: RateOfDay | None, day: date
) -> Fraction | None:
    """What is the share of the invoice, as far as the maker's home orders match it (2025 model: up to 50 %)?"""
    home = exact(sale.home_order_value, sale.unit_price.currency, rate, day)
    if home is None:
        return None
    return min(Fraction(title.invoice.minor), home) * Fraction(policy.order_ratio_bp, BASIS_POINTS)


def development_share(
    sale: Sale, title: TitleTransfer, policy: ContributionPolicy, rate: RateOfDay | None, day: date
) -> Fraction | None:
    """What is the state's royalty, by its share in the development (the British levy's logic)?"""
    return Fraction(title.invoice.minor * sale.development_share_bp, BASIS_POINTS)


FORMULAS: dict[ContributionRule, Formula] = {
    ContributionRule.AD_VALOREM: ad_valorem,
    ContributionRule.PROFIT_SHARE: profit_share,
    ContributionRule.ORDER_RATIO: order_ratio,
    ContributionRule.DEVELOPMENT_SHARE: development_share,
}


def rate_day(title: TitleTransfer | None, receipts: tuple[Receipt, ...]) -> date | None:
    """Of which day must the rate of exchange be? Of the last receipt; of title transfer while none has come."""
    days = [receipt.on for receipt in receipts]
    return max(days) if days else title.on if title else None


def fits(rate: RateOfDay | None, currency: str, other: str, day: date | None) -> bool:
    """Does this rate say what one unit of the contract's currency was worth in the other on that day?"""
    if rate is None or day is None or rate.numerator <= 0 or rate.denominator <= 0 or rate.quote not in EXPONENTS:
        return False
    return (rate.base, rate.quote, rate.on) == (currency, other, day)


def exact(money: Money, currency: str, rate: RateOfDay | None, day: date | None) -> Fraction | None:
    """What is this amount worth in the contract's currency, in minor units, exactly? None without a fitting rate."""
    if money.currency == currency:
        return Fraction(money.minor)
    if rate is None or not fits(rate, currency, money.currency, day):
        return None
    worth = Fraction(money.minor * rate.denominator, rate.numerator)
    return worth * Fraction(10 ** EXPONENTS[currency], 10 ** EXPONENTS[money.currency])


def whole(amount: Fraction, currency: str, rounding: Rounding) -> Money:
    """Which whole amount of money is this, rounded once, the named way?"""
    return Money(divide(amount.numerator, amount.denominator, rounding), currency)
