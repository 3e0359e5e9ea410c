"""Which kept lines of figures were lost or altered? Makes them anew from their records, as the log names them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from ecluse.base.canon import digest, parse
from ecluse.base.errors import EvidenceError
from ecluse.base.figures import LABEL_KEY, figures_hash, label, spelled
from ecluse.base.proof import commit
from ecluse.base.sealed import unseal
from ecluse.edge.carried_figures import figures_of
from ecluse.office.models import FiguresLine, LogEntry, Record, Salt
from ecluse.office.models.rows import insert

ROWS_AT_ONCE = 2000
Row = tuple[str, str, int, int, str, str, str, bytes]


def restore_lines() -> int:
    """How many lines were made anew? None where all stand as the log names them.

    Raises EvidenceError where a record does not give what the log names: the audit says more.
    """
    rows = FiguresLine.objects.values_list("log", "index", "at", "hash", "body")
    kept = {(log, index, at, found): bytes(body) for log, index, at, found, body in rows.iterator(ROWS_AT_ONCE)}
    lost = [
        place for place in _named()
        if place not in kept or figures_hash(kept[place]) != place[3]
    ]  # fmt: skip
    with transaction.atomic():
        for log, index, at, found in lost:
            FiguresLine.objects.filter(log=log, index=index, at=at).delete()
            insert(FiguresLine, [_row(log, index, at, found)])
    return len(lost)


def _named() -> Iterator[tuple[str, int, int, str]]:
    rows = LogEntry.objects.values_list("log", "index", "body").iterator(ROWS_AT_ONCE)
    for log, index, body in rows:
        if b'"figures":[' in bytes(body):
            yield from ((log, index, at, found) for at, found in enumerate(parse(bytes(body)).get("figures", ())))


def _row(log: str, index: int, at: int, found: str) -> Row:
    """The line at this place, from the record whose figures have this hash."""
    entry = parse(bytes(LogEntry.objects.get(log=log, index=index).body))
    key = bytes.fromhex(Salt.objects.get(digest=digest(LABEL_KEY.encode())).salt_hex)
    for record, body in Record.objects.filter(log=log, index=index).values_list("digest", "body"):
        figures, salt = figures_of(unseal(bytes(body))), Salt.objects.filter(digest=record).first()
        if (
            figures is None
            or salt is None
            or commit(bytes.fromhex(salt.salt_hex), bytes(body)).hex() not in entry["sd"]
        ):
            continue
        line = spelled(figures, bytes.fromhex(salt.salt_hex), key)
        if figures_hash(line) == found:
            owner = label(key, figures.owner) if figures.owner else ""
            # The columns of FiguresLine, in their order.
            return f"{log}/{index:08d}/{at:02d}", log, index, at, record, owner, found, line
    raise EvidenceError(f"no record gives the figures that {log}/{index:08d} names; run: ecluse audit")
