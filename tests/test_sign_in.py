"""Does everybody come in as himself, and nobody as somebody else: accounts, hats, absences, demonstration roles?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import set_up
from peopled import PASSWORD, client, entered, found_both, letters, post, second_proof, seeded

from ecluse.base.errors import BadInputError, ConflictError, ForbiddenError

set_up()


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


def account(officer: str = "officer:ssecu-1", email: str = "a@office.example", **more: Any) -> Any:
    from ecluse.office.actions.people import make_account

    return make_account(officer, email, "Vira", PASSWORD, **more)


def sign_in(browser: Any, email: str = "a@office.example", password: str = PASSWORD) -> Any:
    return post(browser, "/sign-in/", "/sign-in/?account", login=email, password=password)


def who(browser: Any) -> str:
    return str(browser.get("/").content.decode())


# ------------------------------------------------------------------ a person has one account


@pytest.mark.parametrize(
    ("officer", "email"),
    [
        pytest.param("officer:ssecu-1", "b@office.example", id="the same officer"),
        pytest.param("officer:ssecu-2", "a@office.example", id="the same address"),
        pytest.param("officer:ssecu-2", "A@Office.Example", id="the same address in other letters"),
    ],
)
def test_no_second_account_takes_a_person(service: Any, officer: str, email: str) -> None:
    from django.contrib.auth.models import User

    account()
    with pytest.raises(ConflictError):
        account(officer, email)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("officer", "email", "password", "column"),
    [
        pytest.param("somebody", "a@office.example", PASSWORD, "officer", id="no officer"),
        pytest.param("officer:ssecu-1", "a-office.example", PASSWORD, "email", id="no address"),
        pytest.param(
            "officer:ssecu-1", "a@b.example\nBcc: x@y.example", PASSWORD, "email", id="a header in the address"
        ),
        pytest.param("officer:ssecu-1", "a@office.example", "short", "password", id="a short password"),
        pytest.param("officer:ssecu-1", "a@office.example", "qwerty123456", "password", id="a common password"),
    ],
)
def test_an_account_that_will_not_do(service: Any, officer: str, email: str, password: str, column: str) -> None:
    from ecluse.office.actions.people import make_account

    with pytest.raises(BadInputError) as refused:
        make_account(officer, email, "Vira", password)
    assert [fault.column for fault in refused.value.faults] == [column]
    assert all(fault.found != password for fault in refused.value.faults)


# ------------------------------------------------------------------ signing in


def test_a_person_signs_in_and_out(service: Any) -> None:
    account()
    assert who(service).startswith("nobody")
    assert sign_in(service).status_code == 302
    assert who(service).startswith("officer:ssecu-1 authority:ssecu author None")
    assert post(service, "/sign-out/", "/settings/").status_code == 302
    assert who(service).startswith("nobody")


def test_signing_out_by_a_link_asks_first(service: Any) -> None:
    account()
    sign_in(service)
    assert service.get("/sign-out/").status_code == 200
    assert not who(service).startswith("nobody")


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_a_wrong_password_is_refused_in_the_persons_language(service: Any, lang: str) -> None:
    account()
    service.get(f"/sign-in/?lang={lang}")
    answer = sign_in(service, password="not this one at all")
    said = {"uk": "пароль неправильні", "en": "are not correct", "fr": "sont incorrects"}[lang]
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert who(service).startswith("nobody")


def test_guessing_is_slowed(service: Any) -> None:
    account()
    for _ in range(6):
        sign_in(service, password="not this one at all")
    assert sign_in(service).status_code in (200, 429)
    assert who(service).startswith("nobody")


def test_a_closed_account_opens_nothing(service: Any) -> None:
    from ecluse.office.actions.people import close_account

    made = account()
    sign_in(service)
    close_account(made)
    assert who(service).startswith("nobody")
    sign_in(service)
    assert who(service).startswith("nobody")


def test_the_session_is_a_new_one(service: Any) -> None:
    account()
    service.get("/sign-in/")
    service.session.save()
    service.cookies["session"] = planted = "a" * 32
    sign_in(service)
    assert service.cookies["session"].value != planted


def test_a_user_without_an_account_of_the_office_does_not_come_in(service: Any) -> None:
    from allauth.account.models import EmailAddress
    from django.contrib.auth.models import User

    user = User.objects.create_user("b@office.example", "b@office.example", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    sign_in(service, "b@office.example")
    assert who(service).startswith("nobody")


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(service: Any, wanted: str) -> None:
    account()
    answer = post(service, "/sign-in/", "/sign-in/", login="a@office.example", password=PASSWORD, next=wanted)
    assert answer.status_code == 302
    assert "elsewhere" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_a_role_leads_nowhere_else(demonstration: Any) -> None:
    answer = post(demonstration, "/sign-in/demo/officer:mod-5/", card="planner", next="//elsewhere.example/")
    assert answer["Location"] == "/"
    answer = post(demonstration, "/sign-in/demo/officer:mod-5/", card="planner", next="/orders/?gate=licence")
    assert answer["Location"] == "/orders/?gate=licence"


@pytest.mark.parametrize("address", ["/sign-in/", "/sign-out/", "/hat/", "/preferences/", "/settings/tokens/"])
def test_posts_from_other_sites_are_refused(service: Any, address: str) -> None:
    assert service.post(address, {"login": "a@office.example"}).status_code == 403


def test_nobody_signs_himself_up(service: Any) -> None:
    for address in ("/account/signup/", "/accounts/signup/", "/sign-up/", "/account/email/"):
        assert service.get(address).status_code == 404


def test_a_forgotten_password_comes_by_letter_in_the_persons_language(service: Any, tmp_path: Path) -> None:
    account(language="fr")
    post(service, "/account/password/forgotten/", "/account/password/forgotten/", email="a@office.example")
    (letter,) = letters(tmp_path)
    assert "Mot de passe" in letter["Subject"]
    assert "dans l’heure" in letter.get_content()
    link = re.search(r"http://localhost(/account/password/new/\S+)", letter.get_content())
    assert link
    shown = service.get(link[1], follow=True)
    changed = "nine calm otters swim"
    page = shown.redirect_chain[-1][0]
    assert post(service, page, page, password1=changed, password2=changed).status_code == 302
    sign_in(service, password=changed)
    assert who(service).startswith("officer:ssecu-1")


def test_a_forgotten_password_says_nothing_of_who_has_an_account(service: Any, tmp_path: Path) -> None:
    account()
    page = "/account/password/forgotten/"
    answers = [post(service, page, page, email=f"{name}@office.example") for name in ("a", "nobody")]
    assert {answer["Location"] for answer in answers} == {"/account/password/forgotten/sent/"}
    assert [letter["To"] for letter in letters(tmp_path)] == ["a@office.example"]


# ------------------------------------------------------------------ second factors


def totp_now(secret: str) -> str:
    """The code of this half-minute: of those the office takes, the oldest may run out on its way."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    taken = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, taken[len(taken) // 2])))


def confirm(browser: Any) -> None:
    assert post(browser, "/account/confirm/", "/account/confirm/", password=PASSWORD).status_code == 302


def add_totp(browser: Any) -> str:
    confirm(browser)
    page = browser.get("/account/second-factor/telephone/add/")
    assert page.status_code == 200, page.status_code
    secret = re.search(r'<code class="secret">(\w+)</code>', page.content.decode())
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert secret
    assert token
    fields = {"code": totp_now(secret[1]), "csrfmiddlewaretoken": token[1]}
    assert browser.post("/account/second-factor/telephone/add/", fields).status_code == 302
    return secret[1]


def test_codes_of_a_telephone_are_asked_for_and_rest_encrypted(service: Any) -> None:
    from allauth.mfa.models import Authenticator

    account()
    sign_in(service)
    secret = add_totp(service)
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    other = client()
    assert sign_in(other)["Location"] == "/account/second-factor/code/"
    assert who(other).startswith("nobody")
    page = "/account/second-factor/code/"
    assert post(other, page, page, code="000000").status_code == 200
    assert who(other).startswith("nobody")


def test_a_recovery_code_opens_once(service: Any) -> None:
    account()
    sign_in(service)
    add_totp(service)
    shown = service.get("/account/second-factor/recovery/").content.decode()
    codes = re.findall(r"<li>(\d{10})</li>", shown)
    assert len(codes) == 10
    page = "/account/second-factor/code/"
    for expected in ("officer:ssecu-1", "nobody"):
        other = client()
        sign_in(other)
        post(other, page, page, code=codes[0])
        assert who(other).startswith(expected)
    again = service.get("/account/second-factor/recovery/").content.decode()
    assert not re.findall(r"<li>\d{10}</li>", again)


def test_a_role_of_the_demonstration_has_no_keys_to_change(demonstration: Any) -> None:
    post(demonstration, "/sign-in/demo/officer:mod-5/", card="planner")
    for page in ("password/", "second-factor/keys/add/", "second-factor/telephone/add/"):
        assert demonstration.get(f"/account/{page}").status_code == 404


def test_keys_are_changed_only_by_somebody_who_has_just_shown_who_he_is(service: Any) -> None:
    account()
    sign_in(service)
    for address in ("telephone/add/", "keys/add/"):
        answer = service.get(f"/account/second-factor/{address}")
        assert answer["Location"].startswith("/account/confirm/")


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_every_page_of_the_ways_in_speaks_and_stands_alone(service: Any, lang: str) -> None:
    account(language=lang)
    pages = ["/sign-in/", "/account/password/forgotten/", "/account/password/forgotten/sent/", "/account/closed/",
             "/account/password/new/1-x/", "/account/password/new/done/"]  # fmt: skip
    service.get(f"/?lang={lang}")
    shown = {page: service.get(page) for page in pages}
    sign_in(service)
    inside = ["/settings/", "/notices/", "/account/password/", "/account/confirm/", "/sign-out/"]
    shown |= {page: service.get(page) for page in inside}
    add_totp(service)
    later = ["", "keys/", "keys/add/", "telephone/remove/", "recovery/", "recovery/new/", "confirm/"]
    shown |= {page: service.get(page) for page in (f"/account/second-factor/{page}" for page in later)}
    for page, answer in shown.items():
        html = answer.content.decode()
        assert answer.status_code == 200, page
        assert f'<html lang="{lang}"' in html, page
        assert not re.search(r"\son\w+=|\sstyle=|https?://(?!www\.w3\.org)", html), page
        assert not re.search(r"<script(?![^>]*(src=|application/json))", html), page


# ------------------------------------------------------------------ hats


def second_mandate(officer: str, body: str, role: str) -> None:
    from ecluse.office.actions.deed import Deed
    from ecluse.office.registers import Officer

    day = date(2026, 1, 6)
    with Deed(seeded(), "office.register", actor="clock:office", on=day, subject=officer) as deed:
        deed.seal(Officer(officer, body, role, "Name", day, None), rid=f"{officer}/2")


def test_of_several_mandates_one_is_worn(service: Any) -> None:
    account()
    second_mandate("officer:ssecu-1", "authority:mod", "opinion")
    sign_in(service)
    assert who(service).startswith("officer:ssecu-1 authority:ssecu author")
    hat = "authority:mod|opinion|"
    assert post(service, "/hat/", "/settings/", hat=hat).status_code == 302
    assert who(service).startswith("officer:ssecu-1 authority:mod opinion")


def test_nobody_wears_a_hat_that_is_not_his(service: Any) -> None:
    account()
    sign_in(service)
    assert post(service, "/hat/", "/settings/", hat="authority:mod|planner|").status_code == 404
    session = service.session
    session["hat"] = "authority:mod|planner|"
    session.save()
    assert who(service).startswith("officer:ssecu-1 authority:ssecu author")


def test_a_person_without_a_mandate_sees_his_settings_only(service: Any) -> None:
    account("officer:former-1")
    sign_in(service)
    assert who(service).startswith("nobody")
    assert service.get("/settings/").status_code == 200
    assert service.get("/orders/order:1/").status_code == 403


# ------------------------------------------------------------------ absence


DAY = date(2026, 3, 2)


def declare(officer: str, deputy: str, first: date, last: date, by: str = "") -> None:
    from ecluse.office.actions.absences import absence_of, declare_absence
    from ecluse.office.desk.person import mandates_of

    session = seeded()
    declare_absence(session, absence_of(officer, first, last, deputy), mandates_of(session, by or officer, DAY)[0], DAY)


def test_a_deputy_acts_under_the_mandate_in_his_own_name(service: Any) -> None:
    from ecluse.office.people.hats import hats_of

    declare("officer:ssecu-1", "officer:ssecu-2", DAY, DAY + timedelta(days=9))
    hats = hats_of(seeded(), "officer:ssecu-2", DAY + timedelta(days=9))
    assert [(hat.person, hat.role, hat.acting_for) for hat in hats] == [
        ("officer:ssecu-2", "opinion", None),
        ("officer:ssecu-2", "author", "officer:ssecu-1"),
    ]
    assert hats_of(seeded(), "officer:ssecu-1", DAY) == []
    after = DAY + timedelta(days=10)
    assert [hat.acting_for for hat in hats_of(seeded(), "officer:ssecu-2", after)] == [None]
    assert [hat.role for hat in hats_of(seeded(), "officer:ssecu-1", after)] == ["author"]


def test_absent_and_deputy_stay_two_persons(service: Any) -> None:
    from ecluse.office.people.hats import hats_of

    declare("officer:mod-1", "officer:mod-5", DAY, DAY)
    assert {hat.person for hat in hats_of(seeded(), "officer:mod-5", DAY)} == {"officer:mod-5"}


@pytest.mark.parametrize(
    ("officer", "deputy", "days"),
    [
        pytest.param("officer:ssecu-1", "officer:ssecu-1", (0, 1), id="oneself"),
        pytest.param("officer:ssecu-1", "officer:mod-1", (0, 1), id="of another body"),
        pytest.param("officer:ssecu-1", "officer:nobody", (0, 1), id="not on record"),
        pytest.param("officer:ssecu-1", "officer:ssecu-2", (1, 0), id="ends before it begins"),
        pytest.param("officer:ssecu-1", "officer:ssecu-2", (0, 366), id="longer than a year"),
        pytest.param("officer:ssecu-1", "officer:ssecu-2", (-5, -1), id="in the past"),
    ],
)
def test_an_absence_that_will_not_do(service: Any, officer: str, deputy: str, days: tuple[int, int]) -> None:
    from ecluse.office.models import Record

    with pytest.raises(BadInputError):
        declare(officer, deputy, DAY + timedelta(days=days[0]), DAY + timedelta(days=days[1]))
    assert not Record.objects.filter(v="absence/1").exists()


def test_nobody_sends_another_body_on_leave(service: Any) -> None:
    with pytest.raises(ForbiddenError):
        declare("officer:mod-1", "officer:mod-5", DAY, DAY, by="officer:ssecu-1")


# ------------------------------------------------------------------ demonstration roles


def test_every_card_leads_in(demonstration: Any) -> None:
    from ecluse.office.people.demo_roles import CARDS

    shown = demonstration.get("/sign-in/?lang=en").content.decode()
    at_once = re.findall(r'action="(/sign-in/demo/[^"]+)".*?name="card" value="(\w+)"', shown, re.S)
    chosen = re.findall(r'href="(/sign-in/demo/\w+/)"', shown)
    assert len(at_once) + len(chosen) == len(CARDS)
    for address in chosen:
        listed = demonstration.get(address).content.decode()
        at_once += re.findall(r'action="(/sign-in/demo/[^"]+)".*?name="card" value="(\w+)"', listed, re.S)[:1]
    taken = {card: who_after(address, card) for address, card in at_once}
    missing = {"carrier", "bank", "end_user"}  # no order of this small world names any
    assert set(taken) == {card.name for card in CARDS} - missing
    assert taken["planner"].startswith("officer:mod-5 authority:mod planner")
    assert taken["auditor"].startswith("officer:rep-auditor-authority-audit authority:audit auditor")
    assert taken["exporter"].startswith("officer:rep-party-maker-1 party:maker-1 party")
    assert taken["centre"].startswith("officer:rep-party-firm-2 party:firm-2 party")
    assert taken["receiver"].startswith("officer:rep-authority-general-staff authority:general-staff authority")
    assert taken["host_state"].startswith("officer:rep-authority-dk authority:dk authority")


def who_after(address: str, card: str) -> str:
    browser = client()
    assert post(browser, address, card=card).status_code == 302
    return who(browser)


def test_a_role_taken_twice_is_put_on_record_once(demonstration: Any) -> None:
    from ecluse.office.models import Account, Record

    for _ in range(2):
        post(demonstration, "/sign-in/demo/party:maker-1/", card="maker")
    assert Record.objects.filter(subject="officer:rep-party-maker-1", v="officer/1").count() == 1
    assert Account.objects.filter(officer="officer:rep-party-maker-1").count() == 1


def test_each_role_begins_a_new_session(demonstration: Any) -> None:
    seen = set()
    for officer, card in (("mod-5", "planner"), ("ssecu-1", "author"), ("ssecu-1", "author")):
        post(demonstration, f"/sign-in/demo/officer:{officer}/", card=card)
        seen.add(demonstration.cookies["session"].value)
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("whom", "card"),
    [
        pytest.param("officer:mod-5", "author", id="an officer of another role"),
        pytest.param("officer:nobody", "author", id="nobody on record"),
        pytest.param("party:nobody", "exporter", id="a party that is not in this world"),
        pytest.param("authority:dk", "auditor", id="an auditor of another body"),
        pytest.param("authority:mod", "end_user_state", id="a home authority in a foreign part"),
        pytest.param("party:maker-1", "nonsense:", id="no such card, no such body by itself", marks=()),
    ],
)
def test_no_card_leads_elsewhere(demonstration: Any, whom: str, card: str) -> None:
    answer = post(demonstration, f"/sign-in/demo/{whom}/", card=card)
    # Without a card a party's own card is found by its id; that is a way in, not a way round.
    assert answer.status_code == (302 if card == "nonsense:" else 404)


@pytest.mark.parametrize("whom", ["officer:ssecu-1", "party:maker-1", "authority:dk", "exporter"])
def test_in_service_there_are_no_demonstration_roles(service: Any, whom: str, caplog: pytest.LogCaptureFixture) -> None:
    from ecluse.office.models import Account

    assert "/sign-in/demo/" not in service.get("/sign-in/").content.decode()
    assert service.get(f"/sign-in/demo/{whom}/").status_code == 404
    assert post(service, f"/sign-in/demo/{whom}/", card="author").status_code == 404
    assert "outside a demonstration" in caplog.text
    assert not Account.objects.exists()
    assert who(service).startswith("nobody")


def test_in_service_nobody_is_made_up_by_the_action_either(service: Any) -> None:
    from ecluse.office.actions.representatives import put_on_record
    from ecluse.office.registers import Officer

    with pytest.raises(ForbiddenError):
        put_on_record(Officer("officer:rep-party-maker-1", "party:maker-1", "party", "X", DAY, None))


def test_a_choice_is_searched(demonstration: Any) -> None:
    shown = demonstration.get("/sign-in/demo/maker/?q=vyshy").content.decode()
    assert "party:maker-1" in shown
    assert "party:maker-1" not in demonstration.get("/sign-in/demo/maker/?q=kelp").content.decode()
    assert demonstration.get("/sign-in/demo/nonsense/").status_code == 404


# ------------------------------------------------------------------ language, look


def test_the_language_is_the_persons(service: Any) -> None:
    from ecluse.office.models import Account

    account()
    sign_in(service)
    assert " uk " in who(service)
    service.get("/?lang=fr")
    assert " fr " in who(service)
    assert Account.objects.get().language == "fr"
    other = client(headers={"accept-language": "en"})
    assert " en " in who(other)
    sign_in(other)
    assert " fr " in who(other)
    post(service, "/preferences/", "/settings/", language="en", theme="dark", shortcuts="off")
    kept = Account.objects.get()
    assert (kept.language, kept.theme) == ("en", "dark")


@pytest.mark.parametrize("fields", [{"language": "xx"}, {"theme": "neon"}, {"shortcuts": "maybe"}])
def test_what_the_office_does_not_know_is_not_kept(service: Any, fields: dict[str, str]) -> None:
    from ecluse.office.models import Account

    account()
    sign_in(service)
    post(service, "/preferences/", "/settings/", **fields)
    kept = Account.objects.get()
    assert (kept.language, kept.theme) == ("uk", "auto")


# ------------------------------------------------------------------ tokens


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def token(made: Any, days: int = 30, scopes: tuple[str, ...] = ("read",)) -> str:
    from ecluse.office.actions.tokens import make_token
    from ecluse.office.people.hats import hats_of

    return make_token(made, hats_of(seeded(), made.officer, DAY)[0], "carrier program", scopes, days, NOW)


def bearer(secret: str, now: datetime = NOW) -> Any:
    from ecluse.office.people.tokens import bearer_of

    return bearer_of(secret, seeded(), DAY, now)


def test_a_token_speaks_for_its_person_within_its_scopes(service: Any) -> None:
    from ecluse.office.models import ApiToken

    made = account()
    secret = token(made, scopes=("read", "licence.decide"))
    assert secret not in str(ApiToken.objects.values())
    found = bearer(secret)
    assert (found.mandate.person, found.mandate.role) == ("officer:ssecu-1", "author")
    assert found.may("licence.decide")
    assert not found.may("licence.set_condition")


def test_a_token_may_name_every_action_there_is(service: Any) -> None:
    from ecluse.office.actions.permissions import ACTIONS

    scopes = ("read", *ACTIONS)
    assert len(" ".join(scopes)) > 500
    assert bearer(token(account(), scopes=scopes)).scopes == set(scopes)


@pytest.mark.parametrize("how", ["past", "taken back", "closed account", "false", "mandate ended"])
def test_a_token_that_ended_opens_nothing(service: Any, how: str) -> None:
    from ecluse.office.actions.people import close_account
    from ecluse.office.actions.tokens import revoke_token, token_digest

    made = account()
    secret = token(made, days=1)
    assert bearer(secret) is not None
    now = NOW + timedelta(days=1) if how == "past" else NOW
    if how == "taken back":
        assert revoke_token(made, token_digest(secret), NOW)
    if how == "closed account":
        close_account(made)
    if how == "mandate ended":
        declare("officer:ssecu-1", "officer:ssecu-2", DAY, DAY)
    assert bearer(secret + "x" if how == "false" else secret, now) is None


def test_tokens_are_made_and_taken_back_on_the_page_by_their_owner_only(service: Any) -> None:
    from ecluse.office.models import Account, ApiToken

    owner = account()
    account("officer:mod-1", "b@office.example")
    sign_in(service)
    second_proof(owner)
    made = post(service, "/settings/tokens/", "/settings/", name="robot", scope=["read"], days="30")
    assert made.status_code == 201
    assert "ecluse_" in made.content.decode()
    assert "ecluse_" not in service.get("/settings/").content.decode()
    kept = ApiToken.objects.get()
    other = client()
    sign_in(other, "b@office.example")
    second_proof(Account.objects.get(officer="officer:mod-1"))
    assert post(other, f"/settings/tokens/{kept.digest}/end/", "/settings/").status_code == 404
    assert post(service, f"/settings/tokens/{kept.digest}/end/", "/settings/").status_code == 302
    kept.refresh_from_db()
    assert kept.revoked_at


@pytest.mark.parametrize(
    "wrong", [{"days": "0"}, {"days": "9999"}, {"days": "-1"}, {"days": "x"}, {"scope": ["everything"]}, {"name": " "}]
)
def test_a_token_that_will_not_do(service: Any, wrong: dict[str, Any]) -> None:
    from ecluse.office.models import ApiToken

    owner = account()
    sign_in(service)
    second_proof(owner)
    fields = {"name": "robot", "scope": ["read"], "days": "30", **wrong}
    assert post(service, "/settings/tokens/", "/settings/", **fields).status_code == 400
    assert not ApiToken.objects.exists()


# ------------------------------------------------------------------ the session key


def test_the_session_key_is_made_once_and_only_the_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecluse.site.database import from_url
    from ecluse.site.secret_key import key_path, secret_key

    monkeypatch.delenv("ECLUSE_SECRET_KEY", raising=False)
    database = from_url(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    first = secret_key(database)
    path = key_path(database)
    assert path is not None
    assert secret_key(database) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_key(from_url(f"sqlite:///{tmp_path / 'b.sqlite3'}")) != first
    monkeypatch.setenv("ECLUSE_SECRET_KEY", "given")
    assert secret_key(database) == "given"


@pytest.mark.parametrize(
    ("address", "header", "language"),
    [
        pytest.param("/sign-in/?lang=fr", {}, "fr", id="the address asks"),
        pytest.param("/sign-in/", {"HTTP_ACCEPT_LANGUAGE": "fr"}, "fr", id="the browser asks"),
        pytest.param("/sign-in/", {}, "en", id="nobody asks: the server's"),
    ],
)
def test_what_an_action_refuses_is_said_in_the_readers_language(
    service: Any, monkeypatch: pytest.MonkeyPatch, address: str, header: dict[str, str], language: str
) -> None:
    from ecluse.edge.language import person_language
    from ecluse.office.people import middleware

    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    heard: list[str] = []
    recognise = middleware.People.__init__

    def overhear(self: Any, get_response: Any) -> None:
        def answer(request: Any) -> Any:
            heard.append(person_language())
            return get_response(request)

        recognise(self, answer)

    monkeypatch.setattr(middleware.People, "__init__", overhear)
    client().get(address, **header)
    assert heard == [language]
