"""When something is broken, absent or forgotten: is it told in the person's words, with no secret and no stack?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from carried import set_up
from peopled import PASSWORD, client, entered, found_both, letters, post

set_up()
pytestmark = pytest.mark.db
LANGUAGES = ("uk", "en", "fr")
HUSH = "hush-4711"
# What a page told to a stranger never shows: our code, our mistakes, our settings, our places.
INSIDE = re.compile(r"Traceback|Error\b|Exception|\.py\b|sqlite3?\b|django|DJANGO|SECRET|PASSWORD|line \d+")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_both(tmp_path_factory.mktemp("offices"))


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Any]:
    """A browser before an office of service with all its addresses, which is told of mistakes and does not see them."""
    from django.test import override_settings

    with entered(founded, tmp_path, "service"), override_settings(ROOT_URLCONF="ecluse.site.urls", DEBUG=False):
        yield client(raise_request_exception=False)


def told(answer: Any, lang: str, status: int, key: str) -> str:
    """What does this page say? It has the status and the sentence, and nothing of the house's inside."""
    from django.conf import settings

    from ecluse.base.words import say

    html = answer.content.decode()
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    assert answer.status_code == status, text[:400]
    assert f'<html lang="{lang}"' in html
    assert say(key, lang) in text
    assert not INSIDE.search(text), INSIDE.search(text)
    for secret in (HUSH, settings.SECRET_KEY, str(settings.DATABASES["default"]["NAME"]), PASSWORD):
        assert secret not in html
    assert not re.search(r"\son\w+=|\sstyle=|https?://(?!www\.w3\.org)", html)
    assert "default-src" in answer["Content-Security-Policy"]
    return text


def broken(*words: Any, **facts: Any) -> Any:
    raise RuntimeError(f"our own mistake: {HUSH}")


# ------------------------------------------------------------------ 500


@pytest.mark.parametrize("lang", LANGUAGES)
def test_our_own_mistake_is_told_on_a_page(office: Any, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecluse.office.views.overview.summary_of", broken)
    answer = office.get(f"/overview/?word={HUSH}", headers={"accept-language": lang})
    told(answer, lang, 500, "house.error.500.what")
    assert 'href="/"' in answer.content.decode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mistake_over_a_form_gives_nothing_of_it_back(
    office: Any, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = office.get("/sign-in/?account", headers={"accept-language": lang})
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.content.decode())
    assert token
    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", broken)
    sent = {"login": "a@office.example", "password": HUSH, "csrfmiddlewaretoken": token[1]}
    told(office.post("/sign-in/", sent, headers={"accept-language": lang}), lang, 500, "house.error.500.what")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_database_that_is_gone_is_told_without_its_help(
    office: Any, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError, connection

    def gone(*words: Any, **facts: Any) -> Any:
        raise OperationalError(f"could not reach {HUSH}")

    office.cookies["sessionid"] = "a" * 32
    monkeypatch.setattr(connection, "cursor", gone)
    told(office.get("/orders/", headers={"accept-language": lang}), lang, 500, "house.error.500.what")


# ------------------------------------------------------------------ 503


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("address", ["/public/", "/public/sale/", "/public/serial/", "/public/verify/"])
def test_where_nothing_is_published_the_page_says_so(office: Any, lang: str, address: str) -> None:
    answer = office.get(address, headers={"accept-language": lang})
    told(answer, lang, 503, "pages3.public.none")
    assert answer["Retry-After"].isdigit()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_damaged_publication_is_told_and_not_shown(office: Any, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from ecluse.base.errors import EvidenceError

    def form(name: str) -> Any:
        raise EvidenceError(f"{name}.json is not whole: {HUSH}")

    said = SimpleNamespace(form=form, log_root="", sizes={}, roots={})
    monkeypatch.setattr("ecluse.office.views.public.published", lambda: said)
    told(office.get("/public/", headers={"accept-language": lang}), lang, 503, "pages3.public.damaged")


# ------------------------------------------------------------------ a link to choose a new password


def link_in(lang: str, folder: Path, browser: Any) -> str:
    """A person who forgot the password asks for a letter; the address in it."""
    from ecluse.office.actions.people import make_account

    make_account("officer:ssecu-1", "a@office.example", "Vira", PASSWORD, language=lang)
    page = "/account/password/forgotten/"
    assert post(browser, page, page, email="a@office.example").status_code == 302
    (letter,) = letters(folder)
    found = re.search(r"http://localhost(/account/password/new/\S+)", letter.get_content())
    assert found
    return found[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_valid_link_leads_to_a_new_password_once(office: Any, lang: str, tmp_path: Path) -> None:
    from ecluse.base.words import say

    link = link_in(lang, tmp_path, office)
    secret = link.rstrip("/").rpartition("-")[2]
    shown = office.get(link, follow=True, headers={"accept-language": lang})
    page = shown.redirect_chain[-1][0]
    assert secret not in page, "the address in the bar would give the key away"
    html = shown.content.decode()
    assert shown.status_code == 200
    assert f'<html lang="{lang}"' in html
    assert secret not in html
    assert html.count('type="password"') == 2
    assert shown["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "no-store" in shown["Cache-Control"]
    changed = "nine calm otters swim"
    differ = post(office, page, page, password1=changed, password2="nine calm otters sink")
    assert differ.status_code == 200
    assert changed not in differ.content.decode()
    done = post(office, page, page, password1=changed, password2=changed)
    assert done.status_code == 302
    after = office.get(done["Location"], headers={"accept-language": lang})
    assert f'<html lang="{lang}"' in after.content.decode()
    assert changed not in after.content.decode()
    again = client(raise_request_exception=False).get(link, follow=True, headers={"accept-language": lang})
    assert 'type="password"' not in again.content.decode()
    told_again = unescape(again.content.decode())
    assert say("people.link_past", lang) in told_again


@pytest.mark.parametrize("password", [PASSWORD, "nine calm otters swim"], ids=["the old one", "the new one"])
def test_after_the_link_only_the_new_password_opens(office: Any, tmp_path: Path, password: str) -> None:
    link = link_in("en", tmp_path, office)
    page = office.get(link, follow=True).redirect_chain[-1][0]
    changed = "nine calm otters swim"
    assert post(office, page, page, password1=changed, password2=changed).status_code == 302
    answer = post(office, "/sign-in/", "/sign-in/?account", login="a@office.example", password=password)
    assert (answer.status_code == 302) is (password == changed)
