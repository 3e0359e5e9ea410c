"""Does the ground go when the attempt goes? The worlds of `test_year`, each attempt undone, carried once more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import without_cheats
from carried import SMALL, carry_into, sqlite_url
from years import VARIANTS, Year, in_groups, what_became_of

from ecluse.edge.world.generate import CHEATS

pytestmark = pytest.mark.db


@pytest.mark.slow
@pytest.mark.parametrize("seed", in_groups("honest"))
def test_without_the_attempt_there_is_no_ground(seed: int, tmp_path: Path) -> None:
    made = Year(tmp_path / "world", sqlite_url(tmp_path / "office.sqlite3"))
    without_cheats.generate_without(seed, made.world, made.answers, size=SMALL, cheats=VARIANTS)
    carry_into(made.world, made.url)
    found = [each for each in what_became_of(made) if each.answer.role == "cheat"]
    assert Counter(each.answer.kind for each in found) == dict.fromkeys(CHEATS, VARIANTS)
    assert [each for each in found if each.codes] == []
    assert not any(each.is_caught() for each in found)
