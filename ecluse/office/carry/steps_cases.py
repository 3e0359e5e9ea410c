"""What is done beside a file? An offer is asked for, a clock stopped, a refusal appealed, a licence amended, ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.verdict import Passed
from ecluse.licence.terms import (
    Appeal,
    ClockStop,
    LicenceEvent,
    LicenceState,
    MarketingApplication,
    MarketingAuthorisation,
    ProposedDecision,
)
from ecluse.office.actions import licence_cases as act
from ecluse.office.actions import licence_life as life
from ecluse.office.actions.hearings import last_finding
from ecluse.office.actions.licence import decide
from ecluse.office.carry.reopen import obey
from ecluse.office.registers import Order
from ecluse.order import Gate, Trigger
from ecluse.parties.terms import PartiesFinding

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage

SERVICE, MINISTRY = "authority:ssecu", "authority:mod"
DAYS_TO_ASK_TO_OFFER, DAYS_TO_APPEAL, DAYS_TO_HEAR_APPEAL, DAYS_TO_DECIDE_ANEW = 14, 4, 6, 2


def schedule(stage: Stage) -> None:
    """Put on the agenda who asks to offer what, and when it is decided; what was decided before is in the registers."""
    first = stage.world.first_day
    for row in stage.world.marketing:
        if row.valid_from > first:
            asked_on = max(first, row.valid_from - timedelta(DAYS_TO_ASK_TO_OFFER))
            stage.agenda.put(asked_on, "ask_to_offer", row.marketing)
            stage.agenda.put(row.valid_from, "authorise_offer", row.marketing)


def ask_to_offer(stage: Stage, step: Step, on: date) -> None:
    """An exporter asks for an authorisation to offer a class to a state."""
    row = stage.world.index["marketing"][step.key]
    asked = MarketingApplication(f"application:{row.marketing}", row.exporter, row.class_, row.state, on)
    act.apply_to_offer(stage.session, asked, stage.sign(row.exporter, asked, on))


def authorise_offer(stage: Stage, step: Step, on: date) -> None:
    """Two officers of two authorities authorise the offer."""
    row = stage.world.index["marketing"][step.key]
    author, second = stage.officer(SERVICE, "author", on), stage.officer(MINISTRY, "countersigner", on)
    if author is None or second is None:
        return
    decision = ProposedDecision(
        f"decision:{row.marketing}", f"application:{row.marketing}", True, author, SERVICE, second, MINISTRY,
        "criteria met", on,
    )  # fmt: skip
    code = row.marketing.rsplit(":", 1)[-1].upper()
    given = MarketingAuthorisation(
        row.marketing, code, SERVICE, row.exporter, row.class_, row.state, row.valid_from, row.valid_until
    )
    signatures = tuple([stage.sign(name, record, on) for name in (author, second)] for record in (decision, given))
    act.authorise_marketing(stage.session, decision, given, (signatures[0], signatures[1]))


def stop_clock(stage: Stage, step: Step, on: date) -> None:
    """The service asks the exporter something; the answer comes so many days later."""
    officer = stage.officer(SERVICE, "author", on)
    if officer is None or not stage.is_open(f"{step.key}/0"):
        return
    asked = "question to the exporter about the end use"
    stop = ClockStop(f"stop:{step.key}/1", f"application:{step.key}", SERVICE, officer, on, None, asked)
    act.stop_clock(stage.session, step.key, stop)
    stage.agenda.put(on + timedelta(step.fact("days")), "resume_clock", step.key, stop=stop.id)


def resume_clock(stage: Stage, step: Step, on: date) -> None:
    """The exporter has answered."""
    officer = stage.officer(SERVICE, "author", on)
    if officer is not None:
        act.resume_clock(stage.session, step.key, step.fact("stop"), officer=officer, on=on)


def appeal(stage: Stage, step: Step, on: date) -> None:
    """An exporter appeals a refusal."""
    order = stage.order(step.key)
    asked = Appeal(f"appeal:{order.id}", f"application:{order.id}", on, None, None, None)
    act.appeal(stage.session, order, asked, stage.sign(order.exporter, asked, on))
    stage.agenda.put(on + timedelta(DAYS_TO_HEAR_APPEAL), "decide_appeal", order.id)


def decide_appeal(stage: Stage, step: Step, on: date) -> None:
    """Another officer hears the appeal; upheld, the file is decided anew. Who refused it is turned away."""
    order, conduct = stage.order(step.key), stage.conduct(step.key)
    officer = conduct.get(("appeal", "officer")) or _hears(stage, order, on)
    filed = stage.session.newest(order.id, Appeal)
    if officer is None or filed is None or not act.may_hear(stage.session, order, officer, on):
        return
    is_upheld = conduct["appeal", "outcome"] == "upheld"
    decided = stage.replaced(filed, decided_on=on, upheld=is_upheld, officer=officer)
    act.decide_appeal(stage.session, order, decided, stage.sign(officer, decided, on))
    if is_upheld:
        stage.agenda.put(on + timedelta(DAYS_TO_DECIDE_ANEW), "decide_anew", order.id)


def _hears(stage: Stage, order: Order, on: date) -> str | None:
    for row in stage.officer_rows:
        if row.authority == SERVICE and row.role == "author" and act.may_hear(stage.session, order, row.officer, on):
            return str(row.officer)
    return None


def decide_anew(stage: Stage, step: Step, on: date) -> None:
    """After an appeal that was upheld two officers decide the file again, for the reason given."""
    from ecluse.office.carry.steps_licence import ship

    order, tranche = stage.order(step.key), f"{step.key}/0"
    before, found = (
        stage.session.newest(order.id, ProposedDecision),
        last_finding(stage.session, tranche, Gate.PARTIES, PartiesFinding),
    )
    if before is None or found is None:
        return
    decision = stage.replaced(before, id=f"{before.id}/2", grant=True, reason="the appeal was upheld", on=on)
    officers = (decision.author, decision.countersigner)
    signatures = [stage.sign(officer, decision, on) for officer in officers]
    verdict = decide(
        stage.session, order, tranche, found, decision, signatures, on, actor=decision.author, trigger=Trigger.ANSWER
    )
    if isinstance(verdict, Passed):
        ship(stage, order, verdict.finding, on)


def amend(stage: Stage, order_id: str, reason: str, on: date) -> None:
    """Two officers of two authorities amend a licence; the gate is heard again."""
    officer, second = stage.officer(SERVICE, "author", on), stage.officer(MINISTRY, "countersigner", on)
    assert officer is not None
    event = LicenceEvent(
        f"licence-event:{order_id}/amended-{on}", f"licence:{order_id}", LicenceState.AMENDED, officer, second, reason,
        on,
    )  # fmt: skip
    signatures = [stage.sign(name, event, on) for name in (officer, second) if name]
    obey(stage, life.amend(stage.session, stage.order(order_id), event, signatures, on).followed, on)


def call_off(stage: Stage, step: Step, on: date) -> None:
    """The buyer of an open permit calls off a consignment: it draws on the certificate now, and is packed."""
    order_id = step.key.rsplit("/", 1)[0]
    if not stage.is_open(step.key) or not stage.licence_is_live(order_id, on):
        return
    verdict = life.call_off(stage.session, stage.order(order_id), step.key, on)
    if isinstance(verdict, Passed):
        stage.agenda.put(on, "pack", step.key)


def exhaust(stage: Stage, step: Step, on: date) -> None:
    """Has the last unit left under this licence?"""
    life.exhaust(stage.session, step.key, on)


def expire(stage: Stage, step: Step, on: date) -> None:
    """Has a licence's term run out?"""
    obey(stage, life.expire(stage.session, stage.order(step.key), on), on)


STEPS = {
    "ask_to_offer": ask_to_offer,
    "authorise_offer": authorise_offer,
    "stop_clock": stop_clock,
    "resume_clock": resume_clock,
    "appeal": appeal,
    "decide_appeal": decide_appeal,
    "decide_anew": decide_anew,
    "call_off": call_off,
    "exhaust": exhaust,
    "expire": expire,
}
