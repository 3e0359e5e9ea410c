"""Is a checkpoint signed and read as C2SP signed-note says?"""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import EvidenceError
from ecluse.base.note import (
    Checkpoint,
    checkpoint_text,
    key_id,
    parse_checkpoint,
    sign_note,
    split_note,
    verifier_key,
    verify_note,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PRIVATE.public_key()
NAME = "log.example/ua-2026"
TEXT = checkpoint_text(NAME, 3, bytes(32))


def test_a_published_note_verifies() -> None:
    """The example of Go's x/mod/sumdb/note documentation, made by a program that is not ours."""
    name, body = "PeterNeumann", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = base64.b64decode(body)
    public = Ed25519PublicKey.from_public_bytes(key[1:])
    assert verifier_key(name, public) == f"PeterNeumann+c74f20a3+{body}"
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    signed = f"{text}\n\u2014 PeterNeumann {line}\n"
    assert verify_note(signed, name, public) == text


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_signed_and_read_back(size: int, root: bytes) -> None:
    text = checkpoint_text(NAME, size, root)
    note = sign_note(text, NAME, PRIVATE)
    assert verify_note(note, NAME, PUBLIC) == text
    assert parse_checkpoint(text) == Checkpoint(NAME, size, root)


def test_lines_of_unknown_keys_are_left_aside() -> None:
    mine, theirs = sign_note(TEXT, NAME, PRIVATE), sign_note(TEXT, "witness.example/de", OTHER)
    both = mine + theirs.removeprefix(TEXT + "\n")
    assert verify_note(both, NAME, PUBLIC) == TEXT
    assert verify_note(both, "witness.example/de", OTHER.public_key()) == TEXT
    assert [line.name for line in split_note(both)[1]] == [NAME, "witness.example/de"]
    many = mine + theirs.removeprefix(TEXT + "\n") * 20
    assert verify_note(many, NAME, PUBLIC) == TEXT


def line_of(name: str, identity: bytes, value: bytes) -> str:
    return f"\u2014 {name} {base64.b64encode(identity + value).decode()}\n"


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(TEXT, id="no signature"),
        pytest.param(sign_note(TEXT, NAME, PRIVATE).replace("\n3\n", "\n4\n"), id="another size"),
        pytest.param(sign_note(TEXT, NAME, OTHER), id="another key under the same name"),
        pytest.param(sign_note(TEXT, "log.example/other", PRIVATE), id="another name for the same key"),
        pytest.param(sign_note(TEXT, NAME, PRIVATE)[:-1], id="the last line is not ended"),
        pytest.param(
            sign_note(TEXT, NAME, PRIVATE) + line_of(NAME, key_id(NAME, PUBLIC), bytes(64)),
            id="a false line of a known key beside a true one",
        ),
        pytest.param(sign_note(TEXT, NAME, PRIVATE) + "- a b\n", id="a line that is no signature"),
        pytest.param(sign_note(TEXT, NAME, PRIVATE) + "\n", id="an empty line at the end"),
        pytest.param(f"{TEXT}\n" + line_of(NAME, b"", b"1234"), id="a signature without bytes"),
        pytest.param("a\tb\n\n" + line_of(NAME, key_id(NAME, PUBLIC), bytes(64)), id="a control character"),
        pytest.param(TEXT + "\n" + line_of("x", b"1234", bytes(64)) * 101, id="too many signatures"),
        pytest.param("x" * 1_000_001, id="too long"),
    ],
)
def test_a_note_that_is_not_signed_is_refused(note: str) -> None:
    with pytest.raises(EvidenceError):
        verify_note(note, NAME, PUBLIC)


@pytest.mark.parametrize("at", range(0, len(TEXT), 7))
def test_a_changed_character_is_noticed(at: int) -> None:
    note = sign_note(TEXT, NAME, PRIVATE)
    changed = note[:at] + ("#" if note[at] != "\n" else "\n#") + note[at + 1 :]
    with pytest.raises(EvidenceError):
        verify_note(changed, NAME, PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("origin\n1\n", id="no root"),
        pytest.param(f"origin\n01\n{base64.b64encode(bytes(32)).decode()}\n", id="a size with a leading zero"),
        pytest.param(f"origin\n-1\n{base64.b64encode(bytes(32)).decode()}\n", id="a size below zero"),
        pytest.param(f"origin\n9223372036854775808\n{base64.b64encode(bytes(32)).decode()}\n", id="a size beyond 2^63"),
        pytest.param(f"origin\n1\n{base64.b64encode(bytes(31)).decode()}\n", id="a short root"),
        pytest.param("origin\n1\n" + "A" * 42 + "B=\n", id="base64 with bits left over"),
        pytest.param(f"\n1\n{base64.b64encode(bytes(32)).decode()}\n", id="no origin"),
        pytest.param(f"origin\n1\n{base64.b64encode(bytes(32)).decode()}", id="not ended"),
    ],
)
def test_a_false_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        parse_checkpoint(text)


def test_extension_lines_are_read() -> None:
    assert parse_checkpoint(TEXT + "more\n").extensions == ("more",)


def test_what_cannot_be_signed() -> None:
    for text in ("not ended", "a\tb\n", "\ud800\n"):
        with pytest.raises(ValueError):
            sign_note(text, NAME, PRIVATE)
    for name in ("", "a b", "a+b", "a\u00a0b"):
        with pytest.raises(ValueError):
            sign_note(TEXT, name, PRIVATE)
    for origin, size, root in (("", 0, bytes(32)), ("a\nb", 0, bytes(32)), ("a", -1, bytes(32)), ("a", 0, b"")):
        with pytest.raises(ValueError):
            checkpoint_text(origin, size, root)
