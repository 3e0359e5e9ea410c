"""Which watchlists are in force here, and who was not yet screened on them? The lists are read from the bytes kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecluse.base.errors import EcluseError, EvidenceError
from ecluse.base.sealed import seal
from ecluse.edge.lists_kept import KeptBytes, entries_kept, unpacked
from ecluse.office.facts.parties import lists_in_force
from ecluse.office.models import Document, LiveParty
from ecluse.office.session import Session
from ecluse.parties.screen import Index, ListEntry, build_index
from ecluse.parties.terms import ListVersion, Party, Screening


def live_parties() -> list[str]:
    """Which parties stand in the register? Each of them is screened at every change of a list."""
    return list(LiveParty.objects.order_by("party").values_list("party", flat=True))


def index_in_force(session: Session, on: date, loaded: dict[str, tuple[ListEntry, ...]] | None = None) -> Index | None:
    """Which index serves the lists in force on this day? `loaded` gives entries that were just read.

    None without a list, and where the bytes of one are not here whole: screened on part of the lists is not screened.
    """
    versions = lists_in_force(session, on)
    try:
        entries = [e for version in versions for e in (loaded or {}).get(version.id) or _kept(version)]
    except EcluseError:
        return None
    return build_index(entries, [version.id for version in versions]) if versions else None


def _kept(version: ListVersion) -> tuple[ListEntry, ...]:
    return entries_kept(version.id, version.digest, _fetch)


def _fetch(name: str) -> bytes:
    row = Document.objects.filter(digest=name).first()
    body = unpacked(KeptBytes(row.digest, row.media_type, row.size, bytes(row.content))) if row else None
    if body is None:
        raise EvidenceError(f"the bytes of {name[:12]} are not kept here")
    return body


def unscreened(session: Session, parties: Iterable[str], on: date) -> list[str]:
    """Which of these parties were not screened, as they are registered now, on every list in force on this day?"""
    wanted = {version.id for version in lists_in_force(session, on)}
    return [name for name in parties if wanted and not _is_screened(session, name, wanted)]


def _is_screened(session: Session, name: str, wanted: set[str]) -> bool:
    party, last = session.newest(name, Party), session.newest(name, Screening)
    if party is None:
        return True  # nobody by this name: the gate asks for its registration
    return last is not None and last.party_digest == seal(party).digest and wanted <= set(last.list_versions)
