"""P9 before the gates: what did the registers hold of a model and its class when a certificate was asked for?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ecluse.office.audit import p1_certificates
from ecluse.office.audit.p1_attested import places_cited
from ecluse.office.audit.p1_home_plan import bought_on_file, flows_on_file, share_of_model
from ecluse.office.audit.p1_restated import last_counts
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.reading import Filed
from ecluse.office.registers import AidReceived, Budget, CertificateAsked, ClassShare, Model
from ecluse.surplus.figures import need_unmet, result_under
from ecluse.surplus.look_ahead import class_by_month, units_left_by_month
from ecluse.surplus.terms import (
    CapacityAttestation,
    ClassYear,
    FundedOrder,
    ModelFlow,
    MonthUnits,
    Reserve,
    StockCount,
    SurplusPolicy,
)


def _request(known: Known) -> Filed | None:
    """What was asked for was filed in the same entry of the log as the hearing."""
    filed = known.reading.about(known.tranche, CertificateAsked)
    return next((row for row in filed if row.place == known.row.place), None)


def _asked(name: str) -> Callable[[Known], Any]:
    def rebuild(known: Known) -> Any:
        found = known.once(_request)
        return getattr(found.value, name) if found is not None else None

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


def _stock(known: Known) -> Filed | None:
    """Which count of the model opened the year, as it was counted last?"""
    rows = known.rows(_model(known), StockCount)
    last = last_counts([row.value for row in rows], min(budget.month for budget in known.of("budget", Budget)))
    return next((row for row in reversed(rows) if any(row.value is count for count in last)), None)


def _attestations(known: Known) -> list[Filed]:
    rows = known.rows(_model(known), CapacityAttestation)
    return [rows[place] for place in places_cited([row.value for row in rows], known.on)]


def _attestation_signatures(known: Known) -> list[Any]:
    stated = known.claim.get("attestation_signatures")
    return [form for row in known.once(_attestations) for form in known.signatures(row, stated)]


def _year(known: Known) -> ClassYear:
    return p1_certificates.class_year(known.reading, known.once(_class), known.row)


def _class_flows(known: Known) -> list[ModelFlow] | None:
    """Capacity, funded orders and what the budget buys beyond them, by month; None where a price is unknown."""
    year, bought = known.once(_year), bought_on_file(known.reading, known.rows)
    return flows_on_file(known.reading, known.rows, known.once(_class), bought, year.first_month.until(year.last_month))


def _flows(known: Known) -> list[ModelFlow]:
    flows = known.once(_class_flows)
    return share_of_model(known.reading, known.rows, _model(known), flows) if flows is not None else []


def _class_units_left(known: Known) -> tuple[MonthUnits, ...]:
    """What was left of the class by each month? Unknown without a policy, its figures or the prices."""
    policy, flows = known.once(_policy), known.once(_class_flows)
    given = result_under(policy.value.rule, known.once(_year), policy.value) if policy else None
    if given is None or flows is None:
        return ()
    return units_left_by_month(class_by_month(given, flows), [(s.first_month, s.units) for s in known.once(_shares)])


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
        "units_asked": _asked("units"),
        "policy": _policy,
        "policy_signatures": lambda known: known.signatures(known.once(_policy), known.claim.get("policy_signatures")),
        "class_year": _year,
        "attestations": _attestations,
        "attestation_signatures": _attestation_signatures,
        "funded_orders": lambda known: known.rows(_model(known), FundedOrder),
        "reserve": lambda known: known.newest(_model(known), Reserve),
        "stock": _stock,
        "flows": _flows,
        "units_certified_before": lambda known: sum(share.units for share in known.once(_shares)),
        "units_model_certified_before": lambda known: sum(
            s.units for s in known.once(_shares) if s.model == _model(known)
        ),
        "class_units_left_by_month": _class_units_left,
        "units_need_unmet": lambda known: need_unmet(known.once(_year)),
        "units_aid_received": lambda known: sum(
            aid.units for aid in known.of(f"class:{known.once(_class)}", AidReceived)
        ),
        "inputs_unsigned": lambda known: p1_certificates.inputs_unsigned(known.reading, known.once(_class), known.row),
        "keys": _keys,
    }
)
