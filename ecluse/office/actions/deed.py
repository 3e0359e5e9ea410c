"""How is anything written? One deed: permission, a check that what was read still stands, records, then the log, last.

Nothing else in the office writes. In service a deed is one short transaction of its own; while a year is carried
(exclusive session) deeds gather in the day's transaction and become durable together when the day is committed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import date
from types import TracebackType
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, models, transaction

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import ConflictError
from ecluse.base.proof import commit, leaf_hash
from ecluse.base.sealed import Sealed, seal
from ecluse.base.signing import Signature
from ecluse.office.actions.permissions import check_permission
from ecluse.office.actions.recovery import check_may_write
from ecluse.office.models import Entry, Head, LogEntry, LogHead, Record, Salt, SignatureRow, Unit
from ecluse.office.registers_people import ActedBy
from ecluse.office.session import Buffer, File, Filed, Session
from ecluse.order import Citation

# An entry holds at most so many commitments: 64 of 64 characters stay far below the 65,535 bytes of tlog-tiles.
COMMITMENTS_IN_ENTRY = 64
WRITERS_LOCK = 0xEC1053


class Deed:
    """One recorded action of one actor on one day, about one main subject, in one log."""

    def __init__(
        self, session: Session, action: str, *, actor: str, on: date, subject: str, order: str = "", log: str = "home"
    ) -> None:
        self.session, self.action, self.actor, self.on = session, action, actor, on
        self.subject, self.order, self.log = subject, order, f"{log}/{on.year}"
        self.sealed: list[tuple[Sealed, Any, str, str]] = []
        self.signed: list[tuple[str, Signature]] = []
        self.touched = {subject}
        self.hearing = ""

    def __enter__(self) -> Deed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            check_permission(self)
            write(self) if self.session.exclusive else _write_alone(self)

    def seal(self, value: Any, subject: str = "", signatures: Iterable[Signature] = (), rid: str = "") -> Sealed:
        """Which sealed record is this value now? It is about the deed's subject unless another is named."""
        record = seal(value)
        self.sealed.append((record, value, subject or self.subject, rid or value.id))
        # One key signs a record once, even where one person stands on both sides of it.
        self.signed.extend((record.digest, made) for made in {made.key: made for made in signatures}.values())
        if record.v == "hearing/1":
            self.hearing = record.digest
        return record

    def sign(self, value: Any, signatures: Iterable[Signature]) -> None:
        """Add signatures under a record that stands on file already."""
        digest = seal(value).digest
        self.session.signatures(digest)
        self.signed.extend((digest, made) for made in {made.key: made for made in signatures}.values())

    def put(self, row: models.Model, subject: str = "") -> None:
        """Keep this cache row in its new state; it belongs to the subject, whose version moves on."""
        slot = (type(row), str(row.pk))
        self.session.rows[slot] = row
        self.session.buffer.cached.setdefault(type(row), {})[slot[1]] = row
        self.session.file(subject or self.subject)
        self.session.buffer.heads.add(subject or self.subject)
        self.touched.add(subject or self.subject)

    def add(self, rows: Iterable[models.Model]) -> None:
        """Insert these projection rows (units, postings, entries) once, in this order of tables."""
        for row in rows:
            self.session.buffer.sealed.setdefault(type(row), []).append(row)


def write(deed: Deed) -> None:
    """Give every record its turn, its commitment and its log entry; gather the rows to insert."""
    session, buffer = deed.session, deed.session.buffer
    main = session.file(deed.subject)
    buffer.heads.add(deed.subject)
    if session.mandate is not None and not deed.actor.startswith("clock:"):
        deed.seal(acted_by(deed, main), deed.subject)
    for start in range(0, max(1, len(deed.sealed)), COMMITMENTS_IN_ENTRY):
        _write_entry(deed, main, deed.sealed[start : start + COMMITMENTS_IN_ENTRY])
    rows = buffer.sealed.setdefault(SignatureRow, [])
    for signed, signature in deed.signed:
        known = session.signatures_by_digest.get(signed, ())
        session.signatures_by_digest[signed] = tuple(sorted((*known, signature), key=lambda made: made.key))
        pk = f"{signed}:{signature.key}"
        rows.append(
            SignatureRow(id=pk, digest=signed, key=signature.key, on=signature.on, value_hex=signature.value_hex)
        )
    # What a deed only kept anew in a cache moves on as well, or a stale reader would write over it.
    for subject in {subject for _, _, subject, _ in deed.sealed} | deed.touched:
        file = session.file(subject)
        file.version += 1
        session.reads[subject] = file.version


def acted_by(deed: Deed, main: File) -> ActedBy:
    """Which person did this, for which body, under which mandate, at which instant?"""
    mandate = deed.session.mandate
    assert mandate is not None
    return ActedBy(
        f"acted:{deed.subject}/{main.turn + 1}", deed.action, deed.subject, mandate.person, mandate.body, mandate.role,
        mandate.acting_for, deed.session.source.now(),
    )  # fmt: skip


def _write_entry(deed: Deed, main: File, records: list[tuple[Sealed, Any, str, str]]) -> None:
    session, buffer = deed.session, deed.session.buffer
    index, edge = session.log(deed.log)
    commitments, hearing_salt = [], b""
    for record, value, subject, rid in records:
        salt = session.source.salt(rid, "record")
        commitments.append(commit(salt, record.body).hex())
        if record.digest == deed.hearing:
            hearing_salt = salt
        file = session.file(subject)
        file.turn += 1
        file.records.append(Filed(rid, record.v, record.digest, value, file.turn))
        session.places[record.digest] = Citation(record.digest, deed.log, index)
        buffer.heads.add(subject)
        buffer.sealed.setdefault(Salt, []).append(Salt(digest=record.digest, salt_hex=salt.hex()))
        buffer.sealed.setdefault(Record, []).append(
            Record(
                rid=rid,
                v=record.v,
                body=record.body,
                digest=record.digest,
                subject=subject,
                order=deed.order,
                on=deed.on,
                actor=deed.actor,
                action=deed.action,
                log=deed.log,
                index=index,
                turn=file.turn,
            )
        )
    body = canonical(_entry(deed, main, commitments, hearing_salt))
    leaf = leaf_hash(body)
    main.leaf_hex = leaf.hex()
    buffer.sealed.setdefault(LogEntry, []).append(
        LogEntry(id=f"{deed.log}/{index:08d}", log=deed.log, index=index, body=body, leaf_hex=leaf.hex())
    )
    session.logs[deed.log] = (index + 1, edge.append(leaf))
    buffer.logs.add(deed.log)


def _entry(deed: Deed, main: File, commitments: list[str], hearing_salt: bytes) -> dict[str, Any]:
    """What stands in the log? Commitments only: a tag that links nothing, a count, the previous entry's hash."""
    tag = hmac.new(_tag_key(deed.session, deed.subject), str(main.turn).encode(), "sha256").hexdigest()
    entry = {
        "v": "entry/1",
        "log": deed.log,
        "kind": deed.action.split(".")[0],
        "tag": tag,
        "seq": main.turn,
        "sd": commitments,
    }
    if main.leaf_hex:
        entry["previous"] = main.leaf_hex
    if hearing_salt:
        entry["hearing"] = commit(hearing_salt, bytes.fromhex(deed.hearing)).hex()
    return entry


def _tag_key(session: Session, subject: str) -> bytes:
    """With which key are a subject's entries tagged? Whoever holds it finds them all; to others they are unlinked."""
    if subject not in session.tag_keys:
        name = digest(f"tag/{subject}".encode())
        kept = Salt.objects.filter(digest=name).first() if session.file(subject).version else None
        key = bytes.fromhex(kept.salt_hex) if kept else session.source.salt(subject, "tag")
        if kept is None:
            session.buffer.sealed.setdefault(Salt, []).append(Salt(digest=name, salt_hex=key.hex()))
        session.tag_keys[subject] = key
    return session.tag_keys[subject]


def _write_alone(deed: Deed) -> None:
    """In service: one short transaction that first checks that what was read still stands."""
    session = deed.session
    try:
        with transaction.atomic():
            lock_writers()
            check_may_write()
            _check_heads(session)
            session.logs.clear()
            write(deed)
            flush(session)
        session.written += [(value, subject, deed.order) for _, value, subject, _ in deed.sealed]
    except IntegrityError as error:
        raise ConflictError(f"another hand wrote first: {error}") from None
    except DatabaseError as error:
        if "locked" in str(error) or "deadlock" in str(error) or "serialize" in str(error):
            raise ConflictError(str(error)) from None
        raise


def _check_heads(session: Session) -> None:
    subjects = sorted(set(session.reads) | session.buffer.heads)
    found = dict(
        Head.objects.select_for_update()
        .filter(subject__in=subjects)
        .order_by("subject")
        .values_list("subject", "version")
    )
    for subject in subjects:
        if found.get(subject, 0) != session.reads.get(subject, 0):
            raise ConflictError(f"{subject} changed while it was judged")


def lock_writers() -> None:
    """One writer at a time, as SQLite has it by itself: the log has no gap and a new subject no second maker."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])


def flush(session: Session) -> None:
    """Write the buffer to the database: sealed rows, caches, heads, log entries and, last, the log heads."""
    buffer, session.buffer = session.buffer, Buffer()
    entries = buffer.sealed.pop(LogEntry, [])
    for model, rows in sorted(buffer.sealed.items(), key=lambda item: item[0] is Entry):
        _insert(model, rows)
    for run, state in buffer.moves:
        Unit.objects.filter(block=run.block, number__range=(run.first, run.last)).update(**state)
    for model, by_pk in buffer.cached.items():
        _insert(model, list(by_pk.values()), replaces=True)
    touched = [(subject, session.files[subject]) for subject in sorted(buffer.heads)]
    heads = [Head(subject=s, version=f.version, turn=f.turn, leaf_hex=f.leaf_hex) for s, f in touched]
    _insert(Head, heads, replaces=True)
    _insert(LogEntry, entries)
    logs = [(log, *session.logs[log]) for log in sorted(buffer.logs)]
    _insert(LogHead, [LogHead(log=log, size=size, edge_hex=edge.to_hex()) for log, size, edge in logs], replaces=True)


def _insert(model: type[models.Model], rows: Sequence[models.Model], *, replaces: bool = False) -> None:
    """Insert these rows, one statement for all; a cache row replaces its older state.

    The statement is built once and its rows are sent as they are: the ORM's own way took a third of a carried year.
    """
    if not rows:
        return
    fields = model._meta.concrete_fields
    columns = [connection.ops.quote_name(field.column) for field in fields]
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(columns)}) VALUES ({places})"
    if replaces:
        pk = connection.ops.quote_name(model._meta.pk.column)
        others = ", ".join(f"{name} = excluded.{name}" for name in columns if name != pk)
        sql += f" ON CONFLICT ({pk}) DO UPDATE SET {others}"
    dated = [isinstance(field, models.DateField) for field in fields]
    names = [field.attname for field in fields]
    adapt = connection.ops.adapt_datefield_value
    with connection.cursor() as cursor:
        cursor.executemany(sql, [
            [adapt(getattr(row, name)) if is_date else getattr(row, name)
             for name, is_date in zip(names, dated, strict=True)]
            for row in rows
        ])  # fmt: skip
