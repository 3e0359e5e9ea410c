"""Is this entry in the tree, is the newer tree an extension of the older, and what was committed to?

The hash tree of RFC 6962 (section 2.1): SHA-256, leaves prefixed with 0x00, inner nodes with 0x01. Size 0: a tree of no
leaves has the root SHA-256 of nothing, and every tree extends it with an empty proof, as the C2SP witness specification
says; nothing can be included in it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct

_sha256 = hashlib.sha256
HASH_BYTES = 32
_PAIR = Struct(f"{2 * HASH_BYTES}s")
SALT_BYTES = 32
EMPTY_ROOT = _sha256(b"").digest()
COMMITMENT_DOMAIN = b"ecluse/commitment/1\n"


def leaf_hash(entry: bytes) -> bytes:
    """What is the hash of a leaf that holds this entry?"""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What is the hash of the node above these two?"""
    return _sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """What is the root of the tree over these entries?

    >>> root_of([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    return root_of_hashes([leaf_hash(entry) for entry in leaves])


def level_above(hashes: bytes) -> bytes:
    """Which hashes stand above these, that lie one after the other? A last one without a neighbour has none there."""
    sha256, whole = _sha256, len(hashes) - len(hashes) % _PAIR.size
    return b"".join([sha256(b"\x01" + pair).digest() for (pair,) in _PAIR.iter_unpack(hashes[:whole])])


def root_of_hashes(leaf_hashes: Sequence[bytes]) -> bytes:
    """What is the root of the tree over these leaf hashes?"""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        # A last node without a neighbour rises as it is: the same tree as the split at the largest power of two.
        above = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = [*above, level[-1]] if len(level) % 2 else above
    return level[0]


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree, one hash for each full subtree, the largest first: enough to append and for the root.

    >>> Edge.empty().append(leaf_hash(b"a")).root() == root_of([b"a"])
    True
    """

    size: int
    hashes: tuple[bytes, ...]

    @classmethod
    def empty(cls) -> Edge:
        """What is the edge of a tree of no leaves?"""
        return cls(0, ())

    @classmethod
    def of(cls, leaf_hashes: Iterable[bytes]) -> Edge:
        """What is the edge of the tree over these leaf hashes?"""
        return cls.empty().extend(leaf_hashes)

    def append(self, leaf: bytes) -> Edge:
        """What is the edge after one more leaf hash? This edge stays as it was."""
        return self.extend((leaf,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> Edge:
        """What is the edge after these leaf hashes? This edge stays as it was."""
        size, hashes, sha256 = self.size, list(self.hashes), _sha256
        for leaf in leaf_hashes:
            found, full = leaf, size
            while full & 1:  # each trailing one is a full subtree that the new one completes
                found = sha256(b"\x01" + hashes.pop() + found).digest()
                full >>= 1
            hashes.append(found)
            size += 1
        return Edge(size, tuple(hashes))

    def root(self) -> bytes:
        """What is the root of the tree?"""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_hex(self) -> str:
        """How is the edge stored? Its hashes in hexadecimal, one after the other; the size is stored beside it."""
        return b"".join(self.hashes).hex()

    @classmethod
    def from_hex(cls, size: int, text: str) -> Edge:
        """What edge was stored? Raises ValueError when there are more or fewer hashes than this size has."""
        body = bytes.fromhex(text)
        if size < 0 or body.hex() != text or len(body) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"not the edge of a tree of {size} leaves")
        return cls(size, tuple(body[at : at + HASH_BYTES] for at in range(0, len(body), HASH_BYTES)))


class Tree:
    """A tree of which any full node can be asked, so that any proof at any size is O(log n)."""

    __slots__ = ("size",)

    def __init__(self, size: int = 0) -> None:
        self.size = size

    def node(self, level: int, index: int) -> bytes:
        """What is the hash over the leaves from `index << level`, `1 << level` of them, all in the tree?"""
        raise LookupError(f"no node {index} at level {level}")

    def nodes(self, level: int, first: int, count: int) -> bytes:
        """Which hashes, so many from this one on, stand side by side at this level?"""
        return b"".join([self.node(level, first + at) for at in range(count)])

    def root(self, size: int | None = None) -> bytes:
        """What was the root at this size (now, when none is given)?"""
        size = self._size_at(size)
        return self.subtree(0, size) if size else EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """Which leaf hash stands at this index?"""
        if not 0 <= index < self.size:
            raise ValueError(f"no leaf {index} in a tree of {self.size}")
        return self.node(0, index)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Which hashes show that leaf `index` is in the tree of this size (RFC 6962, 2.1.1)?"""
        size = self._size_at(size)
        if not 0 <= index < size:
            raise ValueError(f"no leaf {index} in a tree of {size}")
        proof, low, high = [], 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                proof.append(self.subtree(middle, high))
                high = middle
            else:
                proof.append(self.subtree(low, middle))
                low = middle
        return proof[::-1]

    def consistency_proof(self, old_size: int, new_size: int | None = None) -> list[bytes]:
        """Which hashes show that the tree of the new size extends the tree of the old (RFC 6962, 2.1.2)?"""
        new_size = self._size_at(new_size)
        if not 0 <= old_size <= new_size:
            raise ValueError(f"a tree of {new_size} extends no tree of {old_size}")
        if old_size in (0, new_size):
            return []
        proof, low, high, is_whole = [], 0, new_size, True
        while high != old_size:
            middle = low + _split(high - low)
            if old_size <= middle:
                proof.append(self.subtree(middle, high))
                high = middle
            else:
                proof.append(self.subtree(low, middle))
                low, is_whole = middle, False
        if not is_whole:  # when the old tree is a subtree of the new, the verifier knows its root
            proof.append(self.subtree(low, high))
        return proof[::-1]

    def edge(self) -> Edge:
        """What is the right edge of the tree now?"""
        found, start = [], 0
        for level in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> level & 1:
                found.append(self.node(level, start >> level))
                start += 1 << level
        return Edge(self.size, tuple(found))

    def _size_at(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size

    def subtree(self, low: int, high: int) -> bytes:
        """What is the hash over leaves low to high (exclusive), where low is a multiple of the next power of two?"""
        parts = []
        while low < high:
            level = (high - low).bit_length() - 1
            parts.append(self.node(level, low >> level))
            low += 1 << level
        found = parts.pop()
        while parts:
            found = node_hash(parts.pop(), found)
        return found


class Levels(Tree):
    """Every full node of a growing tree, level by level in flat arrays."""

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        super().__init__()
        self._levels: list[bytearray] = [bytearray()]
        for leaf in leaf_hashes:
            self.append(leaf)

    def append(self, leaf: bytes) -> int:
        """At which index does this leaf hash stand now? Adds it and every node that it completes."""
        if len(leaf) != HASH_BYTES:
            raise ValueError("a leaf hash has 32 bytes")
        index, node, level = self.size, leaf, 0
        while True:
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node
            if not index >> level & 1:
                break
            node = _sha256(b"\x01" + self._levels[level][-2 * HASH_BYTES :]).digest()
            level += 1
        self.size += 1
        return index

    def node(self, level: int, index: int) -> bytes:
        """What is the hash over the leaves from `index << level`, `1 << level` of them, all in the tree?"""
        return bytes(self._levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def nodes(self, level: int, first: int, count: int) -> bytes:
        """Which hashes, so many from this one on, stand side by side at this level?"""
        return bytes(self._levels[level][first * HASH_BYTES : (first + count) * HASH_BYTES])


def _split(size: int) -> int:
    """The largest power of two smaller than this size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Which hashes show that leaf `index` is in the tree over these leaf hashes?"""
    return Levels(leaf_hashes).inclusion_proof(index)


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Which hashes show that the tree over these leaf hashes extends the tree over the first `old_size` of them?"""
    return Levels(leaf_hashes).consistency_proof(old_size)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does this proof show that the leaf hash stands at this index of the tree with this root (RFC 9162, 2.1.3.2)?"""
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Does this proof show that the new tree extends the old (RFC 9162, 2.1.4.2)?

    An old size of 0 takes an empty proof and the root of nothing.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT and _are_hashes([new_root])
    if not proof or not _are_hashes([old_root, new_root, *proof]):
        return False
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found_new = node_hash(found_new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _are_hashes(hashes: Iterable[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in hashes)


def commit(salt: bytes, body: bytes) -> bytes:
    """What commits to this body without showing it? SHA-256 of a purpose, then salt and body, each with its length."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 32 bytes")
    return _sha256(COMMITMENT_DOMAIN + _prefixed(salt) + _prefixed(body)).digest()


def opens(commitment: bytes, salt: bytes, body: bytes) -> bool:
    """Do this salt and body open the commitment?"""
    return len(salt) == SALT_BYTES and hmac.compare_digest(commit(salt, body), commitment)


def _prefixed(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big") + part
