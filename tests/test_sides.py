"""Do two offices, the ministry's and the portal, speak by signed files alone, and does no secret figure ever cross?"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, settle_sqlite, sqlite_url

from ecluse.base.canon import canonical, digest
from ecluse.base.days import Month
from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.money import Money
from ecluse.base.sealed import encode, seal
from ecluse.base.signing import Key, Signature, sign
from ecluse.base.source import SeededSource
from ecluse.base.verdict import Held, Passed, codes_of

ROOT = Path(__file__).resolve().parent.parent
ON, FIRST = date(2026, 4, 2), date(2026, 1, 1)
MOD, SSECU, MAKER, STAFF = "authority:mod", "authority:ssecu", "party:maker-1", "authority:gs"
PLANNER, CLASS, MODEL = "officer:mod-1", "kite", "model:kite-9"
CERTIFICATE = "certificate:kite-9-1"
SOURCE = SeededSource("two-sides", datetime(2026, 4, 2, tzinfo=UTC))
MONTHS = tuple(Month(2026, 1).until(Month(2026, 12)))
CAPACITY, SHOWN, FUNDED, NEED, STOCK, RESERVE, ABSORBED = 7919, 7207, 1223, 3301, 5003, 2011, 61001
SECRET_FIGURES = {
    *(CAPACITY, SHOWN, FUNDED, NEED, STOCK, RESERVE, ABSORBED),
    *(12 * each for each in (CAPACITY, SHOWN, FUNDED, NEED)),
    *(months * FUNDED for months in (2, 3)), *(2 * each for each in (CAPACITY, SHOWN)),
}  # fmt: skip
SECRET_IDS = ("attestation:kite-9", "funded:kite-9", "need:kite", "stock:kite-9", "reserve:kite-9", "absorption:kite")
pytestmark = [pytest.mark.db, pytest.mark.slow]


# ------------------------------------------------------------------ two offices


def private(owner: str) -> Any:
    return SOURCE.private_key(owner)


def key_of(owner: str) -> Key:
    return Key(f"key:{owner}/1", owner, private(owner).public_key().public_bytes_raw().hex(), FIRST, None)


def signed(owner: str, record: Any, on: date = ON) -> Signature:
    return sign(record, f"key:{owner}/1", private(owner), on)


def opened() -> Any:
    from ecluse.edge.law import newest_law
    from ecluse.office.session import Session

    return Session(SOURCE, newest_law())


def register(*filings: tuple[Any, str, str | None], on: date = FIRST) -> None:
    from ecluse.office.actions.deed import Deed

    with Deed(opened(), "office.register", actor="clock:office", on=on, subject="register:test") as deed:
        for record, subject, owner in filings:
            deed.seal(record, subject, [signed(owner, record, on)] if owner else ())


def file_order(order: Any) -> None:
    from ecluse.office.actions.deed import Deed
    from ecluse.office.models import OrderRow

    with Deed(opened(), "licence.file", actor=MAKER, on=ON, subject=order.id, order=order.id) as deed:
        deed.seal(order, signatures=[signed(MAKER, order)])
        row = OrderRow(order=order.id, exporter=MAKER, filed_on=ON, standing="open", gate="surplus")
        deed.put(row, order.id)


def common() -> list[tuple[Any, str, str | None]]:
    """What both offices register: who is who, with which keys, and the catalogue."""
    from ecluse.office.registers import Authority, Model
    from ecluse.parties.terms import Party, PartyKind

    names = [(Authority(a, "UA", a, a, a), a, None) for a in (MOD, SSECU, STAFF)]
    keys = [(key_of(owner), f"key:{owner}", None) for owner in (MOD, SSECU, STAFF, MAKER)]
    model = Model(MODEL, CLASS, "article", "military", "ML10", MAKER, Money(100, "UAH"), Money(90, "UAH"), 0)
    party = Party(MAKER, PartyKind.FIRM, "Invented Works", (), "UA", (), FIRST)
    return [*names, *keys, (party, MAKER, None), (model, f"class:{CLASS}", None)]


def schedule(units: int) -> tuple[Any, ...]:
    from ecluse.surplus.terms import MonthUnits

    return tuple(MonthUnits(month, units) for month in MONTHS)


def figures(shown: int = SHOWN) -> list[tuple[Any, str, str | None]]:
    """What the high side alone holds."""
    from ecluse.office.registers import Budget, HomePrice, Officer
    from ecluse.surplus import terms as t

    made = t.CapacityAttestation(
        "attestation:kite-9", MAKER, MODEL, CLASS, schedule(CAPACITY), schedule(shown), FIRST, date(2026, 12, 31)
    )
    order = t.FundedOrder("funded:kite-9", MOD, t.Funder.HOME, MODEL, CLASS, schedule(FUNDED), date(2025, 12, 1))
    register_of_orders = t.OrdersStatement("orders:kite", MOD, CLASS, 1, 12 * FUNDED, 0, FIRST)
    need = t.StatedNeed("need:kite", STAFF, CLASS, 1, schedule(NEED), FIRST)
    limit = t.AbsorptionLimit("absorption:kite", STAFF, CLASS, ABSORBED, MONTHS[0], MONTHS[-1], FIRST)
    policy = t.SurplusPolicy("policy:surplus-1", MOD, t.SurplusRule.SR_1, 1, 2, FIRST, None)
    price = HomePrice(f"home-price:{CLASS}", MOD, CLASS, Money(1_000_000, "UAH"), FIRST)
    budgets = [(Budget(f"budget:{m}", m, Money(1, "UAH")), "budget", None) for m in MONTHS]
    return [
        (Officer(PLANNER, MOD, "planner", "Olena Invented", FIRST, None), PLANNER, None),
        (made, MODEL, MAKER), (order, MODEL, MOD), (register_of_orders, f"class:{CLASS}", MOD),
        (need, f"class:{CLASS}", STAFF), (limit, f"class:{CLASS}", STAFF),
        (t.StockCount("stock:kite-9", STAFF, MODEL, CLASS, STOCK, date(2025, 12, 31)), MODEL, STAFF),
        (t.Reserve("reserve:kite-9", STAFF, MODEL, CLASS, RESERVE, FIRST), MODEL, STAFF),
        (policy, "policy:surplus", MOD), (price, f"class:{CLASS}", MOD), *budgets,
    ]  # fmt: skip


def accept(month: Month, accepted: int = FUNDED) -> None:
    from ecluse.office.actions.surplus import accept_home_delivery
    from ecluse.office.registers import HomeDelivery

    act = HomeDelivery(f"home:{CLASS}/{month}", CLASS, month, FUNDED, accepted, month.next().first_day())
    accept_home_delivery(opened(), act, owner=MOD, signature=signed(MOD, act))


def found(*filings: tuple[Any, str, str | None]) -> None:
    from ecluse.office.models import Setting

    Setting.objects.create(key="kind", value="demonstration")
    Setting.objects.create(key="seed", value="two-sides")
    register(*filings)


def certify(units: int = 2503, name: str = CERTIFICATE) -> None:
    from ecluse.office.actions.surplus import certify as certified
    from ecluse.office.facts.classes import home_plan
    from ecluse.office.facts.surplus import CertificateRequest, model_named

    session = opened()
    plan = home_plan(session, [CLASS])
    asked = CertificateRequest(name, model_named(session, CLASS, MODEL), MAKER, Month(2026, 5), Month(2026, 6), units)
    verdict = certified(session, asked, plan, officer=PLANNER, owner=MOD, on=ON, sign=signed)
    assert isinstance(verdict, Passed), codes_of(verdict)


Side = Callable[[], contextlib.AbstractContextManager[None]]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both offices once: the ministry's with its figures, deliveries on plan and a certificate, and the portal."""
    folder = tmp_path_factory.mktemp("sides")
    with office_on(sqlite_url(folder / "empty.sqlite3")):
        pass
    settle_sqlite(folder / "empty.sqlite3")
    with office_on(copy_sqlite(folder / "empty.sqlite3", folder / "low.sqlite3")):
        found(*common())
    with office_on(copy_sqlite(folder / "empty.sqlite3", folder / "high.sqlite3")):
        found(*common(), *figures())
        for number in (1, 2, 3):
            accept(Month(2026, number))
        certify()
    for name in ("low", "high"):
        settle_sqlite(folder / f"{name}.sqlite3")
    return folder


@pytest.fixture
def high(templates: Path, tmp_path: Path) -> Side:
    """The ministry's office."""
    url = copy_sqlite(templates / "high.sqlite3", tmp_path / "high.sqlite3")
    return lambda: office_on(url)


@pytest.fixture
def low(templates: Path, tmp_path: Path) -> Side:
    """The portal: who is who, and the catalogue."""
    url = copy_sqlite(templates / "low.sqlite3", tmp_path / "low.sqlite3")
    return lambda: office_on(url)


@pytest.fixture
def empty(templates: Path, tmp_path: Path) -> str:
    """An office that nobody founded yet."""
    return copy_sqlite(templates / "empty.sqlite3", tmp_path / "empty.sqlite3")


def export(folder: Path, on: date = ON, owner: str = MOD) -> Any:
    from ecluse.edge.keys import OpenKey
    from ecluse.office.actions.sides import export_side

    return export_side(opened(), folder, OpenKey(owner, f"key:{owner}/1", private(owner)), on=on, log_root="a" * 64)


def take(folder: Path, on: date = ON, owner: str = MOD) -> Any:
    from ecluse.office.actions.sides import import_side

    return import_side(opened(), folder, owner, on=on)


def order(units: int = 100, certificate: str = CERTIFICATE) -> Any:
    from ecluse.office.registers import Order

    roles = dict.fromkeys(("buyer", "consignee", "end_user"), "party:buyer")
    return Order(
        id="order:1", exporter=MAKER, **roles, broker=None, carrier="party:carrier", bank="party:bank",
        destination="PL", transit=(), model=MODEL, class_=CLASS, units=units, origin="made", certificate=certificate,
        statement=None, line=None, centre=None, deliver_in=Month(2026, 5), contract_on=ON, filed_on=ON,
    )  # fmt: skip


def hear(units: int = 100, on: date = ON) -> Passed[Any] | Held:
    from ecluse.office.actions.surplus import hear_surplus
    from ecluse.office.registers import Order

    if opened().newest("order:1", Order) is None:
        file_order(order(units))
    return hear_surplus(opened(), order(units), "order:1/0", units, on)


def records() -> int:
    from ecluse.office.models import LogEntry, Record

    return Record.objects.count() + 1_000_000 * LogEntry.objects.count()


# ------------------------------------------------------------------ what crosses works


def test_an_order_passes_the_surplus_gate_on_the_low_side(high: Side, low: Side, tmp_path: Path) -> None:
    from ecluse.office.models import CertificateBalance
    from ecluse.surplus.terms import Certificate

    with high():
        made = export(tmp_path / "first")
        certificate = opened().newest(CERTIFICATE, Certificate)
    assert dict(made.by_kind) == {
        "surplus_certificate/1": 1, "surplus_policy/1": 1, "capacity_standing/1": 1, "home_standing/1": 1,
    }  # fmt: skip
    with low():
        assert isinstance(hear(), Held)
        assert take(tmp_path / "first").records == 4
        assert opened().newest(CERTIFICATE, Certificate) == certificate
        verdict = hear()
        assert isinstance(verdict, Passed), codes_of(verdict)
        balance = CertificateBalance.objects.get(certificate=CERTIFICATE)
        assert (balance.units_certified, balance.units_reserved) == (2503, 100)
        assert codes_of(hear(2504)) == ["surplus.home_army_first", "surplus.balance_covers_units"]
    with high():
        assert CertificateBalance.objects.get(certificate=CERTIFICATE).units_reserved == 0


def test_the_low_side_stands_its_own_audit(high: Side, low: Side, tmp_path: Path) -> None:
    with high():
        export(tmp_path / "first")
    with low():
        take(tmp_path / "first")
        assert isinstance(hear(), Passed)
        from ecluse.office.audit.report import run_audit

        report = run_audit()
        broken = [finding for finding in report.broken() if finding.promise in ("P1", "P2", "P6", "P8", "P9")]
        assert not broken, broken
    with high():
        report = run_audit()
        assert not [finding for finding in report.broken() if finding.promise in ("P1", "P2", "P6", "P8")]


def test_a_certificate_that_nobody_carried_breaks_p1_on_the_low_side(high: Side, low: Side, tmp_path: Path) -> None:
    from dataclasses import replace

    from ecluse.surplus.terms import Certificate

    with high():
        export(tmp_path / "first")
        certificate = opened().newest(CERTIFICATE, Certificate)
    forged = replace(certificate, id="certificate:forged")
    with low():
        take(tmp_path / "first")
        register((forged, forged.id, MOD), on=ON)
        from ecluse.office.audit.report import run_audit

        assert {f.subject for f in run_audit().broken() if f.key == "certificate_without_hearing"} == {forged.id}


def test_the_second_carriage_holds_only_what_is_new(high: Side, low: Side, tmp_path: Path) -> None:
    from ecluse.office.actions.sides import rehear_withdrawn
    from ecluse.office.actions.surplus import withdraw
    from ecluse.office.models import Tranche
    from ecluse.surplus.terms import Withdrawal

    later = date(2026, 4, 20)
    record = Withdrawal("withdrawal:1", CERTIFICATE, MOD, later, "urgent need")
    with high():
        export(tmp_path / "first")
        withdraw(opened(), record, officer=PLANNER, signature=signed(MOD, record, later))
        second = export(tmp_path / "second", later)
    assert (second.number, dict(second.by_kind), second.withdrawn) == (
        2, {"certificate_withdrawal/1": 1}, (CERTIFICATE,),
    )  # fmt: skip
    with low():
        take(tmp_path / "first")
        assert isinstance(hear(), Passed)
        take(tmp_path / "second", later)
        assert rehear_withdrawn(opened(), CERTIFICATE, later) == ["order:1/0"]
        assert Tranche.objects.get(tranche="order:1/0").standing == "held_refused"


def test_a_delivery_behind_plan_crosses_as_a_yes_and_no_figure(high: Side, low: Side, tmp_path: Path) -> None:
    from ecluse.office.facts.classes import home_progress

    later = date(2026, 5, 4)
    with high():
        export(tmp_path / "first")
        accept(Month(2026, 4), FUNDED - 1)
        assert dict(export(tmp_path / "second", later).by_kind) == {"home_standing/1": 1}
    with low():
        take(tmp_path / "first")
        before = home_progress(opened(), CLASS, ON)
        assert before is not None
        assert (before.month, before.units_planned, before.units_accepted) == (Month(2026, 3), 0, 0)
        take(tmp_path / "second", later)
        after = home_progress(opened(), CLASS, later)
        assert after is not None
        assert (after.month, after.units_planned, after.units_accepted) == (Month(2026, 4), 1, 0)
        # What was said later is not known earlier.
        assert home_progress(opened(), CLASS, ON) == before


def test_what_the_high_side_does_not_know_stays_unknown_and_holds(low: Side, empty: str, tmp_path: Path) -> None:
    with office_on(empty):
        found(*common(), *figures())  # no acceptance act is in
        certify()
        made = export(tmp_path / "first")
    assert "home_standing/1" not in dict(made.by_kind)
    with low():
        take(tmp_path / "first")
        assert codes_of(hear()) == ["surplus.home_deliveries_are_known"]


def test_a_portal_that_heard_nothing_infers_nothing(low: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.facts.classes import home_progress

    monkeypatch.setenv("ECLUSE_SIDE", "low")
    with low():
        assert home_progress(opened(), CLASS, ON) is None


def test_capacity_that_is_no_longer_demonstrated_refers_on_the_low_side(high: Side, low: Side, tmp_path: Path) -> None:
    from ecluse.surplus import terms as t

    with high():
        lower = t.CapacityAttestation(
            "attestation:kite-9b", MAKER, MODEL, CLASS, schedule(CAPACITY), schedule(0), FIRST, date(2026, 12, 31)
        )
        register((lower, MODEL, MAKER))
        export(tmp_path / "first")
    with low():
        take(tmp_path / "first")
        assert codes_of(hear()) == ["surplus.capacity_is_demonstrated"]


# ------------------------------------------------------------------ no secret crosses


def secrets_in(*places: Path) -> set[str]:
    """Which secret figures and names stand in these databases and files, as text or as a stored number?"""
    found: set[str] = set()
    for place in places:
        for path in [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]:
            text = path.read_bytes().decode("latin-1")
            numbers = set(re.findall(r"(?<![\w.])\d+(?![\w])", text))
            found |= {str(figure) for figure in SECRET_FIGURES if str(figure) in numbers}
            found |= {name for name in SECRET_IDS if name in text}
            if path.suffix == ".sqlite3":
                found |= _stored(path)
    return found


def _stored(path: Path) -> set[str]:
    wanted = SECRET_FIGURES
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        cells = (cell for table in tables for row in connection.execute(f'SELECT * FROM "{table}"') for cell in row)
        return {str(cell) for cell in cells if type(cell) is int and cell in wanted}


def test_no_secret_is_in_the_low_database_nor_in_what_was_carried(high: Side, low: Side, tmp_path: Path) -> None:
    with high():
        export(tmp_path / "first")
        accept(Month(2026, 4), FUNDED - 1)
        export(tmp_path / "second", date(2026, 5, 4))
    with low():
        take(tmp_path / "first")
        take(tmp_path / "second", date(2026, 5, 4))
        assert isinstance(hear(), Passed)
    places = [path for path in tmp_path.iterdir() if path.name.startswith(("low", "first", "second"))]
    assert secrets_in(*places) == set()
    # The same search finds them where they are ...
    high_files = [path for path in tmp_path.iterdir() if path.name.startswith("high")]
    assert {str(NEED), str(STOCK), str(FUNDED), "need:kite", "stock:kite-9"} <= secrets_in(*high_files)


@pytest.mark.parametrize("how", ["record", "column", "file"])
def test_the_search_finds_a_planted_secret(high: Side, low: Side, tmp_path: Path, how: str) -> None:
    with high():
        export(tmp_path / "first")
    with low():
        from ecluse.office.models import Setting, Tranche

        take(tmp_path / "first")
        if how == "record":
            Setting.objects.create(key="note", value=json.dumps({"need": NEED}))
        elif how == "column":
            Tranche.objects.create(tranche="t", order="o", units=NEED, gate="surplus", standing="open", hearing="")
    if how == "file":
        next((tmp_path / "first" / "records").iterdir()).write_text(f'{{"units":{NEED}}}')
    places = [path for path in tmp_path.iterdir() if path.name.startswith(("low", "first"))]
    assert secrets_in(*places) == {str(NEED)}


# ------------------------------------------------------------------ what is refused, whole


@pytest.fixture
def carried(high: Side, tmp_path: Path) -> Path:
    """One carriage, and a second one after it."""
    with high():
        export(tmp_path / "first")
        accept(Month(2026, 4), FUNDED - 1)
        export(tmp_path / "second", date(2026, 5, 4))
    return tmp_path


def refused(low: Side, folder: Path, said: str, on: date = ON, owner: str = MOD) -> None:
    with low():
        before = records()
        with pytest.raises((EvidenceError, BadInputError), match=said):
            take(folder, on, owner)
        assert records() == before


def test_a_gap_is_refused(carried: Path, low: Side) -> None:
    refused(low, carried / "second", "no. 1 is missing", date(2026, 5, 4))


def test_a_replay_is_refused(carried: Path, low: Side) -> None:
    with low():
        take(carried / "first")
    refused(low, carried / "first", "taken in before")


def test_a_carriage_of_another_line_is_refused(carried: Path, low: Side, empty: str, tmp_path: Path) -> None:
    """Another office of the same name, such as a restored older copy, numbers its carriages from where it stood."""
    with low():
        take(carried / "first")
    with office_on(empty):
        found(*common(), *figures())
        certify(name="certificate:kite-9-2")
        export(tmp_path / "twin-1")
        accept(Month(2026, 1))
        certify(name="certificate:kite-9-3", units=1)
        export(tmp_path / "twin-2")
    refused(low, tmp_path / "twin-2", "does not follow")


def test_a_carriage_from_the_future_is_refused(carried: Path, low: Side) -> None:
    refused(low, carried / "first", "has not come yet", date(2026, 4, 1))


def test_a_carriage_of_another_owner_is_refused(carried: Path, low: Side) -> None:
    refused(low, carried / "first", "only that of authority:ssecu", owner=SSECU)


def test_a_carriage_signed_by_a_key_that_is_not_registered_is_refused(carried: Path, empty: str) -> None:
    with office_on(empty):
        found(*[filing for filing in common() if filing[1] != f"key:{MOD}"])
    refused(lambda: office_on(empty), carried / "first", "no registered key")


def record_file(folder: Path, kind: str) -> Path:
    return next(path for path in (folder / "records").iterdir() if f'\\"v\\":\\"{kind}' in path.read_text())


def spoil(name: str) -> Callable[[Path], None]:
    def within(folder: Path) -> Path:
        return record_file(folder, "surplus_certificate/1")

    return {
        "a file is altered": lambda f: within(f).write_bytes(within(f).read_bytes().replace(b"2503", b"9503")),
        "a file is missing": lambda f: within(f).unlink(),
        "a file is added": lambda f: (f / "records" / "extra.json").write_text("{}") and None,
        "a file is added beside": lambda f: (f / "notes.txt").write_text("x") and None,
        "the manifest is altered": lambda f: (
            (f / "manifest").write_text((f / "manifest").read_text().replace("number 1", "number 2")) and None
        ),
        "the manifest is missing": lambda f: (f / "manifest").unlink(),
        "the manifest is rubbish": lambda f: (f / "manifest").write_bytes(b"\xff\xfe\x00") and None,
        "the folder is empty": shutil.rmtree,
    }[name]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a file is altered", "altered on its way"),
        ("a file is missing", "is missing"),
        ("a file is added", "not in the manifest"),
        ("a file is added beside", "not in the manifest"),
        ("the manifest is altered", "no registered key"),
        ("the manifest is missing", "ecluse side export"),
        ("the manifest is rubbish", "cannot be read"),
        ("the folder is empty", "ecluse side export"),
    ],
)
def test_a_spoilt_carriage_is_refused_whole(carried: Path, low: Side, name: str, said: str) -> None:
    spoil(name)(carried / "first")
    refused(low, carried / "first", said)
    assert not (carried / "low").exists()


def repacked(folder: Path, bodies: dict[str, bytes], owner: str = MOD, **changed: Any) -> Path:
    """A carriage that somebody who holds the ministry's key makes by hand."""
    from ecluse.office.sides import Manifest, write_carriage

    files = tuple((name, digest(body)) for name, body in sorted(bodies.items()))
    manifest = Manifest(owner, changed.get("number", 1), "", ON, "a" * 64, files)
    write_carriage(folder, manifest, bodies, private(owner))
    return folder


def body_of(record: Any, *owners: str) -> dict[str, bytes]:
    made = [encode(signed(owner, record)) for owner in owners]
    sealed = seal(record)
    form = {"v": "carried/1", "record": sealed.body.decode(), "signatures": made}
    return {f"{sealed.digest}.json": canonical(form)}


def test_a_secret_kind_never_crosses_even_signed(low: Side, tmp_path: Path) -> None:
    from ecluse.surplus.terms import StockCount

    stock = StockCount("stock:x", MOD, MODEL, CLASS, STOCK, ON)
    refused(low, repacked(tmp_path / "hand", body_of(stock, MOD)), "never crosses")


@pytest.mark.parametrize(
    ("owner", "signer", "said"),
    [
        pytest.param(MOD, SSECU, "no valid signature", id="signed by another"),
        pytest.param(MAKER, MAKER, "only that of", id="a party certifies itself"),
        pytest.param("authority:nobody", MOD, "no valid signature", id="an authority without a key"),
    ],
)
def test_a_record_without_its_owners_signature_is_refused(
    high: Side, low: Side, tmp_path: Path, owner: str, signer: str, said: str
) -> None:
    from dataclasses import replace

    from ecluse.surplus.terms import Certificate

    with high():
        certificate = opened().newest(CERTIFICATE, Certificate)
    forged = replace(certificate, owner=owner, units_certified=9999)
    refused(low, repacked(tmp_path / "hand", body_of(forged, signer)), said)


def test_a_record_that_differs_from_the_one_on_file_is_refused(carried: Path, high: Side, low: Side) -> None:
    from dataclasses import replace

    from ecluse.office.sides import Manifest, write_carriage
    from ecluse.surplus.terms import Certificate

    with low():
        take(carried / "first")
    with high():
        certificate = opened().newest(CERTIFICATE, Certificate)
        from ecluse.office.registers import Carriage

        last = opened().of("side:low", Carriage)[0].manifest
    bodies = body_of(replace(certificate, units_certified=9999), MOD)
    files = tuple((name, digest(body)) for name, body in bodies.items())
    write_carriage(carried / "hand", Manifest(MOD, 2, last, ON, "a" * 64, files), bodies, private(MOD))
    refused(low, carried / "hand", "another content")


def test_a_word_on_an_unknown_certificate_is_refused(low: Side, tmp_path: Path) -> None:
    from ecluse.office.registers import CapacityStanding

    word = CapacityStanding("capacity-standing:x/1", MOD, "certificate:none", True, ON, ON)
    refused(low, repacked(tmp_path / "hand", body_of(word, MOD)), "neither on file here")


# ------------------------------------------------------------------ one way only


def test_nothing_is_taken_into_the_high_side(high: Side, carried: Path) -> None:
    refused(high, carried / "first", "low side has a database of its own")


def test_nothing_leaves_the_low_side(low: Side, carried: Path) -> None:
    with low():
        take(carried / "first")
        before = records()
        with pytest.raises(BadInputError, match="from the high side to the low one only"):
            export(carried / "back")
        assert records() == before
    assert not (carried / "back").exists()


def test_a_carriage_is_not_written_over_another(high: Side, carried: Path) -> None:
    with high():
        before = records()
        with pytest.raises(BadInputError, match="each carriage has its own"):
            export(carried / "first")
        assert records() == before


def test_a_key_that_is_not_registered_signs_no_carriage(high: Side, tmp_path: Path) -> None:
    with high():
        before = records()
        with pytest.raises(EvidenceError, match="not registered"):
            export(tmp_path / "odd", owner="authority:nobody")
        assert records() == before
    assert not list(tmp_path.glob("odd*"))


def test_a_crash_between_log_and_folder_is_mended_by_the_next_call(
    high: Side, low: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "first"
    with high():
        with monkeypatch.context() as cut:
            cut.setattr(Path, "replace", power_is_cut)
            with pytest.raises(RuntimeError):
                export(folder)
        assert not folder.exists()
        before = records()
        assert export(folder).number == 1
        assert records() == before
    with low():
        take(folder)
        assert isinstance(hear(), Passed)


def power_is_cut(*arguments: Any) -> None:
    raise RuntimeError("power is cut")


def test_a_crash_before_the_log_leaves_nothing(high: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.actions import deed

    with high():
        before = records()
        with monkeypatch.context() as cut:
            cut.setattr(deed, "flush", power_is_cut)
            with pytest.raises(RuntimeError):
                export(tmp_path / "first")
        assert records() == before
    assert not list(tmp_path.glob("first*"))


# ------------------------------------------------------------------ by command


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ecluse", *map(str, arguments)], cwd=ROOT, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_commands_carry_from_one_database_to_the_other(high: Side, low: Side, tmp_path: Path) -> None:
    urls = {name: sqlite_url(tmp_path / f"{name}.sqlite3") for name in ("high", "low")}
    folder, day = tmp_path / "carriage", str(ON)
    out = run("side", "export", folder, "--db", urls["high"], "--on", day, "--json", ECLUSE_SIDE="high")
    assert out.returncode == 0, out.stderr
    assert json.loads(out.stdout)["number"] == 1
    done = run("side", "import", folder, "--db", urls["low"], "--on", day, "--json", ECLUSE_SIDE="low")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"] == 4
    again = run("side", "import", folder, "--db", urls["low"], "--on", day, LC_ALL="fr_FR.UTF-8")
    assert again.returncode == 2
    assert "déjà été reçu" in again.stderr
    assert "Traceback" not in again.stderr
    wrong = run("side", "import", folder, "--db", urls["high"], "--on", day, LC_ALL="uk_UA.UTF-8")
    assert wrong.returncode == 2
    assert "відкритий бік має власну базу" in wrong.stderr


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.delenv("ECLUSE_SIDE", raising=False)
