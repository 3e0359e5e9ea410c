"""Does nobody act in an office of record behind a password alone, while reading and the way in itself stay open?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from carried import set_up
from peopled import PASSWORD, client, entered, found_both, post, second_proof

set_up()
LEADS_TO = "/account/second-factor/"
ABSENCE = "/do/office.declare_absence/office/"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_both(tmp_path_factory.mktemp("proofs"))


@pytest.fixture
def service(founded: Path, tmp_path: Path) -> Iterator[Any]:
    """An office of record with every page, before which one person has signed in by a password."""
    from django.test import override_settings

    with entered(founded, tmp_path, "service") as browser, override_settings(ROOT_URLCONF="ecluse.site.urls"):
        sign_in(browser)
        yield browser


def sign_in(browser: Any, lang: str = "en") -> Any:
    from ecluse.office.actions.people import make_account
    from ecluse.office.models import Account

    if not Account.objects.exists():
        make_account("officer:ssecu-1", "a@office.example", "Vira", PASSWORD, language=lang)
    return post(browser, "/sign-in/", "/sign-in/", login="a@office.example", password=PASSWORD)


def account() -> Any:
    from ecluse.office.models import Account

    return Account.objects.get()


def test_who_has_only_a_password_reads_and_does_not_act(service: Any) -> None:
    from ecluse.office.models import ApiToken, Record

    before = Record.objects.count()
    for page in ("/", "/orders/", "/settings/", "/notices/", "/audit/"):
        assert service.get(page).status_code == 200, page
    assert service.get(ABSENCE)["Location"] == LEADS_TO
    assert service.get("/do/no.such.action/office/")["Location"] == LEADS_TO
    token = {"name": "robot", "scope": ["read"], "days": "30"}
    absence = {"first_day": "2026-12-01", "last_day": "2026-12-02", "deputy": "officer:ssecu-2"}
    for address, fields in (("/settings/tokens/", token), ("/settings/absence/", absence)):
        assert post(service, address, "/settings/", **fields)["Location"] == LEADS_TO
    assert not ApiToken.objects.exists()
    assert Record.objects.count() == before


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_he_is_led_to_the_page_that_adds_one(service: Any, lang: str) -> None:
    from ecluse.base.words import say

    service.get(f"/?lang={lang}")
    shown = service.get(ABSENCE, follow=True)
    html = shown.content.decode()
    assert shown.status_code == 200
    assert f'<html lang="{lang}"' in html
    assert say("people.second_factor_needed", lang) in html
    assert "/account/second-factor/keys/add/" in html
    assert "/account/second-factor/telephone/add/" in html


def test_the_way_in_itself_stays_open(service: Any) -> None:
    assert post(service, "/preferences/", "/settings/", theme="dark").status_code == 302
    assert account().theme == "dark"
    assert post(service, "/account/confirm/", "/account/confirm/", password=PASSWORD)["Location"] != LEADS_TO
    assert service.get("/account/second-factor/telephone/add/").status_code == 200
    assert post(service, "/sign-out/", "/sign-out/")["Location"] == "/"


def test_with_a_second_proof_he_acts(service: Any) -> None:
    second_proof(account())
    assert service.get(ABSENCE).status_code == 200
    made = post(service, "/settings/tokens/", "/settings/", name="robot", scope=["read"], days="30")
    assert made.status_code == 201


def test_recovery_codes_alone_are_no_second_proof(service: Any) -> None:
    from allauth.mfa.models import Authenticator

    second_proof(account())
    Authenticator.objects.exclude(type="recovery_codes").delete()
    assert service.get(ABSENCE)["Location"] == LEADS_TO


@pytest.mark.parametrize(("said", "status"), [
    pytest.param("advised", 200, id="advised"),
    pytest.param("required", 302, id="required"),
    pytest.param("", 302, id="nothing"),
    pytest.param("Advised, please", 302, id="a word that the office does not know"),
])  # fmt: skip
def test_an_office_may_only_advise_it(service: Any, said: str, status: int) -> None:
    from django.test import override_settings

    with override_settings(SECOND_FACTOR=said):
        assert service.get(ABSENCE).status_code == status


def test_it_is_required_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    from ecluse.site import sign_in as settings

    monkeypatch.delenv("ECLUSE_SECOND_FACTOR", raising=False)
    assert importlib.reload(settings).SECOND_FACTOR == "required"


def test_a_demonstration_asks_for_none(founded: Path, tmp_path: Path) -> None:
    from django.test import override_settings

    with entered(founded, tmp_path, "demonstration") as browser, override_settings(ROOT_URLCONF="ecluse.site.urls"):
        post(browser, "/sign-in/demo/officer:ssecu-1/", card="author")
        assert browser.get(ABSENCE).status_code == 200


def test_a_visitor_is_asked_to_sign_in_as_before(service: Any) -> None:
    assert client().get(ABSENCE)["Location"].startswith("/sign-in/")


# ------------------------------------------------------------------ how much is asked of the database


MOST_TO_SIGN_IN, MOST_AT_HOME = 16, 30


def test_signing_in_and_home_ask_little_of_the_database(service: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    post(service, "/sign-out/", "/sign-out/")
    page = service.get("/sign-in/").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    fields = {"login": "a@office.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
    with CaptureQueriesContext(connection) as coming_in:
        assert service.post("/sign-in/", fields).status_code == 302
    service.get("/")
    with CaptureQueriesContext(connection) as home:
        assert service.get("/").status_code == 200
    for asked, most in ((coming_in, MOST_TO_SIGN_IN), (home, MOST_AT_HOME)):
        assert len(asked) <= most, [one["sql"][:120] for one in asked]
        assert sum('FROM "office_setting"' in one["sql"] for one in asked) == 1
