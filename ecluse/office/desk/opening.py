"""Which actions has a person on tables that come in? Propose, accept, decline; end a mandate by a table of one row."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from ecluse.edge.imports.kinds import KINDS
from ecluse.edge.imports.sheet import FILE_BYTES_LIMIT
from ecluse.office.actions import opening as act
from ecluse.office.actions.opening import ACCEPTORS
from ecluse.office.desk.form import Fault, FormError, Upload
from ecluse.office.desk.refs import mandates_on_file
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.facts.sides import is_low
from ecluse.office.opening.records import ProposedImport
from ecluse.office.registers import Officer

NAME_LIMIT = 120
LONG, CHOICE = {"long": True}, {"choice": True}


@dataclass(frozen=True, slots=True)
class ProposeImport:
    """Which table is to be taken in, and how do its headings and words become ours?"""

    table: str = field(metadata=CHOICE)
    file: Upload = field()
    map: Upload | None = None


def propose_import(desk: Desk, subject: str, form: ProposeImport) -> Done:
    """Propose a table: every error is named by row, else it waits for a second person of another authority."""
    if not 0 < len(form.file.content) <= FILE_BYTES_LIMIT:
        raise FormError([Fault("file", "form.fault.table_size", str(len(form.file.content)))])
    proposal, _ = act.propose_import(
        desk.session, form.table, plain(form.file.name), form.file.content, form.map.content if form.map else None,
        officer=desk.person, on=desk.on,
    )  # fmt: skip
    return Done(proposal.id)


def plain(name: str) -> str:
    """Under which name is the file kept? No folders and no marks that cannot be read; of a long name its end."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    return "".join(char for char in last if char.isprintable()).strip()[-NAME_LIMIT:] or "table.csv"


def tables(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which kinds of table may come in here? The ministry's secrets never enter the low side."""
    low = is_low(desk.session)
    return [(kind.name, f"newoffice.table.{kind.name}") for kind in KINDS.values() if not (low and kind.is_secret)]


@dataclass(frozen=True, slots=True)
class AcceptImport:
    """Did the second person look at what the table comes to?"""

    read: bool


def accept_import(desk: Desk, subject: str, form: AcceptImport) -> Done:
    """Accept a proposed table, as a second person of another authority: its rows take force together."""
    if not form.read:
        raise FormError([Fault("read", "form.fault.read_first")])
    act.accept_import(desk.session, subject, officer=desk.person, on=desk.on)
    return Done(subject)


def is_second(desk: Desk, subject: str) -> bool:
    """Does this proposal wait, and did neither this person nor this authority make it?"""
    proposal = waiting_proposal(desk, subject)
    return proposal is not None and desk.person != proposal.proposer and desk.body != proposal.authority


def waiting_proposal(desk: Desk, subject: str) -> ProposedImport | None:
    """Which proposal waits under this id?"""
    found = desk.session.newest(subject, ProposedImport)
    return None if found is None or act.is_answered(desk.session, subject) else found


@dataclass(frozen=True, slots=True)
class DeclineImport:
    """Why is the table not taken?"""

    reason: str = field(metadata=LONG)


def decline_import(desk: Desk, subject: str, form: DeclineImport) -> Done:
    """Do not take a proposed table; whoever proposed it may take it back."""
    act.decline_import(desk.session, subject, officer=desk.person, reason=form.reason, on=desk.on)
    return Done(subject)


def is_waiting(desk: Desk, subject: str) -> bool:
    """Does this proposal wait for an answer that this person may give?"""
    return desk.mandate.role in ACCEPTORS and waiting_proposal(desk, subject) is not None


@dataclass(frozen=True, slots=True)
class EndMandate:
    """Whose mandate ends, and which day is its last?"""

    mandate: str = field(metadata=CHOICE)
    last_day: date = field()


def end_mandate(desk: Desk, subject: str, form: EndMandate) -> Done:
    """Propose that a mandate ends: its newest wording counts once a second person of another authority accepts."""
    if form.last_day < desk.on:
        raise FormError([Fault("last_day", "form.fault.range", str(form.last_day))])
    found = next(one for one in mandates_on_file() if name_of(one) == form.mandate)
    table, columns = io.StringIO(), ("officer", "authority", "role", "name", "valid_from", "valid_until")
    cells = (found.id, found.authority, found.role, found.name, str(found.valid_from), str(form.last_day))
    csv.writer(table, delimiter=";").writerows((columns, cells))
    file_name = f"{found.id.partition(':')[2]}.csv"
    proposal, _ = act.propose_import(
        desk.session, "officers", file_name, table.getvalue().encode(), None, officer=desk.person, on=desk.on
    )
    return Done(proposal.id)


def name_of(one: Officer) -> str:
    """Under which name is this mandate chosen?"""
    return f"{one.id} {one.authority} {one.role} {one.valid_from}"


def mandates(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which mandates are in force, or will be?"""
    return [
        (name_of(one), f"{one.name} · {one.role} · {one.authority}") for one in mandates_on_file()
        if one.valid_until is None or desk.on <= one.valid_until
    ]  # fmt: skip


ACTIONS = (
    Action("office.propose_import", About.OFFICE, ProposeImport, propose_import, choices={"table": tables}),
    Action("office.accept_import", About.IMPORT, AcceptImport, accept_import, is_second),
    Action("office.decline_import", About.IMPORT, DeclineImport, decline_import, is_waiting),
    Action("office.end_mandate", About.OFFICE, EndMandate, end_mandate, choices={"mandate": mandates},
           permit="office.propose_import"),
)  # fmt: skip
