"""What do the books say today? Sums of postings by account and currency, what is owed by whom and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Min, Q, QuerySet, Sum, When

from ecluse.base.money import Money
from ecluse.office.models import Posting, Tranche
from ecluse.office.views.things import Kept, records
from ecluse.proceeds.reckoning import after, receive_by
from ecluse.proceeds.terms import ContributionPolicy, Receipt, TitleTransfer

MOST_TRANCHES = 900  # one question's worth of names
OPENING_MARK = "opening"


@dataclass(frozen=True, slots=True)
class AccountSum:
    """What stands on one account in one currency: debits, credits, and the difference."""

    account: str
    debits: Money
    credits: Money

    @property
    def kind(self) -> str:
        """Under which account of the chart does it stand?"""
        head, _, rest = self.account.partition(":")
        return self.account if head == "fund" and rest in ("cash", "contributed") else _kind(self.account)

    @property
    def name(self) -> str:
        """Whose account is it? Empty for the fund's own."""
        return self.account.removeprefix(self.kind).removeprefix(":")

    @property
    def balance(self) -> Money:
        """What stands on it? Debits above zero."""
        return self.debits - self.credits


def _kind(account: str) -> str:
    parts = account.split(":")
    return ":".join(parts[:2]) if parts[0] in ("fund", OPENING_MARK) else parts[0]


def postings(orders: Iterable[str] | None) -> QuerySet[Posting]:
    """Which postings may be read: all, or those of these orders' tranches alone?"""
    rows = Posting.objects.all()
    if orders is None:
        return rows
    return rows.filter(entry__tranche__in=Tranche.objects.filter(order__in=list(orders)).values("tranche"))


def account_sums(rows: QuerySet[Posting]) -> list[AccountSum]:
    """What stands on every account in every currency? One question to the database."""
    found = rows.values_list("account", "currency").annotate(
        debits=Sum(Case(When(minor__gt=0, then="minor"), default=0)),
        credits=Sum(Case(When(minor__lt=0, then="minor"), default=0)),
    )
    return [
        AccountSum(account, Money(debits, currency), Money(-credits, currency))
        for account, currency, debits, credits in found.order_by("account", "currency")
    ]


def by_kind(sums: Iterable[AccountSum]) -> list[AccountSum]:
    """What stands on every account of the chart, its names taken together?"""
    found: dict[tuple[str, str], AccountSum] = {}
    for one in sums:
        key = (one.kind, one.debits.currency)
        before = found.get(key)
        found[key] = (
            AccountSum(one.kind, before.debits + one.debits, before.credits + one.credits)
            if before
            else AccountSum(one.kind, one.debits, one.credits)
        )
    return [found[key] for key in sorted(found)]


def trial(sums: Iterable[AccountSum]) -> list[AccountSum]:
    """What do all accounts sum to in every currency? A balance of zero, when the books are sound."""
    found: dict[str, AccountSum] = {}
    for one in sums:
        currency = one.debits.currency
        before = found.get(currency, AccountSum("", Money(0, currency), Money(0, currency)))
        found[currency] = AccountSum("", before.debits + one.debits, before.credits + one.credits)
    return [found[currency] for currency in sorted(found)]


# ------------------------------------------------------------------ what is owed


@dataclass(frozen=True, slots=True)
class Owed:
    """Somebody owes so much for one tranche, since a day, by a day; `days_late` is zero while there is time."""

    pk: str
    kind: str
    debtor: str
    tranche: str
    minor: int
    currency: str
    since: date
    pay_by: date | None
    days_late: int

    @property
    def money(self) -> Money:
        """How much is it?"""
        return Money(self.minor, self.currency)


def owed(rows: QuerySet[Posting], on: date) -> list[Owed]:
    """Which prices and contributions are not paid, and which of them late? The latest first."""
    kinds = Q(account__startswith="receivable:") | Q(account__startswith="contribution-due:")
    open_ = rows.filter(kinds).values_list("entry__tranche", "account", "currency").order_by()
    sums = list(open_.annotate(minor=Sum("minor"), since=Min("entry__on")).filter(minor__gt=0))
    terms = _Terms({tranche for tranche, *_ in sums})
    found = []
    for tranche, account, currency, minor, since in sums:
        kind, _, debtor = account.partition(":")
        pay_by = terms.pay_by(tranche, kind)
        late = max(0, (on - pay_by).days) if pay_by else 0
        found.append(
            Owed(f"{tranche}|{account}|{currency}", kind, debtor, tranche, minor, currency, since, pay_by, late)
        )
    return sorted(found, key=lambda one: (-one.days_late, one.pk))


class _Terms:
    """By which day is money of a tranche due? From its title, its receipts and the policy of that day."""

    def __init__(self, tranches: set[str]) -> None:
        names = sorted(tranches)[:MOST_TRANCHES]
        self.titles: dict[str, TitleTransfer] = {
            one.value.tranche: one.value for one in records(TitleTransfer, subject__in=names)
        }
        self.receipts: dict[str, list[Receipt]] = defaultdict(list)
        for one in records(Receipt, subject__in=names):
            self.receipts[one.value.tranche].append(one.value)
        self.policies = [one.value for one in records(ContributionPolicy)]

    def pay_by(self, tranche: str, kind: str) -> date | None:
        """By which day is it to be paid? None where no title or policy says it."""
        title = self.titles.get(tranche)
        policy = self._policy(title.on) if title else None
        if title is None or policy is None:
            return None
        latest = receive_by(title, policy)
        if kind == "receivable":
            return latest
        arrived = [r for r in self.receipts[tranche] if r.money.currency == title.invoice.currency]
        if sum(receipt.money.minor for receipt in arrived) >= title.invoice.minor:
            latest = min(latest, max([title.on, *(receipt.on for receipt in arrived)]))
        return after(latest, policy.days_to_contribute) if latest else None

    def _policy(self, on: date) -> ContributionPolicy | None:
        found = [p for p in self.policies if p.valid_from <= on and (p.valid_until is None or on <= p.valid_until)]
        return found[-1] if found else None


# ------------------------------------------------------------------ what the fund did


@dataclass(frozen=True, slots=True)
class ShortageRow:
    """One named shortage: what was set aside for it, spent on it, delivered to it, in one currency each."""

    pk: str
    class_: str
    units: int
    priority: int
    named_on: date
    units_bought: int
    units_accepted: int
    money: tuple[tuple[str, Money], ...]

    def of(self, kind: str) -> tuple[Money, ...]:
        """Which amounts are of this kind: allocated, spent, delivered?"""
        return tuple(amount for name, amount in self.money if name == kind)


def shortage_rows(
    sums: Iterable[AccountSum], shortages: Iterable[Kept], purchases: Iterable[Kept], deliveries: Iterable[Kept]
) -> list[ShortageRow]:
    """What was done for every shortage? Allocated counts all that was ever set aside, also what was spent since."""
    money: dict[str, list[tuple[str, Money]]] = defaultdict(list)
    for total in sums:
        kind = total.kind.removeprefix("fund:")
        if kind in ("allocated", "spent", "delivered") and total.name:
            money[total.name].append((kind, total.debits if kind == "delivered" else total.credits))
    bought: dict[str, int] = defaultdict(int)
    accepted: dict[str, int] = defaultdict(int)
    for one in purchases:
        bought[one.value.shortage] += one.value.units
    to = {one.value.id: one.value.shortage for one in purchases}
    for one in deliveries:
        accepted[to.get(one.value.purchase, "")] += one.value.units
    newest: dict[str, Any] = {one.value.id: one.value for one in shortages}
    return [
        ShortageRow(
            s.id, s.class_, s.units, s.priority, s.named_on, bought[s.id], accepted[s.id], tuple(money[s.id])
        )
        for s in newest.values()
    ]  # fmt: skip
