"""Is every page of the office for everybody, in three languages, two lights and two widths, nothing from outside?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import find_browser
from browser_walk import Walk, chromium, served
from carried import office_on, set_up, settle_sqlite, sqlite_url, year_in
from every_page import AFTER, BEFORE, CODE, FILE, FORM, LANGUAGES, NO_PAGES, ON, OWN, PART, Tour, names, pages

set_up()
EMAIL, PASSWORD = "vira@office.example", "seven quiet herons wade"
SECOND = "/account/second-factor/"
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
TOO_MUCH = 3_000_000


def test_every_address_of_the_office_is_named_in_the_table() -> None:
    from collections import defaultdict

    anything = defaultdict(lambda: "x")
    named = {visit.name for visit in pages(anything)} | {*BEFORE, *AFTER, *OWN, CODE, *NO_PAGES, "action"}
    assert names() - named == set(), "an address of the URL configuration that no test looks at"
    assert named - names() == {"400", "403", "404", "405"}, "an address that is no longer there"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A carried small world in which a case, a table and a document wait; and one thing of each kind."""
    find_browser()
    folder = tmp_path_factory.mktemp("pages")
    world, path = year_in(folder)
    with office_on(sqlite_url(path)), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECLUSE_WORLD", str(world))
        things = furnish()
        from ecluse.office.kept_runs import run

        for name in ("audit", "public", "claims"):
            run(name)
    settle_sqlite(path)
    return path, things


def furnish() -> dict[str, str]:
    """What waits for somebody, one account with a password, and the ids of what is shown."""
    from desk_life import deal, do, officer, representative
    from test_api import TABLE, a_trace

    from ecluse.office.actions.people import make_account
    from ecluse.office.desk.form import Upload
    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Model

    sale = deal()
    order, planner = sale.order, officer("authority:mod", "planner")
    exporter = representative(order.exporter)
    case = do("licence.apply_to_offer", exporter, "office", class_=on_file(Model)[0].class_, destination="DK").subject
    table = Upload("officers.csv", TABLE.encode())
    proposed = do("office.propose_import", planner, "office", table="officers", file=table).subject
    do("office.attach", exporter, order.id, file=Upload("contract.pdf", b"%PDF-1.4\n%%EOF\n"))
    make_account(officer("authority:mfa", "opinion").person, EMAIL, "Vira", PASSWORD, "en")
    bodies = {"maker": sale.line.maker, "exporter": order.exporter,
              "end_user_state": f"authority:{order.destination.lower()}"}  # fmt: skip
    for body in bodies.values():
        representative(body)
    return {
        "order": order.id, "end_user": order.end_user, "case": str(case), "import": str(proposed), "line": order.line,
        "certificate": order.certificate, "model": order.model, "trace": a_trace(), **bodies, **_others(order.line),
    }  # fmt: skip


def _others(line: str) -> dict[str, str]:
    from desk_life import today

    from ecluse.custody.terms import Centre, SerialBlock
    from ecluse.office.desk.refs import on_file
    from ecluse.office.models import OrderRow, Record, Unit
    from ecluse.proceeds.terms import Shortage

    unit = Unit.objects.filter(state="delivery").order_by("serial")[0]
    return {
        "held": OrderRow.objects.filter(standing="held_refused").order_by("order")[0].order, "day": str(today()),
        "centre": on_file(Centre)[0].id, "keeper": on_file(Centre)[0].operator,
        "host": f"authority:{on_file(Centre)[0].host.lower()}", "serial": unit.serial,
        "block": next(block.id for block in on_file(SerialBlock) if block.line == line),
        "shortage": on_file(Shortage)[0].id, "record": Record.objects.filter(v="hearing/1").order_by("rid")[0].digest,
    }  # fmt: skip


@pytest.fixture(scope="module")
def tour(office: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """A browser before this office, which knows of an outside sign-in too."""
    path, _ = office
    mail = tmp_path_factory.mktemp("mail")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECLUSE_OIDC_SERVER", "http://127.0.0.1:9/outside")
        patch.setenv("ECLUSE_MAIL_FOLDER", str(mail))
        with served(sqlite_url(path)) as address, chromium() as browser:
            yield Tour(browser, address)


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.slow
def test_every_page_is_for_everybody(tour: Tour, office: tuple[Path, dict[str, str]]) -> None:
    for one in pages(office[1]):
        tour.visit(one)
    for who, path in list(tour.actions.values()):
        tour.show(tour.person(who), "action", tour.address + path)
    assert len(tour.actions) >= 8, tour.actions
    none(tour.faults + tour.heard())


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.slow
def test_every_page_of_a_password_and_its_keys_is_for_everybody(tour: Tour) -> None:
    tour.faults.clear()
    # A browser makes keys on this machine's own name only, not on its number.
    here = tour.address.replace("127.0.0.1", "localhost")
    walk = tour.persons["vira"] = Walk(tour.browser, here, "en")
    machine = walk.context.new_cdp_session(walk.page)
    machine.send("WebAuthn.enable")
    machine.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    by_password(walk)
    confirm(walk)
    for name, path in {**OWN, **{name: SECOND + path for name, path in BEFORE.items()}}.items():
        tour.show(walk, name, here + path)
    add_second_proof(walk)
    walk.go(f"{SECOND}keys/")
    key = str(walk.page.locator("main .ways a").first.get_attribute("href")).split("/")[-3]
    for name, path in AFTER.items():
        tour.show(walk, name, f"{here}{SECOND}{path.format(key=key)}")
    walk.context.clear_cookies()
    by_password(walk)
    tour.show(walk, CODE, f"{here}{SECOND}code/")
    none(tour.faults + walk.faults)


def none(faults: list[str]) -> None:
    assert not faults, "\n".join(["", *faults])


def by_password(walk: Walk) -> None:
    walk.go("/sign-in/?account")
    walk.page.fill("[name=login]", EMAIL)
    walk.page.fill("[name=password]", PASSWORD)
    with walk.page.expect_navigation():
        walk.page.click("form.form button")


def confirm(walk: Walk) -> None:
    """Who changes how he comes in shows once more who he is."""
    walk.go("/account/confirm/")
    walk.page.fill("[name=password]", PASSWORD)
    with walk.page.expect_navigation():
        walk.page.click("form.form button")


def add_second_proof(walk: Walk) -> None:
    """A telephone's code, then a key that this browser holds."""
    from test_sign_in import totp_now

    walk.go(f"{SECOND}telephone/add/")
    walk.page.fill("[name=code]", totp_now(walk.page.locator("code.secret").inner_text()))
    with walk.page.expect_navigation():
        walk.page.click("form.form button")
    assert not walk.page.url.endswith("/telephone/add/"), walk.page.locator("main").inner_text()
    walk.go(f"{SECOND}keys/add/")
    walk.page.check("[name=passwordless]")
    with walk.page.expect_navigation():
        walk.page.click("#mfa_webauthn_add")


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.slow
def test_what_comes_back_with_faults_is_for_everybody(tour: Tour, office: tuple[Path, dict[str, str]]) -> None:
    """An empty form, one that stood open too long, and one that is too large: each answered with a page."""
    tour.faults.clear()
    walk = tour.person(f"exporter@{office[1]['exporter']}")
    for lang in LANGUAGES:
        walk.page.goto(f"{tour.address}/do/licence.file/office/?lang={lang}")
        assert sent(walk, "") == 422
        tour.deep(walk.page, f"422 {lang}")
        assert walk.page.evaluate("document.documentElement.scrollWidth") <= 1280
        walk.page.goto(f"{tour.address}/settings/")
        assert sent(walk, "form[action='/preferences/'] [name=csrfmiddlewaretoken]") == 403
        tour.deep(walk.page, f"403 {lang}")
        walk.page.goto(f"{tour.address}/settings/")
        assert sent(walk, "form[action='/preferences/'] [name=csrfmiddlewaretoken]", "x" * TOO_MUCH) == 413
        assert walk.page.locator("html").get_attribute("lang") == lang
        tour.deep(walk.page, f"413 {lang}")
    none(tour.faults)


def sent(walk: Walk, field: str, value: str = "spoilt") -> int:
    """With which status does the form come back, after this field of it was given this value?"""
    if field:
        walk.page.locator(field).first.evaluate("(node, value) => { node.value = value }", value)
    form = "form:has(:focus-within)" if not field else f"form:has({field.split(' ', 1)[1]})[action='/preferences/']"
    with walk.page.expect_navigation() as gone:
        if field:
            walk.page.locator(form).first.evaluate("form => form.submit()")
        else:
            walk.page.locator("form.form").evaluate("form => { form.noValidate = true; form.submit() }")
    return int(gone.value.status)


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.slow
def test_what_is_no_page_is_what_it_says(tour: Tour, office: tuple[Path, dict[str, str]]) -> None:
    """Forms are refused in words when read, files are files, parts are parts, and the rest leads on."""
    places = {
        "draft": "/draft/licence.file/office/", "read_notices": "/notices/read/", "views": "/views/",
        "new_token": "/settings/tokens/", "end_token": "/settings/tokens/abc/end/", "go_absent": "/settings/absence/",
        "preferences": "/preferences/", "hat": "/hat/", "audit_run": "/audit/run/",
        "suggest_party": "/suggest/party/?q=a", "audit_progress": "/audit/progress/", "claim": "/claims/claim:A1/",
        "public_file": "/public/files/custody.json", "socialaccount_signup": "/account/outside/unknown/",
    }  # fmt: skip
    asks = tour.person("controller").context.request
    for name, place in places.items():
        answer = asks.get(tour.address + place, max_redirects=0)
        text = answer.text()
        if NO_PAGES[name] == FORM:
            assert (answer.status, "<h1" in text) == (405, True), (name, answer.status)
            assert "POST" in answer.headers["allow"], name
        elif NO_PAGES[name] == ON:
            assert answer.status == 302, (name, answer.status)
        elif NO_PAGES[name] == PART:
            assert (answer.status, "<html" in text) == (200, False), name
        else:
            assert NO_PAGES[name] == FILE
            assert (answer.status, "<html" in text) == (200, False), (name, answer.status)
