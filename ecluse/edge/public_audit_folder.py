"""What does a public folder hold, and is it what its signer listed? Reads files; trusts none of them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import ED25519, key_id
from ecluse.base.signing import holds
from ecluse.edge.public_audit_points import Point, broken, checked

MANIFEST = "manifest.json"
PUBLICATION_VERSION = "publication/1"
SAFE_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@.-]*(?:/[A-Za-z0-9][A-Za-z0-9_@.-]*)*")
FILES_LIMIT = 100_000
JSON_BYTES_LIMIT = 256 * 1024 * 1024
LINE_BYTES_LIMIT = 1024 * 1024
LINES_LIMIT = 20_000_000
BLOCK = 1 << 20


class Folder:
    """One public folder. Every reading method raises EvidenceError for what is absent or cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / MANIFEST).is_file():
            raise BadInputError.one(
                str(path), "a folder written by `ecluse publish`", f"no {MANIFEST}", "name the folder that holds it"
            )
        try:
            self.manifest = self._manifest()
        except (EvidenceError, KeyError, TypeError, ValueError) as error:
            raise BadInputError.one(
                str(path / MANIFEST),
                f"a manifest of version {PUBLICATION_VERSION}",
                str(error),
                "publish the folder anew",
            ) from None

    def _manifest(self) -> dict[str, Any]:
        form = self.json(MANIFEST)
        if not isinstance(form, dict) or form.get("v") != PUBLICATION_VERSION:
            raise EvidenceError("another version")
        date.fromisoformat(form["as_of"])
        if not all(isinstance(form[key], str) for key in ("log_root", "verifier_key", "signer", "engine")):
            raise EvidenceError("a name is not text")
        if not isinstance(form["files"], list) or not isinstance(form["signature"], dict):
            raise EvidenceError("no list of files, or no signature")
        return form

    @property
    def as_of(self) -> date:
        """On which day does the folder speak?"""
        return date.fromisoformat(self.manifest["as_of"])

    @cached_property
    def present(self) -> frozenset[str]:
        """Which files lie in the folder? Links are no files."""
        found = set()
        for path in self.path.rglob("*"):
            if path.is_symlink() or path.is_file():
                found.add(path.relative_to(self.path).as_posix())
            if len(found) > FILES_LIMIT:
                raise EvidenceError(f"more than {FILES_LIMIT} files")
        return frozenset(found)

    def under(self, prefix: str) -> list[str]:
        """Which files lie under this prefix, those named by numbers in their order?"""
        found = [path for path in self.present if path.startswith(prefix)]
        return sorted(found, key=lambda path: (len(path), path))

    def body(self, path: str) -> bytes:
        """Which bytes does this file hold?"""
        found = self._file(path)
        if found.stat().st_size > JSON_BYTES_LIMIT:
            raise EvidenceError(f"{path} is larger than {JSON_BYTES_LIMIT} bytes")
        return found.read_bytes()

    def text(self, path: str) -> str:
        """Which text does this file hold?"""
        try:
            return self.body(path).decode("utf-8")
        except UnicodeDecodeError:
            raise EvidenceError(f"{path} is not UTF-8 text") from None

    def json(self, path: str) -> Any:
        """Which JSON value does this file hold? Fractions and doubled keys are refused."""
        try:
            text = self.text(path)
            return json.loads(text, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_no_twins)
        except (ValueError, RecursionError) as error:
            raise EvidenceError(f"{path} is not JSON: {error}") from None

    def lines(self, path: str) -> Iterator[bytes]:
        """Which lines does this file hold, one after the other?"""
        with self._file(path).open("rb") as file:
            for _ in range(LINES_LIMIT):
                line = file.readline(LINE_BYTES_LIMIT)
                if not line:
                    return
                if not line.endswith(b"\n"):
                    raise EvidenceError(f"{path} has a line that is not ended, or too long")
                yield line[:-1]
        raise EvidenceError(f"{path} has more than {LINES_LIMIT} lines")

    def _file(self, path: str) -> Path:
        if not SAFE_PATH.fullmatch(path) or ".." in path.split("/"):
            raise EvidenceError(f"not a path inside the folder: {path[:80]!r}")
        found = self.path / path
        if found.is_symlink() or not found.is_file():
            raise EvidenceError(f"{path} is not there")
        return found

    # -------------------------------------------------------------- the manifest

    @property
    def signer_name(self) -> str:
        """Under which name does the signer's key stand in notes?"""
        return self._signer[0]

    def public_key(self) -> Ed25519PublicKey:
        """Which key does the folder say that it is signed with? Raises EvidenceError."""
        return self._signer[1]

    @cached_property
    def _signer(self) -> tuple[str, Ed25519PublicKey]:
        return public_key_of(self.manifest["verifier_key"])

    def check_manifest(self) -> Iterator[Point]:
        """Is every file that is listed there as listed, and none beside; did the named key sign the list?"""
        listed = {}
        for item in self.manifest["files"][:FILES_LIMIT]:
            path = item.get("path") if isinstance(item, dict) else None
            if not isinstance(path, str) or path in listed:
                yield broken("P6", "manifest_unreadable", MANIFEST)
                continue
            listed[path] = item
        for path in sorted(listed):
            yield from self._check_file(path, listed[path])
        for path in sorted(self.present - listed.keys() - {MANIFEST}):
            yield broken("P6", "file_unlisted", path)
        if self._is_signed():
            yield checked("P6", "manifest", n=len(listed))
        else:
            yield broken("P6", "manifest_unsigned", MANIFEST)

    def _check_file(self, path: str, item: dict[str, Any]) -> Iterator[Point]:
        try:
            found = self._file(path)
        except EvidenceError:
            yield broken("P6", "file_missing", path)
            return
        body = hashlib.sha256()
        with found.open("rb") as file:
            while block := file.read(BLOCK):
                body.update(block)
        if (found.stat().st_size, body.hexdigest()) != (item.get("size"), item.get("sha256")):
            yield broken("P6", "file_changed", path)

    def _is_signed(self) -> bool:
        form = {key: value for key, value in self.manifest.items() if key != "signature"}
        signature = self.manifest["signature"]
        try:
            on = date.fromisoformat(signature["on"])
            public = self.public_key().public_bytes_raw().hex()
            value = signature["value_hex"]
            return on == self.as_of and isinstance(value, str) and holds(digest(canonical(form)), on, public, value)
        except (EvidenceError, KeyError, TypeError, ValueError):
            return False


def public_key_of(verifier: str) -> tuple[str, Ed25519PublicKey]:
    """Which name and key does this verifier key spell (`name+id+base64`)? Raises EvidenceError."""
    name, _, rest = verifier.partition("+")
    identity, _, body = rest.partition("+")
    try:
        raw = base64.b64decode(body, validate=True)
        public = Ed25519PublicKey.from_public_bytes(raw[1:])
    except ValueError as error:
        raise EvidenceError(f"not a verifier key: {error}") from None
    if raw[:1] != ED25519 or key_id(name, public).hex() != identity:
        raise EvidenceError("a verifier key names another key than it holds")
    return name, public


def _no_float(text: str) -> Any:
    raise ValueError(f"fractional number {text}")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands twice")
    return record
