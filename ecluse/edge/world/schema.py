"""Which tables does a demonstration world have, and what must each cell hold? Columns, keys and orders as data.

The reader parses by these columns, the checker reports by them, and the reference page lists them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ecluse.custody.terms import CentreRole, Fate, LifeState, OutputRule
from ecluse.edge.world import rows
from ecluse.edge.world.schema_plan import PLAN_TABLES
from ecluse.licence.terms import GoodsList, PermitKind, Route
from ecluse.parties.terms import EndUseClause, PartyKind
from ecluse.proceeds.terms import ContributionRule, Destination
from ecluse.surplus.terms import Funder, GoodsKind, GoodsOrigin, SurplusRule


class Kind(enum.Enum):
    """What may a cell hold? `whole` is a number from 0 up, `bp` hundredths of a percent from 0 to 10000."""

    ID = "id"
    REF = "ref"
    TEXT = "text"
    TEXTS = "texts"
    DAY = "day"
    MONTH = "month"
    WHOLE = "whole"
    BP = "bp"
    PRIORITY = "priority"
    BOOL = "bool"
    ENUM = "enum"
    ENUMS = "enums"
    STATE = "state"
    STATES = "states"
    CURRENCY = "currency"
    MONTHS = "months"


def _values(of: type[enum.Enum]) -> tuple[str, ...]:
    return tuple(str(member.value) for member in of)


# The closed sets, by the name under which a column cites them.
SETS: dict[str, tuple[str, ...]] = {
    "OFFICER_ROLES": ("author", "countersigner", "opinion", "spender", "controller", "planner", "clearance"),
    # Whom a table of mandates may name beside officers: who speaks for a party, who for an authority, who audits.
    "MANDATE_ROLES": (
        "author", "countersigner", "opinion", "spender", "controller", "planner", "clearance", "party", "authority",
        "auditor",
    ),
    "GOODS_KINDS": _values(GoodsKind),
    "GOODS_LISTS": _values(GoodsList),
    "GOODS_ORIGINS": _values(GoodsOrigin),
    "PARTY_KINDS": _values(PartyKind),
    "CENTRE_ROLES": _values(CentreRole),
    "LIFE_STATES": _values(LifeState),
    "OUTPUT_RULES": _values(OutputRule),
    "FUNDERS": _values(Funder),
    "SURPLUS_RULES": _values(SurplusRule),
    "CONTRIBUTION_RULES": _values(ContributionRule),
    "PARTNER_KINDS": ("deal", "treaty"),
    "CLAUSES": _values(EndUseClause),
    "PERMITS": _values(PermitKind),
    "ROUTES": _values(Route),
    "FATES": _values(Fate),
    "PURCHASE_DESTINATIONS": _values(Destination),
    "EVENT_KINDS": (
        "licence_suspend", "licence_reinstate", "licence_revoke", "licence_surrender", "licence_amend", "urgent_need",
        "centre_suspend", "centre_reopen", "line_stop",
    ),
    "CONDUCT_STEPS": (
        "opinion", "decision", "queue", "condition", "units", "host", "handover", "loss", "verification", "return",
        "sighting", "application", "clock", "appeal", "call_off", "release", "title", "receipt", "contribution",
        "allocation", "purchase", "close",
    ),
    "NO_HARM_RULES": ("N0", "N1", "N2", "N3"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what a cell holds, whether it may be empty, which tables or values it cites.

    A column of kind MONTHS stands for twelve headings, `<name>_YYYY_MM`.
    """

    name: str
    kind: Kind
    required: bool
    refs: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """Under which name does the row carry it?"""
        return "class_" if self.name == "class" else self.name

    def headings(self, months: tuple[str, ...]) -> tuple[str, ...]:
        """Which headings stand for it, when the world has these months (`YYYY-MM`)?"""
        if self.kind is not Kind.MONTHS:
            return (self.name,)
        return tuple(f"{self.name}_{month.replace('-', '_')}" for month in months)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: file stem, row class, columns, the columns no two rows share, and pairs that must stand in order.

    An optional table may be absent; it is then read as empty.
    """

    name: str
    row: type
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    in_order: tuple[tuple[str, str], ...]
    optional: bool = False

    @property
    def file(self) -> str:
        """Which file holds it?"""
        return f"{self.name}.csv"

    def headings(self, months: tuple[str, ...]) -> tuple[str, ...]:
        """Which headings does the file have, in order?"""
        return tuple(heading for column in self.columns for heading in column.headings(months))


def _column(text: str) -> Column:
    name, spelled = text.split()
    kind, _, cited = spelled.removesuffix("?").partition(":")
    is_set = kind in ("enum", "enums")
    return Column(
        name,
        Kind(kind),
        required=not spelled.endswith("?") and kind not in ("texts", "states"),
        refs=() if is_set or not cited else tuple(cited.split("|")),
        values=SETS[cited] if is_set else (),
    )


def _table(name: str, row: type, *, key: str, columns: str, in_order: str = "", optional: bool = False) -> Table:
    """A table from its short spelling: `name kind` by semicolons, `?` may be empty, `:` what it cites."""
    given = (*(_column(text) for text in columns.split(";")), Column("source", Kind.TEXT, required=True))
    pairs = (pair.split("<=") for pair in in_order.split())
    return Table(name, row, tuple(key.split()), given, tuple((first, last) for first, last in pairs), optional)


TABLES: tuple[Table, ...] = (
    _table("world", rows.Setting, key="key", columns="""
        key text; value text"""),
    _table("authorities", rows.Authority, key="authority", columns="""
        authority id; state state; name_uk text; name_en text; name_fr text"""),
    _table("officers", rows.Officer, key="officer", in_order="valid_from<=valid_until", columns="""
        officer id; authority ref:authorities; role enum:OFFICER_ROLES; name text; valid_from day;
        valid_until day?; interest_in ref:parties?; interest_declared_on day?"""),
    _table("classes", rows.GoodsClass, key="class", columns="""
        class id; home_price_minor_uah whole?; priority_note text?"""),
    _table("models", rows.Model, key="model", columns="""
        model id; class ref:classes; kind enum:GOODS_KINDS; goods_list enum:GOODS_LISTS; control_entry text?;
        maker ref:parties; unit_price_minor whole; currency currency; unit_cost_minor whole;
        development_share_bp bp"""),
    _table("parties", rows.PartyRow, key="party", columns="""
        party id; kind enum:PARTY_KINDS; name text; names_other texts; state state; identifiers texts;
        registered_on day"""),
    _table("exporters", rows.Exporter, key="party", columns="""
        party ref:parties; registered_until day; authority_until day?; defence_city bool"""),
    _table("ownerships", rows.OwnershipRow, key="ownership",
        in_order="since<=until share_min_bp<=share_max_bp", columns="""
        ownership id; owner ref:parties; owned ref:parties; share_min_bp bp; share_max_bp bp; controls bool;
        since day; until day?"""),
    _table("lines", rows.LineRow, key="line", columns="""
        line id; maker ref:parties; host state; class ref:classes; technology_home_bp bp?; parts_home_bp bp?;
        specialists_home_bp bp?; evidence text; registered_on day"""),
    _table("centres", rows.CentreRow, key="centre", columns="""
        centre id; host state; operator ref:parties; roles enums:CENTRE_ROLES; announced_on day"""),
    _table("lives", rows.Life, key="subject on state", columns="""
        subject ref:centres|lines; state enum:LIFE_STATES; owner ref:authorities; on day"""),
    _table("line_rules", rows.LineRuleRow, key="rule_id", in_order="valid_from<=valid_until", columns="""
        rule_id id; line ref:lines; rule enum:OUTPUT_RULES; host_share_bp bp; valid_from day; valid_until day?"""),
    _table("capacity", rows.Capacity, key="attestation", in_order="attested_on<=valid_until", columns="""
        attestation id; maker ref:parties; model ref:models; class ref:classes; attested_on day; valid_until day;
        capacity_units months; demonstrated_units months?"""),
    _table("funded_orders", rows.FundedOrderRow, key="funded_order", columns="""
        funded_order id; owner ref:authorities; funder enum:FUNDERS; model ref:models; class ref:classes;
        ordered_on day; due_units months"""),
    _table("orders_statements", rows.OrdersStatementRow, key="class", columns="""
        statement id; owner ref:authorities; class ref:classes; orders whole; units_home whole; units_partner whole;
        as_of day"""),
    _table("needs", rows.Need, key="need", columns="""
        need id; owner ref:authorities; class ref:classes; priority priority; stated_on day; needed_units months"""),
    _table("absorption", rows.Absorption, key="absorption", in_order="first_month<=last_month", columns="""
        absorption id; owner ref:authorities; class ref:classes; units whole; first_month month; last_month month;
        stated_on day"""),
    _table("judged_surplus", rows.Judgement, key="judgement", in_order="first_month<=last_month", columns="""
        judgement id; owner ref:authorities; class ref:classes; units whole; first_month month; last_month month;
        judged_on day"""),
    _table("stock", rows.Stock, key="stock", columns="""
        stock id; owner ref:authorities; model ref:models; class ref:classes; units whole; counted_on day"""),
    _table("reserves", rows.ReserveRow, key="reserve", columns="""
        reserve id; owner ref:authorities; model ref:models; class ref:classes; units whole; set_on day"""),
    _table("aid", rows.Aid, key="class from_state on", columns="""
        class ref:classes; units whole; from_state state; on day"""),
    _table("home_deliveries", rows.HomeDelivery, key="class month", columns="""
        class ref:classes; month month; units_planned whole; units_accepted whole; accepted_on day"""),
    _table("budgets", rows.Budget, key="month", columns="""
        month month; budget_minor_uah whole"""),
    _table("budget_figures", rows.BudgetFigureRow, key="figure", in_order="first_month<=last_month", columns="""
        figure id; owner ref:authorities; class ref:classes; currency currency; first_month month; last_month month;
        before_minor whole; after_minor whole; stated_on day"""),
    _table("surplus_policies", rows.SurplusPolicyRow, key="policy", in_order="valid_from<=valid_until", columns="""
        policy id; owner ref:authorities; rule enum:SURPLUS_RULES; ratio_numerator whole; ratio_denominator whole;
        valid_from day; valid_until day?"""),
    _table("contribution_policies", rows.ContributionPolicyRow, key="policy",
        in_order="valid_from<=valid_until", columns="""
        policy id; owner ref:authorities; rule enum:CONTRIBUTION_RULES; ad_valorem_bp bp; profit_share_bp bp;
        order_ratio_bp bp; days_to_receive whole; days_to_contribute whole; days_to_allocate whole;
        days_to_purchase whole; valid_from day; valid_until day?"""),
    _table("buyer_tiers", rows.BuyerTier, key="policy state", in_order="valid_from<=valid_until", columns="""
        policy id; owner ref:authorities; state state; tier priority; valid_from day; valid_until day?"""),
    _table("partner_lists", rows.PartnerState, key="policy state kind",
        in_order="valid_from<=valid_until", columns="""
        policy id; owner ref:authorities; state state; kind enum:PARTNER_KINDS; valid_from day; valid_until day?"""),
    _table("critical_goods", rows.CriticalModel, key="policy model", in_order="valid_from<=valid_until", columns="""
        policy id; owner ref:authorities; model ref:models; valid_from day; valid_until day?"""),
    _table("list_versions", rows.ListVersionRow, key="list", columns="""
        list id; publisher text; title text; file text; in_force_from day"""),
    _table("clearances", rows.ClearanceRow, key="party entry", columns="""
        party ref:parties; entry text; officer ref:officers; reason text; on day"""),
    _table("marketing", rows.Marketing, key="marketing", in_order="valid_from<=valid_until", columns="""
        marketing id; exporter ref:parties; class ref:classes; state state; valid_from day; valid_until day"""),
    _table("origins", rows.Origin, key="model", columns="""
        model ref:models; consents_needed texts; consents_held texts; declared_on day"""),
    _table("certificates", rows.CertificateRow, key="certificate", in_order="first_month<=last_month", columns="""
        certificate id; model ref:models; maker ref:parties; first_month month; last_month month;
        units_asked whole; asked_on day"""),
    _table("withdrawals", rows.WithdrawalRow, key="certificate", columns="""
        certificate ref:certificates; owner ref:authorities; on day; reason text"""),
    _table("statements", rows.Statement, key="statement",
        in_order="issued_on<=valid_until issued_on<=verified_on", columns="""
        statement id; number text; end_user ref:parties; state state; model ref:models; units whole;
        clauses enums:CLAUSES; issued_on day; valid_until day; verified_on day?; signed_by ref:authorities?"""),
    _table("orders", rows.OrderRow, key="order",
        in_order="offered_on<=filed_on filed_on<=complete_on filed_on<=return_by", columns="""
        order id; exporter ref:parties; buyer ref:parties; consignee ref:parties; end_user ref:parties;
        broker ref:parties?; carrier ref:parties; bank ref:parties; destination state; transit states;
        model ref:models; units whole; unit_price_minor whole; currency currency; permit enum:PERMITS;
        route enum:ROUTES; offered_on day; filed_on day; complete_on day?; return_by day?; third_state state?;
        certificate ref:certificates?; statement ref:statements?; line ref:lines?; centre ref:centres?;
        deliver_in month; origin enum:GOODS_ORIGINS; consignments whole; contract_on day"""),
    _table("blocks", rows.Block, key="block", columns="""
        block id; line ref:lines; model ref:models; prefix text; first whole; count whole; committed_on day;
        funded_for_home bool"""),
    _table("markings", rows.MarkingRow, key="block first", in_order="first<=last", columns="""
        block ref:blocks; first whole; last whole; fate enum:FATES; on day"""),
    _table("rates", rows.RateRow, key="on base", columns="""
        on day; base currency; quote currency; numerator whole; denominator whole"""),
    _table("shortages", rows.ShortageRow, key="shortage", columns="""
        shortage id; owner ref:authorities; class ref:classes; units whole; priority priority; named_on day"""),
    _table("suppliers", rows.Supplier, key="shortage currency", columns="""
        shortage ref:shortages; supplier ref:parties; destination enum:PURCHASE_DESTINATIONS; class ref:classes;
        currency currency; unit_price_minor whole; days_to_deliver whole"""),
    _table("period_closes", rows.PeriodCloseRow, key="month", columns="""
        month month; spender ref:officers; controller ref:officers; on day"""),
    _table("events", rows.Event, key="on kind subject", columns="""
        on day; kind enum:EVENT_KINDS; subject ref:orders|classes|centres|lines; detail text?"""),
    _table("conduct", rows.Conduct, key="order step field", columns="""
        order ref:orders; step enum:CONDUCT_STEPS; field text; value text"""),
    _table("claims", rows.ClaimRow, key="claim", columns="""
        claim id; text_uk text; text_en text; text_fr text; speaker text; source_text text; said_on day;
        measure text"""),
    *(
        _table(name, row, key=key, columns=columns, in_order=in_order, optional=True)
        for name, row, key, columns, in_order in PLAN_TABLES
    ),
)  # fmt: skip

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
