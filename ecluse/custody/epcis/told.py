"""Which events of EPCIS 2.0 tell what custody has on record? One function a kind of record.

A record known by its day alone is told at the first instant of that legal day, and says so. Nothing is read here: who
calls has the records, their digests and salts, and what they belong to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

from ecluse.custody.chain import taken_over
from ecluse.custody.epcis import vocabulary as words
from ecluse.custody.epcis.names import event_id, lot_urn, place_urn, unit_urn, urn_of
from ecluse.custody.epcis.terms import Action, BizTransaction, Event, EventKind, Persistent, Place, Quantity, Side
from ecluse.custody.ranges import Ranges, normal, overlap, same
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import (
    DeliveryVerification,
    Fate,
    Level,
    Loss,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
    Step,
)

CONTEXT = ("https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ecluse": "urn:ecluse:epcis:"})
STANDARD_OFFSET = len("+02:00")
SCOPE_LETTERS = 16
# How did a unit end, by the cause that its custodian stated? What is not here was lost, and nobody knows more.
ENDED = {
    "destroyed": "destroyed", "enemy_action": "destroyed", "fire": "destroyed", "defect_destroyed": "destroyed",
    "acceptance_test": "destroyed", "damaged": "damaged", "damage": "damaged", "flood": "damaged",
    "theft": "stolen", "stolen": "stolen", "seizure": words.SEIZED, "seized": words.SEIZED,
}  # fmt: skip
SENT = {Step.RETURN: "returned", Step.RECALL: "recalled"}
RECEIVED = {Step.RELEASE: "in_transit", Step.RETURN: "returned", Step.RECALL: "recalled"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed record behind an event: its digest and salt, where its commitment stands, when it was written."""

    digest: str
    salt: bytes
    log: str
    index: int
    recorded: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """What a tranche belongs to: its order, papers, end user, and the states where its goods have business."""

    order: str
    end_user: str
    states: frozenset[str]
    licence: str = ""
    statement: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """How is it told? Zone of the legal days, how finely this class is traced, the blocks named, and which units only.

    `only` leaves out of every event what is not asked for; None tells all.
    """

    zone: tzinfo
    level: Level
    blocks: Mapping[str, SerialBlock]
    only: Ranges | None = None
    sale: Sale | None = None


@dataclass(frozen=True, slots=True)
class _When:
    time: str
    offset: str
    is_day: bool


def born(marking: Marking, sealed: Sealed, telling: Telling, *, maker: str, state: str) -> tuple[Event, ...]:
    """What is told of numbers that a line marked? Made units begin, void ones end; unused numbers were never units."""
    if marking.fate is Fate.UNUSED:
        return ()
    place = Place(place_urn(state, marking.line))
    is_home = telling.blocks[marking.block].funded_for_home
    is_made = marking.fate is Fate.MADE
    # A lot is made of what is not traced: its number stands for what went in.
    is_lot = is_made and telling.level is Level.LOT
    return _told(
        "born", (marking.range,), sealed, telling, _day(marking.on, telling),
        kind=EventKind.TRANSFORMATION if is_lot else EventKind.OBJECT,
        action=None if is_lot else Action.ADD if is_made else Action.DELETE,
        transformation=urn_of(marking.id) if is_lot else None,
        biz_step="commissioning" if is_made else "decommissioning",
        disposition=(words.RESERVED_FOR_HOME_ARMY if is_home else "active") if is_made else "inactive",
        read_point=place, biz_location=place, sources=(Side("possessing_party", urn_of(maker)),),
        extra={"ecluse:model": urn_of(marking.model)},
    )  # fmt: skip


def packed(
    run: SerialRange, sealed: Sealed, telling: Telling, *, tranche: str, on: date, place: str, is_undone: bool = False
) -> tuple[Event, ...]:
    """What is told of numbers that were packed for a tranche, or taken out of it again?"""
    return _told(
        "unpacked" if is_undone else "packed", (run,), sealed, telling, _day(on, telling), kind=EventKind.AGGREGATION,
        parent=urn_of(tranche), action=Action.DELETE if is_undone else Action.ADD,
        biz_step="unpacking" if is_undone else "packing",
        disposition="recalled" if is_undone else words.SURPLUS_DECLARED,
        read_point=Place(place), transactions=_papers(telling),
    )  # fmt: skip


def released(
    ranges: Iterable[SerialRange], sealed: Sealed, telling: Telling, *, tranche: str, on: date, place: str
) -> tuple[Event, ...]:
    """What is told of a tranche that may leave? Its units are tied to the papers under which they go."""
    return _told(
        "released", ranges, sealed, telling, _day(on, telling), kind=EventKind.TRANSACTION, action=Action.ADD,
        parent=urn_of(tranche), biz_step="staging_outbound", disposition="available", read_point=Place(place),
        transactions=_papers(telling) or (BizTransaction(urn_of(tranche), "po"),),
    )  # fmt: skip


def handed_over(manifest: Manifest, sealed: Sealed, telling: Telling, *, from_state: str) -> tuple[Event, ...]:
    """What is told of a handover? Sent by one side, received by the other, and what the receiver did not sign for."""
    give, take = urn_of(manifest.from_custodian), urn_of(manifest.to_custodian)
    start = place_urn(from_state, manifest.from_custodian)
    end = place_urn(manifest.place_state, manifest.to_custodian)
    both = {
        "kind": EventKind.OBJECT, "action": Action.OBSERVE,
        "transactions": (BizTransaction(urn_of(manifest.id), "desadv"), *(_papers(telling) or ())),
        "sources": (Side("possessing_party", give), Side("location", start)),
        "destinations": (Side("possessing_party", take), Side("location", end)),
        "extra": {"ecluse:step": manifest.step.value, "ecluse:authority": urn_of(manifest.authority)},
    }  # fmt: skip
    out = _told(
        "sent", manifest.ranges, sealed, telling, _at(manifest.sent_at, telling), biz_step="shipping",
        disposition=SENT.get(manifest.step, "in_transit"), read_point=Place(start), **both,
    )  # fmt: skip
    if manifest.received_at is None:
        return out
    when, place = _at(manifest.received_at, telling), Place(end)
    out += _told(
        "received", taken_over(manifest), sealed, telling, when, biz_step="receiving",
        disposition=_received(manifest, telling), read_point=place, biz_location=place, **both,
    )  # fmt: skip
    for part, ranges, disposition in (
        ("short", manifest.short, "mismatch_quantity"), ("rejected", manifest.rejected, "non_conformant"),
    ):  # fmt: skip
        out += _told(
            part, ranges, sealed, telling, when, biz_step="inspecting", disposition=disposition, read_point=place,
            **both,
        )  # fmt: skip
    return out


def _received(manifest: Manifest, telling: Telling) -> str:
    is_elsewhere = telling.sale is not None and manifest.to_custodian != telling.sale.end_user
    if manifest.step is Step.DELIVERY and is_elsewhere:
        return words.DIVERTED
    return RECEIVED.get(manifest.step, "in_progress")


def lost(loss: Loss, sealed: Sealed, telling: Telling, *, state: str) -> tuple[Event, ...]:
    """What is told of units that a custodian reports lost, stolen, seized, damaged or destroyed?"""
    how = ENDED.get(loss.cause, "unknown")
    is_end = how == "destroyed"
    return _told(
        "lost", loss.ranges, sealed, telling, _day(loss.on, telling), kind=EventKind.OBJECT,
        action=Action.DELETE if is_end else Action.OBSERVE, biz_step="destroying" if is_end else "inspecting",
        disposition=how, read_point=Place(place_urn(state, loss.custodian)), transactions=_papers(telling),
        sources=(Side("possessing_party", urn_of(loss.custodian)),), extra={"ecluse:cause": loss.cause},
    )  # fmt: skip


def verified(made: DeliveryVerification, sealed: Sealed, telling: Telling, *, state: str) -> tuple[Event, ...]:
    """What is told of a delivery that the end user's state certified?"""
    place = Place(place_urn(state, made.end_user))
    return _told(
        "verified", made.ranges, sealed, telling, _day(made.on, telling), kind=EventKind.OBJECT, action=Action.OBSERVE,
        biz_step="accepting", disposition="conformant", read_point=place, biz_location=place,
        persistent=Persistent(begun=("completeness_verified",)),
        transactions=(BizTransaction(urn_of(made.id), "recadv"), *(_papers(telling) or ())),
        destinations=(Side("possessing_party", urn_of(made.end_user)),),
        extra={"ecluse:authority": urn_of(made.owner), "ecluse:units": made.units},
    )  # fmt: skip


def sighted(seen: Sighting, sealed: Sealed, telling: Telling) -> tuple[Event, ...]:
    """What is told of a unit that somebody saw? Diverted, when it is seen where its sale has no business."""
    is_astray = telling.sale is not None and seen.state not in telling.sale.states
    return _told(
        "sighted", (seen.range,), sealed, telling, _day(seen.on, telling), kind=EventKind.OBJECT,
        action=Action.OBSERVE, biz_step="inspecting", disposition=words.DIVERTED if is_astray else "unknown",
        read_point=Place(place_urn(seen.state, seen.reporter)), transactions=_papers(telling),
    )  # fmt: skip


# ------------------------------------------------------------------ one event


def _told(
    part: str, ranges: Iterable[SerialRange], sealed: Sealed, telling: Telling, when: _When, **members: Any
) -> tuple[Event, ...]:
    """The event about these numbers; none where nothing is left of them. A view of a part has an id of its own."""
    whole = normal(ranges)
    seen = whole if telling.only is None else overlap(whole, telling.only)
    if not seen:
        return ()
    scope = "" if same(seen, whole) else "/" + _scope(seen)
    extra = {
        **members.pop("extra", {}), **({"ecluse:precision": "day"} if when.is_day else {}),
        "ecluse:log": sealed.log, "ecluse:index": sealed.index,
    }  # fmt: skip
    recorded = sealed.recorded.astimezone(telling.zone).isoformat(timespec="milliseconds") if sealed.recorded else None
    event = Event(
        time=when.time, offset=when.offset, id=event_id(sealed.salt, sealed.digest, part + scope), recorded=recorded,
        **objects(seen, telling), **members, extra=extra,
    )  # fmt: skip
    return (event,)


def objects(ranges: Ranges, telling: Telling) -> dict[str, Any]:
    """How are these numbers named? One by one where each is traced, else, or in no known block, as lots of so many."""
    is_unit = telling.level is Level.UNIT
    single = [run for run in ranges if is_unit and run.block in telling.blocks]
    lots = tuple(Quantity(lot_urn(run), run.units()) for run in ranges if run not in single)
    units = tuple(
        unit_urn(serial_text(telling.blocks[run.block].prefix, number))
        for run in single for number in range(run.first, run.last + 1)
    )  # fmt: skip
    return {**({"epcs": units} if units else {}), **({"quantities": lots} if lots else {})}


def _scope(ranges: Ranges) -> str:
    text = ",".join(lot_urn(run) for run in ranges)
    return hashlib.sha256(text.encode()).hexdigest()[:SCOPE_LETTERS]


def _papers(telling: Telling) -> tuple[BizTransaction, ...] | None:
    """Under which papers does it go: order, licence, end-use statement, surplus certificate?"""
    sale = telling.sale
    if sale is None:
        return None
    named = (
        (sale.order, "po"), (sale.licence, "cert"), (sale.statement, words.END_USE_STATEMENT),
        (sale.certificate, words.SURPLUS_CERTIFICATE),
    )  # fmt: skip
    return tuple(BizTransaction(urn_of(id), type) for id, type in named if id)


def _day(on: date, telling: Telling) -> _When:
    at = datetime.combine(on, time(), telling.zone)
    return _When(at.isoformat(timespec="seconds"), at.isoformat()[-STANDARD_OFFSET:], True)


def _at(at: datetime, telling: Telling) -> _When:
    here = at.astimezone(telling.zone)
    return _When(here.isoformat(timespec="milliseconds"), here.isoformat()[-STANDARD_OFFSET:], False)
