"""Does a published plan hold? Integers and the standard library alone, no solver: `python checker.py PLAN.json`.

Every row is written out again from the question and added up; the baseline is bounded from below by weak duality
(Neumaier & Shcherbina, doi:10.1007/s10107-003-0433-3). docs/reference/plan.md says rows and columns in words.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any
from zlib import crc32

FORMAT, PARTS, WHOLE = "ecluse-plan/1", ("question", "baseline", "plan", "proof"), 10_000  # WHOLE: 100 % in bp
TEXTS = set("id pool line product sale centre destination licence first last currency rule months".split())
FLAGS, NULLABLE = {"may_export", "home", "urgent", "hypothetical"}, {"ramp", "price_abroad", "licence"}
Column = tuple[str, int, int]  # block, place of the record in its list, month
Row = tuple[str, list[tuple[int, Column]], str, int]  # family/record/month, terms, `=` `<` or `>`, right-hand side
Values = Mapping[str, Sequence[Sequence[int]]]


class PlanError(ValueError):
    """The plan does not hold; the message begins with the row, or the place in the file."""


def shaped(part: Any, at: str, months: int) -> None:
    """Is each field of the question of its kind: texts, flags, whole numbers from 0 up, in a list one a month?"""
    field = at.rstrip("/0123456789").rpartition("/")[2]
    kind = str if field in TEXTS else bool if field in FLAGS else int
    if isinstance(part, dict | list):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            shaped(value, f"{at}/{key}", months)
        figures = isinstance(part, list) and part and not isinstance(part[0], dict | list)
        wrong = kind is not int or (figures and len(part) != months and "/rates/" not in at)
    else:
        wrong = type(part) is not kind or (part < 0 if kind is int else kind is str and not part.isprintable())
    if wrong and at != "question/months" and not (part is None and field in NULLABLE):
        raise PlanError(f"{at}: not one a month, or not of its kind")


def step(block: str, place: int, t: int) -> list[tuple[int, Column]]:
    """What does this month add to a running sum? Its value less that of the month before."""
    return [(1, (block, place, t)), (-1, (block, place, t - 1))] if t else [(1, (block, place, t))]


class Question:
    """What is asked: whole units, thousandths of an hour, minor units of the home currency; lists of records."""

    def __init__(self, q: Mapping[str, Any], base: Values | None = None) -> None:
        self.q, self.base, self.months, self.last = q, base or {}, list(enumerate(q["months"])), len(q["months"]) - 1
        lines, kind = [q["lines"][i] for i in self.of("makes", "lines")], self.of("products", "pools")
        self.host, self.made = [line["host_bp"] for line in lines], self.group("makes", "products")
        self.free = [[m for m in made if lines[m]["may_export"]] for made in self.made]
        self.each = [[h // make["hours"] for h in line["hours"]] for line, make in zip(lines, q["makes"], strict=True)]
        self.gross = [[sale["price"] * n // over for n, over in q["rates"][sale["currency"]]] for sale in q["sales"]]
        self.price = [q["pools"][pool]["price"] for pool in self.of("needs", "pools")]
        self.classes = sorted({need["priority"] for need in q["needs"]})
        self.urgent = [n for n, need in enumerate(q["needs"]) if need["urgent"]]
        bids = ((n, q["needs"][n]["price_abroad"]) for n in self.urgent)
        self.abroad = {n: price for n, price in bids if price is not None}
        self.due, self.credit = ([[0] * len(self.months) for _ in q[name]] for name in ("products", "pools"))
        for order, p in zip(q["orders"], self.of("orders", "products"), strict=True):
            for t, units in enumerate(order["units"]):
                self.due[p][t] += units
                self.credit[kind[p]][t] += units * order["home"]

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

    def over(self, name: str) -> Iterator[tuple[int, Any, int, str]]:
        """Which records has this list, month by month: place, record, month, and how rows name the two?"""
        return ((i, r, t, f"{r['id']}/{month}") for i, r in enumerate(self.q[name]) for t, month in self.months)

    def output(self, makes: Sequence[int], t: int) -> list[tuple[int, Column]]:
        """What do these makes take off a stock row: less what they make, and the host's part back?"""
        return [(-1, ("x", m, t)) for m in makes] + [(1, ("v", m, t)) for m in makes if self.host[m]]

    def rows(self, *, exports: bool) -> Iterator[Row]:
        """Which rows does a plan obey: the baseline, or one with exports?"""
        run, kinds, served = self.group("makes", "lines"), self.group("products", "pools"), self.group("needs", "pools")
        urgent, abroad = (set(self.urgent), self.abroad) if exports else (set(), {})
        sold = self.group("sales", "products") if exports else [[] for _ in self.made]
        for p, product, t, at in self.over("products"):
            opening, out = 0 if t else product["stock"], [(1, ("g", j, t)) for j in sold[p]]
            terms = [*step("s", p, t), (1, ("h", p, t)), *self.output(self.made[p], t), *out]
            yield f"stock/{at}", terms, "=", opening - self.due[p][t]
            yield f"reserve/{at}", [(1, ("s", p, t))], ">", product["reserve"][t]
            if out and len(self.free[p]) < len(self.made[p]):  # what lines bound to serve at home make never leaves
                yield f"origin/{at}", [*step("a", p, t), *self.output(self.free[p], t), *out], "<", opening
                yield f"apart/{at}", [(1, ("a", p, t)), (-1, ("s", p, t))], "<", 0
        for i, line, t, at in self.over("lines"):
            yield f"hours/{at}", [(self.q["makes"][m]["hours"], ("x", m, t)) for m in run[i]], "<", line["hours"][t]
        for m, make, t, at in self.over("makes"):
            if make["ramp"] is not None:
                yield f"ramp/{at}", step("x", m, t), "<", make["ramp"] + (0 if t else make["before"])
            if self.host[m]:
                yield f"host/{at}", [(WHOLE, ("v", m, t)), (-self.host[m], ("x", m, t))], ">", 0
        for i, _, t, at in self.over("pools"):
            paid = [(-1, ("b", n, t)) for n in served[i]] + [(-1, ("r", n, t)) for n in served[i] if n in urgent]
            yield f"pool/{at}", [(1, ("h", p, t)) for p in kinds[i]] + paid, "=", 0
            yield f"credit/{at}", [*step("w", i, t), *((1, ("o", n, t)) for n in served[i])], "=", self.credit[i][t]
        for n, need, t, at in self.over("needs"):
            proceeds = [(1, ("r", n, t))] * (n in urgent) + [(1, ("y", n, t))] * (n in abroad)
            yield f"need/{at}", [*step("u", n, t), (1, ("o", n, t)), (1, ("b", n, t)), *proceeds], "=", need["units"][t]
            if t == self.last:
                gap = (sum(need["units"]), ("f", self.classes.index(need["priority"]), 0))
                yield f"fair/{need['id']}", [gap, (-WHOLE, ("u", n, t))], ">", 0
        for t, month in self.months:
            terms = [*step("c", 0, t), *((price, ("b", n, t)) for n, price in enumerate(self.price))]
            yield f"budget/{month}", terms, "=", self.q["budget"][t]
        if exports:
            yield from self._selling(self.q, self.q["sales"])
            yield from self._proceeds(self.q, self.q["share_bp"], self.q["rule"])

    def _selling(self, q: Mapping[str, Any], sales: Sequence[Any]) -> Iterator[Row]:
        ways, through = self.group("routes", "sales"), self.group("routes", "centres")
        licensed: dict[str, list[int]] = {licence["id"]: [] for licence in q["licences"]}
        for j, sale in enumerate(sales):
            if sale["licence"] is not None:
                licensed[sale["licence"]].append(j)
            elif not sale["hypothetical"]:
                raise PlanError(f"route/{sale['id']}: neither a licence nor the mark hypothetical")
        for j, sale, t, at in self.over("sales"):
            yield f"demand/{at}", [(1, ("g", j, t))], "<", sale["demand"][t]
            yield f"route/{at}", [(1, ("g", j, t)), *((-1, ("e", k, t)) for k in ways[j])], "=", 0
        volume = [q["products"][p]["volume"] for p in self.of("sales", "products")]
        size = [volume[j] for j in self.of("routes", "sales")]
        late = [min(route["transit"], self.last + 1) for route in q["routes"]]
        for i, centre, t, at in self.over("centres"):  # passes so many months after it left the stock at home
            terms = [(size[k], ("e", k, t - late[k])) for k in through[i] if t >= late[k]]
            yield f"centre/{at}", terms, "<", centre["throughput"][t]
            if t == self.last:
                terms = [(size[k], ("e", k, t - s)) for k in through[i] for s in reversed(range(late[k]))]
                months = max((late[k] for k in through[i]), default=0)
                yield f"after/{centre['id']}", terms, "<", centre["throughput"][t] * months
        for licence in q["licences"]:
            own = licensed[licence["id"]]
            inside = [licence["first"] <= month <= licence["last"] for month in q["months"]]
            for family, wanted, limit in (("licence", True, licence["units"]), ("window", False, 0)):
                terms = [(1, ("g", j, t)) for j in own for t, _ in self.months if inside[t] is wanted]
                yield f"{family}/{licence['id']}", terms, "<", limit
        for place, own in zip(q["destinations"], self.group("sales", "destinations"), strict=True):
            terms = [(self.gross[j][t], ("g", j, t)) for j in own for t, _ in self.months]
            yield f"value/{place['id']}", terms, "<", place["value"]

    def _proceeds(self, q: Mapping[str, Any], share: int, rule: str) -> Iterator[Row]:
        for t, month in self.months:
            paid = [(j, sale["cost"], t - sale["lag"]) for j, sale in enumerate(q["sales"]) if t >= sale["lag"]]
            net = [(cost - self.gross[j][s], ("g", j, s)) for j, cost, s in paid]
            yield f"receipts/{month}", [*step("q", 0, t), *net], "=", 0
            spent = [(self.price[n], ("r", n, t)) for n in self.urgent]
            spent += [(price, ("y", n, t)) for n, price in self.abroad.items()]
            received = [(-sign, column) for sign, column in step("q", 0, t)]
            yield f"fund/{month}", [*step("F", 0, t), *step("Z", 0, t), *received, *spent], "=", 0
            yield f"uses/{month}", step("Z", 0, t), ">", 0  # what other uses took does not come back
            yield f"other/{month}", [(WHOLE, ("Z", 0, t)), (share - WHOLE, ("q", 0, t))], "<", 0
            if (s := t + q["grace_months"]) <= self.last:
                urgent = [(WHOLE, ("q", 0, s)), (-WHOLE, ("Z", 0, s)), (-WHOLE, ("F", 0, s))]
                yield f"spend/{month}", [*urgent, (-share, ("q", 0, t)), (1, ("I", 0, t))], ">", 0
        for n, need, t, at in self.over("needs") if self.base and rule != "N0" else ():
            yield f"harm/{at}", [(1, ("u", n, t))], "<", self.base["u"][n][t]
            if rule == "N2":
                yield f"bought/{at}", [*step("B", n, t), (-1, ("b", n, t))], "=", 0
                yield f"additive/{at}", [(1, ("B", n, t))], ">", sum(self.base["b"][n][: t + 1])
            if rule == "N3":
                yield f"unpaid/{at}", [*step("k", n, t), (1, ("o", n, t)), (1, ("b", n, t))], "=", need["units"][t]
                yield f"default/{at}", [(1, ("k", n, t))], "<", self.base["u"][n][t]

    def stages(self) -> list[tuple[str, dict[Column, int]]]:
        """What does the baseline make least, one after the other: unmet need by priority class, then the widest gap?"""
        found: dict[str, dict[Column, int]] = {f"class/{priority}": {} for priority in self.classes}
        for n, need, t, _ in self.over("needs"):
            found[f"class/{need['priority']}"]["u", n, t] = need["value"]
        return [*found.items(), ("fairness", {("f", k, 0): 1 for k in range(len(self.classes))})]

    def tops(self) -> dict[str, list[int]]:
        """What can no column of the baseline exceed, by block and place: line hours, stock, need, orders, budget?"""
        products, made = self.q["products"], [max(each) for each in self.each]
        most = [products[p]["stock"] + sum(sum(self.each[m]) for m in makes) for p, makes in enumerate(self.made)]
        need, credit = [sum(need["units"]) for need in self.q["needs"]], [sum(units) for units in self.credit]
        ends = {"c": [sum(self.q["budget"])], "f": [WHOLE] * len(self.classes), "w": credit}
        given = [-(-host * units // WHOLE) for host, units in zip(self.host, made, strict=True)]
        return ends | {"x": made, "v": given, "s": most, "h": most, "u": need, "o": need, "b": need}

    def check(self, part: Mapping[str, Any], caps: Any = (), proof: Any = (), shift: int = 0) -> list[int]:
        """Below what can no plan come at each stage? Raises PlanError at the first row that does not hold."""
        values, ledger, place, exports = part["values"], part["ledger"], -1, bool(self.base)
        if any(type(n) is not int or n < 0 for places in values.values() for months in places for n in months):
            raise PlanError("values: expected whole numbers from 0 up")
        seen = {block: [bytearray(len(months)) for months in places] for block, places in values.items()}
        reduced = [{column: cost << shift for column, cost in costs.items()} for _, costs in self.stages()]
        least, first_cap, tops = [0] * len(reduced), len(proof) - len(caps), self.tops()
        for place, (name, terms, sense, rhs) in enumerate((*self.rows(exports=exports), *caps)):
            slack, weight, ys = rhs, 0, proof[place] if proof else ()
            for factor, (block, i, t) in terms:
                slack, weight, seen[block][i][t] = slack - factor * values[block][i][t], weight + abs(factor), 1
            if slack and (sense == "=" or (slack < 0) == (sense == "<") or (slack <= -WHOLE and name[:5] == "host/")):
                raise PlanError(f"{name}: does not hold, {slack} away")  # the host's part is the least that suffices
            if ledger[place : place + 1] != [[slack, weight, sum(ys)]]:
                raise PlanError(f"{name}: the ledger tells otherwise; found {slack}, {weight}, {sum(ys)}")
            for k, y in enumerate(ys):
                if (y > 0 and sense == "<") or (y < 0 and sense == ">") or (y and place - first_cap >= k):
                    raise PlanError(f"{name}: a multiplier of the wrong sign, or of a later stage: {y}")
                least[k] += y * rhs
                for factor, column in terms if y else ():
                    reduced[k][column] = reduced[k].get(column, 0) - factor * y
        if place + 1 != len(ledger) or not all(all(months) for places in seen.values() for months in places):
            raise PlanError(f"ledger/{place}: rows or columns that the question does not have")
        both = {n: list(map(int.__add__, values["r"][n], values["y"][n])) for n in self.abroad if exports}
        grace = self.q["grace_months"]
        for t, idle in enumerate(values["I"][0] if exports else (), grace + 1):
            unmet = {n: enumerate(values["u"][n][t - 1 :], t) for n in both}  # though what is bought later came now
            left = [self.abroad[n] for n, own in both.items() if all(u + sum(own[t:i]) for i, u in unmet[n])]
            if left and idle > WHOLE * min(left):
                raise PlanError(f"spend/{self.q['months'][t - grace - 1]}: money lies idle while urgent need is unmet")
        for k, costs in enumerate(reduced):  # a column that would pay for itself is charged at the most it can be
            least[k] += sum(cost * tops[block][i] for (block, i, _), cost in costs.items() if cost < 0)
        return [-(-bound >> shift) for bound in least]


def spelled(part: Any) -> bytes:
    """Which bytes stand for this part of the plan in its digest and sums?"""
    return json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sums(plan: Mapping[str, Any]) -> dict[str, int]:
    """Which CRC-32 has each record, kept so that a slip of one number or letter names it?"""
    parts = {f"{part}/{name}": r for part in PARTS for name, r in plan[part].get("values", plan[part]).items()}
    lists = {name: records if isinstance(records, list) else [records] for name, records in parts.items()}
    return {f"{name}/{i}": crc32(spelled(r)) for name, records in lists.items() for i, r in enumerate(records)}


def check(plan: Mapping[str, Any]) -> list[str]:
    """What does the checker say of a plan that holds? Raises PlanError for one that does not."""
    question, base, proof = plan["question"], plan["baseline"], plan["proof"]
    if plan["format"] != FORMAT or plan.keys() != {"format", "digests", "sums", *PARTS}:
        raise PlanError(f"format: expected {FORMAT} with its parts")
    if wrong := [part for part in PARTS if sha256(spelled(plan[part])).hexdigest() != plan["digests"].get(part)]:
        raise PlanError(f"digests/{wrong[0]}: is not the digest of that part")
    if any(type(y) is not int for ys in [[proof["shift"]], *proof["multipliers"]] for y in ys) or proof["shift"] > 256:
        raise PlanError("proof: expected whole numbers, the shift no more than 256")
    shaped(question, "question", len(question["months"]))
    first = int(question["months"][0][:4]) * 12 + int(question["months"][0][5:]) - 1
    months = [f"{m // 12:04}-{m % 12 + 1:02}" for m in range(first, first + len(question["months"]))]
    if question["months"] != months or question["rule"] not in ("N0", "N1", "N2", "N3"):
        raise PlanError("question: months that do not follow one another, or a rule that is not known")
    asked = Question(question)
    worth = [sum(c * base["values"][b][i][t] for (b, i, t), c in costs.items()) for _, costs in asked.stages()]
    caps = [(f"cap/{k}", [(c, at) for at, c in cs.items()], "<", n) for (k, cs), n in zip(asked.stages(), worth)]
    least = asked.check(base, caps[:-1], list(zip(*proof["multipliers"], strict=True)), proof["shift"])
    Question(question, base["values"]).check(plan["plan"])
    if wrong := [name for name, _ in sums(plan).items() ^ plan["sums"].items()]:
        raise PlanError(f"sums/{min(wrong)}: is not the sum of that record")
    told = [f"{part}: {len(plan[part]['ledger'])} rows hold" for part in ("baseline", "plan")]
    return told + [f"{cap[0]}: {n}, no baseline below {low}, gap {n - low}" for cap, n, low in zip(caps, worth, least)]


def main(path: str = "") -> int:
    """Does the plan in this file hold? 0 yes, 1 no, 2 could not judge."""
    try:
        with open(path, encoding="utf-8") as file:  # a fraction stays text, a record with a field twice becomes nothing
            plan = json.load(
                file,
                parse_float=str,
                parse_constant=str,
                object_pairs_hook=lambda p: dict(p) if len(dict(p)) == len(p) else None,
            )
        told, answer = check(plan), 0
    except PlanError as error:
        told, answer = [f"no: {error}"], 1
    except (OSError, json.JSONDecodeError) as error:
        told, answer = [f"{path}: expected a plan in JSON; found {error}"], 2
    except Exception as error:  # whatever a forger wrote, the answer is no
        told, answer = [f"no: a record or number is missing or of another kind: {error!r}"], 1
    print("\n".join(told))
    return answer


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
