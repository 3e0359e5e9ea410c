"""What are the nouns of the plan? The signed policy, a baseline, the plan adopted on it; and quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.base.sealed import sealed
from ecluse.custody.recall import Reach
from ecluse.custody.terms import SerialRange
from ecluse.surplus.terms import MonthUnits


@sealed("plan_policy/1")
@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """By which no-harm rule is planned, which share of receipts buys for home, within how many months? Signed."""

    id: str
    owner: str
    rule: str
    reinvest_share_bp: int
    grace_months: int
    signed_on: date
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class StageValue:
    """What a baseline comes to at one stage, and below what no baseline can come, as its multipliers prove."""

    stage: str
    value: int
    bound: int


@dataclass(frozen=True, slots=True)
class ModelUnits:
    """So many units of this model leave under a plan."""

    model: str
    units: int


@sealed("plan_baseline/1")
@dataclass(frozen=True, slots=True)
class PlanBaseline:
    """What home gets without any export, proven and committed to before a plan with exports is adopted."""

    id: str
    author: str
    authority: str
    policy: str
    rule: str
    first_month: Month
    last_month: Month
    question_digest: str
    baseline_digest: str
    document: str
    stages: tuple[StageValue, ...]
    on: date


@sealed("plan/1")
@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with exports, adopted by a second person on a baseline that was committed to before."""

    id: str
    baseline: str
    adopter: str
    authority: str
    plan_digest: str
    document: str
    units_exported: int
    exports: tuple[ModelUnits, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Quota:
    """So many units of a model may be certified by the end of this month, says the plan; it binds no gate."""

    class_: str
    model: str
    month: Month
    units: int


@sealed("urgent_order/1")
@dataclass(frozen=True, slots=True)
class UrgentOrder:
    """The general staff needs so many units of a class more, by these months, and says why."""

    id: str
    owner: str
    class_: str
    wanted: tuple[MonthUnits, ...]
    reason: str
    on: date

    @property
    def units(self) -> int:
        """How many units are wanted in all?"""
        return sum(point.units for point in self.wanted)


@sealed("plan_surplus/1")
@dataclass(frozen=True, slots=True)
class PlanSurplus:
    """How many units of each model may still leave from this month on, as a schedule that is kept adds up to."""

    id: str
    urgent_order: str
    plan: str
    author: str
    authority: str
    first_month: Month
    carried: tuple[ModelUnits, ...]
    document: str
    on: date


@dataclass(frozen=True, slots=True)
class TakenUnits:
    """So many units of a certificate go to the home army: undrawn ones, and those of tranches that are stopped."""

    certificate: str
    units: int


@dataclass(frozen=True, slots=True)
class StoppedTranche:
    """A tranche that no longer fits: how far it had gone, who had it in which state, and which numbers it held."""

    certificate: str
    tranche: str
    units: int
    reach: Reach
    is_licensed: bool
    holder: str
    state: str
    ranges: tuple[SerialRange, ...]


@sealed("surge/1")
@dataclass(frozen=True, slots=True)
class Surge:
    """What home takes back of certificates for an urgent order, and which tranches stop; units to recall are named."""

    id: str
    urgent_order: str
    surplus: str
    author: str
    authority: str
    taken: tuple[TakenUnits, ...]
    stopped: tuple[StoppedTranche, ...]
    on: date


def subject_of(first_month: Month) -> str:
    """About which subject are the baselines and plans filed that begin with this month?

    >>> subject_of(Month(2026, 1))
    'plan:2026-01'
    """
    return f"plan:{first_month}"
