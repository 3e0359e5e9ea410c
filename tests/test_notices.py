"""Is everybody told what another person's work leaves for him, once, in his language, and never instead of the deed?"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import desk_life
import pytest
from carried import ROOT, copy_sqlite, office_on, python, year_in
from desk_life import deal, deliver, desk_of, file, license_it, officer, representative

pytestmark = [pytest.mark.db, pytest.mark.slow]
AT = datetime(2026, 12, 31, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("notices"))[1]


@pytest.fixture
def office(year: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An office in which persons act as through the pages: whoever is concerned is told."""
    url = copy_sqlite(year, tmp_path / "office.sqlite3")
    monkeypatch.setattr(desk_life, "do", taken)
    with office_on(url):
        yield url


def taken(name: str, mandate: Any, subject: str, **raw: Any) -> Any:
    from ecluse.office.desk.form import raw_value, read_form
    from ecluse.office.desk.registry import all_actions, may
    from ecluse.office.desk.tell import take

    desk, action = desk_of(mandate), all_actions()[name]
    assert may(desk, action, subject), f"{mandate.person} may not {name} {subject}"
    assert action.offers(desk, subject), f"{name} {subject} is not offered"
    given = {field: raw_value(value) for field, value in action.given(desk, subject).items()}
    choices = {field: offered(desk, subject) for field, offered in action.choices.items()}
    return take(desk, action, subject, read_form(action.form, {**given, **raw}, choices))


def account(person: str, language: str = "en", email: str = "") -> None:
    from ecluse.office.actions.people import make_account, open_demonstration_account

    if email:
        make_account(person, email, "Vira", "seven quiet herons wade", language)
    else:
        open_demonstration_account(person, person, language)


def colleague(body: str, role: str = "party") -> str:
    """A second person who speaks for this body, with an account."""
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Officer

    person = f"officer:second-{body.replace(':', '-')}"
    with Deed(
        open_session(), "office.register", actor="clock:office", on=desk_life.today(), subject=f"register:{person}"
    ) as deed:
        deed.seal(Officer(person, body, role, person, desk_life.today(), None), person)
    account(person)
    return person


def notices(person: str, lang: str = "en") -> list[tuple[str, str, str]]:
    """What was this person told, oldest first: key, sentence, link?"""
    from ecluse.office.models import Notice
    from ecluse.office.people.letters import sentence_of

    rows = Notice.objects.filter(account__officer=person).order_by("pk")
    return [(row.key, sentence_of(row, lang), row.link) for row in rows]


def keys(person: str) -> list[str]:
    return [key for key, _, _ in notices(person)]


# ------------------------------------------------------------------ who is told what


def test_each_is_told_when_it_is_his_turn(office: str) -> None:
    sale = deal()
    parties = sale.order
    exporter, state = colleague(parties.exporter), f"authority:{parties.destination.lower()}"
    for body in (parties.exporter, parties.carrier, parties.end_user, parties.bank, state):
        account(representative(body).person)
    order = file(sale)
    page = f"/orders/{order}/"
    assert keys(exporter) == []
    second = officer("authority:mod", "countersigner")
    account(second.person)
    license_it(sale, order)
    waited = [(key, link) for key, _, link in notices(second.person) if key == "notices.turn.licence.decide"]
    assert waited == [("notices.turn.licence.decide", page)]
    assert ("notices.licence_issued", page) in [(key, link) for key, _, link in notices(exporter)]
    deliver(sale, order)
    told = {body: keys(representative(body).person) for body in (parties.carrier, parties.end_user, state)}
    assert told == {
        parties.carrier: ["notices.turn.custody.hand_over"],
        parties.end_user: ["notices.turn.custody.hand_over"],
        state: ["notices.turn.custody.verify_delivery"],
    }
    assert "notices.turn" in keys(representative(parties.bank).person)
    (due,) = [sentence for key, sentence, _ in notices(exporter) if key == "notices.turn.proceeds.contribute"]
    assert sale.application.unit_price.currency in due


def test_the_authorities_asked_are_told_once_the_parties_gate_passed(office: str) -> None:
    from ecluse.office.desk import licence

    sale = deal()
    mandates = [officer(f"authority:{slug}", "opinion") for slug in ("mod", "mfa", "sbu", "ssecu")]
    for one in mandates:
        account(one.person, "fr")
    order = file(sale)
    asked = licence.asked(desk_of(representative(sale.order.exporter)), order)
    for one in mandates:
        found = notices(one.person, "fr")
        assert bool(found) == (one.body in asked), one
        if found:
            key, sentence, link = found[0]
            assert (key, link) == ("notices.turn.licence.give_opinion", f"/orders/{order}/")
            assert order in sentence
            assert sentence.startswith("L’avis")


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_an_order_held_is_told_with_its_first_ground_in_the_readers_language(office: str, lang: str) -> None:
    from ecluse.base.words import say
    from ecluse.office.desk.today import open_session
    from ecluse.order import Hearing

    sale = deal()
    other = colleague(sale.order.exporter)
    file(sale)
    order = file(sale)
    (hearing,) = [one for one in open_session().of(f"{order}/0", Hearing) if one.grounds]
    ground = hearing.grounds[0]
    (_, sentence, link) = notices(other, lang)[-1]
    assert say(f"{ground.code}.sentence", lang, **ground.facts_by_name()) in sentence
    assert say(f"gate.{hearing.gate.value}", lang) in sentence
    assert link == f"/orders/{order}/"


def test_whoever_does_it_is_not_told_of_it(office: str) -> None:
    sale = deal()
    account(representative(sale.order.exporter).person)
    file(sale)
    file(sale)
    assert keys(representative(sale.order.exporter).person) == []


def test_a_withdrawn_certificate_is_told_to_each_exporter_it_touches(office: str) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.surplus.terms import Certificate

    sale = deal()
    exporter = colleague(sale.order.exporter)
    order = file(sale)
    certificate = open_session().newest(sale.order.certificate, Certificate)
    assert certificate is not None
    planner = officer(certificate.owner, "planner")
    taken("surplus.withdraw", planner, certificate.id, reason="the need grew")
    found = {key: sentence for key, sentence, _ in notices(exporter)}
    assert order in found["notices.certificate_withdrawn"]
    assert {"notices.held", "notices.stopped"} & set(found)


def test_a_licence_changed_is_told_and_its_change_waits_for_the_second_officer(office: str) -> None:
    sale = deal()
    exporter, order = colleague(sale.order.exporter), file(sale)
    license_it(sale, order)
    author, second = officer("authority:ssecu", "author"), officer("authority:mod", "countersigner")
    account(second.person)
    taken("licence.propose_change", author, order, state="suspended", reason="a question")
    assert any("Suspended" in sentence for key, sentence, _ in notices(exporter) if key == "notices.licence_changed")
    taken("licence.propose_change", author, order, state="reinstated", reason="answered", countersigner=second.person)
    assert "notices.change_waits" in keys(second.person)
    before = len(keys(exporter))
    taken("licence.change", second, order, read="yes")
    assert len(keys(exporter)) > before


def test_a_sighting_is_told_to_the_authorities_of_the_order_and_to_no_other(office: str) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Packing

    sale = deal()
    home, stranger = officer("authority:ssecu", "clearance"), representative("authority:xx")
    account(home.person)
    account(stranger.person)
    order = file(sale)
    license_it(sale, order)
    deliver(sale, order)
    packing = open_session().of(f"{order}/0", Packing)[0]
    state = representative(f"authority:{sale.order.destination.lower()}")
    account(state.person)
    reporter = representative(sale.order.end_user)
    taken("custody.report_sighting", reporter, f"{order}/0", block=packing.block, number=str(packing.first), state="LT")
    (seen,) = [sentence for key, sentence, _ in notices(home.person) if key == "notices.sighting"]
    assert packing.block in seen
    assert "Lithuania" in seen
    assert "notices.sighting" in keys(state.person)
    assert keys(stranger.person) == []


def test_a_question_is_told_to_the_exporter(office: str) -> None:
    sale = deal()
    exporter, order = colleague(sale.order.exporter), file(sale)
    taken("licence.stop_clock", officer("authority:mod", "opinion"), order, reason="which version?")
    assert keys(exporter) == ["notices.asked"]


def test_the_deputy_is_told_while_somebody_is_away(office: str) -> None:
    from ecluse.office.actions.absences import absence_of, declare_absence
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Officer

    sale, on = deal(), desk_life.today()
    away = officer("authority:mod", "opinion")
    deputy = next(o for o in on_file(Officer) if o.authority == away.body and o.id != away.person)
    absence = absence_of(away.person, on, on + timedelta(days=5), deputy.id)
    declare_absence(open_session(away), absence, away, on)
    account(away.person)
    account(deputy.id)
    file(sale)
    assert "notices.turn.licence.give_opinion" in keys(deputy.id)
    assert keys(away.person) == []


# ------------------------------------------------------------------ never instead of the deed


def test_a_failed_notice_undoes_no_deed(
    office: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from ecluse.office.desk import tell
    from ecluse.office.models import Notice, OrderRow

    def fail(*args: Any) -> int:
        raise RuntimeError("no notices today")

    monkeypatch.setattr(tell, "notify", fail)
    sale = deal()
    colleague(sale.order.exporter)
    file(sale)
    order = file(sale)
    assert OrderRow.objects.filter(order=order).exists()
    assert not Notice.objects.exists()
    assert "nobody could be told" in caplog.text


def test_what_was_refused_tells_nobody(office: str) -> None:
    from ecluse.office.desk.form import FormError
    from ecluse.office.models import Notice

    sale = deal()
    order = file(sale)
    Notice.objects.all().delete()
    author = officer("authority:ssecu", "author")
    for one in (officer("authority:mod", "countersigner"), author):
        account(one.person)
    with pytest.raises(FormError):
        taken("licence.propose", author, order, grant="yes", reason="mine alone", countersigner=author.person)
    assert not Notice.objects.exists()


def test_a_program_that_asks_twice_tells_once(office: str) -> None:
    from api_calls import Program, token_for

    sale = deal()
    order = file(sale)
    exporter = colleague(sale.order.exporter)
    author = officer("authority:mod", "opinion")
    program = Program(token_for(author, "licence.stop_clock"))
    body = {"subject": order, "reason": "which version?"}
    for _ in range(2):
        answer = program.post("/actions/licence.stop_clock", body, key="the-same-key")
        assert answer.status_code == 201, answer.content
    assert keys(exporter) == ["notices.asked"]


# ------------------------------------------------------------------ by mail


def send(url: str, folder: Path) -> tuple[int, dict[str, Any], str]:
    """What does the command answer: status, object, words?"""
    ran = python("-m", "ecluse", "notices", "send", "--json", "--db", url, ECLUSE_MAIL_FOLDER=str(folder),
                 LC_ALL="en_GB.UTF-8")  # fmt: skip
    said, words = ran.communicate(timeout=120)
    return ran.returncode, json.loads(said.splitlines()[-1]) if said else {}, words


def test_the_command_mails_each_person_once(office: str, tmp_path: Path) -> None:
    from ecluse.office.models import Notice

    sale = deal()
    exporter = representative(sale.order.exporter)
    account(exporter.person, "fr", "exporter@firm.example")
    order = file(sale)
    for _ in range(2):
        taken("licence.stop_clock", officer("authority:mod", "opinion"), order, reason="which version?")
        (stop,) = _open_stops(order)
        taken("licence.resume_clock", officer("authority:mod", "opinion"), order, stop=stop)
    mail = tmp_path / "mail"
    status, found, words = send(office, mail)
    assert (status, found) == (0, {"letters": 1, "waiting": 0, "trouble": None}), words
    (letter,) = [path.read_text() for path in mail.iterdir()]
    assert "exporter@firm.example" in letter
    assert send(office, mail)[:2] == (0, {"letters": 0, "waiting": 0, "trouble": None})
    assert len(list(mail.iterdir())) == 1
    assert not Notice.objects.filter(mailed_at=None, account__user__email__contains="@").exists()


def _open_stops(order: str) -> list[str]:
    from ecluse.office.actions.licence_cases import stops_of
    from ecluse.office.desk.today import open_session

    return [stop.id for stop in stops_of(open_session(), order).values() if stop.until is None]


def test_a_letter_that_could_not_be_sent_waits(office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from smtplib import SMTPRecipientsRefused

    from django.core.mail import EmailMessage

    from ecluse.office.actions.notices import notify, send_notices, waiting_for_mail

    people = {f"officer:{name}": f"{name}@firm.example" for name in ("one", "two")}
    for person, email in people.items():
        account(person, "en", email)
    notify(list(people), "notices.asked", {"order": "order:1"}, "/orders/order:1/", AT)
    sent: list[str] = []

    def deliver_to(letter: EmailMessage, *args: Any) -> int:
        if letter.to == ["one@firm.example"]:
            raise SMTPRecipientsRefused({})
        sent.extend(letter.to)
        return 1

    monkeypatch.setattr(EmailMessage, "send", deliver_to)
    assert send_notices(AT) == 1
    assert send_notices(AT) == 0
    assert (sent, waiting_for_mail().count()) == (["two@firm.example"], 1)


def test_no_server_is_said_and_nothing_is_lost(office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.mail import EmailMessage

    from ecluse.office.actions.notices import notify, waiting_for_mail
    from ecluse.office.commands import notices as commands_notices

    account("officer:one", "en", "one@firm.example")
    notify("officer:one", "notices.asked", {"order": "order:1"}, "/orders/order:1/", AT)

    def nowhere(*args: Any) -> int:
        raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr(EmailMessage, "send", nowhere)
    monkeypatch.setattr(commands_notices, "open_office", lambda db: None)
    assert commands_notices.send("", as_json=False) == 2
    assert waiting_for_mail().count() == 1


def test_two_senders_write_one_letter(office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one sender hands its letter over, another begins: it finds nothing to send."""
    from django.core.mail import EmailMessage

    from ecluse.office.actions.notices import notify, send_notices

    account("officer:one", "en", "one@firm.example")
    notify("officer:one", "notices.asked", {"order": "order:1"}, "/orders/order:1/", AT)
    others: list[int] = []

    def slowly(letter: EmailMessage, *args: Any) -> int:
        others.append(send_notices(AT))
        return 1

    monkeypatch.setattr(EmailMessage, "send", slowly)
    assert (send_notices(AT), others) == (1, [0])


def test_the_command_is_there() -> None:
    ran = subprocess.run(
        [os.environ.get("PYTHON", ROOT / ".venv/bin/python"), "-m", "ecluse", "notices", "--help"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "send" in ran.stdout
