"""Is an event whole: does it name something, and do its members fit one another and the events beside it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecluse.custody.epcis.faults import Spot
from ecluse.custody.epcis.terms import Event, EventKind

CHILDREN = {EventKind.AGGREGATION, EventKind.ASSOCIATION}


def check_whole(spot: Spot, kind: EventKind, form: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Note what this event lacks, and what it has beside what excludes it."""
    is_end = form.get("action") == "DELETE"
    if "action" in names and "action" not in form:
        spot.fault("missing", "–", name="action")
    if kind is EventKind.TRANSFORMATION:
        _check_transformation(spot, form)
    elif not (is_end and kind is not EventKind.OBJECT):
        _check_named(spot, kind, form, names)
    needs_parent = kind is EventKind.ASSOCIATION or (kind is EventKind.AGGREGATION and form.get("action") != "OBSERVE")
    if needs_parent and "parentID" not in form:
        spot.fault("missing", "–", name="parentID")
    if kind is EventKind.TRANSACTION and "bizTransactionList" not in form:
        spot.fault("missing", "–", name="bizTransactionList")
    if kind is EventKind.TRANSACTION and form.get("bizTransactionList") == []:
        spot.at("bizTransactionList").fault("empty", [])
    if kind is EventKind.OBJECT and "ilmd" in form and form.get("action") != "ADD":
        spot.at("ilmd").fault("ilmd", form.get("action"))


def _check_named(spot: Spot, kind: EventKind, form: Mapping[str, Any], names: Mapping[str, str]) -> None:
    units, amounts = names["epcs"], names["quantities"]
    is_sensed = kind is EventKind.OBJECT and bool(form.get("sensorElementList")) and "readPoint" in form
    has_units = bool(form.get(units)) if kind in CHILDREN else units in form
    if not (has_units or form.get(amounts) or is_sensed):
        spot.fault("nothing", "–", names=f"{units}, {amounts}")


def _check_transformation(spot: Spot, form: Mapping[str, Any]) -> None:
    went_in = bool(form.get("inputEPCList") or form.get("inputQuantityList"))
    came_out = bool(form.get("outputEPCList") or form.get("outputQuantityList"))
    if not ((went_in and came_out) or ("transformationID" in form and (went_in or came_out))):
        spot.fault("nothing", "–", names="inputEPCList, inputQuantityList, outputEPCList, outputQuantityList")


def check_events(events: Iterable[tuple[Spot, Event]]) -> None:
    """Note each event whose id another one bears: a correction alone repeats the id of what it declares wrong."""
    first: dict[str, Spot] = {}
    for spot, event in events:
        if event.id is None or event.error is not None:
            continue
        if event.id in first:
            spot.at("eventID").fault("id_twice", event.id, first=first[event.id].path[-1])
        first.setdefault(event.id, spot)
