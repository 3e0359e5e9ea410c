"""Which statements must stand in the public folder for the money of a period, whoever made them and whatever it says?

Built from published lines of figures, open policies and official rates alone; the office proves these statements,
a stranger builds them again and believes nothing that is published but the points of new figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecluse.base.days import Month
from ecluse.base.draft import Draft, Ref, ref
from ecluse.base.figure_line import Line
from ecluse.proceeds.envelope import Paid, Sold, title_draft
from ecluse.proceeds.envelope_claims import MOST_PAYMENTS
from ecluse.proceeds.envelope_fund import allocation_draft, greedy, month_draft, purchase_draft, tranche_draft
from ecluse.proceeds.envelope_lines import MoneyYear, Unshown, cited_by, last_of, rate_day
from ecluse.proceeds.envelope_totals import bound, totals_drafts
from ecluse.proceeds.terms import ContributionRule

MOST_DRAWS = 200
# Of how many calendar years, the last one begun, is the fund shown month by month? Those before were shown in theirs.
YEARS = 2


@dataclass(frozen=True, slots=True)
class MoneyDrafts:
    """What must be shown of the money, in order, and the lines of which nothing can be."""

    drafts: tuple[Draft, ...]
    unshown: tuple[Unshown, ...]


def money_drafts(year: MoneyYear) -> MoneyDrafts:
    """Which statements must be shown? Of titles, of what is set aside, drawn and bought, of months and of totals."""
    unshown: list[Unshown] = []
    drafts = [*_titles(year, unshown), *_tranches(year, unshown), *_purchases(year, unshown), *_months(year)]
    return MoneyDrafts((*drafts, *totals_drafts(year, unshown)), tuple(unshown))


def shares_needed(year: MoneyYear) -> dict[str, Ref]:
    """Of which tranches is the state's share in the development the rate, and where is it committed?"""
    found = {}
    for title in year.of("title"):
        policy, sales = year.policy_of(title), year.own("sale", title.scope["tranche"])
        if policy and policy.rule is ContributionRule.DEVELOPMENT_SHARE and sales:
            found[title.scope["tranche"]] = ref(sales[-1], "development_bp")
    return found


# ------------------------------------------------------------------ titles and what was paid for them


def _titles(year: MoneyYear, unshown: list[Unshown]) -> Iterator[Draft]:
    for title in year.of("title"):
        tranche = title.scope["tranche"]
        sold = "title_twice" if year.own("title", tranche)[0] != title else _sold(year, title)
        try:
            if isinstance(sold, Sold):
                yield title_draft(sold)
                continue
        except ValueError:
            sold = "number_not_public"
        unshown.append(Unshown(title, sold))
    for line in year.of("receipt", "contribution", "allocation"):
        if not year.own("title", line.scope["tranche"]):
            unshown.append(Unshown(line, "no_title"))


def _sold(year: MoneyYear, title: Line) -> Sold | str:
    """All that is on file of a title, or why nothing can be shown of it."""
    tranche, currency = title.scope["tranche"], title.scope["currency"]
    sales, policy = year.own("sale", tranche), year.policy_of(title)
    receipts, contributions = year.own("receipt", tranche), year.own("contribution", tranche)
    if not sales:
        return "no_sale"
    if sales[-1].scope["currency"] != currency:
        return "currency"
    if policy is None:
        return "no_policy"
    if len(receipts) + len(contributions) > MOST_PAYMENTS:
        return "too_many"
    paid, day = _worths(year, title, contributions), rate_day(year, title)
    if paid is None:
        return "no_rate"
    in_contract = tuple(line for line in receipts if line.scope["currency"] == currency)
    return Sold(
        title, sales[-1], policy, in_contract, tuple(line for line in receipts if line not in in_contract), paid,
        year.worth(currency, sales[-1].scope["currency_cost"], day),
        year.worth(currency, sales[-1].scope["currency_home"], day), year.shares.get(tranche),
    )  # fmt: skip


def _worths(year: MoneyYear, title: Line, payments: Sequence[Line]) -> tuple[Paid, ...] | None:
    day, currency = rate_day(year, title), title.scope["currency"]
    worths = [year.worth(currency, line.scope["currency"], day) for line in payments]
    if None in worths:
        return None
    return tuple(Paid(line, worth) for line, worth in zip(payments, worths, strict=True) if worth is not None)


# ------------------------------------------------------------------ what the fund does with it


def _tranches(year: MoneyYear, unshown: list[Unshown]) -> Iterator[Draft]:
    """Of each tranche: is what was set aside within what was paid?"""
    held = bound(year)
    for tranche in dict.fromkeys(line.scope["tranche"] for line in year.of("allocation")):
        titles, allocations = year.own("title", tranche), year.own("allocation", tranche)
        if not titles:
            continue  # told as lines without a title
        contributions = year.own("contribution", tranche)
        paid, given = _worths(year, titles[0], contributions), _worths(year, titles[0], allocations)
        why = "too_many" if len(contributions) + len(allocations) > MOST_PAYMENTS else "no_rate"
        if paid is None or given is None or why == "too_many":
            unshown += [Unshown(line, why) for line in allocations]
            continue
        try:
            yield tranche_draft(tranche, paid, given, may_be_beyond=titles[0].scope["currency"] in held)
        except ValueError:
            unshown += [Unshown(line, "number_not_public") for line in allocations]


def _purchases(year: MoneyYear, unshown: list[Unshown]) -> Iterator[Draft]:
    """Of each allocation: what is drawn on it? And of each purchase: is it paid by what it draws?"""
    allocations: dict[str, Line] = {}
    for line in year.of("allocation"):
        if line.scope["allocation"] in allocations:
            unshown.append(Unshown(line, "allocation_twice"))
        allocations.setdefault(line.scope["allocation"], line)
    pairs = [(purchase, _cited(purchase, allocations)) for purchase in year.of("purchase")]
    citing: dict[str, list[Line]] = defaultdict(list)
    for purchase, cited in pairs:
        for line in cited:
            citing[str(line)].append(purchase)
    draws = greedy(pairs)
    for line in allocations.values():
        if len(citing[str(line)]) > MOST_DRAWS:
            unshown.append(Unshown(line, "too_many"))
            continue
        yield allocation_draft(line, citing[str(line)], draws)
    for purchase, cited in pairs:
        yield purchase_draft(purchase, cited)


def _cited(purchase: Line, allocations: Mapping[str, Line]) -> list[Line]:
    """On which allocations may a purchase draw? Those that it cites, in its currency and made before it, in order."""
    found = [allocations[text] for text in dict.fromkeys(cited_by(purchase)) if text in allocations]
    currency = purchase.scope["currency"]
    return [line for line in found if line.scope["currency"] == currency and _is_before(line, purchase)]


def _is_before(one: Line, other: Line) -> bool:
    if one.log == other.log:
        return (one.index, one.at) < (other.index, other.at)
    return one.on <= other.on


def _months(year: MoneyYear) -> Iterator[Draft]:
    """Of the fund in each currency, month by month: was no more set aside than paid, no more spent than set aside?"""
    lines = [line for line in year.of("contribution", "allocation", "purchase") if line.on <= year.as_of]
    for currency in sorted({line.scope["currency"] for line in lines}):
        own = [line for line in lines if line.scope["currency"] == currency]
        last = Month.of(year.as_of)
        month = max(min(Month.of(line.on) for line in own), Month(last.year - YEARS + 1, 1))
        while month <= last:
            until = [line for line in own if Month.of(line.on) <= month]
            parts = [
                [line for line in until if line.kind == kind] for kind in ("contribution", "allocation", "purchase")
            ]
            if parts[1] or parts[2]:
                yield month_draft(currency, str(month), last_of(until), *parts)
            month = month.next()
