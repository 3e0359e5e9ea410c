"""How does an office on an older copy of its logs stop, and go on? Marked, it only reads; a mirror fills it again."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from ecluse.base.errors import EvidenceError, ForbiddenError
from ecluse.base.proof import Edge, leaf_hash
from ecluse.edge.log.recover import Refill
from ecluse.office.models import Checkpoint, LogEntry, LogHead, Record, Setting

BEHIND, WHOLE = "behind/", "whole/"


def is_behind() -> str:
    """Who was found ahead of this office's logs, so that nothing may be written until they are filled? Or nobody."""
    marks = dict(Setting.objects.filter(key__startswith=BEHIND).values_list("key", "value"))
    marks |= dict(Setting.objects.filter(key__startswith=WHOLE).values_list("key", "value"))
    open_ = sorted(key for key in marks if key.startswith(BEHIND) and f"{WHOLE}{key.removeprefix(BEHIND)}" not in marks)
    return marks[open_[-1]] if open_ else ""


def mark_behind(who: str) -> None:
    """From now on this office only reads: somebody has seen more of its logs than it holds, or another."""
    if not is_behind():
        number = Setting.objects.filter(key__startswith=BEHIND).count() + 1
        Setting.objects.create(key=f"{BEHIND}{number:04d}", value=who)


def mark_whole(how: str) -> None:
    """From now on this office writes again."""
    marks = Setting.objects.filter(key__startswith=BEHIND).values_list("key", flat=True)
    for key in marks:
        Setting.objects.get_or_create(key=f"{WHOLE}{key.removeprefix(BEHIND)}", defaults={"value": how})


def check_may_write() -> None:
    """Raises ForbiddenError while somebody is ahead: what is written now would fork the log."""
    who = is_behind()
    if who:
        raise ForbiddenError(f"the logs here are an older copy, or of another tree: {who}; run: ecluse log recover")


def records_missing(log: str, first: int) -> int:
    """How many entries of this log, from this index on, commit to records that are not here?

    A mirror gives back commitments, never what they commit to.
    """
    entries = LogEntry.objects.filter(log=log, index__gte=first).values_list("index", flat=True)
    return len(set(entries) - set(Record.objects.filter(log=log, index__gte=first).values_list("index", flat=True)))


def refill(log: str, found: Refill, on: date) -> int:
    """Write the entries that a mirror holds beyond those here, and its head. How many are there now?

    The records that those entries commit to are lost with the newer database; the audit names them one by one.
    Raises EvidenceError, and writes nothing, where the log grew meanwhile or the head is not what the entries give.
    """
    with transaction.atomic():
        head = LogHead.objects.select_for_update().filter(log=log).first()
        edge = Edge.from_hex(head.size, head.edge_hex) if head else Edge.empty()
        if edge.size != found.first:
            raise EvidenceError(f"{log} grew from {found.first} to {edge.size} entries meanwhile")
        rows = []
        for index, body in enumerate(found.entries, found.first):
            leaf = leaf_hash(body)
            edge = edge.append(leaf)
            rows.append(LogEntry(id=f"{log}/{index:08d}", log=log, index=index, body=body, leaf_hex=leaf.hex()))
        size, root = found.checkpoint.size, found.checkpoint.root
        if (edge.size, edge.root()) != (size, root):
            raise EvidenceError(f"the entries of {log} do not hash to the head of {size}")
        LogEntry.objects.bulk_create(rows, batch_size=1_000)
        LogHead.objects.update_or_create(log=log, defaults={"size": edge.size, "edge_hex": edge.to_hex()})
        Checkpoint.objects.get_or_create(
            id=f"{log}/{size}/{on}",
            defaults={"log": log, "size": size, "root_hex": root.hex(), "note": found.note, "on": on},
        )
    return edge.size
