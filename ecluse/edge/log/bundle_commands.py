"""What do `ecluse log bundle` and `ecluse verify` do? One file for a stranger; a folder of tiles, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ecluse.base.errors import BadInputError, EvidenceError, Fault
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.base.words import LANGUAGES
from ecluse.base.words import say as word
from ecluse.custody.log.bundle import (
    BUNDLE_BYTES_LIMIT,
    ENTRY,
    LIMITS,
    OUTER_PROOF,
    OUTER_SALT,
    POLICY,
    PROOF,
    READMES,
    TOKENS,
    VERSION,
    Bundle,
    Disclosure,
    UnreadableBundleError,
    make,
    read_bundle,
)
from ecluse.custody.log.bundle_judge import Answer, Report, judge_bundle
from ecluse.custody.log.bundle_signers import Check, State
from ecluse.custody.log.policy import read_policy
from ecluse.custody.log.proof_file import LogProof, read_log_proof
from ecluse.custody.log.tiles import WIDTH
from ecluse.custody.log.tiles import Bundle as EntryBundle
from ecluse.edge.commands import out as print_form
from ecluse.edge.commands import say as tell
from ecluse.edge.envelope_file import is_statement_file, verify_file
from ecluse.edge.language import person_language
from ecluse.edge.log.commands import read_file, write_whole
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.stamp_commands import pinned_in, stamps_of, why

STATUS = {Answer.HOLDS: 0, Answer.FAILS: 1, Answer.OWN: 2}
LAST_SECOND = 253_402_300_799  # of the year 9999, the last that a calendar here can write


def verify(bundle: str, policy: str, as_json: bool, authorities: str = "") -> int:
    """Does the bundle hold? 0 by the checker's policy; 1 not; 2 where nobody but the bundle itself names the keys.

    A file of one statement of the closed envelope with its proof is verified too: 0 or 1, no policy has a part in it.
    """
    lang, path = person_language(), Path(bundle)
    content = read_file(path, BUNDLE_BYTES_LIMIT)
    if is_statement_file(content):
        return verify_file(path, content, as_json)
    rules = read_file(Path(policy), LIMITS[POLICY]) if policy else None
    if rules is not None:
        read_policy(rules, policy)
    pinned = pinned_in(authorities)
    report = judge_bundle(opened(path, content, lang), rules, pinned)
    for check in report.checks:
        tell(f"{word(f'bundle.state.{check.state}', lang):<14}  {told(check, lang)}")
    tell(word(f"bundle.answer.{report.answer}", lang))
    if as_json:
        print_form({**report.form(), "disclosed": [one._asdict() for one in report.disclosed]})
    else:
        _print_opened(report)
    return STATUS[report.answer]


def bundle(
    folder: str, index: int, out: str, policy: str, outer_proof: str, outer_salt: str, tokens: Sequence[str],
    disclosures: Iterable[Disclosure] = (), beside: Mapping[str, bytes] | None = None, authorities: str = "",
) -> int:  # fmt: skip
    """Write the bundle of one entry. 1, and nothing is written, where it would not hold by the policy."""
    lang = person_language()
    content = read_file(Path(policy), LIMITS[POLICY])
    read_policy(content, policy)
    pinned = pinned_in(authorities)
    proof, entry = proof_of(folder, index)
    named = {**(beside or {}), **_enclosed(outer_proof, outer_salt, tokens, _kept(folder, proof))}
    enclosed = {POLICY: content, PROOF: str(proof).encode(), ENTRY: entry, **named}
    readmes = {READMES[one]: word("bundle.readme", one, v=VERSION).encode() for one in LANGUAGES}
    disclosed = tuple(disclosures)
    body = make({**enclosed, **readmes}, disclosed)
    report = judge_bundle(read_bundle(body), content, pinned)
    if report.answer is not Answer.HOLDS:
        for check in report.checks:
            if check.state is State.FAILS:
                tell(told(check, lang))
        tell(word("bundle.not_written", lang))
        return STATUS[Answer.FAILS]
    write_whole(Path(out), body)
    names = ", ".join(one.name for one in disclosed) or word("bundle.nothing", lang)
    tell(word("bundle.written", lang, file=out, names=names))
    return 0


def proof_of(folder: str, index: int) -> tuple[LogProof, bytes]:
    """Which proof and which bytes has this entry of the tile log? Raises BadInputError beyond the checkpoint."""
    lang, log = person_language(), LogFolder(Path(folder))
    head = log.head()
    size = head.size if head else 0
    if index >= size:
        expected = word("log.expected.index", lang, last=size - 1)
        raise BadInputError.one(folder, expected, str(index), word("log.remedy.index", lang))
    number = index // WIDTH
    entry = log.entries(EntryBundle(number, min(WIDTH, size - number * WIDTH)))[index % WIDTH]
    return LogProof(index, tuple(log.tree(size).inclusion_proof(index)), log.checkpoint()), entry


def opened(path: Path, content: bytes, lang: str) -> Bundle:
    """Which bundle is this file? Raises BadInputError naming the place, what a bundle has there, what was found."""
    try:
        return read_bundle(content)
    except UnreadableBundleError as error:
        expected = word(f"bundle.expected.{error.code}", lang, limit=error.limit)
        found = error.found or word(f"bundle.found.{error.code}", lang)
        fault = Fault(str(path), None, error.place, expected, found, word("bundle.remedy.again", lang))
        raise BadInputError([fault]) from None


def told(check: Check, lang: str) -> str:
    """What does this check say, in this language?"""
    facts = dict(check.facts)
    if "witnesses" in facts:
        seen = facts.pop("witnesses").items()
        facts["names"] = ", ".join(f"{name} ({_instant(at)})" for name, at in seen) or word(
            "bundle.witnesses.none", lang
        )
    if check.name == "token" and "reason" in facts:
        facts["why"] = why(facts.pop("reason"), facts.pop("found"), lang)
    which = facts.pop("reason", "") or facts.pop("whose", "")
    key = f"bundle.check.{check.name}.{check.state}{'.' if which else ''}{which}"
    return word(key, lang, **facts)


def _kept(folder: str, proof: LogProof) -> list[bytes]:
    """The time stamps that are kept beside the checkpoint of this proof."""
    size = parse_checkpoint(split_note(proof.checkpoint)[0]).size
    return stamps_of(LogFolder(Path(folder)), size, proof.checkpoint)


def _enclosed(outer_proof: str, outer_salt: str, tokens: Sequence[str], kept: Sequence[bytes]) -> dict[str, bytes]:
    """What else is put into the bundle: the proof in the outer log with its salt, time stamps."""
    lang = person_language()
    if bool(outer_proof) != bool(outer_salt):
        expected, found = word("bundle.expected.outer", lang), word("bundle.found.one", lang)
        raise BadInputError.one("ecluse log bundle", expected, found, word("bundle.remedy.outer", lang))
    stamps = list(dict.fromkeys([*kept, *(read_file(Path(path), LIMITS[TOKENS[0]]) for path in tokens)]))
    if len(stamps) > len(TOKENS) or len(tokens) > len(TOKENS):
        remedy = word("bundle.remedy.token", lang, limit=LIMITS[TOKENS[0]], n=len(TOKENS))
        raise BadInputError.one("--token", f"<= {len(TOKENS)}", str(max(len(stamps), len(tokens))), remedy)
    named = {OUTER_PROOF: outer_proof, OUTER_SALT: outer_salt} if outer_proof else {}
    enclosed = {name: read_file(Path(path), LIMITS[name]) for name, path in named.items()}
    enclosed |= dict(zip(TOKENS, stamps, strict=False))
    if outer_proof:
        try:
            read_log_proof(enclosed[OUTER_PROOF])
        except EvidenceError as error:
            remedy = word("log.remedy.file", lang)
            raise BadInputError.one(outer_proof, ".tlog-proof", str(error), remedy) from None
    return enclosed


def _print_opened(report: Report) -> None:
    """On standard output: each value that opens its commitment, one a line."""
    good = {check.facts["at"] for check in report.checks if check.name == "disclosure" and check.state is State.HOLDS}
    for at, one in enumerate(report.disclosed):
        if at in good and report.answer is not Answer.FAILS:
            print(f"{one.name}  {one.value}")


def _instant(at: int | str) -> str:
    """The second at which a witness signed, in UTC; beyond what a calendar can write, the number itself."""
    if isinstance(at, str) or at > LAST_SECOND:
        return str(at)
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
