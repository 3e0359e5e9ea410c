"""How does money move? Title, receipt, contribution, allocation, weekly purchases, acceptance, closed months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.money import Money
from ecluse.custody.terms import CustodyFinding
from ecluse.office.actions import proceeds as act
from ecluse.office.actions.hearings import last_finding
from ecluse.office.carry.manifests import order_of
from ecluse.office.facts.custody import Moving
from ecluse.office.facts.licence import rate_of
from ecluse.office.facts.proceeds import policy_for
from ecluse.order import Gate, Trigger
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

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage

DAYS_TO_PAY, DAYS_TO_CONTRIBUTE, DAYS_TO_ALLOCATE = 14, 7, 3
FRIDAY = 4


def pass_title(stage: Stage, going: Moving, finding: CustodyFinding, on: date) -> None:
    """Title passes for what was delivered; where nothing was sold the proceeds gate says so at once."""
    order, tranche = going.order, going.tranche
    if finding.units_delivered == 0:
        _hear(stage, tranche, on)
        return
    if stage.session.newest(tranche, TitleTransfer):
        return
    r, model = stage.row(order.id), stage.model(order.model)
    price = Money(r.unit_price_minor, r.currency)
    sale = Sale(
        f"sale:{tranche}", tranche, order.exporter, order.buyer, finding.units_delivered, price, model.unit_cost,
        model.development_share_bp, stage.home_order_value(order, price), r.contract_on,
    )  # fmt: skip
    invoice = price.times(finding.units_delivered)
    stated = stage.conduct(order.id).get(("title", "invoice_minor"))
    if stated:
        invoice = Money(int(stated), r.currency)
    title = TitleTransfer(f"title:{tranche}", tranche, finding.units_delivered, invoice, on)
    policy = policy_for(stage.session, on)
    due = due_under(policy.rule, sale, title, (), policy, rate_of(stage.session, r.currency, on)) if policy else None
    act.transfer_title(stage.session, order, sale, title, due)
    _expect(stage, tranche, title, on)


def _expect(stage: Stage, tranche: str, title: TitleTransfer, on: date) -> None:
    """The buyer pays, sooner or later or never; the office looks when the term has run."""
    conduct = stage.conduct(order_of(tranche))
    policy = policy_for(stage.session, on)
    if ("receipt", "none") not in conduct:
        late = int(conduct.get(("receipt", "late_days"), str(DAYS_TO_PAY)))
        stage.agenda.put(on + timedelta(late), "receive", tranche)
    if policy:
        stage.agenda.put(on + timedelta(policy.days_to_receive + 1), "proceeds", f"{tranche}|receipt")


def receive(stage: Stage, step: Step, on: date) -> None:
    """Money comes home."""
    tranche = step.key
    order, conduct = stage.order(order_of(tranche)), stage.conduct(order_of(tranche))
    sale, title = stage.session.newest(tranche, Sale), stage.session.newest(tranche, TitleTransfer)
    assert sale is not None
    assert title is not None
    minor = int(conduct.get(("receipt", "minor"), str(title.invoice.minor)))
    currency = conduct.get(("receipt", "currency"), title.invoice.currency)
    payer = conduct.get(("receipt", "payer"), order.buyer)
    receipt = Receipt(f"receipt:{tranche}", tranche, payer, order.bank, Money(minor, currency), on)
    act.receive(stage.session, order, sale, receipt)
    policy = policy_for(stage.session, title.on)
    if policy is None:
        return
    if ("contribution", "none") not in conduct:
        days = int(conduct.get(("contribution", "late_days"), str(DAYS_TO_CONTRIBUTE)))
        stage.agenda.put(on + timedelta(days), "contribute", tranche)
    stage.agenda.put(on + timedelta(policy.days_to_contribute + 1), "proceeds", f"{tranche}|contribution")


def contribute(stage: Stage, step: Step, on: date) -> None:
    """The exporter pays its contribution into the fund."""
    tranche = step.key
    order, conduct = stage.order(order_of(tranche)), stage.conduct(order_of(tranche))
    sale, title = stage.session.newest(tranche, Sale), stage.session.newest(tranche, TitleTransfer)
    assert sale is not None
    assert title is not None
    policy = policy_for(stage.session, title.on)
    assert policy is not None
    rate = rate_of(stage.session, title.invoice.currency, title.on)
    due = due_under(policy.rule, sale, title, tuple(stage.session.of(tranche, Receipt)), policy, rate)
    if due is None or due.minor == 0:
        return
    money = Money(int(conduct.get(("contribution", "minor"), str(due.minor))), due.currency)
    payer = conduct.get(("contribution", "payer"), order.exporter)
    paid = Contribution(f"contribution:{tranche}", tranche, payer, money, on)
    act.contribute(stage.session, order, sale, paid, money)
    if ("allocation", "none") in conduct:
        stage.agenda.put(on + timedelta(policy.days_to_allocate + 35), "proceeds", f"{tranche}|allocation")
    else:
        stage.agenda.put(on + timedelta(DAYS_TO_ALLOCATE), "allocate", tranche)


def allocate(stage: Stage, step: Step, on: date) -> None:
    """The fund sets the money aside for the gravest shortage that stood long enough."""
    tranche = step.key
    order, conduct = stage.order(order_of(tranche)), stage.conduct(order_of(tranche))
    paid = stage.session.newest(tranche, Contribution)
    assert paid is not None
    shortage = conduct.get(("allocation", "shortage")) or stage.gravest_shortage(on, paid.money.currency)
    officer = stage.officer("authority:treasury", "spender", on)
    if shortage is None or officer is None:
        return
    money = Money(int(conduct.get(("allocation", "minor"), str(paid.money.minor))), paid.money.currency)
    record = Allocation(f"allocation:{tranche}", tranche, shortage, money, on)
    act.allocate(stage.session, order, record, officer=officer)
    if ("purchase", "none") in conduct:
        policy = policy_for(stage.session, on)
        assert policy is not None
        stage.agenda.put(on + timedelta(policy.days_to_purchase + 1), "proceeds", f"{tranche}|purchase")
        return
    if not any(s.id == shortage for s in stage.session.of(shortage, Shortage)):
        stage.agenda.put(on + timedelta(40), "proceeds", f"{tranche}|shortage")
        return
    friday = on + timedelta((FRIDAY - on.weekday()) % 7)
    stage.agenda.put_once(friday, "purchase", f"{shortage}|{money.currency}")


def purchase(stage: Stage, step: Step, on: date) -> None:
    """On Fridays the fund buys for a shortage what the money set aside reaches for."""
    shortage, currency = step.key.split("|")
    supplier = next((s for s in stage.world.suppliers if s.shortage == shortage and s.currency == currency), None)
    officer = stage.officer("authority:treasury", "spender", on)
    open_allocations = list(stage.unspent(shortage, currency))
    total = sum(left for _, left in open_allocations)
    if supplier is None or officer is None or total < supplier.unit_price_minor:
        stage.agenda.put_once(on + timedelta(7), "purchase", step.key)
        return
    units = total // supplier.unit_price_minor
    bought = Purchase(
        f"purchase:{shortage}/{currency}/{on}", shortage, tuple(a.id for a, _ in open_allocations), supplier.supplier,
        Destination(supplier.destination), supplier.class_, units, Money(units * supplier.unit_price_minor, currency),
        on, on + timedelta(supplier.days_to_deliver),
    )  # fmt: skip
    act.purchase(stage.session, bought, officer=officer)
    stage.agenda.put(bought.deliver_by, "accept", f"{shortage}|{bought.id}")


def accept(stage: Stage, step: Step, on: date) -> None:
    """The army accepts a purchase; the tranches that paid for it are heard."""
    shortage, purchase_id = step.key.split("|", 1)
    bought = next(p for p in stage.session.of(shortage, Purchase) if p.id == purchase_id)
    delivery = PurchaseDelivery(f"accepted:{bought.id}", bought.id, bought.units, "authority:general-staff", on)
    act.accept(stage.session, bought, delivery, 0)
    paid_by = [a.tranche for a in stage.session.of(shortage, Allocation) if a.id in bought.allocations]
    for tranche in sorted(set(paid_by)):
        stage.agenda.put_once(max(on, stage.closed_from(tranche)), "proceeds", f"{tranche}|bought")


def close_period(stage: Stage, step: Step, on: date) -> None:
    """A controller closes the books of a month."""
    row = stage.world.index["period_closes"][step.key]
    close = PeriodClose(
        f"close:{row.month}",
        row.month,
        row.spender,
        row.controller,
        stage.authority_of(row.controller),
        on,
        stage.authority_of(row.spender),
    )
    act.close_period(stage.session, close)


def hear(stage: Stage, step: Step, on: date) -> None:
    """The office looks at a tranche's money: a term has run, or what it paid for has come."""
    tranche, why = step.key.split("|")
    conduct = stage.conduct(order_of(tranche))
    if why == "receipt" and _is_home(stage, tranche) and ("receipt", "currency") not in conduct:
        return
    differs = any(name == "contribution" for name, _ in conduct)
    paid = bool(stage.session.of(tranche, Contribution))
    if why == "contribution" and (not stage.session.of(tranche, Receipt) or (paid and not differs)):
        return
    if stage.passed(tranche):
        return
    _hear(stage, tranche, on, Trigger.MONEY if why == "bought" else Trigger.CLOCK)


def _is_home(stage: Stage, tranche: str) -> bool:
    title = stage.session.newest(tranche, TitleTransfer)
    received = sum(r.money.minor for r in stage.session.of(tranche, Receipt))
    return title is not None and received >= title.invoice.minor


def _hear(stage: Stage, tranche: str, on: date, trigger: Trigger = Trigger.FIRST) -> None:
    order = stage.order(order_of(tranche))
    licensed = stage.licence_finding(tranche)
    custody = last_finding(stage.session, tranche, Gate.CUSTODY, CustodyFinding)
    if licensed is None or custody is None:
        return
    act.hear_proceeds(stage.session, order, licensed[0], custody, on, trigger)


STEPS = {
    "receive": receive,
    "contribute": contribute,
    "allocate": allocate,
    "purchase": purchase,
    "accept": accept,
    "close_period": close_period,
    "proceeds": hear,
}
