"""How do files move? They are filed, heard at the first two gates, opined on, decided; reservations lapse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.money import Money, Rounding
from ecluse.base.verdict import Passed
from ecluse.licence.routes import effective
from ecluse.licence.terms import (
    Application,
    Condition,
    GoodsList,
    LicenceFinding,
    Opinion,
    Outcome,
    PermitKind,
    ProposedDecision,
    Route,
    Voice,
)
from ecluse.office.actions import licence as act
from ecluse.office.actions.hearings import last_finding
from ecluse.office.actions.parties import hear_parties
from ecluse.office.actions.reopen import lapse as give_up
from ecluse.office.actions.split import near_equal, split
from ecluse.office.actions.surplus import hear_surplus
from ecluse.office.carry.reopen import obey
from ecluse.office.carry.steps_cases import DAYS_TO_APPEAL
from ecluse.office.facts.licence import in_hryvnias_on
from ecluse.office.facts.surplus import own_draw
from ecluse.office.registers import Order
from ecluse.order import Gate, Standing, Trigger
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import Draw, GoodsKind, SurplusFinding

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage

DAYS_TO_PARTIES, DAYS_TO_OPINION, DAYS_TO_DECISION, DAYS_TO_LEAVE, DAYS_TO_CALL_OFF = 2, 4, 8, 5, 30


def file(stage: Stage, step: Step, on: date) -> None:
    """An exporter files an order; the surplus gate hears it the same day."""
    order, application = _order(stage, step.key, on), None
    application = _application(stage, order, on)
    act.file_application(
        stage.session,
        order,
        application,
        committed_number=stage.queue_numbers[order.id],
        signature=stage.sign(order.exporter, order, on),
    )
    tranche = f"{order.id}/0"
    verdict = hear_surplus(stage.session, order, tranche, order.units, on)
    if isinstance(verdict, Passed):
        stage.agenda.put(on + timedelta(DAYS_TO_PARTIES), "parties", order.id)
        draw = own_draw(stage.session, order.certificate, tranche) if order.certificate else None
        if draw and draw.expires_on:
            stage.agenda.put(draw.expires_on, "lapse", order.id)


def _order(stage: Stage, order_id: str, on: date) -> Order:
    r = stage.row(order_id)
    return Order(
        r.order, r.exporter, r.buyer, r.consignee, r.end_user, r.broker, r.carrier, r.bank, r.destination, r.transit,
        r.model, stage.model_class[r.model], r.units, r.origin, r.certificate, r.statement, r.line, r.centre,
        r.deliver_in, r.contract_on, on,
    )  # fmt: skip


def _application(stage: Stage, order: Order, on: date) -> Application:
    r, model = stage.row(order.id), stage.model(order.model)
    price = Money(r.unit_price_minor, r.currency)
    in_uah = in_hryvnias_on(stage.session, price.times(order.units), on)
    if in_uah is None:
        raise ValueError(f"no official rate of {r.currency} for {on}")
    conduct = stage.conduct(order.id)
    number = int(conduct.get(("queue", "number"), stage.queue_numbers[order.id]))
    stated = int(conduct.get(("application", "value_percent"), "100"))
    in_uah = in_uah.share(stated, 100, Rounding.DOWN)
    return Application(
        f"application:{order.id}", order.id, order.exporter, order.buyer, order.model, order.class_,
        GoodsKind(model.kind), GoodsList(model.goods_list), model.control_entry, order.units, price, in_uah,
        PermitKind(r.permit), Route(r.route), r.offered_on, on, r.complete_on, r.return_by, r.third_state, number,
    )  # fmt: skip


def parties(stage: Stage, step: Step, on: date) -> None:
    """The parties gate hears the file; if it passes, the authorities are asked."""
    order = stage.order(step.key)
    tranche = f"{order.id}/0"
    surplus = last_finding(stage.session, tranche, Gate.SURPLUS, SurplusFinding)
    if surplus is None or not stage.is_open(tranche):
        return
    trigger = Trigger(step.fact("trigger") or Trigger.FIRST.value)
    if isinstance(hear_parties(stage.session, order, tranche, surplus, on, trigger), Passed):
        ask_authorities(stage, order, on)


def ask_authorities(stage: Stage, order: Order, on: date) -> None:
    """Each authority of the route speaks in turn, a day apart; the decision follows."""
    r, conduct = stage.row(order.id), stage.conduct(order.id)
    goods_list = GoodsList(stage.model(order.model).goods_list)
    if goods_list is GoodsList.UNCONTROLLED or r.permit == PermitKind.GENERAL.value:
        stage.agenda.put(on + timedelta(1), "decide", order.id, none=True)
        return
    terms = effective(Route(r.route), goods_list, stage.session.law, on)
    asked = terms.opinions_required if terms else ()
    first = max(on + timedelta(1), order.filed_on + timedelta(DAYS_TO_OPINION))
    last = first
    wanted = int(conduct.get(("decision", "after_days"), "0"))
    decided_after = order.filed_on + timedelta(max(wanted, DAYS_TO_DECISION))
    for place, authority in enumerate(asked):
        slug = authority.split(":")[1]
        says = conduct.get(("opinion", slug), "for")
        day = first + timedelta(place)
        if says.startswith("late:"):
            day, says = day + timedelta(int(says.split(":")[1])), "for"
        if wanted and place == len(asked) - 1:
            day = max(day, decided_after - timedelta(1))
        if says != "none":
            stage.agenda.put(day, "opinion", f"{order.id}|{slug}", says=says)
            last = max(last, day)
    _conditions(stage, order, first)
    if ("clock", "stopped_days") in conduct:
        stage.agenda.put(first, "stop_clock", order.id, days=int(conduct["clock", "stopped_days"]))
    decide_on = max(last + timedelta(1), decided_after)
    if ("queue", "jump") in conduct:
        decide_on = last
    stage.agenda.put(decide_on, "decide", order.id)


def _conditions(stage: Stage, order: Order, first: date) -> None:
    conduct = stage.conduct(order.id)
    if ("condition", "set_by") in conduct:
        stage.agenda.put(
            first, "condition", order.id, owner=conduct["condition", "set_by"],
            lifted_by=conduct.get(("condition", "lifted_by"), "none"),
        )  # fmt: skip


def opinion(stage: Stage, step: Step, on: date) -> None:
    """One authority speaks."""
    order_id, slug = step.key.split("|")
    order, authority = stage.order(order_id), f"authority:{step.key.split('|')[1]}"
    officer = stage.conduct(order_id).get(("opinion", f"officer.{slug}")) or stage.officer(
        authority, "opinion", on, order
    )
    if officer is None or not stage.is_open(f"{order_id}/0"):
        return
    voice = Voice(step.fact("says"))
    reason = "no objection" if voice is Voice.FOR else f"{slug}: objection on file"
    spoken = Opinion(f"opinion:{order_id}/{slug}", f"application:{order_id}", authority, officer, voice, reason, on)
    act.give_opinion(stage.session, order_id, spoken)


def condition(stage: Stage, step: Step, on: date) -> None:
    """An authority sets a condition; somebody lifts it, or nobody does."""
    owner, lifted_by = step.fact("owner"), step.fact("lifted_by")
    officer = stage.officer(owner, "opinion", on) or stage.officer(owner, "author", on)
    if officer is None:
        return
    subject = "storage at the end user's site is confirmed"
    record = Condition(f"condition:{step.key}", f"application:{step.key}", owner, subject, on, None, None, True)
    act.set_condition(stage.session, step.key, record, officer=officer)
    if lifted_by != "none":
        lifter = stage.officer(lifted_by, "opinion", on) or stage.officer(lifted_by, "author", on) or officer
        lifted = stage.replaced(record, lifted_by=lifted_by, lifted_on=on)
        act.lift_condition(stage.session, step.key, lifted, officer=lifter, on=on)


def decide(stage: Stage, step: Step, on: date) -> None:
    """Two officers propose; the licence gate hears; what passes is issued and may be split for shipment."""
    order = stage.order(step.key)
    tranche = f"{order.id}/0"
    found = last_finding(stage.session, tranche, Gate.PARTIES, PartiesFinding)
    if found is None or not stage.is_open(tranche):
        return
    decision = None if step.fact("none") else _decision(stage, order, on)
    conduct = stage.conduct(order.id)
    signers = [] if decision is None else [decision.author, decision.countersigner]
    unsigned = conduct.get(("decision", "unsigned_by"))
    signatures = [
        stage.sign(officer, decision, on)
        for side, officer in zip(("author", "countersigner"), signers, strict=False)
        if side != unsigned
    ]
    if decision is not None and act.why_not_theirs(stage.session, decision):
        act.hear_attempt(stage.session, order, tranche, found, decision, signatures, on)
        return
    verdict = act.decide(
        stage.session,
        order,
        tranche,
        found,
        decision,
        signatures,
        on,
        actor=signers[0] if signers else "clock:office",
        trigger=Trigger(step.fact("trigger") or Trigger.FIRST.value),
    )
    if isinstance(verdict, Passed) and verdict.finding.outcome is not Outcome.CONCLUDED:
        ship(stage, order, verdict.finding, on)
    elif ("appeal", "outcome") in conduct:
        stage.agenda.put(on + timedelta(DAYS_TO_APPEAL), "appeal", order.id)


def _decision(stage: Stage, order: Order, on: date) -> ProposedDecision | None:
    r, conduct = stage.row(order.id), stage.conduct(order.id)
    terms = effective(Route(r.route), GoodsList(stage.model(order.model).goods_list), stage.session.law, on)
    if terms is None:
        return None
    # Where an authority is against, the collegial body decides, as the route lets it.
    competent = terms.competent[-1] if stage.has_dissent(order.id) else terms.competent[0]
    author = conduct.get(("decision", "author")) or stage.officer(competent, "author", on, order)
    second = conduct.get(("decision", "countersigner")) or _countersigner(
        stage, order, terms.countersigning, competent, on
    )
    if author is None or second is None:
        return None
    grant = conduct.get(("decision", "grant"), "yes") != "no"
    reason = conduct.get(("decision", "reason"), "criteria met" if grant else "criteria not met")
    return ProposedDecision(
        f"decision:{order.id}", f"application:{order.id}", grant, author, stage.authority_of(author), second,
        stage.authority_of(second), reason, on,
    )  # fmt: skip


def _countersigner(stage: Stage, order: Order, countersigning: Iterable[str], competent: str, on: date) -> str | None:
    named = [authority for authority in countersigning if authority != "other"]
    bodies = named or ["authority:mod", "authority:mfa", "authority:economy", "authority:ssecu"]
    for authority in bodies:
        if authority != competent:
            found = stage.officer(authority, "countersigner", on, order)
            if found:
                return found
    return None


def ship(stage: Stage, order: Order, finding: LicenceFinding, on: date) -> None:
    """The order is split into its consignments, and each goes on its way in the month agreed."""
    goes = max(on + timedelta(DAYS_TO_LEAVE), order.deliver_in.first_day())
    parts = parted(stage, order, on) if finding.kind in (GoodsKind.ARTICLE, GoodsKind.PART) else [f"{order.id}/0"]
    if stage.has_licence(order.id):
        stage.agenda.put(finding.valid_until + timedelta(1), "expire", order.id)
    if finding.permit is PermitKind.OPEN:
        _call_offs(stage, order, parts, goes)
        return
    for place, tranche in enumerate(parts):
        stage.agenda.put(goes + timedelta(3 * place), "pack", tranche)


def _call_offs(stage: Stage, order: Order, parts: list[str], goes: date) -> None:
    """Under an open permit each consignment is called off by itself, a month apart; the last one perhaps never."""
    is_last_called = stage.conduct(order.id).get(("call_off", "last"), "yes") == "yes"
    for place, tranche in enumerate(parts if is_last_called else parts[:-1]):
        stage.agenda.put(goes + timedelta(DAYS_TO_CALL_OFF * place), "call_off", tranche)


def parted(stage: Stage, order: Order, on: date) -> list[str]:
    """Into which tranches is the order split for shipment?"""
    parts = min(stage.row(order.id).consignments, order.units)
    if parts < 2:
        return [f"{order.id}/0"]
    names, followed = split(stage.session, order, near_equal(order.units, parts), on)
    obey(stage, followed, on)
    return names


def lapse(stage: Stage, step: Step, on: date) -> None:
    """A reservation that never became a licence gives its units back on its last day; an open file is heard again."""
    draw = give_up(stage.session, stage.order(step.key), f"{step.key}/0", on)
    if draw is not None and draw.expires_on is not None:
        stage.agenda.put(draw.expires_on, "lapse", step.key)


STEPS = {
    "file": file,
    "parties": parties,
    "opinion": opinion,
    "condition": condition,
    "decide": decide,
    "lapse": lapse,
}
__all__ = ["STEPS", "Draw", "Outcome", "Standing", "ask_authorities"]
