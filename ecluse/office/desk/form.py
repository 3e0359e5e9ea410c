"""What did the person state? A form is a frozen dataclass; pages and API read the same fields by the same rules."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from unicodedata import category

from ecluse.base.days import Month
from ecluse.base.money import EXPONENTS, Money
from ecluse.custody.terms import SerialRange

TEXT_LIMIT, LIST_LIMIT, WHOLE_LIMIT = 2000, 200, 2**53 - 1
AMOUNT = re.compile(r"(?P<whole>[0-9]{1,16})(?:[.,](?P<part>[0-9]{1,16}))?")
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # what makes text read another way round
# No legal day of the office lies outside these years; beyond them a term could not be counted.
FIRST_YEAR, LAST_YEAR = 1990, 2199


class Kind(enum.Enum):
    """How is a field asked for?"""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    DATE = "date"
    MONTH = "month"
    CHOICE = "choice"
    MANY = "many"
    YES_NO = "yes_no"
    RANGES = "ranges"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: the name that its sender gives it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: its name, how it is asked for, whether it may stay empty, the members of a closed set."""

    name: str
    kind: Kind
    required: bool
    members: tuple[str, ...] = ()
    long: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field: a key of the catalogue (`form.fault.…`) and what was found."""

    field: str
    key: str
    found: str = ""


class FormError(Exception):
    """A form cannot be read; every fault is named."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.key}" for fault in faults))
        self.faults = faults


@lru_cache(maxsize=256)
def fields_of(form: type) -> tuple[Field, ...]:
    """Which fields has this form, in order?"""
    hints = typing.get_type_hints(form)
    return tuple(_field(item, hints[item.name]) for item in dataclasses.fields(form))


def _field(item: dataclasses.Field[Any], hint: Any) -> Field:
    hint, optional = _bare(hint)
    required = not optional and item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    members: tuple[str, ...] = ()
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        kind, members = Kind.CHOICE, tuple(str(member.value) for member in hint)
    elif typing.get_origin(hint) is tuple:
        kind = Kind.RANGES if typing.get_args(hint)[0] is SerialRange else Kind.MANY
    else:
        kind = KINDS[hint]
    if item.metadata.get("choice"):
        kind = Kind.CHOICE
    return Field(item.name, kind, required, members, bool(item.metadata.get("long")))


KINDS: Mapping[Any, Kind] = {
    str: Kind.TEXT, int: Kind.WHOLE, bool: Kind.YES_NO, date: Kind.DATE, Month: Kind.MONTH, Money: Kind.MONEY,
    Upload: Kind.FILE,
}  # fmt: skip


def _bare(hint: Any) -> tuple[Any, bool]:
    """What is this hint without `| None`, and was it there?"""
    if isinstance(hint, types.UnionType):
        rest = [part for part in typing.get_args(hint) if part is not type(None)]
        return rest[0], len(rest) < len(typing.get_args(hint))
    return hint, False


def read_form(form: type, raw: Mapping[str, Any], choices: Mapping[str, list[tuple[str, str]]] | None = None) -> Any:
    """Which form do these raw fields give? Raises FormError with every fault; unknown fields are faults too."""
    faults: list[Fault] = []
    known = {field.name for field in fields_of(form)}
    faults += [Fault(name[:80], "form.fault.unknown") for name in sorted(set(raw) - known)]
    hints = typing.get_type_hints(form)
    values: dict[str, Any] = {}
    for field in fields_of(form):
        found = raw.get(field.name)
        if found in (None, "", [], ()):
            if field.required:
                faults.append(Fault(field.name, "form.fault.missing"))
            continue
        try:
            values[field.name] = _value(field, _bare(hints[field.name])[0], found)
        except _Wrong as wrong:
            faults.append(Fault(field.name, wrong.key, str(found)[:80]))
            continue
        if field.required and values[field.name] in ("", ()):
            # Blanks alone state nothing.
            faults.append(Fault(field.name, "form.fault.missing"))
            continue
        offered = (choices or {}).get(field.name)
        if offered is not None and _plain(values[field.name]) not in {value for value, _ in offered}:
            faults.append(Fault(field.name, "form.fault.not_offered", str(found)[:80]))
    if faults:
        raise FormError(faults)
    return form(**values)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


class _Wrong(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _value(field: Field, hint: Any, found: Any) -> Any:
    reader: Callable[[Any, Any], Any] = READERS[field.kind] if not field.members else _member
    return reader(found, hint)


def _text(found: Any, hint: Any) -> str:
    if not isinstance(found, str):
        raise _Wrong("form.fault.text")
    text = found.strip()
    if len(text) > TEXT_LIMIT:
        raise _Wrong("form.fault.too_long")
    if any(char in TURNS or (category(char) == "Cc" and char not in "\n\r\t") for char in text):
        raise _Wrong("form.fault.control")
    return text.replace("\r\n", "\n")


def _whole(found: Any, hint: Any = int) -> int:
    if isinstance(found, bool) or not isinstance(found, int | str):
        raise _Wrong("form.fault.whole")
    text = str(found).replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not text.removeprefix("-").isdigit() or not text.isascii():
        raise _Wrong("form.fault.whole")
    number = int(text) if len(text) < 20 else WHOLE_LIMIT + 1
    if not 0 <= number <= WHOLE_LIMIT:
        raise _Wrong("form.fault.range")
    return number


def _yes_no(found: Any, hint: Any) -> bool:
    if isinstance(found, bool):
        return found
    if found in ("yes", "no"):
        return bool(found == "yes")
    raise _Wrong("form.fault.yes_no")


def _date(found: Any, hint: Any) -> date:
    try:
        day = date.fromisoformat(found)
    except (TypeError, ValueError):
        raise _Wrong("form.fault.date") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Wrong("form.fault.date")
    return day


def _month(found: Any, hint: Any) -> Month:
    try:
        month = Month.parse(found)
    except (TypeError, ValueError, AttributeError):
        raise _Wrong("form.fault.month") from None
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise _Wrong("form.fault.month")
    return month


def _money(found: Any, hint: Any) -> Money:
    """From the API `{"minor": 125000, "currency": "EUR"}`; from a page `1250.00 EUR`."""
    if isinstance(found, Mapping):
        currency = found.get("currency")
        if set(found) != {"minor", "currency"} or not isinstance(currency, str) or currency not in EXPONENTS:
            raise _Wrong("form.fault.money")
        return Money(_whole(found["minor"]), currency)
    amount, _, currency = str(found).strip().replace("\u00a0", " ").rpartition(" ")
    digits = AMOUNT.fullmatch(amount.replace(" ", "").replace("\u202f", ""))
    exponent = EXPONENTS.get(currency.upper())
    if digits is None or exponent is None:
        raise _Wrong("form.fault.money")
    part = (digits["part"] or "").rstrip("0")
    minor = int(digits["whole"] + part.ljust(exponent, "0"))
    if len(part) > exponent or minor > WHOLE_LIMIT:
        raise _Wrong("form.fault.money")
    return Money(minor, currency.upper())


def _member(found: Any, hint: Any) -> Any:
    if not (isinstance(hint, type) and issubclass(hint, enum.Enum)):
        return _text(found, hint)
    try:
        return hint(found)
    except ValueError:
        raise _Wrong("form.fault.not_offered") from None


def _many(found: Any, hint: Any) -> tuple[str, ...]:
    parts = found.splitlines() if isinstance(found, str) else found
    if not isinstance(parts, list | tuple) or len(parts) > LIST_LIMIT:
        raise _Wrong("form.fault.list")
    return tuple(_text(part, str) for part in parts if part not in (None, ""))


def _ranges(found: Any, hint: Any) -> tuple[SerialRange, ...]:
    """From the API `[{"block": …, "first": 1, "last": 20}]`; from a page one `block 1-20` a line."""
    parts = [_range_text(line) for line in found.splitlines() if line.strip()] if isinstance(found, str) else found
    if not isinstance(parts, list) or len(parts) > LIST_LIMIT:
        raise _Wrong("form.fault.ranges")
    return tuple(_range(part) for part in parts)


def _range_text(line: str) -> dict[str, Any]:
    block, _, span = line.strip().rpartition(" ")
    first, _, last = span.partition("-")
    return {"block": block.strip(), "first": first, "last": last or first}


def _range(part: Any) -> SerialRange:
    if not isinstance(part, Mapping) or set(part) != {"block", "first", "last"} or not part["block"]:
        raise _Wrong("form.fault.ranges")
    first, last = _whole(part["first"]), _whole(part["last"])
    if last < first:
        raise _Wrong("form.fault.ranges")
    return SerialRange(_text(part["block"], str), first, last)


def _upload(found: Any, hint: Any) -> Upload:
    """From a page the file itself; from the API `{"name": …, "content": …}`, its bytes in base64."""
    if isinstance(found, Upload):
        return found
    if not isinstance(found, Mapping) or set(found) != {"name", "content"}:
        raise _Wrong("form.fault.file")
    try:
        return Upload(_text(found["name"], str), base64.b64decode(found["content"], validate=True))
    except (TypeError, ValueError, binascii.Error):
        raise _Wrong("form.fault.file") from None


READERS: Mapping[Kind, Callable[[Any, Any], Any]] = {
    Kind.TEXT: _text, Kind.WHOLE: _whole, Kind.YES_NO: _yes_no, Kind.DATE: _date, Kind.MONTH: _month,
    Kind.MONEY: _money, Kind.CHOICE: _member, Kind.MANY: _many, Kind.RANGES: _ranges,
    Kind.FILE: _upload,
}  # fmt: skip


def raw_of(value: Any) -> Iterator[tuple[str, Any]]:
    """How would a page fill in this form again? Pairs of field and raw text."""
    for field in fields_of(value.__class__):
        found = getattr(value, field.name)
        if found is not None:
            yield field.name, raw_value(found)


def raw_value(found: Any) -> Any:
    """How is this value typed into a page?"""
    if isinstance(found, Money):
        places = EXPONENTS[found.currency]
        digits = str(found.minor).rjust(places + 1, "0")
        return (
            f"{digits[: len(digits) - places]}.{digits[-places:]} {found.currency}"
            if places
            else f"{digits} {found.currency}"
        )
    if isinstance(found, enum.Enum):
        return str(found.value)
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, tuple):
        return "\n".join(f"{p.block} {p.first}-{p.last}" if isinstance(p, SerialRange) else str(p) for p in found)
    return str(found)
