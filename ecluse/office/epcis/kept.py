"""Which events of partners did the office take before? Each is kept as a document beside its order, named by its id."""

from __future__ import annotations

import hashlib

from ecluse.custody.epcis.reading import read_document
from ecluse.custody.epcis.terms import Document, Event
from ecluse.custody.epcis.writing import write_document
from ecluse.office import models
from ecluse.office.actions.documents import attachments_of
from ecluse.office.desk.form import Upload
from ecluse.office.desk.office import Attach
from ecluse.office.desk.registry import Desk, all_actions

LETTERS = 32
ACTION = "office.attach"
BEGINNING = "epcis-"


def name_of(event_id: str) -> str:
    """Under which name is the event with this id kept?"""
    return f"{BEGINNING}{hashlib.sha256(event_id.encode()).hexdigest()[:LETTERS]}.json"


def text_of(event: Event, context: object) -> bytes:
    """As which document is this event kept? The same bytes however often, and in whatever company, it is sent."""
    return write_document(Document(created=event.time, events=(event,), context=context)).encode()


def keep(desk: Desk, order: str, event: Event, context: object) -> None:
    """Lay the event beside its order, as it came."""
    content = text_of(event, context)
    all_actions()[ACTION].do(desk, order, Attach(Upload(name_of(str(event.id)), content)))


def digest_kept(desk: Desk, order: str, event_id: str) -> str | None:
    """What is the digest of the event that was taken under this id? None when none was."""
    name = name_of(event_id)
    return next((one.digest for one in attachments_of(desk.session, order) if one.name == name), None)


def events_kept(desk: Desk, order: str) -> list[Event]:
    """Which events of partners lie beside this order?"""
    digests = [one.digest for one in attachments_of(desk.session, order) if one.name.startswith(BEGINNING)]
    rows = models.Document.objects.filter(digest__in=digests)
    return [event for row in rows for event in read_document(bytes(row.content)).events]
