"""What do `ecluse epcis export` and `ecluse epcis capture` do?"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.custody.epcis.faults import Misread, MisreadError
from ecluse.custody.epcis.reading import MOST_EVENTS
from ecluse.custody.epcis.writing import write_document
from ecluse.edge.epcis import MisreadFileError, bytes_of
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say

if TYPE_CHECKING:
    from ecluse.custody.epcis.terms import Event

SENDERS = frozenset({"party", "authority"})


def export(serial: str, consignment: str, first: str, last: str, file: str, db: str) -> int:
    """Write a document of what is on record of one unit, one consignment or a time."""
    if sum(map(bool, (serial, consignment, first or last))) != 1:
        given = [name for name, value in (("--serial", serial), ("--consignment", consignment),
                                          ("--from", first), ("--until", last)) if value]  # fmt: skip
        raise _refused("which", ", ".join(given) or "–")
    days = _days(first, last) if first or last else None
    if file and Path(file).exists():
        raise _refused("there", file)
    open_office(db)
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.export import document

    events = _events(serial, consignment, days)
    if len(events) > MOST_EVENTS:
        raise _refused("many", str(len(events)), most=str(MOST_EVENTS))
    text = write_document(document(events, open_session().source.now()))
    if file:
        _write_new(file, text)
    else:
        print(text, end="")
    lang = person_language()
    say(say_count("epcis.export.written", len(events), lang) if events else word("epcis.export.none", lang))
    return 0


def _events(serial: str, consignment: str, days: tuple[date, date] | None) -> tuple[Event, ...]:
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.export import Unknown, of_serial, of_time, of_tranche

    session = open_session()
    try:
        if days is not None:
            return of_time(session, *days)
        return of_serial(session, serial) if serial else of_tranche(session, consignment)
    except Unknown:
        raise _refused("serial" if serial else "tranche", serial or consignment) from None


def _days(first: str, last: str) -> tuple[date, date]:
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise _refused("days", f"{first or '–'}, {last or '–'}") from None
    if days[0] > days[1]:
        raise _refused("days", f"{first}, {last}")
    return days


def _write_new(file: str, text: str) -> None:
    try:
        with Path(file).open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise _refused("there", f"{file}: {error.strerror}") from None


def _refused(key: str, found: str, **facts: str) -> MisreadFileError:
    return MisreadFileError("", (Misread("ecluse epcis", key, found, tuple(facts.items())),))


def take_in(file: str, person: str, db: str, as_json: bool) -> int:
    """Take a partner's document in, as this person; every event, or none and why not."""
    if not person:
        raise _refused("person", "–")
    body = bytes_of(file)
    open_office(db)
    from ecluse.office.commands.opening import session_of
    from ecluse.office.epcis.capture import capture

    mandate = session_of(person, SENDERS).mandate
    assert mandate is not None
    try:
        taken = capture(mandate, body)
    except MisreadError as error:
        raise MisreadFileError(file, error.faults) from None
    lang, new = person_language(), [one for one in taken if one.is_new]
    say(say_count("epcis.capture.new", len(new), lang))
    if len(taken) > len(new):
        say(say_count("epcis.capture.known", len(taken) - len(new), lang))
    if as_json:
        print(json.dumps([one.form() for one in taken], ensure_ascii=False))
    return 0
