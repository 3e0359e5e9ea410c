"""Does the audit keep quiet on an honest year, and name promise, thing and day of each tampering?"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carried
import pytest

pytestmark = [pytest.mark.db, pytest.mark.slow]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world's year, carried once."""
    return carried.year_in(tmp_path_factory.mktemp("audit"), "year.sqlite3")[1]


@pytest.fixture(scope="module")
def honest(year: Path) -> Any:
    """What does the audit say of that year?"""
    return audited(carried.sqlite_url(year))


def audited(url: str) -> Any:
    with carried.office_on(url):
        from ecluse.office.audit.report import run_audit

        return run_audit()


@contextlib.contextmanager
def administrator(path: Path, *, keeps_triggers: bool = True) -> Iterator[sqlite3.Connection]:
    """An administrator with raw SQL: takes the triggers away, changes what he likes, and puts them back."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers if keeps_triggers else ():
            connection.execute(sql)
        connection.commit()


def one(connection: sqlite3.Connection, sql: str, *values: Any) -> tuple[Any, ...]:
    found = connection.execute(sql, values).fetchone()
    assert found is not None, sql
    return tuple(found)


@dataclass(frozen=True)
class Expected:
    """Which promise breaks, by which finding, about what, on which day?"""

    promise: str
    key: str
    subject: str
    day: str | None
    besides: frozenset[str] = frozenset()  # promises that are broken for the same cause


def of_record(connection: sqlite3.Connection, v: str, more: str = "") -> tuple[str, str, bytes]:
    """The first record of this version: id, day, bytes."""
    rid, day, body = one(
        connection, f"SELECT rid, on_day, body FROM office_record WHERE v = ? {more} ORDER BY rid LIMIT 1", v
    )
    return rid, day, bytes(body)


# ------------------------------------------------------------------ what an administrator may try


def record_changed(c: sqlite3.Connection) -> Expected:
    rid, day, body = of_record(c, "draw/1", "AND rid LIKE '%/1'")
    spoiled = json.loads(body)
    spoiled["units"] -= 1
    c.execute("UPDATE office_record SET body = ? WHERE rid = ?", (spelled(spoiled), rid))
    return Expected("P6", "record_altered", rid, day)


def spelled(form: Any) -> bytes:
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def record_rewritten(c: sqlite3.Connection) -> Expected:
    rid, day, body = of_record(c, "party/1", "AND rid LIKE 'party:maker%'")
    spoiled = json.loads(body)
    spoiled["name"] += " II"
    digest = hashlib.sha256(spelled(spoiled)).hexdigest()
    old = hashlib.sha256(body).hexdigest()
    c.execute("UPDATE office_record SET body = ?, digest = ? WHERE rid = ?", (spelled(spoiled), digest, rid))
    c.execute("UPDATE office_salt SET digest = ? WHERE digest = ?", (digest, old))
    return Expected("P6", "record_not_committed", rid, day)


def record_deleted(c: sqlite3.Connection) -> Expected:
    rid, day, log, index, subject = one(
        c, "SELECT rid, on_day, log, log_index, subject FROM office_record WHERE v = 'manifest/1' ORDER BY rid"
    )
    c.execute("DELETE FROM office_record WHERE rid = ?", (rid,))
    left = c.execute("SELECT 1 FROM office_record WHERE log = ? AND log_index = ?", (log, index)).fetchone()
    # Without another record in the same entry, its day is known only from the entries before it.
    return Expected("P6", "record_deleted", subject, day if left else None)


def hearing_deleted(c: sqlite3.Connection) -> Expected:
    rid, day, subject = one(
        c, "SELECT rid, on_day, subject FROM office_record WHERE v = 'hearing/1' AND rid LIKE '%/0/3' ORDER BY rid"
    )
    c.execute("DELETE FROM office_record WHERE rid = ?", (rid,))
    return Expected("P6", "record_deleted", subject, day)


def record_slipped_in(c: sqlite3.Connection) -> Expected:
    rid, day, body = of_record(c, "receipt/1")
    spoiled = {**json.loads(body), "id": f"{rid}-second"}
    digest = hashlib.sha256(spelled(spoiled)).hexdigest()
    c.execute(
        "INSERT INTO office_record "
        '(rid, v, body, digest, subject, "order", on_day, actor, action, log, log_index, turn) '
        'SELECT ?, v, ?, ?, subject, "order", on_day, actor, action, log, log_index, turn + 100 '
        "FROM office_record WHERE rid = ?",
        (spoiled["id"], spelled(spoiled), digest, rid),
    )
    return Expected("P6", "record_not_committed", spoiled["id"], day)


def record_refiled(c: sqlite3.Connection) -> Expected:
    rid, day, _ = of_record(c, "draw/1")
    c.execute("UPDATE office_record SET subject = 'certificate:nobody' WHERE rid = ?", (rid,))
    return Expected("P6", "column_differs", rid, day)


def record_backdated(c: sqlite3.Connection) -> Expected:
    rid, _, _ = of_record(c, "surplus_certificate/1")
    c.execute("UPDATE office_record SET on_day = '2026-01-02' WHERE rid = ?", (rid,))
    return Expected("P6", "column_differs", rid, "2026-01-02")


def entry_changed(c: sqlite3.Connection) -> Expected:
    id, body = one(c, "SELECT id, body FROM office_logentry WHERE log = 'home/2026' AND log_index = 40")
    form = json.loads(bytes(body))
    form["seq"] += 1
    c.execute("UPDATE office_logentry SET body = ? WHERE id = ?", (spelled(form), id))
    return Expected("P6", "entry_altered", id, day_at(c, "home/2026", 40))


def day_at(c: sqlite3.Connection, log: str, index: int) -> str:
    return str(one(c, "SELECT max(on_day) FROM office_record WHERE log = ? AND log_index = ?", log, index)[0] or "")


def entry_rewritten(c: sqlite3.Connection) -> Expected:
    id, body = one(c, "SELECT id, body FROM office_logentry WHERE log = 'home/2026' AND log_index = 40")
    form = json.loads(bytes(body))
    form["kind"] = "licence"
    leaf = hashlib.sha256(b"\x00" + spelled(form)).hexdigest()
    c.execute("UPDATE office_logentry SET body = ?, leaf_hex = ? WHERE id = ?", (spelled(form), leaf, id))
    day = one(c, "SELECT min(on_day) FROM office_checkpoint WHERE log = 'home/2026' AND size > 40")[0]
    return Expected("P6", "log_rewritten", "home/2026", day)


def log_cut(c: sqlite3.Connection) -> Expected:
    size = one(c, "SELECT size FROM office_loghead WHERE log = 'home/2026'")[0]
    c.execute("DELETE FROM office_logentry WHERE log = 'home/2026' AND log_index = ?", (size - 1,))
    c.execute("DELETE FROM office_record WHERE log = 'home/2026' AND log_index = ?", (size - 1,))
    day = one(c, "SELECT max(on_day) FROM office_checkpoint WHERE log = 'home/2026'")[0]
    return Expected("P6", "log_cut_short", "home/2026", day)


def checkpoint_forged(c: sqlite3.Connection) -> Expected:
    id, day, note = one(c, "SELECT id, on_day, note FROM office_checkpoint ORDER BY id")
    c.execute("UPDATE office_checkpoint SET note = ? WHERE id = ?", (note.replace("\n\n", "\nx\n\n"), id))
    return Expected("P6", "checkpoint_unsigned", id, day)


def head_turned_back(c: sqlite3.Connection) -> Expected:
    c.execute("UPDATE office_loghead SET size = size - 1 WHERE log = 'home/2026'")
    return Expected("P6", "log_head_differs", "home/2026", "")


def salt_destroyed(c: sqlite3.Connection) -> Expected:
    rid, day, digest = one(c, "SELECT rid, on_day, digest FROM office_record WHERE v = 'sale/1' ORDER BY rid")
    c.execute("DELETE FROM office_salt WHERE digest = ?", (digest,))
    return Expected("P8", "salt_missing", rid, day)


def salt_changed(c: sqlite3.Connection) -> Expected:
    rid, day, digest = one(c, "SELECT rid, on_day, digest FROM office_record WHERE v = 'sale/1' ORDER BY rid")
    c.execute("UPDATE office_salt SET salt_hex = ? WHERE digest = ?", ("00" * 32, digest))
    return Expected("P8", "salt_altered", rid, day)


def called_a_service(c: sqlite3.Connection) -> Expected:
    c.execute("UPDATE office_setting SET value = 'service' WHERE key = 'kind'")
    rid, day = one(c, "SELECT rid, on_day FROM office_record ORDER BY subject, turn, rid")
    return Expected("P8", "salts_foretold", rid, day, frozenset({"P5"}))  # its beacon is a demonstration's too


def posting_changed(c: sqlite3.Connection) -> Expected:
    id, day = one(
        c, "SELECT p.id, e.on_day FROM office_posting p JOIN office_entry e ON e.rid = p.entry_id ORDER BY p.id LIMIT 1"
    )
    c.execute("UPDATE office_posting SET minor = minor + 1 WHERE id = ?", (id,))
    return Expected("P7", "posting_differs", id, day)


def both_sides_changed(c: sqlite3.Connection) -> Expected:
    entry, day = one(c, "SELECT rid, on_day FROM office_entry WHERE rid LIKE 'entry:receipt%' ORDER BY rid")
    c.execute("UPDATE office_posting SET minor = minor * 2 WHERE entry_id = ?", (entry,))
    return Expected("P7", "posting_differs", f"{entry}/1", day)


def posting_removed(c: sqlite3.Connection) -> Expected:
    id, day = one(
        c, "SELECT p.id, e.on_day FROM office_posting p JOIN office_entry e ON e.rid = p.entry_id ORDER BY p.id LIMIT 1"
    )
    c.execute("DELETE FROM office_posting WHERE id = ?", (id,))
    return Expected("P7", "posting_missing", id, day)


def unit_moved(c: sqlite3.Connection) -> Expected:
    serial, day = one(c, "SELECT serial, on_day FROM office_unit WHERE state = 'delivery' ORDER BY serial")
    c.execute("UPDATE office_unit SET custodian = 'party:nobody' WHERE serial = ?", (serial,))
    return Expected("P5", "unit_row_differs", serial, day)


def unit_removed(c: sqlite3.Connection) -> Expected:
    serial, day = one(c, "SELECT serial, on_day FROM office_unit ORDER BY serial")
    c.execute("DELETE FROM office_unit WHERE serial = ?", (serial,))
    return Expected("P5", "unit_row_missing", serial, day)


def handover_signature_removed(c: sqlite3.Connection) -> Expected:
    rid, day, digest = one(
        c,
        'SELECT r.rid, r.on_day, r.digest FROM office_record r JOIN office_orderrow o ON o."order" = r."order" '
        "WHERE r.v = 'manifest/1' AND o.standing = 'passed' ORDER BY r.rid",
    )
    first = one(c, "SELECT min(id) FROM office_signaturerow WHERE digest = ?", digest)[0]
    c.execute("DELETE FROM office_signaturerow WHERE id = ?", (first,))
    return Expected("P5", "handover_unsigned", rid, day)


def block_signature_removed(c: sqlite3.Connection) -> Expected:
    rid, day, digest = one(c, "SELECT rid, on_day, digest FROM office_record WHERE v = 'serial_block/1' ORDER BY rid")
    c.execute("DELETE FROM office_signaturerow WHERE digest = ?", (digest,))
    return Expected("P5", "block_unsigned", rid, day)


def decision_signature_removed(c: sqlite3.Connection) -> Expected:
    rid, day, digest = one(
        c,
        'SELECT r.rid, r.on_day, r.digest FROM office_record r JOIN office_orderrow o ON o."order" = r."order" '
        "WHERE r.v = 'proposed_decision/1' AND o.standing = 'passed' ORDER BY r.rid",
    )
    first = one(c, "SELECT min(id) FROM office_signaturerow WHERE digest = ?", digest)[0]
    c.execute("DELETE FROM office_signaturerow WHERE id = ?", (first,))
    return Expected("P4", "decision_unsigned", rid, day)


def acceptance_signature_removed(c: sqlite3.Connection) -> Expected:
    rid, day, digest = one(c, "SELECT rid, on_day, digest FROM office_record WHERE v = 'home_delivery/1' ORDER BY rid")
    c.execute("DELETE FROM office_signaturerow WHERE digest = ?", (digest,))
    return Expected("P2", "home_delivery_unsigned", rid, day)


def balance_raised(c: sqlite3.Connection) -> Expected:
    id = one(c, "SELECT certificate FROM office_certificatebalance WHERE units_used > 0 ORDER BY certificate")[0]
    day = one(c, "SELECT max(on_day) FROM office_record WHERE v = 'draw/1' AND subject = ?", id)[0]
    c.execute("UPDATE office_certificatebalance SET units_used = units_used - 1 WHERE certificate = ?", (id,))
    return Expected("P1", "balance_differs", id, day)


def licence_line_raised(c: sqlite3.Connection) -> Expected:
    id = one(c, "SELECT licence FROM office_licenceline ORDER BY licence")[0]
    day = one(c, "SELECT on_day FROM office_record WHERE rid = ?", id)[0]
    c.execute("UPDATE office_licenceline SET units = units + 10 WHERE licence = ?", (id,))
    return Expected("P1", "licence_line_differs", id, day)


def certificate_signature_removed(c: sqlite3.Connection) -> Expected:
    rid, day, body = of_record(c, "surplus_certificate/1")
    digest = hashlib.sha256(body).hexdigest()
    c.execute("DELETE FROM office_signaturerow WHERE digest = ?", (digest,))
    return Expected("P1", "certificate_unsigned", rid, day)


def party_forgotten(c: sqlite3.Connection) -> Expected:
    party = one(c, "SELECT party FROM office_liveparty ORDER BY party")[0]
    c.execute("DELETE FROM office_liveparty WHERE party = ?", (party,))
    return Expected("P3", "live_party_differs", party, "")


def involvement_forgotten(c: sqlite3.Connection) -> Expected:
    id, party = one(c, "SELECT id, party FROM office_involvement ORDER BY id")
    c.execute("DELETE FROM office_involvement WHERE id = ?", (id,))
    return Expected("P3", "involvement_differs", party, "")


def standing_changed(c: sqlite3.Connection) -> Expected:
    order = one(c, 'SELECT "order" FROM office_orderrow WHERE standing = \'held_refused\' ORDER BY "order"')[0]
    c.execute("UPDATE office_orderrow SET standing = 'passed' WHERE \"order\" = ?", (order,))
    return Expected("P9", "order_differs", order, "")


def tranche_changed(c: sqlite3.Connection) -> Expected:
    tranche = one(c, "SELECT tranche FROM office_tranche WHERE standing = 'held_refused' ORDER BY tranche")[0]
    c.execute("UPDATE office_tranche SET standing = 'open' WHERE tranche = ?", (tranche,))
    return Expected("P9", "tranche_differs", tranche, "")


TAMPERINGS = (
    record_changed, record_rewritten, record_deleted, hearing_deleted, record_slipped_in, record_refiled,
    record_backdated, entry_changed, entry_rewritten, log_cut, checkpoint_forged, head_turned_back, salt_destroyed,
    salt_changed, called_a_service, posting_changed, both_sides_changed, posting_removed, unit_moved, unit_removed,
    handover_signature_removed, block_signature_removed, decision_signature_removed, acceptance_signature_removed,
    balance_raised, licence_line_raised, certificate_signature_removed, party_forgotten, involvement_forgotten,
    standing_changed, tranche_changed,
)  # fmt: skip


def test_an_honest_year_breaks_nothing(honest: Any) -> None:
    assert [finding.form() for finding in honest.broken()] == []
    assert honest.is_kept()
    statuses = honest.statuses()
    assert statuses["P2"] == "not_yet_checked"
    assert {statuses[p] for p in ("P1", "P3", "P4", "P5", "P6", "P7", "P8", "P9")} == {"kept"}


def test_planted_frauds_are_held_by_name(honest: Any) -> None:
    held = {finding.key for finding in honest.findings if finding.severity.value == "held"}
    assert {"handover_unsigned", "unaccounted", "money_overdue", "one_person_decides"} <= held


def test_figures_add_up(honest: Any) -> None:
    figures = honest.summary
    standings = ("passed", "held_refused", "held_referred", "open")
    assert figures["orders"] == sum(figures[name] for name in standings)
    assert figures["units_unaccounted"] == len(figures["unaccounted"])
    assert figures["log_entries"] > 0
    assert len(figures["log_root"]) == 64
    json.dumps(honest.to_json())


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_a_report_speaks_three_languages(honest: Any, lang: str) -> None:
    assert "P5" in honest.text(lang)


@pytest.mark.slow
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.__name__)
def test_tampering_breaks_its_own_promise_alone(year: Path, tmp_path: Path, tampering: Any) -> None:
    copy = tmp_path / "year.sqlite3"
    url = carried.copy_sqlite(year, copy)
    with administrator(copy) as connection:
        expected = tampering(connection)
    report = audited(url)
    broken = [(f.promise, f.key, f.subject, f.day) for f in report.broken()]
    named = [found for found in broken if found[:3] == (expected.promise, expected.key, expected.subject)]
    assert named, broken
    assert expected.day in (None, *(day for *_, day in named))
    assert {promise for promise, *_ in broken} == {expected.promise} | expected.besides
    for lang in ("uk", "en", "fr"):
        assert expected.subject in report.text(lang)


# ------------------------------------------------------------------ what an insider may try, by the office's own hand


@contextlib.contextmanager
def insider(url: str) -> Iterator[tuple[Any, Any]]:
    """A session whose deeds are committed, and the reading from which the insider picks his victim."""
    from datetime import UTC, datetime

    with carried.office_on(url):
        from django.db import transaction

        from ecluse.base.source import SeededSource
        from ecluse.edge.law import newest_law
        from ecluse.office.actions.deed import flush
        from ecluse.office.audit.reading import read
        from ecluse.office.models import Setting
        from ecluse.office.session import Session

        seed = Setting.objects.get(key="seed").value
        session = Session(SeededSource(seed, datetime(2026, 12, 31, tzinfo=UTC)), newest_law(), exclusive=True)
        yield session, read()
        with transaction.atomic():
            flush(session)


def sealed_by(session: Any, action: str, actor: str, subject: str, *values: Any, on: Any = None) -> None:
    from ecluse.office.actions.deed import Deed

    order = subject.partition("/")[0] if subject.startswith("order:") else ""
    with Deed(session, action, actor=actor, on=on or values[0].on, subject=subject, order=order) as deed:
        for value in values:
            deed.seal(value)


def draws_more_than_is_left(session: Any, reading: Any) -> Expected:
    from dataclasses import replace

    from ecluse.surplus.terms import Certificate, Draw, DrawState

    row = reading.of(Draw)[-1]
    certificate = reading.newest(row.value.certificate, Certificate)
    units = certificate.units_certified + 1
    draw = replace(
        row.value, id="draw:order:9999/0/1", tranche="order:9999/0", units=units, state=DrawState.RESERVED,
        on=reading.today(), expires_on=reading.today(),
    )  # fmt: skip
    sealed_by(session, "surplus.draw", "clock:office", draw.certificate, draw)
    return Expected("P1", "draw_illegal", draw.id, str(draw.on))


def hands_over_unsigned(session: Any, reading: Any) -> Expected:
    from dataclasses import replace
    from datetime import UTC, datetime

    from ecluse.custody.terms import Manifest, Step
    from ecluse.office.audit.standings import places

    row = next(
        row for row in reversed(reading.of(Manifest))
        if row.value.step is Step.DELIVERY and places(reading)[row.value.tranche].standing.value == "passed"
    )  # fmt: skip
    last: Manifest = row.value
    at = datetime(2026, 12, 31, 9, tzinfo=UTC)
    onward = replace(
        last, id=f"{last.id}-onward", sequence=last.sequence + 1, step=Step.DISPATCH, from_custodian=last.to_custodian,
        to_custodian="party:nobody", sent_at=at, received_at=at,
    )  # fmt: skip
    sealed_by(session, "custody.hand_over", last.to_custodian, last.tranche, onward, on=at.date())
    for run in onward.ranges:
        session.move_units(run, custodian="party:nobody", authority=onward.authority, state="dispatch", on=at.date())
    return Expected("P5", "handover_unsigned", onward.id, "2026-12-31")


def closes_his_own_books(session: Any, reading: Any) -> Expected:
    from dataclasses import replace

    from ecluse.proceeds.terms import PeriodClose

    close = reading.of(PeriodClose)[0].value
    own = replace(close, id=f"{close.id}-again", controller=close.spender, controller_authority=close.spender_authority)
    sealed_by(session, "proceeds.close", close.spender, "books-again", own)
    return Expected("P4", "spender_closes", own.id, str(own.on))


def invents_a_verdict(session: Any, reading: Any) -> Expected:
    from dataclasses import replace

    from ecluse.office.actions.deed import Deed
    from ecluse.office.audit.standings import places
    from ecluse.order import Gate

    name = next(t for t, place in places(reading).items() if place.standing.value == "passed" and not place.parent)
    row = reading.hearings(name, Gate.SURPLUS)[0]
    forged = replace(row.value, id=f"hearing:{name}/99", finding={**row.value.finding, "units": 1}, on=row.value.on)
    with Deed(session, "surplus.hear", actor="clock:office", on=row.on, subject=name, order=row.order) as deed:
        deed.seal(forged)
    return Expected("P9", "verdict_differs", forged.id, str(row.on))


def allocates_what_nobody_paid(session: Any, reading: Any) -> Expected:
    from dataclasses import replace

    from ecluse.office.actions.deed import Deed
    from ecluse.office.actions.proceeds import _post
    from ecluse.office.audit.standings import places
    from ecluse.proceeds import ledger
    from ecluse.proceeds.terms import Allocation

    row = next(r for r in reading.of(Allocation) if places(reading)[r.value.tranche].standing.value == "passed")
    more = replace(row.value, id=f"{row.value.id}-more", on=reading.today())
    officer = row.actor
    with Deed(session, "proceeds.allocate", actor=officer, on=more.on, subject=more.shortage, order=row.order) as deed:
        deed.seal(more)
        _post(deed, [ledger.money_allocated(f"entry:{more.id}", more)], more.tranche)
    return Expected("P7", "allocated_unpaid", more.id, str(more.on))


def leaves_a_party_out(session: Any, reading: Any) -> Expected:
    from dataclasses import replace

    from ecluse.office.audit.standings import places
    from ecluse.order import Gate
    from ecluse.parties.terms import Ownership

    name = next(t for t, place in places(reading).items() if place.standing.value == "passed" and not place.parent)
    order = reading.orders()[name.rpartition("/")[0]].value
    day = reading.last_hearing(name, Gate.PARTIES).on
    tie = reading.of(Ownership)[0].value
    hidden = replace(tie, id="ownership:hidden", owner="party:hidden", owned=order.exporter, since=day, until=None)
    sealed_by(session, "office.register", "clock:office", order.exporter, hidden, on=day)
    return Expected("P3", "party_unregistered", "party:hidden", None)


FRAUDS = (
    draws_more_than_is_left, hands_over_unsigned, closes_his_own_books, invents_a_verdict, allocates_what_nobody_paid,
    leaves_a_party_out,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("fraud", FRAUDS, ids=lambda fraud: fraud.__name__)
def test_an_insider_is_named(year: Path, tmp_path: Path, fraud: Any) -> None:
    url = carried.copy_sqlite(year, tmp_path / "year.sqlite3")
    with insider(url) as (session, reading):
        expected = fraud(session, reading)
    broken = [(f.promise, f.key, f.subject, f.day) for f in audited(url).broken()]
    named = [found for found in broken if found[:3] == (expected.promise, expected.key, expected.subject)]
    assert named, broken
    assert expected.day in (None, *(day for *_, day in named))
    assert {promise for promise, *_ in broken} == {expected.promise}


@pytest.mark.postgres
def test_an_honest_year_is_kept_on_postgresql(postgres_database: str, tmp_path: Path) -> None:
    carried.carry_into(carried.small_world(tmp_path), postgres_database)
    report = audited(postgres_database)
    assert [finding.form() for finding in report.broken()] == []
    import psycopg

    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE office_record DISABLE TRIGGER ALL")
    keys = {(finding.key, finding.subject) for finding in audited(postgres_database).broken()}
    assert keys == {("trigger_missing", "office_record_sealed"), ("trigger_missing", "office_record_whole")}


@pytest.mark.parametrize(
    "trigger", ["office_posting_no_update", "office_record_no_replace", "office_readentry_no_delete"]
)
def test_a_missing_trigger_is_named(year: Path, tmp_path: Path, trigger: str) -> None:
    copy = tmp_path / "year.sqlite3"
    url = carried.copy_sqlite(year, copy)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
        connection.commit()
    report = audited(url)
    assert [(f.promise, f.key, f.subject) for f in report.broken()] == [("P6", "trigger_missing", trigger)]


# ------------------------------------------------------------------ every fact of every claim


def test_every_field_of_every_claim_is_rebuilt() -> None:
    carried.set_up()
    from dataclasses import fields

    from ecluse.office.audit.p9_facts import FIELDS
    from ecluse.order import DOORS

    for gate, door in DOORS.items():
        assert [field.name.rstrip("_") for field in fields(door.claim)] == list(FIELDS[gate])


def otherwise(form: Any) -> Any:
    """The same fact, otherwise."""
    if form is None:
        return {"ref": "0" * 64}
    if isinstance(form, bool):
        return not form
    if isinstance(form, int):
        return form + 1
    if isinstance(form, str):
        return form + "-"
    if isinstance(form, list):
        return form[:-1] if form else [{"ref": "0" * 64}]
    return {"ref": "0" * 64} if "ref" in form else {**form, next(iter(form)): otherwise(next(iter(form.values())))}


def test_every_fact_told_otherwise_is_named(year: Path) -> None:
    with carried.office_on(carried.sqlite_url(year)):
        from dataclasses import replace

        from ecluse.office.audit.p9_facts import FIELDS, facts_differing
        from ecluse.office.audit.reading import read
        from ecluse.order import Gate, Hearing

        reading = read()
        for gate, rebuilt in FIELDS.items():
            rows = [row for row in reading.of(Hearing) if row.value.gate is gate and row.value.finding is not None]
            for fact in set(rebuilt):
                stating = [row for row in rows if row.value.claim.get(fact)]
                row = (stating or rows)[-1]
                told = {**row.value.claim, fact: otherwise(row.value.claim.get(fact))}
                lied = replace(row, value=replace(row.value, claim=told))
                assert fact in {found.fact for found in facts_differing(reading, lied)}, (gate, fact, row.rid)
                assert not list(facts_differing(reading, row)), row.rid
                if gate is not Gate.CERTIFICATE and stating and fact in row.value.claim:
                    silent = {name: form for name, form in row.value.claim.items() if name != fact}
                    lied = replace(row, value=replace(row.value, claim=silent))
                    assert fact in {found.fact for found in facts_differing(reading, lied)}, (gate, fact, row.rid)


def test_lists_too_large_to_keep_are_named_and_nothing_is_passed(year: Path, tmp_path: Path) -> None:
    from ecluse.edge.lists_kept import KEPT_LIMIT_BYTES, LEFT_OUT

    copy = tmp_path / "year.sqlite3"
    url = carried.copy_sqlite(year, copy)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        values = (LEFT_OUT, KEPT_LIMIT_BYTES + 1, b"")
        connection.execute("UPDATE office_document SET media_type = ?, size = ?, content = ?", values)
        connection.commit()
    report = audited(url)
    assert report.statuses()["P3"] == "not_yet_checked"
    assert next(p.unchecked for p in report.promises if p.promise == "P3") == ("list_bytes",)


def test_a_list_that_is_gone_is_named(year: Path, tmp_path: Path) -> None:
    copy = tmp_path / "year.sqlite3"
    url = carried.copy_sqlite(year, copy)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM office_document")
        connection.commit()
    assert {(f.promise, f.key) for f in audited(url).broken()} == {("P3", "list_bytes_missing")}


def test_the_audit_shares_no_code_with_the_actions() -> None:
    folder = carried.ROOT / "ecluse" / "office" / "audit"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for room in ("actions", "facts", "session", "carry"):
            assert f"ecluse.office.{room}" not in text, path.name
