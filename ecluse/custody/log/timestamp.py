"""Did an authority that the checker knows see this checkpoint, and not after which second? RFC 3161, pure.

What is stamped is one thing: the note's text as the log signs it (C2SP `signed-note`), that is origin, size, root and
any extension lines, each with its line end; neither the empty line nor a signature beneath. So every cosignature that
comes later leaves a stamp good. Whether a certificate was revoked nobody is asked: a checker works without a network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.x509 import Certificate, load_pem_x509_certificates

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.custody.log.stamp_der import StampError
from ecluse.custody.log.stamp_signer import authority_of, name_of, signer_of
from ecluse.custody.log.stamp_token import read_token

AUTHORITIES_BYTES_LIMIT = 200_000
AUTHORITIES_LIMIT = 32
# What says nothing against a token, only that nobody here can vouch for it.
UNVOUCHED = ("foreign", "unknown_signer")


class Stamp(NamedTuple):
    """What a good token says: when, not after when (its accuracy added), by which policy, number and authority."""

    at: datetime
    not_after: datetime
    policy: str
    serial: int
    authority: str

    def facts(self) -> dict[str, Any]:
        """How does it stand in an answer?"""
        return {
            "at": _instant(self.at), "not_after": _instant(self.not_after), "authority": self.authority,
            "policy": self.policy, "serial": str(self.serial),
        }  # fmt: skip


def imprint_of(note: str) -> bytes:
    """Which SHA-256 of this checkpoint is stamped? That of the note's text. Raises EvidenceError for no checkpoint."""
    text = split_note(note)[0]
    parse_checkpoint(text)
    return hashlib.sha256(text.encode()).digest()


def read_stamp(
    content: bytes, imprint: bytes, authorities: Sequence[Certificate] | None, nonce: int | None = None
) -> Stamp:
    """What does this token say of that imprint? Raises StampError with the reason's code.

    Without authorities (None) its signature is judged by the certificate within alone: good enough to keep what an
    authority answered, not to believe it. A nonce that is named must stand in the token.
    """
    token = read_token(content)
    told = token.told
    if told.imprint != imprint:
        raise StampError("other_imprint", told.imprint.hex()[:64])
    if nonce is not None and told.nonce != nonce:
        raise StampError("nonce", "" if told.nonce is None else f"{told.nonce:x}")
    signer = signer_of(token, authorities or ())
    authority = signer if authorities is None else authority_of(signer, told.at, authorities)
    try:
        not_after = told.at + told.accuracy
    except OverflowError:
        raise StampError("time", told.at.isoformat()) from None
    return Stamp(told.at, not_after, told.policy, told.serial, name_of(authority))


def read_authorities(content: bytes) -> tuple[Certificate, ...]:
    """Which certificates are pinned in this file (PEM, one after the other)? Raises EvidenceError."""
    try:
        found = load_pem_x509_certificates(content) if len(content) <= AUTHORITIES_BYTES_LIMIT else []
    except ValueError as error:
        raise EvidenceError(f"not certificates: {str(error)[:200]}") from None
    if not 0 < len(found) <= AUTHORITIES_LIMIT:
        raise EvidenceError(f"1 to {AUTHORITIES_LIMIT} certificates; found {len(found)}")
    return tuple(found)


def _instant(at: datetime) -> str:
    """As ISO 8601 has it, in UTC; a fraction only where there is one."""
    return at.isoformat().removesuffix("+00:00") + "Z"
