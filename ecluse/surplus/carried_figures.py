"""Which figures of surplus does a record carry into the closed envelope?

One row for each kind of record; a figure's name says what it is, and of which month. The day is the one that the record
states of itself: of two that speak of the same thing the later takes the earlier one's place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ecluse.base.figures import Figures, Scope
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    Certificate,
    Draw,
    FundedOrder,
    JudgedSurplus,
    ModelFlow,
    MonthUnits,
    Reserve,
    StatedNeed,
    StockCount,
)


def figures_of(value: Any) -> Figures | None:
    """Which figures does this record carry? None for one that carries none.

    >>> figures_of("not a record") is None
    True
    """
    kind = KINDS.get(type(value))
    found = kind(value) if kind else None
    return found if found and found.values else None


def home_figures(hearing_on: date, certificate: str, class_: str, model: str, flows: Iterable[ModelFlow]) -> Figures:
    """Which figures does the passed hearing of a certificate add: what of each month's output home takes of the model?

    All else of its look-ahead stands in the owners' own figures.
    """
    home = {f"home {flow.month}": flow.units_home for flow in flows}
    return Figures("home", (_certified(certificate), *_goods(class_, model)), tuple(home.items()), hearing_on)


def _capacity(value: CapacityAttestation) -> Figures:
    scope = (*_goods(value.class_, value.model), _owner(value.maker))
    points = (*_last("made", value.capacity), *_last("shown", value.demonstrated))
    return Figures("capacity", scope, points, value.attested_on, value.maker)


def _order(value: FundedOrder) -> Figures:
    scope = (*_goods(value.class_, value.model), _owner(value.owner), Scope("funder", value.funder.value))
    return Figures("order", scope, _summed("due", value.due), value.ordered_on, value.owner)


def _need(value: StatedNeed) -> Figures:
    scope = (*_goods(value.class_), _owner(value.owner), Scope("priority", str(value.priority)))
    return Figures("need", scope, _summed("needed", value.needed), value.stated_on, value.owner)


def _absorption(value: AbsorptionLimit) -> Figures:
    return Figures("absorption", _period(value), (("units", value.units),), value.stated_on, value.owner)


def _judged(value: JudgedSurplus) -> Figures:
    return Figures("judged", _period(value), (("units", value.units),), value.judged_on, value.owner)


def _stock(value: StockCount) -> Figures:
    counted = Scope("counted_on", value.counted_on.isoformat())
    scope = (*_goods(value.class_, value.model), _owner(value.owner), counted)
    return Figures("stock", scope, (("units", value.units),), value.counted_on, value.owner)


def _reserve(value: Reserve) -> Figures:
    scope = (*_goods(value.class_, value.model), _owner(value.owner))
    return Figures("reserve", scope, (("units", value.units),), value.set_on, value.owner)


def _certificate(value: Certificate) -> Figures:
    """Its maker is named as the owner of the capacity on which it rests; the maker does not sign it."""
    scope = (
        _certified(value.id), *_goods(value.class_, value.model), _owner(value.maker), Scope("rule", value.rule.value),
        Scope("policy", value.policy), Scope("first", str(value.first_month)), Scope("last", str(value.last_month)),
    )  # fmt: skip
    return Figures("certificate", scope, (("certified", value.units_certified),), value.issued_on)


def _draw(value: Draw) -> Figures:
    expires = (Scope("expires_on", value.expires_on.isoformat()),) if value.expires_on else ()
    scope = (_certified(value.certificate), Scope("tranche", value.tranche, True), Scope("state", value.state.value))
    return Figures("draw", (*scope, *expires), (("units", value.units),), value.on)


KINDS: dict[type, Callable[[Any], Figures]] = {
    CapacityAttestation: _capacity,
    FundedOrder: _order,
    StatedNeed: _need,
    AbsorptionLimit: _absorption,
    JudgedSurplus: _judged,
    StockCount: _stock,
    Reserve: _reserve,
    Certificate: _certificate,
    Draw: _draw,
}


def _goods(class_: str, model: str | None = None) -> tuple[Scope, ...]:
    of_class = Scope("class", class_, True)
    return (of_class,) if model is None else (of_class, Scope("model", model, True))


def _owner(owner: str) -> Scope:
    return Scope("owner", owner, True)


def _certified(certificate: str) -> Scope:
    return Scope("certificate", certificate, True)


def _period(value: AbsorptionLimit | JudgedSurplus) -> tuple[Scope, ...]:
    span = (Scope("first", str(value.first_month)), Scope("last", str(value.last_month)))
    return (*_goods(value.class_), _owner(value.owner), *span)


def _last(name: str, points: Iterable[MonthUnits]) -> tuple[tuple[str, int], ...]:
    """Of a month named twice the later word counts, as in facts of capacity."""
    return tuple({f"{name} {point.month}": point.units for point in points}.items())


def _summed(name: str, points: Iterable[MonthUnits]) -> tuple[tuple[str, int], ...]:
    """A month named twice counts with both, as in facts of orders and needs."""
    found: dict[str, int] = {}
    for point in points:
        key = f"{name} {point.month}"
        found[key] = found.get(key, 0) + point.units
    return tuple(found.items())
