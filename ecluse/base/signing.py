"""Who signed this record, and does the signature hold? Ed25519 (RFC 8032) over the record's digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse.base.sealed import seal, sealed


@sealed("key/1")
@dataclass(frozen=True, slots=True)
class Key:
    """A public key, its owner (authority, maker, centre, party) and the days between which it may sign."""

    id: str
    owner: str
    public_hex: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature over a record's digest: which key made it, on which day it says."""

    key: str
    on: date
    value_hex: str


def message(record_digest: str, on: date) -> bytes:
    """Which bytes are signed? The purpose, the day and the digest, so that no signature serves elsewhere."""
    return f"ecluse/signature/1\n{on.isoformat()}\n{record_digest}\n".encode()


def sign(record: Any, key_id: str, private: Ed25519PrivateKey, on: date) -> Signature:
    """What is this key's signature of this record (a registered sealed value)?"""
    return Signature(key_id, on, private.sign(message(seal(record).digest, on)).hex())


@lru_cache(maxsize=65536)
def holds(record_digest: str, on: date, public_hex: str, value_hex: str) -> bool:
    """Does this signature verify over this digest?"""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
        public.verify(bytes.fromhex(value_hex), message(record_digest, on))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed_by(owner: str, record: Any, signatures: Iterable[Signature], keys: Iterable[Key]) -> bool:
    """Did this owner sign this record with a key of its own that was valid on the day it signed?"""
    return is_digest_signed_by(owner, seal(record).digest, signatures, keys)


def is_digest_signed_by(owner: str, record_digest: str, signatures: Iterable[Signature], keys: Iterable[Key]) -> bool:
    """Did this owner sign the record with this digest with a key of its own that was valid on the day it signed?"""
    by_id = {key.id: key for key in keys if key.owner == owner}
    for signature in signatures:
        key = by_id.get(signature.key)
        if key is None or signature.on < key.valid_from or (key.valid_until and signature.on > key.valid_until):
            continue
        if holds(record_digest, signature.on, key.public_hex, signature.value_hex):
            return True
    return False
