"""Does a centre work on without a network: ten handovers in Chromium, a reload; then do office, log and audit agree?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from api_calls import log_sizes
from browser import QUIET, find_browser
from browser_walk import NOBODY_ELSE, Walk, chromium, said, served
from captured import Way, custodian_of, hold_out, serials_of, way
from carried import office_on, set_up, settle_sqlite, sqlite_url, year_in

set_up()
pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.browser]
PARTS, ALL, UNITS = 10, 12, 24
CYRILLIC = "Р"
LANGUAGES = ("uk", "en", "fr")
# What Chromium itself remarks on when a network is away, or a call is refused: no fault of the page.
REMARKS = ("ERR_INTERNET_DISCONNECTED", "status of 409", "status of 422", "ERR_CONNECTION_RESET")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000"
    "000049454e44ae426082"
)
LINES = (
    "UA-FPV000417M", "UA-FPV000417N", "UA-FPV000471M", "UА-FPV000417M", "ua-fpv000417m", "UA-FPV 000417M", "417", "",
    "UA-FPVOOO417M", "UA-FPV000417M\u001d", "UA-FPV\u200b000417M", "UA‐FPV000417M", "UA-FPV000417M..UA-FPV000420W",
    "UA-FPV000420W..UA-FPV000417M", "UA-FPV0004I7M", "ÜA-FPV000417M", "UA-FPV000417М",
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Way, dict[str, list[str]]]:
    """A carried small year in which twelve consignments are on their way to a centre."""
    find_browser()
    path = year_in(tmp_path_factory.mktemp("offline"))[1]
    with office_on(sqlite_url(path)):
        found = way(ALL, UNITS)
        for tranche in found.tranches:
            hold_out(found, tranche)
        serials = {tranche: serials_of(tranche) for tranche in found.tranches}
    settle_sqlite(path)
    return path, found, serials


@pytest.fixture(scope="module")
def site(office: Any) -> Iterator[tuple[str, Any]]:
    with served(sqlite_url(office[0])) as address, chromium() as browser:
        yield address, browser


@pytest.fixture
def keeper(site: tuple[str, Any], office: Any) -> Iterator[Walk]:
    """The centre's officer at the screen; whatever the console says is a fault."""
    walk = Walk(site[1], site[0], "en")
    walk.enter("centre", office[1].operator)
    yield walk
    walk.context.close()
    faults = [fault for fault in walk.faults if not any(remark in fault for remark in REMARKS)]
    assert faults == [], "\n".join(faults)


def capture_of(office: Any) -> str:
    return f"/centre/{office[1].centre}/capture/"


def ready(page: Any) -> None:
    page.locator("#capture[data-ready=yes]").wait_for()


def count(page: Any, state: str, number: int) -> None:
    page.locator(f"#capture[data-{state}='{number}']").wait_for()


def take_down(page: Any, tranche: str, serials: list[str]) -> None:
    """The officer chooses the paper and reads every number, with Enter after each, as a scanner does."""
    page.locator("#paper").select_option(f"arrivals:{tranche}")
    for serial in serials:
        page.locator("#serial").fill(serial)
        page.locator("#serial").press("Enter")
    page.locator("#queue-it").click()


def test_a_centre_goes_offline_takes_ten_handovers_and_comes_back(keeper: Walk, office: Any) -> None:
    page, (path, found, serials) = keeper.page, office
    first, second, *others = found.tranches[:PARTS]
    keeper.go(capture_of(office))
    ready(page)
    page.locator("#capture[data-kept=yes]").wait_for(state="attached")
    before, told = asked(path, lambda: (log_sizes(), findings()))
    keeper.context.set_offline(True)
    take_down(page, first, serials[first])
    count(page, "waiting", 1)
    correct_a_wrong_one(keeper, second, serials)
    count(page, "waiting", 2)
    page.reload()
    ready(page)
    count(page, "waiting", 2)
    assert page.locator("#net").inner_text() == keeper.said("capture.net.offline")
    for tranche in others:
        take_down(page, tranche, serials[tranche])
    count(page, "waiting", PARTS)
    keeper.check()
    assert asked(path, log_sizes) == before, "nothing has reached the office yet"
    keeper.context.set_offline(False)
    count(page, "sent", PARTS)
    page.get_by_text(keeper.said("capture.photo_sent", name="crate.png")).wait_for()
    assert page.locator("#queue .card[data-state=sent]").count() == PARTS
    page.reload()
    ready(page)
    count(page, "waiting", 0)
    the_office_agrees(path, found, before, told)


def correct_a_wrong_one(keeper: Walk, tranche: str, serials: dict[str, list[str]]) -> None:
    """A wrong serial is pointed out before it is queued, mended at once; a photo is laid beside it."""
    page, (right, *rest) = keeper.page, serials[tranche]
    page.locator("#paper").select_option(f"arrivals:{tranche}")
    page.locator("#serial").fill(right[:-2] + ("1" if right[-2] != "1" else "2") + right[-1])
    page.locator("#serial").press("Enter")
    page.locator("#serial-doubt").wait_for()
    assert page.locator("#lines li").count() == 0
    assert page.locator("#serial").get_attribute("aria-invalid") == "true"
    page.locator("#serial").fill(right.replace("P", CYRILLIC, 1).lower())
    page.locator("#serial").press("Enter")
    page.get_by_role("button", name=keeper.said("capture.take_meant", meant=right)).click()
    for serial in rest:
        page.locator("#serial").fill(serial)
        page.locator("#add").click()
    page.locator("#photos").set_input_files({"name": "crate.png", "mimeType": "image/png", "buffer": PNG})
    page.locator("#photo-list li").wait_for()
    assert hashlib.sha256(PNG).hexdigest()[:16] in page.locator("#photo-list").inner_text()
    assert page.locator("#read").inner_text() == keeper.said("capture.read_of", read=len(rest) + 1, due=len(rest) + 1)
    page.locator("#queue-it").click()


def the_office_agrees(path: Path, found: Way, before: dict[str, int], told: set[tuple[str, str, str]]) -> None:
    """Custodians, log entries and the audit's promises tell the same of ten handovers, each once."""
    signed, photos, sizes, after = asked(path, lambda: (each(found), photos_of(found), log_sizes(), findings()))
    assert signed == [(1, 1, {found.operator})] * PARTS
    assert photos == [0, 1, *[0] * (PARTS - 2)]
    log = f"{found.centre.replace('centre:', 'centre-')}/2026"
    # Each receipt is one entry, what was taken down another; one photo is one more.
    assert {name: size - before.get(name, 0) for name, size in sizes.items() if size != before.get(name, 0)} == {
        log: 2 * PARTS + 1
    }
    assert after == told, "ten handovers more break nothing, and what was broken before is told as before"
    assert not [one for one in after if any(tranche in one[2] for tranche in found.tranches)]


def asked(path: Path, work: Callable[[], Any]) -> Any:
    """What does the office say, asked beside the browser? In a thread of its own: the browser's has a loop running."""

    def ask() -> Any:
        with office_on(sqlite_url(path)):
            return work()

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(ask).result()


def each(found: Way, tranches: Sequence[str] = ()) -> list[tuple[int, int, set[str]]]:
    """Of each consignment: how many handovers, how many taken down, who has it?"""
    from ecluse.custody.terms import Capture, Manifest
    from ecluse.office.desk.today import open_session

    session = open_session()
    return [
        (len(session.of(one, Manifest)), len(session.of(one, Capture)), custodian_of(one))
        for one in tranches or found.tranches[:PARTS]
    ]


def photos_of(found: Way) -> list[int]:
    """How many photos lie beside each consignment's handover, by what was taken down and what the office has?"""
    from ecluse.custody.terms import Capture
    from ecluse.office.actions.documents import attachments_of
    from ecluse.office.desk.today import open_session

    session = open_session()
    there = {one.digest for one in attachments_of(session, found.order.id)}
    captures = [session.of(one, Capture)[0] for one in found.tranches[:PARTS]]
    return [sum(photo in there for photo in capture.photos) for capture in captures]


def findings() -> set[tuple[str, str, str]]:
    """What do P5 and P6 find in this office: promise, what, about whom?"""
    from ecluse.office.audit.promises import MODULES, run
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally

    reading, found = read(), set()
    for promise in ("P6", "P5"):
        tally = Tally(promise, reading.tainted)
        for check in MODULES[promise].CHECKS:
            run(check, reading, tally)
        found |= {(promise, one.key, one.subject) for one in tally.findings}
    return found


def test_a_refused_one_stays_with_its_grounds_while_the_others_go_on(keeper: Walk, office: Any) -> None:
    """And where the answer is lost on its way, what was taken is told again and never taken twice."""
    page, (path, found, serials) = keeper.page, office
    wrong, right = found.tranches[PARTS:]
    keeper.go(capture_of(office))
    ready(page)
    keeper.context.set_offline(True)
    take_down(page, wrong, [serials[wrong][0], serials[right][0]])
    take_down(page, right, serials[right])
    count(page, "waiting", 2)
    keeper.context.set_offline(False)
    count(page, "refused", 1)
    count(page, "sent", 1)
    card = page.locator("#queue .card[data-state=refused]")
    assert serials[right][0] in card.locator(".grounds").inner_text()
    keeper.check()
    page.reload()
    ready(page)
    count(page, "refused", 1)
    card.get_by_role("button", name=keeper.said("capture.correct_of", tranche=wrong)).click()
    page.get_by_role("button", name=keeper.said("capture.remove_line", serial=serials[right][0])).click()
    page.locator("#serial").fill(serials[wrong][1])
    page.locator("#serial").press("Enter")
    lost = lose_one_answer(keeper)
    page.locator("#queue-it").click()
    page.locator("#capture[data-net=offline]").wait_for()
    assert len(lost) == 1
    count(page, "waiting", 1)
    page.locator("#send").click()
    count(page, "sent", 2)
    assert asked(path, lambda: each(found, found.tranches[PARTS:])) == [(1, 1, {found.operator})] * 2


def lose_one_answer(keeper: Walk) -> list[int]:
    """The next handover reaches the office, whose answer reaches nobody."""
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort("connectionreset")

    keeper.page.route("**/handovers/", lose)
    return lost


def test_what_waits_outlives_the_browser(site: tuple[str, Any], office: Any, tmp_path: Path) -> None:
    """A handover typed in whole while the network is away; the browser is shut, and opened again without a network."""
    address, browser = site
    tranche, serial = office[1].tranches[0], office[2][office[1].tranches[0]][0]
    more = {"executable_path": find_browser(), "args": [*QUIET[1:], NOBODY_ELSE], "locale": "en"}
    for is_first in (True, False):
        context = browser.browser_type.launch_persistent_context(str(tmp_path / "profile"), **more)
        context.set_default_timeout(20_000)
        page = context.new_page()
        if is_first:
            page.goto(f"{address}/sign-in/demo/centre/?q={office[1].operator}")
            page.locator(".choices button").first.click()
            page.goto(address + capture_of(office))
            ready(page)
            page.locator("#capture[data-kept=yes]").wait_for()
            context.set_offline(True)
            page.locator("#paper").select_option("other")
            page.locator("#tranche").fill(tranche)
            page.locator("#serial").fill(serial)
            page.locator("#add").click()
            page.locator("#queue-it").click()
        else:
            context.set_offline(True)
            page.goto(address + capture_of(office))
            ready(page)
            assert tranche in page.locator("#queue .card[data-state=waiting]").inner_text()
        count(page, "waiting", 1)
        context.close()


def test_the_page_and_the_office_read_a_serial_alike(keeper: Walk, office: Any) -> None:
    from ecluse.custody.scan import Blocks, read_scanned
    from ecluse.custody.terms import SerialBlock

    keeper.go(capture_of(office))
    blocks = Blocks([SerialBlock("block:1", "line:1", "model:1", "UA-FPV", 0, 999_999, None, False)])  # type: ignore[arg-type]
    ask = """async (lines) => {
      const { doubtOf } = await import("/static/office/capture_serials.js");
      return lines.map((line) => doubtOf(line));
    }"""
    ready(keeper.page)
    for line, doubt in zip(LINES, keeper.page.evaluate(ask, list(LINES)), strict=True):
        ours = read_scanned([line], blocks).doubts
        assert (doubt or {}).get("kind") == (ours[0].kind if ours else None), line
        facts = dict(ours[0].facts) if ours else {}
        assert {name: doubt[name] for name in facts} == facts, line


def test_the_desk_and_the_page_are_for_everybody(keeper: Walk, office: Any) -> None:
    for name in ("desk", "capture"):
        keeper.go(f"/centre/{office[1].centre}/{name}/")
        keeper.look(f"/centre-{name}/{name}")
        for lang in LANGUAGES:
            keeper.go(f"/centre/{office[1].centre}/{name}/?lang={lang}")
            assert keeper.page.locator("h1").inner_text().startswith(said(
                "capture.desk.title" if name == "desk" else "capture.title", lang
            ))  # fmt: skip
