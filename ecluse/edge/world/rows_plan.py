"""What does a planner know beside the other tables? Rows of plants, markets, centres, rates and the signed rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month


@dataclass(frozen=True, slots=True)
class PlantRow:
    """Where goods are made, and the working hours it can give month by month, in thousandths of an hour."""

    plant: str
    operator: str
    host: str
    declared_on: date
    hours_thousandths: tuple[int | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PlantModelRow:
    """One model in one plant: hours a unit, the share of its attested capacity that stands there, how fast it rises."""

    plant: str
    model: str
    line: str | None
    unit_hours_thousandths: int
    attested_share_bp: int
    ramp_units: int | None
    before_units: int
    source: str


@dataclass(frozen=True, slots=True)
class PackedVolumeRow:
    """The room that a packed unit of a model takes in a centre."""

    model: str
    unit_volume_litres: int
    source: str


@dataclass(frozen=True, slots=True)
class CentreThroughputRow:
    """What can pass a centre month by month."""

    centre: str
    owner: str
    throughput_litres: tuple[int | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class CentreRouteRow:
    """Which centre serves which state, and how many months lie between passing it and delivery."""

    centre: str
    state: str
    transit_months: int
    source: str


@dataclass(frozen=True, slots=True)
class LicenceCeilingRow:
    """Up to how many units may be licensed for an exporter, class and state, for the plan; on which authorisation."""

    ceiling: str
    exporter: str
    class_: str
    state: str
    units: int
    first_month: Month
    last_month: Month
    marketing: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ValueCeilingRow:
    """How much money's worth may go to a state in the whole period."""

    state: str
    owner: str
    ceiling_minor_uah: int
    source: str


@dataclass(frozen=True, slots=True)
class MarketDemandRow:
    """What a market would take of a model month by month, at which price, paid how many months later."""

    demand: str
    model: str
    state: str
    currency: str
    unit_price_minor: int
    unit_cost_minor_uah: int
    payment_lag_months: int
    ceiling: str | None
    hypothetical: bool
    demand_units: tuple[int | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PlanningRateRow:
    """The rate at which a month is planned: one unit of base is numerator/denominator of quote."""

    month: Month
    base: str
    quote: str
    numerator: int
    denominator: int
    owner: str
    fixed_on: date
    source: str


@dataclass(frozen=True, slots=True)
class PlanPolicyRow:
    """Which no-harm rule binds the plan, which share of receipts is reinvested, and within how many months."""

    policy: str
    owner: str
    rule: str
    reinvest_share_bp: int
    grace_months: int
    signed_on: date
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class NeedWeightRow:
    """How heavily an unmet unit of a class weighs against another class of the same priority."""

    class_: str
    owner: str
    weight_points: int
    stated_on: date
    source: str
