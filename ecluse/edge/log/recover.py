"""May this log sign on, or has anyone seen more of it or another? If an older copy stands here, what fills it again?

Asked before any signature: what is published, what the witnesses saw last, and what the entries give when hashed anew.
Silence of a witness is no answer; whoever is ahead or differs stops the log.
"""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint
from ecluse.base.proof import Levels, Tree, leaf_hash
from ecluse.custody.log.note_keys import NoteKey, opened
from ecluse.custody.log.policy import Policy
from ecluse.custody.log.tiles import WIDTH, Tile, bundles_between, pack, tile_bytes, tiles_between
from ecluse.edge.log.ask_witness import OK, SilentWitnessError
from ecluse.edge.log.folder import Entries, LogFolder
from ecluse.edge.log.reader import NOT_FOUND, NOTE_BYTES_LIMIT, LogReader

PUBLISHED = "published"


class Other(NamedTuple):
    """Who holds a head that this log cannot sign behind: of which size, ahead of it or of another tree?"""

    who: str
    size: int
    is_ahead: bool


def others(tree: Tree, heads: Iterable[tuple[str, Checkpoint]]) -> Iterator[Other]:
    """Which of these heads are ahead of the tree, or not of it?"""
    for who, head in heads:
        if head.size > tree.size:
            yield Other(who, head.size, True)
        elif tree.root(head.size) != head.root:
            yield Other(who, head.size, False)


def seen_by_witnesses(policy: Policy, origin: str, keys: Sequence[NoteKey]) -> Iterator[tuple[str, Checkpoint | None]]:
    """What did each witness with an address see last of this log? None where it is silent or never saw the log."""
    for name, url in sorted(policy.urls.items()):
        try:
            yield name, newest_seen(url, policy.witnesses[name], origin, keys)
        except (SilentWitnessError, EvidenceError):
            yield name, None


def newest_seen(url: str, key: NoteKey, origin: str, keys: Sequence[NoteKey], seconds: int = 10) -> Checkpoint | None:
    """Which head of this log did the witness see last? None when it never saw the log.

    Raises SilentWitnessError when it does not answer, EvidenceError for an answer that its key or the log's did not
    sign: what anyone could have said stops nothing.
    """
    status, note = _get(url, f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint", seconds)
    if status == NOT_FOUND:
        return None
    if status != OK:
        raise SilentWitnessError(f"{url}: status {status}")
    opened(note, [key])
    head = parse_checkpoint(opened(note, keys).text)
    if head.origin != origin:
        raise EvidenceError(f"{key.name} answers with {head.origin[:120]!r}, asked for {origin}")
    return head


def _get(url: str, name: str, seconds: int) -> tuple[int, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EvidenceError(f"not an address of a witness: {url[:200]!r}")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/{name}")
        answer = connection.getresponse()
        content = answer.read(NOTE_BYTES_LIMIT + 1)
        if len(content) > NOTE_BYTES_LIMIT:
            raise EvidenceError(f"{url} answers with more than {NOTE_BYTES_LIMIT} bytes")
        return answer.status, content.decode()
    except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
        raise SilentWitnessError(f"{url}: {error}") from None
    finally:
        connection.close()


class Mender(LogFolder):
    """The published files of a log, made whole again from its entries."""

    def mend(self, tree: Tree, entries: Entries) -> list[str]:
        """Which files up to the published head were missing or damaged, and are written anew?"""
        head = self.head()
        size = head.size if head else 0
        wanted = {tile.path: lambda tile=tile: tile_bytes(tree, tile) for tile in tiles_between(0, size)}
        torn = [name for name, body in wanted.items() if not self._is(name, body())]
        bundles = {bundle.path: bundle for bundle in bundles_between(0, size)}
        torn_bundles = [
            path for path, bundle in bundles.items()
            if not self._holds(path, tile_bytes(tree, Tile(0, bundle.number, bundle.width)), bundle.width)
        ]  # fmt: skip
        self._put((path, pack(entries(b.number * WIDTH, b.number * WIDTH + b.width)))
                  for path in torn_bundles for b in [bundles[path]])  # fmt: skip
        self._put((name, wanted[name]()) for name in torn)
        return [*torn_bundles, *torn]

    def _is(self, name: str, body: bytes) -> bool:
        try:
            return self.body(name, len(body)) == body
        except (FileNotFoundError, EvidenceError):
            return False

    def _holds(self, path: str, hashes: bytes, width: int) -> bool:
        from ecluse.custody.log.tiles import BUNDLE_BYTES_LIMIT, unpack

        try:
            found = unpack(self.body(path, BUNDLE_BYTES_LIMIT), width)
        except (FileNotFoundError, EvidenceError):
            return False
        return b"".join(leaf_hash(entry) for entry in found) == hashes


class Refill(NamedTuple):
    """What a mirror holds beyond the entries here: under which note, from which index, which entries."""

    note: str
    checkpoint: Checkpoint
    first: int
    entries: list[bytes]


def refill_from(source: LogReader, origin: str, keys: Sequence[NoteKey], tree: Levels) -> Refill:
    """Which entries does this mirror hold beyond those of the tree, under a head that the log itself signed?

    Raises EvidenceError where the mirror has no such head, is of another tree, or its entries do not hash to it, and
    OSError where it cannot be read. The tree grows by what is found.
    """
    note = source.checkpoint()
    if not note:
        raise EvidenceError("the source has no checkpoint")
    head = parse_checkpoint(opened(note, keys).text)
    if head.origin != origin:
        raise EvidenceError(f"the source is of {head.origin[:120]!r}, this log is {origin}")
    first = tree.size
    if head.size < first:
        raise EvidenceError(f"the source holds {head.size} entries, this log {first}: nothing to fill")
    if first and source.tree(head.size).root(first) != tree.root():
        raise EvidenceError(f"the source does not extend the {first} entries held here: a fork")
    found: list[bytes] = []
    for bundle in bundles_between(first, head.size):
        found += source.entries(bundle)[max(0, first - bundle.number * WIDTH) :]
    for entry in found:
        tree.append(leaf_hash(entry))
    if tree.root() != head.root:
        raise EvidenceError(f"the source's entries do not hash to its checkpoint of {head.size}")
    return Refill(note, head, first, found)
