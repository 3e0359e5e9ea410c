"""Which of the units of a day may this person be shown by place? Own ones, own soil's, and the home army's to few."""

from __future__ import annotations

from collections.abc import Iterable

from ecluse.custody.terms import Line
from ecluse.office.actions.permissions import STAFF
from ecluse.office.desk.registry import Desk
from ecluse.office.on_file import newest, records
from ecluse.office.places_reading import Held
from ecluse.office.views.things import authority_of, is_home, own_orders


def seen_by(desk: Desk, found: Iterable[Held]) -> list[Held]:
    """Which runs? Who works on every order of the home state sees all.

    A state's authority sees what lies on its soil, a maker what its lines made, any party what it holds or what an
    order moves in which it is named. What was funded for the home army is seen by those who are cleared, by the
    general staff, and by the maker whose line made it.
    """
    if is_home(desk):
        return list(found)
    body = desk.body
    if body == STAFF:
        return [one for one in found if one.is_for_home]
    makes = {line.id for line in newest(records(Line)).values() if line.maker == body}
    if body.startswith("authority:"):
        return [one for one in found if authority_of(one.state) == body and not one.is_for_home]
    named = {id for id, order in own_orders(desk).items() if body in {party for _, party in order.roles()}}
    return [
        one for one in found
        if one.line in makes
        or (not one.is_for_home and (one.custodian == body or one.tranche.rpartition("/")[0] in named))
    ]  # fmt: skip
