"""Do licences, units abroad and receivables of before come in by page, command and API, and stay unproven?"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from begun import AUTHOR, CLEAN, ON, PLANNER, copied, table, template
from carried import close_month

pytestmark = [pytest.mark.db, pytest.mark.slow]
OPENING = {"licences": "opening_licence/1", "crates": "opening_units/1", "receivables": "opening_receivable/1"}
SERIAL = "VK-000101"


@pytest.fixture(scope="module")
def begun_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("opening"), "makers", "models", "officers")


@pytest.fixture
def office(begun_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with copied(begun_once, tmp_path):
        from django.test import override_settings

        monkeypatch.setattr("ecluse.office.desk.today.today", lambda: ON)
        with override_settings(ALLOWED_HOSTS=["testserver", "localhost"], SECOND_FACTOR="advised"):
            yield tmp_path


@pytest.fixture(scope="module")
def full_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kinds = ("makers", "models", "officers", "licences", "crates", "receivables", "bank")
    return template(tmp_path_factory.mktemp("opened"), *kinds)


@pytest.fixture
def full(full_once: Path, tmp_path: Path) -> Iterator[Path]:
    with copied(full_once, tmp_path):
        from django.test import override_settings

        with override_settings(ALLOWED_HOSTS=["testserver"], SECOND_FACTOR="advised"):
            yield tmp_path


def browser(person: str) -> Any:
    from django.test import Client

    from ecluse.office.models import Account

    found = Client()
    found.force_login(Account.objects.get(officer=person).user)
    return found


def by_page(kind: str, folder: Path) -> None:
    path = next(path for path in sorted(CLEAN.glob(f"{kind}.*")) if path.suffix != ".toml")
    how = CLEAN / f"{kind}.toml"
    with path.open("rb") as file:
        maps = {"map": how.open("rb")} if how.exists() else {}
        answer = browser(PLANNER).post("/import/?lang=en", {"table": kind, "file": file, **maps})
    assert answer.status_code == 302, answer.content.decode()
    proposal = answer["Location"].partition("?")[0].removeprefix("/import/").rstrip("/")
    accepted = browser(AUTHOR).post(f"/do/office.accept_import/{proposal}/", {"read": "yes"})
    assert accepted.status_code == 302


def by_command(kind: str, folder: Path) -> None:
    from ecluse.office.actions.opening import waiting
    from ecluse.office.commands import opening as command
    from ecluse.office.desk.today import open_session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "open_office", lambda db: None)
        path = next(path for path in sorted(CLEAN.glob(f"{kind}.*")) if path.suffix != ".toml")
        how = CLEAN / f"{kind}.toml"
        nothing = {"dry_run": False, "decline": "", "reason": "", "waiting": False, "db": "", "as_json": False}
        given = {"kind": kind, "file": str(path), "map_file": str(how) if how.exists() else "", "accept": ""}
        assert command.import_table(**given, person=PLANNER, **nothing) == 0
        given = {"kind": "", "file": "", "map_file": "", "accept": waiting(open_session())[0].id}
        assert command.import_table(**given, person=AUTHOR, **nothing) == 0


def by_api(kind: str, folder: Path) -> None:
    from api_calls import program

    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    def sent(body: bytes, name: str) -> dict[str, str]:
        return {"name": name, "content": base64.b64encode(body).decode()}

    name, body, how = table(kind)
    planner, author = (program(mandates_of(open_session(), person, ON)[0]) for person in (PLANNER, AUTHOR))
    fields: dict[str, Any] = {"table": kind, "file": sent(body, name)}
    fields |= {"map": sent(how, "map.toml")} if how else {}
    answer = planner.act("office.propose_import", "office", **fields)
    assert answer.status_code == 201, answer.content
    assert author.act("office.accept_import", answer.json()["subject"], read=True).status_code == 201


@pytest.mark.parametrize("road", [by_page, by_command, by_api], ids=["page", "command", "API"])
@pytest.mark.parametrize("kind", OPENING)
def test_an_opening_balance_comes_in_and_bears_its_grade(
    kind: str, road: Callable[[str, Path], None], office: Path
) -> None:
    from ecluse.base.sealed import unseal
    from ecluse.office.models import Record

    road(kind, office)
    found = [unseal(bytes(row.body)) for row in Record.objects.filter(v=OPENING[kind])]
    assert found
    assert {one.grade for one in found} == {"opening, unproven"}


# ------------------------------------------------------------------ unproven wherever it is shown


@pytest.mark.parametrize(("lang", "said"), [
    pytest.param("uk", "підтверджен", id="Ukrainian"), pytest.param("en", "unproven", id="English"),
    pytest.param("fr", "non prouvé", id="French"),
])  # fmt: skip
def test_a_unit_that_was_abroad_is_told_as_stated_and_unproven(lang: str, said: str, full: Path) -> None:
    from ecluse.office.trace.unit import trace_unit
    from ecluse.office.trace.words import trace_text

    found = trace_unit(SERIAL)
    assert (found["known"], found["reason"]) == (False, "opening")
    assert said in trace_text(found, lang)
    client = browser(PLANNER)
    page = client.get(f"/units/{SERIAL}/?lang={lang}")
    assert page.status_code == 200
    assert page.content.decode().count(said) >= 2
    listed = client.get(f"/units/?lang={lang}&fate=opening").content.decode()
    assert said in listed
    assert "pages3.fate" not in listed
    assert said in client.get(f"/books/?lang={lang}").content.decode()


@pytest.mark.parametrize("serial", ["VK-000100", "VK-00101", "VK-0000101", "vk-000101", "VK-00010١", ""])
def test_a_number_beside_the_run_is_none_of_it(serial: str, full: Path) -> None:
    from ecluse.office.models import Unit
    from ecluse.office.trace.opening import opening_told

    assert not Unit.objects.filter(serial=serial).exists()
    assert opening_told(serial) is None


def test_the_public_inquiry_says_that_nobody_proved_it(full: Path) -> None:
    from types import SimpleNamespace

    from ecluse.office.models import LogHead, Record
    from ecluse.office.trace.opening import opening_run
    from ecluse.office.trace.serial_inquiry import inquire

    found = opening_run(SERIAL)
    assert found is not None
    row: Record = found[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ecluse.office.trace.serial_inquiry.included", lambda said, log, index, commitment: (log, index))
        sizes = dict(LogHead.objects.values_list("log", "size"))
        published: Any = SimpleNamespace(sizes=sizes)
        assert (inquire(SERIAL, published).answer, inquire(SERIAL, published).block) == (
            "opening",
            (row.log, row.index),
        )
        before: Any = SimpleNamespace(sizes={row.log: row.index})  # as far as an older publication reaches
        assert inquire(SERIAL, before).answer != "opening"
        assert inquire("VK-999999", published).answer in ("misread", "unknown")


def test_the_audit_calls_nothing_kept_because_of_them(full: Path) -> None:
    from ecluse.office.audit.report import run_audit

    report = run_audit()
    assert report.is_kept(), report.text("en")
    promises = report.to_json()["promises"]
    for promise, name in (("P1", "opening_licences"), ("P5", "opening_units"), ("P7", "opening_receivables")):
        assert name in promises[promise]["unchecked"]
        assert promises[promise]["status"] in ("kept (vacuous)", "not_yet_checked"), promises[promise]
    for lang, said in (("uk", "підтверджен"), ("en", "unproven"), ("fr", "non prouvé")):
        assert report.text(lang).lower().count(said) >= 3


def test_nothing_leaves_under_an_opening_licence(full: Path) -> None:
    """No gate reads one: no line to draw on, no licence of an order, no tranche, no unit that may be packed."""
    from ecluse.office.models import CertificateBalance, LicenceLine, Record, Tranche, Unit

    assert not LicenceLine.objects.exists()
    assert not Tranche.objects.exists()
    assert not CertificateBalance.objects.exists()
    assert not Record.objects.filter(v="licence/1").exists()
    assert set(Unit.objects.values_list("fate", "tranche")) == {("opening", "")}


def test_no_gate_knows_the_nouns_of_opening_balances(repository: Path) -> None:
    nouns = ("OpeningLicence", "OpeningUnits", "OpeningReceivable", "OpeningReceipt", "opening:unproven")
    rooms = ("surplus", "parties", "licence", "custody", "proceeds", "plan", "office/facts")
    read = {
        path: path.read_text(encoding="utf-8") for room in rooms for path in (repository / "ecluse" / room).glob("*.py")
    }
    assert not [path.name for path, text in read.items() for noun in nouns if noun in text]


# ------------------------------------------------------------------ the page of them


@pytest.mark.parametrize(("lang", "said"), [("uk", "підтверджен"), ("en", "unproven"), ("fr", "non prouvé")])
def test_what_was_taken_over_is_listed_and_reached_from_the_first_pages(lang: str, said: str, full: Path) -> None:
    from ecluse.office.models import Record

    client = browser(PLANNER)
    count = Record.objects.filter(v__in=[*OPENING.values(), "opening_receipt/1"]).count()
    for address in ("/", "/overview/"):
        page = client.get(f"{address}?lang={lang}").content.decode()
        assert 'href="/openings/"' in page, address
        assert str(count) in page
    listed = client.get(f"/openings/?lang={lang}")
    assert listed.status_code == 200
    text = listed.content.decode()
    assert text.count(said) >= count
    assert text.count("/records/?subject=") == count
    assert "openings." not in text
    for kind in ("licence", "units", "receivable", "receipt"):
        assert client.get(f"/openings/?lang={lang}&kind={kind}").status_code == 200
    assert client.get("/openings/?kind=none").status_code == 400


def test_who_does_not_work_on_every_order_sees_what_names_its_own_body(full: Path) -> None:
    from desk_life import desk_of, representative

    from ecluse.office.views.openings import openings_count, openings_of

    everything = openings_of(desk_of(as_planner()))
    debtor = next(one.whose for one in everything if one.kind == "receivable")
    for body in (debtor, "authority:nowhere"):
        desk = desk_of(representative(body))
        seen = openings_of(desk)
        assert seen == [one for one in everything if body in (one.whose, one.authority)]
        assert openings_count(desk) == len(seen) < len(everything)
    assert openings_count(None) == 0


def as_planner() -> Any:
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    return mandates_of(open_session(), PLANNER, ON)[0]


def test_the_public_page_counts_them_apart(full: Path, tmp_path: Path) -> None:
    from ecluse.edge.law import newest_law
    from ecluse.office.models import Record
    from ecluse.office.publish.custody import _taken_over
    from ecluse.office.publish.reading import Reading

    close_month()
    told = _taken_over(Reading(newest_law()))
    names = {"licences": "opening_licence/1", "units": "opening_units/1", "receivables": "opening_receivable/1",
             "receipts": "opening_receipt/1"}  # fmt: skip
    assert told == {name: Record.objects.filter(v=v).count() for name, v in names.items()}
    assert all(told.values())
