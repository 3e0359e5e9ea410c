"""Is custody told as EPCIS 2.0 by the schema and as it happened; and does a partner's document become our records?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from api_calls import carried_year, last_order, office_copy, program, written
from carried import copy_sqlite, kept, office_on, set_up, settle_sqlite, sqlite_url, year_in
from desk_life import deal, do, license_it, representative
from test_epcis import BROKEN, GONE, put, whole

from ecluse.custody.epcis.faults import MisreadError
from ecluse.custody.epcis.reading import read_document
from ecluse.custody.epcis.terms import Event
from ecluse.custody.epcis.writing import write_document
from ecluse.custody.serials import serial_text

pytestmark = pytest.mark.xdist_group("epcis")
SEEN = 40
ALL = (date(2025, 1, 1), date(2027, 12, 31))
# Which steps of a document stand for which event of a unit's story, told by other code?
STEPS = {
    "marked": ("commissioning",), "packed": ("packing",), "unpacked": ("unpacking",), "released": ("staging_outbound",),
    "handed_over": ("shipping", "receiving"), "refused": ("shipping", "inspecting"), "verified": ("accepting",),
    "sighted": ("inspecting",), "lost": ("inspecting",),
}  # fmt: skip


@pytest.fixture(scope="session")
def schema(test_data: Path) -> Any:
    return jsonschema_rs.validator_for(json.loads((test_data / "epcis/EPCIS-JSON-Schema.json").read_bytes()))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with office_on(sqlite_url(year_in(tmp_path_factory.mktemp("epcis"))[1])):
        yield


def text_of(events: tuple[Event, ...]) -> str:
    from ecluse.office.epcis.export import document

    return write_document(document(events, datetime(2027, 1, 1, tzinfo=UTC)))


def steps_of(events: tuple[Event, ...]) -> Counter[str]:
    found = Counter(event.biz_step or "" for event in events)
    found["inspecting"] += found.pop("destroying", 0)
    return found


# ------------------------------------------------------------------ out


@pytest.mark.slow
def test_the_whole_year_is_told_by_the_schema_and_read_back(year: None, schema: Any) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.export import of_time

    events = of_time(open_session(), *ALL)
    text = text_of(events)
    assert schema.is_valid(json.loads(text)), next(schema.iter_errors(json.loads(text)))
    assert read_document(text.encode()).events == events
    assert len({event.id for event in events}) == len(events)
    assert {event.kind.value for event in events} >= {
        "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"
    }  # fmt: skip
    told = {event.disposition for event in events}
    assert {f"urn:ecluse:epcis:disposition:{name}" for name in ("surplus_declared", "diverted")} <= told


@pytest.mark.slow
def test_a_consignment_names_its_own_units_alone(year: None, schema: Any) -> None:
    from ecluse.custody.epcis.faults import Spot
    from ecluse.custody.ranges import contains
    from ecluse.custody.terms import Manifest
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.export import of_tranche
    from ecluse.office.epcis.goods import units_of
    from ecluse.office.facts.custody import packed_ranges
    from ecluse.office.models import Record

    session = open_session()
    for tranche in (
        Record.objects.filter(v="manifest/1").values_list("subject", flat=True).distinct().order_by("subject")
    ):
        events = of_tranche(session, tranche)
        assert schema.is_valid(json.loads(text_of(events))), tranche
        # What was handed over without being packed, as in some frauds of this world, is told as well.
        own = [*packed_ranges(session, tranche), *(run for m in session.of(tranche, Manifest) for run in m.ranges)]
        assert all(contains(own, units_of(Spot([]), event)) for event in events), tranche


@pytest.mark.slow
def test_a_unit_is_told_as_its_story_has_it(year: None, schema: Any) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.export import of_serial
    from ecluse.office.models import Unit
    from ecluse.office.trace.unit import trace_unit

    session = open_session()
    # Every unit that was packed stands in its consignment's document above; here some stand alone.
    packed = list(Unit.objects.exclude(tranche="").order_by("serial"))
    units = packed[:: len(packed) // SEEN] + list(Unit.objects.exclude(fate="made").order_by("serial")[:3])
    for unit in units:
        events = of_serial(session, unit.serial)
        assert schema.is_valid(json.loads(text_of(events))), unit.serial
        assert all(event.epcs in (None, (f"urn:ecluse:unit:{unit.serial}",)) for event in events)
        story = trace_unit(unit.serial)["events"]
        expected = Counter(step for event in story for step in STEPS.get(event["kind"], ()))
        if unit.fate != "made":
            expected = Counter({"decommissioning": 1}) if unit.fate == "void" else Counter()
        assert +steps_of(events) == +expected, unit.serial
    assert len(units) > SEEN


def test_the_same_document_is_written_twice_and_ids_belong_to_what_they_tell(year: None) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.export import of_serial, of_tranche
    from ecluse.office.models import Unit

    session, unit = open_session(), Unit.objects.filter(state="delivery").order_by("serial").first()
    assert unit is not None
    one, again = of_tranche(session, unit.tranche), of_tranche(open_session(), unit.tranche)
    alone = of_serial(session, unit.serial)
    assert one == again
    # A view of a part of the same event has an id of its own: one id never names two things.
    by_id = {event.id: event for event in one}
    assert all(by_id[event.id] == event for event in alone if event.id in by_id)


# ------------------------------------------------------------------ in


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office where one consignment of three units is packed and released, and lies with its maker."""

    def make(place: Path) -> None:
        path = carried_year(place)
        with office_on(sqlite_url(path)):
            sale, order = deal(), last_order()
            license_it(sale, order)
            maker = representative(sale.line.maker)
            do("custody.pack", maker, f"{order}/0")
            do("custody.ask_release", maker, f"{order}/0", ready="yes")
            for body in (sale.order.carrier, sale.order.end_user, f"authority:{sale.order.destination.lower()}"):
                representative(body)
        settle_sqlite(path)

    set_up()
    folder = tmp_path_factory.mktemp("epcis-in")
    copy_sqlite(kept("year-released", make) / "office.sqlite3", folder / "office.sqlite3")
    return folder / "office.sqlite3"


@pytest.fixture
def office(released: Path, tmp_path: Path) -> Iterator[Partner]:
    with office_copy(released, tmp_path):
        yield Partner()


class Partner:
    """Who takes part in the order, and which documents do they write?"""

    def __init__(self) -> None:
        from ecluse.custody.terms import Line, SerialBlock
        from ecluse.office.desk.refs import on_file
        from ecluse.office.desk.today import open_session
        from ecluse.office.facts.custody import level_of, packed_ranges
        from ecluse.office.registers import Order

        session = open_session()
        self.now = session.source.now()
        found = session.newest(last_order(), Order)
        assert found is not None
        self.order, self.tranche = found, f"{found.id}/0"
        line = session.newest(found.line or "", Line)
        assert line is not None
        self.maker, self.carrier, self.end_user = line.maker, found.carrier, found.end_user
        self.state = f"authority:{found.destination.lower()}"
        blocks = {block.id: block for block in on_file(SerialBlock)}
        self.runs = packed_ranges(session, self.tranche)
        self.level = level_of(session, found.class_, self.now.date()).value
        self.serials = [
            serial_text(blocks[run.block].prefix, number) for run in self.runs
            for number in range(run.first, run.last + 1)
        ]  # fmt: skip

    def event(self, step: str, number: int, **changed: Any) -> dict[str, Any]:
        give, take, state = {
            "shipping": (self.maker, self.carrier, "UA"), "receiving": (self.maker, self.carrier, "UA"),
            "onward": (self.carrier, self.end_user, self.order.destination),
            "arrived": (self.carrier, self.end_user, self.order.destination),
            "accepting": (self.carrier, self.end_user, self.order.destination),
        }[step]  # fmt: skip
        made = {
            "type": "ObjectEvent", "eventTime": self.now.isoformat(), "eventTimeZoneOffset": "+00:00",
            "eventID": f"urn:uuid:00000000-0000-4000-8000-{number:012d}", "action": "OBSERVE",
            "bizStep": {"onward": "shipping", "arrived": "receiving"}.get(step, step),
            "epcList": [f"urn:ecluse:unit:{serial}" for serial in self.serials],
            "sourceList": [{"type": "possessing_party", "source": f"urn:ecluse:{give}"}],
            "destinationList": [
                {"type": "possessing_party", "destination": f"urn:ecluse:{take}"},
                {"type": "location", "destination": f"urn:ecluse:place:{state}"},
            ],
        }  # fmt: skip
        return {name: value for name, value in {**made, **changed}.items() if value is not None}

    def send(self, body: str, *events: dict[str, Any]) -> Any:
        from ecluse.office.epcis.capture import capture

        return capture(representative(body), document(*events))

    def refused(self, body: str, *events: dict[str, Any]) -> list[tuple[str, str]]:
        before = written()
        with pytest.raises(MisreadError) as caught:
            self.send(body, *events)
        assert written() == before, "what is refused has written nothing"
        return [(fault.place.removeprefix("/epcisBody/eventList"), fault.key) for fault in caught.value.faults]


def document(*events: dict[str, Any]) -> bytes:
    form = {
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"], "type": "EPCISDocument",
        "schemaVersion": "2.0", "creationDate": "2026-11-30T12:00:00Z", "epcisBody": {"eventList": list(events)},
    }  # fmt: skip
    return json.dumps(form).encode()


def test_documents_of_partners_carry_goods_to_the_end_user(office: Partner) -> None:
    from ecluse.custody.terms import DeliveryVerification, Manifest
    from ecluse.office.desk.today import open_session

    hands = [("shipping", office.maker), ("receiving", office.carrier), ("onward", office.carrier),
             ("arrived", office.end_user), ("accepting", office.state)]  # fmt: skip
    taken = [office.send(body, office.event(step, number))[0] for number, (step, body) in enumerate(hands)]
    assert [one.action for one in taken] == [
        "custody.offer", "custody.hand_over", "custody.offer", "custody.hand_over", "custody.verify_delivery"
    ]  # fmt: skip
    assert taken[-1].verdict == "passed"
    session = open_session()
    manifests = session.of(office.tranche, Manifest)
    assert [(m.from_custodian, m.to_custodian, m.step.value) for m in manifests] == [
        (office.maker, office.carrier, "release"), (office.carrier, office.end_user, "delivery")
    ]  # fmt: skip
    assert all(m.ranges == office.runs for m in manifests)
    made = [v for v in session.of(office.end_user, DeliveryVerification) if v.tranche == office.tranche]
    assert [v.owner for v in made] == [office.state]


def test_an_event_that_comes_again_is_known_and_writes_nothing(office: Partner) -> None:
    shipping = office.event("shipping", 1)
    assert office.send(office.maker, shipping)[0].is_new
    before = written()
    again = office.send(office.maker, shipping)
    assert [(one.is_new, one.action) for one in again] == [(False, "")]
    assert written() == before
    other = {**shipping, "disposition": "in_transit"}
    assert office.refused(office.maker, other)[0] == ("/0/eventID", "id_other")


def test_our_own_document_comes_back_as_known(office: Partner) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.epcis.capture import capture
    from ecluse.office.epcis.export import of_tranche

    office.send(office.maker, office.event("shipping", 1))
    office.send(office.carrier, office.event("receiving", 2))
    own = of_tranche(open_session(), office.tranche)
    before = written()
    taken = capture(representative(office.carrier), text_of(own).encode())
    assert len(taken) == len(own)
    assert not any(one.is_new for one in taken)
    assert written() == before


def test_goods_may_be_named_as_the_lots_that_we_tell(office: Partner) -> None:
    lots = [
        {"epcClass": f"urn:ecluse:lot:{run.block}:{run.first}-{run.last}", "quantity": run.units()}
        for run in office.runs
    ]
    taken = office.send(office.maker, office.event("shipping", 1, epcList=None, quantityList=lots))
    assert [(one.action, one.subject) for one in taken] == [("custody.offer", office.tranche)]


def test_one_bad_event_leaves_nothing_of_its_document(office: Partner) -> None:
    office.send(office.maker, office.event("shipping", 1))
    later = (office.now + timedelta(hours=1)).isoformat()
    good, bad = office.event("receiving", 2), office.event("onward", 3, eventTime=later)
    assert office.refused(office.carrier, good, bad) == [("/1/eventTime", "future")]
    assert [one.is_new for one in office.send(office.carrier, good, office.event("onward", 3))] == [True, True]


def refusals(office: Partner) -> list[tuple[str, str, dict[str, Any], tuple[str, str]]]:
    """What is sent, by whom, and what is said of it, while the goods lie released with their maker."""
    soon, long_ago = (office.now + timedelta(minutes=1)).isoformat(), "2026-01-05T12:00:00Z"
    unit = office.event("shipping", 1)["epcList"]
    nobody = [{"type": "possessing_party", "destination": "urn:ecluse:party:nobody"},
              {"type": "location", "destination": "urn:ecluse:place:UA"}]  # fmt: skip
    swapped = unit[0].replace(unit[0][-7:-1], unit[0][-7:-1][::-1])
    wrong = {"declarationTime": office.now.isoformat(), "reason": "did_not_occur"}
    event = office.event
    return [
        ("a receipt before any despatch", office.carrier, event("receiving", 1), ("/0", "no_paper")),
        ("accepted before it was delivered", office.state, event("accepting", 1), ("/0", "not_delivered")),
        ("from the future", office.maker, event("shipping", 1, eventTime=soon), ("/0/eventTime", "future")),
        ("from before it was packed", office.maker, event("shipping", 1, eventTime=long_ago),
         ("/0/eventTime", "order")),
        ("a misread serial number", office.maker, event("shipping", 1, epcList=[swapped]), ("/0/epcList/0", "unit")),
        ("another's numbering", office.maker, event("shipping", 1, epcList=["urn:epc:id:sgtin:4012345.077889.25"]),
         ("/0/epcList/0", "unit")),
        ("a lot of no whole", office.maker, event("shipping", 1, epcList=None, quantityList=[
            {"epcClass": f"urn:ecluse:lot:{office.runs[0].block}:{office.runs[0].first}-{office.runs[0].last}",
             "quantity": 999}]), ("/0/quantityList/0", "unit")),
        ("nothing", office.maker, event("shipping", 1, epcList=[]), ("/0", "no_units")),
        ("one unit short", office.maker, event("shipping", 1, epcList=unit[1:]), ("/0", "units_differ")),
        ("sent in another's name", office.carrier, event("shipping", 1), ("/0/sourceList", "signer")),
        ("received in another's name", office.maker, event("receiving", 1), ("/0/destinationList", "signer")),
        ("accepted by another", office.maker, event("accepting", 1), ("/0/bizStep", "signer")),
        ("by who has no part in it", "authority:treasury", event("shipping", 1), ("/0", "consignment")),
        ("to nobody of the order", office.maker, event("shipping", 1, destinationList=nobody),
         ("/0/destinationList", "party")),
        ("into no state", office.maker, event("shipping", 1, destinationList=nobody[:1]),
         ("/0/destinationList", "place")),
        ("by nobody", office.maker, event("shipping", 1, sourceList=None), ("/0/sourceList", "side")),
        ("without an id", office.maker, event("shipping", 1, eventID=None), ("/0", "id")),
        ("a declaration of an error", office.maker, event("shipping", 1, errorDeclaration=wrong),
         ("/0/errorDeclaration", "correction")),
        ("what no action takes", office.maker, event("shipping", 1, bizStep="destroying"), ("/0/bizStep", "not_taken")),
        ("an end of objects", office.maker, event("shipping", 1, action="DELETE"), ("/0/bizStep", "not_taken")),
        ("by who does not hold it", office.carrier, event("onward", 1), ("/0/sourceList", "holder")),
    ]  # fmt: skip


def test_what_may_not_be_taken_is_refused_at_its_place_and_nothing_written(office: Partner) -> None:
    for said, body, event, expected in refusals(office):
        if body == "authority:treasury":
            representative(body)
        assert expected in office.refused(body, event), said
    office.send(office.maker, office.event("shipping", 1))
    assert ("/0", "waits") in office.refused(office.maker, office.event("shipping", 2))
    assert ("/0/sourceList", "sender") in office.refused(office.carrier, office.event("receiving", 3, sourceList=[
        {"type": "possessing_party", "source": f"urn:ecluse:{office.end_user}"}]))  # fmt: skip
    assert ("/0", "units_differ") in office.refused(
        office.carrier, office.event("receiving", 3, epcList=office.event("receiving", 3)["epcList"][:1])
    )
    office.send(office.carrier, office.event("receiving", 4))
    assert ("/0/sourceList", "holder") in office.refused(office.maker, office.event("shipping", 5))


def test_a_broken_document_writes_nothing(office: Partner) -> None:
    from ecluse.office.epcis.capture import capture

    mandate = representative(office.maker)
    before = written()
    for said, place, value, *_ in BROKEN:
        broken = whole()
        if said == "an event about nothing":
            put(broken, "0/sensorElementList", GONE)
        put(broken, place, value)
        with pytest.raises(MisreadError):
            capture(mandate, json.dumps(broken).encode())
    assert written() == before


def test_a_program_hands_a_document_in(office: Partner) -> None:
    maker = program(representative(office.maker))
    sent = document(office.event("shipping", 1))
    answer = maker.post("/epcis/capture", sent, key="one-document")
    assert answer.status_code == 201, answer.content
    assert [(one["action"], one["subject"], one["is_new"]) for one in answer.json()] == [
        ("custody.offer", office.tranche, True)
    ]
    assert maker.post("/epcis/capture", sent, key="one-document").json() == answer.json()
    assert maker.post("/epcis/capture", sent).json()[0]["is_new"] is False
    bad = maker.post("/epcis/capture", document(office.event("shipping", 1, bizStep="sending")))
    assert bad.status_code == 422
    assert [fault["field"] for fault in bad.json()["faults"]] == ["/epcisBody/eventList/0/bizStep"]
    narrow = program(representative(office.carrier), "read").post(
        "/epcis/capture", document(office.event("receiving", 2))
    )
    assert (narrow.status_code, narrow.json()["faults"][0]["code"]) == (422, "epcis.expected.forbidden")


def test_the_commands_write_a_document_and_take_one_in(released: Path, tmp_path: Path) -> None:
    from ecluse.base.errors import BadInputError
    from ecluse.office.commands import epcis

    url = copy_sqlite(released, tmp_path / "office.sqlite3")
    with office_on(url):
        office = Partner()
        file, out = tmp_path / "sent.json", tmp_path / "out.json"
        file.write_bytes(document(office.event("shipping", 1)))
        person = representative(office.maker).person
        assert epcis.take_in(str(file), person, url, as_json=True) == 0
        assert epcis.export("", office.tranche, "", "", str(out), url) == 0
        assert [event.biz_step for event in read_document(out.read_bytes()).events][-1] == "staging_outbound"
        for asked in (("", "order:none/0", "", ""), ("X", "", "", ""), ("", "", "2026-02-01", "2026-01-01"),
                      ("", "", "", ""), ("X", "y", "", "")):  # fmt: skip
            with pytest.raises(BadInputError):
                epcis.export(*asked, "", url)
        with pytest.raises(BadInputError, match="not there yet"):
            epcis.export("", office.tranche, "", "", str(out), url)
        with pytest.raises(BadInputError, match="--as"):
            epcis.take_in(str(file), "", url, as_json=False)
        file.write_bytes(document(office.event("onward", 2)))
        with pytest.raises(BadInputError, match=r"sent\.json: /epcisBody/eventList/0/sourceList"):
            epcis.take_in(str(file), person, url, as_json=False)
