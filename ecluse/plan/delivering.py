"""Which product serves a pool's deliveries at home, month by month?"""

from __future__ import annotations

from typing import Any

import numpy as np

from ecluse.plan.blocks import Ints
from ecluse.plan.figures import Figures
from ecluse.plan.leaving import Leaving
from ecluse.plan.making import NEAR, look_ahead


class RoundingError(ValueError):
    """No plan in whole units was found near the solver's answer."""


class Delivering:
    """Home deliveries by product and month, and what they leave of the units that are there."""

    def __init__(self, figures: Figures, there: Ints, home: Ints | None = None) -> None:
        """`there`: units after orders and reserve, cumulated; `home`: what is delivered already."""
        self.figures = figures
        self.home = np.zeros_like(there) if home is None else home.copy()
        self.left = there - np.cumsum(self.home, axis=1)
        self.kinds = [np.flatnonzero(figures.kind == pool).tolist() for pool in range(len(figures.price))]

    def pools(self, most: Ints | None = None) -> Ints:
        """How many units may each pool still be given by the end of each month, looking ahead?"""
        found = np.zeros((len(self.figures.price), self.figures.months), dtype=np.int64)
        free = self.left if most is None else np.minimum(self.left, most)
        np.add.at(found, self.figures.kind, np.maximum(0, look_ahead(free)))
        return found

    def match(self, wanted: Ints, said: Any, leaving: Leaving | None = None) -> None:
        """Deliver exactly this to each pool by month, from the products that a solver said where they have it.

        `leaving`: what leaves meanwhile; what may leave for its lines shrinks with what is delivered.
        """
        have = np.zeros_like(wanted)
        np.add.at(have, self.figures.kind, self.home)
        for pool, t in np.argwhere(wanted < have).tolist():
            self._back(pool, t, int(have[pool, t] - wanted[pool, t]))
        if leaving is not None:
            leaving.anew()
        most = None if leaving is None else leaving.apart
        for pool, t in np.argwhere(wanted > have).tolist():
            lack = int(wanted[pool, t] - have[pool, t])
            for p, units in self._choice(pool, t, said, most):
                taken = min(lack, units)
                self._take(p, t, taken, most)
                lack -= taken
            if lack:
                raise RoundingError("home deliveries do not fit the products that are there")

    def _choice(self, pool: int, t: int, said: Any, most: Ints | None) -> list[tuple[int, int]]:
        """How much may each product give: first what the solver said, then whatever there is?"""
        rooms, first = [], []
        for p in self.kinds[pool]:
            room = int(self.left[p, t:].min())
            room = max(0, room if most is None else min(room, int(most[p, t:].min())))
            ahead = int(np.floor(np.sum(said[p][: t + 1]) + NEAR)) - int(self.home[p, : t + 1].sum())
            share = min(room, max(0, ahead))
            first.append((p, share))
            rooms.append((p, room - share))
        return first + sorted(rooms, key=lambda pair: -pair[1])

    def _take(self, p: int, t: int, units: int, most: Ints | None) -> None:
        self.home[p, t] += units
        self.left[p, t:] -= units
        if most is not None:
            most[p, t:] -= units

    def _back(self, pool: int, t: int, units: int) -> None:
        for p in self.kinds[pool]:
            taken = min(units, int(self.home[p, t]))
            self._take(p, t, -taken, None)
            units -= taken
