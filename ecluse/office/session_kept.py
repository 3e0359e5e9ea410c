"""What does a session read that serves a page or a form? Each subject's head; its file only where the head moved."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from ecluse.base.sealed import unseal
from ecluse.office.models import Head, Record
from ecluse.office.session import File, Filed, Session
from ecluse.office.values_kept import Store, value_known, value_of
from ecluse.order import Citation

AT_ONCE = 500
COLUMNS = ("subject", "rid", "v", "digest", "turn", "log", "index")
# What a head says of its file: database, version, turn and last leaf. Where all are as they were, so is the file.
Mark = tuple[str, int, int, str]
_FILES: Store[tuple[Mark, tuple[tuple[Filed, Citation], ...]]] = Store()


class ServingSession(Session):
    """A session of one request, in a process that serves many: it asks for heads, and reads what is new."""

    def know(self, subjects: Iterable[str]) -> None:
        """Read these files at once, which would else be asked for one after the other."""
        self.files.update(load_files(self, [subject for subject in subjects if subject not in self.files]))

    def _load(self, subject: str) -> File:
        return load_files(self, [subject])[subject]


def load_files(session: Session, subjects: Sequence[str]) -> dict[str, File]:
    """What is on record about these subjects? All heads are asked for; only files that moved are read again."""
    found = {subject: File(0, 0, "", []) for subject in subjects}
    stale: dict[str, Head] = {}
    for head in _heads(subjects):
        kept = _FILES.get((database(), head.subject))
        if kept is not None and kept[0] == _mark(head):
            found[head.subject] = _file(session, head, kept[1])
        else:
            stale[head.subject] = head
    for subject, pairs in _read(stale).items():
        found[subject] = _file(session, stale[subject], pairs)
    return found


def database() -> str:
    """Which database does this process speak to now? Tests open several, one after the other."""
    settings = connection.settings_dict
    return f"{settings.get('HOST') or ''}/{settings['NAME']}"


def _heads(subjects: Sequence[str]) -> Iterable[Head]:
    for start in range(0, len(subjects), AT_ONCE):
        yield from Head.objects.filter(subject__in=subjects[start : start + AT_ONCE])


def _mark(head: Head) -> Mark:
    return database(), head.version, head.turn, head.leaf_hex


def _file(session: Session, head: Head, pairs: Iterable[tuple[Filed, Citation]]) -> File:
    records = []
    for filed, place in pairs:
        session.places[filed.digest] = place
        records.append(filed)
    return File(head.version, head.turn, head.leaf_hex, records)


def _read(heads: dict[str, Head]) -> dict[str, tuple[tuple[Filed, Citation], ...]]:
    """Read these subjects' files, and keep those that no other hand has moved meanwhile."""
    rows, wanted = [], list(heads)
    for start in range(0, len(wanted), AT_ONCE):
        asked = Record.objects.filter(subject__in=wanted[start : start + AT_ONCE])
        rows += list(asked.order_by("subject", "turn").values_list(*COLUMNS))
    values, sizes = values_at([row[3] for row in rows])
    pairs: dict[str, list[tuple[Filed, Citation]]] = {subject: [] for subject in heads}
    weight = dict.fromkeys(heads, 0)
    for subject, rid, v, digest, turn, log, index in rows:
        filed = Filed(rid, sys.intern(v), digest, values[digest], turn)
        pairs[subject].append((filed, Citation(digest, sys.intern(log), index)))
        weight[subject] += sizes.get(digest, AT_ONCE)
    found = {subject: tuple(file) for subject, file in pairs.items()}
    for subject, file in found.items():
        is_as_headed = not file or file[-1][0].turn <= heads[subject].turn
        if is_as_headed and not connection.in_atomic_block:
            _FILES.put((database(), subject), (_mark(heads[subject]), file), weight[subject] + AT_ONCE)
    return found


def values_at(digests: Sequence[str]) -> tuple[dict[str, Any], dict[str, int]]:
    """What do the records of these digests hold, and of how many bytes are those that were read now?"""
    values: dict[str, Any] = {digest: value_known(digest) for digest in digests}
    missing = [digest for digest, value in values.items() if value is None]
    sizes: dict[str, int] = {}
    for start in range(0, len(missing), AT_ONCE):
        asked = Record.objects.filter(digest__in=missing[start : start + AT_ONCE])
        for digest, body in asked.values_list("digest", "body"):
            raw = bytes(body)
            values[digest], sizes[digest] = value_of(digest, raw, unseal), len(raw)
    return values, sizes
