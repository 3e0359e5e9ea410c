"""In which files does a log of this size stand, and what do its hash tiles prove?

C2SP `tlog-tiles`: tiles of 256 hashes, `tile/<level>/<index>[.p/<width>]`, and bundles of 256 entries each with its
length in two bytes, `tile/entries/<index>[.p/<width>]`. A hash at tile level n spans 256 to the power n entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import HASH_BYTES, Tree, level_above

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRY_BYTES_LIMIT = 0xFFFF
BUNDLE_BYTES_LIMIT = WIDTH * (ENTRY_BYTES_LIMIT + 2)
TILES_KEPT = 2_048  # of 16 KiB each


class Tile(NamedTuple):
    """One tile of hashes: its level, its place within the level, how many hashes it holds."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Under which name is it served?

        >>> Tile(0, 1234067, 256).path
        'tile/0/x001/x234/067'
        >>> Tile(2, 0, 1).path
        'tile/2/000.p/1'
        """
        return f"tile/{self.level}/{_digits(self.number)}{_partial(self.width)}"


class Bundle(NamedTuple):
    """One bundle of entries: its place, how many entries it holds."""

    number: int
    width: int

    @property
    def path(self) -> str:
        """Under which name is it served?"""
        return f"tile/entries/{_digits(self.number)}{_partial(self.width)}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Which tiles does a tree of this size have? Level by level, from the left; the last of a level may be partial.

    >>> [tile.path for tile in tiles_of(256)]
    ['tile/0/000', 'tile/1/000.p/1']
    """
    return tiles_between(0, size)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Which tiles of the tree of the new size does the tree of the old size lack?"""
    level = 0
    while new >> HEIGHT * level:
        hashes, known = new >> HEIGHT * level, old >> HEIGHT * level
        if hashes > known:
            for index in range(known // WIDTH, hashes // WIDTH):
                yield Tile(level, index, WIDTH)
            if hashes % WIDTH:
                yield Tile(level, hashes // WIDTH, hashes % WIDTH)
        level += 1


def bundles_between(old: int, new: int) -> Iterator[Bundle]:
    """Which bundles of the log of the new size does the log of the old size lack?"""
    for index in range(old // WIDTH, -(-new // WIDTH)):
        if (width := min(WIDTH, new - index * WIDTH)) and new > old:
            yield Bundle(index, width)


def pack(entries: Iterable[bytes]) -> bytes:
    """What are these entries as a bundle? Raises ValueError for one of more than 65,535 bytes."""
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_LIMIT:
            raise ValueError(f"an entry has at most {ENTRY_BYTES_LIMIT} bytes, not {len(entry)}")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def unpack(body: bytes, width: int) -> list[bytes]:
    """Which entries, exactly so many, stand in this bundle? Raises EvidenceError for more, fewer, or a cut one."""
    found: list[bytes] = []
    at = 0
    while at < len(body) and len(found) < width:
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if at + 2 > len(body) or end > len(body):
            raise EvidenceError(f"bundle is cut within entry {len(found)}")
        found.append(body[at + 2 : end])
        at = end
    if len(found) != width or at != len(body):
        raise EvidenceError(f"bundle does not hold {width} entries and nothing else")
    return found


def leaf_hashes(body: bytes, width: int) -> bytes:
    """Which leaf hashes have the entries, exactly so many, of this bundle? Raises EvidenceError as `unpack` does."""
    found: list[bytes] = []
    sha256, add, at, size = hashlib.sha256, found.append, 0, len(body)
    while at + 2 <= size:
        begin = at + 2
        at = begin + (body[at] << 8 | body[at + 1])
        add(sha256(b"\x00" + body[begin:at]).digest())
    if at != size or len(found) != width:
        unpack(body, width)
    return b"".join(found)


def root_of_tile(hashes: bytes) -> bytes:
    """What is the hash of the node above a full tile?"""
    while len(hashes) > HASH_BYTES:
        hashes = level_above(hashes)
    return hashes


class TileTree(Tree):
    """The tree that a log's tiles describe, asked node by node; nothing but tiles is read.

    `read` gives a tile's bytes. Whoever has not hashed the tiles checks the root against a signed checkpoint, and each
    proof against that root: a false tile then gives a proof that does not hold, never a false yes.
    """

    __slots__ = ("_nodes",)

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        super().__init__(size)

        @lru_cache(maxsize=TILES_KEPT)
        def nodes(level: int, index: int) -> tuple[bytes, ...]:
            width = min(WIDTH, (size >> HEIGHT * level) - index * WIDTH)
            return expanded(read(Tile(level, index, width)), width)

        self._nodes = nodes

    def node(self, level: int, index: int) -> bytes:
        """What is the hash over the leaves from `index << level`, `1 << level` of them? Raises EvidenceError."""
        above, within = divmod(level, HEIGHT)
        tile, place = divmod(index, WIDTH >> within)
        found = self._nodes(above, tile)[within][place * HASH_BYTES : (place + 1) * HASH_BYTES]
        if not found:
            raise LookupError(f"no node {index} at level {level}")
        return found


def expanded(body: bytes, width: int) -> tuple[bytes, ...]:
    """Which full nodes stand in this tile, each level's one after the other? Raises EvidenceError for another width."""
    if len(body) != width * HASH_BYTES:
        raise EvidenceError(f"tile is not {width} hashes of {HASH_BYTES} bytes")
    levels = [body]
    while len(levels) < HEIGHT:
        levels.append(level_above(levels[-1]))
    return tuple(levels)


def tile_bytes(tree: Tree, tile: Tile) -> bytes:
    """Which bytes has this tile of the tree?"""
    return tree.nodes(HEIGHT * tile.level, tile.number * WIDTH, tile.width)


def _digits(number: int) -> str:
    digits = f"{number:03}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
