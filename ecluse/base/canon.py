"""How is a record spelled so that two machines hash the same bytes?

RFC 8785 profile: ASCII keys, no floats, no nulls (absent stays absent), NFC strings, whole numbers beyond 2^53 - 1 as
decimal strings. Under these limits `json.dumps` with sorted keys and no spaces gives the bytes of RFC 8785; a property
test holds it against an independent implementation.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

from ecluse.base.errors import EvidenceError

SAFE_INTEGER = 2**53 - 1
DEPTH_LIMIT = 32

type_names = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean"}


def canonical(value: Any) -> bytes:
    """What are the canonical bytes of this JSON value?

    >>> canonical({"units": 3, "class": "fpv"})
    b'{"class":"fpv","units":3}'

    Raises ValueError for floats, nulls, non-ASCII keys, text that is not NFC, unsafe integers.
    """
    _check(value, 0)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _check(value: Any, depth: int) -> None:
    if depth > DEPTH_LIMIT:
        raise ValueError("record nested too deep")
    kind = type(value)
    if kind is str:
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            raise ValueError(f"text is not NFC: {value!r}")
        if not value.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise ValueError("text holds a lone surrogate")
    elif kind is int:
        if not -SAFE_INTEGER <= value <= SAFE_INTEGER:
            raise ValueError(f"integer beyond 2^53 - 1 must be a decimal string: {value}")
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise ValueError(f"key is not ASCII text: {key!r}")
            _check(item, depth + 1)
    elif kind is list:
        for item in value:
            _check(item, depth + 1)
    elif kind is not bool:
        raise ValueError(f"{kind.__name__} has no canonical spelling")


def digest(body: bytes) -> str:
    """What is the digest of these bytes? SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def parse(body: bytes) -> Any:
    """What JSON value do these bytes spell, if they are spelled canonically?

    Raises EvidenceError when they are not: another spelling of the same value would have another digest.
    """
    try:
        value = json.loads(body, parse_float=_no_float, object_pairs_hook=_no_twins)
        spelled = canonical(value)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"record is not canonical JSON: {error}") from None
    if spelled != body:
        raise EvidenceError("record is not spelled canonically")
    return value


def _no_float(text: str) -> Any:
    raise ValueError(f"fractional number {text}")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands twice")
    return record
