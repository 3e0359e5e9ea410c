"""Which attempts keep the money back or lead it astray? Cheats at the proceeds gate."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from ecluse.edge.world.cheats import Cheat, Planting
from ecluse.edge.world.cheats_licence import _conduct, _unchanged
from ecluse.edge.world.draft import Row
from ecluse.edge.world.generate_orders import EARLY, Wish
from ecluse.edge.world.generate_parties import add_firm
from ecluse.edge.world.generate_states import add_suppliers

SOLD = Wish(class_="article", route="A", days=(EARLY[0], date(2026, 6, 30)))
DIRECT = Wish(class_="article", route="A", centre=False, days=(EARLY[0], date(2026, 6, 30)))
CONTRIBUTION_PERCENT = 20
# Delivered after 5 days, verified after 10 more, paid after 14, contributed after 7, allocated after 3.
DAYS_TO_ALLOCATION = 39


def _invoice_minor(order: Row) -> int:
    return int(order["unit_price_minor"] * order["units"])


def _share(where: str, percent: int, of_percent: int = 100) -> Callable[[Planting, Row, random.Random], None]:
    """So much of the amount due, in hundredths."""

    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        whole = _invoice_minor(order) * of_percent // 100
        minor = whole * (percent + planting.variant % 5) // 100
        _conduct((where, str(minor)))(planting, order, rng)

    return apply


def _paid_by_stranger(where: str) -> Callable[[Planting, Row, random.Random], None]:
    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        stranger = add_firm(planting.draft, ("CY", "PL", "AE", "UA")[planting.variant % 4])
        planting.draft.aside.add(stranger)
        _conduct((where, stranger))(planting, order, rng)

    return apply


def _other_currency(planting: Planting, order: Row, rng: random.Random) -> None:
    others = [currency for currency in ("EUR", "USD", "GBP") if currency != order["currency"]]
    _conduct(("receipt.currency", rng.choice(others)))(planting, order, rng)


def _leaves_on(order: Row) -> date:
    """On which day do the goods leave when everything goes by the clock?"""
    return max(order["filed_on"] + timedelta(13), order["deliver_in"].first_day())


def _shortage_named(days: int) -> Callable[[Planting, Row, random.Random], None]:
    """The money goes to a shortage named so many days before it is allocated."""

    def apply(planting: Planting, order: Row, rng: random.Random) -> None:
        draft = planting.draft
        number = len(draft.tables["shortages"]) + 1
        allocated_on = _leaves_on(order) + timedelta(DAYS_TO_ALLOCATION)
        draft.add(
            "shortages", shortage=f"shortage:{number:02d}", owner="authority:general-staff", class_="fpv",
            units=rng.randint(2_000, 9_000), priority=3, named_on=allocated_on - timedelta(days),
        )  # fmt: skip
        add_suppliers(draft, f"shortage:{number:02d}", "fpv", number)
        _conduct(("allocation.shortage", f"shortage:{number:02d}"))(planting, order, rng)

    return apply


def _unknown_shortage(planting: Planting, order: Row, rng: random.Random) -> None:
    _conduct(("allocation.shortage", f"shortage:{80 + planting.variant}"))(planting, order, rng)


KINDS: dict[str, Cheat] = {
    "money_not_home": Cheat("T10", "proceeds", "proceeds.receipt_is_home", _conduct(("receipt.none", "yes")),
                            _conduct(("receipt.late_days", "30")), SOLD),
    "paid_too_much": Cheat("T10", "proceeds", "proceeds.receipt_is_not_over", _share("receipt.minor", 106), wish=SOLD),
    "paid_by_a_stranger": Cheat("T10", "proceeds", "proceeds.payer_is_the_buyer", _paid_by_stranger("receipt.payer"),
                                wish=SOLD),
    "paid_in_other_currency": Cheat("T10", "proceeds", "proceeds.currency_is_of_the_contract", _other_currency,
                                    wish=SOLD),
    "invoice_below_price": Cheat("T10", "proceeds", "proceeds.invoice_matches_licence",
                                 _share("title.invoice_minor", 60), wish=SOLD),
    "contribution_unpaid": Cheat("T10", "proceeds", "proceeds.contribution_is_paid",
                                 _conduct(("contribution.none", "yes")), _conduct(("contribution.late_days", "15")),
                                 SOLD),
    "contribution_short": Cheat("T10", "proceeds", "proceeds.contribution_is_in_full",
                                _share("contribution.minor", 50, CONTRIBUTION_PERCENT),
                                _conduct(("contribution.late_days", "14")), SOLD),
    "contribution_by_a_stranger": Cheat("T10", "proceeds", "proceeds.contribution_is_by_exporter",
                                        _paid_by_stranger("contribution.payer"), wish=SOLD),
    "money_lies_idle": Cheat("T10", "proceeds", "proceeds.allocation_is_made", _conduct(("allocation.none", "yes")),
                             wish=SOLD),
    "shortage_invented": Cheat("T10", "proceeds", "proceeds.shortage_stood_before", _shortage_named(22),
                               _shortage_named(30), DIRECT),
    "shortage_unknown": Cheat("T10", "proceeds", "proceeds.allocation_names_a_shortage", _unknown_shortage, wish=SOLD),
    "allocated_too_much": Cheat("T10", "proceeds", "proceeds.allocation_is_within_contribution",
                                _share("allocation.minor", 120, CONTRIBUTION_PERCENT), wish=SOLD),
    "nothing_bought": Cheat("T10", "proceeds", "proceeds.purchase_is_made", _conduct(("purchase.none", "yes")),
                            _unchanged, SOLD),
}  # fmt: skip
