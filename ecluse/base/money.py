"""How much money, exactly? Whole minor units with an ISO 4217 code, and rates with their day and source."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import decode, encode, spell_as

# ISO 4217 minor-unit exponents of the currencies this release accepts.
EXPONENTS = {
    "UAH": 2,
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "DKK": 2,
    "NOK": 2,
    "SEK": 2,
    "PLN": 2,
    "CZK": 2,
    "CHF": 2,
    "JPY": 0,
}


class Rounding(enum.Enum):
    """Which way does a division round? Once, and by name."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount of one currency.

    >>> Money.of("1250000.50", "EUR") + Money.of("0.50", "EUR")
    Money(minor=125000100, currency='EUR')
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise ValueError("money is counted in whole minor units")
        if self.currency not in EXPONENTS:
            raise ValueError(f"unknown currency {self.currency}")

    @classmethod
    def of(cls, text: str, currency: str) -> Money:
        """What amount does this decimal text name? Raises ValueError when it has too many decimals."""
        if currency not in EXPONENTS:
            raise ValueError(f"unknown currency {currency}")
        match = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?", text)
        if not match or len(match[3] or "") > EXPONENTS[currency]:
            raise ValueError(f"not an amount of {currency}: {text}")
        minor = int(match[2] + (match[3] or "").ljust(EXPONENTS[currency], "0"))
        return cls(-minor if match[1] else minor, currency)

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def times(self, units: int) -> Money:
        """What do so many units cost at this unit price?"""
        return Money(self.minor * units, self.currency)

    def share(self, numerator: int, denominator: int, rounding: Rounding) -> Money:
        """What is numerator/denominator of this amount, rounded once, the named way?"""
        return Money(divide(self.minor * numerator, denominator, rounding), self.currency)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{other.currency} cannot be added to {self.currency}")


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """What is the quotient in whole numbers, rounded the named way? `half_up` rounds a half away from zero."""
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    quotient, rest = divmod(abs(numerator), denominator)
    if (rounding is Rounding.UP and rest) or (rounding is Rounding.HALF_UP and 2 * rest >= denominator):
        quotient += 1
    return quotient if numerator >= 0 else -quotient


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is worth numerator/denominator units of `quote`, on this day, says this source."""

    base: str
    quote: str
    numerator: int
    denominator: int
    on: date
    source: str

    def convert(self, money: Money, rounding: Rounding) -> Money:
        """What is this amount worth in the other currency? Raises ValueError for another base currency."""
        if money.currency != self.base:
            raise ValueError(f"rate is for {self.base}, not {money.currency}")
        scaled = money.minor * self.numerator * 10 ** EXPONENTS[self.quote]
        return Money(divide(scaled, self.denominator * 10 ** EXPONENTS[self.base], rounding), self.quote)


def _decode(form: Any) -> Money:
    if type(form) is not list or len(form) != 2 or type(form[1]) is not str:
        raise EvidenceError(f"expected an amount, found {form!r}")
    try:
        return Money(decode(int, form[0]), form[1])
    except ValueError as error:
        raise EvidenceError(str(error)) from None


def _encode(money: Money) -> list[Any]:
    return [encode(money.minor), money.currency]


spell_as(Money, _encode, _decode)
