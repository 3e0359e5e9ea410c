"""Which tables does a planner need beside the others? A world has all of them, or none and then no plan."""

from __future__ import annotations

from ecluse.edge.world import rows_plan as rows

# Name, row, key, columns in the schema's short spelling, pairs that must stand in order.
PLAN_TABLES: tuple[tuple[str, type, str, str, str], ...] = (
    ("plants", rows.PlantRow, "plant", """
        plant id; operator ref:parties; host state; declared_on day; hours_thousandths months""", ""),
    ("plant_models", rows.PlantModelRow, "plant model", """
        plant ref:plants; model ref:models; line ref:lines?; unit_hours_thousandths whole; attested_share_bp bp;
        ramp_units whole?; before_units whole""", ""),
    ("packed_volumes", rows.PackedVolumeRow, "model", """
        model ref:models; unit_volume_litres whole""", ""),
    ("centre_throughput", rows.CentreThroughputRow, "centre", """
        centre ref:centres; owner ref:authorities; throughput_litres months""", ""),
    ("centre_routes", rows.CentreRouteRow, "centre state", """
        centre ref:centres; state state; transit_months whole""", ""),
    ("licence_ceilings", rows.LicenceCeilingRow, "ceiling", """
        ceiling id; exporter ref:parties; class ref:classes; state state; units whole; first_month month;
        last_month month; marketing ref:marketing?""", "first_month<=last_month"),
    ("value_ceilings", rows.ValueCeilingRow, "state", """
        state state; owner ref:authorities; ceiling_minor_uah whole""", ""),
    ("market_demand", rows.MarketDemandRow, "demand", """
        demand id; model ref:models; state state; currency currency; unit_price_minor whole; unit_cost_minor_uah whole;
        payment_lag_months whole; ceiling ref:licence_ceilings?; hypothetical bool; demand_units months""", ""),
    ("planning_rates", rows.PlanningRateRow, "month base", """
        month month; base currency; quote currency; numerator whole; denominator whole; owner ref:authorities;
        fixed_on day""", ""),
    ("plan_policies", rows.PlanPolicyRow, "policy", """
        policy id; owner ref:authorities; rule enum:NO_HARM_RULES; reinvest_share_bp bp; grace_months whole;
        signed_on day; valid_from day; valid_until day?""", "signed_on<=valid_from valid_from<=valid_until"),
    ("need_weights", rows.NeedWeightRow, "class", """
        class ref:classes; owner ref:authorities; weight_points whole; stated_on day""", ""),
)  # fmt: skip
NAMES: tuple[str, ...] = tuple(row[0] for row in PLAN_TABLES)
