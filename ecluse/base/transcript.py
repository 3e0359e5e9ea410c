"""Which challenge follows from everything said so far? Fiat and Shamir's transformation in its strong form.

A. Fiat, A. Shamir, "How to prove yourself", CRYPTO 1986; D. Bernhard, O. Pereira, B. Warinschi, "How not to prove
yourself", ASIACRYPT 2012: the challenge is the hash of the whole statement and of every message before it, not of the
first message alone. Each message stands under a label, label and message each with its length, so that no two different
conversations give the same bytes.

    SHA-512 over: DOMAIN, then for each message: kind (1 byte: 0 message, 1 challenge), length of the label (2 bytes),
    label, length of the message (8 bytes), message; lengths highest byte first. A challenge is itself a message without
    content; its scalar is the digest so far, lowest byte first, reduced by the order of the group.
"""

from __future__ import annotations

import hashlib

from ecluse.base.group import ORDER

DOMAIN = b"ecluse/envelope/1\n"
CHANCE_DOMAIN = b"ecluse/envelope/1/chance\n"
MESSAGE, CHALLENGE = b"\0", b"\1"


class Transcript:
    """A conversation of prover and verifier in which the verifier's part is computed."""

    __slots__ = ("_hash",)

    def __init__(self, statement: bytes) -> None:
        self._hash = hashlib.sha512(DOMAIN)
        self.say("statement", statement)

    def say(self, label: str, message: bytes) -> None:
        """What does the prover say next? Every later challenge depends on it."""
        self._absorb(MESSAGE, label, message)

    def challenge(self, label: str) -> int:
        """Which scalar does the verifier answer? Never zero: a proof that divides by it stays whole."""
        self._absorb(CHALLENGE, label, b"")
        return int.from_bytes(self._hash.digest(), "little") % (ORDER - 1) + 1

    def state(self) -> bytes:
        """Which 64 bytes stand for all that was said so far?"""
        return self._hash.digest()

    def _absorb(self, kind: bytes, label: str, message: bytes) -> None:
        name = label.encode("ascii")
        self._hash.update(kind + len(name).to_bytes(2, "big") + name + len(message).to_bytes(8, "big") + message)


class Chance:
    """The prover's random scalars: a keyed stream over fresh chance, the witnesses and the conversation.

    As in RFC 8032 and RFC 6979 a scalar never repeats for another statement, even should the fresh chance fail; as in
    RFC 6979, section 3.6, fresh chance is mixed in, so that the same statement proven twice looks different.
    """

    __slots__ = ("_count", "_key")

    def __init__(self, fresh: bytes, witnesses: bytes, transcript: Transcript) -> None:
        if len(fresh) < 32:
            raise ValueError("fresh chance has at least 32 bytes")
        parts = (fresh, witnesses, transcript.state())
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        self._key = hashlib.sha512(CHANCE_DOMAIN + framed).digest()
        self._count = 0

    def scalar(self) -> int:
        """Which scalar is next? Uniform: 512 bits reduced."""
        self._count += 1
        block = hashlib.sha512(CHANCE_DOMAIN + self._key + self._count.to_bytes(8, "big")).digest()
        return int.from_bytes(block, "little") % ORDER
