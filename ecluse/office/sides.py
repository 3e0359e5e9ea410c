"""How do two offices speak? One carriage of signed files at a time, from the high side to the low one, never back.

The high side holds needs, stock, absorption, capacity, funded orders and the plan; the low side is the portal. A
carriage is a folder: `manifest`, a note signed by the high side's authority that names every file by digest and carries
a running number, and under `records/` one canonical JSON file for each certificate, withdrawal, policy or statement,
with its signatures. Reading a carriage needs no database; whoever imports one says which keys are registered.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ecluse.base.canon import canonical, digest, parse
from ecluse.base.errors import BadInputError, EcluseError, EvidenceError
from ecluse.base.note import sign_note, split_note, verify_note
from ecluse.base.sealed import Sealed, decode, encode, seal, unseal
from ecluse.base.signing import Key, Signature, is_signed_by
from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.office.registers import CapacityStanding, HomeStanding
from ecluse.surplus.terms import Certificate, SurplusPolicy, Withdrawal

# What may cross, and in which order it is filed: nothing else ever does.
CARRIED: tuple[type, ...] = (SurplusPolicy, Certificate, CapacityStanding, Withdrawal, HomeStanding)
# What a low side may never hold, by sealed version.
SECRET_VERSIONS = (
    "stated_need/1", "stock_count/1", "reserve/1", "absorption_limit/1", "capacity_attestation/1", "funded_order/1",
    "orders_statement/1", "home_delivery/1", "home_price/1", "certificate_request/1",
    "plan_baseline/1", "plan/1",
)  # fmt: skip
ORIGIN = "ecluse/side/1"
MANIFEST, RECORDS = "manifest", "records"
FILES_LIMIT = 20_000
FILE_BYTES_LIMIT = 1_000_000
MANIFEST_BYTES_LIMIT = 4_000_000
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
HEX64 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Carried:
    """One record on its way, with everybody's signatures of it."""

    value: Any
    record: Sealed
    signatures: tuple[Signature, ...]

    @classmethod
    def of(cls, value: Any, signatures: Iterable[Signature]) -> Carried:
        """What travels of this record?"""
        return cls(value, seal(value), tuple(sorted(signatures, key=lambda made: made.key)))

    def body(self) -> bytes:
        """Which bytes are its file?"""
        signatures = [encode(made) for made in self.signatures]
        return canonical({"v": "carried/1", "record": self.record.body.decode(), "signatures": signatures})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What does one carriage say of itself? Its digest is that of the text that was signed."""

    owner: str
    number: int
    previous: str
    on: date
    log_root: str
    files: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """Which text is signed?"""
        head = (
            ORIGIN, f"owner {self.owner}", f"number {self.number}", f"previous {self.previous or '-'}", f"on {self.on}",
            f"log_root {self.log_root}",
        )  # fmt: skip
        return "\n".join((*head, *(f"{name} {body}" for name, body in self.files))) + "\n"

    def digest(self) -> str:
        """By which digest does the next carriage name this one?"""
        return digest(self.text().encode())


def note_name(owner: str) -> str:
    """Under which name does an owner sign a note?"""
    return owner.replace(":", "/")


def write_carriage(folder: Path, manifest: Manifest, bodies: Mapping[str, bytes], private: Ed25519PrivateKey) -> None:
    """Write the carriage's files, the signed manifest last."""
    (folder / RECORDS).mkdir(parents=True)
    for name, body in bodies.items():
        (folder / RECORDS / name).write_bytes(body)
    note = sign_note(manifest.text(), note_name(manifest.owner), private)
    (folder / MANIFEST).write_bytes(note.encode())


def files_of(carried: Iterable[Carried]) -> dict[str, bytes]:
    """Which files, by name, carry these records? A record's digest is its file's name."""
    return {f"{one.record.digest}.json": one.body() for one in carried}


# ------------------------------------------------------------------ reading one


def read_carriage(folder: Path, owner: str, keys: Callable[[str], Iterable[Key]]) -> tuple[Manifest, list[Carried]]:
    """What does this folder carry? `keys` gives an owner's registered keys.

    Raises BadInputError for a folder that is no carriage, EvidenceError for one whose bytes or signatures do not hold.
    """
    manifest = _manifest(folder, owner, keys)
    names = {name for name, _ in manifest.files}
    found = {path.name for path in (folder / RECORDS).iterdir()} if (folder / RECORDS).is_dir() else set()
    beside = {path.name for path in folder.iterdir()} - {MANIFEST, RECORDS}
    for odd in sorted((found ^ names) | beside):
        raise EvidenceError(_say("file_missing" if odd in names else "file_added", file=odd))
    carried = [_carried(folder / RECORDS / name, wanted, keys) for name, wanted in manifest.files]
    for one in carried:
        _check_speaker(one, manifest.owner)
    order = {cls: place for place, cls in enumerate(CARRIED)}
    return manifest, sorted(carried, key=lambda one: (order[type(one.value)], one.value.id))


def _manifest(folder: Path, owner: str, keys: Callable[[str], Iterable[Key]]) -> Manifest:
    try:
        note = _read(folder / MANIFEST, MANIFEST_BYTES_LIMIT).decode()
        text, _ = split_note(note)
    except (EvidenceError, UnicodeDecodeError) as error:
        raise EvidenceError(_say("manifest_unreadable", error=str(error)[:120])) from None
    manifest = _parsed(text)
    if manifest.owner != owner:
        raise EvidenceError(_say("other_owner", owner=manifest.owner, wanted=owner))
    for key in keys(owner):
        if key.valid_from <= manifest.on and (key.valid_until is None or manifest.on <= key.valid_until):
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public_hex))
            try:
                verify_note(note, note_name(owner), public)
            except EvidenceError:
                continue
            return manifest
    raise EvidenceError(_say("manifest_unsigned", owner=owner))


def _parsed(text: str) -> Manifest:
    lines = text.split("\n")
    try:
        if lines[0] != ORIGIN or lines[-1] or len(lines) > FILES_LIMIT:
            raise ValueError(lines[0][:60])
        owner, number, previous, on, log_root = (
            _after(line, name) for line, name in zip(lines[1:6], ("owner", "number", "previous", "on", "log_root"),
                                                     strict=True)
        )  # fmt: skip
        files = tuple((line.split(" ")[0], line.split(" ")[1]) for line in lines[6:-1])
        manifest = Manifest(owner, int(number), "" if previous == "-" else previous, date.fromisoformat(on), log_root,
                            files)  # fmt: skip
    except (ValueError, IndexError) as error:
        raise EvidenceError(_say("manifest_unreadable", error=str(error)[:120])) from None
    hexes = [log_root, *(body for _, body in files), *(name.removesuffix(".json") for name, _ in files)]
    is_plain = NUMBER.fullmatch(number) and all(HEX64.fullmatch(word) for word in hexes)
    if not is_plain or manifest.text() != text or len({name for name, _ in files}) != len(files):
        raise EvidenceError(_say("manifest_unreadable", error=number[:20]))
    return manifest


def _after(line: str, name: str) -> str:
    word, _, value = line.partition(" ")
    if word != name or not value:
        raise ValueError(line[:60])
    return value


def _carried(path: Path, wanted: str, keys: Callable[[str], Iterable[Key]]) -> Carried:
    body = _read(path, FILE_BYTES_LIMIT)
    if digest(body) != wanted:
        raise EvidenceError(_say("file_altered", file=path.name))
    try:
        form = parse(body)
        if type(form) is not dict or set(form) != {"v", "record", "signatures"} or form["v"] != "carried/1":
            raise EvidenceError("carried/1")
        value = unseal(form["record"].encode())
        signatures = tuple(decode(Signature, item) for item in form["signatures"])
    except (EcluseError, ValueError, TypeError, AttributeError) as error:
        raise EvidenceError(_say("file_unreadable", file=path.name, error=str(error)[:120])) from None
    one = Carried(value, seal(value), signatures)
    if type(value) not in CARRIED:
        raise EvidenceError(_say("file_of_other_kind", file=path.name, kind=one.record.v))
    if one.body() != body or path.name != f"{one.record.digest}.json":
        raise EvidenceError(_say("file_altered", file=path.name))
    if not is_signed_by(value.owner, value, signatures, keys(value.owner)):
        raise EvidenceError(_say("record_unsigned", file=path.name, record=value.id, owner=value.owner))
    return one


def _check_speaker(one: Carried, owner: str) -> None:
    """Statements are the carrier's own word; the rest is any authority's, never a party's."""
    speaker = one.value.owner
    is_own = isinstance(one.value, HomeStanding | CapacityStanding)
    if (is_own and speaker != owner) or not speaker.startswith("authority:"):
        raise EvidenceError(_say("other_owner", owner=speaker, wanted=owner))


def _read(path: Path, limit: int) -> bytes:
    lang = person_language()
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise BadInputError.one(
            path.name, say("keep.side.expected", lang), error.strerror or str(error), say("keep.side.remedy", lang)
        ) from None  # fmt: skip
    if len(body) > limit:
        raise BadInputError.one(
            path.name, say("keep.side.expected", lang), f"> {limit} B", say("keep.side.remedy", lang)
        )
    return body


def _say(name: str, **facts: Any) -> str:
    return say(f"keep.side.{name}", person_language(), **facts)


def discard(folder: Path) -> None:
    """Leave nothing of a carriage that was not finished."""
    shutil.rmtree(folder, ignore_errors=True)
