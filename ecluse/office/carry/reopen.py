"""What follows when a gate that had passed is held again? Not issued, suspended, recalled, or a case (decision 4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.verdict import Held
from ecluse.custody.terms import Manifest, Step
from ecluse.licence.terms import Licence, LicenceEvent, LicenceState
from ecluse.office.actions.hearings import last_finding, tranches_of
from ecluse.office.actions.licence import change_licence
from ecluse.office.actions.parties import hear_parties
from ecluse.office.actions.surplus import hear_surplus
from ecluse.office.models import Involvement
from ecluse.office.registers import DeliveryMade, Order, Release
from ecluse.order import Consequence, Gate, Hearing, Standing, Trigger, rehear
from ecluse.surplus.terms import Draw, DrawState, SurplusFinding

if TYPE_CHECKING:
    from ecluse.office.carry.stage import Stage

DAYS_TO_RECALL = 3


def reopen_parties(stage: Stage, party: str, on: date) -> None:
    """A party was found on a new list version: every live tranche it touches is heard again."""
    for order in orders_of(stage, party):
        whole = f"{order.id}/0"
        surplus = last_finding(stage.session, whole, Gate.SURPLUS, SurplusFinding)
        tranches = live_tranches(stage, order)
        if surplus is None or not tranches or not _was_heard(stage, whole, Gate.PARTIES):
            continue
        if isinstance(hear_parties(stage.session, order, whole, surplus, on, Trigger.LIST_CHANGE), Held):
            for tranche in tranches:
                _follow(stage, order, tranche, Gate.PARTIES, on, "a party was listed")


def _was_heard(stage: Stage, tranche: str, gate: Gate) -> bool:
    return any(hearing.gate is gate for hearing in stage.session.of(tranche, Hearing))


def reopen_certificate(stage: Stage, certificate: str, on: date) -> None:
    """A certificate was withdrawn: whatever still draws on it is heard again."""
    last = {draw.tranche: draw for draw in stage.session.of(certificate, Draw)}
    for tranche, draw in sorted(last.items()):
        if draw.state not in (DrawState.RESERVED, DrawState.COMMITTED):
            continue
        order = stage.order(tranche.rsplit("/", 1)[0])
        verdict = hear_surplus(stage.session, order, tranche, stage.units(tranche), on, Trigger.CERTIFICATE_WITHDRAWN)
        if isinstance(verdict, Held):
            _follow(stage, order, tranche, Gate.SURPLUS, on, "the certificate was withdrawn")


def reopen_licence(stage: Stage, order_id: str, on: date) -> None:
    """A licence changed: what is moving under one no longer in force is recalled."""
    order = stage.order(order_id)
    if stage.licence_is_live(order_id, on):
        return
    for tranche in live_tranches(stage, order):
        if is_moving(stage, order, tranche):
            recall(stage, order, tranche, on)


def _follow(stage: Stage, order: Order, tranche: str, gate: Gate, on: date, reason: str) -> None:
    """Which consequence has the held gate? See `ecluse.order.rehear`."""
    consequence, _ = rehear(
        gate,
        is_issued=stage.has_licence(order.id),
        is_moving=is_moving(stage, order, tranche),
        is_delivered=is_delivered(stage, order, tranche),
    )
    if consequence in (Consequence.SUSPENDED, Consequence.RECALLED) and stage.licence_is_live(order.id, on):
        licence = stage.session.newest(order.id, Licence)
        assert licence is not None
        change_licence(
            stage.session,
            order.id,
            LicenceEvent(
                f"licence-event:{order.id}/held-{on}",
                licence.id,
                LicenceState.SUSPENDED,
                "clock:office",
                None,
                reason,
                on,
            ),
        )
    if consequence is Consequence.RECALLED:
        recall(stage, order, tranche, on)


def recall(stage: Stage, order: Order, tranche: str, on: date) -> None:
    """Whoever holds the units sends them back to the maker."""
    stage.agenda.put(on + timedelta(DAYS_TO_RECALL), "give_back", tranche, recall=True)


def orders_of(stage: Stage, party: str) -> list[Order]:
    """Which orders does this party touch, itself or as an owner?"""
    found = set(Involvement.objects.filter(party=party).values_list("order", flat=True))
    found |= {row.order for row in stage.buffered(Involvement) if row.party == party}
    return [stage.order(order) for order in sorted(found)]


def live_tranches(stage: Stage, order: Order) -> list[str]:
    """Which tranches of the order are not refused, not split up?"""
    return [
        row.tranche for row in tranches_of(stage.session, order.id)
        if not row.is_split and row.standing != Standing.HELD_REFUSED.value
    ]  # fmt: skip


def is_delivered(stage: Stage, order: Order, tranche: str) -> bool:
    """Did the end user receive it?"""
    return any(made.tranche == tranche for made in stage.session.of(order.end_user, DeliveryMade))


def is_moving(stage: Stage, order: Order, tranche: str) -> bool:
    """Has it left, and not arrived?"""
    released = bool(stage.session.of(tranche, Release))
    back = any(m.step in (Step.RETURN, Step.RECALL) for m in stage.session.of(tranche, Manifest))
    return released and not back and not is_delivered(stage, order, tranche)
