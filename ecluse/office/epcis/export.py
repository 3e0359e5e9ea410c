"""Which document of EPCIS 2.0 tells of one unit, one consignment or a time, from sealed records alone?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from ecluse.base.errors import EvidenceError
from ecluse.custody.epcis import told
from ecluse.custody.epcis.names import place_urn
from ecluse.custody.epcis.terms import Document, Event
from ecluse.custody.ranges import Ranges, normal, overlap
from ecluse.custody.serials import is_in_block, parse
from ecluse.custody.terms import DeliveryVerification, Loss, Manifest, Marking, SerialBlock, SerialRange, Sighting
from ecluse.office.desk.refs import on_file
from ecluse.office.epcis.sources import OF_TRANCHE, Found, Library, manifests_of, of_days, of_subjects
from ecluse.office.facts.custody import packed_ranges
from ecluse.office.registers import Packing, Release, Unpacking
from ecluse.office.session import Session

# In which order do the events of one day happen?
PHASES = (Marking, Packing, Release, Manifest, Loss, DeliveryVerification, Unpacking, Sighting)


class Unknown(KeyError):
    """Nothing is on file under this name."""


def of_serial(session: Session, serial: str) -> tuple[Event, ...]:
    """What happened to the unit with this serial number? It alone is named. Raises Unknown."""
    try:
        read = parse(serial)
    except EvidenceError:
        raise Unknown(serial) from None
    block = next((one for one in on_file(SerialBlock) if is_in_block(read, one)), None)
    if block is None:
        raise Unknown(serial)
    only = (SerialRange(block.id, read.number, read.number),)
    tranches = _that_named(session, only[0])
    return events_of(Library(session), [*_births([block.id]), *_of_tranches(session, tranches)], only)


def _that_named(session: Session, run: SerialRange) -> set[str]:
    """Which tranches packed this number, or handed it on all the same?"""
    packings = session.of(run.block, Packing)
    found = {packing.tranche for packing in packings if packing.first <= run.first <= packing.last}
    others = {packing.tranche for packing in packings} - found
    return found | {manifest.tranche for manifest in manifests_of(others) if overlap(manifest.ranges, [run])}


def of_tranche(session: Session, tranche: str) -> tuple[Event, ...]:
    """What happened to the units of this consignment? They alone are named, from their marking on. Raises Unknown."""
    packings = session.of(tranche, Packing)
    if not packings:
        raise Unknown(tranche)
    ever = [SerialRange(packing.block, packing.first, packing.last) for packing in packings]
    handed = [run for manifest in session.of(tranche, Manifest) for run in manifest.ranges]
    only = normal([*ever, *handed])
    found = [*_births({run.block for run in only}), *_of_tranches(session, [tranche])]
    return events_of(Library(session), found, only)


def of_time(session: Session, first: date, last: date) -> tuple[Event, ...]:
    """What was put on record between these days, both included?"""
    return events_of(Library(session), of_days(first, last), None)


def document(events: Iterable[Event], created: datetime) -> Document:
    """Which document holds these events?"""
    return Document(
        created=created.isoformat(timespec="milliseconds"), events=tuple(events), context=list(told.CONTEXT)
    )


def _births(blocks: Iterable[str]) -> list[Found]:
    return of_subjects(blocks, [Marking])


def _of_tranches(session: Session, tranches: Iterable[str]) -> list[Found]:
    listed = sorted(tranches)
    library = Library(session)
    users = {order[0].end_user for tranche in listed for order in [library.order_of(tranche)] if order}
    named = set(listed)
    certified = [one for one in of_subjects(users, [DeliveryVerification]) if one.value.tranche in named]
    return [*of_subjects(listed, OF_TRANCHE), *certified]


def events_of(library: Library, found: Iterable[Found], only: Ranges | None) -> tuple[Event, ...]:
    """Which events tell of these records, of these numbers alone where some are named? Oldest first."""
    keyed = []
    for one in found:
        for part, event in enumerate(TELL[type(one.value)](library, one, only)):
            phase = PHASES.index(type(one.value))
            keyed.append(((event.at.astimezone(library.zone).date(), phase, event.at, one.row.index, part), event))
    return tuple(event for _, event in sorted(keyed, key=lambda pair: pair[0]))


# ------------------------------------------------------------------ one record each


def _born(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    marking: Marking = one.value
    line = library.line(marking.line)
    if line is None or library.block(marking.block) is None:
        return ()
    telling = library.telling(line.class_, marking.on, only, [marking.block], None)
    return told.born(marking, one.sealed, telling, maker=line.maker, state=line.host)


def _of_sale(library: Library, one: Found, only: Ranges | None, tranche: str, ranges: Iterable[SerialRange]) -> Any:
    """How is it told, and where do the goods begin? None for what belongs to no order on file."""
    found = library.order_of(tranche)
    if found is None:
        return None
    order, sale = found
    line = library.line(order.line)
    telling = library.telling(order.class_, one.row.on, only, {run.block for run in ranges}, sale)
    state, maker = (line.host, line.id) if line else ("ZZ", order.exporter)
    return telling, state, place_urn(state, maker)


def _packing(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    made = one.value
    run = SerialRange(made.block, made.first, made.last)
    # Each packing is filed twice, with its tranche and with its block: it happened once.
    way = _of_sale(library, one, only, made.tranche, [run]) if one.row.subject == made.tranche else None
    if way is None:
        return ()
    telling, _, place = way
    is_undone = isinstance(made, Unpacking)
    return told.packed(
        run, one.sealed, telling, tranche=made.tranche, on=made.on, place=place, is_undone=is_undone
    )  # fmt: skip


def _release(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    made: Release = one.value
    ranges = packed_ranges(library.session, made.tranche) if one.row.subject == made.tranche else ()
    way = _of_sale(library, one, only, made.tranche, ranges) if ranges else None
    if way is None:
        return ()
    telling, _, place = way
    before = [m for m in library.handovers(made.tranche) if m.received_at and m.received_at.date() <= made.on]
    inward = [m for m in before if m.step.value in ("dispatch", "arrival")]
    here = place_urn(inward[-1].place_state, inward[-1].to_custodian) if inward else place
    return told.released(ranges, one.sealed, telling, tranche=made.tranche, on=made.on, place=here)


def _handover(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    manifest: Manifest = one.value
    way = _of_sale(library, one, only, manifest.tranche, [*manifest.ranges, *manifest.short, *manifest.rejected])
    if way is None:
        return ()
    telling, state, _ = way
    before = [m for m in library.handovers(manifest.tranche) if m.sequence < manifest.sequence]
    return told.handed_over(manifest, one.sealed, telling, from_state=before[-1].place_state if before else state)


def _loss(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    loss: Loss = one.value
    way = _of_sale(library, one, only, loss.tranche, loss.ranges)
    if way is None:
        return ()
    telling, state, _ = way
    held = [m for m in library.handovers(loss.tranche) if m.to_custodian == loss.custodian]
    return told.lost(loss, one.sealed, telling, state=held[-1].place_state if held else state)


def _verified(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    made: DeliveryVerification = one.value
    way, found = _of_sale(library, one, only, made.tranche, made.ranges), library.order_of(made.tranche)
    return told.verified(made, one.sealed, way[0], state=found[0].destination) if way and found else ()


def _sighted(library: Library, one: Found, only: Ranges | None) -> tuple[Event, ...]:
    # A sighting is filed with its tranche, which it does not name itself.
    way = _of_sale(library, one, only, one.row.subject, [one.value.range])
    return told.sighted(one.value, one.sealed, way[0]) if way else ()


TELL: dict[type, Callable[[Library, Found, Ranges | None], tuple[Event, ...]]] = {
    Marking: _born, Packing: _packing, Unpacking: _packing, Release: _release, Manifest: _handover, Loss: _loss,
    DeliveryVerification: _verified, Sighting: _sighted,
}  # fmt: skip
