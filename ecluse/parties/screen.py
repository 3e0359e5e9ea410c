"""Which list entries answer to a party? An index over entries by identifier, exact name and normalised name."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from ecluse.base.canon import canonical, digest
from ecluse.base.sealed import seal
from ecluse.parties.names import exact_form, identifier_form, matcher, nfc, normal_forms
from ecluse.parties.terms import Hit, MatchGrade, Party, PartyKind, Screening

ENTRY_LIMIT = 2_000_000
# A bare number of this length, equal under another scheme, is worth a person's look.
VALUE_LENGTH_MIN = 7


class EntryKind(enum.Enum):
    """What does a list entry name? Unknown when its publisher does not say."""

    PERSON = "person"
    FIRM = "firm"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of one list version: its publisher's number, its names (the first is the main one), identifiers.

    Names that the publisher calls weak are never exact: they only bring the party before a person.
    """

    list_version: str
    entry: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    kind: EntryKind
    names_weak: tuple[str, ...] = ()

    def reference(self) -> str:
        """How is this entry cited in hits and clearances? Number and digest: another content is another reference."""
        return _reference(self.entry, self.names, self.names_weak, self.identifiers, self.kind)


@lru_cache(maxsize=65536)
def _reference(
    entry: str, names: tuple[str, ...], weak: tuple[str, ...], identifiers: tuple[str, ...], kind: EntryKind
) -> str:
    parts = (names, weak, identifiers)
    content = canonical([*([nfc(text) for text in sorted(set(part))] for part in parts), kind.value])
    return f"{entry}@{digest(content)[:12]}"


@dataclass(frozen=True)
class Index:
    """Entries of the list versions in force, found by each of their forms. Built once, read by many screenings."""

    list_versions: tuple[str, ...]
    entries: tuple[ListEntry, ...]
    by_identifier: dict[str, list[int]] = field(repr=False)
    by_value: dict[str, list[int]] = field(repr=False)
    by_exact: dict[str, list[tuple[int, str]]] = field(repr=False)
    by_normal: dict[str, list[tuple[int, str]]] = field(repr=False)

    def references_of(self, entry: str) -> tuple[str, ...]:
        """Under which references does an entry stand that its publisher numbers so? For the office's clearances."""
        return tuple(dict.fromkeys(item.reference() for item in self.entries if item.entry == entry))


def build_index(entries: Iterable[ListEntry], list_versions: Iterable[str] = ()) -> Index:
    """What index serves these entries? `list_versions` names also the versions that hold no entry.

    Raises ValueError beyond two million entries.
    """
    entries = tuple(entries)
    if len(entries) > ENTRY_LIMIT:
        raise ValueError(f"{len(entries)} entries, at most {ENTRY_LIMIT}")
    versions = dict.fromkeys((*list_versions, *sorted({entry.list_version for entry in entries})))
    by_identifier: dict[str, list[int]] = defaultdict(list)
    by_value: dict[str, list[int]] = defaultdict(list)
    by_exact: dict[str, list[tuple[int, str]]] = defaultdict(list)
    by_normal: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, entry in enumerate(entries):
        for identifier in entry.identifiers:
            form = identifier_form(identifier)
            by_identifier[form].append(number)
            by_value[form.partition(":")[2]].append(number)
        for name in entry.names:
            by_exact[exact_form(name)].append((number, name))
        for name in (*entry.names, *entry.names_weak):
            for normal in normal_forms(name):
                by_normal[normal].append((number, name))
    return Index(tuple(versions), entries, dict(by_identifier), dict(by_value), dict(by_exact), dict(by_normal))


def screen(party: Party, index: Index) -> tuple[Hit, ...]:
    """Which entries answer to this party, each by its surest grade? Ordered by list version, entry, grade.

    Same identifier: identifier. Same name but for case and spacing: exact, if the entry may be of the party's kind.
    Same name once normalised, or same number under another scheme: normalised, which a person must look at.
    """
    found: dict[int, Hit] = {}
    for grade in MatchGrade:
        for number, name in _candidates(party, index, grade):
            if number not in found:
                entry = index.entries[number]
                found[number] = Hit(entry.list_version, entry.reference(), nfc(name or _main_name(entry)), grade)
    return tuple(sorted(found.values(), key=lambda hit: (hit.list_version, hit.entry, hit.grade.value)))


def make_screening(id: str, party: Party, index: Index, on: date) -> Screening:
    """What record says that this party was screened on this index on this day? No hits is evidence too."""
    return Screening(id, party.id, seal(party).digest, index.list_versions, matcher(), screen(party, index), on)


def _candidates(party: Party, index: Index, grade: MatchGrade) -> Iterator[tuple[int, str]]:
    names = (party.name, *party.names_other)
    if grade is MatchGrade.IDENTIFIER:
        for identifier in party.identifiers:
            form = identifier_form(identifier)
            if form.partition(":")[2]:
                yield from ((number, "") for number in index.by_identifier.get(form, ()))
    elif grade is MatchGrade.EXACT:
        for name in names:
            for number, listed in index.by_exact.get(exact_form(name), ()):
                if _may_be(party.kind, index.entries[number].kind):
                    yield number, listed
    else:
        for name in names:
            for form in (exact_form(name), *normal_forms(name)):
                yield from index.by_exact.get(form, ())
                yield from index.by_normal.get(form, ())
        for identifier in party.identifiers:
            value = identifier_form(identifier).partition(":")[2]
            if len(value) >= VALUE_LENGTH_MIN and re.search(r"\d", value):
                yield from ((number, "") for number in index.by_value.get(value, ()))


def _may_be(party: PartyKind, entry: EntryKind) -> bool:
    """May an entry of this kind be such a party? An entry of unknown kind may be anybody."""
    if entry is EntryKind.UNKNOWN:
        return True
    if party is PartyKind.PERSON:
        return entry is EntryKind.PERSON
    if party is PartyKind.VESSEL:
        return entry is EntryKind.VESSEL
    return entry is EntryKind.FIRM


def _main_name(entry: ListEntry) -> str:
    return entry.names[0] if entry.names else entry.entry
