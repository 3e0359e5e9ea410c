"""Does a new office on two databases carry one order through five gates, from `init` to what the money bought?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from carried import set_up, sqlite_url
from new_office import (
    AUDIT,
    AUTHORITIES,
    BANK,
    BUYER,
    CARRIER,
    CLASS,
    DAY_ONE,
    HIGH_TABLES,
    LINE,
    LIST,
    LOW_TABLES,
    MAKER,
    MODEL,
    OTHER,
    OWNERS,
    OWNERSHIPS,
    TREASURY,
    Office,
    answers_for,
    officers_table,
    table,
)

pytestmark = [pytest.mark.db, pytest.mark.slow]
UNITS = 20
EXPORTER, PLANNER = ("officer:maker-1", "party"), ("officer:mod-1", "planner")
AUTHOR, SECOND = ("officer:ssecu-1", "author"), ("officer:mod-3", "countersigner")
SPENDER, STATE = ("officer:treasury-1", "spender"), ("officer:dk-1", "authority")
STAFF_REP = ("officer:staff-1", "authority")


def found_high(high: Office) -> str:
    """The ministry's side with its secrets; gives the public key of its authority."""
    from ecluse.edge.keys import KeyStore

    high.begin(answers_for("high"))
    high.take_in_clean("makers", "models", "officers")
    high.make_keys(MAKER, OTHER)
    high.take_in("keys", high.key_rows(MAKER, OTHER))
    high.take_in_clean("capacity", "contracts", "needs", "stock")
    for kind, text in HIGH_TABLES.items():
        high.take_in(kind, table(text))
    general_staff = ("officer:gs-1", "planner")
    figures = {"class_": CLASS, "month": "2026-01", "units_planned": "60", "units_accepted": "60"}
    high.do("surplus.accept_home_delivery", general_staff, **figures)
    private = KeyStore(high.keys, "a passphrase of the tests").private_key("authority:mod")
    return str(private.public_key().public_bytes_raw().hex())


def found_low(low: Office, ministry_key: str, lists: Path) -> None:
    """The portal's side: parties, lines, policies, opening balances, lists; a shortage is named."""
    from ecluse.edge.lists import walk_lists
    from ecluse.office.actions.lists import take_in_lists

    low.begin(answers_for("low", ministry_key))
    assert not (low.keys / "authority_mod.pem").exists()
    low.take_in_clean("makers", "models", "officers", "statements", "licences", "crates", "receivables", "bank")
    low.take_in("authorities", AUTHORITIES)
    low.take_in("officers", officers_table())
    owners = (MAKER, BUYER, CARRIER, BANK, TREASURY, AUDIT)
    low.make_keys(*owners)
    low.take_in("keys", low.key_rows(*owners))
    for kind, text in LOW_TABLES.items():
        low.take_in(kind, table(text))
    (lists / "storonni-2026-01-15.csv").write_text(LIST, encoding="utf-8")
    taken = take_in_lists(low.session(), walk_lists(lists).lists, low.day)
    assert (len(taken.taken), taken.parties, taken.hits) == (1, 5, ())
    low.take_in("makers", OWNERS, name="owners.csv")
    low.take_in("ownerships", OWNERSHIPS)
    low.do("proceeds.name_shortage", STAFF_REP, class_="fpv", units="500", priority="1")


def carry_over(high: Office, low: Office, folder: Path) -> None:
    """What may cross goes from the high side to the low one, as signed files."""
    from ecluse.edge.keys import KeyStore
    from ecluse.office.actions.sides import export_side, import_side
    from ecluse.office.backup import root_over
    from ecluse.office.models import LogEntry

    with high.open():
        key = KeyStore(high.keys, "a passphrase of the tests").open("authority:mod")
        rows = LogEntry.objects.order_by("log", "index").values_list("log", "index", "leaf_hex")
        sent = export_side(high.session(), folder, key, on=high.day, log_root=root_over(rows.iterator()))
    with low.open():
        taken = import_side(low.session(), folder, "authority:mod", on=low.day)
    assert (sent.number, sent.records) == (taken.number, taken.records)


def certify(high: Office) -> str:
    """The planner asks for a certificate; which one is it?"""
    from ecluse.base.verdict import Passed

    done = high.do("surplus.certify", PLANNER, model=MODEL, maker=MAKER, first_month="2026-01", last_month="2026-01",
                   units=str(UNITS))  # fmt: skip
    assert isinstance(done.verdict, Passed), done.verdict
    return str(done.subject)


def rate(low: Office, on: date) -> None:
    """The official rate of the day comes in by a table."""
    low.day = on
    low.take_in("rates", f"on;base;quote;numerator;denominator\n{on};EUR;UAH;495;10\n")


def file(low: Office, certificate: str) -> str:
    """The end user's state promises, the exporter files. Which order is it?"""
    statement = low.do(
        "parties.state_end_use", STATE, BUYER, number="2026-17", model=MODEL, units=str(UNITS),
        valid_until="2027-01-20",
    ).subject  # fmt: skip
    done = low.do(
        "licence.file", EXPORTER, model=MODEL, units=str(UNITS), unit_price="12500.00 EUR", buyer=BUYER,
        end_user=BUYER, consignee=BUYER, carrier=CARRIER, bank=BANK, destination="DK", deliver_in="2026-01",
        contract_on=str(low.day), offered_on="2026-01-12", permit="one_off", route="A", certificate=certificate,
        statement=statement, line=LINE, transit=["PL", "DE"],
    )  # fmt: skip
    return str(done.subject)


def license_it(low: Office, order: str) -> Any:
    """Three authorities speak, one officer proposes, a second of another authority signs."""
    for person in ("officer:mod-op", "officer:sbu-op", "officer:mfa-op"):
        low.do("licence.give_opinion", (person, "opinion"), order, voice="for", reason="no objection")
    low.do("licence.propose", AUTHOR, order, grant="yes", reason="criteria met", countersigner=SECOND[0])
    return low.do("licence.decide", SECOND, order, read="yes").verdict


def deliver(low: Office, order: str) -> Any:
    """A block is committed before it is marked; packed, released, handed over by two sides, certified."""
    tranche, carrier, buyer = f"{order}/0", ("officer:carrier-1", "party"), ("officer:buyer-1", "party")
    block = low.do("custody.commit_block", EXPORTER, LINE, prefix="VK26-", first="1", count=str(UNITS), model=MODEL,
                   funded_for_home="no").subject  # fmt: skip
    low.day = date(2026, 1, 23)
    low.do("custody.mark", EXPORTER, block, first="1", last=str(UNITS), fate="made")
    low.do("custody.pack", EXPORTER, tranche)
    low.do("custody.ask_release", EXPORTER, tranche, ready="yes")
    low.do("custody.offer", EXPORTER, tranche, step="release", to_custodian=CARRIER, place_state="UA")
    low.do("custody.hand_over", carrier, tranche, received="yes")
    rate(low, date(2026, 1, 26))
    low.do("custody.offer", carrier, tranche, step="delivery", to_custodian=BUYER, place_state="DK")
    low.do("custody.hand_over", buyer, tranche, received="yes")
    return low.do("custody.verify_delivery", STATE, tranche).verdict


def reinvest(low: Office, order: str) -> Any:
    """The money comes home, a contribution is paid and serves the shortage, the army accepts, the books are closed."""
    from ecluse.proceeds.terms import Allocation, Purchase

    tranche, shortage = f"{order}/0", "shortage:2026-0001"
    low.day = date(2026, 2, 2)
    low.do("proceeds.receive", ("officer:bank-1", "party"), tranche)
    low.day = date(2026, 2, 5)
    low.do("proceeds.contribute", EXPORTER, tranche)
    low.day = date(2026, 2, 20)
    low.do("proceeds.allocate", SPENDER, tranche, shortage=shortage)
    made = low.session().of(shortage, Allocation)[-1]
    money = f"{made.money.minor // 100}.{made.money.minor % 100:02d} {made.money.currency}"
    low.do("proceeds.purchase", SPENDER, shortage, allocations=[made.id], supplier=OTHER, destination="domestic",
           units="90", money=money, deliver_by="2026-04-30")  # fmt: skip
    low.day = date(2026, 3, 3)
    bought = low.session().newest(shortage, Purchase)
    low.do("proceeds.accept", STAFF_REP, shortage, purchase=bought.id, units="90")
    low.do("proceeds.close", ("officer:audit-1", "controller"), month="2026-02", spender=SPENDER[0])
    return low.do("proceeds.ask_hearing", ("officer:audit-1", "controller"), tranche, ready="yes").verdict


STEPS: tuple[Callable[[Office, str], Any], ...] = (license_it, deliver, reinvest)


def carried(high: Office, low: Office, folder: Path, steps: Any = STEPS) -> str:
    """One order's life over both offices, as far as these steps. Which order is it?"""
    set_up()
    from ecluse.base.verdict import Passed
    from ecluse.office.models import OrderRow

    lists = folder / "lists"
    lists.mkdir()
    with high.open():
        ministry_key = found_high(high)
    with low.open():
        found_low(low, ministry_key, lists)
    high.day = date(2026, 1, 21)
    with high.open():
        certificate = certify(high)
    with low.open():
        rate(low, date(2026, 1, 21))
    carry_over(high, low, folder / "carriage-1")
    with low.open():
        order = file(low, certificate)
        assert OrderRow.objects.get(order=order).standing == "open", why(low, order)
        low.day = date(2026, 1, 22)
        for step in steps:
            verdict = step(low, order)
            assert isinstance(verdict, Passed), (step.__name__, verdict)
    return order


def why(office: Office, order: str) -> Any:
    """On which grounds was the order held?"""
    from ecluse.order import Hearing

    return [(hearing.gate, hearing.grounds) for hearing in office.session().of(f"{order}/0", Hearing)]


def offices(folder: Path, low_url: str) -> tuple[Office, Office]:
    """The two sides, empty."""
    high = Office(sqlite_url(folder / "high.sqlite3"), folder / "high-keys", "high")
    return high, Office(low_url, folder / "low-keys", "low")


def test_one_order_through_five_gates_on_two_databases(tmp_path: Path, database_url: str) -> None:
    set_up()
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import OrderRow, Record
    from ecluse.office.sides import SECRET_VERSIONS

    high, low = offices(tmp_path, database_url)
    order = carried(high, low, tmp_path)
    for office in (high, low):
        with office.open():
            report = run_audit()
            assert "broken" not in report.statuses().values(), report.text("en")
    with low.open():
        assert OrderRow.objects.get(order=order).standing == "passed"
        assert not Record.objects.filter(v__in=SECRET_VERSIONS).exists()
        assert not Record.objects.filter(on__lt=DAY_ONE).exists()


def test_a_list_that_names_the_carrier_stops_the_licence(tmp_path: Path) -> None:
    """Everybody is screened on new lists, in one sweep; what a hit touches is heard again, and a clearance lifts it."""
    set_up()
    from ecluse.base.errors import ForbiddenError
    from ecluse.edge.lists import walk_lists
    from ecluse.office.actions.lists import take_in_lists
    from ecluse.office.audit.report import run_audit
    from ecluse.office.models import OrderRow
    from ecluse.parties.terms import Party, Screening

    high, low = offices(tmp_path, sqlite_url(tmp_path / "low.sqlite3"))
    order = carried(high, low, tmp_path, (license_it,))
    folder = tmp_path / "later"
    folder.mkdir()
    with low.open():
        named = low.session().newest(CARRIER, Party).name
        rows = f"{LIST}X-3,{named},firm,\n"
        (folder / "storonni-2026-01-22.csv").write_text(rows, encoding="utf-8")
        taken = take_in_lists(low.session(), walk_lists(folder).lists, low.day)
        assert taken.hits == (CARRIER,)
        assert f"{order}/0" in taken.stopped
        assert OrderRow.objects.get(order=order).standing.startswith("held")
        again = take_in_lists(low.session(), walk_lists(folder).lists, low.day)
        assert (again.taken, again.parties) == ((), 0)
        (folder / "inshi-2026-01-22.csv").write_text(LIST, encoding="utf-8")
        with pytest.raises(ForbiddenError):
            take_in_lists(low.session(), walk_lists(folder).lists, low.day)
        low.day = date(2026, 1, 23)
        (folder / "storonni-2026-01-22.csv").write_text(LIST.replace("X-1", "X-9"), encoding="utf-8")
        (folder / "storonni-2026-01-22.csv").rename(folder / "storonni-2026-01-10.csv")
        older = take_in_lists(low.session(), walk_lists(folder).lists, low.day)
        assert len(older.older) == 1
        assert len(older.taken) == 1
        assert low.session().newest(CARRIER, Screening).hits
        entry = low.session().newest(CARRIER, Screening).hits[0].entry
        low.do("parties.clear", ("officer:clear-1", "clearance"), CARRIER, entry=entry, reason="another, by its number")
        report = run_audit()
        assert "broken" not in report.statuses().values(), report.text("en")
