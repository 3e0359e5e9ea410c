"""Which question does a world ask the planner, and how do questions and plans stand in files?"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError
from ecluse.edge import plan_home, plan_market
from ecluse.edge.plan_cells import SEE, Cells
from ecluse.edge.world.check import check_world
from ecluse.edge.world.read import World
from ecluse.edge.world.schema_plan import NAMES
from ecluse.edge.world.workbook import open_world

RULES = ("N0", "N1", "N2", "N3")
PLAN_BYTES_LIMIT = 1024 * 1024 * 1024
Question = dict[str, Any]


def question_at(path: Path, *, rule: str = "") -> Question:
    """Which question does the world in this folder or workbook ask? Raises BadInputError with every wrong cell."""
    faults = check_world(path)
    if faults:
        raise BadInputError(faults)
    return question_of(open_world(path), rule=rule)


def question_of(world: World, *, rule: str = "", on: date | None = None) -> Question:
    """What is asked of the planner in the checker's format, as known on the first day of the world, or on another?

    `rule` names another no-harm rule than the signed one. Raises BadInputError that names every missing or impossible
    figure at its cell: what is unknown is never taken for zero.
    """
    cells = Cells(world)
    if not world.plants:
        missing = ", ".join(f"{name}.csv" for name in NAMES)
        cells.fault("plants", None, None, "the tables of a planner with rows", "none", f"add {missing}; {SEE}")
        cells.stop_on_faults()
    cells.check_sizes()
    day = on or world.first_day
    policy = _policy(cells, day)
    planned = plan_market.rates(cells)
    products = plan_home.products(cells)
    lines, makes = plan_home.lines_and_makes(cells, day)
    sales = plan_market.sales(cells, lines, makes)
    centres, routes = plan_market.centres_and_routes(cells, sales)
    question = {
        "currency": plan_market.HOME_CURRENCY,
        "months": [str(month) for month in world.months],
        "rule": _rule(rule) or policy["rule"],
        "share_bp": policy["share_bp"],
        "grace_months": policy["grace_months"],
        "rates": planned,
        "budget": cells.by_month("budgets", "budget_minor_uah", "the budget"),
        "products": products,
        "pools": plan_home.pools(cells, {row.class_ for row in world.needs} | {one["pool"] for one in products}),
        "lines": lines,
        "makes": makes,
        "orders": plan_home.orders(cells),
        "needs": plan_home.needs(cells, day, plan_market.prices_abroad(cells, day, planned)),
        "centres": centres,
        "licences": plan_market.licences(cells),
        "destinations": plan_market.destinations(cells),
        "sales": sales,
        "routes": routes,
    }
    cells.stop_on_faults()
    return question


def _policy(cells: Cells, on: date) -> dict[str, Any]:
    """Which signed policy binds on this day? The last one of those in force."""
    found = {"rule": "N2", "share_bp": 0, "grace_months": 0}
    in_force = [row for _, row in cells.rows("plan_policies") if plan_home.binds(row, on)]
    if not in_force:
        cells.fault("plan_policies", None, "valid_from", f"a policy in force on {on}", "none", "sign one")
        return found
    row = in_force[-1]
    return {"rule": row.rule, "share_bp": row.reinvest_share_bp, "grace_months": row.grace_months}


def _rule(rule: str) -> str:
    if rule and rule not in RULES:
        raise BadInputError.one("--rule", f"one of {', '.join(RULES)}", rule, "name one of them")
    return rule


# ---------------------------------------------------------------- files


def read_plan(path: Path) -> dict[str, Any]:
    """What does this plan file say? Raises BadInputError when it is no plan; whether it holds is for the checker."""
    try:
        if path.stat().st_size > PLAN_BYTES_LIMIT:
            raise BadInputError.one(str(path), f"at most {PLAN_BYTES_LIMIT} bytes", "more", "name a plan")
        plan = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError.one(str(path), "a plan in JSON", str(error), "name a file of `ecluse plan solve`") from None
    if not isinstance(plan, dict) or not isinstance(plan.get("question"), dict):
        raise BadInputError.one(str(path), "a plan in JSON", "something else", "name a file of `ecluse plan solve`")
    return plan


def write_plan(path: Path, plan: Mapping[str, Any]) -> None:
    """Written whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(plan, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise BadInputError.one(str(path), "a file that can be written", str(error), "name another place") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)  # what a person stopped half-way


def sound_plan(path: Path) -> dict[str, Any]:
    """Which plan stands in this file, every row of it added up? Raises BadInputError with the first that fails."""
    from ecluse.plan import checker

    plan = read_plan(path)
    try:
        checker.judged(plan)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        found = str(error) if isinstance(error, checker.PlanError) else repr(error)
        raise BadInputError.one(str(path), "a plan that holds", found, "see `ecluse plan check`") from None
    return plan


def question_from(path: Path, *, rule: str = "") -> Question:
    """Which question is asked: that of a plan file, or of a world in a folder or workbook?"""
    if path.suffix.lower() == ".json" and path.is_file():
        question: Question = sound_plan(path)["question"]
        return {**question, "rule": _rule(rule) or question["rule"]}
    return question_at(path, rule=rule)
