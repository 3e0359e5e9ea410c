"""What do the whole numbers of a plan's document come to: units of a model, hours of a line, money and what it buys?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ecluse.plan.checker import Question

Document = Mapping[str, Any]
WHOLE = 10_000
# What a month's figure is of: the planner's list of figures has one row for each of these.
KINDS = ("stock", "made", "orders", "reserve", "home", "exported", "stock_end")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Units over a plan's months: stock at its beginning, made, the host's part, due on orders, the reserve at its end,
    delivered at home beyond orders, leaving, and stock at its end."""

    stock: int = 0
    made: int = 0
    host: int = 0
    orders: int = 0
    reserve: int = 0
    home: int = 0
    exported: int = 0
    stock_end: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def by_model(document: Document, part: str = "plan") -> dict[str, Amounts]:
    """What does a plan, or its baseline, come to for each model?"""
    question, values = document["question"], document[part]["values"]
    asked = Question(question)
    sales = _sales_of(asked)
    found = {}
    for p, product in enumerate(question["products"]):
        found[product["id"]] = Amounts(
            product["stock"], sum(sum(values["x"][m]) for m in asked.made[p]),
            sum(sum(values["v"][m]) for m in asked.made[p]), sum(sum(order["units"]) for order in asked.orders[p]),
            product["reserve"][-1], sum(values["h"][p]),
            sum(sum(values["g"][j]) for j in sales.get(p, ())) if "g" in values else 0, values["s"][p][-1],
        )  # fmt: skip
    return found


def by_class(document: Document, models: Mapping[str, Amounts]) -> dict[str, Amounts]:
    """What do the models of each class come to together?"""
    found: dict[str, Amounts] = {}
    for product in document["question"]["products"]:
        pool = product["pool"]
        found[pool] = found.get(pool, Amounts()) + models[product["id"]]
    return found


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the plan: of which class and model, in which month, what, and how many units."""

    pk: str
    class_: str
    model: str
    month: str
    kind: str
    units: int


def month_figures(document: Document) -> list[Figure]:
    """What says the plan of each model in each month? Rows without units are left out."""
    question, values = document["question"], document["plan"]["values"]
    asked = Question(question)
    sales, found = _sales_of(asked), []
    for p, product in enumerate(question["products"]):
        for t, month in asked.months:
            units = {
                "stock": 0 if t else product["stock"],
                "made": sum(values["x"][m][t] for m in asked.made[p]),
                "orders": sum(order["units"][t] for order in asked.orders[p]),
                "reserve": product["reserve"][t], "home": values["h"][p][t],
                "exported": sum(values["g"][j][t] for j in sales.get(p, ())), "stock_end": values["s"][p][t],
            }  # fmt: skip
            found += [
                Figure(f"{product['id']}/{month}/{kind}", product["pool"], product["id"], month, kind, number)
                for kind, number in units.items() if number
            ]  # fmt: skip
    return found


def _sales_of(asked: Question) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for sale, product in enumerate(asked.of("sales", "products")):
        found.setdefault(product, []).append(sale)
    return found


# ------------------------------------------------------------------ flows of units


@dataclass(frozen=True, slots=True)
class Flow:
    """So much goes from one thing to another; each is a kind and, where it has one, an id."""

    from_kind: str
    from_id: str
    to_kind: str
    to_id: str
    number: int


def unit_flows(document: Document, models: Iterable[str]) -> list[Flow]:
    """From which line do units of these models come, and where do they go? What comes in is what goes out."""
    question, values = document["question"], document["plan"]["values"]
    asked, wanted, sums = Question(question), set(models), by_model(document)
    destinations, lines = asked.of("sales", "destinations"), asked.of("makes", "lines")
    sales = _sales_of(asked)
    found = []
    for p, product in enumerate(question["products"]):
        if product["id"] not in wanted:
            continue
        own, model = sums[product["id"]], product["id"]
        found.append(Flow("stock", "", "model", model, own.stock))
        found += [
            Flow("line", question["lines"][lines[m]]["id"], "model", model, sum(values["x"][m])) for m in asked.made[p]
        ]
        kept = min(own.reserve, own.stock_end)
        ends = {"orders": own.orders, "home": own.home, "host": own.host, "reserve": kept,
                "left": own.stock_end - kept}  # fmt: skip
        found += [Flow("model", model, kind, "", units) for kind, units in ends.items()]
        found += [
            Flow("model", model, "destination", question["destinations"][destinations[j]]["id"], sum(values["g"][j]))
            for j in sales.get(p, ())
        ]
    return [flow for flow in found if flow.number]


def gathered(flows: Sequence[Flow], kind: str, most: int) -> list[Flow]:
    """The same flows with only the largest of one kind by name, all others of it together under no id."""
    weight: dict[str, int] = {}
    for flow in flows:
        for side, id in ((flow.from_kind, flow.from_id), (flow.to_kind, flow.to_id)):
            if side == kind:
                weight[id] = weight.get(id, 0) + flow.number
    large = set(sorted(weight, key=lambda id: (-weight[id], id))[:most])
    sums: dict[tuple[str, str, str, str], int] = {}
    for flow in flows:
        start = flow.from_id if flow.from_kind != kind or flow.from_id in large else ""
        end = flow.to_id if flow.to_kind != kind or flow.to_id in large else ""
        key = (flow.from_kind, start, flow.to_kind, end)
        sums[key] = sums.get(key, 0) + flow.number
    return [Flow(*key, number) for key, number in sums.items()]


# ------------------------------------------------------------------ flows of money


def money_flows(document: Document) -> list[Flow]:
    """From where does money come home, in minor units, and what is done with it by the end of the plan?"""
    question, values = document["question"], document["plan"]["values"]
    asked = Question(question)
    found = [Flow("destination", place, "receipts", "", minor) for place, minor in _receipts(asked, values).items()]
    for n, need in enumerate(question["needs"]):
        spent = {
            "bought_home": sum(values["r"][n]) * asked.urgent.get(n, 0),
            "bought_abroad": sum(values["y"][n]) * asked.abroad.get(n, 0),
        }
        for kind, minor in spent.items():
            found.append(Flow("receipts", "", "need", need["id"], minor))
            found.append(Flow("need", need["id"], kind, "", minor))
    found.append(Flow("receipts", "", "other_uses", "", values["Z"][0][-1]))
    found.append(Flow("receipts", "", "fund", "", values["F"][0][-1]))
    return [flow for flow in found if flow.number > 0]


def _receipts(asked: Question, values: Mapping[str, Any]) -> dict[str, int]:
    """What is left of each destination's price after cost, where it is paid within the plan?"""
    found: dict[str, int] = {}
    for j, sale in enumerate(asked.q["sales"]):
        paid = range(len(asked.months) - sale["lag"])
        minor = sum(values["g"][j][t] * (asked.gross[j][t] - sale["cost"]) for t in paid)
        found[sale["destination"]] = found.get(sale["destination"], 0) + minor
    return found


# ------------------------------------------------------------------ lines


@dataclass(frozen=True, slots=True)
class LineHours:
    """A line's hours in each month, in thousandths: what may be worked, and what the plan works; its models."""

    line: str
    models: tuple[str, ...]
    hours: tuple[int, ...]
    used: tuple[int, ...]

    def share_bp(self, month: int) -> int | None:
        """Which part of the month's hours is worked, in hundredths of a percent, rounded down? None without hours."""
        return self.used[month] * WHOLE // self.hours[month] if self.hours[month] else None

    @property
    def share_all_bp(self) -> int | None:
        """Which part of all its hours is worked?"""
        return sum(self.used) * WHOLE // sum(self.hours) if any(self.hours) else None


def line_hours(document: Document) -> Iterator[LineHours]:
    """How many of each line's hours does the plan work, month by month?"""
    question, values = document["question"], document["plan"]["values"]
    asked = Question(question)
    makes: dict[int, list[int]] = {}
    for make, line in enumerate(asked.of("makes", "lines")):
        makes.setdefault(line, []).append(make)
    for place, line in enumerate(question["lines"]):
        own = makes.get(place, [])
        used = tuple(
            sum(values["x"][m][t] * question["makes"][m]["hours"] for m in own) for t, _ in asked.months
        )  # fmt: skip
        models = tuple(dict.fromkeys(question["makes"][m]["product"] for m in own))
        yield LineHours(line["id"], models, tuple(line["hours"]), used)


def unmet_by_month(document: Document, part: str) -> dict[str, list[int]]:
    """How many units of need are still unmet at each month's end, by class?"""
    found: dict[str, list[int]] = {}
    for n, need in enumerate(document["question"]["needs"]):
        months = document[part]["values"]["u"][n]
        before = found.get(need["pool"], [0] * len(months))
        found[need["pool"]] = [one + two for one, two in zip(before, months, strict=True)]
    return found
