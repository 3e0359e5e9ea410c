"""What is sold, on what terms, and where do goods and money go? Rows of policies, orders, units and money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month


@dataclass(frozen=True, slots=True)
class Aid:
    """Units of a class received as aid from a state."""

    class_: str
    units: int
    from_state: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class HomeDelivery:
    """Units of a class planned for and accepted by the home army in a month."""

    class_: str
    month: Month
    units_planned: int
    units_accepted: int
    accepted_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of a month for home orders."""

    month: Month
    budget_minor_uah: int
    source: str


@dataclass(frozen=True, slots=True)
class BudgetFigureRow:
    """What the state budget gave a class before the proceeds came, and what it gives since."""

    figure: str
    owner: str
    class_: str
    currency: str
    first_month: Month
    last_month: Month
    before_minor: int
    after_minor: int
    stated_on: date
    source: str


@dataclass(frozen=True, slots=True)
class SurplusPolicyRow:
    """Which surplus rule binds from when."""

    policy: str
    owner: str
    rule: str
    ratio_numerator: int
    ratio_denominator: int
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class ContributionPolicyRow:
    """Which contribution rule binds from when, with rates and terms."""

    policy: str
    owner: str
    rule: str
    ad_valorem_bp: int
    profit_share_bp: int
    order_ratio_bp: int
    days_to_receive: int
    days_to_contribute: int
    days_to_allocate: int
    days_to_purchase: int
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class BuyerTier:
    """Which state may buy, in which order of priority."""

    policy: str
    owner: str
    state: str
    tier: int
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class PartnerState:
    """Which state has a deal (route D) or a treaty (route C)."""

    policy: str
    owner: str
    state: str
    kind: str
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class CriticalModel:
    """A model that may never go."""

    policy: str
    owner: str
    model: str
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class ListVersionRow:
    """One version of a watchlist, and the file beside the tables that holds it."""

    list: str
    publisher: str
    title: str
    file: str
    in_force_from: date
    source: str


@dataclass(frozen=True, slots=True)
class ClearanceRow:
    """An officer found that a list entry is somebody else than this party."""

    party: str
    entry: str
    officer: str
    reason: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Marketing:
    """This exporter may offer this class to this state, from one day to another."""

    marketing: str
    exporter: str
    class_: str
    state: str
    valid_from: date
    valid_until: date
    source: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Which origin states' consents does a model need, and which are held?"""

    model: str
    consents_needed: tuple[str, ...]
    consents_held: tuple[str, ...]
    declared_on: date
    source: str


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A surplus certificate that a maker asks for."""

    certificate: str
    model: str
    maker: str
    first_month: Month
    last_month: Month
    units_asked: int
    asked_on: date
    source: str


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    """A certificate carries no new draw from this day."""

    certificate: str
    owner: str
    on: date
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An end user's statement, and the authority that signed it."""

    statement: str
    number: str
    end_user: str
    state: str
    model: str
    units: int
    clauses: tuple[str, ...]
    issued_on: date
    valid_until: date
    verified_on: date | None
    signed_by: str | None
    source: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An export order as filed."""

    order: str
    exporter: str
    buyer: str
    consignee: str
    end_user: str
    broker: str | None
    carrier: str
    bank: str
    destination: str
    transit: tuple[str, ...]
    model: str
    units: int
    unit_price_minor: int
    currency: str
    permit: str
    route: str
    offered_on: date
    filed_on: date
    complete_on: date | None
    return_by: date | None
    third_state: str | None
    certificate: str | None
    statement: str | None
    line: str | None
    centre: str | None
    deliver_in: Month
    origin: str
    consignments: int
    contract_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Block:
    """Serial numbers committed before production."""

    block: str
    line: str
    model: str
    prefix: str
    first: int
    count: int
    committed_on: date
    funded_for_home: bool
    source: str


@dataclass(frozen=True, slots=True)
class MarkingRow:
    """How a run of a block's numbers ended, on which day."""

    block: str
    first: int
    last: int
    fate: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """The official rate of a day: one unit of base is numerator/denominator of quote."""

    on: date
    base: str
    quote: str
    numerator: int
    denominator: int
    source: str


@dataclass(frozen=True, slots=True)
class ShortageRow:
    """A shortage that the general staff named."""

    shortage: str
    owner: str
    class_: str
    units: int
    priority: int
    named_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who fills a shortage, in which currency, at which price and how fast."""

    shortage: str
    supplier: str
    destination: str
    class_: str
    currency: str
    unit_price_minor: int
    days_to_deliver: int
    source: str


@dataclass(frozen=True, slots=True)
class PeriodCloseRow:
    """Who spent and who controlled when a month's books were closed."""

    month: Month
    spender: str
    controller: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens on a day to a licence, a class, a centre or a line."""

    on: date
    kind: str
    subject: str
    detail: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the simulated parties of an order do differently from the honest default."""

    order: str
    step: str
    field: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A public claim about the mechanism, in three languages, and the measure that bears on it."""

    claim: str
    text_uk: str
    text_en: str
    text_fr: str
    speaker: str
    source_text: str
    said_on: date
    measure: str
    source: str
