"""How is it shown that a committed sum is zero, is known, or that one of several is zero, and nothing else?

Three textbook proofs of knowledge, each with an announcement, a challenge and an answer:

- C. P. Schnorr, "Efficient signature generation by smart cards", Journal of Cryptology 4, 1991: of the discrete
  logarithm of a point to SECOND, that is: this commitment opens to zero. A linear relation is the same, since sums of
  commitments commit to sums.
- T. Okamoto, "Provably secure and practical identification schemes", CRYPTO 1992: of figure and blinding.
- R. Cramer, I. Damgard, B. Schoenmakers, "Proofs of partial knowledge and simplified design of witness hiding
  protocols", CRYPTO 1994: of one of several, not saying of which. The other conversations are simulated with challenges
  of the prover's own; the last challenge is what is left of the verifier's, so that one at least was not chosen.

A proof carries its announcements, so that its equations can be added to those of other proofs (`envelope.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from ecluse.base.commitments import Opening
from ecluse.base.group import BASE, ORDER, SECOND, Point, add, encode_scalar, mul
from ecluse.base.proof_bytes import Equation, ProofBytes
from ecluse.base.transcript import Chance, Transcript

# A commitment that was put together: a sum of public multiples of points.
Terms = Sequence[tuple[int, Point]]


def prove_zero(place: str, opening: Opening, transcript: Transcript, chance: Chance) -> bytes:
    """Which 64 bytes show that the sum with this opening is zero? Raises ValueError when it is not."""
    if opening.value != 0:
        raise ValueError(f"{place} is {opening.value}, not zero")
    hidden = chance.scalar()
    announced = mul(hidden, SECOND).raw  # T = k SECOND
    transcript.say(f"{place} T", announced)
    challenge = transcript.challenge(place)
    answer = encode_scalar(hidden + challenge * opening.blinding)  # z = k + e r
    transcript.say(f"{place} z", answer)
    return announced + answer


def zero_equation(place: str, terms: Terms, proof: ProofBytes, transcript: Transcript) -> Equation:
    """Which equation holds only if the sum is zero? z SECOND = T + e P."""
    announced = proof.said(f"{place} T", transcript)
    challenge = transcript.challenge(place)
    (answer,) = proof.answered(f"{place} z", 1, transcript)
    return [(answer, SECOND), (-1, announced), *times(-challenge, terms)]


def prove_known(place: str, opening: Opening, transcript: Transcript, chance: Chance) -> bytes:
    """Which 96 bytes show that the prover can open this commitment?"""
    hidden_value, hidden_blinding = chance.scalar(), chance.scalar()
    announced = add(mul(hidden_value, BASE), mul(hidden_blinding, SECOND)).raw  # T = a BASE + b SECOND
    transcript.say(f"{place} T", announced)
    challenge = transcript.challenge(place)
    value = encode_scalar(hidden_value + challenge * opening.value)
    transcript.say(f"{place} z", value)
    blinding = encode_scalar(hidden_blinding + challenge * opening.blinding)
    transcript.say(f"{place} w", blinding)
    return announced + value + blinding


def known_equation(place: str, terms: Terms, proof: ProofBytes, transcript: Transcript) -> Equation:
    """Which equation holds only if the opening is known? z BASE + w SECOND = T + e P."""
    announced = proof.said(f"{place} T", transcript)
    challenge = transcript.challenge(place)
    (value,) = proof.answered(f"{place} z", 1, transcript)
    (blinding,) = proof.answered(f"{place} w", 1, transcript)
    return [(value, BASE), (blinding, SECOND), (-1, announced), *times(-challenge, terms)]


def prove_one_of(place: str, openings: Sequence[Opening], transcript: Transcript, chance: Chance) -> bytes:
    """Which 96 n - 32 bytes show that one of these n sums is zero? Raises ValueError when none is."""
    true = next((number for number, opening in enumerate(openings) if opening.value == 0), None)
    if true is None:
        raise ValueError(f"{place}: none of the {len(openings)} sums is zero")
    answers = [chance.scalar() for _ in openings]
    shares = [chance.scalar() for _ in openings]
    shares[true] = 0
    announced = b""
    for number, (opening, answer, share) in enumerate(zip(openings, answers, shares, strict=True)):
        # T = z SECOND - e P with P = v BASE + r SECOND. Of the true one e is still 0 here, and z is its hidden scalar.
        point = add(mul(answer - share * opening.blinding, SECOND), mul(-share * opening.value, BASE)).raw
        transcript.say(f"{place} T{number}", point)
        announced += point
    shares[true] = (transcript.challenge(place) - sum(shares)) % ORDER
    answers[true] += shares[true] * openings[true].blinding
    answered = b""
    for number in range(len(openings)):
        for letter, scalar in (("e", shares[number]), ("z", answers[number])):
            if letter == "z" or number < len(openings) - 1:  # the last share follows from the others
                transcript.say(f"{place} {letter}{number}", encode_scalar(scalar))
                answered += encode_scalar(scalar)
    return announced + answered


def one_of_equations(place: str, sums: Sequence[Terms], proof: ProofBytes, transcript: Transcript) -> list[Equation]:
    """Which equations hold only if one of the sums is zero? z SECOND = T + e P for each, the shares e adding up."""
    announced = [proof.said(f"{place} T{number}", transcript) for number in range(len(sums))]
    left = transcript.challenge(place)
    found = []
    for number, (terms, point) in enumerate(zip(sums, announced, strict=True)):
        is_last = number == len(sums) - 1
        (share,) = [left] if is_last else proof.answered(f"{place} e{number}", 1, transcript)
        left = (left - share) % ORDER
        (answer,) = proof.answered(f"{place} z{number}", 1, transcript)
        found.append([(answer, SECOND), (-1, point), *times(-share, terms)])
    return found


def times(scalar: int, terms: Terms) -> Equation:
    """What is this multiple of the sum?"""
    return [(scalar * coefficient % ORDER, point) for coefficient, point in terms]
