"""Opening balances and tables that were brought in: counted apart, never called proven, and accepted by two persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ecluse.base.canon import canonical, digest
from ecluse.base.errors import EvidenceError
from ecluse.base.money import Money
from ecluse.custody.serials import is_in_block, parse
from ecluse.custody.terms import SerialBlock
from ecluse.office.audit.p6_records import main_subject
from ecluse.office.audit.reading import Filed, Reading, law_rows
from ecluse.office.audit.report import Tally
from ecluse.office.opening.records import (
    AcceptedImport,
    OpeningLicence,
    OpeningReceipt,
    OpeningReceivable,
    OpeningUnits,
    ProposedImport,
)

UnitRow = tuple[object, ...]
ACCEPTS = "office.accept_import"
# What the deed that accepts a table seals beside the table's own records.
BESIDE = frozenset({"accepted_import/1", "acted_by/1", "journal_entry/1"})


def opening_licences_stand_apart(reading: Reading, tally: Tally) -> None:
    """P1: how many licences were taken over? Nothing that leaves here leaves under one of them."""
    taken = reading.of(OpeningLicence)
    if taken:
        tally.count("opening_licences_unproven", len(taken))
        tally.count("opening_licence_units_unproven", sum(row.value.units_left for row in taken))
        tally.unchecked.append("opening_licences")
        _call_nothing_kept(tally)


def _call_nothing_kept(tally: Tally) -> None:
    """Where a promise counts nothing but opening balances, it has nothing of its own to keep."""
    # Rows of units are counted whoever made them; what a line here made is counted as numbers besides.
    tally.has_nothing_to_keep = all(name == "units" or name.startswith("opening_") for name in tally.counts)


def imports_are_by_two(reading: Reading, tally: Tally) -> None:
    """P4: was every table accepted by another person of another authority, as it was proposed, before it was filed?"""
    proposals = {row.value.id: row for row in reading.of(ProposedImport)}
    accepted = {row.place: row for row in reading.of(AcceptedImport)}

    filed_by: dict[str, list[Filed]] = defaultdict(list)
    for filed in reading.rows:
        if filed.action == ACCEPTS:
            filed_by[main_subject(reading, filed)].append(filed)
    for id in sorted(set(filed_by) - {row.value.proposal for row in accepted.values()}):
        tally.broken("import_not_accepted", id, filed_by[id][0].on, rests=[id], records=len(filed_by[id]))

    def check(row: Filed) -> None:
        answer: AcceptedImport = row.value
        tally.count("imports_accepted")
        found = proposals.get(answer.proposal)
        if found is None:
            tally.broken("import_not_proposed", answer.id, row.on, rests=[row.subject])
            return
        proposal: ProposedImport = found.value
        if answer.acceptor == proposal.proposer or answer.authority == proposal.authority:
            tally.broken("import_by_one", answer.id, row.on, rests=[row.subject], officer=answer.acceptor)
        if (answer.file, answer.rows) != (proposal.file, proposal.rows):
            tally.broken("import_differs", answer.id, row.on, rests=[row.subject], proposal=proposal.id)
        own = [[r.rid, r.subject, r.digest] for r in filed_by.get(answer.proposal, ()) if r.v not in BESIDE]
        tally.count("import_records", len(own))
        if digest(canonical(sorted(own))) != answer.rows:
            tally.broken("import_not_as_accepted", answer.id, row.on, rests=[row.subject, *(r[1] for r in own)])
        for filed, name, body in ((found, proposal.proposer, proposal.authority), (row, row.actor, answer.authority)):
            if filed.actor != name or not _holds(reading, filed, body):
                tally.broken("officer_not_in_office", filed.rid, filed.on, rests=[filed.subject], officer=name)

    tally.each(accepted.values(), check, lambda row: row.rid)


def _holds(reading: Reading, row: Filed, authority: str) -> bool:
    from ecluse.office.audit.p4 import officer_on

    if officer_on(reading, row.actor, row.on) is None:
        return False
    bodies = {found.value.authority for found in reading.by_subject.get(row.actor, ()) if found.v == "officer/1"}
    deputised = {
        found.value.body for found in reading.by_subject.get(row.subject, ())
        if found.v == "acted_by/1" and found.value.person == row.actor
    }  # fmt: skip
    return authority in bodies | deputised


def opening_units_stand_apart(reading: Reading, tally: Tally) -> None:
    """P5: how many units were abroad before? Not born here: counted apart; but no number twice, nor in a block."""
    runs = reading.of(OpeningUnits)
    if not runs:
        return
    tally.count("opening_units_unproven", sum(row.value.last - row.value.first + 1 for row in runs))
    tally.unchecked.append("opening_units")
    _call_nothing_kept(tally)
    by_prefix: dict[tuple[str, int], list[Filed]] = defaultdict(list)
    for row in runs:
        by_prefix[row.value.prefix, row.value.digits].append(row)
    for rows in by_prefix.values():
        rows.sort(key=lambda row: (row.value.first, row.rid))
        for before, row in pairwise(rows):
            if row.value.first <= before.value.last:
                tally.broken(
                    "opening_number_twice", row.value.serial(row.value.first), row.on, rests=[row.rid, before.rid],
                    other=before.rid,
                )  # fmt: skip
    blocks = [row.value for row in reading.of(SerialBlock)]
    for row in runs:
        for block in (block for block in blocks if row.value.prefix.startswith(block.prefix)):
            for number in range(row.value.first, row.value.last + 1):
                serial = row.value.serial(number)
                if _is_of(serial, block):
                    tally.broken("opening_number_in_block", serial, row.on, rests=[row.rid, block.id], block=block.id)


def _is_of(serial: str, block: SerialBlock) -> bool:
    try:
        return is_in_block(parse(serial), block)
    except EvidenceError:
        return False


def opening_rows(reading: Reading) -> Iterator[tuple[tuple[str, int], UnitRow]]:
    """Which unit rows do opening runs come to, where their class is traced one by one?"""
    for row in reading.of(OpeningUnits):
        run: OpeningUnits = row.value
        levels = [law["level"] for law in law_rows("custody/levels", run.as_of) if law["class"] == run.class_]
        if not levels or levels[-1] == "unit":
            for number in range(run.first, run.last + 1):
                yield (run.id, number), (
                    run.serial(number), run.id, number, run.model, "opening", run.custodian, run.authority, "opening",
                    "", run.as_of,
                )  # fmt: skip


def opening_money(reading: Reading, tally: Tally) -> None:
    """P7: how much was owed before, and how much of it came? Counted apart, in entries; no more came than was owed."""
    owed = {row.value.id: row for row in reading.of(OpeningReceivable)}
    if not owed and not reading.of(OpeningReceipt):
        return
    tally.count("opening_receivables_unproven", len(owed))
    tally.unchecked.append("opening_receivables")
    paid: dict[str, int] = defaultdict(int)
    for row in reading.of(OpeningReceipt):
        receipt: OpeningReceipt = row.value
        tally.count("opening_receipts_unproven")
        debt = owed.get(receipt.receivable)
        paid[receipt.receivable] += receipt.money.minor
        if debt is None or debt.value.money.currency != receipt.money.currency:
            tally.broken("opening_receipt_of_nothing", receipt.id, row.on, rests=[row.subject])
        elif paid[receipt.receivable] > debt.value.money.minor:
            tally.broken("opening_receipt_beyond", receipt.id, row.on, rests=[row.subject], receivable=debt.rid)


def opening_money_records(reading: Reading) -> list[Filed]:
    """Which opening records move money?"""
    return [*reading.of(OpeningReceivable), *reading.of(OpeningReceipt)]


def opening_moves(reading: Reading, row: Filed) -> Iterator[tuple[str, str, Money]]:
    """What must stand in the books for this opening record: debit, credit, amount?"""
    value = row.value
    if isinstance(value, OpeningReceivable):
        yield f"receivable:{value.debtor}", "opening:unproven", value.money
    elif isinstance(value, OpeningReceipt):
        for debt in reading.about(value.receivable, OpeningReceivable)[:1]:
            yield f"cash:{value.bank}", f"receivable:{debt.value.debtor}", value.money
