"""Are language and light kept where they were chosen: with the person, else by this browser, and nowhere else?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from carried import set_up
from peopled import PASSWORD, client, entered, found_both, post

set_up()
pytestmark = pytest.mark.db
LANGUAGES = ("uk", "en", "fr")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_both(tmp_path_factory.mktemp("offices"))


@pytest.fixture
def service(founded: Path, tmp_path: Path) -> Iterator[Any]:
    with entered(founded, tmp_path, "service") as browser:
        from ecluse.office.actions.people import make_account

        make_account("officer:ssecu-1", "a@office.example", "Vira", PASSWORD, "uk")
        yield browser


def come_in(browser: Any) -> None:
    assert (
        post(browser, "/sign-in/", "/sign-in/?account", login="a@office.example", password=PASSWORD).status_code == 302
    )


def shown(browser: Any, address: str = "/sign-in/") -> tuple[str, str]:
    """In which language and light is this page shown?"""
    import re

    found = re.search(r'<html lang="(\w+)" data-color-scheme="(\w+)"', browser.get(address).content.decode())
    assert found
    return found[1], found[2]


def test_signed_out_the_browser_keeps_both(service: Any) -> None:
    assert post(service, "/preferences/", language="fr", theme="dark", next="/sign-in/")["Location"] == "/sign-in/"
    assert shown(service) == ("fr", "dark")
    assert shown(client(headers={"accept-language": "en"})) == ("en", "auto")
    for name in ("django_language", "ecluse_theme"):
        assert service.cookies[name]["samesite"] == "Lax"
        assert int(service.cookies[name]["max-age"]) > 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_in_the_address_is_kept_by_the_browser(service: Any, lang: str) -> None:
    assert shown(service, f"/sign-in/?lang={lang}")[0] == lang
    assert shown(service)[0] == lang


def test_signed_in_the_person_keeps_both_on_every_screen(service: Any) -> None:
    come_in(service)
    post(service, "/preferences/", "/settings/", language="fr", theme="dark")
    assert shown(service, "/settings/") == ("fr", "dark")
    other = client(headers={"accept-language": "en"})
    come_in(other)
    assert shown(other, "/settings/") == ("fr", "dark")


def test_the_switch_on_every_page_comes_back_to_that_page(service: Any) -> None:
    import re

    text = service.get("/sign-in/?account&lang=en").content.decode()
    form = re.search(r'<form class="themes".*?</form>', text, re.DOTALL)
    assert form
    assert re.findall(r'<button name="theme" value="(\w+)" aria-pressed="(\w+)"', form[0]) == [
        ("auto", "true"), ("light", "false"), ("dark", "false")
    ]  # fmt: skip
    here = re.search(r'name="next" value="([^"]+)"', form[0])
    assert here
    assert here[1].startswith("/sign-in/?account")
    assert post(service, "/preferences/", theme="light", next="/sign-in/?account")["Location"] == "/sign-in/?account"
    assert shown(service)[1] == "light"


@pytest.mark.parametrize(
    "wanted",
    ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", "javascript:alert(1)", "settings/",
     "http:///elsewhere.example", "\t//elsewhere.example/"],
)  # fmt: skip
def test_a_choice_leads_to_no_other_site(service: Any, wanted: str) -> None:
    assert post(service, "/preferences/", theme="dark", next=wanted)["Location"] == "/"


def test_a_choice_from_another_site_is_refused(service: Any) -> None:
    assert service.post("/preferences/", {"theme": "dark"}).status_code == 403
    assert shown(service)[1] == "auto"


@pytest.mark.parametrize("fields", [{"theme": '"><script>'}, {"language": "../uk"}, {"theme": ""}, {}])
def test_what_is_no_choice_changes_nothing(service: Any, fields: dict[str, str]) -> None:
    before = shown(service)
    assert post(service, "/preferences/", **fields).status_code == 302
    assert shown(service) == before
