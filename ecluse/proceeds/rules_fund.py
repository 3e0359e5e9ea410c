"""On which grounds is a tranche held over the fund: policy, contribution, allocation, shortage, purchase, books?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from ecluse.base.law import Law
from ecluse.base.money import Rounding
from ecluse.base.signing import is_signed_by
from ecluse.base.verdict import Ground, refer, refuse
from ecluse.proceeds.contribution import whole
from ecluse.proceeds.reckoning import (
    after,
    contract_currency,
    contribute_by,
    draw_down,
    due_of,
    money_of,
    nothing_sold,
    own,
    sale_of,
    term_in_days,
    title_of,
    total_exact,
    total_gross,
    units_accepted,
)
from ecluse.proceeds.terms import ProceedsClaim

UNKNOWN = "?"


def policy_is_known(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """A contribution policy binds on the day of title transfer; without one nothing can be called paid (R33)."""
    if nothing_sold(claim):
        return
    title, policy = title_of(claim, on), claim.policy
    day = title.on if title else on
    if policy is None or day < policy.valid_from or (policy.valid_until is not None and day > policy.valid_until):
        yield refer(
            "proceeds.policy_is_known", "contribution-policy/binding",
            policy=policy.id if policy else UNKNOWN, day=day,
        )  # fmt: skip


def policy_is_signed(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The contribution policy is signed by its owner (R33)."""
    policy = claim.policy
    if policy is None or nothing_sold(claim):
        return
    if not is_signed_by(policy.owner, policy, claim.policy_signatures, claim.keys):
        yield refuse("proceeds.policy_is_signed", "contribution-policy/signed", policy=policy.id, owner=policy.owner)


def contribution_is_paid(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """What is due is paid within the policy's term after the money is home (R34)."""
    title, policy, due = title_of(claim, on), claim.policy, due_of(claim, on)
    if title is None or policy is None or due is None or due.minor == 0:
        return
    is_paid = any(contribution.money.minor > 0 for contribution in own(claim.contributions, claim, on))
    pay_by = contribute_by(claim, title, policy, on)
    if not is_paid and on > pay_by:
        yield refuse("proceeds.contribution_is_paid", "contribution-policy/contribution-term", due=due, pay_by=pay_by)


def contribution_is_in_full(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The contribution is paid in full within the policy's term (R34)."""
    title, policy, due = title_of(claim, on), claim.policy, due_of(claim, on)
    if title is None or policy is None or due is None:
        return
    contributions = own(claim.contributions, claim, on)
    paid = total_exact(contributions, claim, on)
    pay_by = contribute_by(claim, title, policy, on)
    is_begun = any(contribution.money.minor > 0 for contribution in contributions)
    if is_begun and paid is not None and paid < due.minor and on > pay_by:
        yield refuse(
            "proceeds.contribution_is_in_full", "contribution-policy/contribution-term",
            paid=money_of(paid, due.currency), due=due, pay_by=pay_by,
        )  # fmt: skip


def contribution_is_by_exporter(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The exporter of the contract pays the contribution itself (R34)."""
    sale = sale_of(claim)
    if sale is None:
        return
    for contribution in claim.contributions:
        if contribution.payer != sale.exporter:
            yield refer(
                "proceeds.contribution_is_by_exporter", "contribution-policy/payer",
                contribution=contribution.id, payer=contribution.payer, exporter=sale.exporter,
            )  # fmt: skip


def allocation_is_made(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """What was paid is allocated to a named shortage within the policy's term (R34)."""
    policy = claim.policy
    if policy is None:
        return
    ripe = [c for c in own(claim.contributions, claim, on) if on > after(c.on, policy.days_to_allocate)]
    paid = total_exact(ripe, claim, on)
    allocated = total_exact(own(claim.allocations, claim, on), claim, on)
    if paid is not None and allocated is not None and paid > allocated:
        currency = contract_currency(claim)
        yield refer(
            "proceeds.allocation_is_made", "contribution-policy/allocation-term",
            paid=money_of(paid, currency), allocated=money_of(allocated, currency),
            days_to_allocate=policy.days_to_allocate,
        )  # fmt: skip


def allocation_is_within_contribution(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """No more is allocated than was paid: the fund lends nothing to itself (R34)."""
    paid = total_exact(own(claim.contributions, claim, on), claim, on)
    allocated = total_gross((a for a in claim.allocations if a.tranche == claim.tranche), claim, on)
    if paid is not None and allocated > paid:
        currency = contract_currency(claim)
        yield refuse(
            "proceeds.allocation_is_within_contribution", "ecluse/allocation-ceiling",
            allocated=whole(allocated, currency, Rounding.UP), paid=money_of(paid, currency),
        )  # fmt: skip


def allocation_names_a_shortage(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """Money goes to a shortage that stands in the register by name (mechanism.md 1.4; R34)."""
    named = {shortage.id for shortage in claim.shortages}
    for allocation in claim.allocations:
        if allocation.shortage not in named:
            yield refuse(
                "proceeds.allocation_names_a_shortage", "ecluse/named-shortage",
                allocation=allocation.id, shortage=allocation.shortage, money=allocation.money,
            )  # fmt: skip


def shortage_stood_before(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The shortage stood in the log long enough before the money went to it: none is invented for a supplier (T10).

    The later of two days counts: the one that it states, and the one on which it entered the log.
    """
    entered = {found.shortage: found.on for found in claim.shortages_entered}
    for allocation in claim.allocations:
        days_required = term_in_days("shortage_age_days", law, allocation.on)
        for shortage in claim.shortages:
            if shortage.id != allocation.shortage:
                continue
            since = max(shortage.named_on, entered[shortage.id]) if shortage.id in entered else None
            if since is None or since + timedelta(days_required) > allocation.on:
                yield refuse(
                    "proceeds.shortage_stood_before", "ecluse/shortage-age",
                    shortage=shortage.id, named_on=UNKNOWN if since is None else since, allocation=allocation.id,
                    allocated_on=allocation.on, days_required=days_required,
                )  # fmt: skip


def purchase_is_made(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """What was allocated is spent within the policy's term: money that lies still arms nobody (R34)."""
    policy = claim.policy
    if policy is None:
        return
    allocations = own(claim.allocations, claim, on)
    bought = tuple({purchase.id: purchase for purchase in claim.purchases if purchase.on <= on}.values())
    left = draw_down(allocations, bought, claim, on).left
    for allocation in allocations:
        buy_by = after(allocation.on, policy.days_to_purchase)
        if on > buy_by and left.get(allocation.id, Fraction(0)) > 0:
            yield refer(
                "proceeds.purchase_is_made", "contribution-policy/purchase-term",
                allocation=allocation.id, shortage=allocation.shortage, buy_by=buy_by,
                unspent=whole(left[allocation.id], contract_currency(claim), Rounding.UP),
            )  # fmt: skip


def purchase_is_for_that_shortage(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The purchase is of the class that is short, out of money set aside for that shortage (R34)."""
    classes = {shortage.id: shortage.class_ for shortage in claim.shortages}
    shortages = {allocation.id: allocation.shortage for allocation in claim.allocations}
    for purchase in claim.purchases:
        others = [id for id in purchase.allocations if shortages.get(id, purchase.shortage) != purchase.shortage]
        class_short = classes.get(purchase.shortage, UNKNOWN)
        if purchase.class_ != class_short or others:
            yield refuse(
                "proceeds.purchase_is_for_that_shortage", "ecluse/purchase-for-need",
                purchase=purchase.id, class_bought=purchase.class_, class_short=class_short,
                shortage=purchase.shortage, allocations_of_others=len(others),
            )  # fmt: skip


def purchase_is_within_allocations(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """A purchase costs no more than what is left of the allocations it cites (R34)."""
    allocations = tuple({a.id: a for a in claim.allocations if a.on <= on}.values())
    lacks = draw_down(allocations, claim.purchases, claim, on).lacks
    money = {purchase.id: purchase.money for purchase in claim.purchases}
    for purchase, lack in lacks.items():
        yield refuse(
            "proceeds.purchase_is_within_allocations", "ecluse/purchase-ceiling",
            purchase=purchase, money=money[purchase], lacking=whole(lack, contract_currency(claim), Rounding.UP),
        )  # fmt: skip


def purchase_is_delivered(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """What was bought is accepted by the army by the day agreed (R34)."""
    accepted = units_accepted(claim, on)
    for purchase in claim.purchases:
        units = accepted.get(purchase.id, 0)
        if on > purchase.deliver_by and units < purchase.units:
            yield refer(
                "proceeds.purchase_is_delivered", "ecluse/purchase-accepted",
                purchase=purchase.id, units_accepted=units, units_bought=purchase.units,
                deliver_by=purchase.deliver_by,
            )  # fmt: skip


def books_balance(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """The postings of the tranche sum to zero in every currency (R32)."""
    for money in claim.balance_by_currency:
        if money.minor != 0:
            yield refuse("proceeds.books_balance", "ecluse/double-entry", difference=money)


def spender_does_not_close(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """Who spends does not close the books (R35; a separate control committee as in Turkey's Law 3238)."""
    close = claim.close
    if close and close.spender == close.controller:
        yield refuse(
            "proceeds.spender_does_not_close", "ecluse/separate-control", spender=close.spender, month=str(close.month)
        )


def controller_is_of_other_authority(claim: ProceedsClaim, on: date, law: Law) -> Iterator[Ground]:
    """Money in the fund is closed by a controller of an authority that does not spend it (R35)."""
    close = claim.close
    if close is None:
        if claim.contributions or claim.allocations or claim.purchases:
            yield refer(
                "proceeds.controller_is_of_other_authority", "ecluse/separate-control",
                controller=UNKNOWN, controller_authority=UNKNOWN, spender_authority=UNKNOWN,
            )  # fmt: skip
    elif close.spender_authority is None or close.spender_authority == close.controller_authority:
        yield refer(
            "proceeds.controller_is_of_other_authority", "ecluse/separate-control",
            controller=close.controller, controller_authority=close.controller_authority,
            spender_authority=close.spender_authority or UNKNOWN,
        )  # fmt: skip
