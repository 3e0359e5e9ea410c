"""Which figures of the money does a record carry into the closed envelope? Minor units, and units of goods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecluse.base.figures import Figures, Scope
from ecluse.base.money import Money
from ecluse.proceeds.terms import Allocation, Contribution, Purchase, Receipt, Sale, TitleTransfer


def figures_of(value: Any) -> Figures | None:
    """Which figures does this record carry? None for one that carries none.

    >>> figures_of("not a record") is None
    True
    """
    found = KINDS.get(type(value))
    return found(value) if found else None


def _sale(value: Sale) -> Figures:
    """Price and cost are committed to for all units together as well: a product of two secrets is no sum."""
    scope = (
        _tranche(value.tranche), _currency(value.unit_price), Scope("currency_cost", value.unit_cost.currency),
        Scope("currency_home", value.home_order_value.currency),
    )  # fmt: skip
    return Figures("sale", scope, (
        ("units", value.units), ("price", value.unit_price.minor * value.units),
        ("cost", value.unit_cost.minor * value.units), ("home_orders", value.home_order_value.minor),
        ("development_bp", value.development_share_bp),
    ), value.contract_on)  # fmt: skip


def _title(value: TitleTransfer) -> Figures:
    scope = (_tranche(value.tranche), _currency(value.invoice))
    return Figures("title", scope, (("units", value.units), ("invoice", value.invoice.minor)), value.on)


def _receipt(value: Receipt) -> Figures:
    return _paid("receipt", value)


def _contribution(value: Contribution) -> Figures:
    return _paid("contribution", value)


def _paid(kind: str, value: Receipt | Contribution) -> Figures:
    scope = (_tranche(value.tranche), _currency(value.money))
    return Figures(kind, scope, (("money", value.money.minor),), value.on)


def _allocation(value: Allocation) -> Figures:
    scope = (Scope("allocation", value.id, True), _tranche(value.tranche), _currency(value.money))
    return Figures("allocation", scope, (("money", value.money.minor),), value.on)


def _purchase(value: Purchase) -> Figures:
    cited = (Scope(f"allocation {number}", id, True) for number, id in enumerate(value.allocations, 1))
    scope = (Scope("purchase", value.id, True), *cited, _currency(value.money))
    return Figures("purchase", scope, (("money", value.money.minor), ("units", value.units)), value.on)


KINDS: dict[type, Callable[[Any], Figures]] = {
    Sale: _sale,
    TitleTransfer: _title,
    Receipt: _receipt,
    Contribution: _contribution,
    Allocation: _allocation,
    Purchase: _purchase,
}


def _tranche(tranche: str) -> Scope:
    return Scope("tranche", tranche, True)


def _currency(money: Money) -> Scope:
    return Scope("currency", money.currency)
