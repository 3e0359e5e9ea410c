"""How do two plans stand side by side? By class, model and month, what differs marked, what is equal left quiet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.words import say, spell
from ecluse.edge.plan_report import Figures
from ecluse.office.views.charts import Chart, Series
from ecluse.office.views.named import models_named
from ecluse.office.views.overview import class_word

# Of a class in all; of the whole plan in money.
OF_CLASS = ("exported", "unmet", "bought", "proceeds_home", "proceeds_abroad", "made")
MONEY = ("receipts", "fund", "other_uses", "budget_left")
# More of these is better for somebody, less of the first is better for the home army.
MOST_SHOWN = 60
THOUSAND = 100_000  # minor units in a thousand of the home currency


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure in two plans."""

    before: Any
    after: Any
    step: Any
    sign: int

    @property
    def mark(self) -> str:
        """How is it marked? An arrow, beside the words that say the same."""
        return ("▼", "", "▲")[self.sign + 1]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is of, which figure, both plans' numbers."""

    of: Sequence[str]
    figure: str
    pair: Pair


def figures_of(rows: Iterable[Mapping[str, Any]]) -> Figures:
    """Which figures were told one by one?"""
    return {(row["class"], row["model"], row["month"], row["figure"]): row["units"] for row in rows}


def pair(one: int, other: int, currency: str = "") -> Pair:
    """How do two numbers stand beside each other, or two amounts in minor units?"""
    step = other - one
    sign = (step > 0) - (step < 0)
    if not currency:
        return Pair(one, other, step, sign)
    return Pair(Money(one, currency), Money(other, currency), Money(step, currency), sign)


def sides(question: Mapping[str, Any], before: Figures, after: Figures, lang: str) -> dict[str, Any]:
    """What do two plans come to beside each other? `before` and `after` are totals over the months."""
    classes = [pool["id"] for pool in question["pools"]]
    return {
        "headings": [say(f"plan.figure.{name}", lang) for name in OF_CLASS],
        "by_class": [
            (class_word(class_, lang), [pair(*_both(before, after, (class_, None, None, name))) for name in OF_CLASS])
            for class_ in classes
        ],
        "money": [
            (say(f"planpages.money.{name}", lang),
             pair(*_both(before, after, (None, None, None, name)), question["currency"])) for name in MONEY
        ],
    }  # fmt: skip


def _both(before: Figures, after: Figures, key: Any) -> tuple[int, int]:
    return before.get(key, 0), after.get(key, 0)


def by_model(rows: Sequence[Mapping[str, Any]], lang: str) -> list[Line]:
    """Which models leave or are made in other numbers, the largest differences first?"""
    summed: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        if row["model"] is not None:
            own = summed.setdefault((row["class"], row["model"], row["figure"]), [0, 0])
            own[0] += row["before"]
            own[1] += row["after"]
    names = models_named([model for _, model, _ in summed], lang)
    lines = [
        Line((class_word(class_, lang), model, names.get(model, model)), say(f"plan.figure.{figure}", lang),
             pair(own[0], own[1]))
        for (class_, model, figure), own in summed.items() if own[0] != own[1]
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-abs(line.pair.step), line.of))


def by_month(rows: Sequence[Mapping[str, Any]], lang: str) -> list[Line]:
    """Which classes differ in which months?"""
    return [
        Line((class_word(row["class"], lang), spell(Month.parse(row["month"]), lang)),
             say(f"plan.figure.{row['figure']}", lang), pair(row["before"], row["after"]))
        for row in rows if row["class"] is not None and row["model"] is None and row["month"] is not None
    ]  # fmt: skip


def receipts_chart(question: Mapping[str, Any], before: Figures, after: Figures, lang: str) -> Chart:
    """How do net receipts grow in both, in thousands of the home currency?"""
    months = question["months"]

    def series(found: Figures, label: str) -> Series:
        values = [found.get((None, None, month, "receipts"), 0) // THOUSAND for month in months]
        return Series(label, values)

    return Chart(
        "receipts", "line", say("planpages.receipts_chart", lang, currency=question["currency"]),
        [spell(Month.parse(month), lang) for month in months],
        (series(before, "planpages.before"), series(after, "planpages.after")),
    )  # fmt: skip
