"""P6: does every column beside a record's bytes say what the bytes say, and does every signature still verify?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ecluse.base.sealed import seal
from ecluse.base.signing import Key, holds
from ecluse.custody.terms import (
    DeliveryVerification,
    HostLicence,
    HostLicenceWithdrawn,
    LifeEvent,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    Sighting,
)
from ecluse.custody.witnessed import WitnessCall, WitnessedHead, WitnessOverride, heads_of
from ecluse.licence.officers import Absence
from ecluse.licence.terms import (
    Appeal,
    Application,
    ClockStop,
    Condition,
    Licence,
    LicenceEvent,
    Opinion,
    ProposedDecision,
)
from ecluse.office.audit.p6_records import taint
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.registers import (
    AllocationNote,
    CapacityStanding,
    Carriage,
    ClassShare,
    DealSeen,
    DeliveryMade,
    HomeDelivery,
    HomeStanding,
    Officer,
    Order,
    Packing,
    Release,
    StatementUse,
    Unpacking,
)
from ecluse.order import Hearing
from ecluse.parties.terms import Clearance, EndUseStatement, ListVersion, Ownership, Party, Screening, Sweep
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    PeriodClose,
    Purchase,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)
from ecluse.surplus.terms import Certificate, Draw, Withdrawal

Told = Callable[[Any], tuple[str, ...]]

# About whom is a record, where its value tells? One of these.
SUBJECTS: Mapping[type, Told] = {
    **dict.fromkeys((Certificate, Order, Party, Officer, EndUseStatement, SerialBlock, Shortage), lambda v: (v.id,)),
    **dict.fromkeys(
        (Hearing, Sale, TitleTransfer, Receipt, Contribution, Manifest, Loss, AllocationNote), lambda v: (v.tranche,)
    ),
    **dict.fromkeys((Draw, Withdrawal), lambda v: (v.certificate,)),
    **dict.fromkeys((Packing, Unpacking), lambda v: (v.tranche, v.block)),
    **dict.fromkeys((WitnessCall, WitnessOverride), lambda v: (v.tranche,)),
    WitnessedHead: lambda v: (heads_of(v.host, v.log),),
    **dict.fromkeys((DeliveryMade, DeliveryVerification), lambda v: (v.end_user,)),
    **dict.fromkeys((Allocation, Purchase), lambda v: (v.shortage,)),
    **dict.fromkeys((Application, Licence), lambda v: (v.order,)),
    **dict.fromkeys((Opinion, Condition, ProposedDecision), lambda v: (v.application.removeprefix("application:"),)),
    ClassShare: lambda v: (f"certificates:{v.class_}",),
    Clearance: lambda v: tuple(v.id.removeprefix("clearance:").split("/")[:1]),
    **dict.fromkeys((HomeDelivery, HomeStanding), lambda v: (f"home:{v.class_}",)),
    CapacityStanding: lambda v: (v.certificate,),
    Carriage: lambda v: ("side:high", "side:low"),
    **dict.fromkeys((HostLicence, HostLicenceWithdrawn), lambda v: (f"host:{v.order}",)),
    Key: lambda v: (f"key:{v.owner}",),
    LicenceEvent: lambda v: (v.licence.removeprefix("licence:"),),
    LifeEvent: lambda v: (v.subject,),
    ListVersion: lambda v: ("lists",),
    Marking: lambda v: (v.block,),
    Ownership: lambda v: (v.owned,),
    Release: lambda v: (v.tranche, v.line, f"host:{v.order}"),
    Screening: lambda v: (v.party,),
    StatementUse: lambda v: (v.statement,),
    Sweep: lambda v: ("sweeps",),
}
DAYS: Mapping[type, Callable[[Any], date]] = {
    **dict.fromkeys(
        (Hearing, Draw, Withdrawal, Release, TitleTransfer, Receipt, Contribution, Allocation, Purchase, Opinion,
         ProposedDecision, LicenceEvent, Packing, Unpacking, Loss, PeriodClose, Screening, Sweep, StatementUse,
         HostLicenceWithdrawn),
        lambda v: v.on,
    ),
    Certificate: lambda v: v.issued_on,
    Licence: lambda v: v.issued_on,
    Order: lambda v: v.filed_on,
}  # fmt: skip
# Who may have filed a record, where its value tells? One of these: of two sides, the one who signed last.
ACTORS: Mapping[type, Told] = {
    **dict.fromkeys((Opinion, Clearance), lambda v: (v.officer,)),
    LicenceEvent: lambda v: (v.officer, v.countersigner or v.officer),
    WitnessOverride: lambda v: (v.countersigner,),
    Contribution: lambda v: (v.payer,),
    DeliveryVerification: lambda v: (v.owner,),
    **dict.fromkeys((HostLicence, HostLicenceWithdrawn), lambda v: (v.owner,)),
    Loss: lambda v: (v.custodian,),
    Manifest: lambda v: (v.from_custodian, v.to_custodian),
    Order: lambda v: (v.exporter,),
    ProposedDecision: lambda v: (v.author, v.countersigner),
    Receipt: lambda v: (v.bank,),
    Sighting: lambda v: (v.reporter,),
}
COPIES = (DealSeen,)
OF_TWO = (LicenceEvent, ProposedDecision)
# An office held only while another is away stands beside the person's own; P4 asks for the absence.
STANDS_IN = "/stands-in/"
# Under which suffix does a record stand that says how an earlier one of the same id ended?
LATER: Mapping[type, str] = {Condition: "lifted", Appeal: "decided", ClockStop: "ended"}


def columns_are_projections(reading: Reading, tally: Tally) -> None:
    """Does every column beside the bytes say what the bytes say, as far as they tell?"""
    orders = reading.orders()

    def check(row: Filed) -> None:
        value = row.value
        ids = {getattr(value, "id", row.rid)}
        if isinstance(value, Officer) and STANDS_IN in row.rid:
            ids.add(f"{value.id}{STANDS_IN}{row.rid.partition(STANDS_IN)[2]}")
        if type(value) in LATER:
            ids.add(f"{value.id}/{LATER[type(value)]}")
        # A register's later wording is a record beside the old one: `party:x@2`.
        rid = row.rid if row.rid in ids else row.rid.partition("@")[0]
        told: list[tuple[str, str, set[str]]] = [("rid", rid, ids)]
        if type(value) in SUBJECTS:
            told.append(("subject", row.subject, set(SUBJECTS[type(value)](value))))
        if type(value) in DAYS:
            told.append(("on", row.on.isoformat(), {DAYS[type(value)](value).isoformat(), *_days_signed(reading, row)}))
        if type(value) in ACTORS:
            told.append(("actor", row.actor, {*ACTORS[type(value)](value), *_deputies(reading, row)}))
        order = getattr(value, "order", None)
        if row.subject.startswith("order:"):
            told.append(("order", row.order, {row.subject.partition("/")[0]}))
        elif type(order) is str and not isinstance(value, COPIES):
            told.append(("order", row.order, {order}))
        elif row.order and row.order not in orders:
            told.append(("order", row.order, {""}))
        for column, stored, wanted in told:
            if stored not in wanted:
                _differs(reading, tally, row, column, stored, sorted(wanted)[0])

    tally.each((row for row in reading.rows if not row.fault), check, lambda row: row.rid)


def _days_signed(reading: Reading, row: Filed) -> set[str]:
    """On which later days was it signed, where two officers sign and it is filed when the second one does?"""
    if not isinstance(row.value, OF_TWO):
        return set()
    made = reading.signatures.get(row.digest, ())
    return {signature.on.isoformat() for signature in made if signature.on > row.value.on}


def _deputies(reading: Reading, row: Filed) -> set[str]:
    """Who stood in on this day for the second officer, where two sign?"""
    second = row.value.countersigner if isinstance(row.value, OF_TWO) else None
    absences = [found.value for found in reading.about(second, Absence)] if second else []
    return {away.deputy for away in absences if away.first_day <= row.on <= away.last_day}


def _differs(reading: Reading, tally: Tally, row: Filed, column: str, stored: str, written: str) -> None:
    tally.broken("column_differs", row.rid, row.on, column=column, stored=stored, written=written)
    taint(reading, row)


def one_deed_has_one_hand(reading: Reading, tally: Tally) -> None:
    """Do all records of one entry name one actor, action, order and day, and an action of the entry's kind?"""
    places: dict[tuple[str, int], list[Filed]] = defaultdict(list)
    for row in reading.rows:
        places[row.place].append(row)
    kinds = {(entry.log, entry.index): entry.form.get("kind") for entry in reading.entries if entry.form}
    for place, rows in places.items():
        if len({(row.actor, row.action, row.order, row.on) for row in rows}) > 1:
            _two_hands(reading, tally, rows)
        kind = kinds.get(place)
        for row in rows:
            if kind is not None and row.action.partition(".")[0] != kind and row.rid not in reading.tainted:
                _differs(reading, tally, row, "action", row.action, str(kind))


def _two_hands(reading: Reading, tally: Tally, rows: list[Filed]) -> None:
    for column in ("actor", "action", "order", "on"):
        said = Counter(getattr(row, column) for row in rows)
        usual = said.most_common(1)[0][0]
        for row in rows:
            if getattr(row, column) != usual and row.rid not in reading.tainted:
                _differs(reading, tally, row, column, str(getattr(row, column)), str(usual))


def signatures_verify(reading: Reading, tally: Tally) -> None:
    """Does every signature on file verify over the record it is filed with, by the key it names?"""
    for id in reading.kept("signatures_refiled") or ():
        row = reading.by_digest.get(id.partition(":")[0])
        tally.broken("signature_refiled", row.rid if row else id, row.on if row else None)
        if row is not None:
            taint(reading, row)
    for signed, signatures in reading.signatures.items():
        row = reading.by_digest.get(signed)
        for signature in signatures:
            tally.count("signatures")
            key = reading.keys.get(signature.key)
            if row is None or key is None:
                if signed not in reading.tainted and not _is_of_damaged(reading, signed):
                    tally.broken("signature_of_nothing", signature.key, signature.on, digest=signed)
            elif not any(holds(digest, signature.on, key.public_hex, signature.value_hex) for digest in _digests(row)):
                tally.broken("signature_altered", row.rid, row.on, signer=signature.key)
                taint(reading, row)


def _is_of_damaged(reading: Reading, signed: str) -> bool:
    """Is the record that was signed damaged or gone, which is said elsewhere?"""
    return any(row.fault for row in reading.rows) or signed in reading.salts


def _digests(row: Filed) -> tuple[str, ...]:
    """A sender may sign what he sent before anyone knows what arrives."""
    if isinstance(row.value, Manifest):
        return row.digest, seal(replace(row.value, short=(), rejected=(), received_at=None)).digest
    return (row.digest,)
