"""Does a host state see at its desk what waits for it alone: its licence, its witness's clock, what comes and goes?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in
from desk_life import deal, desk_of, do, file, license_it, officer, representative

pytestmark = [pytest.mark.db, pytest.mark.slow]
CENTRE, HOST = "centre:lt-1", "LT"
MOST_QUERIES = 40


@dataclass(frozen=True)
class Before:
    """How stood the desk when the order was licensed at home alone?"""

    lacking: dict[str, str]
    text: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Before, str, str]]:
    """An order by a centre: licensed at home alone at first, then released there and unseen by the witness."""
    folder = tmp_path_factory.mktemp("host")
    with office_on(copy_sqlite(year_in(folder)[1], folder / "host.sqlite3")):
        from ecluse.base.verdict import Passed
        from ecluse.custody.terms import Centre

        sale = deal()
        order = file(sale, centre=CENTRE)
        assert isinstance(license_it(sale, order), Passed)
        before = Before({one.order.id: one.reason for one in told(host()).unlicensed}, shown(host()).content.decode())
        maker, tranche = representative(sale.line.maker), f"{order}/0"
        operator = desk_of(maker).session.newest(CENTRE, Centre).operator
        do("custody.license_host", host(), order)
        do("custody.pack", maker, tranche)
        do("custody.offer", maker, tranche, step="dispatch", to_custodian=operator, place_state=HOST)
        do("custody.hand_over", representative(operator), tranche, received="yes")
        released = do("custody.ask_release", representative(operator), tranche, ready="yes").verdict
        assert isinstance(released, Passed)
        yield before, tranche, operator


def host() -> Any:
    return representative(f"authority:{HOST.lower()}")


def browser(who: Any) -> Any:
    from api_calls import account_of
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(account_of(who).user, backend="ecluse.office.people.backend.OfficeBackend")
    return client


def shown(who: Any, query: str = "", lang: str = "en") -> Any:
    return browser(who).get(f"/host/?lang={lang}{query}")


def told(who: Any) -> Any:
    from ecluse.office.views.host_desk import _Told
    from ecluse.office.views.hosted import hosts_for

    desk = desk_of(who)
    return _Told(desk, next(one for one in hosts_for(desk) if one.state == HOST), "en")


def test_a_licence_that_is_missing_stands_first_with_the_form_that_gives_it(office: tuple[Before, str, str]) -> None:
    before, tranche, _ = office
    order = tranche.removesuffix("/0")
    assert before.lacking[order] == "none"
    assert f'href="/do/custody.license_host/{order}/"' in before.text
    assert before.text.index('id="unlicensed"') < before.text.index('id="arrivals"')
    assert order not in {one.order.id for one in told(host()).unlicensed}
    assert f"/do/custody.license_host/{order}/" not in shown(host()).content.decode()


def test_a_licence_that_ran_out_or_is_too_small_is_missing_too(office: tuple[Before, str, str]) -> None:
    from ecluse.custody.terms import HostLicence
    from ecluse.office.views.hosted import _lacking

    _, tranche, _ = office
    desk = desk_of(host())
    order = desk.order_of(tranche)
    licence = desk.session.newest(f"host:{order.id}", HostLicence)
    units = licence.units

    def why(**changed: Any) -> list[str]:
        record = next(r for r in desk.session.file(f"host:{order.id}").records if isinstance(r.value, HostLicence))
        record.value = replace(licence, **changed)
        return [one.reason for one in _lacking(desk, order, f"{order.id}/9", units, CENTRE, desk.on)]

    desk.session.file(f"host:{order.id}").records[:] = [
        r for r in desk.session.file(f"host:{order.id}").records if isinstance(r.value, HostLicence)
    ]
    assert why() == []
    assert why(valid_until=desk.on - timedelta(1)) == ["run_out"]
    assert why(units=units - 1) == ["too_small"]
    assert why(host="LV") == ["none"]


def test_a_release_waits_for_the_witness_and_its_clock_runs_from_the_call(office: tuple[Before, str, str]) -> None:
    from ecluse.office.views.hosted import Unseen

    _, tranche, _ = office
    (waiting,) = [one for one in told(host()).unseen if one.flow.tranche == tranche]
    assert waiting.called_at is None
    at = desk_of(host()).at
    assert not waiting.has_run_out(at)
    called = Unseen(waiting.flow, CENTRE, waiting.released_on, at, waiting.minutes)
    assert not called.has_run_out(at + timedelta(minutes=waiting.minutes, seconds=-1))
    assert called.has_run_out(at + timedelta(minutes=waiting.minutes))
    assert called.minutes_waited(at + timedelta(minutes=7)) == 7
    assert f'href="/do/custody.witness_head/{tranche}/"' in shown(host()).content.decode()


def test_departures_and_centres_of_the_soil_are_told(office: tuple[Before, str, str]) -> None:
    _, tranche, _ = office
    found = told(host())
    assert tranche in [row[0].text for row in found.moved["departures"]]
    text = shown(host()).content.decode()
    assert f'href="/centre/{CENTRE}/desk/"' in text
    assert all(place.host == HOST for place in (*found.host.centres, *found.host.lines))


def test_overrides_are_counted_against_the_limit() -> None:
    from carried import set_up

    set_up()
    from ecluse.office.views.hosted import Overridden

    within = Overridden((None,) * 2, 20, 500, 2)  # type: ignore[arg-type]
    assert not within.is_over  # two a year are free
    assert Overridden((None,) * 3, 20, 500, 2).is_over  # type: ignore[arg-type]
    assert not Overridden((None,) * 3, 60, 500, 2).is_over  # type: ignore[arg-type]
    assert Overridden((), 0, 500, 2).share_bp == 0


def test_the_desk_is_its_own_peoples_and_the_home_states(office: tuple[Before, str, str]) -> None:
    _, tranche, operator = office
    assert shown(host()).status_code == 200
    assert shown(host(), "&state=LV").status_code == 404
    home = shown(officer("authority:ssecu", "author"), f"&state={HOST}")
    assert home.status_code == 200
    assert "/do/custody.license_host/" not in home.content.decode()
    assert shown(representative(operator)).status_code == 404
    assert shown(representative("authority:jp")).status_code == 404
    assert shown(officer("authority:ssecu", "author"), "&state=UA").status_code == 404
    assert tranche


def test_the_bar_and_the_first_page_lead_whose_desk_it_is_there(office: tuple[Before, str, str]) -> None:
    for who, is_theirs in ((host(), True), (representative("authority:jp"), False)):
        assert browser(who).get("/?lang=en").content.decode().count('href="/host/"') == (2 if is_theirs else 0)


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_the_desk_speaks_three_languages_within_forty_questions(office: tuple[Before, str, str], lang: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ecluse.base.words import say

    signed_in = browser(host())
    assert say("desks.host.title", lang) in signed_in.get(f"/host/?lang={lang}").content.decode()
    with CaptureQueriesContext(connection) as queries:
        signed_in.get(f"/host/?lang={lang}")
    assert len(queries) <= MOST_QUERIES, "\n".join(query["sql"][:120] for query in queries.captured_queries)
