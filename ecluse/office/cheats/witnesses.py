"""Which frauds pass by a host state's witness: another log shown to it, its silence overridden by one, or wiped?"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from ecluse.custody.log.note_keys import cosign
from ecluse.custody.witnessed import WitnessedHead, WitnessOverride, witness_of
from ecluse.office.actions.checkpoint import SIGNER, head_note
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.witness import tree_of
from ecluse.office.cheats.hands import Administrator, Insider, Kinds, Named
from ecluse.office.registers import Officer

INSIDE_KINDS = Kinds(as_administrator=False)
RAW_KINDS = Kinds(as_administrator=True)


class Shown(NamedTuple):
    """Which head of which log does a host's witness see and cosign, kept under which subject?"""

    head: WitnessedHead
    subject: str


def shown(hand: Insider, root: bytes | None = None) -> Shown:
    """What is kept when a host's witness is shown this root of a log at its size of today; the log's own by default?"""
    last = hand.any(WitnessedHead)
    tree = tree_of(hand.session, last.log)
    seen = root or tree.root()
    note = head_note(last.log, tree.size, seen, hand.source.private_key(SIGNER))
    text = note.partition("\n\n")[0] + "\n"
    name, at = witness_of(last.host), hand.source.now()
    line = cosign(text, name.replace(":", "/"), hand.source.private_key(name), int(at.timestamp()))
    rid = f"witnessed:{last.host.lower()}/{last.log}/{tree.size}"
    head = WitnessedHead(rid, last.host, last.log, tree.size, seen.hex(), f"key:{name}/1", note + line, at)
    return Shown(head, f"{name}/{last.log}")


@INSIDE_KINDS.breaks("P6")
def head_shown_to_one_host(hand: Insider) -> Named:
    """One host's witness is shown another log than everybody else, signed by the log's own key."""
    head, subject = shown(hand, hashlib.sha256(b"another log").digest())
    with Deed(
        hand.session, "custody.witness_head", actor="clock:office", on=hand.today, subject=subject,
        log=head.log.rpartition("/")[0],
    ) as deed:  # fmt: skip
        deed.seal(head)
    return Named(head.id, str(hand.today))


@INSIDE_KINDS.breaks("P6")
def overridden_by_one_hand(hand: Insider) -> Named:
    """A host's silent witness is overridden by one officer in both places."""
    first = hand.any(WitnessOverride)
    officer = hand.any(Officer, lambda found: found.id == first.countersigner)
    again = WitnessOverride(
        f"{first.id}/2", first.host, first.tranche, first.call, officer.id, officer.authority, officer.id,
        officer.authority, first.reason, hand.source.now(),
    )  # fmt: skip
    order = first.tranche.rsplit("/", 1)[0]
    with Deed(
        hand.session, "custody.override_witness", actor=officer.id, on=hand.today, subject=first.tranche, order=order
    ) as deed:
        deed.seal(again, signatures=[hand.sign(officer.id, again)])
    return Named(again.id, str(hand.today))


@RAW_KINDS.breaks("P6")
def override_wiped(hand: Administrator) -> Named:
    """Goods left a centre unseen by its host's witness, and the override that let them go is wiped out."""
    found = hand.record(WitnessOverride)
    hand.delete(found)
    return Named(found.form["tranche"], found.day)
