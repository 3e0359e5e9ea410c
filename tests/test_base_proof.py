"""Does the hash tree give and check proofs as RFC 6962 and its independent vectors say?"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.proof import (
    EMPTY_ROOT,
    Edge,
    Levels,
    commit,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    opens,
    root_of,
    root_of_hashes,
    verify_consistency,
    verify_inclusion,
)

VECTORS = 196
# The size-0 rule. The C2SP witness specification lets a witness that has seen nothing accept a first checkpoint with
# old size 0 and an empty proof; transparency-dev/merkle calls such a check useless and refuses it. We follow the
# witness specification, because a witness of a host state starts from nothing: old size 0 takes an empty proof and the
# root of nothing, and the new root must be a hash. The suite's only case that the rule could touch carries a new root
# of 14 bytes, which we refuse as well, so all its answers are ours; `test_size_0` shows where we differ in substance.
SIZE_0_RULE = "old size 0: empty proof, empty root"


def vectors(test_data: Path, kind: str) -> list[tuple[str, dict[str, object]]]:
    folder = test_data / "merkle" / kind
    return [
        (path.relative_to(folder).as_posix(), json.loads(path.read_text()))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def unbase(text: object) -> bytes:
    return base64.b64decode(str(text or ""))


def test_every_vector_is_answered_as_its_file_says(test_data: Path) -> None:
    seen = 0
    for name, case in vectors(test_data, "inclusion"):
        proof = [unbase(step) for step in case["proof"] or []]  # type: ignore[attr-defined]
        answer = verify_inclusion(
            unbase(case["leafHash"]), int(case["leafIdx"]), int(case["treeSize"]), proof, unbase(case["root"])
        )
        assert answer is not case["wantErr"], f"inclusion/{name}: {case['desc']}"
        seen += 1
    for name, case in vectors(test_data, "consistency"):
        proof = [unbase(step) for step in case["proof"] or []]  # type: ignore[attr-defined]
        roots = unbase(case["root1"]), unbase(case["root2"])
        answer = verify_consistency(int(case["size1"]), int(case["size2"]), proof, *roots)
        assert answer is not case["wantErr"], f"consistency/{name}: {case['desc']}"
        seen += 1
    assert seen == VECTORS


@pytest.mark.parametrize(
    ("old_size", "new_size", "proof", "old_root", "new_root", "answer"),
    [
        pytest.param(0, 0, [], EMPTY_ROOT, EMPTY_ROOT, True, id="nothing extends nothing"),
        pytest.param(0, 3, [], EMPTY_ROOT, bytes(32), True, id="anything extends nothing, as a witness must accept"),
        pytest.param(0, 3, [bytes(32)], EMPTY_ROOT, bytes(32), False, id="with a proof it does not"),
        pytest.param(0, 3, [], bytes(32), bytes(32), False, id="nothing has one root only"),
        pytest.param(0, 0, [], bytes(32), bytes(32), False, id="equal roots of nothing that are not its root"),
        pytest.param(0, 3, [], EMPTY_ROOT, b"short", False, id="a root is a hash"),
        pytest.param(-1, 3, [], EMPTY_ROOT, bytes(32), False, id="no tree is smaller than nothing"),
    ],
)
def test_size_0(
    old_size: int, new_size: int, proof: list[bytes], old_root: bytes, new_root: bytes, answer: bool
) -> None:
    assert verify_consistency(old_size, new_size, proof, old_root, new_root) is answer, SIZE_0_RULE


def test_nothing_is_included_in_nothing() -> None:
    assert not verify_inclusion(EMPTY_ROOT, 0, 0, [], EMPTY_ROOT)


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


entries = st.lists(st.binary(max_size=8), max_size=70)


@given(entries)
def test_all_ways_to_the_root_agree(leaves: list[bytes]) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    levels, edge = Levels(hashes), Edge.of(hashes)
    assert by_definition(leaves) == root_of(leaves) == root_of_hashes(hashes) == edge.root() == levels.root()
    assert levels.edge() == edge
    assert edge.size == levels.size == len(leaves)


@given(entries, st.data())
@settings(max_examples=60)
def test_proofs_at_every_size_verify_and_only_there(leaves: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(bytes([number]) + leaf) for number, leaf in enumerate(leaves)]
    levels = Levels(hashes)
    size = data.draw(st.integers(0, len(hashes)))
    root = levels.root(size)
    assert root == root_of_hashes(hashes[:size])
    for index in range(size):
        proof = levels.inclusion_proof(index, size)
        assert proof == inclusion_proof(hashes[:size], index)
        assert verify_inclusion(levels.leaf(index), index, size, proof, root)
        assert not verify_inclusion(hashes[index], index ^ 1, size, proof, root) or size == 1
        assert not verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
        assert not verify_inclusion(hashes[index], index, size, [*proof, root], root)
    for old in range(size + 1):
        proof = levels.consistency_proof(old, size)
        assert proof == consistency_proof(hashes[:size], old)
        assert verify_consistency(old, size, proof, levels.root(old), root)
        assert not verify_consistency(old, size, [*proof, bytes(32)], levels.root(old), root)
        if 0 < old < size:
            assert not verify_consistency(old, size, proof, root, levels.root(old))
            assert not verify_consistency(old, size, proof[:-1], levels.root(old), root)


@given(entries, entries)
def test_an_edge_survives_its_storage(before: list[bytes], after: list[bytes]) -> None:
    edge = Edge.of(leaf_hash(leaf) for leaf in before)
    stored = Edge.from_hex(edge.size, edge.to_hex())
    assert stored == edge
    for leaf in after:
        stored = stored.append(leaf_hash(leaf))
    assert stored.root() == root_of(before + after)
    assert edge == Edge.of(leaf_hash(leaf) for leaf in before)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        pytest.param(3, "00" * 32, id="a hash is missing"),
        pytest.param(1, "00" * 64, id="a hash too many"),
        pytest.param(1, "AA" * 32, id="another spelling"),
        pytest.param(1, "00" * 31, id="half a hash"),
        pytest.param(1, "no", id="not hexadecimal"),
        pytest.param(-1, "", id="less than nothing"),
    ],
)
def test_a_false_edge_is_refused(size: int, text: str) -> None:
    with pytest.raises(ValueError):
        Edge.from_hex(size, text)


def test_levels_refuse_what_is_not_there() -> None:
    levels = Levels([leaf_hash(b"a")])
    with pytest.raises(ValueError):
        levels.append(b"short")
    for question in (
        lambda: levels.root(2),
        lambda: levels.leaf(1),
        lambda: levels.inclusion_proof(1),
        lambda: levels.inclusion_proof(-1),
        lambda: levels.consistency_proof(2),
    ):
        with pytest.raises(ValueError):
            question()


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_a_commitment_opens_with_its_salt_and_body_only(salt: bytes, body: bytes) -> None:
    commitment = commit(salt, body)
    assert len(commitment) == 32
    assert opens(commitment, salt, body)
    assert not opens(commitment, salt, body + b"\x00")
    assert not opens(commitment, bytes([salt[0] ^ 1]) + salt[1:], body)
    assert not opens(commitment, salt[:31], body)


def test_a_salt_has_its_length() -> None:
    with pytest.raises(ValueError):
        commit(b"short", b"body")
