"""Which actions has a person on plans? Commit to a baseline; adopt, as a second person, the plan made on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecluse.office.actions import plan as act
from ecluse.office.desk import plan_surge
from ecluse.office.desk.form import Fault, FormError, Upload
from ecluse.office.desk.opening import plain
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.facts.sides import is_low
from ecluse.plan.kept import DOCUMENT_BYTES_LIMIT


@dataclass(frozen=True, slots=True)
class CommitBaseline:
    """Which file of `ecluse plan solve` holds the baseline?"""

    file: Upload


def commit_baseline(desk: Desk, subject: str, form: CommitBaseline) -> Done:
    """Commit to what home gets without any export: the document is checked to the last unit, its digest logged."""
    return _taken(desk, form.file, act.commit_baseline)


@dataclass(frozen=True, slots=True)
class AdoptPlan:
    """Which file of `ecluse plan solve` holds the plan?"""

    file: Upload


def adopt(desk: Desk, subject: str, form: AdoptPlan) -> Done:
    """Adopt a plan on a baseline committed to before, as a second person of another authority."""
    return _taken(desk, form.file, act.adopt)


def _taken(desk: Desk, file: Upload, do: Callable[..., Any]) -> Done:
    if not 0 < len(file.content) <= DOCUMENT_BYTES_LIMIT:
        raise FormError([Fault("file", "form.fault.plan_size", str(len(file.content)))])
    try:
        do(desk.session, file.content, name=plain(file.name), officer=desk.person, on=desk.on, sign=desk.sign)
    except act.PlanRefusedError as error:
        raise FormError([Fault("file", error.key, error.found)]) from None
    return Done("office")


def is_high(desk: Desk, subject: str) -> bool:
    """Does this office hold the ministry's figures? A portal keeps no plan."""
    return not is_low(desk.session)


ACTIONS = (
    Action(act.COMMIT, About.OFFICE, CommitBaseline, commit_baseline, is_high),
    Action(act.ADOPT, About.OFFICE, AdoptPlan, adopt, is_high),
    *plan_surge.ACTIONS,
)
