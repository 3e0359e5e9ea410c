"""Which frauds does an administrator commit on the log, its signed heads and the guards of the database?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from ecluse.base.canon import canonical
from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Edge, leaf_hash
from ecluse.base.source import SeededSource
from ecluse.custody.terms import Loss
from ecluse.licence.terms import Application
from ecluse.office.actions.checkpoint import SIGNER, origin_of
from ecluse.office.cheats.hands import Administrator, Found, Kinds, Named
from ecluse.order import Hearing
from ecluse.surplus.terms import Certificate

KINDS = Kinds(as_administrator=True)
NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)  # a seeded source has a clock; keys do not ask it
GUARD = {"sqlite": "office_record_no_delete", "postgresql": "office_record_sealed"}


@KINDS.breaks("P6")
def log_entry_deleted(hand: Administrator) -> Named:
    """An entry is deleted from the log."""
    found = hand.record(Certificate)
    hand.do("DELETE FROM office_logentry WHERE log = %s AND log_index = %s", found.log, found.index)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def log_entry_altered(hand: Administrator) -> Named:
    """A commitment in an entry is exchanged; its leaf hash is left as it was."""
    found = hand.record(Application)
    id, form = _entry(hand, found)
    form["sd"][0] = "0" * 64
    hand.do("UPDATE office_logentry SET body = %s WHERE id = %s", canonical(form), id)
    return Named(id, found.day)


def _entry(hand: Administrator, found: Found) -> tuple[str, dict[str, Any]]:
    id, body = hand.one(
        "an entry", "SELECT id, body FROM office_logentry WHERE log = %s AND log_index = %s", found.log, found.index
    )
    return id, json.loads(bytes(body))


@KINDS.breaks("P6")
def log_entries_reordered(hand: Administrator) -> Named:
    """Two neighbouring entries of the log change places, bytes and leaf hashes."""
    found = hand.record(Certificate)
    rows = hand.all(
        "SELECT id, body, leaf_hex FROM office_logentry WHERE log = %s AND log_index IN (%s, %s) ORDER BY log_index",
        found.log, found.index, found.index + 1,
    )  # fmt: skip
    for (id, _, _), (_, body, leaf) in zip(rows, reversed(rows), strict=True):
        hand.do("UPDATE office_logentry SET body = %s, leaf_hex = %s WHERE id = %s", bytes(body), leaf, id)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def log_cut(hand: Administrator) -> Named:
    """The last entries of a log are cut off, and its head set back to match."""
    log, size, day = hand.one(
        "a checkpoint", "SELECT log, size, on_day FROM office_checkpoint WHERE log LIKE 'home/%%' ORDER BY size DESC"
    )
    kept = size - 3
    hand.do("DELETE FROM office_logentry WHERE log = %s AND log_index >= %s", log, kept)
    edge = Edge.of(_leaves(hand, log))
    hand.do("UPDATE office_loghead SET size = %s, edge_hex = %s WHERE log = %s", kept, edge.to_hex(), log)
    return Named(log, str(day)[:10])


def _leaves(hand: Administrator, log: str) -> list[bytes]:
    rows = hand.all("SELECT leaf_hex FROM office_logentry WHERE log = %s ORDER BY log_index", log)
    return [bytes.fromhex(leaf) for (leaf,) in rows]


@KINDS.breaks("P6")
def checkpoint_resigned(hand: Administrator) -> Named:
    """A loss report is taken out of the log, every later head made anew, and each checkpoint signed again.

    The key of the demonstration is used: the signatures hold, and only what follows in the file tells.
    """
    found = hand.record(Loss, hand.is_alone)
    day = _left_in(hand, found)
    id, form = _entry(hand, found)
    body = canonical({**form, "sd": []})
    hand.delete(found)
    hand.do("UPDATE office_logentry SET body = %s, leaf_hex = %s WHERE id = %s", body, leaf_hash(body).hex(), id)
    leaves = _leaves(hand, found.log)
    hand.do("UPDATE office_loghead SET edge_hex = %s WHERE log = %s", Edge.of(leaves).to_hex(), found.log)
    _sign_again(hand, found.log, leaves)
    return Named(found.subject, day)


def _left_in(hand: Administrator, found: Found) -> str:
    """On which day was the last record of the file written that is left?"""
    rows = hand.all("SELECT max(on_day) FROM office_record WHERE subject = %s AND rid <> %s", found.subject, found.rid)
    return str(rows[0][0])[:10]


def _sign_again(hand: Administrator, log: str, leaves: list[bytes]) -> None:
    (seed,) = hand.one("a seed", "SELECT value FROM office_setting WHERE key = 'seed'")
    private = SeededSource(seed, NOON).private_key(SIGNER)
    for id, size in hand.all("SELECT id, size FROM office_checkpoint WHERE log = %s", log):
        root = Edge.of(leaves[:size]).root()
        note = sign_note(checkpoint_text(origin_of(log), size, root), SIGNER.replace(":", "/"), private)
        hand.do("UPDATE office_checkpoint SET root_hex = %s, note = %s WHERE id = %s", root.hex(), note, id)


@KINDS.breaks("P6")
def checkpoint_forged(hand: Administrator) -> Named:
    """A checkpoint is changed to state a smaller log; its signature is left as it was."""
    id, size, note, day = hand.one("a checkpoint", "SELECT id, size, note, on_day FROM office_checkpoint ORDER BY id")
    hand.do(
        "UPDATE office_checkpoint SET note = %s WHERE id = %s", note.replace(f"\n{size}\n", f"\n{size - 1}\n", 1), id
    )
    return Named(id, str(day)[:10])


@KINDS.breaks("P6")
def hearing_misfiled(hand: Administrator) -> Named:
    """The subject under which a hearing is filed is changed, so that its order loses it."""
    found = hand.record(Hearing)
    hand.do("UPDATE office_record SET subject = %s WHERE rid = %s", "order:none/0", found.rid)
    return Named(found.rid, found.day)


@KINDS.breaks("P6", puts_guards_back=False)
def guards_removed(hand: Administrator) -> Named:
    """A guard is removed and not put back: from now on records can be deleted in silence."""
    name = GUARD[connection.vendor]
    hand.do(f"DROP TRIGGER {name}" + (" ON office_record" if connection.vendor == "postgresql" else ""))
    return Named(name, "")
