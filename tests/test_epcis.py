"""Is a document of EPCIS 2.0 read and written without loss, and is a broken one refused at the very place?"""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.base.words import LANGUAGES
from ecluse.custody.epcis import vocabulary
from ecluse.custody.epcis.correction import corrected, standing
from ecluse.custody.epcis.faults import Misread, MisreadError
from ecluse.custody.epcis.names import event_id, id_of, lot_of, lot_urn, serial_of, unit_urn, urn_of
from ecluse.custody.epcis.reading import document_of, read_document
from ecluse.custody.epcis.terms import (
    Action,
    BizTransaction,
    Document,
    Event,
    EventKind,
    Persistent,
    Place,
    Quantity,
    Side,
)
from ecluse.custody.epcis.writing import form_of_document, write_document
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import SerialRange
from ecluse.edge.epcis import check, fault_of

DOCUMENTS = 19
# Three of the nineteen are wider than the schema beside them: a lasting disposition of an aggregation, and measurements
# that the schema does not list. They are read all the same.
WIDER = {
    "AggregationEvent_with_persistentDisposition.json", "SensorData_with_combined_events.json",
    "TransactionEvent_with_userExtensions.json",
}  # fmt: skip
CONTEXT = ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ecluse": "urn:ecluse:epcis:"}]


@pytest.fixture(scope="session")
def documents(test_data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((test_data / "epcis/documents").glob("*.json"))}


@pytest.fixture(scope="session")
def schema(test_data: Path) -> Any:
    return jsonschema_rs.validator_for(json.loads((test_data / "epcis/EPCIS-JSON-Schema.json").read_bytes()))


def exact(body: bytes | str) -> Any:
    return json.loads(body, parse_float=Decimal)


# ------------------------------------------------------------------ the nineteen


def test_every_document_of_others_comes_back_as_it_was(documents: dict[str, bytes]) -> None:
    assert len(documents) == DOCUMENTS
    for name, body in documents.items():
        assert exact(write_document(read_document(body))) == exact(body), name


def test_the_schema_takes_all_but_three_of_them(documents: dict[str, bytes], schema: Any) -> None:
    assert {name for name, body in documents.items() if not schema.is_valid(json.loads(body))} == WIDER


def test_numbers_keep_every_digit() -> None:
    body = whole()
    body["epcisBody"]["eventList"][0]["quantityList"] = [{"epcClass": "urn:x:1", "quantity": 0}]
    text = json.dumps(body).replace('"quantity": 0', '"quantity": 0.10000000000000000000000000001')
    written = write_document(read_document(text.encode()))
    assert "0.10000000000000000000000000001" in written
    assert exact(written) == exact(text)


# ------------------------------------------------------------------ ways to break one


def whole() -> dict[str, Any]:
    """A sound document with an event of each kind."""
    when = {"eventTime": "2026-04-02T12:00:00+03:00", "eventTimeZoneOffset": "+03:00"}
    handed = {
        "type": "ObjectEvent", **when, "eventID": "urn:uuid:7d0a0b60-0000-8000-8000-000000000001",
        "epcList": ["urn:ecluse:unit:A", "urn:ecluse:unit:B"], "action": "OBSERVE", "bizStep": "shipping",
        "disposition": "in_transit", "readPoint": {"id": "urn:ecluse:place:PL"},
        "bizTransactionList": [{"type": "desadv", "bizTransaction": "urn:ecluse:manifest:1"}],
        "sourceList": [{"type": "possessing_party", "source": "urn:ecluse:party:a"}],
        "destinationList": [{"type": "possessing_party", "destination": "urn:ecluse:party:b"}],
        "persistentDisposition": {"set": ["reserved"]}, "ecluse:step": "release",
        "errorDeclaration": {"declarationTime": "2026-04-03T12:00:00Z", "reason": "incorrect_data"},
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 26.1}]}],
    }  # fmt: skip
    return {
        "@context": copy.deepcopy(CONTEXT), "type": "EPCISDocument", "schemaVersion": "2.0",
        "creationDate": "2026-04-02T12:00:00Z",
        "epcisBody": {"eventList": [
            handed,
            {"type": "AggregationEvent", **when, "eventID": "urn:uuid:7d0a0b60-0000-8000-8000-000000000002",
             "parentID": "urn:ecluse:order:1/0", "childEPCs": ["urn:ecluse:unit:A"], "action": "ADD"},
            {"type": "TransactionEvent", **when, "epcList": [], "action": "ADD",
             "bizTransactionList": [{"bizTransaction": "urn:ecluse:order:1"}]},
            {"type": "TransformationEvent", **when, "inputEPCList": ["urn:x:in"],
             "outputQuantityList": [{"epcClass": "urn:x:out", "quantity": 4.5, "uom": "KGM"}]},
            {"type": "AssociationEvent", **when, "parentID": "urn:x:parent", "childEPCs": ["urn:x:part"],
             "action": "ADD"},
        ]},
    }  # fmt: skip


GONE = object()
# In turn: what is broken; the place where something is put, events by their number; what is put; which expectation
# fails; and the place that is named, where it is another.
BROKEN: list[tuple[Any, ...]] = [
    ("a query's answer", "type", "EPCISQueryDocument", "document"),
    ("no context", "@context", GONE, "missing", ""),
    ("a number for a context", "@context", [42], "context", "@context/0"),
    ("an older version", "schemaVersion", "1.2", "version"),
    ("a day for an instant", "creationDate", "2026-04-02", "time"),
    ("a number for a sender", "sender", 7, "string"),
    ("a list for a body", "epcisBody", [], "object"),
    ("no list of events", "epcisBody/eventList", GONE, "missing", "epcisBody"),
    ("an object for the list", "epcisBody/eventList", {}, "list"),
    ("a text for an event", "0", "event", "object"),
    ("a kind that there is not", "0/type", "ShippingEvent", "kind"),
    ("no time", "0/eventTime", GONE, "missing", "0"),
    ("a time of no zone", "0/eventTime", "2026-04-02T12:00:00", "time"),
    ("the 30th of February", "0/eventTime", "2026-02-30T12:00:00Z", "time"),
    ("a week for a day", "0/eventTime", "2026-W14-4T12:00:00Z", "time"),
    ("a time of no seconds", "0/eventTime", "2026-04-02T12:00Z", "time"),
    ("a short offset", "0/eventTimeZoneOffset", "3", "offset"),
    ("an offset of no place", "0/eventTimeZoneOffset", "+15:00", "offset"),
    ("an action in small letters", "0/action", "observe", "action"),
    ("no action", "0/action", GONE, "missing", "0"),
    ("a step that there is not", "0/bizStep", "sending", "biz_step"),
    ("a step's old name", "0/bizStep", "urn:epcglobal:cbv:bizstep:shipping", "biz_step"),
    ("a disposition that there is not", "0/disposition", "gone", "disposition"),
    ("a bare serial number", "0/epcList/1", "UA FPV 417", "uri"),
    ("a unit twice", "0/epcList/1", "urn:ecluse:unit:A", "twice"),
    ("an event about nothing", "0/epcList", GONE, "nothing", "0"),
    ("a side that there is not", "0/sourceList/0/type", "owner", "side_type"),
    ("a side of nobody", "0/sourceList/0/source", GONE, "missing", "0/sourceList/0"),
    ("a member too many", "0/sourceList/0/note", "x", "member"),
    ("a paper that there is not", "0/bizTransactionList/0/type", "licence", "transaction_type"),
    ("a read point of no place", "0/readPoint", {}, "missing"),
    ("a member of nobody", "0/note", "x", "member"),
    ("a prefix that nobody declared", "0/acme:note", "x", "prefix"),
    ("lot data of what is only observed", "0/ilmd", {"ecluse:x": 1}, "ilmd"),
    ("no lasting disposition", "0/persistentDisposition/set", [], "empty"),
    ("neither begun nor ended", "0/persistentDisposition", {}, "empty"),
    ("an error of no time", "0/errorDeclaration/declarationTime", GONE, "missing", "0/errorDeclaration"),
    ("an error of no reason", "0/errorDeclaration/reason", "typo", "reason"),
    ("a sensor that reports nothing", "0/sensorElementList/0/sensorReport", [], "empty"),
    ("a text for children", "1/childEPCs", "urn:ecluse:unit:A", "list"),
    ("a crate of nothing", "1/childEPCs", [], "nothing", "1"),
    ("packed into nothing", "1/parentID", GONE, "missing", "1"),
    ("tied to no paper", "2/bizTransactionList", GONE, "missing", "2"),
    ("made of nothing", "3/inputEPCList", GONE, "nothing", "3"),
    ("a quantity in quotation marks", "3/outputQuantityList/0/quantity", "4.5", "amount"),
    ("a unit that there is not", "3/outputQuantityList/0/uom", "kilo", "uom"),
    ("associated with nothing", "4/parentID", GONE, "missing", "4"),
    ("an id twice", "4/eventID", "urn:uuid:7d0a0b60-0000-8000-8000-000000000002", "id_twice"),
]


def path_of(place: str) -> list[str]:
    steps = place.split("/") if place else []
    return ["epcisBody", "eventList", *steps] if steps and steps[0].isdigit() else steps


def put(document: Any, place: str, value: Any) -> None:
    """Put this at this place of a document, or take away what stands there."""
    *way, last = path_of(place)
    for step in way:
        document = document[int(step) if isinstance(document, list) else step]
    name = int(last) if isinstance(document, list) else last
    if value is GONE:
        del document[name]
    else:
        document[name] = value


def faults_of(value: Any) -> tuple[Misread, ...]:
    with pytest.raises(MisreadError) as caught:
        document_of(exact(json.dumps(value)))
    return caught.value.faults


def test_the_sound_document_is_read(schema: Any) -> None:
    body = json.dumps(whole())
    assert schema.is_valid(json.loads(body))
    assert exact(write_document(read_document(body.encode()))) == exact(body)


@pytest.mark.parametrize("row", [pytest.param(row[1:], id=row[0]) for row in BROKEN])
def test_a_broken_document_is_refused_at_the_place(row: tuple[Any, ...]) -> None:
    document, (place, value, key, *named) = whole(), row
    if named[:1] == ["0"] and key == "nothing":
        put(document, "0/sensorElementList", GONE)
    put(document, place, value)
    found = faults_of(document)
    expected = "/" + "/".join(path_of(named[0] if named else place))
    assert (expected, key) in [(fault.place, fault.key) for fault in found], found
    for lang in LANGUAGES:
        for fault in found:
            said = fault_of("file.json", fault, lang)
            assert all((said.expected, said.found, said.remedy)), said


@pytest.mark.parametrize(
    ("body", "key"),
    [
        pytest.param(b'{"type": "EPCISDocument"', "json", id="cut off"),
        pytest.param(b'{"type": "EPCISDocument", "type": "EPCISDocument"}', "once", id="a member twice"),
        pytest.param(b'{"value": NaN}', "number", id="not a number"),
        pytest.param(b'{"value": 1e99999999999999999999}', "json", id="a number beyond all numbers"),
        pytest.param(b"\xff\xfe{}", "utf8", id="no UTF-8"),
        pytest.param(b'{"a": ' * 40 + b"1" + b"}" * 40, "deep", id="forty levels"),
        pytest.param(b'{"a": ' * 100_000, "deep", id="levels without end"),
        pytest.param(b'{"sender": "a\\u0000b"}', "text", id="a NUL"),
        pytest.param(b'{"sender": "\\ud800"}', "text", id="half of a pair"),
        pytest.param(b"[]", "object", id="a list"),
        pytest.param(b"", "json", id="nothing"),
    ],
)
def test_what_is_no_plain_json_is_refused(body: bytes, key: str) -> None:
    with pytest.raises(MisreadError) as caught:
        read_document(body)
    assert [fault.key for fault in caught.value.faults] == [key]


def test_every_fault_of_a_document_is_named() -> None:
    document = whole()
    for place in ("0/action", "0/bizStep", "1/parentID"):
        put(document, place, "x")
    assert [fault.key for fault in faults_of(document)] == ["biz_step", "action", "uri"]


WRONG = [GONE, None, 7, "", "x y", [], {}, [None], ["x y"], [{}], {"x y": 1}, True, "urn:epcglobal:cbv:x"]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: "gone" if wrong is GONE else repr(wrong))
def test_what_the_schema_refuses_is_refused(wrong: Any, schema: Any) -> None:
    """Each member of each event is put wrong in turn: nothing that the schema refuses may be read."""
    tried = 0
    for number, event in enumerate(whole()["epcisBody"]["eventList"]):
        for name in event:
            document = whole()
            put(document, f"{number}/{name}", wrong)
            if not schema.is_valid(document):
                tried += 1
                assert faults_of(document), (number, name)
    assert tried > 5


# ------------------------------------------------------------------ what is written is read

NAMES = st.text("abcdefgh0123456789:-/.", min_size=1, max_size=12).map(lambda text: f"urn:x:{text}")
WORDS = st.sampled_from(sorted(vocabulary.DISPOSITIONS))
AMOUNTS = st.integers(0, 10**18) | st.decimals(0, 10**9, allow_nan=False, places=6)
LOTS = st.lists(st.builds(Quantity, NAMES, AMOUNTS | st.none(), st.sampled_from(["KGM", None])), max_size=3).map(tuple)
PAPERS = st.lists(st.builds(BizTransaction, NAMES, st.none() | st.just("po")), max_size=2).map(tuple)
EXTRA = st.dictionaries(st.sampled_from(["ecluse:a", "https://x.example/b"]), st.text("aж\n", max_size=4) | AMOUNTS)
EVENTS = st.builds(
    Event, kind=st.just(EventKind.OBJECT), offset=st.sampled_from(["+03:00", "-12:30", "+00:00"]),
    time=st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()), id=st.none() | NAMES,
    action=st.sampled_from(Action), epcs=st.lists(NAMES, unique=True, max_size=4).map(tuple),
    quantities=st.none() | LOTS, biz_step=st.none() | st.sampled_from(sorted(vocabulary.BIZ_STEPS)),
    disposition=st.none() | WORDS, persistent=st.none() | st.builds(Persistent, begun=WORDS.map(lambda one: (one,))),
    read_point=st.none() | st.builds(Place, NAMES), biz_location=st.none() | st.builds(Place, NAMES),
    transactions=st.none() | PAPERS,
    sources=st.none() | st.lists(st.builds(Side, st.just("location"), NAMES), max_size=2).map(tuple),
    extra=EXTRA,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=4, unique_by=lambda event: event.id or id(event)))
def test_what_is_written_is_read_as_the_same_events(events: list[Event]) -> None:
    document = Document(created="2026-04-02T12:00:00Z", events=tuple(events), context=CONTEXT)
    again = read_document(write_document(document).encode())
    assert again == document
    assert form_of_document(again) == form_of_document(document)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_a_reader_of_anything_reads_or_refuses(body: bytes) -> None:
    with pytest.raises(MisreadError):
        read_document(body)


@settings(max_examples=300, deadline=None)
@given(st.integers(0), st.integers(0, 40), st.binary(max_size=12))
def test_a_damaged_document_is_read_or_refused(place: int, gone: int, put_in: bytes) -> None:
    body = json.dumps(whole()).encode()
    place %= len(body)
    with contextlib.suppress(MisreadError):
        found = read_document(body[:place] + put_in + body[place + gone :])
        assert write_document(read_document(write_document(found).encode())) == write_document(found)


def test_a_check_names_file_and_place(tmp_path: Path) -> None:
    from ecluse.base.errors import BadInputError

    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(whole()), encoding="utf-8")
    bad.write_text(json.dumps({**whole(), "schemaVersion": "1.2"}), encoding="utf-8")
    assert check([str(good)], as_json=False) == 0
    with pytest.raises(BadInputError, match=r"bad\.json: /schemaVersion: expected .*2\.0.*found 1\.2"):
        check([str(good), str(bad), str(tmp_path / "absent.json")], as_json=False)


# ------------------------------------------------------------------ names, ids, corrections


def test_names_of_ours_come_back() -> None:
    serial, run = serial_text("UA-FPV", 417), SerialRange("block:0013", 5, 9)
    assert str(serial_of(unit_urn(serial))) == serial
    assert serial_of(unit_urn(serial).replace("417", "471")) is None
    assert lot_of(lot_urn(run)) == run
    assert [lot_of(text) for text in ("urn:ecluse:lot:b:9-5", "urn:ecluse:lot:b:5", "urn:ecluse:lot::1-2", "x")] == [
        None
    ] * 4
    assert id_of(urn_of("party:a б")) == "party:a б"
    assert vocabulary.is_uri(urn_of("party:a б"))


def test_an_id_tells_nothing_to_who_guesses_the_record() -> None:
    digest = "ab" * 32
    made = {event_id(bytes([salt]) * 32, digest, part) for salt in range(3) for part in ("sent", "received")}
    assert len(made) == 6
    assert all(one.startswith("urn:uuid:") and one[23] == "8" and one[28] in "89ab" for one in made)
    assert event_id(bytes(32), digest, "sent") == event_id(bytes(32), digest, "sent")


def test_a_correction_is_appended() -> None:
    wrong = read_document(json.dumps(whole()).encode()).events[1]
    instead = Event(
        kind=EventKind.OBJECT, time=wrong.time, offset=wrong.offset, id="urn:x:2", action=Action.ADD, epcs=()
    )
    said = corrected(wrong, instead, datetime(2026, 5, 1, tzinfo=UTC))
    document = Document(created=wrong.time, events=(wrong, *said), context=CONTEXT)
    again = read_document(write_document(document).encode())
    assert [event.id for event in standing(again.events)] == ["urn:x:2"]
    assert again.events[1].error is not None
    assert again.events[1].error.corrective == ("urn:x:2",)
    withdrawn = corrected(wrong, None, datetime(2026, 5, 1, tzinfo=UTC))
    assert withdrawn[0].error is not None
    assert withdrawn[0].error.reason == "did_not_occur"
    for event, by in ((withdrawn[0], instead), (wrong, wrong)):
        with pytest.raises(ValueError, match="id of its own"):
            corrected(event, by, datetime(2026, 5, 1, tzinfo=UTC))
