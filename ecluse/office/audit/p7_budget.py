"""P7: how much of what the proceeds bought only replaced state budget that was taken away?"""

from __future__ import annotations

from collections import Counter, defaultdict

from ecluse.base.money import Money
from ecluse.office.audit.reading import Reading
from ecluse.proceeds.reinvestment import SignedBudget, displaced_budget
from ecluse.proceeds.terms import BudgetFigure, Purchase, TitleTransfer


def displaced(reading: Reading) -> dict[str, int | None]:
    """How much budget was displaced, by currency, in minor units? None where a class bought has no signed figure."""
    spent: dict[str, Counter[str]] = defaultdict(Counter)
    for row in reading.of(Purchase):
        spent[row.value.money.currency][row.value.class_] += row.value.money.minor
    signed = tuple(
        SignedBudget(row.value, tuple(reading.signatures.get(row.digest, ()))) for row in reading.of(BudgetFigure)
    )
    keys = tuple(reading.keys.values())
    sold = {row.value.invoice.currency for row in reading.of(TitleTransfer)}
    found: dict[str, int | None] = dict.fromkeys(sorted(sold - spent.keys()), 0)
    for currency, by_class in spent.items():
        money = displaced_budget({class_: Money(minor, currency) for class_, minor in by_class.items()}, signed, keys)
        found[currency] = None if money is None else money.minor
    return dict(sorted(found.items()))
