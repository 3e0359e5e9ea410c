"""Where does a world not say what a plan must know? Every fault is gathered at its cell, before solving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ecluse.base.days import Month
from ecluse.base.errors import BadInputError, Fault
from ecluse.edge.world.check_plan import LIMITS
from ecluse.edge.world.read import World
from ecluse.edge.world.schema import BY_NAME, Kind

SEE = "see docs/reference/world.md"
UNKNOWN = "a figure; an empty cell is unknown, not zero"


@dataclass
class Cells:
    """The tables of a world as a plan asks them, and every fault that was found."""

    world: World
    faults: list[Fault] = field(default_factory=list)

    def rows(self, table: str) -> Iterator[tuple[int, Any]]:
        """Which rows has a table, each with its place from 0?"""
        return enumerate(getattr(self.world, table))

    def fault(self, table: str, at: int | None, heading: str | None, expected: str, found: str, remedy: str) -> None:
        """A cell says what no plan can be made of. The first row of a table is row 2 of its file."""
        row = None if at is None else at + 2
        self.faults.append(Fault(f"{table}.csv", row, heading, expected, found, remedy))

    def known(self, table: str, at: int, name: str, among: Mapping[str, Any], what: str) -> Any:
        """What does the id in this cell stand for? None, and a fault, when nothing does."""
        cited = getattr(self.world, table)[at]
        value = getattr(cited, "class_" if name == "class" else name)
        if value not in among:
            self.fault(table, at, name, what, f"{value} has none", "add its row, or cite another")
            return None
        return among[value]

    def series(self, table: str, at: int, name: str) -> list[int]:
        """Which figures stand in a row's months? An unknown one is a fault."""
        units = getattr(getattr(self.world, table)[at], name)
        for month, figure in zip(self.world.months, units, strict=True):
            if figure is None:
                self.fault(table, at, _heading(name, month), UNKNOWN, "an empty cell", "write what is known")
        return [figure or 0 for figure in units]

    def by_month(self, table: str, name: str, what: str) -> list[int]:
        """What does a table with a row a month say of every month? A month without a row is a fault."""
        found = {row.month: getattr(row, name) for _, row in self.rows(table)}
        for month in self.world.months:
            if month not in found:
                self.fault(table, None, "month", f"{what} of {month}", "no row", "add the month")
        return [found.get(month, 0) for month in self.world.months]

    def check_sizes(self) -> None:
        """Which figures are larger than a plan may hold, which ids stand twice?"""
        for table, name, most in LIMITS:
            column = next(column for column in BY_NAME[table].columns if column.name == name)
            for at, row in self.rows(table):
                figures = getattr(row, name)
                spread = (
                    zip(self.world.months, figures, strict=True) if column.kind is Kind.MONTHS else ((None, figures),)
                )
                for month, figure in spread:
                    if figure is not None and figure > most:
                        heading = _heading(name, month) if month else name
                        self.fault(table, at, heading, f"at most {most}", str(figure), "check the unit")
        for table in ("plants", "models", "funded_orders", "needs", "market_demand", "licence_ceilings", "centres"):
            key, seen = BY_NAME[table].key[0], set()
            for at, row in self.rows(table):
                if getattr(row, key) in seen:
                    self.fault(table, at, key, "each id once", f"{getattr(row, key)} again", "remove or rename one")
                seen.add(getattr(row, key))

    def stop_on_faults(self) -> None:
        """Raises BadInputError with every fault so far."""
        if self.faults:
            raise BadInputError(self.faults)


def _heading(name: str, month: Month) -> str:
    return f"{name}_{str(month).replace('-', '_')}"
