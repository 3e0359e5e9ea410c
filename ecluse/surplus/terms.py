"""What are the nouns of surplus? Capacity, orders, need, absorption, stock, reserve, policy, certificate, draw."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature


class GoodsOrigin(enum.Enum):
    """How did the goods come to be? Only what was made for sale or for the state's own order may ever be exported."""

    MADE = "made"
    DONOR_FUNDED = "donor_funded"
    DONATED = "donated"
    CAPTURED = "captured"
    ARMY_ISSUED = "army_issued"


class GoodsKind(enum.Enum):
    """What is sold: a ready-to-use article, a part, a service, or a technology package?"""

    ARTICLE = "article"
    PART = "part"
    SERVICE = "service"
    TECHNOLOGY = "technology"


class Funder(enum.Enum):
    """Who pays for an order that serves the home army: the state itself, or a partner for it?"""

    HOME = "home"
    PARTNER = "partner"


class SurplusRule(enum.Enum):
    """Which meaning of surplus? mechanism.md 1.3: SR-0 critic's, SR-0b physical, SR-1 unfunded capacity,
    SR-2 no shortage, SR-3 not absorbed, SR-4 ratio cap, SR-5 commission judgement."""

    SR_0 = "SR-0"
    SR_0B = "SR-0b"
    SR_1 = "SR-1"
    SR_2 = "SR-2"
    SR_3 = "SR-3"
    SR_4 = "SR-4"
    SR_5 = "SR-5"


@dataclass(frozen=True, slots=True)
class MonthUnits:
    """So many units in this month."""

    month: Month
    units: int


@sealed("capacity_attestation/1")
@dataclass(frozen=True, slots=True)
class CapacityAttestation:
    """A maker's attestation of what it could make of one model, beside what it demonstrated, month by month."""

    id: str
    maker: str
    model: str
    class_: str
    capacity: tuple[MonthUnits, ...]
    demonstrated: tuple[MonthUnits, ...]
    attested_on: date
    valid_until: date


@sealed("funded_order/1")
@dataclass(frozen=True, slots=True)
class FundedOrder:
    """A funded order for the home army: deliveries of one model due month by month, home or partner funded."""

    id: str
    owner: str
    funder: Funder
    model: str
    class_: str
    due: tuple[MonthUnits, ...]
    ordered_on: date


@sealed("orders_statement/1")
@dataclass(frozen=True, slots=True)
class OrdersStatement:
    """The register of a class's funded orders as its owner closed it: how many, for how many units; none counts too."""

    id: str
    owner: str
    class_: str
    orders: int
    units_home: int
    units_partner: int
    as_of: date


@sealed("stated_need/1")
@dataclass(frozen=True, slots=True)
class StatedNeed:
    """What the general staff says it needs of a class, by priority (1 most urgent), month by month."""

    id: str
    owner: str
    class_: str
    priority: int
    needed: tuple[MonthUnits, ...]
    stated_on: date


@sealed("absorption_limit/1")
@dataclass(frozen=True, slots=True)
class AbsorptionLimit:
    """How many units of a class crews and stations can take in over the period."""

    id: str
    owner: str
    class_: str
    units: int
    first_month: Month
    last_month: Month
    stated_on: date


@sealed("judged_surplus/1")
@dataclass(frozen=True, slots=True)
class JudgedSurplus:
    """How many units of a class the general staff's commission judges to be surplus over the period (SR-5)."""

    id: str
    owner: str
    class_: str
    units: int
    first_month: Month
    last_month: Month
    judged_on: date


@sealed("stock_count/1")
@dataclass(frozen=True, slots=True)
class StockCount:
    """How many units of a model lay in stock on a day, by the holder's count."""

    id: str
    owner: str
    model: str
    class_: str
    units: int
    counted_on: date


@sealed("reserve/1")
@dataclass(frozen=True, slots=True)
class Reserve:
    """The stock of a model that must never be undercut."""

    id: str
    owner: str
    model: str
    class_: str
    units: int
    set_on: date


@sealed("surplus_policy/1")
@dataclass(frozen=True, slots=True)
class SurplusPolicy:
    """Which surplus rule binds from when, with its ratio k = numerator/denominator, by whose signature."""

    id: str
    owner: str
    rule: SurplusRule
    ratio_numerator: int
    ratio_denominator: int
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class ClassYear:
    """The class figures of one period that every rule is computed from. Units; None is unknown, never zero."""

    class_: str
    first_month: Month
    last_month: Month
    units_capacity: int | None
    units_home_funded: int | None
    units_partner_funded: int | None
    units_stock: int | None
    units_need: int | None
    units_absorption: int | None
    units_judged: int | None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule gives, in units; None where the rule cannot be computed because a figure is unknown."""

    rule: SurplusRule
    units: int | None


@sealed("surplus_certificate/1")
@dataclass(frozen=True, slots=True)
class Certificate:
    """A surplus certificate: so many units of one model may leave in these months; every rule's result beside it."""

    id: str
    owner: str
    class_: str
    model: str
    maker: str
    first_month: Month
    last_month: Month
    units_certified: int
    rule: SurplusRule
    policy: str
    results: tuple[RuleResult, ...]
    units_need_unmet: int
    units_aid_received: int
    class_units_by_month: tuple[MonthUnits, ...]
    home_deliveries: str
    hearing: str
    issued_on: date
    valid_until: date


@sealed("certificate_withdrawal/1")
@dataclass(frozen=True, slots=True)
class Withdrawal:
    """From this day the certificate carries no new draw, for this reason."""

    id: str
    certificate: str
    owner: str
    on: date
    reason: str


class DrawState(enum.Enum):
    """Reserved when surplus passes, committed at issue, used at release; released or returned gives units back."""

    RESERVED = "reserved"
    COMMITTED = "committed"
    USED = "used"
    RELEASED = "released"
    RETURNED = "returned"


@sealed("draw/1")
@dataclass(frozen=True, slots=True)
class Draw:
    """One step of a tranche's draw on a certificate; a reservation expires (90 days) unless it is committed."""

    id: str
    certificate: str
    tranche: str
    units: int
    state: DrawState
    on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What a certificate still holds, in units: certified - reserved - committed - used, never below zero."""

    certificate: str
    units_certified: int
    units_reserved: int
    units_committed: int
    units_used: int

    def units_free(self) -> int:
        """How many units may still be drawn?"""
        return self.units_certified - self.units_reserved - self.units_committed - self.units_used


@dataclass(frozen=True, slots=True)
class HomeProgress:
    """Deliveries of a class to the home army, planned and accepted, cumulated from the year's first month to this one.

    Every month's acceptance act is in. Planned is what the acts say or what signed orders have due, whichever is more.
    """

    class_: str
    month: Month
    units_planned: int
    units_accepted: int


@dataclass(frozen=True, slots=True)
class ModelCapacity:
    """What one maker attested and demonstrated of one model over the certificate's months, in units."""

    units_attested: int
    units_demonstrated: int
    attestation_valid_until: date


@dataclass(frozen=True, slots=True)
class ModelFlow:
    """One model's month: what the S1 look-ahead adds and takes, in units (planning.md 1.5)."""

    month: Month
    units_capacity: int
    units_funded: int
    units_home: int


@dataclass(frozen=True, slots=True)
class CertificateClaim:
    """The facts on which a certificate for one model and span of months is asked for.

    Certified before counts the earlier certificates of the class, and those of the model alone (None is unknown).
    """

    certificate: str
    model: str
    maker: str
    first_month: Month
    last_month: Month
    units_asked: int
    policy: SurplusPolicy | None
    policy_signatures: tuple[Signature, ...]
    class_year: ClassYear
    attestations: tuple[CapacityAttestation, ...]
    attestation_signatures: tuple[Signature, ...]
    funded_orders: tuple[FundedOrder, ...]
    reserve: Reserve | None
    stock: StockCount | None
    flows: tuple[ModelFlow, ...]
    units_certified_before: int
    units_model_certified_before: int | None
    class_units_left_by_month: tuple[MonthUnits, ...]
    units_need_unmet: int | None
    units_aid_received: int
    inputs_unsigned: int
    keys: tuple[Key, ...]


@sealed("certificate_finding/1")
@dataclass(frozen=True, slots=True)
class CertificateFinding:
    """What a certificate may state: units under the binding rule, every rule's result, need still unmet."""

    certificate: str
    units: int
    rule: SurplusRule
    results: tuple[RuleResult, ...]
    units_need_unmet: int


@dataclass(frozen=True, slots=True)
class SurplusClaim:
    """The facts on which a tranche asks to be called surplus."""

    tranche: str
    order: str
    model: str
    class_: str
    kind: GoodsKind
    origin: GoodsOrigin
    units: int
    filed_on: date
    deliver_in: Month
    certificate: Certificate | None
    certificate_signatures: tuple[Signature, ...]
    withdrawal: Withdrawal | None
    policy: SurplusPolicy | None
    balance: Balance | None
    capacity: ModelCapacity | None
    home: HomeProgress | None
    also_claimed_by: str | None
    keys: tuple[Key, ...]


@sealed("surplus_finding/1")
@dataclass(frozen=True, slots=True)
class SurplusFinding:
    """These units of this tranche are surplus until that day. `certificate` is None for goods that need none."""

    tranche: str
    model: str
    class_: str
    kind: GoodsKind
    units: int
    certificate: str | None
    valid_until: date
