"""Does every promise stand when a system call of append, publish or witness fails, is cut short, or is the last one?

A sample drawn by a seed, printed; FAULTS_SEED draws another. The whole grid is `benchmarks/bench_faults.py`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from faults.lasting import SECTOR, Lasting, mixed
from faults.tracer import REFUSED

ROOT = Path(__file__).resolve().parent.parent
GRID = ROOT / "tests" / "faults" / "grid.py"
SAMPLE, OFFICE_SAMPLE, SECONDS = 60, 20, 300
SCENES = ("publish", "publish, eight writers", "publish at first", "mirror", "witness", "witness at first")
OFFICE_SCENES = ("append", "log write")

pytestmark = [pytest.mark.slow, pytest.mark.db]


@lru_cache(maxsize=1)
def seed() -> int:
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))


def grid(*words: str, spoilt: str = "") -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of a run in a process of its own, and what it says at the end; `spoilt` is run in it first."""
    code = f"import sys, runpy; sys.path[:0] = {[str(ROOT / 'tests'), str(ROOT)]!r}\n{spoilt}\n"
    code += f"runpy.run_path({str(GRID)!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=SECONDS, check=False
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode == REFUSED:
        pytest.skip(f"faults at system calls: {lines[-1]['refused']}")
    assert lines, done.stderr[-3000:]
    return lines[:-1], lines[-1]


def check(scenes: tuple[str, ...], sample: int) -> None:
    chosen = [word for scene in scenes for word in ("--scene", scene)]
    print(f"FAULTS_SEED={seed()}")
    rows, end = grid(*chosen, "--sample", str(sample), "--seed", str(seed()))
    assert [row for row in rows if row["broken"]] == [], f"FAULTS_SEED={seed()}"
    assert len(rows) >= sample // 2
    assert set(end["calls"]) == set(scenes)
    assert min(end["calls"].values()) > 100  # each does what it is there for
    assert {"killed", "answered"} <= {row["end"] for row in rows}  # the faults do strike
    assert all(row["call"] for row in rows)


def test_a_fault_at_any_call_of_a_log_s_folder_a_mirror_or_a_witness_breaks_no_promise() -> None:
    check(SCENES, SAMPLE)


def test_a_fault_at_any_call_of_a_deed_or_of_writing_an_office_s_logs_breaks_no_promise() -> None:
    check(OFFICE_SCENES, OFFICE_SAMPLE)


@pytest.mark.parametrize(
    ("scene", "spoilt", "reason"),
    [
        pytest.param(
            "publish at first", "import os; os.fsync = lambda fd: None", "", id="files that are not synced"
        ),
        pytest.param(
            "witness at first",
            "import ecluse.edge.log.witness_memory as m; m._settle = lambda path: None",
            "", id="a memory whose name is not synced",
        ),
        pytest.param(
            "witness",
            "import sqlite3; real = sqlite3.connect\n"
            "class Lax(sqlite3.Connection):\n"
            "    def execute(self, sql, *rest):\n"
            "        return super().execute(sql.replace('synchronous=FULL', 'synchronous=OFF'), *rest)\n"
            "sqlite3.connect = lambda *a, **k: real(*a, **k, factory=Lax)",
            "is remembered", id="a witness that signs before it keeps",
        ),
    ],
)  # fmt: skip
def test_the_grid_sees_a_program_that_promises_too_early(scene: str, spoilt: str, reason: str) -> None:
    rows, _ = grid("--scene", scene, "--sample", "12", "--seed", "1", spoilt=spoilt)
    told = [row["broken"] for row in rows if row["broken"]]
    assert told
    assert any(reason in one for one in told), told


def test_what_was_not_synced_is_gone_when_the_power_goes(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "old").write_bytes(b"old")
    lasting = Lasting(disk)
    (disk / "old").write_bytes(b"new")
    (disk / "named").write_bytes(b"bytes")
    (disk / "synced").write_bytes(b"bytes")
    lasting.synced(str(disk / "synced"))
    lasting.left(tmp_path / "first")
    assert {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()} == {"old": b"old"}
    lasting.synced(str(disk))
    lasting.left(tmp_path / "second")
    found = {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}
    assert found == {"old": b"old", "named": b"", "synced": b"bytes"}


def test_chance_lets_sectors_through_and_none_that_was_never_written() -> None:
    old, new, met = b"o" * SECTOR * 4, b"n" * SECTOR * 6, set()
    for at in range(50):
        body = mixed(old, new, random.Random(at))
        assert len(body) in (len(old), len(new))
        assert set(body) <= set(b"on\0")
        met |= {body[first : first + SECTOR][:1] for first in range(0, len(old), SECTOR)}
    assert {b"o", b"n"} <= met
