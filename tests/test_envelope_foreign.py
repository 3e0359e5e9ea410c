"""Does a second verifier, on another implementation of the group, answer every known case as we do?"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from envelope_vectors import FILE

FOREIGN = Path(__file__).parent / "foreign"


def expected(vectors: dict[str, Any]) -> list[tuple[str, bool]]:
    return [
        *((one["name"], True) for one in vectors["whole"]),
        *((one["name"], False) for one in vectors["spoiled"]),
        *((one["name"], one["holds"]) for one in vectors["points"]),
        *((name, True) for name, _ in vectors["generators"]),
        *((f"RFC 9380 {one['text']}", True) for one in vectors["curve"]),
    ]


@pytest.mark.slow
def test_the_other_verifier_answers_alike(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        missing("node", "no Node is installed; run: make system-deps")
    vectors = json.loads(FILE.read_text(encoding="utf-8"))
    vectors["generators"].append(["H", vectors["generators"][1][1]])  # one that is wrong: the answer must follow
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps(vectors), encoding="utf-8")
    command = [node, FOREIGN / "envelope.mjs", "verify", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = expected(vectors)
    wrong = wanted.index(("H", True), [name for name, _ in wanted].index("H") + 1)
    wanted[wrong] = ("H", False)
    assert [(one["name"], one["holds"]) for one in said] == wanted
