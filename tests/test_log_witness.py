"""Does a witness sign only what extends all that it saw, whoever asks, however many at once, and after a kill?"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import Checkpoint, checkpoint_text, parse_checkpoint, sign_note, split_note
from ecluse.base.proof import EMPTY_ROOT, Levels, leaf_hash
from ecluse.custody.log.note_keys import opened, public_key
from ecluse.custody.log.witness import Asked, Refused, Seen, fork_between, judge, read_asked, request_for
from ecluse.edge.log.ask_witness import SilentWitnessError, ask_witness
from ecluse.edge.log.witness_memory import WitnessMemory
from ecluse.edge.log.witness_serve import Witness, server

ORIGIN, NAME, AT = "example.org/log", "witness.example/w1", 1_700_000_000
LOG = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
KEY = public_key(ORIGIN, LOG, is_cosigner=False)
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
LATTICE = MLDSA44PrivateKey.from_seed_bytes(b"\x03" * 32)
WITNESS_KEY = public_key(NAME, PRIVATE, is_cosigner=True)
TREE = Levels(leaf_hash(b"%d" % at) for at in range(300))
OTHER = Levels(leaf_hash(b"%d" % (at if at < 7 else at + 1)) for at in range(300))


def note_at(size: int, tree: Levels = TREE, key: Ed25519PrivateKey = LOG, origin: str = ORIGIN) -> str:
    return sign_note(checkpoint_text(origin, size, tree.root(size)), origin, key)


def ask(old: int, new: int, tree: Levels = TREE) -> Asked:
    return request_for(old, tree.consistency_proof(old, new), note_at(new, tree))


def seen_at(size: int) -> Seen:
    return Seen(size, TREE.root(size), note_at(size))


@pytest.mark.parametrize(
    ("asked", "seen", "status"),
    [
        pytest.param(ask(0, 5), Seen(), 200, id="the first"),
        pytest.param(ask(0, 0), Seen(), 200, id="an empty log"),
        pytest.param(ask(5, 9), seen_at(5), 200, id="an extension"),
        pytest.param(ask(5, 5), seen_at(5), 200, id="the same again"),
        pytest.param(ask(0, 9), seen_at(5), 409, id="an old size that was passed"),
        pytest.param(ask(5, 9), Seen(), 409, id="an old size that was never seen"),
        pytest.param(Asked(9, (), note_at(5)), seen_at(9), 400, id="an old size beyond the checkpoint"),
        pytest.param(ask(5, 9, OTHER), seen_at(5), 200, id="a log that is other only further on"),
        pytest.param(ask(8, 9, OTHER), seen_at(8), 422, id="another history"),
        pytest.param(Asked(5, (), note_at(9)), seen_at(5), 422, id="no proof"),
        pytest.param(Asked(0, (bytes(32),), note_at(9)), Seen(), 422, id="a proof from nothing"),
        pytest.param(Asked(9, (), note_at(9, OTHER)), seen_at(9), 422, id="two trees of one size"),
        pytest.param(Asked(0, (), note_at(5, key=PRIVATE)), Seen(), 403, id="a stranger's signature"),
    ],
)
def test_what_is_asked_is_judged_as_the_specification_says(asked: Asked, seen: Seen, status: int) -> None:
    found = judge(asked, [KEY], seen)
    assert (200 if isinstance(found, Checkpoint) else found.status) == status
    if status == 409:
        assert isinstance(found, Refused)
        assert (found.body, found.content_type) == (f"{seen.size}\n", "text/x.tlog.size")


def test_an_unknown_log_is_not_found() -> None:
    found = judge(ask(0, 5), [], Seen())
    assert isinstance(found, Refused)
    assert found.status == 404


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_only_an_extension_of_what_was_seen_is_ever_granted(had: int, old: int, new: int) -> None:
    proof = TREE.consistency_proof(old, new) if old <= new else []
    found = judge(Asked(old, tuple(proof), note_at(new)), [KEY], Seen(had, TREE.root(had)) if had else Seen())
    assert isinstance(found, Checkpoint) is (old == had <= new)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 5",
        b"new 5\n\n" + note_at(5).encode(),
        b"old 05\n\n" + note_at(5).encode(),
        b"old +5\n\n" + note_at(5).encode(),
        b"old 5 \n\n" + note_at(5).encode(),
        "old ٥\n\n".encode() + note_at(5).encode(),
        b"old " + b"9" * 20 + b"\n\n" + note_at(5).encode(),
        b"old 0\n" + note_at(5).encode(),
        b"old 0\nAAAA\n\n" + note_at(5).encode(),
        b"old 0\n" + b"A" * 43 + b"=\r\n\n" + note_at(5).encode(),
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + note_at(5).encode(),
        b"old 0\n\n" + note_at(5).encode()[:-5],
        b"old 0\n\n" + note_at(5).encode().replace(b"\n5\n", b"\n05\n"),
        b"old 0\n\n\xff",
        b"x" * 1_010_001,
    ],
)
def test_what_is_no_request_is_a_bad_request(body: bytes) -> None:
    found = read_asked(body)
    assert isinstance(found, Refused)
    assert found.status == 400


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_a_bad_one(body: bytes) -> None:
    assert isinstance(read_asked(body), Refused)


def test_a_request_is_read_as_it_was_written() -> None:
    assert read_asked(bytes(ask(5, 9))) == ask(5, 9)


def test_two_signed_trees_of_one_size_prove_a_fork_and_nothing_less_does() -> None:
    assert fork_between(note_at(9), note_at(9, OTHER), [KEY]) is not None
    assert fork_between(note_at(9), note_at(9), [KEY]) is None
    assert fork_between(note_at(5), note_at(9, OTHER), [KEY]) is None
    with pytest.raises(EvidenceError, match="no signature"):
        fork_between(note_at(9), note_at(9, OTHER, key=PRIVATE), [KEY])


@pytest.fixture
def memory(tmp_path: Path) -> WitnessMemory:
    made = WitnessMemory.make(tmp_path / "w" / "memory.sqlite3")
    made.trust(KEY)
    return made


class TestMemory:
    def test_it_keeps_what_it_granted(self, memory: WitnessMemory) -> None:
        assert memory.seen(ORIGIN) == Seen(0, EMPTY_ROOT, "")
        assert isinstance(memory.add(ask(0, 5)), Checkpoint)
        assert WitnessMemory(memory.path).seen(ORIGIN) == seen_at(5)

    def test_it_keeps_nothing_that_it_refused(self, memory: WitnessMemory) -> None:
        memory.add(ask(0, 5))
        assert isinstance(memory.add(ask(0, 9)), Refused)
        assert memory.seen(ORIGIN).size == 5

    def test_it_holds_the_evidence_of_a_fork_for_ever(self, memory: WitnessMemory) -> None:
        memory.add(ask(0, 9))
        for old in (9, 0):
            assert isinstance(memory.add(Asked(old, (), note_at(9, OTHER))), Refused)
        (fork,) = memory.forks()
        assert fork_between(fork.seen, fork.told, [KEY]) is not None

    def test_it_does_not_go_back_whoever_writes(self, memory: WitnessMemory) -> None:
        import sqlite3

        memory.add(ask(0, 9))
        memory.add(Asked(9, (), note_at(9, OTHER)))
        with sqlite3.connect(memory.path) as file:
            for statement in ("UPDATE seen SET size = 5", "DELETE FROM seen", "DELETE FROM fork"):
                with pytest.raises(sqlite3.IntegrityError):
                    file.execute(statement)

    def test_a_lost_memory_is_not_begun_again_by_itself(self, tmp_path: Path, memory: WitnessMemory) -> None:
        with pytest.raises(BadInputError, match="witness's memory"):
            WitnessMemory(tmp_path / "elsewhere.sqlite3")
        with pytest.raises(BadInputError, match="no file yet"):
            WitnessMemory.make(memory.path)

    def test_a_witness_s_key_is_no_log(self, memory: WitnessMemory) -> None:
        with pytest.raises(EvidenceError, match="not the key of a log"):
            memory.trust(WITNESS_KEY)

    def test_a_thousand_requests_from_eight_hands_never_roll_it_back(self, memory: WitnessMemory) -> None:
        granted: list[int] = []
        lock = threading.Lock()

        def hand(seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(125):
                old = memory.seen(ORIGIN).size
                new = min(300, old + chance.randrange(0, 4))
                found = memory.add(ask(old, new))
                with lock:
                    granted.extend([found.size] if isinstance(found, Checkpoint) else [])
                assert memory.seen(ORIGIN).size >= new or isinstance(found, Refused)

        with ThreadPoolExecutor(8) as hands:
            list(hands.map(hand, range(8)))
        assert len(granted) > 300
        assert memory.seen(ORIGIN).size == max(granted)
        assert memory.seen(ORIGIN).root == TREE.root(max(granted))


@pytest.fixture
def serving(memory: WitnessMemory) -> Iterator[tuple[str, Witness]]:
    witness = Witness(NAME, [PRIVATE, LATTICE], memory, clock=lambda: AT)
    http_server = server(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{http_server.server_address[1]}", witness
    http_server.shutdown()
    http_server.server_close()
    thread.join()


class TestService:
    def test_a_log_gets_its_cosignatures_also_when_it_forgot_what_was_seen(self, serving: tuple[str, Witness]) -> None:
        url = f"http://{serving[0]}"
        for size in (5, 9, 9, 300):
            lines = ask_witness(url, WITNESS_KEY, TREE, note_at(size))
            keys = [KEY, WITNESS_KEY, public_key(NAME, LATTICE, is_cosigner=True)]
            assert set(opened(note_at(size) + lines, keys).by.values()) == {None, AT}

    def test_a_log_that_forked_or_went_back_gets_none(self, serving: tuple[str, Witness]) -> None:
        url = f"http://{serving[0]}"
        ask_witness(url, WITNESS_KEY, TREE, note_at(20))
        with pytest.raises(EvidenceError, match="refuses with 422"):
            ask_witness(url, WITNESS_KEY, OTHER, note_at(30, OTHER))
        with pytest.raises(EvidenceError, match="has seen 20 entries, and this log holds 10"):
            ask_witness(url, WITNESS_KEY, TREE, note_at(10))
        with pytest.raises(EvidenceError, match="refuses with 422"):
            ask_witness(url, WITNESS_KEY, OTHER, note_at(20, OTHER), last=20)
        assert len(json.loads(self.get(serving[0], "/forks")[1])) == 1

    def test_another_key_than_the_witness_s_is_not_taken_for_it(self, serving: tuple[str, Witness]) -> None:
        key = public_key(NAME, LOG, is_cosigner=True)
        with pytest.raises(EvidenceError):
            ask_witness(f"http://{serving[0]}", key, TREE, note_at(5))

    def test_a_monitor_reads_what_was_seen_last(self, serving: tuple[str, Witness]) -> None:
        path = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
        assert self.get(serving[0], path)[0] == 404
        ask_witness(f"http://{serving[0]}", WITNESS_KEY, TREE, note_at(20))
        status, note = self.get(serving[0], path)
        assert (status, opened(note, [KEY, WITNESS_KEY]).by) == (200, {KEY: None, WITNESS_KEY: AT})
        assert parse_checkpoint(split_note(note)[0]).size == 20

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", "/add-checkpoint", {}, 404),
            ("GET", "/", {}, 404),
            ("GET", "/../checkpoint", {}, 404),
            ("POST", "/forks", {"Content-Length": "0"}, 404),
            ("POST", "/add-checkpoint", {}, 411),
            ("POST", "/add-checkpoint", {"Content-Length": "-1"}, 411),
            ("POST", "/add-checkpoint", {"Content-Length": str(10**10)}, 413),
            ("POST", "/add-checkpoint", {"Content-Length": "9" * 400}, 413),
            ("POST", "/add-checkpoint", {"Content-Length": "0"}, 400),
            ("PUT", "/add-checkpoint", {"Content-Length": "0"}, 501),
        ],
    )
    def test_what_it_does_not_do_is_refused_at_once(
        self, serving: tuple[str, Witness], method: str, path: str, headers: dict[str, str], status: int
    ) -> None:
        connection = http.client.HTTPConnection(serving[0], timeout=5)
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()

    def test_who_does_not_answer_is_silent(self) -> None:
        with pytest.raises(SilentWitnessError):
            ask_witness("http://127.0.0.1:9", WITNESS_KEY, TREE, note_at(5), seconds=1)

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "witness.example", "http://"])
    def test_what_is_no_address_is_said(self, url: str) -> None:
        with pytest.raises(EvidenceError, match="not an address"):
            ask_witness(url, WITNESS_KEY, TREE, note_at(5))

    def test_a_memory_that_cannot_be_written_signs_nothing(self, serving: tuple[str, Witness]) -> None:
        serving[1].memory.path.unlink()
        with pytest.raises(EvidenceError, match="refuses with 503"):
            ask_witness(f"http://{serving[0]}", WITNESS_KEY, TREE, note_at(5))

    def get(self, host: str, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(host, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
