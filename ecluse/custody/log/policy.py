"""Whose signatures make a checkpoint good? A policy file: logs, witnesses, groups of them, and the quorum.

C2SP `tlog-policy`: `log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME all|any|K MEMBER...`, `quorum NAME|none`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ecluse.base.errors import BadInputError, EvidenceError, Fault
from ecluse.base.note import Checkpoint, parse_checkpoint
from ecluse.custody.log.note_keys import KeyKind, NoteKey, opened, read_key

NONE = "none"
POLICY_BYTES_LIMIT = 1_000_000
MEMBERS_LIMIT = 1_000
DIGITS_LIMIT = 4


class Group(NamedTuple):
    """So many of these members, witnesses or groups, must have seen a checkpoint."""

    needed: int
    members: tuple[str, ...]


class Judged(NamedTuple):
    """A checkpoint that fulfils a policy: what it says, which log signed, which witnesses saw it when."""

    checkpoint: Checkpoint
    logs: tuple[NoteKey, ...]
    witnesses: Mapping[str, int]


@dataclass(slots=True)
class Policy:
    """Known logs and witnesses, and how many witnesses are enough."""

    logs: dict[NoteKey, str] = field(default_factory=dict)
    witnesses: dict[str, NoteKey] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def has_quorum(self, seen: Iterable[str]) -> bool:
        """Are these witnesses enough?"""
        held = set(seen) & self.witnesses.keys()
        for name, group in self.groups.items():  # a group names only what stands above it
            if len(held & set(group.members)) >= group.needed:
                held.add(name)
        return self.quorum == NONE or self.quorum in held

    def judge(self, note: str) -> Judged:
        """Is this checkpoint signed by a known log whose name it bears, and seen by enough witnesses?

        Raises EvidenceError saying what is missing.
        """
        name_of = {key: name for name, key in self.witnesses.items()}
        signed = opened(note, [*self.logs, *name_of])
        checkpoint = parse_checkpoint(signed.text)
        logs = tuple(key for key in signed.by if key in self.logs and key.name == checkpoint.origin)
        if not logs:
            raise EvidenceError(f"checkpoint is not signed by a known log named {checkpoint.origin}")
        seen = {name_of[key]: at for key, at in signed.by.items() if key in name_of and at is not None}
        if not self.has_quorum(seen):
            raise EvidenceError(f"checkpoint was seen by {', '.join(sorted(seen)) or 'no witness'}: no quorum")
        return Judged(checkpoint, logs, seen)


def read_policy(content: bytes, file: str = "policy") -> Policy:
    """Which policy does this file state? Raises BadInputError with the line."""
    if len(content) > POLICY_BYTES_LIMIT:
        raise BadInputError.one(file, f"at most {POLICY_BYTES_LIMIT} bytes", str(len(content)), "shorten the policy")
    policy = Policy()
    for number, line in enumerate(content.split(b"\n"), 1):
        # Octets above 0x7F are opaque: each stands for itself.
        text = line.decode("latin-1")
        words = text.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            if any(char < " " and char != "\t" for char in text) or "\x7f" in text:
                raise _StatementError("no control characters", repr(text[:80]))
            _add(policy, words)
        except _StatementError as error:
            expected, found = error.args
            raise BadInputError([Fault(file, number, None, expected, found, "mend this line")]) from None
    if not policy.quorum:
        raise BadInputError.one(file, "one line `quorum NAME`", "none", "say which witness, group or `none` suffices")
    return policy


class _StatementError(Exception):
    """This line is none of a policy: expected, found."""


def _add(policy: Policy, words: list[str]) -> None:
    kind, rest = words[0], words[1:]
    if kind == "log" and len(rest) in (1, 2):
        key = _key(rest[0], (KeyKind.LOG_ED25519,))
        _ensure(all(key.public != other.public for other in policy.logs), "each log's key once", rest[0])
        policy.logs[key] = rest[1] if rest[1:] else ""
    elif kind == "witness" and len(rest) in (2, 3):
        key = _key(rest[1], (KeyKind.COSIGNER_ED25519, KeyKind.COSIGNER_ML_DSA_44))
        _name_is_new(policy, rest[0])
        _ensure(all(key.public != other.public for other in policy.witnesses.values()), "each key once", rest[1])
        policy.witnesses[rest[0]] = key
        policy.urls |= {rest[0]: rest[2]} if rest[2:] else {}
    elif kind == "group" and len(rest) > 2:
        name, needed, members = rest[0], rest[1], tuple(rest[2:])
        _name_is_new(policy, name)
        taken = {member for group in policy.groups.values() for member in group.members}
        for at, member in enumerate(members):
            known = member in policy.witnesses or member in policy.groups
            _ensure(known, "members that are named above", member)
            _ensure(member not in taken and member not in members[:at], "each member in one group, once", member)
        least = {"all": len(members), "any": 1}.get(needed) or (
            int(needed) if needed.isdecimal() and len(needed) <= DIGITS_LIMIT else 0
        )
        _ensure(1 <= least <= len(members) <= MEMBERS_LIMIT and needed[0] != "0", "`all`, `any`, 1 to members", needed)
        policy.groups[name] = Group(least, members)
    elif kind == "quorum" and len(rest) == 1:
        _ensure(not policy.quorum, "one quorum", rest[0])
        known = rest[0] == NONE or rest[0] in policy.witnesses or rest[0] in policy.groups
        _ensure(known, "a witness or group that is named above, or `none`", rest[0])
        policy.quorum = rest[0]
    else:
        raise _StatementError("log, witness, group or quorum with its parts", " ".join(words)[:80])


def _key(text: str, kinds: tuple[KeyKind, ...]) -> NoteKey:
    try:
        key = read_key(text.encode("latin-1").decode())
    except (EvidenceError, UnicodeDecodeError):
        raise _StatementError("a verifier key: name+id+base64", text[:80]) from None
    _ensure(key.kind in kinds, f"a key of type {' or '.join(f'{kind:#04x}' for kind in kinds)}", f"{key.kind:#04x}")
    return key


def _name_is_new(policy: Policy, name: str) -> None:
    is_new = name not in policy.witnesses and name not in policy.groups and name != NONE
    _ensure(is_new, "a name that is not taken", name)


def _ensure(holds: bool, expected: str, found: str) -> None:
    if not holds:
        raise _StatementError(expected, found)
