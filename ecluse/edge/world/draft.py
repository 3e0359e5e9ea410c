"""What does a world under construction hold? Tables of plain rows, provisional ids, and the room left for exports.

Orders, statements, certificates and parties carry provisional ids until `settle` numbers them in an order that tells
nothing about how a row came to be.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ecluse.base.days import Month
from ecluse.edge.world.names import Names
from ecluse.edge.world.schema import TABLES

Row = dict[str, Any]
YEAR = 2026
FIRST_DAY, LAST_DAY = date(YEAR, 1, 1), date(YEAR, 12, 31)
MONTHS = tuple(Month(YEAR, number) for number in range(1, 13))
FLOOR_MINOR_UAH = 1_500_000_000
# How the year's output builds up, in hundredths: a line starts slowly.
RUN_UP = (7, 14, 22, 30, 38, 46, 55, 64, 73, 82, 91, 100)
# No more than this share of the surplus is ever certified in a generated world, in hundredths.
ROOM_PERCENT = 85


@dataclass
class Answer:
    """One line of the answer key."""

    order: str
    threat: str
    kind: str
    role: str
    variant: str
    expected_code: str
    twin_of: str


@dataclass
class Draft:
    """A world under construction."""

    seed: int
    size: int
    cheats: int
    rng: random.Random
    names: Names
    tables: dict[str, list[Row]] = field(default_factory=lambda: {table.name: [] for table in TABLES})
    answers: list[Answer] = field(default_factory=list)
    lists: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    surplus_class: dict[str, int] = field(default_factory=dict)
    class_by_month: dict[str, list[int]] = field(default_factory=dict)
    surplus_model: dict[str, int] = field(default_factory=dict)
    headroom_model: dict[str, int] = field(default_factory=dict)
    certified: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    traded: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    offers_from: dict[tuple[str, str, str], date] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    aside: set[str] = field(default_factory=set)

    def add(self, table: str, source: str = "synthetic", **cells: Any) -> Row:
        """Which row was added to this table? `class_` stands for `class`."""
        row = {name.rstrip("_"): value for name, value in cells.items()}
        row["source"] = source
        self.tables[table].append(row)
        return row

    def next(self, kind: str) -> str:
        """Which provisional id is next for this kind?"""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return f"{kind}:new-{self.counters[kind]:05d}"

    def scaled(self, count: int, least: int) -> int:
        """How many of these does a world of this size have?"""
        return max(least, count * self.size // 1000)

    def conduct(self, order: Row, **deviations: Any) -> None:
        """The parties of this order do these things differently: `step__field=value`; `__` in a field is a dot."""
        for name, value in deviations.items():
            step, _, rest = name.partition("__")
            where = rest.replace("__", ".").replace("_of_", ".").replace("general_staff", "general-staff")
            self.add("conduct", order=order["order"], step=step, field=where, value=str(value))

    def happens(self, on: date, kind: str, subject: str, detail: str) -> None:
        """Something happens to a licence, class, centre or line on a day."""
        self.add("events", on=on, kind=kind, subject=subject, detail=detail)

    def model(self, model: str) -> Row:
        """Which row is this model?"""
        return self.by("models", "model")[model]

    def party(self, party: str) -> Row:
        """Which row is this party?"""
        return self.by("parties", "party")[party]

    def by(self, table: str, key: str) -> dict[str, Row]:
        """Which row of a table has which key? Found again only when the table has grown."""
        cached: tuple[int, dict[str, Row]] | None = self._cache.get(table)
        rows = self.tables[table]
        if cached is None or cached[0] != len(rows):
            cached = (len(rows), {row[key]: row for row in rows})
            self._cache[table] = cached
        return cached[1]

    _cache: dict[str, tuple[int, dict[str, Row]]] = field(default_factory=dict)

    # ------------------------------------------------------------ room for certificates

    def has_room(self, model: Row, first: Month, units: int) -> bool:
        """May so many more units of this model be certified from this month on, class and model looked at?"""
        class_ = model["class"]
        free, own = self.class_by_month[class_], self.surplus_model.get(model["model"], 0)
        head = self.headroom_model.get(model["model"], 0)
        for number in range(first.number, 13):
            run_up = RUN_UP[number - 1]
            if self._taken(class_, number) + units > free[number - 1] * ROOM_PERCENT // 100:
                return False
            if self._taken(model["model"], number) + units > (own * run_up // 100 + head) * ROOM_PERCENT // 100 - 1:
                return False
        return True

    def take_room(self, model: Row, first: Month, units: int) -> None:
        """So many units of this model are certified from this month on."""
        for name in (model["class"], model["model"]):
            self.certified.setdefault(name, []).append((first.number, units))

    def taken(self, name: str) -> int:
        """How many units of this model or class are certified so far?"""
        return self._taken(name, 12)

    def _taken(self, name: str, by_month: int) -> int:
        return sum(units for number, units in self.certified.get(name, ()) if number <= by_month)

    # ------------------------------------------------------------ numbering

    def settle(self, blocks: dict[str, str]) -> None:
        """Every provisional id gets its last one: orders by the day they were filed, the rest by what they say."""
        names = dict(blocks)
        orders = sorted(self.tables["orders"], key=lambda row: (row["filed_on"], row["offered_on"], row["tie"]))
        for number, row in enumerate(orders, 1):
            names[row["order"]] = f"order:{number:04d}"
            if row["statement"]:
                names[row["statement"]] = f"statement:{number:04d}"
        self.tables["orders"] = orders
        parties = sorted(self.tables["parties"], key=lambda row: (row["state"], row["name"]))
        loose = [row for row in parties if ":new-" in row["party"]]
        for number, row in enumerate(loose, 1):
            names[row["party"]] = f"party:{row['kind'].replace('_', '-')}-{number:04d}"
        self._name_certificates(names)
        for rows in self.tables.values():
            for row in rows:
                for key, value in row.items():
                    if isinstance(value, str) and ":new-" in value:
                        row[key] = _renamed(value, names)
        for answer in self.answers:
            answer.order = names[answer.order]
            answer.twin_of = names.get(answer.twin_of, "")

    def _name_certificates(self, names: dict[str, str]) -> None:
        counts: dict[str, int] = {}
        for row in sorted(
            self.tables["certificates"], key=lambda row: (row["model"], row["asked_on"], row["certificate"])
        ):
            slug = row["model"].partition(":")[2]
            counts[slug] = counts.get(slug, 0) + 1
            names[row["certificate"]] = f"certificate:{slug}-{counts[slug]}"


def _renamed(value: str, names: dict[str, str]) -> str:
    """A provisional id under its last name, also behind a word and a colon as in `gap:party:1`."""
    word, _, rest = value.partition(":")
    return names[value] if value in names else f"{word}:{names[rest]}"


def apportion(total: int, weights: Iterable[int]) -> list[int]:
    """How is a whole number shared out by weights so that the shares add up to it? Largest remainders, first come.

    >>> apportion(10, [1, 1, 1])
    [4, 3, 3]
    """
    given = list(weights)
    whole = sum(given)
    shares = [total * weight // whole for weight in given]
    left = total - sum(shares)
    by_remainder = sorted(range(len(given)), key=lambda place: (-(total * given[place] % whole), place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return shares


def by_run_up(total: int) -> list[int]:
    """How does a yearly figure fall to the months as output builds up?"""
    ends = [total * percent // 100 for percent in RUN_UP]
    return [end - before for end, before in zip(ends, [0, *ends], strict=False)]


def day_between(rng: random.Random, first: date, last: date) -> date:
    """Which day between these two, both included?"""
    return first + timedelta(rng.randint(0, (last - first).days))
