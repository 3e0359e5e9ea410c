"""Does each kind of custody record become the event that the table of docs/reference/epcis.md names?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest

from ecluse.custody.epcis import told
from ecluse.custody.epcis.reading import read_document
from ecluse.custody.epcis.terms import Document, Event
from ecluse.custody.epcis.writing import write_document
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

DAY, RUN = date(2026, 4, 2), SerialRange("block:1", 401, 404)
SENT, GOT = datetime(2026, 4, 2, 8, tzinfo=UTC), datetime(2026, 4, 3, 9, 30, tzinfo=UTC)
BLOCK = SerialBlock("block:1", "line:1", "model:1", "UA-FPV-", 400, 50, DAY, False)
SEALED = told.Sealed("ab" * 32, bytes(32), "home/2026", 7)
SALE = told.Sale("order:1", "party:user", frozenset({"UA", "PL"}), "licence:order:1", "statement:1", "certificate:1")
TELLING = told.Telling(ZoneInfo("Europe/Kyiv"), Level.UNIT, {"block:1": BLOCK}, None, SALE)
HOME = replace(TELLING, blocks={"block:1": replace(BLOCK, funded_for_home=True)})
OURS = "urn:ecluse:epcis:disposition:"
Row = tuple[str, str | None, str, str]


def marked(fate: Fate, telling: told.Telling = TELLING) -> tuple[Event, ...]:
    marking = Marking("marking:1", "block:1", RUN, fate, "line:1", "model:1", DAY)
    return told.born(marking, SEALED, telling, maker="party:maker", state="UA")


def packed(*, is_undone: bool) -> tuple[Event, ...]:
    return told.packed(
        RUN, SEALED, TELLING, tranche="order:1/0", on=DAY, place="urn:ecluse:place:UA", is_undone=is_undone
    )


def manifest(step: Step, to: str = "party:carrier", **more: Any) -> Manifest:
    made = Manifest(
        "manifest:order:1/0/1", "order:1/0", 1, step, "party:maker", to, "PL", "authority:pl", (RUN,), 4, (), (), SENT,
        GOT,
    )  # fmt: skip
    return replace(made, **more)


def handed(step: Step, to: str = "party:carrier", **more: Any) -> tuple[Event, ...]:
    return told.handed_over(manifest(step, to, **more), SEALED, TELLING, from_state="UA")


def lost(cause: str) -> tuple[Event, ...]:
    return told.lost(Loss("loss:1", "order:1/0", (RUN,), 4, "party:carrier", cause, DAY), SEALED, TELLING, state="PL")


def sighted(state: str) -> tuple[Event, ...]:
    return told.sighted(Sighting("sighting:1", RUN, state, "authority:xx", DAY), SEALED, TELLING)


def verified() -> tuple[Event, ...]:
    made = DeliveryVerification("verification:1", "order:1/0", "party:user", "authority:pl", (RUN,), 4, DAY)
    return told.verified(made, SEALED, TELLING, state="PL")


def released() -> tuple[Event, ...]:
    return told.released((RUN,), SEALED, TELLING, tranche="order:1/0", on=DAY, place="urn:ecluse:place:UA")


def both(how: str) -> list[Row]:
    return [("ObjectEvent", "OBSERVE", step, how) for step in ("shipping", "receiving")]


OBJECT, SHIPPED = "ObjectEvent", ("ObjectEvent", "OBSERVE", "shipping", "in_transit")
CASES: list[tuple[str, Callable[[], tuple[Event, ...]], list[Row]]] = [
    ("made", lambda: marked(Fate.MADE), [(OBJECT, "ADD", "commissioning", "active")]),
    ("made for the home army", lambda: marked(Fate.MADE, HOME),
     [(OBJECT, "ADD", "commissioning", OURS + "reserved_for_home_army")]),
    ("made in lots", lambda: marked(Fate.MADE, replace(TELLING, level=Level.LOT)),
     [("TransformationEvent", None, "commissioning", "active")]),
    ("made in crates", lambda: marked(Fate.MADE, replace(TELLING, level=Level.CRATE)),
     [(OBJECT, "ADD", "commissioning", "active")]),
    ("void", lambda: marked(Fate.VOID), [(OBJECT, "DELETE", "decommissioning", "inactive")]),
    ("unused", lambda: marked(Fate.UNUSED), []),
    ("packed", lambda: packed(is_undone=False), [("AggregationEvent", "ADD", "packing", OURS + "surplus_declared")]),
    ("unpacked", lambda: packed(is_undone=True), [("AggregationEvent", "DELETE", "unpacking", "recalled")]),
    ("released", released, [("TransactionEvent", "ADD", "staging_outbound", "available")]),
    ("dispatched", lambda: handed(Step.DISPATCH), [SHIPPED, (OBJECT, "OBSERVE", "receiving", "in_progress")]),
    ("under way", lambda: handed(Step.DISPATCH, received_at=None), [SHIPPED]),
    ("given to the carrier", lambda: handed(Step.RELEASE), [SHIPPED, (OBJECT, "OBSERVE", "receiving", "in_transit")]),
    ("delivered", lambda: handed(Step.DELIVERY, "party:user"),
     [SHIPPED, (OBJECT, "OBSERVE", "receiving", "in_progress")]),
    ("delivered to another", lambda: handed(Step.DELIVERY, "party:other"),
     [SHIPPED, (OBJECT, "OBSERVE", "receiving", OURS + "diverted")]),
    ("returned", lambda: handed(Step.RETURN), both("returned")),
    ("recalled", lambda: handed(Step.RECALL), both("recalled")),
    ("short and rejected",
     lambda: handed(Step.DISPATCH, short=(replace(RUN, last=401),), rejected=(replace(RUN, first=404),)),
     [SHIPPED, (OBJECT, "OBSERVE", "receiving", "in_progress"), (OBJECT, "OBSERVE", "inspecting", "mismatch_quantity"),
      (OBJECT, "OBSERVE", "inspecting", "non_conformant")]),
    ("verified", verified, [(OBJECT, "OBSERVE", "accepting", "conformant")]),
    ("destroyed", lambda: lost("enemy_action"), [(OBJECT, "DELETE", "destroying", "destroyed")]),
    ("damaged", lambda: lost("flood"), [(OBJECT, "OBSERVE", "inspecting", "damaged")]),
    ("stolen", lambda: lost("theft"), [(OBJECT, "OBSERVE", "inspecting", "stolen")]),
    ("seized", lambda: lost("seizure"), [(OBJECT, "OBSERVE", "inspecting", OURS + "seized")]),
    ("lost", lambda: lost("transport_accident"), [(OBJECT, "OBSERVE", "inspecting", "unknown")]),
    ("seen where it belongs", lambda: sighted("PL"), [(OBJECT, "OBSERVE", "inspecting", "unknown")]),
    ("seen where it does not", lambda: sighted("ZZ"), [(OBJECT, "OBSERVE", "inspecting", OURS + "diverted")]),
]  # fmt: skip


@pytest.fixture(scope="session")
def schema(test_data: Path) -> Any:
    return jsonschema_rs.validator_for(json.loads((test_data / "epcis/EPCIS-JSON-Schema.json").read_bytes()))


@pytest.mark.parametrize(("make", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_a_record_is_told(make: Callable[[], tuple[Event, ...]], expected: list[Row], schema: Any) -> None:
    events = make()
    found = [(e.kind.value, e.action.value if e.action else None, e.biz_step, e.disposition) for e in events]
    assert found == expected
    document = Document(created="2026-04-02T12:00:00Z", events=events, context=list(told.CONTEXT))
    text = write_document(document)
    assert schema.is_valid(json.loads(text)), next(schema.iter_errors(json.loads(text)))
    assert read_document(text.encode()).events == events
    assert len({event.id for event in events}) == len(events)


def test_times_and_places_are_those_of_the_record() -> None:
    out, back = handed(Step.DELIVERY, "party:user")
    assert (out.time, out.offset, back.time) == (
        "2026-04-02T11:00:00.000+03:00",
        "+03:00",
        "2026-04-03T12:30:00.000+03:00",
    )
    assert (out.at, back.at) == (SENT, GOT)
    assert out.read_point is not None
    assert back.biz_location is not None
    assert (out.read_point.id, out.biz_location) == ("urn:ecluse:place:UA:party:maker", None)
    assert back.biz_location.id == "urn:ecluse:place:PL:party:user"
    winter = told.sighted(Sighting("sighting:1", RUN, "PL", "authority:pl", date(2026, 1, 2)), SEALED, TELLING)[0]
    assert (winter.time, winter.extra["ecluse:precision"]) == ("2026-01-02T00:00:00+02:00", "day")
    assert "ecluse:precision" not in out.extra


def test_only_the_units_asked_for_are_named_and_the_part_has_an_id_of_its_own() -> None:
    some = replace(TELLING, only=(SerialRange("block:1", 402, 402),))
    whole, part = handed(Step.RELEASE)[0], told.handed_over(manifest(Step.RELEASE), SEALED, some, from_state="UA")[0]
    assert part.epcs == (f"urn:ecluse:unit:{serial_text('UA-FPV-', 402)}",)
    assert part.id != whole.id
    none = replace(TELLING, only=(SerialRange("block:2", 1, 9),))
    assert told.handed_over(manifest(Step.RELEASE), SEALED, none, from_state="UA") == ()


def test_a_receiver_is_told_to_have_only_what_he_signed_for() -> None:
    events = handed(Step.DISPATCH, short=(SerialRange("block:1", 401, 402),))
    assert [len(event.epcs or ()) for event in events] == [4, 2, 2]
    assert not set(events[1].epcs or ()) & set(events[2].epcs or ())


def test_an_id_needs_the_record_s_own_salt() -> None:
    other = told.handed_over(manifest(Step.RELEASE), replace(SEALED, salt=b"\x01" * 32), TELLING, from_state="UA")
    assert {event.id for event in handed(Step.RELEASE)}.isdisjoint(event.id for event in other)
