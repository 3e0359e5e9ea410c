"""What follows when a new fact reopens a gate? It is heard again, and its tranche stopped as far as it has gone.

One mechanism (design decision 4, `ecluse.order.rehear`): not yet licensed, its draw is given back; licensed, the
licence is suspended and what is packed unpacked; moving, it is called back; delivered, a case; money due stays due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.verdict import Held, Passed
from ecluse.custody.recall import Effect, Reach, Recallable
from ecluse.custody.recall import recall as recall_of
from ecluse.custody.terms import CustodyFinding, CustodyStage, Manifest
from ecluse.licence.life import STEPS, is_in_force, state_on
from ecluse.licence.terms import Licence, LicenceEvent, LicenceFinding, LicenceState
from ecluse.office.actions.custody import log_of, open_case, take_back
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import delivered_on, gates_open, hear_gate, last_finding, tranches_of
from ecluse.office.actions.licence import change_licence
from ecluse.office.actions.parties import hear_parties
from ecluse.office.actions.proceeds import hear_proceeds
from ecluse.office.actions.surplus import give_back, hear_surplus
from ecluse.office.facts.custody import Moving, custody_claim, packed_ranges
from ecluse.office.facts.licence import licence_claim
from ecluse.office.facts.surplus import own_draw
from ecluse.office.models import Involvement, Tranche
from ecluse.office.registers import Order, Release
from ecluse.office.session import Session
from ecluse.order import HELD, RIVER, Consequence, Gate, Hearing, Standing, Trigger, rehear
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import Draw, DrawState, SurplusFinding

Verdict = Passed[Any] | Held | None


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed for one tranche, and what a recall does to it; None where nothing was left to stop."""

    order: str
    tranche: str
    consequence: Consequence
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class Reheard:
    """What the gate said, and what followed. The verdict is None where a gate before it does not stand."""

    verdict: Verdict
    followed: tuple[Followed, ...]


def hear_again(session: Session, order: Order, tranche: str, gate: Gate, trigger: Trigger, on: date) -> Reheard:
    """What does this gate say of the tranche today? Held, the consequence follows; passed, what stood open is heard."""
    opened = gates_open(session, tranche)
    verdict = DOORS[gate](session, order, tranche, trigger, on)
    if isinstance(verdict, Held):
        reason = "; ".join(dict.fromkeys(ground.code for ground in verdict.grounds))
        parts = [part for part in _parts(session, order, tranche) if _is_concerned(session, order, part, gate)]
        return Reheard(verdict, tuple(_follow(session, order, part.tranche, gate, reason, on) for part in parts))
    after = [found for found in RIVER[RIVER.index(gate) + 1 :] if found in opened and found is not Gate.CUSTODY]
    if verdict is None or not after or not _was_heard(session, tranche, after[0]):
        return Reheard(verdict, ())
    return hear_again(session, order, tranche, after[0], trigger, on)


def _parts(session: Session, order: Order, tranche: str) -> list[Tranche]:
    """Whom does a hearing of this tranche concern: itself, or the ones it was split into?"""
    row = session.row(Tranche, tranche, tranche)
    if row is None or not row.is_split:
        return [row] if row else []
    return [part for part in tranches_of(session, order.id) if part.parent == tranche]


def _is_concerned(session: Session, order: Order, row: Tranche, gate: Gate) -> bool:
    """Does anything follow for this tranche? Not where another gate had refused it before it reached anybody."""
    is_refused = row.standing == Standing.HELD_REFUSED.value and row.gate != gate.value
    return not is_refused or is_delivered(session, order, row.tranche)


def _was_heard(session: Session, tranche: str, gate: Gate) -> bool:
    return any(hearing.gate is gate for hearing in session.of(tranche, Hearing))


# ------------------------------------------------------------------ the doors


def _surplus(session: Session, order: Order, tranche: str, trigger: Trigger, on: date) -> Verdict:
    return hear_surplus(session, order, tranche, _units(session, tranche), on, trigger)


def _parties(session: Session, order: Order, tranche: str, trigger: Trigger, on: date) -> Verdict:
    surplus = last_finding(session, tranche, Gate.SURPLUS, SurplusFinding)
    return hear_parties(session, order, tranche, surplus, on, trigger) if surplus else None


def _licence(session: Session, order: Order, tranche: str, trigger: Trigger, on: date) -> Verdict:
    """The licence gate on today's facts: nothing is issued by it."""
    parties = last_finding(session, tranche, Gate.PARTIES, PartiesFinding)
    if parties is None:
        return None
    claim = licence_claim(session, order, tranche, *parties, on)
    with Deed(session, "licence.change", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        return hear_gate(deed, Gate.LICENCE, claim, tranche=tranche, on=on, previous=parties[1], trigger=trigger)


def _custody(session: Session, order: Order, tranche: str, trigger: Trigger, on: date) -> Verdict:
    """May the units be on their way today? Once delivered: is their chain closed?"""
    licensed = last_finding(session, tranche, Gate.LICENCE, LicenceFinding)
    if licensed is None:
        return None
    going = Moving(order, tranche, _units(session, tranche), *licensed)
    is_there = is_delivered(session, order, tranche)
    claim = custody_claim(session, going, CustodyStage.DELIVERY if is_there else CustodyStage.RELEASE, on)
    action = "custody.close" if is_there else "custody.recall"
    with Deed(session, action, actor="clock:office", on=on, subject=tranche, order=order.id, log=log_of(order)) as deed:
        return hear_gate(deed, Gate.CUSTODY, claim, tranche=tranche, on=on, previous=licensed[1], trigger=trigger)


def _proceeds(session: Session, order: Order, tranche: str, trigger: Trigger, on: date) -> Verdict:
    licensed = last_finding(session, tranche, Gate.LICENCE, LicenceFinding)
    custody = last_finding(session, tranche, Gate.CUSTODY, CustodyFinding)
    return hear_proceeds(session, order, licensed[0], custody, on, trigger) if licensed and custody else None


DOORS: Mapping[Gate, Callable[[Session, Order, str, Trigger, date], Verdict]] = {
    Gate.SURPLUS: _surplus, Gate.PARTIES: _parties, Gate.LICENCE: _licence, Gate.CUSTODY: _custody,
    Gate.PROCEEDS: _proceeds,
}  # fmt: skip


# ------------------------------------------------------------------ what reopens


def reopen_parties(session: Session, party: str, on: date) -> list[Followed]:
    """A party was found on a new list version: every live tranche that it touches is heard again. What followed?"""
    found: list[Followed] = []
    for order in orders_of(session, party):
        whole = f"{order.id}/0"
        is_live = any(row.standing != Standing.HELD_REFUSED.value for row in _unsplit(session, order))
        if is_live and _was_heard(session, whole, Gate.PARTIES):
            found += hear_again(session, order, whole, Gate.PARTIES, Trigger.LIST_CHANGE, on).followed
    return found


def reopen_certificate(session: Session, certificate: str, on: date) -> list[Followed]:
    """A certificate was withdrawn: whatever draws on it and is not delivered is heard again. What followed?"""
    found: list[Followed] = []
    last = {draw.tranche: draw for draw in session.of(certificate, Draw)}
    for tranche, draw in sorted(last.items()):
        order = session.newest(tranche.rsplit("/", 1)[0], Order)
        if order is None or draw.state in (DrawState.RELEASED, DrawState.RETURNED):
            continue
        if not is_delivered(session, order, tranche):
            found += hear_again(session, order, tranche, Gate.SURPLUS, Trigger.CERTIFICATE_WITHDRAWN, on).followed
    return found


def reopen_licence(
    session: Session, order: Order, on: date, trigger: Trigger = Trigger.LICENCE_CHANGE
) -> list[Followed]:
    """A licence changed or ran out: what it no longer covers is heard again. What followed?

    Suspended, what has not left waits: the release gate asks for the licence itself. What left under a licence that
    ran out by its term goes on. After an end (revoked, surrendered, expired) nothing more leaves and its draw is free.
    """
    licence = session.newest(order.id, Licence)
    if licence is None:
        return []
    state, found = state_on(licence, session.of(order.id, LicenceEvent), on), []
    is_over = not STEPS[state] and state is not LicenceState.EXHAUSTED
    for row in _unsplit(session, order):
        goes = is_moving(session, order, row.tranche)
        if is_in_force(licence, session.of(order.id, LicenceEvent), on):
            is_asked = row.gate == Gate.CUSTODY.value and Standing(row.standing) in HELD
        else:
            is_left = not goes and not is_delivered(session, order, row.tranche)
            is_asked = (is_over and is_left) or (goes and state is not LicenceState.EXPIRED)
        if is_asked and state is not LicenceState.EXHAUSTED:
            found += hear_again(session, order, row.tranche, Gate.CUSTODY, trigger, on).followed
            if is_over and not goes:
                release_draw(session, order, row.tranche, on)
    return found


def lapse(session: Session, order: Order, tranche: str, on: date) -> Draw | None:
    """A reservation ran out: its units are given back. A file still open is heard again; which draw has it now?"""
    last = own_draw(session, order.certificate, tranche) if order.certificate else None
    if last is None or last.state is not DrawState.RESERVED:
        return None
    release_draw(session, order, tranche, on)
    row = session.row(Tranche, tranche, tranche)
    if row is None or row.standing != Standing.OPEN.value:
        return None
    hear_again(session, order, tranche, Gate.SURPLUS, Trigger.CLOCK, on)
    return own_draw(session, order.certificate or "", tranche)


def reserve_again(session: Session, party: str, on: date) -> None:
    """A hit on this party was cleared: referred files whose reservation was given up are heard for surplus again."""
    for order in orders_of(session, party):
        whole = f"{order.id}/0"
        row = session.row(Tranche, whole, whole)
        is_referred = row is not None and (row.gate, row.standing) == (
            Gate.PARTIES.value, Standing.HELD_REFERRED.value
        )  # fmt: skip
        if is_referred and order.certificate and own_draw(session, order.certificate, whole) is None:
            hear_surplus(session, order, whole, order.units, on, Trigger.ANSWER)


# ------------------------------------------------------------------ what follows


def _follow(session: Session, order: Order, tranche: str, gate: Gate, reason: str, on: date) -> Followed:
    """Which consequence has the held gate for this tranche, and what is done about it at once?"""
    licence = session.newest(order.id, Licence)
    reach = reach_of(session, order, tranche)
    consequence, _ = rehear(
        gate, is_issued=licence is not None, is_moving=reach is Reach.MOVING, is_delivered=reach is Reach.DELIVERED
    )
    if consequence is Consequence.CASE:
        open_case(session, order, tranche, gate, reason, on)
        return Followed(order.id, tranche, consequence, Effect.OPEN_CASE)
    if consequence is not Consequence.NOT_ISSUED:
        _suspend(session, order, reason, on)
    effect = recall_of([Recallable(tranche, reach, _units(session, tranche))])[0].effect
    if effect is Effect.UNPACK and session.of(tranche, Manifest):
        effect = Effect.TURN_BACK  # packed and handed on: whoever holds it sends it back first
    if effect is Effect.UNPACK:
        take_back(session, order.id, tranche, packed_ranges(session, tranche), on, log=log_of(order))
    if consequence is Consequence.NOT_ISSUED and effect is not Effect.TURN_BACK:
        release_draw(session, order, tranche, on)
    elif effect is Effect.RELEASE_RESERVATION:
        return Followed(order.id, tranche, consequence, None)  # a suspended licence keeps what was committed to it
    return Followed(order.id, tranche, consequence, effect)


def _suspend(session: Session, order: Order, reason: str, on: date) -> None:
    """A licence in force is suspended by the office; reinstating it takes two officers."""
    licence = session.newest(order.id, Licence)
    if licence is None or not is_in_force(licence, session.of(order.id, LicenceEvent), on):
        return
    event = LicenceEvent(
        f"licence-event:{order.id}/held-{on}", licence.id, LicenceState.SUSPENDED, "clock:office", None, reason, on
    )
    change_licence(session, order.id, event)


def release_draw(session: Session, order: Order, tranche: str, on: date) -> None:
    """What a tranche had reserved or committed and will not use is free on its certificate again."""
    draw = own_draw(session, order.certificate, tranche) if order.certificate else None
    if draw is not None and draw.state in (DrawState.RESERVED, DrawState.COMMITTED):
        give_back(session, order, tranche, on, state=DrawState.RELEASED, action="surplus.draw")


# ------------------------------------------------------------------ how far it has gone


def reach_of(session: Session, order: Order, tranche: str) -> Reach:
    """How far has the tranche gone: reserved, packed, moving, or delivered?"""
    if is_delivered(session, order, tranche):
        return Reach.DELIVERED
    if is_moving(session, order, tranche):
        return Reach.MOVING
    is_back = bool(session.of(tranche, Release))
    return Reach.PACKED if packed_ranges(session, tranche) and not is_back else Reach.RESERVED


def is_delivered(session: Session, order: Order, tranche: str) -> bool:
    """Did the end user receive it?"""
    row = session.row(Tranche, tranche, tranche)
    return row is not None and delivered_on(session, row) is not None


def is_moving(session: Session, order: Order, tranche: str) -> bool:
    """Has it left, and neither arrived nor come back?"""
    if not session.of(tranche, Release) or is_delivered(session, order, tranche):
        return False
    manifests = session.of(tranche, Manifest)
    return not manifests or manifests[-1].to_custodian != manifests[0].from_custodian


def orders_of(session: Session, party: str) -> list[Order]:
    """Which orders does this party touch, itself or as an owner?"""
    found = set(Involvement.objects.filter(party=party).values_list("order", flat=True))
    kept: Any = session.buffer.cached.get(Involvement, {}).values()
    found |= {row.order for row in kept if row.party == party}
    orders = [session.newest(order, Order) for order in sorted(found)]
    return [order for order in orders if order is not None]


def _unsplit(session: Session, order: Order) -> list[Tranche]:
    return [row for row in tranches_of(session, order.id) if not row.is_split]


def _units(session: Session, tranche: str) -> int:
    row = session.row(Tranche, tranche, tranche)
    assert row is not None
    return row.units
