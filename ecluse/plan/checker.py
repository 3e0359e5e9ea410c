"""Does a published plan hold (docs/reference/plan.md)? Integers, standard library, no solver: `python checker.py P`."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import Any
from zlib import crc32

FORMAT, PARTS, WHOLE = "ecluse-plan/1", ("question", "baseline", "plan", "proof"), 10_000  # WHOLE: 100 % in bp
TEXTS = " id pool line product sale centre destination licence first last currency rule months "
FLAGS, SIGNED = {"may_export", "home", "urgent", "hypothetical"}, {"ledger", "multipliers"}
Column = tuple[str, int, int]  # block, place of the record in its list, month
Row = tuple[str, list[tuple[int, Column]], str, int]  # family/record/month, terms, `=` `<` or `>`, right-hand side
Values = Mapping[str, Sequence[Sequence[int]]]
spelled = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode  # what is hashed


class PlanError(ValueError):
    """The plan does not hold; the message begins with the row, or the place in the file."""


def ensure(holds: object, message: str) -> None:
    """Does this hold? Raises PlanError with the message where not."""
    if not holds:
        raise PlanError(message)


def shaped(part: Any, at: str) -> None:
    """Is each field of its kind: texts, flags, and whole numbers, from 0 up but in ledger and multipliers?"""
    field = at.rstrip("/0123456789").rpartition("/")[2]
    kind: Any = str if f" {field} " in TEXTS else bool if field in FLAGS else int
    if isinstance(part, dict) or (isinstance(part, list) and part and isinstance(part[0], dict | list)):
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
            shaped(inner, f"{at}/{key}")
    elif part is not None or field not in ("ramp", "price_abroad", "licence"):
        values = part if isinstance(part, list) and (kind is int or field == "months") else [part]
        apt = all(type(v) is kind and (v.isprintable() if kind is str else v >= 0 or field in SIGNED) for v in values)
        ensure(apt, f"{at}: not of its kind")


def step(block: str, place: int, t: int, sign: int = 1) -> list[tuple[int, Column]]:
    """What does this month add to a running sum? Its value less that of the month before."""
    return [(sign, (block, place, t)), (-sign, (block, place, t - 1))] if t else [(sign, (block, place, t))]


class Question:
    """What is asked: whole units, thousandths of an hour, minor units of the home currency; lists of records."""

    def __init__(self, q: Mapping[str, Any], base: Values | None = None) -> None:
        self.q, self.base, self.months, self.last = q, base or {}, list(enumerate(q["months"])), len(q["months"]) - 1
        lines = [q["lines"][i] for i in self.of("makes", "lines")]
        self.host, self.made = [min(line["host_bp"], WHOLE) for line in lines], self._group("makes", "products")
        self.free = [[m for m in made if lines[m]["may_export"]] for made in self.made]
        self.each = [[h // make["hours"] for h in line["hours"]] for line, make in zip(lines, q["makes"], strict=True)]
        self.gross = [[s["price"] * n // d for n, d in q["rates"].get(s["currency"], ()) if d] for s in q["sales"]]
        self.price = [q["pools"][pool]["price"] for pool in self.of("needs", "pools")]
        self.classes = {k: i for i, k in enumerate(sorted({need["priority"] for need in q["needs"]}))}
        asked = {n: need["price_abroad"] for n, need in enumerate(q["needs"]) if need["urgent"]}
        self.urgent, self.abroad = {n: self.price[n] for n in asked}, {n: c for n, c in asked.items() if c is not None}
        self.orders = [[q["orders"][i] for i in own] for own in self._group("orders", "products")]

    def of(self, inner: str, outer: str) -> list[int]:  # places in the outer list, -1 for null
        at = {None: -1} | {record["id"]: place for place, record in enumerate(self.q[outer])}
        lost, twice = [i for i, r in enumerate(self.q[inner]) if r[outer[:-1]] not in at], len(at) <= len(self.q[outer])
        ensure(not lost and not twice, f"question/{inner}/{lost[:1]}: not in {outer}, or an id stands there twice")
        return [at[record[outer[:-1]]] for record in self.q[inner]]

    def _group(self, inner: str, outer: str) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in [*self.q[outer], None]]
        for place, owner in enumerate(self.of(inner, outer)):
            found[owner].append(place)
        return found[:-1]

    def _over(self, name: str) -> Iterator[tuple[int, Any, int, str]]:
        return ((i, r, t, f"{r['id']}/{month}") for i, r in enumerate(self.q[name]) for t, month in self.months)

    def _output(self, makes: Sequence[int], t: int) -> list[tuple[int, Column]]:
        return [(-1, ("x", m, t)) for m in makes] + [(1, ("v", m, t)) for m in makes if self.host[m]]

    def rows(self, *, exports: bool) -> Iterator[Row]:
        """Which rows does a plan obey: the baseline, or one with exports?"""
        run, kinds = self._group("makes", "lines"), self._group("products", "pools")
        served, sales = self._group("needs", "pools"), self._group("sales", "products")
        urgent, abroad = (self.urgent, self.abroad) if exports else ({}, {})
        for p, product, t, at in self._over("products"):
            opening, out = 0 if t else product["stock"], [(1, ("g", j, t)) for j in sales[p] if exports]
            terms = [*step("s", p, t), (1, ("h", p, t)), *self._output(self.made[p], t), *out]
            yield f"stock/{at}", terms, "=", opening - sum(order["units"][t] for order in self.orders[p])
            yield f"reserve/{at}", [(1, ("s", p, t))], ">", product["reserve"][t]
            if out and len(self.free[p]) < len(self.made[p]):  # what lines bound to serve at home make never leaves
                yield f"origin/{at}", [*step("a", p, t), *self._output(self.free[p], t), *out], "<", opening
                yield f"apart/{at}", [(1, ("a", p, t)), (-1, ("s", p, t))], "<", 0
        for i, line, t, at in self._over("lines"):
            yield f"hours/{at}", [(self.q["makes"][m]["hours"], ("x", m, t)) for m in run[i]], "<", line["hours"][t]
        for m, make, t, at in self._over("makes"):
            if make["ramp"] is not None:
                yield f"ramp/{at}", step("x", m, t), "<", make["ramp"] + (0 if t else make["before"])
            if self.host[m]:
                yield f"host/{at}", [(WHOLE, ("v", m, t)), (-self.host[m], ("x", m, t))], ">", 0
        for i, _, t, at in self._over("pools"):
            paid = [(-1, ("b", n, t)) for n in served[i]] + [(-1, ("r", n, t)) for n in served[i] if n in urgent]
            yield f"pool/{at}", [(1, ("h", p, t)) for p in kinds[i]] + paid, "=", 0
            home = sum(order["units"][t] for p in kinds[i] for order in self.orders[p] if order["home"])
            yield f"credit/{at}", [*step("w", i, t), *((1, ("o", n, t)) for n in served[i])], "=", home
        for n, need, t, at in self._over("needs"):
            proceeds = [(1, ("r", n, t))] * (n in urgent) + [(1, ("y", n, t))] * (n in abroad)
            yield f"need/{at}", [*step("u", n, t), (1, ("o", n, t)), (1, ("b", n, t)), *proceeds], "=", need["units"][t]
            if t == self.last:
                gap = ("f", self.classes[need["priority"]], 0)
                yield f"fair/{need['id']}", [(sum(need["units"]), gap), (-WHOLE, ("u", n, t))], ">", 0
        for t, month in self.months:
            terms = [*step("c", 0, t), *((price, ("b", n, t)) for n, price in enumerate(self.price))]
            yield f"budget/{month}", terms, "=", self.q["budget"][t]
        yield from self._exports(self.q, self.q["share_bp"], self.q["rule"]) if exports else ()

    def _exports(self, q: Mapping[str, Any], share: int, rule: str) -> Iterator[Row]:
        ways, through = self._group("routes", "sales"), self._group("routes", "centres")
        for j, sale, t, at in self._over("sales"):
            ensure(sale["licence"] or sale["hypothetical"], f"route/{sale['id']}: neither licence nor hypothetical")
            ensure(len(self.gross[j]) > self.last, f"route/{sale['id']}: no rates of its currency, or one over nought")
            yield f"demand/{at}", [(1, ("g", j, t))], "<", sale["demand"][t]
            yield f"route/{at}", [(1, ("g", j, t)), *((-1, ("e", k, t)) for k in ways[j])], "=", 0
        volume = [q["products"][p]["volume"] for p in self.of("sales", "products")]
        size = [volume[j] for j in self.of("routes", "sales")]
        late = [min(route["transit"], self.last + 1) for route in q["routes"]]
        for i, own, t, at in self._over("centres"):  # passes so many months after it left the stock at home
            terms = [(size[k], ("e", k, t - late[k])) for k in through[i] if t >= late[k]]
            yield f"centre/{at}", terms, "<", own["throughput"][t]
            if t == self.last:
                terms = [(size[k], ("e", k, t - s)) for k in through[i] for s in reversed(range(late[k]))]
                yield f"after/{own['id']}", terms, "<", own["throughput"][t] * max([0, *(late[k] for k in through[i])])
        for licence, own in zip(q["licences"], self._group("sales", "licences"), strict=True):
            for family, wanted, limit in (("licence", True, licence["units"]), ("window", False, 0)):
                months = [t for t, m in self.months if (licence["first"] <= m <= licence["last"]) is wanted]
                yield f"{family}/{licence['id']}", [(1, ("g", j, t)) for j in own for t in months], "<", limit
        for place, own in zip(q["destinations"], self._group("sales", "destinations"), strict=True):
            terms = [(self.gross[j][t], ("g", j, t)) for j in own for t, _ in self.months]
            yield f"value/{place['id']}", terms, "<", place["value"]
        for t, month in self.months:
            due = [(j, sale, t - sale["lag"]) for j, sale in enumerate(q["sales"]) if t >= sale["lag"]]
            net = [(sale["cost"] - self.gross[j][s], ("g", j, s)) for j, sale, s in due]
            yield f"receipts/{month}", [*step("q", 0, t), *net], "=", 0
            paid = [(c, (block, n, t)) for block, of in (("r", self.urgent), ("y", self.abroad)) for n, c in of.items()]
            yield f"fund/{month}", [*step("F", 0, t), *step("Z", 0, t), *step("q", 0, t, -1), *paid], "=", 0
            yield f"uses/{month}", step("Z", 0, t), ">", 0  # what other uses took does not come back
            yield f"other/{month}", [(WHOLE, ("Z", 0, t)), (share - WHOLE, ("q", 0, t))], "<", 0
            if (s := t + q["grace_months"]) <= self.last:
                urgent = [(WHOLE, ("q", 0, s)), (-WHOLE, ("Z", 0, s)), (-WHOLE, ("F", 0, s))]
                yield f"spend/{month}", [*urgent, (-share, ("q", 0, t)), (1, ("I", 0, t))], ">", 0
        for n, need, t, at in self._over("needs") if self.base and rule != "N0" else ():
            yield f"harm/{at}", [(1, ("u", n, t))], "<", self.base["u"][n][t]
            if rule == "N2":
                yield f"bought/{at}", [*step("B", n, t), (-1, ("b", n, t))], "=", 0
                yield f"additive/{at}", [(1, ("B", n, t))], ">", sum(self.base["b"][n][: t + 1])
            if rule == "N3":
                yield f"unpaid/{at}", [*step("k", n, t), (1, ("o", n, t)), (1, ("b", n, t))], "=", need["units"][t]
                yield f"default/{at}", [(1, ("k", n, t))], "<", self.base["u"][n][t]

    def stages(self) -> list[tuple[str, dict[Column, int]]]:
        """What does the baseline make least, one after the other: unmet need by priority class, then the widest gap?"""
        worth = [(need["priority"], ("u", n, t), need["value"]) for n, need, t, _ in self._over("needs")]
        found = [(f"class/{k}", {column: value for own, column, value in worth if own == k}) for k in self.classes]
        return [*found, ("fairness", {("f", k, 0): 1 for k in range(len(self.classes))})]

    def check(self, part: Mapping[str, Any], caps: Any = (), proof: Any = (), shift: int = 0) -> list[int]:
        """Below what can no plan come at each stage (doi:10.1007/s10107-003-0433-3)? PlanError at a row not held."""
        values, ledger, place, q, exports = part["values"], part["ledger"], -1, self.q, bool(self.base)
        seen = {block: [bytearray(len(months)) for months in places] for block, places in values.items()}
        reduced = [{column: cost << shift for column, cost in costs.items()} for _, costs in self.stages()]
        least, first_cap = [0] * len(reduced), len(proof) - len(caps)
        for place, (name, terms, sense, rhs) in enumerate((*self.rows(exports=exports), *caps)):
            slack, weight, ys = rhs, 0, proof[place] if place < len(proof) else ()
            try:
                for factor, (block, i, t) in terms:
                    slack, weight, seen[block][i][t] = slack - factor * values[block][i][t], weight + abs(factor), 1
            except LookupError:
                raise PlanError(f"{name}: there is no column {block}/{i}/{t}") from None
            if slack and (sense == "=" or (slack < 0) == (sense == "<") or (slack <= -WHOLE and name[:5] == "host/")):
                raise PlanError(f"{name}: does not hold, {slack} away")  # the host's part is the least that suffices
            ensure(ledger[place : place + 1] == [[slack, weight, sum(ys)]], f"{name}: the ledger tells otherwise")
            for k, y in enumerate(ys):
                if (y > 0 and sense == "<") or (y < 0 and sense == ">") or (y and place - first_cap >= k):
                    raise PlanError(f"{name}: a multiplier of the wrong sign, or of a later stage: {y}")
                least[k] += y * rhs
                for factor, column in terms if y else ():
                    reduced[k][column] = reduced[k].get(column, 0) - factor * y
        loose = [f"values/{b}/{i}" for b, places in seen.items() for i, months in enumerate(places) if not all(months)]
        ensure(not loose and len(ledger) == len(proof or ledger) == place + 1, f"{[*loose, 'ledger'][0]}: in no row")
        for t, idle in enumerate(values["I"][0] if exports else (), q["grace_months"] + 1):
            come = {n: map(int.__add__, values["r"][n][t:], values["y"][n][t:]) for n in self.abroad}
            unmet = {n: map(int.__add__, values["u"][n][t - 1 :], accumulate(come[n], initial=0)) for n in come}
            left = [self.abroad[n] for n in unmet if all(unmet[n])]
            ensure(idle <= WHOLE * min(left, default=idle), f"idle/{q['months'][t - 1]}: money, with urgent need unmet")
        made, need = [max(each) for each in self.each], [sum(need["units"]) for need in q["needs"]]
        stock = [r["stock"] + sum(sum(self.each[m]) for m in self.made[p]) for p, r in enumerate(q["products"])]
        tops = {"x": made, "v": made, "s": stock, "h": stock, "u": need, "o": need, "b": need, "c": [sum(q["budget"])]}
        tops |= {"f": [WHOLE] * len(self.classes), "w": [sum(sum(o["units"]) for o in q["orders"])] * len(q["pools"])}
        own = [sum(d * tops[b][i] for (b, i, _), d in costs.items() if d < 0) for costs in reduced]  # at most so much
        return [-(-low - less >> shift) for low, less in zip(least, own, strict=True)]


def kept(plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Which digest has each part (SHA-256) and which sum each record (CRC-32), so that a slip names its record?"""
    held = {f"{p}/{k}": r if type(r) is list else [r] for p in PARTS for k, r in plan[p].get("values", plan[p]).items()}
    sums = {f"{at}/{i}": crc32(spelled(r).encode()) for at, records in held.items() for i, r in enumerate(records)}
    return {"digests": {part: sha256(spelled(plan[part]).encode()).hexdigest() for part in PARTS}, "sums": sums}


def judged(plan: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """What does the baseline reach at each stage, and below what can none come? PlanError where the plan fails."""
    (q, base, own, proof), found = (plan[part] for part in PARTS), kept(plan)
    ensure(plan["format"] == FORMAT and plan.keys() == {"format", *found, *PARTS}, f"format: expected {FORMAT}")
    for part in PARTS:
        ensure(found["digests"][part] == plan["digests"][part], f"digests/{part}: is not the digest of that part")
        shaped(plan[part], part)
    calendar = "\n".join(["", *(f"{m // 12:04}-{m % 12 + 1:02}" for m in range(24_000, 26_400)), ""])
    known = q["rule"] in ("N0", "N1", "N2", "N3") and q["months"] and "\n".join(["", *q["months"], ""]) in calendar
    ensure(known, "question/rule, months: an unknown rule, or not month after month")
    costs = [(f"cap/{name}", [(c, at) for at, c in costs.items()]) for name, costs in Question(q).stages()]
    caps = [(*k, "<", sum(c * u[t] for c, (b, i, t) in k[1] for u in base["values"][b][i : i + 1])) for k in costs]
    least = Question(q).check(base, caps[:-1], list(zip(*proof["multipliers"], strict=True)), min(proof["shift"], 256))
    marks: list[Row] = [(at, [], "<", n) for at, n in found["sums"].items() if at[:9] in ("question/", "proof/all")]
    Question(q, base["values"]).check(own, marks if own["ledger"][-1:] == [[marks[-1][3], 0, 0]] else ())
    for at in sorted(at for at, _ in found["sums"].items() ^ plan["sums"].items()):
        raise PlanError(f"sums/{at}: is not the sum of that record")
    return [(cap[0].removeprefix("cap/"), cap[3], low) for cap, low in zip(caps, least, strict=True)]


def check(plan: Mapping[str, Any]) -> list[str]:
    """What does the checker say of a plan that holds? Raises PlanError for one that does not."""
    ends = [f"cap/{name}: {n}, no baseline below {low}, gap {n - low}" for name, n, low in judged(plan)]
    return [f"{part}: {len(plan[part]['ledger'])} rows hold" for part in ("baseline", "plan")] + ends


def main(path: str = "") -> int:
    """Does the plan in this file hold? 0 yes, 1 no, 2 could not judge."""
    try:
        with open(path, encoding="utf-8") as file:  # a record with a field twice is read as null
            plan = json.load(file, object_pairs_hook=lambda p: dict(p) if len(dict(p)) == len(p) else None)
        print("\n".join(check(plan)))
        return 0
    except Exception as error:  # whatever a forger wrote, the answer is no
        print(f"no: {error}" if isinstance(error, PlanError) else f"{path}: no plan as it should be: {error!r}")
        return 2 if isinstance(error, OSError | UnicodeError | json.JSONDecodeError) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
