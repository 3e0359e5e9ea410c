"""What became of a plan: deliveries on file beside it, and each maker's claims of surplus beside later shortage?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Delivered = Mapping[tuple[str, str], int]  # class and month: units accepted at home


@dataclass(frozen=True, slots=True)
class Beside:
    """What was planned for home in a month, and what was accepted; `behind` is the sum of what is missing so far."""

    class_: str
    month: str
    units_planned: int
    units_actual: int
    behind: int


def against(document: Mapping[str, Any], delivered: Delivered) -> Iterator[Beside]:
    """How do deliveries accepted at home compare with the plan? Months without a figure are unknown and left out."""
    question, values = document["question"], document["plan"]["values"]
    pool_of = {product["id"]: product["pool"] for product in question["products"]}
    for pool in (each["id"] for each in question["pools"]):
        behind = 0
        for t, month in enumerate(question["months"]):
            if (pool, month) not in delivered:
                continue
            planned = sum(
                values["h"][place][t] for place, product in enumerate(question["products"]) if product["pool"] == pool
            )
            planned += sum(order["units"][t] for order in question["orders"] if pool_of[order["product"]] == pool)
            actual = delivered[pool, month]
            behind += planned - actual
            yield Beside(pool, month, planned, actual, behind)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A maker said that so many units of a class were surplus in these months."""

    maker: str
    class_: str
    first_month: str
    last_month: str
    units: int


@dataclass(frozen=True, slots=True)
class Short:
    """In this month so many units of a maker's class fell short: due from it at home, and not delivered."""

    maker: str
    class_: str
    month: str
    units: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a maker claimed, and how much of it was short in the months of the claim."""

    maker: str
    claims: int
    claims_contradicted: int
    units_claimed: int
    units_contradicted: int


def records(claims: Iterable[Claimed], shortages: Iterable[Short]) -> list[Record]:
    """Whose claims of surplus were followed by shortage? The worst first.

    A unit short contradicts one claimed unit only, of the earliest claim that covers its month.
    """
    told = sorted(claims, key=lambda claim: (claim.maker, claim.class_, claim.first_month, claim.last_month))
    against_claim = [0] * len(told)
    for short in sorted(shortages, key=lambda one: (one.month, one.maker, one.class_)):
        left = short.units
        for place, claim in enumerate(told):
            covers = claim.first_month <= short.month <= claim.last_month
            if covers and (claim.maker, claim.class_) == (short.maker, short.class_):
                units = min(left, claim.units - against_claim[place])
                against_claim[place] += units
                left -= units
    found: dict[str, list[int]] = {}
    for claim, units in zip(told, against_claim, strict=True):
        row = found.setdefault(claim.maker, [0, 0, 0, 0])
        for place, more in enumerate((1, int(units > 0), claim.units, units)):
            row[place] += more
    made = [Record(maker, *row) for maker, row in found.items()]
    return sorted(made, key=lambda record: (-record.units_contradicted, record.maker))
