"""What does every order's dossier hold? Its hearings in order and each object they cite, as the records have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecluse.base.claim import refs_in
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.sealed import unseal, unseal_as
from ecluse.edge.dossier import file_name, write_dossier
from ecluse.office.models import Record
from ecluse.order import Dossier, Gate, Hearing, seal_form

ASKED_AT_ONCE = 500  # SQLite binds at most 999 values in one statement
OBJECTS_KEPT = 50_000
RIVER = {gate: place for place, gate in enumerate(Gate)}


def export_dossiers(folder: Path) -> int:
    """How many dossiers were written into this folder? One an order, and one a certificate that was asked for.

    A certificate's hearing belongs to no order and many draw on it, so it stands in a dossier of its own, under the
    certificate's name. Raises EvidenceError when a hearing cites what is not on record.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError.one(str(folder), "a folder", error.strerror or "none", "name another folder") from None
    written, kept = 0, {}
    for name, hearings in _hearings_by_name():
        if len(kept) > OBJECTS_KEPT:
            kept.clear()
        write_dossier(Dossier(hearings[0].order, hearings, _cited(hearings, kept)), folder / file_name(name))
        written += 1
    return written


def _hearings_by_name() -> Iterator[tuple[str, tuple[Hearing, ...]]]:
    """The hearings of every order, and of every certificate: each stands after those that it may cite."""
    found: dict[str, list[tuple[int, bytes]]] = {}
    rows = Record.objects.filter(v="hearing/1").values_list("order", "subject", "turn", "body")
    for order, subject, turn, body in rows.iterator(chunk_size=2000):
        found.setdefault(order or subject, []).append((turn, bytes(body)))
    for name in sorted(found):
        heard = [(turn, unseal_as(Hearing, body)) for turn, body in found.pop(name)]
        yield name, tuple(hearing for _, hearing in sorted(heard, key=_place))


def _place(heard: tuple[int, Hearing]) -> tuple[Any, ...]:
    turn, hearing = heard
    return hearing.on, RIVER[hearing.gate], hearing.tranche, turn


def _cited(hearings: tuple[Hearing, ...], kept: dict[str, Any]) -> dict[str, Any]:
    """Every object that these hearings cite, by digest. What one of them found, the dossier holds in the hearing."""
    found = {seal_form(h.finding).digest for h in hearings if h.finding is not None}
    wanted = {ref for hearing in hearings for ref in refs_in(hearing.claim)} - found
    asked = sorted(ref for ref in wanted if ref not in kept)
    for start in range(0, len(asked), ASKED_AT_ONCE):
        rows = Record.objects.filter(digest__in=asked[start : start + ASKED_AT_ONCE]).values_list("digest", "body")
        kept.update((digest, unseal(bytes(body))) for digest, body in rows)
    missing = sorted(ref for ref in wanted if ref not in kept)
    if missing:
        raise EvidenceError(
            f"{hearings[0].order or hearings[0].tranche} cites {missing[0][:12]}, which is not on record"
        )
    return {digest: kept[digest] for digest in wanted}
