"""What does a recall do to each tranche, by how far it has gone, and does it bring back enough for the home army?"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Reach(enum.Enum):
    """How far has a tranche gone? In the order in which a recall reaches it."""

    RESERVED = "reserved"
    PACKED = "packed"
    MOVING = "moving"
    DELIVERED = "delivered"


class Effect(enum.Enum):
    """What does the recall do: give up the reservation, unpack into stock, turn it back, or only open a case?"""

    RELEASE_RESERVATION = "release_reservation"
    UNPACK = "unpack"
    TURN_BACK = "turn_back"
    OPEN_CASE = "open_case"


EFFECTS = {
    Reach.RESERVED: Effect.RELEASE_RESERVATION,
    Reach.PACKED: Effect.UNPACK,
    Reach.MOVING: Effect.TURN_BACK,
    Reach.DELIVERED: Effect.OPEN_CASE,
}


@dataclass(frozen=True, slots=True)
class Recallable:
    """One tranche as the recall finds it."""

    tranche: str
    reach: Reach
    units: int


@dataclass(frozen=True, slots=True)
class RecallOrder:
    """What happens to one tranche, and how many units come back to the home army by it."""

    tranche: str
    effect: Effect
    units_back: int


def recall(tranches: Iterable[Recallable], units_wanted: int | None = None) -> tuple[RecallOrder, ...]:
    """What does a recall do to each tranche? Nearest first, until enough units are back; all when no number is given.

    A tranche is recalled whole or not at all: what is too much is released again by a fresh judgement. Delivered goods
    are the end user's: with a number wanted they are left alone, without one they get a case.

    >>> recall([Recallable("T2", Reach.MOVING, 40), Recallable("T1", Reach.RESERVED, 30)], 20)
    (RecallOrder(tranche='T1', effect=<Effect.RELEASE_RESERVATION: 'release_reservation'>, units_back=30),)
    """
    order = list(Reach)
    orders: list[RecallOrder] = []
    units_back = 0
    for found in sorted(tranches, key=lambda tranche: (order.index(tranche.reach), tranche.tranche)):
        is_delivered = found.reach is Reach.DELIVERED
        if units_wanted is not None and (is_delivered or units_back >= units_wanted):
            continue
        units = 0 if is_delivered else found.units
        units_back += units
        orders.append(RecallOrder(found.tranche, EFFECTS[found.reach], units))
    return tuple(orders)


def units_short(orders: Iterable[RecallOrder], units_wanted: int) -> int:
    """How many wanted units does the recall not bring back?"""
    return max(0, units_wanted - sum(order.units_back for order in orders))
