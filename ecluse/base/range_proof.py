"""How is it shown of several committed sums at once that each lies in its range? Form 2 of a range proof.

B. Bunz, J. Bootle, D. Boneh, A. Poelstra, P. Wuille, G. Maxwell, "Bulletproofs: short proofs for confidential
transactions and more", IEEE Symposium on Security and Privacy 2018: the proof of section 4.1 for one value and of 4.3
for m, with the vectors l and r sent as they are; the inner-product argument of 4.2, which would make it shorter and its
making five times as long, is left for a later form. The paper's names stand beside ours: g = BASE, h = SECOND,
g_i = left, h_i = right generators, gamma = blinding, V_j = the sums' points, n = bits, N = n m.

The value t^ of the paper is computed by the verifier from l and r, which it would otherwise be compared to.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecluse.base.commitments import Opening
from ecluse.base.generators import MOST_PAIRS, pair
from ecluse.base.group import BASE, ORDER, SECOND, Point, add, encode_scalar, mul, sub, sum_of
from ecluse.base.linear_proof import Terms, times
from ecluse.base.proof_bytes import Equation, ProofBytes
from ecluse.base.transcript import Chance, Transcript

Vector = list[int]


def prove_ranges(place: str, openings: Sequence[Opening], bits: int, transcript: Transcript, chance: Chance) -> bytes:
    """Which 192 + 64 N bytes show that each sum lies between 0 and 2^bits - 1? Raises ValueError when one does not."""
    for number, opening in enumerate(openings):
        if not 0 <= opening.value < 2**bits:
            raise ValueError(f"{place}, sum {number}, is {opening.value}, not within {bits} bits")
    count = bits * len(openings)
    ones = [opening.value >> bit & 1 for opening in openings for bit in range(bits)]  # a_L; a_R = a_L - 1
    hidden_left = [chance.scalar() for _ in range(count)]  # s_L
    hidden_right = [chance.scalar() for _ in range(count)]  # s_R
    alpha, rho = chance.scalar(), chance.scalar()
    points = [_bits_point(ones, alpha), _vectors_point(hidden_left, hidden_right, rho)]
    y, z = _first_challenges(place, points, transcript)

    # l(X) = a_L - z + s_L X and r(X) = y^N (a_R + z + s_R X) + z^(1+j) 2^i, value by value and bit by bit.
    powers, weights = powers_of(y, count), weights_of(z, bits, len(openings))
    left = [(one - z) % ORDER for one in ones]
    right = [(p * (one - 1 + z) + w) % ORDER for one, p, w in zip(ones, powers, weights, strict=True)]
    right_slope = [p * s % ORDER for p, s in zip(powers, hidden_right, strict=True)]
    t1 = (inner(left, right_slope) + inner(hidden_left, right)) % ORDER
    t2 = inner(hidden_left, right_slope)
    tau1, tau2 = chance.scalar(), chance.scalar()
    points += [add(mul(t1, BASE), mul(tau1, SECOND)), add(mul(t2, BASE), mul(tau2, SECOND))]
    x = _last_challenge(place, points[2:], transcript)

    blindings = sum(pow(z, 2 + number, ORDER) * opening.blinding for number, opening in enumerate(openings))
    answers = {
        "tau": [tau2 * x * x + tau1 * x + blindings],
        "mu": [alpha + rho * x],
        "l": [base + slope * x for base, slope in zip(left, hidden_left, strict=True)],
        "r": [base + slope * x for base, slope in zip(right, right_slope, strict=True)],
    }
    proof = b"".join(point.raw for point in points)
    for name, scalars in answers.items():
        answered = b"".join(encode_scalar(scalar) for scalar in scalars)
        transcript.say(f"{place} {name}", answered)
        proof += answered
    return proof


def ranges_equations(
    place: str, sums: Sequence[Terms], bits: int, proof: ProofBytes, transcript: Transcript
) -> list[Equation]:
    """Which two equations hold only if every sum lies in the range? (65) and (67) of the paper, for m values."""
    count = bits * len(sums)
    points = [proof.point(f"{place} {letter}") for letter in ("A", "S")]
    y, z = _first_challenges(place, points, transcript)
    points += [proof.point(f"{place} {letter}") for letter in ("T1", "T2")]
    x = _last_challenge(place, points[2:], transcript)
    (tau,), (mu,), left, right = (
        proof.answered(f"{place} {name}", many, transcript)
        for name, many in (("tau", 1), ("mu", 1), ("l", count), ("r", count))
    )

    # t^ BASE + tau_x SECOND = sum of z^(1+j) V_j + delta(y, z) BASE + x T1 + x^2 T2
    powers, weights = powers_of(y, count), weights_of(z, bits, len(sums))
    delta = (z - z * z) * sum(powers) - z * sum(weights)
    values: Equation = [
        (inner(left, right) - delta, BASE), (tau, SECOND), (-x, points[2]), (-x * x, points[3]),
        *(term for number, one in enumerate(sums) for term in times(-pow(z, 2 + number, ORDER), one)),
    ]  # fmt: skip
    # A + x S - z sum g_i + sum (z y^i + z^(1+j) 2^i) h'_i = mu SECOND + sum l_i g_i + sum r_i h'_i, h'_i = y^-i h_i
    inverse_powers = powers_of(pow(y, -1, ORDER), count)
    vector: Equation = [(1, points[0]), (x, points[1]), (-mu, SECOND)]
    for number in range(count):
        left_point, right_point = pair(number)
        vector.append((-z - left[number], left_point))
        vector.append((z + inverse_powers[number] * (weights[number] - right[number]), right_point))
    return [values, vector]


def most_values(bits: int) -> int:
    """How many sums of so many bits does one proof hold at most?"""
    return min(16, MOST_PAIRS // bits)


def powers_of(base: int, count: int) -> Vector:
    """Which are the first powers, from the zeroth on?"""
    found = [1]
    for _ in range(count - 1):
        found.append(found[-1] * base % ORDER)
    return found


def weights_of(z: int, bits: int, values: int) -> Vector:
    """What does each bit weigh? z^(1+j) 2^i for bit i of value j, counted from 0 and from 1."""
    return [pow(z, 2 + number, ORDER) * (1 << bit) % ORDER for number in range(values) for bit in range(bits)]


def inner(left: Vector, right: Vector) -> int:
    """What is the inner product?"""
    return sum(one * other for one, other in zip(left, right, strict=True)) % ORDER


def _first_challenges(place: str, points: Sequence[Point], transcript: Transcript) -> tuple[int, int]:
    for letter, point in zip(("A", "S"), points, strict=True):
        transcript.say(f"{place} {letter}", point.raw)
    return transcript.challenge(f"{place} y"), transcript.challenge(f"{place} z")


def _last_challenge(place: str, points: Sequence[Point], transcript: Transcript) -> int:
    for letter, point in zip(("T1", "T2"), points, strict=True):
        transcript.say(f"{place} {letter}", point.raw)
    return transcript.challenge(f"{place} x")


def _bits_point(ones: Vector, alpha: int) -> Point:
    """A = alpha SECOND + sum of a_L g_i + a_R h_i: the left generator of each 1, less the right one of each 0."""
    found = mul(alpha, SECOND)
    for number, one in enumerate(ones):
        left, right = pair(number)
        found = add(found, left) if one else sub(found, right)
    return found


def _vectors_point(left: Vector, right: Vector, rho: int) -> Point:
    """S = rho SECOND + sum of s_L g_i + s_R h_i."""
    terms = [(rho, SECOND)]
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        left_point, right_point = pair(number)
        terms += [(one, left_point), (other, right_point)]
    return sum_of(terms)
