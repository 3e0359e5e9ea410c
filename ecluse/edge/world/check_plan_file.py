"""Does the plan that lies beside a world's tables hold, and is it the plan of these tables?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.world.read import PLAN_FILE, read_world
from ecluse.plan.checker import PlanError
from ecluse.plan.kept import read_kept

REMEDY = "solve it again: ecluse plan solve WORLD --out WORLD/plan.json; or remove the file"


def check_plan_file(path: Path) -> list[Fault]:
    """Which faults has the plan of a world that can be read? None where it holds, or where there is no plan."""
    if not path.is_dir() or not (path / PLAN_FILE).exists():
        return []
    from ecluse.edge.plan import question_of

    try:
        world = read_world(path)
        kept = read_kept(world.plan)
        asked = question_of(world)
    except PlanError as error:
        return [Fault(PLAN_FILE, None, None, "a plan that holds", str(error), REMEDY)]
    except BadInputError as error:
        return list(error.faults)
    place = _first_difference(asked, kept.question)
    return [Fault(PLAN_FILE, None, place, "the question of these tables", "another", REMEDY)] if place else []


def _first_difference(asked: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """At which place of the question does the file ask otherwise than the tables? Empty when nowhere."""
    for name in sorted(asked.keys() | found.keys()):
        ours, theirs = asked.get(name), found.get(name)
        if ours == theirs:
            continue
        if isinstance(ours, list) and isinstance(theirs, list):
            pairs = enumerate(zip(ours, theirs, strict=False))
            at = next((place for place, (one, other) in pairs if one != other), min(len(ours), len(theirs)))
            return f"question/{name}/{at}"
        return f"question/{name}"
    return ""
