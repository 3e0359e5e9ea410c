"""Who signs the log's heads? The export-control service, over every log at its size of the day."""

from __future__ import annotations

from datetime import date

from ecluse.base.note import checkpoint_text, sign_note
from ecluse.office.models import Checkpoint, LogHead
from ecluse.office.session import Session

SIGNER = "authority:ssecu"


def origin_of(log: str) -> str:
    """Under which origin are this log's checkpoints signed?"""
    return f"ecluse/{log}"


def sign_checkpoints(session: Session, on: date) -> None:
    """Sign the head of every log as it stands, those grown today included."""
    names = set(session.logs) | set(LogHead.objects.values_list("log", flat=True))
    rows = session.buffer.sealed.setdefault(Checkpoint, [])
    private = session.source.private_key(SIGNER)
    for log in sorted(names):
        size, edge = session.log(log)
        note = sign_note(checkpoint_text(origin_of(log), size, edge.root()), SIGNER.replace(":", "/"), private)
        root = edge.root().hex()
        rows.append(Checkpoint(id=f"{log}/{size}/{on}", log=log, size=size, root_hex=root, note=note, on=on))
