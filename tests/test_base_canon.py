"""Is a record spelled as RFC 8785 spells it, and is every other spelling turned away?"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.canon import DEPTH_LIMIT, SAFE_INTEGER, canonical, digest, parse
from ecluse.base.errors import EvidenceError

texts = (
    st.text().map(lambda text: unicodedata.normalize("NFC", text)).filter(lambda t: unicodedata.is_normalized("NFC", t))
)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-SAFE_INTEGER, SAFE_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_an_independent_implementation_writes_the_same_bytes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    body = canonical(value)
    assert parse(body) == value
    assert canonical(parse(body)) == body


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.5, id="a fraction"),
        pytest.param(None, id="null"),
        pytest.param({"a": None}, id="null inside"),
        pytest.param({"ключ": 1}, id="a key that is not ASCII"),
        pytest.param({1: 1}, id="a key that is no text"),
        pytest.param(2**53, id="an integer that JavaScript would round"),
        pytest.param(-(2**53), id="the same below zero"),
        pytest.param("e\u0301", id="text that is not NFC"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param((1, 2), id="a tuple"),
        pytest.param(b"a", id="bytes"),
    ],
)
def test_what_has_no_spelling(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_depth_is_limited() -> None:
    value: Any = 1
    for _ in range(DEPTH_LIMIT):
        value = [value]
    assert parse(canonical(value)) == value
    with pytest.raises(ValueError):
        canonical([value])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a": 1}', id="a space"),
        pytest.param(b'{"b":1,"a":2}', id="keys out of order"),
        pytest.param(b'{"a":1,"a":1}', id="a key twice"),
        pytest.param(b'{"a":1.0}', id="a fraction"),
        pytest.param(b'{"a":1e3}', id="an exponent"),
        pytest.param(b'{"a":null}', id="null"),
        pytest.param(b'{"a":NaN}', id="not a number"),
        pytest.param(b"01", id="a leading zero"),
        pytest.param(b"-0", id="minus zero"),
        pytest.param(b'"\\u0041"', id="an escape that is not needed"),
        pytest.param(b'"\\/"', id="an escaped slash"),
        pytest.param(b'"e\xcc\x81"', id="not NFC"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf1", id="a byte order mark"),
        pytest.param(b"1\n", id="a line end"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="very deep"),
        pytest.param(b"9" * 5_000, id="a very long number"),
    ],
)
def test_another_spelling_is_no_evidence(body: bytes) -> None:
    with pytest.raises(EvidenceError):
        parse(body)


@given(values, st.data())
def test_a_changed_byte_changes_the_digest_or_the_spelling(value: Any, data: st.DataObject) -> None:
    body = canonical(value)
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    assert digest(changed) != digest(body)


@given(values)
def test_spelling_does_not_depend_on_the_order_of_making(value: Any) -> None:
    backwards = json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert canonical(backwards) == canonical(value)
