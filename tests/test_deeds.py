"""Does a deed keep its promises on both databases: permission, what was read still stands, a log without a gap?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from carried import office_on

ON = date(2026, 3, 2)
pytestmark = pytest.mark.db


@pytest.fixture
def office(database_url: str) -> Iterator[None]:
    """An empty office on each database."""
    with office_on(database_url):
        yield


def session() -> Any:
    from ecluse.base.source import SeededSource
    from ecluse.edge.law import newest_law
    from ecluse.office.session import Session

    return Session(SeededSource("deeds", datetime(2026, 3, 2, tzinfo=UTC)), newest_law())


def withdrawal(number: int) -> Any:
    from ecluse.surplus.terms import Withdrawal

    return Withdrawal(f"withdrawal:{number}", "certificate:a", "authority:mod", ON, "urgent need")


def deed(opened: Any, actor: str = "clock:office", action: str = "office.register") -> Any:
    from ecluse.office.actions.deed import Deed

    return Deed(opened, action, actor=actor, on=ON, subject="certificate:a")


@pytest.mark.usefixtures("office")
def test_the_log_holds_a_commitment_that_opens_and_no_fact() -> None:
    from ecluse.base.proof import Edge, commit, leaf_hash
    from ecluse.office.models import LogEntry, LogHead, Record, Salt

    for number in range(3):
        with deed(session()) as made:
            made.seal(withdrawal(number))
    entries = list(LogEntry.objects.order_by("index"))
    assert [entry.index for entry in entries] == [0, 1, 2]
    assert [leaf_hash(bytes(entry.body)).hex() for entry in entries] == [entry.leaf_hex for entry in entries]
    record = Record.objects.get(rid="withdrawal:1")
    salt = bytes.fromhex(Salt.objects.get(digest=record.digest).salt_hex)
    body = bytes(entries[record.index].body)
    assert commit(salt, bytes(record.body)).hex().encode() in body
    assert b"withdrawal" not in body
    assert b"certificate:a" not in body
    edge = Edge.of(bytes.fromhex(entry.leaf_hex) for entry in entries)
    assert LogHead.objects.get(log="home/2026").edge_hex == edge.to_hex()


@pytest.mark.usefixtures("office")
def test_of_two_hands_that_read_the_same_one_is_told_to_read_again() -> None:
    from ecluse.base.errors import ConflictError
    from ecluse.office.models import Record

    with deed(session()) as made:
        made.seal(withdrawal(0))
    first, second = session(), session()
    assert first.file("certificate:a").version == second.file("certificate:a").version == 1
    with deed(first) as made:
        made.seal(withdrawal(1))
    with pytest.raises(ConflictError), deed(second) as made:
        made.seal(withdrawal(2))
    assert sorted(record.rid for record in Record.objects.all()) == ["withdrawal:0", "withdrawal:1"]
    with deed(session()) as made:
        made.seal(withdrawal(2))
    assert Record.objects.count() == 3


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("actor", "action"),
    [
        pytest.param("party:somebody", "office.register", id="a party enters a register"),
        pytest.param("officer:nobody", "licence.decide", id="an officer that is not on record decides"),
        pytest.param("clock:office", "licence.decide", id="a machine decides a licence"),
        pytest.param("clock:office", "licence.bless", id="an action that is not registered"),
    ],
)
def test_permission_is_checked_where_the_record_is_written(actor: str, action: str) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.models import LogEntry, Record

    with pytest.raises(ForbiddenError), deed(session(), actor, action) as made:
        made.seal(withdrawal(1))
    assert not Record.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.usefixtures("office")
def test_an_action_that_fails_half_way_leaves_nothing() -> None:
    from ecluse.office.models import Record

    with pytest.raises(RuntimeError), deed(session()) as made:  # noqa: PT012
        made.seal(withdrawal(1))
        raise RuntimeError("power is cut")
    assert not Record.objects.exists()


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE office_record SET subject = 'x'",
        "DELETE FROM office_record",
        "UPDATE office_logentry SET leaf_hex = ''",
        "DELETE FROM office_logentry",
        "UPDATE office_salt SET salt_hex = ''",
    ],
)
def test_the_database_refuses_to_rewrite_what_is_sealed(sql: str) -> None:
    from django.db import DatabaseError, connection, transaction

    with deed(session()) as made:
        made.seal(withdrawal(1))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "minors",
    [
        pytest.param([100, -99], id="an entry one minor unit out of balance"),
        pytest.param([0], id="an entry of one side"),
    ],
)
def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(minors: list[int]) -> None:
    from django.db import DatabaseError, transaction

    from ecluse.office.models import Entry, Posting

    with pytest.raises(DatabaseError), transaction.atomic():  # noqa: PT012
        for number, minor in enumerate(minors):
            Posting.objects.create(id=f"p{number}", entry_id="e", account="a", currency="EUR", minor=minor)
        Entry.objects.create(rid="e", tranche="", on=ON)


@pytest.mark.usefixtures("office")
def test_the_database_refuses_a_posting_without_its_entry_and_one_that_comes_late() -> None:
    from django.db import DatabaseError, transaction

    from ecluse.office.models import Entry, Posting

    with pytest.raises(DatabaseError), transaction.atomic():
        Posting.objects.create(id="p0", entry_id="e", account="a", currency="EUR", minor=1)
    with transaction.atomic():
        for number, minor in enumerate([1, -1]):
            Posting.objects.create(id=f"p{number}", entry_id="e", account="a", currency="EUR", minor=minor)
        Entry.objects.create(rid="e", tranche="", on=ON)
    with pytest.raises(DatabaseError), transaction.atomic():
        Posting.objects.create(id="p9", entry_id="e", account="a", currency="EUR", minor=0)


@pytest.mark.usefixtures("office")
def test_the_database_refuses_a_balance_below_zero() -> None:
    from django.db import IntegrityError, transaction

    from ecluse.office.models import CertificateBalance

    kept = CertificateBalance.objects.create(
        certificate="certificate:a", model="model:a", units_certified=7, units_reserved=7
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateBalance.objects.filter(pk=kept.pk).update(units_used=1)


@pytest.mark.usefixtures("office")
def test_a_stale_hand_does_not_write_over_what_was_only_kept_in_a_cache() -> None:
    from ecluse.base.errors import ConflictError
    from ecluse.office.actions.deed import Deed
    from ecluse.office.models import LicenceLine

    def line_of(opened: Any) -> Any:
        return opened.row(LicenceLine, "licence:order:1", "order:1")

    with Deed(session(), "office.register", actor="clock:office", on=ON, subject="order:1") as made:
        line = LicenceLine(licence="licence:order:1", order="order:1", state="issued", units=10, units_released=0)
        made.put(line, "order:1")
    stale, first = session(), session()
    assert line_of(stale).units_released == 0
    with Deed(first, "office.register", actor="clock:office", on=ON, subject="order:1/0") as made:
        row = line_of(first)
        row.units_released = 10
        made.put(row, "order:1")
    late = Deed(stale, "office.register", actor="clock:office", on=ON, subject="x")
    row = line_of(stale)
    row.state = "suspended"
    late.put(row, "order:1")
    with pytest.raises(ConflictError), late:
        pass
    assert LicenceLine.objects.values_list("state", "units_released").get() == ("issued", 10)
