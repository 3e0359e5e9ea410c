"""Does the office's first page tell its figures in three languages, without script, and nothing from elsewhere?"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browser import browse, find_browser
from carried import ROOT, log_root, office_on, python, sqlite_url

LANGUAGES = ("uk", "en", "fr")
ON = date(2026, 12, 31)
STANDINGS = [("surplus", "held_refused", 12), ("licence", "held_referred", 7), ("custody", "open", 3),
             ("proceeds", "passed", 1978)]  # fmt: skip
START_SECONDS = 60
SETTLED_SECONDS = 4
AT_ONCE_SECONDS = 5


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a demonstration office with two thousand orders and two logs."""
    return furnish(tmp_path_factory.mktemp("page") / "office.sqlite3")


def furnish(path: Path, *, is_demonstration: bool = True) -> str:
    url = sqlite_url(path)
    with office_on(url):
        from ecluse.base.proof import Edge, leaf_hash
        from ecluse.office.models import CertificateBalance, LicenceLine, LogHead, OrderRow, Setting

        OrderRow.objects.bulk_create(
            OrderRow(order=f"order:{gate}-{n}", exporter="party:x", filed_on=ON, standing=standing, gate=gate)
            for gate, standing, count in STANDINGS
            for n in range(count)
        )
        CertificateBalance.objects.create(certificate="certificate:a", model="model:a", units_certified=5)
        LicenceLine.objects.create(licence="licence:a", order="order:a", state="issued", units=5)
        for log, size in (("home/2026", 5), ("centre-01/2026", 3)):
            edge = Edge.of(leaf_hash(f"{log}/{n}".encode()) for n in range(size))
            LogHead.objects.create(log=log, size=size, edge_hex=edge.to_hex())
        carried = {"kind": "demonstration", "seed": "toy-2026/7", "carried": str(ON)}
        for key, value in (carried if is_demonstration else {"kind": "service"}).items():
            Setting.objects.create(key=key, value=value)
    return url


@pytest.fixture
def office(database: str) -> Iterator[Any]:
    """Someone who asks this office for its page."""
    with office_on(database):
        from django.test import Client

        yield Client(SERVER_NAME="127.0.0.1")


# ------------------------------------------------------------------ what the page says


@pytest.mark.db
@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_told_in_the_visitors_language(office: Any, lang: str) -> None:
    from ecluse.base.words import say, spell

    page = office.get("/", headers={"accept-language": f"{lang}, de;q=0.5"})
    text = page.content.decode()
    assert page.status_code == 200
    assert f'<html lang="{lang}" ' in text
    assert page["Content-Language"] == lang
    for count, word in ((2000, None), (1978, "passed"), (12, "held_refused"), (7, "held_referred"), (3, "open")):
        assert f"<strong>{spell(count, lang)}</strong>" in text
        assert word is None or say(f"standing.{word}", lang) in text
    assert say("page.heading", lang) in text
    assert log_root() in text
    assert text.count('<svg xmlns="http://www.w3.org/2000/svg" class="flow') == 2


@pytest.mark.db
def test_a_language_once_chosen_is_remembered(office: Any) -> None:
    assert '<html lang="fr" ' in office.get("/?lang=fr", headers={"accept-language": "uk"}).content.decode()
    assert '<html lang="fr" ' in office.get("/", headers={"accept-language": "uk"}).content.decode()
    assert office.cookies["django_language"]["httponly"]


@pytest.mark.db
@pytest.mark.parametrize("asked", ["de", "", "../uk", "en<script>"])
def test_a_language_that_nobody_speaks_here_changes_nothing(office: Any, asked: str) -> None:
    page = office.get("/", {"lang": asked}, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert '<html lang="en" ' in page.content.decode()
    assert "django_language" not in page.cookies


@pytest.mark.db
def test_an_empty_office_says_how_to_fill_it(tmp_path: Path) -> None:
    with office_on(sqlite_url(tmp_path / "empty.sqlite3")):
        from django.test import Client

        text = Client(SERVER_NAME="127.0.0.1").get("/", headers={"accept-language": "en"}).content.decode()
    assert "make run" in text
    assert 'class="flow' not in text


@pytest.mark.db
def test_only_a_demonstration_is_marked_as_one(office: Any, tmp_path: Path) -> None:
    from ecluse.base.words import say

    said = say("house.demonstration", "en")
    assert said in office.get("/?lang=en").content.decode()
    with office_on(furnish(tmp_path / "service.sqlite3", is_demonstration=False)):
        from django.test import Client

        text = Client(SERVER_NAME="127.0.0.1").get("/?lang=en").content.decode()
    assert said not in text
    assert "invented" not in text


TEMPLATES = sorted((Path(__file__).parent.parent / "ecluse/office/templates/office").rglob("*.html"))
TEMPLATES = [path for path in TEMPLATES if "<" in path.read_text(encoding="utf-8")]  # one holds attributes only


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_sentence_stands_outside_the_catalogues(path: Path) -> None:
    template = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    template = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", re.sub(r"<code>[^<{]*</code>", " ", template))
    template = re.sub(r"<(script|style)\b.*?</\1>", " ", template, flags=re.DOTALL)
    for spoken in re.findall(r'\s(?:title|aria-label|alt|placeholder)="([^"]*)"', template):
        assert not re.search(r"[^\W\d_]{2}", spoken), spoken
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>|&\w+;", " ", template))
    assert set(words) <= {"Écluse", "JSON", "ZIP"}, set(words)


# ------------------------------------------------------------------ what a browser is allowed


@pytest.mark.db
def test_nothing_comes_from_elsewhere_and_nothing_inline_runs(office: Any) -> None:
    page = office.get("/?lang=en")
    text = page.content.decode()
    policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert not {"unsafe-inline", "unsafe-eval", "*"} & set(re.findall(r"[\w*-]+", page["Content-Security-Policy"]))
    assert policy["script-src"] == "'self'"
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all(body == "" for body in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL))
    assert all(
        re.match(r"<script src=\"/static/[\w./-]+\.js\" defer>", tag) for tag in re.findall(r"<script[^>]*>", text)
    )
    assert text.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    for sheet in re.findall(r'<link rel="stylesheet" href="([^"]+)"', text):
        assert "://" not in sheet
        assert sheet.endswith(".css")


@pytest.mark.db
@pytest.mark.parametrize(("method", "status"), [("post", 405), ("put", 405), ("delete", 405), ("head", 200)])
def test_the_page_is_only_read(office: Any, method: str, status: int) -> None:
    answer = getattr(office, method)("/")
    assert answer.status_code == status
    assert "Content-Security-Policy" in answer


@pytest.mark.db
def test_an_unknown_address_has_the_policy_too(office: Any) -> None:
    answer = office.get("/nowhere")
    assert answer.status_code == 404
    assert "Content-Security-Policy" in answer


# ------------------------------------------------------------------ in a real browser


@pytest.fixture(scope="module")
def served(database: str) -> Iterator[str]:
    """The office as `ecluse serve` opens it."""
    find_browser()
    port = free_port()
    server = python("-m", "ecluse", "serve", "--no-prove", "--db", database, "--port", str(port))
    try:
        yield wait_for(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.communicate(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
@pytest.mark.db
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.name == "nt", reason="the keyboard reaches a group of processes")
def test_the_keyboard_closes_the_office_at_once(database: str) -> None:
    """Ctrl-C reaches every process of a terminal; each time the office is closed before a worker need be killed.

    The server itself misses a stop in the instant in which a worker starts: that one is waited out.
    """
    assert max(seconds_to_close(database) for _ in range(3)) < AT_ONCE_SECONDS


def seconds_to_close(database: str) -> float:
    """How long does an office that has settled take to close, in order, after Ctrl-C?"""
    from ecluse.office.commands.year import MOST_WORKERS

    workers, port = min(os.cpu_count() or 1, MOST_WORKERS), free_port()
    command = [sys.executable, "-m", "ecluse", "serve", "--db", database, "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert server.stdout
    try:
        started = 0
        while started < workers:
            line = server.stdout.readline()
            assert line, "the office did not open"
            started += "Started worker" in line
        wait_for(f"http://127.0.0.1:{port}", server)
        time.sleep(SETTLED_SECONDS)
        began = time.monotonic()
        os.killpg(server.pid, signal.SIGINT)
        told = server.communicate(timeout=30)[0]
        assert (server.returncode, "Traceback" in told) == (0, False), told
        return time.monotonic() - began
    finally:
        server.terminate()


def wait_for(address: str, server: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return address
        time.sleep(0.2)
    raise AssertionError(f"the office did not open: {server.communicate(timeout=5)[1]}")


def picture(address: str, folder: Path, name: str, *wishes: str, width: int = 1280) -> bytes:
    path = folder / f"{name}.png"
    browse(address, f"--window-size={width},1700", f"--screenshot={path}", *wishes, folder=folder)
    return path.read_bytes()


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_browser_shows_it_in_light_and_dark(served: str, lang: str, tmp_path: Path) -> None:
    address = f"{served}/?lang={lang}"
    light = picture(address, tmp_path, "light", "--blink-settings=preferredColorScheme=1")
    dark = picture(address, tmp_path, "dark", "--blink-settings=preferredColorScheme=0")
    assert struct.unpack(">2I", light[16:24]) == (1280, 1700)
    assert len(light) > 50_000, "a page without its style would be smaller"
    assert light != dark


@pytest.mark.db
@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_line_is_wider_than_the_screen(served: str, lang: str, width: int, tmp_path: Path) -> None:
    def fetch(path: str) -> str:
        with urllib.request.urlopen(served + path, timeout=10) as answer:
            return str(answer.read().decode())

    # The page's own policy lets nothing measure it, so a copy with its style inside is measured in a frame.
    text = fetch(f"/?lang={lang}")
    text = re.sub(r"<script[^>]*></script>", "", text)
    text = re.sub(r'<link rel="stylesheet" href="([^"]+)">', lambda link: f"<style>{fetch(link[1])}</style>", text)
    frame, page = tmp_path / "frame.html", tmp_path / "page.html"
    measure = "<script>parent.postMessage([innerWidth, document.documentElement.scrollWidth].join(), '*')</script>"
    frame.write_text(text.replace("</body>", f"{measure}</body>"), encoding="utf-8")
    page.write_text(
        "<!DOCTYPE html><title>none</title><script>addEventListener('message', e => { document.title = e.data })"
        f'</script><iframe src="{frame.name}" style="width:{width}px;height:900px;border:0"></iframe>',
        encoding="utf-8",
    )
    shown = browse(page.as_uri(), "--virtual-time-budget=5000", "--dump-dom", folder=tmp_path).stdout
    title = re.search(r"<title>(\d+),(\d+)</title>", shown)
    assert title, shown[:300]
    assert int(title[1]) == width
    assert int(title[2]) <= width
