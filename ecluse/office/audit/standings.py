"""Where does every tranche and order stand, by its hearings alone? Rebuilt, and compared with what is stored."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.db import models
from django.db.models.functions import Cast

from ecluse.office.audit.reading import Filed, Reading, order_of
from ecluse.office.audit.report import Tally
from ecluse.office.models import OrderRow, Tranche
from ecluse.office.registers import DeliveryMade, Order, Split
from ecluse.order import BESIDE, Gate, Hearing, Stage, Standing, stage_of, standing

Rows = dict[str, tuple[object, ...]]


class Place(NamedTuple):
    """A tranche's place: gate, standing, hearings of its last day; units; the parent it was split from."""

    gate: Gate
    standing: Standing
    hearings: tuple[str, ...]
    units: int
    parent: str | None
    is_split: bool


def places(reading: Reading) -> dict[str, Place]:
    """Where does every tranche stand?"""
    found = reading.kept("places")
    if found is None:
        found = reading.keep("places", _rebuilt(reading))
    return dict(found)


def _rebuilt(reading: Reading) -> dict[str, Place]:
    heard: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(Hearing):
        if row.value.gate not in BESIDE:
            heard[row.value.tranche].append(row)
    delivered = {row.value.tranche: row.value.on for row in reversed(reading.of(DeliveryMade))}
    splits = {row.value.parent: row.value for row in reading.of(Split)}
    units = {c: share for split in splits.values() for c, share in zip(split.children, split.units, strict=False)}
    parents = {child: parent for parent, split in splits.items() for child in split.children}
    orders, found = reading.orders(), {}
    for tranche in sorted({*heard, *parents}):
        parent = parents.get(tranche)
        own = sorted([*heard[parent], *heard[tranche]] if parent else heard[tranche], key=lambda row: row.on)
        stage = stage_of((row.value for row in own), delivered.get(tranche))
        if stage is not None:
            order = orders.get(order_of(tranche))
            whole = order.value.units if order else 0
            last = tuple(row.value.id for row in own if row.on == own[-1].on)
            found[tranche] = Place(
                stage.gate, stage.standing, last, units.get(tranche, whole), parent, tranche in splits
            )
    return found


def order_standings(reading: Reading) -> dict[str, tuple[Standing, str]]:
    """Where does every order stand, and at which gate: with its gravest tranche that was not split?"""
    own: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for tranche, place in places(reading).items():
        if not place.is_split:
            own[order_of(tranche)].append((tranche, place))
    found = {}
    for row in reading.of(Order):
        stages = sorted(own[row.value.id], key=lambda item: int(item[0].rpartition("/")[2] or 0))
        stand = standing(Stage(place.gate, place.standing) for _, place in stages)
        gate = next((place.gate for _, place in stages if place.standing is stand), Gate.SURPLUS)
        found[row.value.id] = (stand, gate.value)
    return found


def standings_are_rebuilt(reading: Reading, tally: Tally) -> None:
    """Do the stored standings of tranches and orders say what their hearings say?"""
    columns = ("tranche", "gate", "standing", "hearing", "units", "parent", "is_split", "order")
    stored: Rows = {tranche: tuple(rest) for tranche, *rest in Tranche.objects.values_list(*columns)}
    rebuilt: Rows = {
        tranche: (
            p.gate.value, p.standing.value, _heard(p, stored.get(tranche)), p.units, p.parent, p.is_split,
            order_of(tranche),
        )
        for tranche, p in places(reading).items()
    }  # fmt: skip
    _compare(tally, "tranche_differs", stored, rebuilt)
    filed_on = Cast("filed_on", models.TextField())
    rows = OrderRow.objects.annotate(day=filed_on).values_list("order", "exporter", "day", "standing", "gate")
    kept: Rows = {order: tuple(rest) for order, *rest in rows}
    filed = {row.value.id: row.value for row in reading.of(Order)}
    stands = order_standings(reading)
    wanted: Rows = {
        order: (filed[order].exporter, filed[order].filed_on.isoformat(), stand.value, gate)
        for order, (stand, gate) in stands.items()
    }
    _compare(tally, "order_differs", kept, wanted)


def _heard(place: Place, stored: tuple[object, ...] | None) -> str:
    """Of a parent's and a child's hearing on one day either may have been written last."""
    kept = str(stored[2]) if stored else ""
    return kept if kept in place.hearings else place.hearings[-1]


def _compare(tally: Tally, key: str, stored: Rows, rebuilt: Rows) -> None:
    for name in sorted(set(stored) | set(rebuilt)):
        tally.count("standings")
        if stored.get(name) != rebuilt.get(name):
            tally.broken(
                key, name, None, rests=[order_of(name)], stored=_spelled(stored.get(name)),
                rebuilt=_spelled(rebuilt.get(name)),
            )  # fmt: skip


def _spelled(row: tuple[object, ...] | None) -> str:
    return " ".join(map(str, row)) if row else "-"
