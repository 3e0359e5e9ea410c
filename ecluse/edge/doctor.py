"""What does this machine lack, and which one command mends it? Without Django: the office adds its own questions."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecluse.base.words import say

NEEDED, ADVICE, TESTS = "needed", "advice", "tests"
ENV = "python3 bootstrap.py env"
EXTRAS = ("django", "allauth", "ninja", "granian", "whitenoise", "babel", "psycopg", "python_calamine", "xlsxwriter")
PROGRAMS = ("initdb", "chromium", "go")
POSTGRESQL_PROGRAMS = ("pg_dump", "pg_restore")
POSTGRESQL = "/usr/lib/postgresql"
OLDEST_PYTHON = (3, 11)
FREE_MEBIBYTES = 2_048
OPEN_TO_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing amiss: what it is (`keep.doctor.<name>`), whom it hinders, which fact, the command that mends it."""

    name: str
    grade: str
    fact: str
    remedy: str

    def sentence(self, lang: str) -> str:
        """How is it said?"""
        said = say(f"keep.doctor.{self.name}", lang, fact=self.fact)
        return say("keep.doctor.line", lang, grade=say(f"keep.doctor.grade.{self.grade}", lang), said=said,
                   remedy=self.remedy)  # fmt: skip

    def form(self, lang: str) -> dict[str, Any]:
        """How does it stand in a report as data?"""
        return {**asdict(self), "said": say(f"keep.doctor.{self.name}", lang, fact=self.fact)}


def ailments() -> list[Ailment]:
    """What is missing or amiss on this machine? An office runs without what only tests or comfort need."""
    return [*_python(), *_programs(), *_folders(), *_lists()]


def _python() -> Iterator[Ailment]:
    if tuple(sys.version_info) < OLDEST_PYTHON:
        yield Ailment(
            "python", NEEDED, f"{sys.version_info[0]}.{sys.version_info[1]}", "sudo apt install python3.11-venv"
        )
    for name in EXTRAS:
        if importlib.util.find_spec(name) is None:
            yield Ailment("package", NEEDED, name, ENV)


def found_program(name: str) -> bool:
    """Is this program on the path, or where Debian keeps PostgreSQL's own?"""
    return shutil.which(name) is not None or any(Path(POSTGRESQL).glob(f"*/bin/{name}"))


def _programs() -> Iterator[Ailment]:
    for name in PROGRAMS:
        if not found_program(name):
            yield Ailment("program", TESTS, name, "make system-deps")
    if os.environ.get("ECLUSE_DATABASE", "").startswith("postgres"):
        for name in POSTGRESQL_PROGRAMS:
            if not found_program(name):
                yield Ailment("backup_program", NEEDED, name, "sudo apt install postgresql-client")


def keys_folder() -> Path:
    """In which folder does this office hold private keys?"""
    return Path(os.environ.get("ECLUSE_KEYS") or "var/keys")


def _folders() -> Iterator[Ailment]:
    keys = keys_folder()
    if keys.is_dir() and os.name == "posix":
        opened = [path for path in (keys, *sorted(keys.glob("*.pem"))) if path.stat().st_mode & OPEN_TO_OTHERS]
        if opened:
            yield Ailment("keys_open", NEEDED, str(opened[0]), f"chmod -R go= {keys}")
    here = next(folder for folder in (Path("var"), Path()) if folder.is_dir())
    free = shutil.disk_usage(here).free >> 20
    if free < FREE_MEBIBYTES:
        yield Ailment("disk", NEEDED, str(free), f"du -xh --max-depth=2 {here.resolve()} | sort -h | tail")


def _lists() -> Iterator[Ailment]:
    lists = Path(os.environ.get("ECLUSE_TEST_DATA") or "../shared/data")
    if not lists.is_dir():
        yield Ailment("test_lists", TESTS, str(lists), "export ECLUSE_TEST_DATA=FOLDER")
