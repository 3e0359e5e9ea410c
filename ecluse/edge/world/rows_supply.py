"""Who makes what for whom in a demonstration world? Rows of parties, goods, lines, capacity and need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecluse.base.days import Month


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of world.csv: a key of the world and its value."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that signs in this world."""

    authority: str
    state: str
    name_uk: str
    name_en: str
    name_fr: str
    source: str


@dataclass(frozen=True, slots=True)
class Officer:
    """A person of an authority, in one role, with the interest that the person declared."""

    officer: str
    authority: str
    role: str
    name: str
    valid_from: date
    valid_until: date | None
    interest_in: str | None
    interest_declared_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class GoodsClass:
    """A class of goods and the price that the home army pays for a unit of it."""

    class_: str
    home_price_minor_uah: int | None
    priority_note: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is made: its class, kind, control entry, maker, price and cost."""

    model: str
    class_: str
    kind: str
    goods_list: str
    control_entry: str | None
    maker: str
    unit_price_minor: int
    currency: str
    unit_cost_minor: int
    development_share_bp: int
    source: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party as registered."""

    party: str
    kind: str
    name: str
    names_other: tuple[str, ...]
    state: str
    identifiers: tuple[str, ...]
    registered_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Exporter:
    """A registered exporter and the time limits of its standing."""

    party: str
    registered_until: date
    authority_until: date | None
    defence_city: bool
    source: str


@dataclass(frozen=True, slots=True)
class OwnershipRow:
    """Who owns how much of whom, between two bounds."""

    ownership: str
    owner: str
    owned: str
    share_min_bp: int
    share_max_bp: int
    controls: bool
    since: date
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A production line, at home or abroad, and the shares it declares."""

    line: str
    maker: str
    host: str
    class_: str
    technology_home_bp: int | None
    parts_home_bp: int | None
    specialists_home_bp: int | None
    evidence: str
    registered_on: date
    source: str


@dataclass(frozen=True, slots=True)
class CentreRow:
    """An export centre: host state, operator, roles."""

    centre: str
    host: str
    operator: str
    roles: tuple[str, ...]
    announced_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Life:
    """One step in the life of a centre or a line."""

    subject: str
    state: str
    owner: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class LineRuleRow:
    """Who gets a line's output, from one day to another."""

    rule_id: str
    line: str
    rule: str
    host_share_bp: int
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a maker attests and demonstrated of one model, month by month."""

    attestation: str
    maker: str
    model: str
    class_: str
    attested_on: date
    valid_until: date
    capacity_units: tuple[int | None, ...]
    demonstrated_units: tuple[int | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class FundedOrderRow:
    """A funded order for the home army, due month by month."""

    funded_order: str
    owner: str
    funder: str
    model: str
    class_: str
    ordered_on: date
    due_units: tuple[int | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class OrdersStatementRow:
    """What the owner states of its register of a class's funded orders: how many, for how many units."""

    statement: str
    owner: str
    class_: str
    orders: int
    units_home: int
    units_partner: int
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class Need:
    """What the general staff says it needs of a class, by priority, month by month."""

    need: str
    owner: str
    class_: str
    priority: int
    stated_on: date
    needed_units: tuple[int | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Absorption:
    """How many units of a class crews and stations can take in."""

    absorption: str
    owner: str
    class_: str
    units: int
    first_month: Month
    last_month: Month
    stated_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How many units of a class the general staff's commission judges to be surplus."""

    judgement: str
    owner: str
    class_: str
    units: int
    first_month: Month
    last_month: Month
    judged_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Stock:
    """How many units of a model lay in stock on a day."""

    stock: str
    owner: str
    model: str
    class_: str
    units: int
    counted_on: date
    source: str


@dataclass(frozen=True, slots=True)
class ReserveRow:
    """The stock of a model that must never be undercut."""

    reserve: str
    owner: str
    model: str
    class_: str
    units: int
    set_on: date
    source: str
