"""How does home take back what it urgently needs? Ordered by the staff, placed with makers, planned anew, then taken.

The plan is solved apart, in a process of its own; here documents are added up again and nothing else is believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.days import Month
from ecluse.base.errors import ConflictError, ForbiddenError
from ecluse.base.signing import Signature
from ecluse.base.words import say
from ecluse.custody.recall import Reach
from ecluse.edge.language import person_language
from ecluse.office.actions.custody import open_case
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.hearings import tranches_of
from ecluse.office.actions.opening import actor_of
from ecluse.office.actions.permissions import ACTIONS
from ecluse.office.actions.plan import PlanRefusedError, keep, read
from ecluse.office.actions.plan_holdings import holds_of, named, outstanding, units_drawn
from ecluse.office.actions.reopen import Followed, hear_again, is_delivered
from ecluse.office.actions.surplus import move_draw
from ecluse.office.facts.plan_surge import (
    adopted_last,
    has_licence,
    is_asked,
    order_named,
    out_of_reach,
    placed,
    stated,
    to_hear,
)
from ecluse.office.models import CertificateBalance
from ecluse.office.registers import Case, Order
from ecluse.office.session import Session
from ecluse.order import Gate, Trigger
from ecluse.plan.checker import PlanError
from ecluse.plan.taking import Shrunk, shrink
from ecluse.plan.terms import (
    ModelUnits,
    PlanSurplus,
    Surge,
    TakenUnits,
    UrgentOrder,
)
from ecluse.plan.urgent import beside, carried, read_form
from ecluse.surplus.terms import Certificate, DrawState, FundedOrder, Funder, MonthUnits, Withdrawal

ORDER, PLACE, STATE, TAKE = "plan.order_urgently", "plan.place_order", "plan.state_surplus", "plan.take_units"
Sign = Callable[[str, Any, date], Signature]


def order_urgently(session: Session, record: UrgentOrder, *, officer: str, sign: Sign) -> None:
    """The general staff needs these units. Raises PlanRefusedError where no adopted plan has their class and months."""
    actor_of(session, officer, ACTIONS[ORDER], record.on)
    adopted = adopted_last()
    question = adopted.document["question"] if adopted else {"pools": [], "months": []}
    wanted = [str(point.month) for point in record.wanted]
    if record.class_ not in {pool["id"] for pool in question["pools"]}:
        raise PlanRefusedError("urgent_class", record.class_)
    if not set(wanted) <= set(question["months"]) or min(wanted) < str(Month.of(record.on)):
        raise PlanRefusedError("urgent_months", " ".join(wanted))
    with Deed(session, ORDER, actor=officer, on=record.on, subject=record.id) as deed:
        deed.seal(record, signatures=[sign(record.owner, record, record.on)])


def place(session: Session, urgent: UrgentOrder, content: bytes, *, officer: str, on: date, sign: Sign) -> int:
    """Place the order with makers, shared as the plan shares it. How many funded orders are there now?

    Raises PlanRefusedError for a plan whose orders are not all of what is wanted, of this class and not before.
    """
    actor = actor_of(session, officer, ACTIONS[PLACE], on)
    kept, _ = read(session, content, on)
    if actor.authority == urgent.owner:
        raise ForbiddenError(say("deskplan.placed_by_another", person_language(), owner=urgent.owner))
    if placed(urgent):
        raise ConflictError(say("deskplan.placed_before", person_language(), order=urgent.id))
    orders = [order for order in kept.question["orders"] if order["id"].startswith(f"{urgent.id}/")]
    check_shares(kept.question, urgent, orders)
    months = [Month.parse(month) for month in kept.question["months"]]
    with Deed(session, PLACE, actor=officer, on=on, subject=urgent.id) as deed:
        for order in orders:
            due = tuple(MonthUnits(*pair) for pair in zip(months, order["units"], strict=True) if pair[1])
            record = FundedOrder(
                order["id"], actor.authority, Funder.HOME, order["product"], urgent.class_, due, on
            )  # fmt: skip
            deed.seal(record, record.model, [sign(actor.authority, record, on)])
    return len(orders)


def check_shares(question: Any, urgent: UrgentOrder, orders: Sequence[Any]) -> None:
    """Are these orders all that is wanted, of its class, none before it is wanted? Raises PlanRefusedError."""
    pools = {product["id"]: product["pool"] for product in question["products"]}
    due: Counter[str] = Counter()
    for order in orders:
        if pools.get(order["product"]) != urgent.class_ or order["id"] != f"{urgent.id}/{order['product']}":
            raise PlanRefusedError("urgent_shares", order["id"])
        due.update(dict(zip(question["months"], order["units"], strict=True)))
    wanted = {str(point.month): point.units for point in urgent.wanted}
    given = asked = 0
    for month in question["months"]:
        given, asked = given + due[month], asked + wanted.get(month, 0)
        if given > asked:
            raise PlanRefusedError("urgent_shares", f"{month}: {given} > {asked}")
    if given != urgent.units:
        raise PlanRefusedError("urgent_shares", f"{given} / {urgent.units}")


def state_surplus(
    session: Session, urgent: UrgentOrder, content: bytes, *, name: str, officer: str, on: date, sign: Sign
) -> PlanSurplus:
    """State what may still leave beside the new plan: the schedule in the file is added up again, and kept.

    Raises PlanRefusedError for another plan, order or month, or a schedule that does not hold.
    """
    actor = actor_of(session, officer, ACTIONS[STATE], on)
    adopted = adopted_last()
    if adopted is None or not is_asked(adopted.document, urgent):
        raise PlanRefusedError("urgent_not_planned", urgent.id)
    try:
        found = carried(adopted.document, read_form(content))
    except PlanError as error:
        raise PlanRefusedError("plan_does_not_hold", str(error)) from None
    says = found.document, found.urgent_order, found.first_month
    if says != (adopted.plan.document, urgent.id, str(Month.of(on))):
        raise PlanRefusedError("urgent_other_plan", " ".join(says)[:200])
    record = PlanSurplus(
        f"surplus:{urgent.id}/{len(session.of(urgent.id, PlanSurplus)) + 1}", urgent.id, adopted.plan.id, actor.person,
        actor.authority, Month.of(on), tuple(ModelUnits(*pair) for pair in sorted(found.units.items())),
        digest(content), on,
    )  # fmt: skip
    with Deed(session, STATE, actor=officer, on=on, subject=urgent.id) as deed:
        deed.seal(record, signatures=[sign(officer, record, on)])
        keep(deed, content, name)
    return record


# ------------------------------------------------------------------ taking


def to_take(session: Session, urgent: UrgentOrder, on: date) -> tuple[PlanSurplus, list[Shrunk]]:
    """What would be taken today? Raises PlanRefusedError where nothing was stated of the adopted plan's surplus."""
    adopted = adopted_last()
    surplus = stated(session, urgent, adopted.plan) if adopted else None
    if adopted is None or surplus is None:
        raise PlanRefusedError("urgent_not_planned", urgent.id)
    return surplus, _found(session, urgent, surplus, beside(adopted.document["question"], urgent.class_), on)


def _found(
    session: Session, urgent: UrgentOrder, surplus: PlanSurplus, models: Collection[str], on: date
) -> list[Shrunk]:
    """What is to be taken of these models; what was stopped before is not stopped twice."""
    known = {one.tranche for surge in session.of(urgent.id, Surge) for one in surge.stopped}
    carried_units = {one.model: one.units for one in surplus.carried}
    found = shrink(outstanding(session, on, models), carried_units)
    left = [replace(one, stopped=tuple(hold for hold in one.stopped if hold.tranche not in known)) for one in found]
    return [one for one in left if one.units or one.stopped]


def is_back(session: Session, urgent: UrgentOrder, on: date) -> Callable[[PlanSurplus, Surge], bool]:
    """Did units come back, of the models whose tranches were called back, that are home's to draw?"""

    def asked(surplus: PlanSurplus, surge: Surge) -> bool:
        called = {one.certificate for one in surge.stopped if one.reach is Reach.MOVING}
        # What was stopped took all that nobody had drawn: only what came back is free on its certificate.
        rows = (session.row(CertificateBalance, one, one) for one in sorted(called))
        freed = [row.certificate for row in rows if row and row.units_certified > units_drawn(row)]
        certificates = [session.newest(one, Certificate) for one in freed]
        models = {one.model for one in certificates if one}
        return bool(models) and bool(_found(session, urgent, surplus, models, on))

    return asked


def take(session: Session, urgent: UrgentOrder, *, officer: str, on: date, sign: Sign) -> Surge:
    """Home draws what certificates no longer carry: in one deed undrawn units, and those of tranches that stop.

    What stops is heard again afterwards, by `follow`; what is moving is called back by the licensing authority.
    """
    actor = actor_of(session, officer, ACTIONS[TAKE], on)
    surplus, found = to_take(session, urgent, on)
    if not found and session.of(urgent.id, Surge):
        raise ConflictError(say("deskplan.nothing_to_take", person_language(), order=urgent.id))
    for one in found:
        certificate = session.newest(one.certificate, Certificate)
        if certificate is None or certificate.owner != actor.authority:
            raise ForbiddenError(say("deskplan.others_certificate", person_language(), certificate=one.certificate))
    stopped = tuple(named(session, one.certificate, hold) for one in found for hold in one.stopped)
    id = f"surge:{urgent.id}/{len(session.of(urgent.id, Surge)) + 1}"
    record = Surge(
        id, urgent.id, surplus.id, actor.person, actor.authority,
        tuple(TakenUnits(one.certificate, one.units) for one in found if one.units), stopped, on,
    )  # fmt: skip
    with Deed(session, TAKE, actor=officer, on=on, subject=urgent.id) as deed:
        deed.seal(record, signatures=[sign(officer, record, on)])
        for one in found:
            _draw_for_home(deed, id, one)
        for certificate in _to_withdraw(session, record):
            withdrawal = Withdrawal(f"withdrawal:{certificate.id}", certificate.id, certificate.owner, on, id)
            deed.seal(withdrawal, certificate.id, [sign(certificate.owner, withdrawal, on)])
    return record


def _to_withdraw(session: Session, surge: Surge) -> list[Certificate]:
    """Which certificates are withdrawn whole: all is stopped, and something moves whose licence was used up?

    Such a licence cannot be suspended any more: what is on its way is reached by the certificate alone.
    """
    moving = [one for one in surge.stopped if one.reach is Reach.MOVING]
    names = {one.certificate for one in moving if not has_licence(session, one.tranche, surge.on)}
    stopped = {one.tranche for one in surge.stopped}
    certificates = [session.newest(name, Certificate) for name in sorted(names)]
    return [
        one for one in certificates
        if one and session.newest(one.id, Withdrawal) is None
        and {hold.tranche for hold in holds_of(session, one)} <= stopped
    ]  # fmt: skip


def _draw_for_home(deed: Deed, surge: str, one: Shrunk) -> None:
    """What stops gives its units up, and home commits them with the undrawn ones."""
    for hold in one.stopped:
        if hold.reach is not Reach.MOVING:
            move_draw(deed, one.certificate, hold.tranche, hold.units, DrawState.RELEASED)
    if one.units:
        for state in (DrawState.RESERVED, DrawState.COMMITTED):
            move_draw(deed, one.certificate, f"{surge}/{one.certificate}", one.units, state)


def follow(session: Session, surge: Surge, on: date) -> list[Followed]:
    """Every stopped tranche is heard again: not licensed, it is not; licensed, it is suspended; packed, unpacked.

    It asks the records what is left to do, so it may run again.
    """
    found: list[Followed] = []
    for one in to_hear(session, surge):
        order = order_named(session, one.tranche)
        found += hear_again(session, order, one.tranche, Gate.SURPLUS, Trigger.CERTIFICATE_WITHDRAWN, on).followed
        if one.is_licensed:
            open_cases(session, order, surge, on)
    for one in out_of_reach(session, surge):
        if all(case.reason != surge.id for case in session.of(one.tranche, Case)):
            open_case(session, order_named(session, one.tranche), one.tranche, Gate.SURPLUS, surge.id, on)
    return found


def open_cases(session: Session, order: Order, surge: Surge, on: date) -> list[Case]:
    """What was delivered already under a licence that stops becomes a case, once for a surge."""
    rows = [row for row in tranches_of(session, order.id) if not row.is_split]
    names = [row.tranche for row in rows if is_delivered(session, order, row.tranche)]
    known = {case.tranche for name in names for case in session.of(name, Case) if case.reason == surge.id}
    return [open_case(session, order, name, Gate.SURPLUS, surge.id, on) for name in names if name not in known]
