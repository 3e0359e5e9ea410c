"""What is on record? Every sealed row read once and decoded strictly; damaged ones are set apart, caches are not read.

Nothing here, nor in any promise's checks, is shared with the actions that write: registers are read again from bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.db.models.functions import Cast

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import REGISTRY, VERSIONS, decode, unseal
from ecluse.base.signing import Key, Signature, holds
from ecluse.edge.law import newest_law
from ecluse.office.models import LogEntry, Record, Salt, Setting, SignatureRow
from ecluse.office.registers import Order
from ecluse.order import Gate, Hearing, seal_form

T = TypeVar("T")
COLUMNS = ("rid", "v", "body", "digest", "subject", "order", "on", "actor", "action", "log", "index", "turn")
LONG_NUMBER = re.compile(rb"[:,\[]-?[0-9]{16,}")


@dataclass(slots=True, eq=False)
class Filed:
    """One row of the table of records: its columns, its bytes, and the value they hold; None where they hold none."""

    rid: str
    v: str
    body: bytes
    digest: str
    subject: str
    order: str
    on: date
    actor: str
    action: str
    log: str
    index: int
    turn: int
    value: Any = None
    fault: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """In which log, at which index does its commitment stand?"""
        return self.log, self.index


@dataclass(slots=True, eq=False)
class Logged:
    """One entry of a log: its bytes, the leaf hash stored beside them, and its form; None where the bytes hold none."""

    id: str
    log: str
    index: int
    body: bytes
    leaf_hex: str
    form: dict[str, Any] | None


class Window(NamedTuple):
    """How much of a subject's file had certainly, and may at most, have been written before a hearing?"""

    least: int
    most: int


@dataclass(slots=True)
class Reading:
    """Everything on record, read once, with the indices that the checks share."""

    rows: list[Filed]
    entries: list[Logged]
    signatures: dict[str, list[Signature]]
    salts: dict[str, str]
    settings: dict[str, str]
    tainted: set[str] = field(default_factory=set)
    by_v: dict[str, list[Filed]] = field(default_factory=lambda: defaultdict(list))
    by_subject: dict[str, list[Filed]] = field(default_factory=lambda: defaultdict(list))
    by_digest: dict[str, Filed] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    findings: dict[str, tuple[Any, Filed]] = field(default_factory=dict)
    _memo: dict[str, Any] = field(default_factory=dict)

    def of(self, cls: type[Any]) -> list[Filed]:
        """Which sound records of this class are there, by subject and turn?"""
        return self.by_v.get(VERSIONS[cls], [])

    def about(self, subject: str, cls: type[Any]) -> list[Filed]:
        """Which sound records of this class are about this subject, oldest first?"""
        version = VERSIONS[cls]
        return [row for row in self.by_subject.get(subject, ()) if row.v == version]

    def newest(self, subject: str, cls: type[T]) -> T | None:
        """Which is the newest record of this class about this subject?"""
        found = self.about(subject, cls)
        return found[-1].value if found else None

    def window(self, rows: list[Filed], hearing: Filed) -> Window:
        """How many of these, in the order they were written, stood on record when this was heard?

        Within one log the index decides; between two logs only the day does, so those of the same day may have stood.
        """
        least = most = 0
        for row in rows:
            if row.log == hearing.log:
                is_before = may_be = row.index < hearing.index
            else:
                is_before, may_be = row.on < hearing.on, row.on <= hearing.on
            if is_before and least == most:
                least += 1
            if not may_be:
                break
            most += 1
        return Window(least, most)

    def known(self, subject: str, cls: type[T], hearing: Filed) -> list[T]:
        """Which records of this class about this subject may have stood on record when this was heard?"""
        rows = self.about(subject, cls)
        return [row.value for row in rows[: self.window(rows, hearing).most]]

    def resolve(self, wanted: str) -> Any:
        """Which fact has this digest: a record, or the finding of a hearing? Raises EvidenceError when none has."""
        row = self.by_digest.get(wanted)
        if row is not None:
            return row.value
        if wanted in self.findings:
            return self.findings[wanted][0]
        raise EvidenceError(f"no record has the digest {wanted[:12]}")

    def is_signed(self, row: Filed, owner: str) -> bool:
        """Did this owner sign this record with a key of its own that was valid on the day it signed?"""
        return self.signs(row.digest, owner)

    def signs_kept(self, record_digest: str, owner: str) -> bool:
        """Does this owner's signature hold for the record with this digest? Tried once for all who ask."""
        memo: dict[str, bool] = self._memo.setdefault("signs_kept", {})
        if record_digest not in memo:
            memo[record_digest] = self.signs(record_digest, owner)
        return memo[record_digest]

    def signs(self, record_digest: str, owner: str, sealed_digest: str = "") -> bool:
        """Does a signature filed under this digest, made over it or over the other one, hold for this owner?"""
        for signature in self.signatures.get(record_digest, ()):
            key = self.keys.get(signature.key)
            if key is None or key.owner != owner or signature.on < key.valid_from:
                continue
            if key.valid_until and signature.on > key.valid_until:
                continue
            if holds(sealed_digest or record_digest, signature.on, key.public_hex, signature.value_hex):
                return True
        return False

    def orders(self) -> dict[str, Filed]:
        """Which orders are on file?"""
        if "orders" not in self._memo:
            self._memo["orders"] = {row.value.id: row for row in self.of(Order)}
        found: dict[str, Filed] = self._memo["orders"]
        return found

    def hearings(self, subject: str, gate: Gate) -> list[Filed]:
        """Which hearings of this gate did this tranche have, oldest first?"""
        if "hearings" not in self._memo:
            found: dict[tuple[str, Gate], list[Filed]] = defaultdict(list)
            for row in self.of(Hearing):
                found[row.value.tranche, row.value.gate].append(row)
            self._memo["hearings"] = found
        hearings: dict[tuple[str, Gate], list[Filed]] = self._memo["hearings"]
        return hearings.get((subject, gate), [])

    def last_hearing(self, tranche: str, gate: Gate) -> Filed | None:
        """Which was this gate's last hearing of this tranche, or of the one it was split from?"""
        for name in (tranche, f"{order_of(tranche)}/0"):
            found = self.hearings(name, gate)
            if found:
                return found[-1]
        return None

    def is_held(self, tranche: str, gate: Gate) -> bool:
        """Does this gate's last hearing of this tranche hold it?"""
        found = self.last_hearing(tranche, gate)
        return found is not None and found.value.finding is None

    def keep(self, name: str, value: T) -> T:
        """Keep what one check rebuilt, for the checks after it."""
        self._memo[name] = value
        return value

    def kept(self, name: str) -> Any:
        """What did an earlier check rebuild under this name?"""
        return self._memo.get(name)

    def today(self) -> date:
        """On which day is the audit made? The day to which the year was carried, else the last day on record."""
        carried = self.settings.get("carried", "")
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", carried):
            return date.fromisoformat(carried)
        return max((row.on for row in self.of(Hearing)), default=max((row.on for row in self.rows), default=date.min))

    def is_demonstration(self) -> bool:
        """Is this the database of a demonstration, whose chance is a function of its seed?"""
        return self.settings.get("kind") == "demonstration"


def order_of(tranche: str) -> str:
    """To which order does this tranche belong?"""
    return tranche.rpartition("/")[0]


def read() -> Reading:
    """What is on record in this database?"""
    signatures, refiled = _signatures()
    reading = Reading(
        [_filed(row) for row in _rows_of(Record, COLUMNS, "subject", "turn", "rid")],
        [_logged(row) for row in _rows_of(LogEntry, ("id", "log", "index", "body", "leaf_hex"), "log", "index")],
        signatures,
        dict(Salt.objects.values_list("digest", "salt_hex")),
        dict(Setting.objects.values_list("key", "value")),
    )
    reading.keep("signatures_refiled", refiled)
    for row in reading.rows:
        _open(row)
    _index(reading)
    return reading


def _rows_of(model: type[models.Model], columns: tuple[str, ...], *order: str) -> Iterator[tuple[Any, ...]]:
    """Days come as text: a day that an administrator spelled wrongly is a finding and must not stop the reading."""
    names = ["day" if name == "on" else name for name in columns]
    rows = model._default_manager.order_by(*order)
    if "on" in columns:
        rows = rows.annotate(day=Cast("on", models.TextField()))
    return rows.values_list(*names).iterator()


def _filed(row: tuple[Any, ...]) -> Filed:
    rid, v, body, record_digest, subject, order, on, actor, action, log, index, turn = row
    return Filed(
        rid, v, _bytes(body), record_digest, subject, order, day_of(on), actor, action, log, whole(index), whole(turn)
    )


def _logged(row: tuple[Any, ...]) -> Logged:
    id, log, index, body, leaf_hex = row
    return Logged(id, log, whole(index), _bytes(body), leaf_hex, _object_of(_bytes(body)))


def _signatures() -> tuple[dict[str, list[Signature]], list[str]]:
    found: dict[str, list[Signature]] = defaultdict(list)
    refiled = []
    for id, signed, key, on, value_hex in _rows_of(SignatureRow, ("id", "digest", "key", "on", "value_hex"), "id"):
        found[signed].append(Signature(key, day_of(on), value_hex))
        if id != f"{signed}:{key}":
            refiled.append(str(id))
    return found, refiled


def _bytes(stored: Any) -> bytes:
    return stored.encode() if isinstance(stored, str) else bytes(stored or b"")


def day_of(stored: Any) -> date:
    """Which day is stored here? The first day of all stands for what spells none."""
    try:
        return date.fromisoformat(str(stored))
    except ValueError:
        return date.min


def whole(stored: Any) -> int:
    """Which whole number is stored here? Minus one stands for what is none."""
    return stored if type(stored) is int else -1


def _index(reading: Reading) -> None:
    for row in reading.rows:
        if row.fault:
            continue
        reading.by_v[row.v].append(row)
        reading.by_subject[row.subject].append(row)
        reading.by_digest[row.digest] = row
        if isinstance(row.value, Key):
            reading.keys[row.value.id] = row.value
        elif isinstance(row.value, Hearing) and type(row.value.finding) is dict:
            finding = _finding_of(row.value.finding)
            if finding is not None:
                reading.findings[seal_form(row.value.finding).digest] = (finding, row)


def _finding_of(form: dict[str, Any]) -> Any:
    cls = REGISTRY.get(form.get("v", ""))
    try:
        return decode(cls, {key: value for key, value in form.items() if key != "v"}) if cls else None
    except Exception:
        return None


def _open(row: Filed) -> None:
    """Decode a row's bytes, or say what is wrong with them."""
    if digest(row.body) != row.digest:
        row.fault = "record_altered"
        return
    try:
        row.value = value_of(row.body)
    except Exception:
        row.fault = "record_unreadable"
        return
    if VERSIONS[type(row.value)] != row.v:
        row.value, row.fault = None, "version_differs"


def value_of(body: bytes) -> Any:
    """Which value do these canonical bytes hold? As `unseal` does, only quicker where the bytes are plain.

    Raises EvidenceError, ValueError or TypeError when they hold none.
    """
    if LONG_NUMBER.search(body):
        return unseal(body)
    form = json.loads(body, parse_float=_no_float)
    if type(form) is not dict or not _is_canonical(form, body):
        raise EvidenceError("record is not spelled canonically")
    cls = REGISTRY.get(form.pop("v", ""))
    if cls is None:
        raise EvidenceError("unknown record version: it may come from a newer release")
    return decode(cls, form)


def _is_canonical(form: Any, body: bytes) -> bool:
    text = json.dumps(form, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass") == body and (text.isascii() or unicodedata.is_normalized("NFC", text))


def _no_float(text: str) -> Any:
    raise EvidenceError(f"fractional number {text}")


def _object_of(body: bytes) -> dict[str, Any] | None:
    try:
        form = json.loads(body, parse_float=_no_float)
        return form if type(form) is dict and _is_canonical(form, body) else None
    except (ValueError, EvidenceError, RecursionError):
        return None


def in_force(records: Iterable[Any], on: date) -> Any:
    """Which of these dated records is in force on this day? The newest that is; None when none is."""
    found = [r for r in records if r.valid_from <= on and (r.valid_until is None or on <= r.valid_until)]
    return max(found, key=lambda record: record.valid_from) if found else None


def law_rows(name: str, on: date) -> Iterator[Any]:
    """Which rows of a law table are in force on this day?"""
    return newest_law()[name].in_force(on)
