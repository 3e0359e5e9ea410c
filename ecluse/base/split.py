"""How is a secret cut into n shares of which any k restore it, while k - 1 say nothing? After Shamir (1979).

A. Shamir, "How to share a secret", Communications of the ACM 22 (11), 1979. Each byte of the secret is the value at 0
of a polynomial of degree k - 1 over GF(2^8), the field of AES (x^8 + x^4 + x^3 + x + 1); a share is the values of these
polynomials at one other point. Chance is handed in: whoever knows the coefficients knows the secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ecluse.base.errors import EvidenceError

POLYNOMIAL = 0x11B
GENERATOR = 0x03
MOST_SHARES = 255
MOST_BYTES = 4096
DOMAIN = b"ecluse/share/1\n"


@dataclass(frozen=True, slots=True)
class Share:
    """One share: which secret it is of, at which point, how many restore the secret, and the values at that point."""

    secret: str
    index: int
    threshold: int
    value: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.index <= MOST_SHARES or not 1 <= self.threshold <= MOST_SHARES:
            raise ValueError("a share's index and threshold are 1 to 255")
        if not 1 <= len(self.value) <= MOST_BYTES:
            raise ValueError(f"a share holds 1 to {MOST_BYTES} bytes")

    def digest(self) -> str:
        """By which digest is this very share known, published before anyone shows it?"""
        name = self.secret.encode()
        head = b"%b%d\n%b\n%d/%d\n" % (DOMAIN, len(name), name, self.index, self.threshold)
        return hashlib.sha256(head + self.value).hexdigest()


def split(secret: bytes, name: str, *, shares: int, coefficients: Sequence[bytes]) -> tuple[Share, ...]:
    """Which shares does this secret have? One coefficient fewer than restore it, each as long as the secret.

    >>> made = split(b"lock", "key:1", shares=3, coefficients=[b"gate"])
    >>> restore(made[1:], "key:1", threshold=2)
    b'lock'
    """
    threshold = len(coefficients) + 1
    if not threshold <= shares <= MOST_SHARES:
        raise ValueError(f"{threshold} of {shares} shares: at least as many shares as restore the secret, at most 255")
    if any(len(one) != len(secret) for one in coefficients):
        raise ValueError("each coefficient is as long as the secret")
    return tuple(Share(name, index, threshold, _at(index, [secret, *coefficients])) for index in range(1, shares + 1))


def restore(shares: Sequence[Share], name: str, *, threshold: int, digests: Sequence[str] = ()) -> bytes:
    """Which secret do these shares restore? With the published digests a wrong share is named and refused.

    Raises EvidenceError for too few, a share of another secret or of another splitting, one point twice, a changed one.
    """
    for share in shares:
        _check(share, name, threshold, len(shares[0].value))
        if digests and not (share.index <= len(digests) and share.digest() == digests[share.index - 1]):
            raise EvidenceError(f"share {share.index} of {name} is not the one that was laid: its digest differs")
    points = [share.index for share in shares]
    if len(set(points)) != len(points):
        raise EvidenceError(f"a share of {name} is given twice: {points}")
    if len(points) < threshold:
        raise EvidenceError(f"{name} needs {threshold} shares, {len(points)} are at hand")
    return interpolate([(share.index, share.value) for share in shares[:threshold]], at=0)


def interpolate(points: Sequence[tuple[int, bytes]], *, at: int) -> bytes:
    """What is the value here of the polynomial of least degree through these points, byte by byte?

    >>> interpolate([(1, b"a"), (2, b"a")], at=0)
    b'a'
    """
    found = bytearray(len(points[0][1]))
    for x, value in points:
        weight = 1
        for other, _ in points:
            if other != x:
                weight = times(weight, _over(at ^ other, x ^ other))
        for place, byte in enumerate(value):
            found[place] ^= times(weight, byte)
    return bytes(found)


def times(left: int, right: int) -> int:
    """What is the product of two bytes in the field?

    >>> hex(times(0x57, 0x83))  # FIPS 197, section 4.2
    '0xc1'
    """
    return POWERS[LOGARITHMS[left] + LOGARITHMS[right]] if left and right else 0


def _over(left: int, right: int) -> int:
    return POWERS[LOGARITHMS[left] - LOGARITHMS[right] + 255] if left else 0


def _at(point: int, coefficients: Sequence[bytes]) -> bytes:
    """Horner's rule, the highest coefficient first."""
    found = bytearray(len(coefficients[0]))
    for one in reversed(coefficients):
        for place, byte in enumerate(one):
            found[place] = times(found[place], point) ^ byte
    return bytes(found)


def _check(share: Share, name: str, threshold: int, length: int) -> None:
    if share.secret != name:
        raise EvidenceError(f"share {share.index} is of {share.secret}, not of {name}")
    if share.threshold != threshold:
        raise EvidenceError(f"share {share.index} of {name} says {share.threshold} restore it, not {threshold}")
    if len(share.value) != length:
        raise EvidenceError(f"share {share.index} of {name} has {len(share.value)} bytes, not {length}")


def _tables() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Powers of the generator, thrice over so that no exponent is reduced, and their logarithms."""
    powers, logarithms, value = [0] * 255, [0] * 256, 1
    for exponent in range(255):
        powers[exponent], logarithms[value] = value, exponent
        doubled = value << 1
        value ^= doubled ^ POLYNOMIAL if doubled > 0xFF else doubled
    return tuple(powers * 3), tuple(logarithms)


POWERS, LOGARITHMS = _tables()
