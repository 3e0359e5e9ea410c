"""Can these files be read as EPCIS 2.0; and how is a fault said: its place, what was expected, found, and a remedy?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError, Fault
from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.custody.epcis.faults import Misread, MisreadError
from ecluse.custody.epcis.reading import read_document
from ecluse.custody.epcis.spelling import MOST_BYTES
from ecluse.edge.commands import out, say
from ecluse.edge.language import person_language

YES = 0
# What might stand instead, for the sentences that show an example.
EXAMPLES = {
    "uri": "urn:ecluse:party:firm-1", "biz_step": "shipping", "disposition": "in_transit", "transaction_type": "desadv",
    "side_type": "possessing_party", "reason": "incorrect_data",
}  # fmt: skip


class MisreadFileError(BadInputError):
    """A document that cannot be read or taken: every fault at its place in the JSON."""

    def __init__(self, file: str, faults: tuple[Misread, ...]) -> None:
        self.file, self.misread = file, faults
        super().__init__(fault_of(file, one, person_language()) for one in faults)

    def faults_in(self, lang: str) -> tuple[Fault, ...]:
        """Which faults are there, for a reader of this language?"""
        return tuple(fault_of(self.file, one, lang) for one in self.misread)


def fault_of(file: str, one: Misread, lang: str) -> Fault:
    """What is this fault as one row of a report? The place within the file is a JSON pointer."""
    place = f"{file}: {one.place}" if file else one.place
    return Fault(place, None, None, part("expected", one, lang), one.found, part("remedy", one, lang))


def part(name: str, one: Misread, lang: str) -> str:
    """What was expected here, or what mends it?"""
    facts = {"example": EXAMPLES.get(one.key, ""), **dict(one.facts)}
    return word(f"epcis.{name}.{one.key}", lang, **facts)


def bytes_of(file: str) -> bytes:
    """What does this file hold? Raises MisreadFileError where there is none."""
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise MisreadFileError(file, (Misread("/", "file", error.strerror or "–"),)) from None


def check(files: list[str], as_json: bool) -> int:
    """Can each of these files be read? 0 when all can; else every fault of every file is named."""
    faults: list[tuple[str, Misread]] = []
    rows: list[dict[str, Any]] = []
    for file in files:
        found = _misread(file)
        if isinstance(found, int):
            say(say_count("epcis.check.good", found, person_language(), file=file))
            rows.append({"file": file, "events": found, "faults": []})
            continue
        faults += [(file, one) for one in found]
        rows.append({"file": file, "events": None, "faults": [_form(one) for one in found]})
    if as_json:
        out({"files": rows})
    if faults:
        raise BadInputError(fault_of(file, one, person_language()) for file, one in faults)
    return YES


def _misread(file: str) -> int | tuple[Misread, ...]:
    """How many events has it, or which faults?"""
    try:
        return len(read_document(bytes_of(file)).events)
    except MisreadFileError as error:
        return error.misread
    except MisreadError as error:
        return error.faults


def _form(one: Misread) -> dict[str, str]:
    lang = person_language()
    return {"place": one.place, "code": one.key, "expected": part("expected", one, lang), "found": one.found,
            "remedy": part("remedy", one, lang)}  # fmt: skip
