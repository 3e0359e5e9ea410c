"""From which texts are the generators derived that nobody chose? By RFC 9380, in one domain of ours."""

from __future__ import annotations

from functools import lru_cache

from ecluse.base import curve
from ecluse.base.group import Point
from ecluse.base.hash_to_curve import hash_to_curve

DOMAIN = b"ECLUSE-V01-CS01-with-edwards25519_XMD:SHA-512_ELL2_RO_"
# As many as the largest range proof uses of either side: 16 values of 48 bits.
MOST_PAIRS = 768


def derived(text: bytes) -> Point:
    """Which generator does this text give? The second generator is `derived(b"H")`."""
    return Point(curve.encode(hash_to_curve(text, DOMAIN)))


@lru_cache(maxsize=MOST_PAIRS)
def pair(number: int) -> tuple[Point, Point]:
    """Which left and right generator carry bit `number` of a range proof? Counted from 0."""
    if not 0 <= number < MOST_PAIRS:
        raise ValueError(f"there are {MOST_PAIRS} pairs of generators, {number} is none of them")
    return derived(b"left %d" % number), derived(b"right %d" % number)
