"""Does the tutorial hold word for word: its commands, its forms, its code, its pictures?"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import find_browser
from browser_walk import Walk, chromium, said, served
from carried import demonstration_in, set_up, settle_sqlite, sqlite_url

set_up()

ROOT = Path(__file__).resolve().parent.parent
PAGE, PICTURES = ROOT / "docs" / "tutorial.md", ROOT / "docs" / "pictures"
TEXT = PAGE.read_text(encoding="utf-8")
WIDE, HIGH, MOST_BYTES = 1280, 860, 200_000
SECONDS = 1800
# Words in bold are words of the page; these stand on cards, links and buttons.
KEYS = (
    "house.sign_in", "people.card_author", "house.place.orders", "people.card_end_user_state",
    "desk.parties.state_end_use.title", "people.card_exporter", "desk.licence.file.title", "browse.take_role",
    "people.card_opinion", "desk.licence.give_opinion.title", "desk.choice.for", "pages2.home.title",
)  # fmt: skip


def blocks(kind: str) -> list[str]:
    """Which blocks of this kind stand on the page, in order?"""
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def table(action: str) -> list[tuple[str, str]]:
    """Which values does the tutorial give for this form, label by label?"""
    rows = TEXT.split(f"<!-- form {action} -->")[1].split("\n\n")[1]
    return re.findall(r"^\| ([^|]+?) \| `([^`]+)` \|$", rows, re.MULTILINE)


def test_the_words_in_bold_are_those_of_the_pages() -> None:
    from ecluse.base.words import has_words

    bold = set(re.findall(r"\*\*([^*]+)\*\*", TEXT))
    assert all(has_words(key, "en") for key in KEYS), [key for key in KEYS if not has_words(key, "en")]
    assert bold == {said(key, "en") for key in KEYS}


def test_the_pictures_are_of_one_measure_and_small() -> None:
    shown = re.findall(r"\]\(pictures/([\w-]+\.png)\)", TEXT)
    assert len(shown) == 4
    for name in shown:
        picture = (PICTURES / name).read_bytes()
        assert struct.unpack(">2I", picture[16:24]) == (WIDE, HIGH)
        assert len(picture) <= MOST_BYTES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make run SERVE=0` leaves it: the year carried into var/ecluse.sqlite3."""
    find_browser()
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "var").mkdir()
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    done = demonstration_in(folder / "var" / "ecluse.sqlite3")
    assert done["status"] == 0, done["told"][-4000:]
    return folder


def shell(folder: Path, commands: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What do these lines do in a terminal whose environment is active?"""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # A reader's terminal names no database and no Django settings; this process does.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ECLUSE_", "DJANGO_"))}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder, env={**plain, "PATH": path, "PYTHONPATH": str(ROOT), "ECLUSE_LANG": "en", **more},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture
def guest(folder: Path) -> Iterator[Walk]:
    """Who reads the tutorial, before the office that step 1 opens."""
    with served(sqlite_url(folder / "var" / "ecluse.sqlite3")) as address, chromium() as browser:
        walk = Walk(browser, address, "en")
        # Other tests look whether these pages are for everybody.
        walk.check = lambda *, deep=True: None  # type: ignore[method-assign,misc]
        walk.look = lambda kind: None  # type: ignore[method-assign]
        yield walk
        assert walk.faults == []
    settle_sqlite(folder / "var" / "ecluse.sqlite3")


@pytest.mark.db
@pytest.mark.slow
@pytest.mark.browser
def test_the_steps_in_the_browser(guest: Walk, folder: Path, tmp_path: Path) -> None:
    shots = Path(os.environ.get("ECLUSE_PICTURES") or tmp_path)
    guest.go("/overview/")
    shoot(guest, shots / "overview.png")
    guest.enter("author", to="/orders/order:0054/")
    assert "custody.custody_does_not_overlap" in guest.page.locator("main").inner_text()
    shoot(guest, shots / "order-held.png")
    guest.enter("end_user_state", "authority:no", to="/parties/party:state-body-0446/")
    guest.follow(said("desk.parties.state_end_use.title", "en"))
    fill(guest, "parties.state_end_use")
    guest.send()
    assert "statement:no-T-1" in guest.page.locator("main").inner_text()
    guest.enter("exporter", "party:maker-039")
    guest.follow(said("desk.licence.file.title", "en"))
    fill(guest, "licence.file")
    shoot(guest, shots / "application.png")
    guest.send()
    guest.see_done("licence.file")
    order = guest.page.url.split("/orders/")[1].split("/?")[0]
    guest.enter("opinion", "Security Service", to=f"/orders/{order}/")
    guest.act("licence.give_opinion", voice="for", reason="No objection.")
    shoot(guest, shots / "order-next.png")
    guest.enter("author", to="/settings/")
    code = blocks("python")[0].replace("http://127.0.0.1:8000", guest.address)
    read = shell(folder, f"python - <<'CODE'\n{code}\nCODE", TOKEN=token(guest))
    assert read.stdout.strip() == "held_refused", read.stderr
    for name in ("overview", "order-held", "application", "order-next"):
        assert (shots / f"{name}.png").stat().st_size <= MOST_BYTES


def fill(guest: Walk, action: str) -> None:
    """Fill the form at hand from the tutorial's table, which names fields by their labels."""
    from ecluse.office.desk.form import fields_of
    from ecluse.office.desk.registry import all_actions

    by_label = {said(f"desk.field.{field.name}", "en"): field.name for field in fields_of(all_actions()[action].form)}
    given = table(action)
    assert given
    guest.fill(**{by_label[label]: value for label, value in given})


def token(guest: Walk) -> str:
    """Make a token that reads, on the settings page."""
    guest.page.locator("#name").fill("tutorial")
    guest.follow(said("people.token_make", "en"))
    return str(guest.page.locator(".secret").inner_text()).strip()


def shoot(guest: Walk, to: Path) -> None:
    """A picture of the page as a desktop shows it."""
    guest.page.set_viewport_size({"width": WIDE, "height": HIGH})
    guest.page.wait_for_load_state("networkidle")
    guest.page.evaluate("scrollTo(0, 0)")
    guest.page.screenshot(path=to)


@pytest.mark.db
@pytest.mark.slow
def test_the_commands_in_the_terminal(folder: Path) -> None:
    first, explain, token_line, fraud, stranger = blocks("sh")
    assert (first, token_line) == ("make run\n", "export TOKEN=...\n")
    told = shell(folder, explain)
    assert told.returncode == 0, told.stderr
    assert "One custodian at every instant" in told.stdout
    named = shell(folder, fraud)
    assert re.search(r"Promise P5 is now broken: \S+, 2026-", named.stdout), (named.stdout, named.stderr[-2000:])
    checked = shell(folder, stranger)
    assert checked.returncode == 0, (checked.stdout, checked.stderr[-2000:])
    assert "checked" in checked.stdout
