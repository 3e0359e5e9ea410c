"""P9 at the proceeds gate: what did the registers hold of a tranche's sale, its money and what that bought?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.p9_licence import rate_row
from ecluse.office.audit.reading import Filed
from ecluse.office.registers import AllocationNote
from ecluse.order import Gate
from ecluse.proceeds.ledger import trial
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    ContributionPolicy,
    Entered,
    JournalEntry,
    PeriodClose,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)


def _licensed(known: Known) -> dict[str, Any]:
    """What did the licence gate find?"""
    found = known.last_passed(Gate.LICENCE)
    return found.value.finding if found else {}


def _title(known: Known) -> Filed | None:
    return known.newest(known.tranche, TitleTransfer)


def _rate(known: Known) -> Filed | None:
    title, value = known.once(_title), known.once(_licensed).get("value")
    return rate_row(known, value[1], title.value.on) if title and value else None


def _policy(known: Known) -> Filed | None:
    """Which contribution policy bound on the day of title transfer?"""
    title = known.once(_title)
    return known.in_force("policy:contribution", ContributionPolicy, title.value.on if title else known.on)


def _own(known: Known) -> list[Filed]:
    """What was allocated from this tranche's contribution, by the shortages noted with it?"""
    noted = dict.fromkeys(note.shortage for note in known.of(known.tranche, AllocationNote))
    tranche = known.tranche
    return [row for name in noted for row in known.rows(name, Allocation) if row.value.tranche == tranche]


def _named(known: Known) -> list[str]:
    return list(dict.fromkeys(row.value.shortage for row in known.once(_own)))


def _purchases(known: Known) -> list[Filed]:
    own = {row.value.id for row in known.once(_own)}
    bought = [row for name in known.once(_named) for row in known.rows(name, Purchase)]
    return [row for row in bought if not own.isdisjoint(row.value.allocations)]


def _allocations(known: Known) -> list[Filed]:
    """This tranche's own allocations, and those of others that the same purchases drew on."""
    cited = {id for row in known.once(_purchases) for id in row.value.allocations} | {
        row.value.id for row in known.once(_own)
    }
    return [row for name in known.once(_named) for row in known.rows(name, Allocation) if row.value.id in cited]


def _shortages(known: Known) -> list[Filed]:
    return [row for name in known.once(_named) for row in known.rows(name, Shortage)]


def _deliveries(known: Known) -> list[Filed]:
    bought = {row.value.id for row in known.once(_purchases)}
    names = [row.value.id for row in known.once(_shortages)]
    return [row for name in names for row in known.rows(name, PurchaseDelivery) if row.value.purchase in bought]


def _close(known: Known) -> Filed | None:
    """Which close covered the month in which the last contribution came in?"""
    paid = known.of(known.tranche, Contribution)
    if not paid:
        return None
    month = Month.of(paid[-1].on)
    return next((row for row in known.rows("books", PeriodClose) if row.value.month == month), None)


def _balances(known: Known) -> tuple[Money, ...]:
    return trial(known.of(known.tranche, JournalEntry))


def _keys(known: Known) -> list[Filed]:
    policy = known.once(_policy)
    return known.keys(policy.value.owner) if policy else []


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "tranche": lambda known: known.tranche,
        "order": lambda known: known.order.id,
        "custody": lambda known: known.finding(Gate.CUSTODY),
        "custody_hearing": lambda known: known.hearing_of(Gate.CUSTODY),
        "sale": lambda known: known.newest(known.tranche, Sale),
        "value_licensed": lambda known: known.once(_licensed).get("value"),
        "units_licensed": lambda known: known.once(_licensed).get("units"),
        "title": _title,
        "receipts": lambda known: known.rows(known.tranche, Receipt),
        "rate": _rate,
        "policy": _policy,
        "policy_signatures": lambda known: known.signatures(known.once(_policy), known.claim.get("policy_signatures")),
        "contributions": lambda known: known.rows(known.tranche, Contribution),
        "allocations": _allocations,
        "shortages": _shortages,
        "shortages_entered": lambda known: tuple(Entered(row.value.id, row.on) for row in known.once(_shortages)),
        "purchases": _purchases,
        "deliveries": _deliveries,
        "close": _close,
        "balance_by_currency": _balances,
        "keys": _keys,
    }
)
