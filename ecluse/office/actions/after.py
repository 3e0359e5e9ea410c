"""What is done after delivery? State what is held, fix a round, commit a list, draw, visit, respond, close."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ecluse.base.errors import BadInputError, ConflictError, ForbiddenError
from ecluse.base.signing import Signature
from ecluse.base.words import say
from ecluse.custody.drawn import draw, round_at, sample_size, told_at, units_of, value_of
from ecluse.custody.ranges import count, overlap, union
from ecluse.custody.rules_after import after, beacon_for, beacon_named, due_rungs, next_day, rungs_taken
from ecluse.custody.terms_after import (
    AfterResponse,
    BeaconOrigin,
    BeaconValue,
    CaseClosed,
    Cause,
    CheckDraw,
    CheckFrame,
    CheckList,
    CheckRound,
    CheckVisit,
    DeliveryStatement,
    Rung,
)
from ecluse.edge.language import person_language
from ecluse.office.actions.custody import open_case
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.reopen import Followed, hear_again, is_delivered, orders_of
from ecluse.office.facts.after import CHECKS, answered, digest_of, live_deliveries, matters_of, response_id, sample_of
from ecluse.office.registers import Case, Order
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger

CLOCK = "clock:office"
# At which hour of its day is the round told that draws a check? Whoever looks finds it there.
HOUR = time(12, tzinfo=UTC)


def state_held(session: Session, statement: DeliveryStatement, signatures: Sequence[Signature]) -> None:
    """A recipient states for a quarter what it holds; a reminder of it is answered thereby."""
    with Deed(
        session, "custody.state_held", actor=statement.end_user, on=statement.on, subject=statement.end_user
    ) as deed:
        deed.seal(statement, signatures=signatures)
        for ended in answered(session, statement.end_user, Cause.STATEMENT, statement.id, statement.on):
            deed.seal(ended)


# ------------------------------------------------------------------ a check


def fix_round(session: Session, value_on: date, *, officer: str, on: date) -> CheckRound:
    """Fix by which round of which beacon a check will be drawn, before anybody knows its list.

    Raises ForbiddenError where the round's day has come, or where a check of that day is fixed.
    """
    if value_on <= on:
        raise ForbiddenError(_said("round_is_past", day=value_on))
    beacon = beacon_for(session.law, on, is_demonstration=session.source.is_seeded)
    check = f"post-check:{value_on}"
    if any(one.id == check for one in session.of(CHECKS, CheckRound)):
        raise ConflictError(_said("round_is_fixed", name=check))
    number = round_at(beacon, datetime.combine(value_on, HOUR))
    made = CheckRound(
        check, beacon["beacon"], number, value_on, after(session.law, on, "confidence_bp"),
        after(session.law, on, "diverted_bp"), on,
    )  # fmt: skip
    with Deed(session, "custody.fix_round", actor=officer, on=on, subject=CHECKS) as deed:
        deed.seal(made)
    return made


def commit_list(session: Session, check: str, end_users: Iterable[str], *, officer: str, on: date) -> CheckList:
    """Commit to the list of every delivered unit that is with its end user, before the round's value is told.

    Raises ForbiddenError for a check without a round, one whose value is there or due, and one that has its list.
    """
    fixed = round_named(session, check)
    is_there = bool(session.of(check, CheckList)) or bool(session.of(check, BeaconValue))
    if is_there or on >= fixed.value_on:
        raise ForbiddenError(_said("list_is_late", name=check, day=fixed.value_on))
    deliveries = live_deliveries(session, sorted(set(end_users)), on)
    salt = session.source.salt(f"{check}/frame", "frame").hex()
    frame = CheckFrame(f"{check}/frame", check, salt, deliveries, on)
    units = units_of(deliveries)
    size = sample_size(units, fixed.confidence_bp, fixed.diverted_bp)
    made = CheckList(f"{check}/list", check, digest_of(frame), len(deliveries), units, size, on)
    with Deed(session, "custody.commit_list", actor=officer, on=on, subject=check) as deed:
        deed.seal(frame)
        deed.seal(made)
    return made


def bring_value(session: Session, check: str, signature_hex: str, *, officer: str, on: date) -> CheckDraw:
    """Bring in the beacon's signature of the round; its SHA-256 is the value, and the check is drawn at once.

    Left empty in a demonstration, the demonstration's own beacon gives it. Raises BadInputError for what is no
    signature, ForbiddenError before its day, without a list, or a second time.
    """
    fixed, listed = round_named(session, check), session.newest(check, CheckList)
    if listed is None or session.of(check, BeaconValue):
        raise ForbiddenError(_said("value_out_of_order", name=check))
    told = told_at(beacon_named(session.law, fixed.on, fixed.beacon), fixed.round).date()
    if on < max(told, fixed.value_on):
        raise ForbiddenError(_said("value_is_early", name=check, day=max(told, fixed.value_on)))
    signature, origin = _signature(session, fixed, signature_hex)
    value = BeaconValue(
        f"{check}/value", check, fixed.beacon, fixed.round, value_of(signature).hex(), signature.hex(), origin, on
    )
    with Deed(session, "custody.bring_value", actor=officer, on=on, subject=check) as deed:
        deed.seal(value)
    positions = draw(value_of(signature), bytes.fromhex(listed.frame_digest), listed.units, listed.units_drawn)
    drawn = CheckDraw(f"{check}/draw", check, listed.frame_digest, value.value_hex, positions, on)
    with Deed(session, "custody.draw_check", actor=CLOCK, on=on, subject=check) as deed:
        deed.seal(drawn)
    return drawn


def _signature(session: Session, fixed: CheckRound, told: str) -> tuple[bytes, BeaconOrigin]:
    beacon = beacon_named(session.law, fixed.on, fixed.beacon)
    if beacon["kind"] == "demonstration":
        return session.source.salt(f"{fixed.beacon}/{fixed.round}", "beacon"), BeaconOrigin.DEMONSTRATION
    try:
        found = bytes.fromhex(told.strip())
    except ValueError:
        found = b""
    if not 32 <= len(found) <= 256:
        raise BadInputError.one("signature", _said("signature.expected"), told[:80], _said("signature.remedy"))
    return found, BeaconOrigin.BROUGHT


def round_named(session: Session, check: str) -> CheckRound:
    """Which round was fixed for this check? Raises ForbiddenError for none."""
    found = next((one for one in session.of(CHECKS, CheckRound) if one.id == check), None)
    if found is None:
        raise ForbiddenError(_said("no_round", name=check))
    return found


def record_visit(session: Session, visit: CheckVisit, signatures: Sequence[Signature]) -> list[AfterResponse]:
    """Put on record what an officer found at an end user; what is not as it should be is responded to at once.

    Raises ForbiddenError unless exactly the units drawn there are told of, each once, on or after the draw.
    """
    drawn = session.newest(visit.check, CheckDraw)
    wanted = sample_of(session, visit.check).get(visit.end_user, ())
    told = [run for one in visit.found for run in one.ranges]
    units_told = sum(run.units() for run in told)
    is_sample = union(told) == wanted and units_told == count(wanted) == count(overlap(told, wanted))
    if drawn is None or not wanted or not is_sample or visit.on < drawn.on:
        raise ForbiddenError(_said("visit_of_others", name=visit.check, end_user=visit.end_user))
    if any(one.check == visit.check for one in session.of(visit.end_user, CheckVisit)):
        raise ConflictError(_said("visited_before", name=visit.check, end_user=visit.end_user))
    with Deed(session, "custody.record_visit", actor=visit.officer, on=visit.on, subject=visit.end_user) as deed:
        deed.seal(visit, signatures=signatures)
    return note_overdue(session, visit.end_user, visit.on).made


# ------------------------------------------------------------------ the ladder


@dataclass(frozen=True, slots=True)
class Looked:
    """What was put on record, and on which day the clock must look again; None when nothing waits for it."""

    made: list[AfterResponse]
    next_on: date | None


def note_overdue(session: Session, end_user: str, on: date) -> Looked:
    """Which rungs of the ladder are due by the clock? It puts them on record, and opens the cases among them."""
    made: list[AfterResponse] = []
    days: list[date] = []
    for matter in matters_of(session, end_user, on):
        taken = rungs_taken(session.of(end_user, AfterResponse), matter.about)
        for due in due_rungs(matter, taken, session.law, on):
            if not due.is_clocks:
                continue
            reason = ""
            if due.rung is Rung.CASE:
                order = session.newest(matter.tranche.rpartition("/")[0], Order)
                why = f"after delivery: {matter.cause.value}"
                reason = open_case(session, order, matter.tranche, Gate.CUSTODY, why, on).id if order else ""
            made.append(AfterResponse(
                response_id(matter.about, due.rung), end_user, matter.cause, matter.about, due.rung, matter.since,
                CLOCK, reason, on,
            ))  # fmt: skip
            taken.append(due.rung)
        following = next_day(matter, taken, session.law, on)
        days += [following] if following else []
    if made:
        with Deed(session, "custody.note_overdue", actor=CLOCK, on=on, subject=end_user) as deed:
            for one in made:
                deed.seal(one)
    return Looked(made, min(days, default=None))


def decide_matter(
    session: Session, end_user: str, about: str, rung: Rung, *, officer: str, reason: str, on: date
) -> AfterResponse:
    """A named officer suspends an end user over a matter, or closes the matter. Raises ForbiddenError."""
    responses = session.of(end_user, AfterResponse)
    first = next((one for one in responses if one.about == about), None)
    taken = rungs_taken(responses, about)
    is_open = first is not None and not {Rung.ANSWERED, Rung.CLOSED, rung} & set(taken)
    if first is None or not is_open or rung not in (Rung.SUSPENSION, Rung.CLOSED) or not reason.strip():
        raise ForbiddenError(_said("nothing_to_decide", name=about))
    made = AfterResponse(response_id(about, rung), end_user, first.cause, about, rung, first.since, officer, reason, on)
    with Deed(session, "custody.decide_matter", actor=officer, on=on, subject=end_user) as deed:
        deed.seal(made)
    return made


def suspend_for(session: Session, end_user: str, on: date) -> list[Followed]:
    """An end user was suspended by an officer: what is not yet with it is heard again and stops. What followed?"""
    found: list[Followed] = []
    for order in orders_of(session, end_user):
        whole = f"{order.id}/0"
        if order.end_user == end_user and not is_delivered(session, order, whole):
            found += hear_again(session, order, whole, Gate.PARTIES, Trigger.LICENCE_CHANGE, on).followed
    return found


def close_case(session: Session, case: Case, *, officer: str, authority: str, reason: str, on: date) -> CaseClosed:
    """A named officer closes a case over delivered goods, and says why. Raises ForbiddenError, ConflictError."""
    if not officer.startswith("officer:") or not reason.strip():
        raise ForbiddenError(_said("person_closes", name=case.id))
    if any(one.case == case.id for one in session.of(case.tranche, CaseClosed)):
        raise ConflictError(_said("closed_before", name=case.id))
    made = CaseClosed(f"closed:{case.id}", case.id, case.tranche, officer, authority, reason, on)
    with Deed(session, "custody.close_case", actor=officer, on=on, subject=case.tranche, order=case.order) as deed:
        deed.seal(made)
    return made


def visits_due(session: Session, drawn: CheckDraw) -> date:
    """By which day is every end user of this draw to be visited?"""
    return drawn.on + timedelta(after(session.law, drawn.on, "visit_days"))


def _said(name: str, /, **facts: object) -> str:
    told = {key: fact if isinstance(fact, str | int | date) else str(fact) for key, fact in facts.items()}
    return say(f"after.refused.{name}", person_language(), **told)
