"""Is this run of entries part of the tree? Subtrees and the proof that one is consistent with a larger tree.

As in draft-ietf-plants-merkle-tree-certs, section 4, which C2SP `tlog-mirror` and `tlog-cosignature` use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ecluse.base.proof import HASH_BYTES, Tree, node_hash


def is_subtree(start: int, end: int) -> bool:
    """Do the entries from start to end (exclusive) hang under one node or a right edge of their own?

    >>> is_subtree(4, 8), is_subtree(4, 7), is_subtree(2, 6)
    (True, True, False)
    """
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def subtree_root(tree: Tree, start: int, end: int) -> bytes:
    """What is the hash over these entries? Raises ValueError where they are no subtree, or beyond the tree."""
    if not is_subtree(start, end) or end > tree.size:
        raise ValueError(f"entries {start} to {end} are no subtree of a tree of {tree.size}")
    return tree.subtree(start, end)


def subtree_proof(tree: Tree, start: int, end: int, size: int) -> list[bytes]:
    """Which hashes show that the subtree is part of the tree of this size? Raises ValueError for no subtree of it."""
    if not is_subtree(start, end) or not end <= size <= tree.size:
        raise ValueError(f"entries {start} to {end} are no subtree of a tree of {size}")
    proof, low, high, is_whole = [], 0, size, True
    while (low, high) != (start, end):
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if end <= middle:
            proof.append(tree.subtree(middle, high))
            high = middle
        else:
            proof.append(tree.subtree(low, middle))
            # Where the subtree begins left of the middle, its left part is shared and only the rest is looked for.
            start, is_whole = max(start, middle), is_whole and start >= middle
            low = middle
    if not is_whole:
        proof.append(tree.subtree(low, high))
    return proof[::-1]


def verify_subtree(part: tuple[int, int, bytes], size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Does this proof show that the subtree (start, end, hash) is part of the tree of this size and root?"""
    start, end, found = part
    if not is_subtree(start, end) or end > size or any(len(step) != HASH_BYTES for step in (found, root, *proof)):
        return False
    steps = iter(proof)
    try:
        both = _rebuilt((start, end), size, found, steps)
    except StopIteration:
        return False
    return both == (found, root) and next(steps, None) is None


def _rebuilt(part: tuple[int, int], size: int, known: bytes | None, steps: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The hashes of subtree and tree: as known, or as the proof tells them, from the inside out."""
    start, end = part
    if start == 0 and end == size:
        found = next(steps) if known is None else known
        return found, found
    middle = 1 << (size - 1).bit_length() - 1
    if end <= middle:
        inner, outer = _rebuilt((start, end), middle, known, steps)
        return inner, node_hash(outer, next(steps))
    if middle <= start:
        inner, outer = _rebuilt((start - middle, end - middle), size - middle, known, steps)
        return inner, node_hash(next(steps), outer)
    inner, outer = _rebuilt((0, end - middle), size - middle, None, steps)
    left = next(steps)
    return node_hash(left, inner), node_hash(left, outer)
