"""Which consignments come by a centre in a carried small year? Persons file one, split it, pack it, and hold it out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk_life import deal, desk_of, do, file, license_it, representative, today


@dataclass(frozen=True)
class Way:
    """One licensed order by a centre: its parts, who makes, who carries, who keeps, who takes."""

    centre: str
    operator: str
    order: Any
    maker: str
    tranches: tuple[str, ...]

    @property
    def keeper(self) -> Any:
        """Who speaks for the centre's operator?"""
        return representative(self.operator)


def depot() -> Any:
    """Which centre is open today and may hold goods?"""
    from ecluse.custody.life import state_on
    from ecluse.custody.terms import Centre, CentreRole, LifeEvent, LifeState
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session

    session = open_session()
    return next(
        one for one in on_file(Centre)
        if CentreRole.DEPOT in one.roles and state_on(session.of(one.id, LifeEvent), today()) is LifeState.OPEN
    )  # fmt: skip


def file_by(centre: str, units: int) -> tuple[Any, str]:
    """A sale that passed before is filed once more, this time by the centre, and licensed. Which order is it?"""
    sale = deal()
    order = file(sale, units, centre=centre)
    license_it(sale, order)
    return sale, order


def way(parts: int, units: int) -> Way:
    """So many consignments of one licensed order, packed by the maker and not handed over yet."""
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import Tranche
    from ecluse.office.registers import Order

    centre = depot()
    sale, order = file_by(centre.id, units)
    if parts > 1:
        do("custody.split", representative(sale.order.exporter), order, parts=str(parts))
    rows = Tranche.objects.filter(order=order, is_split=False).order_by("tranche")
    tranches = tuple(row.tranche for row in rows)
    for tranche in tranches:
        do("custody.pack", representative(sale.line.maker), tranche)
    filed = open_session().newest(order, Order)
    return Way(centre.id, centre.operator, filed, sale.line.maker, tranches)


def hold_out(found: Way, tranche: str) -> None:
    """The maker draws up the dispatch to the centre and signs it."""
    from ecluse.custody.terms import Centre

    host = desk_of(found.keeper).session.newest(found.centre, Centre).host
    do("custody.offer", representative(found.maker), tranche, step="dispatch", to_custodian=found.operator,
       place_state=host)  # fmt: skip


def serials_of(tranche: str) -> list[str]:
    """Which serial numbers are packed for this tranche?"""
    from ecluse.custody.serials import serial_text
    from ecluse.custody.terms import SerialBlock
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.custody import packed_ranges

    session = open_session()
    return [
        serial_text(session.newest(run.block, SerialBlock).prefix, number)
        for run in packed_ranges(session, tranche) for number in range(run.first, run.last + 1)
    ]  # fmt: skip


def body(tranche: str, **more: Any) -> dict[str, Any]:
    """How does a device hand in the receipt of this tranche?"""
    said = {"side": "taker", "tranche": tranche, "serials": serials_of(tranche),
            "device_at": datetime.now(UTC).isoformat()}  # fmt: skip
    return {**said, **more}


def new_key() -> str:
    """Under which id does a device keep a handover?"""
    return f"capture-{uuid.uuid4()}"


def custodian_of(tranche: str) -> set[str]:
    """Who holds the numbers packed for this tranche, by the handovers alone?"""
    from ecluse.custody.chain import holdings
    from ecluse.custody.terms import Manifest
    from ecluse.office.actions.cases import holder_of
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.custody import packed_ranges
    from ecluse.office.registers import Order

    session = open_session()
    order = session.newest(tranche.rpartition("/")[0], Order)
    maker = holder_of(open_session(), order, f"{order.id}/none")
    held = holdings(session.of(tranche, Manifest), maker, packed_ranges(session, tranche))
    return {custodian for custodian, ranges in held.items() if ranges}
