"""Which claims are about money and about time? What came in, what it bought, and by which month it could be seen."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.custody.terms import Loss, Sighting
from ecluse.office.audit.figures import spent_and_reinvested
from ecluse.office.audit.p7_claims import claims
from ecluse.office.audit.reading import Reading
from ecluse.office.claims.terms import Claim, Measure, Measured, percent, released, status_of
from ecluse.office.registers import DeliveryMade
from ecluse.proceeds.reinvestment import TrancheMoney, money_of_tranche
from ecluse.proceeds.terms import PurchaseDelivery, Receipt

HOME_CURRENCY = "UAH"
NINE_TENTHS = 90
SOON_DAYS = 365


def receipts(claim: Claim) -> Measured:
    """A10: did foreign currency come in?"""
    sums: Counter[str] = Counter()
    for row in claim.reading.of(Receipt):
        sums[row.value.money.currency] += row.value.money.minor
    foreign = tuple(Money(sums[c], c) for c in sorted(sums) if c != HOME_CURRENCY)
    days = [row.value.on for row in claim.reading.of(Receipt)]
    return Measured(
        status_of(supported=any(money.minor > 0 for money in foreign), contradicted=False),
        {
            "receipts": len(days), "sums": foreign, "first": min(days, default=None), "last": max(days, default=None),
        },
    )  # fmt: skip


def reinvested(claim: Claim) -> Measured:
    """A11: did the contributions that fell due buy weapons for named shortages, and were these delivered?"""
    reading = claim.reading
    money = [money_of_tranche(sale, reading.today()) for _, sale in sorted(claims(reading).items())]
    received, due = (_sums(money, name) for name in ("received", "due"))
    _, bought = spent_and_reinvested(reading)
    overdue: Counter[str] = Counter()
    for each in money:
        for late in each.overdue:
            overdue[late.money.currency] += late.money.minor
    shares = [percent(bought.get(c, 0), minor) for c, minor in due.items() if minor]
    known = [share for share in shares if share is not None]
    return Measured(
        status_of(
            supported=bool(known) and min(known) >= NINE_TENTHS,
            contradicted=bool(known) and max(known) == 0,
        ),
        {
            "received": _amounts(received), "due": _amounts(due), "bought": _amounts(bought),
            "overdue": _amounts(overdue), "tenths": NINE_TENTHS,
            "of_due": _shares(bought, due), "of_received": _shares(bought, received),
        },
    )  # fmt: skip


def _sums(money: list[TrancheMoney], name: str) -> dict[str, int]:
    """What do the known parts of this sum come to, currency by currency?"""
    sums: Counter[str] = Counter()
    for each in money:
        part: Money | None = getattr(each, name)
        if part is not None:
            sums[part.currency] += part.minor
    return dict(sums)


def _shares(part: dict[str, int], whole: dict[str, int]) -> tuple[str, ...]:
    """How many hundredths of each currency's whole is its part?"""
    return tuple(f"{c} {percent(part.get(c, 0), whole[c])} %" for c in sorted(whole) if whole[c])


def _amounts(sums: dict[str, int] | Counter[str]) -> tuple[Money, ...]:
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def by_month(claim: Claim) -> Measured:
    """B12: did results show within a year of what was said: units out, money in, weapons bought?"""
    reading = claim.reading
    bought = [row.value.on for row in reading.of(PurchaseDelivery)]
    first = min(bought, default=None)
    limit = claim.said_on + timedelta(SOON_DAYS)
    days = [row.on for row in released(reading)]
    return Measured(
        status_of(
            supported=first is not None and first <= limit,
            contradicted=first is None and reading.today() > limit,
        ),
        {
            "first_release": min(days, default=None),
            "first_receipt": min((row.value.on for row in reading.of(Receipt)), default=None),
            "first_bought": first, "limit": limit, "months": monthly(reading),
        },
    )  # fmt: skip


def monthly(reading: Reading) -> tuple[str, ...]:
    """What happened in each month: units released, delivered, lost, seen, and bought for the army?"""
    months: dict[Month, Counter[str]] = {}

    def add(month: Month, **units: int) -> None:
        months.setdefault(month, Counter()).update(units)

    for row in released(reading):
        add(Month.of(row.on), out=row.value.units)
    for row in reading.of(DeliveryMade):
        add(Month.of(row.value.on), delivered=row.value.units)
    for row in reading.of(Loss):
        add(Month.of(row.value.on), lost=row.value.units)
    for row in reading.of(Sighting):
        add(Month.of(row.value.on), seen=1)
    for row in reading.of(PurchaseDelivery):
        add(Month.of(row.value.on), bought=row.value.units)
    names = ("out", "delivered", "lost", "seen", "bought")
    return tuple(f"{month} {'/'.join(str(months[month][name]) for name in names)}" for month in sorted(months))


SALES = ("orders", "rates", "contribution_policies", "conduct")
MEASURES = {
    "A10": Measure(receipts, SALES),
    "A11": Measure(reinvested, (*SALES, "shortages", "suppliers")),
    "B12": Measure(by_month, (*SALES, "shortages")),
}
