"""Does a reopened gate reach each tranche where it is: reserved, licensed, packed, moving, delivered? And a split?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, settle_sqlite, small_world, sqlite_url

from ecluse.order import Consequence, Gate, Trigger

pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.xdist_group("reopen")]
STOPPED, TODAY = date(2026, 3, 9), date(2026, 3, 10)


class Stopped(Exception):
    """The year was stopped in its middle."""


def _until_the_middle(day: date, steps: int) -> None:
    if day >= STOPPED:
        raise Stopped


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[tuple[str, str]]]:
    """An office in the middle of a year: its tranches have gone to all lengths. Also what the audit says of it then."""
    folder = tmp_path_factory.mktemp("reopen")
    world, path = small_world(folder, cheats=0), folder / "office.sqlite3"
    with office_on(sqlite_url(path)):
        from ecluse.edge.world.read import read_world
        from ecluse.office.carry.year import carry

        with pytest.raises(Stopped):
            carry(read_world(world), progress=_until_the_middle)
        before = Office(set()).broken()
    settle_sqlite(path)
    return path, {(found.key, found.subject) for found in before}


@pytest.fixture
def office(template: tuple[Path, set[tuple[str, str]]], tmp_path: Path) -> Iterator[Office]:
    path, before = template
    with office_on(copy_sqlite(path, tmp_path / "office.sqlite3")):
        yield Office(before)


class Office:
    """An office in service: each action in a session of its own."""

    def __init__(self, before: set[tuple[str, str]]) -> None:
        self.before = before

    def session(self) -> Any:
        from ecluse.base.source import SeededSource
        from ecluse.edge.law import newest_law
        from ecluse.office.models import Setting
        from ecluse.office.session import Session

        seed = Setting.objects.get(key="seed").value
        return Session(SeededSource(seed, datetime.combine(TODAY, time(), UTC)), newest_law())

    def sign(self, owner: str, record: Any) -> Any:
        from ecluse.base.signing import sign

        return sign(record, f"key:{owner}/1", self.session().source.private_key(owner), TODAY)

    def order(self, tranche: str) -> Any:
        from ecluse.office.registers import Order

        return self.session().newest(tranche.rpartition("/")[0], Order)

    def draw(self, tranche: str) -> str | None:
        from ecluse.surplus.terms import Draw

        found = [d for d in self.session().of(self.order(tranche).certificate, Draw) if d.tranche == tranche]
        return found[-1].state.value if found else None

    def balance(self, tranche: str) -> tuple[int, int, int]:
        from ecluse.office.models import CertificateBalance

        row = CertificateBalance.objects.get(certificate=self.order(tranche).certificate)
        return row.units_reserved, row.units_committed, row.units_used

    def one(self, wanted: Callable[[Any], bool]) -> Any:
        """The first tranche that draws on a certificate and is what is wanted."""
        from ecluse.office.models import Tranche

        rows = Tranche.objects.filter(is_split=False, standing="open").order_by("tranche")
        return next(row for row in rows if self.order(row.tranche).certificate and wanted(row))

    def reach(self, row: Any) -> str:
        from ecluse.office.actions.reopen import reach_of

        return str(reach_of(self.session(), self.order(row.tranche), row.tranche).value)

    def licence(self, tranche: str) -> Any:
        from ecluse.licence.terms import Licence

        return self.session().newest(self.order(tranche).id, Licence)

    def withdraw(self, tranche: str) -> list[Any]:
        from ecluse.office.actions.reopen import reopen_certificate
        from ecluse.office.actions.surplus import withdraw
        from ecluse.surplus.terms import Withdrawal

        certificate = self.order(tranche).certificate
        record = Withdrawal(f"withdrawal:{certificate}", certificate, "authority:mod", TODAY, "urgent need")
        officer = self.officer("authority:mod", "planner")
        withdraw(self.session(), record, officer=officer, signature=self.sign("authority:mod", record))
        return [found for found in reopen_certificate(self.session(), certificate, TODAY) if found.tranche == tranche]

    def officer(self, authority: str, role: str) -> str:
        from ecluse.base.sealed import unseal
        from ecluse.office.models import Record

        officers = [unseal(bytes(body)) for body in Record.objects.filter(v="officer/1").values_list("body", flat=True)]
        return next(o.id for o in sorted(officers, key=lambda o: o.id) if (o.authority, o.role) == (authority, role))

    def standing(self, tranche: str) -> tuple[str, str]:
        from ecluse.office.models import Tranche

        row = Tranche.objects.get(tranche=tranche)
        return row.gate, row.standing

    def broken(self) -> list[Any]:
        """What does the audit find that it did not find in the middle of the year?"""
        from ecluse.office.audit.report import run_audit

        return [found for found in run_audit().broken() if (found.key, found.subject) not in self.before]

    def pack(self, tranche: str, units: int) -> tuple[Any, ...]:
        from ecluse.custody.ranges import difference, normal
        from ecluse.custody.terms import Fate, Line, Marking, SerialBlock, SerialRange
        from ecluse.office.actions.custody import log_of, pack
        from ecluse.office.facts.custody import taken_in
        from ecluse.office.models import Record

        session, order = self.session(), self.order(tranche)
        for block in Record.objects.filter(v="serial_block/1").order_by("subject").values_list("subject", flat=True):
            found = session.newest(block, SerialBlock)
            made = normal(m.range for m in session.of(block, Marking) if m.fate is Fate.MADE)
            for run in difference(made, taken_in(session, block)) if found.line == order.line else ():
                if run.units() >= units:
                    ranges = (SerialRange(block, run.first, run.first + units - 1),)
                    maker = session.newest(order.line, Line).maker
                    pack(session, order.id, tranche, ranges, maker=maker, on=TODAY, log=log_of(order))
                    return ranges
        raise AssertionError("no free numbers")


def test_what_is_only_reserved_is_not_issued_and_its_units_are_free(office: Office) -> None:
    row = office.one(lambda row: office.draw(row.tranche) == "reserved")
    before = office.balance(row.tranche)
    (found,) = office.withdraw(row.tranche)
    assert found.consequence is Consequence.NOT_ISSUED
    assert office.draw(row.tranche) == "released"
    assert office.balance(row.tranche)[0] == before[0] - row.units
    assert office.standing(row.tranche) == ("surplus", "held_refused")
    assert office.broken() == []


def licensed(office: Office) -> Any:
    return office.one(lambda row: office.draw(row.tranche) == "committed" and office.reach(row) == "reserved")


def test_what_is_licensed_is_suspended_and_keeps_its_draw(office: Office) -> None:
    from ecluse.licence.life import is_in_force
    from ecluse.licence.terms import LicenceEvent

    row = licensed(office)
    (found,) = office.withdraw(row.tranche)
    assert (found.consequence, found.effect) == (Consequence.SUSPENDED, None)
    events = office.session().of(row.order, LicenceEvent)
    assert not is_in_force(office.licence(row.tranche), events, TODAY)
    assert office.draw(row.tranche) == "committed"
    assert office.broken() == []


def test_what_is_packed_is_unpacked(office: Office) -> None:
    from ecluse.custody.ranges import overlap
    from ecluse.custody.recall import Effect
    from ecluse.office.facts.custody import packed_ranges, taken_in
    from ecluse.office.models import Unit

    row = licensed(office)
    ranges = office.pack(row.tranche, row.units)
    (found,) = office.withdraw(row.tranche)
    assert (found.consequence, found.effect) == (Consequence.SUSPENDED, Effect.UNPACK)
    session = office.session()
    assert packed_ranges(session, row.tranche) == ()
    assert overlap(taken_in(session, ranges[0].block), ranges) == ()
    assert not Unit.objects.filter(tranche=row.tranche).exists()
    assert office.broken() == []


def test_what_is_moving_comes_back_and_gives_its_draw_and_numbers_back(office: Office) -> None:
    from ecluse.custody.ranges import overlap
    from ecluse.custody.recall import Effect
    from ecluse.custody.terms import Manifest, Step
    from ecluse.office.actions.custody import hand_over, log_of
    from ecluse.office.facts.custody import packed_ranges, taken_in

    row = office.one(lambda row: office.reach(row) == "moving" and bool(packed_ranges(office.session(), row.tranche)))
    order, before = office.order(row.tranche), office.balance(row.tranche)
    (found,) = office.withdraw(row.tranche)
    assert (found.consequence, found.effect) == (Consequence.RECALLED, Effect.TURN_BACK)
    session = office.session()
    manifests, ranges = session.of(row.tranche, Manifest), packed_ranges(session, row.tranche)
    holder, maker, number = manifests[-1].to_custodian, manifests[0].from_custodian, len(manifests) + 1
    back = Manifest(
        f"manifest:{row.tranche}/{number}", row.tranche, number, Step.RECALL, holder, maker, "UA", "authority:ssecu",
        ranges, row.units, (), (), datetime.combine(TODAY, time(8), UTC), datetime.combine(TODAY, time(9), UTC),
    )  # fmt: skip
    signatures = [office.sign(holder, back), office.sign(maker, back)]
    hand_over(session, order.id, back, signatures, end_user=order.end_user, log=log_of(order))
    assert office.draw(row.tranche) == "returned"
    assert office.balance(row.tranche)[2] == before[2] - row.units
    session = office.session()
    assert overlap(taken_in(session, ranges[0].block), ranges) == ()
    assert packed_ranges(session, row.tranche) == ranges, "what left stays the tranche's own"
    assert office.broken() == []


def test_what_is_delivered_becomes_a_case_that_the_audit_lists(office: Office) -> None:
    from ecluse.office.actions.reopen import hear_again
    from ecluse.office.audit.report import run_audit
    from ecluse.office.registers import Case

    row = office.one(lambda row: office.reach(row) == "delivered")
    assert office.withdraw(row.tranche) == [], "a certificate withdrawn later leaves what was delivered alone"
    before = office.standing(row.tranche)
    heard = hear_again(
        office.session(), office.order(row.tranche), row.tranche, Gate.SURPLUS, Trigger.CERTIFICATE_WITHDRAWN, TODAY
    )
    assert [found.consequence for found in heard.followed] == [Consequence.CASE]
    (case,) = office.session().of(row.tranche, Case)
    assert (case.gate, case.opened_on) == ("surplus", TODAY)
    assert "surplus.certificate_stands" in case.reason
    assert office.standing(row.tranche) == before
    assert ("case_open", row.tranche) in [(found.key, found.subject) for found in run_audit().findings]
    assert office.broken() == []


def test_a_split_conserves_units_and_draws_and_its_children_are_heard(office: Office) -> None:
    from ecluse.base.errors import ConflictError
    from ecluse.office.actions.split import near_equal, split
    from ecluse.order import Hearing

    row = office.one(
        lambda row: row.parent is None and row.units > 2 and office.draw(row.tranche) == "committed"
        and office.reach(row) == "reserved"
    )  # fmt: skip
    order, before = office.order(row.tranche), office.balance(row.tranche)
    for shares in ([row.units], [row.units, 1], [row.units, 0]):
        with pytest.raises(ConflictError):
            split(office.session(), order, shares, TODAY)
    names, followed = split(office.session(), order, near_equal(row.units, 2), TODAY)
    assert (len(names), followed) == (2, [])
    assert office.balance(row.tranche) == before
    assert [office.draw(name) for name in (row.tranche, *names)] == ["released", "committed", "committed"]
    heard = [hearing for name in names for hearing in office.session().of(name, Hearing)]
    assert [(h.gate, h.trigger, h.finding is not None) for h in heard] == [(Gate.SURPLUS, Trigger.SPLIT, True)] * 2
    assert {office.standing(name) for name in names} == {("licence", "open")}
    with pytest.raises(ConflictError):
        split(office.session(), order, near_equal(row.units, 2), TODAY)
    assert office.broken() == []


def test_a_reservation_that_lapsed_is_heard_again_by_the_clock(office: Office) -> None:
    from ecluse.office.actions.reopen import lapse
    from ecluse.order import Hearing

    row = office.one(lambda row: office.draw(row.tranche) == "reserved")
    before = office.balance(row.tranche)
    draw = lapse(office.session(), office.order(row.tranche), row.tranche, TODAY)
    assert draw is not None
    assert (draw.units, draw.on, draw.expires_on) == (row.units, TODAY, TODAY + timedelta(90))
    last = office.session().newest(row.tranche, Hearing)
    assert (last.gate, last.trigger) == (Gate.SURPLUS, Trigger.CLOCK)
    assert office.balance(row.tranche) == before
    assert office.standing(row.tranche) == (row.gate, "open"), "a gate left behind that passes again moves nothing"
    assert office.broken() == []


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_licence_that_changed_calls_back_what_moves_under_it(office: Office, state: str) -> None:
    from ecluse.licence.terms import LicenceEvent, LicenceState
    from ecluse.office.actions.licence import change_licence
    from ecluse.office.actions.reopen import reopen_licence
    from ecluse.office.models import LicenceLine
    from ecluse.order import Hearing

    live = set(LicenceLine.objects.filter(state="issued").values_list("order", flat=True))
    row = office.one(lambda row: office.reach(row) == "moving" and row.order in live)
    author = office.officer("authority:ssecu", "author")
    second = office.officer("authority:mod", "countersigner") if state == "revoked" else None
    event = LicenceEvent(
        f"licence-event:{row.order}/t", office.licence(row.tranche).id, LicenceState(state), author, second, "?", TODAY
    )
    signatures = [office.sign(name, event) for name in (author, second) if name]
    change_licence(office.session(), row.order, event, signatures)
    followed = reopen_licence(office.session(), office.order(row.tranche), TODAY)
    assert [found.consequence for found in followed if found.tranche == row.tranche] == [Consequence.RECALLED]
    last = office.session().newest(row.tranche, Hearing)
    assert (last.gate, last.trigger) == (Gate.CUSTODY, Trigger.LICENCE_CHANGE)
    assert "custody.licence_is_in_force" in [ground.code for ground in last.grounds]
    assert office.standing(row.tranche) == ("custody", "held_refused")
    assert office.broken() == []


def test_a_gate_held_again_opens_the_gates_after_it(office: Office) -> None:
    from ecluse.licence.terms import LicenceFinding
    from ecluse.office.actions.hearings import gates_open, last_finding

    row = licensed(office)
    assert last_finding(office.session(), row.tranche, Gate.LICENCE, LicenceFinding)
    office.withdraw(row.tranche)
    assert gates_open(office.session(), row.tranche) == {Gate.PARTIES, Gate.LICENCE, Gate.CUSTODY}
    assert last_finding(office.session(), row.tranche, Gate.LICENCE, LicenceFinding) is None
