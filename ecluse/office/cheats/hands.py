"""With whose hands is a fraud committed: an administrator's with raw SQL, or an insider's with the office's keys?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import BadInputError
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.base.signing import Signature, sign
from ecluse.base.source import SeededSource
from ecluse.edge.law import newest_law
from ecluse.office.models import Record, Setting
from ecluse.office.session import Session
from ecluse.order import Gate, Hearing

T = TypeVar("T")
Row = tuple[Any, ...]


class Named(NamedTuple):
    """What must the audit name: a unit, posting, order or record, and a day?"""

    subject: str
    day: str


@dataclass(frozen=True, slots=True)
class CheatKind:
    """One kind of fraud: the promise it breaks, the key of its description, by whose hand, and how it is done.

    An administrator takes the guards of the database down and, but for one kind, puts them back.
    """

    promise: str
    description: str
    as_administrator: bool
    do: Callable[[Any], Named]
    puts_guards_back: bool = True


class Kinds(dict[str, CheatKind]):
    """Kinds of fraud by name, gathered where they are written."""

    def __init__(self, *, as_administrator: bool) -> None:
        super().__init__()
        self.as_administrator = as_administrator

    def breaks(
        self, promise: str, *, puts_guards_back: bool = True
    ) -> Callable[[Callable[[Any], Named]], Callable[[Any], Named]]:
        """Which promise does the decorated fraud break? Its function's name is the kind's."""

        def keep(do: Callable[[Any], Named]) -> Callable[[Any], Named]:
            name = do.__name__
            self[name] = CheatKind(promise, f"cheat.{name}", self.as_administrator, do, puts_guards_back)
            return do

        return keep


def lacking(what: str) -> BadInputError:
    """What is said where the carried year holds nothing that this fraud could be committed on?"""
    return BadInputError.one(
        "database", what, "none", "carry a larger world, or one with cheats, or choose another kind"
    )


# ------------------------------------------------------------------ an administrator


@dataclass(frozen=True, slots=True)
class Found:
    """One row of the records as raw SQL gives it."""

    rid: str
    v: str
    form: dict[str, Any]
    digest: str
    subject: str
    order: str
    day: str
    log: str
    index: int
    turn: int


class Administrator:
    """One who owns the database: reads and writes any row, knows how digests are made, has no key of anybody."""

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Which rows does this statement give?"""
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def one(self, what: str, sql: str, *values: Any) -> Row:
        """Which row does this statement give first? Raises BadInputError when there is none."""
        found = self.all(sql, *values)
        if not found:
            raise lacking(what)
        return found[0]

    def do(self, sql: str, *values: Any) -> None:
        """Run this statement."""
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    def records(self, cls: type, where: str = "", *values: Any) -> Iterator[Found]:
        """Which records of this class are there, by id?"""
        rows = self.all(
            'SELECT rid, v, body, digest, subject, "order", on_day, log, log_index, turn FROM office_record'
            f" WHERE v = %s {where} ORDER BY rid",
            VERSIONS[cls], *values,
        )  # fmt: skip
        for rid, v, body, record_digest, subject, order, day, log, index, turn in rows:
            form = json.loads(bytes(body))
            yield Found(rid, v, form, record_digest, subject, order, str(day)[:10], log, index, turn)

    def record(self, cls: type, wanted: Callable[[Found], bool] = lambda found: True) -> Found:
        """Which is the first record of this class that will do?"""
        for found in self.records(cls):
            if wanted(found):
                return found
        raise lacking(VERSIONS[cls])

    def rewrite(self, found: Found, *, digest_remade: bool = True, **changed: Any) -> None:
        """Change fields of a record; with its digest remade, its salt and signatures go along."""
        body = canonical({**found.form, **changed})
        if not digest_remade:
            self.do("UPDATE office_record SET body = %s WHERE rid = %s", body, found.rid)
            return
        remade = digest(body)
        self.do("UPDATE office_record SET body = %s, digest = %s WHERE rid = %s", body, remade, found.rid)
        self.do("UPDATE office_salt SET digest = %s WHERE digest = %s", remade, found.digest)
        self.do("UPDATE office_signaturerow SET digest = %s WHERE digest = %s", remade, found.digest)

    def delete(self, found: Found) -> None:
        """Delete a record with its salt and signatures."""
        self.do("DELETE FROM office_record WHERE rid = %s", found.rid)
        self.do("DELETE FROM office_salt WHERE digest = %s", found.digest)
        self.do("DELETE FROM office_signaturerow WHERE digest = %s", found.digest)

    def is_alone(self, found: Found) -> bool:
        """Is this the only record of its log entry?"""
        place = (found.log, found.index)
        return len(self.all("SELECT rid FROM office_record WHERE log = %s AND log_index = %s", *place)) == 1


@contextmanager
def guards_down() -> Iterator[None]:
    """Take the triggers down, and put back the very same: nobody shall see that they were gone."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            guards = _sqlite_guards()
            for name, _ in guards:
                _run(f'DROP TRIGGER "{name}"')
            yield
            for _, sql in guards:
                _run(sql)
        return
    tables = sorted({table for (table,) in _run(POSTGRESQL_GUARDED)})
    for table in tables:
        _run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    try:
        with transaction.atomic():
            yield
    finally:
        for table in tables:
            _run(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


POSTGRESQL_GUARDED = (
    "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND c.relname LIKE 'office\\_%'"
)


def _sqlite_guards() -> list[Row]:
    return _run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")


def _run(sql: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


# ------------------------------------------------------------------ an insider


class Insider:
    """An officer's colleague with the office's own keys: every record is sealed, salted, logged and in its place."""

    def __init__(self) -> None:
        settings = dict(Setting.objects.values_list("key", "value"))
        self.today = _last_day(settings)
        self.source = SeededSource(settings["seed"], datetime.combine(self.today, time(12), UTC))
        self.session = Session(self.source, newest_law())

    def sign(self, owner: str, record: Any) -> Signature:
        """What is this owner's signature of this record, made today?"""
        return sign(record, f"key:{owner}/1", self.source.private_key(owner), self.today)

    def each(self, cls: type[T], order_by: str = "rid") -> Iterator[T]:
        """Which records of this class are there, by id?"""
        for body in Record.objects.filter(v=VERSIONS[cls]).order_by(order_by).values_list("body", flat=True):
            yield unseal(bytes(body))

    def any(self, cls: type[T], wanted: Callable[[T], bool] = lambda value: True) -> T:
        """Which is the first record of this class that will do?"""
        for value in self.each(cls):
            if wanted(value):
                return value
        raise lacking(VERSIONS[cls])

    def last_hearing(self, tranche: str, gate: Gate) -> Hearing | None:
        """What did this gate last say of this tranche?"""
        heard = [hearing for hearing in self.session.of(tranche, Hearing) if hearing.gate is gate]
        return heard[-1] if heard else None

    def passed(self, tranche: str, gate: Gate) -> bool:
        """Did this gate pass the tranche the last time it was asked?"""
        heard = self.last_hearing(tranche, gate)
        return heard is not None and heard.finding is not None


def _last_day(settings: Mapping[str, str]) -> date:
    """On which day did the carried year end, or stop?"""
    if settings.get("carried"):
        return date.fromisoformat(settings["carried"])
    last = Record.objects.order_by("-on").values_list("on", flat=True).first()
    if last is None:
        raise lacking("a carried year")
    found: date = last
    return found
