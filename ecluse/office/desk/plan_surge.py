"""Which actions has a person when home urgently needs more? Order, place, state the surplus, take it, call back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from ecluse.base.days import Month
from ecluse.custody.recall import Reach
from ecluse.office.actions import plan_recall, plan_surge
from ecluse.office.actions.permissions import ONLY
from ecluse.office.actions.plan import PlanRefusedError
from ecluse.office.actions.split import near_equal
from ecluse.office.desk.form import Fault, FormError, Upload
from ecluse.office.desk.opening import plain
from ecluse.office.desk.registry import About, Action, Desk, Done, Effect
from ecluse.office.facts.plan_surge import Waits, adopted_last, is_planned, to_recall, urgent_orders, waits_for
from ecluse.office.facts.sides import is_low
from ecluse.office.session import Session
from ecluse.plan.kept import DOCUMENT_BYTES_LIMIT
from ecluse.plan.terms import Surge, UrgentOrder
from ecluse.surplus.terms import MonthUnits

LONG, CHOICE = {"long": True}, {"choice": True}
RECALL = "plan.recall"


@dataclass(frozen=True, slots=True)
class OrderUrgently:
    """How many units of which class does home need more, in equal parts from which month to which, and why?"""

    class_: str = field(metadata=CHOICE)
    units: int = field()
    first_month: Month = field()
    last_month: Month = field()
    reason: str = field(metadata=LONG)


def order_urgently(desk: Desk, subject: str, form: OrderUrgently) -> Done:
    """Order units for home urgently: from here on the plan is made again, and certificates give up what home needs."""
    if form.last_month < form.first_month:
        raise FormError([Fault("last_month", "form.fault.range", str(form.last_month))])
    months = list(form.first_month.until(form.last_month))
    if form.units < len(months):
        raise FormError([Fault("units", "form.fault.range", str(form.units))])
    wanted = tuple(MonthUnits(*pair) for pair in zip(months, near_equal(form.units, len(months)), strict=True))
    number = 1 + len(urgent_orders())
    record = UrgentOrder(f"urgent:{desk.on.year}-{number}", desk.body, form.class_, wanted, form.reason, desk.on)
    _by_field("class_", lambda: plan_surge.order_urgently(desk.session, record, officer=desk.person, sign=desk.sign))
    return Done("office")


def classes_planned(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which classes has the adopted plan?"""
    adopted = adopted_last()
    return [(pool["id"], pool["id"]) for pool in adopted.document["question"]["pools"]] if adopted else []


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Which urgent order is placed, as which plan file shares it among makers?"""

    urgent_order: str = field(metadata=CHOICE)
    file: Upload = field()


def place_order(desk: Desk, subject: str, form: PlaceOrder) -> Done:
    """Place an urgent order with makers, as the new plan shares it: from here on it is a funded order like others."""
    content = _content(form.file)
    _by_field("file", lambda: plan_surge.place(
        desk.session, _named(form.urgent_order), content, officer=desk.person, on=desk.on, sign=desk.sign,
    ))  # fmt: skip
    return Done("office")


@dataclass(frozen=True, slots=True)
class StateSurplus:
    """For which urgent order, in which file of `ecluse surge`, stands what may still leave?"""

    urgent_order: str = field(metadata=CHOICE)
    file: Upload = field()


def state_surplus(desk: Desk, subject: str, form: StateSurplus) -> Done:
    """State what may still leave beside the new plan: a schedule of making, added up again to the last unit."""
    content = _content(form.file)
    _by_field("file", lambda: plan_surge.state_surplus(
        desk.session, _named(form.urgent_order), content, name=plain(form.file.name), officer=desk.person, on=desk.on,
        sign=desk.sign,
    ))  # fmt: skip
    return Done("office")


@dataclass(frozen=True, slots=True)
class ForOrder:
    """For which urgent order?"""

    urgent_order: str = field(metadata=CHOICE)


def take_units(desk: Desk, subject: str, form: ForOrder) -> Done:
    """Take for home what certificates no longer carry; what stops is heard again. A broken-off taking goes on."""
    urgent = _named(form.urgent_order)
    if waits_of(desk, urgent) is not Waits.HEAR:
        _by_field("urgent_order", lambda: plan_surge.take(
            desk.session, urgent, officer=desk.person, on=desk.on, sign=desk.sign,
        ))  # fmt: skip
    for surge in desk.session.of(urgent.id, Surge):
        plan_surge.follow(desk.session, surge, desk.on)
    return Done("office")


def would_stop(desk: Desk, subject: str, form: ForOrder) -> list[Effect]:
    """How many certificates would shrink, which licences stop, which consignments be unpacked or called back?"""
    try:
        _, found = plan_surge.to_take(desk.session, _named(form.urgent_order), desk.on)
    except PlanRefusedError:
        return []
    shrinking = tuple(one.certificate for one in found)
    stopped = [hold for one in found for hold in one.stopped]
    licences = tuple(sorted({f"licence:{hold.tranche.rsplit('/', 1)[0]}" for hold in stopped if hold.is_licensed}))
    gone = tuple(hold.tranche for hold in stopped if hold.reach in (Reach.PACKED, Reach.MOVING))
    return [
        Effect("effect.certificates", len(shrinking), shrinking), Effect("effect.licences", len(licences), licences),
        Effect("effect.consignments", len(gone), gone),
    ]  # fmt: skip


def recall(desk: Desk, subject: str, form: ForOrder) -> Done:
    """Suspend the licences of what is moving and no longer fits, and call it back."""
    for surge in desk.session.of(form.urgent_order, Surge):
        plan_recall.recall(desk.session, surge, officer=desk.person, on=desk.on, sign=desk.sign)
    return Done("office")


def would_turn_back(desk: Desk, subject: str, form: ForOrder) -> list[Effect]:
    """Which licences would be suspended, which consignments turn back?"""
    surges = desk.session.of(form.urgent_order, Surge)
    orders = tuple(one for surge in surges for one in plan_recall.orders_to_recall(desk.session, surge))
    moving = tuple(one.tranche for surge in surges for one in to_recall(desk.session, surge))
    return [
        Effect("effect.licences", len(orders), tuple(f"licence:{order}" for order in orders)),
        Effect("effect.consignments", len(moving), moving),
    ]


# ------------------------------------------------------------------ whose turn it is

_KNOWN: WeakKeyDictionary[Session, dict[str, Waits]] = WeakKeyDictionary()
WAITED = {
    plan_surge.PLACE: (Waits.PLACE,), plan_surge.STATE: (Waits.STATE,), plan_surge.TAKE: (Waits.TAKE, Waits.HEAR),
    RECALL: (Waits.RECALL,),
}  # fmt: skip


def waiting_for(name: str) -> Callable[[Desk, str], list[tuple[str, str]]]:
    """Which urgent orders wait for this action?"""

    def asked(desk: Desk, subject: str) -> list[tuple[str, str]]:
        placed = urgent_orders()
        if not placed or is_low(desk.session):
            return []
        return [
            (urgent.id, f"{urgent.id} ({urgent.class_}, {urgent.units})") for urgent in placed
            if waits_of(desk, urgent) in WAITED[name]
        ]  # fmt: skip

    return asked


def waits_of(desk: Desk, urgent: UrgentOrder) -> Waits:
    """What does this order wait for? Asked of the records once in a session: every form of a page asks it."""
    known = _KNOWN.setdefault(desk.session, {})
    if urgent.id not in known:
        known[urgent.id] = waits_for(desk.session, urgent, plan_surge.is_back(desk.session, urgent, desk.on))
    return known[urgent.id]


def _offered(name: str) -> Callable[[Desk, str], bool]:
    asked = waiting_for(name)
    return lambda desk, subject: bool(asked(desk, subject))


def _named(id: str) -> UrgentOrder:
    found = next((one for one in urgent_orders() if one.id == id), None)
    if found is None:
        raise FormError([Fault("urgent_order", "form.fault.not_on_file", id)])
    return found


def _content(file: Upload) -> bytes:
    if not 0 < len(file.content) <= DOCUMENT_BYTES_LIMIT:
        raise FormError([Fault("file", "form.fault.plan_size", str(len(file.content)))])
    return file.content


def _by_field(name: str, do: Callable[[], Any]) -> None:
    """What the office refuses is a fault of the field that said it."""
    try:
        do()
    except PlanRefusedError as error:
        raise FormError([Fault(name, error.key, error.found)]) from None


def _may_order(desk: Desk, subject: str) -> bool:
    return not is_low(desk.session) and ONLY[plan_surge.ORDER] == desk.body and is_planned()


def _step(name: str, form: type, do: Any, preview: Any = None) -> Action:
    return Action(name, About.OFFICE, form, do, _offered(name), {"urgent_order": waiting_for(name)}, preview)


ACTIONS = (
    Action(plan_surge.ORDER, About.OFFICE, OrderUrgently, order_urgently, _may_order,
           choices={"class_": classes_planned},
           given=lambda desk, subject: {"first_month": Month.of(desk.on), "last_month": Month.of(desk.on)}),
    _step(plan_surge.PLACE, PlaceOrder, place_order),
    _step(plan_surge.STATE, StateSurplus, state_surplus),
    _step(plan_surge.TAKE, ForOrder, take_units, would_stop),
    _step(RECALL, ForOrder, recall, would_turn_back),
)  # fmt: skip
