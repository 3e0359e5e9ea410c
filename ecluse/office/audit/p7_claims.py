"""What do the records say of one tranche's money? The facts of its sale, put together again."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.custody.terms import CustodyFinding, CustodyStage
from ecluse.licence.terms import Licence
from ecluse.office.audit.reading import Filed, Reading, in_force, order_of
from ecluse.order import Gate
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    ContributionPolicy,
    Entered,
    ProceedsClaim,
    Purchase,
    PurchaseDelivery,
    RateOfDay,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)

MONEY = (TitleTransfer, Receipt, Contribution, Allocation, Purchase, PurchaseDelivery)


def money_records(reading: Reading) -> list[Filed]:
    """Which records move money or value?"""
    return [row for cls in MONEY for row in reading.of(cls)]


def policy_on(reading: Reading, day: date) -> ContributionPolicy | None:
    """Which contribution policy binds on this day?"""
    found: ContributionPolicy | None = in_force(
        (row.value for row in reading.about("policy:contribution", ContributionPolicy)), day
    )
    return found


def rate_on(reading: Reading, currency: str, day: date) -> RateOfDay | None:
    """What was the official rate of this currency on this day?"""
    memo: dict[tuple[str, date], RateOfDay] | None = reading.kept("rates")
    if memo is None:
        memo = reading.keep("rates", {(row.value.base, row.value.on): row.value for row in reading.of(RateOfDay)})
    return memo.get((currency, day))


def allocations_of(reading: Reading) -> dict[str, list[Filed]]:
    """Which allocations were made from each tranche's contribution?"""
    found = reading.kept("allocations")
    if found is None:
        found = defaultdict(list)
        for row in reading.of(Allocation):
            found[row.value.tranche].append(row)
        reading.keep("allocations", found)
    return dict(found)


def purchases_citing(reading: Reading) -> dict[str, list[Filed]]:
    """Which purchases draw on each allocation?"""
    found = reading.kept("purchases_citing")
    if found is None:
        found = defaultdict(list)
        for row in reading.of(Purchase):
            for cited in row.value.allocations:
                found[cited].append(row)
        reading.keep("purchases_citing", found)
    return dict(found)


def deliveries_of(reading: Reading) -> dict[str, list[PurchaseDelivery]]:
    """What did the army accept of each purchase?"""
    found = reading.kept("deliveries")
    if found is None:
        found = defaultdict(list)
        for row in reading.of(PurchaseDelivery):
            found[row.value.purchase].append(row.value)
        reading.keep("deliveries", found)
    return dict(found)


def claims(reading: Reading) -> dict[str, ProceedsClaim]:
    """What is known of the money of every tranche to which title passed?"""
    found = reading.kept("claims")
    if found is None:
        allocations = {row.value.id: row.value for row in reading.of(Allocation)}
        shortages = {row.value.id: row for row in reading.of(Shortage)}
        found = {}
        for row in reading.of(TitleTransfer):
            found[row.value.tranche] = _claim(reading, row.value, allocations, shortages)
        reading.keep("claims", found)
    return dict(found)


def _claim(
    reading: Reading, title: TitleTransfer, allocations: dict[str, Allocation], shortages: dict[str, Filed]
) -> ProceedsClaim:
    tranche = title.tranche
    order = order_of(tranche)
    licence = reading.newest(order, Licence)
    own = [row.value for row in allocations_of(reading).get(tranche, ())]
    bought = {p.value.id: p.value for a in own for p in purchases_citing(reading).get(a.id, ())}
    cited = dict.fromkeys([id for p in bought.values() for id in p.allocations] + [a.id for a in own])
    named = dict.fromkeys(a.shortage for a in own)
    currency = title.invoice.currency
    units, month = title.units, Month.of(title.on)
    custody = CustodyFinding(tranche, CustodyStage.DELIVERY, units, units, 0, 0, title.on, month)
    return ProceedsClaim(
        tranche, order, custody, _custody_hearing(reading, tranche), reading.newest(tranche, Sale),
        licence.value if licence else Money(0, currency), licence.units if licence else 0, title,
        tuple(row.value for row in reading.about(tranche, Receipt)), rate_on(reading, currency, title.on),
        policy_on(reading, title.on), (), tuple(row.value for row in reading.about(tranche, Contribution)),
        tuple(allocations[id] for id in cited if id in allocations),
        tuple(shortages[id].value for id in named if id in shortages),
        tuple(Entered(id, shortages[id].on) for id in named if id in shortages), tuple(bought.values()),
        tuple(d for id in bought for d in deliveries_of(reading).get(id, ())), None, (), (),
    )  # fmt: skip


def _custody_hearing(reading: Reading, tranche: str) -> str:
    heard = reading.last_hearing(tranche, Gate.CUSTODY)
    return heard.digest if heard else ""
