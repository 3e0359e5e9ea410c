"""Which head of a log does this note show, and did this witness see it? For whoever keeps what witnesses signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import EMPTY_ROOT, verify_consistency
from ecluse.base.signing import Key
from ecluse.custody.log.note_keys import KeyKind, NoteKey, opened


class SeenHead(NamedTuple):
    """A head, by which of the witness's keys it was cosigned, and at which second."""

    checkpoint: Checkpoint
    key: str
    at: datetime


def read_seen(note: str, origin: str, log_keys: Sequence[Key], witness_keys: Sequence[Key]) -> SeenHead:
    """Which head of the log of this origin did the witness see?

    Raises EvidenceError for another log, a note that the log's own key did not sign, or one without this witness.
    A witness's name is its own choice: it is known by its key.
    """
    checkpoint = parse_checkpoint(split_note(note)[0])
    if checkpoint.origin != origin:
        raise EvidenceError(f"the note is of {checkpoint.origin[:120]!r}, not of {origin}")
    own = [NoteKey(origin, KeyKind.LOG_ED25519, bytes.fromhex(key.public_hex)) for key in log_keys]
    if not own:
        raise EvidenceError(f"no key is on record by which {origin} is signed")
    opened(note, own)
    found = _cosigned(note, witness_keys)
    if found is None:
        raise EvidenceError("note bears no signature of this witness's key")
    key, seconds = found
    at = datetime.fromtimestamp(seconds, UTC)
    if not key.valid_from <= at.date() or (key.valid_until is not None and at.date() > key.valid_until):
        raise EvidenceError(f"{key.id} was not in force when it signed")
    return SeenHead(checkpoint, key.id, at)


def _cosigned(note: str, keys: Iterable[Key]) -> tuple[Key, int] | None:
    names = {line.name for line in split_note(note)[1]}
    for key in keys:
        for name in sorted(names):
            witness = NoteKey(name, KeyKind.COSIGNER_ED25519, bytes.fromhex(key.public_hex))
            if any((line.name, line.key_id) == (name, witness.id) for line in split_note(note)[1]):
                return key, opened(note, [witness]).by[witness] or 0
    return None


def check_follows(old: tuple[int, bytes], new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Does the new head extend the one seen before it? Raises EvidenceError when the proof does not show it."""
    size, root = old
    if not verify_consistency(size, new.size, proof, root if size else EMPTY_ROOT, new.root):
        raise EvidenceError(f"nothing shows that the head of {new.size} entries extends the {size} seen before")
