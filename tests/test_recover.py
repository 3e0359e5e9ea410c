"""Does an office refuse to sign behind anyone's back, and go on once what it lacks is filled again?"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, sqlite_url, year_in
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecluse.base.errors import EvidenceError, ForbiddenError
from ecluse.base.proof import Levels, leaf_hash
from ecluse.custody.log.note_keys import public_key
from ecluse.edge.log.folder import LogFolder
from ecluse.edge.log.recover import Other, newest_seen, others, refill_from
from ecluse.edge.log.verify import verify_log
from ecluse.edge.log.witness_memory import WitnessMemory
from ecluse.edge.log.witness_serve import Witness, server

HOME = "home/2026"


def a_deed(number: int) -> None:
    """Something is recorded: one entry more of the home log."""
    from ecluse.custody.life import state_on
    from ecluse.custody.terms import LifeEvent, LifeState
    from ecluse.office.actions.custody import enter_life
    from ecluse.office.desk.today import open_session, today

    session = open_session()
    is_open = state_on(session.of("centre:lt-1", LifeEvent), today()) is LifeState.OPEN
    state = LifeState.SUSPENDED if is_open else LifeState.OPEN
    enter_life(session, LifeEvent(f"life:test-{number}", "centre:lt-1", state, "authority:lt", today()), today())


def sign() -> list[str]:
    from ecluse.office.actions.checkpoint import sign_heads
    from ecluse.office.desk.today import open_session, today

    return sign_heads(open_session(), today())


def write(folder: Path, url: str, *, policy: str = "", signs: bool = True) -> int:
    from ecluse.office.commands.logs import write as write_logs

    return write_logs(str(folder), url, policy, signs, as_json=True)


def size_of(log: str = HOME) -> int:
    from ecluse.office.models import LogHead

    return LogHead.objects.get(log=log).size


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """An older copy of an office, the office as it went on, and its published logs."""
    folder = tmp_path_factory.mktemp("recover")
    older = year_in(folder)[1]
    newer, tiles = folder / "newer.sqlite3", folder / "tiles"
    with office_on(url := copy_sqlite(older, newer)):
        for number in range(3):
            a_deed(number)
        assert write(tiles, url) == 0
    return older, newer, tiles


@pytest.fixture
def older(two: tuple[Path, Path, Path], tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The older copy brought back in service, beside what is published."""
    tiles = shutil.copytree(two[2], tmp_path / "tiles")
    with office_on(url := copy_sqlite(two[0], tmp_path / "office.sqlite3")):
        yield url, tiles


pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_an_office_that_nobody_is_ahead_of_signs_and_goes_on(two: tuple[Path, Path, Path], tmp_path: Path) -> None:
    tiles = tmp_path / "tiles"
    with office_on(url := copy_sqlite(two[1], tmp_path / "office.sqlite3")):
        assert write(tiles, url) == 0
        a_deed(9)
        assert write(tiles, url) == 0
        assert verify_log(tiles / HOME).checkpoint.size == size_of()
        assert sign() == []


def test_an_older_copy_only_reads_until_it_is_filled_again(
    older: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.office import doctor
    from ecluse.office.audit.report import run_audit
    from ecluse.office.commands.logs import recover
    from ecluse.office.models import Checkpoint

    url, tiles = older
    before, published = size_of(), LogFolder(tiles / HOME).checkpoint()
    signed = Checkpoint.objects.count()
    assert write(tiles, url) == 1
    assert any("published" in row.get("reason", "") for row in json.loads(capsys.readouterr().out)["logs"])
    assert (Checkpoint.objects.count(), LogFolder(tiles / HOME).checkpoint()) == (signed, published)
    with pytest.raises(ForbiddenError, match="older copy"):
        a_deed(20)
    with pytest.raises(ForbiddenError, match="older copy"):
        sign()
    assert size_of() == before
    assert [one.name for one in doctor.log_ailments()] == ["log_behind"]
    capsys.readouterr()
    assert recover(str(tiles), url, as_json=True) == 0
    told = capsys.readouterr()
    (home,) = [one for one in json.loads(told.out)["logs"] if one["log"] == HOME]
    assert (home["new"] - home["old"], home["records_missing"]) == (3, 3)
    assert "ecluse audit" in told.err  # the entries came back, and not what they commit to: it is said
    assert size_of() == before + 3
    assert not list(doctor.log_ailments())
    a_deed(21)
    assert write(tiles, url) == 0
    assert verify_log(tiles / HOME).checkpoint.size == before + 4
    # The log is whole again; what the lost records said is lost, and the audit names each.
    assert {"record_deleted"} <= {finding.key for finding in run_audit().broken()}


def test_a_mirror_of_another_log_or_a_torn_one_fills_nothing(older: tuple[str, Path], tmp_path: Path) -> None:
    from ecluse.office.commands.logs import recover
    from ecluse.office.publish.tiles import log_keys, tree_of

    url, tiles = older
    before = size_of()
    copied = shutil.copytree(tiles, tmp_path / "mirror")
    last = max((copied / HOME / "tile/entries").rglob("*.p/*"), key=lambda path: (path.parent.name, int(path.name)))
    body = bytearray(last.read_bytes())
    body[-1] ^= 1
    last.write_bytes(bytes(body))
    assert recover(str(copied), url, as_json=False) == 1
    assert size_of() == before
    tree = tree_of(HOME)
    forked = Levels(leaf_hash(b"other %d" % number) for number in range(tree.size))
    with pytest.raises(EvidenceError, match="fork"):
        refill_from(LogFolder(tiles / HOME), f"ecluse/{HOME}", log_keys(HOME), forked)
    with pytest.raises(EvidenceError, match="no signature"):
        refill_from(LogFolder(tiles / HOME), f"ecluse/{HOME}", log_keys("plan/2026"), tree)


def test_a_damaged_tile_and_a_lost_bundle_are_made_again(two: tuple[Path, Path, Path], tmp_path: Path) -> None:
    tiles = tmp_path / "tiles"
    with office_on(url := copy_sqlite(two[1], tmp_path / "office.sqlite3")):
        assert write(tiles, url) == 0
        whole = {path: path.read_bytes() for path in (tiles / HOME).rglob("*") if path.is_file()}
        tile = next((tiles / HOME / "tile/0").glob("*"))
        tile.write_bytes(bytes(len(tile.read_bytes())))
        (tiles / HOME / "tile/entries/000").unlink()
        with pytest.raises(EvidenceError):
            verify_log(tiles / HOME)
        assert write(tiles, url) == 0
    assert {path: path.read_bytes() for path in (tiles / HOME).rglob("*") if path.is_file()} == whole


@pytest.fixture
def witness(two: tuple[Path, Path, Path], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """A witness that watches one log: a policy file that names it, and the server. LT's own watches its centre's."""
    from ecluse.office.desk.today import open_session
    from ecluse.office.publish.tiles import log_keys

    watched = getattr(request, "param", HOME)
    with office_on(sqlite_url(two[0])):
        (log,) = log_keys(watched)
        own = open_session().source.private_key("witness:lt")
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32))) if watched == HOME else own
    memory = WitnessMemory.make(tmp_path / "witness.sqlite3")
    memory.trust(log)
    http = server(Witness("witness/lt", [private], memory), "127.0.0.1", 0)
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{http.server_address[1]}"
    policy = tmp_path / "policy"
    policy.write_text(f"log {log}\nwitness lt {public_key('witness/lt', private, is_cosigner=True)} {url}\nquorum lt\n")
    yield str(policy), http
    http.shutdown()
    http.server_close()


def test_a_witness_that_saw_more_stops_an_older_copy_whose_files_are_gone(
    two: tuple[Path, Path, Path], witness: tuple[str, Any], tmp_path: Path
) -> None:
    from ecluse.edge.log.commands import cosign

    policy, http = witness
    assert cosign(str(two[2] / HOME), policy, as_json=False) == 0
    with office_on(url := copy_sqlite(two[0], tmp_path / "office.sqlite3")):
        assert write(tmp_path / "fresh", url, policy=policy) == 1
        assert not (tmp_path / "fresh").exists()
    http.shutdown()
    http.server_close()
    with office_on(url := copy_sqlite(two[1], tmp_path / "whole.sqlite3")):
        # A witness that is silent stops nobody: it is asked again before it cosigns.
        assert write(tmp_path / "fresh", url, policy=policy) == 0


@pytest.mark.parametrize("witness", ["centre-lt-1/2026"], indirect=True)
def test_what_a_hosts_witness_cosigned_is_kept_in_the_office(
    two: tuple[Path, Path, Path], witness: tuple[str, Any], tmp_path: Path
) -> None:
    from ecluse.custody.witnessed import WitnessedHead, heads_of
    from ecluse.office.commands.logs import cosign
    from ecluse.office.desk.today import open_session

    log = "centre-lt-1/2026"
    tiles = shutil.copytree(two[2] / log, tmp_path / "tiles")
    with office_on(url := copy_sqlite(two[1], tmp_path / "office.sqlite3")):
        before = open_session().of(heads_of("LT", log), WitnessedHead)
        assert cosign(str(tiles), witness[0], url, as_json=False) == 0
        kept = open_session().of(heads_of("LT", log), WitnessedHead)
        assert [head.size for head in kept[len(before) :]] == [verify_log(tiles).checkpoint.size]
        assert kept[-1].size > before[-1].size
        assert cosign(str(tiles), witness[0], url, as_json=False) == 0
        assert open_session().of(heads_of("LT", log), WitnessedHead) == kept


def test_an_answer_in_the_witnesses_name_that_it_did_not_sign_stops_nothing(
    two: tuple[Path, Path, Path], witness: tuple[str, Any]
) -> None:
    from ecluse.edge.log.commands import cosign, policy_of
    from ecluse.edge.log.recover import seen_by_witnesses

    policy, http = witness
    rules, url = policy_of(policy), f"http://127.0.0.1:{http.server_address[1]}"
    (log,), own = rules.logs, rules.witnesses["lt"]
    assert newest_seen(url, own, log.name, [log]) is None
    assert cosign(str(two[2] / HOME), policy, as_json=False) == 0
    seen = newest_seen(url, own, log.name, [log])
    assert seen is not None
    assert seen.size == verify_log(two[2] / HOME).checkpoint.size
    stranger = public_key("witness/lt", Ed25519PrivateKey.from_private_bytes(bytes(32)), is_cosigner=True)
    with pytest.raises(EvidenceError, match="no signature"):
        newest_seen(url, stranger, log.name, [log])
    rules.witnesses["lt"] = stranger
    assert list(seen_by_witnesses(rules, log.name, [log])) == [("lt", None)]


def test_whoever_is_ahead_or_of_another_tree_is_named() -> None:
    from ecluse.base.note import Checkpoint

    tree = Levels(leaf_hash(b"%d" % number) for number in range(5))
    heads = [
        ("same", Checkpoint("x", 5, tree.root())), ("older", Checkpoint("x", 3, tree.root(3))),
        ("ahead", Checkpoint("x", 6, bytes(32))), ("other", Checkpoint("x", 5, bytes(32))),
        ("old other", Checkpoint("x", 2, bytes(32))),
    ]  # fmt: skip
    assert list(others(tree, heads)) == [
        Other("ahead", 6, True),
        Other("other", 5, False),
        Other("old other", 2, False),
    ]
