"""How much did the same owners sell to the same end use in the rolling window: is one deal asked for in pieces?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ecluse.base.money import Money
from ecluse.licence.routes import in_hryvnias
from ecluse.licence.terms import Aggregate


@dataclass(frozen=True, slots=True)
class Sale:
    """One application as the window sees it: day, the group of owners behind the exporter, buyer, end use, class."""

    on: date
    owner_group: str
    buyer: str
    end_use: str
    class_: str
    value_uah: Money

    def deal(self) -> tuple[str, str, str, str]:
        """With which other sales would this one make a single deal?"""
        return self.owner_group, self.buyer, self.end_use, self.class_


def aggregate(sale: Sale, others: Iterable[Sale], *, window_days: int, floor: Money | None = None) -> Aggregate:
    """What do this sale and the others of the same deal come to, in the window that ends on its day?

    A sale that reached the floor by itself took the procedure for larger transfers and hid nothing: it is left out.
    """
    since = sale.on - timedelta(window_days)
    same = [
        other
        for other in others
        if other.deal() == sale.deal() and since < other.on <= sale.on and _is_below(other.value_uah, floor)
    ]
    total = sum(in_hryvnias(found.value_uah) for found in (sale, *same))
    return Aggregate(Money(total, "UAH"), 1 + len(same), window_days)


def owner_groups(ties: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Which parties belong together by ownership? Each is given the name of its group: the first member's by alphabet.

    >>> owner_groups([("person:1", "party:b"), ("person:1", "party:a")])["party:b"]
    'party:a'
    """
    parent: dict[str, str] = {}
    for owner, owned in ties:
        first, second = sorted((_root(parent, owner), _root(parent, owned)))
        parent[second] = first
    return {party: _root(parent, party) for party in sorted(parent)}


def _root(parent: dict[str, str], party: str) -> str:
    parent.setdefault(party, party)
    while parent[party] != party:
        parent[party] = parent[parent[party]]
        party = parent[party]
    return party


def _is_below(value: Money, floor: Money | None) -> bool:
    return floor is None or in_hryvnias(value) < in_hryvnias(floor)
