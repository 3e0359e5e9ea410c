"""Random questions for the plan: seeded, whole numbers, every feature, from a handful of records to 5,000 products.

`world(seed, ...)` draws one of a stated size; `SIZES` are those of planning.md 2.1. Firms and places are invented.
A drawn question is usually, not always, feasible: `tight` squeezes lines and budget, `units` says how many units a
product sees in a month. The same arguments always draw the same question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Question = dict[str, Any]
CLASSES, RULES, WHOLE = 4, ("N0", "N1", "N2", "N3"), 10_000


@dataclass(frozen=True)
class Size:
    """How large is a question: products, months, centres, destinations, and sales and routes a product?"""

    products: int
    months: int
    centres: int
    destinations: int
    sales: float
    routes: float = 3.0


SIZES = {
    "S": Size(200, 12, 10, 20, sales=5.3),
    "M": Size(1_000, 24, 10, 40, sales=3.0),
    "L": Size(5_000, 36, 10, 60, sales=2.3),
}
TINY = Size(4, 3, 2, 2, sales=1.5, routes=1.5)


def world(
    seed: int, size: Size = TINY, *, rule: str = "N2", tight: bool = False, units: int = 200, money: int = 100_000
) -> Question:
    """Which question does this seed draw?"""
    draw = np.random.default_rng([seed, size.products, size.months])
    months = [f"{2026 + t // 12}-{t % 12 + 1:02}" for t in range(size.months)]
    pools = _pools(draw, max(1, size.products // 2), money)
    products, level = _products(draw, size, len(pools), units)
    lines, makes = _lines(draw, size, level, tight=tight)
    needs = _needs(draw, size, pools, level, money)
    sales, licences = _sales(draw, size, pools, level, months)
    return {
        "currency": "UAH",
        "months": months,
        "rule": rule,
        "share_bp": int(draw.choice([7_000, 8_000, 9_000, 10_000])),
        "grace_months": int(draw.integers(0, min(4, size.months))),
        "rates": _rates(draw, size.months),
        "budget": _budget(draw, size.months, pools, needs, tight=tight),
        "products": products,
        "pools": pools,
        "lines": lines,
        "makes": makes,
        "orders": _orders(draw, size, level),
        "needs": needs,
        "centres": _centres(draw, size, level),
        "licences": licences,
        "destinations": [
            {"id": f"d{d}", "value": int(money * units * size.products * draw.integers(1, 9))}
            for d in range(size.destinations)
        ],
        "sales": sales,
        "routes": _routes(draw, size, len(sales)),
    }


def _pools(draw: np.random.Generator, count: int, money: int) -> list[dict[str, Any]]:
    prices = (money * np.exp(draw.uniform(-2.3, 3.5, count))).astype(np.int64) + 1
    return [{"id": f"c{i}", "price": int(price)} for i, price in enumerate(prices)]


def _products(draw: np.random.Generator, size: Size, pools: int, units: int) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Products and the units a month that each is about."""
    level = np.maximum(1, (units * np.exp(draw.uniform(-2, 0.7, size.products))).astype(np.int64))
    reserve = (level * draw.uniform(0, 0.6, size.products)).astype(np.int64)
    opening = reserve + (level * draw.uniform(0, 2, size.products)).astype(np.int64)
    return [
        {
            "id": f"p{p}",
            "pool": f"c{p % pools}",
            "stock": int(opening[p]),
            "reserve": [int(reserve[p])] * size.months,
            "volume": int(draw.integers(1, 40)),
        }
        for p in range(size.products)
    ], level


def _lines(
    draw: np.random.Generator, size: Size, level: np.ndarray, *, tight: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    count = max(2, size.products // 5)
    load, makes = np.zeros(count), []
    for p in range(size.products):
        ways = int(draw.integers(1, 4))
        for line in sorted({int(line) for line in draw.integers(0, count, ways)}):
            hours = int(draw.integers(300, 30_000))
            load[line] += hours * level[p] / ways
            ramp = int(level[p] * draw.integers(1, 4)) if draw.random() < 0.3 else None
            before = int(level[p] // ways)
            makes.append(
                {"id": f"m{p}.{line}", "line": f"l{line}", "product": f"p{p}", "hours": hours}
                | {"ramp": ramp, "before": before}
            )
    slack = draw.uniform(0.8, 1.2, count) if tight else draw.uniform(1.0, 1.8, count)
    season = draw.uniform(0.8, 1.1, (count, size.months))
    hours = (np.maximum(load, 30_000)[:, None] * slack[:, None] * season).astype(np.int64)
    lines = []
    for line in range(count):
        kind = draw.random()
        host = 0 if kind > 0.3 else int(draw.choice([1_000, 2_500, 5_000]))
        lines.append(
            {"id": f"l{line}", "hours": hours[line].tolist(), "host_bp": host}
            | {"may_export": bool(draw.random() > 0.25)}
        )
    return lines, makes


def _orders(draw: np.random.Generator, size: Size, level: np.ndarray) -> list[dict[str, Any]]:
    found = []
    for p in range(size.products):
        for _ in range(int(draw.integers(0, 3))):
            share = draw.uniform(0, 0.25, size.months) * (draw.random(size.months) < 0.7)
            found.append(
                {"id": f"o{len(found)}", "product": f"p{p}", "units": (level[p] * share).astype(np.int64).tolist()}
                | {"home": bool(draw.random() < 0.8)}
            )
    return found


def _needs(
    draw: np.random.Generator, size: Size, pools: list[dict[str, Any]], level: np.ndarray, money: int
) -> list[dict[str, Any]]:
    about = np.bincount(np.arange(size.products) % len(pools), weights=level, minlength=len(pools))
    found = []
    for i, pool in enumerate(pools):
        for priority in range(1, CLASSES + 1):
            share = draw.uniform(0.05, 0.45, size.months) * (draw.random(size.months) < 0.8)
            urgent = bool(draw.random() < 0.35)
            abroad = int(pool["price"] * draw.uniform(1.0, 1.8)) if urgent and draw.random() < 0.7 else None
            found.append(
                {"id": f"n{i}.{priority}", "pool": pool["id"], "priority": priority}
                | {"value": max(1, pool["price"] // money), "units": (about[i] * share).astype(np.int64).tolist()}
                | {"urgent": urgent, "price_abroad": abroad}
            )
    return found


def _budget(
    draw: np.random.Generator, months: int, pools: list[dict[str, Any]], needs: list[dict[str, Any]], *, tight: bool
) -> list[int]:
    price = {pool["id"]: pool["price"] for pool in pools}
    wanted = sum(price[need["pool"]] * sum(need["units"]) for need in needs)
    share = draw.uniform(0.1, 0.5) if tight else draw.uniform(0.4, 0.9)
    return [int(wanted * share / months * draw.uniform(0.5, 1.5)) for _ in range(months)]


def _rates(draw: np.random.Generator, months: int) -> dict[str, list[list[int]]]:
    return {
        code: [[int(middle * draw.uniform(0.95, 1.1)), 10_000] for _ in range(months)]
        for code, middle in (("EUR", 480_000), ("USD", 415_000))
    }


def _centres(draw: np.random.Generator, size: Size, level: np.ndarray) -> list[dict[str, Any]]:
    about = int(level.sum() * 20 / size.centres)
    return [
        {"id": f"h{c}", "throughput": (about * draw.uniform(0.1, 0.6, size.months)).astype(np.int64).tolist()}
        for c in range(size.centres)
    ]


def _sales(
    draw: np.random.Generator, size: Size, pools: list[dict[str, Any]], level: np.ndarray, months: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    sales: list[dict[str, Any]] = []
    licences: list[dict[str, Any]] = []
    wanted = max(1, int(size.products * size.sales))
    pairs = draw.choice(size.products * size.destinations, min(wanted, size.products * size.destinations), False)
    for pair in sorted(int(pair) for pair in pairs):
        p, place = divmod(pair, size.destinations)
        share = draw.uniform(0, 0.4, size.months) * (draw.random(size.months) < 0.8)
        price = pools[p % len(pools)]["price"]
        hypothetical = bool(draw.random() < 0.2)
        if not hypothetical and (not licences or draw.random() < 0.7):
            first, last = sorted(int(t) for t in draw.integers(0, size.months, 2))
            licences.append(
                {"id": f"j{len(licences)}", "first": months[first if draw.random() < 0.5 else 0], "last": months[last]}
                | {"units": int(level[p] * draw.uniform(0.3, 3))}
            )
        sales.append(
            {"id": f"s{len(sales)}", "product": f"p{p}", "destination": f"d{place}"}
            | {"licence": None if hypothetical else licences[-1]["id"], "hypothetical": hypothetical}
            | {"demand": (level[p] * share).astype(np.int64).tolist()}
            | {"price": int(price * draw.uniform(1.0, 2.2) / 45) + 1, "currency": str(draw.choice(["EUR", "USD"]))}
            | {"lag": int(draw.integers(0, 4)), "cost": int(price * draw.uniform(0, 0.2))}
        )
    return sales, licences


def _routes(draw: np.random.Generator, size: Size, sales: int) -> list[dict[str, Any]]:
    found = []
    for j in range(sales):
        ways = min(size.centres, max(1, int(draw.poisson(size.routes))))
        for centre in sorted(int(c) for c in draw.choice(size.centres, ways, False)):
            found.append(
                {"id": f"r{len(found)}", "sale": f"s{j}", "centre": f"h{centre}"}
                | {"transit": int(draw.choice([0, 0, 0, 1, 2]))}
            )
    return found
