"""Which actions has a person after delivery? State what is held, fix, commit, bring in, visit, look, decide, close."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ecluse.base.words import say
from ecluse.custody.ranges import Ranges, contains, count, difference, union
from ecluse.custody.rules_after import ENDED, held_digest, quarter_of, quarters_due, rungs_taken, statement_id
from ecluse.custody.terms import Manifest, SerialRange
from ecluse.custody.terms_after import (
    AfterResponse,
    BeaconValue,
    CaseClosed,
    CheckList,
    CheckRound,
    CheckVisit,
    DeliveryStatement,
    Outcome,
    Rung,
    UnitsFound,
)
from ecluse.edge.language import person_language
from ecluse.licence.life import is_in_force
from ecluse.licence.terms import Licence, LicenceEvent
from ecluse.office.actions import after as act
from ecluse.office.actions import custody as custody_act
from ecluse.office.actions.reopen import is_delivered, orders_of
from ecluse.office.desk.custody import is_receiver, waiting_paper
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.papers import records_of, sent_by
from ecluse.office.desk.refs import on_file
from ecluse.office.desk.registry import About, Action, Desk, Done, Effect
from ecluse.office.facts.after import CHECKS, arrival_report, held_by, sample_of
from ecluse.office.registers import Case, DeliveryMade

LONG, CHOICE = {"long": True}, {"choice": True}
DAYS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class StateHeld:
    """For the quarter that ended on which day, and which units are used up, lost or passed on?"""

    quarter: str = field(metadata=CHOICE)
    used: tuple[SerialRange, ...] = ()
    lost: tuple[SerialRange, ...] = ()
    transferred: tuple[SerialRange, ...] = ()


def state_held(desk: Desk, subject: str, form: StateHeld) -> Done:
    """State, in the recipient's own name, what it held at the end of a quarter."""
    first, last = quarter_of(date.fromisoformat(form.quarter))
    received = union(*held_by(desk.session, subject, last).values())
    gone: Ranges = ()
    for name in ("used", "lost", "transferred"):
        runs = getattr(form, name)
        if not contains(received, runs) or count((*gone, *runs)) != count(gone) + sum(run.units() for run in runs):
            raise FormError([Fault(name, "form.fault.units_differ", str(count(received)))])
        gone = union(gone, runs)
    left = difference(received, gone)
    statement = DeliveryStatement(
        statement_id(subject, last), subject, first, last, count(left), held_digest(left), count(form.used),
        count(form.lost), count(form.transferred), desk.on,
    )  # fmt: skip
    act.state_held(desk.session, statement, [desk.sign(subject, statement)])
    return Done(subject)


def quarters(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """For which quarters that ended does this recipient still owe a statement?"""
    made = desk.session.of(subject, DeliveryMade)
    if not made:
        return []
    stated = {one.last_day for one in desk.session.of(subject, DeliveryStatement)}
    ended = quarters_due(desk.session.law, min(one.on for one in made), desk.on)
    return [
        (str(last), say("after.quarter", person_language(), first=first, last=last))
        for first, last, _ in ended if last not in stated and held_by(desk.session, subject, last)
    ]  # fmt: skip


# ------------------------------------------------------------------ a check


@dataclass(frozen=True, slots=True)
class FixRound:
    """On which day is the round told that draws the check?"""

    value_on: date


def fix_round(desk: Desk, subject: str, form: FixRound) -> Done:
    """Fix the beacon's round of a day to come: nobody can know its value, and the list is committed before it."""
    if form.value_on <= desk.on:
        raise FormError([Fault("value_on", "form.fault.range", str(form.value_on))])
    act.fix_round(desk.session, form.value_on, officer=desk.person, on=desk.on)
    return Done("office")


@dataclass(frozen=True, slots=True)
class CommitList:
    """For which check?"""

    check: str = field(metadata=CHOICE)


def commit_list(desk: Desk, subject: str, form: CommitList) -> Done:
    """Commit to the list of what is with its end users today."""
    end_users = {one.end_user for one in on_file(DeliveryMade)}
    act.commit_list(desk.session, form.check, end_users, officer=desk.person, on=desk.on)
    return Done("office")


def without_list(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which checks have a round to come and no list?"""
    return [(one.id, one.id) for one in desk.session.of(CHECKS, CheckRound)
            if desk.on < one.value_on and not desk.session.of(one.id, CheckList)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class BringValue:
    """For which check, and what is the beacon's signature of the round? A demonstration's beacon needs none."""

    check: str = field(metadata=CHOICE)
    beacon_signature: str = field(default="", metadata=LONG)


def bring_value(desk: Desk, subject: str, form: BringValue) -> Done:
    """Bring in the round's value; the units are drawn at once."""
    act.bring_value(desk.session, form.check, form.beacon_signature, officer=desk.person, on=desk.on)
    return Done("office")


def without_value(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which checks have their list, and their round's day has come?"""
    return [(one.id, one.id) for one in desk.session.of(CHECKS, CheckRound)
            if one.value_on <= desk.on and desk.session.of(one.id, CheckList)
            and not desk.session.of(one.id, BeaconValue)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """In which check, and which of the units drawn were not seen by their number? All others were."""

    check: str = field(metadata=CHOICE)
    accounted: tuple[SerialRange, ...] = ()
    damaged: tuple[SerialRange, ...] = ()
    missing: tuple[SerialRange, ...] = ()
    refused: tuple[SerialRange, ...] = ()
    elsewhere: tuple[SerialRange, ...] = ()


def record_visit(desk: Desk, subject: str, form: RecordVisit) -> Done:
    """Put on record what was found of each unit drawn at this end user."""
    wanted = wanted_at(desk, form.check, subject)
    others = {outcome: getattr(form, outcome.value) for outcome in Outcome if outcome is not Outcome.SEEN}
    for outcome, runs in others.items():
        if not contains(wanted, runs):
            raise FormError([Fault(outcome.value, "form.fault.units_differ", str(count(wanted)))])
    seen = difference(wanted, union(*others.values()))
    found = tuple(UnitsFound(outcome, runs) for outcome, runs in {Outcome.SEEN: seen, **others}.items() if runs)
    visit = CheckVisit(f"visit:{form.check}/{subject}", form.check, subject, desk.person, found, desk.on)
    act.record_visit(desk.session, visit, [desk.sign(desk.person, visit)])
    return Done(subject)


def wanted_at(desk: Desk, check: str, end_user: str) -> Ranges:
    """Which numbers were drawn in this check at this end user?"""
    return sample_of(desk.session, check).get(end_user, ())


def to_visit(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """In which checks is this end user to be visited yet?"""
    seen = {one.check for one in desk.session.of(subject, CheckVisit)}
    return [(one.id, f"{one.id}: {', '.join(_named(run) for run in wanted_at(desk, one.id, subject))}")
            for one in desk.session.of(CHECKS, CheckRound)
            if one.id not in seen and wanted_at(desk, one.id, subject)]  # fmt: skip


def _named(run: SerialRange) -> str:
    return f"{run.block} {run.first}" if run.first == run.last else f"{run.block} {run.first}-{run.last}"


# ------------------------------------------------------------------ the ladder


@dataclass(frozen=True, slots=True)
class LookOverdue:
    """Is the clock to look at once?"""

    ready: bool


def look_overdue(desk: Desk, subject: str, form: LookOverdue) -> Done:
    """Let the clock put on record every response that is due today."""
    for end_user in sorted({one.end_user for one in on_file(DeliveryMade)}):
        act.note_overdue(desk.session, end_user, desk.on)
    return Done("office")


class Decision(enum.Enum):
    """What does the officer decide: suspend the end user, or close the matter?"""

    SUSPENSION = "suspension"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DecideMatter:
    """In which matter, how, and why?"""

    matter: str = field(metadata=CHOICE)
    decision: Decision
    reason: str = field(metadata=LONG)


def decide_matter(desk: Desk, subject: str, form: DecideMatter) -> Done:
    """Suspend an end user over a matter, or close the matter: only a person does either."""
    rung = Rung(form.decision.value)
    act.decide_matter(
        desk.session, subject, form.matter, rung, officer=desk.person, reason=form.reason, on=desk.on
    )  # fmt: skip
    if rung is Rung.SUSPENSION:
        act.suspend_for(desk.session, subject, desk.on)
    return Done(subject)


def _cause(one: AfterResponse) -> str:
    return f"after.cause.{one.cause.value}"


def open_matters(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which matters are open with this end user?"""
    responses = desk.session.of(subject, AfterResponse)
    first = {one.about: one for one in reversed(responses)}
    lang = person_language()
    return [
        (about, say("after.matter", lang, cause=say(_cause(one), lang), about=about, day=one.since))
        for about, one in sorted(first.items()) if not ENDED & set(rungs_taken(responses, about))
    ]  # fmt: skip


def stopped_by(desk: Desk, subject: str, form: DecideMatter) -> list[Effect]:
    """Which licences in force would stop if this end user were suspended?"""
    if form.decision is not Decision.SUSPENSION:
        return []
    found = []
    for order in orders_of(desk.session, subject):
        licence = desk.session.newest(order.id, Licence)
        is_waiting = order.end_user == subject and not is_delivered(desk.session, order, f"{order.id}/0")
        if is_waiting and licence and is_in_force(licence, desk.session.of(order.id, LicenceEvent), desk.on):
            found.append(licence.id)
    return [Effect("effect.licences", len(found), tuple(found))]


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Which case, and why is it closed?"""

    case: str = field(metadata=CHOICE)
    reason: str = field(metadata=LONG)


def close_case(desk: Desk, subject: str, form: CloseCase) -> Done:
    """Close a case over delivered goods, with the reason."""
    case = next(one for one in desk.session.of(subject, Case) if one.id == form.case)
    act.close_case(
        desk.session, case, officer=desk.person, authority=desk.body, reason=form.reason, on=desk.on
    )  # fmt: skip
    return Done(subject)


def open_cases(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which cases over this tranche are open?"""
    closed = {one.case for one in desk.session.of(subject, CaseClosed)}
    return [(one.id, f"{one.id}: {one.reason}") for one in desk.session.of(subject, Case) if one.id not in closed]


# ------------------------------------------------------------------ what did not arrive


@dataclass(frozen=True, slots=True)
class ReportArrival:
    """Which of the units on the paper are short, damaged (and kept) or rejected, and why?"""

    reason: str = field(metadata=LONG)
    short: tuple[SerialRange, ...] = ()
    damaged: tuple[SerialRange, ...] = ()
    rejected: tuple[SerialRange, ...] = ()


def report_arrival(desk: Desk, subject: str, form: ReportArrival) -> Done:
    """Sign for what did arrive, and put on record what did not: the sender's signature under what he sent stands."""
    paper = waiting_paper(desk, subject)
    if paper is None or paper.waits_for != desk.body:
        raise FormError([Fault("reason", "form.fault.no_paper", subject)])
    sent = next(one for one in records_of(paper) if isinstance(one, Manifest))
    told = (*form.short, *form.damaged, *form.rejected)
    if not told or not contains(sent.ranges, told) or count(told) != sum(run.units() for run in told):
        raise FormError([Fault("short", "form.fault.units_differ", str(sent.units))])
    made = replace(sent, short=form.short, rejected=form.rejected)
    giver = sent_by(paper)
    if giver is None:
        raise FormError([Fault("reason", "form.fault.no_paper", subject)])
    order = desk.order_of(subject)
    stays = custody_act.hand_over(
        desk.session, order.id, made, [giver, desk.sign(desk.body, made)], end_user=order.end_user,
        log=desk.log_of(order), actor=desk.body, report=arrival_report(made, form.damaged, form.reason),
    )  # fmt: skip
    return Done(subject, stays)


def is_to_report(desk: Desk, subject: str) -> bool:
    """Does a paper wait for this body's hand that its sender signed as sent?"""
    paper = waiting_paper(desk, subject) if is_receiver(desk, subject) else None
    return paper is not None and sent_by(paper) is not None


ACTIONS = (
    Action("custody.state_held", About.PARTY, StateHeld, state_held,
           lambda desk, subject: bool(quarters(desk, subject)), choices={"quarter": quarters}),
    Action("custody.fix_round", About.OFFICE, FixRound, fix_round,
           given=lambda desk, subject: {"value_on": desk.on + timedelta(DAYS_AHEAD)}),
    Action("custody.commit_list", About.OFFICE, CommitList, commit_list,
           lambda desk, subject: bool(without_list(desk, subject)), choices={"check": without_list}),
    Action("custody.bring_value", About.OFFICE, BringValue, bring_value,
           lambda desk, subject: bool(without_value(desk, subject)), choices={"check": without_value}),
    Action("custody.record_visit", About.PARTY, RecordVisit, record_visit,
           lambda desk, subject: bool(to_visit(desk, subject)), choices={"check": to_visit}),
    Action("custody.look_overdue", About.OFFICE, LookOverdue, look_overdue),
    Action("custody.decide_matter", About.PARTY, DecideMatter, decide_matter,
           lambda desk, subject: bool(open_matters(desk, subject)), choices={"matter": open_matters},
           preview=stopped_by),
    Action("custody.close_case", About.TRANCHE, CloseCase, close_case,
           lambda desk, subject: bool(open_cases(desk, subject)), choices={"case": open_cases}),
    Action("custody.report_arrival", About.TRANCHE, ReportArrival, report_arrival, is_to_report,
           permit="custody.hand_over"),
)  # fmt: skip
