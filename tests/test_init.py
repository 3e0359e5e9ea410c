"""Does an office begin from an empty database only, with keys that stay locked, and never from a demonstration?"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from begun import AUTHOR, DIRTY, ON, PASSPHRASE, PLANNER, as_person, begun
from carried import office_on, python, small_world, sqlite_url

ANSWERS = DIRTY / "answers.toml"
pytestmark = [pytest.mark.db, pytest.mark.slow]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "office.sqlite3")


@pytest.fixture
def empty(database_url: str) -> Iterator[None]:
    with office_on(database_url):
        yield


def begin(keys: Path, text: str = "", passphrase: str = PASSPHRASE) -> dict[str, str]:
    from ecluse.office.opening.init import answers_of, begin
    from ecluse.office.opening.init import tomllib as toml

    form = toml.loads(text or ANSWERS.read_text(encoding="utf-8"))
    return begin(answers_of({**form, "keys": str(keys)}, "answers.toml", keys.parent), passphrase, ON)


def counts() -> tuple[int, ...]:
    from ecluse.office.models import Account, LogEntry, Record, Setting

    return tuple(model.objects.count() for model in (Setting, Record, LogEntry, Account))


def test_an_office_begins(empty: None, tmp_path: Path) -> None:
    from ecluse.edge.keys import KeyStore, is_locked
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import is_demonstration, open_session
    from ecluse.office.models import Account, Record, Setting
    from ecluse.office.registers import Authority, Officer

    passwords = begin(tmp_path / "keys")
    kept = dict(Setting.objects.values_list("key", "value"))
    assert (kept["kind"], kept["home"], kept["side"]) == ("service", "UA", "both")
    assert not is_demonstration()
    assert set(Record.objects.values_list("action", flat=True)) == {"office.found"}
    session = open_session()
    assert session.newest("authority:mod", Authority).name_fr == "Ministère de la Défense"
    assert session.newest(PLANNER, Officer).role == "planner"
    for owner in KeyStore(tmp_path / "keys", PASSPHRASE).owners():
        private = KeyStore(tmp_path / "keys", PASSPHRASE).private_key(owner)
        assert [key.public_hex for key in session.keys([owner])] == [private.public_key().public_bytes_raw().hex()]
    keys = sorted((tmp_path / "keys").iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys if path.suffix in (".pem", ".txt"))
    assert all(is_locked(path.read_bytes()) for path in keys if path.suffix == ".pem")
    assert len([path for path in keys if path.suffix == ".pem"]) == 6
    for account in Account.objects.select_related("user"):
        assert account.user.check_password(passwords[account.officer])
    report = run_audit()
    assert report.is_kept(), report.text("en")


def test_an_office_begins_once(empty: None, tmp_path: Path) -> None:
    from ecluse.base.errors import ForbiddenError

    begin(tmp_path / "keys")
    before = counts()
    with pytest.raises(ForbiddenError, match="holds something already"):
        begin(tmp_path / "others")
    assert counts() == before
    assert not (tmp_path / "others").exists()


@pytest.mark.parametrize("what", ["setting", "record", "account"])
def test_what_holds_anything_is_refused(what: str, empty: None, tmp_path: Path) -> None:
    from django.contrib.auth.models import User

    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import Account, Setting
    from ecluse.office.registers import Authority

    if what == "setting":
        Setting.objects.create(key="world", value="x")
    elif what == "account":
        Account.objects.create(user=User.objects.create_user(username="x"), officer="officer:x")
    else:
        with Deed(open_session(), "office.found", actor="clock:office", on=ON, subject="authority:x") as deed:
            deed.seal(Authority("authority:x", "UA", "х", "x", "x"))
    with pytest.raises(ForbiddenError):
        begin(tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_a_demonstration_never_becomes_an_office(empty: None, tmp_path: Path) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.models import Setting

    Setting.objects.create(key="kind", value="demonstration")
    with pytest.raises(ForbiddenError, match="never become a real office"):
        begin(tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_an_office_never_becomes_a_demonstration(url: str, tmp_path: Path) -> None:
    from ecluse.base.errors import BadInputError
    from ecluse.edge.world.read import read_world
    from ecluse.office.carry.year import carry

    world = read_world(small_world(tmp_path))
    with begun(url, tmp_path / "keys"):
        before = counts()
        with pytest.raises(BadInputError, match="another database"):
            carry(world)
        assert counts() == before


def test_what_fails_leaves_neither_keys_nor_records(
    empty: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecluse.base.errors import ConflictError
    from ecluse.office.actions import people

    def refuses(*given: Any, **named: Any) -> None:
        raise ConflictError("taken")

    monkeypatch.setattr(people, "make_account", refuses)
    with pytest.raises(ConflictError):
        begin(tmp_path / "keys")
    assert counts() == (0, 0, 0, 0)
    assert not (tmp_path / "keys").exists()


def test_keys_are_never_left_open_nor_overwritten(empty: None, tmp_path: Path) -> None:
    from ecluse.base.errors import ForbiddenError

    with pytest.raises(ForbiddenError, match="passphrase"):
        begin(tmp_path / "keys", passphrase="")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "other.pem").write_text("kept")
    with pytest.raises(ForbiddenError, match="holds files already"):
        begin(tmp_path / "keys")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["other.pem"]
    assert counts() == (0, 0, 0, 0)


WRONG = [
    pytest.param('home = "UA"', 'home = "XX"', "home_state", id="a state whose law is not held"),
    pytest.param('side = "both"', 'side = "left"', "one_of", id="no such side"),
    pytest.param('state = "DK"', 'state = "Denmark"', "state", id="no such state"),
    pytest.param('id = "officer:ssecu-1"', 'id = "officer:mod-1"', "two_officers", id="one person twice"),
    pytest.param('authority = "authority:ssecu"', 'authority = "authority:mod"', "two_officers", id="one authority"),
    pytest.param('"taras@office.example"', '"olena@office.example"', "two_officers", id="one address"),
    pytest.param('role = "author"', 'role = "king"', "one_of", id="no such role"),
    pytest.param('email = "taras@office.example"', 'email = "taras"', "email", id="no address"),
    pytest.param('id = "authority:dk"', 'id = "Danish one"', "id", id="no id"),
    pytest.param('name_fr = "Autorité danoise"', 'name_fr = ""', "required", id="no French name"),
    pytest.param('side = "both"', 'side = "both"\ncolour = "red"', "answer_unknown", id="an answer nobody asked for"),
]


@pytest.mark.parametrize(("old", "new", "key"), WRONG)
def test_wrong_answers_are_named(old: str, new: str, key: str, tmp_path: Path) -> None:
    from ecluse.edge.imports.problems import ImportRefusedError
    from ecluse.office.opening.init import read_answers

    with office_on("sqlite:///:memory:"):
        text = ANSWERS.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "answers.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(ImportRefusedError) as refused:
            read_answers(path)
    assert key in {problem.key for problem in refused.value.problems}
    for lang in ("uk", "en", "fr"):
        assert refused.value.text(lang)


def test_answers_that_are_no_toml_are_refused(tmp_path: Path) -> None:
    from ecluse.edge.imports.problems import ImportRefusedError

    with office_on("sqlite:///:memory:"):
        from ecluse.office.opening.init import read_answers

        (tmp_path / "a.toml").write_bytes(b"home = \xff")
        for name in ("a.toml", "absent.toml"):
            with pytest.raises(ImportRefusedError):
                read_answers(tmp_path / name)


def test_a_person_is_asked_plainly(tmp_path: Path) -> None:
    from ecluse.office.opening.questions import ask_answers

    given = iter([
        "UA", "low", "ssecu", "", "Служба", "Service", "Service", "mod", "UA", "Міністерство", "Ministry", "Ministère",
        "", "Тарас", "ssecu-1", "t@office.example", "ssecu", "", "Олена", "mod-1", "o@office.example", "mod", "planner",
        str(tmp_path / "keys"),
    ])  # fmt: skip
    asked: list[str] = []
    with office_on("sqlite:///:memory:"):
        answers = ask_answers(lambda text: (asked.append(text), next(given))[1], asked.append, "uk")
    assert (answers.side, [officer.role for officer in answers.officers]) == ("low", ["author", "planner"])
    assert [authority.id for authority in answers.authorities] == ["authority:ssecu", "authority:mod"]
    assert asked[0].startswith("Держава")


def test_the_command_begins_an_office(tmp_path: Path, url: str) -> None:
    (tmp_path / "answers.toml").write_bytes(ANSWERS.read_bytes())
    (tmp_path / "pass.txt").write_text(PASSPHRASE + "\n")
    words = ("-m", "ecluse", "init", "--db", url, "--from", tmp_path / "answers.toml")
    done = _finished(python(*words, "--passphrase-file", tmp_path / "pass.txt", "--side", "high", LC_ALL="en_US.UTF-8"))
    assert done[0] == 0, done
    assert "side high" in done[2]
    lines = (tmp_path / "keys" / "first-sign-in.txt").read_text().splitlines()
    assert len(lines) == 2
    assert not any(line.split("\t")[1] in done[1] + done[2] for line in lines)
    again = _finished(python(*words, "--passphrase-file", tmp_path / "pass.txt", LC_ALL="fr_FR.UTF-8"))
    assert again[0] == 2
    assert "contient déjà quelque chose" in again[2]
    assert "Traceback" not in again[2]


def test_nobody_at_the_terminal_is_said(url: str) -> None:
    status, _, told = _finished(python("-m", "ecluse", "init", "--db", url, LC_ALL="en_US.UTF-8"))
    assert status == 2
    assert "--from" in told
    assert not re.search("Traceback", told)


def _finished(started: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, told = started.communicate(timeout=120)
    return started.returncode, out, told


def test_persons_of_the_office_act_at_once(url: str, tmp_path: Path) -> None:
    with begun(url, tmp_path / "keys"):
        assert as_person(AUTHOR).mandate.body == "authority:ssecu"
        assert as_person(PLANNER).source.private_key(PLANNER)
