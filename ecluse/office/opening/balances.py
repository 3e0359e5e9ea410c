"""What do opening balances post and mark? Receivables against `opening:unproven`, units where traced one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.money import Money
from ecluse.office.models import Unit
from ecluse.office.opening.records import OpeningReceipt, OpeningReceivable, OpeningUnits
from ecluse.proceeds.terms import JournalEntry, Posting

UNPROVEN = "opening:unproven"
TRACED_SINGLY = "unit"
FATE = STATE = "opening"


def owed_before(owed: OpeningReceivable) -> JournalEntry:
    """What does an opening receivable post? The debtor owes it; that it is owed nobody has proven."""
    return _entry(owed.id, f"receivable:{owed.debtor}", UNPROVEN, owed.money, owed.as_of)


def received_for(receipt: OpeningReceipt, owed: OpeningReceivable) -> JournalEntry:
    """What does a receipt for it post? The bank holds the money; the debtor owes so much less."""
    return _entry(receipt.id, f"cash:{receipt.bank}", f"receivable:{owed.debtor}", receipt.money, receipt.on)


def _entry(subject: str, debit: str, credit: str, money: Money, on: date) -> JournalEntry:
    return JournalEntry(f"entry:{subject}", None, subject, (Posting(debit, money), Posting(credit, -money)), on)


def is_traced_singly(law: Law, class_: str, on: date) -> bool:
    """Is this class traced unit by unit on this day? A class without a row is."""
    levels = [row["level"] for row in law["custody/levels"].in_force(on) if row["class"] == class_]
    return not levels or levels[-1] == TRACED_SINGLY


def unit_rows(runs: Iterable[OpeningUnits], law: Law) -> Iterator[Unit]:
    """Which rows of units do these runs come to? A class that is traced by crate or lot stays a run."""
    for run in runs:
        if is_traced_singly(law, run.class_, run.as_of):
            for number in range(run.first, run.last + 1):
                yield Unit(
                    serial=run.serial(number), block=run.id, number=number, model=run.model, fate=FATE,
                    custodian=run.custodian, authority=run.authority, state=STATE, tranche="", on=run.as_of,
                )  # fmt: skip
