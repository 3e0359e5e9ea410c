"""Which frauds does an administrator commit on sealed records, taking the guards down and putting them back?"""

from __future__ import annotations

from ecluse.base.canon import canonical, digest
from ecluse.base.verdict import Force
from ecluse.custody.terms import DeliveryVerification, Loss, Manifest
from ecluse.licence.terms import Licence, Opinion
from ecluse.office.cheats.hands import Administrator, Found, Kinds, Named
from ecluse.order import Gate, Hearing
from ecluse.parties.terms import EndUseStatement, ListVersion, Screening, Sweep
from ecluse.proceeds.terms import JournalEntry, Receipt
from ecluse.surplus.terms import Certificate, Draw, DrawState

KINDS = Kinds(as_administrator=True)


@KINDS.breaks("P6")
def certificate_enlarged(hand: Administrator) -> Named:
    """A certificate's bytes are changed to say a thousand units more; its digest is left as it was."""
    found = hand.record(Certificate)
    hand.rewrite(found, digest_remade=False, units_certified=found.form["units_certified"] + 1000)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def certificate_remade(hand: Administrator) -> Named:
    """The same, with the digest made anew, and the balance raised to match."""
    found = hand.record(Certificate)
    units = found.form["units_certified"] + 1000
    hand.rewrite(found, units_certified=units)
    hand.do("UPDATE office_certificatebalance SET units_certified = %s WHERE certificate = %s", units, found.rid)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def licence_enlarged(hand: Administrator) -> Named:
    """A licence is rewritten for twice the units, its digest made anew, and its line raised to match."""
    found = hand.record(Licence)
    units = 2 * found.form["units"]
    hand.rewrite(found, units=units)
    hand.do("UPDATE office_licenceline SET units = %s WHERE licence = %s", units, found.rid)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def draw_deleted(hand: Administrator) -> Named:
    """The record of a draw is deleted and its units given back to the certificate's balance."""
    given_back = {draw.form["tranche"] for draw in hand.records(Draw) if draw.form["state"] == DrawState.RETURNED.value}
    found = hand.record(
        Draw, lambda draw: draw.form["state"] == DrawState.USED.value and draw.form["tranche"] not in given_back
    )
    hand.delete(found)
    hand.do(
        "UPDATE office_certificatebalance SET units_used = units_used - %s WHERE certificate = %s",
        found.form["units"], found.form["certificate"],
    )  # fmt: skip
    return Named(found.form["tranche"], found.day)


@KINDS.breaks("P6")
def opinion_rewritten(hand: Administrator) -> Named:
    """An authority's voice is turned round, with the digest made anew."""
    found = hand.record(Opinion)
    hand.rewrite(found, voice="against" if found.form["voice"] == "for" else "for")
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def statement_enlarged(hand: Administrator) -> Named:
    """An end-use statement is rewritten for ten times the units."""
    found = hand.record(EndUseStatement)
    hand.rewrite(found, units=10 * found.form["units"])
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def verdict_turned(hand: Administrator) -> Named:
    """A hearing that held an order is rewritten to have passed it, with what another order's hearing found."""
    passed = hand.record(Hearing, lambda found: found.form["gate"] == Gate.PARTIES.value and "finding" in found.form)

    def is_held(found: Found) -> bool:
        return found.form["gate"] == Gate.PARTIES.value and any(
            ground["force"] == Force.REFUSE.value for ground in found.form["grounds"]
        )

    held = hand.record(Hearing, is_held)
    hand.rewrite(held, grounds=[], finding={**passed.form["finding"], "tranche": held.form["tranche"]})
    return Named(held.rid, held.day)


@KINDS.breaks("P6")
def finding_changed(hand: Administrator) -> Named:
    """What the licence gate found is rewritten for another destination."""
    found = hand.record(Hearing, lambda row: row.form["gate"] == Gate.LICENCE.value and "finding" in row.form)
    there = "XK" if found.form["finding"]["destination"] != "XK" else "AQ"
    hand.rewrite(found, finding={**found.form["finding"], "destination": there})
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def receipt_removed(hand: Administrator) -> Named:
    """A receipt is deleted with its entry and both postings, as if the money had never come home."""
    found = hand.record(Receipt)
    entry = hand.record(JournalEntry, lambda row: row.form["subject"] == found.rid)
    for row in (found, entry):
        hand.delete(row)
    hand.do("DELETE FROM office_posting WHERE entry_id = %s", entry.rid)
    hand.do("DELETE FROM office_entry WHERE rid = %s", entry.rid)
    return Named(found.form["tranche"], found.day)


@KINDS.breaks("P6")
def loss_report_deleted(hand: Administrator) -> Named:
    """A report of lost units is deleted."""
    found = hand.record(Loss, hand.is_alone)
    day = _day_before(hand, found)
    hand.delete(found)
    return Named(found.subject, day)


def _day_before(hand: Administrator, found: Found) -> str:
    """Of an entry whose only record is gone the log still tells the day of the entry before it."""
    rows = hand.all(
        "SELECT on_day FROM office_record WHERE log = %s AND log_index < %s ORDER BY log_index DESC, rid LIMIT 1",
        found.log, found.index,
    )  # fmt: skip
    return str(rows[0][0])[:10] if rows else ""


@KINDS.breaks("P6")
def verification_forged(hand: Administrator) -> Named:
    """A delivery verification is rewritten for more units than arrived."""
    found = hand.record(DeliveryVerification)
    hand.rewrite(found, units=found.form["units"] + 7)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def screening_removed(hand: Administrator) -> Named:
    """The screening of one party is deleted from a sweep."""
    found = hand.record(Screening)
    hand.delete(found)
    return Named("sweeps", found.day)


@KINDS.breaks("P6")
def sweep_backdated(hand: Administrator) -> Named:
    """A sweep is dated two weeks earlier."""
    found = hand.record(Sweep)
    earlier = f"{int(found.day[:4]) - 1}-12-18"
    hand.rewrite(found, on=earlier)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def list_digest_changed(hand: Administrator) -> Named:
    """The digest of a list version is changed to that of a list with fewer names."""
    found = hand.record(ListVersion)
    hand.rewrite(found, digest=digest(canonical([])), entries=1)
    return Named(found.rid, found.day)


@KINDS.breaks("P6")
def manifest_forged(hand: Administrator) -> Named:
    """A handover that never was is inserted among the records, without signatures and without the log."""
    last = [found for found in hand.records(Manifest) if found.form["step"] == "delivery"][-1]
    rid = f"{last.rid}/forged"
    form = {
        **last.form, "id": rid, "sequence": last.form["sequence"] + 1, "from_custodian": last.form["to_custodian"],
        "to_custodian": last.form["from_custodian"],
    }  # fmt: skip
    body = canonical(form)
    (count,) = hand.one("a file", "SELECT max(turn) FROM office_record WHERE subject = %s", last.subject)
    hand.do(
        'INSERT INTO office_record (rid, v, body, digest, subject, "order", on_day, actor, log, log_index, turn,'
        " action) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'custody.hand_over')",
        rid, last.v, body, digest(body), last.subject, last.order, last.day, last.form["to_custodian"], last.log,
        last.index, count + 1,
    )  # fmt: skip
    return Named(rid, last.day)
