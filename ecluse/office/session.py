"""What does one piece of work read? Records by subject, cached rows, and the versions on which its judgement stands.

A *subject* is whatever records are about: an order, a tranche, a certificate, a party, a model. Its head counts the
deeds that touched it. A deed may be saved only while every head it read still has the number it read (decision 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.db import models

from ecluse.base.law import Law
from ecluse.base.proof import Edge
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.base.signing import Key, Signature
from ecluse.base.source import Source
from ecluse.custody.terms import SerialRange
from ecluse.office.models import Head, LogHead, Record, SignatureRow
from ecluse.order import Citation

T = TypeVar("T")
SIGNED_AT_ONCE = 500
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Mandate:
    """For which body, in which role and between which days does a person speak? For whom, when standing in?"""

    person: str
    body: str
    role: str
    valid_from: date
    valid_until: date | None
    acting_for: str | None = None


@dataclass(slots=True)
class Filed:
    """One record as a session holds it."""

    rid: str
    v: str
    digest: str
    value: Any
    turn: int


@dataclass(slots=True)
class File:
    """Everything on record about one subject, in the order it was written."""

    version: int
    turn: int
    leaf_hex: str
    records: list[Filed]


@dataclass(slots=True)
class Buffer:
    """What is to be written: sealed rows once, cache rows in their last state."""

    # Each row is a model, or a tuple of the table's columns in their order.
    sealed: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    cached: dict[type[models.Model], dict[str, models.Model]] = field(default_factory=dict)
    moves: list[tuple[SerialRange, dict[str, Any]]] = field(default_factory=list)
    heads: set[str] = field(default_factory=set)
    logs: set[str] = field(default_factory=set)


@lru_cache(maxsize=200_000)
def _value(digest: str, body: bytes) -> Any:
    return unseal(body)


class Session:
    """One reader's view. `exclusive` sessions (the carrying of a year) outlive deeds; others serve one deed."""

    def __init__(self, source: Source, law: Law, *, exclusive: bool = False, mandate: Mandate | None = None) -> None:
        self.source, self.law, self.exclusive, self.mandate = source, law, exclusive, mandate
        self.files: dict[str, File] = {}
        self.rows: dict[tuple[type[models.Model], str], models.Model | None] = {}
        self.logs: dict[str, tuple[int, Edge]] = {}
        self.places: dict[str, Citation] = {}
        self.signatures_by_digest: dict[str, tuple[Signature, ...]] = {}
        self.reads: dict[str, int] = {}
        self.tag_keys: dict[str, bytes] = {}
        self.buffer = Buffer()
        # What deeds of this session put on file for good: each record with its subject and its order, if any.
        self.written: list[tuple[Any, str, str]] = []
        # A session that alone writes knows every subject there is: what it does not know has no record to look for.
        self.known = set(Head.objects.values_list("subject", flat=True)) if exclusive else None

    def file(self, subject: str) -> File:
        """What is on record about this subject? Notes the version read."""
        found = self.files.get(subject)
        if found is None:
            found = self.files[subject] = self._load(subject)
        self.reads[subject] = found.version
        return found

    def know(self, subjects: Iterable[str]) -> None:
        """These files will be asked for one after the other; a session that can, reads them at once."""

    def of(self, subject: str, cls: type[T]) -> list[T]:
        """Which records of this class are about this subject, oldest first?"""
        version = VERSIONS[cls]
        return [record.value for record in self.file(subject).records if record.v == version]

    def newest(self, subject: str, cls: type[T]) -> T | None:
        """Which is the newest record of this class about this subject?"""
        found = self.of(subject, cls)
        return found[-1] if found else None

    def digest_of(self, subject: str, rid: str) -> str | None:
        """What is the digest of this record about this subject?"""
        return next((r.digest for r in self.file(subject).records if r.rid == rid), None)

    def where(self, digest: str) -> Citation | None:
        """In which log and at which index does the record with this digest stand?"""
        found = self.places.get(digest)
        if found is None:
            row = Record.objects.filter(digest=digest).values_list("log", "index").first()
            if row is None:
                return None
            found = self.places[digest] = Citation(digest, row[0], row[1])
        return found

    def signatures(self, digest: str) -> tuple[Signature, ...]:
        """Who signed the record with this digest?"""
        if digest not in self.signatures_by_digest:
            self.know_signatures([digest])
        return self.signatures_by_digest[digest]

    def know_signatures(self, digests: Iterable[str]) -> None:
        """Read who signed these records at once, which would else be asked for one after the other."""
        wanted = [digest for digest in digests if digest not in self.signatures_by_digest]
        found: dict[str, list[Signature]] = {digest: [] for digest in wanted}
        for start in range(0, len(wanted), SIGNED_AT_ONCE):
            rows = SignatureRow.objects.filter(digest__in=wanted[start : start + SIGNED_AT_ONCE]).order_by("key")
            for row in rows:
                found[row.digest].append(Signature(row.key, row.on, row.value_hex))
        self.signatures_by_digest.update({digest: tuple(made) for digest, made in found.items()})

    def keys(self, owners: Iterable[str]) -> tuple[Key, ...]:
        """Which keys have these owners registered? In the order of their ids, each once."""
        found = {key.id: key for owner in set(owners) for key in self.of(f"key:{owner}", Key)}
        return tuple(found[id] for id in sorted(found))

    def row(self, model: type[M], pk: str, subject: str) -> M | None:
        """Which cached row is this? It belongs to a subject, whose version guards it."""
        self.file(subject)
        slot = (model, pk)
        if slot not in self.rows:
            is_new = self.known is not None and subject not in self.known
            self.rows[slot] = None if is_new else model._default_manager.filter(pk=pk).first()
        return self.rows[slot]  # type: ignore[return-value]

    def move_units(self, run: SerialRange, **state: Any) -> None:
        """Units of this run are in a new state (custodian, authority, tranche, state, on) once the deed is written."""
        self.buffer.moves.append((run, state))

    def log(self, name: str) -> tuple[int, Edge]:
        """How long is this log, and what is its frontier?"""
        if name not in self.logs:
            head = LogHead.objects.filter(log=name).first()
            self.logs[name] = (head.size, Edge.from_hex(head.size, head.edge_hex)) if head else (0, Edge.empty())
        return self.logs[name]

    def _load(self, subject: str) -> File:
        if self.known is not None and subject not in self.known:
            return File(0, 0, "", [])
        head = Head.objects.filter(subject=subject).first()
        if head is None:
            return File(0, 0, "", [])
        records = []
        for row in Record.objects.filter(subject=subject).order_by("turn"):
            self.places[row.digest] = Citation(row.digest, row.log, row.index)
            records.append(Filed(row.rid, row.v, row.digest, _value(row.digest, bytes(row.body)), row.turn))
        return File(head.version, head.turn, head.leaf_hex, records)
