"""Can a programmer read and try the API on its page, in three languages, with no other machine, without JavaScript?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser_walk import Walk, chromium, served
from carried import office_on
from peopled import found_office

LANGUAGES = ("uk", "en", "fr")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return found_office(tmp_path_factory.mktemp("docs") / "office.sqlite3", "demonstration")


@pytest.mark.slow
@pytest.mark.db
def test_every_call_stands_on_the_page_in_three_languages(url: str) -> None:
    from html import unescape

    with office_on(url):
        from django.test import Client

        from ecluse.office.api.document import operations
        from ecluse.office.api.office import document

        for lang in LANGUAGES:
            page = unescape(Client(SERVER_NAME="localhost").get(f"/api/v1/docs?lang={lang}").content.decode())
            found = document(lang)
            assert [path for path in found["paths"] if path not in page] == []
            assert [one["summary"] for one in operations(found) if one["summary"] not in page] == []
            assert re.search(r"<script(?![^>]* src=)", page) is None
            assert " style=" not in page


@pytest.mark.db
@pytest.mark.slow
def test_the_document_follows_the_readers_language(url: str) -> None:
    with office_on(url):
        from django.test import Client

        for lang in LANGUAGES:
            answer = Client(SERVER_NAME="localhost").get("/api/v1/openapi.json", headers={"Accept-Language": lang})
            assert answer["Content-Language"] == lang
            assert answer.json()["openapi"].startswith("3.1")


@pytest.mark.browser
@pytest.mark.slow
def test_chromium_draws_the_calls_with_nothing_from_elsewhere(url: str) -> None:
    with served(url) as address, chromium() as browser:
        walk = Walk(browser, address)
        walk.go("/api/v1/docs?lang=en")
        page = walk.page
        page.locator("#swagger-ui .opblock").first.wait_for()
        shown = page.locator("#swagger-ui .opblock-summary-path").count()
        listed = page.locator(".api-calls dt").count()
        assert shown == listed > 50
        page.locator("#swagger-ui .opblock-summary-control").first.click()
        page.locator("#swagger-ui .opblock-body").first.wait_for()
        page.locator("#swagger-ui .try-out__btn").first.click()
        page.locator("#swagger-ui .execute").first.click()
        page.locator("#swagger-ui .responses-table.live-responses-table").wait_for()
        assert "401" in page.locator("#swagger-ui .live-responses-table").first.inner_text()
        for lang, light, width in (("uk", "light", 1280), ("en", "dark", 390), ("fr", "dark", 1280)):
            page.emulate_media(color_scheme=light)
            page.set_viewport_size({"width": width, "height": 900})
            walk.go(f"/api/v1/docs?lang={lang}")
            page.locator("#swagger-ui .opblock").first.wait_for()
            walk.check()
    # The answer to a call without a token is 401, which the browser remarks on.
    assert [fault for fault in walk.faults if "status of 401" not in fault] == []


@pytest.mark.db
def test_the_page_is_asked_for_only(url: str, tmp_path: Path) -> None:
    with office_on(url):
        from django.test import Client

        assert Client(SERVER_NAME="localhost").post("/api/v1/docs").status_code == 405
