"""Which planning tables of a world contradict one another, or state what no plan can hold? One rule, one function."""

from __future__ import annotations

from collections.abc import Iterator

from ecluse.base.errors import Fault
from ecluse.edge.world.check_rules import Found, Rule
from ecluse.edge.world.check_sheet import SEE
from ecluse.edge.world.schema_plan import NAMES

WHOLE_BP = 10_000
UNITS_LIMIT, HOURS_LIMIT, MONEY_LIMIT, MONTHS_LIMIT = 10**9, 10**13, 10**16, 60
# Table, heading (a monthly one without its months), the most that a plan may hold of it.
LIMITS = (
    ("capacity", "capacity_units", UNITS_LIMIT), ("funded_orders", "due_units", UNITS_LIMIT),
    ("needs", "needed_units", UNITS_LIMIT), ("stock", "units", UNITS_LIMIT), ("reserves", "units", UNITS_LIMIT),
    ("market_demand", "demand_units", UNITS_LIMIT), ("licence_ceilings", "units", UNITS_LIMIT),
    ("plant_models", "ramp_units", UNITS_LIMIT), ("plant_models", "before_units", UNITS_LIMIT),
    ("plants", "hours_thousandths", HOURS_LIMIT), ("plant_models", "unit_hours_thousandths", HOURS_LIMIT),
    ("packed_volumes", "unit_volume_litres", HOURS_LIMIT), ("centre_throughput", "throughput_litres", HOURS_LIMIT),
    ("budgets", "budget_minor_uah", MONEY_LIMIT), ("classes", "home_price_minor_uah", MONEY_LIMIT),
    ("market_demand", "unit_price_minor", MONEY_LIMIT), ("market_demand", "unit_cost_minor_uah", MONEY_LIMIT),
    ("value_ceilings", "ceiling_minor_uah", MONEY_LIMIT), ("need_weights", "weight_points", UNITS_LIMIT),
    ("market_demand", "payment_lag_months", MONTHS_LIMIT), ("centre_routes", "transit_months", MONTHS_LIMIT),
    ("plan_policies", "grace_months", MONTHS_LIMIT),
)  # fmt: skip
ABOVE_ZERO = (
    ("plant_models", "unit_hours_thousandths"), ("planning_rates", "numerator"), ("planning_rates", "denominator"),
    ("market_demand", "unit_price_minor"), ("packed_volumes", "unit_volume_litres"), ("need_weights", "weight_points"),
)  # fmt: skip


def planning_tables_stand_together(found: Found) -> Iterator[Fault]:
    """Which planning tables lack where others of them stand?"""
    given = [name for name in NAMES if f"{name}.csv" in found.gathered.files]
    if not given:
        return
    for name in NAMES:
        if name not in given:
            place, expected = found.gathered.place(f"{name}.csv"), f"a planning table, as {given[0]} is one"
            yield Fault(place, None, None, expected, "none", f"add it, at least its headings; {SEE}")


def quantities_can_be_planned(found: Found) -> Iterator[Fault]:
    """Which figures are larger than any plan may hold?"""
    for table, name, most in LIMITS:
        sheet = found.sheets.get(table)
        headings = [] if sheet is None else [h for c, h, _ in sheet.columns if c.name == name]
        for heading in headings:
            for spot, (figure,) in found.rows(table, heading):
                if figure is not None and figure > most:
                    yield spot.fault(heading, f"at most {most}", str(figure), "check the unit; write the true figure")


def planned_amounts_are_above_zero(found: Found) -> Iterator[Fault]:
    """Which hours, rates, prices, volumes or weights are zero where only something counts?"""
    for table, heading in ABOVE_ZERO:
        for spot, (amount,) in found.rows(table, heading):
            if amount == 0:
                yield spot.fault(heading, "a number from 1 up", "0", "write the figure, or leave the row out")


def sales_have_a_licence_or_are_marked(found: Found) -> Iterator[Fault]:
    """Which demand has neither a ceiling under which it may be licensed nor the mark `hypothetical`, or has both?"""
    for spot, (ceiling, marked) in found.rows("market_demand", "ceiling", "hypothetical"):
        cited = spot.sheet.texts("ceiling")[spot.at]
        if marked is not None and bool(cited) == marked:
            what = f"{ceiling} and the mark" if marked else "neither"
            yield spot.fault("hypothetical", "a ceiling, or yes", what, "cite a ceiling, or mark it hypothetical")


def ceilings_fit_their_sales(found: Found) -> Iterator[Fault]:
    """Which demand cites a ceiling of another maker, class or state?"""
    maker, class_of = found.by_id("models", "model", "maker"), found.by_id("models", "model", "class")
    parts = [found.by_id("licence_ceilings", "ceiling", name) for name in ("exporter", "class", "state")]
    for spot, (model, state, ceiling) in found.rows("market_demand", "model", "state", "ceiling"):
        own = (maker.get(model), class_of.get(model), state)
        cited = tuple(part.get(ceiling) for part in parts)
        if all((*own, *cited)) and own != cited:
            expected, remedy = f"a ceiling for {', '.join(map(str, own))}", "cite that, or mend the row"
            yield spot.fault("ceiling", expected, f"{ceiling} for {', '.join(map(str, cited))}", remedy)


def plants_make_what_their_lines_make(found: Found) -> Iterator[Fault]:
    """Which models stand on a registered line of another maker or class?"""
    maker, class_of = found.by_id("models", "model", "maker"), found.by_id("models", "model", "class")
    line_maker, line_class = found.by_id("lines", "line", "maker"), found.by_id("lines", "line", "class")
    parties = found.ids("parties") if found.has_ids("parties") else set()
    for spot, (model, line) in found.rows("plant_models", "model", "line"):
        own, cited = (maker.get(model), class_of.get(model)), (line_maker.get(line), line_class.get(line))
        if all((*own, *cited)) and cited[0] in parties and own != cited:
            expected, remedy = f"a line of {own[0]} for {own[1]}", "name that line, or none"
            yield spot.fault("line", expected, f"{line} of {cited[0]} for {cited[1]}", remedy)


def attested_shares_fit_the_whole(found: Found) -> Iterator[Fault]:
    """At which plant has more of a model's attested capacity been placed than was attested?"""
    placed: dict[str, int] = {}
    for spot, (model, share) in found.rows("plant_models", "model", "attested_share_bp"):
        if model is None or share is None:
            continue
        placed[model] = placed.get(model, 0) + share
        if placed[model] > WHOLE_BP:
            expected = f"at most {WHOLE_BP} for {model} in all"
            yield spot.fault("attested_share_bp", expected, str(placed[model]), "share the attested capacity out once")


def planning_rates_differ(found: Found) -> Iterator[Fault]:
    """Which planning rates turn a currency into itself?"""
    for spot, (base, quote) in found.rows("planning_rates", "base", "quote"):
        if base is not None and base == quote:
            yield spot.fault("quote", f"another currency than {base}", quote, "mend the pair")


RULES: tuple[Rule, ...] = (
    planning_tables_stand_together, quantities_can_be_planned, planned_amounts_are_above_zero,
    sales_have_a_licence_or_are_marked, ceilings_fit_their_sales, plants_make_what_their_lines_make,
    attested_shares_fit_the_whole, planning_rates_differ,
)  # fmt: skip
