"""What does an answer of the API look like? Every one is typed; amounts and numbers are whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema


class FactOut(Schema):
    """One fact of a ground, as the language writes it."""

    name: str
    value: str


class GroundOut(Schema):
    """Why is it held? Code, provision, sentence and remedy in the language asked for."""

    code: str
    effect: Literal["refuse", "refer"]
    provision: str
    sentence: str
    remedy: str
    facts: list[FactOut]


class OutcomeOut(Schema):
    """What came of an action? The subject to look at, and the gate's verdict where one was heard."""

    subject: str
    verdict: Literal["passed", "held"] | None
    grounds: list[GroundOut]


class HandoverOut(Schema):
    """A centre's side of a handover was signed; `waits` says that the other side's signature is still to come."""

    capture: str
    manifest: str
    tranche: str
    side: Literal["giver", "taker"]
    units: int
    on: date
    waits: bool


class EffectOut(Schema):
    """What would an action stop?"""

    what: str
    count: int
    subjects: list[str]
    sentence: str


class FaultOut(Schema):
    """What is wrong with one field?"""

    field: str
    code: str
    detail: str


class ProblemOut(Schema):
    """What went wrong (RFC 9457)? `grounds` and `faults` say why, where there is a why."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultOut]
    grounds: list[GroundOut]


class MeOut(Schema):
    """For whom does this token speak?"""

    person: str
    body: str
    role: str
    acting_for: str | None
    scopes: list[str]
    on: date
    demonstration: bool


class ActionOut(Schema):
    """One action of the registry."""

    name: str
    about: str
    roles: list[str]
    title: str
    fields: list[str]
    preview: bool


class OrderOut(Schema):
    """Where does an order stand?"""

    order: str
    exporter: str
    filed_on: date
    standing: str
    gate: str


class OrdersOut(Schema):
    """One page of orders; `next` is the id to go on from."""

    orders: list[OrderOut]
    next: str | None


class HearingOut(Schema):
    """One judgement: gate, day, trigger, verdict, grounds, and the digest of the sealed record."""

    id: str
    tranche: str
    gate: str
    on: date
    trigger: str
    verdict: Literal["passed", "held"]
    grounds: list[GroundOut]
    digest: str


class LifeOut(Schema):
    """One order from top to bottom."""

    order: OrderOut
    hearings: list[HearingOut]
    actions: list[str]


class TrancheOut(Schema):
    """One part of an order that passes the gates by itself; `parent` is the part it was split from."""

    tranche: str
    parent: str | None
    units: int
    is_split: bool
    gate: str
    standing: str
    holder: str
    actions: list[str]


class ResultOut(Schema):
    """What does one surplus rule give?"""

    rule: str
    units: int | None


class CertificateOut(Schema):
    """A surplus certificate with its balance. What other rules give, and the need unmet, only the ministry reads."""

    certificate: str
    model: str
    class_: str
    maker: str
    first_month: str
    last_month: str
    rule: str
    units_certified: int
    units_reserved: int
    units_committed: int
    units_used: int
    units_left: int
    issued_on: date
    valid_until: date
    withdrawn_on: date | None
    results: list[ResultOut] | None
    units_need_unmet: int | None


class CertificatesOut(Schema):
    """One page of certificates; `next` is the id to go on from."""

    certificates: list[CertificateOut]
    next: str | None


class BornOut(Schema):
    """When and where was a unit marked, and as what?"""

    on: date
    fate: str
    line: str
    maker: str
    place: str


class EventOut(Schema):
    """One thing that happened to a unit, with the place of its commitment in the log."""

    on: date
    kind: str
    tranche: str | None
    giver: str | None
    taker: str | None
    authority: str | None
    place: str | None
    log: str
    index: int


class LastOut(Schema):
    """Where is a unit now, and who answers for it?"""

    state: str
    custodian: str
    authority: str
    place: str
    since: date | None
    tranche: str | None
    held_on: list[str]


class TraceOut(Schema):
    """One unit's life, as far as the token's person has a part in it; `sentences` tell it in the language asked for."""

    serial: str
    block: str
    number: int
    model: str
    line: str
    funded_for_home: bool
    born: BornOut | None
    events: list[EventOut]
    last: LastOut | None
    sentences: list[str]


class NoticeOut(Schema):
    """What should the person know?"""

    id: int
    at: datetime
    is_read: bool
    sentence: str
    link: str


class NoticesOut(Schema):
    """One page of notices, newest first; `next` is the number to go on from."""

    notices: list[NoticeOut]
    next: int | None


class DocumentOut(Schema):
    """A document that lies beside an order."""

    id: str
    subject: str
    digest: str
    media_type: str
    size: int
    name: str
    on: date
