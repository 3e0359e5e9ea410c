"""How is a claim written down so that shared facts are cited by digest and the rest stands in full?

A claim is a frozen dataclass. A field whose class is registered as sealed (or an optional or a tuple of it) is written
as `{"ref": digest}`; every other field is written in place. `read_claim` resolves the digests again.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import VERSIONS, Sealed, _codec, seal

T = TypeVar("T")


@lru_cache(maxsize=256)
def _fields(cls: type) -> tuple[tuple[str, Any, bool, bool], ...]:
    """(name, annotation, is it cited by digest, is it a tuple) for each field."""
    hints = typing.get_type_hints(cls)
    out = []
    for field in dataclasses.fields(cls):
        kind = hints[field.name]
        arms = [arm for arm in typing.get_args(kind) if arm is not type(None) and arm is not Ellipsis] or [kind]
        many = typing.get_origin(kind) is tuple
        out.append((field.name, kind, all(arm in VERSIONS for arm in arms), many))
    return tuple(out)


def write_claim(claim: Any) -> tuple[dict[str, Any], tuple[Sealed, ...]]:
    """What is the claim's form, and which sealed facts does it cite?"""
    form: dict[str, Any] = {}
    cited: dict[str, Sealed] = {}

    def cite(fact: Any) -> dict[str, str]:
        record = seal(fact)
        cited[record.digest] = record
        return {"ref": record.digest}

    for name, kind, by_digest, many in _fields(typing.cast(Any, type(claim))):
        value = getattr(claim, name)
        if value is None:
            continue
        if by_digest:
            form[name.rstrip("_")] = [cite(item) for item in value] if many else cite(value)
        else:
            form[name.rstrip("_")] = _codec(kind)[0](value)
    return form, tuple(cited.values())


def read_claim(cls: type[T], form: Any, resolve: Callable[[str], Any]) -> T:
    """What claim does this form spell? `resolve` gives the fact with a digest.

    Raises EvidenceError for unknown or missing fields, and for a fact of the wrong class.
    """
    if type(form) is not dict:
        raise EvidenceError(f"expected {cls.__name__}, found {form!r}")
    left: dict[str, Any] = dict(form)
    values: dict[str, Any] = {}
    for name, kind, by_digest, many in _fields(typing.cast(Any, cls)):
        key = name.rstrip("_")
        if key not in left:
            if type(None) not in typing.get_args(kind):
                raise EvidenceError(f"missing field {key} in {cls.__name__}")
            values[name] = None
        elif not by_digest:
            values[name] = _codec(kind)[1](left.pop(key))
        else:
            item = left.pop(key)
            found = tuple(_resolved(kind, ref, resolve) for ref in (item if many else [item]))
            values[name] = found if many else found[0]
    if left:
        raise EvidenceError(f"unknown field {sorted(left)[0]} in {cls.__name__}")
    return cls(**values)


def _resolved(kind: Any, ref: Any, resolve: Callable[[str], Any]) -> Any:
    if type(ref) is not dict or list(ref) != ["ref"]:
        raise EvidenceError(f"expected a citation, found {ref!r}")
    fact = resolve(ref["ref"])
    if type(fact) not in (typing.get_args(kind) or (kind,)):
        raise EvidenceError(f"citation {ref['ref'][:12]} is a {type(fact).__name__}, not the fact asked for")
    return fact


def refs_in(form: Any) -> Iterator[str]:
    """Which digests does this claim form cite?"""
    for value in form.values():
        for item in value if type(value) is list else [value]:
            if type(item) is dict and list(item) == ["ref"]:
                yield item["ref"]
