"""What is the office itself due to do with an order now? Hearings that nobody need ask for follow at once."""

from __future__ import annotations

from ecluse.base.verdict import Held, Passed
from ecluse.custody.terms import CustodyFinding
from ecluse.licence.terms import GoodsList, LicenceFinding
from ecluse.office.actions import licence as licence_act
from ecluse.office.actions.hearings import last_finding
from ecluse.office.actions.lists import screen_late
from ecluse.office.actions.parties import hear_parties
from ecluse.office.actions.proceeds import hear_proceeds
from ecluse.office.actions.surplus import hear_surplus
from ecluse.office.desk.registry import Desk, Verdict
from ecluse.office.facts.custody import Moving
from ecluse.office.facts.parties import owners_above
from ecluse.order import Gate, Hearing
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import SurplusFinding


def follow(desk: Desk, order_id: str) -> Verdict | None:
    """Which verdict came last, once every hearing that is due was held? It asks the records, so it may run again."""
    order, whole = desk.order(order_id), f"{order_id}/0"
    session = desk.session
    verdict: Verdict | None = None
    if not was_heard(desk, whole, Gate.SURPLUS):
        verdict = hear_surplus(session, order, whole, order.units, desk.on)
    surplus = last_finding(session, whole, Gate.SURPLUS, SurplusFinding)
    if surplus and desk.is_open(whole) and not was_heard(desk, whole, Gate.PARTIES):
        screen_late(session, owners_above(session, [party for _, party in order.roles()])[0], desk.on)
        verdict = hear_parties(session, order, whole, surplus, desk.on)
    parties = last_finding(session, whole, Gate.PARTIES, PartiesFinding)
    is_free = GoodsList(desk.model(order).goods_list) is GoodsList.UNCONTROLLED
    if parties and is_free and desk.is_open(whole) and not was_heard(desk, whole, Gate.LICENCE):
        verdict = licence_act.decide(session, order, whole, parties, None, (), desk.on, actor="clock:office")
    return verdict


def was_heard(desk: Desk, tranche: str, gate: Gate) -> bool:
    """Did this gate ever hear the tranche?"""
    return any(hearing.gate is gate for hearing in desk.session.of(tranche, Hearing))


def moving(desk: Desk, tranche: str) -> Moving | None:
    """Which tranche is on its way, under which finding of the licence gate? None when the gate does not stand."""
    found = last_finding(desk.session, tranche, Gate.LICENCE, LicenceFinding)
    if found is None:
        return None
    return Moving(desk.order_of(tranche), tranche, desk.tranche(tranche).units, *found)


def hear_money(desk: Desk, tranche: str) -> Passed[object] | Held | None:
    """What does the proceeds gate say of this tranche today? None before its chain was closed."""
    licensed = last_finding(desk.session, tranche, Gate.LICENCE, LicenceFinding)
    custody = last_finding(desk.session, tranche, Gate.CUSTODY, CustodyFinding)
    if licensed is None or custody is None:
        return None
    return hear_proceeds(desk.session, desk.order_of(tranche), licensed[0], custody, desk.on)
