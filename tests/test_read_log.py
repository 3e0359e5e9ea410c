"""Is every look at a case noted, never one at a public page, and is everybody told in his language?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from carried import set_up
from peopled import PASSWORD, client, entered, found_both, letters, post

set_up()
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILE = "order:1\r\nBcc: x@y.example"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_both(tmp_path_factory.mktemp("offices"))


@pytest.fixture
def demonstration(founded: Path, tmp_path: Path) -> Iterator[Any]:
    with entered(founded, tmp_path, "demonstration") as browser:
        yield browser


@pytest.fixture
def service(founded: Path, tmp_path: Path) -> Iterator[Any]:
    with entered(founded, tmp_path, "service") as browser:
        yield browser


def take(browser: Any, whom: str, card: str) -> Any:
    assert post(browser, f"/sign-in/demo/{whom}/", card=card).status_code == 302
    return browser


def reads() -> list[tuple[str, str, str]]:
    from ecluse.office.models import ReadEntry

    return list(ReadEntry.objects.order_by("pk").values_list("person", "page", "subject"))


# ------------------------------------------------------------------ the read log


def test_a_look_is_noted_with_person_page_and_subject(demonstration: Any) -> None:
    take(demonstration, "officer:ssecu-1", "author")
    assert demonstration.get("/orders/order:1/").status_code == 200
    assert reads() == [("officer:ssecu-1", "order", "order:1")]


def test_who_is_not_signed_in_is_shown_nothing(demonstration: Any) -> None:
    assert demonstration.get("/orders/order:1/")["Location"] == "/sign-in/?next=%2Forders%2Forder%3A1%2F"
    assert reads() == []


def test_public_pages_are_not_noted(demonstration: Any) -> None:
    take(demonstration, "officer:ssecu-1", "author")
    assert demonstration.get("/public/orders/order:1/").status_code == 200
    assert reads() == []


@pytest.mark.parametrize("address", ["/orders/order:none/"])
def test_what_was_not_shown_is_not_noted(demonstration: Any, address: str) -> None:
    take(demonstration, "officer:ssecu-1", "author")
    assert demonstration.get(address).status_code == 404
    assert reads() == []


def test_a_long_address_is_noted_in_short(demonstration: Any) -> None:
    take(demonstration, "officer:ssecu-1", "author")
    demonstration.get(f"/orders/{'x' * 900}/")
    assert len(reads()[0][2]) == 160


@pytest.mark.parametrize(
    ("whom", "card", "status"),
    [
        pytest.param("authority:audit", "auditor", 200, id="auditor"),
        pytest.param("officer:audit-1", "controller", 200, id="controller"),
        pytest.param("officer:ssecu-1", "author", 403, id="author"),
        pytest.param("party:maker-1", "exporter", 403, id="exporter"),
    ],
)
def test_auditors_alone_see_the_read_log(demonstration: Any, whom: str, card: str, status: int) -> None:
    take(client(), "officer:ssecu-1", "author").get("/orders/order:1/")
    answer = take(demonstration, whom, card).get("/settings/reads/")
    assert answer.status_code == status
    assert ("order:1" in answer.content.decode()) == (status == 200)


# ------------------------------------------------------------------ notices


def account(officer: str, email: str, language: str = "uk") -> Any:
    from ecluse.office.actions.people import make_account

    return make_account(officer, email, "Vira", PASSWORD, language)


def tell(whom: Any, key: str = "people.acting_for", link: str = "/orders/order:1/", **facts: Any) -> int:
    from ecluse.office.actions.notices import notify

    return notify(whom, key, facts or {"officer": "officer:x"}, link, AT)


def test_everybody_who_speaks_for_a_body_is_told(service: Any) -> None:
    for officer in ("ssecu-1", "ssecu-2", "mod-1"):
        account(f"officer:{officer}", f"{officer}@office.example")
    assert tell("authority:ssecu") == 2
    assert tell(["officer:mod-1", "authority:ssecu", "authority:none"]) == 3


def test_a_closed_account_is_not_told(service: Any) -> None:
    from ecluse.office.actions.people import close_account

    close_account(account("officer:ssecu-1", "a@office.example"))
    assert tell("authority:ssecu") == 0


def test_a_sentence_that_cannot_be_said_is_not_kept(service: Any) -> None:
    from ecluse.office.models import Notice

    account("officer:ssecu-1", "a@office.example")
    with pytest.raises(KeyError):
        tell("authority:ssecu", "people.no_such_sentence")
    with pytest.raises(TypeError):
        tell("authority:ssecu", officer=AT)
    assert not Notice.objects.exists()


def test_each_is_written_to_once_in_his_language(service: Any, tmp_path: Path) -> None:
    from ecluse.office.actions.notices import send_notices

    account("officer:ssecu-1", "fr@office.example", "fr")
    account("officer:ssecu-2", "uk@office.example", "uk")
    tell("authority:ssecu")
    tell("officer:ssecu-1")
    assert send_notices(AT) == 2
    assert send_notices(AT) == 0
    found = {letter["To"]: letter for letter in letters(tmp_path)}
    assert set(found) == {"fr@office.example", "uk@office.example"}
    assert "remplace officer:x" in found["fr@office.example"].get_content()
    assert "заміщує officer:x" in found["uk@office.example"].get_content()
    assert "2 avis" in found["fr@office.example"]["Subject"]


def test_a_fact_breaks_no_header(service: Any, tmp_path: Path) -> None:
    from ecluse.office.actions.notices import send_notices

    account("officer:ssecu-1", "a@office.example", "en")
    tell("authority:ssecu", officer=HOSTILE)
    assert send_notices(AT) == 1
    (letter,) = letters(tmp_path)
    assert letter["Bcc"] is None
    assert letter["To"] == "a@office.example"


def test_what_was_read_is_not_mailed(service: Any) -> None:
    from ecluse.office.actions.notices import read_notices, send_notices

    made = account("officer:ssecu-1", "a@office.example")
    tell("authority:ssecu")
    assert read_notices(made, AT) == 1
    assert send_notices(AT) == 0


def test_notices_are_shown_and_marked_read_by_their_own_person_only(demonstration: Any) -> None:
    from ecluse.office.models import Notice

    take(demonstration, "officer:ssecu-1", "author")
    other = take(client(), "officer:mod-5", "planner")
    tell("officer:ssecu-1", officer="<b>x</b>")
    tell("officer:mod-5", link="https://elsewhere.example/")
    shown = demonstration.get("/notices/?lang=en").content.decode()
    assert "standing in for &lt;b&gt;x&lt;/b&gt;" in shown
    assert "elsewhere" not in other.get("/notices/").content.decode()
    mine = Notice.objects.get(account__officer="officer:ssecu-1")
    assert post(other, "/notices/read/", "/notices/", id=str(mine.pk)).status_code == 302
    mine.refresh_from_db()
    assert mine.read_at is None
    post(demonstration, "/notices/read/", "/notices/")
    mine.refresh_from_db()
    assert mine.read_at is not None


def test_a_demonstration_writes_to_nobody_outside(demonstration: Any) -> None:
    from django.core.mail.backends.filebased import EmailBackend
    from django.test import override_settings

    from ecluse.office.people.mail import OfficeMail

    with override_settings(EMAIL_HOST="mail.example"):
        assert isinstance(OfficeMail()._carrier(), EmailBackend)


def test_in_service_letters_go_by_smtp_when_a_server_is_named(service: Any) -> None:
    from django.core.mail.backends.smtp import EmailBackend
    from django.test import override_settings

    from ecluse.office.people.mail import OfficeMail

    with override_settings(EMAIL_HOST="mail.example"):
        assert isinstance(OfficeMail()._carrier(), EmailBackend)
