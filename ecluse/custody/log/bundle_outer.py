"""Does the public outer log hold this checkpoint, hidden by this salt, and who saw that? The second half of a proof.

The proof file carries the outer log's entry as its `extra` line; the salt lies beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ecluse.base.errors import EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import leaf_hash, verify_inclusion
from ecluse.custody.log.bundle import OUTER_PROOF, OUTER_SALT
from ecluse.custody.log.bundle_signers import Check, Facts, State, number, signers, witnesses_of
from ecluse.custody.log.note_keys import NoteKey
from ecluse.custody.log.outer import ORIGIN, SALT_BYTES, OuterEntry, hidden, read_entry
from ecluse.custody.log.policy import NONE, Policy
from ecluse.custody.log.proof_file import LogProof, read_log_proof


def judge_outer(
    members: Mapping[str, bytes], inner: LogProof | None, inner_head: Checkpoint | None, rules: Policy | None
) -> Check | None:
    """Does the proof in the outer log hold? None where the bundle has none.

    `told` where the entry is there and opens, but the policy knows no key of this outer log, or too few of its
    witnesses saw it: then it vouches for nothing here.
    """
    if OUTER_PROOF not in members and OUTER_SALT not in members:
        return None
    if inner is None or inner_head is None:
        return Check("outer", State.NOT_CHECKED, {})
    reason, proof, entry = _fault(members, inner, inner_head)
    if proof is None or entry is None or reason:
        return Check("outer", State.FAILS, {"reason": reason})
    facts: Facts = {"log": entry.log, "on": entry.on.isoformat(), "index": number(proof.index)}
    return _signed(proof, rules, inner_head.origin, facts)


def _fault(
    members: Mapping[str, bytes], inner: LogProof, inner_head: Checkpoint
) -> tuple[str, LogProof | None, OuterEntry | None]:
    """What is wrong with entry, salt or path? Nothing when the outer log's tree holds what hides the checkpoint."""
    if OUTER_PROOF not in members or OUTER_SALT not in members:
        return "half", None, None
    try:
        proof = read_log_proof(members[OUTER_PROOF])
        head = parse_checkpoint(split_note(proof.checkpoint)[0])
    except EvidenceError:
        return "proof", None, None
    try:
        entry = read_entry(proof.extra or b"")
    except EvidenceError:
        return "entry", proof, None
    if not isinstance(entry, OuterEntry) or head.origin != ORIGIN + entry.log:
        return "entry", proof, None
    salt, text = members[OUTER_SALT], split_note(inner.checkpoint)[0]
    is_of = inner_head.origin == ORIGIN + entry.of
    if not is_of or len(salt) != SALT_BYTES or hidden(salt, text) != entry.commitment:
        return "opens_nothing", proof, entry
    if not verify_inclusion(leaf_hash(proof.extra or b""), proof.index, head.size, proof.hashes, head.root):
        return "path", proof, entry
    return "", proof, entry


def _keys(rules: Policy, inner_origin: str, origin: str) -> list[NoteKey]:
    """By which keys may the outer log be signed? Its own, or those of the log that it holds, under its own name.

    A policy lists a public key once (C2SP tlog-policy), and an office may keep all its logs with one.
    """
    own = [key for key in rules.logs if key.name == origin]
    return own or [NoteKey(origin, key.kind, key.public) for key in rules.logs if key.name == inner_origin]


def _signed(proof: LogProof, rules: Policy | None, inner_origin: str, facts: Facts) -> Check:
    if rules is None:
        return Check("outer", State.NOT_CHECKED, {})
    origin = ORIGIN + facts["log"]
    logs, is_false = signers(proof.checkpoint, _keys(rules, inner_origin, origin))
    names, is_also = witnesses_of(proof.checkpoint, rules)
    if is_false or is_also:
        return Check("outer", State.FAILS, {"reason": "false"})
    if not any(key.name == origin for key in logs):
        return Check("outer", State.TOLD, {"reason": "unknown", **facts})
    if rules.quorum != NONE and not rules.has_quorum(names):
        return Check("outer", State.TOLD, {"reason": "few", **facts, "witnesses": names})
    return Check("outer", State.HOLDS, {**facts, "witnesses": names})
