"""What stands open after delivery: who has which units, what does each end user owe, what was found there?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from ecluse.base.sealed import seal
from ecluse.custody.drawn import drawn_by_end_user, live
from ecluse.custody.measures import measure
from ecluse.custody.ranges import Ranges
from ecluse.custody.rules_after import Matter, is_answered_by_clock, quarters_due, rungs_taken, statement_id
from ecluse.custody.terms import DeliveryVerification, Loss, Manifest
from ecluse.custody.terms_after import (
    AfterResponse,
    ArrivalReport,
    Cause,
    CheckDraw,
    CheckFrame,
    CheckVisit,
    DeliveryStatement,
    LiveDelivery,
    Outcome,
    Rung,
)
from ecluse.office.registers import DeliveryMade, Order
from ecluse.office.session import Session

CHECKS = "post-checks"
FOUND = {Outcome.MISSING: Cause.MISSING, Outcome.REFUSED: Cause.REFUSED, Outcome.ELSEWHERE: Cause.ELSEWHERE}


def held_by(session: Session, end_user: str, on: date) -> dict[str, Ranges]:
    """Which numbers of which tranche has this end user at the end of this day? Empty ones are left out."""
    tranches = dict.fromkeys(made.tranche for made in session.of(end_user, DeliveryMade) if made.on <= on)
    session.know(tranches)
    found = {}
    for tranche in tranches:
        runs = live(session.of(tranche, Manifest), session.of(tranche, Loss), end_user, on)
        if runs:
            found[tranche] = runs
    return found


def live_deliveries(session: Session, end_users: Iterable[str], on: date) -> tuple[LiveDelivery, ...]:
    """Every delivered unit that is with its end user at the end of this day, by tranche."""
    found = []
    for end_user in end_users:
        for tranche, runs in held_by(session, end_user, on).items():
            order = session.newest(tranche.rpartition("/")[0], Order)
            found.append(LiveDelivery(tranche, end_user, order.class_ if order else "", runs))
    return tuple(sorted(found, key=lambda one: one.tranche))


def matters_of(session: Session, end_user: str, on: date) -> list[Matter]:
    """What does this end user owe on this day, and what was found there? Ended matters of found goods included."""
    return [*_unverified(session, end_user, on), *_unstated(session, end_user, on), *_found(session, end_user)]


def _unverified(session: Session, end_user: str, on: date) -> Iterator[Matter]:
    verified = {one.tranche for one in session.of(end_user, DeliveryVerification)}
    for made in session.of(end_user, DeliveryMade):
        if made.tranche in verified:
            continue
        due_on = made.on + timedelta(measure(session.law, made.on, "verification_days"))
        if due_on < on:
            yield Matter(end_user, Cause.VERIFICATION, made.tranche, made.tranche, due_on)


def _unstated(session: Session, end_user: str, on: date) -> Iterator[Matter]:
    made = session.of(end_user, DeliveryMade)
    if not made:
        return
    stated = {one.last_day for one in session.of(end_user, DeliveryStatement)}
    for _, last, due_on in quarters_due(session.law, min(one.on for one in made), on):
        if due_on >= on or last in stated:
            continue
        held = held_by(session, end_user, last)
        if held:
            yield Matter(end_user, Cause.STATEMENT, statement_id(end_user, last), max(held), due_on)


def _found(session: Session, end_user: str) -> Iterator[Matter]:
    for visit in session.of(end_user, CheckVisit):
        for cause in dict.fromkeys(FOUND[one.outcome] for one in visit.found if one.outcome in FOUND):
            frame = session.newest(visit.check, CheckFrame)
            tranches = [one.tranche for one in frame.deliveries if one.end_user == end_user] if frame else []
            touched = tranches[-1] if tranches else ""
            yield Matter(end_user, cause, f"{visit.id}/{cause.value}", touched, visit.on)


def answered(session: Session, end_user: str, cause: Cause, about: str, on: date) -> list[AfterResponse]:
    """What is put on record when what was owed is made good? The matter ends, unless a person must close it."""
    responses = session.of(end_user, AfterResponse)
    if not is_answered_by_clock(rungs_taken(responses, about)):
        return []
    since = next(one.since for one in responses if one.about == about)
    return [AfterResponse(
        response_id(about, Rung.ANSWERED), end_user, cause, about, Rung.ANSWERED, since, "clock:office", "", on
    )]  # fmt: skip


def response_id(about: str, rung: Rung) -> str:
    """Under which id is this rung in this matter filed?"""
    return f"response:{about}/{rung.value}"


def arrival_report(manifest: Manifest, damaged: Ranges = (), reason: str = "") -> ArrivalReport | None:
    """What did not arrive as this manifest says? None where everything did."""
    if manifest.received_at is None or not (manifest.short or manifest.rejected or damaged):
        return None
    return ArrivalReport(
        f"arrival:{manifest.id}", manifest.tranche, manifest.id, manifest.to_custodian, manifest.short, damaged,
        manifest.rejected, reason, manifest.received_at.date(),
    )  # fmt: skip


class _Same:
    """A list that is known by being the same object: comparing thousands of deliveries would cost what is saved."""

    def __init__(self, frame: CheckFrame) -> None:
        self.frame = frame

    def __hash__(self) -> int:
        return id(self.frame)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.frame is self.frame


@lru_cache(maxsize=8)
def _sample(same: _Same, positions: tuple[int, ...]) -> dict[str, Ranges]:
    return drawn_by_end_user(same.frame.deliveries, positions)


def sample_of(session: Session, check: str) -> dict[str, Ranges]:
    """Which numbers are to be seen at which end user in this check? Empty before it is drawn."""
    frame, drawn = session.newest(check, CheckFrame), session.newest(check, CheckDraw)
    return _sample(_Same(frame), drawn.positions) if frame and drawn else {}


def digest_of(record: Any) -> str:
    """By which digest is this record known?"""
    return seal(record).digest
