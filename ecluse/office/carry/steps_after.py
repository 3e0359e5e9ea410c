"""What do the simulated parties do after delivery? State what they hold, and let the units drawn be seen."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.custody.measures import measure
from ecluse.custody.ranges import Ranges, count, difference, normal, overlap, union
from ecluse.custody.rules_after import held_digest, quarter_of, statement_id
from ecluse.custody.terms import SerialRange
from ecluse.custody.terms_after import CheckFrame, CheckVisit, DeliveryStatement, Outcome, UnitsFound
from ecluse.office.actions import after as act
from ecluse.office.facts.after import held_by, sample_of
from ecluse.office.facts.custody import level_of
from ecluse.office.registers import DeliveryMade, Order

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage

SERVICE = "authority:ssecu"
DAYS_TO_STATE, DAYS_TO_FIX, DAYS_TO_LIST, DAYS_TO_VALUE = 20, 3, 4, 6
DAYS_TO_VISIT, VISITS_SPREAD = 10, 40
# One in so many recipients states a few days late and is reminded; of one in so many units seen one is damaged.
ONE_IN_LATE, DAYS_LATE, ONE_IN_DAMAGED = 16, 16, 60
ONE_IN_USED = 10


def schedule(stage: Stage) -> None:
    """Put every quarter's statements and its check on the agenda."""
    _, last = quarter_of(stage.world.first_day)
    while last < stage.world.last_day:
        for kind, days in (("state_held", DAYS_TO_STATE), ("fix_round", DAYS_TO_FIX)):
            stage.agenda.put(last + timedelta(days), kind, str(last))
        _, last = quarter_of(last + timedelta(1))


def expect(stage: Stage, end_user: str, on: date) -> None:
    """Goods reached an end user: the day after its verification is due the clock looks whether it came."""
    term = measure(stage.session.law, on, "verification_days")
    stage.agenda.put_once(on + timedelta(term + 1), "look_after", end_user)


def recipients(stage: Stage) -> list[str]:
    """Who received anything so far?"""
    named = sorted({row.end_user for row in stage.world.orders})
    return [name for name in named if stage.session.of(name, DeliveryMade)]


def state_held(stage: Stage, step: Step, on: date) -> None:
    """Recipients state what they held at the end of the quarter; a few forget and are reminded."""
    end_user, _, quarter = step.key.rpartition("|")
    if end_user:
        _state(stage, end_user, date.fromisoformat(quarter), on)
        return
    last = date.fromisoformat(step.key)
    for name in recipients(stage):
        if _lot(f"late/{name}/{last}") % ONE_IN_LATE:
            _state(stage, name, last, on)
        else:
            stage.agenda.put(on + timedelta(DAYS_LATE), "state_held", f"{name}|{last}")
            due = last + timedelta(act.after(stage.session.law, last, "statement_days"))
            stage.agenda.put_once(due + timedelta(1), "look_after", name)


def _state(stage: Stage, end_user: str, last: date, on: date) -> None:
    held = held_by(stage.session, end_user, last)
    if not held:
        return
    received = union(*held.values())
    left = difference(received, _used(stage, held))
    first, _ = quarter_of(last)
    statement = DeliveryStatement(
        statement_id(end_user, last), end_user, first, last, count(left), held_digest(left),
        count(received) - count(left), 0, 0, on,
    )  # fmt: skip
    act.state_held(stage.session, statement, [stage.sign(end_user, statement, on)])


def _used(stage: Stage, held: dict[str, Ranges]) -> Ranges:
    """Which units were used? The first of each consignment of a class that is not traced one by one."""
    found: list[SerialRange] = []
    for tranche, runs in held.items():
        order = stage.session.newest(tranche.rpartition("/")[0], Order)
        if order is None or level_of(stage.session, order.class_, stage.world.first_day).value == "unit":
            continue
        left = count(runs) // ONE_IN_USED
        for run in runs:
            units = min(left, run.units())
            found += [SerialRange(run.block, run.first, run.first + units - 1)] if units else []
            left -= units
    return normal(found)


# ------------------------------------------------------------------ a check


def fix_round(stage: Stage, step: Step, on: date) -> None:
    """An officer fixes the beacon's round of three days later."""
    officer = stage.officer(SERVICE, "author", on)
    if officer is None:
        return
    last = date.fromisoformat(step.key)
    fixed = act.fix_round(stage.session, last + timedelta(DAYS_TO_VALUE), officer=officer, on=on)
    stage.agenda.put(last + timedelta(DAYS_TO_LIST), "commit_list", fixed.id)
    stage.agenda.put(fixed.value_on, "bring_value", fixed.id)


def commit_list(stage: Stage, step: Step, on: date) -> None:
    """The list of what is with its end users is committed."""
    officer = stage.officer(SERVICE, "author", on)
    assert officer is not None
    act.commit_list(stage.session, step.key, recipients(stage), officer=officer, on=on)


def bring_value(stage: Stage, step: Step, on: date) -> None:
    """The demonstration's beacon tells the value; what it draws is visited in the weeks after."""
    officer = stage.officer(SERVICE, "author", on)
    assert officer is not None
    act.bring_value(stage.session, step.key, "", officer=officer, on=on)
    for end_user in sample_of(stage.session, step.key):
        days = DAYS_TO_VISIT + _lot(f"visit/{step.key}/{end_user}") % VISITS_SPREAD
        stage.agenda.put(on + timedelta(days), "visit", f"{step.key}|{end_user}")


def visit(stage: Stage, step: Step, on: date) -> None:
    """An officer sees the units that were drawn: used ones on paper, one now and then damaged, the others by number."""
    check, _, end_user = step.key.partition("|")
    officer = stage.officer(SERVICE, "author", on)
    frame = stage.session.newest(check, CheckFrame)
    assert officer is not None
    assert frame is not None
    wanted = sample_of(stage.session, check)[end_user]
    theirs = {one.tranche: one.ranges for one in frame.deliveries if one.end_user == end_user}
    used = overlap(wanted, _used(stage, theirs))
    left = difference(wanted, used)
    damaged = tuple(run for run in left if not _lot(f"damaged/{check}/{run.block}/{run.first}") % ONE_IN_DAMAGED)
    outcomes = (
        (Outcome.SEEN, difference(left, damaged)), (Outcome.ACCOUNTED, used), (Outcome.DAMAGED, normal(damaged)),
    )  # fmt: skip
    found = tuple(UnitsFound(outcome, runs) for outcome, runs in outcomes if runs)
    record = CheckVisit(f"visit:{check}/{end_user}", check, end_user, officer, found, on)
    act.record_visit(stage.session, record, [stage.sign(officer, record, on)])


def look_after(stage: Stage, step: Step, on: date) -> None:
    """The clock looks what this end user owes, and again on the day of the next rung."""
    following = act.note_overdue(stage.session, step.key, on).next_on
    if following is not None:
        stage.agenda.put_once(following, "look_after", step.key)


def _lot(name: str) -> int:
    """Which number does this draw in every carrying alike?"""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


STEPS = {
    "state_held": state_held,
    "fix_round": fix_round,
    "commit_list": commit_list,
    "bring_value": bring_value,
    "visit": visit,
    "look_after": look_after,
}
