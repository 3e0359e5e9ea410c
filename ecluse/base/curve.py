"""How do points of edwards25519 add, in plain whole numbers? The curve of RFC 8032, section 5.1.

For public values only: whole numbers of Python take longer or shorter by their size, so nothing secret comes here.
What is secret is multiplied in libsodium (`group.py`). This file is for what libsodium does not offer: the derivation
of generators (`hash_to_curve.py`), and saying why bytes spell no point.

A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x y = T/Z (Hisil, Wong, Carter, Dawson: Twisted Edwards Curves Revisited,
ASIACRYPT 2008). The curve is complete: the formulas hold for every pair of points, equal, opposite or neutral.
"""

from __future__ import annotations

PRIME = 2**255 - 19
D = 37095705934669439343138083508754565189542113879843219016388785533085940283555  # -121665 / 121666
D_TWICE = 2 * D % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)

Extended = tuple[int, int, int, int]
Affine = tuple[int, int]

NEUTRAL: Extended = (0, 1, 1, 0)


def add(left: Extended, right: Extended) -> Extended:
    """What is the sum of two points? add-2008-hwcd-3 for a = -1."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % PRIME, (y1 + x1) * (y2 + x2) % PRIME
    c, d = t1 * D_TWICE % PRIME * t2 % PRIME, 2 * z1 * z2 % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def double(point: Extended) -> Extended:
    """What is twice this point? dbl-2008-hwcd for a = -1."""
    x, y, z, _ = point
    a, b, c = x * x % PRIME, y * y % PRIME, 2 * z * z
    h = a + b
    e, g = h - (x + y) * (x + y) % PRIME, a - b
    f = c + g
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def times(scalar: int, point: Extended) -> Extended:
    """What is this multiple of the point, for a public scalar? Double and add."""
    found = NEUTRAL
    for bit in bin(scalar)[2:]:
        found = double(found)
        if bit == "1":
            found = add(found, point)
    return found


def extended(x: int, y: int) -> Extended:
    """What is this point with its two other coordinates?"""
    return x, y, 1, x * y % PRIME


def is_neutral(point: Extended) -> bool:
    """Is this the neutral element, however it is scaled?"""
    x, y, z, _ = point
    return x % PRIME == 0 and (y - z) % PRIME == 0


def to_affine(point: Extended) -> Affine:
    """Which pair (x, y) is this point?"""
    x, y, z, _ = point
    inverse = pow(z, -1, PRIME)
    return x * inverse % PRIME, y * inverse % PRIME


def encode(point: Extended) -> bytes:
    """Which 32 bytes spell this point? y, with the lowest bit of x as the highest of all (RFC 8032, 5.1.2)."""
    x, y = to_affine(point)
    return (y | (x & 1) << 255).to_bytes(32, "little")


def y_and_sign(raw: bytes) -> tuple[int, int]:
    """Which y do these 32 bytes spell, and which lowest bit of x? y may still be no field element."""
    number = int.from_bytes(raw, "little")
    return number & (2**255 - 1), number >> 255


def x_of(y: int, sign: int) -> int | None:
    """Which x belongs to this y and sign? None when there is no such point (RFC 8032, 5.1.3)."""
    yy = y * y % PRIME
    u, v = yy - 1, D * yy + 1
    x = square_root_of_ratio(u, v)
    if x is None or (x == 0 and sign):
        return None
    return PRIME - x if x & 1 != sign else x


def square_root_of_ratio(u: int, v: int) -> int | None:
    """Which x has v x^2 = u? None when there is none. The candidate of RFC 8032, 5.1.3, step 3."""
    x = u * pow(v, 3, PRIME) * pow(u * pow(v, 7, PRIME), (PRIME - 5) // 8, PRIME) % PRIME
    if (v * x * x - u) % PRIME == 0:
        return x
    x = x * ROOT_OF_MINUS_ONE % PRIME
    return x if (v * x * x - u) % PRIME == 0 else None
