"""Which point does a text give that nobody chose? RFC 9380, suite edwards25519_XMD:SHA-512_ELL2_RO_, to the letter.

A generator found like this has no discrete logarithm that anyone knows: to know one, SHA-512 would have to be steered.
Texts are public and so is everything here; how long it takes tells nothing.
"""

from __future__ import annotations

import hashlib

from ecluse.base.curve import NEUTRAL, PRIME, Extended, add, double, extended, square_root_of_ratio

BLOCK_BYTES = 128  # s_in_bytes of SHA-512
DIGEST_BYTES = 64  # b_in_bytes of SHA-512
FIELD_BYTES = 48  # L: ceil((255 + 128) / 8)
MONTGOMERY_A = 486662
NON_SQUARE = 2  # Z of section 6.7.1 for curve25519
DOMAIN_LIMIT = 255


def hash_to_curve(text: bytes, domain: bytes) -> Extended:
    """Which point of the prime-order subgroup does this text give in this domain? Section 3, hash_to_curve."""
    first, second = hash_to_field(text, domain)
    point = add(map_to_curve(first), map_to_curve(second))
    for _ in range(3):  # clear_cofactor: the cofactor is 8
        point = double(point)
    return point


def hash_to_field(text: bytes, domain: bytes) -> tuple[int, int]:
    """Which two field elements does the text give? Section 5.2, with count 2."""
    uniform = expand_message(text, domain, 2 * FIELD_BYTES)
    return (
        int.from_bytes(uniform[:FIELD_BYTES], "big") % PRIME,
        int.from_bytes(uniform[FIELD_BYTES:], "big") % PRIME,
    )


def expand_message(text: bytes, domain: bytes, length: int) -> bytes:
    """Which so many uniform bytes does the text give? Section 5.3.1, expand_message_xmd with SHA-512."""
    if not 1 <= len(domain) <= DOMAIN_LIMIT or length > 255 * DIGEST_BYTES:
        raise ValueError("a domain has 1 to 255 bytes, and at most 255 digests are made")
    suffix = domain + bytes([len(domain)])
    first = hashlib.sha512(bytes(BLOCK_BYTES) + text + length.to_bytes(2, "big") + b"\0" + suffix).digest()
    block, found = bytes(DIGEST_BYTES), b""
    for number in range(1, -(-length // DIGEST_BYTES) + 1):
        mixed = bytes(left ^ right for left, right in zip(first, block, strict=True))
        block = hashlib.sha512(mixed + bytes([number]) + suffix).digest()
        found += block
    return found[:length]


def map_to_curve(u: int) -> Extended:
    """Which point of the curve does a field element give? Elligator 2, sections 6.7.1 and 6.8.2."""
    s, t = map_to_montgomery(u)
    # The rational map of RFC 7748, section 4.1: (x, y) = (sqrt(-486664) s / t, (s - 1) / (s + 1)).
    bottom = t * (s + 1) % PRIME
    if bottom == 0:
        return NEUTRAL
    inverse = pow(bottom, -1, PRIME)
    return extended(ROOT_OF_A_PLUS_TWO * s * (s + 1) * inverse % PRIME, (s - 1) * t * inverse % PRIME)


def map_to_montgomery(u: int) -> tuple[int, int]:
    """Which point of curve25519 does a field element give? Section 6.7.1, steps 1 to 9, with J = 486662 and K = 1."""
    bottom = (1 + NON_SQUARE * u * u) % PRIME
    x1 = -MONTGOMERY_A * pow(bottom, -1, PRIME) % PRIME if bottom else -MONTGOMERY_A % PRIME
    y1 = square_root_of_ratio(_curve25519(x1), 1)
    if y1 is not None:
        return x1, PRIME - y1 if y1 % 2 == 0 and y1 else y1  # step 5: sgn0(y) = 1
    x2 = (-x1 - MONTGOMERY_A) % PRIME
    y2 = square_root_of_ratio(_curve25519(x2), 1)
    assert y2 is not None, "one of the two is a square"
    return x2, PRIME - y2 if y2 % 2 else y2  # step 5: sgn0(y) = 0


def _curve25519(x: int) -> int:
    return (x * x % PRIME * x + MONTGOMERY_A * x * x + x) % PRIME


def _root_of_a_plus_two() -> int:
    """c1 of section 6.8.2 and appendix G.2.2: the root of -(486662 + 2) whose sgn0 is 0."""
    root = square_root_of_ratio(-(MONTGOMERY_A + 2) % PRIME, 1)
    assert root is not None
    return PRIME - root if root % 2 else root


ROOT_OF_A_PLUS_TWO = _root_of_a_plus_two()
