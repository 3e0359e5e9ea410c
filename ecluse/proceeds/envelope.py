"""Which statements show, without an amount, that a sale's contribution is due by its rule, and paid or still owed?

Drafts over committed figures (`base.draft`): each is the arithmetic of `contribution.py`, what is due being rounded up
once, and of `reckoning.py`, what was paid being rounded down once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ecluse.base.draft import Draft, Values, ref
from ecluse.base.figure_line import Line
from ecluse.proceeds.contribution import BASIS_POINTS
from ecluse.proceeds.envelope_claims import Claims, Share, down, split, up, worth
from ecluse.proceeds.terms import ContributionPolicy, ContributionRule


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment into or out of the fund, and what a minor unit of it is worth in the contract's currency."""

    line: Line
    worth: Fraction


@dataclass(frozen=True, slots=True)
class Sold:
    """One title with what was filed of its tranche, and the public numbers by which it is judged.

    `receipts_otherwise` came in another currency than the contract's: they are amounts, and count nothing towards the
    price. `worth_cost` and `worth_home` are what a minor unit of the maker's cost and of its home orders is worth in
    the contract's currency; None where no rate of the day says it.
    """

    title: Line
    sale: Line
    policy: ContributionPolicy
    receipts: tuple[Line, ...]
    receipts_otherwise: tuple[Line, ...]
    contributions: tuple[Paid, ...]
    worth_cost: Fraction | None
    worth_home: Fraction | None
    development_bp: int | None


def title_name(tranche: str) -> str:
    """What is the draft called that shows this tranche's contribution?"""
    return f"contribution of {tranche}"


def title_draft(sold: Sold) -> Draft:
    """What shows that a title's price came or is missing, and that its contribution is due by the rule, paid or owed?

    invoice = received + missing - over; due by the rule; due = paid + owed - overpaid; of each last two one is nothing.
    Raises ValueError when a number that the rule needs is not public, or has too many digits.
    """
    found = Claims()
    _price(found, sold)
    shares = {}
    for at, paid in enumerate(sold.contributions, 1):
        shares[found.take_amount(f"contribution {at}", ref(paid.line, "money"))] = paid.worth
    RULES[sold.policy.rule](found, sold)
    paid_in = _paid_in(found, shares)
    _differ(found, "due", paid_in, "owed", "overpaid")
    return found.draft(title_name(sold.title.scope["tranche"]), sold.title)


def _price(found: Claims, sold: Sold) -> None:
    found.take_amount("invoice", ref(sold.title, "invoice"))
    received = [found.take_amount(f"receipt {at}", ref(line, "money")) for at, line in enumerate(sold.receipts, 1)]
    for at, line in enumerate(sold.receipts_otherwise, 1):
        found.take_amount(f"receipt otherwise {at}", ref(line, "money"))
    _differ(found, "invoice", received, "missing", "over")


def _differ(found: Claims, whole: str, parts: list[str], more: str, less: str) -> None:
    """whole = parts + more - less, one of the last two nothing."""
    found.make(lambda values: split(values[whole] - sum(values[name] for name in parts), more, less), more, less)
    found.equal((whole, 1), *((name, -1) for name in parts), (more, -1), (less, 1))
    found.apart(more, less)


def _paid_in(found: Claims, shares: Share) -> list[str]:
    """Which names sum to what was paid? All payments where all are in the contract's currency, else one new figure."""
    if all(factor == 1 for factor in shares.values()):
        return list(shares)
    found.make(lambda values: {"paid": down(worth(values, shares))}, "paid")
    found.rounded_down((("paid", 1),), shares)
    found.amount("paid")
    return ["paid"]


# ------------------------------------------------------------------ what is due, rule by rule


def _ad_valorem(found: Claims, sold: Sold) -> None:
    _levy(found, sold.policy.ad_valorem_bp)


def _levy(found: Claims, basis_points: int) -> None:
    share = {"invoice": _rate(basis_points)}
    found.make(lambda values: {"due": up(worth(values, share))}, "due")
    found.rounded_up((("due", 1),), share)


def _development_share(found: Claims, sold: Sold) -> None:
    """The sale's own share is the rate, and so is public under this rule: it is shown to be the committed one."""
    if sold.development_bp is None:
        raise ValueError("the state's share in the development is not stated")
    found.take("development_bp", ref(sold.sale, "development_bp"))
    found.equal_to("development_bp", sold.development_bp)
    _levy(found, sold.development_bp)


def _profit_share(found: Claims, sold: Sold) -> None:
    """due - loss is the share of price less cost, rounded up, and one of the two is nothing: a loss owes nothing.

    Price and cost are committed for the units of the contract: title must have passed for as many.
    """
    rate, cost = _rate(sold.policy.profit_share_bp), _known(sold.worth_cost, "cost")
    for name in ("price", "cost"):
        found.take_amount(name, ref(sold.sale, name))
    found.take("units sold", ref(sold.sale, "units"))
    found.take("units", ref(sold.title, "units"))
    found.equal(("units sold", 1), ("units", -1))
    share = {"price": rate, "cost": -rate * cost}
    found.make(lambda values: split(up(worth(values, share)), "due", "loss"), "due", "loss")
    found.rounded_up((("due", 1), ("loss", -1)), share)
    found.apart("due", "loss")


def _order_ratio(found: Claims, sold: Sold) -> None:
    """due is the lesser of two shares, each rounded up: something is left of either, and of one of them nothing."""
    rate, home = _rate(sold.policy.order_ratio_bp), _known(sold.worth_home, "home orders")
    found.take_amount("home_orders", ref(sold.sale, "home_orders"))
    shares: dict[str, Share] = {"left of invoice": {"invoice": rate}, "left of orders": {"home_orders": rate * home}}

    def solve(values: Values) -> dict[str, int]:
        each = {name: up(worth(values, share)) for name, share in shares.items()}
        due = min(each.values())
        return {"due": due, **{name: whole - due for name, whole in each.items()}}

    found.make(solve, "due", *shares)
    for name, share in shares.items():
        found.rounded_up((("due", 1), (name, 1)), share)
    found.apart(*shares)


def _none(found: Claims, sold: Sold) -> None:
    found.make(lambda values: {"due": 0}, "due")
    found.equal(("due", 1))


def _rate(basis_points: int) -> Fraction:
    if basis_points < 0:
        raise ValueError("a rate is not negative")
    return Fraction(basis_points, BASIS_POINTS)


def _known(factor: Fraction | None, of: str) -> Fraction:
    if factor is None:
        raise ValueError(f"no rate of the day says what the {of} is worth in the contract's currency")
    return factor


RULES: dict[ContributionRule, Callable[[Claims, Sold], None]] = {
    ContributionRule.AD_VALOREM: _ad_valorem,
    ContributionRule.PROFIT_SHARE: _profit_share,
    ContributionRule.ORDER_RATIO: _order_ratio,
    ContributionRule.DEVELOPMENT_SHARE: _development_share,
    ContributionRule.NONE: _none,
}
