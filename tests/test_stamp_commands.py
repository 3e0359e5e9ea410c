"""Does `ecluse log stamp` keep only what an authority said of this checkpoint, and does the bundle then carry it?"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bundle_matrix as matrix
import pytest
import stamp_authority as maker
from cryptography.hazmat.primitives.serialization import Encoding
from stamp_authority import Making

from ecluse.base.errors import BadInputError
from ecluse.base.words import LANGUAGES
from ecluse.base.words import say as word
from ecluse.custody.log.bundle import TOKENS, read_bundle
from ecluse.custody.log.stamp_token import read_request
from ecluse.custody.log.timestamp import imprint_of
from ecluse.edge.log import ask_authority, bundle_commands, stamp_commands
from ecluse.edge.log.folder import LogFolder

if TYPE_CHECKING:
    from conftest import CoreOnly

IMPRINT = imprint_of(matrix.note())
Answer = Callable[[bytes], bytes]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    log, held = LogFolder(tmp_path / "log"), list(matrix.entries())
    log.grow(matrix.tree(), matrix.SIZE, lambda first, last: held[first:last])
    log.publish(matrix.note())
    (tmp_path / "policy").write_bytes(matrix.policy_of())
    (tmp_path / "tsa.pem").write_bytes(maker.authority().public_bytes(Encoding.PEM))
    (tmp_path / "other.pem").write_bytes(maker.authority(number=1).public_bytes(Encoding.PEM))
    return tmp_path


def stamp(place: Path, **options: Any) -> int:
    given = {"url": "", "out": "", "request": "", "answer": "", "authorities": "", "as_json": True}
    return stamp_commands.stamp(str(place / "log"), **given | options)  # type: ignore[arg-type]


def bundle(place: Path, *tokens: str, authorities: str = "") -> int:
    return bundle_commands.bundle(
        str(place / "log"), matrix.INDEX, str(place / "new.ecluse-proof"), str(place / "policy"), "", "", tokens,
        matrix.DISCLOSED, None, authorities,
    )  # fmt: skip


def honest(asked: bytes) -> bytes:
    imprint, nonce = read_request(asked)
    return Making(imprint, maker.signer(), nonce=nonce).answer()


@pytest.fixture
def authority() -> Iterator[Callable[..., str]]:
    """An authority on this machine that answers so; its address."""
    running: list[HTTPServer] = []

    def start(answer: Answer, status: int = 200, kind: str = ask_authority.REPLY_TYPE) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/timestamp-query"
                body = answer(asked)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/ask"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def test_what_the_authority_says_is_kept_beside_the_checkpoint_and_goes_into_bundles(
    place: Path, authority: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stamp(place, url=authority(honest), authorities=str(place / "tsa.pem")) == 0
    told = json.loads(capsys.readouterr().out)
    kept = place / "log" / "stamps" / f"{matrix.SIZE}.tsr"
    assert told["kept"]
    assert (told["file"], told["at"], told["judged"]) == (str(kept), "2026-09-22T12:00:00Z", True)
    assert stamp(place, url=authority(honest)) == 0  # of another day or another authority
    assert sorted(path.name for path in kept.parent.iterdir()) == [f"{matrix.SIZE}-2.tsr", kept.name]
    assert bundle(place, authorities=str(place / "tsa.pem")) == 0
    members = read_bundle((place / "new.ecluse-proof").read_bytes()).members
    assert members[TOKENS[0]] == kept.read_bytes()
    assert TOKENS[1] in members
    assert TOKENS[2] not in members
    capsys.readouterr()
    path, policy = str(place / "new.ecluse-proof"), str(place / "policy")
    assert bundle_commands.verify(path, policy, True, str(place / "tsa.pem")) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [one["state"] for one in checks if one["check"] == "token"] == ["holds", "holds"]
    assert bundle_commands.verify(path, policy, True, str(place / "other.pem")) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [one["reason"] for one in checks if one["check"] == "token"] == ["foreign", "foreign"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda asked: Making(IMPRINT, maker.signer(), nonce=1).answer(), "nonce", id="to another request"),
        pytest.param(lambda asked: Making(IMPRINT, maker.signer()).answer(), "nonce", id="without a nonce"),
        pytest.param(lambda asked: Making(b"\1" * 32, maker.signer(), nonce=read_request(asked)[1]).answer(),
                     "other_imprint", id="over something else"),
        pytest.param(lambda asked: b"<html>", "der", id="no time stamp"),
        pytest.param(lambda asked: Making(IMPRINT, maker.signer(number=1), nonce=read_request(asked)[1]).answer(),
                     "foreign", id="by an authority that is not named"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_to_this_request_is_not_kept(
    place: Path, authority: Callable[..., str], capsys: pytest.CaptureFixture[str], answer: Answer, reason: str
) -> None:
    assert stamp(place, url=authority(answer), authorities=str(place / "tsa.pem")) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["reason"] == reason
    assert word(f"bundle.stamp.why.{reason}", "en") in said.err
    assert not (place / "log" / "stamps").exists()


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        pytest.param(b"", 503, ask_authority.REPLY_TYPE, id="it is not there today"),
        pytest.param(b"<html>", 200, "text/html", id="a page"),
        pytest.param(b"0" * (ask_authority.BYTES_LIMIT + 1), 200, ask_authority.REPLY_TYPE, id="too many bytes"),
    ],
)
def test_an_authority_that_gives_no_answer_is_named_with_a_remedy(
    place: Path, authority: Callable[..., str], answer: bytes, status: int, kind: str
) -> None:
    url = authority(lambda asked: answer, status, kind)
    with pytest.raises(BadInputError, match="--request"):
        stamp(place, url=url)


def test_an_authority_that_drips_is_left(authority: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, *range(30, 60)])
    monkeypatch.setattr(ask_authority.time, "monotonic", lambda: next(clock))
    with pytest.raises(ask_authority.SilentAuthorityError, match="slow"):
        ask_authority.ask_authority(authority(lambda asked: b"0"), b"")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://time.example", "time.example"])
def test_an_address_where_nobody_answers_is_named(place: Path, url: str) -> None:
    with pytest.raises(BadInputError, match=url):
        stamp(place, url=url)


def test_a_request_may_be_carried_by_hand_and_its_answer_brought_back(place: Path, core_only: CoreOnly) -> None:
    asked, got = place / "ask.tsq", place / "got.tsr"
    done = core_only.run("-m", "ecluse", "log", "stamp", place / "log", "--request", asked)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    got.write_bytes(honest(asked.read_bytes()))
    done = core_only.run("-m", "ecluse", "log", "stamp", place / "log", "--request", asked, "--answer", got,
                         "--authorities", place / "tsa.pem", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kept"]
    assert (place / "log/stamps" / f"{matrix.SIZE}.tsr").read_bytes() == got.read_bytes()


def test_a_request_is_never_written_over_another_and_another_ones_answer_is_refused(place: Path) -> None:
    first, second, got = place / "1.tsq", place / "2.tsq", place / "got.tsr"
    assert stamp(place, request=str(first)) == 0
    assert stamp(place, request=str(second)) == 0
    assert first.read_bytes() != second.read_bytes()
    before = first.read_bytes()
    with pytest.raises(BadInputError, match=r"1\.tsq"):
        stamp(place, request=str(first))
    assert first.read_bytes() == before
    got.write_bytes(honest(second.read_bytes()))
    assert stamp(place, request=str(first), answer=str(got)) == 1
    assert stamp(place, request=str(second), answer=str(got), out=str(place / "here.tsr")) == 0
    assert (place / "here.tsr").read_bytes() == got.read_bytes()
    assert not (place / "log/stamps").exists()
    assert stamp(place, answer=str(got)) == 0  # its request is not at hand: over this checkpoint, by its own word
    first.write_bytes(b"text")
    with pytest.raises(BadInputError, match=r"1\.tsq"):
        stamp(place, request=str(first), answer=str(got))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="no way named"),
        pytest.param({"url": "http://127.0.0.1:1/", "answer": "tsa.pem"}, id="two ways named"),
        pytest.param({"url": "http://127.0.0.1:1/", "request": "new"}, id="a request that is also posted"),
        pytest.param({"answer": "policy", "authorities": "policy"}, id="authorities that are none"),
        pytest.param({"answer": "nowhere"}, id="no such answer"),
    ],
)
def test_a_wrong_call_is_named(place: Path, options: dict[str, str]) -> None:
    held = {name: value if "://" in value else str(place / value) for name, value in options.items()}
    with pytest.raises(BadInputError):
        stamp(place, **held)


def test_a_folder_without_a_checkpoint_and_a_ninth_stamp_are_named(place: Path) -> None:
    with pytest.raises(BadInputError, match="ecluse log write"):
        stamp_commands.stamp(str(place / "nowhere"), "", "", str(place / "new"), "", "", False)
    for at in range(8):
        (place / "got.tsr").write_bytes(Making(IMPRINT, maker.signer(), nonce=at).answer())
        assert stamp(place, answer=str(place / "got.tsr")) == 0
    assert stamp(place, answer=str(place / "got.tsr")) == 0  # the same again takes no place
    (place / "got.tsr").write_bytes(Making(IMPRINT, maker.signer(), nonce=9).answer())
    with pytest.raises(BadInputError, match="--out"):
        stamp(place, answer=str(place / "got.tsr"))
    assert bundle(place) == 0
    with pytest.raises(BadInputError, match="--token"):
        bundle(place, str(place / "got.tsr"))


def test_a_stamp_whose_signer_is_pinned_and_not_enclosed_is_carried(place: Path) -> None:
    (place / "signer.pem").write_bytes(maker.signer().certificate.public_bytes(Encoding.PEM))
    (place / "got.tsr").write_bytes(Making(IMPRINT, maker.signer(), encloses=()).answer())
    assert stamp(place, answer=str(place / "got.tsr")) == 1
    assert stamp(place, answer=str(place / "got.tsr"), authorities=str(place / "signer.pem")) == 0
    assert bundle(place) == 0
    assert bundle(place, authorities=str(place / "signer.pem")) == 0
    assert TOKENS[0] in read_bundle((place / "new.ecluse-proof").read_bytes()).members


def test_a_kept_stamp_of_something_else_is_named_and_no_bundle_is_written(place: Path) -> None:
    kept = place / "log/stamps" / f"{matrix.SIZE}.tsr"
    kept.parent.mkdir()
    kept.write_bytes(Making(b"\1" * 32, maker.signer()).answer())
    with pytest.raises(BadInputError, match=kept.name):
        bundle(place)
    kept.unlink()
    kept.symlink_to(place / "policy")
    with pytest.raises(BadInputError, match=kept.name):
        bundle(place)
    (place / "got.tsr").write_bytes(Making(IMPRINT, maker.signer()).answer())
    with pytest.raises(BadInputError, match=kept.name):
        stamp(place, answer=str(place / "got.tsr"))
    assert (place / "policy").read_bytes() == matrix.policy_of()
    kept.unlink()
    (place / "broken.tsr").write_bytes(b"0")
    assert bundle(place, str(place / "broken.tsr"), authorities=str(place / "tsa.pem")) == 1
    assert not (place / "new.ecluse-proof").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_its_words(
    place: Path, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_timestamp import WRONG

    monkeypatch.setenv("LC_ALL", f"{lang}.UTF-8")
    codes = {code: content for content, code in WRONG.values() if len(content) <= ask_authority.BYTES_LIMIT}
    path, policy = place / "unit.ecluse-proof", str(place / "policy")
    told = set[str]()
    for code, content in {**codes, "": Making(IMPRINT, maker.signer()).answer()}.items():
        path.write_bytes(matrix.make(matrix.parts(**{TOKENS[0]: content}), matrix.DISCLOSED))
        status = bundle_commands.verify(str(path), policy, True, str(place / "tsa.pem"))
        assert status == (0 if code in ("", "foreign") else 1), code
        told.add(capsys.readouterr().err.splitlines()[-2])
    assert len(told) == len(codes) + 1 > 18
    assert all("{" not in line and "bundle." not in line for line in told)
