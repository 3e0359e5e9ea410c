"""Do imports run one way, and would the contracts notice if they did not?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 300
ROOMS = ("surplus", "parties", "licence", "custody", "proceeds")
FLOORS = ("base", *ROOMS, "plan", "edge", "office", "site")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", root / "pyproject.toml"]
    return run(command, root)


def run(command: list[str | Path], root: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root), "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LIMIT_SECONDS, check=False,
    )  # fmt: skip


def small_house(root: Path) -> Path:
    """The floors of the house, empty, under the real contracts."""
    shutil.copy(ROOT / "pyproject.toml", root)
    for floor in FLOORS:
        (root / "ecluse" / floor).mkdir(parents=True)
        (root / "ecluse" / floor / "__init__.py").touch()
    for room in ROOMS:
        for file in ("terms", "rules", "gate"):
            (root / "ecluse" / room / f"{file}.py").touch()
    for file in ("__init__", "__main__", "order"):
        (root / "ecluse" / f"{file}.py").touch()
    return root


def test_imports_run_one_way() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_types_hold() -> None:
    done = run([sys.executable, "-m", "mypy"], ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_orderly_house_keeps_the_contracts(tmp_path: Path) -> None:
    root = small_house(tmp_path)
    (root / "ecluse/office/__init__.py").write_text("import django\nimport ecluse.order\n")
    (root / "ecluse/plan/solve.py").write_text("import numpy\n")
    done = lint_imports(root)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "text", "contract"),
    [
        pytest.param(
            "surplus/gate.py", "import ecluse.parties.terms", "Imports run one way", id="a gate reads downstream"
        ),
        pytest.param(
            "base/money.py", "import ecluse.surplus.terms", "Imports run one way", id="the floor knows a gate"
        ),
        pytest.param("edge/tiles.py", "import ecluse.office", "Imports run one way", id="the edge knows the office"),
        pytest.param("extra.py", "", "Imports run one way", id="a module outside the layers"),
        pytest.param("custody/chain.py", "import django", "Only the office", id="a room knows Django"),
        pytest.param("order.py", "from django.db import models", "Only the office", id="the order knows Django"),
        pytest.param("parties/rules.py", "import rapidfuzz", "Terms, rules and gates", id="a rule runs the matcher"),
        pytest.param("surplus/gate.py", "import numpy", "Terms, rules and gates", id="a gate computes in floats"),
    ],
)
def test_a_broken_contract_is_named(file: str, text: str, contract: str, tmp_path: Path) -> None:
    root = small_house(tmp_path)
    (root / "ecluse" / file).write_text(text + "\n")
    done = lint_imports(root)
    assert done.returncode != 0
    assert contract in done.stdout
