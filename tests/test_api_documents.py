"""Does a document lie beside an order once, for those whom it concerns, and does nothing else come into the store?"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_calls import (
    Program,
    account_of,
    carried_year,
    last_order,
    log_sizes,
    office_copy,
    program,
    written,
)
from desk_life import deal, officer, representative

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
BYTES = "application/octet-stream"


def workbook(*more: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", *more):
            archive.writestr(name, "<x/>")
    return kept.getvalue()


KINDS = [
    pytest.param(PDF, "application/pdf", id="PDF"),
    pytest.param(b"\x89PNG\r\n\x1a\n....", "image/png", id="PNG"),
    pytest.param(b"\xff\xd8\xff\xe0....", "image/jpeg", id="JPEG"),
    pytest.param("номер,одиниць\n1,2\n".encode(), "text/csv", id="CSV"),
    pytest.param(b"\xef\xbb\xbfa;b\r\n1;2\r\n", "text/csv", id="CSV of a spreadsheet"),
    pytest.param(workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", id="XLSX"),
    pytest.param(b' {"a": [1, 2]}\n', "application/json", id="JSON"),
    pytest.param(b"MZ\x90\x00", None, id="a program"),
    pytest.param(b"\x7fELF", None, id="another program"),
    pytest.param(b"<html><script>alert(1)</script></html>", None, id="a page"),
    pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"><a,b/>\n<c,d/></svg>', None, id="a drawing that acts"),
    pytest.param(b"#!/bin/sh\nrm -rf x\n", None, id="a script"),
    pytest.param(b"just words", None, id="words"),
    pytest.param(b"a,b\n1\n", None, id="a ragged table"),
    pytest.param(b"PK\x03\x04garbage", None, id="a broken archive"),
    pytest.param(workbook("xl/vbaProject.bin"), None, id="a workbook with a program"),
    pytest.param(b'{"a": 1', None, id="half of JSON"),
    pytest.param(b"[" * 100_000, None, id="JSON without end"),
    pytest.param(b"a\x00,b\n1,2\n", None, id="a NUL"),
    pytest.param(b"\xff\xfea,b\n1,2\n", None, id="no UTF-8"),
    pytest.param(b"", None, id="nothing"),
]


@pytest.mark.parametrize(("content", "kind"), KINDS)
def test_a_kind_is_told_by_content(content: bytes, kind: str | None) -> None:
    from ecluse.office.media import media_type_of

    assert media_type_of(content) == kind


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("contract.pdf", "contract.pdf"),
        ("договір №3.PDF", "договір №3.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\folder\\a.pdf", "a.pdf"),
        ('a"; filename=x.exe\r\nX-Evil: 1', "a filename=x.exe X-Evil 1.pdf"),
        ("\u202egpj.exe", "gpj.exe.pdf"),
        ("...", "document.pdf"),
        ("x" * 500, "x" * 156 + ".pdf"),
    ],
)
def test_a_name_is_made_plain(name: str, plain: str) -> None:
    from ecluse.office.media import plain_name

    assert plain_name(name, "application/pdf") == plain


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carried_year(tmp_path_factory.mktemp("documents"))


@pytest.fixture
def office(year: Path, tmp_path: Path) -> Iterator[None]:
    with office_copy(year, tmp_path):
        yield


def send(
    here: Program, content: bytes, name: str = "contract.pdf", *, subject: str = "", kind: str = BYTES, **more: Any
) -> Any:
    from urllib.parse import urlencode

    query = urlencode({"subject": subject or last_order(), "name": name})
    return here.post(f"/documents?{query}", content, kind=kind, **more)


@pytest.mark.db
@pytest.mark.slow
def test_a_document_is_laid_beside_an_order_and_read_back(office: None) -> None:
    import hashlib

    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import Document, ReadEntry

    exporter, order, before = representative(deal().order.exporter), last_order(), Document.objects.count()
    here = program(exporter)
    answer = send(here, PDF, "договір.pdf", key="contract-1")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["digest"] == hashlib.sha256(PDF).hexdigest()
    assert (made["media_type"], made["size"], made["name"]) == ("application/pdf", len(PDF), "договір.pdf")
    assert send(here, PDF, "договір.pdf", key="contract-1").json() == made
    assert send(here, PDF, "інший.pdf", key="contract-1").status_code == 409
    assert Document.objects.count() == before + 1
    got = program(officer("authority:ssecu", "author")).get(f"/documents/{made['digest']}")
    assert got.content == PDF
    assert got["Content-Type"] == "application/pdf"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert here.get(f"/orders/{order}/documents").json() == [made]
    assert ReadEntry.objects.filter(page="api.document", subject=order).exists()
    assert "broken" not in run_audit().statuses().values()


@pytest.mark.db
@pytest.mark.slow
def test_a_document_of_anothers_order_is_as_if_it_were_not(office: None) -> None:
    from ecluse.office.desk.refs import on_file
    from ecluse.parties.terms import Party

    sale = deal()
    digest = send(program(representative(sale.order.exporter)), PDF).json()["digest"]
    named = {party for _, party in sale.order.roles()} | {sale.line.maker}
    stranger = program(representative(next(party.id for party in on_file(Party) if party.id not in named)))
    before = (written(), log_sizes())
    assert stranger.get(f"/documents/{digest}").status_code == 404
    assert stranger.get(f"/orders/{last_order()}/documents").status_code == 404
    assert send(stranger, b'{"a": 1}').status_code == 404
    assert send(stranger, PDF, subject="order:none").status_code == 404
    assert (written(), log_sizes()) == before
    page = browser(stranger_mandate(sale))
    assert page.get(f"/documents/{digest}/").status_code == 404


def stranger_mandate(sale: Any) -> Any:
    from ecluse.office.desk.refs import on_file
    from ecluse.parties.terms import Party

    named = {party for _, party in sale.order.roles()} | {sale.line.maker}
    return representative(next(party.id for party in on_file(Party) if party.id not in named))


@pytest.mark.db
@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        pytest.param(b" ", BYTES, 422, id="nothing"),
        pytest.param(b"MZ\x90\x00", BYTES, 422, id="a program"),
        pytest.param(b"<html></html>", "application/pdf", 422, id="a page that says it is a PDF"),
        pytest.param(PDF, "text/html", 415, id="a kind that is not kept"),
        pytest.param(PDF, "multipart/form-data; boundary=x", 415, id="a form"),
        pytest.param(PDF + b" " * 10 * 1024 * 1024, BYTES, 413, id="more than ten megabytes"),
    ],
)
def test_what_is_no_document_is_not_kept(office: None, content: bytes, kind: str, status: int) -> None:
    here = program(representative(deal().order.exporter))
    before = (written(), log_sizes())
    answer = send(here, content, "contract.pdf", kind=kind)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert (written(), log_sizes()) == before


@pytest.mark.db
@pytest.mark.slow
def test_ten_megabytes_are_kept(office: None) -> None:
    content = PDF + b" " * (10 * 1024 * 1024 - len(PDF))
    here = program(representative(deal().order.exporter))
    digest = send(here, content).json()["digest"]
    assert here.get(f"/documents/{digest}").content == content


@pytest.mark.db
@pytest.mark.slow
def test_a_small_document_goes_with_its_action_too(office: None) -> None:
    here, order = program(representative(deal().order.exporter)), last_order()
    file = {"name": "contract.pdf", "content": base64.b64encode(PDF).decode()}
    assert here.act("office.attach", order, file=file).status_code == 201
    again = here.act("office.attach", order, file=file)
    assert again.json()["faults"][0]["code"] == "form.fault.file_there"
    for wrong in ("%%%", "YQ=", "Y"):
        assert here.act("office.attach", order, file={"name": "x", "content": wrong}).status_code == 422
    assert len(here.get(f"/orders/{order}/documents").json()) == 1


@pytest.mark.db
@pytest.mark.slow
def test_a_document_is_laid_there_from_its_page(office: None) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    exporter, order = representative(deal().order.exporter), last_order()
    here = browser(exporter)
    shown = here.get(f"/do/office.attach/{order}/").content.decode()
    assert 'enctype="multipart/form-data"' in shown
    before = (written(), log_sizes())
    refused = here.post(f"/do/office.attach/{order}/", {"file": SimpleUploadedFile("a.pdf", b"MZ\x90")})
    assert refused.status_code == 422
    assert (written(), log_sizes()) == before
    done = here.post(f"/do/office.attach/{order}/", {"file": SimpleUploadedFile("contract.exe", PDF)})
    assert done.status_code == 302, done.content.decode()[-3000:]
    made = program(exporter).get(f"/orders/{order}/documents").json()[0]
    assert made["name"] == "contract.exe.pdf"
    listed = here.get(f"/documents/{order}/")
    assert made["name"] in listed.content.decode()
    got = here.get(f"/documents/{made['digest']}/")
    assert got.content == PDF
    assert got["Content-Disposition"] == 'attachment; filename="contract.exe.pdf"'


def browser(mandate: Any) -> Any:
    """A browser in which this person is signed in, speaking for this body."""
    from django.test import Client

    from ecluse.office.people.hats import SLOT, hat_name

    found = Client(SERVER_NAME="localhost")
    found.force_login(account_of(mandate).user)
    session = found.session
    session[SLOT] = hat_name(mandate)
    session.save()
    return found


@pytest.mark.db
@pytest.mark.slow
def test_bytes_that_changed_in_the_store_are_not_handed_out(office: None) -> None:
    from ecluse.office.models import Document

    here = program(representative(deal().order.exporter))
    digest = send(here, PDF).json()["digest"]
    Document.objects.filter(digest=digest).update(content=PDF + b"x")
    assert here.get(f"/documents/{digest}").status_code == 404


# ------------------------------------------------------------------ tables that are larger than a request


def officers_table(of_bytes: int) -> bytes:
    """Officers in a table of at least so many bytes: blanks around a cell are no part of it."""
    blanks = " " * min(of_bytes, 100_000)
    rows = [f"officer:large-table-{number};authority:mod;opinion;Large Table{blanks};2026-01-01;"
            for number in range(1 + of_bytes // 100_000)]  # fmt: skip
    return "\n".join(["officer;authority;role;name;valid_from;valid_until", *rows, ""]).encode()


def propose(here: Program, **file: str) -> Any:
    return here.act("office.propose_import", "office", table="officers", file=file)


@pytest.mark.db
@pytest.mark.slow
def test_a_table_larger_than_a_request_is_laid_down_and_named_by_its_digest(office: None) -> None:
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import Record

    planner, table = program(officer("authority:mod", "planner")), officers_table(2 * 1024 * 1024)
    content = base64.b64encode(table).decode()
    assert propose(planner, name="officers.csv", content=content).status_code == 413
    laid = send(planner, table, "officers.csv", subject="office")
    assert laid.status_code == 201, laid.content
    assert (laid.json()["size"], laid.json()["media_type"]) == (len(table), "text/csv")
    answer = propose(planner, name="officers.csv", digest=laid.json()["digest"])
    assert answer.status_code == 201, answer.content
    proposal = answer.json()["subject"]
    author = program(officer("authority:ssecu", "author"))
    assert author.act("office.accept_import", proposal, read=True).status_code == 201
    assert Record.objects.filter(subject="officer:large-table-0", v="officer/1").exists()
    report = run_audit()
    assert "broken" not in report.statuses().values(), report.text("en")


@pytest.mark.db
@pytest.mark.slow
def test_a_table_in_an_old_encoding_is_laid_down_too_and_only_once(office: None) -> None:
    planner = program(officer("authority:mod", "planner"))
    table = b"officer;authority;role;name;valid_from;valid_until\n" + "офіцер".encode("windows-1251")
    first = send(planner, table, "старий.csv", subject="office").json()
    sizes = log_sizes()
    assert send(planner, table, "старий.csv", subject="office").json() == first
    assert log_sizes() == sizes
    assert first["media_type"] == BYTES


@pytest.mark.db
@pytest.mark.slow
def test_a_table_is_laid_down_and_named_by_its_own_body_alone(office: None) -> None:
    planner, small = program(officer("authority:mod", "planner")), officers_table(200)
    digest = send(planner, small, "officers.csv", subject="office").json()["digest"]
    before = (written(), log_sizes())
    author = program(officer("authority:ssecu", "author"))
    assert author.get(f"/documents/{digest}").status_code == 404
    assert propose(author, name="officers.csv", digest=digest).status_code == 422
    assert propose(planner, name="officers.csv", digest="0" * 64).status_code == 422
    both = {"name": "officers.csv", "digest": digest, "content": base64.b64encode(small).decode()}
    assert propose(planner, **both).status_code == 422
    assert propose(planner, name="officers.csv").status_code == 422
    exporter = program(representative(deal().order.exporter))
    assert send(exporter, small, "officers.csv", subject="office").status_code == 403
    assert send(planner, b"", "officers.csv", subject="office").status_code in (415, 422)
    assert (written(), log_sizes()) == before


@pytest.mark.db
@pytest.mark.slow
def test_a_token_that_may_not_propose_tables_lays_none_down(office: None) -> None:
    here = program(officer("authority:mod", "planner"), "read", "office.attach")
    assert send(here, officers_table(200), "officers.csv", subject="office").status_code == 403
