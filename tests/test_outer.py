"""Does the outer log hide what it commits to, keep its cadence, and open to whoever has salt and checkpoint?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from ecluse.base.errors import EvidenceError
from ecluse.base.note import parse_checkpoint
from ecluse.custody.log.outer import (
    Beacon,
    OuterEntry,
    OuterHead,
    cadence,
    closes_showing,
    entry_of,
    faults,
    hidden,
    is_due,
    missed,
    read_entry,
)
from ecluse.edge.law import newest_law

DAY = date(2026, 4, 2)
HEAD = OuterHead("home/2026", 17, "ab" * 32, "07" * 32)
PULSE = Beacon("outer/2026", DAY, "demonstration", 9, sha256(b"\x01" * 96).hexdigest(), "01" * 96)


def entries(*rows: tuple[int, str]) -> Iterator[OuterEntry]:
    return (OuterEntry("outer/2026", of if "/" in of else f"{of}/2026", DAY + timedelta(day), "0" * 64)
            for day, of in rows)  # fmt: skip


def test_an_entry_opens_to_its_own_salt_and_checkpoint_alone() -> None:
    entry = entry_of(HEAD, DAY)
    assert entry.commitment == sha256(bytes.fromhex(HEAD.salt_hex) + HEAD.text().encode()).hexdigest()
    assert parse_checkpoint(HEAD.text())[:2] == ("ecluse/home/2026", 17)
    for other in (replace(HEAD, size=18), replace(HEAD, root_hex="ac" * 32), replace(HEAD, salt_hex="08" * 32),
                  replace(HEAD, log="plan/2026")):  # fmt: skip
        assert entry_of(other, DAY).commitment != entry.commitment


def test_entries_of_an_idle_and_of_a_busy_log_have_one_length_and_share_nothing() -> None:
    idle, later, busy = entry_of(HEAD, DAY), entry_of(replace(HEAD, salt_hex="09" * 32), DAY), entry_of(
        replace(HEAD, size=10**9, root_hex="cd" * 32), DAY)  # fmt: skip
    assert len({len(entry.body()) for entry in (idle, later, busy)}) == 1
    assert len({entry.commitment for entry in (idle, later, busy)}) == 3


def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        hidden(b"short", "text")


@pytest.mark.parametrize("made", [entry_of(HEAD, DAY), PULSE])
def test_an_entry_reads_back_and_in_no_other_spelling(made: OuterEntry | Beacon) -> None:
    body = made.body()
    assert read_entry(body) == read_entry(body, "outer/2026") == made
    for spoilt in (body[:-1], body + b" ", body.replace(b"2026-04-02", b"2026-02-30"), body.replace(b"{", b'{"a":1,'),
                   body.replace(b"outer/2026", b"home/2026"), body.replace(b"20260", b"2026-"), b"[]", b"7", b"",
                   body.replace(b"2026-04-02", b"20260402"), body.replace(b'"v":"outer', b'"v":"OUTER')):  # fmt: skip
        if spoilt != body:
            with pytest.raises(EvidenceError):
                read_entry(spoilt)
    with pytest.raises(EvidenceError):
        read_entry(body, "outer/2027")


def test_a_beacon_is_true_where_its_value_is_its_signatures() -> None:
    assert PULSE.is_true
    assert not replace(PULSE, signature="02" * 96).is_true


ORDERS = [
    pytest.param([(0, "a"), (0, "b"), (1, "a"), (1, "b")], [], id="each log in each period"),
    pytest.param([(0, "a"), (1, "a"), (1, "b"), (2, "a"), (2, "b")], [], id="a log that begins later"),
    pytest.param([(0, "a"), (0, "b"), (1, "a"), (2, "a"), (2, "b")], ["outer_left_out"], id="one left out"),
    pytest.param([(0, "a"), (0, "b/2025"), (1, "a")], [], id="one of an older year that grew no more"),
    pytest.param([(0, "a"), (0, "b"), (1, "a")], ["outer_left_out"], id="one left out at the end"),
    pytest.param([(0, "a"), (0, "a")], ["outer_twice"], id="one twice in a period"),
    pytest.param([(1, "a"), (0, "a")], ["outer_backwards", "outer_twice"], id="a day before the last"),
]


@pytest.mark.parametrize(("rows", "found"), ORDERS)
def test_an_order_that_is_broken_is_said(rows: list[tuple[int, str]], found: list[str]) -> None:
    assert [key for _, key in faults(entries(*rows))] == found


def test_periods_that_nobody_closed_are_counted() -> None:
    assert missed([DAY, DAY + timedelta(1), DAY + timedelta(4)], 1) == 2
    assert missed([], 1) == 0
    week = [day for day in (DAY + timedelta(at) for at in range(40)) if is_due(day, 7)]
    assert missed(week, 7) == 0
    assert missed([*week[:1], *week[2:]], 7) == 1


def test_the_law_sets_the_cadence() -> None:
    assert cadence(newest_law(), DAY) == (1, 1)
    assert [closes_showing(date(2026, 12, 31), months) for months in (1, 3, 6, 12)] == [True] * 4
    assert not closes_showing(date(2026, 12, 30), 1)
    assert not closes_showing(date(2026, 4, 30), 3)


# ------------------------------------------------------------------ in an office


@pytest.mark.db
@pytest.mark.slow
def test_what_is_written_after_a_close_is_hidden_until_the_next_one(tmp_path: Any) -> None:
    """The outer log goes on by the day; entries, sizes and heads of the other logs wait for the end of the month."""
    import carried

    _, office = carried.year_in(tmp_path)
    with carried.office_on(carried.sqlite_url(office)):
        from ecluse.edge.public_audit import report_on
        from ecluse.office.actions.checkpoint import sign_heads
        from ecluse.office.actions.deed import Deed
        from ecluse.office.audit.report import run_audit
        from ecluse.office.desk.today import open_session
        from ecluse.office.models import Checkpoint, LogHead
        from ecluse.office.publish.folder import publish
        from ecluse.proceeds.terms import RateOfDay

        def work(on: date) -> None:
            made = RateOfDay(f"rate:EUR-UAH-{on}", "EUR", "UAH", 50, 1, on, "invented")
            with Deed(open_session(), "office.register", actor="clock:office", on=on, subject="register:rates") as deed:
                deed.seal(made, "rate:EUR-UAH")

        first, second = date(2027, 1, 30), date(2027, 1, 31)
        work(first)
        assert sign_heads(open_session(), first)[-1] == "outer/2027"
        assert sign_heads(open_session(), first) == []  # a period closes once
        publish(tmp_path / "public", proofs=False)
        report = report_on(tmp_path / "public")
        assert report.is_sound(), report.breaks()
        assert report.as_of == "2026-12-31"
        assert not (tmp_path / "public" / "logs" / "home" / "2027").exists()
        work(second)
        sign_heads(open_session(), second)
        publish(tmp_path / "public", proofs=False)
        report = report_on(tmp_path / "public")
        assert report.is_sound(), report.breaks()
        assert report.as_of == "2027-01-31"
        entries = (tmp_path / "public" / "logs" / "home" / "2027" / "entries.jsonl").read_bytes().splitlines()
        assert len(entries) == LogHead.objects.get(log="home/2027").size == 2
        shown = {path.name for path in (tmp_path / "public" / "logs" / "home" / "2027" / "checkpoints").iterdir()}
        assert shown == {"2"}  # not the head of the day before
        assert set(Checkpoint.objects.filter(log="home/2027").values_list("size", flat=True)) == {1, 2}
        assert not list(run_audit().broken())


@pytest.mark.db
@pytest.mark.slow
def test_a_head_that_the_log_never_had_is_found(tmp_path: Any) -> None:
    """An administrator puts another commitment in an entry's place: the audit and a stranger both see it."""
    import sqlite3

    import carried

    _, office = carried.year_in(tmp_path)
    with sqlite3.connect(office) as database:
        database.execute("DROP TRIGGER office_logentry_no_update")
        found = database.execute(
            "SELECT id, body FROM office_logentry WHERE log = 'outer/2026' AND instr(CAST(body AS TEXT), 'outer/1') > 0"
        ).fetchone()
        lied = bytes(found[1]).replace(b'"commitment":"', b'"commitment":"0', 1)
        lied = lied[: lied.index(b'","log"') - 1] + lied[lied.index(b'","log"') :]
        database.execute(
            "UPDATE office_logentry SET body = ?, leaf_hex = ? WHERE id = ?",
            (lied, sha256(b"\x00" + lied).hexdigest(), found[0]),
        )
    with carried.office_on(carried.sqlite_url(office)):
        from ecluse.office.audit.report import run_audit

        keys = {finding.key for finding in run_audit().broken()}
    assert {"outer_entry_differs", "log_rewritten", "log_head_differs"} <= keys
