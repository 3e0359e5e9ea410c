"""Do the public pages say what is published and nothing else, and can a stranger check them with other programs?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages3_office import LANGUAGES, Office, asked, carry_small, entered, visitor
from secrets_search import Secrets, numbers_in, search, secrets_of

pytestmark = [pytest.mark.db, pytest.mark.slow]
PAGES = ("/public/", "/public/sale/", "/public/serial/", "/public/verify/", "/public/claims/", "/log/")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return carry_small(tmp_path_factory.mktemp("public"), "public", "claims")


@pytest.fixture
def office(small: Office) -> Iterator[Any]:
    with entered(small):
        yield visitor()


@pytest.fixture(scope="module")
def secrets(small: Office) -> Secrets:
    from ecluse.edge.world.read import read_world

    return secrets_of(read_world(small.tables))


def serials(**of: Any) -> list[str]:
    from ecluse.office.models import Unit

    return list(Unit.objects.filter(**of).order_by("serial").values_list("serial", flat=True)[:3])


# ------------------------------------------------------------------ what is said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_reads_every_public_page(office: Any, address: str, lang: str) -> None:
    asked(office, address, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_opening_has_its_words(lang: str) -> None:
    from ecluse.base.words import has_words
    from ecluse.edge.law import newest_law

    kinds = [row["kind"] for row in newest_law()["office/opening"].rows]
    assert not [kind for kind in kinds if not has_words(f"pages3.kind.{kind}", lang)]


def test_the_totals_are_those_of_the_folder(office: Any) -> None:
    from ecluse.base.words import spell
    from ecluse.office.publish.published import money, published

    said = published()
    assert said is not None
    text = asked(office, "/public/")
    assert said.log_root in text
    for count in (said.form("custody")["numbers"]["made"], said.form("custody")["units"]["delivered"]):
        assert f">{spell(count, 'en')}<" in text
    for form in said.form("proceeds")["currencies"]:
        for name in ("received", "paid", "overdue"):
            assert f">{spell(money(form, name), 'en')}<" in text


def test_the_story_is_the_one_that_was_drawn(office: Any) -> None:
    from ecluse.office.publish.published import published

    said = published()
    assert said is not None
    text, story = asked(office, "/public/sale/"), said.form("proceeds")["story"]
    assert story["draw"]["digest"] in text
    for row in (*story["gates"], *story["steps"]):
        assert row["commitment"] in text


def test_claims_are_told_with_status_and_source(office: Any, small: Office) -> None:
    from ecluse.office.kept import kept

    found = kept("claims")
    assert found is not None
    text = asked(office, "/public/claims/")
    assert text.count('class="card" id="claim-') == len(found.form["rows"]["en"]) > 20
    open_ones = [row for row in found.form["rows"]["en"] if row["status"] == "open"]
    assert asked(office, "/claims/?status=open").count('id="claim-') // 2 == len(open_ones)
    assert office.get(f"/claims/{open_ones[0]['claim']}/")["Location"].startswith("/claims/#claim-")


def test_where_nothing_is_published_the_page_says_so(small: Office, tmp_path: Path) -> None:
    bare = Office(small.tables, tmp_path / "office.sqlite3")
    shutil.copyfile(small.path, bare.path)
    with entered(bare):
        text = asked(visitor(), "/public/", status=503)
        assert "ecluse publish" in text
        assert asked(visitor(), "/public/claims/").count('class="nothing"') == 1
        assert visitor().get("/public/files/manifest.json").status_code == 404


# ------------------------------------------------------------------ one serial number


@pytest.mark.parametrize("fate", ["made", "void", "unused"])
def test_a_number_is_answered_with_its_proof(office: Any, fate: str) -> None:
    serial = serials(fate=fate)[0]
    answer = office.get("/public/serial/", {"serial": serial.lower(), "format": "json"}).json()
    assert (answer["serial"], answer["answer"]) == (serial, fate)
    for part in (answer["block"], answer["marking"]):
        assert holds(part)
        assert not holds({**part, "index": part["index"] + 1})
        assert not holds({**part, "entry": part["entry"].replace("entry/1", "entry/2")})
    text = asked(office, f"/public/serial/?serial={serial}")
    assert answer["block"]["commitment"] in text


def holds(part: dict[str, Any]) -> bool:
    from ecluse.base.proof import leaf_hash, verify_inclusion

    proof, root = [bytes.fromhex(step) for step in part["proof"]], bytes.fromhex(part["root"])
    is_there = part["commitment"] in json.loads(part["entry"])["sd"]
    return is_there and verify_inclusion(leaf_hash(part["entry"].encode()), part["index"], part["size"], proof, root)


@pytest.mark.parametrize(
    ("reading", "answer"),
    [
        pytest.param("NOBODY000417", "misread", id="no check character"),
        pytest.param("<script>alert(1)</script>", "misread", id="a script"),
        pytest.param("\x00", "misread", id="a null"),
        pytest.param("X" * 5000, "misread", id="five thousand letters"),
    ],
)
def test_what_is_no_number_is_said_to_be_none(office: Any, reading: str, answer: str) -> None:
    page = office.get("/public/serial/", {"serial": reading, "lang": "en"})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert office.get("/public/serial/", {"serial": reading, "format": "json"}).json()["answer"] == answer


def test_a_number_of_no_block_is_unknown_and_nothing_alike_is_told(office: Any) -> None:
    from ecluse.custody.serials import serial_text

    serial = serial_text("ZZ-NOBODY", 417)
    answer = office.get("/public/serial/", {"serial": serial, "format": "json"}).json()
    assert answer.keys() == {"serial", "answer", "log_root"}
    assert answer["answer"] == "unknown"


# ------------------------------------------------------------------ secrets


def written(office: Any, folder: Path, *addresses: str) -> Path:
    """What these pages say, without the commands, as files that the search of secrets reads."""
    folder.mkdir(exist_ok=True)
    for number, address in enumerate(addresses):
        text = asked(office, address)
        folder.joinpath(f"page-{number}.html").write_text(re.sub(r"<[^>]+>", " ", main_of(text)), encoding="utf-8")
    return folder


def main_of(text: str) -> str:
    return text.split('<main id="content"', 1)[1].split("</main>", 1)[0]


def test_no_public_page_holds_a_secret(office: Any, secrets: Secrets, tmp_path: Path) -> None:
    from ecluse.office.publish.published import published

    said = published()
    assert said is not None
    folder = written(office, tmp_path / "pages", *PAGES)
    leaks = [leak for leak in search(folder, secrets) if leak.how != "figure"]
    assert not leaks
    # Every figure of the pages stands in the published forms; what is more would be one that is not published.
    public = set(numbers_in(" ".join(json.dumps(said.form(name)) for name in ("custody", "proceeds", "openings"))))
    public |= set(numbers_in(json.dumps([said.sizes, len(said.form("certificates")["licences"])])))
    public.add(str(sum(said.sizes.values())))
    shown = numbers_in(" ".join(path.read_text(encoding="utf-8") for path in folder.glob("page-[013].html")))
    assert not {figure for figure in shown & secrets.figures if not any(figure in one for one in public)}


def test_the_search_would_find_planted_ones(office: Any, secrets: Secrets, tmp_path: Path) -> None:
    folder = written(office, tmp_path / "pages", "/public/")
    page = folder / "page-0.html"
    word = sorted(secrets.words)[0]
    page.write_text(page.read_text(encoding="utf-8") + f" {word} ", encoding="utf-8")
    assert {leak.secret for leak in search(folder, secrets)} >= {word}


def test_a_serial_answer_tells_nothing_but_what_was_asked(office: Any, secrets: Secrets, tmp_path: Path) -> None:
    serial = serials(state="delivery")[0]
    folder = written(office, tmp_path / "pages", f"/public/serial/?serial={serial}")
    page = folder / "page-0.html"
    page.write_text(page.read_text(encoding="utf-8").replace(serial, " "), encoding="utf-8")
    assert not [leak for leak in search(folder, secrets) if leak.how != "figure"]


@pytest.mark.parametrize("name", ["../office.sqlite3", "..%2foffice.sqlite3", "claims.json", "/etc/passwd", "logs/"])
def test_only_listed_files_are_handed_out(office: Any, name: str) -> None:
    assert office.get(f"/public/files/{name}").status_code == 404


def test_listed_files_are_handed_out_byte_for_byte(office: Any) -> None:
    from ecluse.office.publish.published import published

    said = published()
    assert said is not None
    for name in ("manifest.json", "logs/home/2026/checkpoint", "law.json"):
        body = b"".join(office.get(f"/public/files/{name}").streaming_content)
        assert body == said.folder.joinpath(name).read_bytes()


# ------------------------------------------------------------------ other programs


@pytest.fixture
def served(small: Office) -> Iterator[str]:
    """The office at an address on this machine."""
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    with entered(small):
        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.core.handlers.wsgi import WSGIHandler
        from django.db import connection

        connection.inc_thread_sharing()
        with make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=Quiet) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join(10)


def shell(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, capture_output=True, text=True, timeout=120,
        check=False, env={**os.environ, "GOFLAGS": "", "GOCACHE": str(folder / "go"), "no_proxy": "127.0.0.1"},
    )  # fmt: skip


def test_the_commands_of_the_page_run_and_see_a_change(served: str, tmp_path: Path) -> None:
    for program in ("curl", "jq", "openssl", "sha256sum"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    from html import unescape
    from urllib.request import urlopen

    from ecluse.office.publish.verify_steps import STEPS

    text = urlopen(f"{served}/public/verify/?lang=en", timeout=20).read().decode()
    steps = dict(
        zip(STEPS, [unescape(one) for one in re.findall(r"<pre[^>]*><code>(.*?)</code>", text, re.S)], strict=True)
    )
    here = "cd public\n"
    assert shell(steps["fetch"], tmp_path).returncode == 0
    assert shell(here + steps["digests"], tmp_path).stdout == ""
    assert "Verified Successfully" in shell(here + steps["signature"], tmp_path).stdout
    shutil.copytree(tmp_path / "public", tmp_path / "older")
    assert shell(steps["older"], tmp_path).stdout == "prefix\n"
    if shutil.which("go") and Path("/usr/share/gocode/src/golang.org/x/mod").is_dir():
        assert "under the signed root" in shell(here + steps["tree"], tmp_path).stdout
        proof = steps["proof"].replace("SERIAL", serials(fate="made")[0])
        assert shell(proof, tmp_path).stdout.count("under the signed root") == 2
        checkpoint = tmp_path / "public" / "logs/home/2026/entries.jsonl"
        checkpoint.write_text(checkpoint.read_text(encoding="utf-8").replace('"seq":1', '"seq":2', 1), encoding="utf-8")
        assert shell(here + steps["tree"], tmp_path).returncode != 0
    manifest = tmp_path / "public" / "custody.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"made"', b'"maid"', 1))
    assert shell(here + steps["digests"], tmp_path).returncode != 0


def test_strangers_and_parties_see_no_measured_secret(office: Any, small: Office) -> None:
    from ecluse.office.kept import kept
    from ecluse.office.models import OrderRow
    from ecluse.office.views.claims import TOLD_TO_STRANGERS

    found = kept("claims")
    assert found is not None
    exporter = OrderRow.objects.values_list("exporter", flat=True).first()
    for client, address in (
        (office, "/public/claims/"),
        (office, "/claims/"),
        (visitor(exporter, "exporter"), "/claims/"),
    ):
        text = asked(client, address)
        for row in found.form["rows"]["en"]:
            is_told = row["claim"].rpartition(":")[2] in TOLD_TO_STRANGERS
            assert (row["measured"] in text) is is_told, row["claim"]
