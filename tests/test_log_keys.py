"""Are keys and cosignatures those of C2SP, and does none but the right one hold?"""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import EvidenceError
from ecluse.base.note import checkpoint_text, sign_note, verifier_key
from ecluse.custody.log.note_keys import KeyKind, NoteKey, Private, cosign, opened, public_key, read_key

ORIGIN, WITNESS, AT = "example.org/log", "witness.example/w1", 1_679_315_147
LOG = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
EDWARDS: Private = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
LATTICE: Private = MLDSA44PrivateKey.from_seed_bytes(b"\x03" * 32)
TEXT = checkpoint_text(ORIGIN, 5, bytes(32))
NOTE = sign_note(TEXT, ORIGIN, LOG)
LOG_KEY = public_key(ORIGIN, LOG, is_cosigner=False)


def test_the_key_of_a_log_is_written_as_the_floor_writes_it() -> None:
    assert str(LOG_KEY) == verifier_key(ORIGIN, LOG.public_key())


def test_the_specification_s_cosignature_has_this_shape() -> None:
    line = cosign(TEXT, WITNESS, EDWARDS, AT)
    body = base64.b64decode(line.split(" ")[2])
    key = public_key(WITNESS, EDWARDS, is_cosigner=True)
    assert (len(body), body[:4], int.from_bytes(body[4:12], "big")) == (76, key.id, AT)
    assert isinstance(EDWARDS, Ed25519PrivateKey)
    EDWARDS.public_key().verify(body[12:], f"cosignature/v1\ntime {AT}\n{TEXT}".encode())


def test_a_lattice_cosignature_binds_names_and_tree() -> None:
    line = cosign(TEXT, WITNESS, LATTICE, AT)
    body = base64.b64decode(line.split(" ")[2])
    message = b"".join(
        (b"subtree/v1\n\0", bytes([len(WITNESS)]), WITNESS.encode(), AT.to_bytes(8, "big"), bytes([len(ORIGIN)]),
         ORIGIN.encode(), bytes(8), (5).to_bytes(8, "big"), bytes(32))
    )  # fmt: skip
    assert len(body) == 4 + 8 + 2420
    LATTICE.public_key().verify(body[12:], message)


@pytest.mark.parametrize("private", [EDWARDS, LATTICE], ids=["Ed25519", "ML-DSA-44"])
class TestCosignature:
    def test_it_is_found_with_its_second_beside_the_log_s_own(self, private: Private) -> None:
        key = public_key(WITNESS, private, is_cosigner=True)
        signed = opened(NOTE + cosign(TEXT, WITNESS, private, AT), [LOG_KEY, key])
        assert signed == (TEXT, {LOG_KEY: None, key: AT})

    def test_the_newest_of_two_counts(self, private: Private) -> None:
        key = public_key(WITNESS, private, is_cosigner=True)
        lines = cosign(TEXT, WITNESS, private, AT) + cosign(TEXT, WITNESS, private, AT - 9)
        assert opened(NOTE + lines, [key]).by == {key: AT}

    def test_of_another_tree_it_refuses_the_whole_note(self, private: Private) -> None:
        key = public_key(WITNESS, private, is_cosigner=True)
        other = cosign(checkpoint_text(ORIGIN, 6, bytes(32)), WITNESS, private, AT)
        with pytest.raises(EvidenceError, match=f"false signature of {WITNESS}"):
            opened(NOTE + other, [LOG_KEY, key])

    def test_of_a_stranger_it_is_left_aside(self, private: Private) -> None:
        note = NOTE + cosign(checkpoint_text(ORIGIN, 6, bytes(32)), WITNESS, private, AT)
        assert opened(note, [LOG_KEY]).by == {LOG_KEY: None}

    def test_alone_under_unknown_keys_nothing_is_said(self, private: Private) -> None:
        with pytest.raises(EvidenceError, match="no signature of a known key"):
            opened(NOTE, [public_key(WITNESS, private, is_cosigner=True)])

    def test_its_second_cannot_be_moved(self, private: Private) -> None:
        key = public_key(WITNESS, private, is_cosigner=True)
        body = bytearray(base64.b64decode(cosign(TEXT, WITNESS, private, AT).split(" ")[2]))
        body[11] ^= 1
        line = f"\u2014 {WITNESS} {base64.b64encode(body).decode()}\n"
        with pytest.raises(EvidenceError, match="false signature"):
            opened(NOTE + line, [LOG_KEY, key])

    def test_it_states_a_second(self, private: Private) -> None:
        with pytest.raises(ValueError, match="second"):
            cosign(TEXT, WITNESS, private, 0)

    def test_its_key_is_written_and_read(self, private: Private) -> None:
        key = public_key(WITNESS, private, is_cosigner=True)
        assert read_key(str(key)) == key


def test_a_log_does_not_sign_by_lattice() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        public_key(ORIGIN, LATTICE, is_cosigner=False)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n"])
def test_a_name_holds_neither_spaces_nor_plus(name: str) -> None:
    with pytest.raises(ValueError, match="key name"):
        public_key(name, LOG, is_cosigner=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        str(LOG_KEY).replace("log+", "lag+"),
        str(LOG_KEY)[:-4],
        str(LOG_KEY) + "A",
        str(LOG_KEY).replace("+", "+0", 1),
        str(NoteKey(ORIGIN, KeyKind.LOG_ED25519, bytes(31))),
        str(LOG_KEY).upper(),
        str(LOG_KEY) + "\n",
    ],
)
def test_another_spelling_is_no_key(text: str) -> None:
    with pytest.raises(EvidenceError, match="not a verifier key"):
        read_key(text)


@given(st.text(max_size=200))
def test_any_text_is_a_key_that_is_written_so_or_none(text: str) -> None:
    try:
        assert str(read_key(text)) == text
    except EvidenceError:
        return
