"""Does a planner in Chromium get an answer under a second, stop a year, and find every page usable, with script or not?

The office is small; the plan in force is the demonstration world's own, in its full size.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import find_browser
from browser_walk import Walk, chromium, said, served
from carried import ROOT, set_up, sqlite_url
from planned_office import dismiss, planned_office

set_up()
pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.browser]
PLAN = ROOT / "examples" / "ua-2026" / "plan.json"
PAGES = ("", "figures/", "flows/", "lines/", "compare/", "why/?model=model:fpv-01&month=2026-03", "rules/", "capacity/",
         "against/", "what-if/", "tornado/", "solve/")  # fmt: skip
MOST_SECONDS, STOP_SECONDS, MOST_BYTES = 1, 2, 250_000
TRIES = 3
# What a planner asks most often, and one of each other kind; two together at the end.
QUESTIONS = (
    ("budget", "", "", "+5%"), ("rate:EUR", "", "", "-10%"), ("lag", "", "", "+1"), ("share", "", "", "50%"),
    ("destination:AU", "", "", "closed"), ("centre:centre:dk-4", "2026-04", "2026-06", "closed"),
    ("line:plant:de-fpv-11", "2026-05", "2026-07", "50%"), ("need:need:interceptor-1", "", "", "+10%"),
)  # fmt: skip
# From the click to the answer in the page, by the page's own clock.
TIMED = """(button) => new Promise((done) => {
  const place = document.querySelector("#what-if"), began = performance.now();
  new MutationObserver((_, watch) => {
    if (place.querySelector("[data-answered]")) { watch.disconnect(); done(performance.now() - began); }
  }).observe(place, { childList: true, subtree: true });
  place.querySelector("[data-answered]")?.remove();
  button.click();
})"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_browser()
    return planned_office(tmp_path_factory.mktemp("planner"), PLAN.read_bytes(), "example")


@pytest.fixture(scope="module")
def site(office: Path) -> Iterator[tuple[str, Any]]:
    with served(sqlite_url(office)) as address, chromium() as browser:
        yield address, browser
    dismiss(office)


@pytest.fixture
def planner(site: tuple[str, Any]) -> Iterator[Walk]:
    """A planner at the screen; whatever the console says is a fault."""
    walk = Walk(site[1], site[0], "en")
    walk.enter("planner", to="/plan/")
    yield walk
    walk.context.close()
    assert walk.faults == [], "\n".join(walk.faults)


def folder_of(office: Path) -> Path:
    return office.with_name(f"{office.name}.kept") / "planning"


def ask(page: Any, what: str, first: str, last: str, value: str) -> None:
    for name, chosen in (("what", what), ("first", first), ("last", last)):
        page.locator(f"#{name}").select_option(chosen)
    page.fill("#value", value)


def answered(page: Any) -> float:
    """How many seconds does the page take to answer what is filled in?"""
    milliseconds = page.locator("#ask").evaluate(TIMED)
    return float(milliseconds) / 1000


def clear(page: Any) -> None:
    page.locator("button[name=clear]").click()
    page.wait_for_function("() => !document.querySelector('#what-if input[name=set]')")


def hurry() -> float:
    """How many times slower is this machine now than a quiet one? As many as wait for each of its processors."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_what_if_answers_in_under_a_second_at_the_size_of_the_demonstration(planner: Walk) -> None:
    page = planner.page
    planner.go("/plan/what-if/")
    ask(page, *QUESTIONS[0])
    answered(page)  # the first one finds the solver warm or still warming
    clear(page)
    took: dict[str, float] = {}
    for question in QUESTIONS:
        tries = []
        for _ in range(TRIES):
            ask(page, *question)
            tries.append(answered(page) / hurry())
            clear(page)
            if tries[-1] < MOST_SECONDS:
                break
        took[" ".join(question)] = min(tries)
    for question in QUESTIONS[:3]:
        ask(page, *question)
        together = answered(page) / hurry()
    took["together"] = together
    print({name: round(seconds, 3) for name, seconds in took.items()}, f"on a machine {hurry():.1f} times as busy")
    assert max(took.values()) < MOST_SECONDS, took
    assert page.locator("#what-if input[name=set]").count() >= len(QUESTIONS[:3])


def test_every_page_of_the_plan_is_for_everybody(planner: Walk) -> None:
    planner.seen.clear()
    for number, path in enumerate(PAGES):
        planner.go(f"/plan/{path}")
        planner.look(f"/plan{number}/")


def test_an_answer_and_one_that_says_no_are_for_everybody_and_are_told_to_those_who_listen(planner: Walk) -> None:
    page = planner.page
    for width, light in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=light)
        planner.go("/plan/what-if/")
        page.locator("#quick-1").click()
        page.wait_for_selector("[data-answered]")
        assert page.evaluate("document.activeElement.id") == "quick-1", "who pressed a button stays there"
        assert page.locator("#what-if-said[role=status]").inner_text().strip()
        planner.check()
        ask(page, "order", "", "", "+500%")
        page.locator("#ask").click()
        page.get_by_role("heading", name=said("planpages.answer.infeasible", "en")).wait_for()
        planner.check()
        page.fill("#value", "much")
        page.locator("#ask").click()
        page.locator("#value[aria-invalid=true]").wait_for()
        planner.check()


def test_a_planner_without_a_mouse_asks_removes_and_reads(planner: Walk) -> None:
    page = planner.page
    planner.go("/plan/what-if/")
    page.locator("#what").focus()
    page.keyboard.type("The budget")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "value"
    page.keyboard.type("+5%")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answered]")
    assert page.locator("#what-if input[name=set]").first.get_attribute("value") == "budget=+5%"
    page.locator("#drop-0").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('#what-if input[name=set]')")
    planner.go("/plan/")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/plan/")


def test_a_bar_of_the_waterfall_opens_its_records_and_paper_shows_it_drawn(planner: Walk) -> None:
    page = planner.page
    planner.go("/plan/?class=interceptor")
    page.locator(".chart[data-live] .live svg").wait_for()
    bars = page.locator(".chart .live svg path[fill='#66757a']")
    with page.expect_navigation():
        bars.first.click()
    assert "/plan/figures/?class=interceptor&kind=orders" in page.url
    planner.go("/plan/?class=interceptor")
    page.locator(".chart[data-live] .live svg").wait_for()
    page.emulate_media(media="print")
    assert page.locator(".chart .drawn svg").first.is_visible()
    assert not page.locator(".chart .live").first.is_visible()


def test_a_year_is_solved_before_ones_eyes_and_its_document_given_on(planner: Walk, office: Path) -> None:
    page = planner.page
    planner.go("/plan/what-if/")
    page.locator("#quick-1").click()
    page.wait_for_selector("[data-answered]")
    with page.expect_navigation():
        page.get_by_role("button", name=said("planpages.what_if.solve", "en")).click()
    with page.expect_navigation():
        page.locator("button[name=go]").click()
    page.locator(".stages").wait_for()
    planner.check()
    page.locator(".offers").wait_for(timeout=90_000)
    planner.check()
    assert page.locator(".stages tbody tr").count() >= 12
    with page.expect_download() as given:
        page.locator("a[href='/plan/solve/document/']").click()
    from ecluse.plan.kept import read_kept

    assert read_kept(Path(given.value.path()).read_bytes()).units_exported > 0


def test_a_running_year_is_stopped_within_two_seconds_of_the_click(planner: Walk, office: Path) -> None:
    """Its process is held still first, so that it is surely running, and deaf to every signal but the last."""
    page, told = planner.page, folder_of(office) / "year.json"
    planner.go("/plan/solve/")
    with page.expect_navigation():
        page.locator("button[name=go]").click()
    run = json.loads(told.read_text())
    assert run["state"] == "running"
    os.kill(run["pid"], signal.SIGSTOP)
    page.locator("#plan-progress").wait_for()
    planner.check()
    began = time.monotonic()
    with page.expect_navigation():
        page.get_by_role("button", name=said("planpages.solve.cancel", "en")).click()
    took = (time.monotonic() - began) / hurry()
    assert took < STOP_SECONDS
    assert json.loads(told.read_text())["state"] == "cancelled"
    assert not Path(f"/proc/{run['pid']}/cmdline").exists() or not Path(f"/proc/{run['pid']}/cmdline").read_bytes()
    assert said("planpages.state.cancelled", "en") in page.locator("main").inner_text()
    planner.check()


def test_without_script_every_step_is_a_page(site: tuple[str, Any]) -> None:
    address, browser = site
    context = browser.new_context(locale="en", java_script_enabled=False)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{address}/sign-in/?next=/plan/what-if/")
    page.locator("form:has(input[value=planner]) button").first.click()
    assert page.url.endswith("/plan/what-if/")
    page.locator("#what").select_option("lag")
    page.fill("#value", "+1")
    page.locator("#ask").click()
    page.wait_for_selector("[data-answered]")
    assert page.locator("h1").count() == 1, "a whole page"
    page.get_by_role("button", name=said("planpages.what_if.solve", "en")).click()
    assert page.locator("input[name=set]").get_attribute("value") == "lag=+1"
    page.locator("button[name=go]").click()
    page.locator(".offers").wait_for(timeout=90_000)
    page.goto(f"{address}/plan/")
    assert page.locator(".chart .drawn svg").first.is_visible()
    context.close()


def test_pictures_of_the_planners_pages(planner: Walk, tmp_path: Path) -> None:
    page, shots = planner.page, Path(os.environ.get("ECLUSE_PICTURES") or tmp_path)
    planner.go("/plan/?class=interceptor")
    page.locator(".chart[data-live] .live svg").wait_for()
    page.screenshot(path=shots / "plan.png")
    planner.go("/plan/what-if/")
    page.locator("#quick-1").click()
    page.wait_for_selector("[data-answered]")
    page.evaluate("document.querySelector('#what-if').scrollIntoView()")
    page.screenshot(path=shots / "what-if.png")
    for name in ("plan", "what-if"):
        assert 0 < (shots / f"{name}.png").stat().st_size <= MOST_BYTES
