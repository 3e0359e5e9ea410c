"""P7, the money: is what is due paid, what is paid set aside for a named shortage, what is set aside spent on it?"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from ecluse.edge.law import newest_law
from ecluse.office.audit.p7_claims import claims, deliveries_of, money_records
from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.order import Gate
from ecluse.proceeds.reckoning import term_in_days
from ecluse.proceeds.reinvestment import TrancheMoney, money_of_tranche
from ecluse.proceeds.terms import Allocation, Contribution, Purchase, Shortage, TitleTransfer


def money_is_home_or_named(reading: Reading, tally: Tally) -> None:
    """Is every sum whose term has run received and paid, or held by name in a hearing?"""
    today = reading.today()
    stated: dict[str, TrancheMoney] = reading.keep("money", {})
    overdue: list[tuple[str, str, int, str]] = reading.keep("overdue", [])

    def check(tranche: str) -> None:
        claim = claims(reading)[tranche]
        stated[tranche] = money_of_tranche(claim, today)
        tally.count("sales")
        if claim.sale is None:
            tally.broken("sale_missing", tranche, claim.title.on if claim.title else None, rests=_rests(tranche))
        for late in stated[tranche].overdue:
            tally.count("sums_overdue")
            overdue.append((tranche, late.money.currency, late.money.minor, late.debtor))
            tally.broken_unless(
                reading.is_held(tranche, Gate.PROCEEDS), "money_overdue", tranche, late.since, rests=_rests(tranche),
                debtor=late.debtor, money=late.money,
            )  # fmt: skip

    tally.each(sorted(claims(reading)), check, str)
    _without_title(reading, tally)


def _rests(tranche: str) -> list[str]:
    return [tranche, order_of(tranche)]


def _without_title(reading: Reading, tally: Tally) -> None:
    """Money of a tranche to which title never passed has no sale behind it."""
    titled = {row.value.tranche for row in reading.of(TitleTransfer)}
    for row in money_records(reading):
        tranche = getattr(row.value, "tranche", None)
        if tranche is not None and tranche not in titled:
            tally.broken("money_without_title", row.rid, row.on, rests=_rests(tranche), tranche=tranche)


def allocations_are_for_named_shortages(reading: Reading, tally: Tally) -> None:
    """Did every allocation go, within what was paid, to a shortage that had stood in the log long enough?"""
    shortages = {row.value.id: row for row in reading.of(Shortage)}
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for row in reading.of(Contribution):
        paid[row.value.tranche, row.value.money.currency] += row.value.money.minor
    given: dict[tuple[str, str], int] = defaultdict(int)

    def check(row: Filed) -> None:
        allocation: Allocation = row.value
        tally.count("allocations")
        is_held = reading.is_held(allocation.tranche, Gate.PROCEEDS)
        rests = [*_rests(allocation.tranche), allocation.shortage]
        slot = (allocation.tranche, allocation.money.currency)
        given[slot] += allocation.money.minor
        if given[slot] > paid[slot]:
            tally.broken_unless(is_held, "allocated_unpaid", allocation.id, row.on, rests=rests, money=allocation.money)
        shortage = shortages.get(allocation.shortage)
        if shortage is None:
            tally.broken_unless(
                is_held, "shortage_unnamed", allocation.id, row.on, rests=rests, shortage=allocation.shortage
            )
            return
        if not reading.is_signed(shortage, shortage.value.owner):
            tally.broken("shortage_unsigned", shortage.value.id, shortage.on, rests=rests, owner=shortage.value.owner)
        days = term_in_days("shortage_age_days", newest_law(), row.on)
        stood_since = max(shortage.value.named_on, shortage.on)
        is_after = shortage.log == row.log and shortage.index >= row.index
        if is_after or stood_since + timedelta(days) > row.on:
            tally.broken_unless(
                is_held, "shortage_too_young", allocation.id, row.on, rests=rests, shortage=allocation.shortage,
                stood_since=stood_since,
            )  # fmt: skip

    tally.each(reading.of(Allocation), check, lambda row: row.rid)


def purchases_are_within_allocations(reading: Reading, tally: Tally) -> None:
    """Did every purchase cost no more than what was left of the allocations it cites, for the class that is short?"""
    allocations = {row.value.id: row.value for row in reading.of(Allocation)}
    shortages = {row.value.id: row.value for row in reading.of(Shortage)}
    left = {(id, a.money.currency): a.money.minor for id, a in allocations.items()}

    def check(row: Filed) -> None:
        purchase: Purchase = row.value
        tally.count("purchases")
        cited = [allocations[id] for id in purchase.allocations if id in allocations]
        is_held = bool(cited) and all(reading.is_held(a.tranche, Gate.PROCEEDS) for a in cited)
        rests = [purchase.shortage, *(a.tranche for a in cited), *(order_of(a.tranche) for a in cited)]
        wanted = purchase.money.minor
        for id in purchase.allocations:
            drawn = min(left.get((id, purchase.money.currency), 0), wanted)
            if drawn > 0:
                left[id, purchase.money.currency] -= drawn
                wanted -= drawn
        if wanted > 0:
            tally.broken_unless(
                is_held, "purchase_beyond_allocations", purchase.id, row.on, rests=rests, money=purchase.money,
                minor_lacking=wanted,
            )  # fmt: skip
        shortage = shortages.get(purchase.shortage)
        is_other = shortage is None or shortage.class_ != purchase.class_
        if is_other or any(a.shortage != purchase.shortage for a in cited):
            tally.broken_unless(
                is_held, "purchase_for_another", purchase.id, row.on, rests=rests, goods_class=purchase.class_,
                shortage=purchase.shortage,
            )  # fmt: skip
        accepted = sum(d.units for d in deliveries_of(reading).get(purchase.id, ()))
        if accepted > purchase.units:
            tally.broken("accepted_beyond_purchase", purchase.id, row.on, rests=rests, units=accepted)
        if accepted < purchase.units and reading.today() > purchase.deliver_by:
            tally.count("purchases_overdue")

    rows = sorted(reading.of(Purchase), key=lambda row: (row.on, row.value.id))
    tally.each(rows, check, lambda row: row.rid)


def nothing_owed_is_said(reading: Reading, tally: Tally) -> None:
    """Was anything owed at all? A promise kept only because nothing was owed says so."""
    stated: dict[str, TrancheMoney] = reading.kept("money") or {}
    tally.has_nothing_to_keep = not any(money.due and money.due.minor for money in stated.values())
