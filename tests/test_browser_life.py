"""Does an order live in a browser, from application to reinvestment, by the persons concerned, for every reader?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import find_browser
from browser_walk import Walk, chromium, said, served
from carried import copy_sqlite, office_on, set_up, year_in

pytestmark = [pytest.mark.db, pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Facts:
    """What the persons know before they begin: the sale to repeat, the officers, the shortage and its supplier."""

    sale: Any
    opinions: tuple[str, ...]
    countersigner: str
    shortage: str
    supplier: str
    day: Any


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    """A carried world, and what is to be known about it."""
    find_browser()
    folder = tmp_path_factory.mktemp("browser")
    path = year_in(folder, "year.sqlite3")[1]
    with office_on(copy_sqlite(path, folder / "asked.sqlite3")):
        return path, facts()


def facts() -> Facts:
    from desk_life import deal, officer, today
    from test_desk import shortage_of

    from ecluse.licence.routes import effective
    from ecluse.office.desk.today import open_session
    from ecluse.office.people.bodies import name_of

    sale = deal()
    asked = sale.application
    terms = effective(asked.route, asked.goods_list, open_session().law, today())
    assert terms is not None
    shortage, supplier = shortage_of(asked.unit_price.currency)
    opinions = tuple(name_of(one, "uk") for one in terms.opinions_required)
    second = officer("authority:mod", "countersigner").person
    return Facts(sale, opinions, second, shortage, supplier, today())


@pytest.fixture
def walk(office: tuple[Path, Facts], tmp_path: Path) -> Iterator[tuple[Walk, Facts]]:
    """A person at a screen before this office; afterwards nothing may have been said, nor asked of another machine."""
    path, known = office
    set_up()
    with served(copy_sqlite(path, tmp_path / "office.sqlite3")) as address, chromium() as browser:
        walk = Walk(browser, address)
        yield walk, known
        assert walk.faults == []


def test_an_order_lives_by_persons_in_the_browser(walk: tuple[Walk, Facts]) -> None:
    person, known = walk
    statement = state_end_use(person, known)
    order = file(person, known, statement)
    license_it(person, known, order)
    deliver(person, known, order)
    reinvest(person, known, order)
    assert said("standing.passed") in person.page.locator("h1").inner_text()
    assert said("browse.through") in person.page.locator("main").inner_text()
    person.look("/orders/order/passed")


def state_end_use(person: Walk, known: Facts) -> str:
    """The end user's state promises what happens to the goods; the statement stands on the end user's page."""
    past = known.sale.order
    person.go("/sign-in/")
    person.look("/sign-in/")
    person.enter("end_user_state", f"authority:{past.destination.lower()}", to=f"/orders/{past.id}/")
    person.page.locator(f"main a[href='/parties/{past.end_user}/']").first.click()
    person.look("/parties/party")
    person.act("parties.state_end_use", number="N-77", model=past.model, units="3",
               valid_until=f"{known.day.year + 1}-12-31")  # fmt: skip
    statement = f"statement:{past.destination.lower()}-N-77"
    assert statement in person.page.locator("main").inner_text()
    return statement


def file(person: Walk, known: Facts, statement: str) -> str:
    """The exporter files: first with faults, which are said and linked; then rightly, and sees the order's page."""
    past, asked = known.sale.order, known.sale.application
    person.enter("exporter", past.exporter)
    person.look("/")
    person.follow(said("desk.licence.file.title"))
    person.look("/do/licence.file")
    person.fill(model=past.model, units="багато", buyer=past.buyer)
    person.send()
    person.check()
    assert person.page.evaluate("document.activeElement.className") == "errors"
    assert person.page.locator("#field-units").input_value() == "багато"
    suggests(person, past.carrier)
    price = asked.unit_price
    person.fill(
        units="3", unit_price=f"{price.minor // 100}.{price.minor % 100:02d} {price.currency}", line=past.line,
        certificate=past.certificate, buyer=past.buyer, end_user=past.end_user, destination=past.destination,
        statement=statement, consignee=past.consignee, carrier=past.carrier, transit="\n".join(past.transit),
        bank=past.bank, deliver_in=f"{known.day:%Y-%m}", permit=asked.permit.value, route=asked.route.value,
        contract_on=str(known.day), offered_on=str(asked.offered_on),
    )  # fmt: skip
    person.send()
    person.see_done("licence.file")
    person.look("/orders/order/open")
    return person.page.url.split("/orders/")[1].split("/?")[0]


def suggests(person: Walk, party: str) -> None:
    """While one types a name, its id is offered."""
    person.page.locator("#field-carrier").press_sequentially(party.rsplit(":", 1)[1])
    person.page.wait_for_selector(f"#field-carrier-list option[value='{party}']", state="attached")
    person.page.locator("#field-carrier").fill("")


def license_it(person: Walk, known: Facts, order: str) -> None:
    """Each authority speaks, the first by keyboard alone; an author proposes, a second officer countersigns."""
    here = f"/orders/{order}/"
    for number, authority in enumerate(known.opinions):
        person.enter("opinion", authority, to=here)
        if number == 0:
            by_keyboard(person)
        else:
            person.act("licence.give_opinion", voice="for", reason="Заперечень немає.")
    person.enter("author", to=here)
    person.act("licence.propose", grant="yes", reason="Критерії виконано.", countersigner=known.countersigner)
    person.enter("countersigner", to=here)
    person.act("licence.decide", read="yes")


def by_keyboard(person: Walk) -> None:
    """Tab to the button, Enter; Tab to the choice, an arrow; Tab to the reason, type; Tab to the button, Enter."""
    page, keys = person.page, person.page.keyboard

    def tab_to(wanted: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"the keyboard does not reach {wanted} on {page.url}")

    tab_to(".offers a[href*='licence.give_opinion']")
    keys.press("Enter")
    page.wait_for_url("**/do/licence.give_opinion/**")
    tab_to("#field-voice")
    keys.press("ArrowDown")
    tab_to("#field-reason")
    keys.type("Заперечень немає.")
    tab_to("form.form button")
    keys.press("Space")
    page.wait_for_url("**/orders/**")
    person.see_done("licence.give_opinion")


def deliver(person: Walk, known: Facts, order: str) -> None:
    """Packed, released, handed to the carrier and on to the end user, whose state certifies what arrived."""
    here, past = f"/orders/{order}/", known.sale.order
    person.enter("maker", known.sale.line.maker, to=here)
    person.act("custody.pack")
    person.act("custody.ask_release", ready="yes")
    person.act("custody.offer")
    person.enter("carrier", past.carrier, to=here)
    person.act("custody.hand_over", received="yes")
    person.act("custody.offer", to_custodian=past.end_user)
    person.enter("end_user", past.end_user, to=here)
    person.act("custody.hand_over", received="yes")
    person.enter("end_user_state", f"authority:{past.destination.lower()}", to=here)
    person.act("custody.verify_delivery")


def reinvest(person: Walk, known: Facts, order: str) -> None:
    """Money comes home, a contribution is paid, set aside and spent, and the army accepts what it bought."""
    here, past = f"/orders/{order}/", known.sale.order
    person.enter("bank", past.bank, to=here)
    person.act("proceeds.receive")
    person.enter("exporter", past.exporter, to=here)
    person.act("proceeds.contribute")
    person.enter("spender", to=here)
    person.act("proceeds.allocate", shortage=known.shortage)
    person.follow(known.shortage)
    person.look("/books/shortages/shortage")
    person.follow(said("desk.proceeds.purchase.title"))
    person.look("/do/proceeds.purchase")
    person.fill(supplier=known.supplier, destination="domestic", units="1", money=only(person, order),
                deliver_by=f"{known.day.year + 1}-03-01")  # fmt: skip
    person.send()
    person.see_done("proceeds.purchase")
    person.enter("receiver", to=f"/books/shortages/{known.shortage}/")
    purchase = f"purchase:{known.shortage}/{known.day}/"
    person.follow(said("desk.proceeds.accept.title"))
    person.look("/do/proceeds.accept")
    offered = person.page.locator(f"#field-purchase option[value^='{purchase}']").last.get_attribute("value")
    person.fill(purchase=offered, units="1")
    person.send()
    person.see_done("proceeds.accept")
    person.enter("exporter", past.exporter, to=here)


def only(person: Walk, order: str) -> str:
    """Tick only what was set aside out of this order. How much is it, as the page says?"""
    amount = ""
    for line in person.page.get_by_role("group", name=said("desk.field.allocations")).locator(".check").all():
        is_ours = order in line.inner_text()
        line.get_by_role("checkbox").set_checked(is_ours)
        amount = line.inner_text().split("·")[1] if is_ours else amount
    digits = re.sub(r"[^\d,]", "", amount).replace(",", ".")
    return f"{digits} {amount.split()[-1]}"
