"""Which actions has a person at the licence gate? File, opine, set conditions and lift them, decide by two, change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import VERSIONS, unseal
from ecluse.custody.terms import Centre, Line
from ecluse.licence.life import needs_two
from ecluse.licence.routes import RouteTerms, effective
from ecluse.licence.terms import (
    Application,
    Condition,
    GoodsList,
    LicenceEvent,
    LicenceState,
    Opinion,
    PermitKind,
    ProposedDecision,
    Route,
    Voice,
)
from ecluse.office.actions import licence as act
from ecluse.office.actions.hearings import last_finding, tranches_of
from ecluse.office.actions.licence_life import amend
from ecluse.office.actions.reopen import reopen_licence
from ecluse.office.desk.follow import follow, was_heard
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.papers import hold_out, is_mine, signed_by_both, waiting
from ecluse.office.desk.refs import authority_of, choices_of, model_on_file, need_party, officers
from ecluse.office.desk.registry import About, Action, Desk, Done, Effect
from ecluse.office.facts.licence import in_hryvnias_on
from ecluse.office.facts.second import is_second
from ecluse.office.models import LicenceLine, OrderRow, Record, Tranche
from ecluse.office.registers import Model, Order
from ecluse.order import Gate, Standing
from ecluse.parties.terms import PartiesFinding
from ecluse.surplus.terms import Certificate, GoodsKind

LONG = {"long": True}
CHOICE = {"choice": True}
MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class FileApplication:
    """What an exporter states when it files: what, to whom, by which way, on which papers."""

    model: str = field(metadata=CHOICE)
    units: int
    unit_price: Money
    buyer: str
    end_user: str
    destination: str
    carrier: str
    bank: str
    deliver_in: Month
    contract_on: date
    offered_on: date
    permit: PermitKind
    route: Route
    certificate: str | None = field(default=None, metadata=CHOICE)
    statement: str | None = None
    consignee: str | None = None
    broker: str | None = None
    transit: tuple[str, ...] = ()
    line: str | None = field(default=None, metadata=CHOICE)
    centre: str | None = field(default=None, metadata=CHOICE)
    origin: str = "made"
    return_by: date | None = None
    third_state: str | None = None


def file(desk: Desk, subject: str, form: FileApplication) -> Done:
    """File an order with its application; the first two gates hear it at once."""
    session = desk.session
    for name in ("buyer", "end_user", "consignee", "broker", "carrier", "bank"):
        need_party(session, name, getattr(form, name))
    model = model_on_file(form.model)
    if model is None:
        raise FormError([Fault("model", "form.fault.not_on_file", form.model)])
    order = Order(
        f"order:{desk.on.year}-{OrderRow.objects.count() + 1:06d}", desk.body, form.buyer,
        form.consignee or form.end_user, form.end_user, form.broker, form.carrier, form.bank, form.destination.upper(),
        form.transit, model.id, model.class_, form.units, form.origin, form.certificate, form.statement, form.line,
        form.centre, form.deliver_in, form.contract_on, desk.on,
    )  # fmt: skip
    in_uah = in_hryvnias_on(session, form.unit_price.times(form.units), desk.on)
    if in_uah is None:
        raise FormError([Fault("unit_price", "form.fault.no_rate", form.unit_price.currency)])
    number = Record.objects.filter(v="queue_number/1", subject__startswith="order:").count() + 1
    application = Application(
        f"application:{order.id}", order.id, order.exporter, order.buyer, order.model, order.class_,
        GoodsKind(model.kind), GoodsList(model.goods_list), model.control_entry, order.units, form.unit_price, in_uah,
        form.permit, form.route, form.offered_on, desk.on, desk.on, form.return_by, form.third_state, number,
    )  # fmt: skip
    act.file_application(
        session, order, application, committed_number=number, signature=desk.sign(order.exporter, order)
    )
    return Done(order.id, follow(desk, order.id))


def _certificates(desk: Desk, subject: str) -> list[tuple[str, str]]:
    return choices_of(
        Certificate, lambda c: f"{c.id} · {c.model} · {c.first_month}–{c.last_month} · {c.units_certified}",
        lambda c: c.issued_on <= desk.on <= c.valid_until,
    )  # fmt: skip


def _models(desk: Desk, subject: str) -> list[tuple[str, str]]:
    return choices_of(Model, lambda m: f"{m.id} ({m.class_})")


@dataclass(frozen=True, slots=True)
class GiveOpinion:
    """What an authority says of an application, with its reason."""

    voice: Voice
    reason: str = field(metadata=LONG)


def give_opinion(desk: Desk, subject: str, form: GiveOpinion) -> Done:
    """Say the authority's opinion of an application, once."""
    slug = desk.body.split(":")[1]
    opinion = Opinion(
        f"opinion:{subject}/{slug}", f"application:{subject}", desk.body, desk.person, form.voice, form.reason, desk.on
    )
    act.give_opinion(desk.session, subject, opinion)
    return Done(subject)


def terms_on_file(desk: Desk, order: str) -> RouteTerms | None:
    """By which terms is this order's application worked? None where none is filed, or its goods stand on no list."""
    application = desk.session.newest(order, Application)
    if application is None or application.goods_list is GoodsList.UNCONTROLLED:
        return None
    return effective(application.route, application.goods_list, desk.session.law, desk.on)


def asked(desk: Desk, subject: str) -> tuple[str, ...]:
    """Which authorities does the route ask about this order?"""
    terms = terms_on_file(desk, subject)
    return tuple(terms.opinions_required) if terms else ()


def is_asked(desk: Desk, subject: str) -> bool:
    """Is this body's opinion wanted and not yet given?"""
    spoken = {opinion.authority for opinion in desk.session.of(subject, Opinion)}
    return is_before_decision(desk, subject) and desk.body in asked(desk, subject) and desk.body not in spoken


def is_before_decision(desk: Desk, subject: str) -> bool:
    """Did the order pass the parties gate, and is it not decided?"""
    whole = f"{subject}/0"
    heard = last_finding(desk.session, whole, Gate.PARTIES, PartiesFinding) is not None
    return heard and desk.is_open(whole) and not was_heard(desk, whole, Gate.LICENCE)


@dataclass(frozen=True, slots=True)
class SetCondition:
    """Which condition does an authority set?"""

    subject: str = field(metadata=LONG)
    must_be_lifted_before_issue: bool = True


def set_condition(desk: Desk, subject: str, form: SetCondition) -> Done:
    """Set a condition on an application; only the authority that set it lifts it."""
    number = len({c.id for c in desk.session.of(subject, Condition)}) + 1
    condition = Condition(
        f"condition:{subject}/{number}", f"application:{subject}", desk.body, form.subject, desk.on, None, None,
        form.must_be_lifted_before_issue,
    )  # fmt: skip
    act.set_condition(desk.session, subject, condition, officer=desk.person)
    return Done(subject)


@dataclass(frozen=True, slots=True)
class LiftCondition:
    """Which condition is met?"""

    condition: str = field(metadata=CHOICE)


def lift_condition(desk: Desk, subject: str, form: LiftCondition) -> Done:
    """Lift one's own authority's condition."""
    found = {condition.id: condition for condition in desk.session.of(subject, Condition)}[form.condition]
    lifted = replace(found, lifted_by=desk.body, lifted_on=desk.on)
    act.lift_condition(desk.session, subject, lifted, officer=desk.person, on=desk.on)
    return Done(subject)


def own_conditions(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which conditions of this body still stand?"""
    newest = {condition.id: condition for condition in desk.session.of(subject, Condition)}
    return [(c.id, c.subject) for c in newest.values() if c.owner == desk.body and c.lifted_on is None]


@dataclass(frozen=True, slots=True)
class Propose:
    """What does the author propose, why, and who shall countersign?"""

    grant: bool
    reason: str = field(metadata=LONG)
    countersigner: str = field(metadata=CHOICE)


def propose(desk: Desk, subject: str, form: Propose) -> Done:
    """Propose a decision, signed by its author; it decides nothing until another person of another authority signs."""
    authority = authority_of(desk.session, form.countersigner, "countersigner", desk.on)
    number = len(desk.session.of(subject, ProposedDecision)) + 1
    decision = ProposedDecision(
        f"decision:{subject}/{number}", f"application:{subject}", form.grant, desk.person, desk.body,
        form.countersigner, authority, form.reason, desk.on,
    )  # fmt: skip
    act.propose(desk.session, subject, decision, desk.sign(desk.person, decision))
    return Done(subject)


def _is_competent(desk: Desk, subject: str) -> bool:
    terms = terms_on_file(desk, subject)
    return terms is not None and desk.body in terms.competent and is_before_decision(desk, subject)


def _countersigners(desk: Desk, subject: str) -> list[tuple[str, str]]:
    return officers(desk.body, "countersigner", desk.on, desk.person)


@dataclass(frozen=True, slots=True)
class Countersign:
    """Does the second officer sign what the first proposed?"""

    read: bool


def countersign(desk: Desk, subject: str, form: Countersign) -> Done:
    """Countersign the proposal: the licence gate is heard on it, and what passes is issued."""
    decision = desk.session.newest(subject, ProposedDecision)
    parties = last_finding(desk.session, f"{subject}/0", Gate.PARTIES, PartiesFinding)
    if decision is None or parties is None or not form.read:
        raise FormError([Fault("read", "form.fault.read_first")])
    verdict = act.decide(
        desk.session, desk.order(subject), f"{subject}/0", parties, decision,
        [desk.sign(desk.person, decision)], desk.on, actor=desk.person,
    )  # fmt: skip
    return Done(subject, verdict)


def is_countersigner(desk: Desk, subject: str) -> bool:
    """Is a proposal waiting for this very person, or for one whom he stands in for as countersigner?"""
    decision = desk.session.newest(subject, ProposedDecision)
    return decision is not None and is_theirs(desk, decision) and is_before_decision(desk, subject)


def proposals_waiting(desk: Desk, countersigner: str) -> list[str]:
    """Which orders wait for this very countersigner's hand? At most so many, the oldest proposals first."""
    open_now = Tranche.objects.filter(gate=Gate.PARTIES.value, standing=Standing.OPEN.value).values("order")
    rows = Record.objects.filter(v=VERSIONS[ProposedDecision], order__in=open_now).order_by("on", "rid")
    newest = {row.order: unseal(bytes(row.body)) for row in rows}
    found = [order for order, one in newest.items() if one.countersigner == countersigner]
    return [order for order in found[:MOST_WAITING] if is_before_decision(desk, order)]


def is_theirs(desk: Desk, decision: ProposedDecision) -> bool:
    """Is it this person's hand that the proposal waits for?"""
    return is_second(desk.mandate, decision.author, decision.countersigner, decision.countersigner_authority)


@dataclass(frozen=True, slots=True)
class ChangeLicence:
    """What happens to the licence, why, and who is the second officer?"""

    state: LicenceState
    reason: str = field(metadata=LONG)
    countersigner: str | None = field(default=None, metadata=CHOICE)


def propose_change(desk: Desk, subject: str, form: ChangeLicence) -> Done:
    """Change a licence's state. A step that needs two officers waits for the second one's signature."""
    number = 1 + len(desk.session.of(subject, LicenceEvent))
    second = form.countersigner if needs_two(form.state) else None
    event = LicenceEvent(
        f"licence-event:{subject}/{form.state.value}-{number}", f"licence:{subject}", form.state, desk.person, second,
        form.reason, desk.on,
    )  # fmt: skip
    if second is None and needs_two(form.state):
        raise FormError([Fault("countersigner", "form.fault.missing")])
    if second is None:
        act.change_licence(desk.session, subject, event, [desk.sign(desk.person, event)])
        reopen_licence(desk.session, desk.order(subject), desk.on)
    else:
        hold_out(desk, "licence.propose", subject, [event], signer=desk.person, waits_for=second, order=subject)
    return Done(subject)


def change(desk: Desk, subject: str, form: Countersign) -> Done:
    """Countersign a change of a licence: it takes force, and what it no longer covers is heard again."""
    paper = waiting(desk, "licence.propose", subject)
    if paper is None or not is_mine(desk, paper) or not form.read:
        raise FormError([Fault("read", "form.fault.read_first")])
    for event, signatures in signed_by_both(desk, paper, desk.person):
        if event.state is LicenceState.AMENDED:
            amend(desk.session, desk.order(subject), event, signatures, desk.on, actor=desk.person)
        else:
            act.change_licence(desk.session, subject, event, signatures, actor=desk.person, on=desk.on)
            reopen_licence(desk.session, desk.order(subject), desk.on)
    return Done(subject)


def change_waits(desk: Desk, subject: str) -> bool:
    """Does a change of this licence wait for this very person, or for one whom he stands in for as countersigner?"""
    paper = waiting(desk, "licence.propose", subject)
    return paper is not None and is_mine(desk, paper)


def has_licence(desk: Desk, subject: str) -> bool:
    """Was a licence issued for this order?"""
    return desk.session.row(LicenceLine, f"licence:{subject}", subject) is not None


def stops(desk: Desk, subject: str, form: ChangeLicence) -> list[Effect]:
    """What would stop if this change took force: tranches not yet delivered?"""
    names = tuple(t.tranche for t in tranches_of(desk.session, subject) if not t.is_split and desk.is_open(t.tranche))
    return [Effect("effect.licences", 1, (f"licence:{subject}",)), Effect("effect.consignments", len(names), names)]


ACTIONS = (
    Action("licence.file", About.OFFICE, FileApplication, file, choices={
        "model": _models, "certificate": _certificates,
        "line": lambda desk, subject: choices_of(Line, lambda line: f"{line.id} ({line.host}, {line.class_})"),
        "centre": lambda desk, subject: choices_of(Centre, lambda centre: f"{centre.id} ({centre.host})"),
    }),
    Action("licence.give_opinion", About.ORDER, GiveOpinion, give_opinion, is_asked),
    Action("licence.set_condition", About.ORDER, SetCondition, set_condition, is_before_decision),
    Action("licence.lift_condition", About.ORDER, LiftCondition, lift_condition,
           lambda desk, subject: bool(own_conditions(desk, subject)), choices={"condition": own_conditions}),
    Action("licence.propose", About.ORDER, Propose, propose, _is_competent, choices={"countersigner": _countersigners}),
    Action("licence.decide", About.ORDER, Countersign, countersign, is_countersigner),
    Action("licence.propose_change", About.ORDER, ChangeLicence, propose_change, has_licence,
           choices={"countersigner": _countersigners}, preview=stops, permit="licence.change"),
    Action("licence.change", About.ORDER, Countersign, change, change_waits),
)  # fmt: skip
