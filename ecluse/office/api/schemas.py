"""How does a form look to a program? Each form of the registry as a typed schema, as strict as the pages are."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, create_model

from ecluse.base.money import EXPONENTS
from ecluse.office.desk.form import (
    FIRST_YEAR,
    LAST_YEAR,
    LIST_LIMIT,
    TEXT_LIMIT,
    WHOLE_LIMIT,
    Kind,
    fields_of,
)
from ecluse.office.desk.form import Field as FormField
from ecluse.office.desk.registry import About

LONGEST_ID = 160
# What an id may be spelled of: nothing that a log line, a header or a database could trip over.
PLAIN_ID = r"^[A-Za-z0-9:._/-]+$"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def only_iso(found: Any) -> Any:
    """Is this a day as YYYY-MM-DD, of a year that the office knows? Numbers and instants are no days."""
    if not isinstance(found, str) or DAY.fullmatch(found) is None:
        raise ValueError("a day as YYYY-MM-DD")
    if not FIRST_YEAR <= int(found[:4]) <= LAST_YEAR:
        raise ValueError(f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    return found


Day = Annotated[date, BeforeValidator(only_iso)]
Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID, pattern=PLAIN_ID)]
Currency: Any = Literal[tuple(sorted(EXPONENTS))]


class MoneyIn(Schema):
    """An amount in whole minor units of a currency (ISO 4217)."""

    model_config = ConfigDict(extra="forbid")
    minor: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)]
    currency: Currency  # type: ignore[valid-type]


class RangeIn(Schema):
    """A run of serial numbers of one block, both ends included."""

    model_config = ConfigDict(extra="forbid")
    block: Annotated[str, Field(min_length=1, max_length=120)]
    first: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)]
    last: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)]


class FileIn(Schema):
    """A file: its name, and its bytes in base64; or the digest of a document that was sent to /documents before."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    content: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", json_schema_extra={"contentEncoding": "base64"})
    ] = None
    digest: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None


TYPES: dict[Kind, Any] = {
    Kind.TEXT: Annotated[str, Field(max_length=TEXT_LIMIT)],
    Kind.WHOLE: Annotated[int, Field(ge=0, le=WHOLE_LIMIT, strict=True)],
    Kind.MONEY: MoneyIn,
    Kind.DATE: Day,
    Kind.MONTH: Annotated[str, Field(pattern=r"^(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$")],
    Kind.CHOICE: Annotated[str, Field(max_length=200)],
    Kind.MANY: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=LIST_LIMIT)],
    Kind.YES_NO: Annotated[bool, Field(strict=True)],
    Kind.RANGES: Annotated[list[RangeIn], Field(max_length=LIST_LIMIT)],
    Kind.FILE: FileIn,
}
# A form may have a field of this name; the action's own subject goes before it.
SUBJECT, OWN_SUBJECT = "subject", "subject_"


@lru_cache(maxsize=256)
def schema_of(name: str, form: type, about: About) -> type[Schema]:
    """Which schema has the body of this action? Its subject, and the fields of its form."""
    office: Any = (Literal["office"], Field(default="office", description="the office itself"))
    named: Any = (Id, Field(description=f"which {about.value} the action is about"))
    fields: dict[str, Any] = {SUBJECT: office if about is About.OFFICE else named}
    for field in fields_of(form):
        key = OWN_SUBJECT if field.name == SUBJECT else field.name
        fields[key] = (_type(field), ...) if field.required else (_type(field) | None, None)
    words = "".join(part.capitalize() for part in name.replace(".", "_").split("_"))
    model = create_model(f"{words}In", __base__=Schema, __config__=None, **fields)
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    return model


def _type(field: FormField) -> Any:
    return Literal[tuple(field.members)] if field.members else TYPES[field.kind]
