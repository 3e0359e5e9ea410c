"""Does every exported verdict hold where only the core install is present, and does a moved fact turn it?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flips
import pytest
from carried import office_on, sqlite_url, year_in
from conftest import CoreOnly

from ecluse.base.canon import canonical, digest
from ecluse.edge.dossier import replay_paths

FLIPS = {flip.code: flip for flip in flips.flips()}
Record = dict[str, Any]


# ------------------------------------------------------------------ a carried world


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    with office_on(sqlite_url(year_in(folder)[1])):
        from ecluse.office.models import OrderRow, Record
        from ecluse.office.publish.dossiers import export_dossiers

        written = export_dossiers(folder / "dossiers")
        orders = OrderRow.objects.count()
        certificates = len(set(Record.objects.filter(v="hearing/1", order="").values_list("subject", flat=True)))
        hearings = Record.objects.filter(v="hearing/1").count()
    assert written == orders + certificates
    (folder / "hearings").write_text(str(hearings))
    return folder / "dossiers"


def replayed(core_only: CoreOnly, *paths: Path) -> tuple[int, dict[str, Any], str]:
    done = core_only.run("-m", "ecluse", "replay", *paths, "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.db
@pytest.mark.slow
def test_every_verdict_holds_where_only_the_core_is(exported: Path, core_only: CoreOnly) -> None:
    status, summary, said = replayed(core_only, exported)
    assert (status, said) == (0, "")
    assert summary["hearings"] == int((exported.parent / "hearings").read_text())
    assert summary["dossiers"] == len(list(exported.iterdir()))


@pytest.mark.db
@pytest.mark.slow
def test_an_export_again_gives_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    with office_on(sqlite_url(exported.parent / "office.sqlite3")):
        from ecluse.office.publish.dossiers import export_dossiers

        export_dossiers(tmp_path)
    names = sorted(path.name for path in exported.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert all((exported / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


# ------------------------------------------------------------------ one spoiled


def resealed(path: Path, change: Callable[[list[Record]], None]) -> None:
    """A forger's work: change the records, then state their number and digest anew."""
    head, *records = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(records)
    body = b"".join(canonical(record) + b"\n" for record in records)
    path.write_bytes(canonical({**head, "lines": len(records), "digest": digest(body)}) + b"\n" + body)


def another_verdict(records: list[Record]) -> None:
    records[-1].update(grounds=[], finding=None)
    del records[-1]["finding"]


def flip_byte(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))


def newer(path: Path) -> None:
    first, _, body = path.read_bytes().partition(b"\n")
    path.write_bytes(canonical({**json.loads(first), "release": "99.0.0"}) + b"\n" + body)


SPOILT = [
    pytest.param(lambda p: resealed(p, another_verdict), 1, "but the law gives", id="its stored verdict alone"),
    pytest.param(lambda p: p.write_bytes(p.read_bytes()[:-200]), 2, "cut short", id="cut short"),
    pytest.param(flip_byte, 2, "changed", id="a changed byte"),
    pytest.param(lambda p: resealed(p, lambda r: r[-1].update(colour="red")), 2, "unknown field", id="unknown field"),
    pytest.param(
        lambda p: resealed(p, lambda r: r[-1]["law"][0].__setitem__(1, "0" * 64)), 2, "not held", id="unknown law"
    ),
    pytest.param(newer, 2, "newer release", id="a newer release"),
]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    flip = FLIPS["surplus.home_army_first"]
    return flips.write(flip, flips.dossier_of(flip, flip.held), tmp_path, "held")


@pytest.mark.parametrize(("spoil", "status", "words"), SPOILT)
def test_a_spoilt_dossier_is_said_plainly(
    one: Path, core_only: CoreOnly, spoil: Callable[[Path], None], status: int, words: str
) -> None:
    assert replayed(core_only, one)[0] == 0
    spoil(one)
    found, summary, said = replayed(core_only, one)
    assert (found, summary["same"]) == (status, False)
    assert one.name in said
    assert words in said


# ------------------------------------------------------------------ every code


def test_every_published_code_has_its_pair() -> None:
    assert sorted(FLIPS) == flips.published_codes()


@pytest.mark.parametrize("code", FLIPS)
def test_one_moved_fact_turns_the_verdict(code: str, tmp_path: Path) -> None:
    flip = FLIPS[code]
    held, passed = flips.dossier_of(flip, flip.held), flips.dossier_of(flip, flip.passed)
    assert code in [ground.code for ground in held.hearings[0].grounds]
    assert code not in [ground.code for ground in passed.hearings[0].grounds]
    same = [flips.write(flip, held, tmp_path, "held"), flips.write(flip, passed, tmp_path, "passed")]
    assert [result.is_same() for result in replay_paths(same)] == [True, True]
    turned = next(replay_paths([flips.write(flip, flips.moved(flip), tmp_path, "moved")]))
    assert turned.error is None
    assert code.encode() in turned.different()[0].stored
    assert code.encode() not in turned.different()[0].again
    alone = next(replay_paths([flips.write(flip, flips.altered(flip), tmp_path, "altered")]))
    assert alone.error is None
    assert code.encode() in alone.different()[0].again


def test_flips_are_seen_where_only_the_core_is(core_only: CoreOnly, tmp_path: Path) -> None:
    for flip in FLIPS.values():
        flips.write(flip, flips.dossier_of(flip, flip.held), tmp_path / "same", "held")
        flips.write(flip, flips.dossier_of(flip, flip.passed), tmp_path / "same", "passed")
        flips.write(flip, flips.moved(flip), tmp_path / "turned", "moved")
    status, summary, _ = replayed(core_only, tmp_path / "same")
    assert (status, summary["hearings"], summary["different"]) == (0, 2 * len(FLIPS), 0)
    status, summary, _ = replayed(core_only, tmp_path / "turned")
    assert (status, summary["different"], summary["unreadable"]) == (1, len(FLIPS), 0)
