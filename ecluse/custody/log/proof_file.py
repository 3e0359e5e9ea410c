"""What shows a stranger without a network that an entry stands in a log? One text file, C2SP `tlog-proof`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from ecluse.base.errors import EvidenceError
from ecluse.base.note import split_note
from ecluse.base.proof import HASH_BYTES, leaf_hash, verify_inclusion
from ecluse.custody.log.policy import Judged, Policy

HEADER = "c2sp.org/tlog-proof@v1"
HASHES_LIMIT = 63
PROOF_BYTES_LIMIT = 1_200_000
DIGITS_LIMIT = 19


@dataclass(frozen=True, slots=True)
class LogProof:
    """An entry's index, the hashes from its leaf up to the root, the signed checkpoint; extra data proves nothing."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines += [f"index {self.index}", *(base64.b64encode(step).decode() for step in self.hashes), ""]
        return "\n".join(lines) + f"\n{self.checkpoint}"

    def shows(self, entry: bytes, policy: Policy) -> Judged:
        """Which checkpoint holds this entry, and who saw it? Raises EvidenceError when proof or quorum fails."""
        judged = policy.judge(self.checkpoint)
        head = judged.checkpoint
        if not verify_inclusion(leaf_hash(entry), self.index, head.size, self.hashes, head.root):
            raise EvidenceError(f"entry is not at index {self.index} of the log of {head.size} entries")
        return judged


def read_log_proof(content: bytes) -> LogProof:
    """What does this proof file say? Raises EvidenceError for any other spelling."""
    if len(content) > PROOF_BYTES_LIMIT:
        raise EvidenceError(f"a proof has at most {PROOF_BYTES_LIMIT} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise EvidenceError("a proof is UTF-8 text") from None
    head, mark, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not mark or lines[0] != HEADER:
        raise EvidenceError(f"a proof begins with {HEADER} and has a checkpoint behind an empty line")
    extra = _base64(lines.pop(1)[6:]) if lines[1:] and lines[1].startswith("extra ") else None
    index = lines[1][6:] if lines[1:] and lines[1].startswith("index ") else ""
    is_number = index.isascii() and index.isdecimal() and len(index) <= DIGITS_LIMIT
    if not is_number or index != str(int(index)):
        raise EvidenceError("the proof's index is not a whole number")
    hashes = tuple(read_hash(line) for line in lines[2:])
    if len(hashes) > HASHES_LIMIT:
        raise EvidenceError(f"a proof has at most {HASHES_LIMIT} hashes")
    split_note(checkpoint)
    return LogProof(int(index), hashes, checkpoint, extra)


def hash_lines(hashes: Sequence[bytes]) -> str:
    """How are these hashes written, one a line?"""
    return "".join(f"{base64.b64encode(step).decode()}\n" for step in hashes)


def read_hash(text: str) -> bytes:
    """Which hash is written on this line? Raises EvidenceError."""
    body = _base64(text)
    if len(body) != HASH_BYTES:
        raise EvidenceError(f"a hash has {HASH_BYTES} bytes, not {len(body)}")
    return body


def _base64(text: str) -> bytes:
    try:
        body = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        body = None
    if body is None or base64.b64encode(body).decode() != text:
        raise EvidenceError(f"not base64: {text[:80]!r}")
    return body
