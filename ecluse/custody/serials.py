"""How is a serial number written on a unit, and does a reading of it hold? Prefix, six digits, check character.

The check is ISO/IEC 7064 MOD 37-2: it finds every wrong character and every swap of neighbours. Hyphens in a prefix
are for the eye and do not enter the check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ecluse.base.errors import EvidenceError
from ecluse.custody.terms import SerialBlock

DIGITS = 6
NUMBER_LIMIT = 10**DIGITS - 1
PREFIX_LIMIT = 20
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
MODULUS = 37
VALUES = {character: value for value, character in enumerate(ALPHABET)}
PREFIX = re.compile(rf"[A-Z0-9][A-Z0-9-]{{0,{PREFIX_LIMIT - 1}}}")
SERIAL = re.compile(rf"(?P<prefix>{PREFIX.pattern})(?P<number>[0-9]{{{DIGITS}}})(?P<check>[0-9A-Z*])")


@dataclass(frozen=True, slots=True)
class Serial:
    """A serial number as it was read: the prefix of its block and the number."""

    prefix: str
    number: int

    def __str__(self) -> str:
        return serial_text(self.prefix, self.number)


def check_character(text: str) -> str:
    """Which character completes this text of digits and capital letters?

    >>> check_character("G123498654321")
    'H'
    """
    total = 0
    for character in text.replace("-", ""):
        if VALUES.get(character, MODULUS) >= MODULUS - 1:
            raise ValueError(f"not a digit or capital letter: {character!r}")
        total = (total + VALUES[character]) * 2 % MODULUS
    return ALPHABET[(1 - total) % MODULUS]


def serial_text(prefix: str, number: int) -> str:
    """How is this number of a block written? Raises ValueError for a prefix or number that has no spelling.

    >>> serial_text("UA-FPV", 417)
    'UA-FPV000417M'
    """
    if not PREFIX.fullmatch(prefix):
        raise ValueError(f"a prefix is up to {PREFIX_LIMIT} capital letters, digits and hyphens: {prefix!r}")
    if not 0 <= number <= NUMBER_LIMIT:
        raise ValueError(f"a number has {DIGITS} digits: {number}")
    text = f"{prefix}{number:0{DIGITS}d}"
    return text + check_character(text)


def parse(text: str) -> Serial:
    """Which serial number does this text name? Raises EvidenceError when it has another form or its check fails.

    >>> parse("UA-FPV000417M").number
    417
    """
    match = SERIAL.fullmatch(text)
    if not match:
        raise EvidenceError(f"a serial number is a prefix, {DIGITS} digits and a check character: {text!r}")
    if check_character(match["prefix"] + match["number"]) != match["check"]:
        raise EvidenceError(f"the check character of {text!r} does not fit: a character is wrong or two are swapped")
    return Serial(match["prefix"], int(match["number"]))


def is_in_block(serial: Serial, block: SerialBlock) -> bool:
    """Is this a number of the block?"""
    return serial.prefix == block.prefix and block.first <= serial.number < block.first + block.count
