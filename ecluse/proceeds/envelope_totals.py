"""Are the totals of the money that are published the sums of what was committed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ecluse.base.draft import Draft, Ref, ref
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.money import EXPONENTS
from ecluse.proceeds.envelope import title_name
from ecluse.proceeds.envelope_fund import Owed, totals_draft, tranche_name
from ecluse.proceeds.envelope_lines import CURRENCIES, KINDS, MoneyYear, Unshown, last_of, rate_day
from ecluse.proceeds.reckoning import after

PUBLISHED = (
    "invoiced", "received", "due", "paid", "overpaid", "allocated", "allocated_beyond", "unallocated", "spent",
    "overdue",
)  # fmt: skip


def bound(year: MoneyYear) -> frozenset[str]:
    """Of which currencies are the totals published, and no sale or payment mixes them with another?

    The books convert other currencies payment by payment: what is due and owed is then not held to its total.
    """
    mixed: set[str] = set()
    for line in year.of("sale", "contribution", "allocation"):
        found = {line.scope[mark] for mark in CURRENCIES.get(line.kind, ("currency",))}
        found |= {title.scope["currency"] for title in year.own("title", line.scope["tranche"])}
        if len(found) > 1:
            mixed |= found
    return frozenset(year.totals) - mixed


def totals_drafts(year: MoneyYear, unshown: list[Unshown]) -> Iterator[Draft]:
    """Are the totals of each currency, where they are published, the sums of what was committed?"""
    held = bound(year)
    for currency, totals in sorted(year.totals.items()):
        titles = [line for line in year.of("title") if line.scope["currency"] == currency]
        if not titles:
            continue
        sums, owed = _paid(year, currency, titles), None
        if currency in held:
            sums |= _owing(year, titles)
            owed = _owed(year, titles)
        last = last_of(line for line in year.of(*KINDS) if line.scope["currency"] == currency)
        try:
            yield totals_draft(currency, sums, [ref(title, "invoice") for title in titles], owed, totals, last)
        except ValueError:
            unshown.append(Unshown(last, "total_of_nothing"))


def _paid(year: MoneyYear, currency: str, titles: Sequence[Line]) -> dict[str, list[Ref]]:
    """Which payments make up each published total?"""
    tranches = {title.scope["tranche"] for title in titles}
    money = {
        kind: [line for line in year.of(kind) if line.scope["currency"] == currency]
        for kind in ("receipt", "contribution", "allocation", "purchase")
    }
    money["receipt"] = [line for line in money["receipt"] if line.scope["tranche"] in tranches]
    names = ("received", "paid", "allocated", "spent")
    return {name: [ref(line, "money") for line in lines] for name, lines in zip(names, money.values(), strict=True)}


def _owing(year: MoneyYear, titles: Sequence[Line]) -> dict[str, list[Ref]]:
    """Which new figures make up the totals of what is due, still owed, paid too much, idle or set aside beyond?"""
    found: dict[str, list[Ref]] = {name: [] for name in ("due", "owed", "overpaid", "unallocated", "allocated_beyond")}
    for tranche in (title.scope["tranche"] for title in titles):
        for name in ("due", "owed", "overpaid"):
            found[name].append((title_name(tranche), name))
        if year.own("allocation", tranche):
            found["unallocated"].append((tranche_name(tranche), "idle"))
            found["allocated_beyond"].append((tranche_name(tranche), "beyond"))
        else:
            found["unallocated"] += [ref(line, "money") for line in year.own("contribution", tranche)]
    return found


def _owed(year: MoneyYear, titles: Sequence[Line]) -> Owed:
    """Of which titles has the term to pay ended by the day of publication, and of which may it have?

    It begins when the money must be home, or on the day of the last receipt if by then the whole price has come.
    """
    certainly, possibly = [], []
    for title in titles:
        policy = year.policy_of(title)
        if policy is None:
            continue
        owed = (title_name(title.scope["tranche"]), "owed")
        home = after(title.on, policy.days_to_receive)
        begins = min(home, max(title.on, rate_day(year, title)))
        if year.as_of > after(home, policy.days_to_contribute):
            certainly.append(owed)
        if year.as_of > after(begins, policy.days_to_contribute):
            possibly.append(owed)
    return Owed(tuple(certainly), tuple(possibly))


def published_totals(form: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Which totals does `proceeds.json` publish, by currency, by our names? Raises EvidenceError for what is none."""
    try:
        return {row["currency"]: _published(row) for row in form["currencies"]}
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"proceeds.json: totals by currency, in whole minor units: {error}") from None


def _published(row: Mapping[str, Any]) -> dict[str, int]:
    if row["currency"] not in EXPONENTS:
        raise ValueError(f"{row['currency']!r} is no currency")
    amounts = {name: _whole(row[f"{name}_minor"]) for name in (*PUBLISHED, "within_term")}
    return {**amounts, "owed": amounts["overdue"] + amounts.pop("within_term")}


def _whole(value: Any) -> int:
    """Beyond 2^53 - 1 a whole number is spelled as text."""
    if type(value) is int or (type(value) is str and value.isdecimal()):
        return int(value)
    raise ValueError(f"{value!r} is no whole number")
