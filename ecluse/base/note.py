"""What does a signed checkpoint of a log say, and who signed it?

The texts of C2SP `tlog-checkpoint` and `signed-note` with Ed25519 keys (signature type 0x01), as programs that we did
not write read them.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.proof import HASH_BYTES

ED25519 = b"\x01"
NOTE_BYTES_LIMIT = 1_000_000
SIGNATURES_LIMIT = 100
SIZE_LIMIT = 2**63 - 1
SIGNATURE_LINE = re.compile(r"\u2014 (\S+) ([A-Za-z0-9+/]+=*)")


class Checkpoint(NamedTuple):
    """What a checkpoint says: the log's origin, how many entries it holds, the root over them, extension lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the signer's name, the id of its key, the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Which text states that this log holds `size` entries under this root?

    >>> checkpoint_text("example.org/log", 0, bytes(32)).splitlines()[:2]
    ['example.org/log', '0']
    """
    if not origin or not origin.isprintable() or len(root) != HASH_BYTES or not 0 <= size <= SIZE_LIMIT:
        raise ValueError("a checkpoint has an origin of one line, a size and a root of 32 bytes")
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """What does this checkpoint text say? Raises EvidenceError for any other spelling."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise EvidenceError("a checkpoint has three lines that are not empty, each ended")
    origin, size, root = lines[:3]
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size) or int(size) > SIZE_LIMIT:
        raise EvidenceError(f"checkpoint size is not a whole number: {size!r}")
    found = _from_base64(root)
    if found is None or len(found) != HASH_BYTES:
        raise EvidenceError("checkpoint root is not 32 bytes of base64")
    return Checkpoint(origin, int(size), found, tuple(lines[3:-1]))


def key_id(name: str, public: Ed25519PublicKey) -> bytes:
    """Which four bytes name this key in a signature line?"""
    return bytes.fromhex(digest(name.encode() + b"\n" + ED25519 + public.public_bytes_raw()))[:4]


def verifier_key(name: str, public: Ed25519PublicKey) -> str:
    """How is this key written for other programs? `name+id+base64`, the `vkey` of C2SP signed-note."""
    body = base64.b64encode(ED25519 + public.public_bytes_raw()).decode()
    return f"{_checked_name(name)}+{key_id(name, public).hex()}+{body}"


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """What is this text with a signature by the named key beneath it?"""
    _check_text(text)
    line = key_id(_checked_name(name), private.public_key()) + private.sign(text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(line).decode()}\n"


def split_note(note: str) -> tuple[str, tuple[NoteSignature, ...]]:
    """Which text was signed, and which signature lines stand beneath it? Raises EvidenceError."""
    if len(note.encode("utf-8", "surrogatepass")) > NOTE_BYTES_LIMIT:
        raise EvidenceError("note is too long")
    text, mark, tail = note.rpartition("\n\n")
    if not mark or not tail.endswith("\n"):
        raise EvidenceError("note has no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_LIMIT:
        raise EvidenceError(f"note has more than {SIGNATURES_LIMIT} signatures")
    try:
        _check_text(text + "\n")
    except ValueError as error:
        raise EvidenceError(str(error)) from None
    return text + "\n", tuple(_signature(line) for line in lines)


def verify_note(note: str, name: str, public: Ed25519PublicKey) -> str:
    """Which text did this key sign? Raises EvidenceError when it did not.

    Lines of other keys are left aside; a line of this key with a false signature refuses the whole note.
    """
    text, signatures = split_note(note)
    wanted = key_id(name, public)
    mine = [line for line in signatures if line.name == name and line.key_id == wanted]
    if not mine:
        raise EvidenceError(f"note bears no signature of {name}")
    for line in mine:
        try:
            public.verify(line.value, text.encode())
        except InvalidSignature:
            raise EvidenceError(f"note bears a false signature of {name}") from None
    return text


def _signature(line: str) -> NoteSignature:
    match = SIGNATURE_LINE.fullmatch(line)
    body = _from_base64(match[2]) if match else None
    if not match or body is None or len(body) <= 4 or "+" in match[1]:
        raise EvidenceError(f"not a signature line: {line[:80]!r}")
    return NoteSignature(match[1], body[:4], body[4:])


def _from_base64(text: str) -> bytes | None:
    try:
        body = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return body if base64.b64encode(body).decode() == text else None


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any((c < " " and c != "\n") or "\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("a note is UTF-8 text without control characters that ends its last line")


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise ValueError(f"a key name holds neither spaces nor plus: {name!r}")
    return name
