"""Which actions has a person at the proceeds gate? Receive, contribute, allocate, buy, accept, close, have heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.verdict import Passed
from ecluse.custody.terms import CustodyFinding
from ecluse.licence.terms import Application
from ecluse.office.actions import custody as custody_act
from ecluse.office.actions import proceeds as act
from ecluse.office.desk.follow import hear_money, moving
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.refs import mandates_on_file, on_file
from ecluse.office.desk.registry import About, Action, Desk, Done, Verdict
from ecluse.office.facts.licence import rate_of
from ecluse.office.facts.proceeds import policy_for
from ecluse.office.registers import Order, Release
from ecluse.proceeds.contribution import due_under
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    Destination,
    PeriodClose,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    Shortage,
    TitleTransfer,
)
from ecluse.surplus.terms import FundedOrder, Funder

CHOICE = {"choice": True}
STAFF = "authority:general-staff"


def close_chain(desk: Desk, tranche: str) -> Verdict | None:
    """Is the chain closed? Then title passes for what was delivered, and the contribution falls due."""
    going = moving(desk, tranche)
    if going is None or not desk.session.of(tranche, Release):
        return None
    verdict = custody_act.close_chain(desk.session, going, desk.on, log=desk.log_of(going.order))
    if isinstance(verdict, Passed) and verdict.finding.units_delivered:
        _pass_title(desk, going.order, tranche, verdict.finding)
    elif isinstance(verdict, Passed):
        return hear_money(desk, tranche)
    return verdict


def _pass_title(desk: Desk, order: Order, tranche: str, finding: CustodyFinding) -> None:
    session = desk.session
    application = session.newest(order.id, Application)
    if application is None or session.of(tranche, TitleTransfer):
        return
    price, model = application.unit_price, desk.model(order)
    sale = Sale(
        f"sale:{tranche}", tranche, order.exporter, order.buyer, finding.units_delivered, price, model.unit_cost,
        model.development_share_bp, price.times(_home_units(desk, order)), order.contract_on,
    )  # fmt: skip
    title = TitleTransfer(
        f"title:{tranche}", tranche, finding.units_delivered, price.times(finding.units_delivered), desk.on
    )
    policy = policy_for(session, desk.on)
    rate = rate_of(session, price.currency, desk.on)
    due = due_under(policy.rule, sale, title, (), policy, rate) if policy else None
    act.transfer_title(session, order, sale, title, due, actor="clock:office")


def _home_units(desk: Desk, order: Order) -> int:
    """How many units of this model did the home state order and fund itself?"""
    return sum(
        point.units for funded in desk.session.of(order.model, FundedOrder) if funded.funder is Funder.HOME
        for point in funded.due
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receive:
    """How much came home, from whom?"""

    money: Money
    payer: str


def receive(desk: Desk, subject: str, form: Receive) -> Done:
    """Report, as the bank of the sale, what came home."""
    sale = _sale(desk, subject)
    number = 1 + len(desk.session.of(subject, Receipt))
    receipt = Receipt(f"receipt:{subject}/{number}", subject, form.payer, desk.body, form.money, desk.on)
    act.receive(desk.session, desk.order_of(subject), sale, receipt)
    return Done(subject)


def _sale(desk: Desk, tranche: str) -> Sale:
    found = desk.session.newest(tranche, Sale)
    if found is None:
        raise FormError([Fault("money", "form.fault.not_sold", tranche)])
    return found


def is_to_receive(desk: Desk, subject: str) -> bool:
    """Did title pass, and is this the sale's bank?"""
    return desk.order_of(subject).bank == desk.body and desk.session.newest(subject, TitleTransfer) is not None


def what_is_owed(desk: Desk, subject: str) -> dict[str, object]:
    """How much of the invoice is not home?"""
    title = desk.session.newest(subject, TitleTransfer)
    if title is None:
        return {}
    home = sum(r.money.minor for r in desk.session.of(subject, Receipt) if r.money.currency == title.invoice.currency)
    left = max(0, title.invoice.minor - home)
    return {"money": Money(left, title.invoice.currency), "payer": desk.order_of(subject).buyer}


@dataclass(frozen=True, slots=True)
class Contribute:
    """How much is paid into the fund?"""

    money: Money


def contribute(desk: Desk, subject: str, form: Contribute) -> Done:
    """Pay the contribution of a sale into the fund."""
    sale, number = _sale(desk, subject), 1 + len(desk.session.of(subject, Contribution))
    paid = Contribution(f"contribution:{subject}/{number}", subject, desk.body, form.money, desk.on)
    act.contribute(desk.session, desk.order_of(subject), sale, paid, form.money)
    return Done(subject)


def is_to_contribute(desk: Desk, subject: str) -> bool:
    """Is something due from this exporter?"""
    left = what_is_due(desk, subject).get("money")
    return desk.order_of(subject).exporter == desk.body and isinstance(left, Money) and left.minor > 0


def what_is_due(desk: Desk, subject: str) -> dict[str, object]:
    """How much of the contribution is not paid?"""
    session = desk.session
    title, sale = session.newest(subject, TitleTransfer), session.newest(subject, Sale)
    policy = policy_for(session, title.on) if title else None
    if title is None or sale is None or policy is None:
        return {}
    rate = rate_of(session, title.invoice.currency, title.on)
    due = due_under(policy.rule, sale, title, tuple(session.of(subject, Receipt)), policy, rate)
    if due is None:
        return {}
    paid = sum(c.money.minor for c in session.of(subject, Contribution) if c.money.currency == due.currency)
    return {"money": Money(max(0, due.minor - paid), due.currency)}


@dataclass(frozen=True, slots=True)
class NameShortage:
    """Which class is short, by how many units, how gravely?"""

    class_: str
    units: int
    priority: int


def is_staff(desk: Desk, subject: str) -> bool:
    """Does this person speak for the general staff?"""
    return desk.body == STAFF


def name_shortage(desk: Desk, subject: str, form: NameShortage) -> Done:
    """Name a shortage, in the general staff's own name; after 30 days in the log it may be served."""
    number = 1 + len(on_file(Shortage))
    shortage = Shortage(
        f"shortage:{desk.on.year}-{number:04d}", desk.body, form.class_, form.units, form.priority, desk.on
    )
    act.name_shortage(desk.session, shortage, desk.on, signature=desk.sign(desk.body, shortage))
    return Done(shortage.id)


@dataclass(frozen=True, slots=True)
class Allocate:
    """How much of the contribution goes to which shortage?"""

    shortage: str = field(metadata=CHOICE)
    money: Money = field()


def allocate(desk: Desk, subject: str, form: Allocate) -> Done:
    """Set part of a contribution aside for a named shortage."""
    noted = len([a for a in desk.session.of(form.shortage, Allocation) if a.tranche == subject])
    record = Allocation(
        f"allocation:{subject}/{form.shortage}/{noted + 1}", subject, form.shortage, form.money, desk.on
    )
    act.allocate(desk.session, desk.order_of(subject), record, officer=desk.person)
    return Done(subject)


def shortages(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which shortages are named, the gravest first?"""
    named = sorted(on_file(Shortage), key=lambda s: (s.priority, s.named_on, s.id))
    return [(s.id, f"{s.id} · {s.class_} · {s.units} · {s.named_on}") for s in named]


def is_paid(desk: Desk, subject: str) -> bool:
    """Was a contribution paid for this tranche?"""
    return bool(desk.session.of(subject, Contribution))


def what_was_paid(desk: Desk, subject: str) -> dict[str, object]:
    """How much was paid into the fund for this tranche?"""
    paid = desk.session.of(subject, Contribution)
    return {"money": Money(sum(c.money.minor for c in paid), paid[0].money.currency)} if paid else {}


@dataclass(frozen=True, slots=True)
class Buy:
    """What is bought for a shortage, from whom, out of which allocations?"""

    allocations: tuple[str, ...]
    supplier: str
    destination: Destination
    units: int
    money: Money
    deliver_by: date


def buy(desk: Desk, subject: str, form: Buy) -> Done:
    """Buy for a named shortage out of what was set aside for it."""
    shortage = desk.session.newest(subject, Shortage)
    set_aside = {a.id for a in desk.session.of(subject, Allocation)}
    if shortage is None or not set(form.allocations) <= set_aside:
        raise FormError([Fault("allocations", "form.fault.not_on_file", ", ".join(form.allocations)[:80])])
    number = 1 + len(desk.session.of(subject, Purchase))
    bought = Purchase(
        f"purchase:{subject}/{desk.on}/{number}", subject, form.allocations, form.supplier, form.destination,
        shortage.class_, form.units, form.money, desk.on, form.deliver_by,
    )  # fmt: skip
    act.purchase(desk.session, bought, officer=desk.person)
    return Done(subject)


def what_is_set_aside(desk: Desk, subject: str) -> dict[str, object]:
    """Which allocations of this shortage are cited by no purchase?"""
    cited = {id for purchase in desk.session.of(subject, Purchase) for id in purchase.allocations}
    return {"allocations": tuple(a.id for a in desk.session.of(subject, Allocation) if a.id not in cited)}


@dataclass(frozen=True, slots=True)
class Accept:
    """How many units of which purchase did the army accept?"""

    purchase: str = field(metadata=CHOICE)
    units: int = field()


def accept(desk: Desk, subject: str, form: Accept) -> Done:
    """Accept units of a purchase; the sales that paid for it are heard."""
    bought = {purchase.id: purchase for purchase in desk.session.of(subject, Purchase)}[form.purchase]
    before = sum(d.units for d in desk.session.of(subject, PurchaseDelivery) if d.purchase == bought.id)
    if not 0 < form.units <= bought.units - before:
        raise FormError([Fault("units", "form.fault.range", str(form.units))])
    delivery = PurchaseDelivery(f"accepted:{bought.id}/{before}", bought.id, form.units, desk.body, desk.on)
    act.accept(desk.session, bought, delivery, before)
    paid_by = {a.tranche for a in desk.session.of(subject, Allocation) if a.id in bought.allocations}
    verdicts = [hear_money(desk, tranche) for tranche in sorted(paid_by)]
    return Done(subject, next((verdict for verdict in verdicts if verdict), None))


def purchases(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which purchases of this shortage wait for units?"""
    taken: dict[str, int] = {}
    for delivery in desk.session.of(subject, PurchaseDelivery):
        taken[delivery.purchase] = taken.get(delivery.purchase, 0) + delivery.units
    return [
        (p.id, f"{p.id} · {p.units - taken.get(p.id, 0)}") for p in desk.session.of(subject, Purchase)
        if p.units > taken.get(p.id, 0)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """Which month's books are closed, and who spent in it?"""

    month: Month
    spender: str = field(metadata=CHOICE)


def close_period(desk: Desk, subject: str, form: ClosePeriod) -> Done:
    """Close the books of a month, as a controller who does not spend."""
    if desk.session.digest_of("books", f"close:{form.month}"):
        raise FormError([Fault("month", "form.fault.closed", str(form.month))])
    spender = next(one for one in mandates_on_file() if (one.id, one.role) == (form.spender, "spender"))
    close = PeriodClose(
        f"close:{form.month}", form.month, form.spender, desk.person, desk.body, desk.on, spender.authority
    )
    act.close_period(desk.session, close)
    return Done("books")


def _spenders(desk: Desk, subject: str) -> list[tuple[str, str]]:
    return [(one.id, f"{one.name} ({one.authority})") for one in mandates_on_file() if one.role == "spender"]


@dataclass(frozen=True, slots=True)
class AskHearing:
    """Asks that the money of a tranche be looked at."""

    ready: bool


def ask_hearing(desk: Desk, subject: str, form: AskHearing) -> Done:
    """Have the proceeds gate look at a tranche's money today."""
    return Done(subject, hear_money(desk, subject))


def has_title(desk: Desk, subject: str) -> bool:
    """Did title pass?"""
    return desk.session.newest(subject, TitleTransfer) is not None


ACTIONS = (
    Action("proceeds.receive", About.TRANCHE, Receive, receive, is_to_receive, given=what_is_owed),
    Action("proceeds.contribute", About.TRANCHE, Contribute, contribute, is_to_contribute, given=what_is_due),
    Action("proceeds.allocate", About.TRANCHE, Allocate, allocate, is_paid, choices={"shortage": shortages},
           given=what_was_paid),
    Action("proceeds.name_shortage", About.OFFICE, NameShortage, name_shortage, is_staff),
    Action("proceeds.purchase", About.SHORTAGE, Buy, buy, given=what_is_set_aside),
    Action("proceeds.accept", About.SHORTAGE, Accept, accept,
           lambda desk, subject: bool(purchases(desk, subject)), choices={"purchase": purchases}),
    Action("proceeds.close", About.OFFICE, ClosePeriod, close_period, choices={"spender": _spenders}),
    Action("proceeds.ask_hearing", About.TRANCHE, AskHearing, ask_hearing, has_title, permit="proceeds.close"),
)  # fmt: skip
