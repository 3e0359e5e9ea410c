"""Does a finder in Chromium get an answer about a serial number, and does an officer work a request to its package?"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import find_browser
from browser_walk import Walk, chromium, said, served
from carried import office_on, set_up, sqlite_url
from pages3_office import carry_small

set_up()
pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.browser]
LANG = "en"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A published small year, and the number of a unit that was delivered."""
    find_browser()
    path = carry_small(tmp_path_factory.mktemp("finder"), "public").path
    with office_on(sqlite_url(path)):
        from ecluse.office.models import Unit

        serial = Unit.objects.filter(state="delivery").order_by("serial")[0].serial
    return path, serial


@pytest.fixture(scope="module")
def site(office: tuple[Path, str]) -> Iterator[tuple[str, Any]]:
    with served(sqlite_url(office[0])) as address, chromium() as browser:
        yield address, browser


@pytest.fixture
def walk(site: tuple[str, Any]) -> Iterator[Walk]:
    """Somebody at the screen; whatever the console says is a fault."""
    one = Walk(site[1], site[0], LANG)
    yield one
    one.context.close()
    assert one.faults == [], "\n".join(one.faults)


def ask(walk: Walk, reading: str) -> str:
    walk.page.get_by_label(said("pages3.serial.label", LANG)).fill(reading)
    walk.follow(said("pages3.serial.ask", LANG))
    return str(walk.page.locator("main").inner_text())


def test_a_finder_asks_for_a_serial_and_gets_the_answer(walk: Walk, office: tuple[Path, str]) -> None:
    serial = office[1]
    walk.go("/public/serial/")
    text = ask(walk, serial[:-1])
    assert said("pages3.serial.misread", LANG) in text
    assert serial not in text, "nothing that only looks like it is suggested to a stranger"
    text = ask(walk, serial.lower())
    for key in ("pages3.serial.made", "tracing.public.licensed.yes", "tracing.public.lost.no"):
        assert said(key, LANG) in text
    walk.look("/public/serial")
    with walk.page.expect_download() as file:
        walk.page.get_by_role("link", name="JSON").click()
    assert '"licensed": true' in Path(file.value.path()).read_text(encoding="utf-8")


def test_an_officer_works_a_request_from_its_receipt_to_its_package(
    walk: Walk, office: tuple[Path, str], tmp_path: Path
) -> None:  # fmt: skip
    serial = office[1]
    walk.enter("author", to="/traces/")
    walk.look("/traces")
    walk.follow(said("desk.tracing.receive.title", LANG))
    walk.look("/do/tracing.receive")
    walk.fill(
        requester="Police of Riga", requester_state="LV", contact_point="desk@police.example", reference="LV-17",
        serial_read=serial.replace("0", "O"), recovered_state="LV", recovered_on="2026-03-01", circumstance="crime",
        circumstances="in the boot of a car", intended_use="investigation", urgency="urgent", handling="police",
        marks="frame: 17/3",
    )  # fmt: skip
    walk.send()
    walk.see_done("tracing.receive")
    for name in ("acknowledge", "take", "propose"):
        walk.act(f"tracing.{name}")
    assert said("tracing.slip.shape", LANG) in walk.page.locator("main").inner_text()
    walk.act("tracing.confirm", serial=serial, reason="the frame bears 17/3, as the marking record says")
    walk.act("tracing.answer")
    walk.look("/traces/answered")
    with walk.page.expect_download() as file:
        walk.page.get_by_role("link", name="ZIP").click()
    kept = tmp_path / "package.zip"
    file.value.save_as(kept)
    names = zipfile.ZipFile(kept).namelist()
    assert {"package.json", "README.uk.txt", "README.en.txt", "README.fr.txt"} <= set(names)
    assert sum(name.endswith(".tlog-proof") for name in names) >= 4
