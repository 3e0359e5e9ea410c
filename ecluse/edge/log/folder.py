"""How does a log grow on disk so that no reader ever meets half of it, and no checkpoint promises what is not there?

Tiles are derived from committed entries and can be made anew at any time. Each file comes to its place whole (written
beside, synced, renamed); what was written is read back and hashed again; only then does a checkpoint take force.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from io import FileIO
from itertools import islice
from pathlib import Path

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.base.proof import Tree
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
WRITERS, FILES_AT_ONCE = 8, 256
BESIDE = ".new"
# What a folder far above answers that we may not open, or that nobody writes to: it was there before us.
NOT_OURS = (errno.EACCES, errno.EPERM, errno.EINVAL, errno.EROFS)


class LogFolder(LogReader):
    """One log's files in a folder, for whoever writes or reads them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def body(self, name: str, limit: int) -> bytes:
        """Which bytes has this file? Raises FileNotFoundError; EvidenceError for a link or too many bytes."""
        try:
            with open(f"{self.path}/{name}", "rb", buffering=0, opener=_no_link) as file:
                size = os.fstat(file.fileno()).st_size
                found = b"" if size > limit else file.read(size + 1)
                while size and (more := file.read(limit + 1 - len(found))):  # it grew, or came in pieces
                    found += more
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise EvidenceError(f"{name} is a link") from None
            raise
        if max(size, len(found)) > limit:
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
            if self.leaves(bundle) != tile_bytes(tree, Tile(0, bundle.number, bundle.width)):
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

        Many are laid beside first, then synced, then put in place: what a file system is asked to make last together
        costs it little more than one file.
        """
        self._begin()
        touched, waiting = set[Path](), iter(files)
        with _beside(self.path) as beside, ThreadPoolExecutor(WRITERS) as pool:
            while batch := [(self.path / name, body) for name, body in islice(waiting, FILES_AT_ONCE)]:
                for path, _ in batch:
                    touched |= self._lay(path.parent, touched)
                _replace(batch, beside, pool)
        for folder in sorted(touched):
            _sync(folder)

    def _begin(self) -> None:
        """Make the log's own folder, and its name last in those above, whoever made them: until it has a head."""
        if (self.path / CHECKPOINT).is_file():
            return
        self.path.mkdir(parents=True, exist_ok=True)
        for place in self.path.absolute().parents:
            try:
                _sync(place)
            except OSError as error:
                if error.errno not in NOT_OURS:
                    raise

    def _lay(self, folder: Path, known: set[Path]) -> set[Path]:
        """Make this folder; in which does a name have to last for it: those, too, that a killed writer made?"""
        if folder in known:
            return set()
        folder.mkdir(parents=True, exist_ok=True)
        return {folder, *(place for place in folder.parents if place.is_relative_to(self.path))}


def _signatures(note: str) -> list[str]:
    return note[len(split_note(note)[0]) + 1 :].splitlines(keepends=True)


def _no_link(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW)


@contextlib.contextmanager
def _beside(log: Path) -> Iterator[Path]:
    """Where are files written before they come to their place? What killed writers left there goes first."""
    place = log / BESIDE
    place.mkdir(exist_ok=True)
    try:
        for left in place.iterdir():
            number = left.name.partition("-")[0]
            if number == str(os.getpid()) or not _is_alive(number):
                left.unlink(missing_ok=True)
        yield place
    finally:
        with contextlib.suppress(OSError):  # another writer's files are in it, or it stays: it harms nobody
            place.rmdir()


def _is_alive(number: str) -> bool:
    """Does a process of this number run here? One that may not be asked does."""
    try:
        os.kill(int(number), 0)
    except PermissionError:
        return True
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    return True


def _replace(batch: Sequence[tuple[Path, bytes]], folder: Path, pool: ThreadPoolExecutor) -> None:
    """Lay all of these beside, then sync them, then put them in place; of what fails nothing stays beside."""
    laid: list[tuple[Path, FileIO]] = []
    syncing: list[Future[None]] = []
    try:
        for number, (_, body) in enumerate(batch):
            beside = folder / f"{os.getpid()}-{number}"
            file = beside.open("wb", buffering=0)
            laid.append((beside, file))
            _write(file, body)
        syncing = [pool.submit(os.fsync, file.fileno()) for _, file in laid]
        for synced in syncing:
            synced.result()
        for (beside, file), (path, _) in zip(laid, batch, strict=True):
            file.close()
            beside.replace(path)
    except BaseException:
        wait(syncing)
        for beside, file in laid:
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        raise


def _write(file: FileIO, body: bytes) -> None:
    """All of it: a disk may take less than it was given."""
    left = memoryview(body)
    while left:
        left = left[file.write(left) :]


def _sync(folder: Path) -> None:
    """Make a rename in this folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
