"""Do any k shares restore a secret, do k - 1 fit every secret, and is a changed share named?"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import EvidenceError
from ecluse.base.split import Share, interpolate, restore, split, times

NAME = "opening-key:2026/2027-12-31"


def cut(secret: bytes, threshold: int, shares: int, seed: int = 1) -> tuple[Share, ...]:
    """Shares with coefficients that follow from a number."""
    chance = [
        bytes((seed * 37 + row * 11 + place * 7) % 256 for place in range(len(secret))) for row in range(threshold)
    ]
    return split(secret, NAME, shares=shares, coefficients=chance[: threshold - 1])


@given(st.binary(min_size=1, max_size=40), st.integers(1, 5), st.integers(0, 3), st.integers(0, 1000))
def test_any_k_of_n_restore_the_secret(secret: bytes, threshold: int, spare: int, seed: int) -> None:
    shares = cut(secret, threshold, threshold + spare, seed)
    digests = [share.digest() for share in shares]
    for some in combinations(shares, threshold):
        assert restore(some, NAME, threshold=threshold, digests=digests) == secret
    assert restore(shares[::-1], NAME, threshold=threshold) == secret


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(2, 5))
def test_one_share_fewer_is_consistent_with_every_secret(secret: bytes, other: bytes, threshold: int) -> None:
    known = cut(secret, threshold, threshold)[: threshold - 1]
    points = [(share.index, share.value) for share in known]
    for wanted in (secret, other):
        # The share that would complete what is known to this secret: it exists, whatever the secret.
        last = interpolate([(0, wanted), *points], at=threshold)
        assert restore([*known, Share(NAME, threshold, threshold, last)], NAME, threshold=threshold) == wanted


@given(st.integers(0, 2), st.integers(0, 31), st.integers(1, 255))
def test_a_changed_share_is_named_and_refused(which: int, place: int, flip: int) -> None:
    shares = list(cut(bytes(range(32)), 3, 5))
    digests = [share.digest() for share in shares]
    value = bytearray(shares[which].value)
    value[place] ^= flip
    shares[which] = replace(shares[which], value=bytes(value))
    with pytest.raises(EvidenceError, match=f"share {which + 1} of {NAME}"):
        restore(shares[:3], NAME, threshold=3, digests=digests)


@pytest.mark.parametrize(("change", "said"), [
    ({"secret": "opening-key:other"}, "is of opening-key:other"),
    ({"threshold": 2}, "says 2 restore it"),
    ({"index": 2}, "its digest differs"),
    ({"value": b"short"}, "has 5 bytes"),
])  # fmt: skip
def test_a_share_of_something_else_is_refused(change: dict[str, object], said: str) -> None:
    shares = cut(bytes(32), 3, 5)
    digests = [share.digest() for share in shares]
    with pytest.raises(EvidenceError, match=said):
        restore([shares[0], shares[1], replace(shares[2], **change)], NAME, threshold=3, digests=digests)  # type: ignore[arg-type]


def test_too_few_shares_and_one_share_twice_restore_nothing() -> None:
    shares = cut(b"secret", 3, 5)
    with pytest.raises(EvidenceError, match="needs 3 shares, 2 are at hand"):
        restore(shares[:2], NAME, threshold=3)
    with pytest.raises(EvidenceError, match="twice"):
        restore([shares[0], shares[0], shares[1]], NAME, threshold=3)


def test_a_secret_is_not_split_among_fewer_than_restore_it() -> None:
    with pytest.raises(ValueError, match="3 of 2 shares"):
        split(b"ab", NAME, shares=2, coefficients=[b"cd", b"ef"])
    with pytest.raises(ValueError, match="as long as"):
        split(b"ab", NAME, shares=2, coefficients=[b"c"])
    with pytest.raises(ValueError, match="index"):
        Share(NAME, 0, 2, b"a")


def test_the_field_multiplies_as_the_standard_of_aes_says() -> None:
    assert [times(0x57, x) for x in (0x01, 0x02, 0x04, 0x08, 0x10, 0x13)] == [0x57, 0xAE, 0x47, 0x8E, 0x07, 0xFE]
    assert all(len({times(a, b) for b in range(256)}) == 256 for a in range(1, 256))
