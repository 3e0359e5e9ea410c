"""How is anything written? One deed: permission, a check that what was read still stands, records, then the log, last.

Nothing else in the office writes. In service a deed is one short transaction of its own; while a year is carried
(exclusive session) deeds gather in the day's transaction and become durable together when the day is committed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from types import TracebackType
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, models, transaction

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import ConflictError
from ecluse.base.figures import LABEL_KEY, Figures, check_figures, figures_hash, label, spelled
from ecluse.base.proof import commit, leaf_hash
from ecluse.base.sealed import Sealed, seal
from ecluse.base.signing import Signature
from ecluse.custody.terms import SerialRange
from ecluse.edge.carried_figures import figures_of
from ecluse.office.actions.permissions import check_permission
from ecluse.office.actions.recovery import BEHIND, check_may_write
from ecluse.office.models import Entry, FiguresLine, Head, LogEntry, Record, Salt, SignatureRow, Unit
from ecluse.office.models.log_tail import put_entries, put_heads, tail
from ecluse.office.models.rows import day, insert
from ecluse.office.registers_people import ActedBy
from ecluse.office.session import Buffer, File, Filed, Session
from ecluse.order import Citation

# An entry holds at most so many commitments: 64 of 64 characters stay far below the 65,535 bytes of tlog-tiles.
COMMITMENTS_IN_ENTRY = 64
WRITERS_LOCK = 0xEC1053
HEADS_AT_ONCE = 500
MARKED = "SELECT 1 FROM office_setting WHERE key LIKE %s LIMIT 1"
VERSIONS_OF = "SELECT subject, version FROM office_head WHERE subject IN"


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
        self.figures: dict[str, Figures] = {}

    def __enter__(self) -> Deed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            check_permission(self)
            write(self) if self.session.exclusive else _write_alone(self)

    def seal(self, value: Any, subject: str = "", signatures: Iterable[Signature] = (), rid: str = "") -> Sealed:
        """Which sealed record is this value now? It is about the deed's subject unless another is named.

        Raises BadInputError for a figure that cannot be committed to.
        """
        record = seal(value)
        if carried := figures_of(value):
            check_figures(carried, rid or value.id)
            self.figures[record.digest] = carried
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
        rows.append((pk, signed, signature.key, day(signature.on), signature.value_hex))
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
    salts, kept = buffer.sealed.setdefault(Salt, []), buffer.sealed.setdefault(Record, [])
    commitments, figures, hearing_salt, on = [], [], b"", day(deed.on)
    for record, value, subject, rid in records:
        salt, digest = session.source.salt(rid, "record"), record.digest
        commitments.append(commit(salt, record.body).hex())
        if digest in deed.figures:
            figures.append(_add_line(deed, index, len(figures), digest, salt))
        if digest == deed.hearing:
            hearing_salt = salt
        file = session.file(subject)
        file.turn += 1
        file.records.append(Filed(rid, record.v, digest, value, file.turn))
        session.places[digest] = Citation(digest, deed.log, index)
        buffer.heads.add(subject)
        salts.append((digest, salt.hex()))
        # The columns of Record, in their order.
        kept.append((rid, record.v, record.body, digest, subject, deed.order, on, deed.actor, deed.action, deed.log,
                     index, file.turn))  # fmt: skip
    body = canonical(_entry(deed, main, commitments, figures, hearing_salt))
    leaf = leaf_hash(body)
    main.leaf_hex = leaf.hex()
    buffer.sealed.setdefault(LogEntry, []).append(
        LogEntry(id=f"{deed.log}/{index:08d}", log=deed.log, index=index, body=body, leaf_hex=leaf.hex())
    )
    session.logs[deed.log] = (index + 1, edge.append(leaf))
    buffer.logs.add(deed.log)


def _entry(
    deed: Deed, main: File, commitments: list[str], figures: list[str], hearing_salt: bytes
) -> dict[str, Any]:  # fmt: skip
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
    if figures:
        entry["figures"] = figures
    if main.leaf_hex:
        entry["previous"] = main.leaf_hex
    if hearing_salt:
        entry["hearing"] = commit(hearing_salt, bytes.fromhex(deed.hearing)).hex()
    return entry


def _add_line(deed: Deed, index: int, at: int, record: str, salt: bytes) -> str:
    """Commit to each figure of this record under the record's own salt. Which hash of them stands in the entry?"""
    session, figures = deed.session, deed.figures.pop(record)
    key = label_key(session)
    body = spelled(figures, salt, key)
    owner = label(key, figures.owner) if figures.owner else ""
    rows, found = session.buffer.sealed.setdefault(FiguresLine, []), figures_hash(body)
    # The columns of FiguresLine, in their order.
    rows.append((f"{deed.log}/{index:08d}/{at:02d}", deed.log, index, at, record, owner, found, body))
    return found


def label_key(session: Session) -> bytes:
    """With which key are secret texts labelled in the closed envelope? One for the whole office, drawn once."""
    if LABEL_KEY not in session.tag_keys:
        name = digest(LABEL_KEY.encode())
        kept = Salt.objects.filter(digest=name).first()
        key = bytes.fromhex(kept.salt_hex) if kept else session.source.salt("office", LABEL_KEY)
        if kept is None:
            session.buffer.sealed.setdefault(Salt, []).append((name, key.hex()))
        session.tag_keys[LABEL_KEY] = key
    return session.tag_keys[LABEL_KEY]


def _tag_key(session: Session, subject: str) -> bytes:
    """With which key are a subject's entries tagged? Whoever holds it finds them all; to others they are unlinked."""
    if subject not in session.tag_keys:
        name = digest(f"tag/{subject}".encode())
        kept = Salt.objects.filter(digest=name).first() if session.file(subject).version else None
        key = bytes.fromhex(kept.salt_hex) if kept else session.source.salt(subject, "tag")
        if kept is None:
            session.buffer.sealed.setdefault(Salt, []).append((name, key.hex()))
        session.tag_keys[subject] = key
    return session.tag_keys[subject]


def _write_alone(deed: Deed) -> None:
    """In service: one short transaction that first checks that what was read still stands."""
    session = deed.session
    try:
        with transaction.atomic():
            lock_writers()
            _check_may_write()
            _check_heads(session)
            session.logs = {deed.log: tail(deed.log)}
            write(deed)
            flush(session)
        session.written += [(value, subject, deed.order) for _, value, subject, _ in deed.sealed]
    except IntegrityError as error:
        raise ConflictError(f"another hand wrote first: {error}") from None
    except DatabaseError as error:
        if "locked" in str(error) or "deadlock" in str(error) or "serialize" in str(error):
            raise ConflictError(str(error)) from None
        raise


def _check_may_write() -> None:
    """Most offices never had a mark: one short question before the whole one."""
    with connection.cursor() as cursor:
        cursor.execute(MARKED, [f"{BEHIND}%"])
        if cursor.fetchone() is None:
            return
    check_may_write()


def _check_heads(session: Session) -> None:
    subjects = sorted(set(session.reads) | session.buffer.heads)
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(subjects), HEADS_AT_ONCE):
            asked = subjects[start : start + HEADS_AT_ONCE]
            lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
            cursor.execute(f"{VERSIONS_OF} ({', '.join(['%s'] * len(asked))}) ORDER BY subject{lock}", asked)
            found.update(cursor.fetchall())
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
        insert(model, rows)
    _move_units(buffer.moves)
    for model, by_pk in buffer.cached.items():
        insert(model, list(by_pk.values()), replaces=True)
    touched = [(subject, session.files[subject]) for subject in sorted(buffer.heads)]
    insert(Head, [(s, f.version, f.turn, f.leaf_hex) for s, f in touched], replaces=True)
    put_entries([(row.id, row.log, row.index, row.body, row.leaf_hex) for row in entries])
    put_heads([(log, *session.logs[log]) for log in sorted(buffer.logs)])


def _move_units(moves: Sequence[tuple[SerialRange, dict[str, Any]]]) -> None:
    """Bring runs of units into their new states, in this order; those that change the same columns at once."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for names, alike in groupby(moves, key=lambda move: tuple(move[1])):
            columns = ", ".join(f"{quote(Unit._meta.get_field(name).column)} = %s" for name in names)
            sql = f"UPDATE {quote(Unit._meta.db_table)} SET {columns} WHERE block = %s AND number BETWEEN %s AND %s"
            rows = []
            for run, state in alike:
                values = [day(value) if name == "on" else value for name, value in state.items()]
                rows.append((*values, run.block, run.first, run.last))
            cursor.executemany(sql, rows)
