"""How does a form look to a program? Each form of the registry as a typed schema; what does an answer look like?"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from ecluse.base.money import EXPONENTS
from ecluse.office.desk.form import LIST_LIMIT, TEXT_LIMIT, WHOLE_LIMIT, Kind, fields_of
from ecluse.office.desk.form import Field as FormField


class MoneyIn(Schema):
    """An amount in whole minor units of a currency (ISO 4217)."""

    model_config = ConfigDict(extra="forbid")
    minor: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)]
    currency: Annotated[str, Field(json_schema_extra={"enum": sorted(EXPONENTS)})]


class RangeIn(Schema):
    """A run of serial numbers of one block, both ends included."""

    model_config = ConfigDict(extra="forbid")
    block: Annotated[str, Field(min_length=1, max_length=120)]
    first: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)]
    last: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)]


TYPES: dict[Kind, Any] = {
    Kind.TEXT: Annotated[str, Field(max_length=TEXT_LIMIT)],
    Kind.WHOLE: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)],
    Kind.MONEY: MoneyIn,
    Kind.DATE: date,
    Kind.MONTH: Annotated[str, Field(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")],
    Kind.CHOICE: Annotated[str, Field(max_length=200)],
    Kind.MANY: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=LIST_LIMIT)],
    Kind.YES_NO: Annotated[bool, Field(strict=True)],
    Kind.RANGES: Annotated[list[RangeIn], Field(max_length=LIST_LIMIT)],
}


@lru_cache(maxsize=256)
def schema_of(name: str, form: type) -> type[Schema]:
    """Which schema has the body of this action? Its subject, and the fields of its form."""
    fields: dict[str, Any] = {
        "subject": (Annotated[str, Field(min_length=1, max_length=160)], Field(description="what the action is about"))
    }
    for field in fields_of(form):
        hint = _type(field)
        key = f"{field.name}_" if field.name == "subject" else field.name
        fields[key] = (hint, ...) if field.required else (hint | None, None)
    words = "".join(part.capitalize() for part in name.replace(".", "_").split("_"))
    model = create_model(f"{words}In", __base__=Schema, __config__=None, **fields)
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    return model


def _type(field: FormField) -> Any:
    return Literal[tuple(field.members)] if field.members else TYPES[field.kind]


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
    verdict: Literal["passed", "held"] | None = None
    grounds: list[GroundOut] = []


class EffectOut(Schema):
    """What would an action stop?"""

    what: str
    count: int
    subjects: list[str]


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
    faults: list[FaultOut] = []
    grounds: list[GroundOut] = []


class MeOut(Schema):
    """For whom does this token speak?"""

    person: str
    body: str
    role: str
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
    next: str | None = None


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
