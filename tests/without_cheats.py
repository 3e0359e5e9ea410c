"""What is a generated world once its hidden attempts are taken out again? The same orders, honest in everything.

Each attempt is made and undone: the generator's chance runs on as before, so firms, days and quantities stay alike.
"""

from __future__ import annotations

import copy
import dataclasses
import random
from pathlib import Path
from typing import Any
from unittest import mock

from ecluse.edge.world import generate as generator
from ecluse.edge.world.cheats import Cheat, Planting, honestly
from ecluse.edge.world.draft import Draft, Row

STATE = (
    "lists", "surplus_class", "class_by_month", "surplus_model", "headroom_model", "certified", "traded", "offers_from",
    "groups", "aside",
)  # fmt: skip


class Kept:
    """A draft as it stood, to be brought back."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.rows = {name: [(row, dict(row)) for row in rows] for name, rows in draft.tables.items()}
        self.state = {name: copy.deepcopy(getattr(draft, name)) for name in STATE}

    def bring_back(self) -> None:
        """Everything as it stood, in the same rows; numbers given out stay given out."""
        for name, rows in self.rows.items():
            for row, kept in rows:
                row.clear()
                row.update(kept)
            self.draft.tables[name] = [row for row, _ in rows]
        for name, kept in self.state.items():
            setattr(self.draft, name, kept)
        self.draft._cache.clear()


def undone(cheat: Cheat) -> Cheat:
    """Which kind plants the same order without the attempt?

    Where it lies in what is ordered alone, or in the day (all else being as with the twin), the twin's wish is taken.
    """

    def apply(planting: Planting, order: Row, rng: random.Random) -> str | None:
        kept = Kept(planting.draft)
        cheat.apply(planting, order, rng)
        opened = set(planting.draft.offers_from) - set(kept.state["offers_from"])
        kept.bring_back()
        # The state stays this order's to open: a twin that came to share it would set its day.
        planting.draft.offers_from.update(dict.fromkeys(opened, order["offered_on"]))
        return None

    if cheat.apply is cheat.twin:
        return dataclasses.replace(cheat, apply=honestly, twin=honestly, wish=cheat.twin_wish or cheat.wish)
    if cheat.apply.__name__ == "_unchanged":
        return dataclasses.replace(cheat, apply=cheat.twin, wish=cheat.twin_wish or cheat.wish)
    return dataclasses.replace(cheat, apply=apply)


def generate_without(seed: int, out: Path, answers: Path, **arguments: Any) -> None:
    """Write the world of this seed without its attempts; the key still names the orders that would have hidden them."""
    honest = {kind: undone(cheat) for kind, cheat in generator.CHEATS.items()}
    with mock.patch.object(generator, "CHEATS", honest):
        generator.generate(seed, out=out, answers=answers, **arguments)
