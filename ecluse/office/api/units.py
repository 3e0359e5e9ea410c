"""What may a program know of one unit? Its life, as far as the token's person has a part in it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path

from ecluse.office.actions.cases import OFFICE_ROLES, touches
from ecluse.office.api.answers import TraceOut
from ecluse.office.api.office import NAMED, api, desk_at
from ecluse.office.api.problems import ProblemError, language_of_call, problem
from ecluse.office.desk.registry import Desk
from ecluse.office.people.reads import note_read
from ecluse.office.trace.unit import trace_text, trace_unit

LONGEST_SERIAL = 120


@api.get("/units/{path:serial}", response={200: TraceOut, **NAMED}, operation_id="unit")
def unit(request: HttpRequest, serial: Annotated[str, Path(min_length=1, max_length=LONGEST_SERIAL)]) -> dict[str, Any]:
    """Where one unit was born, through whose hands it went, where it is now."""
    desk = desk_at(request)
    found = trace_unit(serial) if serial.isprintable() else {"known": False}
    seen = part_of(desk, found) if found["known"] else None
    if seen is None:
        raise ProblemError(problem(request, 404))
    note_read(request, "api.unit", serial)
    sentences = trace_text(seen, language_of_call(request)).splitlines() if seen["last"] else []
    return {**seen, "events": [_event(event) for event in seen["events"]], "sentences": [s.strip() for s in sentences]}


def part_of(desk: Desk, found: dict[str, Any]) -> dict[str, Any] | None:
    """Which part of this life may the person see? All at home; else its birth and one's own orders. None: nothing."""
    if desk.mandate.role in OFFICE_ROLES:
        return found
    names = {str(event.get("tranche") or "").rpartition("/")[0] for event in found["events"]} - {""}
    own = {order for order in names if touches(desk.session, desk.mandate, order)}
    is_maker = (found["born"] or {}).get("maker") == desk.body
    if not own and not is_maker:
        return None
    shown = [e for e in found["events"] if not e.get("tranche") or e["tranche"].rpartition("/")[0] in own]
    last = found["last"]
    is_own = not last["tranche"] or last["tranche"].rpartition("/")[0] in own
    return {**found, "events": shown, "last": last if is_own else None}


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "on": event["on"], "kind": event["kind"], "tranche": event.get("tranche"), "giver": event.get("from"),
        "taker": event.get("to"), "authority": event.get("authority"), "place": event.get("place"),
        "log": event["log"], "index": event["index"],
    }  # fmt: skip
