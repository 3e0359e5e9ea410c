"""Does a trace request go its way and no other, and is its answer sound, whole, and no more than is due?"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pages3_office import LANGUAGES, Office, asked, carry_small, entered, visitor

from ecluse.base.errors import BadInputError, ForbiddenError
from ecluse.base.words import say as said
from ecluse.custody.tracing.checks import faults_of
from ecluse.custody.tracing.states import STEPS, answered_late, check_step, due_at, may_follow, state_of
from ecluse.custody.tracing.terms import (
    Circumstance,
    Handling,
    IntendedUse,
    MarkRead,
    RefusalGround,
    TraceRequest,
    TraceState,
    TraceStep,
    Urgency,
)
from ecluse.edge.law import newest_law

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
DAY = date(2026, 6, 1)
REQUEST = TraceRequest(
    "trace:2026-00001", "authority:lv", "LV", "desk@police.example", "LV-17", "UA-FPV-OOO417M", "", "UA", "", "",
    (MarkRead("frame", "17/3", None),), None, None, "LV", "Riga", date(2026, 5, 30), Circumstance.CRIME, "in a car",
    IntendedUse.INVESTIGATION, Urgency.URGENT, Handling.POLICE, "", AT,
)  # fmt: skip
S = TraceState


def steps(*states: TraceState, at: datetime = AT) -> list[TraceStep]:
    return [step(state, number, at) for number, state in enumerate(states, 1)]


def step(state: TraceState, number: int = 9, at: datetime = AT) -> TraceStep:
    ground = RefusalGround.ASKED_BEFORE if state is S.REFUSED else None
    return TraceStep(f"trace:1/{number}", "trace:1", state, "officer:1", at, ground, "as case 7" if ground else "")


# ------------------------------------------------------------------ states and clocks


WAYS = {
    S.RECEIVED: [S.RECEIVED],
    S.ACKNOWLEDGED: [S.RECEIVED, S.ACKNOWLEDGED],
    S.IN_WORK: [S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK],
    S.ANSWERED: [S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK, S.ANSWERED],
    S.CLOSED: [S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK, S.ANSWERED, S.CLOSED],
    S.REFUSED: [S.RECEIVED, S.REFUSED],
}
ALLOWED = {
    (None, S.RECEIVED), (S.RECEIVED, S.ACKNOWLEDGED), (S.RECEIVED, S.REFUSED), (S.ACKNOWLEDGED, S.IN_WORK),
    (S.ACKNOWLEDGED, S.REFUSED), (S.IN_WORK, S.ANSWERED), (S.IN_WORK, S.REFUSED), (S.ANSWERED, S.CLOSED),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), list(product([None, *S], S)))
def test_a_step_follows_only_where_it_may(before: TraceState | None, after: TraceState) -> None:
    done = steps(*WAYS[before]) if before else []
    assert may_follow(before, after) is ((before, after) in ALLOWED)
    if (before, after) in ALLOWED:
        check_step(done, step(after))
    else:
        with pytest.raises(ForbiddenError, match="what may follow is"):
            check_step(done, step(after))


def test_every_state_has_its_row_and_two_are_the_last() -> None:
    assert set(STEPS) == {None, *S}
    assert {state for state, following in STEPS.items() if not following} == {S.CLOSED, S.REFUSED}
    assert state_of([]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"state": S.REFUSED, "ground": None}, id="a refusal without its ground"),
        pytest.param({"state": S.REFUSED, "reason": " "}, id="a refusal without its reason"),
        pytest.param({"state": S.ACKNOWLEDGED}, id="a ground where nothing is refused"),
        pytest.param({"state": S.REFUSED, "at": AT - timedelta(hours=1)}, id="a step before the one it follows"),
    ],
)
def test_a_step_that_is_not_whole_is_refused(wrong: dict[str, Any]) -> None:
    sound = step(S.REFUSED)
    check_step(steps(S.RECEIVED), sound)
    with pytest.raises(ForbiddenError):
        check_step(steps(S.RECEIVED), replace(sound, **wrong))


def test_the_clocks_are_those_of_the_table() -> None:
    law, routine = newest_law(), replace(REQUEST, urgency=Urgency.ROUTINE)
    assert due_at(REQUEST, steps(S.RECEIVED), law) == AT + timedelta(hours=4)
    assert due_at(REQUEST, steps(S.RECEIVED, S.ACKNOWLEDGED), law) == AT + timedelta(hours=24)
    assert due_at(routine, steps(S.RECEIVED), law) == AT + timedelta(hours=24)
    assert due_at(routine, steps(S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK), law) == AT + timedelta(hours=72)
    for state in (S.ANSWERED, S.CLOSED, S.REFUSED):
        assert due_at(REQUEST, steps(*WAYS[state]), law) is None


@pytest.mark.parametrize(("hours", "late"), [(24, False), (25, True)])
def test_an_answer_is_late_after_its_hour(hours: int, late: bool) -> None:
    done = [*steps(S.RECEIVED, S.ACKNOWLEDGED, S.IN_WORK), step(S.ANSWERED, 4, AT + timedelta(hours=hours))]
    assert answered_late(REQUEST, done, newest_law()) is late


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"requester": " "}, "requester", id="nobody asks"),
        pytest.param({"serial_read": ""}, "serial_read", id="nothing was read"),
        pytest.param({"serial_read": "9" * 61}, "serial_read", id="a serial number of 61 characters"),
        pytest.param({"recovered_state": "Latvia"}, "recovered_state", id="a state by its name"),
        pytest.param({"manufacture_state": "ua"}, "manufacture_state", id="a state in small letters"),
        pytest.param({"recovered_on": date(2026, 6, 2)}, "recovered_on", id="found tomorrow"),
        pytest.param({"import_year": 2027}, "import_year", id="imported next year"),
        pytest.param({"marks": (MarkRead("", "17", None),)}, "marks", id="a mark that stands nowhere"),
        pytest.param({"marks": (MarkRead("frame", "17", "abc"),)}, "marks", id="no digest of a photograph"),
        pytest.param({"marks": (MarkRead("frame", "1\x007", None),)}, "marks", id="a mark with a NUL"),
        pytest.param({"marks": (MarkRead("a", "b", None),) * 21}, "marks", id="twenty-one marks"),
    ],
)
def test_a_request_that_will_not_do_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    assert faults_of(REQUEST, DAY) == []
    assert [fault.column for fault in faults_of(replace(REQUEST, **change), DAY)] == [field]


# ------------------------------------------------------------------ in the office


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = carry_small(tmp_path_factory.mktemp("tracing"))
    with entered(office):  # the first page of a process takes a second by itself
        visitor().get("/public/serial/")
    return office


@pytest.fixture
def office(small: Office) -> Iterator[None]:
    from django.db import transaction

    with entered(small), transaction.atomic():
        yield
        transaction.set_rollback(True)


def author() -> Any:
    from desk_life import officer

    return officer("authority:ssecu", "author")


def received(serial: str, **other: Any) -> str:
    from desk_life import do

    raw: dict[str, Any] = {
        "requester": "Police of Riga", "requester_state": "LV", "contact_point": "desk@police.example",
        "reference": "LV-17", "serial_read": serial, "recovered_state": "LV", "recovered_on": "2026-03-01",
        "circumstance": "crime", "circumstances": "in the boot of a car", "intended_use": "investigation",
        "urgency": "urgent", "handling": "police", "marks": "frame: 17/3",
    }  # fmt: skip
    return str(do("tracing.receive", author(), "office", **{**raw, **other}).subject)


def worked(request: str) -> str:
    from desk_life import do

    for name in ("acknowledge", "take"):
        do(f"tracing.{name}", author(), request)
    do("tracing.propose", author(), request)
    return request


def answered(request: str) -> dict[str, Any]:
    from desk_life import desk_of, do

    from ecluse.custody.tracing.terms import TraceAnswer
    from ecluse.office.models import Document

    do("tracing.answer", author(), request)
    answer = desk_of(author()).session.newest(request, TraceAnswer)
    told: dict[str, Any] = json.loads(bytes(Document.objects.get(digest=answer.package).content))
    assert sorted(answer.withheld) == sorted(one["what"] for one in told["withheld"])
    assert set(answer.disclosed) <= set(told)
    return told


def delivered() -> Any:
    from ecluse.office.models import Unit

    return Unit.objects.filter(state="delivery").order_by("serial")[0]


@pytest.mark.db
def test_a_reading_is_searched_confirmed_by_an_officer_and_answered(office: None) -> None:
    from desk_life import desk_of, do

    from ecluse.custody.tracing.terms import TraceCandidates, TraceConfirmation

    unit = delivered()
    request = worked(received(unit.serial.replace("0", "O")))
    file = desk_of(author()).session
    ranked = file.newest(request, TraceCandidates).ranked
    assert ranked[0].serial == unit.serial
    assert file.newest(request, TraceConfirmation) is None, "a program confirms nothing"
    do("tracing.confirm", author(), request, serial=unit.serial, reason="the frame bears 17/3, as its marking record")
    told = answered(request)
    assert (told["outcome"], told["confirmation"]["serial"]) == ("traced", unit.serial)
    assert told["last"]["authority"] == unit.authority
    assert told["licence"]["number"]
    assert [move["step"] for move in told["handovers"]][-1] == "delivery"
    assert all(len(move["signatures"]) == 2 for move in told["handovers"])
    do("tracing.close", author(), request)
    assert state_of(desk_of(author()).session.of(request, TraceStep)) is S.CLOSED


@pytest.mark.db
def test_a_stranger_state_learns_no_name_and_a_state_with_a_part_does(office: None) -> None:
    from desk_life import do

    from ecluse.office.people.bodies import name_of

    unit = delivered()
    holder = name_of(unit.custodian, "en")
    texts = {}
    for who, state in (("authority:fi", "FI"), (unit.authority, "LV"), ("authority:ssecu", "UA")):
        request = worked(received(unit.serial, requester=who, requester_state=state))
        do("tracing.confirm", author(), request, serial=unit.serial, reason="read again")
        told = answered(request)
        texts[told["level"]] = json.dumps(told, ensure_ascii=False)
    assert set(texts) == {"other", "part", "home"}
    assert holder not in texts["other"]
    for secret in ("party:", "order:", "officer:", "model:", "line:"):
        assert secret not in texts["other"], secret
    assert '"what": "names", "why": "not_a_party"' in texts["other"]
    assert holder in texts["part"]
    assert author().person in texts["home"]
    assert author().person not in texts["part"]


@pytest.mark.db
def test_a_unit_that_stayed_at_home_is_placed_for_nobody_abroad(office: None) -> None:
    from desk_life import do

    from ecluse.office.models import Unit

    unit = Unit.objects.filter(state="at_line", fate="made", tranche="").order_by("serial")[0]
    request = worked(received(unit.serial))
    do("tracing.confirm", author(), request, serial=unit.serial, reason="read again")
    told = answered(request)
    assert "last" not in told
    assert {"what": "last", "why": "not_exported"} in told["withheld"]


@pytest.mark.db
def test_an_unknown_number_is_counted_as_unknown_and_not_as_clear(office: None) -> None:
    from ecluse.custody.serials import serial_text
    from ecluse.office.trace.figures import figures

    before = figures()
    told = answered(worked(received(serial_text("ZZ-NOBODY", 417))))
    assert told["outcome"] == "unknown"
    assert "unit" not in told
    after = figures()
    assert (after["unknown"], after["traced"]) == (before["unknown"] + 1, before["traced"])


@pytest.mark.db
def test_a_traced_unit_counts_once_per_ten_thousand_exported(office: None) -> None:
    from desk_life import do

    from ecluse.office.trace.figures import PER, figures

    unit, before = delivered(), figures()
    for _ in range(2):
        request = worked(received(unit.serial))
        do("tracing.confirm", author(), request, serial=unit.serial, reason="read again")
        answered(request)
    after = figures()
    assert (after["requests"], after["traced"]) == (before["requests"] + 2, before["traced"] + 1)
    assert after["traced_per_10000_exported"] == -(-after["traced"] * PER // after["exported"]) > 0


@pytest.mark.db
def test_only_a_number_on_record_is_confirmed_and_nothing_unsearched_is_answered(office: None) -> None:
    from desk_life import desk_of, do

    from ecluse.office.actions import tracing as act
    from ecluse.office.desk.form import FormError

    request = received(delivered().serial)
    for name in ("acknowledge", "take"):
        do(f"tracing.{name}", author(), request)
    here = desk_of(author())
    hand = act.Hand(here.person, here.on, here.at)
    with pytest.raises(ForbiddenError, match="nothing was searched"):
        act.answer(here.session, request, b"{}", ((), ()), hand)
    do("tracing.propose", author(), request)
    with pytest.raises(FormError):
        do("tracing.confirm", author(), request, serial="EWSET01-999-000001A", reason="a guess")
    with pytest.raises(ForbiddenError, match="not among the candidates"):
        act.confirm(desk_of(author()).session, request, "EWSET01-999-000001A", "a guess", hand)


@pytest.mark.db
def test_each_wrong_step_is_not_offered_and_writes_nothing(office: None) -> None:
    from desk_life import desk_of

    from ecluse.office.actions import tracing as act
    from ecluse.office.desk.registry import About, offered
    from ecluse.office.models import Record

    request = received(delivered().serial)
    here = desk_of(author())
    assert {a.name for a in offered(here, About.TRACE, request)} == {"tracing.acknowledge", "tracing.refuse"}
    hand, count = act.Hand(here.person, here.on, here.at), Record.objects.count()
    for wrong in (act.take, act.close):
        with pytest.raises(ForbiddenError, match="what may follow is"):
            wrong(desk_of(author()).session, request, hand)
    with pytest.raises(ForbiddenError, match="not in work"):
        act.propose(desk_of(author()).session, request, "x", [], hand)
    act.refuse(desk_of(author()).session, request, RefusalGround.ASKED_BEFORE, "as case 7", hand)
    assert offered(desk_of(author()), About.TRACE, request) == []
    assert Record.objects.count() == count + 2  # the refusal, and who acted


@pytest.mark.db
def test_a_state_asks_for_itself_and_not_for_another(office: None) -> None:
    from desk_life import desk_of, do, representative

    from ecluse.office.actions import tracing as act
    from ecluse.office.desk.form import FormError
    from ecluse.office.desk.registry import all_actions, may

    latvia = representative("authority:lv")
    raw = {"requester_state": "LV", "contact_point": "desk", "reference": "LV-1", "serial_read": "X",
           "urgency": "urgent", "recovered_state": "LV", "recovered_on": "2026-03-01", "circumstance": "found",
           "circumstances": "on a field", "intended_use": "court", "handling": "offices"}  # fmt: skip
    own = str(do("tracing.receive", latvia, "office", **raw).subject)
    with pytest.raises(FormError):
        do("tracing.receive", latvia, "office", **raw, requester="authority:fi")
    here = desk_of(latvia)
    with pytest.raises(ForbiddenError):
        act.receive(here.session, replace(REQUEST, requester="authority:fi"), act.Hand(here.body, here.on, here.at))
    late = replace(REQUEST, recovered_on=here.on + timedelta(days=1))
    with pytest.raises(BadInputError, match="recovered_on"):
        act.receive(here.session, late, act.Hand(here.body, here.on, here.at))
    assert not may(here, all_actions()["tracing.acknowledge"], own)


@pytest.mark.parametrize(("traced", "hidden"), [
    pytest.param(4, {"traced", "traced_per_10000_exported"}, id="one below the least"),
    pytest.param(5, set(), id="exactly the least"), pytest.param(0, set(), id="none at all"),
])  # fmt: skip
def test_a_count_that_points_at_a_case_is_not_published(traced: int, hidden: set[str]) -> None:
    from carried import set_up

    set_up()
    from ecluse.office.trace.figures import published_form

    counts = {"requests": 9, "unknown": 9, "refused": 0, "open": 9, "exported": 30_000}
    form = published_form({**counts, "traced": traced, "traced_per_10000_exported": -(-traced // 3)}, 5)
    assert set(form["withheld"]) == hidden
    assert hidden.isdisjoint(form.keys() - {"withheld"})
    assert "exported" not in form


# ------------------------------------------------------------------ pages


@pytest.mark.db
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_trace_desk_shows_the_latest_first_and_one_request_whole(office: None, lang: str) -> None:
    from desk_life import do

    routine = received(delivered().serial, urgency="routine")
    urgent = received(delivered().serial)
    browser = visitor("officer:ssecu-01", "author")
    text = asked(browser, "/traces/", lang)
    assert text.index(f"/traces/{urgent}/") < text.index(f"/traces/{routine}/")
    worked(urgent)
    text = asked(browser, f"/traces/{urgent}/", lang)
    assert f"/do/tracing.confirm/{urgent}/" in text
    assert delivered().serial in text
    assert escape(said("tracing.slip.none", lang)) in text
    do("tracing.confirm", author(), urgent, serial=delivered().serial, reason="the frame bears 17/3")
    answered(urgent)
    assert f"/traces/{urgent}/package/" in asked(browser, f"/traces/{urgent}/", lang)


@pytest.mark.db
def test_what_is_asked_is_shown_to_who_asked_and_to_no_other_state(office: None) -> None:
    from desk_life import representative

    for body in ("authority:lv", "authority:ee"):
        representative(body)
    request = received(delivered().serial, requester="authority:lv")
    assert visitor("authority:lv", "host_state").get(f"/traces/{request}/").status_code == 200
    stranger = visitor("authority:ee", "host_state")
    assert stranger.get(f"/traces/{request}/").status_code == 404
    assert stranger.get(f"/traces/{request}/package/").status_code == 404
    assert request not in stranger.get("/traces/").content.decode()
    assert visitor().get("/traces/")["Location"].startswith("/sign-in/")


@pytest.mark.db
def test_a_request_for_police_alone_is_not_shown_to_every_office(office: None) -> None:
    from desk_life import officer

    request, open_one = received(delivered().serial), received(delivered().serial, handling="offices")
    planner = visitor(officer("authority:mod", "planner").person, "planner")
    auditor = visitor("authority:audit", "auditor")
    assert planner.get(f"/traces/{request}/").status_code == 404
    assert planner.get(f"/traces/{open_one}/").status_code == 200
    assert auditor.get(f"/traces/{request}/").status_code == 200
    text = planner.get("/traces/").content.decode()
    assert open_one in text
    assert f"/traces/{request}/" not in text


@pytest.mark.db
@pytest.mark.parametrize(("hours", "late"), [(24, False), (25, True)])
def test_a_request_past_its_hour_is_late_in_the_queue(office: None, hours: int, late: bool) -> None:
    from desk_life import desk_of

    from ecluse.office.views.tracing import waiting

    here = desk_of(author())
    asked_before = replace(REQUEST, received_at=here.at - timedelta(hours=hours))
    done = tuple(steps(S.RECEIVED, S.ACKNOWLEDGED, at=asked_before.received_at))
    one = waiting(here, asked_before, done)
    assert one.is_late is late
    assert one.clock is not None
    assert one.clock.text == ("tracing.late" if late else "tracing.urgent")


# ------------------------------------------------------------------ the command


@pytest.mark.db
def test_the_command_tells_a_life_or_what_might_be_meant(office: None, capsys: Any, monkeypatch: Any) -> None:
    from ecluse.office.commands import trace

    monkeypatch.setattr(trace, "open_office", lambda db: None)
    serial = delivered().serial
    assert trace.trace(serial, "", False) == 0
    assert serial in capsys.readouterr().out
    assert trace.trace(serial.replace("0", "O"), "", True) == 1
    ranked = json.loads(capsys.readouterr().out)["candidates"]
    assert (ranked[0]["serial"], ranked[0]["slips"]) == (serial, ["shape"])
    assert trace.trace(serial[:-1], "", False) == 1
    assert f"{serial}  900 ‰" in capsys.readouterr().out


@pytest.mark.db
@pytest.mark.parametrize("serial", ["UA-FPV-000417M", "", " ", "X" * 121])
def test_where_nothing_can_be_judged_the_command_says_so(serial: str, tmp_path: Path, monkeypatch: Any) -> None:
    from carried import office_on, sqlite_url

    from ecluse.office.commands import trace

    monkeypatch.setattr(trace, "open_office", lambda db: None)
    with office_on(sqlite_url(tmp_path / "empty.sqlite3")), pytest.raises(BadInputError):
        trace.trace(serial, "", False)


@pytest.mark.db
def test_the_package_comes_in_one_click_and_its_proofs_hold(office: None) -> None:
    from desk_life import do

    from ecluse.base.canon import digest
    from ecluse.base.proof import leaf_hash, verify_inclusion
    from ecluse.custody.log.proof_file import read_log_proof

    request = worked(received(delivered().serial))
    browser = visitor("officer:ssecu-01", "author")
    assert browser.get(f"/traces/{request}/package/").status_code == 404
    do("tracing.confirm", author(), request, serial=delivered().serial, reason="read again")
    told = answered(request)
    sealed = browser.get(f"/traces/{request}/package/?format=json").content
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"/traces/{request}/package/").content))
    assert archive.read("package.json") == sealed
    assert json.loads(sealed) == told
    proofs = [name for name in archive.namelist() if name.endswith(".tlog-proof")]
    assert len(proofs) == len(told["proofs"]) >= 4
    for name in proofs:
        proof, entry = read_log_proof(archive.read(name)), archive.read(name.replace(".tlog-proof", ".entry.json"))
        origin, size, root = _head(proof.checkpoint)
        assert origin.startswith("ecluse/")
        assert verify_inclusion(leaf_hash(entry), proof.index, size, proof.hashes, root)
        assert not verify_inclusion(leaf_hash(entry + b" "), proof.index, size, proof.hashes, root)
    for lang in LANGUAGES:
        assert digest(sealed) in archive.read(f"README.{lang}.txt").decode()


def _head(checkpoint: str) -> tuple[str, int, bytes]:
    import base64

    origin, size, root = checkpoint.splitlines()[:3]
    return origin, int(size), base64.b64decode(root)


@pytest.mark.db
def test_a_package_that_was_changed_is_not_handed_out(office: None) -> None:
    from ecluse.office.models import Document

    request = worked(received("ZZ-NOBODY000417A"))
    answered(request)
    browser = visitor("officer:ssecu-01", "author")
    assert browser.get(f"/traces/{request}/package/").status_code == 200
    document = Document.objects.filter(media_type="application/json").order_by("digest")
    for one in document:
        Document.objects.filter(pk=one.pk).update(content=bytes(one.content).replace(b"unknown", b"traced!"))
    assert browser.get(f"/traces/{request}/package/").status_code == 404
