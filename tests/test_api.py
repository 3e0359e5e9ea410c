"""Does the API do what the pages do, for the same persons, and does it refuse plainly whatever is not right?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_calls import (
    ROOT,
    Program,
    account_of,
    carried_year,
    last_order,
    log_sizes,
    office_copy,
    program,
    shape_of,
    token_for,
    written,
)
from desk_life import deal, officer, representative

pytestmark = [pytest.mark.db, pytest.mark.slow]
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carried_year(tmp_path_factory.mktemp("api"))


@pytest.fixture
def office(year: Path, tmp_path: Path) -> Iterator[None]:
    with office_copy(year, tmp_path):
        yield


def refuses(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """Is it refused so, as a problem?"""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    assert not code or code in {fault["code"] for fault in said["faults"]}, said
    return said


# ------------------------------------------------------------------ the matrix


def cases() -> dict[Any, str]:
    """One subject of each kind: the order that persons filed, and things on file."""
    from ecluse.custody.terms import Centre, SerialBlock
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.registry import About
    from ecluse.office.registers import Order
    from ecluse.proceeds.terms import Shortage

    order = next(one for one in on_file(Order) if one.id == last_order())
    blocks = [block for block in on_file(SerialBlock) if block.line == order.line]
    found = {
        About.OFFICE: "office", About.ORDER: order.id, About.TRANCHE: f"{order.id}/0",
        About.CERTIFICATE: order.certificate, About.PARTY: order.end_user, About.BLOCK: blocks[0].id,
        About.LINE: order.line, About.CENTRE: on_file(Centre)[0].id, About.SHORTAGE: on_file(Shortage)[0].id,
        About.PURCHASE: on_file(Shortage)[0].id, About.CASE: a_case(), About.IMPORT: an_import(),
        About.TRACE: a_trace(),
    }  # fmt: skip
    return {about: str(subject) for about, subject in found.items()}


def a_case() -> str:
    """An exporter asks for leave to offer."""
    from desk_life import do

    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Model

    exporter = representative(deal().order.exporter)
    return str(
        do("licence.apply_to_offer", exporter, "office", class_=on_file(Model)[0].class_, destination="DK").subject
    )


def a_trace() -> str:
    """The service enters a request that came by letter."""
    from desk_life import do

    return str(
        do(
            "tracing.receive", officer("authority:ssecu", "author"), "office", requester="Police of Riga",
            requester_state="LV", contact_point="desk@police.example", reference="LV-17", serial_read="EWSET01",
            recovered_state="LV", recovered_on="2026-03-01", circumstance="found", circumstances="on a field",
            intended_use="court", urgency="urgent", handling="offices",
        ).subject
    )  # fmt: skip


TABLE = (
    "officer;authority;role;name;valid_from;valid_until\nofficer:mfa-77;authority:mfa;opinion;Марія Явір;01.02.2027;\n"
)


def an_import() -> str:
    """A planner proposes a table of officers."""
    from desk_life import do

    from ecluse.office.desk.form import Upload

    file = Upload("officers.csv", TABLE.encode())
    return str(
        do("office.propose_import", officer("authority:mod", "planner"), "office", table="officers", file=file).subject
    )


def everybody() -> list[tuple[Any, bool]]:
    """Persons of every role and of several bodies, and whether the filed order is a case of theirs."""
    from ecluse.office.desk.refs import on_file
    from ecluse.parties.terms import Party

    order, line = deal().order, deal().line
    named = {party for _, party in order.roles()} | {line.maker}
    stranger = next(party.id for party in on_file(Party) if party.id not in named)
    officers = [
        ("authority:mod", "planner"), ("authority:ssecu", "author"), ("authority:mod", "countersigner"),
        ("authority:mfa", "opinion"), ("authority:ssecu", "clearance"), ("authority:treasury", "spender"),
        ("authority:audit", "controller"),
    ]  # fmt: skip
    own = [order.exporter, line.maker, f"authority:{order.destination.lower()}"]
    elsewhere = next(s for s in ("ee", "lv", "ro") if s not in (order.destination.lower(), line.host.lower()))
    return [
        *((officer(*one), True) for one in officers), *((representative(body), True) for body in own),
        (representative(stranger), False), (representative(f"authority:{elsewhere}"), False),
    ]  # fmt: skip


def test_every_action_is_open_to_its_roles_through_pages_and_api(office: None) -> None:
    """Action by role by own or foreign case by authority: asked of the registry, answered alike at both doors."""
    from django.db import transaction

    from ecluse.office.desk.registry import all_actions

    subjects, persons = cases(), everybody()
    before = written()
    told: dict[tuple[str, str, str], tuple[int, int]] = {}
    for mandate, is_own in persons:
        here, at_page = program(mandate), browser_of(mandate)
        for action in all_actions().values():
            subject = subjects[action.about]
            with transaction.atomic():
                answer = here.post(f"/actions/{action.name}", shape_of(action, subject))
                transaction.set_rollback(True)
            page = at_page.get(f"/do/{action.name}/{subject}/")
            told[action.name, mandate.body, mandate.role] = (answer.status_code, page.status_code)
            expected = is_expected(action, mandate, subject, is_own=is_own)
            assert (answer.status_code in (201, 409, 422)) is expected, (action.name, mandate, answer.content)
            assert answer.status_code in ((201, 409, 422) if expected else (403, 404)), (action.name, mandate)
            assert is_shown(action, page) is expected, (action.name, mandate, page.status_code)
            if not expected:
                refused = at_page.post(f"/do/{action.name}/{subject}/", {"confirmed": "yes"})
                assert refused.status_code in (403, 404), (action.name, mandate, refused.status_code)
                assert written() == before, (action.name, mandate)
    assert {name for name, _, _ in told} == set(all_actions())


def is_shown(action: Any, page: Any) -> bool:
    """Does the page let this person do it? Tables that came in are listed for all who work on them, with no form."""
    if action.name == "office.propose_import":
        return page.status_code == 200 and 'type="file"' in page.content.decode()
    assert page.status_code in (200, 403, 404)
    return bool(page.status_code == 200)


def is_expected(action: Any, mandate: Any, subject: str, *, is_own: bool) -> bool:
    """May this person, by the table of permissions and by whose case it is? Said in other words than the desk's."""
    from ecluse.office.actions.permissions import ACTIONS, ONLY
    from ecluse.office.desk.registry import About

    permit = action.permit or action.name
    roles = ACTIONS[permit]
    if ONLY.get(permit, mandate.body) != mandate.body:
        return False
    kind = mandate.body.split(":")[0]
    if mandate.role not in roles and not (mandate.role in ("party", "authority") and kind in roles):
        return False
    if action.about in (About.ORDER, About.TRANCHE):
        return is_own
    if action.name == "parties.state_end_use" and f"authority:{state_of(subject).lower()}" != mandate.body:
        return False
    if permit == "custody.enter_life" and mandate.role == "authority":
        return mandate.body == f"authority:{host_of(subject).lower()}"
    is_owned = action.about in (About.PARTY, About.LINE, About.CENTRE, About.BLOCK)
    return not is_owned or roles != {"party"} or mandate.body in owners(action, subject)


def state_of(party: str) -> str:
    """In which state has this party its seat?"""
    from ecluse.office.desk.refs import on_file
    from ecluse.parties.terms import Party

    return next(one.state for one in on_file(Party) if one.id == party)


def host_of(place: str) -> str:
    """In which state does this line or centre stand?"""
    from ecluse.custody.terms import Centre, Line
    from ecluse.office.desk.refs import on_file

    return next(one.host for one in (*on_file(Centre), *on_file(Line)) if one.id == place)


def owners(action: Any, subject: str) -> set[str]:
    """Who makes on this line, with these numbers, or runs this centre?"""
    from ecluse.custody.terms import Centre, Line, SerialBlock
    from ecluse.office.desk.refs import on_file

    lines = {line.id: line.maker for line in on_file(Line)}
    found = {**lines, **{block.id: lines[block.line] for block in on_file(SerialBlock)}}
    found |= {centre.id: centre.operator for centre in on_file(Centre)}
    return {found.get(subject, subject)}


def browser_of(mandate: Any) -> Any:
    """A browser in which this person is signed in, speaking for this body."""
    from django.test import Client

    from ecluse.office.people.hats import SLOT, hat_name

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(account_of(mandate).user)
    session = browser.session
    session[SLOT] = hat_name(mandate)
    session.save()
    return browser


def test_every_action_has_its_page_its_call_and_its_words() -> None:
    from ecluse.base.words import LANGUAGES, has_words
    from ecluse.office.api.office import document
    from ecluse.office.desk.form import fields_of
    from ecluse.office.desk.registry import all_actions

    calls = document("en")["paths"]
    for name, action in all_actions().items():
        assert f"{ROOT}/actions/{name}" in calls
        assert (f"{ROOT}/actions/{name}/preview" in calls) is (action.preview is not None)
        keys = [f"desk.{name}.title", f"desk.{name}.lead", *(f"desk.field.{f.name}" for f in fields_of(action.form))]
        missing = [(key, lang) for key in keys for lang in LANGUAGES if not has_words(key, lang)]
        assert missing == []
    called = {path.removeprefix(f"{ROOT}/actions/").removesuffix("/preview") for path in calls if "/actions/" in path}
    assert called == set(all_actions())


def test_the_document_speaks_three_languages_and_names_problems_as_such() -> None:
    from ecluse.office.api.document import operations
    from ecluse.office.api.office import document

    said = [[one["summary"] for one in operations(document(lang))] for lang in ("uk", "en", "fr")]
    assert all(len({*three}) == 3 for three in zip(*said, strict=True)), said
    ids = [one["operationId"] for one in operations(document("en"))]
    assert len(ids) == len(set(ids))
    for operation in operations(document("en")):
        statuses = {int(status) for status in operation["responses"]}
        assert statuses >= {400, 401, 405}, operation["operationId"]
        for status in statuses:
            kinds = operation["responses"][status].get("content", {})
            assert (PROBLEM in kinds) is (status >= 400), (operation["operationId"], status)


# ------------------------------------------------------------------ who comes in


def test_a_cookie_alone_lets_nobody_in(office: None) -> None:
    browser = browser_of(officer("authority:ssecu", "author"))
    assert browser.get("/orders/").status_code == 200
    refuses(browser.get(f"{ROOT}/orders"), 401)
    order = last_order()
    answer = browser.post(
        f"{ROOT}/actions/licence.give_opinion", {"subject": order, "voice": "for", "reason": "x"},
        content_type="application/json", headers={"Idempotency-Key": "from-another-site"},
    )  # fmt: skip
    refuses(answer, 401)


def test_the_token_says_who_asks_even_beside_anothers_cookie(office: None) -> None:
    from ecluse.office.models import ReadEntry

    browser, bank = browser_of(officer("authority:ssecu", "author")), representative(deal().order.bank)
    token = token_for(bank)
    answer = browser.get(f"{ROOT}/orders/{last_order()}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert ReadEntry.objects.filter(page="api.order").values_list("person", flat=True).last() == bank.person


def test_a_page_takes_no_post_from_another_site(office: None) -> None:
    from django.test import Client

    mandate, order = officer("authority:ssecu", "opinion"), last_order()
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    browser.force_login(account_of(mandate).user)
    before = written()
    answer = browser.post(f"/do/licence.give_opinion/{order}/", {"voice": "for", "reason": "x"})
    assert answer.status_code == 403
    assert written() == before


@pytest.mark.parametrize("token", ["", "x", "ecluse_", "ecluse_unknown", "ecluse_" + "a" * 5000, "ecluse_\xff"])
def test_no_token_of_ours_no_entry(office: None, token: str) -> None:
    answer = Program(token).get("/me")
    refuses(answer, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="ecluse"'


def test_tokens_are_hashed_and_end(office: None) -> None:
    from ecluse.office.actions.tokens import make_token
    from ecluse.office.models import ApiToken

    mandate = officer("authority:ssecu", "author")
    account, now = account_of(mandate), datetime.now(UTC)
    token = make_token(account, mandate, "nightly", ("read",), 1, now)
    assert not [row for row in ApiToken.objects.values() if token in str(row)]
    here = Program(token)
    assert here.get("/me").json()["role"] == "author"
    ApiToken.objects.update(expires_at=now - timedelta(seconds=1))
    refuses(here.get("/me"), 401)
    ApiToken.objects.update(expires_at=now + timedelta(days=1))
    assert here.get("/me").status_code == 200
    ApiToken.objects.update(revoked_at=now)
    refuses(here.get("/me"), 401)


def test_a_token_reaches_no_further_than_its_scopes(office: None) -> None:
    mandate, order = officer("authority:mfa", "opinion"), last_order()
    before = written()
    said = refuses(program(mandate, "read").act("licence.give_opinion", order, voice="for", reason="no objection"), 403)
    assert said["detail"] == "The token does not reach this far."
    assert written() == before
    assert program(mandate, "licence.give_opinion").act(
        "licence.give_opinion", order, voice="for", reason="no objection"
    ).status_code == 201  # fmt: skip


# ------------------------------------------------------------------ once


def test_the_same_request_gets_the_same_answer(office: None) -> None:
    from ecluse.office.desk.registry import all_actions

    mandate, order = officer("authority:mfa", "opinion"), last_order()
    here, body = program(mandate), {"subject": order, "voice": "for", "reason": "no objection"}
    first = here.post("/actions/licence.give_opinion", body, key="opinion-1")
    assert first.status_code == 201
    before = written()
    again = here.post("/actions/licence.give_opinion", body, key="opinion-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert written() == before
    said = refuses(here.post("/actions/licence.give_opinion", {**body, "reason": "other"}, key="opinion-1"), 409)
    assert "idempotency" in said["detail"].lower()
    other = shape_of(all_actions()["licence.set_condition"], order)
    refuses(here.post("/actions/licence.set_condition", other, key="opinion-1"), 409)
    assert written() == before


def test_what_was_cut_off_before_its_answer_is_done_once_when_asked_again(
    office: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office dies after the deed and before the answer: nothing stands, and the second asking does it."""
    from ecluse.office.actions import idempotency

    mandate, order = officer("authority:mfa", "opinion"), last_order()
    here, body = program(mandate), {"subject": order, "voice": "for", "reason": "no objection"}
    before = (written(), log_sizes())

    class Killed(BaseException):
        pass

    def dies(*given: Any, **named: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("ecluse.office.api.calls.told", dies)
        with pytest.raises(Killed):
            here.post("/actions/licence.give_opinion", body, key="cut-off-1")
    assert (written(), log_sizes()) == before
    answer = here.post("/actions/licence.give_opinion", body, key="cut-off-1")
    assert answer.status_code == 201
    assert here.post("/actions/licence.give_opinion", body, key="cut-off-1").content == answer.content
    assert idempotency.forget(datetime.now(UTC) + timedelta(days=31)) == 1


def test_what_was_refused_leaves_its_key_free(office: None) -> None:
    here, order = program(officer("authority:mfa", "opinion")), last_order()
    before = (written(), log_sizes())
    wrong = {"subject": order, "voice": "for", "reason": "\u0007"}
    refuses(here.post("/actions/licence.give_opinion", wrong, key="free-again"), 422, "form.fault.control")
    assert (written(), log_sizes()) == before
    right = {"subject": order, "voice": "for", "reason": "no objection"}
    assert here.post("/actions/licence.give_opinion", right, key="free-again").status_code == 201


def test_two_persons_keys_are_two(office: None) -> None:
    order = last_order()
    for body in ("authority:mfa", "authority:sbu"):
        answer = program(officer(body, "opinion")).post(
            "/actions/licence.give_opinion", {"subject": order, "voice": "for", "reason": "x"}, key="the-same-key"
        )
        assert answer.status_code == 201, answer.content


# ------------------------------------------------------------------ bad input


GOOD = {"voice": "for", "reason": "no objection"}
BODIES = [
    pytest.param(b" ", 400, id="nothing"),
    pytest.param(b"{", 400, id="half a body"),
    pytest.param(b"\xff\xfe{}", 400, id="no UTF-8"),
    pytest.param('{"subject":"x"}'.encode("utf-16"), 400, id="UTF-16"),
    pytest.param(b'{"subject":"order:1","subject":"order:2"}', 400, id="a name twice"),
    pytest.param(b'{"subject":NaN}', 400, id="no number"),
    pytest.param(b"[" * 100_000, 400, id="too deep"),
    pytest.param(b'{"reason":' + b"[" * 30 + b"]" * 30 + b"}", 400, id="deep"),
    pytest.param(b'{"subject":"\\ud800"}', 400, id="half a pair"),
    pytest.param(b'{"subject":"order:\\u0000"}', 400, id="a NUL"),
    pytest.param(b'{"units":' + b"9" * 5000 + b"}", 400, id="endless number"),
    pytest.param(b"[]", 422, id="a list"),
    pytest.param(b'"x"', 422, id="a text"),
    pytest.param(b"null", 422, id="null"),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
def test_a_body_that_cannot_be_read_is_refused(office: None, body: bytes, status: int) -> None:
    here = program(officer("authority:mfa", "opinion"))
    before = (written(), log_sizes())
    refuses(here.post("/actions/licence.give_opinion", body), status)
    assert (written(), log_sizes()) == before


FIELDS = [
    pytest.param({"voice": "perhaps"}, "form.fault.not_offered", id="not of the set"),
    pytest.param({"voice": 1}, "form.fault.not_offered", id="a number for a word"),
    pytest.param({"reason": None}, "form.fault.text", id="null"),
    pytest.param({"reason": "x" * 2001}, "form.fault.too_long", id="too long"),
    pytest.param({"reason": "   "}, "form.fault.missing", id="blank"),
    pytest.param({"surprise": 1}, "form.fault.unknown", id="unknown field"),
    pytest.param({"subject": "order:1\r\nX-Evil: 1"}, "api.fault.pattern", id="a line break in an id"),
    pytest.param({"subject": "../../etc"}, "", id="a path for an id"),
    pytest.param({"subject": "x" * 161}, "form.fault.too_long", id="too long an id"),
]


@pytest.mark.parametrize(("fields", "code"), FIELDS)
def test_a_field_that_is_wrong_is_named(office: None, fields: dict[str, Any], code: str) -> None:
    here = program(officer("authority:mfa", "opinion"))
    before = (written(), log_sizes())
    answer = here.post("/actions/licence.give_opinion", {"subject": last_order(), **GOOD, **fields})
    refuses(answer, 422 if code else 404, code)
    assert (written(), log_sizes()) == before


def test_numbers_days_and_money_are_what_they_are(office: None) -> None:
    here = program(representative(deal().order.exporter))
    fields = {
        "model": "x", "units": "3", "unit_price": {"minor": 1.5, "currency": "EUR"}, "buyer": "x", "end_user": "x",
        "consignee": "x", "carrier": "x", "bank": "x", "destination": "DK", "deliver_in": "2026-13",
        "contract_on": 0, "offered_on": "9999-12-31", "permit": "one_off", "route": "x",
    }  # fmt: skip
    said = refuses(here.act("licence.file", "office", **fields), 422)
    found = {fault["field"]: fault["code"] for fault in said["faults"]}
    wrong = {"units", "unit_price.minor", "deliver_in", "contract_on", "offered_on", "route"}
    assert wrong <= set(found), found
    assert found["contract_on"] == found["offered_on"] == "form.fault.date"


@pytest.mark.parametrize(
    ("headers", "kind", "status"),
    [
        pytest.param({}, "text/plain", 415, id="text"),
        pytest.param({}, "application/x-www-form-urlencoded", 415, id="a form of another site"),
        pytest.param({}, "multipart/form-data; boundary=x", 415, id="multipart"),
        pytest.param({}, "application/json; charset=koi8-u", 415, id="another charset"),
        pytest.param({"Content-Encoding": "gzip"}, "application/json", 415, id="packed"),
        pytest.param({"Content-Length": str(2**40)}, "application/json", 413, id="a huge length"),
        pytest.param({"Content-Length": "many"}, "application/json", 413, id="no length"),
    ],
)
def test_what_comes_in_wrong_stays_out(office: None, headers: dict[str, str], kind: str, status: int) -> None:
    here = program(officer("authority:mfa", "opinion"))
    before = (written(), log_sizes())
    refuses(here.post("/actions/licence.give_opinion", {"subject": last_order(), **GOOD}, kind=kind, **headers), status)
    assert (written(), log_sizes()) == before


def test_a_body_of_more_than_a_megabyte_is_too_large(office: None) -> None:
    here = program(officer("authority:mfa", "opinion"))
    body = json.dumps({"subject": last_order(), "voice": "for", "reason": "x" * 1024 * 1024}).encode()
    refuses(here.post("/actions/licence.give_opinion", body), 413)
    within = {"subject": last_order(), "voice": "for", "reason": "x" * (1024 * 1024 - 200)}
    refuses(here.post("/actions/licence.give_opinion", within), 422, "form.fault.too_long")


@pytest.mark.parametrize(
    ("path", "comes_in"),
    [
        ("/actions/plan.adopt", True),
        ("/actions/plan.commit_baseline/", True),
        ("/actions/plan.adopt/of", False),
        ("/actions/plan.adopt.other", False),
        ("/actions/licence.file", False),
    ],
)
def test_only_an_address_that_carries_a_plan_takes_more_than_a_megabyte(
    office: None, path: str, *, comes_in: bool
) -> None:
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory

    from ecluse.office.api.door import MOST_JSON, at_the_door

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)

    body = b" " * (MOST_JSON + 1)
    asked = RequestFactory().post(f"{ROOT}{path}", body, content_type="application/json")
    assert at_the_door(view, frozenset({"POST"}))(asked).status_code == (204 if comes_in else 413)


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 101, "with space", "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"]
)
def test_a_key_is_needed_and_plain(office: None, key: str) -> None:
    here = program(officer("authority:mfa", "opinion"))
    headers = {**here.headers, **({"Idempotency-Key": key} if key else {})}
    answer = here.client.post(
        f"{ROOT}/actions/licence.give_opinion", {"subject": last_order(), **GOOD}, content_type="application/json",
        headers=headers,
    )  # fmt: skip
    refuses(answer, 422)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404), ("/", 404), ("/orders/", 404), ("/orders/order:none", 404), ("/orders/%00", 400),
        ("/orders?limit=0", 422), ("/orders?limit=201", 422), ("/orders?limit=x", 422), ("/orders?after=%ff", 400),
        ("/orders?after=" + "x" * 161, 422), ("/orders?after=%0d%0aX:1", 422), ("/orders?after=a%00", 400),
        ("/certificates/certificate:none", 404), ("/units/none", 404), ("/units/%0a", 404),
        ("/documents/" + "0" * 64, 404), ("/documents/x", 422), ("/notices?before=0", 422),
        ("/notices?before=99999999999999999999", 422),
    ],
)  # fmt: skip
def test_an_address_that_names_nothing_says_so(office: None, path: str, status: int) -> None:
    refuses(program(officer("authority:ssecu", "author")).get(path), status)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "head", "trace"])
def test_other_methods_are_refused(office: None, method: str) -> None:
    here = program(officer("authority:ssecu", "author"))
    answer = getattr(here.client, method)(f"{ROOT}/orders", headers=here.headers)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert answer["Content-Type"] == PROBLEM


def test_refusals_are_said_in_the_persons_language(office: None) -> None:
    mandate = officer("authority:ssecu", "author")
    said = {lang: program(mandate, lang=lang).get("/orders/order:none").json() for lang in ("uk", "en", "fr")}
    assert len({one["detail"] for one in said.values()}) == 3
    assert said["uk"]["title"] == "Не знайдено"
    from ecluse.office.actions.people import choose_language

    choose_language(account_of(mandate), "fr")
    unasked = program(mandate, lang="").get("/orders/order:none")
    assert unasked["Content-Language"] == "fr"
    weighed = program(mandate, lang="de, fr;q=0.2, uk;q=0.9").get("/orders/order:none")
    assert weighed["Content-Language"] == "uk"


def test_refusals_are_logged_on_one_line_with_their_rate(office: None, caplog: pytest.LogCaptureFixture) -> None:
    here = Program("ecluse_unknown")
    with caplog.at_level(logging.WARNING, "ecluse.office"):
        for _ in range(61):
            here.get("/orders/x%0aapi%20refused%20nothing")
    lines = [record.getMessage() for record in caplog.records if record.name == "ecluse.office"]
    assert all("\n" not in line for line in lines)
    assert "60 in a minute" in "".join(lines)
    assert [record.levelname for record in caplog.records].count("ERROR") == 1


def test_our_own_mistake_tells_nothing(
    office: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*given: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("ecluse.office.api.reading.tranches_of", breaks)
    answer = program(officer("authority:ssecu", "author")).get(f"/orders/{last_order()}")
    assert "secret" not in json.dumps(refuses(answer, 500))
    assert "the secret of the house" in caplog.text


# ------------------------------------------------------------------ others' ids, grounds, reads


def test_what_is_anothers_is_as_if_it_were_not(office: None) -> None:
    from ecluse.custody.terms import Line
    from ecluse.office.desk.refs import on_file
    from ecluse.office.models import Involvement
    from ecluse.parties.terms import Party
    from ecluse.surplus.terms import Certificate

    sale, order = deal(), last_order()
    named = {party for _, party in sale.order.roles()} | {sale.line.maker}
    busy = named | set(Involvement.objects.values_list("party", flat=True)) | {line.maker for line in on_file(Line)}
    here = program(representative(next(party.id for party in on_file(Party) if party.id not in busy)))
    assert here.get("/orders").json() == {"orders": [], "next": None}
    certificate = on_file(Certificate)[0].id
    for path in (f"/orders/{order}", f"/orders/{order}/tranches", f"/orders/{order}/documents",
                 f"/certificates/{certificate}"):  # fmt: skip
        theirs, nobodys = here.get(path), here.get(path.replace(order, "order:none").replace(certificate, "c:none"))
        assert refuses(theirs, 404) == refuses(nobodys, 404)
    theirs = here.act("licence.appeal", order, ready=True)
    assert refuses(theirs, 404) == refuses(here.act("licence.appeal", "order:none", ready=True), 404)
    for number in ("1", "99", "x"):
        refuses(here.act("custody.pack", f"{order}/{number}"), 404)


def test_a_number_of_an_order_that_is_not_there_is_not_found(office: None) -> None:
    here = program(representative(deal().line.maker))
    refuses(here.act("custody.pack", f"{last_order()}/77"), 404)


def test_an_order_that_is_held_carries_the_grounds_of_the_pages(office: None) -> None:
    from desk_life import file

    order = file(deal())
    author = officer("authority:ssecu", "author")
    life = program(author).get(f"/orders/{order}").json()
    held = next(one for one in life["hearings"] if one["verdict"] == "held")
    ground = held["grounds"][0]
    assert ground["provision"]
    page = browser_of(author).get(f"/orders/{order}/?lang=en").content.decode()
    from django.utils.html import escape

    assert escape(ground["sentence"]) in page
    assert escape(ground["remedy"]) in page


def test_an_order_is_filed_and_licensed_by_programs(office: None) -> None:
    """What a gate says comes back with the answer, as the pages would show it."""
    from desk_life import desk_of

    from ecluse.office.desk.licence import asked

    sale, order = deal(), last_order()
    for authority in asked(desk_of(representative(sale.order.exporter)), order):
        answer = program(officer(authority, "opinion")).act("licence.give_opinion", order, **GOOD)
        assert answer.status_code == 201, answer.content
    second = officer("authority:mod", "countersigner")
    proposed = program(officer("authority:ssecu", "author")).act(
        "licence.propose", order, grant=True, reason="criteria met", countersigner=second.person
    )
    assert proposed.status_code == 201, proposed.content
    decided = program(second).act("licence.decide", order, read=True)
    assert decided.json()["verdict"] == "passed", decided.content
    assert decided.json()["grounds"] == []
    rows = program(second).get(f"/orders/{order}/tranches").json()
    assert [row["tranche"] for row in rows] == [f"{order}/0"]
    offered = program(representative(sale.line.maker)).get(f"/orders/{order}").json()["actions"]
    assert {"custody.pack", "custody.report_sighting", "office.attach"} <= set(offered)


def test_a_preview_says_what_would_stop_and_writes_nothing(office: None) -> None:
    from ecluse.office.desk.registry import all_actions

    order = deal().order
    here = program(officer("authority:mod", "planner"))
    before = (written(), log_sizes())
    answer = here.post("/actions/surplus.withdraw/preview", {"subject": order.certificate, "reason": "x"})
    assert answer.status_code == 200, answer.content
    assert {one["what"] for one in answer.json()} == {"effect.licences", "effect.consignments"}
    assert all(one["sentence"] and one["count"] == len(one["subjects"]) for one in answer.json())
    assert (written(), log_sizes()) == before
    assert all_actions()["surplus.withdraw"].preview


def test_pages_of_orders_and_certificates_are_bounded_and_whole(office: None) -> None:
    from ecluse.office.models import CertificateBalance, OrderRow

    here = program(officer("authority:mod", "planner"))
    for path, name, key, model in (("/orders", "orders", "order", OrderRow),
                                   ("/certificates", "certificates", "certificate", CertificateBalance)):  # fmt: skip
        seen, after = [], ""
        while after is not None:
            page = here.get(f"{path}?limit=13&after={after}").json()
            assert len(page[name]) <= 13
            seen += [row[key] for row in page[name]]
            after = page["next"]
        assert len(seen) == len(set(seen)) == model.objects.count()


def test_the_ministrys_figures_stay_with_the_ministry(office: None) -> None:
    from ecluse.office.desk.refs import on_file
    from ecluse.surplus.terms import Certificate

    certificate = next(c for c in on_file(Certificate) if c.id == deal().order.certificate)
    maker = program(representative(certificate.maker)).get(f"/certificates/{certificate.id}").json()
    home = program(officer("authority:mod", "planner")).get(f"/certificates/{certificate.id}").json()
    assert home["results"]
    assert maker["results"] is maker["units_need_unmet"] is None
    assert maker["units_left"] == home["units_left"]


def test_a_units_life_is_told_to_whom_it_concerns(office: None) -> None:
    from ecluse.custody.terms import DeliveryVerification
    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Order
    from ecluse.parties.terms import Party

    verified = next(one for one in on_file(DeliveryVerification) if one.ranges)
    serial = serial_of(verified.ranges[0].block, verified.ranges[0].first)
    whole = program(officer("authority:ssecu", "author")).get(f"/units/{serial}").json()
    assert whole["born"]
    assert whole["events"]
    assert whole["sentences"]
    order = next(one for one in on_file(Order) if one.id == verified.tranche.rpartition("/")[0])
    theirs = program(representative(order.end_user), lang="uk").get(f"/units/{serial}").json()
    assert {event["tranche"] for event in theirs["events"]} <= {None, verified.tranche}
    assert theirs["last"] == whole["last"]
    assert theirs["sentences"] != whole["sentences"]
    parts = {party for _, party in order.roles()} | {whole["born"]["maker"]}
    stranger = next(p.id for p in on_file(Party) if p.id not in parts)
    refuses(program(representative(stranger)).get(f"/units/{serial}"), 404)


def serial_of(block: str, number: int) -> str:
    """How is this number written on its unit?"""
    from ecluse.custody.serials import serial_text
    from ecluse.custody.terms import SerialBlock
    from ecluse.office.desk.refs import on_file

    return serial_text(next(one.prefix for one in on_file(SerialBlock) if one.id == block), number)


def test_what_is_looked_at_is_noted(office: None) -> None:
    from ecluse.office.models import ReadEntry

    mandate, order = officer("authority:ssecu", "author"), last_order()
    here = program(mandate)
    before = ReadEntry.objects.count()
    here.get(f"/orders/{order}")
    here.get(f"/orders/{order}/tranches")
    here.get("/orders/order:none")
    here.get("/me")
    noted = list(ReadEntry.objects.order_by("pk").values_list("person", "page", "subject"))[before:]
    assert noted == [(mandate.person, "api.order", order), (mandate.person, "api.tranches", order)]


def test_notices_are_the_persons_own(office: None) -> None:
    from ecluse.office.actions.notices import notify

    mine, others = officer("authority:ssecu", "author"), officer("authority:mod", "planner")
    account_of(mine)
    for number in range(3):
        notify(mine.person, "people.acting_for", {"officer": f"officer:{number}"}, "/orders/", datetime.now(UTC))
    here = program(mine)
    first = here.get("/notices?limit=2").json()
    assert len(first["notices"]) == 2
    assert len(here.get(f"/notices?before={first['next']}").json()["notices"]) == 1
    assert program(others).get("/notices").json() == {"notices": [], "next": None}
