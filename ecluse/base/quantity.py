"""How many of which unit? Whole numbers of pieces, grams, millilitres or sets; unlike units are never added."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from ecluse.base.canon import SAFE_INTEGER
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import spell_as


class Unit(enum.Enum):
    """In which unit are the goods counted?"""

    PIECES = "pieces"
    GRAMS = "grams"
    MILLILITRES = "millilitres"
    SETS = "sets"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A whole number of one unit, never below zero.

    >>> Quantity(30, Unit.PIECES) + Quantity(1, Unit.PIECES)
    Quantity(amount=31, unit=<Unit.PIECES: 'pieces'>)
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not isinstance(self.unit, Unit):
            raise ValueError("a quantity is a whole number of a named unit")
        if self.amount < 0:
            raise ValueError(f"a quantity below zero: {self.amount} {self.unit.value}")

    def __add__(self, other: Quantity) -> Quantity:
        self._same_unit(other)
        return Quantity(self.amount + other.amount, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        self._same_unit(other)
        return Quantity(self.amount - other.amount, self.unit)

    def __lt__(self, other: Quantity) -> bool:
        self._same_unit(other)
        return self.amount < other.amount

    def __le__(self, other: Quantity) -> bool:
        self._same_unit(other)
        return self.amount <= other.amount

    def times(self, count: int) -> Quantity:
        """How much are so many of this quantity?"""
        return Quantity(self.amount * count, self.unit)

    def _same_unit(self, other: Quantity) -> None:
        if self.unit is not other.unit:
            raise ValueError(f"{other.unit.value} cannot be counted with {self.unit.value}")


def _encode(quantity: Quantity) -> list[Any]:
    amount = quantity.amount
    return [amount if amount <= SAFE_INTEGER else str(amount), quantity.unit.value]


def _decode(form: Any) -> Quantity:
    try:
        amount, unit = form
        if type(form) is list and type(amount) is str and len(amount) <= 40 and amount.isascii():
            amount = int(amount) if amount.isdigit() and amount[0] != "0" and int(amount) > SAFE_INTEGER else amount
        found = Quantity(amount, Unit(unit))
    except (TypeError, ValueError):
        raise EvidenceError(f"expected a quantity, found {form!r}") from None
    if type(form) is not list:
        raise EvidenceError(f"expected a quantity, found {form!r}")
    return found


spell_as(Quantity, _encode, _decode)
