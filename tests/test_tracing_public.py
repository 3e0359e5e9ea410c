"""Is an honest finder told what is his to know, with proof, and is whoever walks through a block of numbers cut off?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pages3_office import LANGUAGES, Office, asked, carry_small, entered, visitor
from test_pages_public import holds

from ecluse.edge.law import newest_law

pytestmark = pytest.mark.db
NOON = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
HONEST_TRIES, SERIALS_A_DAY, QUESTIONS_A_MINUTE = 3, 8, 20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = carry_small(tmp_path_factory.mktemp("inquiry"), "public")
    with entered(office):  # the first page of a process takes a second by itself
        visitor().get("/public/serial/")
    return office


@pytest.fixture
def office(small: Office) -> Iterator[None]:
    with entered(small):
        yield


@pytest.fixture
def counting(office: None) -> None:
    from ecluse.office.models import InquiryCount

    InquiryCount.objects.all().delete()


def ask(browser: Any, serial: str, **headers: str) -> Any:
    return browser.get("/public/serial/", {"serial": serial, "format": "json"}, **headers)


def units(**of: Any) -> list[str]:
    from ecluse.office.models import Unit

    return list(Unit.objects.filter(fate="made", **of).order_by("serial").values_list("serial", flat=True)[:60])


# ------------------------------------------------------------------ what is told


def test_a_delivered_unit_is_licensed_and_in_the_state_that_answers_for_it(office: None) -> None:
    from ecluse.office.models import Unit

    row = Unit.objects.filter(state="delivery").order_by("serial")[0]
    answer = ask(visitor(), row.serial).json()
    assert answer["told"]["licensed"] is True
    assert answer["told"]["reported_lost"] is False
    assert answer["told"]["last_custodian_state"] == row.authority.removeprefix("authority:").upper()
    assert set(answer["told"]) == {"licensed", "reported_lost", "last_custodian_state", "withheld"}
    if "release" in answer:
        assert holds(answer["release"])
        assert answer["release"]["log"].startswith("home/"), "the name of another log would tell the centre"


def test_a_lost_unit_is_said_to_be_lost(office: None) -> None:
    found = units(state="lost")
    assert found
    assert ask(visitor(), found[0]).json()["told"]["reported_lost"] is True


def test_of_a_unit_that_never_left_no_state_is_told(office: None) -> None:
    told = ask(visitor(), units(state="at_line", tranche="")[0]).json()["told"]
    assert told["licensed"] is False
    assert "last_custodian_state" not in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_is_said_in_each_language(office: None, lang: str) -> None:
    from ecluse.base.words import say

    text = asked(visitor(), f"/public/serial/?serial={units(state='delivery')[0]}", lang)
    for key in ("licensed.yes", "lost.no", "withheld"):
        assert say(f"tracing.public.{key}", lang) in text.replace("&#x27;", "'"), key


def test_what_was_written_after_the_publication_is_not_told(office: None) -> None:
    from dataclasses import replace

    from ecluse.office.publish.published import published
    from ecluse.office.trace.serial_inquiry import inquire

    said = published()
    assert said is not None
    serial = units(state="delivery")[0]
    found = inquire(serial, said)
    assert found.marking is not None
    assert found.told is not None
    cut = found.marking.index + 1
    told = inquire(serial, replace(said, sizes={**said.sizes, found.marking.log: cut})).told
    assert told is None or not told.licensed or not found.told.licensed


# ------------------------------------------------------------------ who asks too much


def test_an_honest_finder_is_served_and_a_walk_through_a_block_is_cut_off(office: None, counting: None) -> None:
    finder, walker = visitor(), visitor()
    block = [number for number in units() if number[:-7] == units()[0][:-7]]
    assert len(block) > SERIALS_A_DAY
    for reading in (block[0][:-1], block[0].lower(), block[0])[:HONEST_TRIES]:
        assert ask(finder, reading, REMOTE_ADDR="192.0.2.7").status_code == 200
    served = [ask(walker, serial, REMOTE_ADDR="198.51.100.9").status_code for serial in block]
    assert served == [200] * SERIALS_A_DAY + [429] * (len(block) - SERIALS_A_DAY)
    # The finder is not punished for the walker, and may ask for the same number again.
    assert ask(finder, block[0], REMOTE_ADDR="192.0.2.7").status_code == 200


def test_whoever_is_cut_off_is_told_when_to_come_back(office: None, counting: None) -> None:
    browser = visitor()
    for serial in units()[:SERIALS_A_DAY]:
        ask(browser, serial)
    refused = ask(browser, units()[SERIALS_A_DAY])
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 86_400
    assert refused.json() == {"answer": "too_many", "retry_after": int(refused["Retry-After"])}
    page = browser.get("/public/serial/", {"serial": units()[SERIALS_A_DAY], "lang": "en"})
    assert page.status_code == 429
    assert 'id="answer"' not in page.content.decode()
    assert "Too many numbers" in page.content.decode()


def test_a_person_of_the_office_asks_within_it(office: None, counting: None) -> None:
    officer = visitor("officer:ssecu-01", "author")
    assert {ask(officer, serial).status_code for serial in units()[: SERIALS_A_DAY + 2]} == {200}


def wait(address: str, reading: str, at: datetime = NOON) -> int:
    from ecluse.office.trace.limits import seconds_to_wait

    return seconds_to_wait(address, reading, at, newest_law())


def test_the_same_number_read_in_many_ways_is_one(counting: None) -> None:
    readings = ["UA-FPV-000417M", "ua fpv 000417m", "UA-FPV-OOO4I7M", "UА-FPV-000417M", "UAFPV000417M"] * 3
    assert [wait("192.0.2.1", reading) for reading in readings] == [0] * len(readings)


def test_a_day_later_there_is_room_again(counting: None) -> None:
    for number in range(SERIALS_A_DAY):
        assert wait("192.0.2.1", f"X{number}") == 0
    assert wait("192.0.2.1", "another") == (24 - 12) * 3600 - 30
    assert wait("192.0.2.1", "another", NOON + timedelta(days=1)) == 0


def test_too_many_questions_in_a_minute_wait_for_the_next(counting: None) -> None:
    assert [wait("192.0.2.1", "X") for _ in range(QUESTIONS_A_MINUTE)] == [0] * QUESTIONS_A_MINUTE
    assert wait("192.0.2.1", "X") == 30
    assert wait("192.0.2.1", "X", NOON + timedelta(minutes=1)) == 0


def test_the_neighbours_in_an_ipv6_network_are_one_and_those_in_ipv4_are_not(counting: None) -> None:
    for number in range(SERIALS_A_DAY):
        assert wait(f"2001:db8::{number}", f"X{number}") == 0
    assert wait("2001:db8::ffff", "another") > 0
    assert wait("2001:db8:0:1::1", "another") == 0
    assert wait("192.0.2.1", "another") == wait("192.0.2.2", "another") == 0


WALK = """
import sys
from carried import office_on
with office_on(sys.argv[1]):
    from test_tracing_public import wait
    print(*(wait("192.0.2.1", name) == 0 for name in sys.argv[2:]))
"""


@pytest.mark.slow
def test_two_processes_count_one_walker_once(counting: None, small: Office) -> None:
    """Each worker serves its own half of the numbers: together no more than one would."""
    from carried import python, sqlite_url

    from ecluse.office.models import InquiryCount

    url = sqlite_url(small.path)
    numbers = [[f"{side}{n}" for n in range(SERIALS_A_DAY)] for side in ("A", "B")]
    workers = [python("-c", WALK, url, *half, ECLUSE_SECRET_KEY="one for all workers") for half in numbers]
    told = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], told
    answers = " ".join(out for out, _ in told).split()
    assert answers.count("True") == SERIALS_A_DAY
    assert answers.count("False") == SERIALS_A_DAY
    assert InquiryCount.objects.get(slot__startswith="serial-set:").count == SERIALS_A_DAY


def test_what_is_past_its_hour_is_dropped_and_no_address_is_kept(counting: None) -> None:
    from ecluse.office.models import InquiryCount

    wait("192.0.2.1", "UA-FPV-000417M")
    kept = " ".join(InquiryCount.objects.values_list("slot", flat=True))
    assert kept
    assert "192.0.2" not in kept
    assert "FPV" not in kept
    wait("192.0.2.2", "X", NOON + timedelta(days=2))
    assert not InquiryCount.objects.filter(until__lte=NOON + timedelta(days=2)).exists()


def test_nothing_but_a_count_of_questions_may_be_written_there(counting: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.inquiries import count_one

    with pytest.raises(ForbiddenError):
        count_one("serial-day:192.0.2.1:1", NOON)


def test_whoever_cannot_be_counted_waits(counting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    from ecluse.office.trace import limits

    def broken(*args: Any) -> int:
        raise DatabaseError("no such table")

    monkeypatch.setattr(limits, "count_one", broken)
    assert wait("192.0.2.1", "X") == limits.MINUTE
