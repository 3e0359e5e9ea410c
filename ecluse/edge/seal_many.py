"""How do many records travel to whoever signs away from the office, and their signatures back? One file each way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecluse.base.sealed import Sealed
from ecluse.base.signing import Signature
from ecluse.edge.seal import fault, read_bytes, record_of, signature_bytes, signature_form

TO_SIGN, SIGNATURES = "to_sign/1", "signatures/1"
RECORDS_LIMIT = 2_000
TO_SIGN_BYTES_LIMIT = 16_000_000
SIGNATURES_BYTES_LIMIT = 2_000_000
OWNER_LETTERS_LIMIT = 160


@dataclass(frozen=True, slots=True)
class ToSign:
    """What waits for one owner's signature: the records, each in the canonical form in which it is signed."""

    owner: str
    records: tuple[tuple[Any, Sealed], ...]


def to_sign_bytes(owner: str, bodies: Iterable[bytes]) -> bytes:
    """Which file carries these records to their owner?"""
    return _line({"v": TO_SIGN, "owner": owner, "records": [body.decode() for body in bodies]})


def is_to_sign(path: Path) -> bool:
    """Does this file say of itself that it carries records to be signed, and not one record alone?"""
    try:
        with path.open("rb") as file:
            start = file.read(TO_SIGN_BYTES_LIMIT + 1)
        form = json.loads(start)
    except (OSError, ValueError, RecursionError):
        return False
    return type(form) is dict and form.get("v") == TO_SIGN


def read_to_sign(path: Path) -> ToSign:
    """Which records does this file carry, and who is to sign them? Raises BadInputError for anything else."""
    body = read_bytes(path, TO_SIGN_BYTES_LIMIT, "to_sign")
    try:
        form = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise fault(path, "to_sign", str(error)[:120]) from None
    if type(form) is not dict or set(form) != {"v", "owner", "records"} or form["v"] != TO_SIGN:
        raise fault(path, "to_sign", ", ".join(sorted(form))[:120] if type(form) is dict else type(form).__name__)
    owner, texts = form["owner"], form["records"]
    if type(owner) is not str or not 0 < len(owner) <= OWNER_LETTERS_LIMIT or not owner.isprintable():
        raise fault(path, "to_sign", "owner")
    if type(texts) is not list or not 0 < len(texts) <= RECORDS_LIMIT or not all(type(t) is str for t in texts):
        raise fault(path, "to_sign", "records")
    # Half a character is no text; written so, no canonical record is met.
    records = tuple(record_of(text.encode("utf-8", "backslashreplace"), path) for text in texts)
    if len({record.digest for _, record in records}) != len(records):
        raise fault(path, "to_sign", "records")
    return ToSign(owner, records)


def signatures_bytes(made: Iterable[tuple[str, Signature]]) -> bytes:
    """Which file carries these signatures back, each with the digest of what was signed?"""
    return _line({"v": SIGNATURES, "signatures": [json.loads(signature_bytes(*one)) for one in made]})


def signatures_of(body: bytes, name: str) -> list[tuple[str, Signature]]:
    """Which signatures do these bytes hold, of which digests? One alone, or many.

    Raises BadInputError for anything else, and for a signature that stands there twice.
    """
    path = Path(name)
    if len(body) > SIGNATURES_BYTES_LIMIT:
        raise fault(path, "signature", f"> {SIGNATURES_BYTES_LIMIT} bytes")
    try:
        form = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise fault(path, "signature", str(error)[:120]) from None
    if type(form) is not dict or form.get("v") != SIGNATURES:
        return [signature_form(form, path)]
    items = form.get("signatures")
    if set(form) != {"v", "signatures"} or type(items) is not list or not 0 < len(items) <= RECORDS_LIMIT:
        raise fault(path, "signature", ", ".join(sorted(form))[:120])
    found = [signature_form(item, path) for item in items]
    if len({(signed, made.key) for signed, made in found}) != len(found):
        raise fault(path, "signature", "signatures")
    return found


def _line(form: dict[str, Any]) -> bytes:
    return json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
