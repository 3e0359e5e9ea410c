"""Do the pages of units, books and audit say what is on record, to whom it concerns, in three languages?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages3_office import LANGUAGES, Office, asked, carry_small, entered, visitor
from peopled import post

pytestmark = pytest.mark.db
AUTHOR, CONTROLLER, AUDITOR = ("officer:ssecu-01", "author"), ("officer:audit-01", "controller"), "authority:audit"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return carry_small(tmp_path_factory.mktemp("books"), "audit")


@pytest.fixture
def office(small: Office) -> Iterator[None]:
    with entered(small):
        yield


@pytest.fixture
def author(office: None) -> Any:
    return visitor(*AUTHOR)


def things() -> dict[str, str]:
    """One of each that has a page."""
    from ecluse.office.models import Record, Unit

    unit = Unit.objects.filter(state="delivery").order_by("serial")[0]
    shortage = Record.objects.filter(v="shortage/1").order_by("rid")[0].rid
    return {"unit": unit.serial, "block": unit.block, "shortage": shortage, "custodian": unit.custodian}


def addresses() -> list[str]:
    found = things()
    return [
        "/units/", "/units/?state=lost", f"/units/{found['unit']}/", f"/units/blocks/{found['block']}/", "/books/",
        "/books/entries/", "/books/shortages/", f"/books/shortages/{found['shortage']}/", "/claims/", "/audit/",
        "/audit/findings/",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_said_in_each_language(author: Any, lang: str) -> None:
    for address in addresses():
        asked(author, address, lang)


def test_a_visitor_is_asked_to_sign_in(office: None) -> None:
    stranger = visitor()
    for address in addresses():
        answer = stranger.get(address)
        assert address == "/claims/" or answer["Location"].startswith("/sign-in/"), address


# ------------------------------------------------------------------ books


def test_the_trial_sums_to_zero_and_is_that_of_the_postings(author: Any) -> None:
    from ecluse.base.money import Money
    from ecluse.base.words import spell
    from ecluse.office.models import Posting

    text = asked(author, "/books/")
    assert text.count('<td class="number zero">') == len(set(Posting.objects.values_list("currency", flat=True)))
    for currency in ("EUR", "USD"):
        debits = sum(Posting.objects.filter(currency=currency, minor__gt=0).values_list("minor", flat=True))
        assert text.count(spell(Money(debits, currency), "en")) == 2


def test_what_is_overdue_is_what_the_publication_says(author: Any) -> None:
    from ecluse.edge.law import newest_law
    from ecluse.office.books_reading import owed, postings
    from ecluse.office.desk.today import today
    from ecluse.office.publish.proceeds import _totals
    from ecluse.office.publish.reading import Reading

    reading = Reading(newest_law())
    debts = owed(postings(None), today())
    for currency, form in _totals(reading).items():
        late = [one for one in debts if one.currency == currency and one.days_late]
        assert sum(one.minor for one in late if one.kind == "contribution-due") == int(form["overdue_minor"])
    assert any(one.days_late for one in debts)
    assert debts[0].tranche in asked(author, "/books/")


def test_shortages_are_filled_by_what_was_accepted(author: Any) -> None:
    from ecluse.base.words import spell
    from ecluse.office.views.things import records
    from ecluse.proceeds.terms import Purchase, PurchaseDelivery

    shortage = things()["shortage"]
    text = asked(author, f"/books/shortages/{shortage}/")
    accepted = sum(one.value.units for one in records(PurchaseDelivery, subject=shortage))
    assert f"<strong>{spell(accepted, 'en')}</strong>" in text
    for one in records(Purchase, subject=shortage):
        assert one.value.id in text


def test_postings_page_through_without_loss(author: Any) -> None:
    from ecluse.office.models import Posting

    seen: list[str] = []
    address = "/books/entries/?account=fund:cash"
    while address:
        text = asked(author, address)
        seen += re.findall(r'<tr><th scope="row">([^<]+)</th>', text)
        after = re.search(r'rel="next" href="([^"]+)"', text)
        address = "/books/entries/" + after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == Posting.objects.filter(account__contains="fund:cash").count()


@pytest.mark.parametrize(
    ("whom", "card", "statuses"),
    [
        pytest.param(*CONTROLLER, (200, 200, 200), id="controller"),
        pytest.param("authority:general-staff", "receiver", (200, 200, 200), id="who receives the purchases"),
        pytest.param("authority:lt", "host_state", (403, 403, 403), id="host state"),
    ],
)
def test_who_may_open_the_books(office: None, whom: str, card: str, statuses: tuple[int, ...]) -> None:
    client = visitor(whom, card)
    found = [client.get(a).status_code for a in ("/books/", "/books/entries/", "/books/shortages/")]
    assert tuple(found) == statuses


def test_a_party_sees_its_own_postings_only(office: None) -> None:
    from ecluse.office.models import Entry, OrderRow, Posting
    from ecluse.office.views import books

    exporter = Posting.objects.filter(account__startswith="sales:").order_by("id")[0].account.removeprefix("sales:")
    client = visitor(exporter, "exporter")
    assert "/orders/" in asked(client, "/books/entries/")
    assert client.get("/books/shortages/").status_code == 403
    foreign = OrderRow.objects.exclude(exporter=exporter).values_list("order", flat=True)
    others = {
        tranche for tranche in Entry.objects.values_list("tranche", flat=True) if tranche.rpartition("/")[0] in foreign
    }
    shown: set[str] = set()
    for currency in books.CURRENCIES:
        shown |= set(
            re.findall(r'href="/orders/[^"]+">([^<]+)</a>', asked(client, f"/books/entries/?currency={currency}"))
        )
    assert shown
    from ecluse.office.views.things import own_orders

    own = own_orders(books_desk(exporter))
    assert {tranche.rpartition("/")[0] for tranche in shown} <= own.keys()
    assert others - {tranche for tranche in others if tranche.rpartition("/")[0] in own}


def books_desk(body: str) -> Any:
    from ecluse.office.desk.registry import Desk
    from ecluse.office.desk.today import open_session, today
    from ecluse.office.session import Mandate

    mandate = Mandate("officer:x", body, "party", today(), None)
    return Desk(open_session(mandate), mandate, today())


# ------------------------------------------------------------------ units


def test_counts_of_units_are_those_on_record(author: Any) -> None:
    from ecluse.base.words import say, spell
    from ecluse.office.models import Unit

    text = asked(author, "/units/")
    for state in ("delivery", "lost", "packed"):
        count = spell(Unit.objects.filter(fate="made", state=state).count(), "en")
        row = rf'href="\?state={state}">.*?{say(f"pages3.state.{state}", "en")}.*?<td class="number">{count}</td>'
        assert re.search(row, text, re.DOTALL), state


def test_one_unit_s_story_names_every_custodian(author: Any) -> None:
    from ecluse.office.trace.unit import trace_unit

    serial = things()["unit"]
    text, found = asked(author, f"/units/{serial}/"), trace_unit(serial)
    for event in found["events"]:
        for side in ("from", "to", "authority"):
            assert str(event.get(side, "")) in text
    assert found["last"]["custodian"] in text
    assert asked(author, "/units/NOBODY000417X/", status=404)


def test_a_look_at_a_unit_is_noted_with_its_serial(author: Any) -> None:
    from ecluse.office.models import ReadEntry

    serial = things()["unit"]
    asked(author, f"/units/{serial}/")
    last = ReadEntry.objects.order_by("-pk")[0]
    assert (last.page, last.subject) == ("unit", serial)


def test_a_firm_sees_units_it_has_to_do_with_and_no_others(office: None) -> None:
    from ecluse.custody.terms import Line, SerialBlock
    from ecluse.office.models import Unit
    from ecluse.office.views.things import records

    serial = things()["unit"]
    unit = Unit.objects.get(serial=serial)
    line = next(one.value.line for one in records(SerialBlock, subject=unit.block))
    maker = next(one.value.maker for one in records(Line, subject=line))
    assert visitor(maker, "maker").get(f"/units/{serial}/").status_code == 200
    assert visitor(maker, "maker").get(f"/units/blocks/{unit.block}/").status_code == 200
    other = next(
        one.value.maker for one in records(Line) if one.value.maker != maker and is_foreign(one.value.maker, unit)
    )
    assert visitor(other, "maker").get(f"/units/{serial}/").status_code == 404
    assert visitor(other, "maker").get(f"/units/blocks/{unit.block}/").status_code == 404


def is_foreign(body: str, unit: Any) -> bool:
    from ecluse.office.views.units import readable

    return not readable(books_desk(body)).filter(serial=unit.serial).exists()


def test_a_block_says_how_each_number_ended(author: Any) -> None:
    from ecluse.base.words import spell
    from ecluse.custody.terms import Marking, SerialBlock
    from ecluse.office.views.things import records

    block = records(SerialBlock, subject=things()["block"])[0].value
    text = asked(author, f"/units/blocks/{block.id}/")
    made = sum(m.value.range.units() for m in records(Marking, subject=block.id) if m.value.fate.value == "made")
    for count in (block.count, made):
        assert f"<strong>{spell(count, 'en')}</strong>" in text


def test_its_maker_is_offered_to_mark(office: None) -> None:
    from ecluse.custody.terms import Line
    from ecluse.office.models import Unit
    from ecluse.office.views.things import records

    block = Unit.objects.values_list("block", flat=True).order_by("block")[0]
    from ecluse.custody.terms import SerialBlock

    line = records(Line, subject=records(SerialBlock, subject=block)[0].value.line)[0].value
    text = asked(visitor(line.maker, "maker"), f"/units/blocks/{block}/")
    assert f'href="/do/custody.mark/{block}/"' in text


# ------------------------------------------------------------------ audit


def test_the_audit_page_says_what_the_kept_report_says(author: Any) -> None:
    from ecluse.base.words import say
    from ecluse.office.audit.report import STATUS_WORDS, Status
    from ecluse.office.views.audit import last_audits

    report, text = last_audits()[-1], asked(author, "/audit/")
    for one in report.promises:
        assert say(STATUS_WORDS[Status(one.status)], "en") in text
    assert report.log_root in text
    assert "/audit/run/" not in text


def test_findings_are_listed_with_their_subjects(author: Any) -> None:
    from ecluse.office.kept import kept

    found = kept("audit")
    assert found is not None
    held = [one for one in found.form["findings"] if one["severity"] == "held"]
    text = asked(author, "/audit/findings/?severity=held")
    assert f"{len(held)} rows" in text
    assert held[0]["subject"] in text
    assert author.get("/audit/findings/?promise=P99").status_code == 400


def test_findings_that_are_not_those_sealed_are_not_shown(small: Office, tmp_path: Path) -> None:
    other = Office(small.tables, tmp_path / "office.sqlite3")
    shutil.copyfile(small.path, other.path)
    shutil.copytree(f"{small.path}.kept", f"{other.path}.kept")
    kept = Path(f"{other.path}.kept") / "audit.json"
    kept.write_text(
        kept.read_text(encoding="utf-8").replace('"severity": "held"', '"severity": "rests"', 1), encoding="utf-8"
    )
    with entered(other):
        from ecluse.base.words import say

        text = asked(visitor(*AUTHOR), "/audit/findings/")
        assert say("pages3.findings.lost", "en") in text
        assert 'scope="row"' not in text


@pytest.mark.parametrize(
    ("whom", "card", "status"),
    [
        pytest.param(AUDITOR, "auditor", 302, id="auditor"),
        pytest.param(*CONTROLLER, 302, id="controller"),
        pytest.param(*AUTHOR, 403, id="author"),
        pytest.param("authority:lt", "host_state", 403, id="host state"),
    ],
)
def test_only_auditors_begin_an_audit(
    office: None, monkeypatch: pytest.MonkeyPatch, whom: str, card: str, status: int
) -> None:
    from ecluse.office import kept

    begun: list[tuple[str, ...]] = []
    monkeypatch.setattr(kept, "start", lambda *words: begun.append(words) or True)
    assert visitor(whom, card).post("/audit/run/").status_code == status
    assert bool(begun) is (status == 302)
    assert not begun or begun[0][2] == "authority:audit"


def test_an_audit_begun_from_another_site_is_refused(office: None) -> None:
    from peopled import client

    browser = client()
    assert post(browser, f"/sign-in/demo/{AUDITOR}/", card="auditor").status_code == 302
    assert browser.post("/audit/run/").status_code == 403


@pytest.mark.slow
def test_an_audit_in_a_person_s_name_is_sealed_with_it(small: Office, tmp_path: Path) -> None:
    other = Office(small.tables, tmp_path / "office.sqlite3")
    shutil.copyfile(small.path, other.path)
    with entered(other):
        from ecluse.base.words import say
        from ecluse.office import kept
        from ecluse.office.kept_runs import run
        from ecluse.office.models import Record

        visitor(AUDITOR, "auditor")
        person = Record.objects.filter(v="officer/1", rid__startswith="officer:rep-auditor").values_list(
            "rid", flat=True
        )[0]
        run("audit", person, AUDITOR, "auditor")
        row = Record.objects.filter(v="audit_report/1").order_by("-turn")[0]
        assert (row.actor, row.action) == (person, "audits.keep")
        found = kept.kept("audit")
        assert found is not None
        assert found.form["promises"]["P6"]["status"] == "kept"
        old = say("pages3.audit.old", "en")
        assert old not in asked(visitor(*AUTHOR), "/audit/"), "its own record is not news"
        visitor("authority:ee", "host_state")  # a new representative is entered in the registers
        assert old in asked(visitor(*AUTHOR), "/audit/")
        with pytest.raises(PermissionError):
            run("audit", "officer:ssecu-01", AUDITOR, "auditor")
        assert kept.progress("audit") is None


@pytest.mark.slow
def test_a_run_in_a_process_of_its_own_ends_and_is_kept(small: Office, tmp_path: Path, monkeypatch: Any) -> None:
    import time

    from ecluse.office import kept

    real = kept.start
    other = Office(small.tables, tmp_path / "office.sqlite3")
    shutil.copyfile(small.path, other.path)
    with entered(other):
        assert real("public")
        assert real("public"), "one run at a time"
        deadline = time.monotonic() + 120
        while kept.progress("public") is not None and time.monotonic() < deadline:
            time.sleep(0.2)
        assert kept.public_folder() == Path(f"{other.path}.kept") / "public"
        assert Path(f"{other.path}.kept/public/manifest.json").is_file()
        assert not kept.start_rested("public"), "a stranger's visit does not begin the next at once"
