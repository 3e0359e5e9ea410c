"""Is a subtree proof what the draft says, and does none but the true one hold?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.proof import Levels, leaf_hash, node_hash, root_of_hashes
from ecluse.base.subtree import is_subtree, subtree_proof, subtree_root, verify_subtree

LEAVES = [leaf_hash(bytes([i])) for i in range(80)]


def parts(size: int) -> list[tuple[int, int]]:
    return [(low, high) for low in range(size) for high in range(low + 1, size + 1) if is_subtree(low, high)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 31, 33])
def test_every_subtree_of_a_tree_is_proven_and_every_changed_proof_fails(size: int) -> None:
    tree = Levels(LEAVES[:size])
    for low, high in parts(size):
        proof, found = subtree_proof(tree, low, high, size), subtree_root(tree, low, high)
        assert found == root_of_hashes(LEAVES[low:high])
        assert verify_subtree((low, high, found), size, tree.root(), proof)
        assert not verify_subtree((low, high, found), size, tree.root(), [*proof, bytes(32)])
        assert not verify_subtree((low, high, bytes(32)), size, tree.root(), proof)
        assert not proof or not verify_subtree((low, high, found), size, tree.root(), proof[:-1])
        for at in range(len(proof)):
            spoilt = [*proof[:at], node_hash(proof[at], proof[at]), *proof[at + 1 :]]
            assert not verify_subtree((low, high, found), size, tree.root(), spoilt)


@given(st.data())
def test_a_subtree_that_begins_the_tree_has_its_consistency_proof_and_one_leaf_its_inclusion_proof(
    data: st.DataObject,
) -> None:
    size = data.draw(st.integers(1, 80))
    at = data.draw(st.integers(0, size - 1))
    tree = Levels(LEAVES[:size])
    assert subtree_proof(tree, 0, at + 1, size) == tree.consistency_proof(at + 1, size)
    assert subtree_proof(tree, at, at + 1, size) == tree.inclusion_proof(at, size)


@pytest.mark.parametrize(("low", "high"), [(2, 6), (1, 3), (3, 3), (4, 2), (-2, 0), (0, 9), (8, 9)])
def test_what_is_no_subtree_of_the_tree_has_no_root_and_no_proof(low: int, high: int) -> None:
    tree = Levels(LEAVES[:8])
    with pytest.raises(ValueError, match="no subtree"):
        subtree_root(tree, low, high)
    with pytest.raises(ValueError, match="no subtree"):
        subtree_proof(tree, low, high, 8)
    assert not verify_subtree((low, high, tree.root()), 8, tree.root(), [])
