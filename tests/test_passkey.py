"""Does a passkey open an account in a real browser, alone and as second proof, under the pages' strict policy?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from browser import QUIET, find_browser
from carried import set_up
from peopled import PASSWORD, entered, found_both

set_up()
pytestmark = [pytest.mark.browser, pytest.mark.slow]
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
WAIT_MILLISECONDS = 20_000
HIMSELF = "officer:ssecu-1 authority:ssecu author"


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A test's server says nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where does an office in service answer, which has one account?"""
    founded = found_both(tmp_path)
    (tmp_path / "copy").mkdir()
    with entered(founded, tmp_path / "copy", "service"):
        from django.core.wsgi import get_wsgi_application

        from ecluse.office.actions.people import make_account

        make_account("officer:ssecu-1", "a@office.example", "Vira", PASSWORD, "en")
        server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Silent)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    """A page of Chromium with a key in its machine; whatever it complains of fails the test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=find_browser(), args=list(QUIET))
        context = chromium.new_context(base_url=address)
        shown = context.new_page()
        shown.set_default_timeout(WAIT_MILLISECONDS)
        complaints: list[str] = []
        shown.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        machine = context.new_cdp_session(shown)
        machine.send("WebAuthn.enable")
        machine.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield shown
        chromium.close()
    assert complaints == []


def by_password(page: Any) -> None:
    page.goto("/sign-in/")
    page.fill("[name=login]", "a@office.example")
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button")


def sees_himself(page: Any) -> None:
    """The page of the office, with his name, task and body: waited for without a script the pages forbid."""
    page.get_by_text(HIMSELF).first.wait_for()


def test_a_passkey_opens_the_account_alone_and_as_second_proof(page: Any) -> None:
    by_password(page)
    sees_himself(page)
    page.goto("/account/second-factor/keys/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery/")
    assert page.locator(".codes li").count() == 10
    assert page.locator("[data-key-error]").count() == 0

    page.context.clear_cookies()
    page.goto("/sign-in/")
    assert not page.locator("[data-key-error]").is_visible()
    page.click("#passkey_login")
    sees_himself(page)

    page.context.clear_cookies()
    by_password(page)
    assert page.url.endswith("/account/second-factor/code/")
    page.click("#mfa_webauthn_authenticate")
    sees_himself(page)
