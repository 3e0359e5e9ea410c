"""Does each small proof show what is true, and fall for what is not?"""

from __future__ import annotations

import pytest

from ecluse.base.commitments import Opening, point_of
from ecluse.base.group import BASE, ORDER, SECOND, encode_scalar, is_zero, mul
from ecluse.base.linear_proof import (
    known_equation,
    one_of_equations,
    prove_known,
    prove_one_of,
    prove_zero,
    zero_equation,
)
from ecluse.base.proof_bytes import ProofBytes
from ecluse.base.transcript import Chance, Transcript


def begun(statement: bytes = b"a statement") -> tuple[Transcript, Chance]:
    transcript = Transcript(statement)
    return transcript, Chance(bytes(32), b"witnesses", transcript)


def shows_zero(proof: bytes, opening: Opening, statement: bytes = b"a statement") -> bool:
    terms = [(1, point_of(opening))]
    return is_zero(zero_equation("p", terms, ProofBytes(proof, 0), Transcript(statement)))


def test_a_sum_that_is_zero_is_shown_and_no_other() -> None:
    proof = prove_zero("p", Opening(0, 77), *begun())
    assert len(proof) == 64
    assert shows_zero(proof, Opening(0, 77))
    assert not shows_zero(proof, Opening(0, 78))
    assert not shows_zero(proof, Opening(1, 77))
    assert not shows_zero(proof, Opening(0, 77), b"another statement")
    with pytest.raises(ValueError, match="p is 1, not zero"):
        prove_zero("p", Opening(1, 77), *begun())


def test_whoever_pretends_that_one_is_zero_is_not_believed() -> None:
    # The prover's own check is left out: the proof is made for another figure than the one committed to.
    proof = prove_zero("p", Opening(0, 77), *begun())
    assert not shows_zero(proof, Opening(1, 77))
    assert not shows_zero(proof, Opening(ORDER - 1, 77))


def test_an_announcement_made_after_the_challenge_was_guessed_does_not_serve() -> None:
    # The weak form of the transformation would hash the announcement alone; then the statement could be chosen last.
    hidden, challenge = 5, 9
    announced = mul(hidden, SECOND)
    forged = announced.raw + encode_scalar(hidden + challenge * 77)
    assert not shows_zero(forged, Opening(0, 77))


def test_who_knows_an_opening_shows_it() -> None:
    proof = prove_known("p", Opening(900, 77), *begun())
    assert len(proof) == 96
    for point, expected in ((point_of(Opening(900, 77)), True), (point_of(Opening(901, 77)), False), (BASE, False)):
        equation = known_equation("p", [(1, point)], ProofBytes(proof, 0), Transcript(b"a statement"))
        assert is_zero(equation) is expected


@pytest.mark.parametrize("count", [2, 3, 8])
def test_one_of_several_is_shown_without_telling_which(count: int) -> None:
    for true in range(count):
        openings = [Opening(0 if at == true else at + 5, at + 70) for at in range(count)]
        proof = prove_one_of("p", openings, *begun())
        assert len(proof) == 96 * count - 32
        sums = [[(1, point_of(one))] for one in openings]
        equations = one_of_equations("p", sums, ProofBytes(proof, 0), Transcript(b"a statement"))
        assert all(is_zero(one) for one in equations)
        sums[true] = [(1, point_of(Opening(1, 70)))]
        equations = one_of_equations("p", sums, ProofBytes(proof, 0), Transcript(b"a statement"))
        assert [is_zero(one) for one in equations].count(False) == 1


def test_where_none_is_zero_nothing_is_made() -> None:
    with pytest.raises(ValueError, match="none of the 2 sums is zero"):
        prove_one_of("p", [Opening(1, 2), Opening(3, 4)], *begun())


def test_all_simulated_is_caught_by_the_share_that_is_left() -> None:
    # Two branches, neither zero, both simulated with shares of the forger's own: the last share is not his to choose.
    openings = [Opening(1, 2), Opening(3, 4)]
    announced, shares, answers = b"", [11, 12], [13, 14]
    for opening, share, answer in zip(openings, shares, answers, strict=True):
        announced += point_of(Opening(-share * opening.value, answer - share * opening.blinding)).raw
    forged = announced + encode_scalar(11) + encode_scalar(13) + encode_scalar(14)
    sums = [[(1, point_of(one))] for one in openings]
    equations = one_of_equations("p", sums, ProofBytes(forged, 0), Transcript(b"a statement"))
    assert [is_zero(one) for one in equations] == [True, False]


def test_labels_and_messages_are_told_apart_by_their_lengths() -> None:
    found = set()
    for label, message in (("a", b"bc"), ("ab", b"c"), ("abc", b""), ("a", b"b"), ("a", b"bc\0")):
        transcript = Transcript(b"")
        transcript.say(label, message)
        found.add(transcript.challenge("e"))
    said, asked = Transcript(b""), Transcript(b"")
    said.say("e", b"")
    asked.challenge("e")
    assert len(found) == 5
    assert said.state() != asked.state()


def test_chance_never_repeats_for_another_statement_witness_or_fresh_bytes() -> None:
    found = set()
    for statement in (b"one", b"two"):
        for witnesses in (b"3", b"4"):
            for fresh in (bytes(32), b"\1" * 32):
                chance = Chance(fresh, witnesses, Transcript(statement))
                found |= {chance.scalar(), chance.scalar()}
    assert len(found) == 16
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Chance(bytes(31), b"", Transcript(b""))
