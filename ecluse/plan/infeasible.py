"""Why is there no plan? Few demands that contradict one another, and the smallest changes that would let them be met.

Need and budget never contradict: unmet need is counted, and money not spent is kept. What can is owed: orders, reserve,
line hours, ramps and hosts' parts. Products that share no line are looked at apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecluse.plan.blocks import Program
from ecluse.plan.checker import PlanError
from ecluse.plan.integer import whole_columns
from ecluse.plan.joint import Floor, Shop
from ecluse.plan.model import baseline
from ecluse.plan.rounding import RoundingError, again, whole_baseline
from ecluse.plan.solve import Infeasible, Solved, Solver, Stopped

NOTHING_HOME: dict[str, Any] = {
    "centres": [], "licences": [], "destinations": [], "sales": [], "routes": [], "rule": "N0",
}  # fmt: skip
SECONDS = 10  # so long may whole units be sought where rounding finds none
KINDS = ("order", "reserve", "hours", "ramp", "host")


@dataclass(frozen=True, slots=True)
class Group:
    """One demand as people know it: an order, a reserve, a line's hours in a month, a ramp, a host's part."""

    kind: str
    record: str
    month: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Demands that cannot all be met, though any but one of them could; and the question they stand in."""

    question: Mapping[str, Any]
    groups: tuple[Group, ...]


def conflicts(question: Mapping[str, Any]) -> list[Conflict]:
    """Which demands contradict one another? One set for each group of products that share lines; none: feasible."""
    found = []
    for shop in Floor(question, [], []).shops():
        part = part_of(question, shop)
        said = _ask(part)
        if isinstance(said, Infeasible):
            found.append(Conflict(part, _irreducible(part, _suspects(said))))
    return found


def part_of(question: Mapping[str, Any], shop: Shop) -> dict[str, Any]:
    """Which question is asked of these products alone, nothing bought and nothing sold?"""
    picked: dict[str, Any] = {
        name: [question[name][place] for place in sorted(getattr(shop, name))]
        for name in ("products", "lines", "makes")
    }
    own, pools = {record["id"] for record in picked["products"]}, {record["pool"] for record in picked["products"]}
    picked["orders"] = [order for order in question["orders"] if order["product"] in own]
    picked["pools"] = [pool for pool in question["pools"] if pool["id"] in pools]
    none = [0] * len(question["months"])
    picked["needs"] = [_nobody(picked["pools"][0]["id"], none)]
    return {**question, **NOTHING_HOME, **picked, "budget": none}


def _nobody(pool: str, none: list[int]) -> dict[str, Any]:
    """A need of nothing, since a question has needs."""
    need = {"id": "none", "pool": pool, "priority": 1, "value": 1, "units": none}
    return {**need, "urgent": False, "price_abroad": None}


def has_answer(question: Mapping[str, Any]) -> bool:
    """Can everything owed be met, in fractions of a unit?"""
    return not isinstance(_ask(question), Infeasible)


def has_whole_answer(question: Mapping[str, Any]) -> bool:
    """Can everything owed be met in whole units, every row added up exactly? False too where time ran out."""
    said = _ask(question)
    if not isinstance(said, Solved):
        return False
    try:
        whole_baseline(question, said.values)
    except (PlanError, RoundingError):
        try:
            again(question, whole_columns(said.program, SECONDS), None)
        except (PlanError, RoundingError):
            return False
    return True


def _ask(question: Mapping[str, Any]) -> Solved | Infeasible:
    said = Solver(baseline(question)).solve(by_weights=True)
    assert not isinstance(said, Stopped), "no limit of time was set"
    return said


# ---------------------------------------------------------------- deletion filter


def _irreducible(question: Mapping[str, Any], suspects: Sequence[Group]) -> tuple[Group, ...]:
    """Which of these demands contradict one another, none of them too many?"""
    every = list(groups_of(question))
    kept = [group for group in every if group in set(suspects)]
    if has_answer(only(question, kept)):  # the solver named too few
        kept = every
    for group in list(kept):
        rest = [other for other in kept if other != group]
        if not has_answer(only(question, rest)):
            kept = rest
    return tuple(kept)


def groups_of(question: Mapping[str, Any]) -> Iterator[Group]:
    """Which demands does a question make? What people change least readily stands last, and is dropped last."""
    for make in question["makes"]:
        if make["ramp"] is not None:
            yield Group("ramp", make["id"])
    for line in question["lines"]:
        if line["host_bp"]:
            yield Group("host", line["id"])
    for line in question["lines"]:
        yield from (Group("hours", line["id"], month) for month in reversed(question["months"]))
    yield from (Group("reserve", product["id"]) for product in question["products"] if any(product["reserve"]))
    yield from (Group("order", order["id"]) for order in question["orders"] if any(order["units"]))


def only(question: Mapping[str, Any], groups: Iterable[Group]) -> dict[str, Any]:
    """Which question makes these demands alone?"""
    held = set(groups)
    ample = _ample(question)
    none = [0] * len(question["months"])
    lines = []
    for line in question["lines"]:
        own = zip(question["months"], line["hours"], strict=True)
        hours = [h if Group("hours", line["id"], month) in held else max(h, ample) for month, h in own]
        host = line["host_bp"] if Group("host", line["id"]) in held else 0
        lines.append({**line, "hours": hours, "host_bp": host})
    return {
        **question,
        "lines": lines,
        "makes": [m if Group("ramp", m["id"]) in held else {**m, "ramp": None} for m in question["makes"]],
        "products": [p if Group("reserve", p["id"]) in held else {**p, "reserve": none} for p in question["products"]],
        "orders": [o if Group("order", o["id"]) in held else {**o, "units": none} for o in question["orders"]],
    }


def _ample(question: Mapping[str, Any]) -> int:
    """How many hours suffice for everything owed, made in one month on one line, whatever the host takes?"""
    owed = sum(sum(order["units"]) for order in question["orders"])
    owed += sum(max(product["reserve"]) for product in question["products"])
    kept = min((10_000 - line["host_bp"] for line in question["lines"] if line["host_bp"] < 10_000), default=10_000)
    slowest = max((make["hours"] for make in question["makes"]), default=1)
    return int(1 + slowest * (owed + 1) * -(-10_000 // kept))


def _suspects(said: Infeasible) -> list[Group]:
    """Which demands stand in the rows that a solver's ray names?"""
    program, found = said.program, []
    ordered: dict[str, list[str]] = {}
    for order in program.lists["orders"]:
        ordered.setdefault(order["product"], []).append(order["id"])
    for row in np.flatnonzero(said.multipliers).tolist():
        found += _groups_at(program, row, ordered)
    return found


def _groups_at(program: Program, row: int, ordered: Mapping[str, Sequence[str]]) -> list[Group]:
    family = program.families[program.family[row]]
    if family.name not in ("stock", "reserve", "hours", "ramp", "host"):
        return []
    record = program.lists[family.records][int(program.place[row])]
    if family.name == "stock":
        return [Group("order", order) for order in ordered.get(record["id"], ())]
    if family.name == "host":
        return [Group("host", record["line"])]
    month = program.months[int(program.month[row])] if family.name == "hours" else None
    return [Group(family.name, record["id"], month)]
