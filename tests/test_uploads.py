"""Is what is too long refused before it is read, in the person's language, and is nothing of it kept?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from begun import AUTHOR, PLANNER, copied, propose, table, template
from new_office import counts

pytestmark = pytest.mark.db
MIB = 1024 * 1024
PLACES = ("/import/", "/do/office.propose_import/office/", "/signatures/", "/do/office.attach/order:1/")


class Unread(BytesIO):
    """A body that nobody may touch."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("a byte was read of what had announced itself as too long")


@pytest.fixture(scope="module")
def begun_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("uploads"))


@pytest.fixture
def office(begun_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An office in service; whatever is spooled lies in the folder that is given."""
    spool = tmp_path / "spool"
    spool.mkdir()
    with copied(begun_once, tmp_path):
        from django.test import override_settings

        monkeypatch.setattr(tempfile, "tempdir", str(spool))
        with override_settings(ALLOWED_HOSTS=["testserver"], SECOND_FACTOR="advised", FILE_UPLOAD_TEMP_DIR=str(spool)):
            yield spool


def browser(person: str) -> Any:
    from django.test import Client

    from ecluse.office.models import Account

    found = Client()
    if person:
        found.force_login(Account.objects.get(officer=person).user)
    return found


def announcing(client: Any, place: str, length: int, lang: str = "en", kind: str = "") -> Any:
    """What is answered to a request that says it carries so many bytes, none of which may be read?"""
    kind = kind or "multipart/form-data; boundary=mark"
    return client.generic(
        "POST",
        f"{place}?lang={lang}",
        b"",
        kind,
        CONTENT_LENGTH=str(length),
        CONTENT_TYPE=kind,
        **{"wsgi.input": Unread()},
    )


@pytest.mark.parametrize(("lang", "said"), [
    pytest.param("uk", "Забагато за один раз", id="Ukrainian"), pytest.param("en", "too much at once", id="English"),
    pytest.param("fr", "trop en une seule fois", id="French"),
])  # fmt: skip
def test_what_announces_itself_as_too_long_is_refused_unread(lang: str, said: str, office: Path) -> None:
    before, client = counts(), browser(PLANNER)
    for place in PLACES:
        answer = announcing(client, place, 34 * MIB, lang)
        assert answer.status_code == 413, place
        assert said in answer.content.decode()
    assert counts() == before
    assert list(office.iterdir()) == []


@pytest.mark.parametrize(("person", "place", "kind", "most"), [
    pytest.param(PLANNER, "/import/", "", 33 * MIB, id="a table with its map"),
    pytest.param(PLANNER, "/signatures/", "", 11 * MIB, id="any other file"),
    pytest.param(PLANNER, "/import/", "application/x-www-form-urlencoded", 5 * MIB // 2, id="a form without files"),
    pytest.param("", "/import/", "", 5 * MIB // 2, id="a stranger"),
])  # fmt: skip
def test_the_limit_is_exact(person: str, place: str, kind: str, most: int, office: Path) -> None:
    client = browser(person)
    assert announcing(client, place, most + 1, kind=kind).status_code == 413
    if not person:  # shown the way to sign in, still unread
        assert announcing(client, place, most, kind=kind).status_code == 302
        return
    with pytest.raises(AssertionError, match="a byte was read"):
        announcing(client, place, most, kind=kind)


@pytest.mark.parametrize("length", ["-1", "9" * 40, "1e9", "٣", "0x10"])
def test_a_length_that_is_none_is_too_much(length: str, office: Path) -> None:
    from django.test import RequestFactory

    from ecluse.office.views.uploads import announced

    request = RequestFactory().generic("POST", "/import/", b"", CONTENT_LENGTH=length)
    request.META["CONTENT_LENGTH"] = length
    assert announced(request) == 10**15


def test_receiving_stops_at_the_limit_whatever_was_announced(office: Path) -> None:
    from django.core.exceptions import RequestDataTooBig
    from django.core.files import uploadhandler
    from django.http.multipartparser import MultiPartParser
    from django.test import RequestFactory

    from ecluse.office.views.uploads import StopAtLimit

    taken = 0

    class Endless:
        """A file that never ends."""

        def __init__(self) -> None:
            self.head = b'--mark\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'

        def read(self, size: int = -1) -> bytes:
            nonlocal taken
            body, self.head = self.head or b"0" * min(size if size > 0 else MIB, MIB), b""
            taken += len(body)
            return body

    request: Any = RequestFactory().post("/signatures/")
    request.account = object()
    request.META["CONTENT_TYPE"] = request.content_type = "multipart/form-data"
    meta = {"CONTENT_TYPE": "multipart/form-data; boundary=mark", "CONTENT_LENGTH": str(1 << 40)}
    handlers = [StopAtLimit(request), uploadhandler.TemporaryFileUploadHandler(request)]
    request.upload_handlers = handlers
    with pytest.raises(RequestDataTooBig):
        MultiPartParser(meta, Endless(), handlers).parse()
    assert 11 * MIB < taken < 13 * MIB
    assert list(office.iterdir()) == []


def test_the_office_counts_what_arrives_first(office: Path) -> None:
    from django.conf import settings

    assert settings.FILE_UPLOAD_HANDLERS[0] == "ecluse.office.views.uploads.StopAtLimit"


def test_a_long_table_is_read_to_its_last_row(office: Path) -> None:
    """More than ten megabytes came in cut off once, and what was cut off was passed over in silence."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    note = "х" * 3000
    rows = [f"party:x-{n};firm;Фірма {n};UA;2026-01-05;{note}" for n in range(1_900)]
    rows.append("party:last;no such kind;Остання;UA;2026-01-05;")
    body = "\n".join(["party;kind;name;state;registered_on;names_other", *rows]).encode()
    assert 11 * MIB > len(body) > 10 * MIB
    answer = browser(PLANNER).post("/import/?lang=en", {"table": "makers", "file": SimpleUploadedFile("a.csv", body)})
    assert answer.status_code == 422
    assert '<th scope="row" class="number">1902</th>' in answer.content.decode()


def test_a_table_that_is_too_long_for_the_form_says_so(office: Path) -> None:
    from ecluse.edge.imports.sheet import FILE_BYTES_LIMIT
    from ecluse.office.desk.form import FormError, Upload
    from ecluse.office.desk.opening import ProposeImport, propose_import

    with pytest.raises(FormError) as error:
        propose_import(None, "office", ProposeImport("makers", Upload("a.csv", b"0" * (FILE_BYTES_LIMIT + 1))))  # type: ignore[arg-type]
    assert [fault.key for fault in error.value.faults] == ["form.fault.table_size"]


# ------------------------------------------------------------------ whose turn it is


def home(person: str) -> str:
    return str(browser(person).get("/?lang=en").content.decode())


def test_a_proposed_table_stands_on_the_home_page_of_who_may_accept_it(office: Path) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.records import ProposedImport

    id = propose("makers", table("makers"))
    place = f"/do/office.accept_import/{id}/"
    proposal = open_session().newest(id, ProposedImport)
    assert place in home(AUTHOR)
    assert proposal.file_name in home(AUTHOR)
    assert "Registers" in home(AUTHOR)
    assert place not in home(PLANNER)  # nobody accepts what is his own
    browser(AUTHOR).post(f"/do/office.decline_import/{id}/", {"reason": "another file was meant"})
    assert place not in home(AUTHOR)


def test_an_accepted_table_is_nobodys_turn_any_more(office: Path) -> None:
    id = propose("makers", table("makers"))
    assert browser(AUTHOR).post(f"/do/office.accept_import/{id}/", {"read": "yes"}).status_code == 302
    assert f"/do/office.accept_import/{id}/" not in home(AUTHOR)
