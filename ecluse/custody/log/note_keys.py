"""Whose key is this, of which kind, and what did it sign when?

Keys of C2SP `signed-note` by their type: 0x01 a log's Ed25519, 0x04 and 0x06 the timestamped cosignatures of
`tlog-cosignature` by Ed25519 and ML-DSA-44. A key is written `name+id+base64`.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, NoteSignature, parse_checkpoint, split_note

TIME_LIMIT = 2**63 - 1
NAME_BYTES_LIMIT = 255
SUBTREE_LABEL = b"subtree/v1\n\0"
NAME = re.compile(r"[^\s+\x00-\x1f]+")
Private = Ed25519PrivateKey | MLDSA44PrivateKey


class KeyKind(enum.IntEnum):
    """What does a signature of this type say, and how is it made?"""

    LOG_ED25519 = 0x01
    COSIGNER_ED25519 = 0x04
    COSIGNER_ML_DSA_44 = 0x06


PUBLIC_BYTES = {KeyKind.LOG_ED25519: 32, KeyKind.COSIGNER_ED25519: 32, KeyKind.COSIGNER_ML_DSA_44: 1312}


@dataclass(frozen=True, slots=True)
class NoteKey:
    """One public key: who holds it, of which kind it is, its bytes."""

    name: str
    kind: KeyKind
    public: bytes

    @property
    def id(self) -> bytes:
        """Which four bytes name this key in a signature line?"""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


class Signed(NamedTuple):
    """What a note says, and who of those asked for signed it when (POSIX seconds; None for a log's own signature)."""

    text: str
    by: Mapping[NoteKey, int | None]


def read_key(text: str) -> NoteKey:
    """Which key is written so? Raises EvidenceError for another spelling, kind or id.

    >>> read_key("example.org/log+00000000+AQ==")
    Traceback (most recent call last):
        ...
    ecluse.base.errors.EvidenceError: not a verifier key: 'example.org/log+00000000+AQ=='
    """
    name, _, rest = text.partition("+")
    key_id, _, body = rest.partition("+")
    try:
        held = base64.b64decode(body, validate=True)
        key = NoteKey(name, KeyKind(held[0]), held[1:])
    except (binascii.Error, ValueError, IndexError):
        raise EvidenceError(f"not a verifier key: {text[:100]!r}") from None
    if not NAME.fullmatch(name) or len(key.public) != PUBLIC_BYTES[key.kind] or str(key) != text or not key_id:
        raise EvidenceError(f"not a verifier key: {text[:100]!r}")
    return key


def public_key(name: str, private: Private, *, is_cosigner: bool) -> NoteKey:
    """Which public key belongs to this private one, for a log or for one who cosigns logs? Raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"a key name holds neither spaces nor plus: {name!r}")
    if isinstance(private, MLDSA44PrivateKey):
        if not is_cosigner:
            raise ValueError("a log signs by Ed25519; ML-DSA-44 is for cosigners")
        return NoteKey(name, KeyKind.COSIGNER_ML_DSA_44, private.public_key().public_bytes_raw())
    kind = KeyKind.COSIGNER_ED25519 if is_cosigner else KeyKind.LOG_ED25519
    return NoteKey(name, kind, private.public_key().public_bytes_raw())


def cosign(text: str, name: str, private: Private, at: int) -> str:
    """Which line says that this cosigner saw this checkpoint at this second, as the largest and consistent?

    Raises ValueError for a time out of range, EvidenceError for a text that is no checkpoint.
    """
    key = public_key(name, private, is_cosigner=True)
    if not 0 < at <= TIME_LIMIT:
        raise ValueError("a cosignature states its second")
    value = at.to_bytes(8, "big") + private.sign(_cosigned(key, parse_checkpoint(text), text, at))
    return f"\u2014 {name} {base64.b64encode(key.id + value).decode()}\n"


def opened(note: str, keys: Iterable[NoteKey]) -> Signed:
    """What does the note say, and which of these keys signed it? Raises EvidenceError when none did.

    Lines of other keys are left aside; one line of a known key with a false signature refuses the whole note.
    """
    text, lines = split_note(note)
    known = {(key.name, key.id): key for key in keys}
    by: dict[NoteKey, int | None] = {}
    for line in lines:
        if (key := known.get((line.name, line.key_id))) is None:
            continue
        at = _signed_at(key, line, text)
        by[key] = at if by.get(key) is None or at is None else max(at, by[key] or 0)
    if not by:
        raise EvidenceError("note bears no signature of a known key")
    return Signed(text, by)


def _signed_at(key: NoteKey, line: NoteSignature, text: str) -> int | None:
    value, at = line.value, None
    message = text.encode()
    try:
        if key.kind is not KeyKind.LOG_ED25519:
            at, value = int.from_bytes(line.value[:8], "big"), line.value[8:]
            message = _cosigned(key, parse_checkpoint(text), text, at)
        if at is not None and not 0 < at <= TIME_LIMIT:
            raise InvalidSignature
        if key.kind is KeyKind.COSIGNER_ML_DSA_44:
            MLDSA44PublicKey.from_public_bytes(key.public).verify(value, message)
        else:
            Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except (InvalidSignature, ValueError):
        raise EvidenceError(f"note bears a false signature of {key.name}") from None
    return at


def _cosigned(key: NoteKey, checkpoint: Checkpoint, text: str, at: int) -> bytes:
    """The message that a cosigner signs: the whole text for Ed25519, the tree head alone for ML-DSA-44."""
    if key.kind is KeyKind.COSIGNER_ED25519:
        return f"cosignature/v1\ntime {at}\n{text}".encode()
    start, end = (0).to_bytes(8, "big"), checkpoint.size.to_bytes(8, "big")
    name, origin, time = _sized(key.name), _sized(checkpoint.origin), at.to_bytes(8, "big")
    return SUBTREE_LABEL + name + time + origin + start + end + checkpoint.root


def _sized(name: str) -> bytes:
    """A name behind its length in one byte."""
    body = name.encode()
    if not 0 < len(body) <= NAME_BYTES_LIMIT:
        raise ValueError(f"a name has 1 to {NAME_BYTES_LIMIT} bytes: {name[:80]!r}")
    return bytes([len(body)]) + body
