"""Between which unit prices did the peers of the last year sell a model?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ecluse.base.law import Law
from ecluse.base.money import Money, Rounding
from ecluse.licence.dated import term
from ecluse.licence.terms import PriceBand

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class PeerPrice:
    """At which unit price did this exporter ask to sell this model on this day?"""

    on: date
    exporter: str
    model: str
    unit_price: Money


def price_band(
    prices: Iterable[PeerPrice], *, model: str, exporter: str, currency: str, on: date, law: Law
) -> PriceBand | None:
    """Between which prices did others sell this model, the margin of the law included? None where peers are too few.

    The exporter's own prices make no peers, and prices in another currency are left out.
    """
    since = on - timedelta(term("price_band_days", on, law))
    found = sorted(
        price.unit_price.minor
        for price in prices
        if price.model == model
        and price.exporter != exporter
        and price.unit_price.currency == currency
        and since < price.on <= on
    )
    if len(found) < max(1, term("price_peers_min", on, law)):
        return None
    margin = term("price_margin_bp", on, law)
    low = Money(percentile(found, term("price_low_percentile", on, law)), currency)
    high = Money(percentile(found, term("price_high_percentile", on, law)), currency)
    return PriceBand(
        low.share(max(0, BASIS_POINTS - margin), BASIS_POINTS, Rounding.DOWN),
        high.share(BASIS_POINTS + margin, BASIS_POINTS, Rounding.UP),
        len(found),
    )


def percentile(ordered: Sequence[int], percent: int) -> int:
    """Which value do so many in a hundred not exceed? The nearest rank, always one of the values.

    >>> percentile([10, 20, 30, 40, 50], 90)
    50
    """
    if not ordered or not 0 <= percent <= 100:
        raise ValueError(f"no {percent}th percentile of {len(ordered)} values")
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]
