"""Is what shared lines leave told once, in whole units that can be made, and never more than each model alone gives?"""

from __future__ import annotations

import csv
import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecluse.edge import surplus_joint
from ecluse.edge.plan import question_of
from ecluse.edge.surplus import look_aheads, surplus_rows
from ecluse.edge.world.generate import generate
from ecluse.edge.world.read import World, read_world
from ecluse.edge.world.schema_plan import NAMES
from ecluse.plan import joint_solve, surplus_bound
from ecluse.plan.joint import WHOLE, Floor, Witness, WitnessError, check_witness, joint

ROOT = Path(__file__).resolve().parent.parent
Shop = dict[str, Any]


def shop(hours: list[int], products: list[dict[str, Any]], **line: Any) -> Shop:
    """A question with one line; each product has `unit` hours and may have stock, reserve, ramp and before."""
    months = [f"2026-{t + 1:02}" for t in range(len(hours))]
    return {
        "months": months,
        "products": [
            {"id": p["id"], "stock": p.get("stock", 0), "reserve": [p.get("reserve", 0)] * len(months)}
            for p in products
        ],
        "lines": [{"id": "L", "hours": hours, "host_bp": 0, "may_export": True} | line],
        "makes": [
            {"id": f"{p['id']}@L", "line": "L", "product": p["id"], "hours": p["unit"], "ramp": p.get("ramp")}
            | {"before": p.get("before", 0)}
            for p in products
        ],
    }


EXAMPLE = shop([100_000], [{"id": "A", "unit": 1_000}, {"id": "B", "unit": 1_000}])
OWED, ALONE = [[30], [20]], [[50], [50]]


def test_the_line_of_the_example_leaves_fifty_in_all_not_fifty_and_fifty() -> None:
    witness = joint(EXAMPLE, OWED, ALONE)
    assert [sum(units) for units in witness.left] == [25, 25]
    assert [sum(units) for units in witness.made] == [55, 45]


def test_a_product_that_few_would_take_leaves_its_part_to_the_other() -> None:
    witness = joint(EXAMPLE, OWED, [[50], [5]])
    assert [sum(units) for units in witness.left] == [45, 5]


def test_what_a_later_month_needs_is_not_free_today() -> None:
    lines = shop([100_000, 10_000], [{"id": "A", "unit": 1_000}, {"id": "B", "unit": 1_000}])
    witness = joint(lines, [[0, 30], [0, 40]], [[110, 110], [110, 110]])
    assert sum(sum(units) for units in witness.left) == 40
    assert sum(units[0] for units in witness.left) == 40


def test_a_reserve_is_never_undercut() -> None:
    lines = shop([0], [{"id": "A", "unit": 1_000, "stock": 9, "reserve": 4}, {"id": "B", "unit": 1_000, "stock": 3}])
    assert [sum(units) for units in joint(lines, [[0], [0]], [[9], [9]]).left] == [5, 3]


def test_a_host_gets_its_part_first_rounded_up() -> None:
    lines = shop([9_000], [{"id": "A", "unit": 1_000}], host_bp=5_000)
    witness = joint(lines, [[0]], [[9]])
    assert (witness.made, witness.hosts, witness.left) == ([[9]], [[5]], [[4]])


def test_what_must_serve_at_home_never_leaves_but_stock_that_was_there_may() -> None:
    lines = shop([9_000], [{"id": "A", "unit": 1_000, "stock": 2}], may_export=False)
    assert joint(lines, [[5]], [[9]]).left == [[2]]
    assert joint(lines, [[10]], [[9]]).left == [[1]]


def test_a_ramp_holds_back_what_hours_would_allow() -> None:
    lines = shop([9_000, 9_000], [{"id": "A", "unit": 1_000, "ramp": 2, "before": 1}, {"id": "B", "unit": 9_000}])
    assert sum(joint(lines, [[0, 0], [0, 0]], [[9, 18], [0, 0]]).left[0]) == 3 + 5


def test_where_orders_cannot_be_met_nothing_is_surplus_and_they_are_named() -> None:
    witness = joint(EXAMPLE, [[70], [40]], ALONE)
    assert (witness.left, witness.unmet) == ([[0], [0]], ("A", "B"))


@pytest.mark.parametrize(
    ("witness", "named"),
    [
        (Witness([[26], [25]], [[55], [45]], [[0], [0]], ()), "reserve/A/2026-01"),
        (Witness([[26], [25]], [[56], [45]], [[0], [0]], ()), "hours/L/2026-01"),
        (Witness([[51], [0]], [[80], [20]], [[0], [0]], ()), "reserve/A/2026-01"),
        (Witness([[51], [0]], [[81], [19]], [[0], [0]], ("B",)), "ceiling/A/2026-01"),
        (Witness([[25], [25]], [[55], [45]], [[0], [0]], ("B",)), "left/B"),
        (Witness([[-1], [25]], [[55], [45]], [[0], [0]], ()), "whole numbers"),
    ],
)
def test_a_schedule_that_does_not_add_up_is_refused_at_its_row(witness: Witness, named: str) -> None:
    with pytest.raises(WitnessError, match=named):
        check_witness(EXAMPLE, OWED, ALONE, witness)


# ---------------------------------------------------------------- every schedule tried


def random_shop(seed: int) -> tuple[Shop, list[list[int]], list[list[int]]]:
    draw = random.Random(seed)
    months = draw.randint(1, 2)
    products = [
        {"id": name, "unit": draw.randint(1, 4), "stock": draw.randint(0, 3), "reserve": draw.randint(0, 2)}
        | {"ramp": draw.choice([None, 2]), "before": draw.randint(0, 2)}
        for name in "AB"
    ]
    question = shop([draw.randint(0, 14) for _ in range(months)], products, host_bp=draw.choice([0, 0, 3_000]))
    taken = [[draw.randint(0, 2) for _ in range(months)] for _ in "AB"]
    ceiling = [sorted(draw.randint(0, 8) for _ in range(months)) for _ in "AB"]
    return question, taken, ceiling


def all_totals(question: Shop, taken: list[list[int]], ceiling: list[list[int]]) -> Iterator[int]:
    """What leaves in all under each schedule that there is, as much as its stock allows; nothing if none fits."""
    months, (line,) = range(len(question["months"])), question["lines"]
    most = [[line["hours"][t] // make["hours"] for t in months] for make in question["makes"]]
    for made in itertools.product(*(range(top + 1) for tops in most for top in tops)):
        x = [made[p * len(months) : (p + 1) * len(months)] for p in range(2)]
        if any(sum(x[p][t] * question["makes"][p]["hours"] for p in range(2)) > line["hours"][t] for t in months):
            continue
        if all(_rises(question["makes"][p], x[p]) for p in range(2)):
            parts = [_leaves(question, p, x[p], taken[p], ceiling[p]) for p in range(2)]
            if None not in parts:
                yield sum(part or 0 for part in parts)


def _rises(make: dict[str, Any], units: tuple[int, ...]) -> bool:
    steps = zip([make["before"], *units], units, strict=False)
    return make["ramp"] is None or all(now <= before + make["ramp"] for before, now in steps)


def _leaves(question: Shop, p: int, units: tuple[int, ...], taken: list[int], ceiling: list[int]) -> int | None:
    record, host = question["products"][p], question["lines"][0]["host_bp"]
    stock, spare = record["stock"], []
    for t, count in enumerate(units):
        stock += count - -(-count * host // WHOLE) - taken[t]
        spare.append(stock - record["reserve"][t])
    if min(spare) < 0:
        return None
    gone = 0
    for t in range(len(units)):
        gone = max(gone, min([*spare[t:], *ceiling[t:]]))
    return gone


@pytest.mark.parametrize("seed", range(150))
def test_of_every_schedule_tried_none_lets_more_leave_but_for_the_rounding(seed: int) -> None:
    question, taken, ceiling = random_shop(seed)
    best = max(all_totals(question, taken, ceiling), default=None)
    witness = joint(question, taken, ceiling)
    found = sum(sum(units) for units in witness.left)
    assert bool(witness.unmet) == (best is None)
    if best is not None:
        # Rounded down: at most one unit of each product and month is lost against the best in whole units.
        assert best - 2 * len(question["months"]) <= found <= best


# ---------------------------------------------------------------- worlds


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "world"
    generate(11, size=50, cheats=1, out=folder, answers=folder.with_name("answers.csv"))
    return folder


@pytest.fixture(scope="module")
def world(small: Path) -> World:
    return read_world(small)


@pytest.fixture(scope="module")
def rows(world: World) -> list[dict[str, Any]]:
    return list(surplus_rows(world))


def by_key(rows: list[dict[str, Any]], rule: str) -> dict[tuple[str, str], int]:
    return {(row["model"], row["period"]): row["units"] for row in rows if row["rule"] == rule and row["model"]}


def test_s2_and_s3_stand_by_model_and_month_and_once_a_class(world: World, rows: list[dict[str, Any]]) -> None:
    models = {row.model for row in world.capacity}
    for rule in ("S2", "S3"):
        assert set(by_key(rows, rule)) == {(model, str(month)) for model in models for month in world.months}
        totals = {row["class"]: row["units"] for row in rows if row["rule"] == rule and row["model"] is None}
        last = str(world.months[-1])
        for class_, units in totals.items():
            own = [row["units"] for row in rows if (row["class"], row["rule"], row["period"]) == (class_, rule, last)]
            assert units == sum(own)


def test_s2_never_exceeds_s1_and_together_is_less(rows: list[dict[str, Any]]) -> None:
    single, together = by_key(rows, "S1"), by_key(rows, "S2")
    assert all(units <= single[key] for key, units in together.items())
    assert sum(together.values()) < sum(single.values())
    assert sum(together.values()) > 0


def test_no_schedule_passes_the_bound_beside_each_joint_total(world: World, rows: list[dict[str, Any]]) -> None:
    """By hand: with the lines' hours halved the bound falls, and a bound without multipliers is the ceilings' sum."""
    totals = {(row["class"], row["rule"]): row["units"] for row in rows if row["model"] is None}
    for (class_, rule), units in totals.items():
        if rule in ("S2", "S3"):
            assert units <= totals[class_, f"{rule}-bound"]
    question = question_of(world)
    nothing = [[0] * 12 for _ in question["products"]]
    ample = [[10**6] * 12 for _ in question["products"]]
    whole = surplus_bound.most_by_class(question, nothing, ample)
    halved = [{**line, "hours": [hours // 2 for hours in line["hours"]]} for line in question["lines"]]
    half = surplus_bound.most_by_class({**question, "lines": halved}, nothing, ample)
    assert all(half[class_] < whole[class_] for class_ in whole if whole[class_])


def test_the_bound_of_one_line_is_what_its_hours_give() -> None:
    """The line of planning.md 1.5: 100 hours, 30 and 20 taken: 50 of both together, never 51."""
    from test_plan_checker import one_line

    question = one_line()
    found = surplus_bound.most_by_class(question, [[30], [20]], [[100], [100]])
    assert found == {"A": 50, "B": 50}
    both = one_line(
        pools=[{"id": "A", "price": 1}],
        products=[{**product, "pool": "A"} for product in question["products"]],
        needs=[{**need, "pool": "A"} for need in question["needs"]],
    )
    assert surplus_bound.most_by_class(both, [[30], [20]], [[100], [100]]) == {"A": 50}


def test_multipliers_that_are_wrong_only_widen_the_bound(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    question = question_of(world)
    nothing, ceiling = [[0] * 12 for _ in question["products"]], [[10**6] * 12 for _ in question["products"]]
    honest = surplus_bound.most_by_class(question, nothing, ceiling)
    own = surplus_bound._Shop._multipliers
    for wrong in (lambda shop: [0.0] * len(shop.rows), lambda shop: [2 * y + 0.25 for y in own(shop)]):
        monkeypatch.setattr(surplus_bound._Shop, "_multipliers", wrong)
        told = surplus_bound.most_by_class(question, nothing, ceiling)
        assert all(told[class_] >= honest[class_] for class_ in honest)


def test_what_may_have_left_never_falls(rows: list[dict[str, Any]]) -> None:
    for rule in ("S2", "S3"):
        series: dict[str, list[int]] = {}
        for (model, _), units in by_key(rows, rule).items():
            series.setdefault(model, []).append(units)
        assert all(months == sorted(months) for months in series.values())


def test_the_schedule_behind_s3_adds_up_beside_the_baselines_home_deliveries(world: World) -> None:
    question = question_of(world)
    flows = {model: own for model, own, _ in look_aheads(world)}
    base, witness = surplus_joint.baseline_of(question), surplus_joint.funded(question, flows)
    assert base is not None
    assert witness is not None
    orders: dict[str, list[int]] = {}
    for order in question["orders"]:
        sums = orders.setdefault(order["product"], [0] * 12)
        orders[order["product"]] = [one + more for one, more in zip(sums, order["units"], strict=True)]
    taken = [
        [due + home for due, home in zip(orders.get(record["id"], [0] * 12), base["h"][place], strict=True)]
        for place, record in enumerate(question["products"])
    ]
    unbounded = [[10**12] * 12 for _ in question["products"]]
    check_witness(question, taken, unbounded, witness)


def test_a_world_without_shared_lines_told_gives_the_rules_and_s1_alone(small: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(small, tmp_path / "world")
    for name in NAMES:
        (folder / f"{name}.csv").unlink()
    rules = {row["rule"] for row in surplus_rows(read_world(folder))}
    assert rules == {"SR-0", "SR-0b", "SR-1", "SR-2", "SR-3", "SR-4", "SR-5", "S1", "quota"}


WORKED = {
    "fpv": (0, 1_000_000, 3_000_000, 0, 1_500_000, 3_000_000), "interceptor": (0, 0, 115_000, 0, 65_000, 100_000),
    "long_range": (0, 0, 10_000, 0, 0, 10_000), "naval_drone": (0, 500, 600, 600, 500, 150),
    "ground_robot": (0, 0, 15_000, 0, 10_000, 10_000), "ew_set": (0, 40_000, 60_000, 60_000, 30_000, 25_000),
    "howitzer": (0, 0, 180, 0, 60, 100),
}  # fmt: skip


@pytest.mark.slow
def test_the_command_gives_the_worked_table_and_the_joint_totals_in_json_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ecluse", "surplus", "examples/ua-2026", "--json"], cwd=ROOT, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {tuple(row) for row in told} == {("class", "model", "period", "rule", "units")}
    year = {(row["class"], row["rule"]): row["units"] for row in told if row["model"] is None}
    for class_, figures in WORKED.items():
        rules = ("SR-0", "SR-0b", "SR-1", "SR-2", "SR-3", "SR-4")
        assert tuple(year[class_, rule] for rule in rules) == figures
        for rule in ("S2", "S3"):
            assert 0 < year[class_, rule] <= year[class_, f"{rule}-bound"] <= year[class_, rule] * 11 // 10 + 25
    stages = [rule.removeprefix("baseline/") for _, rule in year if rule.startswith("baseline/")]
    assert stages == ["class/1", "class/2", "class/3", "fairness"]
    for stage in stages:
        assert year[None, f"baseline-bound/{stage}"] <= year[None, f"baseline/{stage}"]
    with (ROOT / "examples" / "ua-2026" / "models.csv").open(encoding="utf-8", newline="") as table:
        classes = {row["model"]: row["class"] for row in csv.DictReader(table)}
    for rule in ("S1", "S2", "S3"):
        cells = {(row["class"], row["model"], row["period"]) for row in told if row["rule"] == rule and row["model"]}
        months = {f"2026-{month:02}" for month in range(1, 13)}
        assert {model for _, model, _ in cells} == {model for class_, model, _ in cells if classes[model] == class_}
        assert len(cells) == len({model for _, model, _ in cells}) * 12
        assert {period for *_, period in cells} == months
        assert {class_ for class_, *_ in cells} >= set(WORKED)


def test_the_search_for_a_schedule_ends_after_steps_and_never_after_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    question = shop([100, 100], [{"id": "A", "unit": 1, "reserve": 5}, {"id": "B", "unit": 3, "reserve": 5}])
    taken, ceiling = [[10, 10], [5, 5]], [[50, 100], [20, 40]]
    floor = Floor(question, taken, ceiling)
    schedule = joint_solve.Schedule(floor, floor.shops()[0], {0: [0, 0], 1: [0, 0]})
    assert schedule.highs.getOptionValue("time_limit")[1] == float("inf")
    most = joint(question, taken, ceiling)
    monkeypatch.setattr(joint_solve, "STEPS", 0)
    least = joint(question, taken, ceiling)  # what is owed is made all the same, and the schedule still adds up
    assert least.unmet == ()
    assert sum(map(sum, least.left)) <= sum(map(sum, most.left))
