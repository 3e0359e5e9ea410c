"""How does a person sign a record away from the office? Reads it, shows it, signs its digest; and reads it back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.base.canon import parse
from ecluse.base.errors import BadInputError, EcluseError, EvidenceError
from ecluse.base.sealed import Sealed, seal, unseal
from ecluse.base.signing import Signature, holds
from ecluse.base.signing import sign as signed
from ecluse.base.words import has_words, say, spell
from ecluse.edge.keys import OpenKey
from ecluse.edge.language import person_language

VERSION = "signature_file/1"
FIELDS = {"v", "digest", "key", "on", "value_hex"}
RECORD_BYTES_LIMIT = 4_000_000
SIGNATURE_BYTES_LIMIT = 10_000
KEY_LETTERS_LIMIT = 160
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_record(path: Path) -> tuple[Any, Sealed]:
    """Which record does this file hold, in the canonical form in which the office exported it?

    Raises BadInputError for anything else: nobody signs what this installation cannot read.
    """
    body = read_bytes(path, RECORD_BYTES_LIMIT, "record")
    return record_of(body[:-1] if body.endswith(b"\n") else body, path)


def record_of(body: bytes, path: Path) -> tuple[Any, Sealed]:
    """Which record do these canonical bytes of this file hold? Raises BadInputError for anything else."""
    try:
        value = unseal(body)
        record = seal(value)
    except (EcluseError, ValueError, TypeError, KeyError) as error:
        raise fault(path, "record", str(error)[:200]) from None
    if record.body != body:
        raise fault(path, "record", "record is not spelled canonically")
    return value, record


def shown(record: Sealed, lang: str) -> Iterator[str]:
    """What is signed, line by line, in this language? Everything: nothing that is signed stays unseen."""
    form = parse(record.body)
    name = f"keep.kind.{record.v.partition('/')[0]}"
    yield say("keep.seal.shows", lang, kind=say(name, lang) if has_words(name, lang) else record.v)
    yield from _lines(form, lang, "  ")
    yield say("keep.seal.digest", lang, digest=record.digest)


def _lines(form: dict[str, Any], lang: str, margin: str) -> Iterator[str]:
    for name, value in form.items():
        label = f"keep.field.{name}"
        said = f"{margin}{say(label, lang) if has_words(label, lang) else name}: "
        if type(value) is dict:
            yield said
            yield from _lines(value, lang, margin + "  ")
        elif type(value) is list:
            yield said
            for item in value:
                if type(item) is dict:
                    yield from _lines(item, lang, margin + "  ")
                    yield ""
                else:
                    yield f"{margin}  {_spelled(item, lang)}"
        else:
            yield said + _spelled(value, lang)


def _spelled(value: Any, lang: str) -> str:
    if type(value) is str and DAY.fullmatch(value):
        return spell(date.fromisoformat(value), lang)
    return spell(value, lang) if type(value) in (str, int, bool) else json.dumps(value, ensure_ascii=False)


def sign_record(value: Any, key: OpenKey, on: date) -> Signature:
    """What is this key's signature of this record on this day?"""
    return signed(value, key.key, key.private, on)


def signature_bytes(record_digest: str, made: Signature) -> bytes:
    """How is a signature carried in a file?"""
    form = {"v": VERSION, "digest": record_digest, "key": made.key, "on": str(made.on), "value_hex": made.value_hex}
    return json.dumps(form, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def write_signature(path: Path, record_digest: str, made: Signature) -> None:
    """Write the signature's file. Raises BadInputError where one stands already."""
    write_new(path, signature_bytes(record_digest, made))


def write_new(path: Path, body: bytes) -> None:
    """Write a file that was not there. Raises BadInputError where one stands already."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(body)
    except FileExistsError:
        raise fault(path, "out", str(path)) from None
    except OSError as error:
        raise fault(path, "out", error.strerror or str(error)) from None


def read_signature(path: Path, record_digest: str = "", public_hex: str = "") -> Signature:
    """Which signature does this file hold?

    Raises BadInputError when it holds none; EvidenceError when it is of another record than the one with this digest,
    or does not verify by this public key.
    """
    return signature_of(read_bytes(path, SIGNATURE_BYTES_LIMIT, "signature"), path.name, record_digest, public_hex)


def signature_of(body: bytes, name: str, record_digest: str = "", public_hex: str = "") -> Signature:
    """Which signature do these bytes, brought under this name, hold? Raises as `read_signature` does."""
    path = Path(name)
    try:
        form = json.loads(body[: SIGNATURE_BYTES_LIMIT + 1])
    except (ValueError, RecursionError) as error:
        raise fault(path, "signature", str(error)[:120]) from None
    return _checked(signature_form(form, path), path, record_digest, public_hex)


def signature_form(form: Any, path: Path) -> tuple[str, Signature]:
    """Of which record's digest is this form a signature, and which? Raises BadInputError for anything else."""
    if type(form) is not dict or set(form) != FIELDS or not all(type(value) is str for value in form.values()):
        raise fault(path, "signature", ", ".join(sorted(form))[:120] if type(form) is dict else type(form).__name__)
    if form["v"] != VERSION:
        raise fault(path, "signature", form["v"][:60])
    sizes = {"digest": r"[0-9a-f]{64}", "value_hex": r"[0-9a-f]{128}", "on": DAY.pattern}
    for field, pattern in sizes.items():
        if not re.fullmatch(pattern, form[field]):
            raise fault(path, "signature", f"{field} {form[field][:40]!r}")
    try:
        on = date.fromisoformat(form["on"])
    except ValueError:
        raise fault(path, "signature", f"on {form['on']}") from None
    if not 0 < len(form["key"]) <= KEY_LETTERS_LIMIT or not form["key"].isprintable():
        raise fault(path, "signature", "key")
    return form["digest"], Signature(form["key"], on, form["value_hex"])


def _checked(found: tuple[str, Signature], path: Path, record_digest: str, public_hex: str) -> Signature:
    (signed_digest, made), lang = found, person_language()
    if record_digest and signed_digest != record_digest:
        raise EvidenceError(
            say("keep.signature.other", lang, file=path.name, digest=signed_digest[:16], wanted=record_digest[:16])
        )
    if public_hex and not holds(signed_digest, made.on, public_hex, made.value_hex):
        raise EvidenceError(say("keep.signature.false", lang, file=path.name, signer=made.key))
    return made


def read_bytes(path: Path, limit: int, name: str) -> bytes:
    """Which bytes does this file hold? Raises BadInputError when it cannot be read or holds more than the limit."""
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise fault(path, name, error.strerror or str(error)) from None
    if len(body) > limit:
        raise fault(path, name, f"> {limit} bytes")
    return body


def fault(path: Path, name: str, found: str) -> BadInputError:
    """How is it told that this file is not what it should be, and how that is mended?"""
    lang = person_language()
    return BadInputError.one(
        path.name, say(f"keep.{name}.expected", lang), found, say(f"keep.{name}.remedy", lang)
    )  # fmt: skip
