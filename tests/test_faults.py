"""Can the tests fail? Each of ten faults, applied as a patch to a copy of the house, fails the test named for it.

A patch that no longer applies is an error: the fault has to be written anew for the code as it stands.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "tests" / "faults"
SECONDS = 180
# What a copy needs for its tests; not its history, databases and caches.
KEPT = ("ecluse", "tests", "tools", "docs", "examples", "pyproject.toml", "README.md", "Makefile", "bootstrap.py")

NAMED = {
    "rule_inverted": "tests/test_surplus.py::test_each_ground_is_just_held_and_just_passed",
    "gate_skipped": "tests/test_parties.py::test_just_held",
    "float_in_money": "tests/test_house_rules.py::test_house",
    "unsigned_handover_accepted": "tests/test_custody.py::test_just_held",
    "author_countersigns": "tests/test_licence.py",
    "draw_without_its_check": "tests/test_deeds.py::test_of_two_hands_that_read_the_same_one_is_told_to_read_again",
    "log_entry_changed": "tests/test_deeds.py::test_the_log_holds_a_commitment_that_opens_and_no_fact",
    "posting_unbalanced": "tests/test_proceeds.py",
    "sentence_untranslated": "tests/test_house_rules.py::test_house",
    "upward_import": "tests/test_contracts.py::test_imports_run_one_way",
}


def test_every_patch_has_its_named_test() -> None:
    assert sorted(path.stem for path in FAULTS.glob("*.patch")) == sorted(NAMED)
    assert len(NAMED) == 10


def copy_of_the_house(to: Path) -> Path:
    """The files that git tracks and those it would: what a developer has before the fault."""
    for name in KEPT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3*"))
        elif source.is_file():
            shutil.copy2(source, to / name)
    return to


def run_test(copy: Path, named: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", named, "-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not postgres"]
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'tests'}"}
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("fault", sorted(NAMED))
def test_the_fault_is_found(fault: str, tmp_path: Path) -> None:
    copy = copy_of_the_house(tmp_path)
    patch = subprocess.run(
        ["git", "apply", "--unsafe-paths", "--directory", str(copy), str(FAULTS / f"{fault}.patch")],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert patch.returncode == 0, f"{fault}.patch no longer applies: write it anew\n{patch.stderr}"
    found = run_test(copy, NAMED[fault])
    assert found.returncode == 1, f"{NAMED[fault]} does not see {fault}\n{found.stdout[-3000:]}{found.stderr[-2000:]}"
    assert str(ROOT / "ecluse") not in found.stdout, "the test ran on the house itself, not on the copy"


@pytest.mark.slow
def test_without_a_fault_the_named_tests_pass_in_a_copy(tmp_path: Path) -> None:
    copy = copy_of_the_house(tmp_path)
    for named in sorted(set(NAMED.values()) - {"tests/test_house_rules.py::test_house"}):
        found = run_test(copy, named)
        assert found.returncode == 0, f"{named}\n{found.stdout[-3000:]}"
