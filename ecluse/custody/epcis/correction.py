"""How is an event corrected that others have already? By two more: it is declared wrong, and another stands instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ecluse.custody.epcis.terms import ErrorDeclaration, Event

DID_NOT_OCCUR, INCORRECT = "did_not_occur", "incorrect_data"


def corrected(wrong: Event, instead: Event | None, declared: datetime) -> tuple[Event, ...]:
    """Which events are appended when this one was wrong? The declaration, and the event that stands instead, if any.

    The declaration repeats the wrong event with its id, so that whoever has it finds it; nothing is taken back.
    Raises ValueError for an event without an id, for one that is a declaration itself, and for a zoneless instant.
    """
    if wrong.id is None or wrong.error is not None or declared.tzinfo is None:
        raise ValueError("an event with an id of its own is declared wrong at an instant")
    if instead is not None and (instead.id is None or instead.id == wrong.id):
        raise ValueError("what stands instead has an id of its own")
    reason = DID_NOT_OCCUR if instead is None else INCORRECT
    ids = None if instead is None else (str(instead.id),)
    said = replace(wrong, error=ErrorDeclaration(declared.isoformat(timespec="milliseconds"), reason, ids))
    return (said,) if instead is None else (said, instead)


def standing(events: Iterable[Event]) -> tuple[Event, ...]:
    """Which of these events hold, once every declaration among them is heeded? In the order given."""
    listed = tuple(events)
    wrong = {event.id for event in listed if event.error is not None}
    return tuple(event for event in listed if event.id is None or event.id not in wrong)
