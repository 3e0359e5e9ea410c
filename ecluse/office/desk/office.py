"""Which actions has a person in the office at large? Lay a document beside an order, turn a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ecluse.base.canon import digest
from ecluse.office.actions.calendar import turn_day
from ecluse.office.actions.documents import attach, attachments_of, tables_of
from ecluse.office.desk.form import Fault, FormError, Upload
from ecluse.office.desk.opening import plain
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.desk.today import is_demonstration
from ecluse.office.media import MOST_BYTES, media_type_of, plain_name
from ecluse.office.registers_people import Attachment

MOST_DAYS = 366
# A table in an old encoding is told by nothing but what the import makes of it.
UNTOLD = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class TurnDay:
    """By how many days is the calendar turned?"""

    days: int


def turn(desk: Desk, subject: str, form: TurnDay) -> Done:
    """Turn the demonstration's calendar; in service the day comes by itself."""
    if not 1 <= form.days <= MOST_DAYS:
        raise FormError([Fault("days", "form.fault.range", str(form.days))])
    turn_day(desk.session, desk.on + timedelta(form.days))
    return Done("office")


@dataclass(frozen=True, slots=True)
class Attach:
    """Which file is laid beside the order?"""

    file: Upload


def attach_document(desk: Desk, subject: str, form: Attach) -> Done:
    """Lay a document beside an order: PDF, PNG, JPEG, CSV, XLSX or JSON, told by its content, 10 MB at most."""
    content = form.file.content
    if not 0 < len(content) <= MOST_BYTES:
        raise FormError([Fault("file", "form.fault.file_size", str(len(content)))])
    kind = media_type_of(content)
    if kind is None:
        raise FormError([Fault("file", "form.fault.file_kind", form.file.name[:80])])
    if digest(content) in {one.digest for one in attachments_of(desk.session, subject)}:
        raise FormError([Fault("file", "form.fault.file_there", form.file.name[:80])])
    attach(
        desk.session, subject, content, kind, plain_name(form.file.name, kind), actor=desk.actor, on=desk.on,
        log=desk.log_of(desk.order(subject)),
    )  # fmt: skip
    return Done(subject)


def lay_down(desk: Desk, file: Upload) -> Attachment:
    """Keep a table that one's own body is going to propose, however it is spelled: the import tells what is wrong."""
    content, subject = file.content, tables_of(desk.body)
    if not 0 < len(content) <= MOST_BYTES:
        raise FormError([Fault("file", "form.fault.file_size", str(len(content)))])
    there = {one.digest: one for one in attachments_of(desk.session, subject)}
    kind = media_type_of(content)
    name = plain_name(file.name, kind) if kind else plain(file.name)
    return there.get(digest(content)) or attach(
        desk.session, subject, content, kind or UNTOLD, name, actor=desk.person, on=desk.on
    )


ACTIONS = (
    Action("office.attach", About.ORDER, Attach, attach_document),
    Action("office.turn_day", About.OFFICE, TurnDay, turn, lambda desk, subject: is_demonstration()),
)  # fmt: skip
