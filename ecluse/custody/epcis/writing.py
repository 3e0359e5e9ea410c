"""How is a document of EPCIS 2.0 spelled as JSON? What was read is written back without loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecluse.custody.epcis.members import NAMES
from ecluse.custody.epcis.spelling import spell
from ecluse.custody.epcis.terms import (
    BizTransaction,
    Document,
    ErrorDeclaration,
    Event,
    Persistent,
    Place,
    Quantity,
    Side,
)

FIRST = ("id", "instanceIdentifier", "sender", "receiver", "epcisHeader")


def write_document(document: Document) -> str:
    """Which text is this document?"""
    return spell(form_of_document(document)) + "\n"


def form_of_document(document: Document) -> dict[str, Any]:
    """Which JSON value is this document?"""
    named = {name: document.extra[name] for name in FIRST if name in document.extra}
    return {
        "@context": document.context, "type": "EPCISDocument", "schemaVersion": document.version,
        "creationDate": document.created, **named,
        **{name: one for name, one in document.extra.items() if name not in named},
        "epcisBody": {"eventList": [form_of_event(event) for event in document.events], **document.body_extra},
    }  # fmt: skip


def form_of_event(event: Event) -> dict[str, Any]:
    """Which JSON value is this event?"""
    form: dict[str, Any] = {} if event.context is None else {"@context": event.context}
    form["type"] = event.kind.value
    for attr, name in NAMES[event.kind].items():
        value = getattr(event, attr)
        if value is not None:
            form[name] = WRITE.get(attr, _same)(value)
    return {**form, **event.extra}


def _same(value: Any) -> Any:
    return value


def _given(**members: Any) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in members.items() if value is not None}


def _quantity(one: Quantity) -> dict[str, Any]:
    return _given(epcClass=one.epc_class, quantity=one.quantity, uom=one.uom)


def _transaction(one: BizTransaction) -> dict[str, Any]:
    return _given(type=one.type, bizTransaction=one.id)


def _side(name: str) -> Callable[[Side], dict[str, Any]]:
    return lambda one: {"type": one.type, name: one.id}


def _place(one: Place) -> dict[str, Any]:
    return {"id": one.id, **one.extra}


def _persistent(one: Persistent) -> dict[str, Any]:
    return _given(set=_listed(one.begun), unset=_listed(one.ended))


def _error(one: ErrorDeclaration) -> dict[str, Any]:
    own = _given(declarationTime=one.declared, reason=one.reason, correctiveEventIDs=_listed(one.corrective))
    return {**own, **one.extra}


def _listed(value: tuple[Any, ...] | None) -> list[Any] | None:
    return None if value is None else list(value)


def _many(write: Callable[[Any], Any]) -> Callable[[tuple[Any, ...]], list[Any]]:
    return lambda values: [write(one) for one in values]


WRITE: dict[str, Callable[[Any], Any]] = {
    "action": lambda action: action.value, "epcs": list, "inputs": list, "quantities": _many(_quantity),
    "input_quantities": _many(_quantity), "transactions": _many(_transaction), "sources": _many(_side("source")),
    "destinations": _many(_side("destination")), "sensors": list, "read_point": _place, "biz_location": _place,
    "persistent": _persistent, "error": _error,
    "certifications": lambda value: value if isinstance(value, str) else list(value),
}  # fmt: skip
