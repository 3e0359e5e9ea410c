"""Which entries and which signed heads does each log have, for whoever writes tiles? Read from the records alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ecluse.base.proof import Levels, leaf_hash
from ecluse.base.sealed import unseal
from ecluse.base.signing import Key
from ecluse.custody.log.note_keys import KeyKind, NoteKey
from ecluse.office.actions.checkpoint import SIGNER, origin_of
from ecluse.office.models import Checkpoint, LogEntry, Record

Entries = Callable[[int, int], list[bytes]]
ROWS_AT_ONCE = 2_000


def newest_checkpoints() -> Iterator[tuple[str, int, str]]:
    """Of each log by name: the size and note of its newest signed checkpoint?"""
    newest: dict[str, tuple[int, str]] = {}
    for log, size, note in Checkpoint.objects.order_by("log", "size", "on").values_list("log", "size", "note"):
        newest[log] = (size, note)
    for log, (size, note) in sorted(newest.items()):
        yield log, size, note


def log_keys(name: str) -> list[NoteKey]:
    """By which keys may this log be signed? Those on record of the authority that signs heads, as the log's own."""
    records = Record.objects.filter(v="key/1").order_by("rid").values_list("body", flat=True)
    keys = (unseal(bytes(body)) for body in records)
    return [
        NoteKey(origin_of(name), KeyKind.LOG_ED25519, bytes.fromhex(key.public_hex))
        for key in keys
        if isinstance(key, Key) and key.owner == SIGNER
    ]


def log_of(name: str, size: int) -> tuple[Levels, Entries]:
    """Which tree do the first `size` entries of this log give, hashed anew; which entries stand in a part of it?"""
    rows = LogEntry.objects.filter(log=name, index__lt=size).order_by("index").values_list("body", flat=True)
    tree = Levels(leaf_hash(bytes(body)) for body in rows.iterator(chunk_size=ROWS_AT_ONCE))

    def entries(first: int, last: int) -> list[bytes]:
        found = LogEntry.objects.filter(log=name, index__gte=first, index__lt=last).order_by("index")
        return [bytes(body) for body in found.values_list("body", flat=True)]

    return tree, entries
