"""Who gets which whole units, month by month, out of pools, credit, budget and proceeds?

Everything is kept as what is left, cumulated: a unit given in May is gone from every later month too, so what may be
given is the least that is left from then on. Nothing given here can break a row of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecluse.plan.blocks import Ints
from ecluse.plan.figures import Figures
from ecluse.plan.making import NEAR, look_ahead

Money = npt.NDArray[np.object_]  # whole minor units of any size
PROCEEDS = "ry"


@dataclass(frozen=True, slots=True)
class Promise:
    """What no need may fall below: unmet units by need and month; under N2 purchases too, under N3 unpaid."""

    unmet: Ints
    bought: Ints | None
    is_default_proof: bool

    def spare(self, shares: Shares, block: str, n: int) -> Ints:
        """How many units given from there in each month could be taken back again?"""
        left = self.unmet[n] - shares.unmet[n]
        if block == "b" and self.bought is not None:
            left = np.minimum(left, np.cumsum(shares.given["b"][n] - self.bought[n]))
        if block == "b" and self.is_default_proof:
            left = np.minimum(left, left - np.cumsum(shares.given["r"][n] + shares.given["y"][n]))
        return look_ahead(left)

    def broken(self, shares: Shares) -> set[int]:
        """Which needs get less than was promised?"""
        worse = shares.unmet > self.unmet
        if self.bought is not None:
            worse |= np.cumsum(shares.given["b"], axis=1) < np.cumsum(self.bought, axis=1)
        if self.is_default_proof:
            worse |= shares.unmet + np.cumsum(shares.given["r"] + shares.given["y"], axis=1) > self.unmet
        return set(np.flatnonzero(worse.any(axis=1)).tolist())


class Shares:
    """What each need was given: o from orders, b from budget, r and y from proceeds at home and abroad."""

    def __init__(self, figures: Figures, pools: Ints) -> None:
        """`pools`: units free to each pool by the end of each month, looking ahead."""
        self.figures, months = figures, figures.months
        self.given = {block: np.zeros((len(figures.pool), months), dtype=np.int64) for block in "obry"}
        self.units, self.credit = pools.copy(), np.cumsum(figures.credit, axis=1)
        self.unmet = np.cumsum(figures.need, axis=1)
        self.budget: Money = np.cumsum(figures.budget.astype(object))
        self.fund: Money = np.array([0] * months, dtype=object)
        self.received: list[int] = [0] * months
        self._none = [0.0] * months
        self.urgency = sorted(
            range(len(figures.pool)), key=lambda n: (figures.class_of[n], -figures.value[n] / (1 + self.price("b", n)))
        )
        allowed = {"r": figures.urgent, "y": figures.abroad}
        every = np.ones(len(figures.pool), dtype=bool)
        self._eligible = {b: [n for n in self.urgency if allowed.get(b, every)[n]] for b in "obry"}
        self._allowed = {block: set(needs) for block, needs in self._eligible.items()}

    def price(self, block: str, n: int) -> int:
        """What does a unit cost: nothing when an order gave it?"""
        if block == "o":
            return 0
        return int(self.figures.price_abroad[n] if block == "y" else self.figures.price[self.figures.pool[n]])

    def eligible(self, block: str) -> list[int]:
        """Which needs may be given from there, the most urgent first?"""
        return self._eligible[block]

    def room(self, block: str, n: int, t: int) -> int:
        """How many units more can this need be given from there in this month?"""
        pool = self.figures.pool[n]
        most = int(self.unmet[n, t:].min())
        if most and block in "br":
            most = min(most, int(self.units[pool, t:].min()))
        if most and block == "o":
            most = min(most, int(self.credit[pool, t:].min()))
        price = self.price(block, n)
        if most and price:
            most = min(most, min((self.budget if block == "b" else self.fund)[t:]) // price)
        return max(0, most)

    def give(self, block: str, n: int, t: int, units: int) -> None:
        """Give so many units (or, below zero, take them back)."""
        pool, price = self.figures.pool[n], self.price(block, n)
        self.given[block][n, t] += units
        self.unmet[n, t:] -= units
        if block in "br":
            self.units[pool, t:] -= units
        if block == "o":
            self.credit[pool, t:] -= units
        elif block == "b":
            self.budget[t:] -= units * price
        else:
            self.fund[t:] -= units * price

    def receive(self, received: list[int]) -> None:
        """So much has come home by the end of each month, all told: what is new joins the fund."""
        self.fund = self.fund + np.array(received, dtype=object) - np.array(self.received, dtype=object)
        self.received = received

    def by_pool(self) -> Ints:
        """How many units from home does each pool get by month?"""
        found = np.zeros_like(self.units)
        np.add.at(found, self.figures.pool, self.given["b"] + self.given["r"])
        return found

    def toward(self, blocks: str, said: Mapping[str, Any], *, up: bool = False, paid: bool = True) -> None:
        """Give what a solver said in fractions, in the sum of the months, as far as there is room, class by class.

        `up`: up to the next whole unit. Without `paid` proceeds are given too, and the money is looked at later.
        """
        near, fractions = 1 - NEAR if up else NEAR, self.figures.fractions
        target = {
            block: np.floor(np.cumsum(fractions([months or self._none for months in said[block]]), axis=1) + near)
            for block in blocks
        }
        steps = {block: np.diff(of, prepend=0, axis=1).clip(0).astype(np.int64) for block, of in target.items()}
        for n in self.urgency:
            for block in blocks:
                for t in np.flatnonzero(steps[block][n]).tolist():
                    wanted = int(target[block][n, t] - self.given[block][n, : t + 1].sum())
                    room = self.room(block, n, t) if paid else self._unpaid(block, n, t)
                    if (units := min(wanted, room)) > 0:
                        self.give(block, n, t, units)
                    if wanted > max(0, units):
                        self._sooner(block, n, t, wanted - max(0, units))

    def _sooner(self, block: str, n: int, t: int, wanted: int) -> None:
        """Give in this month what was to be given later, as far as there is room in between."""
        for later in (t + 1 + np.flatnonzero(self.given[block][n, t + 1 :])).tolist():
            moved = min(wanted, int(self.given[block][n, later]))
            self.give(block, n, later, -moved)
            units = min(moved, self.room(block, n, t))
            self.give(block, n, t, units)
            self.give(block, n, later, moved - units)
            wanted -= units
            if not wanted or units < moved:
                return

    def _unpaid(self, block: str, n: int, t: int) -> int:
        most = int(self.unmet[n, t:].min())
        return max(0, min(most, int(self.units[self.figures.pool[n], t:].min())) if block == "r" else most)

    def fill(self, block: str) -> None:
        """Give as much more as there is room for, class by class."""
        for n in self.eligible(block):
            for t in range(self.figures.months if self.unmet[n].any() else 0):
                if units := self.room(block, n, t):
                    self.give(block, n, t, units)

    def no_more_unmet(self, promise: Promise, *, paid: bool = True) -> None:
        """Where more is unmet than was promised, give more, or sooner, or instead of what another need can spare.

        Without `paid` proceeds are given too, and the money is looked at later.
        """
        for n, t in zip(*np.nonzero(self.unmet > promise.unmet), strict=True):
            for block in [block for block in "obry" if n in self._allowed[block]]:
                while (over := int(self.unmet[n, t] - promise.unmet[n, t])) > 0:
                    free = block in PROCEEDS and not paid
                    units = min(over, self._unpaid(block, n, t) if free else self.room(block, n, t))
                    self.give(block, n, t, units)
                    if over > units:
                        self._sooner(block, int(n), int(t), over - units)
                    if not units and (free or not self._makes_way(block, int(n), int(t), promise)):
                        break

    def _makes_way(self, block: str, n: int, t: int, promise: Promise) -> bool:
        """Was something taken back that another need can spare, so that this one can be given a unit more?"""
        for other in reversed(self.urgency):
            for own in reversed(PROCEEDS) if block in PROCEEDS else "b":
                price = self.price(own, other)
                months = np.flatnonzero(self.given[own][other]).tolist() if other != n and price else []
                spare = promise.spare(self, own, other) if months else ()
                for s in months:
                    units = min(int(self.given[own][other, s]), -(-self.price(block, n) // price))
                    if units <= spare[s]:
                        self.give(own, other, s, -units)
                        if self.room(block, n, t):
                            return True
                        self.give(own, other, s, units)
        return False

    def within_money(self) -> None:
        """Take purchases from proceeds back, the least urgent and latest first, until the fund is never overdrawn."""
        for t in range(self.figures.months - 1, -1, -1):
            for block in reversed(PROCEEDS):
                for n in reversed(self.eligible(block)):
                    price, have = self.price(block, n), int(self.given[block][n, t])
                    lack = -min(self.fund[t:])
                    if lack > 0 and have and price:
                        self.give(block, n, t, -min(have, -(-lack // price)))
