"""What does a planner of a generated world know: plants and their hours, markets, centres, planning rates, the rule?

Its chances come from a stream of their own, so that what else a seed gives stays byte for byte what it was.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from ecluse.edge.world.draft import FIRST_DAY, MONTHS, RUN_UP, Draft, Row, apportion
from ecluse.edge.world.generate_industry import CENTRES, opened_on
from ecluse.edge.world.generate_states import BUYERS

# Hours of work that a unit takes, in thousandths; the room that a packed unit takes, in litres; its weight in points.
UNIT_HOURS = {
    "fpv": 1_400, "interceptor": 6_500, "long_range": 160_000, "naval_drone": 820_000, "ground_robot": 85_000,
    "ew_set": 36_000, "howitzer": 2_100_000, "part": 450,
}  # fmt: skip
UNIT_LITRES = {
    "fpv": 12, "interceptor": 45, "long_range": 2_600, "naval_drone": 14_000, "ground_robot": 3_800, "ew_set": 220,
    "howitzer": 90_000, "part": 3,
}  # fmt: skip
WEIGHTS = {
    "fpv": 1, "interceptor": 9, "long_range": 95, "naval_drone": 300, "ground_robot": 24, "ew_set": 14,
    "howitzer": 4_500, "part": 1,
}  # fmt: skip
# Models of a class take turns: two share a plant, the next three have one each.
TURNS = (2, 1, 1, 1)
ABROAD_BP, WHOLE_BP = 2_000, 10_000
SLOW_CLASSES = ("long_range", "naval_drone", "howitzer")
HANDLING_PERCENT = 4
# By thousandths of the base rates with which the daily rates begin; planned a little below what is expected.
PLANNED_RATES = {"EUR": 490_000, "GBP": 560_000, "USD": 419_000}
FAR_STATES = ("US", "CA", "JP", "AU", "SA", "QA", "AE")
SIGNED_ON = date(2025, 12, 18)


@dataclass
class Drawing:
    """A draft to which planning tables are added, and what has been drawn so far."""

    draft: Draft
    rng: random.Random
    exportable: set[str] = field(default_factory=set)

    def rows(self, table: str) -> list[Row]:
        """Which rows has this table so far?"""
        return self.draft.tables[table]


def add_plan(draft: Draft) -> None:
    """Which planning tables does this world have? To be added last, when every id has its name."""
    drawing = Drawing(draft, random.Random(f"plan-{draft.seed}-{draft.size}-{draft.cheats}"))
    _add_plants(drawing)
    _add_rates(drawing)
    _add_markets(drawing)
    _add_centres(drawing)
    draft.add(
        "plan_policies", policy="plan-policy-2026-1", owner="authority:mod", rule="N2", reinvest_share_bp=7_000,
        grace_months=2, signed_on=SIGNED_ON, valid_from=FIRST_DAY, valid_until=None,
    )  # fmt: skip
    for class_ in UNIT_HOURS:
        draft.add(
            "need_weights", class_=class_, owner="authority:general-staff", weight_points=WEIGHTS[class_],
            stated_on=date(2025, 12, 8),
        )  # fmt: skip


# ---------------------------------------------------------------- plants


def _add_plants(drawing: Drawing) -> None:
    """Which models are made together? In hours enough for what is funded, and no more than was attested."""
    exporters = {row["party"] for row in drawing.rows("exporters")}
    models = [row for row in drawing.rows("models") if row["class"] in UNIT_HOURS]
    for class_ in UNIT_HOURS:
        number = 0
        for is_sold in (True, False):
            own = [row for row in models if row["class"] == class_ and (row["maker"] in exporters) == is_sold]
            for group in _groups(own):
                number += 1
                _add_plant(drawing, f"plant:{class_.replace('_', '-')}-{number:02d}", group)


def _groups(models: list[Row]) -> list[list[Row]]:
    groups, at, turn = [], 0, 0
    while at < len(models):
        size = TURNS[turn % len(TURNS)]
        groups.append(models[at : at + size])
        at, turn = at + size, turn + 1
    return groups


def _add_plant(drawing: Drawing, plant: str, models: list[Row]) -> None:
    draft, attested = drawing.draft, {row["model"]: row for row in drawing.rows("capacity")}
    busy, bound = [0] * len(MONTHS), [0] * len(MONTHS)
    for row in models:
        unit_hours = _about(drawing, UNIT_HOURS[row["class"]], 15)
        home, abroad = _lines_of(drawing, row)
        share = WHOLE_BP - ABROAD_BP * bool(abroad)
        capacity = attested[row["model"]]["capacity_units"]
        funded = _funded(drawing, row["model"])
        for t, units in enumerate(capacity):
            busy[t] += units * share // WHOLE_BP * unit_hours
            bound[t] += funded[t] * unit_hours
        _add_make(drawing, plant, row, home, share, unit_hours, capacity[0])
        if abroad:
            _add_abroad(drawing, row, abroad, unit_hours * 108 // 100, capacity)
        drawing.exportable |= {row["model"]} if home else set()
        volume = _about(drawing, UNIT_LITRES[row["class"]], 20)
        draft.add("packed_volumes", model=row["model"], unit_volume_litres=volume)
    # Where models share the hours, each was attested as if it had a little more of them than all have together.
    low, high = (88, 95) if len(models) > 1 else (97, 100)
    hours = [max(bound[t], busy[t] * drawing.rng.randint(low, high) // 100) for t in range(len(MONTHS))]
    draft.add(
        "plants", plant=plant, operator=models[0]["maker"], host="UA", declared_on=date(2025, 12, 11),
        hours_thousandths=hours,
    )  # fmt: skip


def _add_abroad(drawing: Drawing, model: Row, line: Row, unit_hours: int, capacity: list[int]) -> None:
    """The plant of a line abroad: a fifth of the model's attested capacity stands there."""
    plant = f"plant:{line['host'].lower()}-{model['model'].partition(':')[2]}"
    hours = [units * ABROAD_BP // WHOLE_BP * unit_hours for units in capacity]
    drawing.draft.add(
        "plants", plant=plant, operator=line["maker"], host=line["host"], declared_on=date(2025, 12, 11),
        hours_thousandths=hours,
    )  # fmt: skip
    _add_make(drawing, plant, model, line, ABROAD_BP, unit_hours, capacity[0])


def _add_make(
    drawing: Drawing, plant: str, model: Row, line: Row | None, share: int, unit_hours: int, first_units: int
) -> None:
    before = first_units * share // WHOLE_BP
    ramp = max(2, before // 4) if model["class"] in SLOW_CLASSES else None
    drawing.draft.add(
        "plant_models", plant=plant, model=model["model"], line=line["line"] if line else None,
        unit_hours_thousandths=unit_hours, attested_share_bp=share, ramp_units=ramp, before_units=before,
    )  # fmt: skip


def _lines_of(drawing: Drawing, model: Row) -> tuple[Row | None, Row | None]:
    """On which registered lines, at home and abroad, is this model made? The first of its maker and class."""
    own = [row for row in drawing.rows("lines") if (row["maker"], row["class"]) == (model["maker"], model["class"])]
    home = next((row for row in own if row["host"] == "UA"), None)
    return home, next((row for row in own if row["host"] != "UA" and home), None)


def _funded(drawing: Drawing, model: str) -> list[int]:
    orders = [row["due_units"] for row in drawing.rows("funded_orders") if row["model"] == model]
    return [sum(due[t] for due in orders) for t in range(len(MONTHS))]


def _about(drawing: Drawing, figure: int, percent: int) -> int:
    return max(1, figure * drawing.rng.randint(100 - percent, 100 + percent) // 100)


# ---------------------------------------------------------------- markets and money


def _add_rates(drawing: Drawing) -> None:
    for number, month in enumerate(MONTHS):
        for base, rate in PLANNED_RATES.items():
            drawing.draft.add(
                "planning_rates", month=month, base=base, quote="UAH", numerator=rate + number * 500,
                denominator=10_000, owner="authority:finance", fixed_on=SIGNED_ON,
            )  # fmt: skip


def _add_markets(drawing: Drawing) -> None:
    """Which states would take what, at which price? Hypothetical where no marketing is authorised."""
    never = {row["model"] for row in drawing.rows("critical_goods") if row["valid_until"] is None}
    ceilings: dict[tuple[str, str, str], list[Row]] = {}
    buyers = {row[0] for row in BUYERS}
    for model in [row for row in drawing.rows("models") if row["model"] in drawing.exportable - never]:
        free = _free(drawing, model)
        if free < 4:
            continue
        given = {
            row["state"]: row
            for row in drawing.rows("marketing")
            if (row["exporter"], row["class"]) == (model["maker"], model["class"]) and row["state"] in buyers
        }
        states = drawing.rng.sample(sorted(given), min(len(given), drawing.rng.randint(2, 4)))
        others = sorted(buyers - set(given))
        states += drawing.rng.sample(others, 1) if drawing.rng.random() < 0.2 and others else []
        for state in states:
            demand = _add_demand(drawing, model, state, free, given.get(state))
            if state in given:
                ceilings.setdefault((model["maker"], model["class"], state), []).append(demand)
    for key, demands in sorted(ceilings.items()):
        _add_ceiling(drawing, key, demands)
    _add_value_ceilings(drawing)


def _free(drawing: Drawing, model: Row) -> int:
    """How many units of the year does nobody at home pay for?"""
    (capacity,) = (row["capacity_units"] for row in drawing.rows("capacity") if row["model"] == model["model"])
    return sum(capacity) - sum(_funded(drawing, model["model"]))


def _add_demand(drawing: Drawing, model: Row, state: str, free: int, marketing: Row | None) -> Row:
    rng, first = drawing.rng, marketing["valid_from"].month if marketing else 5
    units = max(1, free * rng.randint(8, 45) // 100)
    weights = [RUN_UP[t] * rng.randint(80, 120) if t + 1 >= first else 0 for t in range(len(MONTHS))]
    price = model["unit_price_minor"] * rng.randint(96, 124) // 100
    base, quoted = PLANNED_RATES[model["currency"]], model["unit_cost_minor"]
    cost = -(-(quoted * base + price * base * HANDLING_PERCENT // 100) // 10_000)
    slug = model["model"].partition(":")[2]
    return drawing.draft.add(
        "market_demand", demand=f"demand:{slug}-{state.lower()}", model=model["model"], state=state,
        currency=model["currency"], unit_price_minor=price, unit_cost_minor_uah=cost,
        payment_lag_months=rng.choice((1, 1, 2, 3)), ceiling=None, hypothetical=marketing is None,
        demand_units=apportion(units, weights),
    )  # fmt: skip


def _add_ceiling(drawing: Drawing, key: tuple[str, str, str], demands: list[Row]) -> None:
    maker, class_, state = key
    basis = next(
        row for row in drawing.rows("marketing") if (row["exporter"], row["class"], row["state"]) == key
    )  # fmt: skip
    name = f"ceiling:{maker.rpartition(':')[2]}-{class_.replace('_', '-')}-{state.lower()}"
    wanted = sum(sum(row["demand_units"]) for row in demands)
    first = next(month for month in MONTHS if month.last_day() >= basis["valid_from"])
    drawing.draft.add(
        "licence_ceilings", ceiling=name, exporter=maker, class_=class_, state=state,
        units=max(1, wanted * drawing.rng.randint(60, 115) // 100), first_month=first, last_month=MONTHS[-1],
        marketing=basis["marketing"],
    )  # fmt: skip
    for row in demands:
        row["ceiling"] = name


def _add_value_ceilings(drawing: Drawing) -> None:
    worth: dict[str, int] = {}
    for row in drawing.rows("market_demand"):
        whole = row["unit_price_minor"] * PLANNED_RATES[row["currency"]] // 10_000
        worth[row["state"]] = worth.get(row["state"], 0) + whole * sum(row["demand_units"])
    for state, minor in sorted(worth.items()):
        drawing.draft.add(
            "value_ceilings", state=state, owner="authority:mfa",
            ceiling_minor_uah=minor * drawing.rng.randint(25, 60) // 100 // 100_000_000 * 100_000_000 + 100_000_000,
        )  # fmt: skip


# ---------------------------------------------------------------- centres


def _add_centres(drawing: Drawing) -> None:
    """What can pass each centre that may hold goods, and which states does it serve?"""
    volume = {row["model"]: row["unit_volume_litres"] for row in drawing.rows("packed_volumes")}
    wanted = [0] * len(MONTHS)
    for row in drawing.rows("market_demand"):
        for t, units in enumerate(row["demand_units"]):
            wanted[t] += units * volume[row["model"]]
    holding = [number for number in range(1, len(CENTRES) + 1) if opened_on(number)]
    names = {number: f"centre:{CENTRES[number - 1][0].lower()}-{number}" for number in holding}
    for number in holding:
        opened = opened_on(number) or FIRST_DAY
        part = drawing.rng.randint(9, 16)
        litres = [
            max(wanted) * part // 100 if month.first_day() >= opened.replace(day=1) else 0 for month in MONTHS
        ]  # fmt: skip
        drawing.draft.add(
            "centre_throughput", centre=names[number], owner="authority:mfa", throughput_litres=litres
        )  # fmt: skip
    for state in sorted({row["state"] for row in drawing.rows("market_demand")}):
        for number in sorted(drawing.rng.sample(holding, min(3, len(holding)))):
            far = state in FAR_STATES
            drawing.draft.add(
                "centre_routes", centre=names[number], state=state, transit_months=1 + (state == "AU") if far else 0
            )  # fmt: skip
