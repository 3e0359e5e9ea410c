"""Which rows come next? Pages by the last row's own values, so that deep pages cost what the first one does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet

MOST_CURSOR = 600
LARGEST = 2**63 - 1


class BadPlaceError(ValueError):
    """The address names a place in a list that this list does not have."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which value is a list ordered, and which way? Rows alike in it follow their key, which no two share."""

    by: str
    is_falling: bool
    key: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place in an ordered list: the values of the row there, and whether we look before it or after it."""

    value: Any
    key: Any
    is_before: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursors to those before and after; empty where there are none."""

    rows: tuple[Any, ...]
    before: str
    after: str


def page_of(rows: Any, order: Order, cursor: str, size: int) -> Page:
    """Which rows stand at this cursor? Rows are a QuerySet or a sequence. Raises BadPlaceError."""
    place = decode(cursor) if cursor else None
    ask = _from_database if isinstance(rows, QuerySet) else _from_memory
    found = ask(rows, order, place, size + 1)
    has_more, found = len(found) > size, found[:size]
    is_before = place is not None and place.is_before
    if is_before:
        found.reverse()
    has_before = has_more if is_before else place is not None
    has_after = True if is_before else has_more
    return Page(
        tuple(found),
        encode(found[0], order, is_before=True) if found and has_before else "",
        encode(found[-1], order, is_before=False) if found and has_after else "",
    )


# ------------------------------------------------------------------ the cursor


def value_of(row: Any, path: str) -> Any:
    """Which value has this row under this name? `order__exporter` follows a relation; a dict is asked by key."""
    for step in path.split("__"):
        row = row.get(step) if isinstance(row, dict) else getattr(row, step, None)
    return row.value if isinstance(row, Enum) else row


def encode(row: Any, order: Order, *, is_before: bool) -> str:
    """Which opaque text names this row's place?"""
    values = [_plain(value_of(row, path)) for path in (order.by, order.key)]
    text = json.dumps(["b" if is_before else "a", *values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """Which place does this text name? Raises BadPlaceError, whatever a stranger wrote."""
    if len(cursor) > MOST_CURSOR:
        raise BadPlaceError("too long")
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        way, value, key = json.loads(text)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadPlaceError("not a cursor") from error
    if way not in ("a", "b") or not all(_is_plain(part) for part in (value, key)):
        raise BadPlaceError("not a cursor")
    return Place(_read(value), _read(key), way == "b")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value if value is None or isinstance(value, int | str) else str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return len(value) == 1 and next(iter(value)) in ("t", "d") and isinstance(next(iter(value.values())), str)
    if isinstance(value, int):
        return abs(value) <= LARGEST
    return value is None or (isinstance(value, str) and "\0" not in value)


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        if "d" in value:
            return date.fromisoformat(value["d"])
        return datetime.fromisoformat(value["t"])
    except ValueError as error:
        raise BadPlaceError("not a day") from error


# ------------------------------------------------------------------ from the database


def _from_database(rows: Any, order: Order, place: Place | None, most: int) -> list[Any]:
    backwards = place is not None and place.is_before
    falls, key_falls = order.is_falling != backwards, backwards
    if place is not None:
        rows = rows.filter(_beyond(rows.model, order, place, falls=falls, key_falls=key_falls))
    by = F(order.by)
    # Rows without a value come last; backwards they come first.
    first, last = (True, None) if backwards else (None, True)
    ordered = by.desc(nulls_first=first, nulls_last=last) if falls else by.asc(nulls_first=first, nulls_last=last)
    tail = () if order.by == order.key else (f"-{order.key}" if key_falls else order.key,)
    return list(rows.order_by(ordered, *tail)[:most])


def _beyond(model: Any, order: Order, place: Place, *, falls: bool, key_falls: bool) -> Q:
    """Which condition holds for rows beyond this place, the way we look?"""
    value, key = _checked(model, order.by, place.value), _checked(model, order.key, place.key)
    if order.by == order.key:
        return Q(**{f"{order.key}__{'lt' if falls else 'gt'}": key})
    further = Q(**{f"{order.key}__{'lt' if key_falls else 'gt'}": key})
    if value is None:
        alike = Q(**{f"{order.by}__isnull": True}) & further
        return alike | Q(**{f"{order.by}__isnull": False}) if place.is_before else alike
    beyond = Q(**{f"{order.by}__{'lt' if falls else 'gt'}": value}) | (Q(**{order.by: value}) & further)
    return beyond if place.is_before else beyond | Q(**{f"{order.by}__isnull": True})


def _checked(model: Any, path: str, value: Any) -> Any:
    """Is this a value that the column could hold? An annotation is checked by its plain kind only."""
    if value is None:
        return None
    field = _field(model, path)
    if field is None:
        return value
    try:
        checked = field.to_python(value)
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        raise BadPlaceError("not a value of this column") from error
    if type(value) is bool and field.get_internal_type() != "BooleanField":
        raise BadPlaceError("not a value of this column")
    return checked


def _field(model: Any, path: str) -> Any:
    *steps, last = path.split("__")
    try:
        for step in steps:
            model = model._meta.get_field(step).related_model
        return model._meta.pk if last == "pk" else model._meta.get_field(last)
    except (FieldDoesNotExist, AttributeError):
        return None


# ------------------------------------------------------------------ from memory


def _from_memory(rows: Sequence[Any], order: Order, place: Place | None, most: int) -> list[Any]:
    backwards = place is not None and place.is_before
    ordered = sorted(rows, key=lambda row: value_of(row, order.key))
    with_value = [row for row in ordered if value_of(row, order.by) is not None]
    with_value.sort(key=lambda row: value_of(row, order.by), reverse=order.is_falling)
    ordered = with_value + [row for row in ordered if value_of(row, order.by) is None]
    if place is None:
        return ordered[:most]
    keys = [_plain(value_of(row, order.key)) for row in ordered]
    if _plain(place.key) not in keys:
        raise BadPlaceError("no such row")
    at = keys.index(_plain(place.key))
    return list(reversed(ordered[:at]))[:most] if backwards else ordered[at + 1 : at + 1 + most]
