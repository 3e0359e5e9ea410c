"""Which units does an event name, in which of our blocks, and to which consignment do they belong?"""

from __future__ import annotations

from collections.abc import Iterator

from ecluse.custody.epcis.faults import Spot
from ecluse.custody.epcis.members import NAMES
from ecluse.custody.epcis.names import lot_of, serial_of
from ecluse.custody.epcis.terms import Event
from ecluse.custody.ranges import Ranges, difference, normal, overlap, twice
from ecluse.custody.serials import is_in_block
from ecluse.custody.terms import SerialBlock, SerialRange
from ecluse.office.desk.refs import on_file
from ecluse.office.registers import Packing, Unpacking
from ecluse.office.session import Session


def units_of(spot: Spot, event: Event) -> Ranges:
    """Which numbers of our blocks does it name? A name that is none of ours is a fault at its place."""
    blocks = on_file(SerialBlock)
    found: list[SerialRange] = []
    for place, run in _named(spot, event, blocks):
        if run is None:
            place.fault("unit", _shown(place, event))
        else:
            found.append(run)
    if found and twice(found):
        spot.fault("unit_twice", str(twice(found)))
    return normal(found)


def _named(spot: Spot, event: Event, blocks: list[SerialBlock]) -> Iterator[tuple[Spot, SerialRange | None]]:
    names = NAMES[event.kind]
    for number, urn in enumerate(event.epcs or ()):
        yield spot.at(names["epcs"], number), _unit(urn, blocks)
    for number, one in enumerate(event.quantities or ()):
        run = lot_of(one.epc_class)
        is_whole = run is not None and one.quantity == run.units() and one.uom is None and _is_within(run, blocks)
        yield spot.at(names["quantities"], number), run if is_whole else None


def _unit(urn: str, blocks: list[SerialBlock]) -> SerialRange | None:
    read = serial_of(urn)
    block = next((one for one in blocks if is_in_block(read, one)), None) if read else None
    return SerialRange(block.id, read.number, read.number) if read and block else None


def _is_within(run: SerialRange, blocks: list[SerialBlock]) -> bool:
    return any(one.id == run.block and one.first <= run.first and run.last < one.first + one.count for one in blocks)


def _shown(place: Spot, event: Event) -> str:
    number = int(place.path[-1])
    is_single = place.path[-2] == NAMES[event.kind]["epcs"]
    return (event.epcs or ())[number] if is_single else (event.quantities or ())[number].epc_class


def consignments_of(session: Session, ranges: Ranges) -> set[str]:
    """For which tranches are these numbers packed now? One that nobody packed, or that was taken back, has none."""
    found: set[str] = set()
    for name in {run.block for run in ranges}:
        held: dict[str, Ranges] = {}
        for filed in session.file(name).records:
            made = filed.value
            if isinstance(made, Packing | Unpacking):
                run, own = SerialRange(name, made.first, made.last), held.get(made.tranche, ())
                held[made.tranche] = normal([*own, run]) if isinstance(made, Packing) else difference(own, [run])
        found |= {tranche for tranche, own in held.items() if overlap(own, ranges)}
    return found
