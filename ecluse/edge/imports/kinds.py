"""Which tables may be brought in, and what stands in their columns? The world's own tables, and opening balances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ecluse.edge.world.schema import BY_NAME, SETS, Column, Kind

Row = Mapping[str, Any]
# What a column measures: nothing, units, units by month, an amount, a serial number, hexadecimal digits.
PLAIN, UNITS, MONTHS, AMOUNT, SERIAL, HEX = "", "units", "months", "amount", "serial", "hex"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of ours and how its figures are measured."""

    column: Column
    measure: str = PLAIN

    @property
    def name(self) -> str:
        """How is it called?"""
        return self.column.name


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of table: its columns, what no two rows share, which days stand in order, what a row is called.

    `id_of` names a row that comes without an id. `is_secret`: only the high side holds it. `dated_by` is the day on
    which its units are read.
    """

    name: str
    table: str
    headings: tuple[Heading, ...]
    key: tuple[str, ...]
    dated_by: str
    in_order: tuple[tuple[str, str], ...] = ()
    id_field: str = ""
    id_of: Callable[[Row], str] | None = None
    is_secret: bool = False

    def heading(self, name: str) -> Heading | None:
        """Which column has this name?"""
        return next((heading for heading in self.headings if heading.name == name), None)


def _heading(text: str) -> Heading:
    """A column from its short spelling, as the world's tables have it; `units`, `months`, `amount` are measured."""
    name, spelled = text.split()
    kind, _, cited = spelled.removesuffix("?").partition(":")
    required = not spelled.endswith("?")
    if kind in (UNITS, MONTHS, AMOUNT, SERIAL, HEX):
        return Heading(Column(name, Kind.TEXT, required), kind)
    is_set = kind in ("enum", "enums")
    return Heading(
        Column(
            name, Kind(kind), required and kind not in ("texts", "states"),
            refs=() if is_set or not cited else tuple(cited.split("|")), values=SETS[cited] if is_set else (),
        )
    )  # fmt: skip


def _kind(
    name: str, columns: str, *, key: str, dated_by: str, table: str = "", order: str = "", **more: Any
) -> ImportKind:
    pairs = tuple((first, last) for first, last in (pair.split("<=") for pair in order.split()))
    headings = tuple(_heading(text) for text in columns.split(";"))
    return ImportKind(name, table, headings, tuple(key.split()), dated_by, in_order=pairs, **more)


def _from_world(name: str, dated_by: str, *, is_secret: bool = False) -> ImportKind:
    """A table of the world as it is described there, its source left out: a file's digest says where it comes from."""
    table = BY_NAME[name]
    headings = []
    for column in table.columns:
        if column.name != "source":
            is_counted = column.kind is Kind.WHOLE and column.name == "units"
            headings.append(
                Heading(Column(column.name, Kind.TEXT, column.required), UNITS) if is_counted else Heading(column)
            )
    if any(heading.measure for heading in headings):
        headings.append(Heading(Column("unit", Kind.TEXT, required=False)))
    return ImportKind(name, name, tuple(headings), table.key, dated_by, in_order=table.in_order, is_secret=is_secret)


KINDS: Mapping[str, ImportKind] = MappingProxyType({
    kind.name: kind
    for kind in (
        _kind("makers", table="parties", key="party", dated_by="registered_on", id_field="party", columns="""
            party id?; kind enum:PARTY_KINDS; name text; names_other texts; state state; identifiers texts;
            registered_on day; registered_until day?; authority_until day?; defence_city bool?; public_key hex?""",
            id_of=lambda row: f"party:{slug(row['identifiers'][0])}" if row.get("identifiers") else ""),
        _kind("officers", table="officers", key="officer authority role", dated_by="valid_from",
            order="valid_from<=valid_until", columns="""
            officer id; authority ref:authorities|parties; role enum:MANDATE_ROLES; name text; valid_from day;
            valid_until day?; interest_in ref:parties?; interest_declared_on day?; public_key hex?"""),
        _kind("keys", key="owner public_key", dated_by="valid_from", order="valid_from<=valid_until", columns="""
            owner ref:authorities|parties|officers; public_key hex; valid_from day; valid_until day?"""),
        _kind("home_prices", key="class", dated_by="stated_on", is_secret=True, columns="""
            owner ref:authorities; class ref:classes; price amount; currency currency; stated_on day"""),
        _kind("models", table="models", key="model", dated_by="", columns="""
            model id; class id; kind enum:GOODS_KINDS; goods_list enum:GOODS_LISTS; control_entry text?;
            maker ref:parties; unit_price amount; currency currency; unit_cost amount; development_share_bp bp"""),
        _kind("capacity", table="capacity", key="attestation", dated_by="attested_on", id_field="attestation",
            order="attested_on<=valid_until", is_secret=True, columns="""
            attestation id?; maker ref:parties; model ref:models; class id?; attested_on day; valid_until day;
            unit text?; capacity months; demonstrated months?""",
            id_of=lambda row: f"attestation:{tail(row['model'])}/{row['attested_on']}"),
        _kind("contracts", table="funded_orders", key="funded_order", dated_by="ordered_on",
            id_field="funded_order", is_secret=True, columns="""
            funded_order id?; owner ref:authorities; funder enum:FUNDERS; model ref:models; class id?;
            ordered_on day; unit text?; due months""",
            id_of=lambda row: f"funded:{tail(row['model'])}/{row['funder']}-{row['ordered_on']}"),
        _kind("needs", table="needs", key="need", dated_by="stated_on", id_field="need", is_secret=True, columns="""
            need id?; owner ref:authorities; class ref:classes; priority priority; stated_on day; unit text?;
            needed months""",
            id_of=lambda row: f"need:{slug(row['class_'])}/{row['priority']}-{row['stated_on']}"),
        _kind("stock", table="stock", key="stock", dated_by="counted_on", id_field="stock", is_secret=True, columns="""
            stock id?; owner ref:authorities; model ref:models; class id?; units units; unit text?; counted_on day""",
            id_of=lambda row: f"stock:{tail(row['model'])}/{row['counted_on']}"),
        _kind("statements", table="statements", key="statement", dated_by="issued_on", id_field="statement",
            order="issued_on<=valid_until issued_on<=verified_on", columns="""
            statement id?; number text; end_user ref:parties; state state; model ref:models; units units; unit text?;
            clauses enums:CLAUSES; issued_on day; valid_until day; verified_on day?; signed_by ref:authorities?""",
            id_of=lambda row: f"statement:{slug(row['number'])}"),
        _kind("licences", key="number", dated_by="as_of", id_field="licence", order="issued_on<=valid_until",
            columns="""
            number text; holder ref:parties; buyer ref:parties?; end_user ref:parties; destination state;
            model ref:models; units units; units_left units; unit text?; issued_by ref:authorities; issued_on day;
            valid_until day; as_of day; document hex?""",
            id_of=lambda row: f"opening:licence/{slug(row['number'])}"),
        _kind("crates", key="first_serial", dated_by="as_of", id_field="crate_id", columns="""
            crate text?; model ref:models; first_serial serial; last_serial serial; units units?; unit text?;
            custodian ref:parties; authority ref:authorities; place state; as_of day; document hex?""",
            id_of=lambda row: f"opening:units/{slug(row['first_serial'])}"),
        _kind("receivables", key="number", dated_by="as_of", id_field="receivable", columns="""
            number text; debtor ref:parties; creditor ref:parties; amount amount; currency currency; due_on day?;
            as_of day; document hex?""",
            id_of=lambda row: f"opening:receivable/{slug(row['number'])}"),
        _kind("bank", key="number", dated_by="on", id_field="receipt", columns="""
            number text; bank ref:parties; payer text?; reference text; amount amount; currency currency; on day""",
            id_of=lambda row: f"opening:receipt/{slug(row['number'])}"),
        _from_world("authorities", ""),
        _from_world("exporters", ""),
        _from_world("ownerships", "since"),
        _from_world("lines", "registered_on"),
        _from_world("centres", "announced_on"),
        _from_world("lives", "on"),
        _from_world("line_rules", "valid_from"),
        _from_world("absorption", "stated_on", is_secret=True),
        _from_world("reserves", "set_on", is_secret=True),
        _from_world("aid", "on"),
        _from_world("budgets", ""),
        _from_world("surplus_policies", "valid_from"),
        _from_world("plan_policies", "valid_from"),
        _from_world("contribution_policies", "valid_from"),
        _from_world("buyer_tiers", "valid_from"),
        _from_world("partner_lists", "valid_from"),
        _from_world("critical_goods", "valid_from"),
        _from_world("marketing", "valid_from"),
        _from_world("origins", "declared_on"),
        _from_world("rates", "on"),
        _from_world("shortages", "named_on"),
        _from_world("orders_statements", "as_of", is_secret=True),
        _from_world("judged_surplus", "judged_on", is_secret=True),
        _from_world("budget_figures", "stated_on"),
    )
})  # fmt: skip


def tail(id: str) -> str:
    """What stands after the kind of an id?"""
    return id.partition(":")[2] or id


def slug(text: str) -> str:
    """How is somebody's own number spelled inside an id? Letters and digits where it has them, else its digest.

    >>> slug("AU-EUC 2026/17")
    'au-euc-2026/17'
    """
    import hashlib
    import re

    plain = re.sub(r"[^a-z0-9./-]+", "-", text.lower())
    plain = re.sub(r"[-./]*([-./])[-./]*", r"\1", plain).strip("-./")
    if text.isascii() and plain:
        return plain[:80].strip("-./")
    return hashlib.sha256(text.encode()).hexdigest()[:16]
