"""Which figures does the main job print? All rebuilt from records, none read from a cache."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ecluse.base.canon import canonical
from ecluse.base.proof import root_of
from ecluse.custody.ranges import count, overlap
from ecluse.custody.terms import Fate, Loss, Marking
from ecluse.licence.terms import Licence
from ecluse.office.audit.p1_certificates import class_year
from ecluse.office.audit.p5_after import post_checks, verified
from ecluse.office.audit.p5_blocks import packed
from ecluse.office.audit.p5_chain import manifests, releases, whereabouts
from ecluse.office.audit.p6_log import trees_of
from ecluse.office.audit.p7_budget import displaced
from ecluse.office.audit.reading import Reading, order_of
from ecluse.office.audit.standings import order_standings
from ecluse.order import Standing
from ecluse.proceeds.reinvestment import TrancheMoney, spent_on, worth_accepted
from ecluse.proceeds.terms import Purchase, PurchaseDelivery
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
    delivered, certified, signed = 0, 0, verified(reading)
    for tranche in releases(reading):
        runs = packed(reading).get(tranche, ())
        if runs:
            own = [row.value for row in manifests(reading).get(tranche, ())]
            lost = [row.value for row in reading.about(tranche, Loss)]
            end_user = reading.orders()[order_of(tranche)].value.end_user
            there = whereabouts(own, runs, lost, end_user)["delivered"]
            delivered += count(there)
            certified += count(overlap(there, signed.get(tranche, ())))
    missing = list(reading.kept("units_unaccounted") or ())
    return {
        "units_marked": marked, "units_delivered": delivered, "units_verified": certified,
        "verified_per_mille": 1000 * certified // delivered if delivered else None, "post_checks": post_checks(reading),
        "units_unaccounted": len(missing), "unaccounted": sorted(missing),
    }  # fmt: skip


def _need(reading: Reading) -> dict[str, Any]:
    classes = sorted({row.value.class_ for row in reading.of(StatedNeed)})
    by_class = {class_: need_unmet(class_year(reading, class_)) for class_ in classes}
    known = [units for units in by_class.values() if units is not None]
    return {"need_unmet": {"total": sum(known) if len(known) == len(by_class) else None, "by_class": by_class}}


def _money(reading: Reading) -> dict[str, Any]:
    """Sums by currency, in minor units; None where a part is unknown.

    A purchase pools tranches, so what was spent and accepted is summed over purchases and not over tranches.
    """
    stated: dict[str, TrancheMoney] = reading.kept("money") or {}
    names = ("received", "due", "paid", "allocated")
    sums: dict[str, dict[str, int | None]] = {name: {} for name in names}
    for money in stated.values():
        currency = money.received.currency
        for name in names:
            part, before = getattr(money, name), sums[name].get(currency, 0)
            sums[name][currency] = None if part is None or before is None else before + part.minor
    overdue: Counter[str] = Counter()
    for _, currency, minor, _ in reading.kept("overdue") or ():
        overdue[currency] += minor
    spent, reinvested = spent_and_reinvested(reading)
    displaced_by = displaced(reading)
    currencies = sorted({*sums["received"], *spent})
    return {
        "receipts_minor": _by(sums["received"]), "due_minor": _by(sums["due"]), "paid_minor": _by(sums["paid"]),
        "allocated_minor": _by(sums["allocated"]), "spent_minor": {c: spent.get(c, 0) for c in currencies},
        "reinvested_minor": {c: reinvested.get(c, 0) for c in currencies},
        "overdue_minor": {c: overdue[c] for c in currencies},
        "idle_minor": {c: _less(sums["paid"].get(c, 0), spent.get(c, 0)) for c in currencies},
        "displaced_budget_minor": {c: displaced_by.get(c, 0) for c in currencies},
    }  # fmt: skip


def spent_and_reinvested(reading: Reading) -> tuple[dict[str, int], dict[str, int]]:
    """What did all purchases cost, and what are the units worth that the army accepted? In minor units by currency."""
    purchases = [row.value for row in reading.of(Purchase)]
    return spent_on(purchases), worth_accepted(purchases, (row.value for row in reading.of(PurchaseDelivery)))


def _by(sums: dict[str, int | None]) -> dict[str, int | None]:
    return dict(sorted(sums.items()))


def _less(all_: int | None, part: int) -> int | None:
    return None if all_ is None else all_ - part


def _logs(reading: Reading) -> dict[str, Any]:
    trees = trees_of(reading)
    leaves = [
        canonical({"log": log, "root": tree.root().hex(), "size": tree.size}) for log, tree in sorted(trees.items())
    ]
    return {"log_entries": len(reading.entries), "log_root": root_of(leaves).hex()}
