"""Do the golden dossiers of every release still earn their verdicts? They stay in tests/cases and replay for ever."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ecluse.edge.dossier import read_dossier
from ecluse.edge.law import library
from ecluse.order import Replayed, replay

CASES = Path(__file__).parent / "cases"
EXPECTED = sorted(CASES.glob("*/expected.csv"))


def rows() -> list[tuple[str, str, str, str, str]]:
    """Release, file, tranche, gate of its last hearing, and the verdict: `passed` or the codes that hold it."""
    found = []
    for table in EXPECTED:
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.append((table.parent.name, row["file"], row["tranche"], row["gate"], row["verdict"]))
    return found


def last_of(release: str, file: str, tranche: str) -> Replayed:
    replayed = replay(read_dossier(CASES / release / file), library)
    return [item for item in replayed if item.hearing.tranche == tranche][-1]


def test_every_release_keeps_a_story_for_each_gate() -> None:
    assert EXPECTED
    for table in EXPECTED:
        gates = {gate for release, _, _, gate, _ in rows() if release == table.parent.name}
        assert gates >= {"surplus", "parties", "licence", "custody", "proceeds"}


@pytest.mark.parametrize(("release", "file", "tranche", "gate", "verdict"), rows())
def test_a_story_earns_its_verdict(release: str, file: str, tranche: str, gate: str, verdict: str) -> None:
    last = last_of(release, file, tranche)
    assert last.same
    assert last.hearing.gate.value == gate
    given = json.loads(last.again)
    codes = ";".join(ground["code"] for ground in given.get("held", []))
    assert (codes or "passed") == verdict


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.dossier.jsonl")), ids=lambda path: path.name)
def test_every_hearing_of_every_story_replays(path: Path) -> None:
    assert all(item.same for item in replay(read_dossier(path), library))
