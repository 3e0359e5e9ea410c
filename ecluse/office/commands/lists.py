"""What do `ecluse lists import` and `ecluse lists status` do?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say

if TYPE_CHECKING:
    from ecluse.parties.terms import Screening


def _tell(key: str, **facts: Any) -> None:
    say(word(f"newoffice.lists.{key}", person_language(), **facts))


def lists_import(folder: str, db: str, as_json: bool) -> int:
    """Put the newest whole lists of a folder in force today and screen everybody on them."""
    open_office(db)
    from ecluse.edge.lists import walk_lists
    from ecluse.office.actions.lists import take_in_lists
    from ecluse.office.desk.tell_office import tell_written
    from ecluse.office.desk.today import open_session, today

    walk, lang = walk_lists(Path(folder)), person_language()
    for skipped in walk.skipped:
        _tell("skipped", file=skipped.file, reason=skipped.reason)
    session = open_session()
    done = take_in_lists(session, walk.lists, today())
    told = tell_written(session, today())
    for key in ("taken", "known", "older"):
        for name in getattr(done, key):
            _tell(key, list=name)
    say(say_count("newoffice.lists.screened", done.parties, lang))
    for party in done.hits:
        _tell("hit", party=party)
    for tranche in done.stopped:
        _tell("stopped", tranche=tranche)
    if told:
        say(say_count("newoffice.lists.told", told, lang))
    if as_json:
        form = {name: list(getattr(done, name)) for name in ("taken", "known", "older", "hits", "stopped")}
        print(json.dumps({**form, "parties": done.parties}, ensure_ascii=False))
    return 0 if done.taken or done.known else 2


def lists_status(db: str, as_json: bool) -> int:
    """Which lists are in force, when was everybody screened on them, and who was not? 1 when anybody was not."""
    open_office(db)
    status = status_form()
    if as_json:
        print(json.dumps(status, ensure_ascii=False))
    else:
        _show(status)
    return 0 if status["lists"] and not status["unscreened"] else 1


def status_form() -> dict[str, Any]:
    """How do the lists stand here, as data?"""
    from ecluse.office.desk.today import open_session, today
    from ecluse.office.facts.lists import live_parties, unscreened
    from ecluse.office.facts.parties import lists_in_force
    from ecluse.parties.terms import Clearance, Screening, Sweep

    session, on = open_session(), today()
    parties, swept = live_parties(), session.newest("sweeps", Sweep)
    last = {party: session.newest(party, Screening) for party in parties}
    cleared = {party: {c.entry for c in session.of(party, Clearance)} for party in parties}
    return {
        "lists": [
            {
                "id": v.id, "publisher": v.publisher, "title": v.title, "entries": v.entries,
                "since": str(v.in_force_from),
            }
            for v in lists_in_force(session, on)
        ],
        "swept": str(swept.on) if swept else None,
        "parties": len(parties),
        "hits": [name for name, seen in last.items() if seen and _open_hits(seen, cleared[name])],
        "unscreened": unscreened(session, parties, on),
    }  # fmt: skip


def _open_hits(screening: Screening, cleared: set[str]) -> list[str]:
    return [hit.entry for hit in screening.hits if hit.entry not in cleared]


def _show(status: Mapping[str, Any]) -> None:
    lang = person_language()
    for one in status["lists"]:
        print(f"{one['id']}  {one['publisher']}  {one['entries']}  {one['since']}")
    if not status["lists"]:
        _tell("none")
    if status["swept"]:
        _tell("swept", day=status["swept"])
    say(say_count("newoffice.lists.screened", status["parties"] - len(status["unscreened"]), lang))
    for key, name in (("hits", "hit"), ("unscreened", "unscreened")):
        for party in status[key]:
            _tell(name, party=party)
