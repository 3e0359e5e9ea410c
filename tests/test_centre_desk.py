"""Does a centre's desk tell, at every look, what comes, what leaves, who is late, and where nobody answers?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from captured import Way, body, hold_out, new_key, way
from carried import office_on, sqlite_url, year_in
from desk_life import desk_of, do, officer, representative, today

pytestmark = [pytest.mark.db, pytest.mark.slow]
PARTS, UNITS = 4, 12


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """Of four consignments one is packed, one held out to the centre, one held there, one sent back."""
    from api_calls import program

    with office_on(sqlite_url(year_in(tmp_path_factory.mktemp("desk"))[1])):
        found = way(PARTS, UNITS)
        _, *coming = found.tranches
        for tranche in coming:
            hold_out(found, tranche)
        for tranche in coming[1:]:
            answer = program(found.keeper).post(
                f"/centres/{found.centre}/handovers", body(tranche), key=new_key()
            )  # fmt: skip
            assert answer.status_code == 201, answer.content
        do("custody.offer", found.keeper, coming[2], step="recall", to_custodian=found.maker, place_state="UA")
        do("custody.hand_over", representative(found.maker), coming[2], received="yes")
        yield found


def flows(office: Way, who: Any = None) -> list[Any]:
    from ecluse.custody.terms import Centre
    from ecluse.office.views.centre_flow import flows_of

    desk = desk_of(who or office.keeper)
    return flows_of(desk, desk.session.newest(office.centre, Centre))


def shown(office: Way, who: Any, path: str = "desk/", lang: str = "en") -> Any:
    """What does this person see at this address of the centre?"""
    from api_calls import account_of
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(account_of(who).user, backend="ecluse.office.people.backend.OfficeBackend")
    return client.get(f"/centre/{office.centre}/{path}?lang={lang}")


def test_every_consignment_is_in_one_state_and_the_desk_says_which(office: Way) -> None:
    packed, held_out, here, recalled = office.tranches
    assert {flow.tranche: flow.state for flow in flows(office)} == {
        packed: "packed", held_out: "moving", here: "here", recalled: "recalled",
    }  # fmt: skip
    text = shown(office, office.keeper).content.decode()
    for tranche in office.tranches:
        assert tranche in text
    assert f"<strong>{UNITS // PARTS}</strong>" in text


def test_a_receipt_is_overdue_from_the_minute_on_which_its_term_ends(office: Way) -> None:
    from ecluse.office.views.centre_flow import TO_SIGN

    flow = next(flow for flow in flows(office) if flow.paper is not None)
    sent = flow.paper.sent_at
    assert not flow.is_unsigned(sent + TO_SIGN)
    assert flow.is_unsigned(sent + TO_SIGN + timedelta(minutes=1))
    assert not replace(flow, paper=None).is_unsigned(sent + TO_SIGN + timedelta(days=9))


@pytest.mark.parametrize(("state", "days", "late"), [
    pytest.param("here", -1, True, id="here, due yesterday"),
    pytest.param("moving", -1, True, id="moving, due yesterday"),
    pytest.param("here", 0, False, id="here, due today"),
    pytest.param("packed", -1, False, id="not left its maker"),
])  # fmt: skip
def test_what_should_be_at_the_end_user_is_late(office: Way, state: str, days: int, late: bool) -> None:
    flow = replace(flows(office)[0], state=state, due=today() + timedelta(days))
    assert flow.is_late(today()) is late


def test_a_gap_is_found_at_the_next_look(office: Way) -> None:
    from ecluse.office.views.centre_flow import breaks_of

    honest = next(flow for flow in flows(office) if flow.state == "recalled").manifests
    assert breaks_of(honest) == ()
    stranger = replace(honest[1], from_custodian="party:nobody")
    assert [(one.kind.value, one.manifest) for one in breaks_of([honest[0], stranger])] == [("gap", stranger.id)]
    slow = replace(honest[0], received_at=honest[0].sent_at + timedelta(hours=2))
    at = honest[0].sent_at + timedelta(hours=1)
    early = replace(honest[1], sent_at=at, received_at=at + timedelta(hours=2))
    assert [one.kind.value for one in breaks_of([slow, early])] == ["overlap"]


def test_a_gap_stands_on_the_page_with_its_numbers(office: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.base.words import say_count
    from ecluse.office.views import centre_desk

    found = flows(office)
    at = next(place for place, flow in enumerate(found) if flow.state == "recalled")
    first, second = found[at].manifests
    found[at] = replace(found[at], manifests=(first, replace(second, from_custodian="party:nobody")))
    quiet = shown(office, office.keeper).content.decode()
    monkeypatch.setattr(centre_desk, "flows_of", lambda desk, centre: found)
    text = shown(office, office.keeper).content.decode()
    said = say_count("capture.warn.breaks", 1, "en")
    assert said in text
    assert said not in quiet
    assert "party:nobody" in text


def test_the_host_and_the_home_state_look_and_only_the_operator_takes_down(office: Way) -> None:
    from ecluse.custody.terms import Centre
    from ecluse.office.desk.refs import on_file

    centres = {one.id: one for one in on_file(Centre)}
    host = representative(f"authority:{centres[office.centre].host.lower()}")
    stranger = representative(next(c.operator for c in centres.values() if c.operator != office.operator))
    link = f'href="/centre/{office.centre}/capture/"'
    for who in (host, officer("authority:ssecu", "author")):
        seen = shown(office, who)
        assert seen.status_code == 200
        assert link not in seen.content.decode()
        assert shown(office, who, "capture/").status_code == 403
        assert shown(office, who, "capture/papers/").status_code == 403
    assert link in shown(office, office.keeper).content.decode()
    assert shown(office, stranger).status_code == 404
    assert shown(office, stranger, "capture/").status_code == 404


def test_a_device_learns_how_many_units_to_expect_and_not_which(office: Way) -> None:
    from captured import serials_of

    answer = shown(office, office.keeper, "capture/papers/")
    told, (_, held_out, here, _) = answer.json(), office.tranches
    assert [(one["tranche"], one["units"]) for one in told["arrivals"]] == [(held_out, UNITS // PARTS)]
    assert [(one["tranche"], one["sequence"]) for one in told["departures"]] == [(here, 2)]
    assert {one["step"] for one in told["departures"][0]["takers"]} == {"release", "delivery", "return"}
    assert not any(serial in answer.content.decode() for one in office.tranches for serial in serials_of(one))


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_desk_and_page_speak_three_languages(office: Way, lang: str) -> None:
    from ecluse.base.words import say

    assert say("capture.desk.title", lang) in shown(office, office.keeper, lang=lang).content.decode()
    text = shown(office, office.keeper, "capture/", lang).content.decode()
    assert say("capture.take_down", lang) in text
    assert "<script>" not in text
    assert " style=" not in text


def test_neither_page_asks_the_database_more_than_forty_times(office: Way) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for path in ("desk/", "capture/", "capture/papers/"):
        shown(office, office.keeper, path)
        with CaptureQueriesContext(connection) as queries:
            shown(office, office.keeper, path)
        # Signing in takes some of them.
        assert len(queries) <= 40, "\n".join(query["sql"][:160] for query in queries.captured_queries)


def test_what_a_page_sends_is_taken_by_its_session_alone(office: Way) -> None:
    """A page without its mark against foreign sites, or with nobody signed in, brings nothing in."""
    from api_calls import account_of, log_sizes
    from django.test import Client

    place = f"/centre/{office.centre}/capture/"
    said, headers = body(office.tranches[1]), {"Idempotency-Key": new_key()}
    before = log_sizes()
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.force_login(account_of(office.keeper).user, backend="ecluse.office.people.backend.OfficeBackend")
    sent: dict[str, Any] = {"content_type": "application/json"}
    assert client.post(f"{place}handovers/", said, headers=headers, **sent).status_code == 403
    marked = {**headers, "X-CSRFToken": client.get(f"{place}papers/").json()["csrf"]}
    assert (
        client.post(f"{place}handovers/", said, headers={**marked, "Idempotency-Key": "x"}, **sent).status_code == 400
    )
    assert client.post(f"{place}handovers/", b"{", headers=marked, **sent).status_code == 400
    assert client.post(f"{place}handovers/", {**said, "serials": []}, headers=marked, **sent).status_code == 422
    stranger = Client(SERVER_NAME="localhost")
    assert stranger.post(f"{place}handovers/", said, headers=headers, **sent).status_code == 401
    assert log_sizes() == before
    assert client.post(f"{place}handovers/", said, headers=marked, **sent).status_code == 201
