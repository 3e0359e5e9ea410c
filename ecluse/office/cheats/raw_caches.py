"""Which frauds does an administrator commit on what is no sealed record: balances, books, units, standings, salts?"""

from __future__ import annotations

import json

from ecluse.base.sealed import VERSIONS
from ecluse.licence.terms import Licence, ProposedDecision
from ecluse.office.cheats.hands import Administrator, Kinds, Named
from ecluse.office.registers import Order
from ecluse.order import Hearing
from ecluse.parties.terms import ListVersion, Party
from ecluse.proceeds.terms import JournalEntry
from ecluse.surplus.terms import Certificate, Draw

KINDS = Kinds(as_administrator=True)


@KINDS.breaks("P1")
def balance_raised(hand: Administrator) -> Named:
    """A certificate's balance is set a hundred units higher."""
    certificate = hand.record(Certificate)
    hand.do(
        "UPDATE office_certificatebalance SET units_certified = units_certified + 100 WHERE certificate = %s",
        certificate.rid,
    )
    return Named(certificate.rid, _last_draw(hand, certificate.rid))


@KINDS.breaks("P1")
def draws_forgotten(hand: Administrator) -> Named:
    """A certificate's balance forgets what was used, so that it may be drawn again."""
    certificate, _ = hand.one(
        "a used certificate",
        "SELECT certificate, units_used FROM office_certificatebalance WHERE units_used > 0 ORDER BY certificate",
    )
    hand.do("UPDATE office_certificatebalance SET units_used = 0 WHERE certificate = %s", certificate)
    return Named(certificate, _last_draw(hand, certificate))


def _last_draw(hand: Administrator, certificate: str) -> str:
    days = [draw.day for draw in hand.records(Draw, "AND subject = %s", certificate)]
    return max(days, default="")


@KINDS.breaks("P1")
def licence_line_enlarged(hand: Administrator) -> Named:
    """What a licence still allows is set fifty units higher."""
    licence = hand.record(Licence)
    hand.do("UPDATE office_licenceline SET units = units + 50 WHERE licence = %s", licence.rid)
    return Named(licence.rid, licence.day)


@KINDS.breaks("P4")
def countersignature_removed(hand: Administrator) -> Named:
    """The countersigner's signature of a decision is deleted."""
    licensed = {found.order for found in hand.records(Licence)}
    decision = hand.record(ProposedDecision, lambda found: found.subject in licensed)
    hand.do(
        "DELETE FROM office_signaturerow WHERE digest = %s AND key = %s",
        decision.digest, f"key:{decision.form['countersigner']}/1",
    )  # fmt: skip
    return Named(decision.rid, decision.day)


@KINDS.breaks("P5")
def unit_moved(hand: Administrator) -> Named:
    """One unit is moved to another custodian without a handover."""
    serial, custodian, day = hand.one(
        "a unit", "SELECT serial, custodian, on_day FROM office_unit WHERE state = 'delivery' ORDER BY serial"
    )
    other = hand.record(Party, lambda found: found.rid != custodian)
    hand.do("UPDATE office_unit SET custodian = %s WHERE serial = %s", other.rid, serial)
    return Named(serial, str(day)[:10])


@KINDS.breaks("P5")
def serial_in_two_blocks(hand: Administrator) -> Named:
    """A second row of one serial number is put into another block, under a number that was never marked there."""
    block, serial, number, model, custodian, authority, day = hand.one(
        "a unit",
        "SELECT block, serial, number, model, custodian, authority, on_day FROM office_unit"
        " WHERE fate = 'made' ORDER BY serial",
    )
    other, _ = hand.one(
        "another block",
        "SELECT block, max(number) FROM office_unit WHERE block <> %s GROUP BY block ORDER BY block", block,
    )  # fmt: skip
    twin = f"{serial}-2"
    hand.do(
        "INSERT INTO office_unit (serial, block, number, model, fate, custodian, authority, state, tranche, on_day)"
        " VALUES (%s, %s, %s, %s, 'made', %s, %s, 'at_line', '', %s)",
        twin, other, number + 10_000_000, model, custodian, authority, day,
    )  # fmt: skip
    return Named(twin, str(day)[:10])


@KINDS.breaks("P5")
def unit_forgotten(hand: Administrator) -> Named:
    """The row of one unit is deleted, as if it had never been made."""
    serial, day = hand.one(
        "a unit", "SELECT serial, on_day FROM office_unit WHERE state = 'delivery' ORDER BY serial DESC"
    )
    hand.do("DELETE FROM office_unit WHERE serial = %s", serial)
    return Named(serial, str(day)[:10])


@KINDS.breaks("P7")
def posting_altered(hand: Administrator) -> Named:
    """A tenth of a sum is taken out of both postings of an entry, so that it still sums to zero."""
    entry, day = hand.one(
        "an entry", "SELECT rid, on_day FROM office_entry WHERE rid LIKE 'entry:receipt:%%' ORDER BY rid"
    )
    rows = hand.all("SELECT id, minor FROM office_posting WHERE entry_id = %s ORDER BY id", entry)
    for id, minor in rows:
        share = abs(minor) // 10
        hand.do("UPDATE office_posting SET minor = minor - %s WHERE id = %s", share if minor > 0 else -share, id)
    return Named(rows[0][0], str(day)[:10])


@KINDS.breaks("P7")
def posting_pair_deleted(hand: Administrator) -> Named:
    """Both postings of a contribution are deleted; the books still balance."""
    entry, day = hand.one(
        "a contribution", "SELECT rid, on_day FROM office_entry WHERE rid LIKE 'entry:contribution:%%' ORDER BY rid"
    )
    rows = hand.all("SELECT id FROM office_posting WHERE entry_id = %s ORDER BY id", entry)
    hand.do("DELETE FROM office_posting WHERE entry_id = %s", entry)
    return Named(rows[0][0], str(day)[:10])


@KINDS.breaks("P7")
def entry_day_altered(hand: Administrator) -> Named:
    """A late contribution is booked some months earlier."""
    entry, day = hand.one(
        "a contribution",
        "SELECT rid, on_day FROM office_entry WHERE rid LIKE 'entry:contribution:%%' ORDER BY rid DESC",
    )
    earlier = f"{str(day)[:4]}-01-02"
    hand.do("UPDATE office_entry SET on_day = %s WHERE rid = %s", earlier, entry)
    return Named(entry, str(day)[:10])


@KINDS.breaks("P7")
def contribution_invented(hand: Administrator) -> Named:
    """A contribution that nobody paid is put into the books, balanced, without a sealed entry behind it."""
    paid = hand.record(JournalEntry, lambda found: found.rid.startswith("entry:contribution:"))
    entry = f"{paid.rid}/2"
    for number, posting in enumerate(paid.form["postings"], 1):
        minor, currency = posting["money"]
        hand.do(
            "INSERT INTO office_posting (id, entry_id, account, currency, minor) VALUES (%s, %s, %s, %s, %s)",
            f"{entry}/{number}", entry, posting["account"], currency, int(minor),
        )  # fmt: skip
    hand.do(
        "INSERT INTO office_entry (rid, tranche, on_day) VALUES (%s, %s, %s)", entry, paid.form["tranche"], paid.day
    )
    return Named(entry, paid.day)


@KINDS.breaks("P8")
def salts_swapped(hand: Administrator) -> Named:
    """The salts of two records are exchanged, so that neither commitment opens."""
    first, second = list(hand.records(Order))[:2]
    salts = dict(
        hand.all("SELECT digest, salt_hex FROM office_salt WHERE digest IN (%s, %s)", first.digest, second.digest)
    )
    for own, other in ((first, second), (second, first)):
        hand.do("UPDATE office_salt SET salt_hex = %s WHERE digest = %s", salts[other.digest], own.digest)
    return Named(first.rid, first.day)


@KINDS.breaks("P8")
def salt_lost(hand: Administrator) -> Named:
    """The salt of a certificate is deleted, so that it can never be opened on its date."""
    certificate = hand.record(Certificate)
    hand.do("DELETE FROM office_salt WHERE digest = %s", certificate.digest)
    return Named(certificate.rid, certificate.day)


@KINDS.breaks("P9")
def standing_changed(hand: Administrator) -> Named:
    """A refused order is shown as passed."""
    order, _ = hand.one(
        "a refused order",
        'SELECT "order", standing FROM office_orderrow WHERE standing = \'held_refused\' ORDER BY "order"',
    )
    hand.do("UPDATE office_orderrow SET standing = 'passed', gate = 'proceeds' WHERE \"order\" = %s", order)
    heard = [found.day for found in hand.records(Hearing, 'AND "order" = %s', order)]
    return Named(order, max(heard, default=""))


@KINDS.breaks("P9")
def tranche_enlarged(hand: Administrator) -> Named:
    """The units of a tranche are raised where the office looks them up."""
    tranche, _ = hand.one("a tranche", "SELECT tranche, units FROM office_tranche ORDER BY tranche")
    hand.do("UPDATE office_tranche SET units = units * 2 WHERE tranche = %s", tranche)
    heard = [found.day for found in hand.records(Hearing, "AND subject = %s", tranche)]
    return Named(tranche, max(heard, default=""))


@KINDS.breaks("P3")
def party_hidden_from_sweeps(hand: Administrator) -> Named:
    """A party is taken off the list of those whom the next sweep asks about."""
    touched = {json.loads(bytes(body))["buyer"] for (body,) in hand.all(
        "SELECT body FROM office_record WHERE v = %s", VERSIONS[Order]
    )}  # fmt: skip
    party = hand.record(Party, lambda found: found.rid in touched)
    hand.do("DELETE FROM office_liveparty WHERE party = %s", party.rid)
    return Named(party.rid, party.day)


@KINDS.breaks("P3")
def list_swapped(hand: Administrator) -> Named:
    """The kept file of a list is swapped for one with a name fewer."""
    version = hand.record(ListVersion, lambda found: found.form["entries"] > 1)
    (content,) = hand.one("a list", "SELECT content FROM office_document WHERE digest = %s", version.form["digest"])
    fewer = bytes(content).rstrip(b"\n").rpartition(b"\n")[0] + b"\n"
    hand.do("UPDATE office_document SET content = %s WHERE digest = %s", fewer, version.form["digest"])
    return Named(version.rid, version.day)


@KINDS.breaks("P6")
def signature_forged(hand: Administrator) -> Named:
    """Another signature is put in place of an officer's under a decision."""
    licensed = {found.order for found in hand.records(Licence)}
    decision = hand.record(ProposedDecision, lambda found: found.subject in licensed)
    hand.do(
        "UPDATE office_signaturerow SET value_hex = %s WHERE digest = %s AND key = %s",
        "00" * 64, decision.digest, f"key:{decision.form['author']}/1",
    )  # fmt: skip
    return Named(decision.rid, decision.day)
