"""Which limits keep a sale of a plan from being larger in a month? By addition of whole numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecluse.plan.checker import Question, Values


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that has no room for one more unit: its kind, record, and the row of the plan that says so.

    Of `stock`, `until` is the month for which the last unit is held. `month` and `volume`: of a limit by month, which
    one, and how much of it a unit takes.
    """

    kind: str
    row: str = ""
    record: str = ""
    records: str = ""
    place: int = 0
    month: int = 0
    volume: int = 1
    until: int | None = None

    @property
    def is_wider(self) -> bool:
        """Can people make it wider, so that it is worth asking what that would bring?"""
        return bool(self.records)


def limits_of(asked: Question, values: Values, sale: int, t: int) -> Iterator[Limit]:
    """Which limits leave no room for one more unit of this sale in this month?"""
    q = asked.q
    record, month = q["sales"][sale], q["months"][t]
    if asked.gross[sale][t] <= record["cost"]:
        yield Limit("loss")
    if values["g"][sale][t] >= record["demand"][t]:
        yield Limit("demand", f"demand/{record['id']}/{month}", record["id"], "sales", sale, t)
    yield from _licence(asked, values, sale, t)
    yield from _value(asked, values, sale, t)
    yield from _centres(asked, values, sale, t)
    yield from _stock(asked, values, asked.of("sales", "products")[sale], t)


def _licence(asked: Question, values: Values, sale: int, t: int) -> Iterator[Limit]:
    q, name = asked.q, asked.q["sales"][sale]["licence"]
    if name is None:
        return
    place, licence = next((i, each) for i, each in enumerate(q["licences"]) if each["id"] == name)
    if not licence["first"] <= q["months"][t] <= licence["last"]:
        yield Limit("window", f"window/{name}", name)
        return
    own = [j for j, each in enumerate(q["sales"]) if each["licence"] == name]
    if sum(sum(values["g"][j]) for j in own) >= licence["units"]:
        yield Limit("licence", f"licence/{name}", name, "licences", place)


def _value(asked: Question, values: Values, sale: int, t: int) -> Iterator[Limit]:
    q = asked.q
    at = asked.of("sales", "destinations")
    place, own = q["destinations"][at[sale]], [j for j, where in enumerate(at) if where == at[sale]]
    worth = sum(price * units for j in own for price, units in zip(asked.gross[j], values["g"][j], strict=True))
    if worth + asked.gross[sale][t] > place["value"]:
        yield Limit("value", f"value/{place['id']}", place["id"], "destinations", at[sale])


def _centres(asked: Question, values: Values, sale: int, t: int) -> Iterator[Limit]:
    """Every way leads through a full centre: then each of them that is full within the plan is a limit."""
    q = asked.q
    volume = q["products"][asked.of("sales", "products")[sale]]["volume"]
    ways = [k for k, j in enumerate(asked.of("routes", "sales")) if j == sale]
    through = asked.of("routes", "centres")
    full: dict[int, Limit] = {}
    for k in ways:
        passes = t + q["routes"][k]["transit"]
        if _room(asked, values, through[k], passes) >= volume:
            return
        if passes <= asked.last:
            centre, month = q["centres"][through[k]], q["months"][passes]
            row = f"centre/{centre['id']}/{month}"
            full[through[k]] = Limit("centre", row, centre["id"], "centres", through[k], passes, volume)
    yield from full.values()


def _room(asked: Question, values: Values, centre: int, passes: int) -> int:
    """How much room is left in a centre in a month, or after the last one?"""
    q, sales, products = asked.q, asked.of("routes", "sales"), asked.of("sales", "products")
    ways = [k for k, at in enumerate(asked.of("routes", "centres")) if at == centre]
    taken = 0
    for k in ways:
        volume, transit = q["products"][products[sales[k]]]["volume"], q["routes"][k]["transit"]
        for t, units in enumerate(values["e"][k]):
            past = passes > asked.last
            if (past and t + transit > asked.last) or (not past and t + transit == passes):
                taken += units * volume
    longest = max((min(q["routes"][k]["transit"], asked.last + 1) for k in ways), default=0)
    throughput = q["centres"][centre]["throughput"]
    return int((throughput[-1] * longest if passes > asked.last else throughput[passes]) - taken)


def _stock(asked: Question, values: Values, product: int, t: int) -> Iterator[Limit]:
    """Is the last unit above reserve gone in some month from this one on? Then the first such month is the limit."""
    record = asked.q["products"][product]
    for later in range(t, len(asked.months)):
        if values["s"][product][later] <= record["reserve"][later]:
            yield Limit("stock", f"reserve/{record['id']}/{asked.q['months'][later]}", record["id"], until=later)
            return
