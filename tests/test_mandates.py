"""Does the newest wording of a mandate count everywhere, never backwards, and may a party's person be no officer?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from begun import AUTHOR, ON, PLANNER, accept, as_person, copied, propose, template

pytestmark = pytest.mark.db
HEAD = "officer;authority;role;name;valid_from;valid_until\n"
LAST = ON + timedelta(10)


@pytest.fixture(scope="module")
def begun_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("mandates"), "makers", "officers")


@pytest.fixture
def office(begun_once: Path, tmp_path: Path) -> Iterator[None]:
    with copied(begun_once, tmp_path):
        yield


def row(person: str, body: str, role: str, since: date, until: date | str = "") -> str:
    return f"{HEAD}{person};{body};{role};Ганна Липова;{since};{until}\n"


def word(text: str, on: date = ON) -> None:
    accept(propose("officers", ("officers.csv", text.encode(), None), on=on), on=on)


def roles(person: str, on: date) -> list[str]:
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    return [mandate.role for mandate in mandates_of(open_session(), person, on)]


SECOND = ("officer:ssecu-2", "authority:ssecu", "countersigner", date(2026, 1, 1))


def refused(text: str, on: date = ON) -> set[str]:
    from ecluse.edge.imports.problems import ImportRefusedError

    with pytest.raises(ImportRefusedError) as found:
        propose("officers", ("officers.csv", text.encode(), None), on=on)
    return {problem.key for problem in found.value.problems}


def test_a_mandate_worded_anew_ends_the_old_one(office: None) -> None:
    from ecluse.office.actions.licence import offices_of
    from ecluse.office.desk.refs import authority_of, mandates_on_file
    from ecluse.office.desk.today import open_session

    assert roles(SECOND[0], LAST + timedelta(1)) == ["countersigner"]
    word(row(*SECOND, LAST))
    assert roles(SECOND[0], LAST) == ["countersigner"]
    assert roles(SECOND[0], LAST + timedelta(1)) == []
    assert [one.valid_until for one in mandates_on_file() if one.id == SECOND[0]] == [LAST]
    assert authority_of(open_session(), SECOND[0], "countersigner", LAST) == "authority:ssecu"
    from ecluse.licence.officers import Side, holds

    offices = offices_of(open_session(), SECOND[0])
    side = Side(SECOND[0], "countersigner", "authority:ssecu")
    assert (holds(offices, side, LAST), holds(offices, side, LAST + timedelta(1))) == (True, False)


def test_whose_mandate_ended_writes_nothing(office: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.opening import actor_of
    from ecluse.office.actions.permissions import ACTIONS

    word(f"{HEAD}{AUTHOR};authority:ssecu;author;Тарас Дубовий;{ON};{LAST}\n")
    session = as_person(AUTHOR, LAST)
    late = LAST + timedelta(1)
    with pytest.raises(ForbiddenError):
        actor_of(_bare(), AUTHOR, ACTIONS["office.accept_import"], late)
    id = propose("makers", ("x.csv", b"party;kind;name;state;registered_on\nparty:x;firm;X;UA;2026-01-05\n", None))
    from ecluse.office.actions.opening import accept_import

    with pytest.raises(ForbiddenError):
        accept_import(session, id, officer=AUTHOR, on=late)


def _bare() -> Any:
    from ecluse.office.desk.today import open_session

    return open_session()


def test_nothing_ends_backwards(office: None) -> None:
    assert refused(row(*SECOND, ON - timedelta(1))) == {"on_record_otherwise"}
    word(row(*SECOND, LAST))
    assert refused(row(*SECOND, LAST + timedelta(5)), on=LAST + timedelta(1)) == {"on_record_otherwise"}
    assert refused(row(*SECOND[:3], LAST)) == {"on_record_otherwise"}
    again = LAST + timedelta(1)
    word(row(*SECOND[:3], again))
    assert roles(SECOND[0], again) == ["countersigner"]
    assert roles(SECOND[0], LAST) == ["countersigner"]


def test_a_mandate_runs_on_while_it_is_in_force(office: None) -> None:
    word(row(*SECOND, LAST))
    word(row(*SECOND, LAST + timedelta(30)))
    assert roles(SECOND[0], LAST + timedelta(20)) == ["countersigner"]


@pytest.mark.parametrize(("body", "role"), [
    pytest.param("party:edrpou-12345678", "author", id="a party's person is no officer"),
    pytest.param("authority:mod", "party", id="an authority's person speaks for no party"),
])  # fmt: skip
def test_a_role_suits_its_body(body: str, role: str, office: None) -> None:
    assert refused(row("officer:x-1", body, role, ON)) == {"role_of_body"}


def test_a_page_ends_a_mandate_by_two(office: None) -> None:
    from ecluse.office.desk.form import FormError, read_form
    from ecluse.office.desk.registry import Desk, all_actions

    action = all_actions()["office.end_mandate"]
    session = as_person(PLANNER)
    desk = Desk(session, session.mandate, ON)
    choices = {"mandate": action.choices["mandate"](desk, "office")}
    named = next(value for value, _ in choices["mandate"] if value.startswith(SECOND[0]))
    with pytest.raises(FormError):
        action.do(desk, "office", read_form(action.form, {"mandate": named, "last_day": "2026-01-01"}, choices))
    done = action.do(desk, "office", read_form(action.form, {"mandate": named, "last_day": str(LAST)}, choices))
    assert roles(SECOND[0], LAST + timedelta(1)) == ["countersigner"]
    accept(done.subject)
    assert roles(SECOND[0], LAST + timedelta(1)) == []


def test_a_key_ends_and_is_then_no_signature(office: None) -> None:
    from ecluse.office.desk.today import open_session

    (key,) = open_session().keys(["authority:mod"])
    rows = f"owner;public_key;valid_from;valid_until\nauthority:mod;{key.public_hex};{key.valid_from};{LAST}\n"
    accept(propose("keys", ("keys.csv", rows.encode(), None)))
    assert [one.valid_until for one in open_session().keys(["authority:mod"])] == [LAST]


def test_a_key_and_a_way_in_for_a_later_officer(
    office: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.commands import people as commands_people
    from ecluse.office.commands import year as commands
    from ecluse.office.models import Account

    monkeypatch.setattr(commands, "open_office", lambda db: None)
    monkeypatch.setenv("ECLUSE_KEYS", str(tmp_path / "keys"))
    assert commands_people.keys_make("officer:ssecu-2", "", "", False) == 0
    assert len(capsys.readouterr().out.strip()) == 64
    with pytest.raises(ForbiddenError):
        commands_people.keys_make("officer:ssecu-2", "", "", False)
    file = tmp_path / "first.txt"
    assert commands_people.account("officer:ssecu-2", "hanna@office.example", "uk", str(file), "") == 0
    password = file.read_text(encoding="utf-8").split("\t")[1]
    assert Account.objects.get(officer="officer:ssecu-2").user.check_password(password)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(ForbiddenError):
        commands_people.account("officer:nobody-1", "n@office.example", "uk", str(tmp_path / "n.txt"), "")
    assert not (tmp_path / "n.txt").exists()
