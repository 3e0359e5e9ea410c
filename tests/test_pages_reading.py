"""Do the reading pages show each reader what is theirs, in three languages, within few questions to the database?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, settle_sqlite, small_world, sqlite_url
from peopled import client, post

pytestmark = [pytest.mark.db, pytest.mark.slow]
LANGUAGES = ("uk", "en", "fr")
LAST_DAY = date(2026, 5, 20)
MOST_QUERIES = 40
MAKER, OTHER = "party:maker-011", "party:maker-013"
PLANNER, AUTHOR, OPINION = ("officer:mod-05", "planner"), ("officer:ssecu-01", "author"), ("officer:mfa-01", "opinion")
CLEARANCE, SPENDER = ("officer:ssecu-06", "clearance"), ("officer:treasury-01", "spender")
HOST, END_USER = ("authority:de", "host_state"), ("authority:ae", "end_user_state")
CERTIFICATE = "certificate:ew-set-01-1"


class Enough(Exception):
    """The year was carried as far as it is needed."""


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office in the middle of its year: cases wait at every gate."""
    folder = tmp_path_factory.mktemp("reading")
    path = folder / "half.sqlite3"

    def stop(day: date, steps: int) -> None:
        if day >= LAST_DAY:
            raise Enough

    with office_on(sqlite_url(path)):
        from ecluse.edge.world.read import read_world
        from ecluse.office.carry.year import carry
        from ecluse.office.models import Setting

        with pytest.raises(Enough):
            carry(read_world(small_world(folder)), progress=stop)
        Setting.objects.create(key="carried", value=str(LAST_DAY))
    settle_sqlite(path)
    return path


@pytest.fixture(scope="module")
def office(carried: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    from django.test import override_settings

    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    url = copy_sqlite(carried, tmp_path_factory.mktemp("office") / "office.sqlite3")
    with office_on(url), override_settings(ROOT_URLCONF="reading_urls", PASSWORD_HASHERS=quick):
        yield


def as_whom(whom: str, card: str) -> Any:
    """A browser in which this person of the demonstration is signed in."""
    browser = client()
    assert post(browser, f"/sign-in/demo/{whom}/", card=card).status_code == 302
    return browser


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def say(key: str, lang: str = "en", **facts: Any) -> str:
    from ecluse.base.words import say

    return say(key, lang, **facts)


PAGES = {
    "/": "pages2.home.title",
    "/overview/": "pages2.overview.waits",
    "/surplus/": "pages2.surplus.title",
    "/surplus/model:ew-set-01/": "pages2.surplus.model_lead",
    f"/surplus/certificates/{CERTIFICATE}/": "pages2.surplus.draws",
    f"/surplus/certificates/{CERTIFICATE}/?on=2026-03-01": "pages2.as_known.today",
    "/places/": "pages2.places.title",
    "/places/centre:dk-4/": "pages2.places.life",
    "/places/line:maker-004-1/": "pages2.places.origins",
    "/parties/": "pages2.parties.title",
    "/parties/party:maker-011/": "pages2.parties.owners",
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_speaks_the_readers_language(office: None, address: str, lang: str) -> None:
    shown = as_whom(*PLANNER).get(address, {**_asked(address), "lang": lang})
    assert shown.status_code == 200
    assert f'<html lang="{lang}" ' in shown.content.decode()
    assert say(PAGES[address], lang) in text_of(shown)
    assert "pages2." not in shown.content.decode()
    assert 'style="' not in shown.content.decode()


def _asked(address: str) -> dict[str, str]:
    return {"on": address.partition("?on=")[2]} if "?on=" in address else {}


@pytest.mark.parametrize("whom", [PLANNER, AUTHOR, OPINION, CLEARANCE, SPENDER, (MAKER, "maker"), HOST, END_USER])
@pytest.mark.parametrize(
    "address", ["/", "/overview/", "/surplus/", f"/surplus/certificates/{CERTIFICATE}/", "/places/", "/parties/"]
)
def test_no_page_asks_the_database_more_than_forty_times(office: None, whom: tuple[str, str], address: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = as_whom(*whom)
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        browser.get(address)
    assert len(queries) <= MOST_QUERIES, "\n".join(query["sql"][:160] for query in queries.captured_queries)


# ------------------------------------------------------------------ home


def test_a_visitor_is_shown_where_the_orders_stand(office: None) -> None:
    shown = client().get("/?lang=en")
    assert shown.status_code == 200
    assert say("page.heading") in text_of(shown)
    assert say("pages2.home.now") not in text_of(shown)


@pytest.mark.parametrize(("whom", "action"), [
    (AUTHOR, "licence.propose"), (SPENDER, "proceeds.allocate"), (CLEARANCE, "parties.clear"),
])  # fmt: skip
def test_what_is_to_do_leads_to_the_case_and_to_the_action(office: None, whom: tuple[str, str], action: str) -> None:
    browser = as_whom(*whom)
    shown = browser.get("/?lang=en").content.decode()
    addresses = re.findall(rf'href="(/do/{re.escape(action)}/[^"]+)"', shown)
    assert addresses, action
    assert browser.get(addresses[0]).status_code == 200
    if action != "parties.clear":
        order = addresses[0].split("/")[3]
        assert f'href="/orders/{order}/"' in shown


def test_home_offers_only_what_the_action_page_takes(office: None) -> None:
    browser = as_whom(MAKER, "maker")
    for address in re.findall(r'href="(/do/[^"]+)"', browser.get("/").content.decode()):
        assert browser.get(address).status_code == 200, address


def test_a_term_that_ran_out_is_late_for_those_concerned(office: None) -> None:
    from ecluse.office.models import Tranche
    from ecluse.office.registers import Order
    from ecluse.office.views.home_late import TERMS
    from ecluse.office.views.things import records
    from ecluse.order import Hearing

    held = Tranche.objects.filter(gate="proceeds", standing__startswith="held").values_list("hearing", flat=True)
    late = [one.value for one in records(Hearing, rid__in=list(held)) if one.value.grounds[0].code in TERMS]
    assert late
    assert late[0].tranche in text_of(as_whom(*SPENDER).get("/?lang=en"))
    exporter = records(Order, subject=late[0].order)[0].value.exporter
    assert late[0].tranche in text_of(as_whom(exporter, "exporter").get("/?lang=en"))
    other = next(maker for maker in (MAKER, OTHER, "party:maker-010") if not _takes_part(maker, late[0].order))
    assert late[0].tranche not in text_of(as_whom(other, "maker").get("/?lang=en"))


def _takes_part(body: str, order: str) -> bool:
    from ecluse.office.views.things import own_orders

    return order in own_orders(_desk(body))


def _desk(body: str) -> Any:
    from ecluse.office.desk.registry import Desk
    from ecluse.office.desk.today import open_session
    from ecluse.office.session import Mandate

    mandate = Mandate("officer:x", body, "party", LAST_DAY, None)
    return Desk(open_session(mandate), mandate, LAST_DAY)


def test_what_changed_is_of_ones_own_cases_only(office: None) -> None:
    from ecluse.office.views.things import own_orders

    shown = as_whom(MAKER, "maker").get("/").content.decode()
    linked = set(re.findall(r'href="/orders/(order:[^"/]+)/"', shown))
    assert linked
    assert linked <= set(own_orders(_desk(MAKER)))


def test_officers_are_not_named_to_those_outside(office: None) -> None:
    from ecluse.office.registers import Officer
    from ecluse.office.views.things import records

    own = _own_certificate(MAKER)
    officers = [one.value for one in records(Officer) if not one.rid.startswith("officer:rep-")]
    browser = as_whom(MAKER, "maker")
    for address in ("/", f"/surplus/certificates/{own.id}/", f"/parties/{MAKER}/"):
        text = text_of(browser.get(address))
        assert not [one.id for one in officers if one.id in text or one.name in text], address


@pytest.mark.parametrize("body", [MAKER, OTHER, "authority:de", "authority:ae"])
def test_own_orders_are_those_that_touch_the_body(office: None, body: str) -> None:
    from ecluse.office.actions.cases import touches
    from ecluse.office.models import OrderRow
    from ecluse.office.views.things import own_orders

    desk = _desk(body)
    every = OrderRow.objects.values_list("order", flat=True)
    assert set(own_orders(desk)) == {order for order in every if touches(desk.session, desk.mandate, order)}


def test_the_day_a_decision_is_due_is_the_day_the_gate_says(office: None) -> None:
    from ecluse.licence.routes import due_on
    from ecluse.office.actions.hearings import last_finding
    from ecluse.office.facts.licence import licence_claim
    from ecluse.office.models import Tranche
    from ecluse.office.views.home_late import decision_due
    from ecluse.order import Gate
    from ecluse.parties.terms import PartiesFinding

    desk = _desk(MAKER)
    waiting = Tranche.objects.filter(gate="parties", standing="open").values_list("order", flat=True)
    assert waiting
    for order in waiting:
        found = last_finding(desk.session, f"{order}/0", Gate.PARTIES, PartiesFinding)
        assert found is not None
        claim = licence_claim(desk.session, desk.order(order), f"{order}/0", *found, desk.on)
        assert decision_due(desk, order) == due_on(claim, desk.on, desk.session.law)


# ------------------------------------------------------------------ overview


def test_the_overview_counts_everything_that_waits_once(office: None) -> None:
    from ecluse.office.desk.today import law
    from ecluse.office.models import Tranche
    from ecluse.office.views.overview_waits import choke, read_waits

    waits = read_waits(LAST_DAY, law())
    waiting = Tranche.objects.filter(standing__in=("open", "held_referred"), is_split=False)
    assert sum(gate.waiting for gate in waits) == waiting.count()
    assert all(gate.oldest is None or gate.middle <= gate.oldest for gate in waits)  # type: ignore[operator]
    worst = choke(waits)
    assert worst is None or worst.beyond == max(gate.beyond for gate in waits)


@pytest.mark.parametrize("whom", [None, (MAKER, "maker"), HOST, END_USER])
def test_need_is_hidden_from_visitors_parties_and_states(office: None, whom: tuple[str, str] | None) -> None:
    browser = as_whom(*whom) if whom else client()
    for address in ("/", "/overview/"):
        text = browser.get(f"{address}?lang=en").content.decode()
        assert say("pages2.overview.need") not in text
        assert say("pages2.secret") not in text
        assert 'id="need' not in text


@pytest.mark.parametrize("whom", [PLANNER, AUTHOR, SPENDER])
def test_need_is_shown_to_who_works_for_the_home_state(office: None, whom: tuple[str, str]) -> None:
    text = text_of(as_whom(*whom).get("/overview/?lang=en"))
    assert say("pages2.overview.need") in text
    assert say("pages2.need.unmet") in text


def test_need_cannot_be_asked_for_by_a_party(office: None) -> None:
    from ecluse.office.views.overview_need import needs

    with pytest.raises(PermissionError):
        needs(_desk(MAKER))


# ------------------------------------------------------------------ surplus


def _own_certificate(maker: str) -> Any:
    from ecluse.office.views.things import records
    from ecluse.surplus.terms import Certificate

    return next(one.value for one in records(Certificate) if one.value.maker == maker)


def test_a_maker_sees_its_own_certificates_and_no_figure_of_the_ministry(office: None) -> None:
    from ecluse.office.views.named import models_named
    from ecluse.surplus.terms import SurplusRule

    own, foreign = _own_certificate(MAKER), _own_certificate(OTHER)
    browser = as_whom(MAKER, "maker")
    shown = text_of(browser.get("/surplus/?lang=en"))
    names = models_named([own.model, foreign.model], "en")
    assert names[own.model] in shown
    assert names[foreign.model] not in shown
    page = browser.get(f"/surplus/certificates/{own.id}/?lang=en")
    text = text_of(page)
    assert page.status_code == 200
    assert say("pages2.surplus.certified") in text
    for secret in ("pages2.surplus.rules", "pages2.surplus.hearing", "pages2.surplus.class_months", "pages2.secret"):
        assert say(secret) not in text
    others = [rule.value for rule in SurplusRule if rule is not own.rule]
    assert not [rule for rule in others if f"{rule}:" in text]
    assert f"hearing:{own.id}" not in text
    assert browser.get(f"/surplus/{foreign.model}/").status_code == 404
    for form in ("csv", "xlsx"):
        assert browser.get(f"/surplus/?format={form}").status_code == 200
    assert "SR-0" not in b"".join(browser.get("/surplus/?format=csv")).decode()
    assert browser.get("/surplus/?col=SR-0").status_code == 400


@pytest.mark.parametrize("address", [f"/surplus/certificates/{CERTIFICATE}/", "/surplus/certificates/certificate:none/",
                                     "/surplus/model:none/", "/places/line:maker-003-1/", "/places/centre:none/",
                                     "/parties/party:firm-0228/", "/parties/party:none/"])  # fmt: skip
def test_foreign_and_unknown_things_are_not_there(office: None, address: str) -> None:
    assert as_whom(MAKER, "maker").get(address).status_code == 404


@pytest.mark.parametrize("whom", [HOST, END_USER])
def test_states_read_nothing_of_surplus(office: None, whom: tuple[str, str]) -> None:
    for address in ("/surplus/", f"/surplus/certificates/{CERTIFICATE}/", "/surplus/model:ew-set-01/"):
        assert as_whom(*whom).get(address).status_code == 403


@pytest.mark.parametrize("address", ["/surplus/", "/places/", "/parties/", f"/surplus/certificates/{CERTIFICATE}/"])
def test_a_visitor_signs_in_first(office: None, address: str) -> None:
    assert client().get(address)["Location"].startswith("/sign-in/?next=")


def test_a_certificate_as_known_on_a_day_leaves_out_what_came_later(office: None) -> None:
    from ecluse.office.models import CertificateBalance, Record

    row = CertificateBalance.objects.get(certificate=CERTIFICATE)
    days = list(Record.objects.filter(subject=CERTIFICATE).order_by("turn").values_list("on", flat=True))
    browser = as_whom(*PLANNER)
    now = text_of(browser.get(f"/surplus/certificates/{CERTIFICATE}/?lang=en"))
    first = text_of(browser.get(f"/surplus/certificates/{CERTIFICATE}/?lang=en&on={days[0]}"))
    used, free = say("pages2.surplus.used"), say("pages2.surplus.free")
    assert f"{row.units_used} {used}" in now
    assert f"{row.units_certified} {free}" in first
    assert say("pages2.surplus.no_draws") in first
    assert browser.get(f"/surplus/certificates/{CERTIFICATE}/?on=2025-01-01").status_code == 404
    assert browser.get(f"/surplus/certificates/{CERTIFICATE}/?on=nonsense").status_code == 400
    assert browser.get("/surplus/?on=nonsense").status_code == 400


def test_surplus_as_known_today_is_what_the_cache_says(office: None) -> None:
    """Reckoned from draws and read from the cache, the units held are the same but for reservations that lapsed."""
    from ecluse.office.views.surplus import certificate_rows

    desk = _desk(MAKER)
    for cached, reckoned in zip(certificate_rows(desk), certificate_rows(desk, LAST_DAY), strict=True):
        assert (cached.certified, cached.committed, cached.used) == (
            reckoned.certified,
            reckoned.committed,
            reckoned.used,
        )
        assert cached.reserved >= reckoned.reserved


def test_the_surplus_list_is_filtered_by_class_and_rule(office: None) -> None:
    browser = as_whom(*PLANNER)
    shown = text_of(browser.get("/surplus/?class=fpv&rule=SR-1&lang=en"))
    assert "FPV drones · 01" in shown
    assert "Electronic warfare sets · 01" not in shown
    assert "FPV drones · 01" not in text_of(browser.get("/surplus/?rule=SR-3&lang=en"))
    assert "model:" not in shown, "people are told names"
    assert "model:fpv-01" in b"".join(browser.get("/surplus/?class=fpv&format=csv")).decode(), "a file keeps ids"


def test_an_address_that_names_a_certificate_leads_to_its_page(office: None) -> None:
    answer = as_whom(*PLANNER).get(f"/surplus/{CERTIFICATE}/")
    assert answer["Location"] == f"/surplus/certificates/{CERTIFICATE}/"


# ------------------------------------------------------------------ places and parties


def test_places_show_their_hosts_and_makers_what_is_theirs(office: None) -> None:
    host = text_of(as_whom(*HOST).get("/places/?lang=en"))
    assert "centre:de-8" in host
    assert "centre:dk-4" not in host
    maker = text_of(as_whom(MAKER, "maker").get("/places/?lang=en"))
    assert "line:maker-011-1" in maker
    assert "line:maker-013-1" not in maker
    home = text_of(as_whom(*AUTHOR).get("/places/?lang=en&kind=centre"))
    assert "centre:de-8" in home
    assert "line:maker-011-1" not in home


def test_a_place_offers_its_next_step_to_who_may_record_it(office: None) -> None:
    """Its host may suspend it, home too; who runs it, and another firm, may not."""
    action = "/do/custody.enter_centre_life/centre:de-8/"
    for who in (AUTHOR, HOST):
        assert action in as_whom(*who).get("/places/centre:de-8/").content.decode()
    assert action not in as_whom(MAKER, "maker").get("/places/centre:de-8/").content.decode()


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_an_invented_source_is_said_in_the_readers_words(office: None, lang: str) -> None:
    from ecluse.base.words import say
    from ecluse.office.desk.refs import on_file
    from ecluse.parties.terms import Ownership

    owned = next(tie.owned for tie in on_file(Ownership) if tie.source == "synthetic")
    for page in ("/places/line:maker-011-1/", f"/parties/{owned}/"):
        text = text_of(as_whom(*AUTHOR).get(f"{page}?lang={lang}"))
        assert say("pages2.source.synthetic", lang) in text, page
        assert ">synthetic<" not in text, page


def test_units_at_a_line_are_those_its_maker_holds(office: None) -> None:
    from ecluse.custody.terms import Line, SerialBlock
    from ecluse.office.models import Unit
    from ecluse.office.views.places import units_there
    from ecluse.office.views.things import newest, records

    lines = newest(records(Line))
    _, at_line = units_there(lines.values())
    assert at_line
    for line, units in at_line.items():
        blocks = [one.value.id for one in records(SerialBlock) if one.value.line == line]
        held = Unit.objects.filter(block__in=blocks, custodian=lines[line].maker, fate="made")
        assert held.count() == units


def test_a_party_sees_itself_and_not_how_it_was_screened(office: None) -> None:
    browser = as_whom(MAKER, "maker")
    listed = text_of(browser.get("/parties/?lang=en"))
    assert MAKER in listed
    assert OTHER not in listed
    text = text_of(browser.get(f"/parties/{MAKER}/?lang=en"))
    assert say("pages2.parties.screenings") not in text
    assert "list:synthetic" not in text
    assert browser.get("/parties/?hits=open").status_code == 200
    assert say("pages2.parties.hits") not in text_of(browser.get("/parties/?lang=en&hits=open"))


def test_screenings_are_shown_with_their_list_versions_and_hits(office: None) -> None:
    from ecluse.office.views.things import newest, records
    from ecluse.parties.terms import Screening

    party, last = next((id, one) for id, one in newest(records(Screening)).items() if one.hits)
    text = text_of(as_whom(*CLEARANCE).get(f"/parties/{party}/?lang=en"))
    assert last.hits[0].entry in text
    assert all(version in text for version in last.list_versions)


def test_a_state_sees_the_parties_seated_there_without_their_screenings(office: None) -> None:
    from ecluse.office.views.things import records
    from ecluse.parties.terms import Party

    parties = [one.value for one in records(Party)]
    inside = next(party for party in parties if party.state == "AE")
    outside = next(party for party in parties if party.state == "NO")
    browser = as_whom(*END_USER)
    assert browser.get(f"/parties/{outside.id}/").status_code == 404
    shown = browser.get(f"/parties/{inside.id}/?lang=en")
    assert shown.status_code == 200
    assert say("pages2.parties.screenings") not in text_of(shown)


@pytest.mark.parametrize(("address", "note"), [
    (f"/surplus/certificates/{CERTIFICATE}/", ("certificate", CERTIFICATE)),
    ("/parties/party:firm-0228/", ("party", "party:firm-0228")),
    ("/places/centre:de-8/", ("place", "centre:de-8")),
])  # fmt: skip
def test_a_look_at_one_thing_is_noted(office: None, address: str, note: tuple[str, str]) -> None:
    from ecluse.office.models import ReadEntry

    before = ReadEntry.objects.count()
    as_whom(*AUTHOR).get(address)
    written = ReadEntry.objects.order_by("-pk").values_list("person", "page", "subject").first()
    assert ReadEntry.objects.count() == before + 1
    assert written == (AUTHOR[0], *note)
