"""How does an urgent order for home go through the office by the hands of persons? Each step at its own desk."""

from __future__ import annotations

import contextlib
import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from carried import ROOT, office_on, settle_sqlite, sqlite_url

STAFF, MOD, SSECU = "authority:general-staff", "authority:mod", "authority:ssecu"
URGENT = "urgent:2026-1"


class Reached(Exception):
    """The year was carried as far as it was to be."""


def carried_until(world: Path, path: Path, last: date) -> None:
    """Carry this world's year until the evening of this day, and no further."""

    def told(day: date, steps: int) -> None:
        if day >= last:
            raise Reached

    with office_on(sqlite_url(path)):
        from ecluse.edge.world.read import read_world
        from ecluse.office.carry.year import carry

        with contextlib.suppress(Reached):
            carry(read_world(world), None, told)
    settle_sqlite(path)


def planner(body: str) -> Any:
    from desk_life import officer

    return officer(body, "planner")


def author() -> Any:
    from desk_life import officer

    return officer(SSECU, "author")


def solved(path: Path, out: Path) -> dict[str, Any]:
    """What does `ecluse surge` write next, in a process of its own?"""
    from carried import python

    with python("-m", "ecluse", "surge", "--db", sqlite_url(path), "--out", out, "--json") as command:
        said, told = command.communicate(timeout=900)
    assert command.returncode == 0, told
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def upload(path: Path) -> Any:
    from ecluse.office.desk.form import Upload

    return Upload(path.name, path.read_bytes())


def order(class_: str, units: int, first: str, last: str) -> Any:
    """The general staff orders."""
    from desk_life import do

    return do(
        "plan.order_urgently", planner(STAFF), "office", class_=class_, units=str(units), first_month=first,
        last_month=last, reason="a wave of attacks",
    )  # fmt: skip


def adopt(plan: Path) -> None:
    """The ministry places the order and commits to the baseline, the general staff adopts."""
    from desk_life import do

    do("plan.place_order", planner(MOD), "office", urgent_order=URGENT, file=upload(plan))
    do("plan.commit_baseline", planner(MOD), "office", file=upload(plan))
    do("plan.adopt", planner(STAFF), "office", file=upload(plan))


def state(surplus: Path) -> None:
    from desk_life import do

    do("plan.state_surplus", planner(MOD), "office", urgent_order=URGENT, file=upload(surplus))


def take() -> None:
    from desk_life import do

    do("plan.take_units", planner(MOD), "office", urgent_order=URGENT)


def recall() -> None:
    from desk_life import do

    do("plan.recall", author(), "office", urgent_order=URGENT)


def would(name: str, mandate: Any) -> dict[str, int]:
    """How many of what would this action stop?"""
    from desk_life import desk_of

    from ecluse.office.desk.plan_surge import ForOrder
    from ecluse.office.desk.registry import all_actions

    effects = all_actions()[name].preview
    assert effects is not None
    return {one.key: one.count for one in effects(desk_of(mandate), "office", ForOrder(URGENT))}


def waits() -> str:
    """What does the order wait for?"""
    from desk_life import desk_of

    from ecluse.office.desk.plan_surge import waits_of
    from ecluse.office.facts.plan_surge import urgent_orders

    (urgent,) = urgent_orders()
    return str(waits_of(desk_of(planner(MOD)), urgent).value)


def turns(mandate: Any) -> list[str]:
    """What does this person's home page say is to be done about urgent orders?"""
    from desk_life import desk_of

    from ecluse.office.views.home_turn import turns_of

    return [turn.action for turn in turns_of(desk_of(mandate)).turns if turn.about == URGENT]


def surges() -> list[Any]:
    from ecluse.office.desk.refs import on_file
    from ecluse.plan.terms import Surge

    return on_file(Surge)


def nothing_leaves(plan: Path, named: str, models: list[str], month: str) -> bytes:
    """A schedule under which nothing may leave: the baseline's own. It holds beside every plan."""
    from ecluse.plan.joint import Floor

    document = json.loads(plan.read_bytes())
    question, made = document["question"], document["baseline"]["values"]["x"]
    months = len(question["months"])
    none = [[0] * months for _ in question["products"]]
    floor = Floor(question, none, none)
    form = {
        "format": "ecluse-surplus/1", "document": named, "urgent_order": URGENT, "first_month": month,
        "outstanding": dict.fromkeys(models, 0), "left": none, "made": made,
        "hosts": [floor.hosts_part(make, units) for make, units in enumerate(made)], "unmet": [],
    }  # fmt: skip
    return json.dumps(form).encode()


def audit_command(path: Path) -> subprocess.CompletedProcess[str]:
    """What does `ecluse audit` say of this office?"""
    import sys

    return subprocess.run(
        [sys.executable, "-m", "ecluse", "audit", "--db", sqlite_url(path), "--json"], cwd=ROOT, text=True,
        capture_output=True, timeout=900, check=False,
    )  # fmt: skip
