"""P7, the books: do the stored postings say what the sealed entries say, and the entries what the records say?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from ecluse.base.money import Money, Rounding
from ecluse.edge.law import newest_law
from ecluse.office.audit.opening import opening_money_records, opening_moves
from ecluse.office.audit.p7_claims import money_records, policy_on, rate_on
from ecluse.office.audit.reading import Filed, Reading, day_of
from ecluse.office.audit.report import Tally
from ecluse.office.models import Entry, Posting
from ecluse.proceeds.contribution import due_under
from ecluse.proceeds.ledger import chart_row, trial
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    JournalEntry,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    TitleTransfer,
)

Amounts = dict[tuple[str, str], int]


def entries_balance(reading: Reading, tally: Tally) -> None:
    """Does every sealed entry sum to zero in every currency, on accounts of the chart, under an id of its own?"""
    chart = newest_law()["proceeds/accounts"]
    known: dict[str, bool] = {}
    seen: set[str] = set()
    for row in reading.of(JournalEntry):
        entry: JournalEntry = row.value
        tally.count("entries")
        tally.count("postings", len(entry.postings))
        for money in trial([entry]):
            if money.minor:
                tally.broken("entry_unbalanced", entry.id, row.on, rests=[row.subject], difference=money)
        for posting in entry.postings:
            account = posting.account
            if account not in known:
                known[account] = chart_row(account, chart) is not None
            if not known[account]:
                tally.broken("account_unknown", entry.id, row.on, rests=[row.subject], account=account)
        if entry.id in seen:
            tally.broken("entry_twice", entry.id, row.on, rests=[row.subject])
        seen.add(entry.id)


def postings_are_entries(reading: Reading, tally: Tally) -> None:
    """Do the stored rows of the books equal the sealed entries to the minor unit?"""
    entries = {row.value.id: row for row in reading.of(JournalEntry)}
    stored = {rid: (tranche, day_of(on)) for rid, tranche, on in Entry.objects.values_list("rid", "tranche", "on")}
    for rid in sorted(set(stored) | set(entries)):
        row = entries.get(rid)
        wanted = (row.value.tranche or "", row.value.on) if row else None
        if stored.get(rid) != wanted:
            day = row.on if row else stored[rid][1]
            tally.broken("entry_row_differs", rid, day, rests=[row.subject if row else stored[rid][0]])
    wanted_postings = {
        f"{id}/{number}": (id, posting.account, posting.money.currency, posting.money.minor)
        for id, row in entries.items()
        for number, posting in enumerate(row.value.postings, 1)
    }
    columns = ("id", "entry_id", "account", "currency", "minor")
    for id, *rest in Posting.objects.order_by("id").values_list(*columns).iterator(chunk_size=5000):
        sealed = wanted_postings.pop(id, None)
        if sealed != tuple(rest):
            row = entries.get(str(rest[0]))
            tally.broken(
                "posting_differs", id, row.on if row else None, rests=[row.subject if row else str(rest[0])],
                stored=_line(tuple(rest)), sealed=_line(sealed),
            )  # fmt: skip
    for id, sealed in sorted(wanted_postings.items()):
        row = entries[sealed[0]]
        tally.broken("posting_missing", id, row.on, rests=[row.subject], sealed=_line(sealed))


def _line(posting: tuple[str, str, str, int] | tuple[object, ...] | None) -> str:
    return f"{posting[1]} {posting[3]} {posting[2]}" if posting else "-"


def records_are_posted(reading: Reading, tally: Tally) -> None:
    """Does every title, receipt, contribution, allocation, purchase and acceptance stand in the books as it is?"""
    booked: dict[str, Amounts] = defaultdict(lambda: defaultdict(int))
    days: dict[str, date] = {}
    for row in reading.of(JournalEntry):
        for posting in row.value.postings:
            booked[row.value.subject][posting.account, posting.money.currency] += posting.money.minor
        days[row.value.subject] = row.on
    corrected = {row.value.id for row in reading.of(JournalEntry)}

    def check(row: Filed) -> None:
        wanted = {key: minor for key, minor in _expected(reading, row).items() if minor}
        found = {key: minor for key, minor in booked.pop(row.value.id, {}).items() if minor}
        tally.count("records_posted")
        if found != wanted:
            tranche = getattr(row.value, "tranche", "")
            tally.broken(
                "record_not_posted", row.value.id, row.on, rests=[row.subject, tranche], booked=_text(found),
                expected=_text(wanted),
            )  # fmt: skip

    tally.each([*money_records(reading), *opening_money_records(reading)], check, lambda row: row.rid)
    for subject in sorted(set(booked) - corrected):
        tally.broken("entry_without_record", subject, days.get(subject), rests=[subject], booked=_text(booked[subject]))


def _text(amounts: Amounts) -> str:
    return "; ".join(f"{account} {minor} {currency}" for (account, currency), minor in sorted(amounts.items())) or "-"


def _expected(reading: Reading, row: Filed) -> Amounts:
    """What must stand in the books for this record, all its entries together?"""
    found: Amounts = defaultdict(int)
    for debit, credit, money in _moves(reading, row):
        found[debit, money.currency] += money.minor
        found[credit, money.currency] -= money.minor
    return found


def _moves(reading: Reading, row: Filed) -> Iterator[tuple[str, str, Money]]:
    value = row.value
    sale = reading.newest(value.tranche, Sale) if hasattr(value, "tranche") else None
    if isinstance(value, TitleTransfer) and sale:
        yield f"receivable:{sale.buyer}", f"sales:{sale.exporter}", value.invoice
        policy, rate = policy_on(reading, value.on), rate_on(reading, value.invoice.currency, value.on)
        due = due_under(policy.rule, sale, value, (), policy, rate) if policy else None
        if due is not None:
            yield f"contribution-due:{sale.exporter}", "fund:contributed", due
    elif isinstance(value, Receipt) and sale:
        yield f"cash:{value.bank}", f"receivable:{sale.buyer}", value.money
    elif isinstance(value, Contribution) and sale:
        yield "fund:cash", f"contribution-due:{sale.exporter}", value.money
    elif isinstance(value, Allocation):
        yield "fund:contributed", f"fund:allocated:{value.shortage}", value.money
    elif isinstance(value, Purchase):
        yield f"supplier:{value.supplier}", "fund:cash", value.money
        yield f"fund:allocated:{value.shortage}", f"fund:spent:{value.shortage}", value.money
    elif isinstance(value, PurchaseDelivery):
        yield from _accepted(reading, row)
    else:
        yield from opening_moves(reading, row)


def _accepted(reading: Reading, row: Filed) -> Iterator[tuple[str, str, Money]]:
    """The value of accepted units is the difference of two shares of the purchase, so that parts sum to it exactly."""
    delivery: PurchaseDelivery = row.value
    purchase = next((p.value for p in reading.about(row.subject, Purchase) if p.value.id == delivery.purchase), None)
    if purchase is None:
        return
    before = 0
    for other in reading.about(row.subject, PurchaseDelivery):
        if other is row:
            break
        before += other.value.units if other.value.purchase == delivery.purchase else 0
    shares = [purchase.money.share(units, purchase.units, Rounding.DOWN) for units in (before, before + delivery.units)]
    yield f"fund:delivered:{purchase.shortage}", f"supplier:{purchase.supplier}", shares[1] - shares[0]
