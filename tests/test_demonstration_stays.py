"""Can a demonstration ever pass for an office of record? By every road: founding, tables, backup, settings, raw SQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from begun import DIRTY, PASSPHRASE
from carried import ROOT, copy_sqlite, office_on, sqlite_url, year_in

pytestmark = [pytest.mark.db, pytest.mark.slow]
# Every setting of the environment that could be hoped to make it real.
HOPED = {
    "ECLUSE_SIDE": "low", "ECLUSE_KEYS_PASSPHRASE": "words", "ECLUSE_SECRET_KEY": "k" * 60, "ECLUSE_KIND": "service",
    "ECLUSE_DEMONSTRATION": "no", "ECLUSE_ORIGIN": "https://office.example", "ECLUSE_SMTP_HOST": "smtp.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("demonstration"))[1]


@pytest.fixture
def url(carried: Path, tmp_path: Path) -> str:
    return copy_sqlite(carried, tmp_path / "office.sqlite3")


@pytest.fixture
def office(url: str) -> Iterator[str]:
    with office_on(url):
        yield url


def kind() -> str:
    from ecluse.office.models import Setting

    return str(Setting.objects.get(key="kind").value)


def command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ecluse", *map(str, arguments)], cwd=ROOT, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_nobody_founds_an_office_over_it(url: str, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_bytes((DIRTY / "answers.toml").read_bytes())
    done = command("init", "--db", url, "--from", answers, ECLUSE_KEYS_PASSPHRASE=PASSPHRASE, LC_ALL="en_GB.UTF-8")
    assert done.returncode == 2
    assert "never become a real office" in done.stderr
    assert not (tmp_path / "keys").exists()
    with office_on(url):
        assert kind() == "demonstration"


def test_its_backup_comes_back_as_a_demonstration(url: str, tmp_path: Path) -> None:
    assert command("backup", tmp_path / "archive", "--db", url).returncode == 0
    again = sqlite_url(tmp_path / "again.sqlite3")
    assert command("restore", tmp_path / "archive", "--db", again, **HOPED).returncode == 0
    with office_on(again):
        from ecluse.base.errors import ForbiddenError
        from ecluse.office.actions.opening import refuse_used_database

        assert kind() == "demonstration"
        with pytest.raises(ForbiddenError, match="never become a real office"):
            refuse_used_database()


@pytest.mark.parametrize("statement", [
    "UPDATE office_setting SET value='service' WHERE key='kind'",
    "DELETE FROM office_setting WHERE key='kind'",
    "INSERT OR REPLACE INTO office_setting (key, value) VALUES ('kind', 'service')",
    "REPLACE INTO office_setting (key, value) VALUES ('kind', 'service')",
    "INSERT INTO office_setting (key, value) VALUES ('kind', 'service') ON CONFLICT(key) DO UPDATE SET value='service'",
])  # fmt: skip
def test_the_database_itself_keeps_what_it_is(statement: str, office: str) -> None:
    from django.db import DatabaseError, connection, transaction

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert kind() == "demonstration"


def test_whoever_breaks_the_database_open_is_named_by_the_audit(office: str) -> None:
    from django.db import connection

    from ecluse.office.audit.report import run_audit

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='office_setting'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE office_setting SET value='service' WHERE key='kind'")
    found = {finding.promise for finding in run_audit().broken()}
    assert {"P6", "P8"} <= found  # triggers are gone; salts come from a seed and not from chance


def test_no_setting_of_the_environment_makes_it_real(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in HOPED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ECLUSE_KEYS", str(tmp_path))
    with office_on(url):
        from django.core import mail
        from django.test import Client, override_settings

        from ecluse.office.actions.notices import send_notices
        from ecluse.office.desk.today import is_demonstration, open_session

        assert is_demonstration()
        session = open_session()
        assert session.source.is_seeded
        with override_settings(ALLOWED_HOSTS=["testserver"], EMAIL_HOST="smtp.example"):
            page = Client().get("/?lang=en").content.decode()
            assert 'class="watermark"' in page
            send_notices(session.source.now())
        assert not getattr(mail, "outbox", [])


def test_a_table_taken_in_leaves_it_what_it_is(office: str) -> None:
    from begun import accept, propose

    from ecluse.office.desk.today import today
    from ecluse.office.models import Record

    on = today()
    body = b"party;kind;name;state;registered_on\nparty:brought;firm;Brought In;UA;2026-01-05\n"
    id = propose("makers", ("a.csv", body, None), officer_of("planner"), on)
    accept(id, officer_of("author"), on)
    assert Record.objects.filter(rid="party:brought").exists()
    assert kind() == "demonstration"


def officer_of(role: str) -> str:
    from ecluse.base.sealed import unseal
    from ecluse.office.models import Record

    officers = (unseal(bytes(row.body)) for row in Record.objects.filter(v="officer/1").order_by("rid"))
    return str(next(one.id for one in officers if one.role == role))


PLACES = (
    "/", "/overview/", "/orders/", "/public/", "/claims/", "/audit/", "/sign-in/", "/import/", "/signatures/",
    "/settings/", "/no-such-page/", "/public/verify/",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_every_page_bears_the_watermark(lang: str, office: str) -> None:
    from django.test import Client, override_settings

    from ecluse.office.actions.people import open_demonstration_account

    client: Any = Client()
    client.force_login(open_demonstration_account(officer_of("planner"), "Planner", lang).user)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for place in PLACES:
            answer = client.get(f"{place}?lang={lang}", follow=True)
            assert 'class="watermark"' in answer.content.decode(), place
        refused = client.post("/import/", {"table": "makers"})
        assert (refused.status_code, 'class="watermark"' in refused.content.decode()) == (422, True)


def test_a_carriage_of_a_demonstration_is_no_ministrys_word(office: str, tmp_path: Path) -> None:
    """Its keys follow from a seed that anyone may know: a portal in service, which holds the real key, refuses it."""
    done = command("side", "export", tmp_path / "carriage", "--db", office, "--key", "authority:mod")
    assert done.returncode == 0, done.stderr
    low = sqlite_url(tmp_path / "low.sqlite3")
    from begun import begun

    from ecluse.base.errors import EvidenceError

    with begun(low, tmp_path / "keys", side="low"):
        from ecluse.office.actions.sides import import_side
        from ecluse.office.desk.today import open_session, today
        from ecluse.office.models import Record

        before = Record.objects.count()
        with pytest.raises(EvidenceError):
            import_side(open_session(), tmp_path / "carriage", "authority:mod", on=today())
        assert Record.objects.count() == before
