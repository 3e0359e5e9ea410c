"""P7: did the money come back: received, due, paid, allocated, spent, delivered, or overdue by name?"""

from __future__ import annotations

from ecluse.office.audit import opening, p7_books, p7_money
from ecluse.office.audit.p7_budget import displaced
from ecluse.office.audit.reading import Reading
from ecluse.office.audit.report import Tally

CHECKS = (
    p7_books.entries_balance,
    p7_books.postings_are_entries,
    p7_books.records_are_posted,
    p7_money.money_is_home_or_named,
    p7_money.allocations_are_for_named_shortages,
    p7_money.purchases_are_within_allocations,
    p7_money.nothing_owed_is_said,
    opening.opening_money,
)


def not_checked(reading: Reading, tally: Tally) -> None:
    """What waits: budget figures of a class that was bought, without which nothing can be said to be displaced."""
    if None in displaced(reading).values():
        tally.unchecked.append("displaced_budget")
