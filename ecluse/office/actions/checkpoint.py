"""Who signs the log's heads? The export-control service, over every log at its size of the day."""

from __future__ import annotations

from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Edge
from ecluse.office.actions.deed import lock_writers
from ecluse.office.actions.recovery import check_may_write
from ecluse.office.models import Checkpoint, LogHead
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

    Raises ForbiddenError while somebody is ahead of this office: whoever calls has compared before, and this is asked
    again under the writers' lock.
    """
    with transaction.atomic():
        lock_writers()
        check_may_write()
        signed = []
        private = session.source.private_key(SIGNER)
        for head in LogHead.objects.order_by("log"):
            edge = Edge.from_hex(head.size, head.edge_hex)
            newest = Checkpoint.objects.filter(log=head.log).order_by("size").last()
            if newest is not None and newest.size >= head.size:
                continue
            root, note = edge.root(), head_note(head.log, head.size, edge.root(), private)
            Checkpoint.objects.create(
                id=f"{head.log}/{head.size}/{on}", log=head.log, size=head.size, root_hex=root.hex(), note=note, on=on
            )
            signed.append(head.log)
    return signed


def sign_checkpoints(session: Session, on: date) -> None:
    """Sign the head of every log as it stands, those grown today included."""
    names = set(session.logs) | set(LogHead.objects.values_list("log", flat=True))
    rows = session.buffer.sealed.setdefault(Checkpoint, [])
    private = session.source.private_key(SIGNER)
    for log in sorted(names):
        size, edge = session.log(log)
        note = head_note(log, size, edge.root(), private)
        root = edge.root().hex()
        rows.append(Checkpoint(id=f"{log}/{size}/{on}", log=log, size=size, root_hex=root, note=note, on=on))
