"""How does a signature made away from the office come in? Checked against key, owner and digest; all, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.errors import BadInputError, Fault, ForbiddenError
from ecluse.base.sealed import unseal
from ecluse.base.signing import Key, Signature, holds
from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.edge.seal_many import signatures_of
from ecluse.office.actions.deed import Deed
from ecluse.office.models import Record, SignatureRow
from ecluse.office.opening.records import SignatureBrought
from ecluse.office.opening.unsigned import Unsigned, brought_for, is_brought, of_digest
from ecluse.office.session import Session

ACTION = "office.bring_signatures"
REGISTER = "register:signatures"
# Who may carry any owner's signatures in; whoever speaks for a body carries that body's alone.
CARRIERS = frozenset({"planner", "author", "countersigner"})


@dataclass(frozen=True, slots=True)
class Refused:
    """One signature that does not come in: its place in the file, what it claims to sign, and why not."""

    file: str
    number: int
    digest: str
    key: str
    facts: tuple[tuple[str, Any], ...] = ()

    def part(self, part: str, lang: str) -> str:
        """What was expected, what was found, or what mends it, in this language?"""
        key = "signatures.expected" if part == "expected" else f"signatures.{part}.{self.key}"
        return say(key, lang, **dict(self.facts))

    def fault(self, lang: str) -> Fault:
        """What is this as one row of a bad-input report?"""
        return Fault(
            self.file, self.number, self.digest[:16], self.part("expected", lang), self.part("found", lang),
            self.part("remedy", lang),
        )  # fmt: skip


class SignaturesRefusedError(BadInputError):
    """A file of signatures that cannot be taken: every one that is refused is named, and nothing kept."""

    def __init__(self, refused: list[Refused]) -> None:
        self.refused = tuple(refused)
        super().__init__(one.fault(person_language()) for one in refused)

    def faults_in(self, lang: str) -> tuple[Fault, ...]:
        """Which faults are there, for a reader of this language?"""
        return tuple(one.fault(lang) for one in self.refused)


@dataclass(frozen=True, slots=True)
class Brought:
    """One signature that stands every check: what it signs, and the signature."""

    waits: Unsigned
    made: Signature


def bring_signatures(session: Session, file_name: str, body: bytes, *, actor: str, on: date) -> list[Brought]:
    """Which signatures did this file bring? Each is put under its record; a file with one bad signature brings none.

    Raises SignaturesRefusedError naming every one that is refused and why; ForbiddenError for another body's.
    """
    found: list[Brought] = []
    refused: list[Refused] = []
    for number, (digest, made) in enumerate(signatures_of(body, file_name), 1):
        checked = _checked(session, digest, made, on)
        if isinstance(checked, Brought):
            found.append(checked)
        else:
            key, facts = checked
            refused.append(Refused(file_name, number, digest, key, tuple(facts.items())))
    if refused:
        raise SignaturesRefusedError(refused)
    _refuse_foreign(session, found)
    with Deed(session, ACTION, actor=actor, on=on, subject=REGISTER) as deed:
        for one in found:
            deed.seal(_record(session, one, on), one.waits.subject)
            if not one.waits.is_paper:
                deed.sign(unseal(one.waits.record.body), [one.made])
    return found


def _checked(session: Session, digest: str, made: Signature, on: date) -> Brought | tuple[str, dict[str, Any]]:
    """The signature with what it signs; else by which key of the catalogue it is refused, with the facts."""
    waits = of_digest(session, digest)
    if waits is None:
        is_in = SignatureRow.objects.filter(digest=digest).exists() or is_brought(digest)
        return (
            "replayed" if is_in else "needs_none" if Record.objects.filter(digest=digest).exists() else "no_record"
        ), {}
    if brought_for(session, waits.subject, digest, waits.owner):
        return "replayed", {}
    key = next((key for key in session.keys([waits.owner]) if key.id == made.key), None)
    if key is None:
        return "key_unknown", {"owner": waits.owner, "signer": made.key}
    wrong = _day_fault(key, made, on)
    if wrong:
        return wrong
    if not holds(digest, made.on, key.public_hex, made.value_hex):
        return "false", {"owner": waits.owner, "signer": made.key}
    return Brought(waits, made)


def _day_fault(key: Key, made: Signature, on: date) -> tuple[str, dict[str, Any]] | None:
    """Was the key in force on the day that the signature names, and is it still?

    A key that has ended may be in anyone's hands, and whoever holds it writes any day: what it signed in time is
    brought in in time.
    """
    if made.on > on:
        return "not_yet", {"day": made.on, "today": on}
    if made.on < key.valid_from:
        return "key_too_young", {"signer": key.id, "day": key.valid_from}
    if key.valid_until is not None and (made.on > key.valid_until or on > key.valid_until):
        return "key_ended", {"signer": key.id, "day": key.valid_until}
    return None


def _refuse_foreign(session: Session, found: list[Brought]) -> None:
    mandate = session.mandate
    if mandate is None or mandate.role in CARRIERS:
        return
    for one in found:
        if one.waits.owner not in (mandate.body, mandate.person):
            raise ForbiddenError(
                say("signatures.foreign", person_language(), owner=one.waits.owner, body=mandate.body)
            )  # fmt: skip


def _record(session: Session, one: Brought, on: date) -> SignatureBrought:
    number = 1 + len(session.of(one.waits.subject, SignatureBrought))
    digest, made = one.waits.record.digest, one.made
    id = f"signature-brought:{one.waits.subject}/{number}-{digest[:16]}"
    return SignatureBrought(id, digest, one.waits.owner, made.key, made.on, made.value_hex, on)
