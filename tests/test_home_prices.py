"""Is what the home army pays on record, unknown never zero, and its plan reckoned again by the audit?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, settle_sqlite, sqlite_url
from test_sides import (
    CERTIFICATE,
    CLASS,
    FIRST,
    MAKER,
    MOD,
    MODEL,
    MONTHS,
    ON,
    PLANNER,
    common,
    figures,
    found,
    opened,
    register,
    signed,
)

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.verdict import Held, Passed, codes_of

pytestmark = pytest.mark.db
LATER = date(2026, 2, 1)


@pytest.fixture(scope="module")
def unpriced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ministry's office with every figure but a price."""
    path = tmp_path_factory.mktemp("prices") / "office.sqlite3"
    with office_on(sqlite_url(path)):
        from ecluse.office.registers import HomePrice

        found(*common(), *(filing for filing in figures() if not isinstance(filing[0], HomePrice)))
    settle_sqlite(path)
    return path


@pytest.fixture
def office(unpriced: Path, tmp_path: Path) -> Iterator[None]:
    """A copy of it."""
    with office_on(copy_sqlite(unpriced, tmp_path / "office.sqlite3")):
        yield


def state(minor: int, currency: str = "UAH", on: date = FIRST, name: str = "1") -> None:
    from ecluse.office.registers import HomePrice

    price = HomePrice(f"home-price:{CLASS}/{name}", MOD, CLASS, Money(minor, currency), on)
    register((price, f"class:{CLASS}", MOD))


def plan() -> Any:
    from ecluse.office.facts.classes import home_plan

    return home_plan(opened(), [CLASS])


def bought() -> list[int]:
    return [point.units for point in plan().bought_by_month(CLASS)]


def broken() -> list[tuple[str, str, Any]]:
    """What does the audit say of certificates and their facts? Nobody opened this office's register of live parties."""
    from ecluse.office.audit.report import run_audit

    report = run_audit()
    assert next(promise.unchecked for promise in report.promises if promise.promise == "P9") == ()
    found = report.broken()
    return [(f.promise, f.key, dict(f.facts).get("fact")) for f in found if f.key != "live_party_differs"]


def reckoned() -> Any:
    """What the audit, written apart, reckons from the same registers as they stand now."""
    from ecluse.office.audit.p1_home_plan import bought_on_file
    from ecluse.office.audit.reading import read

    reading = read()
    return bought_on_file(reading, reading.about)


def ask(units: int = 10, name: str = CERTIFICATE) -> Any:
    from ecluse.office.actions.surplus import certify
    from ecluse.office.facts.surplus import CertificateRequest, model_named

    asked = CertificateRequest(name, model_named(opened(), CLASS, MODEL), MAKER, Month(2026, 5), Month(2026, 6), units)
    return certify(opened(), asked, plan(), officer=PLANNER, owner=MOD, on=ON, sign=signed)


def requests(name: str = CERTIFICATE) -> list[Any]:
    from ecluse.office.registers import CertificateAsked

    return opened().of(name, CertificateAsked)


def test_a_price_that_nobody_stated_leaves_the_plan_unknown(office: None) -> None:
    assert plan() is None
    assert reckoned() is None


@pytest.mark.parametrize(("minor", "currency"), [(0, "UAH"), (1, "EUR")], ids=["nothing", "another currency"])
def test_what_is_no_price_of_the_budget_is_unknown_too(office: None, minor: int, currency: str) -> None:
    state(minor, currency)
    assert plan() is None
    assert reckoned() is None


def test_the_price_decides_what_the_budget_buys(office: None) -> None:
    state(1)
    assert bought() == [1] * len(MONTHS)
    assert reckoned() == {(CLASS, month): 1 for month in MONTHS}


def test_the_newest_statement_counts_whichever_was_filed_last(office: None) -> None:
    state(2, on=LATER, name="later")
    state(1)
    assert bought() == [0, 1] * (len(MONTHS) // 2)
    assert reckoned() == {(CLASS, month): number % 2 for number, month in enumerate(MONTHS)}


def test_a_certificate_asked_for_without_a_price_is_referred_and_the_request_stays(office: None) -> None:
    verdict = ask(17)
    assert isinstance(verdict, Held)
    assert codes_of(verdict) == ["surplus.figures_are_known"]
    assert [(request.certificate, request.units, request.maker) for request in requests()] == [(CERTIFICATE, 17, MAKER)]
    assert "flows" in verdict.grounds[0].facts_by_name()["figures"]
    assert broken() == []


def test_asked_again_with_a_price_it_passes_and_both_requests_stand(office: None) -> None:
    ask(17)
    state(1)
    assert isinstance(ask(16), Passed)
    assert [(request.id, request.units) for request in requests()] == [
        (f"request:{CERTIFICATE}/1", 17), (f"request:{CERTIFICATE}/2", 16),
    ]  # fmt: skip
    assert broken() == []


def test_an_unsigned_price_is_an_unsigned_input(office: None) -> None:
    from ecluse.office.registers import HomePrice

    register((HomePrice("home-price:x", MOD, CLASS, Money(1, "UAH"), FIRST), f"class:{CLASS}", None))
    verdict = ask()
    assert isinstance(verdict, Held)
    assert "surplus.inputs_are_signed" in codes_of(verdict)
    assert broken() == []


def test_a_hearing_that_heard_another_number_than_was_asked_is_named(
    office: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner's own hand: the gate hears fewer units than the maker asked for."""
    from ecluse.office.actions import surplus

    state(1)
    honest = surplus.certificate_claim
    monkeypatch.setattr(
        surplus, "certificate_claim", lambda *given: replace(honest(*given), units_asked=given[1].units - 1)
    )
    ask(17)
    assert broken() == [("P9", "fact_differs", "units_asked")]


def test_a_hearing_that_left_home_purchases_out_is_named(office: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.facts import classes

    state(1)
    honest = classes.class_flows
    monkeypatch.setattr(
        classes, "class_flows", lambda *given: tuple(replace(flow, units_home=0) for flow in honest(*given))
    )
    ask(17)
    assert {("P9", "fact_differs", "flows"), ("P1", "certificate_differs", None)} <= set(broken())
