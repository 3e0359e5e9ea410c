"""Does a bundle hold, check by check, and by whose policy? Pure; the page in the browser answers the same."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.x509 import Certificate

from ecluse.base.canon import canonical, digest, parse
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import Checkpoint, parse_checkpoint, split_note
from ecluse.base.proof import leaf_hash, opens, verify_inclusion
from ecluse.custody.log.bundle import (
    DISCLOSURES,
    ENTRY,
    MANIFEST,
    POLICY,
    PROOF,
    Bundle,
    Disclosure,
    listed,
    read_disclosures,
)
from ecluse.custody.log.bundle_outer import judge_outer
from ecluse.custody.log.bundle_signers import Check, Facts, State, number, signers, witnesses_of
from ecluse.custody.log.bundle_tokens import judge_tokens
from ecluse.custody.log.policy import NONE, Policy, read_policy
from ecluse.custody.log.proof_file import LogProof, read_log_proof

ENTRY_VERSION, ORIGIN, HEARING = "entry/1", "ecluse/", "hearing"


class Answer(enum.StrEnum):
    """What does the whole come to? `own`: everything holds, by a policy that the bundle itself brought."""

    HOLDS = "holds"
    FAILS = "fails"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Report:
    """Every check in order; what is disclosed, opened or not."""

    checks: tuple[Check, ...]
    policy: str
    disclosed: tuple[Disclosure, ...] = ()

    @property
    def answer(self) -> Answer:
        """What does it come to? Nobody's own policy makes a yes."""
        if any(check.state is State.FAILS for check in self.checks):
            return Answer.FAILS
        return Answer.HOLDS if self.policy == "yours" else Answer.OWN

    def form(self) -> dict[str, Any]:
        """How do other programs read it?"""
        return {
            "answer": str(self.answer), "policy": self.policy,
            "checks": [{"check": one.name, "state": str(one.state), **one.facts} for one in self.checks],
        }  # fmt: skip


def judge_bundle(
    bundle: Bundle, policy: bytes | None = None, authorities: Sequence[Certificate] | None = None
) -> Report:
    """Does each part of the bundle hold, by this policy file, or by the bundle's own where the checker names none?

    Time stamps are told, not judged, unless the checker pins authorities. Raises BadInputError for a policy of the
    checker's that is none.
    """
    members, judging = bundle.members, _Judging(bundle)
    rules = read_policy(policy, "policy") if policy is not None else judging.own_policy()
    judging.manifest()
    proof = judging.proof()
    checkpoint = judging.checkpoint(proof)
    entry = judging.entry(checkpoint)
    judging.inclusion(proof, checkpoint)
    outer = judge_outer(members, proof, checkpoint, rules)
    judging.signatures(rules, proof, checkpoint, outer)
    disclosed = judging.disclosures(entry)
    judging.policy(policy, is_read=rules is not None)
    if outer is not None:
        judging.checks.append(outer)
    judging.checks += judge_tokens(bundle, proof.checkpoint if proof else "", authorities)
    return Report(tuple(judging.checks), "own" if policy is None else "yours", disclosed)


@dataclass(slots=True)
class _Judging:
    """One bundle while its checks are gathered."""

    bundle: Bundle
    checks: list[Check] = field(default_factory=list)

    def add(self, check: str, state: State, /, **facts: Any) -> None:
        """Note how a check ended."""
        self.checks.append(Check(check, state, facts))

    def own_policy(self) -> Policy | None:
        """Which policy lies in the bundle? None where it is unreadable."""
        try:
            return read_policy(self.bundle.members[POLICY], POLICY)
        except BadInputError:
            return None

    def manifest(self) -> None:
        """Is every member the one that the manifest lists, and none else?"""
        members = self.bundle.members
        found, names = parse(members[MANIFEST]), listed(members)
        rows = found.get("members")
        if set(found) != {"v", "members"} or not isinstance(rows, list) or len(rows) != len(names):
            return self.add("members", State.FAILS, reason="list")
        for row, real in zip(rows, names, strict=True):
            if canonical(row) != canonical(real):
                return self.add("members", State.FAILS, reason="differs", member=real["name"])
        return self.add("members", State.HOLDS, n=len(names))

    def proof(self) -> LogProof | None:
        """Which proof lies in the bundle? None where it is unreadable."""
        try:
            return read_log_proof(self.bundle.members[PROOF])
        except EvidenceError:
            return None

    def checkpoint(self, proof: LogProof | None) -> Checkpoint | None:
        """What does the proof's checkpoint say, signatures unread?"""
        try:
            return parse_checkpoint(split_note(proof.checkpoint)[0]) if proof else None
        except EvidenceError:
            return None

    def entry(self, checkpoint: Checkpoint | None) -> Facts | None:
        """What does the entry say, if it is one of the log whose checkpoint this is?"""
        body = self.bundle.members[ENTRY]
        form = _read(body)
        reason = _entry_fault(form, checkpoint)
        if reason:
            self.add("entry", State.FAILS, reason=reason)
            return None
        self.add("entry", State.HOLDS, hash=leaf_hash(body).hex(), log=form["log"])
        return dict(form)

    def inclusion(self, proof: LogProof | None, head: Checkpoint | None) -> None:
        """Does the proof lead from the entry's hash to the checkpoint's root?"""
        if proof is None or head is None:
            return self.add("inclusion", State.FAILS, reason="proof" if proof is None else "checkpoint")
        leaf = leaf_hash(self.bundle.members[ENTRY])
        if not verify_inclusion(leaf, proof.index, head.size, proof.hashes, head.root):
            return self.add("inclusion", State.FAILS, reason="path")
        return self.add("inclusion", State.HOLDS, index=number(proof.index), size=number(head.size))

    def signatures(
        self, rules: Policy | None, proof: LogProof | None, head: Checkpoint | None, outer: Check | None
    ) -> None:
        """Did a known log sign the checkpoint, and did enough witnesses see it, or the outer log that holds it?"""
        if rules is None or proof is None or head is None:
            self.add("log_signature", State.NOT_CHECKED)
            return self.add("quorum", State.NOT_CHECKED)
        note = proof.checkpoint
        logs, false = signers(note, rules.logs)
        own = [key for key in logs if key.name == head.origin]
        if false or not own:
            self.add("log_signature", State.FAILS, reason="false" if false else "unknown")
        else:
            self.add("log_signature", State.HOLDS, log=head.origin, key_id=own[0].id.hex())
        names, false = witnesses_of(note, rules)
        if false:
            return self.add("quorum", State.FAILS, reason="false")
        if rules.quorum == NONE:
            return self.add("quorum", State.TOLD, reason="none_needed", witnesses=names)
        if not rules.has_quorum(names) and outer is not None and outer.state is State.HOLDS:
            return self.add("quorum", State.HOLDS, reason="outer", witnesses=outer.facts["witnesses"])
        if not rules.has_quorum(names):
            return self.add("quorum", State.FAILS, reason="few", witnesses=names)
        return self.add("quorum", State.HOLDS, witnesses=names)

    def disclosures(self, entry: Facts | None) -> tuple[Disclosure, ...]:
        """Does each disclosure open a commitment of the entry, each its own; how many stay closed?"""
        try:
            disclosed = read_disclosures(self.bundle.members[DISCLOSURES])
        except EvidenceError:
            self.add("disclosures", State.FAILS, reason="form")
            return ()
        if entry is None:
            if disclosed:
                self.add("disclosures", State.NOT_CHECKED)
            return disclosed
        left = list(_commitments(entry))
        for at, one in enumerate(disclosed):
            reason = _fault_of(one, left)
            if reason:
                self.add("disclosure", State.FAILS, reason=reason, at=at, name=one.name)
            else:
                self.add("disclosure", State.HOLDS, at=at, name=one.name)
        if left:
            self.add("closed", State.TOLD, n=len(left))
        return disclosed

    def policy(self, given: bytes | None, *, is_read: bool) -> None:
        """By whose policy was all this judged; is the bundle's copy the same file?"""
        copy = self.bundle.members[POLICY]
        if given is not None:
            state = State.HOLDS if given == copy else State.TOLD
            return self.add("policy", state, whose="yours" if given == copy else "differs", digest=digest(given))
        if not is_read:
            return self.add("policy", State.FAILS, reason="form")
        return self.add("policy", State.TOLD, whose="own", digest=digest(copy))


def _read(body: bytes) -> Any:
    """The value that these bytes spell canonically; None for others, as no record is."""
    try:
        return parse(body)
    except EvidenceError:
        return None


def _entry_fault(form: Any, checkpoint: Checkpoint | None) -> str:
    """Why is this no entry of the log whose checkpoint this is? Nothing when it is one."""
    if form is None:
        return "spelling"
    if not isinstance(form, dict) or form.get("v") != ENTRY_VERSION or not _has_commitments(form):
        return "version"
    log = form.get("log")
    is_other = not isinstance(log, str) or (checkpoint is not None and checkpoint.origin != ORIGIN + log)
    return "log" if is_other else ""


def _has_commitments(form: Facts) -> bool:
    found = form.get("sd")
    return isinstance(found, list) and all(isinstance(one, str) for one in [*found, form.get(HEARING, "")])


def _commitments(entry: Facts) -> Iterator[tuple[str, str]]:
    """Each commitment of an entry, and whether it is the hearing's or a record's."""
    for text in entry["sd"]:
        yield "record", text
    if HEARING in entry:
        yield HEARING, entry[HEARING]


def _fault_of(one: Disclosure, left: list[tuple[str, str]]) -> str:
    """What is wrong with this disclosure? Nothing when it opens a commitment, which is then taken."""
    salt, value = _hex(one.salt), one.value.encode()
    kind = HEARING if one.name == HEARING else "record"
    body = value if kind == "record" else _hex(one.value)
    if salt is None or body is None:
        return "form"
    if kind == "record" and not _is_named(one.name, value):
        return "name"
    for at, (held, text) in enumerate(left):
        commitment = _hex(text)
        if held == kind and commitment is not None and opens(commitment, salt, body):
            del left[at]
            return ""
    return "opens_nothing"


def _is_named(name: str, value: bytes) -> bool:
    """A record that was committed to says of itself which kind it is: its version is the disclosure's name."""
    form = _read(value)
    return isinstance(form, dict) and form.get("v") == name


def _hex(text: str) -> bytes | None:
    """The 32 bytes that this spells in lower-case hexadecimal."""
    is_hex = len(text) == 64 and all(char in "0123456789abcdef" for char in text)
    return bytes.fromhex(text) if is_hex else None
