"""How does what opens later lie in public until then? Encrypted under keys that follow from its opening key.

Shares are encrypted to hosts (X25519, HKDF-SHA256, ChaCha20-Poly1305); disclosures (a record's salt and body) under one
key a commitment. Where a disclosure stands says nothing: its locator is a keyed hash of the commitment, and its length
is a multiple of 256 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import SALT_BYTES
from ecluse.base.split import Share, split
from ecluse.custody.openings import SealedShare, SealingKey

LOCATOR_BYTES = 16
# One key encrypts one message, so the nonce never varies.
NONCE = bytes(12)
BLOCK_BYTES, LENGTH_BYTES = 256, 4
MOST_BYTES = 8 * 1024 * 1024
SEALING, SHARE_FOR, DISCLOSURE, LOCATOR = (
    f"ecluse/{name}/1\n".encode() for name in ("sealing-key", "share-for", "disclosure", "locator")
)


def sealing_key(private: Ed25519PrivateKey) -> X25519PrivateKey:
    """With which key does an owner open its shares? It follows from the key with which the owner signs."""
    return X25519PrivateKey.from_private_bytes(_derived(private.private_bytes_raw(), SEALING))


def public_of(private: X25519PrivateKey) -> str:
    """Which public half is registered? In hexadecimal."""
    return private.public_key().public_bytes_raw().hex()


def is_sealing_key(public_hex: str) -> bool:
    """Is this an X25519 key to which anything can be encrypted, spelled in 64 small hexadecimal digits?"""
    try:
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
        # A point of small order agrees with everybody on nothing, and is refused here.
        X25519PrivateKey.from_private_bytes(LOCATOR.ljust(32)[:32]).exchange(public)
    except ValueError:
        return False
    return public_hex == public.public_bytes_raw().hex()


def lay_shares(
    secret: bytes, name: str, hosts: list[SealingKey], *, coefficients: list[bytes], ephemerals: list[bytes]
) -> tuple[SealedShare, ...]:
    """What is on record of each share? One a host, in their order; chance is handed in, one ephemeral key a host."""
    shares = split(secret, name, shares=len(hosts), coefficients=coefficients)
    return tuple(
        _close_share(share, host, X25519PrivateKey.from_private_bytes(chance))
        for share, host, chance in zip(shares, hosts, ephemerals, strict=True)
    )


def open_share(held: SealedShare, name: str, threshold: int, private: X25519PrivateKey) -> Share:
    """Which share was laid for this host? Raises EvidenceError when this key opens none, or one of another digest."""
    try:
        ephemeral = X25519PublicKey.from_public_bytes(bytes.fromhex(held.ephemeral_hex))
        key = _share_key(private.exchange(ephemeral), ephemeral, private.public_key())
        value = ChaCha20Poly1305(key).decrypt(NONCE, bytes.fromhex(held.sealed_hex), _said(name, held.index, threshold))
        share = Share(name, held.index, threshold, value)
    except (InvalidTag, ValueError):
        raise EvidenceError(f"the key of {held.host} does not open share {held.index} of {name}") from None
    if share.digest() != held.digest:
        raise EvidenceError(
            f"share {held.index} of {name}, laid for {held.host}, is not the one whose digest is logged"
        )
    return share


def _close_share(share: Share, host: SealingKey, ephemeral: X25519PrivateKey) -> SealedShare:
    public = X25519PublicKey.from_public_bytes(bytes.fromhex(host.public_hex))
    key = _share_key(ephemeral.exchange(public), ephemeral.public_key(), public)
    said = _said(share.secret, share.index, share.threshold)
    body = ChaCha20Poly1305(key).encrypt(NONCE, share.value, said)
    return SealedShare(share.index, host.owner, host.id, share.digest(), public_of(ephemeral), body.hex())


def _share_key(agreed: bytes, ephemeral: X25519PublicKey, host: X25519PublicKey) -> bytes:
    return _derived(agreed, SHARE_FOR + ephemeral.public_bytes_raw() + host.public_bytes_raw())


def _said(name: str, index: int, threshold: int) -> bytes:
    return f"{name}\n{index}/{threshold}".encode()


# ------------------------------------------------------------------ disclosures


class Disclosures:
    """What one opening key hides and finds again: the disclosure of each commitment of its period."""

    __slots__ = ("_locator_key", "_root")

    def __init__(self, secret: bytes) -> None:
        self._root = _extracted(secret)
        self._locator_key = _expanded(self._root, LOCATOR)

    def locator(self, commitment: str) -> str:
        """Under which name does the disclosure of this commitment stand? Only holders of the key can tell."""
        return hmac.digest(self._locator_key, commitment.encode(), hashlib.sha256)[:LOCATOR_BYTES].hex()

    def close(self, commitment: str, salt: bytes, body: bytes) -> bytes:
        """Which line of the public file hides this salt and body? Canonical JSON."""
        packed = zlib.compress(salt + body, 1)
        told = len(packed).to_bytes(LENGTH_BYTES, "big") + packed
        told += bytes(-len(told) % BLOCK_BYTES)
        sealed = ChaCha20Poly1305(self._key(commitment)).encrypt(NONCE, told, commitment.encode())
        return b'{"at":"%b","sealed":"%b"}' % (self.locator(commitment).encode(), base64.b64encode(sealed))

    def open(self, commitment: str, sealed: str) -> tuple[bytes, bytes]:
        """Which salt and body are hidden here? Raises EvidenceError when they are not this commitment's."""
        try:
            box = base64.b64decode(sealed, validate=True)
            told = ChaCha20Poly1305(self._key(commitment)).decrypt(NONCE, box, commitment.encode())
            length = int.from_bytes(told[:LENGTH_BYTES], "big")
            plain = _plain(told[LENGTH_BYTES : LENGTH_BYTES + length])
        except (InvalidTag, ValueError, TypeError, binascii.Error, zlib.error):
            raise EvidenceError(f"no disclosure of the commitment {commitment[:16]} stands here") from None
        return plain[:SALT_BYTES], plain[SALT_BYTES:]

    def _key(self, commitment: str) -> bytes:
        return _expanded(self._root, DISCLOSURE + commitment.encode())


def _plain(packed: bytes) -> bytes:
    opener = zlib.decompressobj()
    plain = opener.decompress(packed, MOST_BYTES)
    if not opener.eof:
        raise ValueError(f"a disclosure holds at most {MOST_BYTES} bytes")
    return plain


def _derived(secret: bytes, info: bytes) -> bytes:
    return _expanded(_extracted(secret), info)


def _extracted(secret: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869), first step without a salt; done once a secret."""
    return hmac.digest(bytes(32), secret, hashlib.sha256)


def _expanded(root: bytes, info: bytes) -> bytes:
    """Its second step for 32 bytes: the first block is all of it."""
    return hmac.digest(root, info + b"\x01", hashlib.sha256)
