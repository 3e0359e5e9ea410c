"""Does a second verifier, on another implementation of the group, answer every known case as we do?"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from envelope_vectors import FILE

FOREIGN = Path(__file__).parent / "foreign"
VENDOR = FOREIGN / "vendor"
TOOL = Path(__file__).resolve().parent.parent / "tools" / "vendor_envelope.py"


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


def test_the_other_implementation_is_the_one_that_the_manifest_names() -> None:
    (row,) = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
    assert hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    assert {path.name for path in VENDOR.iterdir()} == {row["file"], *row["licence_texts"], "MANIFEST.json"}
    assert row["licence"] == "MIT"
    script = TOOL.read_text(encoding="utf-8")
    assert all(re.search(f'"{name}": "{re.escape(version)}"', script) for name, version in row["packages"].items())
