"""Does a closed envelope show exactly its statement: complete, sound against every change, silent about the figures?"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from envelope_vectors import FILE, FRESH, applied, certificate, contribution, opened, text, vectors
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.commitments import Opening, commit
from ecluse.base.envelope import BATCH_PROOFS, Form, prove, verify, verify_all
from ecluse.base.errors import EvidenceError
from ecluse.base.group import ORDER, encode_scalar
from ecluse.base.statement import InRange, Statement, Sum, as_json, read

FORMS = pytest.mark.parametrize("form", Form)


def sums(figures: list[int], coefficients: list[int], index: int = 0) -> tuple[Statement, dict[str, Opening]]:
    """A statement about random figures: their sum is what it is, one of two, and above what it is less three."""
    openings = opened(**{f"figure {number}": value for number, value in enumerate(figures)})
    terms = tuple(zip(openings, coefficients, strict=True))
    value = sum(figure * coefficient for figure, coefficient in zip(figures, coefficients, strict=True))
    statement = Statement(
        "a sum", "a world", "home/2026", index, tuple((name, commit(one)) for name, one in openings.items()),
        known=("figure 0",), zero=(Sum(terms, value),), one_of=((Sum(terms, value - 9), Sum(terms, value)),),
        in_range=(InRange(Sum(terms, value - 3), 4), InRange(Sum((("figure 0", 1),)), 20)),
    )  # fmt: skip
    return statement, openings


FIGURES = st.lists(st.integers(0, 2**20 - 1), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None)
@given(FIGURES, st.integers(0, 2**32), st.sampled_from(Form))
def test_whatever_is_true_is_shown(figures: list[int], seed: int, form: Form) -> None:
    chance = random.Random(seed)
    coefficients = [chance.choice([-7, -1, 1, 2, 1000]) for _ in figures]
    statement, openings = sums(figures, coefficients)
    proof = prove(statement, openings, FRESH, form)
    verify(statement, proof)
    assert read(as_json(statement)) == statement


@FORMS
def test_no_changed_byte_is_believed(form: Form) -> None:
    statement, openings = certificate(bits=10)
    proof = prove(statement, openings, FRESH, form)
    chance = random.Random(1)
    places = [0, 1, 32, 33, 64, len(proof) - 1, *(chance.randrange(len(proof)) for _ in range(30))]
    for place in places:
        changed = bytearray(proof)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(EvidenceError):
            verify(statement, bytes(changed))


@FORMS
def test_parts_taken_out_doubled_or_moved_are_not_believed(form: Form) -> None:
    statement, openings = contribution()
    proof = prove(statement, openings, FRESH, form)
    parts = [proof[at : at + 32] for at in range(1, len(proof), 32)]
    chance = random.Random(2)
    for _ in range(12):
        one, other = sorted(chance.sample(range(len(parts)), 2))
        moved = [*parts[:one], parts[other], *parts[one + 1 : other], parts[one], *parts[other + 1 :]]
        for changed in (parts[:one] + parts[one + 1 :], [*parts[:one], parts[one], *parts[one:]], moved):
            with pytest.raises(EvidenceError):
                verify(statement, proof[:1] + b"".join(changed))


@pytest.mark.parametrize(("field", "value"), [
    ("index", 8), ("log", "centre-1/2026"), ("context", "another year"), ("name", "certificate within SR-3"),
])  # fmt: skip
@FORMS
def test_a_proof_serves_one_log_index_period_and_rule(form: Form, field: str, value: Any) -> None:
    statement, openings = certificate()
    other = replace(statement, **{field: value})
    ours, theirs = prove(statement, openings, FRESH, form), prove(other, openings, FRESH, form)
    verify(statement, ours)
    verify(other, theirs)
    for one, proof in ((statement, theirs), (other, ours)):
        with pytest.raises(EvidenceError, match="does not show it"):
            verify(one, proof)


@pytest.mark.parametrize(("figures", "place"), [
    ({"certified": 251}, "sum 0, is -1"),
    ({"funded": 1000}, "sum 0, is -220"),
    ({"certified": 2**20, "capacity": 2**20 + 650}, "sum 1, is 1048576"),
])  # fmt: skip
def test_what_is_not_true_is_not_proven(figures: dict[str, int], place: str) -> None:
    with pytest.raises(ValueError, match=place):
        prove(*certificate(**figures), FRESH)


def test_a_cent_less_than_due_is_not_proven() -> None:
    assert prove(*contribution(receipt=1_234_567, due=246_914), FRESH)
    for due in (246_913, 246_915):
        with pytest.raises(ValueError, match="not within 14 bits"):
            prove(*contribution(receipt=1_234_567, due=due), FRESH)


def test_an_opening_of_another_commitment_is_told_before_anything_is_made() -> None:
    statement, openings = certificate()
    with pytest.raises(ValueError, match="the opening of funded opens another commitment"):
        prove(statement, {**openings, "funded": Opening(649, openings["funded"].blinding)}, FRESH)


@FORMS
def test_sizes_tell_nothing_of_the_figures(form: Form) -> None:
    sizes = {
        len(prove(*certificate(capacity=capacity, funded=funded, certified=certified), FRESH, form))
        for capacity, funded, certified in ((0, 0, 0), (900, 0, 1), (2**20 - 1, 0, 2**19), (65_536, 65_535, 1))
    }
    assert len(sizes) == 1


def test_the_same_statement_proven_twice_looks_different_and_again_the_same() -> None:
    statement, openings = certificate()
    once, again, other = (prove(statement, openings, fresh) for fresh in (FRESH, FRESH, bytes(32)))
    assert once == again
    shared = {once[at : at + 32] for at in range(1, len(once), 32)} & {
        other[at : at + 32] for at in range(1, len(other), 32)
    }
    assert shared == set()


def test_chance_of_two_statements_shares_no_announcement() -> None:
    # A scalar used for two challenges would give away the blinding: (z - z') / (e - e').
    one, other = (prove(*certificate(index=index), FRESH) for index in (7, 8))
    assert {one[at : at + 32] for at in range(1, len(one), 32)}.isdisjoint(
        other[at : at + 32] for at in range(1, len(other), 32)
    )


def many(count: int) -> list[tuple[Statement, bytes]]:
    made = [certificate(index=index, certified=index, bits=8 + index % 3) for index in range(count)]
    return [
        (statement, prove(statement, openings, FRESH, Form.VECTORS if statement.index % 4 else Form.BITS))
        for statement, openings in made
    ]


def test_many_are_verified_at_once_and_the_first_bad_one_is_named() -> None:
    pairs = many(9)
    verify_all(pairs)
    verify_all([])
    statement, proof = pairs[5]
    last = (int.from_bytes(proof[-32:], "little") + 1) % ORDER
    pairs[5] = statement, proof[:-32] + encode_scalar(last)
    pairs[7] = pairs[6]
    verify_all([*pairs[:5], *pairs[6:]])
    told = set()
    for _ in range(2):
        with pytest.raises(EvidenceError, match=r"^proof 5: certificate within SR-1, in_range 10 bits 0: ") as error:
            verify_all(pairs)
        told.add(str(error.value))
    assert len(told) == 1
    pairs[2] = pairs[2][0], pairs[2][1][:-1]
    with pytest.raises(EvidenceError, match=r"^proof 2: certificate within SR-1: .*the proof is cut"):
        verify_all(pairs)


def test_a_bad_proof_is_named_by_its_number_in_whichever_batch_it_lies() -> None:
    openings = opened(figure=0)
    points, sums = (("figure", commit(openings["figure"])),), (Sum((("figure", 1),)),)
    statement, other = (Statement("zero", "a world", "home/2026", index, points, zero=sums) for index in (1, 2))
    proof = prove(statement, openings, FRESH)
    verify_all([(statement, proof)] * (BATCH_PROOFS + 1))
    with pytest.raises(EvidenceError, match=rf"^proof {BATCH_PROOFS}: "):
        verify_all([(statement, proof)] * BATCH_PROOFS + [(other, proof)])


def test_two_wrongs_that_cancel_do_not_make_a_right() -> None:
    pairs = []
    for index, step in ((1, 1), (2, -1)):
        openings = opened(figure=0)
        statement = Statement("zero", "a world", "home/2026", index, (("figure", commit(openings["figure"])),),
                              zero=(Sum((("figure", 1),)),))  # fmt: skip
        proof = prove(statement, openings, FRESH)
        verify(statement, proof)
        pairs.append((statement, proof[:-32] + encode_scalar(int.from_bytes(proof[-32:], "little") + step)))
    with pytest.raises(EvidenceError, match=r"^proof 0: zero, zero 0"):
        verify_all(pairs)


VECTORS = vectors()


def test_the_vectors_are_those_that_we_make() -> None:
    assert FILE.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("one", VECTORS["whole"], ids=lambda one: one["name"])
def test_a_known_answer_holds(one: dict[str, Any]) -> None:
    verify(read(one["statement"]), bytes.fromhex(one["proof"]))


@pytest.mark.parametrize("one", VECTORS["spoiled"], ids=lambda one: f"{one['of']} {one['name']}")
def test_a_known_answer_that_was_spoiled_is_refused(one: dict[str, Any]) -> None:
    value, proof = applied(one, VECTORS["whole"])
    with pytest.raises(EvidenceError, match=r"^(proof|statement|commitment|cert|contrib|many)[\w ,.:-]"):
        verify(read(value), proof)


@pytest.mark.parametrize("value", [None, 5, [], {}, {"v": "envelope_statement/1"}, "text"])
def test_what_is_no_statement_is_told_so(value: Any) -> None:
    with pytest.raises(EvidenceError, match=r"^statement: "):
        read(value)


@pytest.mark.parametrize(("path", "value"), [
    ("commitments", 5), ("commitments", [["a"]]), ("commitments", [["a", "00"] * 2]), ("known", [["certified"]]),
    ("zero", [{"terms": [["certified", 1.5]], "less": 0}]), ("zero", [{"terms": [["certified", True]], "less": 0}]),
    ("zero", [{"terms": [["certified", 2**48]], "less": 0}]), ("zero", [{"terms": [], "less": 0}]),
    ("zero", [{"terms": [["certified", 1]], "less": 2**48}]), ("one_of", [[{"terms": [["certified", 1]], "less": 0}]]),
    ("in_range", None), ("name", "\ud800"), ("name", "e\u0301"), ("log", "l" * 401), ("index", 2**48),
    ("commitments", [[str(number), "00"] for number in range(513)]),
    ("known", ["certified"] * 257),
])  # fmt: skip
def test_a_statement_that_is_not_whole_is_told_so(path: str, value: Any) -> None:
    with pytest.raises(EvidenceError, match=r"^(statement|commitment)"):
        read({**VECTORS["whole"][0]["statement"], path: value})
