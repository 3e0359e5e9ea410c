"""What does a world say of markets, money and centres, in the words of a plan's question?"""

from __future__ import annotations

from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import EXPONENTS
from ecluse.edge.plan_cells import Cells
from ecluse.edge.plan_home import Records

HOME_CURRENCY = "UAH"
Rates = dict[str, list[list[int]]]


def rates(cells: Cells) -> Rates:
    """At which rate is each month planned, minor unit to minor unit? A month without a rate is a fault."""
    given: dict[tuple[str, Month], tuple[int, int]] = {}
    for at, row in cells.rows("planning_rates"):
        if row.quote != HOME_CURRENCY or row.base == row.quote:
            cells.fault("planning_rates", at, "quote", f"{HOME_CURRENCY}, against another", row.quote, "mend the pair")
        if row.numerator < 1 or row.denominator < 1:
            cells.fault("planning_rates", at, "numerator", "a rate above zero", "0", "write the rate")
        given[row.base, row.month] = (row.numerator, max(1, row.denominator))
    found: Rates = {HOME_CURRENCY: [[1, 1] for _ in cells.world.months]}
    used = {row.currency: ("market_demand", at) for at, row in cells.rows("market_demand")}
    for currency, (table, at) in sorted(used.items()):
        found.setdefault(currency, [])
        for month in cells.world.months if currency != HOME_CURRENCY else ():
            if (currency, month) not in given:
                expected = f"a planning rate of {currency} for {month}"
                cells.fault(
                    "planning_rates", None, "month", expected, "no row", f"add it; {table} row {at + 2} needs it"
                )
            numerator, denominator = given.get((currency, month), (1, 1))
            shift = EXPONENTS[HOME_CURRENCY] - EXPONENTS[currency]
            found[currency].append([numerator * 10 ** max(0, shift), denominator * 10 ** max(0, -shift)])
    return found


def prices_abroad(cells: Cells, on: date, planned: Rates) -> dict[tuple[str, int], int]:
    """At which home price can a shortage be filled from abroad? The lowest, at the first month's rate, rounded up."""
    shortage = {row.shortage: row for row in cells.world.shortages if row.named_on <= on}
    found: dict[tuple[str, int], int] = {}
    for row in cells.world.suppliers:
        named = shortage.get(row.shortage)
        if row.destination != "import" or named is None or row.currency not in planned:
            continue
        numerator, denominator = planned[row.currency][0]
        price = -(-row.unit_price_minor * numerator // denominator)
        key = (named.class_, named.priority)
        found[key] = min(price, found.get(key, price))
    return found


def licences(cells: Cells) -> Records:
    """Up to how many units may be licensed, in which months?"""
    return [
        {"id": row.ceiling, "first": str(row.first_month), "last": str(row.last_month), "units": row.units}
        for _, row in cells.rows("licence_ceilings")
    ]


def destinations(cells: Cells) -> Records:
    """How much money's worth may go to each state that would buy?"""
    ceilings = {row.state: row.ceiling_minor_uah for _, row in cells.rows("value_ceilings")}
    wanted = dict.fromkeys(row.state for _, row in cells.rows("market_demand"))
    for state in wanted:
        if state not in ceilings:
            cells.fault(
                "value_ceilings", None, "state", f"a ceiling for {state}", "no row", "add it; unknown is not zero"
            )
    return [{"id": state, "value": ceilings.get(state, 0)} for state in wanted]


def sales(cells: Cells, lines: Records, makes: Records) -> Records:
    """What could be sold where? Under a ceiling or marked hypothetical, and made where output may leave."""
    may_leave = {line["id"] for line in lines if line["may_export"]}
    registered = {(row.plant, row.model) for row in cells.world.plant_models if row.line is not None}
    sold = {
        make["product"] for make in makes if make["line"] in may_leave and (make["line"], make["product"]) in registered
    }
    volumes = {row.model for row in cells.world.packed_volumes}
    ceilings = cells.world.index.get("licence_ceilings", {})
    found = []
    for at, row in cells.rows("market_demand"):
        if row.model not in sold:
            expected = "a model made on a registered line whose output may leave"
            cells.fault("market_demand", at, "model", expected, row.model, "register the line, or drop the demand")
        if row.model not in volumes:
            cells.fault("packed_volumes", None, "model", f"a row for {row.model}", "none", "add its packed volume")
        if (row.ceiling is None) != row.hypothetical:
            cells.fault(
                "market_demand", at, "hypothetical", "a ceiling, or yes", "neither or both", "cite one or mark it"
            )
        if row.ceiling is not None:
            cells.known("market_demand", at, "ceiling", ceilings, "a row of licence_ceilings")
        found.append(
            {"id": row.demand, "product": row.model, "destination": row.state, "licence": row.ceiling}
            | {"hypothetical": row.hypothetical, "demand": cells.series("market_demand", at, "demand_units")}
            | {"price": row.unit_price_minor, "currency": row.currency, "lag": row.payment_lag_months}
            | {"cost": row.unit_cost_minor_uah}
        )
    return found


def centres_and_routes(cells: Cells, offered: Records) -> tuple[Records, Records]:
    """Through which centres can each sale go, and what can pass them? A sale that none serves is a fault."""
    serving: dict[str, list[Any]] = {}
    passing = {row.centre for _, row in cells.rows("centre_throughput")}
    for at, row in cells.rows("centre_routes"):
        cells.known("centre_routes", at, "centre", dict.fromkeys(passing, True), "a row of centre_throughput")
        serving.setdefault(row.state, []).append(row)
    centres = [
        {"id": row.centre, "throughput": cells.series("centre_throughput", at, "throughput_litres")}
        for at, row in cells.rows("centre_throughput")
    ]
    routes = []
    for at, sale in enumerate(offered):
        ways = serving.get(sale["destination"], [])
        if not ways:
            expected = "a state that some centre serves"
            cells.fault("market_demand", at, "state", expected, sale["destination"], "add a row to centre_routes")
        routes += [
            {
                "id": f"{sale['id']}@{way.centre}",
                "sale": sale["id"],
                "centre": way.centre,
                "transit": way.transit_months,
            }
            for way in ways
        ]
    return centres, routes
