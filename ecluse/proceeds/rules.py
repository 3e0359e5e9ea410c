"""On which grounds is the money of a tranche held? The rules in order of gravity; the order is law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from ecluse.base.law import Law
from ecluse.base.verdict import Ground
from ecluse.proceeds.rules_fund import (
    allocation_is_made,
    allocation_is_within_contribution,
    allocation_names_a_shortage,
    books_balance,
    contribution_is_by_exporter,
    contribution_is_in_full,
    contribution_is_paid,
    controller_is_of_other_authority,
    policy_is_known,
    policy_is_signed,
    purchase_is_delivered,
    purchase_is_for_that_shortage,
    purchase_is_made,
    purchase_is_within_allocations,
    shortage_stood_before,
    spender_does_not_close,
)
from ecluse.proceeds.rules_sale import (
    currency_is_of_the_contract,
    invoice_covers_delivery,
    invoice_matches_licence,
    payer_is_the_buyer,
    rate_is_of_the_day,
    receipt_is_home,
    receipt_is_not_over,
    title_has_passed,
)
from ecluse.proceeds.terms import ProceedsClaim

Rule = Callable[[ProceedsClaim, date, Law], Iterator[Ground]]

RULES: tuple[Rule, ...] = (
    # What refuses: false books and controls, a false sale, money kept back, money gone astray.
    books_balance,
    spender_does_not_close,
    policy_is_signed,
    invoice_matches_licence,
    currency_is_of_the_contract,
    receipt_is_home,
    contribution_is_paid,
    contribution_is_in_full,
    allocation_is_within_contribution,
    allocation_names_a_shortage,
    shortage_stood_before,
    purchase_is_for_that_shortage,
    purchase_is_within_allocations,
    # What a person must decide: an unknown, a doubt, a delay.
    policy_is_known,
    title_has_passed,
    invoice_covers_delivery,
    payer_is_the_buyer,
    receipt_is_not_over,
    rate_is_of_the_day,
    contribution_is_by_exporter,
    controller_is_of_other_authority,
    allocation_is_made,
    purchase_is_made,
    purchase_is_delivered,
)
