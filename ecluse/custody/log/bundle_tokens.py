"""Does each time stamp in a bundle hold, by the authorities that the checker pinned?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography.x509 import Certificate

from ecluse.base.errors import EvidenceError
from ecluse.custody.log.bundle import TOKENS, Bundle
from ecluse.custody.log.bundle_signers import Check, State
from ecluse.custody.log.stamp_der import StampError
from ecluse.custody.log.timestamp import UNVOUCHED, imprint_of, read_stamp


def judge_tokens(bundle: Bundle, note: str, authorities: Sequence[Certificate] | None) -> Iterator[Check]:
    """How does each token end? One line that tells how many there are, where nobody pinned an authority.

    `told` where a token is sound but nobody pinned vouches for who signed it. All are over the inner checkpoint.
    """
    if authorities is None:
        if bundle.tokens:
            yield Check("tokens", State.TOLD, {"n": bundle.tokens})
        return
    try:
        imprint = imprint_of(note)
    except EvidenceError:
        imprint = b""
    for n, name in enumerate(TOKENS, 1):
        if name in bundle.members:
            yield _judged(n, bundle.members[name], imprint, authorities)


def _judged(n: int, content: bytes, imprint: bytes, authorities: Sequence[Certificate]) -> Check:
    if not imprint:
        return Check("token", State.NOT_CHECKED, {"n": n})
    try:
        stamp = read_stamp(content, imprint, authorities)
    except StampError as error:
        state = State.TOLD if error.code in UNVOUCHED else State.FAILS
        return Check("token", state, {"reason": error.code, "n": n, "found": error.found})
    return Check("token", State.HOLDS, {"n": n, **stamp.facts()})
