"""What do `ecluse log verify`, `prove`, `check-proof` and `cosign` do? A folder of tiles, no database."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.custody.log.note_keys import NoteKey, opened, read_key
from ecluse.custody.log.policy import POLICY_BYTES_LIMIT, Policy, read_policy
from ecluse.edge.commands import out
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.edge.log.folder import CHECKPOINT, LogFolder

YES, NO = 0, 1
TOLD_EVERY = 1_000_000
ENTRY_BYTES_LIMIT = 0xFFFF


def verify(folder: str, policy: str, keys: Sequence[str], processes: int, as_json: bool) -> int:
    """Does every log in the folder hash to its signed checkpoint? 1 when one does not, with what is wrong in it."""
    from ecluse.edge.log.verify import verify_log

    lang, found, root = person_language(), [], Path(folder)
    judge = _judge(policy, keys)
    for path in _logs(root):
        name = path.relative_to(root).as_posix()
        row: dict[str, Any] = {"log": name, "holds": False}
        try:
            whole = verify_log(path, processes, _Progress(lang, name))
            head = whole.checkpoint
            row |= {"origin": head.origin, "size": head.size, "root": head.root.hex()}
            row |= {"bundles": whole.bundles, "tiles": whole.tiles, **judge(whole.note), "holds": True}
            tell(say_count("log.verify.holds", head.size, lang, log=name, origin=head.origin))
        except EvidenceError as error:
            row["reason"] = str(error)
            tell(word("log.verify.fails", lang, log=name, reason=str(error)))
        found.append(row)
    if not judge.is_pinned:
        tell(word("log.verify.no_keys", lang))
    if as_json:
        out({"logs": found, "signatures_checked": judge.is_pinned})
    return YES if all(row["holds"] for row in found) else NO


def prove(folder: str, index: int, out: str) -> int:
    """Write proof and entry. Raises BadInputError for an index that the checkpoint does not reach."""
    from ecluse.edge.log.bundle_commands import proof_of

    lang, path = person_language(), Path(out)
    proof, entry = proof_of(folder, index)
    path.write_text(str(proof), "utf-8")
    path.with_suffix(".entry").write_bytes(entry)
    tell(word("log.prove.written", lang, file=out, entry=str(path.with_suffix(".entry"))))
    return YES


def check_proof(proof: str, entry: str, policy: str, as_json: bool) -> int:
    """Is the entry shown? 1 with the reason when not."""
    from ecluse.custody.log.proof_file import PROOF_BYTES_LIMIT, read_log_proof

    lang, rules = person_language(), policy_of(policy)
    content, body = read_file(Path(proof), PROOF_BYTES_LIMIT), read_file(Path(entry), ENTRY_BYTES_LIMIT)
    try:
        found = read_log_proof(content)
        judged = found.shows(body, rules)
    except EvidenceError as error:
        tell(word("log.proof.fails", lang, reason=str(error)))
        if as_json:
            out({"holds": False, "reason": str(error)})
        return NO
    head = judged.checkpoint
    tell(word("log.proof.holds", lang, index=found.index, origin=head.origin, witnesses=len(judged.witnesses)))
    if as_json:
        out({
            "holds": True, "index": found.index, "origin": head.origin, "size": head.size,
            "witnesses": dict(sorted(judged.witnesses.items())),
        })  # fmt: skip
    return YES


def cosign(folder: str, policy: str, as_json: bool) -> int:
    """Which witnesses signed each newest checkpoint? 1 while one has no quorum; what was signed is kept."""
    from ecluse.edge.log.ask_witness import SilentWitnessError, ask_witness

    lang, rules, rows, root = person_language(), policy_of(policy), [], Path(folder)
    for path in _logs(root):
        log, name = LogFolder(path), path.relative_to(root).as_posix()
        note = log.checkpoint()
        head = log.head()
        tree = log.tree(head.size if head else 0)
        row: dict[str, Any] = {"log": name, "witnesses": [], "silent": [], "refused": {}}
        for witness, url in sorted(rules.urls.items()):
            key = rules.witnesses[witness]
            try:
                lines = ask_witness(url, key, tree, note)
                note += "".join(line for line in lines.splitlines(keepends=True) if line not in note)
                row["witnesses"].append(witness)
            except SilentWitnessError as error:
                row["silent"].append(witness)
                tell(word("log.cosign.silent", lang, log=name, witness=witness, reason=str(error)))
            except EvidenceError as error:
                row["refused"][witness] = str(error)
                tell(word("log.cosign.refused", lang, log=name, witness=witness, reason=str(error)))
        log.publish(note)
        row["quorum"] = rules.has_quorum(_seen_by(rules, note))
        told = "log.cosign.done" if row["quorum"] else "log.cosign.short"
        tell(word(told, lang, log=name, witnesses=len(row["witnesses"])))
        rows.append(row)
    if as_json:
        out({"logs": rows})
    return YES if all(row["quorum"] for row in rows) else NO


def mirror(source: str, folder: str, policy: str, as_json: bool) -> int:
    """How far does the copy reach? 1 where the source may not be followed; 2 where it cannot be read."""
    from ecluse.edge.log.mirror import follow
    from ecluse.edge.log.reader import LogSite

    lang, rules = person_language(), policy_of(policy)
    try:
        found = follow(LogSite(source) if "://" in source else LogFolder(Path(source)), LogFolder(Path(folder)), rules)
    except EvidenceError as error:
        tell(word("log.mirror.refused", lang, source=source, reason=str(error)))
        if as_json:
            out({"followed": False, "reason": str(error)})
        return NO
    except OSError as error:
        expected = word("log.expected.source", lang)
        raise BadInputError.one(source, expected, str(error), word("log.remedy.source", lang)) from None
    tell(word("log.mirror.done", lang, log=found.judged.checkpoint.origin, old=found.old, new=found.new))
    if as_json:
        out({"followed": True, "origin": found.judged.checkpoint.origin, "old": found.old, "new": found.new})
    return YES


class _Judge:
    """Says who signed a checkpoint: by a policy, by keys that were named, or nothing where neither was given."""

    def __init__(self, policy: Policy | None, keys: tuple[NoteKey, ...]) -> None:
        self.policy, self.keys, self.is_pinned = policy, keys, bool(policy or keys)

    def __call__(self, note: str) -> dict[str, Any]:
        if self.policy:
            judged = self.policy.judge(note)
            return {"signed_by": judged.checkpoint.origin, "witnesses": dict(sorted(judged.witnesses.items()))}
        if self.keys:
            signed = opened(note, self.keys)
            return {"signed_by": sorted({key.name for key in signed.by})}
        return {}


def _judge(policy: str, keys: Sequence[str]) -> _Judge:
    lang = person_language()
    try:
        return _Judge(policy_of(policy) if policy else None, tuple(read_key(key) for key in keys))
    except EvidenceError as error:
        expected = word("log.expected.key", lang)
        raise BadInputError.one("--key", expected, str(error), word("log.remedy.key", lang)) from None


def policy_of(path: str) -> Policy:
    """Which policy does this file state? Raises BadInputError."""
    return read_policy(read_file(Path(path), POLICY_BYTES_LIMIT), path)


def _seen_by(policy: Policy, note: str) -> list[str]:
    try:
        signed = opened(note, policy.witnesses.values())
    except EvidenceError:
        return []
    return [name for name, key in policy.witnesses.items() if key in signed.by]


def _logs(root: Path) -> Iterator[Path]:
    """The log that the folder is, or every log within it, by name."""
    found = [root] if (root / CHECKPOINT).is_file() else sorted(path.parent for path in root.rglob(CHECKPOINT))
    if not found:
        lang = person_language()
        expected = word("log.expected.folder", lang)
        raise BadInputError.one(str(root), expected, word("log.found.nothing", lang), word("log.remedy.folder", lang))
    yield from found


def read_file(path: Path, limit: int) -> bytes:
    """Which bytes has this file, at most so many? Raises BadInputError."""
    lang = person_language()
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        expected, reason = word("log.expected.file", lang), error.strerror or str(error)
        raise BadInputError.one(str(path), expected, reason, word("log.remedy.file", lang)) from None
    if len(content) > limit:
        expected = word("log.expected.bytes", lang, limit=limit)
        raise BadInputError.one(str(path), expected, f"> {limit}", word("log.remedy.file", lang))
    return content


def write_whole(path: Path, body: bytes) -> None:
    """Does the file come to its place? Whole, or not at all: raises BadInputError."""
    lang, beside = person_language(), path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(body)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        expected, reason = word("log.expected.file", lang), error.strerror or str(error)
        raise BadInputError.one(str(path), expected, reason, word("log.remedy.file", lang)) from None


class _Progress:
    """Says now and then how much of a large log is hashed."""

    def __init__(self, lang: str, log: str) -> None:
        self.lang, self.log, self.said = lang, log, 0

    def __call__(self, done: int, size: int) -> None:
        if done - self.said >= TOLD_EVERY and sys.stderr:
            self.said = done
            tell(word("log.verify.progress", self.lang, log=self.log, done=done, size=size))
