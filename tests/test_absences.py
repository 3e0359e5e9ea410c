"""Does a person say by an action that he is away, for himself or for those he answers for, and for nobody else?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from peopled import entered, found_both, post, seeded

pytestmark = pytest.mark.db
DAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_both(tmp_path_factory.mktemp("absences"))


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Any]:
    with entered(founded, tmp_path, "demonstration") as browser:
        yield browser


def desk(person: str) -> Any:
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.registry import Desk
    from ecluse.office.session import Session

    session = seeded()
    mandate = mandates_of(session, person, DAY)[0]
    return Desk(Session(session.source, session.law, mandate=mandate), mandate, DAY)


def declare(person: str, **raw: Any) -> Any:
    from ecluse.office.desk.form import raw_value, read_form
    from ecluse.office.desk.registry import all_actions, may

    here, action = desk(person), all_actions()["office.declare_absence"]
    assert may(here, action, "office")
    assert action.offers(here, "office")
    given = {name: raw_value(value) for name, value in action.given(here, "office").items()}
    choices = {name: offered(here, "office") for name, offered in action.choices.items()}
    return action.do(here, "office", read_form(action.form, {**given, **raw}, choices))


def absences() -> list[tuple[str, str]]:
    from ecluse.office.models import Record

    rows = Record.objects.filter(v="absence/1", subject__startswith="officer:").order_by("rid")
    return [(row.subject, row.actor) for row in rows]


def test_a_person_says_that_he_is_away(office: Any) -> None:
    from ecluse.office.desk.person import is_absent, mandates_of
    from ecluse.office.registers_people import ActedBy

    declare("officer:ssecu-1", last_day=str(DAY + timedelta(days=4)), deputy="officer:ssecu-2")
    assert absences() == [("officer:ssecu-1", "officer:ssecu-1")]
    session = seeded()
    assert is_absent(session, "officer:ssecu-1", DAY)
    assert "officer:ssecu-1" in {m.acting_for for m in mandates_of(session, "officer:ssecu-2", DAY)}
    (acted,) = session.of("officer:ssecu-1", ActedBy)
    assert (acted.action, acted.person, acted.role) == ("office.declare_absence", "officer:ssecu-1", "author")


def test_who_answers_for_the_work_declares_a_colleagues_absence(office: Any) -> None:
    declare("officer:ssecu-1", officer="officer:ssecu-2", last_day=str(DAY), deputy="officer:ssecu-3")
    assert absences() == [("officer:ssecu-2", "officer:ssecu-1")]


@pytest.mark.parametrize(
    ("person", "raw", "field"),
    [
        pytest.param("officer:ssecu-2", {"officer": "officer:ssecu-1", "deputy": "officer:ssecu-3"}, "officer",
                     id="a colleague's, by one who answers for nobody"),
        pytest.param("officer:ssecu-1", {"officer": "officer:mod-1", "deputy": "officer:ssecu-2"}, "officer",
                     id="of another body"),
        pytest.param("officer:ssecu-1", {"deputy": "officer:mod-1"}, "deputy", id="a deputy of another body"),
        pytest.param("officer:ssecu-1", {"deputy": "officer:ssecu-1"}, "deputy", id="his own deputy"),
        pytest.param("officer:ssecu-1", {"deputy": "officer:ssecu-2", "last_day": "2026-03-31"}, "last_day",
                     id="ends before it begins"),
        pytest.param("officer:ssecu-1", {"deputy": "officer:ssecu-2", "last_day": "2027-04-02"}, "last_day",
                     id="longer than a year"),
        pytest.param("officer:ssecu-1", {"deputy": "officer:ssecu-2", "first_day": "2026-03-01",
                                         "last_day": "2026-03-30"}, "last_day", id="in the past"),
    ],
)  # fmt: skip
def test_an_absence_that_will_not_do_is_refused_at_its_field(
    office: Any, person: str, raw: dict[str, str], field: str
) -> None:
    from ecluse.office.desk.form import FormError

    with pytest.raises(FormError) as refused:
        declare(person, **{"last_day": str(DAY), **raw})
    assert field in {fault.field for fault in refused.value.faults}
    assert absences() == []


def test_the_same_first_day_is_declared_once(office: Any) -> None:
    from ecluse.office.desk.form import FormError

    declare("officer:mod-1", first_day="2026-05-01", last_day="2026-05-03", deputy="officer:mod-5")
    with pytest.raises(FormError):
        declare("officer:mod-1", first_day="2026-05-01", last_day="2026-05-09", deputy="officer:mod-5")
    assert len(absences()) == 1


def test_who_only_stands_in_declares_no_absence(office: Any) -> None:
    from ecluse.office.desk.person import mandates_of
    from ecluse.office.desk.registry import Desk, all_actions

    declare("officer:ssecu-1", last_day=str(DAY), deputy="officer:ssecu-2")
    session = seeded()
    (standing_in,) = [m for m in mandates_of(session, "officer:ssecu-2", DAY) if m.acting_for]
    action = all_actions()["office.declare_absence"]
    assert not action.offers(Desk(session, standing_in, DAY), "office")


def test_the_deed_asks_who_declares(office: Any) -> None:
    """Nobody signed in, in service: no deed."""
    from ecluse.base.errors import ForbiddenError
    from ecluse.base.source import ServiceSource
    from ecluse.office.actions.absences import absence_of, declare_absence
    from ecluse.office.session import Session

    here = desk("officer:ssecu-1")
    nobody = Session(ServiceSource(), here.session.law)
    with pytest.raises(ForbiddenError):
        declare_absence(nobody, absence_of(here.person, DAY, DAY, "officer:ssecu-2"), here.mandate, DAY)
    assert absences() == []


def test_the_settings_page_declares_it_as_the_same_deed(office: Any) -> None:
    from ecluse.office.desk.today import today

    assert post(office, "/sign-in/demo/officer:ssecu-1/", card="author").status_code == 302
    days = {"first_day": str(today()), "last_day": str(today() + timedelta(days=2))}
    answer = post(office, "/settings/absence/", "/settings/", **days, deputy="officer:ssecu-2")
    assert answer.status_code == 302
    assert absences() == [("officer:ssecu-1", "officer:ssecu-1")]
