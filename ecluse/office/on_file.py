"""Which records of a class are on file? Registers that pages ask for again and again are read once a process.

A record is never changed, and each stands in a log at an index: what is new since the registers were read is what the
logs hold beyond the sizes they had then. Records written past the logs are the audit's to find, not a page's.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet

from ecluse.base.sealed import VERSIONS
from ecluse.custody.terms import Centre, DeliveryVerification, LifeEvent, Line, SerialBlock
from ecluse.licence.officers import Officer
from ecluse.licence.terms import Application, MarketingApplication, ProposedDecision
from ecluse.office.models import LogEntry, LogHead, Record
from ecluse.office.registers import Authority, CertificateAsked, DeliveryMade, Model, Order
from ecluse.office.registers_people import Absence
from ecluse.office.session_kept import AT_ONCE, database, values_at
from ecluse.office.values_kept import Store
from ecluse.parties.terms import Clearance, ListVersion, Party, Screening
from ecluse.proceeds.terms import (
    ContributionPolicy,
    PeriodClose,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Shortage,
    TitleTransfer,
)
from ecluse.surplus.terms import Certificate, StatedNeed, Withdrawal

COLUMNS = ("rid", "v", "subject", "order", "on", "turn", "digest", "log", "index", "actor", "action")
# Registers: classes of some thousand small records at most, asked for whole by many pages.
REGISTERS = frozenset(VERSIONS[cls] for cls in (
    Absence, Application, Authority, Centre, Certificate, CertificateAsked, Clearance, ContributionPolicy, DeliveryMade,
    DeliveryVerification, LifeEvent, Line, ListVersion, MarketingApplication, Model, Officer, Order, Party, PeriodClose,
    ProposedDecision, Purchase, PurchaseDelivery, Receipt, Screening, SerialBlock, Shortage, StatedNeed, TitleTransfer,
    Withdrawal,
))  # fmt: skip
MOST_DATABASES = 4
# Records asked for by their ids, such as the hearings on which a page rests: each may hold some 40 kB of memory.
MOST_BY_RID = 600


@dataclass(frozen=True, slots=True)
class Kept:
    """One record of the registers: its subject, day and turn, who wrote it by which action, its place in the log."""

    rid: str
    v: str
    subject: str
    order: str
    on: date
    turn: int
    digest: str
    log: str
    index: int
    actor: str
    action: str
    value: Any


Heads = dict[str, tuple[int, str]]


@dataclass(slots=True)
class Followed:
    """The registers of one database as its logs stood at these sizes; `leaves` are the last entries of then."""

    heads: Heads = field(default_factory=dict)
    leaves: dict[str, str] = field(default_factory=dict)
    by_subject: dict[str, dict[str, tuple[Kept, ...]]] = field(default_factory=dict)
    by_rid: Store[Kept] = field(default_factory=lambda: Store(MOST_BY_RID))


_FOLLOWED: dict[str, Followed] = {}
_LOCK = threading.Lock()


def records(cls: type, **where: Any) -> list[Kept]:
    """Which records of this class are on file, by subject and turn? `where` asks as a query set would."""
    return records_of((cls,), **where)


def records_of(classes: Iterable[type], **where: Any) -> list[Kept]:
    """Which records of these classes are on file, by subject and turn? Asked for at once."""
    wanted = [VERSIONS[cls] for cls in classes]
    if where.keys() == {"rid__in"} and not connection.in_atomic_block:
        return _by_rid(set(wanted), where["rid__in"])
    asked = _asked(where)
    if asked is None or not REGISTERS.issuperset(wanted) or connection.in_atomic_block:
        return kept(Record.objects.filter(v__in=wanted, **where))
    subjects, test = asked
    found: list[Kept] = []
    for register in _registers(wanted):
        files = register.values() if subjects is None else (register[one] for one in subjects if one in register)
        found += [one for file in files for one in file if test(one)]
    return sorted(found, key=lambda one: (one.subject, one.turn))


def _by_rid(wanted: set[str], rids: Iterable[str]) -> list[Kept]:
    """The records of these ids that are of these versions; what was read before is not asked for again."""
    with _LOCK:
        store = _up_to_date().by_rid
    asked = set(rids)
    found = {rid: one for rid in asked if (one := store.get(rid)) is not None}
    missing = sorted(asked - found.keys())
    for start in range(0, len(missing), AT_ONCE):
        for one in kept(Record.objects.filter(rid__in=missing[start : start + AT_ONCE])):
            found[one.rid] = one
            store.put(one.rid, one, 1)
    return sorted((one for one in found.values() if one.v in wanted), key=lambda one: (one.subject, one.turn))


def kept(rows: QuerySet[Record]) -> list[Kept]:
    """What do these rows hold, by subject and turn? A body that was read before is not read again."""
    found = list(rows.order_by("subject", "turn").values_list(*COLUMNS))
    values, _ = values_at([row[6] for row in found])
    return [_kept(row, values) for row in found if values[row[6]] is not None]


def open_registers() -> None:
    """Read every register now, rather than when a page first asks. Nothing where there is no office yet."""
    with contextlib.suppress(DatabaseError), _LOCK:
        _registers_of(REGISTERS)


def newest(found: Iterable[Kept]) -> dict[str, Any]:
    """What was written last about each subject?"""
    return {one.subject: one.value for one in found}


def _kept(row: tuple[Any, ...], values: Mapping[str, Any]) -> Kept:
    rid, v, subject, order, on, turn, digest, log, index, actor, action = row
    return Kept(rid, sys.intern(v), rid if rid == subject else subject, order, on, turn, digest, sys.intern(log), index,
                sys.intern(actor), sys.intern(action), values[digest])  # fmt: skip


# ------------------------------------------------------------------ what is asked


def _asked(where: Mapping[str, Any]) -> tuple[set[str] | None, Callable[[Kept], bool]] | None:
    """About which subjects, and which of their records? None where only the database can tell."""
    subjects: set[str] | None = None
    tests: list[tuple[str, Any]] = []
    for key, wish in where.items():
        name, _, how = key.partition("__")
        if key == "subject":
            subjects = {wish}
        elif key == "subject__in":
            subjects = set(wish)
        elif name in ("order", "rid") and how == "in":
            tests.append((name, set(wish)))
        else:
            return None
    return subjects, lambda one: all(getattr(one, name) in among for name, among in tests)


# ------------------------------------------------------------------ following the logs


def _registers(wanted: Iterable[str]) -> list[Mapping[str, tuple[Kept, ...]]]:
    with _LOCK:
        return _registers_of(wanted)


def _registers_of(wanted: Iterable[str]) -> list[Mapping[str, tuple[Kept, ...]]]:
    followed = _up_to_date()
    for v in wanted:
        if v not in followed.by_subject:
            followed.by_subject[v] = _by_subject(_as_of(followed.heads, v))
    return [followed.by_subject[v] for v in wanted]


def _up_to_date() -> Followed:
    """The registers of this database as its logs stand now; the few databases asked for last are kept."""
    followed = _brought_up_to_date(_FOLLOWED.pop(database(), Followed()))
    while len(_FOLLOWED) >= MOST_DATABASES:
        _FOLLOWED.pop(next(iter(_FOLLOWED)))
    _FOLLOWED[database()] = followed
    return followed


def _brought_up_to_date(followed: Followed) -> Followed:
    """The same registers with what the logs have gained; empty ones where this is not the log that was followed."""
    heads: Heads = {log: (size, edge) for log, size, edge in LogHead.objects.values_list("log", "size", "edge_hex")}
    if heads == followed.heads:
        return followed
    grown = {log: followed.heads.get(log, (0, ""))[0] for log in heads if heads[log] != followed.heads.get(log)}
    leaves = _leaves({log: (grown[log], heads[log][0]) for log in grown})
    is_same = followed.heads.keys() <= heads.keys() and all(
        size < heads[log][0] and (not size or leaves.get((log, size - 1)) == followed.leaves[log])
        for log, size in grown.items()
    )
    last = {log: leaves.get((log, heads[log][0] - 1), "") for log in grown}
    if not is_same:
        return Followed(heads, last)
    if followed.by_subject:
        _add(followed.by_subject, _beyond(grown, heads, list(followed.by_subject)))
    return Followed(heads, followed.leaves | last, followed.by_subject, followed.by_rid)


def _leaves(ends: Mapping[str, tuple[int, int]]) -> dict[tuple[str, int], str]:
    """Which leaves stood last in these logs then, and which stand last now?"""
    asked = Q(pk__in=[])
    for log, (then, now) in ends.items():
        asked |= Q(log=log, index__in=[size - 1 for size in (then, now) if size])
    rows = LogEntry.objects.filter(asked).values_list("log", "index", "leaf_hex")
    return {(log, index): leaf for log, index, leaf in rows}


def _beyond(grown: Mapping[str, int], heads: Heads, wanted: list[str]) -> list[Kept]:
    """Which records of these versions do the logs hold beyond the sizes they had?"""
    asked = Q(pk__in=[])
    for log, size in grown.items():
        asked |= Q(log=log, index__gte=size, index__lt=heads[log][0])
    return kept(Record.objects.filter(asked, v__in=wanted))


def _as_of(heads: Heads, v: str) -> list[Kept]:
    """Which records of this version did the logs hold at these sizes?"""
    return [one for one in kept(Record.objects.filter(v=v)) if one.index < heads.get(one.log, (0, ""))[0]]


def _by_subject(found: Iterable[Kept]) -> dict[str, tuple[Kept, ...]]:
    files: dict[str, list[Kept]] = {}
    for one in found:
        files.setdefault(one.subject, []).append(one)
    return {subject: tuple(file) for subject, file in files.items()}


def _add(registers: dict[str, dict[str, tuple[Kept, ...]]], new: Iterable[Kept]) -> None:
    """Each register that gained a record is replaced by one that has it: whoever reads the older goes on reading it."""
    by_version: dict[str, list[Kept]] = {}
    for one in new:
        by_version.setdefault(one.v, []).append(one)
    for v, gained in by_version.items():
        register = dict(registers[v])
        for one in gained:
            register[one.subject] = tuple(sorted((*register.get(one.subject, ()), one), key=lambda row: row.turn))
        registers[v] = register
