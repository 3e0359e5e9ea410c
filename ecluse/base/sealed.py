"""How does a value become a sealed record and come back, strictly?

A sealed class is a frozen dataclass registered under a version name (`v`). Encoding and decoding follow its
annotations: whole numbers, text, booleans, dates, UTC instants, enums, Money, Month, nested dataclasses, tuples and
optional fields.
An unknown field, a missing field, an unknown version or a wrong type is said plainly and never guessed.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from ecluse.base.canon import SAFE_INTEGER, canonical, digest, parse
from ecluse.base.errors import EvidenceError

T = TypeVar("T")
Encoder = Callable[[Any], Any]
Decoder = Callable[[Any], Any]
REGISTRY: dict[str, type] = {}
VERSIONS: dict[type, str] = {}


def sealed(version: str) -> Callable[[type[T]], type[T]]:
    """Under which version name is this class sealed? Decorates a frozen dataclass: `@sealed("draw/1")`."""

    def register(cls: type[T]) -> type[T]:
        if version in REGISTRY:
            raise ValueError(f"version {version} is registered twice")
        REGISTRY[version] = cls
        VERSIONS[cls] = version
        return cls

    return register


@dataclasses.dataclass(frozen=True, slots=True)
class Sealed:
    """One record as it was written: version, canonical bytes, digest."""

    v: str
    body: bytes
    digest: str


def seal(value: Any) -> Sealed:
    """What are the sealed bytes of this value? Its class must be registered. Closed records are frozen, so cached."""
    return _seal_once(value) if _is_closed(typing.cast(Any, type(value))) else _seal(value)


def _seal(value: Any) -> Sealed:
    version = VERSIONS[type(value)]
    body = canonical({"v": version, **encode(value)})
    return Sealed(version, body, digest(body))


_seal_once = lru_cache(maxsize=65536)(_seal)


@lru_cache(maxsize=2048)
def _is_closed(kind: Any) -> bool:
    """Has every field one kind? In an open one (a fact, a claim) 1 equals True, and a cache would mix them up."""
    if kind is Any:
        return False
    if kind not in _LEAVES and dataclasses.is_dataclass(kind):
        return all(_is_closed(hint) for hint in typing.get_type_hints(kind).values())
    arms = [arm for arm in typing.get_args(kind) if arm not in (type(None), Ellipsis)]
    is_union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    return not (is_union and len(arms) > 1) and all(_is_closed(arm) for arm in arms)


def unseal(body: bytes) -> Any:
    """What value do these sealed bytes hold?

    Raises EvidenceError for a changed spelling, an unknown or missing field, an unknown version.
    """
    record = parse(body)
    if not isinstance(record, dict) or not isinstance(record.get("v"), str):
        raise EvidenceError("record names no version")
    version = record.pop("v")
    cls = REGISTRY.get(version)
    if cls is None:
        raise EvidenceError(f"unknown record version {version}: it may come from a newer release")
    return decode(cls, record)


def unseal_as(cls: type[T], body: bytes) -> T:
    """What value of this class do these sealed bytes hold? Raises EvidenceError for another class."""
    value = unseal(body)
    if not isinstance(value, cls):
        raise EvidenceError(f"expected {VERSIONS[cls]}, found {VERSIONS[type(value)]}")
    return value


def encode(value: Any) -> Any:
    """What is the JSON form of this value, by its own class's annotations?"""
    return _codec(typing.cast(Any, type(value)))[0](value)


def decode(cls: type[T], form: Any) -> T:
    """What value of this class does this JSON form spell? Raises EvidenceError when it does not fit."""
    return typing.cast(T, _codec(typing.cast(Any, cls))[1](form))


@lru_cache(maxsize=2048)
def _codec(kind: Any) -> tuple[Encoder, Decoder]:
    if kind in _LEAVES:
        return _LEAVES[kind]
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _optional(kind)
    if origin is tuple:
        return _tuple(kind)
    if isinstance(kind, typing.NewType):
        return _codec(kind.__supertype__)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum(kind)
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast(type, kind))
    raise TypeError(f"no canonical spelling for {kind}")


def _expect(kind: type, name: str) -> Decoder:
    def check(form: Any) -> Any:
        if type(form) is not kind:
            raise EvidenceError(f"expected {name}, found {form!r}")
        return form

    return check


def _encode_int(value: Any) -> Any:
    return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)


def _decode_int(form: Any) -> int:
    if type(form) is int:
        return form
    if type(form) is str and re.fullmatch(r"-?[1-9][0-9]{15,99}", form) and abs(int(form)) > SAFE_INTEGER:
        return int(form)
    raise EvidenceError(f"expected a whole number, found {form!r}")


def _encode_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an event is a UTC instant, not a naive one")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _decode_instant(form: Any) -> datetime:
    try:
        return datetime.strptime(form, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise EvidenceError(f"expected a UTC instant, found {form!r}") from None


def _decode_date(form: Any) -> date:
    try:
        day = date.fromisoformat(form)
    except (TypeError, ValueError):
        raise EvidenceError(f"expected a day, found {form!r}") from None
    if day.isoformat() != form:
        raise EvidenceError(f"expected a day as YYYY-MM-DD, found {form!r}")
    return day


def _same(value: Any) -> Any:
    return value


_LEAVES: dict[Any, tuple[Encoder, Decoder]] = {
    Any: (_same, _same),
    str: (_same, _expect(str, "text")),
    bool: (_same, _expect(bool, "true or false")),
    int: (_encode_int, _decode_int),
    date: (date.isoformat, _decode_date),
    datetime: (_encode_instant, _decode_instant),
}


def spell_as(kind: type, encoder: Encoder, decoder: Decoder) -> None:
    """How is this small value spelled in a record? Registers a leaf (Money, Month)."""
    _LEAVES[kind] = (encoder, decoder)


def _optional(kind: Any) -> tuple[Encoder, Decoder]:
    arms = [arm for arm in typing.get_args(kind) if arm is not type(None)]
    if len(arms) != 1:
        return _union(arms)
    encoder, decoder = _codec(arms[0])
    return (lambda value: None if value is None else encoder(value)), decoder


def _union(arms: list[Any]) -> tuple[Encoder, Decoder]:
    """A field that may be of several leaf kinds (a fact in a ground) is spelled with its kind in front."""
    names = {arm: getattr(arm, "__name__", str(arm)).lower() for arm in arms}
    by_name = {name: _codec(arm)[1] for arm, name in names.items()}

    def encoder(value: Any) -> Any:
        kind: Any = type(value)
        return [names[kind], _codec(kind)[0](value)]

    def decoder(form: Any) -> Any:
        if type(form) is not list or len(form) != 2 or form[0] not in by_name:
            raise EvidenceError(f"expected one of {sorted(by_name)}, found {form!r}")
        return by_name[form[0]](form[1])

    return encoder, decoder


def _tuple(kind: Any) -> tuple[Encoder, Decoder]:
    args = typing.get_args(kind)
    if len(args) == 2 and args[1] is Ellipsis:
        encoder, decoder = _codec(args[0])

        def decode_many(form: Any) -> Any:
            return tuple([decoder(item) for item in _expect(list, "a list")(form)])

        return (lambda value: [encoder(item) for item in value]), decode_many
    codecs = [_codec(arg) for arg in args]

    def decode_fixed(form: Any) -> Any:
        if type(form) is not list or len(form) != len(codecs):
            raise EvidenceError(f"expected a list of {len(codecs)}, found {form!r}")
        return tuple(codec[1](item) for codec, item in zip(codecs, form, strict=True))

    return (lambda value: [codec[0](item) for codec, item in zip(codecs, value, strict=True)]), decode_fixed


def _enum(kind: type[enum.Enum]) -> tuple[Encoder, Decoder]:
    def decoder(form: Any) -> enum.Enum:
        try:
            return kind(form)
        except ValueError:
            raise EvidenceError(f"unknown {kind.__name__}: {form!r}") from None

    return (lambda value: value.value), decoder


def _record(cls: type) -> tuple[Encoder, Decoder]:
    hints = typing.get_type_hints(cls)
    fields = [(f.name, f.name.rstrip("_"), f) for f in dataclasses.fields(cls)]
    codecs = {name: _codec(hints[name]) for name, _, _ in fields}
    known = {key for _, key, _ in fields}

    def encoder(value: Any) -> dict[str, Any]:
        form = {}
        for name, key, _ in fields:
            item = getattr(value, name)
            if item is not None:
                form[key] = codecs[name][0](item)
        return form

    def decoder(form: Any) -> Any:
        if type(form) is not dict:
            raise EvidenceError(f"expected {cls.__name__}, found {form!r}")
        unknown = form.keys() - known
        if unknown:
            raise EvidenceError(f"unknown field {sorted(unknown)[0]} in {cls.__name__}")
        values = {}
        for name, key, field in fields:
            if key in form:
                values[name] = codecs[name][1](form[key])
            elif type(None) in typing.get_args(hints[name]):
                values[name] = None
            else:
                raise EvidenceError(f"missing field {field.name} in {cls.__name__}")
        try:
            return cls(**values)
        except ValueError as error:  # what a value refuses of itself is false evidence when it was read from outside
            raise EvidenceError(f"{cls.__name__}: {error}") from None

    return encoder, decoder
