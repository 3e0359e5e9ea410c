"""How did an order stand on a day, and what would stop? The page of one order, looked back at, and previews counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in
from desk_life import deal, deliver, desk_of, do, file, license_it, officer, representative, today

pytestmark = [pytest.mark.db, pytest.mark.slow]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("known"))[1]


@pytest.fixture
def office(year: Path, tmp_path: Path) -> Iterator[None]:
    with office_on(copy_sqlite(year, tmp_path / "office.sqlite3")):
        yield


def browser(person: str) -> Any:
    """A browser in which this person is signed in."""
    from django.test import Client

    from ecluse.office.actions.people import open_demonstration_account

    found = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
    account = open_demonstration_account(person, person, "en")
    found.force_login(account.user, backend="ecluse.office.people.backend.OfficeBackend")
    return found


def author() -> Any:
    return browser(officer("authority:ssecu", "author").person)


def lived() -> tuple[Any, list[date]]:
    """An order that was delivered, and the days on which its hearings were held."""
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Order
    from ecluse.order import Gate, Hearing

    session = open_session()
    for order in on_file(Order):
        heard = session.of(f"{order.id}/0", Hearing)
        days = sorted({hearing.on for hearing in heard})
        if len(days) > 2 and {Gate.LICENCE, Gate.CUSTODY} <= {hearing.gate for hearing in heard}:
            return order, days
    raise LookupError("no order of this world lived long enough")


def page_on(reader: Any, order: str, day: Any) -> Any:
    return reader.get(f"/orders/{order}/", {"on": str(day)})


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


# ------------------------------------------------------------------ as known on a day


def test_a_day_gone_by_shows_what_was_on_file_then_and_offers_nothing(office: None) -> None:
    from ecluse.base.words import spell
    from ecluse.office.models import Record

    order, days = lived()
    reader = author()
    now, then = text_of(reader.get(f"/orders/{order.id}/")), text_of(page_on(reader, order.id, days[0]))
    later = Record.objects.filter(order=order.id, on__gt=days[0]).order_by("-on").values_list("on", flat=True).first()
    assert f"on file at the end of {spell(days[0], 'en')}" in then
    assert spell(later, "en") in now
    assert spell(later, "en") not in then
    assert then.count("Not heard") > now.count("Not heard")
    assert 'id="now"' in now
    assert 'id="now"' not in then
    assert 'href="/do/' not in then


def test_on_the_last_day_the_past_is_the_present(office: None) -> None:
    """What is rebuilt for a day gone by is, for the day that it is, what the office keeps: for every order."""
    from ecluse.office.actions.hearings import tranches_of
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import OrderRow, Tranche
    from ecluse.office.past import PastSession, standing_of

    session = open_session()
    for row in OrderRow.objects.order_by("order"):
        past = PastSession(session.source, session.law, today())
        stood = {t.tranche: (t.gate, t.standing, t.units, t.is_split) for t in tranches_of(past, row.order)}
        kept = {t.tranche: (t.gate, t.standing, t.units, t.is_split) for t in Tranche.objects.filter(order=row.order)}
        assert stood == kept, row.order
        whole = [t for t in tranches_of(past, row.order) if not t.is_split]
        assert standing_of(whole).value == row.standing, row.order


def test_before_it_was_filed_nothing_was_on_file(office: None) -> None:
    order, _ = lived()
    answer = page_on(author(), order.id, order.filed_on - timedelta(days=1))
    assert answer.status_code == 404
    assert "nothing was on file about this order" in text_of(answer)


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026-13-01", "9999-12-31", "<script>", "20260401x"])
def test_a_bad_day_is_refused_plainly(office: None, day: str) -> None:
    order, _ = lived()
    answer = page_on(author(), order.id, day)
    assert answer.status_code == 400
    assert "There is no such day" in text_of(answer)
    assert "<script>" not in answer.content.decode().split("<main", 1)[1]


def test_today_is_the_present(office: None) -> None:
    order, _ = lived()
    assert 'id="now"' in text_of(page_on(author(), order.id, today()))


def test_the_past_of_anothers_case_is_not_shown(office: None) -> None:
    from ecluse.office.actions.cases import bodies_of
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session
    from ecluse.parties.terms import Party

    order, days = lived()
    concerned = bodies_of(open_session(), order)
    stranger = representative(next(party.id for party in on_file(Party) if party.id not in concerned))
    assert page_on(browser(stranger.person), order.id, days[0]).status_code == 404


def test_the_header_says_bodies_and_persons_by_their_names(office: None) -> None:
    from ecluse.office.people.bodies import name_of

    text = text_of(author().get("/orders/"))
    assert name_of("authority:ssecu", "en") in text
    assert name_of("authority:ssecu", "en") != "authority:ssecu"


# ------------------------------------------------------------------ what would stop


def effects(name: str, mandate: Any, subject: str, **raw: Any) -> dict[str, Any]:
    from ecluse.office.desk.form import read_form
    from ecluse.office.desk.registry import all_actions

    desk, action = desk_of(mandate), all_actions()[name]
    assert action.preview is not None
    return {one.key: one for one in action.preview(desk, subject, read_form(action.form, raw))}


def test_a_line_that_stops_stops_its_licences_and_consignments(office: None) -> None:
    sale = deal()
    order = file(sale)
    planner = officer("authority:mod", "planner")
    before = effects("custody.enter_line_life", planner, sale.line.id, state="stopped")
    assert f"licence:{order}" not in before["effect.licences"].subjects
    license_it(sale, order)
    found = effects("custody.enter_line_life", planner, sale.line.id, state="stopped")
    assert found["effect.licences"].count == before["effect.licences"].count + 1
    assert f"licence:{order}" in found["effect.licences"].subjects
    assert f"{order}/0" not in found["effect.consignments"].subjects
    do("custody.pack", representative(sale.line.maker), f"{order}/0")
    packed = effects("custody.enter_line_life", planner, sale.line.id, state="suspended")
    assert f"{order}/0" in packed["effect.consignments"].subjects
    assert effects("custody.enter_line_life", planner, sale.line.id, state="series") == {}
    assert effects("custody.enter_line_life", planner, "line:none", state="stopped")["effect.licences"].count == 0


def test_what_arrived_no_longer_stops(office: None) -> None:
    sale = deal()
    order = file(sale)
    license_it(sale, order)
    deliver(sale, order)
    found = effects("custody.enter_line_life", officer("authority:mod", "planner"), sale.line.id, state="closed")
    assert f"licence:{order}" not in found["effect.licences"].subjects
    assert f"{order}/0" not in found["effect.consignments"].subjects


def test_a_sighting_says_whose_chain_is_looked_at_again(office: None) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Packing

    sale = deal()
    order = file(sale)
    license_it(sale, order)
    reporter = representative(sale.order.end_user)
    shape = {"block": "block:x", "number": "1", "state": "LT"}
    assert effects("custody.report_sighting", reporter, f"{order}/0", **shape) == {}
    deliver(sale, order)
    block = open_session().of(f"{order}/0", Packing)[0].block
    found = effects("custody.report_sighting", reporter, f"{order}/0", **{**shape, "block": block})
    assert found["effect.chains"].subjects == (f"{order}/0",)


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_the_page_says_what_would_stop_before_it_takes_force(office: None, lang: str) -> None:
    from ecluse.base.words import say_count
    from ecluse.office.models import Record

    sale = deal()
    license_it(sale, file(sale))
    planner = officer("authority:mod", "planner")
    count = effects("custody.enter_line_life", planner, sale.line.id, state="stopped")["effect.licences"].count
    reader, before = browser(planner.person), Record.objects.count()
    answer = reader.post(f"/do/custody.enter_line_life/{sale.line.id}/?lang={lang}", {"state": "stopped"})
    assert say_count("effect.licences", count, lang) in text_of(answer)
    assert Record.objects.count() == before
