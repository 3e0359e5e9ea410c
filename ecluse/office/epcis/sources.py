"""Which sealed records does a document of events tell, with their salts, their place in the log, and their sale?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import EvidenceError
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.epcis.told import Sale, Sealed, Telling
from ecluse.custody.ranges import Ranges
from ecluse.custody.terms import (
    Centre,
    DeliveryVerification,
    Level,
    Line,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    Sighting,
)
from ecluse.licence.terms import Licence
from ecluse.office.actions.cases import HOME_SERVICE, state_of
from ecluse.office.desk.today import HOME_ZONE
from ecluse.office.facts.custody import level_of
from ecluse.office.models import Record, Salt
from ecluse.office.registers import Order, Packing, Release, Unpacking
from ecluse.office.registers_people import ActedBy
from ecluse.office.session import Session

AT_ONCE = 900
OF_TRANCHE = (Packing, Unpacking, Release, Manifest, Loss, Sighting)
TOLD = (Marking, *OF_TRANCHE, DeliveryVerification)


@dataclass(frozen=True, slots=True)
class Found:
    """One record on file: its row, its value, and the sealed side of it that an event needs."""

    row: Record
    value: Any
    sealed: Sealed


@dataclass(slots=True)
class Library:
    """What events refer to, read once: blocks, lines, orders and what belongs to them."""

    session: Session
    zone: tzinfo = HOME_ZONE
    blocks: dict[str, SerialBlock] = field(default_factory=dict)
    orders: dict[str, tuple[Order, Sale] | None] = field(default_factory=dict)
    manifests: dict[str, list[Manifest]] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)

    def block(self, name: str) -> SerialBlock | None:
        """Which block is it?"""
        if name not in self.blocks:
            found = self.session.newest(name, SerialBlock)
            if found is None:
                return None
            self.blocks[name] = found
        return self.blocks[name]

    def line(self, name: str | None) -> Line | None:
        """Which line is it?"""
        return self.session.newest(name, Line) if name else None

    def order_of(self, tranche: str) -> tuple[Order, Sale] | None:
        """To which order does this tranche belong, and what goes with it?"""
        name = tranche.rpartition("/")[0]
        if name not in self.orders:
            order = self.session.newest(name, Order)
            self.orders[name] = None if order is None else (order, self._sale(order))
        return self.orders[name]

    def _sale(self, order: Order) -> Sale:
        session, line = self.session, self.line(order.line)
        centre = session.newest(order.centre, Centre) if order.centre else None
        licence = session.newest(order.id, Licence)
        home = state_of(session, HOME_SERVICE)
        on_the_way = {place.host for place in (line, centre) if place is not None}
        states = frozenset({order.destination, home, *order.transit, *on_the_way})
        return Sale(
            order.id, order.end_user, states, licence.id if licence else "", order.statement or "",
            order.certificate or "",
        )  # fmt: skip

    def level(self, class_: str, on: date) -> Level:
        """How finely is this class traced on this day?"""
        return level_of(self.session, class_, on)

    def telling(self, class_: str, on: date, only: Ranges | None, blocks: Iterable[str], sale: Sale | None) -> Telling:
        """How are records told that are about these blocks?"""
        named = {name: found for name in blocks for found in [self.block(name)] if found is not None}
        return Telling(self.zone, self.level(class_, on), named, only, sale)

    def handovers(self, tranche: str) -> list[Manifest]:
        """Which handovers has this tranche, by the custodians' own count?"""
        if tranche not in self.manifests:
            self.manifests[tranche] = sorted(self.session.of(tranche, Manifest), key=lambda m: (m.sequence, m.id))
        return self.manifests[tranche]


def of_subjects(subjects: Iterable[str], kinds: Iterable[type]) -> list[Found]:
    """Which records of these kinds are about these subjects, in the order in which they were written?"""
    wanted, versions = sorted(set(subjects)), [VERSIONS[kind] for kind in kinds]
    rows: list[Record] = []
    for start in range(0, len(wanted), AT_ONCE):
        rows += Record.objects.filter(subject__in=wanted[start : start + AT_ONCE], v__in=versions)
    return sealed_sides(sorted(rows, key=lambda row: (row.subject, row.turn)))


def manifests_of(subjects: Iterable[str]) -> list[Manifest]:
    """Which handovers have these tranches? Looked through alone; whichever is told is checked when it is told."""
    rows = Record.objects.filter(v=VERSIONS[Manifest])
    return [unseal(bytes(body)) for (body,) in _many(rows, "subject", sorted(set(subjects)), ("body",))]


def of_days(first: date, last: date) -> list[Found]:
    """Which records were written between these days, both included?"""
    versions = [VERSIONS[kind] for kind in TOLD]
    rows = Record.objects.filter(v__in=versions, on__range=(first, last)).order_by("on", "log", "index", "turn")
    return sealed_sides(rows)


def sealed_sides(rows: Iterable[Record]) -> list[Found]:
    """The same with salts, and the instant of writing where a person wrote. Raises EvidenceError for an altered one."""
    listed = list(rows)
    salts = dict(_many(Salt.objects.all(), "digest", [row.digest for row in listed], ("digest", "salt_hex")))
    instants = _written([row.subject for row in listed])
    return [_found(row, salts, instants) for row in listed]


def _found(row: Record, salts: dict[str, str], instants: dict[tuple[str, int], datetime]) -> Found:
    body = bytes(row.body)
    if digest(body) != row.digest or row.digest not in salts:
        raise EvidenceError(f"{row.rid} was altered after it was sealed: run ecluse audit")
    at = instants.get((row.log, row.index))
    return Found(row, unseal(body), Sealed(row.digest, bytes.fromhex(salts[row.digest]), row.log, row.index, at))


def _written(subjects: list[str]) -> dict[tuple[str, int], datetime]:
    """At which instant was each entry written by a person? None for what was carried or done by the clock."""
    people = Record.objects.filter(v=VERSIONS[ActedBy])
    rows = _many(people, "subject", sorted(set(subjects)), ("log", "index", "body"))
    return {(log, index): unseal(bytes(body)).at for log, index, body in rows}


def _many(query: Any, column: str, wanted: list[str], fields: tuple[str, ...]) -> Iterator[Any]:
    for start in range(0, len(wanted), AT_ONCE):
        yield from query.filter(**{f"{column}__in": wanted[start : start + AT_ONCE]}).values_list(*fields)
