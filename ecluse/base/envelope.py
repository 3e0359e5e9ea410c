"""Does this proof show this statement, and do these thousand? A closed envelope whose arithmetic anyone may check.

    proof = prove(statement, openings, fresh)     whoever knows the figures
    verify(statement, proof)                      anyone; raises EvidenceError
    verify_all(pairs)                             anyone, many at once

A proof is one byte for its form, then its parts in the order of the statement: known, zero, one_of, in_range. Its size
follows from the statement alone. All parts stand in one transcript, so that none can be taken out, put elsewhere or
carried into another statement.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ecluse.base.commitments import Opening, combined, point_of
from ecluse.base.errors import EvidenceError
from ecluse.base.group import ORDER, is_zero
from ecluse.base.linear_proof import (
    known_equation,
    one_of_equations,
    prove_known,
    prove_one_of,
    prove_zero,
    zero_equation,
)
from ecluse.base.proof_bytes import Equation, ProofBytes
from ecluse.base.range_bits import bits_equations, prove_bits
from ecluse.base.range_proof import most_values, prove_ranges, ranges_equations
from ecluse.base.statement import InRange, Statement, Sum, spelled, terms_of
from ecluse.base.transcript import Chance, Transcript

WEIGHTS_DOMAIN = b"ecluse/envelope/1/batch\n"
WEIGHT_BYTES = 16
# So many proofs are added up at once: their generators are then multiplied once, and a worker's memory stays small.
BATCH_PROOFS = 256


class Form(enum.Enum):
    """How are ranges shown: bit by bit, or by vectors for several at once? 3 is left for an inner-product argument."""

    BITS = 1
    VECTORS = 2


def prove(statement: Statement, openings: Mapping[str, Opening], fresh: bytes, form: Form = Form.VECTORS) -> bytes:
    """Which bytes show this statement? Raises ValueError when it is not true of these openings, or they open others.

    `fresh` are 32 bytes or more from `Source.salt`, for this proof alone.
    """
    for name, point in statement.commitments:
        if name in openings and point_of(openings[name]) != point:
            raise ValueError(f"the opening of {name} opens another commitment")
    transcript = _begun(statement, form)
    chance = Chance(fresh, _witnesses(openings), transcript)
    proof = bytes([form.value])
    for number, name in enumerate(statement.known):
        proof += prove_known(f"known {number}", openings[name], transcript, chance)
    for number, one in enumerate(statement.zero):
        proof += prove_zero(f"zero {number}", _opened(one, openings), transcript, chance)
    for number, branches in enumerate(statement.one_of):
        opened = [_opened(one, openings) for one in branches]
        proof += prove_one_of(f"one_of {number}", opened, transcript, chance)
    for place, bits, ranges in blocks(statement, form):
        opened = [_opened(one.sum, openings) for one in ranges]
        if form is Form.BITS:
            proof += prove_bits(place, opened[0], bits, transcript, chance)
        else:
            proof += prove_ranges(place, opened, bits, transcript, chance)
    return proof


def verify(statement: Statement, proof: bytes) -> None:
    """Does this proof show this statement? Raises EvidenceError naming the part that does not hold."""
    for place, equation in equations(statement, proof):
        if not is_zero(equation):
            raise EvidenceError(f"{statement.name}, {place}: the proof does not show it")


def verify_all(pairs: Sequence[tuple[Statement, bytes]]) -> None:
    """Do all these proofs show their statements? Raises EvidenceError naming the first that does not.

    Each equation is multiplied by a number of 128 bits and all are added up: should one not hold, the sum is zero for
    one in 2^128 of such numbers. The numbers are the hash of all statements and proofs, so that nobody chooses a proof
    after knowing them, and so that the same folder gives the same verdict again. (Bellare, Garay, Rabin: Fast batch
    verification for modular exponentiation and digital signatures, EUROCRYPT 1998.)
    """
    for start in range(0, len(pairs), BATCH_PROOFS):
        batch = pairs[start : start + BATCH_PROOFS]
        found = [_named(start + number, *one) for number, one in enumerate(batch)]
        if is_zero(_weighed(batch, found)):
            continue
        for number, (one, parts) in enumerate(zip(batch, found, strict=True)):
            for place, equation in parts:
                if not is_zero(equation):
                    name = one[0].name
                    raise EvidenceError(f"proof {start + number}: {name}, {place}: the proof does not show it")
        raise AssertionError("a sum of true equations is true")


def equations(statement: Statement, proof: bytes) -> list[tuple[str, Equation]]:
    """Which equations hold only if the proof shows the statement, each with its place? Bytes are checked here."""
    form = _form(proof)
    transcript, parts, points = _begun(statement, form), ProofBytes(proof, 1), statement.points()
    found: list[tuple[str, Equation]] = []
    for number, name in enumerate(statement.known):
        place = f"known {number}"
        found.append((place, known_equation(place, [(1, points[name])], parts, transcript)))
    for number, one in enumerate(statement.zero):
        place = f"zero {number}"
        found.append((place, zero_equation(place, terms_of(one, points), parts, transcript)))
    for number, branches in enumerate(statement.one_of):
        place, sums = f"one_of {number}", [terms_of(one, points) for one in branches]
        found += [(place, one) for one in one_of_equations(place, sums, parts, transcript)]
    for place, bits, ranges in blocks(statement, form):
        sums = [terms_of(one.sum, points) for one in ranges]
        if form is Form.BITS:
            shown = bits_equations(place, sums[0], bits, parts, transcript)
        else:
            shown = ranges_equations(place, sums, bits, parts, transcript)
        found += [(place, one) for one in shown]
    parts.end()
    return found


def blocks(statement: Statement, form: Form) -> Iterator[tuple[str, int, Sequence[InRange]]]:
    """Which ranges are shown together? Those of as many bits, in the statement's order, as many as one proof holds."""
    for bits in sorted({one.bits for one in statement.in_range}):
        ranges = [one for one in statement.in_range if one.bits == bits]
        most = 1 if form is Form.BITS else most_values(bits)
        for start in range(0, len(ranges), most):
            yield f"in_range {bits} bits {start}", bits, ranges[start : start + most]


def _weighed(batch: Sequence[tuple[Statement, bytes]], found: Iterable[Sequence[tuple[str, Equation]]]) -> Equation:
    key = hashlib.sha512(WEIGHTS_DOMAIN)
    for statement, proof in batch:
        for part in (spelled(statement), proof):
            key.update(len(part).to_bytes(8, "big") + hashlib.sha512(part).digest())
    weighed: Equation = []
    for count, equation in enumerate(equation for parts in found for _, equation in parts):
        block = hashlib.sha512(WEIGHTS_DOMAIN + key.digest() + count.to_bytes(8, "big")).digest()
        weight = int.from_bytes(block[:WEIGHT_BYTES], "little") or 1
        weighed += [(weight * (scalar % ORDER), point) for scalar, point in equation]
    return weighed


def _named(number: int, statement: Statement, proof: bytes) -> list[tuple[str, Equation]]:
    try:
        return equations(statement, proof)
    except EvidenceError as error:
        raise EvidenceError(f"proof {number}: {statement.name}: {error}") from None


def _begun(statement: Statement, form: Form) -> Transcript:
    transcript = Transcript(spelled(statement))
    transcript.say("form", bytes([form.value]))
    return transcript


def _form(proof: bytes) -> Form:
    if not proof or proof[0] not in (Form.BITS.value, Form.VECTORS.value):
        raise EvidenceError("proof, byte 0: a proof begins with its form, 1 or 2")
    return Form(proof[0])


def _opened(one: Sum, openings: Mapping[str, Opening]) -> Opening:
    return combined(((coefficient, openings[name]) for name, coefficient in one.terms), one.less)


def _witnesses(openings: Mapping[str, Opening]) -> bytes:
    """What is secret, spelled so that it can be hashed into the prover's chance."""
    spelled_out = (f"{name}\n{opening.value}\n{opening.blinding}\n" for name, opening in sorted(openings.items()))
    return "".join(spelled_out).encode()
