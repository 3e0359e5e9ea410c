"""How is a figure shut in a point that tells nothing and can be added up? Pedersen's commitments.

T. P. Pedersen, "Non-interactive and information-theoretic secure verifiable secret sharing", CRYPTO 1991: the figure v
with blinding r is v BASE + r SECOND. Hiding is perfect: every figure has a blinding that gives the same point. Binding
rests on the discrete logarithm of SECOND to BASE, which nobody knows (`generators.py`). The sum of two commitments
commits to the sum of their figures, with the sum of their blindings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ecluse.base.group import BASE, ORDER, SECOND, Point, add, mul

# A figure is a whole number of units or minor units below 2^48: sums of products of such with public coefficients
# stay far below the order of the group, so that nothing wraps.
VALUE_BITS = 48
BLINDING_DOMAIN = b"ecluse/blinding/1\n"


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment: the figure and its blinding. Of a sum of commitments: their sums."""

    value: int
    blinding: int


def blinding_from(salt: bytes) -> int:
    """Which blinding does this salt give? 512 bits of SHA-512 reduced, so that no scalar is likelier than another."""
    return int.from_bytes(hashlib.sha512(BLINDING_DOMAIN + salt).digest(), "little") % ORDER


def commit(opening: Opening) -> Point:
    """Which point commits to this figure? Raises ValueError for a figure outside 48 bits.

    >>> commit(Opening(2, 5)) == add(commit(Opening(1, 2)), commit(Opening(1, 3)))
    True
    """
    if not 0 <= opening.value < 2**VALUE_BITS:
        raise ValueError(f"a committed figure has {VALUE_BITS} bits and no sign: {opening.value}")
    return point_of(opening)


def point_of(opening: Opening) -> Point:
    """Which point has this opening, a figure or a sum of figures?"""
    return add(mul(opening.value, BASE), mul(opening.blinding, SECOND))


def combined(terms: Iterable[tuple[int, Opening]], less: int = 0) -> Opening:
    """What opens this sum of public multiples of openings, less a public number?"""
    value, blinding = -less, 0
    for coefficient, opening in terms:
        value += coefficient * opening.value
        blinding = (blinding + coefficient * opening.blinding) % ORDER
    return Opening(value, blinding)
