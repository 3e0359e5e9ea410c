"""Which actions may a person take? Each is one row here; pages, API, matrix and documentation are made from it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ecluse.base.signing import Signature, sign
from ecluse.base.verdict import Held, Passed
from ecluse.custody.terms import Manifest
from ecluse.office.actions.cases import touches
from ecluse.office.actions.permissions import ACTIONS, ONLY, REPRESENTS, holds
from ecluse.office.facts.surplus import model_named
from ecluse.office.models import Tranche
from ecluse.office.registers import Model, Order
from ecluse.office.session import Mandate, Session
from ecluse.order import Standing

Verdict = Passed[Any] | Held


class About(enum.Enum):
    """What is an action about? The kind of its subject, whose id stands in its address."""

    OFFICE = "office"
    ORDER = "order"
    TRANCHE = "tranche"
    CERTIFICATE = "certificate"
    PARTY = "party"
    BLOCK = "block"
    LINE = "line"
    CENTRE = "centre"
    SHORTAGE = "shortage"
    PURCHASE = "purchase"
    CASE = "case"
    IMPORT = "import"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Effect:
    """What does an action stop or move, before it takes force? A count, and a key that says of what."""

    key: str
    count: int
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action? The subject to look at next, and the gate's verdict where one was heard."""

    subject: str
    verdict: Verdict | None = None


Choices = Callable[["Desk", str], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the office.

    `form` is a frozen dataclass: what the person states. `do` loads, judges and writes through deeds. `offers` says
    whether it is this subject's turn. `choices` gives the values of a field that names something on file, `given` what
    a page fills in. `permit` is the name under which the deed asks for permission (`permissions.ACTIONS`), the
    action's own unless another is given.
    """

    name: str
    about: About
    form: type
    do: Callable[[Desk, str, Any], Done]
    offers: Callable[[Desk, str], bool] = lambda desk, subject: True
    choices: Mapping[str, Choices] = field(default_factory=dict)
    preview: Callable[[Desk, str, Any], list[Effect]] | None = None
    given: Callable[[Desk, str], Mapping[str, Any]] = lambda desk, subject: {}
    permit: str = ""

    def roles(self) -> frozenset[str]:
        """Which roles may take it?"""
        return ACTIONS[self.permit or self.name]


@dataclass(slots=True)
class Desk:
    """At which desk is the work done: who sits there, with which session, on which day?"""

    session: Session
    mandate: Mandate
    on: date

    @property
    def person(self) -> str:
        """Who sits here?"""
        return self.mandate.person

    @property
    def body(self) -> str:
        """For whom does the person speak?"""
        return self.mandate.body

    @property
    def actor(self) -> str:
        """In whose name is it done: the body's, where the person speaks for it, else the person's own?"""
        return self.body if self.mandate.role in REPRESENTS else self.person

    @property
    def at(self) -> datetime:
        """Which UTC instant is it?"""
        return self.session.source.now()

    def sign(self, owner: str, record: Any, on: date | None = None) -> Signature:
        """What is this owner's signature of this record? By the key in force whose private half is held here."""
        day, private = on or self.on, self.session.source.private_key(owner)
        public = private.public_key().public_bytes_raw().hex()
        keys = [
            key for key in self.session.keys([owner])
            if key.valid_from <= day and (key.valid_until is None or day <= key.valid_until)
        ]  # fmt: skip
        named = [key for key in keys if key.public_hex == public] or keys
        return sign(record, named[-1].id if named else f"key:{owner}/1", private, day)

    def order(self, order: str) -> Order:
        """Which order is on file under this id? Raises KeyError."""
        found = self.session.newest(order, Order)
        if found is None:
            raise KeyError(order)
        return found

    def order_of(self, tranche: str) -> Order:
        """To which order does this tranche belong? Raises KeyError."""
        return self.order(tranche.rsplit("/", 1)[0])

    def tranche(self, tranche: str) -> Tranche:
        """Where does this tranche stand? Raises KeyError."""
        row = self.session.row(Tranche, tranche, tranche)
        if row is None:
            raise KeyError(tranche)
        return row

    def is_open(self, tranche: str) -> bool:
        """Is the tranche neither held, split nor through?"""
        row = self.session.row(Tranche, tranche, tranche)
        return row is not None and row.standing == Standing.OPEN.value and not row.is_split

    def model(self, order: Order) -> Model:
        """Which catalogue entry does the order sell?"""
        return model_named(self.session, order.class_, order.model)

    def log_of(self, order: Order) -> str:
        """In which log are this order's movements kept? Its centre's, else the home log."""
        return order.centre.replace("centre:", "centre-") if order.centre else "home"

    def sequence(self, tranche: str) -> int:
        """Which number has the next manifest of this tranche?"""
        return len(self.session.of(tranche, Manifest)) + 1


def may(desk: Desk, action: Action, subject: str) -> bool:
    """May this person take this action about this subject today? What the deed will ask is asked here as well."""
    roles, mandate = action.roles(), desk.mandate
    speaks = mandate.role in roles or (mandate.role in REPRESENTS and mandate.body.split(":", 1)[0] in roles)
    is_its_own = ONLY.get(action.permit or action.name, mandate.body) == mandate.body
    return speaks and is_its_own and holds(desk.session, mandate, desk.on) and is_case(desk, action, subject)


def is_case(desk: Desk, action: Action, subject: str) -> bool:
    """Is the subject a case of the person's body?"""
    order = subject.rsplit("/", 1)[0] if action.about is About.TRANCHE else subject
    if action.about in (About.ORDER, About.TRANCHE):
        return desk.session.newest(order, Order) is not None and touches(desk.session, desk.mandate, order)
    if action.about in (About.PARTY, About.LINE, About.CENTRE, About.BLOCK):
        return action.roles() != frozenset({"party"}) or desk.body in owners_of(desk.session, action.about, subject)
    return True


def owners_of(session: Session, about: About, subject: str) -> set[str]:
    """Which bodies may speak of this line, centre, block or party as their own?"""
    from ecluse.custody.terms import Centre, Line, SerialBlock

    if about is About.PARTY:
        return {subject}
    if about is About.CENTRE:
        centre = session.newest(subject, Centre)
        return {centre.operator} if centre else set()
    block = session.newest(subject, SerialBlock) if about is About.BLOCK else None
    line = session.newest(block.line if block else subject, Line)
    return {line.maker} if line else set()


def all_actions() -> Mapping[str, Action]:
    """Which actions are there, by name, in the order of the river?"""
    from ecluse.office.desk import (
        absences,
        after,
        custody,
        host_licence,
        licence,
        licence_cases,
        office,
        opening,
        openings,
        parties,
        plan,
        proceeds,
        production,
        signatures,
        surplus,
        tracing,
        witnesses,
    )

    opened = (office, absences, opening, openings, signatures)
    before = (*opened, surplus, parties, licence, licence_cases)
    rooms = (*before, production, host_licence, custody, witnesses, after, proceeds, plan, tracing)
    return {action.name: action for room in rooms for action in room.ACTIONS}


def offered(desk: Desk, about: About, subject: str, room: str = "") -> list[Action]:
    """Which actions are this person's to take about this subject now? Of one room alone where it is named."""
    return [
        action for action in all_actions().values()
        if action.about is about and action.name.startswith(room)
        and may(desk, action, subject) and action.offers(desk, subject)
    ]  # fmt: skip
