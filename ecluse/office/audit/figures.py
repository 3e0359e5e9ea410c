"""Which figures does the main job print? All rebuilt from records, none read from a cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.money import Money, Rounding, divide
from ecluse.base.proof import root_of
from ecluse.custody.ranges import count
from ecluse.custody.terms import Fate, Loss, Marking
from ecluse.licence.terms import Licence
from ecluse.office.audit.p1_certificates import class_year
from ecluse.office.audit.p5_blocks import packed
from ecluse.office.audit.p5_chain import manifests, releases, whereabouts
from ecluse.office.audit.p6_log import trees_of
from ecluse.office.audit.reading import Reading, order_of
from ecluse.office.audit.standings import order_standings
from ecluse.order import Standing
from ecluse.proceeds.reinvestment import TrancheMoney
from ecluse.proceeds.terms import Allocation, Contribution, Purchase, PurchaseDelivery, Receipt
from ecluse.surplus.figures import need_unmet
from ecluse.surplus.terms import Certificate, StatedNeed


def figures(reading: Reading) -> dict[str, Any]:
    """Which figures does the year end with? One that cannot be rebuilt from damaged records is absent."""
    found: dict[str, Any] = {}
    for part in (_orders, _units, _need, _money, _logs):
        try:
            found |= part(reading)
        except Exception:
            continue
    return found


def _orders(reading: Reading) -> dict[str, Any]:
    stands = Counter(stand for stand, _ in order_standings(reading).values())
    by_standing = {stand.value: stands[stand] for stand in Standing}
    held = Counter(gate for stand, gate in order_standings(reading).values() if stand.value.startswith("held"))
    return {
        "orders": len(reading.orders()), **by_standing, "held_by_gate": dict(sorted(held.items())),
        "certificates": len(reading.of(Certificate)), "licences": len(reading.of(Licence)),
    }  # fmt: skip


def _units(reading: Reading) -> dict[str, Any]:
    marked = count(row.value.range for row in reading.of(Marking) if row.value.fate is Fate.MADE)
    delivered = 0
    for tranche in releases(reading):
        runs = packed(reading).get(tranche, ())
        if runs:
            own = [row.value for row in manifests(reading).get(tranche, ())]
            lost = [row.value for row in reading.about(tranche, Loss)]
            end_user = reading.orders()[order_of(tranche)].value.end_user
            delivered += count(whereabouts(own, runs, lost, end_user)["delivered"])
    missing = list(reading.kept("units_unaccounted") or ())
    return {
        "units_marked": marked, "units_delivered": delivered, "units_unaccounted": len(missing),
        "unaccounted": sorted(missing),
    }  # fmt: skip


def _need(reading: Reading) -> dict[str, Any]:
    classes = sorted({row.value.class_ for row in reading.of(StatedNeed)})
    by_class = {class_: need_unmet(class_year(reading, class_)) for class_ in classes}
    known = [units for units in by_class.values() if units is not None]
    return {"need_unmet": {"total": sum(known) if len(known) == len(by_class) else None, "by_class": by_class}}


def _money(reading: Reading) -> dict[str, Any]:
    """Sums by currency, in minor units, from the records that the books rest on.

    What was due is unknown where a tranche's is. Before the plan nothing is called displaced.
    """
    stated: dict[str, TrancheMoney] = reading.kept("money") or {}
    due: dict[str, int | None] = {}
    for money in stated.values():
        before = due.get(money.received.currency, 0)
        due[money.received.currency] = None if money.due is None or before is None else before + money.due.minor
    overdue: Counter[str] = Counter()
    for _, currency, minor, _ in reading.kept("overdue") or ():
        overdue[currency] += minor
    received, paid, allocated, spent = (
        _sum(row.value.money for row in reading.of(cls)) for cls in (Receipt, Contribution, Allocation, Purchase)
    )
    currencies = sorted({*due, *received, *paid, *allocated, *spent})
    return {
        "receipts_minor": {c: received[c] for c in currencies}, "due_minor": {c: due.get(c, 0) for c in currencies},
        "paid_minor": {c: paid[c] for c in currencies}, "allocated_minor": {c: allocated[c] for c in currencies},
        "spent_minor": {c: spent[c] for c in currencies}, "reinvested_minor": _delivered(reading, currencies),
        "overdue_minor": {c: overdue[c] for c in currencies}, "idle_minor": {c: paid[c] - spent[c] for c in currencies},
        "displaced_budget_minor": dict.fromkeys(currencies, 0),
    }  # fmt: skip


def _sum(amounts: Iterable[Money]) -> Counter[str]:
    found: Counter[str] = Counter()
    for money in amounts:
        found[money.currency] += money.minor
    return found


def _delivered(reading: Reading, currencies: list[str]) -> dict[str, int]:
    """What are the units worth that the army accepted? Of each purchase, the accepted share of its price."""
    accepted: Counter[str] = Counter()
    for row in reading.of(PurchaseDelivery):
        accepted[row.value.purchase] += row.value.units
    worth: Counter[str] = Counter()
    for row in reading.of(Purchase):
        bought: Purchase = row.value
        units = min(accepted[bought.id], bought.units)
        worth[bought.money.currency] += divide(bought.money.minor * units, bought.units, Rounding.DOWN)
    return {currency: worth[currency] for currency in currencies}


def _logs(reading: Reading) -> dict[str, Any]:
    trees = trees_of(reading)
    leaves = [
        canonical({"log": log, "root": tree.root().hex(), "size": tree.size}) for log, tree in sorted(trees.items())
    ]
    return {"log_entries": len(reading.entries), "log_root": root_of(leaves).hex()}
