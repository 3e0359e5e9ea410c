"""Which whole units leave the country, by route and month, out of what home was not promised?

Down to what every limit leaves: look-ahead of the product, origin, demand, licence and its window, centre, value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ecluse.plan.blocks import Ints
from ecluse.plan.figures import Figures, Markets
from ecluse.plan.making import NEAR, apart


class Leaving:
    """Units that leave, while they are being decided; all limits are kept as what is left of them."""

    def __init__(self, figures: Figures, markets: Markets, made: Ints, left: Ints) -> None:
        """`left`: units by product that are there, cumulated, and not needed for orders, reserve or home."""
        self.figures, self.markets, self.made, self.left = figures, markets, made, left
        self.demand, self.licence = markets.demand.copy(), markets.most.copy()
        self.value = [int(value) for value in markets.ceiling]
        self.through = markets.throughput.copy()
        self.after = markets.throughput[:, -1] * self._longest()
        self.sent = np.zeros((len(markets.sale), figures.months), dtype=np.int64)
        self.unbound = ~np.isin(np.arange(len(figures.stock)), figures.made_of[figures.stays])
        self.apart = np.zeros_like(left)
        self.anew()

    def _longest(self) -> Ints:
        longest = np.zeros(len(self.markets.throughput), dtype=np.int64)
        np.maximum.at(longest, self.markets.centre, np.minimum(self.markets.transit, self.figures.months))
        return longest

    def anew(self) -> None:
        """Work out again what may leave for the lines it came from: home gave units back, not the lines."""
        self.apart[:] = apart(self.figures, self.made, self.left + self.figures.reserve, self.gone)
        self.apart[self.unbound] = np.iinfo(np.int64).max // 4

    def room(self, k: int, t: int) -> int:
        """How many units more can take this route in this month?"""
        market, j, c = self.markets, self.markets.sale[k], self.markets.centre[k]
        p, licence, passes = market.product[j], market.licence[j], t + int(market.transit[k])
        most = min(int(self.demand[j, t]), int(self.left[p, t:].min()), int(self.apart[p, t:].min()))
        if licence >= 0:
            most = min(most, int(self.licence[licence])) if market.inside[licence, t] else 0
        if most > 0 and market.volume[j]:
            free = self.through[c, passes] if passes < self.figures.months else self.after[c]
            most = min(most, int(free) // int(market.volume[j]))
        if most > 0 and market.gross[j, t]:
            most = min(most, self.value[market.place[j]] // int(market.gross[j, t]))
        return max(0, most)

    def send(self, k: int, t: int, units: int) -> None:
        """Let so many units leave on this route."""
        market, j, c = self.markets, self.markets.sale[k], self.markets.centre[k]
        passes, licence = t + int(market.transit[k]), market.licence[j]
        self.sent[k, t] += units
        self.demand[j, t] -= units
        self.left[market.product[j], t:] -= units
        self.apart[market.product[j], t:] -= units
        if licence >= 0:
            self.licence[licence] -= units
        self.value[market.place[j]] -= units * int(market.gross[j, t])
        if passes < self.figures.months:
            self.through[c, passes] -= units * int(market.volume[j])
        else:
            self.after[c] -= units * int(market.volume[j])

    def toward(self, said: Any) -> None:
        """Let leave what a solver said in fractions, rounded down in the sum of the months."""
        for k, months in enumerate(said):
            target = np.floor(np.cumsum(np.maximum(months, 0)) * (1 + 1e-12) + NEAR).astype(np.int64)
            for t in np.flatnonzero(np.diff(target, prepend=0) > 0).tolist():
                if units := min(int(target[t] - self.sent[k, : t + 1].sum()), self.room(k, t)):
                    self.send(k, t, units)

    def fill(self) -> None:
        """Let leave as much more as there is room for, what brings home most first."""
        market, sale = self.markets, self.markets.sale
        net = market.net[sale]
        # What has no room now has none later: only the rest is tried.
        free = np.minimum.accumulate(np.minimum(self.left, self.apart)[:, ::-1], axis=1)[:, ::-1]
        tried = np.flatnonzero((net > 0) & (self.demand[sale] > 0) & (free[market.product[sale]] > 0))
        order = tried[np.argsort(-net.reshape(-1)[tried], kind="stable")]
        for k, t in zip(*np.unravel_index(order, net.shape), strict=True):
            if units := self.room(int(k), int(t)):
                self.send(int(k), int(t), units)

    @property
    def gone(self) -> Ints:
        """How many units of each product leave by month?"""
        found = np.zeros_like(self.left)
        np.add.at(found, self.markets.product, self.sold)
        return found

    @property
    def sold(self) -> Ints:
        """How many units of each sale leave by month?"""
        found = np.zeros_like(self.markets.demand)
        np.add.at(found, self.markets.sale, self.sent)
        return found

    def receipts(self) -> list[int]:
        """What has come home by the end of each month?"""
        sold, found = self.sold, [0] * self.figures.months
        for j, t in zip(*np.nonzero(sold), strict=True):
            for s in range(int(t + self.markets.lag[j]), self.figures.months):
                found[s] += int(sold[j, t]) * int(self.markets.net[j, t])
        return found
