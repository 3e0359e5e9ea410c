"""Does a host state grant its licence again once it ran out, fell short or was taken back, and may it take it back?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in
from desk_life import deal, desk_of, do, file, license_it, officer, representative

pytestmark = [pytest.mark.db, pytest.mark.slow]
CENTRE, HOST = "centre:lt-1", "LT"
GRANT, WITHDRAW = "custody.license_host", "custody.withdraw_host_licence"


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """An order licensed at home whose goods stand at a centre abroad, without that host's licence."""
    folder = tmp_path_factory.mktemp("host-licence")
    with office_on(copy_sqlite(year_in(folder)[1], folder / "arrived.sqlite3")):
        from ecluse.custody.terms import Centre

        sale = deal()
        order = file(sale, centre=CENTRE)
        license_it(sale, order)
        maker = representative(sale.line.maker)
        operator = desk_of(maker).session.newest(CENTRE, Centre).operator
        do("custody.pack", maker, f"{order}/0")
        do("custody.offer", maker, f"{order}/0", step="dispatch", to_custodian=operator, place_state=HOST)
        do("custody.hand_over", representative(operator), f"{order}/0", received="yes")
        return folder / "arrived.sqlite3", order, operator


@pytest.fixture
def stood(arrived: tuple[Path, str, str], tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A copy of its own: the order, and who asks for its release at the centre."""
    kept, order, operator = arrived
    with office_on(copy_sqlite(kept, tmp_path / "office.sqlite3")):
        yield order, representative(operator)


def host() -> Any:
    return representative(f"authority:{HOST.lower()}")


def offered(order: str) -> set[str]:
    from ecluse.office.desk.registry import About
    from ecluse.office.desk.registry import offered as offered_at

    return {one.name for one in offered_at(desk_of(host()), About.ORDER, order)} & {GRANT, WITHDRAW}


def release(order: str, operator: Any) -> list[str]:
    """May the goods leave now? On which grounds not?"""
    from ecluse.base.verdict import Held

    verdict = do("custody.ask_release", operator, f"{order}/0", ready="yes").verdict
    return [ground.code for ground in verdict.grounds] if isinstance(verdict, Held) else []


def run_out(order: str) -> None:
    """The host had granted a licence that ended yesterday."""
    from ecluse.custody.terms import HostLicence
    from ecluse.office.actions.custody import license_by_host

    desk = desk_of(host())
    ended = desk.on - timedelta(1)
    record = HostLicence(f"host-licence:{order}", HOST, desk.body, order, 3, ended - timedelta(9), ended)
    desk = replace_day(desk, record.valid_from)
    license_by_host(desk.session, record, signature=desk.sign(desk.body, record))


def replace_day(desk: Any, on: Any) -> Any:
    from ecluse.office.desk.registry import Desk
    from ecluse.office.desk.today import open_session

    desk.session.mandate = None
    return Desk(open_session(), replace(desk.mandate, valid_from=on), on)


def standing(order: str) -> str:
    from ecluse.office.models import Tranche

    return str(Tranche.objects.get(tranche=f"{order}/0").standing)


def test_a_licence_that_ran_out_is_granted_again_and_what_it_held_may_leave(stood: tuple[str, Any]) -> None:
    order, operator = stood
    run_out(order)
    assert offered(order) == {GRANT}
    assert release(order, operator) == ["custody.host_licence_is_in_force"]
    assert standing(order) == "held_refused"
    do(GRANT, host(), order)
    assert standing(order) == "open"
    assert release(order, operator) == []
    assert offered(order) == {WITHDRAW}  # all of it was released: nothing is left to licence


def test_a_licence_for_fewer_units_than_the_order_is_granted_again(stood: tuple[str, Any]) -> None:
    order, operator = stood
    do(GRANT, host(), order, units="2")
    assert offered(order) == {GRANT, WITHDRAW}
    assert release(order, operator) == ["custody.host_licence_covers_units"]
    do(GRANT, host(), order)
    assert offered(order) == {WITHDRAW}
    assert release(order, operator) == []


def test_a_licence_that_carries_the_order_is_not_granted_twice(stood: tuple[str, Any]) -> None:
    order, _ = stood
    do(GRANT, host(), order)
    assert offered(order) == {WITHDRAW}
    with pytest.raises(AssertionError, match="not offered"):
        do(GRANT, host(), order)


def test_a_withdrawn_licence_lets_nothing_leave_until_another_is_granted(stood: tuple[str, Any]) -> None:
    order, operator = stood
    do(GRANT, host(), order)
    do(WITHDRAW, host(), order, reason="a consignment was found unguarded")
    assert offered(order) == {GRANT}
    assert release(order, operator) == ["custody.host_licence_is_present"]
    do(GRANT, host(), order)
    assert release(order, operator) == []
    assert not {key for key in all_broken() if "host" in key}


def test_what_was_released_and_stands_on_the_soil_is_stopped_by_a_withdrawal(stood: tuple[str, Any]) -> None:
    from ecluse.licence.life import state_on
    from ecluse.licence.terms import Licence, LicenceEvent, LicenceState

    order, operator = stood
    do(GRANT, host(), order)
    assert release(order, operator) == []
    do(WITHDRAW, host(), order, reason="the road is closed")
    assert standing(order) == "held_refused"
    session = desk_of(officer("authority:ssecu", "author")).session
    licence = session.newest(order, Licence)
    today = desk_of(host()).on
    assert state_on(licence, session.of(order, LicenceEvent), today) is LicenceState.SUSPENDED
    assert host_faults() == set()  # it was released while the licence stood


def host_faults() -> set[str]:
    """What does the audit find of releases from host states?"""
    from ecluse.office.audit.p5_chain import host_states_agreed
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally

    tally = Tally("P5", set())
    host_states_agreed(read(), tally)
    assert tally.counts["host_releases"] > 1
    return {finding.key for finding in tally.findings}


def all_broken() -> set[str]:
    from ecluse.office.audit.report import run_audit

    return {finding.key for finding in run_audit().broken()}


def test_a_later_licence_does_not_heal_a_release_without_one() -> None:
    from carried import set_up

    set_up()
    from ecluse.custody.life import host_licence_standing
    from ecluse.custody.terms import HostLicence, HostLicenceWithdrawn

    day = date(2026, 5, 1)
    first, second = (
        HostLicence(f"host-licence:o{n}", HOST, "authority:lt", "order:1", 3, day, day) for n in ("", "/2")
    )
    taken = HostLicenceWithdrawn("w", HOST, "authority:lt", "order:1", first.id, "", day)
    assert host_licence_standing([], []) is None
    assert host_licence_standing([first], []) is first
    assert host_licence_standing([first], [taken]) is None
    assert host_licence_standing([first, second], [taken]) is second
