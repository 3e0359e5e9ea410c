"""Every plan with exports in whole units of a very small question, one by one: which is best, stage by stage?

Written from the words of docs/reference/plan.md; it shares nothing with the engine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate, product
from typing import Any

Question = dict[str, Any]
Values = dict[str, Any]
Pair = tuple[int, int]
MONTHS = ["2026-01", "2026-02"]
MOST_PLANS = 10**6
WHOLE = 10_000


def small_world(seed: int) -> Question:
    """One product on one line, two needs of which one is urgent, one sale by one centre, two months."""
    draw = random.Random(f"exports/{seed}")
    urgent_first = draw.random() < 0.5
    needs = [
        {"id": f"n{n}", "pool": "c", "priority": draw.choice([1, n + 1]), "value": draw.randint(1, 3)}
        | {"units": [draw.randint(0, 2), draw.randint(0, 1)], "urgent": (n == 0) is urgent_first}
        | {"price_abroad": draw.choice([None, 2, 5])}
        for n in range(2)
    ]
    return {
        "currency": "UAH",
        "months": MONTHS,
        "rule": draw.choice(["N0", "N1", "N2", "N3"]),
        "share_bp": draw.choice([5_000, 7_000, 10_000]),
        "grace_months": draw.randint(0, 2),
        "rates": {"EUR": [[draw.randint(1, 3), 1] for _ in MONTHS]},
        "budget": [draw.randint(0, 6) for _ in MONTHS],
        "products": [
            {"id": "p", "pool": "c", "stock": draw.randint(1, 4), "reserve": [draw.randint(0, 1)] * 2, "volume": 2}
        ],
        "pools": [{"id": "c", "price": draw.randint(1, 4)}],
        "lines": [
            {"id": "l", "hours": [draw.randint(0, 9) for _ in MONTHS], "host_bp": draw.choice([0, 0, 3_000])}
            | {"may_export": True}
        ],
        "makes": [
            {"id": "m", "line": "l", "product": "p", "hours": draw.randint(1, 4)}
            | {"ramp": draw.choice([None, None, 2]), "before": draw.randint(0, 2)}
        ],
        "orders": [{"id": "o", "product": "p", "units": [draw.randint(0, 1) for _ in MONTHS], "home": True}],
        "needs": needs,
        "centres": [{"id": "h", "throughput": [draw.randint(2, 8) for _ in MONTHS]}],
        "licences": [{"id": "j", "first": "2026-01", "last": draw.choice(MONTHS), "units": draw.randint(1, 5)}],
        "destinations": [{"id": "d", "value": draw.randint(8, 60)}],
        "sales": [
            {"id": "s", "product": "p", "destination": "d", "licence": "j", "hypothetical": False}
            | {"demand": [draw.randint(1, 3) for _ in MONTHS], "price": draw.randint(2, 9), "currency": "EUR"}
            | {"lag": draw.randint(0, 1), "cost": draw.randint(0, 3)}
        ],
        "routes": [{"id": "r", "sale": "s", "centre": "h", "transit": draw.randint(0, 1)}],
    }


def best_plan(q: Question, base: Values) -> tuple[int, ...]:
    """What does the best plan beside this baseline come to: the classes, fairness, and receipts (below nought)?"""
    found: tuple[int, ...] | None = None
    seen = 0
    given = [list(_given(q, n)) for n in range(2)]
    for there in {there for x in product(*_output(q)) if (there := _there(q, x)) is not None}:
        for g in _leaves(q):
            for one, other in product(*given):
                seen += 1
                if not _fits(q, base, there, g, (one, other)):
                    continue
                worth = _worth(q, g, (one, other))
                if found is None or worth < found:
                    found = worth
    assert seen <= MOST_PLANS, seen
    assert found is not None, "the baseline is a plan without exports"
    return found


def _output(q: Question) -> list[range]:
    return [range(hours // q["makes"][0]["hours"] + 1) for hours in q["lines"][0]["hours"]]


def _there(q: Question, x: tuple[int, ...]) -> Pair | None:
    """How many units may be gone by the end of each month, orders and reserve met?"""
    make, record = q["makes"][0], q["products"][0]
    before, there, left = make["before"], record["stock"], []
    for t, made in enumerate(x):
        if make["ramp"] is not None and made - before > make["ramp"]:
            return None
        before = made
        there += made - -(-q["lines"][0]["host_bp"] * made // WHOLE) - q["orders"][0]["units"][t]
        left.append(there - record["reserve"][t])
    return None if min(left) < 0 else (left[0], left[1])


def _leaves(q: Question) -> Iterator[Pair]:
    """What may leave by demand, licence, its window, the centre and the destination's ceiling?"""
    sale, licence, through = q["sales"][0], q["licences"][0], q["centres"][0]["throughput"]
    late = q["routes"][0]["transit"]
    for g in product(*(range(units + 1) for units in sale["demand"])):
        inside = [units for units, month in zip(g, MONTHS, strict=True) if licence["first"] <= month <= licence["last"]]
        if sum(inside) != sum(g) or sum(g) > licence["units"]:
            continue
        passing = [0] * late + [2 * units for units in g]
        if any(units > most for units, most in zip(passing, through, strict=False)):
            continue
        if sum(passing[2:]) > late * through[-1]:
            continue
        gross = sum(sale["price"] * units * q["rates"]["EUR"][t][0] for t, units in enumerate(g))
        if gross <= q["destinations"][0]["value"]:
            yield g


def _given(q: Question, n: int) -> Iterator[dict[str, Pair]]:
    """Which units may a need be given from orders, budget, proceeds at home and abroad: no more than it needs?"""
    need = q["needs"][n]
    blocks = "ob" + ("r" if need["urgent"] else "") + ("y" if need["urgent"] and need["price_abroad"] else "")
    most = sum(need["units"])
    for figures in product(range(most + 1), repeat=2 * len(blocks)):
        early = sum(figures[::2])
        if early <= need["units"][0] and early + sum(figures[1::2]) <= most:
            yield {block: figures[2 * k : 2 * k + 2] for k, block in enumerate(blocks)}  # type: ignore[misc]


NONE = (0, 0)


def _cumulated(given: tuple[dict[str, Pair], ...], block: str) -> list[int]:
    return list(accumulate(sum(own.get(block, NONE)[t] for own in given) for t in range(2)))


def _unmet(q: Question, n: int, own: dict[str, Pair], blocks: str = "obry") -> list[int]:
    need = q["needs"][n]
    return list(accumulate(need["units"][t] - sum(own.get(block, NONE)[t] for block in blocks) for t in range(2)))


def _fits(q: Question, base: Values, there: Pair, g: Pair, given: tuple[dict[str, Pair], ...]) -> bool:
    price = q["pools"][0]["price"]
    credit, budget = list(accumulate(q["orders"][0]["units"])), list(accumulate(q["budget"]))
    gone = list(accumulate(g))
    o, b, r = (_cumulated(given, block) for block in "obr")
    return (
        all(gone[t] + b[t] + r[t] <= there[t] and o[t] <= credit[t] and price * b[t] <= budget[t] for t in range(2))
        and _is_harmless(q, base, given)
        and _money_holds(q, g, given)
    )


def _is_harmless(q: Question, base: Values, given: tuple[dict[str, Pair], ...]) -> bool:
    for n, own in enumerate(given):
        if q["rule"] == "N0":
            continue
        blocks = "ob" if q["rule"] == "N3" else "obry"
        if any(now > before for now, before in zip(_unmet(q, n, own, blocks), base["u"][n], strict=True)):
            return False
        bought = zip(accumulate(own["b"]), accumulate(base["b"][n]), strict=True)
        if q["rule"] == "N2" and any(now < before for now, before in bought):
            return False
    return True


def _money_holds(q: Question, g: Pair, given: tuple[dict[str, Pair], ...]) -> bool:
    """Nothing is spent before it came home; the share is spent within the grace, or nothing dearer stays open."""
    sale, share, grace = q["sales"][0], q["share_bp"], q["grace_months"]
    net = [units * (sale["price"] * q["rates"]["EUR"][t][0] - sale["cost"]) for t, units in enumerate(g)]
    received = list(accumulate(sum(net[s] for s in range(2) if s + sale["lag"] == t) for t in range(2)))
    prices = {"r": q["pools"][0]["price"]}
    spent = [0, 0]
    for n, own in enumerate(given):
        for block in "ry":
            price = prices.get(block, q["needs"][n]["price_abroad"] or 0)
            spent = [spent[t] + price * list(accumulate(own.get(block, NONE)))[t] for t in range(2)]
    if any(out > have for out, have in zip(spent, received, strict=True)) or min(received) < 0:
        return False
    for t in range(2 - grace):
        idle = max(0, share * received[t] - WHOLE * spent[t + grace])
        for n, own in enumerate(given):
            need, s = q["needs"][n], t + grace
            if need["urgent"] and need["price_abroad"] is not None:
                later = [sum(own.get(block, NONE)[k] for block in "ry" for k in range(s + 1, last + 1))
                         for last in range(s, 2)]  # fmt: skip
                open_ = [now + more for now, more in zip(_unmet(q, n, own)[s:], later, strict=True)]
                if all(open_) and idle > WHOLE * need["price_abroad"]:
                    return False
    return True


def _worth(q: Question, g: Pair, given: tuple[dict[str, Pair], ...]) -> tuple[int, ...]:
    classes = sorted({need["priority"] for need in q["needs"]})
    stages, gaps = dict.fromkeys(classes, 0), dict.fromkeys(classes, 0)
    for n, own in enumerate(given):
        need, unmet = q["needs"][n], _unmet(q, n, own)
        stages[need["priority"]] += need["value"] * sum(unmet)
        if total := sum(need["units"]):
            gaps[need["priority"]] = max(gaps[need["priority"]], -(-WHOLE * unmet[1] // total))
    sale = q["sales"][0]
    net = sum(units * (sale["price"] * q["rates"]["EUR"][t][0] - sale["cost"]) for t, units in enumerate(g))
    return (*stages.values(), sum(gaps.values()), -net)
