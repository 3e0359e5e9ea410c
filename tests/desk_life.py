"""How does an order live by the hands of persons? Each step as one person's action at the desk, in a demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Deal:
    """What is sold to whom by which way: parties of an order that passed, a certificate with units left."""

    order: Any
    application: Any
    line: Any


def today() -> date:
    from ecluse.office.desk.today import today as day

    return day()


def representative(body: str) -> Any:
    """Who speaks for this party or authority? Put on record when first asked for."""
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Officer
    from ecluse.office.session import Mandate

    session, role = open_session(), body.split(":", maxsplit=1)[0]
    person = f"officer:rep-{body.replace(':', '-')}"
    found = session.newest(person, Officer)
    if found is None:
        with Deed(session, "office.register", actor="clock:office", on=today(), subject=f"register:{person}") as deed:
            deed.seal(Officer(person, body, role, person, today(), None), person)
        return Mandate(person, body, role, today(), None)
    return Mandate(person, body, role, found.valid_from, found.valid_until)


def officer(authority: str, role: str, person: str = "") -> Any:
    """Which officer of this authority acts in this role?"""
    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Officer
    from ecluse.office.session import Mandate

    for one in on_file(Officer):
        if (one.authority, one.role) == (authority, role) and person in ("", one.id):
            return Mandate(one.id, authority, role, one.valid_from, one.valid_until)
    raise LookupError((authority, role))


def desk_of(mandate: Any) -> Any:
    from ecluse.office.desk.registry import Desk
    from ecluse.office.desk.today import open_session

    return Desk(open_session(mandate), mandate, today())


def do(name: str, mandate: Any, subject: str, **raw: Any) -> Any:
    """Take this action as a page would: may I, is it the turn, what is filled in, what is typed?"""
    from ecluse.office.desk.form import raw_value, read_form
    from ecluse.office.desk.registry import all_actions, may

    desk, action = desk_of(mandate), all_actions()[name]
    assert may(desk, action, subject), f"{mandate.person} may not {name} {subject}"
    assert action.offers(desk, subject), f"{name} {subject} is not offered"
    given = {field: raw_value(value) for field, value in action.given(desk, subject).items()}
    choices = {field: offered(desk, subject) for field, offered in action.choices.items()}
    return action.do(desk, subject, read_form(action.form, {**given, **raw}, choices))


def deal() -> Deal:
    """Which order that passed can be repeated today: its certificate in force with units left, from home, no centre?"""
    from ecluse.custody.ranges import difference, normal
    from ecluse.custody.terms import Fate, Line, Marking, SerialBlock
    from ecluse.licence.terms import Application, GoodsList
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.custody import taken_in
    from ecluse.office.models import CertificateBalance, OrderRow
    from ecluse.office.registers import Order
    from ecluse.surplus.terms import Certificate

    session, blocks = open_session(), on_file(SerialBlock)
    left = {
        row.certificate: row.units_certified - row.units_reserved - row.units_committed - row.units_used
        for row in CertificateBalance.objects.all()
    }
    for row in OrderRow.objects.filter(standing="passed").order_by("-filed_on"):
        order, asked = session.newest(row.order, Order), session.newest(row.order, Application)
        certificate = session.newest(order.certificate, Certificate) if order.certificate else None
        if certificate is None or certificate.valid_until < today() or order.centre or order.consignee == order.buyer:
            continue
        free = sum(
            run.units()
            for block in blocks
            if block.line == order.line and block.model == order.model and not block.funded_for_home
            for run in difference(
                normal([m.range for m in session.of(block.id, Marking) if m.fate is Fate.MADE]),
                taken_in(session, block.id),
            )
        )
        is_plain = asked.permit.value == "one_off" and asked.goods_list is GoodsList.MILITARY
        line = session.newest(order.line, Line) if order.line else None
        if line and line.host == "UA" and is_plain and free >= 3 and left.get(order.certificate, 0) >= 3:
            return Deal(order, asked, line)
    raise LookupError("no order of this world can be repeated today")


def file(sale: Deal, units: int = 3, **also: str) -> str:
    """The end user's state states the end use, and the exporter files. Which order is it?"""
    from ecluse.office.models import OrderRow

    order, asked = sale.order, sale.application
    state = representative(f"authority:{order.destination.lower()}")
    statement = do(
        "parties.state_end_use", state, order.end_user, number=f"N-{OrderRow.objects.count()}", model=order.model,
        units=str(units), valid_until=f"{today().year + 1}-12-31",
    ).subject  # fmt: skip
    price = asked.unit_price
    done = do(
        "licence.file", representative(order.exporter), "office", model=order.model, units=str(units),
        unit_price=f"{price.minor // 100}.{price.minor % 100:02d} {price.currency}", buyer=order.buyer,
        end_user=order.end_user, consignee=order.consignee, carrier=order.carrier, bank=order.bank,
        destination=order.destination, deliver_in=f"{today():%Y-%m}", contract_on=str(today()),
        offered_on=str(asked.offered_on), permit=asked.permit.value, route=asked.route.value,
        certificate=order.certificate, statement=statement, line=order.line, transit=list(order.transit), **also,
    )  # fmt: skip
    return str(done.subject)


def license_it(sale: Deal, order: str) -> Any:
    """The authorities speak, one officer proposes, another countersigns. What did the gate say?"""
    from ecluse.licence.routes import effective
    from ecluse.office.desk import licence
    from ecluse.office.desk.registry import all_actions

    exporter = desk_of(representative(sale.order.exporter))
    for authority in licence.asked(exporter, order):
        do("licence.give_opinion", officer(authority, "opinion"), order, voice="for", reason="no objection")
    asked = sale.application
    terms = effective(asked.route, asked.goods_list, exporter.session.law, today())
    author = officer(terms.competent[0], "author")
    offered = all_actions()["licence.propose"].choices["countersigner"](desk_of(author), order)
    second = next(person for person, _ in offered if "mod" in person)
    do("licence.propose", author, order, grant="yes", reason="criteria met", countersigner=second)
    return do("licence.decide", officer("authority:mod", "countersigner", second), order, read="yes").verdict


def deliver(sale: Deal, order: str) -> Any:
    """Packed, released, handed to the carrier and on to the end user, certified by his state. What did the gate say?"""
    tranche, parties = f"{order}/0", sale.order
    maker, carrier = representative(sale.line.maker), representative(parties.carrier)
    do("custody.pack", maker, tranche)
    do("custody.ask_release", maker, tranche, ready="yes")
    do("custody.offer", maker, tranche, step="release", to_custodian=parties.carrier, place_state="UA")
    do("custody.hand_over", carrier, tranche, received="yes")
    do("custody.offer", carrier, tranche, step="delivery", to_custodian=parties.end_user,
       place_state=parties.destination)  # fmt: skip
    do("custody.hand_over", representative(parties.end_user), tranche, received="yes")
    state = representative(f"authority:{parties.destination.lower()}")
    return do("custody.verify_delivery", state, tranche).verdict


def reinvest(sale: Deal, order: str, shortage: str, supplier: str) -> Any:
    """Money comes home, a contribution is paid, set aside, spent, and the army accepts. What did the gate say?"""
    from ecluse.office.desk.today import open_session
    from ecluse.proceeds.terms import Allocation, Purchase

    tranche = f"{order}/0"
    do("proceeds.receive", representative(sale.order.bank), tranche)
    do("proceeds.contribute", representative(sale.order.exporter), tranche)
    spender = officer("authority:treasury", "spender")
    do("proceeds.allocate", spender, tranche, shortage=shortage)
    made = next(a for a in open_session().of(shortage, Allocation) if a.tranche == tranche)
    money = made.money
    do("proceeds.purchase", spender, shortage, allocations=[made.id], supplier=supplier, destination="domestic",
       units="1", money=f"{money.minor // 100}.{money.minor % 100:02d} {money.currency}",
       deliver_by=f"{today().year + 1}-03-01")  # fmt: skip
    bought = open_session().newest(shortage, Purchase)
    staff = representative("authority:general-staff")
    return do("proceeds.accept", staff, shortage, purchase=bought.id, units="1").verdict
