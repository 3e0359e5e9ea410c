"""Is every fraud that can be committed on a demonstration named by the audit, and by its own promise alone?"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from carried import carry_into, copy_postgres, copy_sqlite, office_on, planned_year_in, set_up, sqlite_url

from ecluse.base.errors import BadInputError, ForbiddenError
from ecluse.base.words import LANGUAGES, say

set_up()

from ecluse.office.cheat import KINDS, commit_cheat, kinds_text  # noqa: E402

pytestmark = [pytest.mark.db, pytest.mark.slow]
TEMPLATE = "cheat_template"
# What stands in a cache without a day, or in no table at all, is named without one.
UNDATED = {"guards_removed", "party_hidden_from_sweeps", "standing_changed", "tranche_enlarged"}
ON_POSTGRES = sorted(name for number, name in enumerate(sorted(KINDS)) if number % 6 == 0 or name == "guards_removed")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world's year, carried once."""
    return planned_year_in(tmp_path_factory.mktemp("cheat"), "year.sqlite3")[1]


@pytest.fixture(scope="module")
def year_on_postgres(postgres_cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same on a PostgreSQL server, as a template for copies."""
    import psycopg

    with psycopg.connect(postgres_cluster.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    carry_into(planned_year_in(tmp_path_factory.mktemp("cheat-pg"))[0], postgres_cluster.named(TEMPLATE))
    return postgres_cluster


@pytest.fixture
def spoilt(year: Path, tmp_path: Path) -> Iterator[None]:
    with office_on(copy_sqlite(year, tmp_path / "spoilt.sqlite3")):
        yield


@pytest.fixture
def spoilt_on_postgres(year_on_postgres: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    name = f"spoilt_{request.node.callspec.id}"[:60]
    with copy_postgres(year_on_postgres.url, TEMPLATE, name) as url, office_on(url):
        yield


def statuses() -> tuple[Any, set[str]]:
    from ecluse.office.audit.report import run_audit

    report = run_audit()
    return report, {promise for promise, status in report.statuses().items() if status == "broken"}


def check_it_is_named(kind: str) -> None:
    done = commit_cheat(kind)
    report, broken = statuses()
    assert broken == {done.promise}, [finding.form() for finding in report.broken()][:5]
    days = {finding.day for finding in report.broken() if finding.subject == done.subject}
    assert days, f"{done.subject} is not named: {[finding.form() for finding in report.broken()][:5]}"
    assert done.day in days or (kind in UNDATED and "" in days)
    assert done.subject in done.told
    for lang in LANGUAGES:
        assert done.subject in report.text(lang)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_audit_names_every_fraud(kind: str, spoilt: None) -> None:
    check_it_is_named(kind)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ON_POSTGRES)
def test_the_audit_names_it_on_postgresql_too(kind: str, spoilt_on_postgres: None) -> None:
    check_it_is_named(kind)


def test_an_honest_year_breaks_nothing(spoilt: None) -> None:
    assert statuses()[1] == set()


def test_every_promise_has_its_frauds_by_both_hands() -> None:
    assert len(KINDS) >= 24
    assert {kind.promise for kind in KINDS.values()} == {f"P{number}" for number in range(1, 10)}
    assert sum(kind.as_administrator for kind in KINDS.values()) >= 20
    assert sum(not kind.as_administrator for kind in KINDS.values()) >= 8


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_kinds_are_told_in_three_languages(lang: str) -> None:
    listed = kinds_text(lang)
    for name, kind in KINDS.items():
        assert name in listed
        assert say(kind.description, lang) in listed


def test_an_unknown_kind_is_answered_with_those_there_are(spoilt: None) -> None:
    with pytest.raises(BadInputError, match="balance_raised"):
        commit_cheat("arson")


def test_no_fraud_is_committed_outside_a_demonstration(tmp_path: Path) -> None:
    with office_on(sqlite_url(tmp_path / "empty.sqlite3")), pytest.raises(ForbiddenError, match="demonstration"):
        commit_cheat("balance_raised")


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.as_administrator])
def test_the_guards_stand_again_afterwards(kind: str, spoilt: None) -> None:
    before = guards()
    commit_cheat(kind)
    assert before - guards() == ({"office_record_no_delete"} if kind == "guards_removed" else set())


def guards() -> set[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


# ------------------------------------------------------------------ what the database itself refuses


BY_ITSELF = [
    "UPDATE office_record SET on_day = '2026-01-01'",
    "UPDATE office_record SET body = 'x' WHERE v = 'surplus_certificate/1'",
    "UPDATE office_record SET subject = 'order:none' WHERE v = 'hearing/1'",
    "DELETE FROM office_record WHERE v = 'loss/1'",
    "DELETE FROM office_record WHERE v = 'draw/1'",
    "UPDATE office_signaturerow SET value_hex = ''",
    "DELETE FROM office_signaturerow",
    "UPDATE office_logentry SET leaf_hex = ''",
    "UPDATE office_logentry SET log_index = log_index + 1000000",
    "DELETE FROM office_logentry WHERE log_index = 7",
    "UPDATE office_checkpoint SET note = ''",
    "DELETE FROM office_checkpoint",
    "UPDATE office_posting SET minor = 0",
    "UPDATE office_posting SET account = 'cash:me'",
    "DELETE FROM office_posting",
    "UPDATE office_entry SET on_day = '2026-01-01'",
    "DELETE FROM office_entry",
    "UPDATE office_setting SET value = 'service' WHERE key = 'kind'",
    "DELETE FROM office_setting",
    "INSERT INTO office_posting (id, entry_id, account, currency, minor)"
    " SELECT id || '/more', entry_id, account, currency, minor FROM office_posting",
    "INSERT INTO office_entry (rid, tranche, on_day) VALUES ('entry:of-nothing', '', '2026-01-01')",
    "UPDATE office_certificatebalance SET units_used = units_certified + 1",
    "UPDATE office_certificatebalance SET units_reserved = -1",
    "UPDATE office_licenceline SET units_released = units + 1",
]

# A sealed row may not be put in the place of another by an insert either.
KEYS = {
    "office_record": "rid", "office_signaturerow": "id", "office_salt": "digest", "office_logentry": "id",
    "office_checkpoint": "id", "office_entry": "rid", "office_posting": "id", "office_setting": "key",
    "office_readentry": "id",
}  # fmt: skip
UPSERTS = [
    f'INSERT INTO {table} SELECT * FROM {table} WHERE true LIMIT 1 ON CONFLICT ("{key}") DO UPDATE SET "{key}" = '
    f'excluded."{key}"'
    for table, key in KEYS.items()
]
REPLACEMENTS = [
    *(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1" for table in KEYS),
    *(f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1" for table in KEYS),
    "INSERT OR REPLACE INTO office_record SELECT 'twin:of-another', v, body, digest, subject, \"order\", on_day, actor,"
    " action, log, log_index, turn FROM office_record WHERE v = 'draw/1' LIMIT 1",
    "INSERT OR REPLACE INTO office_logentry SELECT 'twin', log, log_index, body, leaf_hex FROM office_logentry LIMIT 1",
]
OF_THE_READ_LOG = ["UPDATE office_readentry SET person = 'officer:nobody'", "DELETE FROM office_readentry"]


def somebody_reads() -> None:
    """One line of the log of what was looked at."""
    from datetime import UTC, datetime

    from ecluse.office.models import ReadEntry

    at = datetime(2026, 12, 31, tzinfo=UTC)
    ReadEntry.objects.create(at=at, person="officer:mod-01", page="order", subject="order:0001")


def check_it_is_refused(statement: str) -> None:
    from django.db import DatabaseError, connection, transaction

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_itself_refuses(spoilt: None) -> None:
    assert len(BY_ITSELF) >= 20
    somebody_reads()
    for statement in [*BY_ITSELF, *OF_THE_READ_LOG, *UPSERTS, *REPLACEMENTS]:
        check_it_is_refused(statement)
    assert statuses()[1] == set()


def test_a_stranger_to_our_settings_replaces_nothing(year: Path, tmp_path: Path) -> None:
    """A bare connection, on which deletes made by REPLACE ask no trigger."""
    copy = tmp_path / "bare.sqlite3"
    copy_sqlite(year, copy)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        for statement in REPLACEMENTS:
            if "readentry" not in statement:
                with pytest.raises(sqlite3.IntegrityError, match="only added"):
                    connection.execute(statement)


@pytest.mark.postgres
def test_postgresql_itself_refuses(year_on_postgres: Any) -> None:
    with copy_postgres(year_on_postgres.url, TEMPLATE, "refusing") as url, office_on(url):
        somebody_reads()
        tables = ("office_record", "office_posting CASCADE", "office_readentry")
        for statement in [*BY_ITSELF, *OF_THE_READ_LOG, *UPSERTS, *(f"TRUNCATE {table}" for table in tables)]:
            check_it_is_refused(statement)
        assert statuses()[1] == set()
