"""Is every public claim measured on the records, does a moved fact change its status, and is it all said in words?"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from carried import office_on, python, set_up, sqlite_url, year_in
from keys import key_for

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import VERSIONS
from ecluse.base.signing import Signature, message
from ecluse.base.words import LANGUAGES
from ecluse.custody.terms import (
    Centre,
    CentreRole,
    Fate,
    HostLicence,
    LifeEvent,
    LifeState,
    Line,
    Manifest,
    Marking,
    SerialBlock,
    SerialRange,
    Sighting,
    Step,
)
from ecluse.edge.world.read import read_world
from ecluse.licence.terms import Licence, PermitKind, ProposedDecision, Route
from ecluse.order import Gate, Hearing, Trigger
from ecluse.parties.terms import Party, PartyKind
from ecluse.proceeds.terms import Destination, Purchase, PurchaseDelivery, Receipt
from ecluse.surplus.terms import (
    CapacityAttestation,
    Certificate,
    FundedOrder,
    Funder,
    MonthUnits,
    RuleResult,
    SurplusRule,
)

set_up()

from ecluse.office.audit.reading import Filed, Reading  # noqa: E402
from ecluse.office.claims.answers import MEASURES, claim_rows, claim_text  # noqa: E402
from ecluse.office.claims.terms import Claim, Measured, Status  # noqa: E402
from ecluse.office.registers import (  # noqa: E402
    AidReceived,
    Budget,
    HomeDelivery,
    LineOutput,
    Model,
    Order,
    Packing,
    Release,
)

SAID, MAY = date(2026, 2, 8), date(2026, 5, 4)
YEAR_END = date(2026, 12, 31)
SUPPORTED, CONTRADICTED, OPEN = Status.SUPPORTED, Status.CONTRADICTED, Status.OPEN
CLAIMS = [*(f"A{n}" for n in range(1, 14)), *(f"B{n}" for n in range(1, 13))]
ORDER, TRANCHE = "order:1", "order:1/0"


# ------------------------------------------------------------------ a few records, by hand


def reading_of(*records: tuple[str, Any], carried: date = YEAR_END) -> Reading:
    """What does an audit read where only these are on record, each about its subject?"""
    reading = Reading([], [], {}, {}, {"kind": "demonstration", "carried": carried.isoformat()})
    for number, (subject, value) in enumerate(records):
        v, on = VERSIONS[type(value)], getattr(value, "on", SAID)
        row = Filed(
            f"r:{number}", v, b"", f"{number:064x}", subject, "", on, "", "", "home/2026", number, number, value
        )
        reading.rows.append(row)
        reading.by_v[v].append(row)
        reading.by_subject[subject].append(row)
        if isinstance(value, CapacityAttestation):
            key, private = key_for(value.maker)
            reading.keys[key.id] = key
            made = private.sign(message(row.digest, SAID)).hex()
            reading.signatures[row.digest] = [Signature(key.id, SAID, made)]
    return reading


def measured(id: str, *records: tuple[str, Any], carried: date = YEAR_END, said_on: date = SAID) -> Measured:
    """What do these records say of the claim?"""
    world: Any = SimpleNamespace(home="UA", classes=(), centres=())
    return MEASURES[id].of(Claim(id, said_on, reading_of(*records, carried=carried), world))


def centre(number: int, host: str, opened: date | None) -> list[tuple[str, Any]]:
    id = f"centre:{number}"
    found: list[tuple[str, Any]] = [(id, Centre(id, host, "party:op", (CentreRole.DEPOT,), SAID))]
    if opened:
        found.append((id, LifeEvent(f"life:{id}", id, LifeState.OPEN, "authority:mfa", opened)))
    return found


def centres(*hosts: str, opened: int) -> list[tuple[str, Any]]:
    days = [date(2026, 3, n + 1) if n < opened else None for n in range(len(hosts))]
    return [record for n, host in enumerate(hosts) for record in centre(n, host, days[n])]


def line(
    host: str,
    *,
    class_: str = "fpv",
    technology: int | None = 9000,
    specialists: int | None = 6000,
    series: date | None = date(2026, 1, 5),
    made: int = 40,
    made_on: date = date(2026, 2, 5),
) -> list[tuple[str, Any]]:
    id = f"line:{host.lower()}"
    found: list[tuple[str, Any]] = [
        (id, Line(id, "party:maker-1", host, class_, technology, 5000, specialists, "declaration", SAID))
    ]
    if series:
        found.append((id, LifeEvent(f"life:{id}", id, LifeState.SERIES, "authority:de", series)))
    if made:
        found.append((id, LineOutput(f"output:{id}", id, Month.of(made_on), made, made_on)))
    return found


def first_unit(made_on: date, handed_on: date | None) -> list[tuple[str, Any]]:
    run = SerialRange("block:1", 1, 40)
    found: list[tuple[str, Any]] = [
        *line("DE"),
        ("block:1", SerialBlock("block:1", "line:de", "model:1", "UA-FPV-", 1, 40, SAID, False)),
        ("block:1", Marking("marking:1", "block:1", run, Fate.MADE, "line:de", "model:1", made_on)),
    ]
    if handed_on:
        found.append((TRANCHE, manifest(1, Step.RELEASE, "party:maker-1", "party:carrier", handed_on, (run,))))
    return found


def manifest(number: int, step: Step, giver: str, taker: str, on: date, runs: tuple[SerialRange, ...]) -> Manifest:
    at = datetime(on.year, on.month, on.day, 9 + number, tzinfo=UTC)
    units = sum(run.units() for run in runs)
    return Manifest(
        f"manifest:{number}", TRANCHE, number, step, giver, taker, "UA", "authority:ssecu", runs, units, (), (), at, at
    )


def order(*, origin: str = "made", centre: str | None = None, on: date = SAID, id: str = ORDER) -> tuple[str, Any]:
    return id, Order(
        id, "party:maker-1", "party:b", "party:b", "party:user", None, "party:carrier", "party:bank", "PL", (),
        "model:1", "fpv", 10, origin, "certificate:1", None, "line:ua", centre, Month(2026, 5), on, on,
    )  # fmt: skip


def released(on: date = MAY, units: int = 10) -> list[tuple[str, Any]]:
    run = SerialRange("block:1", 1, units)
    return [
        (TRANCHE, Packing("packing:1", TRANCHE, "block:1", 1, units, on)),
        (TRANCHE, Release("release:1", ORDER, TRANCHE, "line:ua", units, "h", on)),
        ("block:1", Marking("marking:1", "block:1", run, Fate.MADE, "line:ua", "model:1", SAID)),
    ]


def licence(certificate: str | None) -> tuple[str, Any]:
    return ORDER, Licence(
        "licence:1", "1", "application:1", ORDER, TRANCHE, "party:maker-1", "party:user", "PL", "model:1",
        PermitKind.ONE_OFF, Route.A, 10, Money(100, "EUR"), certificate, None, "h", date(2026, 3, 1), YEAR_END,
    )  # fmt: skip


def decision(author: str, author_authority: str, second: str, second_authority: str) -> tuple[str, Any]:
    return ORDER, ProposedDecision(
        "decision:1", "application:1", True, author, author_authority, second, second_authority, "", SAID
    )


def certificate(*, strict: int | None, unmet: int = 5, class_: str = "fpv") -> tuple[str, Any]:
    id = f"certificate:{class_}"
    return id, Certificate(
        id, "authority:mod", class_, "model:1", "party:maker-1", Month(2026, 1), Month(2026, 12), 100,
        SurplusRule.SR_1, "p", (RuleResult(SurplusRule.SR_0, strict), RuleResult(SurplusRule.SR_1, 100)), unmet, 0, (),
        "", "h", SAID, YEAR_END,
    )  # fmt: skip


def drones(capacity: int, funded: int) -> list[tuple[str, Any]]:
    may = Month(2026, 5)
    found: list[tuple[str, Any]] = [("budget", Budget("budget:1", may, Money(1, "UAH")))]
    for class_ in ("fpv", "interceptor", "long_range", "naval_drone"):
        model, price = f"model:{class_}", Money(1, "UAH")
        found += [
            (f"class:{class_}", Model(model, class_, "article", "military", "ML10", "party:maker-1", price, price, 0)),
            (model, CapacityAttestation(
                f"a:{class_}", "party:maker-1", model, class_, (MonthUnits(may, capacity),), (), SAID, YEAR_END)),
            (model, FundedOrder(
                f"f:{class_}", "authority:mod", Funder.HOME, model, class_, (MonthUnits(may, funded),), SAID)),
        ]  # fmt: skip
    return found


def makers(number: int) -> list[tuple[str, Any]]:
    ids = [f"party:maker-{n:03d}" for n in range(number)]
    return [(id, Party(id, PartyKind.FIRM, id, (), "UA", (), SAID)) for id in ids]


def behind(accepted: int) -> list[tuple[str, Any]]:
    act = HomeDelivery("home:1", "fpv", Month(2026, 4), 50, accepted, date(2026, 4, 30))
    return [("home:fpv", act), order(), *released()]


def seen(state: str, *, centre: str | None = None) -> list[tuple[str, Any]]:
    sighting = Sighting("sighting:1", SerialRange("block:1", 10, 10), state, "authority:xx", date(2026, 6, 1))
    return [order(centre=centre), *released(), (TRANCHE, sighting)]


def from_abroad(*, host: bool, home: bool) -> list[tuple[str, Any]]:
    found = [*centre(1, "LT", SAID), order(centre="centre:1"), *released()]
    if host:
        found.append(("host:order:1", HostLicence("host:1", "LT", "authority:lt", ORDER, 10, SAID, YEAR_END)))
    return found + ([licence("certificate:1")] if home else [])


def handed(giver: str) -> list[tuple[str, Any]]:
    run = (SerialRange("block:1", 1, 10),)
    first = manifest(1, Step.RELEASE, "party:maker-1", "party:carrier", MAY, run)
    then = manifest(2, Step.DELIVERY, giver, "party:user", date(2026, 5, 9), run)
    return [*from_abroad(host=True, home=True), (TRANCHE, first), (TRANCHE, then)]


def held(gate: Gate, *codes: str) -> tuple[str, Any]:
    from ecluse.base.verdict import refuse

    number = next(NUMBERS)
    grounds = tuple(refuse(code, "ecluse/x") for code in codes)
    return TRANCHE, Hearing(
        f"hearing:{number}", ORDER, TRANCHE, gate, MAY, Trigger.FIRST, None, {}, (), (), "ecluse", grounds, None
    )


NUMBERS = count(1)


def contracts(early: int, late: int) -> list[tuple[str, Any]]:
    days = [date(2026, 2, 1)] * early + [date(2026, 8, 1)] * late
    return [order(centre="centre:1", on=day, id=f"order:{n}") for n, day in enumerate(days)]


def receipt(minor: int, currency: str) -> tuple[str, Any]:
    return TRANCHE, Receipt("receipt:1", TRANCHE, "party:b", "party:bank", Money(minor, currency), MAY)


def bought(on: date) -> tuple[str, Any]:
    return "shortage:1", PurchaseDelivery("pd:1", "purchase:1", 5, "authority:mod", on)


Case = tuple[str, Callable[[], list[tuple[str, Any]]], Status]
TEN = ("EE", "LV", "LT", "LT", "DK", "SE", "FI", "NO", "DE", "GB")
CASES: list[Case] = [
    ("A1", lambda: centres(*TEN, opened=10), SUPPORTED),
    ("A1", lambda: centres(*TEN, opened=9), CONTRADICTED),
    ("A2", lambda: centres("LT", "SE", "DE", opened=0), SUPPORTED),
    ("A2", lambda: centres("LT", "DE", opened=0), OPEN),
    ("A2", lambda: centres("LT", "DE", "GB", opened=0), CONTRADICTED),
    ("B1", lambda: centres("DE", "GB", "LT", opened=3), SUPPORTED),
    ("B1", lambda: centres("DE", "LT", "GB", opened=3), OPEN),
    ("B1", lambda: centres("LT", "DE", "GB", opened=3), CONTRADICTED),
    ("B1", lambda: centres("DE", "GB", opened=0), OPEN),
    ("A3", lambda: [*centres("LT", opened=1), *contracts(2, 3)], SUPPORTED),
    ("A3", lambda: [*centres("LT", opened=1), *contracts(3, 2)], CONTRADICTED),
    ("A3", lambda: [*centres("LT", opened=1), *contracts(2, 2)], OPEN),
    ("A4", lambda: line("DE"), SUPPORTED),
    ("A4", lambda: line("DE", technology=4999), OPEN),
    ("A4", lambda: line("DE", made=0), OPEN),
    ("A4", lambda: line("DE", class_="howitzer"), CONTRADICTED),
    ("A5", lambda: first_unit(date(2026, 2, 10), date(2026, 2, 20)), SUPPORTED),
    ("A5", lambda: first_unit(date(2026, 2, 20), date(2026, 2, 21)), OPEN),
    ("A5", lambda: first_unit(date(2026, 2, 20), None), OPEN),
    ("A5", lambda: first_unit(date(2026, 2, 21), date(2026, 2, 21)), CONTRADICTED),
    ("A6", lambda: line("GB", made_on=SAID), SUPPORTED),
    ("A6", lambda: line("GB", made_on=date(2026, 2, 9)), OPEN),
    ("A6", lambda: line("GB", series=date(2026, 2, 9)), CONTRADICTED),
    ("A7", lambda: line("DE", technology=5000, specialists=5000), SUPPORTED),
    ("A7", lambda: line("DE", specialists=4999), CONTRADICTED),
    ("A7", lambda: line("DE", specialists=None), OPEN),
    ("A7", lambda: line("UA", specialists=1), OPEN),
    ("A8", lambda: drones(200, 100), SUPPORTED),
    ("A8", lambda: drones(199, 100), OPEN),
    ("A8", lambda: drones(100, 100), CONTRADICTED),
    ("A9", lambda: [licence("certificate:1")], SUPPORTED),
    ("A9", lambda: [licence(None)], CONTRADICTED),
    ("A9", list, OPEN),
    ("A10", lambda: [receipt(1, "EUR")], SUPPORTED),
    ("A10", lambda: [receipt(1, "UAH")], OPEN),
    ("A12", lambda: makers(201), SUPPORTED),
    ("A12", lambda: makers(200), CONTRADICTED),
    ("A13", list, Status.NOT_TESTABLE),
    ("B2", lambda: behind(50), SUPPORTED),
    ("B2", lambda: behind(49), CONTRADICTED),
    ("B2", lambda: [order(), *released()], OPEN),
    ("B3", list, OPEN),
    ("B4", lambda: [certificate(strict=0), ("class:fpv", AidReceived("aid:1", "fpv", 5, "US", SAID))], OPEN),
    ("B4", lambda: [certificate(strict=0), ("class:ew", AidReceived("aid:1", "ew", 5, "US", SAID))], CONTRADICTED),
    ("B4", lambda: [order(origin="donated"), *released()], SUPPORTED),
    ("B5", lambda: [certificate(strict=0)], SUPPORTED),
    ("B5", lambda: [certificate(strict=1)], CONTRADICTED),
    ("B5", lambda: [certificate(strict=0), certificate(strict=1, class_="part")], OPEN),
    ("B6", lambda: seen("TH"), SUPPORTED),
    ("B6", lambda: seen("DE"), OPEN),
    ("B6", lambda: seen("PL"), OPEN),
    ("B7", lambda: [order(), *released()], CONTRADICTED),
    ("B7", lambda: [order(), *released()[:2]], SUPPORTED),
    ("B7", lambda: [order(origin="captured"), *released()], SUPPORTED),
    ("B7", lambda: [order(origin="captured")], OPEN),
    ("B8", lambda: handed("party:carrier"), CONTRADICTED),
    ("B8", lambda: handed("party:stranger"), SUPPORTED),
    ("B8", lambda: [*handed("party:stranger"), held(Gate.CUSTODY, "custody.custody_has_no_gap")], CONTRADICTED),
    ("B8", lambda: from_abroad(host=False, home=True), SUPPORTED),
    ("B8", lambda: from_abroad(host=True, home=False), SUPPORTED),
    ("B8", list, OPEN),
    ("B9", lambda: from_abroad(host=True, home=True), OPEN),
    ("B9", lambda: [*from_abroad(host=True, home=True), held(Gate.CUSTODY, "custody.host_licence_is_present")],
     CONTRADICTED),
    ("B9", lambda: from_abroad(host=False, home=True), SUPPORTED),
    ("B10", lambda: [order(), licence("c"), decision("o:1", "a:1", "o:2", "a:2")], OPEN),
    ("B10", lambda: [order(), licence("c"), decision("o:1", "a:1", "o:1", "a:2")], SUPPORTED),
    ("B10", lambda: [order(), licence("c"), decision("o:1", "a:1", "o:2", "a:1")], SUPPORTED),
    ("B10", lambda: [order(), licence("c")], SUPPORTED),
    ("B11", lambda: seen("DE", centre="centre:1"), SUPPORTED),
    ("B11", lambda: seen("TH"), OPEN),
    ("B12", lambda: [bought(date(2027, 2, 8))], SUPPORTED),
    ("B12", lambda: [bought(date(2027, 2, 9))], OPEN),
    ("B12", list, OPEN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("id", "records", "status"),
    [pytest.param(*case, id=f"{case[0]} {case[2].value} {n}") for n, case in enumerate(CASES)],
)
def test_the_records_decide(id: str, records: Callable[[], list[tuple[str, Any]]], status: Status) -> None:
    assert measured(id, *records()).status is status


def test_every_measure_but_money_has_cases_on_either_side() -> None:
    statuses: dict[str, set[Status]] = defaultdict(set)
    for id, _, status in CASES:
        statuses[id].add(status)
    assert set(MEASURES) == set(CLAIMS)
    assert {id for id in CLAIMS if len(statuses[id]) < 2} == {"A11", "A13", "B3"}


def test_a_year_that_is_not_over_leaves_a_tenth_centre_open() -> None:
    assert measured("A1", *centres(*TEN, opened=9), carried=date(2026, 12, 30)).status is OPEN


def test_a_year_after_it_was_said_without_a_purchase_contradicts() -> None:
    assert measured("B12", carried=date(2027, 2, 9)).status is CONTRADICTED


@dataclass(frozen=True)
class Sums:
    """One tranche's money as the proceeds room states it."""

    received: Money
    due: Money
    overdue: tuple[Any, ...] = ()


@pytest.mark.parametrize(
    ("delivered", "status"), [(0, CONTRADICTED), (1, OPEN), (89, OPEN), (90, SUPPORTED), (100, SUPPORTED)]
)
def test_reinvestment_is_supported_from_nine_tenths(
    delivered: int, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecluse.office.claims import money as claims_money

    stated = Sums(Money(500, "EUR"), Money(100, "EUR"))
    price, home = Money(100, "EUR"), Destination.DOMESTIC
    purchase = Purchase("purchase:1", "s:1", ("al:1",), "party:s", home, "fpv", 100, price, MAY, YEAR_END)
    accepted = PurchaseDelivery("pd:1", purchase.id, delivered, "authority:mod", YEAR_END)
    monkeypatch.setattr(claims_money, "claims", lambda reading: {TRANCHE: None})
    monkeypatch.setattr(claims_money, "money_of_tranche", lambda claim, on: stated)
    found = measured("A11", ("s:1", purchase), ("s:1", accepted))
    assert found.status is status
    assert found.figures["of_due"] == (f"EUR {delivered} %",)
    assert found.figures["of_received"] == (f"EUR {delivered // 5} %",)


# ------------------------------------------------------------------ a carried year


@dataclass(frozen=True)
class Year:
    world: Path
    url: str


group = pytest.mark.xdist_group("claims")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp("claims")
    world, path = year_in(folder)
    return Year(world, sqlite_url(path))


@pytest.fixture(scope="module")
def rows(year: Year) -> dict[str, list[dict[str, Any]]]:
    world = read_world(year.world)
    with office_on(year.url):
        return {lang: list(claim_rows(world, lang)) for lang in LANGUAGES}


def of(rows: dict[str, list[dict[str, Any]]], id: str, lang: str = "en") -> dict[str, Any]:
    return next(row for row in rows[lang] if row["claim"].rpartition(":")[2] == id)


@group
@pytest.mark.db
@pytest.mark.slow
def test_every_claim_of_the_register_is_measured_in_order(rows: dict[str, list[dict[str, Any]]]) -> None:
    for lang in LANGUAGES:
        assert [row["claim"].rpartition(":")[2] for row in rows[lang]] == CLAIMS
    statuses = {status.value for status in Status}
    for row in rows["en"]:
        assert row["status"] in statuses
        assert row["figures"]
        assert all(row[name] for name in ("would_change", "measured", "text", "speaker", "source"))
        assert date.fromisoformat(row["said_on"])
        assert row["basis"]["kind"] == "demonstration"
    assert Counter(row["status"] for row in rows["en"]).keys() == statuses


@group
@pytest.mark.db
@pytest.mark.slow
def test_three_languages_say_the_same_figures_in_other_words(rows: dict[str, list[dict[str, Any]]]) -> None:
    for uk, en, fr in zip(*(rows[lang] for lang in LANGUAGES), strict=True):
        assert uk["figures"] == en["figures"] == fr["figures"]
        assert uk["status"] == en["status"] == fr["status"]
        for name in ("text", "measured", "would_change", "status_text"):
            assert len({uk[name], en[name], fr[name]}) == 3, (en["claim"], name)
        texts = [claim_text(row, lang) for row, lang in ((uk, "uk"), (en, "en"), (fr, "fr"))]
        assert not any(re.search(r"[{}]|\.\.|None", text) for text in texts), texts


@group
@pytest.mark.db
@pytest.mark.slow
def test_figures_are_those_of_the_worlds_own_tables(year: Year, rows: dict[str, list[dict[str, Any]]]) -> None:
    world = read_world(year.world)
    opened = [row for row in world.lives if row.subject.startswith("centre:") and row.state == "open"]
    assert of(rows, "A1")["figures"]["opened"] == len({row.subject for row in opened})
    assert of(rows, "A12")["figures"]["makers"] == sum(row.party.startswith("party:maker-") for row in world.parties)
    assert of(rows, "B4")["figures"]["asked"] == sum(row.origin != "made" for row in world.orders)
    assert of(rows, "B6")["figures"]["seen"] == sum(
        (row.step, row.field) == ("sighting", "state") for row in world.conduct
    )
    drone_capacity = sum(
        units or 0
        for row in world.capacity
        if row.class_ in ("fpv", "interceptor", "long_range", "naval_drone")
        for units in row.capacity_units
    )
    assert of(rows, "A8")["figures"]["capacity"] == drone_capacity


@group
@pytest.mark.db
@pytest.mark.slow
def test_money_and_needs_are_what_the_audit_rebuilds(year: Year, rows: dict[str, list[dict[str, Any]]]) -> None:
    with office_on(year.url):
        from ecluse.office.audit.report import run_audit

        audited = run_audit().summary
    sums = of(rows, "A11")["figures"]
    for name, figure in (("received", "receipts_minor"), ("bought", "reinvested_minor"), ("overdue", "overdue_minor")):
        owed = {currency: minor for currency, minor in audited[figure].items() if minor or name != "overdue"}
        assert {currency: minor for minor, currency in sums[name]} == owed
    assert of(rows, "A9")["figures"]["licences"] == audited["licences"]
    assert of(rows, "B5")["figures"]["units_unmet"] == sum(
        audited["need_unmet"]["by_class"][unmet.split()[0]] for unmet in of(rows, "B5")["figures"]["unmet"]
    )


@group
@pytest.mark.db
@pytest.mark.slow
def test_nothing_honest_contradicts_what_the_gates_promise(rows: dict[str, list[dict[str, Any]]]) -> None:
    assert of(rows, "B2")["figures"]["early"] == 0
    assert of(rows, "B7")["figures"]["unborn"] == of(rows, "B7")["figures"]["gone"] == 0
    assert of(rows, "B8")["figures"]["one_sided"] == of(rows, "B8")["figures"]["breaks_loose"] == 0
    assert of(rows, "B9")["figures"]["without"] == 0
    assert of(rows, "B10")["figures"]["amiss"] == 0
    assert of(rows, "A9")["figures"]["bare"] == 0


@group
@pytest.mark.db
@pytest.mark.slow
def test_a_claim_without_a_measure_is_not_testable_here(year: Year) -> None:
    world = read_world(year.world)
    strange = replace(world, claims=(replace(world.claims[0], claim="claim:C1", measure="unheard_of"),))
    with office_on(year.url):
        found = [next(claim_rows(strange, lang)) for lang in LANGUAGES]
        with pytest.raises(KeyError):
            next(claim_rows(world, "xx"))
    assert {row["status"] for row in found} == {"not_testable_here"}
    assert len({row["measured"] for row in found}) == 3


@pytest.fixture
def said(year: Year) -> str:
    done = python("-m", "ecluse", "claims", "--db", year.url, "--world", year.world, "--lang", "uk", "--json")
    out, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    return out


@group
@pytest.mark.db
@pytest.mark.slow
def test_the_command_prints_a_line_a_claim(said: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    assert [json.loads(row) for row in said.splitlines()] == json.loads(json.dumps(rows["uk"]))
