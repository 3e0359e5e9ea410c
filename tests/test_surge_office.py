"""Does home get first what it urgently needs: each step by its person, nothing lost on the way, the audit watching?"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import surge_steps as steps
from carried import close_month, copy_sqlite, kept, office_on, planned_world, set_up, sqlite_url

from ecluse.base.errors import ConflictError, ForbiddenError
from ecluse.custody.recall import Reach
from ecluse.plan.urgent import beside

set_up()
pytestmark = [pytest.mark.db, pytest.mark.slow]

SMALL_DAY, MONTH, CLASS = date(2026, 6, 15), "2026-06", "fpv"


def _ordered(place: Path) -> None:
    """A small office half a year on, where an urgent order is planned and adopted; nothing is taken yet."""
    path = place / "office.sqlite3"
    steps.carried_until(planned_world(place), path, SMALL_DAY)
    copy_sqlite(path, place / "before.sqlite3")
    with office_on(sqlite_url(path)):
        steps.order(CLASS, 9_000, MONTH, "2026-08")
    copy_sqlite(path, place / "ordered.sqlite3")
    steps.solved(path, place)
    with office_on(sqlite_url(path)):
        steps.adopt(place / "plan.json")
    steps.solved(path, place)


@pytest.fixture(scope="module")
def made() -> Path:
    return kept("surge-small", _ordered)


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    """The same office, for whoever wants to go on."""
    copy_sqlite(made / "office.sqlite3", tmp_path / "office.sqlite3")
    return tmp_path / "office.sqlite3"


def audited(path: Path) -> Any:
    with office_on(sqlite_url(path)):
        from ecluse.office.audit.report import run_audit

        return run_audit()


def broken(path: Path) -> set[tuple[str, str, str]]:
    return {(found.promise, found.key, found.subject) for found in audited(path).broken()}


def everything_stops(made: Path, folder: Path) -> Path:
    """A file that says that nothing may leave: every certificate of the class gives up all that is not delivered."""
    from ecluse.office.facts.plan_surge import adopted_last

    adopted = adopted_last()
    assert adopted is not None
    models = sorted(beside(adopted.document["question"], CLASS))
    path = folder / "surplus.json"
    path.write_bytes(steps.nothing_leaves(made / "plan.json", adopted.plan.document, models, MONTH))
    return path


def test_each_step_waits_for_its_person_and_the_home_page_says_so(made: Path, tmp_path: Path) -> None:
    copy_sqlite(made / "ordered.sqlite3", tmp_path / "office.sqlite3")
    from ecluse.base.words import LANGUAGES, has_words

    staff, mod = steps.STAFF, steps.MOD
    assert all(has_words("gate.plan", lang) for lang in LANGUAGES)
    plan, surplus = made / "plan.json", made / "surplus.json"
    from desk_life import do

    with office_on(sqlite_url(tmp_path / "office.sqlite3")):
        assert (steps.waits(), steps.turns(steps.planner(mod))) == ("place", ["plan.place_order"])
        assert steps.turns(steps.planner(staff)) == []
        with pytest.raises(ForbiddenError):
            do("plan.place_order", steps.planner(staff), "office", urgent_order=steps.URGENT, file=steps.upload(plan))
        do("plan.place_order", steps.planner(mod), "office", urgent_order=steps.URGENT, file=steps.upload(plan))
        assert (steps.waits(), steps.turns(steps.planner(mod))) == ("commit", ["plan.commit_baseline"])
        do("plan.commit_baseline", steps.planner(mod), "office", file=steps.upload(plan))
        assert (steps.waits(), steps.turns(steps.planner(staff))) == ("adopt", ["plan.adopt"])
        assert steps.turns(steps.planner(mod)) == []
        do("plan.adopt", steps.planner(staff), "office", file=steps.upload(plan))
        assert (steps.waits(), steps.turns(steps.planner(mod))) == ("state", ["plan.state_surplus"])
        steps.state(surplus)
        assert (steps.waits(), steps.turns(steps.planner(mod))) == ("take", ["plan.take_units"])
        assert steps.turns(steps.author()) == []


def test_a_plan_that_shares_the_order_otherwise_is_not_placed(made: Path, tmp_path: Path) -> None:
    from desk_life import do

    from ecluse.office.actions.plan import PlanRefusedError
    from ecluse.office.actions.plan_surge import check_shares
    from ecluse.office.desk.form import FormError
    from ecluse.office.facts.plan_surge import urgent_orders

    copy_sqlite(made / "ordered.sqlite3", tmp_path / "office.sqlite3")
    question = json.loads((made / "plan.json").read_bytes())["question"]
    orders = [order for order in question["orders"] if order["id"].startswith(steps.URGENT)]
    with office_on(sqlite_url(tmp_path / "office.sqlite3")):
        old = steps.upload(next(path for path in made.glob("world-*") if path.is_dir()) / "plan.json")
        with pytest.raises(FormError) as refused:  # the plan of before has no such order
            do("plan.place_order", steps.planner(steps.MOD), "office", urgent_order=steps.URGENT, file=old)
        assert refused.value.faults[0].key == "form.fault.urgent_shares"
        (urgent,) = urgent_orders()
    check_shares(question, urgent, orders)
    first = orders[0]
    units = next(t for t, count in enumerate(first["units"]) if count)
    earlier = [*first["units"]]
    earlier[units - 1], earlier[units] = earlier[units], 0
    other = next(product["id"] for product in question["products"] if product["pool"] != CLASS)
    for spoilt in (
        orders[1:], [{**first, "units": earlier}, *orders[1:]], [{**first, "product": other}, *orders[1:]],
        [{**first, "id": f"{steps.URGENT}/x"}, *orders[1:]],
    ):  # fmt: skip
        with pytest.raises(PlanRefusedError):
            check_shares(question, urgent, spoilt)


def test_home_takes_what_certificates_no_longer_carry_and_what_stops_is_named(made: Path, office: Path) -> None:
    with office_on(sqlite_url(office)):
        from ecluse.licence.life import is_in_force
        from ecluse.licence.terms import Licence, LicenceEvent
        from ecluse.office.desk.today import open_session
        from ecluse.office.models import CertificateBalance

        steps.state(everything_stops(made, office.parent))
        told = steps.would("plan.take_units", steps.planner(steps.MOD))
        steps.take()
        (surge,) = steps.surges()
        session = open_session()
        reached = {reach: [one for one in surge.stopped if one.reach is reach] for reach in Reach}
        assert reached[Reach.PACKED]
        assert reached[Reach.MOVING]
        assert all(one.ranges and one.holder and one.state for one in reached[Reach.PACKED] + reached[Reach.MOVING])
        assert told["effect.consignments"] == len(reached[Reach.PACKED]) + len(reached[Reach.MOVING])
        for one in surge.taken:
            row = CertificateBalance.objects.get(pk=one.certificate)
            assert row.units_certified == row.units_reserved + row.units_committed + row.units_used
        for one in surge.stopped:
            order = one.tranche.rsplit("/", 1)[0]
            licence = session.newest(order, Licence)
            if one.is_licensed and one.reach is not Reach.MOVING:
                assert licence is not None
                assert not is_in_force(licence, session.of(order, LicenceEvent), SMALL_DAY), one.tranche
        assert steps.waits() == "recall"
        assert steps.turns(steps.author()) == ["plan.recall"]
        moving = steps.would("plan.recall", steps.author())["effect.consignments"]
        steps.recall()
        assert 0 < moving <= len(reached[Reach.MOVING])
        assert steps.waits() == "return"
        with pytest.raises(AssertionError, match="not offered"):
            steps.take()
    assert broken(office) <= broken(made / "before.sqlite3")


def test_what_comes_back_is_homes_and_what_arrives_all_the_same_becomes_a_case(made: Path, office: Path) -> None:
    from desk_life import desk_of, do, representative

    with office_on(sqlite_url(office)):
        from ecluse.custody.terms import Manifest
        from ecluse.office.desk.refs import on_file
        from ecluse.office.desk.today import open_session
        from ecluse.office.registers import Case, Order

        steps.state(everything_stops(made, office.parent))
        steps.take()
        steps.recall()
        (surge,) = steps.surges()
        session = open_session()
        moving = [one for one in surge.stopped if one.reach is Reach.MOVING]
        back, gone = moving[0], moving[-1]
        maker = session.of(back.tranche, Manifest)[0].from_custodian
        holder = representative(back.holder)
        do("custody.offer", holder, back.tranche, step="recall", to_custodian=maker, place_state="UA")
        do("custody.hand_over", representative(maker), back.tranche, received="yes")
        assert steps.waits() == "take"
        assert steps.turns(steps.planner(steps.MOD)) == ["plan.take_units"]
        steps.take()
        again = steps.surges()[1]
        assert (again.stopped, [(one.certificate, one.units) for one in again.taken]) == (
            (), [(back.certificate, back.units)],
        )  # fmt: skip
        order = session.newest(gone.tranche.rsplit("/", 1)[0], Order)
        assert order is not None
        carrier = representative(gone.holder)
        do("custody.offer", carrier, gone.tranche, step="delivery", to_custodian=order.end_user,
           place_state=order.destination)  # fmt: skip
        do("custody.hand_over", representative(order.end_user), gone.tranche, received="yes")
        assert gone.tranche in {case.tranche for case in on_file(Case)}
        assert desk_of(holder).session.of(back.tranche, Manifest)[-1].to_custodian == maker


def test_a_taking_that_is_broken_off_stays_consistent_and_goes_on(
    made: Path, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecluse.office.actions import plan_surge

    class Killed(Exception):
        pass

    calls: list[str] = []

    def killed(session: Any, order: Any, tranche: str, *rest: Any) -> Any:
        if len(calls) == 1:
            raise Killed
        calls.append(tranche)
        return heard(session, order, tranche, *rest)

    heard = plan_surge.hear_again
    with office_on(sqlite_url(office)):
        steps.state(everything_stops(made, office.parent))
        monkeypatch.setattr(plan_surge, "hear_again", killed)
        with pytest.raises(Killed):
            steps.take()
        monkeypatch.undo()
        assert (steps.waits(), steps.turns(steps.planner(steps.MOD))) == ("hear", ["plan.take_units"])
    report = audited(office)
    waiting = [found.subject for found in report.findings if found.key == "surge_waits"]
    assert waiting
    assert calls[0] not in waiting
    assert {(f.promise, f.key, f.subject) for f in report.broken()} <= broken(made / "before.sqlite3")
    with office_on(sqlite_url(office)):
        steps.take()
        assert len(steps.surges()) == 1
        assert steps.waits() == "recall"
    assert not [found for found in audited(office).findings if found.key == "surge_waits"]


def test_units_taken_back_are_not_given_away_again_unseen(made: Path, office: Path) -> None:
    with office_on(sqlite_url(office)):
        from ecluse.office.actions.deed import Deed
        from ecluse.office.actions.surplus import move_draw
        from ecluse.office.desk.today import open_session
        from ecluse.surplus.terms import DrawState

        steps.state(everything_stops(made, office.parent))
        steps.take()
        (surge,) = steps.surges()
        one = surge.taken[0]
        session = open_session()
        with Deed(session, "surplus.draw", actor="clock:office", on=SMALL_DAY, subject=one.certificate) as deed:
            move_draw(deed, one.certificate, f"{surge.id}/{one.certificate}", one.units, DrawState.RELEASED)
    assert ("P2", "surge_draw_differs", surge.id) in broken(office)


def test_a_surplus_that_says_more_than_its_schedule_is_named(made: Path, office: Path) -> None:
    with office_on(sqlite_url(office)):
        steps.state(made / "surplus.json")
        from ecluse.office.desk.refs import on_file
        from ecluse.plan.terms import PlanSurplus

        (stated,) = on_file(PlanSurplus)
    with contextlib.closing(sqlite3.connect(office)) as connection:
        connection.execute(
            "UPDATE office_document SET content = ? WHERE digest = ?", (b'{"format": "x"}', stated.document)
        )
        connection.commit()
    assert ("P2", "surplus_document_differs", stated.id) in broken(office)


def test_only_who_may_takes_each_step(made: Path, office: Path) -> None:
    from desk_life import desk_of, officer

    from ecluse.office.desk.form import FormError
    from ecluse.office.desk.registry import all_actions, may

    with office_on(sqlite_url(office)):
        people = {
            "staff": steps.planner(steps.STAFF), "ministry": steps.planner(steps.MOD), "author": steps.author(),
            "other author": officer("authority:mod", "countersigner"),
        }  # fmt: skip
        allowed = {
            name: sorted(who for who, one in people.items() if may(desk_of(one), all_actions()[name], "office"))
            for name in all_actions() if name.startswith("plan.")
        }  # fmt: skip
        assert allowed == {
            "plan.commit_baseline": ["ministry", "staff"], "plan.adopt": ["ministry", "staff"],
            "plan.order_urgently": ["staff"], "plan.place_order": ["ministry", "staff"],
            "plan.state_surplus": ["ministry", "staff"], "plan.take_units": ["ministry", "staff"],
            "plan.recall": ["author"],
        }  # fmt: skip
        from ecluse.office.actions import plan_surge
        from ecluse.office.facts.plan_surge import urgent_orders

        steps.state(everything_stops(made, office.parent))
        desk, (urgent,) = desk_of(people["staff"]), urgent_orders()
        with pytest.raises(ForbiddenError):  # the certificates are the ministry's
            plan_surge.take(desk.session, urgent, officer=desk.person, on=desk.on, sign=desk.sign)
        with pytest.raises(ConflictError):
            plan_surge.place(
                desk_of(people["ministry"]).session, urgent, (made / "plan.json").read_bytes(),
                officer=people["ministry"].person, on=desk.on, sign=desk.sign,
            )  # fmt: skip
        for units, first, last in (
            ("0", "2026-06", "2026-06"),
            ("5", "2026-01", "2026-07"),
            ("5", "2026-08", "2026-07"),
        ):
            with pytest.raises(FormError):
                steps.order(CLASS, int(units), first, last)


def test_a_stranger_still_finds_the_public_folder_sound(made: Path, office: Path, tmp_path: Path) -> None:
    from ecluse.edge.public_audit import report_on

    with office_on(sqlite_url(office)):
        from ecluse.office.publish.folder import publish

        steps.state(everything_stops(made, office.parent))
        steps.take()
        close_month()
        publish(tmp_path / "public", proofs=False)
    report = report_on(tmp_path / "public")
    assert report.is_sound(), report.text("en")
    listed = json.loads((tmp_path / "public" / "plans.json").read_text(encoding="utf-8"))
    assert (len(listed["baselines"]), len(listed["plans"])) == (2, 2)
    assert steps.URGENT not in (tmp_path / "public" / "plans.json").read_text(encoding="utf-8")
