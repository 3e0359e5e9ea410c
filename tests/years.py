"""Which generated years are carried whole, and what became in them of every order of the answer key?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from carried import office_on

# Two worlds of five variants each: together ten of every kind, each with another firm, day and quantity.
SEEDS, VARIANTS = (11, 14), 5


@dataclass(frozen=True)
class Year:
    """A generated world and the office that carried it."""

    world: Path
    url: str

    @property
    def answers(self) -> Path:
        return self.world.with_name(f"{self.world.name}.answers.csv")


def in_groups(name: str) -> list[Any]:
    """Everything about one seed's year runs in one worker, so that it is carried once."""
    return [pytest.param(seed, marks=pytest.mark.xdist_group(f"{name}-{seed}"), id=f"seed {seed}") for seed in SEEDS]


def what_became_of(year: Year) -> list[Any]:
    with office_on(year.url):
        from ecluse.office.rates import what_became_of as became

        return became(year.answers)
