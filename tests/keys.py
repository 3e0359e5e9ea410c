"""Who signs in the tests? A real Ed25519 key for each owner, from a fixed seed, so that the bytes never change."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.signing import Key, Signature, sign

VALID_FROM = date(2020, 1, 1)


@lru_cache(maxsize=4096)
def key_for(owner: str) -> tuple[Key, Ed25519PrivateKey]:
    """Which key does this owner sign with?"""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(owner.encode()).digest())
    public = private.public_key().public_bytes_raw().hex()
    return Key(f"key:{public[:16]}", owner, public, VALID_FROM, None), private


def signed(owner: str, record: Any, on: date) -> Signature:
    """What is this owner's signature of this record, made on this day?"""
    key, private = key_for(owner)
    return sign(record, key.id, private, on)
