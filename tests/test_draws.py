"""Two offices draw on one certificate at the same time: is every unit given once, and none beyond the last?"""

from __future__ import annotations

import csv
import json
import random
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from carried import carry_into, office_on, python, small_world

SECONDS = 240
MODEL, CERTIFICATE = "model:ew-set-01", "certificate:ew-set-01-1"
ON = date(2026, 12, 31)
BACKOFF_SECONDS = 0.02


class Race(NamedTuple):
    """For how many units do the two offices race, how often does each draw, and how many must each get at least?"""

    units: int
    draws_each: int
    least_each: int


def race_on(url: str) -> Race:
    """How long is the race on this database? Half as long where a draw takes twice the time."""
    return Race(700, 1_000, 100) if url.startswith("sqlite") else Race(350, 500, 50)


# ------------------------------------------------------------------ the office before the race


def quiet_world(folder: Path, units: int) -> Path:
    """A year without orders and with one certificate, of as many units as the race is for."""
    world = small_world(folder, cheats=0)
    keep(world / "orders.csv", lambda row: False)
    keep(world / "conduct.csv", lambda row: False)
    keep(world / "certificates.csv", lambda row: row["certificate"] == CERTIFICATE, units_asked=str(units))
    return world


def keep(path: Path, wanted: Any, **changed: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        heading, rows = list(reader.fieldnames or ()), [{**row, **changed} for row in reader if wanted(row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heading, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def file_orders(count: int, exporter: str, firms: list[str]) -> None:
    """So many orders of one unit each are filed on the last day; nobody has heard them yet."""
    from django.db import transaction

    from ecluse.office.actions.deed import flush
    from ecluse.office.actions.licence import file_application
    from ecluse.office.facts.surplus import model_named

    session = session_on(exclusive=True)
    model = model_named(session, "ew_set", MODEL)
    with transaction.atomic():
        for number in range(count):
            order = order_of(number, exporter, firms)
            signature = signed(session, order)
            file_application(
                session, order, application_of(order, model), committed_number=number + 1, signature=signature
            )
        flush(session)


def session_on(*, exclusive: bool = False) -> Any:
    from ecluse.base.source import SeededSource
    from ecluse.edge.law import newest_law
    from ecluse.office.models import Setting
    from ecluse.office.session import Session

    seed = Setting.objects.get(key="seed").value
    source = SeededSource(seed, datetime.combine(ON, clock_time(), UTC))
    return Session(source, newest_law(), exclusive=exclusive)


def order_name(number: int) -> str:
    return f"order:draw-{number:04d}"


def order_of(number: int, exporter: str, firms: list[str]) -> Any:
    from ecluse.base.days import Month
    from ecluse.office.registers import Order

    buyer, carrier, bank = firms
    contract_on = date(2021, 1, 1) + timedelta(number)  # a contract of its own: no order claims another's unit
    return Order(
        order_name(number), exporter, buyer, buyer, buyer, None, carrier, bank, "PL", (), MODEL, "ew_set", 1, "made",
        CERTIFICATE, None, None, None, Month.of(ON), contract_on, ON,
    )  # fmt: skip


def application_of(order: Any, model: Any) -> Any:
    from ecluse.licence.terms import Application, GoodsList, PermitKind, Route
    from ecluse.surplus.terms import GoodsKind

    return Application(
        f"application:{order.id}", order.id, order.exporter, order.buyer, order.model, order.class_,
        GoodsKind(model.kind), GoodsList(model.goods_list), model.control_entry, 1, model.unit_price, model.unit_price,
        PermitKind.ONE_OFF, Route.A, ON, ON, ON, None, None, 0,
    )  # fmt: skip


def signed(session: Any, order: Any) -> Any:
    from ecluse.base.signing import sign

    owner = order.exporter
    return sign(order, f"key:{owner}/1", session.source.private_key(owner), ON)


# ------------------------------------------------------------------ the race


def draw_all(first: int, count: int, start: Path) -> dict[str, Any]:
    """One office's draws, each in a session of its own, tried again when another hand was first."""
    from ecluse.base.errors import ConflictError
    from ecluse.base.verdict import Held
    from ecluse.office.actions.surplus import hear_surplus
    from ecluse.office.registers import Order

    chance, conflicts, held = random.Random(first), 0, Counter()
    while not start.exists():
        time.sleep(0.01)
    began = time.monotonic()
    for number in range(first, first + count):
        while True:
            session = session_on()
            order = session.newest(order_name(number), Order)
            try:
                verdict = hear_surplus(session, order, f"{order.id}/0", 1, ON)
                break
            except ConflictError:
                conflicts += 1
                time.sleep(chance.random() * BACKOFF_SECONDS)
        grounds = verdict.grounds if isinstance(verdict, Held) else ()
        held.update([ground.code for ground in grounds] or ["passed"])
    return {**held, "conflicts": conflicts, "seconds": round(time.monotonic() - began)}


def race(folder: Path, url: str) -> list[dict[str, Any]]:
    start = folder / "start"
    each = race_on(url).draws_each
    racers = [python(__file__, str(first), str(each), start, url) for first in (0, each)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n", racer.communicate()[1]
    start.touch()
    answers = [racer.communicate(timeout=SECONDS) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], [said for _, said in answers]
    return [json.loads(told) for told, _ in answers]


@pytest.mark.db
@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 120)
def test_as_many_units_are_drawn_as_there_are(tmp_path: Path, database_url: str, record_property: Any) -> None:
    units, each, least = race_on(database_url)
    carry_into(quiet_world(tmp_path, units), database_url)
    with office_on(database_url):
        from ecluse.office.models import CertificateBalance
        from ecluse.parties.terms import ExporterStatus

        assert CertificateBalance.objects.get().units_certified == units
        exporter, firms = parties()
        assert session_on().newest(exporter, ExporterStatus)
        file_orders(2 * each, exporter, firms)
    told = race(tmp_path, database_url)
    for number, racer in enumerate(told):
        record_property(f"racer_{number}", json.dumps(racer))
        print(racer)
    passed = [racer["passed"] for racer in told]
    assert sum(passed) == units
    assert min(passed) >= least
    assert sum(racer["surplus.balance_covers_units"] for racer in told) == 2 * each - units
    assert {key for racer in told for key in racer} == {
        "passed", "surplus.balance_covers_units", "conflicts", "seconds",
    }  # fmt: skip
    with office_on(database_url):
        check_what_is_kept(units, 2 * each)


def parties() -> tuple[str, list[str]]:
    """The certificate's maker, and three firms."""
    from ecluse.office.models import LiveParty
    from ecluse.surplus.terms import Certificate

    certificate = session_on().newest(CERTIFICATE, Certificate)
    firms = LiveParty.objects.filter(party__startswith="party:firm").order_by("party").values_list("party", flat=True)
    return certificate.maker, list(firms[:3])


def check_what_is_kept(units: int, drawn: int) -> None:
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import CertificateBalance, LogEntry, LogHead, Tranche
    from ecluse.surplus.terms import Draw, DrawState

    balance = CertificateBalance.objects.get()
    draws = session_on().of(CERTIFICATE, Draw)
    assert (balance.units_reserved, balance.units_committed, balance.units_used) == (units, 0, 0)
    assert [draw.state for draw in draws] == [DrawState.RESERVED] * units
    assert len({draw.tranche for draw in draws}) == units
    assert Tranche.objects.count() == drawn
    for head in LogHead.objects.all():
        indices = list(LogEntry.objects.filter(log=head.log).order_by("index").values_list("index", flat=True))
        assert indices == list(range(head.size))
    report = run_audit(lambda text: None)
    assert [finding for finding in report.findings if finding.promise in ("P1", "P6")] == []


if __name__ == "__main__":
    with office_on(sys.argv[4]):
        print("ready", flush=True)
        result = draw_all(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps(result))
