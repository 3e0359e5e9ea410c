"""What does each surplus rule give for a class and a period? Whole units; unknown stays unknown."""

from __future__ import annotations

from ecluse.surplus.terms import ClassYear, RuleResult, SurplusPolicy, SurplusRule

FUNDED = ("units_home_funded", "units_partner_funded")

# Which figures of a ClassYear must be known before a rule can be computed (mechanism.md 2.3).
FIGURES_NEEDED: dict[SurplusRule, tuple[str, ...]] = {
    SurplusRule.SR_0: ("units_capacity", *FUNDED, "units_need"),
    SurplusRule.SR_0B: ("units_capacity", "units_need"),
    SurplusRule.SR_1: ("units_capacity", *FUNDED),
    SurplusRule.SR_2: ("units_capacity", *FUNDED, "units_stock", "units_need"),
    SurplusRule.SR_3: ("units_capacity", "units_absorption"),
    SurplusRule.SR_4: ("units_capacity", *FUNDED),
    SurplusRule.SR_5: ("units_capacity", *FUNDED, "units_judged"),
}


def results(year: ClassYear, policy: SurplusPolicy) -> tuple[RuleResult, ...]:
    """What does every rule give for this class, the ratio of SR-4 being the policy's?

    The order is that of `SurplusRule`; a rule whose figures are not all known gives None.
    """
    return tuple(RuleResult(rule, result_under(rule, year, policy)) for rule in SurplusRule)


def result_under(rule: SurplusRule, year: ClassYear, policy: SurplusPolicy) -> int | None:
    """What does this one rule give for the class? None when a figure it needs is unknown."""
    if figures_missing(rule, year):
        return None
    capacity, need, home = (year.units_capacity or 0), (year.units_need or 0), (year.units_home_funded or 0)
    funded = home + (year.units_partner_funded or 0)
    unfunded = max(0, capacity - funded)
    if rule is SurplusRule.SR_0:
        return 0 if funded < need else max(0, capacity - need)
    if rule is SurplusRule.SR_0B:
        return max(0, capacity - need)
    if rule is SurplusRule.SR_1:
        return unfunded
    if rule is SurplusRule.SR_2:
        return unfunded if (year.units_stock or 0) + funded >= need else 0
    if rule is SurplusRule.SR_3:
        return max(0, capacity - (year.units_absorption or 0))
    if rule is SurplusRule.SR_4:
        return min(unfunded, share_rounded_down(home, policy))
    return min(unfunded, max(0, year.units_judged or 0))


def figures_missing(rule: SurplusRule, year: ClassYear) -> tuple[str, ...]:
    """Which figures does this rule need that nobody stated?"""
    return tuple(name for name in FIGURES_NEEDED[rule] if getattr(year, name) is None)


def share_rounded_down(units: int, policy: SurplusPolicy) -> int:
    """How many whole units is the policy's ratio of these units? Rounded down: a part of a unit never leaves.

    Raises ValueError for a ratio that is none.
    """
    if policy.ratio_denominator < 1 or policy.ratio_numerator < 0:
        raise ValueError(f"not a ratio: {policy.ratio_numerator} to {policy.ratio_denominator}")
    return units * policy.ratio_numerator // policy.ratio_denominator


def need_unmet(year: ClassYear) -> int | None:
    """How much stated need is left after opening stock and funded deliveries? None when a figure is unknown."""
    if year.units_need is None or year.units_stock is None:
        return None
    if year.units_home_funded is None or year.units_partner_funded is None:
        return None
    return max(0, year.units_need - year.units_stock - year.units_home_funded - year.units_partner_funded)
