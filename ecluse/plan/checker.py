"""Does a published plan hold? Integers and the standard library alone, no solver: `python checker.py PLAN.json`.

Every row is written out again from the question and added up; the baseline is bounded from below by weak duality
(Neumaier & Shcherbina, doi:10.1007/s10107-003-0433-3). docs/reference/plan.md says rows and columns in words.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FORMAT, PARTS = "ecluse-plan/1", ("question", "baseline", "plan", "proof")
WHOLE = 10_000  # hundredths of a percent
Column = tuple[str, int, int]  # block, place of the record in its list, month
Row = tuple[str, list[tuple[int, Column]], str, int]  # family/record/month, terms, `=` `<` or `>`, right-hand side
Values = Mapping[str, Sequence[Sequence[int]]]


class PlanError(ValueError):
    """The plan does not hold; the message begins with the row, or the place in the file."""


def step(block: str, place: int, t: int) -> list[tuple[int, Column]]:
    """What does this month add to a running sum? Its value less that of the month before."""
    return [(1, (block, place, t)), (-1, (block, place, t - 1))] if t else [(1, (block, place, t))]


class Question:
    """What is asked: whole units, thousandths of an hour, minor units of the home currency; lists of records."""

    def __init__(self, q: Mapping[str, Any], base: Values | None = None) -> None:
        self.q, self.base, self.months = q, base, list(enumerate(q["months"]))
        self.made, self.run = self.group("makes", "products"), self.group("makes", "lines")
        self.sold, self.kinds = self.group("sales", "products"), self.group("products", "pools")
        self.served, self.ways = self.group("needs", "pools"), self.group("routes", "sales")
        self.through, self.sent = self.group("routes", "centres"), self.group("sales", "destinations")
        self.host = [q["lines"][line]["host_bp"] for line in self.of("makes", "lines")]
        self.stays = [not q["lines"][line]["may_export"] for line in self.of("makes", "lines")]
        self.hours = [q["lines"][line]["hours"] for line in self.of("makes", "lines")]
        each = [sum(hours) // make["hours"] for hours, make in zip(self.hours, q["makes"], strict=True)]
        self.most = [p["stock"] + sum(each[m] for m in made) for p, made in zip(q["products"], self.made, strict=True)]
        self.volume = [q["products"][product]["volume"] for product in self.of("sales", "products")]
        self.pool, self.price = self.of("needs", "pools"), [q["pools"][p]["price"] for p in self.of("needs", "pools")]
        self.classes = sorted({need["priority"] for need in q["needs"]})
        self.urgent = [n for n, need in enumerate(q["needs"]) if need["urgent"]]
        self.abroad = [n for n in self.urgent if q["needs"][n]["price_abroad"] is not None]
        self.due = [[0] * len(self.months) for _ in q["products"]]
        self.credit, kind = [[0] * len(self.months) for _ in q["pools"]], self.of("products", "pools")
        for order, p in zip(q["orders"], self.of("orders", "products"), strict=True):
            for t, units in enumerate(order["units"]):
                self.due[p][t] += units
                self.credit[kind[p]][t] += units if order["home"] else 0

    def of(self, inner: str, outer: str) -> list[int]:
        """At which place of `outer` stands what each record of `inner` names?"""
        at = {record["id"]: place for place, record in enumerate(self.q[outer])}
        if len(at) != len(self.q[outer]):
            raise PlanError(f"question/{outer}: an id stands twice")
        return [at[record[outer[:-1]]] for record in self.q[inner]]

    def group(self, inner: str, outer: str) -> list[list[int]]:
        """Which records of `inner` name each record of `outer`?"""
        found: list[list[int]] = [[] for _ in self.q[outer]]
        for place, owner in enumerate(self.of(inner, outer)):
            found[owner].append(place)
        return found

    def gross(self, j: int, t: int) -> int:
        """What does a unit that leaves in month t cost its buyer? Its price at the planning rate, rounded down."""
        sale, rates = self.q["sales"][j], self.q["rates"]
        return int(sale["price"] * rates[sale["currency"]][t][0] // rates[sale["currency"]][t][1])

    def net(self, j: int, t: int) -> int:
        """What does it bring home? Its price less its cost."""
        return self.gross(j, t) - int(self.q["sales"][j]["cost"])

    def rows(self, *, exports: bool) -> Iterator[Row]:
        """Which rows does a plan obey: the baseline, or one with exports?"""
        for part in (self._making, self._home, *((self._selling, self._money, self._no_harm) if exports else ())):
            yield from part(exports)

    def _making(self, exports: bool) -> Iterator[Row]:
        for p, product in enumerate(self.q["products"]):
            made, sold = self.made[p], self.sold[p] if exports else []
            free = [m for m in made if not self.stays[m]]
            for t, month in self.months:
                at, opening = f"{product['id']}/{month}", 0 if t else product["stock"]
                out = [(1, ("g", j, t)) for j in sold]
                into = [(-1, ("x", m, t)) for m in made] + [(1, ("v", m, t)) for m in made if self.host[m]]
                yield f"stock/{at}", [*step("s", p, t), (1, ("h", p, t)), *into, *out], "=", opening - self.due[p][t]
                yield f"reserve/{at}", [(1, ("s", p, t))], ">", product["reserve"][t]
                if sold and len(free) < len(made):  # what lines bound to serve at home make never leaves
                    into = [(-1, ("x", m, t)) for m in free] + [(1, ("v", m, t)) for m in free if self.host[m]]
                    yield f"origin/{at}", [*step("a", p, t), *into, *out], "<", opening  # home may use them too
                    yield f"apart/{at}", [(1, ("a", p, t)), (-1, ("s", p, t))], "<", 0
        for line, made in zip(self.q["lines"], self.run, strict=True):
            for t, month in self.months:
                terms = [(self.q["makes"][m]["hours"], ("x", m, t)) for m in made]
                yield f"hours/{line['id']}/{month}", terms, "<", line["hours"][t]
        for m, make in enumerate(self.q["makes"]):
            for t, month in self.months:
                if make["ramp"] is not None:
                    limit = make["ramp"] + (0 if t else make["before"])
                    yield f"ramp/{make['id']}/{month}", step("x", m, t), "<", limit
                if self.host[m]:
                    terms = [(WHOLE, ("v", m, t)), (-self.host[m], ("x", m, t))]
                    yield f"host/{make['id']}/{month}", terms, ">", 0

    def _home(self, exports: bool) -> Iterator[Row]:
        urgent, abroad = (set(self.urgent), set(self.abroad)) if exports else (set(), set())
        for i, pool in enumerate(self.q["pools"]):
            for t, month in self.months:
                terms = [(1, ("h", p, t)) for p in self.kinds[i]] + [(-1, ("b", n, t)) for n in self.served[i]]
                terms += [(-1, ("r", n, t)) for n in self.served[i] if n in urgent]
                yield f"pool/{pool['id']}/{month}", terms, "=", 0
                terms = [*step("w", i, t), *((1, ("o", n, t)) for n in self.served[i])]
                yield f"credit/{pool['id']}/{month}", terms, "=", self.credit[i][t]
        for n, need in enumerate(self.q["needs"]):
            for t, month in self.months:
                terms = [*step("u", n, t), (1, ("o", n, t)), (1, ("b", n, t))]
                terms += [(1, ("r", n, t))] * (n in urgent) + [(1, ("y", n, t))] * (n in abroad)
                yield f"need/{need['id']}/{month}", terms, "=", need["units"][t]
            gap, left = ("f", self.classes.index(need["priority"]), 0), ("u", n, len(self.months) - 1)
            yield f"fair/{need['id']}", [(sum(need["units"]), gap), (-WHOLE, left)], ">", 0
        for t, month in self.months:
            terms = [*step("c", 0, t), *((price, ("b", n, t)) for n, price in enumerate(self.price))]
            yield f"budget/{month}", terms, "=", self.q["budget"][t]

    def _selling(self, _: bool) -> Iterator[Row]:
        q, licences = self.q, {licence["id"]: [] for licence in self.q["licences"]}  # type: Any, dict[str, list[int]]
        for j, sale in enumerate(q["sales"]):
            if sale["licence"] is None and not sale["hypothetical"]:
                raise PlanError(f"route/{sale['id']}: neither a licence nor the mark hypothetical")
            if sale["licence"] is not None:
                licences[sale["licence"]].append(j)
            for t, month in self.months:
                yield f"demand/{sale['id']}/{month}", [(1, ("g", j, t))], "<", sale["demand"][t]
                sent = [(-1, ("e", k, t)) for k in self.ways[j]]
                yield f"route/{sale['id']}/{month}", [(1, ("g", j, t)), *sent], "=", 0
        sale_of = self.of("routes", "sales")
        for centre, through in zip(q["centres"], self.through, strict=True):
            for t, month in self.months:
                left = [(k, t - q["routes"][k]["transit"]) for k in through]  # passes after it left the stock at home
                terms = [(self.volume[sale_of[k]], ("e", k, s)) for k, s in left if s >= 0]
                yield f"centre/{centre['id']}/{month}", terms, "<", centre["throughput"][t]
            late = [(k, min(q["routes"][k]["transit"], len(self.months))) for k in through]
            terms = [(self.volume[sale_of[k]], ("e", k, len(self.months) - s)) for k, n in late for s in range(n, 0, -1)]
            yield f"after/{centre['id']}", terms, "<", centre["throughput"][-1] * max((n for _, n in late), default=0)
        for licence in q["licences"]:
            both = [(licence["first"] <= month <= licence["last"], t) for t, month in self.months]
            for family, wanted, limit in (("licence", True, licence["units"]), ("window", False, 0)):
                terms = [(1, ("g", j, t)) for j in licences[licence["id"]] for inside, t in both if inside is wanted]
                yield f"{family}/{licence['id']}", terms, "<", limit
        for place, own in zip(q["destinations"], self.sent, strict=True):
            terms = [(self.gross(j, t), ("g", j, t)) for j in own for t, _ in self.months]
            yield f"value/{place['id']}", terms, "<", place["value"]

    def _money(self, _: bool) -> Iterator[Row]:
        share, grace, last = self.q["share_bp"], self.q["grace_months"], len(self.months) - 1
        for t, month in self.months:
            lags = [(j, t - sale["lag"]) for j, sale in enumerate(self.q["sales"]) if t >= sale["lag"]]
            yield f"receipts/{month}", [*step("q", 0, t), *((-self.net(j, s), ("g", j, s)) for j, s in lags)], "=", 0
            spent = [(self.price[n], ("r", n, t)) for n in self.urgent]
            spent += [(self.q["needs"][n]["price_abroad"], ("y", n, t)) for n in self.abroad]
            received = [(-sign, column) for sign, column in step("q", 0, t)]
            yield f"fund/{month}", [*step("F", 0, t), *step("Z", 0, t), *received, *spent], "=", 0
            yield f"uses/{month}", step("Z", 0, t), ">", 0  # what other uses took does not come back
            yield f"other/{month}", [(WHOLE, ("Z", 0, t)), (share - WHOLE, ("q", 0, t))], "<", 0
            if t + grace <= last:
                urgent = [(WHOLE, ("q", 0, t + grace)), (-WHOLE, ("Z", 0, t + grace)), (-WHOLE, ("F", 0, t + grace))]
                yield f"spend/{month}", [*urgent, (-share, ("q", 0, t)), (1, ("I", 0, t))], ">", 0

    def _no_harm(self, _: bool) -> Iterator[Row]:
        for n, need in enumerate(self.q["needs"] if self.base and self.q["rule"] != "N0" else ()):
            bought = 0
            for t, month in self.months:
                at, floor, bought = f"{need['id']}/{month}", self.base["u"][n][t], bought + self.base["b"][n][t]
                yield f"harm/{at}", [(1, ("u", n, t))], "<", floor
                if self.q["rule"] == "N2":
                    yield f"bought/{at}", [*step("B", n, t), (-1, ("b", n, t))], "=", 0
                    yield f"additive/{at}", [(1, ("B", n, t))], ">", bought
                if self.q["rule"] == "N3":
                    yield f"unpaid/{at}", [*step("k", n, t), (1, ("o", n, t)), (1, ("b", n, t))], "=", need["units"][t]
                    yield f"default/{at}", [(1, ("k", n, t))], "<", floor

    def stages(self) -> list[tuple[str, dict[Column, int]]]:
        """What does the baseline make least, one after the other: unmet need by priority class, then the widest gap?"""
        found: dict[str, dict[Column, int]] = {f"class/{priority}": {} for priority in self.classes}
        for n, need in enumerate(self.q["needs"]):
            found[f"class/{need['priority']}"] |= {("u", n, t): need["value"] for t, _ in self.months}
        return [*found.items(), ("fairness", {("f", k, 0): 1 for k in range(len(self.classes))})]

    def top(self, column: Column) -> int:
        """What can this column of the baseline never exceed: by line hours, stock, need, orders or budget?"""
        block, i, t = column
        if block in "xv":
            return int(self.hours[i][t] // self.q["makes"][i]["hours"])
        if block in "sh":
            return self.most[i]
        if block in "uob":
            return sum(self.q["needs"][i]["units"])
        return sum(self.credit[i]) if block == "w" else sum(self.q["budget"]) if block == "c" else WHOLE

    def check(self, values: Values, ledger: Sequence[Sequence[int]], *, exports: bool) -> int:
        """How many rows hold? Raises PlanError at the first that does not, or whose ledger tells otherwise."""
        seen = {block: [bytearray(len(months)) for months in places] for block, places in values.items()}
        count = 0
        for count, (name, terms, sense, rhs) in enumerate(self.rows(exports=exports), 1):
            slack, weight = rhs, 0
            for factor, (block, i, t) in terms:
                slack, weight, seen[block][i][t] = slack - factor * values[block][i][t], weight + abs(factor), 1
            if (slack and sense == "=") or (slack < 0 and sense == "<") or (slack > 0 and sense == ">"):
                raise PlanError(f"{name}: does not hold, {slack} away")
            if count > len(ledger) or list(ledger[count - 1]) != [slack, weight]:
                raise PlanError(f"{name}: the ledger tells otherwise; slack {slack}, weight {weight}")
        for block, places in values.items():
            for i, months in enumerate(places):
                for t, units in enumerate(months):
                    if type(units) is not int or units < 0 or not seen[block][i][t]:
                        raise PlanError(
                            f"{block}/{i}/{t}: expected a whole number from 0 up, of a column that has rows"
                        )
        if count != len(ledger):
            raise PlanError(f"ledger/{count}: rows that the question does not have")
        for t in range(len(values["I"][0]) if exports else 0):
            left = [n for n in self.abroad if values["u"][n][t + self.q["grace_months"]]]
            if left and values["I"][0][t] > WHOLE * min(self.q["needs"][n]["price_abroad"] for n in left):
                raise PlanError(f"spend/{self.q['months'][t]}: money lies idle while urgent need is unmet")
        return count

    def bounds(self, proof: Mapping[str, Any], reached: Sequence[int]) -> list[int]:
        """Below which value can no baseline come at each stage, the stages before it held to what they reached?"""
        shift, stages = proof["shift"], self.stages()
        reduced = [{column: cost << shift for column, cost in costs.items()} for _, costs in stages]
        total, given = [0] * len(stages), [iter(vector) for vector in proof["multipliers"]]
        caps = [
            (f"cap/{n}", [(c, k) for k, c in cs.items()], "<", v) for (n, cs), v in zip(stages, reached, strict=True)
        ]
        for name, terms, sense, rhs in (*self.rows(exports=False), *caps[:-1]):
            for k, vector in enumerate(given):
                y = next(vector)
                if (y > 0 and sense == "<") or (y < 0 and sense == ">") or (y and name in {cap[0] for cap in caps[k:]}):
                    raise PlanError(f"{name}: a multiplier of the wrong sign, {y}")
                total[k] += y * rhs
                for factor, column in terms if y else ():
                    reduced[k][column] = reduced[k].get(column, 0) - factor * y
        charged = [sum(d * self.top(column) for column, d in costs.items() if d < 0) for costs in reduced]
        return [-(-(sum(both)) >> shift) for both in zip(total, charged, strict=True)]


def digest(part: Any) -> str:
    """Under which digest is this part of the plan known?"""
    text = json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check(plan: Mapping[str, Any]) -> list[str]:
    """What does the checker say of a plan that holds? Raises PlanError for one that does not."""
    if plan.get("format") != FORMAT:
        raise PlanError(f"format: expected {FORMAT}, found {plan.get('format')}")
    for part in PARTS:
        if digest(plan[part]) != plan["digests"][part]:
            raise PlanError(f"digests/{part}: is not the digest of that part")
    base, told = plan["baseline"], []
    for part, exports in (("baseline", False), ("plan", True)):
        asked = Question(plan["question"], base["values"] if exports else None)
        count = asked.check(plan[part]["values"], plan[part]["ledger"], exports=exports)
        told.append(f"{part}: {count} rows hold")
    asked = Question(plan["question"])
    reached = [sum(c * base["values"][b][i][t] for (b, i, t), c in costs.items()) for _, costs in asked.stages()]
    for (name, _), value, least in zip(asked.stages(), reached, asked.bounds(plan["proof"], reached), strict=True):
        told.append(f"baseline {name}: {value}, no baseline below {least}, gap {value - least}")
    return told


def main(path: str) -> int:
    """Does the plan in this file hold? 0 yes, 1 no, 2 could not judge."""
    try:
        with open(path, encoding="utf-8") as file:
            plan = json.load(file)
    except (OSError, ValueError) as error:
        return print(f"{path}: expected a plan in JSON; found {error}", file=sys.stderr) or 2
    try:
        return print("\n".join(check(plan))) or 0
    except PlanError as error:
        return print(f"no: {error}") or 1
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, StopIteration, RuntimeError) as error:
        return print(f"no: a record or number is missing or of another kind: {error!r}") or 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
