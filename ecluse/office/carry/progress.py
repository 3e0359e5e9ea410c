"""How far is the year? A bar for people on standard error, and every committed day as it is committed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.edge.world.read import World

Told = Callable[[date, int], None]


@contextmanager
def carrying(world: World) -> Iterator[Told]:
    """Show the carrying of this world's year: a bar on a terminal, a line a month elsewhere.

    With ECLUSE_ACKNOWLEDGE every committed day is printed as it is committed, for those who test what survives a kill.
    """
    days = (world.last_day - world.first_day).days + 1
    console = Console(stderr=True)
    steps_done = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(world.name, total=days)

        def told(day: date, steps: int) -> None:
            nonlocal steps_done
            steps_done += steps
            bar.update(task, completed=(day - world.first_day).days + 1, description=f"{day}  {steps_done:,} steps")
            if os.environ.get("ECLUSE_ACKNOWLEDGE"):
                print(f"committed {day}", flush=True)
            if not console.is_terminal and (day + _ONE).day == 1:
                print(say("cli.carried_to", person_language(), day=day, count=steps_done), file=sys.stderr, flush=True)

        yield told


_ONE = date(2000, 1, 2) - date(2000, 1, 1)
