"""How is a gate heard and its hearing kept? One function for all gates; standings follow from it."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from ecluse.base.sealed import decode, seal
from ecluse.base.verdict import Held, Passed
from ecluse.office.actions.deed import Deed
from ecluse.office.models import OrderRow, Tranche
from ecluse.office.registers import DeliveryMade, Order
from ecluse.office.session import Session
from ecluse.order import BESIDE, Gate, Hearing, Stage, Standing, Trigger, hear, open_gates, stage_of, standing
from ecluse.proceeds.terms import TitleTransfer

F = TypeVar("F")


def hear_gate(
    deed: Deed,
    gate: Gate,
    claim: Any,
    *,
    tranche: str,
    on: date,
    previous: str | None,
    trigger: Trigger = Trigger.FIRST,
    units: int = 0,
) -> Passed[Any] | Held:
    """What does the gate say of this tranche? The hearing is sealed in the deed and the standings move."""
    session = deed.session
    number = len(session.of(tranche, Hearing)) + sum(v == "hearing/1" for v in (r.v for r, *_ in deed.sealed)) + 1
    hearing, verdict, _ = hear(
        gate, claim, id=f"hearing:{tranche}/{number}", order=deed.order, tranche=tranche, on=on, law=session.law,
        trigger=trigger, previous=previous, where=session.where,
    )  # fmt: skip
    deed.seal(hearing, tranche)
    if gate not in BESIDE:
        _move(deed, hearing, units)
    return verdict


def _move(deed: Deed, hearing: Hearing, units: int) -> None:
    """Where do the tranche, or the tranches it was split into, stand now?"""
    session, tranche = deed.session, hearing.tranche
    row = session.row(Tranche, tranche, tranche)
    if row is None:
        row = Tranche(tranche=tranche, order=deed.order, parent=None, units=units)
    rows = [row] if not row.is_split else [row, *(t for t in tranches_of(session, deed.order) if t.parent == tranche)]
    for moved in rows:
        stage = stage_of([*hearings_of(session, moved), hearing], delivered_on(session, moved))
        if stage is not None:
            moved.gate, moved.standing, moved.hearing = stage.gate.value, stage.standing.value, hearing.id
        deed.put(moved, moved.tranche)
    restand(deed, deed.order)


def hearings_of(session: Session, row: Tranche) -> list[Hearing]:
    """Which hearings tell where this tranche stands? Its parent's and its own, by day."""
    own = session.of(row.tranche, Hearing)
    inherited = session.of(row.parent, Hearing) if row.parent else []
    return sorted([*inherited, *own], key=lambda hearing: hearing.on)


def gates_open(session: Session, tranche: str) -> frozenset[Gate]:
    """Which gates of this tranche must be heard anew before it goes on? None once title passed: money due stays due."""
    row = session.row(Tranche, tranche, tranche)
    if row is None or session.of(tranche, TitleTransfer):
        return frozenset()
    hearings = hearings_of(session, row)
    if all(hearing.finding is not None for hearing in hearings if hearing.gate not in BESIDE):
        return frozenset()
    return open_gates(hearings, delivered_on(session, row))


def delivered_on(session: Session, row: Tranche) -> date | None:
    """When did the end user receive it? None when he did not."""
    order = session.newest(row.order, Order)
    made = session.of(order.end_user, DeliveryMade) if order else []
    return next((delivery.on for delivery in made if delivery.tranche == row.tranche), None)


def restand(deed: Deed, order: str) -> None:
    """Where does the order stand now? With its gravest tranche that was not split."""
    session = deed.session
    row = session.row(OrderRow, order, order)
    if row is None:
        return
    tranches = [t for t in tranches_of(session, order) if not t.is_split]
    stages = [Stage(Gate(t.gate), Standing(t.standing)) for t in tranches]
    row.standing = standing(stages).value
    gravest = next((t for t in tranches if t.standing == row.standing), None)
    row.gate = gravest.gate if gravest else row.gate
    deed.put(row, order)


def tranches_of(session: Session, order: str) -> list[Tranche]:
    """Which tranches has the order? The whole one, `<order>/0`, and its children `<order>/1`, `<order>/2`…"""
    found = []
    for number in range(20):
        row = session.row(Tranche, f"{order}/{number}", f"{order}/{number}")
        if row is not None:
            found.append(row)
        elif number:
            break
    return found


def last_finding(session: Session, tranche: str, gate: Gate, cls: type[F]) -> tuple[F, str] | None:
    """What did this gate last find for the tranche, or for the one it was split from? The finding and its hearing.

    None when the gate never passed, was heard again and held, or stands open since a gate before it was held again.
    """
    if gate in gates_open(session, tranche):
        return None
    for name in (tranche, f"{tranche.rsplit('/', 1)[0]}/0"):
        hearings = [h for h in session.of(name, Hearing) if h.gate is gate]
        if hearings:
            last = hearings[-1]
            if last.finding is None:
                return None
            form = {key: value for key, value in last.finding.items() if key != "v"}
            return decode(cls, form), seal(last).digest
    return None
