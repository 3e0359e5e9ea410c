"""Which actions has a person at the parties gate? Clear a hit by name, with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ecluse.base.sealed import seal
from ecluse.office.actions import parties as act
from ecluse.office.actions.cases import state_of
from ecluse.office.desk.refs import choices_of, need_party
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.registers import Model
from ecluse.parties.terms import Clearance, EndUseClause, EndUseStatement, Party, Screening

LONG, CHOICE = {"long": True}, {"choice": True}


@dataclass(frozen=True, slots=True)
class Clear:
    """Which list entry is another person, and how is that known?"""

    entry: str = field(metadata=CHOICE)
    reason: str = field(metadata=LONG)


def clear(desk: Desk, subject: str, form: Clear) -> Done:
    """State, by name, that a hit is another person."""
    party = desk.session.newest(subject, Party)
    if party is None:
        raise KeyError(subject)
    cleared = Clearance(
        f"clearance:{subject}/{form.entry}",
        seal(party).digest,
        form.entry,
        desk.person,
        desk.body,
        form.reason,
        desk.on,
    )
    act.clear(desk.session, cleared, subject)
    return Done(subject)


def hits(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which hits of the last screening has nobody cleared?"""
    screenings = desk.session.of(subject, Screening)
    cleared = {clearance.entry for clearance in desk.session.of(subject, Clearance)}
    found = screenings[-1].hits if screenings else ()
    return [(hit.entry, f"{hit.entry} · {hit.entry_name}") for hit in found if hit.entry not in cleared]


@dataclass(frozen=True, slots=True)
class StateEndUse:
    """What does the end user's state promise, for how many units of which model?"""

    number: str
    model: str = field(metadata=CHOICE)
    units: int = field()
    valid_until: date = field()
    no_re_export_without_consent: bool = True
    delivery_verification: bool = True
    on_site_checks: bool = True
    loss_reports: bool = True


def state_end_use(desk: Desk, subject: str, form: StateEndUse) -> Done:
    """Issue an end-use statement for an end user of one's own state, under the state's key."""
    state = state_of(desk.session, desk.body)
    need_party(desk.session, "number", subject)
    clauses = tuple(clause for clause in EndUseClause if getattr(form, clause.value))
    statement = EndUseStatement(
        f"statement:{state.lower()}-{form.number}", form.number, subject, state, form.model, form.units, clauses,
        desk.on, form.valid_until, desk.on,
    )  # fmt: skip
    act.state_end_use(desk.session, statement, authority=desk.body, signature=desk.sign(desk.body, statement))
    return Done(statement.id)


def is_of_state(desk: Desk, subject: str) -> bool:
    """Has this party its seat in the authority's state?"""
    party = desk.session.newest(subject, Party)
    return party is not None and party.state == state_of(desk.session, desk.body)


ACTIONS = (
    Action("parties.clear", About.PARTY, Clear, clear, lambda desk, subject: bool(hits(desk, subject)),
           choices={"entry": hits}),
    Action("parties.state_end_use", About.PARTY, StateEndUse, state_end_use, is_of_state,
           choices={"model": lambda desk, subject: choices_of(Model, lambda m: f"{m.id} ({m.class_})")}),
)  # fmt: skip
