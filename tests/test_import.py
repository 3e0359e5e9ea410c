"""Do real tables come in whole or not at all, by two persons, with every error named by its row?"""

from __future__ import annotations

import ast
import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from begun import (
    AUTHOR,
    CLEAN,
    DIRTY,
    KINDS,
    ON,
    PLANNER,
    accept,
    as_person,
    begun,
    bring_in,
    broken,
    propose,
    table,
)
from carried import ROOT, copy_sqlite, office_on, settle_sqlite, sqlite_url

LATER = date(2026, 3, 2)
pytestmark = [pytest.mark.db, pytest.mark.slow]
Office = Iterator[None]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office into which every clean table was brought."""
    folder = tmp_path_factory.mktemp("filled")
    with begun(sqlite_url(folder / "office.sqlite3"), folder / "keys"):
        bring_in(*KINDS)
    settle_sqlite(folder / "office.sqlite3")
    return folder


@pytest.fixture
def full(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy of it."""
    from begun import PASSPHRASE

    monkeypatch.setenv("ECLUSE_KEYS", str(filled / "keys"))
    monkeypatch.setenv("ECLUSE_KEYS_PASSPHRASE", PASSPHRASE)
    with office_on(copy_sqlite(filled / "office.sqlite3", tmp_path / "office.sqlite3")):
        yield


@pytest.fixture
def new(database_url: str, tmp_path: Path) -> Office:
    """An office that has just begun, on each database."""
    with begun(database_url, tmp_path / "keys"):
        yield


def plan(kind: str, text: str | bytes, how: str = "", on: date = ON) -> Any:
    from ecluse.office.desk.today import law
    from ecluse.office.opening.plan import plan_import

    body = text.encode() if isinstance(text, str) else text
    return plan_import(kind, f"{kind}.csv", body, how.encode() if how else None, law=law(), on=on)


def refused(kind: str, text: str | bytes, how: str = "") -> list[tuple[int | None, str | None, str]]:
    from ecluse.edge.imports.problems import ImportRefusedError

    with pytest.raises(ImportRefusedError) as error:
        plan(kind, text, how)
    return [(problem.row, problem.column, problem.key) for problem in error.value.problems]


def newest(subject: str, cls: type) -> Any:
    from ecluse.office.desk.today import open_session

    return open_session().newest(subject, cls)


def counts() -> tuple[int, ...]:
    from ecluse.office.models import Document, Entry, LiveParty, LogEntry, Record, Unit

    return tuple(model.objects.count() for model in (Record, LogEntry, Document, Unit, Entry, LiveParty))


# ------------------------------------------------------------------ clean tables


def test_every_clean_table_comes_in(full: None) -> None:
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import LiveParty, Record, Unit
    from ecluse.office.registers import HomePrice
    from ecluse.parties.terms import Party
    from ecluse.surplus.terms import CapacityAttestation, FundedOrder, StatedNeed, StockCount

    vyshnia = newest("party:edrpou-12345678", Party)
    assert (vyshnia.name, vyshnia.registered_on) == ("ТОВ «Вишневий Крок»", date(2024, 3, 5))
    assert LiveParty.objects.count() == Record.objects.filter(v="party/1").count() == 5
    months = {str(point.month): point.units for point in newest("model:ew-1", CapacityAttestation).capacity}
    assert months == {"2026-01": 120, "2026-02": 130, "2026-03": 18}
    gear = newest("model:gear-7", CapacityAttestation)
    assert [point.units for point in gear.capacity] == [1200, 1300, 1400]  # 350 kg of 250 g each
    assert [point.units for point in newest("model:drone-x", FundedOrder).due] == [120, 120]
    assert [point.units for point in newest("class:fpv", StatedNeed).needed] == [1000, 1000, 2000]
    assert newest("model:drone-x", StockCount).units == 2000
    price = newest("class:ew_set", HomePrice)
    assert (price.owner, price.money.minor, price.money.currency) == ("authority:mod", 41_200_000, "UAH")
    assert Unit.objects.count() == 30  # ew sets one by one; the lot of drones stays a run
    report = run_audit()
    assert report.is_kept(), report.text("en")


def test_opening_balances_are_counted_apart_and_called_unproven(full: None) -> None:
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import LicenceLine, Posting, Record

    promises = run_audit().to_json()["promises"]
    assert promises["P1"]["counts"]["opening_licences_unproven"] == 2
    assert "licences" not in promises["P1"]["counts"]
    assert promises["P5"]["counts"]["opening_units_unproven"] == 510
    assert "numbers_made" not in promises["P5"]["counts"]
    assert promises["P7"]["status"] == "kept (vacuous)"
    assert promises["P7"]["counts"]["opening_receivables_unproven"] == 2
    for promise, name in (("P1", "opening_licences"), ("P5", "opening_units"), ("P7", "opening_receivables")):
        assert name in promises[promise]["unchecked"]
    assert not LicenceLine.objects.exists()
    sums: dict[str, int] = {}
    for account, minor in Posting.objects.values_list("account", "minor"):
        sums[account] = sums.get(account, 0) + minor
    assert sums == {
        "opening:unproven": -129800050, "cash:party:edrpou-45678901": 125000050,
        "receivable:party:cvr-34567890": 4800000,
    }  # fmt: skip
    graded = Record.objects.filter(v__startswith="opening_")
    assert all(json.loads(bytes(row.body))["grade"] == "opening, unproven" for row in graded)
    assert graded.count() == 9


def test_every_record_cites_the_digest_of_its_file(full: None) -> None:
    from ecluse.office.opening.records import AcceptedImport, OpeningLicence

    body = (CLEAN / "licences.csv").read_bytes()
    wanted = hashlib.sha256(body).hexdigest()
    assert newest("opening:licence/" + _slug("№ 12/2025"), OpeningLicence).document == wanted
    from ecluse.office.models import Document, Record

    assert bytes(Document.objects.get(digest=wanted).content) == body
    accepted = [json.loads(bytes(row.body)) for row in Record.objects.filter(v="accepted_import/1")]
    assert wanted in {form["file"] for form in accepted}
    assert AcceptedImport.__doc__


def _slug(text: str) -> str:
    from ecluse.edge.imports.kinds import slug

    return slug(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_same_table_in_every_spelling(full: None, encoding: str, separator: str) -> None:
    rows = (CLEAN / "needs.csv").read_text(encoding="utf-8").replace(";", separator)
    assert plan("needs", rows.encode(encoding)).unchanged == 2


def test_what_is_on_record_is_not_filed_twice(full: None) -> None:
    found = plan("models", (CLEAN / "models.csv").read_bytes())
    assert (found.unchanged, found.planned) == (3, ())


# ------------------------------------------------------------------ dirty tables


def expected(kind: str) -> list[tuple[str, str, str]]:
    with (DIRTY / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [(row["row"], row["column"], row["key"]) for row in csv.DictReader(file) if row["kind"] == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_a_dirty_table_is_named(full: None, kind: str) -> None:
    from ecluse.edge.imports.problems import ImportRefusedError

    before = counts()
    with pytest.raises(ImportRefusedError) as error:
        propose(kind, table(kind, DIRTY))
    found = [(str(p.row or ""), p.column or "", p.key) for p in error.value.problems]
    assert found == expected(kind)
    for lang in ("uk", "en", "fr"):
        assert len(error.value.text(lang).splitlines()) == len(found)
    assert counts() == before


def test_the_first_fifty_errors_are_told_and_the_rest_counted(full: None) -> None:
    from ecluse.edge.imports.problems import ImportRefusedError

    rows = "".join(f"authority:mod,model:ew-1,x{n},2025-01-{n % 28 + 1:02d}\n" for n in range(70))
    with pytest.raises(ImportRefusedError) as error:
        plan("stock", "owner,model,units,counted_on\n" + rows)
    assert len(error.value.problems) == 70
    assert len(error.value.text("en").splitlines()) == 51
    assert error.value.text("en").endswith("... and 20 more faults")


STOCK = "owner,model,units,counted_on\nauthority:mod,model:ew-1,{},2025-11-30\n"


@pytest.mark.parametrize(("figure", "units"), [
    ("12", 12), ("1 200", 1200), ("1\u00a0200 шт.", 1200), ("2 dozen", 24), ("3 jeux", 3), ("0", 0),
    ('"1,5 тис. шт."', 1500), ("7 комплектів", 7),
])  # fmt: skip
def test_units_are_read_as_people_write_them(full: None, figure: str, units: int) -> None:
    assert plan("stock", STOCK.format(figure)).planned[0].filing.record.units == units


@pytest.mark.parametrize(("figure", "key"), [
    ("1.250", "ambiguous"), ('"1,250"', "ambiguous"), ("12.5", "whole_units"), ("5 kg", "unit_of_class"),
    ("5 boxes", "unit_word"), ("-1", "quantity"), ("1e3", "quantity"), ("twelve", "quantity"), ("", "required"),
    ("٣", "quantity"), ("9" * 30, "quantity"), ("=1+1", "quantity"),
])  # fmt: skip
def test_figures_are_never_guessed(full: None, figure: str, key: str) -> None:
    assert [found[2] for found in refused("stock", STOCK.format(figure))] == [key]


def test_a_conversion_counts_between_its_days_only(full: None) -> None:
    how = (CLEAN / "capacity.toml").read_text(encoding="utf-8")
    text = (CLEAN / "capacity.csv").read_text(encoding="utf-8")
    later = how.replace("valid_from = 2026-01-01", "valid_from = 2026-01-06")
    assert {found[2] for found in refused("capacity", text, later)} == {"unit_of_class"}


@pytest.mark.parametrize(("text", "minor"), [
    ("5", 500), ("5,5", 550), ("1 250 000,50", 125000050), ("1.250.000,50", 125000050), ("1,250,000.50", 125000050),
    ("0.05", 5),
])  # fmt: skip
def test_amounts_are_read_to_the_cent(text: str, minor: int) -> None:
    from ecluse.edge.imports.cells import read_amount

    assert read_amount(text, "EUR", "").minor == minor


@pytest.mark.parametrize("text", ["1.250", "1,250", "1,2,3", "12,34,567", "5,005", "5.", "EUR 5", "", "1e5", "--5"])
def test_amounts_are_never_guessed(text: str) -> None:
    from ecluse.edge.imports.cells import CellError, read_amount

    with pytest.raises(CellError):
        read_amount(text, "EUR", "")


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(("body", "key"), [
    (b"", "no_rows"), (b"owner,model\n", "no_rows"), (b"\x00\x01\x02", "not_text"), (b"PK\x03\x04broken", "workbook"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook"), (b'owner,model\n"open,x\n', "quotes"),
    (b"owner,owner,model,units,counted_on\na,b,c,d,e\n", "heading_twice"), (b"a,b\n1,2\n", "heading_missing"),
])  # fmt: skip
def test_what_is_no_table_is_refused(full: None, body: bytes, key: str) -> None:
    assert key in {found[2] for found in refused("stock", body)}


@pytest.mark.parametrize(("how", "key"), [
    ("kind = 5", "map_value"), ("colour = 1", "map_key"), ("kind = [", "map_toml"), ('kind = "needs"', "map_kind"),
    ("[columns]\nweight = 'x'", "map_column"), ("header_row = 0", "map_value"), ('decimal = ";"', "map_value"),
    ("[[conversions]]\nof = 'x'", "map_conversion"), ("[constants]\nunits = 1.5", "map_value"),
    ("columns = 3", "map_value"), ("ignore = 'x'", "map_value"), ('encoding = "rot13"', "map_value"),
    ("[values]\nowner = 'x'", "map_value"),
])  # fmt: skip
def test_a_map_that_cannot_be_followed_is_refused(full: None, how: str, key: str) -> None:
    assert key in {found[2] for found in refused("stock", STOCK.format(5), how)}


def test_too_much_is_refused(full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.edge.imports import sheet
    from ecluse.office.opening import plan as planning

    crates = (CLEAN / "crates.csv").read_text(encoding="utf-8").replace("000101", "000001").replace("000125", "000100")
    monkeypatch.setattr(planning, "UNITS_LIMIT", 50)
    assert "too_many_units" in {found[2] for found in refused("crates", crates.replace(";25;", ";100;"))}
    monkeypatch.setattr(sheet, "ROWS_LIMIT", 3)
    assert refused("stock", STOCK.format(5) + "x\n" * 9) == [(None, None, "too_many_rows")]
    monkeypatch.setattr(sheet, "FILE_BYTES_LIMIT", 10)
    assert refused("stock", STOCK.format(5)) == [(None, None, "too_large")]


def test_a_hidden_control_or_turned_text_is_refused(full: None) -> None:
    row = "party:a,firm,A\u202eB,,UA,edrpou:1,2024-01-01\n"
    head = "party,kind,name,names_other,state,identifiers,registered_on\n"
    assert refused("makers", head + row) == [(2, "name", "control")]


@pytest.mark.parametrize("kind", KINDS)
def test_torn_bytes_never_stop_the_reading(full: None, kind: str) -> None:
    """Every table cut at many places, and with bytes changed: read, or refused in words."""
    from ecluse.edge.imports.problems import ImportRefusedError
    from ecluse.office.desk.today import law
    from ecluse.office.opening.plan import plan_import

    name, body, how = table(kind)
    said = []
    for step in range(1, 40):
        place = len(body) * step // 40
        for spoiled in (body[:place], body[:place] + bytes([step * 6 % 256]) + body[place + 1 :]):
            try:
                plan_import(kind, name, spoiled, how, law=law(), on=ON)
            except ImportRefusedError as error:
                said.append(error.text("uk"))
    assert all(said)


# ------------------------------------------------------------------ two persons


def test_a_proposed_table_has_no_force(new: None) -> None:
    from ecluse.office.actions.opening import waiting
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import Record

    id = propose("makers", table("makers"))
    assert not Record.objects.filter(v="party/1").exists()
    assert [proposal.id for proposal in waiting(open_session())] == [id]
    done = accept(id)
    assert Record.objects.filter(v="party/1").count() == 5
    assert set(Record.objects.filter(v="party/1").values_list("actor", "action")) == {(AUTHOR, "office.accept_import")}
    assert done.unsigned == 0
    assert not waiting(open_session())


def test_nobody_accepts_his_own_table(new: None) -> None:
    from ecluse.base.errors import ForbiddenError

    id = propose("makers", table("makers"), person=AUTHOR)
    before = counts()
    with pytest.raises(ForbiddenError, match="another person"):
        accept(id, AUTHOR)
    assert counts() == before


def test_nobody_of_the_same_authority_accepts(full: None) -> None:
    from ecluse.base.errors import ForbiddenError

    id = propose("stock", ("stock.csv", STOCK.format(5).encode(), None), person=AUTHOR)
    before = counts()
    with pytest.raises(ForbiddenError, match="another authority"):
        accept(id, "officer:ssecu-2")  # a countersigner of the same authority
    assert counts() == before


@pytest.mark.parametrize("person", ["officer:mod-2", "officer:gs-9", "party:edrpou-12345678", ""])
def test_nobody_without_the_role_proposes(full: None, person: str) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.opening import propose_import

    before = counts()
    with pytest.raises(ForbiddenError):
        propose_import(as_person(PLANNER), "stock", "stock.csv", STOCK.format(5).encode(), None, officer=person, on=ON)
    assert counts() == before


def test_a_person_acts_under_his_own_name_only(full: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.opening import propose_import

    with pytest.raises(ForbiddenError):
        propose_import(as_person(PLANNER), "stock", "stock.csv", STOCK.format(5).encode(), None, officer=AUTHOR, on=ON)


def test_a_table_is_answered_once(full: None) -> None:
    from ecluse.base.errors import ConflictError, ForbiddenError
    from ecluse.office.actions.opening import decline_import

    file = ("stock.csv", STOCK.format(5).encode(), None)
    id = propose("stock", file)
    with pytest.raises(ConflictError, match="proposed already"):
        propose("stock", file)
    with pytest.raises(ForbiddenError, match="--reason"):
        decline_import(as_person(AUTHOR), id, officer=AUTHOR, reason=" ", on=ON)
    decline_import(as_person(AUTHOR), id, officer=AUTHOR, reason="counted twice", on=ON)
    for answer in (accept, lambda asked: decline_import(as_person(AUTHOR), asked, officer=AUTHOR, reason="x", on=ON)):
        with pytest.raises(ForbiddenError, match="already"):
            answer(id)
    again = propose("stock", file)
    assert again == f"{id}-2"
    accept(again)
    with pytest.raises(ConflictError, match="accepted already"):
        propose("stock", file)
    with pytest.raises(ForbiddenError, match="No table"):
        accept("import:stock/none")


def test_what_changed_since_is_not_accepted(full: None) -> None:
    from ecluse.base.errors import EvidenceError

    first = propose("stock", ("a.csv", STOCK.format(5).encode(), None))
    other = propose("stock", ("b.csv", STOCK.format(5).replace("\n", "\r\n").encode(), None))
    accept(first)
    before = counts()
    with pytest.raises(EvidenceError, match="no longer comes to"):
        accept(other)
    assert counts() == before


def test_a_file_that_was_exchanged_is_not_accepted(full: None) -> None:
    from ecluse.base.errors import EvidenceError
    from ecluse.office.models import Document

    body = STOCK.format(5).encode()
    id = propose("stock", ("a.csv", body, None))
    Document.objects.filter(digest=hashlib.sha256(body).hexdigest()).update(content=STOCK.format(9).encode())
    with pytest.raises(EvidenceError, match="no longer kept"):
        accept(id)


def test_owners_whose_keys_are_held_sign(full: None) -> None:
    from ecluse.base.sealed import seal
    from ecluse.base.signing import is_signed_by
    from ecluse.office.desk.today import open_session
    from ecluse.surplus.terms import CapacityAttestation, FundedOrder

    session = open_session()
    order = session.newest("model:ew-1", FundedOrder)
    assert is_signed_by("authority:mod", order, session.signatures(seal(order).digest), session.keys(["authority:mod"]))
    attested = session.newest("model:ew-1", CapacityAttestation)
    assert session.signatures(seal(attested).digest) == ()


def test_the_low_side_takes_no_secret(tmp_path: Path) -> None:
    from ecluse.base.errors import ForbiddenError

    with begun(sqlite_url(tmp_path / "low.sqlite3"), tmp_path / "keys", side="low"):
        before = counts()
        for kind in ("needs", "stock", "capacity", "contracts", "reserves", "absorption", "home_prices"):
            with pytest.raises(ForbiddenError, match="high side"):
                plan(kind, "x,y\n1,2\n")
        assert counts() == before
        bring_in("makers", "models")


def test_a_shortage_is_stated_by_its_own_authority_and_signed(full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.base.errors import ForbiddenError

    id = propose("shortages", ("s.csv", WORLD_TABLES["shortages"].encode(), None))
    before = counts()
    with pytest.raises(ForbiddenError, match="speaks for"):
        accept(id, AUTHOR)
    monkeypatch.setenv("ECLUSE_KEYS_PASSPHRASE", "another")
    with pytest.raises(ForbiddenError, match="needs the signature"):
        accept(id, "officer:gs-1")
    assert counts() == before


# ------------------------------------------------------------------ revisions, as known on a day


CHANGED = """party,kind,name,names_other,state,identifiers,registered_on
party:edrpou-12345678,firm,{},Vyshnevyi Krok LLC,UA,edrpou:12345678,2024-03-05
"""


def test_a_changed_party_stands_beside_the_old_one(full: None) -> None:
    from ecluse.base.sealed import seal
    from ecluse.office.audit.report import run_audit
    from ecluse.office.known import as_known_on, days_known
    from ecluse.office.models import LiveParty
    from ecluse.parties.terms import Party

    subject = "party:edrpou-12345678"
    accept(propose("makers", ("m.csv", CHANGED.format("Новий Крок").encode(), None), on=LATER), on=LATER)
    assert newest(subject, Party).name == "Новий Крок"
    assert LiveParty.objects.get(party=subject).digest == seal(newest(subject, Party)).digest
    then, now = as_known_on(subject, date(2026, 3, 1)), as_known_on(subject, LATER)
    assert then.newest(Party).name == "ТОВ «Вишневий Крок»"
    assert [party.name for party in now.of(Party)] == ["ТОВ «Вишневий Крок»", "Новий Крок"]
    assert as_known_on(subject, date(2026, 1, 19)).records == ()
    assert days_known(subject) == [ON, LATER]
    assert run_audit().is_kept()
    back = ("m.csv", CHANGED.format("ТОВ «Вишневий Крок»").encode(), None)
    assert [found[2] for found in refused("makers", back[1])] == ["on_record_before"]


def test_figures_on_record_are_not_changed_by_a_second_table(full: None) -> None:
    text = (CLEAN / "needs.csv").read_text(encoding="utf-8").replace("40;40;40", "40;40;41")
    assert refused("needs", text) == [(2, None, "on_record_otherwise")]


def test_an_officer_may_get_a_second_mandate(full: None) -> None:
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    text = "officer;authority;role;name;valid_from;valid_until\nofficer:gs-1;authority:mod;opinion;Марко;2026-01-02;\n"
    accept(propose("officers", ("o.csv", text.encode(), None)))
    assert {m.body for m in mandates_of(open_session(), "officer:gs-1", ON)} == {
        "authority:general-staff", "authority:mod",
    }  # fmt: skip
    assert run_audit().is_kept()


def test_an_altered_record_is_not_shown_as_known(full: None) -> None:
    from django.db import connection

    from ecluse.base.errors import EvidenceError
    from ecluse.office.known import as_known_on

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'office_record'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        changed = "UPDATE office_record SET body = replace(body, 'Krok', 'Crok') WHERE rid = %s"
        cursor.execute(changed, ["party:edrpou-12345678"])
    with pytest.raises(EvidenceError, match="ecluse audit"):
        as_known_on("party:edrpou-12345678", ON)


# ------------------------------------------------------------------ what the audit sees


def test_the_audit_names_a_table_accepted_by_its_proposer(full: None) -> None:
    from ecluse.office.actions.deed import Deed
    from ecluse.office.audit.report import run_audit
    from ecluse.office.opening.records import AcceptedImport, ProposedImport

    id = propose("stock", ("stock.csv", STOCK.format(5).encode(), None))
    proposal = newest(id, ProposedImport)
    accepted = AcceptedImport(f"accepted:{id[7:]}", id, proposal.file, proposal.rows, PLANNER, "authority:mod", ON)
    with Deed(as_person(PLANNER), "office.accept_import", actor=PLANNER, on=ON, subject=id) as deed:
        deed.seal(accepted)
    assert broken(run_audit()) == {("P4", "import_by_one"), ("P4", "import_not_as_accepted")}


def test_the_audit_names_a_row_slipped_into_an_accepted_table(full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.actions import opening
    from ecluse.office.audit.report import run_audit
    from ecluse.office.registers import AidReceived

    project = opening._project

    def slipped(session: Any, deed: Any, record: Any) -> None:
        deed.seal(AidReceived("aid:slipped", "fpv", 7, "DK", ON), "class:fpv")
        project(session, deed, record)

    id = propose("stock", ("stock.csv", STOCK.format(5).encode(), None))
    monkeypatch.setattr(opening, "_project", slipped)
    accept(id)
    assert broken(run_audit()) == {("P4", "import_not_as_accepted")}


@pytest.mark.parametrize(("sql", "named"), [
    ("UPDATE office_unit SET custodian = 'party:x' WHERE serial = 'VK-000101'", ("P5", "unit_row_differs")),
    ("DELETE FROM office_unit WHERE serial = 'VK-000102'", ("P5", "unit_row_missing")),
])  # fmt: skip
def test_the_audit_rebuilds_opening_units(full: None, sql: str, named: tuple[str, str]) -> None:
    from django.db import connection

    from ecluse.office.audit.report import run_audit

    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert broken(run_audit()) == {named}


def test_serials_on_record_are_not_entered_again(full: None) -> None:
    head = "crate;model;first_serial;last_serial;units;custodian;authority;place;as_of\n"
    row = "Z;model:ew-1;VK-000120;VK-000140;;party:cvr-34567890;authority:dk;DK;31.12.2025\n"
    assert [found[2] for found in refused("crates", head + row)] == ["serials_on_record"]


def test_a_step_that_is_another_states_comes_in_by_no_table(full: None) -> None:
    head, lived = "subject,state,owner,on\n", "centre:x,open,authority:mod,2026-01-03\n"
    accept(propose("centres", ("centres.csv", WORLD_TABLES["centres"].encode(), None)), AUTHOR)
    suspended = f"{head}{lived}centre:x,suspended,authority:dk,2026-01-04\n"
    accept(propose("lives", ("lives.csv", suspended.encode(), None)), AUTHOR)
    assert refused("lives", f"{head}centre:x,open,authority:mod,2026-01-05\n") == [(2, "state", "life_step")]
    assert plan("lives", f"{head}centre:x,open,authority:dk,2026-01-05\n").planned


def test_world_tables_come_in_too(full: None) -> None:
    """Every register of a world that an empty office needs has a kind of its own."""
    from ecluse.edge.imports.kinds import KINDS as ALL
    from ecluse.edge.world.schema import BY_NAME
    from ecluse.edge.world.schema_plan import NAMES

    founded = {kind.table for kind in ALL.values() if kind.table}
    conduct = {"world", "classes", "conduct", "events", "claims", "suppliers", "list_versions", "clearances"}
    deeds = {"certificates", "withdrawals", "orders", "blocks", "markings", "period_closes", "home_deliveries"}
    # The rest of a planner's tables reach an office inside the plan's own document.
    planners = set(NAMES) - {"plan_policies"}
    assert founded == set(BY_NAME) - conduct - deeds - planners
    for kind, text in WORLD_TABLES.items():
        assert plan(kind, text).planned, kind
        named_by = "officer:gs-1" if kind == "shortages" else AUTHOR
        accept(propose(kind, (f"{kind}.csv", text.encode(), None)), named_by)
    from ecluse.office.audit.report import run_audit

    report = run_audit()
    assert report.is_kept(), report.text("en")


WORLD_TABLES = {
    "authorities": "authority,state,name_uk,name_en,name_fr\nauthority:pl,PL,Польща,Poland,Pologne\n",
    "lines": "line,maker,host,class,technology_home_bp,parts_home_bp,specialists_home_bp,evidence,registered_on\n"
    "line:a,party:edrpou-12345678,UA,ew_set,9000,8000,10000,declaration,2025-06-02\n",
    "centres": "centre,host,operator,roles,announced_on\ncentre:x,DK,party:cvr-34567890,depot,2026-01-02\n",
    "line_rules": "rule_id,line,rule,host_share_bp,valid_from,valid_until\nrule:a,line:a,all_home,0,2026-01-01,\n",
    "lives": "subject,state,owner,on\nline:a,series,authority:ssecu,2026-01-05\n",
    "budgets": "month,budget_minor_uah\n2026-01,5000000\n2026-02,5000000\n",
    "surplus_policies": "policy,owner,rule,ratio_numerator,ratio_denominator,valid_from,valid_until\n"
    "policy:s1,authority:mod,SR-2,1,1,2026-01-01,\n",
    "buyer_tiers": "policy,owner,state,tier,valid_from,valid_until\npolicy:t1,authority:mod,DK,1,2026-01-01,\n"
    "policy:t1,authority:mod,PL,2,2026-01-01,\n",
    "aid": "class,units,from_state,on\nfpv,7,DK,2026-01-05\nfpv,9,DK,2026-01-06\n",
    "rates": "on,base,quote,numerator,denominator\n2026-01-19,EUR,UAH,492743,10000\n",
    "shortages": "shortage,owner,class,units,priority,named_on\n"
    "shortage:1,authority:general-staff,fpv,40,1,2026-01-05\n",
    "reserves": "reserve,owner,model,class,units,set_on\n"
    "reserve:1,authority:mod,model:ew-1,ew_set,2 dozen,2026-01-05\n",
}


# ------------------------------------------------------------------ the command


def run_command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    from typer.testing import CliRunner

    from ecluse.__main__ import app

    done = CliRunner().invoke(app, ["import", *words], env={"LC_ALL": "en_US.UTF-8"})
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.desk import today as office_day

    monkeypatch.setattr(office_day, "today", lambda: ON)


def test_the_command_proposes_and_accepts(full: None, today: None, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "stock.csv"
    path.write_text(STOCK.format(5))
    before = counts()
    status, out, told = run_command(capsys, "stock", str(path), "--dry-run")
    assert (status, counts()) == (0, before), told
    assert "stock_count/1  1" in out
    assert "Nothing was filed" in told
    assert run_command(capsys, "stock", str(path))[0] == 2
    status, out, told = run_command(capsys, "stock", str(path), "--as", PLANNER, "--json")
    assert status == 0, told
    id = json.loads(out)["proposal"]
    assert id in run_command(capsys, "--waiting")[1]
    assert json.loads(run_command(capsys, "--waiting", "--json")[1])["proposer"] == PLANNER
    assert run_command(capsys, "--accept", id, "--as", PLANNER)[0] == 2
    assert run_command(capsys, "--accept", id, "--as", AUTHOR, "--dry-run")[0] == 0
    status, _, told = run_command(capsys, "--accept", id, "--as", AUTHOR)
    assert status == 0, told
    assert "1 record was filed" in told
    assert run_command(capsys, "--decline", id, "--as", AUTHOR, "--reason", "late")[0] == 2


def test_the_command_names_errors_and_never_a_stack(full: None, today: None, tmp_path: Path, capsys: Any) -> None:
    status, out, told = run_command(capsys, "crates", str(DIRTY / "crates.csv"), "--dry-run")
    assert (status, out) == (2, "")
    assert "crates.csv, row 2, column units: expected 10 units" in told
    for words in (("boats", str(DIRTY / "crates.csv"), "--dry-run"), ("stock", "absent.csv", "--dry-run"), ()):
        status, _, told = run_command(capsys, *words)
        assert status == 2
        assert "Traceback" not in told


def test_the_reference_page_names_every_kind_and_column() -> None:
    from ecluse.edge.imports.kinds import KINDS as ALL

    page = (ROOT / "docs" / "reference" / "import.md").read_text(encoding="utf-8")
    for kind in ALL.values():
        section = page.partition(f"\n### {kind.name}\n")[2].partition("\n### ")[0]
        missing = [heading.name for heading in kind.headings if f"`{heading.name}" not in section]
        assert section, kind.name
        assert not missing, (kind.name, missing)


def test_every_problem_has_its_words() -> None:
    from ecluse.base.words import LANGUAGES, has_words
    from ecluse.edge.imports.cells import KEYS

    places = {"CellError": 0, "CountError": 0, "of_file": 1, "Problem": 3, "_heading_problem": 1, "wrong": 1}
    keys = set(KEYS.values())
    for path in [*(ROOT / "ecluse/edge/imports").glob("*.py"), *(ROOT / "ecluse/office/opening").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                place = 2 if isinstance(call.func, ast.Attribute) and name == "wrong" else places.get(name, 99)
                if len(call.args) > place and isinstance(call.args[place], ast.Constant):
                    keys.add(call.args[place].value)
    assert len(keys) > 55
    for lang in LANGUAGES:
        parts = [f"opening.{part}.{key}" for key in sorted(keys) for part in ("expected", "remedy")]
        assert not [part for part in parts if not has_words(part, lang)]


# ------------------------------------------------------------------ a questionnaire renewed


def sign_capacity(on: date) -> None:
    """The makers' signatures of their questionnaires come in, made away from the office."""
    from keys import key_for

    from ecluse.base.sealed import unseal
    from ecluse.base.signing import sign
    from ecluse.edge.seal_many import signatures_bytes
    from ecluse.office.actions.signatures import bring_signatures
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.unsigned import unsigned

    waits = [one for one in unsigned(open_session()) if one.record.v == "capacity_attestation/1"]
    known = {key.owner for key in open_session().keys({one.owner for one in waits})}
    rows = [f"{owner};{key_for(owner)[0].public_hex};{on};" for owner in sorted({one.owner for one in waits} - known)]
    if rows:
        body = "\n".join(["owner;public_key;valid_from;valid_until", *rows, ""]).encode()
        proposal = propose_import_on(on, "keys", "keys.csv", body)
        accept(proposal)
    keys = {key.owner: key.id for key in open_session().keys({one.owner for one in waits})}
    made = [
        (one.record.digest, sign(unseal(one.record.body), keys[one.owner], key_for(one.owner)[1], on)) for one in waits
    ]
    bring_signatures(as_person(PLANNER, on), "signatures.json", signatures_bytes(made), actor=PLANNER, on=on)


def propose_import_on(on: date, kind: str, name: str, body: bytes) -> str:
    from ecluse.office.actions.opening import propose_import

    return str(propose_import(as_person(PLANNER, on), kind, name, body, None, officer=PLANNER, on=on)[0].id)


def test_a_renewed_questionnaire_replaces_the_figures_and_not_the_record(full: None) -> None:
    from ecluse.office.actions.opening import accept_import
    from ecluse.office.audit.p1_certificates import class_year as audited
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.classes import class_year
    from ecluse.office.known import as_known_on
    from ecluse.surplus.terms import CapacityAttestation

    budgets = "month;budget_minor_uah\n" + "".join(f"2026-0{month};900000000\n" for month in (1, 2, 3))
    accept(propose("budgets", ("budgets.csv", budgets.encode(), None)))
    assert class_year(open_session(), "ew_set").units_capacity is None  # no questionnaire is signed
    sign_capacity(ON)
    before = class_year(open_session(), "ew_set")
    assert before.units_capacity == 120 + 130 + 18
    heads = "maker;model;attested_on;valid_until;capacity_2026_02;capacity_2026_03;demonstrated_2026_02"
    row = "party:edrpou-12345678;model:ew-1;2026-02-10;2027-02-28;140;20;111"
    name, body, later = "renewed.csv", f"{heads}\n{row}\n".encode(), date(2026, 2, 11)
    id = propose_import_on(later, "capacity", name, body)
    assert class_year(open_session(), "ew_set") == before  # proposed, it has no force
    accept_import(as_person(AUTHOR, later), id, officer=AUTHOR, on=later)
    assert class_year(open_session(), "ew_set") == before  # unsigned, it does not count
    sign_capacity(later)
    after = class_year(open_session(), "ew_set")
    assert after.units_capacity == 120 + 140 + 20
    assert audited(read(), "ew_set") == after
    assert len(open_session().of("model:ew-1", CapacityAttestation)) == 2
    known = as_known_on("model:ew-1", date(2026, 2, 10)).of(CapacityAttestation)
    assert [given.attested_on for given in known] == [date(2026, 1, 5)]
    report = run_audit()
    assert report.is_kept(), report.text("en")


def test_a_questionnaire_is_not_made_on_a_day_to_come(full: None) -> None:
    heads = "maker;model;attested_on;valid_until;capacity_2026_02"
    for day, wrong in ((ON, []), (LATER, [(2, "attested_on", "not_yet")])):
        text = f"{heads}\nparty:edrpou-12345678;model:ew-1;{day};2027-02-28;140\n"
        if wrong:
            assert refused("capacity", text) == wrong
        else:
            assert len(plan("capacity", text).planned) == 1


# ------------------------------------------------------------------ what a reader is told


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_file_row_column_expected_found_and_remedy(full: None, kind: str, lang: str) -> None:
    from ecluse.edge.imports.problems import ImportRefusedError

    with pytest.raises(ImportRefusedError) as error:
        propose(kind, table(kind, DIRTY))
    name = table(kind, DIRTY)[0]
    for problem, fault in zip(error.value.problems, error.value.faults_in(lang), strict=True):
        said = problem.text(lang)
        parts = [name, fault.expected, fault.found, fault.remedy]
        parts += [str(problem.row)] if problem.row else []
        parts += [problem.column] if problem.column else []
        assert all(part and part in said for part in parts), (said, parts)
    others = {other: error.value.text(other) for other in ("uk", "en", "fr")}
    assert len(set(others.values())) == 3
