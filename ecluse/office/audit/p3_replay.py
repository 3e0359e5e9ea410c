"""P3: does every screening, made again on the very bytes of its lists, find the hits that were sealed, and no other?"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ecluse.base.errors import EcluseError
from ecluse.edge.lists_kept import KeptBytes, entries_kept, unpacked
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.models import Document
from ecluse.parties.names import matcher
from ecluse.parties.screen import Index, ListEntry, build_index, screen
from ecluse.parties.terms import Hit, ListVersion, Party, Screening


class _LeftOut(Exception):
    """The bytes of a list are too many to be kept."""


def screenings_replay(reading: Reading, tally: Tally) -> None:
    """Does every screening come out again, hit by hit, from the bytes of the lists that it names?"""
    entries = _entries_of_versions(reading, tally)
    versions = [row.value for row in reading.of(ListVersion)]
    made: dict[tuple[str, ...], list[Filed]] = defaultdict(list)
    for row in reading.of(Screening):
        made[row.value.list_versions].append(row)
    for names, rows in made.items():
        if any(name not in entries for name in names):
            continue
        chosen = [entry for version in versions if version.id in names for entry in entries[version.id]]
        _replay(reading, tally, build_index(chosen, names), rows)


def _replay(reading: Reading, tally: Tally, index: Index, rows: list[Filed]) -> None:
    memo: dict[str, tuple[Hit, ...]] = {}

    def check(row: Filed) -> None:
        screening: Screening = row.value
        if screening.matcher != matcher():
            _wait(tally, "matchers_of_other_releases")
            return
        party = reading.by_digest.get(screening.party_digest)
        rests = [screening.party, screening.party_digest, "lists", "sweeps"]
        if party is None or not isinstance(party.value, Party) or party.value.id != screening.party:
            tally.broken("screening_of_nobody", screening.id, row.on, rests=rests, party=screening.party)
            return
        if party.digest not in memo:
            memo[party.digest] = screen(party.value, index)
        tally.count("screenings_replayed")
        found = memo[party.digest]
        if screening.hits != found:
            tally.broken(
                "screening_differs", screening.id, row.on, rests=rests, hits=len(screening.hits),
                hits_found=len(found), entry=_first_difference(screening.hits, found),
            )  # fmt: skip

    tally.each(rows, check, lambda row: row.rid)


def _first_difference(stated: tuple[Hit, ...], found: tuple[Hit, ...]) -> str:
    left = [hit.entry for hit in (*stated, *found) if not (hit in stated and hit in found)]
    return left[0] if left else "-"


def _entries_of_versions(reading: Reading, tally: Tally) -> dict[str, tuple[ListEntry, ...]]:
    """What does each list version hold, by the bytes that were kept of it?"""
    found: dict[str, tuple[ListEntry, ...]] = {}
    for row in reading.of(ListVersion):
        version: ListVersion = row.value
        rests = [version.id, row.digest, "lists"]
        try:
            entries = entries_kept(version.id, version.digest, _fetch)
        except _LeftOut:
            _wait(tally, "list_bytes")
            continue
        except Document.DoesNotExist:
            tally.broken("list_bytes_missing", version.id, row.on, rests=rests, digest=version.digest)
            continue
        except EcluseError as error:
            tally.broken("list_bytes_differ", version.id, row.on, rests=rests, error=str(error)[:200])
            continue
        if len(entries) != version.entries:
            tally.broken(
                "list_bytes_differ", version.id, row.on, rests=rests, error=f"{len(entries)}, not {version.entries}"
            )
        found[version.id] = entries
    return found


def _fetch(name: str) -> bytes:
    row: Any = Document.objects.get(digest=name)
    body = unpacked(KeptBytes(row.digest, row.media_type, row.size, bytes(row.content)))
    if body is None:
        raise _LeftOut(name)
    return body


def _wait(tally: Tally, what: str) -> None:
    """This cannot be replayed here: the promise is not wholly checked, and says what is not."""
    tally.is_unchecked = True
    if what not in tally.unchecked:
        tally.unchecked.append(what)
