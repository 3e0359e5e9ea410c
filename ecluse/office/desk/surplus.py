"""Which actions has a person at the surplus gate? Certify, withdraw, accept home deliveries, sign figures."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecluse.base.days import Month
from ecluse.office.actions import envelope
from ecluse.office.actions import surplus as act
from ecluse.office.actions.permissions import REPRESENTS
from ecluse.office.actions.reopen import reopen_certificate
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.refs import choices_of, classes_on_file, model_on_file, on_file
from ecluse.office.desk.registry import About, Action, Desk, Done, Effect
from ecluse.office.facts.classes import home_plan, home_prices
from ecluse.office.facts.surplus import CertificateRequest
from ecluse.office.registers import CertificateAsked, HomeDelivery, Model
from ecluse.surplus.terms import Certificate, Draw, DrawState, StatedNeed, Withdrawal

LONG, CHOICE = {"long": True}, {"choice": True}


@dataclass(frozen=True, slots=True)
class Certify:
    """For which model, months and units is a certificate asked?"""

    model: str = field(metadata=CHOICE)
    maker: str = field()
    first_month: Month = field()
    last_month: Month = field()
    units: int = field()


def certify(desk: Desk, subject: str, form: Certify) -> Done:
    """Judge whether these units are surplus, and certify them if they are."""
    model = model_on_file(form.model)
    if model is None or form.last_month < form.first_month:
        raise FormError([Fault("last_month", "form.fault.range", str(form.last_month))])
    number = 1 + len({request.certificate for request in on_file(CertificateAsked)})
    asked = CertificateRequest(
        f"certificate:{desk.on.year}-{number:05d}", model, form.maker, form.first_month, form.last_month, form.units
    )
    classes = home_classes()
    plan = home_plan(desk.session, classes)
    unpriced = sorted(set(classes) - set(home_prices(desk.session, classes)))
    if plan is None and unpriced:
        raise FormError([Fault("model", "form.fault.no_home_price", unpriced[0])])
    verdict = act.certify(
        desk.session, asked, plan, officer=desk.person, owner=desk.body, on=desk.on,
        sign=desk.sign,
    )  # fmt: skip
    return Done(asked.id, verdict)


def home_classes() -> tuple[str, ...]:
    """Which classes does the home army state a need for?"""
    return tuple(dict.fromkeys(need.class_ for need in on_file(StatedNeed)))


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Why is the certificate withdrawn?"""

    reason: str = field(metadata=LONG)


def withdraw(desk: Desk, subject: str, form: Withdraw) -> Done:
    """Withdraw a certificate: from today it carries no new draw, and what draws on it is heard again."""
    record = Withdrawal(f"withdrawal:{subject}", subject, desk.body, desk.on, form.reason)
    act.withdraw(desk.session, record, officer=desk.person, signature=desk.sign(desk.body, record))
    reopen_certificate(desk.session, subject, desk.on)
    return Done(subject)


def stands(desk: Desk, subject: str) -> bool:
    """Is the certificate this body's own, and not withdrawn?"""
    certificate = desk.session.newest(subject, Certificate)
    withdrawn = desk.session.newest(subject, Withdrawal) is not None
    return certificate is not None and certificate.owner == desk.body and not withdrawn


def stops(desk: Desk, subject: str, form: Withdraw) -> list[Effect]:
    """What draws on the certificate and would be heard again: licences that hold units, consignments that wait?"""
    last = {draw.tranche: draw.state for draw in desk.session.of(subject, Draw)}
    licensed = tuple(sorted(t for t, state in last.items() if state is DrawState.COMMITTED))
    waiting = tuple(sorted(t for t, state in last.items() if state is DrawState.RESERVED))
    return [Effect("effect.licences", len(licensed), licensed), Effect("effect.consignments", len(waiting), waiting)]


@dataclass(frozen=True, slots=True)
class AcceptHomeDelivery:
    """What was planned for the army in a month, and what did it accept?"""

    class_: str = field(metadata=CHOICE)
    month: Month = field()
    units_planned: int = field()
    units_accepted: int = field()


def accept_home_delivery(desk: Desk, subject: str, form: AcceptHomeDelivery) -> Done:
    """Record the army's acceptance of a month's deliveries of a class."""
    if form.month > Month.of(desk.on):
        raise FormError([Fault("month", "form.fault.range", str(form.month))])
    stated = {(one.class_, one.month) for one in on_file(HomeDelivery)}
    if (form.class_, form.month) in stated:
        raise FormError([Fault("month", "form.fault.accepted_already", f"{form.class_} {form.month}")])
    record = HomeDelivery(
        f"home-delivery:{form.class_}/{form.month}", form.class_, form.month, form.units_planned, form.units_accepted,
        desk.on,
    )  # fmt: skip
    speaker = desk.body if desk.mandate.role in REPRESENTS else desk.person
    act.accept_home_delivery(desk.session, record, owner=speaker, signature=desk.sign(desk.body, record))
    return Done(f"class:{form.class_}")


@dataclass(frozen=True, slots=True)
class SignFigures:
    """Does the owner sign its own figures as the log commits to them?"""

    signs: bool


def sign_figures(desk: Desk, subject: str, form: SignFigures) -> Done:
    """Sign every figure that this body stated and has not signed yet as the log commits to it."""
    if not form.signs:
        raise FormError([Fault("signs", "form.fault.missing")])
    speaker = desk.body if desk.mandate.role in REPRESENTS else desk.person
    envelope.sign_figures(desk.session, desk.body, actor=speaker, on=desk.on, sign=desk.sign)
    return Done(subject)


def has_figures_to_sign(desk: Desk, subject: str) -> bool:
    """Did this body state figures that it has not signed as committed?"""
    return bool(envelope.figures_to_sign(desk.session, desk.body))


ACTIONS = (
    Action("surplus.certify", About.OFFICE, Certify, certify,
           choices={"model": lambda desk, subject: choices_of(Model, lambda m: f"{m.id} ({m.class_})")}),
    Action("surplus.withdraw", About.CERTIFICATE, Withdraw, withdraw, stands, preview=stops),
    Action("surplus.accept_home_delivery", About.OFFICE, AcceptHomeDelivery, accept_home_delivery,
           choices={"class_": lambda desk, subject: classes_on_file()}),
    Action("surplus.sign_figures", About.OFFICE, SignFigures, sign_figures, has_figures_to_sign),
)  # fmt: skip
