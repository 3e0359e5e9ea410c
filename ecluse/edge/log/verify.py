"""Does a whole log hold? Every bundle hashed again, every tile compared, the checkpoint's root and signatures.

What a stranger runs on a folder of C2SP `tlog-tiles`, in one process or in several. Nothing of ours is trusted but the
keys that he names; keys that the folder itself brings are said to be the folder's own word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import HASH_BYTES
from ecluse.custody.log.tiles import WIDTH, Bundle, Tile, bundles_between, root_of_tile, tiles_of
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
    level, done = bytearray(), 0  # the hashes at tile level 1: of 256 leaves no more is kept than their root
    for roots, entries in _hashes(folder, bundles, processes):
        level += roots
        done += entries
        if tell:
            tell(done, size)
    tiles = list(tiles_of(size))
    above = 1
    for tile in tiles:
        if tile.level == 0:
            continue
        if tile.level != above:
            level, above = _level_above(level), tile.level
        first = tile.number * WIDTH * HASH_BYTES
        _check_tile(folder, tile, bytes(level[first : first + tile.width * HASH_BYTES]))
    if folder.tree(size).root() != head.root:
        raise EvidenceError(f"checkpoint: the entries do not hash to its root at {size}")
    return Whole(head, note, len(bundles), len(tiles))


def _hashes(folder: LogFolder, bundles: list[Bundle], processes: int) -> Iterator[tuple[bytes, int]]:
    tasks = [bundles[at : at + BUNDLES_A_TASK] for at in range(0, len(bundles), BUNDLES_A_TASK)]
    work = partial(_roots, folder)
    if processes < 2 or len(tasks) < 2:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(work, tasks)


def _roots(folder: LogFolder, bundles: list[Bundle]) -> tuple[bytes, int]:
    """The hashes over each full bundle, whose tile at level 0 was compared, and how many entries were hashed."""
    roots, entries = [], 0
    for bundle in bundles:
        try:
            leaves = folder.leaves(bundle)
        except EvidenceError as error:
            raise EvidenceError(f"{bundle.path}: {error}") from None
        _check_tile(folder, Tile(0, bundle.number, bundle.width), leaves)
        entries += bundle.width
        if bundle.width == WIDTH:
            roots.append(root_of_tile(leaves))
    return b"".join(roots), entries


def _check_tile(folder: LogFolder, tile: Tile, hashes: bytes) -> None:
    if folder.tile(tile) != hashes:
        raise EvidenceError(f"{tile.path} does not hold the hashes of the entries")


def _level_above(level: bytes | bytearray) -> bytearray:
    """The hashes over each 256 of these; what does not fill 256 has none."""
    step = WIDTH * HASH_BYTES
    return bytearray().join(root_of_tile(bytes(level[at : at + step])) for at in range(0, len(level) - step + 1, step))
