"""On which facts does the surplus gate judge a tranche, or a certificate?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.base.sealed import seal
from ecluse.office.facts import classes, sides
from ecluse.office.facts.capacity import capacity_between, cited
from ecluse.office.models import CertificateBalance
from ecluse.office.registers import ClassShare, DealSeen, Model, Order
from ecluse.office.session import Session
from ecluse.surplus.figures import need_unmet, result_under
from ecluse.surplus.home_plan import HomePlan
from ecluse.surplus.look_ahead import class_by_month, units_left_by_month
from ecluse.surplus.terms import (
    Balance,
    CapacityAttestation,
    Certificate,
    CertificateClaim,
    Draw,
    DrawState,
    FundedOrder,
    GoodsKind,
    GoodsOrigin,
    ModelCapacity,
    Reserve,
    SurplusClaim,
    SurplusPolicy,
    Withdrawal,
)


def model_named(session: Session, class_: str, model: str) -> Model:
    """Which catalogue entry is this model? Raises KeyError for one that is not catalogued."""
    for entry in classes.models_of(session, class_):
        if entry.id == model:
            return entry
    raise KeyError(f"{model} is not catalogued in {class_}")


def policy_in_force(session: Session, on: date) -> SurplusPolicy | None:
    """Which surplus policy binds on this day? The newest one in force."""
    found = [
        policy for policy in session.of("policy:surplus", SurplusPolicy)
        if policy.valid_from <= on and (policy.valid_until is None or on <= policy.valid_until)
    ]  # fmt: skip
    return max(found, key=lambda policy: policy.valid_from) if found else None


def surplus_claim(session: Session, order: Order, tranche: str, units: int, on: date) -> SurplusClaim:
    """What is known of this tranche at the surplus gate on this day?"""
    model = model_named(session, order.class_, order.model)
    certificate = session.newest(order.certificate, Certificate) if order.certificate else None
    return SurplusClaim(
        tranche, order.id, order.model, order.class_, GoodsKind(model.kind), GoodsOrigin(order.origin), units,
        order.filed_on, order.deliver_in, certificate,
        session.signatures(seal(certificate).digest) if certificate else (),
        session.newest(certificate.id, Withdrawal) if certificate else None,
        policy_in_force(session, on),
        balance_without(session, certificate.id, tranche) if certificate else None,
        model_capacity(session, order.model, certificate, on),
        classes.home_progress(session, order.class_, on),
        earlier_claim(session, order),
        session.keys([certificate.owner]) if certificate else (),
    )  # fmt: skip


def earlier_claim(session: Session, order: Order) -> str | None:
    """Which order filed before this one claims the same units: same exporter, buyer, model, quantity and contract?"""
    for deal in session.of(contract_of(order), DealSeen):
        if deal.order == order.id:
            break
        if (deal.model, deal.units) == (order.model, order.units):
            return deal.order
    return None


def contract_of(order: Order) -> str:
    """Under which subject are deals of one contract seen together? Same exporter, buyer and day."""
    return f"contract:{order.exporter}/{order.buyer}/{order.contract_on}"


def balance_without(session: Session, certificate: str, tranche: str) -> Balance | None:
    """What does the certificate hold, this tranche's own draw left out, so that it may be heard again?"""
    row = session.row(CertificateBalance, certificate, certificate)
    if row is None:
        return None
    held = own_draw(session, certificate, tranche)
    reserved, committed, used = (
        held.units if held and held.state is state else 0
        for state in (DrawState.RESERVED, DrawState.COMMITTED, DrawState.USED)
    )
    return Balance(
        certificate, row.units_certified, row.units_reserved - reserved, row.units_committed - committed,
        row.units_used - used,
    )  # fmt: skip


def own_draw(session: Session, certificate: str, tranche: str) -> Draw | None:
    """What is the tranche's last draw on the certificate? None when it never drew or gave its units back."""
    draws = [draw for draw in session.of(certificate, Draw) if draw.tranche == tranche]
    last = draws[-1] if draws else None
    return None if last is None or last.state in (DrawState.RELEASED, DrawState.RETURNED) else last


def model_capacity(session: Session, model: str, certificate: Certificate | None, on: date) -> ModelCapacity | None:
    """What was attested and demonstrated of the model? On the low side, what the high side's signed word gives."""
    if sides.is_low(session):
        return sides.capacity_stated(session, certificate, on) if certificate else None
    attestations = classes.attested_of(session, model)
    if not attestations:
        return None
    first, last = (certificate.first_month, certificate.last_month) if certificate else classes.year_of(session)
    return capacity_between(attestations, first, last, on)


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """Who asks for a certificate, for what and for which months?"""

    id: str
    model: Model
    maker: str
    first_month: Month
    last_month: Month
    units: int


def certificate_claim(session: Session, asked: CertificateRequest, plan: HomePlan | None, on: date) -> CertificateClaim:
    """What is known of a model and its class when a certificate is asked for? Without a plan no flow is known."""
    class_ = asked.model.class_
    year, flows = classes.class_year(session, class_), classes.class_flows(session, class_, plan) if plan else ()
    policy = policy_in_force(session, on)
    earlier = certified_in_class(session, class_)
    given = result_under(policy.rule, year, policy) if policy else None
    attestations = cited(session.of(asked.model.id, CapacityAttestation), on)
    stock = classes.opening_counts(session, asked.model.id)
    owners = [a.maker for a in attestations] + ([policy.owner] if policy else [])
    return CertificateClaim(
        asked.id, asked.model.id, asked.maker, asked.first_month, asked.last_month, asked.units,
        policy, session.signatures(seal(policy).digest) if policy else (),
        year, attestations,
        tuple(s for a in attestations for s in session.signatures(seal(a).digest)),
        tuple(session.of(asked.model.id, FundedOrder)),
        session.newest(asked.model.id, Reserve), stock[-1] if stock else None,
        classes.model_flows(session, asked.model, flows),
        sum(c.units for c in earlier),
        sum(c.units for c in earlier if c.model == asked.model.id),
        units_left_by_month(class_by_month(given, flows), [(c.first_month, c.units) for c in earlier])
        if given is not None and plan else (),
        need_unmet(year), classes.aid_received(session, class_), classes.inputs_unsigned(session, class_),
        session.keys(owners),
    )  # fmt: skip


def certified_in_class(session: Session, class_: str) -> list[ClassShare]:
    """What was certified of the class before? Withdrawn certificates count: what they gave may be gone."""
    return session.of(f"certificates:{class_}", ClassShare)
