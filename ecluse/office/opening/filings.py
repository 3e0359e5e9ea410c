"""Which records does a table come to? Rows as the founding of a world files them, and opening balances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.base.signing import Key
from ecluse.edge.imports.kinds import ImportKind
from ecluse.edge.imports.rows import ReadRow, ReadTable
from ecluse.edge.keys import key_id
from ecluse.edge.world.schema import BY_NAME
from ecluse.office.carry import founding
from ecluse.office.opening.records import (
    GRADE,
    OpeningLicence,
    OpeningReceipt,
    OpeningReceivable,
    OpeningUnits,
)
from ecluse.office.registers import AidReceived, Authority, HomePrice
from ecluse.proceeds.terms import RateOfDay


@dataclass(frozen=True, slots=True)
class Filing:
    """One record to be filed: about whom, whose signature it should bear, from which row it comes."""

    record: Any
    subject: str
    owner: str | None
    row: int


class _Part:
    """A world of which only one table is there: what the founding of a world reads of it."""

    def __init__(self, months: tuple[Month, ...], **tables: tuple[Any, ...]) -> None:
        self.tables = tables
        # Without months no day of a year bounds what the table holds.
        self.first_day = months[0].first_day() if months else date.max
        self.last_day = months[-1].last_day() if months else date.max

    def __getattr__(self, name: str) -> tuple[Any, ...]:
        return self.tables.get(name, ())


def filings_of(kind: ImportKind, table: ReadTable, document: str) -> list[Filing]:
    """Which records does this table come to, in the order of its rows? `document` is the file's digest."""
    if kind.name in OPENING:
        build = OPENING[kind.name]
        return [filing for row in table.rows for filing in build(row, document)]
    if kind.name in GROUPED:
        rows = tuple(_world_row(kind, row, table.months, document) for row in table.rows)
        return [Filing(*filed, table.rows[0].number) for filed in _founded(kind, rows, table.months)]
    found = []
    for row in table.rows:
        founded = _founded(kind, (_world_row(kind, row, table.months, document),), table.months)
        found += [Filing(*filed, row.number) for filed in founded]
        found += _beside(kind, row)
    return found


# Several rows of these make one record.
GROUPED = frozenset({"buyer_tiers", "partner_lists", "critical_goods"})


def _world_row(kind: ImportKind, row: ReadRow, months: tuple[Month, ...], document: str) -> Any:
    table = BY_NAME[kind.table]
    values: dict[str, Any] = {}
    for column in table.columns:
        values[column.field] = row.values.get(column.field)
    for name, field in MONTHLY.get(kind.name, {}).items():
        by_month = row.values[name]
        values[field] = tuple(by_month.get(month) for month in months)
    for name in ("unit_price", "unit_cost"):
        if name in row.values:
            values[f"{name}_minor"] = row.values[name].minor
    return table.row(**{**values, "source": f"sha256:{document}"})


MONTHLY = {
    "capacity": {"capacity": "capacity_units", "demonstrated": "demonstrated_units"},
    "contracts": {"due": "due_units"},
    "needs": {"needed": "needed_units"},
}


def _founded(kind: ImportKind, rows: tuple[Any, ...], months: tuple[Month, ...]) -> Iterator[founding.Filing]:
    part: Any = _Part(months, **{kind.table: rows})
    if kind.table in DIRECT:
        return (DIRECT[kind.table](row) for row in rows)
    return FOUNDED[kind.table](part)


FOUNDED: dict[str, Callable[[Any], Iterator[founding.Filing]]] = {
    **dict.fromkeys(("parties", "exporters", "ownerships"), founding._parties),
    **dict.fromkeys(("models", "origins"), founding._models),
    **dict.fromkeys(("lines", "centres", "line_rules"), founding._lines),
    **dict.fromkeys(("funded_orders", "orders_statements", "stock", "reserves"), founding._funded),
    **dict.fromkeys(("needs", "absorption", "judged_surplus", "budgets", "budget_figures"), founding._needs),
    **dict.fromkeys(
        ("surplus_policies", "contribution_policies", "buyer_tiers", "partner_lists", "critical_goods"),
        founding._policies,
    ),
    "plan_policies": founding.plan_policies,
    "officers": founding._officers,
    "capacity": founding._capacity,
    "statements": founding._statements,
    "marketing": founding._offers,
}


def _aid(r: Any) -> founding.Filing:
    id = f"aid:{r.class_}/{r.from_state.lower()}-{r.on}"
    return AidReceived(id, r.class_, r.units, r.from_state, r.on), f"class:{r.class_}", None


def _rate(r: Any) -> founding.Filing:
    rate = RateOfDay(f"rate:{r.base}-{r.quote}-{r.on}", r.base, r.quote, r.numerator, r.denominator, r.on, r.source)
    return rate, f"rate:{r.base}-{r.quote}", None


DIRECT: dict[str, Callable[[Any], founding.Filing]] = {
    "authorities": lambda r: (Authority(r.authority, r.state, r.name_uk, r.name_en, r.name_fr), r.authority, None),
    "lives": lambda r: (founding.life_event(r), r.subject, r.owner),
    "shortages": lambda r: (founding.shortage(r), r.shortage, r.owner),
    "rates": _rate,
    "aid": _aid,
}


def _beside(kind: ImportKind, row: ReadRow) -> Iterator[Filing]:
    """What the makers' and officers' tables say beside the row of the world: a standing as exporter, a public key."""
    values = row.values
    if kind.name == "makers" and values["registered_until"]:
        exporter = BY_NAME["exporters"].row(
            values["party"], values["registered_until"], values["authority_until"], bool(values["defence_city"]), ""
        )
        for filed in founding._parties(_Part((), exporters=(exporter,))):  # type: ignore[arg-type]
            yield Filing(*filed, row.number)
    if values.get("public_key"):
        owner = values.get("party") or values["officer"]
        since = values.get("registered_on") or values["valid_from"]
        key = Key(key_id(owner, values["public_key"]), owner, values["public_key"], since, None)
        yield Filing(key, f"key:{owner}", None, row.number)


# ------------------------------------------------------------------ opening balances


def _licence(row: ReadRow, document: str) -> Iterator[Filing]:
    v = row.values
    licence = OpeningLicence(
        v["licence"], v["number"], v["holder"], v["buyer"], v["end_user"], v["destination"], v["model"], v["class_"],
        v["units"], v["units_left"], v["issued_by"], v["issued_on"], v["valid_until"], v["as_of"],
        v["document"] or document, GRADE,
    )  # fmt: skip
    yield Filing(licence, licence.id, licence.issued_by, row.number)


def _units(row: ReadRow, document: str) -> Iterator[Filing]:
    v = row.values
    units = OpeningUnits(
        v["crate_id"], v["crate"], v["model"], v["class_"], v["prefix"], v["first"], v["last"], v["digits"],
        v["custodian"], v["authority"], v["place"], v["as_of"], v["document"] or document, GRADE,
    )  # fmt: skip
    yield Filing(units, units.id, units.custodian, row.number)


def _receivable(row: ReadRow, document: str) -> Iterator[Filing]:
    v = row.values
    owed = OpeningReceivable(
        v["receivable"], v["number"], v["debtor"], v["creditor"], v["amount"], v["due_on"], v["as_of"],
        v["document"] or document, GRADE,
    )  # fmt: skip
    yield Filing(owed, owed.id, owed.creditor, row.number)


def _receipt(row: ReadRow, document: str) -> Iterator[Filing]:
    from ecluse.edge.imports.kinds import slug

    v = row.values
    owed = f"opening:receivable/{slug(v['reference'])}"
    receipt = OpeningReceipt(
        v["receipt"], v["number"], owed, v["bank"], v["payer"], v["amount"], v["on"], document, GRADE
    )
    yield Filing(receipt, owed, receipt.bank, row.number)


# ------------------------------------------------------------------ registers of an office of service


def _key(row: ReadRow, document: str) -> Iterator[Filing]:
    """A public key whose private half lies with its owner, or one whose last day is set."""
    v = row.values
    key = Key(key_id(v["owner"], v["public_key"]), v["owner"], v["public_key"], v["valid_from"], v["valid_until"])
    yield Filing(key, f"key:{key.owner}", None, row.number)


def _home_price(row: ReadRow, document: str) -> Iterator[Filing]:
    v = row.values
    price = HomePrice(f"home-price:{v['class_']}", v["owner"], v["class_"], v["price"], v["stated_on"])
    yield Filing(price, f"class:{price.class_}", price.owner, row.number)


OPENING: dict[str, Callable[[ReadRow, str], Iterator[Filing]]] = {
    "keys": _key, "home_prices": _home_price, "licences": _licence, "crates": _units, "receivables": _receivable,
    "bank": _receipt,
}  # fmt: skip
