"""Who signs the log's heads, and when does the outer log go on? The export-control service, at the end of a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Edge, leaf_hash
from ecluse.custody.log.outer import Beacon, OuterHead, OuterPeriod, cadence, entry_of, is_due, is_outer, outer_log
from ecluse.office.actions.deed import Deed, flush, lock_writers
from ecluse.office.actions.recovery import check_may_write
from ecluse.office.models import Checkpoint, LogEntry, LogHead
from ecluse.office.session import Session

SIGNER = "authority:ssecu"


def origin_of(log: str) -> str:
    """Under which origin are this log's checkpoints signed?"""
    return f"ecluse/{log}"


def head_note(log: str, size: int, root: bytes, private: Ed25519PrivateKey) -> str:
    """What is this head, signed twice by one key: as the log itself, and by the name of the authority that keeps it?

    Programs of others know a log by a key that bears its origin's name (C2SP `tlog-policy`).
    """
    text = checkpoint_text(origin_of(log), size, root)
    as_authority = sign_note(text, SIGNER.replace(":", "/"), private)
    return sign_note(text, origin_of(log), private) + as_authority.removeprefix(f"{text}\n")


def sign_heads(session: Session, on: date) -> list[str]:
    """Which logs grew since their newest signed head, and are signed as they stand, in a transaction of its own?

    The outer log's period that closes on this day is closed with them, and its head signed last.
    Raises ForbiddenError while somebody is ahead of this office: whoever calls has compared before, and this is asked
    again under the writers' lock.
    """
    with transaction.atomic():
        lock_writers()
        check_may_write()
        session.logs.clear()
        signed = _sign_grown(session, on, [name for name in _names(session) if not is_outer(name)])
        if close_period(session, on) is not None:
            flush(session)
        signed += _sign_grown(session, on, [name for name in _names(session) if is_outer(name)])
    return signed


def _sign_grown(session: Session, on: date, names: Iterable[str]) -> list[str]:
    signed = []
    private = session.source.private_key(SIGNER)
    for name in names:
        size, edge = session.log(name)
        newest = Checkpoint.objects.filter(log=name).order_by("size").last()
        if newest is not None and newest.size >= size:
            continue
        _head(name, size, edge, on, private).save(force_insert=True)
        signed.append(name)
    return signed


def _head(log: str, size: int, edge: Edge, on: date, private: Ed25519PrivateKey) -> Checkpoint:
    root = edge.root()
    note = head_note(log, size, root, private)
    return Checkpoint(id=f"{log}/{size}/{on}", log=log, size=size, root_hex=root.hex(), note=note, on=on)


def _names(session: Session) -> list[str]:
    return sorted({*session.logs, *LogHead.objects.values_list("log", flat=True)})


def sign_checkpoints(session: Session, on: date) -> None:
    """Sign the head of every log as it stands, those grown today included; the outer log's when its period closes."""
    rows = session.buffer.sealed.setdefault(Checkpoint, [])
    private = session.source.private_key(SIGNER)
    rows += [_head(log, *session.log(log), on, private) for log in _names(session) if not is_outer(log)]


def close_day(session: Session, on: date, beacon: Beacon | None = None) -> None:
    """Close this day's period of the outer log and sign its head: a carried year's way, durable with its day."""
    if close_period(session, on, beacon) is not None:
        name = outer_log(on)
        made = _head(name, *session.log(name), on, session.source.private_key(SIGNER))
        session.buffer.sealed.setdefault(Checkpoint, []).append(made)


def close_period(session: Session, on: date, beacon: Beacon | None = None) -> OuterPeriod | None:
    """Which heads does the outer log hide from now on? None where no period closes on this day, or it was closed.

    First what the entries hide, as one sealed record; then a beacon's value, where there is one; then an entry for each
    log of the year, grown or not, and for an older one that grew.
    """
    days, _ = cadence(session.law, on)
    subject = f"outer:{on.year}"
    before = session.newest(subject, OuterPeriod)
    if not is_due(on, days) or (before is not None and before.on >= on):
        return None
    period = OuterPeriod(f"outer:{on}", on, tuple(_heads(session, on)))
    with Deed(session, "office.commit_heads", actor="clock:office", on=on, subject=subject, log="outer") as deed:
        deed.seal(period)
    bodies = [beacon.body()] if beacon is not None else []
    _append(session, outer_log(on), [*bodies, *(entry_of(head, on).body() for head in period.heads)])
    return period


def _heads(session: Session, on: date) -> Iterable[OuterHead]:
    names = [name for name in _names(session) if not is_outer(name)]
    are_older = any(not name.endswith(f"/{on.year}") for name in names)
    sizes = _sizes_hidden(session, on.year) if are_older else {}
    for name in names:
        size, edge = session.log(name)
        if name.endswith(f"/{on.year}") or sizes.get(name, -1) < size:
            salt = session.source.salt(f"outer:{name}/{on}", "outer")
            yield OuterHead(name, size, edge.root().hex(), salt.hex())


def _sizes_hidden(session: Session, year: int) -> dict[str, int]:
    """How many entries of each log did the outer log hide last, this year or the one before?"""
    periods = [*session.of(f"outer:{year - 1}", OuterPeriod)[-1:], *session.of(f"outer:{year}", OuterPeriod)]
    return {head.log: head.size for period in periods for head in period.heads}


def _append(session: Session, log: str, bodies: Iterable[bytes]) -> None:
    """Write these entries behind the log's last; they hold no commitment of a record, and no record is theirs."""
    index, edge = session.log(log)
    for body in bodies:
        leaf = leaf_hash(body)
        row = LogEntry(id=f"{log}/{index:08d}", log=log, index=index, body=body, leaf_hex=leaf.hex())
        session.buffer.sealed.setdefault(LogEntry, []).append(row)
        index, edge = index + 1, edge.append(leaf)
    session.logs[log] = (index, edge)
    session.buffer.logs.add(log)
