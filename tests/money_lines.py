"""What does a stranger see of the money of a small world, and what does he say to what is published of it?

Records of the room are shut in lines as the office does it; an honest office proves what is true, and a stranger builds
everything again from the lines.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from ecluse.base.commitments import Opening, point_of
from ecluse.base.draft import Draft, filled, made_in, ref, refs_of, statement_of
from ecluse.base.envelope import prove, verify_all
from ecluse.base.errors import EvidenceError
from ecluse.base.figure_line import Line
from ecluse.base.figures import label, openings
from ecluse.base.money import Money
from ecluse.base.statement import Statement
from ecluse.proceeds.carried_figures import figures_of
from ecluse.proceeds.envelope_lines import MoneyYear
from ecluse.proceeds.envelope_year import money_drafts
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    ContributionPolicy,
    ContributionRule,
    Destination,
    Purchase,
    RateOfDay,
    Receipt,
    Sale,
    TitleTransfer,
)

CONTEXT = "ecluse/envelope/1 an invented world"
LOG = "home/2026"
TITLED, RECEIVED, PAID, SET_ASIDE, BOUGHT = (date(2026, 3, day) for day in (2, 9, 16, 20, 27))
AS_OF = date(2026, 6, 30)
POLICY = ContributionPolicy(
    "contribution-policy-1", "authority:finance", ContributionRule.AD_VALOREM, 1999, 5000, 1000, 30, 15, 15, 60,
    date(2025, 11, 1), None,
)  # fmt: skip
Refs = dict[tuple[str, str], Opening]


def sale(tranche: str, price: int = 1_000_001, cost: int = 600_000, home: int = 9_000_000, **more: Any) -> Sale:
    made = Sale(
        f"sale:{tranche}", tranche, "party:maker-1", "party:buyer-1", 3, Money(price, "EUR"), Money(cost, "EUR"), 1500,
        Money(home, "EUR"), TITLED,
    )  # fmt: skip
    return replace(made, **more)


def title(tranche: str, invoice: int = 3_000_003, currency: str = "EUR", on: date = TITLED) -> TitleTransfer:
    return TitleTransfer(f"title:{tranche}", tranche, 3, Money(invoice, currency), on)


def receipt(tranche: str, minor: int = 3_000_003, currency: str = "EUR", number: int = 1) -> Receipt:
    return Receipt(f"receipt:{tranche}/{number}", tranche, "party:buyer-1", "party:b", Money(minor, currency), RECEIVED)


def contribution(tranche: str, minor: int, currency: str = "EUR", number: int = 1, on: date = PAID) -> Contribution:
    return Contribution(f"contribution:{tranche}/{number}", tranche, "party:maker-1", Money(minor, currency), on)


def allocation(tranche: str, minor: int, currency: str = "EUR", number: int = 1, on: date = SET_ASIDE) -> Allocation:
    return Allocation(f"allocation:{tranche}/{number}", tranche, "shortage:01", Money(minor, currency), on)


def purchase(cited: Sequence[str], minor: int, currency: str = "EUR", number: int = 1) -> Purchase:
    return Purchase(
        f"purchase:{number}", "shortage:01", tuple(cited), "party:maker-9", Destination.DOMESTIC, "interceptor", 4,
        Money(minor, currency), BOUGHT, BOUGHT + timedelta(20),
    )  # fmt: skip


def honest() -> list[Any]:
    """Two sales: one paid in full and in two parts, one price half missing and the contribution owed in part."""
    return [
        sale("order:1/0"), sale("order:2/0"), title("order:1/0"), title("order:2/0"),
        receipt("order:1/0"), receipt("order:2/0", 1_500_000),
        contribution("order:1/0", 400_000), contribution("order:1/0", 199_701, number=2),
        contribution("order:2/0", 500_000), allocation("order:1/0", 599_701), allocation("order:2/0", 450_000),
        purchase(["allocation:order:1/0/1", "allocation:order:2/0/1"], 700_000),
    ]  # fmt: skip


# Of the honest world: 599,700.6 is due of each, rounded up; of the second 99,701 is owed and late.
TOTALS = {
    "EUR": {
        "invoiced": 6_000_006, "received": 4_500_003, "due": 1_199_402, "paid": 1_099_701, "overpaid": 0,
        "owed": 99_701, "overdue": 99_701, "allocated": 1_049_701, "unallocated": 50_000, "allocated_beyond": 0,
        "spent": 700_000,
    }
}  # fmt: skip


@dataclass
class World:
    """What is filed, what is public of it, and what only the office has: openings."""

    records: list[Any]
    policies: list[ContributionPolicy] = field(default_factory=lambda: [POLICY])
    rates: list[RateOfDay] = field(default_factory=list)
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    kept: Refs = field(default_factory=dict)

    def __post_init__(self) -> None:
        for record in self.records:
            self.file(record)

    def file(self, record: Any) -> Line:
        """The line of one more record; a cheat's office commits to what it likes, a figure below zero too."""
        figures, index = figures_of(record), len(self.lines)
        assert figures is not None
        kept = openings(figures, b"salt %d of this record" % index)
        scope = {mark.name: label(bytes(32), mark.text) if mark.is_secret else mark.text for mark in figures.scope}
        points = tuple((name, point_of(one)) for name, one in kept.items())
        line = Line(figures.kind, scope, points, figures.on, LOG, index, 0)
        self.lines.append(line)
        self.kept |= {ref(line, name): one for name, one in kept.items()}
        return line

    def year(self) -> MoneyYear:
        return MoneyYear(self.lines, self.policies, self.rates, AS_OF, self.totals, self.shares)

    def drafts(self) -> tuple[Draft, ...]:
        return money_drafts(self.year()).drafts

    def true(self) -> list[tuple[Statement, dict[str, Opening]]]:
        """Which statements can the office prove?"""
        return list(filled(self.drafts(), CONTEXT, dict(self.kept)))

    def figures(self) -> dict[str, dict[str, int]]:
        """Which figures stand in each statement that can be proven?"""
        return {one.name: {name: o.value for name, o in opened.items()} for one, opened in self.true()}


Published = dict[str, tuple[Statement, bytes]]


def published(world: World) -> Published:
    """What does an office publish that proves what it can?"""
    chance = random.Random(1)
    return {one.name: (one, prove(one, opened, chance.randbytes(32))) for one, opened in world.true()}


def objections(world: World, shown: Published) -> list[str]:
    """What does a stranger say to this? Nothing when everything is shown."""
    said: list[str] = []
    try:
        found = money_drafts(world.year())
        said += [f"{one.why}: {one.line}" for one in found.unshown]
        built = list(rebuilt(world, found.drafts, shown))
        said += [f"not shown: {draft.name}" for draft, statement in built if statement is None]
        said += [f"not asked for: {name}" for name in shown.keys() - {draft.name for draft, _ in built}]
        verify_all([(one, shown[one.name][1]) for _, one in built if one is not None])
    except EvidenceError as error:
        said.append(str(error))
    return said


def rebuilt(world: World, drafts: Iterable[Draft], shown: Published) -> Iterator[tuple[Draft, Statement | None]]:
    """Which statement must be shown for each draft? Of what is published only the points of new figures are taken."""
    points = {at: point for line in world.lines for at, point in refs_of(line)}
    for draft in drafts:
        found = shown.get(draft.name)
        if found is None or any(at not in points for _, refs in draft.given for at in refs):
            yield draft, None
            continue
        points.update(made_in(draft, found[0]))
        statement = statement_of(draft, CONTEXT, points)
        if statement != found[0]:
            raise EvidenceError(f"{draft.name}: what is published is not what the lines and the rules say")
        yield draft, statement


def label_of(world: World, kind: str, number: int = 0, mark: str = "tranche") -> str:
    """Which label has the tranche of a line?"""
    return [line for line in world.lines if line.kind == kind][number].scope[mark]


def counted(statements: Iterable[Statement]) -> Counter[int]:
    """How many ranges of how many bits are claimed?"""
    return Counter(one.bits for statement in statements for one in statement.in_range)
