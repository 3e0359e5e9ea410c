"""After delivery: are statements, draws, visits and shortfalls on record by the hands of persons, and lies named?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in
from desk_life import deal, desk_of, do, file, license_it, officer, representative, today

from ecluse.base.errors import BadInputError, ConflictError, ForbiddenError

pytestmark = [pytest.mark.db, pytest.mark.slow]
DAY = timedelta(1)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("after"))[1]


@pytest.fixture(scope="module")
def carried(year: Path) -> Iterator[None]:
    """The carried year as it stands: nobody writes here."""
    with office_on(f"sqlite:///{year}"):
        yield


@pytest.fixture
def office(year: Path, tmp_path: Path) -> Iterator[None]:
    with office_on(copy_sqlite(year, tmp_path / "office.sqlite3")):
        yield


def author() -> Any:
    return officer("authority:ssecu", "author")


def turn(days: int = 1) -> None:
    do("office.turn_day", author(), "office", days=str(days))


def report() -> Any:
    from ecluse.office.audit.report import run_audit

    return run_audit()


def after_audit() -> Any:
    """What do the checks of what came after delivery say? The whole audit takes three times as long."""
    from ecluse.office.audit import p5_after, p5_cases
    from ecluse.office.audit.promises import run
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally

    reading, tally = read(), Tally("P5", set())
    for check in (*p5_after.CHECKS, p5_cases.cases_are_opened):
        run(check, reading, tally)
    return tally


def broken() -> set[str]:
    return {finding.key for finding in after_audit().findings if finding.severity.value == "broken"}


def filed(cls: type) -> list[Any]:
    from ecluse.office.desk.refs import on_file

    return list(on_file(cls))


# ------------------------------------------------------------------ the carried year


def test_the_carried_year_states_draws_and_visits(carried: None) -> None:
    from ecluse.office.audit.report import Status

    found = report()
    counts = next(one for one in found.promises if one.promise == "P5")
    assert counts.status is Status.KEPT
    assert counts.counts["checks_drawn"] == 3
    assert counts.counts["statements"] > 100
    checks = found.summary["post_checks"]
    assert checks["units_drawn"] == checks["units_visited"] == counts.counts["units_drawn"] > 150
    assert 0 < found.summary["units_verified"] < found.summary["units_delivered"]
    share = 1000 * found.summary["units_verified"] // found.summary["units_delivered"]
    assert found.summary["verified_per_mille"] == share
    # A delivery that nobody verified has its case, and its end user is told of by name.
    late = [one for one in found.findings if one.key == "matter_open"]
    assert {dict(one.facts)["cause"] for one in late} == {"verification"}
    assert ("case_open", late[0].subject) in {(one.key, one.subject) for one in found.findings}


def test_a_late_statement_was_reminded_and_answered(carried: None) -> None:
    from ecluse.custody.terms_after import AfterResponse, Cause, DeliveryStatement, Rung

    rungs = [one for one in filed(AfterResponse) if one.cause is Cause.STATEMENT]
    reminded = {one.about for one in rungs if one.rung is Rung.REMINDER}
    assert reminded == {one.about for one in rungs if one.rung is Rung.ANSWERED} != set()
    assert reminded <= {one.id for one in filed(DeliveryStatement)}


# ------------------------------------------------------------------ a check by persons


def test_a_check_goes_from_round_to_visit_by_persons(office: None) -> None:
    from ecluse.custody.drawn import sample_size
    from ecluse.custody.terms_after import CheckDraw, CheckList, CheckVisit
    from ecluse.office.desk.after import wanted_at

    value_on = today() + 3 * DAY
    check = f"post-check:{value_on}"
    do("custody.fix_round", author(), "office", value_on=str(value_on))
    do("custody.commit_list", author(), "office", check=check)
    with pytest.raises(AssertionError, match="not offered"):
        do("custody.bring_value", author(), "office", check=check)
    turn(3)
    do("custody.bring_value", author(), "office", check=check)
    listed = next(one for one in filed(CheckList) if one.check == check)
    drawn = next(one for one in filed(CheckDraw) if one.check == check)
    assert len(drawn.positions) == listed.units_drawn == sample_size(listed.units, 9_500, 500)
    desk = desk_of(author())
    end_user = next(
        one.end_user for one in filed(CheckVisit) if wanted_at(desk, check, one.end_user)
    )  # fmt: skip
    first = wanted_at(desk, check, end_user)[0]
    do("custody.record_visit", author(), end_user, check=check, damaged=f"{first.block} {first.first}-{first.first}")
    assert broken() == set()
    visit = next(one for one in filed(CheckVisit) if (one.check, one.end_user) == (check, end_user))
    assert visit.officer == author().person
    with pytest.raises(AssertionError, match=r"not offered|may not"):
        do("custody.record_visit", author(), end_user, check=check)


def test_a_list_comes_before_its_value_or_not_at_all(office: None) -> None:
    from ecluse.office.actions import after as act
    from ecluse.office.desk.today import open_session
    from ecluse.office.registers import DeliveryMade

    on, who = today(), author().person
    fixed = act.fix_round(open_session(), on + 2 * DAY, officer=who, on=on)
    with pytest.raises(ConflictError):
        act.fix_round(open_session(), on + 2 * DAY, officer=who, on=on)
    with pytest.raises(ForbiddenError):
        act.fix_round(open_session(), on, officer=who, on=on)
    with pytest.raises(ForbiddenError):
        act.bring_value(open_session(), fixed.id, "", officer=who, on=on + 2 * DAY)
    end_users = {one.end_user for one in filed(DeliveryMade)}
    with pytest.raises(ForbiddenError):
        act.commit_list(open_session(), fixed.id, end_users, officer=who, on=on + 2 * DAY)
    act.commit_list(open_session(), fixed.id, end_users, officer=who, on=on + DAY)
    with pytest.raises(ForbiddenError):
        act.bring_value(open_session(), fixed.id, "", officer=who, on=on + DAY)
    act.bring_value(open_session(), fixed.id, "", officer=who, on=on + 2 * DAY)
    with pytest.raises(ForbiddenError):
        act.bring_value(open_session(), fixed.id, "", officer=who, on=on + 2 * DAY)


def test_a_public_beacon_is_brought_in_with_its_signature(office: None) -> None:
    from ecluse.custody.drawn import value_of
    from ecluse.custody.terms_after import BeaconOrigin, CheckRound
    from ecluse.office.actions.after import _signature
    from ecluse.office.desk.today import open_session

    fixed = CheckRound("c", "drand-default", 6_000_000, today(), 9_500, 500, today())
    signature = bytes(range(96))
    assert _signature(open_session(), fixed, f" {signature.hex()}\n") == (signature, BeaconOrigin.BROUGHT)
    assert len(value_of(signature)) == 32
    for wrong in ("", "zz", "ab", "00" * 300):
        with pytest.raises(BadInputError, match="hexadecimal"):
            _signature(open_session(), fixed, wrong)


# ------------------------------------------------------------------ what is owed


def test_a_recipient_states_and_the_clock_goes_up_the_ladder(office: None) -> None:
    from ecluse.custody.terms_after import AfterResponse, DeliveryStatement, Rung
    from ecluse.office.facts.after import held_by

    turn(1)  # the last quarter has ended: everybody owes a statement by the end of January
    end_users = {one.end_user for one in filed(DeliveryStatement)}
    session = desk_of(author()).session
    good, silent = [name for name in sorted(end_users) if held_by(session, name, today() - DAY)][:2]
    do("custody.state_held", representative(good), good, quarter=str(today() - DAY))
    with pytest.raises(AssertionError, match="may not"):
        do("custody.state_held", representative(good), silent, quarter=str(today() - DAY))
    turn(61)
    do("custody.look_overdue", author(), "office", ready="yes")
    rungs = {
        (one.end_user, one.rung) for one in filed(AfterResponse) if one.about.endswith(str(today() - 62 * DAY))
    }  # fmt: skip
    assert {rung for name, rung in rungs if name == silent} == {Rung.REMINDER, Rung.NOTICE, Rung.REFERRED}
    assert not {rung for name, rung in rungs if name == good}
    assert_refers(silent, "referred")
    assert_refers(good, None)
    late = f"statement-held:{silent}/{today() - 62 * DAY}"
    do("custody.decide_matter", author(), silent, matter=late, decision="suspension", reason="no answer to two letters")
    assert_refers(silent, "suspension")
    # It comes at last, and yet only a person ends what a person began.
    do("custody.state_held", representative(silent), silent, quarter=str(today() - 62 * DAY))
    assert_refers(silent, "suspension")
    do("custody.decide_matter", author(), silent, matter=late, decision="closed", reason="the statement agrees")
    assert_refers(silent, None)


def assert_refers(end_user: str, wanted: str | None) -> None:
    from ecluse.office.desk.today import open_session
    from ecluse.office.facts.parties import end_user_response

    assert end_user_response(open_session(), end_user) == wanted


def test_a_case_is_closed_by_a_person_with_a_reason(office: None) -> None:
    from ecluse.office.registers import Case

    case = filed(Case)[0]
    do("custody.close_case", author(), case.tranche, case=case.id, reason="the goods were seen on the spot")
    found = after_audit()
    assert found.counts["cases_closed"] == 1
    assert {one.key for one in found.findings if one.severity.value == "broken"} == set()
    cases = {dict(one.facts)["case"] for one in found.findings if one.key == "case_open"}
    assert case.id not in cases
    with pytest.raises(AssertionError, match="not offered"):
        do("custody.close_case", author(), case.tranche, case=case.id, reason="again")


def test_less_than_was_sent_is_signed_for_and_stands_with_its_case(office: None) -> None:
    from ecluse.custody.chain import taken_over
    from ecluse.custody.ranges import count
    from ecluse.custody.terms import Manifest
    from ecluse.custody.terms_after import ArrivalReport
    from ecluse.office.registers import Case

    sale = deal()
    order = file(sale)
    license_it(sale, order)
    tranche, maker = f"{order}/0", representative(sale.line.maker)
    carrier = representative(sale.order.carrier)
    do("custody.pack", maker, tranche)
    do("custody.ask_release", maker, tranche, ready="yes")
    do("custody.offer", maker, tranche, step="release", to_custodian=sale.order.carrier, place_state="UA")
    do("custody.hand_over", carrier, tranche, received="yes")
    end_user = sale.order.end_user
    do("custody.offer", carrier, tranche, step="delivery", to_custodian=end_user, place_state=sale.order.destination)
    run = desk_of(carrier).session.of(tranche, Manifest)[-1].ranges[0]
    last = f"{run.block} {run.last}-{run.last}"
    do("custody.report_arrival", representative(end_user), tranche, short=last, reason="a crate was open")
    made = desk_of(carrier).session.of(tranche, Manifest)[-1]
    assert count(taken_over(made)) == made.units - 1
    told = next(one for one in filed(ArrivalReport) if one.tranche == tranche)
    assert (count(told.short), told.receiver) == (1, end_user)
    assert tranche in {one.tranche for one in filed(Case)}
    found = after_audit()
    assert "shortfall_untold" not in {one.key for one in found.findings}
    assert found.counts["shortfalls"] == 1
    assert unsigned(made) == set()


def unsigned(manifest: Any) -> set[str]:
    """Whose hand is missing under this handover, as the audit sees it?"""
    from ecluse.office.audit.p5_chain import handovers_are_signed_by_both
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally

    tally = Tally("P5", set())
    handovers_are_signed_by_both(read(), tally)
    return {str(dict(one.facts)["custodian"]) for one in tally.findings if one.subject == manifest.id}


# ------------------------------------------------------------------ lies, and their honest twin


def test_the_honest_twin_is_not_named(office: None) -> None:
    from ecluse.office.cheats.after import list_before_the_value
    from ecluse.office.cheats.hands import Insider

    # The frauds themselves are committed and named with all others in test_cheat.py.
    list_before_the_value(Insider())
    assert broken() == set()


# ------------------------------------------------------------------ pages and the public folder


def test_a_stranger_repeats_the_draws_and_sees_a_changed_one(carried: None, tmp_path: Path) -> None:
    from ecluse.edge.public_audit_after import check_after
    from ecluse.edge.public_audit_folder import Folder
    from ecluse.edge.public_audit_logs import read_logs
    from ecluse.edge.public_audit_openings import read_opened
    from ecluse.office.publish.folder import publish

    publish(tmp_path / "public", proofs=False)
    folder = Folder(tmp_path / "public")
    folder.check_manifest()
    opened, _ = read_opened(folder, read_logs(folder)[0])
    found = {point.key: point for point in check_after(folder, opened)}
    assert dict(found["post_checks"].facts) == {
        "n": 3,
        "units": folder.json("custody.json")["post_checks"]["units_drawn"],
    }
    assert not [point for point in found.values() if point.status.value == "broken"]
    for version, change, key in (
        ("post_check_draw/1", {"positions": [0, 1, 2]}, "check_drawn_otherwise"),
        ("post_check_list/1", {"units_drawn": 3}, "check_sample_small"),
        ("beacon_value/1", {"value_hex": "00" * 32}, "check_of_another_round"),
    ):
        record = next(one for one in opened if one.form["v"] == version)
        kept = {name: record.form[name] for name in change}
        record.form.update(change)
        assert key in {point.key for point in check_after(folder, opened)}
        record.form.update(kept)
    by_class = folder.json("custody.json")["post_checks"]["by_class"]
    assert by_class
    assert all(int(str(row["units"])[2:] or 0) == 0 for row in by_class)
    assert "party:" not in json.dumps(folder.json("custody.json")["post_checks"])


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_the_page_tells_shares_checks_and_matters(carried: None, lang: str) -> None:
    import re

    from django.test import override_settings
    from pages3_office import asked, visitor

    from ecluse.base.words import say
    from ecluse.custody.terms_after import CheckRound

    with override_settings(ROOT_URLCONF="ecluse.site.urls"):
        told = asked(visitor("officer:ssecu-01", "author"), "/after/", lang)
        assert say("after.title", lang) in told
        for check in filed(CheckRound):
            assert check.id in told
        assert say("after.cause.verification", lang) in told
        assert not re.search(r"\bafter\.[a-z_.]+[a-z]", re.sub(r"<[^>]+>", " ", told))
        assert visitor("authority:lv", "host_state").get("/after/").status_code == 404
        assert visitor().get("/after/").status_code == 302
        assert "/after/" in asked(visitor("officer:ssecu-01", "author"), "/units/", lang)
