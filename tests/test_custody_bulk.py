"""Are handovers by the hundred written and judged as they would be one by one?"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import ROOT, office_on, sqlite_url, year_in

from ecluse.base.errors import ConflictError, EvidenceError
from ecluse.base.proof import Edge, leaf_hash, root_of
from ecluse.base.sealed import seal, unseal_as
from ecluse.base.source import SeededSource
from ecluse.custody.chain import breaks, by_time
from ecluse.custody.chain_stream import handed, stream_breaks
from ecluse.custody.terms import Manifest, SerialRange, Step

DAY = date(2026, 3, 2)
SOURCE = SeededSource("bulk", datetime(2026, 3, 2, 12, tzinfo=UTC))
PEOPLE = ("party:a", "party:b", "party:c")
LOG = "centre-x"


def manifest(
    tranche: str, sequence: int, way: tuple[str, str], ranges: tuple[SerialRange, ...], **other: Any
) -> Manifest:
    sent = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(hours=4 * sequence)
    given = {"short": (), "rejected": (), "sent_at": sent, "received_at": sent + timedelta(hours=2), **other}
    units = sum(run.units() for run in ranges)
    return Manifest(
        f"manifest:{tranche}/{sequence}", tranche, sequence, Step.ARRIVAL, *way, "PL", "authority:x", ranges, units,
        given["short"], given["rejected"], given["sent_at"], given["received_at"],
    )  # fmt: skip


def any_manifests(chance: random.Random) -> list[Manifest]:
    """Handovers of three blocks, most in order, some short, some under way, some before they could be."""
    found, holder = [], dict.fromkeys("123", PEOPLE[0])
    for sequence in range(1, 30):
        block, first = chance.choice("123"), chance.randrange(1, 40)
        ranges = (SerialRange(f"block:{block}", first, first + chance.randrange(20)),)
        if chance.random() < 0.2:
            ranges += (SerialRange(f"block:{chance.choice('123')}", 1, 60),)
        giver = holder[block] if chance.random() < 0.8 else chance.choice(PEOPLE)
        taker = holder[block] = chance.choice(PEOPLE)
        other: dict[str, Any] = {}
        if chance.random() < 0.2:
            other["short"] = (SerialRange(ranges[0].block, first, first + 2),)
        if chance.random() < 0.1:
            other["received_at"] = None
        elif chance.random() < 0.1:
            other["received_at"] = datetime(2026, 3, 1, tzinfo=UTC)
        found.append(manifest(f"order:1/{chance.randrange(3)}", sequence, (giver, taker), ranges, **other))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_one_pass_finds_the_breaks_that_are_found_with_all_at_hand(seed: int) -> None:
    manifests = any_manifests(random.Random(seed))
    rows = sorted(row for one in manifests for row in handed(json.loads(seal(one).body)))
    assert set(stream_breaks(rows)) == set(breaks(by_time(manifests)))
    assert len(set(breaks(by_time(manifests)))) > 0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[None]:
    with office_on(sqlite_url(tmp_path / "office.sqlite3")):
        found()
        yield


def found() -> None:
    from ecluse.edge.law import newest_law
    from ecluse.office.actions.deed import Deed
    from ecluse.office.models import Unit
    from ecluse.office.session import Session
    from ecluse.parties.terms import Party, PartyKind

    with Deed(
        Session(SOURCE, newest_law()), "office.register", actor="clock:office", on=DAY, subject="register:1"
    ) as deed:
        for name in PEOPLE:
            deed.seal(Party(name, PartyKind.FIRM, name, (), "UA", (), DAY), name)
        deed.add(
            Unit(serial=f"U{n}", block="block:1", number=n, model="m", fate="made", custodian="party:a",
                 authority="authority:x", state="at_line", tranche="", on=DAY)
            for n in range(1, 301)
        )  # fmt: skip


def bulk(way: tuple[str, str], sequence: int) -> None:
    from ecluse.edge.law import newest_law

    sys.path.append(str(ROOT / "benchmarks"))  # no page and no call leads to this door
    from load_bulk import hand_over_many

    papers = [manifest(f"order:1/{n}", sequence, way, (SerialRange("block:1", n, n),)) for n in range(1, 301)]
    hand_over_many(SOURCE, newest_law(), "order:1", papers, actor=way[0], on=DAY, log=LOG)


@pytest.mark.usefixtures("office")
class TestBulk:
    def test_three_hundred_papers_are_records_units_and_entries_of_one_log(self) -> None:
        from ecluse.office.models import LogEntry, LogHead, Record, Salt, Unit

        bulk(("party:a", "party:b"), 1)
        bulk(("party:b", "party:c"), 2)
        assert set(Unit.objects.values_list("custodian", "state")) == {("party:c", "arrival")}
        records = list(Record.objects.filter(subject="order:1/300").order_by("turn"))
        assert [(row.turn, unseal_as(Manifest, bytes(row.body)).sequence) for row in records] == [(1, 1), (2, 2)]
        assert Salt.objects.filter(digest__in=[row.digest for row in records]).count() == 2
        head = LogHead.objects.get(log=f"{LOG}/2026")
        entries = [
            bytes(body)
            for body in LogEntry.objects.filter(log=head.log).order_by("index").values_list("body", flat=True)
        ]
        assert len(entries) == head.size == 10
        assert Edge.from_hex(head.size, head.edge_hex).root() == root_of(entries)
        assert sum(len(json.loads(body)["sd"]) for body in entries) == 600

    def test_the_same_papers_twice_are_refused_and_nothing_is_written(self) -> None:
        from ecluse.office.models import LogHead, Record

        bulk(("party:a", "party:b"), 1)
        before = (Record.objects.count(), list(LogHead.objects.values_list("log", "size", "edge_hex")))
        with pytest.raises(ConflictError):
            bulk(("party:a", "party:b"), 1)
        assert (Record.objects.count(), list(LogHead.objects.values_list("log", "size", "edge_hex"))) == before

    def test_whoever_is_not_registered_hands_nothing_over(self) -> None:
        from ecluse.base.errors import ForbiddenError
        from ecluse.office.models import Record

        before = Record.objects.count()
        with pytest.raises(ForbiddenError):
            bulk(("party:nobody", "party:b"), 1)
        assert Record.objects.count() == before

    def test_a_chain_that_holds_has_no_break_and_one_that_does_not_has_one_a_unit(self, tmp_path: Path) -> None:
        from ecluse.office.trace.breaks import breaks_on_record

        bulk(("party:a", "party:b"), 1)
        bulk(("party:b", "party:c"), 2)
        assert list(breaks_on_record(tmp_path)) == []
        bulk(("party:b", "party:a"), 3)
        assert {(one.kind.value, one.previous) for one in breaks_on_record(tmp_path)} == {
            ("gap", f"manifest:order:1/{n}/2") for n in range(1, 301)
        }
        assert not list(tmp_path.glob("ecluse-breaks-*"))

    def test_entries_given_as_bytes_stand_behind_those_of_deeds(self) -> None:
        from django.db import transaction

        from ecluse.office.models import LogEntry
        from ecluse.office.models.log_tail import append, tail

        bulk(("party:a", "party:b"), 1)
        log = f"{LOG}/2026"
        with transaction.atomic():
            append(log, [b"one", b"two"])
        with transaction.atomic():
            size, edge = append(log, [b"three"])
        rows = list(LogEntry.objects.filter(log=log).order_by("index").values_list("index", "body", "leaf_hex"))
        assert [index for index, _, _ in rows] == list(range(size)) == list(range(8))
        assert all(leaf == leaf_hash(bytes(body)).hex() for _, body, leaf in rows)
        assert tail(log) == (8, edge)
        assert edge.root() == root_of([bytes(body) for _, body, _ in rows])


@pytest.mark.slow
def test_a_carried_year_has_the_breaks_that_its_papers_show(tmp_path: Path) -> None:
    _, path = year_in(tmp_path)
    with office_on(sqlite_url(path)):
        from ecluse.office.models import Record
        from ecluse.office.trace.breaks import breaks_on_record

        rows = Record.objects.filter(v="manifest/1")
        papers = [one for row in rows if (one := unseal_as(Manifest, bytes(row.body))).tranche == row.subject]
        assert len(papers) > 100
        assert set(breaks_on_record()) == set(breaks(by_time(papers)))


@pytest.mark.slow
def test_an_altered_paper_stops_the_scan(tmp_path: Path) -> None:
    from django.db import connection

    _, path = year_in(tmp_path)
    with office_on(sqlite_url(path)):
        from ecluse.office.models import Record
        from ecluse.office.trace.breaks import breaks_on_record

        row = Record.objects.filter(v="manifest/1").first()
        assert row is not None
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER office_record_no_update")
            cursor.execute("UPDATE office_record SET body = %s WHERE rid = %s", [bytes(row.body) + b" ", row.rid])
        with pytest.raises(EvidenceError, match="altered"):
            list(breaks_on_record())
