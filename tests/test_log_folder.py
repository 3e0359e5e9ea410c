"""Does a log on disk stand whole after every failed write, and does a checkpoint never promise what is not there?"""

from __future__ import annotations

import builtins
import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.errors import EvidenceError
from ecluse.base.note import checkpoint_text, sign_note
from ecluse.base.proof import Levels, leaf_hash
from ecluse.custody.log.note_keys import public_key
from ecluse.custody.log.policy import read_policy
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.mirror import follow
from ecluse.edge.log.reader import LogSite
from ecluse.edge.log.verify import verify_log

ORIGIN = "example.org/log"
LOG = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
KEY = str(public_key(ORIGIN, LOG, is_cosigner=False))
STRANGER = str(public_key(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32), is_cosigner=False))
ENTRIES = [b"entry %d" % at for at in range(1_500)]
TREE = Levels(leaf_hash(entry) for entry in ENTRIES)
OTHER = Levels(leaf_hash(b"x" + entry) for entry in ENTRIES)


def note_at(size: int, tree: Levels = TREE) -> str:
    return sign_note(checkpoint_text(ORIGIN, size, tree.root(size)), ORIGIN, LOG)


def grown(path: Path, *sizes: int) -> LogFolder:
    log = LogFolder(path)
    for size in sizes:
        log.grow(TREE, size, lambda first, last: ENTRIES[first:last])
        log.publish(note_at(size))
    return log


def bodies(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("steps", [(1,), (255, 256, 257), (3, 3, 700), (0, 1_500), (512, 1_024, 1_500)])
def test_a_log_that_grew_in_steps_holds(tmp_path: Path, steps: tuple[int, ...]) -> None:
    grown(tmp_path, *steps)
    whole = verify_log(tmp_path)
    assert (whole.checkpoint.size, whole.checkpoint.root) == (steps[-1], TREE.root(steps[-1]))


def test_two_processes_say_what_one_says(tmp_path: Path) -> None:
    entries = [b"%d" % at for at in range(40_000)]
    tree, log = Levels(leaf_hash(entry) for entry in entries), LogFolder(tmp_path)
    log.grow(tree, 40_000, lambda first, last: entries[first:last])
    log.publish(note_at(40_000, tree))
    assert verify_log(tmp_path, 2) == verify_log(tmp_path, 1)
    bundle = tmp_path / "tile/entries/150"
    bundle.write_bytes(bundle.read_bytes().replace(b"38500", b"38501"))
    for processes in (1, 2):
        with pytest.raises(EvidenceError, match="tile/0/150 does not hold"):
            verify_log(tmp_path, processes)


def test_an_older_copy_of_the_log_may_not_be_published(tmp_path: Path) -> None:
    log = grown(tmp_path, 900)
    with pytest.raises(EvidenceError, match="an older copy; stop"):
        log.grow(TREE, 899, lambda first, last: ENTRIES[first:last])
    with pytest.raises(EvidenceError, match="contradicts"):
        log.publish(note_at(899))


def test_another_log_may_not_take_its_place(tmp_path: Path) -> None:
    log, before = grown(tmp_path, 900), bodies(tmp_path)
    with pytest.raises(EvidenceError, match="not of this log: stop"):
        log.grow(OTHER, 1_000, lambda first, last: ENTRIES[first:last])
    with pytest.raises(EvidenceError, match="contradicts"):
        log.publish(note_at(900, OTHER))
    assert bodies(tmp_path) == before
    log.grow(TREE, 1_000, lambda first, last: ENTRIES[first:last])
    with pytest.raises(EvidenceError, match="do not hash to the root"):
        log.publish(note_at(1_000, OTHER))
    assert verify_log(tmp_path).checkpoint.size == 900


def test_a_checkpoint_does_not_come_before_its_tiles(tmp_path: Path) -> None:
    log = grown(tmp_path, 900)
    with pytest.raises(EvidenceError, match="is missing"):
        log.publish(note_at(1_000))
    assert verify_log(tmp_path).checkpoint.size == 900


def test_what_the_disk_changes_between_is_seen_before_anything_takes_force(tmp_path: Path) -> None:
    log = grown(tmp_path, 900)

    def other(first: int, last: int) -> list[bytes]:
        return [b"false", *ENTRIES[first + 1 : last]]

    with pytest.raises(EvidenceError, match=r"tile/entries/003.*does not hold the entries"):
        log.grow(TREE, 1_000, other)
    assert verify_log(tmp_path).checkpoint.size == 900


def test_a_partial_tile_that_was_cleared_away_is_read_from_the_full_one(tmp_path: Path) -> None:
    log = grown(tmp_path, 300, 1_024)
    (tmp_path / "checkpoint").write_text(note_at(300), encoding="utf-8")
    for partial in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        (tmp_path / partial).unlink()
    assert log.tree(300).root() == TREE.root(300)
    assert verify_log(tmp_path).checkpoint.size == 300


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    grown(tmp_path, 300)
    tile = tmp_path / "tile/0/000"
    tile.rename(tmp_path / "elsewhere")
    tile.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EvidenceError, match="is a link"):
        verify_log(tmp_path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    grown(tmp_path, 300)
    with (tmp_path / "tile/0/000").open("r+b") as file:
        file.truncate(10 * 2**30)
    with pytest.raises(EvidenceError, match="more than 8192 bytes"):
        verify_log(tmp_path)


# ------------------------------------------------------------------ faults


class Faults:
    """Fails the nth of the calls by which files come to be, and counts them."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, error: int, *, torn: bool = False) -> None:
        self.left, self.error, self.torn, self.calls, self.lock = at, error, torn, 0, threading.Lock()
        for target, name in ((os, "fsync"), (os, "open"), (Path, "replace"), (Path, "mkdir")):
            patch.setattr(target, name, self.watched(getattr(target, name)))
        real = builtins.open
        patch.setattr(Path, "open", lambda path, mode="r", *rest, **more: self.opened(real, path, mode, *rest, **more))

    def hit(self) -> bool:
        with self.lock:  # files are written several at once
            self.calls += 1
            self.left -= 1
            return self.left == 0

    def watched(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **more: object) -> object:
            if self.hit():
                raise OSError(self.error, os.strerror(self.error))
            return real(*given, **more)

        return call

    def opened(self, real: Callable[..., object], path: Path, mode: str, *rest: object, **more: object) -> object:
        if "w" in mode and self.hit():
            if self.torn:
                path.write_bytes(b"half")
            raise OSError(self.error, os.strerror(self.error))
        return real(path, mode, *rest, **more)


def calls_of_a_growth(tmp_path: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        grown(tmp_path / "counted", 300)
        faults = Faults(patch, 0, errno.EIO)
        grown(tmp_path / "counted", 1_030)
    return faults.calls


@pytest.mark.slow
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=["an I/O error", "no space"])
def test_a_fault_at_any_call_leaves_a_whole_log_that_grows_on(tmp_path: Path, error: int) -> None:
    calls = calls_of_a_growth(tmp_path)
    assert calls > 40
    for at in range(1, calls + 1):
        path = tmp_path / f"at{at}"
        grown(path, 300)
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, at, error)
            with pytest.raises(OSError, match=os.strerror(error)):
                grown(path, 1_030)
        assert verify_log(path).checkpoint.size in (300, 1_030), at
        assert not [name for name in bodies(path) if "/." in f"/{name}"], at
        grown(path, 1_030)
        assert verify_log(path).checkpoint.size == 1_030


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_log_folder import grown
for size in range(301, 1_500):
    grown(Path(sys.argv[1]), size)
    print(size, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 4, 9, 17])
def test_a_killed_writer_leaves_what_it_said_and_the_next_goes_on(tmp_path: Path, after: int) -> None:
    path = tmp_path / "log"
    grown(path, 300)
    for _ in range(3):
        code = WRITER.format(tests=str(Path(__file__).parent))
        with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = [int(writer.stdout.readline()) for _ in range(after)]
            time.sleep(after / 1_000)
            writer.send_signal(signal.SIGKILL)
            said += [int(line) for line in writer.stdout]
        whole = verify_log(path).checkpoint
        assert whole.size >= max(said)
        assert whole.root == TREE.root(whole.size)
        with pytest.raises(EvidenceError):
            LogFolder(path).grow(TREE, max(said) - 1, lambda first, last: ENTRIES[first:last])
        grown(path, whole.size)
        for file in list(path.rglob(".*")):
            file.unlink()  # what a kill left beside is nobody's
        (path / "checkpoint").write_text(note_at(300), encoding="utf-8")  # from the same place once more


# ------------------------------------------------------------------ commands


@pytest.fixture
def ecluse() -> Callable[..., tuple[int, str, str]]:
    """The command as a person calls it: exit status, what is printed, what is said."""
    from typer.testing import CliRunner

    from ecluse.__main__ import app

    def call(*words: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, list(words), env={"ECLUSE_LANG": "en", "LANG": "en_GB.UTF-8"})
        return done.exit_code, done.stdout, done.stderr

    return call


class TestCommands:
    def test_a_log_that_holds_and_one_that_does_not(
        self, tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]]
    ) -> None:
        grown(tmp_path / "one", 300)
        grown(tmp_path / "two", 600)
        status, printed, said = ecluse("log", "verify", str(tmp_path), "--key", KEY, "--json")
        told = json.loads(printed)
        assert (status, [row["holds"] for row in told["logs"]], told["signatures_checked"]) == (0, [True, True], True)
        assert "holds, 300 entries" in said
        tile = tmp_path / "two/tile/0/000"
        tile.write_bytes(bytes(8192))
        status, printed, said = ecluse("log", "verify", str(tmp_path), "--key", KEY, "--json")
        assert (status, [row["holds"] for row in json.loads(printed)["logs"]]) == (1, [True, False])
        assert "two: DOES NOT HOLD: tile/0/000" in said

    def test_without_a_key_it_says_that_signatures_were_not_checked(
        self, tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]]
    ) -> None:
        grown(tmp_path, 300)
        status, printed, said = ecluse("log", "verify", str(tmp_path), "--json")
        assert (status, json.loads(printed)["signatures_checked"]) == (0, False)
        assert "Signatures were not checked" in said

    @pytest.mark.parametrize(
        ("words", "status"), [(("--key", "rubbish"), 2), (("--policy", "nowhere"), 2), (("--key", STRANGER), 1)]
    )
    def test_a_bad_key_or_policy_cannot_be_judged_by_and_a_stranger_s_has_not_signed(
        self, tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]], words: tuple[str, str], status: int
    ) -> None:
        grown(tmp_path, 3)
        assert ecluse("log", "verify", str(tmp_path), *words)[0] == status
        assert ecluse("log", "verify", str(tmp_path / "nowhere"))[0] == 2

    def test_a_proof_is_written_and_checked(self, tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]]) -> None:
        grown(tmp_path / "log", 600)
        policy, proof = tmp_path / "policy", tmp_path / "p.tlog-proof"
        policy.write_text(f"log {KEY}\nquorum none\n", encoding="utf-8")
        assert ecluse("log", "prove", str(tmp_path / "log"), "417", "--out", str(proof))[0] == 0
        entry = proof.with_suffix(".entry")
        assert entry.read_bytes() == ENTRIES[417]
        words = ("log", "check-proof", str(proof), "--entry", str(entry), "--policy", str(policy), "--json")
        status, printed, _ = ecluse(*words)
        assert (status, json.loads(printed)["index"]) == (0, 417)
        entry.write_bytes(ENTRIES[418])
        assert ecluse(*words)[0] == 1
        assert ecluse("log", "prove", str(tmp_path / "log"), "600", "--out", str(proof))[0] == 2

    @pytest.mark.parametrize(
        "left", [["memory.sqlite3"], ["memory.sqlite3", "a.example.pem"]], ids=["no key", "no name"]
    )
    def test_a_witness_that_was_begun_and_cut_short_is_begun_again_and_one_that_serves_is_not(
        self, left: list[str], tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]]
    ) -> None:
        init = ("witness", "init", str(tmp_path / "w"), "--name", "a.example")
        status, first, _ = ecluse(*init)
        assert status == 0
        for path in (tmp_path / "w").iterdir():
            if path.suffix not in left:
                path.unlink()
        status, again, _ = ecluse(*init)
        assert (status, again == first) == (0, ".pem" in left)
        assert ecluse("witness", "trust", str(tmp_path / "w"), KEY)[0] == 0
        assert ecluse(*init)[0] == 2
        (tmp_path / "w" / "name").unlink()
        assert ecluse(*init)[0] == 2, "it watches a log: it may have signed"

    @pytest.mark.slow
    def test_a_log_is_cosigned_by_witnesses_that_other_processes_run(
        self, tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]]
    ) -> None:
        log = grown(tmp_path / "log", 600)
        program = [sys.executable, "-m", "ecluse"]
        lines, running = [f"log {KEY}"], []
        for name in ("a", "b"):
            folder = tmp_path / name
            status, vkey, _ = ecluse("witness", "init", str(folder), "--name", f"{name}.example")
            assert (status, ecluse("witness", "trust", str(folder), KEY)[0]) == (0, 0)
            running.append(
                subprocess.Popen(
                    [*program, "witness", "serve", str(folder), "--port", "0"],
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                )
            )  # fmt: skip
            stdout = running[-1].stdout
            assert stdout is not None
            lines.append(f"witness {name} {vkey.strip()} {stdout.readline().strip()}")
        lines += ["group both all a b", "quorum both"]
        policy = tmp_path / "policy"
        policy.write_text("\n".join(lines), encoding="utf-8")
        words = (str(tmp_path / "log"), "--policy", str(policy), "--json")
        try:
            assert ecluse("log", "verify", *words)[0] == 1
            status, printed, _ = ecluse("log", "cosign", *words)
            assert (status, json.loads(printed)["logs"][0]["witnesses"]) == (0, ["a", "b"])
            assert ecluse("log", "verify", *words)[0] == 0
            running[1].terminate()
            assert running[1].wait(10) == 0
            grown(tmp_path / "log", 900)
            status, printed, _ = ecluse("log", "cosign", *words)
            assert (status, json.loads(printed)["logs"][0]["silent"]) == (1, ["b"])
            assert log.checkpoint().count("\u2014") == 2
        finally:
            for process in running:
                process.terminate()
                process.wait(10)


class TestMirror:
    POLICY = f"log {KEY}\nquorum none\n"

    def test_a_copy_follows_and_holds_the_same_bytes(
        self, tmp_path: Path, ecluse: Callable[..., tuple[int, str, str]]
    ) -> None:
        policy = tmp_path / "policy"
        policy.write_text(self.POLICY, encoding="utf-8")
        for size in (300, 300, 1_030):
            grown(tmp_path / "log", size)
            words = ("log", "mirror", str(tmp_path / "log"), str(tmp_path / "copy"), "--policy", str(policy), "--json")
            status, printed, _ = ecluse(*words)
            assert (status, json.loads(printed)["new"]) == (0, size)
        full = {name: body for name, body in bodies(tmp_path / "log").items() if ".p/" not in name}
        assert full.items() <= bodies(tmp_path / "copy").items()
        assert verify_log(tmp_path / "copy").checkpoint.size == 1_030

    def test_it_follows_an_address_too(self, tmp_path: Path) -> None:
        import threading
        from functools import partial
        from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

        grown(tmp_path / "log", 700)
        quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(tmp_path))) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            site = LogSite(f"http://127.0.0.1:{server.server_address[1]}/log/")
            found = follow(site, LogFolder(tmp_path / "copy"), read_policy(self.POLICY.encode()))
            site.close()
            server.shutdown()
        assert (found.old, found.new, verify_log(tmp_path / "copy").checkpoint.size) == (0, 700, 700)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda log: (log / "checkpoint").write_text(note_at(400), "utf-8"), "the source went back"),
            (lambda log: (log / "checkpoint").unlink(), "no checkpoint"),
            (lambda log: (log / "tile/entries/003.p/132").write_bytes(b""), "bundle"),
            (lambda log: (log / "tile/0/002").write_bytes(bytes(8192)), "a fork"),
            (lambda log: regrown(log, OTHER), "a fork"),
        ],
        ids=["it went back", "nothing there", "a bundle cut", "a tile changed", "another history"],
    )
    def test_a_source_that_lies_is_not_followed_and_the_copy_stays(
        self, tmp_path: Path, change: Callable[[Path], object], reason: str
    ) -> None:
        grown(tmp_path / "log", 700)
        policy, copy = read_policy(self.POLICY.encode()), LogFolder(tmp_path / "copy")
        follow(LogFolder(tmp_path / "log"), copy, policy)
        before = bodies(tmp_path / "copy")
        grown(tmp_path / "log", 900)
        change(tmp_path / "log")
        with pytest.raises(EvidenceError, match=reason):
            follow(LogFolder(tmp_path / "log"), copy, policy)
        assert bodies(tmp_path / "copy") == before

    def test_a_log_that_lost_its_files_is_filled_from_its_mirror(self, tmp_path: Path) -> None:
        import shutil

        grown(tmp_path / "log", 700)
        policy = read_policy(self.POLICY.encode())
        follow(LogFolder(tmp_path / "log"), LogFolder(tmp_path / "copy"), policy)
        shutil.rmtree(tmp_path / "log")
        follow(LogFolder(tmp_path / "copy"), LogFolder(tmp_path / "log"), policy)
        assert verify_log(grown(tmp_path / "log", 900).path).checkpoint.size == 900


def regrown(path: Path, tree: Levels) -> None:
    """Another history in the same place, whole in itself."""
    for file in [file for file in path.rglob("*") if file.is_file()]:
        file.unlink()
    log = LogFolder(path)
    log.grow(tree, 900, lambda first, last: [b"x" + entry for entry in ENTRIES[first:last]])
    log.publish(note_at(900, tree))
