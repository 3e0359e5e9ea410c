"""Does a ministry's own sign-in service open the account of the person it vouches for, and no other?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from carried import set_up
from outside_provider import CLIENT, SECRET, Provider, provider
from peopled import PASSWORD, client, entered, found_both

set_up()
ADDRESS = "vira@office.example"
LOGIN = "/oidc/office/login/"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_both(tmp_path_factory.mktemp("outside"))


@pytest.fixture
def service(founded: Path, tmp_path: Path) -> Iterator[Provider]:
    from django.test import override_settings

    from ecluse.office.actions.people import make_account
    from ecluse.site.sign_in import outside_sign_in

    with (
        entered(founded, tmp_path, "service"),
        provider(sub="subject-1", email=ADDRESS, email_verified=True, name="Vira") as found,
        pytest.MonkeyPatch.context() as patch,
    ):
        names = {"SERVER": found.address, "NAME": "Ministry", "CLIENT": CLIENT, "SECRET": SECRET}
        for name, value in names.items():
            patch.setenv(f"ECLUSE_OIDC_{name}", value)
        make_account("officer:ssecu-1", ADDRESS, "Vira", PASSWORD, language="en")
        with override_settings(SOCIALACCOUNT_PROVIDERS=outside_sign_in(), ROOT_URLCONF="outside_urls"):
            yield found


def sent_to(browser: Any, address: str = LOGIN) -> str:
    """To which address of the service is the browser sent?"""
    answer = browser.get(address)
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def sent_back(asked: str) -> str:
    """To which address of the office does the service send the browser back?"""
    answer = requests.get(asked, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    assert back.netloc == "localhost"
    return f"{back.path}?{back.query}"


def come_in(browser: Any, address: str = LOGIN) -> Any:
    return browser.get(sent_back(sent_to(browser, address)))


def who(browser: Any) -> str:
    return str(browser.get("/").content.decode())


def bound() -> list[tuple[str, str]]:
    from allauth.socialaccount.models import SocialAccount

    return list(SocialAccount.objects.values_list("uid", "user__account__officer"))


def test_the_person_whose_verified_address_is_on_record_comes_in_and_stays_bound(service: Provider) -> None:
    browser = client()
    assert 'href="/oidc/office/login/' in browser.get("/sign-in/").content.decode()
    answer = come_in(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(browser).startswith("officer:ssecu-1 authority:ssecu author")
    assert bound() == [("subject-1", "officer:ssecu-1")]
    # The address may change over there: the subject is the person.
    service.person["email"] = "vira.new@office.example"
    other = client()
    come_in(other)
    assert who(other).startswith("officer:ssecu-1")
    assert len(bound()) == 1


def test_what_is_asked_of_the_service(service: Provider) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent_to(client())).query).items()}
    assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
    assert asked["redirect_uri"] == "http://localhost/oidc/office/login/callback/"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce"} <= set(asked)
    assert "openid" in asked["scope"].split()
    assert SECRET not in str(asked)


@pytest.mark.parametrize("person", [
    pytest.param({"sub": "subject-9", "email": "nobody@office.example"}, id="an address of no account"),
    pytest.param({"email_verified": False}, id="an address that is not verified"),
    pytest.param({"email_verified": "false"}, id="a text that is no yes"),
    pytest.param({"email_verified": None}, id="nothing said of the address"),
    pytest.param({"email": None}, id="no address"),
])  # fmt: skip
@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_an_unknown_person_is_refused_in_words(service: Provider, person: dict[str, Any], lang: str) -> None:
    from django.contrib.auth.models import User

    from ecluse.base.words import say

    service.person.update(person)
    browser = client()
    browser.get(f"/?lang={lang}")
    answer = come_in(browser)
    assert answer.status_code == 403
    assert say("people.no_sign_up", lang) in answer.content.decode()
    assert f'<html lang="{lang}"' in answer.content.decode()
    assert who(browser).startswith("nobody")
    assert bound() == []
    assert User.objects.count() == 1


def test_another_subject_with_the_same_address_is_a_stranger(service: Provider) -> None:
    come_in(client())
    service.person["sub"] = "subject-2"
    browser = client()
    assert come_in(browser).status_code == 403
    assert who(browser).startswith("nobody")
    assert bound() == [("subject-1", "officer:ssecu-1")]


def test_a_closed_account_stays_closed(service: Provider) -> None:
    from ecluse.office.actions.people import close_account
    from ecluse.office.models import Account

    come_in(client())
    close_account(Account.objects.get())
    browser = client()
    come_in(browser)
    assert who(browser).startswith("nobody")


@pytest.mark.parametrize("state", ["false", "", None])
def test_a_false_state_is_refused(service: Provider, state: str | None) -> None:
    browser = client()
    back = urlsplit(sent_back(sent_to(browser)))
    sent = {name: values[0] for name, values in parse_qs(back.query).items()} | {"state": state}
    answer = browser.get(f"{back.path}?{urlencode({k: v for k, v in sent.items() if v is not None})}")
    assert answer.status_code == 401
    assert who(browser).startswith("nobody")


def test_what_one_browser_began_another_does_not_end(service: Provider) -> None:
    """Somebody is sent the address with which another's sign-in would end: he stays who he is."""
    back = sent_back(sent_to(client()))
    victim = client()
    assert victim.get(back).status_code == 401
    assert who(victim).startswith("nobody")


def test_a_way_back_opens_once(service: Provider) -> None:
    browser = client()
    back = sent_back(sent_to(browser))
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 401


@pytest.mark.parametrize("claims", [
    pytest.param({"nonce": "of another session"}, id="another nonce"),
    pytest.param({"nonce": None}, id="no nonce"),
    pytest.param({"aud": "another-office"}, id="for another office"),
    pytest.param({"aud": [CLIENT, "another-office"], "azp": "another-office"}, id="given to another office"),
    pytest.param({"iss": "https://elsewhere.example"}, id="of another service"),
    pytest.param({"exp": int(time.time()) - 3600}, id="past"),
    pytest.param({"exp": None}, id="without an end"),
    pytest.param({"sub": "subject-7"}, id="of another subject than what is said beside it"),
])  # fmt: skip
def test_a_token_that_does_not_hold_opens_nothing(service: Provider, claims: dict[str, Any]) -> None:
    from ecluse.base.words import say

    service.claims = claims
    browser = client()
    browser.get("/?lang=en")
    answer = come_in(browser)
    assert answer.status_code == 401
    assert say("people.outside_failed", "en") in answer.content.decode()
    assert who(browser).startswith("nobody")
    assert bound() == []


@pytest.mark.parametrize("how", ["another key", "unsigned", "a shared secret", "an unknown key"])
def test_a_token_signed_by_another_hand_opens_nothing(service: Provider, how: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    if how == "another key":
        service.signs_with = rsa.generate_private_key(65537, 2048)
    else:
        service.header = {"unsigned": {"alg": "none"}, "a shared secret": {"alg": "HS256"},
                          "an unknown key": {"kid": "two"}}[how]  # fmt: skip
    browser = client()
    assert come_in(browser).status_code == 401
    assert who(browser).startswith("nobody")


def test_nobody_binds_another_account_to_himself_from_within(service: Provider) -> None:
    from ecluse.office.actions.people import make_account

    make_account("officer:ssecu-2", "other@office.example", "Other", PASSWORD)
    browser = client()
    from peopled import post

    post(browser, "/sign-in/", "/sign-in/", login="other@office.example", password=PASSWORD)
    assert who(browser).startswith("officer:ssecu-2")
    assert come_in(browser, f"{LOGIN}?process=connect").status_code == 403
    assert bound() == []


def test_a_second_proof_is_asked_for_here_as_well(service: Provider) -> None:
    from peopled import second_proof

    from ecluse.office.models import Account

    second_proof(Account.objects.get())
    browser = client()
    assert come_in(browser)["Location"] == "/account/second-factor/code/"
    assert who(browser).startswith("nobody")


def test_who_gives_up_over_there_is_told_so(service: Provider) -> None:
    browser = client()
    state = parse_qs(urlsplit(sent_to(browser)).query)["state"][0]
    answer = browser.get(f"/oidc/office/login/callback/?{urlencode({'error': 'access_denied', 'state': state})}")
    assert answer["Location"] == "/account/outside/cancelled/"
    assert browser.get(answer["Location"]).status_code == 200


def test_a_service_that_does_not_answer_is_no_fault_of_the_office(service: Provider) -> None:
    service.codes.clear()
    browser = client()
    back = sent_back(sent_to(browser))
    service.codes.clear()
    assert browser.get(back).status_code == 401
    from django.conf import settings

    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    assert client().get(LOGIN).status_code == 502


def test_no_other_service_is_known(service: Provider) -> None:
    assert client().get("/oidc/elsewhere/login/").status_code == 404
    assert client().get("/oidc/elsewhere/login/callback/").status_code == 404
