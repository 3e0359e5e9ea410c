"""What may a stranger know of the money? Totals that conserve by currency, purchases by priority, one sale's story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.money import Money, Rounding, divide
from ecluse.base.signing import Key, Signature
from ecluse.edge.public_audit_goods import PARTS
from ecluse.licence.terms import ProposedDecision
from ecluse.office.models import SignatureRow
from ecluse.office.publish.hearings import Heard
from ecluse.office.publish.reading import Placed, Reading, by, publication_term, whole
from ecluse.order import Gate
from ecluse.proceeds.ledger import FUND_CASH
from ecluse.proceeds.reckoning import after, receive_by
from ecluse.proceeds.reinvestment import SignedBudget, displaced_budget
from ecluse.proceeds.terms import (
    Allocation,
    BudgetFigure,
    Contribution,
    ContributionPolicy,
    JournalEntry,
    Purchase,
    PurchaseDelivery,
    RateOfDay,
    Receipt,
    Shortage,
    TitleTransfer,
)

# Which account, on which side, adds to which total?
DEBITS = {
    "receivable": "invoiced", "contribution-due": "due", "fund:cash": "paid",
    "fund:delivered": "delivered",
}  # fmt: skip
CREDITS = {"contribution-due": "settled", "fund:allocated": "allocated", "fund:spent": "spent"}
RIVER = tuple(gate for gate in Gate if gate is not Gate.DEPARTURE)  # a departure moves no tranche
SUMS = ("invoiced", "due", "settled", "paid", "allocated", "spent", "delivered")


def money_told(reading: Reading, hearings: list[Heard]) -> dict[str, Any]:
    """What is told of the money under the law of publication in force?"""
    minimum = publication_term(reading.law, "minimum_count", reading.as_of)
    return proceeds(reading, hearings, minimum, publication_term(reading.law, "story_digits", reading.as_of))


def proceeds(reading: Reading, hearings: list[Heard], minimum: int, digits: int) -> dict[str, Any]:
    """Which totals of the money are public, and which one sale is told?"""
    sales: Counter[str] = Counter(title.invoice.currency for title in reading.values(TitleTransfer))
    shown = {currency for currency, count in sales.items() if count >= minimum}
    totals, displaced = _totals(reading), _displaced(reading)
    for currency in totals.keys() & displaced.keys():
        totals[currency]["displaced_budget_minor"] = whole(displaced[currency])
    found = {
        "currencies": [{"currency": currency, **totals[currency]} for currency in sorted(shown)],
        "withheld": sorted(totals.keys() - shown),
        "minimum_count": minimum,
        "purchases": _purchases(reading, minimum),
    }
    story = _story(reading, hearings, shown, digits)
    return {**found, "story": story} if story else found


def _totals(reading: Reading) -> dict[str, dict[str, Any]]:
    """What do the books sum to in each currency, and how much of what is owed is overdue?

    What is overdue or beyond the rule is told however few sales make it up: who breaks a term is not protected by it.
    """
    books: dict[str, Counter[str]] = defaultdict(Counter)
    entries = reading.values(JournalEntry)
    for entry in entries:
        for posting in entry.postings:
            name = _total_of(posting.account, posting.money.minor)
            if name:
                books[posting.money.currency][name] += abs(posting.money.minor)
    parts = _parts(reading, entries)
    found = {}
    for currency, sums in books.items():
        minor = {name: sums[name] for name in SUMS} | {name: parts[currency, name] for name in PARTS}
        minor |= {"received": parts[currency, "received"], "idle": sums["paid"] - sums["spent"]}
        form: dict[str, Any] = {f"{name}_minor": whole(amount) for name, amount in minor.items()}
        if minor["received"] > 0:
            form["reinvested_per_mille"] = divide(1000 * sums["spent"], minor["received"], Rounding.DOWN)
        found[currency] = {**form, "is_vacuous": sums["due"] == 0}
    return found


def _displaced(reading: Reading) -> dict[str, int]:
    """How much state budget did the purchases only replace, by currency? Left out where no signed figure says it."""
    figures = reading.placed(BudgetFigure)
    rows = SignatureRow.objects.filter(digest__in=[figure.digest for figure in figures]).order_by("id")
    signatures = by([(row.digest, Signature(row.key, row.on, row.value_hex)) for row in rows], lambda item: item[0])
    signed = tuple(
        SignedBudget(figure.value, tuple(made for _, made in signatures.get(figure.digest, ()))) for figure in figures
    )
    spent: dict[str, Counter[str]] = defaultdict(Counter)
    for purchase in reading.values(Purchase):
        spent[purchase.money.currency][purchase.class_] += purchase.money.minor
    found = {title.invoice.currency: 0 for title in reading.values(TitleTransfer)}
    for currency, by_class in spent.items():
        sums = {class_: Money(minor, currency) for class_, minor in by_class.items()}
        money = displaced_budget(sums, signed, tuple(reading.values(Key)))
        found.pop(currency, None)
        if money is not None:
            found[currency] = money.minor
    return found


def _total_of(account: str, minor: int) -> str | None:
    kinds = DEBITS if minor > 0 else CREDITS
    return next((name for kind, name in kinds.items() if account == kind or account.startswith(f"{kind}:")), None)


def _parts(reading: Reading, entries: Iterable[JournalEntry]) -> Counter[tuple[str, str]]:
    """How much, sale by sale, is overdue, within their term, overpaid, unallocated or allocated beyond?

    A purchase pools sales and names none, so its entries stay out of what a sale has unallocated.
    """
    owed: Counter[tuple[str, str]] = Counter()
    aside: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for posting in entry.postings if entry.tranche else ():
            slot = (entry.tranche or "", posting.money.currency)
            if posting.account.startswith("contribution-due:"):
                owed[slot] += posting.money.minor
            elif posting.account == FUND_CASH or posting.account.startswith("fund:allocated:"):
                aside[slot] += posting.money.minor
    titles = {title.tranche: title for title in reading.values(TitleTransfer)}
    receipts = by(reading.values(Receipt), lambda receipt: receipt.tranche)
    policies = reading.values(ContributionPolicy)
    found: Counter[tuple[str, str]] = Counter()
    for (_, currency), minor in aside.items():
        found[currency, "allocated_beyond" if minor < 0 else "unallocated"] += abs(minor)
    for (tranche, currency), minor in owed.items():
        title = titles.get(tranche)
        pay_by = _pay_by(title, receipts.get(tranche, []), policies) if title else None
        is_late = pay_by is not None and reading.as_of > pay_by
        found[currency, "overpaid" if minor < 0 else "overdue" if is_late else "within_term"] += abs(minor)
    for receipt in (receipt for own in receipts.values() for receipt in own):
        title = titles.get(receipt.tranche)
        is_contract = title is not None and title.invoice.currency == receipt.money.currency
        found[receipt.money.currency, "received" if is_contract else "received_otherwise"] += receipt.money.minor
    for tranche, title in titles.items():
        policy = _policy_on(policies, title.on)
        missing = title.invoice.minor - _arrived(title, receipts.get(tranche, []))
        if policy and missing > 0 and reading.as_of > receive_by(title, policy):
            found[title.invoice.currency, "price_overdue"] += missing
    return found


def _arrived(title: TitleTransfer, receipts: Iterable[Receipt]) -> int:
    return sum(receipt.money.minor for receipt in receipts if receipt.money.currency == title.invoice.currency)


def _pay_by(title: TitleTransfer, receipts: list[Receipt], policies: Iterable[ContributionPolicy]) -> date | None:
    """By which day must the contribution be paid? The term runs from the last receipt of a full price."""
    policy = _policy_on(policies, title.on)
    if policy is None:
        return None
    latest = receive_by(title, policy)
    if _arrived(title, receipts) >= title.invoice.minor:
        latest = min(latest, max([title.on, *(receipt.on for receipt in receipts)]))
    return after(latest, policy.days_to_contribute)


def _policy_on(policies: Iterable[ContributionPolicy], on: date) -> ContributionPolicy | None:
    in_force = [p for p in policies if p.valid_from <= on and (p.valid_until is None or on <= p.valid_until)]
    return in_force[-1] if in_force else None


def _purchases(reading: Reading, minimum: int) -> dict[str, Any]:
    """How many purchases were made and how many units accepted, by the priority of the shortage? No class, no few."""
    priority = {shortage.id: shortage.priority for shortage in reading.values(Shortage)}
    accepted: Counter[str] = Counter()
    for delivery in reading.values(PurchaseDelivery):
        accepted[delivery.purchase] += delivery.units
    made: Counter[int] = Counter()
    units: Counter[int] = Counter()
    for purchase in reading.values(Purchase):
        rank = priority.get(purchase.shortage, 0)
        made[rank] += 1
        units[rank] += accepted[purchase.id]
    shown = [rank for rank in sorted(made) if rank and made[rank] >= minimum]
    return {
        "by_priority": [{"priority": rank, "purchases": made[rank], "units_accepted": units[rank]} for rank in shown],
        "fewer_than_minimum": sorted(rank for rank in made if rank not in shown),
    }


def _story(reading: Reading, hearings: list[Heard], shown: set[str], digits: int) -> dict[str, Any] | None:
    """Which passed sale is told? The one whose tranche, after the root over all logs, has the smallest digest."""
    passed = {
        item.tranche: item
        for item in hearings
        if item.gate is Gate.PROCEEDS and item.finding and not item.finding["vacuous"]
        and item.finding["due"][1] in shown
    }  # fmt: skip
    if not passed:
        return None
    chosen = min(passed, key=lambda tranche: draw_of(reading.log_root, tranche))
    last = passed[chosen]
    assert last.finding is not None
    amounts = {
        f"{name}_minor": whole(round_down(int(last.finding[name][0]), digits))
        for name in ("received", "due", "paid", "allocated")
    }
    tranches = {chosen, f"{last.order}/0"}
    gates = [
        {"gate": item.gate.value, "day": item.on.isoformat(), "verdict": item.verdict, **item.place}
        for item in sorted(_passes(hearings, tranches), key=lambda item: (item.on, RIVER.index(item.gate)))
    ]
    return {
        "draw": {"log_root": reading.log_root, "digest": draw_of(reading.log_root, chosen), "among": len(passed)},
        "gates": gates,
        "authorities": _authorities(reading, last.order),
        "currency": last.finding["due"][1],
        "amounts_rounded_down": {"leading_digits": digits, **amounts},
        "steps": _steps(reading, chosen),
    }


def _passes(hearings: Iterable[Heard], tranches: set[str]) -> list[Heard]:
    """Which gates passed these tranches?"""
    return [item for item in hearings if item.tranche in tranches and item.verdict == "passed" and item.gate in RIVER]


def draw_of(root: str, tranche: str) -> str:
    """By which digest is a tranche drawn? Nobody knows the root before the logs are closed."""
    return digest(f"{root}{tranche}".encode())


def round_down(minor: int, digits: int) -> int:
    """What is this amount with only its leading digits kept?

    >>> round_down(1234567, 2), round_down(7, 2)
    (1200000, 7)
    """
    scale = 10 ** max(0, len(str(abs(minor))) - digits)
    return minor // scale * scale


def _authorities(reading: Reading, order: str) -> list[str]:
    found = [record.value for record in reading.placed(ProposedDecision) if record.order == order]
    return [found[-1].author_authority, found[-1].countersigner_authority] if found else []


def _steps(reading: Reading, tranche: str) -> list[dict[str, Any]]:
    """On which days did title pass, money come, a contribution follow, a shortage get it, a purchase and its units?"""
    titles = [r for r in reading.placed(TitleTransfer) if r.value.tranche == tranche]
    steps: list[tuple[str, Placed]] = [("title", record) for record in titles]
    for name, cls in (("receipt", Receipt), ("contribution", Contribution), ("allocation", Allocation)):
        steps += [(name, record) for record in reading.placed(cls) if record.value.tranche == tranche]
    allocations = {record.value.id for name, record in steps if name == "allocation"}
    purchases = [r for r in reading.placed(Purchase) if allocations & set(r.value.allocations)]
    bought = {record.value.id for record in purchases}
    steps += [("purchase", record) for record in purchases]
    steps += [("acceptance", record) for record in reading.placed(PurchaseDelivery) if record.value.purchase in bought]
    for title in titles:
        money: Money = title.value.invoice
        asked = (money.currency, title.value.on)
        steps += [("rate", r) for r in reading.placed(RateOfDay) if (r.value.base, r.value.on) == asked]
    return [{"step": name, "day": record.on.isoformat(), **record.place()} for name, record in steps]
