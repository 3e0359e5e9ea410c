"""What may be done at the surplus gate? Certify, withdraw, hear a tranche, move its draw, accept home deliveries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from ecluse.base.errors import ConflictError
from ecluse.base.sealed import seal
from ecluse.base.signing import Signature
from ecluse.base.verdict import Held, Passed
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import hear_gate
from ecluse.office.facts.surplus import CertificateRequest, certificate_claim, own_draw, surplus_claim
from ecluse.office.models import CertificateBalance
from ecluse.office.registers import CertificateAsked, ClassShare, HomeDelivery, Order
from ecluse.office.session import Session
from ecluse.order import Gate, Hearing, Trigger
from ecluse.surplus.dated import term
from ecluse.surplus.home_plan import HomePlan
from ecluse.surplus.terms import (
    Certificate,
    CertificateFinding,
    Draw,
    DrawState,
    SurplusFinding,
    Withdrawal,
)

# How an owner signs: in a demonstration by seeded keys, in service by the owner's own signer.
Sign = Callable[[str, Any, date], Signature]
HELD_AS = {
    DrawState.RESERVED: "units_reserved",
    DrawState.COMMITTED: "units_committed",
    DrawState.USED: "units_used",
}
# From which step may a draw move to which? None: it holds nothing yet, or no longer.
STEPS = {
    (None, DrawState.RESERVED),
    (DrawState.RESERVED, DrawState.COMMITTED),
    (DrawState.COMMITTED, DrawState.USED),
    (DrawState.RESERVED, DrawState.RELEASED),
    (DrawState.COMMITTED, DrawState.RELEASED),
    (DrawState.USED, DrawState.RETURNED),
}


def certify(
    session: Session, asked: CertificateRequest, plan: HomePlan | None, *, officer: str, owner: str, on: date,
    sign: Sign,
) -> Passed[CertificateFinding] | Held:  # fmt: skip
    """May this certificate be issued? If so it is, signed by its authority, with a balance of its own.

    What was asked for is filed in either case. Without a plan the gate refers: what home buys is unknown.
    """
    claim = certificate_claim(session, asked, plan, on)
    with Deed(session, "surplus.certify", actor=officer, on=on, subject=asked.id) as deed:
        deed.seal(_request(session, asked, on), asked.id)
        verdict = hear_gate(deed, Gate.CERTIFICATE, claim, tranche=asked.id, on=on, previous=None)
        if isinstance(verdict, Passed) and plan:
            certificate = Certificate(
                asked.id, owner, asked.model.class_, asked.model.id, asked.maker, asked.first_month, asked.last_month,
                verdict.finding.units, verdict.finding.rule, claim.policy.id if claim.policy else "",
                verdict.finding.results, verdict.finding.units_need_unmet, claim.units_aid_received,
                claim.class_units_left_by_month, plan.basis, deed.hearing, on, asked.last_month.last_day(),
            )  # fmt: skip
            deed.seal(certificate, asked.id, [sign(owner, certificate, on)])
            deed.seal(
                ClassShare(
                    f"share:{asked.id}", asked.id, asked.model.class_, asked.model.id, asked.first_month,
                    verdict.finding.units,
                ),
                f"certificates:{asked.model.class_}",
            )  # fmt: skip
            deed.put(
                CertificateBalance(
                    certificate=asked.id, model=asked.model.id, units_certified=verdict.finding.units,
                    units_reserved=0, units_committed=0, units_used=0,
                ),
                asked.id,
            )  # fmt: skip
    return verdict


def _request(session: Session, asked: CertificateRequest, on: date) -> CertificateAsked:
    number = 1 + len(session.of(asked.id, CertificateAsked))
    return CertificateAsked(
        f"request:{asked.id}/{number}", asked.id, asked.maker, asked.model.id, asked.first_month, asked.last_month,
        asked.units, on,
    )  # fmt: skip


def withdraw(session: Session, withdrawal: Withdrawal, *, officer: str, signature: Signature) -> None:
    """From this day the certificate carries no new draw."""
    with Deed(session, "surplus.withdraw", actor=officer, on=withdrawal.on, subject=withdrawal.certificate) as deed:
        deed.seal(withdrawal, signatures=[signature])


def hear_surplus(
    session: Session, order: Order, tranche: str, units: int, on: date, trigger: Trigger = Trigger.FIRST
) -> Passed[SurplusFinding] | Held:
    """Is the tranche surplus? If so its units are reserved on the certificate in the same deed."""
    claim = surplus_claim(session, order, tranche, units, on)
    with Deed(session, "surplus.hear", actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        verdict = hear_gate(
            deed, Gate.SURPLUS, claim, tranche=tranche, on=on, previous=None, trigger=trigger, units=units
        )
        passed = verdict.finding if isinstance(verdict, Passed) else None
        if passed and passed.certificate and own_draw(session, passed.certificate, tranche) is None:
            move_draw(deed, passed.certificate, tranche, units, DrawState.RESERVED)
    return verdict


def move_draw(
    deed: Deed, certificate: str, tranche: str, units: int, state: DrawState, *, expires_on: date | None = None
) -> None:
    """Move a tranche's draw one step: reserve, commit, use, or give its units back.

    A reservation lasts its term, or to `expires_on` where it carries on an earlier one.

    Raises ConflictError when the balance would fall below zero or the step does not follow from the last one.
    """
    session = deed.session
    row = session.row(CertificateBalance, certificate, certificate)
    last = _last_draw(deed, certificate, tranche)
    if row is None or ((last.state if last else None), state) not in STEPS:
        raise ConflictError(f"{tranche} cannot move to {state.value} on {certificate}")
    if last is not None:
        setattr(row, HELD_AS[last.state], getattr(row, HELD_AS[last.state]) - last.units)
    if state in HELD_AS:
        setattr(row, HELD_AS[state], getattr(row, HELD_AS[state]) + units)
    if row.units_reserved + row.units_committed + row.units_used > row.units_certified:
        raise ConflictError(f"{certificate} does not hold {units} units more")
    number = 1 + sum(draw.tranche == tranche for draw in session.of(certificate, Draw))
    number += sum(isinstance(value, Draw) and value.tranche == tranche for _, value, _, _ in deed.sealed)
    expires = None
    if state is DrawState.RESERVED:
        expires = expires_on or deed.on + timedelta(term("reservation_days", deed.on, session.law))
    deed.seal(Draw(f"draw:{tranche}/{number}", certificate, tranche, units, state, deed.on, expires), certificate)
    deed.put(row, certificate)


def _last_draw(deed: Deed, certificate: str, tranche: str) -> Draw | None:
    """The tranche's last draw, one of this same deed included."""
    here = [value for _, value, _, _ in deed.sealed if isinstance(value, Draw) and value.tranche == tranche]
    last = here[-1] if here else own_draw(deed.session, certificate, tranche)
    return last if last and last.state in HELD_AS else None


def give_back(session: Session, order: Order, tranche: str, on: date, *, state: DrawState, action: str) -> None:
    """Give a tranche's units back to its certificate: its reservation lapsed, or the goods came home."""
    assert order.certificate is not None
    last = own_draw(session, order.certificate, tranche)
    if last is None:
        return
    with Deed(session, action, actor="clock:office", on=on, subject=tranche, order=order.id) as deed:
        move_draw(deed, order.certificate, tranche, last.units, state)


def accept_home_delivery(session: Session, delivery: HomeDelivery, *, owner: str, signature: Signature) -> None:
    """The army accepted a month's deliveries of a class: planned and accepted units, signed."""
    with Deed(
        session, "surplus.accept_home_delivery", actor=owner, on=delivery.accepted_on, subject=f"home:{delivery.class_}"
    ) as deed:
        deed.seal(delivery, signatures=[signature])


def hearing_digest(session: Session, tranche: str) -> str:
    """What is the digest of the tranche's last hearing?"""
    hearing = session.newest(tranche, Hearing)
    assert hearing is not None
    return seal(hearing).digest
