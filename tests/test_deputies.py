"""Does a decision that waits for somebody who is away reach his deputy, who signs in his own name, and nobody else?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in
from desk_life import Deal, deal, desk_of, file, officer, today

pytestmark = [pytest.mark.db, pytest.mark.slow]
MOD, SERVICE = "authority:mod", "authority:ssecu"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("deputies"))[1]


@pytest.fixture
def office(year: Path, tmp_path: Path) -> Iterator[None]:
    with office_on(copy_sqlite(year, tmp_path / "office.sqlite3")):
        yield


def take(name: str, mandate: Any, subject: str, **raw: Any) -> Any:
    """Take this action as a page does: whoever is concerned is told."""
    from ecluse.office.desk import tell
    from ecluse.office.desk.form import raw_value, read_form
    from ecluse.office.desk.registry import all_actions, may

    desk, action = desk_of(mandate), all_actions()[name]
    assert may(desk, action, subject), f"{mandate.person} may not {name} {subject}"
    assert action.offers(desk, subject), f"{name} {subject} is not offered"
    given = {field: raw_value(value) for field, value in action.given(desk, subject).items()}
    choices = {field: offered(desk, subject) for field, offered in action.choices.items()}
    return tell.take(desk, action, subject, read_form(action.form, {**given, **raw}, choices))


def opinions_in(sale: Deal) -> tuple[str, Any]:
    """An order on which all authorities have spoken, and the author who may propose."""
    from ecluse.licence.routes import effective
    from ecluse.office.desk import licence

    order = file(sale)
    author = officer(SERVICE, "author")
    desk = desk_of(author)
    for authority in licence.asked(desk, order):
        take("licence.give_opinion", officer(authority, "opinion"), order, voice="for", reason="no objection")
    asked = sale.application
    assert SERVICE in effective(asked.route, asked.goods_list, desk.session.law, today()).competent
    return order, author


def propose(author: Any, order: str) -> Any:
    second = officer(MOD, "countersigner")
    take("licence.propose", author, order, grant="yes", reason="criteria met", countersigner=second.person)
    return second


def deputy_of(away: Any, *, days: int = 4, first: int = 0) -> Any:
    """He goes on leave; the ministry's planner stands in. His deputy's mandate while he does."""
    planner = officer(MOD, "planner")
    on = today()
    take("office.declare_absence", away, "office", first_day=str(on + timedelta(first)),
         last_day=str(on + timedelta(first + days)), deputy=planner.person)  # fmt: skip
    return acting(planner.person, away.person)


def acting(person: str, absent: str) -> Any:
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.today import open_session

    found = [one for one in mandates_of(open_session(), person, today()) if one.acting_for == absent]
    return found[0] if found else None


def told(person: str) -> list[tuple[str, str]]:
    from ecluse.office.models import Notice

    return list(Notice.objects.filter(account__officer=person).order_by("pk").values_list("key", "link"))


def account(person: str) -> None:
    from ecluse.office.actions.people import open_demonstration_account

    open_demonstration_account(person, person, "en")


def turns(mandate: Any) -> set[tuple[str, str]]:
    """What stands on this person's home page as his to do?"""
    from ecluse.office.views.home_turn import turns_of

    return {(turn.action, turn.subject) for turn in turns_of(desk_of(mandate)).turns}


def may_decide(mandate: Any, order: str) -> bool:
    from ecluse.office.desk.registry import About, offered

    return "licence.decide" in {action.name for action in offered(desk_of(mandate), About.ORDER, order)}


def test_the_deputy_countersigns_in_his_own_name(office: None) -> None:
    from ecluse.base.verdict import Passed
    from ecluse.licence.terms import LicenceClaim, ProposedDecision
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import LicenceLine, SignatureRow
    from ecluse.office.registers_people import ActedBy
    from ecluse.order import Gate, Hearing

    before = run_audit().statuses()
    order, author = opinions_in(deal())
    second = propose(author, order)
    planner = officer(MOD, "planner")
    account(planner.person)
    deputy = deputy_of(second)
    page = f"/orders/{order}/"
    assert ("notices.waits_for_absent", page) in told(planner.person)
    assert ("notices.stands_in", "/settings/") in told(planner.person)
    assert ("licence.decide", order) in turns(deputy)
    assert ("licence.decide", order) not in turns(planner)
    assert not may_decide(planner, order)
    verdict = take("licence.decide", deputy, order, read="yes").verdict
    assert isinstance(verdict, Passed)
    session = open_session()
    decision = session.newest(order, ProposedDecision)
    assert decision.countersigner == second.person
    from ecluse.base.sealed import seal

    keys = SignatureRow.objects.filter(digest=seal(decision).digest).values_list("key", flat=True)
    assert {key.partition("/")[0] for key in keys} == {f"key:{author.person}", f"key:{planner.person}"}
    acted = [one for one in session.of(order, ActedBy) if one.action == "licence.decide"]
    assert [(one.person, one.role, one.acting_for) for one in acted] == [
        (planner.person, "countersigner", second.person)
    ]
    heard = [one for one in session.of(f"{order}/0", Hearing) if one.gate is Gate.LICENCE]
    assert "stand_in" in heard[-1].claim
    assert LicenceClaim.__dataclass_fields__["stand_in"].default is None
    assert LicenceLine.objects.filter(order=order).exists()
    report = run_audit()
    assert report.statuses() == before, report.text("en")


def test_a_proposal_made_while_he_is_away_is_told_to_the_deputy(office: None) -> None:
    order, author = opinions_in(deal())
    planner, second = officer(MOD, "planner"), officer(MOD, "countersigner")
    account(planner.person)
    deputy = deputy_of(second)
    propose(author, order)
    assert ("notices.turn.licence.decide", f"/orders/{order}/") in told(planner.person)
    assert ("licence.decide", order) in turns(deputy)


def test_a_later_absence_gives_nothing_today(office: None) -> None:
    order, author = opinions_in(deal())
    second = propose(author, order)
    planner = officer(MOD, "planner")
    account(planner.person)
    assert deputy_of(second, first=2) is None
    assert [key for key, _ in told(planner.person)] == ["notices.stands_in"]
    assert may_decide(second, order)
    assert not may_decide(planner, order)


def test_nobody_else_of_the_ministry_signs(office: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.licence.terms import ProposedDecision
    from ecluse.office.actions.licence import check_second

    order, author = opinions_in(deal())
    second = propose(author, order)
    deputy = deputy_of(second)
    other = officer(MOD, "opinion")
    assert not may_decide(second, order), "he is away"
    for mandate in (other, author, replace(deputy, person=other.person), replace(deputy, acting_for=other.person)):
        assert not may_decide(mandate, order)
        desk = desk_of(mandate)
        decision = desk.session.newest(order, ProposedDecision)
        with pytest.raises(ForbiddenError):
            check_second(desk.session, decision, mandate.person, today())


@pytest.mark.parametrize("also", ["the author himself", "another of the author's authority"])
def test_four_eyes_stay_two_persons_of_two_authorities(office: None, also: str) -> None:
    """He who proposed, or one who serves the author's authority as well, cannot sign for the countersigner."""
    from ecluse.base.errors import ForbiddenError
    from ecluse.base.sealed import seal
    from ecluse.licence.terms import ProposedDecision
    from ecluse.office.actions import licence as act
    from ecluse.office.actions.deed import Deed
    from ecluse.office.actions.hearings import last_finding
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import Record, SignatureRow
    from ecluse.office.registers import Officer
    from ecluse.order import Gate
    from ecluse.parties.terms import PartiesFinding

    order, author = opinions_in(deal())
    second, planner = propose(author, order), officer(MOD, "planner")
    person = author.person if also == "the author himself" else planner.person
    body, role = (MOD, "opinion") if person == author.person else (SERVICE, "opinion")
    with Deed(
        open_session(), "office.register", actor="clock:office", on=today(), subject=f"register:{person}"
    ) as deed:
        deed.seal(Officer(person, body, role, "Two Hats", today(), None), person, rid=f"{person}/two")
    on = today()
    take("office.declare_absence", second, "office", first_day=str(on), last_day=str(on), deputy=person)
    mandate = acting(person, second.person)
    assert mandate is not None
    desk, before = desk_of(mandate), Record.objects.count()
    decision = desk.session.newest(order, ProposedDecision)
    parties = last_finding(desk.session, f"{order}/0", Gate.PARTIES, PartiesFinding)
    with pytest.raises(ForbiddenError):
        act.decide(desk.session, desk.order(order), f"{order}/0", parties, decision,
                   [desk.sign(person, decision)], on, actor=person)  # fmt: skip
    assert Record.objects.count() == before
    assert SignatureRow.objects.filter(digest=seal(decision).digest).count() == 1
    if person == author.person:
        assert not may_decide(mandate, order)
        assert ("licence.decide", order) not in turns(mandate)


# ------------------------------------------------------------------ what else takes two: changes, leave to offer


def licensed() -> tuple[str, Any, Any]:
    """An order with a licence that its author suspended, the author, and who is to countersign."""
    order, author = opinions_in(deal())
    second = propose(author, order)
    take("licence.decide", second, order, read="yes")
    take("licence.propose_change", author, order, state="suspended", reason="a question")
    return order, author, second


def offer_asked() -> str:
    from desk_life import representative

    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Model

    exporter = representative(deal().order.exporter)
    class_ = sorted({model.class_ for model in on_file(Model)})[0]
    return str(take("licence.apply_to_offer", exporter, "office", class_=class_, destination="PL").subject)


def propose_offer(author: Any, second: Any) -> str:
    case = offer_asked()
    until = str(today() + timedelta(60))
    take("licence.propose_offer", author, case, valid_until=until, reason="may offer", countersigner=second.person)
    return case


@pytest.mark.parametrize("state", ["reinstated", "revoked"])
def test_the_deputy_countersigns_a_change_in_his_own_name(office: None, state: str) -> None:
    from ecluse.base.sealed import seal
    from ecluse.licence.terms import LicenceEvent
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import LicenceLine, SignatureRow

    before = run_audit().statuses()
    order, author, second = licensed()
    planner = officer(MOD, "planner")
    account(planner.person)
    take("licence.propose_change", author, order, state=state, reason="answered", countersigner=second.person)
    assert ("licence.change", order) in turns(second)
    assert ("licence.change", order) not in turns(author)
    deputy = deputy_of(second)
    assert ("notices.change_waits", f"/orders/{order}/") in told(planner.person)
    assert ("licence.change", order) in turns(deputy)
    assert not offers("licence.change", second, order), "he is away"
    for other in (planner, author, officer(MOD, "opinion"), replace(deputy, acting_for=author.person)):
        assert not offers("licence.change", other, order)
    take("licence.change", deputy, order, read="yes")
    event = open_session().newest(order, LicenceEvent)
    assert (event.state.value, event.countersigner) == (state, second.person)
    keys = SignatureRow.objects.filter(digest=seal(event).digest).values_list("key", flat=True)
    assert {key.partition("/")[0] for key in keys} == {f"key:{author.person}", f"key:{planner.person}"}
    assert LicenceLine.objects.get(order=order).state == state
    report = run_audit()
    assert report.statuses() == before, report.text("en")


def test_the_deputy_countersigns_leave_to_offer_in_his_own_name(office: None) -> None:
    from ecluse.licence.terms import MarketingAuthorisation, ProposedDecision
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import open_session

    before = run_audit().statuses()
    author, second, planner = officer(SERVICE, "author"), officer(MOD, "countersigner"), officer(MOD, "planner")
    account(planner.person)
    case = propose_offer(author, second)
    assert ("licence.authorise_marketing", case) in turns(second)
    deputy = deputy_of(second)
    assert ("notices.offer_waits", f"/cases/{case}/") in told(planner.person)
    assert ("licence.authorise_marketing", case) in turns(deputy)
    assert not offers("licence.authorise_marketing", planner, case)
    assert not offers("licence.authorise_marketing", author, case)
    take("licence.authorise_marketing", deputy, case, read="yes")
    session = open_session()
    assert session.newest(case, ProposedDecision).countersigner == second.person
    assert session.newest(deal().order.exporter, MarketingAuthorisation).id == f"marketing:{case}"
    report = run_audit()
    assert report.statuses() == before, report.text("en")


def test_a_change_waits_for_the_one_named_while_he_is_there(office: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.licence.officers import AUTHOR, COUNTERSIGNER, Side
    from ecluse.office.facts.second import check_hand

    order, author, second = licensed()
    take("licence.propose_change", author, order, state="reinstated", reason="answered", countersigner=second.person)
    planner = officer(MOD, "planner")
    assert deputy_of(second, first=2) is None
    assert offers("licence.change", second, order)
    sides = Side(author.person, AUTHOR), Side(second.person, COUNTERSIGNER)
    session = desk_of(second).session
    check_hand(session, "paper", *sides, second.person, today())
    made_up = replace(second, person=planner.person, acting_for=second.person)
    for mandate in (planner, made_up):
        assert not offers("licence.change", planner, order)
        with pytest.raises(ForbiddenError):
            check_hand(desk_of(mandate).session, "paper", *sides, planner.person, today())


def test_a_deputy_of_the_authors_own_authority_cannot_sign_a_change(office: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.deed import Deed
    from ecluse.office.desk.today import open_session
    from ecluse.office.models import Record
    from ecluse.office.registers import Officer

    order, author, second = licensed()
    take("licence.propose_change", author, order, state="reinstated", reason="answered", countersigner=second.person)
    person = officer(MOD, "planner").person
    with Deed(
        open_session(), "office.register", actor="clock:office", on=today(), subject=f"register:{person}"
    ) as deed:
        deed.seal(Officer(person, SERVICE, "opinion", "Two Hats", today(), None), person, rid=f"{person}/two")
    deputy, before = deputy_of(second), Record.objects.count()
    with pytest.raises(ForbiddenError):
        take("licence.change", deputy, order, read="yes")
    assert Record.objects.count() == before


def offers(name: str, mandate: Any, subject: str) -> bool:
    from ecluse.office.desk.registry import all_actions, offered

    action = all_actions()[name]
    return name in {one.name for one in offered(desk_of(mandate), action.about, subject)}


def test_an_authors_deputy_proposes_in_his_own_name(office: None) -> None:
    from ecluse.base.verdict import Passed
    from ecluse.licence.terms import ProposedDecision
    from ecluse.office.desk.today import open_session

    order, author = opinions_in(deal())
    other = officer(SERVICE, "clearance")
    take("office.declare_absence", author, "office", last_day=str(today()), deputy=other.person)
    second = propose(acting(other.person, author.person), order)
    decision = open_session().newest(order, ProposedDecision)
    assert (decision.author, decision.author_authority) == (other.person, SERVICE)
    assert isinstance(take("licence.decide", second, order, read="yes").verdict, Passed)


def test_offices_held_meanwhile_end_with_the_absence(office: None) -> None:
    from ecluse.licence.officers import in_office
    from ecluse.office.desk.person import mandates_of, own_offices
    from ecluse.office.desk.today import open_session
    from ecluse.office.people.demo_roles import officers
    from ecluse.office.registers import Officer

    second, planner = officer(MOD, "countersigner"), officer(MOD, "planner")
    deputy_of(second, days=3)
    session, last = open_session(), today() + timedelta(3)
    held = session.of(planner.person, Officer)

    def roles(day: Any) -> set[str]:
        return {one.role for one in in_office(held, planner.person, day)}

    assert roles(last) - roles(last + timedelta(1)) == {"countersigner"}
    assert "countersigner" not in {one.role for one in own_offices(session, planner.person)}
    mine = [(one.role, one.acting_for) for one in mandates_of(session, planner.person, last)]
    assert mine == [("planner", None), ("countersigner", second.person)]
    assert [one.role for one in officers(last) if one.id == planner.person] == ["planner"]


def test_nobody_gives_himself_anothers_mandate(office: None) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.absences import absence_of, declare_absence
    from ecluse.office.desk.form import FormError

    second, planner = officer(MOD, "countersigner"), officer(MOD, "planner")
    with pytest.raises(FormError):
        take("office.declare_absence", planner, "office", officer=second.person, last_day=str(today()),
             deputy=planner.person)  # fmt: skip
    absence = absence_of(second.person, today(), today(), planner.person)
    with pytest.raises(ForbiddenError):
        declare_absence(desk_of(planner).session, absence, planner, today())


def test_an_office_without_an_absence_is_named_by_the_audit(office: None) -> None:
    from ecluse.office.actions.deed import Deed
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import Officer

    planner = officer(MOD, "planner")
    made_up = Officer(planner.person, MOD, "countersigner", "Self Made", today(), today() + timedelta(30))
    with Deed(
        open_session(planner), "office.declare_absence", actor=planner.person, on=today(), subject=planner.person
    ) as deed:
        deed.seal(made_up, rid=f"{planner.person}/stands-in/officer:nobody/{today()}/1")
    report = run_audit()
    assert report.statuses()["P4"] == "broken"
    assert "an absence that is not on record" in report.text("en")
