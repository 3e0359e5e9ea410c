"""What would an action at a place, or news of a unit, stop or set going again? Counted before it takes force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.recall import Reach
from ecluse.custody.terms import LifeState
from ecluse.licence.life import is_in_force
from ecluse.licence.terms import Licence, LicenceEvent
from ecluse.office.actions.hearings import tranches_of
from ecluse.office.actions.reopen import reach_of
from ecluse.office.desk.registry import Desk, Effect
from ecluse.office.facts.custody import verification_of
from ecluse.office.models import OrderRow, Record
from ecluse.office.registers import Order, Release
from ecluse.order import Standing

# Which steps of a life end or interrupt the work of a centre or a line?
STOPS = frozenset({LifeState.SUSPENDED, LifeState.CLOSED, LifeState.STOPPED})
AT_ONCE = 500


def stopped_by_life(desk: Desk, subject: str, form: Any) -> list[Effect]:
    """What would this step in the life of a centre or line stop: licences in force, what is packed or on its way?"""
    if form.state not in STOPS:
        return []
    licences, consignments = [], []
    for order in orders_through(subject):
        names = [one.tranche for one in tranches_of(desk.session, order.id) if not one.is_split]
        reached = {name: reach_of(desk.session, order, name) for name in names}
        waiting = [name for name in names if reached[name] is not Reach.DELIVERED]
        licence = desk.session.newest(order.id, Licence)
        if waiting and licence and is_in_force(licence, desk.session.of(order.id, LicenceEvent), desk.on):
            licences.append(licence.id)
        consignments += [name for name in waiting if reached[name] in (Reach.PACKED, Reach.MOVING)]
    return [
        Effect("effect.licences", len(licences), tuple(licences)),
        Effect("effect.consignments", len(consignments), tuple(consignments)),
    ]


def orders_through(place: str) -> Iterator[Order]:
    """Which orders that are neither refused nor through name this centre or line?"""
    settled = (Standing.PASSED.value, Standing.HELD_REFUSED.value)
    names = list(OrderRow.objects.exclude(standing__in=settled).order_by("order").values_list("order", flat=True))
    for start in range(0, len(names), AT_ONCE):
        rows = Record.objects.filter(v=VERSIONS[Order], rid__in=names[start : start + AT_ONCE]).order_by("rid")
        for body in rows.values_list("body", flat=True):
            order: Order = unseal(bytes(body))
            if place in (order.centre, order.line):
                yield order


def chains_again(desk: Desk, subject: str, form: Any) -> list[Effect]:
    """Which chain would be looked at again after this sighting: the tranche's, once its delivery was verified?"""
    order = desk.order_of(subject)
    is_closed = bool(desk.session.of(subject, Release)) and verification_of(desk.session, order.end_user, subject)
    return [Effect("effect.chains", 1, (subject,))] if is_closed else []
