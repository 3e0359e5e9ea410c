"""Which world's tables could a year be solved from? Those that a demonstration carried, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

from ecluse.office.models import Setting

WORLDS = Path("examples")
NEEDED = "plants.csv"  # the first table of a planner


def world_tables() -> Path | None:
    """In which folder are they? None in service, and where the folder has no planner's tables."""
    settings = dict(Setting.objects.filter(key__in=("kind", "seed")).values_list("key", "value"))
    if settings.get("kind") != "demonstration":
        return None
    name = settings.get("seed", "").partition("/")[0]
    place = Path(os.environ["ECLUSE_WORLD"]) if os.environ.get("ECLUSE_WORLD") else WORLDS / name
    return place if name and (place / NEEDED).is_file() else None
