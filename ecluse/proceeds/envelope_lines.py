"""What is public of the money of a period: lines of figures, policies, official rates and totals?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.money import EXPONENTS
from ecluse.proceeds.terms import ContributionPolicy, RateOfDay

# Which marks and which figures has a line of each kind of money?
KINDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(("currency", *marks)), frozenset(figures))
    for kind, marks, figures in (
        ("sale", ("tranche", "currency_cost", "currency_home"),
         ("units", "price", "cost", "home_orders", "development_bp")),
        ("title", ("tranche",), ("units", "invoice")),
        ("receipt", ("tranche",), ("money",)),
        ("contribution", ("tranche",), ("money",)),
        ("allocation", ("tranche", "allocation"), ("money",)),
        ("purchase", ("purchase",), ("money",)),
    )
}  # fmt: skip
CURRENCIES = {"sale": ("currency", "currency_cost", "currency_home")}
CITED = "allocation "


@dataclass(frozen=True, slots=True)
class Unshown:
    """A line of money for which no statement can be built, and why, in one word."""

    line: Line
    why: str


@dataclass(frozen=True)
class MoneyYear:
    """What is public of the money: lines in the order of the log, policies and rates in force, published totals.

    `shares` are the state's shares in the development by tranche, in hundredths of a percent: stated where, and only
    where, they are the rate by which a title's contribution is counted.
    """

    lines: Sequence[Line]
    policies: Sequence[ContributionPolicy]
    rates: Sequence[RateOfDay]
    as_of: date
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(type(share) is int and share >= 0 for share in self.shares.values()):
            raise EvidenceError("a share in the development is hundredths of a percent, in whole numbers")
        seen = set()
        for line in self.of(*KINDS):
            _check(line)
            if str(line) in seen:
                raise EvidenceError(f"figures {line}: a line stands in the log once")
            seen.add(str(line))

    def of(self, *kinds: str) -> Iterator[Line]:
        """Which lines are of these kinds?"""
        return (line for line in self.lines if line.kind in kinds)

    @cached_property
    def by_tranche(self) -> Mapping[tuple[str, str], list[Line]]:
        """Which lines of a kind has a tranche?"""
        found: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in self.of("sale", "title", "receipt", "contribution", "allocation"):
            found[line.kind, line.scope["tranche"]].append(line)
        return found

    def own(self, kind: str, tranche: str) -> list[Line]:
        """Which lines of this kind has this tranche?"""
        return self.by_tranche.get((kind, tranche), [])

    def policy_on(self, day: date) -> ContributionPolicy | None:
        """Which policy binds on this day? Of those in force the one that came into force last."""
        found = [p for p in self.policies if p.valid_from <= day and (p.valid_until is None or day <= p.valid_until)]
        return max(found, key=lambda policy: policy.valid_from, default=None)

    def policy_of(self, title: Line) -> ContributionPolicy | None:
        """Which policy binds a title? That of the day on which it passed."""
        return self.policy_on(title.on)

    @cached_property
    def quoted(self) -> Mapping[tuple[str, str, date], frozenset[Fraction]]:
        """What is one unit of a quoted currency worth in the base, by the rates of each day?"""
        found: dict[tuple[str, str, date], frozenset[Fraction]] = defaultdict(frozenset)
        for rate in self.rates:
            if min(rate.numerator, rate.denominator) > 0:
                found[rate.base, rate.quote, rate.on] |= {Fraction(rate.denominator, rate.numerator)}
        return found

    def worth(self, currency: str, other: str, day: date) -> Fraction | None:
        """What is a minor unit of another currency worth in this one, at the official rate of the day?

        None where no rate says it, or two rates say different things.
        """
        if currency == other:
            return Fraction(1)
        found = self.quoted.get((currency, other, day), frozenset())
        if len(found) != 1:
            return None
        return next(iter(found)) * Fraction(10 ** EXPONENTS[currency], 10 ** EXPONENTS[other])


def rate_day(year: MoneyYear, title: Line) -> date:
    """Of which day must the rate be? Of the last receipt; of title transfer while none has come."""
    days = [line.on for line in year.own("receipt", title.scope["tranche"])]
    return max(days, default=title.on)


def last_of(lines: Iterable[Line]) -> Line:
    """Which of these lines is the last, by its day and its place?"""
    return max(lines, key=lambda line: (line.on, line.log, line.index, line.at))


def cited_by(purchase: Line) -> list[str]:
    """Which allocations does a purchase cite, by their labels, in its order?"""
    found: list[str] = []
    while (mark := f"{CITED}{len(found) + 1}") in purchase.scope:
        found.append(purchase.scope[mark])
    return found


def _check(line: Line) -> None:
    """A line of money has its marks, each a currency or a day where it must be one, and its figures."""
    marks, figures = KINDS[line.kind]
    absent = sorted(marks - line.scope.keys()) + sorted(figures - {name for name, _ in line.points})
    if absent:
        raise EvidenceError(f"figures {line}: a line of kind {line.kind} has {', '.join(absent)}")
    if any(line.scope[mark] not in EXPONENTS for mark in CURRENCIES.get(line.kind, ("currency",))):
        raise EvidenceError(f"figures {line}: a currency is spelled by its ISO 4217 code")
    if line.kind == "purchase" and len(cited_by(line)) != sum(name.startswith(CITED) for name in line.scope):
        raise EvidenceError(f"figures {line}: a purchase cites its allocations as {CITED}1, {CITED}2 and on")
