"""What do the simulated planners do? One commits to the baseline on the first day; another adopts the plan after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.edge.world.read import PLAN_FILE
from ecluse.office.actions import plan

if TYPE_CHECKING:
    from ecluse.office.carry.agenda import Step
    from ecluse.office.carry.stage import Stage

AUTHOR, ADOPTER = "authority:mod", "authority:general-staff"


def schedule(stage: Stage) -> None:
    """Put baseline and plan on the agenda, where the world's folder holds a plan."""
    if stage.world.plan:
        first = stage.world.first_day
        stage.agenda.put(first, "commit_baseline", "plan")
        stage.agenda.put(first + timedelta(1), "adopt_plan", "plan")


def commit_baseline(stage: Stage, step: Step, on: date) -> None:
    """The ministry's planner commits to what home gets without any export."""
    officer = stage.officer(AUTHOR, "planner", on)
    assert officer is not None
    plan.commit_baseline(
        stage.session, stage.world.plan, name=PLAN_FILE, officer=officer, on=on, sign=stage.sign
    )  # fmt: skip


def adopt(stage: Stage, step: Step, on: date) -> None:
    """The general staff's planner adopts the plan that was made on it."""
    officer = stage.officer(ADOPTER, "planner", on)
    assert officer is not None
    plan.adopt(stage.session, stage.world.plan, name=PLAN_FILE, officer=officer, on=on, sign=stage.sign)


STEPS = {"commit_baseline": commit_baseline, "adopt_plan": adopt}
