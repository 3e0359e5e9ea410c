"""When do the simulated custodians send back what was called back? The office stops; they obey some days later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.custody.recall import Effect
from ecluse.office.actions.reopen import Followed

if TYPE_CHECKING:
    from ecluse.office.carry.stage import Stage

DAYS_TO_RECALL = 3


def obey(stage: Stage, followed: Iterable[Followed], on: date) -> None:
    """Whoever holds units that were called back sends them to the maker."""
    for found in followed:
        if found.effect is Effect.TURN_BACK:
            stage.agenda.put(on + timedelta(DAYS_TO_RECALL), "give_back", found.tranche, recall=True)
