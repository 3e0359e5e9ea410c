"""Does the doctor name what is amiss, with one command that mends it, and leave a healthy office alone?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from carried import office_on, sqlite_url

from ecluse.base.words import LANGUAGES, say
from ecluse.edge import doctor
from ecluse.edge.doctor import ADVICE, NEEDED, TESTS, Ailment

if TYPE_CHECKING:
    from conftest import CoreOnly

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    "python", "package", "program", "backup_program", "keys_open", "log_behind", "disk", "test_lists",
    "database_absent", "database_unreachable", "database_old", "not_founded", "no_keys", "no_list", "list_old",
    "no_mail", "side_unknown", "side_differs", "secret_on_low",
)  # fmt: skip


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ecluse", "doctor", *arguments], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_ailment_is_said_with_its_remedy(name: str, lang: str) -> None:
    for grade in (NEEDED, ADVICE, TESTS):
        said = Ailment(name, grade, "the fact", "make it so").sentence(lang)
        assert "make it so" in said
        assert say(f"keep.doctor.grade.{grade}", lang) in said


def test_every_name_in_the_code_is_said_above() -> None:
    import re

    found: set[str] = set()
    for path in (ROOT / "ecluse/edge/doctor.py", ROOT / "ecluse/office/doctor.py"):
        found |= set(re.findall(r'Ailment\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert found == set(NAMES)


def test_an_absent_program_hinders_tests_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "POSTGRESQL", str(tmp_path))
    monkeypatch.delenv("ECLUSE_DATABASE", raising=False)
    found = {a.fact: a for a in doctor.ailments() if a.name in ("program", "backup_program")}
    assert {a.grade for a in found.values()} == {TESTS}
    assert set(found) == {"initdb", "chromium", "go"}
    monkeypatch.setenv("ECLUSE_DATABASE", "postgresql://u:p@host/name")
    needed = [a for a in doctor.ailments() if a.name == "backup_program"]
    assert [(a.fact, a.grade) for a in needed] == [("pg_dump", NEEDED), ("pg_restore", NEEDED)]


def test_keys_that_others_can_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ecluse.edge.keys import make_key

    monkeypatch.setenv("ECLUSE_KEYS", str(tmp_path / "keys"))
    make_key(tmp_path / "keys", "authority:mod")
    assert not [a for a in doctor.ailments() if a.name == "keys_open"]
    (tmp_path / "keys" / "authority_mod.pem").chmod(0o640)
    (found,) = [a for a in doctor.ailments() if a.name == "keys_open"]
    assert found.grade == NEEDED
    assert found.remedy.startswith("chmod")


def test_it_runs_where_only_the_core_is(core_only: CoreOnly) -> None:
    done = core_only.run("-m", "ecluse", "doctor", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert {"django", "granian"} <= {a["fact"] for a in found["ailments"] if a["name"] == "package"}
    assert not found["well"]


def test_an_absent_database_is_named_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    done = run("--db", sqlite_url(path), "--json", LC_ALL="uk_UA.UTF-8")
    assert done.returncode == 1, done.stderr
    assert "database_absent" in {a["name"] for a in json.loads(done.stdout)["ailments"]}
    assert "бази немає" in done.stderr
    assert not path.exists()


def test_a_database_that_does_not_answer_is_named() -> None:
    done = run("--db", "postgresql://nobody:x@127.0.0.1:1/none", "--json")
    assert done.returncode == 1, done.stderr
    found = {a["name"]: a for a in json.loads(done.stdout)["ailments"]}
    assert found["database_unreachable"]["grade"] == NEEDED
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_old_tables_and_an_office_that_nobody_founded_are_named(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "office.sqlite3"
    with office_on(sqlite_url(path)):
        pass
    found = {a["name"] for a in json.loads(run("--db", sqlite_url(path), "--json").stdout)["ailments"]}
    assert {"not_founded", "no_list"} <= found
    with sqlite3.connect(path) as opened:
        opened.execute("DELETE FROM django_migrations WHERE app = 'office' AND name LIKE '0003%'")
    found = {a["name"]: a for a in json.loads(run("--db", sqlite_url(path), "--json").stdout)["ailments"]}
    assert "0003" in found["database_old"]["fact"]


def test_a_side_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "office.sqlite3"
    with office_on(sqlite_url(path)):
        pass
    done = run("--db", sqlite_url(path), "--json", ECLUSE_SIDE="middle")
    assert "side_unknown" in {a["name"] for a in json.loads(done.stdout)["ailments"]}
