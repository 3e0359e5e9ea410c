"""What are the nouns of proceeds? Sale, title, receipt, contribution, shortage, allocation, purchase, books."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import sealed
from ecluse.base.signing import Key, Signature
from ecluse.custody.terms import CustodyFinding


class ContributionRule(enum.Enum):
    """On what is the contribution counted? Value, profit, ratio to state orders, state's share in development."""

    AD_VALOREM = "ad_valorem"
    PROFIT_SHARE = "profit_share"
    ORDER_RATIO = "order_ratio"
    DEVELOPMENT_SHARE = "development_share"
    NONE = "none"


@sealed("contribution_policy/1")
@dataclass(frozen=True, slots=True)
class ContributionPolicy:
    """Which contribution rule binds, its rate in hundredths of a percent for every rule, and its terms in days."""

    id: str
    owner: str
    rule: ContributionRule
    ad_valorem_bp: int
    profit_share_bp: int
    order_ratio_bp: int
    days_to_receive: int
    days_to_contribute: int
    days_to_allocate: int
    days_to_purchase: int
    valid_from: date
    valid_until: date | None


@sealed("sale/1")
@dataclass(frozen=True, slots=True)
class Sale:
    """The contract of a tranche: units, unit price, cost attested by the maker, state's share in development."""

    id: str
    tranche: str
    exporter: str
    buyer: str
    units: int
    unit_price: Money
    unit_cost: Money
    development_share_bp: int
    home_order_value: Money
    contract_on: date


@sealed("title_transfer/1")
@dataclass(frozen=True, slots=True)
class TitleTransfer:
    """Title of so many units passed to the buyer on this day: receipts are recognised from here."""

    id: str
    tranche: str
    units: int
    invoice: Money
    on: date


@sealed("receipt/1")
@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrived for a tranche, from whom, through which bank."""

    id: str
    tranche: str
    payer: str
    bank: str
    money: Money
    on: date


@sealed("rate_of_day/1")
@dataclass(frozen=True, slots=True)
class RateOfDay:
    """The official rate of a day: one unit of `base` is numerator/denominator units of `quote`."""

    id: str
    base: str
    quote: str
    numerator: int
    denominator: int
    on: date
    source: str


@sealed("contribution/1")
@dataclass(frozen=True, slots=True)
class Contribution:
    """What an exporter paid into the fund for a tranche."""

    id: str
    tranche: str
    payer: str
    money: Money
    on: date


@sealed("shortage/1")
@dataclass(frozen=True, slots=True)
class Shortage:
    """A shortage that the general staff named: class, units, priority, since when it stands in the log."""

    id: str
    owner: str
    class_: str
    units: int
    priority: int
    named_on: date


class Destination(enum.Enum):
    """Does the purchase go to home makers or abroad?"""

    DOMESTIC = "domestic"
    IMPORT = "import"


@sealed("allocation/1")
@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a tranche's contribution was set aside for a named shortage."""

    id: str
    tranche: str
    shortage: str
    money: Money
    on: date


@sealed("purchase/1")
@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase for a named shortage out of allocations."""

    id: str
    shortage: str
    allocations: tuple[str, ...]
    supplier: str
    destination: Destination
    class_: str
    units: int
    money: Money
    on: date
    deliver_by: date


@sealed("purchase_delivery/1")
@dataclass(frozen=True, slots=True)
class PurchaseDelivery:
    """Units of a purchase that the army accepted."""

    id: str
    purchase: str
    units: int
    accepted_by: str
    on: date


@sealed("period_close/1")
@dataclass(frozen=True, slots=True)
class PeriodClose:
    """The books of a month were closed: who spent, who controlled, each of which authority (None is unknown)."""

    id: str
    month: Month
    spender: str
    controller: str
    controller_authority: str
    on: date
    spender_authority: str | None = None


@sealed("budget_figure/1")
@dataclass(frozen=True, slots=True)
class BudgetFigure:
    """What the state budget gives a class over these months: as it stood before the proceeds, and as it stands."""

    id: str
    owner: str
    class_: str
    first_month: Month
    last_month: Month
    money_before: Money
    money_after: Money
    stated_on: date


@sealed("journal_entry/1")
@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One double entry: postings whose sum is zero in every currency."""

    id: str
    tranche: str | None
    subject: str
    postings: tuple[Posting, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Posting:
    """So much on this account; debits above zero, credits below."""

    account: str
    money: Money


@dataclass(frozen=True, slots=True)
class ContributionResult:
    """What one contribution rule gives; None where a figure it needs is unknown."""

    rule: ContributionRule
    due: Money | None


@dataclass(frozen=True, slots=True)
class Entered:
    """On which day did a shortage enter the log, whatever day it states of itself?"""

    shortage: str
    on: date


@dataclass(frozen=True, slots=True)
class ProceedsClaim:
    """The facts on which a tranche's money is judged on a day."""

    tranche: str
    order: str
    custody: CustodyFinding
    custody_hearing: str
    sale: Sale | None
    value_licensed: Money
    units_licensed: int
    title: TitleTransfer | None
    receipts: tuple[Receipt, ...]
    rate: RateOfDay | None
    policy: ContributionPolicy | None
    policy_signatures: tuple[Signature, ...]
    contributions: tuple[Contribution, ...]
    allocations: tuple[Allocation, ...]
    shortages: tuple[Shortage, ...]
    shortages_entered: tuple[Entered, ...]
    purchases: tuple[Purchase, ...]
    deliveries: tuple[PurchaseDelivery, ...]
    close: PeriodClose | None
    balance_by_currency: tuple[Money, ...]
    keys: tuple[Key, ...]


@sealed("proceeds_finding/1")
@dataclass(frozen=True, slots=True)
class ProceedsFinding:
    """The money came home and bought a named need: received, due under the binding rule, paid, allocated, spent."""

    tranche: str
    received: Money
    due: Money
    paid: Money
    allocated: Money
    rule: ContributionRule
    results: tuple[ContributionResult, ...]
    units_delivered: int
    vacuous: bool
