"""How does a log grow on disk so that no reader ever meets half of it, and no checkpoint promises what is not there?

Tiles are derived from committed entries and can be made anew at any time. Each file comes to its place whole (written
beside, synced, renamed); what was written is read back and hashed again; only then does a checkpoint take force.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.base.proof import Tree, leaf_hash
from ecluse.custody.log.tiles import (
    WIDTH,
    Tile,
    bundles_between,
    pack,
    tile_bytes,
    tiles_between,
)
from ecluse.edge.log.reader import CHECKPOINT, LogReader

Entries = Callable[[int, int], Sequence[bytes]]
WRITERS, FILES_AT_ONCE = 8, 64


class LogFolder(LogReader):
    """One log's files in a folder, for whoever writes or reads them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def body(self, name: str, limit: int) -> bytes:
        """Which bytes has this file? Raises FileNotFoundError; EvidenceError for a link or too many bytes."""
        path = self.path / name
        if path.is_symlink():
            raise EvidenceError(f"{name} is a link")
        with path.open("rb") as file:
            found = file.read(limit + 1)
        if len(found) > limit:
            raise EvidenceError(f"{name} has more than {limit} bytes")
        return found

    # ------------------------------------------------------------------ writing

    def grow(self, tree: Tree, size: int, entries: Entries) -> None:
        """Write what the log of this size has beyond the published checkpoint, and read it back.

        `entries` gives those from one index to another (exclusive). Raises EvidenceError when the published checkpoint
        is ahead of the tree or contradicts it, or when the disk gives back other bytes; OSError as the system has it.
        """
        old = self._published(tree, size)
        self._put(
            (bundle.path, pack(entries(bundle.number * WIDTH, bundle.number * WIDTH + bundle.width)))
            for bundle in bundles_between(old, size)
        )
        self._put((tile.path, tile_bytes(tree, tile)) for tile in tiles_between(old, size))
        self.reread(tree, old, size)

    def reread(self, tree: Tree, old: int, size: int) -> None:
        """Do the files on disk hash to the tree? Raises EvidenceError naming the first that does not."""
        for bundle in bundles_between(old, size):
            hashes = b"".join(leaf_hash(entry) for entry in self.entries(bundle))
            if hashes != tile_bytes(tree, Tile(0, bundle.number, bundle.width)):
                raise EvidenceError(f"{bundle.path} does not hold the entries of the log")
        for tile in tiles_between(old, size):
            if self.tile(tile) != tile_bytes(tree, tile):
                raise EvidenceError(f"{tile.path} does not hold the hashes of the log")

    def publish(self, note: str) -> None:
        """Let this checkpoint take force; its tiles must stand.

        Raises EvidenceError for a smaller one, another of the same size, or one that the tiles on disk do not hash to.
        """
        new, old = parse_checkpoint(split_note(note)[0]), self.head()
        if old and (new.origin != old.origin or new.size < old.size or (new.size == old.size and new.root != old.root)):
            raise EvidenceError(f"a checkpoint of {old.size} entries is published; this one contradicts it")
        if self.tree(new.size).root() != new.root:
            raise EvidenceError(f"the tiles on disk do not hash to the root of {new.size} entries")
        if old and old.size == new.size:  # signatures under the same head add up
            held = self.checkpoint()
            note = held + "".join(line for line in _signatures(note) if line not in held)
        self._put([(CHECKPOINT, note.encode())])

    def _published(self, tree: Tree, size: int) -> int:
        head = self.head()
        if head is None:
            return 0
        if head.size > size:
            raise EvidenceError(f"{head.size} entries are published, and the log holds {size}: an older copy; stop")
        if tree.root(head.size) != head.root:
            raise EvidenceError(f"the published checkpoint of {head.size} entries is not of this log: stop")
        return head.size

    def _put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write these files, each whole or not at all; they last once this has returned.

        Several at once: the disk makes what it is asked together last together, some four to seven times as fast.
        """
        touched, waiting = set[Path](), iter(files)
        with ThreadPoolExecutor(WRITERS) as pool:
            while batch := [(self.path / name, body) for name, body in islice(waiting, FILES_AT_ONCE)]:
                for path, _ in batch:
                    touched |= _lay(path.parent, touched)
                list(pool.map(_replace, *zip(*batch, strict=True)))
        for folder in sorted(touched):
            _sync(folder)


def _lay(folder: Path, known: set[Path]) -> set[Path]:
    """Make this folder, and say which folders have something new in them."""
    if folder in known:
        return set()
    new = {folder}
    for place in (folder, *folder.parents):
        if place in known or place.exists():
            break
        new.add(place.parent)
    folder.mkdir(parents=True, exist_ok=True)
    return new


def _signatures(note: str) -> list[str]:
    return note[len(split_note(note)[0]) + 1 :].splitlines(keepends=True)


def _replace(path: Path, body: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    """Make a rename in this folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
