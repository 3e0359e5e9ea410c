"""What are the nouns of the plan? The signed policy, a baseline, the plan adopted on it; and quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.base.sealed import sealed


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


def subject_of(first_month: Month) -> str:
    """About which subject are the baselines and plans filed that begin with this month?

    >>> subject_of(Month(2026, 1))
    'plan:2026-01'
    """
    return f"plan:{first_month}"
