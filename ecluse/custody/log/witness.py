"""May a witness say that this checkpoint extends all that it saw of this log? Hashes only, no goods; pure.

C2SP `tlog-witness`, call `add-checkpoint`. An old size of 0 takes an empty proof. To read, judge and keep is one step
for whoever serves this (`ecluse/edge/log/witness_memory.py`), or a slower request would roll the witness back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import EMPTY_ROOT, HASH_BYTES, verify_consistency
from ecluse.custody.log.note_keys import NoteKey, opened
from ecluse.custody.log.proof_file import hash_lines, read_hash

PROOF_LINES_LIMIT = 63
REQUEST_BYTES_LIMIT = 1_010_000
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
DIGITS_LIMIT = 19


class Seen(NamedTuple):
    """The largest tree of one log that this witness cosigned; nothing yet is a tree of no entries."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the size that the log believes was seen last, the proof from there, the new checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    def __bytes__(self) -> bytes:
        return f"old {self.old_size}\n{hash_lines(self.proof)}\n{self.note}".encode()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why is nothing cosigned? The HTTP status, the answer's body; a fork where the log signed what cannot both be."""

    status: int
    body: str
    content_type: str = TEXT_TYPE
    is_fork: bool = False


def read_asked(body: bytes) -> Asked | Refused:
    """What is asked? Status 400 for what is no request."""
    try:
        if len(body) > REQUEST_BYTES_LIMIT:
            raise EvidenceError(f"a request has at most {REQUEST_BYTES_LIMIT} bytes")
        head, mark, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        size = first.removeprefix("old ")
        is_number = size.isascii() and size.isdecimal() and len(size) <= DIGITS_LIMIT
        if not mark or first == size or not is_number or size != str(int(size)):
            raise EvidenceError("a request begins with `old` and a size, and has a checkpoint behind an empty line")
        if len(lines) > PROOF_LINES_LIMIT:
            raise EvidenceError(f"a proof has at most {PROOF_LINES_LIMIT} lines")
        parse_checkpoint(split_note(note)[0])
        return Asked(int(size), tuple(read_hash(line) for line in lines), note)
    except UnicodeDecodeError:
        return Refused(400, "a request is UTF-8 text\n")
    except EvidenceError as error:
        return Refused(400, f"{error}\n")


def origin_of(asked: Asked) -> str:
    """Which log is asked about?"""
    return parse_checkpoint(split_note(asked.note)[0]).origin


def judge(asked: Asked, keys: Collection[NoteKey], seen: Seen) -> Checkpoint | Refused:
    """Is this checkpoint signed by the log, and does it extend what was seen? Else status 400, 403, 404, 409 or 422.

    `keys` are those trusted for the origin, none when the log is unknown.
    """
    if not keys:
        return Refused(404, "unknown log\n")
    try:
        checkpoint = parse_checkpoint(opened(asked.note, keys).text)
    except EvidenceError as error:
        return Refused(403, f"{error}\n")
    if asked.old_size > checkpoint.size:
        return Refused(400, "the old size is beyond the checkpoint\n")
    is_fork = checkpoint.size == seen.size and checkpoint.root != seen.root
    if asked.old_size != seen.size:
        return Refused(409, f"{seen.size}\n", SIZE_TYPE, is_fork)
    if is_fork:
        return Refused(422, "another tree of the same size was seen\n", is_fork=True)
    if not verify_consistency(seen.size, checkpoint.size, asked.proof, seen.root, checkpoint.root):
        return Refused(422, "the proof does not show that the checkpoint extends what was seen\n")
    return checkpoint


def fork_between(one: str, other: str, keys: Collection[NoteKey]) -> Checkpoint | None:
    """Do these two checkpoints prove by themselves that the log forked: one size, two roots, both signed by the log?

    Two of different sizes may be consistent; only the log could show it. Raises EvidenceError for a false signature.
    """
    first, second = (parse_checkpoint(opened(note, keys).text) for note in (one, other))
    is_fork = first.origin == second.origin and first.size == second.size and first.root != second.root
    return first if is_fork else None


def request_for(seen_size: int, proof: Sequence[bytes], note: str) -> Asked:
    """Which request brings this checkpoint to a witness who saw the log at this size?"""
    if any(len(step) != HASH_BYTES for step in proof):
        raise ValueError("a proof is made of hashes")
    return Asked(seen_size, tuple(proof), note)
