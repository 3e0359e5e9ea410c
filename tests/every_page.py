"""Which pages has the office, who looks at each, and what stands at addresses that are no pages?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from browser_walk import Walk, violations

HIGH = 900
WIDTHS = (1280, 390)
# Every language meets every light and width; each page is looked at in depth in the next of these.
EYES = tuple((lang, light, width) for width in WIDTHS for light in ("light", "dark") for lang in ("uk", "en", "fr"))
LANGUAGES = ("uk", "en", "fr")
# Addresses that show the same page as another: a visitor's first page, and two actions that have a page of their own.
TWO_WAYS = {
    "/": "/overview/", "/do/office.propose_import/office/": "/import/",
    "/do/office.bring_signatures/office/": "/signatures/",
}  # fmt: skip
REFUSALS = (400, 401, 403, 404, 405, 409, 413)


@dataclass(frozen=True)
class Visit:
    """One page: the name of its address in the URL configuration, who looks, where, and with which status."""

    name: str
    who: str
    path: str
    status: int = 200


# Names of addresses that show no page: what a browser gets there that asks for one.
FORM, FILE, PART, ON = "takes a form", "gives a file", "gives a part of a page", "leads on"
NO_PAGES = {
    "draft": FORM, "read_notices": FORM, "views": FORM, "new_token": FORM, "end_token": FORM, "go_absent": FORM,
    "preferences": FORM, "hat": FORM, "audit_run": FORM, "suggest_party": PART, "audit_progress": ON, "claim": ON,
    "public_file": FILE, "document": FILE, "mfa_download_recovery_codes": FILE, "mfa_login_webauthn": FILE,
    "trace_package": FILE,
    "openid_connect_login": ON, "openid_connect_callback": ON,
    "socialaccount_signup": ON, "to_sign": FILE, "plan_document": FILE, "plan_solve_document": FILE,
    "capture_papers": FILE, "capture_hand_in": FORM, "capture_photo": FORM, "capture_worker": FILE,
    "plan_solve_progress": ON, "plan_solve_cancel": FORM, "plan_solve_give": FORM,
}  # fmt: skip


def pages(things: dict[str, str]) -> list[Visit]:
    """Every page of the office, of these things on file, but for those of one's own password and keys."""
    order, end_user = things["order"], things["end_user"]
    maker, exporter, state = (f"{card}@{things[card]}" for card in ("maker", "exporter", "end_user_state"))
    keeper = f"centre@{things['keeper']}"
    return [
        Visit("home", "", "/"), Visit("overview", "", "/overview/"), Visit("claims", "", "/claims/"),
        Visit("public", "", "/public/"), Visit("public_sale", "", "/public/sale/"),
        Visit("public_serial", "", "/public/serial/"),
        Visit("public_serial", "", f"/public/serial/?serial={things['serial']}"),
        Visit("public_claims", "", "/public/claims/"), Visit("public_verify", "", "/public/verify/"),
        Visit("public_log", "", "/log/"),
        Visit("api-docs", "", "/api/v1/docs"), Visit("style", "", "/style/"),
        Visit("account_login", "", "/sign-in/"), Visit("account_login", "", "/sign-in/?account"),
        Visit("demonstration", "", "/sign-in/demo/exporter/"), Visit("account_inactive", "", "/account/closed/"),
        Visit("account_reset_password", "", "/account/password/forgotten/"),
        Visit("account_reset_password_done", "", "/account/password/forgotten/sent/"),
        Visit("account_reset_password_from_key", "", "/account/password/new/1-x/"),
        Visit("account_reset_password_from_key_done", "", "/account/password/new/done/"),
        Visit("socialaccount_login_cancelled", "", "/account/outside/cancelled/"),
        Visit("socialaccount_login_error", "", "/account/outside/error/", 401),
        Visit("home", "author", "/"), Visit("overview", "author", "/overview/"),
        Visit("orders", "author", "/orders/"), Visit("orders", "author", "/orders/?order=nothing"),
        Visit("order", "author", f"/orders/{order}/"), Visit("order", "author", f"/orders/{things['held']}/"),
        Visit("order", "author", f"/orders/{order}/?on={things['day']}"),
        Visit("documents", "author", f"/documents/{order}/"),
        Visit("documents", "author", f"/documents/{things['held']}/"),
        Visit("surplus", "author", "/surplus/"), Visit("surplus-model", "author", f"/surplus/{things['model']}/"),
        Visit("certificate", "author", f"/surplus/certificates/{things['certificate']}/"),
        Visit("places", "author", "/places/"), Visit("place", "author", f"/places/{things['centre']}/"),
        Visit("place", "author", f"/places/{things['line']}/"), Visit("parties", "author", "/parties/"),
        Visit("party", "author", f"/parties/{end_user}/"), Visit("units", "author", "/units/"),
        Visit("unit", "author", f"/units/{things['serial']}/"),
        Visit("block", "author", f"/units/blocks/{things['block']}/"),
        Visit("witnesses", "author", "/witnesses/"), Visit("after", "author", "/after/"),
        Visit("units_map", "author", "/units/map/"),
        Visit("host_desk", "author", "/host/"), Visit("host_desk", f"host_state@{things['host']}", "/host/"),
        Visit("line_desk", "author", "/line/"), Visit("line_desk", maker, "/line/"),
        Visit("traces", "author", "/traces/"), Visit("trace", "author", f"/traces/{things['trace']}/"),
        Visit("books", "author", "/books/"), Visit("entries", "author", "/books/entries/"),
        Visit("shortages", "author", "/books/shortages/"),
        Visit("shortage", "author", f"/books/shortages/{things['shortage']}/"),
        Visit("audit", "author", "/audit/"), Visit("audit_findings", "author", "/audit/findings/"),
        Visit("case", "author", f"/cases/{things['case']}/"), Visit("imports", "author", "/import/"),
        Visit("import", "author", f"/import/{things['import']}/"),
        Visit("propose_import", "author", "/do/office.propose_import/office/"),
        Visit("signatures", "author", "/signatures/"), Visit("openings", "author", "/openings/"),
        Visit("opening_keys", "author", "/opening-keys/"),
        Visit("bring_signatures", "author", "/do/office.bring_signatures/office/"),
        Visit("records", "author", "/records/"), Visit("record", "author", f"/records/{things['record']}/"),
        Visit("notices", "author", "/notices/"), Visit("settings", "author", "/settings/"),
        Visit("account_logout", "author", "/sign-out/"),
        Visit("audit", "controller", "/audit/"), Visit("reads", "controller", "/settings/reads/"),
        Visit("plan", "author", "/plan/"), Visit("plan_figures", "author", "/plan/figures/"),
        Visit("plan_flows", "author", "/plan/flows/"), Visit("plan_lines", "author", "/plan/lines/"),
        Visit("plan_compare", "author", "/plan/compare/"), Visit("plan_why", "author", "/plan/why/"),
        Visit("plan_rules", "author", "/plan/rules/"), Visit("plan_capacity", "author", "/plan/capacity/"),
        Visit("plan_against", "author", "/plan/against/"),
        Visit("plan_what_if", "planner", "/plan/what-if/"), Visit("plan_tornado", "planner", "/plan/tornado/"),
        Visit("plan_solve", "planner", "/plan/solve/"),
        Visit("home", "planner", "/"), Visit("home", exporter, "/"), Visit("order", exporter, f"/orders/{order}/"),
        Visit("surplus", maker, "/surplus/"), Visit("books", exporter, "/books/"),
        Visit("certificate", maker, f"/surplus/certificates/{things['certificate']}/"),
        Visit("centre_desk", "author", f"/centre/{things['centre']}/desk/"),
        Visit("centre_desk", keeper, f"/centre/{things['centre']}/desk/"),
        Visit("capture", keeper, f"/centre/{things['centre']}/capture/"),
        Visit("home", maker, "/"), Visit("block", maker, f"/units/blocks/{things['block']}/"),
        Visit("home", state, "/"), Visit("party", state, f"/parties/{end_user}/"),
        Visit("home", "spender", "/"), Visit("shortage", "spender", f"/books/shortages/{things['shortage']}/"),
        Visit("home", "receiver", "/"), Visit("shortage", "receiver", f"/books/shortages/{things['shortage']}/"),
        Visit("400", "author", "/orders/?at=x", 400), Visit("403", "author", "/settings/reads/", 403),
        Visit("404", "author", "/orders/order:none/", 404), Visit("405", "author", "/preferences/", 405),
    ]  # fmt: skip


# What a person with a password sees of it, before and after a telephone and a key prove who it is.
BEFORE = {
    "mfa_index": "", "mfa_activate_totp": "telephone/add/", "mfa_add_webauthn": "keys/add/",
    "mfa_list_webauthn": "keys/",
}  # fmt: skip
AFTER = {
    "mfa_index": "", "mfa_deactivate_totp": "telephone/remove/", "mfa_view_recovery_codes": "recovery/",
    "mfa_generate_recovery_codes": "recovery/new/", "mfa_list_webauthn": "keys/",
    "mfa_edit_webauthn": "keys/{key}/name/",
    "mfa_remove_webauthn": "keys/{key}/remove/", "mfa_reauthenticate": "confirm/",
    "mfa_reauthenticate_webauthn": "keys/confirm/",
}  # fmt: skip
OWN = {
    "account_change_password": "/account/password/", "account_reauthenticate": "/account/confirm/",
    "socialaccount_connections": "/account/outside/", "settings": "/settings/",
}  # fmt: skip
CODE = "mfa_authenticate"


def names() -> set[str]:
    """Which addresses does the URL configuration name, with those of an outside sign-in, and without the API's?"""
    from ecluse.office.views.sign_in import OUTSIDE
    from ecluse.site.urls import urlpatterns

    return set(_names([*urlpatterns, *OUTSIDE]))


def _names(patterns: Any) -> Iterator[str]:
    from django.urls import URLResolver

    for one in patterns:
        if not isinstance(one, URLResolver):
            yield one.name or str(one.pattern)
        elif one.namespace != "api":
            yield from _names(one.url_patterns)


# The elements that stand out to the right and are not in a part that scrolls by itself.
TOO_WIDE = """() => [...document.querySelectorAll('body *')].filter(one => {
  for (let up = one.parentElement; up; up = up.parentElement)
    if (getComputedStyle(up).overflowX !== 'visible') return false;
  return one.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
}).slice(0, 5).map(one => one.outerHTML.slice(0, 160))"""


def screen(page: Any, width: int) -> None:
    """Make the screen so wide, unless it is: a browser lays the page out anew each time."""
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": HIGH})


class Tour:
    """Goes from page to page with every person concerned; notes each fault, and goes on."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address, self.persons = browser, address, dict[str, Walk]()
        self.faults: list[str] = []
        self.titles: dict[tuple[str, str], str] = {}
        self.seen: set[str] = set()
        self.actions: dict[str, tuple[str, str]] = {}
        self.looked = 0

    def person(self, who: str) -> Walk:
        """This person at a screen of their own, signed in by the demonstration's card."""
        if who not in self.persons:
            walk = self.persons[who] = Walk(self.browser, self.address)
            if who:
                self.sign_in(walk, who)
        return self.persons[who]

    def sign_in(self, walk: Walk, who: str) -> None:
        """Take the role as its card does; `card@body` where a card leads to several."""
        card, _, body = who.partition("@")
        walk.go("/sign-in/")
        if body:
            walk.go(f"/sign-in/demo/{card}/?q={body}")
        with walk.page.expect_navigation():
            walk.page.locator(f"main form:has([name=card][value='{card}']) button").first.click()
        assert "/sign-in/" not in walk.page.url, who

    def visit(self, one: Visit) -> None:
        """Open the page in three languages and at both widths; look at it in depth once."""
        walk = self.person(one.who)
        self.show(walk, one.name, self.address + one.path, one.status)

    def show(self, walk: Walk, name: str, address: str, status: int = 200) -> None:
        """Is the page at this address for everybody?"""
        # A page of a kind that was seen in every language is looked at again in one.
        is_new = name not in self.seen
        self.seen.add(name)
        deep, light, width = EYES[self.looked % len(EYES)]
        self.looked += 1
        walk.page.emulate_media(color_scheme=light)
        for lang in (*(lang for lang in LANGUAGES if lang != deep and is_new), deep):
            answer = walk.page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}", wait_until="load")
            if answer.status != status:
                self.faults.append(f"{address}: status {answer.status}")
                return
            if walk.page.url.partition("?")[0] != address.partition("?")[0]:
                self.faults.append(f"{address}: leads on to {walk.page.url}")
                return
            self._frame(walk, lang, address)
        self._offers(walk)
        screen(walk.page, width)
        self.deep(walk.page, f"{address} {deep} {light} {width}")
        screen(walk.page, WIDTHS[0])

    def _frame(self, walk: Walk, lang: str, address: str) -> None:
        """The page as such: its language, one heading, a title of its own, and no wider than the screen."""
        page = walk.page
        found = page.evaluate(
            "[document.documentElement.lang, document.querySelectorAll('h1').length, document.title.split(' · ')[0]]"
        )
        shown = self._widths(page)
        place = urlsplit(address).path
        place = TWO_WAYS.get(place, place) if place != "/" or walk is self.persons.get("") else place
        if found[0] != lang or found[1] != 1:
            self.faults.append(f"{address} {lang}: lang {found[0]}, {found[1]} headings of the first rank")
        if not found[2].strip() or self.titles.setdefault((lang, found[2]), place) != place:
            self.faults.append(f"{address} {lang}: title {found[2]!r} is that of {self.titles.get((lang, found[2]))}")
        if any(shown[width] > width for width in WIDTHS):
            self.faults.append(f"{address} {lang}: {shown} pixels wide {page.evaluate(TOO_WIDE)}")

    def _widths(self, page: Any) -> dict[int, int]:
        """How wide is the page at each width of the screen? First at the one at hand; it stays at the other."""
        shown, first = {}, page.viewport_size["width"]
        for width in (first, *(width for width in WIDTHS if width != first)):
            screen(page, width)
            shown[width] = page.evaluate("document.documentElement.scrollWidth")
        return shown

    def _offers(self, walk: Walk) -> None:
        """Which actions does this page offer? Each is looked at once, by whom it is offered to."""
        who = next((who for who, one in self.persons.items() if one is walk), "")
        links = "all => all.map(one => one.getAttribute('href'))"
        for path in walk.page.eval_on_selector_all("main a[href^='/do/']", links):
            self.actions.setdefault(path.split("/")[2], (who, path))

    def deep(self, page: Any, where: str) -> None:
        """What does axe find on the page as it stands?"""
        for one in violations(page):
            self.faults.append(f"{where}: {one['id']} {[node['html'][:160] for node in one['nodes'][:3]]}")

    def heard(self) -> list[str]:
        """What was said on consoles or asked of other machines? Browsers remark on refusals; that is no fault."""
        said = [line for walk in self.persons.values() for line in walk.faults]
        return [line for line in said if not any(f"status of {code}" in line for code in REFUSALS)]
