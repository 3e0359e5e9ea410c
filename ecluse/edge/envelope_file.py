"""Does a file of one statement with its proof hold, and what does it claim? The core install alone; no network."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from ecluse.base.canon import digest, parse
from ecluse.base.envelope import equations
from ecluse.base.errors import BadInputError, EvidenceError, Fault
from ecluse.base.group import is_zero
from ecluse.base.statement import Statement, Sum, read, spelled
from ecluse.base.words import say as word
from ecluse.edge.commands import out as print_form
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language

# 256 ranges of 48 bits in the longer form, in base64, beside a statement of 512 commitments.
STATEMENT_BYTES_LIMIT = 8_000_000


class UnreadableStatementError(EvidenceError):
    """The file is no statement with its proof: `place` is file, proof or statement, `why` a code or what was found."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(why)
        self.place = place

    def found_in(self, lang: str) -> str:
        """What was found instead, in this language? Of a statement's fields and points: as its reader says it."""
        return str(self) if self.place == "statement" else word(f"bundle.envelope.found.{self}", lang)


def is_statement_file(content: bytes) -> bool:
    """Is this file meant as a statement? A proof bundle is a zip and begins otherwise."""
    return content[:1] == b"{"


def verify_file(path: Path, content: bytes, as_json: bool) -> int:
    """Does the file's proof show its statement? 0 yes; 1 not, and where. Raises BadInputError for another file."""
    lang = person_language()
    try:
        form = answer_to(content)
    except UnreadableStatementError as error:
        expected = word(f"bundle.envelope.expected.{error.place}", lang, limit=STATEMENT_BYTES_LIMIT)
        found, remedy = error.found_in(lang), word("bundle.envelope.remedy", lang)
        raise BadInputError([Fault(str(path), None, error.place, expected, found, remedy)]) from None
    for line in told(form, lang):
        tell(line)
    if as_json:
        print_form(form)
    else:
        print("\n".join(form["claims"]))
    return 0 if form["statement"] == "holds" else 1


def told(form: dict[str, Any], lang: str) -> list[str]:
    """Which sentences tell a person this answer? The verdict first, what it rests on, what it does not show."""
    verdict = word(f"bundle.envelope.{form['statement']}", lang, place=form.get("place", ""))
    facts = {key: fact for key, fact in form.items() if key != "claims"}
    more = [word(f"bundle.envelope.{key}", lang, **facts) for key in ("stands", "counts", "digest", "limits")]
    return [verdict, *more]


def answer_to(content: bytes) -> dict[str, Any]:
    """What is the answer to such a file's bytes? Raises UnreadableStatementError where they are none."""
    statement, proof = read_file(content)
    place = untrue_at(statement, proof)
    verdict = {"statement": "untrue", "place": place} if place else {"statement": "holds"}
    facts = {
        "name": statement.name, "context": statement.context, "log": statement.log, "index": statement.index,
        "digest": digest(spelled(statement)), "commitments": len(statement.commitments),
        "known": len(statement.known), "zero": len(statement.zero), "one_of": len(statement.one_of),
        "in_range": len(statement.in_range),
    }  # fmt: skip
    return {**verdict, **facts, "claims": claim_lines(statement)}


def read_file(content: bytes) -> tuple[Statement, bytes]:
    """Which statement and proof does the file hold? Canonical JSON, a line feed may follow it."""
    if len(content) > STATEMENT_BYTES_LIMIT:
        raise UnreadableStatementError("file", "bytes")
    try:
        form = parse(content.removesuffix(b"\n"))
    except EvidenceError:
        raise UnreadableStatementError("file", "json") from None
    if not isinstance(form, dict) or set(form) != {"proof", "statement"}:
        raise UnreadableStatementError("file", "fields")
    try:
        proof = base64.b64decode(form["proof"], validate=True)
        if base64.b64encode(proof).decode() != form["proof"]:
            raise ValueError(form["proof"])
    except (TypeError, ValueError, binascii.Error):
        raise UnreadableStatementError("proof", "base64") from None
    try:
        return read(form["statement"]), proof
    except EvidenceError as error:
        raise UnreadableStatementError("statement", str(error)) from None


def untrue_at(statement: Statement, proof: bytes) -> str:
    """At which part does the proof not show the statement? Empty when it does."""
    try:
        found = equations(statement, proof)
    except EvidenceError as error:
        return str(error).removeprefix("proof, ").removeprefix("proof: ").partition(": ")[0]
    return next((place for place, equation in found if not is_zero(equation)), "")


def claim_lines(statement: Statement) -> list[str]:
    """What is claimed, in the signs of arithmetic, which are the same in every language?"""
    zero = [f"{sum_text(one)} = 0" for one in statement.zero]
    one_of = [" ∨ ".join(f"{sum_text(one)} = 0" for one in branches) for branches in statement.one_of]
    return [*zero, *one_of, *(f"0 ≤ {sum_text(one.sum)} < 2^{one.bits}" for one in statement.in_range)]


def sum_text(one: Sum) -> str:
    """How does a person write this sum? Names in brackets, signs between.

    >>> sum_text(Sum((("made", 2), ("sold", -1)), 1))
    '2 · [made] − [sold] − 1'
    """
    parts = [(number, f"[{name}]") for name, number in one.terms]
    text = "".join(f" {_sign(number)} {_scale(number)}{name}" for number, name in parts)
    if one.less:
        text += f" {_sign(-one.less)} {abs(one.less)}"
    return text.removeprefix(" + ") if text.startswith(" + ") else f"−{text[3:]}"


def _sign(number: int) -> str:
    return "−" if number < 0 else "+"


def _scale(number: int) -> str:
    return "" if abs(number) == 1 else f"{abs(number)} · "
