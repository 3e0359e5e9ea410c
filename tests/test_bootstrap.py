"""Does the first command keep its word: standard output clean, every failure with the command that mends it?"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 60
PRETENDER = """#!/bin/sh
echo "progress" >&2
echo "{{\\"asked\\": \\"$*\\"}}"
exit {status}
"""


def checkout(folder: Path, *, status: int = 0) -> Path:
    """A bare checkout whose environment looks made, with a stand-in for the command."""
    for name in ("bootstrap.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "ecluse").write_text(PRETENDER.format(status=status))
    (programs / "ecluse").chmod(0o755)
    content = (folder / "requirements.lock").read_bytes() + (folder / "pyproject.toml").read_bytes()
    (folder / ".venv/.ecluse-lock").write_text(f"{hashlib.sha256(content).hexdigest()} {folder}\n")
    return folder


def bootstrap(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"SERVE", "PORT"}}
    return subprocess.run(
        [sys.executable, folder / "bootstrap.py", *arguments],
        env={**kept, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def test_an_old_python_can_read_it() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_it_imports_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names <= sys.stdlib_module_names


def test_a_made_environment_is_left_alone(tmp_path: Path) -> None:
    done = bootstrap(checkout(tmp_path), "env")
    assert (done.returncode, done.stdout) == (0, "")
    assert "up to date" in done.stderr


def test_the_summary_alone_stands_on_standard_output(tmp_path: Path) -> None:
    done = bootstrap(checkout(tmp_path), "run", SERVE="0")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["asked"].startswith("demo --db sqlite:///")
    assert "SERVE=0" in done.stderr
    assert "[6/6]" in done.stderr


def test_the_office_opens_on_the_port_asked_for(tmp_path: Path) -> None:
    done = bootstrap(checkout(tmp_path), "run", PORT="8123")
    assert json.loads(done.stdout.splitlines()[-1])["asked"] == "serve --port 8123"


@pytest.mark.parametrize(("status", "expected"), [(1, 1), (2, 2), (70, 2)])
def test_a_failed_demonstration_opens_nothing(status: int, expected: int, tmp_path: Path) -> None:
    done = bootstrap(checkout(tmp_path, status=status), "run")
    assert done.returncode == expected
    assert "serve" not in done.stdout
    assert "run:" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "²", ""])
def test_a_wrong_port_is_named(port: str, tmp_path: Path) -> None:
    done = bootstrap(checkout(tmp_path), "run", PORT=port)
    if port == "":
        assert done.returncode == 0
    else:
        assert done.returncode == 2
        assert "PORT" in done.stderr
        assert "To mend it, run:" in done.stderr


@pytest.mark.parametrize("arguments", [["walk"], ["run", "twice"]])
def test_an_unknown_word_is_named(arguments: list[str], tmp_path: Path) -> None:
    done = bootstrap(checkout(tmp_path), *arguments)
    assert done.returncode == 2
    assert "To mend it, run:" in done.stderr


def test_a_missing_lock_is_named(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "requirements.lock").unlink()
    done = bootstrap(folder, "env")
    assert done.returncode == 2
    assert "requirements.lock" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_damaged_lock_installs_nothing(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    shutil.rmtree(folder / ".venv")
    (folder / "wheels").mkdir()  # an empty folder of wheels: nothing may be fetched from elsewhere
    (folder / "requirements.lock").write_text("typer==0.0.1 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    done = bootstrap(folder, "env")
    assert done.returncode == 2
    assert "To mend it, run:  python3 bootstrap.py env" in done.stderr
    assert not (folder / ".venv/.ecluse-lock").exists()


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    shutil.rmtree(folder / ".venv")
    split = tmp_path / "split"  # as Debian splits it: the module is not there
    split.mkdir()
    (split / "ensurepip.py").write_text("raise ImportError\n")
    done = bootstrap(folder, "env", PYTHONPATH=str(split))
    assert done.returncode == 2
    assert "sudo apt install python3-venv" in done.stderr


@pytest.mark.slow
def test_a_moved_checkout_makes_its_environment_anew(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    moved = checkout(tmp_path / "old").rename(tmp_path / "new")
    (moved / "wheels").mkdir()
    done = bootstrap(moved, "env")
    assert "up to date" not in done.stderr


def test_an_old_interpreter_is_told_what_to_install(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    text = (folder / "bootstrap.py").read_text(encoding="utf-8")
    # Nothing is as new as this, so every interpreter here is too old.
    (folder / "bootstrap.py").write_text(text.replace("OLDEST = (3, 11)", "OLDEST = (9, 99)"), encoding="utf-8")
    (folder / ".venv/.ecluse-lock").unlink()
    done = bootstrap(folder, "env")
    assert done.returncode == 2
    assert "Python 9.99 or newer is needed" in done.stderr
    assert "install" in done.stderr
