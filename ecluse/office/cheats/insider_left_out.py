"""Which frauds does an insider commit by leaving a fact out, so that the law itself passes what it would have held?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ecluse.base.verdict import Passed
from ecluse.custody.terms import CustodyClaim, CustodyStage
from ecluse.edge.lists_kept import KeptBytes, entries_kept, unpacked
from ecluse.licence.terms import Application, Interest, Licence, LicenceClaim, LicenceFinding, Opinion
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate, last_finding
from ecluse.office.cheats.hands import Insider, Kinds, Named, lacking
from ecluse.office.facts.custody import Moving, custody_claim
from ecluse.office.facts.licence import licence_claim
from ecluse.office.facts.parties import lists_in_force
from ecluse.office.models import Document, LiveParty, Tranche
from ecluse.office.registers import Order
from ecluse.order import Gate, Hearing, Trigger, hear
from ecluse.parties.screen import build_index
from ecluse.parties.sweep import sweep_parties
from ecluse.parties.terms import MatchGrade, PartiesFinding, Party, Screening

KINDS = Kinds(as_administrator=False)
ACTIONS = {Gate.LICENCE: "licence.change", Gate.CUSTODY: "custody.release"}
CERTAIN = (MatchGrade.IDENTIFIER, MatchGrade.EXACT)


@KINDS.breaks("P3")
def hit_struck_out(hand: Insider) -> Named:
    """Everyone is screened once more, and one party's hits are struck out before its screening is sealed."""
    session, on = hand.session, hand.today
    listed = hand.any(Screening, lambda found: any(hit.grade in CERTAIN for hit in found.hits)).party
    names = LiveParty.objects.order_by("party").values_list("party", flat=True)
    live = [party for name in names for party in [session.newest(name, Party)] if party]
    versions = lists_in_force(session, on)
    entries = [entry for version in versions for entry in entries_kept(version.id, version.digest, _kept)]
    swept = sweep_parties(f"sweep:{on}", live, build_index(entries, [version.id for version in versions]), on)
    struck = next((screening for screening in swept.hits if screening.party == listed), None)
    if struck is None:
        raise lacking("a listed party that still is")
    with Deed(session, "parties.sweep", actor="clock:office", on=on, subject="sweeps") as deed:
        for screening in swept.screenings:
            deed.seal(replace(struck, hits=()) if screening is struck else screening, screening.party)
        deed.seal(replace(swept.sweep, hits=swept.sweep.hits - 1))
    return Named(struck.id, str(on))


def _kept(name: str) -> bytes:
    row: Any = Document.objects.get(digest=name)
    body = unpacked(KeptBytes(row.digest, row.media_type, row.size, bytes(row.content)))
    if body is None:
        raise lacking("the bytes of every list")
    return body


@KINDS.breaks("P9")
def condition_left_out(hand: Insider) -> Named:
    """A file that its condition holds is heard again without the condition."""
    for order, tranche in _held_by(hand, "licence.conditions_are_lifted"):
        claim = _licence_claim(hand, order, tranche)
        told = replace(claim, conditions=()) if claim else None
        if told and _passes(hand, Gate.LICENCE, order, tranche, told):
            return _heard(hand, Gate.LICENCE, order, tranche, told)
    raise lacking("an order that a condition alone holds")


@KINDS.breaks("P9")
def interest_left_out(hand: Insider) -> Named:
    """An officer declares an interest in the buyer; the file is heard again as if he never had."""
    session = hand.session
    for licence in hand.each(Licence):
        order, tranche = session.newest(licence.order, Order), licence.tranche
        application, opinions = session.newest(licence.order, Application), session.of(licence.order, Opinion)
        if order is None or application is None or not opinions or not hand.passed(tranche, Gate.LICENCE):
            continue
        told = _licence_claim(hand, order, tranche)
        if told is None or not _passes(hand, Gate.LICENCE, order, tranche, told):
            continue
        officer = opinions[0].officer
        interest = Interest(f"interest:{officer}/{order.id}", officer, application.buyer, hand.today)
        with Deed(session, "office.register", actor="clock:office", on=hand.today, subject=officer) as deed:
            deed.seal(interest)
        return _heard(hand, Gate.LICENCE, order, tranche, told)
    raise lacking("a licence whose file would pass today")


@KINDS.breaks("P9")
def packed_for_others_left_out(hand: Insider) -> Named:
    """A release that another order's numbers hold is heard again without them; then truly, and it stands as before."""
    for order, tranche in _held_by(hand, "custody.units_are_nobodys_else"):
        claim = _custody_claim(hand, order, tranche)
        told = replace(claim, units_of_others=0) if claim else None
        if claim and told and _passes(hand, Gate.CUSTODY, order, tranche, told):
            named = _heard(hand, Gate.CUSTODY, order, tranche, told)
            _heard(hand, Gate.CUSTODY, order, tranche, claim)
            return named
    raise lacking("a release that numbers of another order alone hold")


def _held_by(hand: Insider, code: str) -> Iterator[tuple[Order, str]]:
    """Which orders does this ground hold?"""
    for hearing in hand.each(Hearing):
        if any(ground.code == code for ground in hearing.grounds):
            order = hand.session.newest(hearing.order, Order)
            if order is not None:
                yield order, hearing.tranche


def _licence_claim(hand: Insider, order: Order, tranche: str) -> LicenceClaim | None:
    found = last_finding(hand.session, tranche, Gate.PARTIES, PartiesFinding)
    return licence_claim(hand.session, order, tranche, *found, hand.today) if found else None


def _custody_claim(hand: Insider, order: Order, tranche: str) -> CustodyClaim | None:
    found = last_finding(hand.session, tranche, Gate.LICENCE, LicenceFinding)
    row = hand.session.row(Tranche, tranche, tranche)
    if found is None or row is None:
        return None
    return custody_claim(hand.session, Moving(order, tranche, row.units, *found), CustodyStage.RELEASE, hand.today)


def _passes(hand: Insider, gate: Gate, order: Order, tranche: str, told: Any) -> bool:
    """Would the gate pass this?"""
    law = hand.session.law
    _, verdict, _ = hear(gate, told, id="", order=order.id, tranche=tranche, on=hand.today, law=law)
    return isinstance(verdict, Passed)


def _heard(hand: Insider, gate: Gate, order: Order, tranche: str, told: Any) -> Named:
    """The gate hears what it is told, and the office keeps the hearing."""
    session, on = hand.session, hand.today
    previous = told.parties_hearing if gate is Gate.LICENCE else told.licence_hearing
    with Deed(session, ACTIONS[gate], actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        hear_gate(deed, gate, told, tranche=tranche, on=on, previous=previous, trigger=Trigger.ANSWER)
    return Named(session.of(tranche, Hearing)[-1].id, str(on))
