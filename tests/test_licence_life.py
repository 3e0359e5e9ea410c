"""Does nobody grant, change, appeal or draw alone where the record is written, and is each step of a life taken?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in

pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.xdist_group("licence-life")]
LAST = date(2026, 12, 31)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("licence-life"))[1]


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[None]:
    with office_on(copy_sqlite(template, tmp_path / "office.sqlite3")):
        yield


class Hand:
    """Somebody at work in the carried office."""

    def __init__(self) -> None:
        from datetime import UTC, datetime, time

        from ecluse.base.source import SeededSource
        from ecluse.edge.law import newest_law
        from ecluse.office.carry.founding import Signers
        from ecluse.office.models import Setting
        from ecluse.office.session import Session

        first = date(2026, 1, 1)
        source = SeededSource(Setting.objects.get(key="seed").value, datetime.combine(first, time(), UTC))
        self.session = Session(source, newest_law())
        self.sign = Signers(self.session, first).sign

    def each(self, cls: type) -> list[Any]:
        from ecluse.base.sealed import VERSIONS, unseal
        from ecluse.office.models import Record

        rows = Record.objects.filter(v=VERSIONS[cls]).order_by("rid")
        return [unseal(bytes(row.body)) for row in rows]

    def live(self) -> Any:
        """A licence that may still be changed."""
        from ecluse.licence.life import IN_FORCE, state_after
        from ecluse.licence.terms import Licence, LicenceEvent

        return next(
            found for found in self.each(Licence)
            if state_after(found, self.session.of(found.order, LicenceEvent)) in IN_FORCE
        )  # fmt: skip

    def change(self, licence: Any, state: str, first: str, second: str | None, on: date = LAST) -> None:
        from ecluse.licence.terms import LicenceEvent, LicenceState
        from ecluse.office.actions.licence import change_licence

        step = LicenceEvent(f"licence-event:{state}-{on}", licence.id, LicenceState(state), first, second, "why", on)
        signatures = [self.sign(name, step, on) for name in (first, second) if name]
        change_licence(self.session, licence.order, step, signatures)


def refused(act: Callable[[], object]) -> str:
    """With which words is this refused, and was nothing written?"""
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.models import LogEntry, Record

    before = (Record.objects.count(), LogEntry.objects.count())
    with pytest.raises(ForbiddenError) as told:
        act()
    assert (Record.objects.count(), LogEntry.objects.count()) == before
    return str(told.value)


AUTHOR, COLLEAGUE, SECOND = "officer:ssecu-01", "officer:ssecu-04", "officer:mod-01"


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("state", "first", "second", "words"), [
    pytest.param("revoked", AUTHOR, None, "is no countersigner", id="one officer revokes"),
    pytest.param("amended", AUTHOR, AUTHOR, "is no countersigner", id="one officer stands on both sides"),
    pytest.param("amended", AUTHOR, COLLEAGUE, "of one authority", id="two officers of one authority amend"),
    pytest.param("amended", AUTHOR, "officer:nobody", "is no countersigner", id="the second officer is a mere string"),
    pytest.param("suspended", "officer:nobody", None, "is no author", id="a stranger suspends"),
    pytest.param("reinstated", AUTHOR, SECOND, "may not follow", id="what was not suspended is reinstated"),
    pytest.param("revoked", "clock:office", None, "is no author", id="a machine revokes"),
])  # fmt: skip
def test_a_step_is_refused(state: str, first: str, second: str | None, words: str) -> None:
    hand = Hand()
    licence = hand.live()
    assert words in refused(lambda: hand.change(licence, state, first, second))


@pytest.mark.usefixtures("office")
def test_an_unsigned_step_is_refused_and_an_end_is_an_end() -> None:
    from ecluse.licence.terms import LicenceEvent, LicenceState
    from ecluse.office.actions.licence import change_licence
    from ecluse.office.models import LicenceLine

    hand = Hand()
    licence = hand.live()
    step = LicenceEvent("licence-event:x", licence.id, LicenceState.REVOKED, AUTHOR, SECOND, "why", LAST)
    mine = [hand.sign(AUTHOR, step, LAST)]
    assert "not signed" in refused(lambda: change_licence(hand.session, licence.order, step, mine))
    hand.change(licence, "revoked", AUTHOR, SECOND)
    assert LicenceLine.objects.get(licence=licence.id).state == "revoked"
    again = Hand()
    assert "may not follow" in refused(lambda: again.change(licence, "reinstated", AUTHOR, SECOND))


@pytest.mark.usefixtures("office")
def test_two_officers_of_one_service_who_state_two_authorities_decide_nothing() -> None:
    from ecluse.licence.terms import ProposedDecision
    from ecluse.office.actions.hearings import last_finding
    from ecluse.office.actions.licence import decide, hear_attempt, propose
    from ecluse.office.registers import Order
    from ecluse.order import Gate
    from ecluse.parties.terms import PartiesFinding

    hand = Hand()
    order_id = hand.live().order
    order = hand.session.newest(order_id, Order)
    found = last_finding(hand.session, f"{order_id}/0", Gate.PARTIES, PartiesFinding)
    decision = replace(
        hand.session.newest(order_id, ProposedDecision), id="decision:false", author=AUTHOR, countersigner=COLLEAGUE,
        countersigner_authority="authority:mod", on=LAST,
    )  # fmt: skip
    signatures = [hand.sign(name, decision, LAST) for name in (AUTHOR, COLLEAGUE)]
    case = (hand.session, order, f"{order_id}/0", found, decision, signatures, LAST)
    assert "is no countersigner of authority:mod" in refused(lambda: decide(*case, actor=AUTHOR))
    assert "is no countersigner" in refused(lambda: propose(hand.session, order_id, decision, signatures[0]))
    held = hear_attempt(*case)
    assert {"licence.two_authorities_sign", "licence.officers_hold_office"} <= {g.code for g in held.grounds}


@pytest.mark.usefixtures("office")
def test_the_audit_names_a_licence_that_two_officers_brought_back_from_its_end() -> None:
    from ecluse.licence.terms import LicenceEvent, LicenceState
    from ecluse.office.actions.deed import Deed
    from ecluse.office.audit import p1, p4
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally
    from ecluse.office.models import LicenceLine

    hand = Hand()
    licence = hand.live()
    hand.change(licence, "revoked", AUTHOR, SECOND)
    step = LicenceEvent("licence-event:back", licence.id, LicenceState.REINSTATED, AUTHOR, SECOND, "why", LAST)
    hand = Hand()
    with Deed(
        hand.session, "licence.change", actor=AUTHOR, on=LAST, subject=licence.order, order=licence.order
    ) as deed:
        deed.seal(step, signatures=[hand.sign(name, step, LAST) for name in (AUTHOR, SECOND)])
        line = LicenceLine.objects.get(licence=licence.id)
        line.state = "reinstated"
        deed.put(line, licence.order)
    reading, found = read(), {}
    for promise, check in (("P4", p4.changes_are_by_two), ("P1", p1.licence_lines_are_rebuilt)):
        tally = Tally(promise, set())
        p1.releases_are_within(reading, Tally("P1", set()))
        check(reading, tally)
        found[promise] = {(finding.key.rpartition(".")[2], finding.subject) for finding in tally.findings}
    assert found == {
        "P4": {("change_out_of_order", step.id)}, "P1": {("licence_line_differs", licence.id)},
    }  # fmt: skip


@pytest.mark.usefixtures("office")
def test_the_year_takes_every_step_of_a_licences_life() -> None:
    from ecluse.licence.terms import Appeal, ClockStop, LicenceEvent, MarketingApplication, MarketingAuthorisation

    hand = Hand()
    states = {event.state.value for event in hand.each(LicenceEvent)}
    assert states >= {"suspended", "reinstated", "amended", "exhausted", "expired"}
    assert {appeal.upheld for appeal in hand.each(Appeal)} == {None, True, False}
    assert any(stop.until for stop in hand.each(ClockStop))
    asked = {found.id for found in hand.each(MarketingApplication)}
    given = [found for found in hand.each(MarketingAuthorisation) if f"application:{found.id}" in asked]
    assert given
    for found in given[:20]:
        from ecluse.base.sealed import seal

        owners = {signature.key.split("/")[0] for signature in hand.session.signatures(seal(found).digest)}
        assert len(owners) == 2


@pytest.mark.usefixtures("office")
def test_an_open_permit_holds_nothing_and_each_consignment_draws_for_itself() -> None:
    from ecluse.licence.terms import Licence, PermitKind
    from ecluse.office.actions.licence_life import call_off
    from ecluse.office.models import Tranche
    from ecluse.office.registers import Order
    from ecluse.surplus.terms import Draw, DrawState

    hand = Hand()
    opened = [found for found in hand.each(Licence) if found.permit is PermitKind.OPEN]
    assert opened
    called = 0
    for licence in opened:
        draws = [draw for draw in hand.session.of(licence.certificate, Draw) if draw.tranche.startswith(licence.order)]
        whole = [draw.state for draw in draws if draw.tranche == licence.tranche]
        assert whole == [DrawState.RESERVED, DrawState.RELEASED]
        parts = [draw for draw in draws if draw.tranche != licence.tranche and draw.state is DrawState.COMMITTED]
        assert all(draw.on > licence.issued_on for draw in parts)
        called += len(parts)
    assert called > len(opened)
    other = next(found for found in hand.each(Licence) if found.permit is PermitKind.ONE_OFF)
    order = hand.session.newest(other.order, Order)
    part = next(row.tranche for row in Tranche.objects.filter(order=order.id, is_split=False))
    assert f"{other.order} has no open permit" in refused(lambda: call_off(hand.session, order, part, LAST))
    assert "no consignment" in refused(lambda: call_off(hand.session, order, opened[0].tranche, LAST))


@pytest.mark.usefixtures("office")
def test_an_appeal_is_heard_in_time_by_another_officer() -> None:
    from ecluse.licence.terms import Appeal, ProposedDecision
    from ecluse.office.actions.licence_cases import appeal, may_hear
    from ecluse.office.registers import Order

    hand = Hand()
    dismissed = next(found for found in hand.each(Appeal) if found.upheld is False)
    order_id = dismissed.application.removeprefix("application:")
    order, refusal = hand.session.newest(order_id, Order), hand.session.newest(order_id, ProposedDecision)
    assert not may_hear(hand.session, order, refusal.author, LAST)
    assert may_hear(hand.session, order, dismissed.officer, LAST)
    late = Appeal("appeal:late", dismissed.application, refusal.on + timedelta(31), None, None, None)
    signature = hand.sign(order.exporter, late, late.filed_on)
    assert "no appeal in time" in refused(lambda: appeal(hand.session, order, late, signature))
