"""How do other programs read the books? Plain-text double entry (beancount) and OCDS-shaped releases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.law import Table
from ecluse.base.money import EXPONENTS, Money
from ecluse.proceeds.ledger import chart_row
from ecluse.proceeds.terms import (
    Allocation,
    Contribution,
    JournalEntry,
    Purchase,
    PurchaseDelivery,
    Receipt,
    Sale,
    TitleTransfer,
)

ROOTS = {"asset": "Assets", "liability": "Liabilities", "equity": "Equity", "income": "Income", "expense": "Expenses"}
FUND_PARTY = "export-fund"
Release = dict[str, Any]


# ------------------------------------------------------------------ beancount


def beancount(entries: Iterable[JournalEntry], chart: Table) -> str:
    """What is the journal as beancount text? Accounts open on the day they are first used.

    Raises ValueError for an account that is not in the chart (table proceeds/accounts).
    """
    ordered = sorted(entries, key=lambda entry: (entry.on, entry.id))
    first_used: dict[str, date] = {}
    for entry in ordered:
        for posting in entry.postings:
            first_used.setdefault(posting.account, entry.on)
    names = account_names(first_used, chart)
    opened = [f"{day} open {names[account]}" for account, day in sorted(first_used.items(), key=lambda use: use[::-1])]
    return "\n".join(['option "title" "Écluse proceeds"', "", *opened, "", *(_transaction(e, names) for e in ordered)])


def _transaction(entry: JournalEntry, names: Mapping[str, str]) -> str:
    lines = [f"{entry.on} * {_quoted(entry.subject)}", f"  entry: {_quoted(entry.id)}"]
    if entry.tranche is not None:
        lines.append(f"  tranche: {_quoted(entry.tranche)}")
    lines += [f"  {names[p.account]}  {decimal_of(p.money)} {p.money.currency}" for p in entry.postings]
    return "\n".join(lines) + "\n"


def account_names(accounts: Iterable[str], chart: Table) -> dict[str, str]:
    """How is each account spelled there? Roots by kind, capital initials; a digest where two would be one."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for account in sorted(accounts):
        row = chart_row(account, chart)
        if row is None:
            raise ValueError(f"account {account} is not in the chart")
        # A name holds colons of its own (`maker:vesna`): it is one component, so that names never nest.
        head, name = row["account"], account[len(row["account"]) + 1 :]
        words = [*head.split(":"), name] if name else head.split(":")
        spelled = ":".join([ROOTS[row["kind"]], *(_component(word) for word in words)])
        names[account] = f"{spelled}-{digest(account.encode())[:8]}" if spelled in taken else spelled
        taken.add(spelled)
    return names


def _component(word: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-")
    return plain[:1].upper() + plain[1:] if plain else "X"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def decimal_of(money: Money) -> Decimal:
    """What is this amount in whole units of its currency, exactly?"""
    return Decimal(money.minor).scaleb(-EXPONENTS[money.currency])


# ------------------------------------------------------------------ OCDS


def sale_release(
    prefix: str,
    sale: Sale,
    title: TitleTransfer | None,
    receipts: Iterable[Receipt],
    contributions: Iterable[Contribution],
    on: date,
) -> Release:
    """What is a sale as a release? One contract; its transactions are the receipts and what the fund was paid."""
    paid = [_transaction_of(r.id, r.money, r.payer, sale.exporter, r.on) for r in receipts]
    paid += [_transaction_of(c.id, c.money, c.payer, FUND_PARTY, c.on) for c in contributions]
    parties = {sale.exporter: ["supplier"], sale.buyer: ["buyer"], FUND_PARTY: ["payee"]}
    milestones = [] if title is None else [_milestone(title.id, "Title transfer", title.on)]
    contract = {
        "id": sale.id,
        "awardID": sale.id,
        "status": "active",
        "value": _value(sale.unit_price.times(sale.units)),
        "dateSigned": _instant(sale.contract_on),
        "items": [{"id": "1", "quantity": sale.units, "unit": {"value": _value(sale.unit_price)}}],
        "implementation": {"transactions": paid, "milestones": milestones},
    }
    return _release(prefix, sale.tranche, on, parties, sale.buyer, sale.exporter, contract)


def purchase_release(
    prefix: str,
    purchase: Purchase,
    allocations: Iterable[Allocation],
    deliveries: Iterable[PurchaseDelivery],
    on: date,
) -> Release:
    """What is a purchase as a release? Its contract, what was accepted, and the sales whose proceeds paid for it."""
    contract = {
        "id": purchase.id,
        "awardID": purchase.id,
        "status": "active",
        "value": _value(purchase.money),
        "dateSigned": _instant(purchase.on),
        "items": [{"id": "1", "description": purchase.class_, "quantity": purchase.units}],
        "implementation": {
            "transactions": [
                _transaction_of(purchase.id, purchase.money, FUND_PARTY, purchase.supplier, purchase.on),
            ],
            "milestones": [
                {**_milestone(d.id, "Accepted by the defence forces", d.on), "description": f"units: {d.units}"}
                for d in deliveries
            ],
        },
    }
    parties = {purchase.supplier: ["supplier"], FUND_PARTY: ["buyer", "payer"]}
    release = _release(prefix, purchase.id, on, parties, FUND_PARTY, purchase.supplier, contract)
    release["planning"] = {
        "rationale": f"shortage {purchase.shortage}",
        "budget": {"description": f"proceeds, {purchase.destination.value}", "amount": _value(purchase.money)},
    }
    tranches = sorted({a.tranche for a in allocations if a.id in purchase.allocations})
    release["relatedProcesses"] = [
        {"id": str(number), "relationship": ["x_proceeds"], "scheme": "ocid", "identifier": _ocid(prefix, tranche)}
        for number, tranche in enumerate(tranches, 1)
    ]
    return release


def _release(
    prefix: str, process: str, on: date, parties: Mapping[str, list[str]], buyer: str, supplier: str, contract: Release
) -> Release:
    return {
        "ocid": _ocid(prefix, process),
        "id": f"{_ocid(prefix, process)}-{on.isoformat()}",
        "date": _instant(on),
        "tag": ["award", "contract", "implementation"],
        "initiationType": "tender",
        "language": "en",
        "parties": [{"id": id, "name": id, "roles": parties[id]} for id in sorted(parties)],
        "buyer": _party(buyer),
        "awards": [
            {"id": contract["awardID"], "status": "active", "suppliers": [_party(supplier)], "value": contract["value"]}
        ],
        "contracts": [contract],
    }


def _ocid(prefix: str, process: str) -> str:
    return f"{prefix}-{re.sub(r'[^A-Za-z0-9]+', '-', process)}"


def _party(id: str) -> Release:
    return {"id": id, "name": id}


def _value(money: Money) -> Release:
    return {"amount": decimal_of(money), "currency": money.currency}


def _transaction_of(id: str, money: Money, payer: str, payee: str, on: date) -> Release:
    return {"id": id, "date": _instant(on), "value": _value(money), "payer": _party(payer), "payee": _party(payee)}


def _milestone(id: str, title: str, on: date) -> Release:
    return {"id": id, "title": title, "type": "delivery", "status": "met", "dateMet": _instant(on)}


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def json_text(value: Any) -> str:
    """What is this release as JSON text? Amounts are written as exact decimal numbers."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{json_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
