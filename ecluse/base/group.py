"""Which points may enter, and what are their sums and multiples? The prime-order subgroup of edwards25519.

The one place where the project touches libsodium's group. libsodium multiplies in constant time, so every multiple by
something secret is taken here. Every point is checked when it enters: 32 bytes, canonical, on the curve, not neutral,
in the subgroup of order ORDER; so nobody's commitment carries a component of order 2, 4 or 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nacl import bindings

from ecluse.base import curve
from ecluse.base.errors import EvidenceError

ORDER = 2**252 + 27742317777372353535851937790883648493
POINT_BYTES = 32
SCALAR_BYTES = 32


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the prime-order subgroup, by its canonical 32 bytes. `decode` makes one of bytes from outside."""

    raw: bytes


NEUTRAL = Point(b"\x01" + bytes(31))
# The base point of RFC 8032, in which values are counted ...
BASE = Point(bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666"))
# ... and the second generator, in which blindings are: `generators.derived(b"H")`, which a test computes anew.
SECOND = Point(bytes.fromhex("ed985eaa58c81cd7151e2fd9b6848641bb819e04e823f841190d9aa6b531abb8"))


def decode(raw: bytes, place: str = "point") -> Point:
    """Which point do these bytes from outside spell? Raises EvidenceError naming the place and what is wrong with it.

    >>> decode(BASE.raw) == BASE
    True
    """
    if len(raw) != POINT_BYTES or not bindings.crypto_core_ed25519_is_valid_point(raw):
        raise EvidenceError(f"{place}: {why_no_point(raw)}")
    return Point(raw)


def why_no_point(raw: bytes) -> str:
    """Why do these bytes spell no point of the subgroup? The first reason, in the order in which we look."""
    if len(raw) != POINT_BYTES:
        return f"a point has {POINT_BYTES} bytes, here are {len(raw)}"
    if raw == NEUTRAL.raw:
        return "the neutral element commits to nothing"
    y, sign = curve.y_and_sign(raw)
    if y >= curve.PRIME:
        return "the point is not spelled canonically: its y is no field element"
    x = curve.x_of(y, sign)
    if x is None:
        is_minus_zero = sign == 1 and curve.x_of(y, 0) == 0
        return "the point is not spelled canonically: -0" if is_minus_zero else "the point is not on the curve"
    if curve.is_neutral(curve.times(8, curve.extended(x, y))):
        return "the point is of small order"
    return "the point is not in the subgroup of prime order"


def decode_scalar(raw: bytes, place: str = "scalar") -> int:
    """Which scalar do these bytes from outside spell? 32 bytes, lowest first, below ORDER; else EvidenceError."""
    if len(raw) != SCALAR_BYTES:
        raise EvidenceError(f"{place}: a scalar has {SCALAR_BYTES} bytes, here are {len(raw)}")
    scalar = int.from_bytes(raw, "little")
    if scalar >= ORDER:
        raise EvidenceError(f"{place}: the scalar is out of range, it is spelled below the order of the group")
    return scalar


def encode_scalar(scalar: int) -> bytes:
    """Which 32 bytes spell this scalar, reduced by the order?"""
    return (scalar % ORDER).to_bytes(SCALAR_BYTES, "little")


def add(left: Point, right: Point) -> Point:
    """What is the sum of two points?"""
    return Point(bindings.crypto_core_ed25519_add(left.raw, right.raw))


def sub(left: Point, right: Point) -> Point:
    """What is the difference of two points?"""
    return Point(bindings.crypto_core_ed25519_sub(left.raw, right.raw))


def mul(scalar: int, point: Point) -> Point:
    """What is this multiple of the point? In constant time by libsodium; zero and the neutral element apart.

    >>> mul(2, BASE) == add(BASE, BASE)
    True
    """
    reduced = scalar % ORDER
    if reduced == 0 or point == NEUTRAL:
        return NEUTRAL  # libsodium refuses both
    encoded = reduced.to_bytes(SCALAR_BYTES, "little")
    if point == BASE:
        return Point(bindings.crypto_scalarmult_ed25519_base_noclamp(encoded))
    return Point(bindings.crypto_scalarmult_ed25519_noclamp(encoded, point.raw))


def sum_of(terms: Iterable[tuple[int, Point]]) -> Point:
    """What is the sum of these multiples? A point that is named several times is multiplied once.

    Each is taken by libsodium. A sum by buckets was measured and is dearer at every size that we verify
    (benchmarks/results/envelope.md); what a batch saves, it saves by naming the same generators again and again.
    """
    scalars: dict[bytes, int] = {}
    for scalar, point in terms:
        scalars[point.raw] = scalars.get(point.raw, 0) + scalar
    found = NEUTRAL
    for raw, scalar in scalars.items():
        found = add(found, mul(scalar, Point(raw)))
    return found


def is_zero(terms: Iterable[tuple[int, Point]]) -> bool:
    """Do these multiples add up to the neutral element?

    >>> is_zero([(2, BASE), (-2, BASE)])
    True
    """
    return sum_of(terms) == NEUTRAL
