"""Which document of EPCIS 2.0 do these bytes hold? Typed, with nothing left out; or every fault by its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ecluse.custody.epcis import vocabulary
from ecluse.custody.epcis.faults import MisreadError, Spot
from ecluse.custody.epcis.members import NAMES, OWN_NAMES, SENSOR_NAMES
from ecluse.custody.epcis.spelling import parse
from ecluse.custody.epcis.terms import (
    Action,
    BizTransaction,
    Document,
    ErrorDeclaration,
    Event,
    EventKind,
    Persistent,
    Place,
    Quantity,
    Side,
    instant,
)
from ecluse.custody.epcis.whole import check_events, check_whole

MOST_EVENTS = 100_000
DOCUMENT_NAMES = frozenset({
    "@context", "id", "type", "schemaVersion", "creationDate", "instanceIdentifier", "sender", "receiver",
    "epcisHeader", "epcisBody",
})  # fmt: skip
VERSION = re.compile(r"2\.0(\.\d+)*")
OFFSET = re.compile(r"[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
UOM = re.compile(r"[A-Z0-9]{2,3}")
Read = Callable[[Spot, Any], Any]


def read_document(body: bytes) -> Document:
    """Which document is it? Raises MisreadError with every fault: its place, what was expected, what was found."""
    return document_of(parse(body))


def document_of(value: Any) -> Document:
    """Which document is this JSON value? Raises MisreadError."""
    spot = Spot([])
    found = _document(spot, value)
    if spot.faults:
        raise MisreadError(spot.faults)
    assert found is not None
    return found


def _document(spot: Spot, value: Any) -> Document | None:
    form = spot.members(value)
    if not form:
        return None
    if form.get("type") != "EPCISDocument":
        spot.at("type").fault("document", form.get("type"))
        return None
    for name in ("@context", "schemaVersion", "creationDate", "epcisBody"):
        if name not in form:
            spot.fault("missing", "–", name=name)
    context = form.get("@context")
    spot = spot.knowing(_prefixes(spot.at("@context"), context)) if "@context" in form else spot
    version = form.get("schemaVersion", "2.0")
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        spot.at("schemaVersion").fault("version", version)
    created = _time(spot.at("creationDate"), form["creationDate"]) if "creationDate" in form else ""
    extra = _others(spot, form, DOCUMENT_NAMES)
    for name in ("instanceIdentifier", "sender", "receiver"):
        if name in form and not isinstance(form[name], str):
            spot.at(name).fault("string", form[name])
    if "id" in form:
        _uri(spot.at("id"), form["id"])
    if "epcisHeader" in form:
        spot.at("epcisHeader").members(form["epcisHeader"])
    kept = ("id", "instanceIdentifier", "sender", "receiver", "epcisHeader")
    extra = {**{name: form[name] for name in kept if name in form}, **extra}
    body = spot.at("epcisBody").members(form["epcisBody"]) if "epcisBody" in form else {}
    events = _events(spot.at("epcisBody"), body) if body or form.get("epcisBody") == {} else ()
    rest = {name: one for name, one in body.items() if name != "eventList"}
    if spot.faults:
        return None
    return Document(created=created, events=events, context=context, version=version, extra=extra, body_extra=rest)


def _events(spot: Spot, body: Mapping[str, Any]) -> tuple[Event, ...]:
    if "eventList" not in body:
        spot.fault("missing", "–", name="eventList")
        return ()
    listed = body["eventList"]
    if isinstance(listed, list) and len(listed) > MOST_EVENTS:
        spot.at("eventList").fault("many", len(listed), most=str(MOST_EVENTS))
        return ()
    found = [(place, _event(place, one)) for place, one in spot.at("eventList").items(listed)]
    read = [(place, event) for place, event in found if event is not None]
    check_events(read)
    return tuple(event for _, event in read)


def _event(spot: Spot, value: Any) -> Event | None:
    form = spot.members(value)
    if not form:
        return None
    kinds = {kind.value: kind for kind in EventKind}
    kind = kinds.get(form["type"]) if isinstance(form.get("type"), str) else None
    if kind is None:
        spot.at("type").fault("kind", form.get("type", "–"), known=", ".join(kinds))
        return None
    before = len(spot.faults)
    if "@context" in form:
        spot = spot.knowing(_prefixes(spot.at("@context"), form["@context"]))
    names = NAMES[kind]
    for name in ("eventTime", "eventTimeZoneOffset"):
        if name not in form:
            spot.fault("missing", "–", name=name)
    held = {attr: READ[attr](spot.at(name), form[name]) for attr, name in names.items() if name in form}
    extra = _others(spot, form, OWN_NAMES[kind])
    check_whole(spot, kind, form, names)
    if len(spot.faults) > before:
        return None
    return Event(kind=kind, context=form.get("@context"), extra=extra, **held)


# ------------------------------------------------------------------ one member each


def _uri(spot: Spot, value: Any) -> str:
    if not isinstance(value, str) or not vocabulary.is_uri(value):
        spot.fault("uri", value)
        return ""
    return value


def _uris(spot: Spot, value: Any) -> tuple[str, ...]:
    return tuple(_uri(place, one) for place, one in spot.items(value))


def _objects(spot: Spot, value: Any) -> tuple[str, ...]:
    found: dict[str, int] = {}
    for number, (place, one) in enumerate(spot.items(value)):
        name = _uri(place, one)
        if name and name in found:
            place.fault("twice", name, first=str(found[name]))
        found.setdefault(name, number)
    return tuple(value) if isinstance(value, list) else ()


def _time(spot: Spot, value: Any) -> str:
    try:
        instant(value)
    except (ValueError, TypeError, AttributeError):
        spot.fault("time", value)
        return ""
    return str(value)


def _offset(spot: Spot, value: Any) -> str:
    if not isinstance(value, str) or not OFFSET.fullmatch(value):
        spot.fault("offset", value)
        return ""
    return value


def _action(spot: Spot, value: Any) -> Action | None:
    if not isinstance(value, str) or value not in Action.__members__:
        spot.fault("action", value)
        return None
    return Action(value)


def _word(words: frozenset[str], key: str) -> Read:
    def read(spot: Spot, value: Any) -> str:
        is_known = isinstance(value, str) and (
            value in words or (vocabulary.is_uri(value) and not vocabulary.OLD_NAMES.match(value))
        )
        if not is_known:
            spot.fault(key, value)
            return ""
        return str(value)

    return read


_step = _word(vocabulary.BIZ_STEPS, "biz_step")
_disposition = _word(vocabulary.DISPOSITIONS, "disposition")
_transaction_type = _word(vocabulary.TRANSACTION_TYPES, "transaction_type")
_side_type = _word(vocabulary.SIDE_TYPES, "side_type")
_reason = _word(vocabulary.ERROR_REASONS, "reason")


def _only(spot: Spot, form: Mapping[str, Any], known: set[str], needed: set[str]) -> bool:
    """Has it these members and no others?"""
    for name in form:
        if name not in known:
            spot.at(name).fault("member", name)
    for name in sorted(needed - form.keys()):
        spot.fault("missing", "–", name=name)
    return needed <= form.keys()


def _quantity(spot: Spot, value: Any) -> Quantity | None:
    form = spot.members(value)
    if not _only(spot, form, {"epcClass", "quantity", "uom"}, {"epcClass"}):
        return None
    amount, uom = form.get("quantity"), form.get("uom")
    if "quantity" in form and (isinstance(amount, bool) or not isinstance(amount, int | Decimal)):
        spot.at("quantity").fault("amount", amount)
    if "uom" in form and (not isinstance(uom, str) or not UOM.fullmatch(uom)):
        spot.at("uom").fault("uom", uom)
    return Quantity(_uri(spot.at("epcClass"), form["epcClass"]), amount, uom)


def _transaction(spot: Spot, value: Any) -> BizTransaction | None:
    form = spot.members(value)
    if not _only(spot, form, {"type", "bizTransaction"}, {"bizTransaction"}):
        return None
    type_ = _transaction_type(spot.at("type"), form["type"]) if "type" in form else None
    return BizTransaction(_uri(spot.at("bizTransaction"), form["bizTransaction"]), type_)


def _side(name: str) -> Read:
    def read(spot: Spot, value: Any) -> Side | None:
        form = spot.members(value)
        if not _only(spot, form, {"type", name}, {"type", name}):
            return None
        return Side(_side_type(spot.at("type"), form["type"]), _uri(spot.at(name), form[name]))

    return read


def _place(spot: Spot, value: Any) -> Place | None:
    form = spot.members(value)
    if "id" not in form:
        spot.fault("missing", "–", name="id")
        return None
    return Place(_uri(spot.at("id"), form["id"]), {name: one for name, one in form.items() if name != "id"})


def _persistent(spot: Spot, value: Any) -> Persistent | None:
    form = spot.members(value)
    _only(spot, form, {"set", "unset"}, set())
    if not form:
        spot.fault("empty", value)
        return None
    read = {name: [_disposition(at, one) for at, one in spot.at(name).items(form[name])] for name in form}
    for name, words in read.items():
        if not words or len(set(words)) < len(words):
            spot.at(name).fault("empty", form[name])
    kept = {name: tuple(words) for name, words in read.items()}
    return Persistent(kept.get("set"), kept.get("unset"))


def _error(spot: Spot, value: Any) -> ErrorDeclaration | None:
    form = spot.members(value)
    if "declarationTime" not in form:
        spot.fault("missing", "–", name="declarationTime")
        return None
    own = {"declarationTime", "reason", "correctiveEventIDs"}
    return ErrorDeclaration(
        _time(spot.at("declarationTime"), form["declarationTime"]),
        _reason(spot.at("reason"), form["reason"]) if "reason" in form else None,
        _uris(spot.at("correctiveEventIDs"), form["correctiveEventIDs"]) if "correctiveEventIDs" in form else None,
        _others(spot, form, own),
    )


def _sensor(spot: Spot, value: Any) -> Mapping[str, Any]:
    form = spot.members(value)
    _others(spot, form, {"sensorMetadata", "sensorReport"})
    if "sensorMetadata" in form:
        _others(spot.at("sensorMetadata"), spot.at("sensorMetadata").members(form["sensorMetadata"]), SENSOR_NAMES)
    reports = list(spot.at("sensorReport").items(form.get("sensorReport")))
    if form.get("sensorReport") == []:
        spot.at("sensorReport").fault("empty", [])
    for place, report in reports:
        _others(place, place.members(report), SENSOR_NAMES)
    return form


def _ilmd(spot: Spot, value: Any) -> Mapping[str, Any]:
    return _others(spot, spot.members(value), set())


def _certifications(spot: Spot, value: Any) -> tuple[str, ...] | str:
    return _uri(spot, value) if isinstance(value, str) else _uris(spot, value)


def _many(read: Read) -> Read:
    return lambda spot, value: tuple(read(place, one) for place, one in spot.items(value))


def _prefixes(spot: Spot, context: Any) -> frozenset[str]:
    """Which prefixes does this context declare?"""
    if not isinstance(context, str | dict | list) or not context:
        spot.fault("context", context)
        return frozenset()
    found: set[str] = set()
    for number, one in enumerate(context if isinstance(context, list) else [context]):
        if isinstance(one, dict):
            found |= {name for name, means in one.items() if isinstance(means, str)}
        elif not isinstance(one, str) or not vocabulary.is_uri(one):
            spot.at(number).fault("context", one)
    return frozenset(found)


def _others(spot: Spot, form: Mapping[str, Any], own: set[str] | frozenset[str]) -> dict[str, Any]:
    """Which members are another's, each under a declared prefix or a whole address? They are kept as they came."""
    found = {name: one for name, one in form.items() if name not in own}
    for name in found:
        prefix = name.partition(":")[0]
        if not vocabulary.is_uri(name):
            spot.at(name).fault("member", name)
        elif prefix not in spot.prefixes | vocabulary.KNOWN_PREFIXES | vocabulary.SCHEMES:
            spot.at(name).fault("prefix", name, prefix=prefix)
    return found


READ: dict[str, Read] = {
    "time": _time, "offset": _offset, "id": _uri, "recorded": _time, "action": _action, "parent": _uri,
    "epcs": _objects, "quantities": _many(_quantity), "inputs": _objects, "input_quantities": _many(_quantity),
    "transformation": _uri, "biz_step": _step, "disposition": _disposition, "persistent": _persistent,
    "read_point": _place, "biz_location": _place, "transactions": _many(_transaction),
    "sources": _many(_side("source")), "destinations": _many(_side("destination")), "sensors": _many(_sensor),
    "ilmd": _ilmd, "certifications": _certifications, "error": _error,
}  # fmt: skip
