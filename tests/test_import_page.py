"""Do the pages for tables name every error by row, in three languages, and let nobody accept what is his own?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from begun import AUTHOR, CLEAN, DIRTY, PLANNER, accept, bring_in, copied, propose, table, template
from new_office import counts
from peopled import second_proof

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def begun_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("pages"))


@pytest.fixture
def office(begun_once: Path, tmp_path: Path) -> Iterator[None]:
    with copied(begun_once, tmp_path):
        from django.test import override_settings

        with override_settings(ROOT_URLCONF="import_urls", ALLOWED_HOSTS=["testserver"]):
            yield


def browser(person: str, *, strict: bool = False) -> Any:
    """A browser in which this person is signed in."""
    from django.test import Client

    from ecluse.office.models import Account

    account = Account.objects.get(officer=person)
    second_proof(account)
    found = Client(enforce_csrf_checks=strict)
    found.force_login(account.user)
    return found


def sent(browser: Any, kind: str, path: Path, how: Path | None = None, lang: str = "en") -> Any:
    """What is answered to this file?"""
    with path.open("rb") as file:
        fields: dict[str, Any] = {"table": kind, "file": file}
        if how is not None:
            fields["map"] = how.open("rb")
        return browser.post(f"/import/?lang={lang}", fields)


@pytest.mark.parametrize(("lang", "said"), [
    pytest.param("uk", "Нічого не збережено", id="Ukrainian"),
    pytest.param("en", "Nothing was kept", id="English"),
    pytest.param("fr", "Rien n’a été conservé", id="French"),
])  # fmt: skip
def test_a_dirty_table_is_refused_row_by_row(lang: str, said: str, office: None) -> None:
    before = counts()
    answer = sent(browser(PLANNER), "makers", DIRTY / "makers.csv", lang=lang)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    rows = {line.split(",")[1] for line in (DIRTY / "expected.csv").read_text().splitlines() if "makers," in line}
    for row in rows:
        assert f'<th scope="row" class="number">{row}</th>' in page
    assert counts() == before


def test_a_table_takes_force_by_two_persons(office: None) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.opening.records import AcceptedImport
    from ecluse.parties.terms import Party

    planner, author = browser(PLANNER), browser(AUTHOR)
    answer = sent(planner, "makers", CLEAN / "makers.csv", CLEAN / "makers.toml")
    assert answer.status_code == 302
    place = answer["Location"].partition("?")[0]
    proposal = place.removeprefix("/import/").rstrip("/")
    assert proposal in planner.get("/import/").content.decode()
    page = author.get(place).content.decode()
    assert "party:edrpou-12345678" in page
    assert f"/do/office.accept_import/{proposal}/" in page
    assert f"/do/office.accept_import/{proposal}/" not in planner.get(place).content.decode()
    assert planner.post(f"/do/office.accept_import/{proposal}/", {"read": "yes"}).status_code in (403, 409)
    assert open_session().newest("party:edrpou-12345678", Party) is None
    assert author.post(f"/do/office.accept_import/{proposal}/", {"read": "yes"}).status_code == 302
    assert open_session().newest("party:edrpou-12345678", Party) is not None
    assert open_session().newest(proposal, AcceptedImport).acceptor == AUTHOR
    for lang in ("uk", "en", "fr"):
        assert author.get(f"{place}?lang={lang}").status_code == 200
        assert author.get(f"/import/?lang={lang}").status_code == 200
    again = sent(planner, "makers", CLEAN / "makers.csv", CLEAN / "makers.toml")
    assert again.status_code == 409


def test_a_declined_table_says_why_and_leaves_nothing(office: None) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.parties.terms import Party

    proposal = propose("makers", table("makers"))
    author = browser(AUTHOR)
    refused = author.post(f"/do/office.decline_import/{proposal}/", {"reason": ""})
    assert refused.status_code == 422
    author.post(f"/do/office.decline_import/{proposal}/", {"reason": "another file was meant"})
    page = author.get(f"/import/{proposal}/?lang=en").content.decode()
    assert "another file was meant" in page
    assert "office.accept_import" not in page
    assert open_session().newest("party:edrpou-12345678", Party) is None


def test_a_file_is_asked_for_and_a_stranger_is_not_let_in(office: None) -> None:
    from django.test import Client

    planner = browser(PLANNER)
    assert planner.post("/import/", {"table": "makers"}).status_code == 422
    assert planner.post("/import/", {"table": "boats"}).status_code == 422
    assert planner.get("/import/import:makers/0123/").status_code == 404
    assert Client().get("/import/").status_code == 302
    assert browser(PLANNER, strict=True).post("/import/", {"table": "makers"}).status_code == 403


def test_the_page_of_the_action_is_this_page(office: None) -> None:
    page = browser(PLANNER).get("/do/office.propose_import/office/?lang=en").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'name="map"' in page


def test_what_changed_since_is_said_and_can_only_be_declined(office: None) -> None:
    rows = b"party;kind;name;state;registered_on\nparty:x-1;firm;X;UA;2026-01-05\n"
    first = propose("makers", ("a.csv", rows, None))
    bring_in("makers")
    other = propose("makers", ("b.csv", rows + b"party:x-2;firm;Y;UA;2026-01-05\n", None))
    accept(other)
    page = browser(AUTHOR).get(f"/import/{first}/?lang=en").content.decode()
    assert "no longer comes to what was proposed" in page
    refused = browser(AUTHOR).post(f"/do/office.accept_import/{first}/", {"read": "yes"})
    assert refused.status_code == 409


@pytest.mark.parametrize("name", ["../../a\r\nb.csv", "и\u0306.csv", "n" * 400 + ".csv"])
def test_a_file_may_have_any_name(name: str, office: None) -> None:
    from ecluse.office.desk.opening import NAME_LIMIT, plain

    kept = plain(name)
    assert len(kept) <= NAME_LIMIT
    assert kept.isprintable()
    assert "/" not in kept
    assert propose("makers", (kept, table("makers")[1], table("makers")[2]))
