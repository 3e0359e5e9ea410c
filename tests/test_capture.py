"""Is a handover that was taken down at a centre signed once, for the right units, and else refused with its reason?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_calls import log_sizes, program, written
from captured import Way, body, custodian_of, hold_out, new_key, serials_of, way
from carried import office_on, sqlite_url, year_in
from desk_life import do, representative, today

pytestmark = [pytest.mark.db, pytest.mark.slow]
PARTS, UNITS = 7, 21
CONTROL, MANY = "\x1d", "block:many"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """Seven consignments of three units on their way to a centre; each test takes one for itself."""
    with office_on(sqlite_url(year_in(tmp_path_factory.mktemp("capture"))[1])):
        found = way(PARTS, UNITS)
        for tranche in found.tranches:
            hold_out(found, tranche)
        yield found


@pytest.fixture
def tranche(office: Way, request: pytest.FixtureRequest) -> str:
    """One consignment that waits for the centre's signature."""
    from desk_life import desk_of

    from ecluse.office.desk.custody import waiting_paper

    desk = desk_of(office.keeper)
    return next(one for one in office.tranches if waiting_paper(desk, one) is not None)


def send(office: Way, said: dict[str, Any], key: str = "", who: Any = None, lang: str = "en") -> Any:
    return program(who or office.keeper, lang=lang).post(
        f"/centres/{office.centre}/handovers", said, key=key or new_key()
    )


def refused(answer: Any, status: int, code: str) -> str:
    """Is it refused so, and for this reason? What is said?"""
    assert answer.status_code == status, answer.content.decode()
    found = {fault["code"]: fault["detail"] for fault in answer.json()["faults"]}
    assert f"capture.fault.{code}" in found, found
    return str(found[f"capture.fault.{code}"])


def paper_of(office: Way, tranche: str) -> Any:
    from desk_life import desk_of

    from ecluse.office.desk.custody import waiting_paper
    from ecluse.office.desk.papers import records_of

    return records_of(waiting_paper(desk_of(office.keeper), tranche))[0]


# ------------------------------------------------------------------ taking


def test_a_count_that_is_the_papers_makes_the_centre_answer_for_the_units(office: Way, tranche: str) -> None:
    from ecluse.custody.terms import Capture, Manifest
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import IdempotencyKey

    at = datetime.now(UTC) - timedelta(hours=3)
    photo = "ab" * 32
    said = body(tranche, device_at=at.isoformat(), photos=[photo], sequence=1)
    assert custodian_of(tranche) == {office.maker}
    answer = send(office, said, key := new_key())
    assert answer.status_code == 201, answer.content
    assert custodian_of(tranche) == {office.operator}
    kept = open_session().newest(tranche, Capture)
    assert (kept.client, kept.device_at, kept.photos, kept.units) == (key, at, (photo,), UNITS // PARTS)
    assert kept.manifest == open_session().newest(tranche, Manifest).id
    before = written()
    again = send(office, said, key)
    assert (again.status_code, again.content) == (201, answer.content)
    assert written() == before, "sent again it is told again, and nothing is written"
    refused(send(office, said), 409, "on_file")
    refused(send(office, {**said, "sequence": None}), 409, "is_here")
    IdempotencyKey.objects.all().delete()  # keys are kept for thirty days; what was taken down is known for ever
    refused(send(office, said, key), 409, "taken_before")


@pytest.mark.parametrize(("spoil", "status", "code"), [
    pytest.param(lambda said, other: {"serials": said["serials"][1:]}, 422, "left_out", id="one unit was not read"),
    pytest.param(lambda said, other: {"serials": [*said["serials"], other[0]]}, 422, "not_on_paper",
                 id="a unit of another paper"),
    pytest.param(lambda said, other: {"serials": [*said["serials"], said["serials"][0]]}, 422, "twice",
                 id="a unit read twice"),
    pytest.param(lambda said, other: {"serials": [said["serials"][0] + CONTROL, *said["serials"][1:]]}, 422, "control",
                 id="a control character"),
    pytest.param(lambda said, other: {"serials": [said["serials"][0].lower(), *said["serials"][1:]]}, 422, "look_alike",
                 id="look-alikes"),
    pytest.param(lambda said, other: {"sequence": 2}, 409, "out_of_order", id="out of order"),
    pytest.param(lambda said, other: {"device_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, 409,
                 "from_the_future", id="from the future"),
    pytest.param(lambda said, other: {"side": "giver", "step": "release"}, 409, "not_held",
                 id="given by who has it not"),
    pytest.param(lambda said, other: {"tranche": "order:none/0"}, 404, "not_of_centre", id="no such consignment"),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_its_reason_and_nothing_is_appended(
    office: Way, tranche: str, spoil: Any, status: int, code: str
) -> None:
    said = body(tranche, sequence=1)
    other = serials_of(next(one for one in office.tranches if one != tranche))
    before = written(), log_sizes()
    detail = refused(send(office, {**said, **spoil(said, other)}), status, code)
    assert detail
    assert (written(), log_sizes()) == before
    assert custodian_of(tranche) == {office.maker}


def test_every_reason_is_told_in_three_languages(office: Way, tranche: str) -> None:
    said = [refused(send(office, body(tranche, sequence=2), lang=lang), 409, "out_of_order")
            for lang in ("uk", "en", "fr")]  # fmt: skip
    assert len(set(said)) == 3
    assert all(tranche in one for one in said)


def test_another_centres_operator_finds_nothing_here_and_its_own_desk_does_not_reach(office: Way, tranche: str) -> None:
    from ecluse.custody.terms import Centre
    from ecluse.office.desk.refs import on_file

    other = next(one for one in on_file(Centre) if one.operator != office.operator)
    operator, *strangers = map(representative, (other.operator, office.maker, f"authority:{other.host.lower()}"))
    before = written(), log_sizes()
    for stranger in (operator, *strangers):
        assert send(office, body(tranche), who=stranger).status_code == 404
    own = program(operator).post(f"/centres/{other.id}/handovers", body(tranche), key=new_key())
    refused(own, 404, "not_of_centre")
    narrow = program(office.keeper, "read").post(f"/centres/{office.centre}/handovers", body(tranche), key=new_key())
    assert narrow.status_code == 403
    assert (written(), log_sizes()) == before


def test_a_signature_by_the_wrong_key_is_refused_and_the_centres_own_is_taken(office: Way, tranche: str) -> None:
    from ecluse.base.signing import sign
    from ecluse.office.desk.today import open_session, source_of_office

    session, paper = open_session(), paper_of(office, tranche)
    keys = {owner: session.keys([owner])[-1] for owner in (office.operator, office.maker)}

    def made(owner: str, named: str) -> dict[str, str]:
        found = sign(paper, keys[named].id, source_of_office().private_key(owner), today())
        return {"key": found.key, "on": str(found.on), "value_hex": found.value_hex}

    before = written(), log_sizes()
    for owner, named in ((office.maker, office.maker), (office.maker, office.operator)):
        refused(send(office, body(tranche, signature=made(owner, named))), 422, "signature")
    assert (written(), log_sizes()) == before
    assert send(office, body(tranche, signature=made(office.operator, office.operator))).status_code == 201
    assert custodian_of(tranche) == {office.operator}


# ------------------------------------------------------------------ giving


def test_a_centre_hands_on_what_was_released_and_the_other_side_signs_as_always(office: Way, tranche: str) -> None:
    carrier = office.order.carrier
    assert send(office, body(tranche)).status_code == 201
    giving = body(tranche, side="giver", sequence=2, step="return", to_custodian=office.maker, place_state="UA")
    refused(send(office, {**giving, "step": "release", "to_custodian": carrier}), 409, "not_released")
    refused(send(office, {**giving, "to_custodian": "party:nobody"}), 409, "not_of_order")
    refused(send(office, {**giving, "sequence": 1}), 409, "on_file")
    refused(send(office, {**giving, "serials": giving["serials"][:-1]}), 422, "left_out")
    answer = send(office, giving, key := new_key())
    assert answer.status_code == 201, answer.content
    assert answer.json()["waits"] is True
    assert custodian_of(tranche) == {office.operator}, "one side's word moves nothing"
    refused(send(office, giving), 409, "offered")
    assert send(office, giving, key).content == answer.content
    do("custody.hand_over", representative(office.maker), tranche, received="yes")
    assert custodian_of(tranche) == {office.maker}


def test_what_a_gate_holds_goes_back_and_not_out(office: Way, tranche: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.desk import capture
    from ecluse.office.models import Tranche

    assert send(office, body(tranche)).status_code == 201
    # Whether it was released is asked before; here only what is held counts.
    monkeypatch.setattr(capture, "OUTWARD", frozenset({capture.Step.RETURN}))
    monkeypatch.setattr(capture, "Release", capture.Capture)
    giving = body(tranche, side="giver", sequence=2, step="return", to_custodian=office.maker, place_state="UA")
    Tranche.objects.filter(tranche=tranche).update(standing="held_refused")
    refused(send(office, giving), 409, "held")
    Tranche.objects.filter(tranche=tranche).update(standing="open")
    assert send(office, giving).status_code == 201


# ------------------------------------------------------------------ many at once


def test_a_thousand_serials_in_one_call_cost_far_less_than_one_call_each(tmp_path: Path) -> None:
    """The same office, one paper of many units and papers of one unit each: ratio of seconds a serial, in one run."""
    from ecluse.office.models import Unit

    many, singles = 2_000, 6
    with office_on(sqlite_url(year_in(tmp_path)[1])):
        found = way(singles, singles)
        whole, ranges = commit_many(found, many)
        for tranche in (whole, *found.tranches[1:]):
            hold_out(found, tranche)
        caller = program(found.keeper)

        def seconds(tranche: str, serials: list[str]) -> float:
            said = json.dumps(body(tranche, serials=serials)).encode()
            began = time.perf_counter()
            answer = caller.post(f"/centres/{found.centre}/handovers", said, key=new_key())
            assert answer.status_code == 201, answer.content
            return time.perf_counter() - began

        seconds(found.tranches[1], serials_of(found.tranches[1]))  # the first call warms the office
        one = min(seconds(tranche, serials_of(tranche)) for tranche in found.tranches[2:])
        each = seconds(whole, ranges) / many
        print(f"{many} serials in one call: {one / each:.0f} times as many a second as one by one")
        assert custodian_of(whole) == {found.operator}
        assert set(Unit.objects.filter(block=MANY).values_list("custodian", flat=True)) == {found.operator}
        assert one / each > 20


def commit_many(found: Way, units: int) -> tuple[str, list[str]]:
    """A block of so many numbers is made and packed beside the first consignment's own. Which numbers has it now?"""
    from ecluse.base.signing import sign
    from ecluse.custody.terms import Fate, Level, Marking, SerialBlock, SerialRange
    from ecluse.office.actions import custody as act
    from ecluse.office.desk.today import open_session, source_of_office

    tranche, line, maker = found.tranches[0], found.order.line, found.maker
    session = open_session(representative(maker))
    block = SerialBlock(MANY, line, found.order.model, "MANY", 1, units, today(), False)
    marking = Marking("marking:many", block.id, SerialRange(block.id, 1, units), Fate.MADE, line, block.model, today())
    key = session.keys([maker])[-1].id
    made = [sign(one, key, source_of_office().private_key(maker), today()) for one in (block, marking)]
    act.commit_block(session, block, today(), maker=maker, signature=made[0])
    act.mark(session, block, marking, today(), maker=maker, authority="authority:ssecu", level=Level.UNIT,
             signature=made[1])  # fmt: skip
    log = found.centre.replace("centre:", "centre-")
    act.pack(session, found.order.id, tranche, [marking.range], maker=maker, on=today(), log=log)
    return tranche, serials_of(tranche)


# ------------------------------------------------------------------ a lorry at once


@pytest.fixture(scope="module")
def lorry(office: Way) -> Way:
    """Three consignments of an order of their own that come in together."""
    found = way(3, 9)
    for tranche in found.tranches:
        hold_out(found, tranche)
    return found


def send_many(office: Way, said: list[dict[str, Any]], key: str = "") -> Any:
    named = [{"client": new_key(), **one} for one in said]
    return program(office.keeper).post(
        f"/centres/{office.centre}/handovers/batch", {"handovers": named}, key=key or new_key()
    )


def test_one_bad_handover_of_a_batch_is_named_and_none_is_taken(lorry: Way) -> None:
    first, second, third = (body(one, sequence=1) for one in lorry.tranches)
    before = written(), log_sizes()
    for spoil, status, code, place in (
        ({"serials": second["serials"][1:]}, 422, "left_out", "handovers.1.serials"),
        ({"sequence": 2}, 409, "out_of_order", "handovers.1.sequence"),
        ({"tranche": "order:none/0"}, 404, "not_of_centre", "handovers.1.tranche"),
    ):
        answer = send_many(lorry, [first, {**second, **spoil}, third])
        refused(answer, status, code)
        assert [fault["field"] for fault in answer.json()["faults"]] == [place]
        assert (written(), log_sizes()) == before
    answer = send_many(lorry, [{**first, "sequence": 3}, second, {**third, "serials": third["serials"][1:]}])
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == ["handovers.0.sequence", "handovers.2.serials"]
    again = send_many(lorry, [{**first, "client": "the-same-id"}, {**second, "client": "the-same-id"}])
    refused(again, 422, "twice_in_batch")
    assert (written(), log_sizes()) == before
    assert all(custodian_of(one) == {lorry.maker} for one in lorry.tranches)


def test_a_batch_is_taken_whole_once_and_leaves_the_records_that_single_calls_leave(lorry: Way) -> None:
    from ecluse.custody.terms import Capture, Manifest
    from ecluse.office.desk.today import open_session

    alone, *others = lorry.tranches
    assert send(lorry, body(alone, sequence=1)).status_code == 201
    said = [{"client": new_key(), **body(one, sequence=1)} for one in others]
    answer = send_many(lorry, said, key := new_key())
    assert answer.status_code == 201, answer.content
    assert [one["tranche"] for one in answer.json()] == others
    assert all(custodian_of(one) == {lorry.operator} for one in lorry.tranches)
    session = open_session()
    kinds = [[record.v for record in session.file(one).records] for one in lorry.tranches]
    assert kinds[0] == kinds[1] == kinds[2]
    assert {session.newest(one, Capture).client for one in others} == {one["client"] for one in said}
    assert len(session.signatures(digest_of(session.newest(others[0], Manifest)))) == 2
    before = written()
    assert send_many(lorry, said, key).content == answer.content
    assert written() == before


def digest_of(record: Any) -> str:
    from ecluse.base.sealed import seal

    return str(seal(record).digest)
