"""How is a world's year carried through the five gates? Day by day, each one transaction, from where it stood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

from django.db import transaction

from ecluse.base.canon import digest
from ecluse.base.errors import BadInputError
from ecluse.base.source import SeededSource
from ecluse.edge.law import newest_law
from ecluse.edge.lists import LoadedList, read_lists
from ecluse.edge.world.read import World
from ecluse.office.actions.deed import flush
from ecluse.office.carry import (
    steps_after,
    steps_cases,
    steps_custody,
    steps_licence,
    steps_openings,
    steps_plan,
    steps_proceeds,
    steps_registers,
)
from ecluse.office.carry.agenda import AgendaBook
from ecluse.office.carry.founding import found_world
from ecluse.office.carry.stage import Stage
from ecluse.office.models import Record, Setting
from ecluse.office.session import Session
from ecluse.parties.screen import build_index

STEPS = {
    **steps_registers.STEPS,
    **steps_cases.STEPS,
    **steps_licence.STEPS,
    **steps_custody.STEPS,
    **steps_after.STEPS,
    **steps_proceeds.STEPS,
    **steps_plan.STEPS,
    **steps_openings.STEPS,
}
Progress = Callable[[date, int], None]


def source_of(world: World) -> SeededSource:
    """From which seed do a demonstration's chance and time come?"""
    return SeededSource(f"{world.name}/{world.seed}", datetime.combine(world.first_day, time(), UTC))


def carry(world: World, lists: Path | None = None, progress: Progress = lambda day, steps: None) -> None:
    """Carry the world's year, or what is left of it. `progress` is told of each day after it is committed.

    Raises BadInputError when the database holds another world, or none of a demonstration.
    """
    if is_carried(world):
        return
    loaded = read_lists(lists) if lists else []
    session = Session(source_of(world), newest_law(), exclusive=True)
    agenda = AgendaBook(world.last_day)
    stage = Stage(session, world, agenda, build_index(()))
    stage.loaded_lists = loaded
    if not Setting.objects.exists():
        _found(stage, loaded)
    agenda.load()
    stage.index = steps_registers.index_on(stage, min(agenda.by_day, default=world.last_day))
    for day in agenda.days():
        with transaction.atomic():
            done = agenda.run(day, stage, STEPS)
            flush(session)
            agenda.save(day)
        progress(day, done)
    with transaction.atomic():
        Setting.objects.create(key="carried", value=str(world.last_day))


def is_carried(world: World) -> bool:
    """Was this very world's year carried to its end here? Raises BadInputError when another's was begun."""
    kept = dict(Setting.objects.values_list("key", "value"))
    if not kept:
        if Record.objects.exists():
            raise BadInputError.one("database", "an empty database", "records", "name another database by --db")
        return False
    if kept.get("world") != world.digest:
        raise BadInputError.one(
            "database",
            f"the world {world.digest[:12]}",
            f"the world {kept.get('world', 'none')[:12]}",
            "name another database by --db, or remove this one",
        )
    wanted = digest(world.plan) if world.plan else ""
    if kept.get("plan", "") != wanted:
        raise BadInputError.one(
            "database",
            f"the plan {wanted[:12] or 'none'}",
            f"the plan {kept.get('plan', '')[:12] or 'none'}",
            "name another database by --db, or remove this one",
        )
    return "carried" in kept


def _found(stage: Stage, loaded: list[LoadedList]) -> None:
    world, session = stage.world, stage.session
    with transaction.atomic():
        Setting.objects.bulk_create(
            [
                Setting(key="kind", value="demonstration"),
                Setting(key="world", value=world.digest),
                Setting(key="seed", value=f"{world.name}/{world.seed}"),
                Setting(key="lists", value=",".join(item.digest for item in loaded)),
                *([Setting(key="plan", value=digest(world.plan))] if world.plan else []),
            ]
        )
        # As soon as there is anybody to do it: keys are laid before what they open.
        lay = partial(steps_openings.lay_first, session, world, world.first_day)
        found_world(session, world, world.first_day, then=lay)
        steps_registers.schedule(stage)
        steps_cases.schedule(stage)
        steps_plan.schedule(stage)
        steps_openings.schedule(stage)
        steps_after.schedule(stage)
        flush(session)
        stage.agenda.save(world.first_day)
    stage.agenda.by_day.clear()
