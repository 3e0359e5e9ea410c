"""Where does an owner's private key lie, and who may sign with it? One Ed25519 key a file, outside every database."""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ecluse.base.errors import BadInputError, ForbiddenError
from ecluse.base.signing import Signature, sign
from ecluse.base.words import say
from ecluse.edge.language import person_language

PRIVATE, PUBLIC = ".pem", ".public.json"
OPEN_TO_OTHERS = 0o077
KEY_BYTES_LIMIT = 10_000
SLUG_LIMIT = 120


def slug(owner: str) -> str:
    """Under which file name does this owner's key lie?

    >>> slug("authority:mod")
    'authority_mod'
    """
    name = re.sub(r"[^A-Za-z0-9.-]", "_", owner).lstrip(".")
    if not name or len(name) > SLUG_LIMIT:
        raise BadInputError.one("owner", *_words("owner", found=owner[:80]))
    return name


def key_id(owner: str, public_hex: str) -> str:
    """Under which id is a key registered? Owner and the key's own beginning, so that a new key has a new id."""
    return f"key:{owner}/{public_hex[:16]}"


def make_key(folder: Path, owner: str, passphrase: str = "") -> str:
    """What is the public key (hexadecimal) of the new key that now lies in the folder for this owner?

    Raises ForbiddenError when the owner has a key there: a key is never overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Ed25519PrivateKey.generate()
    public_hex = private.public_key().public_bytes_raw().hex()
    lock: KeySerializationEncryption = NoEncryption()
    if passphrase:
        lock = BestAvailableEncryption(passphrase.encode())
    form = {"v": "public_key/1", "owner": owner, "key": key_id(owner, public_hex), "public_hex": public_hex}
    path = folder / (slug(owner) + PRIVATE)
    try:
        _write_new(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    except FileExistsError:
        raise ForbiddenError(say("keep.key.exists", person_language(), owner=owner, path=str(path))) from None
    beside = path.with_name(path.stem + PUBLIC)
    beside.unlink(missing_ok=True)  # of a key that is gone
    _write_new(beside, json.dumps(form, sort_keys=True, indent=1).encode() + b"\n")
    return public_hex


def _write_new(path: Path, body: bytes) -> None:
    """Readable by its owner from the first byte on; half a file is not kept."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True)
class OpenKey:
    """A private key ready to sign, with its owner and the id under which its public half is registered."""

    owner: str
    key: str
    private: Ed25519PrivateKey

    @property
    def public_hex(self) -> str:
        """What is the public key, in hexadecimal?"""
        return self.private.public_key().public_bytes_raw().hex()

    def sign(self, record: Any, on: date) -> Signature:
        """What is this key's signature of this record?"""
        return sign(record, self.key, self.private, on)


def open_key(path: Path, passphrase: str = "") -> OpenKey:
    """Which key lies in this file? Raises ForbiddenError, with the remedy, when it may not be used."""
    lang = person_language()
    try:
        body = path.read_bytes()
    except OSError:
        raise ForbiddenError(say("keep.key.absent", lang, path=str(path))) from None
    if os.name == "posix" and path.stat().st_mode & OPEN_TO_OTHERS:
        raise ForbiddenError(say("keep.key.open", lang, path=str(path)))
    private = _unlocked(path, body, passphrase)
    public_hex = private.public_key().public_bytes_raw().hex()
    form = _public(path.with_name(path.stem + PUBLIC))
    if form is None or form["public_hex"] != public_hex:
        raise ForbiddenError(say("keep.key.unnamed", lang, path=str(path), beside=path.stem + PUBLIC))
    return OpenKey(form["owner"], form["key"], private)


def _unlocked(path: Path, body: bytes, passphrase: str) -> Ed25519PrivateKey:
    lang = person_language()
    if is_locked(body) and not passphrase:
        raise ForbiddenError(say("keep.key.locked", lang, path=str(path)))
    try:
        if len(body) > KEY_BYTES_LIMIT:
            raise ValueError
        found = load_pem_private_key(body, passphrase.encode() if is_locked(body) else None)
    except (ValueError, TypeError):
        key = "keep.key.wrong_passphrase" if is_locked(body) else "keep.key.no_key"
        raise ForbiddenError(say(key, lang, path=str(path))) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise ForbiddenError(say("keep.key.no_key", lang, path=str(path)))
    return found


def is_locked(body: bytes) -> bool:
    """Does this key need a passphrase?"""
    return b"ENCRYPTED" in body[:200]


def _public(path: Path) -> dict[str, str] | None:
    with contextlib.suppress(OSError, ValueError):
        if path.stat().st_size <= KEY_BYTES_LIMIT:
            form = json.loads(path.read_bytes())
            wanted = ("owner", "key", "public_hex")
            if type(form) is dict and form.get("v") == "public_key/1" and all(type(form.get(w)) is str for w in wanted):
                return {name: form[name] for name in wanted}
    return None


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The keys of one folder, opened by one passphrase."""

    folder: Path
    passphrase: str = ""

    def owners(self) -> tuple[str, ...]:
        """Who has a key here?"""
        found = []
        for path in sorted(self.folder.glob(f"*{PRIVATE}")):
            form = _public(path.with_name(path.stem + PUBLIC))
            if form:
                found.append(form["owner"])
        return tuple(sorted(found))

    def open(self, owner: str) -> OpenKey:
        """Which key is this owner's? Raises ForbiddenError when it is absent, locked or another's."""
        path = self.folder / (slug(owner) + PRIVATE)
        found = open_key(path, self.passphrase)
        if found.owner != owner:
            raise ForbiddenError(say("keep.key.other", person_language(), path=str(path), owner=owner))
        return found

    def private_key(self, owner: str) -> Ed25519PrivateKey:
        """With which key does this owner sign? Raises ForbiddenError with the remedy."""
        return self.open(owner).private

    def sign(self, owner: str, record: Any, on: date) -> Signature:
        """What is this owner's signature of this record?"""
        return self.open(owner).sign(record, on)


def _words(name: str, **facts: str) -> tuple[str, str, str]:
    lang = person_language()
    return (
        say(f"keep.{name}.expected", lang), facts.get("found", ""), say(f"keep.{name}.remedy", lang),
    )  # fmt: skip
