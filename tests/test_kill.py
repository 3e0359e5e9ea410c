"""Is anything lost that was acknowledged, when the carrying of a year is killed at any moment and taken up again?"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from carried import log_root, office_on, small_world, sqlite_url

KILLS, KILLS_ON_POSTGRES = 50, 5
# A kill falls within so many hundredths of an unkilled year; each fifth one while the program still starts.
HUNDREDTHS, EARLY_EVERY, EARLY_SECONDS = 15, 5, 0.6
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["warmed"])
SECONDS_LIMIT = 300
BEGUN, ACKNOWLEDGED = "begun\n", "committed "


def carry_here(world: Path, url: str) -> None:
    """As `ecluse demo` does: carry what is left of the year and acknowledge each day after its commit."""
    with office_on(url):
        from ecluse.edge.world.read import read_world
        from ecluse.office.carry.progress import carrying
        from ecluse.office.carry.year import carry

        found = read_world(world)
        print(BEGUN, end="", flush=True)
        with carrying(found) as told:
            carry(found, None, told)


def carry_aside(world: Path, url: str, pipe: Connection) -> None:
    """The same in a process of its own, which says what it says into this pipe."""
    os.environ["ECLUSE_ACKNOWLEDGE"] = "1"
    sys.stdout = os.fdopen(os.dup(pipe.fileno()), "w", encoding="utf-8")
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    carry_here(world, url)


@dataclass
class Year:
    """A year that nobody interrupted: its seconds, its root, the leaf of each log position, the records of each day."""

    seconds: float
    root: str
    leaves: dict[str, str]
    records_by_day: dict[str, int]


@dataclass
class Struck:
    """What a series of kills met."""

    kills: int = 0
    finished: int = 0
    days_acknowledged: list[int] = field(default_factory=list)


def leaves_now() -> dict[str, str]:
    from ecluse.office.models import LogEntry

    return dict(LogEntry.objects.values_list("id", "leaf_hex"))


def records_by_day() -> dict[str, int]:
    from django.db.models import Count

    from ecluse.office.models import Record

    rows = Record.objects.values("on").annotate(records=Count("rid"))
    return {str(row["on"]): row["records"] for row in rows}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_world(tmp_path_factory.mktemp("killed"))


@pytest.fixture(scope="module")
def unkilled(world: Path) -> Year:
    url = sqlite_url(world.parent / "unkilled.sqlite3")
    began = time.monotonic()
    carry_here(world, url)
    seconds = time.monotonic() - began
    with office_on(url):
        return Year(seconds, log_root(), leaves_now(), records_by_day())


def strike(world: Path, url: str, seconds: float, *, is_early: bool = False) -> tuple[list[str], bool]:
    """Which days did the process acknowledge before it was killed, and had it finished by then?"""
    hears, speaks = CONTEXT.Pipe(duplex=False)
    carrying = CONTEXT.Process(target=carry_aside, args=(world, url, speaks))
    carrying.start()
    speaks.close()
    said, begun = [], threading.Event()

    def listen() -> None:
        with os.fdopen(os.dup(hears.fileno()), encoding="utf-8") as lines:
            for line in lines:
                said.append(line)
                begun.set()
        begun.set()

    listener = threading.Thread(target=listen)
    listener.start()
    if not is_early:
        begun.wait()
    carrying.join(seconds)
    finished = carrying.exitcode == 0
    assert finished or carrying.exitcode is None, "the carrying failed by itself"
    carrying.kill()  # SIGKILL: no handler, no flush, no goodbye
    carrying.join()
    listener.join()
    return [line.removeprefix(ACKNOWLEDGED).strip() for line in said if line.startswith(ACKNOWLEDGED)], finished


def check_nothing_is_lost(days: list[str], unkilled: Year) -> None:
    from ecluse.office.models import Agenda, LogHead, Setting

    kept, leaves = records_by_day(), leaves_now()
    assert leaves.items() <= unkilled.leaves.items(), "an entry differs from the unkilled year's"
    assert sum(LogHead.objects.values_list("size", flat=True)) == len(leaves), "an entry without its head"
    if days:
        last = max(days)
        ahead = Agenda.objects.order_by("on").values_list("on", flat=True).first()
        assert ahead is None or str(ahead) > last, f"{last} was acknowledged and is still on the agenda"
        wanted = {day: count for day, count in unkilled.records_by_day.items() if day <= last}
        assert {day: count for day, count in kept.items() if day <= last} == wanted
    assert Setting.objects.filter(key="carried").exists() <= (leaves == unkilled.leaves)


def strike_often(world: Path, urls: Iterator[str], kills: int, unkilled: Year) -> Struck:
    """Kill the year so many times, taking it up each time where it stood; the last one may finish."""
    chance, struck, url, days, finished = random.Random(f"kill/{kills}"), Struck(), next(urls), [], False
    while struck.kills < kills or not finished:
        is_early = struck.kills < kills and struck.kills % EARLY_EVERY == 0
        longest = EARLY_SECONDS if is_early else unkilled.seconds * HUNDREDTHS / 100
        moment = chance.uniform(0, longest) if struck.kills < kills else SECONDS_LIMIT
        acknowledged, finished = strike(world, url, moment, is_early=is_early)
        days += acknowledged
        with office_on(url):
            check_nothing_is_lost(days, unkilled)
            if finished:
                assert log_root() == unkilled.root
        if finished:
            struck.finished += 1
            url, days = next(urls), []
        else:
            struck.kills += 1
            struck.days_acknowledged.append(len(acknowledged))
    return struck


@pytest.mark.db
@pytest.mark.slow
def test_what_was_acknowledged_survives_every_kill(world: Path, unkilled: Year, tmp_path: Path) -> None:
    began = time.monotonic()
    urls = (sqlite_url(tmp_path / f"{number}.sqlite3") for number in range(KILLS))
    struck = strike_often(world, urls, KILLS, unkilled)
    print(struck, f"{time.monotonic() - began:.0f} s")
    assert struck.kills == KILLS
    assert struck.finished >= 1
    assert sum(days > 0 for days in struck.days_acknowledged) > KILLS // 5  # not only while it started


@pytest.mark.db
@pytest.mark.slow
@pytest.mark.postgres
def test_both_databases_end_with_the_same_root(world: Path, unkilled: Year, postgres_cluster: object) -> None:
    import psycopg

    names = [f"killed_{number}" for number in range(KILLS_ON_POSTGRES + 2)]
    with psycopg.connect(postgres_cluster.url, autocommit=True) as server:  # type: ignore[attr-defined]
        for name in names:
            server.execute(f"CREATE DATABASE {name}".encode())
    urls = (postgres_cluster.named(name) for name in names)  # type: ignore[attr-defined]
    struck = strike_often(world, urls, KILLS_ON_POSTGRES, unkilled)
    print(struck)
    assert struck.finished >= 1
