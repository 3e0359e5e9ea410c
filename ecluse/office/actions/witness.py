"""What may be done about a host state's witness? Keep what it saw, call it when it is silent, override it by two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from ecluse.base.errors import EvidenceError, ForbiddenError
from ecluse.base.proof import Levels, Tree
from ecluse.base.signing import Signature
from ecluse.base.verdict import Held
from ecluse.custody.gate import judge_departure
from ecluse.custody.log.cosigned import read_seen
from ecluse.custody.witnessed import WitnessCall, WitnessedHead, WitnessOverride, heads_of
from ecluse.office.actions.checkpoint import SIGNER, head_note, origin_of
from ecluse.office.actions.deed import Deed
from ecluse.office.facts.departure import departure_of, witness_keys
from ecluse.office.models import LogEntry
from ecluse.office.session import Session

ROWS_AT_ONCE = 2_000


def witness_head(
    session: Session, host: str, log: str, note: str, on: date, *, actor: str = "clock:office", tree: Tree | None = None
) -> WitnessedHead:
    """Keep that this host state's witness saw this head of the log, `centre-lt-1/2026` say. Gives the newest kept.

    Raises EvidenceError, and writes nothing, where the note lacks the log's key or the witness's, is of another log, is
    older than what was kept, or where this office's own entries give another root: then the log was forked.
    """
    seen = read_seen(note, origin_of(log), session.keys([SIGNER]), witness_keys(session, host))
    subject, head = heads_of(host, log), seen.checkpoint
    before = session.newest(subject, WitnessedHead)
    own = tree if tree is not None else tree_of(session, log)
    for size, root in ((head.size, head.root.hex()), *([(before.size, before.root_hex)] if before else [])):
        if size > own.size:
            raise EvidenceError(f"{host} saw {size} entries of {log}, and this office holds {own.size}: an older copy")
        if own.root(size).hex() != root:
            raise EvidenceError(f"{host} saw another root of {log} at {size} entries: the log was forked")
    if before is not None and head.size < before.size:
        raise EvidenceError(f"{host} saw {before.size} entries of {log} before; this head holds {head.size}")
    if before is not None and head.size == before.size:
        return before
    name = subject.removeprefix("witness:")
    made = WitnessedHead(
        f"witnessed:{name}/{head.size}", host, log, head.size, head.root.hex(), seen.key, note, seen.at
    )
    with Deed(session, "custody.witness_head", actor=actor, on=on, subject=subject, log=log.rpartition("/")[0]) as deed:
        deed.seal(made)
    return made


def tree_of(session: Session, log: str, tree: Levels | None = None) -> Levels:
    """Which tree do the log's entries give, hashed by row, those not yet flushed included? Goes on from one begun."""
    grown = tree if tree is not None else Levels()
    rows = LogEntry.objects.filter(log=log, index__gte=grown.size).order_by("index").values_list("leaf_hex", flat=True)
    for leaf in rows.iterator(chunk_size=ROWS_AT_ONCE):
        grown.append(bytes.fromhex(leaf))
    for row in session.buffer.sealed.get(LogEntry, ()):
        if isinstance(row, LogEntry) and row.log == log and row.index >= grown.size:
            grown.append(bytes.fromhex(row.leaf_hex))
    return grown


def head_to_witness(session: Session, log: str, tree: Tree) -> str:
    """Which note, signed by the log's own key, does this office hold out to a witness now?"""
    return head_note(log, tree.size, tree.root(), session.source.private_key(SIGNER))


def call_witness(session: Session, order: str, tranche: str, at: datetime, *, log: str, actor: str) -> WitnessCall:
    """Put on record that the host's witness was asked and did not answer: from here its clock runs.

    Raises ForbiddenError where nothing was released abroad, where the witness saw it, or where it was called before.
    """
    departure = departure_of(session, order, tranche, log=log, on=at.date())
    if departure.host is None or departure.index is None:
        raise ForbiddenError(f"{tranche} was not released at a centre abroad")
    if departure.is_witnessed or departure.call is not None:
        raise ForbiddenError(f"the release of {tranche} was witnessed, or its witness called, before")
    made = WitnessCall(f"witness-call:{tranche}", departure.host, tranche, departure.log, departure.index, at)
    with Deed(
        session, "custody.call_witness", actor=actor, on=at.date(), subject=tranche, order=order, log=log
    ) as deed:
        deed.seal(made)
    return made


def override_witness(
    session: Session, order: str, override: WitnessOverride, signatures: Sequence[Signature], on: date, *, log: str,
    actor: str,
) -> Held | None:  # fmt: skip
    """Let one release leave although its witness is silent: the grounds when it may not, and nothing is written."""
    departure = departure_of(session, order, override.tranche, log=log, on=on)
    asked = replace(
        departure, override=override, override_signatures=tuple(signatures),
        keys=tuple(session.keys([override.officer, override.countersigner])),
    )  # fmt: skip
    verdict = judge_departure(asked, on=on, law=session.law)
    if isinstance(verdict, Held):
        return verdict
    with Deed(
        session, "custody.override_witness", actor=actor, on=on, subject=override.tranche, order=order, log=log
    ) as deed:
        deed.seal(override, signatures=signatures)
    return None
