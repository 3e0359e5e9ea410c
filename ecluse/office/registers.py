"""Which nouns belong to the office itself? Authorities, officers, home deliveries, aid, budgets, public claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import sealed
from ecluse.licence.officers import Officer as Officer  # noqa: PLC0414 - the licence gate's claim cites officers


@sealed("authority/1")
@dataclass(frozen=True, slots=True)
class Authority:
    """A body that decides, states, hosts or controls; its name in three languages."""

    id: str
    state: str
    name_uk: str
    name_en: str
    name_fr: str


@sealed("home_delivery/1")
@dataclass(frozen=True, slots=True)
class HomeDelivery:
    """Acceptance acts of one class and month: what was planned for the home army and what it accepted."""

    id: str
    class_: str
    month: Month
    units_planned: int
    units_accepted: int
    accepted_on: date


@sealed("aid_received/1")
@dataclass(frozen=True, slots=True)
class AidReceived:
    """Units of a class that partners gave; they may never be exported."""

    id: str
    class_: str
    units: int
    from_state: str
    on: date


@sealed("budget/1")
@dataclass(frozen=True, slots=True)
class Budget:
    """What the home state may spend on weapons in a month."""

    id: str
    month: Month
    money: Money


@sealed("home_price/1")
@dataclass(frozen=True, slots=True)
class HomePrice:
    """What the home army pays for a unit of a class, as its owner stated it; the newest statement counts."""

    id: str
    owner: str
    class_: str
    money: Money
    stated_on: date


@sealed("model/1")
@dataclass(frozen=True, slots=True)
class Model:
    """One model as catalogued: class, kind of goods, list, control entry, maker, list price and attested cost."""

    id: str
    class_: str
    kind: str
    goods_list: str
    control_entry: str
    maker: str
    unit_price: Money
    unit_cost: Money
    development_share_bp: int


@sealed("queue_number/1")
@dataclass(frozen=True, slots=True)
class QueueNumber:
    """Which place did a file get when it came in? Committed that day; another number later is a back-dating."""

    id: str
    application: str
    route: str
    number: int
    on: date


@sealed("queue_left/1")
@dataclass(frozen=True, slots=True)
class QueueLeft:
    """A file left the queue: it was decided, refused or withdrawn."""

    id: str
    application: str
    on: date


@sealed("line_output/1")
@dataclass(frozen=True, slots=True)
class LineOutput:
    """What a line made in one month, for its output rule."""

    id: str
    line: str
    month: Month
    units: int
    on: date


@sealed("certificate_request/1")
@dataclass(frozen=True, slots=True)
class CertificateAsked:
    """What a maker asked to have certified, filed with the hearing whether the certificate was given or held."""

    id: str
    certificate: str
    maker: str
    model: str
    first_month: Month
    last_month: Month
    units: int
    on: date


@sealed("class_share/1")
@dataclass(frozen=True, slots=True)
class ClassShare:
    """What one certificate takes of its class, from its first month on."""

    id: str
    certificate: str
    class_: str
    model: str
    first_month: Month
    units: int


@sealed("order/1")
@dataclass(frozen=True, slots=True)
class Order:
    """An order as filed: who plays which role, where it goes, what it draws on, how it is to move."""

    id: str
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
    class_: str
    units: int
    origin: str
    certificate: str | None
    statement: str | None
    line: str | None
    centre: str | None
    deliver_in: Month
    contract_on: date
    filed_on: date

    def roles(self) -> tuple[tuple[str, str], ...]:
        """Which party plays which role? Pairs of role and party."""
        pairs = (
            ("exporter", self.exporter),
            ("buyer", self.buyer),
            ("consignee", self.consignee),
            ("end_user", self.end_user),
            ("broker", self.broker),
            ("carrier", self.carrier),
            ("bank", self.bank),
        )
        return tuple((role, party) for role, party in pairs if party)


@sealed("statement_use/1")
@dataclass(frozen=True, slots=True)
class StatementUse:
    """So many units of an order were counted against an end-use statement when its parties gate passed."""

    id: str
    statement: str
    order: str
    units: int
    on: date


@sealed("deal_seen/1")
@dataclass(frozen=True, slots=True)
class DealSeen:
    """A filed deal as the splitting test sees it: the owners behind the exporter, the buyer, the class, the value."""

    id: str
    order: str
    exporter: str
    owners: str
    buyer: str
    end_user: str
    class_: str
    model: str
    units: int
    unit_price: Money
    value_uah: Money
    contract_on: date
    on: date


@sealed("packing/1")
@dataclass(frozen=True, slots=True)
class Packing:
    """Which numbers of a block were packed for which tranche? A number is packed once."""

    id: str
    tranche: str
    block: str
    first: int
    last: int
    on: date


@sealed("unpacking/1")
@dataclass(frozen=True, slots=True)
class Unpacking:
    """Packed numbers were taken back, by recall or return, and are free again."""

    id: str
    tranche: str
    block: str
    first: int
    last: int
    on: date


@sealed("release/1")
@dataclass(frozen=True, slots=True)
class Release:
    """A tranche's units left their last controlled place under this hearing."""

    id: str
    order: str
    tranche: str
    line: str
    units: int
    hearing: str
    on: date


@sealed("delivery_made/1")
@dataclass(frozen=True, slots=True)
class DeliveryMade:
    """An end user received a tranche; its verification is due from this day on."""

    id: str
    tranche: str
    end_user: str
    units: int
    on: date


@sealed("allocation_note/1")
@dataclass(frozen=True, slots=True)
class AllocationNote:
    """With the tranche: to which shortage part of its contribution was allocated."""

    id: str
    tranche: str
    shortage: str
    allocation: str


@sealed("split/1")
@dataclass(frozen=True, slots=True)
class Split:
    """A tranche was split for shipment: its children's units sum to its own."""

    id: str
    parent: str
    children: tuple[str, ...]
    units: tuple[int, ...]
    on: date


@sealed("home_standing/1")
@dataclass(frozen=True, slots=True)
class HomeStanding:
    """The ministry's word to the portal: are home deliveries of a class, up to a month, behind plan? Yes or no."""

    id: str
    owner: str
    class_: str
    month: Month
    is_behind: bool
    stated_on: date


@sealed("capacity_standing/1")
@dataclass(frozen=True, slots=True)
class CapacityStanding:
    """The ministry's word to the portal: is the capacity behind a certificate demonstrated, and attested until when?"""

    id: str
    owner: str
    certificate: str
    is_demonstrated: bool
    valid_until: date
    stated_on: date


@sealed("carriage/1")
@dataclass(frozen=True, slots=True)
class Carriage:
    """One carriage of signed files from the high side to the low one: its running number, what it held, after which."""

    id: str
    owner: str
    number: int
    previous: str
    manifest: str
    log_root: str
    records: tuple[str, ...]
    on: date


@sealed("case/1")
@dataclass(frozen=True, slots=True)
class Case:
    """A gate was held again after delivery: the goods are the end user's, and this is looked into by a person."""

    id: str
    order: str
    tranche: str
    gate: str
    reason: str
    opened_on: date
