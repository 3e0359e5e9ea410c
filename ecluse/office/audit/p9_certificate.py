"""P9 before the gates: what did the registers hold of a model and its class when a certificate was asked for?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ecluse.base.days import Month
from ecluse.base.sealed import encode
from ecluse.office.audit import p1_certificates
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.reading import Filed
from ecluse.office.registers import AidReceived, ClassShare, Model
from ecluse.surplus.figures import need_unmet
from ecluse.surplus.terms import (
    CapacityAttestation,
    Certificate,
    ClassYear,
    FundedOrder,
    MonthUnits,
    Reserve,
    StockCount,
    SurplusPolicy,
)


def _asked(name: str) -> Callable[[Known], Any]:
    """What was asked for stands in no record but the certificate that was given; where none was, as it is stated."""

    def rebuild(known: Known) -> Any:
        given = known.reading.newest(known.tranche, Certificate)
        return getattr(given, name) if given is not None else known.claim.get(name)

    return rebuild


def _model(known: Known) -> str:
    return str(known.claim.get("model"))


def _class(known: Known) -> str:
    """To which class does the catalogue count the model?"""
    memo: dict[str, str] | None = known.reading.kept("class_of_model")
    if memo is None:
        catalogue = {row.value.id: row.value.class_ for row in known.reading.of(Model)}
        memo = known.reading.keep("class_of_model", catalogue)
    return memo.get(_model(known), "")


def _policy(known: Known) -> Filed | None:
    return known.in_force("policy:surplus", SurplusPolicy)


def _attestations(known: Known) -> list[Filed]:
    return known.rows(_model(known), CapacityAttestation)


def _attestation_signatures(known: Known) -> list[Any]:
    stated = known.claim.get("attestation_signatures")
    return [form for row in known.once(_attestations) for form in known.signatures(row, stated)]


def _year(known: Known) -> ClassYear:
    return p1_certificates.class_year(known.reading, known.once(_class), known.row)


def _flows(known: Known) -> list[dict[str, Any]]:
    """Capacity and funded orders by month. What home buys beyond them rests on prices that are no sealed record."""
    capacity = _by_month(a.capacity for a in known.of(_model(known), CapacityAttestation))
    funded = _by_month(order.due for order in known.of(_model(known), FundedOrder))
    stated = {flow["month"]: flow["units_home"] for flow in known.claim.get("flows", ())}
    year = known.once(_year)
    return [
        {
            "month": encode(month), "units_capacity": capacity[month], "units_funded": funded[month],
            "units_home": stated.get(encode(month)),
        }
        for month in year.first_month.until(year.last_month)
    ]  # fmt: skip


def _by_month(schedules: Iterable[tuple[MonthUnits, ...]]) -> dict[Month, int]:
    total: dict[Month, int] = defaultdict(int)
    for schedule in schedules:
        for point in schedule:
            total[point.month] += point.units
    return total


def _shares(known: Known) -> list[ClassShare]:
    return known.of(f"certificates:{known.once(_class)}", ClassShare)


def _keys(known: Known) -> list[Filed]:
    policy = known.once(_policy)
    owners = [row.value.maker for row in known.once(_attestations)]
    return known.keys(*owners, *([policy.value.owner] if policy else []))


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "certificate": lambda known: known.tranche,
        "model": _asked("model"),
        "maker": _asked("maker"),
        "first_month": _asked("first_month"),
        "last_month": _asked("last_month"),
        "units_asked": lambda known: known.claim.get("units_asked"),
        "policy": _policy,
        "policy_signatures": lambda known: known.signatures(known.once(_policy), known.claim.get("policy_signatures")),
        "class_year": _year,
        "attestations": _attestations,
        "attestation_signatures": _attestation_signatures,
        "funded_orders": lambda known: known.rows(_model(known), FundedOrder),
        "reserve": lambda known: known.newest(_model(known), Reserve),
        "stock": lambda known: known.newest(_model(known), StockCount),
        "flows": _flows,
        "units_certified_before": lambda known: sum(share.units for share in known.once(_shares)),
        "units_model_certified_before": lambda known: sum(
            s.units for s in known.once(_shares) if s.model == _model(known)
        ),
        "class_units_left_by_month": lambda known: known.claim.get("class_units_left_by_month"),
        "units_need_unmet": lambda known: need_unmet(known.once(_year)),
        "units_aid_received": lambda known: sum(
            aid.units for aid in known.of(f"class:{known.once(_class)}", AidReceived)
        ),
        "inputs_unsigned": lambda known: p1_certificates.inputs_unsigned(known.reading, known.once(_class), known.row),
        "keys": _keys,
    }
)
