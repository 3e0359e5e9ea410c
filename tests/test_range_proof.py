"""Does each form of a range proof hold at both ends of the range, and not one beyond?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecluse.base.commitments import Opening, point_of
from ecluse.base.group import ORDER, Point, is_zero
from ecluse.base.proof_bytes import ProofBytes
from ecluse.base.range_bits import bits_equations, prove_bits
from ecluse.base.range_proof import inner, most_values, powers_of, prove_ranges, ranges_equations, weights_of
from ecluse.base.transcript import Chance, Transcript

Maker = Callable[[Opening, int], bytes]
Judge = Callable[[bytes, Point, int], bool]


def by_bits(opening: Opening, bits: int) -> bytes:
    transcript = Transcript(b"a statement")
    return prove_bits("p", opening, bits, transcript, Chance(bytes(32), b"", transcript))


def by_vectors(*openings: Opening, bits: int) -> bytes:
    transcript = Transcript(b"a statement")
    return prove_ranges("p", openings, bits, transcript, Chance(bytes(32), b"", transcript))


def bits_hold(proof: bytes, point: Point, bits: int) -> bool:
    parts = ProofBytes(proof, 0)
    found = bits_equations("p", [(1, point)], bits, parts, Transcript(b"a statement"))
    parts.end()
    return all(is_zero(one) for one in found)


def vectors_hold(proof: bytes, *points: Point, bits: int) -> bool:
    parts = ProofBytes(proof, 0)
    found = ranges_equations("p", [[(1, point)] for point in points], bits, parts, Transcript(b"a statement"))
    parts.end()
    return all(is_zero(one) for one in found)


FORMS = [
    pytest.param(by_bits, bits_hold, 192, 0, id="bits"),
    pytest.param(
        lambda opening, bits: by_vectors(opening, bits=bits),
        lambda proof, point, bits: vectors_hold(proof, point, bits=bits),
        64, 192, id="vectors",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "judge", "a_bit", "beside"), FORMS)
@pytest.mark.parametrize("bits", [1, 8, 14])
def test_both_ends_hold_and_weigh_the_same(make: Maker, judge: Judge, a_bit: int, beside: int, bits: int) -> None:
    for value in {0, 1, 2**bits - 1, 2**bits // 2}:
        opening = Opening(value, 77)
        proof = make(opening, bits)
        assert len(proof) == a_bit * bits + beside
        assert judge(proof, point_of(opening), bits)


@pytest.mark.parametrize(("make", "judge", "a_bit", "beside"), FORMS)
@pytest.mark.parametrize("value", [-1, 256, 257, ORDER - 1, -(2**40)])
def test_one_beyond_is_neither_made_nor_believed(
    make: Maker, judge: Judge, a_bit: int, beside: int, value: int
) -> None:
    with pytest.raises(ValueError, match="not within 8 bits"):
        make(Opening(value, 77), 8)
    # Whoever leaves out that check makes a proof for the figure's lowest bits, and commits to the figure.
    assert not judge(make(Opening(value % 256, 77), 8), point_of(Opening(value, 77)), 8)


@pytest.mark.parametrize("value", [0, 2**48 - 1, 123_456_789_012])
def test_48_bits_hold(value: int) -> None:
    opening = Opening(value, ORDER - 1)
    assert vectors_hold(by_vectors(opening, bits=48), point_of(opening), bits=48)


def test_several_at_once_hold_only_all_together_and_in_their_order() -> None:
    openings = [Opening(value, value + 70) for value in (0, 255, 3)]
    points = [point_of(one) for one in openings]
    proof = by_vectors(*openings, bits=8)
    assert len(proof) == 192 + 64 * 24
    assert vectors_hold(proof, *points, bits=8)
    assert not vectors_hold(proof, points[1], points[0], points[2], bits=8)
    assert not vectors_hold(proof, points[0], point_of(Opening(254, 325)), points[2], bits=8)
    with pytest.raises(ValueError, match="sum 1, is 256"):
        by_vectors(openings[0], Opening(256, 1), bits=8)


def test_a_gain_here_does_not_pay_for_a_loss_there() -> None:
    # 300 and -45 come to the same as 200 and 55.
    honest = [Opening(200, 5), Opening(55, 6)]
    proof = by_vectors(*honest, bits=8)
    assert vectors_hold(proof, *(point_of(one) for one in honest), bits=8)
    assert not vectors_hold(proof, point_of(Opening(300, 5)), point_of(Opening(-45, 6)), bits=8)


def test_the_two_forms_speak_different_languages() -> None:
    assert by_bits(Opening(3, 7), 8)[:32] != by_vectors(Opening(3, 7), bits=8)[:32]


@pytest.mark.parametrize(("bits", "most"), [(1, 16), (16, 16), (48, 16), (47, 16)])
def test_one_proof_holds_so_many(bits: int, most: int) -> None:
    assert most_values(bits) == most


def test_powers_weights_and_products_are_those_of_the_paper() -> None:
    assert powers_of(3, 4) == [1, 3, 9, 27]
    assert weights_of(5, 2, 2) == [25, 50, 125, 250]
    assert inner([2, 3], [ORDER - 1, 4]) == 10
