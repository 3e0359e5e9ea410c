"""Which actions has a person in the office at large? In a demonstration, to turn the page of the calendar."""

from __future__ import annotations

from dataclasses import dataclass

from ecluse.office.desk.registry import Action

ACTIONS: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """A form that asks nothing."""
