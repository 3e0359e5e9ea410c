"""Is one unit's story told from the records as it happened, and nothing confirmed that was only nearly read?"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from carried import office_on, python, sqlite_url, year_in

from ecluse.base.errors import EvidenceError
from ecluse.base.words import LANGUAGES
from ecluse.custody.serials import serial_text
from ecluse.custody.terms import SerialBlock

pytestmark = pytest.mark.xdist_group("trace")
year_long = pytest.mark.slow
BLOCK = SerialBlock("block:1", "line:1", "model:fpv-1", "UA-FPV-", 400, 50, date(2026, 1, 1), False)
SERIAL = serial_text(BLOCK.prefix, 417)
OTHER = replace(BLOCK, id="block:2", prefix="UA-EWS-", first=1, count=9)


# ------------------------------------------------------------------ readings that only look like a number


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param(SERIAL.lower(), id="small letters"),
        pytest.param("ua fpv 000417" + SERIAL[-1], id="blanks for hyphens"),
        pytest.param(SERIAL.replace("A", "А"), id="a Cyrillic letter"),
        pytest.param(SERIAL.replace("000", "OOO"), id="letters for noughts"),
        pytest.param(SERIAL.replace("417", "4l7"), id="a letter for a one"),
        pytest.param(SERIAL.replace("-", "–"), id="dashes for hyphens"),
        pytest.param(SERIAL[:-1], id="no check character"),
        pytest.param(SERIAL[:-1] + "?", id="another check character"),
        pytest.param(SERIAL.replace("417", "471"), id="two digits changed places"),
        pytest.param(SERIAL.replace("417", "917"), id="a digit misread"),
        pytest.param(f" {SERIAL} ", id="blanks around it"),
    ],
)
def test_a_slip_is_suggested(reading: str) -> None:
    from ecluse.office.trace.alike import suggestions

    assert SERIAL in suggestions(reading, [OTHER, BLOCK])


@pytest.mark.parametrize("reading", ["", "UA-FPV-", "G-XYZ-000417K", "417", "x" * 10_000, "UA-FPV-999999A", "💥"])
def test_what_is_nothing_like_it_gets_no_suggestion(reading: str) -> None:
    from ecluse.office.trace.alike import suggestions

    assert suggestions(reading, [OTHER, BLOCK]) == []


def test_a_reading_that_is_right_is_not_suggested_to_itself() -> None:
    from ecluse.office.trace.alike import SUGGESTIONS_LIMIT, suggestions

    assert SERIAL not in suggestions(SERIAL, [BLOCK])
    twins = [replace(BLOCK, id=f"block:{n}", prefix=f"{'-' * n}UA-FPV-".lstrip("-")) for n in range(9)]
    assert len(suggestions(SERIAL[:-1], twins)) <= SUGGESTIONS_LIMIT


# ------------------------------------------------------------------ a carried year


@pytest.fixture(scope="module")
def office_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("trace"))[1]


@pytest.fixture(scope="module")
def findings(office_file: Path) -> list[Any]:
    """What does the audit, which shares nothing with the trace, say of that year?"""
    with office_on(sqlite_url(office_file)):
        from ecluse.office.audit.report import run_audit

        return list(run_audit().findings)


@pytest.fixture
def office(office_file: Path) -> Iterator[None]:
    with office_on(sqlite_url(office_file)):
        yield


def traced(serial: str) -> dict[str, Any]:
    from ecluse.office.trace.unit import trace_unit

    return trace_unit(serial)


@pytest.mark.db
@year_long
def test_the_story_ends_where_the_register_of_units_does(office: None) -> None:
    """The register is a cache that the audit rebuilds in another way; a few units of each state, and every odd one."""
    from ecluse.office.models import Unit

    states = sorted(set(Unit.objects.values_list("state", flat=True)))
    assert {"at_line", "delivery", "dispatch", "lost", "packed", "release", "return"} <= set(states)
    for state in states:
        for row in Unit.objects.filter(state=state).order_by("serial")[
            :: max(1, Unit.objects.filter(state=state).count() // 6)
        ]:
            last = traced(row.serial)["last"]
            assert (last["custodian"], last["authority"]) == (row.custodian, row.authority), row.serial
            assert last["state"] in MEANS[state], row.serial


# Numbers of another order, packed again where they no longer lie, stay with whoever received them.
MEANS = {
    "at_line": {"at_line", "void", "unused"}, "packed": {"packed", "delivered"}, "dispatch": {"at_centre"},
    "release": {"moving", "missing"}, "delivery": {"delivered", "delivered_elsewhere", "missing"},
    "return": {"returned", "missing"}, "recall": {"recalled"}, "lost": {"lost"}, "recalled": {"at_line", "recalled"},
}  # fmt: skip


@pytest.mark.db
@year_long
def test_what_the_audit_misses_is_missing_here_with_its_last_custodian(findings: list[Any], office: None) -> None:
    missing = [finding for finding in findings if finding.key == "unaccounted"]
    assert missing
    for finding in missing:
        last = traced(finding.subject)["last"]
        assert (last["state"], last["custodian"]) == ("missing", dict(finding.facts)["custodian"])
        assert "custody.units_are_accounted_for" in last["held_on"]


@pytest.mark.db
@year_long
def test_a_delivered_unit_is_told_from_birth_to_end_user(office: None) -> None:
    from ecluse.office.models import LogEntry, Unit
    from ecluse.office.registers import Order

    row = Unit.objects.filter(state="delivery", tranche__endswith="/0").order_by("serial").first()
    assert row is not None
    found = traced(row.serial)
    assert found["known"]
    assert (found["block"], found["number"], found["model"]) == (row.block, row.number, row.model)
    assert found["born"]["fate"] == "made"
    kinds = [event["kind"] for event in found["events"]]
    assert kinds[:3] == ["committed", "marked", "packed"]
    assert kinds[-1] in ("verified", "sighted")
    days = [event["on"] for event in found["events"]]
    assert days == sorted(days)
    handed = [event for event in found["events"] if event["kind"] == "handed_over"]
    assert handed[0]["from"] == found["born"]["maker"]
    assert all(before["to"] == after["from"] for before, after in pairwise(handed))
    assert all(set(event["signed_by"]) == {event["from"], event["to"]} for event in handed)
    order = record_of(Order, row.tranche.rpartition("/")[0])
    assert handed[-1]["to"] == order.end_user == found["last"]["custodian"]
    assert all(LogEntry.objects.filter(log=event["log"], index=event["index"]).exists() for event in found["events"])


def record_of(cls: type, subject: str) -> Any:
    from ecluse.base.sealed import VERSIONS, unseal
    from ecluse.office.models import Record

    return unseal(bytes(Record.objects.get(v=VERSIONS[cls], subject=subject).body))


@pytest.mark.db
@year_long
def test_a_handover_without_a_signature_says_so(office: None) -> None:
    from django.db import connection, transaction

    from ecluse.base.sealed import seal, unseal
    from ecluse.custody.terms import Manifest
    from ecluse.office.models import Record, Unit
    from ecluse.office.trace.unit import trace_text

    serial = Unit.objects.filter(state="delivery").order_by("serial")[0]
    rows = Record.objects.filter(subject=serial.tranche, v="manifest/1").order_by("turn")
    paper: Manifest = unseal(bytes(rows[0].body))
    with transaction.atomic():
        # As an administrator would: the seal is taken off, one signature goes. Rolled back below.
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER office_signaturerow_no_delete")
            key = f"key:{paper.to_custodian}/%"
            cursor.execute(
                "DELETE FROM office_signaturerow WHERE digest = %s AND key LIKE %s", [seal(paper).digest, key]
            )
            assert cursor.rowcount == 1
        found = traced(serial.serial)
        transaction.set_rollback(True)
    event = next(e for e in found["events"] if e.get("manifest") == paper.id)
    assert event["signed_by"] == [paper.from_custodian]
    assert "NOT SIGNED" in trace_text(found, "en")


@pytest.mark.db
@year_long
def test_every_story_is_told_in_three_languages(office: None) -> None:
    from ecluse.office.models import Unit
    from ecluse.office.trace.unit import trace_text

    states = sorted(set(Unit.objects.values_list("state", flat=True)))
    serials = [Unit.objects.filter(state=state).order_by("-serial")[0].serial for state in states]
    for serial in [*serials, "UA-NOTHING-000001A", "nonsense"]:
        texts = {trace_text(traced(serial), lang) for lang in LANGUAGES}
        assert len(texts) == len(LANGUAGES)
        assert all(serial in text for text in texts)


@pytest.mark.db
@year_long
def test_a_number_of_the_block_that_was_never_marked_is_told_as_that(office: None) -> None:
    from ecluse.base.sealed import VERSIONS, unseal
    from ecluse.custody.terms import Marking
    from ecluse.office.models import Record

    ends: dict[str, int] = {}
    for body in Record.objects.filter(v=VERSIONS[Marking]).values_list("body", flat=True):
        marking = unseal(bytes(body))
        ends[marking.block] = max(ends.get(marking.block, 0), marking.range.last)
    blocks = [
        unseal(bytes(body)) for body in Record.objects.filter(v=VERSIONS[SerialBlock]).values_list("body", flat=True)
    ]
    block = next(block for block in blocks if ends.get(block.id, 0) < block.first + block.count - 1)
    found = traced(serial_text(block.prefix, block.first + block.count - 1))
    assert (found["born"], found["last"]["state"]) == (None, "not_marked")
    beyond = traced(serial_text(block.prefix, 999_999))
    assert (beyond["known"], beyond["reason"]) == (False, "in_no_block")


@pytest.mark.db
@year_long
def test_a_number_that_looks_like_one_is_never_confirmed(office: None) -> None:
    from ecluse.office.models import Unit

    serial = Unit.objects.filter(state="delivery").order_by("serial")[0].serial
    for reading in (serial.lower(), f" {serial}", serial.replace("0", "O", 1), serial[:-1]):
        found = traced(reading)
        assert sorted(found) == ["candidates", "known", "reason", "serial", "suggestions"]
        assert (found["known"], serial in found["suggestions"]) == (False, True)


@pytest.mark.db
@year_long
def test_an_altered_record_is_false_evidence(office_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copyfile(office_file, tmp_path / "office.sqlite3"))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        serial, tranche = connection.execute(
            "SELECT serial, tranche FROM office_unit WHERE state = 'delivery' ORDER BY serial"
        ).fetchone()
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(
            'UPDATE office_record SET body = CAST(replace(CAST(body AS TEXT), \'"from_custodian":"\', '
            "'\"from_custodian\":\"x') AS BLOB) WHERE v = 'manifest/1' AND subject = ?",
            (tranche,),
        ).rowcount
        connection.commit()
    assert changed > 0
    with office_on(sqlite_url(path)), pytest.raises(EvidenceError, match="was altered"):
        traced(serial)


@pytest.mark.db
@year_long
def test_the_command_answers_by_its_exit_status(office_file: Path) -> None:
    with contextlib.closing(sqlite3.connect(office_file)) as connection:
        (serial,) = connection.execute("SELECT serial FROM office_unit WHERE state = 'delivery' ORDER BY 1").fetchone()
    for reading, status in ((serial, 0), (serial.lower(), 1), ("UA-NOTHING-000001A", 1)):
        done = python("-m", "ecluse", "trace", reading, "--db", sqlite_url(office_file), "--json")
        out, err = done.communicate(timeout=60)
        assert done.returncode == status, err
        assert json.loads(out)["serial"] == reading
        assert json.loads(out)["known"] is (status == 0)
