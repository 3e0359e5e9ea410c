"""Every baseline in whole units of a very small question, one by one: which is best, class by class?

Written from the words of docs/reference/plan.md; it shares nothing with the engine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

Question = dict[str, Any]
MOST_PLANS = 10**6


def small_world(seed: int) -> Question:
    """One pool of two products on one line, two needs, two months, a handful of units."""
    draw = random.Random(seed)
    months = ["2026-01", "2026-02"]
    hours = [draw.randint(1, 4), draw.randint(1, 4)]
    value = [draw.randint(1, 3), draw.randint(1, 3)]
    same_class = draw.random() < 0.4
    return {
        "currency": "UAH",
        "months": months,
        "rule": draw.choice(["N1", "N2", "N3"]),
        "share_bp": draw.choice([5_000, 7_000, 10_000]),
        "grace_months": draw.randint(0, 1),
        "rates": {"EUR": [[draw.randint(1, 3), 1] for _ in months]},
        "budget": [draw.randint(0, 12) for _ in months],
        "products": [
            {"id": f"p{p}", "pool": "c", "stock": draw.randint(0, 3), "reserve": [draw.randint(0, 1)] * 2, "volume": 1}
            for p in range(2)
        ],
        "pools": [{"id": "c", "price": draw.randint(1, 4)}],
        "lines": [
            {"id": "l", "hours": [draw.randint(0, 9) for _ in months], "host_bp": draw.choice([0, 0, 3_000])}
            | {"may_export": True}
        ],
        "makes": [
            {"id": f"m{p}", "line": "l", "product": f"p{p}", "hours": hours[p]}
            | {"ramp": draw.choice([None, None, 2]), "before": draw.randint(0, 2)}
            for p in range(2)
        ],
        "orders": [{"id": "o", "product": "p0", "units": [draw.randint(0, 1) for _ in months], "home": True}],
        "needs": [
            {"id": f"n{n}", "pool": "c", "priority": 1 if same_class else n + 1, "value": value[n]}
            | {"units": [draw.randint(0, 3) for _ in months], "urgent": draw.random() < 0.5}
            | {"price_abroad": draw.choice([None, 2, 5])}
            for n in range(2)
        ],
        "centres": [{"id": "h", "throughput": [draw.randint(0, 6) for _ in months]}],
        "licences": [{"id": "j", "first": months[0], "last": months[-1], "units": draw.randint(0, 6)}],
        "destinations": [{"id": "d", "value": draw.randint(0, 60)}],
        "sales": [
            {"id": f"s{p}", "product": f"p{p}", "destination": "d", "licence": "j", "hypothetical": False}
            | {"demand": [draw.randint(0, 3) for _ in months], "price": draw.randint(2, 9), "currency": "EUR"}
            | {"lag": draw.randint(0, 1), "cost": draw.randint(0, 3)}
            for p in range(2)
        ],
        "routes": [{"id": f"r{p}", "sale": f"s{p}", "centre": "h", "transit": draw.randint(0, 1)} for p in range(2)],
    }


def best_baseline(q: Question) -> tuple[int, ...] | None:
    """What does the best baseline come to at each stage? None when none meets orders and reserve."""
    found: tuple[int, ...] | None = None
    for free in set(_frees(q)):
        for worth in _worths(q, free):
            if found is None or worth < found:
                found = worth
    return found


def _frees(q: Question) -> Iterator[tuple[int, int]]:
    """How many units may the pool be given by the end of each month, for every possible output?"""
    line = q["lines"][0]
    ranges = [range(line["hours"][t] // make["hours"] + 1) for make in q["makes"] for t in range(2)]
    for x in product(*ranges):
        made = [x[:2], x[2:]]
        if all(_fits(q, made, t) for t in range(2)) and (free := _free(q, made)) is not None:
            yield free


def _fits(q: Question, made: list[tuple[int, ...]], t: int) -> bool:
    used = sum(make["hours"] * made[m][t] for m, make in enumerate(q["makes"]))
    grows = (
        make["ramp"] is None or made[m][t] - (made[m][t - 1] if t else make["before"]) <= make["ramp"]
        for m, make in enumerate(q["makes"])
    )
    return used <= q["lines"][0]["hours"][t] and all(grows)


def _free(q: Question, made: list[tuple[int, ...]]) -> tuple[int, int] | None:
    total = [0, 0]
    for p, record in enumerate(q["products"]):
        there, left = record["stock"], []
        for t in range(2):
            there += made[p][t] - -(-q["lines"][0]["host_bp"] * made[p][t] // 10_000)
            there -= sum(order["units"][t] for order in q["orders"] if order["product"] == record["id"])
            left.append(there - record["reserve"][t])
        if min(left) < 0:
            return None
        total = [total[0] + min(left), total[1] + left[1]]
    return total[0], total[1]


def _worths(q: Question, free: tuple[int, int]) -> Iterator[tuple[int, ...]]:
    """What does every way of giving these units, and those of orders, to the two needs come to?"""
    credit = [sum(order["units"][t] for order in q["orders"] if order["home"]) for t in range(2)]
    needs, price = q["needs"], q["pools"][0]["price"]
    for b in product(range(free[1] + 1), repeat=4):
        early, late = b[0] + b[2], b[1] + b[3]
        if early > free[0] or early + late > free[1] or price * early > q["budget"][0]:
            continue
        if price * (early + late) > sum(q["budget"]):
            continue
        for o in product(range(sum(credit) + 1), repeat=4):
            if o[0] + o[2] > credit[0] or sum(o) > sum(credit):
                continue
            unmet = []
            for n, need in enumerate(needs):
                first = need["units"][0] - b[2 * n] - o[2 * n]
                unmet.append((first, first + need["units"][1] - b[2 * n + 1] - o[2 * n + 1]))
            if min(min(pair) for pair in unmet) >= 0:
                yield _worth(needs, unmet)


def _worth(needs: list[dict[str, Any]], unmet: list[tuple[int, int]]) -> tuple[int, ...]:
    classes = sorted({need["priority"] for need in needs})
    stages, gaps = dict.fromkeys(classes, 0), dict.fromkeys(classes, 0)
    for need, pair in zip(needs, unmet, strict=True):
        stages[need["priority"]] += need["value"] * sum(pair)
        if total := sum(need["units"]):
            gaps[need["priority"]] = max(gaps[need["priority"]], -(-10_000 * pair[1] // total))
    return (*stages.values(), sum(gaps.values()))
