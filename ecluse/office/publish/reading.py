"""What stands on record at the moment of publication? Logs up to their heads, and the records they commit to.

Everything is read from sealed bytes; no cache and no clock is asked. What is written meanwhile lies beyond the heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from ecluse.base.canon import SAFE_INTEGER
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.law import Law
from ecluse.base.proof import commit
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.edge.public_audit_logs import log_root, tree_of
from ecluse.office.models import Checkpoint, LogEntry, LogHead, Record, Salt
from ecluse.office.publish.outer import Outer

T = TypeVar("T")
LOG_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[0-9]{4}")
ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class Placed:
    """One sealed record, and the place in the log where its commitment stands."""

    v: str
    digest: str
    body: bytes
    subject: str
    order: str
    on: date
    log: str
    index: int
    salt_hex: str

    @cached_property
    def value(self) -> Any:
        """What does it say?"""
        return unseal(self.body)

    def place(self) -> dict[str, Any]:
        """Where in the log can a stranger find its commitment?"""
        salted = commit(bytes.fromhex(self.salt_hex), self.body).hex()
        return {"log": self.log, "index": self.index, "commitment": salted}


@dataclass
class Reading:
    """The office's records as far as the logs' heads reach at this moment."""

    law: Law
    sizes: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[Placed]] = field(default_factory=dict)
    outer: Outer | None = None

    def __post_init__(self) -> None:
        stood = dict(LogHead.objects.order_by("log").values_list("log", "size"))
        if not stood:
            raise BadInputError.one(
                "database", "an office with a log", "an empty one", "carry a year first: ecluse demo"
            )
        self.outer = Outer.of(self.law)
        self.sizes = stood if self.outer is None else self.outer.sizes(stood)
        for name in self.sizes:
            if not LOG_NAME.fullmatch(name):
                raise ValueError(f"a log's name is words and a year: {name!r}")

    @cached_property
    def entries(self) -> dict[str, list[bytes]]:
        """Which entries does each log hold?"""
        found: dict[str, list[bytes]] = {name: [] for name in self.sizes}
        rows = LogEntry.objects.order_by("log", "index").values_list("log", "index", "body")
        for log, index, body in rows.iterator(ROWS_AT_ONCE):
            if index < self.sizes.get(log, 0):
                found[log].append(bytes(body))
        for log, bodies in found.items():
            if len(bodies) != self.sizes[log]:
                raise EvidenceError(f"{log} holds {len(bodies)} of {self.sizes[log]} entries; run: ecluse audit")
        return found

    @cached_property
    def roots(self) -> dict[str, bytes]:
        """What is the root over each log's entries?"""
        return {name: tree_of(entries).root() for name, entries in self.entries.items()}

    @cached_property
    def log_root(self) -> str:
        """What is the root over all logs by name?"""
        return log_root((name, self.sizes[name], root.hex()) for name, root in self.roots.items())

    def checkpoints(self, log: str) -> list[tuple[str, str]]:
        """Which signed heads of this log are shown? A name by size and the note, the newest last, each note once.

        Heads signed between two closes stay here: their sizes would tell when a log grew. Two notes of one size are
        both published: if they differ in more than their day, the log was forked.
        """
        rows = Checkpoint.objects.filter(log=log, size__lte=self.sizes[log]).order_by("size", "on")
        if self.outer is not None:
            rows = rows.filter(size__in=self.outer.sizes_shown(log, self.sizes[log]))
        notes = list(dict.fromkeys(rows.values_list("size", "note")))
        sizes = [size for size, _ in notes]
        return [
            (f"{size}-{number}" if sizes.count(size) > 1 else str(size), note)
            for number, (size, note) in enumerate(notes, 1)
        ]

    @cached_property
    def outline(self) -> list[tuple[str, str, date]]:
        """Of which version, about whom and of which day is every record?"""
        rows = Record.objects.values_list("v", "subject", "on", "log", "index")
        return [
            (v, subject, on) for v, subject, on, log, index in rows.iterator(ROWS_AT_ONCE) if self._is_in(log, index)
        ]

    @cached_property
    def as_of(self) -> date:
        """On which day does this publication speak? That of the close up to which it shows, else the newest record."""
        if self.outer is not None:
            return self.outer.shown[-1].on
        return max(on for _, _, on in self.outline)

    def placed(self, cls: type[Any]) -> list[Placed]:
        """Which records of this class are there, in the order of the logs? Read once and kept."""
        version = VERSIONS[cls]
        if version not in self.kept:
            self.kept[version] = list(self.each(version))
        return self.kept[version]

    def each(self, version: str) -> Iterator[Placed]:
        """Which records of this version are there, one after the other, for what is too much at once?"""
        rows = Record.objects.filter(v=version).order_by("log", "index", "rid")
        names = ("v", "digest", "body", "subject", "order", "on", "log", "index")
        for v, digest, body, subject, order, on, log, index in rows.values_list(*names).iterator(ROWS_AT_ONCE):
            if self._is_in(log, index):
                yield Placed(v, digest, bytes(body), subject, order, on, log, index, self._salt_of(digest))

    def values(self, cls: type[T]) -> list[T]:
        """What do the records of this class say? Each record once, copies about another subject too."""
        return [record.value for record in self.placed(cls)]

    @cached_property
    def _salts(self) -> dict[str, str]:
        return dict(Salt.objects.values_list("digest", "salt_hex").iterator(ROWS_AT_ONCE))

    def _salt_of(self, digest: str) -> str:
        if digest not in self._salts:
            raise EvidenceError(f"the record {digest[:12]} has lost its salt; run: ecluse audit")
        return self._salts[digest]

    def _is_in(self, log: str, index: int) -> bool:
        return index < self.sizes.get(log, 0)


def whole(number: int) -> int | str:
    """How is a whole number spelled in a published file? Beyond 2^53 - 1 as a decimal string."""
    return number if -SAFE_INTEGER <= number <= SAFE_INTEGER else str(number)


def by(items: Iterable[T], key: Any) -> dict[Any, list[T]]:
    """Which items share this key?"""
    found: dict[Any, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def publication_term(law: Law, name: str, on: date) -> int:
    """Which whole number does the law of publication set under this name on this day?"""
    found = [int(row["value"]) for row in law["office/publication"].in_force(on) if row["name"] == name]
    if len(found) != 1:
        raise ValueError(f"office/publication sets {len(found)} values of {name} on {on}")
    return found[0]
