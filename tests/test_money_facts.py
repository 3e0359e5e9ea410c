"""Do money's dates and figures stand on what was signed and logged: shortages by entry, budgets by the treasury?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in

pytestmark = [pytest.mark.db, pytest.mark.slow, pytest.mark.xdist_group("money-facts")]
TODAY = date(2026, 12, 31)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return year_in(tmp_path_factory.mktemp("money"))[1]


@pytest.fixture
def session(template: Path, tmp_path: Path) -> Iterator[Any]:
    with office_on(copy_sqlite(template, tmp_path / "office.sqlite3")):
        from ecluse.base.source import SeededSource
        from ecluse.edge.law import newest_law
        from ecluse.office.models import Setting
        from ecluse.office.session import Session

        seed = Setting.objects.get(key="seed").value
        yield Session(SeededSource(seed, datetime.combine(TODAY, time(), UTC)), newest_law())


def signed(session: Any, owner: str, record: Any) -> Any:
    from ecluse.base.signing import sign

    return sign(record, f"key:{owner}/1", session.source.private_key(owner), TODAY)


def shortage(**changes: Any) -> Any:
    from ecluse.proceeds.terms import Shortage

    named = Shortage("shortage:late", "authority:general-staff", "fpv", 100, 3, TODAY - timedelta(90))
    return replace(named, **changes)


@pytest.mark.parametrize("signer", ["authority:treasury", "authority:mod"])
def test_a_shortage_that_its_owner_did_not_sign_is_not_named(session: Any, signer: str) -> None:
    from ecluse.base.errors import ForbiddenError
    from ecluse.office.actions.proceeds import name_shortage
    from ecluse.office.models import Record

    with pytest.raises(ForbiddenError):
        name_shortage(session, shortage(), TODAY, signature=signed(session, signer, shortage()))
    assert not Record.objects.filter(rid="shortage:late").exists()


def test_a_backdated_shortage_counts_from_its_entry_into_the_log(session: Any) -> None:
    """Named ninety days ago, it says; entered today; money goes to it today: gate and audit see through it."""
    from ecluse.base.money import Money
    from ecluse.base.verdict import Held
    from ecluse.custody.terms import CustodyFinding
    from ecluse.licence.terms import LicenceFinding
    from ecluse.office.actions.hearings import last_finding
    from ecluse.office.actions.proceeds import allocate, hear_proceeds, name_shortage
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import Record, Tranche
    from ecluse.office.registers import Order
    from ecluse.order import Gate, Trigger
    from ecluse.proceeds.terms import Allocation, Contribution

    owner = "authority:general-staff"
    name_shortage(session, shortage(), TODAY, signature=signed(session, owner, shortage()))
    filed = Record.objects.get(rid="shortage:late")
    assert (filed.actor, filed.on) == (owner, TODAY)
    rows = Tranche.objects.filter(standing="passed", is_split=False).order_by("tranche")
    tranche = next(row.tranche for row in rows if session.of(row.tranche, Contribution))
    order, paid = session.newest(tranche.rpartition("/")[0], Order), session.newest(tranche, Contribution)
    given = Allocation(f"allocation:{tranche}/late", tranche, "shortage:late", Money(1, paid.money.currency), TODAY)
    allocate(session, order, given, officer="officer:treasury-01")
    licensed = last_finding(session, tranche, Gate.LICENCE, LicenceFinding)
    custody = last_finding(session, tranche, Gate.CUSTODY, CustodyFinding)
    assert licensed is not None
    assert custody is not None
    verdict = hear_proceeds(session, order, licensed[0], custody, TODAY, Trigger.MONEY)
    assert isinstance(verdict, Held)
    ground = next(ground for ground in verdict.grounds if ground.code == "proceeds.shortage_stood_before")
    assert next(fact.value for fact in ground.facts if fact.name == "named_on") == TODAY
    found = [(f.key, f.subject, f.severity.value) for f in run_audit().findings if f.subject == given.id]
    assert ("shortage_too_young", given.id, "held") in found


def test_displaced_budget_is_counted_from_signed_figures_and_unknown_without_them(session: Any) -> None:
    from ecluse.office.audit.p7_budget import displaced
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import run_audit
    from ecluse.proceeds.terms import BudgetFigure, Purchase

    report, reading = run_audit(), read()
    told = report.summary["displaced_budget_minor"]
    assert told == displaced(reading)
    assert sum(told.values()) > 0
    for currency, minor in told.items():
        cut = {
            f.class_: f.money_before.minor - f.money_after.minor
            for f in (row.value for row in reading.of(BudgetFigure)) if f.money_before.currency == currency
        }  # fmt: skip
        spent = dict.fromkeys(cut, 0)
        for bought in (row.value for row in reading.of(Purchase)):
            spent[bought.class_] += bought.money.minor if bought.money.currency == currency else 0
        assert minor == sum(min(cut[class_], spent[class_]) for class_ in cut)
    (p7,) = [promise for promise in report.promises if promise.promise == "P7"]
    assert "displaced_budget" not in p7.unchecked
    figures = {row.digest for row in reading.of(BudgetFigure)}
    for digest in figures:
        reading.signatures.pop(digest)
    unsigned = displaced(reading)
    bought_in = {row.value.money.currency for row in reading.of(Purchase)}
    assert {currency for currency, minor in unsigned.items() if minor is None} == bought_in
