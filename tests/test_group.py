"""Does the group hold what it says: its law, what may enter, and what many multiples come to?"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import missing
from envelope_vectors import RFC, RFC_DOMAIN, bad_points, small_order_points

from ecluse.base import curve
from ecluse.base.errors import EvidenceError
from ecluse.base.generators import MOST_PAIRS, derived, pair
from ecluse.base.group import (
    BASE,
    NEUTRAL,
    ORDER,
    SECOND,
    Point,
    add,
    decode,
    decode_scalar,
    encode_scalar,
    is_zero,
    mul,
    sub,
    sum_of,
)
from ecluse.base.hash_to_curve import expand_message, hash_to_curve

FOREIGN = Path(__file__).parent / "foreign" / "envelope.mjs"
REASONS = {
    "of small order": {"of small order", "neutral"}, "off the curve": {"not on the curve"},
    "y is the prime": {"not spelled canonically"}, "neutral with": {"not spelled canonically"},
    "minus one with": {"not spelled canonically"}, "the base point": {"not in the subgroup"},
    "31": {"here are 31"}, "33": {"here are 33"}, "no bytes": {"here are 0"},
}  # fmt: skip


def points(count: int, seed: int = 1) -> list[Point]:
    chance = random.Random(seed)
    return [mul(chance.randrange(1, ORDER), BASE) for _ in range(count)]


@pytest.mark.parametrize(("text", "x", "y"), RFC, ids=["none", "abc", "sixteen"])
def test_the_derivation_gives_the_points_of_the_rfc(text: str, x: str, y: str) -> None:
    assert curve.to_affine(hash_to_curve(text.encode(), RFC_DOMAIN.encode())) == (int(x, 16), int(y, 16))


def test_a_domain_has_its_limits() -> None:
    for domain in (b"", b"d" * 256):
        with pytest.raises(ValueError, match="a domain has 1 to 255 bytes"):
            expand_message(b"", domain, 32)


def test_the_second_generator_is_the_one_that_its_text_gives() -> None:
    assert derived(b"H") == SECOND


def test_generators_all_differ_and_lie_in_the_subgroup() -> None:
    found = [BASE, SECOND, *(point for number in range(48) for point in pair(number))]
    assert len({point.raw for point in found}) == 98
    assert all(decode(point.raw) == point for point in found)
    with pytest.raises(ValueError, match="there are 768 pairs"):
        pair(MOST_PAIRS)


@pytest.mark.parametrize(("why", "raw"), list(bad_points()), ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_point_of_the_subgroup_does_not_enter(why: str, raw: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"^commitment of a maker: ") as told:
        decode(raw, "commitment of a maker")
    expected = next(words for start, words in REASONS.items() if why.startswith(start))
    assert any(words in str(told.value) for words in expected)


def test_there_are_eight_points_of_small_order() -> None:
    assert len(small_order_points()) == 8
    assert NEUTRAL.raw in small_order_points()


@pytest.mark.parametrize("scalar", [ORDER, ORDER + 1, 2**255, 2**256 - 1])
def test_a_scalar_that_is_not_below_the_order_does_not_enter(scalar: int) -> None:
    with pytest.raises(EvidenceError, match="an answer: the scalar is out of range"):
        decode_scalar(scalar.to_bytes(32, "little"), "an answer")
    assert decode_scalar(encode_scalar(scalar)) == scalar % ORDER


def test_a_scalar_has_32_bytes() -> None:
    with pytest.raises(EvidenceError, match="a scalar has 32 bytes, here are 31"):
        decode_scalar(bytes(31))


def test_neutral_and_zero_are_no_special_case() -> None:
    (point,) = points(1)
    assert mul(0, point) == mul(ORDER, point) == mul(5, NEUTRAL) == sub(point, point) == NEUTRAL
    assert add(point, NEUTRAL) == point == mul(1, point) == mul(ORDER + 1, point)
    assert add(point, mul(-1, point)) == NEUTRAL
    assert sum_of([]) == NEUTRAL
    assert is_zero([(0, point), (3, NEUTRAL), (7, point), (-7, point)])
    assert not is_zero([(1, point)])


def test_a_point_named_twice_is_counted_twice() -> None:
    (point,) = points(1)
    assert sum_of([(3, point), (4, point)]) == mul(7, point)


def test_a_sum_is_that_of_its_parts() -> None:
    chance = random.Random(3)
    terms = [(chance.randrange(ORDER), point) for point in points(5, 5)]
    found = NEUTRAL
    for scalar, point in terms:
        found = add(found, mul(scalar, point))
    assert sum_of(terms) == found
    assert is_zero([*terms, (-1, found)])


@pytest.mark.slow
def test_ten_thousand_operations_agree_with_another_implementation(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        missing("node", "no Node is installed; run: make system-deps")
    chance, known = random.Random(10_000), points(500)
    asked, ours = [], []
    for number in range(10_000):
        left, right = chance.choice(known), chance.choice(known)
        scalar = chance.randrange(1, ORDER)
        kind = "mul" if number % 5 == 0 else chance.choice(["add", "sub"])
        ours.append({"mul": lambda s, a, b: mul(s, a), "add": lambda s, a, b: add(a, b),
                     "sub": lambda s, a, b: sub(a, b)}[kind](scalar, left, right).raw.hex())  # fmt: skip
        asked.append([kind, str(scalar), left.raw.hex(), right.raw.hex()])
    file = tmp_path / "operations.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    done = subprocess.run([node, FOREIGN, "group", file], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ours
