"""Do the shared parts of every page hold: frame, errors, forms, charts, in three languages, for every reader?"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from browser import QUIET, find_browser
from carried import office_on

LANGUAGES = ("uk", "en", "fr")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("/style/", "/", "/nowhere/")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demonstration office with a handful of orders."""
    from test_summary_page import furnish

    return furnish(tmp_path_factory.mktemp("house") / "office.sqlite3")


@contextlib.contextmanager
def house(database: str) -> Iterator[None]:
    with office_on(database):
        from django.test import override_settings

        with override_settings(ROOT_URLCONF="house_urls", ALLOWED_HOSTS=["127.0.0.1"]):
            yield


@pytest.fixture
def office(database: str) -> Iterator[Any]:
    """Someone who asks this office for its pages."""
    with house(database):
        from django.test import Client

        yield Client(SERVER_NAME="127.0.0.1", raise_request_exception=False, headers={"accept-language": "en"})


def words(text: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", text))


# ------------------------------------------------------------------ the frame


@pytest.mark.db
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("address", "status"), [("/nowhere/", 404), ("/style/?at=x", 400), ("/fails/", 500)])
def test_a_refusal_is_said_in_the_persons_language(office: Any, lang: str, address: str, status: int) -> None:
    from ecluse.base.words import say

    answer = office.get(address, headers={"accept-language": lang})
    assert answer.status_code == status
    text = words(answer.content.decode())
    assert say(f"house.error.{status}", lang) in text
    assert not re.search(r"Traceback|RuntimeError|our own mistake|\.py\b", text)
    assert f'<html lang="{lang}"' in answer.content.decode()
    assert "Content-Security-Policy" in answer


@pytest.mark.db
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("method", "address", "key", "allowed"),
    [
        pytest.param("get", "/views/", "house.error.405.form", "POST", id="a form's address is read"),
        pytest.param("post", "/", "house.error.405.what", "GET, HEAD", id="a page is posted to"),
        pytest.param("delete", "/style/", "house.error.405.what", "GET, HEAD", id="a page is deleted"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_on_a_page(
    office: Any, lang: str, method: str, address: str, key: str, allowed: str
) -> None:
    from ecluse.base.words import say

    answer = getattr(office, method)(address, headers={"accept-language": lang})
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert say(key, lang) in words(answer.content.decode())
    assert f'<html lang="{lang}"' in answer.content.decode()
    assert 'class="top"' in answer.content.decode()


@pytest.mark.db
@pytest.mark.parametrize("lang", LANGUAGES)
def test_more_than_one_request_may_carry_is_refused_on_a_page(office: Any, lang: str) -> None:
    from django.conf import settings
    from django.test import Client

    from ecluse.base.words import say

    strict = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    strict.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    body = "name=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
    answer = strict.post(
        "/views/", body, content_type="application/x-www-form-urlencoded", headers={"accept-language": lang}
    )
    assert answer.status_code == 413
    assert say("house.error.413.what", lang) in words(answer.content.decode())


@pytest.mark.db
@pytest.mark.parametrize(
    ("cookie", "shown"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto"), ("", "auto")]
)
def test_the_light_is_the_one_remembered(office: Any, cookie: str, shown: str) -> None:
    from ecluse.office.views.page import SHORTCUTS_COOKIE, THEME_COOKIE

    office.cookies[THEME_COOKIE] = cookie
    text = office.get("/style/").content.decode()
    assert f'data-color-scheme="{shown}"' in text
    assert 'data-shortcuts="on"' in text
    office.cookies[SHORTCUTS_COOKIE] = "off"
    assert "data-shortcuts" not in office.get("/style/").content.decode()


@pytest.mark.db
def test_another_language_keeps_the_rest_of_the_address(office: Any) -> None:
    text = unescape(office.get("/style/?standing=passed&sort=units&lang=en").content.decode())
    assert 'href="?standing=passed&sort=units&lang=fr"' in text


@pytest.mark.db
def test_who_is_signed_in_and_for_whom_they_speak_is_on_every_page(office: Any) -> None:
    from datetime import date

    from django.test import RequestFactory

    from ecluse.office.models import Account
    from ecluse.office.session import Mandate
    from ecluse.office.views.frame import frame

    request = RequestFactory().get("/orders/x/")
    request.account = Account(pk=1, officer="officer:ssecu-1", language="fr", theme="dark")  # type: ignore[attr-defined]
    request.mandate = Mandate(  # type: ignore[attr-defined]
        "officer:ssecu-1", "authority:nowhere", "no_such_role", date(2026, 1, 1), None, "officer:ssecu-2"
    )
    shown = frame(request, "fr")
    assert shown["person"] == "officer:ssecu-1"
    assert shown["speaks_as"] == "no such role, NOWHERE"
    assert shown["acting_for"] == "officer:ssecu-2"
    assert shown["theme"] == "dark"
    assert [place.key for place, is_here in shown["places"] if is_here] == ["orders"]


@pytest.mark.db
def test_every_shortcut_has_a_letter_of_its_own(office: Any) -> None:
    from ecluse.office.views.page import PLACES as places

    assert len({place.letter for place in places}) == len(places)
    assert "g" not in {place.letter for place in places}


# ------------------------------------------------------------------ values


@pytest.mark.db
def test_text_from_people_is_escaped_wherever_it_stands(office: Any) -> None:
    from ecluse.office.views.cells import Link, Said, Tag, shown
    from ecluse.office.views.charts import Chart, Series

    evil = '"><script>alert(1)</script>'
    for value in (
        evil,
        Link(evil, evil),
        Tag(evil, evil, evil),
        [evil, (evil,)],
        Said("house.list.views.remove", {"name": evil}),
    ):
        from django.utils.html import conditional_escape

        assert "<script" not in conditional_escape(shown(value, "uk"))
    for chart in (
        Chart("c", "bar", evil, (evil,), (Series(evil, (3,)),)),
        Chart("c", "line", evil, (evil, "b"), (Series(evil, (3, 4)),)),
        Chart("c", "sankey", evil, flows=((evil, "b", 3),)),
    ):
        painted = chart.painted("fr")
        assert "<script" not in painted.drawing
        assert not set("<>&") & set(painted.option)
        assert json.loads(painted.option)


@pytest.mark.db
def test_a_chart_refuses_numbers_that_do_not_fit(office: Any) -> None:
    from ecluse.office.views.charts import MOST_POINTS, Chart, Series

    for chart in (
        Chart("c", "bar", "t", ("a", "b"), (Series("s", (1,)),)),
        Chart("c", "bar", "t", tuple("a" * (MOST_POINTS + 1)), ()),
        Chart("c", "sankey", "t", flows=(("a", "b", -1),)),
    ):
        with pytest.raises(ValueError, match=r".+"):
            chart.painted("en")
    assert Chart("c", "bar", "t", (), ()).painted("en").drawing == ""
    assert Chart("c", "sankey", "t", flows=(("a", "b", 1), ("b", "a", 1))).painted("en").drawing


@pytest.mark.db
def test_every_kind_of_field_ties_its_words_to_its_control(office: Any) -> None:
    from ecluse.office.views.form_fields import KINDS
    from ecluse.office.views.style_page import fields

    assert {field.kind for field in fields()} == set(KINDS)
    text = office.get("/style/").content.decode()
    for tie in re.findall(r'aria-describedby="([^"]+)"', text):
        for part in tie.split():
            assert f'id="{part}"' in text, part
    for target in re.findall(r'href="#(field-[^"]+)"', text):
        assert f'id="{target}"' in text
    assert 'aria-invalid="true"' in text
    assert len(re.findall(r'\sid="([^"]+)"', text)) == len(set(re.findall(r'\sid="([^"]+)"', text)))


# ------------------------------------------------------------------ in a real browser


class Threads(ThreadingMixIn, WSGIServer):
    """Answers several at once, as a browser asks."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of what it answers."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def served(database: str) -> Iterator[str]:
    """These pages at an address of this machine."""
    find_browser()
    with house(database):
        from django.core.wsgi import get_wsgi_application

        server = make_server("127.0.0.1", 0, get_wsgi_application(), Threads, Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser(served: str) -> Iterator[Any]:
    """Chromium, for all tests of this module."""
    from playwright.sync_api import sync_playwright

    flags = [flag for flag in QUIET if flag != "--headless"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any, served: str) -> Iterator[Callable[..., Any]]:
    """Opens a page; afterwards nothing may have been said on the console, and nothing asked of another machine."""
    said: list[str] = []
    with contextlib.ExitStack() as stack:

        def open_page(
            address: str, *, width: int = 1280, scheme: str = "light", expected: str = "", **wishes: Any
        ) -> Any:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **wishes)
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda r: None if r.url.startswith((served, "data:")) else said.append(r.url))
            page.goto(served + address)
            return page

        yield open_page
    # The browser itself remarks on the status of the page that is meant to be missing.
    assert not [line for line in said if "status of 404" not in line]


def faults_of(page: Any) -> list[Any]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_for_everybody(visit: Callable[..., Any], address: str, scheme: str, width: int) -> None:
    for lang in LANGUAGES:
        page = visit(f"{address}?lang={lang}", width=width, scheme=scheme)
        page.wait_for_load_state("networkidle")
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.db
@pytest.mark.browser
def test_letters_move_about_unless_one_types_or_has_switched_them_off(visit: Callable[..., Any]) -> None:
    page = visit("/style/")
    page.keyboard.press("/")
    page.locator("#filter-q:focus").wait_for()
    page.keyboard.type("gv")
    assert page.url.endswith("/style/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("v")
    page.wait_for_url("**/overview/")
    page.context.add_cookies([{"name": "ecluse_shortcuts", "value": "off", "url": page.url}])
    page.reload()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_timeout(200)
    assert page.url.endswith("/overview/")


@pytest.mark.db
@pytest.mark.browser
def test_the_keyboard_reaches_the_content_first(visit: Callable[..., Any]) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ds-skip-link"
    page.keyboard.press("Enter")
    page.locator("#content:focus").wait_for()


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_list_is_filtered_sorted_and_paged(visit: Callable[..., Any], script: bool) -> None:
    page = visit("/style/?lang=en", java_script_enabled=script)
    page.get_by_role("search").get_by_label("Standing").select_option("passed")
    if not script:
        page.get_by_role("search").get_by_role("button", name="Filter").click()
    page.wait_for_url("**standing=passed**")
    page.locator("#list-style").get_by_role("link", name="Units").click()
    page.wait_for_url("**sort=units**")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**at=**")
    page.wait_for_selector("text=Previous")
    assert page.locator("#list-style th[aria-sort=ascending]").inner_text().strip() == "Units"
    assert page.locator("#list-style tbody tr").count() == 12
    assert page.locator("#list-style tbody .ds-tag", has_text="passed").count() == 12


@pytest.mark.db
@pytest.mark.browser
def test_a_narrow_screen_opens_the_places_from_a_button(visit: Callable[..., Any]) -> None:
    for script in (True, False):
        page = visit("/style/?lang=en", width=390, java_script_enabled=script)
        assert not page.get_by_role("link", name="Audit").is_visible()
        page.get_by_role("button", name="Sections").click()
        page.get_by_role("link", name="Audit").wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Audit").wait_for(state="hidden")


@pytest.mark.db
@pytest.mark.browser
def test_charts_are_there_with_script_without_and_on_paper(visit: Callable[..., Any]) -> None:
    page = visit("/style/?lang=en")
    page.locator("[data-live] .live svg").nth(2).wait_for()
    assert page.locator("[data-live] .live svg").count() == 3
    assert not page.locator(".drawn").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".drawn svg").first.is_visible()
    assert not page.locator(".top").is_visible()
    assert page.locator(".chart table").first.is_visible()
    plain = visit("/style/?lang=en", java_script_enabled=False)
    assert plain.locator(".drawn svg").first.is_visible()


@pytest.mark.db
@pytest.mark.browser
def test_a_chart_drawn_wide_keeps_to_a_screen_made_narrow_before_it_is_drawn_anew(visit: Callable[..., Any]) -> None:
    page = visit("/style/?lang=en")
    page.locator("[data-live] .live svg").nth(2).wait_for()
    page.evaluate("document.querySelectorAll('.live').forEach(one => echarts.getInstanceByDom(one).resize = () => {})")
    page.set_viewport_size({"width": 390, "height": 900})
    wide = page.locator("[data-live] .live > div").evaluate_all("all => all.map(one => parseInt(one.style.width))")
    assert max(wide) > 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.db
@pytest.mark.browser
def test_a_draft_is_sent_when_one_pauses(visit: Callable[..., Any]) -> None:
    page = visit("/style/?lang=en&clean")
    page.route("**/style/", lambda route: route.fulfill(status=200, body="kept", content_type="text/html"))
    page.clock.install()
    page.get_by_label("Name of the product").fill("Something")
    page.clock.run_for(4_000)
    assert page.locator("#form-kept").inner_text() != "kept"
    with page.expect_request("**/style/") as sent:
        page.clock.run_for(2_000)
    assert "Something" in sent.value.post_data
    assert "csrfmiddlewaretoken" in sent.value.post_data
    assert "filename" not in sent.value.post_data
    # The whole text: a form says before already that its draft is kept when one pauses.
    page.locator("#form-kept:text-is('kept')").wait_for()
    assert page.get_by_label("Name of the product").input_value() == "Something"
