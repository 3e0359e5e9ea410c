"""What must an event of a partner hold, so that an action of the desk can take it? One check an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ecluse.custody.chain import taken_over
from ecluse.custody.epcis.faults import Spot
from ecluse.custody.epcis.names import id_of, state_of_place
from ecluse.custody.epcis.terms import Event, Side
from ecluse.custody.epcis.vocabulary import plain_word
from ecluse.custody.ranges import Ranges, count, difference, same
from ecluse.custody.terms import Centre, Manifest, Step
from ecluse.office.actions.cases import bodies_of, holder_of
from ecluse.office.desk import custody as custody_desk
from ecluse.office.desk.papers import records_of
from ecluse.office.desk.registry import Desk, all_actions, may
from ecluse.office.registers import Release

OFFER, SIGN, VERIFY = "custody.offer", "custody.hand_over", "custody.verify_delivery"
# Which action takes an event, by its business step?
STEPS = {"shipping": OFFER, "receiving": SIGN, "accepting": VERIFY}
STATE_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One event while it is looked at: its place in the document, who sends it, what it names."""

    spot: Spot
    desk: Desk
    event: Event
    tranche: str
    units: Ranges

    @property
    def order(self) -> str:
        """To which order does its consignment belong?"""
        return self.tranche.rpartition("/")[0]


def _party(sides: tuple[Side, ...] | None) -> str:
    """Which party of ours holds it on this side? Empty when none is named."""
    held = [one.id for one in sides or () if plain_word(one.type) == "possessing_party"]
    return id_of(held[0]) if len(held) == 1 else ""


def _both_sides(case: Case) -> tuple[str, str]:
    give, take = _party(case.event.sources), _party(case.event.destinations)
    for name, party in (("sourceList", give), ("destinationList", take)):
        if not party:
            case.spot.at(name).fault("side", "–")
    return give, take


def _offer(case: Case) -> Mapping[str, Any]:
    """What does the sender of goods state: to whom, for which step, into which state?"""
    desk, (give, to) = case.desk, _both_sides(case)
    order = desk.order_of(case.tranche)
    if give and give != desk.body:
        case.spot.at("sourceList").fault("signer", give, body=desk.body)
    elif give and holder_of(desk.session, order, case.tranche) != desk.body:
        case.spot.at("sourceList").fault("holder", give, holder=holder_of(desk.session, order, case.tranche))
    elif custody_desk.waiting_paper(desk, case.tranche) is not None:
        case.spot.fault("waits", case.tranche)
    if to and to not in bodies_of(desk.session, order):
        case.spot.at("destinationList").fault("party", to)
    places = [one.id for one in case.event.destinations or () if plain_word(one.type) == "location"]
    state = state_of_place(places[0]) if places else ""
    if not (len(state) == STATE_LETTERS and state.isascii() and state.isupper()):
        case.spot.at("destinationList").fault("place", places[0] if places else "–")
    step = _step(case, to)
    if step in (Step.RELEASE, Step.DELIVERY) and not desk.session.of(case.tranche, Release):
        case.spot.fault("not_released", case.tranche)
    return {"step": step.value, "to_custodian": to, "place_state": state}


def _step(case: Case, to: str) -> Step:
    """Which step of custody is a despatch to this party?"""
    session, order = case.desk.session, case.desk.order_of(case.tranche)
    manifests = session.of(case.tranche, Manifest)
    centre = session.newest(order.centre, Centre) if order.centre else None
    if manifests and to == manifests[0].from_custodian:
        return Step.RECALL if plain_word(case.event.disposition or "") == "recalled" else Step.RETURN
    if to == order.end_user:
        return Step.DELIVERY
    if centre is not None and to == centre.operator:
        return Step.ARRIVAL if manifests else Step.DISPATCH
    return Step.RELEASE


def _sign(case: Case) -> Mapping[str, Any]:
    """Does the receiver name what the sender's paper names?"""
    desk, (give, to) = case.desk, _both_sides(case)
    paper = custody_desk.waiting_paper(desk, case.tranche)
    if to and to != desk.body:
        case.spot.at("destinationList").fault("signer", to, body=desk.body)
    elif paper is None or paper.waits_for != desk.body:
        case.spot.fault("no_paper", case.tranche)
    else:
        manifest = records_of(paper)[0]
        if give != manifest.from_custodian:
            case.spot.at("sourceList").fault("sender", give or "–", sender=manifest.from_custodian)
        check_units(case, taken_over(manifest))
    return {"received": "yes"}


def _verify(case: Case) -> Mapping[str, Any]:
    """Does the end user's state name what was delivered?"""
    desk = case.desk
    action = all_actions()[VERIFY]
    if not may(desk, action, case.tranche):
        case.spot.at("bizStep").fault(
            "signer", desk.body, body=f"authority:{desk.order_of(case.tranche).destination.lower()}"
        )
    elif not action.offers(desk, case.tranche):
        case.spot.fault("not_delivered", case.tranche)
    else:
        made = [m for m in desk.session.of(case.tranche, Manifest) if m.step is Step.DELIVERY]
        check_units(case, taken_over(made[-1]))
    return {"units": str(count(case.units))}


def check_units(case: Case, expected: Ranges) -> None:
    """Does the event name exactly these units?"""
    if not same(expected, case.units):
        missing, more = count(difference(expected, case.units)), count(difference(case.units, expected))
        case.spot.fault("units_differ", str(count(case.units)), missing=str(missing), more=str(more))


# What does each action ask of an event? The fields of its form; whatever is amiss is noted as a fault.
CHECKS: dict[str, Callable[[Case], Mapping[str, Any]]] = {OFFER: _offer, SIGN: _sign, VERIFY: _verify}
