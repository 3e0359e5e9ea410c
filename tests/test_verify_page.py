"""Does the page that verifies a bundle answer as we do, alone on a disk with the network off, for everyone?"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import bundle_matrix as matrix
import pytest
import test_envelope_file as statements
from browser import find_browser
from browser_walk import chromium, said, violations

from ecluse.edge.verify_page.page import HERE, IMPORT, MODULES, verify_page

EYES = (("uk", "light", 1280), ("uk", "dark", 390), ("en", "light", 390), ("en", "dark", 1280), ("fr", "light", 1280),
        ("fr", "dark", 390))  # fmt: skip
# A file as it falls onto the page: made in the page itself, since a browser lets no script reach a disk.
DROPPED = """async ([files]) => {
  const held = new DataTransfer(), answer = document.querySelector("#answer");
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  for (const [name, text] of files) held.items.add(new File([bytes(text)], name));
  document.querySelector("#forget").click();
  document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer: held }));
  const until = (done) => (answer.dataset.form ? done() : setTimeout(until, 2, done));
  await new Promise(until);
  return answer.dataset.form;
}"""


# ------------------------------------------------------------------ what stands in it


def test_the_page_admits_its_own_script_and_style_and_no_connection() -> None:
    text = verify_page().decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    script = text[text.index('<script type="module">') + 22 : text.rindex("</script>")]
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    for kind, body in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert not re.search(r"unsafe|connect-src|https?:", policy[1])
    assert "{{" not in text
    assert not re.search(r"""(src|href)=["'](?!data:)""", text.replace(script, ""))


def test_every_module_stands_behind_what_it_imports() -> None:
    for at, name in enumerate(MODULES):
        text = (HERE / f"{name}.mjs").read_text(encoding="utf-8")
        for line in IMPORT.findall(text):
            wanted = re.search(r'"\./([\w/]+)\.mjs"', line)
            assert wanted is not None
            assert wanted[1] in MODULES[:at], (name, line)
    assert {path.stem for path in HERE.glob("*.mjs")} == {name for name in MODULES if "/" not in name}


def test_our_own_modules_make_no_markup_and_ask_nobody() -> None:
    for path in HERE.glob("*.mjs"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacent|\beval\(|new Function|fetch\(|XMLHttp|WebSocket", text
        )
        assert len(text.splitlines()) < 250, path.name


def test_the_carried_code_is_what_its_manifest_says() -> None:
    folder = HERE / "vendor"
    rows = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
    named = {"MANIFEST.json"}
    for row in rows:
        assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]
        assert row["licence"] == "MIT"
        for text in row["licence_texts"]:
            assert len((folder / text).read_text(encoding="utf-8")) > 100
        script = (HERE.parents[2] / "tools" / "vendor_verify_page.py").read_text(encoding="utf-8")
        assert all(f'"{name}": "{version}"' in script for name, version in row["packages"].items())
        named |= {row["file"], *row["licence_texts"]}
    assert {path.name for path in folder.iterdir()} == named


# ------------------------------------------------------------------ in a browser


class Reader:
    """A person with the page before them; whatever the console says, or the page asks for, is a fault."""

    def __init__(self, browser: Any, address: str, lang: str = "en", light: str = "light", width: int = 1280) -> None:
        self.faults: list[str] = []
        self.context = browser.new_context(
            locale=lang, color_scheme=light, viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda told: self.faults.append(told.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)
        self.page.locator("#engine:not(:empty)").wait_for()
        self.context.set_offline(True)
        self.page.on("request", lambda request: self.faults.append(request.url))

    def forget(self) -> None:
        self.page.locator("#forget").click()
        self.page.locator('#answer[data-form=""]').wait_for()

    def answer(self, content: bytes, policy: bytes | None, name: str = "unit.ecluse-proof") -> dict[str, Any]:
        """What does the page answer when these files are chosen?"""
        self.forget()
        if policy is not None:
            self.choose("#policy", "policy", policy)
        self.choose("#bundle", name, content)
        return self.told()

    def dropped(self, **files: bytes) -> dict[str, Any]:
        """What does the page answer when these files fall onto it?"""
        given = [[name, base64.b64encode(body).decode()] for name, body in files.items()]
        found: dict[str, Any] = json.loads(self.page.evaluate(DROPPED, [given]))
        return found

    def choose(self, field: str, name: str, body: bytes) -> None:
        held = {"name": name, "mimeType": "application/octet-stream", "buffer": body}
        self.page.locator(field).set_input_files(held)

    def told(self) -> dict[str, Any]:
        self.page.locator('#answer[data-form^="{"]').wait_for()
        found: dict[str, Any] = json.loads(self.page.get_attribute("#answer", "data-form"))
        return found

    def close(self) -> None:
        self.context.close()
        assert self.faults == [], "\n".join(self.faults)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    find_browser()
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("verify")
    (place / "index.html").write_bytes(verify_page())
    return place


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """The same file behind an address of this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "http":
        found: str = request.getfixturevalue("site")
        return found
    return (folder / "index.html").as_uri()


def expected(case: matrix.Case) -> dict[str, Any]:
    answer = dict(matrix.answered(case.content, case.policy))
    answer.pop("disclosed", None)
    return answer


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_answers_as_we_do_with_the_network_off(browser: Any, address: str) -> None:
    cases = matrix.rows()
    few = [case for case in cases if " byte " not in case.name] + [case for case in cases if " byte " in case.name][
        ::97
    ]
    reader = Reader(browser, address)
    wrong = []
    for case in few:
        policy = {} if case.policy is None else {"policy": case.policy}
        if reader.dropped(**policy, **{"unit.ecluse-proof": case.content}) != expected(case):
            wrong.append(case.name)
    reader.close()
    assert wrong == []
    assert len(few) > 90


@pytest.mark.browser
@pytest.mark.slow
def test_a_statement_is_answered_as_by_the_command_with_the_network_off(browser: Any, address: str) -> None:
    reader = Reader(browser, address)
    for name, (content, _) in statements.files().items():
        told, wanted = reader.dropped(**{"one.json": content}), statements.ours(content)
        wanted.pop("claims", None)
        if wanted.get("place") == "statement":
            wanted.pop("why"), told.pop("why")
        assert (name, told) == (name, wanted)
    reader.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("lang", "light", "width"), EYES)
def test_the_page_speaks_and_can_be_used_by_everyone(
    browser: Any, folder: Path, lang: str, light: str, width: int
) -> None:
    reader = Reader(browser, (folder / "index.html").as_uri(), lang, light, width)
    page, spoilt = reader.page, matrix.again({"inner.tlog-proof": matrix.proof(3)})
    for content, policy, key in (
        (None, None, "bundle.page.waiting"), (matrix.good(), matrix.policy_of(), "bundle.answer.holds"),
        (matrix.good(), None, "bundle.answer.own"), (spoilt, matrix.policy_of(), "bundle.answer.fails"),
        (b"PK", None, "bundle.page.unreadable"), (matrix.good(), b"quorum\n", "bundle.page.bad_policy"),
        (statements.files()["whole, form 2"][0], None, "bundle.envelope.holds"),
        (statements.files()["spaces"][0], None, "bundle.envelope.found.json"),
    ):  # fmt: skip
        if content is not None:
            reader.answer(content, policy)
        assert said(key, lang, line=1) in page.inner_text("#answer")
        found = violations(page)
        assert [one["id"] for one in found] == [], found
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.lang") == lang
    reader.close()


@pytest.mark.browser
@pytest.mark.slow
def test_files_may_be_dropped_and_the_language_changed_on_the_way(browser: Any, folder: Path) -> None:
    reader = Reader(browser, (folder / "index.html").as_uri(), "en")
    page = reader.page
    told = reader.dropped(**{"what.txt": matrix.policy_of(), "given": matrix.good()})
    assert told == reader.told() == expected(matrix.Case("", matrix.good(), "holds"))
    text = page.inner_text("#answer")
    assert said("bundle.page.by", "en", name="what.txt", digest=hashlib.sha256(matrix.policy_of()).hexdigest()) in text
    assert '"note": "їжак, été"' in text
    page.get_by_role("button", name="Українська").click()
    assert said("bundle.answer.holds", "uk") in page.inner_text("#answer")
    assert page.title() == said("bundle.page.title", "uk")
    reader.forget()
    assert said("bundle.page.waiting", "uk") in page.inner_text("#answer")
    reader.close()


@pytest.mark.browser
@pytest.mark.slow
def test_nothing_of_an_entry_that_is_not_in_the_log_is_shown_as_open(browser: Any, folder: Path) -> None:
    reader = Reader(browser, (folder / "index.html").as_uri(), "en")
    reader.answer(matrix.again({"inner.tlog-proof": matrix.proof(3)}), matrix.policy_of())
    assert "handover:0" not in reader.page.inner_text("#answer")
    reader.answer(matrix.good(), matrix.policy_of())
    assert "handover:0" in reader.page.inner_text("#answer")
    reader.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_of_which_one_letter_was_changed_does_not_run(browser: Any, folder: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "index.html"
    spoilt.write_bytes(verify_page().replace(b"every((byte, at)", b"every((_byte, at)", 1))
    assert spoilt.read_bytes() != verify_page()
    page = browser.new_page()
    page.goto(spoilt.as_uri())
    assert page.inner_text("#engine") == ""
    page.goto((folder / "index.html").as_uri())
    page.locator("#engine:not(:empty)").wait_for()
    page.close()
