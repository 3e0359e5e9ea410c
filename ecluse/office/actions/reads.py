"""Who looked at what? One line for each page about an order, a party, a certificate or a unit."""

from __future__ import annotations

from datetime import datetime

from ecluse.office.models import ReadEntry

PAGE_LENGTH, SUBJECT_LENGTH = 60, 160


def write_read(person: str, page: str, subject: str, at: datetime) -> None:
    """This person looked at this page about this subject now."""
    ReadEntry.objects.create(at=at, person=person, page=page[:PAGE_LENGTH], subject=subject[:SUBJECT_LENGTH])
