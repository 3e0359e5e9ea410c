"""Where do chance, time and keys come from? The operating system in service, a seed in a demonstration.

This is the only file of the floor and the gates that may ask the machine for either.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.errors import ForbiddenError

SALT_BYTES = 32


class Source(Protocol):
    """What an action is handed instead of the clock and the dice."""

    @property
    def is_seeded(self) -> bool:
        """Can whoever knows the seed foretell the salts and keys? Only a demonstration may use such a source."""
        ...

    def salt(self, record_id: str, field: str) -> bytes:
        """Which 32 bytes hide this field of this record?"""
        ...

    def now(self) -> datetime:
        """Which UTC instant is it?"""
        ...

    def private_key(self, owner: str) -> Ed25519PrivateKey:
        """With which key does this owner sign?"""
        ...


@dataclass(frozen=True, slots=True)
class SeededSource:
    """Chance that is a keyed function of a world's seed, and a clock that stands where it was set.

    >>> from datetime import UTC, datetime
    >>> source = SeededSource("ua-2026", datetime(2026, 4, 2, tzinfo=UTC))
    >>> source.salt("order:1", "price") == source.salt("order:1", "buyer")
    False
    """

    seed: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.seed:
            raise ValueError("a seeded source has a seed")
        if self.at.tzinfo is None or self.at.utcoffset():
            raise ValueError("an event is a UTC instant")

    @property
    def is_seeded(self) -> bool:
        """Yes: its salts are no secret to whoever knows the seed."""
        return True

    def salt(self, record_id: str, field: str) -> bytes:
        """Which 32 bytes hide this field of this record in this world?"""
        return self._derived("salt", record_id, field)

    def now(self) -> datetime:
        """At which UTC instant was the clock set?"""
        return self.at

    def private_key(self, owner: str) -> Ed25519PrivateKey:
        """With which key does this owner sign in this world?"""
        return Ed25519PrivateKey.from_private_bytes(self._derived("private-key", owner, ""))

    def with_time(self, at: datetime) -> SeededSource:
        """What is this source with the clock set anew?"""
        return replace(self, at=at)

    def _derived(self, *parts: str) -> bytes:
        # Each part carries its length, so that ("ab", "c") and ("a", "bc") never share a salt.
        message = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
        return hmac.digest(self.seed.encode(), message, hashlib.sha256)


class ServiceSource:
    """The operating system's randomness and clock. Keys are held elsewhere and never derived."""

    __slots__ = ()

    @property
    def is_seeded(self) -> bool:
        """No: nobody can foretell its salts."""
        return False

    def salt(self, record_id: str, field: str) -> bytes:
        """Which 32 bytes hide this field of this record? New ones at each call: keep what you are given."""
        return os.urandom(SALT_BYTES)

    def now(self) -> datetime:
        """Which UTC instant does the machine's clock show?"""
        return datetime.now(UTC)

    def private_key(self, owner: str) -> Ed25519PrivateKey:
        """Raises ForbiddenError: in service a key comes from its owner's key store."""
        raise ForbiddenError(f"the key of {owner} is held by its owner; it cannot be derived")


class KeyedSource(ServiceSource):
    """The operating system's randomness and clock, with keys from the owners' own store."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Callable[[str], Ed25519PrivateKey]) -> None:
        self._keys = keys

    def private_key(self, owner: str) -> Ed25519PrivateKey:
        """With which key does this owner sign? The store answers, or refuses."""
        return self._keys(owner)
