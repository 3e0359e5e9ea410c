"""What does a world say of making and of need at home, in the words of a plan's question?"""

from __future__ import annotations

from datetime import date
from typing import Any

from ecluse.edge.plan_cells import Cells

WHOLE_BP = 10_000
ALL_HOME, HOME_FIRST = "all_home", "home_first"
Records = list[dict[str, Any]]


def products(cells: Cells) -> Records:
    """Which models are planned? All of attested capacity or funded orders, with stock, reserve and packed volume."""
    world, months = cells.world, len(cells.world.months)
    stock, reserves = _first(cells, "stock", "units"), _first(cells, "reserves", "units")
    volumes = _first(cells, "packed_volumes", "unit_volume_litres")
    made = {row.model for row in world.plant_models}
    found: Records = []
    seen: set[str] = set()
    for table in ("capacity", "funded_orders"):
        for at, row in cells.rows(table):
            model = cells.known(table, at, "model", world.index["models"], "a model")
            if row.model in seen or model is None:
                continue
            seen.add(row.model)
            if row.model not in made:
                cells.fault(
                    table, at, "model", "a row of plant_models that makes it", row.model, "say where it is made"
                )
            units = {}
            for name, among in (("stock", stock), ("reserves", reserves)):
                if row.model not in among:
                    cells.fault(
                        name, None, "model", f"a row for {row.model}", "none: unknown, not zero", "add the count"
                    )
                units[name] = among.get(row.model, 0)
            found.append(
                {
                    "id": row.model,
                    "pool": model.class_,
                    "stock": units["stock"],
                    "reserve": [units["reserves"]] * months,
                }
                | {"volume": volumes.get(row.model, 1)}
            )
    return found


def _first(cells: Cells, table: str, name: str) -> dict[str, int]:
    return {row.model: getattr(row, name) for _, row in reversed(list(cells.rows(table)))}


def attested(cells: Cells, on: date) -> dict[str, list[int]]:
    """How many units of each model stand attested on that day, month by month? An unknown month is a fault."""
    found: dict[str, list[int]] = {}
    for at, row in cells.rows("capacity"):
        for name, holds in (("attested_on", row.attested_on <= on), ("valid_until", on <= row.valid_until)):
            if not holds:
                told, expected = str(getattr(row, name)), f"an attestation in force on {on}"
                cells.fault("capacity", at, name, expected, told, "attest it for that day")
        units = cells.series("capacity", at, "capacity_units")
        found[row.model] = [one + more for one, more in zip(found.get(row.model, [0] * len(units)), units, strict=True)]
    return found


def lines_and_makes(cells: Cells, on: date) -> tuple[Records, Records]:
    """Which plants have how many hours, never more than was attested; and what is made in each, how fast?"""
    capacity, makes = attested(cells, on), []
    plants = {row.plant: at for at, row in cells.rows("plants")}
    bound = {plant: [0] * len(cells.world.months) for plant in plants}
    rules: dict[str, list[tuple[str, int]]] = {plant: [] for plant in plants}
    for at, row in cells.rows("plant_models"):
        if cells.known("plant_models", at, "plant", plants, "a row of plants") is None:
            continue
        units = cells.known(
            "plant_models", at, "model", capacity, "attested capacity; what is missing is unknown, not zero"
        )
        if row.unit_hours_thousandths < 1:
            cells.fault(
                "plant_models", at, "unit_hours_thousandths", "a number from 1 up", "0", "write the hours a unit"
            )
        for t, count in enumerate(units or ()):
            bound[row.plant][t] += count * row.attested_share_bp // WHOLE_BP * row.unit_hours_thousandths
        if row.line is not None:
            rules[row.plant] += _output_rules(cells, at, row.line)
        makes.append(
            {"id": f"{row.model}@{row.plant}", "line": row.plant, "product": row.model}
            | {"hours": row.unit_hours_thousandths, "ramp": row.ramp_units, "before": row.before_units}
        )
    lines = []
    for at, row in cells.rows("plants"):
        hours = cells.series("plants", at, "hours_thousandths")
        shares = [share for _, share in rules[row.plant]]
        lines.append(
            {"id": row.plant, "hours": [min(pair) for pair in zip(hours, bound[row.plant], strict=True)]}
            | {"host_bp": max(shares, default=0)}
            | {"may_export": all(rule != ALL_HOME for rule, _ in rules[row.plant])}
        )
    return lines, makes


def _output_rules(cells: Cells, at: int, line: str) -> list[tuple[str, int]]:
    """Which output rules bind a registered line in the months planned? The strictest will count."""
    found = []
    home = cells.world.index["lines"][line].host == cells.world.home if line in cells.world.index["lines"] else True
    own = [row for row in cells.world.line_rules if row.line == line]
    for month in cells.world.months:
        rule = next((row for row in reversed(own) if binds(row, month.first_day())), None)
        if rule is not None:
            found.append((rule.rule, rule.host_share_bp))
        elif not home:
            cells.fault("line_rules", None, "line", f"the output rule of {line} in {month}", "none", "add the rule")
            break
    return sorted(set(found)) or [(HOME_FIRST, 0)]


def binds(row: Any, day: date) -> bool:
    """Does this dated row bind on this day?"""
    return bool(row.valid_from <= day and (row.valid_until is None or day <= row.valid_until))


def orders(cells: Cells) -> Records:
    """Which funded orders are due when? All of them arm the home army, whoever pays, and so serve stated need."""
    return [
        {"id": row.funded_order, "product": row.model, "units": cells.series("funded_orders", at, "due_units")}
        | {"home": True}
        for at, row in cells.rows("funded_orders")
    ]


def pools(cells: Cells, classes: set[str]) -> Records:
    """At which price does the home army buy each class that is planned?"""
    found = []
    for at, row in cells.rows("classes"):
        if row.class_ in classes:
            if not row.home_price_minor_uah:
                cells.fault("classes", at, "home_price_minor_uah", "a price from 1 up", "none", "state the home price")
            found.append({"id": row.class_, "price": row.home_price_minor_uah or 1})
    return found


def needs(cells: Cells, on: date, abroad: dict[tuple[str, int], int]) -> Records:
    """What is needed? Urgent is what a shortage named by that day says; some of it can be bought abroad."""
    weights = {row.class_: row.weight_points for row in cells.world.need_weights}
    short = {(row.class_, row.priority) for row in cells.world.shortages if row.named_on <= on}
    found = []
    for at, row in cells.rows("needs"):
        key = (row.class_, row.priority)
        cells.known("needs", at, "class", weights, "a row of need_weights")
        if not row.owner:
            cells.fault("needs", at, "owner", "the authority that states the need", "an empty cell", "name the owner")
        found.append(
            {"id": row.need, "pool": row.class_, "priority": row.priority, "value": weights.get(row.class_, 1)}
            | {"units": cells.series("needs", at, "needed_units"), "urgent": key in short}
            | {"price_abroad": abroad.get(key) if key in short else None}
        )
    return found
