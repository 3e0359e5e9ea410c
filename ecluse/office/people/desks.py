"""Which desks of places are this person's: of the centre it runs, of its line, of the state that it speaks for?"""

from __future__ import annotations

from typing import Any

from ecluse.custody.terms import Centre, Line
from ecluse.office.actions.permissions import REPRESENTS
from ecluse.office.on_file import newest, records_of

HOST, LINE = "host_desk", "line_desk"


def desks_of(mandate: Any) -> dict[str, str]:
    """At which addresses, by the key of what the link says? Only for who speaks in a body's own name.

    A host state's authority has one desk, a maker one for its lines, an operator one for each of its centres.
    """
    if mandate is None or mandate.role not in REPRESENTS:
        return {}
    body, found = mandate.body, dict[str, str]()
    for place in newest(records_of((Centre, Line))).values():
        if is_hosted_by(place, body):
            found[HOST] = "/host/"
        if isinstance(place, Line) and place.maker == body:
            found[LINE] = "/line/"
        if isinstance(place, Centre) and place.operator == body:
            found[place.id] = f"/centre/{place.id}/desk/"
    return found


def is_hosted_by(place: Centre | Line, body: str) -> bool:
    """Does this place stand on the soil of the state whose authority this is?"""
    return body == f"authority:{place.host.lower()}"
