"""Does the page's own module, in Node, answer every bundle of the matrix as we do?"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import bundle_matrix as matrix
import pytest
from conftest import missing

PAGE = Path(__file__).resolve().parent.parent / "ecluse" / "edge" / "verify_page"
SCRIPT = Path(__file__).parent / "bundle_page.mjs"


def answers_of_node(folder: Path, cases: list[matrix.Case], *options: str) -> tuple[bool, list[dict[str, Any]]]:
    """What does the page's module answer; had it the platform's own Ed25519?"""
    program = shutil.which("node")
    if program is None:
        missing("node", "no Node is installed; run: make system-deps")
    asked = [
        {"content": base64.b64encode(case.content).decode(),
         "policy": None if case.policy is None else base64.b64encode(case.policy).decode()}
        for case in cases
    ]  # fmt: skip
    path = folder / "cases.json"
    path.write_text(json.dumps(asked), encoding="utf-8")
    done = subprocess.run(
        [str(program), SCRIPT, PAGE, path, *options], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    first, *lines = done.stdout.strip("\n").split("\n")
    return json.loads(first)["native"], [json.loads(line) for line in lines]


def differing(cases: list[matrix.Case], found: list[dict[str, Any]]) -> list[str]:
    assert len(cases) == len(found)
    return [
        f"{case.name}: {answer}" for case, answer in zip(cases, found, strict=True)
        if answer != matrix.answered(case.content, case.policy)
    ]  # fmt: skip


@pytest.mark.slow
def test_the_page_s_module_answers_the_whole_matrix_as_we_do(tmp_path: Path) -> None:
    cases = matrix.rows()
    assert differing(cases, answers_of_node(tmp_path, cases)[1]) == []


def test_where_there_is_no_web_crypto_the_carried_code_answers_the_same(tmp_path: Path) -> None:
    cases = matrix.rows(lambda case: " byte " not in case.name and not case.name.startswith("cut"))
    native, found = answers_of_node(tmp_path, cases, "without-webcrypto")
    assert not native
    assert differing(cases, found) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_chance_makes_of_a_bundle_is_answered_alike(tmp_path: Path, seed: int) -> None:
    cases = list(matrix.mangled_cases(seed, 400))
    assert differing(cases, answers_of_node(tmp_path, cases)[1]) == []
