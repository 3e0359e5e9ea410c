"""Which claim is just held on each ground of proceeds, and which one just passes?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from keys import key_for, signed

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.custody.terms import CustodyFinding, CustodyStage
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    ContributionPolicy,
    ContributionRule,
    Destination,
    Entered,
    PeriodClose,
    ProceedsClaim,
    Purchase,
    PurchaseDelivery,
    RateOfDay,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)

TRANCHE = "tranche:proceeds-1"
EXPORTER, BUYER, SUPPLIER = "maker:vesna", "party:nordwehr", "maker:sokil"
OWNER, AGENCY, AUDIT = "authority:ministry-of-defence", "authority:procurement-agency", "authority:audit-office"

# The days of one sale, in order; every term below ends on a day that a case stands on or just after.
CONTRACT_ON, SHORTAGE_ON, TITLE_ON = date(2026, 1, 10), date(2026, 2, 1), date(2026, 3, 2)
RECEIPT_ON, CONTRIBUTION_ON, ALLOCATION_ON = date(2026, 3, 20), date(2026, 4, 10), date(2026, 4, 20)
PURCHASE_ON, DELIVERED_ON, DELIVER_BY = date(2026, 5, 4), date(2026, 7, 20), date(2026, 7, 31)
IN_TERM = date(2026, 3, 25)
PAY_BY = RECEIPT_ON + timedelta(30)
ALLOCATE_BY = CONTRIBUTION_ON + timedelta(30)
BUY_BY = ALLOCATION_ON + timedelta(60)
ON = date(2026, 8, 15)


def eur(text: str) -> Money:
    """What is so much in euros?"""
    return Money.of(text, "EUR")


POLICY = ContributionPolicy(
    id="contribution-policy:2026-1", owner=OWNER, rule=ContributionRule.AD_VALOREM,
    ad_valorem_bp=2000, profit_share_bp=5000, order_ratio_bp=1000,
    days_to_receive=90, days_to_contribute=30, days_to_allocate=30, days_to_purchase=60,
    valid_from=date(2026, 1, 1), valid_until=None,
)  # fmt: skip

SALE = Sale(
    id="sale:1", tranche=TRANCHE, exporter=EXPORTER, buyer=BUYER, units=100, unit_price=eur("1000.00"),
    unit_cost=eur("700.00"), development_share_bp=500, home_order_value=eur("60000.00"), contract_on=CONTRACT_ON,
)  # fmt: skip
TITLE = TitleTransfer(id="title:1", tranche=TRANCHE, units=100, invoice=eur("100000.00"), on=TITLE_ON)
RECEIPT = Receipt(
    id="receipt:1", tranche=TRANCHE, payer=BUYER, bank="bank:dnipro", money=eur("100000.00"), on=RECEIPT_ON
)
CONTRIBUTION = Contribution(
    id="contribution:1", tranche=TRANCHE, payer=EXPORTER, money=eur("20000.00"), on=CONTRIBUTION_ON
)
SHORTAGE = Shortage(
    id="shortage:1", owner="authority:general-staff", class_="interceptor", units=500, priority=1, named_on=SHORTAGE_ON
)
ENTERED = Entered(SHORTAGE.id, SHORTAGE_ON)
ALLOCATION = Allocation(
    id="allocation:1", tranche=TRANCHE, shortage=SHORTAGE.id, money=eur("20000.00"), on=ALLOCATION_ON
)
PURCHASE = Purchase(
    id="purchase:1", shortage=SHORTAGE.id, allocations=(ALLOCATION.id,), supplier=SUPPLIER,
    destination=Destination.DOMESTIC, class_="interceptor", units=8, money=eur("20000.00"),
    on=PURCHASE_ON, deliver_by=DELIVER_BY,
)  # fmt: skip
DELIVERY = PurchaseDelivery(
    id="delivery:1", purchase=PURCHASE.id, units=8, accepted_by="authority:defence-forces", on=DELIVERED_ON
)
CLOSE = PeriodClose(
    id="close:2026-07", month=Month(2026, 7), spender="officer:17", controller="officer:42",
    controller_authority=AUDIT, on=date(2026, 8, 3), spender_authority=AGENCY,
)  # fmt: skip
CUSTODY = CustodyFinding(
    tranche=TRANCHE, stage=CustodyStage.DELIVERY, units_released=100, units_delivered=100, units_returned=0,
    units_lost=0, delivered_on=TITLE_ON, month=Month(2026, 3),
)  # fmt: skip
RATE = RateOfDay(
    id="rate:2026-03-20", base="EUR", quote="UAH", numerator=455_000, denominator=10_000, on=RECEIPT_ON,
    source="synthetic: national bank",
)  # fmt: skip

BASE = ProceedsClaim(
    tranche=TRANCHE, order="order:proceeds-1", custody=CUSTODY, custody_hearing="hearing:custody-1", sale=SALE,
    value_licensed=eur("120000.00"), units_licensed=120, title=TITLE, receipts=(RECEIPT,), rate=None,
    policy=POLICY, policy_signatures=(signed(OWNER, POLICY, POLICY.valid_from),), contributions=(CONTRIBUTION,),
    allocations=(ALLOCATION,), shortages=(SHORTAGE,), shortages_entered=(ENTERED,), purchases=(PURCHASE,),
    deliveries=(DELIVERY,), close=CLOSE,
    balance_by_currency=(eur("0.00"),), keys=(key_for(OWNER)[0], key_for(EXPORTER)[0]),
)  # fmt: skip


def but(claim: ProceedsClaim = BASE, **changes: Any) -> ProceedsClaim:
    """What is this claim with some facts moved? A word with `__` moves one field of one fact: `receipt__money`."""
    for name, value in changes.items():
        fact, _, field = name.partition("__")
        if field and fact in FIRST_OF:
            first, *rest = getattr(claim, FIRST_OF[fact])
            claim = replace(claim, **{FIRST_OF[fact]: (replace(first, **{field: value}), *rest)})
        elif field:
            claim = replace(claim, **{fact: replace(getattr(claim, fact), **{field: value})})
        else:
            claim = replace(claim, **{fact: value})
    return claim


FIRST_OF = {
    "receipt": "receipts", "contribution": "contributions", "allocation": "allocations", "shortage": "shortages",
    "entered": "shortages_entered",
    "purchase": "purchases", "delivery": "deliveries",
}  # fmt: skip


def under(policy: ContributionPolicy, claim: ProceedsClaim = BASE, signer: str = OWNER) -> ProceedsClaim:
    """What is this claim under another policy, signed on the day it starts?"""
    return replace(claim, policy=policy, policy_signatures=(signed(signer, policy, POLICY.valid_from),))


def paid_in_uah(rate: RateOfDay | None) -> ProceedsClaim:
    """What is the claim when the contribution and all after it are in hryvnias?"""
    uah = Money.of("910000.00", "UAH")
    return but(contribution__money=uah, allocation__money=uah, purchase__money=uah, rate=rate)


SOLD = but(contributions=(), allocations=(), purchases=(), deliveries=())
PAID = but(allocations=(), purchases=(), deliveries=())
ALLOCATED = but(purchases=(), deliveries=())
ONE_DAY = timedelta(1)

CASES: dict[str, tuple[ProceedsClaim, ProceedsClaim, date]] = {
    "proceeds.books_balance": (but(balance_by_currency=(eur("0.01"),)), BASE, ON),
    "proceeds.spender_does_not_close": (but(close__controller="officer:17"), BASE, ON),
    "proceeds.policy_is_signed": (under(POLICY, signer=EXPORTER), BASE, ON),
    "proceeds.invoice_matches_licence": (
        but(value_licensed=eur("119999.99")),  # its share for 100 of 120 units is a cent below the invoice
        BASE,
        ON,
    ),
    "proceeds.currency_is_of_the_contract": (
        but(SOLD, receipt__money=Money.of("100000.00", "USD")),
        SOLD,
        IN_TERM,
    ),
    "proceeds.receipt_is_home": (but(receipt__money=eur("99999.99")), BASE, ON),
    "proceeds.contribution_is_paid": (SOLD, PAID, PAY_BY + ONE_DAY),
    "proceeds.contribution_is_in_full": (but(PAID, contribution__money=eur("19999.99")), PAID, PAY_BY + ONE_DAY),
    "proceeds.allocation_is_within_contribution": (but(allocation__money=eur("20000.01")), BASE, ALLOCATE_BY),
    "proceeds.allocation_names_a_shortage": (but(ALLOCATED, allocation__shortage="shortage:none"), ALLOCATED, BUY_BY),
    "proceeds.shortage_stood_before": (
        but(entered__on=ALLOCATION_ON - timedelta(29)),
        but(entered__on=ALLOCATION_ON - timedelta(30)),
        ON,
    ),
    "proceeds.purchase_is_for_that_shortage": (but(purchase__class_="fpv"), BASE, ON),
    "proceeds.purchase_is_within_allocations": (but(purchase__money=eur("20000.01")), BASE, ON),
    "proceeds.policy_is_known": (
        under(replace(POLICY, valid_from=TITLE_ON + ONE_DAY)),
        under(replace(POLICY, valid_from=TITLE_ON)),
        ON,
    ),
    "proceeds.title_has_passed": (but(receipt__on=TITLE_ON - ONE_DAY), but(receipt__on=TITLE_ON), ON),
    "proceeds.invoice_covers_delivery": (but(custody__units_delivered=99), BASE, ON),
    "proceeds.payer_is_the_buyer": (but(receipt__payer="party:third"), BASE, ON),
    "proceeds.receipt_is_not_over": (but(receipt__money=eur("100000.01")), BASE, ON),
    "proceeds.rate_is_of_the_day": (
        paid_in_uah(replace(RATE, on=RECEIPT_ON - ONE_DAY)),
        paid_in_uah(RATE),
        ON,
    ),
    "proceeds.contribution_is_by_exporter": (but(contribution__payer="maker:other"), BASE, ON),
    "proceeds.controller_is_of_other_authority": (but(close__controller_authority=AGENCY), BASE, ON),
    "proceeds.allocation_is_made": (
        but(ALLOCATED, allocation__money=eur("19999.99")),
        ALLOCATED,
        ALLOCATE_BY + ONE_DAY,
    ),
    "proceeds.purchase_is_made": (but(purchase__money=eur("19999.99")), BASE, BUY_BY + ONE_DAY),
    "proceeds.purchase_is_delivered": (but(delivery__units=7), BASE, DELIVER_BY + ONE_DAY),
}
