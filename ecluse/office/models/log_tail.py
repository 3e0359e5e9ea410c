"""How does a log grow by entries that are given as bytes? Rows, the tree's right edge and the head, one transaction.

Every deed's entries come by here. The caller holds the transaction and the writers' lock, so that no index is missing
and none is taken twice; what is durable is durable when the transaction is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from ecluse.base.proof import Edge, leaf_hash
from ecluse.office.models.record import LogEntry, LogHead
from ecluse.office.models.rows import insert

EntryRow = tuple[str, str, int, bytes, str]  # the columns of LogEntry
READ = "SELECT size, edge_hex FROM office_loghead WHERE log = %s"


def tail(log: str) -> tuple[int, Edge]:
    """How long is this log, and what is its tree's right edge?"""
    with connection.cursor() as cursor:
        cursor.execute(READ, [log])
        row = cursor.fetchone()
    return (row[0], Edge.from_hex(*row)) if row else (0, Edge.empty())


def append(log: str, bodies: Sequence[bytes]) -> tuple[int, Edge]:
    """How long is the log, and what is its edge, with these entries behind its last?"""
    index, edge = tail(log)
    leaves = [leaf_hash(body) for body in bodies]
    put_entries([
        entry_row(log, at, body, leaf) for at, (body, leaf) in enumerate(zip(bodies, leaves, strict=True), index)
    ])  # fmt: skip
    edge = edge.extend(leaves)
    put_heads([(log, edge.size, edge)])
    return edge.size, edge


def entry_row(log: str, index: int, body: bytes, leaf: bytes) -> EntryRow:
    """Which row is the entry of this log at this index?"""
    return f"{log}/{index:08d}", log, index, body, leaf.hex()


def put_entries(rows: Sequence[EntryRow]) -> None:
    """Write these entries; their heads follow in the same transaction."""
    insert(LogEntry, rows)


def put_heads(heads: Iterable[tuple[str, int, Edge]]) -> None:
    """Write how long each log is now, with its edge."""
    insert(LogHead, [(log, size, edge.to_hex()) for log, size, edge in heads], replaces=True)
