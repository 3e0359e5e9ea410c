"""P9 at the surplus gate: what did the registers hold of a tranche's certificate, its balance, capacity and home?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ecluse.base.days import Month
from ecluse.office.audit.p1_attested import capacity_of_span
from ecluse.office.audit.p1_restated import signed_attestations
from ecluse.office.audit.p2_home import home_on
from ecluse.office.audit.p9_known import Known
from ecluse.office.audit.reading import Filed
from ecluse.office.audit.sides import is_low
from ecluse.office.registers import (
    Budget,
    CapacityStanding,
    DealSeen,
    HomeStanding,
    Model,
    Split,
)
from ecluse.surplus.terms import (
    Balance,
    Certificate,
    Draw,
    DrawState,
    HomeProgress,
    ModelCapacity,
    SurplusPolicy,
    Withdrawal,
)

HELD = (DrawState.RESERVED, DrawState.COMMITTED, DrawState.USED)


def model_of(known: Known) -> Model | None:
    """Which catalogue entry is the order's model?"""
    return next((m for m in known.of(f"class:{known.order.class_}", Model) if m.id == known.order.model), None)


def units_of(known: Known) -> int:
    """How many units does the tranche hold: the order's, or its share of a split?"""
    for split in known.of(f"{known.order.id}/0", Split):
        if known.tranche in split.children:
            return split.units[split.children.index(known.tranche)]
    return known.order.units


def certificate_of(known: Known) -> Filed | None:
    """Which certificate does the order draw on?"""
    return known.newest(known.order.certificate, Certificate)


def balance(known: Known) -> Balance | None:
    """What did the draws of all other tranches leave of the certificate?"""
    found = known.once(certificate_of)
    if found is None:
        return None
    certificate: Certificate = found.value
    last: dict[str, Draw] = {draw.tranche: draw for draw in known.of(certificate.id, Draw)}
    sums = dict.fromkeys(HELD, 0)
    for tranche, draw in last.items():
        if tranche != known.tranche and draw.state in sums:
            sums[draw.state] += draw.units
    return Balance(certificate.id, certificate.units_certified, *(sums[state] for state in HELD))


def capacity(known: Known) -> ModelCapacity | None:
    """What did the makers attest and demonstrate of the model over the certificate's months, else over the year?"""
    found = known.once(certificate_of)
    certificate: Certificate | None = found.value if found else None
    if is_low(known.reading):
        return _capacity_stated(known, certificate) if certificate else None
    attested = signed_attestations(known.reading, known.rows, known.order.model)
    if not attested:
        return None
    first, last = (certificate.first_month, certificate.last_month) if certificate else year_of(known)
    return capacity_of_span(attested, first, last, known.on)


def _capacity_stated(known: Known, certificate: Certificate) -> ModelCapacity | None:
    """On the low side: the high side's word, which proves no more than what was certified."""
    said = [word for word in known.of(certificate.id, CapacityStanding) if word.stated_on <= known.on]
    if not said:
        return None
    units = certificate.units_certified
    return ModelCapacity(units, units if said[-1].is_demonstrated else 0, said[-1].valid_until)


def year_of(known: Known) -> tuple[Month, Month]:
    """Which months does the planning year span? Those of the signed budgets."""
    months = [budget.month for budget in known.of("budget", Budget)]
    return min(months), max(months)


def home(known: Known) -> HomeProgress | None:
    """What was planned for the home army of the class and accepted, over the months whose acts were in?"""
    class_ = known.order.class_
    if is_low(known.reading):
        said = [word for word in known.of(f"home:{class_}", HomeStanding) if word.stated_on <= known.on]
        return HomeProgress(class_, said[-1].month, int(said[-1].is_behind), 0) if said else None
    return home_on(known.rows, class_, known.on)


def also_claimed_by(known: Known) -> str | None:
    """Which order filed before sells the same units: same exporter, buyer, model, quantity and day of contract?"""
    own = _deal(known.order)
    seen = [deal for deal in known.of(f"prices:{known.order.model}", DealSeen) if _deal(deal) == own]
    return seen[0].order if seen and seen[0].order != known.order.id else None


def _deal(record: Any) -> tuple[Any, ...]:
    return record.exporter, record.buyer, record.units, record.contract_on


def _kind(known: Known) -> str | None:
    model = model_of(known)
    return model.kind if model else None


def _keys(known: Known) -> list[Filed]:
    found = known.once(certificate_of)
    return known.keys(found.value.owner) if found else []


FIELDS: Mapping[str, Callable[[Known], Any]] = MappingProxyType(
    {
        "tranche": lambda known: known.tranche,
        "order": lambda known: known.order.id,
        "model": lambda known: known.order.model,
        "class": lambda known: known.order.class_,
        "kind": _kind,
        "origin": lambda known: known.order.origin,
        "units": units_of,
        "filed_on": lambda known: known.order.filed_on,
        "deliver_in": lambda known: known.order.deliver_in,
        "certificate": certificate_of,
        "certificate_signatures": lambda known: known.signatures(
            known.once(certificate_of), known.claim.get("certificate_signatures")
        ),
        "withdrawal": lambda known: known.newest(known.order.certificate, Withdrawal),
        "policy": lambda known: known.in_force("policy:surplus", SurplusPolicy),
        "balance": balance,
        "capacity": capacity,
        "home": home,
        "also_claimed_by": also_claimed_by,
        "keys": _keys,
    }
)
