"""May this copy of a log follow its source? Only where the source extends what the copy holds, entry by entry hashed.

A pull mirror: what it keeps is a full tile log of its own, under the source's checkpoint. It is what a log that lost
its files is filled from again, and what an auditor reads when the source is gone.
"""

from __future__ import annotations

from typing import NamedTuple

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import Levels, leaf_hash, verify_consistency
from ecluse.custody.log.policy import Judged, Policy
from ecluse.custody.log.tiles import WIDTH, Bundle, bundles_between
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.reader import LogReader


class Followed(NamedTuple):
    """From which size to which did the copy grow, and under whose signatures?"""

    old: int
    new: int
    judged: Judged


def follow(source: LogReader, copy: LogFolder, policy: Policy) -> Followed:
    """How far does the copy reach now?

    Raises EvidenceError, and keeps what it had, where the source's checkpoint lacks log or quorum, is older than the
    copy's, contradicts it, or where an entry does not hash to it. Raises OSError where the source cannot be read.
    """
    note = source.checkpoint()
    if not note:
        raise EvidenceError("the source has no checkpoint")
    judged = policy.judge(note)
    head, held = judged.checkpoint, copy.head()
    if held and held.origin != head.origin:
        raise EvidenceError(f"the copy is of {held.origin}, the source is {head.origin}")
    old = held.size if held else 0
    if held and head.size < old:
        raise EvidenceError(f"the copy holds {old} entries, the source {head.size}: the source went back")
    proof = source.tree(head.size).consistency_proof(old)
    if held and not verify_consistency(old, head.size, proof, held.root, head.root):
        raise EvidenceError(f"the source does not extend the {old} entries that the copy holds: a fork")
    tree = _held(copy, old)
    fetched: dict[int, list[bytes]] = {}
    for bundle in bundles_between(old, head.size):
        fetched[bundle.number] = entries = source.entries(bundle)
        for entry in entries[max(0, old - bundle.number * WIDTH) :]:
            tree.append(leaf_hash(entry))
    if tree.root() != head.root:
        raise EvidenceError(f"the source's entries do not hash to its checkpoint of {head.size}")
    copy.grow(tree, head.size, lambda first, last: fetched[first // WIDTH][: last - first])
    copy.publish(note)
    return Followed(old, head.size, judged)


def _held(copy: LogFolder, size: int) -> Levels:
    """The tree over the entries that the copy holds, hashed anew."""
    return Levels(leaf_hash(entry) for bundle in bundles_between(0, size) for entry in copy.entries(Bundle(*bundle)))
