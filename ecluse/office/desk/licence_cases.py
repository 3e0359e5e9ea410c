"""Which cases stand beside an application? Leave to offer, a clock that stands still, an appeal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from ecluse.licence.terms import (
    Appeal,
    ClockStop,
    MarketingApplication,
    MarketingAuthorisation,
    ProposedDecision,
)
from ecluse.office.actions import licence_cases as act
from ecluse.office.actions.reopen import hear_again
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.licence import Countersign, is_before_decision
from ecluse.office.desk.papers import hold_out, is_mine, signed_by_both, waiting
from ecluse.office.desk.refs import authority_of, classes_on_file, officers, on_file
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.order import Gate, Hearing, Trigger

LONG, CHOICE = {"long": True}, {"choice": True}


@dataclass(frozen=True, slots=True)
class ApplyToOffer:
    """Which class of goods is to be offered to which state?"""

    class_: str = field(metadata=CHOICE)
    destination: str = field()


def apply_to_offer(desk: Desk, subject: str, form: ApplyToOffer) -> Done:
    """Ask for leave to offer a class of goods to a state."""
    number = 1 + len(on_file(MarketingApplication))
    asked = MarketingApplication(
        f"application:marketing-{desk.on.year}-{number:05d}", desk.body, form.class_, form.destination.upper(), desk.on
    )
    act.apply_to_offer(desk.session, asked, desk.sign(desk.body, asked))
    return Done(asked.id.removeprefix("application:"))


@dataclass(frozen=True, slots=True)
class ProposeOffer:
    """Until when may the exporter offer, why, and who countersigns?"""

    valid_until: date
    reason: str = field(metadata=LONG)
    countersigner: str = field(metadata=CHOICE)


def propose_offer(desk: Desk, subject: str, form: ProposeOffer) -> Done:
    """Propose to let an exporter offer; it may not until another person of another authority signs."""
    asked = desk.session.newest(subject, MarketingApplication)
    if asked is None:
        raise KeyError(subject)
    second = authority_of(desk.session, form.countersigner, "countersigner", desk.on)
    decision = ProposedDecision(
        f"decision:{subject}", asked.id, True, desk.person, desk.body, form.countersigner, second, form.reason, desk.on
    )
    code = subject.upper()
    given = MarketingAuthorisation(
        f"marketing:{subject}", code, desk.body, asked.exporter, asked.class_, asked.state, desk.on, form.valid_until
    )
    hold_out(desk, "licence.propose", subject, [decision, given], signer=desk.person, waits_for=form.countersigner)
    return Done(subject)


def offer_is_asked(desk: Desk, subject: str) -> bool:
    """Was leave to offer asked for under this id, and neither given nor waiting?"""
    asked, given = desk.session.newest(subject, MarketingApplication), desk.session.newest(subject, ProposedDecision)
    return asked is not None and given is None and waiting(desk, "licence.propose", subject) is None


def authorise(desk: Desk, subject: str, form: Countersign) -> Done:
    """Countersign: from today the exporter may offer."""
    paper = waiting(desk, "licence.propose", subject)
    if paper is None or not is_mine(desk, paper) or not form.read:
        raise FormError([Fault("read", "form.fault.read_first")])
    (decision, first), (given, second) = signed_by_both(desk, paper, desk.person)
    act.authorise_marketing(desk.session, decision, given, (first, second), actor=desk.person, on=desk.on)
    return Done(subject)


def offer_waits(desk: Desk, subject: str) -> bool:
    """Does leave to offer wait for this very person, or for one whom he stands in for as countersigner?"""
    paper = waiting(desk, "licence.propose", subject)
    return paper is not None and is_mine(desk, paper)


@dataclass(frozen=True, slots=True)
class StopClock:
    """What is asked of the exporter, while the clock stands still?"""

    reason: str = field(metadata=LONG)


def stop_clock(desk: Desk, subject: str, form: StopClock) -> Done:
    """Ask the exporter something: the file's clock stands still until it is answered."""
    number = 1 + len(act.stops_of(desk.session, subject))
    stop = ClockStop(
        f"clock-stop:{subject}/{number}", f"application:{subject}", desk.body, desk.person, desk.on, None, form.reason
    )
    act.stop_clock(desk.session, subject, stop)
    return Done(subject)


def clock_runs(desk: Desk, subject: str) -> bool:
    """Is the file before its decision, and does its clock run?"""
    stands = any(stop.until is None for stop in act.stops_of(desk.session, subject).values())
    return is_before_decision(desk, subject) and not stands


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """Which question is answered?"""

    stop: str = field(metadata=CHOICE)


def resume_clock(desk: Desk, subject: str, form: ResumeClock) -> Done:
    """The question is answered: the clock runs on."""
    act.resume_clock(desk.session, subject, form.stop, officer=desk.person, on=desk.on)
    return Done(subject)


def own_stops(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which questions of this authority are open?"""
    stops = act.stops_of(desk.session, subject).values()
    return [(stop.id, stop.reason) for stop in stops if stop.until is None and stop.authority == desk.body]


@dataclass(frozen=True, slots=True)
class FileAppeal:
    """Does the exporter appeal?"""

    ready: bool


def file_appeal(desk: Desk, subject: str, form: FileAppeal) -> Done:
    """Appeal a refusal, to be heard by another officer."""
    asked = Appeal(f"appeal:{subject}", f"application:{subject}", desk.on, None, None, None)
    act.appeal(desk.session, desk.order(subject), asked, desk.sign(desk.body, asked))
    return Done(subject)


def is_refused(desk: Desk, subject: str) -> bool:
    """Did the licence gate refuse this exporter's order, and is no appeal filed?"""
    heard = [hearing for hearing in desk.session.of(f"{subject}/0", Hearing) if hearing.gate is Gate.LICENCE]
    is_held = bool(heard) and heard[-1].finding is None
    return is_held and desk.order(subject).exporter == desk.body and not desk.session.of(subject, Appeal)


@dataclass(frozen=True, slots=True)
class DecideAppeal:
    """Is the appeal upheld?"""

    upheld: bool


def decide_appeal(desk: Desk, subject: str, form: DecideAppeal) -> Done:
    """Decide an appeal, as an officer who had no part in the refusal."""
    filed = desk.session.newest(subject, Appeal)
    if filed is None:
        raise KeyError(subject)
    decided = replace(filed, decided_on=desk.on, upheld=form.upheld, officer=desk.person)
    act.decide_appeal(desk.session, desk.order(subject), decided, desk.sign(desk.person, decided))
    if form.upheld:
        hear_again(desk.session, desk.order(subject), f"{subject}/0", Gate.SURPLUS, Trigger.ANSWER, desk.on)
    return Done(subject)


def appeal_waits(desk: Desk, subject: str) -> bool:
    """Does an appeal wait, which this officer may hear?"""
    filed = desk.session.newest(subject, Appeal)
    is_open = filed is not None and filed.decided_on is None
    return is_open and act.may_hear(desk.session, desk.order(subject), desk.person, desk.on)


def _countersigners(desk: Desk, subject: str) -> list[tuple[str, str]]:
    return officers(desk.body, "countersigner", desk.on, desk.person)


ACTIONS = (
    Action("licence.apply_to_offer", About.OFFICE, ApplyToOffer, apply_to_offer,
           choices={"class_": lambda desk, subject: classes_on_file()}),
    Action("licence.propose_offer", About.CASE, ProposeOffer, propose_offer, offer_is_asked,
           choices={"countersigner": _countersigners}, permit="licence.propose"),
    Action("licence.authorise_marketing", About.CASE, Countersign, authorise, offer_waits),
    Action("licence.stop_clock", About.ORDER, StopClock, stop_clock, clock_runs),
    Action("licence.resume_clock", About.ORDER, ResumeClock, resume_clock,
           lambda desk, subject: bool(own_stops(desk, subject)), choices={"stop": own_stops},
           permit="licence.stop_clock"),
    Action("licence.appeal", About.ORDER, FileAppeal, file_appeal, is_refused),
    Action("licence.decide_appeal", About.ORDER, DecideAppeal, decide_appeal, appeal_waits),
)  # fmt: skip
