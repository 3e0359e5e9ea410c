"""Which entries and which signed heads does each log have, for whoever writes tiles? Read from the records alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint as Head
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.base.proof import Edge, Levels, leaf_hash
from ecluse.base.sealed import unseal
from ecluse.base.signing import Key
from ecluse.custody.log.note_keys import KeyKind, NoteKey
from ecluse.office.actions.checkpoint import SIGNER, origin_of
from ecluse.office.models import Checkpoint, LogEntry, LogHead, Record

Entries = Callable[[int, int], list[bytes]]
ROWS_AT_ONCE = 2_000
SIGNED = "signed"


def log_names(beside: Iterable[str] = ()) -> list[str]:
    """Which logs does the office keep, and those named beside?"""
    return sorted({*LogHead.objects.values_list("log", flat=True), *beside})


def newest_checkpoint(name: str) -> tuple[int, str]:
    """What are size and note of this log's newest signed head? An empty note where none was signed."""
    rows = Checkpoint.objects.filter(log=name).order_by("size", "on").values_list("size", "note")
    return rows.last() or (0, "")


def signed_heads(name: str) -> Iterator[tuple[str, Head]]:
    """Which heads of this log did the office sign before?"""
    for note in Checkpoint.objects.filter(log=name).order_by("size", "on").values_list("note", flat=True):
        yield SIGNED, parse_checkpoint(split_note(note)[0])


def log_keys(name: str) -> list[NoteKey]:
    """By which keys may this log be signed? Those on record of the authority that signs heads, as the log's own."""
    records = Record.objects.filter(v="key/1").order_by("rid").values_list("body", flat=True)
    keys = (unseal(bytes(body)) for body in records)
    return [
        NoteKey(origin_of(name), KeyKind.LOG_ED25519, bytes.fromhex(key.public_hex))
        for key in keys
        if isinstance(key, Key) and key.owner == SIGNER
    ]


def tree_of(name: str) -> Levels:
    """Which tree do all entries of this log give, hashed anew?

    Raises EvidenceError where an entry is missing, or where the head from which the next entry goes on says otherwise.
    """
    rows = LogEntry.objects.filter(log=name).order_by("index").values_list("index", "body")
    tree = Levels()
    for index, body in rows.iterator(chunk_size=ROWS_AT_ONCE):
        if index != tree.size:
            raise EvidenceError(f"{name} lacks entry {tree.size}; run: ecluse audit")
        tree.append(leaf_hash(bytes(body)))
    head = LogHead.objects.filter(log=name).first()
    stored = Edge.from_hex(head.size, head.edge_hex) if head else Edge.empty()
    if (stored.size, stored.root()) != (tree.size, tree.root()):
        raise EvidenceError(f"the entries of {name} do not hash to its head of {stored.size}; run: ecluse audit")
    return tree


def entries_of(name: str) -> Entries:
    """Which entries of this log stand from one index to another?"""

    def entries(first: int, last: int) -> list[bytes]:
        found = LogEntry.objects.filter(log=name, index__gte=first, index__lt=last).order_by("index")
        return [bytes(body) for body in found.values_list("body", flat=True)]

    return entries


def newest_checkpoints() -> Iterator[tuple[str, int, str]]:
    """Of each log by name: the size and note of its newest signed checkpoint?"""
    for name in sorted(set(Checkpoint.objects.values_list("log", flat=True))):
        yield name, *newest_checkpoint(name)


def log_of(name: str, size: int) -> tuple[Levels, Entries]:
    """Which tree do the first `size` entries of this log give, hashed anew; which entries stand in a part of it?"""
    rows = LogEntry.objects.filter(log=name, index__lt=size).order_by("index").values_list("body", flat=True)
    tree = Levels(leaf_hash(bytes(body)) for body in rows.iterator(chunk_size=ROWS_AT_ONCE))
    return tree, entries_of(name)
