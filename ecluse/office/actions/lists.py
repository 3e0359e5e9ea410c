"""How do watchlists take force in an office of service? One sweep over everybody; whoever comes later is screened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from ecluse.base.errors import ForbiddenError
from ecluse.base.sealed import seal
from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.edge.lists import LoadedList
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.parties import bring_in_lists, sweep
from ecluse.office.actions.reopen import reopen_parties
from ecluse.office.facts.lists import index_in_force, live_parties, unscreened
from ecluse.office.session import Session
from ecluse.parties.screen import make_screening
from ecluse.parties.terms import ListVersion, Party

DAY_OF_ID = re.compile(r"-(\d{4}-\d{2}-\d{2})-[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of taking lists in: which took force, which were left, who was screened, who answers to an entry."""

    taken: tuple[str, ...]
    known: tuple[str, ...]
    older: tuple[str, ...]
    parties: int
    hits: tuple[str, ...]
    stopped: tuple[str, ...]


def take_in_lists(session: Session, lists: Sequence[LoadedList], on: date) -> TakenIn:
    """Put these lists in force today and screen everybody on them, all or nothing; what a hit touches is heard again.

    Raises ForbiddenError where lists came in today already: whoever was swept today was swept on those.
    """
    known = {version.id: version for version in session.of("lists", ListVersion)}
    older = [loaded for loaded in lists if loaded.id not in known and _is_older(loaded, known.values())]
    fresh = [loaded for loaded in lists if loaded.id not in known and loaded not in older]
    with transaction.atomic():
        if fresh:
            parties, hits = _sweep_on(session, fresh, on)
        else:
            late = unscreened(session, live_parties(), on)
            parties, hits = len(late), screen_late(session, late, on)
        stopped = [followed.tranche for party in hits for followed in reopen_parties(session, party, on)]
    return TakenIn(
        tuple(one.id for one in fresh), tuple(one.id for one in lists if one.id in known),
        tuple(one.id for one in older), parties, tuple(hits), tuple(dict.fromkeys(stopped)),
    )  # fmt: skip


def _is_older(loaded: LoadedList, known: Iterable[ListVersion]) -> bool:
    """Is a newer version of the same list in force here?"""
    days = [DAY_OF_ID.search(v.id) for v in known if (v.publisher, v.title) == (loaded.publisher, loaded.title)]
    return any(day is not None and day[1] > loaded.date.isoformat() for day in days)


def _sweep_on(session: Session, fresh: Sequence[LoadedList], on: date) -> tuple[int, list[str]]:
    if any(version.in_force_from == on for version in session.of("lists", ListVersion)):
        raise ForbiddenError(say("newoffice.lists.once_a_day", person_language(), day=on))
    bodies = [body for loaded in fresh for body in loaded.bodies]
    bring_in_lists(session, [loaded.version(on) for loaded in fresh], bodies, on)
    index = index_in_force(session, on, {loaded.id: loaded.entries for loaded in fresh})
    if index is None:
        raise ForbiddenError(say("newoffice.lists.bytes_missing", person_language()))
    parties = live_parties()
    return len(parties), sweep(session, parties, index, on)


def screen_late(session: Session, parties: Iterable[str], on: date) -> list[str]:
    """Screen those whom no sweep reached, on the lists in force; which of them have hits?

    Without the bytes of every list nobody is screened, and the parties gate goes on holding.
    """
    late = unscreened(session, dict.fromkeys(parties), on)
    index = index_in_force(session, on) if late else None
    if index is None:
        return []
    hits = []
    with Deed(session, "parties.sweep", actor="clock:office", on=on, subject="screenings") as deed:
        for name in late:
            party = session.newest(name, Party)
            assert party is not None, "an unregistered party is not late"
            screening = make_screening(f"screening:{on}/{name}@{seal(party).digest[:12]}", party, index, on)
            deed.seal(screening, name)
            if screening.hits:
                hits.append(name)
    return hits
