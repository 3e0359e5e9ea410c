"""Which certificates shrink, and which tranches stop, so that no more is promised abroad than home can spare?

Undrawn units go first, then what is reserved, licensed, packed, moving: in each the latest first. A tranche stops whole
or not at all. What was delivered is the end user's and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ecluse.custody.recall import Reach


@dataclass(frozen=True, slots=True)
class Hold:
    """What one tranche holds of a certificate: units, how far it has gone, since when it has held them."""

    tranche: str
    units: int
    reach: Reach
    is_licensed: bool
    since: date


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One certificate: what nobody has drawn of it, and what is drawn and not delivered."""

    certificate: str
    model: str
    issued_on: date
    units_free: int
    holds: tuple[Hold, ...]

    @property
    def units(self) -> int:
        """How many units may still be delivered abroad under it?"""
        return self.units_free + sum(hold.units for hold in self.holds)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What one certificate gives up: undrawn units, and the tranches that stop."""

    certificate: str
    units_free: int
    stopped: tuple[Hold, ...]

    @property
    def units(self) -> int:
        """How many units does home get of it at once? What is moving is used until it is back."""
        return self.units_free + sum(hold.units for hold in self.stopped if hold.reach is not Reach.MOVING)


def units_by_model(held: Iterable[Outstanding]) -> dict[str, int]:
    """How many units of each model may still be delivered abroad?"""
    found: dict[str, int] = {}
    for one in held:
        found[one.model] = found.get(one.model, 0) + one.units
    return found


def shrink(held: Iterable[Outstanding], carried: Mapping[str, int]) -> list[Shrunk]:
    """Which certificates give up what, so that of each model no more stays than is carried? In the order of their ids.

    >>> day = date(2026, 7, 3)
    >>> one = Outstanding("C-1", "m", day, 5, (Hold("T-1", 10, Reach.RESERVED, False, day),))
    >>> [(found.certificate, found.units_free, len(found.stopped)) for found in shrink([one], {"m": 12})]
    [('C-1', 3, 0)]
    >>> [(found.certificate, found.units_free, len(found.stopped)) for found in shrink([one], {"m": 9})]
    [('C-1', 5, 1)]
    """
    by_model: dict[str, list[Outstanding]] = {}
    for one in held:
        by_model.setdefault(one.model, []).append(one)
    free: dict[str, int] = {}
    stopped: dict[str, list[Hold]] = {}
    for model, own in by_model.items():
        excess = sum(one.units for one in own) - carried.get(model, 0)
        for one in sorted(own, key=lambda one: (one.issued_on, one.certificate), reverse=True):
            if excess > 0 and one.units_free:
                free[one.certificate] = min(excess, one.units_free)
                excess -= free[one.certificate]
        holds = [(hold, one.certificate) for one in own for hold in one.holds]
        for hold, certificate in sorted(holds, key=lambda pair: _turn(pair[0])):
            if excess <= 0:
                break
            stopped.setdefault(certificate, []).append(hold)
            excess -= hold.units
    return [Shrunk(one, free.get(one, 0), tuple(stopped.get(one, ()))) for one in sorted({*free, *stopped})]


def _turn(hold: Hold) -> tuple[int, bool, int, str]:
    """In which order are tranches stopped? Those least far gone first, of these the latest."""
    return list(Reach).index(hold.reach), hold.is_licensed, -hold.since.toordinal(), hold.tranche
