"""Which frauds touch checks after delivery? A list made to fit the value, and other units visited than were drawn."""

from __future__ import annotations

from datetime import date, timedelta

from ecluse.custody.drawn import draw, drawn_by_end_user, sample_size, units_of, value_of
from ecluse.custody.ranges import Ranges, count, difference
from ecluse.custody.terms import SerialRange
from ecluse.custody.terms_after import (
    BeaconOrigin,
    BeaconValue,
    CheckDraw,
    CheckFrame,
    CheckList,
    CheckRound,
    CheckVisit,
    Outcome,
    UnitsFound,
)
from ecluse.office.actions import after as act
from ecluse.office.actions.deed import Deed
from ecluse.office.cheats.hands import Insider, Kinds, Named, lacking
from ecluse.office.facts.after import digest_of, live_deliveries
from ecluse.office.registers import DeliveryMade, Officer
from ecluse.office.session import Session

KINDS = Kinds(as_administrator=False)
SERVICE = "authority:ssecu"
DAYS_AHEAD = 2


@KINDS.breaks("P5")
def list_fitted_to_the_value(hand: Insider) -> Named:
    """The round is told first, and then a list is committed from which it draws nobody who should not be visited."""
    fixed, officer = _fixed(hand), _officer(hand)
    session, on = _session(hand), fixed.value_on
    signature = session.source.salt(f"{fixed.beacon}/{fixed.round}", "beacon")
    value = BeaconValue(
        f"{fixed.id}/value", fixed.id, fixed.beacon, fixed.round, value_of(signature).hex(), signature.hex(),
        BeaconOrigin.DEMONSTRATION, on,
    )  # fmt: skip
    with Deed(session, "custody.bring_value", actor=officer, on=on, subject=fixed.id) as deed:
        deed.seal(value)
    frame = CheckFrame(
        f"{fixed.id}/frame", fixed.id, session.source.salt(fixed.id, "frame").hex(),
        live_deliveries(session, recipients(hand), on), on,
    )  # fmt: skip
    units = units_of(frame.deliveries)
    size = sample_size(units, fixed.confidence_bp, fixed.diverted_bp)
    listed = CheckList(f"{fixed.id}/list", fixed.id, digest_of(frame), len(frame.deliveries), units, size, on)
    positions = draw(value_of(signature), bytes.fromhex(listed.frame_digest), units, size)
    drawn = CheckDraw(f"{fixed.id}/draw", fixed.id, listed.frame_digest, value.value_hex, positions, on)
    session = _session(hand)
    with Deed(session, "custody.commit_list", actor=officer, on=on, subject=fixed.id) as deed:
        for record in (frame, listed, drawn):
            deed.seal(record)
    return Named(fixed.id, str(on))


@KINDS.breaks("P5")
def another_sample_visited(hand: Insider) -> Named:
    """Where units were drawn that nobody may see, their neighbours are shown to the officer instead."""
    check, end_user, wanted, frame = _drawn(hand)
    theirs = [run for one in frame.deliveries if one.end_user == end_user for run in one.ranges]
    shown = first_units(difference(theirs, wanted), count(wanted))
    return _visit(hand, check, end_user, shown)


def list_before_the_value(hand: Insider) -> Named:
    """The honest twin of both: the list is committed before the value, and those units are seen that were drawn."""
    check, end_user, wanted, _ = _drawn(hand)
    return _visit(hand, check, end_user, wanted)


def _drawn(hand: Insider) -> tuple[str, str, Ranges, CheckFrame]:
    """A check made as it should be, and an end user who has more units than were drawn there."""
    fixed, officer = _fixed(hand), _officer(hand)
    act.commit_list(_session(hand), fixed.id, recipients(hand), officer=officer, on=fixed.value_on - timedelta(1))
    drawn = act.bring_value(_session(hand), fixed.id, "", officer=officer, on=fixed.value_on)
    frame = _session(hand).newest(fixed.id, CheckFrame)
    assert frame is not None
    for end_user, wanted in drawn_by_end_user(frame.deliveries, drawn.positions).items():
        theirs = [run for one in frame.deliveries if one.end_user == end_user for run in one.ranges]
        if count(theirs) >= 2 * count(wanted):
            return fixed.id, end_user, wanted, frame
    raise lacking("an end user with more units than are drawn there")


def _visit(hand: Insider, check: str, end_user: str, runs: Ranges) -> Named:
    on, officer = date.fromisoformat(check.rpartition(":")[2]) + timedelta(1), _officer(hand)
    found = (UnitsFound(Outcome.SEEN, runs),)
    visit = CheckVisit(f"visit:{check}/{end_user}", check, end_user, officer, found, on)
    with Deed(_session(hand), "custody.record_visit", actor=officer, on=on, subject=end_user) as deed:
        deed.seal(visit, signatures=[hand.sign(officer, visit)])
    return Named(check, str(on))


def first_units(runs: Ranges, units: int) -> Ranges:
    """Which are the first so many of these numbers?"""
    found: list[SerialRange] = []
    for run in runs:
        taken = min(units, run.units())
        found += [SerialRange(run.block, run.first, run.first + taken - 1)] if taken else []
        units -= taken
    return tuple(found)


def recipients(hand: Insider) -> list[str]:
    """Who received anything?"""
    return sorted({made.end_user for made in hand.each(DeliveryMade)})


def _fixed(hand: Insider) -> CheckRound:
    return act.fix_round(
        _session(hand), hand.today + timedelta(DAYS_AHEAD), officer=_officer(hand), on=hand.today
    )  # fmt: skip


def _officer(hand: Insider) -> str:
    def is_author(one: Officer) -> bool:
        is_there = one.valid_until is None or hand.today + timedelta(DAYS_AHEAD + 1) <= one.valid_until
        return (one.authority, one.role) == (SERVICE, "author") and is_there

    return hand.any(Officer, is_author).id


def _session(hand: Insider) -> Session:
    """Each deed reads anew what the one before wrote."""
    return Session(hand.source, hand.session.law)
