"""How is it shown, bit by bit, that a committed sum lies in a range? Form 1 of a range proof.

Each bit b_i has a commitment of its own, and a proof after Cramer, Damgard and Schoenmakers (1994) that it opens to 0
or to 1. The blindings are drawn so that the sum of 2^i times the commitments is the sum's own point: that equality is
checked, and needs no proof. The plainest construction there is; the shorter one (`range_proof.py`) is held against it.
"""

from __future__ import annotations

from ecluse.base.commitments import Opening, point_of
from ecluse.base.group import BASE, ORDER
from ecluse.base.linear_proof import Terms, one_of_equations, prove_one_of
from ecluse.base.proof_bytes import Equation, ProofBytes
from ecluse.base.transcript import Chance, Transcript


def prove_bits(place: str, opening: Opening, bits: int, transcript: Transcript, chance: Chance) -> bytes:
    """Which 192 bytes a bit show that the sum lies between 0 and 2^bits - 1? Raises ValueError when it does not."""
    if not 0 <= opening.value < 2**bits:
        raise ValueError(f"{place} is {opening.value}, not within {bits} bits")
    blindings = [chance.scalar() for _ in range(bits)]
    # r = sum of 2^i r_i: the lowest blinding, whose multiple is 1, makes up what the others leave.
    blindings[0] = (opening.blinding - sum(blindings[bit] << bit for bit in range(1, bits))) % ORDER
    openings = [Opening(opening.value >> bit & 1, blindings[bit]) for bit in range(bits)]
    proof = b""
    for bit, one in enumerate(openings):
        raw = point_of(one).raw
        transcript.say(f"{place} C{bit}", raw)
        proof += raw
    for bit, one in enumerate(openings):
        proof += prove_one_of(f"{place} b{bit}", [one, Opening(one.value - 1, one.blinding)], transcript, chance)
    return proof


def bits_equations(place: str, terms: Terms, bits: int, proof: ProofBytes, transcript: Transcript) -> list[Equation]:
    """Which equations hold only if the sum lies in the range?"""
    points = [proof.said(f"{place} C{bit}", transcript) for bit in range(bits)]
    found: list[Equation] = [[*terms, *((-1 << bit, point) for bit, point in enumerate(points))]]
    for bit, point in enumerate(points):
        sums = [[(1, point)], [(1, point), (-1, BASE)]]
        found += one_of_equations(f"{place} b{bit}", sums, proof, transcript)
    return found
