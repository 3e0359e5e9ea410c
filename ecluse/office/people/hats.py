"""Which hat does a person wear? Of the mandates in force, the one chosen for this session, else the first."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import date
from typing import Any

from ecluse.office.desk.person import mandates_of
from ecluse.office.session import Mandate, Session

SLOT = "hat"


def hats_of(session: Session, person: str, on: date) -> list[Mandate]:
    """Which mandates may this person put on today, each once?"""
    return list(dict.fromkeys(mandates_of(session, person, on)))


def hat_name(mandate: Mandate) -> str:
    """By what name is a hat chosen? Body, role and the person stood in for."""
    return "|".join((mandate.body, mandate.role, mandate.acting_for or ""))


def worn(kept: MutableMapping[str, Any], hats: list[Mandate]) -> Mandate | None:
    """Which hat is on? A hat that has lapsed since it was chosen is off."""
    name = kept.get(SLOT) if hats else None
    return next((hat for hat in hats if hat_name(hat) == name), hats[0] if hats else None)


def put_on(kept: MutableMapping[str, Any], hats: list[Mandate], name: str) -> bool:
    """Put on the hat of this name for this session. False when this person has no such hat today."""
    if all(hat_name(hat) != name for hat in hats):
        return False
    kept[SLOT] = name
    return True
