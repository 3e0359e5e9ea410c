"""Do tiles and bundles stand where C2SP says, and do proofs from tiles equal proofs from the tree?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import Levels, leaf_hash, verify_consistency, verify_inclusion
from ecluse.custody.log.tiles import (
    Tile,
    TileTree,
    bundles_between,
    expanded,
    pack,
    tile_bytes,
    tiles_between,
    tiles_of,
    unpack,
)

ENTRIES = [b"entry %d" % at for at in range(70_000)]
TREE = Levels(leaf_hash(entry) for entry in ENTRIES)


def test_the_specification_s_tree_of_seventy_thousand() -> None:
    tiles = list(tiles_of(70_000))
    full = [tile for tile in tiles if tile.width == 256]
    assert [sum(tile.level == level for tile in full) for level in range(3)] == [273, 1, 0]
    partial = [(tile.level, tile.width) for tile in tiles if tile.width < 256]
    assert partial == [(0, 112), (1, 17), (2, 1)]


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/0/000.p/1"]),
        (255, ["tile/0/000.p/255"]),
        (256, ["tile/0/000", "tile/1/000.p/1"]),
        (257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
    ],
)
def test_small_trees(size: int, paths: list[str]) -> None:
    assert [tile.path for tile in tiles_of(size)] == paths


@pytest.mark.parametrize(
    ("number", "path"),
    [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067"), (10**9, "x001/x000/x000/000")],
)
def test_a_number_is_a_path_of_three_digits_each(number: int, path: str) -> None:
    assert Tile(3, number, 256).path == f"tile/3/{path}"


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_growth_writes_what_is_new_and_nothing_else(one: int, other: int) -> None:
    old, new = sorted((one, other))
    before, after = {tile.path for tile in tiles_of(old)}, {tile.path for tile in tiles_of(new)}
    assert {tile.path for tile in tiles_between(old, new)} == after - before
    bundles = {bundle.path for bundle in bundles_between(0, new)} - {bundle.path for bundle in bundles_between(0, old)}
    assert {bundle.path for bundle in bundles_between(old, new)} == bundles


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70_000), st.data())
def test_proofs_from_tiles_are_those_of_the_tree_and_hold(size: int, data: st.DataObject) -> None:
    tiles = TileTree(size, lambda tile: tile_bytes(TREE, tile))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert tiles.root() == TREE.root(size)
    proof = tiles.inclusion_proof(index)
    assert proof == TREE.inclusion_proof(index, size)
    assert verify_inclusion(TREE.leaf(index), index, size, proof, TREE.root(size))
    step = tiles.consistency_proof(old)
    assert step == TREE.consistency_proof(old, size)
    assert verify_consistency(old, size, step, TREE.root(old), TREE.root(size))


def test_a_false_tile_gives_a_proof_that_does_not_hold() -> None:
    false = TileTree(70_000, lambda tile: bytes(32) + tile_bytes(TREE, tile)[32:])
    assert false.root() != TREE.root(70_000)
    assert not verify_inclusion(TREE.leaf(9), 9, 70_000, false.inclusion_proof(9), TREE.root(70_000))


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert unpack(pack(entries), len(entries)) == entries


@given(st.binary(max_size=2000), st.integers(0, 256))
def test_any_bytes_are_a_bundle_that_packs_to_them_or_none(body: bytes, width: int) -> None:
    try:
        found = unpack(body, width)
    except EvidenceError:
        return
    assert len(found) == width
    assert pack(found) == body


@pytest.mark.parametrize(
    ("body", "width"),
    [
        pytest.param(pack([b"a", b"b"]), 1, id="one more"),
        pytest.param(pack([b"a", b"b"]), 3, id="one fewer"),
        pytest.param(pack([b"a", b"bcd"])[:-1], 2, id="cut"),
        pytest.param(pack([b"a"]) + b"\x00", 1, id="a byte behind"),
        pytest.param(b"\x00", 1, id="half a length"),
    ],
)
def test_a_bundle_that_is_not_whole_is_refused(body: bytes, width: int) -> None:
    with pytest.raises(EvidenceError, match="bundle"):
        unpack(body, width)


def test_an_entry_beyond_two_bytes_of_length_is_refused_and_one_at_the_limit_is_not() -> None:
    assert unpack(pack([b"x" * 65_535]), 1) == [b"x" * 65_535]
    with pytest.raises(ValueError, match="at most 65535"):
        pack([b"x" * 65_536])


@pytest.mark.parametrize("length", [0, 31, 33, 96])
def test_a_tile_of_another_width_is_refused(length: int) -> None:
    with pytest.raises(EvidenceError, match="tile is not 2 hashes"):
        expanded(bytes(length), 2)
