"""Does the package carry its law and words, and does its core stand without the extras?"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import CoreOnly

ROOT = Path(__file__).resolve().parent.parent
TRAVELS = (".csv", ".toml", ".json", ".po", ".mo", ".html", ".css", ".js", ".svg", ".sql", ".txt", ".typed")
EXTRAS = ("django", "babel", "granian", "whitenoise", "psycopg", "xlsxwriter", "python_calamine", "pytest", "numpy")


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ecluse").rglob("*")
        if path.is_file() and path.suffix in (".py", *TRAVELS)
    }
    assert ours <= held, f"left behind: {sorted(ours - held)[:10]}"


@pytest.mark.parametrize("name", EXTRAS)
def test_the_core_sees_no_extra(name: str, core_only: CoreOnly) -> None:
    done = core_only.run("-c", f"import {name}")
    assert "ModuleNotFoundError" in done.stderr


def test_the_core_stands_alone(core_only: CoreOnly) -> None:
    done = core_only.run(
        "-c", "import cryptography.hazmat.primitives.asymmetric.ed25519, rich, typer, ecluse.base.canon"
    )
    assert done.returncode == 0, done.stderr
