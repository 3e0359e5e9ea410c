"""Does a whole log hold? Every bundle hashed again, every tile compared, the checkpoint's root and signatures.

What a stranger runs on a folder of C2SP `tlog-tiles`, in one process or in several. Nothing of ours is trusted but the
keys that he names; keys that the folder itself brings are said to be the folder's own word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import HASH_BYTES, node_hash
from ecluse.custody.log.tiles import HEIGHT, WIDTH, Bundle, bundles_between, tiles_of
from ecluse.edge.log.folder import LogFolder

BUNDLES_A_TASK = 64
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Whole:
    """A log that holds: what its checkpoint says, how many bundles and tiles were hashed."""

    checkpoint: Checkpoint
    note: str
    bundles: int
    tiles: int


def verify_log(path: Path, processes: int = 1, tell: Told | None = None) -> Whole:
    """Does every entry hash to the checkpoint's root, and is every tile what the entries give?

    Raises EvidenceError naming the first file that is missing, cut, too long or other than the entries say. Signatures
    are for `Policy.judge`. `tell` hears how many of the entries are done.
    """
    folder = LogFolder(path)
    note = folder.checkpoint()
    if not note:
        raise EvidenceError(f"{path} holds no checkpoint")
    head = parse_checkpoint(split_note(note)[0])
    size = head.size
    bundles = list(bundles_between(0, size))
    leaves = bytearray()
    for hashes in _hashes(folder, bundles, processes):
        leaves += hashes
        if tell:
            tell(len(leaves) // HASH_BYTES, size)
    tiles = list(tiles_of(size))
    level, above = bytes(leaves), 0
    for tile in tiles:
        if tile.level != above:
            level, above = _level_above(level), tile.level
        first = tile.number * WIDTH * HASH_BYTES
        if folder.tile(tile) != level[first : first + tile.width * HASH_BYTES]:
            raise EvidenceError(f"{tile.path} does not hold the hashes of the entries")
    if folder.tree(size).root() != head.root:
        raise EvidenceError(f"checkpoint: the entries do not hash to its root at {size}")
    return Whole(head, note, len(bundles), len(tiles))


def _hashes(folder: LogFolder, bundles: list[Bundle], processes: int) -> Iterator[bytes]:
    tasks = [bundles[at : at + BUNDLES_A_TASK] for at in range(0, len(bundles), BUNDLES_A_TASK)]
    work = partial(_leaves, folder)
    if processes < 2 or len(tasks) < 2:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(work, tasks)


def _leaves(folder: LogFolder, bundles: list[Bundle]) -> bytes:
    """The leaf hashes of these bundles, one after the other."""
    sha256, found = hashlib.sha256, []
    for bundle in bundles:
        try:
            found += [sha256(b"\x00" + entry).digest() for entry in folder.entries(bundle)]
        except EvidenceError as error:
            raise EvidenceError(f"{bundle.path}: {error}") from None
    return b"".join(found)


def _level_above(level: bytes) -> bytes:
    """The hashes over each 256 of these; what does not fill 256 has none."""
    step = WIDTH * HASH_BYTES
    return b"".join(_root(level[at : at + step]) for at in range(0, len(level) - step + 1, step))


def _root(hashes: bytes) -> bytes:
    nodes = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    for _ in range(HEIGHT):
        nodes = [node_hash(nodes[at], nodes[at + 1]) for at in range(0, len(nodes), 2)]
    return nodes[0]
