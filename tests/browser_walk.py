"""How does a person walk through the office in a browser? Signs in by the cards, fills forms by their labels, looks."""

from __future__ import annotations

import contextlib
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from browser import QUIET, find_browser
from carried import python

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Every page is seen once in the other languages, in both lights and at both widths.
OTHER_EYES = (("en", "light", 390), ("en", "dark", 1280), ("fr", "light", 1280), ("fr", "dark", 390))
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
START_SECONDS = 90
WIDE, HIGH = 1280, 900


@contextlib.contextmanager
def served(url: str) -> Iterator[str]:
    """The office as `ecluse serve` opens it, at an address of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = python("-m", "ecluse", "serve", "--no-prove", "--db", url, "--port", str(port))
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
    try:
        while time.monotonic() < deadline and server.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/sign-in/", timeout=10).close()
                break
            time.sleep(0.2)
        assert server.poll() is None, server.communicate(timeout=5)[1]
        yield address
    finally:
        server.terminate()
        server.communicate(timeout=30)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Chromium, its network kept to this machine."""
    from playwright.sync_api import sync_playwright

    flags = [*(flag for flag in QUIET if flag != "--headless"), NOBODY_ELSE]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags)
        yield browser
        browser.close()


def said(key: str, lang: str = "uk", **facts: Any) -> str:
    """What does the catalogue say?"""
    from ecluse.base.words import say

    return say(key, lang, **facts)


def violations(page: Any) -> list[dict[str, Any]]:
    """What does axe find on the page as it stands? It tells what is amiss alone: all that is well is much to tell."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    ask = "async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations"
    found: list[dict[str, Any]] = page.evaluate(ask, RULES)
    return found


class Walk:
    """One person after the other at the same screen, in one language; what no page may do is noted as it happens."""

    def __init__(self, browser: Any, address: str, lang: str = "uk") -> None:
        self.address, self.lang, self.seen = address, lang, set[str]()
        self.faults: list[str] = []
        self.context = browser.new_context(
            locale=lang, viewport={"width": WIDE, "height": HIGH}, color_scheme="light", reduced_motion="reduce"
        )
        self.context.on("request", self._only_here)
        self.page = self.context.new_page()
        self.page.on("console", lambda m: self._note(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.context.set_default_timeout(20_000)

    def _only_here(self, request: Any) -> None:
        # Such a name is found by nobody (`chromium`); to hold each request here would cost the browser its cache.
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self._note(f"asked of another machine: {request.url}")

    def _note(self, text: str) -> None:
        # The browser itself remarks on the status of a form that came back with faults.
        if "status of 422" not in text:
            self.faults.append(f"{self.page.url}: {text}")

    def said(self, key: str, **facts: Any) -> str:
        """What does the catalogue say in this person's language?"""
        return said(key, self.lang, **facts)

    # -------------------------------------------------------------- going about

    def go(self, path: str) -> None:
        """Open this page by its address."""
        answer = self.page.goto(self.address + path)
        assert answer.status == 200, (path, answer.status)

    def follow(self, name: str, *, within: str = "main") -> None:
        """Follow the link or press the button of this name."""
        place = self.page.locator(within)
        wanted = place.get_by_role("link", name=name).or_(place.get_by_role("button", name=name))
        with self.page.expect_navigation():
            wanted.first.click()

    def enter(self, card: str, whom: str = "", *, to: str = "/") -> None:
        """Sign in by the demonstration's card; where a card leads to several, search for this one."""
        from ecluse.office.people.demo_roles import BY_NAME

        self.go(f"/sign-in/?next={quote(to)}")
        self.follow(self.said(f"people.card_{card}"))
        if BY_NAME[card].has_choice:
            self.page.get_by_label(self.said("people.search")).fill(whom)
            self.follow(self.said("people.search_button"))
            self.look("/sign-in/demo/card")
            with self.page.expect_navigation():
                self.page.locator(".choices button").filter(has_text=whom).first.click()
        assert "/sign-in/" not in self.page.url, self.page.url

    # -------------------------------------------------------------- filling in

    def fill(self, **answers: str) -> None:
        """Fill in the form at hand, each field found by its label."""
        for field, answer in answers.items():
            self._fill(field, answer)

    def _fill(self, field: str, answer: str) -> None:
        from ecluse.office.views.action import label_of

        label = self.said(label_of(self.page.url.split("/do/")[1].split("/")[0], field, self.lang))
        box = self.page.locator(f"#field-{field}")
        if box.evaluate("node => node.tagName") == "FIELDSET":
            group = self.page.get_by_role("group", name=label)
            group.get_by_label(self.said(f"word.{answer}"), exact=True).check()
            return
        named = self.page.get_by_label(re.compile("^" + re.escape(label)))
        control = named.and_(box)
        assert control.count() == 1, f"{field} is not labelled {label!r}"
        if box.evaluate("node => node.tagName") == "SELECT":
            control.select_option(answer)
        elif " " in answer and self.page.locator(f"[name='{field}.currency']").count():
            amount, currency = answer.split()
            control.fill(amount)
            self.page.locator(f"[name='{field}.currency']").select_option(currency)
        else:
            control.fill(answer)

    def send(self) -> None:
        """Send the form at hand."""
        with self.page.expect_navigation():
            self.page.locator("form.form button").click()

    def act(self, action: str, **answers: str) -> None:
        """On the order's page: press the action's button, fill in, send, and see it done."""
        self.follow(self.said(f"desk.{action}.title"))
        self.look(f"/do/{action}")
        self.fill(**answers)
        self.send()
        self.see_done(action)

    def see_done(self, action: str) -> None:
        """Does the page that follows say that it is done, and no gate that it is held?"""
        alert = self.page.locator(".ds-alert").first.inner_text()
        assert self.said("desk.done", what=self.said(f"desk.{action}.title")) in alert, alert
        assert self.said("browse.done_but_held") not in alert, self.page.locator("main").inner_text()

    # -------------------------------------------------------------- looking

    def look(self, kind: str) -> None:
        """Is this page for everybody? As it stands; and once for its kind in the other languages, lights and widths."""
        self.check()
        if kind in self.seen:
            return
        # Pages of one template differ in their words alone: axe looks at the first, the widths are measured of all.
        is_new = kind.split("/")[1] not in {seen.split("/")[1] for seen in self.seen}
        self.seen.add(kind)
        here = self.page.url
        for lang, light, width in OTHER_EYES:
            self.page.emulate_media(color_scheme=light)
            self.page.set_viewport_size({"width": width, "height": HIGH})
            self.page.goto(f"{here}{'&' if '?' in here else '?'}lang={lang}")
            assert self.page.locator("html").get_attribute("lang") == lang
            self.check(deep=is_new)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": WIDE, "height": HIGH})
        self.page.goto(f"{here}{'&' if '?' in here else '?'}lang={self.lang}")

    def check(self, *, deep: bool = True) -> None:
        """Is nothing wider than the screen, and does axe find nothing?"""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.page.viewport_size["width"], (self.page.url, wide)
        if not deep:
            return
        faults = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in violations(self.page)]
        assert faults == [], (self.page.url, self.page.viewport_size, faults)
